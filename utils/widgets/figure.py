"""What the interactive figures share: alive with a kernel, and in a page without one.

With a kernel a figure is an ordinary anywidget. Beside it stands a second output, of
plain HTML, that runs the same JavaScript on a stand-in for the kernel's model. A style
rule hides the second while the first is alive. So the figure also works where there is
no widget manager: in an exported notebook, and in one that was opened again.
"""

import json
import uuid
from html import escape
from pathlib import Path
from typing import Any

import anywidget
from IPython.display import display
from traitlets import Unicode

HERE = Path(__file__).parent
STAND_IN = (HERE / "stand_in.js").read_text(encoding="utf-8")

HIDE_WHILE_ALIVE = """
:root:has([data-figure="{0}"]:not([data-stand-in])) [data-stand-in="{0}"] {{
  display: none;
}}
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 2rem auto; max-width: 46rem; padding: 0 1rem; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


class Figure(anywidget.AnyWidget):
    """An interactive figure; a subclass gives its JavaScript, traits and `summary`."""

    _css = HERE / "figure.css"

    figure = Unicode(help="names the live figure and its stand-in").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(figure=f"figure-{uuid.uuid4().hex}", **traits)

    def summary(self) -> str:
        """What the figure shows, as HTML for a page in which no script may run."""
        raise NotImplementedError

    def to_html(self) -> str:
        """A page of its own, as the figure stands now, that needs no network."""
        title = f"{type(self).__name__}: an interactive figure"
        return PAGE.format(title=escape(title), body=self._stand_in())

    def save(self, path: str | Path) -> Path:
        """Write `to_html()` to a file, and return its path."""
        path = Path(path)
        path.write_text(self.to_html(), encoding="utf-8")
        return path

    def _stand_in(self) -> str:
        """The figure as HTML, with styles, script and state inside."""
        others = anywidget.AnyWidget.class_trait_names()
        names = (name for name in self.keys if name not in others and name[0] != "_")
        state = json.dumps({name: getattr(self, name) for name in names})
        host = f"stand-in-{uuid.uuid4().hex}"
        style = f"{self._css}{HIDE_WHILE_ALIVE.format(self.figure)}"
        start = f'standIn("{host}", {state})'.replace("<", "\\u003c")
        return (
            f"<style>{style}</style>\n"
            f'<div id="{host}" class="course-figure" data-stand-in="{self.figure}"'
            f' data-model="{self.model_id}">{self.summary()}</div>\n'
            f'<script type="module">\n{self._esm}\n{STAND_IN}\n{start};\n</script>'
        )

    def _ipython_display_(self) -> None:
        data, metadata = self._repr_mimebundle_()
        # An exporter that has no widgets takes the HTML: here it is to show nothing.
        data |= {"text/html": "", "text/plain": type(self).__name__}
        display(data, metadata=metadata, raw=True)
        display({"text/html": self._stand_in(), "text/plain": ""}, raw=True)
