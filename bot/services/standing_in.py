"""Who is in charge of a record for its organ, and who takes over while somebody is away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.people import ON_DUTY, Role, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from bot.domain.absences import Absence
    from bot.domain.people import Actor, Person
    from bot.domain.records import Record
    from bot.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is away, and whoever is told to stand in; None where nobody does."""

    person: Person
    absence: Absence
    deputy: Person | None


async def absentees(desk: Desk, day: date) -> Mapping[int, Absence]:
    """Those away on a day, by person id."""
    return await desk.tx.absences.on(day)


def stand_in(
    person: Person, team: Sequence[Person], away: Mapping[int, Absence], *, reachable: bool = True
) -> Person | None:
    """Who takes over for a person: themself, unless away or out of reach.

    Then whoever stands in by name, then the others of the `team`, which are the people on duty of
    the person's organ; None where nobody can. Without `reachable` it does not matter who can be
    written to.
    """

    def fit(each: Person) -> bool:
        here = each.status is Status.ACTIVE and each.id not in away
        return here and (each.reachable or not reachable)

    if fit(person):
        return person
    named = away[person.id].deputy_id if person.id in away else None
    others = [each for each in team if each.id != person.id and fit(each)]
    others.sort(key=lambda each: (each.id != named, each.role is not Role.LIAISON))
    return others[0] if others else None


def away_now(person: Person, team: Sequence[Person], away: Mapping[int, Absence]) -> Away | None:
    """What is told of a person who is away; None of anybody else.

    Whoever stands in by name is told even if the bot cannot write to them; for a leader nobody
    else is, as nobody decides in their place.
    """
    if person.id not in away:
        return None
    absence = away[person.id]
    here = [each for each in team if each.id not in away]
    deputy = next((each for each in here if each.id == absence.deputy_id), None)
    if deputy is None and person.role in ON_DUTY:
        deputy = stand_in(person, team, away) or stand_in(person, team, away, reachable=False)
    return Away(person, absence, deputy)


async def in_charge(
    desk: Desk, pairs: Collection[tuple[Record, str]]
) -> dict[tuple[int, str], Person]:
    """The person in charge of records for organs, by record id and organ, where there is one.

    That is whoever is on duty of the organ and took its last step, or else whoever filed it.
    """
    people = await desk.tx.people.of_organs({organ for _, organ in pairs}, ON_DUTY)
    on_duty = {person.id: person for person in people}
    ids = {record.id for record, _ in pairs}
    steps = await desk.tx.events.last_steps(ids, desk.books.kinds.steps)
    found: dict[tuple[int, str], Person] = {}
    for record, organ in pairs:
        last = steps[record.id]
        hands = (record.submitter, *sorted(last, key=lambda actor: last[actor]))
        own = [on_duty[each] for each in hands if each in on_duty and on_duty[each].organ == organ]
        if own:
            found[record.id, organ] = own[-1]
    return found


async def holder_away(desk: Desk, record: Record, organ: str) -> Away | None:
    """What a card tells of whoever has a record in hand for an organ, if they are away today."""
    away = await absentees(desk, desk.today)
    if not away:
        return None
    team = await desk.tx.people.of_organs({organ}, ON_DUTY)
    if not any(person.id in away for person in team):
        return None
    charge = await in_charge(desk, [(record, organ)])
    return away_now(charge.get((record.id, organ), team[0]), team, away)


async def held_for_others(
    desk: Desk, actor: Actor, record_ids: Collection[int]
) -> dict[int, Person]:
    """For whom, of those away today, somebody stands in on some records of their organ."""
    away = await absentees(desk, desk.today) if actor.role in ON_DUTY else {}
    if not away:
        return {}
    team = await desk.tx.people.of_organs({actor.organ}, ON_DUTY)
    absent = {each.id for each in team if each.id in away}
    takers = {each.id: stand_in(each, team, away) for each in team if each.id in absent}
    mine = {each for each, taker in takers.items() if taker and taker.id == actor.person_id}
    if not mine:
        return {}
    records = await desk.tx.records.by_id(record_ids)
    charge = await in_charge(desk, [(record, actor.organ) for record in records.values()])
    hands = {each: charge.get((each, actor.organ), team[0]) for each in records}
    return {each: person for each, person in hands.items() if person.id in mine}
