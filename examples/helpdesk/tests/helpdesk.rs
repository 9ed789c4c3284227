//! Who may do what at the help desk, and how it goes.

use std::time::Duration;

use helpdesk::server;
use toolgate::testing::{Delivered, HttpAnswer, TestClient, TestServer, Value, json};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The server on a Tuesday, with an empty database.
fn help_desk() -> TestServer {
    TestServer::new(server())
        .at("2026-12-01T09:00:00Z")
        .d1_migrated("DB")
        .queue("NOTICES")
        .var("MONITORING_SECRET", "of the monitoring")
        .var("MAIL_KEY", "of the mail service")
}

fn vic(server: &TestServer) -> TestClient {
    server.as_user("vic@example.com").groups(["sales"])
}

fn erin(server: &TestServer) -> TestClient {
    server.as_user("erin@example.com").groups(["helpdesk"])
}

fn ticket(title: &str, priority: &str) -> Value {
    json!({ "title": title, "details": "It smells of smoke.", "priority": priority })
}

fn open(client: &TestClient, title: &str) {
    client.call("open_ticket", ticket(title, "normal")).assert_ok();
}

/// The titles and priorities of the open tickets.
fn open_tickets(server: &TestServer) -> Vec<(String, String)> {
    let open: Vec<Value> = erin(server).call("open_tickets", json!({})).structured();
    let text = |ticket: &Value, name: &str| ticket[name].as_str().expect(name).to_owned();
    open.iter().map(|ticket| (text(ticket, "title"), text(ticket, "priority"))).collect()
}

#[test]
fn everybody_opens_tickets_and_sees_their_own() {
    let server = help_desk();
    open(&vic(&server), "The printer is on fire");
    open(&server.as_user("zoe@example.com"), "No coffee");
    vic(&server).call("my_tickets", json!({})).assert_structured(json!([{
        "id": 1,
        "title": "The printer is on fire",
        "details": "It smells of smoke.",
        "priority": "normal",
        "email": "vic@example.com",
    }]));
}

#[test]
fn only_agents_work_on_the_tickets_of_others() {
    let server = help_desk();
    vic(&server).list_tools().assert_names(["my_tickets", "open_ticket"]);
    let all = [
        "close_ticket",
        "export_tickets",
        "find_reporter",
        "link_issue",
        "my_tickets",
        "open_ticket",
        "open_tickets",
    ];
    erin(&server).list_tools().assert_names(all);
    let close = json!({ "number": 1, "resolution": "Extinguished" });
    vic(&server).call("close_ticket", close.clone()).assert_denied();
    erin(&server).call("close_ticket", close).assert_error("there is no open ticket 1");
}

#[test]
fn only_agents_say_that_a_ticket_is_urgent() {
    let server = help_desk();
    let urgent = ticket("The printer is on fire", "urgent");
    let refused = vic(&server).call("open_ticket", urgent.clone());
    assert!(refused.assert_denied().text().starts_with("Only an agent opens an urgent ticket."));
    erin(&server).call("open_ticket", urgent).assert_ok();
}

#[test]
fn ten_tickets_in_an_hour_are_enough_for_one_person() {
    let server = help_desk();
    for number in 1..=10 {
        open(&vic(&server), &format!("Complaint {number}"));
    }
    let eleventh = ticket("Complaint 11", "low");
    vic(&server).call("open_ticket", eleventh.clone()).assert_error("quota_spent");
    open(&erin(&server), "No coffee");
    server.advance(Duration::from_secs(3600));
    vic(&server).call("open_ticket", eleventh).assert_ok();
}

#[test]
fn whoever_opened_a_ticket_is_told_when_it_is_closed() {
    let server = help_desk();
    open(&vic(&server), "The printer is on fire");
    let close = json!({ "number": 1, "resolution": "Extinguished" });
    erin(&server).call("close_ticket", close.clone()).assert_text("ticket 1 is closed");
    erin(&server).call("close_ticket", close).assert_error("there is no open ticket 1");
    let [notice] = &server.take_messages("NOTICES")[..] else { panic!("one notice") };
    let told = json!({
        "to": "vic@example.com",
        "subject": "Ticket 1 is closed: The printer is on fire",
        "text": "Extinguished",
    });
    assert_eq!(notice.body, told);
}

#[test]
fn a_notice_comes_again_until_the_mail_service_takes_it() {
    let notice = json!({ "to": "vic@example.com", "subject": "Ticket 1 is closed", "text": "" });
    let mail = |status| {
        help_desk().http(move |request| {
            assert_eq!(request.url(), "https://mail.example.com/messages");
            assert_eq!(request.header("authorization"), Some("Bearer of the mail service"));
            assert_eq!(request.header("idempotency-key"), Some("message-0"));
            HttpAnswer::status(status)
        })
    };
    let refused = mail(503).deliver("notices", [notice.clone()]);
    assert_eq!(refused.retried(), [0]);
    refused.run().assert_failed("mail.example.com answered 503");
    let taken = mail(202).deliver("notices", [Delivered::new(notice).attempt(2)]);
    assert_eq!(taken.acknowledged(), [0]);
}

#[test]
fn an_alert_opens_one_urgent_ticket_however_often_it_comes() {
    let server = help_desk();
    let alert = json!({ "id": "a1", "summary": "The mail is down", "details": "No answer" });
    let request = || server.request("POST", "/hooks/alerts").json(&alert);
    request().send().assert_status(401);
    let forged = request().header("x-signature", "00").header("x-timestamp", "1764579600");
    forged.send().assert_status(401);
    for _ in 0..2 {
        request().signed().send().assert_status(204);
    }
    assert_eq!(open_tickets(&server), [("The mail is down".to_owned(), "urgent".to_owned())]);
}

#[test]
fn a_ticket_that_waits_for_days_becomes_urgent_once() {
    let server = help_desk();
    open(&vic(&server), "No coffee");
    server.advance(3 * DAY);
    server.cron("escalation").assert_ok();
    assert!(server.take_messages("NOTICES").is_empty());
    server.advance(Duration::from_secs(1));
    for _ in 0..2 {
        server.cron("escalation").assert_ok();
    }
    assert_eq!(open_tickets(&server), [("No coffee".to_owned(), "urgent".to_owned())]);
    let [notice] = &server.take_messages("NOTICES")[..] else { panic!("one notice") };
    assert_eq!(notice.body["subject"], "Ticket 1 is urgent now: No coffee");
}

#[test]
fn the_directory_is_asked_in_the_name_of_the_agent() {
    let server = help_desk().http(|request| {
        assert_eq!(request.url(), "https://directory.example.com/people/vic%40example.com");
        match request.header("authorization") {
            Some("Bearer test-token-of-erin@example.com") => {
                HttpAnswer::json(json!({ "name": "Vic", "office": "B 12" }))
            }
            _ => HttpAnswer::status(403),
        }
    });
    open(&vic(&server), "No coffee");
    let find = |agent: TestClient| agent.call("find_reporter", json!({ "number": 1 }));
    find(erin(&server)).assert_structured(json!({ "name": "Vic", "office": "B 12" }));
    let another = server.as_user("ed@example.com").groups(["helpdesk"]);
    find(another).assert_error("the directory does not show this person to you");
    find(erin(&server).without_upstream()).assert_error("sign in again");
}

#[test]
fn an_issue_is_opened_once_with_the_account_of_the_agent() {
    let server = help_desk().http(|request| {
        assert_eq!(request.url(), "https://tracker.example.com/api/issues");
        let body: Value = request.json();
        assert_eq!(body, json!({ "title": "No coffee", "body": "It smells of smoke." }));
        HttpAnswer::json(json!({ "url": request.header("authorization") }))
    });
    open(&vic(&server), "No coffee");
    let link = |agent: &TestClient| agent.call("link_issue", json!({ "number": 1 }));
    let connected = erin(&server).connected("tracker");
    let url = format!("Bearer {}", connected.connection_token("tracker"));
    link(&connected).assert_text(&url);
    // The other agent opens no second one, and needs no account.
    link(&server.as_user("ed@example.com").groups(["helpdesk"])).assert_text(&url);
    link(&vic(&server)).assert_denied();
}

#[test]
fn an_export_is_a_task_and_a_spreadsheet_runs_nothing_of_it() {
    let server = help_desk();
    open(&vic(&server), "=HYPERLINK(\"https://evil.example\")");
    open(&vic(&server), "No coffee");
    let task = erin(&server).start("export_tickets", json!({}));
    task.result().assert_text(
        "number,title,priority,email,resolution\n\
         1,\"'=HYPERLINK(\"\"https://evil.example\"\")\",\"normal\",\"vic@example.com\",\"\"\n\
         2,\"No coffee\",\"normal\",\"vic@example.com\",\"\"\n",
    );
}

#[test]
fn an_export_has_every_page_of_the_database() {
    let server = help_desk();
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
        INSERT INTO tickets (title, details, priority, opened_at) SELECT 'No coffee', '', 'low', 0 FROM n";
    server.run(server.env().d1("DB").expect("a database").exec(many)).expect("250 tickets");
    let csv = erin(&server).call("export_tickets", json!({})).text();
    assert_eq!(csv.lines().count(), 251);
}
