"""Reading a card as HTML: are the tags balanced, and which are there?"""

from html.parser import HTMLParser

VOID = frozenset(("br",))


class Page(HTMLParser):
    """Collects tags and text; raises ValueError where a tag is not closed properly."""

    def __init__(self, source: str):
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()
        if self.open:
            raise ValueError(f"never closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if any(name.startswith("on") for name, _ in attrs):
            raise ValueError(f"{tag} has a handler: {attrs}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise ValueError(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.text += data
