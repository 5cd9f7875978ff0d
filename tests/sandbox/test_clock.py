from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.durations import parse_duration
from bot.sandbox.errors import SandboxError

START = datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_it_starts_where_told_and_ticks() -> None:
    clock = SandboxClock(START)
    first, second = clock.now(), clock.now()
    assert START <= first <= second < START + timedelta(seconds=5)


def test_it_jumps_forward_and_tells() -> None:
    clock, seen = SandboxClock(START), list[datetime]()
    clock.subscribe(lambda: seen.append(clock.now()))
    clock.advance(timedelta(days=60))
    assert len(seen) == 1
    assert seen[0] - START >= timedelta(days=60)


def test_it_never_goes_back() -> None:
    with pytest.raises(ValueError, match="forward"):
        SandboxClock().advance(timedelta(seconds=-1))


def test_a_naive_start_raises() -> None:
    with pytest.raises(ValueError, match="aware"):
        SandboxClock(START.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("text", "delta"),
    [
        ("P1D", timedelta(days=1)),
        ("PT1H", timedelta(hours=1)),
        ("P7D", timedelta(days=7)),
        ("PT10M", timedelta(minutes=10)),
        ("P1WT30S", timedelta(weeks=1, seconds=30)),
    ],
)
def test_durations(text: str, delta: timedelta) -> None:
    assert parse_duration(text) == delta


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "-P1D", "P1M", "P99999999999999999D"])
def test_no_durations(text: str) -> None:
    with pytest.raises(SandboxError):
        parse_duration(text)
