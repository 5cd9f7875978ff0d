"""An event loop that knows how long it was held up, and that may skip the time nobody uses.

Skipping shortens waiting only: whatever the code itself takes, in the loop or in a thread that
works for it, passes on this clock as long as it takes. The code under test is not changed; its
clock is the loop's, as it always is.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from selectors import DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING, Any

import aiosqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_GRACE = 0.001
"""Seconds that nothing must have happened before time is skipped: a socket may need a moment."""


class WatchedLoop(asyncio.SelectorEventLoop):
    """The ordinary loop, which notes for how long at most it could serve nobody else."""

    def __init__(self, *, skips: bool = False, seconds: Callable[[], float] = monotonic) -> None:
        self._watch = _Watch(seconds, skips=skips)
        self._seconds = seconds
        super().__init__(self._watch)

    def time(self) -> float:
        """Seconds at work, and those that were skipped."""
        return self._seconds() + self._watch.skipped

    def longest_block(self) -> float:
        """Seconds of the longest block since this was last asked."""
        longest, self._watch.longest = self._watch.longest, 0.0
        return longest

    def run_in_executor(  # type: ignore[override]  # whatever it is given, it hands on
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Run something in a thread, while which no time is skipped."""
        future = super().run_in_executor(executor, func, *args)
        self._watch.at_work += 1
        future.add_done_callback(self._watch.one_done)
        return future

    @contextmanager
    def counting_sqlite(self) -> Iterator[None]:
        """Skip no time either while a thread of SQLite's works."""
        names = ("_execute", "_connect")
        originals = [getattr(aiosqlite.Connection, name) for name in names]
        watch = self._watch

        def counted(method: Callable[..., Any]) -> Callable[..., Any]:
            async def call(*args: Any, **named: Any) -> Any:
                with watch.threads_at_work():
                    return await method(*args, **named)

            return call

        for name, original in zip(names, originals, strict=True):
            setattr(aiosqlite.Connection, name, counted(original))
        try:
            yield
        finally:
            for name, original in zip(names, originals, strict=True):
                setattr(aiosqlite.Connection, name, original)


class _Watch(DefaultSelector):
    """Waits for what happens; between two waits the loop is at work."""

    def __init__(self, seconds: Callable[[], float], *, skips: bool) -> None:
        super().__init__()
        self._skips = skips
        self._seconds = seconds
        self._since = seconds()
        self.skipped = 0.0
        self.longest = 0.0
        self.at_work = 0

    def select(self, timeout: float | None = None) -> Any:
        """Wait, or skip the wait where nobody can end it."""
        self.longest = max(self.longest, self._seconds() - self._since)
        try:
            if not self._skips or self.at_work or timeout is None or timeout <= _GRACE:
                return super().select(timeout)
            happened = super().select(_GRACE)
            if not happened:
                self.skipped += timeout - _GRACE
            return happened
        finally:
            self._since = self._seconds()

    def one_done(self, _: object) -> None:
        """A thread has done its work."""
        self.at_work -= 1

    @contextmanager
    def threads_at_work(self) -> Iterator[None]:
        """Note that a thread works for the loop."""
        self.at_work += 1
        try:
            yield
        finally:
            self.at_work -= 1
