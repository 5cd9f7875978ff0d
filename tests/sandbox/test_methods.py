"""Every method, asked by an unmodified python-telegram-bot."""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import TYPE_CHECKING

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MenuButtonCommands,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ChatAction, ReactionEmoji

from bot.sandbox.reactions import EMOJI

if TYPE_CHECKING:
    import httpx

    from bot.sandbox.chats import Chat
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 320, 200)


def keys(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=f"do:{label}") for label in labels]]
    )


async def test_get_me_names_the_bot_and_its_privacy(sandbox: Sandbox, bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.can_read_all_group_messages) == (42, "liaison_bot", True)
    sandbox.world.privacy = True
    assert (await bot.get_me()).can_read_all_group_messages is False


async def test_send_message_formats_html(bot: Bot, group: Chat, wang: Persona) -> None:
    sent = await bot.send_message(group.id, "<b>线索</b> 😀 <i>&lt;1&gt;</i>", parse_mode="HTML")
    assert sent.text == "线索 😀 <1>"
    assert sent.entities == (
        MessageEntity("bold", 0, 2),
        MessageEntity("italic", 6, 3),
    )
    assert wang.reads(group)[-1].html == "<b>线索</b> 😀 <i>&lt;1&gt;</i>"


async def test_send_message_replies(bot: Bot, group: Chat, wang: Persona) -> None:
    asked = wang.write(group, "在哪里？")
    sent = await bot.send_message(
        group.id, "在这里", reply_parameters=ReplyParameters(asked.id), reply_markup=ForceReply()
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.message_id == asked.id
    assert sent.reply_markup is None


async def test_a_missing_reply_target_may_be_forgiven(bot: Bot, group: Chat) -> None:
    lenient = ReplyParameters(9999, allow_sending_without_reply=True)
    sent = await bot.send_message(group.id, "好", reply_parameters=lenient)
    assert sent.reply_to_message is None


async def test_a_person_reads_the_edited_text_in_place(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    sent = await bot.send_message(group.id, "第一稿", reply_markup=keys("签收"))
    sandbox.clock.advance(timedelta(hours=1))
    edited = await sent.edit_text("第二稿")
    (read,) = wang.reads(group)
    assert (read.text, read.labels) == ("第二稿", [])
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    assert edited.edit_date - edited.date >= timedelta(hours=1)


async def test_edit_reply_markup_leaves_the_text(bot: Bot, group: Chat, wang: Persona) -> None:
    sent = await bot.send_message(group.id, "请签收", reply_markup=keys("签收"))
    await sent.edit_reply_markup(keys("已签收"))
    (read,) = wang.reads(group)
    assert (read.text, read.labels) == ("请签收", ["已签收"])


async def test_a_document_travels_both_ways(bot: Bot, group: Chat, wang: Persona) -> None:
    sent = await bot.send_document(
        group.id, b"a,b", filename="台账.csv", caption="<b>三月</b>", parse_mode="HTML"
    )
    (read,) = wang.reads(group)
    assert (read.data, read.text, read.html) == (b"a,b", "三月", "<b>三月</b>")
    await sent.edit_caption("四月")
    assert read.text == "四月"
    again = await bot.send_document(group.id, sent.document.file_id if sent.document else "")
    assert again.document is not None
    file = await again.document.get_file()
    assert await file.download_as_bytearray() == b"a,b"


async def test_a_photo_tells_its_size(bot: Bot, group: Chat, wang: Persona) -> None:
    sent = await bot.send_photo(group.id, PNG)
    assert [(size.width, size.height) for size in sent.photo] == [(320, 200)]
    wang.send_file(group, PNG, "现场.png", photo=True)
    *_, update = await bot.get_updates()
    assert update.message is not None
    file = await update.message.photo[-1].get_file()
    assert await file.download_as_bytearray() == PNG


async def test_a_pressed_button_gets_its_toast(bot: Bot, group: Chat, wang: Persona) -> None:
    sent = await bot.send_message(group.id, "请签收", reply_markup=keys("签收"))
    pressed = wang.press(wang.reads(group)[-1], "签收")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert (query.id, query.data, query.from_user.id) == (pressed, "do:签收", wang.id)
    assert query.message is not None
    assert query.message.message_id == sent.message_id
    await query.answer("已记录", show_alert=True)
    await query.answer("又一次")
    assert [(t.text, t.alert, t.callback_id) for t in wang.toasts] == [("已记录", True, pressed)]


async def test_a_toast_may_lead_to_the_private_chat(bot: Bot, group: Chat, wang: Persona) -> None:
    await bot.send_message(group.id, "去私聊", reply_markup=keys("去"))
    query_id = wang.press(wang.reads(group)[-1], "去")
    await bot.answer_callback_query(query_id, url="https://t.me/liaison_bot?start=lead_7")
    assert wang.toasts[0].url == "https://t.me/liaison_bot?start=lead_7"


async def test_delete_message_takes_it_from_everybody(bot: Bot, group: Chat, wang: Persona) -> None:
    sent = await bot.send_message(group.id, "误发")
    await sent.delete()
    assert wang.reads(group) == []


async def test_an_administrator_deletes_what_others_wrote_long_ago(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona
) -> None:
    secret = wang.write(group, "身份证号")
    wang.promote(group)
    sandbox.clock.advance(timedelta(days=30))
    await bot.delete_message(group.id, secret.id)
    assert secret.deleted


async def test_commands_by_scope_and_language(
    sandbox: Sandbox, bot: Bot, group: Chat, wang: Persona, li: Persona
) -> None:
    wang.write(group, "到")
    help_, mine, due = (
        BotCommand(n, t) for n, t in (("help", "帮助"), ("mine", "我的"), ("due", "到期"))
    )
    await bot.set_my_commands([help_])
    await bot.set_my_commands([help_, mine], BotCommandScopeAllGroupChats())
    await bot.set_my_commands([due], BotCommandScopeChatMember(group.id, wang.id), "zh")
    assert await bot.get_my_commands() == (help_,)
    assert await bot.get_my_commands(BotCommandScopeChat(group.id)) == ()
    menu = sandbox.world.profile.menu
    assert [c["command"] for c in menu(group, wang.user)] == ["due"]
    assert [c["command"] for c in menu(group, li.user)] == ["help", "mine"]
    assert [c["command"] for c in menu(wang.private, wang.user)] == ["help"]
    await bot.delete_my_commands(BotCommandScopeAllGroupChats())
    assert [c["command"] for c in menu(group, li.user)] == ["help"]


async def test_reactions_of_the_bot_and_to_it(bot: Bot, group: Chat, wang: Persona) -> None:
    asked = wang.write(group, "收到请回")
    await bot.set_message_reaction(group.id, asked.id, ReactionEmoji.THUMBS_UP)
    assert asked.reactions == {42: ["👍"]}
    await bot.get_updates(offset=-1, allowed_updates=["message", "message_reaction"])
    sent = await bot.send_message(group.id, "收到")
    wang.react(wang.reads(group)[-1], "❤")
    *_, update = await bot.get_updates()
    assert update.message_reaction is not None
    assert update.message_reaction.message_id == sent.message_id


def test_the_standard_reactions_are_complete() -> None:
    assert {emoji.value for emoji in ReactionEmoji} == EMOJI


async def test_chats_and_members_are_described(
    bot: Bot, group: Chat, wang: Persona, li: Persona
) -> None:
    wang.write(group, "到")
    li.write(group, "到")
    wang.promote(group)
    full = await bot.get_chat(group.id)
    assert (full.title, full.type) == ("城区协作群", "supergroup")
    assert (await bot.get_chat_member(group.id, wang.id)).status == "creator"
    assert (await bot.get_chat_member(group.id, 42)).status == "administrator"
    assert [m.user.id for m in await bot.get_chat_administrators(group.id)] == [wang.id]
    li.leave(group)
    assert (await bot.get_chat_member(group.id, li.id)).status == "left"


async def test_pinning_needs_the_right_and_leaves_a_note(
    bot: Bot, group: Chat, wang: Persona
) -> None:
    wang.promote(group)
    sent = await bot.send_message(group.id, "本季度计划")
    await sent.pin()
    pinned = (await bot.get_chat(group.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == sent.message_id
    assert wang.reads(group)[-1].text == "置顶了一条消息"


async def test_the_bot_says_what_it_is_and_leaves(bot: Bot, group: Chat) -> None:
    assert await bot.set_my_name("联络员助手")
    assert await bot.set_my_description("协作事项提醒")
    assert await bot.set_my_short_description("提醒")
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert await bot.send_chat_action(group.id, ChatAction.TYPING)
    assert await bot.leave_chat(group.id)
    assert group.member(42) is None


async def test_a_json_body_serves_as_well_and_case_does_not_matter(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat
) -> None:
    body = {"chat_id": group.id, "text": "好", "reply_markup": keys("签收").to_dict()}
    answer = await http.post(f"/bot{sandbox.token}/SENDMESSAGE", json=body)
    assert answer.json()["result"]["text"] == "好"


async def test_a_wrong_token_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/bot42:wrong/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")


async def test_an_unknown_method_is_not_found(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    answer = await http.post(f"/bot{sandbox.token}/sendMoney")
    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}
    sandbox.exchanges.clear()
