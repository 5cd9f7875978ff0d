"""Connections that can be cut without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope


class CuttableProtocol(H11Protocol):
    """Uvicorn's HTTP protocol, which hands its transport on to the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol itself
        """Remember the transport in the state of every request of this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def cut(scope: Scope, receive: Receive) -> None:
    """Close the connection of a request without a word, and wait until it is closed."""
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.abort()
    await disconnected(receive)


async def disconnected(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
