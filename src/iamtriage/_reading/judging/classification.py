"""Says what kind of failure a draft is, whether it is AWS's, and which of several count.

Wrappers around an inner failure are dropped, and of the rest one is chosen as the cause. Reads no words
of messages itself; which drafts are prints of one failure, ``uniting`` says.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from iamtriage._reading.judging.candidates import CHAIN, CLIENT_CODES, HEAD_TO_HEAD
from iamtriage._reading.judging.cloud_sections import section_of
from iamtriage._reading.readers.phrases import SPECIFIC
from iamtriage._reading.vocabulary.codes import (
    is_distinct,
    is_known,
    is_weak,
    kind_of_client_class,
    kind_of_code,
)
from iamtriage._reading.vocabulary.other_systems import (
    names_aws,
    places_of_other_clouds,
    places_of_other_systems,
    places_of_storage,
)
from iamtriage._reading.vocabulary.pieces import CLASS_NAME, HINT

if TYPE_CHECKING:
    from iamtriage._reading.judging.candidates import Draft
    from iamtriage.typing import Kind

_PYTHON_CHAIN = re.compile(
    r"The above exception was the direct cause of the following exception"
    r"|During handling of the above exception, another exception occurred"
)
_AWS_PRINCIPAL = re.compile(r"arn:|amazonaws\.com|\A[0-9]{12}\Z|\Aanonymous\Z")
# A line that begins a record of its own.
_RECORD = re.compile(r"\x1e|\n(?:[A-Z]{4,8}\b|\{)")
# How far around a failure, in characters, what tells whose it is may stand.
_NEAR = 300
# Shapes that only AWS's SDKs and tools print.
_SDKS = frozenset(
    {
        "botocore", "aws-cli", "go-v2", "java-v1", "java-v2", "dotnet", "php", "ruby", "cpp", "cloudtrail",
        "kubernetes", "swift", "kotlin",
    }
)  # fmt: skip
# Of these, what prints an answer that has no code.
_WITHOUT_CODE = frozenset(
    {
        "botocore", "aws-cli", "go-v2", "go-v1", "java-v1", "java-v2", "php", "dotnet", "ruby", "boto2",
    }
)  # fmt: skip
# EKS's operations on access entries and Pod Identity associations, which no other service has, and what refuses those
# themselves; what was not found may be the cluster.
_ENTRY_OPERATIONS = frozenset(
    {
        "CreateAccessEntry", "DeleteAccessEntry", "DescribeAccessEntry", "ListAccessEntries", "UpdateAccessEntry",
        "AssociateAccessPolicy", "DisassociateAccessPolicy", "ListAssociatedAccessPolicies",
        "CreatePodIdentityAssociation", "DeletePodIdentityAssociation", "DescribePodIdentityAssociation",
        "ListPodIdentityAssociations", "UpdatePodIdentityAssociation",
    }
)  # fmt: skip
_ENTRY_CODES = frozenset({"InvalidParameterException", "InvalidRequestException", "ResourceInUseException"})


class Around:
    """The text around the drafts, and what is asked of it for each: looked up once."""

    def __init__(self, text: str, sections: list[tuple[int, int]]) -> None:
        self.text = text
        self._sections = sections

    @cached_property
    def aws(self) -> bool:
        """Whether AWS is named anywhere."""
        return names_aws(self.text)

    @cached_property
    def _other_clouds(self) -> list[int]:
        return places_of_other_clouds(self.text)

    @cached_property
    def _other_systems(self) -> list[int]:
        return places_of_other_systems(self.text)

    @cached_property
    def _storage(self) -> list[int]:
        return places_of_storage(self.text)

    def other_cloud(self, draft: Draft) -> bool:
        """Whether another cloud shows near a draft, in whatever section it stands of AWS's own it stands in."""
        places = self._other_clouds
        if not _near(places, draft):
            return False
        section = section_of(self._sections, draft.start, draft.end)
        if section is None:
            return True
        start, end = section
        return _near(places, draft, start, end)

    def other_system(self, draft: Draft) -> bool:
        """Whether a database, file system or framework shows near a draft."""
        return _near(self._other_systems, draft)

    def storage(self, draft: Draft) -> bool:
        """Whether S3 or a bucket is spoken of near a draft."""
        return _near(self._storage, draft)

    def apart(self, first: Draft, second: Draft) -> bool:
        """Tell whether the second begins a line of its own behind the first."""
        between = self.text[first.end : second.start]
        return between.endswith("\n") or "\n\n" in between or _RECORD.search(between) is not None


def _near(places: list[int], draft: Draft, low: int = 0, high: int = sys.maxsize) -> bool:
    """Tell whether one of some places, which are in order, is near a draft and in a part of the text."""
    at = bisect_left(places, max(low, draft.start - _NEAR))
    return at < len(places) and places[at] < min(high, draft.end + _NEAR)


def judge(draft: Draft, around: Around) -> bool:
    """Say what kind of failure a draft is; False for what is no failure of AWS or Kubernetes."""
    place = draft.facts.get("service")
    if place and place.value == "ec2imds":
        # The instance metadata service gives credentials; it is no API that denies.
        del draft.facts["service"]
        draft.facts.pop("operation", None)
        draft.kinds.append("missing_credentials")
        draft.metadata = True
    elif draft.code == "EC2MetadataError":
        draft.metadata = True
    if draft.kubernetes and draft.source == "kubernetes":
        # Kubernetes has no error codes: the word is a class or condition of who tells of it.
        draft.facts.pop("code", None)
    code = draft.code
    by_code = kind_of_code(code) if code else None
    kinds = draft.kinds
    named = "action" in draft.facts
    if (code and by_code == "access_denied" and not is_weak(code)) or ("access_denied" in kinds and named):
        draft.kind = "access_denied"
    elif any(kind in SPECIFIC for kind in kinds):
        draft.kind = next(kind for kind in kinds if kind in SPECIFIC)
    elif kinds:
        draft.kind = kinds[0]
    else:
        draft.kind = by_code or draft.wrapper_kind or _kind_of_rest(draft, around)
    if draft.kind == "aws_error" and _is_of_entries(draft):
        draft.kind = "access_entry"
    api = draft.facts.pop("api_operation", None)
    action = draft.facts.get("action")
    if api and action and (action.rank == HINT or action.value.partition(":")[2] != api.value):
        # CloudFormation's "API: ec2:CreateVpc" is all that names the call, unless the sentence does.
        draft.facts.setdefault("operation", api)
    return draft.kind is not None and _is_ours(draft, around)


def _is_of_entries(draft: Draft) -> bool:
    """Tell whether EKS refused an access entry or a Pod Identity association as an object."""
    operation = draft.facts.get("operation")
    return operation is not None and operation.value in _ENTRY_OPERATIONS and draft.code in _ENTRY_CODES


def _kind_of_rest(draft: Draft, around: Around) -> Kind | None:
    status = draft.facts.get("status_code")
    if (
        draft.code is None
        and status
        and status.value == "403"
        and (draft.aws or around.aws)
        and (
            draft.has_tail
            or draft.body_end >= 0
            or "operation" in draft.facts
            or draft.source in {"boto2", "s3cmd"}
        )
    ):
        return "access_denied"
    if draft.code and draft.source == "botocore" and draft.facts["code"].rank == CLASS_NAME:
        # A class of botocore's own, of which only some are about credentials or calls.
        return kind_of_client_class(draft.code)
    if draft.code and draft.code != "WebIdentityErr":
        document = draft.source == "xml" and "request_id" in draft.facts
        answered = draft.source == "go-v1" and draft.has_tail and is_distinct(draft.code)
        draft.aws = draft.aws or answered or (document and is_known(draft.code))
        return "aws_error" if draft.aws or (is_known(draft.code) and (around.aws or document)) else None
    if draft.aws and draft.source == "cpp" and (draft.body_end >= 0 or "operation" in draft.facts):
        # No answer, or one without a body: the SDK has no code for it.
        return "aws_error"
    if (
        draft.aws
        and ("operation" in draft.facts or draft.has_tail or draft.thrown)
        and draft.source in _WITHOUT_CODE
    ):
        return "aws_error"
    return None


def _is_ours(draft: Draft, around: Around) -> bool:
    """Tell AWS's failures from other clouds' and systems' that use the same words."""
    if draft.aws and draft.source in _SDKS:
        return True
    principal = draft.facts.get("principal")
    resource = draft.facts.get("resource")
    arn = any(f is not None and f.value.startswith("arn:") for f in (principal, resource))
    if around.other_cloud(draft) and not arn and draft.source not in {"botocore", "aws-cli", "kubernetes"}:
        return False
    if draft.aws:
        return not (around.other_system(draft) and not arn and draft.source is None)
    if around.other_system(draft):
        return False
    if draft.code in {"Forbidden", "403", "NotAuthorized", "NotAuthorizedError", "Unauthorized", "401"} or (
        draft.code is None and draft.kind != "kubernetes_forbidden"
    ):
        # S3's bare "Access Denied" has no other mark than what it was about.
        bare = draft.kind in {"access_denied", "invalid_credentials"} and around.storage(draft)
        return (
            around.aws
            or bare
            or (principal is not None and _AWS_PRINCIPAL.search(principal.value) is not None)
        )
    if draft.code and is_known(draft.code):
        return draft.kind != "aws_error" or around.aws
    return around.aws


def drop_outer(drafts: list[Draft], around: Around) -> list[Draft]:
    """Drop what only wraps the failure behind it."""
    kept: list[Draft] = []
    for draft, following in zip(drafts, [*drafts[1:], None], strict=False):
        if (
            following is not None
            and following.start - draft.end <= CHAIN
            and _wraps(draft, following, apart=around.apart(draft, following))
        ):
            if following.kind == "aws_error" and following.code in CLIENT_CODES:
                following.kind = draft.kind
            continue
        if kept and draft.metadata and kept[-1].kind == draft.kind and draft.start - kept[-1].end <= CHAIN:
            continue
        if kept and draft.kind == "aws_error" and not draft.complete and draft.start - kept[-1].end <= CHAIN:
            continue
        kept.append(draft)
    return kept


def _wraps(outer: Draft, inner: Draft, *, apart: bool) -> bool:
    reported = (
        "status_code" in inner.facts or "request_id" in inner.facts or inner.kind != "missing_credentials"
    )
    if not outer.complete:
        # A class of a service that was thrown, in an earlier entry of the log, is a failure too.
        return (inner.complete or inner.code in CLIENT_CODES) and not (apart and outer.thrown)
    if apart and not (outer.kind == "missing_credentials" and "status_code" in inner.facts):
        # Independent, but for what an SDK says of the call that should have given credentials.
        return False
    if outer.kind == inner.kind == "access_denied" and not (
        {"action", "code", "principal", "request_id"} & outer.facts.keys()
    ):
        # "Lambda was unable to … because KMS access was denied. …", then KMS's own words.
        return inner.start - outer.end <= HEAD_TO_HEAD and bool({"action", "code"} & inner.facts.keys())
    if outer.kind == inner.kind == "access_denied" and not (
        {"action", "principal", "request_id"} & outer.facts.keys()
    ):
        # "KMSAccessDeniedException … KMS Exception: AccessDeniedException KMS Message: User: …"
        return inner.start - outer.end <= HEAD_TO_HEAD and {"action", "code"} <= inner.facts.keys()
    if (
        outer.kind == "missing_credentials"
        and not inner.metadata
        and (outer.wraps or not ({"request_id", "status_code"} & outer.facts.keys()))
    ):
        return reported and (inner.kind != "aws_error" or inner.complete)
    if outer.kind == "aws_error" and not outer.has_core and not outer.has_tail and outer.code is not None:
        # A head whose message is another failure: "ValidationError: … AccessDenied: User …".
        return (
            inner.start - outer.end <= HEAD_TO_HEAD
            and inner.kind != "aws_error"
            and "status_code" not in outer.facts
        )
    return False


def choose(drafts: list[Draft], readable: str) -> Draft | None:
    """Say which failure is the cause when there are several."""
    if not drafts:
        return None
    chain = _PYTHON_CHAIN.search(readable) if len(drafts) > 1 else None
    if chain:
        before = [d for d in drafts if d.start < chain.start()]
        if before and before[-1].kind == "access_denied":
            return before[-1]
    for draft in drafts:
        if draft.kind == "access_denied":
            return draft
    for draft in drafts:
        if draft.kind != "aws_error":
            return draft
    return drafts[0]
