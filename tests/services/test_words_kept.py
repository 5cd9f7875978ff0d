"""What groups are to hear of itself is not lost: not with a group, a clock, a topic or a send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services.places import left_group
from tests.services.in_groups import BUREAU, GROUP, bind, words

if TYPE_CHECKING:
    from tests.services.advising import Advice
    from tests.services.reminding import Bell


@pytest.fixture
async def silent(owed: Advice) -> Advice:
    """What is owed when nobody can be told of it in private; the group is told on 12 June."""
    async with owed.on("06-09") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
    return owed


async def one_more(owed: Advice, day: str) -> None:
    """Something more that nobody can be told in private."""
    async with owed.on(day) as d:
        (duty,) = await d.tx.duties.open_of(owed.record.id)
        await d.tx.nags.add(duty.id, 99, [0], d.now)


async def test_a_group_bound_anew_is_told_a_second_time_on_one_day(
    silent: Advice, bell: Bell
) -> None:
    await bind(silent, GROUP)
    assert words(await bell.ring("06-12"))
    async with silent.on("06-12") as d:
        await left_group(d, GROUP.chat_id)
    await bind(silent, GROUP)
    await one_more(silent, "06-12")
    assert silent.record.number in words(await bell.ring("06-12", "10:30"))[GROUP.chat_id]
