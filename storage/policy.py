"""Who may do what in a trail's bucket: the documents whoever runs the bucket loads into AWS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html and, for the conditions,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html. The roles' documents allow; the
bucket policy only denies, so it holds against every identity of the account, whatever else it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from storage.keys import SCHEME, bucket_and_prefix

Document = dict[str, Any]

ROLES = ("writer", "sealer", "countersigner", "auditor", "data-protection")
_WRITES = {
    "writer": ("lanes/*", "dossier/*"),
    "sealer": ("lanes/*", "dossier/*", "seals/*", "checkpoints/*", "cosignatures/*"),  # files countersigners' answers
    "countersigner": ("cosignatures/*",),
}
_LIST = ("s3:ListBucket", "s3:ListBucketVersions")
_SEE_BUCKET = ("s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration")
_SEE_RULES = ("s3:GetBucketPolicy", "s3:GetLifecycleConfiguration")
_READ = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention", "s3:GetObjectLegalHold")
_WRITE = ("s3:PutObject", "s3:PutObjectRetention")
_REMOVE = ("s3:DeleteObject", "s3:DeleteObjectVersion")
_LIFT = ("s3:BypassGovernanceRetention",)
_CHANGE_BUCKET = (
    *("s3:DeleteBucket", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketVersioning"),
    *("s3:PutBucketObjectLockConfiguration", "s3:PutLifecycleConfiguration", "s3:PutBucketAcl"),
)


def documents(
    bucket: str,
    prefix: str = "",
    *,
    account: str | None = None,
    name: str = "fieldtrail",
    mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE",
    years: int = 10,
    server: Literal["aws", "seaweedfs"] = "aws",
) -> dict[str, Document]:
    """Every document by its name: bucket-policy, object-lock, lifecycle, and one for each role.

    The roles (or users) are called `<name>-<role>`, in `account` (12 digits) or, without one, in any account. `years`
    is the default retention. SeaweedFS knows identities only by their user names, and neither whether a PUT is
    conditional nor whether it came encrypted: its documents go without these two. StudyError for a malformed place.
    """
    bucket, prefix = bucket_and_prefix(f"{SCHEME}{bucket}/{prefix}".rstrip("/"))
    place = _Place(bucket, prefix, f"arn:aws:iam::{account or '*'}" if server == "aws" else "", name)
    return {
        "bucket-policy": _bucket_policy(place, mode, on_aws=server == "aws"),
        "object-lock": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": mode, "Years": years}},
        },
        "lifecycle": _lifecycle(prefix),
        **{role: _identity(place, role) for role in ROLES},
    }


class _Place:
    """The bucket's and its objects' resource names, and the roles'."""

    def __init__(self, bucket: str, prefix: str, accounts: str, name: str) -> None:
        self.bucket = f"arn:aws:s3:::{bucket}"
        self.prefix = prefix
        self._accounts = accounts
        self._name = name

    def objects(self, *patterns: str) -> list[str]:
        return [f"{self.bucket}/{self.prefix}{pattern}" for pattern in patterns]

    def all_but(self, *roles: str) -> dict[str, Any]:
        """The condition that holds for every identity but these roles."""
        names = [f"{self._name}-{role}" for role in roles]
        if not self._accounts:
            return {"StringNotLike": {"aws:username": names}}
        arns = [f"{self._accounts}:{kind}/{name}" for name in names for kind in ("role", "user")]
        return {"StringNotLike": {"aws:PrincipalArn": arns}}


def _bucket_policy(place: _Place, mode: str, *, on_aws: bool) -> Document:
    everything, others = place.objects("*"), place.all_but("data-protection")
    denials = [
        _deny("NothingIsHiddenBehindAMarker", ("s3:DeleteObject",), everything),
        _deny("OnlyDataProtectionErases", ("s3:DeleteObjectVersion", *_LIFT), everything, others),
        *(
            _deny(
                f"Only{_who(folder)}", ("s3:PutObject",), place.objects(f"{folder}/*"), place.all_but(*_who_may(folder))
            )
            for folder in ("lanes", "dossier", "seals", "checkpoints", "cosignatures")
        ),
        _deny("TheBucketStays", ("s3:DeleteBucket",), [place.bucket]),
    ]
    if mode == "GOVERNANCE":
        compliance = {"StringEquals": {"s3:object-lock-mode": "COMPLIANCE"}}
        denials.append(_deny("NothingIsLockedForGood", _WRITE, everything, compliance))
    if on_aws:
        unconditional = {"Null": {"s3:if-none-match": "true"}}
        denials.append(_deny("NothingIsOverwritten", ("s3:PutObject",), everything, unconditional))
        plain = {"Bool": {"aws:SecureTransport": "false"}}
        denials.append(_deny("OnlyEncryptedConnections", ("s3:*",), [place.bucket, *everything], plain))
    return _policy(*({**denial, "Principal": "*"} for denial in denials))


def _who_may(folder: str) -> list[str]:
    return [role for role, written in _WRITES.items() if f"{folder}/*" in written]


def _who(folder: str) -> str:
    return "And".join(role.capitalize() for role in _who_may(folder)) + f"Write{folder.capitalize()}"


def _identity(place: _Place, role: str) -> Document:
    """What a role may do; all but data-protection are denied removal, the bypass and the bucket's settings too."""
    read = ("checkpoints/*", "cosignatures/*") if role == "countersigner" else ("*",)
    see = (*_SEE_BUCKET, *_SEE_RULES) if role in ("auditor", "data-protection") else _SEE_BUCKET
    within = {"StringLike": {"s3:prefix": [place.prefix, f"{place.prefix}*"]}} if place.prefix else None
    statements = [
        _allow("List", _LIST, [place.bucket], within),
        _allow("SeeTheBucket", see, [place.bucket]),
        _allow("Read", _READ, place.objects(*read)),
    ]
    if role in _WRITES:
        statements.append(_allow("Write", _WRITE, place.objects(*_WRITES[role])))
    everything = [place.bucket, *place.objects("*")]
    if role == "data-protection":
        erase = ("s3:DeleteObjectVersion", *_LIFT, "s3:PutObjectRetention")
        statements.append(_allow("Erase", erase, place.objects("*")))
        statements.append(_deny("NeverWrites", ("s3:PutObject",), place.objects("*")))
    elif role == "auditor":
        statements.append(_deny("OnlyReads", ("s3:Put*", "s3:Delete*", "s3:Bypass*", "s3:Restore*"), everything))
    else:
        statements.append(_deny("NeverErases", (*_REMOVE, *_LIFT, *_CHANGE_BUCKET), everything))
    return _policy(*statements)


def _lifecycle(prefix: str) -> Document:
    """Only unfinished uploads expire: a rule that expires versions or markers would remove traces."""
    rule = {
        "ID": "unfinished-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    return {"Rules": [rule]}


def _policy(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(sid: str, actions: Sequence[str], on: list[str], condition: Document | None = None) -> Document:
    said = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": on}
    return {**said, "Condition": condition} if condition else said


def _deny(sid: str, actions: Sequence[str], on: list[str], condition: Document | None = None) -> Document:
    said = {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": on}
    return {**said, "Condition": condition} if condition else said
