"""A month of a calendar as it is drawn: every word decided, so that a picture needs only paint."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from bot.domain.periods import Light


@dataclass(frozen=True, slots=True)
class Entry:
    """One matter of a day, or another message that is sent on it."""

    light: Light | None
    """None: it is about no matter."""
    number: str
    title: str
    note: str
    """What is special about it that day; "" as a rule."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day's box."""

    number: int
    entries: tuple[Entry, ...] = ()
    more: str = ""
    """How many matters more there are than the box names."""
    note: str = ""
    """What is special about the day: 春节, 调休上班, 暂定."""
    rest: bool = False
    today: bool = False
    asked: bool = True
    """It is among the days that somebody asked for."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One month, its weeks beginning on Monday; None stands for a day of another month."""

    title: str
    subtitle: str
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[Day | None, ...], ...]
    lights: tuple[tuple[Light, str], ...]
    """What each colour means."""
    rest: str
    """What the shade means."""
    today: str
    """What the disc around a date means."""

    def plain(self) -> dict[str, Any]:
        """The sheet as plain JSON."""
        return asdict(self)

    @classmethod
    def read(cls, plain: object) -> Sheet:
        """Read what `plain` wrote; raises ValueError for anything else."""
        return TypeAdapter(cls).validate_python(plain)
