"""The gates a packet passes before anybody sees it (checks MC001, MC002, MC006, MC008)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evidence.detectors import Detector, Entry, Registry
from study import Query
from study.query import place
from trustworthiness.packet import Packet, not_verbatim


def gate(
    packet: Packet,
    *,
    study: str,
    own: Mapping[int, str],
    others: Detector,
    withdrawn_quotes: Iterable[str] = (),
    masked: Detector | None = None,
) -> list[Query]:
    """Every gate this packet fails; the packet may go on only when there is none.

    `own` are the participant's turns read again from the released transcript, `others` finds everybody else's codes,
    names and pseudonyms, `withdrawn_quotes` are the ids of quotes the participant took back, `masked` finds what people
    decided to be a name, where the transcript is a de-identified copy.
    """
    foreign = not_verbatim(packet, own)
    named = [where for where, text in _texts(packet) if others.find(text)]
    kept = sorted({q.quote_id for q in packet.quotes} & set(withdrawn_quotes))
    unmasked = [where for where, text in _texts(packet) if masked and masked.find(text)]
    return [
        _query(study, packet, check, rule, hits, message)
        for check, rule, hits, message in [
            (
                "MC001",
                "MC001",
                foreign,
                "The packet holds words that are not, letter for letter, this participant's own in the released "
                "transcript. Correct the transcript or the codings, then assemble again.",
            ),
            (
                "MC002",
                "MC002",
                named,
                "The packet names somebody else: a participant's code, name or pseudonym. Mask it in the transcript "
                "and release the transcript again.",
            ),
            (
                "MC006",
                "MC006",
                [f"quote {id}" for id in kept],
                "The packet still holds a quote this participant withdrew. Assemble the packet again.",
            ),
            (
                "MC006",
                "masked",
                unmasked,
                "The packet holds a string that was decided to be a name after the copy of the transcript was made. "
                "De-identify the transcript again (deidentify-transcripts), then release it again.",
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


def everybody_else(rows: Iterable[Mapping[str, str]], participant: str) -> Detector:
    """A detector of everybody but this participant, from rows of the identity and participant registers.

    It knows participant codes, names, aliases, what they are heard as, and pseudonyms.
    """
    entries = []
    for row in rows:
        if row.get("participant_id") == participant:
            continue
        others = [row.get("participant_id", ""), row.get("pseudonym", "")]
        for column in ("aliases", "heard_as"):
            others += row.get(column, "").split(";")
        entries += [Entry("name", row.get("name", "")), *(Entry("alias", text) for text in others)]
    return Registry(Entry(e.kind, e.text.strip()) for e in entries if e.text.strip())


def _texts(packet: Packet) -> list[tuple[str, str]]:
    return [
        *((f"turn {t.turn}", t.text) for t in packet.turns),
        *((f"summary, paragraph {n}", text) for n, text in enumerate(packet.summary, 1)),
        *((f"quote {q.quote_id}", q.text) for q in packet.quotes),
        *((f"theme {t.theme_id}", t.plain) for t in packet.themes),
    ]


def _query(study: str, packet: Packet, check: str, rule: str, hits: list[str], message: str) -> Query:
    more = f" and {len(hits) - 1} more" if len(hits) > 1 else ""
    return Query.raised(
        check,
        "block",
        study=study,
        subject=f"packet:{packet.packet_id}",
        place=place(packet.packet_id, rule),
        where=f"restricted/packets/{packet.packet_id}, {hits[0]}{more}",
        message=message,
        rows=hits,
    )
