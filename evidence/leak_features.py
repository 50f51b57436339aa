"""What the leak check found, counted by check; who a participant says they are; where pseudonyms stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from evidence.detectors import FAMILY, Entry, Registry
from evidence.detectors.common_words import COMMON_WORDS
from evidence.detectors.everyday import is_everyday
from evidence.leaks import Leak, flagged
from evidence.measured import Features, note
from evidence.transcripts.speakers import folded
from evidence.transcripts.transcript import Transcript
from study.protocol.material import Transcripts

_TRACES = (
    "property author",
    "property last",
    "metadata author",
    "author of",
    "comment",
    "deleted text",
    "hidden text",
    "text box",
)
_HOLDS_TRACES = frozenset({"docx", "rtf", "pdf", "eaf"})
_DECLARED = re.compile(
    r"(?<!not )(?<!not yet )(?<!to be )(?<!un)\b(?:de-?identified|anonymi[sz]ed|pseudonymi[sz]ed|redacted)\b",
    re.IGNORECASE,
)
_SAYS = (
    "my name is|my name's|my name would be|i am called|i'm called|people call me|everybody calls me"
    "|you can call me|call me|i am|i'm|mein name ist|ich heiße|ich heisse|ich bin|je m'appelle|mon nom est|je suis"
    "|me llamo|mi nombre es|soy|mi chiamo|il mio nome è|sono|mijn naam is|ik heet|ik ben|meu nome é|me chamo|eu sou"
)
_CUES = tuple(_SAYS.split("|"))
_SELF = re.compile(rf"(?:{_SAYS})[,:]?\s+")  # in small letters, and looked for only where one of the cues stands
_REACH = 60
_FEATURE = {
    "registry": "registry_hits_count",
    "near": "near_hits_count",
    "shape": "identifier_hits_count",
    "disguised": "disguised_hits_count",
    "candidate": "unreviewed_strings_count",
}


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """Names and pseudonyms with whom they stand for: two registries whose entries hold participant codes."""

    names: Registry = field(default_factory=lambda: Registry(()))
    pseudonyms: Registry = field(default_factory=lambda: Registry(()))

    @classmethod
    def of(cls, names: Registry | Iterable[Entry], pseudonyms: Iterable[tuple[str, str]]) -> KnownPeople:
        """From the leak check's registry, or its entries, and (participant code, pseudonym) pairs."""
        entries = [Entry("alias", text.strip(), code) for code, text in pseudonyms if text.strip()]
        return cls(names if isinstance(names, Registry) else Registry(names), Registry(entries))

    def meant(self, text: str) -> frozenset[str]:
        """The participant codes of whom a text that begins with a name or pseudonym may mean."""
        for registry in (self.names, self.pseudonyms):
            for span in registry.find(text):
                if span.start <= 1 and span.kind != "site":
                    return registry.people(text, span)
        return frozenset()


NOBODY = KnownPeople()
"""For studies without a registry of names."""


def leak_features(
    transcript: Transcript,
    leaks: list[Leak],
    conventions: Transcripts | None,
    places: dict[str, str],
    *,
    name: str,
    people: KnownPeople,
) -> Features:
    """Hits by family, traces of editing, misplaced pseudonyms; `is_declared` says whether the file calls itself
    de-identified, and `open_identifier_kinds_count` how many of TR060 to TR065 are open in it."""
    by_family: dict[str, list[Leak]] = {family: [] for family in _FEATURE}
    for leak in leaks:
        by_family[FAMILY.get(leak.span.kind, "shape")].append(leak)
    counts = {_FEATURE[family]: len(found) for family, found in by_family.items()}
    counts["unreviewed_strings_count"] = len({f.key for f in flagged(transcript, by_family["candidate"], name)})
    for family, found in by_family.items():
        note(places, _FEATURE[family], [leak.place for leak in found])
    traces = [p.place for p in transcript.beside if p.place.startswith(_TRACES) and p.text.strip()]
    note(places, "document_traces_count", traces)
    return {
        **counts,
        "email_hits_count": sum(leak.span.kind == "email" for leak in leaks),
        "document_traces_count": len(traces) if transcript.format in _HOLDS_TRACES else None,
        "open_identifier_kinds_count": sum(count > 0 for count in counts.values()) + bool(traces),
        "is_declared": _is_declared(transcript, name),
        "misplaced_pseudonyms_count": _misplaced(transcript, conventions, places, name, people),
    }


def _is_declared(transcript: Transcript, name: str) -> bool:
    """Whether file name, header, notes or properties call the file de-identified."""
    said = [p.text for p in transcript.beside if p.place.startswith(("header", "note", "property", "metadata"))]
    named = re.sub(r"[_.]", " ", name)
    return any(_DECLARED.search(text) for text in [named, *said])


def _misplaced(
    transcript: Transcript, conventions: Transcripts | None, places: dict[str, str], name: str, people: KnownPeople
) -> int | None:
    """Pseudonyms in parts of the file where the study does not permit them; None without pseudonyms."""
    if conventions is None or not len(people.pseudonyms):
        return None
    permitted = set(conventions.pseudonyms_in)
    texts = [("file_name", "file name", re.sub(r"[_.]", " ", name.rpartition(".")[0]))]
    texts += [(_part(p.place), f"{p.place} in line {p.line}" if p.line else p.place, p.text) for p in transcript.beside]
    turns = transcript.turns
    said = [(f"turn {n}", s, t) for n, s, t in zip(turns["turn"], turns["speaker"], turns["text"], strict=True)]
    declared = {folded(s) for s in (*conventions.speakers.interviewer, *conventions.speakers.participant)}
    if "labels" not in permitted:
        texts += [("labels", f"speaker label in {at}", label) for at, label, _ in said if folded(label) not in declared]
    if "text" not in permitted:
        texts += [("text", at, text) for at, _, text in said]
    found = Counter({at: len(people.pseudonyms.find(text)) for part, at, text in texts if part not in permitted})
    note(places, "misplaced_pseudonyms_count", [at for at, n in found.items() if n])
    return found.total()


def _part(place: str) -> str:
    """Which part of a file a passage beside the turns belongs to."""
    if place.startswith("header"):
        return "header"
    return "properties" if place.startswith(("property", "metadata", "author of")) else "notes"


def self_named(
    transcript: Transcript, conventions: Transcripts, people: KnownPeople
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The turns in which a participant says “my name is …” or is labelled with a name the study knows, each with the
    participant codes the name may stand for, in order."""
    if not len(people.names) and not len(people.pseudonyms):
        return ()
    interviewer = {folded(s) for s in conventions.speakers.interviewer}
    found: dict[int, frozenset[str]] = {}
    labelled: set[str] = {folded(s) for s in conventions.speakers.participant}
    turns = transcript.turns
    for number, label, text in zip(turns["turn"].tolist(), turns["speaker"], turns["text"], strict=True):
        who = folded(label)
        if not who or who in interviewer:
            continue
        meant = frozenset() if who in labelled else people.meant(label)
        labelled.add(who)
        lowered = text.lower() if len(text.lower()) == len(text) else text
        for match in _SELF.finditer(lowered) if any(cue in lowered for cue in _CUES) else ():
            said = text[match.end() : match.end() + _REACH]
            is_inside = match.start() > 0 and (text[match.start() - 1].isalnum() or text[match.start() - 1] == "_")
            if not is_inside and not _begins_plainly(said):
                meant |= people.meant(said)
        if meant:
            found[number] = meant
    return tuple((number, tuple(sorted(codes))) for number, codes in found.items())


def _begins_plainly(said: str) -> bool:
    """Whether what follows `I'm` begins with an everyday word in small letters that is no name: `so tired`."""
    first = said.split(None, 1)[0].rstrip(".,;:!?") if said else ""
    return first.islower() and first not in COMMON_WORDS and is_everyday(first)
