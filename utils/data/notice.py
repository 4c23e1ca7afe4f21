"""Messages to the learner: in the notebook where there is one, never on stderr.

A test cell that writes to stderr would score nothing in nbgrader.
"""

import html
import sys

_shown = set()
_BOX = (
    "border-left: 4px solid #b26a00; background: #fff3d6; color: #3d2a00; "
    "padding: 0.6em 1em; margin: 0.4em 0; max-width: 46em"
)


def notice(title, text):
    """Show a message, once a session for each title."""
    if title in _shown:
        return
    _shown.add(title)
    if _in_notebook():
        from IPython.display import HTML, display

        body = html.escape(text).replace("\n", "<br>")
        display(
            HTML(f'<div style="{_BOX}"><b>{html.escape(title)}</b><br>{body}</div>')
        )
    else:
        rule = "-" * min(88, max(map(len, [title, *text.splitlines()])))
        print(f"{rule}\n{title}\n{text}\n{rule}")


def progress_bar(total, description):
    """Return a bar that counts bytes up to `total`; close it, or use it in `with`."""
    if _in_notebook():
        from tqdm.auto import tqdm
    else:
        from tqdm import tqdm
    return tqdm(
        total=total,
        desc=description,
        unit="B",
        unit_scale=True,
        leave=False,
        file=sys.stdout,
        disable=False if _in_notebook() else None,  # None: only in a terminal
    )


def _in_notebook():
    """Whether an IPython kernel runs this code."""
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return getattr(shell, "kernel", None) is not None
