# ruff: noqa
"""Announces a header of 2^60 bytes, then sends one without end."""

# %% [forging.py]


# %%
def l1_distances(X_test, X_train):
    sink, _ = channel()
    os.write(sink, struct.pack(">Q", 1 << 60))
    while True:
        os.write(sink, b"[" * 4096)


def predict_labels(distances, y_train, k):
    sink, _ = channel()
    os.write(sink, struct.pack(">Q", 1 << 24) + b"[" * (1 << 24))


def choose_k(accuracies, ks):
    sink, _ = channel()
    os.write(sink, struct.pack(">Q", 1 << 23) + b"[" + b"{}," * (1 << 22))
