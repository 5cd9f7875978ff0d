from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database


async def test_a_question_is_known_where_it_was_asked(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        number = await tx.questions.add(7, "鄂城 张某", now)
        assert await tx.questions.get(number, 7) == ("鄂城 张某", now)
        assert await tx.questions.get(number, 8) is None
        assert await tx.questions.get(number + 1, 7) is None


async def test_questions_are_forgotten_and_their_numbers_not_used_again(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        old = await tx.questions.add(7, "张某", now - timedelta(days=8))
        kept = await tx.questions.add(7, "耕地", now)
        await tx.questions.forget_before(now - timedelta(days=7))
        assert await tx.questions.get(old, 7) is None
        assert await tx.questions.get(kept, 7) is not None
        await tx.questions.forget_before(now + timedelta(days=1))
        assert await tx.questions.add(7, "林地", now) > kept
