"""`lantian account first`: the first unit and its administrator, in an empty house only.

Everybody else gets an account from that administrator, on the page of accounts.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from lantian.config.commands import language, say
from lantian.config.connected import connected
from lantian.core.messages import Text, Unreadable, WrongUse

LONGEST = {"login": 40, "name": 40, "unit_name": 60, "unit_name_en": 90, "document_code": 20}
HELPS = {
    "login": Text("登录名", "login"),
    "name": Text("姓名", "name"),
    "unit_name": Text("市局名称", "name of the city office"),
    "unit_name_en": Text("市局英文名称（默认同上）", "its English name (default: the same)"),
    "document_code": Text(
        "文号中的机关代字（默认为单位名称）", "its code in document numbers (default: its name)"
    ),
}
REQUIRED = ("login", "name", "unit_name")


def configure(parser: argparse.ArgumentParser) -> None:
    """Whom, and in which office."""
    parser.add_argument("what", choices=["first"])
    for name, text in HELPS.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, required=name in REQUIRED, help=text.pick(language()))
    code = Text("行政区划代码，如 120000", "administrative code of the office, such as 120000")
    file = Text("密码文件（默认在终端询问）", "file with the password (default: asked for)")
    parser.add_argument("--unit-id", type=int, required=True, metavar="N", help=code.pick(language()))
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=file.pick(language()))


def run(args: argparse.Namespace) -> int:
    """Found the house; refused when anybody is there already."""
    _check_lengths(args)
    password = _read(args.password_file) if args.password_file else _ask()
    with connected():
        _found(args, password)
    return 0


def _found(args: argparse.Namespace, password: str) -> None:
    from django.db import ProgrammingError

    from lantian.office import actors, people

    _check_strength(password)
    city = {
        "unit_id": args.unit_id,
        "name_zh": args.unit_name,
        "name_en": args.unit_name_en or args.unit_name,
        "document_code": args.document_code or args.unit_name[: LONGEST["document_code"]],
    }
    by = actors.setup("account first")
    try:
        account = people.found_house(city=city, login=args.login, name=args.name, password=password, by=by)
    except ProgrammingError as fault:
        raise WrongUse(
            f"数据库中还没有表，请先运行 lantian migrate（{fault}）。",
            f"The database has no tables yet; run 'lantian migrate' first ({fault}).",
        ) from fault
    say(
        Text(
            f"已开设系统管理员账号 {account.login}。", f"The administrator's account {account.login} is open."
        )
    )


def _check_lengths(args: argparse.Namespace) -> None:
    for name, longest in LONGEST.items():
        typed = getattr(args, name)
        if typed is not None and not 0 < len(typed.strip()) <= longest:
            option = f"--{name.replace('_', '-')}"
            raise WrongUse(
                f"{option} 应为 1 至 {longest} 个字符。", f"{option} takes 1 to {longest} characters."
            )
    if not 0 < args.unit_id < 2**63:
        raise WrongUse("--unit-id 应为正整数。", "--unit-id is a positive whole number.")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise Unreadable(f"密码文件 {path} 无法读取：{fault}", f"{path} cannot be read: {fault}") from fault


def _ask() -> str:
    if not sys.stdin.isatty():
        raise WrongUse(
            "没有终端可以询问密码；请用 --password-file 指定。",
            "There is no terminal to ask for the password; name a file by --password-file.",
        )
    ask = Text("密码：", "Password: "), Text("再输入一次：", "Once more: ")
    first, again = (getpass.getpass(text.pick(language())) for text in ask)
    if first != again:
        raise WrongUse("两次输入的密码不一致。", "The two passwords differ.")
    return first


def _check_strength(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from lantian.desk.forms import PASSWORD_TEXTS

    try:
        validate_password(password)
    except ValidationError as error:
        fault = error.error_list[0]
        text = PASSWORD_TEXTS[fault.code or ""]
        values = fault.params or {}
        raise WrongUse(text.zh.format(**values), text.en.format(**values)) from None
