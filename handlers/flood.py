"""Telegram's limits on a bot's sends: kept by ourselves, and obeyed when it says so."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telegram.error import RetryAfter


@dataclass(frozen=True, slots=True)
class Rates:
    """How much may be sent: a second overall, a second a chat, a minute a group."""

    overall_per_second: int = 30
    chat_interval: float = 1.0
    group_per_minute: int = 20


TELEGRAM = Rates()
"""What Telegram grants every bot."""
SPREAD = 1.2
"""How much faster than the limit nags may follow each other, to make up for what came late."""
NAGS_AT_ONCE = 3


class Pace:
    """When the next message may go to a chat; all times are seconds of one clock."""

    def __init__(self, rates: Rates = TELEGRAM) -> None:
        self._rates = rates
        self._overall: deque[float] = deque()
        self._chats: dict[int, deque[float]] = {}
        self._told: dict[int, float] = {}
        self._gap = 1 / (SPREAD * rates.overall_per_second)
        self._next_nag = 0.0

    def hold(self, chat_id: int, until: float) -> None:
        """Send nothing to a chat until then, as Telegram has told us."""
        self._told[chat_id] = max(until, self._told.get(chat_id, 0.0))

    def note(self, chat_id: int, now: float) -> None:
        """Count a message that has gone out by now; Telegram counts when it arrives."""
        self._overall.append(now)
        self._chats.setdefault(chat_id, deque()).append(now)

    def room(self, now: float) -> int:
        """How many messages may be under way now, to whatever chats."""
        while self._overall and self._overall[0] <= now - 1:
            self._overall.popleft()
        return self._rates.overall_per_second - len(self._overall)

    def overall_wait(self, now: float, flying: int = 0) -> float:
        """Seconds until anything at all may be sent beside what is under way.

        0.0: at once, or only once something has landed.
        """
        lacking = flying - self.room(now)
        if lacking < 0 or lacking >= len(self._overall):
            return 0.0
        return self._overall[lacking] + 1 - now

    def nags(self, now: float) -> int:
        """How many nags may set out now.

        They are spread over the second: all at its beginning, they would leave no room in the
        rest of it for an answer to somebody who waits.
        """
        return max(0, min(NAGS_AT_ONCE, 1 + floor((now - self._next_nag) / self._gap)))

    def note_nags(self, many: int, now: float) -> None:
        """Count nags that set out now."""
        earliest = now - (NAGS_AT_ONCE - 1) * self._gap
        self._next_nag = max(self._next_nag, earliest) + many * self._gap

    def nag_wait(self, now: float) -> float:
        """Seconds until a nag may set out."""
        return max(0.0, self._next_nag - now)

    def resting(self, now: float) -> dict[int, float]:
        """The chats that must wait, each with its seconds; the others may be sent to."""
        waits = {chat: self._wait(chat, now) for chat in {*self._chats, *self._told}}
        for chat in [chat for chat, sent in self._chats.items() if not sent]:
            del self._chats[chat]
        return {chat: wait for chat, wait in waits.items() if wait > 0}

    def _wait(self, chat_id: int, now: float) -> float:
        if self._told.get(chat_id, 0.0) <= now:
            self._told.pop(chat_id, None)
        sent = self._chats.get(chat_id, deque())
        while sent and sent[0] <= now - 60:
            sent.popleft()
        until = self._told.get(chat_id, 0.0)
        if sent:
            until = max(until, sent[-1] + self._rates.chat_interval)
        if chat_id < 0 and len(sent) >= self._rates.group_per_minute:
            until = max(until, sent[-self._rates.group_per_minute] + 60)
        return until - now


def wait_of(error: RetryAfter) -> float:
    """The seconds that Telegram asks us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
