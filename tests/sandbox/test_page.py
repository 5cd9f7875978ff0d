"""The endpoints behind the chat page."""

from __future__ import annotations

import asyncio
import json
import struct
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.sandbox.faults import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    import httpx
    from telegram import Bot

    from bot.sandbox.chats import Chat
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 320, 200)
SIGN = InlineKeyboardMarkup([[InlineKeyboardButton("签收", callback_data="ack:1")]])


async def done(http: httpx.AsyncClient, path: str, **body: object) -> dict[str, object]:
    answer = await http.post(f"/page/{path}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def denied(http: httpx.AsyncClient, path: str, **body: object) -> tuple[int, str]:
    answer = await http.post(f"/page/{path}", json=body)
    return answer.status_code, answer.json()["error"]


async def test_the_state_is_one_persons_view(
    bot: Bot, http: httpx.AsyncClient, group: Chat, wang: Persona, li: Persona
) -> None:
    await bot.set_my_commands([BotCommand("due", "到期")])
    wang.write(group, "到")
    state = (await http.get("/page/state", params={"as": li.id})).json()
    assert state["now"].startswith("2026-03-02T09:00:")
    assert state["now"].endswith("+08:00")
    assert [person["name"] for person in state["personas"]] == ["王敏", "李强"]
    private, shared = state["chats"]
    assert (private["id"], private["type"], private["started"]) == (li.id, "private", False)
    assert (shared["id"], shared["unread"], shared["is_admin"]) == (group.id, 1, False)
    assert state["commands"][str(group.id)] == [{"command": "due", "description": "到期"}]


async def test_without_a_name_the_first_person_looks(
    http: httpx.AsyncClient, wang: Persona
) -> None:
    assert (await http.get("/page/state")).json()["as"] == wang.id


async def test_messages_are_shown_as_they_stand(
    bot: Bot, http: httpx.AsyncClient, group: Chat, wang: Persona
) -> None:
    asked = wang.write(group, "<b>在哪里？")
    sent = await bot.send_message(
        group.id, "<b>在这里</b>", "HTML", reply_to_message_id=asked.id, reply_markup=SIGN
    )
    await bot.set_message_reaction(group.id, asked.id, "👍")
    answer = await http.get("/page/messages", params={"as": wang.id, "chat": group.id})
    first, second = answer.json()["messages"]
    assert (first["html"], first["mine"]) == ("&lt;b&gt;在哪里？", True)
    assert first["reactions"] == [{"emoji": "👍", "count": 1}]
    assert (second["id"], second["html"]) == (sent.message_id, "<b>在这里</b>")
    assert second["reply_to"] == {"id": asked.id, "name": "王敏", "text": "<b>在哪里？"}
    assert second["buttons"] == [[{"label": "签收", "data": "ack:1", "url": None}]]
    state = (await http.get("/page/state", params={"as": wang.id})).json()
    assert state["chats"][1]["unread"] == 0


async def test_a_stranger_reads_nothing(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona
) -> None:
    wang.write(group, "内部")
    stranger = sandbox.user("外人")
    answer = await http.get("/page/messages", params={"as": stranger.id, "chat": group.id})
    assert (answer.status_code, answer.json()) == (404, {"error": "看不到这个会话"})
    code, _ = await denied(http, "press", **{"as": stranger.id}, chat=group.id, id=1, data="x")
    assert code == 404


async def test_a_conversation_by_page(
    sandbox: Sandbox, bot: Bot, http: httpx.AsyncClient, group: Chat, wang: Persona
) -> None:
    me = {"as": wang.id}
    await done(http, "start", **me, payload="lead")
    sent = await done(http, "send", **me, chat=group.id, text="线索 一条")
    message = sent["message"]
    assert isinstance(message, dict)
    await done(http, "edit", **me, chat=group.id, id=message["id"], text="线索 两条")
    card = await bot.send_message(group.id, "请签收", reply_markup=SIGN)
    await done(http, "press", **me, chat=group.id, id=card.message_id, data="ack:1")
    await done(http, "react", **me, chat=group.id, id=card.message_id, emoji="👍")
    kinds = [next(iter(u.to_dict().keys() - {"update_id"})) for u in await bot.get_updates()]
    assert kinds == ["message", "message", "edited_message", "callback_query"]
    place = {"chat": group.id, "id": card.message_id}
    assert (await denied(http, "press", **me, **place, data="ack:2"))[0] == 400
    assert (await denied(http, "edit", **me, **place, text="篡改"))[0] == 400
    assert (await denied(http, "edit", **me, chat=group.id, id=999, text="无"))[0] == 404


async def test_files_by_page(bot: Bot, http: httpx.AsyncClient, group: Chat, wang: Persona) -> None:
    fields = {"as": str(wang.id), "chat": str(group.id), "caption": "台账"}

    async def upload(data: bytes, kind: str, **more: str) -> dict[str, dict[str, object]]:
        answer = await http.post(
            "/page/file", data=fields | more, files={"file": ("附件.bin", data, kind)}
        )
        found: dict[str, dict[str, object]] = answer.json()["message"]
        return found

    document = (await upload(b"a,b", "text/csv"))["document"]
    answer = await http.get(str(document["url"]))
    assert answer.content == b"a,b"
    assert "attachment" in answer.headers["content-disposition"]
    assert (await upload(PNG, "image/png"))["photo"]["width"] == 320
    assert (await upload(PNG, "image/png", as_document="1"))["photo"] is None
    assert (await upload(b"no picture", "image/png"))["photo"] is None
    updates = await bot.get_updates()
    assert [bool(update.message and update.message.photo) for update in updates] == [
        False,
        True,
        False,
        False,
    ]


async def test_the_clock_by_page(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    began = sandbox.clock.now()
    await done(http, "clock", forward="P1D")
    assert sandbox.clock.now() - began >= timedelta(days=1)
    now = await done(http, "clock", to="2026-03-05T09:00:00+08:00")
    assert now == {"now": "2026-03-05T09:00:00+08:00"}
    assert await denied(http, "clock", to="2026-03-01T00:00:00+08:00") == (400, "时间只能向前")
    assert await denied(http, "clock", next=True) == (400, "机器人近期没有计划中的动作")

    async def tomorrow() -> datetime:
        return stop

    async def nothing() -> None:
        return None

    stop = sandbox.clock.now() + timedelta(days=1)
    sandbox.clock.next_stop = tomorrow
    before = sandbox.clock.now()
    half_way = (before + timedelta(hours=12)).isoformat()
    await done(http, "clock", next=True, to=half_way)
    assert before < sandbox.clock.now() < stop
    await done(http, "clock", next=True, to=(stop + timedelta(days=9)).isoformat())
    assert stop <= sandbox.clock.now() < stop + timedelta(hours=1)
    sandbox.clock.next_stop = nothing
    end = sandbox.clock.now() + timedelta(days=3)
    await done(http, "clock", next=True, to=end.isoformat())
    assert sandbox.clock.now() >= end


async def test_trouble_by_page(sandbox: Sandbox, http: httpx.AsyncClient, wang: Persona) -> None:
    rule = {"kind": "429", "method": "sendMessage", "times": 2, "rate": None, "seconds": 3}
    await done(http, "faults", rules=[rule])
    assert sandbox.faults.rules == [Fault("429", "sendMessage", 2, seconds=3)]
    assert (await http.get("/page/faults")).json() == {"rules": [rule]}
    assert (await denied(http, "faults", rules=[{"kind": "fire"}]))[0] == 400
    await done(http, "limits", on=True)
    assert sandbox.limits.on
    wang.start()
    await done(http, "block", **{"as": wang.id}, blocked=True)
    assert wang.private.blocked


async def test_groups_by_page(
    sandbox: Sandbox, http: httpx.AsyncClient, wang: Persona, li: Persona
) -> None:
    me = {"as": wang.id}
    chat = (await done(http, "group", **me, title="专项群"))["chat"]
    assert isinstance(chat, int)
    await done(http, "member", **me, chat=chat, user=li.id)
    assert [message.text for message in li.reads(chat)][-1] == "王敏 邀请 李强 入群"
    await done(http, "kick", **me, chat=chat)
    assert sandbox.world.chats[chat].member(42) is None
    await done(http, "member", **me, chat=chat, user=42)
    small = sandbox.group("普通群", wang, kind="group")
    await done(http, "upgrade", chat=small.id)
    assert small.migrated_to is not None
    assert await denied(http, "upgrade", chat=chat) == (400, "只有普通群组可以升级")


async def read_events(answer: httpx.Response) -> AsyncIterator[dict[str, object]]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def test_events_reach_whom_they_concern(
    sandbox: Sandbox, bot: Bot, http: httpx.AsyncClient, group: Chat, wang: Persona, li: Persona
) -> None:
    async with http.stream("GET", "/page/events", params={"as": wang.id}) as answer:
        await sandbox.until(lambda: sandbox.world.listeners)
        events = read_events(answer)
        li.start()
        asked = wang.write(group, "一")
        wang.edit(asked, "二")
        card = await bot.send_message(group.id, "请签收", reply_markup=SIGN)
        await bot.answer_callback_query(wang.press(wang.reads(group)[-1], "签收"), "好")
        await card.delete()
        with pytest.raises(BadRequest):
            await card.edit_text("没了")
        sandbox.clock.advance(timedelta(days=1))
        seen = [await anext(events) for _ in range(7)]
    kinds = [event["type"] for event in seen]
    assert kinds == ["message", "edit", "message", "toast", "delete", "trouble", "clock"]
    assert seen[3] == {"type": "toast", "text": "好", "alert": False, "url": None}
    trouble = "editMessageText：Bad Request: message to edit not found"
    assert seen[5] == {"type": "trouble", "text": trouble}


async def test_a_reader_that_stands_still_is_cut_off(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona
) -> None:
    async with http.stream("GET", "/page/events", params={"as": wang.id}) as answer:
        await sandbox.until(lambda: sandbox.world.listeners)
        for _ in range(1000):
            wang.write(group, "到")
        async with asyncio.timeout(3):
            assert [event async for event in read_events(answer)] == []
    await asyncio.sleep(0.05)
    assert sandbox.world.listeners == []


async def test_only_this_page_may_act(http: httpx.AsyncClient, wang: Persona) -> None:
    body = {"as": wang.id}
    own = {"origin": str(http.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert (await http.post("/page/start", json=body, headers=own)).status_code == 200
    for foreign in (
        {"origin": "https://a.cn"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ):
        answer = await http.post("/page/start", json=body, headers=foreign)
        assert answer.status_code == 403
    rebound = await http.get("/page/state", headers={"host": "a.cn"})
    assert rebound.status_code == 403


async def test_nonsense_is_explained(http: httpx.AsyncClient, wang: Persona) -> None:
    assert await denied(http, "send", **{"as": wang.id}, chat=7) == (400, "请求的内容不对：text")
    assert await denied(http, "start", **{"as": 7}) == (404, "没有这个人")
    answer = await http.post("/page/send", content=b"{")
    assert (answer.status_code, answer.json()) == (400, {"error": "请求不是有效的 JSON"})


async def test_the_page_itself_is_served(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]


async def test_only_loopback_is_listened_on(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="loopback"):
        async with sandbox.serve("0.0.0.0"):
            pass
