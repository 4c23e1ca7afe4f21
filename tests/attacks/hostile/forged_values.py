# ruff: noqa
"""Answers with parts that are not what they seem."""

# %% [forging.py]


# %%
def reply(**parts):
    whole = {"value": None, "printed": "", "printed_length": 0} | parts
    return {"dict": [[key, value] for key, value in whole.items()]}


HELD = {"held": 0, "type": "x" * 10_000}
DEEP = {"list": []}
for _ in range(400):
    DEEP = {"list": [DEEP]}
LINE = {"kinds": {"list": []}, "message": {"array": 0}, "line": {"array": 0}}
RAISED = {"dict": [*map(list, LINE.items()), ["code", None]]}
FORGERIES = [
    HELD,
    DEEP,
    None,
    7,
    "text",
    {"array": 0},
    {"recipe": "Named", "fields": {"path": "os.system"}},
    {"recipe": "Generator", "fields": {"seed": None}},
    {"dict": [[{"list": []}, 1]]},
    {"int": "f" * 1_000_000},
    reply(value=HELD),
    reply(value={"float": "nan"}),
    reply(value={"array": 99}),
    reply(value={"tensor": 0, "grad": True}),
    reply(printed_length={"float": "inf"}, printed={"list": []}),
    reply(raised=RAISED),
    reply(raised={"dict": [["kinds", {"list": []}]]}),
    reply(view={"array": 0}, peak={"float": "nan"}),
]
NUMBER = int("@NUMBER@" if "@NUMBER@".isdigit() else 0)


def l1_distances(X_test, X_train):
    answer(FORGERIES[NUMBER], [["float64", [2]]], bytes(16))


l2_distances_two_loops = l2_distances_one_loop = l2_distances_no_loops = l1_distances
predict_labels = cross_validate = choose_k = l1_distances
