"""Faults to inject: what a network and an overloaded server do to a bot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.updates import UpdateQueue

FaultKind = Literal["429", "5xx", "drop_before", "drop_after", "slow"]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule.

    `method` limits it to one method, or to the fetching of files (`download`); `times` to so
    many hits, `rate` to a share of the requests; `seconds` is how long to wait (slow) or to ask
    the bot to wait (429). drop_before closes the connection without effect, drop_after after
    the effect; of a download, before its first byte and in its midst.
    """

    kind: FaultKind
    method: str | None = None
    times: int | None = None
    rate: float | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}")

    def concerns(self, method: str) -> bool:
        """Tell whether the rule is about this method at all."""
        return self.method is None or self.method.lower() == method.lower()


class Faults:
    """The rules in force, asked once for every request of the bot."""

    def __init__(self, updates: UpdateQueue, seed: int = 0) -> None:
        self._updates = updates
        self._random = Random(seed)  # noqa: S311 (a repeatable misfortune)
        self._rules: list[Fault] = []
        self._chance: tuple[float, tuple[FaultKind, ...]] = (0.0, KINDS)

    @property
    def rules(self) -> list[Fault]:
        """Return the rules in force."""
        return list(self._rules)

    def add(
        self,
        kind: FaultKind,
        method: str | None = None,
        *,
        times: int | None = None,
        rate: float | None = None,
        seconds: float | None = None,
    ) -> None:
        """Put one more rule into force, behind the others."""
        self._rules.append(Fault(kind, method, times, rate, seconds))

    def set(self, rules: Sequence[Fault]) -> None:
        """Replace all rules."""
        self._rules = list(rules)

    def random(self, rate: float, kinds: Sequence[FaultKind] = KINDS, seed: int = 0) -> None:
        """Let this share of all requests meet one of the kinds; the seed makes it repeatable."""
        self._random = Random(seed)  # noqa: S311 (a repeatable misfortune)
        self._chance = (rate, tuple(kinds))

    def duplicate_updates(self, rate: float) -> None:
        """Deliver this share of the confirmed updates once more."""
        self._updates.duplicate_rate = rate

    def clear(self) -> None:
        """Let everything work again."""
        self._rules.clear()
        self._chance = (0.0, KINDS)
        self._updates.duplicate_rate = 0.0

    def strike(self, method: str) -> Fault | None:
        """Return the fault that hits this request, and count it."""
        for index, fault in enumerate(self._rules):
            if not fault.concerns(method):
                continue
            if fault.rate is not None and self._random.random() >= fault.rate:
                continue
            self._count(index, fault)
            return fault
        return self._misfortune()

    def _misfortune(self) -> Fault | None:
        rate, kinds = self._chance
        if not rate or self._random.random() >= rate:
            return None
        return Fault(self._random.choice(kinds), seconds=0.05)

    def _count(self, index: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._rules[index]
        else:
            self._rules[index] = replace(fault, times=fault.times - 1)
