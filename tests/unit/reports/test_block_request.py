"""What a block may ask for, and what is said of what it may not."""

from __future__ import annotations

import re

import pytest

from runner.reports.block_request import Request, UnknownRequest, read_request


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        pytest.param("table", Request(content="table"), id="a content alone"),
        pytest.param(
            "table columns=cases only='tensorflow=2.20.0, 2.21.0' only=device=cpu case=nn.* brief",
            Request(
                content="table",
                columns="cases",
                only=("tensorflow=2.20.0, 2.21.0", "device=cpu"),
                case="nn.*",
                brief=True,
            ),
            id="conditions, a quoted one too",
        ),
        pytest.param(
            "changes axis=determinism level=2 matrix=../m.yaml results=r all",
            Request(
                content="changes",
                axis="determinism",
                level=2,
                matrix="../m.yaml",
                results="r",
                all=True,
            ),
            id="where from",
        ),
    ],
)
def test_a_request(words: str, request_: Request) -> None:
    assert read_request(words) == request_


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            "",
            "what is the block to hold? One of table, caption, changes, claims, cases, commands or "
            "matrix",
            id="nothing",
        ),
        ("tabel", "there is no content 'tabel', did you mean 'table'?"),
        pytest.param(
            "zzz",
            "there is no content 'zzz', it is one of table, caption, changes, claims, cases, "
            "commands or matrix",
            id="not near anything",
        ),
        ("table colums=cases", "table takes no option 'colums', did you mean 'columns'?"),
        (
            "claims columns=cases",
            "claims takes no option 'columns', it is one of brief, level, only or results",
        ),
        ("table columns=case", "columns can't be 'case', did you mean 'cases'?"),
        ("table level=1", "level can't be '1', it is one of 2, 3, 4 or 5"),
        ("changes axis=cudn", "axis can't be 'cudn', did you mean 'cudnn'?"),
        ("table brif", "the option 'brif' is no flag, did you mean 'brief'?"),
        ("table columns", "the option 'columns' takes a value: columns=…"),
        ("table case=", "the option 'case' has no value"),
        ("table brief=yes", "the flag 'brief' takes no value"),
        ("table case=a case=b", "the option 'case' is there twice"),
        ("table only='a", '"table only=\'a": no closing quotation'),
        ("\x1b[31m\u202e", "there is no content '\\x1b[31m\\u202e', it is one of"),
    ],
)
def test_what_can_not_be_asked_for(words: str, said: str) -> None:
    with pytest.raises(UnknownRequest, match=f"^{re.escape(said)}"):
        read_request(words)
