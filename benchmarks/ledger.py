"""A made-up ledger of any size: the same records every time, worded as unevenly as real ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from bot.domain.facets import facets_of
from bot.domain.kinds import KINDS
from bot.domain.kinds.lead import CATEGORIES
from bot.domain.numbers import DocumentNumber, NumberKind
from bot.domain.people import Side
from bot.domain.records import Record
from bot.storage.search import Indexed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.office import Office

LEAD = KINDS["lead"]
NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)
SPAN = timedelta(days=20 * 365)
"""The first record was filed so long ago, the last one now."""
OFFICERS = 40
FREQUENT = "非法占用耕地"
"""Stands in six of ten records."""
RARE = "擅自改变用途"
"""Stands in one record of twenty thousand."""
ABSENT = "法占非法"
"""Stands in none, although all of its pairs are frequent where `SCRAMBLED` stands."""
SCRAMBLED = "非法用占非"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"

_first_draw = Random(5)
_CHARACTERS = [chr(0x4E00 + 5 * place) for place in range(500)]
WORDS = ["".join(_first_draw.sample(_CHARACTERS, 2)) for _ in range(4000)]
"""Invented words of two characters, the most frequent first."""
_WORD_WEIGHTS = list(accumulate(1 / (place + 2) for place in range(len(WORDS))))
_DISTRICT_WEIGHTS = (5, 45, 65, 82, 93, 100)
_PENALTIES = ("鄂州资规罚字", "鄂城资规罚字", "华容资规罚字", "梁子湖资规罚字", "葛店资规罚字")
_RULINGS = ("鄂0704行审", "鄂0703行审", "鄂0702行审", "鄂07行审复", "鄂0704执")
_OPEN = tuple(state.code for state in LEAD.states if not state.closed)


@dataclass(frozen=True)
class Entry:
    """One record with everything that it is found by."""

    record: Record
    numbers: tuple[DocumentNumber, ...]
    indexed: Indexed
    overdue: bool


def entries(office: Office, size: int) -> Iterator[Entry]:
    """The ledger's records, the oldest first."""
    draw = Random(size)
    for record_id in range(1, size + 1):
        yield _entry(office, draw, record_id, size)


def _entry(office: Office, draw: Random, record_id: int, size: int) -> Entry:
    filed = NOW - SPAN * ((size - record_id) / size)
    serials = size // 80 + 9
    numbers = (
        DocumentNumber(NumberKind.SYSTEM, "线索", filed.year, record_id),
        _number(draw, NumberKind.DOCUMENT, _PENALTIES, filed.year, serials),
        _number(draw, NumberKind.COURT, _RULINGS, filed.year, serials),
    )
    record = _record(office, draw, record_id, filed, numbers)
    folded = (f"{n.prefix}{n.year}{n.serial}号" for n in numbers[:2])
    ruling = f"{filed.year}{numbers[2].prefix}{numbers[2].serial}号"
    text = " ".join((*folded, ruling, str(record.data["summary"])))
    return Entry(
        record,
        numbers,
        Indexed(record_id, text, facets_of(LEAD, record)),
        overdue=not LEAD.state(record.state).closed and draw.random() < 0.05,
    )


def _number(
    draw: Random, kind: NumberKind, prefixes: Sequence[str], year: int, serials: int
) -> DocumentNumber:
    return DocumentNumber(kind, draw.choice(prefixes), year, draw.randint(1, serials))


def _record(
    office: Office,
    draw: Random,
    record_id: int,
    filed: datetime,
    numbers: tuple[DocumentNumber, ...],
) -> Record:
    (district,) = draw.choices(office.districts, cum_weights=_DISTRICT_WEIGHTS)
    category = draw.choice(CATEGORIES.choices).code
    open_one = draw.random() < 0.02
    sides = {Side.PROCURATORATE, Side.RESOURCES} | ({Side.FORESTRY} if category == "F" else set())
    return Record(
        id=record_id,
        kind=LEAD.code,
        number=str(numbers[0]),
        district=district.code,
        sender=district.resources,
        receiver=district.procuratorate,
        sides=frozenset(sides),
        submitter=draw.randint(1, OFFICERS),
        state=draw.choice(_OPEN) if open_one else "archived",
        version=1,
        data={
            "category": category,
            "route": draw.choice(("apply", "transfer")),
            "penalty_number": str(numbers[1]),
            "court_number": str(numbers[2]),
            "summary": _summary(draw, record_id),
        },
        created_at=filed,
        updated_at=filed,
    )


def _summary(draw: Random, record_id: int) -> str:
    """About 60 characters: set phrases, somebody's name, and words as uneven as a language's."""
    words = draw.choices(WORDS, cum_weights=_WORD_WEIGHTS, k=26)
    phrase = FREQUENT if draw.random() < 0.6 else SCRAMBLED
    rare = RARE if record_id % 20_000 == 7 else ""
    return f"{draw.choice(SURNAMES)}某某{phrase}{''.join(words)}{rare}{draw.randint(1, 99)}亩"
