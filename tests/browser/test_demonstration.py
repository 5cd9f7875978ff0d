"""The demonstration in a real browser: what a liaison does all day."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.demo.stage import DISTRICT, STRANGER, raise_stage
from bot.demo.tour import ADVICE, LINE, MONDAY, UNHURRIED
from bot.sandbox.clock import SandboxClock
from tests.browser.chat_page import DESK, PHONE, PRIVATE, find_chromium, open_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import ViewportSize

    from bot.demo.stage import Stage
    from tests.browser.chat_page import ChatPage

pytestmark = pytest.mark.skipif(
    find_chromium() is None, reason="the browser tests need chromium (apt-get install chromium)"
)

NUMBER = "线索〔2026〕4号"
"""Three leads were filed in the days before."""
ADVISED = "检察建议〔2026〕1号"
"""What the demonstration's recommendation is numbered."""


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with raise_stage(clock=SandboxClock(MONDAY), rates=UNHURRIED) as stage:
        yield stage


@pytest.fixture
def size() -> ViewportSize:
    return DESK


@pytest.fixture
async def page(stage: Stage, size: ViewportSize) -> AsyncIterator[ChatPage]:
    """The page in a window of `size`; whatever its console complains of fails the test."""
    async with open_page(stage, size) as page:
        yield page
    assert page.complaints == []


async def report_lead(page: ChatPage) -> None:
    await page.become("王敏")
    await page.open(DISTRICT)
    await page.write(LINE)
    preview = await page.reads("待提交")
    await expect(preview).to_contain_text("线索类别：2C 超期裁定")
    await page.press(preview, "提交")
    await page.reads("已登记并移送", NUMBER)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_lead_is_reported_signed_found_and_read(page: ChatPage) -> None:
    await report_lead(page)
    await page.become("李静")
    card = await page.reads(NUMBER, "已移送")
    place = await card.get_attribute("data-testid")
    await page.press(card, "签收")
    signed = page.page.get_by_test_id(place or "")
    await expect(signed).to_contain_text("已签收")
    await expect(signed.get_by_test_id("button").first).to_have_text("开始审查")

    await page.write("/case 鄂州资规罚字[2025]第047")
    found = await page.reads(NUMBER, "还有7天")
    await expect(found).not_to_contain_text("刘某某")
    await page.press(found, "私聊看详情")
    await page.notices("已发到您与机器人的私聊")
    await page.open(PRIVATE)
    detail = await page.reads("本次查阅已记录")
    await expect(detail).to_contain_text("刘某某非法占用耕地3.52亩")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_lead_is_asked_for_step_by_step_undone_mended_and_added_to(page: ChatPage) -> None:
    await page.become("王敏")
    await page.open(PRIVATE)
    await page.write("/lead")
    for choice in ("2 裁定", "超期裁定", "移送线索"):
        await page.press(await page.reads("待提交"), choice)
    await page.reads("请用一两句话写明情况")
    await page.write("法院受理后两个月没有裁定")
    await page.press(await page.reads("也可跳过"), "跳过")
    await page.reads("请填写占地面积")
    await page.write("12.5亩")
    await page.press(await page.reads("12.50亩"), "提交")
    await page.press(await page.reads("已登记并移送", NUMBER), "撤销登记")
    await page.reads("已撤销登记", NUMBER)
    await page.press(await page.reads("待提交", "12.50亩"), "提交")
    again = "线索〔2026〕5号"
    await page.reads("已登记并移送", again)
    await page.write(f"/case {again}")
    await page.press(await page.reads(again, "还有"), "私聊看详情")
    await page.press(await page.reads("本次查阅已记录"), "补充")
    await page.reads("请发送要补充的情况")
    await page.write("法官答复下周裁定")
    await page.press(await page.reads(f"{again}｜补充", "核对无误"), "提交")
    await page.reads("已补充", again)
    await page.write("/drafts")
    await page.reads("没有未提交的草稿")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_two_keys_start_the_clock_and_the_light_follows_it(page: ChatPage) -> None:
    await page.become("李静")
    await page.open(DISTRICT)
    await page.write(ADVICE)
    await page.press(await page.reads("待提交", "尚未起算"), "提交")
    card = await page.reads("已制发待送达", "尚未起算")
    place = await card.get_attribute("data-testid")
    await page.press(card, "登记送达")
    await page.open(PRIVATE)
    await page.reads("｜登记送达", "哪一天送达")
    await page.write("今天")
    await page.press(await page.reads("｜登记送达", "以什么方式"), "直接送达")
    await page.reads("｜登记送达", "由谁签收")
    await page.write("王敏")
    await page.press(await page.reads("｜登记送达", "核对无误"), "提交")
    await page.reads("已办理“登记送达”")

    await page.become("王敏")
    await page.open(DISTRICT)
    card = page.page.get_by_test_id(place or "")
    await expect(card).to_contain_text("已送达待确认")
    await expect(card.get_by_role("img", name="红灯")).to_be_visible()
    await expect(card).to_contain_text("尚未起算")
    await page.press(card, "确认收到日期")
    await expect(card).to_contain_text("书面回复：2026年5月9日（星期六）届满")
    await expect(card).not_to_contain_text("尚未起算")
    await expect(card.get_by_role("img", name="黄灯")).to_be_visible()
    await page.turn_clock("+1周")
    await expect(card.get_by_role("img", name="红灯")).to_be_visible()
    await expect(card).to_contain_text("登记自查：2026年3月16日（星期一）届满，3天以内")
    await page.turn_clock("到下一事项")
    await page.turn_clock("+1天")
    await expect(card).to_contain_text("登记自查：2026年3月16日（星期一）届满，已逾期")


async def test_what_is_missing_is_asked_in_the_group(page: ChatPage) -> None:
    await page.become("王敏")
    await page.open(DISTRICT)
    await page.write("/lead 2C 移送线索")
    await page.reply(await page.reads("还缺：线索摘要", "请回复本条消息"), "某村占用耕地")
    await page.reads("待提交", "核对无误后请点")


async def test_a_second_lead_leaves_the_answer_to_the_first_alone(page: ChatPage) -> None:
    await report_lead(page)
    await page.write("/lead 4D 移送线索 某公司逾期未执结")
    await page.reads("待提交", "4D 超期未执结")
    await page.reads("已登记并移送", NUMBER)


async def test_a_stranger_is_turned_away_politely_and_may_ask_to_join(page: ChatPage) -> None:
    await page.become(STRANGER)
    await page.open(DISTRICT)
    await page.write("/case 线索2026-1")
    refusal = await page.reads("您还不在联络员名册中，没有保存或办理任何内容")
    await page.press(refusal, "打开私聊")
    await page.reads("请选择您的单位属于哪一方")


async def test_a_stranger_is_welcomed_in_private(page: ChatPage) -> None:
    await page.become(STRANGER)
    await page.open(PRIVATE)
    await page.start()
    await page.press(await page.reads("只为登记在册的联络员服务"), "申请加入")
    await page.reads("请选择您的单位属于哪一方")


async def test_the_clock_moves_and_the_evening_brings_the_digest(page: ChatPage) -> None:
    await page.become("周岚")
    await page.open(PRIVATE)
    clock = page.page.get_by_test_id("clock")
    await page.turn_clock("+1天")
    await expect(clock).to_contain_text("2026年3月10日")
    for hour in range(10, 19):
        await page.turn_clock("+1小时")
        await expect(clock).to_contain_text(f"{hour}:0")
    await page.reads("台账存证", "2026年3月10日")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_reminders_to_come_are_shown_as_a_calendar(page: ChatPage) -> None:
    await page.become("王敏")
    await page.open(PRIVATE)
    await page.write("/upcoming 7")
    await page.press(await page.reads("未来7天将发出的提醒"), "日历图")
    shown = (await page.reads("2026年3月　未来7天将发出的提醒")).get_by_role("img", name="图片")
    await expect(shown).to_be_in_viewport()
    await expect(shown).to_have_js_property("complete", value=True)
    await expect(shown).to_have_js_property("naturalWidth", value=1080)


OVERDUE = ("还有15天", "还有7天", "还有1天", "今天到期", "已逾期1天", "已逾期3天")
"""How the reminders of the demonstration's recommendation end, after the first."""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_two_months_of_reminders_are_played_in_a_minute(page: ChatPage) -> None:
    await page.become("王敏")
    await page.open(DISTRICT)
    card = await page.reads(ADVISED, "书面回复：2026年4月14日", "自查中")
    place = await card.get_attribute("data-testid")
    await expect(card.get_by_role("img", name="绿灯")).to_be_visible()
    await page.open(PRIVATE)
    began = monotonic()
    await page.turn_clock("快进两个月")
    play = page.page.locator(".play")
    await expect(play).to_have_text("停止快进")
    for left in ("还有32天", *OVERDUE):
        await expect(
            page.page.locator("article").filter(has_text=ADVISED).filter(has_text=left).last
        ).to_be_visible(timeout=30_000)
    await expect(play).to_have_text("快进两个月", timeout=60_000)
    assert monotonic() - began < 60
    await expect(page.page.get_by_test_id("clock")).to_contain_text("2026年5月9日")
    await page.open(DISTRICT)
    card = page.page.get_by_test_id(place or "")
    await expect(card.get_by_role("img", name="红灯")).to_be_visible()
    await expect(card).to_contain_text("已逾期")
    await page.reads("本周到期事项", ADVISED)


async def test_playing_can_be_stopped(page: ChatPage) -> None:
    await page.become("王敏")
    await page.turn_clock("快进两个月")
    play = page.page.locator(".play")
    await expect(page.page.get_by_test_id("clock")).not_to_contain_text("3月9日")
    await play.click()
    await expect(play).to_have_text("快进两个月")
    await page.page.wait_for_timeout(1500)
    said = await page.page.get_by_test_id("clock").inner_text()
    await page.page.wait_for_timeout(1500)
    assert await page.page.get_by_test_id("clock").inner_text() == said
    assert "5月" not in said
