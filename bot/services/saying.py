"""The words with which a use case says something; see `bot.domain.outgoing.Outgoing`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from bot.domain.outgoing import Detour, Document, Keyboard, Manner, Priority
    from bot.domain.sheet import Sheet


class Saying(TypedDict, total=False):
    """An outgoing message but for its chat; every part has `Outgoing`'s default."""

    key: str
    text: str
    thread_id: int
    buttons: Keyboard
    priority: Priority
    manner: Manner
    post: str
    reply_to: int | None
    press: str
    detour: Detour | None
    document: Document | None
    sheet: Sheet | None
    forget: bool
    doubtful: bool
