"""How far somebody sees ahead: whose duties, which groups and which people they are told of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from bot.domain.people import ON_DUTY, Role, Side
from bot.services.cards import spans_city
from bot.storage.chats import Chat
from bot.storage.duties import Scope

if TYPE_CHECKING:
    from bot.domain.people import Actor, Person, Standing
    from bot.services.desk import Desk

BETWEEN = frozenset(
    frozenset(sides) for many in range(1, len(Side) + 1) for sides in combinations(Side, many)
)
"""All sides that a record can be between."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see of what is to come; by default everything."""

    standing: Standing | None = None
    """Only records, and groups, of these districts and this side."""
    organ: str | None = None
    """Only what goes to the people of this organ, and to groups."""
    person_id: int | None = None
    """Of what is nobody else's, as drafts in private are, only theirs."""

    @classmethod
    def of(cls, actor: Actor) -> Sight:
        """A liaison sees what goes to their organ and its groups, a leader what goes to anybody.

        Both see it only of records they may see; an administrator sees everything. Of the
        drafts in private everybody sees their own.
        """
        if actor.role is Role.ADMIN:
            return cls(person_id=actor.person_id)
        organ = actor.organ if actor.role in ON_DUTY else None
        return cls(actor.standing, organ, actor.person_id)

    def sees(self, to: Person | Chat) -> bool:
        """Tell whether what goes there is seen at all."""
        if isinstance(to, Chat):
            standing = self.standing
            return standing is None or (
                standing.side in to.sides and to.district in standing.districts
            )
        return self.organ is None or to.organ == self.organ

    @property
    def whole(self) -> bool:
        """Everything is seen but what is somebody's own: an administrator's sight."""
        return self.standing is None

    def is_of(self, person: Person) -> bool:
        """Tell whether it is seen that somebody puts something off: by their own organ."""
        return self.standing is None or person.organ == self.standing.organ

    def is_own(self, person: Person) -> bool:
        """Tell whether what is only somebody's own is seen: by nobody else."""
        return self.person_id in {None, person.id}

    @property
    def scope(self) -> Scope:
        """The duties of the records that are seen."""
        if self.standing is None:
            return Scope()
        sides = frozenset(each for each in BETWEEN if self.standing.side in each)
        return Scope(self.standing.districts, sides)

    def within(self, desk: Desk, chat: Chat) -> Scope:
        """Those of them that belong to a group."""
        scope = self.scope
        sides = frozenset(each for each in scope.sides or BETWEEN if each <= chat.sides)
        districts = scope.districts if spans_city(desk, chat) else frozenset({chat.district})
        return Scope(districts, sides)
