//! GitHub.

use std::borrow::Cow;

use super::facts::{
    Addresses, Claims, ClientId, IdTokens, ProviderFacts, RedirectUri, Step, Tells, Told,
};
use crate::claims::{GITHUB_CLAIMS, GITHUB_EMAIL_SCOPES, GITHUB_GROUP_SCOPES};

/// An OAuth application at GitHub.
pub(super) const GITHUB: ProviderFacts = ProviderFacts {
    title: "GitHub",
    example: "",
    keys: &["client_id", "client_secret", "scopes", "upstream"],
    application: "the GitHub OAuth app",
    client_id: Some(ClientId {
        key: "client_id",
        title: "client id",
        variable: "GITHUB_CLIENT_ID",
    }),
    client_secret: Some("GITHUB_CLIENT_SECRET"),
    addresses: Addresses::GitHub,
    // The account, and its verified addresses, which policies ask for.
    scopes: &[Cow::Borrowed("read:user"), Cow::Borrowed("user:email")],
    redirect_uri: RedirectUri::Entered(
        "at GitHub: Settings, Developer settings, OAuth Apps, `Authorization callback URL`",
    ),
    claims: Claims::Only {
        names: &GITHUB_CLAIMS,
        instead: "`subjects`, `emails`, or `groups` for organizations and teams",
    },
    tells: Some(Tells {
        addresses: Told::WithScope(&GITHUB_EMAIL_SCOPES),
        groups: Told::WithScope(&GITHUB_GROUP_SCOPES),
        has_offline_access: false,
    }),
    setup: &[
        Step::Always(
            "https://github.com/settings/developers (of an organisation: its Settings, Developer \
             settings): OAuth Apps, New OAuth app",
        ),
        Step::Always("Application name: {name}. Authorization callback URL: {redirect_uri}"),
        Step::Always(
            "Client ID is {client_id}; Generate a new client secret gives {client_secret}",
        ),
        Step::Always(
            "Nothing is to be ticked for the scopes: people are asked for `{scopes}` when they sign in",
        ),
        Step::ByScope {
            scope: "read:org",
            asked: "Groups are organisations and teams; an organisation that restricts OAuth apps \
                    must approve this one",
            otherwise: "Groups are organisations and teams: they need `read:org` among `scopes` of \
                        [identity]",
        },
    ],
    id_tokens: IdTokens::PLAIN,
    has_known_issuers: false,
};
