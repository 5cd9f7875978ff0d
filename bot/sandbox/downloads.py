"""Where files are fetched: one request in, the bytes out, unless a fault strikes."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from bot.sandbox.connections import cut, disconnected

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from bot.sandbox.faults import Fault, Faults
    from bot.sandbox.files import FileStore, StoredFile

DOWNLOAD = "download"
"""By which a fault names these requests: they are no method of the Bot API."""


class Downloads:
    """Everything under /file/bot<token>/."""

    def __init__(self, files: FileStore, faults: Faults, token: str) -> None:
        self._files = files
        self._faults = faults
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path_params"]
        file = self._files.at(path["path"]) if path["token"] == self._token else None
        if file is None:
            await Response(status_code=404)(scope, receive, send)
            return
        fault = self._faults.strike(DOWNLOAD)
        if fault is not None and fault.kind == "slow":
            with suppress(TimeoutError):
                async with asyncio.timeout(fault.seconds or 1.0):
                    await disconnected(receive)
        if fault is not None and fault.kind in {"drop_before", "drop_after"}:
            if fault.kind == "drop_after":
                await _send_half(file, send)
            await cut(scope, receive)
            return
        await _answer(file, fault)(scope, receive, send)


def _answer(file: StoredFile, fault: Fault | None) -> Response:
    if fault is not None and fault.kind == "429":
        wait = math.ceil(fault.seconds or 1)
        return Response(status_code=429, headers={"Retry-After": str(wait)})
    if fault is not None and fault.kind == "5xx":
        return PlainTextResponse("Bad Gateway", 502)
    return Response(file.data, media_type="application/octet-stream")


async def _send_half(file: StoredFile, send: Send) -> None:
    """Begin an answer that will never be whole."""
    length = str(len(file.data)).encode()
    headers = [(b"content-length", length), (b"content-type", b"application/octet-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    half = file.data[: len(file.data) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
