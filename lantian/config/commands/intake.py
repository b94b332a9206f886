"""`lantian intake TABLE FILE --as LOGIN [--dry-run]`: take a file in at the terminal."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from lantian.config.commands import OUR_FAULT, language, print_json, say
from lantian.config.connected import connected
from lantian.core.messages import NotAllowed, Refused, Text, Unreadable, WrongUse

if TYPE_CHECKING:
    from lantian.office.actors import OfficerActor
    from lantian.office.models import IntakeBatch

CHUNK = 1 << 20


class OurFault(Refused):
    """The job failed by a fault of the program."""

    exit_code = OUR_FAULT


def configure(parser: argparse.ArgumentParser) -> None:
    """Table, file, and in whose name."""
    parser.add_argument("table")
    parser.add_argument("file", type=Path)
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--format", choices=["text", "json"], default="text")


def run(args: argparse.Namespace) -> int:
    """Take the file in; exit 1 when rows were refused."""
    if not args.file.is_file():
        raise Unreadable(f"没有文件 {args.file}。", f"There is no file {args.file}.")
    with connected():
        by = _officer(args.login)
        batch = _rehearse(args, by) if args.dry_run else _take_in(args, by)
        _report(batch, args)
    return 1 if batch.refused else 0


def _officer(login: str) -> OfficerActor:
    from lantian.office import actors, clock, people
    from lantian.office.models import Account
    from lantian.office.permissions import Permission

    account = Account.objects.filter(login=people.folded(login), is_active=True).first()
    if account is None:
        raise WrongUse(f"没有账号“{login}”。", f"There is no account '{login}'.")
    held = [actors.officer(post) for post in people.posts_of(account, clock.today())]
    able = [actor for actor in held if Permission.TAKE_IN in actor.permissions]
    if not able:
        raise NotAllowed(f"{login} 的岗位不能导入数据。", f"No post of {login} may take data in.")
    return able[0]


def _rehearse(args: argparse.Namespace, by: OfficerActor) -> IntakeBatch:
    from lantian.office.intake import actions
    from lantian.office.scope import scoped

    with scoped(by):
        return actions.rehearse(table=args.table, path=args.file, by=by, progress=_tell)


def _take_in(args: argparse.Namespace, by: OfficerActor) -> IntakeBatch:
    from lantian.office import files, jobs
    from lantian.office.intake import actions
    from lantian.office.intake.spec import spec_of
    from lantian.office.models import IntakeBatch, Job, Post
    from lantian.office.scope import scoped

    sealed = spec_of(args.table).sealed
    with scoped(by), args.file.open("rb") as handle:
        chunks = iter(lambda: handle.read(CHUNK), b"")
        actions.check_admitted(args.table, by)
        name = args.file.name
        with files.kept(name=name, chunks=chunks, seen_by=by.units, by=by, sealed=sealed) as file:
            batch = actions.start(table=args.table, file=file, by=by)
        job = batch.job
    assert job is not None
    jobs.execute(job.key, Post.objects.get(pk=by.post_id).key, tell=_tell)
    with scoped(by):
        ended = Job.objects.get(pk=job.pk)
        if ended.state == Job.State.FAILED:
            raise (OurFault if ended.ours else Unreadable)(ended.fault_zh, ended.fault_en)
        return IntakeBatch.objects.select_related("errors_file").get(pk=batch.pk)


def _tell(done: int, total: int) -> None:
    say(Text(f"已读 {done:,} / {total:,} 行", f"{done:,} of {total:,} rows read"))


def _errors(batch: IntakeBatch, beside: Path) -> str | None:
    """Where the refused rows lie in the clear: in the store, or, kept sealed there, beside the file given."""
    from lantian.office import files

    if batch.errors_file is None or not batch.errors_file.sealed:
        return str(files.path_of(batch.errors_file)) if batch.errors_file else None
    path = beside.with_name(f"{beside.name}.errors.csv").absolute()
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.writelines(files.content(batch.errors_file))
    except OSError as fault:
        raise Unreadable(
            f"数据已导入，但未收的行无法写到 {path}：{fault.strerror}；请在页面上下载。",
            f"The rows are in, but the refused ones cannot be written to {path}: {fault.strerror}; see the desk.",
        ) from fault
    return str(path)


def _report(batch: IntakeBatch, args: argparse.Namespace) -> None:
    errors, form = _errors(batch, args.file), args.format
    counts = {name: getattr(batch, name) for name in ("read", "new", "same", "changed", "refused")}
    if form == "json":
        print_json("intake/1", {**counts, "errors_file": errors})
        return
    for name, count in counts.items():
        print(f"{name}\t{count}")
    if errors:
        print(f"errors_file\t{errors}")
    note = Text(batch.notes_zh, batch.notes_en).pick(language())
    if note:
        say(note)
