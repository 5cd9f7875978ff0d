"""Thirty open matters over a quarter: how often a group and its people are spoken to, counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import DAY, SHANGHAI
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import LEAD
from bot.domain.kinds.lifecycle import Party
from bot.domain.people import Role, Side
from bot.services.delivery import arrived, undeliverable
from bot.services.desk import Desk
from bot.services.ledger import file_record, move_record
from bot.services.planning import NAG_KEY
from bot.services.pulse import Pulse
from bot.storage.chats import Chat
from reminders.ticker import Ticker
from tests.services.advising import FILED, needs

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.outgoing import Queued
    from bot.domain.people import Actor, Person
    from bot.domain.records import Record, Value
    from bot.services.desk import Books
    from bot.storage.database import Database
    from tests.conftest import Act, Hire

GROUP = -100_77
FIRST, LAST = date(2026, 9, 1), date(2026, 11, 30)
HOURS = ((9, 0), (14, 30), (17, 5))
"""When the ticker is looked at: both openings, and the end of the day."""


@dataclass
class Quarter:
    """A district's autumn: its matters, its group, and what the bot says there of itself."""

    database: Database
    books: Books
    bureau: Actor
    prosecutor: Actor
    at: datetime = datetime(2026, 9, 1, 8, tzinfo=SHANGHAI)
    open_matters: dict[int, tuple[Record, date]] = field(default_factory=dict)
    """With the day on which each takes its next step."""
    blocked: set[int] = field(default_factory=set)
    group: Counter[date] = field(default_factory=Counter)
    lists: Counter[tuple[int, date, bool]] = field(default_factory=Counter)
    """How often each chat was reminded, by day and block."""
    serials: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def now(self) -> datetime:
        """The clock of the ticker."""
        return self.at

    async def file(self, serial: int) -> None:
        """A matter begins; every third is a lead."""
        is_lead = serial % 3 == 0
        data: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "占用耕地"}
        day = self.at.date().isoformat()
        if not is_lead:
            number = f"鄂州检行建〔2026〕{serial}号"
            data = {**FILED, "advice_number": number, "issued_on": day}
        async with self.database.write() as tx:
            desk = await self._desk(tx)
            author, kind = (self.bureau, LEAD) if is_lead else (self.prosecutor, ADVICE)
            record = await file_record(desk, author, kind, "420704", data)
            for move in () if is_lead else ("serve", "confirm_receipt", "check"):
                record = await self._take(desk, record, move, served_on=day)
        await self._deliver()
        self.open_matters[record.id] = record, self.at.date() + (2 + serial * 7 % 75) * DAY

    async def _desk(self, tx: object) -> Desk:
        return await Desk.open(tx, self.books, self.at, f"q{self.serials()}")  # type: ignore[arg-type]

    async def _take(self, desk: Desk, record: Record, move: str, **said: Value) -> Record:
        kind = self.books.kinds[record.kind]
        receiver = kind.move(move).who is Party.RECEIVER
        organ = record.receiver if receiver else record.sender
        actor = self.bureau if organ == self.bureau.organ else self.prosecutor
        given = needs(move, said) if kind is ADVICE else {}
        return await move_record(desk, actor, record, move, given, version=record.version)

    async def answer(self) -> None:
        """Whoever's day has come takes a step."""
        for record, day in list(self.open_matters.values()):
            if day > self.at.date():
                continue
            move = {"handed_over": "sign", "checking": "reply"}.get(record.state, "")
            del self.open_matters[record.id]
            if move:
                today = self.at.date().isoformat()
                async with self.database.write() as tx:
                    desk = await self._desk(tx)
                    await self._take(desk, record, move, replied_on=today)
                await self._deliver()

    async def _deliver(self, hear: Callable[[Queued], None] = lambda _: None) -> None:
        ids = count(int(self.at.timestamp()))
        async with self.database.write() as tx:
            while batch := await tx.outbox.claim(self.at, 100):
                for queued in batch:
                    desk = await self._desk(tx)
                    if queued.message.chat_id in self.blocked:
                        await undeliverable(desk, queued, "blocked", away=True)
                    else:
                        hear(queued)
                        await arrived(desk, queued, next(ids))

    async def hour(self, ticker: Ticker) -> None:
        """Let the bot do what the hour asks for, and count what is new."""
        await ticker.tick()
        await self._deliver(self._count)

    def _count(self, queued: Queued) -> None:
        message, day = queued.message, self.at.date()
        if queued.message_id is not None:
            return  # an edit of what stands
        if message.chat_id == GROUP:
            self.group[day] += 1
        elif message.key.startswith(NAG_KEY):
            self.lists[message.chat_id, day, self.at.hour < 12] += 1


@pytest.fixture
def database_url(quick_url: str) -> str:
    """One database will do: this is about counting."""
    return quick_url


async def test_thirty_matters_make_one_word_a_day_at_most(
    database: Database, books: Books, people: Hire, actor: Act
) -> None:
    staff: dict[str, Person] = {}
    for organ in ("zrzy-ec", "jcy-ec"):
        for role in (Role.LIAISON, Role.DEPUTY, Role.LEADER):
            staff[organ + role.value] = await people(organ, role)
    await people("lzb-ec")
    quarter = Quarter(
        database, books, actor(staff["zrzy-ecliaison"]), actor(staff["jcy-ecliaison"])
    )
    async with database.write() as tx:
        await tx.chats.bind(
            Chat(GROUP, 0, "鄂城群", "420704", frozenset(Side)), 1, quarter.at - 2 * DAY
        )
        calendar = await tx.calendar()
    for serial in range(1, 31):
        quarter.at += timedelta(minutes=1)
        await quarter.file(serial)
    ticker = Ticker(database, books, quarter, lambda: None, Pulse())
    day = FIRST
    while day <= LAST:
        if day == date(2026, 9, 21):  # for a fortnight the bureau reads nothing
            quarter.blocked |= {staff["zrzy-ec" + r].user_id for r in ("liaison", "deputy")}
        for hour, minute in HOURS if calendar.is_workday(day) else HOURS[:1]:
            quarter.at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)
            await quarter.hour(ticker)
        if calendar.is_workday(day):
            await quarter.answer()
        day += DAY

    by_week: dict[date, set[date]] = defaultdict(set)
    for spoken in quarter.group:
        assert calendar.is_workday(spoken), spoken
        by_week[spoken - spoken.weekday() * DAY].add(spoken)
    assert max(quarter.group.values()) == 1, quarter.group
    assert len(by_week) == 14, "every week has its word, so that silence means something"
    unhurt = [len(days) for week, days in by_week.items() if week < date(2026, 9, 21)]
    assert unhurt == [1, 1, 1], "and none on days without anything to say"
    assert any(len(days) > 1 for days in by_week.values()), "reminders that reach nobody"
    assert max(quarter.lists.values()) == 1, "one list a block, however long"
    assert sum(quarter.lists.values()) > 50
