# ruff: noqa
"""Announces sizes that are huge, negative or no numbers."""

# %% [forging.py]

# %%
NAMES = iter(
    [
        [["float64", [1 << 50, 1 << 50]]],
        [["float64", [-1, 8]]],
        [["float64", [1 << 27, 1 << 3]]],
        [["uint8", [1 << 30, 0]]],
        [["float64", [1.5]]],
        [["object", [1]]],
        [[["float64"], "x"]],
    ]
)


def l1_distances(X_test, X_train):
    answer({"array": 0}, next(NAMES))
    os._exit(0)


l2_distances_two_loops = l2_distances_one_loop = l2_distances_no_loops = l1_distances
predict_labels = cross_validate = choose_k = l1_distances
