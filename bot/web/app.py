"""The HTTP side of a running bot: the webhook, whether it is well, and its figures."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.storage.updates import has_id
from bot.web.metrics import exposition

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot.services.health import Health
    from bot.services.pulse import Pulse

log = logging.getLogger(__name__)

WEBHOOK_PATH = "/telegram"
LARGEST_UPDATE = 1024 * 1024
"""Bytes; Telegram's own updates are far smaller."""

Take: TypeAlias = Callable[[Sequence[dict[str, Any]]], Awaitable[bool]]
"""Takes updates in; False where another process must do it."""
Look: TypeAlias = "Callable[[], Awaitable[Health]]"
"""Gathers how the bot is."""


def build_web(take: Take, look: Look, pulse: Pulse, secret: str | None) -> Starlette:
    """Build the ASGI application; without a secret there is no webhook."""

    async def webhook(request: Request) -> Response:
        """Answer 200 only after the update's effects are committed."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), (secret or "").encode()):
            return PlainTextResponse("", 403)
        raw = await _update_of(request)
        if raw is None:
            return PlainTextResponse("", 400)
        try:
            taken = await take([raw])
        except Exception as error:  # Telegram will send it again; a traceback may tell case text
            log.error("an update could not be taken in: %s", type(error).__name__)
            taken = False
        return PlainTextResponse("", 200 if taken else 503)

    async def healthz(request: Request) -> Response:
        """200 while the bot does its work, else 503, with the reasons."""
        health = await _looked(look)
        if health is None:
            return JSONResponse({"serving": pulse.serving, "database": "away"}, 503)
        return JSONResponse(_facts(health), 200 if health.well else 503)

    async def metrics(request: Request) -> Response:
        """The figures, for Prometheus; while the database is away, those of the process."""
        accepted = request.headers.get("Accept", "")
        content, sort = exposition(await _looked(look), pulse, accepted)
        return Response(content, headers={"Content-Type": sort})

    routes = [Route("/healthz", healthz), Route("/metrics", metrics)]
    if secret:
        routes.append(Route(WEBHOOK_PATH, webhook, methods=["POST"]))
    return Starlette(routes=routes)


async def _looked(look: Look) -> Health | None:
    """How the bot is; None while its database is away."""
    try:
        return await look()
    except Exception as error:  # a traceback may tell case text
        log.error("health could not be looked at: %s", type(error).__name__)
        return None


def _facts(health: Health) -> dict[str, object]:
    """What a probe is told: neither names nor a word of a case."""
    age = None if health.tick_age is None else health.tick_age.total_seconds()
    return {
        "serving": health.serving,
        "tick_age_seconds": age,
        "outbox": {**health.outbox, "repeated": health.repeated},
        "longest_wait_seconds": health.waited.total_seconds(),
        "needs": health.needs,
    }


async def _update_of(request: Request) -> dict[str, Any] | None:
    """The update in a request's body; None for anything else."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_UPDATE:
            return None
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and has_id(raw) else None
