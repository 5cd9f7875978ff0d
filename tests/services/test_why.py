"""A record's dates are proven where somebody asks, with no more than that place may know."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from itertools import count as serials
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import SHANGHAI, RestDayNotice, WorkCalendar
from bot.domain.errors import DomainError
from bot.domain.kinds.advice import ADVICE
from bot.domain.kinds.lead import LEAD
from bot.domain.numbers import parse_number
from bot.domain.people import Place, Role, Side
from bot.domain.periods import count as counted
from bot.domain.records import Outcome
from bot.domain.why import read_question
from bot.sandbox.markup_html import parse_html
from bot.services import buttons
from bot.services.amendments import correct_record
from bot.services.blanks import REMOVED
from bot.services.clocks import period_for
from bot.services.disclosure import disclose
from bot.services.ledger import file_record, move_record
from bot.services.lookup import open_record
from bot.services.proofs import Told
from bot.services.why import ROWS, WIDTH, explain, fitted, rows_of, tell_why
from bot.storage.chats import Chat
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Actor, Person
    from bot.domain.records import Record, Value
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk

    OpenOn = Callable[[str], AbstractAsyncContextManager[Desk]]
    """The type of the fixture `on`."""

GROUP = Place(-100_200)
MESSAGE = 4096
SERVED: dict[str, Value] = {"served_on": "2026-07-20", "delivery": "direct", "signatory": "李某"}
REPLY: dict[str, Value] = {
    "reply_number": "鄂州资规函〔2026〕5号",
    "replied_on": "2026-09-18",
    "reply_way": "posted",
    "reply_signatory": "邮寄",
    "adoption": "all",
    "progress": "done",
}


@pytest.fixture
def on(desk: OpenDesk) -> OpenOn:
    """Open a transaction at a time of another day: `async with on("2026-07-20 10:00") as d: …`."""
    serial = serials(1)

    @asynccontextmanager
    async def open_on(moment: str) -> AsyncIterator[Desk]:
        now = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
        async with desk() as d:
            yield replace(d, now=now, cause=f"on{next(serial)}")

    return open_on


class Scene:
    """A recommendation, and the two who handle it."""

    def __init__(self, on: OpenOn, act: Act, jcy: Person, zrzy: Person) -> None:
        self.on = on
        self.jcy, self.zrzy = act(jcy), act(zrzy)
        self.private = Place(zrzy.user_id, private=True)
        self.record_id = 0

    async def file(self, day: str = "2026-07-10", **more: Value) -> None:
        data = {"type": "breach", "advice_number": "鄂州检行建〔2026〕5号", "items": "催告"}
        async with self.on(f"{day} 10:00") as d:
            given = {**data, "issued_on": day, **more}
            record = await file_record(d, self.jcy, ADVICE, "420704", given)
        self.record_id = record.id

    async def move(self, who: Actor, day: str, code: str, data: Mapping[str, Value]) -> None:
        async with self.on(f"{day} 10:00") as d:
            record = await d.tx.records.get(self.record_id)
            assert record is not None
            await move_record(d, who, record, code, data, version=record.version)

    async def correct(self, who: Actor, day: str, **changes: Value) -> None:
        async with self.on(f"{day} 10:00") as d:
            record = await d.tx.records.get(self.record_id)
            assert record is not None
            await correct_record(d, who, record, changes, "笔误", version=record.version)

    async def receive(self, received_on: str = "2026-07-20") -> None:
        """The one key on the 20th, the other on the 21st."""
        await self.move(self.jcy, "2026-07-20", "serve", SERVED)
        if received_on == "2026-07-20":
            await self.move(self.zrzy, "2026-07-21", "confirm_receipt", {})
        else:
            differ: dict[str, Value] = {"received_on": received_on}
            await self.move(self.zrzy, "2026-07-21", "differ_receipt", differ)

    async def why(self, day: str, place: Place | None = None) -> str:
        async with self.on(f"{day} 12:00") as d:
            record = await open_record(d, self.zrzy, self.record_id)
            await sent(d)
            await tell_why(d, self.zrzy, record, place or self.private)
            (told,) = await said(d)
        return told


@pytest.fixture
async def scene(on: OpenOn, people: Hire, actor: Act) -> Scene:
    """An office in which nothing is filed yet."""
    return Scene(on, actor, await people("jcy-ec", name="李静"), await people())


async def sent(desk: Desk) -> list[Outgoing]:
    """Send all that waits, as if no chat had to wait for itself."""
    messages = []
    while batch := await desk.tx.outbox.claim(desk.now, 1000):
        for queued in batch:
            await desk.tx.outbox.sent(queued, 5000 + queued.id, desk.now)
            messages.append(queued.message)
    return messages


async def said(desk: Desk) -> list[str]:
    return [parse_html(message.text).text for message in await sent(desk)]


async def names_of(scene: Scene) -> list[str]:
    async with scene.on("2026-12-01 10:00") as d:
        return [event.name for event in await d.tx.events.of_record(scene.record_id)]


# What it says.


async def test_a_leads_date_is_proven_from_the_step_that_began_it(
    on: OpenOn, people: Hire, actor: Act
) -> None:
    filer, signer = actor(await people()), actor(await people("jcy-ec"))
    data: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "某村占地"}
    async with on("2026-02-11 10:00") as d:
        lead = await file_record(d, filer, LEAD, "420704", data)
    async with on("2026-02-12 10:00") as d:
        await sent(d)
        await explain(d, filer, "线索2026-1", Place(7001, private=True))
        (told,) = await said(d)
    assert told.splitlines() == [
        "线索〔2026〕1号　期限依据",
        "",
        "签收线索（鄂城区检察院）　还有1天",
        "起算：2026年2月11日（星期三），鄂城分局登记移送，当日不计入",
        "期限：2个工作日，休息日不计",
        "约定届满：2026年2月13日（星期五）24时",
        "依据：双方工作约定（可调整），2021年11月13日起施行；"
        "鄂州检会〔2021〕5号第二条第（二）项第三款",
    ]
    async with on("2026-02-14 10:00") as d:
        await move_record(d, signer, lead, "sign", {}, version=1)
        await sent(d)
        await tell_why(d, filer, lead, GROUP)
        (told,) = await said(d)
    assert told.splitlines()[2:8] == [
        "程序性答复（鄂城区检察院）　还有10天",
        "起算：2026年2月14日（星期六），鄂城区检察院签收，当日不计入",
        "期限：7日，末日逢休息日顺延",
        "名义届满：2026年2月21日（星期六）",
        "　2月21日至23日　春节，顺延",
        "约定届满：2026年2月24日（星期二）24时",
    ]
    assert told.splitlines()[-2:] == [
        "已结束的期限",
        "签收线索（鄂城区检察院）：2026年2月13日（星期五）届满；2月14日“签收”，超过约定1天",
    ]


@pytest.mark.parametrize(("route", "limited"), [("apply", True), ("transfer", False)])
async def test_what_was_met_at_once_is_proven_too(
    on: OpenOn, people: Hire, actor: Act, route: str, limited: bool
) -> None:
    filer = actor(await people())
    data: dict[str, Value] = {"category": "2C", "route": route, "summary": "某村占地"}
    async with on("2026-03-09 10:00") as d:
        given = {**data, "known_on": "2025-12-31"}
        lead = await file_record(d, filer, LEAD, "420704", given)
        await sent(d)
        await tell_why(d, filer, lead, Place(7001, private=True))
        (told,) = await said(d)
    assert (
        "知道违法行为日期：2025年12月31日（星期三），鄂城分局 王敏 3月9日 10:00登记" in told
    ) is limited
    ended = "申请监督（鄂城分局）：2026年6月30日（星期二）届满；3月9日“登记移送”，按期"
    assert (ended in told) is limited
    assert ("名义届满：2026年6月30日（星期二），该月没有31日，以月末为准" in told) is limited


async def test_before_receipt_there_is_an_estimate_and_what_is_missing(scene: Scene) -> None:
    await scene.file()
    told = await scene.why("2026-07-10")
    assert "书面回复（鄂城分局）　尚未起算" in told
    assert "还缺：送达日期（检察机关登记）、收到日期（被建议单位登记）" in told
    assert "以下按“制发日期”估算" in told
    assert "估算届满：2026年9月10日（星期四）24时" in told
    await scene.move(scene.jcy, "2026-07-20", "serve", SERVED)
    told = await scene.why("2026-07-20")
    assert (
        "送达日期（检察机关登记）：2026年7月20日（星期一），鄂城区检察院 李静 7月20日 10:00登记"
        in told
    )
    assert "⚠️ 一方登记，待对方核对\n" in told
    assert "还缺：收到日期（被建议单位登记）" in told
    assert "估算届满：2026年9月20日（星期日）24时" in told
    assert "核对收到日期（鄂城分局）　还有2天" in told


async def test_two_keys_that_agree(scene: Scene) -> None:
    await scene.file()
    await scene.receive()
    told = (await scene.why("2026-07-22")).splitlines()
    assert told[2:6] == [
        "送达日期（检察机关登记）：2026年7月20日（星期一），鄂城区检察院 李静 7月20日 10:00登记",
        "收到日期（被建议单位登记）：2026年7月20日（星期一），鄂城分局 王敏 7月21日 10:00确认",
        "双方日期一致",
        "送达方式：直接送达；签收人：李某",
    ]
    at = told.index("书面回复（鄂城分局）　还有60天")
    assert told[at + 1 : at + 7] == [
        "起算：2026年7月20日（星期一），收到检察建议书，当日不计入",
        "期限：2个月，末日逢休息日顺延",
        "名义届满：2026年9月20日（星期日）",
        "　9月20日　周日调休上班，计为工作日",
        "法定届满：2026年9月20日（星期日）24时",
        "依据：《人民检察院检察建议工作规定》第19条，2019年2月26日起施行；"
        "鄂州检会〔2021〕5号第一条第三款",
    ]


async def test_a_receipt_known_from_one_side_only_is_marked_as_what_the_date_rests_on(
    scene: Scene,
) -> None:
    await scene.file()
    await scene.move(scene.jcy, "2026-07-20", "serve", SERVED)
    proof: dict[str, Value] = {"service_proof": "送达回证已附卷"}
    await scene.move(scene.jcy, "2026-07-24", "prove_service", proof)
    told = await scene.why("2026-07-24")
    mark = "⚠️ 一方登记，待对方核对；期限暂按此起算，对方登记的日期更早的，按更早的重新计算\n"
    assert mark in told
    assert "法定届满：2026年9月20日" in told
    await scene.move(scene.zrzy, "2026-07-27", "enter_receipt", {"received_on": "2026-07-20"})
    told = await scene.why("2026-07-27")
    assert "一方登记" not in told
    assert "双方日期一致" in told


async def test_of_two_keys_that_differ_the_earlier_counts(scene: Scene) -> None:
    await scene.file()
    await scene.receive("2026-07-21")
    told = await scene.why("2026-07-22")
    assert (
        "收到日期（被建议单位登记）：2026年7月21日（星期二），鄂城分局 王敏 7月21日 10:00登记"
        in told
    )
    assert "双方日期不一致，按较早的7月20日起算" in told
    assert "法定届满：2026年9月20日" in told


async def test_a_correction_is_told_with_both_dates(scene: Scene) -> None:
    await scene.file()
    await scene.receive("2026-07-21")
    await scene.correct(scene.jcy, "2026-07-22", served_on="2026-07-15")
    told = await scene.why("2026-07-23")
    assert (
        "送达日期（检察机关登记）：2026年7月15日（星期三），鄂城区检察院 李静 7月22日 10:00更正"
        in told
    )
    assert "法定届满：2026年9月15日（星期二）24时" in told
    assert (
        "变更：7月22日 10:00 鄂城区检察院更正，起算日7月20日 → 7月15日，届满日9月20日 → 9月15日"
    ) in told


async def test_another_period_is_told_as_a_change(scene: Scene) -> None:
    await scene.file(pace="urgent", reply_days=10)
    await scene.receive()
    await scene.correct(scene.jcy, "2026-07-22", reply_days=15)
    told = await scene.why("2026-07-22")
    assert "期限10日 → 15日，届满日7月30日 → 8月4日" in told
    await scene.correct(scene.jcy, "2026-07-23", pace="normal", reply_days=REMOVED)
    assert "期限15日 → 2个月，届满日8月4日 → 9月20日" in await scene.why("2026-07-23")


async def test_a_new_schedule_of_rest_days_is_told_with_its_number(scene: Scene) -> None:
    await scene.file("2026-11-20")
    await scene.move(scene.jcy, "2026-11-23", "serve", {**SERVED, "served_on": "2026-11-23"})
    await scene.move(scene.zrzy, "2026-11-23", "confirm_receipt", {})
    told = await scene.why("2026-11-24")
    assert "法定届满：2027年1月25日（星期一）24时（暂定）" in told
    assert "还没有2027年1月23日至25日的放假安排" in told
    await recount(scene)
    told = await scene.why("2026-11-26")
    assert (
        "变更：11月25日 10:00 按国办发明电〔2026〕7号重新计算，"
        "届满日2027年1月25日（暂定） → 2027年1月23日"
    ) in told
    # This desk's calendar still knows nothing of that notice, which may not pass in silence.
    assert "登记的届满日为2027年1月23日（星期六）" in told


async def recount(scene: Scene) -> None:
    """Date the reply anew as an import does."""
    notice = RestDayNotice(2027, {}, frozenset({date(2027, 1, 23)}), "国办发明电〔2026〕7号")
    async with scene.on("2026-11-25 10:00") as d:
        record = await open_record(d, scene.zrzy, scene.record_id)
        before = next(x for x in await d.tx.duties.open_of(record.id) if x.code == "reply")
        event = await d.tx.events.append(
            stream_of(record.id), "recounted", {"source": notice.source}, actor=None, now=d.now
        )
        await d.tx.duties.close(record.id, ["reply"], event.id, Outcome.REPLACED)
        after = period_for(d, ADVICE.rule("reply"), record.data)
        await d.tx.duties.open(
            record.id,
            "reply",
            after,
            counted(after, before.start, WorkCalendar([notice])),
            debtor=before.debtor,
            creditor=before.creditor,
            event_id=event.id,
            shown=before.shown,
        )


async def test_what_has_ended_is_told_shortly_and_stays_what_it_was(scene: Scene) -> None:
    await scene.file()
    await scene.receive("2026-07-21")
    await scene.move(scene.zrzy, "2026-07-24", "check", {"self_check": "已自查"})
    await scene.correct(scene.jcy, "2026-07-25", served_on="2026-07-15")
    await scene.move(scene.zrzy, "2026-09-20", "reply", REPLY)
    told = (await scene.why("2026-09-21")).splitlines()
    ended = told[told.index("已结束的期限") + 1 :]
    assert ended[:2] == [
        "核对收到日期（鄂城分局）：2026年7月22日（星期三）届满；7月21日“登记不同的收到日期”，按期",
        "登记自查（鄂城分局）：2026年7月22日（星期三）届满，原为7月27日；"
        "7月24日“登记自查”，超过约定2天",
    ]
    # What the law asks for is proven even after it has ended.
    assert ended[2] == (
        "书面回复（鄂城分局）：2026年9月15日（星期二）届满，原为9月20日；"
        "9月18日“登记书面回复”，逾期3天"
    )
    assert "法定届满：2026年9月15日（星期二）24时" in ended


async def test_a_duty_that_is_dropped_says_by_what(scene: Scene) -> None:
    await scene.file()
    await scene.receive()
    withdrawal: dict[str, Value] = {"withdrawal": "检委会决定撤回"}
    await scene.move(scene.jcy, "2026-07-23", "withdraw", withdrawal)
    told = await scene.why("2026-07-24")
    assert (
        "书面回复（鄂城分局）：2026年9月20日（星期日）届满；7月23日 10:00“撤回建议”后不再计算"
        in told
    )
    assert "尚未起算" not in told
    assert "检委会" not in told


async def test_a_named_day_is_proven_too(scene: Scene) -> None:
    await scene.file()
    await scene.receive()
    explain_: dict[str, Value] = {"delay_reason": "汛期", "planned_on": "2026-12-01"}
    await scene.move(scene.zrzy, "2026-07-24", "explain", explain_)
    await scene.move(scene.jcy, "2026-07-27", "grant_delay", {"rectify_by": "2026-11-28"})
    await scene.move(scene.zrzy, "2026-09-18", "reply", REPLY)
    told = await scene.why("2026-09-19")
    assert "确定：2026年7月27日（星期一），鄂城区检察院同意延后整改" in told
    assert "期限：载明的日期，末日逢休息日顺延" in told
    assert "名义届满：2026年11月28日（星期六）" in told
    assert "　11月28日至29日　周六、周日，顺延" in told
    assert "约定届满：2026年11月30日（星期一）24时" in told


async def test_a_record_without_any_date_says_so(scene: Scene) -> None:
    await scene.file()
    await scene.move(scene.jcy, "2026-07-10", "retract", {})
    assert await scene.why("2026-07-10") == "检察建议〔2026〕1号　期限依据\n\n这一件没有期限。"


# Who may know what.


async def test_a_group_reads_no_name_of_a_person(scene: Scene) -> None:
    await scene.file(reason="刘某某非法占地")
    await scene.receive("2026-07-21")
    in_private = await scene.why("2026-07-22")
    assert (await names_of(scene)).count("why_disclosed") == 1
    in_group = await scene.why("2026-07-22", GROUP)
    assert (await names_of(scene)).count("why_disclosed") == 1
    secrets = ("李静", "王敏", "李某", "直接送达", "签收人")
    assert all(word in in_private for word in secrets)
    assert not any(word in in_group for word in (*secrets, "刘某某", "催告"))
    assert "双方日期不一致，按较早的7月20日起算" in in_group
    assert "法定届满：2026年9月20日" in in_group


async def test_looking_at_dates_alone_is_no_disclosure(scene: Scene) -> None:
    await scene.file()
    await scene.why("2026-07-10")
    assert await names_of(scene) == ["file"]


async def test_what_one_may_not_see_is_not_proven(
    scene: Scene, on: OpenOn, people: Hire, actor: Act
) -> None:
    await scene.file()
    elsewhere, admin = actor(await people("zrzy-hr")), actor(await people(None, Role.ADMIN))
    for stranger, code in ((elsewhere, "not_found"), (admin, "not_entitled_admin")):
        async with on("2026-07-10 10:00") as d:
            with pytest.raises(DomainError, match=code):
                await explain(d, stranger, "检察建议2026-1", Place(1, private=True))
            record = await d.tx.records.get(scene.record_id)
            assert record is not None
            with pytest.raises(DomainError, match="not_entitled"):
                await tell_why(d, stranger, record, Place(1, private=True))


async def test_in_a_group_only_what_belongs_there_is_found(scene: Scene, on: OpenOn) -> None:
    await scene.file()
    land = frozenset({Side.PROCURATORATE, Side.RESOURCES})
    async with on("2026-07-10 10:00") as d:
        await d.tx.chats.bind(Chat(-1, 0, "鄂城群", "420704", land), 1, d.now)
        await d.tx.chats.bind(Chat(-2, 0, "华容群", "420703", land), 1, d.now)
        await sent(d)
        await explain(d, scene.zrzy, "鄂州检行建[2026]5", Place(-1))
        assert "尚未起算" in (await said(d))[-1]
        with pytest.raises(DomainError, match="not_found"):
            await explain(d, scene.zrzy, "鄂州检行建[2026]5", Place(-2))
        with pytest.raises(DomainError, match="words_in_private"):
            await explain(d, scene.zrzy, "刘某某", Place(-1))


@pytest.mark.parametrize("place", [Place(7001, private=True), GROUP])
async def test_a_bare_period_is_answered_anybody_on_the_roster(
    on: OpenOn, people: Hire, actor: Act, place: Place
) -> None:
    admin = actor(await people(None, Role.ADMIN))
    async with on("2026-11-23 10:00") as d:
        await explain(d, admin, "两个月 7月20日", place)
        (message,) = await sent(d)
    assert message.chat_id == place.chat_id
    assert "法定届满：<b>2026年9月20日（星期日）24时</b>" in message.text
    assert message.buttons == ()


async def test_the_detail_has_a_button_for_it(scene: Scene) -> None:
    await scene.file()
    async with scene.on("2026-07-10 12:00") as d:
        record = await open_record(d, scene.zrzy, scene.record_id)
        await sent(d)
        await disclose(d, scene.zrzy, record, scene.private.chat_id)
        (message, *_) = await sent(d)
    keys = {button.label: button.data for row in message.buttons for button in row}
    assert keys["期限依据"] == buttons.code(buttons.WHY, scene.record_id)


async def test_several_records_are_listed_instead(scene: Scene, on: OpenOn) -> None:
    await scene.file()
    await scene.file(advice_number="鄂州检行建〔2026〕6号")
    async with on("2026-07-10 10:00") as d:
        await sent(d)
        await explain(d, scene.zrzy, "检察建议", scene.private)
        (told,) = await said(d)
    assert told.startswith("共找到2件")


async def test_without_a_question_it_says_how_to_ask(scene: Scene, on: OpenOn) -> None:
    await scene.file()
    async with on("2026-07-10 10:00") as d:
        await sent(d)
        await explain(d, scene.zrzy, " ", scene.private)
        (message,) = await sent(d)
        number, period = re.findall("<code>/why (.+?)</code>", message.text)
        assert parse_number(number, system_prefixes=d.books.kinds.titles)
        assert read_question(number, d.today, d.books.periods) is None
        assert read_question(period, d.today, d.books.periods)


# How much.


async def test_many_duties_fit_on_one_screen(on: OpenOn, people: Hire, actor: Act) -> None:
    filer, signer = actor(await people()), actor(await people("jcy-ec"))
    data: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "某村占地"}
    async with on("2026-03-09 10:00") as d:
        lead = await file_record(d, filer, LEAD, "420704", data)
        lead = await move_record(d, signer, lead, "sign", {}, version=lead.version)
        lead = await move_record(d, signer, lead, "review", {}, version=lead.version)
        for _ in range(40):
            lead = await step(d, signer, lead, "return", {"missing_items": "证据清单"})
            lead = await step(d, filer, lead, "resubmit", {"supplement": "已补"})
        await sent(d)
        await tell_why(d, filer, lead, Place(7001, private=True))
        (told,) = await said(d)
    assert len(told) < MESSAGE
    assert rows_of(told) <= ROWS + 8
    listed = told.count("“退回补正”，按期")
    assert 10 < listed < 40
    assert f"（更早的{41 - listed}项未列）" in told
    assert "程序性答复（鄂城区检察院）　还有7天" in told
    assert "起算：2026年3月9日（星期一），鄂城分局补正后重新移送，当日不计入" in told


async def step(desk: Desk, who: Actor, record: Record, code: str, data: dict[str, Value]) -> Record:
    return await move_record(desk, who, record, code, data, version=record.version)


def told(full: int, *, statutory: bool = False, name: str = "某") -> Told:
    return Told("\n".join([f"{name}全"] * full), name, statutory)


def test_what_the_law_asks_for_is_proven_first() -> None:
    agreed, by_law = told(10, name="约"), told(10, statutory=True, name="法")
    assert fitted([agreed, by_law], [], 12) == (["约", by_law.full], [])
    assert fitted([agreed, by_law], [], 20) == ([agreed.full, by_law.full], [])


def test_one_duty_is_proven_however_little_room_there_is() -> None:
    assert fitted([told(50)], [], 0) == ([told(50).full], [])
    assert fitted([], [], 0) == ([], [])


def test_of_what_has_ended_the_newest_are_told() -> None:
    old, new, by_law = told(5, name="旧"), told(5, name="新"), told(5, statutory=True, name="法")
    assert fitted([], [old, new], 2) == ([], ["旧", "新"])
    assert fitted([], [old, new], 1) == ([], ["新"])
    assert fitted([], [by_law, new], 6) == ([], [by_law.full, "新"])
    assert fitted([], [by_law, new], 5) == ([], ["法", "新"])
    assert fitted([told(9)], [old, new], 10) == ([told(9).full], ["新"])


def test_a_screen_is_counted_in_rows() -> None:
    assert rows_of("一行") == 1
    assert rows_of(f"{'长' * (WIDTH + 1)}\n\n<b>二</b>") == 4
