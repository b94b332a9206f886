"""Intake beside a bare COPY of the same rows, in the same session: rows a second, CPU-seconds, ratio.

    python -m benchmarks.intake [--rows 100000] [--home FOLDER]

Counted are parse, validate, staged COPY and move of the job, with its audit events, on a cluster of the benchmark's
own (crash-safe, as an office runs it). The file is the real 100,200 publications (LANTIAN_REAL_DATA), or `--rows`
filings of the synthetic city. CPU-seconds are those of this process and of its database session.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ASKED = 20_000  # rows a second on two cores (docs: ground rules)


@dataclass(frozen=True)
class Measured:
    """Wall and CPU time of one way of taking the rows in."""

    rows: int
    wall: float
    own: float
    server: float

    @property
    def cpu(self) -> float:
        """CPU-seconds of both processes."""
        return self.own + self.server

    def line(self, name: str) -> str:
        """One line of the report."""
        return (
            f"{name:10} {self.rows:>9,} rows  {self.wall:6.2f} s  {self.rows / self.wall:>9,.0f} rows/s  "
            f"CPU {self.own:.2f} + {self.server:.2f} s"
        )


def file_of(rows: int | None, folder: Path) -> Path:
    """The Parquet file to take in."""
    if rows is None:
        return (
            Path(os.environ.get("LANTIAN_REAL_DATA", "../shared/data/real")) / "cn_patents_100k.parquet"
        ).resolve()
    from lantian.city import city

    tables = city.build(1, rows)
    city.write({"patents": tables["patents"]}, folder)
    return folder / "patents.parquet"


@contextmanager
def house(home: Path) -> Iterator[None]:
    """A migrated and furnished database on a cluster of its own; stopped afterwards."""
    os.environ.update(
        LANTIAN_HOME=str(home), LANTIAN_MODE="demo", DJANGO_SETTINGS_MODULE="lantian.config.settings"
    )
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    from lantian.config import environment

    cluster = environment.read().embedded
    assert cluster is not None
    with cluster.used():
        subprocess.run([sys.executable, "-m", "lantian", "migrate"], check=True)
        import django

        django.setup()
        from lantian.config import demo
        from lantian.config.demo_people import PEOPLE

        demo.furnish({person.login: "correct-horse-battery" for person in PEOPLE}, demo.TOWN)
        yield


def taken_in(path: Path) -> Measured:
    """The whole job, as a worker carries it out."""
    from lantian.office import actors, files, jobs
    from lantian.office.intake import actions as intake
    from lantian.office.models import IntakeBatch, Post
    from lantian.office.scope import scoped

    post = Post.objects.get(account__login="city")
    by = actors.officer(post)
    with scoped(by):
        chunks = [path.read_bytes()]
        file = files.keep(name=path.name, chunks=chunks, seen_by=by.units, by=by, sealed=True)
        batch = intake.start(table="patents", file=file, by=by)
    assert batch.job is not None
    key = batch.job.key
    measured = timed(lambda: jobs.execute(key, post.key))
    with scoped(by):
        done = IntakeBatch.objects.get(pk=batch.pk)
    assert done.new == done.read > 0, (done.read, done.new, done.refused)
    return Measured(done.read, *measured)


def copied() -> Measured:
    """The same rows, columns and indexes by one bare COPY into an empty twin of the table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM filings_patent LIMIT 0")
        columns = ", ".join(f'"{column.name}"' for column in cursor.description)
        with cursor.copy(f"COPY filings_patent ({columns}) TO STDOUT") as copy:
            content = b"".join(bytes(part) for part in copy)
        cursor.execute("CREATE TEMP TABLE twin (LIKE filings_patent INCLUDING ALL)")

        def write() -> None:
            with cursor.copy(f"COPY twin ({columns}) FROM STDIN") as copy:
                copy.write(content)

        measured = timed(write)
        cursor.execute("SELECT count(*) FROM twin")
        return Measured(cursor.fetchone()[0], *measured)


def timed(work: Callable[[], None]) -> tuple[float, float, float]:
    """Wall seconds, CPU-seconds of this process, CPU-seconds of its database session."""
    server, own, wall = server_cpu(), time.process_time(), time.perf_counter()
    work()
    return time.perf_counter() - wall, time.process_time() - own, server_cpu() - server


def server_cpu() -> float:
    """CPU-seconds so far of the process that serves this connection (Linux)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int)
    parser.add_argument("--home", type=Path)
    args = parser.parse_args(arguments)
    home = args.home or Path(tempfile.mkdtemp(prefix="lantian-bench-"))
    try:
        with house(home):
            path = file_of(args.rows, home)
            if not path.exists():
                print(f"{path} is absent; give --rows")
                return 0
            intake, bare = taken_in(path), copied()
    finally:
        if not args.home:
            shutil.rmtree(home, ignore_errors=True)
    print(intake.line("intake"))
    print(bare.line("bare COPY"))
    print(
        f"intake takes {intake.cpu / bare.cpu:.1f} x the CPU and {intake.wall / bare.wall:.1f} x the time of COPY"
    )
    held = "held" if intake.rows / intake.wall >= ASKED else "missed"
    print(f"asked {ASKED:,} rows/s: {held} by the clock; {intake.rows / intake.cpu:,.0f} rows a CPU-second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
