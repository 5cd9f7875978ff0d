"""A bell that wakes whoever waits for a change."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Signal:
    """Wakes all watchers; ringing it without a watcher costs nothing."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake everybody who watches now."""
        for event in self._watchers:
            event.set()

    @contextmanager
    def watch(self, event: asyncio.Event | None = None) -> Iterator[asyncio.Event]:
        """Watch as long as the block runs; the event given is set at every ring."""
        watcher = event or asyncio.Event()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
