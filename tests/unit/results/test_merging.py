"""Stores are copied into one: whole files only, and what is damaged stays out."""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest
from unit.results.synthetic import case, cell, probe, run, status, trial

from runner.errors import InputError, StoreError
from runner.results.arrays import digest_of
from runner.results.durable import DISK
from runner.results.merging import find_stores, merge
from runner.results.probe_output import CaseOutput, Output
from runner.results.store import Store

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = cell("2.20.0"), cell("2.21.0")
ARRAY = np.arange(4, dtype=np.float32)
DIGEST = digest_of("float32", ARRAY.shape, ARRAY.tobytes())


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A store with a trial that has an array, another without, and a run."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    np.save(scratch / f"{DIGEST}.npy", ARRAY)
    output = Output(name="out", dtype="float32", shape=(4,), digests=(DIGEST,) * 2, stored=True)
    outputs = CaseOutput(name="a", family="a", status="ok", outputs=(output,))
    store = Store(tmp_path / "source")
    store.add(trial(ONE).model_copy(update={"probe": probe(outputs)}), scratch)
    store.add(trial(TWO, case("a", "x", "x")))
    store.add_run(run([status(ONE), status(TWO)]))
    return store.root


def test_all_of_it_is_there_byte_for_byte(source: Path, tmp_path: Path) -> None:
    merged = merge(source, tmp_path / "target")
    assert merged.copied == {"trials": 2, "runs": 1, "arrays": 1}
    assert (merged.present, merged.damaged) == (0, [])
    assert files(tmp_path / "target") == files(source)


def test_merging_again_changes_nothing(source: Path, tmp_path: Path) -> None:
    merge(source, tmp_path / "target")
    before = files(tmp_path / "target")
    again = merge(source, tmp_path / "target")
    assert (sum(again.copied.values()), again.present) == (0, 4)
    assert files(tmp_path / "target") == before


def test_what_was_there_stays(source: Path, tmp_path: Path) -> None:
    mine = Store(tmp_path / "target").add(trial(cell("2.18.1"), case("a", "y", "y")))
    merge(source, tmp_path / "target")
    assert len(Store(tmp_path / "target").trials().records) == 3
    assert mine.exists()


@pytest.mark.parametrize(
    ("room", "reason"),
    [
        pytest.param("trials", "damaged: its checksum is not that of its content", id="trial"),
        pytest.param("runs", "damaged: its checksum is not that of its content", id="run"),
        pytest.param("arrays", "its bits are not those of its name", id="array"),
    ],
)
def test_a_damaged_file_stays_out_and_is_told(
    source: Path, tmp_path: Path, room: str, reason: str
) -> None:
    path = next(path for path in sorted((source / room).rglob("*")) if path.is_file())
    data = bytearray(path.read_bytes())
    data[-100 if path.suffix == ".json" else -1] ^= 1
    path.write_bytes(data)
    merged = merge(source, tmp_path / "target")
    (found,) = merged.damaged
    assert found.path == path.relative_to(source).as_posix()
    assert reason in found.reason
    assert not (tmp_path / "target" / found.path).exists()
    assert Store(tmp_path / "target").trials().damaged == ()


def test_what_is_no_record_stays_out(source: Path, tmp_path: Path) -> None:
    (source / "runs" / "notes\x1b[31m.txt").write_text("mine")
    (source / "trials" / "linked").symlink_to(source / "trials" / ONE.id)
    merged = merge(source, tmp_path / "target")
    assert [(one.path, one.reason) for one in merged.damaged] == [
        ("trials/linked", "a symbolic link"),
        ("runs/notes\ufffd[31m.txt", "not a record of samebits"),
    ]


def test_a_record_comes_after_its_arrays(source: Path, tmp_path: Path) -> None:
    def full(_source: Path, path: Path) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreError) as caught:
        merge(source, tmp_path / "target", replace(DISK, link=full))
    assert caught.value.message.startswith(f"{tmp_path}/target/arrays/{DIGEST}.npy: ")
    assert files(tmp_path / "target") == {}


def test_another_content_under_the_same_name_is_told_and_left(source: Path, tmp_path: Path) -> None:
    merge(source, tmp_path / "target")
    harmed = tmp_path / "target" / "arrays" / f"{DIGEST}.npy"
    harmed.write_bytes(b"rotten")
    with pytest.raises(StoreError, match="its bytes are not those of its name"):
        merge(source, tmp_path / "target")
    assert harmed.read_bytes() == b"rotten"


def test_a_store_is_not_merged_into_itself(source: Path) -> None:
    with pytest.raises(InputError, match="is the target itself"):
        merge(source, source / ".." / "source")


def test_stores_are_found_in_the_folders_of_unpacked_artifacts(tmp_path: Path) -> None:
    for name in ("results-2", "results-1/results", "results-10"):
        Store(tmp_path / name).add_run(run([status(ONE)]))
    (tmp_path / "other").mkdir()
    assert [path.relative_to(tmp_path).as_posix() for path in find_stores(tmp_path)] == [
        "results-1/results",
        "results-10",
        "results-2",
    ]


def test_a_folder_without_results_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find_stores(tmp_path)
    assert caught.value.message == f"{tmp_path}: no results in it"
    with pytest.raises(InputError) as caught:
        find_stores(tmp_path / "nowhere")
    assert caught.value.message == f"{tmp_path}/nowhere: no such folder"
