"""`/why` answers where it is asked: a period to anybody on the roster, a record to who sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.edge.office import LINE, NUMBER, PARTY

if TYPE_CHECKING:
    from tests.edge.office import Office

BARE = "/why 两个月 2026-07-20"
DUE = "法定届满：2026年9月20日（星期日）24时"


@pytest.mark.parametrize("name", ["王敏", "李静", "吴建国", "孙伟"])
async def test_anybody_on_the_roster_may_ask_for_any_date(office: Office, name: str) -> None:
    for chat in (None, office.group):
        asked = office[name].write(chat, BARE)
        await office.reads(name, DUE, chat, after=asked)


async def test_whoever_is_not_on_it_may_not(office: Office) -> None:
    asked = office["路人甲"].write(office.group, BARE)
    await office.reads("路人甲", "您还不在联络员名册中", office.group, after=asked)


async def test_what_cannot_be_read_is_refused_with_an_example(office: Office) -> None:
    office["王敏"].write(None, "/why 半个月 7月20日")
    refusal = await office.reads("王敏", "没有认出期限和起算日")
    example = re.search(r"“(/why [^”]+)”", refusal.text)
    assert example
    office["王敏"].write(None, example[1])
    await office.reads("王敏", "法定届满")
    office["王敏"].write(None, "/why A2 3月2日")
    await office.reads("王敏", "A2（紧急情况书面回复检察建议）的期限以文书载明的为准")


@pytest.mark.parametrize("spelt", [NUMBER, "线索2026-1", "鄂州资规罚字[2025]047"])
async def test_a_record_is_proven_in_place_and_names_nobody(office: Office, spelt: str) -> None:
    await office.filed()
    asked = office["李静"].write(office.group, f"/why {spelt}")
    told = await office.reads("李静", "期限依据", office.group, after=asked)
    assert told.text.splitlines()[2:6] == [
        "签收线索（鄂城区检察院）　还有2天",
        "起算：2026年3月9日（星期一），鄂城分局登记移送，当日不计入",
        "期限：2个工作日，休息日不计",
        "约定届满：2026年3月11日（星期三）24时",
    ]
    assert told.labels == ["私聊看详情", "办理经过"]
    assert not any(word in told.text for word in (PARTY, "王敏", "耕地"))


async def test_the_button_under_the_detail_gives_the_same(office: Office) -> None:
    card = await office.filed()
    await office.pressed("李静", card, "私聊看详情")
    detail = await office.reads("李静", "本次查阅已记录")
    await office.pressed("李静", detail, "期限依据")
    pressed = await office.reads("李静", f"{NUMBER}　期限依据")
    asked = office["李静"].write(None, f"/why {NUMBER}")
    assert (await office.reads("李静", "期限依据", after=asked)).text == pressed.text


@pytest.mark.parametrize("name", ["陈刚", "周岚"])
async def test_nobody_else_hears_of_a_records_dates(office: Office, name: str) -> None:
    await office.filed()
    office[name].write(None, f"/why {NUMBER}")
    await office.reads(name, f"没有找到“{NUMBER}”")


async def test_an_administrator_is_told_no_records_dates(office: Office) -> None:
    await office.filed()
    office["孙伟"].write(None, f"/why {NUMBER}")
    await office.reads("孙伟", "系统管理员")


async def test_several_records_are_listed_and_none_says_how_to_ask(office: Office) -> None:
    await office.filed()
    asked = office["王敏"].write(office.group, LINE)
    preview = await office.reads("王敏", "核对无误", office.group, after=asked)
    await office.pressed("王敏", preview, "✅ 提交")
    await office.reads("王敏", "线索〔2026〕2号　已移送", office.group)
    for question, answer in (("/why 行审18", "共找到2件"), ("/why", "查某一件的期限")):
        asked = office["王敏"].write(None, question)
        await office.reads("王敏", answer, after=asked)
