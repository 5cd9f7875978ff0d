"""A message with a secrecy mark: refused, removed, explained in private, kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.office import STRANGER

if TYPE_CHECKING:
    from tests.edge.office import Office

SECRET = "【机密★5年】刘某某案内部会议意见"


@pytest.mark.parametrize("words", [SECRET, f"/lead {SECRET}", f"线索 {SECRET}", f"/case {SECRET}"])
async def test_it_is_taken_out_of_the_group_and_kept_nowhere(
    office: Office, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    office["孙伟"].write(office.group, "请各位注意。")
    office["王敏"].promote(office.group)
    message = office["王敏"].write(office.group, words)
    await office.reads("王敏", "涉密内容只能走机要渠道")
    await office.settle()
    assert message.deleted
    assert office.talk(office.group) == ["孙伟：请各位注意。"]
    assert "机密" not in await office.everything()
    assert "会议意见" not in caplog.text


async def test_where_the_bot_may_not_delete_it_still_warns(office: Office) -> None:
    message = office["王敏"].write(office.group, SECRET)
    await office.reads("王敏", "请立即删除原消息")
    await office.settle()
    assert not message.deleted
    assert "机密" not in await office.everything()


async def test_who_cannot_be_written_to_is_warned_no_less(office: Office) -> None:
    office["王敏"].promote(office.group)
    message = office["赵立"].write(office.group, SECRET)
    await office.settle()
    assert message.deleted
    assert "机密" not in await office.everything()


async def test_a_mark_put_in_afterwards_is_seen_too(office: Office) -> None:
    office["王敏"].promote(office.group)
    message = office["王敏"].write(office.group, "请看文件。")
    office["王敏"].edit(message, SECRET)
    await office.reads("王敏", "涉密内容只能走机要渠道")
    await office.settle()
    assert message.deleted


async def test_a_mark_in_a_files_caption_is_seen_too(office: Office) -> None:
    office["王敏"].promote(office.group)
    message = office["王敏"].send_file(office.group, b"%PDF-1.7", "a.pdf", caption=SECRET)
    await office.reads("王敏", "涉密内容只能走机要渠道")
    await office.settle()
    assert message.deleted
    assert "机密" not in await office.everything()


async def test_a_mark_in_a_files_name_is_seen_too(office: Office) -> None:
    office["王敏"].promote(office.group)
    message = office["王敏"].send_file(office.group, b"%PDF-1.7", "会议纪要【机密★5年】.pdf")
    await office.reads("王敏", "涉密内容只能走机要渠道")
    await office.settle()
    assert message.deleted
    assert "机密" not in await office.everything()


async def test_an_answer_with_a_mark_leaves_the_form_as_it_was(office: Office) -> None:
    office["王敏"].write(None, "/lead 2C 移送")
    preview = await office.reads("王敏", "直接发送即可")
    office["王敏"].write(None, SECRET)
    await office.reads("王敏", "涉密内容只能走机要渠道")
    await office.settle()
    assert "机密" not in await office.everything()
    assert "还缺：线索摘要" in preview.text


async def test_in_a_bound_group_anybodys_mark_is_removed_without_a_word(office: Office) -> None:
    office["王敏"].promote(office.group)
    before = await office.counts()
    messages = [
        office[STRANGER].write(office.group, SECRET),
        office["王敏"].write(office.group, SECRET, anonymous=True),
    ]
    await office.settle()
    assert all(message.deleted for message in messages)
    assert office.talk(office.group) == []
    assert await office.counts() == before
    assert "机密" not in await office.everything()


@pytest.mark.parametrize("words", [SECRET, f"/join {SECRET}"])
async def test_a_stranger_is_told_no_more_than_ever(office: Office, words: str) -> None:
    before = await office.counts()
    office[STRANGER].write(None, words)
    told = await office.reads(STRANGER, "不在联络员名册中")
    await office.settle()
    assert "密" not in told.text
    assert await office.counts() == before
    assert "机密" not in await office.everything()


async def test_in_a_group_of_others_a_strangers_mark_is_their_own(office: Office) -> None:
    elsewhere = office.sandbox.group("别处", office[STRANGER], office["王敏"])
    message = office[STRANGER].write(elsewhere, SECRET)
    await office.settle()
    assert not message.deleted
