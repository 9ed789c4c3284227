//! `verify = hmac(…)` and `verify = standard_webhooks(…)`: how a webhook is signed.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprAssign, ExprCall, ExprLit, Ident, Lit, LitInt, LitStr};

use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;
use crate::function::emit::option;
use crate::options::Entry;

/// Options of `hmac(…)`.
const OPTIONS: &[&str] = &[
    "header",
    "secret",
    "or",
    "encoding",
    "prefix",
    "timestamp",
    "timestamp_field",
    "payload",
    "tolerance",
];

/// Options of `standard_webhooks(…)`.
const STANDARD_OPTIONS: &[&str] = &["secret", "or", "tolerance"];

const EXAMPLE: &str = "write `verify = hmac(header = \"X-Signature\", secret = \"HOOK_SECRET\")`";

/// Seconds that a signed time may be away from now, unless the route says otherwise: what Stripe and
/// Slack recommend.
const TOLERANCE: u64 = 300;

/// Most seconds that it may be away: more keeps no replay out.
const MAX_TOLERANCE: u64 = 3600;

/// A checked scheme.
pub(crate) struct Hmac {
    header: String,
    secrets: Vec<String>,
    base64: bool,
    prefix: String,
    separator: Option<char>,
    id: Option<&'static str>,
    timestamp: Option<(bool, String)>,
    payload: String,
    tolerance: u64,
}

/// One `name = value` of the list.
struct Given<'a> {
    name: &'a Ident,
    value: &'a Expr,
}

impl Given<'_> {
    fn text(&self, errors: &Errors) -> Option<LitStr> {
        match self.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
            other => {
                let name = self.name;
                let help = format!("write `{name} = \"…\"`");
                errors.report(other, format!("`{name}` takes text in quotes"), help);
                None
            }
        }
    }
}

/// Reads the option.
pub(crate) fn check(entry: &Entry, config: &ConfigPath, errors: &Errors) -> Option<Hmac> {
    let call = match &entry.value {
        Some(Expr::Call(call)) => call,
        _ => return unknown(entry, errors),
    };
    if is_named(call, "standard_webhooks") {
        return standard_webhooks(call, config, errors);
    }
    if !is_named(call, "hmac") {
        return unknown(entry, errors);
    }
    let list = Options { given: list(call, OPTIONS, errors), call, errors };
    let (header, secrets) = (list.required("header"), list.secrets(config));
    let header = header.and_then(|header| header_name(&header, errors));
    let base64 = match list.text("encoding") {
        None => Some(false),
        Some(encoding) => encoding.and_then(|encoding| encoded(&encoding, errors)),
    };
    let prefix = list.text("prefix").map_or(Some(String::new()), |text| Some(text?.value()));
    let timestamp = timestamp(list.text("timestamp"), list.text("timestamp_field"), errors);
    let has_time = timestamp.as_ref()?.is_some();
    let payload = payload(call, list.text("payload"), has_time, errors);
    let tolerance = tolerance(&list.given, has_time, errors);
    let timestamp = timestamp?;
    Some(Hmac {
        header: header?,
        secrets: secrets?,
        base64: base64?,
        prefix: prefix?,
        separator: matches!(timestamp, Some((true, _))).then_some(','),
        id: None,
        timestamp,
        payload: payload?,
        tolerance: tolerance?,
    })
}

fn unknown(entry: &Entry, errors: &Errors) -> Option<Hmac> {
    errors.report(entry.tokens(), "`verify` takes `hmac(…)` or `standard_webhooks(…)`", EXAMPLE);
    None
}

/// The scheme of the document "Standard Webhooks" (version 1.0.0), which many senders have in common.
fn standard_webhooks(call: &ExprCall, config: &ConfigPath, errors: &Errors) -> Option<Hmac> {
    let list = Options { given: list(call, STANDARD_OPTIONS, errors), call, errors };
    let (secrets, tolerance) = (list.secrets(config), tolerance(&list.given, true, errors));
    Some(Hmac {
        header: "webhook-signature".to_owned(),
        secrets: secrets?,
        base64: true,
        prefix: "v1,".to_owned(),
        separator: Some(' '),
        id: Some("webhook-id"),
        timestamp: Some((false, "webhook-timestamp".to_owned())),
        payload: "{id}.{timestamp}.{body}".to_owned(),
        tolerance: tolerance?,
    })
}

fn is_named(call: &ExprCall, name: &str) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.is_ident(name))
}

/// The options of one scheme, as they were written.
struct Options<'a> {
    given: Vec<Given<'a>>,
    call: &'a ExprCall,
    errors: &'a Errors,
}

impl Options<'_> {
    /// The text of an option that is there; `Some(None)` where it is none, which was reported.
    fn text(&self, name: &str) -> Option<Option<LitStr>> {
        self.given.iter().find(|one| one.name == name).map(|one| one.text(self.errors))
    }

    fn required(&self, name: &str) -> Option<LitStr> {
        self.text(name).unwrap_or_else(|| {
            let message = format!("a signature has a `{name}`");
            self.errors.report(&self.call.func, message, EXAMPLE);
            None
        })
    }

    /// The secret, and the one that takes turns with it.
    fn secrets(&self, config: &ConfigPath) -> Option<Vec<String>> {
        let secret = self.required("secret")?;
        let other = match self.text("or") {
            Some(other) => Some(other?),
            None => None,
        };
        if let Some(other) = other.as_ref().filter(|other| other.value() == secret.value()) {
            let help = "name another secret of `[secrets]`, or leave `or` out";
            self.errors.report(other, "this is the same secret", help);
        }
        let secrets: Vec<_> = [Some(secret), other].into_iter().flatten().collect();
        secrets.iter().for_each(|secret| declared(secret, config, self.errors));
        Some(secrets.iter().map(LitStr::value).collect())
    }
}

fn list<'a>(call: &'a ExprCall, options: &[&str], errors: &Errors) -> Vec<Given<'a>> {
    let mut list: Vec<Given<'a>> = Vec::new();
    for argument in &call.args {
        let given = match argument {
            Expr::Assign(ExprAssign { left, right, .. }) => match &**left {
                Expr::Path(path) => path.path.get_ident().map(|name| Given { name, value: right }),
                _ => None,
            },
            _ => None,
        };
        let Some(given) = given else {
            errors.report(argument, "this is not an option of a signature", EXAMPLE);
            continue;
        };
        if !options.iter().any(|known| given.name == known) {
            let help = format!("the options are {}", options.join(", "));
            errors.report(given.name, format!("unknown option `{}`", given.name), help);
        } else if list.iter().any(|other| other.name == given.name) {
            let message = format!("`{}` is given twice", given.name);
            errors.report(given.name, message, "leave one of them out");
        } else {
            list.push(given);
        }
    }
    list
}

/// The name of a header, in lower case as they are looked up.
fn header_name(text: &LitStr, errors: &Errors) -> Option<String> {
    let name = text.value();
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !name.is_empty() && name.bytes().all(is_name) {
        return Some(name.to_ascii_lowercase());
    }
    let help = "a header is named by letters, digits and hyphens, as in \"X-Signature\"";
    errors.report(text, format!("`{name}` cannot be the name of a header"), help);
    None
}

/// Reports a secret that `mcp.toml` does not name, so that nobody would be asked for it.
fn declared(secret: &LitStr, config: &ConfigPath, errors: &Errors) {
    let name = secret.value();
    if let ConfigOutcome::Good(checked) = config.check()
        && checked.secrets.iter().all(|known| known.name != name)
    {
        let file = config.display();
        let message = format!("`[secrets]` of {file} does not name `{name}`");
        let help = format!("add `{name} = \"…\"` there, with what it is for");
        errors.report(secret, message, help);
    }
}

fn encoded(text: &LitStr, errors: &Errors) -> Option<bool> {
    match &*text.value() {
        "hex" => Some(false),
        "base64" => Some(true),
        _ => {
            errors.report(text, "a signature is `hex` or `base64`", "write one of the two");
            None
        }
    }
}

/// Where the signed time is: true for a field of the signature's header. `None` where it was reported.
fn timestamp(
    header: Option<Option<LitStr>>,
    field: Option<Option<LitStr>>,
    errors: &Errors,
) -> Option<Option<(bool, String)>> {
    match (header, field) {
        (None, None) => Some(None),
        (Some(header), None) => Some(Some((false, header_name(&header?, errors)?))),
        (None, Some(field)) => {
            let field = field?;
            let name = field.value();
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                let help = "write the name in front of `=`, as in \"t\"";
                errors.report(&field, "this cannot be the name of a field", help);
                return None;
            }
            Some(Some((true, name)))
        }
        (Some(_), Some(field)) => {
            let help = "leave `timestamp` or `timestamp_field` out";
            errors.report(field?, "a signature has one time", help);
            None
        }
    }
}

/// The signed text, in which the body stands once, and so does the time if there is one: a time that is
/// not signed keeps no replay out.
fn payload(
    call: &ExprCall,
    given: Option<Option<LitStr>>,
    has_time: bool,
    errors: &Errors,
) -> Option<String> {
    let help = if has_time {
        "write the text that the sender signs, as in `payload = \"{timestamp}.{body}\"`"
    } else {
        "write `payload = \"{body}\"`, or name the time by `timestamp`"
    };
    let Some(given) = given else {
        if has_time {
            errors.report(&call.func, "a signature with a time has a `payload`", help);
            return None;
        }
        return Some("{body}".to_owned());
    };
    let text = given?;
    let value = text.value();
    let (bodies, times) = (value.matches("{body}").count(), value.matches("{timestamp}").count());
    if bodies == 1 && times == usize::from(has_time) {
        if has_time && is_ambiguous(&value) {
            let help = "write what the sender puts between them, as in `{timestamp}.{body}`; a sender that puts \
                        nothing there cannot be verified";
            let message = "nothing tells where the time ends and the body begins";
            errors.report(&text, message, help);
            return None;
        }
        return Some(value);
    }
    let message = if has_time {
        "the signed text has `{timestamp}` and `{body}` once each"
    } else {
        "the signed text has `{body}` once, and no `{timestamp}`"
    };
    errors.report(&text, message, help);
    None
}

/// True if digits of the time could be digits of the body: the same text would then be signed for another
/// time with another body.
fn is_ambiguous(payload: &str) -> bool {
    let between = match (payload.split_once("{timestamp}"), payload.split_once("{body}")) {
        (Some((_, after)), _) if after.contains("{body}") => after.split("{body}").next(),
        (_, Some((_, after))) => after.split("{timestamp}").next(),
        _ => None,
    };
    between.is_some_and(|between| between.bytes().all(|b| b.is_ascii_digit()))
}

fn tolerance(given: &[Given<'_>], has_time: bool, errors: &Errors) -> Option<u64> {
    let Some(one) = given.iter().find(|one| one.name == "tolerance") else {
        return Some(TOLERANCE);
    };
    if !has_time {
        let help = "name the signed time by `timestamp`, or leave `tolerance` out";
        errors.report(one.name, "nothing tells when the request was signed", help);
        return None;
    }
    let seconds = match one.value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => seconds(number),
        _ => None,
    };
    if seconds.is_none() {
        let message = format!("`tolerance` takes 1 to {MAX_TOLERANCE} seconds");
        errors.report(one.value, message, "write `tolerance = 300`");
    }
    seconds
}

fn seconds(number: &LitInt) -> Option<u64> {
    let seconds = number.base10_parse::<u64>().ok()?;
    (1..=MAX_TOLERANCE).contains(&seconds).then_some(seconds)
}

impl Hmac {
    /// The guard of the definition.
    pub(crate) fn tokens(&self) -> TokenStream {
        let Self { header, secrets, base64, prefix, id, payload, tolerance, .. } = self;
        let encoding = if *base64 { quote!(Base64) } else { quote!(Hex) };
        let separator = option(self.separator.map(|separator| quote!(#separator)));
        let id = option(id.map(|id| quote!(#id)));
        let timestamp = option(self.timestamp.as_ref().map(|(is_field, name)| {
            let place = if *is_field { quote!(Field) } else { quote!(Header) };
            quote!(::toolgate::__private::Timestamp::#place(#name))
        }));
        quote! {
            ::toolgate::__private::Guard::Signed(::toolgate::__private::Scheme {
                header: #header,
                secrets: &[#(#secrets),*],
                encoding: ::toolgate::__private::Encoding::#encoding,
                prefix: #prefix,
                separator: #separator,
                id: #id,
                timestamp: #timestamp,
                tolerance: #tolerance,
                payload: #payload,
            })
        }
    }
}
