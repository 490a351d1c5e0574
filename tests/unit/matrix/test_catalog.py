"""What is known before anything is built, and that the table it comes from is whole."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from runner.matrix.catalog import (
    constraints,
    overrides,
    refusal,
    refusal_inside,
    unmet,
    warning,
)
from runner.matrix.cells import Environment, Inside
from runner.matrix.releases import Minor, instead_of, minor_of, table

MINORS = [pytest.param(row, id=row.minor) for row in table().releases]


def cpu(python: str, tensorflow: str) -> Environment:
    return Environment(python=python, tensorflow=tensorflow)


def gpu(tensorflow: str, cuda: str, cudnn: str, python: str = "3.11") -> Environment:
    return Environment(python=python, tensorflow=tensorflow, cuda=cuda, cudnn=cudnn)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param(
            cpu("3.12", "2.12.1"),
            "TensorFlow 2.12.1 has no wheel for Python 3.12; it has them for 3.8 to 3.11",
            id="Python too new",
        ),
        pytest.param(
            cpu("3.9", "2.21.0"),
            "TensorFlow 2.21.0 has no wheel for Python 3.9; it has them for 3.10 to 3.13",
            id="Python too old",
        ),
        pytest.param(
            cpu("3.14", "2.20.0"),
            "TensorFlow 2.20.0 has no wheel for Python 3.14; it has them for 3.9 to 3.13",
            id="Python newer than all",
        ),
        pytest.param(
            cpu("3.7", "2.11.0"),
            "the probe needs Python 3.8 or newer, not 3.7",
            id="Python too old for the probe",
        ),
        pytest.param(
            Environment(python="3.8", tensorflow="2.5.3", keras="2.6.0"),
            "TensorFlow 2.5.3 has Keras inside itself; the package keras is what it uses from 2.6 "
            "on",
            id="Keras inside",
        ),
        pytest.param(
            gpu("2.18.1", "12.6.3", "9.1.0.70"),
            "TensorFlow 2.18.1 was compiled with cuDNN 9.3.0; 9.1.0.70 is older",
            id="cuDNN older",
        ),
        pytest.param(
            gpu("2.18.1", "12.6.3", "8.9.7.29"),
            "TensorFlow 2.18.1 was compiled with cuDNN 9.3.0; 8.9.7.29 is older",
            id="cuDNN of the major before",
        ),
        pytest.param(
            gpu("2.17.1", "12.3.2", "9.3.0.75"),
            "TensorFlow 2.17.1 was compiled with cuDNN 8.9.6; 9.3.0.75 is of another major version",
            id="cuDNN of the major after",
        ),
        pytest.param(
            gpu("2.15.1", "12.2.2", "9.0.0.312"),
            "TensorFlow 2.15.1 was compiled with cuDNN 8; 9.0.0.312 is of another major version",
            id="cuDNN where only the major is known",
        ),
        pytest.param(
            gpu("2.15.1", "11.8.0", "8.9.4.25"),
            "TensorFlow 2.15.1 was compiled for CUDA 12 and opens libcudart.so.12; the libraries "
            "of CUDA 11.8.0 have other names",
            id="CUDA of the major before",
        ),
        pytest.param(
            gpu("2.21.0", "13.0.2", "9.24.0.43"),
            "TensorFlow 2.21.0 was compiled for CUDA 12 and opens libcudart.so.12; the libraries "
            "of CUDA 13.0.2 have other names",
            id="CUDA of the major after",
        ),
        pytest.param(
            gpu("2.14.1", "12.2.2", "8.9.4.25"),
            "TensorFlow 2.14.1 was compiled for CUDA 11 and opens libcudart.so.11.0; the libraries "
            "of CUDA 12.2.2 have other names",
            id="CUDA 12 for the last release of CUDA 11",
        ),
        pytest.param(
            gpu("2.4.4", "11.8.0", "8.9.6.50", "3.8"),
            "TensorFlow 2.4.4 can't use CUDA 11.8.0: it loads libcusolver.so.10, which only "
            "CUDA 11.0 has",
            id="CUDA without one of the libraries",
        ),
        pytest.param(
            gpu("2.11.1", "11.2.2", "8.9.6.50", "3.10"),
            "CUDA 11.2.2 has no wheels, they start at 11.8.0; name an image that has it as base, "
            "with cuda: system",
            id="CUDA without wheels",
        ),
        pytest.param(
            gpu("1.15.5", "10.1.0", "7.6.5.32", "3.8"),
            "CUDA 10.1.0 has no wheels, they start at 11.8.0; name an image that has it as base, "
            "with cuda: system",
            id="CUDA without wheels for an unknown release",
        ),
    ],
)
def test_what_can_not_work(environment: Environment, said: str) -> None:
    assert refusal(environment) == said


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param(cpu("3.11", "2.20.0"), id="CPU"),
        pytest.param(cpu("3.15", "2.22.0"), id="release that is not in the table"),
        pytest.param(cpu("3.14", "2.21.1"), id="patch that is not in the table"),
        pytest.param(gpu("2.18.1", "12.0.1", "9.3.0.75"), id="CUDA of an older minor"),
        pytest.param(gpu("2.18.1", "12.9.1", "9.3.1.1"), id="cuDNN of a newer patch"),
        pytest.param(gpu("2.17.1", "12.3.2", "8.9.2.26"), id="cuDNN of an older patch"),
        pytest.param(gpu("2.15.1", "12.2.2", "8.1.0.77"), id="cuDNN where only the major is known"),
        pytest.param(gpu("2.20.0", "12.9.1", "9.24.0.43"), id="cuDNN 9.24 is newer than 9.3"),
        pytest.param(gpu("2.4.4", "system", "8.0.5.39", "3.8"), id="CUDA in the image"),
        pytest.param(gpu("2.22.0", "13.0.2", "9.24.0.43"), id="CUDA for an unknown release"),
    ],
)
def test_what_is_not_certain_is_not_refused(environment: Environment) -> None:
    assert refusal(environment) is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param(
            gpu("2.18.1", "12.9.1", "9.10.2.21"),
            "outside the range TensorFlow declares: CUDA 12.9.1, not 12.5; "
            "cuDNN 9.10.2.21, not 9.3.0.75",
            id="both",
        ),
        pytest.param(
            gpu("2.20.0", "12.4.1", "9.3.0.75"),
            "outside the range TensorFlow declares: CUDA 12.4.1, not >=12.5,<13.0",
            id="CUDA below a range",
        ),
        pytest.param(
            gpu("2.12.1", "11.8.0", "8.9.6.50"),
            "outside what TensorFlow is tested with: cuDNN 8.9.6.50, not 8.6",
            id="before TensorFlow declared any",
        ),
        pytest.param(
            gpu("2.20.0", "12.5.1", "9.3.0.75"),
            "the cuda-toolkit package 12.5.1 installs the libraries of CUDA 12.5.0",
            id="toolkit that is not what it says",
        ),
        pytest.param(
            gpu("2.17.1", "12.5.1", "8.9.7.29"),
            "outside the range TensorFlow declares: CUDA 12.5.1, not 12.3; "
            "the cuda-toolkit package 12.5.1 installs the libraries of CUDA 12.5.0",
            id="two things",
        ),
        pytest.param(gpu("2.20.0", "12.9.1", "9.24.0.43"), None, id="inside a range"),
        pytest.param(gpu("2.17.1", "12.3.2", "8.9.7.29"), None, id="as declared"),
        pytest.param(gpu("2.13.1", "11.8.0", "8.6.0.163"), None, id="as tested"),
        pytest.param(gpu("2.4.4", "system", "8.0.5.39", "3.8"), None, id="CUDA in the image"),
        pytest.param(cpu("3.11", "2.18.1"), None, id="CPU"),
        pytest.param(gpu("2.22.0", "12.9.1", "9.24.0.43"), None, id="unknown"),
    ],
)
def test_what_was_not_meant(environment: Environment, said: str | None) -> None:
    assert warning(environment) == said


@pytest.mark.parametrize(
    ("tensorflow", "cudnn", "inside", "said"),
    [
        pytest.param(
            "2.11.1",
            None,
            Inside(cuda="10.1.243", cudnn="7.6.5.32"),
            "TensorFlow 2.11.1 was compiled for CUDA 11 and opens libcudart.so.11.0; the libraries "
            "of CUDA 10.1.243 have other names",
            id="CUDA of another major",
        ),
        pytest.param(
            "2.18.1",
            None,
            Inside(cuda="12.5.1", cudnn="9.2.1.18"),
            "TensorFlow 2.18.1 was compiled with cuDNN 9.3.0; 9.2.1.18 is older",
            id="cuDNN older",
        ),
        pytest.param(
            "2.11.1",
            "8.0.5.39",
            Inside(cuda="11.2.2", cudnn="8.1.1.33"),
            "the base image says that it has cuDNN 8.1.1.33, not 8.0.5.39",
            id="another cuDNN than the declared",
        ),
        pytest.param(
            "2.11.1", "8.1.1", Inside(cuda="11.2.2", cudnn="8.1.1.33"), None, id="as told"
        ),
        pytest.param("2.11.1", None, Inside(cuda="11.2.2", cudnn="8.1.1.33"), None, id="tested"),
        pytest.param("2.11.1", None, Inside(), None, id="it says nothing"),
        pytest.param("2.99.0", None, Inside(cuda="10.1.243"), None, id="unknown release"),
    ],
)
def test_what_a_base_image_has_inside_may_make_an_environment_impossible(
    tensorflow: str, cudnn: str | None, inside: Inside, said: str | None
) -> None:
    environment = Environment(
        python="3.10", tensorflow=tensorflow, cuda="system", cudnn=cudnn, base="nvidia/cuda:1"
    )
    assert refusal_inside(environment, inside) == said


def test_what_a_base_image_has_inside_may_be_outside_what_is_tested() -> None:
    environment = Environment(python="3.10", tensorflow="2.11.1", cuda="system")
    assert warning(environment, Inside(cuda="11.8.0", cudnn="8.9.6.50")) == (
        "outside what TensorFlow is tested with: CUDA 11.8.0, not 11.2; cuDNN 8.9.6.50, not 8.1"
    )
    assert warning(environment, Inside(cuda="11.2.2", cudnn="8.1.1.33")) is None
    of_2_20 = Environment(python="3.11", tensorflow="2.20.0", cuda="system")
    assert warning(of_2_20, Inside(cuda="12.5.1", cudnn="9.3.0.75")) is None


@pytest.mark.parametrize(
    ("release", "bounds"),
    [
        ("2.5.3", ("protobuf<3.21",)),
        ("2.6.0", ("protobuf<3.21", "keras<2.7")),
        ("2.6.2", ("protobuf<3.21",)),
        ("2.6.5", ()),
        ("2.7.0", ("numpy<2", "protobuf<3.21")),
        ("2.7.3", ("numpy<2",)),
        ("2.11.1", ("numpy<2",)),
        ("2.12.1", ()),
        ("2.14.0", ("numpy<2",)),
        ("2.14.1", ()),
        ("2.20.0", ()),
        ("2.22.0", ()),
    ],
)
def test_what_the_requirements_leave_open(release: str, bounds: tuple[str, ...]) -> None:
    assert constraints(release) == bounds


@pytest.mark.parametrize(
    ("release", "instead"),
    [
        ("2.4.0", ("termcolor>=1.1", "wrapt>=1.12.1,<1.15")),
        ("2.6.5", ("termcolor>=1.1", "wrapt>=1.12.1,<1.15", "clang>=5")),
        ("2.7.4", ()),
        ("2.12.1", ("jax>=0.3.15; python_version >= '3.9'",)),
        ("2.13.1", ()),
        ("2.22.0", ()),
    ],
)
def test_what_stands_in_for_requirements_without_a_wheel(
    release: str, instead: tuple[str, ...]
) -> None:
    assert overrides(release) == instead


@pytest.mark.parametrize(
    ("release", "existing"),
    [
        ("2.20.7", ("2.20.0",)),
        ("2.16.0", ("2.16.1", "2.16.2")),
        ("2.15.2", ("2.15.0", "2.15.0.post1", "2.15.1")),
        ("2.20", ("2.20.0",)),
        ("2.20.0", ()),
        ("2.15.0.post1", ()),
        ("2.20.1rc0", ()),
        ("2.21.1", ()),
        ("2.22.0", ()),
        ("2.3.9", ()),
        ("3", ()),
    ],
)
def test_releases_that_are_not(release: str, existing: tuple[str, ...]) -> None:
    assert instead_of(release) == existing


def test_the_table_has_every_minor_from_2_4_to_2_21_in_order() -> None:
    assert [row.minor for row in table().releases] == [f"2.{minor}" for minor in range(4, 22)]


@pytest.mark.parametrize("row", MINORS)
def test_a_row_is_consistent(row: Minor) -> None:
    patches = [Version(patch) for patch in row.patches]
    assert patches == sorted(patches)
    assert [str(patch) for patch in patches] == list(row.patches)
    assert {f"{patch.major}.{patch.minor}" for patch in patches} == {row.minor}
    for pythons in row.patches.values():
        assert [Version(python).major for python in pythons] == [3] * len(pythons)
        minors = [Version(python).minor for python in pythons]
        assert minors == list(range(minors[0], minors[-1] + 1))
    assert set(row.source) <= set(table().sources)
    assert row.source
    for bounded in (*row.constraints.values(), *row.overrides.values()):
        assert set(bounded) <= set(row.patches)


@pytest.mark.parametrize("row", MINORS)
def test_what_a_minor_was_compiled_with_is_what_it_is_tested_with(row: Minor) -> None:
    assert Version(row.cuda) in SpecifierSet(f"=={row.tested.cuda}.*")
    assert Version(row.cudnn).major == Version(row.tested.cudnn).major
    if row.declares:
        assert Version(row.cuda) in SpecifierSet(row.declares.cuda)
        newest = list(row.patches)[-1]
        lowest = row.declares.cudnn.split(",")[0].lstrip("=>")
        environment = gpu(newest, "12.5.0", lowest) if row.cuda.startswith("12") else None
        assert environment is None or refusal(environment) is None


@pytest.mark.parametrize("row", MINORS)
def test_what_a_minor_opens_is_of_the_majors_it_was_compiled_with(row: Minor) -> None:
    assert list(row.opens) == [
        *("cudart", "cublas", "cufft", "curand", "cusolver", "cusparse", "cudnn")
    ]
    for library, compiled in (("cudart", row.cuda), ("cublas", row.cuda), ("cudnn", row.cudnn)):
        assert Version(row.opens[library]).major == Version(compiled).major
    assert row.only is None or f"libcusolver.so.{row.opens['cusolver']}" in row.only.because


@pytest.mark.parametrize("row", MINORS)
def test_the_newest_kernels_of_a_minor_come_with_ptx(row: Minor) -> None:
    kinds, numbers = zip(*(name.split("_") for name in row.kernels), strict=True)
    assert kinds == (*["sm"] * (len(kinds) - 1), "compute")
    assert [int(one) for one in numbers] == sorted({int(one) for one in numbers})


def test_each_cuda_that_a_release_was_compiled_for_has_its_oldest_driver() -> None:
    majors = {str(Version(row.cuda).major) for row in table().releases}
    assert majors <= set(table().driver.minimum)
    oldest = [Version(driver) for driver in table().driver.minimum.values()]
    assert oldest == sorted(oldest)


def test_no_release_is_in_two_rows() -> None:
    patches = [patch for row in table().releases for patch in row.patches]
    assert len(patches) == len(set(patches)) == 52
    assert all(minor_of(patch) is not None for patch in patches)


def test_every_source_is_used() -> None:
    used = {source for row in table().releases for source in row.source}
    others = {*table().toolkit.source, *table().driver.source, *table().keras.source}
    assert used | others == set(table().sources)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param(
            Environment(python="3.11", tensorflow="2.16.2", keras="2.15.0"),
            "TensorFlow 2.16.2 asks for keras>=3.0.0, not 2.15.0",
            id="keras",
        ),
        pytest.param(
            Environment(python="3.11", tensorflow="2.17.1", numpy="2.0.2"),
            "TensorFlow 2.17.1 asks for numpy>=1.23.5,<2.0.0, not 2.0.2",
            id="numpy",
        ),
        pytest.param(
            Environment(python="3.11", tensorflow="2.17.1", keras="3.4.1", numpy="1.26.4"),
            None,
            id="inside",
        ),
        pytest.param(
            Environment(python="3.11", tensorflow="2.16.2", keras="3.1.0rc0"), None, id="candidate"
        ),
        pytest.param(Environment(python="3.11", tensorflow="2.17.1"), None, id="nothing named"),
        pytest.param(
            Environment(python="3.11", tensorflow="9.9.9", keras="1.0.0"),
            None,
            id="unknown release",
        ),
    ],
)
def test_what_tensorflow_asks_of_packages(environment: Environment, expected: str | None) -> None:
    assert unmet(environment) == expected


def test_every_release_that_uses_a_package_says_what_it_asks() -> None:
    oldest = Version(table().keras.oldest)
    for row in table().releases:
        assert set(row.asks) == ({"keras", "numpy"} if Version(row.minor) >= oldest else {"numpy"})
        for asked in row.asks.values():
            assert SpecifierSet(asked)
