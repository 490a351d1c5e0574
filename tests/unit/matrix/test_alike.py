"""Cells that are the same in effect."""

from __future__ import annotations

import pytest

from runner.matrix.alike import alike, rows
from runner.matrix.cells import AXES, Cell, Environment, Setting


def cpu(tensorflow: str = "2.20.0", cuda: str | None = None, **setting: object) -> Cell:
    environment = Environment(python="3.11", tensorflow=tensorflow, cuda=cuda)
    fields: dict[str, object] = {"device": "cpu", "determinism": "on"}
    return Cell(environment=environment, setting=Setting(**(fields | setting)))  # type: ignore[arg-type] # by name


def gpu(tf32: str) -> Cell:
    return cpu(tensorflow="2.20.0", cuda="12.9.1", device="gpu", tf32=tf32)


@pytest.mark.parametrize(
    ("cells", "because"),
    [
        pytest.param(
            [cpu(tf32="off"), cpu(tf32="on")],
            "TF32 is a mode of NVIDIA's tensor cores, and a CPU has none",
            id="TF32 on a CPU",
        ),
        pytest.param(
            [gpu(tf32="default"), gpu(tf32="on")],
            "TF32 is on unless it is turned off",
            id="TF32 by default",
        ),
        pytest.param(
            [cpu(xla="default"), cpu(xla="off")],
            "without a flag, XLA clusters nothing by default",
            id="no XLA by default",
        ),
        pytest.param(
            [cpu(cuda="12.6.3"), cpu(cuda="12.9.1")],
            "a CPU cell sees no GPU, whichever CUDA there is",
            id="CUDA on a CPU",
        ),
        pytest.param(
            [cpu(env="a", variables=(("X", "1"),)), cpu(env="b", variables=(("X", "1"),))],
            "these names of env set the same variables",
            id="two names of one thing",
        ),
    ],
)
def test_what_is_the_same_in_effect(cells: list[Cell], because: str) -> None:
    (found,) = alike(cells)
    assert found.cells == tuple(cell.id for cell in cells)
    assert found.because == (because,)


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([gpu(tf32="off"), gpu(tf32="on")], id="TF32 on a GPU"),
        pytest.param([cpu(xla="off"), cpu(xla="on")], id="XLA"),
        pytest.param(
            [cpu(onednn="default"), cpu(onednn="on")],
            id="oneDNN, which is the default on some CPUs only",
        ),
        pytest.param(
            [
                cpu(env="jit", variables=(("TF_XLA_FLAGS", "--tf_xla_auto_jit=2"),), xla=xla)
                for xla in ("default", "off")
            ],
            id="XLA that a flag may ask for",
        ),
        pytest.param([cpu(), cpu(cuda="12.9.1")], id="another build of TensorFlow"),
        pytest.param([cpu(determinism="off"), cpu(determinism="on")], id="determinism"),
        pytest.param([cpu(threads=1), cpu(threads=2)], id="threads"),
        pytest.param(
            [cpu(env="a", variables=(("X", "1"),)), cpu(env="b", variables=(("X", "2"),))],
            id="other variables",
        ),
    ],
)
def test_what_is_not(cells: list[Cell]) -> None:
    assert alike(cells) == ()


def test_several_reasons_at_once() -> None:
    (found,) = alike([cpu(tf32="off", xla="off"), cpu(tf32="on", xla="default")])
    assert len(found.because) == 2


def test_each_row_is_about_an_axis_and_has_its_source() -> None:
    for row in rows():
        assert {row.axis, *row.where} <= set(AXES)
        assert row.because
        assert row.source
