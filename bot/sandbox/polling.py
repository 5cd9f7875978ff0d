"""getUpdates: one open poll at a time; what is not confirmed comes again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.sandbox.errors import conflict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.params import Params
    from bot.sandbox.updates import UpdateQueue

_TERMINATED = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
_NOTICE = 0.05


class _Poll:
    """One waiting request."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self.terminated = False

    def terminate(self) -> None:
        self.terminated = True
        self.wake.set()


class Polling:
    """Answers getUpdates; a new request ends the one that still waits."""

    def __init__(self, updates: UpdateQueue) -> None:
        self._updates = updates
        self._open: _Poll | None = None

    async def get_updates(
        self, params: Params, disconnected: Callable[[], Awaitable[None]]
    ) -> list[dict[str, object]]:
        """Return what waits, or wait for it up to `timeout` seconds of real time.

        `disconnected` returns when the asking client has gone.
        """
        if self._open is not None:
            self._open.terminate()
        kinds = params.sequence("allowed_updates", "allowed updates")
        if kinds is not None:
            self._updates.allow([str(kind) for kind in kinds])
        if offset := params.integer("offset"):
            self._updates.confirm(offset)
        limit = min(max(params.integer("limit", 100), 1), 100)
        batch = self._updates.batch(limit)
        seconds = params.integer("timeout")
        if not batch and seconds > 0 and await self._wait(seconds, disconnected):
            batch = self._updates.batch(limit)
        return [update.json() for update in batch]

    async def _wait(self, seconds: int, disconnected: Callable[[], Awaitable[None]]) -> bool:
        """Wait for an update; tell whether the client is still there to get it."""
        poll = self._open = _Poll()
        gone = asyncio.ensure_future(disconnected())
        gone.add_done_callback(lambda _: poll.wake.set())
        try:
            with self._updates.changed.watch(poll.wake), suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await poll.wake.wait()
            if poll.terminated:
                # A client that gave up its poll before asking again must not get a 409 for it.
                await asyncio.wait([gone], timeout=_NOTICE)
        finally:
            left = gone.done()
            gone.cancel()
            if self._open is poll:
                self._open = None
        if poll.terminated and not left:
            raise conflict(_TERMINATED)
        return not left
