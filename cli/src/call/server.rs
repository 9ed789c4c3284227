//! Whose server answers where nobody said which one to call.

use std::path::Path;

use serde_json::Value;
use url::Url;

use super::failure::{Failure, Result};
use super::http::Http;
use crate::Error;
use crate::project::Project;
use crate::running::Running;

/// Makes sure that what listens at the usual address is the server in or above the folder. One that
/// `cargo toolgate dev` has announced is.
pub(super) fn require_own(http: &Http, url: &Url, folder: &Path) -> Result<()> {
    let Ok(project) = Project::find(folder) else { return Ok(()) };
    if Running::of(&project).is_some() {
        return Ok(());
    }
    let Ok(card) = url.join("/.well-known/mcp/server-card.json") else { return Ok(()) };
    let advice = "start this one with `cargo toolgate dev`, at another port by `--port`, or name the \
                  other with `--url`";
    let answer = http.get(&card, &[("accept", "application/json")]).map_err(|failure| Failure {
        error: failure.error.or_help("start the server with `cargo toolgate dev`"),
        ..failure
    })?;
    let is_card = answer.status == 200;
    let found = if is_card { answer.json().ok() } else { None };
    let Some(name) = found.as_ref().and_then(|card: &Value| package(card)) else {
        let port = url.port_or_known_default().unwrap_or_default();
        return Err(Failure::unreached(
            Error::new(format!("what listens on port {port} is not a Toolgate server"))
                .help(advice),
        ));
    };
    if name == project.package {
        return Ok(());
    }
    let origin = url.origin().ascii_serialization();
    Err(Failure::unreached(
        Error::new(format!("the server at {origin} is `{name}`, and not `{}`", project.package))
            .help(advice),
    ))
}

/// The last part of the card's name is the package.
fn package(card: &Value) -> Option<&str> {
    card["name"].as_str()?.rsplit('/').next()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// Checks a server card found at the default address against the project `mine`.
    fn asked(name: &str, status: &str, card: &'static str) -> std::result::Result<(), String> {
        let root = std::env::temp_dir().join(format!("toolgate-own-{name}-{}", std::process::id()));
        std::fs::create_dir_all(root.join("src")).expect("a folder");
        let manifest = "[package]\nname = \"mine\"\nversion = \"1.0.0\"\n[workspace]\n";
        for (file, text) in [("Cargo.toml", manifest), ("mcp.toml", ""), ("src/lib.rs", "")] {
            std::fs::write(root.join(file), text).expect("a file");
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/mcp", listener.local_addr().expect("an address"));
        let head = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            card.len()
        );
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a request");
            let _ = stream.read(&mut [0; 4096]);
            stream.write_all(format!("{head}{card}").as_bytes()).expect("it is sent");
        });
        let url = Url::parse(&url).expect("an address");
        let own = require_own(&Http::new(true), &url, &root);
        serving.join().expect("it was asked");
        std::fs::remove_dir_all(&root).expect("it is removed");
        own.map_err(|failure| {
            assert_eq!(failure.status, 3);
            failure.error.to_string()
        })
    }

    #[test]
    fn another_server_on_the_port_is_not_taken_for_this_one() {
        assert_eq!(asked("same", "200 OK", r#"{"name":"localhost/mine"}"#), Ok(()));
        let other = asked("other", "200 OK", r#"{"name":"localhost/theirs"}"#);
        let other = other.expect_err("it is another one");
        assert!(
            other.contains("is `theirs`, and not `mine`") && other.contains("--port"),
            "{other}"
        );
        let page = asked("page", "404 Not Found", "<p>hello").expect_err("it is none");
        assert!(page.contains("is not a Toolgate server"), "{page}");
    }
}
