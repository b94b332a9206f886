"""`lantian demo`: everything in one process tree. Ctrl-C stops all of it, the data stay."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from types import FrameType

from lantian.config import demo_people, environment
from lantian.config.commands import say
from lantian.config.connected import database, set_up
from lantian.config.environment import Environment
from lantian.core.messages import Refused, Text

READY_SECONDS = 90
STOP_SECONDS = 10


class DemoRefused(Refused):
    """The demonstration cannot start."""


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Start the database, furnish an empty house, then serve until Ctrl-C."""
    os.environ["LANTIAN_MODE"] = "demo"
    env = environment.read()
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, _as_interrupt)
    try:
        say(Text("1/4 启动数据库 …", "1/4 Starting the database …"))
        with database():
            return _serve(env)
    except KeyboardInterrupt:
        return 0
    finally:
        say(Text("已停止；数据保留。", "Stopped; the data stay."))


def _serve(env: Environment) -> int:
    children: list[subprocess.Popen[bytes]] = []
    try:
        say(Text("2/4 更新数据库结构 …", "2/4 Updating the schema …"))
        _call("migrate")
        passwords = _furnish(env)
        say(Text("4/4 启动网页服务与任务进程 …", "4/4 Starting server and worker …"))
        port = free_port(env.bind, env.port)
        os.environ["LANTIAN_PORT"] = str(port)
        children = [_spawn("serve"), _spawn("worker")]
        _wait_ready(env.bind, port, children)
        _announce(passwords, env.bind, port)
        return _watch(children)
    finally:
        _stop(children)


def free_port(bind: str, first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((bind, port))
            except OSError:
                continue
            return port
    raise DemoRefused(f"{first} 起的 100 个端口都被占用。", f"The 100 ports from {first} on are all taken.")


def _furnish(env: Environment) -> Mapping[str, str]:
    """People and data of an empty house; their passwords are kept beside the data, for their owner only."""
    set_up()
    from lantian.config import demo

    if not demo.furnished():
        say(Text("3/4 生成并导入演示城市 …", "3/4 Building the demonstration city …"))
        demo.furnish(demo_people.new_passwords(env.home))
    if not demo.screened():
        demo.take_in_city(say)
        demo.screen()
    demo.work()
    return demo_people.passwords(env.home)


def _announce(passwords: Mapping[str, str], bind: str, port: int) -> None:
    for person in demo_people.PEOPLE:
        print(f"{person.role}\t{person.login}\t{passwords.get(person.login, '')}")
    host = "127.0.0.1" if bind in ("0.0.0.0", "::") else bind  # noqa: S104 - only compared
    print(f"Lantian is ready: http://{host}:{port}/", flush=True)


def _call(command: str) -> None:
    """Run one of our commands to its end; the owner's connection stays in that process."""
    done = subprocess.run([sys.executable, "-m", "lantian", command], check=False)
    if done.returncode:
        raise DemoRefused(f"“lantian {command}”失败。", f"'lantian {command}' failed.")


def _spawn(command: str) -> subprocess.Popen[bytes]:
    # An own session: Ctrl-C reaches only this process, which then stops the others in order.
    return subprocess.Popen([sys.executable, "-m", "lantian", command], start_new_session=True)


def _wait_ready(bind: str, port: int, children: list[subprocess.Popen[bytes]]) -> None:
    url = f"http://{bind}:{port}/readyz"
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if any(child.poll() is not None for child in children):
            raise DemoRefused("服务进程已退出，见上方日志。", "A server process ended; see the log above.")
        if answers(url, within=READY_SECONDS):
            return
        time.sleep(0.1)
    raise DemoRefused("服务在规定时间内没有就绪。", "The server was not ready in time.")


def answers(url: str, *, within: float = 5) -> bool:
    """Whether a server of this machine answers with 200; asked directly, whatever proxy the environment names.

    Who waits for a slow machine gives it long to answer: asking anew would only give it more to do.
    """
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=within):
            return True
    except OSError:
        return False


def _watch(children: list[subprocess.Popen[bytes]]) -> int:
    while all(child.poll() is None for child in children):
        time.sleep(0.5)
    raise DemoRefused("一个服务进程意外退出。", "A server process ended unexpectedly.")


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def _as_interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
