"""Who is in charge of a record for its organ, and who takes over while somebody is away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.people import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from bot.domain.people import Person
    from bot.domain.records import Record
    from bot.services.desk import Desk

Absence = Any


async def absentees(desk: Desk, day: date) -> Mapping[int, Absence]:
    """Those away on a day, by person id."""
    return {}


def stand_in(
    person: Person, team: Sequence[Person], away: Mapping[int, Absence], *, reachable: bool = True
) -> Person | None:
    """Who takes over for a person now: themself, unless away or out of reach."""

    def fit(each: Person) -> bool:
        here = each.status is Status.ACTIVE and each.id not in away
        return here and (each.reachable or not reachable)

    if fit(person):
        return person
    return next((each for each in team if each.id != person.id and fit(each)), None)


async def in_charge(
    desk: Desk, pairs: Collection[tuple[Record, str]]
) -> dict[tuple[int, str], Person]:
    """The person in charge of each record for an organ, by record id and organ."""
    people = {p.id: p for p in await desk.tx.people.everybody(Status.ACTIVE)}
    found = {}
    for record, organ in pairs:
        person = people.get(record.submitter)
        if person is not None and person.organ == organ:
            found[record.id, organ] = person
    return found
