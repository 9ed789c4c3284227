//! Waiting for several things at once.

/// Waits for two to five things at once, such as questions to the client, and gives their outcomes as
/// a tuple. Questions that are asked so reach the client together.
///
/// ```
/// use toolgate::prelude::*;
///
/// #[derive(serde::Deserialize, JsonSchema)]
/// struct Name {
///     name: String,
/// }
///
/// /// Introduces two people
/// #[mcp_tool(allow = "everyone")]
/// async fn introduce(ctx: &Context) -> Result<String> {
///     let (first, second) = join!(
///         ctx.ask::<Name>("Who is the first?").key("first"),
///         ctx.ask::<Name>("Who is the second?").key("second"),
///     );
///     Ok(format!("{}, this is {}.", first?.name, second?.name))
/// }
/// ```
#[macro_export]
macro_rules! join {
    ($a:expr, $b:expr $(,)?) => {
        $crate::__private::future::join(
            ::core::future::IntoFuture::into_future($a),
            ::core::future::IntoFuture::into_future($b),
        )
        .await
    };
    ($a:expr, $b:expr, $c:expr $(,)?) => {
        $crate::__private::future::join3(
            ::core::future::IntoFuture::into_future($a),
            ::core::future::IntoFuture::into_future($b),
            ::core::future::IntoFuture::into_future($c),
        )
        .await
    };
    ($a:expr, $b:expr, $c:expr, $d:expr $(,)?) => {
        $crate::__private::future::join4(
            ::core::future::IntoFuture::into_future($a),
            ::core::future::IntoFuture::into_future($b),
            ::core::future::IntoFuture::into_future($c),
            ::core::future::IntoFuture::into_future($d),
        )
        .await
    };
    ($a:expr, $b:expr, $c:expr, $d:expr, $e:expr $(,)?) => {
        $crate::__private::future::join5(
            ::core::future::IntoFuture::into_future($a),
            ::core::future::IntoFuture::into_future($b),
            ::core::future::IntoFuture::into_future($c),
            ::core::future::IntoFuture::into_future($d),
            ::core::future::IntoFuture::into_future($e),
        )
        .await
    };
}
