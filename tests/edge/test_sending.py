"""Saying things over a bad line: nothing is lost, order is kept, limits are obeyed."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from bot.domain.outgoing import Button, Manner, Outgoing, Priority
from bot.sandbox.faults import Fault
from bot.storage.tables import outbox
from handlers.flood import TELEGRAM
from tests.edge.office import eventually

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.faults import FaultKind
    from tests.edge.office import Office

MARK = "（此条可能重复发送）"
causes = (f"test/{number}" for number in count())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a failed message be tried again soon."""
    monkeypatch.setattr("handlers.sender.LONGEST_WAIT", timedelta(seconds=0.05))


async def queue(office: Office, chat: Chat, *texts: str, **how: Any) -> None:
    """Queue messages as the bot itself does; it looks again within a moment."""
    async with office.database.write() as tx:
        for text in texts:
            message = Outgoing(chat_id=chat.id, key=next(causes), text=text, **how)
            await tx.outbox.add(message, office.sandbox.clock.now())


def texts(chat: Chat) -> list[str]:
    return [message.text for message in chat.messages.values()]


def refusals(office: Office) -> list[int]:
    return [e.status for e in office.sandbox.exchanges if e.status not in (0, 200)]


async def test_told_to_wait_it_waits_and_holds_up_nobody_else(office: Office) -> None:
    office.sandbox.faults.add("429", "sendMessage", times=1, seconds=1)
    await queue(office, office.group, "一", "二")
    await office.sandbox.until(lambda: 429 in refusals(office))
    began = monotonic()
    await queue(office, office.other, "别处")
    await office.sandbox.until(lambda: "别处" in texts(office.other))
    assert texts(office.group) == []
    await office.sandbox.until(lambda: texts(office.group) == ["一", "二"])
    assert 0.9 < monotonic() - began < 2
    assert refusals(office) == [429]


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("5xx", [f"一\n\n{MARK}", "二", "三"]),
        ("drop_before", [f"一\n\n{MARK}", "二", "三"]),
        ("drop_after", ["一", f"一\n\n{MARK}", "二", "三"]),
        ("slow", ["一", "二", "三"]),
    ],
)
async def test_nothing_is_lost_and_order_is_kept(
    office: Office, kind: FaultKind, seen: list[str]
) -> None:
    office.sandbox.faults.add(kind, "sendMessage", times=1, seconds=0.2)
    await queue(office, office.group, "一", "二", "三")
    await office.sandbox.until(lambda: "三" in texts(office.group))
    assert texts(office.group) == seen


async def test_a_storm_passes_and_everything_was_said_in_order(office: Office) -> None:
    office.sandbox.faults.set([Fault("5xx", rate=0.3), Fault("drop_before", rate=0.3)])
    card = await office.filed()
    office["李静"].press(card, "签收")
    await office.sandbox.until(lambda: "　已签收\n" in card.text)
    await queue(office, office.group, *(f"第{n}条" for n in range(10)))
    office.sandbox.faults.clear()
    await office.settle()
    numbered = [text.split("\n")[0] for text in texts(office.group) if text.startswith("第")]
    assert numbered == [f"第{n}条" for n in range(10)]


async def test_polling_survives_every_fault(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.intake.LONGEST_PAUSE", 0.02)
    for kind in ("5xx", "drop_before", "drop_after"):
        office.sandbox.faults.add(kind, "GetUpdates", times=1)
    office["王敏"].write(office.group, "/case 线索2026-9")
    office["王敏"].write(office.group, "/case 线索2026-8")
    await office.reads("王敏", "2026-8", office.group)
    answers = [text for text in texts(office.group) if "没有找到" in text]
    assert len(answers) == 2


async def test_somebody_who_cannot_be_reached_shows_in_the_roster(office: Office) -> None:
    office["李静"].private.blocked = True
    await office.filed()
    await office.settle()
    asked = office["王敏"].write(office.group, "/roster")
    roster = await office.reads("王敏", "联络员名册", office.group, after=asked)
    assert "李静 ⚠️未开通私聊" in roster.text
    (failed,) = [row for row in await office.rows("outbox") if row["state"] == "failed"]
    assert failed["chat_id"] == office["李静"].id


async def test_a_poisoned_message_stops_no_other(office: Office) -> None:
    await queue(office, office.group, "<b>", "好", "<x>", "坏" * 5000, "完")
    await office.sandbox.until(lambda: "完" in texts(office.group))
    await office.settle()
    assert texts(office.group) == ["好", "完"]
    troubles = [row["trouble"] for row in await office.rows("outbox") if row["state"] == "failed"]
    assert len(troubles) == 3


async def test_a_row_that_cannot_be_read_stops_no_other(office: Office) -> None:
    await office.close()
    await queue(office, office.other, "<坏>")
    async with office.database.write() as tx:
        await tx.connection.execute(update(outbox).values(manner="fax"))
    await queue(office, office.group, "完")
    await office.open()
    await office.sandbox.until(lambda: "完" in texts(office.group))


async def test_a_text_already_there_is_settled(office: Office) -> None:
    await queue(office, office.group, "一", manner=Manner.PUT, post="p")
    await office.settle()
    await queue(office, office.group, "一", manner=Manner.PUT, post="p")
    await office.settle()
    assert texts(office.group) == ["一"]
    assert [row["state"] for row in await office.rows("outbox")] == ["sent", "sent"]
    assert not [e for e in office.sandbox.exchanges if e.method == "editMessageText"]


async def test_a_deleted_topic_is_unbound_and_the_group_is_not(office: Office) -> None:
    forum = office.sandbox.group("联络群", *office.cast.values(), forum=True)
    topic = office.sandbox.topic(forum, "鄂城")
    for thread_id in (0, topic):
        await office.bind(forum, "420704", thread_id)
    del forum.topics[topic]
    await queue(office, forum, "卡片", thread_id=topic)
    await office.settle()
    bound = [row["thread_id"] for row in await office.rows("chats") if row["chat_id"] == forum.id]
    assert bound == [0]
    (failed,) = await office.rows("outbox")
    assert (failed["state"], failed["trouble"]) == ("failed", "Message thread not found")
    (event,) = await office.rows("events")
    assert event["name"] == "unbound"


async def test_a_waiting_edit_is_overtaken_by_the_newer(office: Office) -> None:
    await office.close()
    for text in "一二三":
        await queue(office, office.group, text, manner=Manner.PUT, post="p")
    await office.open()
    await office.settle()
    assert texts(office.group) == ["三"]
    assert [row["state"] for row in await office.rows("outbox")] == [
        "superseded",
        "superseded",
        "sent",
    ]


async def test_what_was_under_way_at_a_crash_is_repeated_and_says_so(office: Office) -> None:
    await office.close()
    await queue(office, office.group, "一")
    async with office.database.write() as tx:
        await tx.outbox.claim(office.sandbox.clock.now(), 16)
    await office.open()
    await office.sandbox.until(lambda: texts(office.group) == [f"一\n\n{MARK}"])


async def test_an_orderly_stop_lets_what_is_under_way_arrive(office: Office) -> None:
    office.sandbox.faults.add("slow", "sendMessage", times=1, seconds=0.2)
    await queue(office, office.group, "一")

    async def under_way() -> bool:
        return [row["state"] for row in await office.rows("outbox")] == ["sending"]

    await eventually(under_way)
    await office.close()
    await office.open()
    await office.settle()
    assert texts(office.group) == ["一"]


async def test_a_press_answered_too_late_is_dropped(office: Office) -> None:
    card = await office.filed()
    await office.close()
    office["李静"].press(card, "签收")
    office.sandbox.clock.advance(timedelta(minutes=20))
    await office.open()
    await office.sandbox.until(lambda: "　已签收\n" in card.text)
    await office.settle()
    assert office["李静"].toasts == []


async def test_answers_go_before_the_bots_own_words(closed_office: Office) -> None:
    office = closed_office
    await queue(office, office.group, "提醒", priority=Priority.NAG)
    await queue(office, office.group, "卡片", priority=Priority.NEWS)
    await queue(office, office.group, "回答", buttons=((Button("一", "1.zz"),),))
    await office.open()
    await office.settle()
    assert texts(office.group) == ["回答", "卡片", "提醒"]


async def test_telegrams_limits_are_kept_without_being_told(closed_office: Office) -> None:
    office = closed_office
    office.rates = TELEGRAM
    office.sandbox.limits.on = True
    people = [who.private for who in office.cast.values()]
    for chat in people:
        chat.started = True
        office.sandbox.world.known.add(chat.id)
    crowd = [office.sandbox.user(f"群众{n}") for n in range(30)]
    for who in crowd:
        who.private.started = True
        office.sandbox.world.known.add(who.id)
        await queue(office, who.private, "好")
    await queue(office, office.group, "一", "二")
    await office.open()
    await office.sandbox.until(lambda: texts(office.group) == ["一", "二"])
    await office.settle()
    assert refusals(office) == []
    assert all(texts(who.private) == ["好"] for who in crowd)


async def test_a_burst_into_one_group_keeps_to_twenty_a_minute(
    closed_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, clock = closed_office, closed_office.sandbox.clock
    monkeypatch.setattr("handlers.sender.monotonic", lambda: clock.now().timestamp())
    office.rates = TELEGRAM
    office.sandbox.limits.on = True
    wanted = [f"第{n}条" for n in range(25)]
    await queue(office, office.group, *wanted)
    await office.open()

    async def all_said_as_time_goes_by() -> bool:
        clock.advance(timedelta(seconds=1))
        return texts(office.group) == wanted

    await eventually(all_said_as_time_goes_by)
    assert refusals(office) == []
    dates = [message.date for message in office.group.messages.values()]
    assert dates[20] - dates[0] >= timedelta(seconds=59)


async def test_a_row_that_cannot_be_sent_at_all_is_given_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise KeyError

    bot = type(office.liaison._application.bot)
    with monkeypatch.context() as patch:
        patch.setattr(bot, "send_message", fail)
        await queue(office, office.group, "一")
        await office.settle()
    assert [row["state"] for row in await office.rows("outbox")] == ["failed"]
    await queue(office, office.group, "二")
    await office.sandbox.until(lambda: texts(office.group) == ["二"])
