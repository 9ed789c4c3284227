//! `uri = "…"`: a URI (RFC 3986), or a template for many (RFC 6570, level 1).

use syn::LitStr;

use crate::errors::Errors;
use crate::text::TextArgument;

/// A URI or template that passed every rule.
pub(crate) struct Uri {
    pub(crate) literal: LitStr,
    /// The template's variables in their order.
    pub(crate) variables: Vec<String>,
    /// The template without the names of its variables: two of one shape match the same URIs.
    pub(crate) shape: String,
}

/// Why a text is not a URI, and what to do about it.
type Fault = (String, String);

/// Checks the text of the option.
pub(crate) fn check(literal: LitStr, errors: &Errors) -> Option<Uri> {
    match read(&literal.value()) {
        Ok((shape, variables)) => Some(Uri { literal, variables, shape }),
        Err((message, help)) => {
            errors.report(&literal, message, help);
            None
        }
    }
}

/// The shape of a template, and its variables.
fn read(text: &str) -> Result<(String, Vec<String>), Fault> {
    scheme(text)?;
    let (mut shape, mut variables) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        literal(before)?;
        let Some((name, after)) = brace.strip_prefix('{').and_then(|tail| tail.split_once('}'))
        else {
            let help = "a variable is written `{name}`; a brace itself is `%7B` or `%7D`";
            return Err(("a brace of this URI has no partner".to_owned(), help.to_owned()));
        };
        variable(name)?;
        if variables.iter().any(|other| other == name) {
            let help = "give one of them another name";
            return Err((format!("the variable `{{{name}}}` is there twice"), help.to_owned()));
        }
        if before.is_empty() && !variables.is_empty() {
            let help = "put something between them, such as `/`";
            let message = format!("nobody can tell where `{{{name}}}` begins");
            return Err((message, help.to_owned()));
        }
        shape.push_str(before);
        shape.push_str("{}");
        variables.push(name.to_owned());
        rest = after;
    }
    literal(rest)?;
    shape.push_str(rest);
    Ok((shape, variables))
}

/// A scheme and something after it (RFC 3986, section 3.1).
fn scheme(text: &str) -> Result<(), Fault> {
    let help = "write the scheme first, as in `docs://handbook`";
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err((format!("`{text}` is not a URI: it has no scheme"), help.to_owned()));
    };
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.bytes().all(letters) {
        let message = format!("`{scheme}` cannot be the scheme of a URI");
        return Err((message, help.to_owned()));
    }
    if rest.trim_start_matches('/').is_empty() {
        let help = format!("write what it is, as in `{scheme}://handbook`");
        return Err((format!("`{text}` names nothing after its scheme"), help));
    }
    Ok(())
}

/// Characters that a URI may have as they are, and escapes that are whole (RFC 3986, section 2).
fn literal(text: &str) -> Result<(), Fault> {
    for (at, c) in text.char_indices() {
        let known = c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
        if !known {
            let message = format!("`{}` cannot stand in a URI", c.escape_debug());
            let help = "write its bytes as `%` and two hexadecimal digits each";
            return Err((message, help.to_owned()));
        }
        let digits = text.as_bytes().get(at + 1..at + 3);
        if c == '%' && !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            let help = "write `%` itself as `%25`";
            return Err(("`%` begins an escape, which is not whole".to_owned(), help.to_owned()));
        }
    }
    Ok(())
}

/// The name of a variable, without the operators of the higher levels of RFC 6570.
fn variable(name: &str) -> Result<(), Fault> {
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if letters && !name.is_empty() {
        return Ok(());
    }
    let help = "a variable is `{name}` with A-Z a-z 0-9 _ (RFC 6570, level 1), and stands for one \
                segment of a path or a part of it";
    Err((format!("`{{{name}}}` is not a variable"), help.to_owned()))
}

impl Uri {
    /// Reports variables without a parameter, and parameters without a variable.
    pub(crate) fn compare(&self, arguments: &[&TextArgument<'_>], errors: &Errors) {
        for variable in &self.variables {
            if !arguments.iter().any(|argument| argument.name == *variable) {
                let message = format!("no parameter takes `{{{variable}}}`");
                let help = format!("let the function take `{variable}: String`");
                errors.report(&self.literal, message, help);
            }
        }
        for argument in arguments {
            if !self.variables.contains(&argument.name) {
                let message = format!("the URI has no variable `{{{}}}`", argument.name);
                let help = "the parameters are the variables of the URI; what else the function \
                            needs it finds by `&Context` and `&Caller`";
                errors.report(argument.ident, message, help);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        read(text).expect_err(text).0
    }

    #[test]
    fn a_uri_has_no_variables() {
        for uri in ["docs://handbook", "urn:isbn:1", "file:///a%20b?x=1#y", "test://[::1]/"] {
            assert_eq!(read(uri), Ok((uri.to_owned(), vec![])), "{uri}");
        }
    }

    #[test]
    fn a_template_has_its_variables_in_order() {
        let (shape, variables) = read("test://{team}/notes/{note_id}.md").expect("a template");
        assert_eq!(shape, "test://{}/notes/{}.md");
        assert_eq!(variables, ["team", "note_id"]);
    }

    #[test]
    fn what_is_no_uri_is_explained() {
        assert!(fault("handbook").contains("no scheme"));
        assert!(fault("{scheme}://a").contains("cannot be the scheme"));
        assert!(fault("1a://a").contains("cannot be the scheme"));
        assert!(fault("docs://").contains("names nothing"));
        assert!(fault("docs://a b").contains("` ` cannot stand"));
        assert!(fault("docs://ä").contains("`ä` cannot stand"));
        assert!(fault("docs://%zz").contains("escape"));
        assert!(fault("docs://%7").contains("escape"));
    }

    #[test]
    fn what_is_no_template_is_explained() {
        assert!(fault("docs://{a").contains("no partner"));
        assert!(fault("docs://a}").contains("no partner"));
        assert!(fault("docs://{}").contains("not a variable"));
        assert!(fault("docs://{+path}").contains("not a variable"));
        assert!(fault("docs://x{?q}").contains("not a variable"));
        assert!(fault("docs://{a,b}").contains("not a variable"));
        assert!(fault("docs://{a}{b}").contains("where `{b}` begins"));
        assert!(fault("docs://{a}/{a}").contains("twice"));
    }
}
