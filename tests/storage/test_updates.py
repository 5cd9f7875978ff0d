"""No update is done twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.storage.updates import Updates, has_id

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database

LARGE = 987_654_321_012


async def test_an_update_is_new_once(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        assert await tx.updates.take(LARGE, now)
        assert not await tx.updates.take(LARGE, now)
        assert await tx.updates.take(LARGE - 1, now)


async def test_an_update_whose_effects_were_undone_is_new_again(
    database: Database, now: datetime
) -> None:
    async with database.engine.connect() as connection:
        assert await Updates(connection).take(1, now)
        await connection.rollback()
    async with database.write() as tx:
        assert await tx.updates.take(1, now)


async def test_a_failed_update_is_taken_and_counted(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await tx.updates.take(1, now, "x" * 300)
        await tx.updates.take(2, now)
        await tx.updates.take(3, now)
        await tx.updates.mark(3, "KeyError")
        assert await tx.updates.troubled() == 2
        assert not await tx.updates.take(1, now)


async def test_old_ids_are_forgotten_but_the_troubled(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await tx.updates.take(1, now)
        await tx.updates.take(2, now, "unreadable")
        await tx.updates.prune(now)
        assert not await tx.updates.take(1, now)
        await tx.updates.prune(now + timedelta(days=2))
        assert await tx.updates.troubled() == 1
        assert await tx.updates.take(1, now)
        assert not await tx.updates.take(2, now)


@pytest.mark.parametrize("update_id", [None, "1", 1.0, True, 0, -1, 2**63])
def test_an_id_is_a_number_that_a_row_can_hold(update_id: object) -> None:
    assert not has_id({"update_id": update_id})
    assert not has_id({})
    assert has_id({"update_id": LARGE})
