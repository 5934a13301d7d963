"""Explain API errors that are not denials, such as throttling.

Permissions do not cause them, so no remedy suggests any. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the pages that the remedies link to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.calls.account_roles import ACCOUNT_ROLE_MISSING, explain_missing_setting
from iamtriage.explaining._rules.calls.api_error_kinds import (
    ACCOUNT_STATE,
    ALREADY_EXISTS,
    AWS_ERROR,
    BUCKET_IN_OTHER_REGION,
    THROTTLED,
    find_kind,
)
from iamtriage.explaining._rules.calls.error_kind import (
    ErrorKind,
    code_evidence,
    end_summary,
    import_remedy,
    safe_code,
)
from iamtriage.explaining._rules.calls.key_states import (
    KEY_ACCESS,
    LAUNCH_WITHOUT_KEY,
    explain_key_access,
    explain_key_state,
    explain_launch_key,
)
from iamtriage.explaining._rules.calls.message_kinds import (
    CAPABILITIES_MISSING,
    STACK_ROLLED_BACK,
    capabilities_remedy,
    stack_remedy,
)
from iamtriage.explaining._rules.calls.metadata_requests import METADATA_REQUEST, explain_metadata_request
from iamtriage.explaining._rules.calls.node_groups import (
    NODES_FAILED,
    explain_node_group,
    explain_node_identity,
    explain_unreachable_cluster,
)
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL, explain_policy_size, explain_quota
from iamtriage.explaining._rules.calls.request_kinds import (
    ACLS_DISABLED,
    CONFLICT,
    INVALID_REQUEST,
    NO_ANSWER,
    SERVICE_FAULT,
    acl_remedy,
)
from iamtriage.explaining._rules.calls.s3_calls import (
    UNVALIDATED_DESTINATION,
    explain_head_call,
    explain_unvalidated_destination,
    is_head_call,
    status_as_code,
)
from iamtriage.explaining._rules.calls.service_roles import (
    MISSING_ROLE,
    explain_missing_role,
    explain_service_role,
)
from iamtriage.explaining._rules.calls.session_manager import (
    EXEC_NOT_ENABLED,
    PLUGIN_MISSING,
    explain_agent_unreachable,
    explain_plugin_missing,
)
from iamtriage.explaining._rules.calls.throttling import calls_iam_or_sts, throttling_remedy
from iamtriage.explaining._rules.calls.unreachable_endpoints import explain_no_answer
from iamtriage.explaining._rules.credentials.identity_pools import explain_pool_roles
from iamtriage.explaining._rules.credentials.pod_agents import (
    MISSING_ASSOCIATION,
    explain_agent_rejection,
    explain_missing_association,
)
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import (
    error_code,
    find_profile,
    find_region,
    message_text,
    quote_phrases,
)
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.routing import Route, choose_rule
from iamtriage.explaining._rules.sts.credential_scopes import explain_wrong_region
from iamtriage.explaining._rules.sts.rejected_calls import (
    SESSION_DURATION,
    SESSION_NAME,
    explain_non_sts_response,
    explain_session_duration,
    explain_session_name,
    is_non_sts_response,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

    _Rule = Callable[["Case[AwsError]", str], Explanation]


RESOURCE_IN_OTHER_REGION = CauseType(
    "resource-in-other-region",
    title="The resource is in another region",
    fix="Call the region of the resource.",
    recognised_by="The command in the text names a resource of another region than --region.",
    sign=r"\barn:aws[\w-]{0,10}:[\w-]{2,30}:([a-z]{2,5}-[a-z-]{4,15}-\d):\d{12}:\S{1,200} (?:--[\w-]{2,40} \S{1,80} ){0,6}--region (?!\1)[a-z]{2,5}-[a-z-]{4,15}-\d\b",
    of="not-found",
)
NOT_FOUND = CauseType(
    "not-found",
    title="The resource does not exist",
    text="The account and Region of the call have no such resource.",
    recognised_by="An error code such as ResourceNotFoundException, NoSuchEntity or 404, or a message that says that something could not be found.",
    fix="Check the name, the account and the region of the call.",
    sources=(pages.CLI_CREDENTIALS,),
)
RESOURCE_IN_OTHER_ACCOUNT = CauseType(
    "resource-in-other-account",
    title="The resource is in another account than the credentials",
    fix="Use credentials of the account that owns the resource.",
    recognised_by="The text names a resource of another account than the caller's.",
    sign=r"\"Account\": ?\"(?P<account>\d{12})\".{0,800}\b(?P<shown>arn:aws[\w-]{0,10}:[\w-]{2,30}:[\w-]{0,20}:(?!(?P=account))\d{12}:\S{1,80})",
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
    recognised_by="The text shows that the resource was just created or deleted.",
    sign=r"\b\w{3,20}_\w{3,40}\.\S{1,80}: (?:Destruction|Creation) complete",
    of="not-found",
)


def explain_api_error(case: Case[AwsError]) -> Explanation:
    """Explain an API error that is not a denial."""
    message = message_text(case)
    if MISSING_ROLE.search(message):
        return explain_missing_role(case, message)
    return explain_service_role(case, message) or _choose_rule(case, message)(case, message)


def _choose_rule(case: Case[AwsError], message: str) -> _Rule:
    if is_non_sts_response(case, message):
        return explain_non_sts_response
    rule = choose_rule(_ROUTES_BEFORE_KINDS, case.failure, message)
    if rule is not None:
        return rule
    if find_kind(case.failure, message) is not None:
        return _explain_kind
    if is_head_call(case) and status_as_code(case) in {"400", "301", "307"}:
        return explain_head_call
    is_unanswered = not error_code(case.failure) or case.failure.envelope.status_code == 0
    default = explain_no_answer if is_unanswered else _explain_other
    return choose_rule(_ROUTES_AFTER_KINDS, case.failure, message) or default


# Clients of S3 that compare the region of the bucket with their own, Terraform's backend, and answers of S3.
_OTHER_BUCKET_REGION = lazy_pattern(
    r"the bucket is not in '(?P<signed>[a-z0-9-]{6,30})' region(?: at endpoint '[^'\n]{0,200}')?(?:, bucket is in '(?P<expected>[a-z0-9-]{6,30})' region)?"
    r"|requested bucket from \\?\"(?P<called>[a-z0-9-]{6,30})\\?\", actual location \\?\"(?P<actual>[a-z0-9-]{6,30})"
    r"|The (?P<constraint>[a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9]) location constraint is incompatible"
    r"|<Endpoint>(?:[a-z0-9.-]{3,63}\.)?s3[.-](?P<host>[a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9])\.amazonaws\.com",
    re.ASCII,
)
_UNSPECIFIED_CONSTRAINT = lazy_pattern(r"The unspecified location constraint is incompatible")


def _explain_bucket_region(case: Case[AwsError], message: str) -> Explanation:
    found = _OTHER_BUCKET_REGION.search(message)
    if found is None:
        return _explain_other(case, message)
    expected = found["expected"] or found["actual"] or found["constraint"] or found["host"]
    signed = found["signed"] or found["called"] or find_region(case)
    if signed == expected:
        signed = None
    return explain_wrong_region(case, signed, expected, cause=BUCKET_IN_OTHER_REGION, note=NOT_A_DENIAL)


def _explain_missing_constraint(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a call creates a bucket outside us-east-1 and does not name the Region.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    """
    region = commands.region(find_region(case))
    stated = context_of(case.facts)
    bucket = commands.bucket(None if stated.bucket is None else stated.bucket.value)
    return case.explain(
        "The bucket was not created: outside us-east-1, CreateBucket must name the Region as LocationConstraint.",
        INVALID_REQUEST.cause("reported", quote_phrases(message, "The unspecified location constraint")),
        remedies=(
            your_remedy(
                f"Set the LocationConstraint to {region}",
                "In code, pass CreateBucketConfiguration with LocationConstraint. aws s3 mb does this itself.",
                commands=(
                    credential_remedies.with_profile(
                        find_profile(case),
                        f"aws s3api create-bucket --bucket {bucket} --region {region} --create-bucket-configuration LocationConstraint={region}",
                    ),
                ),
                url="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html",
            ),
        ),
        notes=(NOT_A_DENIAL,),
    )


def _explain_kind(case: Case[AwsError], message: str) -> Explanation:
    kind = find_kind(case.failure, message)
    if kind is None or kind.cause is NO_ANSWER:
        return explain_no_answer(case, message)
    cause = kind.cause.cause(
        "reported" if error_code(case.failure) or kind.is_from_sdk else "derived",
        code_evidence(case.failure, is_from_sdk=kind.is_from_sdk),
    )
    return case.explain(
        f"{kind.summary.removesuffix('.')}{end_summary(case.failure)}"
        if kind.cause in _QUOTED
        else kind.summary,
        cause,
        *kind.causes,
        topic=kind.cause.code,
        remedies=_fitting_remedies(case, kind),
        notes=(*kind.notes, NOT_A_DENIAL),
    )


# The message says what is wrong, and the kind does not.
_QUOTED = frozenset(
    {INVALID_REQUEST, CONFLICT, ALREADY_EXISTS, ACCOUNT_STATE, SERVICE_FAULT, CAPABILITIES_MISSING}
)


def _fitting_remedies(case: Case[AwsError], kind: ErrorKind) -> tuple[Remedy, ...]:
    """Return the remedies of a kind, for throttling and ACLs those that the program has.

    There is no quota request for IAM and STS, whose rates AWS does not raise.

    Source: https://repost.aws/knowledge-center/iam-sts-throttling-error.
    """
    if kind.cause is ACLS_DISABLED:
        return (acl_remedy(case.failure.text),)
    if kind.cause is CAPABILITIES_MISSING:
        return (capabilities_remedy(case, message_text(case)),)
    if kind.cause is STACK_ROLLED_BACK:
        return (stack_remedy(message_text(case)),)
    if kind.cause is ALREADY_EXISTS and error_code(case.failure) != "BucketAlreadyExists":
        # That bucket is in another account.
        imported = import_remedy(case.failure, case.facts) if "creating " in case.failure.text else None
        return (*((imported,) if imported is not None else ()), *kind.remedies)
    if kind.cause is not THROTTLED:
        return kind.remedies
    quota = () if calls_iam_or_sts(case) else kind.remedies
    return (throttling_remedy(case), *quota)


def _explain_missing_s3_object(case: Case[AwsError]) -> Explanation:
    """Explain that S3 has no such bucket or object.

    A bucket of another Region or account gives 301 or 403 instead.
    """
    operation = case.failure.envelope.operation
    is_bucket = error_code(case.failure) == "NoSuchBucket" or operation == "HeadBucket"
    if is_bucket:
        text = "No account of the partition has a bucket of this name. Bucket names are unique across accounts and Regions."
        name = "The name of the bucket is misspelled, or it is that of an access point or an alias."
    else:
        text = "The bucket has no object with this key."
        name = "The key is misspelled. Keys are case-sensitive, and a leading slash is a part of the key."
    listing = (
        "aws s3api list-buckets --query 'Buckets[].Name'"
        if is_bucket
        else "aws s3api list-objects-v2 --bucket BUCKET --prefix OBJECT_KEY --query 'Contents[].Key'"
    )
    steps = (
        ("The command lists the buckets of the account that is called with.",)
        if is_bucket
        else (
            "OBJECT_KEY can be the beginning of the key.",
            "In a bucket with versioning, a delete marker can hide the object: list-object-versions shows it.",
        )
    )
    return case.explain(
        f"The {'bucket' if is_bucket else 'object'} does not exist{end_summary(case.failure)}",
        NOT_FOUND.cause("reported", code_evidence(case.failure), text=text),
        NAME_DIFFERS.cause(text=name),
        GONE_OR_NEW.cause(text="It was deleted, or not created yet."),
        remedies=(
            your_remedy(
                f"Compare the {'name' if is_bucket else 'key'} with what exists",
                *steps,
                commands=(listing,),
                url=pages.S3_ERRORS,
            ),
        ),
        notes=(NOT_A_DENIAL,),
    )


def _explain_not_found(case: Case[AwsError], message: str) -> Explanation:
    envelope = case.failure.envelope
    is_head_of_s3 = is_head_call(case) and envelope.operation in {"HeadObject", "HeadBucket"}
    if error_code(case.failure) in {"NoSuchBucket", "NoSuchKey"} or is_head_of_s3:
        return _explain_missing_s3_object(case)
    region, profile = find_region(case), find_profile(case)
    where = "" if region is None else f" in {region}"
    return case.explain(
        f"The resource does not exist{where} in the account of the call{end_summary(case.failure)}",
        NOT_FOUND.cause("reported", code_evidence(case.failure)),
        RESOURCE_IN_OTHER_REGION.cause(),
        RESOURCE_IN_OTHER_ACCOUNT.cause(),
        NAME_DIFFERS.cause(),
        GONE_OR_NEW.cause(),
        remedies=(
            your_remedy(
                "Check the account and the Region of the call",
                "Compare the account that the first command prints with the account of the resource.",
                "Compare the Region. The second command prints the configured one, which applies if the call names none.",
                commands=(
                    credential_remedies.with_profile(profile, "aws sts get-caller-identity"),
                    credential_remedies.with_profile(profile, "aws configure get region"),
                ),
                url=pages.CLI_CREDENTIALS,
            ),
            *_list_clusters_remedies(case, message, region),
        ),
        notes=(NOT_A_DENIAL,),
    )


def _list_clusters_remedies(case: Case[AwsError], message: str, region: str | None) -> tuple[Remedy, ...]:
    """Return the remedy that lists EKS clusters. Other services have too many resources to list."""
    if case.failure.envelope.service != "eks" and "No cluster found" not in message:
        return ()
    return (
        your_remedy(
            "List the clusters of the Region",
            "Use the cluster's name exactly as it is listed.",
            commands=(fill_command("aws eks list-clusters --region {}", commands.region(region)),),
            url=pages.EKS_KUBECONFIG,
        ),
    )


def _explain_pool_roles(case: Case[AwsError], _words: str) -> Explanation:
    return explain_pool_roles(case, commands.region(find_region(case)))


def _explain_other(case: Case[AwsError], _words: str) -> Explanation:
    failure = case.failure
    code, envelope = error_code(failure), failure.envelope
    operation = safe_code(envelope.operation)
    call = f"The call {operation}" if operation else "The call"
    return case.explain(
        f"{call} failed{f' with {code}' if safe_code(code) else ''}{end_summary(case.failure)}",
        AWS_ERROR.cause(
            "reported",
            code_evidence(failure),
            text="AWS returned only the HTTP status and no error code."
            if code.isdigit()
            else "The error code does not name a missing permission. The message says more.",
        ),
        remedies=(
            your_remedy(
                "Look up the error code",
                "The API reference of the service lists the errors of each operation and their meaning.",
                url=pages.EC2_ERRORS if envelope.service == "ec2" else pages.API_REFERENCES,
            ),
        ),
    )


_POLICY_SIZE = r"PolicySize|Maximum policy size|PackedPolicyTooLarge|ACLSizePerRole|[Pp]olicy size"
_ANY_CODE = lazy_pattern(r".+")


def _explain_pod_token(case: Case[AwsError], message: str) -> Explanation:
    """Explain that EKS Auth rejects the token of a pod."""
    return explain_agent_rejection(case, message, "invalid")


# The first route that matches is used.
_ROUTES_BEFORE_KINDS: tuple[Route[_Rule], ...] = (
    Route(explain_policy_size, message=_POLICY_SIZE, code=rf".*(?:{_POLICY_SIZE}).*"),
    Route(_explain_missing_constraint, message=_UNSPECIFIED_CONSTRAINT),
    Route(_explain_bucket_region, message=_OTHER_BUCKET_REGION),
    Route(explain_launch_key, message=LAUNCH_WITHOUT_KEY),
    Route(explain_key_access, message=KEY_ACCESS, code=r"KMSKeyNotAccessible(?:Fault)?"),
    Route(explain_missing_setting, message=ACCOUNT_ROLE_MISSING),
    Route(
        explain_key_state,
        code=r".*(?:KMSInvalidState|KMS\.?Disabled|KMSKeyDisabled).*|DisabledException|Kms(?:Key\w+|GrantRevoked)",
    ),
    Route(explain_key_state, service="kms", message=r"\bis (?:disabled|pending (?:deletion|import))\b"),
    Route(explain_missing_association, message=MISSING_ASSOCIATION),
    Route(_explain_pod_token, service="eks-auth", code=r"InvalidToken(?:Exception)?"),
    Route(explain_metadata_request, message=METADATA_REQUEST),
    Route(explain_quota, message=r"UnreservedConcurrentExecution below its minimum"),
    Route(
        explain_node_group,
        message=NODES_FAILED,
        code=r"NodeCreationFailure",
        except_code=r"AsgInstanceLaunchFailures",
    ),
    Route(explain_node_identity, code=r"IamInstanceProfileNotFound|Iam(?:Node)?RoleNotFound"),
    Route(explain_unreachable_cluster, code=r"ClusterUnreachable"),
    Route(explain_unvalidated_destination, message=UNVALIDATED_DESTINATION),
    Route(explain_session_duration, message=SESSION_DURATION),
    Route(explain_session_name, message=SESSION_NAME),
    Route(explain_plugin_missing, message=PLUGIN_MISSING),
    Route(_explain_pool_roles, code=r"InvalidIdentityPoolConfigurationException"),
    Route(explain_agent_unreachable, message=EXEC_NOT_ENABLED, code=r"TargetNotConnected(?:Exception)?"),
)
_ROUTES_AFTER_KINDS: tuple[Route[_Rule], ...] = (
    Route(
        explain_quota,
        code=r".*(?:LimitExceeded|QuotaExceeded|ServiceQuota|ResourceLimit|InstanceLimit|VcpuLimit|AddressLimit).*",
    ),
    Route(
        explain_quota,
        message=r"maximum number of (?!attempts)|exceed(?:ed|s)? (?:the |your )?(?:quota|limit|maximum(?! number of attempts))|[Ll]imit (?:has been |was )?(?:exceeded|reached)",
        except_code=_ANY_CODE,
    ),
    Route(_explain_not_found, code=r"404|.*(?:NotFound|NoSuch|NonExistent|DoesNotExist|UnknownResource).*"),
    # Some services report a missing resource as an invalid parameter.
    Route(
        _explain_not_found,
        message=lazy_pattern(r"No \w{1,20} found|could not be found|was not found|does not exist", re.ASCII),
        except_code=r"(?!.*(?:Valid|Param)).+",
    ),
)
