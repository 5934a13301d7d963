"""Explain that an Allow is missing, or may be: AWS says so, gives no reason, or does not even name the service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html says which services give a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import lower_first, quote_words
from iamtriage.arns._principals import ServiceLinkedRole, ServicePrincipal
from iamtriage.explaining._cause_types import Cause
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY, ONE_POLICY_TYPE, Explanation
from iamtriage.explaining._rules.shared import wording
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION, NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.denial import Denial

if TYPE_CHECKING:
    from iamtriage.explaining._rules.basics import Remedy


def explain_missing_allow(denial: Denial) -> Explanation:
    """Explain an implicit denial by an identity-based policy, or a denial for which AWS gives no reason."""
    if isinstance(denial.principal, ServicePrincipal):
        # AWS Glue names itself instead of the role of a crawler.
        caller = f"the role that {denial.principal.name} uses"
        denial = attrs.evolve(denial, principal=None, principal_text=None, caller=caller)
    if denial.crosses_accounts:
        # imported here because few denials need it
        from iamtriage.explaining._rules.denials.policy_types.other_accounts import explain_other_account

        if (explanation := explain_other_account(denial)) is not None:
            return explanation
    is_stated = denial.policy_type == "identity"
    tags = _find_tags(denial)
    reason = _describe_reason(denial, tags)

    def build_remedies() -> tuple[Remedy, ...]:
        # Many explanations are only read for their causes, and remedies need many modules.
        from iamtriage.explaining._rules.denials.policy_types.identity_remedies import missing_allow_remedies

        return missing_allow_remedies(denial)

    return denial.explain(
        wording.denial_summary(denial, reason),
        *_causes(denial, reason),
        topic="" if is_stated else "access-denied",
        remedies=build_remedies,
        notes=(
            *_tag_notes(denial, tags),
            *wording.cross_account_notes(denial),
            ONE_POLICY_TYPE if is_stated else None,
            EVENTUAL_CONSISTENCY,
        ),
    )


def _find_tags(denial: Denial) -> dict[str, str]:
    """Return the condition keys of tags in a decoded message that has no Deny."""
    if denial.deny != "implicit" or denial.facts.decoded_message is None or denial.policy_type == "identity":
        return {}
    from iamtriage.explaining._rules.shared.messages.decisions import request_tags

    return request_tags(denial.facts)


def _find_renamed(denial: Denial) -> str | None:
    """Return the action in the text that has the other prefix of a renamed service."""
    prefix, _, name = (denial.action or "").partition(":")
    if not prefix.startswith("code"):
        return None
    from iamtriage.explaining._rules.denials.statement_words import OTHER_PREFIXES

    if prefix not in OTHER_PREFIXES:
        return None
    text, other = denial.failure.text, f"{OTHER_PREFIXES[prefix]}:{name}"
    return other if other in text and text.count(denial.action or "") == 0 else None


def _describe_reason(denial: Denial, tags: dict[str, str]) -> str:
    if (other := _find_renamed(denial)) is not None:
        return f"the policy in the text allows {other}, and the prefix of the action has to be that of the connection's ARN"
    if denial.policy_type == "identity":
        is_linked = denial.service == "kms" and isinstance(denial.role, ServiceLinkedRole)
        # Nobody can give it an identity-based policy, and within an account, the key policy is enough.
        of_key = is_linked and denial.crosses_accounts is False
        allows = "the key policy does not allow this service-linked role"
        return allows if of_key else "no identity-based policy allows it"
    # Plain denials, which state the reason, do not need it.
    from iamtriage.explaining._rules.denials.unstated_reasons import describe_unstated

    return describe_unstated(denial, tags)


def _causes(denial: Denial, reason: str) -> Iterator[Cause]:
    if denial.policy_type != "identity":
        from iamtriage.explaining._rules.denials.unstated_reasons import unstated_causes

        yield from unstated_causes(denial, reason, is_renamed=_find_renamed(denial) is not None)
        return
    evidence, reasons = denial.policy_type_evidence, wording.reason_lines(denial)
    on = " on this resource" if denial.resource else ""
    text = f"No identity-based policy of {denial.caller} allows {denial.action or 'the action'}{on}.{wording.describe_operation(denial)}"
    is_recorded = denial.has_stated_role and "sessionIssuer" in denial.failure.text
    if is_recorded and (role := denial.role) and role.path != "/":
        reasons += (f"By the record, the role's ARN is {role}: the session's ARN omits its path.",)
    # Most messages stand alone.
    start, end = denial.failure.span
    if end - start < len(denial.failure.text.strip()):
        from iamtriage.explaining._context.readers.statements import MOMENT, find_changed

        if (changed := find_changed(denial.failure.text, MOMENT)) is not None:
            reasons = (
                f"The text says {quote_words(changed)}: first repeat the call. A change takes effect after seconds, at most minutes, without a restart.",
            )
    if denial.service == "kms" and isinstance(denial.role, ServiceLinkedRole):
        from iamtriage.explaining._rules.denials.policy_types.resource_policies import (
            LAUNCHERS,
            ONLY_KEY_POLICY,
        )

        launcher = LAUNCHERS.get(denial.role.name)
        until = f" Until it does, {launcher} cannot start instances with volumes under this key."
        why = f"The message names identity-based policies, but {lower_first(ONLY_KEY_POLICY)}"
        text, reasons = f"{why}{until if launcher else ''}", ()
    yield NO_IDENTITY_ALLOW.cause(evidence, reasons, text=text)
    yield from _service_linked_causes(denial)
    if denial.lowercase_action.endswith("tagging") and denial.operation != "CopyObject":
        from iamtriage.explaining._rules.shared.grants import copied_tags

        if copied_tags.copies_tags(denial):
            text = copied_tags.describe_tags_of_copy(denial)
            yield DERIVED_ACTION.cause("derived", text=text)


def _service_linked_causes(denial: Denial) -> Iterator[Cause]:
    if denial.lowercase_action != "iam:createservicelinkedrole":
        return
    from iamtriage.explaining._rules.calls.roles.service_roles import NO_SERVICE_LINKED_ROLE
    from iamtriage.explaining._rules.denials.policy_types.identity_remedies import find_service_of_linked_role

    service = find_service_of_linked_role(denial)
    if service is not None:
        text = f"The call needs the service-linked role of {service}, which most likely does not exist in the account yet. It is created once per account."
        yield NO_SERVICE_LINKED_ROLE.cause("derived", text=text)


def _tag_notes(denial: Denial, tags: dict[str, str]) -> tuple[str, ...]:
    """Return the note with the condition that allows an action on all resources with the tag."""
    key = next(iter(tags), "")
    if ":ResourceTag/" not in key or denial.context.policies:
        return ()
    import json  # imported here because plain denials need no JSON

    condition = {"StringEquals": {key: tags[key]}}
    return (f"Or allow it by tag: Resource * and Condition {json.dumps(condition, ensure_ascii=False)}.",)
