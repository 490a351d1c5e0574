"""What a GPU runs of a release, and which driver it needs."""

from __future__ import annotations

import pytest

from runner.matrix.cells import Environment
from runner.matrix.hardware import Code, code_for, refusal, warning
from runner.matrix.releases import minor_of

DRIVER = "580.159.04"


def gpu(tensorflow: str, cuda: str | None = "12.9.1") -> Environment:
    return Environment(python="3.11", tensorflow=tensorflow, cuda=cuda, cudnn="9.3.0.75")


@pytest.mark.parametrize(
    ("tensorflow", "capability", "code"),
    [
        pytest.param("2.20.0", "8.0", Code("sm_80", "its own"), id="A100"),
        pytest.param("2.20.0", "8.9", Code("sm_89", "its own"), id="L4"),
        pytest.param("2.20.0", "9.0", Code("sm_90", "its own"), id="H100, which PTX comes with"),
        pytest.param("2.4.4", "8.0", Code("sm_80", "its own"), id="A100 in the oldest release"),
        pytest.param("2.16.2", "8.9", Code("sm_80", "of the same major"), id="L4 before 2.17"),
        pytest.param("2.20.0", "7.5", Code("sm_70", "of the same major"), id="T4 from 2.16 on"),
        pytest.param("2.15.1", "7.5", Code("sm_75", "its own"), id="T4 until 2.15"),
        pytest.param("2.20.0", "8.7", Code("sm_80", "of the same major"), id="none of a later one"),
        pytest.param("2.15.1", "9.0", Code("compute_80", "compiled"), id="H100 before 2.16"),
        pytest.param("2.21.0", "12.0", Code("compute_90", "compiled"), id="Blackwell"),
        pytest.param("2.17.1", "5.2", None, id="Maxwell from 2.17 on"),
        pytest.param("2.16.2", "5.2", Code("sm_50", "of the same major"), id="Maxwell until 2.16"),
        pytest.param("2.20.0", "3.7", None, id="Kepler"),
    ],
)
def test_the_code_that_a_gpu_runs(tensorflow: str, capability: str, code: Code | None) -> None:
    row = minor_of(tensorflow)
    assert row is not None
    assert code_for(row, capability) == code


@pytest.mark.parametrize(
    ("environment", "capability", "driver", "said"),
    [
        pytest.param(
            gpu("2.21.0"),
            "5.2",
            DRIVER,
            "TensorFlow 2.21.0 has no code that this GPU, sm_52, can run, only for sm_60, sm_70, "
            "sm_80, sm_89, compute_90",
            id="architecture",
        ),
        pytest.param(
            gpu("2.21.0"),
            "9.0",
            "525.60.11",
            "the driver 525.60.11 is older than 525.60.13, which CUDA 12 needs; update it",
            id="driver",
        ),
        pytest.param(
            gpu("2.14.1", "11.8.0"),
            "8.0",
            "440.33.01",
            "the driver 440.33.01 is older than 450.80.02, which CUDA 11 needs; update it",
            id="driver for CUDA 11",
        ),
        pytest.param(
            gpu("2.22.0", "13.0.2"),
            "9.0",
            "575.57.08",
            "the driver 575.57.08 is older than 580, which CUDA 13 needs; update it",
            id="driver for a release that is not in the table",
        ),
        pytest.param(
            gpu("2.21.0"),
            "3.7",
            "470.256.02",
            "the driver 470.256.02 is older than 525.60.13, which CUDA 12 needs; update it",
            id="the driver is told first",
        ),
    ],
)
def test_what_can_not_work_here(
    environment: Environment, capability: str, driver: str, said: str
) -> None:
    assert refusal(environment, capability, driver) == said


@pytest.mark.parametrize(
    ("environment", "capability", "driver"),
    [
        pytest.param(gpu("2.20.0"), "9.0", DRIVER, id="H100"),
        pytest.param(gpu("2.20.0"), "9.0", "525.60.13", id="the oldest driver"),
        pytest.param(gpu("2.20.0"), "9.0", "1000.1", id="a driver is a version, not a text"),
        pytest.param(gpu("2.20.0"), "9.0", "", id="a driver that is not known"),
        pytest.param(gpu("2.20.0"), "9.0", "open\n1", id="a driver that is no version"),
        pytest.param(gpu("2.4.4", "system"), "8.0", "418.40", id="CUDA in the image"),
        pytest.param(gpu("2.22.0"), "3.7", DRIVER, id="release that is not in the table"),
        pytest.param(gpu("2.30.0", "14.0.0"), "9.0", "1", id="CUDA that is not in the table"),
        pytest.param(gpu("2.21.0"), "12.0", DRIVER, id="a GPU newer than all code"),
    ],
)
def test_what_may_work_here(environment: Environment, capability: str, driver: str) -> None:
    assert refusal(environment, capability, driver) is None


@pytest.mark.parametrize(
    ("tensorflow", "capability", "said"),
    [
        pytest.param(
            "2.20.0",
            "8.6",
            "TensorFlow 2.20.0 has no code for sm_86; that for sm_80 runs",
            id="machine code of the same major",
        ),
        pytest.param(
            "2.15.1",
            "9.0",
            "TensorFlow 2.15.1 has no code for sm_90; the driver compiles that for compute_80 "
            "first, which can take 30 minutes or longer",
            id="PTX",
        ),
        pytest.param(
            "2.21.0",
            "12.0",
            "TensorFlow 2.21.0 has no code for sm_120; the driver compiles that for compute_90 "
            "first, which can take 30 minutes or longer",
            id="PTX for a capability of two digits",
        ),
        pytest.param("2.20.0", "9.0", None, id="its own"),
        pytest.param("2.20.0", "5.2", None, id="nothing, which is refused"),
        pytest.param("2.22.0", "9.0", None, id="unknown release"),
    ],
)
def test_what_is_good_to_know(tensorflow: str, capability: str, said: str | None) -> None:
    assert warning(gpu(tensorflow), capability) == said
