"""The checks of member checking: id, severity, title, reason. Code raises them; the catalogue lists them."""

from __future__ import annotations

from study.query import Severity

MEMBER_CHECKS: tuple[tuple[str, Severity, str, str], ...] = (
    (
        "MC001",
        "block",
        "A packet holds only the participant's own words, verbatim",
        "Somebody else's words in a packet are a breach of confidence; altered words cannot be checked.",
    ),
    (
        "MC002",
        "block",
        "A packet names nobody else",
        "Another participant's code, name or pseudonym would tell the reader who else takes part.",
    ),
    (
        "MC003",
        "block",
        "Nothing is sent without consent to be contacted again",
        "Consent to be contacted again is given or declined on its own, and must hold on the day a packet goes out.",
    ),
    (
        "MC004",
        "review",
        "A packet is in plain words and in the participant's language",
        "Who cannot read a packet cannot disagree with it.",
    ),
    (
        "MC005",
        "block",
        "A reply belongs to this person and this packet",
        "A reply filed under somebody else would put words in their mouth.",
    ),
    (
        "MC006",
        "block",
        "Quotes a participant took back are gone",
        "A withdrawn quote must not come back in a later packet.",
    ),
    (
        "MC007",
        "review",
        "Every form of a packet can be read by everybody",
        "Without tags and a title a screen reader is lost, and a letter without a glyph prints as an empty box.",
    ),
    (
        "MC008",
        "block",
        "A theme shown to participants rests on enough people",
        "A theme resting on few people points at them, and one about a site tells its staff and director of each "
        "other.",
    ),
    (
        "MC009",
        "block",
        "A packet is released by a second person who may",
        "Two people look at every packet before it leaves; the release names the version it is for.",
    ),
    (
        "MC010",
        "block",
        "Every packet the register says was sent had been released",
        "A packet nobody released, or of another person, must not go out.",
    ),
    (
        "MC011",
        "review",
        "A reply can be read",
        "A reply that cannot be read is an answer we do not have.",
    ),
    (
        "MC012",
        "review",
        "There is one reply to a packet",
        "The second is kept beside the first until a person decides which one counts.",
    ),
    (
        "MC013",
        "review",
        "A reply answers the current packet",
        "An answer to an older packet is kept against its version; a person decides what it says of the new one.",
    ),
    (
        "MC014",
        "review",
        "A reply came before its sender withdrew",
        "What comes after a withdrawal stays sealed and unread.",
    ),
    (
        "MC015",
        "block",
        "What the register says of replies fits what went out",
        "A packet never sent cannot have come back, and one with open doubts or unread words cannot be closed.",
    ),
    (
        "MC016",
        "inform",
        "The register says on which day a reply came",
        "Without a day nobody can show that it came before a withdrawal.",
    ),
    (
        "MC017",
        "review",
        "A reply speaks only of what its packet holds",
        "An answer to a theme or quote we did not send points to a mixed-up packet.",
    ),
    (
        "MC018",
        "review",
        "A packet goes the way its participant chose",
        "By another way it may be read by somebody else.",
    ),
    (
        "MC019",
        "review",
        "Two people read the same in a reply on paper",
        "A slip in typing would put words in a participant's mouth; the reply counts once both agree.",
    ),
    (
        "MC020",
        "review",
        "Nobody is reminded after they answered or asked to be left alone",
        "A reminder after an answer says that the answer did not matter.",
    ),
    (
        "MC021",
        "review",
        "A choice among replies names one that is there, by somebody who may choose",
        "Which of two answers counts is decided by a person; a choice of nothing would be forgotten in silence.",
    ),
    (
        "MC022",
        "review",
        "Somebody read what participants wrote beside their verdicts",
        "What is missing from the findings, or wrong with them, often stands in words and in no box.",
    ),
    (
        "MC023",
        "inform",
        "Every interview of a person is checked with them",
        "A packet holds one interview; what was said in another has been shown to nobody.",
    ),
)

REPLY_REMEDIES: dict[str, str] = {
    "MC005": "Find out whose reply it is and which packet it answers.",
    "MC011": "Ask the participant to save it again, or enter their answers by hand.",
    "MC012": "Decide which one counts (registers/decisions.csv, choose_reply, by the code in "
    "restricted/packets/replies.csv).",
    "MC013": "Ask whether it still holds of the current packet.",
    "MC014": "Leave it unread, and tell the investigator. If it came before, name it in the column reply of its row "
    "returned in registers/member_checks.csv.",
    "MC015": "It counts nowhere until registers/member_checks.csv says that its packet went, and came back, in that "
    "order. Enter or correct the rows sent and returned.",
    "MC016": "Enter that row, and where there are several replies name in its column reply which one it is about.",
    "MC017": "Ask what was meant.",
    "MC022": "Read restricted/packets/answers.xlsx, then enter a row read in registers/member_checks.csv.",
}
"""What to do about a fault in a reply, by check."""
