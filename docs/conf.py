"""The site of samebits: the pages of this folder. ``nox -s site`` builds it."""

from __future__ import annotations

project = "samebits"
html_title = "samebits"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]

# The pages are Markdown of GitHub: headings are anchors, and a page made by a command may begin
# below the level of its title.
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]
smartquotes = False  # `--only` has two dashes

# Nothing is loaded from elsewhere when a page is read: Furo brings its own style and uses the
# fonts that the reader has.
html_theme = "furo"
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
