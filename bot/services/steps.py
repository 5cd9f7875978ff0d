"""A step asked for by a button: taken at once, or its form opened in private."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.people import Place
from bot.services.amendments import open_addition
from bot.services.blanks import ADDITION, DISTRICT, LONGEST_ADDITION, form_of
from bot.services.forms import open_move, require_own, throw_away
from bot.services.ledger import allowed_move, move_record
from bot.services.proposals import require_not_proposed

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Record
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
    move = await allowed_move(desk, actor, record, move_code, version)
    if not move.needs:
        await move_record(desk, actor, record, move_code, {}, version=version)
        return Outcome.TAKEN
    private = await _private_chat(desk, actor)
    if private is None:
        return Outcome.NEEDS_PRIVATE_CHAT
    if move.approval:
        await require_not_proposed(desk, record, move)
    await open_move(desk, actor, record, move_code, private)
    return Outcome.FORM_OPENED


async def _private_chat(desk: Desk, actor: Actor) -> Place | None:
    person = await desk.tx.people.get(actor.person_id)
    return Place(person.user_id, private=True) if person and person.reachable else None


async def append_draft(desk: Desk, actor: Actor, draft: Draft, record: Record) -> Outcome:
    """Turn what would have been a record of its own into an addition to one there is.

    What the draft says and the record does not is the addition; its writer still confirms it.
    """
    require_own(actor, draft)
    private = await _private_chat(desk, actor)
    if private is None:
        return Outcome.NEEDS_PRIVATE_CHAT
    form = await form_of(desk, actor, draft)
    news = {
        entry.title: form.show(name, draft.data[name])
        for name, entry in form.entries.items()
        if name in draft.data and name != DISTRICT and draft.data[name] != record.data.get(name)
    }
    words = "；".join(f"{title}：{value}" for title, value in news.items())[:LONGEST_ADDITION]
    said = {ADDITION: words} if words else {}
    addition = await open_addition(desk, actor, record, private, said)
    await desk.tx.files.hand_on(draft.id, addition.id)
    await throw_away(desk, draft, desk.texts.render("draft_appended", number=record.number))
    return Outcome.FORM_OPENED
