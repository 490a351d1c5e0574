"""The store keeps what it was given, finds every damage, and opens no more than it must."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone
from itertools import pairwise
from time import process_time
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest
from unit.results.synthetic import case, cell, digest, probe, run, status, trial

from runner.errors import StoreError
from runner.results.arrays import digest_of
from runner.results.durable import DISK
from runner.results.probe_output import CaseOutput, Output
from runner.results.record_file import decode, encode
from runner.results.records import RunRecord, Status, TrialRecord
from runner.results.store import Damaged, Store
from runner.results.untrusted import RefusedError, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CELL = cell()
OTHER = cell("2.21.0")
TRIAL = trial(CELL, case("random.normal", "a", "a"))
NAME = "20261122T090000.000000Z-"


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def signed(body: bytes) -> bytes:
    """Anything with a checksum that is right."""
    body += b"\n"
    return body + hashlib.sha256(body).hexdigest().encode() + b"\n"


def named(data: bytes) -> str:
    """The name of a record of the first trial's time."""
    return f"{NAME}{data[-65:][:16].decode()}.json"


def with_array(root: Path, array: np.ndarray[tuple[int], np.dtype[np.float32]]) -> TrialRecord:
    """A trial whose array lies in `root`, as the probe leaves it."""
    name = digest_of("float32", array.shape, array.tobytes())
    root.mkdir(exist_ok=True)
    np.save(root / f"{name}.npy", array)
    output = Output(
        name="out", dtype="float32", shape=array.shape, digests=(name, name), stored=True
    )
    one = CaseOutput(name="a", family="a", status="ok", outputs=(output,))
    return TRIAL.model_copy(update={"probe": probe(one)})


# what goes in comes out


def test_an_empty_store_is_empty(tmp_path: Path) -> None:
    store = Store(tmp_path / "results")
    assert store.trials().records == ()
    assert store.trials().damaged == ()
    assert store.runs().records == ()
    assert not (tmp_path / "results").exists()


def test_a_trial_is_read_as_it_was_added(tmp_path: Path) -> None:
    path = Store(tmp_path).add(TRIAL)
    assert Store(tmp_path).trials().records == (TRIAL,)
    assert path.parent == tmp_path / "trials" / "py3.11-tf2.20.0.cpu.det"
    assert path.name == named(path.read_bytes())


def test_a_run_is_read_as_it_was_added(tmp_path: Path) -> None:
    store = Store(tmp_path)
    later, earlier = run([status(CELL)], at=50), run([status(CELL, Status.SKIPPED, "no GPU")])
    store.add_run(later)
    store.add_run(earlier)
    assert store.runs().records == (earlier, later)
    assert store.runs().damaged == ()


def test_a_file_is_canonical_json_and_its_checksum(tmp_path: Path) -> None:
    body, checksum, end = Store(tmp_path).add(TRIAL).read_bytes().split(b"\n")
    assert body.startswith(b'{"axes":{"determinism":"on","device":"cpu",')
    assert checksum.decode() == hashlib.sha256(body + b"\n").hexdigest()
    assert end == b""


def test_text_beyond_ascii_survives(tmp_path: Path) -> None:
    store = Store(tmp_path)
    record = trial(CELL, status=Status.RUN_FAILED, reason="naïve\n結果 😀 \u2028")
    store.add(record)
    assert store.trials().records == (record,)


def test_the_same_trial_added_twice_is_one_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.add(TRIAL) == store.add(TRIAL)
    assert len(files(tmp_path)) == 1


def test_a_trial_that_ran_twice_is_kept_twice(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(TRIAL)
    store.add(trial(CELL, case("random.normal", "a", "b")))
    store.add(trial(CELL, case("random.normal", "a", "a"), at=1))
    assert len(store.trials().records) == 3


def test_records_are_sorted_by_cell_and_moment(tmp_path: Path) -> None:
    store = Store(tmp_path)
    added = [trial(of, case("a", 1, 1), at=at) for of in (OTHER, CELL) for at in (70, 0, 5)]
    east = timezone(timedelta(hours=9))
    added[2] = added[2].model_copy(update={"started": added[2].started.astimezone(east)})
    for record in added:
        store.add(record)
    read = [(record.cell, record.started) for record in store.trials().records]
    assert read == sorted((record.cell, record.started) for record in added)


def test_merging_is_copying_files(tmp_path: Path) -> None:
    left, right = Store(tmp_path / "left"), Store(tmp_path / "right")
    both, mine = trial(CELL, case("a", 1, 1)), trial(OTHER, case("a", 1, 1))
    for store, record in ((left, both), (right, both), (right, mine)):
        store.add(record)
    shutil.copytree(tmp_path / "right", tmp_path / "left", dirs_exist_ok=True)
    assert left.trials().records == (both, mine)


# arrays


def test_arrays_are_stored_once_for_all_trials(tmp_path: Path) -> None:
    store = Store(tmp_path / "results")
    array = np.arange(8, dtype=np.float32)
    record = with_array(tmp_path / "out", array)
    store.add(record, tmp_path / "out")
    store.add(record.model_copy(update={"seconds": 6.0}), tmp_path / "out")
    [name] = [path.name for path in (tmp_path / "results" / "arrays").iterdir()]
    bits = store.array(name.removesuffix(".npy"), "float32", (8,))
    assert bits == (tmp_path / "out" / name).read_bytes()


def test_only_named_arrays_are_stored(tmp_path: Path) -> None:
    record = with_array(tmp_path / "out", np.zeros(4, np.float32))
    with_array(tmp_path / "out", np.ones(4, np.float32))
    Store(tmp_path / "results").add(record, tmp_path / "out")
    assert len(list((tmp_path / "results" / "arrays").iterdir())) == 1


def test_an_array_that_lies_is_not_stored_nor_is_its_trial(tmp_path: Path) -> None:
    record = with_array(tmp_path / "out", np.zeros(4, np.float32))
    [path] = (tmp_path / "out").iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "results").add(record, tmp_path / "out")
    assert caught.value.message == (
        f"{path}: not kept: {path.name}: its bits are not those of its name"
    )
    assert not (tmp_path / "results").exists()


def test_a_damaged_array_is_never_handed_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    record = with_array(tmp_path / "out", np.zeros(4, np.float32))
    store.add(record, tmp_path / "out")
    [path] = (tmp_path / "arrays").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert store.array(path.stem, "float32", (4,)) == Rejected(
        f"{path.name}: holds 15 bytes of data, its header says 16"
    )
    assert store.array(digest(0), "float32") == Rejected(
        f"{digest(0)}.npy: no such file or directory"
    )


# a failing system


@pytest.mark.parametrize("call", ["open", "write", "fsync", "link"])
def test_a_full_disk_is_told_and_earlier_results_are_untouched(tmp_path: Path, call: str) -> None:
    store = Store(tmp_path)
    store.add(TRIAL)
    before = files(tmp_path)

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    failing = Store(tmp_path, disk=replace(DISK, **{call: full}))
    with pytest.raises(StoreError) as caught:
        failing.add(trial(CELL, case("a", 1, 1), at=60))
    assert caught.value.exit_code == 5
    assert "trials/py3.11-tf2.20.0.cpu.det/20261122T090100.000000Z-" in caught.value.message
    assert caught.value.message.endswith(".json: could not be written: no space left on device")
    assert caught.value.hint.startswith("Free some space and run again")
    assert files(tmp_path) == before


def test_after_space_is_freed_the_same_record_is_kept(tmp_path: Path) -> None:
    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(StoreError):
        Store(tmp_path, disk=replace(DISK, fsync=full)).add(TRIAL)
    Store(tmp_path).add(TRIAL)
    assert Store(tmp_path).trials().records == (TRIAL,)


def test_a_store_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(StoreError, match="could not be written: "):
        Store(tmp_path / "results").add(TRIAL)


@pytest.mark.parametrize("name", ["", ".", "..", "../evil", "a/b", ".hidden", "a\0b"])
def test_a_cell_that_is_no_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="is no cell id"):
        Store(tmp_path / "results").add(TRIAL.model_copy(update={"cell": name}))
    assert files(tmp_path) == {}


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="file name too long"):
        Store(tmp_path).add(TRIAL.model_copy(update={"cell": "a" * 300}))


def test_sixty_threads_adding_one_record_leave_one_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(60) as pool:
        paths = set(pool.map(lambda _: Store(tmp_path).add(TRIAL), range(60)))
    assert len(paths) == 1
    assert list(files(tmp_path)) == [paths.pop().relative_to(tmp_path).as_posix()]


def test_processes_adding_one_record_leave_one_file(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from runner.results.records import TrialRecord; from runner.results.store import Store\n"
        "record = TrialRecord.model_validate_json(sys.argv[2]); sys.stdin.read(1)\n"
        "for _ in range(20): Store(Path(sys.argv[1])).add(record)"
    )
    command = [sys.executable, "-c", program, str(tmp_path), TRIAL.model_dump_json()]
    writers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(6)]
    for writer in writers:
        assert writer.stdin
        writer.stdin.write(b"g")
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0] * 6
    assert len(files(tmp_path)) == 1
    assert Store(tmp_path).trials().records == (TRIAL,)


# damage


def test_every_flipped_bit_of_a_record_is_seen() -> None:
    data = encode(TRIAL)
    assert decode(data, TrialRecord) == TRIAL
    assert len(data) > 1500
    for place in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[place] ^= 1 << bit
            with pytest.raises(RefusedError):
                decode(bytes(flipped), TrialRecord)


def test_every_cut_of_a_record_is_seen() -> None:
    data = encode(TRIAL)
    for length in range(len(data)):
        with pytest.raises(RefusedError):
            decode(data[:length], TrialRecord)


def test_a_flipped_byte_in_the_store_is_damage_and_the_rest_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.add(TRIAL)
    whole = trial(CELL, case("a", 1, 1), at=1)
    store.add(whole)
    data = bytearray(path.read_bytes())
    for place in range(0, len(data), 97):
        data[place] ^= 4
        path.write_bytes(data)
        data[place] ^= 4
        read = store.trials()
        assert read.records == (whole,)
        assert [one.path for one in read.damaged] == [path.relative_to(tmp_path).as_posix()]


TRUNCATED = "truncated or no record of samebits: its last line is no checksum"


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-70])


def _flip(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"seed":42', b'"seed":43', 1))


def _rename(path: Path) -> None:
    path.rename(path.with_name(path.name.replace("0900", "0901")))


def _another_cell(path: Path) -> None:
    data = encode(TRIAL.model_copy(update={"cell": OTHER.id}))
    path.unlink()
    path.with_name(named(data)).write_bytes(data)


def _newer(path: Path) -> None:
    path.write_bytes(signed(b'{"schema_version":2,"cell":"a","trial":{}}'))


def _signed_nonsense(path: Path) -> None:
    path.write_bytes(signed(b'{"schema_version":1}'))


def _a_run(path: Path) -> None:
    path.write_bytes(encode(run([status(CELL)])))


def _deep(path: Path) -> None:
    path.write_bytes(signed(b"[" * 200_000))


def _link(path: Path) -> None:
    path.rename(path.parents[2] / "elsewhere")
    path.symlink_to(path.parents[2] / "elsewhere")


def _foreign(path: Path) -> None:
    path.rename(path.with_name("README.md"))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _swap_folder(path: Path) -> None:
    path.parent.rename(path.parents[2] / "elsewhere")
    path.parent.symlink_to(path.parents[2] / "elsewhere")


def _file_for_folder(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("")


def _not_unicode(path: Path) -> None:
    path.rename(os.fsdecode(os.fsencode(path.parent) + b"/\xff\x1b.json"))


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        pytest.param(_cut, TRUNCATED, id="cut"),
        pytest.param(lambda path: path.write_bytes(b""), TRUNCATED, id="empty"),
        pytest.param(lambda path: path.write_bytes(bytes(5000)), TRUNCATED, id="zeros"),
        pytest.param(_flip, "damaged: its checksum is not that of its content", id="changed"),
        pytest.param(_rename, "its name is not that of its content", id="renamed"),
        pytest.param(
            _another_cell,
            "it is of cell py3.11-tf2.21.0.cpu.det, not of its folder's",
            id="in the folder of another cell",
        ),
        pytest.param(
            _newer,
            "written by a newer samebits (schema 2; this one reads 1)",
            id="newer schema",
        ),
        pytest.param(
            _signed_nonsense,
            "not a valid record: cell: Field required; environment: Field required; "
            "axes: Field required; and 6 more",
            id="no record, but signed",
        ),
        pytest.param(_a_run, None, id="a run among trials"),
        pytest.param(_deep, None, id="nested 200,000 deep"),
        pytest.param(_link, "a symbolic link", id="link"),
        pytest.param(_foreign, "not a record of samebits", id="foreign file"),
        pytest.param(_folder, "not a regular file", id="folder"),
        pytest.param(_pipe, "not a regular file", id="pipe"),
        pytest.param(_swap_folder, "a symbolic link", id="cell's folder a link"),
        pytest.param(_file_for_folder, "not a directory", id="cell's folder a file"),
        pytest.param(_not_unicode, None, id="name not Unicode"),
    ],
)
def test_what_is_no_whole_record_is_damage_with_a_reason(
    tmp_path: Path, harm: Callable[[Path], None], reason: str | None
) -> None:
    store = Store(tmp_path)
    good = trial(OTHER, case("a", 1, 1))
    store.add(good)
    harm(store.add(TRIAL))
    read = store.trials()
    assert read.records == (good,)
    [damaged] = read.damaged
    assert damaged.path.startswith(f"trials/{CELL.id}")
    assert damaged.path.encode()
    assert reason in {None, damaged.reason}


def test_what_cannot_be_read_is_damage(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    store = Store(tmp_path)
    path = store.add(TRIAL)
    path.chmod(0)
    shown = path.relative_to(tmp_path).as_posix()
    assert store.trials().damaged == (Damaged(shown, "permission denied"),)


def test_nothing_is_removed_or_repaired_by_reading(tmp_path: Path) -> None:
    store = Store(tmp_path)
    _cut(store.add(TRIAL))
    before = files(tmp_path)
    store.trials()
    store.add(TRIAL.model_copy(update={"seconds": 6.0}))
    assert before.items() <= files(tmp_path).items()


def test_a_temporary_file_left_by_a_killed_writer_is_passed_over(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.add(TRIAL)
    path.with_name(".tmp-123-abc").write_bytes(b"half")
    assert store.trials().records == (TRIAL,)
    assert store.trials().damaged == ()


def test_a_damaged_run_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.add_run(run([status(CELL)]))
    _cut(path)
    assert store.runs().damaged == (Damaged(f"runs/{path.name}", TRUNCATED),)


# only what is asked for


def test_the_folders_of_other_cells_are_not_opened(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(TRIAL)
    _cut(store.add(trial(OTHER, case("a", 1, 1))))
    read = store.trials(cells=[CELL.id, CELL.id, "not-run-yet"])
    assert read.records == (TRIAL,)
    assert read.damaged == ()


def test_ten_thousand_records_are_read_in_seconds(tmp_path: Path) -> None:
    cells = 200
    for number in range(cells):
        record = trial(cell(f"2.{number}.0"), case("a", 1, 1))
        folder = tmp_path / "trials" / record.cell
        folder.mkdir(parents=True)
        for repeat in range(50):
            again = record.model_copy(update={"seconds": float(repeat)})
            data = encode(again)
            (folder / named(data)).write_bytes(data)
    began = process_time()
    read = Store(tmp_path).trials()
    assert process_time() - began < 10
    assert len(read.records) == cells * 50
    assert all(left.cell <= right.cell for left, right in pairwise(read.records))


def test_a_run_record_is_no_trial() -> None:
    with pytest.raises(RefusedError, match="not a valid record"):
        decode(encode(run([status(CELL)])), TrialRecord)
    with pytest.raises(RefusedError, match="not a valid record"):
        decode(encode(TRIAL), RunRecord)
