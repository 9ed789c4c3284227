//! The function under one of the attributes, as far as the macro reads it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, FnArg, Pat, PatType, Signature, Visibility};

use super::kind::FunctionKind;

/// A function whose body is left alone: what is wrong in there is for rustc to say.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Function {
    pub(crate) fn parse(kind: FunctionKind, item: TokenStream) -> syn::Result<Self> {
        let parser = |input: ParseStream<'_>| Self::read(kind, input);
        parser.parse2(item)
    }

    fn read(kind: FunctionKind, input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = Attribute::parse_outer(input)?;
        let vis = input.parse()?;
        let sig: Signature = input.parse().map_err(|error| {
            let attribute = kind.attribute();
            syn::Error::new(
                error.span(),
                format!("{error}\n= help: `#[{attribute}]` goes on a function, `fn` or `async fn`"),
            )
        })?;
        let body: TokenStream = input.parse()?;
        match body.clone().into_iter().next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {}
            _ => {
                let noun = kind.noun();
                let message =
                    format!("a {noun} needs a body\n= help: write what it does in `{{ … }}`");
                return Err(syn::Error::new_spanned(&sig, message));
            }
        }
        Ok(Self { attrs, vis, sig, body })
    }
}

/// The signature without what only the macro understands: `#[arg]`, and documentation, which
/// rustc does not accept on parameters.
pub(crate) fn plain_signature(sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    for input in &mut sig.inputs {
        if let FnArg::Typed(PatType { attrs, .. }) = input {
            attrs.retain(|attr| !is_ours(attr));
        }
    }
    sig
}

fn is_ours(attr: &Attribute) -> bool {
    attr.path().is_ident("arg") || attr.path().is_ident("doc")
}

/// The identifier of a parameter, where it has one.
pub(crate) fn simple_name(pat: &Pat) -> Option<&syn::Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(&pat.ident),
        _ => None,
    }
}

/// True if what follows these tokens is a member of something: after one point, while two of them
/// are a range.
pub(crate) fn is_member(before: &[TokenTree]) -> bool {
    let point =
        |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Punct(p)) if p.as_char() == '.');
    let mut before = before.iter().rev();
    point(before.next()) && !point(before.next())
}
