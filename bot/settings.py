"""What an office sets in the environment or `.env`: read by the command line, never at import."""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

PREFIX = "LIAISON_"
DATABASE_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


class SettingsError(Exception):
    """One line for the person at the terminal: which variable is wrong and what it should hold."""


class Address(NamedTuple):
    """Where the listener for health and webhook binds."""

    host: str
    port: int


def _url_of(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in schemes or not url.hostname or url.port == 0:
            raise ValueError(schemes)
        return value.rstrip("/")

    return AfterValidator(check)


def _secret_like(pattern: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, secret.get_secret_value()):
            raise ValueError(pattern)
        return secret

    return AfterValidator(check)


def _with_async_driver(value: str) -> str:
    scheme, separator, place = value.partition("://")
    scheme = DATABASE_DRIVERS.get(scheme, scheme)
    if scheme not in DATABASE_DRIVERS.values() or not separator:
        raise ValueError(DATABASE_DRIVERS)
    if scheme == DATABASE_DRIVERS["sqlite"]:
        complete = place.startswith("/") and place != "/"
    else:
        url = urlsplit(f"//{place}")
        complete = url.port != 0 and len(url.path) > 1
    if not complete:
        raise ValueError(DATABASE_DRIVERS)
    return f"{scheme}://{place}"


def _address(value: str | Address) -> Address:
    if isinstance(value, Address):
        return value
    url = urlsplit(f"//{value}")
    if not url.hostname or not url.port or url.netloc != value or url.username is not None:
        raise ValueError(value)
    return Address(url.hostname, url.port)


def _user_ids(value: str | tuple[int, ...]) -> tuple[str, ...] | tuple[int, ...]:
    return tuple(re.split(r"\s*[,，]\s*", value.strip())) if isinstance(value, str) else value


BotToken = Annotated[SecretStr, _secret_like(r"[0-9]+:[A-Za-z0-9_-]+")]
WebhookSecret = Annotated[SecretStr, _secret_like(r"[A-Za-z0-9_-]{1,256}")]
DatabaseUrl = Annotated[str, AfterValidator(_with_async_driver)]
UserId = Annotated[int, Field(gt=0)]


class Settings(BaseSettings):
    """Each field is the variable `LIAISON_` + its name; its description says what is expected."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8-sig",  # Windows Notepad writes a byte order mark
        env_ignore_empty=True,
        extra="ignore",  # what is not ours in a shared .env; our own misspellings are refused below
        frozen=True,
    )

    bot_token: BotToken | None = Field(
        default=None, description="@BotFather 给出的令牌，形如“数字:字母和数字”"
    )
    bot_api_url: Annotated[str, _url_of("http", "https")] = Field(
        default="https://api.telegram.org",
        description="Bot API 服务器的根地址，以 http:// 或 https:// 开头",
    )
    database_url: DatabaseUrl = Field(
        default="sqlite+aiosqlite:///var/liaison.sqlite3",
        description="sqlite:///文件路径，或 postgresql://用户:密码@主机/库名",
        repr=False,
    )
    admins: Annotated[tuple[UserId, ...], NoDecode, BeforeValidator(_user_ids)] = Field(
        default=(), description="首批管理员的 Telegram 用户编号（正整数），以逗号分隔"
    )
    office: FilePath | None = Field(default=None, description="已存在的机关文件的路径")
    proxy: Annotated[str, _url_of("http", "socks5")] | None = Field(
        default=None, description="代理地址，以 http:// 或 socks5:// 开头", repr=False
    )
    webhook_url: Annotated[str, _url_of("https")] | None = Field(
        default=None, description="公网可达的 https:// 地址，留空则轮询"
    )
    webhook_secret: WebhookSecret | None = Field(
        default=None,
        validate_default=True,
        description="1 至 256 位字母、数字、“_”或“-”，填写 LIAISON_WEBHOOK_URL 时必填",
    )
    listen: Annotated[Address, NoDecode, BeforeValidator(_address)] = Field(
        default=Address("127.0.0.1", 8080), description="“主机:端口”，例如 127.0.0.1:8080"
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)
    ] = Field(default="INFO", description="DEBUG、INFO、WARNING 或 ERROR")

    @field_validator("webhook_secret")
    @classmethod
    def _guards_the_webhook(
        cls, secret: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if secret is None and info.data.get("webhook_url"):
            raise ValueError(secret)
        return secret

    @property
    def base_url(self) -> str:
        """The address in front of the token in a method call."""
        return f"{self.bot_api_url}/bot"

    @property
    def base_file_url(self) -> str:
        """The address in front of the token in a file download."""
        return f"{self.bot_api_url}/file/bot"

    def require_token(self) -> str:
        """Return the token, which only a bot that talks to a real server needs."""
        if self.bot_token is None:
            raise SettingsError(_expectation("bot_token"))
        return self.bot_token.get_secret_value()


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment, then `env_file` for what it leaves out.

    Raises SettingsError, of one line that never shows a value: it may be a secret.
    """
    try:
        _refuse_unknown_names(env_file)
        return Settings(_env_file=env_file)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{env_file}：应以 UTF-8 编码保存") from error
    except ValidationError as error:
        # `from None`: the original quotes the values.
        raise SettingsError(_expectation(str(error.errors()[0]["loc"][0]))) from None


def _expectation(field: str) -> str:
    return f"{PREFIX}{field.upper()}：应为{Settings.model_fields[field].description}"


def _refuse_unknown_names(env_file: Path | None) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    sources = EnvSettingsSource(Settings), DotEnvSettingsSource(Settings, env_file=env_file)
    given = {name.upper() for source in sources for name in source.env_vars}
    for name in sorted(given - known):
        if name.startswith(PREFIX):
            meant = get_close_matches(name, known, n=1)
            raise SettingsError(f"{name}：没有这个设置项" + "".join(f"，应为 {m}？" for m in meant))
