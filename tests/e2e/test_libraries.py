"""What NVIDIA's own libraries answer, without a GPU."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

from probe.host.libraries import Library, versions

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

LIBRARIES = [
    ("cuda-runtime-cu12==12.9.79", "cuda_runtime/lib/libcudart.so.12", "cudart", "12.9"),
    ("cuda-runtime-cu12==12.3.101", "cuda_runtime/lib/libcudart.so.12", "cudart", "12.3"),
    ("nvjitlink-cu12==12.9.86", "nvjitlink/lib/libnvJitLink.so.12", "nvJitLink", "12.9"),
]
CALLS = {"cudart": "cudaRuntimeGetVersion", "nvJitLink": "nvJitLinkVersion"}


@pytest.mark.parametrize(("wheel", "file", "name", "version"), LIBRARIES, ids=lambda one: one)
def test_a_library_says_the_version_of_its_wheel(
    tmp_path: Path, wheel: str, file: str, name: str, version: str
) -> None:
    where = ["--no-deps", "--only-binary", ":all:", "--target", str(tmp_path)]
    install = [find_uv_bin(), "pip", "install", "--quiet", *where, f"nvidia-{wheel}"]
    subprocess.run(install, check=True)
    path = str(tmp_path / "nvidia" / file)
    assert versions([path]) == (Library(name, path, version, CALLS[name]),)
