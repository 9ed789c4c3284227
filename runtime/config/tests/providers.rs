//! Rules that every identity provider keeps, by its facts.

#![cfg(feature = "generate")]

mod support;

use support::repository;
use toolgate_config::deploy::variables;
use toolgate_config::provider::{Addresses, Provider, RedirectUri, Step};
use toolgate_config::{Askable, Checked, Endpoints, SECTIONS, Setting, check};

/// The least file with this provider.
fn least(provider: Provider) -> Checked {
    let (name, example) = (provider.name(), provider.facts().example);
    let source = format!("[server]\nname = \"S\"\n[identity]\nprovider = \"{name}\"\n{example}");
    check(&source).unwrap_or_else(|faults| panic!("{source}{faults:?}"))
}

#[test]
fn the_example_of_a_provider_is_all_that_it_needs() {
    for provider in Provider::ALL {
        let identity = least(provider).config.identity;
        let facts = provider.facts();
        assert_eq!(identity.provider, provider);
        assert_eq!(identity.scopes.as_ref(), facts.scopes, "{provider:?}");
        assert_eq!(identity.client_secret.as_deref(), facts.client_secret, "{provider:?}");
        let expected = facts.client_id.map(|id| Setting::Var(id.variable.into()));
        assert_eq!(identity.client_id, expected.unwrap_or(Setting::Literal("".into())));
        let agrees = match facts.addresses {
            Addresses::Each(_) => matches!(identity.endpoints, Endpoints::Urls { .. }),
            Addresses::Team => matches!(identity.endpoints, Endpoints::Team(_)),
            Addresses::Discovery(_) => matches!(identity.endpoints, Endpoints::Discovery(_)),
            Addresses::GitHub => identity.endpoints == Endpoints::GitHub,
            Addresses::None => identity.endpoints == Endpoints::None,
        };
        assert!(agrees, "{provider:?}: {:?}", identity.endpoints);
    }
}

#[test]
fn variables_of_a_provider_are_told_in_its_own_words() {
    for provider in Provider::ALL {
        let facts = provider.facts();
        let told = variables(&least(provider));
        let names = facts.client_id.map(|id| id.variable).into_iter().chain(facts.client_secret);
        for name in names {
            let variable = told.iter().find(|variable| variable.name == name).expect(name);
            assert!(variable.purpose.ends_with(facts.application), "{}", variable.purpose);
        }
    }
}

#[test]
fn keys_of_a_provider_are_keys_of_the_section() {
    let (_, keys) =
        SECTIONS.iter().find(|(section, _)| *section == "identity").expect("it is there");
    for provider in Provider::ALL {
        for key in provider.facts().keys {
            assert!(keys.contains(key), "{provider:?}: {key}");
        }
    }
}

#[test]
fn who_can_be_sent_somewhere_says_where_and_what_to_do() {
    for provider in Provider::ALL {
        let facts = provider.facts();
        assert_eq!(facts.setup.is_empty(), provider.is_local(), "{provider:?}");
        let is_entered = matches!(facts.redirect_uri, RedirectUri::Entered(_));
        let names_it = facts
            .setup
            .iter()
            .any(|step| matches!(step, Step::Always(text) if text.contains("{redirect_uri}")));
        assert_eq!(names_it, is_entered, "{provider:?}");
        let is_asked = least(provider).config.identity.askable() != Askable::Never;
        assert_eq!(provider.has_scopes(), is_asked, "{provider:?}");
    }
}

#[test]
fn the_pages_have_a_row_for_every_provider() {
    for page in ["docs/identity.md", "docs/setup.md"] {
        let text = std::fs::read_to_string(repository().join(page)).expect("the page is there");
        for provider in Provider::ALL.into_iter().filter(|provider| !provider.is_local()) {
            let row = format!("\n| `{}` | ", provider.name());
            assert!(text.contains(&row), "{page} has no row for {provider:?}");
        }
    }
}
