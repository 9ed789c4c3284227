//! Code that the derive writes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Field, Fields, Ident, Result, Variant};

use crate::attributes::{Attributes, Default_};

pub(crate) fn implement(item: &DeriveInput) -> Result<TokenStream> {
    let attributes = Attributes::read(&item.attrs)?;
    let module = module();
    let body = match (&attributes.from, &item.data) {
        (Some(from), _) => {
            quote!(::core::convert::Into::into(<#from as #module::FromJson>::read(value, fault)))
        }
        (None, Data::Struct(data)) => fields(&quote!(Self), &data.fields)?,
        (None, Data::Enum(data)) => variants(data, &attributes)?,
        (None, Data::Union(_)) => return Err(Error::new_spanned(&item.ident, "not of a union")),
    };
    let members = match &item.data {
        Data::Struct(data) if attributes.from.is_none() => names(&data.fields)?,
        _ => None,
    };
    let name = &item.ident;
    let (generics, arguments, conditions) = item.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #generics #module::FromJson for #name #arguments #conditions {
            #members

            fn read(value: #module::Value, fault: &mut #module::Fault) -> Self {
                #body
            }
        }
    })
}

/// The module of the trait, which the crate of the trait finds under its own name as well.
fn module() -> TokenStream {
    quote!(::toolgate_json::from_json)
}

/// The names that a struct has its members by.
fn names(fields: &Fields) -> Result<Option<TokenStream>> {
    let Fields::Named(fields) = fields else { return Ok(None) };
    let mut names = Vec::new();
    for field in &fields.named {
        let attributes = Attributes::read(&field.attrs)?;
        if !attributes.is_skipped {
            names.extend(attributes.rename.or(field.ident.as_ref().map(ToString::to_string)));
        }
    }
    Ok(Some(quote!(const MEMBERS: &'static [&'static str] = &[#(#names),*];)))
}

/// Reads `value` into the fields of `path`.
fn fields(path: &TokenStream, fields: &Fields) -> Result<TokenStream> {
    let module = module();
    Ok(match fields {
        Fields::Unit => quote! {{ fault.unless(value.is_null()); #path }},
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            quote!(#path(#module::FromJson::read(value, fault)))
        }
        Fields::Unnamed(fields) => {
            let count = fields.unnamed.len();
            let items = fields.unnamed.iter().map(|_| quote!(items.next()));
            quote! {{
                let mut items = #module::Items::of(value, #count, fault);
                #path(#(#items),*)
            }}
        }
        Fields::Named(fields) => {
            let members = fields.named.iter().map(member).collect::<Result<Vec<_>>>()?;
            quote! {{
                let mut members = #module::Members::of(value, fault);
                #path { #(#members),* }
            }}
        }
    })
}

fn member(field: &Field) -> Result<TokenStream> {
    let attributes = Attributes::read(&field.attrs)?;
    let ident = field.ident.as_ref().ok_or_else(|| Error::new_spanned(field, "has no name"))?;
    if attributes.is_skipped {
        return Ok(quote!(#ident: ::core::default::Default::default()));
    }
    let name = attributes.rename.unwrap_or_else(|| ident.to_string());
    Ok(match attributes.default {
        None => quote!(#ident: members.take(#name)),
        Some(Default_::Trait) => {
            quote!(#ident: members.take_or(#name, ::core::default::Default::default))
        }
        Some(Default_::Function(function)) => quote!(#ident: members.take_or(#name, #function)),
    })
}

/// A variant without content is its name, and one with content an object with it under that name. The
/// first one stands in for what cannot be read.
fn variants(data: &DataEnum, attributes: &Attributes) -> Result<TokenStream> {
    let module = module();
    let name = |variant: &Variant| -> Result<String> {
        let own = Attributes::read(&variant.attrs)?.rename;
        Ok(match own {
            Some(name) => name,
            None if attributes.is_snake_case => snake_case(&variant.ident),
            None => variant.ident.to_string(),
        })
    };
    let mut arms = Vec::new();
    for variant in &data.variants {
        let ident = &variant.ident;
        let (name, content) = (name(variant)?, fields(&quote!(Self::#ident), &variant.fields)?);
        arms.push((name, content));
    }
    let (_, stand_in) = arms.first().cloned().unwrap_or_default();
    let arms = arms.iter().map(|(name, content)| quote!(#name => #content));
    Ok(quote! {
        let (name, value) = #module::variant(value);
        match name.as_str() {
            #(#arms,)*
            _ => {
                fault.unless(false);
                #stand_in
            }
        }
    })
}

fn snake_case(ident: &Ident) -> String {
    let mut name = String::new();
    for (index, letter) in ident.to_string().chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn an_attribute_that_is_not_followed_is_refused() {
        let items: [DeriveInput; 5] = [
            parse_quote!(
                struct A {
                    #[serde(alias = "b")]
                    a: u64,
                }
            ),
            parse_quote!(
                struct A {
                    #[serde(flatten)]
                    a: Other,
                }
            ),
            parse_quote!(
                #[serde(tag = "kind")]
                enum A {
                    B,
                }
            ),
            parse_quote!(
                #[serde(rename_all = "camelCase")]
                enum A {
                    B,
                }
            ),
            parse_quote!(
                union A {
                    a: u64,
                }
            ),
        ];
        for item in items {
            assert!(implement(&item).is_err(), "{}", quote!(#item));
        }
    }
}
