"""The pictures of the handbook, taken of the demonstration: `python -m docs.make_screenshots`.

Needs Debian's Chromium and a Chinese font (`apt-get install chromium fonts-noto-cjk`). The
sandbox's clock always begins on the same Monday, so the same pictures come out again.
"""

from __future__ import annotations

import asyncio
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.demo.stage import DISTRICT, STRANGER, raise_stage
from bot.demo.tour import ADVICE, LINE, MONDAY, UNHURRIED
from bot.domain.calendar import local_instant
from bot.sandbox.clock import SandboxClock
from tests.browser.chat_page import DESK, PHONE, PRIVATE, open_page

if TYPE_CHECKING:
    from bot.demo.stage import Stage
    from tests.browser.chat_page import ChatPage

NUMBER = "线索〔2026〕4号"
"""What the lead of these scenes is numbered: three were filed in the days before."""
AGAIN = "/lead 2C 移送线索 鄂州资规罚字[2025]第47号 现场仍在施工"
QUIET = "华容区协作群"
"""A group in which nothing is due."""
IMAGES = Path(__file__).parent / "images"
SHARP = 2
"""Pixels of a picture for each of the page's, on the phone."""


async def take_pictures() -> None:
    """Play the handbook's scenes, and take a picture of each."""
    async with raise_stage(clock=SandboxClock(MONDAY), rates=UNHURRIED) as stage:
        async with open_page(stage, DESK) as page:
            await _report(page)
            await _sign(page)
            await _look_up(page)
            await _amend(page)
            await _ask(page)
            await _join(page)
            await _administer(page)
            await _bind(stage, page)
            await _advise(page)
        async with open_page(stage, PHONE, scale=SHARP) as page:
            await _carry(page)
    async with (
        raise_stage(clock=SandboxClock(MONDAY), rates=UNHURRIED) as stage,
        open_page(stage, DESK) as page,
    ):
        await _foretell(stage, page)
        await _remind(stage, page)


async def _take(page: ChatPage, name: str, part: str = "#talk") -> None:
    """Take a picture of a part of the page, the open chat unless told otherwise."""
    await page.settle()
    file = IMAGES / f"{name}.png"
    await page.page.locator(part).screenshot(path=file, animations="disabled")


async def _report(page: ChatPage) -> None:
    """A lead in one line."""
    await page.become("王敏")
    await page.open(DISTRICT)
    await page.write(LINE)
    preview = await page.reads("待提交")
    await _take(page, "preview", "body")
    await page.press(preview, "提交")
    await page.reads(NUMBER, "已移送")
    await _take(page, "card")


async def _sign(page: ChatPage) -> None:
    """The other side signs on the card."""
    await page.become("李静")
    await page.press(await page.reads(NUMBER, "已移送"), "签收")
    await page.reads(NUMBER, "已签收")
    await _take(page, "signed")


async def _look_up(page: ChatPage) -> None:
    """Look-up by a document's number, the content and the history in private."""
    await page.write("/case 鄂州资规罚字[2025]47")
    found = await page.reads(NUMBER, "还有")
    await _take(page, "found")
    await page.press(found, "私聊看详情")
    await page.notices("已发到您与机器人的私聊")
    await page.open(PRIVATE)
    detail = await page.reads("本次查阅已记录")
    await _take(page, "detail")
    await page.press(detail, "办理经过")
    await page.reads(NUMBER, "查阅详情")
    await _take(page, "history")


async def _amend(page: ChatPage) -> None:
    """The same matter again, a correction and an addition, and what waits."""
    await page.become("王敏")
    await page.open(PRIVATE)
    await page.write(AGAIN)
    await page.reads("可能已经登记过")
    await _take(page, "alike")
    await page.press(await page.reads("可能已经登记过"), f"追加到 {NUMBER}")
    await page.press(await page.reads(f"{NUMBER}｜补充"), "提交")
    await page.reads("已补充")
    await page.open(DISTRICT)
    await page.write(f"/case {NUMBER}")
    await page.press(await page.reads(NUMBER, "还有"), "私聊看详情")
    await page.open(PRIVATE)
    await page.press(await page.reads("本次查阅已记录"), "更正")
    await page.press(await page.reads(f"{NUMBER}｜更正", "请点要填写"), "其中耕地")
    await page.write("3.25亩")
    await page.reads("为什么更正")
    await page.write("复测后面积有误")
    await page.press(await page.reads(f"{NUMBER}｜更正", "核对无误"), "提交")
    await page.reads("已更正")
    await page.become("李静")
    await page.open(PRIVATE)
    await page.press(await page.reads(NUMBER, "更正"), "私聊看详情")
    await page.reads("补充、更正和异议")
    await _take(page, "amended")
    await page.write("/todo")
    await page.reads("件待办")
    await _take(page, "todo")


async def _ask(page: ChatPage) -> None:
    """A lead that says too little is asked about."""
    await page.become("王敏")
    await page.open(PRIVATE)
    await page.write("线索 某公司占用耕地2.6亩，处罚后逾期未履行，法院一直没有裁定")
    await page.press(await page.reads("属于哪一类情形"), "2 裁定")
    await expect(page.page.get_by_test_id("button").filter(has_text="超期裁定")).to_be_visible()
    await _take(page, "question")
    await page.press(await page.reads("属于哪一类情形"), "取消")
    await page.reads("已取消")


async def _join(page: ChatPage) -> None:
    """A stranger is turned away in the group, and asks to join in private."""
    await page.become(STRANGER)
    await page.open(DISTRICT)
    await page.write("/case 线索2026-1")
    await page.reads("您还不在联络员名册中")
    await _take(page, "stranger")
    await page.open(PRIVATE)
    await page.start()
    await page.press(await page.reads("只为登记在册的联络员服务"), "申请加入")
    await page.press(await page.reads("属于哪一方"), "自然资源部门")
    await page.press(await page.reads("请选择您的单位："), "鄂城分局")
    await page.press(await page.reads("请选择您的职责"), "联络员（B角）")
    await page.press(await page.reads("请核对申请"), "提交申请")
    await page.reads("申请已提交")
    await _take(page, "join")


async def _administer(page: ChatPage) -> None:
    """The administrator admits somebody, and reads a group's roster."""
    await page.become("孙伟")
    await page.open(PRIVATE)
    request = await page.reads("加入申请")
    await _take(page, "request")
    await page.press(request, "同意")
    await page.reads("已同意")
    await page.open(DISTRICT)
    await page.write("/roster")
    await page.reads("联络员名册")
    await _take(page, "roster")


async def _bind(stage: Stage, page: ChatPage) -> None:
    """The administrator ties a new group to its district."""
    stage.sandbox.group(QUIET, stage.cast["孙伟"])
    await page.page.reload()
    await page.open(QUIET)
    await page.write("/bind")
    await page.press(await page.reads("属于哪个区域"), "华容区")
    await page.press(await page.reads("哪几方参加"), "检察＋资规")
    await page.reads("已绑定")
    await _take(page, "bind")


async def _advise(page: ChatPage) -> None:
    """A recommendation before and after both keys, and its date as a proof."""
    await page.become("李静")
    await page.open(DISTRICT)
    await page.write(ADVICE)
    await page.press(await page.reads("待提交", "尚未起算"), "提交")
    await page.press(await page.reads("已制发待送达"), "登记送达")
    await page.open(PRIVATE)
    await page.reads("｜登记送达", "哪一天送达")
    await page.write("今天")
    await page.press(await page.reads("｜登记送达", "以什么方式"), "直接送达")
    await page.reads("｜登记送达", "由谁签收")
    await page.write("王敏")
    await page.press(await page.reads("｜登记送达", "核对无误"), "提交")
    await page.become("王敏")
    await page.open(DISTRICT)
    card = await page.reads("已送达待确认", "尚未起算")
    await _take(page, "one_key")
    await page.press(card, "确认收到日期")
    await page.reads("书面回复：2026年5月9日")
    await _take(page, "both_keys")
    await page.write("/why 鄂州检行建〔2026〕6号")
    await page.reads("期限依据", "法定届满")
    await _take(page, "why")


async def _carry(page: ChatPage) -> None:
    """The same on a phone."""
    await page.become("李静")
    await page.open(DISTRICT)
    await page.write(f"/case {NUMBER}")
    await page.reads(NUMBER, "还有")
    await _take(page, "phone", "body")


async def _foretell(stage: Stage, page: ChatPage) -> None:
    """What will be said, in words and as a calendar."""
    await page.become("王敏")
    await page.open(PRIVATE)
    await page.write("/upcoming 30")
    await page.reads("未来30天将发出的提醒")
    await _take(page, "upcoming")
    await page.press(await page.reads("未来30天将发出的提醒"), "日历图")
    await page.reads("2026年4月", "未来30天")
    month = next(m for m in stage.cast["王敏"].reads(None) if m.text.startswith("2026年3月"))
    (IMAGES / "calendar.png").write_bytes(month.data or b"")


async def _remind(stage: Stage, page: ChatPage) -> None:
    """A morning's list, what is done of it, the week in the groups, a reminder put off."""
    quiet = stage.sandbox.group(QUIET, stage.cast["孙伟"], stage.cast["周岚"])
    stage.cast["孙伟"].write(quiet, "/bind 华容 检察资规")
    await _until(stage, date(2026, 3, 13))
    await page.become("李静")
    await page.open(PRIVATE)
    morning = await page.reads("办理提醒", "3月13日")
    await _take(page, "reminders")
    await page.press(morning, "签收")
    await page.reads("办理提醒", "3月13日", "已办理")
    await _take(page, "ticked")
    await _until(stage, date(2026, 3, 16))
    await page.become("王敏")
    await page.open(DISTRICT)
    await page.reads("本周到期事项", "3月16日")
    await _take(page, "week")
    await page.become("周岚")
    await page.open(QUIET)
    await page.reads("本周到期事项", "本周无到期事项")
    await _take(page, "quiet_week")
    await _until(stage, date(2026, 3, 30))
    await page.become("王敏")
    await page.open(PRIVATE)
    await page.press(await page.reads("办理提醒", "还有15天"), "稍后提醒")
    await page.press(await page.reads("请选择何时再提醒您"), "三天后")
    await page.reads("再次提醒您")
    await _take(page, "put_off")


async def _until(stage: Stage, day: date) -> None:
    """Go from one act of the bot to the next, until it is past nine in the morning of a day."""
    clock = stage.sandbox.clock
    morning = local_instant(day, time(9, 1))
    while clock.now() < morning and clock.next_stop:
        stop = await clock.next_stop()
        clock.advance(max(min(stop or morning, morning) - clock.now(), timedelta()))
    await stage.liaison.next_instant()


if __name__ == "__main__":
    asyncio.run(take_pictures())
