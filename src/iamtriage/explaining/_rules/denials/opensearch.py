"""Explain that the fine-grained access control of OpenSearch denies a request.

Source: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.principal_words import describe_principal, underlying_role

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_opensearch_role",)

_PAGE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html"
_PERMISSION = lazy_pattern(r"no permissions for \[(?P<name>[\w:*/.-]{1,80})\]", re.ASCII)

OPENSEARCH_ROLE_NOT_MAPPED = CauseType(
    "opensearch-role-not-mapped",
    title="No OpenSearch role of the caller allows the request",
    text="The caller is not mapped to an OpenSearch role with this permission. IAM and the domain's access policy allowed the request.",
    recognised_by='OpenSearch says "no permissions for […] and User [name=…]" (security_exception).',
    fix="Map the IAM role as a backend role of an OpenSearch role that has the permission.",
    sources=(_PAGE,),
)


def explain_opensearch_role(denial: Denial) -> Explanation:
    """Explain that no OpenSearch role that is mapped to the caller allows the request."""
    found = _PERMISSION.search(denial.failure.text)
    permission = f"the permission {clip_text(found['name'])}" if found else "the request"
    role = underlying_role(denial.principal)
    arn = commands.arn(str(role or denial.principal) if denial.principal else None, "PRINCIPAL_ARN")
    kind = "users" if role is None and denial.principal is not None else "backend_roles"
    return Explanation(
        failure=denial.failure,
        topic="opensearch-role",
        summary=f"OpenSearch denied {describe_principal(denial.principal, denial.principal_text)} {permission}: its fine-grained access control maps the caller to no OpenSearch role that allows it.",
        causes=(OPENSEARCH_ROLE_NOT_MAPPED.cause("reported"),),
        remedies=(
            Remedy(
                title="Map the caller to an OpenSearch role with the permission",
                who="resource owner",
                steps=(
                    f"In OpenSearch Dashboards, as the domain's master user: Security, Roles, the role, Mapped users, Manage mapping. Add {arn} as a {'user' if kind == 'users' else 'backend role'}.",
                    f"The OpenSearch role must have {permission} on the index of the request. To read, readall is enough; for more, create a role with that permission instead of using all_access.",
                    f'Or send it with the REST API, which replaces the mapping: PUT _plugins/_security/api/rolesmapping/ROLE_NAME {{"{kind}": ["{arn}"]}}',
                ),
                commands=(
                    "aws opensearch describe-domain --domain-name DOMAIN --query DomainStatus.AdvancedSecurityOptions",
                ),
                url=_PAGE,
            ),
        ),
        notes=(
            "An IAM policy does not help: the domain accepted the caller, and OpenSearch's own roles decide.",
        ),
    )
