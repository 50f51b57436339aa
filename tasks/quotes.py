"""The quotes that claims rest on: whether what would stand beside them singles somebody out."""

from __future__ import annotations

from collections import defaultdict

from evidence.disclosure import people_sharing
from expectations.quotes import Quote, judge_quotes
from study import Query
from tasks.cited import cited_codings, interview_of
from tasks.read import read_restricted_table, read_table
from tasks.workspace import Workspace
from trustworthiness.claims import is_retracted, latest_assertion

QUOTE_CHECKS = frozenset({"TR072"})
_INTERVIEWS, _PEOPLE = "registers/interviews.csv", "participants.csv"


def quote_queries(place: Workspace) -> list[Query]:
    """TR072 for every claim that stands whose quotes would point at somebody beside what the protocol shows of them.

    Nothing where restricted/ does not hold the participants: then nobody can say how many share anything.
    """
    table, interviews = read_restricted_table(place, _PEOPLE), read_table(place, _INTERVIEWS)
    beside = place.protocol.disclosure.beside_quotes
    if table is None or table.empty or interviews is None or not beside:
        return []
    people = [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]
    by_code = {person["participant_id"]: person for person in people}
    speakers: dict[str, set[str]] = defaultdict(set)
    for interview, codes in zip(interviews["interview_id"], interviews["participant_ids"], strict=True):
        speakers[str(interview)].update(code.strip() for code in str(codes).split(";") if code.strip() in by_code)
    file = place.protocol.analysis.claims
    quotes = []
    events = place.events(["claim.asserted", "claim.retracted"])
    for claim, codings in cited_codings(place, events).items():
        asserted = latest_assertion(events, claim)
        for coding in () if asserted and is_retracted(events, asserted) else codings:
            sharing = [
                people_sharing({name: by_code[code].get(name, "") for name in beside}, people)
                for code in sorted(speakers[interview_of(coding)])
            ]
            if sharing:
                where = f"{file}, claim {claim}"
                quotes.append(Quote(f"claim:{claim}", place.ref(file), where, f"claim.{claim}", coding, min(sharing)))
    return judge_quotes(quotes, study=place.protocol, shown=False)
