"""Member checks, dossier and closing as flows, in Prefect, on a small study."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

HELP = Path(__file__).parent.parent / "tasks" / "member_check_study.py"
_spec = importlib.util.spec_from_file_location("member_check_study", HELP)
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)


@pytest.mark.real
@pytest.mark.usefixtures("prefect_harness")
def test_packets_go_out_replies_come_in_and_the_dossier_counts_them(tmp_path):
    from flows.assemble_member_checks import AssembleMemberChecks, assemble_member_checks
    from flows.close_study import CloseStudy, close_study
    from flows.publish_dossier import PublishDossier, publish_dossier
    from flows.record_member_checks import RecordMemberChecks, record_member_checks

    root = tiny.write_study(tmp_path / "tiny")
    tiny.enrol(root)
    tiny.decide(root, *(f"release_packet,MC-I000{n},,INV1,2016-08-01,Read it" for n in range(1, 7)))
    out = assemble_member_checks(AssembleMemberChecks(study=str(root)))
    assert "6 packets assembled, 6 released for sending" in out.said[0]
    assert [q.check for q in out.queries] == ["MC008"]
    tiny.register(root, *(f"P00{n},MC-I000{n},sent,2016-08-02,,," for n in range(1, 7)))
    tiny.reply(root, 1, answers=[{"theme_id": "T1", "verdict": "does_not"}])
    assemble_member_checks(AssembleMemberChecks(study=str(root)))
    came = record_member_checks(RecordMemberChecks(study=str(root)))
    assert came.said == ("Replies to member checks: 1 read.", "Member checks: 5 due a reminder.")
    dossier = publish_dossier(PublishDossier(study=str(root)))
    assert "Dossier published" in dossier.said[0]
    with tiny.at(root) as place:
        before = len(place.events())
    again = [
        assemble_member_checks(AssembleMemberChecks(study=str(root))),
        record_member_checks(RecordMemberChecks(study=str(root))),
        publish_dossier(PublishDossier(study=str(root))),
    ]
    assert again[2].said == ("The dossier says what it said before; nothing to publish.",)
    closing = close_study(CloseStudy(study=str(root), acting="INV1"))
    assert closing.said == (
        "The study cannot be closed yet.",
        "1 blocking query is open: resolve what blocks first.",
        "1 theme is doubted by participants, without a recorded change or reason.",
        "5 people are due a reminder of their member check: send it, or let the time pass.",
        "The linkage is not destroyed: two people decide it (destroy-linkage), or study.yaml says that it is kept "
        "(retention.linkage).",
    )
    with tiny.at(root) as place:
        assert len(place.events()) == before
