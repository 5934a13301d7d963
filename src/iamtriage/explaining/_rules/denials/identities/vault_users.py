"""Add that HashiCorp Vault made the IAM user of a call, and deletes it: its policy is that of the Vault role.

Sources: https://developer.hashicorp.com/vault/docs/secrets/aws and username_template in
https://developer.hashicorp.com/vault/api-docs/secret/aws.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import User
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy

# vault-DISPLAY_NAME-ROLE-TIME-RANDOM
_NAME = lazy_pattern(r"(?a)vault-[\w+=,.@-]{1,60}-1\d{9}-\w{2,20}")


def add_vault_user(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what to change instead of the user: a policy that is attached to it ends with its lease."""
    user = denial.principal
    if not isinstance(user, User) or _NAME.fullmatch(user.name) is None:
        return explanation
    remedies = (
        _for_vault_role(each) if each.layer == "identity" and each.policy is not None else each
        for each in explanation.remedies
    )
    return attrs.evolve(explanation, remedies=(*remedies,))


def _for_vault_role(remedy: Remedy) -> Remedy:
    return attrs.evolve(
        remedy,
        title="Add the permission to the policy of the Vault role",
        steps=(
            "Vault made this user, as its name shows, and deletes it when the lease ends. Add the statement to policy_document of the Vault role, and keep the others.",
            "Then get new credentials (vault read aws/creds/VAULT_ROLE_NAME): Vault does not change users that it has made.",
            *(each for each in remedy.steps if not each.startswith("Attach the policy")),
        ),
        commands=("vault read aws/roles/VAULT_ROLE_NAME",),
    )
