"""The command line of the probe."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.arguments import Options, parse
from probe.recipe import Settings


def test_defaults() -> None:
    assert parse(["--out", "results"]) == Options(
        out=Path("results"),
        seed=42,
        repeats=2,
        order="forward",
        settings=Settings(),
        lifeline=False,
        import_only=False,
        cases=("*",),
        path=None,
    )


def test_everything_given() -> None:
    line = (
        "--out o --seed 7 --repeats 3 --order reversed --device gpu --determinism on --threads 4 "
        "--onednn off --tf32 on --xla off --gpu-uuid GPU-1 --lifeline --path my.py "
        "--cases matmul.* nn.softmax"
    )
    assert parse(line.split()) == Options(
        out=Path("o"),
        seed=7,
        repeats=3,
        order="reversed",
        settings=Settings(
            device="gpu",
            determinism="on",
            threads=4,
            onednn="off",
            tf32="on",
            xla="off",
            gpu_uuid="GPU-1",
        ),
        lifeline=True,
        import_only=False,
        cases=("matmul.*", "nn.softmax"),
        path=Path("my.py"),
    )


def test_import_only_needs_no_folder() -> None:
    assert parse(["--import-only"]).out is None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "--out is needed, unless --import-only is given"),
        ("--out o --repeats 0", "argument --repeats: 0 is not between 1 and 1000"),
        ("--out o --seed 2147483648", "argument --seed: 2147483648 is not between 0 and"),
        ("--out o --threads none", "argument --threads: invalid number value: 'none'"),
        ("--out o --order sideways", "argument --order: invalid choice: 'sideways'"),
        ("--out o --determinism default", "argument --determinism: invalid choice: 'default'"),
    ],
)
def test_a_wrong_line_ends_with_code_two(
    line: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line.split())
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
