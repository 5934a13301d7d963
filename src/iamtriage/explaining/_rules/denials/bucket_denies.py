"""Explain a denial by S3 without a reason by a Deny of the bucket policy that the text shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage._text import clip_text
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.request_conditions import are_met, check_conditions
from iamtriage.explaining._rules.denials.resource_policies import bucket_argument
from iamtriage.explaining._rules.denials.statement_details import describe_conditions
from iamtriage.explaining._rules.denials.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.explaining._rules.sts.trust_documents import iterate_statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial


def explain_bucket_deny(denial: Denial) -> Explanation | None:
    """Explain that a Deny of the bucket policy in the text matches, or return ``None``."""
    found = (
        list(_find_denies(denial)) if denial.action and denial.resource and denial.policy_type is None else []
    )
    if not found:
        return None
    statement, is_met = found[0]
    sid = statement.get("Sid")
    named = (
        f"the Deny {clip_text(sid)} of the bucket policy"
        if isinstance(sid, str) and sid
        else "a Deny of the bucket policy"
    )
    conditions = describe_conditions(statement) if statement.get("Condition") else ""
    when = f", which applies if {conditions}," if conditions else ", which has no condition,"
    likely = "" if is_met else "most likely, "
    step = "Make the call so that the condition does not match, such as from the network, with the encryption or with the sign-in that it names."
    return denial.explain(
        f"S3 denied {denial.action} on {denial.resource} without a reason: {likely}{named}{when} denies it. No Allow overrides it, not even AdministratorAccess.",
        DENIES["resource"].cause(
            "derived" if is_met else "possible",
            ("The text shows the bucket policy.",),
            text=f"{named[0].upper()}{named[1:]} matches the action and the resource{when.rstrip(',')}.",
        ),
        topic="s3-access-denied",
        remedies=(
            owner_remedy(
                "Meet the condition of the Deny, or exempt the caller"
                if conditions
                else "Narrow the Deny in the bucket policy",
                *((step,) if conditions else ()),
                "Or let the owner of the bucket exempt the caller in the statement, with ArnNotLike on aws:PrincipalArn, and keep the rest of the policy.",
                commands=(
                    fill_command(
                        "aws s3api get-bucket-policy --bucket {} --query Policy --output text > policy.json",
                        bucket_argument(denial),
                    ),
                    fill_command(
                        "aws s3api put-bucket-policy --bucket {} --policy file://policy.json",
                        bucket_argument(denial),
                    ),
                ),
                url=pages.S3_403,
            ),
        ),
        notes=(EVENTUAL_CONSISTENCY,),
    )


def _find_denies(denial: Denial) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield the Deny statements for everyone that match, those first whose conditions are known to be met."""
    matching = [
        (each, are_met(check_conditions(each, denial)))
        for policy in context_of(denial.facts).policies
        if policy.has_principal and not policy.is_trust_policy
        for each in iterate_statements(policy.content)
        if each.get("Effect") == "Deny" and each.get("Principal") in ("*", {"AWS": "*"})
    ]
    for each, is_met in sorted(matching, key=lambda row: row[1] is not True):
        if (
            is_met is not False
            and names_action(each, denial.action or "")
            and names_resource(each, denial.resource or "")
        ):
            yield each, is_met is True
