//! Completions of an argument of a prompt, or of a variable of a resource template.

use std::fmt::Display;

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::Fault;
use toolgate_core::mcp::completion::CompletionResult;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::upstream::kept::Named;

use super::error;
use crate::context::current::Context;

/// A function that completes an argument: of what was typed so far, or of the context and that;
/// async or not. `Form` tells the four apart, and is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "this function cannot complete an argument",
    label = "not a function that completes",
    note = "what completes an argument is `fn(&str) -> Vec<String>` or \
            `fn(&Context, &str) -> Vec<String>`, async or not; in place of the list it may return a \
            `Result` of it whose error can be displayed"
)]
pub trait Completer<Form> {
    /// The groups and claims of the caller that it could look at.
    const NAMED: Named;

    /// Completes what was typed.
    fn complete<'a>(self, context: &'a Context, typed: &'a str) -> LocalBoxFuture<'a, CallResult>;
}

impl<F, R> Completer<fn(&str) -> R> for F
where
    F: Fn(&str) -> R,
    R: IntoCompletion,
{
    const NAMED: Named = Named::NOTHING;

    fn complete<'a>(self, _context: &'a Context, typed: &'a str) -> LocalBoxFuture<'a, CallResult> {
        let outcome = completed(self(typed).into_completion());
        Box::pin(async move { outcome })
    }
}

impl<F, R> Completer<fn(&Context, &str) -> R> for F
where
    F: Fn(&Context, &str) -> R,
    R: IntoCompletion,
{
    const NAMED: Named = Named::EVERYTHING;

    fn complete<'a>(self, context: &'a Context, typed: &'a str) -> LocalBoxFuture<'a, CallResult> {
        let outcome = completed(self(context, typed).into_completion());
        Box::pin(async move { outcome })
    }
}

/// Marks the forms that are async.
#[derive(Debug)]
pub struct Async<Form>(Form);

impl<F, R> Completer<Async<fn(&str) -> R>> for F
where
    F: AsyncFn(&str) -> R + 'static,
    R: IntoCompletion,
{
    const NAMED: Named = Named::NOTHING;

    fn complete<'a>(self, _context: &'a Context, typed: &'a str) -> LocalBoxFuture<'a, CallResult> {
        Box::pin(async move { completed(self(typed).await.into_completion()) })
    }
}

impl<F, R> Completer<Async<fn(&Context, &str) -> R>> for F
where
    F: AsyncFn(&Context, &str) -> R + 'static,
    R: IntoCompletion,
{
    const NAMED: Named = Named::EVERYTHING;

    fn complete<'a>(self, context: &'a Context, typed: &'a str) -> LocalBoxFuture<'a, CallResult> {
        Box::pin(async move { completed(self(context, typed).await.into_completion()) })
    }
}

/// A result that a function that completes may return.
pub trait IntoCompletion {
    /// The values, best first, or why there are none.
    ///
    /// # Errors
    ///
    /// The function's error as the client is told it, in a JSON-RPC error.
    fn into_completion(self) -> Result<Vec<String>, Fault>;
}

impl IntoCompletion for Vec<String> {
    fn into_completion(self) -> Result<Vec<String>, Fault> {
        Ok(self)
    }
}

impl IntoCompletion for Vec<&str> {
    fn into_completion(self) -> Result<Vec<String>, Fault> {
        Ok(self.into_iter().map(str::to_owned).collect())
    }
}

impl<T: IntoCompletion, E: Display + 'static> IntoCompletion for Result<T, E> {
    fn into_completion(self) -> Result<Vec<String>, Fault> {
        match self {
            Ok(values) => values.into_completion(),
            Err(error) => Err(error::told(&error).into_fault()),
        }
    }
}

/// The groups and claims that a completing function could look at: only one that takes the context sees the
/// caller.
#[must_use]
pub const fn completer_named<Form, C: Completer<Form> + Copy>(_: C) -> Named {
    C::NAMED
}

/// The answer to `completion/complete` by a function.
pub fn complete<'a, Form>(
    completer: impl Completer<Form>,
    context: &'a Context,
    typed: &'a str,
) -> LocalBoxFuture<'a, CallResult> {
    completer.complete(context, typed)
}

/// The answer to `completion/complete`: those values of a list that begin with what was typed, in
/// whatever case.
#[must_use]
pub fn beginning_with<'a>(typed: &str, values: &[&str]) -> LocalBoxFuture<'a, CallResult> {
    let typed = typed.to_lowercase();
    let values = values.iter().filter(|value| value.to_lowercase().starts_with(&typed));
    let outcome = completed(Ok(values.map(|value| (*value).to_owned()).collect()));
    Box::pin(async move { outcome })
}

fn completed(values: Result<Vec<String>, Fault>) -> CallResult {
    Ok(Box::new(CompletionResult::new(values?)))
}
