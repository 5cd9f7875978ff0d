"""Whose matter a line is about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entries import Reading
from bot.domain.errors import DomainError
from bot.domain.kinds.lead import PARTY_TYPES
from bot.domain.parties import PartyName, PartyType, find_parties

READING = Reading(date(2026, 3, 9), places=("杜山",))
PARTY = PartyName(60)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("张某某非法占地3.52亩", "张某某", PartyType.PERSON),
        ("张大山非法占地3.52亩", "张某某", PartyType.PERSON),
        ("張大山違法佔地", "張某某", PartyType.PERSON),
        ("被执行人：李建国", "李某某", PartyType.PERSON),
        ("当事人欧阳建国，", "欧阳某某", PartyType.PERSON),
        ("孙某等3人占地6亩", "孙某", PartyType.PERSON),
        ("鄂城区某公司违法占地", "某公司", PartyType.COMPANY),
        ("被执行人：鄂州市某置业有限公司，", "鄂州市某置业有限公司", PartyType.COMPANY),
        ("查处的某砖厂占用耕地", "某砖厂", PartyType.COMPANY),
        ("卫片图斑发现某公司未批先建", "某公司", PartyType.COMPANY),
        ("群众反映某砂场违法占地", "某砂场", PartyType.COMPANY),
        ("某仓储公司 至今未拆", "某仓储公司", PartyType.COMPANY),
        ("鄂州市鄂城区泽林镇某村村委会占用耕地", "泽林镇某村村委会", PartyType.VILLAGE),
        ("某镇政府占用耕地", "某镇政府", PartyType.GOVERNMENT),
    ],
)
def test_a_party_in_a_telling_position(text: str, name: str, kind: PartyType) -> None:
    assert [(s.value.name, s.value.type) for s in find_parties(text)] == [(name, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "镇政府组织拆除",
        "法院未将案件移送镇政府执行",
        "镇政府说已拆除",
        "疑似新增建设占用耕地",
        "案外人刘芳提异议被驳回",
        "张某某反映法院不受理",
        "被执行人仍有财产",
        "某村林地被占用",
        "5A景区旁违法建房",
    ],
)
def test_nobody_is_made_a_party(text: str) -> None:
    assert find_parties(text) == []


def test_the_surest_party_counts() -> None:
    parties = find_parties("被执行人：某公司，张某某违法占地")
    assert [span.value.name for span in parties] == ["某公司"]


def test_a_place_of_the_office_file_is_no_party() -> None:
    assert PARTY.find("杜山占用耕地", READING) == []


def test_several_parties_are_one_value() -> None:
    assert {f.value for f in PARTY.find("张三占用耕地，李四占用林地", READING)} == {"张某、李某"}


def test_a_type_is_seen_from_the_party_but_what_is_said_is_surer() -> None:
    seen = PARTY_TYPES.find("村集体 某公司违法占地", READING)
    assert [(found.value, found.inside) for found in seen] == [
        ("village", False),
        ("company", True),
    ]
    assert PARTY_TYPES.find("某公司违法占地，张某违法占地", READING) == []


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("张大山", "张某某"),
        (" 张某某 ", "张某某"),
        ("某集团", "某集团"),
        ("鄂州市某置业有限公司", "鄂州市某置业有限公司"),
        ("当事人张伟，电话13812345678", "当事人张某，电话138****5678"),
        ("王二小13812345678", "王某某138****5678"),
        ("王二小、李小明", "王某某、李某某"),
        ("王二小和李小明", "王某某和李某某"),
        ("王二小（农民）", "王某某（农民）"),
        ("王二小。", "王某某。"),
        ("王 二 小", "王某某"),
        ("东沟村 张三", "东沟村 张某"),
    ],
)
def test_a_name_that_is_an_answer_is_masked(answer: str, kept: str) -> None:
    assert PARTY.read(answer, READING) == kept


def test_an_empty_answer_is_refused() -> None:
    with pytest.raises(DomainError, match="empty_answer"):
        PARTY.read(" ", READING)


@given(
    st.text()
    | st.lists(st.sampled_from(["张三", "某", "公司", "占", "被执行人", "："])).map("".join)
)
def test_arbitrary_text_never_raises_and_spans_slice_it(text: str) -> None:
    assert all(text[s.start : s.end] == s.text != "" for s in find_parties(text))
