"""`fieldtrail trail verify`: the auditor's own verifier on a folder, on a proof, or on a copy of what is on S3."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cli.exits import Exit


def verify_place(address: str, key: str, *, endpoint: str | None, **options: Any) -> int:
    """Run the verifier; one of its own exit codes, a fault as 4. A trail on S3 is copied here first, with its versions.

    `options` are those of `trail.verify.run_verifier`.
    """
    from trail.verify import run_verifier

    options["progress"] = sys.stderr.isatty() if options["progress"] is None else options["progress"]
    if not address.startswith("s3://"):
        code = run_verifier(Path(address), key, **options)
    else:
        from storage import open_store
        from storage.mirror import local_copy

        with local_copy(open_store(address, endpoint=endpoint)) as copy:
            options["versions"] = options["versions"] or copy.versions
            code = run_verifier(copy.directory, key, **options)
    return Exit.TRAIL if code == 1 else code
