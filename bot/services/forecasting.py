"""The rehearsal: every message that the bot will send of itself, if nobody does anything.

It walks the very ladder by which the dispatcher goes, on the calendar and the roster as they are
known now, absences included.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, local_date
from bot.domain.ladder import Rung, rungs
from bot.domain.records import NOBODY
from bot.services.cards import belongs, home_groups
from bot.services.group_words import monday_of, speaks_on
from bot.services.planning import is_urgent, ladder_of, rung_due, turns_overdue
from bot.services.staff import staff_of
from bot.services.standing_in import absentees, stand_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk
    from bot.services.staff import Staff
    from bot.storage.chats import Chat


@dataclass(frozen=True, slots=True)
class Foretold:
    """One thing that will be said: of a duty to somebody, or to a group what its week brings."""

    at: datetime
    person_id: int
    """`NOBODY`: it is said to a group."""
    chat: Chat | None
    duty: Duty | None
    """None: there is nothing due in the group's week."""
    record: Record | None
    stage: int


async def forecast(desk: Desk, until: datetime) -> list[Foretold]:
    """Everything that will be said after now, up to a moment, in order of time."""
    duties = await desk.tx.duties.open_until(date.max)
    records = await desk.tx.records.by_id({duty.record_id for duty in duties})
    calls = sorted(_calls(desk, duties, records, until), key=lambda call: call[0])
    today = await staff_of(desk, desk.today, duties, records)
    staff: dict[date, Staff] = {}
    known = {duty.id: duty for duty in duties}
    waiting = [nag for nag in await desk.tx.nags.waiting() if nag.duty_id in known]
    put_off = {(nag.duty_id, nag.person_id): nag.at for nag in waiting if nag.at > desk.now}
    found: set[tuple[datetime, int, int, int]] = set()
    for at, duty, stage, turns in calls:
        day = local_date(at)
        if day not in staff:
            staff[day] = replace(today, away=await absentees(desk, day))
        ladder = ladder_of(desk, records[duty.record_id].kind)
        for person in staff[day].told_of(ladder, duty, stage, turns=turns):
            until_later = put_off.get((duty.id, person))
            if ladder.is_stage(stage) or until_later is None or until_later <= at:
                found.add((at, person, duty.id, stage))
    found |= await _waiting(desk, [nag for nag in waiting if nag.at <= until], today)
    told = _one_a_message(found, known, records)
    groups = await _to_groups(desk, told, duties, records, until)
    people = [each for each in told if each.person_id != NOBODY]
    return sorted((*people, *groups), key=lambda each: (each.at, each.person_id))


def _calls(
    desk: Desk, duties: Sequence[Duty], records: Mapping[int, Record], until: datetime
) -> Iterator[tuple[datetime, Duty, int, bool]]:
    """When each duty's stages come, the first as it is planned, and whether it turns overdue."""
    for duty in duties:
        kind, urgent = records[duty.record_id].kind, is_urgent(desk, duty.rule.code)
        planned, late = duty.rung_at, rung_due(desk, kind, duty)
        if planned is not None and late is not None:
            turns = turns_overdue(desk, kind, duty, planned, desk.now)
            yield _next_hour(desk, desk.now), duty, late.stage, turns
        all_of_them = rungs(ladder_of(desk, kind), duty.due, desk.rounds, urgent=urgent)
        to_come = takewhile(lambda rung: rung.at <= until, all_of_them)
        for rung in to_come:
            if _is_ahead(desk, duty, rung):
                turns = turns_overdue(desk, kind, duty, rung.at, rung.at)
                yield rung.at, duty, rung.stage, turns


def _is_ahead(desk: Desk, duty: Duty, rung: Rung) -> bool:
    return rung.at > desk.now and (duty.rung_at is None or rung.at >= duty.rung_at)


def _next_hour(desk: Desk, moment: datetime) -> datetime:
    return desk.office.hours.next_open(moment, desk.calendar)


async def _waiting(
    desk: Desk, waiting: Sequence[Nag], staff: Staff
) -> set[tuple[datetime, int, int, int]]:
    """What waits already, for whoever can be told it then."""
    found: set[tuple[datetime, int, int, int]] = set()
    for nag in waiting:
        at = _next_hour(desk, max(nag.at, desk.now))
        person = next((each for each in staff.people if each.id == nag.person_id), None)
        if person is not None and person.organ is not None:
            away = await absentees(desk, local_date(at))
            person = stand_in(person, staff.team(person.organ), away)
        found.add((at, person.id if person else NOBODY, nag.duty_id, nag.stage))
    return found


def _one_a_message(
    found: Collection[tuple[datetime, int, int, int]],
    duties: Mapping[int, Duty],
    records: Mapping[int, Record],
) -> list[Foretold]:
    """A message names a duty once, by its latest stage."""
    latest: dict[tuple[datetime, int, int], int] = {}
    for at, person, duty_id, stage in found:
        key = (at, person, duty_id)
        latest[key] = max(stage, latest.get(key, stage))
    return [
        Foretold(at, person, None, duties[i], records[duties[i].record_id], stage)
        for (at, person, i), stage in latest.items()
    ]


async def _to_groups(
    desk: Desk,
    told: Sequence[Foretold],
    duties: Sequence[Duty],
    records: Mapping[int, Record],
    until: datetime,
) -> list[Foretold]:
    """What the groups will hear: what each week brings, and which reminders reach nobody."""
    chats = await desk.tx.chats.everywhere()
    found: dict[tuple[datetime, Chat], dict[int, Foretold]] = defaultdict(dict)
    for at, chat in await _weekly(desk, chats, until):
        sunday = monday_of(local_date(at)) + 6 * DAY
        own = [d for d in duties if d.due <= sunday and belongs(desk, chat, records[d.record_id])]
        for duty in own:
            stage = (local_date(at) - duty.due).days
            line = Foretold(at, NOBODY, chat, duty, records[duty.record_id], stage)
            found[at, chat][duty.id] = line
        if not own:
            found[at, chat][0] = Foretold(at, NOBODY, chat, None, None, 0)
    for each in told:
        if each.person_id == NOBODY and each.record is not None and each.duty is not None:
            for chat in await home_groups(desk, each.record):
                found[each.at, chat].setdefault(each.duty.id, replace(each, chat=chat))
    return [line for lines in found.values() for line in lines.values()]


async def _weekly(
    desk: Desk, chats: Sequence[Chat], until: datetime
) -> list[tuple[datetime, Chat]]:
    """When each group will hear what its week brings."""
    found: list[tuple[datetime, Chat]] = []
    monday = monday_of(desk.today)
    while desk.rounds.opening(monday) <= until:
        first = speaks_on(desk.calendar, monday)
        opening = desk.rounds.opening(first) if first else None
        if opening is not None and desk.now < opening <= until:
            found += [(opening, chat) for chat in chats]
        elif opening is not None and opening <= desk.now:
            late = await desk.tx.chats.untold(monday, opening)
            found += [(_next_hour(desk, desk.now), chat) for chat in late]
        monday += 7 * DAY
    return found
