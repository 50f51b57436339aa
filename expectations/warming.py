"""Great Expectations imported ahead of its first use: it takes seconds, which a waiting process can spend on it."""

from __future__ import annotations

import importlib
import threading


def warm_up() -> None:
    """Begin importing Great Expectations in the background; whoever needs it first waits for the rest only."""
    threading.Thread(target=importlib.import_module, args=("great_expectations",), daemon=True).start()
