"""Classify candidates by kind, drop those of other systems and wrappers, and pick the root cause.

``deduplication`` merges repeated reports of one failure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.judging.candidates import CLIENT_CODES, MAX_CHAIN_GAP, MAX_HEAD_TO_HEAD
from iamtriage._reading.readers.phrases import SPECIFIC
from iamtriage._reading.vocabulary.codes import (
    is_exclusive_to_aws,
    is_expired_sign_in,
    is_known,
    is_weak,
    kind_of_client_class,
    kind_of_code,
)
from iamtriage._reading.vocabulary.pieces import CLASS_NAME

if TYPE_CHECKING:
    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.judging.text_context import TextContext
    from iamtriage.typing import Kind

_PYTHON_CHAIN = lazy_pattern(
    r"The above exception was the direct cause of the following exception"
    r"|During handling of the above exception, another exception occurred"
)
_AWS_PRINCIPAL = lazy_pattern(r"arn:|amazonaws\.com|\A[0-9]{12}\Z|\Aanonymous\Z")
# Formats that only AWS SDKs and tools use.
_AWS_SOURCES = frozenset({
    "botocore", "aws-cli", "go-v2", "java-v1", "java-v2", "dotnet", "php", "ruby", "cpp", "cloudtrail",
    "kubernetes", "swift", "kotlin", "js-v2", "js-v3", "python-v4",
})  # fmt: skip
# The Python clients of OpenSearch and Elasticsearch raise it for each status 403, whatever the message says.
_CLASS_FOR_403 = "AuthorizationException"
# Formats in which a response without a code is printed.
_CODELESS_SOURCES = frozenset(
    {
        "botocore", "aws-cli", "go-v2", "go-v1", "java-v1", "java-v2", "php", "dotnet", "ruby", "boto2",
        "kotlin", "python-v4", "swift",
    }
)  # fmt: skip
# EKS operations on access entries and Pod Identity associations, which no other service has. With the codes below,
# EKS rejects the entry or association itself. "Not found" can also mean the cluster.
_ENTRY_OPERATIONS = frozenset({
    "CreateAccessEntry", "DeleteAccessEntry", "DescribeAccessEntry", "ListAccessEntries",
    "UpdateAccessEntry", "AssociateAccessPolicy", "DisassociateAccessPolicy", "ListAssociatedAccessPolicies",
    "CreatePodIdentityAssociation", "DeletePodIdentityAssociation", "DescribePodIdentityAssociation",
    "ListPodIdentityAssociations", "UpdatePodIdentityAssociation",
})  # fmt: skip
# Codes and classes that any HTTP server or program can have.
_COMMON_CODES = frozenset({
    "Forbidden", "403", "NotAuthorized", "NotAuthorizedError", "Unauthorized", "401", "ValidationError",
    "NotFound", "LoginError", "ProfileNotFound", "CredentialsException",
    "InvalidCredentialsException", "CredentialsNotFoundException", "CredentialsNotFoundError",
    "MissingCredentialsException", "MissingCredentialsError", "ConfigNotFound", "UserHomeNotFound",
})  # fmt: skip
_ENTRY_CODES = frozenset({"InvalidParameterException", "InvalidRequestException", "ResourceInUseException"})
_METADATA_CODES = frozenset({"EC2MetadataError", "EC2MetadataRequestError"})
# Requests to the instance metadata service that are not for credentials.
_OTHER_METADATA_OPERATIONS = frozenset(
    {"GetRegion", "GetInstanceIdentityDocument", "GetDynamicData", "GetUserData"}
)
_OTHER_METADATA = lazy_pattern(
    r"vpc.?id|(?:get|fetch|introspect|determine|retrieve|detect) (?:the )?(?:aws )?region|region from|mac metadata|identity (?:document|metadata)"
    r"|(?:from|through|using|via) (?:the )?(?:ec2|instance)[ -]?metadata|(?:get|retrieve|fetch|load) (?:the )?(?:ec2|instance)[ -]?metadata"
    r"|availability.?zone|instance.?(?:id|type)\b|hostname|subnet.?id|local-ipv4|network interface",
    re.IGNORECASE,
)
_CREDENTIALS = lazy_pattern(r"credential|IMDS role|iam/|AssumeRole", re.IGNORECASE)
_REASON_FACTS = frozenset({"deny", "policy_type", "policy_arn", "reason"})
_TITLE = lazy_pattern(r"Cannot\sassume\sIAM\sRole|IAM\sRole\s\([^()\s]{1,200}\)\scannot\sbe\sassumed")
# Characters before a request that can state its purpose.
_MAX_PURPOSE_LENGTH = 160


def classify(candidate: Candidate, context: TextContext) -> bool:
    """Set the kind of a candidate, and return whether it is an AWS or Kubernetes failure."""
    facts, kinds = candidate.facts, candidate.kinds
    service = candidate.service
    if service == "ec2imds":
        # The instance metadata service is not an AWS API; most often, it returns credentials.
        kinds.append("missing_credentials" if _is_for_credentials(candidate, context) else "aws_error")
        candidate.metadata = kinds[0] == "missing_credentials"
        del facts["service"]
        facts.pop("operation", None)
    elif candidate.code in _METADATA_CODES:
        # For credentials, Go's SDK has another code.
        candidate.metadata = candidate.code == "EC2MetadataError" and _is_for_credentials(candidate, context)
        if not candidate.metadata:
            kinds.append("aws_error")
    if candidate.kubernetes and candidate.source == "kubernetes":
        # Kubernetes has no error codes. The word is a class or condition of the program that reports the failure.
        facts.pop("code", None)
    code = candidate.code
    by_code = kind_of_code(code) if code else None
    named = "action" in facts
    operation = facts.get("operation")
    if code and not named and is_expired_sign_in(operation.value if operation else None, code, service):
        candidate.kind = "expired_credentials"
    elif (
        code
        and by_code == "access_denied"
        and not is_weak(code)
        and not (kinds and code == _CLASS_FOR_403)
        and "kubernetes_forbidden" not in kinds
    ) or ("access_denied" in kinds and named):
        candidate.kind = "access_denied"
    elif kinds:
        candidate.kind = kinds[0]
        if not SPECIFIC.isdisjoint(kinds):
            candidate.kind = next(kind for kind in kinds if kind in SPECIFIC)
    elif (
        by_code is None
        and candidate.wrapper_kind == "access_denied"
        and (
            facts["code"].start > candidate.wrapped_at and is_known(code) if code else candidate.is_unanswered
        )
    ):
        # "unable to assume role arn:…: Throttling: Rate exceeded", or "… StatusCode: 0, … no such host"
        candidate.kind = _find_fallback_kind(candidate, context)
    else:
        candidate.kind = by_code or candidate.wrapper_kind or _find_fallback_kind(candidate, context)
    if candidate.kind == "aws_error" and _is_of_entries(candidate):
        candidate.kind = "access_entry"
    if "api_operation" in facts:
        api = facts.pop("api_operation")
        if "action" in facts:
            # CloudFormation's "API: ec2:CreateVpc" names the call.
            facts.setdefault("operation", api)
    return candidate.kind is not None and _is_of_aws(candidate, context)


def _is_for_credentials(candidate: Candidate, context: TextContext) -> bool:
    """Return whether a request to the instance metadata service is for credentials. Most of them are."""
    if "missing_credentials" in candidate.kinds:
        return True
    before = context.text[max(candidate.start - _MAX_PURPOSE_LENGTH, 0) : candidate.start]
    if _CREDENTIALS.search(before):
        return True
    operation = candidate.facts.get("operation")
    is_other = operation is not None and operation.value in _OTHER_METADATA_OPERATIONS
    return not is_other and _OTHER_METADATA.search(before) is None


def _is_of_entries(candidate: Candidate) -> bool:
    """Return whether EKS rejected an access entry or a Pod Identity association as an object."""
    operation = candidate.facts.get("operation")
    return operation is not None and operation.value in _ENTRY_OPERATIONS and candidate.code in _ENTRY_CODES


def _find_fallback_kind(candidate: Candidate, context: TextContext) -> Kind | None:
    status = candidate.facts.get("status_code")
    if (
        candidate.code is None
        and status
        and status.value == "403"
        and (candidate.is_aws or context.names_aws(candidate))
        and (
            candidate.has_tail
            or candidate.body_end >= 0
            or "operation" in candidate.facts
            or candidate.source in {"boto2", "s3cmd"}
        )
    ):
        return "access_denied"
    if candidate.code and candidate.source == "botocore" and candidate.facts["code"].rank == CLASS_NAME:
        # Only some exception classes of botocore are about credentials or calls.
        return kind_of_client_class(candidate.code)
    if candidate.code and candidate.source == "ruby" and "service" not in candidate.facts:
        # Aws::Errors has the classes of the client.
        return kind_of_client_class(candidate.code) or "aws_error"
    if candidate.code and candidate.code != "WebIdentityErr":
        document = candidate.source == "xml" and "request_id" in candidate.facts
        answered = candidate.source == "go-v1" and candidate.has_tail and is_exclusive_to_aws(candidate.code)
        candidate.is_aws = candidate.is_aws or answered or (document and is_known(candidate.code))
        return (
            "aws_error"
            if candidate.is_aws or (is_known(candidate.code) and (context.aws or document))
            else None
        )
    if (
        candidate.is_aws
        and candidate.source == "cpp"
        and (candidate.body_end >= 0 or "operation" in candidate.facts)
    ):
        # The SDK for C++ has no code for a missing response or one without a body.
        return "aws_error"
    if (
        candidate.is_aws
        and ("operation" in candidate.facts or candidate.has_tail or candidate.is_thrown)
        and candidate.source in _CODELESS_SOURCES
    ):
        return "aws_error"
    return None


def _is_of_aws(candidate: Candidate, context: TextContext) -> bool:
    """Return whether a failure is of AWS, because other clouds and systems use the same words."""
    if candidate.is_aws and candidate.source in _AWS_SOURCES:
        return True
    principal = candidate.facts.get("principal")
    resource = candidate.facts.get("resource")
    arn = (principal is not None and principal.value.startswith("arn:")) or (
        resource is not None and resource.value.startswith("arn:")
    )
    if (
        not arn
        and candidate.source not in {"botocore", "aws-cli", "kubernetes"}
        and context.is_near_other_cloud(candidate)
    ):
        return False
    if candidate.is_aws:
        # Other systems deny, too, but do not look for the credentials of AWS.
        is_clear = arn or candidate.source is not None or candidate.kind == "missing_credentials"
        return is_clear or not context.is_near_other_system(candidate)
    if context.is_near_other_system(candidate):
        return False
    code = candidate.code
    if code in _COMMON_CODES or (code is None and candidate.kind != "kubernetes_forbidden"):
        # Only the mention of S3 or a bucket identifies S3's bare "Access Denied".
        bare = candidate.kind in {"access_denied", "invalid_credentials"} and context.is_near_storage(
            candidate
        )
        return (
            context.aws
            or bare
            or (principal is not None and _AWS_PRINCIPAL.search(principal.value) is not None)
        )
    if code and is_known(code):
        return candidate.kind != "aws_error" or context.aws
    return context.aws


def drop_wrappers(candidates: list[Candidate], context: TextContext) -> list[Candidate]:
    """Return the candidates, except those that only wrap the next candidate."""
    candidates = _drop_titles(candidates, context.text)
    kept: list[Candidate] = []
    for candidate, following in zip(candidates, [*candidates[1:], None], strict=False):
        if (
            following is not None
            and following.start - candidate.end <= MAX_CHAIN_GAP
            and not context.are_in_other_statements(candidate, following)
            and _wraps(candidate, following, on_other_lines=context.are_on_other_lines(candidate, following))
        ):
            if following.kind == "aws_error" and following.code in CLIENT_CODES:
                following.kind = candidate.kind
            continue
        follows = (
            bool(kept)
            and candidate.start - kept[-1].end <= MAX_CHAIN_GAP
            and not context.are_in_other_statements(kept[-1], candidate)
        )
        if follows and kept[-1].kind != "aws_error":
            between = context.text[kept[-1].end : candidate.start]
            if _reports_last_line(candidate, between):
                continue
        if follows and candidate.metadata and kept[-1].kind == candidate.kind:
            if status := candidate.facts.get("status_code"):
                kept[-1].facts.setdefault("status_code", status)
            continue
        if (
            follows
            and candidate.kind == "aws_error"
            and (not candidate.is_complete or _explains_missing_credentials(kept[-1], candidate))
        ):
            continue
        kept.append(candidate)
    return kept


def _drop_titles(candidates: list[Candidate], text: str) -> list[Candidate]:
    """Return the candidates, except titles that a role cannot be assumed if the error of STS follows.

    Terraform prints such titles, and the role in them: https://github.com/hashicorp/aws-sdk-go-base.
    """
    kept: list[Candidate] = []
    call: Candidate | None = None
    for candidate in reversed(candidates):
        facts = candidate.facts
        is_title = facts.keys() <= {"resource"} and _TITLE.match(text, candidate.start, candidate.end)
        if call is None or not is_title:
            kept.append(candidate)
            call = candidate if _is_of_assumption(candidate) else call
        elif call.kind == "access_denied" and "resource" in facts:
            call.facts.setdefault("resource", facts["resource"])
    return kept[::-1]


def _is_of_assumption(candidate: Candidate) -> bool:
    """Return whether STS denied a call such as AssumeRole, or it had no valid credentials."""
    if candidate.kind in {"missing_credentials", "expired_credentials", "invalid_credentials"}:
        return True
    operation = candidate.facts.get("operation")
    return operation is not None and operation.value.startswith("AssumeRole")


def _explains_missing_credentials(first: Candidate, second: Candidate) -> bool:
    """Return whether the second failure is only a failed connection to a credential provider."""
    return (
        first.kind == "missing_credentials"
        and second.kind == "aws_error"
        and not second.facts.keys() & {"code", "operation", "status_code", "request_id"}
    )


def _reports_last_line(candidate: Candidate, before: str) -> bool:
    """Return whether kubectl reports that its credential plugin failed, after a line with the plugin's error."""
    return (
        candidate.kind == candidate.wrapper_kind == "missing_credentials"
        and not (candidate.has_message or candidate.facts)
        and before.count("\n") == 1
    )


def _wraps(outer: Candidate, inner: Candidate, *, on_other_lines: bool) -> bool:
    if _explains_missing_credentials(outer, inner):
        return False
    reported = (
        "status_code" in inner.facts or "request_id" in inner.facts or inner.kind != "missing_credentials"
    )
    if not outer.is_complete:
        # An exception class of a service on an earlier line is a separate failure.
        return (inner.is_complete or inner.code in CLIENT_CODES) and not (on_other_lines and outer.is_thrown)
    answered = inner.has_tail or {"operation", "request_id"} & inner.facts.keys()
    if on_other_lines and not (outer.kind == "missing_credentials" and answered):
        # Independent, except for an SDK's report of the call that should have returned credentials.
        return False
    is_code_alone = not (
        outer.has_core or outer.has_tail or {"status_code", "request_id"} & outer.facts.keys()
    )
    if outer.code in _COMMON_CODES and is_code_alone:
        # "Forbidden: operation error STS: …", as a program names the status of its own response.
        return inner.start - outer.end <= MAX_HEAD_TO_HEAD and inner.code is not None
    if outer.kind == inner.kind == "access_denied":
        if inner.start - outer.end > MAX_HEAD_TO_HEAD:
            return False
        stated, found = outer.facts.keys(), inner.facts.keys()
        if not {"action", "code", "principal", "request_id"} & stated:
            # "Lambda was unable to … because KMS access was denied. …", then the message of KMS.
            return bool({"action", "code"} & found)
        if (outer.code or "").startswith("KMS") and inner.code is not None and inner.service == "kms":
            # "KMSAccessDenied: null (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; …)"
            return True
        # "KMSAccessDeniedException … KMS Exception: AccessDeniedException KMS Message: User: …"
        is_head = not (outer.has_tail or {"action", "principal", "request_id"} & stated)
        return is_head and {"action", "code"} <= found
    if (
        outer.kind == "missing_credentials"
        and not inner.metadata
        and (outer.wraps or not ({"request_id", "status_code"} & outer.facts.keys()))
    ):
        return reported and (inner.kind != "aws_error" or inner.is_complete)
    if outer.kind == "aws_error" and outer.code is not None and is_code_alone:
        # A head with another failure as its message: "ValidationError: … AccessDenied: User …".
        reported = inner.kind != "aws_error" or "status_code" in inner.facts
        return (
            inner.start - outer.end <= MAX_HEAD_TO_HEAD and reported and not _is_tail_of_caller(outer, inner)
        )
    return False


def _is_tail_of_caller(first: Candidate, second: Candidate) -> bool:
    """Return whether the second candidate is only the suffix of a service that passes on another service's error."""
    services = {first.service, second.service}
    return len(services) > 1 and None not in services and not (second.has_core or second.has_code)


def pick_root_cause(candidates: list[Candidate], readable: str) -> Candidate | None:
    """Return the candidate that is the root cause."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    chain = _PYTHON_CHAIN.search(readable) if "above exception" in readable else None
    if chain:
        before = [d for d in candidates if d.start < chain.start()]
        if before and before[-1].kind == "access_denied":
            return before[-1]
    denials = [candidate for candidate in candidates if candidate.kind == "access_denied"]
    # A denial with no facts but the policy is a title or a quotation if there are other denials, or another error of a
    # call.
    stated = next((candidate for candidate in denials if candidate.facts.keys() - _REASON_FACTS), None)
    others = [candidate for candidate in candidates if candidate.kind not in {"access_denied", "aws_error"}]
    if stated is not None:
        # Docker's "pull access denied" does not say why; the line before it does.
        is_report = not stated.kinds and stated.code is None
        causes = (each for each in others if is_report and 0 <= stated.start - each.end <= MAX_CHAIN_GAP)
        return next(causes, stated)
    if denials:
        calls = (each for each in others if each.code is not None and "operation" in each.facts)
        return next(calls, denials[0])
    return (others or candidates)[0]
