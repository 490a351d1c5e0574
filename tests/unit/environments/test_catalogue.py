"""Asking the probe for its catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.environments.catalogue import read_catalogue
from runner.environments.probe import ProbeSource, find_probe
from runner.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def scripted(folder: Path, script: str) -> ProbeSource:
    (folder / "probe").mkdir()
    (folder / "probe" / "__main__.py").write_text(script, encoding="utf-8")
    return ProbeSource(folder)


def test_the_probe_tells_its_cases() -> None:
    catalogue = read_catalogue(find_probe())
    assert {case.family for case in catalogue.cases} == {one.family for one in catalogue.families}
    assert "nn.softmax" in {case.name for case in catalogue.cases}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("raise ValueError('no')", "can't describe itself: ValueError: no", id="fails"),
        pytest.param("print('[')", "not a catalogue: Invalid JSON", id="no JSON"),
        pytest.param("print('{}')", "not a catalogue: Field required", id="other JSON"),
    ],
)
def test_a_probe_that_does_not(tmp_path: Path, script: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_catalogue(scripted(tmp_path, script))
    assert caught.value.message.startswith(f"{tmp_path / 'probe'}: ")
    assert said in caught.value.message
