"""Explain that AWS CodeCommit denies Git over HTTPS, which prints only the status.

Sources: https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html and
https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

_SETUP = "https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html"
_PERMISSIONS = "https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html"
_REPOSITORY = lazy_pattern(
    r"git-codecommit(?:-fips)?\.(?P<region>[a-z]{2}(?:-[a-z]{2,12}){1,3}-[0-9])\.amazonaws\.com(?P<china>\.cn)?/v1/repos/(?P<name>[\w.-]{1,100})",
    re.ASCII,
)
GIT_CREDENTIALS_STORED = CauseType(
    "git-credentials-stored",
    title="Git sends stored credentials that have expired",
    text="Git sends credentials that a keychain or credential manager stored. Those of the AWS credential helper expire after about 15 minutes.",
    fix="Delete the stored credentials, and configure only the AWS credential helper for CodeCommit.",
    of="no-identity-allow",
)


def explain_git_denial(denial: Denial) -> Explanation:
    """Explain a response with status 403 to Git."""
    found = _REPOSITORY.search(denial.failure.text)
    region = commands.region(found["region"] if found else None)
    name = found["name"].removesuffix(".git") if found else None
    partition = "aws-cn" if found and found["china"] else denial.location.partition or "aws"
    key = f"credential.https://git-codecommit.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}"
    arn = f"arn:{partition}:codecommit:{region}:{commands.account(denial.account)}:{name or 'REPOSITORY'}"
    return denial.explain(
        f"CodeCommit denied Git access to {f'the repository {name}' if name else 'a repository'}, without a reason.",
        GIT_CREDENTIALS_STORED.cause(),
        NO_IDENTITY_ALLOW.cause(
            text="No policy of the caller allows codecommit:GitPull, or codecommit:GitPush for a push."
        ),
        topic="no-identity-allow",
        remedies=(
            your_remedy(
                "Let Git use only the AWS credential helper",
                "The first command lists the helpers that Git asks. Remove osxkeychain or manager for CodeCommit, and delete what they stored.",
                "Check that the second command prints the role or user that you expect. Then configure the helper.",
                commands=(
                    "git config --show-origin --get-all credential.helper",
                    "aws sts get-caller-identity",
                    f"git config --global {key}.helper '!aws codecommit credential-helper $@'",
                    f"git config --global {key}.useHttpPath true",
                ),
                url=_SETUP,
            ),
            Remedy(
                title="Allow the caller to use the repository",
                who="account administrator",
                steps=("Attach the policy to the role or user. GitPush is needed only for pushes.",),
                policy=build_document(
                    [
                        {
                            "Effect": "Allow",
                            "Action": ["codecommit:GitPull", "codecommit:GitPush"],
                            "Resource": arn,
                        }
                    ]
                ),
                layer="identity",
                url=_PERMISSIONS,
            ),
        ),
    )
