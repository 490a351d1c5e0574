"""The page: one file, well formed, closed to everything outside, whatever its records say."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace

import pytest
from unit.reports.html.pages import HOSTILE, LONG, Records, hostile, read, usual
from unit.reports.stores import HOSTILE as OTHER_HOSTILE
from unit.reports.stores import small

from runner.analysis.claims.evaluate import evaluate
from runner.analysis.claims.ledger import ledger
from runner.analysis.compare import compare
from runner.reports import html

ATTACKS = {"html": HOSTILE, "terminal and markdown": OTHER_HOSTILE, "long": LONG}


def policy(page: str) -> dict[str, str]:
    [found] = [
        meta["content"]
        for meta in read(page).all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert found
    return dict(one.strip().split(" ", 1) for one in found.split(";"))


def source(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_nothing_is_loaded_and_no_script_but_its_own_runs() -> None:
    page = usual().page()
    found = read(page)
    _, script = found.texts["script"]
    assert policy(page) == {
        "default-src": "'none'",
        "script-src": source(script),
        "style-src": source("".join(found.texts["style"])),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not {"link", "img", "iframe", "object", "base"} & set(found.tags)
    assert not any({"src", "style"} & attributes.keys() for _, attributes in found.elements)
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|innerHTML|eval\(", page)


def test_links_lead_into_the_page_or_to_sources_of_claims() -> None:
    comparison = small()
    page = html.render(comparison, html.Stored(claims=evaluate(comparison, ledger())))
    links = [one["href"] or "" for one in read(page).all("a")]
    sources = {one.url for one in ledger().sources.values()}
    assert {link for link in links if not link.startswith("#")} == sources


def test_a_table_says_what_its_headers_are() -> None:
    found = read(usual().page())
    assert all("scope" in attributes for attributes in found.all("th"))
    assert len(found.all("table")) == len(found.all("caption"))
    assert found.all("html") == [{"lang": "en"}]
    ids = Counter(one["id"] for _, one in found.elements if "id" in one)
    assert max(ids.values()) == 1


def test_the_table_is_there_without_the_script() -> None:
    found = read(usual().page())
    assert "".join(found.texts["td"]).startswith("AA~")
    assert "no result within 600 s" in found.texts["td"]


def test_an_empty_store() -> None:
    found = read(Records([]).page())
    assert "The store has no results yet." in found.texts["p"]
    assert found.data == {"schema_version": 1, "contexts": [], "outcomes": [], "pool": []}


def test_the_same_records_give_the_same_page() -> None:
    one = usual()
    assert one.page() == one.page() == replace(one, trials=list(reversed(one.trials))).page()


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS.keys())
def test_nothing_in_a_record_is_alive(text: str) -> None:
    page = hostile(text).page()
    found, quiet = read(page), read(hostile("quiet").page())
    assert Counter(found.tags) == Counter(quiet.tags)
    names = {name for _, attributes in found.elements for name in attributes}
    assert names == {name for _, attributes in quiet.elements for name in attributes}
    assert not any(name.startswith("on") for name in names)
    links = [one["href"] or "" for one in found.all("a")]
    assert all(link.startswith("#") for link in links)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


def test_the_data_has_no_character_of_markup() -> None:
    document, _ = read(hostile().page()).texts["script"]
    assert not set(document) & set("<>&\n")
    assert document.isascii()
    assert "\\u003c/script\\u003e" in document


def test_long_lines_do_not_make_a_large_page() -> None:
    assert len(hostile(LONG).page()) < 300_000


def test_the_script_can_not_end_its_own_element() -> None:
    _, script = read(usual().page()).texts["script"]
    assert "</" not in script
    assert "<!--" not in script


def test_damaged_files_are_told() -> None:
    page = hostile("quiet").page()
    assert "1 file in the store can&#39;t be read and count for nothing" in page


def test_a_comparison_without_its_records() -> None:
    data = read(html.render(small(), html.Stored())).data
    assert compare([], []).contexts == ()
    contexts = data["contexts"]
    assert isinstance(contexts, list)
    assert [cell["trials"] for cell in contexts[0]["cells"]] == [[]] * 10


def test_what_changed_the_bits_is_told_once_for_cases_that_are_alike() -> None:
    found = read(usual().page())
    lines = [line for line in found.texts["li"] if line.startswith("Changes between")]
    assert len(lines) == 1
    assert lines[0].startswith("Changes between tensorflow 2.19.1 and 2.20.0")
    assert "nn.conv2d" in found.texts["h3"]


def test_one_cell_has_nothing_to_be_compared_with() -> None:
    ids = {one.get("id") for one in read(Records(usual().trials[:3]).page()).all("details")}
    assert "causes-1" not in ids
