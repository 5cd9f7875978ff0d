"""What a list of reminders names: each duty with its dates, and what became of it since."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.domain.kinds.lifecycle import Matter
from bot.domain.ladder import LATE
from bot.domain.people import ON_DUTY
from bot.domain.periods import Light, days_left, light
from bot.domain.records import Outcome
from bot.services.cards import moves_for
from bot.services.clockface import counted_before, still_open
from bot.services.standing_in import absentees, in_charge

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from bot.domain.kinds.lifecycle import Move
    from bot.domain.people import Actor, Person
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
    left: int
    light: Light
    late: bool
    """It comes later than it should have."""
    instead_of: str
    """The name of whoever is in charge and away, for whom the reader stands in."""
    fate: Fate = Fate.OPEN
    now_due: date | None = None
    """When it is due by now, where it was moved or kept."""
    step: Move | None = None
    """The one step by which its reader can meet it, while it is open."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What lists rest on, fetched for all of them at once."""

    records: Mapping[int, Record]
    duties: Mapping[int, list[Duty]]
    """All that is or was owed on each record."""
    away: Mapping[date, Collection[int]]
    """Who is away on each day, by their ids."""
    charge: Mapping[tuple[int, str], Person]
    """Who is in charge of a record for an organ, on whose behalf others may be told."""


async def ground_of(
    desk: Desk,
    readers: Collection[Person],
    record_ids: Collection[int],
    hours: Iterable[datetime],
) -> Ground:
    """What lists rest on that name some records to some readers, said at some hours."""
    records = await desk.tx.records.by_id(record_ids)
    duties = await desk.tx.duties.of_records(record_ids)
    away = {day: set(await absentees(desk, day)) for day in {local_date(at) for at in hours}}
    organs = {each.organ for each in readers if each.organ and each.role in ON_DUTY}
    pairs = [(record, organ) for record in records.values() for organ in organs]
    charge = await in_charge(desk, pairs) if any(away.values()) else {}
    return Ground(records, duties, away, charge)


def items_of(
    desk: Desk, actor: Actor, nags: Iterable[Nag], ground: Ground, said_at: datetime
) -> list[Item]:
    """One item a duty, by its latest stage, as of an hour; what is due first comes first."""
    latest = {nag.duty_id: nag for nag in sorted(nags, key=lambda nag: (nag.stage, nag.id))}
    found = (
        _readable(desk, actor, latest[duty.id], duty, ground, said_at)
        for duties in ground.duties.values()
        for duty in duties
        if duty.id in latest
    )
    items = [item for item in found if item is not None]
    return sorted(items, key=lambda item: (bool(item.debtor), item.due, item.duty.id))


def _readable(
    desk: Desk, actor: Actor, nag: Nag, duty: Duty, ground: Ground, said_at: datetime
) -> Item | None:
    """An item; None, and the rest of the list goes out, where its row cannot be put into words."""
    try:
        return _item(desk, actor, nag, duty, ground, said_at)
    except Exception as error:
        desk.leave_out(duty.id, error)
        return None


def _item(
    desk: Desk, actor: Actor, nag: Nag, duty: Duty, ground: Ground, said_at: datetime
) -> Item:
    record, duties = ground.records[duty.record_id], ground.duties[duty.record_id]
    rule = desk.books.kinds[record.kind].rule(duty.code)
    own = actor.standing is not None and actor.organ == duty.debtor
    day = local_date(said_at)
    fate, now_due = _fate(duty, duties, put_off=nag.at > said_at)
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
        left=days_left(duty.due, day),
        light=light(duty.due, day),
        late=said_at - nag.at > LATE,
        instead_of=_instead_of(actor, record, ground, day) if own else "",
        fate=fate,
        now_due=now_due,
        step=step_among(desk, actor, duty, record, duties) if fate is Fate.OPEN else None,
    )


def _instead_of(reader: Actor, record: Record, ground: Ground, day: date) -> str:
    """For whom of their organ, in charge of a record and away on a day, a reader stands in."""
    hand = ground.charge.get((record.id, reader.organ)) if reader.role in ON_DUTY else None
    return hand.name if hand and hand.id in ground.away[day] else ""


def _fate(duty: Duty, duties: Sequence[Duty], *, put_off: bool) -> tuple[Fate, date | None]:
    """What has become of a duty, of all that a record has or had, and when it is due by now."""
    if duty.closed_by is None:
        return (Fate.PUT_OFF if put_off else Fate.OPEN), None
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


async def step_of(desk: Desk, actor: Actor, duty: Duty, record: Record) -> Move | None:
    """The one step by which somebody can meet a duty now; None where there are several, or none.

    Only who owes it meets it: the sender of a lead could end its wait by taking it back.
    """
    return step_among(desk, actor, duty, record, await desk.tx.duties.open_of(record.id))


def step_among(
    desk: Desk, actor: Actor, duty: Duty, record: Record, duties: Sequence[Duty]
) -> Move | None:
    """The same, with the record's duties at hand."""
    if actor.standing is None or actor.organ != duty.debtor:
        return None
    kind = desk.books.kinds[record.kind]
    matter = Matter(record, still_open(duties), desk.today)
    ends = kind.rule(duty.code).ends
    steps = [move for move in moves_for(actor, kind, matter) if move.code in ends]
    return steps[0] if len(steps) == 1 else None
