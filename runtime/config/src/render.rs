//! A diagnostic as text: `path:line:column: message`, the line with a mark, the help.

use std::fmt::Write as _;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::redact;

/// Widest excerpt of a line. Terminals and compiler messages have 100 columns to spare.
const WINDOW: usize = 100;

/// Columns kept before the fault when a line is cut.
const WINDOW_LEAD: usize = 20;

/// Tabs are shown as this many columns, as rustc does.
const TAB: usize = 4;

/// The stand-in for a value that must not be printed.
const HIDDEN: &str = "***";

/// A place in a text, counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The place of a byte in a text; the end for one beyond it.
    pub fn of(source: &str, byte: usize) -> Self {
        let before = &source[..source.floor_char_boundary(byte)];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[start..].chars().filter(|c| *c != BYTE_ORDER_MARK).count() + 1;
        Self { line, column }
    }
}

/// Some editors put it at the start of a file; people do not see it.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl Diagnostic {
    /// The text for people: position, message, the line with a mark under the fault, help.
    ///
    /// `path` is printed as it is; `source` must be the text that was checked. Values of secrets
    /// are replaced by `***`.
    pub fn render(&self, path: &str, source: &str) -> String {
        let Position { line, column } = Position::of(source, self.span.start);
        let mut out = format!("{path}:{line}:{column}: {} [{}]", self.message, self.code);
        let gutter = " ".repeat(line.to_string().len());
        if !self.span.is_empty() {
            let (text, marks) = excerpt(self, source);
            // Writing to a String cannot fail.
            let _ = write!(out, "\n{gutter} |\n{line} | {text}\n{gutter} | {marks}");
        }
        if let Some(help) = &self.help {
            let mut lines = help.lines();
            let _ = write!(out, "\n{gutter} = help: {}", lines.next().unwrap_or_default());
            for more in lines {
                let _ = write!(out, "\n{gutter}         {more}");
            }
        }
        out
    }
}

/// One column of the excerpt.
struct Cell {
    shown: char,
    marked: bool,
}

/// The line on which the span begins, and the carets under the span.
fn excerpt(diagnostic: &Diagnostic, source: &str) -> (String, String) {
    let span = &diagnostic.span;
    let start = source.floor_char_boundary(span.start);
    let from = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let to = source[start..].find('\n').map_or(source.len(), |newline| start + newline);
    let mut hidden = redact::secrets(source);
    if diagnostic.code.hides_value() {
        hidden.push(span.clone());
    }
    let cells = window(cells(source, from..to, span, &hidden));
    let text: String = cells.iter().map(|cell| cell.shown).collect();
    let marks: String = cells.iter().map(caret).collect();
    (text.trim_end().to_owned(), marks.trim_end().to_owned())
}

fn caret(cell: &Cell) -> &'static str {
    match (cell.marked, is_wide(cell.shown)) {
        (true, true) => "^^",
        (true, false) => "^",
        (false, true) => "  ",
        (false, false) => " ",
    }
}

fn cells(
    source: &str,
    line: Range<usize>,
    span: &Range<usize>,
    hidden: &[Range<usize>],
) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut hidden_until = line.start;
    for (offset, c) in source[line.clone()].char_indices() {
        let byte = line.start + offset;
        if byte < hidden_until || matches!(c, '\r' | BYTE_ORDER_MARK) {
            continue;
        }
        if let Some(range) =
            hidden.iter().filter(|range| range.contains(&byte)).max_by_key(|r| r.end)
        {
            hidden_until = range.end;
            let marked = span.start < range.end && range.start < span.end;
            cells.extend(HIDDEN.chars().map(|shown| Cell { shown, marked }));
            continue;
        }
        let marked = span.contains(&byte);
        match c {
            '\t' => {
                let width = TAB - cells.len() % TAB;
                cells.extend((0..width).map(|_| Cell { shown: ' ', marked }));
            }
            c if is_invisible(c) => cells.push(Cell { shown: char::REPLACEMENT_CHARACTER, marked }),
            shown => cells.push(Cell { shown, marked }),
        }
    }
    if !cells.iter().any(|cell| cell.marked) {
        // The fault is at the end of the line, for example a missing value.
        cells.push(Cell { shown: ' ', marked: true });
    }
    cells
}

/// Cuts a long line to the part around the fault.
fn window(cells: Vec<Cell>) -> Vec<Cell> {
    if cells.len() <= WINDOW {
        return cells;
    }
    let fault = cells.iter().position(|cell| cell.marked).unwrap_or(0);
    let from = fault.saturating_sub(WINDOW_LEAD).min(cells.len() - WINDOW);
    let to = from + WINDOW;
    let ellipsis = |cut: bool| cut.then_some(Cell { shown: '…', marked: false });
    let (before, after) = (ellipsis(from > 0), ellipsis(to < cells.len()));
    let middle = cells.into_iter().skip(from).take(WINDOW);
    before.into_iter().chain(middle).chain(after).collect()
}

/// Characters that could disturb or forge a terminal's output, bidirectional overrides included.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Characters that take two columns in a terminal (the wide blocks of Unicode TR 11).
fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn render(source: &str, fault: &str) -> String {
        let start = source.find(fault).expect("the fault is in the source");
        let span = start..start + fault.len();
        let (message, help) = ("wrong".to_owned(), Some("one\ntwo".to_owned()));
        Diagnostic { code: Code::WrongType, span, message, help }.render("mcp.toml", source)
    }

    #[test]
    fn columns_are_characters_and_start_at_one() {
        assert_eq!(Position::of("äö = 1", "äö".len()), Position { line: 1, column: 3 });
        assert_eq!(Position::of("a\r\nbc", 4), Position { line: 2, column: 2 });
        assert_eq!(Position::of("\u{feff}a", 3), Position { line: 1, column: 1 });
        assert_eq!(Position::of("a", 99), Position { line: 1, column: 2 });
    }

    #[test]
    fn the_fault_is_underlined_and_help_is_aligned() {
        let expected = "mcp.toml:2:5: wrong [MCP003]\n  |\n2 | b = 12\n  |     ^^\n  = help: one\n          two";
        assert_eq!(render("a = 1\nb = 12\n", "12"), expected);
    }

    #[test]
    fn carets_stay_aligned_after_tabs_and_wide_characters() {
        let tab = render("a\t= 12", "12");
        assert!(tab.contains("1 | a   = 12\n  |       ^^"), "{tab}");
        let wide = render("a = \"日本\" # x", "x");
        assert!(wide.contains(&format!("\n  | {}^", " ".repeat(13))), "{wide}");
    }

    #[test]
    fn carriage_returns_do_not_reach_the_terminal() {
        assert!(!render("a = 1\r\nb = 2\r\n", "a").contains('\r'));
    }

    #[test]
    fn bidirectional_overrides_are_made_visible() {
        let text = render("a = \"\u{202e}x\"", "a");
        assert!(text.contains('\u{fffd}') && !text.contains('\u{202e}'), "{text}");
    }

    #[test]
    fn a_long_line_is_cut_around_the_fault() {
        let source = format!("a = [{}, oops, {}]", "1, ".repeat(200), "1, ".repeat(200));
        let text = render(&source, "oops");
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(WINDOW + 10), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        let at = lines[2].chars().position(|c| c == 'o').expect("the fault is shown");
        assert_eq!(lines[3].chars().position(|c| c == '^'), Some(at), "{text}");
    }

    #[test]
    fn a_fault_at_the_end_of_a_line_is_marked_behind_it() {
        let text = render("a =\nb = 1", "\n");
        assert!(text.contains("1 | a =\n  |    ^"), "{text}");
    }
}
