"""Who must hear of what is owed, and when: told from BRIEF §3 and counted from day to day.

Nothing here reads the bot's ladder, calendar or roster. Only what is owed is taken from the bot:
that this is right, `owing` tells. A `Call` is one stage of one debt for one person.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.calendar import SHANGHAI
from tests.services.owing import DAY, Almanac

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

STAGES = {-30, -15, -7, -3, -1, 0, 1, 3}
HOURS = ((time(9), time(11, 30)), (time(14, 30), time(17, 30)))
LIAISON, DEPUTY, LEADER = range(3)
NOBODY = 0
LONG_AGO = datetime(2000, 1, 1, tzinfo=SHANGHAI)


class Call(NamedTuple):
    """One person is to hear of one stage of one debt."""

    debt: int
    stage: int
    person: int


@dataclass
class Member:
    """Somebody on the roster."""

    id: int
    organ: str
    rank: int
    here: bool = True
    """What is sent to them arrives."""
    known: bool = True
    """The bot believes so."""
    left: bool = False

    @property
    def fit(self) -> bool:
        return self.known and not self.left


@dataclass(frozen=True)
class Debt:
    """Something owed."""

    id: int
    debtor: str
    creditor: str
    due: date
    matter: int
    """The record on which it is owed."""


@dataclass(frozen=True)
class Word:
    """What a group hears of the bot itself."""

    day: date
    weekly: bool
    unreached: frozenset[Call]


HALF_AN_HOUR = timedelta(minutes=30)


@dataclass
class Ears:
    """Everybody who may hear something, and what they have heard."""

    almanac: Almanac = field(default_factory=Almanac)
    members: dict[int, Member] = field(default_factory=dict)
    hands: dict[int, list[int]] = field(default_factory=dict)
    """Whose steps each matter has seen, the last one last: in charge of it for their own organ."""
    debts: dict[int, Debt] = field(default_factory=dict)
    """All that is owed now."""
    looked: dict[int, datetime] = field(default_factory=dict)
    """Up to when the stages of a debt have been seen to."""
    waits: dict[Call, datetime] = field(default_factory=dict)
    """What somebody is still to hear, and from when on."""
    called: set[Call] = field(default_factory=set)
    """What nobody need be called for again: it waits, is under way, or was heard."""
    queued: dict[int, set[Call]] = field(default_factory=dict)
    """The message under way to each person."""
    heard: Counter[Call] = field(default_factory=Counter)
    word: Word | None = None
    """The word under way to the group."""
    named: set[int] = field(default_factory=set)
    """The matters that the group's last word names."""
    words: list[Word] = field(default_factory=list)
    """What the group has heard."""
    week_told: date | None = None
    since: dict[Call | Word, datetime] = field(default_factory=dict)
    """Since when each thing is under way."""

    # The days.

    def is_open(self, now: datetime) -> bool:
        local = now.astimezone(SHANGHAI)
        hour = any(begin <= local.time() < end for begin, end in HOURS)
        return hour and self.almanac.works(local.date())

    def opening(self, day: date) -> datetime:
        return datetime.combine(day, HOURS[0][0], SHANGHAI)

    def work_days(self, since: datetime, now: datetime) -> Iterator[date]:
        """The working days on which the office has opened after a moment, up to another."""
        day = since.astimezone(SHANGHAI).date()
        while self.opening(day) <= now:
            if self.almanac.works(day) and self.opening(day) > since:
                yield day
            day += DAY

    def stage_of(self, due: date, day: date) -> int | None:
        """The stage that a working day stands for: its own, or that of a rest day beside it.

        What is due is told of before the rest, what is overdue after it.
        """
        days = [day]
        while not self.almanac.works(days[-1] + DAY):
            days.append(days[-1] + DAY)
        stages = [n for each in days if (n := (each - due).days) <= 0 or each == day]
        before = day - DAY
        while not self.almanac.works(before):
            stages += [n for n in [(before - due).days] if n > 0]
            before -= DAY
        own = [n for n in stages if is_stage(n)]
        daily = [n for n in stages if n >= -3]
        return max(own or daily, default=None)

    # What happens.

    def owe(self, debt: Debt, now: datetime) -> None:
        """Something is owed from now on; what its stages would have been before is skipped."""
        self.debts[debt.id], self.looked[debt.id] = debt, now

    def settle_debt(self, debt: int) -> None:
        """It is owed no more: silence, even about what is under way."""
        matter = self.debts.pop(debt).matter
        self.waits = {call: at for call, at in self.waits.items() if call.debt != debt}
        for person, calls in list(self.queued.items()):
            if any(call.debt == debt for call in calls):
                self.take_back(person, but=debt)
        word = self.word
        if word and matter in self.named:
            self.word = None
            self.week_told = None if word.weekly else self.week_told
            self._wait(call for call in word.unreached if call.debt != debt)

    def take_back(self, person: int, but: int = 0) -> None:
        """The message under way to somebody does not go out; what it says waits again."""
        self._wait(call for call in self.queued.pop(person, set()) if call.debt != but)

    def _wait(self, calls: Iterator[Call]) -> None:
        for call in calls:
            self.waits[call] = LONG_AGO

    def put_off(self, call: Call, until: datetime) -> None:
        self.waits[call] = until

    def leave(self, person: int) -> None:
        self.take_back(person)
        self.members[person].left = True

    def tick(self, now: datetime) -> None:
        """All that happens in office hours, and only then."""
        self._recall(now)
        if not self.is_open(now):
            return
        for debt in self.debts.values():
            self._see_to(debt, now)
            self.looked[debt.id] = now
        self._pass_on(now)
        for call in [call for call in self._due(now) if call.person != NOBODY]:
            del self.waits[call]
            self.queued.setdefault(call.person, set()).add(call)
            self.since[call] = now
        self._speak(now)

    def _recall(self, now: datetime) -> None:
        """What has been under way for long, or the office is closed, is to be said anew."""

        def stale(thing: Call | Word) -> bool:
            return not self.is_open(now) or now - self.since[thing] > HALF_AN_HOUR

        for person, calls in list(self.queued.items()):
            back = {call for call in calls if stale(call)}
            self._wait(iter(back))
            if back == calls:
                del self.queued[person]
            else:
                self.queued[person] = calls - back
        if self.word and stale(self.word):
            self._wait(iter(self.word.unreached))
            self.week_told = None if self.word.weekly else self.week_told
            self.word = None

    def _due(self, now: datetime) -> list[Call]:
        return [call for call, at in self.waits.items() if at <= now]

    def _see_to(self, debt: Debt, now: datetime) -> None:
        """Of the stages that have come since, the latest of the ladder counts, or the latest."""
        looked = self.looked[debt.id]
        days = {day: self.stage_of(debt.due, day) for day in self.work_days(looked, now)}
        stages = [stage for stage in days.values() if stage is not None]
        own = [stage for stage in stages if is_stage(stage)]
        if not stages:
            return
        told = self._told(debt, (own or stages)[-1])
        if not own:  # a daily line leaves alone who has put it off
            told -= {
                call.person for call, at in self.waits.items() if at > now and call.debt == debt.id
            }
        if self._turns_overdue(debt) in days:
            waiting = self.stands_for(debt.creditor, debt)
            told |= {waiting.id} if waiting else set()
        for person in told:
            self._call(Call(debt.id, (own or stages)[-1], person), now)

    def _call(self, call: Call, now: datetime) -> None:
        if call not in self.called:
            self.called.add(call)
            self.waits[call] = now

    def _turns_overdue(self, debt: Debt) -> date:
        """The first working day on which it is overdue: then whoever waits for it hears too."""
        day = debt.due + DAY
        while not self.almanac.works(day):
            day += DAY
        return day

    # Whom it concerns.

    def on_duty(self, organ: str) -> list[Member]:
        ours = [m for m in self.members.values() if m.organ == organ and m.rank != LEADER]
        return sorted((m for m in ours if not m.left), key=lambda m: (m.rank, m.id))

    def stands_for(self, organ: str, debt: Debt) -> Member | None:
        """Who is in charge for an organ, or whoever of it can be reached instead."""
        team = self.on_duty(organ)
        hands = [self.members[each] for each in reversed(self.hands.get(debt.matter, []))]
        acted = [m for m in hands if m.organ == organ and not m.left]
        return next((m for m in (*acted[:1], *team) if m.fit), None)

    def _told(self, debt: Debt, stage: int) -> set[int]:
        first = self.stands_for(debt.debtor, debt)
        told = {first.id if first else NOBODY}
        if stage >= -3:
            told |= {m.id for m in self.on_duty(debt.debtor) if m.fit}
        if stage >= 1 and is_stage(stage):
            leaders = (m for m in self.members.values() if m.rank == LEADER)
            told |= {m.id for m in leaders if m.organ == debt.debtor and m.fit}
        return told

    def _pass_on(self, now: datetime) -> None:
        """What waits for who cannot be told goes to a colleague, or else the group hears."""
        for call in self._due(now):
            member = self.members.get(call.person)
            if member is None:
                self._find_reader(call, now)
                continue
            if member.fit:
                continue
            del self.waits[call]
            self.called.discard(call)
            other = next((m for m in self.on_duty(member.organ) if m.fit), None)
            if other or member.organ == self.debts[call.debt].debtor:
                self._call(call._replace(person=other.id if other else NOBODY), now)

    def _find_reader(self, call: Call, now: datetime) -> None:
        """Of what nobody could be told, whoever is there by now hears."""
        debt = self.debts[call.debt]
        reader = self.stands_for(debt.debtor, debt)
        if reader:
            del self.waits[call]
            self.called.discard(call)
            self._call(call._replace(person=reader.id), now)

    # The group.

    def _speak(self, now: datetime) -> None:
        """One word a day at most: what the week brings on its first day, and who is not reached."""
        today = now.astimezone(SHANGHAI).date()
        monday = today - today.weekday() * DAY
        week = (monday + n * DAY for n in range(7))
        first = next(day for day in week if self.almanac.works(day))
        weekly = self.week_told != monday and self.opening(first) <= now
        unreached = frozenset(call for call in self._due(now) if call.person == NOBODY)
        spoken = any(word.day == today for word in (*self.words, self.word) if word)
        if spoken or not (weekly or unreached):
            return
        self.week_told = monday if weekly else self.week_told
        self.waits = {call: at for call, at in self.waits.items() if call not in unreached}
        self.word = Word(today, weekly, unreached)
        due = [d for d in self.debts.values() if weekly and d.due < monday + 7 * DAY]
        told = [self.debts[call.debt] for call in unreached]
        self.named = {debt.matter for debt in (*due, *told)}
        self.since[self.word] = now

    # The words.

    def pressing(self, debts: Iterable[Debt], reader: int) -> list[Debt]:
        """In which order one message names them: one's own first, then what is due first."""
        organ = self.members[reader].organ
        return sorted(debts, key=lambda debt: (debt.debtor != organ, debt.due, debt.id))

    # The sending.

    def deliver(self) -> None:
        """What is under way arrives, or is found not to."""
        for person in list(self.queued):
            if self.members[person].here:
                self.heard.update(self.queued.pop(person))
            else:
                self.members[person].known = False
                self.take_back(person)
        self.words += [self.word] if self.word else []
        self.word = None


def is_stage(n: int) -> bool:
    """Tell whether the ladder has a stage on that day: 3 days after the date, then every week."""
    return n in STAGES or (n > 3 and (n - 3) % 7 == 0)
