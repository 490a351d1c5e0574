"""A stand-in for the probe that behaves as the variable BEHAVIOUR says."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

OUT = Path(sys.argv[sys.argv.index("--out") + 1])
RESULT = OUT / "result.json"
MIB = 1024**2


def ok() -> None:
    (OUT / "arrays").mkdir()
    (OUT / "arrays" / ("ab" * 32 + ".npy")).write_bytes(b"bits")
    RESULT.write_text('{"said": "ok"}')
    print("all is well")


def profile() -> None:
    def attempt(action: Callable[[], object]) -> str:
        try:
            return "yes " + str(action())
        except Exception as error:
            return type(error).__name__

    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines()
    )
    libc = ctypes.CDLL(None, use_errno=True)
    report = {
        "uid": os.getuid(),
        "gid": os.getgid(),
        "cap_eff": int(status["CapEff"], 16),
        "cap_bnd": int(status["CapBnd"], 16),
        "no_new_privs": status["NoNewPrivs"].strip(),
        "seccomp": status["Seccomp"].strip(),
        "write_root": attempt(lambda: Path("/planted").write_text("x")),
        "write_opt": attempt(lambda: Path("/opt/samebits/planted").write_text("x")),
        "write_tmp": attempt(lambda: Path("/tmp/planted").write_text("x")),
        "write_out": attempt(lambda: (OUT / "planted").write_text("x")),
        "mount": libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
        "setuid": attempt(lambda: os.setuid(0)),
        "interfaces": sorted(name for _, name in socket.if_nameindex()),
        "resolve": attempt(lambda: socket.gethostbyname("example.com")),
        "large_file": attempt(large_file),
        "core": Path("/proc/self/limits").read_text().split("Max core file size")[1].split()[0],
        "variables": dict(os.environ),
    }
    RESULT.write_text(json.dumps(report))


def large_file() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with (OUT / "large").open("wb") as file:
        file.seek(300 * MIB)
        file.write(b"x")


def sleep() -> None:
    print("sleeping", flush=True)
    time.sleep(600)


def ignore_term() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleep()


def stop_itself() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def flood() -> None:
    line = "x" * 1000 + "\n"
    for _ in range(20_000):
        sys.stdout.write(line)
    print("the end of the flood")
    ok()


def oom() -> None:
    hold = []
    while True:
        hold.append(bytearray(8 * MIB))


def oom_child() -> None:
    subprocess.run(
        [sys.executable, "-c", "x = [bytearray(8 << 20) for _ in range(1000)]"], check=False
    )
    ok()


def segfault() -> None:
    ctypes.string_at(0)


def fail() -> None:
    print("the reason stands here")
    sys.exit(7)


def no_gpu() -> None:
    print("no-gpu: libcudart.so.12 is missing", file=sys.stderr)
    sys.exit(3)


def nothing() -> None:
    pass


def links() -> None:
    (OUT / "arrays").mkdir()
    RESULT.symlink_to("/etc/passwd")
    os.mkfifo(OUT / "arrays" / ("cd" * 32 + ".npy"))
    (OUT / "arrays" / "..evil.npy").write_bytes(b"x")
    os.link(__file__, OUT / "hard") if os.access(__file__, os.W_OK) else None


def many_files() -> None:
    (OUT / "arrays").mkdir()
    for number in range(20_000):
        (OUT / "arrays" / f"{number:064x}.npy").touch()


globals()[os.environ["BEHAVIOUR"]]()
