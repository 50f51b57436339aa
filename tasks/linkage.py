"""The linkage destroyed at the end of a study: what leads from the trail to people's codes, and from those to names.

Decided first, by two people of the team and recorded; then carried out like an erasure, from a plan that is written
down, so that a run killed anywhere is taken up by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.layout import plural
from study import Event, Fact, StudyError, Subject
from tasks.audit_visit import Acted, is_of_team, refuse_nobody
from tasks.codes import PARTICIPANTS, key_of, participant_link
from tasks.erasing import RESTRICTED, Artefact, Plan, erase, written_down
from tasks.still_open import open_obligations, what_needs_the_linkage
from tasks.workspace import Workspace

NAMES = ("identities.csv", "decisions/strings.csv")
"""What holds names under restricted/: the registry, and the strings people decided on."""


@dataclass(frozen=True, slots=True)
class Destruction:
    """Who besides the acting person agrees, and whether it is carried out or only shown."""

    second: str = ""
    apply: bool = False


@task(name="destroy the linkage", cache_policy=NO_CACHE)
def linkage_destroyed(place: Workspace, asked: Destruction) -> Acted:
    """Show what would go, or record the decision of two people and carry it out. StudyError while something is before
    it in order, or without two people."""
    decided = decision_of(place)
    if decided is not None:
        done = _carry_out(place, decided)
        return Acted(said=("The linkage was destroyed before." if not done else FINISHED,))
    if place.protocol.retention.linkage == "kept":
        raise StudyError(
            "the protocol keeps the linkage",
            where="study.yaml, retention.linkage",
            remedy="If it is to be destroyed, say so there; the board may have to approve that first.",
        )
    plan = _planned(place, "")
    shown = _shown(place, plan)
    if not asked.apply:
        return Acted(said=("This is what would be destroyed; nothing was changed.", *shown, *_before(place)))
    refuse_nobody(place)
    _refuse_alone(place, asked.second)
    if before := tuple(what_needs_the_linkage(place, place.events())):
        more = f" (and {len(before) - 1} more)" if len(before) > 1 else ""
        raise StudyError(
            f"something comes before the linkage is destroyed{more}: {before[0].removesuffix('.')}",
            where="the order of closing",
            remedy="Do that first; `fieldtrail run STUDY destroy-linkage` lists all of it and what would go.",
        )
    people = len(place.known_trail_codes())
    data = {"people": people, "objects": plan.objects, "second": asked.second}
    by = (Subject("person", place.actor.id), Subject("person", asked.second))
    place.trail.append([Fact("linkage.destroyed", place.today.isoformat(), by, data=data)])
    decided = decision_of(place)
    assert decided is not None  # appended above
    _carry_out(place, decided)
    return Acted(said=(FINISHED, *shown, *WHAT_STAYS))


FINISHED = "The linkage is destroyed, and that is recorded."
WHAT_STAYS = (
    "Nobody can be withdrawn by their code any more: the trail no longer says who is who.",
    "The trail goes on verifying. Consents and rows in it can no longer be compared with registers; files with keys of "
    "their own can.",
    "registers/interviews.csv and restricted/packets/ still say which participant code spoke in which interview, and "
    "the trail which trail code did: whoever has both can join them again. Destroy them where that must not be.",
    "Participant codes lead to no name here. Transcripts, recordings, signed forms, mails and backups may still tell "
    "who somebody is: destroy what the protocol says, outside this folder too.",
)


def decision_of(place: Workspace) -> Event | None:
    """The event that decided it, or None."""
    return next(iter(place.events(["linkage.destroyed"])), None)


def is_unfinished(place: Workspace) -> bool:
    """Whether it was decided and not carried out to the end."""
    decided = decision_of(place)
    return decided is not None and not _is_executed(place, decided)


def _before(place: Workspace) -> tuple[str, ...]:
    """What is to be done or looked at first."""
    first = tuple(what_needs_the_linkage(place, place.events()))
    return (*first, *(f"Look whether this needs it: {said}" for said in open_obligations(place)))


def _is_executed(place: Workspace, decided: Event) -> bool:
    return any(e.data["decision"] == decided.id for e in place.events(["erasure.executed"]))


def _carry_out(place: Workspace, decided: Event) -> bool:
    """Carry the plan out to its end; False when that was done before."""
    if _is_executed(place, decided):
        return False
    plan = written_down(place, decided.id, lambda: _planned(place, decided.id))
    codes = set(place.known_trail_codes().values())
    erase(place, plan)
    place.codes.destroy(key_of(code) for code in sorted(codes))  # also those this run has in memory
    return True


def _planned(place: Workspace, decision: str) -> Plan:
    """Codes and keys of people, and, where the protocol says so, what holds their names."""
    linked = place.known_trail_codes()
    keys = [participant_link(code) for code in sorted(linked)] + [key_of(code) for code in sorted(linked.values())]
    names = NAMES if place.protocol.retention.linkage == "destroyed" else ()
    keys += [name for name in names if _is_there(place, name)]
    paths = [f"{RESTRICTED}{key}" for key in keys]
    return Plan(decision, tuple(Artefact(path, place.codes.known_ref(path)) for path in paths))


def _is_there(place: Workspace, key: str) -> bool:
    return any(stored.key == key for stored in place.restricted.list(key))


def _shown(place: Workspace, plan: Plan) -> tuple[str, ...]:
    linked = len(place.known_trail_codes())
    tables = [a.path for a in plan.artefacts if a.path.removeprefix(RESTRICTED) in NAMES]
    said = [f"The codes ({RESTRICTED}{PARTICIPANTS}) and keys of {plural(linked, 'person', 'people')}."]
    said += [f"Names: {', '.join(tables)}."] if tables else ["Names stay: the protocol destroys the codes only."]
    return (*said, "Everything in out/ goes too and can be made again.")


def _refuse_alone(place: Workspace, second: str) -> None:
    person = place.protocol.person(second) if second else None
    if person is None or person.code == place.actor.id or not is_of_team(place, person.code):
        raise StudyError(
            "destroying the linkage cannot be undone, so two different people of the team decide it",
            where="the entry form, second",
            remedy="Give the code of a second person of the team, who agrees and is present.",
        )
