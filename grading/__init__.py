"""What an instructor runs: building, grading, reporting."""

import sys

# jsonschema, which reads notebooks with nbformat, builds a grammar of international
# addresses when it is imported; that takes longer than all that grading imports else.
# No schema of a notebook has such an address, and jsonschema does without the package.
sys.modules.setdefault("rfc3987_syntax", None)
