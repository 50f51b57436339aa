"""A reply on paper, typed into a table: the blank table of a packet, the answers read back, and two typings compared.

Typing twice finds more slips than reading what was typed against the paper ("Comparing the accuracy and speed of four
data-checking methods", doi 10.3758/s13428-019-01207-3); a second person does either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from study import StudyError
from trustworthiness.packet import Packet, packet_sha256
from trustworthiness.reply import VERDICTS, Reply, Verdict

ENVELOPE = ("packet_id", "packet_sha256", "participant_code", "version")
HEADER = ("what", "id", "as it was shown", "answer", "comment")
WITHDRAW = "withdraw"
WORDS: Mapping[str, Verdict] = {
    "": "not_answered",
    "this fits": "fits",
    "fits": "fits",
    "yes": "fits",
    "partly": "partly",
    "does not": "does_not",
    "does not fit": "does_not",
    "no": "does_not",
    "not answered": "not_answered",
}
"""Answers as people type them; small letters, a line below or a hyphen is a space."""

Rows = list[list[str]]


def blank_rows(packet: Packet, version: int) -> Rows:
    """The blank table: a title, whose packet it is, then a row for each theme, what is missing, and each quote."""
    facts = (packet.packet_id, packet_sha256(packet), packet.participant_code, str(version))
    return [
        ["A reply on paper: type what the participant wrote, letter for letter; leave blank what they left blank"],
        *([name, fact] for name, fact in zip(ENVELOPE, facts, strict=True)),
        list(HEADER),
        *(["theme", theme.theme_id, theme.plain, "", ""] for theme in packet.themes),
        ["missing", "", packet.questions[1] if len(packet.questions) > 1 else "", "", ""],
        *(["quote", quote.quote_id, quote.text, "", ""] for quote in packet.quotes),
    ]


def choices(rows: Rows) -> dict[str, Sequence[str]]:
    """The cells of a blank table in which words are chosen: `D7:D9` → the words."""
    found: dict[str, Sequence[str]] = {}
    for kind, words in (("theme", VERDICTS), ("quote", (WITHDRAW,))):
        numbers = [n for n, row in enumerate(rows, 1) if row[0] == kind]
        if numbers:
            found[f"D{numbers[0]}:D{numbers[-1]}"] = words
    return found


def read_typed(rows: Rows, file: str, *, via: str) -> Reply:
    """The answers in a filled table; StudyError naming the row for one that cannot be read."""
    facts: dict[str, Any] = {row[0]: row[1] for row in rows if len(row) > 1 and row[0] in ENVELOPE}
    if set(facts) != set(ENVELOPE) or not facts["version"].isdigit():
        raise StudyError(
            "the table no longer says which packet it answers", where=file, remedy="Fill a blank one again."
        )
    answers, missing, back = [], "", []
    for number, row in enumerate(rows, 1):
        kind, id, _, answer, comment = (*row, "", "", "", "", "")[:5]
        word = " ".join(answer.casefold().replace("_", " ").replace("-", " ").split())
        if kind == "theme":
            if word not in WORDS:
                raise _unread(file, number, f"one of {', '.join(VERDICTS)}, or blank")
            answers.append({"theme_id": id, "verdict": WORDS[word], "comment": comment})
        elif kind == "missing":
            missing = "\n".join(text for text in (answer, comment) if text)
        elif kind == "quote" and word:
            if word not in (WITHDRAW, "yes", "x"):
                raise _unread(file, number, f"{WITHDRAW}, or blank")
            back.append(id)
    return Reply.model_validate(
        {
            **facts,
            "version": int(facts["version"]),
            "answers": answers,
            "missing": missing,
            "withdraw_quote_ids": back,
            "received_via": via,
        }
    )


def differences(first: Reply, second: Reply) -> list[str]:
    """Where two typings of one reply differ: `packet`, `theme T1`, `theme T1, comment`, `missing`, `quote Q…`."""
    if (first.packet_sha256, first.participant_code) != (second.packet_sha256, second.participant_code):
        return ["packet"]
    found = []
    mine, theirs = ({a.theme_id: a for a in reply.answers} for reply in (first, second))
    for theme in dict.fromkeys((*mine, *theirs)):
        one, other = mine.get(theme), theirs.get(theme)
        if _verdict(one) != _verdict(other):
            found.append(f"theme {theme}")
        if _plain(one.comment if one else "") != _plain(other.comment if other else ""):
            found.append(f"theme {theme}, comment")
    if _plain(first.missing) != _plain(second.missing):
        found.append("missing")
    apart = set(first.withdraw_quote_ids) ^ set(second.withdraw_quote_ids)
    return [*found, *(f"quote {id}" for id in sorted(apart))]


def _verdict(answer: Any) -> str:
    return answer.verdict if answer else "not_answered"


def _plain(text: str) -> str:
    """Two people leave white space and capitals differently; a word is what is compared."""
    return " ".join(text.casefold().split())


def _unread(file: str, row: int, words: str) -> StudyError:
    return StudyError("an answer cannot be read", where=f"{file}, row {row}, column D", remedy=f"Write {words}.")
