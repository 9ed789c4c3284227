//! `verify = hmac(…)`: how a webhook is signed.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprAssign, ExprCall, ExprLit, Ident, Lit, LitInt, LitStr};

use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;
use crate::function::emit::option;
use crate::options::Entry;

const OPTIONS: [&str; 8] = [
    "header",
    "secret",
    "encoding",
    "prefix",
    "timestamp",
    "timestamp_field",
    "payload",
    "tolerance",
];

const EXAMPLE: &str = "write `verify = hmac(header = \"X-Signature\", secret = \"HOOK_SECRET\")`";

/// Seconds that a signed time may be away from now, unless the route says otherwise: what Stripe and
/// Slack recommend.
const TOLERANCE: u64 = 300;

/// Most seconds that it may be away: more keeps no replay out.
const MAX_TOLERANCE: u64 = 3600;

/// A checked scheme.
pub(crate) struct Hmac {
    header: String,
    secret: String,
    base64: bool,
    prefix: String,
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
        Some(Expr::Call(call)) if is_hmac(call) => call,
        _ => {
            errors.report(entry.tokens(), "`verify` takes `hmac(…)`", EXAMPLE);
            return None;
        }
    };
    let given = list(call, errors);
    let text = |name: &str| given.iter().find(|one| one.name == name).map(|one| one.text(errors));
    let required = |name: &str| {
        text(name).unwrap_or_else(|| {
            errors.report(&call.func, format!("a signature has a `{name}`"), EXAMPLE);
            None
        })
    };
    let (header, secret) = (required("header"), required("secret"));
    let header = header.and_then(|header| header_name(&header, errors));
    if let Some(secret) = &secret {
        declared(secret, config, errors);
    }
    let base64 = match text("encoding") {
        None => Some(false),
        Some(encoding) => encoding.and_then(|encoding| encoded(&encoding, errors)),
    };
    let prefix = text("prefix").map_or(Some(String::new()), |text| text.map(|text| text.value()));
    let timestamp = timestamp(text("timestamp"), text("timestamp_field"), errors);
    let payload = payload(call, text("payload"), timestamp.as_ref()?.is_some(), errors);
    let tolerance = tolerance(&given, timestamp.as_ref()?.is_some(), errors);
    Some(Hmac {
        header: header?,
        secret: secret?.value(),
        base64: base64?,
        prefix: prefix?,
        timestamp: timestamp?,
        payload: payload?,
        tolerance: tolerance?,
    })
}

fn is_hmac(call: &ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.is_ident("hmac"))
}

fn list<'a>(call: &'a ExprCall, errors: &Errors) -> Vec<Given<'a>> {
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
        if !OPTIONS.iter().any(|known| given.name == known) {
            let help = format!("the options are {}", OPTIONS.join(", "));
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
        let Self { header, secret, base64, prefix, timestamp, payload, tolerance } = self;
        let encoding = if *base64 { quote!(Base64) } else { quote!(Hex) };
        let timestamp = option(timestamp.as_ref().map(|(is_field, name)| {
            let place = if *is_field { quote!(Field) } else { quote!(Header) };
            quote!(::toolgate::__private::Timestamp::#place(#name))
        }));
        quote! {
            ::toolgate::__private::Guard::Signed(::toolgate::__private::Scheme {
                header: #header,
                secret: #secret,
                encoding: ::toolgate::__private::Encoding::#encoding,
                prefix: #prefix,
                timestamp: #timestamp,
                tolerance: #tolerance,
                payload: #payload,
            })
        }
    }
}
