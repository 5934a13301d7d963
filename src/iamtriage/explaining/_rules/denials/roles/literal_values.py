"""Find values that cannot match: an ARN that is not that of a role, and a pattern that a trust policy compares literally.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.roles import role_calls
from iamtriage.explaining._rules.denials.roles.role_conditions import (
    RoleCondition,
    check_trust_policy,
    compare_call,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.policy_changes import replace_failed_condition
from iamtriage.explaining._rules.shared.remedies import present, trust_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.explaining._rules.sts.trust.trust_documents import find_statement, like_operator
from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings
from iamtriage.explaining._rules.sts.trust.trust_fixes import WHOLE_DOCUMENT
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_mapping
from iamtriage.trust._evaluation import TrustResult

_ARN_KEYS = frozenset({"aws:principalarn", "aws:sourcearn"})
_COLONS_OF_ARN = 5
NO_SUCH_ROLE = CauseType(
    "no-such-role",
    title="The role does not exist",
    text="The role does not exist, or its ARN is misspelled: STS reports the same error.",
    fix="Correct the ARN of the role.",
    of="caller-not-trusted",
)
_OTHER_ARN = lazy_pattern(
    r"(?a)arn:[\w-]{1,20}:(?:iam|sts)::[^:\s]{0,64}:(?P<type>root|user|group|policy|instance-profile|assumed-role|federated-user)(?:/(?:[\w+=,.@/-]{1,512}/)?(?P<name>[^/\s]{1,128}))?"
)
_TYPES = {"root": "account", "assumed-role": "session of a role", "federated-user": "session of a user"}


def explain_other_arn(denial: Denial) -> Explanation | None:
    """Explain a call of AssumeRole with the ARN of something else than a role."""
    found = _OTHER_ARN.fullmatch(denial.resource or "")
    if found is None:
        return None
    kind = _TYPES.get(found["type"], found["type"].replace("-", " "))
    kind = f"{'an' if kind[0] in 'ai' else 'a'} {kind}"
    prints, show = "lists the roles", "aws iam list-roles --query 'Roles[].Arn'"
    if found["type"] == "instance-profile" and found["name"]:
        prints = "prints that of the role in the instance profile"
        show = commands.fill_command(
            "aws iam get-instance-profile --instance-profile-name {} --query 'InstanceProfile.Roles[].Arn'",
            found["name"],
        )
    elif found["type"] == "assumed-role" and denial.target_role_name:
        prints = "prints that of the role"
        show = commands.fill_command(
            "aws iam get-role --role-name {} --query Role.Arn", denial.target_role_name
        )
    where = f"In account {denial.resource_account}, the" if denial.crosses_accounts else "The"
    own = f"If {denial.caller} itself may make the calls, remove the role from the settings instead."
    return denial.explain(
        f"{capitalize_start(denial.caller)} called sts:AssumeRole with the ARN of {kind}, {clip_text(denial.resource or '')}: only roles can be assumed.",
        NO_SUCH_ROLE.cause(
            "derived", text=f"The ARN is that of {kind}. STS answers as for a role that does not exist."
        ),
        topic="assume-role",
        remedies=your_remedy(
            "Pass the ARN of a role",
            f"RoleArn, or the setting that the program passes as RoleArn, must be the ARN of a role, with :role/ after the account ID. {where} command {prints}.",
            f"The trust policy of that role must allow {denial.caller}.",
            own if found["type"] == "user" and not denial.crosses_accounts else None,
            commands=show,
            url=pages.ASSUME_ROLE,
        ),
        notes="An Allow does not help: no policy makes anything else than a role assumable.",
    )


def compare_condition(
    denial: Denial, findings: TrustFindings | None, result: TrustResult | None
) -> RoleCondition:
    """Return the condition that decides: one that only its operator keeps from matching, or else one that the call has to meet."""
    if findings is not None and result is not None and result.allowed is False:
        condition = _find_literal_value(denial, findings, result)
        if condition is not None:
            return condition
    return compare_call(denial, findings, result)


def _find_literal_value(denial: Denial, findings: TrustFindings, result: TrustResult) -> RoleCondition | None:
    operator, _, key = (result.condition or "").partition(" ")
    like = _operator_with_wildcards(operator, key, result.expected)
    pattern = next(
        (
            each
            for each in result.expected
            if any(matches(actual, compile_glob(each)) for actual in result.actual)
        ),
        None,
    )
    if like == operator or "Not" in operator or pattern is None or result.is_explicit_deny:
        return None
    fixed = replace_failed_condition(
        denial.facts.trust_policy, result, lambda each: each._replace(operator=like)
    )
    conditions = as_mapping(find_statement(denial.facts.trust_policy, result).get("Condition"))
    if fixed is None or key in as_mapping(conditions.get(like)):
        return None
    again = check_trust_policy(attrs.evolve(denial, facts=attrs.evolve(denial.facts, trust_policy=fixed)))
    if again is None or again.allowed is False:
        # Another condition fails, too.
        return None
    other = None
    if again.allowed is None and again.result is not None and again.result.condition is not None:
        other = f"The call must also meet the condition {clip_text(again.result.condition)}."
    account, shown, value = denial.resource_account or denial.account, clip_text(pattern), result.actual[0]
    action = denial.action or "sts:AssumeRole"
    others = role_calls.caller_allow_step(denial, action) or role_calls.other_account_steps(denial, action)
    path = resource_commands.role_path_steps(denial) if key.lower() in _ARN_KEYS else ()
    _, update = commands.trust_policy_commands(denial.target_role_name)
    remedy = trust_remedy(
        f"Compare {clip_text(key)} with {like} in the role's trust policy{f', in account {account}' if denial.crosses_accounts else ''}",
        f"{WHOLE_DOCUMENT} {f'An administrator of account {account} makes it' if account else 'The owner of the role makes it'}.",
        f"It then trusts all that match {shown}, also later ones. Narrower: keep {operator}, and list exact values, such as {clip_text(value)}.",
        other,
        *path,
        *others,
        policy=fixed,
        is_addition=False,
        commands=(update, *present(role_calls.own_command(denial))),
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    )
    if denial.crosses_accounts:
        remedy = attrs.evolve(remedy, who="resource owner")
    compared = f"{shown} does not match" if len(result.expected) == 1 else "no value matches"
    verdict = f"{operator} in the role's trust policy compares literally, so {compared} {clip_text(value)}"
    return RoleCondition(findings, verdict, remedy, names_caller=True)


def _operator_with_wildcards(operator: str, key: str, values: tuple[str, ...]) -> str:
    """Return the operator that supports wildcards: that for ARNs if all values are some."""
    like = like_operator(operator)
    is_of_arns = key.lower() in _ARN_KEYS and all(each.count(":") >= _COLONS_OF_ARN for each in values)
    return like.replace("StringLike", "ArnLike") if is_of_arns and like != operator else like
