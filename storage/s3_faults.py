"""What S3 refuses or leaves unanswered, as one sentence each: what, where, what to do.

Error codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. A server's own message is never
quoted: it may hold the access key.
"""

from __future__ import annotations

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from study.objects import StoreUnavailable

_SIGN_IN = "Check the AWS credentials of this account, then run again."
_ASK_ACCESS = "Ask whoever runs the bucket for the role that may (`fieldtrail trail policy` prints them)."
_LATER = "Try again later; nothing recorded so far is lost."
_WRITE_ONCE = "Use a server that has conditional writes, versions and Object Lock, as docs/s3.md says."

_BY_CODE = {
    "NoSuchBucket": ("there is no such bucket", "Correct the address, or make the bucket as docs/s3.md says."),
    "AccessDenied": ("this account may not do that", _ASK_ACCESS),
    "403": ("this account may not do that", _ASK_ACCESS),
    "AllAccessDisabled": ("this account may not do that", _ASK_ACCESS),
    "SignatureDoesNotMatch": ("the secret key does not match the access key", _SIGN_IN),
    "InvalidAccessKeyId": ("the access key is not known there", _SIGN_IN),
    "ExpiredToken": ("the credentials have expired", "Sign in again, then run again."),
    "InvalidToken": ("the session token is not valid", _SIGN_IN),
    "RequestTimeTooSkewed": ("this machine's clock is too far off", "Set the clock right, then run again."),
    "RequestExpired": ("this machine's clock is too far off", "Set the clock right, then run again."),
    "PermanentRedirect": ("the bucket lies in another region", "Set AWS_REGION to the bucket's region."),
    "AuthorizationHeaderMalformed": ("the bucket lies in another region", "Set AWS_REGION to the bucket's region."),
    "IllegalLocationConstraintException": ("the bucket lies in another region", "Set AWS_REGION to its region."),
    "BadDigest": ("other bytes arrived than were sent", "Look at the network between, then run again."),
    "XAmzContentChecksumMismatch": ("other bytes arrived than were sent", "Look at the network, then run again."),
    "KeyTooLongError": ("the name is too long", "Shorten it; S3 takes 1,024 bytes with the prefix."),
    "EntityTooLarge": ("the file is too large for one request", "Keep files under 5 GB."),
    "QuotaExceeded": ("the space granted is used up", "Ask whoever runs the server for more."),
    "NotImplemented": ("this server cannot do that", _WRITE_ONCE),
    "SlowDown": ("the server asks to be asked less often", _LATER),
    "InvalidBucketState": (
        "the bucket does not have Object Lock",
        "Make a bucket with Object Lock, as docs/s3.md says.",
    ),
}
_PASSING = {
    *("SlowDown", "RequestTimeout", "RequestTimeoutException", "Throttling", "ThrottlingException"),
    *("InternalError", "ServiceUnavailable", "ConditionalRequestConflict", "OperationAborted"),
    *("BadDigest", "XAmzContentChecksumMismatch", "RequestThrottled", "TooManyRequests"),
}
_NO_ANSWER = (boto.HTTPClientError, boto.ConnectionError, boto.IncompleteReadError, boto.FlexibleChecksumError)
_NO_CREDENTIALS = (
    *(boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError, boto.NoAuthTokenError),
    *(boto.ProfileNotFound, boto.TokenRetrievalError, boto.SSOError, boto.InvalidConfigError, boto.ConfigParseError),
)


def code_of(error: Exception) -> str:
    """S3's error code; a HEAD has only the status as text; empty for anything else."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def status_of(error: Exception) -> int:
    if not isinstance(error, ClientError):
        return 0
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def may_pass(error: Exception) -> bool:
    """Whether the same request may succeed later: no answer, a server's own fault, busy, a race on the key.

    Also a 404 that does not say of what: S3 names what is absent, so its reply may have been cut on the way.
    """
    if isinstance(error, ClientError):
        passing = code_of(error) in _PASSING or code_of(error) == "404"
        return passing or status_of(error) >= 500 or status_of(error) == 429
    return isinstance(error, _NO_ANSWER) and not isinstance(error, (boto.SSLError, boto.InvalidProxiesConfigError))


def sentence(error: Exception, where: str, endpoint: str) -> StoreUnavailable:
    """The fault behind botocore's exception, said of a place."""
    reason, remedy = _reason(error, endpoint)
    return StoreUnavailable(f"{where}: {reason}. {remedy}")


def _reason(error: Exception, endpoint: str) -> tuple[str, str]:
    if isinstance(error, ClientError):
        return _refusal(code_of(error), status_of(error))
    if isinstance(error, boto.NoRegionError):
        return "no region is set", "Set AWS_REGION to the bucket's region."
    if isinstance(error, _NO_CREDENTIALS):
        return (
            "no usable AWS credentials were found",
            "Sign in, or set AWS_PROFILE (or a key and its secret).",
        )
    if isinstance(error, boto.SSLError):
        return f"{endpoint} has no certificate this machine trusts", "Check the address, or set AWS_CA_BUNDLE."
    if isinstance(error, (boto.ReadTimeoutError, boto.ConnectTimeoutError)):
        return f"{endpoint} did not answer in time", _LATER
    if isinstance(error, (boto.EndpointConnectionError, boto.ProxyConnectionError)):
        return f"{endpoint} cannot be reached", "Check storage.endpoint and the network, then run again."
    if isinstance(error, boto.FlexibleChecksumError):
        return "the stored bytes are not those of its checksum", "Do not trust this object; verify the trail."
    if isinstance(error, _NO_ANSWER):
        return f"the connection to {endpoint} broke", _LATER
    if isinstance(error, ResponseParserError):
        return f"{endpoint} does not speak S3", "Check storage.endpoint in study.yaml."
    if isinstance(error, BotoCoreError):
        return f"the request could not be made ({type(error).__name__})", "Check the address and the AWS settings."
    raise error


def _refusal(code: str, status: int) -> tuple[str, str]:
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status >= 500 or code in _PASSING:
        return f"the server failed ({code or status})", _LATER
    return f"the server refused ({code or status})", "Check that storage.endpoint names an S3 server that can do this."
