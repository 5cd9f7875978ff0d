"""The standing cards follow as people go away and come back, though nobody does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.facets import Facet, Sort
from bot.domain.people import ON_DUTY
from bot.services.cards import refresh_standing
from bot.services.standing_in import absentees, in_charge

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain.records import Record
    from bot.services.desk import Desk


async def refresh_presence(desk: Desk) -> None:
    """Bring the cards up to date when an absence has begun or is over; one that is over goes.

    A turn is found whenever one looks, also after the bot was down on the day itself.
    """
    turned: dict[str, set[int]] = {}
    for absence in await desk.tx.absences.turned(desk.today):
        if absence.covers(desk.today):
            await desk.tx.absences.note_shown(absence.id)
        else:
            await desk.tx.absences.remove(absence.id)
        person = await desk.tx.people.get(absence.person_id)
        if person and person.organ:
            turned.setdefault(person.organ, set()).add(person.id)
    for organ, people in turned.items():
        await tell_cards(desk, organ, people)


async def tell_cards(desk: Desk, organ: str, people: Collection[int]) -> None:
    """Bring up to date the cards of what some people of an organ have in hand.

    So are those of what others have in hand who are away: somebody else may stand in now.
    """
    team = await desk.tx.people.of_organs({organ}, ON_DUTY)
    told = {*people, *await absentees(desk, desk.today)}
    if not any(person.id in told for person in team):
        return
    records = await records_held(desk, organ)
    charge = await in_charge(desk, [(record, organ) for record in records.values()])
    for record in records.values():
        if charge.get((record.id, organ), team[0]).id in told:
            await refresh_standing(desk, record)


async def records_held(desk: Desk, organ: str) -> dict[int, Record]:
    """The records whose next step falls to an organ, by id."""
    held = await desk.tx.search.bearing(Facet(Sort.HOLDER, organ))
    return await desk.tx.records.by_id(held)
