"""Quotes that participants took back: the list of them, and what still rests on their words.

A withdrawn quote is withdrawn by its words: the same words under another theme, and a longer, shorter or overlapping
piece of the same passage, go with it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from study import Event, Fact, Subject
from study.identifiers import keyed_digest
from study.objects import NotStored
from tasks.cited import cited_codings, interview_of, published_claims
from tasks.codings import material_of
from tasks.packets import FOLDER, Kept, kept_packets
from tasks.read import read_restricted_table
from tasks.workspace import Workspace
from trustworthiness.packet import packet_id

LIST = f"{FOLDER}withdrawn_quotes.csv"
COLUMNS = ("packet_id", "quote_id", "claims", "irretrievable")
WORD = re.compile(r"\w+")
FEWEST = 3
"""A shorter piece, such as "yes, they did", may stand for anything."""
OVERLAP = 5
"""So many words in a row in common, and a text holds some of what was taken back, wherever else it goes on."""
LEFT_OUT = re.compile(r"\u2026|\.{3,}|\[[^\]]*\]")
"""Marks of words left out: an ellipsis, or a note in square brackets."""
Quote = tuple[str, str]
"""A packet and the id of a quote of it."""


@dataclass(frozen=True, slots=True)
class WithdrawnQuotes:
    """The words taken back, by interview, and the quotes' ids by packet. Words are compared without case and what
    stands between them."""

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def covers(self, interview: str, text: str) -> bool:
        """Whether a text of that interview holds withdrawn words, overlaps with them, or is part of them, also with
        words left out."""
        said = _plain(text)
        pieces = [piece for part in LEFT_OUT.split(text) if (piece := _plain(part))]
        return any(_shared(said, words) or _in_pieces(pieces, words) for words in self.words.get(interview, ()))


def withdrawn_quotes(place: Workspace) -> WithdrawnQuotes:
    """Every quote on the list, with its words as the packets hold them."""
    words: dict[str, set[str]] = {}
    ids: dict[str, set[str]] = {}
    for (packet, id), texts in _words(place, _listed(place)).items():
        ids.setdefault(packet, set()).add(id)
        words.setdefault(packet.removeprefix(packet_id("")), set()).update(texts)
    return WithdrawnQuotes({i: tuple(sorted(w)) for i, w in words.items()}, {p: frozenset(q) for p, q in ids.items()})


def list_withdrawn(place: Workspace, found: Iterable[Quote]) -> tuple[str, ...]:
    """Add quotes (packet, quote id) to the list; its path where there is any. What is on it stays on it, also when the
    reply is no longer in its folder."""
    rows = dict.fromkeys(found, ("", "")) | _listed(place)
    _write(place, rows)
    return (f"restricted/{LIST}",) if rows else ()


def withdrawn_facts(
    place: Workspace, kept: Kept, trail_code: str, quotes: Iterable[str], day: str, cause: str | None
) -> Iterator[Fact]:
    """quote.withdrawn for each of these quotes of a packet, by keyed digest; `cause` is the reply's event."""
    key = place.participant_key(trail_code)
    for quote in sorted(set(quotes) & {q.quote_id for q in kept.packet.quotes}):
        yield Fact(
            "quote.withdrawn",
            day,
            subject=(Subject("participant", trail_code),),
            causes=(cause,) if cause else (),
            data={"packet": kept.packet.packet_id, "quote": keyed_digest(key, quote.encode())[:12]},
        )


def cited_still(place: Workspace, events: Iterable[Event]) -> dict[str, tuple[str, ...]]:
    """Claims that rest on words taken back: claim → codings; their latest versions only."""
    quotes = withdrawn_quotes(place)
    if not quotes.words:
        return {}
    found = material_of(place).everything
    if found is None:
        return {}
    texts = dict(zip(found.segments["coding"], found.segments["quote"], strict=True))
    cited = cited_codings(place, events)
    still = {
        claim: tuple(c for c in codings if quotes.covers(interview_of(c), str(texts.get(c, ""))))
        for claim, codings in cited.items()
    }
    return {claim: codings for claim, codings in still.items() if codings}


def mark_cited(place: Workspace, events: list[Event]) -> tuple[str, ...]:
    """Bring the list up to date with the claims that rest on each quote, and say in counts what is to be done.

    AN027 names the claims; what is published cannot be called back, and the list says so.
    """
    still, published = cited_still(place, events), published_claims(events)
    _write(place, dict.fromkeys(_listed(place), ("", "")) | _rested_on(place, still, published))
    if not still:
        return ()
    gone = len(set(still) & published)
    said = f"claims that rest on quotes taken back: {len(still)}"
    return (f"Member checks: {said}{f', {gone} of them published' if gone else ''} (restricted/{LIST}).",)


def _rested_on(
    place: Workspace, still: Mapping[str, tuple[str, ...]], published: frozenset[str]
) -> dict[Quote, tuple[str, str]]:
    """For each withdrawn quote whose words claims rest on: those claims, and which of them are published."""
    found = material_of(place).everything if still else None
    if found is None:
        return {}
    texts = dict(zip(found.segments["coding"], found.segments["quote"], strict=True))
    rows = {}
    for (packet, id), words in _words(place, set(_listed(place))).items():
        one = WithdrawnQuotes({packet.removeprefix(packet_id("")): tuple(words)})
        claims = {c for c, codings in still.items() if any(one.covers(interview_of(x), str(texts[x])) for x in codings)}
        rows[packet, id] = (";".join(sorted(claims)), ";".join(sorted(claims & published)))
    return rows


def _words(place: Workspace, listed: Container[Quote]) -> dict[Quote, set[str]]:
    """The words of each listed quote, as any version of its packet holds them."""
    words: dict[Quote, set[str]] = {}
    for packet, versions in kept_packets(place).items():
        for quote in (quote for kept in versions.values() for quote in kept.packet.quotes):
            if (packet, quote.quote_id) in listed:
                words.setdefault((packet, quote.quote_id), set()).add(_plain(quote.text))
    return words


def _listed(place: Workspace) -> dict[Quote, tuple[str, str]]:
    """The list as it stands: which claims rest on each quote, and which of those are published."""
    table = read_restricted_table(place, LIST)
    if table is None or not {"packet_id", "quote_id"} <= set(table.columns):
        return {}
    rows = table.reindex(columns=list(COLUMNS), fill_value="")
    return {(p, q): (c, i) for p, q, c, i in rows.itertuples(index=False)}


def _write(place: Workspace, rows: Mapping[Quote, tuple[str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *((*row, *about) for row, about in sorted(rows.items()))])
    body = out.getvalue().encode()
    try:
        before: bytes | None = place.restricted.get(LIST)
    except NotStored:
        before = None
    if before != body and (rows or before is not None):
        place.restricted.put(LIST, body)


def _shared(said: str, words: str) -> bool:
    """Whether one text holds the other, word for word, or they have a run of OVERLAP words in common; a piece of fewer
    than FEWEST words counts only if it is the whole."""
    short, long = sorted((said, words), key=len)
    if said == words or (len(short.split()) >= FEWEST and f" {short} " in f" {long} "):
        return True
    mine = said.split()
    runs = (" ".join(mine[n : n + OVERLAP]) for n in range(len(mine) - OVERLAP + 1))
    return any(f" {run} " in f" {words} " for run in runs)


def _in_pieces(pieces: list[str], words: str) -> bool:
    """Whether a text with words left out is made of pieces of these words, in their order."""
    if len(pieces) < 2 or sum(len(piece.split()) for piece in pieces) < FEWEST:
        return False
    rest = f" {words} "
    for piece in pieces:
        _, found, after = rest.partition(f" {piece} ")
        if not found:
            return False
        rest = f" {after}"
    return True


def _plain(text: str) -> str:
    """The words alone, however they were typed: without case, soft hyphens and differences in how letters are made."""
    composed = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    return " ".join(WORD.findall(composed.casefold()))
