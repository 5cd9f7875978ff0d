"""What a record can be found by: its searchable text, and its facets (district, state, …)."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.calendar import local_date
from bot.domain.entries import OneOf, Sight
from bot.domain.kinds.lifecycle import party_of
from bot.domain.span import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from bot.domain.kinds.kind import Kind
    from bot.domain.records import Record


ALL_PAIRS = 6
"""Words up to this long are looked for by every pair of characters in them."""


class Sort(StrEnum):
    """What a facet says of a record; the value begins the facet's token in the index."""

    DISTRICT = "d"
    KIND = "k"
    STATE = "s"
    CHOICE = "c"
    QUARTER = "q"
    SIDE = "w"
    SUBMITTER = "u"
    PARTY = "o"
    HOLDER = "h"
    """The organ whose turn it is."""
    MINE = "mine"
    """Only asked for: filed by the asker, or their organ's turn."""
    OVERDUE = "overdue"
    """Only asked for: it depends on the day."""


class Facet(NamedTuple):
    """One thing that is so or not so of a record."""

    sort: Sort
    value: str = ""

    @property
    def token(self) -> str:
        """As the index keeps it; the colon sets it apart from every pair of characters."""
        return f"{self.sort}:{self.value}"

    @classmethod
    def of(cls, token: str) -> Facet:
        """Read what `token` wrote."""
        sort, _, value = token.partition(":")
        return cls(Sort(sort), value)

    @property
    def topic(self) -> str:
        """What it answers: a record has one choice of a field, one state, one district."""
        return self.value.partition("/")[0] if self.sort is Sort.CHOICE else self.sort


def facets_of(kind: Kind, record: Record) -> frozenset[Facet]:
    """Everything a record can be filtered or ranked by."""
    state = kind.state(record.state)
    facets = {
        Facet(Sort.DISTRICT, record.district),
        Facet(Sort.KIND, record.kind),
        state_facet(kind, record.state),
        Facet(Sort.QUARTER, quarter_of(local_date(record.created_at))),
        *(Facet(Sort.SIDE, side) for side in record.sides),
        Facet(Sort.SUBMITTER, str(record.submitter)),
        Facet(Sort.PARTY, record.sender),
        Facet(Sort.PARTY, record.receiver),
        *(choice_facet(name, str(record.data[name])) for name in choosable(kind, record.data)),
    }
    if state.holder:
        facets.add(Facet(Sort.HOLDER, party_of(record, state.holder)))
    return frozenset(facets)


def state_facet(kind: Kind, state: str) -> Facet:
    """A state of one kind; two kinds may name theirs alike."""
    return Facet(Sort.STATE, f"{kind.code}/{state}")


def choice_facet(field: str, code: str) -> Facet:
    """A field's choice, such as the category 2C."""
    return Facet(Sort.CHOICE, f"{field}/{code}")


def choosable(kind: Kind, names: Iterable[str]) -> Iterator[str]:
    """Those of the kind's fields that hold a choice which everybody may see."""
    for name in names:
        entry = kind.entries[name]
        if isinstance(entry.holds, OneOf) and entry.sight is Sight.GROUP:
            yield name


def quarter_of(day: date) -> str:
    """The quarter a day lies in, such as 2026Q1."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_title(quarter: str) -> str:
    """A quarter as people write it: 2026年一季度."""
    year, number = quarter.split("Q")
    return f"{year}年{'一二三四'[int(number) - 1]}季度"


def quarters_until(day: date, count: int) -> list[str]:
    """The quarter a day lies in and those before it, the newest first."""
    last = day.year * 4 + (day.month - 1) // 3
    return [f"{at // 4}Q{at % 4 + 1}" for at in range(last, last - count, -1)]


def category_of(kind: Kind) -> str | None:
    """The field by whose choices the kind's records are told apart: the first it requires."""
    return next(choosable(kind, kind.required), None)


def text_of(kind: Kind, record: Record) -> str:
    """A record's searchable text: its number and every field as it is shown, made plain."""
    shown = (kind.show(name, value) for name, value in record.data.items())
    return " ".join(filter(None, map(plain, (record.number, *shown))))


def plain(text: str) -> str:
    """Only letters, characters and digits, in one width and case: spelling does not matter."""
    return "".join(char for char in fold(text).text.lower() if char.isalnum())


def pairs(text: str) -> set[str]:
    """Every two neighbouring characters of a plain text: Chinese has no other word boundary."""
    return {a + b for a, b in pairwise(text) if a != " " != b}


def telling_pairs(word: str) -> set[str]:
    """Enough of a plain word's pairs to look for it by: all, or of a long one every other."""
    step = 1 if len(word) <= ALL_PAIRS else 2
    return {word[at : at + 2] for at in range(0, len(word) - 1, step)} | pairs(word[-2:])
