"""Explain denials of Terraform's S3 backend, which does not use the role or profile of the provider.

Source: https://developer.hashicorp.com/terraform/language/backend/s3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials.policy_comparisons import STATED_POLICY_CONDITION
from iamtriage.explaining._rules.shared.backend_blocks import (
    PAGE,
    find_backend,
    find_backend_role,
    is_opentofu,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_IGNORED = "https://github.com/hashicorp/terraform/pull/34511"
WORKSPACES_LISTED = CauseType(
    "workspaces-listed",
    title="Terraform's S3 backend lists workspaces under a prefix that is not allowed",
    meaning="The backend lists the workspaces below env:/ or workspace_key_prefix, also if none are used.",
    recognised_by="The backend cannot list the workspaces, and a condition on s3:prefix in the text does not allow their prefix.",
    fix="Allow s3:ListBucket for the prefix of the workspaces, too.",
    sources=(PAGE, _IGNORED),
)


def add_backend_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the backend does not use the role or profile of the provider, if the text shows that."""
    resource = denial.resource or ""
    found = find_backend(denial.failure.text)
    if found is None or found.bucket is None:
        return explanation
    bucket, key, table = found.bucket, found.values.get("key"), found.values.get("dynamodb_table")
    is_of_state = resource.split(":::")[-1].partition("/")[0] == bucket
    if not is_of_state and not (table is not None and resource.endswith(f":table/{table}")):
        return explanation
    if found.role is not None and str(denial.role) == str(try_parse_principal(found.role)):
        return explanation
    caller = denial.caller if denial.principal is not None else "the identity of the environment"
    account = f" of account {denial.account}" if denial.account else ""
    state = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}"
    file = clip_text(f"{state}/{key or 'STATE_KEY'}")
    unnamed = "" if denial.policy_type else " The message does not say which policy denied the call."
    remedy = your_remedy(
        f"Set {found.setting.partition(' ')[0]} in the backend, too",
        *found.steps,
        f"The role or profile needs s3:ListBucket on {state}, and s3:GetObject and s3:PutObject on {file}. With use_lockfile, also these two and s3:DeleteObject on {file}.tflock.",
        f"Or allow {caller} to use the state, in its own policy and, if the bucket is in another account, in the bucket policy.{unnamed}",
        commands=(found.retry,),
        url=PAGE,
    )
    on = f" on {clip_text(resource)}" if resource else ""
    summary = f'The S3 backend called as {caller}{account}, which was denied {denial.action or "access"}{on}: it does not use {found.identity} of the block provider "aws".'
    known = (each for each in explanation.causes if each.evidence != "possible")
    remedies = (remedy, *explanation.remedies)
    return attrs.evolve(explanation, summary=summary, causes=(found.cause, *known), remedies=remedies)


def add_workspace_listing(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the backend lists workspaces, if the policy in the text does not allow their prefix."""
    text = denial.failure.text
    found = next((each for each in explanation.causes if each.code == STATED_POLICY_CONDITION.code), None)
    if found is None or found.evidence != "derived" or not explanation.remedies:
        return explanation
    role = find_backend_role(text)
    assumed = None if role is None else try_parse_principal(role)
    versions = step = ""
    if not is_opentofu(text) and "workspace_key_prefix" not in text:
        versions = (
            " Terraform 1.6 fails if that is denied. Versions before 1.6 ignore it, and so do 1.7 and later."
        )
        step = (
            "Or upgrade Terraform to 1.7 or later, which ignores this denial: then no policy has to change."
        )
    cause = WORKSPACES_LISTED.cause(
        "derived",
        text=f"The backend lists the workspaces, also if none are used: below env:/, unless workspace_key_prefix sets another prefix.{versions}",
    )
    first = explanation.remedies[0]
    if step:
        first = attrs.evolve(first, steps=(*first.steps, step))
    summary, name = explanation.summary, getattr(assumed, "name", None)
    if name is not None and denial.principal is None:
        # Otherwise, STS would have denied that.
        summary = summary.replace(
            "The caller was denied", f"The role {name}, which the backend assumes, was denied"
        )
    known = (each for each in explanation.causes if each.evidence != "possible" and each is not found)
    return attrs.evolve(explanation, summary=summary, causes=(found, cause, *known), remedies=(first,))
