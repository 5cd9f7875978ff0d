"""The queue of updates: an update stays until the bot has confirmed it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from bot.sandbox.signal import Signal

#: Kinds that are delivered only to a bot which asks for them by name.
ON_DEMAND = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = ON_DEMAND | {"message", "edited_message", "callback_query", "my_chat_member"}
_BATCH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Update:
    """One update, fixed as it was when the event happened."""

    id: int
    kind: str
    payload: dict[str, object]

    def json(self) -> dict[str, object]:
        """Return a Bot API Update."""
        return {"update_id": self.id, self.kind: self.payload}


class UpdateQueue:
    """Unconfirmed updates in order, redelivered until an offset or a 2xx confirms them."""

    def __init__(self, settled: Signal, seed: int = 0) -> None:
        self._random = Random(seed)  # noqa: S311 (a repeatable choice, not a secret)
        self._next_id = 100_000_000 + self._random.randrange(1_000_000)
        self._pending: deque[Update] = deque()
        self._again: deque[Update] = deque()
        self._allowed: frozenset[str] = frozenset()
        self.duplicate_rate = 0.0
        self.changed = Signal()
        self._settled = settled

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def allowed(self) -> list[str]:
        """Return the kinds asked for; empty means all but those on demand."""
        return sorted(self._allowed)

    def allow(self, kinds: list[str]) -> None:
        """Deliver only these kinds from now on; an empty list restores the default."""
        self._allowed = frozenset(kinds)

    def add(self, kind: str, payload: dict[str, object]) -> None:
        """Queue an event, unless the bot does not want its kind."""
        wanted = kind in self._allowed if self._allowed else kind not in ON_DEMAND
        if wanted:
            self._pending.append(Update(self._next_id, kind, payload))
            self._next_id += 1
            self.changed.ring()

    def confirm(self, offset: int) -> None:
        """Forget everything before `offset`; a negative one keeps only that many at the end."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while self._pending and self._pending[0].id < offset:
            self._settle(self._pending.popleft())
        self._settled.ring()

    def batch(self, limit: int = _BATCH_LIMIT) -> list[Update]:
        """Return what is to be delivered now, duplicates of confirmed updates first."""
        again = list(self._again)
        self._again.clear()
        fresh = [update for update, _ in zip(self._pending, range(limit), strict=False)]
        return (again + fresh)[:limit]

    def clear(self) -> None:
        """Drop everything that waits."""
        self._pending.clear()
        self._again.clear()

    def _settle(self, update: Update) -> None:
        if self.duplicate_rate and self._random.random() < self.duplicate_rate:
            self._again.append(update)
