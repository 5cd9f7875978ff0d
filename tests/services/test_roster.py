"""Saying hello, who is who, and leaving the roster."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.outgoing import Manner
from bot.domain.people import Place, Role, Side, Status, Visitor
from bot.services import buttons
from bot.services.desk import identify
from bot.services.roster import (
    ask_to_leave,
    ask_to_remove,
    ensure_first_admins,
    leave,
    tell_roster,
    welcome,
)
from bot.storage.chats import Chat
from bot.storage.events import OFFICE
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

GROUP = Place(-100_200)
LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})


async def greet(desk: OpenDesk, visitor: Visitor) -> None:
    async with desk() as d:
        await welcome(d, visitor)


async def roster(desk: OpenDesk, act: Act, person: Person, place: Place) -> None:
    async with desk() as d:
        await tell_roster(d, act(person), place)


async def let_go(desk: OpenDesk, act: Act, person: Person, person_id: int) -> None:
    async with desk() as d:
        await leave(d, act(person), person_id, private(person))


async def name_first_admins(desk: OpenDesk, *user_ids: int) -> None:
    async with desk() as d:
        await ensure_first_admins(replace(d, books=replace(d.books, first_admins=user_ids)))


async def test_the_first_administrators_are_named_once(desk: OpenDesk) -> None:
    for _ in range(3):
        await name_first_admins(desk, 8001, 8002)
    async with desk() as d:
        admins = await d.tx.people.of_role(Role.ADMIN)
        events = await d.tx.events.of(OFFICE)
    assert [(admin.user_id, admin.organ, admin.reachable) for admin in admins] == [
        (8001, None, False),
        (8002, None, False),
    ]
    assert [event.name for event in events] == ["joined", "joined"]


async def test_whom_the_operator_names_administers_whatever_they_were(
    people: Hire, desk: OpenDesk
) -> None:
    liaison = await people(user_id=8001)
    await name_first_admins(desk, liaison.user_id)
    async with desk() as d:
        actor = await identify(d, liaison.user_id)
    assert actor is not None
    assert (actor.role, actor.standing) == (Role.ADMIN, None)


async def test_a_first_administrator_gets_their_name_by_saying_hello(
    desk: OpenDesk, deliver: Deliver
) -> None:
    await name_first_admins(desk, 8001)
    await greet(desk, Visitor(8001, "刘洋"))
    await greet(desk, Visitor(8001, "别名"))
    async with desk() as d:
        admin = await d.tx.people.by_user(8001)
    assert admin is not None
    assert (admin.name, admin.reachable) == ("刘洋", True)
    first, second = await deliver()
    assert first.text == second.text
    assert "刘洋，您好" in first.text
    assert "/bind" in first.text


@pytest.mark.parametrize(
    ("role", "step"),
    [
        (Role.LIAISON, "/lead"),
        (Role.DEPUTY, "/lead"),
        (Role.LEADER, "/case"),
        (Role.ADMIN, "/bind"),
    ],
)
async def test_hello_makes_reachable_and_shows_the_next_step(
    people: Hire, desk: OpenDesk, deliver: Deliver, role: Role, step: str
) -> None:
    organ = None if role is Role.ADMIN else "zrzy-ec"
    person = await people(organ, role, reachable=False)
    await greet(desk, Visitor(person.user_id, "随便"))
    (message,) = await deliver()
    assert "王敏，您好" in message.text
    assert role.label in message.text
    assert step in message.text
    async with desk() as d:
        greeted = await d.tx.people.get(person.id)
    assert greeted is not None
    assert greeted.reachable


async def test_a_stranger_gets_one_line_and_leaves_no_row(
    desk: OpenDesk, deliver: Deliver, rows: CountRows
) -> None:
    await greet(desk, Visitor(9001, "路人"))
    (message,) = await deliver()
    assert len(message.text.splitlines()) == 1
    assert buttons.read(message.buttons[0][0].data).verb == buttons.JOIN_SIDE
    assert await rows() == {}


async def test_a_former_member_is_a_stranger(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    person = await people(reachable=False)
    async with desk() as d:
        await d.tx.people.detach(person.id)
    await greet(desk, Visitor(person.user_id, "王敏"))
    (message,) = await deliver()
    assert "王敏" not in message.text


async def test_an_administrator_who_says_hello_is_shown_what_waits(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋", reachable=False)
    asking = await people(name="陈晨")
    async with desk() as d:
        await d.tx.people.change(asking.id, status=Status.ASKED.value)
    await greet(desk, Visitor(admin.user_id, "刘洋"))
    hello, card = await deliver()
    assert "您好" in hello.text
    assert "陈晨" in card.text
    assert card.post == f"join/{asking.id}/{admin.user_id}"


async def test_whoever_leaves_loses_every_right_at_once(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    person = await people()
    async with desk() as d:
        await ask_to_leave(d, actor(person), private(person))
    (question,) = await deliver()
    press = buttons.read(question.buttons[0][0].data)
    assert (press.verb, press.number(0)) == (buttons.LEAVE, person.id)

    await let_go(desk, actor, person, press.number(0))
    async with desk() as d:
        assert await identify(d, person.user_id) is None
        (event,) = await d.tx.events.of(OFFICE)
    assert (event.name, event.actor, event.facts["person"]) == ("left", person.id, person.id)
    assert {message.chat_id for message in await deliver()} == {person.user_id, admin.user_id}


async def test_no_card_reaches_whoever_left(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    person, other = await people(), await people()
    for post in ("card/1/standing", "card/2/waiting"):
        await deliver()
        async with desk() as d:
            for chat_id in (person.user_id, other.user_id):
                await d.say(chat_id, text=post, manner=Manner.PUT, post=f"{post}/{chat_id}")
    await let_go(desk, actor, person, person.id)
    async with desk() as d:
        assert await d.tx.chats.posts_under("card/1/") == [(other.user_id, 0)]
    said = {(m.chat_id, m.text) for m in await deliver() if m.post}
    assert said == {(other.user_id, "card/2/waiting")}


async def test_an_administrator_removes_somebody_by_name(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    twins = [await people(organ) for organ in ("zrzy-ec", "jcy-ec")]
    async with desk() as d:
        await ask_to_remove(d, actor(admin), " 王敏 ", private(admin))
    (question,) = await deliver()
    labels = [row[0].label for row in question.buttons]
    assert ["鄂城分局" in labels[0], "鄂城区检察院" in labels[1]] == [True, True]

    await let_go(desk, actor, admin, twins[1].id)
    async with desk() as d:
        assert await identify(d, twins[0].user_id) is not None
        assert await identify(d, twins[1].user_id) is None


@pytest.mark.parametrize("line", ["", "李四", "王"])
async def test_a_name_nobody_has_removes_nobody(
    people: Hire, desk: OpenDesk, actor: Act, line: str
) -> None:
    admin = await people(None, Role.ADMIN)
    with pytest.raises(DomainError, match="nobody_of_that_name") as refused:
        async with desk() as d:
            await ask_to_remove(d, actor(admin), line, GROUP)
    assert refused.value.facts == {"person": line}


@pytest.mark.parametrize("role", [Role.LIAISON, Role.DEPUTY, Role.LEADER])
async def test_nobody_else_removes_anybody(
    people: Hire, desk: OpenDesk, actor: Act, role: Role
) -> None:
    person, other = await people(role=role), await people("jcy-ec", name="陈晨")
    with pytest.raises(DomainError, match="not_entitled"):
        await let_go(desk, actor, person, other.id)
    with pytest.raises(DomainError, match="not_entitled"):
        async with desk() as d:
            await ask_to_remove(d, actor(person), "陈晨", GROUP)
    async with desk() as d:
        assert await identify(d, other.user_id) is not None


@pytest.mark.parametrize("person_id", [0, 77, 2**63 - 1])
async def test_nobody_who_is_not_there_is_removed(
    people: Hire, desk: OpenDesk, actor: Act, person_id: int
) -> None:
    admin = await people(None, Role.ADMIN)
    with pytest.raises(DomainError, match="not_on_roster"):
        await let_go(desk, actor, admin, person_id)


async def test_whoever_left_does_not_leave_again(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows
) -> None:
    admin, person = await people(None, Role.ADMIN), await people()
    await let_go(desk, actor, person, person.id)
    before = await rows()
    with pytest.raises(DomainError, match="not_on_roster"):
        await let_go(desk, actor, admin, person.id)
    assert await rows() == before


async def test_the_last_administrator_stays(people: Hire, desk: OpenDesk, actor: Act) -> None:
    first, second = [await people(None, Role.ADMIN, name) for name in ("刘洋", "赵静")]
    await let_go(desk, actor, first, second.id)
    with pytest.raises(DomainError, match="last_admin"):
        await let_go(desk, actor, first, first.id)
    async with desk() as d:
        assert await identify(d, first.user_id) is not None


async def test_in_a_group_the_roster_is_the_groups(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    await people(None, Role.ADMIN, "刘洋")
    person = await people()
    await people(role=Role.DEPUTY, name="李娜", reachable=False)
    await people("jcy-ec", Role.LEADER, "周强")
    await people("zrzy-hr", name="外区人")
    await people("lzb-ec", name="林业人")
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "", "420704", LAND), person.id, d.now)
    await roster(desk, actor, person, GROUP)

    (message,) = await deliver()
    assert message.chat_id == GROUP.chat_id
    lines = message.text.splitlines()
    assert "联络员（A角）：王敏" in lines
    assert "联络员（B角）：李娜 ⚠️未开通私聊" in lines
    prosecutors = lines.index("<b>鄂州市鄂城区人民检察院</b>")
    assert lines[prosecutors + 1 : prosecutors + 3] == ["分管负责人：周强", "⚠️尚无联络员"]
    for stranger in ("刘洋", "外区人", "林业人"):
        assert stranger not in message.text


async def test_in_private_the_roster_is_that_of_the_actors_districts(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    await people(None, Role.ADMIN, "刘洋")
    person = await people("jcy-ec", name="陈晨")
    await roster(desk, actor, person, private(person))
    (message,) = await deliver()
    titles = [line[3:-4] for line in message.text.splitlines() if line.startswith("<b>")][1:]
    assert titles == [
        "鄂州市鄂城区人民检察院",
        "鄂州市自然资源和规划局鄂城分局",
        "鄂州市自然资源和规划局临空经济区分局",
        "鄂城区林长办公室",
        "系统管理员",
    ]
    assert "系统管理员：刘洋" in message.text


async def test_an_administrator_sees_every_organ(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    await roster(desk, actor, admin, private(admin))
    (message,) = await deliver()
    assert message.text.count("⚠️尚无联络员") == 14


async def test_a_long_roster_is_told_in_several_messages(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    names = [f"王{'敏' * 15}{chr(0x4E00 + at)}" for at in range(150)]
    organs = ("jcy", "zrzy", "lzb", "jcy-ec", "zrzy-ec", "lzb-ec")
    for at, name in enumerate(names):
        await people(organs[at % len(organs)], name=name, reachable=False)
    await roster(desk, actor, admin, private(admin))
    said = await deliver()
    assert len(said) > 1
    assert all(len(message.text) <= 4096 for message in said)
    told = "".join(message.text for message in said)
    assert all(told.count(name) == 1 for name in names)


async def test_an_unbound_group_has_no_roster(people: Hire, desk: OpenDesk, actor: Act) -> None:
    person = await people()
    with pytest.raises(DomainError, match="unknown_group"):
        await roster(desk, actor, person, GROUP)
