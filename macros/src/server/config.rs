//! The configuration as a constant: every value of the model as the tokens that make it.
//!
//! The fields of structures and the values of choices are those of the tables in `toolgate-config`.

use std::borrow::Cow;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use toolgate_config::{
    AuditSink, Condition, Endpoints, HostedRange, List, Provider, Rate, Scalar, Scope, Setting,
    Str, Test,
};

/// Tokens of a value, in a scope where `config` is the crate of the model and `Borrowed` makes a
/// `Cow`.
pub(crate) trait Constant {
    fn constant(&self) -> TokenStream;

    /// Tokens of the value in an `Option`.
    fn in_option(&self) -> TokenStream {
        let value = self.constant();
        quote!(Some(#value))
    }
}

impl Constant for str {
    fn constant(&self) -> TokenStream {
        quote!(#self)
    }
}

impl<T: Constant> Constant for [T] {
    fn constant(&self) -> TokenStream {
        let items = self.iter().map(Constant::constant);
        quote!(&[#(#items),*])
    }
}

impl<T: Constant + ToOwned + ?Sized> Constant for Cow<'static, T> {
    fn constant(&self) -> TokenStream {
        let value = self.as_ref().constant();
        quote!(Borrowed(#value))
    }
}

impl<T: Constant> Constant for Option<T> {
    fn constant(&self) -> TokenStream {
        self.as_ref().map_or_else(|| quote!(None), Constant::in_option)
    }
}

impl<A: Constant, B: Constant> Constant for (A, B) {
    fn constant(&self) -> TokenStream {
        let (one, other) = (self.0.constant(), self.1.constant());
        quote!((#one, #other))
    }
}

/// Values that are tokens of their own.
macro_rules! literals {
    ($($name:ty)*) => {$(
        impl Constant for $name {
            fn constant(&self) -> TokenStream {
                quote!(#self)
            }
        }
    )*};
}

literals!(bool u32 u128 usize i64 f64);

macro_rules! structures {
    ($(
        $(#[$about:meta])*
        $name:ident in $section:literal, $sort:ident {
            $(($first:ident) => $first_shape:expr;)*
            $(
                $(#[$doc:meta])*
                $field:ident: $type:ty $(= $kind:expr)? $(=> $shape:expr)?;
                $(($key:ident) $(: $key_type:ty = $key_kind:expr)? $(=> $key_shape:expr)?;)*
            )*
        }
    )*) => {$(
        impl Constant for toolgate_config::$name {
            fn constant(&self) -> TokenStream {
                let Self { $($field),* } = self;
                $(let $field = $field.constant();)*
                quote!(config::$name { $($field: #$field),* })
            }
        }
    )*};
}

toolgate_config::sections!(structures);
toolgate_config::policy_sections!(structures);
toolgate_config::quota_sections!(structures);
toolgate_config::invariant_sections!(structures);
toolgate_config::connection_sections!(structures);
toolgate_config::grant_sections!(structures);
toolgate_config::switch_sections!(structures);

macro_rules! choices {
    ($(
        $(#[$about:meta])*
        $name:ident { $($(#[$doc:meta])* $value:ident = $text:literal,)* }
    )*) => {$(
        impl Constant for toolgate_config::$name {
            fn constant(&self) -> TokenStream {
                match self {
                    $(Self::$value => quote!(config::$name::$value),)*
                }
            }

            in_option!($name);
        }
    )*};
}

macro_rules! in_option {
    // The workerd of a developer's machine has no jurisdictions, and fails where one is named.
    (Jurisdiction) => {
        fn in_option(&self) -> TokenStream {
            let jurisdiction = self.constant();
            quote! {
                if ::toolgate::__private::is_one(::core::option_env!("TOOLGATE_DEV")) {
                    None
                } else {
                    Some(#jurisdiction)
                }
            }
        }
    };
    ($name:ident) => {};
}

toolgate_config::choices!(choices);

impl Constant for Scope {
    fn constant(&self) -> TokenStream {
        let Self { name, meaning } = self;
        let (name, meaning) = (name.constant(), meaning.constant());
        quote!(config::Scope { name: #name, meaning: #meaning })
    }
}

impl Constant for Rate {
    fn constant(&self) -> TokenStream {
        let Self { units, period } = self;
        quote!(config::Rate { units: #units, period: #period })
    }
}

impl Constant for HostedRange {
    fn constant(&self) -> TokenStream {
        let Self { name, first, last } = self;
        let name = name.constant();
        quote!(config::HostedRange { name: #name, first: #first, last: #last })
    }
}

// As `Debug` writes them, so that their lists stand in one place.
impl Constant for Provider {
    fn constant(&self) -> TokenStream {
        let name = variant(&format!("{self:?}"));
        quote!(config::Provider::#name)
    }
}

impl Constant for AuditSink {
    fn constant(&self) -> TokenStream {
        let name = variant(&format!("{self:?}"));
        quote!(config::AuditSink::#name)
    }
}

fn variant(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

impl Constant for Setting {
    fn constant(&self) -> TokenStream {
        let (name, text) = match self {
            Self::Literal(text) => (variant("Literal"), text.constant()),
            Self::Var(text) => (variant("Var"), text.constant()),
        };
        quote!(config::Setting::#name(#text))
    }
}

impl Constant for Endpoints {
    fn constant(&self) -> TokenStream {
        match self {
            Self::GitHub => quote!(config::Endpoints::GitHub),
            Self::None => quote!(config::Endpoints::None),
            Self::Team(team) => {
                let team = team.constant();
                quote!(config::Endpoints::Team(#team))
            }
            Self::Discovery(issuer) => {
                let issuer = issuer.constant();
                quote!(config::Endpoints::Discovery(#issuer))
            }
            Self::Urls { authorization_url, token_url, jwks_url } => {
                let authorization_url = authorization_url.constant();
                let token_url = token_url.constant();
                let jwks_url = jwks_url.constant();
                quote! {
                    config::Endpoints::Urls {
                        authorization_url: #authorization_url,
                        token_url: #token_url,
                        jwks_url: #jwks_url,
                    }
                }
            }
        }
    }
}

macro_rules! conditions {
    ($(
        $(#[$doc:meta])*
        $name:ident($type:ty) in $key:literal = $kind:expr;
        $(($other:literal) => $shape:expr;)*
    )*) => {
        impl Constant for Condition {
            fn constant(&self) -> TokenStream {
                let (name, value) = match self {
                    $(Self::$name(value) => (stringify!($name), value.constant()),)*
                    Self::Everyone => return quote!(config::Condition::Everyone),
                    Self::Claim { path, test } => return tested("Claim", path, test),
                    Self::Argument { path, test } => return tested("Argument", path, test),
                    Self::Policy(name) => ("Policy", name.constant()),
                    Self::Any(parts) => ("Any", parts.constant()),
                    Self::All(parts) => ("All", parts.constant()),
                    Self::Not(parts) => ("Not", parts.constant()),
                };
                let name = variant(name);
                quote!(config::Condition::#name(#value))
            }
        }
    };
}

toolgate_config::conditions!(conditions);

/// A condition on a claim or an argument.
fn tested(name: &str, path: &List<Str>, test: &Test) -> TokenStream {
    let name = variant(name);
    let path = path.constant();
    let test = match test {
        Test::OneOf(values) => {
            let values = values.constant();
            quote!(OneOf(#values))
        }
        Test::Contains(values) => {
            let values = values.constant();
            quote!(Contains(#values))
        }
        Test::Exists(wanted) => quote!(Exists(#wanted)),
        Test::Min(least) => quote!(Min(#least)),
        Test::Max(most) => quote!(Max(#most)),
        Test::Claim(path) => {
            let path = path.constant();
            quote!(Claim(#path))
        }
    };
    quote!(config::Condition::#name { path: #path, test: config::Test::#test })
}

impl Constant for Scalar {
    fn constant(&self) -> TokenStream {
        match self {
            Self::Str(text) => {
                let text = text.constant();
                quote!(config::Scalar::Str(#text))
            }
            Self::Int(number) => quote!(config::Scalar::Int(#number)),
            Self::Bool(flag) => quote!(config::Scalar::Bool(#flag)),
        }
    }
}
