"""What somebody had in hand, once they have left, and whom they stood in for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Role, Side
from bot.services.forms import Said, open_form
from bot.services.leaving import SHOWN
from bot.services.ledger import move_record
from bot.services.roster import leave
from bot.storage.chats import Chat
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from tests.conftest import Hire
    from tests.services.staying_away import Days

GROUP = -100_200


@pytest.fixture
async def bureau(people: Hire) -> Person:
    """A liaison of the bureau's: 王敏."""
    return await people()


@pytest.fixture
async def li(people: Hire) -> Person:
    """A liaison of the procuratorate's: 李静."""
    return await people("jcy-ec", name="李静")


async def go(days: Days, who: Person, by: Person | None = None) -> dict[int, list[str]]:
    """Somebody leaves, or is removed; returns what everybody else is told of what is left."""
    said = await gone(days, who, by)
    left: dict[int, list[str]] = {}
    for each in said:
        if "已退出名册：" not in each.text and not each.post:
            left.setdefault(each.chat_id, []).append(each.text)
    return left


async def gone(days: Days, who: Person, by: Person | None = None) -> list[Outgoing]:
    await days.deliver()
    by = by or who
    async with days.desk() as d:
        await leave(d, days.act(by), who.id, private(by))
    return await days.deliver()


async def test_the_others_on_duty_are_told_once_what_is_theirs_now(
    days: Days, bureau: Person, li: Person, people: Hire
) -> None:
    zhao = await people("jcy-ec", Role.DEPUTY, "赵立")
    deaf = await people("jcy-ec", Role.DEPUTY, "聋子", reachable=False)
    await people("jcy-ec", Role.LEADER, "吴建国")
    await people(None, Role.ADMIN, "刘洋")
    first = await days.step(li, await days.file(bureau), "sign")
    second = await days.step(li, await days.file(bureau), "sign", "review")
    await days.step(zhao, await days.file(bureau), "sign")
    await days.file(bureau)
    told = await go(days, li)
    assert told.keys() == {zhao.user_id}
    (text,) = told[zhao.user_id]
    assert text.splitlines() == [
        "<b>李静已退出名册</b>，经手的2件转由鄂城区检察院其他联络员办理：",
        "",
        f"{first.number}　程序性答复，3月16日届满，还有7天",
        f"{second.number}　程序性答复，3月16日届满，还有7天",
        "",
        "请商定由谁接办；发 /todo 查看全部。",
    ]
    assert deaf.user_id not in told


async def test_what_they_had_begun_to_write_is_thrown_away_without_a_word(
    days: Days, bureau: Person, people: Hire
) -> None:
    by = await people(None, Role.ADMIN, "刘洋")
    async with days.desk() as d:
        await d.tx.chats.bind(Chat(GROUP, 0, "鄂城群", "420704", frozenset(Side)), by.id, d.now)
        for place in (private(bureau), Place(GROUP)):
            await open_form(d, days.act(bureau), LEAD, place, Said("2C"))
    for each in await gone(days, bureau, by):
        assert "已退出名册" in each.text
    async with days.desk() as d:
        assert await d.tx.drafts.of_person(bureau.id) == []


@pytest.mark.parametrize("rest", [None, "聋子"])
async def test_where_nobody_is_left_the_administrators_are_told(
    days: Days, bureau: Person, li: Person, people: Hire, rest: str | None
) -> None:
    admin = await people(None, Role.ADMIN, "刘洋")
    await people(None, Role.ADMIN, "失联的", reachable=False)
    if rest:
        await people("jcy-ec", Role.DEPUTY, rest, reachable=False)
    record = await days.step(li, await days.file(bureau), "sign")
    told = await go(days, li, admin)
    assert told.keys() == {admin.user_id}
    (text,) = told[admin.user_id]
    assert "经手的1件暂无人办理，鄂城区检察院没有能收到消息的联络员" in text
    assert record.number in text
    assert "/todo" not in text


async def test_a_long_list_is_cut(days: Days, bureau: Person, li: Person, people: Hire) -> None:
    zhao = await people("jcy-ec", Role.DEPUTY, "赵立")
    for _ in range(SHOWN + 3):
        await days.step(li, await days.file(bureau), "sign")
    (text,) = (await go(days, li))[zhao.user_id]
    assert text.count("程序性答复") == SHOWN
    assert f"经手的{SHOWN + 3}件" in text
    assert "另有3件。" in text


async def test_what_the_bureau_owes_besides_is_left_too(
    days: Days, bureau: Person, li: Person, people: Hire
) -> None:
    na = await people(role=Role.DEPUTY, name="李娜")
    record = await days.step(li, await days.file(bureau), "sign", "review")
    async with days.desk() as d:
        missing = {"missing_items": "处罚决定书"}
        await move_record(d, days.act(li), record, "return", missing, version=record.version)
    (text,) = (await go(days, bureau))[na.user_id]
    assert f"{record.number}　补正后重新移送" in text


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.LEADER, Role.ADMIN])
async def test_who_had_nothing_in_hand_leaves_in_silence(
    days: Days, bureau: Person, li: Person, people: Hire, role: Role
) -> None:
    await people(None, Role.ADMIN, "刘洋")
    leaver = await people(None if role is Role.ADMIN else "jcy-ec", role, "赵立")
    await days.step(li, await days.file(bureau), "sign")
    assert await go(days, leaver) == {}


async def test_their_absences_are_over_and_others_fall_back(
    days: Days, bureau: Person, li: Person, people: Hire
) -> None:
    zhao, zhou = [await people("jcy-ec", Role.DEPUTY, name) for name in ("赵立", "周明")]
    async with days.desk() as d:
        await d.tx.chats.bind(Chat(GROUP, 0, "群", "420704", frozenset(Side)), 1, d.now)
    await days.step(li, await days.file(bureau), "sign")
    await days.away(li, "3月9日-3月20日 由赵立代")
    await days.away(zhou, "5月6日 由赵立代")
    await days.away(zhao, "6月1日-6月2日")
    said = await gone(days, zhao)
    told = {each.chat_id: each.text for each in said if each.chat_id == GROUP or not each.post}
    assert told[li.user_id].startswith(
        "您外出（3月9日（星期一）至3月20日（星期五））的代办人赵立已退出名册，改由周明代。"
    )
    assert "（5月6日（星期三））的代办人赵立已退出名册，改由李静代" in told[zhou.user_id]
    assert "李静外出至3月20日，由周明代" in told[GROUP]
    assert await days.absences(zhao) == []
    for person in (li, zhou):
        assert [each.deputy_id for each in await days.absences(person)] == [None]


async def test_where_nobody_else_is_there_the_absent_are_told_so(
    days: Days, li: Person, people: Hire
) -> None:
    zhao = await people("jcy-ec", Role.DEPUTY, "赵立")
    await days.away(li, "5月6日 由赵立代")
    (text,) = (await go(days, zhao))[li.user_id]
    assert "已退出名册，暂无人可代" in text


async def test_a_card_no_longer_names_who_was_away_when_they_left(
    days: Days, bureau: Person, li: Person, people: Hire
) -> None:
    await people("jcy-ec", Role.DEPUTY, "赵立")
    async with days.desk() as d:
        await d.tx.chats.bind(Chat(GROUP, 0, "群", "420704", frozenset(Side)), 1, d.now)
    for moves in (("sign",), ()):
        await days.step(li, await days.file(bureau), *moves)
    await days.away(li, "3月9日-3月20日 由赵立代")
    changed = [each.text for each in await gone(days, li) if each.chat_id == GROUP]
    assert len(changed) == 2
    assert not any("李静" in text for text in changed)
