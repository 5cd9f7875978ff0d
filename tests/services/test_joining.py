"""Asking to be on the roster, and an administrator's decision."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.outgoing import Manner
from bot.domain.people import Place, Role, Status, Visitor
from bot.services import buttons
from bot.services.admission import decide
from bot.services.desk import identify
from bot.services.joining import ask_to_join, press_join
from bot.services.roster import leave
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

WANG = Visitor(9001, "王敏", "wangmin")
PRIVATE = Place(9001, private=True)
GROUP = Place(-100_200, thread_id=7)
LINE = "鄂城分局 联络员A角 王敏"


async def ask(desk: OpenDesk, line: str = LINE, visitor: Visitor = WANG) -> None:
    async with desk() as d:
        await ask_to_join(d, visitor, line, Place(visitor.user_id, private=True))


async def press(desk: OpenDesk, verb: str, *args: object, visitor: Visitor = WANG) -> None:
    async with desk() as d:
        code = buttons.read(buttons.code(verb, *args))
        await press_join(d, visitor, Place(visitor.user_id, private=True), code)


async def rule(desk: OpenDesk, act: Act, admin: Person, data: str) -> None:
    async with desk() as d:
        await decide(d, act(admin), buttons.read(data))


async def stored(desk: OpenDesk, user_id: int = WANG.user_id) -> Person | None:
    async with desk() as d:
        return await d.tx.people.by_user(user_id)


def to(said: list[Outgoing], chat_id: int) -> Outgoing:
    """The one message said to a chat."""
    (message,) = [message for message in said if message.chat_id == chat_id]
    return message


def codes(message: Outgoing) -> list[str]:
    return [button.data for row in message.buttons for button in row]


async def test_one_line_puts_the_request(people: Hire, desk: OpenDesk, deliver: Deliver) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    await ask(desk)

    person = await stored(desk)
    assert person is not None
    assert (person.name, person.organ, person.role) == ("王敏", "zrzy-ec", Role.LIAISON)
    assert (person.status, person.reachable) == (Status.ASKED, True)
    said = await deliver()
    assert "待管理员审核" in to(said, WANG.user_id).text
    card = to(said, admin.user_id)
    assert card.post == f"join/{person.id}/{admin.user_id}"
    for words in ("王敏", "鄂城分局", "联络员（A角）", "@wangmin", "9001"):
        assert words in card.text
    assert [button.label for button in card.buttons[0]] == ["同意", "不同意"]


async def test_who_asks_has_no_rights_yet(desk: OpenDesk) -> None:
    await ask(desk)
    async with desk() as d:
        assert await identify(d, WANG.user_id) is None


async def test_buttons_lead_to_the_same_request(desk: OpenDesk, deliver: Deliver) -> None:
    await ask(desk, "")
    (message,) = await deliver()
    for label in ("自然资源部门", "鄂城分局", "联络员（B角）", "提交申请"):
        chosen = next(b for row in message.buttons for b in row if b.label == label)
        assert await stored(desk) is None
        code = buttons.read(chosen.data)
        await press(desk, code.verb, *code.args)
        (message,) = await deliver()
    person = await stored(desk)
    assert person is not None
    assert (person.name, person.organ, person.role) == ("王敏", "zrzy-ec", Role.DEPUTY)


async def test_an_administrator_needs_no_organ(desk: OpenDesk, deliver: Deliver) -> None:
    await ask(desk, "")
    (message,) = await deliver()
    chosen = next(b for row in message.buttons for b in row if b.label == "系统管理员")
    code = buttons.read(chosen.data)
    await press(desk, code.verb, *code.args, "yes")
    person = await stored(desk)
    assert person is not None
    assert (person.organ, person.role) == (None, Role.ADMIN)


async def test_back_leads_from_the_organs_to_the_sides(desk: OpenDesk, deliver: Deliver) -> None:
    await press(desk, buttons.JOIN_SIDE, "forestry")
    (organs,) = await deliver()
    assert [row[0].label for row in organs.buttons][-1] == "‹ 返回"
    assert len(codes(organs)) == 5
    await press(desk, buttons.JOIN_SIDE)
    (sides,) = await deliver()
    assert len(codes(sides)) == 4


async def test_whoever_only_looks_leaves_no_row(
    desk: OpenDesk, deliver: Deliver, rows: CountRows
) -> None:
    await ask(desk, "")
    await press(desk, buttons.JOIN_SIDE, "resources")
    await press(desk, buttons.JOIN, "zrzy-ec")
    await press(desk, buttons.JOIN, "zrzy-ec", "liaison")
    async with desk() as d:
        await ask_to_join(d, WANG, LINE, GROUP)
    assert len(await deliver()) == 5
    assert await rows() == {}


async def test_in_a_group_the_way_to_the_private_chat_is_shown(
    desk: OpenDesk, deliver: Deliver
) -> None:
    async with desk() as d:
        await ask_to_join(d, WANG, LINE, GROUP)
    (message,) = await deliver()
    assert (message.chat_id, message.thread_id) == (GROUP.chat_id, GROUP.thread_id)
    assert message.buttons[0][0].url == "https://t.me/liaison_bot?start=join"


async def test_a_shown_name_that_can_be_no_name_must_be_written(
    desk: OpenDesk, deliver: Deliver
) -> None:
    flower = Visitor(9001, "🌸 A 敏")
    await press(desk, buttons.JOIN, "zrzy-ec", "liaison", visitor=flower)
    (message,) = await deliver()
    assert message.buttons == ()
    assert "/join 鄂城分局 联络员（A角） 张三" in message.text
    with pytest.raises(DomainError, match="join_no_name"):
        await press(desk, buttons.JOIN, "zrzy-ec", "liaison", "yes", visitor=flower)
    assert await stored(desk) is None


async def test_asking_again_replaces_the_request(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    await ask(desk)
    first = to(await deliver(), admin.user_id)
    await ask(desk, "鄂城区检察院 分管负责人 王敏")
    second = to(await deliver(), admin.user_id)

    assert second.post == first.post
    assert second.manner is Manner.PUT
    assert "鄂城区检察院" in second.text
    with pytest.raises(DomainError, match="request_changed"):
        await rule(desk, actor, admin, codes(first)[0])
    await rule(desk, actor, admin, codes(second)[0])
    person = await stored(desk)
    assert person is not None
    assert (person.organ, person.role) == ("jcy-ec", Role.LEADER)


async def test_without_a_reachable_administrator_the_applicant_is_told(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    await people(None, Role.ADMIN, reachable=False)
    await ask(desk)
    (message,) = await deliver()
    assert message.chat_id == WANG.user_id
    assert "没有管理员开通私聊" in message.text


async def test_whoever_is_on_the_roster_need_not_ask(people: Hire, desk: OpenDesk) -> None:
    await people(user_id=WANG.user_id)
    with pytest.raises(DomainError, match="already_on_roster"):
        await ask(desk, "市检察院 A角 王敏")
    with pytest.raises(DomainError, match="already_on_roster"):
        await press(desk, buttons.JOIN, "jcy", "liaison", "yes")
    person = await stored(desk)
    assert person is not None
    assert person.organ == "zrzy-ec"


async def test_a_member_who_follows_the_link_of_a_group_becomes_reachable(
    people: Hire, desk: OpenDesk, deliver: Deliver
) -> None:
    await people(user_id=WANG.user_id, reachable=False)
    await ask(desk, "")
    (message,) = await deliver()
    assert "您好" in message.text
    person = await stored(desk)
    assert person is not None
    assert (person.status, person.reachable) == (Status.ACTIVE, True)


async def test_approval_lets_in_and_tells_everybody(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    admins = [await people(None, Role.ADMIN, name) for name in ("刘洋", "赵静")]
    await ask(desk)
    card = to(await deliver(), admins[0].user_id)
    await rule(desk, actor, admins[0], codes(card)[0])

    person = await stored(desk)
    assert person is not None
    assert (person.status, person.decided_by) == (Status.ACTIVE, admins[0].id)
    said = await deliver()
    assert "已通过" in to(said, WANG.user_id).text
    for admin in admins:
        decided = to(said, admin.user_id)
        assert decided.post == f"join/{person.id}/{admin.user_id}"
        assert "由刘洋处理" in decided.text
        assert decided.buttons == ()
    async with desk() as d:
        (event,) = await d.tx.events.of(OFFICE)
        actor_now = await identify(d, WANG.user_id)
    assert (event.name, event.actor) == ("joined", admins[0].id)
    assert event.facts == {"person": person.id, "organ": "zrzy-ec", "role": "liaison"}
    assert actor_now is not None
    assert actor_now.organ == "zrzy-ec"


async def test_refusal_forgets_the_applicant(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act, rows: CountRows
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    await ask(desk)
    card = to(await deliver(), admin.user_id)
    await rule(desk, actor, admin, codes(card)[1])

    said = await deliver()
    assert "未获同意" in to(said, WANG.user_id).text
    assert "王敏" not in to(said, admin.user_id).text
    assert await stored(desk) is None
    assert await rows() == {"people": 1, "posts": 1}


async def test_a_new_request_after_a_refusal_is_a_new_message(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act, rows: CountRows
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    await ask(desk)
    await rule(desk, actor, admin, codes(to(await deliver(), admin.user_id))[1])
    await deliver()
    await ask(desk)
    assert (await rows()).get("posts", 0) <= 1
    async with desk() as d:
        person = await d.tx.people.by_user(WANG.user_id)
        assert person is not None
        assert await d.tx.chats.post(f"join/{person.id}/{admin.user_id}") is None


@pytest.mark.parametrize("decision", [0, 1], ids=["admitted", "refused"])
async def test_no_request_changes_what_the_histories_show_of_a_former_member(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act, decision: int
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    member = await people("jcy-ec", Role.LEADER, "陈晨", user_id=WANG.user_id)
    async with desk() as d:
        await leave(d, actor(member), member.id, PRIVATE)
    await deliver()
    await ask(desk)
    await rule(desk, actor, admin, codes(to(await deliver(), admin.user_id))[decision])

    async with desk() as d:
        past = await d.tx.people.get(member.id)
    now = await stored(desk)
    assert past is not None
    assert (past.name, past.organ, past.role) == ("陈晨", "jcy-ec", Role.LEADER)
    assert (now is None) is bool(decision)
    assert now is None or (now.name, now.organ, now.role) == ("王敏", "zrzy-ec", Role.LIAISON)


@pytest.mark.parametrize("first", [0, 1], ids=["admitted", "refused"])
@pytest.mark.parametrize("second", [0, 1], ids=["admit", "refuse"])
async def test_the_slower_of_two_administrators_gets_a_kind_word(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act, first: int, second: int
) -> None:
    quick = await people(None, Role.ADMIN, "刘洋")
    slow = await people(None, Role.ADMIN, "赵静")
    await ask(desk)
    said = await deliver()
    await rule(desk, actor, quick, codes(to(said, quick.user_id))[first])
    before = await stored(desk)
    with pytest.raises(DomainError) as kind:
        await rule(desk, actor, slow, codes(to(said, slow.user_id))[second])
    assert kind.value.code == "already_decided"
    assert kind.value.facts["by"] == ("" if first else "刘洋")
    assert await stored(desk) == before


async def test_of_two_administrators_at_the_same_moment_one_decides(
    people: Hire, desk: OpenDesk, deliver: Deliver, actor: Act
) -> None:
    admins = [await people(None, Role.ADMIN, name) for name in ("刘洋", "赵静")]
    await ask(desk)
    await deliver()
    data = [buttons.code(v, 9001, "zrzy-ec", "liaison") for v in (buttons.ADMIT, buttons.REFUSE)]
    outcomes = await asyncio.gather(
        *(rule(desk, actor, admin, code) for admin, code in zip(admins, data, strict=True)),
        return_exceptions=True,
    )
    (kind,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(kind, DomainError)
    assert kind.code == "already_decided"
    (word,) = [message for message in await deliver() if message.chat_id == WANG.user_id]
    person = await stored(desk)
    assert ("已通过" in word.text) is (person is not None and person.status is Status.ACTIVE)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_nobody_but_an_administrator_decides(
    people: Hire, desk: OpenDesk, actor: Act, role: Role
) -> None:
    somebody = await people(role=role)
    await ask(desk)
    data = buttons.code(buttons.ADMIT, WANG.user_id, "zrzy-ec", "liaison")
    with pytest.raises(DomainError, match="not_entitled"):
        await rule(desk, actor, somebody, data)
    person = await stored(desk)
    assert person is not None
    assert person.status is Status.ASKED


@pytest.mark.parametrize(
    "data",
    [
        "1.ad",
        "1.ad.9001",
        "1.ad.9001.zrzy-ec",
        "1.ad.9001.zrzy-ec.admin",
        "1.ad.9001.-.admin",
        "1.ad.9001.zrzy-ec.leader",
        "1.ad.9001.court.liaison",
        "1.ad.9002.zrzy-ec.liaison",
        "1.ad.-9001.zrzy-ec.liaison",
        "1.ad.99999999999999999999.zrzy-ec.liaison",
        "1.rf.9001.zrzy-ec.deputy",
        "1.rf.wang.zrzy-ec.liaison",
    ],
)
async def test_a_forged_decision_changes_nothing(
    people: Hire, desk: OpenDesk, actor: Act, data: str
) -> None:
    admin = await people(None, Role.ADMIN)
    await ask(desk)
    before = await stored(desk)
    with pytest.raises(DomainError):
        await rule(desk, actor, admin, data)
    assert await stored(desk) == before


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        (buttons.JOIN_SIDE, ("court",)),
        (buttons.JOIN, ()),
        (buttons.JOIN, ("court", "liaison", "yes")),
        (buttons.JOIN, ("zrzy-ec", "admin", "yes")),
        (buttons.JOIN, ("-", "liaison", "yes")),
        (buttons.JOIN, ("zrzy-ec", "king", "yes")),
    ],
)
async def test_a_forged_choice_leaves_no_row(
    desk: OpenDesk, rows: CountRows, verb: str, args: tuple[str, ...]
) -> None:
    with pytest.raises(DomainError):
        await press(desk, verb, *args)
    assert await rows() == {}


async def test_a_choice_pressed_in_a_group_is_none(desk: OpenDesk, rows: CountRows) -> None:
    code = buttons.read(buttons.code(buttons.JOIN, "zrzy-ec", "liaison", "yes"))
    with pytest.raises(DomainError, match="unknown_button"):
        async with desk() as d:
            await press_join(d, WANG, GROUP, code)
    assert await rows() == {}


async def test_a_code_with_the_longest_organ_and_id_fits(desk: OpenDesk) -> None:
    data = buttons.code(buttons.ADMIT, 2**53, "o" * 24, Role.LIAISON.value)
    assert len(data) <= 64
