"""Sizes of wheels: which file is installed, what a pylock tells, what is kept beside the locks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.environments import sizes
from runner.environments.lock import Lock
from runner.environments.sizes import Sizes, Wheel, best, pinned_by, read_pylock
from runner.errors import InputError, StoreError

ROOT = Path(__file__).parents[3]
NUMPY = "numpy-1.26.4-cp{0}-cp{0}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
KERAS = "keras-3.12.0-py3-none-any.whl"
LOCK = Lock(
    "keras==3.12.0 \\\n    --hash=sha256:04\n"
    "numpy==1.26.4 \\\n    --hash=sha256:05 \\\n    --hash=sha256:06\n"
)
TABLE = {KERAS: 400, NUMPY.format("311"): 700, NUMPY.format("312"): 800}


# the file that is installed


@pytest.mark.parametrize(
    ("files", "python", "taken"),
    [
        pytest.param(
            [NUMPY.format("310"), NUMPY.format("311"), NUMPY.format("312")],
            "3.11",
            NUMPY.format("311"),
            id="of this Python",
        ),
        pytest.param(
            ["a-1-py3-none-any.whl", "a-1-cp37-abi3-manylinux_2_28_x86_64.whl"],
            "3.11",
            "a-1-cp37-abi3-manylinux_2_28_x86_64.whl",
            id="compiled before plain",
        ),
        pytest.param(
            [
                "a-1-cp311-cp311-manylinux_2_17_x86_64.whl",
                "a-1-cp311-cp311-manylinux_2_28_x86_64.whl",
            ],
            "3.11",
            "a-1-cp311-cp311-manylinux_2_28_x86_64.whl",
            id="the newer platform",
        ),
        pytest.param(
            ["a-1-py3-none-manylinux1_x86_64.whl"],
            "3.8",
            "a-1-py3-none-manylinux1_x86_64.whl",
            id="an old platform",
        ),
        pytest.param(
            [
                "a-1-cp311-cp311-manylinux_2_34_x86_64.whl",
                "a-1-cp311-cp311-manylinux_2_28_aarch64.whl",
                "a-1-cp311-cp311-musllinux_1_2_x86_64.whl",
                "a-1-cp311-cp311-win_amd64.whl",
                "a-1-cp312-abi3-manylinux_2_28_x86_64.whl",
            ],
            "3.11",
            None,
            id="none fits",
        ),
        pytest.param(["a-1.tar.gz", "", "\x1b[2J.whl"], "3.11", None, id="no wheels"),
    ],
)
def test_best(files: list[str], python: str, taken: str | None) -> None:
    assert best(files, python) == best(reversed(files), python) == taken


def test_a_lock_as_the_wheels_of_one_python() -> None:
    of = Sizes(TABLE)
    assert of.wheels(LOCK, "3.11") == (Wheel("keras", "3.12.0", 400), Wheel("numpy", "1.26.4", 700))
    assert of.wheels(LOCK, "3.12")[1].size == 800
    assert of.wheels(LOCK, "3.8")[1].size is None


def test_another_version_has_no_size() -> None:
    of = Sizes({KERAS.replace("3.12.0", "3.11.0"): 400})
    assert [wheel.size for wheel in of.wheels(LOCK, "3.11")] == [None, None]


# what an index told


def wheel(file: str, digest: str, size: str = "size = 700, ", place: str = "url") -> str:
    where = f"https://one:secret@index.example/x/{file}?y#z" if place == "url" else f"/x/{file}"
    return f'{{ {place} = "{where}", {size}hashes = {{ sha256 = "{digest}" }} }}'


def pylock(*wheels: str) -> str:
    return f'lock-version = "1.0"\n[[packages]]\nname = "numpy"\nwheels = [{", ".join(wheels)}]\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            pylock(wheel(NUMPY.format("311"), "05")), {NUMPY.format("311"): 700}, id="one"
        ),
        pytest.param(
            pylock(wheel(NUMPY.format("312"), "05"), wheel(NUMPY.format("311"), "06")),
            {NUMPY.format("311"): 700},
            id="of several the one that is installed",
        ),
        pytest.param(
            pylock(wheel("numpy-1.26.4%2Bx-cp311-cp311-linux_x86_64.whl", "05")),
            {"numpy-1.26.4+x-cp311-cp311-linux_x86_64.whl": 700},
            id="a name that is quoted",
        ),
        pytest.param(
            pylock(wheel(NUMPY.format("311"), "05", place="path")),
            {NUMPY.format("311"): 700},
            id="in a folder",
        ),
        pytest.param(pylock(wheel(NUMPY.format("311"), "05", size="")), {}, id="no size"),
        pytest.param(
            pylock(wheel(NUMPY.format("311"), "05", size=""), wheel(KERAS, "06")),
            {},
            id="no size of the one that is installed",
        ),
        pytest.param(pylock(wheel(NUMPY.format("311"), "99")), {}, id="not pinned"),
        pytest.param(
            pylock(wheel(NUMPY.format("311"), "05", size="size = -1, ")), {}, id="negative"
        ),
        pytest.param(
            pylock(wheel(NUMPY.format("311"), "05", size='size = "7", ')), {}, id="a text"
        ),
        pytest.param(pylock(), {}, id="no wheels"),
        pytest.param("packages = 7", {}, id="another document"),
        pytest.param("error: no such index", {}, id="no document"),
        pytest.param("", {}, id="nothing"),
    ],
)
def test_what_a_pylock_tells(text: str, found: dict[str, int]) -> None:
    assert read_pylock(text, LOCK, "3.11") == found


# the file beside the locks


def test_what_is_written_is_read_and_diffs_by_line(tmp_path: Path) -> None:
    folder = tmp_path / "images" / "locks"
    path = sizes.write_sizes(Sizes(dict(reversed(TABLE.items()))), folder)
    assert sizes.read_sizes(folder) == Sizes(TABLE)
    assert path.read_text(encoding="utf-8").splitlines()[:2] == ["{", f'"{KERAS}": 400,']
    assert [one.name for one in folder.iterdir()] == ["sizes.json"]


def test_none_are_kept_yet(tmp_path: Path) -> None:
    assert sizes.read_sizes(tmp_path / "nowhere") == Sizes({})


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< HEAD\n{}\n",
        "[]",
        '{"a": "1"}',
        '{"a": 1.5}',
        '{"a": -1}',
        '{"a": true}',
        '{"a": null}',
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sizes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        sizes.read_sizes(tmp_path)
    assert caught.value.message == f"{path}: not a table of sizes in bytes"
    assert caught.value.hint == "delete it and lock again"


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "sizes.json"
    path.mkdir()
    with pytest.raises(InputError) as read:
        sizes.read_sizes(tmp_path)
    assert read.value.message == f"{path}: unreadable: Is a directory"
    with pytest.raises(StoreError) as written:
        sizes.write_sizes(Sizes({}), tmp_path)
    assert written.value.message == f"{path}: can't write the sizes: Is a directory"


def test_only_what_some_lock_pins_is_kept() -> None:
    more = TABLE | {"keras-3.11.0-py3-none-any.whl": 1, "gone-1-py3-none-any.whl": 2, "no name": 3}
    assert pinned_by([Lock("a==1\n"), LOCK], Sizes(more)) == Sizes(TABLE)
    assert pinned_by([], Sizes(more)) == Sizes({})


# the committed ones


def test_every_committed_lock_has_all_its_sizes() -> None:
    folder = ROOT / "images" / "locks"
    known = sizes.read_sizes(folder)
    for path in sorted(folder.glob("*.txt")):
        lock = Lock(path.read_text(encoding="utf-8"))
        python = path.name.split("-")[0].removeprefix("py")
        missing = [one.name for one in known.wheels(lock, python) if one.size is None]
        assert not missing, path.name


def test_the_committed_file_is_as_it_would_be_written(tmp_path: Path) -> None:
    folder = ROOT / "images" / "locks"
    path = sizes.write_sizes(sizes.read_sizes(folder), tmp_path)
    assert path.read_bytes() == (folder / path.name).read_bytes()
    assert not any("/" in name for name in json.loads(path.read_bytes()))
