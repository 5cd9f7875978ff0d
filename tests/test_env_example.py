import re
from pathlib import Path

from bot.settings import Settings, load_settings

EXAMPLE = Path(__file__).parent.parent / ".env.example"
BLOCKS = [block.splitlines() for block in EXAMPLE.read_text(encoding="utf-8").split("\n\n")[1:]]


def test_it_names_exactly_the_settings() -> None:
    names = [block[-1].partition("=")[0] for block in BLOCKS]
    assert names == [f"LIAISON_{field.upper()}" for field in Settings.model_fields]


def test_every_setting_is_explained_in_english_and_in_chinese() -> None:
    for english, chinese, _ in BLOCKS:
        assert re.match(r"# [A-Z][a-z]", english)
        assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_it_loads_and_shows_the_defaults() -> None:
    assert load_settings(EXAMPLE) == load_settings(env_file=None)
