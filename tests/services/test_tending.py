"""`/health`: what administrators are told, and what they may do about the undelivered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.outgoing import Detour, Outgoing
from bot.domain.people import Role, Side
from bot.services.delivery import undeliverable
from bot.services.health import LISTED
from bot.services.planning import NAG_KEY
from bot.services.pulse import Pulse
from bot.services.tending import dismiss, resend, tell_health
from bot.storage.chats import Chat
from bot.storage.events import OFFICE
from tests.services.reminding import Bell

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.services.desk import Books
    from bot.storage.database import Database
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.advising import Advice
    from tests.services.conftest import Deliver

WORDS = "刘某某占用耕地"
GROUP = -1001234567890
BLOCKED = "Forbidden: bot was blocked by the user"


@pytest.fixture
async def admin(people: Hire) -> Person:
    return await people(None, Role.ADMIN, "孙伟")


@pytest.fixture
async def reader(people: Hire) -> Person:
    return await people(name="王敏")


async def give_up(desk: OpenDesk, chat_id: int, trouble: str = BLOCKED, count: int = 1) -> None:
    async with desk() as d:
        for number in range(count):
            await d.tx.outbox.add(Outgoing(chat_id, f"{d.cause}/{number}", WORDS), d.now)
            (queued,) = await d.tx.outbox.claim(d.now, 1)
            await undeliverable(d, queued, trouble, away=False)


async def report(desk: OpenDesk, act: Act, admin: Person, deliver: Deliver) -> Outgoing:
    async with desk() as d:
        await tell_health(d, act(admin), admin.user_id, Pulse())
    return (await deliver())[-1]


def keys(message: Outgoing) -> list[list[str]]:
    return [[button.label for button in row] for row in message.buttons]


async def test_an_office_in_which_nothing_ails(
    desk: OpenDesk, actor: Act, admin: Person, deliver: Deliver
) -> None:
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP, 0, "鄂城群", "420704", frozenset(Side)), 1, d.now)
        await d.tx.heartbeats.beat(d.now)
    told = await report(desk, actor, admin, deliver)
    assert told.text.startswith("<b>运行正常</b>　3月9日 10:00")
    assert told.buttons == ()


async def test_each_trouble_comes_with_what_to_do(
    desk: OpenDesk, actor: Act, admin: Person, reader: Person, people: Hire, deliver: Deliver
) -> None:
    await people("jcy-ec", name="赵立", reachable=False)
    await give_up(desk, reader.user_id)
    async with desk() as d:
        await d.tx.heartbeats.resume(d.now, timedelta())
    told = await report(desk, actor, admin, deliver)
    assert told.text.startswith("<b>需要处理4项</b>")
    for words in (
        "到期检查已停，期间不会提醒。请运维人员重启机器人",
        "1条消息未能送达：",
        "1. 王敏，3月9日 10:00：对方停用了与机器人的私聊",
        "1人收不到私聊：赵立。请他们打开",
        "还没有绑定任何群",
    ):
        assert words in told.text
    assert WORDS not in told.text
    assert keys(told) == [["重新发送 1", "不再发送 1"]]


async def test_many_are_counted_and_the_latest_named(
    desk: OpenDesk, actor: Act, admin: Person, reader: Person, deliver: Deliver
) -> None:
    await give_up(desk, GROUP, "Not enough rights to send text messages")
    await give_up(desk, reader.user_id, count=LISTED + 1)
    told = await report(desk, actor, admin, deliver)
    assert f"{LISTED + 2}条消息未能送达（先列最近的{LISTED}条）" in told.text
    assert len(told.buttons) == LISTED + 1
    assert keys(told)[-1] == ["全部重新发送"]


async def test_what_cannot_be_said_again_can_only_be_dropped(
    desk: OpenDesk, actor: Act, admin: Person, deliver: Deliver
) -> None:
    await give_up(desk, GROUP)
    told = await report(desk, actor, admin, deliver)
    assert "已解除绑定的群，3月9日 10:00：机器人已不在群里，请拉回并发送 /bind（不能重发）" in (
        told.text
    )
    assert keys(told) == [["不再发送 1"]]


async def test_what_is_said_again_arrives_once_and_is_an_event(
    desk: OpenDesk, actor: Act, admin: Person, reader: Person, deliver: Deliver
) -> None:
    await give_up(desk, reader.user_id)
    async with desk() as d:
        said = await resend(d, actor(admin), admin.user_id, 1, Pulse())
        assert said.startswith("已重新发送1条")
    async with desk() as d:
        with pytest.raises(DomainError, match="not_to_resend"):
            await resend(d, actor(admin), admin.user_id, 1, Pulse())
    assert [m.text for m in await deliver() if m.chat_id == reader.user_id] == [WORDS]
    async with desk() as d:
        with pytest.raises(DomainError, match="not_to_resend"):
            await resend(d, actor(admin), admin.user_id, None, Pulse())
        events = await d.tx.events.of(OFFICE)
    assert [(e.name, e.actor, e.facts["messages"]) for e in events] == [("resent", admin.id, "1")]


async def test_a_detour_is_not_taken_again(
    desk: OpenDesk, actor: Act, admin: Person, reader: Person
) -> None:
    async with desk() as d:
        await d.say(reader.user_id, text=WORDS, detour=Detour(GROUP, 0, "请打开私聊"))
    said: list[str] = []
    for _ in range(3):
        async with desk() as d:
            for queued in await d.tx.outbox.claim(d.now, 9):
                said.append(queued.message.text)
                if queued.message.text == WORDS:
                    await undeliverable(d, queued, BLOCKED, away=True)
                else:
                    await d.tx.outbox.sent(queued, 501, d.now)
        async with desk() as d:
            await resend(d, actor(admin), admin.user_id, None, Pulse())
    assert (said.count(WORDS), said.count("请打开私聊")) == (3, 1)


async def test_all_are_said_again(
    desk: OpenDesk, actor: Act, admin: Person, reader: Person, deliver: Deliver
) -> None:
    await give_up(desk, reader.user_id, count=3)
    await give_up(desk, GROUP)
    async with desk() as d:
        said = await resend(d, actor(admin), admin.user_id, None, Pulse())
    assert said.startswith("已重新发送3条")
    said_to = [message.chat_id for message in await deliver()]
    assert said_to.count(reader.user_id) == 3
    assert GROUP not in said_to


async def test_what_is_dropped_is_gone_and_an_event(
    desk: OpenDesk, actor: Act, admin: Person, reader: Person, deliver: Deliver
) -> None:
    await give_up(desk, reader.user_id)
    async with desk() as d:
        assert "不再发送" in await dismiss(d, actor(admin), admin.user_id, 1, Pulse())
    async with desk() as d:
        with pytest.raises(DomainError, match="not_to_dismiss"):
            await dismiss(d, actor(admin), admin.user_id, 1, Pulse())
        (event,) = await d.tx.events.of(OFFICE)
    assert (event.name, event.facts["messages"]) == ("dismissed", "1")
    (card,) = await deliver()
    assert "未能送达" not in card.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_it_is_the_administrators_alone(
    desk: OpenDesk, actor: Act, people: Hire, reader: Person, role: Role
) -> None:
    other = actor(await people("jcy-ec", role, "李静"))
    await give_up(desk, reader.user_id)
    async with desk() as d:
        for deed in (
            tell_health(d, other, 7, Pulse()),
            resend(d, other, 7, 1, Pulse()),
            resend(d, other, 7, None, Pulse()),
            dismiss(d, other, 7, 1, Pulse()),
        ):
            with pytest.raises(DomainError, match="not_entitled"):
                await deed
        assert await d.tx.outbox.counts() == {"failed": 1}


@pytest.mark.parametrize("replied", [False, True])
async def test_a_reminder_is_said_again_of_what_is_owed_still(
    advice: Advice, database: Database, books: Books, admin: Person, actor: Act, replied: bool
) -> None:
    bell = Bell(database, books)
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    await bell.deliver("06-08")
    await bell.tick("06-08")
    async with advice.on("06-08") as d:
        (queued,) = await d.tx.outbox.claim(d.now, 9)
        await undeliverable(d, queued, "fault: KeyError", away=False)
    if replied:
        await advice.take("06-08", "reply", replied_on="2026-06-08")
    async with advice.on("06-08") as d:
        await resend(d, actor(admin), admin.user_id, queued.id, Pulse())
    async with advice.on("06-08") as d:
        with pytest.raises(DomainError, match="not_to_resend"):
            await resend(d, actor(admin), admin.user_id, queued.id, Pulse())
    await bell.tick("06-08", "10:30")
    async with advice.on("06-08") as d:
        said = await d.tx.outbox.claim(d.now + timedelta(hours=1), 9)
    again = [each for each in said if each.message.key.startswith(NAG_KEY)]
    assert [each.repeated for each in again] == ([] if replied else [True])
    assert all(each.message.chat_id == queued.message.chat_id for each in again)
