"""The HTTP face of the Bot API: one request in, one answer out, unless a fault strikes."""

from __future__ import annotations

import asyncio
import math
import secrets
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.access import named_chat
from bot.sandbox.connections import cut, disconnected
from bot.sandbox.errors import ApiError, conflict, too_many_requests
from bot.sandbox.happenings import Refused
from bot.sandbox.methods import METHODS
from bot.sandbox.params import Params, read_params
from bot.sandbox.polling import Polling
from bot.sandbox.webhook import Webhook

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from bot.sandbox.faults import Fault, Faults
    from bot.sandbox.limits import Limits
    from bot.sandbox.world import World

_WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of the bot and what it got.

    `params` are as received: texts of a form or the values of a JSON body. `files` are the
    names of uploads by part. `status` 0 means the connection was cut without an answer.
    """

    method: str
    params: dict[str, object]
    files: dict[str, str]
    status: int
    answer: dict[str, object]


class BotApi:
    """Everything under /bot<token>/."""

    def __init__(
        self, world: World, faults: Faults, limits: Limits, token: str, exchanges_kept: int
    ) -> None:
        self.world = world
        self.exchanges: deque[Exchange] = deque(maxlen=exchanges_kept)
        self.webhook = Webhook(world.updates, world.clock)
        self._closing = asyncio.Event()
        self._polling = Polling(world.updates)
        self._faults = faults
        self._limits = limits
        self._token = token

    def open(self) -> None:
        """Begin to serve."""
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let go of every request that waits, so that the server can stop."""
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._respond(scope, receive)
        if response is not None:
            await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response | None:
        request, path = Request(scope, receive), scope["path_params"]
        if not secrets.compare_digest(path["token"].encode(), self._token.encode()):
            return _refusal(ApiError(401, "Unauthorized"))
        method = path["method"]
        try:
            params = await read_params(request)
        except ApiError as error:
            return self._record(method, Params(), error)
        fault = self._faults.strike(method)
        if fault is not None and fault.kind != "drop_after":
            early = await self._strike(fault, method, params)
            if early is not None:
                return early
            if fault.kind == "drop_before":
                await cut(scope, receive)
                return None
        outcome = await self._outcome(method, params, receive)
        if fault is not None and fault.kind == "drop_after":
            self._record(method, params, None)
            await cut(scope, receive)
            return None
        return self._record(method, params, outcome)

    async def _strike(self, fault: Fault, method: str, params: Params) -> Response | None:
        if fault.kind == "429":
            return self._record(method, params, too_many_requests(math.ceil(fault.seconds or 1)))
        if fault.kind == "5xx":
            self._note(method, params, 502, {})
            return PlainTextResponse("Bad Gateway", 502)
        if fault.kind == "slow":
            with suppress(TimeoutError):
                async with asyncio.timeout(fault.seconds or 1.0):
                    await self._closing.wait()
        else:
            self._record(method, params, None)
        return None

    async def _outcome(self, method: str, params: Params, receive: Receive) -> object:
        """Return the result of a method, or the ApiError it raised."""
        try:
            name = method.lower()
            if name == "getupdates":
                if self.webhook.active:
                    raise conflict(_WEBHOOK_ACTIVE)
                gone = partial(self._gone, receive)
                return await self._polling.get_updates(params, gone)
            return self._call(name, params)
        except ApiError as error:
            return error

    def _call(self, name: str, params: Params) -> object:
        if name == "setwebhook":
            return self.webhook.set(params)
        if name == "deletewebhook":
            return self.webhook.delete(params)
        if name == "getwebhookinfo":
            return self.webhook.info()
        if name not in METHODS:
            raise ApiError(404, "Not Found")
        chat = named_chat(self.world, params)
        self._limits.check(name, chat, self.world.clock.now())
        return METHODS[name](self.world, params)

    async def _gone(self, receive: Receive) -> None:
        """Return when the client leaves or the server closes."""
        waits = [
            asyncio.ensure_future(disconnected(receive)),
            asyncio.ensure_future(self._closing.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _record(self, method: str, params: Params, outcome: object) -> Response:
        """Keep the exchange; an outcome of None stands for a cut connection."""
        if isinstance(outcome, ApiError):
            self._note(method, params, outcome.code, outcome.json())
            self.world.emit(Refused(method, outcome.description))
            return _refusal(outcome)
        answer = {"ok": True, "result": outcome}
        if outcome is None:
            self._note(method, params, 0, {})
        else:
            self._note(method, params, 200, answer)
        return JSONResponse(answer)

    def _note(self, method: str, params: Params, status: int, answer: dict[str, object]) -> None:
        files = {name: upload.name for name, upload in params.uploads.items()}
        self.exchanges.append(Exchange(method, params.values, files, status, answer))
        self.world.changed.ring()


def _refusal(error: ApiError) -> Response:
    return JSONResponse(error.json(), status_code=error.code)
