"""The source of what a learner wrote, found in the cells of a notebook."""

import ast
from collections.abc import Iterable


def source_of_names(cells: Iterable[str], names: Iterable[str]) -> str:
    """The definitions of these names in the cells, and of the functions they mention.

    As in a notebook, the last definition of a name counts. Cells that cannot be parsed
    are left out.
    """
    defined, assigned = definitions_in(cells)
    found: dict[str, str] = {}
    todo = list(names)
    start = {name: assigned[name] for name in todo if name in assigned}
    while todo:
        name = todo.pop()
        node = defined.get(name) or start.get(name)
        if node is not None and name not in found:
            found[name] = ast.unparse(node)
            todo += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return "\n".join(found.values())


def definitions_in(cells: Iterable[str]) -> tuple[dict[str, ast.stmt], ...]:
    """Functions and classes, and assigned values, at the top level of the cells."""
    defined: dict[str, ast.stmt] = {}
    assigned: dict[str, ast.stmt] = {}
    for cell in cells:
        for node in statements(cell):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                defined[node.name] = node
            elif isinstance(node, ast.Assign):
                names = [t.id for t in node.targets if isinstance(t, ast.Name)]
                assigned |= dict.fromkeys(names, node)
    return defined, assigned


def statements(cell: str) -> list[ast.stmt]:
    try:
        return ast.parse(cell).body
    except (SyntaxError, ValueError, RecursionError):
        return []
