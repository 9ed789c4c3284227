//! The types that the macro knows by name.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Lifetime, Path, PathArguments, Type, TypePath};

/// A type whose JSON Schema is written by the macro. That the name means the type of the standard
/// library is asserted in the expansion.
#[derive(Clone, Copy)]
pub(crate) enum Plain<'a> {
    Bool,
    Whole(&'static WholeNumber),
    /// `f32` or `f64`.
    Number(&'static str),
    Text,
    /// A `Vec` of the type, which is known as well.
    List(&'a Type),
}

/// A type of whole numbers.
pub(crate) struct WholeNumber {
    pub(crate) name: &'static str,
    pub(crate) min: i128,
    pub(crate) max: i128,
    /// Limits that the schema states by itself. JSON numbers are floats to most clients, and they
    /// cannot write the ends of the 64-bit types.
    pub(crate) schema: (Option<i128>, Option<i128>),
}

macro_rules! whole_numbers {
    ($($type:ident $min:expr, $max:expr;)*) => {
        &[$(WholeNumber {
            name: stringify!($type),
            min: $type::MIN as i128,
            max: $type::MAX as i128,
            schema: ($min, $max),
        },)*]
    };
}

const WHOLE_NUMBERS: &[WholeNumber] = whole_numbers! {
    u8 Some(0), Some(u8::MAX as i128);
    u16 Some(0), Some(u16::MAX as i128);
    u32 Some(0), Some(u32::MAX as i128);
    u64 Some(0), None;
    i8 Some(i8::MIN as i128), Some(i8::MAX as i128);
    i16 Some(i16::MIN as i128), Some(i16::MAX as i128);
    i32 Some(i32::MIN as i128), Some(i32::MAX as i128);
    i64 None, None;
    // 32 bits wide in a Worker, whatever they are where the macro runs.
    usize Some(0), Some(u32::MAX as i128);
    isize Some(i32::MIN as i128), Some(i32::MAX as i128);
};

impl<'a> Plain<'a> {
    /// The type, if it is one of them.
    pub(crate) fn of(ty: &'a Type) -> Option<Self> {
        let (name, argument) = segment(ty)?;
        match (name.as_str(), argument) {
            ("bool", None) => Some(Self::Bool),
            ("f32", None) => Some(Self::Number("f32")),
            ("f64", None) => Some(Self::Number("f64")),
            ("String", None) => Some(Self::Text),
            ("Vec", Some(item)) => Self::of(item).map(|_| Self::List(item)),
            (name, None) => WHOLE_NUMBERS.iter().find(|whole| whole.name == name).map(Self::Whole),
            _ => None,
        }
    }
}

/// The inner type, if the type is an `Option`.
pub(crate) fn inside_option(ty: &Type) -> Option<&Type> {
    match segment(ty) {
        Some((name, Some(inner))) if name == "Option" => Some(inner),
        _ => None,
    }
}

/// The name and the one type argument of a type that is written by its name alone, or by its path in
/// the standard library.
fn segment(ty: &Type) -> Option<(String, Option<&Type>)> {
    let Type::Path(TypePath { qself: None, path, .. }) = ungrouped(ty) else { return None };
    let segment = path.segments.last()?;
    if !is_of_standard_library(path) {
        return None;
    }
    let argument = match &segment.arguments {
        PathArguments::None => None,
        PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => {
            match arguments.args.first()? {
                GenericArgument::Type(ty) => Some(ty),
                _ => return None,
            }
        }
        _ => return None,
    };
    Some((segment.ident.to_string(), argument))
}

/// True if the path is one under which the standard library has its last name.
fn is_of_standard_library(path: &Path) -> bool {
    let mut names: Vec<String> =
        path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let module = match names.pop().as_deref() {
        Some("Option") => "option",
        Some("String") => "string",
        Some("Vec") => "vec",
        _ => "primitive",
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names[..] {
        [] => path.leading_colon.is_none(),
        [last] => path.leading_colon.is_none() && last == module,
        ["std" | "core" | "alloc", last] => last == module,
        _ => false,
    }
}

/// The first lifetime in a type but `'static`: what has one is borrowed from somebody.
pub(crate) fn borrowed(ty: &Type) -> Option<Lifetime> {
    lifetime(ty.to_token_stream())
}

fn lifetime(tokens: TokenStream) -> Option<Lifetime> {
    let mut quote = None;
    for tree in tokens {
        match (tree, quote.take()) {
            (TokenTree::Ident(name), Some(apostrophe)) if name != "static" => {
                return Some(Lifetime { apostrophe, ident: name });
            }
            (TokenTree::Punct(punct), _) if punct.as_char() == '\'' => quote = Some(punct.span()),
            (TokenTree::Group(group), _) => {
                if let Some(found) = lifetime(group.stream()) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

/// The type without the invisible parentheses that a `macro_rules!` puts around its fragments.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}
