//! Every bound of the gate, with its reason. Lengths are in bytes, times in seconds.

/// Longest cookie with its name and attributes: Safari drops one above 4093 bytes, others keep 4096.
pub const MAX_COOKIE: usize = 4093;

/// Longest `state` of a client. It comes back verbatim and travels in the login cookie, where it fits
/// beside a redirect URI of [`MAX_REDIRECT_URI`]. Most clients use under 200, some pack a session in.
pub const MAX_STATE: usize = 2048;

/// Sign-ins that one browser may have open. Any site can make a browser begin one, and their cookies
/// have to stay below [`MAX_HEADERS`] together: six of the longest leave 7 KiB for everything else.
pub const MAX_ATTEMPTS: usize = 6;

/// Bytes of a client's name kept for its connection's record, which the login cookie has to carry: the
/// whole of a name in ASCII. A longer one is cut there; the approval page shows it whole.
pub const MAX_CLIENT_LABEL: usize = MAX_CLIENT_NAME;

/// Longest redirect URI; the longest seen from a real client is under 200.
pub const MAX_REDIRECT_URI: usize = 512;

/// Redirect URIs of one registration; real clients register one or two.
pub const MAX_REDIRECT_URIS: usize = 10;

/// Longest `client_name` kept; more would only push the page's warnings out of sight.
pub const MAX_CLIENT_NAME: usize = 80;

/// Largest registration request; real ones are under 1 KiB.
pub const MAX_REGISTRATION_BODY: usize = 8 * 1024;

/// Largest stateless client_id: it has to fit URLs, and logs, of every client.
pub const MAX_CLIENT_ID: usize = 2048;

/// Largest form body at `/token`, `/authorize` and `/revoke`: codes, tokens and client ids fit many
/// times over.
pub const MAX_FORM_BODY: usize = 16 * 1024;

/// Seconds without a byte after which a body is given up: a client that sends at all sends something
/// each few seconds, and each open request holds memory of the isolate.
pub const BODY_SILENCE: u64 = 10;

/// Seconds in which a whole body has to arrive: 4 MiB take 20 s at 200 KB/s, and a client that sends
/// one byte every nine seconds would otherwise hold the request for months.
pub const BODY_TIMEOUT: u64 = 30;

/// Time to read the consent page and to sign in at the identity provider.
pub const ATTEMPT_TTL: u64 = 600;

/// Lifetime of a sign-in at the page of one's own connections: to look and to revoke.
pub const PERSON_TTL: u64 = 900;

/// Approvals remembered in one browser; a sealed entry takes 85 bytes and all must fit a cookie.
pub const MAX_APPROVALS: usize = 40;

/// PKCE: a verifier has 43 to 128 characters (RFC 7636 section 4.1).
pub const VERIFIER_LENGTH: std::ops::RangeInclusive<usize> = 43..=128;

/// An S256 challenge is 32 bytes in base64url (RFC 7636 section 4.2).
pub const CHALLENGE_LENGTH: usize = 43;

/// Shortest key accepted: `openssl rand -hex 32` gives 64 characters, a base64 of 32 bytes 44.
pub const MIN_KEY_LENGTH: usize = 32;

/// A key with fewer different characters is a word or a placeholder, not randomness: of all keys of
/// 32 random hexadecimal digits, one in 26 million has so few.
pub const MIN_KEY_DISTINCT: usize = 8;

/// A key that repeats a block of fewer characters has no more randomness than the block.
pub const MIN_KEY_BLOCK: usize = 16;

/// Keys in one list: the current one and a few that are being rotated out.
pub const MAX_KEYS: usize = 5;

/// Largest answer read from an identity provider; a token response with groups is a few KiB.
pub const MAX_UPSTREAM_BODY: usize = 256 * 1024;

/// Largest id_token: a picture, hundreds of groups and the roles of a realm may be in it, of which
/// little is kept ([`MAX_CLAIMS`]). It fits [`MAX_UPSTREAM_BODY`] beside two other tokens.
pub const MAX_ID_TOKEN: usize = 128 * 1024;

/// Largest token of an identity provider that is kept to ask it again: Access and Entra sign theirs,
/// at a few KiB.
pub const MAX_UPSTREAM_TOKEN: usize = 8 * 1024;

/// Longest wait for one answer of the identity provider.
pub const UPSTREAM_TIMEOUT: u64 = 10;

/// Longest wait of a refresh for the identity provider in all, be it one question or three: clients
/// give up on `/token` after ten seconds and more, and an outage must not cost them their tokens.
pub const RECHECK_TIMEOUT: u64 = 5;

/// A discovery document is kept this long before it is fetched again.
pub const DISCOVERY_TTL: u64 = 3600;

/// A discovery document is used this long when the provider does not answer: endpoints move rarely.
pub const DISCOVERY_MAX_AGE: u64 = 24 * 3600;

/// After a failure the identity provider is left alone this long, so that visitors cannot make us
/// hammer it.
pub const DISCOVERY_RETRY: u64 = 5;

/// JWKS are fresh this long; Access rotates its keys every six weeks and publishes both meanwhile.
pub const JWKS_TTL: u64 = 3600;

/// JWKS are used this long when the provider does not answer: a key that it withdrew is trusted no
/// longer than a day.
pub const JWKS_MAX_AGE: u64 = 24 * 3600;

/// Fetches within [`JWKS_REFETCH_INTERVAL`], by one isolate, for tokens that the keys at hand do not
/// verify: enough for a provider that rotates step by step, and junk tokens cannot hammer it.
pub const MAX_JWKS_REFETCHES: u32 = 3;

/// See [`MAX_JWKS_REFETCHES`].
pub const JWKS_REFETCH_INTERVAL: u64 = 30;

/// After a failure the JWKS are not fetched again before this time, for the same reason.
pub const JWKS_RETRY_INTERVAL: u64 = 1;

/// Seconds that an access token may have been issued ahead of this machine's clock: another machine
/// of the platform made it, whose clock is seconds away at most.
pub const ISSUED_LEEWAY: u64 = 5;

/// Smallest RSA modulus accepted, in bits (RFC 7518 section 3.3).
pub const MIN_RSA_BITS: usize = 2048;

/// Largest RSA modulus accepted, in bits: no identity provider signs with a larger one, and the work
/// grows with its square.
pub const MAX_RSA_BITS: usize = 4096;

/// Claims kept, serialised. They travel in every access token, as do groups: together with the rest
/// of a caller under 16 KiB, which sealed are 22 KiB of the 32 KiB of [`MAX_HEADERS`].
pub const MAX_CLAIMS: usize = 4 * 1024;

/// Groups kept; above it the sign-in is refused with a message, never cut silently.
pub const MAX_GROUPS: usize = 200;

/// Bytes of the names of groups kept: 40 for each of [`MAX_GROUPS`], and ids have 36. See
/// [`MAX_CLAIMS`].
pub const MAX_GROUPS_SIZE: usize = 8 * 1024;

/// Longest `sub` and e-mail address: OpenID Connect Core section 2 allows 255 characters, and an
/// address has fewer.
pub const MAX_TEXT_CLAIM: usize = 1024;

/// Bytes of a display name that are kept; a page shows no more.
pub const MAX_NAME: usize = 200;

/// Longest address of a request. The longest that a client of this server needs is an authorization
/// request: a `state` of its greatest length takes 2 to 6 KiB of it, as the client has to encode none
/// or all of it, and a `client_id` about 1 KiB.
pub const MAX_URL: usize = 8 * 1024;

/// Largest headers of a request, all together. A cookie of an open attempt has at most 4 KiB:
/// [`MAX_ATTEMPTS`] of them and the cookie of approvals fit beside what browsers send; an access token
/// needs under 24 KiB ([`MAX_CLAIMS`]), and no cookies come with it.
pub const MAX_HEADERS: usize = 32 * 1024;

/// Bytes of a header on top of its name and value: `: ` and the end of the line.
pub const HEADER_OVERHEAD: usize = 4;

/// Longest address of a client metadata document or of its key set; real ones are under 100.
pub const MAX_DOCUMENT_URL: usize = 512;

/// Largest client metadata document or key set (draft-ietf-oauth-client-id-metadata-document
/// recommends 5 KB).
pub const MAX_DOCUMENT_BODY: usize = 5 * 1024;

/// Longest wait for a document from a client's host: a person waits meanwhile.
pub const DOCUMENT_TIMEOUT: u64 = 5;

/// Shortest and longest time that a document may be kept. The lower bound shields the client's
/// host, the upper one lets a withdrawn redirect URI be forgotten within a day.
pub const DOCUMENT_AGE: std::ops::RangeInclusive<u64> = 60..=86_400;

/// Lifetime of a document whose host does not state one.
pub const DOCUMENT_DEFAULT_AGE: u64 = 600;

/// Documents kept in one isolate: of a few KiB each, and few clients are in use at a time.
pub const MAX_DOCUMENTS: usize = 64;

/// Fetches from one host within [`DOCUMENT_FETCH_WINDOW`] by one isolate; more would only repeat an
/// error.
pub const MAX_DOCUMENT_FETCHES: u32 = 10;

/// Hosts that are fetched from within that time; no other is asked then. One network address begins
/// fewer sign-ins in a minute (`[limits] authorize`), so that it cannot keep the others' clients out.
pub const MAX_DOCUMENT_HOSTS: usize = 1024;

/// See [`MAX_DOCUMENT_FETCHES`].
pub const DOCUMENT_FETCH_WINDOW: u64 = 60;

/// Longest client assertion; one with an RSA-4096 signature is under 2 KiB.
pub const MAX_ASSERTION: usize = 4 * 1024;

/// Longest time until an assertion expires: it is made for one request.
pub const ASSERTION_TTL: u64 = 300;

/// Clock difference tolerated in assertions.
pub const ASSERTION_LEEWAY: u64 = 60;

/// Keys tried for an assertion that names none: a client that rotates has two.
pub const MAX_ASSERTION_KEYS: usize = 4;

/// Longest life of an ID-JAG: it is made for one exchange.
pub const ID_JAG_TTL: u64 = 300;

/// Longest life of a platform's token for a workload: Kubernetes makes them for an hour, and for a day at most by
/// default.
pub const WORKLOAD_TTL: u64 = 24 * 3600;

/// Clock difference tolerated in ID-JAGs and tokens of platforms.
pub const DIRECT_LEEWAY: u64 = 60;

/// Longest life of an access token that nobody signed in for, in seconds: whoever vouches for its caller can stop
/// the next one only.
pub const MAX_DIRECT_TTL: u32 = 3600;

/// Keys of an issuer are fresh this long, and verify nothing after that: one that was withdrawn must not let
/// anybody in for long.
pub const ISSUER_KEYS_TTL: u64 = 300;

/// An issuer whose keys could not be had, or lacked the one that was looked for, is left alone this long: what is
/// looked for is a stranger's choice.
pub const ISSUER_COOLDOWN: u64 = 30;

/// Largest answer of an issuer: a set of keys has a few KiB.
pub const MAX_ISSUER_BODY: usize = 64 * 1024;

/// Longest cookie of the caller who is signed in at `/connections`, without its name and attributes. It comes along
/// with the cookie of the page, and with whatever else a browser sends.
pub const MAX_CALLER_COOKIE: usize = 3 * 1024;

/// Personal tokens that one person may have: one for each script, and a list that can be looked through.
pub const MAX_PERSONAL_TOKENS: usize = 50;

/// Longest name of a personal token, in characters.
pub const MAX_PERSONAL_NAME: usize = 60;
