"""Which chats, messages and people the bot may name in a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.errors import ApiError, bad_request, forbidden

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message
    from bot.sandbox.params import Params
    from bot.sandbox.people import User
    from bot.sandbox.world import World


def named_chat(world: World, params: Params) -> Chat | None:
    """Return the chat a request is about, if there is one, without judging."""
    chat_id = params.text("chat_id").strip()
    return world.chats.get(int(chat_id)) if re.fullmatch(r"-?\d+", chat_id) else None


def known_chat(world: World, params: Params) -> Chat:
    """Return a chat the bot has ever met; refuse one it was put out of or that moved."""
    if not params.text("chat_id").strip():
        raise bad_request("chat_id is empty")
    chat = named_chat(world, params)
    if chat is None:
        raise bad_request("chat not found")
    if chat.private:
        if chat.id not in world.known:
            raise bad_request("chat not found")
        return chat
    _require_membership(world, chat)
    return chat


def writable_chat(world: World, params: Params) -> Chat:
    """Return a chat the bot may write to now."""
    if params.text("chat_id").strip() == str(world.bot.id):
        raise forbidden("bots can't send messages to bots")
    chat = known_chat(world, params)
    if chat.private and chat.blocked:
        raise forbidden("bot was blocked by the user")
    if chat.private and not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def message_in(chat: Chat, params: Params, purpose: str) -> Message:
    """Return the message a request names; `purpose` completes Telegram's complaint."""
    number = params.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(number)
    if message is None:
        raise bad_request(f"message to {purpose} not found")
    return message


def named_user(world: World, params: Params) -> User:
    """Return the person a request names, if the bot has ever met them."""
    number = params.integer("user_id")
    if number <= 0:
        raise bad_request("invalid user_id specified")
    if number not in world.known:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return world.users[number]


def _require_membership(world: World, chat: Chat) -> None:
    member = chat.members.get(world.bot.id)
    if member is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=chat.migrated_to.id,
        )
    if member.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if member.status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")
