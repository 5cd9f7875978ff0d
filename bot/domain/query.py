"""What a question means: a number or parts of one, filters, and words.

`查 鄂城 审查中 张某`, `查 资规罚字31`, `查 2C 逾期`: whatever names a filter is one; the rest is
read as a number if it can be, and looked for as words if no such number is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, takewhile
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY
from bot.domain.entries import OneOf
from bot.domain.facets import Facet, Sort, choice_facet, choosable, plain, quarter_of, state_facet
from bot.domain.numbers import DocumentNumber, parse_number
from bot.domain.parcels import parse_parcel
from bot.domain.span import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from bot.domain.entries import Reading
    from bot.domain.kinds.kind import Kinds
    from bot.domain.people import Side

LONGEST_QUESTION = 200
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class NumberParts:
    """What is known of a number; an empty part may be anything."""

    serial: int
    prefix: str = ""
    year: int | None = None
    sub: str = ""
    suffix: str = ""
    key: str = ""
    """The look-up key; empty unless the number is complete."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How far an asker sees."""

    side: Side
    """Matters that concern this side,"""
    group: frozenset[Side]
    """and nobody but these,"""
    districts: frozenset[str]
    """of these districts."""
    everywhere: bool = False
    """There are no other districts."""

    @property
    def sides(self) -> list[frozenset[Side]]:
        """Every set of sides that a matter in sight may concern."""
        others = self.group - {self.side}
        return [
            frozenset({self.side, *some})
            for number in range(len(others) + 1)
            for some in combinations(others, number)
            if self.side in self.group
        ]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was understood."""

    filters: frozenset[Facet] = frozenset()
    number: NumberParts | None = None
    words: tuple[str, ...] = ()
    """Plain words which must all be there; also what to look for if no such number is known."""
    rest: str = ""
    """What of the question names no filter."""

    def asks(self, sort: Sort) -> bool:
        """Tell whether there is a filter of a sort."""
        return any(facet.sort is sort for facet in self.filters)

    def groups(self) -> list[frozenset[Facet]]:
        """The filters topic by topic: 鄂城 华容 is either district, 2C 紧急 must be both."""
        topics = sorted({facet.topic for facet in self.filters})
        return [frozenset(f for f in self.filters if f.topic == topic) for topic in topics]


@dataclass(frozen=True)
class Vocabulary:
    """The words that name a filter; one word may name several of one topic: any will do."""

    facets: Mapping[str, frozenset[Facet]]

    @classmethod
    def of(
        cls,
        kinds: Kinds,
        districts: Mapping[str, Iterable[str]],
        organs: Mapping[str, Iterable[str]],
    ) -> Vocabulary:
        """All titles that kinds declare; districts and organs as code → spellings.

        Where a word could name two topics, it names the first.
        """
        named = [
            *((word, Facet(Sort.DISTRICT, code)) for code, ws in districts.items() for word in ws),
            *((word, Facet(Sort.PARTY, code)) for code, ws in organs.items() for word in ws),
            *_declared(kinds),
            *((word, Facet(Sort.MINE)) for word in ("我的", "我")),
            *((word, Facet(Sort.OVERDUE)) for word in ("超期", "逾期", "已超期", "已逾期")),
        ]
        facets: dict[str, frozenset[Facet]] = {}
        for word, facet in ((plain(spelling), facet) for spelling, facet in named):
            same = facets.get(word, frozenset())
            if all(other.topic == facet.topic for other in same):
                facets[word] = same | {facet}
        return cls(facets)

    def read(self, token: str, today: date) -> frozenset[Facet] | None:
        """The filters a token names, one after the other, or None if it says anything else."""
        found: frozenset[Facet] = frozenset()
        while token:
            length, facets = self._longest(token, today)
            if not length:
                return None
            token, found = token[length:], found | facets
        return found

    def _longest(self, token: str, today: date) -> tuple[int, frozenset[Facet]]:
        if quarter := _QUARTER.match(token):
            return quarter.end(), frozenset({Facet(Sort.QUARTER, _quarter(quarter, today))})
        for length in range(min(len(token), self._reach), 0, -1):
            if token[:length] in self.facets:
                return length, self.facets[token[:length]]
        return (1, frozenset()) if token[0] == "的" else (0, frozenset())

    @cached_property
    def _reach(self) -> int:
        return max(map(len, self.facets))


def _declared(kinds: Kinds) -> Iterator[tuple[str, Facet]]:
    """Titles of kinds, of states, and codes and titles of the choices everybody may see."""
    for kind in kinds.all:
        yield kind.title, Facet(Sort.KIND, kind.code)
        yield from ((state.title, state_facet(kind, state.code)) for state in kind.states)
        for name in choosable(kind, kind.entries):
            holds = kind.entries[name].holds
            for choice in holds.choices if isinstance(holds, OneOf) else ():
                yield choice.title, choice_facet(name, choice.code)
                if choice.code[0].isdigit():
                    yield choice.code, choice_facet(name, choice.code)


_QUARTER = re.compile(
    r"(?P<said>[本这上])个?季度?|(?:(?P<year>20[0-9]{2})年?)?第?(?P<no>[一二三四1-4])季度?"
    r"|(?P<code_year>20[0-9]{2})q(?P<code_no>[1-4])"
)


def _quarter(match: re.Match[str], today: date) -> str:
    """本季度 and 上季度 from today; a quarter without a year is this year's."""
    if match["said"]:
        first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        return quarter_of(first - DAY if match["said"] == "上" else today)
    number = match["no"] or match["code_no"]
    if not number.isascii():
        number = str("一二三四".index(number) + 1)
    return f"{match['year'] or match['code_year'] or today.year}Q{number}"


_BETWEEN = re.compile(r"[\s,;。、!?|]+")


def read_query(question: str, vocabulary: Vocabulary, reading: Reading) -> Query:
    """Understand a question; what is longer than a question can be is cut off."""
    text = fold(question[:LONGEST_QUESTION]).text.strip()
    if whole := _whole_number(text, reading):
        return Query(number=whole, words=(plain(text),), rest=text)
    filters: frozenset[Facet] = frozenset()
    rest: list[str] = []
    for token in filter(None, _BETWEEN.split(text)):
        named = vocabulary.read(plain(token), reading.today)
        if named is None:
            rest.append(parse_parcel(token) or token)
        else:
            filters |= named
    words = dict.fromkeys(word for token in rest if (word := plain(token)))
    said = " ".join(rest)
    return Query(filters, read_number(said, reading), tuple(words)[:MOST_WORDS], said)


def _whole_number(text: str, reading: Reading) -> NumberParts | None:
    """The question as one number: complete, or one of ours: `线索 12` is not all leads."""
    number = read_number(text, reading)
    ours = number is not None and number.prefix in reading.system_prefixes
    return number if number and (number.key or ours) else None


def parts_of(number: DocumentNumber) -> NumberParts:
    """A complete number by its parts; the mark of a series (Z12) counts as its sub-series."""
    serial = str(number.serial)
    return NumberParts(
        serial=int(serial.removeprefix("Z")),
        prefix=number.prefix,
        year=number.year,
        sub=number.sub + ("Z" if serial.startswith("Z") else ""),
        suffix=number.suffix,
        key=number.key(),
    )


_HAN = "[一-龥]"
_BARE = "(?:19|20)[0-9]{2}"
_OPEN, _CLOSE = r"[(\[{<〔【〖「『〈《]", r"[)\]}>〕】〗」』〉》]"


def _year(name: str) -> str:
    bracketed = rf"{_OPEN}\s*{_BARE}\s*年?\s*{_CLOSE}"
    return rf"(?P<{name}>{bracketed}|{_BARE}(?:\s*(?:年第?|[-/])\s*|\s+|(?={_HAN})))"


_COUNTED = re.compile(r"第(?=\s*[Zz]?[0-9])")
_PARTS = re.compile(
    rf"(?:{_year('before')})?\s*"
    rf"(?P<prefix>(?:{_HAN}{{0,3}}[0-9]{{4}})?{_HAN}{{1,16}}?(?:\({_HAN}{{1,6}}\){_HAN}{{0,6}})??)?"
    rf"\s*-?\s*(?:{_year('within')})?(?:{_OPEN}(?P<sub>{_HAN}{{1,6}}){_CLOSE})?"
    rf"\s*(?P<serial>[Zz]?[0-9]{{1,11}})\s*号?(?:之(?P<suffix>[一二三四五六七八九十]{{1,3}}))?"
)


def read_number(text: str, reading: Reading) -> NumberParts | None:
    """A number, or as many parts of one as are there; the serial must be."""
    complete = parse_number(text, system_prefixes=reading.system_prefixes)
    if complete is not None:
        return parts_of(complete)
    match = _PARTS.fullmatch(_COUNTED.sub("", fold(text).text.strip()))
    if match is None or (match["before"] and match["within"]):
        return None
    year = match["before"] or match["within"]
    serial = match["serial"].upper()
    return NumberParts(
        serial=int(serial.removeprefix("Z")),
        prefix=match["prefix"] or "",
        year=int(re.sub(r"\D", "", year)) if year else None,
        sub=(f"({match['sub']})" if match["sub"] else "") + ("Z" if serial[0] == "Z" else ""),
        suffix=f"之{match['suffix']}" if match["suffix"] else "",
    )


@lru_cache(maxsize=64)
def slips_of(serial: int) -> frozenset[int]:
    """The serial, and what it is with two digits swapped, one left out or one doubled."""
    digits = str(serial)
    halves = [(digits[:place], digits[place:]) for place in range(len(digits))]
    swapped = [f"{head}{tail[1]}{tail[0]}{tail[2:]}" for head, tail in halves[:-1]]
    dropped = [head + tail[1:] for head, tail in halves if len(digits) > 1]
    doubled = [head + tail[0] + tail for head, tail in halves]
    return frozenset({serial, *map(int, swapped + dropped + doubled)})


def distance(parts: NumberParts, prefix: str, year: int, serial: int) -> tuple[int, int] | None:
    """How far a number is from what was asked: slips, then steps; None when it is too far."""
    if not _alike(parts.prefix, prefix):
        return None
    years = abs(year - parts.year) if parts.year else 0
    slips = (parts.prefix != prefix) + bool(years) + (serial != parts.serial)
    steps = 0 if serial in slips_of(parts.serial) else abs(serial - parts.serial)
    return slips, steps + years


def _alike(asked: str, borne: str) -> bool:
    """The same prefix, a part of it, or one slip away: a letter more, less, wrong or swapped."""
    if asked in borne or sorted(asked) == sorted(borne):
        return True
    head = _shared_start(asked, borne)
    tail = _shared_start(asked[head:][::-1], borne[head:][::-1])
    return max(len(asked), len(borne)) - head - tail <= 1


def _shared_start(one: str, other: str) -> int:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in pairs)
