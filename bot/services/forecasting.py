"""The forecast: every reminder and group word to come, if nobody does anything.

The office is read as it is now, with its calendar, its roster, the absences to come and what
waits, as far as the asker's sight and the span reach; then its reminders are played through.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.calendar import DAY, local_date, monday_of
from bot.domain.people import ON_DUTY, Person, Status
from bot.services.cards import home_groups
from bot.services.group_words import DATES, speaks_on
from bot.services.rehearsal import Dues, Rehearsal, Waiting
from bot.services.staff import Staff, charge_of
from bot.services.stages import Timetable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.domain.absences import Absence
    from bot.domain.people import Side
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk
    from bot.services.foresight import Sight
    from bot.services.rehearsal import Foretold
    from bot.services.stages import Call
    from bot.storage.chats import Chat
    from bot.storage.duties import Scope


class Forecast(NamedTuple):
    """What will be said, in order of time, as far as it is seen."""

    said: list[Foretold]
    spoken: Collection[tuple[Chat, date | None]]
    """The days on which each group, seen or not, hears something of it."""
    nowhere: Mapping[datetime, Collection[int]]
    """At each moment the duties, by id, of which neither people nor groups can be told."""


async def forecast(desk: Desk, until: datetime, sight: Sight) -> Forecast:
    """What will be said after now, up to a moment."""
    people = await desk.tx.people.everybody(Status.ACTIVE)
    absences = await desk.tx.absences.within(desk.today, local_date(until))
    chats = await desk.tx.chats.everywhere()
    scope = sight.scope
    if sight.organ is not None:
        scope = replace(scope, organs=_silent(desk, people, absences) | {sight.organ})
    planned = await desk.tx.duties.reminded_until(until, scope)
    waited_for = await desk.tx.duties.waited_for(scope)
    duties = {duty.id: duty for duty in (*planned, *waited_for)}
    records = await desk.tx.records.by_id({duty.record_id for duty in duties.values()})
    nags = await desk.tx.nags.of_duties(list(duties))
    rehearsal = Rehearsal(
        desk=desk,
        duties=duties,
        records=records,
        staff=Staff(people, {}, await charge_of(desk, duties.values(), records)),
        absences=absences,
        calls=_calls(desk, planned, records, until),
        waiting=[_waiting(desk, nag) for nag in nags if not nag.message],
        known={(nag.duty_id, nag.stage, nag.person_id) for nag in nags},
        chats=chats,
        told=await _told(desk, chats),
        homes=await _homes(desk, records.values()),
        dues=await _dues(desk, [chat for chat in chats if sight.sees(chat)], until, sight),
    )
    said = [_as_seen(sight, each) for each in rehearsal.play(until) if sight.sees(each.to)]
    return Forecast(said, rehearsal.spoken, rehearsal.nowhere)


def _as_seen(sight: Sight, each: Foretold) -> Foretold:
    """That somebody puts off what they are to do is no other organ's affair."""
    if not each.put_off or (isinstance(each.to, Person) and sight.is_of(each.to)):
        return each
    return replace(each, put_off=False)


def _silent(desk: Desk, people: Iterable[Person], absences: Iterable[Absence]) -> frozenset[str]:
    """The organs of which, on some day, perhaps nobody can be reached, so that groups hear it."""
    away = {absence.person_id for absence in absences}
    there = {
        person.organ
        for person in people
        if person.role in ON_DUTY and person.reachable and person.id not in away
    }
    return frozenset(organ.code for organ in desk.office.organs if organ.code not in there)


def _calls(
    desk: Desk, duties: Iterable[Duty], records: Mapping[int, Record], until: datetime
) -> Mapping[datetime, Sequence[Call]]:
    timetable = Timetable(desk, until)
    found: dict[datetime, list[Call]] = defaultdict(list)
    for duty in duties:
        for call in timetable.calls(records[duty.record_id].kind, duty):
            found[call.at].append(call)
    return found


def _waiting(desk: Desk, nag: Nag) -> Waiting:
    """What waits for an hour that is still to come was put off."""
    return Waiting(nag.duty_id, nag.stage, nag.person_id, nag.at, put_off=nag.at > desk.now)


async def _told(desk: Desk, chats: Sequence[Chat]) -> set[Chat]:
    """The groups that hear no more of this week."""
    first = speaks_on(desk.calendar, desk.today)
    if first is None:
        return set()
    untold = await desk.tx.chats.untold(monday_of(desk.today), desk.rounds.opening(first))
    return set(chats).difference(untold)


async def _homes(desk: Desk, records: Iterable[Record]) -> Callable[[Record], Sequence[Chat]]:
    """The groups of each record, found once for what belongs together."""
    found: dict[tuple[str, frozenset[Side]], list[Chat]] = {}
    for record in records:
        key = (record.district, record.sides)
        if key not in found:
            found[key] = await home_groups(desk, record)
    return lambda record: found[record.district, record.sides]


async def _dues(
    desk: Desk, chats: Iterable[Chat], until: datetime, sight: Sight
) -> dict[Chat, Dues]:
    """What falls due in the weeks of some groups, found once for those that hear the same."""
    monday, last = monday_of(desk.today), monday_of(local_date(until))
    mondays = [monday + 7 * DAY * n for n in range((last - monday).days // 7 + 1)]
    found: dict[Scope, Dues] = {}
    scopes = {chat: sight.within(desk, chat) for chat in chats}
    for scope in set(scopes.values()):
        found[scope] = Dues(
            await _first_due(desk, date.min, last + 6 * DAY, scope),
            {
                day: await _first_due(desk, max(day, desk.today), day + 6 * DAY, scope)
                for day in mondays
            },
            await desk.tx.duties.count_due(last + 6 * DAY, scope),
        )
    return {chat: found[scope] for chat, scope in scopes.items()}


async def _first_due(
    desk: Desk, since: date, until: date, scope: Scope
) -> list[tuple[Duty, Record]]:
    """What is due first between two days, as much as one part of a group's message names."""
    duties = await desk.tx.duties.first_due(since, until, scope, DATES)
    records = await desk.tx.records.by_id({duty.record_id for duty in duties})
    return [(duty, records[duty.record_id]) for duty in duties]
