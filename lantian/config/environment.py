"""The environment, read once and strictly: an unknown LANTIAN_ name refuses to start. No Django here."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from lantian.config.entrance import checked
from lantian.core.messages import WrongUse
from lantian.filings.captures.policy import Policy, read_hosts
from lantian.office.cluster import APP, OWNER, Cluster, private_home

KNOWN = {
    "LANTIAN_HOME", "LANTIAN_PORT", "LANTIAN_BIND", "LANTIAN_SECRET_KEY_FILE", "LANTIAN_REAL_DATA",
    "LANTIAN_TODAY", "LANTIAN_MODE", "LANTIAN_PUBLIC_URL", "LANTIAN_REQUIRE", "LANTIAN_SOAK",
    "LANTIAN_CAPTURE_HOSTS", "LANTIAN_CAPTURE_PRIVATE", "LANTIAN_NINE",
}  # fmt: skip


class Mode(StrEnum):
    """Whether this is a real office, a demonstration, or a test."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True)
class Environment:
    """Everything that comes from outside the program."""

    home: Path
    mode: Mode
    port: int
    bind: str
    public_url: str | None
    app_url: str
    owner_url: str | None
    embedded: Cluster | None
    today: date | None
    nine: datetime | None  # the real moment at which it is nine o'clock of that day
    secret_key_file: Path
    font_dir: Path | None
    upload_limit: int  # bytes
    capture: Policy


def read(variables: Mapping[str, str] | None = None) -> Environment:
    """Read the environment; refuse what is unknown or nonsense, naming it."""
    env = os.environ if variables is None else variables
    _refuse_unknown(env)
    home = Path(env.get("LANTIAN_HOME") or _data_home(env) / "lantian").resolve()
    mode = _mode(env.get("LANTIAN_MODE", "production"))
    url = env.get("DATABASE_URL")
    cluster = None if url else Cluster(home / ("test-pg" if mode is Mode.TEST else "pg"), mode is Mode.TEST)
    return Environment(
        home=home,
        mode=mode,
        port=_port(env.get("LANTIAN_PORT", "8000")),
        bind=env.get("LANTIAN_BIND", "127.0.0.1"),
        public_url=checked(env.get("LANTIAN_PUBLIC_URL"), production=mode is Mode.PRODUCTION),
        app_url=url or (cluster.url(APP) if cluster else ""),
        owner_url=env.get("DATABASE_OWNER_URL") or (cluster.url(OWNER) if cluster else None),
        embedded=cluster,
        today=_today(env.get("LANTIAN_TODAY"), mode),
        nine=_nine(env.get("LANTIAN_NINE")),
        secret_key_file=Path(env.get("LANTIAN_SECRET_KEY_FILE") or home / "secret.key"),
        font_dir=Path(env["FONT_DIR"]) if env.get("FONT_DIR") else None,
        upload_limit=_megabytes(env.get("UPLOAD_LIMIT_MB", "2048")),
        capture=_capture(env, mode),
    )


def secret_key(environment: Environment) -> str:
    """Read the server key; outside production one is made at the first start, for its owner only."""
    path = environment.secret_key_file
    private_home(environment.home)
    if not path.exists():
        if environment.mode is Mode.PRODUCTION and environment.embedded is None:
            raise WrongUse(
                f"缺少密钥文件 {path}；请用 LANTIAN_SECRET_KEY_FILE 指定一个至少 50 个随机字符的文件。",
                f"No secret key at {path}; name a file of at least 50 random characters by LANTIAN_SECRET_KEY_FILE.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


def _refuse_unknown(env: Mapping[str, str]) -> None:
    for name in sorted({name for name in env if name.startswith("LANTIAN_")} - KNOWN):
        raise WrongUse(
            f"不认识的环境变量 {name}；可用的有：{'、'.join(sorted(KNOWN))}。",
            f"Unknown environment variable {name}; known are: {', '.join(sorted(KNOWN))}.",
        )


def _data_home(env: Mapping[str, str]) -> Path:
    return Path(env.get("XDG_DATA_HOME") or Path(env.get("HOME") or "/") / ".local" / "share")


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        raise WrongUse(
            f"LANTIAN_MODE 应为 production、demo 或 test，而不是“{text}”。",
            f"LANTIAN_MODE is production, demo or test, not '{text}'.",
        ) from None


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise WrongUse(f"LANTIAN_PORT 不是端口号：“{text}”。", f"LANTIAN_PORT is no port number: '{text}'.")
    return int(text)


def _megabytes(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise WrongUse(
            f"UPLOAD_LIMIT_MB 应为正整数（兆字节），而不是“{text}”。",
            f"UPLOAD_LIMIT_MB is a whole number of megabytes, not '{text}'.",
        )
    return int(text) * 2**20


def _capture(env: Mapping[str, str], mode: Mode) -> Policy:
    if env.get("LANTIAN_CAPTURE_PRIVATE") and mode is not Mode.TEST:
        raise WrongUse(
            "LANTIAN_CAPTURE_PRIVATE 只能用于测试，请删除。",
            "LANTIAN_CAPTURE_PRIVATE is for tests only; remove it.",
        )
    hosts = read_hosts(env.get("LANTIAN_CAPTURE_HOSTS", ""))
    return Policy(hosts=hosts, private=bool(env.get("LANTIAN_CAPTURE_PRIVATE")))


def _today(text: str | None, mode: Mode) -> date | None:
    if not text:
        return None
    if mode is Mode.PRODUCTION:
        raise WrongUse(
            "LANTIAN_TODAY 只能用于演示和测试，正式运行时请删除。",
            "LANTIAN_TODAY is for demo and tests only; remove it in production.",
        )
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(
            f"LANTIAN_TODAY 应写作 2024-05-27 的样子，而不是“{text}”。",
            f"LANTIAN_TODAY is written like 2024-05-27, not '{text}'.",
        ) from None


def _nine(text: str | None) -> datetime | None:
    """Unix seconds; without LANTIAN_TODAY, that is in production, it means nothing."""
    if not text:
        return None
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise WrongUse(
            f"LANTIAN_NINE 应为 1970 年以来的秒数，而不是“{text}”。",
            f"LANTIAN_NINE is a number of seconds since 1970, not '{text}'.",
        ) from None
