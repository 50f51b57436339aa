"""What `fieldtrail check` looks at beyond study.yaml itself: the files it names and the names it gives."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from sampling import check_design, design_of
from sampling.frame import frame_from
from sampling.frame_faults import design_columns, frame_faults
from sampling.frame_file import Cells
from study import Protocol, StudyError, load_protocol
from study.errors import Fault
from study.objects import StoreUnavailable
from study.protocol.sampling import StageSpec
from tasks.coding_proof import coding_proof
from tasks.feeds import mapped_register
from tasks.frames import frame_cells
from tasks.read import parse_table
from tasks.register_proof import Proof, register_proof
from tasks.survey_proof import survey_proof
from tasks.trail_place import folder, refuse_unfit, trail_store
from trail.note import Kind, PublicKey

DESIGN = "the sampling design"
"""Where an error of sampling lies that no file holds; in a study it is a stage of study.yaml."""
REGISTERS = {
    "registers/recruitment.csv": (
        "participant_id", "site_id", "role", "step", "occurred", "reason_code", "contact_channel",
    ),
    "registers/consent.csv": (
        "participant_id", "form_id", "form_version", "language", "action", "occurred", "mode", "scopes",
        "obtained_by", "witness", "representative", "copy_given", "disposition",
    ),
    "registers/interviews.csv": (
        "interview_id", "participant_ids", "site_id", "occurred", "mode", "outcome", "guide_version", "recording",
    ),
    "registers/recordings.csv": ("recording_id", "interview_id", "step", "occurred"),
    "registers/member_checks.csv": ("participant_id", "packet_id", "step", "occurred"),
    "registers/decisions.csv": ("decision", "subject", "value", "person", "occurred", "reason"),
}  # fmt: skip
"""The people's registers and the columns each must have; one that does not exist yet is no fault."""


def study_faults(root: Path) -> list[Fault]:
    """Every fault of a study folder in one pass; raises ProtocolError for those of study.yaml itself."""
    return list(study_checked(root).faults)


@dataclass(frozen=True, slots=True)
class Checked:
    """What `fieldtrail check` found: what each mapped register, survey and export of codings is, and every fault."""

    said: tuple[str, ...]
    faults: tuple[Fault, ...]


def study_checked(root: Path) -> Checked:
    """The faults of a study folder, and in words what its registers, surveys and codings hold; records nothing."""
    protocol = load_protocol(root)
    proof, surveys = register_proof(root, protocol), survey_proof(root, protocol)
    codings = coding_proof(root, protocol, proof.frames.get("interviews"))
    faults = [
        *_places(root, protocol),
        *_named_files(root, protocol),
        *_registers(root, protocol),
        *proof.faults,
        *surveys.faults,
        *codings.faults,
        *_frames(root, protocol),
        *_designs(protocol),
        *_check_ids(protocol),
        *_ids_with_participant_codes(root, protocol, proof),
        *_fixed_clock(protocol),
    ]
    return Checked((*proof.said, *surveys.said, *codings.said), tuple(faults))


def _places(root: Path, protocol: Protocol) -> Iterator[Fault]:
    """Folders on S3, a bucket that is not fit for a trail or does not answer, keys that are none."""
    for place in (protocol.storage.restricted, protocol.storage.out):
        try:
            folder(root, place)
        except StudyError as error:
            yield Fault(error.where, error.what, error.remedy)
    try:
        refuse_unfit(trail_store(root, protocol))
    except (StudyError, StoreUnavailable) as error:
        yield Fault("study.yaml, storage.trail", str(error), "")
    named = [(f"team.{i}.key", p.key, Kind.SIGNER) for i, p in enumerate(protocol.team) if p.key]
    named += [
        (f"storage.countersigners.{i}.key", c.key, Kind.COUNTERSIGNER)
        for i, c in enumerate(protocol.storage.countersigners)
    ]
    for key, text, kind in named:
        try:
            PublicKey.read(text, kind)
        except StudyError as error:
            yield Fault(f"study.yaml, {key}", error.what, error.remedy)


def _named_files(root: Path, protocol: Protocol) -> Iterator[Fault]:
    named = [
        *((f"consent_forms.{i}.file", form.file) for i, form in enumerate(protocol.consent_forms)),
        *((f"guides.{i}.file", guide.file) for i, guide in enumerate(protocol.guides)),
        ("sampling.frame", protocol.sampling.frame),
        *((f"sampling.stages.{i}.frame", s.frame) for i, s in enumerate(protocol.sampling.stages) if s.frame),
    ]
    for key, path in named:
        if not (root / path).is_file():
            yield Fault(f"study.yaml, {key}", f"there is no file {path}", "Put it there, or correct the name.")


def _registers(root: Path, protocol: Protocol) -> Iterator[Fault]:
    for path, columns in REGISTERS.items():
        if mapped_register(protocol, path) or not (root / path).is_file():
            continue
        try:
            table = parse_table((root / path).read_bytes(), path)
        except StudyError as error:
            yield Fault(error.where, error.what, error.remedy)
            continue
        for column in columns:
            if column not in table.columns:
                yield Fault(f"{path}, row 1", f"the column {column} is missing", "Add it to the header row.")


def _frames(root: Path, protocol: Protocol) -> Iterator[Fault]:
    """Each frame file once: what cannot be read of it, and what the designs of its stages cannot."""
    plan = protocol.sampling
    stages: dict[tuple[str, str], list[int]] = {(plan.frame, plan.id_column): []}
    for i, stage in enumerate(plan.stages):
        stages.setdefault((stage.frame or plan.frame, stage.id_column or plan.id_column), []).append(i)
    from_surveys = {score.column for score in plan.scores}
    for (path, id_column), numbers in stages.items():
        if not (root / path).is_file():
            continue
        try:
            cells = frame_cells((root / path).read_bytes(), path, id_column)
        except StudyError as error:
            yield Fault(error.where, error.what, error.remedy)
            continue
        yield from _frame(cells, id_column, {i: plan.stages[i] for i in numbers}, from_surveys)


def _frame(
    cells: Cells, id_column: str, stages: dict[int, StageSpec], from_surveys: Collection[str] = ()
) -> Iterator[Fault]:
    """What is wrong with a frame for its stages; columns `from_surveys` are not there before the surveys are."""
    keys = {id_column: "sampling.id_column"}
    for i, stage in stages.items():
        for column in design_columns(design_of(stage, id_column)):
            if stage.of == "people" or column not in from_surveys:
                keys.setdefault(column, f"sampling.stages.{i}")
            elif column in cells.columns:
                yield Fault(
                    cells.header_at,
                    f"the column {column} is there, and sampling.scores takes it from a survey, too",
                    "Give one of the two another name.",
                )
    for column, key in keys.items():
        if column not in cells.columns:
            yield Fault(cells.header_at, f"the column {column} is missing", f"Add it, or correct study.yaml, {key}.")
    if id_column not in cells.columns:
        return
    try:
        frame = frame_from(cells, id_column, personal=any(s.of == "people" for s in stages.values()))
    except StudyError as error:
        yield Fault(error.where, error.what, error.remedy)
        return
    found: dict[Fault, None] = {}
    for i, stage in stages.items():
        rests = bool(stage.within or stage.excluding)
        for fault in frame_faults(frame, design_of(stage, id_column), rests_on_others=rests):
            found[replace(fault, where=fault.where.replace(DESIGN, f"study.yaml, sampling.stages.{i}"))] = None
    yield from found


def _designs(protocol: Protocol) -> Iterator[Fault]:
    """What each stage lacks for its strategy, or says against itself."""
    for i, stage in enumerate(protocol.sampling.stages):
        try:
            design = design_of(stage, stage.id_column or protocol.sampling.id_column)
            check_design(replace(design, each=stage.site_column))
        except StudyError as error:
            yield Fault(f"study.yaml, sampling.stages.{i}", error.what, error.remedy)


def _check_ids(protocol: Protocol) -> Iterator[Fault]:
    from expectations.catalogue import CATALOGUE

    for check, thresholds in protocol.checks.items():
        known = CATALOGUE.get(check)
        if known is None:
            yield Fault(f"study.yaml, checks.{check}", "there is no such check", "Remove it, or correct its id.")
            continue
        for name in thresholds:
            if name not in known.defaults:
                names = ", ".join(known.defaults) or "none"
                yield Fault(f"study.yaml, checks.{check}.{name}", "no such threshold", f"Thresholds here: {names}.")


def _ids_with_participant_codes(root: Path, protocol: Protocol, proof: Proof) -> Iterator[Fault]:
    """Ids that enter the trail as they are may not hold a participant code."""
    code = re.compile(protocol.participants.code_pattern)
    path = "registers/interviews.csv"
    if mapped_register(protocol, path):
        path, table = protocol.registers.interviews[0].file, proof.frames.get("interviews", pd.DataFrame())
    elif not (root / path).is_file():
        return
    else:
        try:
            table = parse_table((root / path).read_bytes(), path)
        except StudyError:
            return  # reported with the registers
    for row, interview in table.get("interview_id", {}).items():
        if any(code.fullmatch(part) for part in re.split(r"[^A-Za-z0-9]+", interview)):
            yield Fault(
                f"{path}, row {row}, column interview_id",
                "the id holds a participant code, and ids enter the trail",
                "Give the interview an id of its own.",
            )


def _fixed_clock(protocol: Protocol) -> Iterator[Fault]:
    if protocol.as_of and not protocol.synthetic:
        yield Fault("study.yaml, as_of", "a real study has no fixed clock", "Remove the key.")
