"""Explain that no identity-based policy of the caller allows the action."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text
from iamtriage.arns._principals import ServicePrincipal
from iamtriage.explaining._explanations import EVENTUAL_CONSISTENCY, ONE_POLICY_TYPE
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.wording import cross_account_notes, denial_summary, reason_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.denial import Denial


def explain_no_identity_allow(denial: Denial) -> Explanation:
    """Explain an implicit denial: no identity-based policy allows the action."""
    if isinstance(denial.principal, ServicePrincipal):
        denial = _as_role_of_service(denial, denial.principal.name)
    on = " on this resource" if denial.resource else ""
    return denial.explain(
        denial_summary(denial, _describe_old_policy(denial) or "no identity-based policy allows it"),
        NO_IDENTITY_ALLOW.cause(
            denial.policy_type_evidence,
            reason_lines(denial),
            text=f"No identity-based policy of {denial.caller} allows {denial.action or 'the action'}{on}.",
        ),
        *_service_linked_causes(denial),
        remedies=lambda: _no_allow_remedies(denial),
        notes=(*cross_account_notes(denial), ONE_POLICY_TYPE, EVENTUAL_CONSISTENCY),
    )


def _describe_old_policy(denial: Denial) -> str | None:
    """Return that the policy of a controller is older than its release, if the text shows both."""
    if "list-policy-versions" not in denial.failure.text:
        return None
    from iamtriage.explaining._rules.denials.attached_policies import find_attached_policy
    from iamtriage.explaining._rules.denials.identity_remedies import release_of_controller

    policy, release = find_attached_policy(denial), release_of_controller(denial)
    if policy is None or policy.date is None or release is None:
        return None
    return f"{clip_text(policy.name)}, last changed on {policy.date} ({policy.version}), lacks this action, which the controller {release} calls"


def _as_role_of_service(denial: Denial, service: str) -> Denial:
    """Return the denial of the role that a service uses: AWS Glue names itself instead of a crawler's role."""
    caller = f"the role that {service} uses"
    return attrs.evolve(denial, principal=None, principal_text=None, caller=caller)


def _no_allow_remedies(denial: Denial) -> tuple[Remedy, ...]:
    # Many explanations are only read for their causes, and remedies need many modules.
    from iamtriage.explaining._rules.denials.identity_remedies import no_allow_remedies

    return no_allow_remedies(denial)


def _service_linked_causes(denial: Denial) -> Iterator[Cause]:
    if denial.lowercase_action != "iam:createservicelinkedrole":
        return
    from iamtriage.explaining._rules.calls.service_roles import NO_SERVICE_LINKED_ROLE
    from iamtriage.explaining._rules.denials.identity_remedies import find_service_of_linked_role

    service = find_service_of_linked_role(denial)
    if service is not None:
        yield NO_SERVICE_LINKED_ROLE.cause(
            "derived",
            text=f"The call needs the service-linked role of {service}, which does not exist in the account yet. It is created once per account.",
        )
