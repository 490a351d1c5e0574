"""Every mistake one can make in matrix.yaml, and the sentence that answers it."""

from __future__ import annotations

import pytest
from unit.matrix.matrix_text import GPU, SMALL, problems

from runner.errors import InputError
from runner.matrix import spec
from runner.matrix.problems import MatrixError, MatrixProblem


def small(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


def gpu(extra: str) -> str:
    """`GPU` with lines added to its group, the first of them line 8."""
    return GPU + extra


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("just words", "1: expected a mapping, found 'just words'", id="no mapping"),
        pytest.param("- a\n", "1: expected a mapping, found a list", id="a list"),
        pytest.param("---\n", "1: expected a mapping, found nothing", id="nothing"),
        pytest.param("version: 1\n", "1: needs the key 'environments'", id="no environments"),
        pytest.param(small("version: 1\n", "\n"), "1: needs the key 'version'", id="no version"),
        pytest.param(small("1\n", "2\n"), "1: version: '2' is not 1", id="version 2"),
        pytest.param(small("1\n", "[1]\n"), "1: version: expected one value, found a list", id="v"),
        pytest.param(
            "version: 1\nenvironments: {}\n", "2: environments: names no environments", id="{}"
        ),
        pytest.param(
            "version: 1\nenvironments:\n",
            "2: environments: expected a mapping, found nothing",
            id="empty environments",
        ),
        pytest.param(
            "version: 1\nenvironments: [cpu]\n",
            "2: environments: expected a mapping, found a list",
            id="list of environments",
        ),
        pytest.param(
            "version: 1\nenvironments:\n  cpu:\n",
            "3: environments.cpu: expected a mapping, found nothing",
            id="empty group",
        ),
        pytest.param(
            "version: 1\nenvironments:\n  cpu: {}\n",
            "3: environments.cpu: needs the key 'python'\n"
            "3: environments.cpu: needs the key 'tensorflow'",
            id="group without axes",
        ),
        pytest.param(
            small("cpu:", '"c p/u":'),
            "3: environments.'c p/u': 'c p/u' is no name; use letters, digits, - and _, at most 40",
            id="name of a group",
        ),
        pytest.param(
            small("cpu:", "x" * 41 + ":"),
            f"3: environments.{'x' * 41}: {'x' * 41!r} is no name; use letters, digits, "
            "- and _, at most 40",
            id="long name of a group",
        ),
        pytest.param(
            SMALL + "setings: {}\n",
            "6: setings: unknown key, did you mean 'settings'?",
            id="unknown section",
        ),
        pytest.param(
            gpu("    cudn: x\n"),
            "8: environments.gpu.cudn: unknown key, did you mean 'cudnn'?",
            id="unknown axis",
        ),
        pytest.param(SMALL + "zzz: {}\n", "6: zzz: unknown key", id="unlike any key"),
        pytest.param(SMALL + '"a\\nb": {}\n', "6: 'a\\nb': unknown key", id="key of two lines"),
        pytest.param(
            SMALL + "    threads: 2\n",
            "6: environments.cpu.threads: unknown key here; it belongs in settings",
            id="setting in a group",
        ),
        pytest.param(
            SMALL + "trials: 2\n",
            "6: trials: unknown key here; it belongs in probe",
            id="probe value at the top",
        ),
        pytest.param(
            SMALL + "resolve: {exclude_newer: 2026-11-01}\n",
            "6: resolve.exclude_newer: unknown key, did you mean 'exclude-newer'?",
            id="underscore",
        ),
        pytest.param(
            SMALL + "    python: '3.12'\n",
            "6: environments.cpu.python: 'python' is there twice, first in line 4",
            id="repeated key",
        ),
        pytest.param(
            small('["2.20.0"]', "[]"),
            "5: environments.cpu.tensorflow: an empty list; name a value or leave the key out",
            id="empty axis",
        ),
        pytest.param(
            small('["2.20.0"]', ""),
            "5: environments.cpu.tensorflow: expected a value or a list of values, found nothing",
            id="axis of nothing",
        ),
        pytest.param(
            small('["2.20.0"]', "{a: b}"),
            "5: environments.cpu.tensorflow: expected a value or a list of values, found a mapping",
            id="axis of a mapping",
        ),
        pytest.param(
            small('["2.20.0"]', "[2.20.0, [2.19.1]]"),
            "5: environments.cpu.tensorflow[1]: expected one value, found a list",
            id="list in a list",
        ),
        pytest.param(
            small('["2.20.0"]', "[2.20.0, '']"),
            "5: environments.cpu.tensorflow[1]: expected one value, found nothing",
            id="empty value",
        ),
        pytest.param(
            small('["2.20.0"]', "\n      - 2.20.0\n      - 2.19.1\n      - 2.20.0"),
            "8: environments.cpu.tensorflow[2]: '2.20.0' is there twice",
            id="repeated value",
        ),
        pytest.param(
            small('["2.20.0"]', "2.20"),
            "5: environments.cpu.tensorflow: '2.20' is no TensorFlow release, such as "
            "2.20.0, did you mean '2.20.0'?",
            id="half a release",
        ),
        pytest.param(
            small('["2.20.0"]', "2"),
            "5: environments.cpu.tensorflow: '2' is no TensorFlow release, such as 2.20.0",
            id="a third of a release",
        ),
        pytest.param(
            small('["2.20.0"]', "v2.20.0"),
            "5: environments.cpu.tensorflow: 'v2.20.0' is no TensorFlow release, such as "
            "2.20.0, did you mean '2.20.0'?",
            id="v",
        ),
        pytest.param(
            small('["2.20.0"]', "2.020.0"),
            "5: environments.cpu.tensorflow: '2.020.0' is not how this version is written, "
            "did you mean '2.20.0'?",
            id="leading zero",
        ),
        pytest.param(
            small('["2.20.0"]', "2.20.0x"),
            "5: environments.cpu.tensorflow: '2.20.0x' is no version",
            id="no version",
        ),
        pytest.param(
            small('["2.20.0"]', "2.20.7"),
            "5: environments.cpu.tensorflow: TensorFlow has no release 2.20.7, only 2.20.0, "
            "did you mean '2.20.0'?",
            id="never released",
        ),
        pytest.param(
            small('["2.20.0"]', "[2.20.0, 2.16.0]"),
            "5: environments.cpu.tensorflow[1]: TensorFlow has no release 2.16.0, only "
            "2.16.1 and 2.16.2, did you mean '2.16.2'?",
            id="minor that starts at 1",
        ),
        pytest.param(
            small('"3.11"', "3.11.7"),
            "4: environments.cpu.python: '3.11.7' is no Python, name it such as 3.11, "
            "without the patch release",
            id="patch of Python",
        ),
        pytest.param(
            gpu("    device: tpu\n"),
            "8: environments.gpu.device: 'tpu' is not cpu or gpu, did you mean 'gpu'?",
            id="device",
        ),
        pytest.param(
            SMALL + "    cudnn: 9.3.0.75\n",
            "6: environments.cpu.cudnn: cudnn without cuda; name the CUDA release",
            id="cudnn without cuda",
        ),
        pytest.param(
            SMALL + "    device: gpu\n",
            "6: environments.cpu.device: device gpu without cuda; name a CUDA release, or "
            "system and a base that has one",
            id="gpu without cuda",
        ),
        pytest.param(
            SMALL + "    cuda: 12.9.1\n",
            "6: environments.cpu.cuda: cuda without cudnn; TensorFlow uses no GPU without it",
            id="cuda without cudnn",
        ),
        pytest.param(
            SMALL + "    cuda: system\n",
            "6: environments.cpu.cuda: cuda: system takes CUDA from the image, so name one as base",
            id="system without base",
        ),
        pytest.param(
            SMALL + 'base: {"3.11": "Python:3.11"}\n',
            "6: base.'3.11': 'Python:3.11' is no image, such as python:3.11-slim-bookworm",
            id="image",
        ),
        pytest.param(
            SMALL + "base: {three: python}\n",
            "6: base.three: 'three' is no Python, name it such as 3.11, without the patch release",
            id="base of no Python",
        ),
        pytest.param(
            SMALL + "base: python:3.11\n",
            "6: base: expected a mapping, found 'python:3.11'",
            id="one base",
        ),
        pytest.param(
            SMALL + "resolve: {exclude-newer: 2026-13-01}\n",
            "6: resolve.exclude-newer: '2026-13-01' is no date, such as 2026-11-01",
            id="13th month",
        ),
        pytest.param(
            SMALL + "resolve: {exclude-newer: 20261101}\n",
            "6: resolve.exclude-newer: '20261101' is no date, such as 2026-11-01",
            id="date without dashes",
        ),
        pytest.param(
            SMALL + "settings: {determinism: [off, true]}\n",
            "6: settings.determinism[1]: 'true' is not off or on, did you mean 'on'?",
            id="boolean",
        ),
        pytest.param(
            SMALL + "settings: {tf32: No}\n",
            "6: settings.tf32: 'No' is not default, off or on, did you mean 'off'?",
            id="another boolean",
        ),
        pytest.param(
            SMALL + "settings: {threads: [2, 02]}\n",
            "6: settings.threads[1]: '02' is no whole number from 1 to 1024",
            id="leading zero of a number",
        ),
        pytest.param(
            SMALL + "settings: {threads: 1025}\n",
            "6: settings.threads: '1025' is no whole number from 1 to 1024",
            id="too many threads",
        ),
        pytest.param(
            SMALL + "settings: {threads: " + "9" * 5000 + "}\n",
            f"6: settings.threads: '{'9' * 60}' (and 4,940 characters more) is no whole "
            "number from 1 to 1024",
            id="5,000 digits",
        ),
        pytest.param(
            SMALL + "settings:\n  env:\n    slow: {LD_PRELOAD: x.so}\n",
            "8: settings.env.slow.LD_PRELOAD: LD_PRELOAD decides which code or GPU is used, "
            "a matrix can't set it",
            id="reserved variable",
        ),
        pytest.param(
            SMALL + "settings:\n  env:\n    slow: {path: x}\n",
            "8: settings.env.slow.path: 'path' is no name of a variable; use capitals, "
            "digits and _",
            id="small variable",
        ),
        pytest.param(
            SMALL + 'settings:\n  env:\n    slow: {A: "x\\ny"}\n',
            "8: settings.env.slow.A: a variable holds one line of at most 4,096 characters",
            id="variable of two lines",
        ),
        pytest.param(
            SMALL + f"settings:\n  env:\n    slow: {{A: {'x' * 4097}}}\n",
            "8: settings.env.slow.A: a variable holds one line of at most 4,096 characters",
            id="long variable",
        ),
        pytest.param(
            SMALL + "settings:\n  env:\n    slow: {A: [x]}\n",
            "8: settings.env.slow.A: expected one value, found a list",
            id="variable of a list",
        ),
        pytest.param(
            SMALL + "settings:\n  env: [slow]\n",
            "7: settings.env: expected a mapping, found a list",
            id="list of sets",
        ),
        pytest.param(
            SMALL + "settings: {env: {}}\n",
            "6: settings.env: names no set of variables",
            id="no sets",
        ),
        pytest.param(
            SMALL + "settings: {env: {none: {A: x}}}\n",
            "6: settings.env.none: none is the name for no variables at all; choose another",
            id="none that is some",
        ),
        pytest.param(
            SMALL + "settings: {env: {a.b: {A: x}}}\n",
            "6: settings.env.'a.b': 'a.b' is no name; use letters, digits, - and _, at most 40",
            id="name of a set",
        ),
        pytest.param(
            SMALL + "probe: {trials: 0, repeats: -1, seed: 2147483648}\n",
            "6: probe.repeats: '-1' is no whole number from 1 to 1000\n"
            "6: probe.seed: '2147483648' is no whole number from 0 to 2147483647\n"
            "6: probe.trials: '0' is no whole number from 1 to 1000",
            id="probe counts",
        ),
        pytest.param(
            SMALL + "probe: {timeout: 10, memory: 8gb}\n",
            "6: probe.memory: '8gb' is no memory of 64m or more, such as 512m or 8g\n"
            "6: probe.timeout: '10' is no time up to 24h, such as 90s, 10m or 1h",
            id="bounds without a unit",
        ),
        pytest.param(
            SMALL + "probe: {timeout: 86401s, memory: 63m}\n",
            "6: probe.memory: '63m' is no memory of 64m or more, such as 512m or 8g\n"
            "6: probe.timeout: '86401s' is no time up to 24h, such as 90s, 10m or 1h",
            id="bounds out of bounds",
        ),
        pytest.param(
            SMALL + "probe:\n",
            "6: probe: expected a mapping, found nothing",
            id="section of nothing",
        ),
        pytest.param(
            gpu("    exclude: {tensorflow: 2.20.0}\n"),
            "8: environments.gpu.exclude: expected a list, found a mapping",
            id="one rule without a list",
        ),
        pytest.param(
            gpu("    exclude: [2.20.0]\n"),
            "8: environments.gpu.exclude[0]: expected a mapping, found '2.20.0'",
            id="rule without an axis",
        ),
        pytest.param(
            gpu("    exclude:\n      - {cudnn: 9.3.0.75}\n      - {cudn: 9.3.0.75}\n"),
            "10: environments.gpu.exclude[1].cudn: unknown key, did you mean 'cudnn'?",
            id="unknown axis in a rule",
        ),
        pytest.param(
            gpu("    exclude:\n      - tensorflow: [2.20.0,\n                     2.2O.0]\n"),
            "10: environments.gpu.exclude[0].tensorflow[1]: '2.2O.0' is not on this axis, "
            "so the rule matches nothing, did you mean '2.20.0'?",
            id="unknown value in a rule",
        ),
        pytest.param(
            SMALL + "    exclude: [{cuda: 12.9.1}]\n",
            "6: environments.cpu.exclude[0].cuda: this group has no cuda",
            id="axis that does not apply",
        ),
        pytest.param(
            SMALL + "    exclude: [{threads: 4}]\n",
            "6: environments.cpu.exclude[0].threads: '4' is not on this axis, so the rule "
            "matches nothing",
            id="unknown setting in a rule",
        ),
        pytest.param(
            SMALL + "    exclude: [{because: bored}]\n",
            "6: environments.cpu.exclude[0]: names no axis, so it would exclude every cell",
            id="rule that is only a reason",
        ),
        pytest.param(
            gpu("    exclude:\n      - cuda: 12.9.1\n      - {cuda: 12.9.1, cudnn: 9.3.0.75}\n"),
            "10: environments.gpu.exclude[1]: excludes nothing that the rules before it leave",
            id="rule in the shadow of another",
        ),
        pytest.param(
            gpu("    include: [{because: why}]\n"),
            "8: environments.gpu.include[0]: names no axis, so it adds nothing",
            id="empty include",
        ),
        pytest.param(
            gpu("    include:\n      - {tensorflow: 2.20.0, cuda: 12.9.1}\n"),
            "9: environments.gpu.include[0]: adds nothing, all of its cells are there already",
            id="include of what is there",
        ),
        pytest.param(
            gpu("    include: [{tensorflow: 2.21}]\n"),
            "8: environments.gpu.include[0].tensorflow: '2.21' is no TensorFlow release, "
            "such as 2.20.0, did you mean '2.21.0'?",
            id="bad value in an include",
        ),
        pytest.param(
            gpu("    include: [{determinism: on}]\n"),
            "8: environments.gpu.include[0].determinism: unknown key here; it belongs in settings",
            id="setting in an include",
        ),
        pytest.param(
            SMALL + "    include: [{cudnn: 9.3.0.75}]\n",
            "6: environments.cpu.include[0].cudnn: cudnn without cuda; name the CUDA release",
            id="include that contradicts its group",
        ),
        pytest.param(
            gpu("    exclude:\n" + "      - cuda: 12.9.1\n" * 101),
            "8: environments.gpu.exclude: more than 100 rules",
            id="101 rules",
        ),
    ],
)
def test_a_mistake_and_its_answer(text: str, said: str) -> None:
    assert problems(text) == said.split("\n")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(value, id=ascii(value)[:40])
        for value in (
            "2.15.1\n",
            "2.15.1\nRUN curl example.com",
            " 2.15.1",
            "2.15.1 ",
            "2.15.1;id",
            "2.15.1 ; python_version<'4'",
            "$(id)",
            "2.15.1$(id)",
            "2.15.1`id`",
            "--index-url=https://example.com",
            "-r requirements.txt",
            "2.15.1 --pre",
            "@ git+https://example.com/x",
            "2.15.1 @ file:///x",
            "../2.15.1",
            "2.15.1/../..",
            "2.15.*",
            ">=2.15",
            "==2.15.1",
            "2.15.1,<3",
            "\uff12.15.1",
            "\u0662.15.1",
            "2\u00b715\u00b71",
            "2.15.1\u00a0",
            "2.15.1+local",
            "1!2.15.1",
            "2_15_1",
            "2.15.1.",
            ".2.15.1",
            "2.15.1-1",
            "2.15.1.RC1",
            "latest",
            "[extra]2.15.1",
            "2.15.1\\",
            "2.15.1\t#",
            "{{ version }}",
            "9" * 100_000,
            "2.15." + "1" * 100_000,
        )
    ],
)
@pytest.mark.parametrize("axis", ["python", "tensorflow", "keras", "numpy", "cuda", "cudnn"])
def test_a_version_carries_nothing_else(axis: str, value: str) -> None:
    axes = {"python": "3.11", "tensorflow": "2.20.0", "cuda": "12.9.1", "cudnn": "9.3.0.75"}
    quoted = "".join(f"\\U{ord(character):08x}" for character in value[:20_000])
    axes[axis] = quoted
    group = ", ".join(f'{name}: "{text}"' for name, text in axes.items())
    (line,) = problems(f"version: 1\nenvironments:\n  g: {{{group}}}\n")
    assert line.startswith(f"3: environments.g.{axis}: ")
    assert len(line) < 400
    assert line.isprintable()


@pytest.mark.parametrize(
    ("axis", "value", "said"),
    [
        ("python", "4.0", "'4.0' is no Python, name it such as 3.11, without the patch release"),
        (
            "python",
            "3.011",
            "'3.011' is no Python, name it such as 3.11, without the patch release",
        ),
        ("python", "3", "'3' is no Python, name it such as 3.11, without the patch release"),
        ("keras", "3", "'3' is no Keras release, such as 3.4.1"),
        ("keras", "v3.4.1", "'v3.4.1' is no Keras release, such as 3.4.1"),
        ("keras", "3.04.1", "'3.04.1' is not how this version is written, did you mean '3.4.1'?"),
        ("numpy", "<2", "'<2' is no NumPy release, such as 1.26.4"),
        ("numpy", "1.26.4.", "'1.26.4.' is no version"),
        ("cuda", "12.9", "'12.9' is no CUDA release, such as 12.9.1, nor 'system'"),
        ("cuda", "12", "'12' is no CUDA release, such as 12.9.1, nor 'system'"),
        ("cuda", "System", "'System' is no CUDA release, such as 12.9.1, nor 'system'"),
        ("cuda", "12.09.1", "'12.09.1' is not how this version is written, did you mean '12.9.1'?"),
        ("cudnn", "9.3", "'9.3' is no cuDNN release, such as 9.10.2.21"),
        ("cudnn", "system", "'system' is no cuDNN release, such as 9.10.2.21"),
        (
            "cudnn",
            "9.03.0.75",
            "'9.03.0.75' is not how this version is written, did you mean '9.3.0.75'?",
        ),
    ],
)
def test_a_version_is_whole_and_normal(axis: str, value: str, said: str) -> None:
    axes = {"python": "3.11", "tensorflow": "2.20.0", "cuda": "12.9.1", "cudnn": "9.3.0.75"}
    group = ", ".join(f"{name}: {text}" for name, text in (axes | {axis: value}).items())
    assert problems(f"version: 1\nenvironments:\n  g: {{{group}}}\n") == [
        f"3: environments.g.{axis}: {said}"
    ]


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(image, id=image[:30])
        for image in (
            "python:3.11-slim-bookworm",
            "python",
            "nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04",
            "localhost:5000/base:1",
            "registry.example.com/team/sub/base:1@sha256:" + "a" * 64,
            "sha256:" + "0" * 64,
            "my__base/with-dashes--twice:x_Y.Z-1",
        )
    ],
)
def test_images_that_are_taken(image: str) -> None:
    text = SMALL + f"    base: {image}\n"
    assert {cell.environment.base for cell in spec.parse(text, "m.yaml").cells} == {image}


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(image, id=ascii(image)[:30])
        for image in (
            "python:3.11\n",
            "python:3.11\nRUN id",
            "python 3.11",
            "--privileged",
            "Python:3.11",
            "python:",
            "python:-x",
            "python@sha256:abc",
            "python@sha512:" + "a" * 64,
            "https://example.com/x",
            "../x",
            "a//b",
            "$IMAGE",
            "`id`",
            "python;id",
            "p\u0443thon",
            "x" * 256,
            "sha256:" + "0" * 63 + "\n",
        )
    ],
)
def test_images_that_are_not(image: str) -> None:
    quoted = "".join(f"\\U{ord(character):08x}" for character in image)
    (line,) = problems(SMALL + f'    base: "{quoted}"\n')
    assert line.startswith("6: environments.cpu.base: '")
    assert line.endswith(" is no image, such as python:3.11-slim-bookworm")


@pytest.mark.parametrize(
    "name",
    [
        "CUDA_VISIBLE_DEVICES",
        "HOME",
        "LD_AUDIT",
        "LD_BIND_NOW",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "NVIDIA_VISIBLE_DEVICES",
        "PATH",
        "PIP_INDEX_URL",
        "PYTHONHASHSEED",
        "PYTHONPATH",
        "SAMEBITS_BASE",
        "TMPDIR",
        "UV_CACHE_DIR",
    ],
)
def test_variables_that_decide_what_runs_are_not_settings(name: str) -> None:
    assert problems(SMALL + f"settings: {{env: {{x: {{{name}: y}}}}}}\n") == [
        f"6: settings.env.x.{name}: {name} decides which code or GPU is used, a matrix can't set it"
    ]


def product(pythons: int, threads: int) -> str:
    versions = ", ".join(f"3.{minor}" for minor in range(pythons))
    counts = ", ".join(str(count) for count in range(1, threads + 1))
    return (
        f"version: 1\nenvironments: {{g: {{python: [{versions}], tensorflow: 2.20.0}}}}\n"
        f"settings: {{determinism: on, threads: [{counts}]}}\n"
    )


def test_ten_thousand_cells_are_the_most() -> None:
    assert len(spec.parse(product(100, 100), "m.yaml").cells) == 10_000
    assert problems(product(73, 137)) == ["2: environments: 10,001 cells, more than 10,000"]


def test_cells_are_counted_before_they_are_made() -> None:
    many = product(100, 1024).replace("on,", "[off, on], onednn: [off, on], tf32: [off, on],")
    assert problems(many) == ["2: environments: 819,200 cells, more than 10,000"]


def test_what_is_included_counts() -> None:
    text = product(100, 100).replace("2.20.0}", "2.20.0, include: [{tensorflow: 2.21.0}]}")
    assert problems(text) == ["2: environments: 20,000 cells, more than 10,000"]


def test_all_problems_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = """\
version: 2
environments:
  cpu:
    python: [3.11, 3.11]
    tensorflow: [2.20]
  gpu:
    python: 3.11
    tensorflow: 2.20.0
    cudnn: 9.3.0.75
    exclude: [{tensorflow: 2.20.1}]
    include: [{cudnn: 9.10.2.21}]
probe: {trials: many}
resolve: {}
resolve: {}
"""
    assert problems(text) == [
        "1: version: '2' is not 1",
        "4: environments.cpu.python[1]: '3.11' is there twice",
        (
            "5: environments.cpu.tensorflow[0]: '2.20' is no TensorFlow release, such as 2.20.0, "
            "did you mean '2.20.0'?"
        ),
        "9: environments.gpu.cudnn: cudnn without cuda; name the CUDA release",
        (
            "10: environments.gpu.exclude[0].tensorflow: '2.20.1' is not on this axis, so the rule "
            "matches nothing, did you mean '2.20.0'?"
        ),
        "12: probe.trials: 'many' is no whole number from 1 to 1000",
        "14: resolve: 'resolve' is there twice, first in line 13",
    ]


def test_with_wrong_settings_the_rules_that_name_them_are_not_judged() -> None:
    text = SMALL + "    exclude: [{threads: 4}]\nsettings: {threads: [4, x]}\n"
    assert problems(text) == [
        "7: settings.threads[1]: 'x' is no whole number from 1 to 1024",
    ]


def test_keys_that_look_like_the_inside_of_an_error() -> None:
    text = SMALL.replace("cpu:", '"[key]":') + '"[key]": x\nbase: {"[key]": x}\n'
    python = "'[key]' is no Python, name it such as 3.11, without the patch release"
    name = "'[key]' is no name; use letters, digits, - and _, at most 40"
    assert problems(text) == [
        f"3: environments.'[key]': {name}",
        "6: '[key]': unknown key",
        f"7: base.'[key]': {python}",
    ]


def test_groups_are_judged_however_many_are_wrong() -> None:
    text = SMALL + "    exclude: [{threads: 4}]\n"
    text += "".join(f"  g{n}: {{python: 3, tensorflow: 2}}\n" for n in range(300))
    assert problems(text)[0].startswith("6: environments.cpu.exclude[0].threads: '4' is not on")


def test_the_error_says_what_to_do_and_keeps_each_problem() -> None:
    with pytest.raises(InputError) as caught:
        spec.parse(GPU + "    cudn: x\n", "matrix.yaml")
    error = caught.value
    assert isinstance(error, MatrixError)
    assert str(error) == (
        "matrix.yaml:8: environments.gpu.cudn: unknown key, did you mean 'cudnn'?\n"
        "Mend matrix.yaml and run again; nothing was run."
    )
    assert error.problems == (
        MatrixProblem(
            line=8,
            path="environments.gpu.cudn",
            value="x",
            message="unknown key",
            suggestion="cudnn",
        ),
    )


def test_a_file_that_is_wrong_all_over_is_not_recited() -> None:
    said = problems(SMALL + "".join(f"settngs{n}: x\n" for n in range(4_000)))
    assert len(said) == 51
    assert said[0] == "6: settngs0: unknown key, did you mean 'settings'?"
    assert said[-1] == " and more"
