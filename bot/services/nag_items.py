"""What a list of reminders names: each duty with its dates, and what became of it since."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.domain.ladder import LATE
from bot.domain.people import ON_DUTY
from bot.domain.periods import Light, days_left, light
from bot.domain.records import Outcome
from bot.services.clockface import counted_before, still_open
from bot.services.standing_in import absentees, in_charge

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from bot.domain.people import Person
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk


class Fate(StrEnum):
    """What became of something since the list named it."""

    OPEN = "open"
    MET = "met"
    DROPPED = "dropped"
    """It is owed no more, though nobody met it."""
    MOVED = "moved"
    """It is owed by another date."""
    KEPT = "kept"
    """It was counted anew, or taken up again, and is owed by the same date."""
    PUT_OFF = "put_off"


OVER = (Fate.MET, Fate.DROPPED)
"""Nothing is owed any more."""


@dataclass(frozen=True, slots=True)
class Item:
    """One duty as the list names it."""

    nag: Nag
    duty: Duty
    record: Record
    number: str
    title: str
    """What is owed."""
    debtor: str
    """Who owes it, by the short name; "" where it is the reader's own organ."""
    clause: str
    due: date
    provisional: bool
    before: tuple[date, ...]
    owed: tuple[Duty, ...]
    """All that is owed on the record."""
    left: int
    light: Light
    late: bool
    """It comes later than it should have."""
    instead_of: str
    """The name of whoever is in charge and away, for whom the reader stands in."""
    fate: Fate = Fate.OPEN
    now_due: date | None = None
    """When it is due by now, where it was moved or kept."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What lists rest on, fetched for all of them at once."""

    records: Mapping[int, Record]
    duties: Mapping[int, list[Duty]]
    """All that is or was owed on each record."""
    absent: Mapping[int, str]
    """Who of the reader's organ is in charge of a record and away, by its id."""


async def ground_of(desk: Desk, person: Person, record_ids: Collection[int]) -> Ground:
    """What lists rest on that name some records to one reader."""
    records = await desk.tx.records.by_id(record_ids)
    duties = await desk.tx.duties.of_records(record_ids)
    return Ground(records, duties, await _absent(desk, person, records.values()))


def items_of(
    desk: Desk, person: Person, nags: Iterable[Nag], ground: Ground, said_at: datetime
) -> list[Item]:
    """One item a duty, by its latest stage, as of an hour; what is due first comes first."""
    latest = {nag.duty_id: nag for nag in sorted(nags, key=lambda nag: (nag.stage, nag.id))}
    found = (
        _readable(desk, person, latest[duty.id], duty, ground, said_at)
        for duties in ground.duties.values()
        for duty in duties
        if duty.id in latest
    )
    items = [item for item in found if item is not None]
    return sorted(items, key=lambda item: (bool(item.debtor), item.due, item.duty.id))


def _readable(
    desk: Desk, person: Person, nag: Nag, duty: Duty, ground: Ground, said_at: datetime
) -> Item | None:
    """An item; None, and the rest of the list goes out, where its row cannot be put into words."""
    try:
        return _item(desk, person, nag, duty, ground, said_at)
    except Exception as error:
        desk.leave_out(duty.id, error)
        return None


def _item(
    desk: Desk, person: Person, nag: Nag, duty: Duty, ground: Ground, said_at: datetime
) -> Item:
    record, duties = ground.records[duty.record_id], ground.duties[duty.record_id]
    rule = desk.books.kinds[record.kind].rule(duty.code)
    own = person.organ == duty.debtor
    day = local_date(said_at)
    fate, now_due = _fate(nag.at > said_at, duty, duties)
    return Item(
        nag=nag,
        duty=duty,
        record=record,
        number=record.number,
        title=rule.title,
        debtor="" if own else desk.office.organ(duty.debtor).short,
        clause=rule.clause_of(record.data),
        due=duty.due,
        provisional=duty.provisional,
        before=counted_before(duty, duties),
        owed=still_open(duties),
        left=days_left(duty.due, day),
        light=light(duty.due, day),
        late=said_at - nag.at > LATE,
        instead_of=ground.absent.get(record.id, "") if own else "",
        fate=fate,
        now_due=now_due,
    )


def _fate(later: bool, duty: Duty, duties: Sequence[Duty]) -> tuple[Fate, date | None]:
    """What has become of a duty, of all that a record has or had, and when it is due by now.

    `later`: its reader has put it off.
    """
    if duty.closed_by is None:
        return (Fate.PUT_OFF if later else Fate.OPEN), None
    last = _successor(duty, duties)
    if last.closed_by is None:
        return (Fate.KEPT if last.due == duty.due else Fate.MOVED), last.due
    return (Fate.MET if last.outcome is Outcome.MET else Fate.DROPPED), None


def _successor(duty: Duty, duties: Sequence[Duty]) -> Duty:
    """The last row that took a duty's place; one that was met, if it has not been taken up again.

    A later round of the same duty counts from another day.
    """
    last = duty
    for each in duties:
        if each.id > last.id and each.code == last.code:
            replaces = last.outcome is Outcome.REPLACED and each.opened_by == last.closed_by
            again = last.outcome is Outcome.MET and each.start == last.start
            last = each if replaces or again else last
    return last


async def _absent(desk: Desk, reader: Person, records: Collection[Record]) -> dict[int, str]:
    """Who of the reader's organ is in charge of a record, and away today, by its id."""
    away = await absentees(desk, desk.today)
    if not away or reader.organ is None or reader.role not in ON_DUTY:
        return {}
    charge = await in_charge(desk, [(record, reader.organ) for record in records])
    return {
        record_id: person.name for (record_id, _), person in charge.items() if person.id in away
    }
