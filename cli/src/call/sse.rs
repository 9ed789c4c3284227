//! Events of a stream (HTML, server-sent events): only their data matters here.

use std::io::{self, BufRead};

/// The data of each event, as they come.
pub(super) struct Events<R> {
    lines: io::Lines<R>,
}

impl<R: BufRead> Events<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { lines: reader.lines() }
    }
}

impl<R: BufRead> Iterator for Events<R> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut data: Option<String> = None;
        for line in self.lines.by_ref() {
            let line = match line {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            if line.is_empty() {
                match data.take().filter(|data| !data.is_empty()) {
                    Some(data) => return Some(Ok(data)),
                    None => continue,
                }
            }
            let Some(rest) = line.strip_prefix("data:") else { continue };
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            match &mut data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(rest);
                }
                None => data = Some(rest.to_owned()),
            }
        }
        // An event that no empty line ended is incomplete.
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_all_its_data_lines_and_ends_with_an_empty_one() {
        let text = ": hello\r\nid: 1\r\ndata:\r\n\r\nevent: message\r\ndata: {\"a\":\r\ndata:1}\r\n\r\ndata: half";
        let events: Vec<_> =
            Events::new(text.as_bytes()).map(|event| event.expect("text")).collect();
        assert_eq!(events, ["{\"a\":\n1}"]);
    }
}
