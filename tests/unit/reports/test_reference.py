"""Reference pages: every command and every key of the matrix file, as the code says them."""

from __future__ import annotations

import json

from runner.matrix.model import MatrixFile
from runner.matrix.schema import SCHEMA
from runner.reports import piece_markdown
from runner.reports.reference import CommandText, Parameter, commands, matrix_keys

RUN = CommandText(
    name="samebits run",
    usage="samebits run [OPTIONS] FILE",
    about=("Run `it`.", "Then stop."),
    parameters=(Parameter(written="--form a|b", meaning="How. Default: `a`."),),
    examples=("samebits run a",),
)


def test_a_command() -> None:
    assert piece_markdown.write(commands([RUN]), 2) == (
        "## `samebits run`\n\nRun `it`.\n\nThen stop.\n\n`samebits run [OPTIONS] FILE`\n\n"
        "| option | meaning |\n| --- | --- |\n| `--form a\\|b` | How. Default: `a`. |\n\n"
        "**For instance**\n\n- `samebits run a`\n"
    )


def test_every_key_of_the_matrix_file() -> None:
    page = piece_markdown.write(matrix_keys(json.loads(SCHEMA.read_text(encoding="utf-8"))), 2)
    rows = {line.split(" | ")[0].strip("| `") for line in page.splitlines() if "|" in line}
    schema = MatrixFile.model_json_schema()
    sections = [schema, *schema["$defs"].values()]
    keys = {key for section in sections for key in section.get("properties", {})}
    assert keys - rows == set()
    assert "| `determinism` | `off`, `on` | Whether TensorFlow is told" in page
