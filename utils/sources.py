"""The source of what a learner wrote, found in the cells of a notebook.

Nothing here trusts a cell to be Python, or to be of a reasonable size.
"""

import ast
import hashlib
import re
import symtable
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache

LONGEST_CELL = 200_000
LONGEST_KEPT = 5_000  # characters of a cell whose syntax tree is kept for a while
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
MAGIC = re.compile(r"(\s*)([%!?]|[\w\s,.\[\]]+=\s*[%!]|.*\w\?{1,2}\s*$)")
TIMING_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
NOT_WRITABLE = "("
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def source_of_names(cells: Iterable[str], names: Iterable[str]) -> str:
    """The definitions of these names in the cells, and of the functions they mention.

    Imports of what they mention belong to them. As in a notebook, the last definition
    of a name counts. Cells that cannot be parsed are left out.
    """
    defined, assigned = definitions_in(tuple(cells))
    found: dict[str, str] = {}
    todo = [*names, *({"*"} & set(defined))]
    start = {name: assigned[name] for name in todo if name in assigned}
    while todo:
        name = todo.pop()
        node = defined.get(name) or start.get(name) or function_value(assigned, name)
        if node is not None and name not in found:
            found[name] = unparsed(node)
            todo += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return "\n".join(found.values())


@lru_cache(maxsize=2)  # asked for each exercise of a submission
def definitions_in(cells: tuple[str, ...]) -> tuple[dict[str, ast.stmt], ...]:
    """Functions and classes, and assigned values, outside functions of the cells."""
    defined: dict[str, ast.stmt] = {}
    assigned: dict[str, ast.stmt] = {}
    for cell in cells:
        for node in statements(cell):
            if isinstance(node, FUNCTIONS):
                defined[node.name] = node
            for name in names_imported(node):
                defined[name] = node
            for name in names_assigned(node):
                assigned[name] = node
    return defined, assigned


def names_imported(node: ast.stmt) -> list[str]:
    """The names that one import makes known."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return []
    return [(one.asname or one.name).partition(".")[0] for one in node.names]


def names_assigned(node: ast.stmt) -> list[str]:
    """The names that one statement gives a value."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    found, todo = [], list(targets)
    while todo:  # what is bound or changed; the names in an index are only used
        part = todo.pop(0)
        if isinstance(part, ast.Name):
            found.append(part.id)
        elif isinstance(part, (ast.Subscript, ast.Attribute, ast.Starred)):
            todo.append(part.value)
        todo += getattr(part, "elts", [])
    return found


def function_value(assigned: dict[str, ast.stmt], name: str) -> ast.stmt | None:
    """The assignment of a name, where what it assigns is a lambda or another name."""
    node = assigned.get(name)
    value = getattr(node, "value", None)
    return node if isinstance(value, (ast.Lambda, ast.Name)) else None


def names_defined(cell: str) -> set[str]:
    """Every name that a cell defines or assigns outside functions."""
    nodes = list(statements(cell))
    functions = {node.name for node in nodes if isinstance(node, FUNCTIONS)}
    return functions.union(*map(names_assigned, nodes))


def names_used(cell: str) -> set[str] | None:
    """The names that a cell takes from outside itself; None where that is unknown."""
    if parsed(cell) is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            todo, used = [symtable.symtable(cell, "cell", "exec")], set()
    except UNREADABLE:
        return None
    while todo:
        table = todo.pop()
        todo += table.get_children()
        outer = table.get_type() == "module"
        used |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if (symbol.is_referenced() if outer else symbol.is_global())
        }
    return used


def needed(cells: list[str], wanted: Iterable[int]) -> set[int]:
    """The cells that are wanted, those with imports, and those that these draw on.

    A cell that is no Python ends before it draws on anything.
    """
    makes = [names_defined(cell) for cell in cells]
    todo = [*wanted, *(n for n, cell in enumerate(cells) if has_import(cell))]
    kept: set[int] = set()
    while todo:
        number = todo.pop()
        if number in kept:
            continue
        kept.add(number)
        used = names_used(cells[number])
        if used is not None:
            todo += [n for n, made in enumerate(makes) if made & used]
    return kept


def has_import(cell: str) -> bool:
    """Whether a cell imports something outside functions."""
    return any(isinstance(n, (ast.Import, ast.ImportFrom)) for n in statements(cell))


def statements(cell: str) -> Iterator[ast.stmt]:
    """The statements of a cell, those inside `if`, `try`, `with` and loops too."""
    module = parsed(cell)
    todo = list(reversed(module.body)) if module else []
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, FUNCTIONS):
            parts = [getattr(node, name, []) for name in ("body", "orelse")]
            parts += [h.body for h in getattr(node, "handlers", [])]
            parts += [getattr(node, "finalbody", [])]
            todo += reversed([inner for part in parts for inner in part])


def parsed(cell: str) -> ast.Module | None:
    """The syntax tree of a cell; None where it is no Python, or far too much of it.

    It may be shared, so nobody changes it.
    """
    return shared_tree(cell) if len(cell) <= LONGEST_KEPT else own_tree(cell)


def own_tree(cell: str) -> ast.Module | None:
    """The syntax tree of a cell, for who changes it."""
    if len(cell) > LONGEST_CELL:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(cell)
    except UNREADABLE:
        return None


shared_tree = lru_cache(maxsize=256)(own_tree)


def unparsed(node: ast.AST) -> str:
    """A statement as plain source; where Python cannot write it, what is no source."""
    try:
        return ast.unparse(node)
    except UNREADABLE:
        return NOT_WRITABLE


def only_definitions(cell: str) -> str:
    """The cell's imports, functions, classes and plain values: no work that it does."""
    module = parsed(cell)
    kept = [node for node in module.body if is_definition(node)] if module else []
    return "\n".join(x for x in map(unparsed, kept) if x != NOT_WRITABLE)


def is_definition(node: ast.stmt) -> bool:
    """Whether a statement only says what something is; a call is work."""
    if isinstance(node, (ast.Import, ast.ImportFrom, *FUNCTIONS)):
        return True
    assigns = isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
    return assigns and not any(isinstance(n, ast.Call) for n in ast.walk(node))


def without_magics(cell: str) -> str:
    """The cell with lines for IPython (`%matplotlib`, `!pip`, `help?`) left out.

    A cell that is Python stays as it is; one for another language is left blank.
    """
    if parsed(cell) is not None or len(cell) > LONGEST_CELL:
        return cell
    lines = cell.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(TIMING_MAGICS):
        return ""
    found = [MAGIC.match(line) for line in lines]
    pairs = zip(lines, found, strict=True)
    return "\n".join(f"{m[1]}pass" if m and m[2] else line for line, m in pairs)


def digest_of(source: str) -> str:
    """A digest of code that comments, docstrings and names do not change."""
    module = own_tree(source)
    if module is None or not module.body:
        return ""
    numbers: dict[str, str] = {}
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        if isinstance(node, FUNCTIONS) and ast.get_docstring(node) is not None:
            body[:1] = [] if len(body) > 1 else [ast.Pass()]
        for name in ("id", "arg", "name"):
            if isinstance(getattr(node, name, None), str):
                old = getattr(node, name)
                setattr(node, name, numbers.setdefault(old, f"n{len(numbers)}"))
    try:
        return hashlib.sha256(ast.dump(module).encode()).hexdigest()[:16]
    except UNREADABLE:
        return ""
