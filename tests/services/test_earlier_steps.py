"""What a step said stays to be read in private, though a later one said something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.people import Place, Role
from bot.services.approvals import DECLINED
from bot.services.disclosure import LONGEST_AMENDMENTS, MOST_PAGES, disclose
from bot.services.forms import choose, open_move
from bot.services.proposals import decide, propose
from bot.storage.tables import contents, outbox
from tests.services.advising import needs

if TYPE_CHECKING:
    from bot.domain.people import Actor, Person
    from tests.conftest import Hire
    from tests.services.advising import Advice


async def told(advice: Advice, reader: Actor, day: str = "07-01") -> list[str]:
    """What a look at the content says."""
    async with advice.on(day) as d:
        before = {row.id for row in await d.tx.connection.execute(outbox.select())}
        await disclose(d, reader, advice.record, 7001)
        rows = await d.tx.connection.execute(outbox.select().order_by(outbox.c.id))
        return [row.text for row in rows if row.id not in before]


async def urged(advice: Advice, *words: str) -> None:
    await advice.deliver()
    for said in words:
        await advice.take("06-20", "urge", urging=said)


async def test_each_urging_is_read_by_both_sides(advice: Advice) -> None:
    await urged(advice, "六月二十日走访", "再次走访", "第三次走访")
    for reader in (advice.prosecutor, advice.bureau):
        detail, earlier = await told(advice, reader)
        assert "督促工作记录</b>：第三次走访" in detail
        assert earlier.splitlines() == [
            "<b>检察建议〔2026〕1号</b>　此前各次办理的内容",
            "",
            "<b>登记督促</b>　6月20日 10:00　鄂城区检察院",
            "督促工作记录：六月二十日走访",
            "",
            "<b>登记督促</b>　6月20日 10:00　鄂城区检察院",
            "督促工作记录：再次走访",
        ]


async def test_what_was_said_once_is_told_once(advice: Advice) -> None:
    await urged(advice, "已走访")
    assert len(await told(advice, advice.bureau)) == 1


async def test_ever_so_much_is_told_in_pages(advice: Advice) -> None:
    await urged(advice, *(f"{at:02}" + "某" * 490 for at in range(45)))
    _, *pages = await told(advice, advice.bureau)
    assert len(pages) == MOST_PAGES
    assert all(len(page) < LONGEST_AMENDMENTS + 100 for page in pages)
    assert "次未列）" in pages[0]
    assert "未列" not in "".join(pages[1:])
    assert "43某" in pages[-1]
    assert "44某" not in pages[-1], "the last one is in the record"


async def test_what_is_purged_is_told_no_more(advice: Advice) -> None:
    await urged(advice, "甲走访", "乙走访")
    await advice.take("06-21", "withdraw")
    async with advice.on("06-22") as d:
        await d.tx.connection.execute(contents.delete())
    assert "甲走访" not in "".join(await told(advice, advice.bureau, "06-22"))


@pytest.fixture
async def leader(people: Hire, advice: Advice) -> Person:
    return await people("jcy-ec", Role.LEADER, "吴建国")


async def test_what_was_proposed_and_why_it_came_back_stays_within_the_side(
    advice: Advice, leader: Person
) -> None:
    await urged(advice, "已走访")
    async with advice.on("06-20") as d:
        given = needs("escalate", {"escalation": "督促无果"})
        version = advice.record.version
        asked = await propose(
            d, advice.prosecutor, advice.record, "escalate", given, version=version
        )
        await decide(d, d.actor(leader), asked.id, approve=False, why="先会商")
        names = [event.name for event in await d.tx.events.of_record(advice.record.id)]
    assert DECLINED in names
    own = "".join(await told(advice, advice.prosecutor))
    assert "提级理由：督促无果" in own
    assert "<b>退回拟稿</b>" in own
    assert "先会商" in own
    others = "".join(await told(advice, advice.bureau))
    assert "督促无果" not in others
    assert "先会商" not in others


@pytest.mark.parametrize(
    ("move", "said"), [("urge", "（对方可见）"), ("escalate", "（批准后对方可见）")]
)
async def test_a_question_in_free_words_says_who_reads_the_answer(
    advice: Advice, move: str, said: str
) -> None:
    await urged(advice, "已走访")
    choice = {"urge": ("urged_by", "visit"), "escalate": ("level", "superior")}[move]
    async with advice.on("06-20") as d:
        place = Place(7001, private=True)
        draft = await open_move(d, advice.prosecutor, advice.record, move, place)
        await choose(d, advice.prosecutor, draft, *choice)
        rows = await d.tx.connection.execute(outbox.select().order_by(outbox.c.id))
        *_, first, last = [row.text for row in rows]
    assert said not in first, "a choice is no free words"
    assert f"</b>{said}" in last
