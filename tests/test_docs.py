"""What the documentation says is held to the code: links, settings, commands, and the example."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.domain.kinds import KINDS
from bot.domain.kinds.kind import Kinds
from bot.office import read_office
from bot.settings import PREFIX, Settings
from handlers.commands import Command, Menu, all_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.services.desk import Books

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
PAGES = (*READMES, "CHANGELOG.md", *sorted(f"docs/{page.name}" for page in ROOT.glob("docs/*.md")))
WHERE = {
    "README.md": {Menu.EVERYWHERE: "anywhere", Menu.PRIVATE: "private", Menu.ADMIN: "admins"},
    "README.zh-CN.md": {Menu.EVERYWHERE: "群、私聊", Menu.PRIVATE: "私聊", Menu.ADMIN: "管理员"},
}
"""What the two tables call the place of a command."""


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def code_blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", read(page), re.MULTILINE | re.DOTALL)


def without_code(page: str) -> str:
    return re.sub(r"^```.*?^```|`[^`\n]*`", "", read(page), flags=re.MULTILINE | re.DOTALL)


def anchor(heading: str) -> str:
    """The fragment that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(h) for h in re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)}


def inner_links() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
            if not target.startswith(("https://", "http://")):
                yield page, target


@pytest.mark.parametrize(("page", "target"), [*inner_links()])
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    path, _, fragment = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    assert file.exists()
    assert not fragment or fragment in anchors(file)


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_is_named_exists(page: str) -> None:
    named = re.findall(r"`((?:bot|handlers|reminders|templates|tests|docs)/[\w./-]+)`", read(page))
    invented = {"bot/domain/kinds/consult.py", "tests/domain/kinds/test_consult.py"}
    assert [name for name in named if name not in invented and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_setting_that_is_named_exists(page: str) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", read(page))) <= known


def test_every_setting_is_explained_to_the_operator() -> None:
    explained = re.findall(rf"^\| `({PREFIX}\w+)` \|", read("docs/operating.md"), re.MULTILINE)
    assert explained == [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]


@pytest.mark.parametrize("page", PAGES)
def test_a_command_that_is_shown_exists(page: str) -> None:
    shown = set(re.findall(r"\bliaison ([a-z]+)", "\n".join(code_blocks(page, "sh"))))
    assert shown <= main.commands.keys()


def test_every_command_is_shown_to_the_operator() -> None:
    assert main.commands.keys() <= set(re.findall(r"\bliaison ([a-z]+)", read("docs/operating.md")))


@pytest.mark.parametrize("page", PAGES)
def test_a_make_target_that_is_shown_exists(page: str) -> None:
    targets = re.findall(r"^make (\S+)", "\n".join(code_blocks(page, "sh")), re.MULTILINE)
    subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, check=True, capture_output=True)


def command_table(readme: str) -> list[list[str]]:
    """The rows of the table of chat commands: command, purpose, …, where, example."""
    lines = iter(read(readme).splitlines())
    for line in lines:
        if line.startswith("|---") and "`/case`" in "".join(table := list(takewhile(bool, lines))):
            return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]
    raise AssertionError("no table of commands")


def shown(command: Command) -> str:
    """A command's example, as the office that ships shows it."""
    return read_office().illustrate(command.example)


@pytest.mark.parametrize("readme", READMES)
def test_the_table_of_commands_is_the_declared_one(readme: str) -> None:
    told = [[row[0], row[1], *row[-2:]] for row in command_table(readme)]
    declared = [
        [f"`/{c.name}`", c.purpose, WHERE[readme][c.menu], f"`{shown(c)}`" if c.example else ""]
        for c in all_commands(KINDS)
    ]
    assert told == declared


def test_every_command_is_explained_in_english() -> None:
    assert all(re.search("[a-z]", row[2]) for row in command_table("README.md"))


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = (re.findall(r"^(##+) ", read(page), re.MULTILINE) for page in READMES)
    assert english == chinese


# The worked example of docs/kinds.md: its module is loaded under the name it is shown with, and
# its tests become tests of this module.

EXAMPLE, EXAMPLE_TEST = code_blocks("docs/kinds.md", "python")


def load(name: str, source: str) -> ModuleType:
    module = ModuleType(name)
    sys.modules[name] = module  # pydantic looks annotations up there
    exec(compile(source, f"docs/kinds.md ({name})", "exec"), module.__dict__)
    return module


CONSULT = load("bot.domain.kinds.consult", EXAMPLE).CONSULT
SHOWN_TESTS = load("docs_kinds_example", EXAMPLE_TEST)
globals().update({n: t for n, t in vars(SHOWN_TESTS).items() if n.startswith("test_")})


@pytest.fixture
def books(books: Books) -> Books:
    """The books of an office in which the example is registered."""
    return replace(books, kinds=Kinds((*KINDS.all, CONSULT)))


def test_the_example_is_run() -> None:
    assert {"test_a_question_is_signed_for_and_answered"} <= globals().keys()


def test_the_example_opens_a_command_of_its_own() -> None:
    names = [command.name for command in all_commands(Kinds((*KINDS.all, CONSULT)))]
    assert CONSULT.command in names


@pytest.mark.parametrize(
    ("file", "source"),
    [("bot/domain/kinds/consult.py", EXAMPLE), ("tests/domain/test_consult.py", EXAMPLE_TEST)],
)
def test_the_example_is_written_as_our_code_is(file: str, source: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    # Import order is left out: ruff takes a module that is not there for somebody else's.
    for check in (["check", "--quiet", "--ignore=I001"], ["format", "--check", "--quiet"]):
        done = subprocess.run(
            [ruff, *check, "--stdin-filename", ROOT / file, "-"],
            input=source,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
