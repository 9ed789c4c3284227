//! What an agent needs to go on where it stopped: a memory of the person in a Durable Object, a list of work in D1,
//! reports in R2. Who may call what is in mcp.toml.

mod memory;
mod reports;
mod work;

toolgate::serve!();

#[cfg(test)]
mod tests {
    use super::*;
    use toolgate::testing::{TestServer, json};

    #[test]
    fn a_visitor_has_a_memory_and_nothing_else() {
        let visitor = TestServer::new(server()).as_user("visitor@example.org");
        visitor.list_tools().assert_names(["recall", "remember"]);
        visitor.call("add_work", json!({ "title": "Ship" })).assert_denied();
        visitor.call("finish_work", json!({ "id": 1 })).assert_denied();
        visitor.call("list_work", json!({})).assert_denied();
        visitor.call("save_report", json!({ "name": "a", "text": "b" })).assert_denied();
        visitor.call("read_report", json!({ "name": "a" })).assert_denied();
    }
}
