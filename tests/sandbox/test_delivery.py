"""Updates come until they are confirmed, by polling and by webhook."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, Update
from telegram.error import Conflict

from bot.sandbox.listening import listening_on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx
    from starlette.requests import Request

    from bot.sandbox.chats import Chat
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox


@pytest.fixture
async def rival(sandbox: Sandbox, url: str) -> AsyncIterator[Bot]:
    """A second process with the same token."""
    async with Bot(sandbox.token, base_url=f"{url}/bot") as rival:
        yield rival


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.message.text if update.message else None for update in updates]


async def test_unconfirmed_updates_come_again(bot: Bot, group: Chat, wang: Persona) -> None:
    wang.write(group, "一")
    wang.write(group, "二")
    first = await bot.get_updates()
    assert texts(first) == ["一", "二"]
    assert await bot.get_updates() == first
    rest = await bot.get_updates(offset=first[1].update_id)
    assert texts(rest) == ["二"]
    assert await bot.get_updates(offset=rest[0].update_id + 1) == ()


async def test_a_negative_offset_forgets_the_older_ones(
    bot: Bot, group: Chat, wang: Persona
) -> None:
    for text in "一二三":
        wang.write(group, text)
    assert texts(await bot.get_updates(offset=-1)) == ["三"]
    assert texts(await bot.get_updates()) == ["三"]


async def test_a_long_poll_ends_with_the_first_update(bot: Bot, group: Chat, wang: Persona) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.05)
    wang.write(group, "醒来")
    async with asyncio.timeout(2):
        assert texts(await poll) == ["醒来"]


async def test_a_long_poll_gives_up_in_time(bot: Bot) -> None:
    async with asyncio.timeout(3):
        assert await bot.get_updates(timeout=1) == ()


async def test_a_second_poll_ends_the_first(bot: Bot, rival: Bot) -> None:
    await bot.get_updates()
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.1)
    assert await rival.get_updates(timeout=0) == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older


async def test_a_cancelled_poll_is_no_conflict(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    await bot.get_updates()
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.1)
    older.cancel()
    with suppress(asyncio.CancelledError):
        await older
    wang.write(group, "别丢")
    assert texts(await bot.get_updates(timeout=0)) == ["别丢"]
    await sandbox.until(lambda: sum(e.method == "getUpdates" for e in sandbox.exchanges) == 3)
    assert {exchange.status for exchange in sandbox.exchanges} == {200}


async def test_only_the_kinds_asked_for(bot: Bot, group: Chat, wang: Persona) -> None:
    await bot.get_updates(allowed_updates=["edited_message"])
    message = wang.write(group, "一")
    wang.edit(message, "二")
    (update,) = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "二"


async def test_reactions_and_members_come_only_on_demand(
    bot: Bot, group: Chat, wang: Persona, li: Persona
) -> None:
    wang.promote(group)
    wang.react(wang.write(group, "一"), "👍")
    li.leave(group)
    kinds = [update.to_dict().keys() - {"update_id"} for update in await bot.get_updates()]
    assert kinds == [{"my_chat_member"}, {"message"}, {"message"}]
    await bot.get_updates(offset=-1, allowed_updates=Update.ALL_TYPES)
    wang.add(group, li)
    updates = await bot.get_updates()
    assert [update.chat_member is not None for update in updates] == [False, True, False]


async def test_confirmed_updates_may_come_twice(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    sandbox.faults.duplicate_updates(1.0)
    wang.write(group, "一")
    (first,) = await bot.get_updates()
    assert await bot.get_updates(offset=first.update_id + 1) == (first,)
    assert await bot.get_updates(offset=first.update_id + 1) == ()


async def test_dropping_what_waits(bot: Bot, group: Chat, wang: Persona) -> None:
    wang.write(group, "旧事")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


class Receiver:
    """A bot behind a webhook that answers as told, in turn, and then always 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.seen: list[dict[str, object]] = []
        self.secrets: list[str | None] = []

    async def __call__(self, request: Request) -> Response:
        self.seen.append(await request.json())
        self.secrets.append(request.headers.get("x-telegram-bot-api-secret-token"))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    def texts(self) -> list[object]:
        messages = [update["message"] for update in self.seen]
        return [message["text"] for message in messages if isinstance(message, dict)]


@asynccontextmanager
async def listening(receiver: Receiver) -> AsyncIterator[str]:
    app = Starlette(routes=[Route("/hook", receiver.__call__, methods=["POST"])])
    async with listening_on(app) as url:
        yield f"{url}/hook"


async def test_a_webhook_gets_updates_in_order_until_it_accepts(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    receiver = Receiver(500, 503)
    async with listening(receiver) as hook:
        await bot.set_webhook(hook, secret_token="s3cret", allowed_updates=["message"])
        for text in "一二":
            wang.write(group, text)
        await sandbox.until(lambda: len(sandbox.world.updates) == 0)
        info = await bot.get_webhook_info()
        await bot.delete_webhook()
    assert receiver.texts() == ["一", "一", "一", "二"]
    assert set(receiver.secrets) == {"s3cret"}
    assert (info.url, info.pending_update_count) == (hook, 0)
    assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
    assert await bot.get_updates() == ()


async def test_a_webhook_nobody_listens_on_is_tried_again(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    wang.write(group, "在吗")
    for _ in range(40):
        info = await bot.get_webhook_info()
        if info.last_error_message:
            break
        await asyncio.sleep(0.05)
    assert info.last_error_message == "Connection failed: ConnectError"
    with pytest.raises(Conflict, match="while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert texts(await bot.get_updates()) == ["在吗"]


@pytest.mark.parametrize("hook", ["https://example.com/hook", "http://10.0.0.1/", "nonsense"])
async def test_webhooks_stay_on_this_machine(
    sandbox: Sandbox, http: httpx.AsyncClient, hook: str
) -> None:
    answer = await http.post(f"/bot{sandbox.token}/setWebhook", json={"url": hook})
    assert answer.status_code == 400
