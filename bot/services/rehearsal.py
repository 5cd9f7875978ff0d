"""The reminders to come, played through as the dispatcher will play them, if nobody does anything.

Nothing is read or written here. At every moment at which the bot may speak the same happens as in
`reminders.dispatcher`: stages are handed on, what nobody can be told is passed on, each person
gets a list, each group a message a working day at most.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, local_date, monday_of
from bot.domain.ladder import LATE
from bot.domain.records import NOBODY
from bot.services.group_words import SHOWN, speaks_on
from bot.services.planning import is_urgent, ladder_of
from bot.services.standing_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from bot.domain.absences import Absence
    from bot.domain.people import Person
    from bot.domain.records import Duty, Record
    from bot.services.desk import Desk
    from bot.services.staff import Part, Staff
    from bot.services.stages import Call
    from bot.storage.chats import Chat


@dataclass(frozen=True, slots=True)
class Foretold:
    """One thing that will be said: of a duty to somebody, or to a group what its week brings."""

    at: datetime
    to: Person | Chat
    duty: Duty | None
    """None: there is nothing due in the group's week."""
    record: Record | None
    part: Part | None = None
    """What a person has to do with it; None: a group is told."""
    instead_of: str = ""
    """The name of whom they stand in for."""
    unreached: bool = False
    """The group is told that nobody can be reminded of it."""
    put_off: bool = False
    """Its reader has put it off until then."""
    late: bool = False
    """It comes later than it should."""
    more: int = 0
    """So many more are due in the group's week than its message names."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A nag that waits to be said."""

    duty_id: int
    stage: int
    person_id: int
    """`NOBODY` where nobody can be reached."""
    at: datetime
    put_off: bool = False

    @property
    def key(self) -> tuple[int, int, int]:
        """What there is only one of."""
        return self.duty_id, self.stage, self.person_id


@dataclass(frozen=True, slots=True)
class Dues:
    """What falls due in a group's weeks to come, or did before."""

    first: Sequence[tuple[Duty, Record]] = ()
    """What is due first: as much as one part of a message names."""
    of_week: Mapping[date, Sequence[tuple[Duty, Record]]] = field(default_factory=dict)
    """As much of what is due in the week that begins on a Monday, or is left of it."""
    on: Mapping[date, int] = field(default_factory=dict)
    """On each day, how many are due."""

    def told_on(self, day: date) -> tuple[list[tuple[Duty, Record]], int]:
        """Those named on a day, the overdue ones first, and how many more there are."""
        monday = monday_of(day)
        overdue = [(duty, record) for duty, record in self.first if duty.due < day]
        due = [(duty, record) for duty, record in self.of_week.get(monday, ()) if duty.due >= day]
        count = sum(many for on, many in self.on.items() if on < monday + 7 * DAY)
        return [*overdue, *due], count - len(overdue) - len(due)


@dataclass
class Rehearsal:
    """The office as it is now, and what becomes of its reminders."""

    desk: Desk
    duties: Mapping[int, Duty]
    records: Mapping[int, Record]
    staff: Staff
    absences: Sequence[Absence]
    calls: Mapping[datetime, Sequence[Call]]
    waiting: list[Waiting]
    known: set[tuple[int, int, int]]
    """Duty, stage and person of each nag that waits or was said: nobody hears the same twice."""
    chats: Sequence[Chat]
    told: set[Chat]
    """The groups that have heard of the week that it is now."""
    homes: Callable[[Record], Sequence[Chat]]
    """The groups of a record."""
    dues: Mapping[Chat, Dues]
    spoken: set[tuple[Chat, date | None]] = field(init=False)
    """The days on which each group hears something, so far."""
    nowhere: dict[datetime, set[int]] = field(init=False, default_factory=dict)
    """At each moment the ids of the duties of which neither people nor groups can be told."""
    _week: date = field(init=False)
    """The Monday of the week that is played."""
    _put_off: dict[tuple[int, int], datetime] = field(init=False)
    """Until when a duty, by its id, is put off by a person."""

    def __post_init__(self) -> None:
        self._week = monday_of(self.desk.today)
        self.spoken = {(chat, chat.spoken_on) for chat in self.chats}
        self._put_off = {(n.duty_id, n.person_id): n.at for n in self.waiting if n.put_off}

    def play(self, until: datetime) -> Iterator[Foretold]:
        """Everything that will be said up to a moment, in order of time."""
        for at in self._moments(until):
            yield from self._say(at)

    def _moments(self, until: datetime) -> list[datetime]:
        """The first moments at which something may be said now, and each day's opening."""
        now, today, rounds = self.desk.now, self.desk.today, self.desk.rounds
        days = (today + DAY * n for n in range((local_date(until) - today).days + 1))
        firsts = {rounds.next_hour(now), rounds.next_hour(now, urgent=True)}
        return sorted(at for at in firsts.union(map(rounds.opening, days)) if now <= at <= until)

    def _say(self, at: datetime) -> Iterator[Foretold]:
        day = local_date(at)
        away = {each.person_id: each for each in self.absences if each.covers(day)}
        staff = replace(self.staff, away=away)
        self._hand_on(at, staff)
        self._redirect(at, staff)
        yield from self._remind(at, staff)
        if self.desk.rounds.may_speak(at):
            yield from self._speak(at, day)
        self.nowhere[at] = {
            nag.duty_id for nag in self._of_nobody(at) if not self._homes_of(nag.duty_id)
        }

    def _hand_on(self, at: datetime, staff: Staff) -> None:
        for call in self.calls.get(at, ()):
            duty, stage = call.duty, call.rung.stage
            ladder = ladder_of(self.desk, self.records[duty.record_id].kind)
            for person_id in staff.told_of(ladder, duty, stage, turns=call.turns):
                put_off = self._put_off.get((duty.id, person_id), at) > at
                if ladder.is_stage(stage) or not put_off:
                    self._add(Waiting(duty.id, stage, person_id, call.rung.at))

    def _add(self, nag: Waiting) -> None:
        if nag.key not in self.known:
            self.known.add(nag.key)
            self.waiting.append(nag)

    def _take(self, of: Callable[[Waiting], bool]) -> list[Waiting]:
        """Let some nags wait no more."""
        taken = [nag for nag in self.waiting if of(nag)]
        self.waiting = [nag for nag in self.waiting if not of(nag)]
        return taken

    # Who cannot be told it now, and who takes over.

    @cached_property
    def _people(self) -> dict[int, Person]:
        return {person.id: person for person in self.staff.people}

    def _redirect(self, at: datetime, staff: Staff) -> None:
        def lost(nag: Waiting) -> bool:
            person = self._people.get(nag.person_id)
            there = person is not None and person.reachable and person.id not in staff.away
            return nag.at <= at and nag.person_id != NOBODY and not there

        for nag in self._take(lost):
            self.known.discard(nag.key)
            debtor = self.duties[nag.duty_id].debtor
            person = self._people.get(nag.person_id)
            organ = person.organ if person and person.organ else debtor
            other = person and stand_in(person, staff.team(organ), staff.away)
            if other or organ == debtor:
                self._hand_over(nag, other.id if other else NOBODY)
        self._find_readers(at, staff)

    def _find_readers(self, at: datetime, staff: Staff) -> None:
        for nag in self._take(lambda nag: nag.at <= at and nag.person_id == NOBODY):
            duty = self.duties[nag.duty_id]
            reader = staff.one_of(duty.record_id, duty.debtor)
            if reader is None:
                self.waiting.append(nag)
            else:
                self.known.discard(nag.key)
                self._hand_over(nag, reader.id)

    def _hand_over(self, nag: Waiting, person_id: int) -> None:
        """Somebody else is to hear it, who has put nothing off."""
        self._add(replace(nag, person_id=person_id, put_off=False))

    # What is said.

    def _remind(self, at: datetime, staff: Staff) -> Iterator[Foretold]:
        """A message names a duty once, by its latest stage; what is due first comes first."""
        open_now = self.desk.rounds.may_speak(at)

        def due(nag: Waiting) -> bool:
            may_speak = open_now or is_urgent(self.desk, self.duties[nag.duty_id].rule.code)
            return nag.at <= at and nag.person_id != NOBODY and may_speak

        latest: dict[tuple[int, int], Waiting] = {}
        for nag in sorted(self._take(due), key=lambda nag: nag.stage):
            latest[nag.person_id, nag.duty_id] = nag
        for nag in sorted(latest.values(), key=self._place):
            yield self._reminder(at, nag, staff)

    def _place(self, nag: Waiting) -> tuple[int, bool, date, int]:
        """By person; their own organ's duties before others', what is due first before the rest."""
        duty, person = self.duties[nag.duty_id], self._people[nag.person_id]
        return person.id, person.organ != duty.debtor, duty.due, duty.id

    def _reminder(self, at: datetime, nag: Waiting, staff: Staff) -> Foretold:
        duty, person = self.duties[nag.duty_id], self._people[nag.person_id]
        part, instead_of = staff.part_of(person, duty)
        return Foretold(
            at,
            person,
            duty,
            self.records[duty.record_id],
            part,
            instead_of,
            put_off=nag.put_off,
            late=at - nag.at > LATE,
        )

    def _speak(self, at: datetime, day: date) -> Iterator[Foretold]:
        unreached = self._unreached(at)
        weekly = self._untold(at, day)
        said: set[Waiting] = set()
        for chat in dict.fromkeys((*weekly, *unreached)):
            if (chat, day) in self.spoken:
                continue
            self.spoken.add((chat, day))
            if chat in weekly:
                self.told.add(chat)
                yield from self._of_the_week(at, chat, day)
            of_nobody = unreached.get(chat, {})
            for duty_id in islice(of_nobody, SHOWN):
                said.update(of_nobody[duty_id])
                yield self._nobody(at, chat, duty_id)
        self._take(lambda nag: nag in said)

    def _untold(self, at: datetime, day: date) -> list[Chat]:
        first, monday = speaks_on(self.desk.calendar, day), monday_of(day)
        if monday != self._week:
            self._week, self.told = monday, set()
        if first is None or at < self.desk.rounds.opening(first):
            return []
        return [chat for chat in self.chats if chat not in self.told]

    def _unreached(self, at: datetime) -> dict[Chat, dict[int, list[Waiting]]]:
        """What each group is told can be told to nobody, by the duty's id."""
        found: dict[Chat, dict[int, list[Waiting]]] = defaultdict(lambda: defaultdict(list))
        for nag in self._of_nobody(at):
            for chat in self._homes_of(nag.duty_id):
                found[chat][nag.duty_id].append(nag)
        return found

    def _of_nobody(self, at: datetime) -> list[Waiting]:
        return [nag for nag in self.waiting if nag.person_id == NOBODY and nag.at <= at]

    def _homes_of(self, duty_id: int) -> Sequence[Chat]:
        return self.homes(self.records[self.duties[duty_id].record_id])

    def _of_the_week(self, at: datetime, chat: Chat, day: date) -> Iterator[Foretold]:
        named, more = self.dues.get(chat, Dues()).told_on(day)
        for duty, record in named:
            yield Foretold(at, chat, duty, record, more=more)
        if not named:
            yield Foretold(at, chat, None, None)

    def _nobody(self, at: datetime, chat: Chat, duty_id: int) -> Foretold:
        duty = self.duties[duty_id]
        return Foretold(at, chat, duty, self.records[duty.record_id], unreached=True)
