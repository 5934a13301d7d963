"""Explain denials by a resource-based policy, and callers without identity-based policies.

KMS keys and roles have their own modules, because their policies follow other rules. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage.arns._principals import ServicePrincipal
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import (
    policy_principal_arn,
    required_grant,
    statement_id,
)
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.companion_actions import companion_actions
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.services import RESOURCE_POLICIES, ResourcePolicy
from iamtriage.explaining._rules.shared.wording import (
    ONE_POLICY_TYPE,
    authorization_details_remedy,
    denial_summary,
    reason_lines,
)
from iamtriage.policies._documents import build_document, build_statement

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = (
    "bucket_argument",
    "explain_resource_policy",
    "explain_service_principal",
    "explain_unsigned_request",
    "resource_remedy",
)

_BUCKET = re.compile(r"arn:[\w-]{3,20}:s3:::(?P<bucket>[a-z0-9.-]{3,63})(?:/|\Z)", re.ASCII)
_REPOSITORY = re.compile(
    r"arn:[\w-]{3,20}:ecr:[a-z0-9-]{1,30}:(?P<registry>[0-9]{12}):repository/(?P<name>[a-z0-9][a-z0-9._/-]{1,255})",
    re.ASCII,
)
_OTHER_POLICY = ResourcePolicy("resource's policy", "", "")
_SIGNING_NAMES = frozenset({"execute-api", "es", "aoss", "appsync"})


def explain_resource_policy(denial: Denial) -> Explanation:
    """Explain a denial by a resource-based policy."""
    name = _policy_of(denial).name
    if denial.is_explicit:
        code, text = "resource-deny", f"A Deny statement in the {name} fits the call."
        verdict = f"the {name} denies it"
        remedy = _narrow_deny_remedy(denial, name)
        notes: tuple[str, ...] = ("An explicit Deny beats every Allow, of the caller's policies too.",)
    else:
        code, text = "resource-no-allow", f"The {name} does not let {denial.caller} do it."
        verdict = f"the {name} does not allow it"
        remedy = resource_remedy(denial)
        notes = (
            "Across accounts both sides have to allow it: a policy of the caller may have to allow the action as well.",
            ONE_POLICY_TYPE,
        )
    return Explanation(
        failure=denial.failure,
        topic="resource-policy",
        summary=denial_summary(denial, verdict),
        causes=(Cause(code, text, denial.policy_type_evidence, reason_lines(denial)),),
        remedies=present(remedy, authorization_details_remedy(denial)),
        notes=notes,
    )


def explain_unsigned_request(denial: Denial) -> Explanation:
    """Explain a denial of a request without a signature."""
    name = _policy_of(denial).name
    causes = [
        Cause(
            "unsigned-call",
            "The call came without a signature, so AWS takes it as made by nobody in particular.",
            "reported",
            ("The message says: User: anonymous",),
        )
    ]
    if denial.is_explicit:
        text = f"The {name} denies it explicitly."
        causes.append(Cause("resource-deny", text, "derived", reason_lines(denial)))
    signing_name = denial.service if denial.service in _SIGNING_NAMES else "of the service"
    return Explanation(
        failure=denial.failure,
        topic="anonymous-call",
        summary=denial_summary(denial, "the call was not signed"),
        causes=tuple(causes),
        remedies=(
            Remedy(
                title="Sign the call",
                who="you",
                steps=(
                    f"Give the client credentials and let it sign (Signature Version 4), with the service's name {signing_name} and the region of the endpoint.",
                    "The identity that signs then takes an Allow for the action, in its own policy or the resource's.",
                ),
                url="https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html",
            ),
            Remedy(
                title=f"Look at the {name}",
                who="resource owner",
                steps=(
                    "Where callers without a signature are wanted, its statement names the network from which they come, by aws:SourceIp, aws:SourceVpc or aws:SourceVpce. Without such a condition it opens the resource to everybody.",
                ),
                commands=_policy_commands(denial, _policy_of(denial).show_command),
                url=pages.API_GATEWAY_POLICY if denial.service == "execute-api" else pages.OPENSEARCH_POLICY,
            ),
        ),
        notes=("No policy of a user or role helps a call that is not signed.",),
    )


def explain_service_principal(denial: Denial) -> Explanation:
    """Explain the denial of a service that calls as itself."""
    return Explanation(
        failure=denial.failure,
        topic="service-principal",
        summary=denial_summary(denial, "the resource's policy does not let the service in"),
        causes=(
            Cause(
                "service-not-allowed",
                f"{denial.principal} calls by itself, not by a role of yours. Only the {_policy_of(denial).name} can let it in.",
                "derived",
                reason_lines(denial),
            ),
        ),
        remedies=(resource_remedy(denial),),
        notes=("A service principal has no identity-based policies.",),
    )


def resource_remedy(denial: Denial) -> Remedy:
    """Return the remedy that allows the caller in the resource-based policy."""
    policy = _policy_of(denial)
    added = _allow_statement(denial)
    grant = required_grant(denial)
    effect = "and keep the statements that are there: the policy is replaced as a whole."
    steps = [f"Add the statement to the {policy.name} {effect}"]
    if policy.adds_statement:
        steps = [f"Add the statement to the {policy.name}: the command leaves those that are there."]
    if policy.resource_is_star:
        steps.append(f"In a {policy.name} the resource is *, which stands for the key itself.")
    elif grant is not None:
        steps += grant.notes
    if not policy.names_resource:
        steps.append(f"The {policy.name} names no resource: it counts for the one that it belongs to.")
    if grant is not None:
        steps += companion_actions(grant.action, by_resource=True)
    if policy is _OTHER_POLICY:
        steps.append(
            "Not every service has such policies. Where it has none, assume a role of the resource's account."
        )
    return Remedy(
        title=f"Let {denial.caller} in by the {policy.name}",
        who="resource owner",
        steps=tuple(steps),
        commands=_policy_commands(denial, policy.show_command, policy.change_command),
        policy=None if added is None else build_document([added]),
        layer="resource",
        url=pages.CROSS_ACCOUNT,
    )


def bucket_argument(denial: Denial) -> str:
    """Return the bucket's name as a command argument."""
    bucket = _BUCKET.match(denial.resource or "")
    return commands.bucket(bucket["bucket"] if bucket else None)


def _policy_of(denial: Denial) -> ResourcePolicy:
    return RESOURCE_POLICIES.get(denial.service or "", _OTHER_POLICY)


def _allow_statement(denial: Denial) -> dict[str, Any] | None:
    """Return the statement that allows the action to the caller in the resource-based policy."""
    grant = required_grant(denial)
    if grant is None:
        return None
    policy = _policy_of(denial)
    principal = {"AWS": policy_principal_arn(denial)}
    if isinstance(denial.principal, ServicePrincipal):
        principal = {"Service": denial.principal.name}
    added = build_statement(grant, sid=statement_id(grant.action), principal=principal)
    if policy.resource_is_star:
        # The policy belongs to one key, which is the only resource that * matches there.
        added["Resource"] = "*"
    if not policy.names_resource:
        del added["Resource"]
    if "Service" in principal:
        account = denial.account or "ACCOUNT_ID"
        added["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return added


def _narrow_deny_remedy(denial: Denial, name: str) -> Remedy:
    return Remedy(
        title=f"Narrow the Deny in the {name}",
        who="resource owner",
        steps=(
            "Look for Deny statements that fit the call, and at their conditions: TLS, networks, organizations, encryption headers and MFA are the usual ones. Where a condition asks for something, make the call so.",
            "Where the call is wanted, except the caller in the Deny.",
        ),
        commands=_policy_commands(denial, _policy_of(denial).show_command),
        layer="resource",
        url=pages.EVALUATION,
    )


def _policy_commands(denial: Denial, *templates: str) -> tuple[str, ...]:
    """Return commands with what is known about the resource, none for an unknown type of policy."""
    values = {"ARN": commands.arn(denial.resource, "RESOURCE_ARN"), "BUCKET": bucket_argument(denial)}
    repository = _REPOSITORY.fullmatch(denial.resource or "")
    if repository is not None:
        values["REPOSITORY"] = repository["name"]
    return tuple(
        command(*(values.get(word, word) for word in template.split())) for template in templates if template
    )
