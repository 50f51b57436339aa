"""The dossier for an auditor: from the folds to out/dossier/, published once a content, with out/audit/ beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from pages.dossier import FIRST, Site, dossier_site
from pages.dossier_events import Listing
from pages.kit import SUMS, summed
from pages.lineage import lineage_section
from study import Fact
from study.objects import FolderStore, NotStored
from tasks.audit_folder import FOLDER as KIT
from tasks.audit_folder import write_audit_folder
from tasks.dossier_content import dossier_content, trail_verdict
from tasks.dossier_s3 import hand_to_auditors
from tasks.dossier_stages import stage_sections
from tasks.lineage import lineage_of
from tasks.standing import stand
from tasks.workspace import Workspace

FOLDER = "dossier/"
PAGE = FOLDER + FIRST


@dataclass(frozen=True, slots=True)
class Published:
    """A dossier written: its fact (none when this content was published before), what to say, where to read it."""

    facts: tuple[Fact, ...]
    said: tuple[str, ...]
    paths: tuple[str, ...]


@task(name="write the dossier", cache_policy=NO_CACHE)
def write_dossier(place: Workspace) -> Published:
    """Write the dossier as the records stand now."""
    return make_dossier(place)


def make_dossier(place: Workspace) -> Published:
    """The same without Prefect."""
    standing = stand(place)
    k = place.protocol.disclosure.k
    lineage = lineage_of(place)
    made = dossier_content(place, standing, lineage)
    files = dossier_site(
        Site(
            made,
            Listing(standing.events, k, {taken.event: taken.assurance for taken in standing.decisions}),
            k,
            f"{place.today:%-d %B %Y}",
            trail_verdict(standing),
            stage_sections(place, standing, made.stages),
            lineage_section(lineage, k=k),
        )
    )
    write_site(place.out, files)
    paths = (str(place.out.root / PAGE), str(place.out.root / write_audit_folder(place, standing, made)))
    handed = hand_to_auditors(place, made.digest, _handed_on(place, files))
    before = {e.data["content"] for e in place.events(["dossier.published"])}
    if place.events(["study.closed"]):
        return Published((), ("The study is closed; its dossier was written again as it is.", *handed), paths)
    if made.digest in before:
        return Published((), ("The dossier says what it said before; nothing to publish.", *handed), paths)
    fact = Fact("dossier.published", place.instant, data={"content": made.digest})
    said = f"Dossier published for the auditor, over {made.events_count} records."
    return Published((fact,), (said, *handed), paths)


def _handed_on(place: Workspace, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The site with the kit beside it, so that its links lead somewhere wherever it is unpacked."""
    kit = {stored.key: place.out.get(stored.key) for stored in place.out.list(KIT)}
    return {**{FOLDER + name: body for name, body in files.items()}, **kit}


def write_site(store: FolderStore, files: Mapping[str, bytes]) -> None:
    """Write the site's files, SHA256SUMS last; those that are there with the same bytes stay as they are.

    What an earlier site here named and this one has not is removed.
    """
    try:
        before = summed(store.get(FOLDER + SUMS))
    except NotStored:
        before = ()
    for old in before:
        if old not in files and "/" not in old:
            store.erase_all_versions(FOLDER + old)
    for name in sorted(files, key=lambda name: name == SUMS):
        if _stored(store, FOLDER + name) != files[name]:
            store.put(FOLDER + name, files[name])


def _stored(store: FolderStore, key: str) -> bytes | None:
    try:
        return store.get(key)
    except NotStored:
        return None
