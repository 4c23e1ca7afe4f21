"""What a test needs to know of a page: its tags, attributes and text."""

from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "img", "br"}
LOADS = ("src", "href", "action", "data", "srcset", "poster", "background")


class Page(HTMLParser):
    """A page taken apart; `unclosed` are the tags that were left open."""

    def __init__(self, path: Path):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.unclosed: list[str] = []
        self.astray: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def addresses(self) -> list[str]:
        """Everything that a browser would fetch or lead to."""
        return [value for name, value in self.attributes if name in LOADS]

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.unclosed.append(tag)

    def handle_endtag(self, tag):
        if self.unclosed and self.unclosed[-1] == tag:
            self.unclosed.pop()
        else:
            self.astray.append(tag)

    def handle_data(self, data):
        self.words.append(data)


def harmless(page: Page) -> bool:
    """No script, no handler, and nothing that is fetched from elsewhere."""
    handlers = [name for name, _ in page.attributes if name.startswith("on")]
    own = all(a.startswith(("data:image/", "#", "learners/")) for a in page.addresses)
    framed = {"script", "iframe", "object", "embed", "link", "base", "form"}
    return own and not handlers and not framed & set(page.tags)
