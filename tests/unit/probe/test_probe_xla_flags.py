"""Which flags of XLA go to which TensorFlow; an unknown one would end its process."""

from __future__ import annotations

import pytest

from probe.xla_flags import DETERMINISM, Flag, deterministic

# Seen by compiling a function with each flag; a release newer than 2.21 is assumed to be as 2.21.
ABORTS = {
    "xla_gpu_deterministic_reductions": [(2, 8), (2, 10), (2, 12), (2, 13), (2, 15), (2, 21)],
    "xla_gpu_deterministic_ops": [(2, 4)],
    "xla_gpu_exclude_nondeterministic_ops": [(2, minor) for minor in range(5, 17)],
}
STARTS = {
    "xla_gpu_deterministic_reductions": [(2, 4), (2, 5), (2, 6), (2, 7)],
    "xla_gpu_deterministic_ops": [
        *((2, minor) for minor in range(5, 18)),
        (2, 21),
        (2, 22),
        (3, 0),
    ],
    "xla_gpu_exclude_nondeterministic_ops": [*((2, minor) for minor in range(17, 23)), (3, 0)],
}


@pytest.mark.parametrize("flag", DETERMINISM, ids=lambda flag: flag.name)
def test_a_flag_is_known_where_it_was_seen_to_be(flag: Flag) -> None:
    assert [release for release in ABORTS[flag.name] if flag.known(release)] == []
    assert [release for release in STARTS[flag.name] if not flag.known(release)] == []


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ((2, 4), ("--xla_gpu_deterministic_reductions=true",)),
        ((2, 5), ("--xla_gpu_deterministic_ops=true",)),
        ((2, 8), ("--xla_gpu_deterministic_ops=true",)),
        ((2, 17), ("--xla_gpu_deterministic_ops=true",)),
        ((2, 22), ("--xla_gpu_deterministic_ops=true",)),
    ],
)
def test_a_flag_that_another_implies_is_left_out(
    release: tuple[int, int], expected: tuple[str, ...]
) -> None:
    assert deterministic(release) == expected


def test_every_flag_names_its_source_and_a_flag_that_implies_it_is_in_the_table() -> None:
    names = {flag.name for flag in DETERMINISM}
    for flag in DETERMINISM:
        assert "/" in flag.source
        assert flag.implied_by in {*names, ""}
