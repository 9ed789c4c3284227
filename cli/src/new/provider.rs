//! The identity provider of a new server, in the place of that of a template.

use toolgate_config::Provider;

use super::template::Template;

/// Section of the template `oidc` that names its provider, after its comment.
const SECTION: &str = "provider = \"oidc\"\nissuer = { var = \"OIDC_ISSUER\" }\nscopes = [\"openid\", \"email\", \"profile\", \"offline_access\"]\n";

/// The comment in front of it.
const COMMENT: &str = "# Any OpenID provider, found by its issuer. `offline_access` brings a refresh token, by which the\n# provider is asked again whenever a client refreshes its own.\n";

/// A condition on groups in the template `oidc`, which Google never tells without more ado.
const GROUPS: &str = "any = [{ domains = [\"example.com\"] }, { groups = [\"staff\"] }]";
/// The condition without it.
const NO_GROUPS: &str = "domains = [\"example.com\"]";

/// A provider by its name, of those that a server can be deployed with.
pub(super) fn parse(text: &str) -> Result<Provider, String> {
    let mut known = Provider::ALL.into_iter().filter(|one| is_offered(*one));
    known.find(|provider| provider.name() == text).ok_or_else(|| {
        let names = Provider::ALL.into_iter().filter(|one| is_offered(*one));
        let names: Vec<_> = names.map(Provider::name).collect();
        format!("write one of {}", names.join(", "))
    })
}

fn is_offered(provider: Provider) -> bool {
    !provider.is_local() && provider != Provider::CloudflareAccessJwt
}

/// The template that has such a provider.
pub(super) fn template(provider: Provider) -> Template {
    match provider {
        Provider::CloudflareAccess => Template::Access,
        Provider::GitHub => Template::Github,
        _ => Template::Oidc,
    }
}

/// The lines of a preset.
fn lines(provider: Provider) -> String {
    format!("provider = \"{}\"\n{}", provider.name(), provider.facts().example)
}

fn preset(provider: Option<Provider>) -> Option<Provider> {
    provider.filter(|provider| provider.is_preset())
}

/// `mcp.toml` with the provider in the place of any OpenID provider.
pub(super) fn write_into(config: &str, provider: Option<Provider>) -> String {
    let Some(provider) = preset(provider) else { return config.to_owned() };
    let title = provider.facts().title;
    let comment = format!("# {title}; docs/providers of Toolgate says what to enter there.\n");
    let config = config.replace(COMMENT, &comment).replace(SECTION, &lines(provider));
    if tells_groups(provider) { config } else { config.replace(GROUPS, NO_GROUPS) }
}

/// `mcp.lock` for the same.
pub(super) fn write_lock(lock: &str, provider: Option<Provider>) -> String {
    let Some(provider) = preset(provider) else { return lock.to_owned() };
    let (before, rest) = lock.split_once("[[setting]]").unwrap_or((lock, ""));
    let policies = rest.find("[[policy]]").map_or("", |start| &rest[start..]);
    let lines = lines(provider);
    let mut settings: Vec<_> = lines.lines().filter_map(|line| line.split_once(" = ")).collect();
    settings.sort_unstable();
    let settings: String = settings
        .iter()
        .map(|(key, value)| format!("[[setting]]\nkey = \"identity.{key}\"\nvalue = '{value}'\n\n"))
        .collect();
    let lock = format!("{before}{settings}{policies}");
    if tells_groups(provider) { lock } else { lock.replace(GROUPS, NO_GROUPS) }
}

/// True where a policy of the template may ask for groups.
fn tells_groups(provider: Provider) -> bool {
    provider != Provider::Google
}

#[cfg(test)]
mod tests {
    use super::super::template::Storage;
    use super::*;

    #[test]
    fn the_template_has_the_lines_that_are_replaced() {
        let files = Template::Oidc.files("s", "path = \".\"", Storage::default(), None);
        let files = files.expect("files");
        let text = |path| &files.iter().find(|file| file.path == path).expect(path).text;
        for part in [SECTION, COMMENT, GROUPS] {
            assert!(text("mcp.toml").contains(part), "{part}");
        }
        assert!(text("mcp.lock").contains(GROUPS));
    }

    #[test]
    fn each_preset_makes_a_sound_server_without_a_warning() {
        for provider in Provider::ALL.into_iter().filter(|provider| provider.is_preset()) {
            let files =
                template(provider).files("s", "path = \".\"", Storage::default(), Some(provider));
            let files = files.expect("files");
            let text = |path| &files.iter().find(|file| file.path == path).expect(path).text;
            let checked = toolgate_config::check(text("mcp.toml")).expect("it is sound");
            assert_eq!(checked.config.identity.provider, provider);
            assert!(checked.warnings().is_empty(), "{:?}", checked.warnings());
            assert!(text("mcp.lock").contains(provider.name()), "{}", text("mcp.lock"));
            assert!(!text("mcp.lock").contains("\"oidc\""));
        }
    }
}
