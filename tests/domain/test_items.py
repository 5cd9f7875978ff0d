"""Lists of items, however they are numbered, and answers given to each of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entries import Choice, Reading
from bot.domain.errors import DomainError
from bot.domain.items import MOST_ITEMS, EachOf, Items, items_of

READING = Reading(date(2026, 3, 9), ("鄂州", "鄂城"), ("线索",))
ITEMS = Items(1000)
PROGRESS = EachOf(
    (
        Choice("done", "已完成", ("完成", "全部完成")),
        Choice("partly", "阶段性完成", ("阶段性", "部分完成")),
        Choice("none", "未整改", ("未完成", "尚未整改")),
    )
)
TWO = ["催告", "建立台账"]


def read(answer: str) -> list[str]:
    return items_of(ITEMS.read(answer, READING))


@pytest.mark.parametrize(
    "answer",
    [
        "1.催告 2.建立台账",
        "1. 催告\n2. 建立台账\n",
        "1、催告；2、建立台账。",
        "1）催告 2）建立台账",
        "１．催告；２．建立台账",
        "（1）催告 （2）建立台账",
        "（一）催告。（二）建立台账。",
        "一、催告\n\n二、建立台账",
        "第一项：催告；第二项：建立台账",
        "第1项催告，第2项建立台账",
        "①催告②建立台账",
        "1.催告2.建立台账",
        "一、催告二、建立台账",
        "（一）催告（二）建立台账",
        "催告\n建立台账",
        "催告；建立台账；",
        "  催告 ;\t建立台账",
    ],
)
def test_however_items_are_numbered_they_are_the_same_items(answer: str) -> None:
    assert read(answer) == TWO
    assert ITEMS.show(ITEMS.read(answer, READING)) == "1. 催告；2. 建立台账"


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ("对1.10亩耕地催告", ["对1.10亩耕地催告"]),
        ("1.10亩耕地未复垦，应予催告", ["1.10亩耕地未复垦，应予催告"]),
        ("1.复垦1.10亩 2.补办2.35亩", ["复垦1.10亩", "补办2.35亩"]),
        ("1.复垦1.10亩2.补办2.35亩", ["复垦1.10亩", "补办2.35亩"]),
        ("1.10亩；2.20亩", ["1.10亩", "2.20亩"]),
        ("1.3月底前退还 2.5月底前拆除", ["3月底前退还", "5月底前拆除"]),
        ("1.2026年6月底前完成 2.建立台账", ["2026年6月底前完成", "建立台账"]),
        ("1、拆除2、3号房；2、复垦", ["拆除2、3号房", "复垦"]),
        ("1、拆除2、3号房", ["拆除2、3号房"]),
        ("一、清查第二、三组用地 二、复垦", ["清查第二、三组用地", "复垦"]),
        ("整改1处，完善 三项制度", ["整改1处，完善 三项制度"]),
        ("根据第一项、第二项办理", ["根据第一项、第二项办理"]),
    ],
)
def test_a_number_inside_an_item_begins_none(answer: str, items: list[str]) -> None:
    assert read(answer) == items


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ("一、催告：1.发函；2.申请。二、建立台账", ["催告：1.发函；2.申请", "建立台账"]),
        ("1.催告：（1）发函（2）申请 2.建立台账", ["催告：（1）发函（2）申请", "建立台账"]),
    ],
)
def test_what_is_numbered_within_an_item_stays_in_it(answer: str, items: list[str]) -> None:
    assert read(answer) == items


def test_words_before_the_list_are_no_item_and_are_not_lost() -> None:
    assert read("针对未申请强执，建议：1.催告 2.建立台账") == [
        "针对未申请强执，建议：催告",
        "建立台账",
    ]


def test_one_item_is_shown_without_a_number() -> None:
    assert ITEMS.show(ITEMS.read("1.催告", READING)) == "催告"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (" ", "empty_answer"),
        ("；；", "empty_answer"),
        ("1.\n2.\n", "empty_answer"),
        ("\n".join(f"{at}.某事" for at in range(1, MOST_ITEMS + 2)), "too_many_items"),
        ("某" * 1001, "too_long"),
    ],
)
def test_what_is_no_list_is_refused(answer: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        read(answer)


words = st.text("催告建立台账复垦土地", min_size=1, max_size=12)
styles = st.sampled_from(["{}.", "{}、", "（{}）", "{}) "])
breaks = st.sampled_from(["", " ", "\n", "；", "。\n"])


@given(st.lists(words, min_size=1, max_size=MOST_ITEMS), styles, breaks)
def test_a_numbered_list_is_taken_apart_as_it_was_put_together(
    items: list[str], style: str, between: str
) -> None:
    numbered = (style.format(at) + item for at, item in enumerate(items, 1))
    assert read(between.join(numbered)) == items


@given(st.lists(words, min_size=1, max_size=MOST_ITEMS))
def test_what_is_shown_is_read_back_the_same(items: list[str]) -> None:
    value = "\n".join(items)
    assert ITEMS.read(ITEMS.show(value), READING) == value


@pytest.mark.parametrize(
    ("answer", "value", "shown"),
    [
        ("已完成", "done", "已完成"),
        ("全部完成", "done", "已完成"),
        ("尚未整改", "none", "未整改"),
        ("阶段性", "partly", "阶段性完成"),
        ("1已完成 2阶段性", "done,partly", "第1项已完成；第2项阶段性完成"),
        ("1.已完成；2.未整改", "done,none", "第1项已完成；第2项未整改"),
        ("第1项已完成，第2项未完成", "done,none", "第1项已完成；第2项未整改"),
        ("1：已完成\n2：阶段性完成", "done,partly", "第1项已完成；第2项阶段性完成"),
        ("１已完成２部分完成", "done,partly", "第1项已完成；第2项阶段性完成"),
        ("一已完成，二未整改", "done,none", "第1项已完成；第2项未整改"),
        ("①已完成②未整改", "done,none", "第1项已完成；第2项未整改"),
    ],
)
def test_progress_is_read_for_all_items_or_for_each(answer: str, value: str, shown: str) -> None:
    assert PROGRESS.read(answer, READING) == value
    assert PROGRESS.show(value) == shown
    assert PROGRESS.knows(value)


@pytest.mark.parametrize(
    "answer",
    [
        "2已完成 1未整改",
        "1已完成 3未整改",
        "1已完成 1未整改",
        "1已完成",  # and the others?
        "部分完成，其余未整改",
        "有的已完成，有的未整改",
    ],
)
def test_progress_that_leaves_an_item_out_is_asked_again(answer: str) -> None:
    with pytest.raises(DomainError, match="not_every_item"):
        PROGRESS.read(answer, READING)


def test_progress_that_says_nothing_of_it_is_refused() -> None:
    with pytest.raises(DomainError, match="not_a_choice"):
        PROGRESS.read("正在办理", READING)
    assert not PROGRESS.knows("done,sideways")


@pytest.mark.parametrize(
    ("value", "items", "fits"),
    [
        ("done", "催告", True),
        ("done", "催告\n建立台账", True),
        ("done,partly", "催告\n建立台账", True),
        ("done,partly", "催告", False),
        ("done,partly,none", "催告\n建立台账", False),
    ],
)
def test_progress_fits_the_items_it_is_about(value: str, items: str, fits: bool) -> None:
    assert PROGRESS.fits(value, items) is fits
