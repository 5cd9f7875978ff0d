"""Forms being filled in outlive a restart, and are submitted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.records import Draft

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database
    from tests.conftest import Hire

GROUP = -1001234567890


@pytest.fixture
async def draft(database: Database, people: Hire, now: datetime) -> Draft:
    """A lead half filled in, in a topic of a group."""
    new = Draft(
        id=0,
        kind="lead",
        person_id=(await people()).id,
        chat_id=GROUP,
        thread_id=4,
        private=False,
        move="",
        record_id=None,
        record_version=None,
        asking="summary",
        data={"category": "1A"},
    )
    async with database.write() as tx:
        return await tx.drafts.add(new, now + timedelta(days=30))


async def test_of_two_submits_one_wins(database: Database, draft: Draft) -> None:
    async with database.write() as tx:
        assert await tx.drafts.remove(draft.id)
        assert not await tx.drafts.remove(draft.id)
        assert await tx.drafts.get(draft.id) is None


async def test_an_answer_is_kept(database: Database, draft: Draft) -> None:
    answered = replace(draft, asking="", data={**draft.data, "summary": "占地", "area": 3})
    async with database.write() as tx:
        await tx.drafts.save(answered)
    async with database.read() as tx:
        assert await tx.drafts.get(draft.id) == answered


async def test_an_answer_belongs_to_its_author_and_place(database: Database, draft: Draft) -> None:
    person = draft.person_id
    async with database.write() as tx:
        assert await tx.drafts.asking_at(person, GROUP, 4) == draft
        assert await tx.drafts.asking_at(person, GROUP, 0) is None
        assert await tx.drafts.asking_at(person, person, 0) is None
        assert await tx.drafts.asking_at(person + 1, GROUP, 4) is None

        await tx.drafts.save(replace(draft, asking=""))
        assert await tx.drafts.asking_at(person, GROUP, 4) is None


async def test_the_newest_draft_is_the_one_asked_about(
    database: Database, draft: Draft, now: datetime
) -> None:
    async with database.write() as tx:
        newer = await tx.drafts.add(draft, now)
        assert newer.id != draft.id
        assert await tx.drafts.asking_at(draft.person_id, GROUP, 4) == newer
        assert await tx.drafts.of_person(draft.person_id) == [newer, draft]


async def test_a_draft_expires_on_time(database: Database, draft: Draft, now: datetime) -> None:
    end = now + timedelta(days=30)
    async with database.read() as tx:
        assert await tx.drafts.expired(end - timedelta(microseconds=1)) == []
        assert await tx.drafts.expired(end) == [draft]
