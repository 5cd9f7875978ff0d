"""The reminders of some days as they would go out, for tests of who is told what and when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from bot.domain.calendar import SHANGHAI
from bot.domain.outgoing import Manner
from bot.services.delivery import arrived, undeliverable
from bot.services.desk import Desk
from reminders.dispatcher import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.outgoing import Outgoing, Queued
    from bot.services.desk import Books
    from bot.storage.database import Database


def moment(day: str, hour: str = "09:00") -> datetime:
    """An hour of 2026: `moment("03-10", "09:00")`."""
    return datetime.fromisoformat(f"2026-{day}T{hour}").replace(tzinfo=SHANGHAI)


@dataclass
class Bell:
    """The dispatcher, rung by hand, and a sender that is nearly always lucky."""

    database: Database
    books: Books
    blocked: set[int] = field(default_factory=set)
    """Chats that cannot be written to."""
    chats: dict[int, dict[int, Outgoing]] = field(default_factory=lambda: defaultdict(dict))
    """What stands in each chat, by the message's id."""
    _message_ids: Iterator[int] = field(default_factory=lambda: count(9001))

    async def tick(self, day: str, hour: str = "09:00") -> Dispatcher:
        """Let the dispatcher do what is due, and leave it in the outbox."""
        dispatcher = Dispatcher(self.database, self.books)
        await dispatcher.run(moment(day, hour))
        return dispatcher

    async def deliver(self, day: str, hour: str = "09:00") -> list[Outgoing]:
        """Send all that waits; returns what arrived."""
        said: list[Outgoing] = []
        while batch := await self._claim(day, hour):
            for queued in batch:
                said += await self._send(queued, moment(day, hour))
        return said

    async def _claim(self, day: str, hour: str) -> list[Queued]:
        async with self.database.write() as tx:
            return await tx.outbox.claim(moment(day, hour), 100)

    async def _send(self, queued: Queued, now: datetime) -> list[Outgoing]:
        async with self.database.write() as tx:
            desk = await Desk.open(tx, self.books, now, f"o{queued.id}.{queued.attempts}")
            if queued.message.manner is Manner.AMEND:
                await arrived(desk, queued, None)
                self.chats[queued.message.chat_id][queued.message.reply_to or 0] = queued.message
                return [queued.message]
            if queued.message.chat_id in self.blocked:
                await undeliverable(desk, queued, "Forbidden: bot was blocked", away=True)
                return []
            message_id = next(self._message_ids)
            await arrived(desk, queued, message_id)
            self.chats[queued.message.chat_id][message_id] = queued.message
            return [queued.message]

    async def ring(self, day: str, hour: str = "09:00") -> list[Outgoing]:
        """Tick and send: what people are told at an hour."""
        await self.deliver(day, hour)  # whatever was said before is not counted
        await self.tick(day, hour)
        return await self.deliver(day, hour)
