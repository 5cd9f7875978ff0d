"""Messages that bear a secrecy mark: kept nowhere, taken out of the group, explained in private."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Detour, Manner
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from bot.domain.people import Actor, Place
    from bot.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Marked:
    """What bears a mark, of what one message shows; nothing of what it says."""

    message_ids: tuple[int, ...]
    """The messages to be taken out of the chat."""
    code: str = "secrecy_mark"
    """Says where the mark is: in the speaker's own words, in those they reply to, in a file."""


async def remove_marked(desk: Desk, place: Place, marked: Marked) -> None:
    """Take the messages out of the group, where the bot may; a private chat is the writer's own."""
    for message_id in () if place.private else marked.message_ids:
        await desk.say(place.chat_id, manner=Manner.DELETE, reply_to=message_id, forget=True)


async def note_mark(desk: Desk, actor: Actor, place: Place) -> None:
    """That it happened is an event: who, and where."""
    await desk.tx.events.append(
        OFFICE, "secrecy_refused", {"chat": place.chat_id}, actor=actor.person_id, now=desk.now
    )


async def explain_mark(
    desk: Desk, actor: Actor, user_id: int, place: Place, marked: Marked
) -> None:
    """Say in private what was wrong and what to do; that it happened is an event.

    Somebody who has never opened a private chat is told in the group.
    """
    text = desk.texts.refusal(DomainError(marked.code))
    await note_mark(desk, actor, place)
    await desk.say(
        user_id,
        text=text,
        detour=None if place.private else Detour(place.chat_id, place.thread_id, text),
        forget=True,
    )
