"""Cards, lists and the roster say who is away and who stands in, and stop saying so in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import DAY
from bot.domain.outgoing import Manner, Priority
from bot.domain.people import Place, Role, Side
from bot.services.cards import render_card
from bot.services.housekeeping import next_instant
from bot.services.roster import tell_roster
from bot.storage.chats import Chat
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from bot.domain.records import Record
    from tests.conftest import Hire
    from tests.services.staying_away import Days

GROUP = -100_200
LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})
PLAIN = "当前责任方：<b>鄂城区检察院</b>"


@pytest.fixture
async def bureau(people: Hire, days: Days) -> Person:
    """A liaison of the bureau's, 王敏, whose district's group is bound."""
    async with days.desk() as d:
        await d.tx.chats.bind(Chat(GROUP, 0, "鄂城群", "420704", LAND), 1, d.now)
    return await people()


@pytest.fixture
async def li(people: Hire) -> Person:
    """A liaison of the procuratorate's: 李静."""
    return await people("jcy-ec", name="李静")


@pytest.fixture
async def zhao(people: Hire) -> Person:
    """The other one: 赵立."""
    return await people("jcy-ec", Role.DEPUTY, "赵立")


async def holder(days: Days, record: Record) -> str:
    """What a card says now of whose turn it is."""
    async with days.desk() as d:
        (now,) = await d.tx.records.of([record.id])
        text = await render_card(d, d.books.kinds["lead"], now)
    return _holder(text)


def _holder(text: str) -> str:
    return next((line for line in text.splitlines() if line.startswith("当前责任方")), "")


def cards(said: list[Outgoing]) -> dict[int, str]:
    """By chat, what the cards that are put anew say of whose turn it is."""
    return {each.chat_id: _holder(each.text) for each in said if each.post.startswith("card/")}


async def test_the_card_says_so_for_as_long_as_the_absence_lasts(
    days: Days, bureau: Person, li: Person, zhao: Person
) -> None:
    record = await days.step(li, await days.file(bureau), "sign")
    await days.away(li, "3月11日-3月12日 由赵立代")
    note = f"{PLAIN}（李静外出至3月12日，由赵立代）"
    assert await days.sleep() == []
    assert await holder(days, record) == PLAIN
    begun = await days.sleep()
    assert cards(begun) == dict.fromkeys((GROUP, li.user_id, zhao.user_id), note)
    assert {(each.manner, each.priority) for each in begun} == {(Manner.PUT, Priority.NAG)}
    assert await days.sleep() == []
    assert await holder(days, record) == note
    assert set(cards(await days.sleep()).values()) == {PLAIN}
    assert await days.absences(li) == []
    assert await days.sleep() == []


async def test_turns_are_found_after_the_bot_was_down(
    days: Days, bureau: Person, li: Person, zhao: Person
) -> None:
    await days.step(li, await days.file(bureau), "sign")
    await days.away(li, "3月11日-3月13日")
    assert f"{PLAIN}（李静外出至3月13日，由赵立代）" in cards(await days.sleep(3)).values()
    assert set(cards(await days.sleep(30)).values()) == {PLAIN}
    await days.away(li, "4月13日")
    assert await days.sleep(30) == [], "it came and went unseen"
    assert await days.absences(li) == []


async def test_what_begins_today_and_what_ends_early_shows_at_once(
    days: Days, bureau: Person, li: Person, zhao: Person
) -> None:
    await days.step(li, await days.file(bureau), "sign")
    said = await days.away_and_all(li, "今天到周三")
    assert f"{PLAIN}（李静外出至3月11日，由赵立代）" == cards(said)[GROUP]
    assert await days.sleep() == []
    (absence,) = await days.absences(li)
    _, said = await days.end(li, absence)
    assert cards(said)[GROUP] == PLAIN


async def test_a_change_under_way_shows_at_once(
    days: Days, bureau: Person, li: Person, zhao: Person, people: Hire
) -> None:
    await people("jcy-ec", Role.DEPUTY, "周明")
    await days.step(li, await days.file(bureau), "sign")
    await days.away(li, "今天到周三")
    said = await days.away_and_all(li, "今天到周五 由周明代")
    assert f"{PLAIN}（李静外出至3月13日，由周明代）" == cards(said)[GROUP]


async def test_only_the_cards_of_what_the_absent_have_in_hand_are_touched(
    days: Days, bureau: Person, li: Person, zhao: Person
) -> None:
    mine = await days.step(li, await days.file(bureau), "sign")
    theirs = await days.step(zhao, await days.file(bureau), "sign")
    untouched = await days.file(bureau)
    await days.away(zhao, "3月10日")
    said = await days.sleep()
    assert {each.text.split("</b>")[0][-10:] for each in said} == {f"<b>{theirs.number}"[-10:]}
    assert await holder(days, theirs) == f"{PLAIN}（赵立外出至3月10日，由李静代）"
    assert await holder(days, mine) == await holder(days, untouched) == PLAIN


async def test_what_nobody_has_in_hand_is_the_first_ones(
    days: Days, bureau: Person, li: Person, zhao: Person
) -> None:
    record = await days.file(bureau)
    await days.away(li, "3月10日")
    assert cards(await days.sleep())[GROUP] == f"{PLAIN}（李静外出至3月10日，由赵立代）"
    assert set(cards(await days.sleep()).values()) == {PLAIN}
    assert await holder(days, record) == PLAIN


async def test_the_cards_follow_when_the_deputy_goes_too_and_comes_back(
    days: Days, bureau: Person, li: Person, zhao: Person
) -> None:
    await days.step(li, await days.file(bureau), "sign")
    await days.away(li, "3月10日-3月20日 由赵立代")
    await days.away(zhao, "3月11日")
    told = [cards(await days.sleep())[GROUP] for _ in range(3)]
    assert told == [
        f"{PLAIN}（李静外出至3月20日，由赵立代）",
        f"{PLAIN}（李静外出至3月20日）",
        f"{PLAIN}（李静外出至3月20日，由赵立代）",
    ]


async def test_who_is_away_elsewhere_is_not_told(
    days: Days, bureau: Person, li: Person, people: Hire
) -> None:
    record = await days.file(bureau)
    leader = await people("jcy-ec", Role.LEADER, "吴建国")
    for person in (bureau, leader, await people("jcy-hr", name="周岚")):
        await days.away(person, "3月9日-3月10日")
    assert await holder(days, record) == PLAIN
    assert await days.sleep() == []
    await days.step(bureau, record, "withdraw")
    assert await holder(days, record) == ""


async def test_the_next_turn_is_planned(days: Days, li: Person) -> None:
    await days.away(li, "3月11日-3月12日")
    async with days.desk() as d:
        midnight = d.now.replace(hour=0, day=11)
        assert await d.tx.absences.next_turn(d.today) == midnight.date()
        await d.tx.events.write_digest(d.today, 1, await d.tx.events.last_id(), "c")
        assert await next_instant(d) == midnight
    await days.sleep(2)
    async with days.desk() as d:
        assert await next_instant(d) == midnight + 2 * DAY
    await days.sleep(2)
    async with days.desk() as d:
        assert await next_instant(d) is None


async def test_what_is_held_for_somebody_away_stands_on_ones_own_list(
    days: Days, bureau: Person, li: Person, zhao: Person, people: Hire
) -> None:
    third = await people("jcy-ec", Role.DEPUTY, "周明")
    leader = await people("jcy-ec", Role.LEADER, "吴建国")
    for person in (li, li, zhao, third):
        await days.step(person, await days.file(bureau), "sign")
    await days.away(li, "3月10日-3月11日 由赵立代")
    await days.sleep()
    told = await days.todo(zhao)
    own, others = told.split("本单位的")
    assert "🟡 线索〔2026〕1号（代李静）　程序性答复，3月16日届满，还有6天" in own
    assert "线索〔2026〕2号（代李静）" in own
    assert "线索〔2026〕3号　" in own
    assert "线索〔2026〕4号　" in others
    for reader in (third, leader, li):
        assert "代李静" not in await days.todo(reader)
    await days.away(zhao, "3月11日")
    await days.sleep()
    assert "代李静" in await days.todo(third)
    assert "代赵立" in await days.todo(third)
    await days.sleep(2)
    for reader in (zhao, third):
        assert "代" not in await days.todo(reader)


async def test_the_roster_says_until_when_and_who_stands_in(
    days: Days, bureau: Person, li: Person, zhao: Person, people: Hire
) -> None:
    leader = await people("jcy-ec", Role.LEADER, "吴建国")
    await people("zrzy-ec", Role.DEPUTY, "陈晨", reachable=False)
    await days.away(li, "3月9日-3月12日 由赵立代")
    await days.away(leader, "3月9日")
    await days.away(bureau, "3月9日-3月10日")
    await days.away(zhao, "3月20日")
    await days.deliver()
    for place in (private(zhao), Place(GROUP)):
        async with days.desk() as d:
            await tell_roster(d, days.act(zhao), place)
        (said,) = await days.deliver()
        assert "联络员（A角）：李静（外出至3月12日，由赵立代）\n" in said.text
        assert "联络员（B角）：赵立\n" in said.text
        assert "分管负责人：吴建国（外出至3月9日）\n" in said.text
        assert "联络员（A角）：王敏（外出至3月10日，由陈晨代）\n" in said.text
        assert "联络员（B角）：陈晨 ⚠️未开通私聊" in said.text
