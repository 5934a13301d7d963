"""Explain API errors that are not denials, such as throttling.

Permissions do not cause them, so no remedy suggests any. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the pages that the remedies link to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import (
    ACCOUNT_STATE,
    ALREADY_EXISTS,
    AWS_ERROR,
    BUCKET_IN_OTHER_REGION,
    CONFLICT,
    INVALID_REQUEST,
    NO_ANSWER,
    SERVICE_FAULT,
    THROTTLED,
    ErrorKind,
    code_evidence,
    find_kind,
    safe_code,
)
from iamtriage.explaining._rules.calls.malformed_policies import size_remedy
from iamtriage.explaining._rules.calls.service_roles import explain_service_role
from iamtriage.explaining._rules.calls.session_durations import (
    SESSION_DURATION,
    SESSION_NAME,
    explain_session_duration,
    explain_session_name,
)
from iamtriage.explaining._rules.calls.session_manager import (
    EXEC_NOT_ENABLED,
    PLUGIN_MISSING,
    explain_agent_unreachable,
    explain_plugin_missing,
)
from iamtriage.explaining._rules.calls.unreachable_endpoints import explain_no_answer
from iamtriage.explaining._rules.credentials.identity_pools import explain_pool_roles
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import error_code, find_profile, find_region, message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE, NO_BODY
from iamtriage.explaining._rules.shared.quoted_message import quoted_message
from iamtriage.explaining._rules.shared.routing import Route, choose_rule
from iamtriage.explaining._rules.sts.other_endpoints import explain_non_sts_response, is_non_sts_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

    _Rule = Callable[["Case[AwsError]", str], Explanation]

__all__ = ("explain_api_error",)

_KEY_ARN = re.compile(r"arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{1,30}:[0-9]{12}:key/[A-Za-z0-9-]{1,64}", re.ASCII)
_STS_OPERATION = re.compile(r"AssumeRole|GetCallerIdentity|GetSessionToken|GetFederationToken")
_QUOTA_SERVICE_CODES = {"elasticmapreduce": "elasticmapreduce", "elb": "elasticloadbalancing", "logs": "logs"}
_NOT_A_DENIAL = "This is not a denial, so an IAM policy does not help."


RESOURCE_IN_OTHER_REGION = CauseType(
    "resource-in-other-region",
    title="The resource is in another region",
    fix="Call the region of the resource.",
    of="not-found",
)
EXPIRED_OR_INVALID_TOKEN = CauseType(
    "expired-or-invalid-token",
    title="The session token has expired or is invalid",
    text="The session token has expired or is invalid: S3 returns 400 for these, too.",
    fix="Get new credentials, then retry the call.",
    of="no-body",
    example="s3-head-400",
)
CUSTOMER_KEY = CauseType(
    "customer-key",
    title="The object is encrypted with a customer-provided key (SSE-C)",
    text="The object is encrypted with a customer-provided key (SSE-C), and the call does not send it.",
    fix="Send the key that the object was encrypted with, or store the object with SSE-KMS.",
    of="no-body",
    example="s3-head-400",
)
NOT_FOUND = CauseType(
    "not-found",
    title="The resource does not exist",
    text="The account and Region of the call have no such resource.",
    recognised_by="An error code such as ResourceNotFoundException, NoSuchEntity or 404, or a message that says that something could not be found.",
    fix="Check the name, the account and the region of the call.",
    sources=(pages.CLI_CREDENTIALS,),
    example="not-found-arrow",
)
RESOURCE_IN_OTHER_ACCOUNT = CauseType(
    "resource-in-other-account",
    title="The resource is in another account",
    text="The resource is in another account than the credentials.",
    fix="Use credentials of the account that owns the resource.",
    of="not-found",
)
NAME_DIFFERS = CauseType(
    "name-differs",
    title="The name, ID or ARN is misspelled",
    text="Its name, ID or ARN is misspelled. Names are case-sensitive.",
    fix="Copy the name from a list command. Names are case-sensitive.",
    of="not-found",
)
GONE_OR_NEW = CauseType(
    "gone-or-new",
    title="The resource was deleted or is only seconds old",
    fix="Wait for a few seconds and retry, or create the resource again.",
    of="not-found",
)
QUOTA_REACHED = CauseType(
    "quota-reached",
    title="A quota of the account is used up",
    recognised_by="An error code such as LimitExceededException or ServiceQuotaExceededException, or a message that says that a limit is reached.",
    fix="Delete what is not needed, or request a higher quota.",
    sources=(pages.QUOTAS,),
)
POLICY_TOO_LONG = CauseType(
    "policy-too-long",
    title="The policy is too long",
    text="The policy, or all inline policies of the entity together, exceed the IAM limit.",
    recognised_by="An error code or message that names PolicySize.",
    fix="Shorten or split the policy: attach several managed policies, and remove statements that others cover.",
    sources=(pages.IAM_QUOTAS,),
)
SESSION_TOO_LONG = CauseType(
    "session-too-long",
    title="The session policies and tags are too long",
    text="STS packs the session policies and tags into the session token, and they exceed its size.",
    recognised_by="An error code or message that names PackedPolicyTooLarge.",
    fix="Pass managed policies by ARN instead of an inline session policy, and fewer session tags.",
    sources=(pages.SESSION_TAGS,),
)


def explain_api_error(case: Case[AwsError]) -> Explanation:
    """Explain an API error that is not a denial."""
    message = message_text(case)
    return explain_service_role(case, message) or _choose_rule(case, message)(case, message)


def _choose_rule(case: Case[AwsError], message: str) -> _Rule:
    if is_non_sts_response(case, message):
        return explain_non_sts_response
    rule = choose_rule(_ROUTES_BEFORE_KINDS, case.failure, message)
    if rule is not None:
        return rule
    if find_kind(case.failure, message) is not None:
        return _explain_kind
    if _is_head_call(case) and _status_as_code(case) in {"400", "301", "307"}:
        return _explain_head_call
    is_unanswered = not error_code(case.failure) or case.failure.envelope.status_code == 0
    default = explain_no_answer if is_unanswered else _explain_other
    return choose_rule(_ROUTES_AFTER_KINDS, case.failure, message) or default


def _explain_kind(case: Case[AwsError], message: str) -> Explanation:
    kind = find_kind(case.failure, message)
    if kind is None or kind.cause is NO_ANSWER:
        return explain_no_answer(case, message)
    cause = kind.cause.cause(
        "reported" if error_code(case.failure) and not kind.is_from_sdk else "derived",
        code_evidence(case.failure, is_from_sdk=kind.is_from_sdk),
    )
    return Explanation(
        failure=case.failure,
        topic=kind.cause.code,
        summary=f"{kind.summary.removesuffix('.')}{_quoted(case)}" if kind.cause in _QUOTED else kind.summary,
        causes=(cause, *kind.causes),
        remedies=_fitting_remedies(case, kind),
        notes=(*kind.notes, _NOT_A_DENIAL),
    )


# The message says what is wrong, and the kind does not.
_QUOTED = frozenset({INVALID_REQUEST, CONFLICT, ALREADY_EXISTS, ACCOUNT_STATE, SERVICE_FAULT})
_MAX_QUOTED = 200


def _quoted(case: Case[AwsError]) -> str:
    """Return the service's message as the end of a summary, or a full stop if there is none to show."""
    # A message can contain anything.
    from iamtriage.redaction._redact import redact

    message = quoted_message(case.failure)
    if message is None or len(message) > _MAX_QUOTED:
        return "."
    return f": {clip_text(redact(message)).rstrip('.')}."


def _fitting_remedies(case: Case[AwsError], kind: ErrorKind) -> tuple[Remedy, ...]:
    """Return the remedies of a kind, without a quota request for IAM and STS, whose rates AWS does not raise.

    Source: https://repost.aws/knowledge-center/iam-sts-throttling-error.
    """
    envelope = case.failure.envelope
    is_iam = envelope.service in {"iam", "sts"} or _STS_OPERATION.match(envelope.operation or "") is not None
    if kind.cause is not THROTTLED or not is_iam:
        return kind.remedies
    return tuple(each for each in kind.remedies if each.url != pages.QUOTAS)


def _explain_not_found(case: Case[AwsError], message: str) -> Explanation:
    region, profile = find_region(case), find_profile(case)
    where = "" if region is None else f" in {region}"
    return Explanation(
        failure=case.failure,
        topic="not-found",
        summary=f"The resource does not exist{where} in the account of the call{_quoted(case)}",
        causes=(
            NOT_FOUND.cause("reported", code_evidence(case.failure)),
            RESOURCE_IN_OTHER_REGION.cause(),
            RESOURCE_IN_OTHER_ACCOUNT.cause(),
            NAME_DIFFERS.cause(),
            GONE_OR_NEW.cause(),
        ),
        remedies=(
            Remedy(
                title="Check the account and the Region of the call",
                who="you",
                steps=(
                    "Compare the account that the first command prints with the account of the resource.",
                    "Compare the Region. The second command prints the configured one, which applies if the call names none.",
                ),
                commands=(
                    credential_remedies.with_profile(profile, "aws", "sts", "get-caller-identity"),
                    credential_remedies.with_profile(profile, "aws", "configure", "get", "region"),
                ),
                url=pages.CLI_CREDENTIALS,
            ),
            *_list_clusters_remedies(case, message, region),
        ),
        notes=(_NOT_A_DENIAL,),
    )


def _list_clusters_remedies(case: Case[AwsError], message: str, region: str | None) -> tuple[Remedy, ...]:
    """Return the remedy that lists EKS clusters. Other services have too many resources to list."""
    if case.failure.envelope.service != "eks" and "No cluster found" not in message:
        return ()
    return (
        Remedy(
            title="List the clusters of the Region",
            who="you",
            steps=("Use the cluster's name exactly as it is listed.",),
            commands=(fill_command("aws eks list-clusters --region {}", commands.region(region)),),
            url=pages.EKS_KUBECONFIG,
        ),
    )


def _explain_pool_roles(case: Case[AwsError], _words: str) -> Explanation:
    return explain_pool_roles(case.failure, commands.region(find_region(case)))


def _explain_quota(case: Case[AwsError], _words: str) -> Explanation:
    service = case.failure.envelope.service
    name = service if service and re.fullmatch(r"[a-z][a-z0-9-]{1,40}", service) else None
    service_code = _QUOTA_SERVICE_CODES.get(name or "", name or "SERVICE_CODE")
    region = commands.region(find_region(case))
    return Explanation(
        failure=case.failure,
        topic="quota-reached",
        summary=f"The account has reached a quota{_quoted(case)}",
        causes=(QUOTA_REACHED.cause("reported", code_evidence(case.failure)),),
        remedies=(
            Remedy(
                title="Delete what is not needed",
                who="you",
                steps=(
                    "Delete unused resources. If the quota is for the whole account, check other Regions, too.",
                ),
                url=pages.QUOTAS,
            ),
            Remedy(
                title="Request a higher quota",
                who="account administrator",
                steps=(
                    "Look up the quota: the list contains its value, its code, and whether it is adjustable.",
                    "Request a higher value. Some requests are approved immediately, others take days.",
                ),
                commands=(
                    fill_command(
                        "aws service-quotas list-service-quotas --service-code {} --region {}",
                        service_code,
                        region,
                    ),
                    fill_command(
                        "aws service-quotas request-service-quota-increase --service-code {} --quota-code QUOTA_CODE --desired-value VALUE --region {}",
                        service_code,
                        region,
                    ),
                ),
                url=pages.QUOTAS,
            ),
        ),
        notes=(_NOT_A_DENIAL,),
    )


def _explain_policy_size(case: Case[AwsError], message: str) -> Explanation:
    if "PackedPolicy" in error_code(case.failure) or "PackedPolicy" in message:
        return Explanation(
            failure=case.failure,
            topic="session-too-long",
            summary="The session policies and session tags together are too long.",
            causes=(SESSION_TOO_LONG.cause("reported", code_evidence(case.failure)),),
            remedies=(
                Remedy(
                    title="Pass less",
                    who="you",
                    steps=(
                        "Pass managed policies by ARN instead of an inline session policy, or shorten it.",
                        "Pass fewer and shorter session tags. EKS Pod Identity adds six, which disableSessionTags in the association turns off.",
                    ),
                    url=pages.SESSION_TAGS,
                ),
            ),
        )
    return Explanation(
        failure=case.failure,
        topic="policy-too-long",
        summary="The policy is too long.",
        causes=(POLICY_TOO_LONG.cause("reported", code_evidence(case.failure)),),
        remedies=(size_remedy(),),
        notes=("No permission is missing. Nothing was saved.",),
    )


def _explain_key_state(case: Case[AwsError], message: str) -> Explanation:
    found = _KEY_ARN.search(message)
    key = commands.arn(found[0] if found else None, "KEY_ARN")
    is_disabled = "is disabled" in message
    state = (
        "The key is disabled." if is_disabled else "The key is disabled, pending deletion, or pending import."
    )
    if "pending deletion" in message:
        state = "The key is pending deletion."
    return Explanation(
        failure=case.failure,
        topic="kms-key-state",
        summary=f"The KMS key cannot be used: {state[0].lower()}{state[1:]}",
        causes=(KMS_KEY_STATE.cause("reported", code_evidence(case.failure), text=state),),
        remedies=(
            Remedy(
                title="Check the key's state, and enable it again",
                who="resource owner",
                steps=(
                    "If KeyState is Disabled, enable the key. If it is PendingDeletion, cancel the deletion, then enable the key.",
                    "Find out first who disabled it, and why. After the deletion, the data that it encrypted is lost.",
                ),
                commands=(
                    fill_command(
                        "aws kms describe-key --key-id {} --query 'KeyMetadata.[KeyState,DeletionDate]'", key
                    ),
                    *(() if is_disabled else (fill_command("aws kms cancel-key-deletion --key-id {}", key),)),
                    fill_command("aws kms enable-key --key-id {}", key),
                ),
                url=pages.KMS_KEY_STATE,
            ),
        ),
        notes=(_NOT_A_DENIAL,),
    )


def _status_as_code(case: Case[AwsError]) -> str:
    """Return the error code, or else the HTTP status as a string."""
    code, status = error_code(case.failure), case.failure.envelope.status_code
    return code or ("" if status is None else str(status))


def _is_head_call(case: Case[AwsError]) -> bool:
    return case.failure.envelope.operation in {"HeadObject", "HeadBucket"}


def _explain_head_call(case: Case[AwsError], _words: str) -> Explanation:
    """Explain an S3 status without a reason, because a response to HEAD has no body.

    The codes that S3 sends with these statuses: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    failure = case.failure
    status = _status_as_code(case)
    other_region = BUCKET_IN_OTHER_REGION.cause(
        text="The bucket is in another Region than the one that was called."
    )
    causes = (
        (
            EXPIRED_OR_INVALID_TOKEN.cause(),
            other_region,
            CUSTOMER_KEY.cause(),
        )
        if status == "400"
        else (other_region,)
    )
    return Explanation(
        failure=failure,
        topic="head-without-reason",
        summary=f"S3 answered {failure.envelope.operation} with {status} and no reason: responses to HEAD requests have no body.",
        causes=(
            NO_BODY.cause("derived", ("The SDK made the code from the HTTP status.",)),
            *causes,
        ),
        remedies=tuple(_head_call_remedies(case, with_reason=status == "400")),
        notes=(_NOT_A_DENIAL,),
    )


def _head_call_remedies(case: Case[AwsError], *, with_reason: bool) -> Iterator[Remedy]:
    profile = find_profile(case)
    if with_reason:
        yield Remedy(
            title="Repeat the call with GET",
            who="you",
            steps=(
                "If the first command fails with ExpiredToken or InvalidToken, the credentials are the reason: sign in again.",
                "The second command is the same call with GET, whose response has a code and a message.",
            ),
            commands=(
                credential_remedies.with_profile(profile, "aws", "sts", "get-caller-identity"),
                credential_remedies.with_profile(
                    profile, "aws", "s3api", "get-object", "--bucket", "BUCKET", "--key", "KEY", "/dev/null"
                ),
            ),
            url=pages.S3_ERRORS,
        )
    yield Remedy(
        title="Call the bucket's Region",
        who="you",
        steps=(
            "The command prints the bucket's Region; null means us-east-1. Create the client for that Region.",
        ),
        commands=(
            credential_remedies.with_profile(
                profile, "aws", "s3api", "get-bucket-location", "--bucket", "BUCKET"
            ),
        ),
        url=pages.S3_ERRORS,
    )


def _explain_other(case: Case[AwsError], _words: str) -> Explanation:
    failure = case.failure
    code, envelope = error_code(failure), failure.envelope
    operation = safe_code(envelope.operation)
    call = f"The call {operation}" if operation else "The call"
    return Explanation(
        failure=failure,
        topic="aws-error",
        summary=f"{call} failed{f' with {code}' if safe_code(code) else ''}{_quoted(case)}",
        causes=(
            AWS_ERROR.cause(
                "reported",
                code_evidence(failure),
                text="AWS returned only the HTTP status and no error code."
                if code.isdigit()
                else "The error code does not name a missing permission. The message says more.",
            ),
        ),
        remedies=(
            Remedy(
                title="Look up the error code",
                who="you",
                steps=(
                    "The API reference of the service lists the errors of each operation and their meaning.",
                ),
                url=pages.EC2_ERRORS if envelope.service == "ec2" else pages.API_REFERENCES,
            ),
        ),
    )


_POLICY_SIZE = r"PolicySize|Maximum policy size|PackedPolicyTooLarge|ACLSizePerRole|[Pp]olicy size"
_ANY_CODE = re.compile(r".+")
# The first route that matches is used.
_ROUTES_BEFORE_KINDS: tuple[Route[_Rule], ...] = (
    Route(
        _explain_policy_size, message=re.compile(_POLICY_SIZE), code=re.compile(rf".*(?:{_POLICY_SIZE}).*")
    ),
    Route(
        _explain_key_state,
        code=re.compile(r".*(?:KMSInvalidState|KMS\.?Disabled|KMSKeyDisabled).*|DisabledException"),
    ),
    Route(
        _explain_key_state,
        service="kms",
        message=re.compile(r"\bis (?:disabled|pending (?:deletion|import))\b"),
    ),
    Route(explain_session_duration, message=SESSION_DURATION),
    Route(explain_session_name, message=SESSION_NAME),
    Route(explain_plugin_missing, message=PLUGIN_MISSING),
    Route(_explain_pool_roles, code=re.compile(r"InvalidIdentityPoolConfigurationException")),
    Route(
        explain_agent_unreachable,
        message=EXEC_NOT_ENABLED,
        code=re.compile(r"TargetNotConnected(?:Exception)?"),
    ),
)
_ROUTES_AFTER_KINDS: tuple[Route[_Rule], ...] = (
    Route(
        _explain_quota,
        code=re.compile(
            r".*(?:LimitExceeded|QuotaExceeded|ServiceQuota|ResourceLimit|InstanceLimit|VcpuLimit|AddressLimit).*"
        ),
    ),
    Route(
        _explain_quota,
        message=re.compile(
            r"maximum number of (?!attempts)|exceed(?:ed|s)? (?:the |your )?(?:quota|limit|maximum(?! number of attempts))|[Ll]imit (?:has been |was )?(?:exceeded|reached)"
        ),
        except_code=_ANY_CODE,
    ),
    Route(
        _explain_not_found,
        code=re.compile(r"404|.*(?:NotFound|NoSuch|NonExistent|DoesNotExist|UnknownResource).*"),
    ),
    # Some services report a missing resource as an invalid parameter.
    Route(
        _explain_not_found,
        message=re.compile(r"No \w{1,20} found|could not be found|was not found|does not exist", re.ASCII),
        except_code=re.compile(r"(?!.*(?:Valid|Param)).+"),
    ),
)
