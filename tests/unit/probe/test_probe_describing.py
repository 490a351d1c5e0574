"""What the probe says of itself, without TensorFlow."""

from __future__ import annotations

import json

import pytest

from probe.arguments import parse
from probe.catalogue import CASES
from probe.describing import document
from runner.environments.catalogue import Catalogue


def described() -> Catalogue:
    return Catalogue.model_validate(document())


def test_every_case_is_there_in_its_own_words() -> None:
    words = [entry.model_dump() for entry in described().cases]
    assert words == [{name: getattr(case, name) for name in words[0]} for case in CASES]


def test_every_family_has_a_sentence_for_each_of_its_modules() -> None:
    families = described().families
    assert [one.family for one in families] == list(dict.fromkeys(case.family for case in CASES))
    for one in families:
        modules = {case.body.__module__ for case in CASES if case.family == one.family}
        assert len(one.about) == len(modules)
        assert all(sentence.endswith(".") for sentence in one.about)


def test_how_determinism_is_switched_on_by_release() -> None:
    found = {recipe.since: recipe for recipe in described().determinism}
    assert found["2.4"].cpu == ("TF_DETERMINISTIC_OPS=1",)
    assert found["2.8"].cpu == ("tf.config.experimental.enable_op_determinism()",)
    assert "TF_CUDNN_USE_FRONTEND=1" in found["2.5"].gpu
    assert "TF_CUDNN_USE_FRONTEND=1" not in (*found["2.4"].gpu, *found["2.8"].gpu)


def test_the_option_prints_it_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--describe"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out) == document()
