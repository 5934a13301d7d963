"""Denials by a resource's own policy, and callers who have no policies of their own.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html. Not for
KMS keys and roles, whose policies have rules of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage.arns._principals import ServicePrincipal
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import (
    REPLACE_PLACEHOLDERS,
    policy_principal_arn,
    required_grant,
    statement_id,
)
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.companion_actions import companion_actions
from iamtriage.explaining._rules.shared.services import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.wording import (
    ONE_POLICY_TYPE,
    authorization_details_remedy,
    denial_summary,
    reason_lines,
)
from iamtriage.policies._documents import build_document, build_statement
from iamtriage.policies._masked_arns import PLACEHOLDER

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("bucket_of", "explain_anonymous", "explain_resource", "explain_service", "resource_remedy")

_BUCKET = re.compile(r"arn:[\w-]{3,20}:s3:::(?P<bucket>[a-z0-9.-]{3,63})(?:/|\Z)", re.ASCII)
_REPOSITORY = re.compile(
    r"arn:[\w-]{3,20}:ecr:[a-z0-9-]{1,30}:(?P<registry>[0-9]{12}):repository/(?P<name>[a-z0-9][a-z0-9._/-]{1,255})",
    re.ASCII,
)
_DOORS = frozenset({"execute-api", "es", "aoss", "appsync"})


def explain_resource(denial: Denial) -> Explanation:
    """Explain a denial by a resource-based policy."""
    name = policy_words(denial)
    explicit = denial.deny == "explicit"
    if explicit:
        cause = Cause(
            "resource-deny",
            f"A Deny statement in the {name} fits the call.",
            denial.policy_type_evidence,
            reason_lines(denial),
        )
        remedy = _deny_remedy(denial, name)
        notes = ["An explicit Deny beats every Allow, of the caller's policies too."]
    else:
        cause = Cause(
            "resource-no-allow",
            f"The {name} does not let {denial.caller} do it.",
            denial.policy_type_evidence,
            reason_lines(denial),
        )
        remedy = resource_remedy(denial)
        notes = [
            "Across accounts both sides have to allow it: a policy of the caller may have to allow the action as well.",
            ONE_POLICY_TYPE,
        ]
    why = f"the {name} {'denies' if explicit else 'does not allow'} it"
    return Explanation(
        failure=denial.failure,
        topic="resource-policy",
        summary=denial_summary(denial, why),
        causes=(cause,),
        remedies=tuple(each for each in (remedy, authorization_details_remedy(denial)) if each is not None),
        notes=tuple(notes),
    )


def explain_anonymous(denial: Denial) -> Explanation:
    """Explain a denial of a call that nobody signed."""
    name = policy_words(denial)
    causes = [
        Cause(
            "unsigned-call",
            "The call came without a signature, so AWS takes it as made by nobody in particular.",
            "reported",
            ("The message says: User: anonymous",),
        )
    ]
    if denial.deny == "explicit":
        causes.append(
            Cause("resource-deny", f"The {name} denies it explicitly.", "derived", reason_lines(denial))
        )
    url = pages.API_GATEWAY_POLICY if denial.service == "execute-api" else pages.OPENSEARCH_POLICY
    remedies = [
        Remedy(
            title="Sign the call",
            who="you",
            steps=(
                f"Give the client credentials and let it sign (Signature Version 4), with the service's name {_signing(denial)} and the region of the endpoint.",
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
            commands=_show(denial),
            url=url,
        ),
    ]
    return Explanation(
        failure=denial.failure,
        topic="anonymous-call",
        summary=denial_summary(denial, "the call was not signed"),
        causes=tuple(causes),
        remedies=tuple(remedies),
        notes=("No policy of a user or role helps a call that is not signed.",),
    )


def explain_service(denial: Denial) -> Explanation:
    """Explain the denial of a service that acts by itself."""
    name = policy_words(denial)
    service = str(denial.principal or denial.principal_text or "the service")
    return Explanation(
        failure=denial.failure,
        topic="service-principal",
        summary=denial_summary(denial, "the resource's policy does not let the service in"),
        causes=(
            Cause(
                "service-not-allowed",
                f"{service} calls by itself, not by a role of yours. Only the {name} can let it in.",
                "derived",
                reason_lines(denial),
            ),
        ),
        remedies=(resource_remedy(denial),),
        notes=("A service principal has no identity-based policies.",),
    )


def resource_remedy(denial: Denial) -> Remedy:
    """Give the remedy that lets the caller in by the resource's policy; its statement names the caller."""
    name = policy_words(denial)
    made = _statement(denial)
    known = RESOURCE_POLICIES.get(denial.service or "")
    steps = [
        f"Add the statement to the {name}: the command leaves those that are there."
        if known is not None and known.adds_statement
        else f"Add the statement to the {name} and keep the statements that are there: the policy is replaced as a whole."
    ]
    if made is not None and PLACEHOLDER in str(made):
        steps.insert(0, REPLACE_PLACEHOLDERS)
    if known is not None and known.resource_is_star:
        steps.append(f"In a {name} the resource is *, which stands for the key itself.")
    grant = required_grant(denial)
    if grant is not None and not (known is not None and known.resource_is_star):
        steps += grant.notes
    if known is not None and not known.names_resource:
        steps.append(f"The {name} names no resource: it counts for the one that it belongs to.")
    if grant is not None:
        steps += companion_actions(grant.action, by_resource=True)
    if known is None:
        steps.append(
            "Not every service has such policies. Where it has none, assume a role of the resource's account."
        )
    return Remedy(
        title=f"Let {denial.caller} in by the {name}",
        who="resource owner",
        steps=tuple(steps),
        commands=(*_show(denial), *_change(denial)),
        policy=None if made is None else build_document([made]),
        layer="resource",
        url=pages.CROSS_ACCOUNT,
    )


def bucket_of(denial: Denial) -> str:
    """Give the bucket's name for a command, or a placeholder."""
    bucket = _BUCKET.match(denial.resource or "")
    return commands.bucket(bucket["bucket"] if bucket else None)


def policy_words(denial: Denial) -> str:
    """Give what the resource's policy is called."""
    known = RESOURCE_POLICIES.get(denial.service or "")
    return known.name if known is not None else "resource's policy"


def _statement(denial: Denial) -> dict[str, Any] | None:
    grant = required_grant(denial)
    if grant is None:
        return None
    known = RESOURCE_POLICIES.get(denial.service or "")
    principal: dict[str, Any]
    if isinstance(denial.principal, ServicePrincipal):
        principal = {"Service": denial.principal.name}
    else:
        principal = {"AWS": policy_principal_arn(denial)}
    made = build_statement(grant, sid=statement_id(grant.action), principal=principal)
    if known is not None and known.resource_is_star:
        # The policy hangs on one key or secret, which * stands for there.
        made["Resource"] = "*"
    if known is not None and not known.names_resource:
        del made["Resource"]
    if "Service" in principal:
        made["Condition"] = {
            "StringEquals": {"aws:SourceAccount": denial.account or f"{PLACEHOLDER}ACCOUNT_ID"}
        }
    return made


def _deny_remedy(denial: Denial, name: str) -> Remedy:
    return Remedy(
        title=f"Narrow the Deny in the {name}",
        who="resource owner",
        steps=(
            "Look for Deny statements that fit the call, and at their conditions: TLS, networks, organizations, encryption headers and MFA are the usual ones. Where a condition asks for something, make the call so.",
            "Where the call is wanted, except the caller in the Deny.",
        ),
        commands=_show(denial),
        layer="resource",
        url=pages.EVALUATION,
    )


def _show(denial: Denial) -> tuple[str, ...]:
    known = RESOURCE_POLICIES.get(denial.service or "")
    return () if known is None else (_filled(known.show_command, denial),)


def _change(denial: Denial) -> tuple[str, ...]:
    known = RESOURCE_POLICIES.get(denial.service or "")
    return () if known is None else (_filled(known.change_command, denial),)


def _filled(template: str, denial: Denial) -> str:
    """Put what is known of the resource into a command."""
    known = {"ARN": commands.arn(denial.resource, "RESOURCE_ARN"), "BUCKET": bucket_of(denial)}
    repository = _REPOSITORY.fullmatch(denial.resource or "")
    if repository is not None:
        known["REPOSITORY"] = repository["name"]
    return command(*(known.get(word, word) for word in template.split()))


def _signing(denial: Denial) -> str:
    service = denial.service
    return service if service in _DOORS else "of the service"
