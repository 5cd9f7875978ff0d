from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.doctor import examine
from bot.domain.clock import SystemClock
from bot.domain.outgoing import Outgoing
from bot.domain.people import Role, Status
from bot.sandbox.server import Sandbox
from bot.services.health import DOWN
from bot.settings import Address, Settings
from bot.storage.database import Database
from bot.storage.schema import migrate
from tests.domain.notices import INVENTED

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def settings_of(folder: Path, url: str, token: str | None) -> Settings:
    return Settings(
        bot_token=SecretStr(token) if token else None,
        bot_api_url=url,
        database_url=f"sqlite+aiosqlite:///{folder / 'office.sqlite3'}",
        listen=Address("127.0.0.1", 8080),
    )


async def findings_of(settings: Settings) -> dict[str, tuple[bool, str]]:
    return {f.subject: (f.well, f.words) async for f in examine(settings)}


async def test_an_office_that_is_not_set_up_is_told_what_it_lacks(tmp_path: Path) -> None:
    findings = await findings_of(settings_of(tmp_path, "https://api.telegram.org", None))
    assert findings["office file"][0]
    assert "liaison migrate" in findings["database"][1]
    assert findings["Telegram"] == (False, "LIAISON_BOT_TOKEN is not set")
    assert "outbox" not in findings


async def test_a_running_office_is_looked_at_whole(tmp_path: Path, now: datetime) -> None:
    sandbox = Sandbox()
    async with sandbox.serve() as url:
        settings = settings_of(tmp_path, url, sandbox.token)
        database = Database(settings.database_url)
        await migrate(database)
        async with database.write() as tx:
            await tx.people.add(
                user_id=7,
                name="孙伟",
                role=Role.ADMIN,
                organ="court",
                status=Status.ACTIVE,
                reachable=False,
                now=now,
            )
            await tx.updates.take(1, now, "unreadable: KeyError")
        await database.close()
        findings = await findings_of(settings)
    assert findings["database"][0]
    assert findings["codes in use"] == (False, "court 正在使用，机关文件里却没有")
    assert findings["ticks"] == (False, "none yet; is the bot running?")
    assert findings["outbox"] == (True, "0 waiting, 0 given up")
    assert findings["matters"] == (True, "0 of which neither people nor groups are reminded")
    assert findings["files"] == (True, "0 waiting, 0 not to be had, 0 refused")
    assert findings["updates"] == (False, "1 could not be read or failed")
    assert findings["people"] == (False, "1 on the roster, 1 cannot be reached in private")
    assert findings["administrators"][0]
    assert not findings["groups"][0]
    assert findings["Telegram"][0]
    assert "@liaison_bot" in findings["Telegram"][1]


class ClockInNovember(SystemClock):
    """The hour of the machine that the doctor runs on."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 2, tzinfo=UTC)


async def test_it_tells_what_the_rows_know_of_ticks_and_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor.SystemClock", ClockInNovember)
    settings = settings_of(tmp_path, "https://api.telegram.org", None)
    now, day = ClockInNovember().now(), timedelta(days=1)
    database = Database(settings.database_url)
    await migrate(database)
    async with database.write() as tx:
        await tx.heartbeats.beat(now - 2 * day)
        await tx.heartbeats.resume(now - day, DOWN)
        await tx.heartbeats.beat(now)
        for number, key in enumerate(("lost", "twice", "waiting"), 7001):
            await tx.outbox.add(Outgoing(number, key, "刘某某"), now - day)
        lost, twice, _ = await tx.outbox.claim(now, 3)
        await tx.outbox.recover(now)
        await tx.outbox.failed(lost, "Chat not found", now)
        await tx.outbox.sent(twice, 1, now)
    await database.close()
    findings = await findings_of(settings)
    assert findings["calendar"] == (
        False,
        "official rest days known up to 2026-12-28; later dates are 暂定; "
        "import the notice for 2027: /calendar",
    )
    assert findings["ticks"] == (
        True,
        "the last one 2026-11-23 10:00; down from 2026-11-21 10:00 to 2026-11-22 10:00",
    )
    assert findings["outbox"] == (False, "1 waiting, 1 given up; the oldest waits 1440 minutes")
    assert findings["perhaps sent twice"] == (True, "1 messages, the latest 2026-11-23 10:00")
    assert findings["not delivered to nobody known"] == (False, "2026-11-23 10:00, away")
    assert "刘某某" not in str(findings)


async def test_what_was_imported_is_known(tmp_path: Path, now: datetime) -> None:
    settings = settings_of(tmp_path, "https://api.telegram.org", None)
    database = Database(settings.database_url)
    await migrate(database)
    async with database.write() as tx:
        await tx.rest_days.add(INVENTED, None, now, imported_at=now)
    await database.close()
    assert "known up to 2027-12-28" in (await findings_of(settings))["calendar"][1]


async def test_a_wrong_token_is_named(tmp_path: Path) -> None:
    async with Sandbox().serve() as url:
        findings = await findings_of(settings_of(tmp_path, url, "13:wrong"))
    assert findings["Telegram"] == (False, f"{url}: InvalidToken")
