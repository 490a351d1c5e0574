"""The table in a terminal: what it looks like, how wide it is, what it never hides."""

from __future__ import annotations

import re
import unicodedata

import pytest
from unit.reports.stores import hostile, small
from unit.results.synthetic import case, cell, key, run, status, trial, trials

from runner.analysis.compare import compare
from runner.reports import table
from runner.reports.grid import Grid, TableCell, Tone
from runner.results.records import Status
from runner.results.store import Damaged

FAMILIES = """\
Docker, cpu avx512_bf16
=======================
On AMD EPYC 9R14.
7 cells with a result, 3 without; 3 trials of 2 repeats each; seed 42; 2026-11-22.
All cells: python 3.11, device cpu, threads 2, onednn, tf32 and xla default, env none.

tensorflow      determinism  stream  conv
--------------  -----------  ------  ----
2.15.1          off          A·      A~
2.15.1          on           A·      A
2.16.2          off          B       A~
2.16.2          on           B       A
2.17.1, 2.18.1  off          B       B~
2.17.1          on           B       B

Down a column, cells with the same letter are bit-identical, cells with different letters are not.
Letters of different columns are unrelated.
~  varies from run to run, so it is neither equal to another cell nor different
·  not supported: it does not exist there, or TensorFlow refuses to run it
A letter before such a mark speaks for the other cases of the family, which agree with that letter
and with no other.
A letter rests on 6 repeats in 3 processes without a difference: at 95 %, fewer than 50 % of repeats
differ.
3 processes bound nothing that differs from process to process only; `run --trials` adds more.

Safe to swap, as far as the probe tells:
- tensorflow 2.15.1: the same bits in every case that runs and does not vary (2); nn.conv2d.grad
  varies
- tensorflow 2.16.2: the same bits in every case that does not vary (3); nn.conv2d.grad varies
- tensorflow 2.17.1, 2.18.1: the same bits in every case that does not vary (3); nn.conv2d.grad
  varies

Varies from run to run:
- determinism off: nn.conv2d.grad (across processes)

Not supported:
- tensorflow 2.15.1: random.stateless (TensorFlow 2.15.1 has no tf.x)

No result:
- 1 cell timed out: no result within 600 s (tensorflow 2.18.1, device cpu, determinism on)
- 2 cells no-gpu: no GPU on this host (device gpu)

Cost of determinism (time with it on / time with it off):
- no cost seen: stream, conv
"""

CASES = """\
tensorflow        2.15.1  2.15.1  2.16.2  2.16.2  2.17.1,  2.17.1
                                                  2.18.1
determinism       off     on      off     on      off      on
----------------  ------  ------  ------  ------  -------  ------
random.normal     A       A       B       B       B        B
random.stateless  ·       ·       A       A       A        A
nn.conv2d         A       A       A       A       B        B
nn.conv2d.grad    ~       A       ~       A       ~        A
"""


def tabled(text: str) -> list[str]:
    """The lines of a text that belong to tables: from the first header to the legend."""
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("tensorflow"))
    end = next(place for place, line in enumerate(lines) if line.startswith(("Down a", "Along a")))
    return lines[start:end]


def test_families_across() -> None:
    assert table.render(small()) == FAMILIES


def test_cases_down() -> None:
    assert "\n".join(tabled(table.render(small(), columns="cases"))) == CASES


def test_an_empty_store_says_so() -> None:
    assert table.render(compare([], [])) == "The store has no results yet.\n"


def test_a_single_cell_has_one_row() -> None:
    text = table.render(compare(trials(cell("2.15.1"), {"a": "xx"}), []))
    assert tabled(text) == ["tensorflow  a", "----------  -", "2.15.1      A", ""]
    assert "1 cell with a result; 3 trials of 2 repeats each" in text


# width


def many(columns: int) -> Grid:
    label, letter = TableCell("2.15.1", Tone.LABEL), TableCell("A", Tone.SAME)
    return Grid(
        labels=1,
        headers=(("tensorflow",), *((f"family{place}",) for place in range(columns))),
        rows=((label, *[letter] * columns),),
    )


@pytest.mark.parametrize("width", [30, 40, 72, 100, 200])
def test_parts_fit_the_width_and_lose_no_column(width: int) -> None:
    grid = many(25)
    parts = table.split(grid, width)
    assert [name for part in parts for name in part.headers[1:]] == list(grid.headers[1:])
    for part in parts:
        assert part.headers[0] == ("tensorflow",)
        line = sum(len(name[0]) for name in part.headers) + 2 * (len(part.headers) - 1)
        assert line <= width
    assert len(parts) == 1 or width < 300


def test_parts_are_as_few_as_fit() -> None:
    # tensorflow and gaps: 10 + 2 + 10 x 7 + 9 x 2
    assert len(table.split(many(10), 100)) == 1
    assert len(table.split(many(10), 99)) == 2


def test_a_column_that_is_wider_than_the_page_stands_alone() -> None:
    assert [len(part.headers) for part in table.split(many(3), 5)] == [2, 2, 2]


@pytest.mark.parametrize("columns", ["families", "cases"])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_asked(columns: str, width: int) -> None:
    text = table.render(small(), columns="cases" if columns == "cases" else "families", width=width)
    assert max(map(len, text.splitlines())) <= width


def test_lines_have_no_trailing_spaces() -> None:
    assert not re.search(r" $", table.render(small(), columns="cases"), re.MULTILINE)


# colour


def test_every_entry_is_painted_by_what_it_says() -> None:
    painted: list[tuple[str, str]] = []

    def paint(text: str, tone: Tone) -> str:
        painted.append((text, tone.value))
        return text

    table.render(small(), columns="cases", paint=paint)
    row = [pair for pair in painted if pair[1] not in {"title", "label"}]
    assert row[:6] == [
        ("A", "same"),
        ("A", "same"),
        ("B", "changed"),
        ("B", "same"),
        ("B", "same"),
        ("B", "same"),
    ]
    assert set(painted) >= {("~", "varies"), ("·", "unsupported"), ("2.15.1", "label")}


def test_colour_does_not_move_anything() -> None:
    def paint(text: str, tone: Tone) -> str:
        return f"\x1b[3{len(tone) % 8}m{text}\x1b[0m"

    painted = table.render(small(), paint=paint)
    assert re.sub(r"\x1b\[\d+m", "", painted).replace(" \n", "\n") == FAMILIES


# nothing is hidden


def test_venvs_are_told_plainly() -> None:
    of = cell("2.15.1")
    records = trials(of, {"a": "xx"}, trial_key=key(of, engine="venv"))
    said = run([status(of)], engine="venv", reason="no Docker engine answered")
    text = table.render(compare(records, [said]))
    assert text.startswith("venv, not Docker, cpu avx512_bf16\n=====")
    assert (
        "Ran in virtual environments on the host, without Docker: no Docker engine answered.\n"
    ) in text


def test_docker_and_venv_are_two_tables() -> None:
    of = cell("2.15.1")
    records = trials(of, {"a": "xx"}) + trials(of, {"a": "yy"}, trial_key=key(of, engine="venv"))
    text = table.render(compare(records, []))
    assert text.count("2.15.1      A") == 2
    assert text.index("Docker, cpu") < text.index("venv, not Docker")


def test_an_unpinned_base_is_told() -> None:
    text = table.render(compare([trial(cell(), case("a", 1, 1), pinned=False)], []))
    assert (
        "A base image is not pinned by a registry digest: others cannot get the same one.\n"
    ) in text
    assert "pinned" not in table.render(compare([trial(cell(), case("a", 1, 1))], []))


def test_a_venv_has_no_base_image_to_pin() -> None:
    of = cell()
    record = trial(of, case("a", 1, 1), trial_key=key(of, engine="venv"), pinned=False)
    assert "pinned" not in table.render(compare([record], []))


def test_what_was_seen_once_is_marked() -> None:
    text = table.render(compare([trial(cell("2.15.1"), case("a", 1))], []))
    assert "2.15.1      A?\n" in text
    assert "?  seen only once, which proves nothing\n" in text
    assert "at 95 %" not in text


def test_what_did_not_run_is_empty_and_explained() -> None:
    records = trials(cell("2.15.1"), {"a": "xx", "b": "xx"}) + trials(cell("2.16.2"), {"a": "xx"})
    text = table.render(compare(records, []))
    assert "2.15.1      A  A\n2.16.2      A\n" in text
    assert "An empty entry did not run.\n" in text


def test_a_family_of_which_some_cases_did_not_run_is_marked() -> None:
    whole = [case("a.1", "x", "x"), case("a.2", "x", "x")]
    records = [trial(cell("2.15.1"), *whole), trial(cell("2.16.2"), whole[0])]
    text = table.render(compare(records, []))
    assert "2.15.1      A\n2.16.2      A…\n" in text
    assert "…  some cases of the family did not run\n" in text
    assert "Without a letter" not in text


def test_what_fits_several_letters_has_none() -> None:
    records = trials(cell("2.15.1"), {"a.1": "xx", "a.2": "xx"})
    records += trials(cell("2.16.2"), {"a.1": "xx", "a.2": "xy"})
    records += trials(cell("2.17.1"), {"a.1": "xx", "a.2": "yy"})
    text = table.render(compare(records, []))
    assert "2.15.1      A\n2.16.2      ~\n2.17.1      B\n" in text
    assert (
        "Without a letter, the rest of the family, if any, does not tell where it belongs.\n"
    ) in text
    assert "stands for the rest" not in text
    cases = table.render(compare(records, []), columns="cases")
    assert "the rest of the family" not in cases


def test_only_what_occurs_is_in_the_legend() -> None:
    text = table.render(compare(trials(cell("2.15.1"), {"a": "xx"}), []))
    for word in ("~", "·", "!", "?", "empty", "…", "the rest of the family"):
        assert word not in text


def test_a_cell_that_was_interrupted_says_so_beside_its_trials() -> None:
    of = cell("2.15.1")
    said = run([status(of, Status.INTERRUPTED, "Ctrl-C", key(of))], at=60)
    text = table.render(compare(trials(of, {"a": "xx"}, count=2), [said]))
    assert (
        "The last run did not get through:\n- all cells: interrupted: Ctrl-C; 2 trials shown\n"
    ) in text


def test_a_cell_whose_new_lock_did_not_build_has_no_letter() -> None:
    of, other = cell("2.15.1"), cell("2.16.2")
    planned = [key(one, lock="lock-2") for one in (of, other)]
    records = trials(of, {"a": "xx"}) + trials(other, {"a": "xx"}, at=60, trial_key=planned[1])
    said = [status(of, Status.BUILD_FAILED, "no wheel", planned[0]), status(other)]
    text = table.render(compare(records, [run(said, at=60)]))
    assert tabled(text)[2:-1] == ["2.16.2      A"]
    assert "No result:\n- 1 cell build failed: no wheel (tensorflow 2.15.1)\n" in text


def test_older_trials_are_counted() -> None:
    of = cell("2.15.1")
    records = trials(of, {"a": "xx"}, trial_key=key(of, lock="old"))
    text = table.render(compare(records + trials(of, {"a": "yy"}, at=60), []))
    assert (
        "Not counted:\n"
        "- 3 older trials: the lock, probe, setting or base of the cell has changed since\n"
    ) in text


def test_a_store_with_a_fifth_damaged_and_a_fifth_failed_says_so_in_every_row() -> None:
    cells = [cell(f"2.{minor}.0") for minor in range(10, 20)]
    records, damaged = [], []
    for place, of in enumerate(cells):
        three = trials(of, {"a": "xx"})
        if place % 5 == 1:  # one file of three is damaged
            damaged.append(Damaged(f"trials/{of.id}/x.json", "damaged: its checksum is not that"))
            three = three[:2]
        if place % 5 == 3:  # all files are damaged
            damaged += [Damaged(f"trials/{of.id}/{number}.json", "truncated") for number in "123"]
            three = []
        if place % 5 == 4:  # no trial finished
            three = [trial(of, status=Status.RUN_FAILED, reason="exit code 139", at=5)]
        records += three
    said = run(
        [
            status(of, Status.RUN_FAILED if place % 5 == 4 else Status.DONE, "exit code 139")
            for place, of in enumerate(cells)
        ]
    )
    text = table.render(compare(records, [said], damaged))
    assert "6 cells with a result, 4 without" in text
    assert tabled(text)[2:-1] == [
        "2.10.0      3       A",
        "2.11.0      2 of 3  A",
        "2.12.0      3       A",
        "2.15.0      3       A",
        "2.16.0      2 of 3  A",
        "2.17.0      3       A",
    ]
    notes = """\
Rests on fewer trials than were started:
- tensorflow 2.11.0, 2.16.0: 2 of 3 trials, 1 file damaged

No result:
- 2 cells stale: it ran, but its trials are damaged or not in this store (tensorflow 2.13.0, 2.18.0)
- 2 cells run failed: exit code 139 (tensorflow 2.14.0, 2.19.0)

8 files in the store can't be read and count for nothing:
- damaged: its checksum is not that: trials/py3.11-tf2.11.0.cpu.det/x.json,
  trials/py3.11-tf2.16.0.cpu.det/x.json
- truncated: trials/py3.11-tf2.13.0.cpu.det/1.json, trials/py3.11-tf2.13.0.cpu.det/2.json,
  trials/py3.11-tf2.13.0.cpu.det/3.json, trials/py3.11-tf2.18.0.cpu.det/1.json,
  trials/py3.11-tf2.18.0.cpu.det/2.json and 1 more
"""
    assert text.endswith(notes)


def test_nothing_in_a_record_reaches_the_terminal_alive() -> None:
    text = table.render(hostile()) + table.render(hostile(), columns="cases")
    assert "�[31mboom�[0m | <b onload=alert(1)>" in text
    categories = {unicodedata.category(letter) for letter in text if letter != "\n"}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_no_line_begins_as_a_record_wishes() -> None:
    for line in table.render(hostile()).splitlines():
        assert not line.startswith("| <b")
