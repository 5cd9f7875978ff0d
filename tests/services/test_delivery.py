"""What becomes of a message that cannot be delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.outgoing import Detour
from bot.services.delivery import undeliverable

if TYPE_CHECKING:
    from bot.domain.people import Person
    from tests.conftest import Hire, OpenDesk
    from tests.services.conftest import Deliver

DETOUR = Detour(-100_200, 7, "请先打开私聊")


async def fail(desk: OpenDesk, person: Person, *, away: bool, detour: Detour | None) -> None:
    async with desk() as d:
        await d.say(person.user_id, text="卡片", detour=detour)
        (queued,) = await d.tx.outbox.claim(d.now, 1)
        await undeliverable(d, queued, "Forbidden: bot was blocked by the user", away=away)


@pytest.mark.parametrize("away", [True, False])
async def test_only_who_cannot_be_reached_at_all_is_marked_so(
    people: Hire, desk: OpenDesk, away: bool
) -> None:
    person = await people()
    await fail(desk, person, away=away, detour=None)
    async with desk() as d:
        known = await d.tx.people.get(person.id)
        assert known is not None
        assert known.reachable == (not away)
        assert (await d.tx.outbox.counts())["failed"] == 1


async def test_the_detour_is_taken_once(people: Hire, desk: OpenDesk, deliver: Deliver) -> None:
    await fail(desk, await people(), away=True, detour=DETOUR)
    (message,) = await deliver()
    assert (message.chat_id, message.thread_id, message.text) == (-100_200, 7, "请先打开私聊")
    assert message.key.startswith("detour/")


async def test_without_a_detour_nothing_more_is_said(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    await fail(desk, await people(), away=True, detour=None)
    assert await deliver() == []
