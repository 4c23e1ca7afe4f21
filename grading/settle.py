"""Imported when all else is: what is loaded by now stays until the process ends.

The garbage collector passes it over from now on. That spares it from looking through
whole libraries again and again, most of all at the end, and processes forked from this
one go on sharing its memory.
"""

import gc

gc.freeze()
