"""Names in a coding tool as the study's own: documents as interviews, people as coders, codes as the codebook's.

A name is matched as it is declared, or because it is or holds exactly one id of the study; nothing nearer is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Literal

from analysis.codebook import Codebook, CodeEntry
from analysis.coding_tools.export import key

Refusal = Literal["AN017", "AN018"]


class StudyNames:
    """Whom and what the names of a tool mean.

    `known` are the ids of every interview, `sources` declared document names, `coders` declared names of people, and
    `team` the codes of the team with their names.
    """

    def __init__(
        self,
        known: Collection[str],
        *,
        sources: Mapping[str, str] | None = None,
        coders: Mapping[str, str] | None = None,
        team: Mapping[str, str] | None = None,
    ) -> None:
        self._known = {_plain(id): id for id in known}
        self._sources = {_plain(name): id for name, id in (sources or {}).items()}
        team = team or {}
        self._coders = {
            **{_plain(name): code for code, name in team.items()},
            **{_plain(code): code for code in team},
            **{_plain(name): code for name, code in (coders or {}).items()},
        }
        spelled = "|".join(re.escape(id) for id in sorted(self._known, key=lambda id: (-len(id), id)) if id)
        self._within = re.compile(rf"(?<![^\W_])(?:{spelled})(?![^\W_])") if spelled else None

    def interview(self, document: str) -> tuple[str, Refusal | None]:
        """The interview a document is; "" and why not (AN017: none, AN018: several)."""
        plain = _plain(document)
        name = PurePosixPath(plain.replace("\\", "/")).name
        stem = name.rpartition(".")[0] or name
        for candidate in (plain, name, stem):
            if candidate in self._sources:
                declared = self._sources[candidate]
                return (declared, None) if _plain(declared) in self._known else ("", "AN017")
        for candidate in (plain, name, stem):
            if candidate in self._known:
                return self._known[candidate], None
        held = {self._known[id] for id in self._within.findall(name)} if self._within else set()
        if len(held) == 1:
            return held.pop(), None
        return "", "AN018" if held else "AN017"

    def coder(self, name: str, default: str = "") -> str:
        """The code of a person by the name the tool has, `default` where it has none; "" for nobody known."""
        return self._coders.get(_plain(name), "") if name.strip() else default


class CodeNames:
    """The codes of a codebook by their ids, former ids and names in a tool."""

    def __init__(self, codebook: Codebook) -> None:
        self._names = codebook.names
        self._recoded = codebook.recoded
        entries = {entry.code: entry for entry in codebook.codes}
        former = [(former, now) for former, now in self._recoded.items() if former not in self._names]
        self._by_path = _unambiguous(
            (key(f"{_name(entries, e.parent)}{e.name or e.code}"), c) for c, e in entries.items()
        )
        self._by_name = _unambiguous(
            [(key(text), code) for code, e in entries.items() for text in {code, e.name or code}]
            + [(key(old), now) for old, now in former]
        )

    def code(self, code: str) -> str:
        """The code as the codebook has it now, former ones as what they became; "" when there is none."""
        if code in self._names:
            return code
        return self._recoded.get(code, "")

    def named(self, entry: CodeEntry, parent: str = "") -> str:
        """The code a tool's code is, by its id, its path or its name; "" when none is, or several could be."""
        found = self.code(entry.code)
        if found:
            return found
        name = entry.name or entry.code
        return self._by_path.get(key(f"{parent}{name}"), "") or self._by_name.get(key(name), "")


def _name(entries: Mapping[str, CodeEntry], code: str) -> str:
    return (entries[code].name or code) if code in entries else code


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, code in pairs:
        found.setdefault(name, set()).add(code)
    return {name: codes.copy().pop() for name, codes in found.items() if name and len(codes) == 1}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
