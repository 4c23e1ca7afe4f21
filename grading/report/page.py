"""What the pages have in common: templates, escaping, and writing them in one go."""

from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grading.report.figures import counted, name_of, percent, short_time
from utils.checks.card import printable, with_code

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_NAME = 100
LONGEST_TEXT = 600


@cache
def environment() -> Environment:
    """Templates that escape everything, and show no invisible character."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
    )
    made.filters |= {
        "address": learner_address,
        "counted": counted,
        "name_of": name_of,
        "short": shortened,
        "time": short_time,
        "percent": percent,
        "points": lambda points: f"{points:.2f}".rstrip("0").rstrip("."),
        "said": lambda text: Markup(with_code(shortened(text))),
    }
    return made


def visible(value: object) -> object:
    """Text without the characters that a page would obey rather than show."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value)
    return value


def shortened(text: str, length: int = LONGEST_TEXT) -> str:
    """At most `length` characters, with an ellipsis where some are missing."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def write_page(path: Path, template: str, **values: object) -> Path:
    """Fill a template; the file is either the old page or the new one, never a part."""
    text = environment().get_template(template).render(**values)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text, encoding="utf-8", errors="replace")
    draft.replace(path)
    return path


def learner_file(student: str, lesson: str) -> PurePosixPath:
    """A learner's page, seen from the folder of the class page."""
    return PurePosixPath("learners", file_name(student), f"{file_name(lesson)}.html")


def learner_address(student: str, lesson: str) -> str:
    """The address of a learner's page in the class page."""
    return quote(str(learner_file(student, lesson)))


def file_name(name: str) -> str:
    """A name as a file name that stays in its folder, on every system."""
    text = quote(name.encode("utf-8", "replace"), safe=" @+=,")[:LONGEST_NAME]
    return text if text.strip(" .") and text[0] not in ". " else f"%{text}"
