"""`fastmcp_client.py <server> <tool> <arguments> <mode>`: FastMCP signs in as it does for everybody.

It opens the person's browser, which the test names in BROWSER, and waits at its own callback server.
"""

import json
import sys

import anyio
from fastmcp import Client
from fastmcp.client.auth import OAuth

from sign_in import report


async def main(server: str, tool: str, arguments: str, mode: str) -> None:
    async with Client(server, auth=OAuth(), mode=mode) as client:
        tools = [one.name for one in await client.list_tools()]
        result = await client.call_tool_mcp(tool, json.loads(arguments))
        report(client.protocol_version, tools, result)


anyio.run(main, *sys.argv[1:])
