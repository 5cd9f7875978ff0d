"""What a field may hold: how its value is read from words, found in a line, and shown.

A kind declares its fields with these; the form, the one-line parser, the card and the
audit text are generic code that asks them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bot.domain.errors import DomainError
from bot.domain.masking import PersonalKind, find_personal, mask
from bot.domain.numbers import NumberKind, ambiguous_numbers, find_numbers, parse_number
from bot.domain.parcels import find_parcels
from bot.domain.records import Value
from bot.domain.span import Span, fold

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from datetime import date

    from bot.domain.numbers import DocumentNumber
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
    places: Sequence[str] = ()
    """Places that begin like a person's name and are none."""
    earliest: date | None = None
    """In a correction: the first day that its step could set for something; None: today."""

    def numbers(self, text: str) -> list[Span[DocumentNumber]]:
        """Every document, court and system number in `text`."""
        return find_numbers(
            text, abbreviations=self.abbreviations, system_prefixes=self.system_prefixes
        )

    def unsure_numbers(self, text: str) -> list[Span[NumberKind]]:
        """What looks like a number in `text` but must be asked back."""
        return ambiguous_numbers(
            text, abbreviations=self.abbreviations, system_prefixes=self.system_prefixes
        )


class Reason(StrEnum):
    """Why something written in a line could not be taken."""

    SEVERAL = "several"
    """Two values for a field that holds one."""
    IMPOSSIBLE = "impossible"
    """A day that no calendar has."""
    TO_COME = "to_come"
    """A day in the future, for what has happened."""
    NEGATIVE = "negative"
    """An area below nothing."""
    UNSURE_NUMBER = "unsure_number"
    """A number with a part missing, or two numbers run together."""


@dataclass(frozen=True, slots=True)
class Found(Span[Value]):
    """A place in a line that names a field's value; the lower the rank, the surer."""

    rank: int = 0
    inside: bool = False
    """It belongs to a sentence, which keeps it, and other fields may read there too."""


class Holds(Protocol):
    """What a field holds."""

    def find(self, text: str, reading: Reading) -> list[Found]:
        """Every place in a line of text that may be this field's value."""
        ...

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Every place meant for this field that no value can be read from."""
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

    def find(self, text: str, reading: Reading) -> list[Found]:
        """Places naming a choice: codes, names apart, titles, words; none inside a longer one."""
        folded = fold(text)
        apart = {(at, at + len(token)) for at, token in tokens(text)}
        named = [
            found
            for choice in self.choices
            for name in choice.spellings
            for match in re.finditer(re.escape(name), folded.text)
            if (found := _name(folded.span(*match.span(), choice.code), choice, name, apart))
        ]
        return sorted([*self._codes(folded), *_longest(named)], key=lambda found: found.rank)

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Nothing: a word either names a choice or does not."""
        return []

    def _codes(self, folded: Folded) -> list[Found]:
        """Places with a choice's code as a word of its own: 2c, 类别2C, 2C类."""
        if not self.with_codes:
            return []
        return [
            place_of(folded.span(*match.span(), None), choice.code)
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
            titles = [c.title for c in self.choices]
            raise DomainError("not_a_choice", choices=titles, coded=self.with_codes)
        return found[0].value

    def show(self, value: Value) -> str:
        """The choice's title."""
        title = next(c.title for c in self.choices if c.code == value)
        return f"{value} {title}" if self.with_codes else title

    def knows(self, value: Value) -> bool:
        """Tell whether a value is the code of a choice."""
        return value in {choice.code for choice in self.choices}

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
    mark: str = ""
    """What its prefix holds if it is one of those meant, such as 罚 or 检."""
    words: tuple[str, ...] = ()
    """What may stand before it in a line to say what it is."""
    records: tuple[str, ...] = ()
    """Of our own numbers: codes of the kinds of record that it may name."""
    leaves: str = ""
    """The event that it leaves in the history of the record it names; "": none."""

    def find(self, text: str, reading: Reading) -> list[Found]:
        """The numbers of these kinds with this mark in the text."""
        return [
            with_word(text, span, str(span.value), self.words)
            for span in reading.numbers(text)
            if span.value.kind in self.kinds and self.mark in span.value.prefix
        ]

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """What looks like a number of these kinds, but not surely like which."""
        return [
            doubt_of(span, Reason.UNSURE_NUMBER)
            for span in reading.unsure_numbers(text)
            if span.value in self.kinds
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


_PARCEL_WORDS = ("图斑编号", "监测编号", "图斑号", "图斑")
"""What may stand before a parcel's number in a line to say what it is."""


@dataclass(frozen=True, slots=True)
class ParcelNumber:
    """A parcel's number (图斑编号), kept in its one spelling."""

    def find(self, text: str, reading: Reading) -> list[Found]:
        """The parcels' numbers in the text, which keeps them: often it says nothing else."""
        found = (with_word(text, span, span.value, _PARCEL_WORDS) for span in find_parcels(text))
        return [replace(each, inside=True) for each in found]

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Nothing: what is no parcel's number may be any other."""
        return []

    def read(self, answer: str, reading: Reading) -> Value:
        """Read one number as a whole; raises `not_a_parcel`."""
        found = find_parcels(answer)
        if len(found) != 1:
            raise DomainError("not_a_parcel")
        return found[0].value

    def show(self, value: Value) -> str:
        """The number."""
        return str(value)


NEVER_KEPT = frozenset({PersonalKind.INFORMANT, PersonalKind.MINOR})
"""Of whom nothing is ever stored (BRIEF §6)."""


@dataclass(frozen=True, slots=True)
class Text:
    """Free words, masked as BRIEF §6 says before they are kept; never found in a line."""

    limit: int = 500

    def find(self, text: str, reading: Reading) -> list[Found]:
        """Nothing: free words are what the other fields leave."""
        return []

    def doubtful(self, text: str, reading: Reading) -> list[Span[Reason]]:
        """Nothing: free words may say anything."""
        return []

    def read(self, answer: str, reading: Reading) -> Value:
        """Keep the answer, masked; refuse it when empty or too long."""
        words = answer.strip()
        if not words:
            raise DomainError("empty_answer")
        if len(words) > self.limit:
            raise DomainError("too_long", limit=self.limit, length=len(words))
        numbers = reading.numbers(words)
        found = {span.value for span in find_personal(words, keep=numbers, places=reading.places)}
        if found & NEVER_KEPT:
            raise DomainError("informant_or_minor")
        return mask(words, keep=numbers, places=reading.places)

    def show(self, value: Value) -> str:
        """The words themselves."""
        return str(value)


def with_word(text: str, span: Span[object], value: Value, words: Iterable[str]) -> Found:
    """A value's place together with the word beside it that says what it is."""
    before = fold(text[max(0, span.start - _WORD_WINDOW) : span.start])
    after = fold(text[span.end : span.end + _WORD_WINDOW])
    for word in words:
        if match := re.search(rf"{word}\s?:?\s?\Z", before.text):
            start = span.start - len(before.original) + before.places[match.start()]
            return Found(start, span.end, value, text[start : span.end])
        if after.text.startswith(word):
            end = span.end + after.places[len(word) - 1] + 1
            return Found(span.start, end, value, text[span.start : end])
    return place_of(span, value)


def place_of(span: Span[object], value: Value, rank: int = 0) -> Found:
    """A value in its place."""
    return Found(span.start, span.end, value, span.text, rank)


def doubt_of(span: Span[object], reason: Reason) -> Span[Reason]:
    """A place with why nothing can be read from it."""
    return Span(span.start, span.end, reason, span.text)


_WORD_WINDOW = 16
APART = 1
"""The rank of a name that is a word of its own."""


def _name(
    span: Span[str], choice: Choice, name: str, apart: Container[tuple[int, int]]
) -> Found | None:
    """A choice's name in a line, ranked: apart from other words, its title, another name."""
    if (span.start, span.end) in apart:
        return place_of(span, span.value, APART)
    if name in choice.alone:
        return None
    return place_of(span, span.value, 2 if name == choice.title else 3)


def _longest(names: list[Found]) -> list[Found]:
    """The names that are not a part of a longer one: 不准予裁定违法 does not say 准予裁定违法."""
    kept: list[Found] = []
    for one in sorted(names, key=lambda name: (name.start, -name.end)):
        last = kept[-1] if kept else None
        if last is None or one.end > last.end or (one.start, one.end) == (last.start, last.end):
            kept.append(one)
    return kept


# 1,200 and 2026/1/8 are one word, a heading such as 【线索】 too.
_TOKEN = re.compile(r"【[一-龥]{1,8}】|(?:[^\s,，;；。、:：!！/／|｜·\-]|(?<=\d)[,:/／\-](?=\d))+")


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
