"""What `/upcoming` foretells, beside what the bot then says: the same, to the minute."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import DAY, SHANGHAI, local_instant
from bot.domain.kinds.lead import LEAD
from bot.domain.ladder import Rounds
from bot.domain.people import Action, Role, Side
from bot.domain.records import Draft, Nag
from bot.office import Reminders
from bot.services.blanks import CORRECT, DISPUTE, NOTE
from bot.services.cards import belongs
from bot.services.desk import Desk
from bot.services.forecasting import forecast
from bot.services.foresight import Sight
from bot.services.group_words import DATES
from bot.services.ledger import file_record
from bot.services.places import left_group
from bot.services.pulse import Pulse
from bot.services.stages import Timetable
from bot.services.unasked import notices
from bot.services.upcoming import tell_upcoming
from bot.storage.chats import Chat
from reminders.ticker import Ticker
from tests.services.reminding import Bell, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Actor, Person
    from bot.services.desk import Books
    from bot.services.rehearsal import Foretold
    from bot.storage.database import Database
    from tests.conftest import Act, Hire
    from tests.services.advising import Advice

GROUP = Chat(-100_77, 0, "鄂城群", "420704", frozenset(Side))
BUREAU = 7002
MONDAY = date(2026, 6, 1)
HOURS = ("09:00", "14:30", "17:00")
"""When the bot is looked at: both openings, and the hour of the digest."""
LINE = {"category": "2C", "route": "transfer", "summary": "占用耕地"}
SORTS = {"台账存证": "digest", "有新情况": "alert", "这份草稿": "draft"}
Said = set[tuple[datetime, int, str]]
"""To the minute, what is said where: a reminder or a group's word is ""."""


@dataclass
class Almanac:
    """The bot's ticker under a clock of its own, and what it says as the days go by."""

    database: Database
    books: Books
    bell: Bell
    at: datetime = field(default_factory=lambda: moment("01-01"))

    def now(self) -> datetime:
        """The clock of the ticker."""
        return self.at

    async def foretold(self, day: str, hour: str, days: int) -> Said:
        """What will be said by then."""
        async with self.database.read() as tx:
            desk = await Desk.open(tx, self.books, moment(day, hour), "ahead")
            until = local_instant(desk.today + DAY * (days + 1), time())
            ahead = await forecast(desk, until, Sight())
            others = await notices(desk, until, Sight(), ahead)
        reminders = {(each.at, _chat_of(each.to), "") for each in ahead.said}
        return reminders | {
            (each.at, _chat_of(to), each.sort.value) for each in others for to in each.to
        }

    async def arrived(self, day: str, hour: str, days: int) -> Said:
        """The same, as it comes to pass if nobody does anything."""
        await self.bell.deliver(day, hour)
        ticker = Ticker(self.database, self.books, self, lambda: None, Pulse())
        start = moment(day, hour)
        hours = [
            moment(f"{start + DAY * n:%m-%d}", each) for n in range(days + 1) for each in HOURS
        ]
        found: Said = set()
        for self.at in (start, *(each for each in hours if each > start)):
            await ticker.tick()
            local = self.at.astimezone(SHANGHAI)
            said = await self.bell.deliver(f"{local:%m-%d}", f"{local:%H:%M}")
            new = (message for message in said if not message.post.startswith("card/"))
            found |= {(self.at, message.chat_id, _sort_of(message)) for message in new}
        return found


def _sort_of(message: Outgoing) -> str:
    words = message.text.removeprefix("<b>")
    return SORTS.get(words[:4], "" if message.key.startswith(("nag/", "group/")) else words)


def _chat_of(to: Person | Chat) -> int:
    return to.chat_id if isinstance(to, Chat) else to.user_id


@pytest.fixture
def almanac(database: Database, books: Books) -> Almanac:
    return Almanac(database, books, Bell(database, books))


@pytest.fixture
async def owed(advice: Advice, almanac: Almanac) -> Advice:
    """A recommendation whose reply is due on 15 June, in a district with a group."""
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    async with advice.on("04-13") as d:
        await d.tx.chats.bind(GROUP, 1, d.now)
    await almanac.bell.deliver("04-13")
    return advice


def draft_of(owed: Advice, *, private: bool) -> Draft:
    """A lead that its writer has begun, in private or in the group."""
    place = BUREAU if private else GROUP.chat_id
    return Draft(0, "lead", owed.bureau.person_id, place, 0, private, "", None, None, "")


def about(owed: Advice) -> Draft:
    """A correction of the recommendation, begun in private."""
    lead = draft_of(owed, private=True)
    return replace(lead, kind="advice", move=CORRECT, record_id=owed.record.id)


async def the_nag(desk: Desk, owed: Advice) -> Nag:
    """The only reminder that was said so far."""
    (duty,) = await desk.tx.duties.open_of(owed.record.id)
    (nag,) = await desk.tx.nags.of_duties([duty.id])
    return nag


async def test_every_message_of_three_weeks_was_foretold(
    owed: Advice, almanac: Almanac, people: Hire
) -> None:
    """Lists, the group's weeks, a digest, a draft's end, and the missing notice."""
    admin = await people(None, Role.ADMIN, "孙伟")
    async with owed.on("10-09") as d:
        await d.tx.drafts.add(draft_of(owed, private=True), moment("11-07", "12:00"))
    await almanac.arrived("10-30", "08:00", 0)
    await owed.correct("10-30", owed.prosecutor, items="另行提出")
    ahead = await almanac.foretold("10-31", "08:00", 20)
    assert await almanac.arrived("10-31", "08:00", 20) == ahead
    assert {at for at, *told in ahead if told == [admin.user_id, "alert"]} == {moment("11-02")}
    for monday in ("11-02", "11-09", "11-16"):
        assert (moment(monday), GROUP.chat_id, "") in ahead
    assert (moment("11-02", "17:00"), BUREAU, "digest") in ahead
    assert (moment("11-09"), BUREAU, "draft") in ahead


async def test_a_side_that_nobody_can_be_reached_of_is_foretold_its_digest_in_a_group(
    owed: Advice, almanac: Almanac
) -> None:
    async with owed.on("06-01") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
        forest = Chat(-100_78, 0, "林长群", "420704", frozenset({Side.FORESTRY, Side.RESOURCES}))
        await d.tx.chats.bind(forest, 1, d.now)
    ahead = await almanac.foretold("06-02", "08:00", 3)
    assert await almanac.arrived("06-02", "08:00", 3) == ahead
    told = {chat for _, chat, sort in ahead if sort == "digest"}
    assert told == {7001, forest.chat_id}, "the other group has heard of its week that day"


async def test_what_is_urgent_and_late_is_foretold_for_the_next_hour_of_a_rest_day(
    advice: Advice, almanac: Almanac
) -> None:
    urgent = Reminders(urgent=frozenset(almanac.books.periods))
    office = almanac.books.office.model_copy(update={"reminders": urgent})
    almanac.books = almanac.bell.books = replace(almanac.books, office=office)
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    await almanac.arrived("06-04", "10:00", 0)
    ahead = await almanac.foretold("06-13", "12:00", 3)
    assert await almanac.arrived("06-13", "12:00", 3) == ahead
    assert min(ahead) == (moment("06-13", "14:30"), BUREAU, "")


async def test_a_group_that_was_spoken_to_today_is_foretold_to_hear_the_rest_tomorrow(
    owed: Advice, almanac: Almanac
) -> None:
    await almanac.bell.ring("06-15")
    async with owed.on("06-15") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
        nag = await the_nag(d, owed)
        await d.tx.nags.unsay(nag.message)
    ahead = await almanac.foretold("06-15", "10:00", 2)
    assert await almanac.arrived("06-15", "10:00", 2) == ahead
    assert min(at for at, chat, _ in ahead if chat == GROUP.chat_id) == moment("06-16")


async def test_what_is_put_off_while_its_reader_goes_away_is_foretold_to_the_deputy(
    owed: Advice, almanac: Almanac, people: Hire
) -> None:
    deputy = await people("zrzy-ec", Role.DEPUTY, "赵强")
    await almanac.bell.ring("06-08")
    async with owed.on("06-08") as d:
        nag = await the_nag(d, owed)
        await d.tx.nags.put_off(nag.id, moment("06-11"))
        first, last = date(2026, 6, 11), date(2026, 6, 12)
        await d.tx.absences.put(nag.person_id, first, last, None, d.now, shown=True)
    ahead = await almanac.foretold("06-08", "11:00", 9)
    assert await almanac.arrived("06-08", "11:00", 9) == ahead
    assert (moment("06-11"), deputy.user_id, "") in ahead


async def test_what_neither_people_nor_groups_can_be_told_is_foretold_to_administrators(
    advice: Advice, almanac: Almanac, people: Hire
) -> None:
    """Without a group; alone on duty and away on the day of a stage."""
    admin = await people(None, Role.ADMIN, "孙伟")
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    await almanac.arrived("06-11", "08:00", 0)
    async with advice.on("06-11") as d:
        first, last = date(2026, 6, 12), date(2026, 6, 15)
        person_id = advice.bureau.person_id
        await d.tx.absences.put(person_id, first, last, None, d.now, shown=True)
    ahead = await almanac.foretold("06-11", "17:05", 6)
    assert await almanac.arrived("06-11", "17:05", 6) == ahead
    words = {at for at, *told in ahead if told == [admin.user_id, "alert"]}
    assert words == {moment("06-12")}, "told once, whatever else comes of the duty"


async def test_what_comes_back_to_somebody_who_was_away_is_foretold_again(
    advice: Advice, almanac: Almanac
) -> None:
    """Without a group; alone on duty, there for a weekend between two absences."""
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    await almanac.bell.deliver("04-13")
    async with advice.on("05-28") as d:
        for first, last in ((date(2026, 5, 29), date(2026, 5, 29)), (MONDAY, MONDAY + DAY)):
            await d.tx.absences.put(advice.bureau.person_id, first, last, None, d.now, shown=True)
    await almanac.bell.ring("05-29")
    ahead = await almanac.foretold("05-29", "10:00", 7)
    assert await almanac.arrived("05-29", "10:00", 7) == ahead
    assert (moment("06-03"), BUREAU, "") in ahead


async def test_a_stage_that_was_said_before_its_day_was_moved_is_not_foretold_again(
    owed: Advice, almanac: Almanac
) -> None:
    await almanac.bell.ring("06-08")
    async with owed.on("06-08") as d:
        nag = await the_nag(d, owed)
        await d.tx.nags.add(nag.duty_id, -1, [nag.person_id], nag.at)
        (early,) = await d.tx.nags.waiting_of(nag.duty_id)
        await d.tx.nags.said([early.id], "nag/of another day")
    ahead = await almanac.foretold("06-08", "10:00", 8)
    assert await almanac.arrived("06-08", "10:00", 8) == ahead
    assert {at for at, chat, sort in ahead if (chat, sort) == (BUREAU, "")} == {
        moment("06-15"),
        moment("06-16"),
    }


async def test_news_of_the_last_half_hour_is_foretold_for_the_day_that_had_no_digest(
    owed: Advice, almanac: Almanac
) -> None:
    await almanac.arrived("06-08", "08:00", 0)
    await almanac.arrived("06-09", "17:05", 0)
    async with owed.desk() as d:
        late = replace(d, now=moment("06-09", "17:10"))
        await file_record(late, owed.bureau, LEAD, "420704", LINE)
    ahead = await almanac.foretold("06-09", "17:10", 1)
    assert await almanac.arrived("06-09", "17:10", 1) == ahead
    assert (moment("06-09", "17:10"), BUREAU, "digest") in ahead


async def test_a_digest_in_a_group_is_foretold_as_an_occasion_but_to_administrators(
    advice: Advice, almanac: Almanac, people: Hire, actor: Act
) -> None:
    """Others do not know of all that makes a group busy on the day, as of this record."""
    forest = actor(await people("lzb-ec", name="林木"))
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    async with advice.on("04-13") as d:
        await d.tx.chats.bind(GROUP, 1, d.now)
        for user_id in (BUREAU, 7001, 7003):
            await d.tx.people.mark_reachable(user_id, d.now, reachable=False)
    await almanac.arrived("06-10", "08:00", 0)
    await almanac.arrived("06-10", "16:00", 0)
    async with advice.on("06-11") as d:
        await file_record(d, advice.bureau, LEAD, "420704", LINE)
    told = await lines(advice, almanac.bell, "06-11", 1, forest)
    assert not [line for line in told if line.startswith("6月") and "台账存证" in line]
    assert "• 台账存证：台账有变动的工作日17:00，发给群“鄂城群”" in told


async def test_a_draft_in_a_group_is_foretold_to_all_who_see_it_while_it_is_bound(
    owed: Advice, almanac: Almanac
) -> None:
    async with owed.on("06-08") as d:
        await d.tx.drafts.add(draft_of(owed, private=False), moment("06-09", "12:00"))
    told = await lines(owed, almanac.bell, "06-08", 2, owed.prosecutor)
    assert "6月9日 14:30　群“鄂城群”：草稿到期清除（线索）" in told
    async with owed.on("06-08") as d:
        await left_group(d, GROUP.chat_id)
    told = await lines(owed, almanac.bell, "06-08", 2, owed.bureau)
    assert not [line for line in told if "草稿" in line]
    said = await almanac.arrived("06-08", "10:00", 2)
    assert not [each for each in said if each[2] == "draft"]
    async with owed.on("06-10") as d:
        assert await d.tx.drafts.of_person(owed.bureau.person_id) == []


# Who sees what, and why it is said.


async def lines(advice: Advice, bell: Bell, day: str, days: int, actor: Actor) -> list[str]:
    """The answer to `/upcoming`, line by line."""
    await bell.deliver(day, "10:00")
    async with advice.on(day) as d:
        await tell_upcoming(d, actor, str(days), 1)
    (answer,) = await bell.deliver(day, "10:00")
    return answer.text.replace("<b>", "").replace("</b>", "").splitlines()


async def test_each_line_says_why(owed: Advice, almanac: Almanac, people: Hire, actor: Act) -> None:
    await people("zrzy-ec", Role.DEPUTY, "赵强")
    await people("zrzy-ec", Role.LEADER, "吴建国")
    admin = actor(await people(None, Role.ADMIN, "孙伟"))
    await almanac.bell.ring("06-08")
    async with owed.on("06-08") as d:
        nag = await the_nag(d, owed)
        await d.tx.nags.put_off(nag.id, moment("06-11"))
        first, last = date(2026, 6, 12), date(2026, 6, 13)
        await d.tx.absences.put(nag.person_id, first, last, None, d.now, shown=True)
    name = "检察建议〔2026〕1号 书面回复"
    told = await lines(owed, almanac.bell, "06-08", 8, admin)
    assert told[1:-7] == [
        "6月8日 17:00　李静、王敏、赵强：台账存证（台账有变动）",
        f"6月11日 09:00　王敏：{name}（距届满4日，本人承办，稍后提醒）",
        f"6月12日 09:00　赵强：{name}（距届满3日，代王敏）",
        f"6月15日 09:00　群“鄂城群”，每周到期告知：{name}（届满当日，鄂城分局）",
        f"6月15日 09:00　王敏：{name}（届满当日，本人承办）",
        f"6月15日 09:00　赵强：{name}（届满当日，本单位知悉）",
        f"6月16日 09:00　李静：{name}（逾期第1日，对方机关知悉）",
        f"6月16日 09:00　王敏：{name}（逾期第1日，本人承办）",
        f"6月16日 09:00　赵强：{name}（逾期第1日，本单位知悉）",
        f"6月16日 09:00　吴建国：{name}（逾期第1日，报分管负责人）",
    ]
    assert told[-6:-2] == [
        "视情况另发：",
        "• 台账存证：台账有变动的工作日17:00，发给李静、王敏、赵强、群“鄂城群”",
        "• 新情况告知：消息未送达、有人收不到私聊、提醒无人收到或机器人停运后，"
        "每日至多一条，发给孙伟",
        "• 期限变动告知：休息日更新、期限随之变化时，发给双方联络员",
    ]


async def test_what_comes_late_or_reaches_nobody_says_so(
    owed: Advice, almanac: Almanac, people: Hire, actor: Act
) -> None:
    admin = actor(await people(None, Role.ADMIN, "孙伟"))
    name = "检察建议〔2026〕1号 书面回复"
    told = await lines(owed, almanac.bell, "06-08", 1, admin)
    assert f"6月8日 10:00　王敏：{name}（距届满7日，本人承办，迟发）" in told
    async with owed.on("06-08") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
    told = await lines(owed, almanac.bell, "06-09", 1, owed.prosecutor)
    words = f"每周到期告知：无，提醒未能送达：{name}（距届满6日，鄂城分局）"
    assert f"6月9日 10:00　群“鄂城群”，{words}" in told


async def test_a_draft_in_private_is_foretold_to_its_writer_only_by_the_kind_s_title(
    owed: Advice, almanac: Almanac, people: Hire, actor: Act
) -> None:
    async with owed.on("06-08") as d:
        for move in (NOTE, DISPUTE, CORRECT, "a move of old"):
            await d.tx.drafts.add(replace(about(owed), move=move), moment("06-13", "12:00"))
    readers = {
        owed.bureau: True,
        actor(await people("zrzy-ec", Role.DEPUTY, "赵强")): False,
        actor(await people("zrzy-ec", Role.LEADER, "赵立")): False,
        actor(await people(None, Role.ADMIN, "孙伟")): False,
        owed.prosecutor: False,
    }
    for reader, told in readers.items():
        said = await lines(owed, almanac.bell, "06-08", 8, reader)
        words = {line for line in said if "草稿" in line}
        assert words == ({"6月15日 09:00　王敏：草稿到期清除（检察建议）"} if told else set()), (
            reader.name
        )


async def test_a_draft_whose_writer_became_an_administrator_is_foretold(
    owed: Advice, almanac: Almanac, people: Hire, actor: Act
) -> None:
    async with owed.on("06-08") as d:
        await d.tx.drafts.add(about(owed), moment("06-13", "12:00"))
        await d.tx.people.change(owed.bureau.person_id, role=Role.ADMIN.value, organ=None)
    writer = replace(owed.bureau, role=Role.ADMIN, standing=None)
    told = await lines(owed, almanac.bell, "06-08", 8, writer)
    assert "6月15日 09:00　王敏：草稿到期清除（检察建议）" in told


async def test_what_administrators_are_told_is_foretold_to_nobody_else(
    owed: Advice, almanac: Almanac, people: Hire, actor: Act
) -> None:
    """In November they hear of the missing notice of rest days."""
    admin = actor(await people(None, Role.ADMIN, "孙伟"))
    leader = actor(await people("jcy-ec", Role.LEADER, "周岚"))
    for reader, told in {admin: True, leader: False, owed.bureau: False}.items():
        said = await lines(owed, almanac.bell, "10-30", 8, reader)
        assert [word in "".join(said) for word in ("尚未导入", "新情况告知", "孙伟")] == [told] * 3


async def test_that_a_reminder_was_put_off_is_told_to_its_reader_s_organ_only(
    owed: Advice, almanac: Almanac, people: Hire, actor: Act
) -> None:
    """And whoever stands in for the reader has put nothing off."""
    own = actor(await people("zrzy-ec", Role.LEADER, "吴建国"))
    other = actor(await people("jcy-ec", Role.LEADER, "周岚"))
    await people("zrzy-ec", Role.DEPUTY, "赵强")
    await almanac.bell.ring("06-08")
    async with owed.on("06-08") as d:
        nag = await the_nag(d, owed)
        await d.tx.nags.put_off(nag.id, moment("06-11"))
    for reader, told in ((own, True), (owed.bureau, True), (other, False)):
        said = await lines(owed, almanac.bell, "06-08", 4, reader)
        line = next(line for line in said if line.startswith("6月11日"))
        assert ("稍后提醒" in line) == told, reader.name
    async with owed.on("06-08") as d:
        away = date(2026, 6, 11)
        await d.tx.absences.put(nag.person_id, away, away, None, d.now, shown=True)
    said = await lines(owed, almanac.bell, "06-08", 4, owed.bureau)
    assert "6月11日 09:00　赵强：检察建议〔2026〕1号 书面回复（距届满4日，代王敏）" in said


async def test_more_than_a_group_s_word_names_is_counted(owed: Advice, almanac: Almanac) -> None:
    for serial in range(DATES + 2):
        async with owed.on("06-01") as d:
            await file_record(d, owed.bureau, LEAD, "420704", LINE | {"summary": f"{serial}"})
    told = await lines(owed, almanac.bell, "06-01", 1, owed.bureau)
    line = next(each for each in told if "群“鄂城群”" in each)
    assert line.endswith(f"；等{DATES + 2}项"), line


@pytest.mark.parametrize(
    ("days", "way"),
    [(30, "请缩短天数，例如 /upcoming 3。"), (2, "例如 /upcoming 1。"), (1, "请点“日历图”查看。")],
)
async def test_what_one_answer_has_no_room_for_is_to_be_found_otherwise(
    owed: Advice, almanac: Almanac, monkeypatch: pytest.MonkeyPatch, days: int, way: str
) -> None:
    monkeypatch.setattr("bot.services.upcoming.LONGEST", 0)
    told = await lines(owed, almanac.bell, "06-08", days, owed.bureau)
    (more,) = [line for line in told if line.startswith("另有")]
    assert more.endswith(way)


async def test_years_overdue_no_stage_of_those_years_is_climbed_again(
    owed: Advice, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    day_of = Rounds.day_of

    def counted(rounds: Rounds, due: date, stage: int, *, urgent: bool = False) -> date:
        looked.append(stage)
        return day_of(rounds, due, stage, urgent=urgent)

    monkeypatch.setattr(Rounds, "day_of", counted)
    async with owed.on("06-08") as d:
        (duty,) = await d.tx.duties.open_of(owed.record.id)
        old = replace(duty, due=date(2021, 12, 1), rung_at=moment("06-09"))
        calls = list(Timetable(d, moment("06-16")).calls("advice", old))
    assert (len(calls), calls[0].at) == (6, moment("06-09")), "every working day"
    assert len(looked) < 30


async def test_everybody_is_told_the_part_of_it_all_that_they_may_see(
    advice: Advice, almanac: Almanac, people: Hire, actor: Act
) -> None:
    """However little of the office is read for them."""
    organs = ("zrzy-ec", "zrzy-hr", "jcy-hr", "zrzy", "jcy", "lzb-ec")
    roster = [actor(await people(organ, name="某某")) for organ in organs]
    roster.append(actor(await people("zrzy-hr", Role.LEADER, "周岚")))
    roster.append(actor(await people(None, Role.ADMIN, "孙伟")))
    async with advice.on("03-09") as d:
        for n, district in enumerate(("420704", "420703", "420700")):
            sides = frozenset(Side) if n else frozenset({Side.PROCURATORATE, Side.RESOURCES})
            await d.tx.chats.bind(Chat(-100 - n, 0, "群", district, sides), 1, d.now)
        forest = Chat(-110, 0, "群", "420704", frozenset({Side.PROCURATORATE, Side.FORESTRY}))
        await d.tx.chats.bind(forest, 1, d.now)
        for who in (advice.bureau, *roster[1:2], roster[3]):
            for district in sorted(who.standing.districts if who.standing else ()):
                await file_record(d, who, LEAD, district, LINE)
        for person in (4, 5):
            first = date(2026, 3, 13)
            await d.tx.absences.put(person, first, first + 9 * DAY, None, d.now, shown=True)
    await almanac.bell.ring("03-10")
    async with advice.on("03-11") as d:
        until = d.now + 14 * DAY
        whole = (await forecast(d, until, Sight())).said
        assert {isinstance(each.to, Chat) for each in whole} == {True, False}
        for each in whole:
            if isinstance(each.to, Chat) and each.record is not None:
                assert belongs(d, each.to, each.record), each.to
        for who in (advice.bureau, advice.prosecutor, *roster):
            seen = (await forecast(d, until, Sight.of(who))).said
            assert _facts(seen) == _facts([e for e in whole if _may_see(who, e)]), who.organ
            assert len(seen) > 0 or who.organ == "lzb-ec"


def _facts(said: list[Foretold]) -> Mapping[tuple[datetime, int], set[int]]:
    """Which duties are named where; a group's week without any is not told from none."""
    found: dict[tuple[datetime, int], set[int]] = defaultdict(set)
    for each in said:
        if each.duty is not None:
            found[each.at, _chat_of(each.to)].add(each.duty.id)
    return found


def _may_see(actor: Actor, each: Foretold) -> bool:
    if actor.role is Role.ADMIN:
        return True
    if each.record is None or not actor.may(Action.SEE_CARD, each.record):
        return False
    standing = actor.standing
    assert standing is not None
    if isinstance(each.to, Chat):
        return standing.side in each.to.sides and each.to.district in standing.districts
    return actor.role is Role.LEADER or each.to.organ == actor.organ
