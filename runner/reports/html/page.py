"""Renders the page: a template, a style sheet and scripts, all of them files beside this one.

Nothing of a record becomes markup: the template escapes each text, and the script reads its data
from a block of JSON and writes it as text only. Where a browser should be fooled all the same, the
page's own policy lets no other script and no other style in, and nothing be loaded or sent.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from runner import __version__
from runner.analysis.attribute import attribute
from runner.analysis.changes import find_walks
from runner.analysis.claims.outcome import Outcome
from runner.analysis.history import collect
from runner.reports import claims
from runner.reports.against import against_note
from runner.reports.changes import make_parts
from runner.reports.explain import make_chapter
from runner.reports.fold import Scales
from runner.reports.html.data import page_data
from runner.reports.html.heat import heat
from runner.reports.html.runs import runs
from runner.reports.html.tally import tally
from runner.reports.notes import damage
from runner.reports.section import make_section
from runner.reports.words import packed_json
from runner.results.untrusted import inert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.analysis.claims.outcome import ClaimResult
    from runner.analysis.comparison import Comparison, Context
    from runner.analysis.gate import Gate
    from runner.reports.explain import Chapter
    from runner.results.records import RunRecord, TrialRecord

LONGEST: Final = 20_000
"""Characters of any one text of the page, such as a line that names every case."""
_SCRIPTS: Final = ("words.js", "heat.js", "filters.js", "agreement.js", "cell.js", "start.js")
_POLICY: Final = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The records that a comparison was made of, and what they say of the published claims.

    `matrix` is the file that commands have to name; empty where it is the usual one. `gate` is what
    differs from a baseline, where there is one.
    """

    trials: Sequence[TrialRecord] = ()
    runs: Sequence[RunRecord] = ()
    claims: Sequence[ClaimResult] = ()
    matrix: str = ""
    gate: Gate | None = None


def render(comparison: Comparison, stored: Stored) -> str:
    """Write a comparison as one HTML file."""
    scales = [_scales(context) for context in comparison.contexts]
    places = collect(stored.trials, stored.runs)
    data = page_data(comparison, places, scales, stored.matrix)
    script, style = "".join(map(_resource, _SCRIPTS)), _resource("report.css")
    both = enumerate(zip(comparison.contexts, scales, strict=True), start=1)
    page = _environment().get_template("page.html.j2")
    return page.render(
        version=__version__,
        policy=_POLICY.format(script=_hash(script), style=_hash(style)),
        script=Markup(script),  # noqa: S704 - files of this package
        style=Markup(style),  # noqa: S704 - the same
        data=Markup(packed_json(data)),  # noqa: S704 - it has no character of markup
        contexts=[_view(context, axes, place) for place, (context, axes) in both],
        claims=_claims(stored.claims),
        runs=runs(stored.runs),
        against=against_note(stored.gate, comparison) if stored.gate else None,
        damage=damage(comparison),
    )


def _scales(context: Context) -> Scales:
    cells, missing = [one.axes for one in context.cells], [one.axes for one in context.missing]
    return Scales.of(cells or missing, also=missing)


def _view(context: Context, scales: Scales, place: int) -> dict[str, object]:
    return {
        "number": place,
        "section": make_section(context, "families"),
        "tally": tally(context),
        "heat": heat(context, scales, place),
        "changes": make_parts(context, find_walks(context)),
        "chapter": _chapter(context),
        "paired": len(context.cells) > 1,
    }


def _chapter(context: Context) -> Chapter | None:
    """Say what changed the bits, and what did not, where there are two cells to compare."""
    if len(context.cells) < 2:  # noqa: PLR2004 - two, to compare
        return None
    names = [case for cases in context.families.values() for case in cases]
    return make_chapter(context, [attribute(context, case) for case in names])


def _claims(results: Sequence[ClaimResult]) -> dict[str, object] | None:
    if not results:
        return None
    contradicted = claims.of(results, Outcome.CONTRADICTED)
    return {
        "summary": claims.summary(results),
        "headers": claims.TOTALS,
        "sources": [(one[0].source, claims.totals(one)) for _, one in claims.by_source(results)],
        "contradicted": [
            (one, claims.told(one, Outcome.CONTRADICTED), claims.READING) for one in contradicted
        ],
    }


def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_quiet,
    )


def _quiet(value: object) -> object:
    """Make each text of the template inert and bounded; what is markup already is ours."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return inert(value if len(value) <= LONGEST else f"{value[:LONGEST]} …")


def _resource(name: str) -> str:
    return files("runner.reports.html").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Give the source expression of an inline text: https://www.w3.org/TR/CSP3/#grammardef-hash-source."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
