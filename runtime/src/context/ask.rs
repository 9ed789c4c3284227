//! Questions to the person at the client (elicitation).

use std::future::IntoFuture;
use std::marker::PhantomData;

use futures_util::future::LocalBoxFuture;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toolgate_core::mcp::ask::{InputRequest, elicitation_schema};

use super::refusal::Refusal;
use super::rounds;
use crate::tool::parameter::without_needless_fractions;
use crate::tool::{Context, schema};

/// A question on its way; made by [`Context::ask`].
#[must_use = "nothing is asked before `.await`"]
pub struct Asking<'a, T> {
    context: &'a Context,
    key: String,
    message: String,
    answer: PhantomData<fn() -> T>,
}

/// A page on its way to the person; made by [`Context::ask_url`].
#[must_use = "nothing is asked before `.await`"]
pub struct AskingUrl<'a> {
    context: &'a Context,
    key: String,
    message: String,
    url: String,
}

impl Context {
    /// Asks the person at the client to fill in a form, and waits (elicitation).
    ///
    /// `T` is a struct whose fields are text, numbers, booleans, enums without data, or lists of
    /// such enums; its documentation comments are shown beside the fields. The form is no place for
    /// secrets: see [`ask_url`](Self::ask_url).
    ///
    /// # A function that asks runs again
    ///
    /// In MCP 2026-07-28 the function does not wait while the person thinks. It is run again from its
    /// start when the answer has come, and then the same question is answered at once. A task waits,
    /// and runs again only where its object was put aside in the meantime. So everything before a question happens once for each round. What must happen only once
    /// belongs in [`once`](Self::once).
    ///
    /// Questions are told apart by their key: `ask-1`, `ask-2` and so on, in the order in which the
    /// function makes them, or what [`key`](Asking::key) says. A function that does not always ask
    /// the same questions in the same order names its keys.
    ///
    /// ```
    /// use toolgate::prelude::*;
    ///
    /// #[derive(serde::Deserialize, JsonSchema)]
    /// struct Trip {
    ///     /// Where to
    ///     city: String,
    ///     nights: u32,
    /// }
    ///
    /// /// Books a table
    /// #[mcp_tool(allow = "everyone")]
    /// async fn book(ctx: &Context) -> Result<String> {
    ///     let trip: Trip = ctx.ask("Where do you want to go?").await?;
    ///     Ok(format!("{} nights in {}", trip.nights, trip.city))
    /// }
    /// # fn main() {}
    /// ```
    pub fn ask<T: DeserializeOwned + JsonSchema>(
        &self,
        message: impl Into<String>,
    ) -> Asking<'_, T> {
        let key = self.live().next_key();
        Asking { context: self, key, message: message.into(), answer: PhantomData }
    }

    /// Asks the person to open a page, and waits for their consent (URL mode elicitation). That they
    /// have done there what they were to do is for the page to tell the server.
    ///
    /// This is the way for secrets, payments and sign-in elsewhere: nothing of it passes through the
    /// client. The address must be `https:`, say nothing about the person, and give no access by
    /// itself. The page has to make sure that the person who opens it is the one who was asked;
    /// else a person could be made to connect another one's account.
    pub fn ask_url(&self, message: impl Into<String>, url: impl Into<String>) -> AskingUrl<'_> {
        let key = self.live().next_key();
        AskingUrl { context: self, key, message: message.into(), url: url.into() }
    }
}

impl<T> Asking<'_, T> {
    /// Names the question among those of its function.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}

impl AskingUrl<'_> {
    /// Names the question among those of its function.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}

impl<'a, T: DeserializeOwned + JsonSchema + 'a> IntoFuture for Asking<'a, T> {
    type Output = Result<T, Refusal>;
    type IntoFuture = LocalBoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { context, key, message, .. } = self;
        let asking = form(context, key, message, schema::input::<T>);
        Box::pin(async move {
            let mut answer = asking.await?;
            without_needless_fractions(&mut answer);
            serde_json::from_value(answer).map_err(|_| Refusal::Invalid)
        })
    }
}

/// The part that is the same for all types.
async fn form(
    context: &Context,
    key: String,
    message: String,
    schema: fn() -> Value,
) -> Result<Value, Refusal> {
    let schema = elicitation_schema(schema()).map_err(Refusal::Unaskable)?;
    rounds::ask(context, key, InputRequest::Form { message, schema }).await
}

impl<'a> IntoFuture for AskingUrl<'a> {
    type Output = Result<(), Refusal>;
    type IntoFuture = LocalBoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { context, key, message, url } = self;
        Box::pin(page(context, key, message, url))
    }
}

async fn page(context: &Context, key: String, message: String, url: String) -> Result<(), Refusal> {
    if !is_fit(&url) {
        let what = "the address of a page is `https:`, without a user name or password";
        return Err(Refusal::Unaskable(what.to_owned()));
    }
    rounds::ask(context, key, InputRequest::Url { message, url, id: None }).await.map(drop)
}

/// `https:`, or this very machine during development, and no credentials.
fn is_fit(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let Some(authority) = uri.authority() else { return false };
    let is_safe = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]")),
        _ => false,
    };
    is_safe && !authority.as_str().contains('@')
}

#[cfg(test)]
mod tests {
    use super::is_fit;

    #[test]
    fn a_page_is_https_or_on_this_machine_and_has_no_credentials() {
        for fit in ["https://pay.example.com/c/1?x=2", "http://localhost:8787/x", "http://[::1]/"] {
            assert!(is_fit(fit), "{fit}");
        }
        for unfit in [
            "http://pay.example.com/",
            "https://me:secret@pay.example.com/",
            "javascript:alert(1)",
            "data:text/html,x",
            "//pay.example.com/",
            "/c/1",
            "",
        ] {
            assert!(!is_fit(unfit), "{unfit}");
        }
    }
}
