"""The figures of a running bot, in Prometheus' format: documented in docs/operating.md."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from bot.domain.trouble import Trouble
from bot.storage.undelivered import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from bot.services.health import Health
    from bot.services.pulse import Pulse, Spread


def exposition(health: Health | None, pulse: Pulse, accepted: str) -> tuple[bytes, str]:
    """All figures as they are now, in a format that is accepted; returns its name too."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(health, pulse))
    encode, sort = choose_encoder(accepted)
    return encode(registry), sort


class _Figures(Collector):
    """What the rows and the process tell, at the moment of one scrape."""

    def __init__(self, health: Health | None, pulse: Pulse) -> None:
        self._health = health
        self._pulse = pulse

    def collect(self) -> Iterator[Metric]:
        """Yield each figure."""
        yield from _of_process(self._pulse)
        if self._health is not None:
            yield from _of_rows(self._health)


def _of_process(pulse: Pulse) -> Iterator[Metric]:
    """Counted since the process began."""
    yield _gauge("liaison_leader", "1 in the process that serves the bot, else 0", pulse.serving)
    yield _histogram("liaison_queue_seconds", "From queueing a message to its arrival", pulse.waits)
    yield _histogram("liaison_tick_seconds", "From the beginning of a tick to its end", pulse.ticks)
    yield CounterMetricFamily(
        "liaison_flood_limits", "Times that Telegram said to slow down (429)", value=pulse.floods
    )
    errors = CounterMetricFamily("liaison_send_errors", "Failed sends by kind", labels=["kind"])
    for kind in Trouble:
        errors.add_metric([kind.value], pulse.errors[kind])
    yield errors
    yield CounterMetricFamily("liaison_updates", "Updates taken in", value=pulse.taken)
    yield CounterMetricFamily(
        "liaison_updates_failed", "Updates unreadable or failed", value=pulse.failed
    )


def _of_rows(health: Health) -> Iterator[Metric]:
    """The same in every process of a bot."""
    outbox = GaugeMetricFamily("liaison_outbox_messages", "Messages kept", labels=["state"])
    for state in STATES:
        outbox.add_metric([state], health.outbox.get(state, 0))
    yield outbox
    yield _gauge("liaison_outbox_repeated", "Messages perhaps sent twice", health.repeated)
    wait = health.waited.total_seconds()
    yield _gauge("liaison_outbox_longest_wait_seconds", "Age of the oldest waiting message", wait)
    if health.tick_age is not None:
        age = health.tick_age.total_seconds()
        yield _gauge("liaison_tick_age_seconds", "Since the last tick ended", age)
    yield _gauge("liaison_calendar_days", "Days ahead with known rest days", health.days_known)
    lost = len(health.unreachable)
    yield _gauge("liaison_people_unreachable", "People who get no private messages", lost)
    unheard = health.matters_unheard
    yield _gauge("liaison_matters_unheard", "Matters nobody is reminded of", unheard)
    lost = health.files.get("failed", 0)
    yield _gauge("liaison_files_lost", "Files that were not to be had", lost)
    yield _gauge("liaison_database_bytes", "Size of the database", health.size)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _histogram(name: str, meaning: str, spread: Spread) -> Metric:
    """Bounds as the format wants them: each counts what lies below it."""
    bounds = [*map(floatToGoString, spread.bounds), "+Inf"]
    buckets = list(zip(bounds, accumulate(spread.counts), strict=True))
    return HistogramMetricFamily(name, meaning, buckets=buckets, sum_value=spread.total)
