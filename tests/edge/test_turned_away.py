"""Who is turned away: with one polite line, and without leaving data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.chats import Member
from bot.sandbox.entities import Formatted
from bot.sandbox.people import User
from tests.edge.office import LINE, NUMBER, STRANGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.chats import Chat
    from tests.edge.office import Office

OUT_OF_SIGHT = "这份记录不在您的查阅范围内，没有任何改动。"


async def silence(office: Office, chat: Chat) -> None:
    """Prove that nothing was answered in a chat, by an answer to a later question."""
    before = [m.text for m in chat.messages.values()]
    asked = office["王敏"].write(office.group, "/case 线索2026-77")
    await office.reads("王敏", "没有找到", office.group, after=asked)
    await office.settle()
    if chat is office.group:
        before = [*before, *(m.text for m in chat.messages.values() if m.id >= asked.id)]
    assert [m.text for m in chat.messages.values()] == before


@pytest.mark.parametrize(
    "words", [LINE, "/case 线索2026-1", "/roster", "/bind 鄂城 三方", "/log 1"]
)
async def test_a_stranger_gets_one_line_in_a_group(office: Office, words: str) -> None:
    before = await office.counts()
    office[STRANGER].write(office.group, words)
    await office.reads(STRANGER, "不在联络员名册中", office.group)
    await office.settle()
    assert office.talk(office.group)[1:] == [
        "您还不在联络员名册中，没有保存或办理任何内容。"
        "如需使用，请在与机器人的私聊中发送 /join 申请加入。",
        "[打开私聊]",
    ]
    assert await office.counts() == before


async def test_a_stranger_gets_one_line_in_private(office: Office) -> None:
    before = await office.counts()
    office[STRANGER].write(None, "张某某占了我家的地")
    told = await office.reads(STRANGER, "不在联络员名册中")
    await office.settle()
    assert await office.counts() == before
    await office.pressed(STRANGER, told, "申请加入")
    await office.reads(STRANGER, "请选择您的单位属于哪一方")


async def test_a_stranger_who_says_hello_is_told_how_to_join(office: Office) -> None:
    before = await office.counts()
    office[STRANGER].start()
    hello = await office.reads(STRANGER, "只为登记在册的联络员服务")
    await office.settle()
    assert hello.labels == ["申请加入"]
    assert await office.counts() == before


@pytest.mark.parametrize("payload", ["d1", "h1", "m1-sign-1"])
async def test_a_strangers_link_to_a_record_opens_nothing(office: Office, payload: str) -> None:
    await office.filed()
    await office.settle()
    before = await office.counts()
    office[STRANGER].start(payload)
    await office.reads(STRANGER, "不在联络员名册中")
    await office.settle()
    assert await office.counts() == before


async def test_mere_talk_is_not_answered(office: Office) -> None:
    before = await office.counts()
    office[STRANGER].write(office.group, "大家好")
    for words in ("你好", "线索已经发了", "查了没有"):
        office["王敏"].write(office.group, words)
    office["王敏"].write(office.group, "/case@other_bot 线索2026-1")
    await silence(office, office.group)
    assert (await office.counts())["drafts"] == before["drafts"]


async def test_a_stranger_presses_in_vain(office: Office) -> None:
    card = await office.filed()
    await office.settle()
    before = await office.counts()
    for label in card.labels:
        assert "不在联络员名册中" in await office.pressed(STRANGER, card, label)
    await office.settle()
    assert await office.counts() == before


async def test_who_has_asked_already_is_told_to_wait_and_not_to_ask(office: Office) -> None:
    card = await office.filed()
    office[STRANGER].write(None, "/join 鄂城分局 B角 路人甲")
    await office.reads(STRANGER, "申请已提交，待管理员审核")
    await office.settle()
    before = await office.counts()
    wait = "正在等待管理员审核，现在还不能使用"
    assert wait in await office.pressed(STRANGER, card, card.labels[0])
    asked = office[STRANGER].write(office.group, f"/case {NUMBER}")
    assert "/join" not in (await office.reads(STRANGER, wait, office.group, after=asked)).text
    asked = office[STRANGER].start("d1")
    await office.reads(STRANGER, wait, after=asked)
    await office.settle()
    assert await office.counts() == before


async def test_an_anonymous_administrator_is_nobody(office: Office) -> None:
    before = await office.counts()
    office["王敏"].write(office.group, LINE, anonymous=True)
    await office.reads("王敏", "匿名身份无法识别", office.group)
    await office.settle()
    assert await office.counts() == before


def another_bot(office: Office) -> None:
    bot = User(555, "别的机器人", is_bot=True, username="other_bot")
    office.sandbox.world.users[bot.id] = bot
    office.group.members[bot.id] = Member(bot)
    words = Formatted("/case 线索2026-1").with_detected()
    office.sandbox.world.post(office.group, bot, words)


def an_edited_command(office: Office) -> None:
    message = office["王敏"].write(office.group, "大家好")
    office["王敏"].edit(message, LINE)


def a_file_without_words(office: Office) -> None:
    office["王敏"].send_file(office.group, b"%PDF-1.7", "清单.pdf")


def a_sticker(office: Office) -> None:
    sticker = {
        "file_id": "s1",
        "file_unique_id": "s1",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
    message = office["王敏"].write(office.group, "。").json() | {"sticker": sticker}
    del message["text"]
    office.sandbox.world.updates.add("message", message)


@pytest.mark.parametrize("act", [another_bot, an_edited_command, a_file_without_words, a_sticker])
async def test_what_is_not_meant_for_us_is_left_alone(
    office: Office, act: Callable[[Office], None]
) -> None:
    before = await office.counts()
    act(office)
    await silence(office, office.group)
    after = await office.counts()
    assert {**after, "outbox": 0} == {**before, "outbox": 0}


async def test_an_unknown_group_is_told_once_and_gets_nothing(office: Office) -> None:
    await office.filed()
    unknown = office.sandbox.group("不相干的群", office["王敏"], office["李静"])
    before = await office.counts()
    office["李静"].write(unknown, f"/case {NUMBER}")
    await office.reads("李静", "本群尚未绑定", unknown)
    office["王敏"].write(unknown, "线索 随便说说")
    await silence(office, unknown)
    assert not [line for line in office.talk(unknown) if "鄂城区" in line]
    assert (await office.counts())["drafts"] == before["drafts"]


async def test_another_districts_people_see_and_do_nothing(office: Office) -> None:
    card = await office.filed()
    await office.settle()
    before = await office.counts()
    for name in ("陈刚", "周岚"):
        for label in card.labels:
            assert await office.pressed(name, card, label) == OUT_OF_SIGHT
    await office.settle()
    assert await office.counts() == before
    for place in (office.group, office.other, None):
        asked = office["周岚"].write(place, f"/case {NUMBER}")
        await office.reads("周岚", "没有找到", place, after=asked)


async def test_a_record_is_not_spoken_of_in_another_districts_group(office: Office) -> None:
    await office.filed()
    asked = office["王敏"].write(office.other, f"/case {NUMBER}")
    await office.reads("王敏", "没有找到", office.other, after=asked)


async def test_an_organ_reports_only_what_is_its_to_report(office: Office) -> None:
    office["李静"].write(office.group, LINE)
    await office.reads("李静", "线索不由贵单位登记", office.group)
    office["王敏"].write(office.group, f"{LINE} 华容区")
    await office.reads("王敏", "不在贵单位的职责区域内", office.group)
    assert await office.rows("drafts") == []


async def test_the_sender_cannot_sign_for_the_receiver(office: Office) -> None:
    card = await office.filed()
    assert await office.pressed("王敏", card, "签收") == (
        f"“签收”不由您办理，{NUMBER} 没有任何改动。"
    )
    assert await office.state() == "handed_over"


async def test_a_leader_reads_but_takes_no_step(office: Office) -> None:
    card = await office.filed()
    assert "登记和办理由联络员进行" in await office.pressed("吴建国", card, "签收")
    assert await office.pressed("吴建国", card, "私聊看详情") == "已发到您与机器人的私聊。"
    await office.reads("吴建国", "刘某某")
    office["吴建国"].write(office.group, LINE)
    await office.reads("吴建国", "登记和办理由联络员进行", office.group)


async def test_an_administrator_sees_no_case(office: Office) -> None:
    card = await office.filed()
    for label in card.labels:
        assert await office.pressed("孙伟", card, label) == OUT_OF_SIGHT
    for words in (f"/case {NUMBER}", f"/log {NUMBER}", LINE):
        asked = office["孙伟"].write(None, words)
        await office.reads("孙伟", "系统管理员不接触案情", after=asked)
    assert not [line for line in office.talk(office["孙伟"].private) if "鄂城区" in line]


async def test_the_link_of_somebody_elses_record_opens_nothing(office: Office) -> None:
    await office.filed()
    for payload in ("d1", "h1", "m1-sign-1"):
        asked = office["周岚"].start(payload)
        await office.reads("周岚", OUT_OF_SIGHT, after=asked)
    assert [event["name"] for event in await office.rows("events")] == ["file"]


async def test_a_command_that_there_is_not_is_told_so_in_private_alone(office: Office) -> None:
    asked = office["王敏"].write(None, "/foo 一二")
    told = await office.reads("王敏", "没有“/foo”这个命令", after=asked)
    assert "/help" in told.text
    office["王敏"].write(office.group, "/foo")
    await silence(office, office.group)
