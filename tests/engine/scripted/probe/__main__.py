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
    print("computing nn.conv2d", flush=True)
    ctypes.string_at(0)


def fail() -> None:
    print("the reason stands here")
    sys.exit(7)


def say() -> None:
    """Print what it is told to, as TensorFlow might, and end as it is told to."""
    print(os.environ["SAID"], file=sys.stderr)
    sys.exit(int(os.environ["CODE"]))


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


def good(**changes: object) -> None:
    """What a probe leaves that did as it was told, but for the changes."""
    given = dict(zip(sys.argv, sys.argv[1:], strict=False))
    numbers = {"seed": int(given["--seed"]), "repeats": int(given["--repeats"])}
    fingerprint = {
        "python": "{}.{}.{}".format(*sys.version_info),
        "tensorflow": "2.20.0",
        "op_determinism": None,
        **dict.fromkeys(("numpy", "keras", "cpu_model"), "1"),
        **{key: {} for key in ("build", "packages", "variables")},
        **dict.fromkeys(("intra_op_threads", "inter_op_threads"), 2),
        "cpu_flags": [],
    }
    if "--gpu-uuid" in given:
        gpu = {"name": "a GPU", "compute_capability": "9.0", "uuid": given["--gpu-uuid"]}
        fingerprint["gpus"] = [gpu]
    result = {
        "schema_version": 2,
        "order": given["--order"],
        **numbers,
        "recipe": [],
        "fingerprint": fingerprint,
        "import_seconds": 1,
        "cases": [the_case(numbers["repeats"])],
    }
    RESULT.write_text(json.dumps({**result, **changes}))


DIGEST = "ab" * 32
ARRAY = OUT / "arrays" / (DIGEST + ".npy")
HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }"


def the_case(repeats: int, name: str = "out", shape: int = 3) -> dict[str, object]:
    output = {"name": name, "dtype": "float32", "shape": [shape], "stored": True}
    output["digests"] = [DIGEST] * repeats
    return {"name": "a.case", "family": "a", "status": "ok", "outputs": [output]}


def array(header: str, data: bytes) -> None:
    """Leave a good result whose only array has this header and data."""
    text = header.encode("ascii")
    text += b" " * (64 - (len(text) + 11) % 64) + b"\n"
    ARRAY.parent.mkdir()
    ARRAY.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data)
    good()


def objects() -> None:
    array("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", b"cos\nsystem\n(S'true'\ntR.")


def lying_header() -> None:
    array(HEADER % (10 * 1024 * MIB // 4), b"\0" * 12)


def large_array() -> None:
    array(HEADER % 3, b"\0" * 12)
    with ARRAY.open("r+b") as file:
        file.truncate(200 * MIB)


def huge_array() -> None:
    array(HEADER % 3, b"\0" * 12)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, and gets an error instead
    time.sleep(0.3)  # the bound is set just after the start
    with ARRAY.open("r+b") as file:
        file.truncate(10 * 1024 * MIB)


def other_folder() -> None:
    good(cases=[the_case(2, name="../../x")])


def half() -> None:
    good()
    text = RESULT.read_text()
    RESULT.write_text(text[: len(text) // 2])


def large_result() -> None:
    with RESULT.open("wb") as file:
        file.truncate(17 * MIB)


def gigabytes() -> None:
    line = b"x" * (MIB - 1) + b"\n"
    for _ in range(1024):
        os.write(1, line)
    good()


def abort() -> None:
    print("F0000 00:00:1795379291.024746   25630 flags.cc:234] Unknown flag in XLA_FLAGS: --nope")
    print("Perhaps you meant TF_XLA_FLAGS?", flush=True)
    os.abort()


globals()[os.environ["BEHAVIOUR"]]()
