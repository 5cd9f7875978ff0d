"""A reminder's buttons and `/upcoming`, pressed and asked by whom they concern and by others."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.services import buttons
from tests.edge.office import NUMBER, PARTY

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
DONE = "已经办结或不再需要，不必再点。发送 /todo 可看现有待办。"
LATER, STEP = "稍后提醒", f"签收 {NUMBER}"
ASKED = "请选择何时再提醒您"


async def reminded(office: Office) -> tuple[Message, Message]:
    """A lead filed on Monday is due on Wednesday: the receiver's reminder of Tuesday, its card."""
    card = await office.filed()
    office.sandbox.clock.advance(timedelta(days=1))
    await office.tick()
    await office.settle()
    return await office.reads("李静", "办理提醒"), card


def codes(reminder: Message) -> dict[str, str]:
    """What stands behind each button, by its label."""
    rows = reminder.keyboard.rows if reminder.keyboard else ()
    return {key.label: key.data or "" for row in rows for key in row}


@both
async def test_the_next_step_is_one_tap_and_a_second_tap_does_nothing(office: Office) -> None:
    reminder, card = await reminded(office)
    assert reminder.labels == [STEP, LATER]
    assert PARTY not in reminder.text
    seen = codes(reminder)
    assert "已办理" in await office.pressed("李静", reminder, STEP)
    assert await office.state() == "signed"
    for data in seen.values():
        again = await office.toast("李静", office["李静"].press(reminder, data, forged=True))
        assert (again.text, again.alert) == (DONE, False)
    assert "　已签收\n" in card.text


async def test_after_the_answer_the_reminder_says_so_where_it_stands(office: Office) -> None:
    reminder, card = await reminded(office)
    seen, shown = codes(reminder), len(office["李静"].reads())
    await office.pressed("李静", card, "签收")
    await office.settle()
    assert f"✓ {NUMBER}　签收线索：已办理" in reminder.text
    assert not reminder.labels
    assert await office.forged("李静", reminder, seen[STEP]) == DONE
    assert len(office["李静"].reads()) == shown, "an edit, and nothing else"


async def test_a_reminder_that_its_reader_has_deleted_does_not_come_back(office: Office) -> None:
    reminder, card = await reminded(office)
    del office["李静"].private.messages[reminder.id]
    await office.pressed("李静", card, "签收")
    await office.settle()
    assert not [m for m in office["李静"].reads() if "办理提醒" in m.text]


@pytest.mark.parametrize("name", ["路人甲", "陈刚", "周岚", "王敏", "孙伟", "吴建国"])
async def test_nobody_else_can_use_somebodys_reminder(office: Office, name: str) -> None:
    reminder, card = await reminded(office)
    before = await office.rows("nags")
    for data in codes(reminder).values():
        await office.forged(name, card, data)
    await office.settle()
    assert await office.state() == "handed_over"
    assert await office.rows("nags") == before
    assert not await office.rows("drafts")


async def test_a_reminder_is_put_off_once_however_often_that_is_pressed(office: Office) -> None:
    reminder, _ = await reminded(office)
    later = codes(reminder)[LATER]
    await office.pressed("李静", reminder, LATER)
    asked = await office.reads("李静", ASKED, after=reminder)
    assert await office.pressed("李静", reminder, LATER) == "请在下方选择何时再提醒。"
    await office.settle()
    assert [m for m in office["李静"].reads() if ASKED in m.text] == [asked]
    until = codes(asked)[asked.labels[0]]
    assert asked.labels == ["下一工作日上午"], "it is due then, and never later"
    await office.pressed("李静", asked, asked.labels[0])
    await office.reads("李静", "3月11日 09:00再次提醒您", after=reminder)
    assert not await office.forged("李静", reminder, until), "a second tap says and does nothing"
    await office.settle()
    assert len([m for m in office["李静"].reads() if "再次提醒您" in m.text]) == 1
    assert f"－ {NUMBER}　签收线索：稍后提醒（3月11日 09:00）" in reminder.text
    assert not reminder.labels
    office.sandbox.clock.advance(timedelta(days=1))
    await office.tick()
    await office.settle()
    again = await office.reads("李静", "今天到期", after=asked)
    assert again.text.count(NUMBER) == 1
    assert again.labels == [STEP], "there is no later any more"
    refusal = await office.forged("李静", reminder, later)
    assert "不能再推迟提醒" in refusal


async def test_a_question_that_was_deleted_is_asked_anew(office: Office) -> None:
    reminder, _ = await reminded(office)
    await office.pressed("李静", reminder, LATER)
    asked = await office.reads("李静", ASKED, after=reminder)
    del office["李静"].private.messages[asked.id]
    await office.pressed("李静", reminder, LATER)
    await office.reads("李静", ASKED, after=asked)


@both
async def test_no_forged_button_of_a_reminder_does_anything(office: Office) -> None:
    reminder, card = await reminded(office)
    await office.settle()
    before = await office.counts()
    until = codes(reminder)[LATER].replace(f".{buttons.LATER}.", f".{buttons.UNTIL}.")
    wrong = [
        f"1.{verb}{rest}"
        for verb in (buttons.NAG, buttons.LATER, buttons.UNTIL)
        for rest in ("", ".", ".x", ".0", ".-1", ".99", ".9223372036854775808", ".99.0", ".１")
    ]
    moments = (f"{until}.{at}" for at in ("0", "-1", "x", "1773190799", "1904860800", "9" * 20))
    for data in (*wrong, until, *moments):
        said = await office.forged("李静", card, data)
        assert said, f"{data!r} was not answered"
        assert "故障" not in said, f"{data!r} made it fail"
    await office.settle()
    assert await office.counts() == before
    assert await office.state() == "handed_over"


async def test_the_way_to_the_rest_opens_the_whole_list_below(office: Office) -> None:
    reminder, card = await reminded(office)
    for _ in range(2):
        await office.forged("李静", card, buttons.code(buttons.TODO, buttons.ALL))
        todo = await office.reads("李静", "有1件待办", after=reminder)
        reminder = todo
    assert NUMBER in todo.text


async def test_upcoming_is_told_in_private_wherever_it_is_asked(office: Office) -> None:
    await office.filed()
    for chat in (None, office.group):
        office["李静"].write(chat, "/upcoming")
        await office.settle()
    told = [m.text for m in office["李静"].reads() if "未来7天" in m.text]
    assert len(told) == 2
    assert all(f"{NUMBER} 签收线索（距届满1日，本人承办）" in text for text in told)
    assert PARTY not in str(told)
    assert not any("未来7天" in line for line in office.talk(office.group))


@pytest.mark.parametrize(
    ("name", "people", "group"),
    [
        ("李静", True, True),
        ("王敏", False, True),
        ("吴建国", True, True),
        ("孙伟", True, True),
        ("陈刚", False, False),
        ("周岚", False, False),
    ],
)
async def test_everybody_is_told_what_concerns_them(
    office: Office, name: str, people: bool, group: bool
) -> None:
    await office.filed()
    asked = office[name].write(None, "/upcoming 14")
    told = (await office.reads(name, "未来14天", after=asked)).text
    assert ("李静：" in told) == people
    assert ("群“鄂城群”" in told) == group
    assert (NUMBER in told) == (people or group)


async def test_a_stranger_is_told_nothing_of_what_comes(office: Office) -> None:
    asked = office["路人甲"].write(office.group, "/upcoming")
    await office.reads("路人甲", "您还不在联络员名册中", office.group, after=asked)


@pytest.mark.parametrize(
    "words", ["0", "93", "-1", "1.5", "七", "²", "9" * 30, "3 4", "天", "<b>", "明天"]
)
async def test_a_number_of_days_that_is_none_is_refused_with_an_example(
    office: Office, words: str
) -> None:
    asked = office["王敏"].write(None, f"/upcoming {words}")
    await office.reads("王敏", "没有看懂天数", after=asked)
    asked = office["王敏"].write(None, "/upcoming 14")
    await office.reads("王敏", "未来14天", after=asked)
