"""The ladder: which days a duty is reminded of, counted here a second time, day by day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import DAY, SHANGHAI, OfficeHours, WorkCalendar, local_date
from bot.domain.ladder import Ladder, Rounds, latest_rung, next_rung, rungs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.ladder import Rung

CALENDAR = WorkCalendar()
HOURS = OfficeHours(((time(9), time(11, 30)), (time(14, 30), time(17, 30))))
ROUNDS = Rounds(HOURS, CALENDAR)
LADDER = Ladder()
DUE = st.dates(date(2020, 3, 1), date(2026, 11, 30))


def opening(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=SHANGHAI)


def walk_of(due: date, *, urgent: bool = False) -> Iterator[Rung]:
    """All rungs, from before the first."""
    return rungs(LADDER, due, ROUNDS, opening(due - 90 * DAY), urgent=urgent)


def first(due: date, count: int, *, urgent: bool = False) -> list[tuple[int, date]]:
    found = islice(walk_of(due, urgent=urgent), count)
    return [(rung.stage, local_date(rung.at)) for rung in found]


def test_on_ordinary_days_each_stage_is_its_own_day() -> None:
    assert first(date(2026, 6, 15), 9) == [
        (-30, date(2026, 5, 15)),  # 16 May is a Saturday
        (-15, date(2026, 5, 29)),  # 31 May is a Sunday
        (-7, date(2026, 6, 8)),
        (-1, date(2026, 6, 12)),  # the 12th is D-3, the weekend D-2 and D-1: the last one stands
        (0, date(2026, 6, 15)),
        (1, date(2026, 6, 16)),
        (2, date(2026, 6, 17)),
        (3, date(2026, 6, 18)),
        (7, date(2026, 6, 22)),  # 19 to 21 June: 端午节
    ]


def test_after_the_due_date_a_rest_day_moves_on_lest_it_call_overdue_what_is_not() -> None:
    friday = date(2026, 9, 11)
    days = dict(first(friday, 9))
    assert days[0] == friday
    assert days[3] == date(2026, 9, 14), "the weekend's and Monday's are one, the ladder's own"
    assert 1 not in days


def test_what_is_urgent_is_reminded_of_on_rest_days_too() -> None:
    days = dict(first(date(2026, 10, 9), 12, urgent=True))
    assert days[-3] == date(2026, 10, 6), "in the middle of the National Day holiday"
    assert days[-7] == date(2026, 10, 2)


def test_it_opens_at_the_first_block_of_the_office() -> None:
    for rung in islice(walk_of(date(2026, 3, 20)), 20):
        assert rung.at == opening(local_date(rung.at))


def staged(offset: int) -> bool:
    return offset in LADDER.stages or (offset > 3 and (offset - 3) % 7 == 0)


def brute(due: date, until: date) -> list[tuple[date, bool]]:
    """Each working day on which somebody hears of a duty, and whether that is a stage."""
    by_day: dict[date, list[int]] = {}
    for offset in range(-60, (until - due).days + 40):
        if staged(offset) or offset >= LADDER.daily_from:
            day = due + DAY * offset
            while not CALENDAR.is_workday(day):
                day += DAY if offset > 0 else -DAY
            by_day.setdefault(day, []).append(offset)
    days = [(day, any(map(staged, offsets))) for day, offsets in sorted(by_day.items())]
    return [each for each in days if each[0] <= until]


@given(DUE, st.integers(0, 60))
def test_the_days_are_those_that_a_count_day_by_day_gives(due: date, beyond: int) -> None:
    until = due + DAY * beyond
    ours = takewhile(lambda r: local_date(r.at) <= until, walk_of(due))
    assert [(local_date(r.at), LADDER.is_stage(r.stage)) for r in ours] == brute(due, until)


@given(DUE, st.integers(-40, 60), st.integers(0, 60 * 24 * 30))
def test_only_the_latest_stage_missed_is_made_up_for(due: date, start: int, minutes: int) -> None:
    since = opening(due + DAY * start)
    now = since + timedelta(minutes=minutes)
    missed = [r for r in takewhile(lambda r: r.at <= now, walk_of(due)) if r.at >= since]
    found = latest_rung(LADDER, due, ROUNDS, since, now)
    stages = [r for r in missed if LADDER.is_stage(r.stage)]
    assert found == next(reversed(stages or missed), None)
    following = next_rung(LADDER, due, ROUNDS, now)
    assert following.at > now
    assert found is None or found.at < following.at


@given(DUE, st.integers(-90, 1200), st.integers(0, 60 * 24 - 1), st.booleans())
def test_what_comes_next_is_what_a_walk_from_the_first_stage_gives(
    due: date, day: int, minutes: int, urgent: bool
) -> None:
    after = opening(due + DAY * day) + timedelta(minutes=minutes)
    walk = walk_of(due, urgent=urgent)
    assert next_rung(LADDER, due, ROUNDS, after, urgent=urgent) == next(
        rung for rung in walk if rung.at > after
    )


@given(DUE, st.integers(0, 400))
def test_years_overdue_the_next_day_is_the_one_that_a_count_day_by_day_gives(
    due: date, beyond: int
) -> None:
    after = opening(due + DAY * (700 + beyond))
    found = next_rung(LADDER, due, ROUNDS, after)
    ahead = [each for each in brute(due, local_date(after) + 30 * DAY) if opening(each[0]) > after]
    assert (local_date(found.at), LADDER.is_stage(found.stage)) == ahead[0]


def test_years_overdue_no_step_of_those_years_is_climbed_again() -> None:
    class Counted(Rounds):
        looked = 0

        def day_of(self, due: date, stage: int, *, urgent: bool = False) -> date:
            Counted.looked += 1
            return super().day_of(due, stage, urgent=urgent)

    rounds, due, now = Counted(HOURS, CALENDAR), date(2024, 6, 14), opening(date(2026, 6, 15))
    next_rung(LADDER, due, rounds, now)
    latest_rung(LADDER, due, rounds, now - DAY, now)
    assert Counted.looked < 30


@given(DUE)
def test_what_comes_next_is_never_skipped(due: date) -> None:
    walk = list(islice(walk_of(due), 25))
    for earlier, later in pairwise(walk):
        assert next_rung(LADDER, due, ROUNDS, earlier.at) == later
        assert next_rung(LADDER, due, ROUNDS, earlier.at - timedelta(seconds=1)) == earlier


@pytest.mark.parametrize("stages", [(), (1, 0), (0, 0, 1), (-3, -1)])
def test_stages_that_make_no_ladder_are_refused(stages: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="stages must rise"):
        Ladder(stages)


def test_an_interval_below_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="every 0"):
        Ladder(every=0)


def test_rest_days_and_nights_are_not_the_office_s() -> None:
    sunday, monday = date(2026, 9, 13), date(2026, 9, 14)
    assert not ROUNDS.may_speak(opening(sunday))
    assert ROUNDS.may_speak(opening(sunday), urgent=True)
    assert ROUNDS.may_speak(opening(monday))
    noon = opening(monday).replace(hour=12)
    assert not ROUNDS.may_speak(noon)
    assert not ROUNDS.may_speak(noon, urgent=True)
