from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.doctor import examine
from bot.domain.people import Role, Status
from bot.sandbox.server import Sandbox
from bot.settings import Address, Settings
from bot.storage.database import Database
from bot.storage.schema import migrate

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


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
    assert findings["outbox"] == (True, "0 waiting, 0 given up")
    assert findings["files"] == (True, "0 waiting, 0 not to be had, 0 refused")
    assert findings["updates"] == (False, "1 could not be read or failed")
    assert findings["people"] == (False, "1 on the roster, 1 cannot be reached in private")
    assert findings["administrators"][0]
    assert not findings["groups"][0]
    assert findings["Telegram"][0]
    assert "@liaison_bot" in findings["Telegram"][1]


async def test_a_wrong_token_is_named(tmp_path: Path) -> None:
    async with Sandbox().serve() as url:
        findings = await findings_of(settings_of(tmp_path, url, "13:wrong"))
    assert findings["Telegram"] == (False, f"{url}: InvalidToken")
