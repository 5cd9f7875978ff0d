"""What people are told about who stands in for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.absences import format_days
from bot.domain.outgoing import Priority
from bot.domain.people import ON_DUTY, Role, Status
from bot.services.standing_in import absentees, away_now

if TYPE_CHECKING:
    from bot.domain.absences import Absence
    from bot.domain.people import Person
    from bot.services.desk import Desk


async def tell_deputy(desk: Desk, person: Person, absence: Absence) -> None:
    """Tell whoever is named to stand in that they are, and when."""
    await _tell(
        desk,
        absence.deputy_id,
        "away_deputy",
        person=person.name,
        span=_span(desk, absence),
        leader=person.role is Role.LEADER,
    )


async def tell_relieved(desk: Desk, person: Person, absence: Absence) -> None:
    """Tell whoever was named to stand in that they need not, or no longer."""
    span = _span(desk, absence)
    await _tell(desk, absence.deputy_id, "away_relieved", person=person.name, span=span)


async def tell_deputy_away(desk: Desk, deputy: Person, absence: Absence) -> None:
    """Tell those in whose place somebody was to stand that they are away themself."""
    for each in await desk.tx.absences.of_deputy(deputy.id):
        if each.first <= absence.last and absence.first <= each.last:
            await _tell_without(desk, deputy, each, absence)


async def tell_deputy_left(desk: Desk, deputy: Person) -> None:
    """Let whoever has left stand in for nobody, and tell those in whose place they were to."""
    absences = await desk.tx.absences.of_deputy(deputy.id)
    await desk.tx.absences.name_nobody(deputy.id)
    for each in absences:
        if each.last >= desk.today:
            await _tell_without(desk, deputy, each, None)


async def _tell_without(desk: Desk, deputy: Person, absence: Absence, also: Absence | None) -> None:
    """Tell somebody that their deputy is gone, or `also` away, and who stands in then."""
    person = await desk.tx.people.get(absence.person_id)
    if person is None:
        return
    day = max(absence.first, desk.today, *([also.first] if also else []))
    team = await desk.tx.people.of_organs({person.organ or ""}, ON_DUTY)
    away = {**await absentees(desk, day), person.id: absence}
    told = away_now(person, team, away)
    await _tell(
        desk,
        person.id,
        "away_deputy_gone",
        deputy=deputy.name,
        span=_span(desk, absence),
        gone=_span(desk, also) if also else "",
        taker=told.deputy.name if told and told.deputy else "",
    )


async def _tell(desk: Desk, person_id: int | None, template: str, **facts: object) -> None:
    person = await desk.tx.people.get(person_id) if person_id else None
    if person and person.status is Status.ACTIVE and person.reachable:
        text = desk.texts.render(template, **facts)
        await desk.say(person.user_id, text=text, priority=Priority.NEWS)


def _span(desk: Desk, absence: Absence) -> str:
    return format_days(absence.first, absence.last, desk.today)
