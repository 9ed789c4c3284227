// Exchanges of a person's access token at the identity provider of the tests: OAuth 2.0 Token Exchange (RFC 8693), and the
// on-behalf-of flow of Microsoft Entra ID.
import { errors } from "oidc-provider";

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const ON_BEHALF_OF = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const PARAMETERS = ["subject_token", "subject_token_type", "requested_token_type", "audience", "resource", "scope"];
const ENTRA_PARAMETERS = ["assertion", "requested_token_use", "scope"];

/**
 * Lets the provider exchange a person's access token for another one of theirs, which lives for `exchangedTtl`
 * seconds. `exchanges` lists what it was asked, and `exchanged` the tokens that it gave. While `exchange(form)` is
 * a function, its `{ status, body }` is answered in place of a token where there is one; `exchangeAnswer` are
 * members of an answer in place of the right ones.
 */
export function exchangesTokens(provider, idp) {
  Object.assign(idp, { exchanges: [], exchanged: [], exchangedTtl: 3600, exchange: undefined, exchangeAnswer: {} });
  provider.registerGrantType(TOKEN_EXCHANGE, (context) => {
    const answer = { issued_token_type: ACCESS_TOKEN, token_type: "Bearer" };
    return exchange(provider, idp, context, context.oidc.params.subject_token, answer);
  }, PARAMETERS);
  provider.registerGrantType(ON_BEHALF_OF, (context) => {
    const { assertion, requested_token_use: use, scope } = context.oidc.params;
    if (use !== "on_behalf_of") throw new errors.InvalidRequest("AADSTS900144: requested_token_use");
    // Entra names no type of what it gave, and says how long a token may serve while it is down.
    const answer = { token_type: "Bearer", scope, ext_expires_in: idp.exchangedTtl };
    return exchange(provider, idp, context, assertion, answer);
  }, ENTRA_PARAMETERS);
}

async function exchange(provider, idp, context, given, answer) {
  const { client, params } = context.oidc;
  const form = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  idp.exchanges.push(form);
  const other = await idp.exchange?.(form);
  if (other) {
    Object.assign(context, { status: other.status, body: other.body });
    return;
  }
  const subject = await provider.AccessToken.find(given);
  const grant = subject?.isValid && (await provider.Grant.find(subject.grantId));
  if (!grant) throw new errors.InvalidGrant("the subject token is over");
  context.oidc.entity("Grant", grant);
  const { accountId, grantId } = subject;
  const token = new provider.AccessToken({ accountId, client, grantId, gty: TOKEN_EXCHANGE, scope: "openid" });
  const text = await token.save();
  idp.exchanged.push(text);
  context.body = { access_token: text, expires_in: token.expiration, ...answer, ...idp.exchangeAnswer };
}
