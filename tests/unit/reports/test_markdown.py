"""The same report as Markdown, in which text out of records is only text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from unit.reports.stores import HOSTILE, hostile, small
from unit.results.synthetic import cell, trials

from runner.analysis.compare import compare
from runner.reports import markdown
from runner.results.untrusted import one_line

EXPECTED = """\
### Docker, cpu avx512\\_bf16

On AMD EPYC 9R14.
7 cells with a result, 3 without; 3 trials of 2 repeats each; seed 42; 2026-11-22.
All cells: python 3.11, device cpu, threads 2, onednn, tf32 and xla default, env none.

| tensorflow     | determinism | stream | conv |
| -------------- | ----------- | :----: | :--: |
| 2.15.1         | off         | A·     | A\\~  |
| 2.15.1         | on          | A·     | A    |
| 2.16.2         | off         | B      | A\\~  |
| 2.16.2         | on          | B      | A    |
| 2.17.1, 2.18.1 | off         | B      | B\\~  |
| 2.17.1         | on          | B      | B    |

Down a column, cells with the same letter are bit-identical, cells with different letters are not. \
Letters of different columns are unrelated.<br>
\\~ varies from run to run, so it is neither equal to another cell nor different<br>
· not supported: it does not exist there, or TensorFlow refuses to run it<br>
A letter before such a mark speaks for the other cases of the family, which agree with that letter \
and with no other.<br>
A letter rests on 6 repeats in 3 processes without a difference: at 95 %, fewer than 50 % of \
repeats differ.<br>
3 processes bound nothing that differs from process to process only; \\`run --trials\\` adds more.

**Safe to swap, as far as the probe tells**

- tensorflow 2.15.1: the same bits in every case that runs and does not vary (2); \
nn.conv2d.grad varies
- tensorflow 2.16.2: the same bits in every case that does not vary (3); nn.conv2d.grad varies
- tensorflow 2.17.1, 2.18.1: the same bits in every case that does not vary (3); \
nn.conv2d.grad varies

**Varies from run to run**

- determinism off: nn.conv2d.grad (across processes)

**Not supported**

- tensorflow 2.15.1: random.stateless (TensorFlow 2.15.1 has no tf.x)

**No result**

- 1 cell timed out: no result within 600 s (tensorflow 2.18.1, device cpu, determinism on)
- 2 cells no-gpu: no GPU on this host (device gpu)

**Cost of determinism (time with it on / time with it off)**

- no cost seen: stream, conv
"""


def rendered(text: str) -> str:
    """The HTML that a reader of tables and CommonMark makes of it, raw HTML let through."""
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


def test_the_whole_report() -> None:
    assert markdown.render(small()) == EXPECTED


def test_cases_go_down_and_cells_across() -> None:
    lines = markdown.render(small(), columns="cases").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("|"))
    assert lines[start].startswith("| tensorflow<br>determinism | 2.15.1<br>off | 2.15.1<br>on |")
    assert re.match(r"\| random\.normal +\| A +\| A +\| B +\|", lines[start + 2])
    assert len([line for line in lines if line.startswith("|")]) == 6


def test_headings_have_the_level_asked_for() -> None:
    assert markdown.render(small(), level=2).startswith("## Docker")


def test_an_empty_store_says_so() -> None:
    assert markdown.render(compare([], [])) == "The store has no results yet.\n"


def test_it_reads_as_a_table() -> None:
    page = rendered(markdown.render(small()))
    assert page.count("<tr>") == 7
    assert page.count("<th ") + page.count("<th>") == 4
    assert ">A~</td>" in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a|b", r"a\|b", id="table separator"),
        pytest.param("`rm`", r"\`rm\`", id="code"),
        pytest.param("<script>", r"\<script\>", id="tag"),
        pytest.param("a\nb\n\n# c", r"a b \# c", id="lines"),
        pytest.param("*a* _b_ ~c~", r"\*a\* \_b\_ \~c\~", id="emphasis"),
        pytest.param("[a](b)", r"\[a\](b)", id="link"),
        pytest.param("![a](b)", r"!\[a\](b)", id="picture"),
        pytest.param("&lt;", r"\&lt;", id="entity"),
        pytest.param("$x$", r"\$x\$", id="formula"),
        pytest.param("#12", r"\#12", id="issue"),
        pytest.param("\\", r"\\", id="backslash"),
        pytest.param("@octocat", "@<!-- -->octocat", id="mention"),
        pytest.param("https://a.b", "https:<!-- -->//a.b", id="address"),
        pytest.param("www.a.b", "www<!-- -->.a.b", id="address without scheme"),
        pytest.param("\x1b[2J", "�\\[2J", id="control sequence"),
    ],
)
def test_text_is_escaped(text: str, expected: str) -> None:
    assert markdown.escape(text) == expected


@settings(max_examples=300)
@given(st.text(alphabet="ab |`<>*_~[]()&#!\\\n\"'@$-=+1.:/", max_size=30))
def test_any_text_in_a_table_reads_as_itself(text: str) -> None:
    page = rendered(f"| a | b |\n| --- | --- |\n| x{markdown.escape(text)} | y |")
    [shown] = re.findall(r"<td>(x.*?)</td>\n<td>y</td>", page)
    assert "<" not in shown.replace("<!-- -->", "")
    assert html.unescape(shown.replace("<!-- -->", "")) == f"x{one_line(text)}".rstrip()


def test_nothing_in_a_record_becomes_markup() -> None:
    for text in (markdown.render(hostile()), markdown.render(hostile(), columns="cases")):
        page = rendered(text)
        tags = set(re.findall(r"<(/?[a-z0-9]+)", page))
        assert tags <= {
            *("h3", "/h3", "p", "/p", "br", "strong", "/strong", "ul", "/ul", "li", "/li"),
            *("table", "/table", "thead", "/thead", "tbody", "/tbody", "tr", "/tr"),
            *("th", "/th", "td", "/td"),
        }
        assert "onload=alert(1)&gt; `code` [link]" in page
        assert one_line(HOSTILE).split()[0] in page
        assert "\x1b" not in text


def test_every_row_has_as_many_entries_as_the_header() -> None:
    records = trials(cell("2.15.1"), {"a": "xx", "b": "xx"}) + trials(cell("2.16.2"), {"a": "xx"})
    rows = [line for line in markdown.render(compare(records, [])).splitlines() if line[:1] == "|"]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}
