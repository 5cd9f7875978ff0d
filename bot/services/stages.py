"""When the stages of duties come from now on, as they are planned now."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from bot.domain.ladder import rungs
from bot.services.planning import is_urgent, ladder_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from bot.domain.ladder import Rung
    from bot.domain.records import Duty
    from bot.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Call:
    """A stage of a duty comes, and is handed on to whomever it concerns."""

    at: datetime
    duty: Duty
    rung: Rung
    turns: bool
    """With it the duty turns overdue: whoever waits for it is told too."""


class Timetable:
    """The stages up to a moment; what is due on one day climbs its ladder once."""

    def __init__(self, desk: Desk, until: datetime) -> None:
        self._desk = desk
        self._until = until
        self._climbed: dict[tuple[str, date, bool, datetime], tuple[list[Rung], datetime]] = {}

    def calls(self, kind: str, duty: Duty) -> Iterator[Call]:
        """A duty's stages in order of time; of those that are late only the latest one."""
        planned, urgent = duty.rung_at, is_urgent(self._desk, duty.rule.code)
        if planned is None:  # the next tick plans it
            return
        first = self._desk.rounds.next_hour(max(planned, self._desk.now), urgent=urgent)
        if first > self._until:
            return
        ladder = ladder_of(self._desk, kind)
        since = min(planned, self._desk.now)
        climbed, turning = self._rungs(kind, duty.due, since, urgent=urgent)
        ahead = climbed[bisect_left(climbed, planned, key=lambda rung: rung.at) :]
        missed = [rung for rung in ahead if rung.at <= first]
        if missed:
            latest = max(missed, key=lambda rung: (ladder.is_stage(rung.stage), rung.at))
            yield Call(first, duty, latest, turns=planned <= turning <= first)
        for rung in ahead[len(missed) :]:
            yield Call(rung.at, duty, rung, turns=rung.at == turning)

    def _rungs(
        self, kind: str, due: date, since: datetime, *, urgent: bool
    ) -> tuple[list[Rung], datetime]:
        """The rungs of what is due on a day from a moment on, and when it turns overdue."""
        key = (kind, due, urgent, since)
        if key not in self._climbed:
            ladder, rounds = ladder_of(self._desk, kind), self._desk.rounds
            climbed = rungs(ladder, due, rounds, since, urgent=urgent)
            turning = rounds.opening(rounds.day_of(due, ladder.overdue, urgent=urgent))
            self._climbed[key] = (
                list(takewhile(lambda rung: rung.at <= self._until, climbed)),
                turning,
            )
        return self._climbed[key]
