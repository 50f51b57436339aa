"""The form in which an auditor attests what they found: filled and saved in the browser, without a network.

What it saves names the dossier by the digest of its content, so that an attestation is of that content and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages.layout import render

FORMAT = 1
FILE = "attestation.json"
VERDICTS = {"confirmed": "Confirmed", "not_confirmed": "Not confirmed", "not_examined": "Not examined"}
STATEMENTS = {
    "trail": "I verified the record with the kit, and the fingerprint is the one this dossier names.",
    "credibility": "Credibility: what the dossier says is recorded is there, and I could follow it.",
    "transferability": "Transferability: what the dossier says is recorded is there, and I could follow it.",
    "dependability": "Dependability: what was done and changed is recorded, and I could follow it.",
    "confirmability": "Confirmability: the claims I looked at lead back to their evidence.",
    "consent": "For the material I was shown, consent is recorded and was in force.",
    "checklists": "The statements in COREQ, SRQR and GRAMMS that I looked up agree with the records they cite.",
}
"""What an auditor is asked, by the id under which the answer is saved."""


def attestation_page(digest: str, frame: Mapping[str, Any]) -> bytes:
    """The form with the digest of the dossier's content in it; `frame` is what every page of the dossier needs."""
    said = {"format": FORMAT, "dossier": digest}
    return render(
        "dossier_attestation.html", **frame, statements=STATEMENTS, verdicts=VERDICTS, envelope=said, file=FILE
    )
