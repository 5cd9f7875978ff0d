"""What was told is remembered until it is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database


async def test_what_was_told_is_remembered(database: Database, now: datetime) -> None:
    later = now + timedelta(days=7)
    many = [f"message/{number}/1" for number in range(20_000)]
    async with database.write() as tx:
        assert await tx.alarms.told() == {}
        await tx.alarms.tell([], now)
        await tx.alarms.forget([])
        await tx.alarms.tell(["calendar/2027", "lost/1/2"], now)
        await tx.alarms.tell(["calendar/2027"], later)
        assert await tx.alarms.told() == {"calendar/2027": later, "lost/1/2": now}
        await tx.alarms.tell(many, now)
        await tx.alarms.forget([*many, "calendar/2027"])
        assert await tx.alarms.told() == {"lost/1/2": now}
