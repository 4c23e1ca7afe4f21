"""Mutants: a solution with one thing changed, as a typing or thinking slip would."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

Node = ast.AST
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
PAIRS = (
    ("max", "min"),
    ("argmax", "argmin"),
    ("maximum", "minimum"),
    ("mean", "sum"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("floor", "ceil"),
    ("sin", "cos"),
    ("exp", "expm1"),
    ("log", "log1p"),
    ("hstack", "vstack"),
    ("var", "std"),
)
NAMES = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}


@dataclass(frozen=True)
class Mutant:
    """A changed source, and what was changed: `old -> new`, two statements."""

    change: str
    source: str


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of the solution regions of a cell, or of all of it without one."""
    tree = ast.parse(source)
    lines = solution_lines(source)
    found = {}
    for index, node in enumerate(ast.walk(tree)):
        if getattr(node, "lineno", 0) not in lines:
            continue
        for variant in variants(node):
            mutant = changed(tree, index, variant)
            found.setdefault(mutant.change, mutant)
    unchanged = [key for key in found if len(set(key.split(" -> "))) == 1]
    return [mutant for key, mutant in found.items() if key not in unchanged]


def solution_lines(source: str) -> set[int]:
    """The numbers of the lines between the marks, or of all lines without marks."""
    inside, found = BEGIN not in source, set()
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            found.add(number)
    return found


def changed(tree: ast.Module, index: int, variant: Node) -> Mutant:
    """The mutant that has a variant in the place of one node."""
    copy = deepcopy(tree)
    target = list(ast.walk(copy))[index]
    before = statement_of(copy, target)
    old = ast.unparse(before).split("\n")[0]
    swap = Swap(target, ast.copy_location(variant, target))
    after = swap.visit(before)
    copy = copy if after is before else Swap(before, after).visit(copy)
    new = ast.unparse(ast.fix_missing_locations(after)).split("\n")[0]
    return Mutant(f"{old} -> {new}", ast.unparse(ast.fix_missing_locations(copy)))


def statement_of(tree: ast.Module, target: Node) -> ast.stmt:
    """The innermost statement that a node is part of."""
    around = [n for n in ast.walk(tree) if isinstance(n, ast.stmt)]
    return [n for n in around if any(part is target for part in ast.walk(n))][-1]


class Swap(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: Node, new: Node):
        self.old, self.new = old, new

    def visit(self, node: Node) -> Node:
        """The new node for the old one; every other stays."""
        return self.new if node is self.old else self.generic_visit(node)


def variants(node: Node) -> Iterator[Node]:
    """What could stand in the place of a node, by its kind."""
    for kind, make in BY_KIND:
        if isinstance(node, kind):
            yield from make(node)


def other_operators(node: ast.BinOp | ast.AugAssign | ast.BoolOp) -> Iterator[Node]:
    for other in OPERATORS.get(type(node.op), ()):
        yield with_field(node, op=other())


def swapped_operands(node: ast.BinOp) -> Iterator[Node]:
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield with_field(node, left=node.right, right=node.left)


def only_one_operand(node: ast.BinOp) -> Iterator[Node]:
    if isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
        yield node.left
        yield node.right


def other_comparisons(node: ast.Compare) -> Iterator[Node]:
    for other in OPERATORS.get(type(node.ops[0]), ()):
        yield with_field(node, ops=[other(), *node.ops[1:]])


def other_constants(node: ast.Constant) -> Iterator[Node]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        others = (value + 1, value - 1) if value < 10 else (2 * value,)
        yield from map(ast.Constant, others)
    elif isinstance(value, float):
        yield ast.Constant(2 * value if value else 1.0)


def without_sign(node: ast.UnaryOp) -> Iterator[Node]:
    yield node.operand


def other_calls(node: ast.Call) -> Iterator[Node]:
    """Arguments exchanged or left out, the call undone."""
    if len(node.args) >= 2 and not any(isinstance(a, ast.Starred) for a in node.args):
        one, two, *rest = node.args
        yield with_field(node, args=[two, one, *rest])
    for i in range(len(node.keywords)):
        yield with_field(node, keywords=node.keywords[:i] + node.keywords[i + 1 :])
    if len(node.args) == 1:
        yield node.args[0]
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        yield node.func.value


def other_names(node: ast.Attribute) -> Iterator[Node]:
    if node.attr in NAMES:
        yield with_field(node, attr=NAMES[node.attr])
    if node.attr == "T":
        yield node.value


def shifted_slices(node: ast.Slice) -> Iterator[Node]:
    for field in ("lower", "upper"):
        bound = getattr(node, field)
        if bound is not None and not isinstance(bound, ast.Constant):
            for op in (ast.Add(), ast.Sub()):
                moved = ast.BinOp(bound, op, ast.Constant(1))
                yield with_field(node, **{field: moved})
        if bound is not None:
            yield with_field(node, **{field: None})


def negated(node: ast.If | ast.IfExp | ast.While) -> Iterator[Node]:
    yield with_field(node, test=ast.UnaryOp(ast.Not(), node.test))


def no_condition(node: ast.comprehension) -> Iterator[Node]:
    if node.ifs:
        yield with_field(node, ifs=[])


def dropped(node: ast.stmt) -> Iterator[Node]:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if not docstring:
        yield ast.Pass()


def is_module(node: Node) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "torch", "nn", "F", "math")


def with_field(node: Node, **fields: object) -> Node:
    """A copy of a node with other fields."""
    copy = type(node)(**{**dict(ast.iter_fields(node)), **fields})
    return ast.copy_location(copy, node)


BY_KIND = (
    (ast.BinOp | ast.AugAssign | ast.BoolOp, other_operators),
    (ast.BinOp, swapped_operands),
    (ast.BinOp, only_one_operand),
    (ast.Compare, other_comparisons),
    (ast.Constant, other_constants),
    (ast.UnaryOp, without_sign),
    (ast.Call, other_calls),
    (ast.Attribute, other_names),
    (ast.Slice, shifted_slices),
    (ast.If | ast.IfExp | ast.While, negated),
    (ast.comprehension, no_condition),
    (ast.Assign | ast.AugAssign | ast.Expr | ast.If, dropped),
)
