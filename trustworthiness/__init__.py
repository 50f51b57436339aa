"""Trustworthiness: member checks, peer debriefing, negative cases, claims and lineage, criteria, the dossier."""

from trustworthiness.audit_visit import AuditVisits, fold_audits
from trustworthiness.criteria import criteria_matrix, halpern_inventory
from trustworthiness.gates import everybody_else, gate, thin_themes
from trustworthiness.member_checks import MemberChecks, fold_member_checks
from trustworthiness.packet import Packet, assemble, packet_id, packet_sha256
from trustworthiness.reply import judge, read_reply

__all__ = [
    "AuditVisits",
    "MemberChecks",
    "Packet",
    "assemble",
    "criteria_matrix",
    "everybody_else",
    "fold_audits",
    "fold_member_checks",
    "gate",
    "halpern_inventory",
    "judge",
    "packet_id",
    "packet_sha256",
    "read_reply",
    "thin_themes",
]
