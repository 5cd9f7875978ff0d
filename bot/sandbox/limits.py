"""Flood limits: how fast Telegram lets a bot write."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.sandbox.errors import too_many_requests

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat

#: The methods that count.
WRITING = frozenset(
    {
        "sendmessage",
        "senddocument",
        "sendphoto",
        "editmessagetext",
        "editmessagecaption",
        "editmessagereplymarkup",
    }
)


@dataclass(slots=True)
class Window:
    """At most `most` in any stretch of `span`."""

    most: int
    span: timedelta
    _hits: deque[datetime] = field(default_factory=deque)

    def wait(self, now: datetime) -> timedelta:
        """Return how long the next hit has to wait."""
        while self._hits and self._hits[0] <= now - self.span:
            self._hits.popleft()
        return self._hits[0] + self.span - now if len(self._hits) >= self.most else timedelta()

    def hit(self, now: datetime) -> None:
        """Count one."""
        self._hits.append(now)


class Limits:
    """30 a second overall, one a second in a chat, 20 a minute in a group, by the sandbox clock."""

    def __init__(self) -> None:
        self.on = False
        self._overall = Window(30, timedelta(seconds=1))
        self._chats: dict[int, list[Window]] = {}

    def check(self, method: str, chat: Chat | None, now: datetime) -> None:
        """Count a request that writes; refuse it with 429 when it comes too soon."""
        if not self.on or chat is None or method.lower() not in WRITING:
            return
        windows = [self._overall, *self._windows(chat)]
        wait = max(window.wait(now) for window in windows)
        if wait > timedelta():
            raise too_many_requests(max(1, math.ceil(wait.total_seconds())))
        for window in windows:
            window.hit(now)

    def _windows(self, chat: Chat) -> list[Window]:
        if chat.id not in self._chats:
            windows = [Window(1, timedelta(seconds=1))]
            if not chat.private:
                windows.append(Window(20, timedelta(minutes=1)))
            self._chats[chat.id] = windows
        return self._chats[chat.id]
