"""What is measured: areas of land, sums of money, days, as fields hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.domain.dates import find_dates, format_date, impossible_dates, parse_date
from bot.domain.entries import Found, Reason, doubt_of, with_word
from bot.domain.errors import DomainError
from bot.domain.quantities import (
    Area,
    AreaRole,
    find_areas,
    find_money,
    format_money,
    read_numeral,
)
from bot.domain.span import fold

if TYPE_CHECKING:
    from bot.domain.entries import Reading
    from bot.domain.records import Value
    from bot.domain.span import Span

AREA_WORDS = {
    AreaRole.TOTAL: ("占地面积", "监测面积", "占地", "面积"),
    AreaRole.ARABLE: ("其中耕地", "耕地"),
    AreaRole.BASIC_FARMLAND: ("其中永久基本农田", "永久基本农田", "基本农田"),
}
"""What may stand before an area to say of what it is."""


@dataclass(frozen=True, slots=True)
class Surface:
    """An area of land, kept in square metres (a decimal in a string)."""

    role: AreaRole

    def find(self, text: str, reading: Reading) -> list[Found]:
        """The areas said to be of this role, those without a word of their own less surely."""
        return [
            replace(self._found(text, span), rank=0 if span.value.role else 1)
            for span in self._areas(text)
            if span.value.square_metres >= 0
        ]

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Areas with a minus before them."""
        return [
            doubt_of(self._found(text, span), Reason.NEGATIVE)
            for span in self._areas(text)
            if span.value.square_metres < 0
        ]

    def _areas(self, text: str) -> list[Span[Area]]:
        return [s for s in find_areas(text) if (s.value.role or AreaRole.TOTAL) == self.role]

    def _found(self, text: str, span: Span[Area]) -> Found:
        return with_word(text, span, str(span.value.square_metres), AREA_WORDS[self.role])

    def read(self, answer: str, reading: Reading) -> Value:
        """Read one area with its unit."""
        found = find_areas(answer)
        if not found or found[0].value.square_metres < 0:
            raise DomainError("not_an_area", answer=answer)
        return str(found[0].value.square_metres)

    def show(self, value: Value) -> str:
        """The area in 亩 and in ㎡."""
        return str(Area(Decimal(value), self.role))


@dataclass(frozen=True, slots=True)
class Money:
    """A sum of money, kept in 分."""

    words: tuple[str, ...]
    """What stands before it in a line to say what it is."""

    def find(self, text: str, reading: Reading) -> list[Found]:
        """The sums that one of the words stands before: 罚款3万元, 罚款金额为3万元."""
        before = re.compile(
            rf"(?<!加处)(?:{'|'.join(self.words)})(?:金额)?(?:人民币|共?计|为|共|约)?\s?[:：]?\s?\Z"
        )
        return [
            Found(word.start(), span.end, span.value, text[word.start() : span.end])
            for span in find_money(text)
            if (word := before.search(text, max(0, span.start - 12), span.start))
        ]

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Nothing: a sum that is not understood stays in the text."""
        return []

    def read(self, answer: str, reading: Reading) -> Value:
        """Read one sum with its unit."""
        found = find_money(answer)
        if not found:
            raise DomainError("not_money", answer=answer)
        return found[0].value

    def show(self, value: Value) -> str:
        """The sum as people say it."""
        return format_money(int(value))


@dataclass(frozen=True, slots=True)
class Day:
    """The date of something that has happened, kept as ISO.

    `roles` are the words that stand beside it in a line.
    """

    roles: tuple[str, ...] = ()

    def find(self, text: str, reading: Reading) -> list[Found]:
        """The dates said to be of this role."""
        return [
            with_word(text, span, span.value.day.isoformat(), _with_tails(span.value.role))
            for span in find_dates(text, reading.today)
            if span.value.role in self.roles and span.value.day <= reading.today
        ]

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Days of this role that are still to come, or that do not exist."""
        to_come = (s for s in find_dates(text, reading.today) if s.value.day > reading.today)
        return [
            *(doubt_of(s, Reason.TO_COME) for s in to_come if s.value.role in self.roles),
            *(
                doubt_of(s, Reason.IMPOSSIBLE)
                for s in impossible_dates(text)
                if s.value in self.roles
            ),
        ]

    def read(self, answer: str, reading: Reading) -> Value:
        """Read one date in natural Chinese."""
        day = parse_date(answer, reading.today, "past")
        if day is None:
            raise DomainError("not_a_date", answer=answer)
        if day > reading.today:
            raise DomainError("date_to_come", day=day)
        return day.isoformat()

    def show(self, value: Value) -> str:
        """The date with its weekday."""
        return format_date(date.fromisoformat(str(value)))


def _with_tails(role: str) -> tuple[str, ...]:
    return (*(role + tail for tail in ("日期", "时间", "于", "日")), role)


@dataclass(frozen=True, slots=True)
class ComingDay(Day):
    """A day that is set for something: on the day on which it is set, or later."""

    def find(self, text: str, reading: Reading) -> list[Found]:
        """Nothing: it is only ever asked for."""
        return []

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Nothing, for nothing is looked for."""
        return []

    def read(self, answer: str, reading: Reading) -> Value:
        """Read one date in natural Chinese; raises what `require` raises."""
        first = reading.earliest or reading.today
        day = parse_date(answer, reading.today, "future")
        since = parse_date(answer, first, "future")
        if day is None or since is None:
            raise DomainError("not_a_date", answer=answer)
        if (day.month, day.day) == (since.month, since.day):
            day = since  # a day without its year, not one counted from today
        self.require(day, first, corrected=reading.earliest is not None)
        return day.isoformat()

    def require(self, day: date, first: date, *, corrected: bool = False) -> None:
        """Raise `set_date_gone_by`, or in a correction `before_its_step`, for a day too early."""
        if day < first:
            raise DomainError(
                "before_its_step" if corrected else "set_date_gone_by", day=day, first=first
            )


_DAYS = r"(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
_ANSWER = "(?:回复|答复|反馈)"
_ANSWER_WITHIN = re.compile(
    rf"{_ANSWER}(?:期限|时限)(?:为|是)?\s?[:：]?\s?(?P<n>(?<![0-9]){_DAYS})[日天]内?"
    rf"|(?<![0-9一二三四五六七八九十])(?P<m>{_DAYS})[日天](?:之?内|以内)"
    rf"(?:将[一-龥]{{1,8}}?)?(?:向[一-龥]{{1,6}}?)?(?:以?书面(?:形式)?|予以|作出|给予)?{_ANSWER}"
)
"""A number of days with the word beside it that says what they are for."""
MOST_DAYS = 365
"""No paper sets more."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """A number of days that a paper sets."""

    def find(self, text: str, reading: Reading) -> list[Found]:
        """The days in which an answer is asked for, said beside them: 15日内书面回复.

        Any other number of days is part of the text: 30日内拆除.
        """
        return [
            Found(match.start(), match.end(), count, match[0])
            for match in _ANSWER_WITHIN.finditer(text)
            if (count := self._count(match["n"] or match["m"]))
        ]

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Nothing: other numbers stay in the text."""
        return []

    def _count(self, numeral: str) -> int:
        count = read_numeral(numeral)
        return int(count) if count is not None and 1 <= count <= MOST_DAYS else 0

    def read(self, answer: str, reading: Reading) -> Value:
        """Read 15, 15日 or 十五天; raises `not_days`."""
        match = re.fullmatch(
            r"(?P<n>[0-9]{1,3}|[一二三四五六七八九十百]{1,5})[日天]?内?", fold(answer).text.strip()
        )
        count = self._count(match["n"]) if match else 0
        if not count:
            raise DomainError("not_days", most=MOST_DAYS)
        return count

    def show(self, value: Value) -> str:
        """The days."""
        return f"{value}日"
