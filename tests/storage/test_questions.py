from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.facets import Facet, Sort
from bot.storage.questions import Question

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database

FILTERS = frozenset({Facet(Sort.MINE), Facet(Sort.STATE, "lead/signed")})


async def test_a_question_is_known_where_it_was_asked(database: Database, now: datetime) -> None:
    asked = Question("鄂城 张某", now, 5, FILTERS)
    async with database.write() as tx:
        number = await tx.questions.add(7, asked)
        assert await tx.questions.get(number, 7) == asked
        assert await tx.questions.get(number, 8) is None
        assert await tx.questions.get(number + 1, 7) is None


async def test_a_question_changes_and_stays_whose_it_is(database: Database, now: datetime) -> None:
    asked = Question("鄂城 张某", now, 5)
    async with database.write() as tx:
        number, other = await tx.questions.add(7, asked), await tx.questions.add(7, asked)
        await tx.questions.change(number, "张某", FILTERS)
        assert await tx.questions.get(number, 7) == replace(asked, text="张某", filters=FILTERS)
        assert await tx.questions.get(other, 7) == asked


async def test_questions_are_forgotten_and_their_numbers_not_used_again(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        old = await tx.questions.add(7, Question("张某", now - timedelta(days=8)))
        kept = await tx.questions.add(7, Question("耕地", now))
        await tx.questions.forget_before(now - timedelta(days=7))
        assert await tx.questions.get(old, 7) is None
        assert await tx.questions.get(kept, 7) is not None
        await tx.questions.forget_before(now + timedelta(days=1))
        assert await tx.questions.add(7, Question("林地", now)) > kept
