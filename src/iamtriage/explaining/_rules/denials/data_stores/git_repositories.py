"""Explain that CodeCommit denies Git access without a reason.

Git prints only the status. Sources:
https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html and
https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html.
"""

from __future__ import annotations

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.remedies import identity_remedy, your_remedy
from iamtriage.policies._documents import allow

_SETUP = "https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-https-unixes.html"
_GIT_REPOSITORY = lazy_pattern(
    rf"(?a)git-codecommit(?:-fips)?\.(?P<region>{REGION})\.amazonaws\.com(?P<china>\.cn)?/v1/repos/(?P<name>[\w.-]{{1,100}})"
)
# Helpers that store what another helper returns: https://git-scm.com/docs/gitcredentials
_STORING_HELPER = lazy_pattern(
    r"(?m)(?:^file:[^\n]{1,200}?\t|\bcredential\.helper[= ]|\bhelper ?= ?)(?P<helper>osxkeychain|manager(?:-core)?|wincred|store|libsecret)\b"
)
# Words that say that Git works for a while, or once the password is deleted.
_ONCE = lazy_pattern(
    r"(?i:\bfirst (?:clone|pull|push|fetch|time)\b|\b(?:delet|remov|clear|eras)(?:e|es|ing)\b|\bfor a while\b|\bminutes\b)"
)
GIT_CREDENTIALS_STORED = CauseType(
    "git-credentials-stored",
    title="Git sends stored credentials that have expired",
    text="Git sends credentials that a keychain or credential manager stored. Credentials from the AWS credential helper expire after about 15 minutes.",
    recognised_by="CodeCommit answered Git with status 403.",
    fix="Delete the stored credentials, and configure only the AWS credential helper for CodeCommit.",
    sources=(_SETUP,),
)


def explain_git_denial(denial: Denial) -> Explanation:
    """Explain a response with status 403 to Git."""
    found, stored = _GIT_REPOSITORY.search(denial.failure.text), _STORING_HELPER.search(denial.failure.text)
    region = commands.region(found["region"] if found else None)
    name = found["name"].removesuffix(".git") if found else None
    partition = "aws-cn" if found and found["china"] else denial.location.partition or "aws"
    host = f"git-codecommit.{region}.{find_domain(partition)}"
    arn = f"arn:{partition}:codecommit:{region}:{commands.account(denial.account)}:{name or 'REPOSITORY'}"
    cause = GIT_CREDENTIALS_STORED.cause()
    look: tuple[str, ...] = ("git config --show-origin --get-all credential.helper",)
    worked = find_working(denial.failure.text, _ONCE)
    check, reason = "If the first command prints osxkeychain, manager or store", "without a reason"
    helper = stored["helper"] if stored else "a credential helper"
    if stored is not None:
        check, look = f"With {helper} in the list", ()
    if stored or worked:
        because = (
            f"The text shows the credential helper {helper}." if stored else None,
            f"No permission is missing: the text says {quote_words(worked)}." if worked else None,
        )
        cause = GIT_CREDENTIALS_STORED.cause("derived", (*because,))
        reason = f"{'' if stored and worked else 'most likely '}because Git sends a password that {helper} stored, and that has expired"
    text = "No policy of the caller allows codecommit:GitPull, or codecommit:GitPush for a push. It is not that if Git works once the stored password is deleted."
    no_allow = NO_IDENTITY_ALLOW.cause(text=text)
    allow_use = identity_remedy(
        "Allow the caller to use the repository",
        "Attach the policy to the role or user that aws sts get-caller-identity prints. codecommit:GitPush is required only for pushes.",
        statements=(allow(("codecommit:GitPull", "codecommit:GitPush"), arn),),
        url="https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html",
    )
    has_path = "usehttppath = true" in denial.failure.text.lower()
    return denial.explain(
        f"CodeCommit denied Git access to {f'the repository {name}' if name else 'a repository'}, {reason}.",
        cause,
        None if worked else no_allow,
        topic="no-identity-allow",
        remedies=(
            your_remedy(
                "Let Git use only the AWS credential helper",
                f"{check}, Git stores the password there, too, and sends it again later. git credential reject deletes it. The empty helper makes Git ignore the helpers of other files, such as Xcode's, for this host.",
                f"Or use git-remote-codecommit, which needs no password: its URL is codecommit::{region}://{name or 'REPOSITORY'}.",
                commands=(
                    *look,
                    f"printf 'url=https://{host}\\n\\n' | git credential reject",
                    f"git config --global --replace-all credential.https://{host}.helper ''",
                    f"git config --global --add credential.https://{host}.helper '!aws codecommit credential-helper $@'",
                    None if has_path else f"git config --global credential.https://{host}.useHttpPath true",
                    None if worked else "aws sts get-caller-identity",
                ),
                url=_SETUP,
            ),
            None if worked else allow_use,
        ),
    )
