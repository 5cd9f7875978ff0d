"""What the bot says, before any messenger has seen it: texts, buttons, where and how soon."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.domain.sheet import Sheet


class Priority(IntEnum):
    """Which of two waiting messages goes first: the lower."""

    ANSWER = 0
    """Somebody asked and waits."""
    NEWS = 1
    """A card or a notice that follows from what somebody just did."""
    NAG = 2
    """Said by the bot of itself."""


class Manner(StrEnum):
    """How a message reaches its chat."""

    SEND = "send"
    """A new message."""
    PUT = "put"
    """The newest text of a post: an edit where the post stands already, else a new message."""
    TOAST = "toast"
    """The short answer to a pressed button; worthless once the press is old."""
    ALERT = "alert"
    """A toast that says no, and so stays until it is read."""
    DELETE = "delete"
    """Remove a message that must not stand in the chat."""
    DOCUMENT = "document"
    """A new message that brings a file."""
    PICTURE = "picture"
    """A new message that brings a picture, which is drawn as it is sent."""
    AMEND = "amend"
    """Change a message where it stands; nothing where it is gone."""
    MENU = "menu"
    """No message: which commands a private chat's menu offers; the text names a role, or none."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: it either calls back with `data` or opens `url`."""

    label: str
    data: str = ""
    """At most 64 bytes; see `bot.services.buttons`."""
    url: str = ""


Keyboard = tuple[tuple[Button, ...], ...]


def in_rows(keys: Sequence[Button], width: int) -> Keyboard:
    """Buttons laid out so many to a row."""
    return tuple(tuple(keys[at : at + width]) for at in range(0, len(keys), width))


@dataclass(frozen=True, slots=True)
class Detour:
    """Where a message goes, in which words, when its reader cannot be reached in private."""

    chat_id: int
    thread_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send: a stored content by its hash, and the name it goes by."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to say. `key` is unique for ever: the same thing is never queued twice."""

    chat_id: int
    key: str = ""
    text: str = ""
    """With `DOCUMENT` and `PICTURE` at most 1024 characters.

    In the small set of HTML that templates use: b, i, u, s, code, a, blockquote."""
    thread_id: int = 0
    buttons: Keyboard = ()
    priority: Priority = Priority.ANSWER
    manner: Manner = Manner.SEND
    post: str = ""
    """The name under which the message is found again; of its edits only the newest counts."""
    reply_to: int | None = None
    """The message answered, or with `DELETE` and `AMEND` the message removed or changed."""
    press: str = ""
    """With `TOAST` and `ALERT`: the messenger's id of the press."""
    detour: Detour | None = None
    document: Document | None = None
    """With `DOCUMENT`: the file."""
    sheet: Sheet | None = None
    """With `PICTURE`: what is drawn."""
    forget: bool = False
    """Leave no row behind once it is said: the reader is not on the roster."""
    doubtful: bool = False
    """An earlier message that said the same may have arrived; this one will tell."""

    @property
    def fingerprint(self) -> str:
        """Tells one look of a message, its text and buttons, from another."""
        return sha256(repr((self.text, self.buttons)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Queued:
    """An outgoing message taken from the outbox in order to be sent."""

    id: int
    message: Outgoing
    attempts: int
    repeated: bool
    """An earlier attempt may have arrived; the text says so."""
    message_id: int | None
    """Where the post stands, when it does."""
    queued_at: datetime
    unchanged: bool = False
    """The post stands with this very text and these buttons: there is nothing to send."""


_OWN_NUMBERS = -(10**12)


def numbers_its_own(chat_id: int) -> bool:
    """Tell whether a chat's messages are counted within it, and so have addresses."""
    return chat_id < _OWN_NUMBERS


def address_of(chat_id: int, thread_id: int, message_id: int) -> str:
    """The address that leads the members of a group to one of its messages; "" without one."""
    if not numbers_its_own(chat_id):
        return ""
    topic = f"{thread_id}/" if thread_id else ""
    return f"https://t.me/c/{_OWN_NUMBERS - chat_id}/{topic}{message_id}"
