"""What nobody of the organ that owes it can be told in private."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.records import NOBODY
from bot.services.cards import homes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.people import Side
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk
    from bot.storage.chats import Audience


@dataclass(frozen=True, slots=True)
class Unheard:
    """Something owed, with the reminders of it that wait because nobody can be reached."""

    duty: Duty
    record: Record
    nags: Sequence[Nag]
    homes: Sequence[Audience]
    """Whose groups are told instead."""


async def unheard(desk: Desk) -> list[Unheard]:
    """All of it whose hour has come and that is owed still, what waits longest first."""
    by_duty: dict[int, list[Nag]] = defaultdict(list)
    for nag in await desk.tx.nags.of_person(NOBODY):
        if nag.at <= desk.now:
            by_duty[nag.duty_id].append(nag)
    if not by_duty:
        return []
    duties = await desk.tx.duties.by_id(by_duty)
    records = await desk.tx.records.by_id({duty.record_id for duty in duties.values()})
    audiences = await desk.tx.chats.audiences()
    known: dict[tuple[str, frozenset[Side]], list[Audience]] = {}
    found: list[Unheard] = []
    for duty_id, nags in by_duty.items():
        duty = duties[duty_id]
        if duty.closed_by is not None:
            continue
        record = records[duty.record_id]
        matter = (record.district, record.sides)
        if matter not in known:
            known[matter] = homes(desk, audiences, record)
        found.append(Unheard(duty, record, nags, known[matter]))
    return found
