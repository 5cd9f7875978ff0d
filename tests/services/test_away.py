"""`/away`: who is away when, who stands in, and what everybody concerned is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.people import Place, Role
from bot.services import buttons
from bot.services.away import SHOWN, end_away, say_away
from bot.storage.events import OFFICE
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows
    from tests.services.staying_away import Days

LINE = "10月8日-10月15日 由李娜代"
HOLIDAY = "10月8日（星期四）至10月15日（星期四）"
GROUP = Place(-100_200)


@pytest.fixture
async def wang(people: Hire) -> Person:
    """A liaison of the bureau's: 王敏."""
    return await people()


@pytest.fixture
async def li(people: Hire) -> Person:
    """Who can stand in for 王敏: 李娜."""
    return await people(role=Role.DEPUTY, name="李娜")


async def test_the_reading_is_confirmed_with_full_dates_and_the_deputy_told_once(
    days: Days, wang: Person, li: Person
) -> None:
    answer, word = await days.away_and_all(wang, LINE)
    assert (answer.chat_id, word.chat_id) == (wang.user_id, li.user_id)
    assert answer.text.splitlines() == [
        f"已登记外出：<b>{HOLIDAY}</b>",
        "代办人：李娜",
        "到期自动结束，不必再办；不外出了，点“取消登记”。",
    ]
    assert [key.label for row in answer.buttons for key in row] == ["取消登记"]
    assert word.text.startswith(f"王敏外出（{HOLIDAY}），由您代办。")
    (absence,) = await days.absences(wang)
    assert (absence.deputy_id, absence.made_at) == (li.id, days.moment)
    async with days.desk() as d:
        (event,) = await d.tx.events.of(OFFICE)
    assert (event.name, event.actor) == ("away", wang.id)
    assert event.facts == {
        "person": wang.id,
        "organ": "zrzy-ec",
        "first": "2026-10-08",
        "last": "2026-10-15",
        "deputy": li.id,
    }


async def test_without_a_name_somebody_else_on_duty_stands_in(
    days: Days, wang: Person, people: Hire
) -> None:
    await people(role=Role.LEADER, name="吴立")
    await people(role=Role.DEPUTY, name="赵立", reachable=False)
    await people(role=Role.DEPUTY, name="李娜")
    said = await days.away_and_all(wang, "明天")
    assert len(said) == 1
    assert said[0].text.splitlines()[1:3] == [
        "代办人：李娜（没有写明，由本单位其他联络员代）。其间轮到您办的事项，提醒发给李娜",
        "另定代办人的，重新发送：<code>/away 3月10日 由赵立代</code>",
    ]
    (absence,) = await days.absences(wang)
    assert absence.deputy_id is None
    await days.away(wang, "3月10日 由赵立代")
    assert len(await days.absences(wang)) == 1, "the offered line changes what was noted"


async def test_where_only_one_can_stand_in_no_other_is_offered(
    days: Days, wang: Person, li: Person
) -> None:
    answer = await days.away(wang, "明天到周五")
    assert "提醒发给李娜" in answer.text
    assert "/away" not in answer.text


async def test_somebody_alone_is_told_that_nobody_stands_in_and_what_to_do(
    days: Days, wang: Person
) -> None:
    answer = await days.away(wang, "明天到周五")
    assert "没有其他联络员可代" in answer.text
    assert "代办人" not in answer.text
    assert "请同事先发送 /join 登记为联络员" in answer.text
    assert "<code>/away 3月10日至3月13日 由某某代</code>" in answer.text


async def test_a_deputy_out_of_reach_is_named_with_a_warning(
    days: Days, wang: Person, people: Hire
) -> None:
    await people(name="李娜", reachable=False)
    (answer,) = await days.away_and_all(wang, LINE)
    assert "⚠️ 李娜未开通私聊，收不到提醒" in answer.text


@pytest.mark.parametrize("line", ["3月1日-3月9日 由李娜代", "3月9日", "今天到周五，李娜"])
async def test_what_is_under_way_can_be_ended(
    days: Days, wang: Person, li: Person, line: str
) -> None:
    answer = await days.away(wang, line)
    assert [key.label for row in answer.buttons for key in row] == ["提前结束"]
    assert answer.text.endswith("提前回来的，点“提前结束”。")
    (absence,) = await days.absences(wang)
    assert absence.shown


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("10月8日 由张三代", "away_unread"),
        ("10月8日 由李娜、赵立代", "away_unread"),
        ("10月8日 由吴立代", "away_not_on_duty"),
        ("10月8日 由王敏代", "away_oneself"),
        ("10月8日 由外人代", "away_unread"),
        ("10月8日 由旧人代", "away_unread"),
        ("10月15日 由赵立代", "away_deputy_away"),
        ("10月8日-10月15日 由赵立代", "away_deputy_away"),
        ("3月1日", "date_gone_by"),
        ("10月15日-10月8日", "away_backward"),
        ("3月10日-12月31日", "away_too_long"),
        ("请假", "away_unread"),
    ],
)
async def test_what_cannot_be_is_refused_and_leaves_nothing(
    days: Days, wang: Person, li: Person, people: Hire, rows: CountRows, line: str, code: str
) -> None:
    await people(role=Role.LEADER, name="吴立")
    await people("jcy-ec", name="外人")
    zhao, old = await people(role=Role.DEPUTY, name="赵立"), await people(name="旧人")
    async with days.desk() as d:
        await d.tx.people.detach(old.id)
    await days.away(zhao, "10月15日-10月20日")
    await days.deliver()
    before = await rows()
    with pytest.raises(DomainError) as refused:
        await days.away(wang, line)
    assert refused.value.code == code
    if "由" in line:
        could = ["李娜"] if code == "away_deputy_away" else ["李娜", "赵立"]
        assert refused.value.facts["could"] == could
    if code == "away_deputy_away":
        assert str(refused.value.facts["span"]).startswith("10月15日（星期四）至")
    assert await rows() == before


async def test_of_two_of_one_name_the_one_who_is_there_stands_in(
    days: Days, wang: Person, people: Hire
) -> None:
    twin, other, namesake = (
        await people(name="李娜"),
        await people(name="李娜"),
        await people(role=Role.DEPUTY),
    )
    await days.away(twin, "10月9日")
    await days.away(wang, LINE)
    assert [each.deputy_id for each in await days.absences(wang)] == [other.id]
    await days.away(wang, "明天 由王敏代")
    assert (await days.absences(wang))[0].deputy_id == namesake.id


async def test_the_same_first_day_changes_what_was_said(
    days: Days, wang: Person, li: Person, people: Hire
) -> None:
    zhao = await people(role=Role.DEPUTY, name="赵立")
    await days.away(wang, LINE)
    (again,) = await days.away_and_all(wang, LINE)
    assert again.text.startswith("外出登记已更新")
    longer = await days.away_and_all(wang, "10月8日-10月20日 由李娜代")
    assert [said.chat_id for said in longer] == [wang.user_id, li.user_id]
    handed = await days.away_and_all(wang, "10月8日-10月20日 由赵立代")
    told = {said.chat_id: said.text for said in handed}
    assert told.keys() == {wang.user_id, li.user_id, zhao.user_id}
    assert told[li.user_id].startswith("王敏的事项不再由您代办")
    (absence,) = await days.absences(wang)
    assert absence.deputy_id == zhao.id
    unnamed = await days.away_and_all(wang, "10月8日-10月20日")
    assert [said.chat_id for said in unnamed] == [wang.user_id, zhao.user_id]
    await days.away(wang, LINE)
    assert len(await days.away_and_all(wang, "10月8日-10月15日")) == 1, "李娜 stands in as before"


@pytest.mark.parametrize(
    "line", ["10月15日-10月20日", "10月1日-10月8日", "10月9日", "10月7日-20日"]
)
async def test_any_other_overlap_is_refused(
    days: Days, wang: Person, li: Person, line: str
) -> None:
    await days.away(wang, LINE)
    with pytest.raises(DomainError, match="away_overlaps") as refused:
        await days.away(wang, line)
    assert refused.value.facts == {"span": HOLIDAY}
    await days.away(wang, "10月16日")
    with pytest.raises(DomainError, match="away_overlaps"):
        await days.away(wang, "10月8日-10月16日")
    assert [each.last.day for each in await days.absences(wang)] == [15, 16]


async def test_what_touches_does_not_overlap(days: Days, wang: Person, li: Person) -> None:
    for line in (LINE, "10月16日-10月20日", "10月1日-7日"):
        await days.away(wang, line)
    assert [each.first.day for each in await days.absences(wang)] == [1, 8, 16]


async def test_alone_it_lists_ones_own_with_a_button_each(
    days: Days, wang: Person, li: Person
) -> None:
    nothing = await days.away(wang)
    assert nothing.text.startswith("王敏没有登记外出。")
    assert "<code>/away 10月8日-10月15日 由李四代</code>" in nothing.text
    assert nothing.buttons == ()
    await days.away(wang, "今天到周三")
    await days.away(wang, LINE)
    await days.away(li, "5月6日")
    listed = await days.away(wang)
    assert listed.text.splitlines()[:3] == [
        "<b>王敏登记的外出</b>",
        "3月9日（星期一）至3月11日（星期三），由李娜代",
        f"{HOLIDAY}，由李娜代",
    ]
    labels = [key.label for row in listed.buttons for key in row]
    assert labels == ["提前结束　3月9日至3月11日", "取消登记　10月8日至10月15日"]
    await days.sleep(3)
    assert [row[0].label for row in (await days.away(wang)).buttons] == ["取消登记"]


async def test_a_long_list_shows_the_first_ones(days: Days, wang: Person) -> None:
    for number in range(1, SHOWN + 3):
        await days.away(wang, f"5月{number}日")
    listed = await days.away(wang)
    assert len(listed.buttons) == SHOWN
    assert "另有2次" in listed.text


async def test_in_a_group_it_is_answered_there(days: Days, wang: Person, li: Person) -> None:
    answer, _ = await days.away_and_all(wang, LINE, GROUP)
    assert answer.chat_id == GROUP.chat_id
    assert answer.post == f"away/{GROUP.chat_id}/0/{wang.id}"
    assert (await days.away(wang, "", GROUP)).chat_id == GROUP.chat_id


async def test_it_ends_early(days: Days, wang: Person, li: Person) -> None:
    await days.away(wang, "今天到周五 由李娜代")
    (absence,) = await days.absences(wang)
    toast, said = await days.end(wang, absence)
    assert toast == "已提前结束外出：3月9日（星期一）至3月13日（星期五）"
    listing, word = said
    assert listing.text.startswith("王敏没有登记外出。")
    assert (word.chat_id, word.text) == (
        li.user_id,
        "王敏的事项不再由您代办（3月9日（星期一）至3月13日（星期五））。",
    )
    assert await days.absences(wang) == []
    async with days.desk() as d:
        names = [event.name for event in await d.tx.events.of(OFFICE)]
    assert names == ["away", "back"]


async def test_what_has_not_begun_is_cancelled(days: Days, wang: Person, li: Person) -> None:
    await days.away(wang, LINE)
    (absence,) = await days.absences(wang)
    toast, said = await days.end(wang, absence)
    assert toast == f"已取消外出登记：{HOLIDAY}"
    assert len(said) == 2


async def test_a_second_press_and_somebody_elses_do_nothing(
    days: Days, wang: Person, li: Person, people: Hire, rows: CountRows
) -> None:
    boss, admin = await people(role=Role.LEADER, name="吴立"), await people(None, Role.ADMIN)
    answer = await days.away(wang, LINE)
    press = buttons.read(answer.buttons[0][0].data)
    (absence,) = await days.absences(wang)
    assert (press.verb, press.number(0)) == (buttons.END_AWAY, absence.id)
    before = await rows()
    for person, code in ((li, "not_your"), (boss, "not_your"), (admin, "away_admin")):
        with pytest.raises(DomainError, match=code):
            await days.end(person, absence)
    assert await rows() == before
    await days.end(wang, absence)
    before = await rows()
    with pytest.raises(DomainError, match="away_gone"):
        await days.end(wang, absence)
    assert await rows() == before


async def test_an_id_is_never_used_again(days: Days, wang: Person) -> None:
    await days.away(wang, "明天")
    (old,) = await days.absences(wang)
    await days.end(wang, old)
    await days.away(wang, "后天")
    (new,) = await days.absences(wang)
    assert new.id != old.id


async def test_what_is_over_cannot_be_ended(days: Days, wang: Person) -> None:
    await days.away(wang, "明天")
    (absence,) = await days.absences(wang)
    await days.deliver()
    days.moment = days.moment.replace(day=12)
    with pytest.raises(DomainError, match="away_gone"):
        await days.end(wang, absence)
    assert (await days.away(wang)).text.startswith("王敏没有登记外出。")


async def test_a_leader_needs_no_deputy_and_nobody_decides_for_them(
    days: Days, people: Hire
) -> None:
    leader, li = await people(role=Role.LEADER, name="吴立"), await people(name="李娜")
    (alone,) = await days.away_and_all(leader, "明天")
    assert "代办人" not in alone.text
    assert "没有其他联络员" not in alone.text
    assert "不能代批" in alone.text
    answer, word = await days.away_and_all(leader, LINE)
    assert "代办人：李娜" in answer.text
    assert (word.chat_id, "不能代批" in word.text) == (li.user_id, True)


async def test_an_administrator_belongs_to_no_organ(
    desk: OpenDesk, actor: Act, people: Hire
) -> None:
    admin = await people(None, Role.ADMIN)
    for line in ("", LINE):
        async with desk() as d:
            with pytest.raises(DomainError, match="away_admin"):
                await say_away(d, actor(admin), line, private(admin))
    async with desk() as d:
        with pytest.raises(DomainError, match="away_admin"):
            await end_away(d, actor(admin), 1, private(admin))


async def test_a_deputy_who_goes_away_is_told_of_to_whom_they_stand_in_for(
    days: Days, wang: Person, li: Person, people: Hire
) -> None:
    await people(role=Role.DEPUTY, name="赵立")
    await days.away(wang, LINE)
    answer, word = await days.away_and_all(li, "10月10日-10月12日")
    assert (answer.chat_id, word.chat_id) == (li.user_id, wang.user_id)
    assert "代办人李娜也外出（10月10日（星期六）至10月12日（星期一））" in word.text
    assert "改由赵立代" in word.text
    assert len(await days.away_and_all(li, "10月20日")) == 1
    assert len(await days.away_and_all(li, "10月10日-10月12日")) == 1, "nothing has changed"
