"""People who say that they are away, and what the bot answers, for tests of what follows."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, SHANGHAI
from bot.domain.kinds.lead import LEAD
from bot.services.away import end_away, say_away
from bot.services.ledger import file_record, move_record
from bot.services.presence import refresh_presence
from bot.services.todo import tell_todo
from tests.services.filing import private

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.domain.absences import Absence
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person, Place
    from bot.domain.records import Record
    from bot.services.desk import Desk
    from tests.conftest import Act, OpenDesk

TOLD = {"category": "2C", "route": "transfer", "summary": "某村占地"}


@dataclass
class Days:
    """An office day by day: it is the 9th of March 2026, a Monday, until `sleep`."""

    _open: OpenDesk
    act: Act
    moment: datetime = field(default=datetime(2026, 3, 9, 10, tzinfo=SHANGHAI))

    _message_ids: Iterator[int] = field(default_factory=lambda: count(501))

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        """A desk at today's hour."""
        async with self._open() as d:
            yield replace(d, now=self.moment)

    async def deliver(self) -> list[Outgoing]:
        """Send all that waits."""
        said: list[Outgoing] = []
        async with self.desk() as d:
            while batch := await d.tx.outbox.claim(d.now + DAY, 100):
                for queued in batch:
                    await d.tx.outbox.sent(queued, next(self._message_ids), d.now)
                    said += [] if queued.unchanged else [queued.message]
        return said

    async def sleep(self, days: int = 1) -> list[Outgoing]:
        """Let days go by; at the end the bot looks after who is away. What it says, is sent."""
        await self.deliver()
        self.moment += days * DAY
        async with self.desk() as d:
            await refresh_presence(d)
        return await self.deliver()

    async def away(self, person: Person, line: str = "", place: Place | None = None) -> Outgoing:
        """Somebody sends `/away …`; returns the answer."""
        return (await self.away_and_all(person, line, place))[0]

    async def away_and_all(
        self, person: Person, line: str = "", place: Place | None = None
    ) -> list[Outgoing]:
        """The same; returns everything that is said."""
        await self.deliver()
        async with self.desk() as d:
            await say_away(d, self.act(person), line, place or private(person))
        return await self.deliver()

    async def end(self, person: Person, absence: Absence) -> tuple[str, list[Outgoing]]:
        """Somebody presses 提前结束; returns the toast and everything that is said."""
        await self.deliver()
        async with self.desk() as d:
            toast = await end_away(d, self.act(person), absence.id, private(person))
        return toast, await self.deliver()

    async def absences(self, person: Person) -> list[Absence]:
        """Somebody's absences as they are noted."""
        async with self.desk() as d:
            return await d.tx.absences.of_person(person.id)

    async def file(self, person: Person) -> Record:
        """Somebody of the bureau's hands over a lead."""
        async with self.desk() as d:
            return await file_record(d, self.act(person), LEAD, "420704", TOLD)

    async def step(self, person: Person, record: Record, *moves: str) -> Record:
        """Somebody takes steps that need nothing."""
        async with self.desk() as d:
            for move in moves:
                actor = self.act(person)
                record = await move_record(d, actor, record, move, {}, version=record.version)
        return record

    async def todo(self, person: Person) -> str:
        """What somebody is told waits for them."""
        await self.deliver()
        async with self.desk() as d:
            await tell_todo(d, self.act(person), person.user_id)
        (said,) = await self.deliver()
        return said.text
