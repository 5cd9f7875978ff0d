"""One line of everyday words becomes the fields of a lead."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entries import Choice, Entry, OneOf, Reading, Text
from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.line import read_line
from bot.domain.masking import mask
from bot.office import read_office
from bot.services.previews import DISTRICT, district_entry

if TYPE_CHECKING:
    from bot.domain.records import Value

OFFICE = read_office()
READING = Reading(date(2026, 3, 9), OFFICE.numbers.abbreviations, (LEAD.title,))
ENTRIES = {
    DISTRICT: district_entry(OFFICE, [d.code for d in OFFICE.districts]),
    **{n: LEAD.entries[n] for n in LEAD.offered},
}

LINES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "lines.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
"""What liaisons write, what it says, and which fields are known to be read otherwise."""


def read(line: str) -> dict[str, Value]:
    return read_line(line, ENTRIES, LEAD.rest, READING)


def wrong(line: str, expected: dict[str, Value]) -> list[str]:
    """The fields that are not read as a person would read them."""
    got = read(line)
    return sorted(n for n in {*got, *expected} if got.get(n) != expected.get(n))


@pytest.mark.parametrize("case", LINES, ids=lambda case: case["line"][:24] or "empty")
def test_a_line_is_read_as_a_person_would(case: dict[str, object]) -> None:
    line, expected = case["line"], case["read"]
    assert isinstance(line, str)
    assert isinstance(expected, dict)
    assert wrong(line, expected) == case.get("misread", [])


def test_nearly_every_field_is_read_right() -> None:
    fields = sum(len(case["read"]) for case in LINES)
    misread = sum(len(wrong(case["line"], case["read"])) for case in LINES)
    assert len(LINES) >= 60
    assert misread / fields < 0.03


def test_a_line_of_plain_words_is_the_summary_as_it_stands() -> None:
    line = "某村民占地建房，法院拖延。请监督！（材料另送）"
    assert read(line) == {"summary": line}


def test_a_code_outweighs_every_word() -> None:
    assert read("无正当理由执行结案 2c")["category"] == "2C"


def test_the_first_of_two_numbers_is_taken_and_the_other_stays_in_the_summary() -> None:
    data = read("鄂州资规罚字〔2025〕31号 鄂州资规罚字〔2025〕32号")
    assert data == {
        "penalty_number": "鄂州资规罚字〔2025〕31号",
        "summary": "鄂州资规罚字〔2025〕32号",
    }


def test_too_long_a_summary_is_refused() -> None:
    with pytest.raises(DomainError, match="too_long"):
        read("某" * 501)


NUMBERS = ("鄂城卫片字〔2026〕12号", "鄂州特急字〔2025〕3号", "华容林地（2026）第5号")


@given(
    number=st.sampled_from(NUMBERS), words=st.sampled_from(["", "某处 ", "移送线索 ", "占地2亩，"])
)
def test_no_choice_is_read_out_of_a_document_number(number: str, words: str) -> None:
    read_out = read(f"{words}{number}").keys()
    assert not read_out & {DISTRICT, "category", "source", "urgency"}
    assert "penalty_number" in read_out


WORDS = st.lists(
    st.sampled_from(
        [case["line"] for case in LINES]
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
    left = str(read_line(line, entries, "summary", READING).get("summary", "")).split()
    assert left == mask(line, keep=READING.numbers(line)).split()


@given(WORDS.map(" ".join).filter(lambda line: len(line) < 400))
def test_a_word_leaves_the_summary_only_as_a_value(line: str) -> None:
    """Every run of letters is in the summary, unless it names or labels something read."""
    data = read(line)
    kept = str(data.get("summary", ""))
    said = [part for name in data if name != "summary" for part in ways_to_say(name, line)]
    for word in re.findall(r"\w{2,}", mask(line, keep=READING.numbers(line))):
        assert word in kept or not without(said, word)


def ways_to_say(name: str, line: str) -> list[str]:
    """Every stretch of the line in which a field finds something, and its labels."""
    entry = ENTRIES[name]
    return [entry.title, entry.title[-2:], *(s.text for s in entry.holds.find(line, READING))]


def without(parts: list[str], word: str) -> str:
    for part in sorted(parts, key=len, reverse=True):
        word = "" if word in part else word.replace(part, "")
    return word
