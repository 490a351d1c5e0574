"""A command is told as it is called: through nox in a checkout, by its name elsewhere."""

from __future__ import annotations

import pytest

from runner.cli.spelling import spelled

ROWS = {
    "run `nox -s matrix` first": "run `samebits run` first",
    "nox -s matrix -- --only a": "samebits run --only a",
    "run `nox -s lock` and commit the result": "run `samebits lock` and commit the result",
    "nox -s report -- --columns cases": "samebits report --columns cases",
    "`python -m runner goldens export` with --update": "`samebits goldens export` with --update",
    "name another folder": "name another folder",
}


@pytest.mark.parametrize(("written", "elsewhere"), ROWS.items())
def test_a_command_in_a_sentence(written: str, elsewhere: str) -> None:
    assert spelled(written, in_checkout=True) == written
    assert spelled(written, in_checkout=False) == elsewhere


def test_the_tests_run_in_a_checkout() -> None:
    assert spelled("nox -s plan") == "nox -s plan"
