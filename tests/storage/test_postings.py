"""Sets of ids are kept exactly, whether few or many, within and across blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.storage.postings import (
    BLOCK,
    Change,
    Postings,
    bits_of,
    both,
    either,
    newest_first,
    size,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.storage.database import Database

IDS = st.frozensets(st.integers(1, 3 * BLOCK))
SOME, NONE = frozenset({"耕地", "d:420704"}), frozenset[str]()


@given(IDS, IDS)
def test_sets_of_ids_are_sets(one: frozenset[int], other: frozenset[int]) -> None:
    a, b = bits_of(one), bits_of(other)
    assert list(newest_first(a)) == sorted(one, reverse=True)
    assert set(newest_first(both(a, b))) == one & other
    assert set(newest_first(either(a, b))) == one | other
    assert set(newest_first(without(a, b))) == one - other
    assert size(a) == len(one)


async def mark(database: Database, ids: Iterable[int], *, bear: bool = True) -> None:
    async with database.write() as tx:
        await Postings(tx.connection).change(
            Change(i, SOME if bear else NONE, NONE if bear else SOME) for i in ids
        )


async def bearers(database: Database, token: str) -> set[int]:
    async with database.read() as tx:
        found = await Postings(tx.connection).read([token])
    return set(newest_first(found[token]))


async def test_many_or_few_in_any_block_are_read_as_they_were_written(database: Database) -> None:
    ids = {1, BLOCK - 1, BLOCK, 5 * BLOCK + 7, *range(2 * BLOCK, 2 * BLOCK + 300)}
    await mark(database, ids)
    assert await bearers(database, "耕地") == ids == await bearers(database, "d:420704")
    assert await bearers(database, "林地") == set()


async def test_marks_are_added_and_taken_away_one_by_one(database: Database) -> None:
    dense = set(range(1000, 1300))
    await mark(database, dense)
    await mark(database, [7])
    await mark(database, [1000, 8], bear=False)
    assert await bearers(database, "耕地") == dense - {1000} | {7}
    await mark(database, dense | {7}, bear=False)
    assert await bearers(database, "耕地") == set()


async def test_only_the_blocks_asked_for_are_read(database: Database) -> None:
    await mark(database, [1, BLOCK, 2 * BLOCK])
    async with database.read() as tx:
        assert await Postings(tx.connection).read(["耕地"], [1]) == {"耕地": bits_of([BLOCK])}


async def test_more_tokens_than_one_statement_names(database: Database) -> None:
    tokens = frozenset(f"{number:05}" for number in range(2500))
    async with database.write() as tx:
        postings = Postings(tx.connection)
        await postings.change([Change(3, tokens, NONE)])
        kept = await postings.read(["00000", "02499"])
    assert kept == {"00000": {0: 8}, "02499": {0: 8}}
