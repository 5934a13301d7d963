"""Say that a call was made with access keys that take precedence over the role or the profile that was meant.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import User
from iamtriage.explaining._rules.credentials.overridden_profiles import (
    PROFILE_OVERRIDDEN,
    find_override,
    unset_keys,
)
from iamtriage.explaining._rules.shared import clusters, pages
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.text_signs import is_about_pods
from iamtriage.explaining._rules.shared.wording import denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

# The variables of a container, in the output of env, in manifests and in task definitions.
_KEY = lazy_pattern(r"\bAWS_ACCESS_KEY_ID\b(?:[\"']?\s?[=:]|\s{0,4}[\"',])")
_ROLE = lazy_pattern(
    r"\bAWS_ROLE_ARN[\"']?\s?[=:]\s?[\"']?(?P<role>arn:[\w:/+=,.@-]{20,600})|\bAWS_CONTAINER_CREDENTIALS_(?:RELATIVE|FULL)_URI\b"
    r"|\beks\.amazonaws\.com/role-arn[\"']?: ?[\"']?(?P<annotated>arn:[\w:/+=,.@-]{20,600})|\"?taskRoleArn\"?\s?[=:]\s?\"(?P<task>arn:[\w:/+=,.@-]{20,600})"
)


def add_precedence(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the keys of the denied user take precedence over a profile or a role, if the text shows both."""
    text = denial.failure.text
    if not isinstance(denial.principal, User):
        return explanation
    override, role = find_override(denial.case), _ROLE.search(text)
    if override is not None:
        key = f"the access key …{override.used}" if override.used else "an access key"
        verdict = f"{key} in the environment takes precedence over the profile {override.profile}, whose credentials were not used"
        because = ("The text shows both.",)
        remedy = unset_keys(override)
    elif role is not None and _KEY.search(text) is not None:
        arn = role["role"] or role["annotated"] or role["task"]
        found = underlying_role(try_parse_principal(arn)) if arn else None
        name = f"the role {found.name}" if found else "the role of the container"
        verdict = (
            f"access keys in the container's environment take precedence over {name}, which was not used"
        )
        because = (f"The text shows AWS_ACCESS_KEY_ID and {name}.",)
        remedy = _remove_keys(denial, name)
    else:
        return explanation
    cause = PROFILE_OVERRIDDEN.cause("derived", because, text=f"{verdict[0].upper()}{verdict[1:]}.")
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(cause, *explanation.causes),
        remedies=(remedy, *explanation.remedies),
    )


def _remove_keys(denial: Denial, role: str) -> Remedy:
    steps = (
        "Delete AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from env and envFrom of the container, the Secret or ConfigMap that sets them, or the image.",
        f"The SDK then uses {role}: allow there what the program needs. Only if the user is meant, allow the action for the user instead.",
    )
    title = f"Remove the access keys from the container, so that {role} is used"
    if is_about_pods(denial.failure.text):
        line = clusters.restart_command(denial.case).replace("rollout restart", "set env")
        return cluster_remedy(
            title,
            *steps,
            commands=(f"{line} AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-",),
            url=pages.SDK_CREDENTIALS,
        )
    return your_remedy(title, *steps, "Then start new tasks or containers.", url=pages.SDK_CREDENTIALS)
