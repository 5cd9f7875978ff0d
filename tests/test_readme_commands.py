import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
OF_EVERY_MACHINE = {"cd", "cp", "git"}


def commands(readme: str) -> Iterator[tuple[str, ...]]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if words := shlex.split(line, comments=True):
                yield tuple(words)


def succeeds(*command: str) -> bool:
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def exists(program: str, *arguments: str) -> bool:
    match Path(program).name:
        case "make":
            return succeeds("make", "--dry-run", *arguments)
        case "liaison":
            return succeeds(sys.executable, "-m", "bot", *arguments[:1], "--help")
        case name:
            return name in OF_EVERY_MACHINE


@pytest.mark.parametrize("command", sorted({c for r in READMES for c in commands(r)}), ids=" ".join)
def test_a_command_of_the_readme_exists(command: tuple[str, ...]) -> None:
    assert exists(*command)


def test_both_readmes_give_the_same_commands() -> None:
    english, chinese = (list(commands(readme)) for readme in READMES)
    assert english == chinese
    assert {("make", "demo"), ("make", "test")} <= set(english)


def test_an_invented_command_is_noticed() -> None:
    assert not exists("make", "coffee")
    assert not exists("liaison", "coffee")
    assert not exists("curl", "coffee")
