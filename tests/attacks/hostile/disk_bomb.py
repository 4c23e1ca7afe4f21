# ruff: noqa
"""Fills the temporary folder, with one large file and with many."""

# %%
with open("/tmp/large", "wb") as file:
    for _ in range(1000):
        file.write(bytes(1 << 20))
# %%
for number in range(1000):
    with open(f"/tmp/{number}", "wb") as file:
        file.write(bytes(1 << 20))
# %%
import os

os.remove("/tmp/large")
for number in range(100_000):
    open(f"/tmp/empty{number}", "wb").close()
