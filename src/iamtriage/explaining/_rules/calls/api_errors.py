"""Explain API errors that are not denials, such as throttling.

Permissions do not cause them, so no remedy suggests any. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the pages that the remedies link to.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from functools import partial

import attrs

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.regions import find_bucket_region
from iamtriage.explaining._rules.basics import Case, Explanation, Remedy
from iamtriage.explaining._rules.calls import (
    account_kinds,
    api_error_kinds,
    blocked_deletions,
    error_kind,
    message_kinds,
    request_kinds,
    s3_calls,
    service_objects,
    throttled_functions,
    throttling,
)
from iamtriage.explaining._rules.calls.kms import key_access, key_states, launch_keys, log_group_keys
from iamtriage.explaining._rules.calls.names import iam_names, missing_in_region
from iamtriage.explaining._rules.calls.names.missing_resources import MISSING_IN_S3, explain_not_found
from iamtriage.explaining._rules.calls.names.placeholders import explain_placeholder
from iamtriage.explaining._rules.calls.network import metadata_requests, node_groups, session_manager
from iamtriage.explaining._rules.calls.network.task_starts import explain_task_start
from iamtriage.explaining._rules.calls.network.unreachable_endpoints import explain_no_answer
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL, explain_policy_size, explain_quota
from iamtriage.explaining._rules.calls.roles import (
    account_roles,
    delivery_roles,
    protected_roles,
    service_roles,
)
from iamtriage.explaining._rules.calls.states import object_states, protections
from iamtriage.explaining._rules.credentials.profiles.sso_settings import explain_unknown_portal
from iamtriage.explaining._rules.credentials.tokens.identity_pools import explain_pool_roles
from iamtriage.explaining._rules.credentials.workloads import pod_agents
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.messages import quoted_message
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.routing import Route, Routes
from iamtriage.explaining._rules.sts import rejected_calls, session_durations
from iamtriage.explaining._rules.sts.credential_scopes import explain_wrong_region
from iamtriage.failures._failures import AwsError

_Rule = Callable[[Case[AwsError], str], Explanation]


def explain_api_error(case: Case[AwsError]) -> Explanation:
    """Explain an API error that is not a denial."""
    message = clues.message_text(case)
    if service_roles.MISSING_ROLE.search(message):
        return service_roles.explain_missing_role(case, message)
    special = _explain_existing_role(case, message) or service_roles.explain_service_role(case, message)
    special = special or s3_calls.explain_copy_source(case) or explain_placeholder(case)
    special = special or delivery_roles.explain_undelivered_message(case, message)
    if special is None and rejected_calls.is_non_sts_response(case, message):
        return rejected_calls.explain_non_sts_response(case, message)
    special = special or throttled_functions.explain_throttled_invocation(case) or explain_task_start(case)
    special = special or key_access.explain_discarded_volume(case)
    special = special or key_access.explain_missing_grant(case, message)
    return special or _choose_rule(case, message)(case, message)


_EXISTING_ROLE = lazy_pattern(
    r"[Ss]ervice role name (?P<role>AWSServiceRoleFor\w{1,60}) has been taken in this account", re.ASCII
)
# The services that use several roles, each with a suffix of its own.
_HAS_SUFFIX = lazy_pattern(r"AWSServiceRoleFor(?:AutoScaling|LexV2|AmazonConnect|Connect)")


def _explain_existing_role(case: Case[AwsError], message: str) -> Explanation | None:
    """Explain that a service-linked role exists and was not created again, or return ``None`` for another error."""
    found = _EXISTING_ROLE.search(message)
    if found is None:
        return None
    name = found["role"]
    lookup = commands.fill_command("aws iam get-role --role-name {} --query Role.Arn --output text", name)
    imported = error_kind.import_remedy(case.failure, case.facts, identifier=f'"$({lookup})"')
    if imported is not None:
        imported = attrs.evolve(
            imported,
            title="Remove the role from the Terraform configuration, or import it",
            steps=(
                "The service uses the existing role without Terraform: remove the resource and what refers to it, such as depends_on. Or import it into one configuration: the configuration then owns the role, and its destroy tries to delete it.",
            ),
        )
    return case.explain(
        f"The service-linked role {name} already exists in the account, so it was not created again.",
        api_error_kinds.ALREADY_EXISTS.cause(
            "reported",
            text="Services often create the role on first use, such as with the first cluster or Auto Scaling group. An account needs it once: only a few services, such as EC2 Auto Scaling, allow more of them, each with a suffix.",
        ),
        remedies=imported
        or (
            your_remedy(
                "Use the existing role, and do not create it",
                "The service finds the role by its name. If the service just reported the role as missing, retry after a minute, because changes in IAM take time to propagate.",
                "In a template or module, remove the resource that creates the role, or create it only if it does not exist.",
                commands=lookup,
                url=pages.SERVICE_LINKED,
            ),
        ),
        notes="No permission is missing."
        if _HAS_SUFFIX.search(name)
        else "No permission is missing, and a suffix does not help: the service uses the existing role.",
    )


def _choose_rule(case: Case[AwsError], message: str) -> _Rule:
    if (rule := _ROUTES_BEFORE_KINDS.choose(case.failure, message)) is not None:
        return rule
    if (kind := api_error_kinds.find_kind(case.failure, message)) is not None:
        return functools.partial(_explain_kind, kind)
    if s3_calls.is_head_call(case) and s3_calls.status_as_code(case) in {"400", "301", "307"}:
        return s3_calls.explain_head_call
    is_unanswered = not clues.error_code(case.failure) or case.failure.envelope.status_code == 0
    if is_unanswered and MISSING_IN_S3.search(case.failure.text):
        # PowerShell prints the message first, then its own lines.
        return explain_not_found
    default = explain_no_answer if is_unanswered else _explain_other
    return _ROUTES_AFTER_KINDS.choose(case.failure, message) or default


# Clients of S3 that compare the region of the bucket with their own, Terraform's backend, and answers of S3.
_OTHER_BUCKET_REGION = lazy_pattern(
    r"the bucket is not in '(?P<signed>[a-z0-9-]{6,30})' region(?: at endpoint '[^'\n]{0,200}')?(?:, bucket is in '(?P<expected>[a-z0-9-]{6,30})' region)?"
    r"|requested bucket from \\?\"(?P<called>[a-z0-9-]{6,30})\\?\", actual location \\?\"(?P<actual>[a-z0-9-]{6,30})"
    rf"|The (?P<constraint>{REGION}) location constraint is incompatible"
    rf"|<Endpoint>(?:[a-z0-9.-]{{3,63}}\.)?s3[.-](?P<host>{REGION})\.amazonaws\.com",
    re.ASCII,
)
# What S3 sends with a redirect.
_REGION_HEADER = lazy_pattern(rf"(?i:\bx-amz-bucket-region)[\"']?: ?[\"']?({REGION})")
_UNSPECIFIED_CONSTRAINT = lazy_pattern(r"The unspecified location constraint is incompatible")


def _explain_bucket_region(case: Case[AwsError], message: str) -> Explanation:
    found = _OTHER_BUCKET_REGION.search(message)
    if found is None:
        return _explain_other(case, message)
    expected = found["expected"] or found["actual"] or found["constraint"] or found["host"]
    signed = found["signed"] or found["called"] or clues.find_region(case)
    if signed == expected:
        signed = None
    return explain_wrong_region(
        case, signed, expected, cause=api_error_kinds.BUCKET_IN_OTHER_REGION, note=NOT_A_DENIAL
    )


def _explain_missing_constraint(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a call creates a bucket outside us-east-1 and does not name the Region.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    """
    region = commands.region(clues.find_region(case))
    create = f"aws s3api create-bucket --bucket BUCKET --region {region} --create-bucket-configuration LocationConstraint={region}"
    return case.explain(
        "The bucket was not created: outside us-east-1, CreateBucket must specify the Region as LocationConstraint.",
        clues.reported_cause(request_kinds.INVALID_REQUEST, message, "The unspecified location constraint"),
        remedies=your_remedy(
            f"Set the LocationConstraint to {region}",
            "In code, pass CreateBucketConfiguration with LocationConstraint. aws s3 mb does this automatically.",
            commands=credential_remedies.with_profile(find_profile(case), create),
            url="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html",
        ),
        notes=NOT_A_DENIAL,
    )


def _explain_kind(kind: error_kind.ErrorKind, case: Case[AwsError], message: str) -> Explanation:
    if kind.cause is api_error_kinds.BUCKET_IN_OTHER_REGION:
        bucket, header = case.context.bucket, _REGION_HEADER.search(case.failure.text)
        region = find_bucket_region(case.failure.text, bucket.value) if bucket else None
        if region := region or (header and header[1]):
            called = None if (called := clues.find_region(case)) == region else called
            return explain_wrong_region(case, called, region, cause=kind.cause, note=NOT_A_DENIAL)
    if kind.cause is request_kinds.NO_ANSWER:
        return explain_no_answer(case, message)
    because = error_kind.code_evidence(case.failure, is_from_sdk=kind.is_from_sdk)
    if kind.is_from_sdk and kind.message is not None and (found := kind.message.search(message)):
        because = (f'The text says "{clip_text(found[0])}".',)
    text = kind.summary.rpartition(", so ")[0] + "." if kind.is_from_sdk else ""
    cause = kind.cause.cause(
        "reported" if clues.error_code(case.failure) or kind.is_from_sdk else "derived",
        because,
        text=throttling.throttling_text(case) if kind.cause is api_error_kinds.THROTTLED else text,
    )
    summary = kind.summary
    if kind.cause is request_kinds.ACLS_DISABLED:
        summary = request_kinds.name_acl(case, summary)
    elif kind.cause is request_kinds.NO_REGION and (empty := request_kinds.find_empty_region(case)):
        dots = ", which leaves two dots in the host name" if "..amazonaws." in message else ""
        summary = f"The Region is empty where the call runs: {empty} is set, but has no value{dots}. No request reached AWS."
    elif kind.cause in _QUOTED:
        summary = f"{summary.removesuffix('.')}{quoted_message.end_summary(case.failure)}"
    elif kind.cause is api_error_kinds.THROTTLED:
        summary = _name_throttled_call(case, summary)
    return case.explain(
        summary,
        cause,
        *message_kinds.fitting_causes(case, kind),
        topic=kind.cause.code,
        remedies=functools.partial(_fitting_remedies, case, kind),
        notes=(
            *kind.notes,
            None if kind.lacks_permission or "permission is missing" in summary else NOT_A_DENIAL,
        ),
    )


def _name_throttled_call(case: Case[AwsError], summary: str) -> str:
    operation = error_kind.safe_code(case.operation)
    call = f"the call {operation}" if operation else "the request"
    if throttling.uses_throttled_key(case):
        call = f"the use of the key within {call}"
    if throttling.calls_one_by_one(case):
        summary = summary.replace("calls in a short time", "calls in a short time, one for each resource", 1)
    service = "KMS" if throttling.is_of_kms(case) else "AWS"
    return summary.replace("AWS throttled the request", f"{service} throttled {call}", 1)


# The message says what is wrong, and the kind does not.
_QUOTED = frozenset(
    {
        request_kinds.INVALID_REQUEST,
        request_kinds.CONFLICT,
        api_error_kinds.ALREADY_EXISTS,
        account_kinds.ACCOUNT_STATE,
        message_kinds.UNKNOWN_OPERATION,
        request_kinds.SERVICE_ERROR,
        message_kinds.CAPABILITIES_MISSING,
    }
)


def _fitting_remedies(case: Case[AwsError], kind: error_kind.ErrorKind) -> tuple[Remedy, ...]:
    """Return the remedies of a kind, for throttling and ACLs those that the program has.

    There is no quota request for IAM and STS, whose rates AWS does not raise.

    Source: https://repost.aws/knowledge-center/iam-sts-throttling-error.
    """
    if kind.cause is request_kinds.NO_REGION:
        return (request_kinds.region_remedy(case),)
    if kind.cause is request_kinds.ACLS_DISABLED:
        return (request_kinds.acl_remedy(case),)
    if kind.cause is message_kinds.CAPABILITIES_MISSING:
        return (message_kinds.capabilities_remedy(case, clues.message_text(case)),)
    if kind.cause is account_kinds.DECLARATIVE_POLICY:
        return (account_kinds.ask_organization(case.failure.text, case.context.terraform),)
    if kind.cause is account_kinds.ORGANIZATION_SHARING_OFF:
        return (account_kinds.enable_sharing(case.failure.text),)
    if kind.cause is message_kinds.MANAGED_KEY_ACROSS:
        return message_kinds.snapshot_remedies(case, kind)
    if kind.cause is api_error_kinds.THROTTLED:
        more = kind.remedies
        if (case.operation or "").startswith("GetParameter"):
            more = (throttling.RAISE_PARAMETERS,)
        if case.service == "iam" or throttling.calls_sts(case):
            more = ()
        return (throttling.throttling_remedy(case), *more)
    # The bucket of BucketAlreadyExists is in another account.
    is_own = clues.error_code(case.failure) != "BucketAlreadyExists" and "creating " in case.failure.text
    if kind.cause is api_error_kinds.ALREADY_EXISTS and is_own:
        return present(error_kind.import_remedy(case.failure, case.facts), *kind.remedies)
    return message_kinds.signing_remedies(case, kind)


def _explain_other(case: Case[AwsError], _words: str) -> Explanation:
    failure = case.failure
    code, envelope = clues.error_code(failure), failure.envelope
    operation = error_kind.safe_code(envelope.operation)
    call = f"The call {operation}" if operation else "The call"
    quoted = quoted_message.end_summary(failure)
    text = "The error code does not name a missing permission."
    if code.isdigit():
        text = "AWS returned only the HTTP status and no error code."
    return case.explain(
        f"{call} failed{f' with {code}' if error_kind.safe_code(code) else ''}{quoted}",
        api_error_kinds.AWS_ERROR.cause("reported", error_kind.code_evidence(failure), text=text),
        remedies=your_remedy(
            "Look up the error code",
            "The API reference of the service lists the errors of each operation and their meaning.",
            url=pages.EC2_ERRORS if envelope.service == "ec2" else pages.API_REFERENCES,
        ),
    )


_POLICY_SIZE = (
    r"PolicySize|PolicyLengthExceeded|Maximum policy size|PackedPolicyTooLarge|ACLSizePerRole|[Pp]olicy size"
)
_ANY_CODE = lazy_pattern(r".+")
# The first route that matches is used.
_ROUTES_BEFORE_KINDS: Routes[_Rule] = Routes(
    Route(explain_policy_size, message=_POLICY_SIZE, code=rf".*(?:{_POLICY_SIZE}).*"),
    Route(account_kinds.explain_tag_policy, message=account_kinds.TAG_NOT_ALLOWED),
    Route(blocked_deletions.explain_blocked_deletion, message=blocked_deletions.BLOCKED),
    Route(_explain_missing_constraint, message=_UNSPECIFIED_CONSTRAINT),
    Route(service_objects.explain_unreadable_object, message=service_objects.UNREADABLE),
    Route(_explain_bucket_region, message=_OTHER_BUCKET_REGION),
    Route(launch_keys.explain_launch_key, message=launch_keys.LAUNCH_WITHOUT_KEY),
    Route(
        key_access.explain_key_access, message=key_access.KEY_ACCESS, code=r"KMSKeyNotAccessible(?:Fault)?"
    ),
    Route(log_group_keys.explain_log_group_key, message=log_group_keys.KEY_NOT_ALLOWED),
    Route(account_roles.explain_missing_setting, message=account_roles.ACCOUNT_ROLE_MISSING),
    Route(missing_in_region.explain_unverified_address, message=missing_in_region.NOT_VERIFIED),
    Route(missing_in_region.explain_unsubscribed_service, message="needs a subscription for the service"),
    Route(
        protected_roles.explain_protected_role,
        message=protected_roles.PROTECTED_ROLE,
        code=r"UnmodifiableEntity(?:Exception)?",
    ),
    Route(
        key_states.explain_key_state,
        code=r".*(?:KMSInvalidState|KMS\.?Disabled|KMSKeyDisabled).*|DisabledException|Kms(?:Key\w+|GrantRevoked)",
    ),
    Route(
        key_states.explain_key_state,
        service="kms",
        message=r"\bis (?:disabled|pending (?:deletion|import))\b",
    ),
    Route(protections.explain_protection, message=protections.STATES),
    Route(object_states.explain_archived_object, code=r"InvalidObjectState|ObjectNotInActiveTierError"),
    Route(pod_agents.explain_missing_association, message=pod_agents.MISSING_ASSOCIATION),
    Route(
        partial(pod_agents.explain_agent_rejection, problem="invalid"),
        service="eks-auth",
        code=r"InvalidToken(?:Exception)?",
    ),
    Route(metadata_requests.explain_metadata_request, message=metadata_requests.METADATA_REQUEST),
    Route(
        explain_quota,
        message=r"UnreservedConcurrentExecution below its minimum|policy can have up to \d{1,3} versions",
    ),
    Route(
        node_groups.explain_node_group,
        message=node_groups.NODES_FAILED,
        code=r"NodeCreationFailure",
        except_code=r"AsgInstanceLaunchFailures",
    ),
    Route(node_groups.explain_node_identity, code=r"IamInstanceProfileNotFound|Iam(?:Node)?RoleNotFound"),
    Route(node_groups.explain_unreachable_cluster, code=r"ClusterUnreachable"),
    # CloudFormation reports it as a ValidationError.
    Route(explain_not_found, message=r"Stack(?: with id|:)? \S{1,128} does not exist"),
    Route(s3_calls.explain_unvalidated_destination, message=s3_calls.UNVALIDATED_DESTINATION),
    Route(iam_names.explain_invalid_name, message=iam_names.INVALID_NAME),
    Route(iam_names.explain_unnamed_user, message=iam_names.USER_NOT_NAMED),
    Route(session_durations.explain_session_duration, message=session_durations.SESSION_DURATION),
    Route(session_durations.explain_session_name, message=session_durations.SESSION_NAME),
    Route(session_manager.explain_plugin_missing, message=session_manager.PLUGIN_MISSING),
    Route(explain_unknown_portal, operation="StartDeviceAuthorization"),
    Route(explain_unknown_portal, message=lazy_pattern("Invalid grant provided|Invalid start url provided")),
    Route(explain_pool_roles, code=r"InvalidIdentityPoolConfigurationException"),
    Route(
        session_manager.explain_agent_unreachable,
        message=session_manager.EXEC_NOT_ENABLED,
        code=r"TargetNotConnected(?:Exception)?",
    ),
)
_ROUTES_AFTER_KINDS: Routes[_Rule] = Routes(
    Route(
        explain_quota,
        code=r".*(?:LimitExceeded|QuotaExceeded|ServiceQuota|ResourceLimit|InstanceLimit|VcpuLimit|AddressLimit).*",
    ),
    Route(
        explain_quota,
        message=r"maximum number of (?!attempts)|exceed(?:ed|s)? (?:the |your )?(?:quota|limit|maximum(?! number of attempts))|[Ll]imit (?:has been |was )?(?:exceeded|reached)",
        except_code=_ANY_CODE,
    ),
    Route(explain_not_found, message=r"Unable to describe task definition"),
    Route(iam_names.explain_credential_of_user, message=iam_names.MISSING_AT_USER),
    Route(explain_not_found, code=r"404|.*(?:NotFound|NoSuch|NonExistent|DoesNotExist|UnknownResource).*"),
    # Some services report a missing resource as an invalid parameter.
    Route(
        explain_not_found,
        message=lazy_pattern(r"No \w{1,20} found|could not be found|was not found|does not exist", re.ASCII),
        except_code=r"(?!.*(?:Valid|Param)).+",
    ),
)
