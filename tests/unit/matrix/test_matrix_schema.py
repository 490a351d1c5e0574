"""The schema that editors complete matrix.yaml with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from unit.matrix.matrix_text import GPU, SMALL

from runner.matrix import spec
from runner.matrix.problems import MatrixError
from runner.matrix.schema import SCHEMA, schema_text

ROOT = Path(__file__).parents[3]
WHOLE = json.loads(schema_text())
VALIDATOR = jsonschema.Draft202012Validator(WHOLE)


class Yaml12(yaml.SafeLoader):
    """As an editor reads it: dates are text, and of the words only true and false are booleans."""


Yaml12.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null"}
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Yaml11(yaml.SafeLoader):
    """As older editors read it: off and on are booleans."""


Yaml11.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

FILES = [
    pytest.param(path, id=path.name) for path in (ROOT / "matrix.yaml", *ROOT.glob("matrices/*"))
]


def valid(text: str, loader: type[yaml.SafeLoader] = Yaml12) -> bool:
    return bool(VALIDATOR.is_valid(yaml.load(text, loader)))  # noqa: S506  # both loaders are safe


def test_the_schema_that_is_shipped_is_up_to_date() -> None:
    shipped = SCHEMA.read_text(encoding="utf-8")
    assert shipped == schema_text(), "write it anew with: python -m runner.matrix.schema"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(WHOLE)


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("loader", [Yaml11, Yaml12])
def test_what_is_shipped_is_valid_and_names_it(path: Path, loader: type[yaml.SafeLoader]) -> None:
    text = path.read_text(encoding="utf-8")
    assert valid(text, loader)
    found = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert found
    assert (path.parent / found[1]).resolve() == SCHEMA


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(GPU, id="GPU"),
        pytest.param(SMALL.replace('"3.11"', "3.11"), id="number for a Python"),
        pytest.param(SMALL.replace('["2.20.0"]', "2.20.0"), id="a value for a list"),
        pytest.param(SMALL + "settings: {determinism: off, threads: [1, 2], tf32: on}\n", id="set"),
        pytest.param(SMALL + 'settings: {threads: "2"}\n', id="text for a number"),
        pytest.param(SMALL + "settings: {env: {a: {X: 1, Y: b}, none: {}}}\n", id="variables"),
        pytest.param(SMALL + "resolve: {exclude-newer: 2026-11-01}\n", id="date"),
        pytest.param(SMALL + "probe: {seed: 7, timeout: 90s, memory: 512m}\n", id="probe"),
        pytest.param(SMALL + '    base: x:1\nbase: {"3.11": y}\n', id="base"),
        pytest.param(SMALL + "    exclude: [{threads: 2, because: why}]\n", id="exclude"),
        pytest.param(SMALL + "    include: [{python: [3.12, '3.13']}]\n", id="include"),
    ],
)
@pytest.mark.parametrize("loader", [Yaml11, Yaml12])
def test_what_the_runner_takes_is_valid(text: str, loader: type[yaml.SafeLoader]) -> None:
    spec.parse(text, "m.yaml")
    assert valid(text, loader)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SMALL + "settngs: {}\n", id="unknown section"),
        pytest.param(SMALL + "    cudn: x\n", id="unknown axis"),
        pytest.param(SMALL + "    exclude: [{cudn: x}]\n", id="unknown axis in a rule"),
        pytest.param(SMALL.replace("version: 1\n", ""), id="no version"),
        pytest.param(SMALL.replace("1\n", "2\n"), id="version 2"),
        pytest.param(SMALL.replace('    python: "3.11"\n', ""), id="no Python"),
        pytest.param(SMALL.replace('"3.11"', '"3.11.7"'), id="patch of Python"),
        pytest.param(SMALL.replace('["2.20.0"]', "[]"), id="empty axis"),
        pytest.param(SMALL.replace('["2.20.0"]', "[2.20.0, 2.20.0]"), id="repeated value"),
        pytest.param(SMALL.replace('["2.20.0"]', "2.20"), id="half a release"),
        pytest.param(SMALL.replace("cpu:", '"c p u":'), id="name"),
        pytest.param(SMALL + "base: {three: x}\n", id="base of no Python"),
        pytest.param(SMALL + "settings: {determinism: maybe}\n", id="word"),
        pytest.param(SMALL + "settings: {threads: 0}\n", id="no threads"),
        pytest.param(SMALL + "settings: {env: {a: {path: x}}}\n", id="variable"),
        pytest.param(SMALL + "probe: {timeout: 10}\n", id="time without a unit"),
        pytest.param(SMALL + "probe: {memory: 8gb}\n", id="memory"),
        pytest.param(SMALL + "resolve: {exclude-newer: soon}\n", id="date"),
    ],
)
def test_what_an_editor_underlines_the_runner_refuses(text: str) -> None:
    with pytest.raises(MatrixError):
        spec.parse(text, "m.yaml")
    assert not valid(text)


def test_every_key_is_described() -> None:
    undescribed = [
        f"{section}.{key}"
        for section, part in {"": WHOLE, **WHOLE["$defs"]}.items()
        for key, value in part["properties"].items()
        if "description" not in value and "$ref" not in value
    ]
    assert undescribed == []
