"""Who takes part, and what each may do: sides, roles, actors and the table of rights.

The table is BRIEF §4. Telegram's own admin rights never enter it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.records import Record


class Side(StrEnum):
    """The three kinds of public body that the notice binds."""

    PROCURATORATE = "procuratorate"
    RESOURCES = "resources"
    FORESTRY = "forestry"


class Role(StrEnum):
    """What a person is within an organ (an administrator belongs to none)."""

    LIAISON = "liaison"
    DEPUTY = "deputy"
    LEADER = "leader"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role as it is written in the roster."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.LIAISON: "联络员（A角）",
    Role.DEPUTY: "联络员（B角）",
    Role.LEADER: "分管负责人",
    Role.ADMIN: "系统管理员",
}


ON_DUTY = (Role.LIAISON, Role.DEPUTY)
"""Who is told of what concerns an organ, the one in charge first."""


class Action(StrEnum):
    """Everything that needs a right."""

    SUBMIT = "submit"
    """File a record in the name of one's organ."""
    MOVE = "move"
    """Take a step of a record's life-cycle that falls to one's organ."""
    APPROVE = "approve"
    """Decide what the law reserves to the head of the organ."""
    SEE_CARD = "see_card"
    """See number, state, holder, next step and date."""
    SEE_DETAIL = "see_detail"
    """See the content, in private, each look being recorded."""
    SEE_ROSTER = "see_roster"
    MANAGE_PEOPLE = "manage_people"
    BIND_CHAT = "bind_chat"
    SET_CALENDAR = "set_calendar"
    """Import the official rest days."""
    SEE_HEALTH = "see_health"


_LIAISON_RIGHTS = frozenset(
    {Action.SUBMIT, Action.MOVE, Action.SEE_CARD, Action.SEE_DETAIL, Action.SEE_ROSTER}
)

RIGHTS: dict[Role, frozenset[Action]] = {
    Role.LIAISON: _LIAISON_RIGHTS,
    Role.DEPUTY: _LIAISON_RIGHTS,
    Role.LEADER: frozenset({Action.APPROVE, Action.SEE_CARD, Action.SEE_DETAIL, Action.SEE_ROSTER}),
    Role.ADMIN: frozenset(
        {
            Action.SEE_ROSTER,
            Action.MANAGE_PEOPLE,
            Action.BIND_CHAT,
            Action.SET_CALENDAR,
            Action.SEE_HEALTH,
        }
    ),
}
"""Role by role, every right there is (BRIEF §4; an administrator sees no case text)."""

ABOUT_RECORDS = frozenset(
    {Action.SUBMIT, Action.MOVE, Action.APPROVE, Action.SEE_CARD, Action.SEE_DETAIL}
)
"""The rights that reach only as far as the organ's districts and its side's business."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The organ somebody stands in: its code, side, and how far it sees."""

    organ: str
    side: Side
    districts: frozenset[str]
    """The districts it answers for; a city organ lists them all."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A registered person taking a step, with the role and standing on the roster today."""

    person_id: int
    name: str
    role: Role
    standing: Standing | None
    """None for an administrator, who belongs to no organ."""

    def may(self, action: Action, record: Record | None = None) -> bool:
        """Tell whether the table grants `action`, on `record` where one is meant."""
        if action not in RIGHTS[self.role]:
            return False
        if record is None or action not in ABOUT_RECORDS:
            return True
        return self._concerned(record)

    def require(self, action: Action, record: Record | None = None) -> None:
        """Raise `DomainError`, which says why, unless `may`."""
        if self.may(action, record):
            return
        if action in ABOUT_RECORDS and action not in RIGHTS[self.role]:
            if self.role is Role.ADMIN:
                raise DomainError("not_entitled_admin")
            if self.role is Role.LEADER:
                raise DomainError("not_entitled_leader")
        raise DomainError("not_entitled")

    @property
    def organ(self) -> str:
        """The organ's code; an administrator has none and is refused."""
        if self.standing is None:
            raise DomainError("not_entitled")
        return self.standing.organ

    def _concerned(self, record: Record) -> bool:
        standing = self.standing
        return (
            standing is not None
            and record.district in standing.districts
            and standing.side in record.sides
        )


@dataclass(frozen=True, slots=True)
class Person:
    """One person on the roster; one binding each (user ↔ organ ↔ role)."""

    id: int
    user_id: int
    """The messenger's id of the person, which is also the private chat's."""
    name: str
    role: Role
    organ: str | None
    status: Status
    reachable: bool
    """Has opened a private chat and not blocked the bot since."""
    decided_by: int | None = None
    """The administrator who let them in; None for the first ones, and while they only ask."""
    lost_at: datetime | None = None
    """Since when they are reachable no more; None while they are, and if they never were."""


class Status(StrEnum):
    """Where a membership stands."""

    ASKED = "asked"
    ACTIVE = "active"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever speaks, as the messenger shows them; kept only if they ask to join."""

    user_id: int
    name: str
    """The name they show, which need not be their real one."""
    username: str = ""


def is_name(text: str) -> bool:
    """Tell whether a text can be a person's name: 2 to 20 characters or letters, and inner dots."""
    parts = text.split("·")
    return 2 <= len(text) <= 20 and all(part.isalpha() for part in parts)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said: a chat, and the topic within it (0: none)."""

    chat_id: int
    thread_id: int = 0
    private: bool = False
    title: str = ""
