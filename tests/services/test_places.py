"""Groups, topics, and those who are turned away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.outgoing import Detour, Manner
from bot.domain.people import Place, Role, Side
from bot.services import buttons
from bot.services.places import (
    added_to_group,
    bind,
    left_group,
    polite_line,
    press_bind,
    unbind,
    unknown_group,
    upgraded,
)
from bot.storage.chats import Chat
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Event
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

GROUP = Place(-100_200, title="鄂城协作群")
TOPIC = Place(-100_200, thread_id=7, title="鄂城协作群")
NEW_ID = -100_300
LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})
FOREST = frozenset({Side.PROCURATORATE, Side.FORESTRY})
ALL = frozenset(Side)


@pytest.fixture
async def admin(people: Hire) -> Person:
    return await people(None, Role.ADMIN, "刘洋")


async def tie(desk: OpenDesk, act: Act, person: Person, line: str, place: Place = GROUP) -> None:
    async with desk() as d:
        await bind(d, act(person), line, place)


async def bound(desk: OpenDesk, place: Place = GROUP) -> Chat | None:
    async with desk() as d:
        return await d.tx.chats.at(place.chat_id, place.thread_id)


async def history(desk: OpenDesk) -> list[Event]:
    async with desk() as d:
        return await d.tx.events.of(OFFICE)


async def put_card(desk: OpenDesk, deliver: Deliver, place: Place, post: str) -> None:
    async with desk() as d:
        await d.say(
            place.chat_id, thread_id=place.thread_id, text="卡片", manner=Manner.PUT, post=post
        )
    await deliver()


@pytest.mark.parametrize(
    ("line", "district", "sides"),
    [
        ("鄂城 三方", "420704", ALL),
        ("三方　鄂城区", "420704", ALL),
        ("华容 资规＋检察", "420703", LAND),
        ("梁子湖 检察 自然资源", "420702", LAND),
        ("葛店开发区 林长＋检察长", "gedian", FOREST),
        ("市本级 检察、资规、林长", "420700", ALL),
    ],
)
async def test_one_line_binds_a_group(
    desk: OpenDesk, actor: Act, admin: Person, line: str, district: str, sides: frozenset[Side]
) -> None:
    await tie(desk, actor, admin, line)
    assert await bound(desk) == Chat(GROUP.chat_id, 0, GROUP.title, district, sides)


async def test_what_is_bound_and_what_comes_next_is_said(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act, admin: Person
) -> None:
    await people("zrzy-ec")
    await tie(desk, actor, admin, "鄂城 三方", TOPIC)
    (message,) = await deliver()
    assert (message.chat_id, message.thread_id) == (TOPIC.chat_id, TOPIC.thread_id)
    assert "已绑定本话题</b>：鄂城区" in message.text
    assert "参加单位：鄂城区检察院、鄂城分局、鄂城区林长办" in message.text
    assert "尚无联络员：鄂城区检察院、鄂城区林长办" in message.text
    assert message.buttons[0][0].url == "https://t.me/liaison_bot?start=join"
    (event,) = await history(desk)
    assert (event.name, event.actor) == ("bound", admin.id)
    assert event.facts == {
        "chat": TOPIC.chat_id,
        "thread": 7,
        "district": "420704",
        "sides": "procuratorate,resources,forestry",
    }


@pytest.mark.parametrize("line", ["", "鄂城", "三方"])
async def test_what_is_missing_is_asked_with_buttons(
    desk: OpenDesk, deliver: Deliver, actor: Act, admin: Person, line: str
) -> None:
    await tie(desk, actor, admin, line)
    for _ in range(2 if not line else 1):
        assert await bound(desk) is None
        (question,) = await deliver()
        wanted = ("鄂城区", "三方（检察＋资规＋林长办）")
        key = next(b for row in question.buttons for b in row if b.label in wanted)
        async with desk() as d:
            await press_bind(d, actor(admin), buttons.read(key.data), GROUP)
    chat = await bound(desk)
    assert chat is not None
    assert (chat.district, chat.sides) == ("420704", ALL)


async def test_a_topic_is_bound_apart_from_its_group(
    desk: OpenDesk, actor: Act, admin: Person
) -> None:
    await tie(desk, actor, admin, "鄂城 三方")
    await tie(desk, actor, admin, "葛店 资规", TOPIC)
    whole, topic = await bound(desk), await bound(desk, TOPIC)
    assert whole is not None
    assert topic is not None
    assert (whole.district, topic.district) == ("420704", "gedian")

    async with desk() as d:
        await unbind(d, actor(admin), TOPIC)
    assert await bound(desk, TOPIC) == whole


async def test_binding_anew_forgets_the_cards_of_before(
    desk: OpenDesk, deliver: Deliver, actor: Act, admin: Person
) -> None:
    await tie(desk, actor, admin, "鄂城 三方")
    await put_card(desk, deliver, GROUP, f"card/1/{GROUP.chat_id}/0")
    await tie(desk, actor, admin, "鄂城 三方")
    async with desk() as d:
        assert await d.tx.chats.posts_under("card/1/") == [(GROUP.chat_id, 0)]
    await tie(desk, actor, admin, "华容 三方")
    async with desk() as d:
        assert await d.tx.chats.posts_under("card/1/") == []
    assert [event.name for event in await history(desk)] == ["bound", "bound"]


@pytest.mark.parametrize("role", [Role.LIAISON, Role.DEPUTY, Role.LEADER])
@pytest.mark.parametrize("line", ["", "鄂城", "鄂城 三方"])
async def test_nobody_but_an_administrator_binds(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows, role: Role, line: str
) -> None:
    person = await people(role=role)
    with pytest.raises(DomainError, match="not_entitled"):
        await tie(desk, actor, person, line)
    with pytest.raises(DomainError, match="not_entitled"):
        async with desk() as d:
            await press_bind(d, actor(person), buttons.read("1.bi.420704.all"), GROUP)
    with pytest.raises(DomainError, match="not_entitled"):
        async with desk() as d:
            await unbind(d, actor(person), GROUP)
    assert await rows() == {"people": 1}


async def test_a_private_chat_is_not_bound(desk: OpenDesk, actor: Act, admin: Person) -> None:
    with pytest.raises(DomainError, match="bind_in_group"):
        await tie(desk, actor, admin, "鄂城 三方", Place(admin.user_id, private=True))


@pytest.mark.parametrize(
    "data",
    ["1.bi", "1.bi.420704", "1.bi.420100.all", "1.bi.420704.court", "1.bi.-.court", "1.bi.court.-"],
)
async def test_a_forged_choice_binds_nothing(
    desk: OpenDesk, actor: Act, admin: Person, rows: CountRows, data: str
) -> None:
    with pytest.raises(DomainError):
        async with desk() as d:
            await press_bind(d, actor(admin), buttons.read(data), GROUP)
    assert await rows() == {"people": 1}


async def test_what_is_not_bound_is_not_unbound(desk: OpenDesk, actor: Act, admin: Person) -> None:
    with pytest.raises(DomainError, match="not_bound"):
        async with desk() as d:
            await unbind(d, actor(admin), GROUP)


async def test_a_group_that_threw_the_bot_out_is_forgotten(
    desk: OpenDesk, deliver: Deliver, actor: Act, admin: Person, rows: CountRows
) -> None:
    await tie(desk, actor, admin, "鄂城 三方")
    await tie(desk, actor, admin, "葛店 三方", TOPIC)
    await put_card(desk, deliver, TOPIC, f"card/1/{TOPIC.chat_id}/7")
    for _ in range(2):
        async with desk() as d:
            await left_group(d, GROUP.chat_id)
    left = await rows()
    assert "chats" not in left
    assert "posts" not in left
    assert [event.name for event in await history(desk)] == ["bound", "bound", "unbound"]


async def test_an_upgrade_rewrites_every_reference(
    desk: OpenDesk, deliver: Deliver, actor: Act, admin: Person
) -> None:
    await tie(desk, actor, admin, "鄂城 三方")
    await tie(desk, actor, admin, "葛店 三方", TOPIC)
    await put_card(desk, deliver, GROUP, f"card/1/{GROUP.chat_id}/0")
    waiting = f"card/2/{GROUP.chat_id}/0"
    async with desk() as d:
        await d.say(GROUP.chat_id, text="等待中", manner=Manner.PUT, post=waiting)
        await d.say(admin.user_id, text="私聊", detour=Detour(GROUP.chat_id, 7, "改道"))
    for _ in range(2):
        async with desk() as d:
            await upgraded(d, GROUP.chat_id, NEW_ID)

    async with desk() as d:
        assert await d.tx.chats.of_group(GROUP.chat_id) == []
        assert [chat.district for chat in await d.tx.chats.of_group(NEW_ID)] == ["420704", "gedian"]
        assert await d.tx.chats.posts_under("card/1/") == []
    said = {message.text: message for message in await deliver()}
    assert said["等待中"].chat_id == NEW_ID
    assert said["等待中"].post == f"card/2/{NEW_ID}/0"
    assert said["私聊"].detour == Detour(NEW_ID, 7, "改道")
    names = [event.name for event in await history(desk)]
    assert names == ["bound", "bound", "upgraded"]


async def test_an_upgrade_that_fails_leaves_everything_as_it_was(
    desk: OpenDesk, actor: Act, admin: Person
) -> None:
    await tie(desk, actor, admin, "鄂城 三方")

    async def upgrade_and_fail() -> None:
        async with desk() as d:
            await upgraded(d, GROUP.chat_id, NEW_ID)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await upgrade_and_fail()
    assert await bound(desk) is not None
    assert len(await history(desk)) == 1


async def test_an_administrator_who_brings_the_bot_is_shown_how_to_bind(
    desk: OpenDesk, deliver: Deliver, actor: Act, admin: Person
) -> None:
    async with desk() as d:
        await added_to_group(d, GROUP, actor(admin))
    (message,) = await deliver()
    assert "请管理员发送 /bind" in message.text


async def test_whoever_else_brings_the_bot_gets_one_line(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act, rows: CountRows
) -> None:
    liaison = await people()
    async with desk() as d:
        await added_to_group(d, GROUP, None)
        await added_to_group(d, GROUP, actor(liaison))
        await unknown_group(d, GROUP)
    said = await deliver()
    assert {message.text for message in said} == {said[0].text}
    assert "尚未绑定" in said[0].text
    assert await rows() == {"people": 1}


@pytest.mark.parametrize("code", ["stranger", "anonymous_admin", "unknown_group"])
@pytest.mark.parametrize("place", [GROUP, TOPIC, Place(9001, private=True)])
async def test_one_polite_line_leaves_no_row(
    desk: OpenDesk, deliver: Deliver, rows: CountRows, code: str, place: Place
) -> None:
    async with desk() as d:
        await polite_line(d, place, code)
    (message,) = await deliver()
    assert (message.chat_id, message.thread_id) == (place.chat_id, place.thread_id)
    assert len(message.text.splitlines()) == 1
    assert bool(message.buttons) is (code == "stranger")
    assert await rows() == {}
