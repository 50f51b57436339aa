"""Contradictions between parts of the protocol, each as `path: what is wrong and what to do`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from study.protocol.document import Protocol
    from study.protocol.people import Brought
    from study.protocol.sampling import StageSpec


PUBLIC_KEY = re.compile(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")


def contradictions(protocol: Protocol) -> list[str]:
    """Every contradiction found; empty when the parts agree."""
    return [
        *_patterns(protocol),
        *_folders(protocol),
        *_repeats(protocol),
        *_dates(protocol),
        *_keys(protocol),
        *_references(protocol),
    ]


def _patterns(protocol: Protocol) -> Iterator[str]:
    for path, pattern in [
        ("participants.code_pattern", protocol.participants.code_pattern),
        ("participants.site_pattern", protocol.participants.site_pattern),
        *(
            [("transcripts.interview_id_pattern", protocol.transcripts.interview_id_pattern)]
            if protocol.transcripts
            else []
        ),
    ]:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{path}: not a regular expression ({error.msg}); write one such as P\\d{{3}}"


def _folders(protocol: Protocol) -> Iterator[str]:
    taken = {"restricted", "registers", "records", "surveys", "trail", "out"}
    taken |= {protocol.storage.restricted, protocol.storage.out, protocol.storage.trail}
    taken |= {protocol.transcripts.folder} if protocol.transcripts else set()
    for folder in protocol.documents:
        if folder in taken or folder.partition("/")[0] in taken:
            yield f"documents: {folder} holds something else already; name a folder of its own"


def _repeats(protocol: Protocol) -> Iterator[str]:
    lists: dict[str, Iterable[object]] = {
        "team": (p.code for p in protocol.team),
        "participants.roles": (r.id for r in protocol.participants.roles),
        "participants.groups": (g.id for g in protocol.participants.groups),
        "sampling.stages": (s.name for s in protocol.sampling.stages),
        "consent_forms": ((f.form, f.version, f.language) for f in protocol.consent_forms),
        "guides": ((g.id, g.version) for g in protocol.guides),
        "surveys": (s.name for s in protocol.surveys),
        "obligations": (o.id for o in protocol.obligations),
        "ethics.amendments": (a.id for a in protocol.ethics.amendments),
        "ethics.approvals.exceptions": (e.reference for a in protocol.ethics.approvals for e in a.exceptions),
    }
    for path, keys in lists.items():
        for key, times in Counter(keys).items():
            if times > 1:
                shown = " ".join(map(str, key)) if isinstance(key, tuple) else key
                yield f"{path}: {shown} appears {times} times; give each its own name"


def _dates(protocol: Protocol) -> Iterator[str]:
    for i, approval in enumerate(protocol.ethics.approvals):
        if approval.end and approval.end < approval.start:
            yield f"ethics.approvals.{i}: the approval ends before it begins; correct `from` or `to`"
        for j, excepted in enumerate(approval.exceptions):
            if excepted.end < excepted.start or approval.end is None or excepted.start <= approval.end:
                yield f"ethics.approvals.{i}.exceptions.{j}: it must follow its approval; correct `from` or `to`"
    first_approval = min(a.start for a in protocol.ethics.approvals)
    for i, form in enumerate(protocol.consent_forms):
        path = f"consent_forms.{i}"
        if form.closes and form.closes < form.opens:
            yield f"{path}.closes: the form may no longer be signed before it may be; correct `opens` or `closes`"
        if form.opens < form.approved or form.approved < first_approval:
            yield f"{path}.opens: the form opens or is approved before the ethics approval; correct the dates"
        if (form.reconsent.order == "everyone_by") != (form.reconsent.by is not None):
            yield f"{path}.reconsent: `by` goes with the order everyone_by, and only with it"
    yield from _locking(protocol)
    for i, amendment in enumerate(protocol.ethics.amendments):
        dates = [d for d in (amendment.submitted, amendment.approved, amendment.effective) if d]
        if dates != sorted(dates):
            yield f"ethics.amendments.{i}: the days must run submitted, approved, effective"
        yield from _brought(protocol, f"ethics.amendments.{i}.brings", amendment.brings)


def _brought(protocol: Protocol, path: str, brought: Brought) -> Iterator[str]:
    """What an amendment brings and the protocol does not hold."""
    known: dict[str, tuple[Iterable[object], set[object]]] = {
        "forms": ([(f.form, f.version) for f in brought.forms], {(f.form, f.version) for f in protocol.consent_forms}),
        "guides": ([(g.id, g.version) for g in brought.guides], {(g.id, g.version) for g in protocol.guides}),
        "surveys": (brought.surveys, {s.name for s in protocol.surveys}),
    }
    for name, (named, there) in known.items():
        for missing in (one for one in named if one not in there):
            shown = " ".join(map(str, missing)) if isinstance(missing, tuple) else missing
            yield f"{path}.{name}: {shown} is not in study.yaml; add it, or correct its name"


def _locking(protocol: Protocol) -> Iterator[str]:
    kept = protocol.retention
    if (kept.assessment is None) != (kept.assessed is None):
        yield "retention.assessment: the assessment's number and its day go together; add the one that is missing"
    elif kept.mode == "compliance" and kept.assessment is None:
        yield "retention.mode: compliance needs a recorded impact assessment; add `assessment` and `assessed`"


def _keys(protocol: Protocol) -> Iterator[str]:
    """Public keys that are not written as one, or that are another's."""
    named = [(f"team.{i}.key", person.key, person.code) for i, person in enumerate(protocol.team) if person.key]
    named += [(f"storage.countersigners.{i}.key", c.key, "") for i, c in enumerate(protocol.storage.countersigners)]
    for path, key, owner in named:
        if not PUBLIC_KEY.fullmatch(key):
            yield f"{path}: this is no public key; write it as name+8 digits+44 characters, as keygen printed it"
        elif owner and not key.startswith(f"{owner}+"):
            yield f"{path}: the key is named {key.partition('+')[0]}; make one with `keygen --person {owner}`"


def _references(protocol: Protocol) -> Iterator[str]:
    roles = {r.id for r in protocol.participants.roles}
    groups = {g.id for g in protocol.participants.groups}
    for i, target in enumerate(protocol.participants.targets):
        if target.role and target.role not in roles:
            yield f"participants.targets.{i}.role: no role {target.role}; known are {', '.join(sorted(roles))}"
        if target.group and target.group not in groups:
            known = ", ".join(sorted(groups)) or "none"
            yield f"participants.targets.{i}.group: no group {target.group}; known are {known}"
    cases = protocol.analysis.cases
    for name, role in [("peers", cases.peers), ("organisation", cases.organisation)] if cases else []:
        if role not in roles:
            yield f"analysis.cases.{name}: no role {role}; known are {', '.join(sorted(roles))}"
    for i, survey in enumerate(protocol.surveys):
        if survey.linkage == "coded" and not survey.key:
            yield f"surveys.{i}.key: a coded survey needs the column that holds the participant code"
        before = {(other.instrument, other.wave) for other in protocol.surveys[:i]}
        if survey.wave and (survey.instrument, survey.wave) in before:
            yield f"surveys.{i}.wave: wave {survey.wave} of {survey.instrument} is there already; number each wave once"
        for name in (name for name, times in Counter(s.name for s in survey.scales).items() if times > 1):
            yield f"surveys.{i}.scales: {name} appears twice; give each scale its own name"
        for scale in survey.scales:
            for item in (item for item, times in Counter(scale.items).items() if times > 1):
                yield f"surveys.{i}.scales: {item} is twice an item of {scale.name}; keep one"
            extra = [item for item in scale.reversed if item not in scale.items]
            if extra:
                yield f"surveys.{i}.scales: reversed item {extra[0]} is no item of {scale.name}; correct one of them"
    yield from _stages(protocol.sampling.stages, {p.code for p in protocol.team})
    yield from _scores(protocol)
    yield from _comparisons(protocol)
    for i, stage in enumerate(protocol.sampling.stages):
        both = sorted(set(stage.required) & set(stage.forbidden))
        if both:
            yield f"sampling.stages.{i}: {', '.join(both)} is both required and forbidden; remove it from one list"


def _scores(protocol: Protocol) -> Iterator[str]:
    """Scores of sites that no survey of the protocol can give."""
    for i, wanted in enumerate(protocol.sampling.scores):
        yield from _by_site(protocol, f"sampling.scores.{i}", wanted.survey, wanted.scale)
    columns = Counter(wanted.column for wanted in protocol.sampling.scores)
    for column in (c for c, times in columns.items() if times > 1 or c == protocol.sampling.id_column):
        yield f"sampling.scores: the column {column} is taken; give each score a column of its own"


def _by_site(protocol: Protocol, path: str, name: str, wanted: str) -> Iterator[str]:
    """Why a survey's scale has no score by site."""
    surveys = {survey.name: survey for survey in protocol.surveys}
    survey = surveys.get(name)
    if survey is None:
        yield f"{path}.survey: no survey {name}; known are {', '.join(sorted(surveys)) or 'none'}"
        return
    scale = next((scale for scale in survey.scales if scale.name == wanted), None)
    if scale is None:
        yield f"{path}.scale: the survey {survey.name} declares no scale {wanted}; add it, or correct it"
    elif scale.site_score is None:
        yield f"{path}.scale: {scale.name} does not say when a site's mean may stand for it; add its `site_score`"
    if survey.site is None:
        yield f"{path}.survey: {survey.name} names no column with the site; add `site` to that survey"


def _comparisons(protocol: Protocol) -> Iterator[str]:
    """Groups and themes that are compared and that the protocol does not have; scores nobody can give."""
    groups, display = protocol.analysis.groups, protocol.analysis.joint_display
    if groups and groups.by != "site_id":
        members = protocol.participants
        known = [r.id for r in members.roles] if groups.by == "role" else [g.id for g in members.groups]
        for name in (name for name in groups.groups if name not in known):
            yield f"analysis.groups.groups: no {groups.by} {name}; known are {', '.join(known) or 'none'}"
        if len(set(groups.groups or known)) < 2:
            yield f"analysis.groups.groups: a comparison needs two; add another {groups.by}, or leave the part out"
    if display:
        yield from _by_site(protocol, "analysis.joint_display", display.survey, display.scale)
        checking = protocol.member_checking
        themes = [theme.id for theme in checking.themes] if checking else []
        for theme in (theme for theme in display.themes if theme not in themes):
            known_themes = ", ".join(themes) or "none"
            yield f"analysis.joint_display.themes: no theme {theme} in member_checking; known are {known_themes}"


def _stages(stages: Sequence[StageSpec], team: Container[str]) -> Iterator[str]:
    """Stages that rest on others: those must come before, and people within sites need a frame and a site column."""
    of = {stage.name: stage.of for stage in stages}
    names = [stage.name for stage in stages]
    for i, stage in enumerate(stages):
        path = f"sampling.stages.{i}"
        for key, others in (("within", [stage.within] if stage.within else []), ("excluding", stage.excluding)):
            for other in others:
                if other not in names[:i]:
                    yield f"{path}.{key}: no earlier stage is named {other}; put that stage first"
                elif key == "excluding" and of[other] != stage.of:
                    yield f"{path}.excluding: {other} chooses {of[other]}, this stage {stage.of}; take it out"
        nested = stage.of == "people" and of.get(stage.within or "") == "sites"
        if nested and not (stage.site_column and stage.frame):
            yield f"{path}: people within sites need their own frame and a site column; add `frame` and `site_column`"
        if stage.site_column and not nested:
            yield f"{path}.site_column: goes with people within sites; remove it, or name that stage in `within`"
        if stage.site_column and stage.site_column in stage.criterion:
            yield f"{path}.criterion: the site is decided by the stage {stage.within}; remove {stage.site_column} here"
        if stage.chosen_by and stage.chosen_by not in team:
            yield f"{path}.chosen_by: no person {stage.chosen_by} in the team; correct the code"
        if stage.of == "sites" and of.get(stage.within or "") == "people":
            yield f"{path}.within: {stage.within} chooses people; sites can only be chosen within sites"
