"""What does the feed know, and how does it learn it?"""

import os

# Polars reads this when it is loaded: without it, what a table took stays taken after it is gone.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
