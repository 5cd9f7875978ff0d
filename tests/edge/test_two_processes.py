"""Two programs with one bot, by mistake: one serves, the other says why it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.office import NUMBER, at_work

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app import Liaison
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@both
async def test_the_second_waits_says_why_and_takes_over(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.app.AGAIN", 0.01)
    second = office.hire()
    async with at_work(second):
        await office.filed()
        await office.until(lambda: "idle: this bot is already served by" in caplog.text)
        assert not second.ready.is_set()
        office["李静"].press(await office.reads("李静", NUMBER), "签收")
        await office.close()
        await office.until(second.ready.is_set)
        await office.reads("李静", "　已签收", office.group)
        asked = office["王敏"].write(office.group, f"/case {NUMBER}")
        await office.reads("王敏", "已签收", office.group, after=asked)
        await office.settle()
    assert [event["name"] for event in await office.rows("events")] == ["file", "sign"]


def elsewhere(office: Office, file: Path) -> Liaison:
    return office.hire(database_url=f"sqlite+aiosqlite:///{file}")


async def test_two_offices_with_one_token_log_the_conflict_and_live(
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("handlers.intake.LONGEST_PAUSE", 0.05)
    async with at_work(elsewhere(office, tmp_path / "other.sqlite3")) as running:
        await office.until(lambda: "another program polls with this bot's token" in caplog.text)
        assert not running.done()
    office["王敏"].write(office.group, "/case 线索2026-9")
    await office.reads("王敏", "没有找到", office.group)
