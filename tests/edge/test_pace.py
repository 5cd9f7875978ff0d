"""The pace: all that the limit allows, spread so that nobody waits for the end of a second."""

from __future__ import annotations

from handlers.flood import Pace, Rates

RATES = Rates(overall_per_second=30)


def test_nags_are_spread_over_the_second() -> None:
    pace, now, sent = Pace(RATES), 100.0, []
    while now < 101:
        if many := min(pace.nags(now), pace.room(now)):
            pace.note_nags(many, now)
            sent += [now] * many
            for _ in range(many):
                pace.note(1, now)
        now += 0.001
    assert len(sent) == 30, "the limit is used to the full"
    assert all(sum(at <= each < at + 0.1 for each in sent) <= 7 for at in sent)


def test_what_was_missed_is_made_up_for_only_a_little() -> None:
    pace = Pace(RATES)
    assert pace.nags(50.0) == 3
    pace.note_nags(3, 50.0)
    assert pace.nags(50.0) == 0
    assert 0 < pace.nag_wait(50.0) < 1 / 30


def test_a_slot_is_waited_for_with_what_is_under_way_in_mind() -> None:
    pace = Pace(Rates(overall_per_second=3))
    pace.note(1, 10.0)
    pace.note(2, 10.4)
    assert pace.overall_wait(10.5) == 0.0, "there is room"
    assert abs(pace.overall_wait(10.5, flying=1) - 0.5) < 1e-9
    assert abs(pace.overall_wait(10.5, flying=2) - 0.9) < 1e-9
    assert pace.overall_wait(10.5, flying=3) == 0.0, "something must land first"
