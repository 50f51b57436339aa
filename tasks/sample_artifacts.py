"""Each stage's sample as a Prefect artifact: the tables and pictures of the study page, under a stable key."""

from __future__ import annotations

import json
import re

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from pages.sample_section import Stage, stage_markdown, status_rows
from study.objects import NotStored
from study.protocol.sampling import StageSpec
from tasks.sample_section import stage_section
from tasks.workspace import Workspace


@task(name="show samples", cache_policy=NO_CACHE)
def show_samples(place: Workspace) -> tuple[str, ...]:
    """Every stage that has a sample as Markdown, and its evaluated sites as a table; returns the keys of the first.

    Of people it shows counts, never an id, and no table.
    """
    shown = []
    for stage in place.protocol.sampling.stages:
        section = _section(place, stage)
        if section is None:
            continue
        key = artifact_key(place.protocol.id, stage.name)
        create_markdown_artifact(
            stage_markdown(section),
            key=key,
            description=f"The sample of stage {stage.name} in study {place.protocol.id}, as it stands.",
        )
        if rows := status_rows(section):
            create_table_artifact(
                list(rows),
                key=f"{key}-evaluated",
                description=f"Every site evaluated for stage {stage.name}, with its status and the reason.",
            )
        shown.append(key)
    return tuple(shown)


def stage_artifact(place: Workspace, stage: StageSpec) -> str | None:
    """A stage as Markdown, from what was written under out/sample/; None while it has no sample."""
    section = _section(place, stage)
    return None if section is None else stage_markdown(section)


def artifact_key(study: str, stage: str) -> str:
    """The key under which a stage's artifact is found again: lower case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", f"sample-{study}-{stage}".lower()).strip("-")


def _section(place: Workspace, stage: StageSpec) -> Stage | None:
    try:
        made = json.loads(place.out.get(f"sample/{stage.name}.json"))
    except NotStored:
        return None
    return stage_section(stage, made)
