"""Explain that the fine-grained access control of OpenSearch denies a request.

Source: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.principal_words import describe_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import owner_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_PAGE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html"
_PERMISSION = lazy_pattern(
    r"no permissions for \[(?P<names>[\w:*/.-]{1,80}(?:\[\w{1,8}\])?(?:, ?[\w:*/.-]{1,80}(?:\[\w{1,8}\])?){0,4})\]",
    re.ASCII,
)
# Permissions of the cluster, although their names can speak of indexes: requests that go to several indexes.
# https://docs.opensearch.org/latest/security/access-control/permissions/
_OF_CLUSTER = lazy_pattern(
    r"cluster:.*|indices:admin/(?:template|index_template|component_template)/.*|indices:data/(?:write/(?:bulk|reindex)|read/(?:mget|msearch|mtv|scroll)(?:/.*)?)",
    re.ASCII,
)

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
    names = found["names"].replace(" ", "").split(",") if found else []
    permission = (
        f"the permission{'s' * (len(names) > 1)} {clip_text(join_words(tuple(names), 'and'))}"
        if names
        else "the request"
    )
    role = underlying_role(denial.principal)
    arn = commands.arn(str(role or denial.principal) if denial.principal else None, "PRINCIPAL_ARN")
    kind = "users" if role is None and denial.principal is not None else "backend_roles"
    return denial.explain(
        f"OpenSearch denied {describe_principal(denial.principal, denial.principal_text)} {permission}: its fine-grained access control maps the caller to no OpenSearch role that allows it.",
        OPENSEARCH_ROLE_NOT_MAPPED.cause("reported"),
        topic="opensearch-role",
        remedies=(
            owner_remedy(
                "Map the caller to an OpenSearch role with the permission",
                f"In OpenSearch Dashboards, as the domain's master user: Security, Roles, the role, Mapped users, Manage mapping. Add {arn} as a {'user' if kind == 'users' else 'backend role'}.",
                _needed_permissions(names),
                f'Or send it with the REST API, which replaces the mapping: PUT _plugins/_security/api/rolesmapping/ROLE_NAME {{"{kind}": ["{arn}"]}}',
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


def _needed_permissions(names: list[str]) -> str:
    """Return the step that says at which level the OpenSearch role needs the permissions."""
    of_cluster = [clip_text(name) for name in names if _OF_CLUSTER.fullmatch(name)]
    of_index = [clip_text(name) for name in names if not _OF_CLUSTER.fullmatch(name)]
    if "indices:data/write/bulk" in of_cluster:
        return "The OpenSearch role needs indices:data/write/bulk as a cluster permission (the action group cluster_composite_ops has it), and the action group write, for new indexes also create_index, on the indexes."
    if of_cluster and not of_index:
        return f"The OpenSearch role needs {join_words(tuple(of_cluster), 'and')} as a cluster permission: index permissions do not include it."
    needed = join_words(tuple(of_index), "and") or "the permission"
    return f"The OpenSearch role needs {needed} as an index permission on the index of the request. To read, readall is enough; for more, create a role with that permission instead of using all_access."
