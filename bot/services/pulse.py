"""What one process knows of itself since it began; the rows know everything else."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.trouble import Trouble


class Spread:
    """How many seconds something took, how often: counted up to each of some bounds."""

    def __init__(self, *bounds: float) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """One a bound: what took longer than the bound before; the last: than all of them."""
        self.total = 0.0

    def note(self, seconds: float) -> None:
        """Count one; a clock that was moved back meanwhile makes it nothing."""
        seconds = max(seconds, 0.0)
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds


@dataclass
class Pulse:
    """The deeds of a process, and its ticks by a clock that nobody moves."""

    serving: bool = False
    """This process leads: it sends, fetches and ticks."""
    waits: Spread = field(default_factory=lambda: Spread(0.1, 0.5, 1, 5, 15, 60, 300, 1800))
    """From when a message was queued until it had arrived."""
    ticks: Spread = field(default_factory=lambda: Spread(0.05, 0.1, 0.5, 1, 5, 30, 120))
    """From the beginning of a tick to its end."""
    floods: int = 0
    """How often the messenger told us to slow down."""
    errors: Counter[Trouble] = field(default_factory=Counter)
    """Sends that failed otherwise."""
    taken: int = 0
    """Updates taken in."""
    failed: int = 0
    """Updates that could not be read, or failed."""
    _ticked: float | None = None

    def begin(self) -> None:
        """From now on this process serves."""
        self.serving, self._ticked = True, None

    def end(self) -> None:
        """It serves no more."""
        self.serving = False

    def tick(self, seconds: float) -> None:
        """A tick has ended that took so long."""
        self._ticked = monotonic()
        self.ticks.note(seconds)

    def tick_age(self) -> float | None:
        """Seconds since the last tick ended; None before the first."""
        return None if self._ticked is None else monotonic() - self._ticked
