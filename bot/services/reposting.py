"""A card that has scrolled out of sight is posted anew; the old one says where it is now.

The old card keeps its text and buttons until the new one has arrived, so that a crash in
between leaves a card that works; buttons of an old version are answered as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.outgoing import Button, Manner, Priority, address_of

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard, Queued
    from bot.services.desk import Desk

FAR = 40
"""So many messages below a card, nobody looks for it there."""

CARD = "card"


def card_post(record_id: int, chat_id: int, thread_id: int) -> str:
    """The name of a record's living card at a place."""
    return f"{card_posts(record_id)}{chat_id}/{thread_id}"


def record_of_card(post: str) -> int | None:
    """The id of the record of which a post is a card, if it is one."""
    kind, _, rest = post.partition("/")
    return int(rest.partition("/")[0]) if kind == CARD else None


def card_posts(record_id: int) -> str:
    """What the names of all of a record's cards begin with."""
    return f"{CARD}/{record_id}/"


async def leave_if_far(desk: Desk, post: str) -> None:
    """Let a post's next text be a new message where the old one is out of sight."""
    await desk.tx.scroll.leave(post, FAR)


async def point_from_old(desk: Desk, queued: Queued, message_id: int) -> None:
    """Once a card stands in its new place, let the old one say so instead of what it said."""
    message = queued.message
    record_id = record_of_card(message.post)
    if record_id is None or (old := await desk.tx.scroll.left(message.post)) is None:
        return
    record = await desk.tx.records.get(record_id)
    if record is None:
        return
    await desk.say(
        message.chat_id,
        thread_id=message.thread_id,
        text=desk.texts.render("card_moved", number=record.number),
        buttons=_way(desk, address_of(message.chat_id, message.thread_id, message_id)),
        manner=Manner.AMEND,
        reply_to=old,
        priority=Priority.NEWS,
    )


def _way(desk: Desk, url: str) -> Keyboard:
    return ((Button(desk.texts.label("newest_card"), url=url),),) if url else ()
