//! Why something was decided: a stable code for each answer the gate can give.
//!
//! `docs/reason-codes.md` has a line for each; a test compares the two. A code never changes its
//! meaning and is never used again for another one: people search their logs for it.

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// Why something was decided.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

reasons! {
    // What went well.
    /// The identity provider told who signed in.
    SignedIn = "signed_in",
    /// The person approved on the approval page.
    ConsentApproved = "consent_approved",
    /// The person denied on the approval page.
    ConsentDenied = "consent_denied",
    /// An approval remembered in this browser was good for the request.
    ConsentRemembered = "consent_remembered",
    /// A client registered itself.
    ClientRegistered = "client_registered",
    /// An authorization code became tokens.
    CodeRedeemed = "code_redeemed",
    /// An ID-JAG became an access token; `detail` is its issuer.
    AssertionRedeemed = "assertion_redeemed",
    /// A client got an access token for itself; `detail` is its id.
    ClientCredentials = "client_credentials",
    /// A workload got an access token for the token of its platform; `detail` is its name.
    WorkloadIdentified = "workload_identified",
    /// A person made a token for a script.
    PersonalTokenMade = "personal_token_made",
    /// A refresh token became its successor.
    RefreshRotated = "refresh_rotated",
    /// A refresh token was sent again within the grace window and got the same successor.
    RefreshRepeated = "refresh_repeated",
    /// The same, from another network or country than at its first use.
    RefreshRepeatedElsewhere = "refresh_repeated_elsewhere",
    /// The client ended the grant at `/revoke`.
    RevokedByClient = "revoked_by_client",
    /// The person ended the grant on the page of their connections.
    RevokedByPerson = "revoked_by_person",
    /// The identity provider no longer vouches for the person.
    RevokedByUpstream = "revoked_by_upstream",
    /// A code or refresh token was used again, which may mean theft.
    RevokedByReuse = "revoked_by_reuse",
    /// The identity provider has not confirmed the person for longer than `max_unconfirmed`.
    RevokedUnconfirmed = "revoked_unconfirmed",
    /// Refresh tokens came twice, from two networks, in five generations in a row, which is how a
    /// thief keeps in step.
    RevokedByTwoNetworks = "revoked_by_two_networks",

    /// An administrator ended the grants.
    RevokedByAdmin = "revoked_by_admin",
    /// The identity provider told by a logout token that the person has signed out.
    RevokedByLogout = "revoked_by_logout",
    /// A transmitter of Shared Signals told that the person's sign-ins are over.
    RevokedBySignal = "revoked_by_signal",
    /// The policy of `[admin]` does not let the person.
    AdminDenied = "admin_denied",
    /// The logout token is not one of the identity provider for this server, or came before.
    LogoutTokenInvalid = "logout_token_invalid",
    /// The security event is not one of the transmitter for this server.
    SignalInvalid = "signal_invalid",

    /// The person connected an account at a third party.
    AccountConnected = "account_connected",
    /// The person has connected another account in its place.
    AccountReplaced = "account_replaced",
    /// A link to connect an account was opened by another person than the one who was asked.
    LinkOfAnotherPerson = "link_of_another_person",
    /// The person approved the client before `mcp.toml` had the connection as it is now.
    AccountNotApproved = "account_not_approved",
    /// An account was erased that nothing uses any more.
    AccountForgotten = "account_forgotten",

    // Tools.
    /// The tool's policy allows the caller.
    PolicyMatched = "policy_matched",
    /// The tool's policy was evaluated, and the caller is not among those meant.
    PolicyNotMatched = "policy_not_matched",
    /// The tool names a policy that `mcp.toml` does not have.
    PolicyUnknown = "policy_unknown",
    /// The policy needs an e-mail address, and the identity provider gave none.
    EmailMissing = "email_missing",
    /// The identity provider said that the e-mail address is not verified.
    EmailUnverified = "email_unverified",
    /// The caller's e-mail address is not a plain ASCII address.
    EmailUnreadable = "email_unreadable",
    /// An address or domain in the policy is not a plain ASCII one.
    PolicyEntryUnreadable = "policy_entry_unreadable",
    /// The policy needs groups, and the caller has none.
    GroupsMissing = "groups_missing",
    /// The policy needs groups, and the groups claim is not a list of names.
    GroupsUnreadable = "groups_unreadable",
    /// The policy needs groups, and the identity provider has more of them than it sends.
    GroupsOverage = "groups_overage",
    /// The policy needs groups, and the identity provider did not show all of them.
    GroupsPartial = "groups_partial",
    /// Nothing named the group or claim when the identity provider was asked last.
    ClaimsOutdated = "claims_outdated",
    /// No policy named clients when the person signed in.
    ClientNotKept = "client_not_kept",
    /// The policy needs a claim that the caller does not have.
    ClaimMissing = "claim_missing",
    /// The claim has another type than the policy compares it with.
    ClaimType = "claim_type",
    /// The policy needs an argument that the call does not have.
    ArgumentMissing = "argument_missing",
    /// The argument has another type than the policy compares it with.
    ArgumentType = "argument_type",
    /// The access token lacks an OAuth scope that the policy needs.
    ScopeMissing = "scope_missing",
    /// The Worker variable that the policy reads is not set.
    VariableMissing = "variable_missing",
    /// The Worker variable that the policy reads lists nobody, or has an unreadable address.
    VariableUnreadable = "variable_unreadable",
    /// A condition of the policy is empty.
    ConditionEmpty = "condition_empty",
    /// The policy is nested or repeated beyond what is evaluated.
    PolicyTooComplex = "policy_too_complex",
    /// There is no tool of the name that was called.
    UnknownTool = "unknown_tool",
    /// There is no prompt of the name that was asked for.
    UnknownPrompt = "unknown_prompt",
    /// There is no resource of the URI that was read.
    UnknownResource = "unknown_resource",

    // Routes.
    /// The route is open to everybody.
    RoutePublic = "route_public",
    /// The request is signed with the route's secret.
    SignatureValid = "signature_valid",
    /// The request to a route has no signature, more than one header of it, or one that cannot be read.
    SignatureMissing = "signature_missing",
    /// The signature is not one of the body that came, with the route's secret.
    SignatureInvalid = "signature_invalid",
    /// The signed time is too far away from now.
    SignatureExpired = "signature_expired",

    // Bearer tokens.
    /// A request to the MCP endpoint without an access token: how every client begins.
    TokenMissing = "token_missing",
    /// The `Authorization` header is not one Bearer token.
    TokenMalformed = "token_malformed",
    /// The access token was not made by this server, or was changed.
    TokenInvalid = "token_invalid",
    /// The access token has expired.
    TokenExpired = "token_expired",
    /// The access token was issued later than now, by the clock of this server.
    TokenEarly = "token_early",
    /// The access token is for another resource.
    TokenOfAnotherResource = "token_of_another_resource",
    /// The grant of the access token is over.
    TokenRevoked = "token_revoked",
    /// The assertion of Cloudflare Access in front of the Worker is not valid.
    AccessAssertion = "access_assertion",

    // Size and frequency.
    /// The address of the request is too long.
    UrlTooLong = "url_too_long",
    /// The headers of the request are too large.
    HeadersTooLarge = "headers_too_large",
    /// The body of the request is too large.
    BodyTooLarge = "body_too_large",
    /// The body of the request did not arrive in time.
    BodyTimeout = "body_timeout",
    /// The body of the request was cut off, or its `Content-Length` is not a number.
    BodyUnreadable = "body_unreadable",
    /// A header of the request has characters that cannot be read.
    HeaderUnreadable = "header_unreadable",
    /// Too many requests from one network address, for one grant or for one sign-in.
    RateLimited = "rate_limited",
    /// The requests could not be counted, and so none is let through.
    LimiterUnavailable = "limiter_unavailable",
    /// A quota has no units left for the call.
    QuotaSpent = "quota_spent",
    /// The units of a call could not be counted, or its quota is not in `mcp.toml`.
    QuotaUnavailable = "quota_unavailable",
    /// A browser sent the request from a site that is not allowed to.
    OriginForeign = "origin_foreign",
    /// The request was sent to a host name that the server does not answer to.
    HostForeign = "host_foreign",
    /// A server for one machine only was asked from another, or through a proxy.
    ClientElsewhere = "client_elsewhere",

    // Any OAuth endpoint.
    /// The request is not one of the protocol.
    InvalidRequest = "invalid_request",
    /// The code, the refresh token or what it was granted for is not good.
    InvalidGrant = "invalid_grant",
    /// The client could not be found, or did not prove itself.
    InvalidClient = "invalid_client",
    /// The client may not do this.
    UnauthorizedClient = "unauthorized_client",
    /// The scope is not one that can be granted.
    InvalidScope = "invalid_scope",
    /// The server could not do its work.
    ServerError = "server_error",
    /// The server, or something it needs, is not available at the moment.
    TemporarilyUnavailable = "temporarily_unavailable",
    /// The request was denied.
    AccessDenied = "access_denied",
    /// A required parameter is missing.
    ParameterMissing = "parameter_missing",
    /// A parameter is given more than once.
    ParameterRepeated = "parameter_repeated",
    /// The body has another media type than the endpoint reads.
    BodyType = "body_type",
    /// The `client_id` is not one that this server knows.
    ClientUnknown = "client_unknown",
    /// The `resource` is not an MCP endpoint of this server.
    ResourceUnknown = "resource_unknown",

    // Clients proving themselves.
    /// The client authenticates in the header and in the body.
    ClientAuthTwice = "client_auth_twice",
    /// The `client_id` differs from the one in the header.
    ClientIdDiffers = "client_id_differs",
    /// The client authenticates in another way than it registered.
    ClientAuthMethod = "client_auth_method",
    /// The `Authorization` header of the client is not valid.
    ClientAuthMalformed = "client_auth_malformed",
    /// The client's signed assertion was refused.
    ClientAssertion = "client_assertion",
    /// The `client_secret` is wrong.
    ClientSecretWrong = "client_secret_wrong",

    // Registration.
    /// The registration's metadata are not accepted.
    ClientMetadataInvalid = "client_metadata_invalid",
    /// The server's owner wants no clients of this kind: no registrations, or no metadata documents.
    ClientKindRefused = "client_kind_refused",
    /// The client's domain is not among `allowed_domains`.
    ClientDomainRefused = "client_domain_refused",
    /// The client metadata document could not be fetched, or is not one.
    ClientDocument = "client_document",
    /// A redirect URI is not one that can be registered.
    RedirectUriInvalid = "redirect_uri_invalid",

    // `/authorize`.
    /// The redirect URI is missing, and the client registered several.
    RedirectUriMissing = "redirect_uri_missing",
    /// The redirect URI is not one that the client registered.
    RedirectUriMismatch = "redirect_uri_mismatch",
    /// The redirect URI has a private-use scheme that `redirect_schemes` does not list.
    RedirectSchemeRefused = "redirect_scheme_refused",
    /// The `state` is too long or given twice.
    StateUnusable = "state_unusable",
    /// The `response_type` is not `code`.
    ResponseTypeUnsupported = "response_type_unsupported",
    /// The `code_challenge_method` is not `S256`.
    ChallengeMethod = "challenge_method",
    /// The `code_challenge` is not a SHA-256 in base64url.
    ChallengeMalformed = "challenge_malformed",
    /// The state of the request does not fit a cookie.
    RequestTooLong = "request_too_long",

    // The approval page.
    /// The form was sent from another site.
    FormFromAnotherSite = "form_from_another_site",
    /// The page has expired, or was opened in another browser.
    AttemptExpired = "attempt_expired",
    /// The form does not belong to this page.
    FormMismatch = "form_mismatch",
    /// The form says neither approve nor deny.
    DecisionUnknown = "decision_unknown",

    // `/callback`.
    /// The sign-in was started in another browser, was completed already, or has expired.
    InvalidState = "invalid_state",
    /// The sign-in was completed already: its `state` came back before.
    StateUsed = "state_used",
    /// The identity provider denied the sign-in.
    UpstreamDenied = "upstream_denied",
    /// The identity provider answered with an error.
    UpstreamError = "upstream_error",
    /// The identity provider could not be reached, or says that it is not available.
    UpstreamUnavailable = "upstream_unavailable",
    /// The identity provider did not answer in time.
    UpstreamTimeout = "upstream_timeout",
    /// The identity provider limits the number of requests.
    UpstreamRateLimited = "upstream_rate_limited",
    /// The identity provider refuses this server's own client id or secret.
    UpstreamCredentials = "upstream_credentials",
    /// The identity provider's answer is not one of its protocol.
    UpstreamUnreadable = "upstream_unreadable",
    /// The identity provider gave nothing to ask it again with, and `recheck` requires it.
    UpstreamUnaskable = "upstream_unaskable",
    /// The answer came from another identity provider.
    UpstreamIssuer = "upstream_issuer",
    /// The identity provider sent no code.
    UpstreamNoCode = "upstream_no_code",
    /// The identity provider did not accept the code: used before, expired, or of another redirect URI.
    UpstreamCode = "upstream_code",
    /// The identity provider's answer has no id_token.
    UpstreamNoIdToken = "upstream_no_id_token",
    /// The identity provider refuses the access token that it gave: it was withdrawn.
    UpstreamTokenRefused = "upstream_token_refused",
    /// The identity provider answers about another account than the one that signed in.
    UpstreamOtherSubject = "upstream_other_subject",
    /// The identity provider's token endpoint answered with another error, which the log has.
    UpstreamExchange = "upstream_exchange",
    /// The sign-in could not be stored.
    StorageUnavailable = "storage_unavailable",

    // The id_token.
    /// The id_token is not a readable JWT.
    IdTokenMalformed = "id_token_malformed",
    /// The id_token's `alg` is not accepted.
    IdTokenAlgorithm = "id_token_algorithm",
    /// No key of the provider has the id_token's `kid`.
    IdTokenKeyUnknown = "id_token_key_unknown",
    /// Several keys of the provider have the id_token's `kid`.
    IdTokenKeyAmbiguous = "id_token_key_ambiguous",
    /// The id_token's signature is wrong.
    IdTokenSignature = "id_token_signature",
    /// The id_token's `iss` is not the provider.
    IdTokenIssuer = "id_token_issuer",
    /// The id_token's `aud` is not this server's client.
    IdTokenAudience = "id_token_audience",
    /// The id_token's `azp` is not this server's client.
    IdTokenParty = "id_token_party",
    /// The id_token's `nonce` is not that of this sign-in.
    IdTokenNonce = "id_token_nonce",
    /// Another claim of the id_token is missing or has the wrong type.
    IdTokenClaim = "id_token_claim",
    /// The person is of an organization that `[identity]` does not name.
    IdTokenOrganization = "id_token_organization",
    /// The id_token has expired.
    IdTokenExpired = "id_token_expired",
    /// The id_token is not valid yet.
    IdTokenEarly = "id_token_early",
    /// The person has more groups or claims than a token can carry.
    IdTokenTooLarge = "id_token_too_large",

    // `/token` and `/revoke`.
    /// The `grant_type` is not supported.
    GrantTypeUnsupported = "grant_type_unsupported",
    /// The code was not made by this server, or was changed.
    CodeInvalid = "code_invalid",
    /// The code was issued to another client.
    CodeOfAnotherClient = "code_of_another_client",
    /// The code has expired.
    CodeExpired = "code_expired",
    /// The code was redeemed before.
    CodeReused = "code_reused",
    /// The `redirect_uri` differs from that of the authorization request.
    RedirectUriDiffers = "redirect_uri_differs",
    /// The `code_verifier` is not 43 to 128 unreserved characters.
    VerifierMalformed = "verifier_malformed",
    /// The `code_verifier` does not match the `code_challenge`.
    VerifierMismatch = "verifier_mismatch",
    /// The refresh token was not made by this server, or was changed.
    RefreshInvalid = "refresh_invalid",
    /// The refresh token was issued to another client.
    RefreshOfAnotherClient = "refresh_of_another_client",
    /// The refresh token was used before, and its grace window is over.
    RefreshReused = "refresh_reused",
    /// An assertion that was to become an access token is not good; `detail` is the check that it does not pass.
    AssertionRefused = "assertion_refused",
    /// Another request was asking the identity provider about the same grant.
    RefreshBusy = "refresh_busy",
    /// The grant was revoked or has expired.
    GrantOver = "grant_over",
    /// The grant was sealed by a key that is no longer listed.
    KeyGone = "key_gone",
    /// The `resource` was not part of the authorization.
    ResourceNotGranted = "resource_not_granted",
    /// The `scope` was not part of the authorization.
    ScopeNotGranted = "scope_not_granted",
    /// A client asked to revoke a token that was issued to another one.
    RevokeOfAnotherClient = "revoke_of_another_client",
}
