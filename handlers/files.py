"""Files sent in chat: what is offered, and to which draft it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.calendar import SHANGHAI
from bot.domain.files import Offered
from bot.services.forms import attach
from handlers.asked import asked
from handlers.context import message_of, place_of

if TYPE_CHECKING:
    from telegram import Message, Update

    from handlers.context import Context


async def sent(update: Update, context: Context) -> None:
    """A file sent in private goes to the draft being filled in; in a group it is none of ours.

    Of a voice, video, sticker or place nothing is kept; in private that is said.
    """
    place = place_of(update)
    if not place.private:
        return
    message = message_of(update)
    offered = offered_of(message)
    if offered is None:
        draft = await asked(update, context)
        await context.reply(update, "no_files", asking=draft is not None)
    else:
        caption = message.caption or ""
        await attach(context.desk, context.actor, place, offered, caption, message.message_id)


def offered_of(message: Message) -> Offered | None:
    """The file that a message brings; a photo is named by its time. None for any other sort."""
    document, at = message.document, message.message_id
    if document is not None:
        name, mime_type = document.file_name or "", document.mime_type or ""
        return Offered(document.file_id, name, mime_type, document.file_size, at)
    if message.photo:
        photo, name = message.photo[-1], f"{message.date.astimezone(SHANGHAI):%Y%m%d_%H%M%S}.jpg"
        return Offered(photo.file_id, name, "image/jpeg", photo.file_size, at)
    return None
