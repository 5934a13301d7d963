"""Explain that the root user of an account cannot assume a role."""

from __future__ import annotations

import json

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import account_remedy

ROOT_ASSUMES_ROLE = CauseType(
    "root-assumes-role",
    title="The root user cannot assume roles",
    meaning="The call was made with the credentials of the root user.",
    recognised_by='AWS says "Roles may not be assumed by root accounts".',
    fix="Use an IAM user or a role to assume the role.",
    sources=(pages.ASSUME_ROLE,),
)
_ROOT_IN_TRUST = lazy_pattern(
    r"\btrust(?:ed)?\b[^\n]{0,120}\b(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:root)\b|\"AWS\"\s?:\s?\"(?P<principal>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:root)\""
)


_WHO = "aws sts get-caller-identity --profile PROFILE --query Arn --output text"


def explain_root_assumes(denial: Denial) -> Explanation:
    """Explain that an account's root user cannot assume roles."""
    text, stated = denial.failure.text, denial.context.role_arn
    role = commands.arn(denial.resource or (stated and stated.value), "ROLE_ARN")
    needed = json.dumps({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role})
    name = "the role" if role == "ROLE_ARN" else f"the role {role.rpartition('/')[2]}"
    trusts, in_trust = "that the role trusts", _ROOT_IN_TRUST.search(text)
    if role.endswith("/OrganizationAccountAccessRole"):
        trusts = "of the organization's management account, which the role trusts"
    why = f"Neither an identity-based policy nor the trust policy of {name} can allow it."
    if in_trust is not None:
        trusts = "of the account, which the role trusts"
        why += f" In the trust policy, {in_trust['arn'] or in_trust['principal']} stands for the account: its users and roles can assume the role if their own policies allow it. The root user cannot."
    stored, use = "aws configure list prints", None
    if 'provider "aws"' in text:
        stored = 'aws configure list or provider "aws" has'
    if "get-token" in text:
        # The kubeconfig can have the profile for the exec plugin.
        role_option = commands.command("--role-arn", role)
        use = f"{find_cluster(denial.case).kubeconfig_command()} {role_option} --profile PROFILE"
    return denial.explain(
        f"The caller is the root user of an account, which cannot assume any role: use another identity to assume {name}.",
        ROOT_ASSUMES_ROLE.cause("reported", text=why),
        remedies=account_remedy(
            "Use IAM Identity Center or an IAM role for the call",
            f"Use an identity {trusts}. It needs the statement {needed}. The commands create a profile for it (for an IAM user, with aws configure instead).",
            f"Then sign in as the root user, and delete its access keys under Security credentials and where {stored} them.",
            commands=(
                "aws configure sso --profile PROFILE",
                use,
                Labelled("Check that this does not print root:", _WHO),
            ),
            url=pages.BEST_PRACTICES,
        ),
    )
