"""What people can do, what the bot hears of it, and what they see."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox.errors import SandboxError
from bot.sandbox.people import ANONYMOUS_ADMIN_ID

if TYPE_CHECKING:
    from telegram import Bot

    from bot.sandbox.chats import Chat
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox


def told(sandbox: Sandbox) -> list[dict[str, object]]:
    """Return what the bot has been told, and confirm it."""
    updates = sandbox.world.updates.batch()
    if updates:
        sandbox.world.updates.confirm(updates[-1].id + 1)
    return [update.json() for update in updates]


def kinds(sandbox: Sandbox) -> list[str]:
    return [kind for update in told(sandbox) for kind in update if kind != "update_id"]


def heard(sandbox: Sandbox) -> list[object]:
    messages = [update.get("message") for update in told(sandbox)]
    return [message.get("text") for message in messages if isinstance(message, dict)]


def test_ids_run_by_supergroup_but_together_elsewhere(
    sandbox: Sandbox, wang: Persona, li: Persona
) -> None:
    big, other = sandbox.group("甲", wang), sandbox.group("乙", wang)
    small = sandbox.group("丙", wang, kind="group")
    assert [wang.write(chat, "到").id for chat in (big, other, big)] == [1, 1, 2]
    assert [wang.write(None, "到").id, wang.write(small, "到").id, li.start().id] == [1, 2, 3]


def test_a_group_that_is_announced(sandbox: Sandbox, wang: Persona) -> None:
    sandbox.group("悄悄", wang)
    assert told(sandbox) == []
    sandbox.group("宣布", wang, announce=True)
    assert kinds(sandbox) == ["my_chat_member", "message"]


def test_privacy_mode_lets_through_only_what_is_meant_for_the_bot(
    sandbox: Sandbox, group: Chat, wang: Persona
) -> None:
    sandbox.world.privacy = True
    own = sandbox.world.post(group, sandbox.world.bot)
    for text in ("线索 一条", "/due", "/due@liaison_bot", "/due@other_bot", "问 @liaison_bot"):
        wang.write(group, text)
    wang.write(group, "收到", reply_to=own)
    assert heard(sandbox) == ["/due", "/due@liaison_bot", "问 @liaison_bot", "收到"]
    wang.promote(group)
    told(sandbox)
    wang.write(group, "线索 两条")
    assert heard(sandbox) == ["线索 两条"]


def test_a_bot_outside_hears_nothing(sandbox: Sandbox, group: Chat, wang: Persona) -> None:
    wang.remove_bot(group)
    assert kinds(sandbox) == ["my_chat_member"]
    wang.write(group, "到")
    assert told(sandbox) == []
    wang.add_bot(group)
    wang.write(group, "到")
    assert kinds(sandbox) == ["my_chat_member", "message", "message"]


def test_an_anonymous_administrator(sandbox: Sandbox, group: Chat, wang: Persona) -> None:
    wang.write(group, "请各单位签收", anonymous=True)
    message = told(sandbox)[0]["message"]
    assert isinstance(message, dict)
    assert message["from"]["id"] == ANONYMOUS_ADMIN_ID
    assert message["sender_chat"] == group.json()


def test_only_administrators_are_anonymous(group: Chat, li: Persona) -> None:
    with pytest.raises(SandboxError, match="只有管理员"):
        li.write(group, "我是谁", anonymous=True)


async def test_topics_of_a_forum(sandbox: Sandbox, bot: Bot, wang: Persona) -> None:
    forum = sandbox.group("林长+检察长", wang, forum=True)
    leads = sandbox.topic(forum, "线索")
    assert kinds(sandbox) == ["message"]
    asked = wang.write(forum, "一条", topic=leads)
    (update,) = told(sandbox)
    message = update["message"]
    assert isinstance(message, dict)
    assert (message["message_thread_id"], message["is_topic_message"]) == (leads, True)
    sent = await bot.send_message(forum.id, "收到", message_thread_id=leads)
    assert (sent.message_thread_id, sent.is_topic_message) == (leads, True)
    assert wang.write(forum, "好", reply_to=asked).thread == leads
    assert wang.write(forum, "总群").thread is None
    with pytest.raises(SandboxError, match="没有这个话题"):
        wang.write(forum, "错", topic=999)


def test_an_upgrade_tells_both_ids(sandbox: Sandbox, wang: Persona) -> None:
    old = sandbox.group("普通群", wang, kind="group")
    new = sandbox.upgrade(old)
    first, second = (update["message"] for update in told(sandbox))
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (first["chat"]["id"], first["migrate_to_chat_id"]) == (old.id, new.id)
    assert (second["chat"]["id"], second["migrate_from_chat_id"]) == (new.id, old.id)
    assert new.type == "supergroup"
    with pytest.raises(SandboxError, match="已升级"):
        wang.write(old, "到")
    wang.write(new, "到")


async def test_buttons_are_pressed_by_label_or_data(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona, li: Persona
) -> None:
    button = InlineKeyboardButton("签收", callback_data="ack:1")
    await bot.send_message(group.id, "好", reply_markup=InlineKeyboardMarkup([[button]]))
    (message,) = wang.reads(group)
    assert wang.press(message, "签收") != li.press(message, "ack:1")
    wang.press(message, "ack:999", forged=True)
    queries = [update["callback_query"] for update in told(sandbox)]
    data = [query["data"] for query in queries if isinstance(query, dict)]
    assert data == ["ack:1", "ack:1", "ack:999"]
    with pytest.raises(SandboxError, match="没有按钮"):
        wang.press(message, "退回")
    with pytest.raises(SandboxError, match="不在群组"):
        sandbox.user("外人").press(message, "签收")


def test_blocking_is_told_and_stops_everything(sandbox: Sandbox, wang: Persona) -> None:
    wang.start("abc")
    assert heard(sandbox) == ["/start abc"]
    wang.block()
    wang.block()
    assert kinds(sandbox) == ["my_chat_member"]
    with pytest.raises(SandboxError, match="已停用"):
        wang.write(None, "在吗")
    wang.unblock()
    assert kinds(sandbox) == ["my_chat_member"]


def test_a_stranger_sees_nothing_of_a_group(sandbox: Sandbox, group: Chat, wang: Persona) -> None:
    wang.write(group, "内部")
    stranger = sandbox.user("外人")
    assert stranger.reads(group) == []
    with pytest.raises(SandboxError, match="不在群组"):
        stranger.write(group, "你好")


def test_what_clients_do_not_allow(group: Chat, wang: Persona, li: Persona) -> None:
    message = wang.write(group, "一")
    with pytest.raises(SandboxError):
        li.edit(message, "二")
    with pytest.raises(SandboxError):
        wang.write(group, "  ")
    with pytest.raises(SandboxError):
        wang.write(group, "字" * 4097)
    with pytest.raises(SandboxError):
        wang.write(None, "回", reply_to=message)
    with pytest.raises(SandboxError):
        wang.send_file(group, b"", "空.txt")


async def test_until_wakes_on_a_change_and_tells_the_story_when_nothing_comes(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    wang.write(group, "有人吗")
    await bot.send_message(group.id, "有")
    answer = await sandbox.until(lambda: wang.reads(group)[1])
    assert answer.text == "有"
    with pytest.raises(TimeoutError, match="有人吗"):
        await sandbox.until(lambda: wang.toasts, timeout=0.05)


async def test_a_transcript_reads_like_a_dialogue(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    asked = wang.write(group, "在哪里？")
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("查看", callback_data="v")]])
    await bot.send_message(group.id, "在这里", reply_markup=markup, reply_to_message_id=asked.id)
    assert sandbox.transcript(group).splitlines() == [
        "── 城区协作群 ──",
        "[03-02 09:00] #1 王敏：",
        "    在哪里？",
        "[03-02 09:00] #2 联络员助手 ↩ 1：",
        "    在这里",
        "    [查看]",
    ]


def test_many_messages_in_many_chats_stay_quick(sandbox: Sandbox, wang: Persona) -> None:
    chats = [sandbox.group(f"群{n}", wang, with_bot=False) for n in range(1000)]
    began = sandbox.clock.now()
    for _ in range(10):
        for chat in chats:
            wang.write(chat, "到")
    for chat in chats:
        wang.edit(wang.reads(chat)[0], "改")
    assert sandbox.clock.now() - began < timedelta(seconds=10)
