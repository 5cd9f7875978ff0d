"""What fields hold: read from an answer, found in a line, shown to people."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.domain.entries import Choice, Entry, Holds, Number, OneOf, Reading, Reason, Text
from bot.domain.errors import DomainError
from bot.domain.kinds.lead import CATEGORIES, ROUTES, URGENCIES
from bot.domain.measures import Day, Money, Surface
from bot.domain.numbers import NumberKind
from bot.domain.quantities import AreaRole

if TYPE_CHECKING:
    from bot.domain.records import Value

READING = Reading(date(2026, 3, 9), ("鄂州", "鄂城"), ("线索",))
DOCUMENT = Number(frozenset({NumberKind.DOCUMENT}))
OURS = Number(frozenset({NumberKind.SYSTEM}))
SURFACE = Surface(AreaRole.TOTAL)
FINE = Money(("罚款",))
DAY = Day(("申请",))


@pytest.mark.parametrize(
    ("holds", "answer", "value", "shown"),
    [
        (CATEGORIES, "2c", "2C", "2C 超期裁定"),
        (CATEGORIES, "类别2C", "2C", "2C 超期裁定"),
        (CATEGORIES, "超期裁定", "2C", "2C 超期裁定"),
        (CATEGORIES, "ｆ", "F", "F 涉林"),
        (CATEGORIES, "不准予裁定违法", "2B", "2B 不准予裁定违法"),
        (ROUTES, "移送", "transfer", "移送线索"),
        (URGENCIES, "一般", "normal", "一般"),
        (DOCUMENT, "鄂州检行建[2026]第05号", "鄂州检行建〔2026〕5号", "鄂州检行建〔2026〕5号"),
        (OURS, "线索2026-12", "线索〔2026〕12号", "线索〔2026〕12号"),
        (SURFACE, "3.52亩", "2346.68", "3.52亩（2346.68㎡）"),
        (SURFACE, "一公顷", "10000.00", "15.00亩（10000.00㎡）"),
        (FINE, "1.2万元", 1200000, "1.2万元"),
        (FINE, "12345元", 1234500, "12,345元"),
        (DAY, "昨天", "2026-03-08", "2026年3月8日（星期日）"),
        (DAY, "12月31日", "2025-12-31", "2025年12月31日（星期三）"),
        (Text(), "  张某某占地  ", "张某某占地", "张某某占地"),
    ],
)
def test_an_answer_is_read_and_shown(holds: Holds, answer: str, value: Value, shown: str) -> None:
    assert holds.read(answer, READING) == value
    assert holds.show(value) == shown


@pytest.mark.parametrize(
    ("holds", "answer", "code"),
    [
        (CATEGORIES, "不知道", "not_a_choice"),
        (ROUTES, "移送镇政府", "not_a_choice"),
        (DOCUMENT, "5号", "not_a_number"),
        (DOCUMENT, "（2026）鄂0704行审18号", "not_a_number"),
        (OURS, "鄂州检行建〔2026〕5号", "not_a_number"),
        (SURFACE, "很大", "not_an_area"),
        (SURFACE, "3.52", "not_an_area"),
        (SURFACE, "-3亩", "not_an_area"),
        (FINE, "一大笔", "not_money"),
        (DAY, "2月30日", "not_a_date"),
        (DAY, "改天", "not_a_date"),
        (Text(), " \n ", "empty_answer"),
        (Text(10), "某" * 11, "too_long"),
    ],
)
def test_an_answer_of_the_wrong_sort_is_refused(holds: Holds, answer: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        holds.read(answer, READING)


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("罚款3万元", ["罚款3万元"]),
        ("处罚款人民币叁万伍仟元整", ["罚款人民币叁万伍仟元整"]),
        ("罚款金额：12,000元", ["罚款金额：12,000元"]),
        ("没收违法所得3万元", []),
        ("加处罚款2000元", []),
        ("每平方米15元罚款", []),
    ],
)
def test_only_a_sum_with_its_word_is_found(text: str, sums: list[str]) -> None:
    assert [found.text for found in FINE.find(text, READING)] == sums


@pytest.mark.parametrize(
    ("holds", "text", "reason"),
    [
        (SURFACE, "占地-3亩", Reason.NEGATIVE),
        (DAY, "申请2月30日", Reason.IMPOSSIBLE),
        (DAY, "申请2026年3月20日", Reason.TO_COME),
        (DOCUMENT, "绵检会〔202110号", Reason.UNSURE_NUMBER),
    ],
)
def test_what_cannot_be_taken_says_why(holds: Holds, text: str, reason: Reason) -> None:
    assert [span.value for span in holds.doubtful(text, READING)] == [reason]
    assert holds.find(text, READING) == []


def test_the_limit_itself_is_allowed() -> None:
    assert Text(10).read("某" * 10, READING) == "某" * 10


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("身份证420704199001011234", "身份证420***********234"),
        ("电话13812345678", "电话138****5678"),
        ("当事人张伟，", "当事人张某，"),
        ("鄂州资规罚字〔2025〕13812345678号", "鄂州资规罚字〔2025〕13812345678号"),
    ],
)
def test_free_words_are_masked_before_they_are_kept(words: str, kept: str) -> None:
    assert Text().read(words, READING) == kept


def test_a_choice_named_apart_outweighs_one_inside_a_sentence() -> None:
    colours = OneOf((Choice("r", "大红色"), Choice("b", "蓝")))
    assert [s.value for s in colours.find("大红色的门，蓝", READING)] == ["b", "r"]


def test_every_place_of_a_choice_is_found() -> None:
    colours = OneOf((Choice("b", "蓝"),))
    assert [(s.start, s.text) for s in colours.find("蓝的和蓝的", READING)] == [
        (0, "蓝"),
        (3, "蓝"),
    ]


@pytest.mark.parametrize("text", ["5A景区", "A2C", "2C3", "42C", "W座"])
def test_a_code_is_not_found_inside_another_word(text: str) -> None:
    assert CATEGORIES.find(text, READING) == []


def test_a_question_is_asked_even_where_none_is_written() -> None:
    assert Entry("缺项", Text()).ask == "请填写缺项。"
    assert Entry("缺项", Text(), "缺什么？").ask == "缺什么？"
