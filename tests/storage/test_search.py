"""What is found is what is there, within sight, in order: on either database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.facets import Facet, Sort, plain
from bot.domain.numbers import DocumentNumber, NumberKind
from bot.domain.people import Side
from bot.domain.query import NumberParts, Scope
from bot.domain.records import NewRecord
from bot.storage import search as searching
from bot.storage.search import Indexed, Wanted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.domain.records import Record
    from bot.storage.database import Database, Tx
    from bot.storage.search import Found
    from tests.conftest import Hire

PAIR = frozenset({Side.PROCURATORATE, Side.RESOURCES})
FOREST = frozenset({Side.FORESTRY, Side.PROCURATORATE})
ECHENG, HUARONG = "420704", "420703"
EVERYBODY = frozenset(Side)
CITY = Scope(Side.PROCURATORATE, EVERYBODY, frozenset({ECHENG, HUARONG}), everywhere=True)
BRANCH = Scope(Side.RESOURCES, EVERYBODY, frozenset({ECHENG}))
HELD, TOUCHED = Facet(Sort.HOLDER, "jcy-ec"), Facet(Sort.PARTY, "jcy-ec")
ALL = Wanted(CITY)


class Ledger:
    """A few records, told apart by their texts."""

    def __init__(self, tx: Tx, submitter: int, now: datetime) -> None:
        self.tx, self.submitter, self.now = tx, submitter, now

    async def add(
        self,
        text: str,
        *facets: Facet,
        district: str = ECHENG,
        sides: frozenset[Side] = PAIR,
        numbers: tuple[DocumentNumber, ...] = (),
    ) -> Record:
        serial = await self.tx.records.next_serial("lead")
        new = NewRecord(
            kind="lead",
            number=f"线索〔2026〕{serial}号",
            district=district,
            sender="zrzy-ec",
            receiver="jcy-ec",
            sides=sides,
            submitter=self.submitter,
            state="handed_over",
            data={"summary": text},
        )
        record = await self.tx.records.add(new, self.now)
        await self.tx.records.index(record.id, numbers)
        await self.put(record, text, *facets)
        return record

    async def put(self, record: Record, text: str, *facets: Facet) -> None:
        sides = {Facet(Sort.SIDE, side) for side in record.sides}
        sight = sides | {Facet(Sort.DISTRICT, record.district)}
        await self.tx.search.put([Indexed(record.id, plain(text), frozenset(facets) | sight)])

    async def find(self, wanted: Wanted = ALL, *, skip: int = 0, limit: int = 5) -> Found:
        return await self.tx.search.find(wanted, skip=skip, limit=limit)

    async def texts(self, *words: str, wanted: Wanted = ALL) -> list[str]:
        found = await self.find(replace(wanted, words=words), limit=100)
        return [str(record.data["summary"]) for record in found.records]


@pytest.fixture
async def ledger(database: Database, people: Hire, now: datetime) -> AsyncIterator[Ledger]:
    """An empty ledger in an open transaction."""
    submitter = (await people()).id
    async with database.write() as tx:
        yield Ledger(tx, submitter, now)


async def test_words_of_any_length_are_found(ledger: Ledger) -> None:
    await ledger.add("张某某非法占用耕地")
    await ledger.add("李某占用林地")
    assert await ledger.texts("占用") == ["李某占用林地", "张某某非法占用耕地"]
    assert await ledger.texts("耕地") == ["张某某非法占用耕地"]
    assert await ledger.texts("张") == ["张某某非法占用耕地"]
    assert await ledger.texts("占用林地", "李") == ["李某占用林地"]
    assert await ledger.texts("耕地", "林地") == []
    assert await ledger.texts("㐂") == []


async def test_a_word_is_more_than_its_pairs(ledger: Ledger) -> None:
    await ledger.add("甲乙丙 乙甲 甲乙")
    assert await ledger.texts("乙甲乙") == []
    assert await ledger.texts("丙乙") == ["甲乙丙 乙甲 甲乙"]  # spelled without the space
    assert await ledger.texts("甲乙丙") == ["甲乙丙 乙甲 甲乙"]


async def test_letters_are_found_in_either_case_and_signs_are_no_wildcards(ledger: Ledger) -> None:
    await ledger.add("ABC公司 100%")
    assert await ledger.texts(plain("abc")) == ["ABC公司 100%"]
    assert await ledger.texts(plain("Ａ%C")) == []


async def test_of_each_group_of_facets_one_must_be_there(ledger: Ledger) -> None:
    late, early = Facet(Sort.QUARTER, "2026Q1"), Facet(Sort.QUARTER, "2025Q4")
    await ledger.add("甲", late, HELD)
    await ledger.add("乙", early, HELD)
    await ledger.add("丙", late)
    either = frozenset({late, early})
    assert await ledger.texts(wanted=replace(ALL, groups=(either,))) == ["丙", "乙", "甲"]
    both = (either, frozenset({HELD}))
    assert await ledger.texts(wanted=replace(ALL, groups=both)) == ["乙", "甲"]


async def test_what_concerns_the_asker_comes_first_and_then_the_newest(ledger: Ledger) -> None:
    await ledger.add("轮到我们", HELD, TOUCHED)
    await ledger.add("与我们有关", TOUCHED)
    await ledger.add("也轮到我们", HELD, TOUCHED)
    await ledger.add("别人的")
    ranked = await ledger.texts(wanted=replace(ALL, first=(HELD, TOUCHED)))
    assert ranked == ["也轮到我们", "轮到我们", "与我们有关", "别人的"]


async def test_nobody_finds_what_they_may_not_see(ledger: Ledger) -> None:
    await ledger.add("鄂城耕地")
    await ledger.add("华容耕地", district=HUARONG)
    await ledger.add("林长耕地", sides=FOREST)
    foresters = Scope(Side.FORESTRY, EVERYBODY, frozenset({ECHENG, HUARONG}))
    land_group = Scope(Side.PROCURATORATE, PAIR, frozenset({ECHENG}))
    assert await ledger.texts("耕地") == ["林长耕地", "华容耕地", "鄂城耕地"]
    assert await ledger.texts("耕地", wanted=Wanted(BRANCH)) == ["鄂城耕地"]
    assert await ledger.texts("耕地", wanted=Wanted(foresters)) == ["林长耕地"]
    assert await ledger.texts("耕地", wanted=Wanted(land_group)) == ["鄂城耕地"]
    for nowhere in (replace(CITY, group=frozenset()), replace(BRANCH, districts=frozenset())):
        assert await ledger.texts("耕地", wanted=Wanted(nowhere)) == []


async def test_sight_is_limited_by_the_record_itself_and_not_by_the_index(ledger: Ledger) -> None:
    record = await ledger.add("耕地", district=HUARONG)
    astray = {Facet(Sort.DISTRICT, ECHENG), Facet(Sort.SIDE, Side.RESOURCES)}
    await ledger.tx.search.put([Indexed(record.id, "耕地", frozenset(astray))])
    assert await ledger.texts("耕地", wanted=Wanted(BRANCH)) == []


async def test_a_changed_record_is_found_by_what_it_holds_now(ledger: Ledger) -> None:
    record = await ledger.add("占用耕地", HELD)
    await ledger.put(record, "占用林地", TOUCHED)
    assert await ledger.texts("耕地") == []
    assert await ledger.texts("林地") == ["占用耕地"]
    assert await ledger.texts(wanted=replace(ALL, groups=(frozenset({HELD}),))) == []
    assert await ledger.texts(wanted=replace(ALL, groups=(frozenset({TOUCHED}),))) != []


async def test_pages_follow_one_another_without_gap_or_repetition(ledger: Ledger) -> None:
    for number in range(12):
        await ledger.add(f"耕地{number}", *([HELD] if number % 3 else []))
    wanted = Wanted(CITY, words=("耕地",), first=(HELD,))
    pages = [await ledger.find(wanted, skip=skip) for skip in (0, 5, 10)]
    assert [len(page.records) for page in pages] == [5, 5, 2]
    assert [page.more for page in pages] == [True, True, False]
    assert {page.about for page in pages} == {12}
    in_one = (await ledger.find(wanted, limit=100)).records
    assert tuple(record for page in pages for record in page.records) == in_one


async def test_no_question_has_the_whole_ledger_read(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_CHECKED", 3)
    for text in ("张", "甲", "乙", "丙"):
        await ledger.add(text)
    found = await ledger.find(replace(ALL, words=("张",)))
    assert (found.records, found.about, found.partial) == ((), 4, True)
    assert not (await ledger.find(replace(ALL, words=("乙",)), limit=1)).more


RULING = DocumentNumber(NumberKind.COURT, "鄂0704行审", 2026, 18)
PENALTY = DocumentNumber(NumberKind.DOCUMENT, "鄂州资规罚字", 2025, 31)


async def test_a_number_is_found_with_parts_missing(ledger: Ledger) -> None:
    penalty = (await ledger.add("甲", numbers=(PENALTY,))).id
    later = (await ledger.add("乙", numbers=(replace(PENALTY, year=2026),))).id
    ruling = (await ledger.add("丙", numbers=(RULING, replace(PENALTY, serial=18)))).id
    numbered = ledger.tx.records.numbered
    assert await numbered(NumberParts(31)) == {penalty, later}
    assert await numbered(NumberParts(31, "资规罚字", 2025)) == {penalty}
    assert await numbered(NumberParts(31, "资规罚")) == {penalty, later}
    assert await numbered(NumberParts(18, "行审")) == {ruling}
    assert await numbered(NumberParts(31, "行审")) == set()
    assert await numbered(NumberParts(31, "%")) == set()


async def test_the_exact_number_keeps_the_others_out(ledger: Ledger) -> None:
    short = replace(PENALTY, prefix="资规罚字")
    exact = (await ledger.add("甲", numbers=(short,))).id
    longer = (await ledger.add("乙", numbers=(PENALTY,))).id
    parts = NumberParts(31, "资规罚字", 2025, key=short.key())
    assert await ledger.tx.records.numbered(parts) == {exact}
    assert await ledger.tx.records.numbered(replace(parts, key="")) == {exact, longer}


async def test_the_nearest_numbers_are_told_within_sight(ledger: Ledger) -> None:
    for prefix, year, serial, district in (
        ("鄂州资规罚字", 2025, 312, ECHENG),
        ("鄂州资规罚字", 2025, 130, ECHENG),
        ("鄂州资规罚字", 2025, 900, ECHENG),
        ("鄂城资规罚字", 2025, 132, ECHENG),
        ("鄂州资规罚字", 2024, 132, ECHENG),
        ("鄂州资规罚字", 2025, 123, ECHENG),
        ("鄂州资规罚字", 2025, 131, HUARONG),
        ("华容检建", 2025, 132, ECHENG),
    ):
        number = DocumentNumber(NumberKind.DOCUMENT, prefix, year, serial)
        await ledger.add(str(number), district=district, numbers=(number,))
    asked = NumberParts(132, "鄂州资规罚字", 2025)
    near = await ledger.tx.records.near(asked, BRANCH, 5)
    assert [record.data["summary"] for record in near] == [
        "鄂州资规罚字〔2025〕123号",
        "鄂城资规罚字〔2025〕132号",
        "鄂州资规罚字〔2025〕312号",
        "鄂州资规罚字〔2024〕132号",
        "鄂州资规罚字〔2025〕130号",
    ]
    assert await ledger.tx.records.near(NumberParts(132, "某市监罚", 1999), BRANCH, 5) == []


async def test_records_are_found_by_all_of_some_facets(ledger: Ledger) -> None:
    held = (await ledger.add("甲", HELD)).id
    both = (await ledger.add("乙", HELD, TOUCHED)).id
    await ledger.add("丙", TOUCHED)
    bearing = ledger.tx.search.bearing
    assert await bearing(HELD) == {held, both}
    assert await bearing(HELD, TOUCHED) == {both}
    assert await bearing(HELD, Facet(Sort.SUBMITTER, "99")) == set()
