"""One line of everyday words becomes the fields of a lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entries import Choice, Entry, OneOf, Reason, Text
from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.line import Doubt, read_line
from bot.domain.masking import mask
from bot.services.blanks import DISTRICT
from tests.domain.figures import ENTRIES, LINES, READING, Line, compare, figure, hear

if TYPE_CHECKING:
    from bot.domain.records import Value


def read(line: str) -> dict[str, Value]:
    return dict(hear(line).data)


def masked(line: str) -> str:
    return mask(line, keep=READING.numbers(line), places=READING.places)


@pytest.mark.parametrize("case", LINES, ids=lambda case: case.line[:24] or "empty")
def test_a_line_is_read_as_a_person_would(case: Line) -> None:
    said, heard = compare(case)
    wrong = sorted(n for n in {*said, *heard} if said.get(n) != heard.get(n))
    assert wrong == case.known_miss


def test_nearly_every_field_is_read_right() -> None:
    held_out = [case for case in LINES if case.held_out]
    assert len(LINES) >= 150
    assert len(held_out) >= 50
    assert figure(LINES).share > 0.99
    assert figure(held_out).share > 0.98
    assert sum(len(case.known_miss) for case in LINES) <= 5


def test_the_corpus_has_every_choice_and_every_doubt() -> None:
    for name in (DISTRICT, "category", "route", "urgency", "source", "party_type"):
        holds = ENTRIES[name].holds
        assert isinstance(holds, OneOf)
        assert {case.read.get(name) for case in LINES} >= {c.code for c in holds.choices}
    assert {reason for case in LINES for reason in case.doubts.values()} == set(Reason)


def test_a_line_of_plain_words_is_the_summary_as_it_stands() -> None:
    line = "某村民占地建房，法院拖延。请监督！（材料另送）"
    assert read(line) == {"summary": line}


def test_of_two_numbers_none_is_taken_and_both_stay_in_the_summary() -> None:
    numbers = ("鄂州资规罚字〔2025〕31号", "鄂州资规罚字〔2025〕32号")
    heard = hear(" ".join(numbers))
    assert heard.data == {"summary": " ".join(numbers)}
    assert heard.doubts == (Doubt("penalty_number", Reason.SEVERAL, numbers, numbers),)


def test_the_same_value_twice_is_no_doubt() -> None:
    heard = hear("2C 超期裁定 鄂城 鄂城区 鄂州资规罚字〔2025〕31号 鄂州资规罚字[2025]第031号")
    assert not heard.doubts
    assert heard.data["penalty_number"] == "鄂州资规罚字〔2025〕31号"


def test_two_choices_alone_are_asked_back_and_are_no_summary() -> None:
    heard = hear("2C 4D")
    assert heard.data == {}
    assert heard.doubts == (Doubt("category", Reason.SEVERAL, ("2C", "4D"), ("2C", "4D")),)


def test_doubts_come_in_the_order_of_the_fields() -> None:
    heard = hear("裁定2月30日 申请2026年3月20日 占地-3亩 鄂城 华容")
    assert [(doubt.name, doubt.reason, doubt.said) for doubt in heard.doubts] == [
        (DISTRICT, Reason.SEVERAL, ("鄂城", "华容")),
        ("area", Reason.NEGATIVE, ("占地-3亩",)),
        ("applied_on", Reason.TO_COME, ("2026年3月20日",)),
        ("ruled_on", Reason.IMPOSSIBLE, ("2月30日",)),
    ]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("无正当理由执行结案 2c", "category", "2C"),
        ("类别：卫片 来源：巡查", "category", "W"),
        ("类别：涉林 来源：卫片", "source", "satellite"),
        ("法院超期裁定，涉及执行异议", "category", "2C"),
        ("不准予裁定违法", "category", "2B"),
        ("申请监督，法院3月3日才受理申请", "route", "apply"),
        ("企业 张某某非法占地3亩", "party_type", "company"),
    ],
)
def test_the_surest_place_is_taken(line: str, field: str, value: str) -> None:
    heard = hear(line)
    assert heard.data[field] == value
    assert not heard.doubts


@pytest.mark.parametrize(
    "number", ["鄂州检行执监〔2026〕42070000003号", "鄂州检会〔2021〕5号", "鄂州政办发〔2025〕3号"]
)
def test_only_a_penalty_is_taken_for_one(number: str) -> None:
    assert read(f"2C {number}") == {"category": "2C", "summary": number}


def test_too_long_a_summary_is_refused() -> None:
    with pytest.raises(DomainError, match="too_long"):
        read("某" * 501)


NUMBERS = ("鄂城卫片罚字〔2026〕12号", "鄂州特急罚〔2025〕3号", "华容林地罚（2026）第5号")


@given(
    number=st.sampled_from(NUMBERS), words=st.sampled_from(["", "某处 ", "移送线索 ", "占地2亩，"])
)
def test_no_choice_is_read_out_of_a_document_number(number: str, words: str) -> None:
    read_out = read(f"{words}{number}").keys()
    assert not read_out & {DISTRICT, "category", "source", "urgency"}
    assert "penalty_number" in read_out


WORDS = st.lists(
    st.sampled_from(
        [case.line for case in LINES]
        + [
            "移送线索",
            "鄂城",
            "2C",
            "占地3亩",
            "3月3日申请",
            "〔2021〕5、6号",
            "：",
            "类别：",
            "😀",
        ]
    ),
    max_size=4,
)


@given(st.one_of(st.text(max_size=600), WORDS.map(" ".join), WORDS.map("".join)))
def test_reading_never_fails_but_by_saying_that_it_is_too_long(line: str) -> None:
    try:
        data = read(line)
    except DomainError as error:
        assert error.code == "too_long"  # noqa: PT017 (any other error must fail the test)
    else:
        assert LEAD.check({n: v for n, v in data.items() if n != DISTRICT}) is not None


@given(st.lists(st.text(st.characters(categories=["L"], max_codepoint=0x9FFF)), max_size=30))
def test_no_word_is_lost_where_nothing_is_read(words: list[str]) -> None:
    line = " ".join(words)
    entries = {"summary": Entry("摘要", Text()), "way": Entry("方式", OneOf((Choice("x", "§"),)))}
    left = str(read_line(line, entries, "summary", READING).data.get("summary", "")).split()
    assert left == masked(line).split()


@given(WORDS.map(" ".join).filter(lambda line: len(line) < 400))
def test_a_word_leaves_the_summary_only_as_a_value(line: str) -> None:
    """Every run of letters is in the summary, unless it names or labels something heard."""
    heard = hear(line)
    kept = str(heard.data.get("summary", ""))
    names = {*heard.data, *(doubt.name for doubt in heard.doubts)} - {"summary"}
    said = [part for name in names for part in ways_to_say(name, line)]
    for word in re.findall(r"\w{2,}", masked(line)):
        assert word in kept or not without(said, word)


def ways_to_say(name: str, line: str) -> list[str]:
    """Every stretch of the line in which a field finds something, and its labels."""
    entry = ENTRIES[name]
    found = [span.text for span in entry.holds.find(line, READING)]
    return [entry.title, entry.title[-2:], *found, *map(masked, found)]


def without(parts: list[str], word: str) -> str:
    for part in sorted(parts, key=len, reverse=True):
        word = "" if word in part else word.replace(part, "")
    return word
