//! `#[cron]`, `#[queue]` and `#[email]`: a function in, the same function and its registration out.

mod expand;
mod parameters;
mod valid;

use proc_macro2::TokenStream;

use crate::function::{self, FunctionKind, TriggerKind};

pub(crate) fn trigger(kind: TriggerKind, options: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(FunctionKind::Trigger(kind), item, |function, errors| {
        let trigger = valid::check(kind, options, function, errors)?;
        Some(expand::trigger(function, &trigger))
    })
}
