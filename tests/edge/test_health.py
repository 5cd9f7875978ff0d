"""How the bot is, as people and probes are told it: by the real bot, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot.domain.outgoing import Outgoing
from bot.services.health import STALE
from bot.storage.tables import outbox
from tests.edge.dialogue import StillClock
from tests.edge.office import MONDAY, NUMBER, PARTY, STRANGER, eventually

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.messages import Message
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> StillClock:
    """A clock that only a test moves."""
    return StillClock(MONDAY)


async def told(office: Office, name: str = "孙伟") -> Message:
    """Let somebody ask in private how the bot is."""
    asked = office[name].write(None, "/health")
    return await office.reads(name, "到期检查", after=asked)


async def lose_words_for(office: Office, name: str) -> None:
    """Let a card in private fail, for its reader has blocked the bot."""
    office[name].private.blocked = True
    await office.filed()
    await office.settle()


def words_for(office: Office, name: str) -> list[Message]:
    """The words that the bot has said of itself to an administrator."""
    return [m for m in office[name].reads(None) if "有新情况需要处理" in m.text]


@both
async def test_an_administrator_is_told_that_all_is_well(office: Office) -> None:
    async with office.database.write() as tx:
        await tx.people.mark_reachable(office["赵立"].id, MONDAY, reachable=True)
    report = await told(office)
    assert report.text.startswith("运行正常　3月9日 09:00")
    assert report.labels == []


async def test_in_a_group_the_answer_is_private_and_only_pointed_to(office: Office) -> None:
    asked = office["孙伟"].write(office.group, "/health")
    await office.reads("孙伟", "到期检查")
    pointer = await office.reads("孙伟", "已发到您与机器人的私聊", office.group, after=asked)
    assert "到期检查" not in "\n".join(office.talk(office.group))
    assert pointer.labels == []


async def test_an_administrator_who_cannot_be_reached_is_led_to_the_private_chat(
    office: Office,
) -> None:
    office["孙伟"].private.blocked = True
    async with office.database.write() as tx:
        await tx.people.mark_reachable(office["孙伟"].id, MONDAY, reachable=False)
    asked = office["孙伟"].write(office.group, "/health")
    pointer = await office.reads("孙伟", "请先点下方按钮打开私聊", office.group, after=asked)
    assert pointer.labels == ["打开私聊"]


@pytest.mark.parametrize("name", ["王敏", "吴建国", "赵立"])
@pytest.mark.parametrize("private", [True, False])
async def test_it_is_nobody_elses_business(office: Office, name: str, private: bool) -> None:
    office[name].private.started = True
    chat = None if private else office.group
    asked = office[name].write(chat, "/health")
    await office.reads(name, "没有办理此项的权限", chat, after=asked)
    await office.settle()
    assert "到期检查" not in str(await office.rows("outbox"))


async def test_a_stranger_is_turned_away(office: Office) -> None:
    asked = office[STRANGER].write(None, "/health")
    answer = await office.reads(STRANGER, "名册", after=asked)
    assert "到期检查" not in answer.text


@both
async def test_what_was_lost_is_named_said_again_once_and_arrives(office: Office) -> None:
    await lose_words_for(office, "李静")
    report = await told(office)
    assert "1条消息未能送达：\n　1. 李静，3月9日 09:00：对方停用了与机器人的私聊" in report.text
    assert PARTY not in report.text
    assert NUMBER not in report.text
    assert report.labels == ["重新发送 1", "不再发送 1"]

    office["李静"].private.blocked = False
    answers = [office["孙伟"].press(report, "重新发送 1") for _ in range(2)]
    first, second = [(await office.toast("孙伟", press)).text for press in answers]
    assert first.startswith("已重新发送1条")
    assert second.startswith("没有可以重新发送的")
    await office.reads("李静", NUMBER)
    await office.settle()
    assert len([m for m in office["李静"].reads(None) if NUMBER in m.text]) == 1
    await office.sandbox.until(lambda: report.labels == [])
    assert "未能送达" not in report.text


@both
async def test_what_fails_again_can_be_dropped_for_good(office: Office) -> None:
    await lose_words_for(office, "李静")
    report = await told(office)
    await office.pressed("孙伟", report, "重新发送 1")
    await office.settle()
    report = await told(office)
    assert "1条消息未能送达" in report.text
    assert await office.pressed("孙伟", report, "不再发送 1") == "已不再发送这一条，内容已清除。"
    (row,) = [row for row in await office.rows("outbox") if row["state"] == "dismissed"]
    assert row["text"] == ""
    assert "不必再办" in await office.forged("孙伟", report, f"1.dm.{row['id']}")
    assert "没有可以重新发送的" in await office.forged("孙伟", report, f"1.rt.{row['id']}")
    await office.settle()
    assert [e["name"] for e in await office.rows("events")] == ["file", "resent", "dismissed"]


@both
async def test_a_card_is_said_again_as_it_is_by_now(office: Office) -> None:
    await lose_words_for(office, "李静")
    card = await office.reads("李静", f"{NUMBER}　已移送", office.group)
    office["李静"].unblock()
    await office.pressed("李静", card, "签收")
    await office.settle()
    report = await told(office)
    await office.pressed("孙伟", report, "重新发送 1")
    again = await office.reads("李静", NUMBER)
    assert "已签收" in again.text
    assert "开始审查" in again.labels
    await office.settle()
    assert "failed" not in {row["state"] for row in await office.rows("outbox")}


async def test_a_card_of_a_group_is_said_again_with_its_steps(office: Office) -> None:
    fault = "Not enough rights to send text messages to the chat"
    card = Outgoing(office.group.id, "lost", "旧", post=f"card/1/{office.group.id}/0")
    await office.filed()
    await office.settle()
    async with office.database.write() as tx:
        await tx.outbox.forget_post(card.post)
        await tx.outbox.add(card, office.sandbox.clock.now())
        await tx.connection.execute(
            update(outbox)
            .where(outbox.c.key == "lost")
            .values(state="failed", trouble=fault, settled_at=office.sandbox.clock.now())
        )
    report = await told(office)
    assert "鄂城群，3月9日 09:00：机器人在群里不能发言" in report.text
    await office.pressed("孙伟", report, "重新发送 1")
    await office.settle()
    newest = list(office.group.messages.values())[-1]
    assert newest.text.splitlines()[0].endswith(f"{NUMBER}　已移送")
    assert "签收" in newest.labels
    assert "旧" not in office.talk(office.group)


@both
async def test_the_word_comes_once_though_ticks_go_on_and_the_bot_restarts(
    closed_office: Office, clock: StillClock
) -> None:
    office = closed_office
    await office.open()
    await lose_words_for(office, "李静")
    for _ in range(3):
        clock.advance(timedelta(minutes=5))
        await office.tick()
        await office.settle()
        await office.close()
        await office.open()
    await office.tick()
    await office.settle()
    (word,) = words_for(office, "孙伟")
    assert "1条消息未能送达" in word.text
    assert "1人收不到私聊了：李静" in word.text
    assert all(not words_for(office, name) for name in office.cast if name != "孙伟")
    clock.advance(DAY)
    await office.tick()
    await office.settle()
    assert len(words_for(office, "孙伟")) == 1
    await office.pressed("孙伟", word, "查看运行情况")
    assert "1条消息未能送达" in (await office.reads("孙伟", "到期检查", after=word)).text


@both
async def test_that_it_was_down_is_said_and_shown(closed_office: Office, clock: StillClock) -> None:
    office = closed_office
    await office.open()
    await office.tick()
    await office.close()
    clock.advance(2 * DAY + timedelta(hours=1))
    await office.open()
    await office.tick()
    word = await office.reads("孙伟", "有新情况需要处理")
    assert "机器人曾停运：3月9日 09:00 至 3月11日 10:00。停运超过一天" in word.text
    assert "机器人曾停运：3月9日 09:00 至 3月11日 10:00" in (await told(office)).text
    await office.close()
    clock.advance(timedelta(minutes=10))
    await office.open()
    await office.tick()
    await office.settle()
    assert len(words_for(office, "孙伟")) == 1


def move(clock: StillClock, by: timedelta) -> None:
    """Move the clock, also back: as the machine's own may be."""
    clock._jumped += by - timedelta(microseconds=1)
    clock.advance(timedelta(microseconds=1))


@pytest.mark.parametrize("moved", [60 * DAY, -60 * DAY])
async def test_a_moved_clock_is_no_downtime_and_no_alarm(
    office: Office, clock: StillClock, moved: timedelta
) -> None:
    await office.tick()
    move(clock, moved)
    assert not wrong_alarms((await told(office)).text)
    await eventually(lambda: ticked_at(office, clock.now()))
    await office.settle()
    assert not wrong_alarms((await told(office)).text)
    assert words_for(office, "孙伟") == []


def wrong_alarms(text: str) -> list[str]:
    return [words for words in ("已停", "停运", "发不出去") if words in text]


async def ticked_at(office: Office, now: datetime) -> bool:
    return [row["at"] for row in await office.rows("heartbeats")] == [now]


async def test_probes_and_figures(closed_office: Office, clock: StillClock) -> None:
    office = closed_office
    async with office.behind_a_webhook() as hook:

        async def healthy() -> bool:
            return (await hook.get("/healthz")).status_code == 200

        await eventually(healthy)
        for moved in (60 * DAY, -90 * DAY):
            await office.settle()
            move(clock, moved)
            assert await healthy()
            facts = (await hook.get("/healthz")).json()
            assert 0 <= facts["tick_age_seconds"] < STALE.total_seconds()
            assert "tick" not in facts["needs"]
            await eventually(lambda: ticked_at(office, clock.now()))
        await lose_words_for(office, "李静")
        figures = (await hook.get("/metrics")).text
        assert 'liaison_outbox_messages{state="failed"} 1.0' in figures
        assert 'liaison_send_errors_total{kind="away"} 1.0' in figures
        assert "liaison_leader 1.0" in figures
        assert "liaison_updates_total 2.0" in figures
        for text in (figures, (await hook.get("/healthz")).text):
            assert not any(words in text for words in (*office.cast, NUMBER, PARTY))
