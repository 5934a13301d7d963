"""Build the expected record of a failure in an envelope, from the data of its sample.

:data:`STATES` lists what each envelope states about the call. The parser is not used, with one exception:
``testing.aws_error`` reads the kind and the values in the message from the botocore text of the sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.testing import EnvelopeName, Sample

__all__ = ("SDK_ERRORS", "STATES", "build_expected_record", "could_be_one")

_CALL = ("code", "operation")
_IDS = ("status_code", "request_id", "host_id")
# The facts about the call that an envelope states in addition to the message. Unlisted envelopes state none.
STATES: Mapping[EnvelopeName, tuple[str, ...]] = {
    "botocore": _CALL,
    "traceback": _CALL,
    "cli": _CALL,
    "cli-legacy": _CALL,
    "cli-v1": _CALL,
    "cli-json": ("code",),
    "go-v1": ("code", *_IDS),
    "go-v2": (*_CALL, *_IDS, "service"),
    "java-v1": ("code", *_IDS, "service"),
    "java-v2": (*_IDS, "service"),
    "js-v2": ("code", *_IDS),
    "js-v3": ("code", *_IDS),
    "dotnet": ("service",),
    "ruby": ("code", "service"),
    "php": (*_CALL, "status_code", "service"),
    "rust": ("code", "request_id", "host_id"),
    "cpp": ("code", "status_code", "request_id"),
    "terraform": (*_CALL, *_IDS, "service"),
    "terraform-plain": (*_CALL, *_IDS, "service"),
    "cloudformation": (*_IDS, "service"),
    "cloudtrail": ("operation", "request_id", "service"),
}
# The envelopes that state the status of a Kubernetes response.
_STATUSES = frozenset({"kubernetes-client", "kubernetes-status"})
_IMDS = {"operation": "GetCallerIdentity", "service": "sts"}
# The facts in errors of the SDK itself. The sample does not have them, because no service responded.
SDK_ERRORS: Mapping[tuple[str, EnvelopeName], Mapping[str, str]] = {
    ("expired_credentials", "traceback"): {"code": "UnauthorizedSSOTokenError"},
    ("missing_credentials", "traceback"): {"code": "NoCredentialsError"},
    ("missing_credentials", "go-v1"): {"code": "NoCredentialProviders"},
    ("missing_credentials", "go-v2"): _IMDS,
    ("missing_credentials", "terraform"): _IMDS,
    ("missing_credentials", "terraform-plain"): _IMDS,
    ("missing_credentials", "js-v3"): {"code": "CredentialsProviderError"},
}
_CALL_KEYS = ("code", "operation", "service", "status_code", "request_id", "host_id")


def build_expected_record(sample: Sample, envelope: EnvelopeName) -> dict[str, object]:
    """Return the flat record of a sample in one envelope, alone and unwrapped."""
    record: dict[str, object] = {**sample.record}
    prefix = record["service"]
    record |= dict.fromkeys(_CALL_KEYS)
    record["service"] = prefix
    if sample.words:
        status = {"status_code": sample.status} if envelope in _STATUSES else {}
        return {**record, **SDK_ERRORS.get((sample.kind, envelope), {}), **status}
    names = {*STATES.get(envelope, ())}
    if envelope in {"body", "php"}:
        names |= _in_body(sample.http()[2].decode())
    record |= {name: getattr(sample, _FIELDS.get(name, name)) for name in names}
    record["service"] = prefix or record["service"]
    if "code" in names and sample.code == str(sample.status):
        # If the response has no body, botocore uses the status as the code, so both are stated.
        record["status_code"] = sample.status
    if envelope == "cloudtrail":
        event = sample.cloudtrail()
        record |= {key: event[name] for key, name in _EVENT_KEYS.items()}
    return record


_FIELDS = {"status_code": "status"}
# Other facts in a CloudTrail record, by their names in it.
_EVENT_KEYS = {
    "code": "errorCode",
    "time": "eventTime",
    "region": "awsRegion",
    "source_ip": "sourceIPAddress",
    "user_agent": "userAgent",
    "event_id": "eventID",
}


def _in_body(body: str) -> set[str]:
    """Return the names of the facts about the call in a body. Most JSON services send the code in a header."""
    if body.startswith("{"):
        return {"code"} if "__type" in body else set()
    # The XML namespace of the query services is a URL with the service's host.
    return {"code", "request_id", "host_id", *(("service",) if "xmlns" in body else ())}


def could_be_one(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    """Return whether two records can be reports of one failure, because no value differs."""
    both = ((first[key], second[key]) for key in first)
    return all(one == other for one, other in both if one is not None and other is not None)
