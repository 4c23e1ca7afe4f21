"""What a cell printed and drew, as outputs of a notebook: checked, bounded, plain."""

import base64
import struct
from typing import Any

import numpy as np

from utils.subject import wire
from utils.subject.cells import CUT
from utils.subject.subject import readable

PNG = b"\x89PNG\r\n\x1a\n"
MAX_SIDE = 10_000
ERROR_LENGTH = 2_000


def notebook_outputs(parts: Any, text_length: int, figures: int) -> list[dict]:
    """The outputs of one cell; what is not as it should be is left out.

    `parts` comes from the learner's process (see `utils.subject.cells`), so that its
    sizes are bounded here once more.
    """
    outputs: list[dict] = []
    for part in parts[: 4 * text_length] if isinstance(parts, list) else []:
        output = one_output(part, text_length) if isinstance(part, dict) else None
        if output is None:
            continue
        figures -= output["output_type"] == "display_data"
        text_length -= len(str(output.get("text", "")))
        if figures < 0 or text_length < -200:
            break
        outputs.append(output)
    return outputs


def one_output(part: dict, length: int) -> dict | None:
    """A part as nbformat has it, or None."""
    kind = part.get("kind")
    if kind in ("stdout", "stderr"):
        return {"output_type": "stream", "name": kind, "text": text_of(part, length)}
    if kind == "result":
        data = {"text/plain": text_of(part, length)}
        return {"output_type": "display_data", "data": data, "metadata": {}}
    if kind == "figure" and is_picture(part.get("png")):
        encoded = base64.b64encode(part["png"].tobytes()).decode()
        data = {"image/png": encoded}
        return {"output_type": "display_data", "data": data, "metadata": {}}
    if kind == "error":
        return error_output(part)
    return None


def text_of(part: dict, length: int) -> str:
    """A text, cut once more: the worker's own note of a cut may come on top."""
    text = readable(part.get("text", ""), wire.MAX_TEXT)
    most = max(0, length) + 100
    return text if len(text) <= most else f"{text[:most]}\n{CUT}"


def error_output(part: dict) -> dict:
    name = readable(part.get("name", ""), 100)
    message = readable(part.get("message", ""), ERROR_LENGTH)
    where = part.get("where")
    where = where[:5] if isinstance(where, list) else []
    lines = [readable(line, 200) for line in where]
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [*lines, f"{name}: {message}"],
    }


def is_picture(png: Any) -> bool:
    """Whether an array holds a PNG of a size that a browser can show."""
    if not isinstance(png, np.ndarray) or png.dtype != np.uint8 or png.ndim != 1:
        return False
    start = png[:24].tobytes()
    if len(start) < 24 or start[:8] != PNG or start[12:16] != b"IHDR":
        return False
    width, height = struct.unpack(">II", start[16:24])
    return 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE
