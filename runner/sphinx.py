"""The directive `samebits` for Sphinx, in reStructuredText and MyST.

It is there with ``extensions = ["runner.sphinx"]`` in conf.py::

    .. samebits:: table
       :columns: cases
       :only: tensorflow=2.19.1,2.20.0 device=cpu

It takes what a marked block takes (`runner.reports.block_request`): the content, and options of the
same names; `only` takes several conditions, with blanks between them. Paths are from the folder of
the document. `samebits_matrix` and `samebits_results` in conf.py, from its own folder, stand for
those that a directive does not name. A document that has the directive is read anew in each build,
since the store may have changed.

This is the one module that imports Sphinx, which samebits itself does not need.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils.parsers.rst import Parser, directives
from docutils.utils import new_document
from sphinx.util.docutils import SphinxDirective

from runner import __version__
from runner.cli.app import app as commands
from runner.cli.block_filling import Sources, pieces_of
from runner.errors import SamebitsError
from runner.reports import rst
from runner.reports.block_request import FLAGS, OPTIONS, UnknownRequest, make_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docutils.nodes import Node
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

    from runner.reports.block_request import Request


class _Options(dict[str, "Callable[[str], object]"]):
    """Options by name; any other one is let through, so that we can say what may be meant."""

    def __missing__(self, _name: str) -> Callable[[str], object]:
        return directives.unchanged


class Samebits(SphinxDirective):
    """Put a content in the place of the directive; whatever is wrong is an error of its line."""

    required_arguments = 1
    has_content = False
    option_spec: ClassVar[dict[str, Callable[[str], object]] | None] = _Options(
        {
            name: directives.flag if name in FLAGS else directives.unchanged_required
            for name in sorted({name for options in OPTIONS.values() for name in options})
        }
    )

    def run(self) -> list[Node]:
        """Give the nodes."""
        self.env.note_reread()
        path = Path(self.env.doc2path(self.env.docname))
        try:
            request = make_request(self.arguments[0], self._pairs())
            text = rst.write(pieces_of(request, path.parent, self._sources(request), commands))
        except (UnknownRequest, SamebitsError) as error:
            raise self.error(f"samebits: {error}") from None
        # Read here as reStructuredText, so that the document around may be MyST.
        document = new_document(str(path), self.state.document.settings)
        Parser().parse(text, document)
        return document.children

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for name, value in self.options.items():
            values = shlex.split(value) if name == "only" else [value or ""]
            yield from ((name, one) for one in values)

    def _sources(self, request: Request) -> Sources:
        folder = Path(self.env.app.confdir)
        matrix, results = self.config.samebits_matrix, self.config.samebits_results
        return Sources(
            matrix=folder / matrix if matrix else None,
            results=folder / results if results else None,
            everything=not (matrix or request.matrix),
        )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and what conf.py may say."""
    app.add_config_value("samebits_matrix", "", "env", str)
    app.add_config_value("samebits_results", "", "env", str)
    app.add_directive("samebits", Samebits)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
