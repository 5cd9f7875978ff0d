"""Time is kept to the microsecond, in UTC, and never without a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from bot.storage.columns import UtcTime
from bot.storage.tables import updates

if TYPE_CHECKING:
    from bot.storage.database import Database

SQLITE = sqlite.dialect()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.builds(
    lambda microseconds, zone: (EPOCH + timedelta(microseconds=microseconds)).astimezone(zone),
    st.integers(-(10**15), 10**17),
    ZONES,
)


async def test_a_moment_comes_back_to_the_microsecond(database: Database, now: datetime) -> None:
    moments = {1: now, 2: now.replace(microsecond=1), 3: now.replace(microsecond=999_999)}
    async with database.write() as tx:
        for update_id, at in moments.items():
            await tx.updates.take(update_id, at)
        rows = await tx.connection.execute(updates.select().order_by(updates.c.at))
        read = {row.update_id: row.at for row in rows}
    assert list(read.items()) == list(moments.items())
    assert {at.tzinfo for at in read.values()} == {UTC}


async def test_a_naive_datetime_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        async with database.write() as tx:
            await tx.updates.take(1, now.replace(tzinfo=None))


@given(MOMENTS, MOMENTS)
def test_moments_sort_as_the_text_that_sqlite_keeps(one: datetime, other: datetime) -> None:
    column = UtcTime()
    texts = [column.process_bind_param(moment, SQLITE) for moment in (one, other)]
    assert (texts[0] < texts[1]) == (one < other)
    assert column.process_result_value(texts[0], SQLITE) == one
    assert {len(text) for text in texts} == {27}


def test_no_moment_is_no_moment() -> None:
    assert UtcTime().process_bind_param(None, SQLITE) is None
    assert UtcTime().process_result_value(None, SQLITE) is None
