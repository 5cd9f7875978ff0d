"""At most one process serves a bot."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from bot.domain.outgoing import Outgoing
from bot.storage.database import Database
from bot.storage.leader import Leadership, LeadershipLostError
from bot.storage.tables import leaders

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

BOT = 7_900_000_001
NOW = datetime(2026, 3, 9, 1, tzinfo=UTC)

ANOTHER_PROCESS = """
import asyncio, sys
from bot.storage.database import Database
from bot.storage.leader import Leadership

async def lead() -> None:
    leadership = Leadership(Database(sys.argv[1]), int(sys.argv[2]))
    print(await leadership.seize(), flush=True)
    await asyncio.sleep(60)

asyncio.run(lead())
"""


@asynccontextmanager
async def another_leader(url: str) -> AsyncIterator[Process]:
    """A process that leads the bot until it is killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ANOTHER_PROCESS, url, str(BOT)), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"True\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def seized_within(leadership: Leadership, seconds: float) -> bool:
    """Whether it can be seized; PostgreSQL needs a moment to notice that a client is gone."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (seized := await leadership.seize()):
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.02)
    return seized


async def test_a_killed_leader_is_followed_at_once(database: Database, database_url: str) -> None:
    here = Leadership(database, BOT)
    async with another_leader(database_url) as process:
        assert not await here.seize()
        assert f"process {process.pid}, since " in await here.holder()

        process.send_signal(signal.SIGKILL)
        await process.wait()
        assert await seized_within(here, 2)
    assert f"process {os.getpid()}, since " in await here.holder()
    await here.release()


async def test_whoever_releases_lets_the_next_lead(database: Database) -> None:
    first, second = Leadership(database, BOT), Leadership(database, BOT)
    assert await first.seize()
    assert not await second.seize()
    assert (await first.still_held(), await second.still_held()) == (True, False)

    await first.release()
    assert not await first.still_held()
    assert await second.seize()
    await second.release()


async def test_a_lost_leadership_is_noticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.leader.CHECK", 0.01)
    leadership = Leadership(database, BOT)
    assert await leadership.seize()
    lost = asyncio.create_task(leadership.lost())
    await asyncio.sleep(0.05)
    assert not lost.done()
    await leadership.release()
    await asyncio.wait_for(lost, 2)


async def test_whoever_cannot_sign_does_not_lead(unmigrated_url: str) -> None:
    database = Database(unmigrated_url)
    leadership = Leadership(database, BOT)
    with pytest.raises(DBAPIError):
        await leadership.seize()
    assert not await leadership.still_held()
    await database.close()


async def test_each_bot_has_a_leader_of_its_own(database: Database) -> None:
    one, other = Leadership(database, BOT), Leadership(database, BOT + 1)
    assert await one.seize()
    assert await other.seize()
    await one.release()
    await other.release()


async def test_nobody_has_led_an_unserved_bot(database: Database) -> None:
    assert await Leadership(database, BOT).holder() == ""


async def cut_the_lock(database: Database) -> None:
    """PostgreSQL drops the connection that keeps the leader's lock."""
    async with database.write() as tx:
        await tx.connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND granted AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )


async def test_a_leader_whose_connection_died_knows_it(postgres_url: str) -> None:
    database = Database(postgres_url)
    old, new = Leadership(database, BOT), Leadership(database, BOT)
    assert await old.seize()
    await cut_the_lock(database)
    assert not await old.still_held()
    assert not await old.still_held()
    assert await seized_within(new, 2)
    await new.release()
    await database.close()


async def test_who_was_followed_writes_nothing_even_before_it_knows(postgres_url: str) -> None:
    database = Database(postgres_url)
    old, new = Leadership(database, BOT), Leadership(database, BOT)
    olds, news = database.under(old.require), database.under(new.require)
    assert await old.seize()
    await cut_the_lock(database)

    async with olds.write() as tx:  # nobody has followed yet: this still counts
        await tx.outbox.add(Outgoing(1, "before", "before"), NOW)
        following = asyncio.create_task(seized_within(new, 2))
        await asyncio.sleep(0.1)
        assert not following.done()  # and is waited for
    assert await following

    with pytest.raises(LeadershipLostError):
        async with olds.write() as tx:
            await tx.outbox.add(Outgoing(1, "after", "after"), NOW)
    async with news.write() as tx:
        (queued,) = await tx.outbox.claim(NOW, 5)
    assert queued.message.text == "before"
    await new.release()
    await old.release()
    await database.close()


async def test_who_holds_a_lock_that_another_has_signed_for_leads_no_more(
    postgres_url: str,
) -> None:
    """As when a pooler keeps the connection of somebody whose session is gone."""
    database = Database(postgres_url)
    leadership = Leadership(database, BOT)
    assert await leadership.seize()
    assert await leadership.still_held()
    async with database.write() as tx:
        await tx.connection.execute(update(leaders).values(since=NOW))
    assert not await leadership.still_held()
    await leadership.release()
    await database.close()
