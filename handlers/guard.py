"""Who gets through: everybody else gets one polite line, and leaves no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.constants import ChatType, MessageEntityType
from telegram.ext import ApplicationHandlerStop

from bot.domain.errors import DomainError
from bot.domain.guard import find_secrecy_marks
from bot.domain.outgoing import Manner
from bot.services import buttons
from bot.services.places import polite_line, unknown_group
from bot.services.secrecy import Marked, explain_mark, remove_marked
from handlers.context import ANONYMOUS_ADMIN, Context, message_of, place_of, user_of

if TYPE_CHECKING:
    from telegram import Message, Update

    from bot.domain.people import Place

OPEN_TO_ALL = ("start", "join")
"""What somebody who is not on the roster may say: it is how one gets there."""
NOT_SAID = frozenset(
    {"chat", "from", "sender_chat", "via_bot", "reply_to_message", "pinned_message", "reply_markup"}
)
"""The parts of a message that its writer has not written into it."""


async def guard(update: Update, context: Context) -> None:
    """Stop what is not for us; refuse, once and politely, what is but may not be."""
    if update.my_chat_member is not None:
        return
    if update.effective_message is None or update.effective_user is None:
        raise ApplicationHandlerStop
    if update.effective_message.chat.type == ChatType.CHANNEL or _from_a_bot(update):
        raise ApplicationHandlerStop
    if update.message is not None:
        await _note_scroll(update.message, context, place_of(update))
        if _is_service(update):
            return
    actor = await context.identify(update)
    if marked := _marked(update, context.bot.id):
        await _refuse_secrets(update, context, marked)
    if user_of(update).id == ANONYMOUS_ADMIN:
        await _turn_away(update, context, "anonymous_admin")
    if actor is None:
        command = command_of(update, context.bot.username)
        if command not in OPEN_TO_ALL and not _presses(update, buttons.JOIN, buttons.JOIN_SIDE):
            await _turn_away(update, context, context.scope.why_not)
    elif not await _known_place(update, context):
        await _turn_away(update, context, "unknown_group")


async def _note_scroll(message: Message, context: Context, place: Place) -> None:
    """A group with cards in it has scrolled on, whoever has written."""
    if not place.private:
        scroll = context.desk.tx.scroll
        await scroll.heard(place.chat_id, place.thread_id, message.message_id)


def _from_a_bot(update: Update) -> bool:
    user = user_of(update)
    return user.is_bot and user.id != ANONYMOUS_ADMIN


def _is_service(update: Update) -> bool:
    """Tell whether the message only reports what became of the group."""
    message = message_of(update)
    return message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None


def _presses(update: Update, *verbs: str) -> bool:
    """Tell whether a button of one of these sorts was pressed."""
    data = (update.callback_query.data or "") if update.callback_query else ""
    return data.split(".")[:2] in [[buttons.VERSION, verb] for verb in verbs]


def command_of(update: Update, username: str) -> str:
    """The command a message gives to this bot, or ""; another bot's command is none."""
    message = update.message
    if message is None or not message.entities:
        return ""
    first = message.entities[0]
    if first.type != MessageEntityType.BOT_COMMAND or first.offset != 0:
        return ""
    command, _, addressee = message.parse_entity(first)[1:].partition("@")
    return command.lower() if addressee.lower() in {"", username.lower()} else ""


async def _known_place(update: Update, context: Context) -> bool:
    """A private chat, a bound group, or a group that is just being bound."""
    place = place_of(update)
    if place.private or command_of(update, context.bot.username) in {"bind", "start", "help"}:
        return True
    if _presses(update, buttons.BIND):
        return True
    return await _is_bound(context, place)


def _marked(update: Update, own_id: int) -> Marked | None:
    """What bears a secrecy mark, of a message and the one it replies to; None: nothing does.

    What the bot itself has said is left out: it speaks of marks, and people reply to it.
    """
    if update.callback_query is not None:
        return None
    message = message_of(update)
    replied = message.reply_to_message
    said_by_us = bool(replied and replied.from_user and replied.from_user.id == own_id)
    own = _bears_mark(message, NOT_SAID | {"quote"} if said_by_us else NOT_SAID)
    ids = [message.message_id] if own else []
    if replied and not said_by_us and _bears_mark(replied, NOT_SAID):
        ids.append(replied.message_id)
    return Marked(tuple(ids), "secrecy_mark" if own else "secrecy_mark_quoted") if ids else None


def _bears_mark(message: Message, left_out: frozenset[str]) -> bool:
    """Tell whether anything that a message shows bears a mark, of whatever sort it is.

    Text, caption, quote, file name, poll, contact, place: also what is not invented yet.
    """
    waiting: list[object] = [{k: v for k, v in message.to_dict().items() if k not in left_out}]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list | tuple):
            waiting += part
        elif isinstance(part, str) and find_secrecy_marks(part):
            return True
    return False


async def _refuse_secrets(update: Update, context: Context, marked: Marked) -> None:
    """Keep nothing of what bears a secrecy mark; take it out of the group.

    Whoever is not on the roster is told no more than ever.
    """
    place, actor = place_of(update), context.scope.actor
    if actor is not None or await _is_bound(context, place):
        await remove_marked(context.desk, place, marked)
    if actor is None:
        anonymous = user_of(update).id == ANONYMOUS_ADMIN
        await _turn_away(update, context, "anonymous_admin" if anonymous else context.scope.why_not)
    else:
        await explain_mark(context.desk, actor, user_of(update).id, place, marked)
    raise ApplicationHandlerStop


async def _is_bound(context: Context, place: Place) -> bool:
    return await context.desk.tx.chats.at(place.chat_id, place.thread_id) is not None


async def _turn_away(update: Update, context: Context, code: str) -> None:
    """Answer a command or a button with one line; stay silent about mere talk."""
    if update.callback_query is not None:
        text = context.desk.texts.refusal(DomainError(code))
        await context.toast(update, text, manner=Manner.ALERT)
    elif place_of(update).private or command_of(update, context.bot.username):
        if code == "unknown_group":
            await unknown_group(context.desk, place_of(update))
        else:
            await polite_line(context.desk, place_of(update), code)
    raise ApplicationHandlerStop
