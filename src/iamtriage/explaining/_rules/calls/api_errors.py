"""Explain API errors that are not denials, such as throttling.

Permissions do not cause them, so no remedy suggests any. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the pages that the remedies link to.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import partial

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.regions import find_bucket_region
from iamtriage.explaining._rules.basics import Case, Evidence, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls import (
    account_kinds,
    api_error_kinds,
    error_kind,
    message_kinds,
    request_kinds,
    service_objects,
    state_locks,
    throttled_callers,
    throttled_functions,
    throttling,
)
from iamtriage.explaining._rules.calls.names import missing_resources, rejected_values
from iamtriage.explaining._rules.calls.names.missing_resources import (
    MISSING_IN_S3,
    explain_not_found,
    is_missing_in_s3,
)
from iamtriage.explaining._rules.calls.policies import policy_sizes
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL, explain_quota
from iamtriage.explaining._rules.calls.roles import account_roles, delete_conflicts, service_roles
from iamtriage.explaining._rules.calls.services import node_groups
from iamtriage.explaining._rules.calls.unreachable_endpoints import explain_no_answer
from iamtriage.explaining._rules.credentials.profiles import sso_settings
from iamtriage.explaining._rules.credentials.tokens.identity_pools import explain_pool_roles
from iamtriage.explaining._rules.credentials.workloads import pod_agents
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE
from iamtriage.explaining._rules.shared.credentials import missing_regions
from iamtriage.explaining._rules.shared.credentials.credential_remedies import check_endpoint
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.explaining._rules.shared.messages import quoted_message
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import present, replace_in, your_remedy
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
    if (title := account_roles.TITLE_OF_TERRAFORM.search(message)) is not None:
        return account_roles.explain_title(case, title["arn"] or title["old"])
    special = service_roles.explain_service_role(case, message)
    if special is None and rejected_calls.is_non_sts_response(case, message):
        return rejected_calls.explain_non_sts_response(case, message)
    special = special or throttled_functions.explain_throttled_invocation(case)
    special = special or state_locks.explain_state_lock(case)
    special = special or delete_conflicts.explain_delete_conflict(case)
    return special or _choose_rule(case, message)(case, message)


def _choose_rule(case: Case[AwsError], message: str) -> _Rule:
    if (rule := _ROUTES_BEFORE_KINDS.choose(case.failure, message)) is not None:
        return rule
    status = service_objects.status_as_code(case) if service_objects.shows_only_status(case) else None
    if status in {"400", "301", "307"}:
        return service_objects.explain_head_call
    if (kind := api_error_kinds.find_kind(case.failure, message)) is not None:
        return functools.partial(_explain_kind, kind)
    is_unanswered = not clues.error_code(case.failure) or case.failure.envelope.status_code == 0
    # PowerShell prints the message first, then its own lines.
    if is_missing_in_s3(case) or (is_unanswered and MISSING_IN_S3.search(case.failure.text)):
        return explain_not_found
    default = explain_no_answer if is_unanswered else _explain_other
    return _ROUTES_AFTER_KINDS.choose(case.failure, message) or default


# Clients of S3 that compare the region of the bucket with their own, Terraform's backend, and answers of S3.
_OTHER_BUCKET_REGION = lazy_pattern(
    r"the bucket is not in '(?P<signed>[a-z0-9-]{6,30})' region(?: at endpoint '[^'\n]{0,200}')?(?:, bucket is in '(?P<expected>[a-z0-9-]{6,30})' region)?"
    r"|requested bucket from \\?\"(?P<called>[a-z0-9-]{6,30})\\?\", actual location \\?\"(?P<actual>[a-z0-9-]{6,30})"
    rf"|The (?P<constraint>{REGION}) location constraint is incompatible"
    rf"|<Endpoint>(?:[a-z0-9.-]{{3,63}}\.)?s3[.-](?P<host>{REGION})\.amazonaws\.com"
)
# What S3 sends with a redirect.
_REGION_HEADER = lazy_pattern(rf"(?i:\bx-amz-bucket-region)[\"']?: ?[\"']?({REGION})")


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
    evidence: Evidence = "reported" if clues.error_code(case.failure) or kind.is_from_sdk else "derived"
    if kind.cause is message_kinds.VOLUME_KEY and "KMS" not in message:
        evidence = "possible"  # this kind of error has other reasons, too
    cause = kind.cause.cause(
        evidence,
        because,
        text=throttling.throttling_text(case) if kind.cause is api_error_kinds.THROTTLED else text,
    )
    summary = kind.summary
    if kind.cause is request_kinds.ACLS_DISABLED:
        summary = request_kinds.name_acl(case, summary)
    elif kind.cause is KMS_KEY_STATE and (state := _KEY_STATE.search(message)) is not None:
        summary = _name_key_state(case, summary, state[1])
        cause = attrs.evolve(cause, text=f"The KMS key is {state[1]}.")
    elif kind.cause is account_kinds.SERVICE_NOT_ENABLED and (where := account_kinds.find_hubs(case)):
        summary = f"Security Hub is enabled in {where[1]}, but not in {where[0]}, in this account."
    elif kind.cause is message_kinds.VOLUME_KEY:
        summary, cause = load_rule("calls.services.destination_keys.name_launcher")(case, summary, cause)
    elif kind.cause is account_kinds.EMAIL_NOT_VERIFIED:
        summary, cause = account_kinds.name_unverified(case.failure.text, summary, cause)
    elif kind.cause in _QUOTED:
        summary = f"{summary.removesuffix('.')}{quoted_message.end_summary(case.failure)}"
    elif kind.cause is api_error_kinds.THROTTLED:
        summary = throttled_callers.name_throttled_call(case, summary)
    return case.explain(
        summary,
        cause,
        *kind.causes,
        topic=kind.cause.code,
        remedies=lambda: tuple(_name_values(case, each) for each in _fitting_remedies(case, kind, message)),
        notes=(
            *kind.notes,
            None
            if kind.lacks_permission or "permission is missing" in summary
            else request_kinds.note_permission(kind, message) or NOT_A_DENIAL,
        ),
    )


_KEY_ARN = lazy_pattern(r"arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{1,30}:[0-9]{12}:key/[A-Za-z0-9-]{1,64}")
# Of a key, not of its rotation or of a setting in the same text.
_KEY_STATE = lazy_pattern(
    r"\b(?:[Kk]ey|alias)(?:[/: ]{1,2}[\"']?(?=[^\s\"']{0,160}[\d/:*])[\w:/.*-]{1,160}[\"']?)? is (disabled|pending (?:deletion|import))\b"
)
_DELETION = lazy_pattern(
    r"\b(?:PendingDeletion|DeletionDate)\b[\s\"':,]{1,40}(\d{4}-\d\d-\d\d[\dT:.+Z-]{0,26})"
)
# The message says what is wrong, and the kind does not.
_QUOTED = frozenset(
    {
        request_kinds.INVALID_REQUEST,
        request_kinds.CONFLICT,
        api_error_kinds.ALREADY_EXISTS,
        account_kinds.ACCOUNT_STATE,
        message_kinds.UNKNOWN_OPERATION,
        request_kinds.SERVICE_ERROR,
        message_kinds.PROTECTED,
    }
)


def _name_values(case: Case[AwsError], remedy: Remedy) -> Remedy:
    """Return a remedy with the only KMS key of the text in its commands, and the caller in its steps."""
    key = only_one(set(_KEY_ARN.findall(case.text)), "KEY_ARN")
    whose = f"a policy of {principal_words.describe_principal(case.stated_principal, 'the caller')} must"
    steps = tuple(each.replace("a policy of the caller must", whose) for each in remedy.steps)
    return attrs.evolve(remedy, commands=replace_in(remedy.commands, "KEY_ARN", key), steps=steps)


def _name_key_state(case: Case[AwsError], summary: str, state: str) -> str:
    """Return the summary with the state of the key, and when it is deleted."""
    summary = summary.replace("disabled, pending deletion or pending import", state)
    # Other dates are those of other keys.
    date = only_one(set(_DELETION.findall(case.failure.text)))
    end = f"on {date}" if date else "when the waiting period of 7 to 30 days ends"
    urgent = f" It is urgent: {end}, the key and the data that it encrypts are lost for good."
    return summary.replace("use it.", f"use it.{urgent}") if state == "pending deletion" else summary


def _restore_key(case: Case[AwsError], remedy: Remedy, message: str) -> Remedy:
    """Return the remedy for a key in the state that the message names, if it names one."""
    state, (show, cancel, enable) = _KEY_STATE.search(message), remedy.commands
    if state is None or state[1] == "pending import":
        return remedy
    if state[1] == "disabled":
        ask = "It can be disabled on purpose: first ask who disabled it, and why (DisableKey in CloudTrail)."
        steps = (f"{ask} No other key decrypts its data, which stays unreadable until the key is enabled.",)
        return attrs.evolve(remedy, title="Enable the key again", steps=steps, commands=(str(enable),))
    of = only_one({each.split(":")[4] for each in _KEY_ARN.findall(case.text)})
    step = f"An administrator of the key{f' in account {of}' if of else ''} does this (kms:CancelKeyDeletion, kms:EnableKey), and asks who scheduled it, and why: CloudTrail shows ScheduleKeyDeletion. It can be scheduled again."
    return attrs.evolve(
        remedy,
        title="Cancel the deletion of the key, and enable it again",
        steps=(step,),
        commands=(
            *(() if only_one(set(_DELETION.findall(case.failure.text))) else (show,)),
            str(cancel),
            Labelled.required("Then, as it is disabled:", str(enable)),
        ),
    )


def _fitting_remedies(case: Case[AwsError], kind: error_kind.ErrorKind, message: str) -> tuple[Remedy, ...]:
    """Return the remedies of a kind, for throttling and ACLs those that the program has.

    There is no quota request for IAM and STS, whose rates AWS does not raise.

    Source: https://repost.aws/knowledge-center/iam-sts-throttling-error.
    """
    if kind.cause is missing_regions.NO_REGION:
        return (missing_regions.set_region_remedy(case),)
    if kind.cause is request_kinds.ACLS_DISABLED:
        return (request_kinds.acl_remedy(case),)
    if kind.cause is account_kinds.DECLARATIVE_POLICY:
        return (account_kinds.ask_organization(case.failure.text),)
    if kind.cause is account_kinds.EMAIL_NOT_VERIFIED:
        return (account_kinds.verify_addresses(case.failure.text, kind.remedies[0]),)
    if kind.cause is message_kinds.VOLUME_KEY:
        return (load_rule("calls.services.destination_keys.launch_remedy")(case),)
    if kind.cause is KMS_KEY_STATE:
        return (_restore_key(case, kind.remedies[0], message),)
    # Nobody wants to change in another Region what a call was to change in its own.
    is_read = (case.operation or "").startswith(("Get", "List", "Describe", "BatchGet"))
    is_off = kind.cause is account_kinds.SERVICE_NOT_ENABLED
    if is_off and is_read and (where := account_kinds.find_hubs(case)):
        title, command = f"Call it in {where[1]}, or enable it in {where[0]}, too", case.context.command
        again = command and commands.repeat_line(command.text.replace(where[0], where[1]))
        call, enable = kind.remedies[0].commands
        lines = (again or call.replace("REGION", where[1]), enable)
        return (attrs.evolve(kind.remedies[0], title=title, commands=lines),)
    if kind.cause is message_kinds.PROTECTED and case.service not in {None, "ec2"}:
        return tuple(attrs.evolve(each, url="") for each in kind.remedies)
    if kind.cause is api_error_kinds.THROTTLED:
        is_read = throttled_callers.reads_parameters(case)
        more = (throttling.RAISE_PARAMETERS,) if is_read else kind.remedies
        if throttled_callers.calls_model(case):
            more = (throttled_callers.RAISE_MODEL_QUOTA,)
        if case.service == "iam" or throttling.calls_sts(case):
            more = ()
        return (throttling.throttling_remedy(case), *more)
    # The bucket of BucketAlreadyExists is in another account.
    is_own = clues.error_code(case.failure) != "BucketAlreadyExists" and "creating " in case.failure.text
    if kind.cause is api_error_kinds.ALREADY_EXISTS and is_own:
        existing = error_kind.import_remedy(case.failure, case.facts)
        if existing is None or kind not in api_error_kinds.KINDS_WITH_MESSAGE:
            return present(existing, *kind.remedies)
        # A deleted secret must be restored first, and the stacks of an account share a service-linked role.
        kept = "Pulumi stack" if "Pulumi" in existing.title else "Terraform state"
        title = f"Import it into the {kept}, if no other one manages it"
        return (*kind.remedies, attrs.evolve(existing, title=title))
    return kind.remedies


_LOOK_FOR_PROXY = "Look for HTTPS_PROXY, too, and for a load balancer or a server in front of the endpoint: its log has the request."


def _explain_other(case: Case[AwsError], _words: str) -> Explanation:
    failure = case.failure
    code, envelope = clues.error_code(failure), failure.envelope
    operation = error_kind.safe_code(envelope.operation)
    call = f"The call {operation}" if operation else "The call"
    quoted = quoted_message.end_summary(failure)
    text = "The error code does not name a missing permission."
    if code.isdigit():
        text = "AWS returned only the HTTP status and no error code."
    # Responses to HEAD have no body, and the load balancers of AWS send only a status if a service fails.
    is_of_other = code.isdigit() and code < "500" and not service_objects.is_head_call(case)
    endpoint = check_endpoint()
    if code == "SerializationError" and envelope.status_code is not None:
        # Of the SDKs for Go and R. A service of AWS sends a body that they can read, except to HEAD.
        is_of_other = not service_objects.is_head_call(case)
        text = f"The SDK could not read the body of the answer, whose HTTP status is {envelope.status_code}. Most likely, a proxy or another server answered, and its body has the reason."
    elif is_of_other:
        text = "The answer has only an HTTP status. Services of AWS send a code, too, so most likely a proxy or another server answered."
    return case.explain(
        f"{call} failed{f' with {code}' if error_kind.safe_code(code) else ''}{quoted}",
        api_error_kinds.AWS_ERROR.cause("reported", error_kind.code_evidence(failure), text=text),
        remedies=attrs.evolve(endpoint, steps=(*endpoint.steps, _LOOK_FOR_PROXY))
        if is_of_other
        else your_remedy(
            "Look up the error code",
            "The API reference of the service lists the errors of each operation and their meaning.",
            url=pages.EC2_ERRORS if envelope.service == "ec2" else pages.API_REFERENCES,
        ),
    )


def _load(name: str) -> _Rule:
    """Return a rule that is imported when it first explains an error: few errors need its modules."""

    def explain(case: Case[AwsError], message: str) -> Explanation:
        explanation: Explanation = load_rule(name)(case, message)
        return explanation

    return explain


_POLICY_SIZE = (
    r"PolicySize|PolicyLengthExceeded|Maximum policy size|PackedPolicyTooLarge|ACLSizePerRole|[Pp]olicy size"
)
_ANY_CODE = lazy_pattern(r".+")
# The first route that matches is used.
_ROUTES_BEFORE_KINDS: Routes[_Rule] = Routes(
    Route(policy_sizes.explain_tag_conflict, message=policy_sizes.TAG_CONFLICT),
    Route(policy_sizes.explain_policy_size, message=_POLICY_SIZE, code=rf".*(?:{_POLICY_SIZE}).*"),
    Route(service_objects.explain_unreadable_object, message=service_objects.UNREADABLE),
    Route(_explain_bucket_region, message=_OTHER_BUCKET_REGION),
    Route(account_roles.explain_missing_setting, message=account_roles.ACCOUNT_ROLE_MISSING),
    Route(account_roles.explain_protected_role, code=r"UnmodifiableEntity(?:Exception)?"),
    Route(account_roles.explain_trail_role, message=account_roles.DENIED_TO_TRAIL),
    Route(missing_resources.explain_unsubscribed_service, message="needs a subscription for the service"),
    Route(pod_agents.explain_missing_association, message=pod_agents.MISSING_ASSOCIATION),
    Route(
        partial(pod_agents.explain_agent_rejection, problem="invalid"),
        service="eks-auth",
        code=r"InvalidToken(?:Exception)?",
    ),
    Route(
        explain_quota,
        message=r"UnreservedConcurrentExecution below its minimum|policy can have up to \d{1,3} versions",
    ),
    Route(node_groups.explain_no_subnets, message=node_groups.NO_SUBNETS_MESSAGE),
    # CloudFormation reports it as a ValidationError.
    Route(explain_not_found, message=r"Stack(?: with id|:)? \S{1,128} does not exist"),
    Route(service_objects.explain_unvalidated_destination, message=service_objects.UNVALIDATED_DESTINATION),
    Route(session_durations.explain_session_duration, message=session_durations.SESSION_DURATION),
    Route(session_durations.explain_session_name, message=session_durations.SESSION_NAME),
    Route(rejected_values.explain_rejected_value, message=rejected_values.REJECTED_VALUE),
    Route(rejected_values.explain_unsent_request, message=rejected_values.UNSENT_REQUEST),
    Route(sso_settings.explain_unknown_portal, operation="StartDeviceAuthorization"),
    Route(sso_settings.explain_unknown_portal, message="Invalid grant provided|Invalid start url provided"),
    Route(sso_settings.explain_rejected_client, code="InvalidClientException"),
    Route(
        _load("calls.services.exec_agents.explain_exec_agent"),
        message=r"execute command was not enabled|execute command agent is(?:n['’]t| not) running|The execute command failed due to an internal error",
    ),
    Route(
        _load("calls.services.managed_nodes.explain_unconnected_node"),
        code=r"InvalidInstanceId|TargetNotConnected",
    ),
    Route(
        _load("calls.services.destination_keys.explain_new_volume"), message=message_kinds.WAITS_FOR_VOLUME
    ),
    Route(message_kinds.explain_capabilities, code=r"InsufficientCapabilities(?:Exception)?"),
    Route(explain_pool_roles, code=r"InvalidIdentityPoolConfigurationException"),
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
    Route(explain_not_found, code=r"404|.*(?:NotFound|NoSuch|NonExistent|DoesNotExist|UnknownResource).*"),
    # Some services report a missing resource as an invalid parameter.
    Route(
        explain_not_found,
        message=r"(?a)No \w{1,20} found|could not be found|was not found|does not exist",
        except_code=r"(?!.*(?:Valid|Param)).+",
    ),
)
