"""The gates a packet passes before anybody sees it (checks MC001, MC002, MC006, MC008)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from study import Query
from study.query import place
from trustworthiness.packet import Packet, not_verbatim


def gate(
    packet: Packet,
    *,
    study: str,
    own: Mapping[int, str],
    others: Iterable[str],
    withdrawn_quotes: Iterable[str] = (),
) -> list[Query]:
    """Every gate this packet fails; the packet may go on only when there is none.

    `own` are the participant's turns read again from the released transcript, `others` the codes, names, aliases
    and pseudonyms of everybody else, `withdrawn_quotes` the ids of quotes the participant took back.
    """
    foreign = not_verbatim(packet, own)
    named = [where for where, text in _texts(packet) if mentions(text, frozenset(others))]
    kept = sorted({q.quote_id for q in packet.quotes} & set(withdrawn_quotes))
    return [
        _query(study, packet, check, hits, message)
        for check, hits, message in [
            (
                "MC001",
                foreign,
                "The packet holds words that are not, letter for letter, this participant's own in the released "
                "transcript. Correct the transcript or the codings, then assemble again.",
            ),
            (
                "MC002",
                named,
                "The packet names somebody else: a participant's code, name or pseudonym. Mask it in the transcript "
                "and release the transcript again.",
            ),
            (
                "MC006",
                [f"quote {id}" for id in kept],
                "The packet still holds a quote this participant withdrew. Assemble the packet again.",
            ),
        ]
        if hits
    ]


def thin_themes(people: Mapping[str, int], k: int, *, study: str, file: str = "study.yaml") -> list[Query]:
    """MC008 for every theme that rests on fewer than k people; `people` is theme id → how many."""
    return [
        Query.raised(
            "MC008",
            "block",
            study=study,
            subject=f"theme:{theme}",
            place=place(f"theme.{theme}", "people"),
            where=f"{file}, member_checking.themes ({theme})",
            message=f"The theme rests on the words of fewer than {k} people, so it would point at them. It stays out "
            "of every packet until it rests on more.",
        )
        for theme, count in people.items()
        if count < k
    ]


def mentions(text: str, others: frozenset[str]) -> bool:
    """Whether a text holds one of these names or codes as whole words.

    Names of several words and codes match in any case; a name of one word only where it is written with a capital,
    because many names (Will, Mark, May) are also words.
    """
    anywhere, capitalised = _patterns(others)
    text = _folded(text)
    return bool(anywhere and anywhere.search(text.casefold())) or bool(capitalised and capitalised.search(text))


@lru_cache(maxsize=256)
def _patterns(others: frozenset[str]) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    names = {_folded(name) for name in others if len(name.strip()) > 1}
    one_word = {n for n in names if re.fullmatch(r"[^\W\d_]+", n)}
    return _any_of({n.casefold() for n in names - one_word}), _any_of({n[0].upper() + n[1:] for n in one_word})


def _any_of(names: set[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    words = "|".join(re.escape(n) for n in sorted(names, key=lambda n: (-len(n), n)))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").split())


def _texts(packet: Packet) -> list[tuple[str, str]]:
    return [
        *((f"turn {t.turn}", t.text) for t in packet.turns),
        *((f"quote {q.quote_id}", q.text) for q in packet.quotes),
        *((f"theme {t.theme_id}", t.plain) for t in packet.themes),
    ]


def _query(study: str, packet: Packet, check: str, hits: list[str], message: str) -> Query:
    more = f" and {len(hits) - 1} more" if len(hits) > 1 else ""
    return Query.raised(
        check,
        "block",
        study=study,
        subject=f"packet:{packet.packet_id}",
        place=place(packet.packet_id, check),
        where=f"restricted/packets/{packet.packet_id}, {hits[0]}{more}",
        message=message,
        rows=hits,
    )
