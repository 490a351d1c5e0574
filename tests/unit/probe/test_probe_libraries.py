"""CUDA libraries: which are mapped, what they say, and what becomes of those that misbehave.

The libraries asked here are real shared objects, compiled from a few lines each.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from probe.host.libraries import Library, mapped, versions
from probe.host.loaded import QUESTIONS, cuda, cudnn, name_of, nccl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Build = Callable[..., str]

MAPS = """\
7f00-7f01 r-xp 00000000 00:1d 1 /opt/env/lib/nvidia/cudnn/lib/libcudnn.so.9
7f01-7f02 rw-p 00001000 00:1d 1 /opt/env/lib/nvidia/cudnn/lib/libcudnn.so.9
7f02-7f03 r-xp 00000000 00:1d 2 /opt/env/lib/nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9
7f03-7f04 r-xp 00000000 00:1d 3 /usr/local/cuda-11.2/lib64/libcublasLt.so.11.4.1.1043
7f04-7f05 r-xp 00000000 00:1d 4 /usr/lib/x86_64-linux-gnu/libcuda.so.550.90.07
7f05-7f06 r-xp 00000000 00:1d 5 /opt/env/lib/tensorflow/libtensorflow_cc.so.2
7f06-7f07 r-xp 00000000 00:1d 6 /usr/lib/x86_64-linux-gnu/libc.so.6
7f07-7f08 rw-p 00000000 00:00 0 [heap]
7f08-7f09 r-xp 00000000 00:1d 7 /opt/env/lib/libcudart-9335f6a2.so.11.0
"""


def test_mapped_libraries_are_named_once() -> None:
    assert mapped(MAPS) == (
        "/opt/env/lib/libcudart-9335f6a2.so.11.0",
        "/opt/env/lib/nvidia/cudnn/lib/libcudnn.so.9",
        "/opt/env/lib/nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.550.90.07",
        "/usr/local/cuda-11.2/lib64/libcublasLt.so.11.4.1.1043",
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/x/libcudart-9335f6a2.so.11.0", "cudart"),
        ("/x/libcublasLt.so.12", "cublasLt"),
        ("/x/libcudnn_ops_infer.so.8", "cudnn_ops_infer"),
        ("/x/libnvJitLink.so.12", "nvJitLink"),
        ("/x/libcuda.so.1", "cuda"),
        ("/x/libcudnn.so.9 (deleted)", "cudnn"),
        ("/x/libcudadebugger.so.1", ""),
        ("/x/libc.so.6", ""),
        ("/x/libcudnn/readme", ""),
    ],
)
def test_a_library_is_named_as_nvidia_names_it(path: str, name: str) -> None:
    assert name_of(path) == name


@pytest.mark.parametrize(
    ("read", "number", "version"),
    [
        (cudnn, 7605, "7.6.5"),
        (cudnn, 8906, "8.9.6"),
        (cudnn, 90300, "9.3.0"),
        (cudnn, 91002, "9.10.2"),
        (cuda, 11020, "11.2"),
        (cuda, 12090, "12.9"),
        (cuda, 13000, "13.0"),
        (nccl, 2708, "2.7.8"),
        (nccl, 21805, "2.18.5"),
    ],
)
def test_a_packed_number_is_read_as_a_version(
    read: Callable[[int], str], number: int, version: str
) -> None:
    assert read(number) == version


def test_without_libraries_nothing_is_started() -> None:
    assert versions((), asker=("/nowhere",)) == ()


def test_a_library_with_no_such_function_known_is_listed_without_a_version() -> None:
    path = "/x/libcudnn_engines_precompiled.so.9"
    reason = "no function of it that tells a version is known"
    name = "cudnn_engines_precompiled"
    assert versions([path], asker=("/nowhere",)) == (Library(name, path, reason=reason),)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Compile a shared object of the given name from the text of one function."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("no gcc on this host")

    def compiled(file: str, source: str) -> str:
        text = f"#include <stdlib.h>\n#include <unistd.h>\n{source}"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", str(tmp_path / file)],
            input=text,
            text=True,
            check=True,
        )
        return str(tmp_path / file)

    return compiled


PROPERTY = "int NAME(int part, int *value) { *value = (int[]){12, 9, 3}[part]; return 0; }"
POINTER = "int NAME(int *version) { *version = NUMBER; return 0; }"
PAIR = "int NAME(int *major, int *minor) { *major = 12; *minor = 9; return 0; }"
SAID = {
    "cuda": (POINTER.replace("NUMBER", "12040"), "12.4"),
    "cudart": (POINTER.replace("NUMBER", "12090"), "12.9"),
    "nccl": (POINTER.replace("NUMBER", "22203"), "2.22.3"),
    "nvrtc": (PAIR, "12.9"),
    "nvJitLink": (PAIR, "12.9"),
    "cudnn": ("size_t NAME(void) { return 91002; }", "9.10.2"),
    "cudnn_graph": ("size_t NAME(void) { return 90300; }", "9.3.0"),
    "cudnn_ops_infer": ("size_t NAME(void) { return 8906; }", "8.9.6"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_library_is_asked_by_its_own_function(build: Build, name: str) -> None:
    source, version = SAID.get(name, (PROPERTY, "12.9.3"))
    call = QUESTIONS[name].call
    path = build(f"lib{name}.so.1", source.replace("NAME", call))
    assert versions([path]) == (Library(name, path, version, call),)


CUDART = POINTER.replace("NAME", "cudaRuntimeGetVersion").replace("NUMBER", "12090")
CUDNN = "size_t cudnnGetVersion(void) { BODY return 1; }"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(
            'write(2, "Could not load library libcublas.so.11\\n", 39); abort();',
            "it ended the process by SIGABRT when asked: Could not load library libcublas.so.11",
            id="aborts",
        ),
        pytest.param(
            "*(volatile int *)0 = 1;", "it ended the process by SIGSEGV when asked", id="crashes"
        ),
        pytest.param("_exit(3);", "it ended the process with code 3 when asked", id="exits"),
    ],
)
def test_a_library_that_ends_the_process_loses_no_other(
    build: Build, body: str, reason: str
) -> None:
    bad = build("libcudnn.so.9", CUDNN.replace("BODY", body))
    first, last = build("libcudart.so.12", CUDART), build("libcufft.so.11", "")
    nccl_too = build("libnccl.so.2", SAID["nccl"][0].replace("NAME", "ncclGetVersion"))
    assert versions([bad, first, last, nccl_too]) == (
        Library("cudnn", bad, reason=reason),
        Library("cudart", first, "12.9", "cudaRuntimeGetVersion"),
        Library("cufft", last, reason="it has no function cufftGetProperty"),
        Library("nccl", nccl_too, "2.22.3", "ncclGetVersion"),
    )


def test_a_library_that_hangs_is_given_up_and_the_others_answer(build: Build) -> None:
    slow = build("libcublas.so.12", "__attribute__((constructor)) void f(void) { sleep(60); }")
    after = build("libcudnn.so.9", CUDNN.replace("BODY", "return 90300;"))
    began = time.monotonic()
    assert versions([slow, after], patience=1) == (
        Library("cublas", slow, reason="no answer within 1 s"),
        Library("cudnn", after, "9.3.0", "cudnnGetVersion"),
    )
    assert time.monotonic() - began < 5


def test_a_library_that_fails_says_with_which_error(build: Build) -> None:
    path = build("libnvrtc.so.12", "int nvrtcVersion(int *a, int *b) { return 5; }")
    reason = "nvrtcVersion answers error 5"
    assert versions([path]) == (Library("nvrtc", path, reason=reason),)


def test_a_file_that_is_gone_says_so() -> None:
    path = "/nowhere/libcudart.so.12 (deleted)"
    (library,) = versions([path])
    assert library.reason.startswith(f"{path}: cannot open shared object file")


def test_a_library_may_print_what_it_likes(build: Build) -> None:
    noise = 'write(1, "[1]\\n{}\\nnull\\n\\n{", 13);'
    path = build(
        "libcudnn.so.9", CUDNN.replace("BODY", noise + ' write(1, "\\n", 1); return 90300;')
    )
    assert versions([path])[0].version == "9.3.0"


def test_what_none_of_several_attempts_answered_is_not_tried_for_ever() -> None:
    paths = [f"/x/lib{name}.so.1" for name in list(QUESTIONS)[:6]]
    reasons = [one.reason for one in versions(paths, asker=(sys.executable, "-c", "exit(3)"))]
    assert (
        reasons
        == ["it ended the process with code 3 when asked"] * 4
        + ["not asked: 4 libraries before it gave no answer"] * 2
    )
