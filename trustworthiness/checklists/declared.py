"""What study.yaml declares, in sentences by topic: the plan, not what came of it. No name of a person, only roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from study.protocol import Protocol

RETURNED = {"transcript": "Their transcript", "summary": "A summary of their interview"}


def declarations(protocol: Protocol) -> dict[str, tuple[str, ...]]:
    """Sentences by topic; a topic on which the protocol says nothing has none."""
    found = {
        "title": (f"“{protocol.title}”.",),
        "interviewers": _interviewers(protocol),
        "training": _training(protocol),
        "team": _team(protocol),
        "orientation": _orientation(protocol),
        "sampling": tuple(_sampling(protocol)),
        "contact": _contact(protocol),
        "participants": _participants(protocol),
        "software": _software(protocol),
        "themes": _themes(protocol),
        "themes_named": _themes(protocol),
        "quotes": (f"beside a quote may stand {_listed(protocol.disclosure.beside_quotes) or 'nothing'} of who said "
                   f"it, and only where {protocol.disclosure.k} people or more share that.",),
        "ethics": (f"{protocol.ethics.board}, {protocol.ethics.reference}.",),
        "strands": (f"{_listed(protocol.strands)} strand{'s' if len(protocol.strands) > 1 else ''}.",),
        "integration": _integration(protocol),
        "transcripts_returned": _returned(protocol),
    }  # fmt: skip
    return {topic: said for topic, said in found.items() if said}


def _interviewers(protocol: Protocol) -> tuple[str, ...]:
    roles = Counter(p.role for p in protocol.team if any(t.task == "interview" for t in p.tasks))
    return (f"interviews by {_roles(roles)}.",) if roles else ()


def _training(protocol: Protocol) -> tuple[str, ...]:
    required = protocol.required_training.get("interview", [])
    return (f"whoever interviews must have taken {_listed(required)}.",) if required else ()


def _team(protocol: Protocol) -> tuple[str, ...]:
    return (f"the team is {_roles(Counter(p.role for p in protocol.team))}.",)


def _orientation(protocol: Protocol) -> tuple[str, ...]:
    analysis = protocol.analysis
    used = [
        ("codes", True),
        ("saturation of codes", analysis.saturation is not None),
        ("agreement between coders", analysis.agreement is not None),
        ("comparison of cases", analysis.cases is not None),
        ("comparison of groups", analysis.groups is not None),
        ("a joint display of scores and themes", analysis.joint_display is not None),
    ]
    return (f"analysis with {_listed(name for name, is_used in used if is_used)}.",)


def _sampling(protocol: Protocol) -> Iterable[str]:
    for stage in protocol.sampling.stages:
        yield f"stage {stage.name}, {stage.strategy.replace('_', ' ')} sampling of {stage.of}. {stage.rationale}"


def _contact(protocol: Protocol) -> tuple[str, ...]:
    contact = protocol.participants.contact
    days, most = contact.interval_days, contact.maximum_attempts
    return (f"contacted again after {days} days or more, at most {most} times.",)


def _participants(protocol: Protocol) -> tuple[str, ...]:
    people = protocol.participants
    sentences = [f"roles: {_listed(role.label for role in people.roles)}."]
    if people.groups:
        sentences.append(f"groups: {_listed(group.label for group in people.groups)}.")
    if people.criteria:
        sentences.append(f"who may take part: {'; '.join(criterion.text for criterion in people.criteria)}.")
    return tuple(sentences)


def _software(protocol: Protocol) -> tuple[str, ...]:
    tools = dict.fromkeys(entry.tool.replace("_", " ") for entry in protocol.analysis.imports if entry.tool != "auto")
    return (f"coded with {_listed(tools)}; records kept with fieldtrail.",) if tools else ()


def _themes(protocol: Protocol) -> tuple[str, ...]:
    checking = protocol.member_checking
    return (f"{len(checking.themes)} themes, each with its codes, are named for member checking.",) if checking else ()


def _integration(protocol: Protocol) -> tuple[str, ...]:
    """How methods are brought together; cases and groups compared within one strand are none of it."""
    display = protocol.analysis.joint_display
    return (f"scores of the survey {display.survey} shown beside themes, site by site.",) if display else ()


def _returned(protocol: Protocol) -> tuple[str, ...]:
    checking = protocol.member_checking
    return (RETURNED[checking.returns],) if checking and checking.returns in RETURNED else ()


def _roles(counts: Counter[str]) -> str:
    return _listed(f"{n} {role.replace('_', ' ')}{'s' if n > 1 else ''}" for role, n in sorted(counts.items()))


def _listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = [*names] or [""]
    return f"{', '.join(most)} and {last}" if most else last
