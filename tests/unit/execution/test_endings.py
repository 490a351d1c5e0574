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
        pytest.param(
            1,
            "failed to allocate 1.97G (2120187392 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY\n"
            "InternalError: no stream",
            "the probe ended with exit code 1: InternalError: no stream; the GPU ran out of "
            "memory; `nvidia-smi` shows which processes hold it",
            id="the GPU's memory",
        ),
        pytest.param(
            134,
            "NVRM: Xid (PCI:0000:09:00): 79\naborting",
            "the probe was ended by SIGABRT, native code gave up; it last printed: aborting; the "
            "driver reported Xid 79; https://docs.nvidia.com/deploy/xid-errors/ says what it "
            "means; some need a reset of the GPU",
            id="the GPU is gone",
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


SEEN = "no-gpu: the CUDA driver shows 1 device(s) but TensorFlow registered none; "
LOG = f"{SEEN}its log above names the library that did not load"


def test_a_library_that_did_not_load_is_named() -> None:
    log = f"W dso_loader.cc:60] Could not load dynamic library 'libcudnn.so.8'; dlerror: x\n{LOG}"
    assert said(log, "no-gpu:") == (
        "the CUDA driver shows 1 device(s) but TensorFlow registered none; TensorFlow could not "
        "load libcudnn.so.8; the CUDA and cuDNN of the environment do not have what this release "
        "loads"
    )


def test_a_library_that_nobody_names() -> None:
    assert said(LOG, "no-gpu:") == LOG.removeprefix("no-gpu: ")


def test_another_reason_keeps_its_words() -> None:
    log = "Could not load dynamic library 'libcudnn.so.8'\nno-gpu: the CUDA driver answers error 3"
    assert said(log, "no-gpu:") == "the CUDA driver answers error 3"
