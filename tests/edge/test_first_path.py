"""From one line in a group to a signed lead, and back to its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.office import LINE, NUMBER, PARTY

if TYPE_CHECKING:
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@both
async def test_a_lead_is_filed_and_signed(office: Office) -> None:
    card = await office.filed()
    assert await office.pressed("李静", card, "签收") == ""
    assert await office.reads("李静", "已签收", office.group) is card
    await office.settle()
    signed = [
        f"🟡 {NUMBER}　已签收",
        "鄂城区｜鄂城分局 → 鄂城区检察院",
        "线索类别：2C 超期裁定",
        "路径：移送线索",
        "当前责任方：鄂城区检察院",
        "下一步：开始审查",
        "程序性答复：2026年3月16日（星期一）届满，15天以内",
        "已签收：鄂城区检察院",
        "最近办理：3月9日 09:00　鄂城区检察院 签收",
        "[开始审查]",
        "[私聊看详情] [办理经过]",
    ]
    filed = [f"已登记并移送：{NUMBER}", "[撤销登记（10分钟内）]"]
    assert office.talk(office.group) == [f"王敏：{LINE}", *filed, *signed]
    assert office.talk(office["李静"].private) == signed
    assert office["赵立"].reads() == []
    assert await office.state() == "signed"
    names = [event["name"] for event in await office.rows("events")]
    assert names == ["file", "sign"]


async def test_the_preview_shows_the_group_no_content(office: Office) -> None:
    office["王敏"].write(office.group, LINE)
    preview = await office.reads("王敏", "待提交", office.group)
    assert office.talk(office.group)[1:] == [
        "线索｜待提交",
        "区域：鄂城区",
        "线索类别：2C 超期裁定",
        "路径：移送线索",
        "已填写（群内不显示）：被执行人类型、被执行人、其中耕地、处罚文号、法院案号、申请日期、线索摘要",
        "",
        "核对无误后请点“提交”。",
        "[✅ 提交]",
        "[补充或修改] [取消]",
    ]
    assert PARTY not in preview.text


async def test_in_private_the_preview_shows_everything(office: Office) -> None:
    office["王敏"].write(None, LINE)
    preview = await office.reads("王敏", "待提交")
    assert "线索摘要：刘某某非法占用耕地3.52亩" in preview.text
    office["王敏"].press(preview, "✅ 提交")
    await office.reads("李静", NUMBER, office.group)


async def test_only_the_receivers_reachable_liaisons_are_told(office: Office) -> None:
    await office.filed()
    await office.settle()
    told = [name for name, who in office.cast.items() if who.reads()]
    assert told == ["李静"]


SPELLINGS = (
    "/case 线索2026-1",
    "/case 线索〔2026〕1号",
    "/case@liaison_bot 线索[2026]1",
    "/case 鄂州资规罚字〔2025〕47号",
    "/case 鄂州资规罚字[2025]第47号",
    "/case 鄂州资规罚字（2025）47",
    "查 鄂州资规罚字【2025】47号",
    "/case (2026)鄂0704行审18号",
)


async def test_a_lead_is_found_under_any_of_its_numbers(office: Office) -> None:
    await office.filed()
    for question in SPELLINGS:
        asked = office["李静"].write(office.group, question)
        answer = await office.reads("李静", f"{NUMBER}　已移送", office.group, after=asked)
        assert PARTY not in answer.text


async def test_a_line_may_begin_with_the_word_itself(office: Office) -> None:
    await office.filed(LINE.replace("/lead ", "线索："))


async def test_the_content_is_read_in_private_and_the_look_is_recorded(office: Office) -> None:
    card = await office.filed()
    assert await office.pressed("李静", card, "私聊看详情") == "已发到您与机器人的私聊。"
    detail = await office.reads("李静", "本次查阅已记录")
    assert "线索摘要：刘某某非法占用耕地3.52亩" in detail.text
    looked = (await office.rows("events"))[-1]
    assert (looked["name"], looked["stream"]) == ("disclosed", "record/1")
    assert PARTY not in str(await office.rows("posts"))
    await office.settle()
    assert not [line for line in office.talk(office.group)[1:] if PARTY in line]


async def test_the_history_is_told_in_private(office: Office) -> None:
    card = await office.filed()
    await office.pressed("李静", card, "签收")
    await office.pressed("王敏", card, "办理经过")
    history = await office.reads("王敏", "办理经过")
    assert history.text.splitlines()[2:] == [
        "3月9日 09:00　鄂城分局 王敏　登记移送 → 已移送",
        "3月9日 09:00　鄂城区检察院 李静　签收 → 已签收",
    ]


async def test_a_bare_word_is_asked_out_by_buttons_and_a_reply(office: Office) -> None:
    wang = office["王敏"]
    wang.write(office.group, "线索")
    preview = await office.reads("王敏", "属于哪一类情形", office.group)
    assert preview.labels[:2] == ["1 受理", "2 裁定"]
    await office.pressed("王敏", preview, "2 裁定")
    await office.sandbox.until(lambda: "‹ 返回" in preview.labels)
    await office.pressed("王敏", preview, "‹ 返回")
    await office.sandbox.until(lambda: "3 执行" in preview.labels)
    await office.pressed("王敏", preview, "3 执行")
    await office.sandbox.until(lambda: "执行和解违法" in str(preview.labels))
    label = next(label for label in preview.labels if "执行和解违法" in label)
    await office.pressed("王敏", preview, label)
    await office.sandbox.until(lambda: "申请监督" in preview.labels)
    await office.pressed("王敏", preview, "申请监督")
    await office.sandbox.until(lambda: "请回复本条消息" in preview.text)
    wang.write(office.group, "这是闲谈，不是回答。")
    wang.write(office.group, "刘某某与某局私下和解。", reply_to=preview)
    await office.sandbox.until(lambda: "哪一天知道" in preview.text)
    wang.write(office.group, "3月2日", reply_to=preview)
    await office.sandbox.until(lambda: "✅ 提交" in preview.labels)
    assert "线索摘要" in preview.text
    assert PARTY not in preview.text
    wang.press(preview, "✅ 提交")
    await office.reads("李静", NUMBER, office.group)
    (record,) = await office.rows("records")
    assert record["data"] == {
        "category": "3H",
        "route": "apply",
        "known_on": "2026-03-02",
        "summary": "刘某某与某局私下和解。",
    }


async def test_in_private_a_plain_message_is_the_answer(office: Office) -> None:
    office["王敏"].write(None, "/lead 2C 移送")
    asked = await office.reads("王敏", "直接发送即可")
    form = await office.answer("王敏", "刘某某占地。", "线索摘要：刘某某占地。")
    assert "✅ 提交" in form.labels
    await office.sandbox.until(lambda: asked.text == "线索摘要：请看下方。")


async def test_a_cancelled_form_leaves_nothing(office: Office) -> None:
    office["王敏"].write(office.group, LINE)
    preview = await office.reads("王敏", "待提交", office.group)
    await office.pressed("王敏", preview, "取消")
    await office.sandbox.until(lambda: "已取消" in preview.text)
    assert preview.labels == []
    counts = await office.counts()
    assert (counts["drafts"], counts["records"], counts["events"]) == (0, 0, 0)


async def test_a_form_is_only_its_authors(office: Office) -> None:
    office["王敏"].write(office.group, LINE)
    preview = await office.reads("王敏", "待提交", office.group)
    for label in preview.labels:
        assert await office.pressed("李静", preview, label) == "这是别人的草稿，没有作任何改动。"
    assert len(await office.rows("drafts")) == 1
