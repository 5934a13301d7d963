"""Read and say what the authorization details and a decoded message state about a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import User
from iamtriage.explaining._rules.shared.cases import Decision
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.authorization._checks import Evaluation
    from iamtriage.authorization._denials import Denial as Reason
    from iamtriage.authorization._denials import DenyingPolicy
    from iamtriage.authorization._details import AuthorizationDetails
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.typing import PolicyType


_ALLOW = frozenset({"ALLOW"})
_MANAGED_POLICY = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:iam::aws:policy/(?:[\w-]{1,64}/)?([\w-]{1,128})\Z")
_CHANGES = ("create", "delete", "put", "update", "attach", "detach", "run", "terminate", "pass")
_TAG_KINDS = frozenset({"ResourceTag", "RequestTag", "PrincipalTag"})


def matching_reasons(action: str | None, details: AuthorizationDetails | None) -> tuple[Reason, ...]:
    """Return the reasons for the denied action, or for the first action if that one has none."""
    found = () if details is None else details.denials()
    if not found:
        return ()
    expected = (action or found[0].action).lower()
    return tuple(each for each in found if each.action.lower() == expected) or tuple(
        each for each in found if each.action == found[0].action
    )


def allowing_policy_types(facts: Facts, action: str | None) -> tuple[str, ...]:
    """Return the types of policies that allowed the action, according to the authorization details."""
    details = facts.authorization_details
    reasons = matching_reasons(action, details)
    if not reasons:
        return ()
    evaluation = reasons[0].evaluation
    # There is a check for each level of an organization: one that denies is the obstacle.
    denying = {reason.policy_type for reason in reasons}
    found: list[PolicyType | None] = [each.policy_type for each in evaluation.checks if each.effect in _ALLOW]
    if not evaluation.checks and details is not None:
        # Without checks, the matched policies are the only evidence.
        types: dict[str | None, PolicyType | None] = {each.uri: each.policy_type for each in details.policies}
        found = [
            types.get(each.uri)
            for each in evaluation.matched_policies
            if each.statements and all(statement.effect in _ALLOW for statement in each.statements)
        ]
    allowing: list[PolicyType] = [each for each in found if each is not None and each not in denying]
    return tuple(dict.fromkeys(POLICY_TYPE_NAMES[each] for each in allowing))


def identity_policy_allows(facts: Facts, action: str | None) -> bool:
    """Return whether the authorization details say that an identity-based policy allows the action.

    Another identity-based policy can deny it.
    """
    if facts.authorization_details is None:
        return False
    matched = (
        policy
        for reason in matching_reasons(action, facts.authorization_details)[:1]
        for check in reason.evaluation.checks
        if check.policy_type == "identity"
        for policy in check.matched_policies
    )
    return any(
        policy.statements and all(each.effect in _ALLOW for each in policy.statements) for policy in matched
    ) or POLICY_TYPE_NAMES["identity"] in allowing_policy_types(facts, action)


def other_policies_without_allow(facts: Facts, action: str | None) -> str | None:
    """Return the other identity-based policies of the details if they are AWS managed ones without the denied action."""
    details = facts.authorization_details
    if details is None or action is None:
        return None
    denying = {each.uri for reason in matching_reasons(action, details) for each in reason.policies}
    others = [
        each.uri for each in details.policies if each.policy_type == "identity" and each.uri not in denying
    ]
    names = [_MANAGED_POLICY.match(each or "") for each in others]
    if not all(each is not None and _lacks_action(each[1], action.lower()) for each in names):
        return None
    return join_words(tuple(each[1] for each in names if each is not None), "and") or None


def _lacks_action(policy: str, action: str) -> bool:
    service, _, operation = action.partition(":")
    if policy == "PowerUserAccess":
        # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html
        is_allowed = operation.startswith(("get", "list", "describe")) or "servicelinkedrole" in operation
        return service in {"iam", "organizations", "account"} and not is_allowed
    return policy.endswith("ReadOnlyAccess") and operation.startswith(_CHANGES)


def named_statements(facts: Facts, action: str | None) -> Iterator[str]:
    """Yield a phrase for each policy whose statements denied, according to the authorization details."""
    for reason in matching_reasons(action, facts.authorization_details)[:1]:
        yield from map(_describe_denying_policy, reason.policies)


def allowing_statement_words(facts: Facts, action: str | None) -> str | None:
    """Return the identity-based policy that allows the action and its statement, if the details name one."""
    reasons = matching_reasons(action, facts.authorization_details)
    return _describe_allow(reasons[0].evaluation) if reasons else None


def allowed_call_words(facts: Facts, action: str) -> str | None:
    """Return which policy allows an action, after " by ": empty if the details name none, ``None`` if it is not allowed there."""
    details = facts.authorization_details
    for each in () if details is None else details.evaluations:
        if each.action.lower() == action.lower() and each.effect in _ALLOW:
            named = _describe_allow(each)
            return f" by {named}" if named else ""
    return None


def _describe_allow(evaluation: Evaluation) -> str | None:
    for check in evaluation.checks:
        if check.policy_type != "identity":
            continue
        for policy in check.matched_policies:
            # In a check that another policy denied, only policies without a Deny allow.
            allows = check.effect == "ALLOW" or all(each.effect in _ALLOW for each in policy.statements)
            if allows and policy.uri.startswith("arn:") and ":policy/" in policy.uri:
                name = policy.uri.rpartition("/")[2]
                # Statements of AWS managed policies often have the policy's name.
                sids = (
                    f" ({clip_text(each.sid)})" for each in policy.statements if each.sid and each.sid != name
                )
                return f"the policy {clip_text(name)}{next(sids, '')}"
    return None


def describe_allowing(facts: Facts, action: str | None) -> str:
    """Return which policies allow the action, according to the authorization details, as a clause."""
    allowing, identity = allowing_policy_types(facts, action), POLICY_TYPE_NAMES["identity"]
    names = (each for each in allowing if each != identity)
    others = join_words([f"{each[:-1]}ies" if each.endswith("y") else f"{each}s" for each in names], "and")
    if not identity_policy_allows(facts, action):
        return f"{others} allow it"
    named = allowing_statement_words(facts, action) or "an identity-based policy"
    return f"{named} already allows the action{f', and so do the {others}' if others else ''}"


def _describe_denying_policy(policy: DenyingPolicy) -> str:
    """Return a policy that denied with its statements, as a phrase."""
    sids = join_words(tuple(map(clip_text, policy.sids)), "and")
    statement = f"the statement {sids} in " if sids else ""
    if policy.arn is not None:
        name = policy.arn.rpartition("/")[2] if ":organizations:" in policy.arn else policy.arn
        return f"{statement}the policy {clip_text(name)}{_describe_attachment(policy)}"
    kind = "inline policy" if policy.info is not None and policy.info.inline else "policy"
    return f"{statement}{'an' if kind.startswith('i') else 'a'} {kind}{_describe_attachment(policy)}"


_KINDS_OF_TARGETS = {"ou": "the organizational unit ", "account": "the account ", "root": "the root "}


def _describe_attachment(policy: DenyingPolicy) -> str:
    attached = () if policy.info is None else policy.info.attached_to
    if not attached:
        return ""
    arn = attached[0]
    group = group_name(arn)
    if group is not None:
        return f" of the group {clip_text(group)}"
    principal = principal_words.try_parse_principal(arn)
    if isinstance(principal, User) or principal_words.underlying_role(principal) is not None:
        return f" of {principal_words.describe_principal(principal, arn)}"
    if ":organizations:" not in arn:
        return f" attached to {clip_text(arn)}"
    kind = _KINDS_OF_TARGETS.get(arn.split(":", 5)[-1].partition("/")[0], "")
    return f" attached to {kind}{clip_text(arn.rpartition('/')[2])}"


def group_name(arn: str) -> str | None:
    """Return the name of an IAM group.

    >>> group_name("arn:aws:iam::111122223333:group/teams/developers")
    'developers'
    """
    kind, _, path = arn.rpartition(":")[2].partition("/")
    return path.rpartition("/")[2] or None if kind == "group" else None


def denying_group(facts: Facts, action: str | None) -> str | None:
    """Return the group whose policy denied, according to the authorization details."""
    for reason in matching_reasons(action, facts.authorization_details)[:1]:
        for policy in reason.policies:
            attached = () if policy.info is None else policy.info.attached_to
            if len(attached) == 1:
                return group_name(attached[0])
    return None


def inline_policy_commands(facts: Facts, action: str | None) -> tuple[str, ...]:
    """Return the commands that print and change the inline policies in which a statement denied."""
    # Most denials have no authorization details, and no explanation needs commands before its remedies are read.
    from iamtriage._rendering.labels import Labelled
    from iamtriage.explaining._rules.shared import commands

    lines: list[str] = []
    for reason in matching_reasons(action, facts.authorization_details)[:1]:
        for policy in reason.policies:
            if policy.info is None or not policy.info.inline or not policy.info.attached_to:
                continue
            owner = policy.info.attached_to[0]
            group = group_name(owner)
            principal = principal_words.try_parse_principal(owner)
            role = principal_words.underlying_role(principal)
            if group is not None:
                kind, name = "group", commands.group_argument(group)
            elif role is not None:
                kind, name = "role", commands.role_name(role.name)
            elif isinstance(principal, User):
                kind, name = "user", commands.user_name(principal.name)
            else:
                continue
            described = f"the Sid {clip_text(policy.sids[0])}" if policy.sids else "the Deny"
            one = commands.fill_command(f"{kind}-policy --{kind}-name {{}} --policy-name POLICY_NAME", name)
            lines += [
                commands.fill_command(f"aws iam list-{kind}-policies --{kind}-name {{}}", name),
                Labelled(
                    f"Then, with POLICY_NAME of the policy with {described}:",
                    f"aws iam get-{one} --query PolicyDocument",
                ),
                commands.put_policy(name, "POLICY_NAME", kind),
            ]
    return tuple(dict.fromkeys(lines))


def request_values(facts: Facts, *keys: str) -> tuple[str, ...]:
    """Return the values of the first of these condition keys that the facts state about the request."""
    for key in keys:
        message, details = facts.decoded_message, facts.authorization_details
        values = () if message is None else message.request_values(key) or ()
        if not values and details is not None:
            contexts = (details.request_context, *(each.context for each in details.evaluations))
            found = [each for context in contexts for each in context if each.key.lower() == key.lower()]
            values = found[0].values if found else ()
        if values:
            return values
    return ()


def request_tags(facts: Facts) -> dict[str, str]:
    """Return the condition keys of tags in the decoded message, with their values.

    Services repeat the tags of a resource under keys with their prefix. AWS itself sets tags that begin with ``aws:``.
    """
    tags: dict[str, tuple[str, str]] = {}
    for each in () if facts.decoded_message is None else facts.decoded_message.context:
        prefix, _, rest = each.key.partition(":")
        kind, _, tag = rest.partition("/")
        if kind not in _TAG_KINDS or tag in {"", "Name"} or tag.startswith("aws:") or len(each.values) != 1:
            continue
        if rest not in tags or prefix == "aws":
            tags[rest] = (each.key, clip_text(each.values[0]))
    return dict(tags.values())


def sent_tags(facts: Facts) -> dict[str, str] | None:
    """Return the tags of the request in the decoded message, ``None`` if it has none or there is no message."""
    context = () if facts.decoded_message is None else facts.decoded_message.context
    prefix = "aws:requesttag/"
    tags = {
        each.key[len(prefix) :]: each.values[0]
        for each in context
        if each.key.lower().startswith(prefix) and each.values
    }
    return tags or None


def complete_decision(decision: Decision, failure: AccessDenied, facts: Facts) -> Decision:
    """Return what the message states, completed by the decoded message and the authorization details."""
    message = facts.decoded_message
    if message is not None:
        statements = tuple(each.sid for each in message.statements if each.sid)
        decision = decision._replace(resource=message.resource or decision.resource, statements=statements)
        if message.action:
            decision = decision._replace(action=message.action, action_evidence="supplied")
        if decision.deny is None and message.deny is not None:
            decision = decision._replace(deny=message.deny, policy_type_evidence="supplied")
    reasons = matching_reasons(decision.action, facts.authorization_details)
    return _add_reasons(decision, reasons, facts, failure.principal or facts.caller) if reasons else decision


def _add_reasons(
    decision: Decision, reasons: tuple[Reason, ...], facts: Facts, caller: str | None
) -> Decision:
    """Return the decision completed by the reasons that the authorization details state for one action."""
    stated, deny = decision.policy_type, decision.deny
    # If there are several reasons of one kind, the message names the one that AWS reports.
    first = next((each for each in reasons if (each.policy_type, each.deny) == (stated, deny)), reasons[0])
    if reasons[0].deny == "explicit":
        first = reasons[0]
    if first.action and first.action.lower() != (decision.action or "").lower():
        # AWS allowed the action of the message, if there is one, and denied another of the same call.
        decision = Decision(
            first.action, first.resource or None, first.deny, None, None, "supplied", "supplied"
        )
        stated = None
    policy = find_policy(first, facts, caller)
    others = [
        (each.policy_type, each.deny)
        for each in reasons
        if each is not first and each.policy_type is not None
    ]
    is_unexplained = stated not in {None, *(each.policy_type for each in reasons)}
    if stated is not None and is_unexplained and first.policy_type is not None:
        if first.policy_type == "identity" and first.deny == "implicit":
            # The message names what caps the permissions of an Allow.
            return decision._replace(
                resource=decision.resource or first.resource,
                policy=decision.policy or _find_boundary(stated, facts, caller),
                other_policy_types=((first.policy_type, first.deny), *others),
            )
        others.append((stated, deny))
    decision = decision._replace(resource=decision.resource or first.resource)
    if first.policy_type is not None:
        decision = decision._replace(
            deny=first.deny,
            policy_type=first.policy_type,
            policy_type_evidence="supplied",
            policy=policy or decision.policy,
        )
    elif decision.deny is None and first.deny is not None:
        decision = decision._replace(deny=first.deny, policy_type_evidence="supplied")
    # AWS can omit the types of policies, but not which statement denied.
    return decision._replace(
        policy=decision.policy or policy,
        statements=first.sids or decision.statements,
        other_policy_types=tuple(others),
    )


def find_policy(reason: Reason, facts: Facts, caller: str | None) -> str | None:
    """Return the ARN of the policy that denied, or of the boundary that does not allow."""
    policy = next((each.arn for each in reason.policies if each.arn), None)
    return policy or _find_boundary(reason.policy_type, facts, caller)


def _find_boundary(policy_type: PolicyType | None, facts: Facts, caller: str | None) -> str | None:
    """Return the permissions boundary of the caller, which no statement of an implicit denial names.

    If the details list one boundary, it is the caller's, else the one that is attached to the caller.
    """
    details = facts.authorization_details
    if details is None or policy_type != "permissions_boundary":
        return None
    found = {
        each.uri: each.attached_to
        for each in details.policies
        if each.policy_type == "permissions_boundary" and each.uri is not None and each.uri.startswith("arn:")
    }
    principal = principal_words.try_parse_principal(caller)
    name = getattr(principal_words.underlying_role(principal) or principal, "name", None)
    if len(found) > 1:
        found = {
            uri: arns for uri, arns in found.items() if any(arn.rpartition("/")[2] == name for arn in arns)
        }
    return only_one(found)
