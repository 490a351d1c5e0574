"""The JSON Schema of matrix.yaml, from the types that read it, for editors to complete it with.

An editor reads YAML in its own way, an unquoted 3.11 as a number and off as a boolean, so the
schema allows what can come of a right file; `spec` is the judge. ``python -m
runner.matrix.schema`` writes the file anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic.json_schema import GenerateJsonSchema

from runner.matrix.model import MatrixFile

SCHEMA = Path(__file__).with_name("matrix.schema.json")


def schema_text() -> str:
    """Return the schema as it is shipped."""
    schema = {"$schema": GenerateJsonSchema.schema_dialect, **MatrixFile.model_json_schema()}
    return json.dumps(_tidy(schema), indent=2) + "\n"


def _tidy(node: object) -> object:
    """Drop what tells an editor nothing, and allow no key that a pattern does not."""
    if not isinstance(node, dict):
        return " ".join(node.split()) if isinstance(node, str) else node
    closed = {"additionalProperties": False} if "patternProperties" in node else {}
    return {key: _tidy(value) for key, value in node.items() if _tells(key, value)} | closed


def _tells(key: str, value: object) -> bool:
    """A title repeats its key, the default of a section that of its keys."""
    if key == "default":
        return bool(value) and not isinstance(value, dict)
    return key != "title" or isinstance(value, dict)


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
