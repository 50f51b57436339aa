"""The sites' own flow diagrams for the team's page, from the register's dated rows and restricted/participants.csv."""

from __future__ import annotations

from pages.layout import plural
from pages.recruitment_section import SiteDiagram, Sites, drawn
from recruitment import Recruitment
from recruitment.site_flow import UNKNOWN, site_flows
from recruitment.tally import ways
from recruitment.targets import unplaced
from tasks.recruitment import affiliations
from tasks.registers import Registers
from tasks.workspace import Workspace

NOT_AVAILABLE = "Not available without {missing}: the trail holds no site of a person."
FILES = {"recruitment": "registers/recruitment.csv", "participants": "restricted/participants.csv"}


def site_diagrams(place: Workspace, registers: Registers, recruitment: Recruitment) -> Sites:
    """One diagram a site, people whose site is not known last; or which file is missing."""
    frames = registers.frames
    missing = [file for name, file in FILES.items() if frames[name] is None]
    rows = frames["recruitment"]
    if missing or rows is None:
        return Sites(note=NOT_AVAILABLE.format(missing=" and ".join(missing)))
    codes = dict(registers.codes.trail)
    places = affiliations(frames["participants"], codes)
    flows = site_flows(
        rows,
        ways(rows, registers.consented),
        recruitment,
        codes,
        places,
        today=place.today,
        criteria={c.number: c.text for c in place.protocol.participants.criteria},
    )
    diagrams = tuple(
        SiteDiagram("Site not known" if flow.site == UNKNOWN else flow.site, drawn(flow.boxes)) for flow in flows
    )
    out = unplaced(recruitment, places)
    notes = (
        f"{plural(len(out), 'interview')} held on a day for which restricted/participants.csv names no site and role: "
        "they count for no target of a site, role or group.",
    )
    return Sites(diagrams, notes=notes if out else ())
