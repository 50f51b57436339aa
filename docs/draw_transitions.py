"""Draw the transitions of people, interviews and sites into docs/recruitment.md, from recruitment/transitions.py.

`python -m docs.draw_transitions` writes the diagrams between their markers; a test holds page and data together.
The diagrams are Mermaid text with a title and a description, so that they are read aloud too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from recruitment.transitions import (
    INTERVIEW_NEXT,
    INTERVIEW_REACHED_BY,
    PERSON_NEXT,
    PERSON_REACHED_BY,
    PERSON_STAYS,
    SITE_NEXT,
    SITE_REACHED_BY,
    SITE_STAYS,
)

PAGE = Path(__file__).parent / "recruitment.md"
Next = Mapping[str, tuple[str, ...]]
DIAGRAMS: Mapping[str, tuple[str, Next, Mapping[str, str], Next]] = {
    "people": ("How a person may move", PERSON_NEXT, PERSON_REACHED_BY, PERSON_STAYS),
    "interviews": ("How an interview with one participant may move", INTERVIEW_NEXT, INTERVIEW_REACHED_BY, {}),
    "sites": ("How a site may move", SITE_NEXT, SITE_REACHED_BY, SITE_STAYS),
}


def mermaid(name: str) -> str:
    """The diagram of one table as Mermaid text, every transition once, in the table's order."""
    title, following, _, _ = DIAGRAMS[name]
    moves = sum(len(states) for states in following.values())
    ends = [state for state, states in following.items() if not states]
    finish = f" Nothing follows {', '.join(map(_words, ends))}." if ends else ""
    lines = ["stateDiagram-v2", f"    accTitle: {title}"]
    lines += [f"    accDescr: {len(following) - 1} states and {moves} allowed transitions.{finish}"]
    lines += [f"    {state} : {_words(state)}" for state in following if "_" in state]
    for state, states in following.items():
        lines += [f"    {state or '[*]'} --> {reached}" for reached in states]
    return "\n".join(lines)


def table(name: str) -> str:
    """The same as a table: state, kind of event that reaches it, what may follow, what leaves it where it is."""
    _, following, reached_by, stays = DIAGRAMS[name]
    lines = ["| state | reached by | may be followed by | stays on |", "|---|---|---|---|"]
    for state, states in following.items():
        kind = f"`{reached_by[state]}`" if state else ""
        after, kept = (", ".join(map(_words, found)) or "–" for found in (states, stays.get(state, ())))
        lines.append(f"| {_words(state) or 'start'} | {kind} | {after} | {kept} |")
    return "\n".join(lines)


def drawn(text: str) -> str:
    """The page with every diagram and table between its markers as the data has it now."""
    for name in DIAGRAMS:
        marked = re.compile(rf"(<!-- {name}: drawn -->\n).*?(<!-- end -->)", re.DOTALL)
        picture = f"```mermaid\n{mermaid(name)}\n```\n\n{table(name)}\n"
        text = marked.sub(lambda found, picture=picture: found[1] + picture + found[2], text)
    return text


def _words(state: str) -> str:
    return state.replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
