# ruff: noqa
"""Leaves script and rich output behind, for whoever opens the page."""


# %%
class Page:
    def _repr_html_(self):
        return "<script>steal()</script>"

    def __repr__(self):
        return "<script>steal()</script>\ud800"


print("<img src=x onerror=steal()>")
Page()
# %%
import matplotlib.pyplot as plt

plt.figure(figsize=(2, 2))
plt.Figure.savefig = lambda self, file, **k: file.write(b"<svg onload=steal()>")
