"""How long hostile messages take to read, and that the time grows with their length only."""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING

from bot.domain.dates import find_dates
from bot.domain.guard import find_secrecy_marks
from bot.domain.masking import find_personal
from bot.domain.numbers import find_numbers
from bot.domain.quantities import find_areas, find_money

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 4096
"""Characters of the longest message there is."""
SHORT = LONGEST // 4
TODAY = date(2026, 3, 9)

READERS: dict[str, tuple[Callable[[str], object], tuple[str, ...]]] = {
    "numbers": (
        lambda text: find_numbers(text, abbreviations=("鄂州", "鄂"), system_prefixes=("线索",)),
        ("(2021)", "鄂州(2021)5号", "2021", "(2021)5、6", "线索 2026 ", "(2021)1、1、", "鄂", " "),
    ),
    "areas": (find_areas, ("1", "一", "1亩", "1,000", "一点", "3亩(", "面积 ")),
    "money": (find_money, ("1", "1万", "¥1", "一", "1,000")),
    "dates": (
        lambda text: find_dates(text, TODAY),
        ("1", "一", "2026年", "3月", "周", "(2021)", "3号", "明天", "1:11", " "),
    ),
    "personal data": (
        find_personal,
        ("1", "13", "1 ", "张", "当事人", "当事人张三", "与", "张三占", " ", "(2021)"),
    ),
    "secrecy marks": (
        find_secrecy_marks,
        ("机", "机 ", "密", "★", " ", "内 部 ", "机密", "秘密 ", "保 密 ", "机★★★"),
    ),
}
"""Each recogniser, with what makes its patterns work hardest when repeated."""


def worst(read: Callable[[str], object], units: tuple[str, ...], length: int) -> float:
    """Milliseconds of the slowest hostile message of a length, the best of three runs each."""
    return max(min(_once(read, (u * length)[:length]) for _ in range(3)) for u in units)


def _once(read: Callable[[str], object], text: str) -> float:
    start = perf_counter()
    read(text)
    return (perf_counter() - start) * 1000
