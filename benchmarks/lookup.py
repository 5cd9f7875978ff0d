"""How quickly `查 …` finds what is asked for, on either database, and whether they agree."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from benchmarks.ledger import ABSENT, FREQUENT, NOW, RARE, SURNAMES, WORDS
from bot.domain.facets import Facet, Sort, plain
from bot.domain.kinds import KINDS
from bot.domain.people import Actor, Place, Role, Side
from bot.domain.periods import PERIODS
from bot.domain.query import Scope
from bot.services.desk import Books, Desk
from bot.services.search import PAGE, search
from bot.services.todo import tell_todo
from bot.storage import tables
from bot.storage.records import within
from bot.storage.search import Indexed
from bot.text import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.office import Office
    from bot.storage.database import Database

ASKERS = ("jcy", "zrzy-ec", "lzb-hr")
"""The city's procuratorate sees everything, a sub-bureau its district, a forest office little."""
_PRIVATE = Place(1, private=True)
_BASELINE_ROUNDS = 3
_TODO_ROUNDS = 10


class KnownNumber(NamedTuple):
    """A number that some record bears."""

    prefix: str
    year: int
    serial: int


@dataclass(frozen=True, slots=True)
class Case:
    """Questions of one sort; `scan` tells whether a plain scan could answer them at all."""

    title: str
    questions: tuple[str, ...]
    scan: bool = True


@dataclass(frozen=True, slots=True)
class Timing:
    """What one sort of question took on one database, in milliseconds, and what it found."""

    title: str
    times: tuple[float, ...]
    scan: float | None
    """The median of a LIKE '%…%' over every text in sight, the newest first."""
    answers: tuple[object, ...]

    @property
    def p99(self) -> float:
        """The time that one look-up of a hundred exceeds."""
        return quantiles(self.times, n=100)[98]

    @property
    def p50(self) -> float:
        """The time that half of the look-ups exceed."""
        return median(self.times)


async def known_numbers(database: Database, size: int) -> list[KnownNumber]:
    """A few hundred numbers that records bear."""
    keys = tables.record_keys
    some = Random(3).sample(range(1, size + 1), min(size, 300))
    async with database.read() as tx:
        rows = await tx.connection.execute(
            select(keys.c.prefix, keys.c.year, keys.c.serial)
            .where(keys.c.record_id.in_(some), keys.c.prefix.not_like("%0%"))
            .order_by(keys.c.record_id, keys.c.prefix)
        )
    return [KnownNumber(*row) for row in rows]


def cases(known: Sequence[KnownNumber], rounds: int) -> tuple[Case, ...]:
    """Everything people ask, in as many variants as there are rounds."""
    draw = Random(1)

    def vary(title: str, *patterns: str, scan: bool = True) -> Case:
        asked = []
        for place in range(rounds):
            number = draw.choice(known)
            words = {
                **number._asdict(),
                "end": number.prefix[-4:],
                "beyond": f"{number.serial + 1_000_000}",
                "often": draw.choice(WORDS[:5]),
                "middling": draw.choice(WORDS[200:400]),
                "seldom": draw.choice(WORDS[3000:]),
                "surname": draw.choice(SURNAMES),
            }
            asked.append(patterns[place % len(patterns)].format_map(words))
        return Case(title, tuple(asked), scan)

    return (
        vary("number, any spelling", "{prefix}〔{year}〕{serial}号", "{prefix}[{year}] 第{serial}"),
        vary("number, parts missing", "{end}{serial}", "{year} {serial}", "{serial}号"),
        vary("number that is not there", "{prefix}〔{year}〕{beyond}号"),
        vary("rare words", RARE),
        vary("word, seldom used", "{seldom}"),
        vary("word, middling", "{middling}"),
        vary("word, frequent", "{often}", "耕地"),
        vary("phrase, frequent", FREQUENT, "{surname}某某"),
        vary("several words", "{often} {middling}", "{surname}某 {often} 耕地"),
        vary("one character", "{surname}", "㐂"),
        vary("word that is not there", "查无此词", "{middling}无此"),
        vary("frequent pairs, no such word", ABSENT),
        vary("filters and words", "鄂城 审查中 {often}", "2C 上季度 {middling}", scan=False),
        vary("filters alone", "我的", "逾期", "华容 已立案", "2026年一季度 超期裁定", scan=False),
    )


def books_of(office: Office) -> Books:
    """What a running bot has at hand."""
    return Books(office, KINDS, PERIODS, Texts(), "liaison_bot")


async def time_case(database: Database, books: Books, case: Case) -> Timing:
    """Ask every question of a case for every asker, each in a transaction of its own."""
    office = books.office
    times: list[float] = []
    answers: list[object] = []
    for organ in ASKERS:
        actor = Actor(7, "王敏", Role.LIAISON, office.standing(organ))
        for place, question in enumerate((case.questions[0], *case.questions)):
            start = perf_counter()
            async with database.read() as tx:
                desk = await Desk.open(tx, books, NOW, "bench")
                answer = await search(desk, actor, question, _PRIVATE)
            if place:  # the very first is not counted: nothing is at hand yet
                times.append((perf_counter() - start) * 1000)
            answers.append((answer.records, answer.more, answer.about, answer.nearest))
    scan = await _time_scan(database, office, case.questions) if case.scan else None
    return Timing(case.title, tuple(times), scan, tuple(answers))


async def time_indexing(database: Database, size: int) -> list[float]:
    """Milliseconds to index one more text, as every filed record does, leaving no trace."""
    times = []
    facets = frozenset({Facet(Sort.DISTRICT, "420704"), Facet(Sort.HOLDER, "jcy-ec")})
    draw = Random(2)
    async with database.write() as tx:
        savepoint = await tx.connection.begin_nested()
        for record_id in range(max(1, size - 50), size + 1):
            text = "".join(draw.choices(WORDS[:300], k=40))
            start = perf_counter()
            await tx.search.put([Indexed(record_id, text, facets)])
            times.append((perf_counter() - start) * 1000)
        await savepoint.rollback()
    return times


async def time_todo(database: Database, books: Books) -> list[float]:
    """Milliseconds to tell each asker what waits, as /todo does, leaving no trace."""
    times = []
    async with database.write() as tx:
        for organ in ASKERS * _TODO_ROUNDS:
            actor = Actor(7, "王敏", Role.LIAISON, books.office.standing(organ))
            savepoint = await tx.connection.begin_nested()
            start = perf_counter()
            await tell_todo(await Desk.open(tx, books, NOW, "bench"), actor, 7007)
            times.append((perf_counter() - start) * 1000)
            await savepoint.rollback()
    return times


async def _time_scan(database: Database, office: Office, questions: Sequence[str]) -> float:
    """The plain way, with the most sight, newest first: what everybody writes at first."""
    records, texts = tables.records, tables.record_texts
    standing = office.standing(ASKERS[0])
    scope = Scope(standing.side, frozenset(Side), standing.districts)
    times = []
    for question in questions[:_BASELINE_ROUNDS]:
        start = perf_counter()
        async with database.read() as tx:
            found = await tx.connection.execute(
                select(records)
                .join(texts, texts.c.record_id == records.c.id)
                .where(*within(scope))
                .where(*(texts.c.text.contains(plain(word)) for word in question.split()))
                .order_by(records.c.id.desc())
                .limit(PAGE + 1)
            )
            found.all()
        times.append((perf_counter() - start) * 1000)
    return median(times)
