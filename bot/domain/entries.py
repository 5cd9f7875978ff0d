"""What a field may hold: how its value is read from words, found in a line, and shown.

A kind declares its fields with these; the form, the one-line parser, the card and the
audit text are generic code that asks them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.domain.dates import find_dates, format_date, parse_date
from bot.domain.errors import DomainError
from bot.domain.masking import PersonalKind, find_personal, mask
from bot.domain.numbers import NumberKind, find_numbers, parse_number
from bot.domain.quantities import Area, AreaRole, find_areas
from bot.domain.span import Span, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.numbers import DocumentNumber
    from bot.domain.records import Value
    from bot.domain.span import Folded


class Sight(StrEnum):
    """Who may see a field."""

    GROUP = "group"
    """Everybody in the bound groups: it may stand on the short card."""
    PARTIES = "parties"
    """Entitled people of both sides, in private."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where and when words are read: today's date, and how numbers begin in this office."""

    today: date
    abbreviations: Sequence[str] = ()
    system_prefixes: Sequence[str] = ()

    def numbers(self, text: str) -> list[Span[DocumentNumber]]:
        """Every document, court and system number in `text`."""
        return find_numbers(
            text, abbreviations=self.abbreviations, system_prefixes=self.system_prefixes
        )


class Holds(Protocol):
    """What a field holds."""

    def find(self, text: str, reading: Reading) -> Iterable[Span[Value]]:
        """Every place in a line of text that may be this field's value."""
        ...

    def read(self, answer: str, reading: Reading) -> Value:
        """Read a whole answer; raises `DomainError` saying what was expected."""
        ...

    def show(self, value: Value) -> str:
        """The value as people read it."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a field's choices: its code, its title, and everyday words for it."""

    code: str
    title: str
    words: tuple[str, ...] = ()
    group: str = ""
    alone: frozenset[str] = frozenset()
    """Those of its names that mean something else inside a sentence."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """All the ways it is named, but for its code."""
        return (self.title, *self.words)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a list of choices, by code, title or everyday word."""

    choices: tuple[Choice, ...]
    with_codes: bool = False
    """People use the codes too, so they are shown before the titles."""

    def find(self, text: str, reading: Reading) -> list[Span[Value]]:
        """Places naming a choice, the surest first: codes, names apart, the longest names."""
        folded = fold(text)
        apart = {(at, at + len(token)) for at, token in tokens(text)}
        spans = [
            folded.span(*match.span(), choice.code)
            for choice in self.choices
            for name in choice.spellings
            for match in re.finditer(re.escape(name), folded.text)
            if name not in choice.alone or _place(folded.span(*match.span(), name)) in apart
        ]
        spans.sort(key=lambda span: (_place(span) not in apart, span.start - span.end))
        return [*self._codes(folded), *spans]

    def _codes(self, folded: Folded) -> list[Span[Value]]:
        """Places with a choice's code as a word of its own: 2c, 类别2C, 2C类."""
        if not self.with_codes:
            return []
        return [
            folded.span(*match.span(), choice.code)
            for choice in self.choices
            for match in re.finditer(
                rf"(?<!\w)(?:类别为?)?{choice.code}类?(?![0-9A-Za-z_级景座形])",
                folded.text,
                re.IGNORECASE,
            )
        ]

    def read(self, answer: str, reading: Reading) -> Value:
        """Read the choice an answer names."""
        found = self.find(answer.strip(), reading)
        if not found:
            raise DomainError("not_a_choice", choices=[c.title for c in self.choices])
        return found[0].value

    def show(self, value: Value) -> str:
        """The choice's title."""
        title = next(c.title for c in self.choices if c.code == value)
        return f"{value} {title}" if self.with_codes else title

    def groups(self) -> tuple[str, ...]:
        """The groups of the choices, in order; ("",) where there are none."""
        return tuple(dict.fromkeys(choice.group for choice in self.choices))

    def within(self, group: str) -> tuple[Choice, ...]:
        """The choices of one group."""
        return tuple(choice for choice in self.choices if choice.group == group)


@dataclass(frozen=True, slots=True)
class Number:
    """A document's or court's number, in any spelling; kept in the canonical one."""

    kinds: frozenset[NumberKind]

    def find(self, text: str, reading: Reading) -> list[Span[Value]]:
        """The numbers of these kinds in the text."""
        return [
            Span(span.start, span.end, str(span.value), span.text)
            for span in reading.numbers(text)
            if span.value.kind in self.kinds
        ]

    def read(self, answer: str, reading: Reading) -> Value:
        """Read one number; the year and the serial must be there."""
        number = parse_number(answer, system_prefixes=reading.system_prefixes)
        if number is None or number.kind not in self.kinds:
            raise DomainError("not_a_number", answer=answer)
        return str(number)

    def show(self, value: Value) -> str:
        """The number as official papers write it."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Surface:
    """An area of land, kept in square metres (a decimal in a string)."""

    role: AreaRole

    def find(self, text: str, reading: Reading) -> list[Span[Value]]:
        """The areas said to be of this role."""
        return [
            _with_word(text, span, str(span.value.square_metres), AREA_WORDS[self.role])
            for span in find_areas(text)
            if (span.value.role or AreaRole.TOTAL) == self.role
        ]

    def read(self, answer: str, reading: Reading) -> Value:
        """Read one area with its unit."""
        found = find_areas(answer)
        if not found:
            raise DomainError("not_an_area", answer=answer)
        return str(found[0].value.square_metres)

    def show(self, value: Value) -> str:
        """The area in 亩 and in ㎡."""
        return str(Area(Decimal(value), self.role))


@dataclass(frozen=True, slots=True)
class Day:
    """The date of something that has happened, kept as ISO.

    `roles` are the words that stand beside it in a line.
    """

    roles: tuple[str, ...] = ()

    def find(self, text: str, reading: Reading) -> list[Span[Value]]:
        """The dates said to be of this role."""
        return [
            _with_word(text, span, span.value.day.isoformat(), (span.value.role,))
            for span in find_dates(text, reading.today)
            if span.value.role in self.roles and span.value.day <= reading.today
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


NEVER_KEPT = frozenset({PersonalKind.INFORMANT, PersonalKind.MINOR})
"""Of whom nothing is ever stored (BRIEF §6)."""


@dataclass(frozen=True, slots=True)
class Text:
    """Free words, masked as BRIEF §6 says before they are kept; never found in a line."""

    limit: int = 500

    def find(self, text: str, reading: Reading) -> list[Span[Value]]:
        """Nothing: free words are what the other fields leave."""
        return []

    def read(self, answer: str, reading: Reading) -> Value:
        """Keep the answer, masked; refuse it when empty or too long."""
        words = answer.strip()
        if not words:
            raise DomainError("empty_answer")
        if len(words) > self.limit:
            raise DomainError("too_long", limit=self.limit, length=len(words))
        numbers = reading.numbers(words)
        found = {span.value for span in find_personal(words, keep=numbers)}
        if found & NEVER_KEPT:
            raise DomainError("informant_or_minor")
        return mask(words, keep=numbers)

    def show(self, value: Value) -> str:
        """The words themselves."""
        return str(value)


AREA_WORDS = {
    AreaRole.TOTAL: ("占地面积", "占地", "面积"),
    AreaRole.ARABLE: ("其中耕地", "耕地"),
    AreaRole.BASIC_FARMLAND: ("其中永久基本农田", "永久基本农田", "基本农田"),
}
"""What may stand before an area to say of what it is."""


def _with_word(text: str, span: Span[object], value: Value, words: Iterable[str]) -> Span[Value]:
    """A value's place together with the word beside it that says what it is."""
    for word in words:
        if text[: span.start].endswith(word):
            return Span(span.start - len(word), span.end, value, word + span.text)
        if text[span.end :].startswith(word):
            return Span(span.start, span.end + len(word), value, span.text + word)
    return Span(span.start, span.end, value, span.text)


def _place(span: Span[object]) -> tuple[int, int]:
    return span.start, span.end


_TOKEN = re.compile(r"(?:[^\s,，;；。、:：]|(?<=\d)[,:](?=\d))+")  # 1,200 is one word


def tokens(text: str) -> list[tuple[int, str]]:
    """The words of a line between spaces and punctuation, each with where it starts."""
    return [(match.start(), match[0]) for match in _TOKEN.finditer(text)]


@dataclass(frozen=True, slots=True)
class Entry:
    """The declaration of one field, carried in the annotation of the kind's model."""

    title: str
    """What it is called on cards and in the ledger."""
    holds: Holds
    question: str = ""
    """How it is asked for; empty: asked by its title alone."""
    sight: Sight = Sight.PARTIES

    @property
    def ask(self) -> str:
        """The question put to a person."""
        return self.question or f"请填写{self.title}。"
