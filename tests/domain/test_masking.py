from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dates import format_date
from bot.domain.masking import PersonalKind, find_personal, mask, mask_name
from bot.domain.numbers import find_numbers
from bot.domain.quantities import Area
from bot.office import read_office

DATA = Path(__file__).parent / "data" / "masking_corpus.tsv"
CORPUS = [
    line.split("\t")
    for line in DATA.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


PLACES = read_office().places


def kinds(text: str) -> list[tuple[PersonalKind, str]]:
    return [(span.value, span.text) for span in find_personal(text)]


def test_of_the_whole_corpus_nothing_is_missed_and_nothing_is_a_false_alarm() -> None:
    read = [(text, masked, mask(text, places=PLACES)) for text, masked in CORPUS]
    misses = [got for text, masked, got in read if masked not in (text, got)]
    false_alarms = [got for text, masked, got in read if masked == text != got]
    assert len(read) >= 150
    assert (len(misses), len(false_alarms)) == (0, 0)


@pytest.mark.parametrize(("text", "masked"), CORPUS)
def test_no_miss_and_no_false_alarm(text: str, masked: str) -> None:
    assert mask(text, places=PLACES) == masked
    assert mask(masked, places=PLACES) == masked


def test_a_place_is_known_by_the_office_file_only() -> None:
    assert mask("杜山占用耕地", places=("杜山",)) == "杜山占用耕地"
    assert mask("杜山占用耕地") == "杜某占用耕地"


def test_informants_and_minors_are_reported_but_not_rewritten() -> None:
    assert kinds("举报人张三反映") == [
        (PersonalKind.INFORMANT, "举报人"),
        (PersonalKind.NAME, "张三"),
    ]
    assert kinds("受害人系未成年人") == [(PersonalKind.MINOR, "未成年人")]
    assert kinds("其子12岁") == [(PersonalKind.MINOR, "12岁")]
    assert mask("其子12岁") == "其子12岁"


@pytest.mark.parametrize(
    "text", ["群众举报", "未成年人检察部门", "未成年人保护法", "32岁", "成年人"]
)
def test_no_informant_and_no_minor(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三丰", "张某某"),
        ("张三", "张某"),
        ("欧阳修", "欧阳某"),
        ("歐陽修", "歐陽某"),
        ("張三豐", "張某某"),
        ("某集团", "某集团"),
        ("欧阳震华", "欧阳某某"),
        ("张某某", "张某某"),
        ("欧阳某", "欧阳某"),
        ("李建国", "李某某"),
        ("樊口村", "樊口村"),
        ("汀祖镇", "汀祖镇"),
        ("鄂州市某置业有限公司", "鄂州市某置业有限公司"),
        ("鄂城分局", "鄂城分局"),
        ("", ""),
        ("某", "某"),
    ],
)
def test_a_name_keeps_its_surname_only(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_kept_span_is_not_touched() -> None:
    text = "线索2026-12 当事人张三丰 13812345678"
    number = find_numbers(text, abbreviations=[], system_prefixes=["线索"])
    phone = [span for span in find_personal(text) if span.value is PersonalKind.MOBILE]
    assert mask(text, keep=[*number, *phone]) == "线索2026-12 当事人张某某 13812345678"


@given(
    st.sampled_from(["鄂州检行执监", "鄂城资规罚字", "华容检建"]),
    st.integers(1949, 2099),
    st.integers(1, 10**11 - 1),
    st.dates(date(1950, 1, 1), date(2099, 12, 31)),
    st.decimals(Decimal("0.01"), Decimal(10**12), places=2),
)
def test_numbers_dates_and_areas_are_never_masked(
    prefix: str, year: int, serial: int, day: date, metres: Decimal
) -> None:
    fact = (
        f"{prefix}〔{year}〕{serial}号，{format_date(day)}、{day}、{day:%Y%m%d}，占地{Area(metres)}"
    )
    assert mask(f"当事人张三丰非法占地，{fact}") == f"当事人张某某非法占地，{fact}"


PIECES = st.lists(
    st.sampled_from(
        [
            "当事人",
            "张三",
            "欧阳",
            "非法占地",
            "与",
            "13812345678",
            "420704199003071234",
            "某",
            "86",
            "-",
            " ",
            "〔2021〕",
            "\u200b",
        ]
    )
    | st.text(max_size=3),
    max_size=12,
).map("".join)


@given(PIECES)
def test_masking_never_raises_and_twice_is_once(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert all(text[s.start : s.end] == s.text != "" for s in find_personal(text))
