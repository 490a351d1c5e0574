"""One record as a file: canonical JSON on one line, then a line with its SHA-256.

The file's name is the record's time and the first 16 digits of that checksum. The checksum shows
damage; it does not show who wrote a file.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from runner.results.records import RECORD_SCHEMA, RunRecord, TrialRecord
from runner.results.untrusted import RefusedError, problems, read_regular

if TYPE_CHECKING:
    from pathlib import Path

RECORD_LIMIT = 64 * 2**20
"""Largest record in bytes."""
_CHECKSUM = re.compile(rb"[0-9a-f]{64}\n")
_CHECKSUM_LENGTH = 65

Record = TypeVar("Record", TrialRecord, RunRecord)


def read_record(path: Path, kind: type[Record]) -> Record:
    """Read the record at `path` and check that its name, and its folder's, are its own.

    Raises
    ------
    RefusedError
        It is no whole record of this samebits.
    """
    return read_both(path, kind)[0]


def read_both(path: Path, kind: type[Record]) -> tuple[Record, bytes]:
    """The same, and the bytes of the file.

    Raises
    ------
    RefusedError
        It is no whole record of this samebits.
    """
    if path.suffix != ".json":
        raise RefusedError("not a record of samebits")
    data = read_regular(path, RECORD_LIMIT)
    record = decode(data, kind)
    if record_name(record, data) != path.name:
        raise RefusedError("its name is not that of its content")
    if isinstance(record, TrialRecord) and record.cell != path.parent.name:
        raise RefusedError(f"it is of cell {record.cell}, not of its folder's")
    return record, data


def encode(record: TrialRecord | RunRecord) -> bytes:
    """Write a record as canonical JSON and its checksum, a line each."""
    body = json.dumps(
        record.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    body += b"\n"
    return body + hashlib.sha256(body).hexdigest().encode() + b"\n"


def decode(data: bytes, kind: type[Record]) -> Record:
    """Read a record back.

    Raises
    ------
    RefusedError
        A byte of it has changed or is missing, or a newer samebits wrote it.
    """
    body, checksum = data[:-_CHECKSUM_LENGTH], data[-_CHECKSUM_LENGTH:]
    if not _CHECKSUM.fullmatch(checksum):
        raise RefusedError("truncated or no record of samebits: its last line is no checksum")
    if hashlib.sha256(body).hexdigest().encode() + b"\n" != checksum:
        raise RefusedError("damaged: its checksum is not that of its content")
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        newer = _newer_schema(body)
        raise RefusedError(newer or f"not a valid record: {problems(error)}") from None


def _newer_schema(body: bytes) -> str:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    schema = document.get("schema_version") if isinstance(document, dict) else None
    if type(schema) is not int or schema <= RECORD_SCHEMA:
        return ""
    return f"written by a newer samebits (schema {schema}; this one reads {RECORD_SCHEMA})"


def record_name(record: TrialRecord | RunRecord, data: bytes) -> str:
    """Name the file that holds `record` as `data`."""
    # Microseconds in UTC: names sort by time. The checksum ends the data.
    time = record.started.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return f"{time}-{data[-_CHECKSUM_LENGTH:][:16].decode('ascii')}.json"
