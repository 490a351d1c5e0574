"""Text that the runner will accept: bounded and encodable."""

from __future__ import annotations

LIMIT = 2000


def bounded(text: object, limit: int = LIMIT) -> str:
    """Return `text` as at most `limit` characters that UTF-8 can hold.

    Variables and file names may hold bytes that Python keeps as lone surrogates, which a strict
    JSON reader refuses; they become question marks.
    """
    clean = str(text).encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= limit else clean[: limit - 4] + " ..."
