"""A stage of a duty has come: whoever is to be reminded of it gets a row that waits to be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.calendar import DAY
from bot.domain.people import Status
from bot.domain.records import NOBODY
from bot.services.planning import (
    is_urgent,
    ladder_of,
    plan_of,
    rung_after,
    rung_due,
    turns_overdue,
)
from bot.services.staff import staff_of
from bot.services.standing_in import absentees, stand_in
from bot.storage.nags import NewNag

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.domain.ladder import Rung
    from bot.domain.records import Duty, Nag, Record
    from bot.services.desk import Desk
    from bot.services.staff import Staff

AT_ONCE = 100
"""As many duties as one transaction hands on."""


async def duties_to_nag(desk: Desk, after: Duty | None) -> list[Duty]:
    """Some open duties with a stage whose hour has come, the oldest first, those after one."""
    if not desk.rounds.may_speak(desk.now, urgent=True):
        return []
    return await desk.tx.duties.reminded_by(desk.now, after, AT_ONCE)


def may_speak_of(desk: Desk, duty: Duty) -> bool:
    """Tell whether somebody may be reminded of a duty now: in office hours, or when urgent."""
    return desk.rounds.may_speak(desk.now, urgent=is_urgent(desk, duty.rule.code))


async def surroundings(desk: Desk, duties: Collection[Duty]) -> tuple[dict[int, Record], Staff]:
    """The records that duties rest on, and who may be told of them today."""
    records = await desk.tx.records.by_id({duty.record_id for duty in duties})
    return records, await staff_of(desk, desk.today, duties, records)


async def hand_on(
    desk: Desk, duties: Sequence[Duty], records: Mapping[int, Record], staff: Staff
) -> None:
    """Remind of the stages of some duties whoever they concern, and plan the next ones.

    Of several stages missed only the latest counts. On a day that is no stage of the ladder
    those who have put the duty off are left alone. Nothing happens outside office hours.
    """
    told: list[NewNag] = []
    following: dict[int, Rung | None] = {}
    for duty in duties:
        if may_speak_of(desk, duty):
            kind = records[duty.record_id].kind
            told += await _told_of(desk, duty, kind, staff)
            following[duty.id] = rung_after(desk, kind, duty.rule.code, duty.due, desk.now)
    await desk.tx.nags.add_all(told)
    if following:
        await desk.tx.duties.plan(following, plan_of(desk))


async def _told_of(desk: Desk, duty: Duty, kind: str, staff: Staff) -> list[NewNag]:
    """Who is to be reminded of a duty's stage now."""
    ladder, rung = ladder_of(desk, kind), rung_due(desk, kind, duty)
    if rung is None:
        return []
    turns = turns_overdue(desk, kind, duty, duty.rung_at or rung.at, desk.now)
    told = staff.told_of(ladder, duty, rung.stage, turns=turns)
    if not ladder.is_stage(rung.stage):
        put_off_by = await _put_off_by(desk, duty)
        told = [each for each in told if each not in put_off_by]
    return [NewNag(duty.id, rung.stage, each, rung.at) for each in told]


async def _put_off_by(desk: Desk, duty: Duty) -> set[int]:
    waiting = await desk.tx.nags.waiting_of(duty.id)
    return {nag.person_id for nag in waiting if nag.at > desk.now}


async def readers(desk: Desk) -> list[int]:
    """The people for whom something waits to be said now."""
    if not desk.rounds.may_speak(desk.now, urgent=True):
        return []
    return [each for each in await desk.tx.nags.waiting_for(desk.now) if each != NOBODY]


async def redirect(desk: Desk) -> None:
    """Give what waits for people who cannot be told it now to whoever takes over.

    Where nobody does, the group will be told that nobody can be reached.
    """
    waiting = await readers(desk)
    people = {person.id: person for person in await desk.tx.people.everybody(Status.ACTIVE)}
    away = await absentees(desk, desk.today)
    for person_id in waiting:
        person = people.get(person_id)
        if person is None or not person.reachable or person.id in away:
            nags = await desk.tx.nags.of_person(person_id)
            await pass_on(desk, [nag for nag in nags if nag.at <= desk.now])
    await _find_readers(desk)


async def _find_readers(desk: Desk) -> None:
    """Give what nobody could be told to somebody who can be by now."""
    waiting = await desk.tx.nags.of_person(NOBODY)
    await give_to_hand(desk, [nag for nag in waiting if nag.at <= desk.now])


async def give_to_hand(desk: Desk, nags: Sequence[Nag]) -> None:
    """Let whoever is in charge be reminded instead of who cannot be; else it is for nobody."""
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in nags})
    _, staff = await surroundings(desk, duties.values())
    for nag in nags:
        duty = duties[nag.duty_id]
        reader = staff.one_of(duty.record_id, duty.debtor)
        to = reader.id if reader else NOBODY
        if to != nag.person_id:
            await desk.tx.nags.add(duty.id, nag.stage, [to], nag.at)
            await desk.tx.nags.drop([nag.id])


async def pass_on(desk: Desk, nags: Sequence[Nag]) -> None:
    """Let others than the one they are for be reminded, or else the group."""
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in nags}, hold=True)
    _, staff = await surroundings(desk, duties.values())
    for nag in nags:
        duty = duties[nag.duty_id]
        person = await desk.tx.people.get(nag.person_id)
        organ = person.organ if person and person.organ else duty.debtor
        other = person and stand_in(person, staff.team(organ), staff.away)
        if other or organ == duty.debtor:  # who only waits for it needs no substitute
            await desk.tx.nags.add(duty.id, nag.stage, [other.id if other else NOBODY], nag.at)
    await desk.tx.nags.drop([nag.id for nag in nags])


def respites(desk: Desk, duty: Duty) -> list[tuple[str, datetime]]:
    """Until when a reminder may be put off: always a working morning, never past the due date."""
    days = desk.calendar
    offers = {
        "tomorrow": days.next_workday(desk.today),
        "three_days": days.workday_on_or_after(desk.today + 3 * DAY),
        "day_before": days.previous_workday(duty.due),
    }
    found: dict[datetime, str] = {}
    for name, day in offers.items():
        if desk.today < day <= duty.due:
            found.setdefault(desk.rounds.opening(day), name)
    return [(name, at) for at, name in sorted(found.items())]
