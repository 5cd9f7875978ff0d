"""The reminders to come as a calendar: what `/upcoming` tells, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import DAY
from bot.domain.errors import DomainError
from bot.domain.outgoing import Manner
from bot.domain.people import Role, Side
from bot.domain.periods import light
from bot.services.reminder_calendar import SHOWN, send_calendar
from bot.services.upcoming import messages_for, tell_upcoming
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Actor
    from bot.domain.sheet import Day, Sheet
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.advising import Advice
    from tests.services.reminding import Bell

BUREAU = 7002


@pytest.fixture
async def owed(owed: Advice, bell: Bell) -> Advice:
    """The same, and everybody has been told."""
    await bell.deliver("04-13", "10:00")
    return owed


async def pictures(
    advice: Advice, bell: Bell, day: str, days: int, actor: Actor | None = None
) -> list[Outgoing]:
    """What the button brings on a day, asked for so many days."""
    async with advice.on(day) as d:
        await send_calendar(d, actor or advice.bureau, days, BUREAU)
    said = await bell.deliver(day, "10:00")
    return [message for message in said if message.manner is Manner.PICTURE]


async def sheets(
    advice: Advice, bell: Bell, day: str, days: int, actor: Actor | None = None
) -> list[Sheet]:
    said = await pictures(advice, bell, day, days, actor)
    return [message.sheet for message in said if message.sheet]


def days_of(sheet: Sheet) -> dict[int, Day]:
    return {day.number: day for week in sheet.weeks for day in week if day}


def entries(sheet: Sheet) -> dict[int, list[str]]:
    """The matters in the days of a sheet: light, number, what is owed, what is special."""
    found = {
        number: [
            f"{e.light.label} {e.number} {e.title} {e.note}".strip() for e in day.entries if e.light
        ]
        for number, day in days_of(sheet).items()
    }
    return {number: matters for number, matters in found.items() if matters}


async def test_the_button_stands_under_the_answer_and_says_for_how_many_days(
    owed: Advice, bell: Bell
) -> None:
    async with owed.on("06-01") as d:
        await tell_upcoming(d, owed.bureau, "30", BUREAU)
    (answer,) = await bell.deliver("06-01", "10:00")
    (((key,),),) = (answer.buttons,)
    assert (key.label, key.data) == ("日历图", "1.mc.30")
    line = "6月8日 09:00</b>　王敏：检察建议〔2026〕1号 书面回复（距届满7日，本人承办）"
    assert line in answer.text


async def test_every_reminder_stands_on_its_day_in_the_colour_of_its_light(
    owed: Advice, bell: Bell
) -> None:
    await bell.ring("06-01")
    (june,) = await sheets(owed, bell, "06-01", 20)
    assert (june.title, june.subtitle) == ("2026年6月", "未来20天的提醒")
    name = "检察建议1号 书面回复"
    assert entries(june) == {
        8: [f"黄 {name}"],
        12: [f"红 {name}"],
        15: [f"红 {name} 当天到期"],
        16: [f"红 {name} 逾期1天"],
        17: [f"红 {name} 逾期2天"],
        18: [f"红 {name} 逾期3天"],
    }


async def test_what_reminds_of_nothing_stands_there_without_a_light(
    owed: Advice, bell: Bell
) -> None:
    (june,) = await sheets(owed, bell, "06-01", 20)
    others = {n: e for n, day in days_of(june).items() for e in day.entries if e.light is None}
    assert {day: (entry.number, entry.title) for day, entry in others.items()} == {
        1: ("台账存证", "")
    }


async def test_far_off_it_is_green(owed: Advice, bell: Bell) -> None:
    (may,) = await sheets(owed, bell, "05-14", 10)
    assert entries(may) == {15: ["绿 检察建议1号 书面回复"]}


async def test_the_legend_names_every_distance_once(owed: Advice, bell: Bell) -> None:
    (june,) = await sheets(owed, bell, "06-01", 20)
    due, legend = date(2026, 6, 20), dict(june.lights)
    told = {left: legend[light(due, due - left * DAY)] for left in (16, 15, 4, 3, 0, -1)}
    assert told == {
        16: "16天以上",
        15: "4至15天",
        4: "4至15天",
        3: "3天以内或逾期",
        0: "3天以内或逾期",
        -1: "3天以内或逾期",
    }


async def test_it_shows_what_the_words_tell(owed: Advice, bell: Bell) -> None:
    async with owed.on("05-14") as d:
        told = {message.at.date() for message in await messages_for(d, owed.bureau, 92)}
    drawn = await sheets(owed, bell, "05-14", 92)
    assert [sheet.title for sheet in drawn] == [f"2026年{month}月" for month in (5, 6, 7, 8)]
    shown = {
        date(2026, month, number)
        for month, sheet in zip((5, 6, 7, 8), drawn, strict=True)
        for number, day in days_of(sheet).items()
        if day.entries
    }
    assert shown == told


@pytest.mark.parametrize(
    ("day", "days", "months"),
    [("06-01", 29, 1), ("06-01", 30, 2), ("06-30", 1, 2), ("05-31", 92, 4), ("07-31", 1, 2)],
)
async def test_as_many_months_as_the_days_reach_into_a_picture_each(
    owed: Advice, bell: Bell, day: str, days: int, months: int
) -> None:
    said = await pictures(owed, bell, day, days)
    assert [message.manner for message in said] == [Manner.PICTURE] * months
    assert {message.chat_id for message in said} == {BUREAU}
    asked = sum(day.asked for m in said if m.sheet for day in days_of(m.sheet).values())
    assert asked == days + 1


async def test_rest_days_make_up_days_today_and_what_is_not_known_are_told(
    owed: Advice, bell: Bell
) -> None:
    (february,) = await sheets(owed, bell, "02-13", 10)
    days = days_of(february)
    assert (days[14].rest, days[14].note) == (False, "上班")
    assert (days[17].rest, days[17].note) == (True, "春节")
    assert (days[13].today, days[13].rest, days[13].note) == (True, False, "")
    assert [n for n, day in days.items() if day.today] == [13]
    december, january = await sheets(owed, bell, "12-28", 10)
    provisional = {n: day.note for n, day in days_of(december).items() if day.note}
    assert provisional == {29: "暂定", 30: "暂定", 31: "暂定"}
    assert {n: day.note for n, day in days_of(january).items() if day.note != "暂定"} == {
        1: "元旦，暂定"
    }


async def test_a_date_that_may_still_change_is_marked(owed: Advice, bell: Bell) -> None:
    await owed.correct("10-31", owed.prosecutor, served_on="2026-10-30")
    await owed.correct("10-31", owed.bureau, received_on="2026-10-30")
    (_, december) = await sheets(owed, bell, "11-30", 15)
    marks = {entry.note for day in days_of(december).values() for entry in day.entries}
    assert marks == {"暂定"}
    december, _ = await sheets(owed, bell, "12-28", 5)
    assert entries(december)[30] == ["红 检察建议1号 书面回复 当天到期，暂定"]


async def test_what_is_numbered_in_another_year_says_so(owed: Advice, desk: OpenDesk) -> None:
    async with desk() as d:
        year_after = replace(d, now=d.now.replace(year=2027))
        await send_calendar(year_after, owed.bureau, 3, BUREAU)
        queued = await d.tx.outbox.claim(year_after.now, 9)
    (sheet,) = [each.message.sheet for each in queued if each.message.sheet]
    numbers = {e.number for day in days_of(sheet).values() for e in day.entries if e.light}
    assert numbers == {"检察建议2026-1"}


async def test_a_busy_day_names_some_and_counts_the_rest(owed: Advice, bell: Bell) -> None:
    for serial in range(6, 10):
        await owed.file(
            "04-13", advice_number=f"鄂州检行建〔2026〕{serial}号", issued_on="2026-04-13"
        )
        await owed.take("04-13", "serve", served_on="2026-04-13")
        await owed.take("04-13", "confirm_receipt", "check")
    (june,) = await sheets(owed, bell, "06-08", 8)
    day = days_of(june)[15]
    assert len(day.entries) == SHOWN
    assert day.more == "另有2项"


async def test_a_matter_stands_once_a_day_however_many_are_told(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    await people("zrzy-ec", Role.DEPUTY, "赵强")
    async with owed.on("04-13") as d:
        await d.tx.chats.bind(Chat(-100_77, 0, "鄂城群", "420704", frozenset(Side)), 1, d.now)
    (june,) = await sheets(owed, bell, "06-12", 4)
    assert entries(june)[15] == ["红 检察建议1号 书面回复 当天到期"]


async def test_everybody_sees_their_own_reminders_only(
    owed: Advice, bell: Bell, people: Hire, actor: Act
) -> None:
    stranger = actor(await people("zrzy-hr", name="外人"))
    leader = actor(await people("jcy-ec", Role.LEADER, "吴建国"))
    await bell.ring("06-08")
    for who, days in ((stranger, set()), (owed.prosecutor, {16}), (leader, {12, 15, 16})):
        (june,) = await sheets(owed, bell, "06-09", 7, who)
        assert set(entries(june)) == days, who.name


async def test_no_word_of_the_case_and_no_name_stands_in_it(owed: Advice, bell: Bell) -> None:
    for message in await pictures(owed, bell, "06-01", 20):
        assert message.sheet is not None
        said = json.dumps(message.sheet.plain(), ensure_ascii=False) + message.text
        assert not [word for word in ("王敏", "李静", "催告", "完善", "李某") if word in said]


@pytest.mark.parametrize("days", [0, 93, 2**40])
async def test_a_forged_number_of_days_is_refused(owed: Advice, days: int) -> None:
    async with owed.on("06-01") as d:
        with pytest.raises(DomainError, match="unknown_button"):
            await send_calendar(d, owed.bureau, days, BUREAU)
