"""The reference for verification: log files and chained digest files as AWS CloudTrail delivers them, and a validator.

Written after the public description: a digest file names the log files since the one before with the SHA-256 of each
one's uncompressed content, and the digest file before with its hash and signature; its own signature is RSA-2048 with
SHA-256 over end time, path, hash and the signature before it, kept beside the file as metadata.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
It shows that no log file was altered or is missing between two digests. It reads no record: no order or spelling, no
double, no link between records; and when its newest digests are gone, nothing shows that.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

START = datetime(2026, 3, 2, tzinfo=UTC)
SIGNATURE = ".signature"  # S3 keeps it in the object's metadata
PUBLIC = "public.pem"


def make_digest_files(directory: Path, records: int, *, per_file: int, files_per_digest: int) -> None:
    """Log files of records of about 1 KB, a digest for every so many of them, and the public key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for folder in ("logs", "digests"):
        (directory / folder).mkdir(parents=True)
    (directory / PUBLIC).write_bytes(public)
    previous, named = ("", "", ""), list[dict[str, str]]()
    files = -(-records // per_file)
    for number in range(files):
        first = number * per_file
        content = json.dumps({"Records": [_record(n) for n in range(first, min(records, first + per_file))]}).encode()
        path = f"logs/{number:08d}.json.gz"
        (directory / path).write_bytes(gzip.compress(content, 1, mtime=0))
        named.append({"s3Object": path, "hashValue": _sha256(content), "hashAlgorithm": "SHA-256"})
        if len(named) == files_per_digest or number == files - 1:
            previous = _write_digest(directory, key, number // files_per_digest, previous, named)
            named = []


def _record(number: int) -> dict[str, object]:
    return {
        "eventVersion": "1.11",
        "eventTime": "2026-03-02T09:00:00Z",
        "eventID": hashlib.sha256(b"%d" % number).hexdigest(),
        "eventName": "PutObject",
        "resources": [{"type": "AWS::S3::Object", "ARN": _sha256(b"%d %d" % (number, n))} for n in range(7)],
        "requestParameters": {"key": f"S{number:09d}"},
    }


def _write_digest(
    directory: Path,
    key: rsa.RSAPrivateKey,
    number: int,
    previous: tuple[str, str, str],
    named: list[dict[str, str]],
) -> tuple[str, str, str]:
    """Write and sign a digest file; its path, hash and signature."""
    path, end = f"digests/{number:08d}.json.gz", (START + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    content = json.dumps(
        {
            "digestEndTime": end,
            "digestS3Object": path,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "previousDigestS3Object": previous[0] or None,
            "previousDigestHashValue": previous[1] or None,
            "previousDigestSignature": previous[2] or None,
            "logFiles": named,
        }
    ).encode()
    signed = _signed(end, path, content, previous[2])
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256()).hex()
    (directory / path).write_bytes(gzip.compress(content, 1, mtime=0))
    (directory / (path + SIGNATURE)).write_text(signature)
    return path, _sha256(content), signature


def _signed(end: str, path: str, content: bytes, previous: str) -> bytes:
    return f"{end}\n{path}\n{_sha256(content)}\n{previous or 'null'}".encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def validate(directory: Path) -> tuple[int, int, list[str]]:
    """From the newest digest back: signature, chain, every log file's hash. Digests, log files, faults."""
    key = serialization.load_pem_public_key((directory / PUBLIC).read_bytes())
    assert isinstance(key, rsa.RSAPublicKey)
    faults, digests, logs, expected = list[str](), 0, 0, ""
    path = max(found.name for found in (directory / "digests").glob("*.gz"))
    path = f"digests/{path}"
    while path:
        content = gzip.decompress((directory / path).read_bytes())
        fields = json.loads(content)
        signed = _signed(fields["digestEndTime"], path, content, fields["previousDigestSignature"] or "")
        try:
            key.verify(bytes.fromhex((directory / (path + SIGNATURE)).read_text()), signed, *_SCHEME)
        except InvalidSignature:
            faults.append(f"{path}: signature")
        if expected and _sha256(content) != expected:
            faults.append(f"{path}: hash")
        for named in fields["logFiles"]:
            log = gzip.decompress((directory / named["s3Object"]).read_bytes())
            if _sha256(log) != named["hashValue"]:
                faults.append(f"{named['s3Object']}: hash")
        digests, logs = digests + 1, logs + len(fields["logFiles"])
        path, expected = fields["previousDigestS3Object"], fields["previousDigestHashValue"]
    return digests, logs, faults


_SCHEME = (padding.PKCS1v15(), hashes.SHA256())


if __name__ == "__main__":
    digest_count, log_count, found = validate(Path(sys.argv[1]))
    print("\n".join(found) or f"{digest_count} digest files and {log_count} log files valid")
    raise SystemExit(1 if found else 0)
