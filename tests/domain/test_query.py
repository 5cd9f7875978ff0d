"""Questions are understood however they are written, and never fail to be."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entries import Reading
from bot.domain.facets import (
    Facet,
    Sort,
    category_of,
    pairs,
    plain,
    quarter_of,
    quarter_title,
    quarters_until,
    telling_pairs,
)
from bot.domain.kinds import KINDS
from bot.domain.people import Side
from bot.domain.query import (
    NumberParts,
    Query,
    Scope,
    Vocabulary,
    distance,
    read_number,
    read_query,
    slips_of,
)
from bot.office import read_office

OFFICE = read_office()
READING = Reading(date(2026, 3, 9), OFFICE.numbers.abbreviations, KINDS.titles)
VOCABULARY = Vocabulary.of(
    KINDS,
    {district.code: district.spellings for district in OFFICE.districts},
    {organ.code: (organ.name, organ.short) for organ in OFFICE.organs},
)

ECHENG = Facet(Sort.DISTRICT, "420704")
HUARONG = Facet(Sort.DISTRICT, "420703")
REVIEWING = Facet(Sort.STATE, "lead/reviewing")
LATE_RULING = Facet(Sort.CHOICE, "category/2C")
MINE, OVERDUE = Facet(Sort.MINE), Facet(Sort.OVERDUE)


def read(question: str) -> Query:
    return read_query(question, VOCABULARY, READING)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("31号", NumberParts(31)),
        ("31", NumberParts(31)),
        ("第 031 号", NumberParts(31)),
        ("资规罚字31", NumberParts(31, "资规罚字")),
        ("鄂州资规罚字31号", NumberParts(31, "鄂州资规罚字")),
        ("2025 31", NumberParts(31, year=2025)),
        ("２０２５年第３１号", NumberParts(31, year=2025)),
        ("〔2025〕31", NumberParts(31, year=2025)),
        ("2025-31", NumberParts(31, year=2025)),
        ("行审18", NumberParts(18, "行审")),
        ("0704行审18", NumberParts(18, "0704行审")),
        ("（2026）行审18号", NumberParts(18, "行审", 2026)),
        ("2026行审18", NumberParts(18, "行审", 2026)),
        ("行审18号之二", NumberParts(18, "行审", suffix="之二")),
        ("罚字(回龙)53号", NumberParts(53, "罚字", sub="(回龙)")),
        ("线索 12", NumberParts(12, "线索")),
    ],
)
def test_parts_of_a_number_are_read(question: str, parts: NumberParts) -> None:
    assert read(question).number == parts


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("鄂州资规罚字[2025]31", "鄂州资规罚字(2025)31"),
        ("鄂州资规罚字〔2025〕第031号", "鄂州资规罚字(2025)31"),
        ("(2026) 鄂0704行审 18 号", "(2026)鄂0704行审18"),
        ("线索2026-12", "线索(2026)12"),
        ("线索 2026 12", "线索(2026)12"),
    ],
)
def test_a_complete_number_has_its_key(question: str, key: str) -> None:
    query = read(question)
    assert query.number is not None
    assert (query.number.key, query.filters) == (key, frozenset())


@pytest.mark.parametrize(
    "question",
    [
        "张某",
        "占地3.52亩",
        "420704-2026-2-0137",
        "鄂州资规罚字〔2025〕",
        "〔2025〕资规〔2026〕1",
        "",
    ],
)
def test_what_is_no_number_is_words(question: str) -> None:
    query = read(question)
    assert query.number is None
    assert query.words == tuple(filter(None, [plain(question)]))


@pytest.mark.parametrize(
    ("question", "filters", "words"),
    [
        ("鄂城 审查中 张某", {ECHENG, REVIEWING}, ("张某",)),
        ("鄂城区审查中的，张某", {ECHENG, REVIEWING}, ("张某",)),
        ("2c 逾期", {LATE_RULING, OVERDUE}, ()),
        ("２Ｃ 超期", {LATE_RULING, OVERDUE}, ()),
        ("超期裁定 鄂城 华容", {LATE_RULING, ECHENG, HUARONG}, ()),
        ("我的线索", {MINE, Facet(Sort.KIND, "lead")}, ()),
        ("鄂城分局", {Facet(Sort.PARTY, "zrzy-ec")}, ()),
        ("鄂城大道 耕地 耕地", set(), ("鄂城大道", "耕地")),
        ("张", set(), ("张",)),
        ("！？", set(), ()),
    ],
)
def test_whatever_names_a_filter_is_one(
    question: str, filters: set[Facet], words: tuple[str, ...]
) -> None:
    query = read(question)
    assert (query.filters, query.number, query.words) == (frozenset(filters), None, words)


def test_filters_of_one_topic_are_alternatives() -> None:
    urgent = Facet(Sort.CHOICE, "urgency/urgent")
    assert read("鄂城 2C 华容 紧急").groups() == [{LATE_RULING}, {ECHENG, HUARONG}, {urgent}]


def test_a_word_names_one_topic_only() -> None:
    both = Vocabulary.of(KINDS, {"d1": ["线索"], "d2": ["线索"]}, {"o1": ["线索"]})
    either = {Facet(Sort.DISTRICT, "d1"), Facet(Sort.DISTRICT, "d2")}
    assert read_query("线索", both, READING).filters == either


def test_a_filter_beside_a_number_narrows_it() -> None:
    assert read("华容 31号") == Query(frozenset({HUARONG}), NumberParts(31), ("31号",), "31号")


@pytest.mark.parametrize(
    ("question", "quarter"),
    [
        ("本季度", "2026Q1"),
        ("上季度", "2025Q4"),
        ("上个季度", "2025Q4"),
        ("2026年一季度", "2026Q1"),
        ("2025年第3季度", "2025Q3"),
        ("四季度", "2026Q4"),
        ("2025Q2", "2025Q2"),
    ],
)
def test_quarters_are_counted_from_the_day_of_asking(question: str, quarter: str) -> None:
    assert read(question).filters == {Facet(Sort.QUARTER, quarter)}


def test_every_title_of_every_kind_is_a_filter_by_itself() -> None:
    for kind in KINDS.all:
        for title in (kind.title, *(state.title for state in kind.states)):
            assert read(title).filters, title


@given(st.text(max_size=300))
def test_any_text_is_understood_somehow(question: str) -> None:
    query = read(question)
    assert len(query.words) <= 8
    assert all(word == plain(word) for word in query.words)


@given(
    st.sampled_from(["鄂州资规罚字", "鄂城检行建", "鄂0704行审"]),
    st.integers(2000, 2029),
    st.integers(1, 99_999),
)
def test_a_complete_number_says_what_its_parts_say(prefix: str, year: int, serial: int) -> None:
    court = prefix.startswith("鄂0")
    written = f"（{year}）{prefix}{serial}号" if court else f"{prefix}〔{year}〕{serial}号"
    complete, partial = read_number(written, READING), read_number(f"{prefix}{serial}", READING)
    assert complete is not None
    assert partial == NumberParts(serial, prefix)
    assert (complete.prefix, complete.year, complete.serial) == (prefix, year, serial)


@pytest.mark.parametrize(
    ("prefix", "year", "serial", "far"),
    [
        ("鄂州资规罚字", 2025, 132, (1, 0)),  # two digits swapped
        ("鄂州资规罚字", 2025, 125, (1, 2)),
        ("鄂州资规罚字", 2024, 123, (1, 1)),
        ("鄂城资规罚字", 2025, 123, (1, 0)),  # one character differs
        ("州鄂资规罚字", 2025, 123, (1, 0)),
        ("鄂州资规罚", 2025, 123, (1, 0)),
        ("鄂州资规罚字", 2025, 123, (0, 0)),
        ("华容检建", 2025, 123, None),
    ],
)
def test_numbers_are_as_far_apart_as_one_errs(
    prefix: str, year: int, serial: int, far: tuple[int, int] | None
) -> None:
    assert distance(NumberParts(123, "鄂州资规罚字", 2025), prefix, year, serial) == far


def test_slips_of_the_finger() -> None:
    assert slips_of(123) == {123, 213, 132, 23, 13, 12, 1123, 1223, 1233}
    assert slips_of(7) == {7, 77}


def test_the_mark_of_a_series_is_not_lost() -> None:
    number = read_number("鄂州资规罚字〔2025〕Z31号", READING)
    assert number is not None
    assert (number.serial, number.sub) == (31, "Z")
    assert read_number("罚字Z31", READING) == NumberParts(31, "罚字", sub="Z")


def test_an_organ_sees_whatever_concerns_its_side() -> None:
    sides = Scope(Side.RESOURCES, frozenset(Side), frozenset({"420704"})).sides
    assert len(set(sides)) == 4
    assert all(Side.RESOURCES in some for some in sides)


def test_in_a_group_only_what_concerns_nobody_else() -> None:
    pair = frozenset({Side.RESOURCES, Side.PROCURATORATE})
    scope = Scope(Side.RESOURCES, pair, frozenset({"420704"}))
    assert set(scope.sides) == {frozenset({Side.RESOURCES}), pair}
    assert Scope(Side.RESOURCES, frozenset({Side.FORESTRY}), scope.districts).sides == []


@given(st.text("甲乙丙丁1a", max_size=20))
def test_the_telling_pairs_of_a_word_touch_all_of_it(word: str) -> None:
    telling = telling_pairs(word)
    assert telling <= pairs(word)
    assert len(word) < 2 or set("".join(telling)) == set(word)
    assert len(word) > 6 or telling == pairs(word)


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("鄂城 2C 张某某 毛塘", "张某某 毛塘"),
        ("鄂城 逾期 我的", ""),
        ("张某某", "张某某"),
        ("鄂州资规罚字[2025]31", "鄂州资规罚字[2025]31"),
        ("华容 罚字31", "罚字31"),
        ("线索 12", "线索 12"),
    ],
)
def test_what_names_no_filter_is_left_and_means_the_same_without_them(
    question: str, rest: str
) -> None:
    query, left = read(question), read(rest)
    assert query.rest == rest
    assert (left.filters, left.number, left.words) == (frozenset(), query.number, query.words)


@given(st.sampled_from(list(Sort)), st.from_regex(r"[a-zA-Z0-9/_-]{0,20}", fullmatch=True))
def test_a_facet_is_read_as_it_was_written(sort: Sort, value: str) -> None:
    facet = Facet(sort, value)
    assert Facet.of(facet.token) == facet


def test_the_quarters_before_follow_one_another() -> None:
    assert quarters_until(date(2026, 3, 31), 3) == ["2026Q1", "2025Q4", "2025Q3"]
    assert quarters_until(date(2026, 4, 1), 1) == [quarter_of(date(2026, 4, 1))] == ["2026Q2"]
    assert quarters_until(date(2026, 12, 31), 1) == [quarter_of(date(2026, 12, 31))] == ["2026Q4"]
    assert quarter_title("2025Q4") == "2025年四季度"


def test_each_kind_is_told_apart_by_the_first_choice_that_it_requires() -> None:
    assert [category_of(kind) for kind in KINDS.all] == ["category", "matter", "type"]
