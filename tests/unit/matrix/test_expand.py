"""Which cells a file names, in which order, and which it leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.matrix.matrix_text import GPU, SMALL

from runner.matrix import spec
from runner.matrix.cells import Cell, Environment, Setting


def ids(text: str) -> list[str]:
    return [cell.id for cell in spec.parse(text, "m.yaml").cells]


def test_the_last_axis_changes_fastest_and_groups_follow_each_other() -> None:
    text = GPU + "  cpu: {python: [3.12, 3.11], tensorflow: 2.20.0}\nsettings: {threads: [4, 2]}\n"
    found = ids(text)
    assert found[:5] == [
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.3.0.75.gpu.nodet.threads4",
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.3.0.75.gpu.nodet",
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.3.0.75.gpu.det.threads4",
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.3.0.75.gpu.det",
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.10.2.21.gpu.nodet.threads4",
    ]
    assert found[-4:] == [
        "py3.11-tf2.20.0.cpu.nodet.threads4",
        "py3.11-tf2.20.0.cpu.nodet",
        "py3.11-tf2.20.0.cpu.det.threads4",
        "py3.11-tf2.20.0.cpu.det",
    ]
    assert len(found) == 2 * 2 * 2 * 4 + 2 * 4


@pytest.mark.parametrize(
    ("setting", "id_"),
    [
        ("onednn: off", "py3.11-tf2.20.0.cpu.det.onednn-off"),
        ("tf32: on", "py3.11-tf2.20.0.cpu.det.tf32-on"),
        ("xla: on", "py3.11-tf2.20.0.cpu.det.xla-on"),
        ("threads: 1", "py3.11-tf2.20.0.cpu.det.threads1"),
        ("env: {slow: {A: b}}", "py3.11-tf2.20.0.cpu.det.env-slow"),
        ("env: {none: {}}", "py3.11-tf2.20.0.cpu.det"),
        ("xla: default", "py3.11-tf2.20.0.cpu.det"),
    ],
)
def test_every_setting_reaches_the_cell(setting: str, id_: str) -> None:
    assert ids(SMALL + f"settings: {{determinism: on, {setting}}}\n") == [id_]


@pytest.mark.parametrize(
    ("axes", "found"),
    [
        pytest.param("keras: 3.4.1", ["py3.11-tf2.20.0-keras3.4.1.cpu.det"], id="keras"),
        pytest.param("numpy: 1.26.4", ["py3.11-tf2.20.0-numpy1.26.4.cpu.det"], id="numpy"),
        pytest.param(
            "numpy: [2.1.3, 1.26.4], keras: [3.10.0, 3.4.1]",
            [
                "py3.11-tf2.20.0-keras3.10.0-numpy2.1.3.cpu.det",
                "py3.11-tf2.20.0-keras3.10.0-numpy1.26.4.cpu.det",
                "py3.11-tf2.20.0-keras3.4.1-numpy2.1.3.cpu.det",
                "py3.11-tf2.20.0-keras3.4.1-numpy1.26.4.cpu.det",
            ],
            id="both",
        ),
    ],
)
def test_packages_that_tensorflow_leaves_open_are_axes(axes: str, found: list[str]) -> None:
    group = f"{{python: 3.11, tensorflow: 2.20.0, {axes}}}"
    assert (
        ids(f"version: 1\nenvironments: {{g: {group}}}\nsettings: {{determinism: on}}\n") == found
    )


def test_a_cell_says_its_packages_in_axis_order() -> None:
    group = "{numpy: 2.1.3, keras: 3.4.1, python: 3.11, tensorflow: 2.20.0}"
    first = spec.parse(f"version: 1\nenvironments: {{g: {group}}}\n", "m.yaml").cells[0].axes
    assert list(first)[:4] == ["python", "tensorflow", "keras", "numpy"]
    assert (first["keras"], first["numpy"]) == ("3.4.1", "2.1.3")


def test_packages_are_excluded_like_any_value() -> None:
    text = (
        "version: 1\nenvironments:\n  g:\n    python: 3.11\n    tensorflow: 2.20.0\n"
        "    keras: [3.4.1, 3.10.0]\n    exclude: [{keras: 3.4.1}]\nsettings: {determinism: on}\n"
    )
    assert ids(text) == ["py3.11-tf2.20.0-keras3.10.0.cpu.det"]


def test_sets_of_variables_are_an_axis() -> None:
    text = SMALL + "settings: {determinism: on, env: {none: {}, z: {B: 2, A: 1}, a: {}}}\n"
    cells = spec.parse(text, "m.yaml").cells
    assert [(cell.setting.env, cell.setting.variables) for cell in cells] == [
        ("none", ()),
        ("z", (("A", "1"), ("B", "2"))),
        ("a", ()),
    ]


def test_a_cell_of_two_groups_appears_once_where_it_came_first() -> None:
    text = SMALL + "  again: {python: 3.11, tensorflow: [2.19.1, 2.20.0]}\n"
    assert ids(text) == [
        "py3.11-tf2.20.0.cpu.nodet",
        "py3.11-tf2.20.0.cpu.det",
        "py3.11-tf2.19.1.cpu.nodet",
        "py3.11-tf2.19.1.cpu.det",
    ]


def test_a_rule_excludes_what_has_one_of_its_values_on_every_axis() -> None:
    text = GPU + (
        "    exclude:\n"
        "      - {tensorflow: 2.20.0, cudnn: [9.3.0.75, 9.10.2.21], determinism: on,"
        " because: slow}\n"
        "      - {cuda: 12.9.1}\n"
    )
    matrix = spec.parse(text, "m.yaml")
    assert [cell.id for cell in matrix.cells] == [
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.3.0.75.gpu.nodet",
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.3.0.75.gpu.det",
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.10.2.21.gpu.nodet",
        "py3.11-tf2.19.1-cuda12.6.3-cudnn9.10.2.21.gpu.det",
        "py3.11-tf2.20.0-cuda12.6.3-cudnn9.3.0.75.gpu.nodet",
        "py3.11-tf2.20.0-cuda12.6.3-cudnn9.10.2.21.gpu.nodet",
    ]
    assert [(excluded.cell.id, excluded.because) for excluded in matrix.excluded] == [
        ("py3.11-tf2.19.1-cuda12.9.1-cudnn9.3.0.75.gpu.nodet", "excluded by the matrix"),
        ("py3.11-tf2.19.1-cuda12.9.1-cudnn9.3.0.75.gpu.det", "excluded by the matrix"),
        ("py3.11-tf2.19.1-cuda12.9.1-cudnn9.10.2.21.gpu.nodet", "excluded by the matrix"),
        ("py3.11-tf2.19.1-cuda12.9.1-cudnn9.10.2.21.gpu.det", "excluded by the matrix"),
        ("py3.11-tf2.20.0-cuda12.6.3-cudnn9.3.0.75.gpu.det", "slow"),
        ("py3.11-tf2.20.0-cuda12.6.3-cudnn9.10.2.21.gpu.det", "slow"),
        ("py3.11-tf2.20.0-cuda12.9.1-cudnn9.3.0.75.gpu.nodet", "excluded by the matrix"),
        ("py3.11-tf2.20.0-cuda12.9.1-cudnn9.3.0.75.gpu.det", "slow"),
        ("py3.11-tf2.20.0-cuda12.9.1-cudnn9.10.2.21.gpu.nodet", "excluded by the matrix"),
        ("py3.11-tf2.20.0-cuda12.9.1-cudnn9.10.2.21.gpu.det", "slow"),
    ]


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("device: cpu", ["gpu.nodet.env-a", "gpu.nodet", "gpu.det.env-a", "gpu.det"]),
        ("env: a", ["cpu.nodet", "cpu.det", "gpu.nodet", "gpu.det"]),
        ("base: 'x:1'", []),
        ("determinism: off, device: gpu, env: none", None),
    ],
)
def test_rules_on_other_axes(rule: str, left: list[str] | None) -> None:
    text = GPU.replace('"2.19.1", "2.20.0"', "2.20.0").replace('"12.6.3", ', "").replace(
        '"9.3.0.75", ', ""
    ) + (
        f"    device: [cpu, gpu]\n    base: x:1\n    exclude: [{{{rule}}}]\n"
        "settings: {env: {a: {A: b}, none: {}}}\n"
    )
    found = [id_.split("-base")[1][9:] for id_ in ids(text)]
    if left is None:
        assert len(found) == 7
        assert "gpu.nodet" not in found
    else:
        assert found == left


def test_an_excluded_cell_of_one_group_stays_where_another_has_it() -> None:
    text = SMALL + "    exclude: [{determinism: on}]\n  again: {python: 3.11, tensorflow: 2.20.0}\n"
    matrix = spec.parse(text, "m.yaml")
    assert [cell.id for cell in matrix.cells] == [
        "py3.11-tf2.20.0.cpu.nodet",
        "py3.11-tf2.20.0.cpu.det",
    ]
    assert matrix.excluded == ()


def test_an_include_names_the_axes_that_differ() -> None:
    text = GPU + "    include:\n      - {cuda: 12.5.0, cudnn: 9.3.0.75, because: as declared}\n"
    found = ids(text)
    assert found[:16] == ids(GPU)
    assert found[16:] == [
        "py3.11-tf2.19.1-cuda12.5.0-cudnn9.3.0.75.gpu.nodet",
        "py3.11-tf2.19.1-cuda12.5.0-cudnn9.3.0.75.gpu.det",
        "py3.11-tf2.20.0-cuda12.5.0-cudnn9.3.0.75.gpu.nodet",
        "py3.11-tf2.20.0-cuda12.5.0-cudnn9.3.0.75.gpu.det",
    ]


def test_an_include_brings_back_what_a_rule_left_out() -> None:
    text = GPU + (
        "    exclude: [{tensorflow: 2.20.0, because: broken}]\n"
        "    include: [{tensorflow: 2.20.0, cuda: 12.9.1, cudnn: 9.10.2.21}]\n"
    )
    matrix = spec.parse(text, "m.yaml")
    back = [
        "py3.11-tf2.20.0-cuda12.9.1-cudnn9.10.2.21.gpu.nodet",
        "py3.11-tf2.20.0-cuda12.9.1-cudnn9.10.2.21.gpu.det",
    ]
    assert [cell.id for cell in matrix.cells][-2:] == back
    assert len(matrix.cells) == 8 + 2
    assert len(matrix.excluded) == 8 - 2
    assert not {excluded.cell.id for excluded in matrix.excluded} & set(back)


def test_an_include_with_cuda_runs_on_the_gpu() -> None:
    text = SMALL + "    include: [{cuda: 12.9.1, cudnn: 9.3.0.75}]\nsettings: {determinism: on}\n"
    assert ids(text) == [
        "py3.11-tf2.20.0.cpu.det",
        "py3.11-tf2.20.0-cuda12.9.1-cudnn9.3.0.75.gpu.det",
    ]


def test_a_cell_is_made_of_an_environment_and_a_setting() -> None:
    (cell,) = spec.parse(SMALL + "settings: {determinism: on}\n", "m.yaml").cells
    assert cell == Cell(
        environment=Environment(python="3.11", tensorflow="2.20.0"),
        setting=Setting(device="cpu", determinism="on"),
    )


PYTHONS = st.lists(st.sampled_from(["3.9", "3.10", "3.11", "3.12"]), min_size=1, unique=True)
RELEASES = st.lists(
    st.sampled_from(["2.15.1", "2.16.2", "2.17.1", "2.18.1", "2.20.0"]), min_size=1, unique=True
)
THREADS = st.lists(st.sampled_from(["1", "2", "4", "8"]), min_size=1, unique=True)
Axes = tuple[list[str], list[str], list[str]]
AXES = st.tuples(PYTHONS, RELEASES, THREADS)


def text_of(axes: Axes, more: str = "") -> str:
    python, tensorflow, threads = (", ".join(values) for values in axes)
    return (
        f"version: 1\nenvironments:\n  g: {{python: [{python}], tensorflow: [{tensorflow}]}}\n"
        f"{more}settings: {{threads: [{threads}]}}\n"
    )


@settings(max_examples=50, deadline=None)
@given(AXES)
def test_ids_are_unique_and_each_combination_has_one(axes: Axes) -> None:
    found = ids(text_of(axes))
    python, tensorflow, threads = axes
    assert len(found) == len(set(found)) == len(python) * len(tensorflow) * len(threads) * 2


@settings(max_examples=50, deadline=None)
@given(AXES, AXES)
def test_ids_stay_when_values_are_added(axes: Axes, added: Axes) -> None:
    wider = tuple(
        [*values, *(value for value in more if value not in values)]
        for values, more in zip(axes, added, strict=True)
    )
    before = ids(text_of(axes))
    after = ids(text_of((wider[0], wider[1], wider[2])))
    kept = set(before)
    assert [id_ for id_ in after if id_ in kept] == before


@settings(max_examples=50, deadline=None)
@given(AXES, st.data())
def test_what_is_left_out_and_what_is_kept_are_the_whole(axes: Axes, data: st.DataObject) -> None:
    release = data.draw(st.sampled_from(axes[1]))
    whole = text_of(axes)
    rule = f", exclude: [{{tensorflow: {release}, because: tired}}]}}\n"
    matrix = spec.parse(whole.replace("]}\nsettings", "]" + rule + "settings"), "m.yaml")
    kept = [cell.id for cell in matrix.cells]
    left_out = {excluded.cell.id for excluded in matrix.excluded}
    assert [id_ for id_ in ids(whole) if id_ not in left_out] == kept
    assert len(kept) + len(left_out) == len(ids(whole))
    assert all(excluded.cell.environment.tensorflow == release for excluded in matrix.excluded)
