"""The notice of rest days: shown first, imported once, by administrators, in private."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import SHANGHAI, WorkCalendar
from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.outgoing import Manner
from bot.domain.people import Place, Role
from bot.services import buttons
from bot.services.housekeeping import forget_old
from bot.services.ledger import file_record, move_record
from bot.services.rest_days import (
    SHOWN,
    confirm_notice,
    import_notice,
    preview_notice,
    refuse_notice,
    tell_calendar,
)
from bot.services.verify import verify
from tests.domain.notices import AMENDED, INVENTED, INVENTED_TEXT, render_notice
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Actor, Person
    from bot.domain.records import Duty, Record, Value
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

GROUP = Place(-100_200)
NUMBER = INVENTED.source
LEAD_DATA: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "某村占地"}
STEPS: tuple[tuple[str, dict[str, Value]], ...] = (
    ("sign", {}),
    ("review", {}),
    ("accept", {"case_number": "鄂检〔2026〕7号"}),
)


@pytest.fixture
def now() -> datetime:
    """A Monday; three months later it is the Spring Festival of the invented notice."""
    return datetime(2026, 11, 9, 10, tzinfo=SHANGHAI)


@pytest.fixture
async def sun(people: Hire) -> Person:
    """The administrator."""
    return await people(None, Role.ADMIN, "孙伟")


@pytest.fixture
async def pair(people: Hire, actor: Act) -> tuple[Actor, Actor]:
    """The liaisons of a bureau and of its procuratorate."""
    bureau = actor(await people("zrzy-ec", name="王敏"))
    return bureau, actor(await people("jcy-ec", name="李静"))


async def running(desk: Desk, pair: tuple[Actor, Actor]) -> tuple[Record, Duty]:
    """A lead whose result is due in the holiday."""
    bureau, procuratorate = pair
    record = await file_record(desk, bureau, LEAD, "420704", LEAD_DATA)
    for move, data in STEPS:
        record = await move_record(desk, procuratorate, record, move, data, version=record.version)
    (duty,) = await desk.tx.duties.open_of(record.id)
    return record, duty


def about_calendar(said: list[Outgoing]) -> Outgoing:
    (found,) = [each for each in said if each.post.startswith("calendar/")]
    return found


def pressed(shown: Outgoing) -> tuple[int, str]:
    """What the button that confirms asks for."""
    press = buttons.read(shown.buttons[0][0].data)
    assert press.verb == buttons.IMPORT
    return press.number(0), press.word(1)


async def shown(desk: OpenDesk, act: Act, person: Person, deliver: Deliver) -> Outgoing:
    async with desk() as d:
        await preview_notice(d, act(person), INVENTED_TEXT, private(person))
    return about_calendar(await deliver())


async def test_a_preview_shows_days_and_differences_and_changes_nothing(
    desk: OpenDesk,
    actor: Act,
    sun: Person,
    pair: tuple[Actor, Actor],
    deliver: Deliver,
    rows: CountRows,
) -> None:
    async with desk() as d:
        for _ in range(SHOWN + 2):
            _, before = await running(d, pair)
    await deliver()
    counted = await rows()
    preview = await shown(desk, actor, sun, deliver)
    assert preview.text.splitlines()[:4] == [
        "<b>放假通知预览</b>（尚未导入）",
        "国办发明电〔2026〕9号，2027年",
        "元旦：1月1日至1月3日，3天",
        "春节：2月5日至2月11日，7天",
    ]
    assert "端午节：6月9日，1天\n" in preview.text
    assert "调休上班：2月14日、5月8日、10月9日\n" in preview.text
    assert f"导入后有{SHOWN + 2}项期限变化：\n线索〔2026〕1号　审查终结并告知结果" in preview.text
    assert "2027年2月9日（暂定） → 2027年2月12日\n" in preview.text
    assert preview.text.count("线索〔") == SHOWN
    assert "另有2项。" in preview.text
    assert [button.label for button in preview.buttons[0]] == ["确认导入", "取消"]
    new = {"rest_day_notices": 1, **{name: counted[name] + 1 for name in ("outbox", "posts")}}
    assert await rows() == counted | new
    async with desk() as d:
        assert not d.calendar.knows(2027)
        assert await d.tx.duties.counted_otherwise(before.calendar_version) == []


async def test_confirming_imports_and_counts_anew(
    desk: OpenDesk, actor: Act, sun: Person, pair: tuple[Actor, Actor], deliver: Deliver
) -> None:
    async with desk() as d:
        record, _ = await running(d, pair)
    preview = await shown(desk, actor, sun, deliver)
    async with desk() as d:
        await confirm_notice(d, actor(sun), *pressed(preview), private(sun))
    said = await deliver()
    assert about_calendar(said).text == (
        "已导入国办发明电〔2026〕9号。1项期限已重新计算，有关单位的联络员已收到通知。"
    )
    assert about_calendar(said).manner is Manner.PUT
    assert about_calendar(said).post == preview.post
    assert sum("期限已重新计算</b>" in each.text for each in said) == 2
    async with desk() as d:
        assert d.calendar.version == WorkCalendar([INVENTED]).version
        (duty,) = await d.tx.duties.open_of(record.id)
        assert (duty.due, duty.provisional) == (date(2027, 2, 12), False)
        event = (await d.tx.events.of("office"))[-1]
        assert (event.name, event.actor) == ("calendar_imported", sun.id)
        assert event.facts["source"] == NUMBER
        assert str(event.facts["rest"]).startswith("2027-01-01 元旦,2027-01-02 元旦,")
        assert event.facts["work"] == "2027-02-14,2027-05-08,2027-10-09"
        assert (await d.tx.events.of_record(record.id))[-1].actor == sun.id
        assert (await verify(d.tx)).sound


async def test_a_second_press_and_a_stale_one_do_nothing(
    desk: OpenDesk,
    actor: Act,
    people: Hire,
    sun: Person,
    pair: tuple[Actor, Actor],
    deliver: Deliver,
    rows: CountRows,
) -> None:
    other = await people(None, Role.ADMIN, "周正")
    first, older = [await shown(desk, actor, sun, deliver) for _ in range(2)]
    async with desk() as d:
        await confirm_notice(d, actor(sun), *pressed(first), private(sun))
    await deliver()
    counted = await rows()
    number, version = pressed(first)
    for person, press, place, code in (
        (sun, (number, version), private(sun), "notice_imported"),
        (sun, pressed(older), private(sun), "calendar_changed"),
        (sun, (pressed(older)[0], "x"), private(sun), "calendar_changed"),
        (sun, (99, version), private(sun), "preview_gone"),
        (other, pressed(older), private(other), "preview_gone"),
        (sun, pressed(older), GROUP, "calendar_in_private"),
    ):
        async with desk() as d:
            with pytest.raises(DomainError) as error:
                await confirm_notice(d, actor(person), *press, place)
            assert error.value.code == code
    for liaison in pair:
        async with desk() as d:
            at = Place(7001, private=True)
            with pytest.raises(DomainError, match="not_entitled"):
                await confirm_notice(d, liaison, *pressed(older), at)
            with pytest.raises(DomainError, match="not_entitled"):
                await refuse_notice(d, liaison, pressed(older)[0], at)
    assert await rows() == counted


async def test_what_is_cancelled_is_forgotten(
    desk: OpenDesk, actor: Act, sun: Person, deliver: Deliver, rows: CountRows
) -> None:
    preview = await shown(desk, actor, sun, deliver)
    async with desk() as d:
        await refuse_notice(d, actor(sun), pressed(preview)[0], private(sun))
    said = about_calendar(await deliver())
    assert (said.text, said.buttons, said.post) == ("已取消，没有导入。", (), preview.post)
    async with desk() as d:
        with pytest.raises(DomainError, match="preview_gone"):
            await confirm_notice(d, actor(sun), *pressed(preview), private(sun))
    assert "rest_day_notices" not in await rows()


async def test_what_nobody_confirms_is_forgotten_after_a_week(
    desk: OpenDesk, actor: Act, sun: Person, deliver: Deliver, rows: CountRows
) -> None:
    await shown(desk, actor, sun, deliver)
    for days, kept in ((6, 1), (8, 0)):
        async with desk() as d:
            await forget_old(replace(d, now=d.now + timedelta(days=days)))
        assert (await rows()).get("rest_day_notices", 0) == kept


async def test_only_administrators_import_and_only_in_private(
    desk: OpenDesk, actor: Act, sun: Person, pair: tuple[Actor, Actor], rows: CountRows
) -> None:
    counted = await rows()
    async with desk() as d:
        for liaison in pair:
            with pytest.raises(DomainError, match="not_entitled"):
                await preview_notice(d, liaison, INVENTED_TEXT, Place(7001, private=True))
        with pytest.raises(DomainError, match="calendar_in_private"):
            await preview_notice(d, actor(sun), INVENTED_TEXT, GROUP)
        with pytest.raises(DomainError, match="calendar_in_private"):
            await tell_calendar(d, actor(sun), GROUP)
    assert await rows() == counted


async def test_the_status_tells_what_is_known_and_what_is_not(
    desk: OpenDesk, actor: Act, sun: Person, pair: tuple[Actor, Actor], deliver: Deliver
) -> None:
    async with desk() as d:
        await running(d, pair)
        await tell_calendar(d, actor(sun), private(sun))
        await tell_calendar(d, pair[0], Place(42, private=True))
    said = await deliver()
    texts = {each.chat_id: each.text for each in said if "放假安排" in each.text}
    first = (
        "<b>放假安排</b>\n已知到2026年12月28日（星期一）；此后的日期按法定节假日和周末休息推算，不预计调休，标为“暂定”。\n"
        "目前暂定的期限：1项。\n尚未导入通知，现用随程序提供的安排。"
    )
    assert texts[42] == first
    assert texts[sun.user_id].startswith(f"{first}\n\n导入：发送 /calendar")
    async with desk() as d:
        await import_notice(d, INVENTED)
    async with desk() as d:
        await d.tx.rest_days.add(AMENDED, sun.id, d.now, imported_at=d.now)
    async with desk() as d:
        await tell_calendar(d, pair[0], Place(42, private=True))
    (told,) = [each for each in await deliver() if each.chat_id == 42]
    assert told.text.splitlines()[1:] == [
        "已知到2027年12月28日（星期二）；此后的日期按法定节假日和周末休息推算，不预计调休，标为“暂定”。",
        "目前暂定的期限：0项。",
        "已导入的通知：",
        "国办发明电〔2026〕9号（2027年），11月9日 10:00 运维人员导入",
        "国办发明电〔2027〕1号（2027年），11月9日 10:00 孙伟导入",
    ]


async def test_the_first_notice_of_a_year_must_be_whole(
    desk: OpenDesk, actor: Act, sun: Person
) -> None:
    part = replace(INVENTED, rest={d: n for d, n in INVENTED.rest.items() if d.month < 6})
    async with desk() as d:
        with pytest.raises(DomainError) as error:
            await preview_notice(d, actor(sun), render_notice(part), private(sun))
        assert error.value.code == "notice_incomplete"
        assert error.value.facts["titles"] == ["端午节", "中秋节", "国庆节"]
        await import_notice(d, INVENTED)
    async with desk() as d:
        await preview_notice(d, actor(sun), render_notice(AMENDED), private(sun))
    async with desk() as d:
        same = replace(part, source=NUMBER)
        with pytest.raises(DomainError, match="notice_incomplete"):
            await preview_notice(d, actor(sun), render_notice(same), private(sun))


async def test_what_says_nothing_new_is_not_imported(
    desk: OpenDesk, actor: Act, sun: Person
) -> None:
    async with desk() as d:
        await import_notice(d, INVENTED)
    async with desk() as d:
        again = replace(INVENTED, source="国办发明电〔2026〕10号")
        for text in (INVENTED_TEXT, render_notice(again)):
            with pytest.raises(DomainError, match="notice_known"):
                await preview_notice(d, actor(sun), text, private(sun))


async def test_a_later_notice_wins_and_the_same_number_takes_the_place(
    desk: OpenDesk, pair: tuple[Actor, Actor]
) -> None:
    async with desk() as d:
        record, _ = await running(d, pair)
    dues = []
    wrong = replace(INVENTED, rest={**INVENTED.rest, date(2027, 2, 12): "春节"})
    for notice in (wrong, INVENTED, AMENDED):
        async with desk() as d:
            await import_notice(d, notice)
        async with desk() as d:
            (duty,) = await d.tx.duties.open_of(record.id)
            dues.append(duty.due)
            assert duty.calendar_version == d.calendar.version
    assert dues == [date(2027, 2, 14), date(2027, 2, 12), date(2027, 2, 14)]


async def test_an_import_that_fails_leaves_no_trace(
    desk: OpenDesk,
    actor: Act,
    sun: Person,
    pair: tuple[Actor, Actor],
    deliver: Deliver,
    rows: CountRows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with desk() as d:
        record, before = await running(d, pair)
    preview = await shown(desk, actor, sun, deliver)
    counted = await rows()

    async def fail(*_: object) -> None:
        raise LookupError

    with monkeypatch.context() as broken:
        broken.setattr("bot.services.recounting._tell_holders", fail)
        async with desk() as d:
            with suppress(LookupError):
                async with d.tx.savepoint():
                    await confirm_notice(d, actor(sun), *pressed(preview), private(sun))
    assert await rows() == counted
    async with desk() as d:
        assert not d.calendar.knows(2027)
        assert await d.tx.duties.open_of(record.id) == [before]
        await confirm_notice(d, actor(sun), *pressed(preview), private(sun))
