"""The same thing twice: a second tap, a second delivery, a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.edge.office import LINE, NUMBER

if TYPE_CHECKING:
    from tests.edge.office import Office

CAME_SECOND = f"{NUMBER} 的状态已有变化，这次没有作任何改动。请看最新的卡片。"

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@both
async def test_a_form_submitted_twice_files_one_lead(office: Office) -> None:
    office["王敏"].write(office.group, LINE)
    preview = await office.reads("王敏", "待提交", office.group)
    first, second = (office["王敏"].press(preview, "✅ 提交") for _ in range(2))
    assert (await office.toast("王敏", first)).text == ""
    assert (await office.toast("王敏", second)).text == "这份草稿已提交或已取消，没有重复登记。"
    await office.settle()
    assert len(await office.rows("records")) == 1
    assert preview.text == f"已登记并移送：{NUMBER}"


@both
async def test_a_step_taken_twice_is_one_step(office: Office) -> None:
    card = await office.filed()
    first, second = (office["李静"].press(card, "签收") for _ in range(2))
    assert (await office.toast("李静", first)).text == ""
    assert (await office.toast("李静", second)).text == CAME_SECOND
    assert [event["name"] for event in await office.rows("events")] == ["file", "sign"]


async def test_of_two_people_pressing_at_once_one_is_told_so(office: Office) -> None:
    card = await office.filed()
    first, second = office["李静"].press(card, "签收"), office["赵立"].press(card, "签收")
    assert (await office.toast("李静", first)).text == ""
    assert (await office.toast("赵立", second)).text == CAME_SECOND
    assert [event["name"] for event in await office.rows("events")] == ["file", "sign"]


@both
async def test_an_absence_ended_twice_ends_once(office: Office) -> None:
    office["李静"].write(office.group, "/away 今天 由赵立代")
    noted = await office.reads("李静", "已登记外出", office.group)
    first, second = (office["李静"].press(noted, "提前结束") for _ in range(2))
    assert "已提前结束外出" in (await office.toast("李静", first)).text
    assert "已结束或已取消" in (await office.toast("李静", second)).text
    await office.settle()
    assert [event["name"] for event in await office.rows("events")] == ["away", "back"]
    assert await office.rows("absences") == []
    assert noted.text.startswith("李静没有登记外出")


@both
async def test_updates_delivered_again_change_nothing(office: Office) -> None:
    office.sandbox.faults.duplicate_updates(1.0)
    card = await office.filed()
    office["李静"].press(card, "签收")
    await office.sandbox.until(lambda: "　已签收\n" in card.text)
    office["李静"].write(office.group, f"/case {NUMBER}")
    await office.reads("李静", "还有", office.group)
    office.sandbox.faults.clear()
    office["李静"].write(office.group, "/case 线索2026-9")
    await office.reads("李静", "没有找到", office.group)
    await office.settle()
    assert [event["name"] for event in await office.rows("events")] == ["file", "sign"]
    answers = [m for m in office["李静"].reads(office.group) if NUMBER in m.text]
    assert len(answers) == 5, "that it is filed, the card, the question, one answer, the nearest"


async def test_what_comes_with_a_lower_id_while_the_bot_is_away_is_heard(office: Office) -> None:
    office["王敏"].write(office.group, "/case 线索2026-9")
    first = await office.reads("王敏", "没有找到", office.group)
    await office.settle()
    await office.close()
    office.sandbox.world.updates._next_id = 7
    office["王敏"].write(office.group, "/case 线索2026-8")
    await office.open()
    await office.reads("王敏", "没有找到", office.group, after=first)
    await office.settle()


async def test_after_a_day_of_silence_no_offset_is_sent(
    closed_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = closed_office
    monkeypatch.setattr("handlers.intake.LONG_POLL", 1)
    await office.open()

    def offsets() -> list[int]:
        asked = (e for e in office.sandbox.exchanges if e.method == "GetUpdates")
        return [int(str(exchange.params["offset"])) for exchange in asked]

    office["王敏"].write(office.group, "/case 线索2026-9")
    await office.sandbox.until(lambda: bool(offsets()) and offsets()[-1] > 0)
    assert offsets()[0] == 0
    office.sandbox.clock.advance(timedelta(days=2))
    await office.until(lambda: offsets()[-1] == 0)


async def test_a_restart_forgets_nothing_and_repeats_nothing(office: Office) -> None:
    office["王敏"].write(office.group, LINE)
    preview = await office.reads("王敏", "待提交", office.group)
    await office.close()
    office["王敏"].press(preview, "✅ 提交")
    office["李静"].write(office.group, f"/case {NUMBER}")
    await office.open()
    await office.reads("李静", f"{NUMBER}　已移送", office.group)
    await office.settle()
    (card,) = (m for m in office["李静"].reads(office.group) if "签收" in m.labels)
    before = office.talk(office.group)
    await office.close()
    await office.open()
    await office.settle()
    assert office.talk(office.group) == before
    assert await office.pressed("李静", card, "签收") == ""
