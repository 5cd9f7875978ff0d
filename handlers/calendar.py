"""The command and buttons about the official rest days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services import buttons
from bot.services.rest_days import (
    confirm_notice,
    preview_notice,
    refuse_notice,
    tell_calendar,
)
from handlers.context import after_command, message_of, place_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.services.buttons import Press
    from handlers.context import Context


async def calendar(update: Update, context: Context) -> None:
    """`/calendar`: what is known; with a notice, or in reply to one, what it would change."""
    actor, place = context.actor, place_of(update)
    if words := after_command(update) or _replied_to(update, context):
        await preview_notice(context.desk, actor, words, place)
    else:
        await tell_calendar(context.desk, actor, place)


def _replied_to(update: Update, context: Context) -> str:
    """What the message replied to says, unless the bot itself has said it."""
    replied = message_of(update).reply_to_message
    if replied is None or (replied.from_user and replied.from_user.id == context.bot.id):
        return ""
    return replied.text or replied.caption or ""


async def _press_import(update: Update, context: Context, press: Press) -> None:
    """确认导入."""
    actor, place = context.actor, place_of(update)
    await confirm_notice(context.desk, actor, press.number(0), press.word(1), place)


async def _press_no_import(update: Update, context: Context, press: Press) -> None:
    """取消."""
    await refuse_notice(context.desk, context.actor, press.number(0), place_of(update))


PRESSES = {buttons.IMPORT: _press_import, buttons.NO_IMPORT: _press_no_import}
"""What each button about rest days does."""
