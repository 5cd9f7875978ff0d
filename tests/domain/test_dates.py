from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import (
    Prefer,
    find_dates,
    format_date,
    format_short,
    impossible_dates,
    parse_date,
)

MONDAY = date(2026, 11, 23)

READINGS = [
    ("2026年3月3日", "2026-03-03", "2026-03-03"),
    ("2026 年 3 月 3 日", "2026-03-03", "2026-03-03"),
    ("2021年11月13日（星期六）", "2021-11-13", "2021-11-13"),
    ("二〇二六年三月三日", "2026-03-03", "2026-03-03"),
    ("二零二六年十一月二十三日", "2026-11-23", "2026-11-23"),
    ("2026-03-03", "2026-03-03", "2026-03-03"),
    ("２０２６－０３－０３", "2026-03-03", "2026-03-03"),
    ("2026.3.3", "2026-03-03", "2026-03-03"),
    ("2026/3/3", "2026-03-03", "2026-03-03"),
    ("20260303", "2026-03-03", "2026-03-03"),
    ("3月3日", "2026-03-03", "2027-03-03"),
    ("11月23日", "2026-11-23", "2026-11-23"),
    ("三月三日", "2026-03-03", "2027-03-03"),
    ("12月31日前", "2025-12-31", "2026-12-31"),
    ("去年3月3日", "2025-03-03", "2025-03-03"),
    ("2月29日", "2024-02-29", "2028-02-29"),
    ("03-03", "2026-03-03", "2027-03-03"),
    ("3-3", "2026-03-03", "2027-03-03"),
    ("昨天", "2026-11-22", "2026-11-22"),
    ("前天", "2026-11-21", "2026-11-21"),
    ("大前天", "2026-11-20", "2026-11-20"),
    ("今天", "2026-11-23", "2026-11-23"),
    ("明天", "2026-11-24", "2026-11-24"),
    ("后天", "2026-11-25", "2026-11-25"),
    ("上周五", "2026-11-20", "2026-11-20"),
    ("本周三", "2026-11-25", "2026-11-25"),
    ("下周一", "2026-11-30", "2026-11-30"),
    ("下个星期天", "2026-12-06", "2026-12-06"),
    ("周五", "2026-11-20", "2026-11-27"),
    ("本月5日", "2026-11-05", "2026-11-05"),
    ("上个月5号", "2026-10-05", "2026-10-05"),
    ("上月底", "2026-10-31", "2026-10-31"),
    ("月底", "2026-11-30", "2026-11-30"),
    ("3月底", "2026-03-31", "2027-03-31"),
    ("季度末", "2026-12-31", "2026-12-31"),
    ("上季度末", "2026-09-30", "2026-09-30"),
    ("三季度末", "2026-09-30", "2026-09-30"),
    ("年底", "2026-12-31", "2026-12-31"),
    ("去年底", "2025-12-31", "2025-12-31"),
    ("3号", "2026-11-03", "2026-12-03"),
    ("30号", "2026-10-30", "2026-11-30"),
    ("31号", "2026-10-31", "2026-12-31"),
    ("3天前", "2026-11-20", "2026-11-20"),
    ("两周前", "2026-11-09", "2026-11-09"),
    ("半个月前", "2026-11-08", "2026-11-08"),
    ("一个月后", "2026-12-23", "2026-12-23"),
]


@pytest.mark.parametrize(("text", "past", "future"), READINGS)
def test_an_answer_that_is_a_date(text: str, past: str, future: str) -> None:
    assert parse_date(text, MONDAY) == date.fromisoformat(past)
    assert parse_date(f" {text}。", MONDAY, "future") == date.fromisoformat(future)


@pytest.mark.parametrize(
    "text", ["", "收到", "3月", "2026年12月", "2月30日", "3月3日和3月4日", "3月3日收到", "100天"]
)
def test_an_answer_that_is_no_date(text: str) -> None:
    assert parse_date(text, MONDAY) is None


def test_each_date_carries_the_word_beside_it() -> None:
    text = (
        "申请2026-03-03 受理2026-03-06 裁定2026-04-20，立案执行：2026年5月1日，"
        "5月6日送达，收到日 6月1日，2026-06-02 催告2026-06-03"
    )
    assert [(f"{s.value.day}", s.value.role) for s in find_dates(text, MONDAY)] == [
        ("2026-03-03", "申请"),
        ("2026-03-06", "受理"),
        ("2026-04-20", "裁定"),
        ("2026-05-01", "立案执行"),
        ("2026-05-06", "送达"),
        ("2026-06-01", "收到"),
        ("2026-06-02", ""),
        ("2026-06-03", "催告"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "鄂州检会〔2021〕5号",
        "（2022）鄂0704行审第 5号",
        "说明天数",
        "目前天气",
        "第3号楼",
        "每周五",
        "3.52亩",
        "2026年度",
        "15日内",
        "13812345678",
        "420704199003071234",
    ],
)
def test_what_only_looks_like_a_date(text: str) -> None:
    assert find_dates(text, MONDAY) == []
    assert impossible_dates(text) == []


@pytest.mark.parametrize(
    "text", ["2月30日", "2026年2月29日", "13月1日", "2026-04-31", "6月31号", "20260230"]
)
def test_a_day_that_does_not_exist_is_told_apart(text: str) -> None:
    assert find_dates(f"于{text}收到", MONDAY) == []
    assert [span.text for span in impossible_dates(f"于{text}收到")] == [text]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1月5日申请，8日受理，15号裁定", ["2026-01-05", "2026-01-08", "2026-01-15"]),
        ("1月5日申请，31日受理", ["2026-01-05", "2026-01-31"]),
        ("2月5日申请，30日受理", ["2026-02-05"]),
        ("8日受理", []),
        ("1月5日申请后法院在收件窗口反复要求补正，8日受理", ["2026-01-05"]),
    ],
)
def test_a_bare_day_soon_after_a_date_is_of_its_month(text: str, days: list[str]) -> None:
    assert [span.value.day.isoformat() for span in find_dates(text, MONDAY)] == days


@pytest.mark.parametrize("word", ["预计", "拟于", "将于", "计划"])
def test_what_is_expected_lies_ahead(word: str) -> None:
    day = find_dates(f"{word}3月15日裁定", MONDAY)[0].value
    assert (day.day, day.role) == (date(2027, 3, 15), "裁定")


@pytest.mark.parametrize(("text", "role"), [("申请2月30日", "申请"), ("2月30日", "")])
def test_an_impossible_day_says_what_it_was_meant_for(text: str, role: str) -> None:
    assert [span.value for span in impossible_dates(text)] == [role]


SIDES: st.SearchStrategy[Prefer] = st.sampled_from(get_args(Prefer))
DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@given(DAYS, DAYS, SIDES)
def test_a_shown_date_reads_back(day: date, today: date, prefer: Prefer) -> None:
    assert parse_date(format_date(day), today, prefer) == day
    assert parse_date(day.isoformat(), today, prefer) == day


@given(DAYS, DAYS)
def test_a_day_without_year_is_the_nearest_on_the_preferred_side(day: date, today: date) -> None:
    past = parse_date(format_short(day), today, "past")
    future = parse_date(format_short(day), today, "future")
    assert past is not None
    assert future is not None
    assert past <= today <= future
    assert {(d.month, d.day) for d in (past, future)} == {(day.month, day.day)}
    assert (past == today) == (future == today) == (format_short(day) == format_short(today))


def test_display() -> None:
    assert format_date(date(2021, 11, 13)) == "2021年11月13日（星期六）"
    assert format_short(date(2021, 11, 13)) == "11月13日"


PIECES = st.lists(
    st.sampled_from(
        ["2026", "年", "3", "十", "月", "日", "号", "周", "上", "-", ":", "点", "前", "\u200b"]
    )
    | st.text(max_size=3),
    max_size=14,
).map("".join)


@given(PIECES, st.dates())
def test_arbitrary_text_never_raises_and_spans_slice_it(text: str, today: date) -> None:
    spans = [*find_dates(text, today), *impossible_dates(text)]
    assert all(text[span.start : span.end] == span.text != "" for span in spans)
