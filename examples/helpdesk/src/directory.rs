//! The company's directory, which decides itself what each agent may see.

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;

use crate::tickets::database;

/// A person, as the directory shows them to the caller.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Colleague {
    /// Name
    name: String,
    /// Where their desk is
    office: String,
}

/// Finds the person who opened a ticket in the company's directory
#[mcp_tool(allow = "agents", title = "Find reporter", read_only, open_world, as_caller)]
async fn find_reporter(
    ctx: &Context,
    /// Number of the ticket
    number: u32,
) -> Result<Json<Colleague>> {
    let select = "SELECT reporter FROM tickets WHERE id = ? AND reporter IS NOT NULL";
    let found = database(ctx.env())?.prepare(select).bind(&[number.into()])?;
    let reporter: Option<String> = found.first(Some("reporter")).await?;
    let reporter =
        reporter.ok_or_else(|| Error::new(format!("no person has opened a ticket {number}")))?;
    let people = ctx.as_caller().get("https://directory.example.com/people");
    match people.segment(&reporter).send().await {
        Ok(answer) => Ok(Json(answer.json()?)),
        Err(error) if matches!(error.status(), Some(403 | 404)) => {
            Err(Error::new("the directory does not show this person to you"))
        }
        Err(error) => Err(error.into()),
    }
}
