"""Comparison of groups of participants, from the codings imported and restricted/participants.csv."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis.checks import Problem
from analysis.groups import GroupComparison, compare_groups
from pages.groups import GroupsPage, groups_page
from pages.groups_document import groups_document
from pages.layout import plural
from study import Fact
from study.protocol.analysis import GroupComparison as Declared
from tasks.assessed import MOST_CAUSES, Assessed
from tasks.codings import Material, reference_of
from tasks.comparison_artifacts import show_groups
from tasks.comparison_files import kept
from tasks.speakers import PEOPLE, Speakers, belonging, speakers
from tasks.transcript_way import said
from tasks.workspace import Workspace

GROUP_CHECKS = frozenset({"AN061", "AN062"})
FILE = f"restricted/{PEOPLE}"
SUBJECT = "analysis:groups"
PAGE, DOCUMENT = "analysis/groups.html", "analysis/groups.docx"


@task(name="compare groups", cache_policy=NO_CACHE)
def compare_participants(place: Workspace, material: Material) -> Assessed:
    """Codes and themes by group, as a page for the team and a document for the paper; where the protocol asks for it.

    Nobody's group is recorded: the fact holds counts over all groups.
    """
    declared = place.protocol.analysis.groups
    if declared is None:
        return Assessed(said=("The protocol compares no groups.",))
    if material.codings is None:
        waits = "waits for an ethics approval" if material.waits else "waits for codings"
        return Assessed(said=(f"The comparison of groups {waits}.",))
    known = speakers(place, material)
    if known is None:
        return Assessed(said=(f"Groups are not compared: {FILE} is not here.",))
    found = _compared(place, material, declared, known)
    if sum(group.participants > 0 for group in found.groups) < 2:
        fault = Problem("AN062", FILE, 0, declared.by, SUBJECT)
        return Assessed(problems=(fault,), said=("The groups cannot be told apart, so they are not compared.",))
    page = _page(place, found, declared)
    made = (
        *kept(place, PAGE, groups_page(page)),
        *kept(place, DOCUMENT, groups_document(page, k=place.protocol.disclosure.k)),
    )
    show_groups(place.protocol.id, page, made)
    lost = (Problem("AN061", FILE, 0, declared.by, SUBJECT),) if found.outside else ()
    return Assessed((_fact(place, material, declared, found),), lost, (_said(found),), made)


def _compared(place: Workspace, material: Material, declared: Declared, known: Speakers) -> GroupComparison:
    assert material.codings is not None  # asked for before
    held = belonging(known, material.imports, declared.by)
    groups = declared.groups or list(_labels(place, declared)) or sorted({g for p in held.values() for g in p.values()})
    return compare_groups(material.codings.segments, held, groups=[g for g in groups if g], themes=_themes(place))


def _labels(place: Workspace, declared: Declared) -> dict[str, str]:
    """The groups or roles of the protocol with their words; sites have none."""
    people = place.protocol.participants
    if declared.by == "role":
        return {role.id: role.label for role in people.roles if role.interviewed}
    return {group.id: group.label for group in people.groups} if declared.by == "group" else {}


def _themes(place: Workspace) -> dict[str, list[str]]:
    checking = place.protocol.member_checking
    return {theme.id: theme.codes for theme in checking.themes} if checking else {}


def _page(place: Workspace, found: GroupComparison, declared: Declared) -> GroupsPage:
    checking = place.protocol.member_checking
    return GroupsPage(
        study=place.protocol.title,
        synthetic=place.protocol.synthetic,
        day=said(place.today),
        comparison=found,
        groups={group.name: _labels(place, declared).get(group.name, group.name) for group in found.groups},
        themes={theme.id: f"{theme.id}: {theme.plain}" for theme in checking.themes} if checking else {},
        codes_of={id: tuple(codes) for id, codes in _themes(place).items()},
    )


def _fact(place: Workspace, material: Material, declared: Declared, found: GroupComparison) -> Fact:
    """That groups were compared. It rests on every import: those of one group would tell who belongs to it."""
    data = {
        "by": declared.by,
        "groups": len(found.groups),
        "participants": sum(group.participants for group in found.groups),
        "transcripts": sum(group.transcripts for group in found.groups),
        "codes": len(found.codes),
        "only_in_one": sum(code.only is not None for code in found.codes),
        "mixed": len(found.mixed),
        "outside": len(found.outside),
    }
    cells = [[code.name, [[c.participants, c.transcripts, c.segments] for c in code.cells]] for code in found.codes]
    payload = {**data, "names": [group.name for group in found.groups], "cells": cells}
    inputs = reference_of(place, place.protocol.analysis.codings, payload)[:12]
    causes = tuple(material.imports.values())[:MOST_CAUSES]
    return Fact("groups.compared", place.instant, causes=causes, data={**data, "inputs": inputs})


def _said(found: GroupComparison) -> str:
    alone = sum(code.only is not None for code in found.codes)
    out = len(found.outside) + len(found.mixed)
    left = f" {plural(out, 'transcript')} left out." if out else ""
    return (
        f"Groups: {plural(len(found.codes), 'code')} compared between {plural(len(found.groups), 'group')}; "
        f"{plural(alone, 'code')} in one group only.{left}"
    )
