"""How far the page moves the clock: ISO 8601 durations without months and years."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.sandbox.errors import SandboxError

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def parse_duration(text: str) -> timedelta:
    """Read a duration such as P7D or PT10M."""
    match = _DURATION.fullmatch(text)
    parts = (
        {name: int(value) for name, value in match.groupdict().items() if value} if match else {}
    )
    if not parts:
        raise SandboxError("看不懂要前进多久")
    try:
        return timedelta(**parts)
    except OverflowError:
        raise SandboxError("前进得太远了") from None
