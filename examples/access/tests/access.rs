//! Who may call what, and how it goes.

use access::server;
use toolgate::testing::{TestClient, TestServer, json};

/// A client of this person, of a server whose model draws what it is asked to.
fn client(email: &str) -> TestClient {
    let server = TestServer::new(server()).ai("AI", |model, input| {
        assert_eq!(model, "@cf/black-forest-labs/flux-1-schnell");
        assert_eq!(input, json!({ "prompt": "a cat", "steps": 4 }));
        json!({ "image": "/9j/2Q==" })
    });
    server.as_user(email)
}

#[test]
fn everyone_adds() {
    for email in ["employee1@mycompany.com", "visitor@mycompany.com"] {
        client(email).call("add", json!({ "a": 23, "b": 19 })).assert_text("42");
    }
}

#[test]
fn the_image_makers_generate_images() {
    for maker in [
        client("employee1@mycompany.com"),
        client("teammate1@mycompany.com"),
        client("designer@elsewhere.com").groups(["design"]),
    ] {
        maker.list_tools().assert_names(["add", "generateImage"]);
        let drawn = maker.call("generateImage", json!({ "prompt": "a cat" }));
        assert_eq!(drawn.bytes(), [0xff, 0xd8, 0xff, 0xd9]);
        assert_eq!(drawn.content()[0]["mimeType"], "image/jpeg");
    }
}

#[test]
fn nobody_else_generates_images_or_sees_that_it_can_be_done() {
    let somebody = [
        client("visitor@mycompany.com"),
        client("visitor@mycompany.com").groups(["sales"]),
        client("employee1@mycompany.com").unverified_email(),
    ];
    for visitor in somebody {
        visitor.list_tools().assert_names(["add"]);
        visitor.call("generateImage", json!({ "prompt": "a cat" })).assert_denied();
    }
}

#[test]
fn the_steps_are_between_4_and_8() {
    let maker = client("employee1@mycompany.com");
    for steps in [3, 9] {
        maker
            .call("generateImage", json!({ "prompt": "a cat", "steps": steps }))
            .assert_error("steps: must be between 4 and 8");
    }
}
