"""An application served on a loopback address, inside somebody else's event loop."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

import uvicorn

from bot.sandbox.connections import CuttableProtocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from starlette.types import ASGIApp


@asynccontextmanager
async def listening_on(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 0,
    before_end: Callable[[], None] = lambda: None,
) -> AsyncIterator[str]:
    """Serve `app` and yield its base URL; port 0 takes a free one.

    `before_end` lets go of requests that still wait. A host that is not loopback raises
    ValueError, a port in use OSError.
    """
    if not ip_address(host).is_loopback:
        raise ValueError("the sandbox listens on loopback only")
    listener = _listener(host, port)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listener.getsockname()[1]}"
    server = _Server(
        uvicorn.Config(
            app,
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await server.ready.wait()
        yield url
    finally:
        before_end()
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the process belongs to somebody else."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only for a socket that is TCP by name does asyncio switch off Nagle's algorithm, which
    # would hold back the body of every answer for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
