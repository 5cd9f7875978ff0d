"""What a looker-on sees happening: the events behind the chat page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message
    from bot.sandbox.people import User


@dataclass(frozen=True, slots=True)
class Written:
    """A message appeared."""

    message: Message


@dataclass(frozen=True, slots=True)
class Edited:
    """A message changed in place."""

    message: Message


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message vanished."""

    message: Message


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a pressed button; `alert` asks for a box instead of a passing line."""

    user: User
    text: str
    alert: bool
    url: str | None
    callback_id: str


@dataclass(frozen=True, slots=True)
class Typing:
    """The bot shows that it is at work."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class Rearranged:
    """Chats, members, topics or commands changed."""


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """The clock jumped."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A request of the bot was refused."""

    method: str
    description: str


Happening = Written | Edited | Deleted | Toast | Typing | Rearranged | ClockMoved | Refused
