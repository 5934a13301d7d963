"""Explain that Vault asks STS for federation or session tokens with the credentials of a role.

Source: https://developer.hashicorp.com/vault/docs/secrets/aws.
"""

from __future__ import annotations

import json
import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import Cause
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import trust_remedy
from iamtriage.policies._documents import allow, build_document

_PAGE = "https://developer.hashicorp.com/vault/docs/secrets/aws"
_PATH = lazy_pattern(
    r"(?:(?<=/v1/)|(?<![\w./-]))(?P<mount>[\w-]{1,40}(?:/[\w-]{1,40}){0,3})/(?:sts|creds)/(?P<role>[\w-]{1,64})\b",
    re.ASCII,
)
_OWN_ROLE = lazy_pattern(
    r"(?P<not>\b(?:not|never)\b[^.,\n]{0,30} )?\b(?:IRSA|instance|task|pod|node|server)(?:'s)? role [`'\"]?(?P<name>[A-Za-z][\w+=,.@-]{1,63})(?<![.,])",
    re.ASCII,
)
_TTL = lazy_pattern(r"\bttl[= ](?P<shown>(?P<number>\d{1,6})(?P<unit>[smh]?))(?!\w)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_HOUR = 3600


def is_of_vault(denial: Denial) -> bool:
    """Return whether the AWS secrets engine of Vault made the call."""
    return _PATH.search(denial.failure.text) is not None and "vault" in denial.failure.text.lower()


def explain_vault_token(denial: Denial, summary: str, reported: Cause) -> Explanation:
    """Explain that Vault has to assume a role, because it has the credentials of one itself."""
    text = denial.failure.text
    path, own = _PATH.search(text), next((each for each in _OWN_ROLE.finditer(text) if not each["not"]), None)
    mount, role = path.group("mount", "role") if path else ("aws", "ROLE")
    caller = getattr(denial.role, "name", own and own["name"]) or "VAULT_ROLE_NAME"
    prefix = f"arn:{denial.location.partition or 'aws'}:iam::{commands.account(denial.account)}:role"
    target = f"vault-{role}"
    assume = json.dumps(
        build_document([allow("sts:AssumeRole", f"{prefix}/{target}")]), separators=(",", ":")
    )
    ttl = _TTL.search(text)
    is_long = ttl is not None and int(ttl["number"]) * _SECONDS[ttl["unit"]] > _HOUR
    limit = "A role assumes a role here, so each session lasts at most one hour (role chaining), which nobody can raise"
    limit += f": ttl={ttl['shown']} is too long." if ttl is not None and is_long else "."
    return denial.explain(
        summary,
        reported,
        remedies=trust_remedy(
            "Let Vault assume a role: set credential_type=assumed_role",
            f"Give the new role {target} the permissions that are in policy_document. In Vault, a policy_document then only limits them further.",
            limit,
            commands=(
                f"aws iam create-role --role-name {target} --assume-role-policy-document file://trust.json",
                fill_command(
                    "aws iam put-role-policy --role-name {} --policy-name AllowAssumeRole --policy-document {}",
                    caller,
                    assume,
                ),
                f"vault write {mount}/roles/{role} credential_type=assumed_role role_arns={prefix}/{target}",
                f"vault write {mount}/sts/{role} ttl=1h",
            ),
            policy=build_document([allow("sts:AssumeRole", principal={"AWS": f"{prefix}/{caller}"})]),
            url=_PAGE,
        ),
        notes="No key of an IAM user is needed for this.",
    )
