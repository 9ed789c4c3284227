//! GitHub as an OAuth application: no id_token; its API tells who the access token belongs to.

use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value};
use toolgate_config::{Config, GITHUB_CLAIMS, GITHUB_EMAIL_SCOPES, GITHUB_GROUP_SCOPES, Identity};
use toolgate_policy::known::Told;
use toolgate_policy::{Caller, Vars};

use crate::audit::Reason;
use crate::from_json::{self, FromJson};
use crate::limits::{MAX_GROUPS, MAX_UPSTREAM_TOKEN};
use crate::upstream::kept::Kept;
use crate::upstream::provider::{ClientAuth, Endpoints, Provider, Settings, SetupError};
use crate::upstream::tokens::Tokens;
use crate::upstream::trouble::{Cause, Given, Trouble, Upstream, refusal};

/// Stands where other providers have their `iss`.
pub const ISSUER: &str = "https://github.com";

const API: &str = "https://api.github.com";
const API_VERSION: &str = "2022-11-28";

/// The most that GitHub puts on one page.
const PAGE: usize = 100;

/// Pages of organisations, and of teams, that are read: a Worker on the free plan may make 50
/// requests, and a person waits meanwhile.
const MAX_PAGES: usize = 10;

/// Header of an answer that leaves out organisations with single sign-on.
const SINGLE_SIGN_ON: &str = "x-github-sso";

/// Told where addresses are refused.
const NO_EMAILS: &str = "GitHub refuses the list of addresses, and so people sign in without one: \
                         give the GitHub App the account permission \"Email addresses: read-only\", \
                         or an OAuth app the scope user:email";

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
        client_auth: None,
        issuer: ISSUER.to_owned(),
        endpoints: Some(Endpoints {
            authorization_url,
            token_url,
            jwks_url: None,
            userinfo_url: None,
            client_auth: ClientAuth::Post,
            names_issuer: false,
        }),
        kept: Kept::default(),
        peculiarities: None,
    })
}

/// Credentials to keep, so that GitHub can be asked again. The token of an OAuth application lives
/// until the person, or an owner of the organisation, withdraws it.
#[must_use]
pub fn keep(identity: &Identity, tokens: &Tokens, now: u64) -> Option<Given> {
    let forever = || Upstream::Access { token: tokens.access_token.clone(), expires: None };
    let is_small = tokens.access_token.len() <= MAX_UPSTREAM_TOKEN;
    tokens.keep_for(identity, now).or_else(|| is_small.then(forever).map(Given::from))
}

/// Steps still to take, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    User,
    Emails,
    Organizations(usize),
    Teams(usize),
    Done,
}

/// Lookup of the person an access token belongs to, one request after another.
#[derive(Debug)]
pub struct Lookup<'a> {
    config: &'a Config,
    kept: &'a Kept,
    step: Step,
    with_emails: bool,
    with_groups: bool,
    caller: Caller,
    /// True if there are groups that are not kept.
    has_others: bool,
    hint: Option<&'static str>,
}

#[derive(FromJson)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(FromJson)]
struct Email {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

#[derive(FromJson)]
struct Organization {
    login: String,
}

#[derive(FromJson)]
struct Team {
    slug: String,
    organization: Organization,
}

impl<'a> Lookup<'a> {
    /// Starts with the account; what follows depends on the scopes that were asked for.
    #[must_use]
    pub fn new(config: &'a Config, provider: &'a Provider) -> Self {
        let scopes = &config.identity.scopes;
        let has = |names: &[&str]| scopes.iter().any(|scope| names.contains(&scope.as_ref()));
        Self {
            config,
            kept: &provider.kept,
            step: Step::User,
            with_emails: has(&GITHUB_EMAIL_SCOPES),
            with_groups: has(&GITHUB_GROUP_SCOPES),
            caller: Caller::default(),
            has_others: false,
            hint: None,
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
            Step::User => self.take_user(accepted(answer, from_json::read_foreign)?),
            Step::Emails if is_forbidden(answer) => {
                self.hint = Some(NO_EMAILS);
                self.groups()
            }
            Step::Emails => self.take_emails(read(answer)?),
            Step::Organizations(page) => {
                let list: Vec<Organization> = self.read_list(answer)?;
                let next =
                    following(list.len(), page, Step::Organizations).unwrap_or(Step::Teams(1));
                self.take_groups(list.into_iter().map(|organization| organization.login), next)?
            }
            Step::Teams(page) => {
                let list: Vec<Team> = self.read_list(answer)?;
                let next = following(list.len(), page, Step::Teams).unwrap_or(Step::Done);
                let names =
                    list.into_iter().map(|t| format!("{}/{}", t.organization.login, t.slug));
                self.take_groups(names, next)?
            }
            Step::Done => Step::Done,
        };
        Ok(())
    }

    /// The person, when everything was asked.
    ///
    /// # Errors
    /// Something is missing, or there is more than a token can carry.
    pub fn finish(mut self) -> Result<Caller, Trouble> {
        if self.step != Step::Done {
            return Err(Trouble::Failed(
                Cause::Unreadable,
                "GitHub was not asked to the end".to_owned(),
            ));
        }
        let known = &mut self.caller.known;
        if self.has_others && self.caller.groups.is_empty() && known.told == Told::Whole {
            known.told = Told::Others;
        }
        self.kept
            .narrow(self.config, self.caller)
            .map_err(|rejection| Trouble::Ended(Reason::from(&rejection), rejection.to_string()))
    }

    /// Permission that the application lacks, for the log.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
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
        self.caller.email = primary.map(|email| email.email);
        self.groups()
    }

    fn groups(&self) -> Step {
        if self.with_groups { Step::Organizations(1) } else { Step::Done }
    }

    /// A list of organisations or teams; empty where the application may not see it. It may also be
    /// a part: an organisation with single sign-on shows nothing to a token without it.
    fn read_list<T: FromJson>(&mut self, answer: &Response<Vec<u8>>) -> Result<Vec<T>, Trouble> {
        let is_forbidden = is_forbidden(answer);
        if is_forbidden || answer.headers().contains_key(SINGLE_SIGN_ON) {
            self.caller.known.told = Told::Part;
        }
        if is_forbidden { Ok(Vec::new()) } else { read(answer) }
    }

    fn take_groups(
        &mut self,
        names: impl Iterator<Item = String>,
        next: Step,
    ) -> Result<Step, Trouble> {
        for name in names {
            if self.kept.has_group(&name) {
                self.caller.groups.push(name);
            } else {
                self.has_others = true;
            }
        }
        if self.caller.groups.len() > MAX_GROUPS {
            let reason = format!("more than {MAX_GROUPS} organisations and teams");
            return Err(Trouble::Ended(Reason::IdTokenTooLarge, reason));
        }
        if matches!(next, Step::Organizations(page) | Step::Teams(page) if page > MAX_PAGES) {
            self.caller.known.told = Told::Part;
            return Ok(if matches!(next, Step::Teams(_)) { Step::Done } else { Step::Teams(1) });
        }
        Ok(next)
    }
}

/// The page after a full one; `None` where the page was the last.
fn following(found: usize, page: usize, step: fn(usize) -> Step) -> Option<Step> {
    (found >= PAGE).then(|| step(page + 1))
}

/// The application lacks the permission: GitHub answers 403, or 404 as if there were nothing. Its
/// limit on the number of requests is a 403 as well, and says nothing of permissions.
fn is_forbidden(answer: &Response<Vec<u8>>) -> bool {
    match answer.status() {
        StatusCode::NOT_FOUND => true,
        StatusCode::FORBIDDEN => matches!(refusal("GitHub", answer), Trouble::Ended(..)),
        _ => false,
    }
}

fn read<T: FromJson>(answer: &Response<Vec<u8>>) -> Result<T, Trouble> {
    accepted(answer, |text| from_json::read(text))
}

/// The contents of an answer, unless it refuses.
fn accepted<T>(
    answer: &Response<Vec<u8>>,
    read: fn(&[u8]) -> serde_json::Result<T>,
) -> Result<T, Trouble> {
    if answer.status() != StatusCode::OK {
        return Err(refusal("GitHub", answer));
    }
    read(answer.body())
        .map_err(|_| Trouble::Failed(Cause::Unreadable, "GitHub: an unexpected answer".to_owned()))
}
