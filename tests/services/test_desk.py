from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.outgoing import Button

if TYPE_CHECKING:
    from tests.conftest import OpenDesk
    from tests.services.conftest import Deliver


async def test_the_words_on_a_button_are_screened_too(desk: OpenDesk, deliver: Deliver) -> None:
    keyboard = ((Button("致电13812345678", data="1"), Button("机密★", data="2")),)
    async with desk() as d:
        await d.say(7, text="…", buttons=keyboard)
    [said] = await deliver()
    assert [b.label for b in said.buttons[0]] == ["致电138****5678", "〔涉密标志，已屏蔽〕"]
