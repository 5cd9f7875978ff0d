"""Why a message did not arrive, told apart by what can be done about it."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """What kept a message from arriving."""

    AWAY = "away"
    """Nobody is there: the reader has blocked the bot, or the bot is no longer in the group."""
    RIGHTS = "rights"
    """The bot may not write there."""
    TOPIC = "topic"
    """The topic is gone or closed."""
    REFUSED = "refused"
    """The messenger would not have this text."""
    FAULT = "fault"
    """We failed; whether the message arrived is not known."""
    UNREADABLE = "unreadable"
    """The row was written by another version."""
    NETWORK = "network"
    """The messenger could not be reached, or did not answer; it is tried again by itself."""


FAULT = "fault: "
"""What the words begin with that tell of a failure of our own."""
UNREADABLE = "unreadable"

_SIGNS = {
    Trouble.AWAY: (
        "bot was blocked",
        "bot was kicked",
        "bot is not a member",
        "bot can't initiate",
        "user is deactivated",
        "chat not found",
        "chat was d",  # deleted, deactivated
    ),
    Trouble.RIGHTS: (
        "not enough rights",
        "have no rights",
        "chat_write_forbidden",
        "administrator",
    ),
    Trouble.TOPIC: ("thread not found", "topic_deleted", "topic_closed"),
}
"""By what words of the messenger's each is known."""


def trouble_of(words: str) -> Trouble:
    """Tell which it was, from the words that were kept; those themselves may quote a message."""
    if words.startswith(FAULT):
        return Trouble.FAULT
    if words == UNREADABLE:
        return Trouble.UNREADABLE
    said = words.lower()
    known = (trouble for trouble, signs in _SIGNS.items() if any(sign in said for sign in signs))
    return next(known, Trouble.REFUSED)
