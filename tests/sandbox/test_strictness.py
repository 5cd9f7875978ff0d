"""What Telegram refuses is refused, word for word."""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.chats import Chat
    from bot.sandbox.persona import Persona
    from bot.sandbox.server import Sandbox

PARSE = "can't parse entities: "
BUTTON = "can't parse inline keyboard button: "

PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
"""A PNG up to its width and height."""

BUTTON_OK: dict[str, object] = {"text": "a", "callback_data": "x"}


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Ask the application itself: what is refused does not depend on the wire."""
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def keyboard(*buttons: dict[str, object]) -> dict[str, object]:
    return {"inline_keyboard": [list(buttons)]}


def entity(kind: str, offset: int, length: int, **more: object) -> list[dict[str, object]]:
    return [{"type": kind, "offset": offset, "length": length, **more}]


async def ask(
    sandbox: Sandbox, http: httpx.AsyncClient, method: str, **params: object
) -> tuple[int, str, dict[str, object]]:
    """Ask as a bot would; the refused request itself is not judged for its form."""
    answer = await http.post(f"/bot{sandbox.token}/{method}", json=params)
    body = answer.json()
    assert body.get("error_code", 200) == answer.status_code
    return answer.status_code, body.get("description", ""), body.get("parameters", {})


async def refused(sandbox: Sandbox, http: httpx.AsyncClient, method: str, **params: object) -> str:
    status, description, _ = await ask(sandbox, http, method, **params)
    assert status == 400
    return description.removeprefix("Bad Request: ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "message text is empty"),
        (" \n\t ", "message text is empty"),
        ("<b> </b>", "message text is empty"),
        ("字" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("<b>x", PARSE + 'Can\'t find end tag corresponding to start tag "b"'),
        ("<script>x</script>", PARSE + 'Unsupported start tag "script" at byte offset 0'),
        ("线索 <编号> 1", PARSE + 'Unsupported start tag "编号" at byte offset 7'),
        ("a < b", PARSE + 'Unsupported start tag "" at byte offset 2'),
        ("a <b", PARSE + "Unclosed start tag at byte offset 2"),
        ("x</b>", PARSE + "Unexpected end tag at byte offset 1"),
        ("<b>x</b", PARSE + "Unclosed end tag at byte offset 4"),
        (
            "<b><i>test</b></i>",
            PARSE + 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"',
        ),
        ("<span>x</span>", PARSE + 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_texts(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, text: str, reason: str
) -> None:
    params = {"chat_id": group.id, "text": text, "parse_mode": "HTML"}
    assert await refused(sandbox, http, "sendMessage", **params) == reason


async def test_length_is_counted_after_parsing(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat
) -> None:
    text = f"<b>{'字' * 4096}</b>"
    status, _, _ = await ask(
        sandbox, http, "sendMessage", chat_id=group.id, text=text, parse_mode="html"
    )
    assert status == 200


@pytest.mark.parametrize(
    ("entities", "reason"),
    [
        (entity("shout", 0, 1), "can't parse MessageEntity: Unsupported type specified"),
        (entity("bold", -1, 1), "receive an entity with incorrect offset -1"),
        (entity("bold", 9, 1), "entity begins after the end of the text at UTF-16 offset 9"),
        (
            entity("bold", 0, 9),
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9",
        ),
        (
            entity("bold", 0, 1),
            "entity beginning at UTF-16 offset 0 ends"
            " in a middle of a UTF-16 symbol at UTF-16 offset 1",
        ),
        (
            entity("text_link", 0, 2, url="nowhere"),
            "entity URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        (entity("text_mention", 0, 2, user={"id": 7}), "user not found"),
    ],
)
async def test_explicit_entities(
    sandbox: Sandbox,
    http: httpx.AsyncClient,
    group: Chat,
    entities: list[dict[str, object]],
    reason: str,
) -> None:
    params = {"chat_id": group.id, "text": "😀", "entities": entities}
    assert await refused(sandbox, http, "sendMessage", **params) == reason


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (keyboard({"text": "a", "callback_data": "x" * 65}), "BUTTON_DATA_INVALID"),
        (keyboard({"text": "a", "callback_data": "字" * 22}), "BUTTON_DATA_INVALID"),
        (
            keyboard({"text": "a", "callback_data": ""}),
            BUTTON + "Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard({"text": "a"}),
            BUTTON + "Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard({"text": "a", "callback_data": "x", "url": "https://a.cn"}),
            "BUTTON_TYPE_INVALID",
        ),
        (keyboard({"callback_data": "x"}), BUTTON + 'can\'t find field "text"'),
        (
            keyboard({"text": "a", "url": "nowhere"}),
            "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        (
            keyboard({"text": "a", "url": "ftp://a.cn"}),
            "inline keyboard button URL 'ftp://a.cn' is invalid: Unsupported URL protocol",
        ),
        (keyboard(*[BUTTON_OK] * 101), "reply markup is too long"),
        ({"force_reply": "yes"}, 'field "force_reply" must be of type Boolean'),
        ("[", "can't parse reply keyboard markup JSON object"),
        (["x"], "object expected as reply markup"),
    ],
)
async def test_keyboards(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, markup: object, reason: str
) -> None:
    params = {"chat_id": group.id, "text": "好", "reply_markup": markup}
    assert await refused(sandbox, http, "sendMessage", **params) == reason
    sandbox.exchanges.clear()


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({}, "chat_id is empty"),
        ({"chat_id": 0}, "chat not found"),
        ({"chat_id": -1009}, "chat not found"),
        ({"chat_id": "@nobody"}, "chat not found"),
        ({"parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"message_thread_id": 999}, "message thread not found"),
        ({"reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"reply_to_message_id": 999}, "message to be replied not found"),
        ({"reply_parameters": {}}, 'can\'t find field "message_id"'),
        (
            {"link_preview_options": {"is_disabled": "yes"}},
            'field "is_disabled" must be of type Boolean',
        ),
    ],
)
async def test_where_a_message_goes(
    sandbox: Sandbox,
    http: httpx.AsyncClient,
    group: Chat,
    params: dict[str, object],
    reason: str,
) -> None:
    place = {"chat_id": group.id} if params and "chat_id" not in params else {}
    assert await refused(sandbox, http, "sendMessage", text="好", **place, **params) == reason


async def test_a_thread_of_replies_is_no_topic(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona
) -> None:
    first = wang.write(group, "一")
    second = wang.write(group, "二", reply_to=first)
    assert second.thread == first.id
    reason = await refused(
        sandbox, http, "sendMessage", chat_id=group.id, text="三", message_thread_id=second.thread
    )
    assert reason == "message thread not found"


async def test_people_who_cannot_be_written_to(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona, li: Persona
) -> None:
    async def write(person: Persona) -> tuple[int, str]:
        status, reason, _ = await ask(sandbox, http, "sendMessage", chat_id=person.id, text="好")
        return status, reason

    assert await write(wang) == (400, "Bad Request: chat not found")
    wang.write(group, "到")
    assert await write(wang) == (403, "Forbidden: bot can't initiate conversation with a user")
    wang.start()
    assert await write(wang) == (200, "")
    wang.block()
    assert await write(wang) == (403, "Forbidden: bot was blocked by the user")
    wang.unblock()
    assert await write(wang) == (200, "")


async def test_groups_that_cannot_be_written_to(
    sandbox: Sandbox, http: httpx.AsyncClient, wang: Persona
) -> None:
    async def write(chat: Chat) -> tuple[int, str, dict[str, object]]:
        return await ask(sandbox, http, "sendMessage", chat_id=chat.id, text="好")

    absent = sandbox.group("无机器人", wang, with_bot=False)
    assert await write(absent) == (400, "Bad Request: chat not found", {})
    kicked = sandbox.group("移出", wang)
    wang.remove_bot(kicked)
    reason = "Forbidden: bot was kicked from the supergroup chat"
    assert await write(kicked) == (403, reason, {})
    left = sandbox.group("退出", wang)
    await ask(sandbox, http, "leaveChat", chat_id=left.id)
    reason = "Forbidden: bot is not a member of the supergroup chat"
    assert await write(left) == (403, reason, {})
    old = sandbox.group("普通群", wang, kind="group")
    new = sandbox.upgrade(old)
    reason = "Bad Request: group chat was upgraded to a supergroup chat"
    assert await write(old) == (400, reason, {"migrate_to_chat_id": new.id})
    assert (await write(new))[0] == 200


async def test_edits(sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona) -> None:
    theirs = wang.write(group, "别人的")
    await ask(sandbox, http, "sendMessage", chat_id=group.id, text="原文")
    own = wang.reads(group)[-1].id

    async def edit(number: int, text: str) -> str:
        return await refused(
            sandbox, http, "editMessageText", chat_id=group.id, message_id=number, text=text
        )

    assert await edit(999, "新文") == "message to edit not found"
    assert await edit(theirs.id, "新文") == "message can't be edited"
    assert (await edit(own, "原文")).startswith("message is not modified: specified new")
    assert await edit(0, "新文") == "message identifier is not specified"
    reason = await refused(
        sandbox, http, "editMessageCaption", chat_id=group.id, message_id=own, caption="附言"
    )
    assert reason == "there is no caption in the message to edit"


async def test_deletions(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona
) -> None:
    theirs = wang.write(group, "别人的")
    await ask(sandbox, http, "sendMessage", chat_id=group.id, text="旧的")
    old = wang.reads(group)[-1].id
    sandbox.clock.advance(timedelta(hours=49))

    async def delete(number: int) -> str:
        return await refused(sandbox, http, "deleteMessage", chat_id=group.id, message_id=number)

    assert await delete(999) == "message to delete not found"
    assert await delete(theirs.id) == "message can't be deleted"
    assert await delete(old) == "message can't be deleted"


async def test_answers_to_buttons(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona
) -> None:
    markup = keyboard({"text": "签收", "callback_data": "ack"})
    await ask(sandbox, http, "sendMessage", chat_id=group.id, text="好", reply_markup=markup)
    query = wang.press(wang.reads(group)[-1], "签收")

    async def answer(query_id: str, **params: object) -> str:
        return await refused(
            sandbox, http, "answerCallbackQuery", callback_query_id=query_id, **params
        )

    too_old = "query is too old and response timeout expired or query ID is invalid"
    assert await answer("7") == too_old
    assert await answer(query, text="字" * 201) == "MESSAGE_TOO_LONG"
    assert await answer(query, url="https://a.cn") == "URL_INVALID"
    sandbox.clock.advance(timedelta(minutes=16))
    assert await answer(query) == too_old
    assert wang.toasts == []


async def test_files(sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona) -> None:
    async def send(**params: object) -> str:
        return await refused(sandbox, http, "sendDocument", chat_id=group.id, **params)

    assert await send() == "there is no document in the request"
    wrong = "wrong remote file identifier specified: Wrong string length"
    assert await send(document="nothing") == wrong
    assert await send(document="nothing", caption="字" * 1025) == "message caption is too long"
    big = wang.send_file(group, b"0" * (20 * 1024 * 1024 + 1), "大.zip")
    assert big.file is not None
    assert await refused(sandbox, http, "getFile", file_id=big.file.id) == "file is too big"
    gone = "wrong file_id or the file is temporarily unavailable"
    assert await refused(sandbox, http, "getFile", file_id="nothing") == gone
    sandbox.exchanges.clear()


async def test_uploads(sandbox: Sandbox, http: httpx.AsyncClient, group: Chat) -> None:
    async def upload(method: str, part: str, data: bytes) -> str:
        answer = await http.post(
            f"/bot{sandbox.token}/{method}",
            data={"chat_id": str(group.id)},
            files={part: ("a.png", data)},
        )
        return str(answer.json()["description"])

    assert await upload("sendDocument", "document", b"") == "Bad Request: file must be non-empty"
    assert await upload("sendPhoto", "photo", b"text") == "Bad Request: IMAGE_PROCESS_FAILED"
    for width, height in ((5001, 5000), (2001, 100), (1, 21)):
        photo = PNG_HEAD + struct.pack(">II", width, height)
        wrong = "Bad Request: PHOTO_INVALID_DIMENSIONS"
        assert await upload("sendPhoto", "photo", photo) == wrong
    heavy = PNG_HEAD + struct.pack(">II", 100, 100) + bytes(10 * 1024 * 1024)
    assert "too big for a photo" in await upload("sendPhoto", "photo", heavy)


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ([{"command": "帮助", "description": "帮助"}], "BOT_COMMAND_INVALID"),
        ([{"command": "Help", "description": "帮助"}], "BOT_COMMAND_INVALID"),
        ([{"command": "help", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "help", "description": "帮助"}] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands(
    sandbox: Sandbox, http: httpx.AsyncClient, commands: list[dict[str, str]], reason: str
) -> None:
    assert await refused(sandbox, http, "setMyCommands", commands=commands) == reason


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ({}, "can't parse BotCommandScope: Can't find field \"type\""),
        ({"type": "everywhere"}, "can't parse BotCommandScope: Unsupported type specified"),
        ({"type": "chat"}, "can't parse BotCommandScope: Can't find field \"chat_id\""),
        ({"type": "chat", "chat_id": ""}, "can't parse BotCommandScope: Empty chat_id specified"),
        ({"type": "chat", "chat_id": 77}, "chat not found"),
        (
            {"type": "chat_administrators", "chat_id": "wang"},
            "can't use specified scope in private chats",
        ),
        (
            {"type": "chat_member", "chat_id": "wang", "user_id": "wang"},
            "can't use specified scope in private chats",
        ),
        (
            {"type": "chat_member", "chat_id": "wang"},
            "can't parse BotCommandScope: Can't find field \"user_id\"",
        ),
        (
            {"type": "chat_member", "chat_id": "wang", "user_id": 0},
            "can't parse BotCommandScope: Invalid user_id specified",
        ),
    ],
)
async def test_scopes_of_commands(
    sandbox: Sandbox,
    http: httpx.AsyncClient,
    wang: Persona,
    scope: dict[str, object],
    reason: str,
) -> None:
    wang.start()
    named = {name: wang.id if value == "wang" else value for name, value in scope.items()}
    commands = [{"command": "help", "description": "帮助"}]
    for method, more in (
        ("setMyCommands", {"commands": commands}),
        ("getMyCommands", {}),
        ("deleteMyCommands", {}),
    ):
        assert await refused(sandbox, http, method, scope=named, **more) == reason


async def test_a_private_chat_has_commands_of_its_own_once_it_is_known(
    sandbox: Sandbox, http: httpx.AsyncClient, wang: Persona, li: Persona
) -> None:
    commands = [{"command": "help", "description": "帮助"}]
    asked = {"scope": {"type": "chat", "chat_id": wang.id}, "commands": commands}
    menu = sandbox.world.profile.menu
    assert await refused(sandbox, http, "setMyCommands", **asked) == "chat not found"
    wang.start()
    language = "invalid language code specified"
    assert await refused(sandbox, http, "setMyCommands", **asked, language_code="ZH") == language
    wang.block()
    assert await ask(sandbox, http, "setMyCommands", **asked) == (200, "", {})
    assert menu(wang.private, wang.user) == commands
    assert menu(li.private, li.user) == []


async def test_rights_and_people(
    sandbox: Sandbox, http: httpx.AsyncClient, group: Chat, wang: Persona
) -> None:
    message = wang.write(group, "置顶我")
    place = {"chat_id": group.id, "message_id": message.id}
    reason = "not enough rights to manage pinned messages in the chat"
    assert await refused(sandbox, http, "pinChatMessage", **place) == reason
    reaction = [{"type": "emoji", "emoji": "🚗"}]
    reason = await refused(sandbox, http, "setMessageReaction", **place, reaction=reaction)
    assert reason == "REACTION_INVALID"
    for user_id, reason in ((0, "invalid user_id specified"), (77, "PARTICIPANT_ID_INVALID")):
        params = {"chat_id": group.id, "user_id": user_id}
        assert await refused(sandbox, http, "getChatMember", **params) == reason
    action = {"chat_id": group.id, "action": "sleeping"}
    reason = "wrong parameter action in request"
    assert await refused(sandbox, http, "sendChatAction", **action) == reason
