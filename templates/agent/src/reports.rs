//! Reports, which all of the staff share.

use toolgate::prelude::*;

/// Where a report is in the bucket: names of files only, so that nobody leaves the folder.
fn report_key(name: &str) -> Result<String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 100 || !name.chars().all(is_plain) {
        return Err(Error::new("name: up to 100 of a-z, 0-9 and `-`"));
    }
    Ok(format!("reports/{name}.md"))
}

/// Keeps a report, and replaces the one of that name
#[mcp_tool(allow = "staff", title = "Save report")]
async fn save_report(
    ctx: &Context,
    /// Its name, such as `weekly-12`
    name: String,
    /// Its text, in Markdown
    text: String,
) -> Result<String> {
    let key = report_key(&name)?;
    ctx.env().bucket("REPORTS")?.put(&key, text.into_bytes()).execute().await?;
    Ok(format!("saved as {name}"))
}

/// Reads a report
#[mcp_tool(allow = "staff", title = "Read report", read_only)]
async fn read_report(
    ctx: &Context,
    /// Its name
    name: String,
) -> Result<String> {
    let found = ctx.env().bucket("REPORTS")?.get(report_key(&name)?).execute().await?;
    match found.as_ref().and_then(|report| report.body()) {
        Some(body) => Ok(body.text().await?),
        None => Err(Error::new(format!("there is no report `{name}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server;
    use toolgate::testing::{TestServer, json};

    #[test]
    fn a_report_that_is_saved_can_be_read() {
        let ada = TestServer::new(server()).bucket("REPORTS", []).as_user("ada@example.com");
        ada.call("read_report", json!({ "name": "weekly-12" })).assert_error("there is no report");
        let report = json!({ "name": "weekly-12", "text": "All is well." });
        ada.call("save_report", report).assert_text("saved as weekly-12");
        ada.call("read_report", json!({ "name": "weekly-12" })).assert_text("All is well.");
    }

    #[test]
    fn a_report_has_a_plain_name() {
        assert_eq!(report_key("weekly-12").expect("a key"), "reports/weekly-12.md");
        let ada = TestServer::new(server()).as_user("ada@example.com");
        for name in ["", "../secret", "A b"] {
            let report = json!({ "name": name, "text": "" });
            ada.call("save_report", report).assert_error("name: up to 100 of a-z, 0-9 and `-`");
        }
    }
}
