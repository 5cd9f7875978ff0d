"""Uvicorn as a guest in our event loop: it listens, and leaves signals to the process."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

log = logging.getLogger(__name__)

LAST_ANSWERS = 5
"""Seconds that requests under way have to end when the server does."""
AGAIN = 5.0
"""Seconds until an address that could not be had is tried again."""


class GuestServer(uvicorn.Server):
    """A server that ends when its task is cancelled."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process that runs us."""
        yield


async def listen(app: ASGIApp, host: str, port: int) -> None:
    """Serve until cancelled; an address that cannot be had is waited for."""
    with await _listener(host, port) as listener:
        config = uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=LAST_ANSWERS,
        )
        server = GuestServer(config)
        try:
            await server.serve([listener])
        finally:  # a cancelled server has not yet given its last answers
            if server.started:
                await server.shutdown([listener])


async def _listener(host: str, port: int) -> socket.socket:
    """Listen on an address; while that fails, as on a taken port, say so once and try again."""
    said = False
    while True:
        try:
            return await _bound(host, port)
        except OSError as error:
            if not said:
                place = f"{host}:{port} ({error.strerror})"
                log.warning("LIAISON_LISTEN: cannot listen on %s; trying again", place)
            said = True
            await asyncio.sleep(AGAIN)


async def _bound(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    family, kind, protocol, _, address = (
        await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()  # only now is it certain that nobody else has the port
    except OSError:
        listener.close()
        raise
    return listener
