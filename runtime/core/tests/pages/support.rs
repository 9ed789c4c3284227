//! Configurations, requests, and a look into the markup.

use toolgate_config::{Config, check};
use toolgate_core::audit::Log;
use toolgate_core::mcp::Server;
use toolgate_core::mcp::prompt::PromptInfo;
use toolgate_core::mcp::resource::ResourceInfo;
use toolgate_core::mcp::tool::{Annotations, Schema, TaskSupport, ToolInfo};
use toolgate_core::page::{ConsentPage, Trust};
use toolgate_core::reply::Reply;

pub const LOCAL: &str = "http://127.0.0.1:33418/oauth/callback";
pub const WEB: &str = "https://client.example/cb";
pub const NOW: u64 = 1_800_000_000;

/// A configuration with these lines in `[consent]`.
pub fn config(consent: &str) -> Config {
    let source = format!(
        "[server]\nname = \"Demo\"\n[identity]\nprovider = \"cloudflare-access\"\n\
         client_id = {{ var = \"ACCESS_CLIENT_ID\" }}\n\
         client_secret = {{ var = \"ACCESS_CLIENT_SECRET\" }}\nteam = \"acme\"\n\
         [tokens]\nencryption_key = {{ var = \"COOKIE_ENCRYPTION_KEY\" }}\n[consent]\n{consent}\n"
    );
    match check(&source) {
        Ok(checked) => checked.config,
        Err(faults) => panic!("{faults:#?}"),
    }
}

pub fn request() -> ConsentPage<'static> {
    ConsentPage {
        client_name: "Claude",
        client_uri: None,
        trust: Trust::Unverified,
        redirect_uri: LOCAL,
        person: None,
        scopes: vec!["Use the tools"],
        longest: 30 * 86_400,
        attempt: "attempt-1",
        csrf: "csrf-1",
    }
}

pub fn tool(
    name: &'static str,
    description: Option<&'static str>,
    policy: &'static str,
) -> ToolInfo {
    ToolInfo {
        name,
        title: None,
        description,
        input_schema: Schema::Static(r#"{"type":"object"}"#),
        output_schema: None,
        annotations: Annotations::default(),
        policy,
        icons: &[],
        headers: &[],
        task: TaskSupport::Forbidden,
    }
}

/// The landing page of a server with these functions, which clients call `demo`.
pub fn landing_of(
    config: &Config,
    origin: &str,
    (tools, prompts, resources): (&[ToolInfo], &[PromptInfo], &[ResourceInfo]),
) -> Reply {
    let log = Log::default();
    let server = Server {
        config,
        version: "1.0.0",
        tools,
        prompts,
        resources,
        families: &[],
        sessions: false,
        notifications: None,
        challenging: None,
        refusing: None,
        page_size: 100,
        log: &log,
    };
    toolgate_core::mcp::landing(&server, "demo", origin)
}

pub fn landing(config: &Config) -> Reply {
    landing_of(config, "https://mcp.example", (&[], &[], &[]))
}

pub fn html(reply: &Reply) -> &str {
    std::str::from_utf8(reply.body()).unwrap()
}

pub fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers()[name].to_str().unwrap()
}

/// Text of the page, without tags.
pub fn words(reply: &Reply) -> String {
    let body = html(reply).split_once("<body>").unwrap().1;
    let mut out = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => (inside, out) = (false, out + " "),
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Contents of every element of this name; none of ours nests in itself.
pub fn elements<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    html.split(&open)
        .skip(1)
        .filter(|rest| rest.starts_with(['>', ' ']))
        .map(|rest| rest.split_once(&close).unwrap().0.split_once('>').unwrap().1)
        .collect()
}

/// Each tag of the page with the names of its attributes: what there is besides text and values.
pub fn tags(html: &str) -> Vec<String> {
    let mut out = Vec::new();
    for rest in html.split('<').skip(1) {
        let mut tag = String::new();
        let mut quoted = false;
        for c in rest.chars() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => break,
                _ if !quoted => tag.push(c),
                _ => {}
            }
        }
        out.push(tag);
    }
    out
}
