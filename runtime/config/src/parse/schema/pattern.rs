//! Regular expressions, in what those of JavaScript and of Rust have in common.

use super::super::text::LONGEST_LABEL;
use super::super::url::PICTURES;
use crate::names::LONGEST_VARIABLE_NAME;

pub(crate) const POLICY_NAME: &str = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";
/// Units, and a minute, an hour or a day.
pub(crate) const RATE: &str = "^0*[1-9][0-9]{0,9}/[mhd]$";
pub(crate) const QUOTA_NAME: &str = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";
/// Of an environment.
pub(crate) const ENVIRONMENT_NAME: &str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";
pub(crate) const SCOPE: &str = "^[!#-\\[\\]-~]+$";
pub(crate) const SCHEME: &str = "^[a-z][a-z0-9+.-]*$";
pub(crate) const CLIENT_ID: &str = "^[!-~]+$";
pub(crate) const COLOR: &str = "^#[0-9A-Fa-f]{6}$";
pub(crate) const DATASET: &str = "^[A-Za-z][A-Za-z0-9_]*$";
pub(crate) const DATABASE_NAME: &str = "^[A-Za-z0-9][A-Za-z0-9_-]*$";

/// Of a tenant at Microsoft Entra ID.
pub(crate) const TENANT_ID: &str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
/// The same, or every organization.
pub(crate) const TENANT: &str =
    "^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|organizations|common)$";
/// Of a path, without anything to encode.
pub(crate) const SEGMENT: &str = "^[A-Za-z0-9._~-]+$";
/// The id of a user pool of Amazon Cognito, which begins with its region.
pub(crate) const USER_POOL: &str = "^[a-z0-9]+(-[a-z0-9]+){2,}_[A-Za-z0-9]+$";

/// A network range in CIDR notation.
pub(crate) const NETWORK: &str = "^[0-9A-Fa-f.:]+/[0-9]{1,3}$";

/// Of a KV namespace, or of a D1 database.
pub(crate) const STORAGE_ID: &str =
    "^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$";

/// Units of durations, in seconds.
const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];

/// Name of a Worker variable or binding.
pub(crate) fn variable() -> String {
    format!("^[A-Z][A-Z0-9_]{{0,{}}}$", LONGEST_VARIABLE_NAME - 1)
}

/// One label of a host name.
pub(crate) fn label() -> String {
    format!("^{}$", inner_label())
}

/// A host name of several labels.
pub(crate) fn domain() -> String {
    format!("^{}$", inner_domain())
}

/// A domain of clients.
pub(crate) fn client_domain() -> String {
    format!("^(localhost|{})$", inner_domain())
}

/// A host, perhaps with a port.
pub(crate) fn host() -> String {
    format!("^(localhost|127\\.0\\.0\\.1|{})(:[1-9][0-9]{{0,4}})?$", inner_domain())
}

/// An e-mail address.
pub(crate) fn email() -> String {
    format!("^[a-z0-9!#$%&'*+/=?^_`{{|}}~.-]+@{}$", inner_domain())
}

/// An encrypted address, or a picture in a `data:` URI.
pub(crate) fn picture() -> String {
    let formats = PICTURES.join("|").replace('+', "\\+");
    format!("^([Hh][Tt][Tt][Pp][Ss]://|data:image/({formats})[;,])")
}

fn inner_label() -> String {
    format!("[a-z0-9]([a-z0-9-]{{0,{}}}[a-z0-9])?", LONGEST_LABEL - 2)
}

fn inner_domain() -> String {
    let label = inner_label();
    format!("{label}(\\.{label})+")
}

/// A duration within limits in seconds.
pub(crate) fn duration((least, most): (u32, u32)) -> String {
    let (least, most) = (u64::from(least), u64::from(most));
    let units = UNITS.iter().filter_map(|(unit, seconds)| {
        let (first, last) = (least.div_ceil(*seconds), most / seconds);
        (first <= last).then(|| format!("({}){unit}", numbers(first, last)))
    });
    format!("^0*({})$", units.collect::<Vec<_>>().join("|"))
}

/// The decimal numbers from the first to the last, without leading zeros.
fn numbers(mut first: u64, last: u64) -> String {
    let mut parts = Vec::new();
    while first <= last {
        // The largest block `d0…0` to `d9…9` that begins here: one digit, then any digits.
        let fits =
            |size: u64| first.is_multiple_of(size) && first >= size && size <= last - first + 1;
        let free = (1..20).take_while(|digits| fits(10_u64.pow(*digits))).count();
        let size = 10_u64.pow(u32::try_from(free).unwrap_or_default());
        let (prefix, digit) = (first / size / 10, first / size % 10);
        let blocks = ((last - first + 1) / size).min(10 - digit);
        let prefix = if prefix == 0 { String::new() } else { prefix.to_string() };
        let digits = match blocks {
            1 => digit.to_string(),
            blocks => format!("[{digit}-{}]", digit + blocks - 1),
        };
        let rest = match free {
            0 => String::new(),
            1 => "[0-9]".to_owned(),
            free => format!("[0-9]{{{free}}}"),
        };
        parts.push(format!("{prefix}{digits}{rest}"));
        first += blocks * size;
    }
    parts.join("|")
}
