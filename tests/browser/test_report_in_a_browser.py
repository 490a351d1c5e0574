"""The HTML report as somebody uses it: filters, cells, keys, paper, dark rooms, and attacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser_window import window
from unit.reports.html.pages import HOSTILE, hostile
from unit.reports.stores import HOSTILE as OTHER_HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

    from browser_window import Scheme, Window
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
FIRST = "py3.11-tf2.19.1.cpu.nodet"
TITLE = "samebits: which cells give the same bits"


def rows(page: Page) -> list[str]:
    """The rows that are shown, as their visible entries."""
    shown = page.locator("table.heat:not(.pairs) tbody tr:visible")
    return [
        " ".join(one.locator("th, td").locator("visible=true").all_text_contents())
        for one in shown.all()
    ]


def headers(page: Page) -> list[str]:
    texts = page.locator("table.heat:not(.pairs) thead th:visible").all_text_contents()
    return [text.strip() for text in texts[1:]]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_what_it_shows_at_first(page: Page) -> None:
    assert page.title() == TITLE
    assert headers(page) == ["stream1", "conv2"]
    assert rows(page) == [
        "2.19.1      off A A~",
        "2.19.1      on A A",
        "2.20.0      off A B~",
        "2.20.0      on A B",
        "2.21.0      on A B",
    ]
    assert page.locator("#count").text_content() == "6 of 6 cells"
    assert page.get_by_role("row", name="py3.11-tf2.21.0.cpu.nodet timed-out").is_visible()


def test_a_family_opens_into_its_cases(page: Page) -> None:
    button = page.get_by_role("button", name="conv")
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert headers(page) == ["stream1", "conv2", "nn.conv2d", "nn.conv2d.grad"]
    assert rows(page)[2] == "2.20.0      off A B~ B ~"
    button.click()
    assert rows(page)[2] == "2.20.0      off A B~"


@pytest.mark.parametrize(
    ("text", "columns", "cells"),
    [
        pytest.param("2.20", ["stream1", "conv2"], 2, id="part of a cell"),
        pytest.param("2.20 .det", ["stream1", "conv2"], 1, id="two parts of a cell"),
        pytest.param("grad", ["conv2", "nn.conv2d.grad"], 5, id="part of a case"),
        pytest.param("nothing", [], 5, id="neither"),
    ],
)
def test_text_finds_cells_or_else_cases(
    page: Page, text: str, columns: list[str], cells: int
) -> None:
    page.get_by_label("Case or cell").fill(text)
    assert (headers(page), len(rows(page))) == (columns, cells)
    page.get_by_role("button", name="Clear").click()
    page.locator("#count", has_text="6 of 6 cells").wait_for()
    assert headers(page) == ["stream1", "conv2"]


@pytest.mark.parametrize(
    ("label", "option", "labels", "count"),
    [
        pytest.param("Verdict", "varies", ["2.19.1 off", "2.20.0 off"], 2, id="varies"),
        pytest.param("Verdict", "failed", [], 0, id="failed"),
        pytest.param("Verdict", "no result", [], 1, id="no result"),
        pytest.param("tensorflow", "2.21.0", ["2.21.0 on"], 2, id="an axis"),
        pytest.param("determinism", "off", ["2.19.1 off", "2.20.0 off"], 3, id="another"),
    ],
)
def test_filters(page: Page, label: str, option: str, labels: list[str], count: int) -> None:
    page.get_by_role("combobox", name=label).select_option(option)
    assert [" ".join(row.split()[:2]) for row in rows(page)] == labels
    assert page.locator("#count").text_content() == f"{count} of 6 cells"


def test_a_family_alone(page: Page) -> None:
    page.get_by_role("combobox", name="Family").select_option("conv")
    assert headers(page) == ["conv2"]
    page.get_by_role("combobox", name="Verdict").select_option("varies")
    page.get_by_role("combobox", name="Family").select_option("stream")
    assert rows(page) == []


def test_a_cell_has_a_view_and_an_address_of_its_own(page: Page, usual_file: Path) -> None:
    page.get_by_role("link", name="2.19.1      off").click()
    assert page.url == f"{usual_file.as_uri()}#cell/1/{FIRST}"
    assert page.get_by_role("heading", level=1).text_content() == FIRST
    assert page.title() == f"{FIRST} · samebits"
    text = page.locator("#cell").inner_text()
    for told in (
        f"nox -s matrix -- --only {FIRST} --fresh",
        "tensorflow\t2.19.1\t2.20.0",
        "host\tnode-1",
        "tf.config.experimental.enable_op_determinism()",
        "nn.conv2d.grad\tconv\t~\tvaries in one process\t6 repeats in 3 processes",
        "3 of 3 trials finished",
    ):
        assert told in text
    page.go_back()
    assert page.locator("#report").is_visible()
    assert focused(page) == "2.19.1      off"


def test_a_cell_without_a_result_shows_its_log(page: Page) -> None:
    page.get_by_role("link", name="py3.11-tf2.21.0.cpu.nodet").click()
    assert page.locator("#cell pre").first.inner_text() == "the last words\nof a probe"
    page.get_by_role("link", name="previous").click()
    assert page.get_by_role("heading", level=1).text_content() == "py3.11-tf2.21.0.cpu.det"
    page.get_by_role("link", name="All results").click()
    assert page.locator("#report").is_visible()


def test_an_address_of_a_cell_opens_it_and_of_none_says_so(
    opened: Window, usual_file: Path
) -> None:
    page = opened.open(usual_file, f"#cell/1/{FIRST}")
    assert page.get_by_role("heading", level=1).text_content() == FIRST
    for wrong in ("#cell/1/py3.11", "#cell/7/x", "#cell/1/%", "#cell/1/__proto__"):
        page.evaluate(f"location.hash = {wrong!r}")
        page.get_by_text("There is no such cell in this report.").wait_for()


def test_the_first_key_leads_past_the_top(page: Page) -> None:
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the results"
    box = page.locator(".skip").bounding_box()
    assert box
    assert box["x"] >= 0


def test_arrow_keys_walk_through_the_table(page: Page) -> None:
    page.locator("table.heat tbody a").first.focus()
    walked = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "Home", "End", "PageDown"):
        page.keyboard.press(key)
        walked.append(focused(page))
    assert walked == ["A", "A~", "A~", "A", "2.19.1      on", "A", "B"]
    assert "2 identical" in (page.locator("table.heat + * , .readout").first.text_content() or "")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert page.get_by_role("heading", level=1).text_content() == "py3.11-tf2.21.0.cpu.det"


def test_only_one_entry_of_the_table_takes_part_in_tabbing(page: Page) -> None:
    page.locator("table.heat tbody a").first.focus()
    page.keyboard.press("ArrowDown")
    stops = "[...document.querySelectorAll('table.heat tbody :is(a, td)')]"
    assert page.evaluate(f"{stops}.filter((one) => one.tabIndex === 0).length") == 1


def test_how_far_cells_agree_is_drawn_when_it_is_asked_for(page: Page) -> None:
    assert page.locator("table.pairs").count() == 0
    page.get_by_text("How far each two cells agree").click()
    found = page.locator("table.pairs tbody tr").first
    assert found.locator("td").all_text_contents() == ["", "100", "50", "50", "50"]


def test_on_paper_every_row_is_there_and_no_filter(page: Page) -> None:
    page.get_by_label("Case or cell").fill("2.20")
    assert len(rows(page)) == 2
    page.emulate_media(media="print")
    assert len(rows(page)) == 5
    assert not page.locator("#filters").is_visible()
    clipped = """() => [...document.querySelectorAll('.frame')].filter(
        (one) => getComputedStyle(one).overflow !== 'visible').length"""
    assert page.evaluate(clipped) == 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.pdf().startswith(b"%PDF")


def test_without_scripts_the_table_and_the_notes_are_there(
    found: Browser, usual_file: Path
) -> None:
    context = found.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(usual_file.as_uri())
    assert page.locator("table.heat td").count() == 10
    assert not page.locator("#filters").is_visible()
    assert page.get_by_text("Varies from run to run").first.is_visible()
    context.close()


CONTRAST = """() => {
  const light = (colour) => {
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const row = document.querySelector('table.heat tbody tr');
  return Object.fromEntries([...Array(9).keys()].map((nth) => {
    const entry = document.createElement('td');
    entry.className = `g${nth}`;
    row.append(entry);
    const style = getComputedStyle(entry);
    const both = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
    return [entry.className, (both[0] + 0.05) / (both[1] + 0.05)];
  }));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_can_be_read_on_every_colour(
    found: Browser, usual_file: Path, scheme: Scheme
) -> None:
    """At least 4.5 to 1: https://www.w3.org/TR/WCAG22/#contrast-minimum."""
    with window(found, scheme) as one:
        ratios = one.open(usual_file).evaluate(CONTRAST)
        background = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
    assert (scheme == "dark") == (background == "rgb(20, 23, 27)")


@pytest.mark.parametrize("text", [HOSTILE, OTHER_HOSTILE], ids=["html", "others"])
def test_an_attack_is_text(opened: Window, tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(hostile(text).page(), encoding="utf-8")
    page = opened.open(path)
    links = page.locator("#report table a")
    assert links.count() >= 2
    for number in range(links.count()):
        hash_ = links.nth(number).get_attribute("href")
        page.evaluate("(to) => { location.hash = to; }", hash_)
        page.locator("#cell h1").wait_for()
        _nothing_came_alive(page)
        page.go_back()
    for button in page.locator("button.expand").all():
        button.click()
    page.locator("table.heat td:visible").first.hover()
    page.get_by_label("Case or cell").fill("<img")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    _nothing_came_alive(page)


def _nothing_came_alive(page: Page) -> None:
    assert page.locator("img, #injected, iframe, script[src], b:has-text('onload')").count() == 0
    assert page.locator("script").count() == 2
    assert "ran" not in page.title().split(" · ")[-1]
    handlers = "[...document.all].flatMap((one) => one.getAttributeNames())"
    names = page.evaluate(f"{handlers}.filter((name) => name.startsWith('on'))")
    assert names == []


def test_the_policy_stops_a_script_that_got_in_all_the_same(
    found: Browser, usual_file: Path
) -> None:
    with window(found) as one:
        page = one.open(usual_file)
        page.evaluate(
            """() => {
              const made = document.createElement('div');
              made.innerHTML = '<img src="http://127.0.0.1:9/x" onerror="document.title=1">';
              document.body.append(made);
              const script = document.createElement('script');
              script.textContent = 'document.title = 2';
              document.body.append(script);
            }"""
        )
        assert page.title() == TITLE
        assert len([line for line in one.told if "Content Security Policy" in line]) >= 2
