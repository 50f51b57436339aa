"""The words people read, by language: pages/messages/<language>.toml, one table a page.

To add a language, copy en.toml under its code and translate every value; what stands in {braces} stays
(docs/member-checking.md, Languages).
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from study import StudyError

FOLDER = Path(__file__).parent / "messages"


def languages() -> list[str]:
    """The codes of the languages there are messages for."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


@cache
def wording(language: str, page: str) -> dict[str, Any]:
    """The messages of one page in one language; StudyError naming the languages there are."""
    if language not in languages():
        raise StudyError(
            f"there are no messages in the language {language!r}",
            where="study.yaml, member_checking.language",
            remedy=f"Choose one of {', '.join(languages())}, or add pages/messages/{language}.toml.",
        )
    messages: dict[str, Any] = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))[page]
    return messages
