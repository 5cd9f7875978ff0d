"""Which open question a message answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.previews import draft_post
from handlers.context import message_of, place_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.domain.records import Draft
    from handlers.context import Context


async def asked(update: Update, context: Context) -> Draft | None:
    """The draft whose open question a message answers: in a group, only by a reply to it."""
    place = place_of(update)
    drafts = context.desk.tx.drafts
    draft = await drafts.asking_at(context.actor.person_id, place.chat_id, place.thread_id)
    if draft is None or place.private:
        return draft
    replied = message_of(update).reply_to_message
    standing = await context.desk.tx.chats.post(draft_post(draft))
    answers = replied is not None and standing == (replied.chat.id, replied.message_id)
    return draft if answers else None
