//! The identity provider that a build asks for in the place of the configured one.

use std::env;

use proc_macro2::TokenStream;
use quote::quote;
use toolgate_config::stand_in;

use super::valid::Server;
use crate::errors::Errors;

/// The server with the dev identity provider, if the build asks for it. That it is a build for
/// this machine is checked here for good: also where nothing is compiled to WebAssembly.
pub(crate) fn of_build(mut server: Server, errors: &Errors) -> Server {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    match refusal(&variable(stand_in::BUILD_VARIABLE), &variable("TOOLGATE_DEV")) {
        Ok(true) => stand_in::take_place(&mut server.checked.config),
        Ok(false) => {}
        Err((message, help)) => errors.report(TokenStream::new(), message, help),
    }
    server
}

/// True if the dev identity provider is asked for; an error says why it is refused.
fn refusal(asked: &str, is_dev: &str) -> Result<bool, (String, &'static str)> {
    match (asked, is_dev) {
        ("", _) => Ok(false),
        (stand_in::BUILD_VALUE, "1") => Ok(true),
        (stand_in::BUILD_VALUE, _) => Err((
            "`TOOLGATE_IDENTITY=dev` without `TOOLGATE_DEV=1`: this server would trust an identity \
             provider that lets anyone sign in as anyone"
                .to_owned(),
            "only `cargo toolgate dev` sets the two; unset it here",
        )),
        (other, _) => Err((
            format!("`TOOLGATE_IDENTITY={}` means nothing", other.escape_default()),
            "its one value is `dev`, which `cargo toolgate dev` sets; unset it here",
        )),
    }
}

/// Makes cargo compile again when the build asks for another one.
pub(crate) fn tracker() -> TokenStream {
    let variable = stand_in::BUILD_VARIABLE;
    quote!(
        const _: ::core::option::Option<&str> = ::core::option_env!(#variable);
    )
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn only_a_build_for_this_machine_gets_the_local_identity_provider() {
        assert_eq!(refusal("", ""), Ok(false));
        assert_eq!(refusal("", "1"), Ok(false));
        assert_eq!(refusal("dev", "1"), Ok(true));
        for (asked, is_dev) in [("dev", ""), ("dev", "0"), ("dev", "true"), ("github", "1")] {
            assert!(refusal(asked, is_dev).is_err(), "{asked} {is_dev}");
        }
    }
}
