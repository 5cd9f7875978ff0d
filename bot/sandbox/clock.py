"""The clock of the sandbox: it ticks with real time, as a rule, and can be moved forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class SandboxClock:
    """An aware UTC clock that only ever goes forward."""

    def __init__(
        self, start: datetime | None = None, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin at `start` (aware), or now; `seconds` is what makes it tick."""
        if start is not None and start.tzinfo is None:
            raise ValueError("the clock needs an aware start")
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._seconds = seconds
        self._began = seconds()
        self._jumped = timedelta()
        self._subscribers: list[Callable[[], None]] = []
        #: Set by the application: the next instant at which the bot plans to act by itself.
        self.next_stop: Callable[[], Awaitable[datetime | None]] | None = None

    def now(self) -> datetime:
        """Return the current instant, aware UTC."""
        elapsed = timedelta(seconds=self._seconds() - self._began)
        return self._start + self._jumped + elapsed

    def advance(self, delta: timedelta) -> None:
        """Jump forward by `delta` and tell every subscriber."""
        if delta < timedelta():
            raise ValueError("the clock only moves forward")
        self._jumped += delta
        for callback in tuple(self._subscribers):
            callback()

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback` after every jump."""
        self._subscribers.append(callback)

    def unsubscribe(self, callback: Callable[[], None]) -> None:
        """Stop calling `callback`."""
        self._subscribers.remove(callback)
