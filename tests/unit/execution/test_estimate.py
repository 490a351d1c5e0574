"""What environments take before they are built: layers, wheels once, what is not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.environments import lock as locks
from runner.environments.lock import Lock, Unresolvable
from runner.environments.sizes import Sizes, read_sizes
from runner.execution.estimate import BYTECODE, CPU_BYTES, GPU_BYTES, Need, estimate
from runner.matrix import spec
from runner.matrix.cells import Environment

ROOT = Path(__file__).parents[3]
MB = 1_000_000
SIZES = Sizes(
    {
        "keras-3.12.0-py3-none-any.whl": 100 * MB,
        "tensorflow-2.20.0-cp311-cp311-manylinux_2_17_x86_64.whl": 100 * MB,
        "tensorflow-2.20.0-cp312-cp312-manylinux_2_17_x86_64.whl": 110 * MB,
        "tensorflow-2.21.0-cp311-cp311-manylinux_2_17_x86_64.whl": 100 * MB,
        "tensorflow_cpu-2.20.0-cp311-cp311-manylinux_2_17_x86_64.whl": 100 * MB,
        "nvidia_cublas_cu12-12.9.1-py3-none-manylinux_2_27_x86_64.whl": 100 * MB,
        "nvidia_cudnn_cu12-9.3-py3-none-manylinux_2_27_x86_64.whl": 100 * MB,
        "nvidia_cudnn_cu12-9.10-py3-none-manylinux_2_27_x86_64.whl": 100 * MB,
        "nvidia_nccl_cu12-2.32-py3-none-manylinux_2_27_x86_64.whl": 100 * MB,
    }
)
# What 100 MB of wheels unpack to.
TENSORFLOW, CPU_BUILD, NVIDIA, OTHER = 288 * MB, 439 * MB, 155 * MB, 338 * MB


def environment(tensorflow: str = "2.20.0", cudnn: str | None = "9.10") -> Environment:
    cuda = "12.9.1" if cudnn else None
    return Environment(python="3.11", tensorflow=tensorflow, cuda=cuda, cudnn=cudnn)


def lock(of: Environment, *more: str) -> Lock:
    """Such a lock as uv writes, in alphabetical order."""
    build = "tensorflow" if of.cuda else "tensorflow-cpu"
    pins = ["keras==3.12.0", f"{build}=={of.tensorflow}", *more]
    if of.cuda:
        pins += ["nvidia-cublas-cu12==12.9.1", f"nvidia-cudnn-cu12=={of.cudnn}"]
        pins += ["nvidia-nccl-cu12==2.32"]
    lines = [
        f"{pin} \\\n    --hash=sha256:{number:02}\n" for number, pin in enumerate(sorted(pins))
    ]
    return Lock(f"# samebits lock of {of.id}\n" + "".join(lines))


def need(*of: Environment, sizes: Sizes = SIZES) -> Need:
    return estimate(of, {one: lock(one) for one in of}, sizes)


# the locks there are


def test_every_line_of_a_committed_lock_is_in_one_layer() -> None:
    for path in (ROOT / "images" / "locks").glob("*.txt"):
        of = Lock(path.read_text(encoding="utf-8"))
        lines = of.text.removeprefix(of.header).splitlines()
        assert sorted("".join(of.layers.values()).splitlines()) == sorted(lines)


# one environment


def test_on_a_cpu() -> None:
    assert need(environment(cudnn=None)) == Need(
        environments=1,
        wheels=2,
        download=200 * MB,
        layers=2,
        images=CPU_BUILD + OTHER + BYTECODE,
        unshared=CPU_BUILD + OTHER + BYTECODE,
        cache=CPU_BUILD + OTHER,
    )


def test_with_cuda() -> None:
    found = need(environment())
    assert (found.layers, found.wheels, found.download) == (4, 5, 500 * MB)
    assert found.images == found.unshared == 3 * NVIDIA + TENSORFLOW + OTHER + BYTECODE


def test_an_image_is_a_copy_and_a_venv_a_link() -> None:
    found = need(environment(cudnn=None))
    assert found.disk("docker") == found.images + found.cache
    assert found.disk("venv") == found.cache + BYTECODE


# several


def test_two_releases_share_all_of_cuda() -> None:
    found = need(environment("2.20.0"), environment("2.21.0"))
    assert (found.layers, found.wheels, found.download) == (6, 6, 600 * MB)
    assert found.images == 3 * NVIDIA + 2 * (TENSORFLOW + OTHER + BYTECODE)
    assert found.unshared == 2 * need(environment()).unshared
    assert found.cache == 3 * NVIDIA + 2 * TENSORFLOW + OTHER


def test_two_of_cudnn_share_the_toolkit_and_nothing_above_it() -> None:
    found = need(environment(cudnn="9.3"), environment(cudnn="9.10"))
    assert (found.layers, found.wheels) == (7, 6)
    assert found.images == 2 * NVIDIA + 2 * (NVIDIA + TENSORFLOW + OTHER + BYTECODE)


@pytest.mark.parametrize("moved", [{"python": "3.12"}, {"base": "other:1"}], ids=str)
def test_what_lies_on_another_base_shares_no_layer(moved: dict[str, str]) -> None:
    other = replace(environment(), **moved)
    found = need(environment(), other)
    assert (found.layers, found.images) == (8, found.unshared)
    assert found.cache < 2 * need(environment()).cache


def test_an_environment_counts_once() -> None:
    assert need(environment(), environment()) == need(environment())


def test_none_needs_nothing() -> None:
    assert need() == Need()
    assert need().disk("docker") == need().disk("venv") == 0


def test_what_some_add_to_others() -> None:
    both, first = need(environment("2.20.0"), environment("2.21.0")), need(environment("2.20.0"))
    added = both - first
    assert (added.environments, added.layers, added.wheels) == (1, 2, 1)
    assert (added.download, added.images) == (100 * MB, TENSORFLOW + OTHER + BYTECODE)


ANY = st.lists(
    st.builds(
        environment,
        st.sampled_from(["2.20.0", "2.21.0"]),
        st.sampled_from(["9.3", "9.10"]),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(ANY, ANY)
def test_more_environments_never_need_less(
    some: list[Environment], others: list[Environment]
) -> None:
    part, whole = need(*some), need(*some, *others)
    added, alone = whole - part, need(*others)
    for name in ("environments", "wheels", "download", "layers", "images", "unshared", "cache"):
        assert 0 <= getattr(added, name) <= getattr(alone, name)
    assert whole.images <= whole.unshared


# what is not known


@pytest.mark.parametrize("missing", [None, Unresolvable("no")], ids=["no lock", "no solution"])
def test_without_a_lock_one_counts_as_a_measured_one(missing: Unresolvable | None) -> None:
    of = [environment(), environment(cudnn=None)]
    found = estimate(of, dict.fromkeys(of, missing), SIZES)
    assert found == Need(
        environments=2,
        unsized=2,
        images=CPU_BYTES + GPU_BYTES,
        unshared=CPU_BYTES + GPU_BYTES,
        cache=CPU_BYTES + GPU_BYTES,
    )
    assert found.partial
    assert estimate(of, {}, SIZES) == found


@pytest.mark.parametrize("package", ["tensorflow-2.20.0-cp311", "nvidia_cublas_cu12"])
def test_without_the_size_of_a_large_wheel_too(package: str) -> None:
    table = {file: size for file, size in SIZES.table.items() if not file.startswith(package)}
    found = need(environment(), sizes=Sizes(table))
    assert (found.unsized, found.images, found.download) == (1, GPU_BYTES, 0)


def test_a_small_wheel_without_a_size_is_counted_and_left_out() -> None:
    of = environment()
    found = estimate([of], {of: lock(of, "numpy==2.0", "six==1.0")}, SIZES)
    assert (found.unsized, found.unknown, found.wheels) == (0, 2, 5)
    assert found.images == need(of).images
    assert (found.partial, need(of).partial) == (True, False)


# the default matrix


def test_the_gpu_environments_of_the_default_matrix_share_most_of_what_they_have() -> None:
    matrix = spec.load(ROOT / "matrix.yaml")
    folder = ROOT / "images" / "locks"
    of = {cell.environment for cell in matrix.cells if cell.environment.cuda}
    found = estimate(
        of,
        {one: locks.read(one, matrix.exclude_newer, folder) for one in of},
        read_sizes(folder),
    )
    assert not found.partial
    # Two toolkits, six of cuDNN on them, and two layers for each environment.
    assert (found.environments, found.layers) == (22, 2 + 6 + 2 * 22)
    assert found.images < found.unshared / 2
