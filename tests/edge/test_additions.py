"""What is learned later: a pin on the map, a sheet; and messages made into leads, files and all."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

from tests.edge.office import NUMBER

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from tests.edge.office import Office

PLACE = {"latitude": 30.391234, "longitude": 114.894321}


def sheet() -> bytes:
    """The least that is a workbook."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, "<x/>")
    return content.getvalue()


def send(office: Office, like: Message, **content: object) -> None:
    """Let the writer of a message send something the sandbox's clients cannot."""
    message = like.json() | {"message_id": like.id + 500} | content
    del message["text"]
    message.pop("entities", None)
    office.sandbox.world.updates.add("message", message)


async def asked_for_more(office: Office, name: str = "王敏") -> Message:
    card = await office.filed()
    begun = office[name].write(None, "/help")
    await office.pressed(name, card, "私聊看详情")
    detail = await office.reads(name, "本次查阅已记录")
    await office.pressed(name, detail, "补充")
    await office.reads(name, "请发送要补充的情况")
    return begun


async def test_a_pin_is_an_addition_when_one_is_asked_for(office: Office) -> None:
    send(office, await asked_for_more(office), location=PLACE)
    preview = await office.reads("王敏", "位置：北纬30.39123°，东经114.89432°")
    await office.pressed("王敏", preview, "✅ 提交")
    await office.reads("王敏", f"已补充：{NUMBER}")
    assert (await office.rows("events"))[-1]["name"] == "added"
    assert "30.39" not in "".join(office.talk(office.group))


async def test_a_pin_that_nobody_asked_for_is_not_kept(office: Office) -> None:
    begun = [office["王敏"].write(chat, "/help") for chat in (None, office.group)]
    await office.settle()
    before = await office.counts()
    for message in begun:
        send(office, message, location=PLACE)
    await office.reads("王敏", "这个位置没有保存")
    await office.settle()
    assert {**await office.counts(), "outbox": 0} == {**before, "outbox": 0}
    assert not any("位置" in line for line in office.talk(office.group))
    assert "30.39" not in await office.everything()


async def test_a_sheet_alone_is_an_addition(office: Office) -> None:
    await asked_for_more(office)
    office["王敏"].send_file(None, sheet(), "现场台账.xlsx")
    preview = await office.reads("王敏", "见附件“现场台账.xlsx”")
    await office.reads("王敏", "已保存附件")
    await office.pressed("王敏", preview, "✅ 提交")
    await office.reads("王敏", f"已补充：{NUMBER}")
    assert [row["record_id"] for row in await office.rows("attachments")] == [1]


async def test_a_reply_takes_the_message_with_its_file_and_names_its_author(
    office: Office,
) -> None:
    told = office["陈刚"].send_file(office.group, sheet(), "台账.xlsx", caption="某村占用耕地5亩")
    office["王敏"].write(office.group, "/lead 2C 移送线索", reply_to=told)
    preview = await office.reads("王敏", "情况提供人", office.group)
    assert "某村" not in preview.text
    await office.pressed("王敏", preview, "✅ 提交")
    await office.reads("王敏", "已登记并移送", office.group)
    (record,) = await office.rows("records")
    assert record["data"]["told_by"] == "陈刚（华容分局）"
    assert record["data"]["summary"] == "某村占用耕地5亩"
    assert [row["record_id"] for row in await office.rows("attachments")] == [1]


async def test_a_reply_to_a_message_with_a_forbidden_file_still_makes_the_draft(
    office: Office,
) -> None:
    told = office["陈刚"].send_file(office.group, b"%PDF-1.7", "扫描.pdf", caption="某村占地5亩")
    office["王敏"].write(office.group, "/lead 2C 移送线索", reply_to=told)
    await office.reads("王敏", "核对无误", office.group)
    await office.settle()
    assert await office.rows("attachments") == []
    assert any("xlsx" in line for line in office.talk(office.group))


async def test_a_voice_while_a_question_is_open_is_asked_for_in_words(office: Office) -> None:
    begun = office["王敏"].write(None, "/lead 2C 移送线索")
    await office.reads("王敏", "请用一两句话写明情况")
    voice = {"file_id": "AwAC1", "file_unique_id": "AQ1", "duration": 3, "file_size": 900}
    send(office, begun, voice=voice)
    await office.reads("王敏", "原来的问题还在等您回答")
