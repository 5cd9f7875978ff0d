"""Official rest days come into the running bot by chat or by file, and are in force at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.sandbox.clock import SandboxClock
from tests.domain.notices import INVENTED, INVENTED_TEXT
from tests.edge.office import NUMBER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.sandbox.messages import Message
    from tests.edge.office import Office

    RunLiaison = Callable[..., Awaitable[tuple[int, str]]]

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

SHIFTED = f"{NUMBER}　审查终结并告知结果（鄂城区检察院）：2027年2月9日（暂定） → 2027年2月12日"


@pytest.fixture
def clock() -> SandboxClock:
    """A Monday; three months later it is the Spring Festival of the invented notice."""
    return SandboxClock(datetime(2026, 11, 9, 1, tzinfo=UTC))


async def accepted(office: Office) -> Message:
    """File a lead and take it as far as the result is due."""
    card = await office.filed()
    for label, state in (("签收", "已签收"), ("开始审查", "审查中")):
        await office.pressed("李静", card, label)
        await office.sandbox.until(lambda state=state: f"　{state}\n" in card.text)  # type: ignore[misc]
    await office.pressed("李静", card, "立案")
    await office.reads("李静", "直接发送即可")
    form = await office.answer("李静", "鄂城检行监〔2026〕7号", "检察案号：")
    office["李静"].press(form, "✅ 提交")
    await office.sandbox.until(lambda: "2月9日（星期二）届满（暂定）" in card.text)
    return card


async def previewed(office: Office) -> Message:
    asked = office["孙伟"].write(None, f"/calendar {INVENTED_TEXT}")
    return await office.reads("孙伟", "放假通知预览", after=asked)


@both
async def test_an_administrator_imports_a_notice_and_everybody_concerned_hears_of_it(
    office: Office,
) -> None:
    card = await accepted(office)
    preview = await previewed(office)
    assert SHIFTED in preview.text
    assert preview.labels == ["确认导入", "取消"]
    assert await office.pressed("孙伟", preview, "确认导入") == ""
    for name in ("王敏", "李静"):
        await office.reads(name, SHIFTED)
    await office.sandbox.until(lambda: "2027年2月12日（星期五）届满，原为2027年2月9日" in card.text)
    await office.sandbox.until(lambda: "已导入国办发明电〔2026〕9号" in preview.text)
    assert preview.labels == []
    await office.settle()
    for name in ("陈刚", "周岚", "吴建国"):
        assert not any("重新计算" in m.text for m in office[name].reads(None))

    filed = await office.filed()
    assert filed.text
    (*_, newest) = await office.rows("duties")
    (older, *_) = await office.rows("duties")
    assert newest["calendar_version"] != older["calendar_version"], "it is in force at once"


async def test_a_reply_to_a_message_with_the_notice_will_do(office: Office) -> None:
    pasted = office["孙伟"].write(None, INVENTED_TEXT)
    office["孙伟"].write(None, "/calendar", reply_to=pasted)
    await office.reads("孙伟", "放假通知预览", after=pasted)
    said = await office.reads("孙伟", "没有期限变化")
    asked = office["孙伟"].write(None, "/calendar", reply_to=said)
    await office.reads("孙伟", "尚未导入通知", after=asked)


async def test_a_press_long_after_says_so(office: Office) -> None:
    preview = await previewed(office)
    old = preview.keyboard.rows[0][0].data if preview.keyboard else ""
    await office.pressed("孙伟", preview, "取消")
    await office.sandbox.until(lambda: preview.text == "已取消，没有导入。")
    assert "已取消或已失效" in await office.forged("孙伟", preview, str(old))
    assert await office.rows("rest_day_notices") == []


async def test_groups_liaisons_and_nonsense_are_refused_politely(office: Office) -> None:
    for name, chat, words, answer in (
        ("孙伟", office.group, "/calendar", "请到与机器人的私聊中发送 /calendar"),
        ("王敏", office.group, f"/calendar {INVENTED_TEXT}", "请到与机器人的私聊中发送 /calendar"),
        ("王敏", None, f"/calendar {INVENTED_TEXT}", "没有办理此项的权限"),
        ("王敏", None, "/calendar", "已知到2026年12月28日"),
        ("孙伟", None, "/calendar 明年怎么放假", "没有认出放假安排"),
        (
            "孙伟",
            None,
            f"/calendar {INVENTED_TEXT.replace('（周五）至3日', '（周四）至3日')}",
            "1月1日（周四）至3日（周日）放假调休，共3天”写的是周四，实为2027年1月1日（星期五）",
        ),
    ):
        asked = office[name].write(chat, words)
        await office.reads(name, answer, chat, after=asked)
    assert await office.rows("rest_day_notices") == []


@pytest.fixture
def liaison(office: Office, monkeypatch: pytest.MonkeyPatch) -> RunLiaison:
    """Run the command line on the office's database, on the office's clock."""
    monkeypatch.setenv("LIAISON_DATABASE_URL", office.settings.database_url)
    monkeypatch.setattr("bot.__main__.SystemClock", lambda: office.sandbox.clock)

    async def run(*arguments: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, main, arguments)
        return done.exit_code, done.output

    return run


@both
async def test_the_operator_imports_a_file_while_the_bot_works(
    office: Office, liaison: RunLiaison, tmp_path: Path
) -> None:
    card = await accepted(office)
    file = tmp_path / "notice.txt"
    file.write_text(INVENTED_TEXT, "utf-8")
    code, said = await liaison("calendar", str(file))
    assert code == 0
    assert said.splitlines() == [
        "国办发明电〔2026〕9号: 2027",
        "  元旦 2027-01-01 - 2027-01-03",
        "  春节 2027-02-05 - 2027-02-11",
        "  清明节 2027-04-03 - 2027-04-05",
        "  劳动节 2027-05-01 - 2027-05-05",
        "  端午节 2027-06-09 - 2027-06-09",
        "  中秋节 2027-09-15 - 2027-09-15",
        "  国庆节 2027-10-01 - 2027-10-07",
        *(f"  {day} at work" for day in sorted(INVENTED.work)),
        "1 open duties change",
        f"  {SHIFTED}",
        "nothing was written; --yes imports it",
    ]
    assert await office.rows("rest_day_notices") == []

    code, said = await liaison("calendar", str(file), "--yes")
    assert (code, said.splitlines()[-1]) == (0, "imported")
    office.liaison.clock_moved()
    await office.reads("李静", SHIFTED)
    await office.sandbox.until(lambda: "2027年2月12日（星期五）届满，原为2027年2月9日" in card.text)
    asked = office["王敏"].write(None, "/calendar")
    await office.reads("王敏", "运维人员导入", after=asked)

    code, said = await liaison("calendar", str(file), "--yes")
    assert (code, said.strip()) == (
        1,
        "国办发明电〔2026〕9号 的安排与现有日历一致，不必导入，没有作任何改动。",
    )


async def test_what_the_operator_cannot_import_is_said_in_one_line(
    office: Office, liaison: RunLiaison, tmp_path: Path
) -> None:
    file = tmp_path / "notice.txt"
    for content, words in (
        ("元旦：1月1日放假".encode("gb18030"), "not a text file in UTF-8"),
        (INVENTED_TEXT.replace("共7天", "共8天").encode(), "写的是8天，按日期算是7天"),
    ):
        file.write_bytes(content)
        code, said = await liaison("calendar", str(file), "--yes")
        assert code == 1
        assert words in said
        assert said.count("\n") == 1
    assert await office.rows("rest_day_notices") == []
