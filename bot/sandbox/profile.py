"""What the bot says about itself: name, descriptions and command menus."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bot.sandbox.access import known_chat, named_user
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.happenings import Rearranged
from bot.sandbox.params import Params

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.people import User
    from bot.sandbox.world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_COMMAND_LIMIT = 100
_USER_ID = re.compile(r"[1-9][0-9]*")
_LANGUAGE = re.compile(r"([a-z]{2})?")
_SCOPES_OF_ONE_CHAT = ("chat", "chat_administrators", "chat_member")
_SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    *_SCOPES_OF_ONE_CHAT,
)


class Scope(NamedTuple):
    """For whom a menu is meant."""

    type: str
    chat_id: int = 0
    user_id: int = 0


@dataclass(slots=True)
class Profile:
    """Menus by scope and language; texts by language, the empty one for everybody."""

    menus: dict[tuple[Scope, str], list[dict[str, object]]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def menu(self, chat: Chat, user: User) -> list[dict[str, object]]:
        """Return the commands a person is offered in a chat: the narrowest scope wins."""
        language = (user.language_code or "")[:2]
        for scope in _scopes_for(chat, user):
            for key in ((scope, language), (scope, "")):
                if key in self.menus:
                    return self.menus[key]
        return []


def _scopes_for(chat: Chat, user: User) -> list[Scope]:
    if chat.private:
        return [Scope("chat", chat.id), Scope("all_private_chats"), Scope("default")]
    member = chat.member(user.id)
    admin = member is not None and member.is_admin
    scopes = [
        Scope("chat_member", chat.id, user.id),
        Scope("chat_administrators", chat.id),
        Scope("chat", chat.id),
        Scope("all_chat_administrators"),
        Scope("all_group_chats"),
        Scope("default"),
    ]
    return [scope for scope in scopes if admin or "administrators" not in scope.type]


def set_my_commands(world: World, params: Params) -> object:
    """Set the menu of one scope and language; an empty list removes it."""
    target = _target(world, params)
    commands = [_command(each) for each in params.sequence("commands", "commands") or []]
    if len(commands) > _COMMAND_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    if not commands:
        return delete_my_commands(world, params)
    world.profile.menus[target] = commands
    world.emit(Rearranged())
    return True


def get_my_commands(world: World, params: Params) -> object:
    """Return the menu of exactly one scope and language."""
    return world.profile.menus.get(_target(world, params), [])


def delete_my_commands(world: World, params: Params) -> object:
    """Remove the menu of one scope and language."""
    world.profile.menus.pop(_target(world, params), None)
    world.emit(Rearranged())
    return True


def set_my_name(world: World, params: Params) -> object:
    """Set the bot's name."""
    return _set_text(world, params, "name", 64)


def set_my_description(world: World, params: Params) -> object:
    """Set what an empty private chat shows."""
    return _set_text(world, params, "description", 512)


def set_my_short_description(world: World, params: Params) -> object:
    """Set what the bot's profile shows."""
    return _set_text(world, params, "short_description", 120)


def set_chat_menu_button(world: World, params: Params) -> object:
    """Choose what the menu button of private chats opens."""
    if params.text("chat_id") and not known_chat(world, params).private:
        raise bad_request("chat not found")
    button = params.mapping("menu_button", "menu button") or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    return True


def _set_text(world: World, params: Params, name: str, limit: int) -> object:
    text = params.text(name)
    if len(text) > limit:
        raise bad_request(f"{name.replace('_', ' ')} is too long")
    world.profile.texts[name, params.text("language_code")] = text
    return True


def _command(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command, description = value.get("command"), value.get("description")
    if not isinstance(command, str) or not _COMMAND.fullmatch(command.removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command.removeprefix("/"), "description": description}


def _target(world: World, params: Params) -> tuple[Scope, str]:
    """Return the scope and the language that a request is about."""
    scope, language = _scope(world, params), params.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return scope, language


def _scope(world: World, params: Params) -> Scope:
    value = params.mapping("scope", "BotCommandScope")
    if value is None:
        return Scope("default")
    kind = _field(value, "type")
    if kind not in _SCOPES:
        raise _unreadable("Unsupported type specified")
    if kind not in _SCOPES_OF_ONE_CHAT:
        return Scope(kind)
    if not _field(value, "chat_id"):
        raise _unreadable("Empty chat_id specified")
    place = Params(value)
    if kind == "chat_member" and not _USER_ID.fullmatch(_field(value, "user_id")):
        raise _unreadable("Invalid user_id specified")
    chat = known_chat(world, place)
    if chat.private and kind != "chat":
        raise bad_request("can't use specified scope in private chats")
    user_id = named_user(world, place).id if kind == "chat_member" else 0
    return Scope(kind, chat.id, user_id)


def _field(value: dict[str, object], name: str) -> str:
    if name not in value:
        raise _unreadable(f'Can\'t find field "{name}"')
    return str(value[name]).strip()


def _unreadable(reason: str) -> ApiError:
    return bad_request(f"can't parse BotCommandScope: {reason}")
