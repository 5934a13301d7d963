"""Read what a decoded message and authorization details state about a decision, in addition to the error message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._rules.shared.cases import Decision
from iamtriage.explaining._rules.shared.messages.decisions import matching_reasons
from iamtriage.explaining._rules.shared.principals import principal_words

if TYPE_CHECKING:
    from iamtriage.authorization._denials import Denial as Reason
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.typing import PolicyType


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
    return next(iter(found)) if len(found) == 1 else None
