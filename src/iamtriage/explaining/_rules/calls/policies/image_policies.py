"""Explain that Lambda may not pull the container image of a function, with what the repository policy in the text says.

Source: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.calls.policies.service_statements import compare_statements
from iamtriage.explaining._rules.shared.clues import find_registry
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.grants import service_access
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.policies._readers.elements import principal_names

_MAX_NAMES = 3
_OF_IMAGE = (
    "Lambda itself pulls the image, not the function's execution role: permissions of that role do not help."
)
_IMAGE_URI = lazy_pattern(
    r"\.dkr\.ecr\.[a-z0-9-]{6,30}\.[a-z.]{9,20}/(?P<name>[a-z0-9][a-z0-9._/-]{1,255}?)(?=[:@])"
)
_NO_POLICY = lazy_pattern(r"\bRepositoryPolicyNotFoundException\b")


def explain_image(denial: Denial, row: service_access.ServiceAccess, values: dict[str, str]) -> Explanation:
    """Explain that Lambda may not pull the image of a function, and what the text shows of the repository's policy."""
    registry, region = find_registry(denial.case)
    owner = registry.partition(".")[0]
    others = set(ACCOUNT_IN_TEXT.findall(denial.failure.text)) - {owner}
    if region != "REGION":
        row = attrs.evolve(row, commands=tuple(f"{each} --region {region}" for each in row.commands))
    of_account, allowed, partition = "", _list_allowed(denial), denial.location.partition or "aws"
    account = only_one(others, owner)
    # A function and its image are in one Region.
    function = f"arn:{partition}:lambda:{region}:{account}:function:*"
    contrast = None
    if account.isdigit() and len(others) < 2 and region != "REGION":
        contrast = compare_statements(denial.case, row.service, "ecr:BatchGetImage", None, function)
    if len(others) == 1 and owner.isdigit():
        statements = tuple(
            (*each[:2], {"StringLike": {"aws:SourceArn": function}}) for each in row.statements
        )
        of_account = f" of account {owner}"
        allows = any(f":{account}:" in each or each == account for each in allowed)
        more = f" The policy must also allow account {account} these actions (arn:{partition}:iam::{account}:root)."
        step = f"An administrator of account {owner} runs the commands.{'' if allows else more}"
        row = attrs.evolve(row, statements=statements, step=step)
    elif others:
        more = "If the function is in another account, the policy must also allow that account these actions."
        row = attrs.evolve(row, step=f"{row.step} {more}")
    name = ""
    if (image := _IMAGE_URI.search(denial.failure.text)) is not None:
        values, name = {**values, "REPOSITORY": image["name"]}, f" {image['name']}"
    remedy = service_access.allow_service_remedy(row, values)
    is_limited = contrast is not None and row.service in allowed and not contrast.is_allowed
    because: tuple[str, ...] = ()
    instead = ""
    if allowed and row.service not in allowed:
        instead = f": it allows only {join_words([clip_text(each) for each in allowed[:_MAX_NAMES]], 'and')}"
    if (found := _NO_POLICY.search(denial.failure.text)) is not None:
        because = (f'The text says "{found[0]}".',)
        remedy = attrs.evolve(remedy, commands=remedy.commands[1:], steps=(row.step,), is_addition=False)
        summary = f"The repository{name}{of_account} has no policy, so nothing allows lambda.amazonaws.com to pull the image."
    else:
        policy = (
            f"The policy of the repository{name}{of_account}"
            if name or of_account
            else "The repository policy"
        )
        summary = f"{policy} does not allow lambda.amazonaws.com to pull the image{instead}."
        if contrast is not None and is_limited:
            summary, remedy = f"{policy} {contrast.verdict}.", contrast.correct(remedy)
    if "docker pull" in denial.failure.text:
        because = (*because, "That docker pull works shows only what the role that ran it is allowed to do.")
    return denial.explain(
        summary,
        SERVICE_NOT_ALLOWED.cause("derived", because, text=_OF_IMAGE),
        topic="service-principal",
        remedies=remedy,
    )


def _list_allowed(denial: Denial) -> list[str]:
    """Return whom the repository policy in the text allows to pull."""
    allows = (each for policy in denial.context.policies if policy.is_of_resource for each in policy.allows)
    pulling = (each for each in allows if names_action(each, "ecr:BatchGetImage"))
    return list(dict.fromkeys(name for each in pulling for name in principal_names(each)))
