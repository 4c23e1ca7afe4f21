"""Cards made harmless, whatever they hold: no script, no handler, no address."""

from functools import lru_cache

from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import Cleaner
from markupsafe import Markup

TAGS = {
    *("b", "br", "code", "details", "div", "em", "pre", "span", "strong", "summary"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
PROPERTIES = {
    *("background-color", "border", "border-left", "color", "font-weight"),
    *("margin", "margin-top", "max-width", "padding", "text-align", "vertical-align"),
}
STYLES = CSSSanitizer(allowed_css_properties=PROPERTIES, allowed_svg_properties=())
CLEANER = Cleaner(
    tags=TAGS,
    attributes={"*": ["style"]},
    protocols=(),
    css_sanitizer=STYLES,
    strip=True,
    strip_comments=True,
)
LONGEST_CARD = 200_000


@lru_cache(maxsize=4096)
def clean_card(html: str) -> Markup:
    """A card with nothing in it but the tags and styles that cards are made of."""
    if len(html) > LONGEST_CARD:
        return Markup("<p>The card is too long to be shown.</p>")
    return Markup(CLEANER.clean(html))
