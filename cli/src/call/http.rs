//! HTTP as a client of MCP needs it: https, or http within this machine; no redirect is followed.

use std::io::{BufReader, Read};
use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Request};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};
use url::Url;

use super::failure::{Failure, Result};
use crate::Error;
use crate::connect::address::is_loopback;

const CONNECT: Duration = Duration::from_secs(10);
/// For what a program answers without asking anybody.
const PROMPT: Duration = Duration::from_secs(30);
/// For a tool that says nothing until it is done.
const TOOL: Duration = Duration::from_secs(600);
/// Metadata, tokens, pages.
const SMALL: u64 = 1 << 20;
/// An answer of a tool, which may hold an image.
const LARGE: u64 = 1 << 26;

pub(super) struct Http {
    agent: Agent,
    /// True if the server is on this machine. Another one may not send anybody to this machine.
    local: bool,
}

/// An answer whose body is still to be read.
pub(super) struct HttpAnswer {
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    body: Body,
}

impl Http {
    pub(super) fn new(local: bool) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("cargo-toolgate/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        if local {
            // A proxy cannot reach this machine.
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), local }
    }

    pub(super) fn get(&self, url: &Url, headers: &[(&str, &str)]) -> Result<HttpAnswer> {
        self.send("GET", url, headers, Vec::new(), PROMPT)
    }

    pub(super) fn post(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Result<HttpAnswer> {
        self.send("POST", url, headers, body.into(), PROMPT)
    }

    /// As [`Http::post`], with the patience that a tool needs.
    pub(super) fn call(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Result<HttpAnswer> {
        self.send("POST", url, headers, body.into(), TOOL)
    }

    pub(super) fn send(
        &self,
        method: &str,
        url: &Url,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<HttpAnswer> {
        self.check(url)?;
        let mut request = Request::builder().method(method).uri(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let bad = |error: ureq::http::Error| unreached(url, &error.to_string());
        let answer = if body.is_empty() && method != "POST" {
            let request = request.body(()).map_err(bad)?;
            let request = self.agent.configure_request(request);
            self.agent.run(request.timeout_recv_response(Some(patience)).build())
        } else {
            let request = request.body(body).map_err(bad)?;
            let request = self.agent.configure_request(request);
            self.agent.run(request.timeout_recv_response(Some(patience)).build())
        };
        let (parts, body) = answer.map_err(|error| failed(url, &error))?.into_parts();
        Ok(HttpAnswer {
            url: url.clone(),
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        })
    }

    /// Tokens and codes are not sent in the clear, nor from elsewhere into this machine; and a browser
    /// opens no file or program that a server names.
    pub(super) fn check(&self, url: &Url) -> Result<()> {
        let loopback = is_loopback(url);
        if url.scheme() == "https" && (self.local || !loopback)
            || url.scheme() == "http" && loopback && self.local
        {
            return Ok(());
        }
        let why = if loopback { "it is on this machine" } else { "it is not https" };
        Err(unreached(url, &format!("the server names an address that is not used: {why}")))
    }
}

impl HttpAnswer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type, without its parameters.
    pub(super) fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    pub(super) fn bytes(self) -> Result<Vec<u8>> {
        let Self { url, body, .. } = self;
        let mut body = body.into_with_config().limit(SMALL).reader();
        let mut bytes = Vec::new();
        body.read_to_end(&mut bytes).map_err(|error| unreached(&url, &error.to_string()))?;
        Ok(bytes)
    }

    pub(super) fn text(self) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes()?).into_owned())
    }

    pub(super) fn json(self) -> Result<Value> {
        let url = self.url.clone();
        serde_json::from_slice(&self.bytes()?)
            .map_err(|error| unreached(&url, &format!("its answer is no JSON: {error}")))
    }

    /// The body as it comes.
    pub(super) fn lines(self) -> BufReader<impl Read> {
        BufReader::new(self.body.into_with_config().limit(LARGE).reader())
    }
}

/// Why nobody answers, with what to do.
fn failed(url: &Url, error: &ureq::Error) -> Failure {
    let host = url.host_str().unwrap_or_default();
    let text = error.to_string();
    let refused = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
    match error {
        ureq::Error::HostNotFound => Failure::unreached(
            Error::new(format!("there is no host `{host}`"))
                .help("check the address, and the network"),
        ),
        ureq::Error::ConnectionFailed => nobody(url),
        ureq::Error::Io(error) if refused(error) => nobody(url),
        ureq::Error::Timeout(_) => unreached(url, &text),
        _ if text.contains("certificate") || text.contains("tls") => Failure::unreached(
            Error::new(format!("{host} cannot prove that it is {host}: {text}"))
                .help("check the address, and the clock of this machine: `date`"),
        ),
        _ => unreached(url, &text),
    }
}

fn nobody(url: &Url) -> Failure {
    let error = Error::new(format!("nothing answers at {url}"));
    Failure::unreached(if is_loopback(url) {
        error.help("start the server: `cargo toolgate dev`, or name another with `--url`")
    } else {
        error.help("check the address, and the network")
    })
}

pub(super) fn unreached(url: &Url, why: &str) -> Failure {
    Failure::unreached(Error::new(format!("{}: {why}", bare(url))))
}

/// Without the query, which may hold a code.
fn bare(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_leads_neither_into_this_machine_nor_into_the_clear() {
        let url = |text| Url::parse(text).expect("a URL");
        let (here, elsewhere) = (Http::new(true), Http::new(false));
        assert!(here.check(&url("http://127.0.0.1:9/token")).is_ok());
        assert!(here.check(&url("http://acme.example/token")).is_err());
        assert!(elsewhere.check(&url("https://acme.example/token")).is_ok());
        assert!(elsewhere.check(&url("http://acme.example/token")).is_err());
        assert!(elsewhere.check(&url("https://localhost/token")).is_err());
        for named in ["file:///etc/passwd", "smb://acme.example/x", "javascript:alert(1)"] {
            assert!(here.check(&url(named)).is_err() && elsewhere.check(&url(named)).is_err());
        }
    }

    #[test]
    fn a_server_that_is_not_running_is_told_how_to_start() {
        let url = Url::parse("http://127.0.0.1:9349/mcp").expect("a URL");
        let Err(failure) = Http::new(true).get(&url, &[]) else { panic!("nobody listens there") };
        assert_eq!(failure.status, 3);
        assert!(failure.error.to_string().contains("cargo toolgate dev"), "{}", failure.error);
    }
}
