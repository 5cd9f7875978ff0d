import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.numbers import (
    DocumentNumber,
    NumberKind,
    ambiguous_numbers,
    find_numbers,
    normalise,
    parse_number,
)

OURS = ("鄂州", "鄂城", "华容", "梁子湖", "鄂")
EVERYBODY = (*OURS, "济历", "夏", "大国", "新国", "诸")
SYSTEM = ("线索", "预警")
DATA = Path(__file__).parent / "data" / "document_numbers.txt"
REAL_LIFE = [
    line for line in DATA.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
]


def found(text: str, abbreviations: tuple[str, ...] = OURS) -> list[str]:
    spans = find_numbers(text, abbreviations=abbreviations, system_prefixes=SYSTEM)
    return [str(span.value) for span in spans]


def asked_back(text: str) -> list[str]:
    spans = ambiguous_numbers(text, abbreviations=OURS, system_prefixes=SYSTEM)
    return [span.text for span in spans]


def test_the_real_life_list_is_there() -> None:
    assert len(REAL_LIFE) == 17


@pytest.mark.parametrize("line", REAL_LIFE)
def test_real_life_spellings_are_read_alone_and_in_running_text(line: str) -> None:
    number = parse_number(line)
    assert number is not None
    spans = find_numbers(
        f"日向你局发出{line}，请查收。", abbreviations=EVERYBODY, system_prefixes=SYSTEM
    )
    assert [span.text for span in spans] == [line]
    assert spans[0].value.key() == number.key()
    assert spans[0].value.original == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("鄂州资规罚【2021】第 012 号", "鄂州资规罚〔2021〕12号"),
        ("新国土资罚字[2017](回龙)第53号", "新国土资罚字〔2017〕（回龙）53号"),
        ("大国土资监(旅)罚字〔2018〕第059号", "大国土资监（旅）罚字〔2018〕59号"),
        ("(2022) 鄂0704执恢第45号之1", "（2022）鄂0704执恢45号之一"),
        ("（2022）鄂0704执字第45号之十二", "（2022）鄂0704执45号之十二"),
        ("（2022）鄂0704执45号之12", "（2022）鄂0704执45号之十二"),
        ("（2012）鄂鄂城行审字第3号", "（2012）鄂鄂城行审3号"),
        ("鄂州检会2021-5", "鄂州检会〔2021〕5号"),
        ("鄂州检会-2021-005号", "鄂州检会〔2021〕5号"),
        ("鄂州检会《2021》5", "鄂州检会〔2021〕5号"),
        ("鄂州检会﹝2021﹞z05号", "鄂州检会〔2021〕Z5号"),
    ],
)
def test_a_number_is_shown_in_one_form(text: str, expected: str) -> None:
    assert str(parse_number(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "线索〔2026〕12号",
        "线索2026-12",
        "线索-2026-012",
        "线索 2026 12号",
        "线索【2026】第012号",
        "线索２０２６－１２",
        "线索(2026)12",
        "线索2026第12号",
    ],
)
def test_a_system_number_is_read_in_every_typed_form(text: str) -> None:
    expected = DocumentNumber(NumberKind.SYSTEM, "线索", 2026, 12)
    assert parse_number(text, system_prefixes=SYSTEM) == expected
    assert found(f"请看{text} 谢谢") == ["线索〔2026〕12号"]
    assert str(expected) == "线索〔2026〕12号"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "鄂州检会",
        "鄂州检会〔2021〕",
        "鄂州检会〔1821〕5号",
        "绵检会〔202110号",
        "鄂州检会〔2021〕5、6号",
        "收到鄂州检会〔2021〕5号",
        "日向你局发出鄂州检行建〔2021〕5号",
        "线索2026-03-03",
        "线索 2026-12 3月3日",
    ],
)
def test_what_is_not_one_number_is_not_parsed(text: str) -> None:
    assert parse_number(text, system_prefixes=SYSTEM) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("日向你局发出鄂州检行建〔2021〕5号", ["鄂州检行建〔2021〕5号"]),
        ("《检察建议书》（鄂州检行建〔2021〕5号）", ["鄂州检行建〔2021〕5号"]),
        ("见鄂州华容检建〔2022〕3号", ["鄂州华容检建〔2022〕3号"]),
        ("报鄂州市院鄂城检建〔2022〕3号", ["鄂城检建〔2022〕3号"]),
        ("鄂州检会〔2021〕5 已收到", ["鄂州检会〔2021〕5号"]),
        ("鄂州检会〔2021〕5号，3月3日收到", ["鄂州检会〔2021〕5号"]),
        (
            "(2021)鄂0704行审3号和（2021）鄂0704行审4号",
            ["（2021）鄂0704行审3号", "（2021）鄂0704行审4号"],
        ),
        ("移送线索2026-12 3月3日", ["线索〔2026〕12号"]),
        ("移送线索 2026-03-03 收到", []),
        ("线索 2026 3亩", []),
        ("绵检会〔2021〕10号", []),
        ("我2021年5月在鄂州", []),
    ],
)
def test_running_text(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("请查鄂州检会〔2021〕5、6号", "鄂州检会〔2021〕5、6号"),
        ("请查鄂州检会〔2021〕5号、6号", "鄂州检会〔2021〕5号、6号"),
        ("请查鄂州检会〔2021〕5-6号", "鄂州检会〔2021〕5-6号"),
        ("请查鄂州检会〔2021〕5至6号", "鄂州检会〔2021〕5至6号"),
        ("收到绵检会〔202110号", "绵检会〔202110号"),
        ("鄂州检会2021〕5号", "鄂州检会2021〕5号"),
        ("鄂州检会2021-5号", "鄂州检会2021-5号"),
        ("鄂州检会2021年第5号", "鄂州检会2021年第5号"),
        ("2021鄂0704行审5号", "2021鄂0704行审5号"),
        ("（2021）鄂0704执5、6号", "（2021）鄂0704执5、6号"),
        ("线索2026-5、6号", "线索2026-5、6号"),
    ],
)
def test_what_must_be_asked_back_is_a_question_and_no_number(text: str, question: str) -> None:
    assert asked_back(text) == [question]
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "鄂州检会〔2021〕5号",
        "2026年3月3日",
        "3号、4号",
        "2026-03-03 15:00",
        "线索2026-12",
        "2021年5号",
    ],
)
def test_what_is_clear_is_not_asked_back(text: str) -> None:
    assert asked_back(text) == []


def test_normalise_closes_every_spelling() -> None:
    assert (
        normalise("鄂州资规罚【２０２１】\u200b（旅） 第 012 号") == "鄂州资规罚〔2021〕(旅)012号"
    )


HAN = st.sampled_from("检行公建会资规罚字执监捕受")
PREFIXES = st.tuples(st.sampled_from(OURS), st.text(HAN, min_size=2, max_size=6)).map("".join)
YEARS = st.integers(1949, 2099)
SERIALS = st.integers(1, 10**11 - 1)
DOCUMENTS = st.builds(
    DocumentNumber,
    st.just(NumberKind.DOCUMENT),
    PREFIXES,
    YEARS,
    SERIALS | SERIALS.map(lambda n: f"Z{n % 10**9 + 1}"),
    st.sampled_from(["", "", "(回龙)", "(旅)"]),
)
COURTS = st.builds(
    DocumentNumber,
    st.just(NumberKind.COURT),
    st.sampled_from(["鄂0704行审", "鄂0704执恢", "鄂07行审复", "湘0528执", "最高法行申"]),
    YEARS,
    st.integers(1, 999999),
    st.just(""),
    st.sampled_from(["", "", "之一", "之二"]),
)
SYSTEMS = st.builds(
    DocumentNumber,
    st.just(NumberKind.SYSTEM),
    st.sampled_from(SYSTEM),
    YEARS,
    st.integers(1, 999999),
)
NUMBERS = st.one_of(DOCUMENTS, COURTS, SYSTEMS)


def misspell(number: DocumentNumber, rng: random.Random, *, closed: bool) -> str:
    """Render a number as some office might: the parts stay, everything around them varies."""
    opening, closing = rng.choice(list(zip("〔(（[【［﹝{", "〕)）]】］﹞}", strict=True)))

    def gap() -> str:
        return rng.choice(["", "", " ", "\u3000", "\u200b", "\ufeff "])

    mark, serial = (
        ("Z", str(number.serial)[1:])
        if isinstance(number.serial, str)
        else (
            "",
            str(number.serial),
        )
    )
    width = 6 if number.kind is not NumberKind.DOCUMENT else 11 - len(mark)
    serial = mark + "0" * rng.randint(0, max(0, width - len(serial))) + serial
    year = f"{opening}{gap()}{number.year}{gap()}{closing}"
    tail = f"{gap()}{rng.choice(['', '第'])}{gap()}{serial}"
    tail += rng.choice(["", f"{gap()}号"]) if not closed and not number.suffix else f"{gap()}号"
    if number.kind is NumberKind.COURT:
        text = f"{year}{gap()}{number.prefix}{tail}{number.suffix}"
    else:
        sub = number.sub.replace("(", opening).replace(")", closing)
        text = f"{number.prefix}{gap()}{year}{gap()}{sub}{tail}"
    wide = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789"}
    return text.translate(wide) if rng.random() < 0.3 else text


@given(NUMBERS, st.randoms(use_true_random=False))
def test_every_spelling_of_a_number_has_one_key(number: DocumentNumber, rng: random.Random) -> None:
    spelling = misspell(number, rng, closed=False)
    read = parse_number(spelling, system_prefixes=SYSTEM)
    assert read == number
    assert read.key() == number.key()
    assert read.original == spelling
    assert parse_number(str(number), system_prefixes=SYSTEM) == number


@given(NUMBERS, st.randoms(use_true_random=False))
def test_every_spelling_is_found_in_running_text(
    number: DocumentNumber, rng: random.Random
) -> None:
    spelling = misspell(number, rng, closed=True)
    text = f"你局来函，{spelling}；请核。"
    spans = find_numbers(text, abbreviations=OURS, system_prefixes=SYSTEM)
    assert [(span.value, span.text) for span in spans] == [(number, spelling)]


@given(NUMBERS, NUMBERS)
def test_two_numbers_never_share_a_key(one: DocumentNumber, other: DocumentNumber) -> None:
    def parts(n: DocumentNumber) -> tuple[str, int, str, int | str, str]:
        return n.prefix, n.year, n.sub, n.serial, n.suffix

    assert (one.key() == other.key()) == (parts(one) == parts(other))


PIECES = st.lists(
    st.sampled_from(
        ["鄂州检", "〔2021〕", "(2021", "鄂0704行审", "5号", "5、6号", "线索", "2026-", "\u200b"]
    )
    | st.text(max_size=4),
    max_size=12,
).map("".join)


@given(PIECES)
def test_arbitrary_text_never_raises_and_spans_slice_it(text: str) -> None:
    parse_number(text, system_prefixes=SYSTEM)
    certain = find_numbers(text, abbreviations=OURS, system_prefixes=SYSTEM)
    doubtful = ambiguous_numbers(text, abbreviations=OURS, system_prefixes=SYSTEM)
    assert all(text[span.start : span.end] == span.text != "" for span in [*certain, *doubtful])
    assert not any(span.overlaps(doubtful) for span in certain)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("绵检会〔202110号", NumberKind.DOCUMENT),
        ("鄂州资规罚字〔2025〕5、6号", NumberKind.DOCUMENT),
        ("（2025）鄂0704行审66号、67号", NumberKind.COURT),
        ("线索〔2026〕5、6号", NumberKind.SYSTEM),
    ],
)
def test_what_is_asked_back_is_likely_of_a_kind(text: str, kind: NumberKind) -> None:
    spans = ambiguous_numbers(f"鄂城 {text}", abbreviations=OURS, system_prefixes=SYSTEM)
    assert [(span.text, span.value) for span in spans] == [(text, kind)]


def test_traditional_characters_make_the_same_number() -> None:
    assert parse_number("鄂州資規罰字〔2025〕31號") == parse_number("鄂州资规罚字〔2025〕31号")
