from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError

from bot.sandbox.faults import Fault, Faults
from bot.sandbox.signal import Signal
from bot.sandbox.updates import UpdateQueue

if TYPE_CHECKING:
    from telegram import Bot

    from bot.sandbox.chats import Chat
    from bot.sandbox.faults import FaultKind
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox


async def test_429_says_how_long_to_wait(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    sandbox.faults.add("429", "sendMessage", times=1, seconds=7)
    with pytest.raises(RetryAfter, match="Retry in 0:00:07"):
        await bot.send_message(group.id, "一")
    await bot.send_message(group.id, "二")
    assert [message.text for message in wang.reads(group)] == ["二"]


async def test_5xx_has_a_body_that_is_no_json(sandbox: Sandbox, bot: Bot, group: Chat) -> None:
    sandbox.faults.add("5xx", times=1)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(group.id, "一")


async def test_a_connection_cut_before_has_no_effect(
    sandbox: Sandbox,
    bot: Bot,
    group: Chat,
    wang: Persona,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    sandbox.faults.add("drop_before", times=1)
    with pytest.raises(NetworkError):
        await bot.send_message(group.id, "一")
    assert wang.reads(group) == []
    assert sandbox.exchanges[-1].status == 0
    assert capfd.readouterr().err == ""
    assert [record for record in caplog.records if record.name.startswith("uvicorn.error")] == []


async def test_a_connection_cut_after_leaves_the_effect(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    sandbox.faults.add("drop_after", times=1)
    with pytest.raises(NetworkError):
        await bot.send_message(group.id, "一")
    assert [message.text for message in wang.reads(group)] == ["一"]
    await bot.send_message(group.id, "二")


@pytest.mark.parametrize("kind", ["429", "5xx", "drop_before", "drop_after"])
async def test_a_download_can_fail_too(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona, kind: FaultKind
) -> None:
    wang.send_file(None, b"a,b,c,d", "a.csv")
    stored = wang.private.messages[1].file
    assert stored
    file = await bot.get_file(stored.id)
    sandbox.faults.add(kind, "download", times=1)
    with pytest.raises(TelegramError):
        await file.download_as_bytearray()
    assert await file.download_as_bytearray() == b"a,b,c,d"


async def test_a_slow_answer_comes_in_the_end(sandbox: Sandbox, bot: Bot, group: Chat) -> None:
    sandbox.faults.add("slow", times=1, seconds=0.2)
    began = sandbox.clock.now()
    await bot.send_message(group.id, "一")
    assert sandbox.clock.now() - began >= timedelta(seconds=0.2)


async def test_a_slow_answer_does_not_hold_up_the_end(sandbox: Sandbox) -> None:
    sandbox.faults.add("slow", seconds=600)
    async with asyncio.timeout(3), httpx.AsyncClient(trust_env=False) as client:
        async with sandbox.serve() as url:
            asking = asyncio.create_task(client.post(f"{url}/bot{sandbox.token}/getMe"))
            await asyncio.sleep(0.05)
        assert (await asking).status_code == 200


def test_random_faults_are_repeatable_and_as_frequent_as_told() -> None:
    def run(seed: int) -> list[str]:
        faults = Faults(UpdateQueue(Signal()))
        faults.random(0.25, ("429", "5xx"), seed)
        hits = [faults.strike("sendMessage") for _ in range(1000)]
        return [fault.kind for fault in hits if fault]

    assert run(7) == run(7) != run(8)
    assert 200 < len(run(7)) < 300
    assert set(run(7)) == {"429", "5xx"}


def test_a_rule_meets_its_method_only_and_its_number_of_times() -> None:
    faults = Faults(UpdateQueue(Signal()))
    faults.set([Fault("5xx", "editMessageText", times=2)])
    assert faults.strike("sendMessage") is None
    assert [bool(faults.strike("EditMessageText")) for _ in range(3)] == [True, True, False]
    assert faults.rules == []
