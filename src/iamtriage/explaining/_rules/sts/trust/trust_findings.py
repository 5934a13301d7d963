"""Explain whether a supplied trust policy allows a call, and build one that trusts another principal, too.

:func:`iamtriage.check_trust_policy` evaluates both.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, cast

import attrs

from iamtriage._rendering.values import Value
from iamtriage._text import as_sentence, clip_text
from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Cause, CauseType, Evidence, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.sts.trust.trust_documents import evaluate_policy, with_any_account
from iamtriage.policies._readers.elements import as_mapping, as_strings, iterate_statements, parse_document
from iamtriage.trust._evaluation import TrustResult, check_trust_policy

TRUST_POLICY_ALLOWS = CauseType(
    "trust-policy-allows",
    title="The supplied trust policy allows the call",
    meaning="The trust policy in the facts allows the call, so another policy denies it or the policy has changed.",
    recognised_by="The facts contain the trust policy, and it allows the caller.",
    fix="Check that the supplied policy is the current one of the role.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_OPEN = CauseType(
    "trust-policy-open",
    title="The supplied trust policy cannot be decided",
    recognised_by="The facts contain the trust policy, and it depends on values that are unknown.",
    fix="Supply the caller, the token claims or the condition keys that the explanation names.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_UNREADABLE = CauseType(
    "trust-policy-unreadable",
    title="The supplied trust policy or caller cannot be read",
    recognised_by="The facts contain a trust policy or a caller that is malformed.",
    fix="Supply the JSON of the policy and the ARN of the caller.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_CHECKED = CauseType(
    "trust-policy-checked",
    title="The supplied trust policy does not allow the call",
    recognised_by="The facts contain the trust policy, and no statement of it allows the caller.",
    fix="Change the trust policy as the explanation says.",
    sources=(pages.TRUST_POLICIES,),
)


@attrs.frozen(eq=False, repr=False)
class TrustFindings(Value):
    """The result of evaluating a trust policy.

    Attributes:
        allowed: Whether the policy allows the call; ``None`` if the facts do not decide that.
        cause: The result as a cause, with the reason.
        remedy: The change to the policy; ``None`` if nothing needs to change or no change is known to help.
        result: The result of the evaluation; ``None`` if the policy is unreadable.
    """

    allowed: bool | None
    cause: Cause
    remedy: Remedy | None = None
    result: TrustResult | None = None

    @property
    def needs_identity_allow(self) -> bool:
        """Whether the policy allows the call only together with the caller's own policies."""
        return self.allowed is True and any(
            "so the caller's identity-based" in each or "; the caller's identity-based" in each
            for each in self.cause.because
        )

    @property
    def impossible_key(self) -> str | None:
        """The condition key that the closest statement requires, and that requests of the action never have."""
        _, never, key = ("" if self.result is None else self.result.reason).rpartition(" never has ")
        return clip_text(key) if never else None

    @property
    def reason(self) -> str:
        """Why the policy does not allow the call, in sentences."""
        if self.result is None or self.impossible_key is None:
            return " ".join(self.cause.because)
        return f"Statement[{self.result.statement}] has the condition {self.result.condition}, which only sts:AssumeRole can meet."


def trust_policy_evidence(facts: Facts) -> Evidence:
    """Return what a finding rests on that comes from the trust policy in the facts."""
    return "derived" if is_derived(facts, "trust_policy") else "supplied"


def evaluate_trust_policy(
    facts: Facts, action: str, role_arn: str | None = None, context: Mapping[str, str] | None = None
) -> TrustFindings | None:
    """Evaluate the trust policy in the facts; return ``None`` without a policy or a caller.

    >>> from iamtriage.explaining import Facts
    >>> evaluate_trust_policy(Facts(trust_policy="{}", caller="111122223333"), "sts:AssumeRole").cause.code
    'trust-policy-unreadable'
    """
    if facts.trust_policy is None or (facts.token_claims is None and facts.caller is None):
        return None
    # The token identifies the caller, so the caller in the facts does not matter.
    caller = None if facts.token_claims is not None else facts.caller
    role = principal_words.underlying_role(principal_words.try_parse_principal(role_arn))
    evidence = trust_policy_evidence(facts)
    try:
        result = check_trust_policy(
            with_any_account(facts.trust_policy),
            action=action,
            role_arn=None if role is None or role.lacks_its_path else str(role),
            caller=caller,
            claims=facts.token_claims,
            context=context,
        )
    except IamTriageError as error:
        unreadable = TRUST_POLICY_UNREADABLE.cause(evidence, as_sentence(str(error)))
        return TrustFindings(allowed=None, cause=unreadable)
    except (TypeError, ValueError):  # invalid claims, or not an action that assumes a role
        return None
    return _describe_result(result, None if role is None else role.name, evidence)


def _describe_result(result: TrustResult, role: str | None, evidence: Evidence) -> TrustFindings:
    if result.allowed is True:
        text = "The trust policy allows the call, so it is not what has to change."
        cause = TRUST_POLICY_ALLOWS.cause(evidence, as_sentence(result.reason), text=text)
        return TrustFindings(allowed=True, cause=cause)
    if result.allowed is None:
        text = "Whether the trust policy allows the call depends on values that are not known."
        cause = TRUST_POLICY_OPEN.cause(because=as_sentence(result.reason), text=text)
        return TrustFindings(allowed=None, cause=cause, result=result)
    fix = as_sentence(result.fix) if result.fix else "Change it only if this caller is meant to have access."
    return TrustFindings(
        allowed=False,
        cause=TRUST_POLICY_CHECKED.cause(evidence, as_sentence(result.reason)),
        result=result,
        remedy=account_remedy(
            "Change the role's trust policy",
            fix,
            "Save the whole changed policy as trust.json: the command replaces the policy.",
            commands=commands.trust_policy_commands(role),
            url=pages.TRUST_POLICIES,
        ),
    )


_EXTERNAL_ID = "sts:externalid"


def policy_with_principal(
    result: TrustResult, policy: object, added: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the supplied policy that trusts a principal, too: in the closest statement, or else in another."""
    document = parse_document(cast("Mapping[str, Any] | str | None", policy))
    action = str(added["Action"])
    kind, principal = next((key, str(value)) for key, value in as_mapping(added["Principal"]).items())
    if document is None or (kind == "AWS" and not principal.startswith("arn:")):
        return None
    # A statement with a condition of its own is added as it is.
    extensions = ((action, None), (None, principal), (action, principal))
    for adds in () if "Condition" in added else extensions:
        fixed = copy.deepcopy(dict(document))
        statements = list(iterate_statements(fixed))
        index = result.statement
        if index is None or index >= len(statements) or not _can_extend(statements[index], action):
            break
        _extend_statement(statements[index], kind, *adds)
        if fixed != document and _is_trusted(fixed, action, principal):
            return fixed
    fixed = copy.deepcopy(dict(document))
    statements = [each for each in iterate_statements(fixed) if _remove_action(each, action)]
    fixed["Statement"] = [*statements, added]
    # The account of a statement with a condition does not meet it, but the caller does.
    return fixed if "Condition" in added or _is_trusted(fixed, action, principal) else None


def _can_extend(statement: dict[str, Any], action: str) -> bool:
    """Return whether a statement can allow an action, too: only sts:AssumeRole has an external ID."""
    return action == "sts:AssumeRole" or _EXTERNAL_ID not in str(statement.get("Condition")).lower()


def _remove_action(statement: dict[str, Any], action: str) -> bool:
    """Remove an action that the condition of a statement never allows, and return whether another one remains."""
    if not _can_extend(statement, action):
        others = [each for each in as_strings(statement.get("Action")) if each != action]
        if not others:
            return "Action" not in statement
        statement["Action"] = others[0] if len(others) == 1 else others
    return True


def _extend_statement(
    statement: dict[str, Any], kind: str, action: str | None, principal: str | None
) -> None:
    principals, actions = as_mapping(statement.get("Principal")), as_strings(statement.get("Action"))
    if action is not None and actions and action not in actions:
        statement["Action"] = [*actions, action]
    if principal is not None and kind in principals:
        principals[kind] = [*as_strings(principals[kind]), principal]


def _is_trusted(policy: dict[str, Any], action: str, principal: str) -> bool:
    result = evaluate_policy(policy, action, caller=principal)
    return result is not None and result.allowed is not False
