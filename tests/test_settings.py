import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Address, Settings, SettingsError, load_settings

TOKEN = "123456:AAE-secret_part"
NAMES = [f"LIAISON_{field.upper()}" for field in Settings.model_fields]
# What an environment can hold: no NUL, no lone surrogate.
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for field, value in values.items():
        monkeypatch.setenv(f"LIAISON_{field.upper()}", value)
    return load_settings(env_file=None)


def test_nothing_set_gives_the_defaults() -> None:
    settings = load_settings(env_file=None)
    assert settings.bot_token is None
    assert settings.base_url == "https://api.telegram.org/bot"
    assert settings.base_file_url == "https://api.telegram.org/file/bot"
    assert settings.database_url == "sqlite+aiosqlite:///var/liaison.sqlite3"
    assert settings.admins == ()
    assert settings.office is None
    assert settings.proxy is None
    assert settings.webhook_url is None
    assert settings.webhook_secret is None
    assert settings.listen == Address("127.0.0.1", 8080)
    assert settings.log_level == "INFO"


def test_everything_set_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    office = tmp_path / "office.toml"
    office.touch()
    settings = load(
        monkeypatch,
        bot_token=TOKEN,
        bot_api_url="http://127.0.0.1:8081/",
        admins="1001, 1002，1003",
        office=str(office),
        proxy="socks5://user:word@10.0.0.1:1080",
        webhook_url="https://liaison.example.gov.cn/telegram",
        webhook_secret="s3cret_-",
        listen="[::1]:9000",
        log_level="debug",
    )
    assert settings.require_token() == TOKEN
    assert settings.base_url == "http://127.0.0.1:8081/bot"
    assert settings.base_file_url == "http://127.0.0.1:8081/file/bot"
    assert settings.admins == (1001, 1002, 1003)
    assert settings.office == office
    assert settings.proxy == "socks5://user:word@10.0.0.1:1080"
    assert settings.webhook_url == "https://liaison.example.gov.cn/telegram"
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == "s3cret_-"
    assert settings.listen == Address("::1", 9000)
    assert settings.log_level == logging.getLevelName(logging.DEBUG)


def refusal_of(name: str, value: str) -> str | None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(name, value)
        try:
            load_settings(env_file=None)
        except SettingsError as refusal:
            return str(refusal)
    return None


@pytest.mark.parametrize(
    ("given_url", "read"),
    [
        ("sqlite:///office.db", "sqlite+aiosqlite:///office.db"),
        ("sqlite:////srv/liaison/office.db", "sqlite+aiosqlite:////srv/liaison/office.db"),
        ("sqlite+aiosqlite:///office.db", "sqlite+aiosqlite:///office.db"),
        ("postgresql://u:p@db/liaison", "postgresql+asyncpg://u:p@db/liaison"),
        ("postgresql+asyncpg:///liaison", "postgresql+asyncpg:///liaison"),
    ],
)
def test_a_database_url_names_its_async_driver(
    monkeypatch: pytest.MonkeyPatch, given_url: str, read: str
) -> None:
    assert load(monkeypatch, database_url=given_url).database_url == read


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bot_token", "AAE-secret_part"),
        ("bot_token", "123456:"),
        ("bot_token", "123456:two words"),
        ("bot_api_url", "api.telegram.org"),
        ("bot_api_url", "ftp://api.telegram.org"),
        ("bot_api_url", "https://api.telegram.org:99999"),
        ("database_url", "mysql://u:hunter2@db/liaison"),
        ("database_url", "sqlite:///"),
        ("database_url", "sqlite://office.db"),
        ("database_url", "postgresql://u:hunter2@db"),
        ("database_url", "postgresql://u:hunter2@db:port/liaison"),
        ("database_url", "liaison.sqlite3"),
        ("admins", "王敏"),
        ("admins", "1001,,1002"),
        ("admins", "-1001"),
        ("office", "no-such-office.toml"),
        ("proxy", "10.0.0.1:1080"),
        ("proxy", "socks4://10.0.0.1:1080"),
        ("webhook_url", "http://liaison.example.gov.cn"),
        ("webhook_url", "https://"),
        ("webhook_secret", "s3cret!"),
        ("webhook_secret", "s" * 257),
        ("listen", "8080"),
        ("listen", "127.0.0.1"),
        ("listen", "127.0.0.1:0"),
        ("listen", "127.0.0.1:70000"),
        ("listen", "http://127.0.0.1:8080"),
        ("listen", "127.0.0.1:8080/healthz"),
        ("log_level", "LOUD"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, field: str, value: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(monkeypatch, **{field: value})
    line = str(refusal.value)
    assert line == f"LIAISON_{field.upper()}：应为{Settings.model_fields[field].description}"
    assert refusal.value.__suppress_context__, "the original error quotes the value"


@given(name=st.sampled_from(NAMES), value=VALUES)
def test_any_value_is_read_or_refused_in_one_line(name: str, value: str) -> None:
    refusal = refusal_of(name, value)
    if refusal is not None:
        assert refusal.startswith(f"{name}：应为")
        assert len(refusal.splitlines()) == 1


def test_a_webhook_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"^LIAISON_WEBHOOK_SECRET：.*LIAISON_WEBHOOK_URL"):
        load(monkeypatch, webhook_url="https://liaison.example.gov.cn")


def test_a_missing_token_matters_only_to_who_asks() -> None:
    settings = load_settings(env_file=None)
    with pytest.raises(SettingsError, match=r"^LIAISON_BOT_TOKEN：应为"):
        settings.require_token()


def test_a_misspelt_name_is_refused_with_the_likely_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIAISON_BOT_TOKN", TOKEN)
    with pytest.raises(SettingsError) as refusal:
        load_settings(env_file=None)
    assert str(refusal.value) == "LIAISON_BOT_TOKN：没有这个设置项，应为 LIAISON_BOT_TOKEN？"


def test_a_misspelt_name_in_the_file_is_refused_too(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("LIAISON_QQQQQQQQQQQQ=1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^LIAISON_QQQQQQQQQQQQ：没有这个设置项$"):
        load_settings(env_file)


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(
        "LIAISON_LISTEN=127.0.0.1:1\nLIAISON_ADMINS=7\nOTHER=1\n", encoding="utf-8-sig"
    )
    monkeypatch.setenv("LIAISON_LISTEN", "127.0.0.1:2")
    settings = load_settings(env_file)
    assert settings.listen.port == 2
    assert settings.admins == (7,)


def test_the_file_is_looked_for_beside_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().admins == ()
    (tmp_path / ".env").write_text("LIAISON_ADMINS=7\n", encoding="utf-8")
    assert load_settings().admins == (7,)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("# 联络员\nLIAISON_ADMINS=7\n", encoding="gbk")
    with pytest.raises(SettingsError, match="UTF-8") as refusal:
        load_settings(env_file)
    assert len(str(refusal.value).splitlines()) == 1


def test_no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        bot_token=TOKEN,
        webhook_secret="hunter2",
        database_url="postgresql://u:hunter2@db/liaison",
        proxy="http://u:hunter2@10.0.0.1:8080",
    )
    assert "secret_part" not in repr(settings)
    assert "hunter2" not in repr(settings)
