"""The chat page as a person uses it, in a headless Chromium."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import ConsoleMessage, Locator, Page, ViewportSize

    from bot.demo.stage import Stage

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}

PRIVATE = "与机器人的私聊"
"""How the page calls the private chat."""

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser that asks nothing of the machine and tells nobody."""


def find_chromium() -> str | None:
    """The browser of this machine, if it has one."""
    return shutil.which("chromium")


class ChatPage:
    """One tab on the demonstration; `complaints` is what its console did not like."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._stage = stage
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    async def become(self, name: str) -> None:
        """Look through the eyes of this person."""
        person = self._stage.cast[name]
        await self.page.get_by_test_id(f"persona-{person.id}").click()
        current = self.page.locator(".persona[aria-current]")
        await expect(current).to_have_attribute("data-testid", f"persona-{person.id}")

    async def open(self, title: str) -> None:
        """Open the chat of this title; on a phone, go back to the list of chats first."""
        back = self.page.get_by_test_id("back")
        if await back.is_visible():
            await back.click()
        await self.page.locator(".chat").filter(has_text=title).click()
        await expect(self.page.locator("#talk-head h2")).to_have_text(title)

    async def write(self, text: str) -> None:
        """Write into the open chat."""
        await self.page.get_by_test_id("composer").fill(text)
        await self.page.get_by_test_id("send").click()

    async def reply(self, message: Locator, text: str) -> None:
        """Answer a message, as its menu offers."""
        await message.hover()
        await message.get_by_label("消息操作").click()
        await self.page.get_by_role("menuitem", name="回复").click()
        await self.write(text)

    async def reads(self, *words: str) -> Locator:
        """The newest message with all these words, once it has come."""
        messages = self.page.locator("article.message")
        for word in words:
            messages = messages.filter(has_text=word)
        await expect(messages.last).to_be_visible()
        return messages.last

    async def press(self, message: Locator, label: str) -> None:
        """Press the button of this label beneath a message."""
        await message.get_by_test_id("button").filter(has_text=label).first.click()

    async def start(self) -> None:
        """Press the button with which a private chat begins."""
        await self.page.get_by_test_id("start").click()

    async def notices(self, words: str) -> None:
        """See the short note that answers a pressed button."""
        await expect(self.page.get_by_test_id("toast")).to_contain_text(words)

    async def turn_clock(self, step: str) -> None:
        """Move the demonstration's time by a button of the clock; on a phone it unfolds them."""
        button = self.page.get_by_role("button", name=step)
        if not await button.is_visible():
            await self.page.locator(".face").click()
        await button.click()

    async def settle(self) -> None:
        """Take the pointer away, and wait until no button is busy and no notice is shown."""
        await self.page.mouse.move(0, 0)
        await expect(self.page.locator(".key.busy")).to_have_count(0)
        await expect(self.page.get_by_test_id("toast")).to_have_count(0)


@asynccontextmanager
async def open_page(
    stage: Stage, size: ViewportSize, *, scale: float = 1
) -> AsyncIterator[ChatPage]:
    """Open the page of a running demonstration in a window of this size."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=QUIET)
        tab = await browser.new_page(viewport=size, device_scale_factor=scale, locale="zh-CN")
        chat_page = ChatPage(tab, stage)
        await tab.goto(stage.url)
        yield chat_page
        await browser.close()
