"""Webhook delivery: in order, one at a time, again and again until a 2xx answer."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from bot.sandbox.errors import bad_request
from bot.sandbox.guard import is_loopback

if TYPE_CHECKING:
    from bot.sandbox.clock import SandboxClock
    from bot.sandbox.params import Params
    from bot.sandbox.updates import Update, UpdateQueue

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_PATIENCE = 60.0
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


@dataclass(frozen=True, slots=True)
class _Target:
    url: str
    secret: str
    max_connections: int


class Webhook:
    """The address updates are pushed to, if one is set."""

    def __init__(self, updates: UpdateQueue, clock: SandboxClock) -> None:
        self._updates = updates
        self._clock = clock
        self._target: _Target | None = None
        self._last_error: tuple[int, str] | None = None

    @property
    def active(self) -> bool:
        """Tell whether updates are pushed instead of fetched."""
        return self._target is not None

    def set(self, params: Params) -> object:
        """Push updates to `url` from now on; an empty one goes back to fetching."""
        url, secret = params.text("url"), params.text("secret_token")
        if not url:
            return self.delete(params)
        if not is_loopback(urlsplit(url).hostname or ""):
            raise bad_request("bad webhook: the sandbox delivers to loopback addresses only")
        if not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        kinds = params.sequence("allowed_updates", "allowed updates")
        if kinds is not None:
            self._updates.allow([str(kind) for kind in kinds])
        self._drop_pending(params)
        self._target = _Target(url, secret, params.integer("max_connections", 40))
        self._last_error = None
        self._updates.changed.ring()
        return True

    def delete(self, params: Params) -> object:
        """Go back to fetching."""
        self._target = None
        self._drop_pending(params)
        self._updates.changed.ring()
        return True

    def info(self) -> dict[str, object]:
        """Return a Bot API WebhookInfo."""
        info: dict[str, object] = {
            "url": self._target.url if self._target else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self._target is not None:
            info["max_connections"] = self._target.max_connections
        if self._last_error is not None:
            info["last_error_date"], info["last_error_message"] = self._last_error
        if self._updates.allowed:
            info["allowed_updates"] = self._updates.allowed
        return info

    async def run(self) -> None:
        """Deliver for ever; cancel to stop."""
        pause = _FIRST_PAUSE
        async with httpx.AsyncClient(trust_env=False, timeout=_PATIENCE) as client:
            with self._updates.changed.watch() as changed:
                while True:
                    changed.clear()
                    batch = self._updates.batch(1) if self._target else []
                    if not batch or self._target is None:
                        await changed.wait()
                    elif await self._deliver(client, self._target, batch[0]):
                        pause = _FIRST_PAUSE
                        self._updates.confirm(batch[0].id + 1)
                    else:
                        await asyncio.sleep(pause)
                        pause = min(pause * 2, _LONGEST_PAUSE)

    async def _deliver(self, client: httpx.AsyncClient, target: _Target, update: Update) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": target.secret} if target.secret else {}
        try:
            answer = await client.post(target.url, json=update.json(), headers=headers)
        except httpx.HTTPError as error:
            return self._failed(f"Connection failed: {type(error).__name__}")
        if not answer.is_success:
            phrase = f"{answer.status_code} {answer.reason_phrase}"
            return self._failed(f"Wrong response from the webhook: {phrase}")
        return True

    def _failed(self, message: str) -> bool:
        self._last_error = (int(self._clock.now().timestamp()), message)
        return False

    def _drop_pending(self, params: Params) -> None:
        if params.flag("drop_pending_updates"):
            self._updates.clear()
