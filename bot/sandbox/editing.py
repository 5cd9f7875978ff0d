"""Methods that change what is already in a chat."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.access import known_chat, message_in, writable_chat
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import read_inline_markup
from bot.sandbox.reactions import EMOJI
from bot.sandbox.texts import read_caption, read_text

if TYPE_CHECKING:
    from bot.sandbox.entities import Formatted
    from bot.sandbox.keyboards import Keyboard
    from bot.sandbox.messages import Message
    from bot.sandbox.params import Params
    from bot.sandbox.world import World

_DELETABLE_FOR = timedelta(hours=48)
_ANSWER_LIMIT = 200
_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly"
    " the same as a current content and reply markup of the message"
)


def edit_message_text(world: World, params: Params) -> object:
    """Replace the text of an own message; without a keyboard given, the old one goes."""
    content = read_text(world, params)
    keyboard = _keyboard(params)
    message = _own(world, params)
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, message, content, keyboard)


def edit_message_caption(world: World, params: Params) -> object:
    """Replace the caption of an own file."""
    content = read_caption(world, params)
    keyboard = _keyboard(params)
    message = _own(world, params)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    return _edit(world, message, content, keyboard)


def edit_message_reply_markup(world: World, params: Params) -> object:
    """Replace or remove the buttons of an own message."""
    keyboard = _keyboard(params)
    message = _own(world, params)
    return _edit(world, message, message.content, keyboard)


def delete_message(world: World, params: Params) -> object:
    """Delete an own message, any message of a private chat, or as administrator any of a group."""
    chat = known_chat(world, params)
    message = message_in(chat, params, "delete")
    member = chat.member(world.bot.id)
    admin = member is not None and member.is_admin
    own = message.sender is world.bot
    recent = world.clock.now() - message.date < _DELETABLE_FOR
    if not admin and not (recent and (own or chat.private)):
        raise bad_request("message can't be deleted")
    world.delete(message)
    return True


def answer_callback_query(world: World, params: Params) -> object:
    """Answer a pressed button; a link may only lead back to the bot."""
    text, url = params.text("text"), params.text("url")
    callback = world.callbacks.get(params.text("callback_query_id"))
    if callback is None or callback.expired(world.clock.now()):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(text) > _ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    own_link = rf"(?:https?://)?t\.me/{world.bot.username}\?start=[\w-]{{0,64}}"
    if url and not re.fullmatch(own_link, url, re.IGNORECASE):
        raise bad_request("URL_INVALID")
    world.answer(callback, text, url or None, alert=params.flag("show_alert"))
    return True


def set_message_reaction(world: World, params: Params) -> object:
    """Replace the bot's reaction on a message: none, or one emoji of the standard ones."""
    chat = writable_chat(world, params)
    message = message_in(chat, params, "react")
    emoji = [_emoji(each) for each in params.sequence("reaction", "reaction types") or []]
    if len(emoji) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    world.react(message, world.bot, emoji)
    return True


def _emoji(value: object) -> str:
    emoji = value.get("emoji") if isinstance(value, dict) else None
    if emoji not in EMOJI:
        raise bad_request("REACTION_INVALID")
    return str(emoji)


def _keyboard(params: Params) -> Keyboard | None:
    return read_inline_markup(params.decoded("reply_markup", "reply keyboard markup"))


def _own(world: World, params: Params) -> Message:
    if params.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    message = message_in(writable_chat(world, params), params, "edit")
    if message.sender is not world.bot or message.service:
        raise bad_request("message can't be edited")
    return message


def _edit(world: World, message: Message, content: Formatted, keyboard: Keyboard | None) -> object:
    if (content, keyboard) == (message.content, message.keyboard):
        raise bad_request(_UNCHANGED)
    world.edit(message, content, keyboard)
    return world.render(message)
