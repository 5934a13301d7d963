"""Compare the key policy in a text with what a service needs that uses the key of a call for its own resources.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.statements import is_administrator
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.kms import key_states
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, save_step
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import principal_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

KEY_NOT_ACCESSIBLE = CauseType(
    "key-not-accessible",
    title="A service cannot use a KMS key",
    meaning="The KMS key does not exist in the Region, is not enabled, or the caller is not allowed to use it.",
    recognised_by='The error code KMSKeyNotAccessibleFault, or a message such as "The specified KMS key does not exist, is not enabled or you do not have permissions to access it".',
    fix="Correct the key, enable it, or allow the caller to use it.",
    sources=(pages.KMS_ACCESS, pages.KMS_KEY_STATE),
)
# Roles and users by their ARN or as role/NAME.
_ROLE = lazy_pattern(
    r"\b(?:assumed-)?(?:role|user)/(?:[\w+=,.@-]{1,64}/(?=\w{1,64}/))?([\w+=,.@-]{1,63}[\w+=@-])", re.ASCII
)
_GRANT = "kms:CreateGrant"
_CHANGE = "kms:PutKeyPolicy"


def compare_key_policy(case: Case[AwsError], key: re.Match[str], call: str) -> Explanation | None:
    """Explain that the key policy in the text does not let the only principal that uses the key create a grant.

    Args:
        case: The failure.
        key: The ARN of the key.
        call: What the explanation calls the call.
    """
    policies = case.context.resource_policies
    if len(policies) != 1 or not policies[0].is_whole or policies[0].has_references:
        return None
    statements = policies[0].allows
    account, region = key[0].split(":")[4], key[0].split(":")[3]
    allowed, granted = _find_allowed(statements, "kms:Decrypt"), _find_allowed(statements, _GRANT)
    if any(each in {"*", account} or each.endswith(f"::{account}:root") for each in (*allowed, *granted)):
        return None
    users = {each for each in allowed if ":role/" in each or ":user/" in each}
    if len(users) != 1 or users & granted:
        return None
    user = users.pop()
    in_policy = {each.rpartition("/")[2] for each in (*allowed, *granted)}
    others = set(_ROLE.findall(case.text)) - {*in_policy, *_named(statements)}
    if others:
        # The caller, whom the key policy does not name at all.
        return None
    noun, name = user.split(":")[-1].split("/")[0], user.rpartition("/")[2]
    changing = sorted(_find_allowed(statements, _CHANGE))
    who = join_words(tuple(clip_text(each.rpartition(":")[2]) for each in changing), "and")
    in_iam = (
        "AdministratorAccess does not help"
        if is_administrator(case.text)
        else "An Allow in IAM does not help"
    )
    return case.explain(
        f"A KMS key of {call} cannot be used: the key policy in the text does not allow {_GRANT} to the {noun} {clip_text(name)}.",
        KEY_NOT_ACCESSIBLE.cause(
            "derived",
            code_evidence(case.failure),
            text=f"The service creates a grant in the name of the caller, to use the key later. {in_iam}: the key policy has no statement for the account (root), so only the principals that it names can use the key.",
        ),
        remedies=resource_policy_remedy(
            f"Allow the {noun} {clip_text(name)} {_GRANT} in the key policy",
            f"{who} can change the key policy." if who else None,
            save_step("the key policy"),
            statements=(
                allow(
                    [_GRANT, "kms:ListGrants", "kms:RevokeGrant"],
                    "*",
                    principal={"AWS": user},
                    condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ),
            commands=(
                key_states.kms_command("get-key-policy", key, region, key_states.PRINT_POLICY),
                key_states.kms_command(
                    "put-key-policy", key, region, "--policy-name default --policy file://policy.json"
                ),
            ),
            url=pages.KMS_ACCESS,
        ),
    )


def _named(statements: Iterable[Mapping[str, Any]]) -> set[str]:
    return {name.rpartition("/")[2] for each in statements for name in principal_names(each)}


def _find_allowed(statements: Iterable[Mapping[str, Any]], action: str) -> set[str]:
    """Return the principals that statements allow an action."""
    return {name for each in statements if names_action(each, action) for name in principal_names(each)}
