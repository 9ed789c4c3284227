//! A deployment that is not set up lets nobody in and says what is missing.

use toolgate_config::{Endpoints, Provider as Kind};
use toolgate_core::upstream::provider::Provider;

use crate::support::*;

#[test]
fn every_missing_variable_is_named_with_its_remedy() {
    let mut vars = Variables::default();
    vars.0.remove("ACCESS_CLIENT_ID");
    vars.0.insert("ACCESS_TOKEN_URL", "  ".to_owned());
    let error = Provider::access(&config(), &vars, ORIGIN).unwrap_err().to_string();
    assert!(error.contains("cargo toolgate wrangler -- secret put ACCESS_CLIENT_ID"), "{error}");
    assert!(error.contains("cargo toolgate wrangler -- secret put ACCESS_TOKEN_URL"), "{error}");
}

#[test]
fn an_address_must_be_https_and_is_not_echoed() {
    for bad in ["http://idp.example/token", "hunter2", "ftp://idp.example"] {
        let mut vars = Variables::default();
        vars.0.insert("ACCESS_TOKEN_URL", bad.to_owned());
        let error = Provider::access(&config(), &vars, ORIGIN).unwrap_err().to_string();
        assert!(error.contains("ACCESS_TOKEN_URL is not an https URL"), "{error}");
        assert!(!error.contains(bad), "{error}");
    }
}

#[test]
fn the_local_identity_provider_never_guards_a_public_server() {
    let mut vars = Variables::default();
    let issuer = "http://127.0.0.1:9000/oidc/app";
    for (name, endpoint) in [
        ("ACCESS_AUTHORIZATION_URL", "authorization"),
        ("ACCESS_TOKEN_URL", "token"),
        ("ACCESS_JWKS_URL", "jwks"),
    ] {
        vars.0.insert(name, format!("{issuer}/{endpoint}"));
    }
    let error = Provider::access(&config(), &vars, ORIGIN).unwrap_err().to_string();
    assert!(error.contains("cargo toolgate dev"), "{error}");
    let local = Provider::access(&config(), &vars, "http://localhost:8788").unwrap();
    assert_eq!(local.issuer, issuer);
    let mut dev = config();
    dev.identity.provider = Kind::Dev;
    assert!(Provider::access(&dev, &Variables::default(), ORIGIN).is_err());
}

#[test]
fn a_team_gives_the_addresses_of_access() {
    let mut config = config();
    config.identity.endpoints = Endpoints::Team("acme".into());
    let provider = Provider::access(&config, &Variables::default(), ORIGIN).unwrap();
    assert_eq!(provider.issuer, ISSUER);
    assert_eq!(provider.endpoints.unwrap().jwks_url.unwrap().as_str(), format!("{ISSUER}/jwks"));
}
