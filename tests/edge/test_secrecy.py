"""A message with a secrecy mark: refused, removed, explained in private, kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.office import LINE, NUMBER, STRANGER

if TYPE_CHECKING:
    from tests.edge.office import Office

SECRET = "【机密★5年】刘某某案内部会议意见"
GIF = b"GIF89a\x40\x01\xf0\x00"
"""As much of a picture as a messenger looks at."""


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


async def test_that_it_happened_is_the_only_thing_kept(office: Office) -> None:
    before = await office.counts()
    office["王敏"].send_file(office.group, GIF, "1.gif", caption=SECRET, photo=True)
    await office.reads("王敏", "涉密内容只能走机要渠道")
    await office.settle()
    assert await office.counts() == {**before, "events": 1}
    [event] = await office.rows("events")
    assert (event["name"], event["actor"]) == ("secrecy_refused", 1)
    assert event["body"] == f'{{"chat":{office.group.id}}}'


USER = {"id": 9, "is_bot": False, "first_name": "甲"}
OTHER_SORTS: dict[str, dict[str, object]] = {
    "contact": {"contact": {"phone_number": "13812345678", "first_name": "机密★"}},
    "venue": {
        "venue": {
            "location": {"latitude": 1, "longitude": 2},
            "title": SECRET,
            "address": "街",
        }
    },
    "poll": {
        "poll": {
            "id": "1",
            "question": "怎么办",
            "options": [{"text": SECRET, "voter_count": 0, "persistent_id": "1"}],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": True,
            "members_only": False,
        }
    },
    "forwarded": {
        "text": SECRET,
        "forward_origin": {"type": "user", "date": 1, "sender_user": USER},
    },
    "quoted": {"text": "请看", "quote": {"text": SECRET, "position": 0}},
    "not invented yet": {"hologram": {"pages": [{"words": SECRET}]}},
}


@pytest.mark.parametrize("parts", OTHER_SORTS.values(), ids=OTHER_SORTS.keys())
async def test_a_mark_is_seen_in_whatever_shows_words(
    office: Office, parts: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    office.malformed = True
    office["王敏"].promote(office.group)
    message = office["王敏"].write(office.group, "。")
    raw = {name: part for name, part in message.json().items() if name != "text"}
    office.sandbox.world.updates.add("message", raw | parts)
    await office.reads("王敏", "涉密内容只能走机要渠道")
    await office.settle()
    assert message.deleted
    assert "机密" not in await office.everything() + caplog.text


async def test_what_others_show_leaves_nothing_either(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Contacts, places and stickers without a mark are not read at all."""
    message = office["王敏"].write(office.group, "。")
    raw = {name: part for name, part in message.json().items() if name != "text"}
    for part in (
        {"contact": {"phone_number": "13812345678", "first_name": "刘建国"}},
        {"location": {"latitude": 30.123456, "longitude": 114.5}},
    ):
        office.sandbox.world.updates.add("message", raw | part)
    await office.settle()
    kept = await office.everything() + caplog.text
    assert all(words not in kept for words in ("13812345678", "刘建国", "30.123456"))


async def test_a_reply_does_not_bring_another_s_mark_in(office: Office) -> None:
    office["王敏"].promote(office.group)
    marked = office[STRANGER].write(office.group, SECRET)
    await office.settle()
    office["王敏"].demote(office.group)
    marked.deleted = False
    asked = office["王敏"].write(office.group, "/lead 2C 移送线索", reply_to=marked)
    await office.reads("王敏", "请提醒发送人立即删除")
    await office.settle()
    assert not asked.deleted
    assert await office.rows("drafts") == []
    assert "机密" not in await office.everything()


async def test_a_reply_takes_the_marked_message_out_of_the_group(office: Office) -> None:
    marked = office["李静"].write(office.group, SECRET)
    await office.reads("李静", "请立即删除原消息")
    await office.settle()
    office["王敏"].promote(office.group)
    asked = office["王敏"].write(office.group, "/lead", reply_to=marked)
    await office.reads("王敏", "请提醒发送人立即删除")
    await office.settle()
    assert marked.deleted
    assert not asked.deleted


async def test_one_may_reply_to_what_the_bot_says_of_secrecy(office: Office) -> None:
    office["王敏"].write(None, SECRET)
    told = await office.reads("王敏", "内部资料字样")
    office["王敏"].write(None, "/case 线索2026-9", reply_to=told)
    await office.reads("王敏", "没有找到")


async def test_a_mark_put_into_a_filed_report_changes_nothing_of_it(office: Office) -> None:
    office["王敏"].promote(office.group)
    asked = office["王敏"].write(office.group, LINE)
    office["王敏"].press(await office.reads("王敏", "核对无误", office.group), "✅ 提交")
    await office.reads("王敏", NUMBER, office.group)
    await office.settle()
    before = await office.rows("records")
    office["王敏"].edit(asked, f"{LINE} {SECRET}")
    await office.reads("王敏", "涉密内容只能走机要渠道")
    await office.settle()
    assert asked.deleted
    assert await office.rows("records") == before
    assert "机密" not in await office.everything()
