"""已阅: an organ whose business a record is, without being a party to it, says it has read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.people import Action
from bot.services.cards import refresh_cards
from bot.services.histories import note_step
from bot.services.signatures import ACKNOWLEDGED, bystanders, unread_of

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Record
    from bot.services.desk import Desk


async def acknowledge(desk: Desk, actor: Actor, record: Record) -> None:
    """Note that the actor's organ has read a record; every card of it then says so.

    Raises `not_yours_to_read` for a party and for whoever is not concerned, `already_read`
    when the organ has said so before, `came_second` once the record is closed.
    """
    actor.require(Action.MOVE, record)
    if actor.organ not in bystanders(desk, record):
        raise DomainError("not_yours_to_read", number=record.number)
    if desk.books.kinds[record.kind].state(record.state).closed:
        raise DomainError("came_second", number=record.number)
    if actor.organ not in await unread_of(desk, record):
        raise DomainError(
            "already_read", number=record.number, organ=desk.office.organ(actor.organ).short
        )
    await note_step(desk, actor, record, ACKNOWLEDGED, {})
    await refresh_cards(desk, record)
