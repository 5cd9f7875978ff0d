"""Files sent in chat: fetched over a bad line, looked through, kept once, handed out."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.files import StoredFile
from tests.edge.office import NUMBER, eventually
from tests.sheets import JPG, PDF, xlsx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.sandbox.faults import FaultKind
    from tests.edge.office import Office

SHEET = xlsx("泽林镇", "占地3.52亩")
SHIPPED = resources.files("bot") / "offices" / "ezhou.toml"
DIGEST = sha256(SHEET).hexdigest()
GIF = b"GIF89a\x40\x01\xf0\x00"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file that could not be fetched be tried again soon."""

    def soon(_attempts: int) -> timedelta:
        return timedelta(seconds=0.02)

    monkeypatch.setattr("handlers.fetcher.pause_after", soon)
    monkeypatch.setattr("bot.storage.files.pause_after", soon)


async def begins(office: Office, name: str = "王敏") -> None:
    """Let somebody begin a lead in private."""
    office[name].write(None, "/lead 2C 移送线索")
    await office.reads(name, "请用一两句话写明情况")


async def states(office: Office) -> list[tuple[str, int]]:
    return [(row["state"], row["attempts"]) for row in await office.rows("attachments")]


async def kept(office: Office) -> list[str]:
    return [row["sha256"] for row in await office.rows("files")]


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_a_sheet_sent_while_a_form_is_filled_in_is_kept(office: Office) -> None:
    await begins(office)
    sent = office["王敏"].send_file(None, SHEET, "C:\\王敏\\当事人刘建国.xlsx")
    told = await office.reads("王敏", f"校验码 {DIGEST[:12]}")
    await office.settle()
    assert "已保存附件“当事人刘某某.xlsx”" in told.text
    assert told.reply_to is sent
    assert await kept(office) == [DIGEST]
    assert await states(office) == [("stored", 1)]
    assert "刘建国" not in await office.everything()


async def test_a_sheet_goes_to_a_complete_draft_as_well(office: Office) -> None:
    office["王敏"].write(None, "/lead 2C 移送线索 某村占地")
    await office.reads("王敏", "核对无误")
    office["王敏"].send_file(None, SHEET, "台账.xlsx")
    await office.reads("王敏", "已保存附件")


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("kind", ["429", "5xx", "drop_before", "drop_after"])
async def test_over_a_bad_line_it_is_tried_again(
    office: Office, kind: FaultKind, method: str
) -> None:
    await begins(office)
    office.sandbox.faults.add(kind, method, times=2, seconds=1)
    office["王敏"].send_file(None, SHEET, "台账.xlsx")
    await office.reads("王敏", "已保存附件")
    await office.settle()
    assert await kept(office) == [DIGEST]
    assert await states(office) == [("stored", 3)]


async def test_what_cannot_be_fetched_is_asked_for_again_and_stops_no_other(
    office: Office,
) -> None:
    await begins(office)
    gone = office["王敏"].send_file(None, SHEET, "一.xlsx")
    assert gone.file
    office.sandbox.world.files.forget(gone.file)
    office["王敏"].send_file(None, SHEET, "二.xlsx")
    await office.reads("王敏", "附件“一.xlsx”没有取到")
    await office.settle()
    assert sorted(await states(office)) == [("failed", 10), ("stored", 1)]


def unsized(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the messenger not say how large a file is: it need not."""

    def without(tell: Callable[[StoredFile], dict[str, object]]) -> Callable[..., object]:
        def told(file: StoredFile) -> dict[str, object]:
            parts = tell(file)
            for part in (parts, parts.get("document")):
                if isinstance(part, dict):
                    part.pop("file_size", None)
            return parts

        return told

    for name in ("json", "message_json"):
        monkeypatch.setattr(StoredFile, name, without(getattr(StoredFile, name)))


async def test_no_more_is_read_than_may_be_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsized(monkeypatch)
    await begins(office)
    office["王敏"].send_file(None, bytes(6 * 1024 * 1024), "台账.xlsx")
    told = await office.reads("王敏", "附件“台账.xlsx”：文件超过5 MB")
    await office.settle()
    assert "没有保存" in told.text
    assert await states(office) == [("refused", 1)]


async def test_what_telegram_will_not_hand_out_is_explained(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsized(monkeypatch)
    await begins(office)
    office["王敏"].send_file(None, bytes(21 * 1024 * 1024), "台账.xlsx")
    await office.reads("王敏", "附件“台账.xlsx”：文件超过5 MB")
    await office.settle()
    assert await states(office) == [("refused", 1)]


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (bytes(6 * 1024 * 1024), "台账.xlsx", "文件超过5 MB"),
        (PDF, "决定书.pdf", "现在只收 Excel 表格（.xlsx）、CSV 表格（.csv）"),
        (SHEET, "台账.xlsm", "文件里有宏"),
        (SHEET, "举报人名单.xlsx", "举报人或未成年人"),
    ],
)
async def test_what_may_not_be_kept_is_refused_before_it_is_fetched(
    office: Office, content: bytes, name: str, word: str
) -> None:
    await begins(office)
    before = await office.counts()
    office["王敏"].send_file(None, content, name)
    told = await office.reads("王敏", word)
    await office.settle()
    assert "没有保存" in told.text
    assert await office.counts() == before
    assert "getFile" not in {exchange.method for exchange in office.sandbox.exchanges}


async def test_a_false_sheet_is_found_out_by_its_content(office: Office) -> None:
    await begins(office)
    office["王敏"].send_file(None, PDF, "台账.xlsx")
    await office.reads("王敏", "内容不是Excel 表格，没有保存")
    await office.settle()
    assert await kept(office) == []


async def test_a_mark_within_a_file_leaves_only_the_event(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await begins(office)
    before = await office.counts()
    office["王敏"].send_file(None, xlsx("占地", "机密★5年"), "台账.xlsx")
    await office.reads("王敏", "所附的文件里有涉密或内部资料字样")
    await office.settle()
    assert await office.counts() == {**before, "events": before["events"] + 1}
    assert (await office.rows("events"))[-1]["name"] == "secrecy_refused"
    assert "机密" not in await office.everything() + caplog.text


async def test_a_photo_is_refused_and_a_voice_too(office: Office) -> None:
    await begins(office)
    before = await office.counts()
    office["王敏"].send_file(None, GIF, "1.gif", photo=True)
    await office.reads("王敏", "盖章文件不要在聊天中传送")
    voice = {"file_id": "AwAC1", "file_unique_id": "AQ1", "duration": 3, "file_size": 900}
    message = office["王敏"].write(None, "。").json()
    del message["text"]
    office.sandbox.world.updates.add("message", message | {"voice": voice})
    await office.reads("王敏", "机器人不接收语音")
    await office.settle()
    assert (await office.counts())["attachments"] == before["attachments"] == 0


async def test_an_office_may_take_pictures(closed_office: Office, tmp_path: Path) -> None:
    office = closed_office
    file = tmp_path / "office.toml"
    file.write_text(SHIPPED.read_text("utf-8").replace('"xlsx", "csv"', '"jpg"'), "utf-8")
    await office.open(office=file)
    await begins(office)
    office["王敏"].send_file(None, JPG, "现场.jpeg")
    await office.reads("王敏", "已保存附件“现场.jpeg”")
    office["王敏"].send_file(None, SHEET, "台账.xlsx")
    await office.reads("王敏", "现在只收 JPG 图片（.jpg、.jpeg）")


async def test_without_a_form_the_next_step_is_named(office: Office) -> None:
    office["王敏"].send_file(None, SHEET, "台账.xlsx")
    await office.reads("王敏", "请先发 /lead 登记，再发送文件")
    await office.settle()
    assert await office.rows("attachments") == []


async def test_files_in_a_group_are_none_of_ours(office: Office) -> None:
    office["王敏"].write(office.group, "/lead 2C 移送线索")
    preview = await office.reads("王敏", "请用一两句话写明情况", office.group)
    office["王敏"].send_file(office.group, SHEET, "台账.xlsx")
    await office.settle()
    assert await office.rows("attachments") == []
    assert office.talk(office.group, after=preview) == ["王敏："]


async def claimed(office: Office) -> bool:
    return await states(office) == [("waiting", 1)]


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_a_file_claimed_by_a_bot_that_died_is_fetched_by_the_next(office: Office) -> None:
    await begins(office)
    office.sandbox.faults.add("slow", "download", seconds=600)
    office["王敏"].send_file(None, SHEET, "台账.xlsx")
    await eventually(lambda: claimed(office))
    await office.close()
    office.sandbox.faults.clear()
    await office.open()
    await office.reads("王敏", "已保存附件")
    await office.settle()
    assert await states(office) == [("stored", 2)]


async def test_a_file_that_kills_whoever_fetches_it_is_given_up(office: Office) -> None:
    await begins(office)
    office.sandbox.faults.add("slow", "download", seconds=600)
    office["王敏"].send_file(None, SHEET, "台账.xlsx")
    await eventually(lambda: claimed(office))
    await office.close()
    async with office.database.write() as tx:
        for hours in range(1, 10):
            await tx.files.claim(office.sandbox.clock.now() + timedelta(hours=hours))
    office.sandbox.clock.advance(timedelta(hours=10))
    await office.open()
    await office.reads("王敏", "没有取到")
    assert await states(office) == [("failed", 11)]


async def filed_with_sheet(office: Office) -> None:
    """A lead whose draft had a sheet."""
    office["王敏"].write(None, "/lead 2C 移送线索 某村占地")
    preview = await office.reads("王敏", "核对无误")
    office["王敏"].send_file(None, SHEET, "台账.xlsx")
    await office.reads("王敏", "已保存附件")
    await office.pressed("王敏", preview, "✅ 提交")
    await office.settle()


async def test_who_is_entitled_gets_the_very_file(office: Office) -> None:
    await filed_with_sheet(office)
    card = await office.reads("李静", f"{NUMBER}　已移送", office.group)
    await office.pressed("李静", card, "私聊看详情")
    listed = await office.reads("李静", f"校验码 {DIGEST[:12]}")
    office.sandbox.faults.add("drop_before", "sendDocument", times=1)
    await office.pressed("李静", listed, "发送附件")
    sent = await office.reads("李静", "附件 1/1")
    await office.settle()
    assert sent.data == SHEET
    assert sent.file
    assert sent.file.name == "台账.xlsx"
    event = (await office.rows("events"))[-1]
    assert event["name"] == "files_disclosed"
    assert DIGEST in event["body"]


@pytest.mark.parametrize("name", ["周岚", "孙伟"])
async def test_nobody_else_gets_it_by_a_forged_button(office: Office, name: str) -> None:
    await filed_with_sheet(office)
    office[name].write(None, "/help")
    told = await office.reads(name, "用法")
    await office.settle()
    before = await office.counts()
    assert await office.forged(name, told, "1.fs.1")
    await office.settle()
    assert await office.counts() == before
    assert not any(message.file for message in office[name].reads(None))


async def test_no_file_appears_in_a_group(office: Office) -> None:
    await filed_with_sheet(office)
    card = await office.reads("王敏", f"{NUMBER}　已移送", office.group)
    await office.forged("王敏", card, "1.fs.1")
    await office.reads("王敏", "附件 1/1")
    await office.settle()
    assert not any(message.file for message in office.group.messages.values())


async def test_a_file_purged_meanwhile_is_not_sent(office: Office) -> None:
    await filed_with_sheet(office)
    card = await office.reads("王敏", f"{NUMBER}　已移送", office.group)
    office.sandbox.faults.add("5xx", "sendDocument", rate=1.0)
    await office.forged("王敏", card, "1.fs.1")
    await office.sandbox.until(
        lambda: any(e.method == "sendDocument" for e in office.sandbox.exchanges)
    )
    async with office.database.write() as tx:
        await tx.files.purge(1)
    office.sandbox.faults.clear()
    await office.settle()
    assert not any(message.file for message in office["王敏"].reads(None) if message.sender.is_bot)
    (failed,) = [row for row in await office.rows("outbox") if row["state"] == "failed"]
    assert failed["trouble"] == "fault: LookupError"
