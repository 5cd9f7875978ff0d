"""What the bot hears of a chat: privacy mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message
    from bot.sandbox.people import User


def is_in(bot: User, chat: Chat) -> bool:
    """Tell whether anything of this chat reaches the bot."""
    return not chat.blocked if chat.private else chat.member(bot.id) is not None


def hears(bot: User, message: Message, *, privacy: bool) -> bool:
    """Tell whether a message written by a person reaches the bot."""
    chat = message.chat
    if not is_in(bot, chat):
        return False
    member = chat.member(bot.id)
    if chat.private or not privacy or message.service or (member and member.is_admin):
        return True
    return _is_meant_for(bot, message)


def _is_meant_for(bot: User, message: Message) -> bool:
    """Decide what passes privacy mode: own commands, replies to the bot, mentions."""
    if message.reply_to is not None and message.reply_to.sender is bot:
        return True
    text, own = message.content.text.lower(), f"@{bot.username}".lower()
    if own in text:
        return True
    first = next(iter(message.content.entities), None)
    command = first is not None and first.type == "bot_command" and first.offset == 0
    return command and "@" not in text.split(maxsplit=1)[0]
