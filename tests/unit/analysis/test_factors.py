"""What the trials of a cell say of themselves beside its axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.results.synthetic import case, cell, fingerprint, key, trial

from runner.analysis.compare import compare
from runner.analysis.factors import known, observe, part_of
from runner.matrix.cells import AXES
from runner.results.probe_output import Gpu, Library, OneDnn

if TYPE_CHECKING:
    from runner.results.probe_output import Fingerprint

HOSTILE = "\x1b[31m1.0\n::error::\u202e" + "x" * 3000


def seen(**fields: object) -> Fingerprint:
    return fingerprint().model_copy(update=fields)


def test_a_quiet_cpu_host() -> None:
    assert observe([fingerprint()]) == {
        "python release": "3.11.7",
        "keras": "3.12.0",
        "numpy": "1.26.4",
        "ml-dtypes": "none",
        "opt-einsum": "none",
        "processor": "AMD EPYC 9R14",
        "instruction set": "baseline",
    }


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        pytest.param({"driver": "580.82"}, "driver", "580.82", id="a field"),
        pytest.param({"packages": {"ml-dtypes": "0.3.2"}}, "ml-dtypes", "0.3.2", id="a package"),
        pytest.param(
            {"gpus": (Gpu(name="NVIDIA H100", compute_capability="9.0"),)},
            "gpu",
            "NVIDIA H100 9.0",
            id="a GPU",
        ),
        pytest.param(
            {"cpu_flags": ("sse4_1", "avx", "avx2")}, "instruction set", "avx2", id="by the flags"
        ),
        pytest.param(
            {"onednn": OneDnn(enabled=True, isa="avx512_core", isa_source="flags")},
            "oneDNN isa",
            "avx512_core",
            id="oneDNN",
        ),
        pytest.param(
            {"loaded": (Library(name="cublas", path="/a/libcublas.so.12", version="12.9.1.4"),)},
            "cublas",
            "12.9.1.4",
            id="a library",
        ),
        pytest.param(
            {
                "loaded": (
                    Library(name="cudnn", path="/a", version="9.10.2"),
                    Library(name="cudnn_graph", path="/b", version="9.10.2"),
                )
            },
            "cudnn",
            "9.10.2",
            id="a library and its parts",
        ),
    ],
)
def test_where_each_is_read(fields: dict[str, object], name: str, value: str) -> None:
    assert observe([seen(**fields)])[name] == value


def test_a_library_that_told_no_version_is_unknown() -> None:
    silent = Library(name="cudnn", path="/a/libcudnn.so.9", reason="it ended the process")
    assert "cudnn" not in observe([seen(loaded=(silent,))])


def test_where_trials_disagree_the_value_names_both_in_any_order() -> None:
    hosts = [seen(driver="580.82"), seen(driver="570.10"), seen(driver="580.82")]
    assert observe(hosts)["driver"] == "570.10 and 580.82"
    assert observe(hosts[::-1]) == observe(hosts)


def test_values_are_inert_and_bounded() -> None:
    value = observe([seen(driver=HOSTILE)])["driver"]
    assert value.isprintable()
    assert "\x1b" not in value
    assert len(value) <= 100
    many = observe([seen(driver=f"{number}.0") for number in range(50)])["driver"]
    assert many == "0.0 and 1.0 and 2.0 and 47 more"


def test_nothing_observed() -> None:
    assert observe([]) == {}


def test_a_cell_has_the_factors_of_its_trials_that_count() -> None:
    of = cell("2.20.0")
    other = trial(of, case("a", "x", "x"), at=-60, trial_key=key(of, lock="lock-0"))
    old = other.probe
    assert old is not None
    outdated = old.model_copy(update={"fingerprint": seen(keras="3.4.1")})
    records = [
        other.model_copy(update={"probe": outdated}),
        trial(of, case("a", "x", "x")),
        trial(of, case("a", "x", "x"), at=1),
    ]
    (context,) = compare(records, []).contexts
    assert context.cells[0].factors["keras"] == "3.12.0"


@pytest.mark.parametrize(
    ("name", "axes", "expected"),
    [
        pytest.param("cublas", ["cuda"], True, id="what the toolkit brings"),
        pytest.param("cudnn", ["cuda"], False, id="what it does not"),
        pytest.param("cudnn", ["cudnn"], True, id="the axis itself"),
        pytest.param("keras", ["tensorflow"], False, id="what TensorFlow leaves open"),
        pytest.param("python release", ["base"], True, id="what an image brings"),
        pytest.param("of another version", ["cuda"], False, id="one that is not known"),
    ],
)
def test_what_is_part_of_an_axis(name: str, axes: list[str], *, expected: bool) -> None:
    assert part_of(name, axes) is expected


def test_every_factor_says_why_and_names_real_axes() -> None:
    for factor in known().values():
        assert factor.because
        assert set(factor.part_of) <= set(AXES)
