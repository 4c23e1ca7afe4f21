# ruff: noqa
"""Uses IPython's hooks and magics, which change cells before they are run."""

# %%
shell = get_ipython()  # noqa: F821
shell.input_transformers_post.append(lambda lines: ["1.0"])
shell.kernel.do_execute = lambda *a, **k: {"status": "ok"}
# %%
import sys

sys.displayhook(2.0)
display(2.0)  # noqa: F821
2.0
