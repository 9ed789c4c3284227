//! The redirect URI of a sign-in (RFC 8252 section 7.3): a port of this machine, open until the
//! browser has come back.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use url::Url;

use super::failure::{Failure, Result};
use crate::{Doing, Error};

/// Longest time that a person may take to sign in.
const PATIENCE: Duration = Duration::from_secs(300);
const BETWEEN: Duration = Duration::from_millis(50);
/// A request line longer than any code.
const LONGEST: u64 = 16 * 1024;

pub(super) struct Listener {
    socket: TcpListener,
    url: Url,
}

/// Answer to an authorization request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Returned {
    pub(super) state: Option<String>,
    pub(super) iss: Option<String>,
    pub(super) code: Option<String>,
    pub(super) error: Option<String>,
    pub(super) description: Option<String>,
}

impl Returned {
    pub(super) fn of(url: &Url) -> Self {
        let mut returned = Self::default();
        for (name, value) in url.query_pairs() {
            let place = match &*name {
                "state" => &mut returned.state,
                "iss" => &mut returned.iss,
                "code" => &mut returned.code,
                "error" => &mut returned.error,
                "error_description" => &mut returned.description,
                _ => continue,
            };
            *place = Some(value.into_owned());
        }
        returned
    }
}

impl Listener {
    pub(super) fn open() -> Result<Self> {
        let doing = || "listen on 127.0.0.1 for the browser".to_owned();
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing(doing)?;
        socket.set_nonblocking(true).doing(doing)?;
        let port = socket.local_addr().doing(doing)?.port();
        let url = Url::parse(&format!("http://127.0.0.1:{port}/callback")).doing(doing)?;
        Ok(Self { socket, url })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Waits for the browser. Whatever does not carry the `state` of this request is not heard.
    pub(super) fn wait(&self, state: &str) -> Result<Returned> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.socket.accept() {
                Ok((stream, _)) => {
                    if let Some(returned) = self.serve(&stream, state) {
                        return Ok(returned);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(BETWEEN),
                Err(error) => {
                    return Err(Error::new(format!("cannot wait for the browser: {error}")).into());
                }
            }
        }
        let minutes = PATIENCE.as_secs() / 60;
        Err(Failure::unreached(
            Error::new(format!("nobody signed in within {minutes} minutes"))
                .help("run it again, and open the address in a browser of this machine"),
        ))
    }

    fn serve(&self, stream: &TcpStream, state: &str) -> Option<Returned> {
        stream.set_nonblocking(false).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        let mut line = String::new();
        BufReader::new(std::io::Read::take(stream, LONGEST)).read_line(&mut line).ok()?;
        let returned = self.read(&line).filter(|returned| returned.state.as_deref() == Some(state));
        let (status, words) = match &returned {
            None => ("404 Not Found", "There is nothing here."),
            Some(Returned { error: Some(_), .. }) => {
                ("200 OK", "Nobody was signed in. You can close this page.")
            }
            Some(_) => ("200 OK", "You are signed in. You can close this page."),
        };
        let page =
            format!("<!doctype html><meta charset=\"utf-8\"><title>Toolgate</title><p>{words}");
        let mut stream = stream;
        // Whether the browser reads it does not matter: what it brought is here.
        let _ = write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\n\
             content-length: {}\r\ncontent-security-policy: default-src 'none'\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\n\
             connection: close\r\n\r\n{page}",
            page.len()
        );
        returned
    }

    /// Answer in a request line, if it asks for the one address that there is.
    fn read(&self, line: &str) -> Option<Returned> {
        let target = line.strip_prefix("GET ")?.split(' ').next()?;
        let url = self.url.join(target).ok()?;
        let is_here = url.origin() == self.url.origin() && url.path() == self.url.path();
        is_here.then(|| Returned::of(&url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_this_request_is_heard() {
        let listener = Listener::open().expect("a port");
        let url = listener.url().clone();
        let asked = std::thread::spawn(move || {
            let ask = |path: &str| {
                let address = url.socket_addrs(|| None).expect("an address")[0];
                let mut stream = TcpStream::connect(address).expect("it listens");
                write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").expect("sent");
                let mut line = String::new();
                BufReader::new(stream).read_line(&mut line).expect("an answer");
                line
            };
            ["/favicon.ico", "/callback?code=evil&state=other", "/callback?code=c&state=s&iss=i"]
                .map(ask)
        });
        let returned = listener.wait("s").expect("it comes");
        assert_eq!(returned.code.as_deref(), Some("c"));
        assert_eq!(returned.iss.as_deref(), Some("i"));
        let lines = asked.join().expect("they are answered");
        assert_eq!(lines.map(|line| line.contains(" 200 ")), [false, false, true]);
    }
}
