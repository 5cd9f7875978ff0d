"""有异议 and 内部备注 in chat: what the group sees, what the other side is told, and what not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.edge.office import NUMBER
from tests.edge.test_additions import sheet

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from tests.edge.office import Office

CLAIM = "收件回执是3月10日的"
NOTE = "拟不予立案，待科室讨论"
MARK = "⚠️ 有异议：签收线索期限（鄂城分局提出，3月9日"


async def detail(office: Office, name: str, card: Message) -> Message:
    """Somebody's own detail, asked for by the card in the group."""
    begun = office[name].write(None, "/help")
    await office.pressed(name, card, "私聊看详情")
    return await office.reads(name, "本次查阅已记录", after=begun)


async def disputed(office: Office) -> Message:
    """Let the bureau dispute the date of a lead; returns its card in the group."""
    card = await office.filed()
    await office.pressed("王敏", await detail(office, "王敏", card), "有异议")
    form = await office.reads("王敏", "对哪一项有异议")
    await office.pressed("王敏", form, "签收线索期限")
    await office.reads("王敏", "请用一句话写明异议")
    office["王敏"].write(None, CLAIM)
    await office.pressed("王敏", await office.reads("王敏", "核对无误"), "✅ 提交")
    await office.reads("王敏", f"已提出异议：{NUMBER}")
    await office.settle()
    return card


async def test_a_dispute_is_seen_in_the_group_told_in_private_and_ended_by_both(
    office: Office,
) -> None:
    card = await disputed(office)
    assert MARK in card.text
    assert not any("解决" in label or label == "有异议" for label in card.labels)
    told = await office.reads("李静", CLAIM)
    assert "期限照常计算" in told.text
    own = await office.reads("李静", MARK)
    assert "待对方确认" in await office.pressed("李静", own, "异议已解决")
    await office.settle()
    assert "鄂城区检察院已确认解决" in card.text
    assert "已有变化" in await office.forged("李静", own, "1.se.1.1.2")
    reply = await office.reads("王敏", "鄂城区检察院已确认解决")
    assert "双方均已确认" in await office.pressed("王敏", reply, "异议已解决")
    await office.settle()
    assert "有异议" not in card.text
    assert "最近办理：3月9日" in card.text
    office["李静"].write(None, f"/log {NUMBER}")
    history = await office.reads("李静", "办理经过")
    assert history.text.count("确认异议已解决（签收线索期限）") == 2
    assert CLAIM not in "".join(office.talk(office.group))


async def test_a_settled_dispute_is_raised_again_from_the_detail(office: Office) -> None:
    card = await disputed(office)
    await office.pressed("李静", await office.reads("李静", MARK), "异议已解决")
    await office.settle()
    await office.pressed("李静", await detail(office, "李静", card), "有异议")
    await office.pressed("李静", await office.reads("李静", "对哪一项"), "签收线索期限")
    await office.reads("李静", "请用一句话写明异议")
    office["李静"].write(None, "仍不一致")
    await office.pressed("李静", await office.reads("李静", "核对无误"), "✅ 提交")
    await office.reads("王敏", "仍不一致")
    await office.settle()
    assert "签收线索期限（鄂城区检察院提出，3月9日）" in card.text
    assert len(await office.rows("disputes")) == 1


async def test_nobody_else_disputes_or_settles(office: Office) -> None:
    card = await disputed(office)
    before = await office.rows("events")
    (one,) = await office.rows("disputes")
    settle = f"1.se.1.{one['id']}.{one['raised_by']}"
    for name in ("吴建国", "孙伟", "陈刚"):
        for data in (settle, "1.di.1", "1.no.1"):
            assert "没有任何改动" in await office.forged(name, card, data), name
    assert await office.rows("events") == before


async def test_a_note_stays_with_its_side_in_every_view(office: Office) -> None:
    card = await office.filed()
    await office.settle()
    shown = card.text
    seen = {name: office.talk(office[name].private) for name in ("李静", "吴建国", "陈刚", "周岚")}
    group = office.talk(office.group)
    await office.pressed("王敏", await detail(office, "王敏", card), "内部备注")
    await office.reads("王敏", "仅本方可见")
    office["王敏"].write(None, NOTE)
    await office.pressed("王敏", await office.reads("王敏", "核对无误"), "✅ 提交")
    await office.reads("王敏", f"已记入内部备注：{NUMBER}")
    await office.settle()
    assert card.text == shown
    assert office.talk(office.group) == group
    assert {name: office.talk(office[name].private) for name in seen} == seen

    for name in ("李静", "吴建国"):
        await detail(office, name, card)
        for asked in (f"/log {NUMBER}", f"/case {NUMBER}", "/case 科室讨论", "/todo", "/drafts"):
            office[name].write(None, asked)
        await office.settle()
        said = [m.text for m in office[name].reads() if m.sender.is_bot]
        assert any("办理经过" in text for text in said)
        assert not any(NOTE in text or "内部备注" in text for text in said)
    await detail(office, "王敏", card)
    own = await office.reads("王敏", "内部备注，仅本方可见，请勿转发")
    assert f"3月9日 09:00　鄂城分局\n{NOTE}" in own.text


async def test_a_file_or_a_place_does_not_come_with_a_note(office: Office) -> None:
    card = await office.filed()
    await office.pressed("王敏", await detail(office, "王敏", card), "内部备注")
    await office.reads("王敏", "只收文字")
    office["王敏"].send_file(None, sheet(), "底稿.xlsx")
    await office.reads("王敏", "文件没有保存")
    await office.settle()
    assert await office.rows("attachments") == []
    assert await office.rows("files") == []


async def test_a_form_of_a_note_is_not_taken_up_in_a_group(office: Office) -> None:
    card = await office.filed()
    await office.pressed("王敏", await detail(office, "王敏", card), "内部备注")
    form = await office.reads("王敏", "仅本方可见")
    await office.pressed("王敏", form, "稍后再填")
    group = office.talk(office.group)
    (draft,) = await office.rows("drafts")
    assert "失效" in await office.forged("王敏", card, f"1.rs.{draft['id']}")
    await office.settle()
    assert office.talk(office.group) == group
