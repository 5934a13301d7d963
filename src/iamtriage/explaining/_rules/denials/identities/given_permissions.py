"""Explain why an added permission does not help: another role has it, it does not match, or its permission set is not provisioned."""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.arns._principals import IdentityCenterRole, RoleSession
from iamtriage.explaining._context.readers.statements import (
    LOCALLY,
    MOMENT,
    find_changed,
    find_grants,
    find_holders,
    find_said,
    find_working,
)
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.shown_policies.region_contrasts import name_alternative
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.denial_remedies import find_said_grant, list_policies_commands
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    organization_remedy,
    present,
    your_remedy,
)
from iamtriage.explaining._rules.shared.texts.text_fragments import SERVICES_BY_SESSION_NAME
from iamtriage.explaining._rules.shared.wording import FIND_POLICY, denial_summary
from iamtriage.policies._patterns import compile_glob, matches

_AMPLIFY_BUILD = "BuildSession"
_APP = lazy_pattern(
    r"--app-id[= ](d[a-z0-9]{8,20})\b|\b(?:apps/|AmplifySSRLoggingRole-|main\.|master\.)(d[a-z0-9]{8,20})\b"
)


def add_other_holder(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that somebody gave the permission to another role or user than the caller, as the text says."""
    own: set[str] = {str(getattr(each, "name", "")) for each in (denial.role, denial.principal)} - {""}
    service = denial.lowercase_action.partition(":")[0]
    allowing = next((each for each in explanation.remedies if each.layer == "identity"), None)
    text, verb = denial.failure.text, "got"
    is_open = explanation.causes[0].code == NO_IDENTITY_ALLOW.code
    # What somebody says that the caller got or has, in vain.
    is_vain = is_open and allowing is not None and find_changed(text, MOMENT) is None
    if is_vain and denial.action and (vain := find_said_grant(denial, denial.action)) is not None:
        return _explain_vain_grant(denial, explanation, clip_text(vain))
    grants = [each for each in find_grants(text) if _is_for(each[0], service)]
    if not grants:
        grants, verb = (
            [each for each in find_holders(text) if each[1] not in own and _is_for(each[0], service)],
            "has",
        )
    if not (own and grants and service) or allowing is None:
        return explanation
    vain = next((each[0] for each in grants if each[1] in own and _covers(each[0], denial)), None)
    if vain is not None and is_vain:
        return _explain_vain_grant(denial, explanation, clip_text(vain))
    what, name, line = (clip_text(each) for each in grants[0])
    names = "|".join(map(re.escape, own))
    is_of_caller = re.search(rf"(?<![\w+=,.@-])(?:{names})(?![\w+=,@-])", line) is not None
    if is_of_caller:
        return explanation
    is_role = re.search(rf"\brole[ /`\"'(]{{1,3}}{re.escape(grants[0][1])}\b", denial.failure.text)
    use = _use_role_remedy(denial, grants[0][1]) if is_role else None
    if use is not None:
        explanation = attrs.evolve(explanation, remedies=(use, *map(name_alternative, explanation.remedies)))
    if f" {name}." in explanation.summary:
        return explanation
    said = f"The text says that {name} {verb} {what}, but the caller is {denial.caller}."
    explanation = attrs.evolve(explanation, summary=f"{explanation.summary} {said}")
    if use is not None:
        return explanation
    step = f"{what} has no effect here: {name} has it, and the caller is {denial.caller}.{f' Remove it there again, unless {name} needs it.' * (verb == 'got')}"
    changed = attrs.evolve(allowing, steps=(*allowing.steps, step))
    remedies = tuple(changed if each is allowing else each for each in explanation.remedies)
    return attrs.evolve(explanation, remedies=remedies)


_RETRY_WORKS = lazy_pattern(
    r"(?i)(?:\b(?:when|if|after|once) (?:I|we|you) (?:click(?:ed)? |press(?:ed)? |hit )?[`'\"]?re-?(?:try|tried|run|ran)[`'\"]?(?: it| again|,){0,2} (?:it|this|the (?:build|call|command|deployment|job|pipeline|run|stack|step|workflow)) (?:then )?(?:works|worked|succeeds|succeeded|passes|passed)\b"
    r"|(?<!\w )\b(?:it|this|the (?:build|call|command|deployment|job|pipeline|run|stack|step|workflow)) (?:works|worked|succeeds|succeeded|passes|passed)(?: \w{2,12})? (?:on|after|with) (?:an? |the )?(?:retry|re-?run|second (?:try|attempt|run))\b)"
    # By another caller, or after a change.
    r"(?![^.\n]{0,60}(?:\?|\b(?:after|as|from|in|under|using|with)\b))"
)


def add_working_retry(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the policy took effect only after the call, if a retry works without a change."""
    if (said := _RETRY_WORKS.search(denial.failure.text)) is None:
        return explanation
    text = f"The text says {quote_words(said[0])}: the policy that allows it took effect only after the call. IAM takes a few seconds for that."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, "most likely, its policy was only seconds old, as a retry works"),
        causes=(NO_IDENTITY_ALLOW.cause("derived", text=text),),
        remedies=(
            your_remedy(
                "Create the policy before what makes the call",
                "In CloudFormation or the CDK, let what makes the call depend on the policy (DependsOn, node.addDependency). Elsewhere, wait before the call, or retry it.",
                url=pages.CONSISTENCY,
            ),
        ),
    )


def _covers(action: str, denial: Denial) -> bool:
    """Return whether an action that somebody allowed the caller is the one that no identity-based policy allows."""
    is_named = denial.policy_type == "identity" and ":" in action
    return is_named and matches(denial.lowercase_action, compile_glob(action.lower()))


def _explain_vain_grant(denial: Denial, explanation: Explanation, what: str) -> Explanation:
    """Add that the caller got the action already, as the text says, so that its statement does not match."""
    is_reported = denial.policy_type is not None
    found = (
        "AWS found no statement of it that matches"
        if is_reported
        else "Most likely, none of its statements matches"
    )
    other = "" if is_reported else " Or a policy of another type denies the call."
    text = f"The text says that {denial.caller} got {what}. {found}: the new one has another Resource, or a condition that is not met, or its policy is not attached, not the default version, or in another account.{other}"
    on = f" on {clip_text(denial.resource)}" if denial.resource else ""
    compare = account_remedy(
        f"Compare the statement that you added with {denial.action}{on}",
        "Print the policy that must have it, and compare its Resource and conditions, character by character.",
        f"Use credentials of account {denial.account}: another one can have a role or user with the same name."
        if denial.account
        else None,
        commands=list_policies_commands(denial),
        url=pages.EVALUATION,
    )
    others = [each for each in explanation.remedies if each.title.startswith(FIND_POLICY)]
    grants = [each for each in explanation.remedies if each not in others]
    verdict = f"{what}, which the text says that it got, is not in effect{' on this resource' if on else ''}"
    return attrs.evolve(
        explanation,
        summary=denial_summary(
            denial, verdict if is_reported else f"{verdict}, or a policy of another type denies the call"
        ),
        causes=(
            NO_IDENTITY_ALLOW.cause("derived" if is_reported else "possible", text=text),
            *(each for each in explanation.causes if each.code != NO_IDENTITY_ALLOW.code),
        ),
        remedies=(compare, *others, *map(name_alternative, grants)),
    )


# How a service gets another role: its principal, what uses the role, and the command.
_ROLE_SETTINGS = {
    "amplify": ("the builds of the Amplify app", "aws amplify update-app --app-id {} --iam-service-role-arn {} --region {}"),
    "codebuild": ("the CodeBuild project", "aws codebuild update-project --name {} --service-role {} --region {}"),
    "lambda": ("the function", "aws lambda update-function-configuration --function-name {} --role {} --region {}"),
}  # fmt: skip


def _use_role_remedy(denial: Denial, name: str) -> Remedy | None:
    """Return how a service uses another role instead of the caller's, if the session shows which service it is."""
    session = principal_words.session_name(denial.principal)
    function, runtime = denial.context.function, denial.context.runtime
    is_function = function is not None and function.value.rpartition(":")[2] == session
    service, target = None, session
    if session == _AMPLIFY_BUILD:
        found = _APP.search(denial.failure.text)
        service, target = "amplify", (found[1] or found[2]) if found else "APP_ID"
    elif session.startswith("AWSCodeBuild-"):
        service, target = "codebuild", "PROJECT_NAME"
    elif session and (is_function or (runtime is not None and runtime.kind == "lambda")):
        service = "lambda"
    steps = (
        "Remove policies again that you only attached to be sure, such as AdministratorAccess."
        if "AdministratorAccess" in denial.failure.text
        else None,
    )
    if service is None:
        starts = SERVICES_BY_SESSION_NAME.items()
        used_by = next((each for start, each in starts if session.startswith(start)), None)
        if used_by is None:
            return None
        step = f"Set it as the role of the job or resource in {used_by}, which its trust policy must allow. Whoever does this needs iam:PassRole on it."
        return account_remedy(
            f"Let {used_by} use the role {clip_text(name)}", step, *steps, url=pages.PASS_ROLE
        )
    what, template = _ROLE_SETTINGS[service]
    arn = f"arn:{denial.location.partition or 'aws'}:iam::{commands.account(denial.account)}:role/{name}"
    region = denial.resource_arn.region if denial.resource_arn else None
    return account_remedy(
        f"Let {what}{f' {clip_text(target)}' if service == 'lambda' else ''} use the role {clip_text(name)}",
        f"Its trust policy must allow {service}.amazonaws.com to assume it. Whoever runs the command needs iam:PassRole on it.",
        *steps,
        commands=commands.fill_command(template, target, arn, commands.region(region or denial.facts.region)),
        url=pages.PASS_ROLE,
    )


def _is_for(what: str, service: str) -> bool:
    """Return whether an action or a managed policy is about a service."""
    prefix, separator, _ = what.partition(":")
    is_open = what in {"AdministratorAccess", "PowerUserAccess"}
    return is_open or (prefix == service if separator else service in what.lower())


_PAGE = "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ProvisionPermissionSet.html"
# The calls that change a permission set, as the AWS CLI, SDKs and the API name them.
_CHANGED = lazy_pattern(
    r"\b(?:put-inline-policy-to|attach-managed-policy-to|attach-customer-managed-policy-reference-to|put-permissions-boundary-to)-permission-set\b"
    r"|\b(?:put_inline_policy_to|attach_managed_policy_to|attach_customer_managed_policy_reference_to)_permission_set\b"
    r"|\b(?:PutInlinePolicyTo|AttachManagedPolicyTo|AttachCustomerManagedPolicyReferenceTo)PermissionSet\b"
)
_PROVISIONED = lazy_pattern(r"(?i:\bprovision-?_?permission-?_?set\b)|aws_ssoadmin_")
# A change that failed.
_FAILED = lazy_pattern(r"\bcalling the (?:Put|Attach)\w{3,60}PermissionSet operation\b")
_OTHER_SET = lazy_pattern(r"[^\n.]{0,60}?\b(?:an)?other (?:permission )?set\b")
# The policy of the role in the account, which is older than the permission set.
_ROLE_POLICY = lazy_pattern(r"\bAwsSSOInlinePolicy\b")
SET_NOT_PROVISIONED = CauseType(
    "permission-set-not-provisioned",
    title="The changed permission set is not provisioned to the account",
    text="A call of the API or the AWS CLI changes only the permission set. The roles in the accounts keep the old policies until the set is provisioned, which the console does itself.",
    recognised_by="The text shows a call that changes the permission set of the caller's role, and none that provisions it.",
    fix="Provision the permission set to the account.",
    sources=(_PAGE,),
)


def add_unprovisioned_set(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the permission set of the caller was changed and not provisioned, if the text shows only the change."""
    role, text = denial.role, denial.failure.text
    changed = next(find_said(text, _CHANGED), None)
    if not isinstance(role, IdentityCenterRole) or changed is None:
        return explanation
    if _PROVISIONED.search(text) or _FAILED.search(text) or _OTHER_SET.match(text, changed.end()):
        return explanation
    is_shown = _ROLE_POLICY.search(text) is not None
    name = role.permission_set or "the permission set"
    account = commands.account(denial.account)
    provision = f"aws sso-admin provision-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --target-type AWS_ACCOUNT --target-id {account}"
    remedy = organization_remedy(
        f"Provision the permission set {role.permission_set or ''}".rstrip() + f" to account {account}",
        "In the management account, or that of the delegated administrator. For all accounts of the permission set, use --target-type ALL_PROVISIONED_ACCOUNTS and no --target-id.",
        "Sessions that are signed in have the permission as soon as the status is SUCCEEDED. Before that, neither a new sign-in nor an empty cache helps.",
        commands=(
            provision,
            Labelled(
                "To see whether it is done:",
                "aws sso-admin list-permission-set-provisioning-status --instance-arn INSTANCE_ARN",
            ),
        ),
        url=_PAGE,
    )
    likely = "" if is_shown else "most likely, "
    kept = tuple(each for each in explanation.remedies if each.layer != "identity" or not is_shown)
    return attrs.evolve(
        explanation,
        summary=denial_summary(
            denial,
            f"{likely}the change of the permission set {name} was not provisioned to account {account}, whose role has the old policy",
        ),
        causes=(
            SET_NOT_PROVISIONED.cause(
                "derived" if is_shown else "possible", f"The text shows {changed[0]}, and no provisioning."
            ),
            *explanation.causes,
        ),
        remedies=(remedy, *kept),
    )


# Where people call with another role than a job does.
_PLACES = lazy_pattern(
    rf"{LOCALLY.pattern}|(?i:\b(?:notebook|studio|console|cloud ?shell|bastion|by hand|manually|terminal|from the cli)\b)"
)
_ROLE = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:(?:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,128}/){0,8}([\w+=,.@-]{1,64}(?<![.,]))|sts::[0-9]{12}:assumed-role/([\w+=,.@-]{1,64})/)"
)
# How people show which role they have where it works: the call that prints it, or what they say of it.
_SHOWN = r"(?:get_execution_role\(\)|get-caller-identity|get_caller_identity\(\)|(?i:\b(?:notebook|studio|laptop|my own|console)\b[^\n.;]{0,40}\brole\b))"
_NOTEBOOK = "get_execution_role()"
# What takes a role as a parameter in the SageMaker Python SDK.
_JOB = lazy_pattern(
    r"(?i:\b(?:estimators?|processors?|(?:training|processing|transform|tuning|batch) jobs?|endpoint|pipeline)\b)"
)


def add_working_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Add which other role is the caller where the same works, and that its permissions do not count for this call."""
    text, role = denial.failure.text, denial.role
    if role is None or not isinstance(denial.principal, RoleSession):
        return explanation
    target = denial.target_role_name
    named = {found[1] or found[2] for found in _ROLE.finditer(text)} - {role.name, target}
    if len(named) != 1 or find_working(text, _PLACES) is None:
        return explanation
    other = named.pop()
    # The first of the two roles is the one that is shown.
    either = rf"(?<![\w+=,.@-])(?:(?P<other>{re.escape(other)})|{re.escape(role.name)})(?![\w+=@-]|[.,]\w)"
    shown = re.finditer(rf"{_SHOWN}[^\n]{{0,200}}?(?:\n[^\n]{{0,200}}?){{0,6}}?{either}", text)
    if not any(each["other"] for each in shown) or clip_text(other) in explanation.summary:
        return explanation
    is_notebook = _NOTEBOOK in text and denial.service != "sagemaker"
    is_job = is_notebook and (_JOB.search(text) is not None or denial.principal.session_name == "SageMaker")
    what = (
        "The notebook runs with another role" if is_notebook else "Where it works, the caller is another role"
    )
    instead = None
    if is_job:
        instead = your_remedy(
            f"Or pass role=sagemaker.get_execution_role(), so that the job runs as {clip_text(other)}",
            f"It then runs with the role of the notebook instead of {clip_text(role.name)}, which must trust sagemaker.amazonaws.com.",
            manifest="role=sagemaker.get_execution_role()",
            manifest_language="text",
            url="https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        )
    first, *others = (*explanation.remedies, None)
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} {what}, {clip_text(other)}, whose permissions do not count here.",
        remedies=present(first, instead, *others),
    )
