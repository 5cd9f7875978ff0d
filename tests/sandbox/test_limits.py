from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from telegram.error import RetryAfter

from bot.sandbox.chats import Chat
from bot.sandbox.errors import ApiError
from bot.sandbox.limits import Limits

if TYPE_CHECKING:
    from telegram import Bot

    from bot.sandbox.server import Sandbox

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def chat(number: int) -> Chat:
    return Chat(number, "private" if number > 0 else "supergroup", count(1))


@pytest.fixture
def limits() -> Limits:
    limits = Limits()
    limits.on = True
    return limits


def wait(limits: Limits, place: Chat, seconds: float) -> int:
    """Write at noon and so many seconds, and return how long Telegram asks to wait."""
    try:
        limits.check("sendMessage", place, NOON + timedelta(seconds=seconds))
    except ApiError as error:
        return error.parameters["retry_after"]
    return 0


def test_one_a_second_in_a_chat(limits: Limits) -> None:
    place = chat(7)
    assert [wait(limits, place, s) for s in (0, 0.5, 0.9, 1.0)] == [0, 1, 1, 0]


def test_twenty_a_minute_in_a_group(limits: Limits) -> None:
    place = chat(-7)
    assert [wait(limits, place, s) for s in range(20)] == [0] * 20
    assert wait(limits, place, 20) == 40
    assert wait(limits, place, 60) == 0


def test_thirty_a_second_overall(limits: Limits) -> None:
    assert [wait(limits, chat(n), 0) for n in range(1, 32)] == [0] * 30 + [1]


def test_asking_is_free(limits: Limits) -> None:
    for _ in range(100):
        limits.check("getChat", chat(7), NOON)


async def test_limits_switched_on(sandbox: Sandbox, bot: Bot, group: Chat) -> None:
    await bot.send_message(group.id, "一")
    await bot.send_message(group.id, "二")
    sandbox.limits.on = True
    await bot.send_message(group.id, "三")
    with pytest.raises(RetryAfter):
        await bot.send_message(group.id, "四")
    sandbox.clock.advance(timedelta(seconds=1))
    await bot.send_message(group.id, "五")
