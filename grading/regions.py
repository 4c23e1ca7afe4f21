"""The solution regions of a code cell, and what may stand in them."""

import ast
import textwrap
from dataclasses import dataclass

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"


@dataclass(frozen=True)
class Region:
    """A solution region: the indices of its two marker lines."""

    begin: int
    end: int


def find_regions(source: str) -> list[Region]:
    """The solution regions of a cell in order; ValueError where markers do not pair."""
    regions, begin = [], None
    for index, line in enumerate(source.split("\n")):
        if BEGIN in line and begin is not None:
            raise ValueError(f"a second {BEGIN} stands inside a solution region")
        if END in line and begin is None:
            raise ValueError(f"an {END} has no {BEGIN} before it")
        if BEGIN in line:
            begin = index
        elif END in line:
            regions.append(Region(begin, index))
            begin = None
    if begin is not None:
        raise ValueError(f"a {BEGIN} has no {END} after it")
    return regions


def assigned_names(source: str, region: Region) -> list[str]:
    """The names a top-level region assigns; none when it does anything else."""
    lines = source.split("\n")
    if lines[region.begin][:1].isspace():
        return []
    body = textwrap.dedent("\n".join(lines[region.begin + 1 : region.end]))
    names = [names_of(statement) for statement in ast.parse(body).body]
    return [] if [] in names else [name for several in names for name in several]


def names_of(statement: ast.stmt) -> list[str]:
    """The names one statement assigns; none when it is not such an assignment."""
    match statement:
        case ast.Assign(targets=targets):
            pass
        case ast.AnnAssign(target=target, value=ast.expr()):
            targets = [target]
        case _:
            return []
    parts = [p for t in targets for p in (t.elts if isinstance(t, ast.Tuple) else [t])]
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    return names if len(names) == len(parts) else []


def inside_function(source: str, region: Region) -> bool:
    """Whether a region lies in a function's body, so that its stub waits for a call."""
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lines = source.split("\n")
    content = [i for i in range(region.begin + 1, region.end) if lines[i].strip()]
    return any(
        content
        and function.lineno <= content[0]
        and all(is_within(function, index, lines) for index in content)
        for function in functions
    )


def is_within(function: ast.FunctionDef, index: int, lines: list[str]) -> bool:
    """Whether a line belongs to a function, a comment after its last statement too."""
    if index + 1 <= function.end_lineno:
        return True
    return lines[index].strip().startswith("#")


def with_name_stubs(source: str, stub: str) -> str:
    """The cell with each region that only assigns names replaced, markers and all."""
    lines = source.split("\n")
    for region in reversed(find_regions(source)):
        names = assigned_names(source, region)
        if names:
            stubs = [stub.format(name=name) for name in dict.fromkeys(names)]
            lines[region.begin : region.end + 1] = stubs
    return "\n".join(lines)
