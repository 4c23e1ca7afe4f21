"""Is a learner's code read rightly, and without believing that it is code?"""

import pytest

from utils.sources import (
    digest_of,
    names_used,
    needed,
    only_definitions,
    source_of_names,
    without_magics,
)

HOSTILE = ["(" * 10_000, "-" * 100_000 + "1", "1+" * 50_000 + "1", "\0", "x = '\\d'"]


def test_a_function_comes_with_what_it_uses():
    cells = [
        "import numpy as np\nimport math",
        "if True:\n    def helper(x):\n        return np.sum(x)",
        "twice = lambda x: helper(x)",
        "def f(x):\n    return 1",
        "def f(x):\n    return twice(x)",
    ]
    source = source_of_names(cells, ["f"])
    assert "return twice(x)" in source
    assert "return np.sum(x)" in source
    assert "import numpy as np" in source
    assert "math" not in source
    assert "return 1" not in source


def test_an_index_assigns_nothing():
    cells = ["def f(x):\n    return len(x)", "y = 1\ntable[len(y)] = y"]
    assert source_of_names(cells, ["f"]) == cells[0]


def test_a_star_import_belongs_to_everything():
    cells = ["from scipy.linalg import *", "def f(x):\n    return inv(x)"]
    assert "from scipy.linalg import *" in source_of_names(cells, ["f"])


def test_what_cannot_be_written_as_source_is_none():
    cell = f"def f(x):\n    return 0x{'f' * 10_000}"
    with pytest.raises(SyntaxError):
        compile(source_of_names([cell], ["f"]), "f", "exec")


@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_cells_do_no_harm(cell):
    for read in (without_magics, only_definitions, digest_of, names_used):
        read(cell)
    assert source_of_names([cell, "def f():\n    pass"], ["f"])
    needed([cell, "x = 1"], [0])


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if a:\n    !ls\nx = 1", "if a:\n    pass\nx = 1"),
        ("files = !ls\nx = 1", "pass\nx = 1"),
        ("np.sum?\nx = 1", "pass\nx = 1"),
        ("%%timeit\nx = 1", "pass\nx = 1"),
        ("%%bash\nrm -r /", ""),
        ("s = '''\n%x\n!y\n'''", "s = '''\n%x\n!y\n'''"),
        ("y = (5\n% 2)", "y = (5\n% 2)"),
        ("def f(:\n    pass", "def f(:\n    pass"),
    ],
)
def test_only_magics_are_left_out(cell, kept):
    assert without_magics(cell) == kept


def test_definitions_are_kept_and_work_is_not():
    cell = (
        "import os\nk = 3\nx = f()\ndef g():\n    return 1\nwhile True:\n    pass\ng()"
    )
    kept = [line for line in only_definitions(cell).split("\n") if line]
    assert kept == ["import os", "k = 3", "def g():", "    return 1"]


def test_a_cell_that_nothing_draws_on_is_not_needed():
    cells = [
        "import numpy as np",
        "scale = 3",
        "show(scale)",
        "X = scale * np.ones(2)",
        "def f(X):\n    return X",
        "print(X)",
    ]
    assert needed(cells, [4]) == {0, 4}
    assert needed(cells, [5]) == {0, 1, 3, 5}


def test_a_function_draws_on_the_names_that_it_does_not_make():
    cell = "def f(a):\n    b = a\n    return [g(c) for c in b] + k"
    assert names_used(cell) == {"g", "k"}


def test_names_and_comments_do_not_change_a_digest():
    one = "def f(a):\n    '''Doc.'''\n    return a + 1"
    other = "def f(b):\n    return b + 1  # one more"
    assert digest_of(one) == digest_of(other) != digest_of(one.replace("1", "2"))
    assert digest_of("def (") == digest_of("") == ""
