"""The people of the organs as reminders see them: on duty, leading, or away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from bot.domain.people import ON_DUTY, Role, Status
from bot.domain.records import NOBODY
from bot.services.standing_in import absentees, in_charge, stand_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from bot.domain.absences import Absence
    from bot.domain.ladder import Ladder
    from bot.domain.people import Person
    from bot.domain.records import Duty, Record
    from bot.services.desk import Desk


class Part(StrEnum):
    """What somebody who is reminded of a duty has to do with it."""

    IN_CHARGE = "in_charge"
    STANDS_IN = "stands_in"
    ALONGSIDE = "alongside"
    """They are on duty of the same organ."""
    LEADS = "leads"
    WAITS = "waits"
    """Theirs is the organ that waits for it."""


@dataclass(frozen=True)
class Staff:
    """Everybody on the roster on some day, and who is in charge of some records."""

    people: Sequence[Person]
    away: Mapping[int, Absence]
    charge: Mapping[tuple[int, str], Person]

    @cached_property
    def _teams(self) -> dict[str, list[Person]]:
        teams: dict[str, list[Person]] = {}
        for each in self.people:
            if each.organ and each.role in ON_DUTY:
                teams.setdefault(each.organ, []).append(each)
        return teams

    def team(self, organ: str) -> list[Person]:
        """The people on duty of an organ, the one who stands for it first."""
        return self._teams.get(organ, [])

    def _hand(self, record_id: int, organ: str) -> Person | None:
        """Who is in charge, be they there or not."""
        return self.charge.get((record_id, organ)) or next(iter(self.team(organ)), None)

    def one_of(self, record_id: int, organ: str) -> Person | None:
        """Who reads in private what concerns an organ's part in a record; None: nobody can."""
        person = self._hand(record_id, organ)
        return person and stand_in(person, self.team(organ), self.away)

    def part_of(self, person: Person, duty: Duty) -> tuple[Part, str]:
        """Why somebody is told of a duty, and the name of whom they stand in for, or ""."""
        if person.organ != duty.debtor:
            return Part.WAITS, ""
        if person.role is Role.LEADER:
            return Part.LEADS, ""
        hand = self._hand(duty.record_id, duty.debtor)
        if hand is None or hand.id == person.id:
            return Part.IN_CHARGE, ""
        taker = stand_in(hand, self.team(duty.debtor), self.away)
        if taker and taker.id == person.id:
            return Part.STANDS_IN, hand.name
        return Part.ALONGSIDE, ""

    def told_of(self, ladder: Ladder, duty: Duty, stage: int, *, turns: bool) -> list[int]:
        """The ids of those to remind of a stage; `NOBODY` where none on duty can be reached.

        Whoever waits for it is told too when it `turns` overdue.
        """
        team = self.team(duty.debtor)
        first = self.one_of(duty.record_id, duty.debtor)
        told = [first.id] if first else [NOBODY]
        if stage >= ladder.liaisons_from:
            there = (stand_in(each, team, self.away) for each in team)
            told += [each.id for each in there if each]
        if ladder.is_stage(stage) and stage >= ladder.leader_from:
            told += [each.id for each in self._leaders(duty.debtor)]
        if turns:
            waits = self.one_of(duty.record_id, duty.creditor)
            told += [waits.id] if waits else []
        return list(dict.fromkeys(told))

    def _leaders(self, organ: str) -> list[Person]:
        return [
            each
            for each in self.people
            if each.organ == organ
            and each.role is Role.LEADER
            and each.reachable
            and each.id not in self.away
        ]


async def staff_of(
    desk: Desk, day: date, duties: Collection[Duty], records: Mapping[int, Record]
) -> Staff:
    """The roster as it is on a day, with whoever is in charge of what some duties rest on."""
    everybody = await desk.tx.people.everybody(Status.ACTIVE)
    charge = await charge_of(desk, duties, records)
    return Staff(everybody, await absentees(desk, day), charge)


async def charge_of(
    desk: Desk, duties: Collection[Duty], records: Mapping[int, Record]
) -> dict[tuple[int, str], Person]:
    """Who is in charge of what some duties rest on, for those who owe it or wait for it."""
    pairs = {(duty.record_id, organ) for duty in duties for organ in (duty.debtor, duty.creditor)}
    return await in_charge(desk, [(records[record_id], organ) for record_id, organ in pairs])
