"""Claims that rest on words taken back, looked at again once the replies are read.

Claims are judged before the replies of the same run: without a second look, a quote taken back would show in the next
run only.
"""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from study import Query
from study.query import QueryRecord
from tasks.assessed import queries_of
from tasks.codings import material_of
from tasks.record_readers import READERS, known_to
from tasks.record_tables import gathered
from tasks.withdrawn_quotes import LIST
from tasks.workspace import Workspace

CHECK = "AN027"


@task(name="look at claims for words taken back", cache_policy=NO_CACHE)
def claims_taken_back(place: Workspace) -> list[Query]:
    """AN027 for each claim that rests on words taken back, as comparing cases raises it."""
    return taken_back(place)


def taken_back(place: Workspace) -> list[Query]:
    """The same without Prefect; nothing where nobody took anything back."""
    if not any(stored.key == LIST for stored in place.restricted.list(LIST)):
        return []
    known = known_to(place, material_of(place), place.events())
    found = READERS["claims"](known, gathered(place, "claims"))
    return queries_of(place, [problem for problem in found.problems if problem.check == CHECK])


def taken_back_looked_at(record: QueryRecord) -> bool:
    """Whether this second look is at what that query is about."""
    return record.check == CHECK
