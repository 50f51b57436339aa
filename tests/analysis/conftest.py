"""Small made-up material shared by the tests of analysis."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture
def turns() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "turn": [1, 2, 3, 4],
            "text": [
                "How did you come to this work?",
                "I’d been there myself, you know. It wasn't easy … not at first.",
                "And then?",
                "Then somebody believed in me.\nSomebody believed.",
            ],
        }
    )
