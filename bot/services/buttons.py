"""The short codes behind buttons: written here, read back here, at most 64 bytes.

A code begins with the version of this scheme. Buttons live as long as the chat does, so a
version once shipped is read for ever; forged or foreign codes read as `unknown_button`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.errors import DomainError

VERSION = "1"
_CODE = re.compile(r"1\.(?P<verb>[a-z]{2})(?P<args>(?:\.[A-Za-z0-9_-]{1,32}){0,5})", re.ASCII)

FILE, CANCEL, CHOOSE, GROUP, BACK = "fi", "ca", "ch", "gr", "ba"
EDIT, ASK, SKIP, CLEAR, SAVE, RESUME = "ed", "as", "sk", "cl", "sv", "rs"
APPEND, ADD, CORRECT, UNDO = "ap", "aa", "co", "un"
CARD, PAGE, MOVE, DETAIL, HISTORY, FILES = "cd", "pg", "mv", "de", "hi", "fs"
ACKNOWLEDGE, WHY = "ak", "wy"
FILTERS, FILTER_ON, FILTER_OFF = "fl", "fo", "ff"
TODO, TODO_STEP = "td", "ts"
CALENDAR = "mc"
PROPOSAL, APPROVE, DECLINE, RETRACT = "pr", "pa", "pd", "pw"
DISPUTE, SETTLE, NOTE = "di", "se", "no"
JOIN_SIDE, JOIN, ADMIT, REFUSE, LEAVE = "js", "jo", "ad", "rf", "lv"
BIND = "bi"
IMPORT, NO_IMPORT = "im", "ni"
NAG, LATER, UNTIL = "ng", "lt", "ut"
END_AWAY = "ea"
HEALTH, RESEND, DISMISS = "he", "rt", "dm"

ALL = "all"
"""What stands in a button's code for all that there are."""


@dataclass(frozen=True, slots=True)
class Press:
    """What a pressed button asks for."""

    verb: str
    args: tuple[str, ...] = ()

    def number(self, at: int) -> int:
        """The argument at a place, which must be a number that a row may have."""
        try:
            number = int(self.args[at])
        except (IndexError, ValueError) as error:
            raise DomainError("unknown_button") from error
        if not 0 <= number < 2**63:
            raise DomainError("unknown_button")
        return number

    def word(self, at: int) -> str:
        """The argument at a place."""
        try:
            return self.args[at]
        except IndexError as error:
            raise DomainError("unknown_button") from error


def code(verb: str, *args: object) -> str:
    """The callback data of a button."""
    data = ".".join((VERSION, verb, *map(str, args)))
    if len(data.encode()) > 64:
        raise ValueError(f"callback data too long: {data}")
    return data


def read(data: str) -> Press:
    """Read callback data; raises `DomainError("unknown_button")`."""
    match = _CODE.fullmatch(data)
    if match is None:
        raise DomainError("unknown_button")
    return Press(match["verb"], tuple(match["args"].split(".")[1:]))
