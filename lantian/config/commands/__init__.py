"""The command `lantian`: one module a command, loaded only when it is called.

A command module offers `configure(parser)` and `run(args) -> int`. Results go to standard output, messages to
standard error. Exit: 0 yes or done, 1 ran and the answer is no, 2 wrong use, 3 unreadable input, 4 not allowed,
70 our fault. Pure commands never import Django.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lantian.core.messages import Refused, Text

COMMANDS: dict[str, Text] = {
    "demo": Text(
        "启动演示：数据库、演示数据、服务与任务进程", "start a demonstration: database, data, server, worker"
    ),
    "serve": Text("启动网页服务", "start the web server"),
    "worker": Text("启动任务进程", "start the worker"),
    "migrate": Text("更新数据库结构", "update the database schema"),
    "account": Text("在空系统中开设第一个管理员账号", "open the first administrator's account"),
    "files": Text("清理没有记录的文件", "remove files that no record knows"),
    "db": Text("查看数据库状态", "show the state of the database"),
    "intake": Text("导入数据文件", "take in a data file"),
    "audit": Text("核验审计链", "verify the audit chain"),
    "detect": Text("对文件运行筛查", "screen files"),
    "capture": Text("采集网页并存证", "capture web pages as evidence"),
    "city": Text("生成合成城市数据", "generate the synthetic city"),
    "deadline": Text("计算法定期限", "compute a legal deadline"),
    "credit": Text("测算信用分（内部测算）", "reckon credit (internal)"),
    "rules": Text("检查、打印、试算规则库", "check, print and rehearse rule books"),
}
OUR_FAULT = 70


def language() -> str:
    """Language of messages on a terminal, from the environment."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return "zh" if locale.startswith("zh") else "en"


def say(text: Text | str) -> None:
    """Tell the person at the terminal something; results never go this way."""
    print(text if isinstance(text, str) else text.pick(language()), file=sys.stderr, flush=True)


def print_json(schema: str, content: Mapping[str, Any]) -> None:
    """Print a result as JSON: the schema first, then the keys in order, decimals and dates as strings."""
    rest = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str, indent=1)
    head = json.dumps({"schema": schema}, ensure_ascii=False)[:-1]
    print(head + ("," + rest[1:] if content else "}"))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say kindly that nothing can be written there. Raises `Refused`."""
    try:
        yield
    except OSError as error:
        raise Refused(f"无法写入 {path}（{error}）。", f"Cannot write to {path} ({error}).") from error


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    argv = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="lantian", description="Lantian 蓝天")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    wanted = next((word for word in argv if not word.startswith("-")), None)
    module = None
    for name, purpose in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=purpose.pick(language()))
        if name == wanted:
            module = importlib.import_module(f"lantian.config.commands.{name}")
            module.configure(subparser)
    args = parser.parse_args(argv)
    assert module is not None
    try:
        code: int = module.run(args)
    except Refused as refusal:
        say(refusal.text)
        return refusal.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception:
        traceback.print_exc()
        return OUR_FAULT
    return code
