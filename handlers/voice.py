"""How each manner of saying something is said: one call of the Bot API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode

from bot.domain.outgoing import Manner

if TYPE_CHECKING:
    from telegram import Bot

    from bot.domain.outgoing import Keyboard, Outgoing, Queued
    from bot.storage.database import Database
    from bot.text import Texts

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Voice:
    """Says one message; what the Bot API raises comes out."""

    def __init__(self, bot: Bot, database: Database, texts: Texts) -> None:
        self._bot = bot
        self._database = database
        self._texts = texts

    async def say(self, queued: Queued) -> int | None:
        """Call the Bot API method that says it; returns the message's id, where it has one."""
        message = queued.message
        match message.manner:
            case Manner.TOAST | Manner.ALERT:
                url = message.buttons[0][0].url if message.buttons else None
                await self._bot.answer_callback_query(
                    message.press,
                    message.text or None,
                    show_alert=message.manner is Manner.ALERT,
                    url=url,
                )
                return None
            case Manner.DELETE | Manner.AMEND:
                await self._touch(message, message.reply_to or 0)
                return None
            case Manner.DOCUMENT:
                return (await self._send_document(queued)).message_id
            case Manner.PUT if queued.unchanged:
                return queued.message_id
            case Manner.PUT if queued.message_id is not None:
                await self._edit(message, queued.message_id)
                return queued.message_id
            case _:
                return (await self._send(queued)).message_id

    async def _touch(self, message: Outgoing, message_id: int) -> None:
        """Remove a message that stands, or change it."""
        if message.manner is Manner.DELETE:
            await self._bot.delete_message(message.chat_id, message_id)
        else:
            await self._edit(message, message_id)

    async def _edit(self, message: Outgoing, message_id: int) -> None:
        await self._bot.edit_message_text(
            message.text,
            message.chat_id,
            message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=_markup(message.buttons),
            link_preview_options=NO_PREVIEW,
        )

    def _text(self, queued: Queued) -> str:
        """The text, which says so when it may have been sent before."""
        text = queued.message.text
        if queued.repeated:
            text = f"{text}\n\n{self._texts.render('perhaps_repeated')}"
        return text

    async def _send_document(self, queued: Queued) -> Message:
        """Upload a stored content under its own name: what arrives is what the hash says."""
        message = queued.message
        if message.document is None:
            raise LookupError("no file is named")
        async with self._database.read() as tx:
            content = await tx.files.content(message.document.sha256)
        if content is None:
            raise LookupError("the file has been purged")
        return await self._bot.send_document(
            message.chat_id,
            content,
            filename=message.document.name,
            caption=self._text(queued),
            parse_mode=ParseMode.HTML,
            message_thread_id=message.thread_id or None,
            reply_markup=_markup(message.buttons),
            disable_content_type_detection=True,
        )

    async def _send(self, queued: Queued) -> Message:
        message = queued.message
        return await self._bot.send_message(
            message.chat_id,
            self._text(queued),
            parse_mode=ParseMode.HTML,
            message_thread_id=message.thread_id or None,
            reply_markup=_markup(message.buttons),
            reply_to_message_id=message.reply_to,
            allow_sending_without_reply=True if message.reply_to else None,
            link_preview_options=NO_PREVIEW,
        )


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(b.label, url=b.url)
                if b.url
                else InlineKeyboardButton(b.label, callback_data=b.data)
                for b in row
            ]
            for row in keyboard
        ]
    )
