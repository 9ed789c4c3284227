//! `rmcp-client <server> <tool> <arguments> <initialize|auto>`: signs in, calls the tool, and says what came.
//!
//! Standard output has two lines: `OPEN <address>`, where a person would be sent, and
//! `RESULT <json>`. The address that the person comes back to is read from standard input.

use std::error::Error;
use std::time::Duration;

use rmcp::ServiceExt;
use rmcp::model::{CallToolRequestParams, ClientConfig, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, RoleClient, RunningService, serve_client_with_lifecycle};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{AuthClient, AuthorizationCallback, AuthorizationRequest, OAuthState};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use tokio::io::{AsyncBufReadExt, BufReader};

const REDIRECT_URI: &str = "http://127.0.0.1:33419/callback";

const PATIENCE: Duration = Duration::from_secs(60);

type Client = RunningService<RoleClient, ClientConfig>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, tool, input, lifecycle] = &arguments[..] else {
        return Err("usage: rmcp-client <server> <tool> <arguments> <initialize|auto>".into());
    };
    let challenge = challenge(server).await?;
    let authorized = sign_in(server, challenge).await?;
    let config = StreamableHttpClientTransportConfig::with_uri(server.as_str());
    let transport = StreamableHttpClientTransport::with_client(authorized, config);
    let mode = match lifecycle.as_str() {
        "initialize" => ClientLifecycleMode::Initialize,
        _ => ClientLifecycleMode::Auto {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            legacy_version: None,
        },
    };
    let client: Client =
        serve_client_with_lifecycle(ClientConfig::default(), transport, mode).await?;
    let tools = client.list_all_tools().await?;
    let call =
        CallToolRequestParams::new(tool.clone()).with_arguments(serde_json::from_str(input)?);
    let result = client.call_tool(call).await?;
    let said = serde_json::json!({
        "revision": client.peer_info().map(|info| info.protocol_version.to_string()),
        "tools": tools.iter().map(|tool| tool.name.to_string()).collect::<Vec<_>>(),
        "result": result,
    });
    println!("RESULT {said}");
    client.cancel().await?;
    Ok(())
}

/// What a server says to a client without a token.
async fn challenge(server: &str) -> Result<String, Box<dyn Error>> {
    let config = StreamableHttpClientTransportConfig::with_uri(server);
    let transport = StreamableHttpClientTransport::with_client(reqwest::Client::new(), config);
    match ClientConfig::default().serve(transport).await {
        Ok(_) => Err("the server let a client in without a token".into()),
        Err(error) => match error.auth_challenge() {
            Some(challenge) => Ok(challenge.to_owned()),
            None => Err(error.into()),
        },
    }
}

/// Registers, sends the person away, and takes the code that they come back with.
async fn sign_in(
    server: &str,
    challenge: String,
) -> Result<AuthClient<reqwest::Client>, Box<dyn Error>> {
    let mut state = OAuthState::new(server, None).await?;
    let request = AuthorizationRequest::new(REDIRECT_URI).with_client_name("rmcp");
    state.start_authorization(request.with_challenge(challenge)).await?;
    println!("OPEN {}", state.get_authorization_url().await?);
    let mut back = String::new();
    let mut input = BufReader::new(tokio::io::stdin());
    tokio::time::timeout(PATIENCE, input.read_line(&mut back)).await??;
    let callback = AuthorizationCallback::from_redirect_url(back.trim())?;
    let AuthorizationCallback { code, csrf_token, issuer, .. } = callback;
    state.handle_callback_with_issuer(&code, &csrf_token, issuer.as_deref()).await?;
    let manager = state.into_authorization_manager().ok_or("the sign-in has no end")?;
    Ok(AuthClient::new(reqwest::Client::new(), manager))
}
