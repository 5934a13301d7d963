"""Explain denials by a policy that caps permissions.

These are service and resource control policies, permissions boundaries, session policies and VPC endpoint policies.
An identity-based policy cannot override them:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage.explaining._context.readers.attached_policies import find_printed_boundary
from iamtriage.explaining._context.readers.own_grants import has_noted_grant
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.conditions import denied_regions, role_recipients
from iamtriage.explaining._rules.denials.conditions.condition_keys import find_narrow_policy
from iamtriage.explaining._rules.denials.denies.deny_requirements import typical_requirement
from iamtriage.explaining._rules.denials.policy_causes import stated_cause
from iamtriage.explaining._rules.denials.policy_types.identity_remedies import linked_role_remedy
from iamtriage.explaining._rules.denials.policy_types.other_versions import (
    describe_version,
    find_other_version,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.messages import decisions
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import Commands, present, replace_in, save_step
from iamtriage.explaining._rules.shared.requirements import (
    companion_actions,
    required_grants,
    task_statements,
)
from iamtriage.explaining._rules.shared.texts import boundary_settings
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary, why_no_allow_helps
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES
from iamtriage.policies._grants import WILDCARD_OF_AWS, WILDCARD_OF_STACK
from iamtriage.typing import PolicyType

FIND_DENY = f"Find the Deny statement in {{}}, {denial_remedies.CHANGE_OR_NARROW}"
"""The title of the remedy that changes a Deny, to be formatted with the policy."""
# Actions with the condition key iam:PermissionsBoundary that can give permissions to another principal:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
_DELEGATING_ACTIONS = frozenset(
    f"iam:{verb}"
    for verb in (
        *("createrole", "attachrolepolicy", "putrolepolicy", "putrolepermissionsboundary"),
        *("createuser", "attachuserpolicy", "putuserpolicy", "putuserpermissionsboundary"),
    )
)
_BY_ADMINISTRATOR = "Or an administrator attaches the policy, and the boundary stays as it is."
_LIFTING = {"iam:deleteuserpermissionsboundary", "iam:deleterolepermissionsboundary"}
# "kms:Decrypt, sqs:SendMessage and sns:Publish are all denied".
_ACTION = lazy_pattern(r"\b[a-z][a-z0-9-]{1,30}:[A-Z][A-Za-z]{2,60}\b", re.ASCII)
_LISTED_ACTIONS = lazy_pattern(
    rf"(?a){_ACTION.pattern}[`'\"]?(?:(?:, and|, or|,| and| or|/) ?[`'\"]?{_ACTION.pattern}[`'\"]?){{1,12}}"
)
_ALSO_DENIED = lazy_pattern(
    r"(?i:\b(?:denied|fail|fails|failed|failing|blocked|rejected|refused|same error)\b)"
)
_NOT_DENIED = lazy_pattern(
    r"(?i:\b(?:works?|worked|allow(?:s|ed)?|grant(?:s|ed)?|attached|added|if|unless|except|until|not denied|Deny)\b)|\?"
)
_SENTENCE_END = lazy_pattern(r"(?<=[.!?;])\s|\n")
_MAX_CHARS = 64_000
_DEPLOYS = lazy_pattern(
    r"\b(?:sls|serverless|sam|cdk|amplify|chalice|copilot|zappa) (?:deploy|bootstrap|push)\b|\bStack \S{1,130} failed to deploy\b|\b(?:terraform|tofu|pulumi) (?:apply|up)\b"
)
# Such a call creates nothing.
_READS = (":describe", ":get", ":list")
# "The boundary (arn:aws:iam::111122223333:policy/limits)".
_STATED_BOUNDARY = lazy_pattern(
    r"(?a)(?i:\bboundar(?:y|ies)\b)[^\n\w]{0,4}(?:is |of [^\n:]{1,40}?(?:is |: ))?[`\"'( ]{0,3}(?P<arn>arn:aws[a-z-]{0,12}:iam::\w{3,12}:policy/[\w+=,.@/-]{1,600}\w)"
    # A policy with such a name, and not one that is about boundaries.
    r"|\b(?P<named>arn:aws[a-z-]{0,12}:iam::\d{12}:policy/(?:[\w+=,.@-]{1,128}/){0,8}(?![\w-]{0,100}(?i:deny|enforce|protect|require|without))[\w+=,.@-]{0,100}(?:(?<![A-Za-z])boundary|Boundary)(?![\w+=,@/-]))"
)
IDENTITY_ALLOW_REQUIRED = "An identity-based policy of the caller must allow the action, too."


def explain_permissions_boundary(denial: Denial) -> Explanation:
    """Explain a denial by a permissions boundary."""
    name = f" {denial.policy}" if denial.policy and commands.arn(denial.policy) == denial.policy else ""
    if (shown := name) == "" and denial.policy is None:
        denial, shown = _name_boundary(denial)
    if (version := find_other_version(denial)) is not None:
        told = describe_version(version, describe_own_allow(denial))
        return explain_guardrail(denial, *told[:2], "permissions_boundary", told[2])
    can_change = _offers_change(denial)
    if denial.is_explicit:
        verdict = f"its permissions boundary{shown} explicitly denies it"
        none = f"No Allow in the policies of {denial.caller} overrides the Deny"
        text = why_no_allow_helps(denial).replace("An Allow does not override it", none, 1)
        title = FIND_DENY.format("the permissions boundary")
        steps = (denial_remedies.CHANGE_CALL, *present(typical_requirement(denial)))
    else:
        verdict = f"its permissions boundary{shown} does not allow it"
        own, delegates = describe_own_allow(denial), _delegates(denial)
        allow = ", so an Allow in another policy alone has no effect"
        caps: str | None = (
            "A boundary only caps permissions: an identity-based policy must allow the action, too."
        )
        if own is not None:
            allow = f". {capitalize_start(own)}. Without an Allow in the boundary, that has no effect, and there is no Deny to remove"
            caps = None
        changed = boundary_settings.find_change(denial.failure.text, denial.policy)
        parts = (
            f"The permissions boundary of {denial.caller} has no Allow that applies to the call{allow}.",
            changed and changed.sentence,
            _describe_pass(denial),
            "The limit can be intentional.",
        )
        text = " ".join(filter(None, parts))
        what = f"Allow {denial.action} in" if denial.action else "Change"
        title, delegated, only_call = f"{what} the permissions boundary", None, None
        add = save_step("the boundary's policy") if can_change else "Add the statement to the boundary."
        if delegates:
            delegated = _delegation_step(denial)
            only_call = "If the boundary already has a statement with this condition, change only the call."
        if delegated and not can_change:
            add, delegated = f"{add} {delegated}", None
        attaches = find_narrow_policy(denial) and _BY_ADMINISTRATOR
        steps = present(
            add, delegated, changed and changed.step, caps, only_call, attaches, _deployment_step(denial)
        )
    narrow: str | None = None
    lifts = denial.lowercase_action in _LIFTING or (denial.policy and denial.resource == denial.policy)
    if denial.is_explicit and lifts:
        title = "Ask an administrator whom the boundary does not limit to change it"
        steps = ()
        narrow = f"The Deny is most likely intentional: it keeps {denial.caller} from lifting the limit. Tell the administrator which action you need: with that in the boundary, the Deny can stay."
    elif denial.is_explicit and can_change:
        intent = denial_remedies.describe_intention(denial, name.rpartition("/")[2])
        narrow = f"{intent} If the request is legitimate, an administrator can scope it down or remove it; the boundary must also allow {denial.action}."

    def change() -> Remedy:
        return Remedy(
            title=title,
            who="account administrator",
            steps=(
                *steps,
                *resource_steps(denial),
                *present(narrow),
            ),
            commands=_boundary_commands(denial),
            statement=_boundary_statement(denial),
            layer="permissions_boundary",
            url=pages.BOUNDARIES,
        )

    return explain_guardrail(denial, verdict, text, "permissions_boundary", change, other=_given_role_remedy)


def _describe_pass(denial: Denial) -> str | None:
    """Return which call passes the role: only iam:PassRole is missing then."""
    recipient = role_recipients.role_recipient(denial) if denial.lowercase_action == "iam:passrole" else None
    if recipient is None or denial.operation is None:
        return None
    to = f"the role to {join_words(recipient.passed_to, 'or')}"
    return f"{capitalize_start(denial.caller)} {role_recipients.describe_call(denial, to)}"


def _name_boundary(denial: Denial) -> tuple[Denial, str]:
    """Return the denial with the boundary that the text names or sets, and what the summary says of it."""
    found = {each["arn"] or each["named"] for each in _STATED_BOUNDARY.finditer(denial.failure.text)}
    found = found or boundary_settings.find_boundaries(denial.failure.text)
    printed = find_printed_boundary(denial.failure.text, "" if denial.role is None else denial.role.name)
    # Calls of IAM set the boundaries of others.
    is_own = printed is not None or denial.service != "iam"
    denial = attrs.evolve(denial, policy=printed or (only_one(found) if is_own else None))
    named = clip_text((denial.policy or "").rpartition("/")[2])
    return denial, (f" {named}" if printed else f", {named} in the text,") if named else ""


def explain_guardrail(
    denial: Denial,
    verdict: str,
    text: str,
    layer: PolicyType,
    change: Remedy | Callable[[], Remedy],
    *notes: str,
    other: Callable[[Denial], Remedy | None] | None = None,
) -> Explanation:
    """Return the explanation of a denial by a policy that caps permissions.

    Args:
        denial: The denial.
        verdict: What the policy does, as the end of the summary.
        text: The text of the cause.
        layer: The type of the policy.
        change: The remedy that changes the policy, or a function that builds it when the remedies are read.
        *notes: The notes.
        other: Builds the remedy for a missing Allow that leaves the policy as it is.
    """

    def build_remedies() -> tuple[Remedy, ...]:
        remedy = change() if callable(change) else change
        if not denial.is_explicit:
            linked = linked_role_remedy(denial) if layer == "permissions_boundary" else None
            if linked is not None:
                remedy = attrs.evolve(remedy, title=f"Or allow {denial.action} in the permissions boundary")
            return present(linked, remedy, None if other is None else other(denial))
        remedies = (denial_remedies.authorization_details_remedy(denial), remedy)
        # With a named policy, decoding adds only which statement of it denied.
        ordered = reversed(remedies) if denial.policy else remedies
        elsewhere = denied_regions.model_region_remedy(denial)
        if elsewhere is not None and elsewhere.who == remedy.who:
            if denial.policy:
                # It changes the named policy, too.
                return present(elsewhere, remedies[0])
            find = attrs.evolve(remedy, title=f"Find the Deny in a {POLICY_TYPE_NAMES[layer].lower()}")
            return present(elsewhere, find)
        return present(elsewhere, *ordered)

    return denial.explain(
        denial_summary(denial, f"{verdict}{denied_regions.other_model_region(denial)}"),
        stated_cause(denial, layer, text),
        topic=POLICY_TYPE_NAMES[layer].lower().replace(" ", "-"),
        remedies=build_remedies,
        notes=notes,
    )


def identity_notes(denial: Denial) -> tuple[str, ...]:
    """Return the note on the identity-based policy, unless the authorization details say that one allows it."""
    return () if decisions.identity_policy_allows(denial.facts, denial.action) else (IDENTITY_ALLOW_REQUIRED,)


def resource_steps(denial: Denial) -> tuple[str, ...]:
    """Return steps on the resource in the statement."""
    grant = required_grants.required_grant(denial)
    if grant is None or denial.is_explicit:
        return ()
    others = companion_actions.describe_other_resources(grant.action, grant.resources[0])
    notes = grant.notes
    if any(verb in grant.action.lower() for verb in _READS):
        notes = tuple(each for each in notes if each not in {WILDCARD_OF_AWS, WILDCARD_OF_STACK})
    return (*notes, *task_statements.task_statement(grant, denial)[1], *others)


def allowing_statement(denial: Denial) -> dict[str, Any] | None:
    """Return the statement that allows the action, unless a ``Deny`` would override it."""
    grant = None if denial.is_explicit else required_grants.required_grant(denial)
    return None if grant is None else task_statements.task_statement(grant, denial)[0]


def add_named_actions(statement: dict[str, Any] | None, denial: Denial) -> dict[str, Any] | None:
    """Return a statement with the other actions that somebody says are denied, too, on all resources."""
    named = [
        action
        for sentence in _SENTENCE_END.split(denial.failure.text[:_MAX_CHARS])
        for found in _LISTED_ACTIONS.finditer(sentence)
        if _ALSO_DENIED.search(sentence) and not _NOT_DENIED.search(sentence)
        for action in _ACTION.findall(found[0])
    ]
    added = dict.fromkeys(each for each in named if each.lower() != denial.lowercase_action)
    if statement is None or not added or not isinstance(statement.get("Action"), str):
        return statement
    return {**statement, "Sid": "AllowDenied", "Action": [statement["Action"], *added], "Resource": "*"}


def _delegates(denial: Denial) -> bool:
    is_delegating = not denial.is_explicit and denial.lowercase_action in _DELEGATING_ACTIONS
    return is_delegating and find_narrow_policy(denial) is None


def _deployment_step(denial: Denial) -> str | None:
    """Return the step that says that a deployment needs more than its first call."""
    if _DEPLOYS.search(denial.failure.text) is None or not denial.action:
        return None
    return f"{denial.action} is only one of the calls of a deployment: with it alone, the next one is denied. Let the boundary allow all that the deployment needs."


def _delegation_step(denial: Denial) -> str:
    kind = "user" if "user" in denial.lowercase_action else "role"
    resource = (denial.resource or "").rpartition(":")[2].replace("/", " ")
    named = f" {clip_text(resource.split()[-1])}" if resource.startswith(f"{kind} ") else ""
    give = f"If the {kind}{named} has no such boundary, the call is still denied: set it first (put-{kind}-permissions-boundary), if it allows what the {kind} does."
    if "create" in denial.lowercase_action:
        give = f"Create the {kind} with that boundary ({boundary_settings.name_settings(denial.failure, denial.facts, denial.resource or '')[0]}), or the call is still denied."
    return f"Keep the condition on iam:PermissionsBoundary, or the caller can get more through a {kind} without a boundary. {give}"


def _given_role_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that leaves the boundary of the caller, who uses a role that an administrator creates."""
    if denial.lowercase_action != "iam:createrole":
        return None
    return Remedy(
        title=f"Or use a role that an administrator creates{boundary_settings.name_settings(denial.failure, denial.facts, denial.resource or '')[1]}",
        who="account administrator",
        steps=(
            f"{capitalize_start(denial.caller)} then needs iam:PassRole on that role, in its own policy and in the boundary, and no iam:CreateRole.",
        ),
        url=pages.PASS_ROLE,
    )


def _boundary_statement(denial: Denial) -> dict[str, Any] | None:
    statement = allowing_statement(denial)
    if statement is not None and (attached := find_narrow_policy(denial)) is not None:
        return {**statement, "Condition": {"ArnEquals": {"iam:PolicyARN": attached}}}
    recipient = role_recipients.role_recipient(denial) if denial.lowercase_action == "iam:passrole" else None
    if statement is not None and recipient is not None and len(recipient.passed_to) == 1:
        return {**statement, "Condition": {"StringEquals": {"iam:PassedToService": recipient.passed_to[0]}}}
    if statement is None or not _delegates(denial):
        return statement
    boundary = commands.arn(denial.policy, "BOUNDARY_ARN")
    return {**statement, "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}}}


def describe_own_allow(denial: Denial) -> str | None:
    """Return which identity-based policy allows the action already, as a clause, or ``None`` if none is known to."""
    if decisions.identity_policy_allows(denial.facts, denial.action):
        return decisions.describe_allowing(denial.facts, denial.action)
    # Most denials do not need the modules.
    from iamtriage.explaining._rules.denials.shown_policies.known_policies import is_said_of_caller
    from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_allowing_policy

    allowing = find_allowing_policy(denial)
    if allowing is None:
        kind, resource = "user" if denial.role is None else "role", denial.resource or ""
        noted = has_noted_grant(denial.failure.text, denial.action or "", resource, kind)
        noted = noted or denial_remedies.find_said_grant(denial, denial.action or "") is not None
        return f"the policy of {denial.caller} allows the call already, as the text says" if noted else None
    is_said = is_said_of_caller(allowing, denial)
    if not is_said and "organizations describe-policy" in denial.failure.text:
        # The policy can be another service control policy, such as FullAWSAccess.
        return None
    attached = "" if is_said else f", if it is attached to {denial.caller}"
    return f"{allowing.name} allows the action already{attached}"


_LACKS = lazy_pattern(
    r"(?i:\b(?:not?|never|without|lacks?|missing|should|must|if|does|den(?:y|ies|ied)|block\w*|remov\w+|explicit deny)\b|n't\b|\?)"
)


def describe_resource_allow(denial: Denial, name: str) -> str:
    """Return that the policy of the resource allows the call, as the text shows or describes it, after a space, or ``""``."""
    from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import names_caller

    operation = (denial.action or "").partition(":")[2]
    callers = [each for each in (denial.account, str(denial.role or "")) if each]
    kinds = (name.removeprefix("the "), "resource policy", "resource-based policy")
    is_shown = any(
        names_action(statement, denial.action or "") and names_caller(statement, denial)
        for policy in denial.context.resource_policies
        for statement in policy.allows
    )
    is_said = any(
        any(kind in each.lower() for kind in kinds)
        and operation
        and operation in each
        and any(map(each.__contains__, callers))
        for each in _SENTENCE_END.split(denial.failure.text)
        if "authorized to perform" not in each and not _LACKS.search(each)
    )
    if not (is_shown or is_said):
        return ""
    return f" {upper_first(name)} in the text allows the call already, and needs no change."


def _offers_change(denial: Denial) -> bool:
    """Return whether the boundary can be changed.

    AWS manages some policies. The condition of a boundary that delegates permissions is to be met first.
    """
    policy = denial.policy
    if policy is None:
        return not _delegates(denial)
    return commands.arn(policy) == policy and ":aws:policy/" not in policy


def _boundary_commands(denial: Denial) -> Commands:
    arn = commands.arn(denial.policy, "BOUNDARY_ARN")
    lines: Commands = commands.show_policy_commands(arn)
    if _offers_change(denial):
        lines = (*lines, commands.show_holders(arn), commands.change_policy(arn))
    holder = denial_remedies.policy_holder(denial)
    if arn == denial.policy:
        # Long lines wrap badly.
        return (f"boundary={arn}", *replace_in(lines, arn, '"$boundary"'))
    if holder is None or arn != "BOUNDARY_ARN":
        return lines
    show = commands.show_boundary_command(*holder)
    if _delegates(denial):
        # The condition of the statement contains the ARN, too.
        return (show, *lines)
    lookup = f'boundary="$({show}.PermissionsBoundaryArn --output text)"'
    return (lookup, *replace_in(lines, "BOUNDARY_ARN", '"$boundary"'))
