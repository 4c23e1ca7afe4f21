"""What learners' code printed and drew, and what they wrote, made safe to show.

Pages show it to instructors and learners: text is bounded, pictures are checked, and
nothing that a browser would run gets through.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from html import escape
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grading.uploads import text_of

MOST_TEXT = 20_000
LARGEST_PICTURE = 1_000_000
MOST_PICTURES = 10
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
SCHEME = re.compile(r"(javascript|vbscript)(\s*)(:|&)", re.IGNORECASE)
UNSEEN = "A picture that the code above drew"
APART = "\u200b"


class Room:
    """How much one cell's outputs may still hold."""

    def __init__(self):
        self.text, self.pictures = MOST_TEXT, MOST_PICTURES

    def cut(self, text: str) -> str:
        """The text, or its beginning where it is too long."""
        text = CONTROLS.sub("\ufffd", COLOURS.sub("", text_of(text)))
        if self.text <= 0:
            return ""
        kept = text[: self.text]
        self.text -= len(kept)
        if len(kept) == len(text):
            return kept
        return f"{kept}\n… ({len(text) - len(kept):,} characters more)\n"


def safe_outputs(outputs: Any, error: str = "") -> list[NotebookNode]:
    """A cell's outputs: text and PNG pictures, of bounded size, without metadata.

    `error` is what the cell ended with; it is shown where the outputs do not say.
    """
    room, kept = Room(), []
    for output in outputs[:1000] if isinstance(outputs, list) else ():
        made = safe_output(output, room) if isinstance(output, dict) else None
        if made is not None:
            kept.append(made)
    if error and not any(output.output_type == "error" for output in kept):
        kept.append(error_output(error, Room()))
    return kept


def safe_output(output: dict, room: Room) -> NotebookNode | None:
    """One output as it may be shown; None where nothing of it may."""
    kind = output.get("output_type")
    if kind == "stream":
        text = room.cut(output.get("text"))
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=text) if text else None
    if kind == "error":
        traceback = output.get("traceback")
        if isinstance(traceback, list) and traceback:
            text = "\n".join(text_of(line) for line in traceback[:200])
            return error_output(text, room)
        return error_output(f"{output.get('ename')}: {output.get('evalue')}", room)
    if kind in ("display_data", "execute_result"):
        return shown_data(output.get("data"), room)
    return None


def error_output(text: str, room: Room) -> NotebookNode:
    text = room.cut(text)
    name, _, value = text.strip().split("\n")[-1].partition(": ")
    return new_output("error", ename=name, evalue=value, traceback=[text])


def shown_data(data: Any, room: Room) -> NotebookNode | None:
    """What a cell displayed: its picture if that is one, and its plain text."""
    if not isinstance(data, dict):
        return None
    kept, about = {}, {}
    picture = safe_picture(data.get("image/png"), "image/png")
    if picture and room.pictures > 0:
        room.pictures -= 1
        kept["image/png"], about["image/png"] = picture, {"alt": UNSEEN}
    if isinstance(data.get("text/plain"), (str, list)):
        kept["text/plain"] = room.cut(data["text/plain"])
    return new_output("display_data", data=kept, metadata=about) if kept else None


def safe_picture(text: Any, kind: str) -> str:
    """A picture in base64, written anew; "" where it is none or too large."""
    text = text_of(text)
    if not text or len(text) > 2 * LARGEST_PICTURE:
        return ""
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    fits = content.startswith(SIGNATURES[kind]) and len(content) <= LARGEST_PICTURE
    return base64.b64encode(content).decode() if fits else ""


def safe_attachments(attachments: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The pictures that the learner put into a cell of words."""
    kept = {}
    for name, data in list(attachments.items())[:MOST_PICTURES]:
        if re.fullmatch(r"[\w. -]{1,100}", name) and isinstance(data, dict):
            pictures = {k: safe_picture(data.get(k), k) for k in SIGNATURES}
            pictures = {kind: text for kind, text in pictures.items() if text}
            if pictures:
                kept[name] = pictures
    return kept


def safe_markdown(source: str) -> str:
    """A learner's prose with its HTML taken for text, and no address that is code.

    An invisible space keeps each `<` from opening a tag, in prose and in code alike.
    """
    apart = TAG.sub(f"<{APART}", CONTROLS.sub("\ufffd", source))
    return SCHEME.sub(rf"\1{APART}\2\3", apart)


def safe_text(text: str) -> str:
    """Text for a verdict: the same in every run, whatever address an object had."""
    return re.sub(r"0x[0-9a-f]{6,}", "0x…", text_of(text))


def safe_list(lines: Iterable[str]) -> str:
    """Lines as an HTML list for a Markdown cell, everything in them as text."""
    items = "".join(f"<li>{escape(' '.join(line.split()))}</li>" for line in lines)
    return f"<ul>{items}</ul>"
