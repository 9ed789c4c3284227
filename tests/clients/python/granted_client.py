"""`granted_client.py <server> <issuer> <way>`: the official Python client calls `whoami` without a person's sign-in.

What it proves itself with is in CLIENT_ID, CLIENT_SECRET and ASSERTION.
"""

import os
import sys

import anyio
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider, PrivateKeyJWTOAuthProvider
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from mcp_client import Memory
from sign_in import report


async def assertion(*_: str) -> str:
    return os.environ["ASSERTION"]


def provider(server: str, issuer: str, way: str):
    client = os.environ["CLIENT_ID"]
    secret = os.environ.get("CLIENT_SECRET", "")
    match way:
        case "client_secret_post" | "client_secret_basic":
            return IdentityAssertionOAuthProvider(
                server, Memory(), client, secret, issuer, assertion, token_endpoint_auth_method=way
            )
        case "client_credentials":
            return ClientCredentialsOAuthProvider(server, Memory(), client, secret, issuer=issuer)
        case "private_key_jwt":
            return PrivateKeyJWTOAuthProvider(server, Memory(), client, assertion, issuer=issuer)


async def main(server: str, issuer: str, way: str) -> None:
    async with create_mcp_http_client(auth=provider(server, issuer, way)) as http:
        async with Client(streamable_http_client(server, http_client=http)) as client:
            tools = [one.name for one in (await client.list_tools()).tools]
            report(client.protocol_version, tools, await client.call_tool("whoami", {}))


anyio.run(main, *sys.argv[1:])
