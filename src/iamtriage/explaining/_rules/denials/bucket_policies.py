"""Explain a denial by S3 without a reason by the bucket policy in the text: a Deny, or an Allow for others only.

Across accounts, the bucket policy and the key policy must allow the caller, whatever its own policies allow:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html. CloudFormation
calls with the role of the stack, also for what it passes to Lambda:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY, Explanation
from iamtriage.explaining._rules.denials import known_policies
from iamtriage.explaining._rules.denials.buckets import bucket_policy_commands
from iamtriage.explaining._rules.denials.policy_causes import DENIES, NO_ALLOWS
from iamtriage.explaining._rules.denials.request_conditions import are_met, check_conditions
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import owner_remedy, resource_policy_remedy, save_step
from iamtriage.explaining._rules.sts.trust_documents import iterate_statements, shown_sid
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.arns._principals import Role


def explain_bucket_deny(denial: Denial) -> Explanation | None:
    """Explain that a Deny of the bucket policy in the text matches, or return ``None``."""
    if not denial.action or not denial.resource or denial.policy_type is not None:
        return None
    found = list(_find_denies(denial))
    if not found:
        return None
    statement, is_met = found[0]
    sid = shown_sid(statement)
    named = f"the Deny {sid} of the bucket policy" if sid else "a Deny of the bucket policy"
    conditions = known_policies.describe_conditions(statement) if statement.get("Condition") else ""
    when = f", which applies if {conditions}," if conditions else ", which has no condition,"
    likely = "" if is_met else "most likely, "
    step = "Make the call so that the condition does not match, such as from the network, with the encryption or with the sign-in that it names."
    return denial.explain(
        f"S3 denied {denial.action} on {denial.resource} without a reason: {likely}{named}{when} denies it. No Allow overrides it, not even AdministratorAccess.",
        DENIES["resource"].cause(
            "derived" if is_met else "possible",
            "The text shows the bucket policy.",
            text=f"{named[0].upper()}{named[1:]} matches the action and the resource{when.rstrip(',')}.",
        ),
        topic="s3-access-denied",
        remedies=owner_remedy(
            "Meet the condition of the Deny, or exempt the caller"
            if conditions
            else "Narrow the Deny in the bucket policy",
            step if conditions else None,
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
        notes=EVENTUAL_CONSISTENCY,
    )


def _find_denies(denial: Denial) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield the Deny statements for everyone that match, those first whose conditions are known to be met."""
    matching = [
        (each, are_met(check_conditions(each, denial)))
        for policy in denial.context.policies
        if policy.has_principal and not policy.is_trust_policy
        for each in iterate_statements(policy.content)
        if each.get("Effect") == "Deny" and each.get("Principal") in ("*", {"AWS": "*"})
    ]
    for each, is_met in sorted(matching, key=lambda row: row[1] is not True):
        is_about = known_policies.names_action(each, denial.action or "") and known_policies.names_resource(
            each, denial.resource or ""
        )
        if is_met is not False and is_about:
            yield each, is_met is True


_STACK_ROLE = lazy_pattern(
    r"(?:\b[Rr]ole ?A[Rr][Nn] of the stack|\b[Ss]tack(?:'s)? (?:service )?role|--role-arn|\bRoleARN)[\"'`]?\s?(?:[=:]|is)?\s?[\"'`]?"
    r"(?P<role>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})",
    re.ASCII,
)
_OWNER = lazy_pattern(r"\b[Bb]ucket\b[^\n{]{0,100}?\bin (?:account )?(?P<account>[0-9]{12})\b", re.ASCII)
_ACTION = lazy_pattern(r"permission to (?P<operation>(?:Get|Put|Delete)Object) for ")
_BUCKET = lazy_pattern(
    r"(?:arn:aws[a-z-]{0,12}:s3:::)?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/|\Z)", re.ASCII
)
_OF_CLOUDFORMATION = "HandlerErrorCode: "


def explain_other_principals(denial: Denial) -> Explanation | None:
    """Explain that the bucket policy in the text allows others than the role that calls, or return ``None``."""
    text, found = denial.failure.text, _BUCKET.match(denial.resource or "")
    operation = _ACTION.search(text)
    action = denial.action or (f"s3:{operation['operation']}" if operation else None)
    role, is_stack = _find_role(denial)
    if found is None or role is None or action is None:
        return None
    stated = known_policies.list_resource_statements(denial, f":::{found['bucket']}")
    named = {
        name
        for names, resource in stated
        if resource.partition(":::")[2].partition("/")[0] == found["bucket"]
        for name in names
    }
    roles = [underlying_role(try_parse_principal(each)) for each in named]
    owner = _OWNER.search(text)
    # Within one account, the role's own policies suffice.
    is_own = owner is not None and owner["account"] == role.account
    allowed = [each and (each.account, each.name) for each in roles]
    if is_own or not roles or None in allowed or (role.account, role.name) in allowed:
        return None
    where = f" in account {owner['account']}" if owner else ""
    others = join_words([f"the role {clip_text(each.name)}" for each in roles if each is not None][:3], "and")
    whose = ", with which CloudFormation creates the resource," if is_stack else ""
    needed = "Across accounts" if owner else "If the bucket is in another account"
    note = f"{needed}, its own policies (such as AdministratorAccess) do not suffice."
    if is_stack and "AWS::Lambda::Function" in text:
        note += " The execution role of the function does not read the code: it needs no permission."
    key = (denial.resource or "").partition(f"{found['bucket']}/")[2] or "OBJECT_KEY"
    # https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
    is_artifact = is_stack and action == "s3:GetObject" and "ipeline" in text
    added = allow(
        (action, f"{action}Version") if is_artifact else action,
        f"arn:{role.partition}:s3:::{found['bucket']}/{key}",
        sid="AllowRole",
        principal={"AWS": str(role)},
    )
    steps = [save_step("the bucket policy")]
    if is_artifact:
        step = "Each run of a pipeline has other objects: end the Resource with the folder and /* to allow all of them."
        steps.append(step)
    if "kms" in text.lower():
        needs = "kms:Decrypt" if action == "s3:GetObject" else "kms:GenerateDataKey"
        of_key = json.dumps(allow(needs, "*", principal={"AWS": str(role)}))
        steps.append(
            f"Add this to the key policy{where}, too: {of_key}. The key must be a customer managed key."
        )
    return denial.explain(
        f"S3 denied {action} on {denial.resource} to the role {role.name}{whose} most likely because the bucket policy allows {others}, and not this role.",
        NO_ALLOWS["resource"].cause(
            "derived", text=f"The bucket policy in the text does not name the role {role.name}. {note}"
        ),
        topic="s3-access-denied",
        remedies=resource_policy_remedy(
            f"Allow the role {role.name} in the bucket policy{where}",
            *steps,
            statements=(added,),
            commands=bucket_policy_commands(denial),
            url=pages.CROSS_ACCOUNT,
        ),
        notes=EVENTUAL_CONSISTENCY,
    )


def _find_role(denial: Denial) -> tuple[Role | None, bool]:
    """Return the role that calls, and whether it is that of a stack."""
    if denial.role is not None:
        return (None if denial.role.lacks_its_path else denial.role), False
    found = {each["role"] for each in _STACK_ROLE.finditer(denial.failure.text)}
    if denial.principal_text is None and _OF_CLOUDFORMATION in denial.failure.text and len(found) == 1:
        return underlying_role(try_parse_principal(found.pop())), True
    return None, False
