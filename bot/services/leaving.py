"""What becomes of what somebody had in hand, once they have left the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.outgoing import Priority
from bot.domain.people import ON_DUTY, Role
from bot.services.cards import refresh_cards
from bot.services.deputies import tell_deputy_left
from bot.services.forms import discard
from bot.services.presence import records_held, tell_cards
from bot.services.standing_in import in_charge
from bot.services.todo import Waiting, listed, waiting_of

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.services.desk import Desk

SHOWN = 10
"""So many matters stand in the message."""


async def held_by(desk: Desk, person: Person) -> list[Waiting]:
    """What waits for somebody's organ and is in their hands, what is due first before the rest."""
    if person.organ is None or person.role not in ON_DUTY:
        return []
    waiting = await waiting_of(desk, person.organ)
    records = await desk.tx.records.by_id([each.record_id for each in waiting])
    charge = await in_charge(desk, [(record, person.organ) for record in records.values()])
    own = {record_id for (record_id, _), each in charge.items() if each.id == person.id}
    return [each for each in waiting if each.record_id in own]


async def settle_leaving(desk: Desk, person: Person, held: list[Waiting]) -> None:
    """Hand on what somebody who has left had `held`, and end their being away or standing in.

    The rest of their organ on duty is told of it in private, or else the administrators. Of what
    they had begun to write nothing is kept.
    """
    for draft in await desk.tx.drafts.of_person(person.id):
        await discard(desk, draft)
    if person.organ is None:
        return
    away = await desk.tx.absences.of_person(person.id)
    await desk.tx.absences.remove_of(person.id)
    if held:
        await _tell_rest(desk, person, held)
    await tell_deputy_left(desk, person)
    if any(each.covers(desk.today) for each in away):
        for record in (await records_held(desk, person.organ)).values():
            await refresh_cards(desk, record)
    else:
        await tell_cards(desk, person.organ, {person.id})


async def _tell_rest(desk: Desk, person: Person, held: list[Waiting]) -> None:
    organ = person.organ or ""
    rest = [p for p in await desk.tx.people.of_organs({organ}, ON_DUTY) if p.reachable]
    told = rest or [p for p in await desk.tx.people.of_role(Role.ADMIN) if p.reachable]
    text = desk.texts.render(
        "left_behind",
        person=person.name,
        organ=desk.office.organ(organ).short,
        taken=bool(rest),
        count=len(held),
        today=desk.today,
        lines=[line for _, line in await listed(desk, organ, held[:SHOWN])],
    )
    for each in told:
        await desk.say(each.user_id, text=text, priority=Priority.NEWS)
