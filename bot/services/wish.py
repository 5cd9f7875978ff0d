"""What somebody wants to become: read from a line of words, or from a button's code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

from bot.domain.errors import DomainError
from bot.domain.people import Role, is_name

if TYPE_CHECKING:
    from bot.office import Office
    from bot.services.buttons import Press

NO_ORGAN = "-"
"""What stands in a button's code for the organ of an administrator, who belongs to none."""

_ROLES = (
    (Role.DEPUTY, re.compile(r"(?:联络员)?\s*\(?B角\)?", re.IGNORECASE)),
    (Role.LIAISON, re.compile(r"(?:联络员)?\s*\(?A角\)?|联络员", re.IGNORECASE)),
    (Role.LEADER, re.compile(r"分管负责人|分管领导|负责人")),
    (Role.ADMIN, re.compile(r"系统管理员|管理员")),
)
"""How a line names a role, the surer words first."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to become, as far as they have said it."""

    organ: str | None = None
    role: Role | None = None
    name: str = ""

    @property
    def args(self) -> tuple[str, ...]:
        """The wish as a button's code holds it: the organ, and the role once it is known."""
        return (self.organ or NO_ORGAN, *((self.role.value,) if self.role else ()))


def read_wish(office: Office, line: str) -> Wish:
    """Read organ, role and name, in any order; raises `join_unread` on words left over."""
    organ, left = _take_organ(office, re.sub(r"[,;:、。]", " ", normalize("NFKC", line)))
    role, left = _take_role(left)
    name = " ".join(left.split())
    if name and not is_name(name):
        raise DomainError("join_unread", words=name[:40])
    return Wish(None if role is Role.ADMIN else organ, role, name)


def _take_organ(office: Office, line: str) -> tuple[str | None, str]:
    """The organ a line names, by its longest spelling and what clings to its front."""
    spellings = [
        (word, organ.code) for organ in office.organs for word in (organ.name, organ.short)
    ]
    for word, code in sorted(spellings, key=lambda spelling: -len(spelling[0])):
        found = re.search(rf"\S*?{re.escape(word)}", line)
        if found:
            return code, f"{line[: found.start()]} {line[found.end() :]}"
    return None, line


def _take_role(line: str) -> tuple[Role | None, str]:
    for role, pattern in _ROLES:
        found = pattern.search(line)
        if found:
            return role, f"{line[: found.start()]} {line[found.end() :]}"
    return None, line


def pressed_wish(office: Office, press: Press, at: int = 0) -> Wish:
    """Read the organ and role in a button's code; raises on a pair that cannot be."""
    organ = None if press.word(at) == NO_ORGAN else office.organ(press.word(at)).code
    try:
        role = Role(press.args[at + 1]) if len(press.args) > at + 1 else None
    except ValueError as error:
        raise DomainError("unknown_button") from error
    if (organ is None) != (role is Role.ADMIN):
        raise DomainError("unknown_button")
    return Wish(organ, role)
