"""The commands and updates about groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import ChatMember
from telegram.constants import ChatType

from bot.domain.people import Action, Place
from bot.services import buttons
from bot.services import places as services
from bot.services.desk import identify
from bot.services.menus import opened_private
from bot.services.todo import tell_todo
from handlers.context import after_command, message_of, place_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.services.buttons import Press
    from handlers.context import Context

OUTSIDE = {ChatMember.LEFT, ChatMember.BANNED}


async def bind(update: Update, context: Context) -> None:
    """`/bind 鄂城 三方`: tie this group, or this topic of it."""
    actor = context.actor
    await services.bind(context.desk, actor, after_command(update), place_of(update))


async def unbind(update: Update, context: Context) -> None:
    """`/unbind`: untie it."""
    await services.unbind(context.desk, context.actor, place_of(update))


async def membership(update: Update, context: Context) -> None:
    """What became of the bot itself in a chat: added, removed, blocked, unblocked."""
    change = update.my_chat_member
    if change is None:
        return
    inside = change.new_chat_member.status not in OUTSIDE
    if change.chat.type == ChatType.PRIVATE:
        await _private_chat(update, context, change.from_user.id, inside=inside)
    elif not inside:
        await services.left_group(context.desk, change.chat.id)
    elif change.old_chat_member.status in OUTSIDE:
        actor = await identify(context.desk, change.from_user.id)
        place = Place(change.chat.id, title=(change.chat.title or "")[:255])
        await services.added_to_group(context.desk, place, actor)


async def _private_chat(update: Update, context: Context, user_id: int, *, inside: bool) -> None:
    """Somebody blocked the bot, or let it back in and is told what waits."""
    if not inside:
        await context.desk.tx.people.mark_reachable(user_id, context.desk.now, reachable=False)
        return
    await opened_private(context.desk, user_id)
    actor = await context.identify(update)
    if actor is not None and actor.may(Action.MOVE):
        await tell_todo(context.desk, actor, user_id, silent=True)


async def migrated(update: Update, context: Context) -> None:
    """The group became a supergroup; Telegram says so in the old chat and in the new one."""
    message = message_of(update)
    if message.migrate_to_chat_id:
        await services.upgraded(context.desk, message.chat.id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id:
        await services.upgraded(context.desk, message.migrate_from_chat_id, message.chat.id)


async def _press_bind(update: Update, context: Context, press: Press) -> None:
    actor = context.actor
    await services.press_bind(context.desk, actor, press, place_of(update))


PRESSES = {buttons.BIND: _press_bind}
"""What each button about groups does."""
