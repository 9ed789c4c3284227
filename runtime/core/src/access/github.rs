//! GitHub as an OAuth application: no id_token; its API tells who the access token belongs to.

use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toolgate_config::{Config, GITHUB_CLAIMS, GITHUB_EMAIL_SCOPES, GITHUB_GROUP_SCOPES};

use crate::access::claims::bounded;
use crate::access::provider::{ClientAuth, Endpoints, Provider, Settings, SetupError};
use crate::access::tokens::Tokens;
use crate::access::upstream::{Cause, Trouble, Upstream, refusal};
use crate::caller::{Caller, Vars};
use crate::limits::{MAX_GROUPS, MAX_UPSTREAM_TOKEN};

/// Stands where other providers have their `iss`.
pub const ISSUER: &str = "https://github.com";

const API: &str = "https://api.github.com";
const API_VERSION: &str = "2022-11-28";

/// The most that GitHub puts on one page.
const PAGE: usize = 100;

/// Resolves `[identity]` of `provider = "github"`.
///
/// # Errors
/// Everything that is missing, at once.
pub fn resolve(config: &Config, vars: &dyn Vars) -> Result<Provider, SetupError> {
    let mut settings = Settings::new(vars);
    let client_id = settings.read(&config.identity.client_id);
    let client_secret = settings.secret(config);
    let login = |settings: &mut Settings<'_>, path| {
        settings.url("GitHub", &format!("{ISSUER}/login/oauth/{path}"))
    };
    let urls = (login(&mut settings, "authorize"), login(&mut settings, "access_token"));
    let (Some(authorization_url), Some(token_url)) = urls else {
        return Err(SetupError(settings.problems));
    };
    settings.finish(Provider {
        client_id,
        client_secret,
        issuer: ISSUER.to_owned(),
        endpoints: Some(Endpoints {
            authorization_url,
            token_url,
            jwks_url: None,
            userinfo_url: None,
            client_auth: ClientAuth::Post,
            names_issuer: false,
        }),
    })
}

/// What to keep so that GitHub can be asked again. The token of an OAuth application lives until
/// the person, or an owner of the organisation, withdraws it.
#[must_use]
pub fn keep(tokens: &Tokens, now: u64) -> Option<Upstream> {
    let forever = || Upstream::Access { token: tokens.access_token.clone(), expires: None };
    let is_small = tokens.access_token.len() <= MAX_UPSTREAM_TOKEN;
    tokens.keep(now).or_else(|| is_small.then(forever))
}

/// What is still to be asked, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    User,
    Emails,
    Organizations(usize),
    Teams(usize),
    Done,
}

/// Who an access token belongs to, one request after another.
#[derive(Debug)]
pub struct Lookup {
    step: Step,
    with_emails: bool,
    with_groups: bool,
    caller: Caller,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

#[derive(Deserialize)]
struct Organization {
    login: String,
}

#[derive(Deserialize)]
struct Team {
    slug: String,
    organization: Organization,
}

impl Lookup {
    /// Starts with the account; what follows depends on the scopes that were asked for.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let scopes = &config.identity.scopes;
        let has = |names: &[&str]| scopes.iter().any(|scope| names.contains(&scope.as_ref()));
        Self {
            step: Step::User,
            with_emails: has(&GITHUB_EMAIL_SCOPES),
            with_groups: has(&GITHUB_GROUP_SCOPES),
            caller: Caller::default(),
        }
    }

    /// The next request; `None` when nothing is left to ask, or the token fits no header.
    #[must_use]
    pub fn next(&self, access_token: &str) -> Option<Request<Vec<u8>>> {
        let address = match self.step {
            Step::User => format!("{API}/user"),
            Step::Emails => format!("{API}/user/emails?per_page={PAGE}"),
            Step::Organizations(page) => format!("{API}/user/orgs?per_page={PAGE}&page={page}"),
            Step::Teams(page) => format!("{API}/user/teams?per_page={PAGE}&page={page}"),
            Step::Done => return None,
        };
        Request::get(address)
            .header(ACCEPT, "application/vnd.github+json")
            .header(AUTHORIZATION, format!("Bearer {access_token}"))
            // GitHub refuses requests without a name.
            .header(USER_AGENT, "toolgate")
            .header("x-github-api-version", API_VERSION)
            .body(Vec::new())
            .ok()
    }

    /// Reads the answer to the request.
    ///
    /// # Errors
    /// The token was withdrawn, or GitHub did not answer.
    pub fn take(&mut self, answer: &Response<Vec<u8>>) -> Result<(), Trouble> {
        self.step = match self.step {
            Step::User => self.take_user(read(answer)?),
            Step::Emails => self.take_emails(read(answer)?),
            Step::Organizations(page) => {
                let list: Vec<Organization> = read(answer)?;
                let next =
                    if list.len() < PAGE { Step::Teams(1) } else { Step::Organizations(page + 1) };
                self.take_groups(list.into_iter().map(|organization| organization.login), next)?
            }
            Step::Teams(page) => {
                let list: Vec<Team> = read(answer)?;
                let next = if list.len() < PAGE { Step::Done } else { Step::Teams(page + 1) };
                let names =
                    list.into_iter().map(|t| format!("{}/{}", t.organization.login, t.slug));
                self.take_groups(names, next)?
            }
            Step::Done => Step::Done,
        };
        Ok(())
    }

    /// Who it is, when everything was asked.
    ///
    /// # Errors
    /// Something is missing, or there is more than a token can carry.
    pub fn finish(self) -> Result<Caller, Trouble> {
        if self.step != Step::Done {
            return Err(Trouble::Failed(
                Cause::Unreadable,
                "GitHub was not asked to the end".to_owned(),
            ));
        }
        bounded(self.caller).map_err(|rejection| Trouble::Ended(rejection.to_string()))
    }

    fn take_user(&mut self, user: User) -> Step {
        // The number stays with an account; its login can be given up and taken by somebody else.
        self.caller.subject = user.id.to_string();
        let [login, id] = GITHUB_CLAIMS.map(str::to_owned);
        let claims = [(login, Value::from(user.login.clone())), (id, Value::from(user.id))];
        self.caller.claims = Map::from_iter(claims);
        self.caller.name = user.name.filter(|name| !name.is_empty()).or(Some(user.login));
        if self.with_emails { Step::Emails } else { self.groups() }
    }

    /// The public address of a profile is anybody's text: only the list tells what is verified.
    fn take_emails(&mut self, emails: Vec<Email>) -> Step {
        let primary = emails.into_iter().find(|email| email.primary && email.verified);
        self.caller.email_verified = primary.is_some();
        self.caller.email = primary.map(|email| email.email);
        self.groups()
    }

    fn groups(&self) -> Step {
        if self.with_groups { Step::Organizations(1) } else { Step::Done }
    }

    fn take_groups(
        &mut self,
        names: impl Iterator<Item = String>,
        next: Step,
    ) -> Result<Step, Trouble> {
        self.caller.groups.extend(names);
        if self.caller.groups.len() > MAX_GROUPS {
            return Err(Trouble::Ended(format!("more than {MAX_GROUPS} organisations and teams")));
        }
        Ok(next)
    }
}

fn read<T: DeserializeOwned>(answer: &Response<Vec<u8>>) -> Result<T, Trouble> {
    if answer.status() != StatusCode::OK {
        return Err(refusal("GitHub", answer));
    }
    serde_json::from_slice(answer.body())
        .map_err(|_| Trouble::Failed(Cause::Unreadable, "GitHub: an unexpected answer".to_owned()))
}
