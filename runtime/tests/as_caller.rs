//! Tools that act as their caller, on servers of other configurations.

use toolgate::__private::{App, check_tools, identity, store};
use toolgate::prelude::*;
use toolgate::testing::{HttpAnswer, TestServer, json, of_config};

const UPSTREAM: &str = "[identity.upstream]\nhosts = [\"wiki.example.com\"]\n";

/// Finds pages
#[mcp_tool(allow = "everyone", as_caller)]
async fn find_pages(ctx: &Context) -> Result<String> {
    Ok(ctx.as_caller().get("https://wiki.example.com/").send().await?.text()?.to_owned())
}

/// Shows the person's token
#[mcp_tool(allow = "everyone", as_caller)]
async fn show_token(ctx: &Context) -> Result<String> {
    Ok(ctx.as_caller().token().await?.expose().to_owned())
}

fn config(sections: &str) -> toolgate_config::Config {
    let source = format!("[server]\nname = \"Test\"\n{sections}");
    toolgate_config::check(&source).expect("it is sound").config
}

fn app(sections: &str) -> App {
    App {
        config: config(sections),
        package_name: "test",
        package_version: "0.0.0",
        store: &store::DURABLE_OBJECT,
        identity: &identity::NOBODY,
        challenging: None,
        refusing: None,
        tracing: None,
        accounts: None,
        token_grants: &[],
        client_keys: None,
        personal: None,
        switch: None,
        features: &[],
    }
}

#[test]
#[should_panic(
    expected = "tool `find_pages` acts as its caller, but mcp.toml names no host for that: add \
                           `[identity.upstream]` with `hosts`, or leave out `as_caller`"
)]
fn a_server_that_names_no_host_for_it_fails_its_own_test() {
    check_tools(&app(""));
}

#[test]
fn a_server_that_names_a_host_passes_it() {
    check_tools(&app(UPSTREAM));
}

#[test]
fn behind_access_the_assertion_goes_to_the_host_and_a_bypass_is_named() {
    let in_front = "[identity]\nprovider = \"cloudflare-access-jwt\"\nteam = \"acme\"\n";
    let server = TestServer::new(of_config(config(&[in_front, UPSTREAM].concat())));
    let server = server.http(|request| {
        assert_eq!(request.header("authorization"), None);
        HttpAnswer::bytes(request.header("cf-access-token").unwrap_or_default())
    });
    let ada = server.as_user("ada@example.com");
    ada.call("find_pages", json!({})).assert_text("test-token-of-ada@example.com");
    let past = ada.without_upstream().call("find_pages", json!({}));
    past.assert_error("this call bypasses Cloudflare Access");
}

#[test]
fn a_token_is_text_for_functions_only_where_the_configuration_says_so() {
    let call = |sections: &str| {
        let server = TestServer::new(of_config(config(sections)));
        server.as_user("ada@example.com").call("show_token", json!({}))
    };
    call(UPSTREAM).assert_internal_error("the person's token is not shown");
    let shown = call(&format!("{UPSTREAM}expose = true\n"));
    shown.assert_text("test-token-of-ada@example.com");
}
