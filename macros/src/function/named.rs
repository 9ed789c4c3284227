//! Which groups and claims of its caller a function looks at, read from how its body uses `&Caller`
//! and `ctx.caller()`.
//!
//! A server keeps of a person what something names. So this looks for groups and claims that are
//! compared with texts in quotes; anything else, such as handing the caller on to another function
//! or walking through the groups, could be a look at every one.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, Literal, TokenStream, TokenTree};
use quote::quote;
use syn::{ExprPath, LitStr, Pat};

use super::ast::{self, Function, is_member};
use super::methods::is_method;
use super::signature;

/// Fields of `Caller` that are always there.
const ALWAYS: &[&str] =
    &["subject", "email", "claimed_email", "name", "scopes", "client_id", "known"];

/// Names of methods and types that leave a text what it is.
const HARMLESS: &[&str] = &[
    "as_str",
    "as_ref",
    "clone",
    "eq",
    "from",
    "into",
    "matches",
    "to_owned",
    "to_string",
    "String",
];

/// Operators that compare, or join comparisons.
const OPERATORS: &[char] = &['=', '&', '|', '*', '.', ',', ':'];

/// Names that are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Names {
    All,
    These(BTreeSet<String>),
}

impl Names {
    fn add(&mut self, names: Option<BTreeSet<String>>) {
        match (&mut *self, names) {
            (Self::These(known), Some(names)) => known.extend(names),
            _ => *self = Self::All,
        }
    }

    fn tokens(&self) -> TokenStream {
        match self {
            Self::All => quote!(::toolgate::__private::Names::All),
            Self::These(names) => quote!(::toolgate::__private::Names::These(&[#(#names),*])),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::These(names) if names.is_empty())
    }
}

/// Claims and groups that a function looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) groups: Names,
    pub(crate) claims: Names,
    /// Functions that complete its parameters, of which only the compiler knows what they take.
    pub(crate) completers: Vec<ExprPath>,
}

impl Default for Named {
    fn default() -> Self {
        let nothing = || Names::These(BTreeSet::new());
        Self { groups: nothing(), claims: nothing(), completers: Vec::new() }
    }
}

impl Named {
    /// Claims and groups that the body of the function looks at.
    pub(crate) fn of(function: &Function) -> Self {
        let mut found = Self::default();
        let (contexts, mut callers) = (Vec::new(), Vec::new());
        let mut scan = Scan { contexts, callers: Vec::new(), found: &mut found };
        let patterns = signature::contexts(&function.sig).map(|pattern| (pattern, true));
        let patterns = patterns.chain(signature::callers(&function.sig).map(|p| (p, false)));
        for (pattern, is_context) in patterns {
            match ast::simple_name(pattern) {
                Some(name) if is_context => scan.contexts.push(name.clone()),
                Some(name) => callers.push(name.clone()),
                None if matches!(pattern, Pat::Wild(_)) => {}
                None => scan.everything(),
            }
        }
        scan.aliases(function.body.clone(), &mut callers);
        scan.callers = callers;
        if !scan.contexts.is_empty() || !scan.callers.is_empty() {
            scan.tokens(function.body.clone());
        }
        found
    }

    /// The list in the definition's `Needs`.
    pub(crate) fn tokens(&self) -> TokenStream {
        let completers = self
            .completers
            .iter()
            .map(|path| quote!(::toolgate::__private::completer_named(#path)));
        let own = (!self.groups.is_empty() || !self.claims.is_empty()).then(|| {
            let (groups, claims) = (self.groups.tokens(), self.claims.tokens());
            quote!(::toolgate::__private::Named { groups: #groups, claims: #claims })
        });
        let all = own.into_iter().chain(completers);
        quote!(&[#(#all),*])
    }
}

/// A look through the body.
struct Scan<'a> {
    contexts: Vec<Ident>,
    callers: Vec<Ident>,
    found: &'a mut Named,
}

impl Scan<'_> {
    fn everything(&mut self) {
        (self.found.groups, self.found.claims) = (Names::All, Names::All);
    }

    /// Names that `let name = ctx.caller();` gives the caller.
    fn aliases(&self, tokens: TokenStream, names: &mut Vec<Ident>) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => self.aliases(group.stream(), names),
                TokenTree::Ident(ident) if self.contexts.contains(ident) => {
                    names.extend(alias(&trees, at));
                }
                _ => {}
            }
        }
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) if self.is_captured(literal) => self.everything(),
                // A field or a method of something else that has the name.
                TokenTree::Ident(_) if is_member(&trees[..at]) => {}
                TokenTree::Ident(ident) if self.contexts.contains(ident) => {
                    self.context(&trees, at);
                }
                // The `let` that gives the caller its name is seen at the context.
                TokenTree::Ident(ident) if self.callers.contains(ident) && !is_let(&trees, at) => {
                    self.caller(&trees[at + 1..]);
                }
                _ => {}
            }
        }
    }

    /// True if a text in quotes prints the caller: `format!("{caller:?}")`.
    fn is_captured(&self, literal: &Literal) -> bool {
        let text = literal.to_string();
        text.contains('{')
            && self
                .callers
                .iter()
                .any(|name| [':', '}'].iter().any(|end| text.contains(&format!("{{{name}{end}"))))
    }

    /// A use of the context.
    fn context(&mut self, trees: &[TokenTree], at: usize) {
        match &trees[at + 1..] {
            [TokenTree::Punct(dot), TokenTree::Ident(method), rest @ ..]
                if dot.as_char() == '.' =>
            {
                if method == "caller" {
                    if alias(trees, at).is_none() {
                        self.caller(rest.get(1..).unwrap_or_default());
                    }
                } else if !is_method(&method.to_string()) {
                    self.everything();
                }
            }
            _ => self.everything(),
        }
    }

    /// A use of the caller, by what follows.
    fn caller(&mut self, rest: &[TokenTree]) {
        let [TokenTree::Punct(dot), TokenTree::Ident(field), rest @ ..] = rest else {
            return self.everything();
        };
        let is_call = matches!(rest.first(), Some(TokenTree::Group(group))
            if group.delimiter() == Delimiter::Parenthesis);
        match field.to_string().as_str() {
            _ if dot.as_char() != '.' || is_call => self.everything(),
            "groups" => self.found.groups.add(groups(rest)),
            "claims" => self.found.claims.add(claim(rest).map(|name| BTreeSet::from([name]))),
            name if ALWAYS.contains(&name) => {}
            _ => self.everything(),
        }
    }
}

/// The name that the caller gets in `let name = ctx.caller();`, where `at` is the context.
fn alias(trees: &[TokenTree], at: usize) -> Option<Ident> {
    let is = |tree: Option<&TokenTree>, text: &str| tree.is_some_and(|t| t.to_string() == text);
    let [_, _, TokenTree::Group(group), TokenTree::Punct(end), ..] = &trees[at + 1..] else {
        return None;
    };
    let is_whole = group.stream().is_empty()
        && end.as_char() == ';'
        && is(trees.get(at + 2), "caller")
        && at >= 3
        && is(trees.get(at - 1), "=");
    let name = match &trees[..at.saturating_sub(1)] {
        [.., before, TokenTree::Ident(name)] if before.to_string() == "let" => name,
        [.., before, TokenTree::Ident(name), colon, amp, ty]
            if before.to_string() == "let"
                && colon.to_string() == ":"
                && amp.to_string() == "&"
                && ty.to_string() == "Caller" =>
        {
            name
        }
        _ => return None,
    };
    is_whole.then(|| name.clone())
}

/// True if a name stands after `let`.
fn is_let(trees: &[TokenTree], at: usize) -> bool {
    matches!(trees[..at].last(), Some(TokenTree::Ident(before)) if before == "let")
}

/// The claim in `.get("name")`, `.contains_key("name")` and `["name"]`.
fn claim(rest: &[TokenTree]) -> Option<String> {
    let group = match rest {
        [TokenTree::Group(index), ..] if index.delimiter() == Delimiter::Bracket => index,
        [TokenTree::Punct(_), TokenTree::Ident(method), TokenTree::Group(given), ..]
            if method == "get" || method == "contains_key" =>
        {
            given
        }
        _ => return None,
    };
    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
    match inner.as_slice() {
        [TokenTree::Literal(literal)] => text(literal),
        _ => None,
    }
}

/// The groups in `.contains(&"a".to_owned())` and `.iter().any(|group| group == "a")`; `None` for
/// what could be a look at others.
fn groups(rest: &[TokenTree]) -> Option<BTreeSet<String>> {
    let (given, names) = match rest {
        [TokenTree::Punct(_), TokenTree::Ident(method), TokenTree::Group(given), ..]
            if method == "contains" =>
        {
            (given.stream(), Vec::new())
        }
        [
            TokenTree::Punct(_),
            TokenTree::Ident(iter),
            TokenTree::Group(_),
            TokenTree::Punct(_),
            TokenTree::Ident(any),
            TokenTree::Group(given),
            ..,
        ] if iter == "iter" && any == "any" => closure(given.stream())?,
        _ => return None,
    };
    let mut found = BTreeSet::new();
    (compared(given, &names, &mut found) && !found.is_empty()).then_some(found)
}

/// The body of a closure of one parameter, and the parameter.
fn closure(tokens: TokenStream) -> Option<(TokenStream, Vec<Ident>)> {
    let mut trees = tokens.into_iter();
    let is_bar = |tree: &TokenTree| matches!(tree, TokenTree::Punct(bar) if bar.as_char() == '|');
    trees.next().filter(is_bar)?;
    let mut names = Vec::new();
    for tree in trees.by_ref() {
        match tree {
            bar if is_bar(&bar) => return Some((trees.collect(), names)),
            TokenTree::Ident(name) => names.push(name),
            TokenTree::Punct(_) => {}
            _ => return None,
        }
    }
    None
}

/// True if the tokens do nothing but compare one of the names with texts in quotes, which are put
/// into `found`.
fn compared(tokens: TokenStream, names: &[Ident], found: &mut BTreeSet<String>) -> bool {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    trees.iter().enumerate().all(|(at, tree)| match tree {
        TokenTree::Group(group) => compared(group.stream(), names, found),
        TokenTree::Literal(literal) => text(literal).is_some_and(|text| {
            found.insert(text);
            true
        }),
        // Of `matches!`. Where it negates, the look is at all other groups.
        TokenTree::Punct(mark) if mark.as_char() == '!' => {
            matches!(&trees[..at], [.., TokenTree::Ident(name)] if name == "matches")
                && matches!(trees.get(at + 1), Some(TokenTree::Group(_)))
        }
        TokenTree::Punct(operator) => OPERATORS.contains(&operator.as_char()),
        TokenTree::Ident(ident) if ident == "contains" => {
            // In a list; one text contains others, which nobody named.
            matches!(&trees[..at], [.., TokenTree::Group(list), TokenTree::Punct(_)]
                if list.delimiter() == Delimiter::Bracket)
        }
        TokenTree::Ident(ident) => {
            names.contains(ident) || HARMLESS.contains(&ident.to_string().as_str())
        }
    })
}

/// A text in quotes.
fn text(literal: &Literal) -> Option<String> {
    let tokens = TokenStream::from(TokenTree::Literal(literal.clone()));
    syn::parse2::<LitStr>(tokens).ok().map(|text| text.value())
}

#[cfg(test)]
mod tests;
