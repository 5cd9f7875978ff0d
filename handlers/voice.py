"""How each manner of saying something is said: one call of the Bot API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode

from bot.domain.outgoing import Manner
from bot.picture.month import draw
from handlers.commands import all_commands, publish_menu

if TYPE_CHECKING:
    from telegram import Bot

    from bot.domain.outgoing import Keyboard, Outgoing, Queued
    from bot.services.desk import Books
    from bot.storage.database import Database

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Voice:
    """Says one message; what the Bot API raises comes out."""

    def __init__(self, bot: Bot, database: Database, books: Books) -> None:
        self._bot = bot
        self._database = database
        self._texts = books.texts
        self._commands = all_commands(books.kinds)

    async def say(self, queued: Queued) -> int | None:
        """Call the Bot API method that says it; returns the message's id, where it has one."""
        message = queued.message
        match message.manner:
            case Manner.PUT | Manner.AMEND if queued.unchanged:
                return queued.message_id
            case Manner.TOAST | Manner.ALERT | Manner.MENU | Manner.DELETE | Manner.AMEND:
                await self._act(message)
                return None
            case Manner.DOCUMENT:
                return (await self._send_document(queued)).message_id
            case Manner.PICTURE:
                return (await self._send_picture(queued)).message_id
            case Manner.PUT if queued.message_id is not None:
                await self._edit(message, queued.message_id)
                return queued.message_id
            case _:
                return (await self._send(queued)).message_id

    async def _act(self, message: Outgoing) -> None:
        """Do what brings no message: answer a press, set a menu, remove or change what stands."""
        match message.manner:
            case Manner.MENU:
                await publish_menu(self._bot, self._commands, message.chat_id, message.text)
            case Manner.DELETE:
                await self._bot.delete_message(message.chat_id, message.reply_to or 0)
            case Manner.AMEND:
                await self._edit(message, message.reply_to or 0)
            case _:
                url = message.buttons[0][0].url if message.buttons else None
                await self._bot.answer_callback_query(
                    message.press,
                    message.text or None,
                    show_alert=message.manner is Manner.ALERT,
                    url=url,
                )

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

    async def _send_picture(self, queued: Queued) -> Message:
        """Draw what the row says, in a thread of its own, and send that."""
        message = queued.message
        if message.sheet is None:
            raise LookupError("there is nothing to draw")
        return await self._bot.send_photo(
            message.chat_id,
            await asyncio.to_thread(draw, message.sheet),
            filename="calendar.png",
            caption=self._text(queued),
            parse_mode=ParseMode.HTML,
            message_thread_id=message.thread_id or None,
            reply_markup=_markup(message.buttons),
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
