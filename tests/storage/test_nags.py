"""What is asked of the reminders for each message, reader or step reads few rows, however many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from typing import Any

    from bot.storage.database import Database
    from bot.storage.nags import Nags

QUESTIONS: dict[str, Callable[[Nags, datetime], Awaitable[object]]] = {
    "hold_message": lambda nags, _: nags.hold_message("nag/1"),
    "in_message": lambda nags, _: nags.in_message("nag/1"),
    "told_in": lambda nags, _: nags.told_in(["nag/1", "nag/2"]),
    "hold_lists": lambda nags, _: nags.hold_lists(["nag/1", "nag/2"]),
    "arrived": lambda nags, _: nags.arrived("nag/1"),
    "standing": lambda nags, _: nags.standing(["nag/1", "nag/2"]),
    "of_duties": lambda nags, _: nags.of_duties([1, 2]),
    "of_person": lambda nags, _: nags.of_person(1),
    "to_nobody_in": lambda nags, _: nags.to_nobody_in("group/2026-03-09/"),
    "waiting_for": lambda nags, now: nags.waiting_for(now),
    "next_instant": lambda nags, _: nags.next_instant(),
    "unsaid_messages": lambda nags, _: nags.unsaid_messages([1]),
    "answered_messages": lambda nags, _: nags.answered_messages(),
    "duties_queued": lambda nags, _: nags.duties_queued(),
    "unsay": lambda nags, _: nags.unsay("nag/1"),
    "silence": lambda nags, _: nags.silence([1]),
}
QUICK = ("SEARCH", "SCAN nags USING INDEX ix_nags_waiting", "SCAN outbox USING INDEX ix_outbox_wai")
"""A look-up, or a walk through nothing but what waits."""
TABLES = {"nags", "outbox", "posts"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Only SQLite tells its plan of a table without rows."""
    return sqlite_url


@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_question_reads_all_that_was_ever_said(
    database: Database, now: datetime, name: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _d: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    async with database.write() as tx:
        engine = tx.connection.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        await QUESTIONS[name](tx.nags, now)
        event.remove(engine, "before_cursor_execute", note)
        assert asked
        for statement, parameters in asked:
            plan = await tx.connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            )
            steps = [row.detail for row in plan if set(row.detail.split()) & TABLES]
            assert all(step.startswith(QUICK) for step in steps), steps
