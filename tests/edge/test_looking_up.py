"""Asked by number: what happened to it, told in private; and the nearest, when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.office import LINE, NUMBER, PARTY

if TYPE_CHECKING:
    from tests.edge.office import Office

WRONG = "鄂州资规罚字〔2025〕74号"
"""Two digits of the filed one's number are swapped."""
SENT = "已发到您与机器人的私聊。"


@pytest.mark.parametrize(
    "asked", [NUMBER, "线索2026-1", "鄂州资规罚字[2025]第047号", "资规罚字47", "行审18", PARTY]
)
async def test_the_history_is_asked_for_by_any_number(office: Office, asked: str) -> None:
    card = await office.filed()
    await office.pressed("李静", card, "签收")
    office["李静"].write(None, f"/log {asked}")
    history = await office.reads("李静", f"{NUMBER}　办理经过")
    assert history.text.splitlines()[2:] == [
        "3月9日 09:00　鄂城分局 王敏　登记移送 → 已移送",
        "3月9日 09:00　鄂城区检察院 李静　签收 → 已签收",
    ]
    assert history.labels == ["私聊看详情"]


async def test_asked_in_a_group_the_history_comes_in_private_and_the_group_hears_so(
    office: Office,
) -> None:
    await office.filed()
    asked = office["王敏"].write(office.group, f"/log {NUMBER}")
    await office.reads("王敏", "登记移送 → 已移送")
    assert (await office.reads("王敏", "私聊", office.group, after=asked)).text == SENT
    await office.settle()
    assert office.talk(office.group, asked) == [SENT]


async def test_whoever_cannot_be_reached_is_led_to_the_history(office: Office) -> None:
    await office.filed()
    asked = office["赵立"].write(office.group, f"/log {NUMBER}")
    told = await office.reads("赵立", "打开私聊", office.group, after=asked)
    assert told.keyboard is not None
    payload = str(told.keyboard.rows[0][0].fields["url"]).partition("?start=")[2]
    assert payload == "h1"
    office["赵立"].start(payload)
    await office.reads("赵立", "登记移送 → 已移送")


async def test_the_history_of_several_is_reached_by_way_of_the_list(office: Office) -> None:
    await office.filed()
    asked = office["王敏"].write(office.group, LINE)
    preview = await office.reads("王敏", "核对无误", office.group, after=asked)
    await office.pressed("王敏", preview, "✅ 提交")
    await office.reads("王敏", "线索〔2026〕2号　已移送", office.group)
    office["王敏"].write(None, "/log 行审18")
    found = await office.reads("王敏", "共找到2件")
    await office.pressed("王敏", found, "线索〔2026〕2号")
    await office.pressed("王敏", await office.reads("王敏", "线索〔2026〕2号　已移送"), "办理经过")
    await office.reads("王敏", "线索〔2026〕2号　办理经过")


@pytest.mark.parametrize("name", ["陈刚", "周岚"])
async def test_nobody_else_hears_of_a_history(office: Office, name: str) -> None:
    await office.filed()
    office[name].write(None, f"/log {NUMBER}")
    await office.reads(name, f"没有找到“{NUMBER}”")


async def test_the_nearest_numbers_open_their_cards(office: Office) -> None:
    await office.filed()
    for command in ("/case", "/log"):
        asked = office["李静"].write(office.group, f"{command} {WRONG}")
        told = await office.reads("李静", "编号相近的有", office.group, after=asked)
        assert told.labels == [NUMBER]
        assert PARTY not in told.text
        await office.pressed("李静", told, NUMBER)
        await office.reads("李静", f"{NUMBER}　已移送", office.group, after=told)


async def test_nearest_is_only_what_one_may_see_and_what_belongs_to_the_group(
    office: Office,
) -> None:
    await office.filed()
    office["周岚"].write(None, f"/case {WRONG}")
    await office.reads("周岚", f"没有找到“{WRONG}”")
    asked = office["王敏"].write(office.other, f"/case {WRONG}")
    await office.reads("王敏", f"没有找到“{WRONG}”", office.other, after=asked)
