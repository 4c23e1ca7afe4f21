"""Finding the `check(...)` that a check cell ends in."""

import ast


def mentions_check(source: str) -> bool:
    """Whether the code calls `check` anywhere."""
    return any(is_check_call(node) for node in ast.walk(ast.parse(source)))


def check_call(source: str) -> str | None:
    """The exercise id of the `check("<id>", …)` that ends the code, if one does."""
    statements = ast.parse(source).body
    match statements[-1:]:
        case [ast.Expr(value=call)] if is_check_call(call):
            pass
        case _:
            return None
    match call.args[:1]:
        case [ast.Constant(value=str(exercise_id))]:
            return exercise_id
        case _:
            return None


def check_arguments(source: str) -> list[str]:
    """The code of what the `check(...)` that ends the code is given after the id."""
    call = ast.parse(source).body[-1].value
    return [ast.unparse(argument) for argument in call.args[1:]]


def is_check_call(node: ast.AST) -> bool:
    """Whether a node of the syntax tree is `check(...)`."""
    match node:
        case ast.Call(func=ast.Name(id="check")):
            return True
        case _:
            return False


def after_last_statement(source: str) -> str:
    """What follows the last statement, comments left out: a semicolon, mostly."""
    last = ast.parse(source).body[-1]
    lines = source.encode().split(b"\n")[last.end_lineno - 1 :]
    lines[0] = lines[0][last.end_col_offset :]
    rest = [line.decode().partition("#")[0].strip() for line in lines]
    return "".join(rest)
