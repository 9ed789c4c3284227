//! Directories that are asked for the groups of a person whose token does not have them: Microsoft Graph and
//! Cloud Identity of Google.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use url::{Url, form_urlencoded};

use crate::from_json::FromJson;

/// Scopes of Microsoft Graph, of which one lets a person's groups be read.
const GRAPH_SCOPES: [&str; 3] = ["GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"];

/// The scope of Cloud Identity that lets a person's groups be read.
pub const CLOUD_IDENTITY_SCOPE: &str =
    "https://www.googleapis.com/auth/cloud-identity.groups.readonly";

/// Pages of groups of Cloud Identity that are read: a person of 1000 groups has five.
pub const MAX_PAGES: usize = 5;

/// Groups in one page of Cloud Identity.
const PAGE: &str = "200";

/// Bytes of an answer that lists groups: Graph lists 11,000 at most, each with 39 bytes.
pub const MAX_GROUPS_BODY: usize = 512 * 1024;

/// True if one of these scopes lets groups be read from Graph: as they are, or with its address in front.
#[must_use]
pub fn reads_graph<'a>(mut scopes: impl Iterator<Item = &'a str>) -> bool {
    scopes.any(|scope| GRAPH_SCOPES.contains(&scope.rsplit('/').next().unwrap_or_default()))
}

/// Asks Microsoft Graph for the ids of all groups of the person behind an access token
/// (`getMemberObjects`), at the Graph of the issuer's cloud.
#[must_use]
pub fn graph_request(issuer: &str, access_token: &str) -> Option<Request<Vec<u8>>> {
    let host = match Url::parse(issuer).ok()?.host_str()? {
        "login.microsoftonline.us" => "graph.microsoft.us",
        "login.partner.microsoftonline.cn" => "microsoftgraph.chinacloudapi.cn",
        _ => "graph.microsoft.com",
    };
    Request::post(format!("https://{host}/v1.0/me/getMemberObjects"))
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        .header(AUTHORIZATION, format!("Bearer {access_token}"))
        .body(br#"{"securityEnabledOnly":false}"#.to_vec())
        .ok()
}

#[derive(FromJson)]
struct MemberObjects {
    value: Vec<String>,
}

/// Reads the ids of groups.
///
/// # Errors
/// Why they are not known, for the log.
pub fn graph_groups(answer: &Response<Vec<u8>>) -> Result<Vec<String>, String> {
    let objects: MemberObjects = read(answer)?;
    Ok(objects.value)
}

/// Asks Cloud Identity for the groups of an address, those by way of other groups included
/// (`memberships.searchTransitiveGroups`); `None` for an address that its query language cannot say.
#[must_use]
pub fn cloud_identity_request(
    address: &str,
    page: Option<&str>,
    access_token: &str,
) -> Option<Request<Vec<u8>>> {
    if address.contains(['\'', '\\']) {
        return None;
    }
    let query = format!(
        "member_key_id == '{address}' && 'cloudidentity.googleapis.com/groups.discussion_forum' in labels"
    );
    let mut parameters = form_urlencoded::Serializer::new(String::new());
    parameters.append_pair("query", &query).append_pair("pageSize", PAGE);
    if let Some(page) = page {
        parameters.append_pair("pageToken", page);
    }
    let parameters = parameters.finish();
    Request::get(format!(
        "https://cloudidentity.googleapis.com/v1/groups/-/memberships:searchTransitiveGroups?{parameters}"
    ))
    .header(ACCEPT, "application/json")
    .header(AUTHORIZATION, format!("Bearer {access_token}"))
    .body(Vec::new())
    .ok()
}

#[derive(FromJson)]
struct Memberships {
    #[serde(default)]
    memberships: Vec<Membership>,
    #[serde(rename = "nextPageToken")]
    next_page_token: Option<String>,
}

#[derive(FromJson)]
struct Membership {
    #[serde(rename = "groupKey")]
    group_key: GroupKey,
}

#[derive(FromJson)]
struct GroupKey {
    id: String,
}

/// Reads the addresses of groups, and the token of the next page.
///
/// # Errors
/// Why they are not known, for the log.
pub fn cloud_identity_groups(
    answer: &Response<Vec<u8>>,
) -> Result<(Vec<String>, Option<String>), String> {
    let page: Memberships = read(answer)?;
    let groups = page.memberships.into_iter().map(|one| one.group_key.id).collect();
    Ok((groups, page.next_page_token.filter(|token| !token.is_empty())))
}

fn read<T: FromJson>(answer: &Response<Vec<u8>>) -> Result<T, String> {
    if answer.status() != StatusCode::OK {
        return Err(format!("status {}", answer.status()));
    }
    crate::from_json::read_foreign(answer.body()).map_err(|_| "an unreadable answer".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Response<Vec<u8>> {
        Response::builder().status(status).body(body.as_bytes().to_vec()).expect("an answer")
    }

    #[test]
    fn graph_is_that_of_the_cloud_of_the_issuer() {
        let uri = |issuer| graph_request(issuer, "t").expect("a request").uri().to_string();
        assert_eq!(
            uri("https://login.microsoftonline.com/t/v2.0"),
            "https://graph.microsoft.com/v1.0/me/getMemberObjects"
        );
        assert!(uri("https://login.microsoftonline.us/t/v2.0").contains("//graph.microsoft.us/"));
        assert!(reads_graph(
            ["openid", "https://graph.microsoft.com/GroupMember.Read.All"].into_iter()
        ));
        assert!(!reads_graph(["openid", "User.Read"].into_iter()));
    }

    #[test]
    fn groups_that_are_not_told_whole_are_an_error() {
        assert_eq!(
            graph_groups(&answer(200, r#"{"value":["a","b"]}"#)),
            Ok(vec!["a".into(), "b".into()])
        );
        for (status, body) in [(403, "{}"), (200, "{}"), (200, r#"{"value":[1]}"#), (200, "<html>")]
        {
            assert!(graph_groups(&answer(status, body)).is_err(), "{status} {body}");
        }
        let page = r#"{"memberships":[{"group":"groups/1","groupKey":{"id":"staff@a.example"}}],"nextPageToken":"n"}"#;
        assert_eq!(
            cloud_identity_groups(&answer(200, page)),
            Ok((vec!["staff@a.example".into()], Some("n".into())))
        );
        assert_eq!(cloud_identity_groups(&answer(200, "{}")), Ok((vec![], None)));
        assert!(cloud_identity_groups(&answer(200, r#"{"memberships":[{}]}"#)).is_err());
    }

    #[test]
    fn an_address_does_not_leave_its_quotes() {
        assert!(cloud_identity_request("a'||'@a.example", None, "t").is_none());
        let request = cloud_identity_request("ada@a.example", Some("x&y"), "t").expect("a request");
        let query = request.uri().query().expect("a query");
        assert!(
            query.contains("pageToken=x%26y") && query.contains("%27ada%40a.example%27"),
            "{query}"
        );
    }
}
