"""A step asked for by a button: taken at once, or its form opened in private."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.people import Place
from bot.services.forms import open_move
from bot.services.ledger import allowed_move, move_record

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Record
    from bot.services.desk import Desk


class Outcome(StrEnum):
    """What became of a pressed step."""

    TAKEN = "taken"
    FORM_OPENED = "form_opened"
    NEEDS_PRIVATE_CHAT = "needs_private_chat"


async def take_step(
    desk: Desk, actor: Actor, record: Record, move_code: str, version: int
) -> Outcome:
    """Take a step that needs nothing; for one that does, open its form in private."""
    move = allowed_move(desk, actor, record, move_code, version)
    if not move.needs:
        await move_record(desk, actor, record, move_code, {}, version=version)
        return Outcome.TAKEN
    person = await desk.tx.people.get(actor.person_id)
    if person is None or not person.reachable:
        return Outcome.NEEDS_PRIVATE_CHAT
    await open_move(desk, actor, record, move_code, Place(person.user_id, private=True))
    return Outcome.FORM_OPENED
