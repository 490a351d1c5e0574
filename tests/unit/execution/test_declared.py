"""What an environment declares of CUDA and cuDNN, against what a trial loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from unit.results.synthetic import fingerprint

from runner.environments.lock import Lock
from runner.execution.declared import Declared, Held, declared, hold, other_packages
from runner.matrix.cells import Environment
from runner.results.probe_output import Library
from runner.results.records import TrialRecord

ROOT = Path(__file__).parents[3]
EVIDENCE = ROOT / "docs" / "evidence" / "h100-2026-11-22" / "trials"
LOCK = Lock("nvidia-cublas-cu12==12.6.4.1 \\\n    --hash=sha256:00\nnumpy==2.5.4 \\\n")
RUNTIME = Declared("cudart", "the CUDA runtime", "12.9.1")
CUDNN = Declared("cudnn", "cuDNN", "9.10.2.21")


def environment(cuda: str | None = "12.6.3", cudnn: str | None = "9.3.0.75") -> Environment:
    return Environment(python="3.11", tensorflow="2.20.0", cuda=cuda, cudnn=cudnn)


def library(name: str, version: str = "", reason: str = "") -> Library:
    return Library(name=name, path=f"/x/lib{name}.so", version=version, reason=reason)


# packages


@pytest.mark.parametrize(
    ("named", "said", "sentences"),
    [
        pytest.param({}, {"keras": "9", "numpy": "9"}, (), id="nothing is pinned"),
        pytest.param({"keras": "3.12.0", "numpy": "1.26.4"}, {}, (), id="as pinned"),
        pytest.param(
            {"keras": "3.4.1"}, {}, ("Keras 3.12.0 was loaded, not 3.4.1",), id="another Keras"
        ),
        pytest.param(
            {"numpy": "2.1.3"}, {}, ("NumPy 1.26.4 was loaded, not 2.1.3",), id="another NumPy"
        ),
        pytest.param(
            {"keras": "3.4.1"},
            {"keras": ""},
            ("Keras of no version was loaded, not 3.4.1",),
            id="a Keras that does not say",
        ),
        pytest.param(
            {"keras": "3.4.1"},
            {"keras": "3.4.1 (fork)"},
            ("Keras 3.4.1 (fork) was loaded, not 3.4.1",),
            id="no version at all",
        ),
        pytest.param(
            {"tensorflow": "2.22.0rc0"}, {"tensorflow": "2.22.0-rc0"}, (), id="a pre-release"
        ),
        pytest.param(
            {"tensorflow": "2.22.0rc0"},
            {"tensorflow": "2.22.0"},
            ("TensorFlow 2.22.0 was loaded, not 2.22.0rc0",),
            id="a pre-release is not the release",
        ),
        pytest.param(
            {"tensorflow": "2.15.0.post1"}, {"tensorflow": "2.15.0"}, (), id="a post-release"
        ),
    ],
)
def test_packages_are_the_declared_ones(
    named: dict[str, str], said: dict[str, str], sentences: tuple[str, ...]
) -> None:
    of = replace(environment(None, None), **named)
    assert other_packages(of, fingerprint("2.20.0").model_copy(update=said)) == sentences


# what is declared


def test_the_axes_and_the_lock_say_what_must_be_loaded() -> None:
    assert declared(environment(), LOCK) == (
        Declared("cudart", "the CUDA runtime", "12.6.3"),
        Declared("nvrtc", "nvrtc", "12.6.3"),
        Declared("nvJitLink", "nvJitLink", "12.6.3"),
        Declared("cublas", "cuBLAS", "12.6.4.1"),
        Declared("cublasLt", "cuBLASLt", "12.6.4.1"),
        Declared("cudnn", "cuDNN", "9.3.0.75"),
    )


@pytest.mark.parametrize(
    ("of", "names"),
    [
        pytest.param(environment(None, None), [], id="no CUDA"),
        pytest.param(environment("system", None), [], id="an image decides"),
        pytest.param(environment("system", "8.0.5.39"), ["cuDNN"], id="an image decides of CUDA"),
    ],
)
def test_nothing_is_declared_of_what_is_not_named(of: Environment, names: list[str]) -> None:
    assert [one.name for one in declared(of, Lock("numpy==2.5.4 \\\n"))] == names


def test_a_lock_without_the_major_in_the_names_of_its_packages() -> None:
    (*_, cublas, _) = declared(environment("13.0.2"), Lock("nvidia-cublas==13.1.0.3 \\\n"))
    assert (cublas.library, cublas.version) == ("cublasLt", "13.1.0.3")


# what was loaded


@pytest.mark.parametrize(
    ("libraries", "held"),
    [
        pytest.param(
            [library("cudart", "12.9"), library("cudnn", "9.10.2")],
            Held(),
            id="equal in the parts that both have",
        ),
        pytest.param(
            [library("cudart", "12.9"), library("cudnn", "9.1.0")],
            Held(("cuDNN 9.1.0 was loaded, not 9.10.2.21",)),
            id="another cuDNN",
        ),
        pytest.param(
            [library("cudart", "12.5"), library("cudnn", "9.10.2")],
            Held(("the CUDA runtime 12.5 was loaded, not 12.9.1",)),
            id="another CUDA",
        ),
        pytest.param(
            [
                library("cudart", "12.9"),
                library("cudnn", "9.10.2"),
                library("cudnn_graph", "9.3.0"),
            ],
            Held(("cuDNN 9.3.0 was loaded, not 9.10.2.21",)),
            id="a part of another cuDNN",
        ),
        pytest.param(
            [
                library("cudart", "12.9"),
                library("cudart", "11.0"),
                library("cudart", "10.2"),
                library("cudnn", "9.10.2"),
            ],
            Held(
                (
                    "the CUDA runtime 10.2 was loaded, not 12.9.1",
                    "the CUDA runtime 11.0 was loaded, not 12.9.1",
                )
            ),
            id="others beside the declared one",
        ),
        pytest.param(
            [],
            Held(unseen=("the CUDA runtime was not loaded", "cuDNN was not loaded")),
            id="nothing",
        ),
        pytest.param(
            [library("cuda", "13.0"), library("cudart", "12.9")],
            Held(unseen=("cuDNN was not loaded",)),
            id="no cuDNN",
        ),
        pytest.param(
            [
                library("cudart", "12.9"),
                library("cudnn", reason="it ended the process by SIGABRT when asked"),
                library("cudnn_ops", reason="no function of it that tells a version is known"),
            ],
            Held(
                unseen=("cuDNN told no version: it ended the process by SIGABRT when asked",),
            ),
            id="a cuDNN that does not answer",
        ),
        pytest.param(
            [library("cudart", "12.9"), library("cudnn_ops")],
            Held(unseen=("cuDNN told no version",)),
            id="a cuDNN of which nothing is said",
        ),
        pytest.param(
            [library("cudart", "newest"), library("cudnn", "9.10.2")],
            Held(unseen=("the CUDA runtime told no version",)),
            id="a version that is none",
        ),
    ],
)
def test_what_was_loaded_is_held_against_what_is_declared(
    libraries: list[Library], held: Held
) -> None:
    assert hold((RUNTIME, CUDNN), tuple(libraries)) == held


def test_a_compiler_that_was_not_needed_is_not_missed() -> None:
    assert hold((Declared("nvrtc", "nvrtc", "12.9.1"),), ()) == Held()


def recorded(pattern: str) -> list[TrialRecord]:
    files = sorted(EVIDENCE.glob(f"{pattern}/*.json"))
    lines = [file.read_text(encoding="utf-8").splitlines()[0] for file in files]
    return [TrialRecord.model_validate_json(line) for line in lines]


def held_as(record: TrialRecord, **changed: str) -> Held:
    """What became of a record if its environment had declared something else."""
    axes = record.axes | changed
    of = Environment(
        python=axes["python"],
        tensorflow=axes["tensorflow"],
        cuda=axes["cuda"],
        cudnn=axes["cudnn"],
    )
    lock = ROOT / "images" / "locks" / f"{record.environment}.txt"
    assert record.probe is not None
    return hold(
        declared(of, Lock(lock.read_text(encoding="utf-8"))), record.probe.fingerprint.loaded
    )


def test_all_that_an_h100_loaded_was_the_declared() -> None:
    records = recorded("*.gpu.*")
    assert [held_as(record) for record in records] == [Held()] * 6


def test_what_an_h100_loaded_is_not_what_another_environment_declares() -> None:
    record, *_ = recorded("*.gpu.det")
    assert held_as(record, cuda="12.6.3", cudnn="9.3.0.75").differs == (
        "the CUDA runtime 12.9 was loaded, not 12.6.3",
        "nvrtc 12.9 was loaded, not 12.6.3",
        "nvJitLink 12.9 was loaded, not 12.6.3",
        "cuDNN 9.10.2 was loaded, not 9.3.0.75",
    )


def test_a_trial_on_the_cpu_beside_it_loaded_the_runtime_alone() -> None:
    records = recorded("*.cpu.*")
    assert len(records) == 6
    for record in records:
        held = held_as(record)
        unseen = tuple(f"{name} was not loaded" for name in ("cuBLAS", "cuBLASLt", "cuDNN"))
        assert held == Held(unseen=unseen)
