//! What every macro makes where the dependency has another name, and what tools take and return.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use gate::prelude::*;
use gate::tool::{Day, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

gate::serve!();

const WHOM: &str = "Whom to greet";

type Maybe<T> = Option<T>;
type MaybeText = Option<String>;

/// Another name of the same.
mod other {
    pub use std::option::Option as Perhaps;
}

#[doc = include_str!("greeting.md")]
#[mcp_tool(allow = "everyone", read_only)]
fn greet(
    #[arg(description = WHOM)] name: std::option::Option<String>,
    /// The words,
    #[doc = concat!("such as ", "hello")]
    words: MaybeText,
    /// How often
    times: other::Perhaps<u8>,
    /// How it sounds
    tone: Maybe<Tone>,
) -> String {
    format!("{name:?} {words:?} {times:?} {tone:?}")
}

/// How a greeting sounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Tone {
    /// As among friends
    Warm,
    /// As in a letter
    Formal,
}

/// What happens when.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Plan {
    id: Uuid,
    begins: DateTime<Utc>,
    on: Option<NaiveDate>,
    page: Url,
    made: Timestamp,
    due: Vec<Day>,
    by_name: BTreeMap<String, DateTime<Utc>>,
}

/// Gives a plan back
#[mcp_tool(allow = "everyone", read_only)]
fn plan(plan: Plan) -> Json<Plan> {
    Json(plan)
}

/// Gives times back
#[mcp_tool(allow = "everyone", read_only)]
fn times(
    /// Which
    id: Uuid,
    /// When
    at: DateTime<Utc>,
    /// On which day
    day: Option<Day>,
) -> String {
    let day = day.map(|Day(day)| day.to_julian_day());
    format!("{id} {} {day:?}", at.timestamp())
}

/// A row of a report.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
struct Row {
    row_number: u32,
    #[serde(rename(serialize = "is"))]
    tone: Tone,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    place: Option<(f64, f64)>,
    share: f64,
}

/// Makes a report
#[mcp_tool(allow = "everyone", read_only)]
fn report(
    /// How many parts there are
    parts: f64,
) -> Json<Vec<Row>> {
    let row = |row_number, note, place| Row {
        row_number,
        tone: Tone::Warm,
        note,
        place,
        share: 1.0 / parts,
    };
    Json(vec![row(1, None, None), row(2, Some("second".to_owned()), Some((1.0, 2.5)))])
}

/// What can go wrong with an order.
#[derive(Debug, CallerError)]
enum OrderError {
    Unknown {
        number: u64,
    },
    #[caller_error(internal)]
    Database(&'static str),
    #[caller_error(internal)]
    Lost,
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { number } => write!(f, "there is no order {number}"),
            Self::Database(error) => write!(f, "the database failed: {error}"),
            Self::Lost => f.write_str("the order was lost"),
        }
    }
}

impl std::error::Error for OrderError {}

/// An error that did not choose to be shown.
#[derive(Debug)]
struct Hidden;

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("table orders is gone")
    }
}

impl std::error::Error for Hidden {}

fn find(number: u64) -> Result<String, OrderError> {
    match number {
        0 => Err(OrderError::Database("no route to db1")),
        1 => Err(OrderError::Lost),
        number => Err(OrderError::Unknown { number }),
    }
}

/// Looks for an order
#[mcp_tool(allow = "everyone", read_only)]
fn order(
    /// Number of the order
    number: u64,
) -> Result<String, OrderError> {
    find(number)
}

/// Looks for an order, and passes errors on
#[mcp_tool(allow = "everyone", read_only)]
fn order_passed_on(
    /// Number of the order
    number: u64,
) -> Result<String> {
    if number == 2 {
        Err(Hidden)?;
    }
    Ok(find(number)?)
}

/// Reviews
#[mcp_prompt(allow = "everyone")]
fn review(#[arg(description = WHOM)] whom: std::option::Option<std::string::String>) -> String {
    whom.unwrap_or_default()
}

/// Says what is true
#[mcp_resource(allow = "everyone", uri = "renamed://truth")]
fn truth() -> &'static str {
    "It has another name."
}
