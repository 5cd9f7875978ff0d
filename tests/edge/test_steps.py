"""The life of a lead, step by step, on buttons in the group and forms in private."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.edge.office import NUMBER

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from tests.edge.office import Office

CAME_SECOND = f"{NUMBER} 的状态已有变化，这次没有作任何改动。请看最新的卡片。"


def shows(card: Message, words: str) -> bool:
    return words in card.text


async def step(office: Office, name: str, card: Message, label: str, state: str) -> None:
    """Press a step that needs nothing, and wait for the card to show it."""
    assert await office.pressed(name, card, label) == ""
    await office.sandbox.until(lambda: f"　{state}\n" in card.text)


async def filled_step(
    office: Office, name: str, card: Message, label: str, answer: str, state: str
) -> None:
    """Press a step that needs words, give them in private, and wait for the card to show it."""
    said = await office.pressed(name, card, label)
    assert said == "请到与机器人的私聊中继续填写，内容不会出现在群里。"
    await office.reads(name, "直接发送即可")
    office[name].press(await office.answer(name, answer, f"：{answer}"), "✅ 提交")
    await office.sandbox.until(lambda: f"　{state}\n" in card.text)


async def test_a_whole_life(office: Office) -> None:
    card = await office.filed()
    await step(office, "李静", card, "签收", "已签收")
    await step(office, "李静", card, "开始审查", "审查中")
    await filled_step(office, "李静", card, "退回补正", "缺现场照片", "退回补正")
    await filled_step(office, "王敏", card, "补正后重新移送", "已补照片", "审查中")
    await filled_step(office, "李静", card, "立案", "鄂城检行监〔2026〕7号", "已立案")
    await filled_step(office, "李静", card, "办结", "法院已裁定", "已办结")
    await step(office, "王敏", card, "确认收到反馈", "已反馈")
    await step(office, "李静", card, "归档", "已归档")
    await office.settle()
    assert office.talk(office.group)[3:] == [
        f"🔵 {NUMBER}　已归档",
        "鄂城区｜鄂城分局 → 鄂城区检察院",
        "线索类别：2C 超期裁定",
        "路径：移送线索",
        "检察案号：鄂城检行监〔2026〕7号",
        "已签收：鄂城区检察院",
        "最近办理：3月9日 09:00　鄂城区检察院 归档",
        "[私聊看详情] [办理经过]",
    ]
    duties = await office.rows("duties")
    assert [duty["closed_by"] is not None for duty in duties] == [True] * len(duties)
    assert len(await office.rows("events")) == 9


async def test_the_case_number_finds_the_lead(office: Office) -> None:
    card = await office.filed()
    await step(office, "李静", card, "签收", "已签收")
    await step(office, "李静", card, "开始审查", "审查中")
    await filled_step(office, "李静", card, "立案", "鄂城检行监〔2026〕7号", "已立案")
    asked = office["王敏"].write(office.group, "/case 鄂城检行监[2026]7")
    await office.reads("王敏", NUMBER, office.group, after=asked)


async def test_a_wrong_answer_is_explained_and_asked_again(office: Office) -> None:
    card = await office.filed()
    await step(office, "李静", card, "签收", "已签收")
    await step(office, "李静", card, "开始审查", "审查中")
    await office.pressed("李静", card, "立案")
    asked = await office.reads("李静", "检察案号")
    office["李静"].write(None, "以后再说")
    await office.reads("李静", "没有认出编号", after=asked)
    assert "直接发送即可" in asked.text, "what was not answered stays open"
    form = await office.answer("李静", "鄂城检行监〔2026〕7号", "检察案号：")
    assert "✅ 提交" in form.labels
    await office.sandbox.until(lambda: asked.text == "检察案号：请看下方。")
    assert asked.labels == []


async def test_who_cannot_be_written_to_is_led_into_private(office: Office) -> None:
    card = await office.filed()
    await step(office, "李静", card, "签收", "已签收")
    await step(office, "李静", card, "开始审查", "审查中")
    toast = await office.toast("赵立", office["赵立"].press(card, "立案"))
    assert toast.url is not None
    address, _, payload = toast.url.partition("?start=")
    assert address == "https://t.me/liaison_bot"
    office["赵立"].start(payload)
    await office.reads("赵立", "检察案号")
    form = await office.answer("赵立", "鄂城检行监〔2026〕7号", "检察案号：")
    office["赵立"].press(form, "✅ 提交")
    await office.sandbox.until(lambda: "　已立案\n" in card.text)


@pytest.mark.parametrize(
    ("label", "told"), [("私聊看详情", "本次查阅已记录"), ("办理经过", "登记移送")]
)
async def test_the_content_too_is_reached_by_a_link(office: Office, label: str, told: str) -> None:
    card = await office.filed()
    toast = await office.toast("赵立", office["赵立"].press(card, label))
    assert toast.url is not None
    office["赵立"].start(toast.url.partition("?start=")[2])
    await office.reads("赵立", told)


async def test_a_link_that_came_too_late_still_opens_the_private_chat(office: Office) -> None:
    card = await office.filed()
    await step(office, "李静", card, "签收", "已签收")
    await step(office, "李静", card, "开始审查", "审查中")
    toast = await office.toast("赵立", office["赵立"].press(card, "立案"))
    await filled_step(office, "李静", card, "立案", "鄂城检行监〔2026〕7号", "已立案")
    assert toast.url is not None
    office["赵立"].start(toast.url.partition("?start=")[2])
    await office.reads("赵立", CAME_SECOND)
    asked = office["王敏"].write(office.group, "/roster")
    roster = await office.reads("王敏", "名册", office.group, after=asked)
    assert "赵立 ⚠️未开通私聊" not in roster.text


async def test_a_submitter_may_withdraw_but_nobody_else(office: Office) -> None:
    card = await office.filed()
    assert "不由您办理" in await office.pressed("李静", card, "撤回")
    await step(office, "王敏", card, "撤回", "已撤回")
    assert card.labels == ["私聊看详情", "办理经过"]


async def test_an_answer_in_a_group_carries_no_steps(office: Office) -> None:
    await office.filed()
    asked = office["李静"].write(office.group, f"/case {NUMBER}")
    answer = await office.reads("李静", "已移送", office.group, after=asked)
    assert answer.labels == ["私聊看详情", "办理经过"]


async def test_an_old_cards_button_changes_nothing(office: Office) -> None:
    card = await office.filed()
    old = {}
    for name in ("李静", "王敏"):
        await office.pressed(name, card, "私聊看详情")
        old[name] = await office.reads(name, "本次查阅已记录")
    await step(office, "李静", card, "签收", "已签收")
    await office.settle()
    before = await office.counts()
    assert await office.pressed("李静", old["李静"], "签收") == CAME_SECOND
    assert await office.pressed("王敏", old["王敏"], "撤回") == CAME_SECOND
    await office.settle()
    assert await office.counts() == before
    assert await office.state() == "signed"


async def test_a_card_opened_aside_shows_what_its_step_has_done(office: Office) -> None:
    card = await office.filed()
    opened = []
    for _ in range(2):
        asked = office["李静"].write(None, f"/case {NUMBER}")
        opened.append(await office.reads("李静", NUMBER, after=asked))
    assert await office.pressed("李静", opened[0], "签收") == f"“签收”已办理：{NUMBER}。"
    assert await office.pressed("李静", opened[1], "签收") == CAME_SECOND
    for each in (*opened, card):
        await office.until(partial(shows, each, "　已签收\n"))
    assert [each.labels[0] for each in opened] == ["开始审查"] * 2


async def test_who_may_not_take_a_step_is_told_so_however_old_the_button(office: Office) -> None:
    card = await office.filed()
    await step(office, "李静", card, "签收", "已签收")
    assert await office.forged("王敏", card, "1.mv.1.sign.1") == (
        f"“签收”不由您办理，{NUMBER} 没有任何改动。"
    )
    assert await office.forged("李静", card, "1.mv.1.sign.1") == CAME_SECOND


async def test_a_form_of_an_old_version_is_closed_with_a_word(office: Office) -> None:
    card = await office.filed()
    await step(office, "李静", card, "签收", "已签收")
    await step(office, "李静", card, "开始审查", "审查中")
    toast = await office.toast("赵立", office["赵立"].press(card, "立案"))
    assert toast.url is not None
    office["赵立"].start(toast.url.partition("?start=")[2])
    await office.reads("赵立", "检察案号")
    form = await office.answer("赵立", "鄂城检行监〔2026〕7号", "检察案号：")
    (draft,) = await office.rows("drafts")
    await filled_step(office, "李静", card, "退回补正", "缺现场照片", "退回补正")
    await office.sandbox.until(lambda: not form.labels)
    assert form.text == (
        f"{NUMBER} 的状态已有变化，这份填写已关闭，没有办理。请看最新的卡片。\n\n"
        "已填的内容如下，需要时可复制使用：\n检察案号：鄂城检行监〔2026〕7号"
    )
    assert "没有重复登记" in await office.forged("赵立", form, f"1.fi.{draft['id']}")
    assert await office.rows("drafts") == []
    assert await office.state() == "returned"


async def test_a_deleted_card_is_posted_anew(office: Office) -> None:
    card = await office.filed()
    office.sandbox.world.delete(card)
    office["李静"].press(await office.reads("李静", NUMBER), "签收")
    anew = await office.reads("王敏", "　已签收", office.group)
    assert anew.id > card.id
    await step(office, "李静", anew, "开始审查", "审查中")
