"""The last search of what is to leave the house: names, what identifies by its shape, and codes of this study."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Literal

from evidence.detectors import FAMILY
from evidence.leaks import find_leaks
from evidence.transcripts.transcript import Transcript, turn_table
from tasks.masking import looker_of
from tasks.workspace import Workspace

WORDS = {
    "registry": "registered names",
    "near": "near misses of names",
    "shape": "e-mails, phones, numbers or addresses",
    "candidate": "strings nobody has decided on",
    "disguised": "names spelled out or in small letters",
}
OF_TEAM = frozenset({"registry", "disguised"})
"""What is looked for in documents of the team, which rightly hold its own names, phones and addresses."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


class Search:
    """Searches texts by everything the study knows, as transcripts are searched before they are released."""

    def __init__(self, place: Workspace) -> None:
        self._looker = looker_of(place, place.protocol.transcripts)
        people = place.protocol.participants
        conventions = place.protocol.transcripts
        patterns = [people.code_pattern, people.site_pattern]
        patterns += [conventions.interview_id_pattern] if conventions else []
        self._codes = [re.compile(pattern) for pattern in patterns]
        self._trail_codes = frozenset(place.known_trail_codes().values())

    def hits(self, body: bytes, *, by: Literal["people", "team", "us"] = "people") -> Mapping[str, int]:
        """What is found in a text, by kind in words, counted; a text that is not UTF-8 is searched as Latin-1.

        What the team wrote is searched for names the registries hold, what this program wrote for codes alone.
        """
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = body.decode("latin-1")
        found: Counter[str] = Counter()
        nan = float("nan")
        whole = Transcript(turn_table([(nan, nan, "", text, 1)]), "", "txt")
        leaks = () if by == "us" else find_leaks(whole, self._looker.detectors, decided=self._looker.decided)
        for leak in leaks:
            family = FAMILY.get(leak.span.kind, "candidate")
            if by == "people" or family in OF_TEAM:
                found[WORDS[family]] += 1
        codes = self._codes if by == "people" else self._codes[:1]
        for token in _TOKEN.findall(text):
            if token in self._trail_codes or any(code.fullmatch(token) for code in codes):
                found["codes of people, sites or interviews"] += 1
        return found
