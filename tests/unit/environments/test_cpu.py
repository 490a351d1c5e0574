"""The processor's level decides with whom bits are compared."""

from __future__ import annotations

import pytest

from runner.environments.cpu import Cpu, parse_cpuinfo

AVX512 = "avx512f avx512dq avx512bw avx512vl"
BELOW = "sse4_1 avx avx2"
CPUINFO = """\
processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC 9R14
flags\t\t: fpu sse4_1 avx avx2

processor\t: 1
model name\t: another
flags\t\t: fpu
"""


@pytest.mark.parametrize(
    ("flags", "level"),
    [
        pytest.param("", "baseline", id="nothing"),
        pytest.param("sse2 ssse3", "baseline", id="below all"),
        pytest.param("sse4_1", "sse41", id="sse41"),
        pytest.param("sse4_1 avx", "avx", id="avx"),
        pytest.param("avx", "baseline", id="avx without what it rests on"),
        pytest.param(BELOW, "avx2", id="avx2"),
        pytest.param("sse4_1 avx2", "sse41", id="avx2 without avx"),
        pytest.param(f"{BELOW} avx_vnni", "avx2_vnni", id="avx2_vnni"),
        pytest.param(f"{BELOW} {AVX512}", "avx512_core", id="avx512"),
        *(
            pytest.param(
                f"{BELOW} {AVX512}".replace(f" {flag}", ""), "avx2", id=f"avx512 without {flag}"
            )
            for flag in AVX512.split()
        ),
        pytest.param(f"{BELOW} {AVX512} avx_vnni", "avx512_core", id="avx512 beats avx2_vnni"),
        pytest.param(f"{BELOW} {AVX512} avx512_vnni", "avx512_core_vnni", id="vnni"),
        pytest.param(f"{BELOW} {AVX512} avx512_bf16", "avx512_core", id="bf16 without vnni"),
        pytest.param(f"{BELOW} {AVX512} avx512_vnni avx512_bf16", "avx512_core_bf16", id="bf16"),
        pytest.param(
            f"{BELOW} {AVX512} avx512_vnni avx512_bf16 avx512_fp16", "avx10_1_512", id="fp16"
        ),
        pytest.param(
            f"{BELOW} {AVX512} avx512_vnni avx512_bf16 amx_tile amx_int8 amx_bf16",
            "avx512_core_bf16",
            id="amx without fp16",
        ),
        pytest.param(
            f"{BELOW} {AVX512} avx512_vnni avx512_bf16 avx512_fp16 amx_tile amx_int8 amx_bf16",
            "avx10_1_512_amx",
            id="amx",
        ),
    ],
)
def test_the_highest_level_that_is_whole(flags: str, level: str) -> None:
    assert Cpu(model="any", flags=tuple(flags.split())).host_class == f"cpu {level}"


def test_the_first_processor_is_read() -> None:
    assert parse_cpuinfo(CPUINFO) == Cpu(
        model="AMD EPYC 9R14", flags=("avx", "avx2", "fpu", "sse4_1")
    )


@pytest.mark.parametrize("text", ["", "Features : asimd\n"], ids=["empty", "not x86"])
def test_what_is_not_there_is_empty(text: str) -> None:
    assert parse_cpuinfo(text) == Cpu(model="", flags=())
