import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)")
LOCATION = re.compile(
    r"[a-z]:/|@ |--(?:(?:extra-)?index-url|find-links|trusted-host)|^-[if] ", re.MULTILINE
)


def pins(lock: Path) -> dict[str, str]:
    found = (PIN.match(line) for line in lock.read_text(encoding="utf-8").splitlines())
    return {match[1]: match[2] for match in found if match}


def declared() -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"].values()
    for requirements in (project["project"]["dependencies"], *extras, *groups):
        for requirement in requirements:
            if isinstance(requirement, str):
                yield re.split(r"[^A-Za-z0-9-]", requirement)[0]


def test_the_three_locks_are_there() -> None:
    assert [lock.stem for lock in LOCKS] == ["dev", "postgresql", "run"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_place_to_download_from(lock: Path) -> None:
    assert LOCATION.findall(lock.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_is_pinned_with_a_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z])", lock.read_text(encoding="utf-8"))[1:]
    assert len(entries) == len(pins(lock))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_runs_in_an_office_is_what_was_tested() -> None:
    run, postgresql, dev = (
        pins(ROOT / f"requirements/{name}.txt") for name in ("run", "postgresql", "dev")
    )
    assert run.items() < postgresql.items() < dev.items()


def test_everything_declared_is_locked() -> None:
    assert set(declared()) <= pins(ROOT / "requirements/dev.txt").keys()
