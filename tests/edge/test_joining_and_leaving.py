"""How somebody gets onto the roster, and off it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.edge.office import LINE, STRANGER

if TYPE_CHECKING:
    from tests.edge.office import Office


async def test_one_line_and_an_administrators_word(office: Office) -> None:
    newcomer = office[STRANGER]
    newcomer.write(None, "/join 鄂城分局 联络员B角 赵小满")
    await office.reads(STRANGER, "待管理员审核")
    request = await office.reads("孙伟", "加入申请｜待审核")
    assert "赵小满" in request.text
    newcomer.write(office.group, LINE)
    await office.reads(STRANGER, "正在等待管理员审核，现在还不能使用", office.group)
    await office.pressed("孙伟", request, "同意")
    await office.reads(STRANGER, "您的申请已通过")
    await office.sandbox.until(lambda: "已同意" in request.text)
    await office.filed(author=STRANGER)


async def test_step_by_step_with_buttons(office: Office) -> None:
    newcomer = office[STRANGER]
    newcomer.start()
    for label, words in (
        ("申请加入", "哪一方"),
        ("自然资源部门", "选择您的单位"),
        ("鄂城分局", "选择您的职责"),
        ("联络员（A角）", "核对申请"),
    ):
        message = (
            newcomer.reads()[-1]
            if label != "申请加入"
            else await office.reads(STRANGER, "只为登记在册")
        )
        await office.pressed(STRANGER, message, label)
        await office.reads(STRANGER, words)
    assert [row for row in await office.rows("people") if row["status"] == "asked"] == []
    await office.pressed(STRANGER, newcomer.reads()[-1], "提交申请")
    await office.reads(STRANGER, "待管理员审核")
    await office.reads("孙伟", STRANGER)


async def test_a_refused_applicant_leaves_no_trace(office: Office) -> None:
    office[STRANGER].write(None, "/join 鄂城分局 联络员B角 赵小满")
    request = await office.reads("孙伟", "加入申请｜待审核")
    await office.pressed("孙伟", request, "不同意")
    await office.reads(STRANGER, "未获同意")
    await office.settle()
    assert "赵小满" not in await office.everything()


async def test_in_a_group_the_way_leads_into_private(office: Office) -> None:
    office[STRANGER].write(office.group, "/join")
    told = await office.reads(STRANGER, "请在私聊中办理", office.group)
    assert told.labels == ["打开私聊"]
    office[STRANGER].start("join")
    await office.reads(STRANGER, "哪一方")


async def test_only_an_administrator_decides(office: Office) -> None:
    office[STRANGER].write(None, "/join 鄂城分局 联络员B角 赵小满")
    request = await office.reads("孙伟", "加入申请｜待审核")
    card = await office.filed()
    for button in request.buttons:
        assert "没有办理此项的权限" in await office.forged("王敏", card, button.data or "")
        assert "现在还不能使用" in await office.forged(STRANGER, card, button.data or "")


async def test_who_left_is_a_stranger_at_once(office: Office) -> None:
    card = await office.filed()
    office["李静"].write(None, "/leave")
    asked = await office.reads("李静", "确认退出名册吗")
    assert "没有办理此项的权限" in await office.forged("王敏", card, asked.buttons[0].data or "")
    await office.pressed("李静", asked, asked.labels[0])
    await office.reads("李静", "已退出名册")
    assert "不在联络员名册中" in await office.pressed("李静", card, "签收")
    assert await office.state() == "handed_over"


async def test_somebody_is_removed_by_name(office: Office) -> None:
    office["孙伟"].write(None, "/remove 周岚")
    asked = await office.reads("孙伟", "移出名册吗")
    await office.pressed("孙伟", asked, asked.labels[0])
    await office.reads("孙伟", "已退出名册", after=asked)
    office["周岚"].write(office.other, "/roster")
    await office.reads("周岚", "不在联络员名册中", office.other)


async def test_the_last_administrator_must_stay(office: Office) -> None:
    office["孙伟"].write(None, "/leave")
    asked = await office.reads("孙伟", "确认退出名册吗")
    assert "最后一位系统管理员" in await office.pressed("孙伟", asked, asked.labels[0])


async def test_a_blocked_bot_shows_in_the_roster(office: Office) -> None:
    office["李静"].block()
    asked = office["王敏"].write(office.group, "/roster")
    roster = await office.reads("王敏", "联络员名册", office.group, after=asked)
    assert "李静 ⚠️未开通私聊" in roster.text
    office["李静"].unblock()
    asked = office["王敏"].write(office.group, "/roster")
    roster = await office.reads("王敏", "联络员名册", office.group, after=asked)
    assert "李静 ⚠️未开通私聊" not in roster.text


async def test_a_hello_from_a_group_is_answered_in_private(office: Office) -> None:
    asked = office["王敏"].write(office.group, "/start")
    told = await office.reads("王敏", "打开私聊", office.group, after=asked)
    assert told.keyboard is not None
    payload = str(told.keyboard.rows[0][0].fields["url"]).partition("?start=")[2]
    office["王敏"].write(None, f"/start {payload}")
    await office.reads("王敏", "王敏，您好")
