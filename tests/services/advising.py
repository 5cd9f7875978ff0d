"""A recommendation taken from step to step, each on its own day, for tests of its clocks."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.calendar import SHANGHAI
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lifecycle import Party
from bot.services.amendments import correct_record
from bot.services.cards import render_card
from bot.services.ledger import file_record, move_record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.people import Actor
    from bot.domain.records import Duty, Record, Value
    from bot.services.desk import Desk
    from tests.conftest import OpenDesk

FILED: dict[str, Value] = {
    "type": "breach",
    "advice_number": "鄂州检行建〔2026〕5号",
    "issued_on": "2026-04-10",
    "items": "催告并申请强制执行\n完善移送台账",
}
GIVEN: dict[str, Value] = {
    "served_on": "2026-04-13",
    "received_on": "2026-04-13",
    "delivery": "direct",
    "signatory": "李某",
    "reply_number": "鄂州资规函〔2026〕7号",
    "replied_on": "2026-06-10",
    "reply_way": "posted",
    "reply_signatory": "邮寄",
    "adoption": "all",
    "progress": "done,partly",
    "reply_received_on": "2026-06-12",
    "planned_on": "2026-08-31",
    "rectify_by": "2026-08-31",
    "supplement_number": "鄂州资规函〔2026〕9号",
    "successor": "鄂州检行建〔2026〕8号",
    "urged_by": "visit",
    "level": "superior",
    "litigation_number": "鄂州检行公〔2026〕1号",
    "looked_on": "2026-09-15",
}
"""What steps ask for unless a test says otherwise; anything else is free words."""


@dataclass
class Advice:
    """One recommendation, and the two who carry it on."""

    desk: OpenDesk
    prosecutor: Actor
    bureau: Actor
    filed: Record | None = None

    @asynccontextmanager
    async def on(self, day: str) -> AsyncIterator[Desk]:
        """A desk on some day of 2026: `async with advice.on("04-13") as d`."""
        async with self.desk() as d:
            yield replace(d, now=moment(day))

    @property
    def record(self) -> Record:
        """As it is after the last step."""
        assert self.filed is not None, "file it first"
        return self.filed

    async def file(self, day: str, **said: Value) -> Record:
        """Register it, with what is said otherwise."""
        async with self.on(day) as d:
            self.filed = await file_record(d, self.prosecutor, ADVICE, "420704", FILED | said)
        return self.record

    async def take(self, day: str, *moves: str, **said: Value) -> Record:
        """Take steps, as whoever they fall to."""
        for move in moves:
            async with self.on(day) as d:
                await self._take(d, move, said)
        return self.record

    async def _take(self, d: Desk, code: str, said: dict[str, Value]) -> None:
        move = ADVICE.move(code)
        actor = self.bureau if move.who is Party.RECEIVER else self.prosecutor
        sent: dict[str, Value] = dict.fromkeys(
            ("report_sent_on", "supplement_sent_on"), d.today.isoformat()
        )
        self.filed = await move_record(
            d, actor, self.record, code, needs(code, sent | said), version=self.record.version
        )

    async def deliver(self, on: str = "04-13", **said: Value) -> None:
        """Register and serve it, and let the bureau confirm, all on one day."""
        day = f"2026-{on}"
        await self.file(on, issued_on=day, **said)
        await self.take(on, "serve", served_on=day)
        await self.take(on, "confirm_receipt")

    async def correct(self, day: str, actor: Actor, **changes: Value) -> Record:
        """Correct what an organ has said."""
        async with self.on(day) as d:
            self.filed = await correct_record(
                d, actor, self.record, changes, "登记有误", version=self.record.version
            )
        return self.record

    async def rows(self) -> list[Duty]:
        """Every row of its clocks, the oldest first."""
        async with self.desk() as d:
            return await d.tx.duties.of_record(self.record.id)

    async def owed(self) -> dict[str, Duty]:
        """What is owed, by its code."""
        return {row.code: row for row in await self.rows() if row.closed_by is None}

    async def dues(self) -> dict[str, str]:
        """By when everything is owed: month and day."""
        return {code: f"{duty.due:%m-%d}" for code, duty in (await self.owed()).items()}

    async def card(self, day: str, *, living: bool = False) -> str:
        """Its card as it is on some day."""
        async with self.on(day) as d:
            return await render_card(d, ADVICE, self.record, living=living)


def moment(day: str) -> datetime:
    """Ten in the morning of a day of 2026."""
    return datetime.fromisoformat(f"2026-{day}T10:00").replace(tzinfo=SHANGHAI)


def needs(code: str, said: dict[str, Value]) -> dict[str, Value]:
    """All that a step asks for."""
    return {name: said.get(name, GIVEN.get(name, "有关情况")) for name in ADVICE.move(code).needs}
