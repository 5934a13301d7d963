"""Explain that the root user of an account cannot assume roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import account_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

ROOT_ASSUMES_ROLE = CauseType(
    "root-assumes-role",
    title="The root user cannot assume roles",
    text="The call was made with the root user's access key, and root users cannot assume roles.",
    recognised_by='AWS says "Roles may not be assumed by root accounts".',
    fix="Use an IAM user or a role to assume the role.",
    sources=(pages.ASSUME_ROLE,),
)


def explain_root_assumes(denial: Denial) -> Explanation:
    """Explain that an account's root user cannot assume roles."""
    return denial.explain(
        "The root user of an account cannot assume a role.",
        ROOT_ASSUMES_ROLE.cause("reported", ("The message says: Roles may not be assumed by root accounts",)),
        remedies=(
            account_remedy(
                "Make the call as a user or role",
                "Check which access key the program uses.",
                "Use IAM Identity Center or an IAM role that is allowed to assume the role.",
                "Delete the access keys of the root user.",
                commands=("aws sts get-caller-identity", "aws configure list"),
                url=pages.BEST_PRACTICES,
            ),
        ),
        notes=("No policy can allow it.",),
    )
