"""The files of exported goldens: what they hold, and that the same goldens give the same bytes."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.reports.stores import HOSTILE
from unit.results.stored_arrays import add, digest
from unit.results.synthetic import ERROR, HOST_CLASS, case, cell, trial

from runner.analysis.compare import compare
from runner.analysis.goldens import Goldens, find_goldens
from runner.reports.golden_files import LOADER, golden_files, npy, npz
from runner.results.arrays import DESCRIPTIONS, parse_header
from runner.results.loaded import LoadedArray
from runner.results.store import Store
from runner.results.untrusted import Rejected

if TYPE_CHECKING:
    from pathlib import Path

    from unit.results.stored_arrays import Repeat

OLD, NEW = cell("2.19.1"), cell("2.20.0")
ONES, TWOS = np.ones((2, 3), "<f4"), np.full((2, 3), 2, "<f4")


def exported(root: Path, *, merged: bool = False) -> dict[str, bytes]:
    """The files of two cells that share one golden of two; in another order where merged."""
    store = Store(root)
    same: list[Repeat] = [{"out": ONES}] * 2
    other: list[Repeat] = [{"out": TWOS, "loss": np.array(0.5)}] * 2
    add(store, NEW, {"changed": other, "same": same})
    add(store, OLD, {"same": same, "changed": same})
    records = store.trials().records
    found = find_goldens(compare(reversed(records) if merged else records, []), store.load)
    return dict(golden_files(found, store.load))


def test_which_files_there_are_and_the_selector_is_last(tmp_path: Path) -> None:
    files = list(exported(tmp_path))
    assert files[-1] == "goldens.json"
    sources = {path.name for path in LOADER.glob("*.py")}
    assert set(files) - sources - {"goldens.json"} == {
        name for name in files if name.startswith("arrays/")
    }
    assert [name.split("/")[1] for name in files if name.startswith("arrays/")] == [
        "changed",
        "changed",
        "same",
    ]


def test_the_selector(tmp_path: Path) -> None:
    files = exported(tmp_path)
    document = json.loads(files["goldens.json"])
    assert document["schema_version"] == 1
    (same,) = document["arrays"]["same"]
    assert document["arrays"]["same"][same] == {
        "out": {"digest": digest(ONES), "dtype": "float32", "shape": [2, 3]}
    }
    old, new = document["cells"]
    assert old == {
        "cell": OLD.id,
        "axes": OLD.axes,
        "engine": "docker",
        "host_class": HOST_CLASS,
        "seed": 42,
        "processes": 3,
        "repeats": 6,
        "goldens": {"changed": old["goldens"]["changed"], "same": same},
        "without": {},
    }
    assert new["goldens"]["same"] == same
    with np.load(io.BytesIO(files[f"arrays/changed/{new['goldens']['changed']}.npz"])) as archive:
        assert {name: archive[name].tolist() for name in archive} == {
            "loss": 0.5,
            "out": TWOS.tolist(),
        }


def test_the_same_goldens_give_the_same_bytes(tmp_path: Path) -> None:
    first, again = exported(tmp_path / "a"), exported(tmp_path / "b", merged=True)
    assert first == again
    assert list(first) == list(again)


def test_an_array_that_went_meanwhile_is_a_fault_of_ours(tmp_path: Path) -> None:
    store = Store(tmp_path)
    add(store, NEW, {"a": [{"out": ONES}] * 2})
    found = find_goldens(compare(store.trials().records, []), store.load)
    with pytest.raises(TypeError, match="an array of a golden is gone: no such file"):
        dict(golden_files(found, lambda _: Rejected("no such file")))


def test_hostile_text_is_inert() -> None:
    records = [trial(NEW, case("a", ERROR, reason=HOSTILE))]
    axes = {**records[0].axes, HOSTILE: HOSTILE}
    hostile = [one.model_copy(update={"axes": axes}) for one in records]
    found = find_goldens(compare(hostile, []), lambda _: Rejected("x"))
    text = dict(golden_files(found, lambda _: Rejected("x")))["goldens.json"].decode("ascii")
    loaded = json.dumps(json.loads(text), ensure_ascii=False)
    assert "boom" in loaded
    for letter in ("\x1b", "\u202e"):
        assert letter not in loaded


def test_nothing_to_export() -> None:
    files = dict(golden_files(Goldens(goldens=(), cells=()), lambda _: Rejected("x")))
    assert json.loads(files["goldens.json"]) == {"schema_version": 1, "arrays": {}, "cells": []}


@given(
    dtype=st.sampled_from(sorted(DESCRIPTIONS)),
    shape=st.lists(st.integers(0, 3), max_size=4).map(tuple),
    data=st.data(),
)
def test_numpy_and_the_store_read_what_is_written(
    dtype: str, shape: tuple[int, ...], data: st.DataObject
) -> None:
    size = int(np.prod(shape)) * int(DESCRIPTIONS[dtype][2:])
    bits = data.draw(st.binary(min_size=size, max_size=size))
    values = np.frombuffer(bits, np.uint8).view(DESCRIPTIONS[dtype]).reshape(shape)
    file = npy(LoadedArray(dtype, values))
    read = np.load(io.BytesIO(file), allow_pickle=False)
    assert (read.dtype.str, read.shape) == (DESCRIPTIONS[dtype], shape)
    assert read.tobytes() == bits
    header = parse_header(file)
    assert header.start % 64 == 0
    assert (header.shape, header.data(file)) == (shape, bits)


def test_a_type_that_numpy_lacks_is_kept_as_its_bits() -> None:
    half = LoadedArray("bfloat16", np.array([0x3F80, 0xBFC0], "<u2"))
    with np.load(io.BytesIO(npz({"out": half}))) as archive:
        assert archive["out"].tolist() == [0x3F80, 0xBFC0]
