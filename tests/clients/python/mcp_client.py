"""`mcp_client.py <server> <tool> <arguments> <mode>`: the official Python client signs in and calls a tool."""

import json
import sys
from urllib.parse import parse_qs, urlparse

import anyio
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from sign_in import come_back, report, say

REDIRECT_URI = "http://127.0.0.1:33420/callback"


class Memory:
    """Keeps tokens for as long as the program runs."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


async def redirect(url: str) -> None:
    say("OPEN", url)


async def callback() -> AuthorizationCodeResult:
    query = parse_qs(urlparse(await come_back()).query)
    return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0], iss=query.get("iss", [None])[0])


async def main(server: str, tool: str, arguments: str, mode: str) -> None:
    metadata = OAuthClientMetadata(client_name="mcp (Python)", redirect_uris=[REDIRECT_URI])
    auth = OAuthClientProvider(server, metadata, Memory(), redirect_handler=redirect, callback_handler=callback)
    async with create_mcp_http_client(auth=auth) as http:
        async with Client(streamable_http_client(server, http_client=http), mode=mode) as client:
            tools = [one.name for one in (await client.list_tools()).tools]
            report(client.protocol_version, tools, await client.call_tool(tool, json.loads(arguments)))


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
