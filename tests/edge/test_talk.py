"""What somebody means by words that are no command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.office import NUMBER

if TYPE_CHECKING:
    from tests.edge.office import Office


@pytest.mark.parametrize("summary", ["查明某村占地三亩，尚未处理", "线索来自日常巡查，已固定证据"])
async def test_an_open_question_comes_before_every_other_meaning(
    office: Office, summary: str
) -> None:
    office["王敏"].write(None, "/lead 2C 移送线索")
    await office.reads("王敏", "请用一两句话写明情况")
    await office.answer("王敏", summary, f"线索摘要：{summary}")
    assert len(await office.rows("drafts")) == 1


@pytest.mark.parametrize("talk", ["线索我们已经收到，谢谢", "查无此人", "今天开会", "线索2026-1"])
async def test_talk_in_a_group_is_none_of_ours(office: Office, talk: str) -> None:
    office["王敏"].write(office.group, talk)
    await office.settle()
    assert office.talk(office.group) == [f"王敏：{talk}"]
    assert await office.rows("drafts") == []


async def test_a_number_alone_is_looked_up_in_private(office: Office) -> None:
    await office.filed()
    office["王敏"].write(None, "线索2026-1")
    await office.reads("王敏", f"{NUMBER}　已移送")


async def test_a_word_is_enough_to_give_up(office: Office) -> None:
    office["王敏"].write(None, "/lead 2C 移送线索")
    await office.reads("王敏", "请用一两句话写明情况")
    await office.answer("王敏", "算了", "已取消")
    assert await office.rows("drafts") == []


async def test_every_field_can_be_filled_in_or_changed(office: Office) -> None:
    office["王敏"].write(None, "/lead 2C 移送线索 某村占地")
    draft = await office.reads("王敏", "核对无误")
    await office.pressed("王敏", draft, "补充或修改")
    await office.sandbox.until(lambda: "被执行人" in draft.labels)
    await office.pressed("王敏", draft, "被执行人")
    await office.sandbox.until(lambda: "被执行人（自然人写张某某）" in draft.text)
    draft = await office.answer("王敏", "某建材公司", "被执行人：某建材公司")
    await office.pressed("王敏", draft, "补充或修改")
    await office.sandbox.until(lambda: "路径 ✓" in draft.labels)
    await office.pressed("王敏", draft, "路径 ✓")
    await office.sandbox.until(lambda: "申请监督" in draft.labels)
    await office.pressed("王敏", draft, "申请监督")
    await office.sandbox.until(lambda: "哪一天知道" in draft.text)
    draft = await office.answer("王敏", "3月2日", "申请监督期限：自3月2日算，2026年9月2日")
    assert await office.pressed("王敏", draft, "✅ 提交") == ""
    (record,) = await office.rows("records")
    assert '"route": "apply"' in str(record["data"]).replace("'", '"')


@pytest.mark.parametrize(
    ("summary", "word"),
    [("举报人李某住在村口", "举报人或未成年人"), ("未成年人王某参与占地", "举报人或未成年人")],
)
async def test_informants_and_minors_are_never_kept(
    office: Office, summary: str, word: str
) -> None:
    office["王敏"].write(None, "/lead 2C 移送线索")
    await office.reads("王敏", "请用一两句话写明情况")
    office["王敏"].write(None, summary)
    await office.reads("王敏", word)
    assert summary not in await office.everything()


async def test_who_can_be_reached_again_is_told_what_waits(office: Office) -> None:
    li = office["李静"]
    li.block()
    await office.filed()
    await office.reads("王敏", "鄂城区检察院的联络员均未开通私聊", office.group)
    li.unblock()
    told = await office.reads("李静", "鄂城区检察院有1件待办")
    li.start()
    todo = await office.reads("李静", "鄂城区检察院有1件待办", after=told)
    said = await office.pressed("李静", todo, f"签收 {NUMBER}")
    assert said == f"已办理：签收 {NUMBER}。"
    await office.sandbox.until(lambda: "程序性答复，" in todo.text)
