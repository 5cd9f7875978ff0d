"""Who gets through: everybody else gets one polite line, and leaves no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.constants import ChatType, MessageEntityType
from telegram.ext import ApplicationHandlerStop

from bot.domain.errors import DomainError
from bot.domain.guard import find_secrecy_marks
from bot.domain.outgoing import Detour, Manner
from bot.services import buttons
from bot.services.places import polite_line, unknown_group
from handlers.context import ANONYMOUS_ADMIN, Context, message_of, place_of, user_of, words_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.domain.people import Place

OPEN_TO_ALL = ("start", "join")
"""What somebody who is not on the roster may say: it is how one gets there."""


async def guard(update: Update, context: Context) -> None:
    """Stop what is not for us; refuse, once and politely, what is but may not be."""
    if update.my_chat_member is not None:
        return
    if update.effective_message is None or update.effective_user is None:
        raise ApplicationHandlerStop
    if update.effective_message.chat.type == ChatType.CHANNEL or _from_a_bot(update):
        raise ApplicationHandlerStop
    if update.message is not None and _is_service(update):
        return
    actor = await context.identify(update)
    if _bears_secrets(update):
        await _refuse_secrets(update, context)
    if user_of(update).id == ANONYMOUS_ADMIN:
        await _turn_away(update, context, "anonymous_admin")
    if actor is None:
        command = command_of(update, context.bot.username)
        if command not in OPEN_TO_ALL and not _presses(update, buttons.JOIN, buttons.JOIN_SIDE):
            await _turn_away(update, context, "stranger")
    elif not await _known_place(update, context):
        await _turn_away(update, context, "unknown_group")


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


def _bears_secrets(update: Update) -> bool:
    """Tell whether a message, or the name of a file in it, bears a secrecy mark."""
    if update.callback_query is not None:
        return False
    message = message_of(update)
    files = (message.document, message.audio, message.video)
    names = (file.file_name or "" for file in files if file)
    return any(find_secrecy_marks(words) for words in (words_of(update), *names))


async def _refuse_secrets(update: Update, context: Context) -> None:
    """Keep nothing of a message that bears a secrecy mark; take it out of the group.

    Whoever is not on the roster is told no more than ever.
    """
    place = place_of(update)
    known = context.scope.actor is not None
    if not place.private and (known or await _is_bound(context, place)):
        await context.desk.say(
            place.chat_id,
            manner=Manner.DELETE,
            reply_to=message_of(update).message_id,
            forget=True,
        )
    if not known:
        anonymous = user_of(update).id == ANONYMOUS_ADMIN
        await _turn_away(update, context, "anonymous_admin" if anonymous else "stranger")
    await context.desk.say(
        user_of(update).id,
        text=context.desk.texts.refusal(DomainError("secrecy_mark")),
        detour=None if place.private else _in_the_group(context, place),
        forget=True,
    )
    raise ApplicationHandlerStop


async def _is_bound(context: Context, place: Place) -> bool:
    return await context.desk.tx.chats.at(place.chat_id, place.thread_id) is not None


def _in_the_group(context: Context, place: Place) -> Detour:
    """Where to explain to somebody who has never opened a private chat."""
    text = context.desk.texts.refusal(DomainError("secrecy_mark"))
    return Detour(place.chat_id, place.thread_id, text)


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
