from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quantities import Area, AreaRole, find_areas, find_money, format_money, read_numeral


@pytest.mark.parametrize(
    ("text", "square_metres"),
    [
        ("占地3.52亩", "2346.68"),
        ("占地３．５２亩", "2346.68"),
        ("占地三点五二亩", "2346.68"),
        ("占地三亩五分二厘", "2346.68"),
        ("占地3亩5分", "2333.35"),
        ("三亩半", "2333.35"),
        ("半亩", "333.34"),
        ("两亩地", "1333.34"),
        ("十二亩", "8000.04"),
        ("一百零五亩", "70000.35"),
        ("12点5亩", "8333.38"),
        ("一千二百平方米", "1200.00"),
        ("1,234.5㎡", "1234.50"),
        ("1，234.5平方米", "1234.50"),
        ("2346.68 M²", "2346.68"),
        ("300m2", "300.00"),
        ("300平米", "300.00"),
        ("1.2万平方米", "12000.00"),
        ("2公顷", "20000.00"),
        ("0.3 hectare", "3000.00"),
        ("1平方公里", "1000000.00"),
        ("3.52亩（2346.68㎡）", "2346.68"),
        ("3.52亩(2347平方米)", "2347.00"),
    ],
)
def test_an_area_is_read_in_square_metres(text: str, square_metres: str) -> None:
    assert [span.value.square_metres for span in find_areas(text)] == [Decimal(square_metres)]


@pytest.mark.parametrize(
    "text", ["三五亩", "3-5亩", "三至五亩", "12,5亩", "3万2亩", "亩", "3mm2", "鄂州检会〔2021〕5号"]
)
def test_no_area_is_guessed(text: str) -> None:
    assert find_areas(text) == []


def test_each_area_carries_the_role_word_before_it() -> None:
    text = "张某某非法占地 3.52亩，其中耕地面积约1.10亩、永久基本农田 0.5亩，林地2亩，非耕地3亩"
    assert [(span.text, span.value.role) for span in find_areas(text)] == [
        ("3.52亩", AreaRole.TOTAL),
        ("1.10亩", AreaRole.ARABLE),
        ("0.5亩", AreaRole.BASIC_FARMLAND),
        ("2亩", None),
        ("3亩", None),
    ]


def test_two_areas_that_disagree_stay_two() -> None:
    assert [span.text for span in find_areas("3.52亩（3000㎡）")] == ["3.52亩", "3000㎡"]


def test_an_area_shows_both_units() -> None:
    area = Area.of_mu(Decimal("3.52"))
    assert str(area) == "3.52亩（2346.68㎡）"
    assert area.mu == Decimal("3.52")


@given(st.decimals(Decimal("0.01"), Decimal(9999999), places=2))
def test_a_shown_area_reads_back_exactly(square_metres: Decimal) -> None:
    area = Area(square_metres)
    shown = f"面积{area}。"
    spans = find_areas(shown)
    assert spans[-1].value.square_metres == square_metres


@given(st.decimals(Decimal("0.01"), Decimal(99999), places=2))
def test_mu_survives_the_way_through_square_metres(mu: Decimal) -> None:
    assert Area.of_mu(mu).mu == mu


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("罚款35,200元", 3520000),
        ("罚款人民币1,234.56元", 123456),
        ("￥300 已缴", 30000),
        ("¥1.2万元", 1200000),
        ("3亿元", 30000000000),
        ("1亿2000万元", 12000000000),
        ("1万2千元", 1200000),
        ("罚款3万", 3000000),
        ("壹万贰仟叁佰元整", 1230000),
        ("叁拾贰元伍角", 3250),
        ("五元三角二分", 532),
        ("三千五百块", 350000),
        ("三点五万元", 3500000),
        ("３００圆", 30000),
    ],
)
def test_money_is_read_in_fen(text: str, fen: int) -> None:
    assert [span.value for span in find_money(text)] == [fen]


@pytest.mark.parametrize(
    "text",
    ["100元/㎡", "每平方米处以10元", "12万", "2026年", "元", "三五元", "3万平方米", "一元月"],
)
def test_no_sum_is_guessed(text: str) -> None:
    assert find_money(text) == []


def test_the_span_of_a_sum_is_the_sum() -> None:
    assert [span.text for span in find_money("罚款３万元，￥200 已缴")] == ["３万元", "￥200"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十五", "15"),
        ("一百二十", "120"),
        ("三百五", "350"),
        ("三百零五", "305"),
        ("一万二", "12000"),
        ("一万零二十", "10020"),
        ("二亿三千万", "230000000"),
        ("〇", "0"),
        ("叁仟零伍", "3005"),
        ("3.5万", "35000"),
        ("1,200.5", "1200.5"),
    ],
)
def test_numerals(text: str, value: str) -> None:
    assert read_numeral(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "三五", "万", "点五点", "一点", "一点十", "一亿亿亿", "9999999999999亿亿"]
)
def test_what_is_no_numeral(text: str) -> None:
    assert read_numeral(text) is None


PIECES = st.lists(
    st.sampled_from(
        ["3.5", "三", "半", "亩", "㎡", "万", "元", "¥", "点", "，", "耕地", "(", ")", "\u200b"]
    )
    | st.text(max_size=3),
    max_size=14,
).map("".join)


@given(PIECES)
def test_arbitrary_text_never_raises_and_spans_slice_it(text: str) -> None:
    spans = [*find_areas(text), *find_money(text)]
    assert all(text[span.start : span.end] == span.text != "" for span in spans)


@pytest.mark.parametrize("text", ["-3亩", "占地-3亩", "负三亩", "−3亩"])
def test_a_minus_is_kept(text: str) -> None:
    assert [span.value.square_metres for span in find_areas(text)] == [Decimal("-2000.01")]


@pytest.mark.parametrize("text", ["2-3亩", "1至3亩"])
def test_a_range_has_no_minus(text: str) -> None:
    assert all(span.value.square_metres > 0 for span in find_areas(text))


def test_a_part_without_a_unit_takes_that_before_the_brackets() -> None:
    assert [(s.value.mu, s.value.role) for s in find_areas("占地3.52亩（耕地1.10）")] == [
        (Decimal("3.52"), AreaRole.TOTAL),
        (Decimal("1.10"), AreaRole.ARABLE),
    ]


@pytest.mark.parametrize("text", ["拆除2000平方米", "其中一般商品林2亩", "没收500㎡"])
def test_what_is_pulled_down_or_a_part_is_not_the_land(text: str) -> None:
    assert [span.value.role for span in find_areas(text)] == [AreaRole.OTHER]


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (1200000, "1.2万元"),
        (50000000, "50万元"),
        (3520005, "35,200.05元"),
        (80000, "800元"),
        (123456789000000, "123,456,789万元"),
    ],
)
def test_a_sum_is_shown_as_people_say_it(fen: int, shown: str) -> None:
    assert format_money(fen) == shown
