"""Methods about chats and who is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.access import known_chat, named_user
from bot.sandbox.errors import bad_request

if TYPE_CHECKING:
    from bot.sandbox.params import Params
    from bot.sandbox.world import World


def get_chat(world: World, params: Params) -> object:
    """Describe a chat."""
    return known_chat(world, params).full_json()


def get_chat_member(world: World, params: Params) -> object:
    """Tell a person's standing in a chat."""
    chat, user = known_chat(world, params), named_user(world, params)
    member = chat.members.get(user.id)
    if member is None:
        raise bad_request("member not found")
    return member.json()


def get_chat_administrators(world: World, params: Params) -> object:
    """List the administrators of a group who are people."""
    chat = known_chat(world, params)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    admins = [m for m in chat.present() if m.is_admin and m.user is not world.bot]
    world.known.update(member.user.id for member in admins)
    return [member.json() for member in admins]


def leave_chat(world: World, params: Params) -> object:
    """Let the bot leave a group."""
    chat = known_chat(world, params)
    if chat.private:
        raise bad_request("chat is not a group or a channel")
    world.set_status(chat, world.bot, "left", world.bot)
    return True
