"""Files as rows: whose turn it is, when to try again, and one content for all that have it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.files import FileState, Offered
from bot.domain.people import Place
from bot.domain.records import Draft

if TYPE_CHECKING:
    from bot.domain.files import Attachment
    from tests.conftest import Hire, OpenDesk

PLACE = Place(7001, 0, private=True)


@pytest.fixture
async def draft(desk: OpenDesk, people: Hire) -> Draft:
    person = await people()
    blank = Draft(
        id=0,
        kind="lead",
        person_id=person.id,
        chat_id=7001,
        thread_id=0,
        private=True,
        move="",
        record_id=None,
        record_version=None,
        asking="",
    )
    async with desk() as d:
        return await d.tx.drafts.add(blank, d.now + timedelta(days=30))


async def add(desk: OpenDesk, draft: Draft, name: str, later: int = 0) -> Attachment:
    async with desk() as d:
        return await d.tx.files.add(
            Offered("BQAC1", name, size=9),
            PLACE,
            d.now + timedelta(seconds=later),
            name=name,
            kind="csv",
            person_id=draft.person_id,
            draft_id=draft.id,
            record_id=None,
        )


async def test_who_waits_longest_is_fetched_first_and_the_attempt_is_noted(
    desk: OpenDesk, draft: Draft
) -> None:
    second, first = await add(desk, draft, "b.csv", 2), await add(desk, draft, "a.csv", 1)
    async with desk() as d:
        files = d.tx.files
        assert await files.claim(d.now) is None
        assert await files.next_instant() == d.now + timedelta(seconds=1)
        now = d.now + timedelta(seconds=2)
        claimed = [await files.claim(now) for _ in range(3)]
    assert [(c.id, c.attempts) for c in claimed if c] == [(first.id, 1), (second.id, 1)]


async def test_an_attempt_of_which_nothing_is_heard_is_made_again_ever_later(
    desk: OpenDesk, draft: Draft
) -> None:
    await add(desk, draft, "a.csv")
    waits = []
    async with desk() as d:
        now = d.now
        for _ in range(4):
            assert await d.tx.files.claim(now)
            assert await d.tx.files.claim(now) is None
            again = await d.tx.files.next_instant()
            assert again
            waits.append((again - now).total_seconds())
            now = again
    assert waits == [5, 10, 20, 40]


async def test_told_when_to_come_again_it_waits_until_then(desk: OpenDesk, draft: Draft) -> None:
    await add(desk, draft, "a.csv")
    async with desk() as d:
        claimed = await d.tx.files.claim(d.now)
        assert claimed
        await d.tx.files.put_back(claimed.id, "RetryAfter", d.now + timedelta(minutes=7))
        assert await d.tx.files.next_instant() == d.now + timedelta(minutes=7)


async def test_a_file_whose_draft_is_gone_is_fetched_no_more(desk: OpenDesk, draft: Draft) -> None:
    await add(desk, draft, "a.csv")
    async with desk() as d:
        claimed = await d.tx.files.claim(d.now)
        assert claimed
        await d.tx.drafts.remove(draft.id)
        later = d.now + timedelta(days=1)
        assert await d.tx.files.claim(later) is None
        assert await d.tx.files.next_instant() is None
        assert await d.tx.files.store(claimed.id, b"a,b", later) is None
        assert not await d.tx.files.give_up(claimed.id, FileState.FAILED, "x", later)


async def test_what_was_settled_once_is_settled_for_good(desk: OpenDesk, draft: Draft) -> None:
    file = await add(desk, draft, "a.csv")
    async with desk() as d:
        assert await d.tx.files.store(file.id, b"a,b", d.now)
        assert await d.tx.files.store(file.id, b"another", d.now) is None
        await d.tx.files.put_back(file.id, "late", d.now)
        assert not await d.tx.files.give_up(file.id, FileState.FAILED, "late", d.now)
        assert await d.tx.files.counts() == {"stored": 1}


async def test_a_content_stays_while_any_row_names_it(
    desk: OpenDesk, draft: Draft, people: Hire
) -> None:
    one = await add(desk, draft, "a.csv")
    async with desk() as d:
        other = await d.tx.drafts.add(draft, d.now + timedelta(days=30))
    two = await add(desk, other, "b.csv")
    async with desk() as d:
        kept = [await d.tx.files.store(file.id, b"a,b", d.now) for file in (one, two)]
        (digest,) = {attachment.sha256 for attachment, _ in filter(None, kept)}
        assert digest
        await d.tx.files.drop(draft.id)
        assert await d.tx.files.content(digest) == b"a,b"
        await d.tx.files.drop(other.id)
        assert await d.tx.files.content(digest) is None


async def test_twenty_megabytes_come_back_as_they_went(desk: OpenDesk, draft: Draft) -> None:
    file = await add(desk, draft, "a.csv")
    content = bytes(range(256)) * (20 * 4096)
    async with desk() as d:
        stored = await d.tx.files.store(file.id, content, d.now)
        assert stored
        assert stored[0].size == len(content)
        assert await d.tx.files.content(stored[0].sha256 or "") == content
