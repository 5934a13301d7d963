"""Explain that a service cannot assume the role that a call or a SQL command names.

Source for Amazon Redshift: https://docs.aws.amazon.com/redshift/latest/mgmt/copy-unload-iam-role.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.actions._lookup import actions_for
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.calls.service_roles import (
    SERVICE_CANNOT_ASSUME_ROLE,
    SERVICES_IN_MESSAGES,
    explain_untrusted_role,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_role_arn, message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.denial_remedies import region_argument, save_step
from iamtriage.explaining._rules.shared.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.services import (
    ASSUME_ROLE,
    RoleRecipient,
    find_role_recipient,
    service_trust_policy,
)
from iamtriage.explaining._rules.sts.trust_findings import check_service_trust

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._rules.shared.denial import Denial

# The partition's suffix of most service principals is the same in China.
_SERVICE_PRINCIPAL = lazy_pattern(
    r"(?<![\w.-])[a-z][a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,20})?\.amazonaws\.com(?![\w-])", re.ASCII
)
_ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
_PAGE = "https://docs.aws.amazon.com/redshift/latest/mgmt/copy-unload-iam-role.html"
_SERVICE = "redshift.amazonaws.com"
_DATABASE_USER = lazy_pattern(
    r"arn:[\w-]{3,20}:redshift:(?P<region>[a-z0-9-]{6,30}):[0-9]{12}:dbuser:(?P<cluster>[a-z][a-z0-9-]{0,62})/[\w.+@-]{1,127}",
    re.ASCII,
)


def explain_untrusted_service(denial: Denial) -> Explanation:
    """Explain that a service cannot assume the role that a call or its configuration names."""
    words = message_text(denial)
    service = _find_service(denial, words)
    parsed = parse_masked_role(denial.resource) or denial.role or parse_masked_role(find_role_arn(words))
    recipient = _find_recipient(denial)
    actions = recipient.trust_actions if recipient else ASSUME_ROLE
    if service == _ROLES_ANYWHERE:
        # https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
        actions = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    return explain_untrusted_role(denial, service, actions, None if parsed is None else str(parsed))


def _find_service(denial: Denial, words: str) -> str | None:
    """Return the service principal that the message, or else the called service, names."""
    if (denial.principal_text or "").endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return denial.principal_text
    named = next((principal for name, principal in SERVICES_IN_MESSAGES if name in words), None)
    if named is not None and "is not authorized to perform" in words:
        return named
    found = _SERVICE_PRINCIPAL.search(words)
    if found is not None:
        return found[0]
    recipient = _find_recipient(denial)
    if recipient is not None and recipient.principal is not None:
        return recipient.principal
    return named


def _find_recipient(denial: Denial) -> RoleRecipient | None:
    """Return what receives the role in the call, whose operation can imply the service."""
    service = denial.failure.envelope.service
    if service is None and denial.operation is not None:
        services = [each.service for each in actions_for(denial.operation)]
        service = services[0] if len(services) == 1 else None
    return find_role_recipient(denial.operation, service)


def explain_redshift_role(denial: Denial) -> Explanation:
    """Explain that Redshift cannot assume the role for a database user."""
    # With role chaining, the cluster assumes the first role, and each role the next one.
    first, _, chained = (denial.resource or "").partition(",")
    parsed = parse_masked_role(first)
    role = f"the role {parsed.name}" if parsed else "the role"
    arn = commands.arn(first, "ROLE_ARN")
    user = _DATABASE_USER.fullmatch(denial.principal_text or "")
    is_serverless = user is not None and user["cluster"].startswith("serverless-")
    region = commands.region(user["region"]) if user is not None else region_argument(denial)
    where = "the namespace" if is_serverless else "the cluster"
    external_id = "the user of the message"
    if user is not None:
        external_id = user[0]
        if not is_serverless:
            where = f"the cluster {user['cluster']}"
    text = f"Either {role} is not associated with {where}, or its trust policy does not allow {_SERVICE} sts:AssumeRole. If the trust policy has a condition on sts:ExternalId, it must match {external_id}."
    lines = (
        fill_command(
            "aws redshift describe-clusters --cluster-identifier {} --region {} --query 'Clusters[].IamRoles'",
            *("CLUSTER" if user is None else user["cluster"], region),
        ),
        fill_command(
            "aws redshift modify-cluster-iam-roles --cluster-identifier {} --region {} --add-iam-roles {}",
            *("CLUSTER" if user is None else user["cluster"], region, arn),
        ),
    )
    if is_serverless:
        lines = (
            fill_command(
                "aws redshift-serverless get-namespace --namespace-name NAMESPACE_NAME --region {} --query namespace.iamRoles",
                region,
            ),
            fill_command(
                "aws redshift-serverless update-namespace --namespace-name NAMESPACE_NAME --region {} --iam-roles {}",
                *(region, arn),
            ),
        )
    if chained:
        text += f" The roles after it ({clip_text(chained)}) are not associated: each must trust the role before it."
    check = "Check which roles it has, and add the one that the SQL command names."
    if user is None:
        check += " Redshift Serverless has them in the namespace."
    elif is_serverless:
        check += " The last command replaces the list: repeat the roles that it has."
    associate = account_remedy(
        f"Associate {role} with {where}",
        check,
        "The caller of the last command needs iam:PassRole for the role.",
        commands=lines,
        url=_PAGE,
    )
    allow = Remedy(
        title=f"Allow {_SERVICE} in the role's trust policy",
        who="account administrator",
        steps=(
            save_step("the role's trust policy", "trust.json"),
            f"A condition on sts:ExternalId limits the role to database users: it must list {external_id}.",
        ),
        commands=commands.trust_policy_commands(parsed.name if parsed else None),
        policy=service_trust_policy(_SERVICE, ("sts:AssumeRole",)),
        layer="role_trust",
        is_addition=True,
        url=pages.TRUST_POLICIES,
    )
    verdict = f"most often, the role is not associated with {where} or does not trust {_SERVICE}"
    causes: tuple[Cause, ...] = (SERVICE_CANNOT_ASSUME_ROLE.cause("derived", text=text),)
    remedies: tuple[Remedy, ...] = (associate, allow)
    trust = None
    if denial.facts.trust_policy is not None:
        trust = check_service_trust(denial.facts, _SERVICE, ASSUME_ROLE, first)
    if trust is not None:
        verdict = trust.verdict
        causes, remedies = (trust.cause, *causes), (trust.remedy, associate)
        if trust.is_allowed:
            verdict = f"the trust policy that was given allows it, so the role is most likely not associated with {where}"
            remedies = (associate,)
    return denial.explain(
        f"Amazon Redshift cannot assume {role}: {verdict}.",
        *causes,
        topic="service-cannot-assume-role",
        remedies=remedies,
        notes=(
            "A database user is not an IAM principal, so no policy can be attached to it. Redshift assumes the role, which also needs the permissions for the data, such as s3:GetObject.",
        ),
    )
