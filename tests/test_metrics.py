"""The figures for Prometheus are those that docs/operating.md explains, and bear no names."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as open_families,
)
from prometheus_client.parser import text_string_to_metric_families as families

from bot.domain.people import Person, Role, Status
from bot.domain.trouble import Trouble
from bot.services.health import Health
from bot.services.pulse import Pulse
from bot.services.unheard import Silence, SilentOrgan, Why
from bot.storage.undelivered import STATES, GivenUp
from bot.web.metrics import exposition

OPERATING = Path(__file__).parent.parent / "docs" / "operating.md"
AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
LOST = Person(1, 7001, "王敏", Role.LIAISON, "zrzy-ec", Status.ACTIVE, reachable=False)
HEALTH = Health(
    now=AT,
    serving=True,
    ticked=AT,
    tick_age=timedelta(seconds=7),
    gap=None,
    outbox={"waiting": 3, "sent": 40, "failed": 1},
    waited=timedelta(minutes=2),
    given_up=(GivenUp(5, "李静", True, AT, Trouble.AWAY, True),),
    unheard=(SilentOrgan("鄂城分局", ("线索〔2026〕1号",) * 5, Silence(Why.VACANT)),),
    repeated=2,
    last_repeated=AT,
    known_until=date(2026, 3, 19),
    missing_year=None,
    people=(LOST,),
    groups=1,
    without_liaison=(),
    without_leader=("鄂城分局",),
    files={"failed": 4},
    updates_failed=6,
    size=4096,
)


def busy() -> Pulse:
    """A process that has done something of everything."""
    pulse = Pulse()
    pulse.begin()
    pulse.tick(0.2)
    for seconds in (0.3, 0.4, 4000):
        pulse.waits.note(seconds)
    pulse.floods, pulse.taken, pulse.failed = 8, 9, 10
    pulse.errors[Trouble.AWAY] += 11
    return pulse


def figures(health: Health | None, pulse: Pulse) -> dict[str, float]:
    """Every sample, by its name and labels as they are written."""
    content, sort = exposition(health, pulse, "")
    assert sort.startswith("text/plain; version=0.0.4")
    return {
        sample.name + "".join(f"{{{k}={v}}}" for k, v in sample.labels.items()): sample.value
        for family in families(content.decode())
        for sample in family.samples
    }


def names(text: str) -> set[str]:
    """The names that a page of figures declares."""
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def test_every_figure_is_documented_and_every_documented_one_is_exported() -> None:
    documented = re.findall(r"^\| `(liaison_\w+)` \|", OPERATING.read_text("utf-8"), re.MULTILINE)
    exported = names(exposition(HEALTH, busy(), "")[0].decode())
    assert sorted(exported) == sorted(documented)


def test_every_figure_that_an_alert_rule_uses_is_exported() -> None:
    text = OPERATING.read_text("utf-8")
    used = set(re.findall(r"\bliaison_\w+", "".join(re.findall(r"expr: (.*)", text))))
    assert used
    assert used <= names(exposition(HEALTH, busy(), "")[0].decode())


def test_they_tell_what_the_rows_and_the_process_know() -> None:
    told = figures(HEALTH, busy())
    expected = {
        "liaison_leader": 1,
        "liaison_tick_age_seconds": 7,
        "liaison_tick_seconds_sum": 0.2,
        "liaison_outbox_messages{state=waiting}": 3,
        "liaison_outbox_messages{state=sending}": 0,
        "liaison_outbox_messages{state=failed}": 1,
        "liaison_outbox_repeated": 2,
        "liaison_outbox_longest_wait_seconds": 120,
        "liaison_queue_seconds_bucket{le=0.1}": 0,
        "liaison_queue_seconds_bucket{le=0.5}": 2,
        "liaison_queue_seconds_bucket{le=1800.0}": 2,
        "liaison_queue_seconds_bucket{le=+Inf}": 3,
        "liaison_queue_seconds_count": 3,
        "liaison_flood_limits_total": 8,
        "liaison_updates_total": 9,
        "liaison_updates_failed_total": 10,
        "liaison_send_errors_total{kind=away}": 11,
        "liaison_send_errors_total{kind=network}": 0,
        "liaison_calendar_days": 10,
        "liaison_people_unreachable": 1,
        "liaison_matters_unheard": 5,
        "liaison_files_lost": 4,
        "liaison_database_bytes": 4096,
    }
    assert {name: told[name] for name in expected} == expected
    assert {f"liaison_outbox_messages{{state={state}}}" for state in STATES} <= told.keys()


def test_a_process_that_only_waits_says_so() -> None:
    told = figures(HEALTH, Pulse())
    assert told["liaison_leader"] == 0
    assert told["liaison_queue_seconds_count"] == 0


def test_while_the_database_is_away_the_process_tells_what_it_knows() -> None:
    told = figures(None, busy())
    assert told["liaison_leader"] == 1
    assert not [name for name in told if name.startswith("liaison_outbox")]


def test_no_name_stands_in_them_and_nothing_is_kept_between_two_looks() -> None:
    first, again = exposition(HEALTH, Pulse(), "")[0], exposition(HEALTH, Pulse(), "")[0]
    assert first == again
    assert "王敏" not in first.decode()
    assert "李静" not in first.decode()
    assert not [f.name for f in REGISTRY.collect() if f.name.startswith("liaison")]


def test_the_newer_format_is_given_to_who_asks_for_it() -> None:
    content, sort = exposition(HEALTH, busy(), "application/openmetrics-text; version=1.0.0")
    assert sort.startswith("application/openmetrics-text")
    parsed = open_families(content.decode())  # type: ignore[no-untyped-call]
    assert "liaison_leader" in {family.name for family in parsed}
