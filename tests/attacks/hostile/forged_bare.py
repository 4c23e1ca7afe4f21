# ruff: noqa
"""Sends bare NaN and infinity, which JSON does not have."""

# %% [forging.py]


# %%
def l1_distances(X_test, X_train):
    sink, token = channel()
    text = f'{{"tree": {{"token": "{token}", "reply": 1e999}}, "arrays": []}}'
    os.write(sink, struct.pack(">Q", len(text)) + text.encode())


def predict_labels(distances, y_train, k):
    sink, token = channel()
    text = f'{{"tree": {{"token": "{token}", "reply": NaN}}, "arrays": []}}'
    os.write(sink, struct.pack(">Q", len(text)) + text.encode())
