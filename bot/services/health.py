"""How the bot is: every fact of it that an operator must know, gathered in one place.

`/health`, `/healthz`, `/metrics` and `liaison doctor` all read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.domain.people import ON_DUTY, Role, Side, Status
from bot.services.unheard import by_organ, told_nowhere
from bot.storage.outbox import FAILED, SENT, WAITING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from bot.domain.people import Person
    from bot.office import Office, Organ
    from bot.services.desk import Desk
    from bot.services.pulse import Pulse
    from bot.services.unheard import SilentOrgan
    from bot.storage.chats import Audience
    from bot.storage.heartbeats import Gap, Heartbeat
    from bot.storage.undelivered import GivenUp

STALE = timedelta(minutes=2)
"""So long without a tick means that nobody is reminded of anything; there is one in 30 s."""
STUCK = timedelta(minutes=10)
"""So long nothing waits that can be sent."""
DOWN = timedelta(minutes=15)
"""So long without a tick before a start means that the bot was down."""
REMEMBERED = timedelta(days=30)
"""So long it is told that the bot was down."""
LISTED = 5
"""So many of the messages given up are named."""
LED = frozenset({Side.PROCURATORATE, Side.RESOURCES})
"""Whose organs have a leader, who approves and hears of what is overdue; a forestry office has
liaisons only (BRIEF §4)."""


class Need(StrEnum):
    """What needs a hand, the gravest first."""

    TICK = "tick"
    QUEUE = "queue"
    GIVEN_UP = "given_up"
    UNHEARD = "unheard"
    CALENDAR = "calendar"
    PEOPLE = "people"
    FILES = "files"
    UPDATES = "updates"
    GROUPS = "groups"


@dataclass(frozen=True, slots=True)
class Health:
    """How the bot is at one moment. It holds names, and no word of a case."""

    now: datetime
    serving: bool
    """The process that tells leads."""
    ticked: datetime | None
    """When the last tick was, whichever process did it."""
    tick_age: timedelta | None
    """None where nothing is known: before the first tick, or with a clock that was moved back."""
    gap: Gap | None
    """When the bot was last down for long, if that was lately."""
    outbox: Mapping[str, int]
    """How many messages are in each state."""
    waited: timedelta
    """How long what waits longest has waited."""
    given_up: tuple[GivenUp, ...]
    """The latest messages given up."""
    unheard: tuple[SilentOrgan, ...]
    """Matters of which neither people nor groups are reminded."""
    repeated: int
    """How many messages of those kept were perhaps said twice."""
    last_repeated: datetime | None
    known_until: date
    """The first day whose official schedule is not known."""
    missing_year: int | None
    """The year whose rest days are published by now and not imported."""
    people: tuple[Person, ...]
    """The roster."""
    groups: int
    without_liaison: tuple[str, ...]
    """The organs of the bound groups in which nobody is on duty, by their short names."""
    without_leader: tuple[str, ...]
    """Those in which nobody leads though somebody should."""
    files: Mapping[str, int]
    """How many files are in each state."""
    updates_failed: int
    size: int
    """Bytes of the database."""

    @property
    def waiting(self) -> int:
        """How many messages wait to be sent."""
        return self.outbox.get(WAITING, 0)

    @property
    def sent(self) -> int:
        """How many messages were sent, of those kept."""
        return self.outbox.get(SENT, 0)

    @property
    def failed(self) -> int:
        """How many messages are given up."""
        return self.outbox.get(FAILED, 0)

    @property
    def matters_unheard(self) -> int:
        """How many matters nobody is reminded of."""
        return sum(len(each.numbers) for each in self.unheard)

    @property
    def days_known(self) -> int:
        """For how many days, today's included, the official schedule is known."""
        return (self.known_until - local_date(self.now)).days

    @property
    def unreachable(self) -> list[Person]:
        """Who cannot be written to."""
        return [person for person in self.people if not person.reachable]

    @property
    def admins(self) -> list[Person]:
        """The administrators."""
        return [person for person in self.people if person.role is Role.ADMIN]

    @property
    def ticking(self) -> bool:
        """The hour's work is being done; a process that has just begun has time for its first."""
        return self.serving if self.tick_age is None else self.tick_age < STALE

    @property
    def well(self) -> bool:
        """The process that tells does the bot's work."""
        return self.serving and self.tick_age is not None and self.ticking

    @property
    def needs(self) -> tuple[Need, ...]:
        """What needs a hand."""
        found = {
            Need.TICK: not self.ticking,
            Need.QUEUE: self.waited >= STUCK,
            Need.GIVEN_UP: bool(self.failed),
            Need.UNHEARD: bool(self.unheard),
            Need.CALENDAR: self.missing_year is not None,
            Need.PEOPLE: bool(self.unreachable),
            Need.FILES: bool(self.files.get("failed")),
            Need.UPDATES: bool(self.updates_failed),
            Need.GROUPS: not self.groups,
        }
        return tuple(need for need, there in found.items() if there)


async def look(desk: Desk, pulse: Pulse | None = None) -> Health:
    """Gather it all in one transaction; a process that leads knows its own ticks better."""
    tx, now = desk.tx, desk.now
    beat = await tx.heartbeats.last()
    repeated, last_repeated = await tx.outbox.doubts()
    people = await tx.people.everybody(Status.ACTIVE)
    organs = _organs_of(desk.office, await tx.chats.audiences())
    return Health(
        now=now,
        serving=bool(pulse and pulse.serving),
        ticked=beat.at if beat else None,
        tick_age=_tick_age(beat, now, pulse),
        gap=lately_down(beat, now),
        outbox=await tx.outbox.counts(),
        waited=_since(await tx.outbox.waiting_since() or now, now),
        given_up=tuple(await tx.undelivered.newest(LISTED)),
        unheard=tuple(by_organ(desk, await told_nowhere(desk))),
        repeated=repeated,
        last_repeated=last_repeated,
        known_until=desk.calendar.known_until(desk.today),
        missing_year=desk.calendar.missing_year(desk.today),
        people=tuple(people),
        groups=await tx.chats.count(),
        without_liaison=_without(organs, people, ON_DUTY),
        without_leader=_without([o for o in organs if o.side in LED], people, (Role.LEADER,)),
        files=await tx.files.counts(),
        updates_failed=await tx.updates.troubled(),
        size=await tx.size(),
    )


def _organs_of(office: Office, audiences: Collection[Audience]) -> list[Organ]:
    """The organs that sit in groups, in the order of the office file."""
    sides = [(d, a.sides) for a in audiences for d in office.districts if d.code == a.district]
    codes = {district.organ(side) for district, those in sides for side in those}
    return [organ for organ in office.organs if organ.code in codes]


def _without(
    organs: Iterable[Organ], people: Iterable[Person], roles: Collection[Role]
) -> tuple[str, ...]:
    """The organs that have nobody in some roles."""
    staffed = {person.organ for person in people if person.role in roles}
    return tuple(organ.short for organ in organs if organ.code not in staffed)


def lately_down(beat: Heartbeat | None, now: datetime) -> Gap | None:
    """When the bot was down, if that was lately; what a moved clock has made of it is no gap."""
    gap = beat.gap if beat else None
    return gap if gap and gap.ends <= now < gap.ends + REMEMBERED else None


def _tick_age(beat: Heartbeat | None, now: datetime, pulse: Pulse | None) -> timedelta | None:
    """How long ago the last tick was; of one that is yet to come nothing is known."""
    if pulse and pulse.serving:
        age = pulse.tick_age()
        return None if age is None else timedelta(seconds=age)
    if beat is None or beat.at > now + STALE:
        return None
    return _since(beat.at, now)


def _since(then: datetime, now: datetime) -> timedelta:
    """How long ago it was; never less than nothing, for clocks differ and are moved."""
    return max(now - then, timedelta())
