"""What may stand in a solution region?"""

import pytest

from grading.regions import (
    assigned_names,
    find_regions,
    inside_function,
    with_name_stubs,
)


def region_of(body: str, indent: str = "") -> str:
    return f"{indent}### BEGIN SOLUTION\n{body}\n{indent}### END SOLUTION"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("a = 1", ["a"]),
        ("a: float = 1", ["a"]),
        ("a = b = 1", ["a", "b"]),
        ("a, b = 1, 2", ["a", "b"]),
        ("# because\na = (\n    1\n)", ["a"]),
        ("a[0] = 1", []),
        ("a = 1\nprint(a)", []),
        ("import a", []),
        ("", []),
    ],
)
def test_names_are_found_only_where_nothing_else_is_done(body, names):
    source = region_of(body)
    assert assigned_names(source, find_regions(source)[0]) == names


def test_a_method_is_inside_a_function_and_a_class_body_is_not():
    method = "class A:\n    def f(self):\n" + region_of("        return 1", "        ")
    body = "class A:\n" + region_of("    def f(self):\n        return 1", "    ")
    assert inside_function(method, find_regions(method)[0])
    assert not inside_function(body, find_regions(body)[0])


def test_a_region_that_ends_in_a_comment_is_inside_its_function():
    source = "def f():\n" + region_of("    return 1\n    # done", "    ")
    assert inside_function(source, find_regions(source)[0])


def test_each_name_gets_one_stub():
    source = "# why\n" + region_of("half = 1\nanswer = half\nanswer = 2 * half")
    assert with_name_stubs(source, "{name} = ...") == "# why\nhalf = ...\nanswer = ..."
