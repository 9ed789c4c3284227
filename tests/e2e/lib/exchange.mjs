// OAuth 2.0 Token Exchange (RFC 8693) at the identity provider of the tests.
import { errors } from "oidc-provider";

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const PARAMETERS = ["subject_token", "subject_token_type", "requested_token_type", "audience", "resource", "scope"];

/**
 * Lets the provider exchange a person's access token for another one of theirs, which lives for `exchangedTtl`
 * seconds. `exchanges` lists what it was asked, and `exchanged` the tokens that it gave. While `exchange(form)` is
 * a function, its `{ status, body }` is answered in place of a token where there is one; `exchangeAnswer` are
 * members of an answer in place of the right ones.
 */
export function exchangesTokens(provider, idp) {
  Object.assign(idp, { exchanges: [], exchanged: [], exchangedTtl: 3600, exchange: undefined, exchangeAnswer: {} });
  provider.registerGrantType(TOKEN_EXCHANGE, async (context) => {
    const { client, params } = context.oidc;
    const form = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
    idp.exchanges.push(form);
    const other = await idp.exchange?.(form);
    if (other) {
      Object.assign(context, { status: other.status, body: other.body });
      return;
    }
    const subject = await provider.AccessToken.find(form.subject_token);
    const grant = subject?.isValid && (await provider.Grant.find(subject.grantId));
    if (!grant) throw new errors.InvalidGrant("the subject token is over");
    context.oidc.entity("Grant", grant);
    const { accountId, grantId } = subject;
    const token = new provider.AccessToken({ accountId, client, grantId, gty: TOKEN_EXCHANGE, scope: "openid" });
    const text = await token.save();
    idp.exchanged.push(text);
    context.body = { access_token: text, issued_token_type: ACCESS_TOKEN, token_type: "Bearer", expires_in: token.expiration, ...idp.exchangeAnswer };
  }, PARAMETERS);
}
