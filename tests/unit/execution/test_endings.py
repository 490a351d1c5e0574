"""How the end of a probe's process reads."""

from __future__ import annotations

import pytest

from runner.execution.endings import exit_reason, said

TSL = "2026-11-22 20:32:22.102002: F external/local_xla/xla/flags.cc:234] Unknown flag: --nope"
ABSL = "F0000 00:00:1795379291.024746   25630 port.cc:153] Check failed: ok"
NOT_FATAL = "2026-11-22 20:32:18.987134: I tensorflow/core/util/port.cc:153] oneDNN is on."


@pytest.mark.parametrize(
    ("code", "log", "reason"),
    [
        pytest.param(1, "", "the probe ended with exit code 1", id="nothing printed"),
        pytest.param(1, "a\nValueError: x\n \n", "the probe ended with exit code 1: ValueError: x"),
        pytest.param(
            139, "", "the probe was ended by SIGSEGV, native code crashed", id="a known signal"
        ),
        pytest.param(
            132,
            "computing\n",
            "the probe was ended by SIGILL, native code has an instruction that this processor "
            "lacks; it last printed: computing",
            id="its last line",
        ),
        pytest.param(143, "", "the probe was ended by SIGTERM", id="another signal"),
        pytest.param(
            134,
            f"{TSL} \nPerhaps you meant TF_XLA_FLAGS?\n",
            "the probe was ended by SIGABRT, native code gave up; "
            "it last printed: Unknown flag: --nope",
            id="the fatal line, not the last",
        ),
        pytest.param(
            134,
            f"{ABSL}\n*** stack trace ***\n",
            "the probe was ended by SIGABRT, native code gave up; "
            "it last printed: Check failed: ok",
            id="the fatal line of absl",
        ),
        pytest.param(
            1,
            "F0000 of no file\n[1/2] a step\n[2/2] the end",
            "the probe ended with exit code 1: [2/2] the end",
            id="a fatal line is one line",
        ),
        pytest.param(
            1,
            f"{NOT_FATAL}\nthe end",
            "the probe ended with exit code 1: the end",
            id="no fatal line",
        ),
        pytest.param(
            1,
            "\x1b[31m" + "a" * 400,
            "the probe ended with exit code 1: \N{REPLACEMENT CHARACTER}[31m" + "a" * 295,
            id="inert and bounded",
        ),
        pytest.param(128, "", "the probe ended with exit code 128", id="signal 0"),
        pytest.param(255, "", "the probe ended with exit code 255", id="no signal"),
    ],
)
def test_the_reason(code: int, log: str, reason: str) -> None:
    assert exit_reason(code, log) == reason


def test_the_last_line_with_a_prefix() -> None:
    log = "no-gpu: one\nno-gpu:  two \nother\n"
    assert said(log, "no-gpu:") == "two"
    assert said(log, "own-probe:") == ""
