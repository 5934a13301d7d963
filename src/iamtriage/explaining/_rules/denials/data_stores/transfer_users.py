"""Explain denials of AWS Transfer Family to users whose role has variables that only a session policy can have.

Source: https://docs.aws.amazon.com/transfer/latest/userguide/users-policies-session.html.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.documents import find_documents
from iamtriage.explaining._context.readers.pasted_policies import find_policies
from iamtriage.explaining._context.readers.terraform_code import Block, find_resources
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import CauseType, Denial, Evidence, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.policies._readers.elements import iterate_statements

_PAGE = "https://docs.aws.amazon.com/transfer/latest/userguide/users-policies-session.html"
TRANSFER_VARIABLE = CauseType(
    "transfer-variable",
    title="The policy of the role has a variable of AWS Transfer Family",
    meaning="AWS Transfer Family fills variables such as ${transfer:UserName} only in the session policy of a user. In a policy of an IAM role, they match nothing, so that all calls to Amazon S3 are denied.",
    recognised_by="The text shows a denial of a transfer, and a policy with ${transfer:UserName}, ${transfer:HomeFolder}, ${transfer:HomeDirectory} or ${transfer:HomeBucket} that is not the session policy.",
    fix="Set the policy with the variables as the session policy of each user, and allow the role the whole folder.",
    sources=(_PAGE,),
    subject="denials",
)
_VARIABLE = lazy_pattern(r"[$&]\{(?i:transfer):(?P<name>UserName|HomeFolder|HomeDirectory|HomeBucket)\}")
_POLICY_VARIABLE = lazy_pattern(r"\$\{(?=[A-Za-z][\w-]{0,40}:)")
_DENIED = lazy_pattern(r"(?i:\b(?:access|permission)[ _]?denied\b(?! \(publickey)|AccessDenied)")
# A user that has the policy itself.
_OF_USER = lazy_pattern(
    r"\b(?:update-user|create-user|CreateUser|UpdateUser|describe-user)\b|AWS::Transfer::User\b"
    r"|(?<!no )(?<!not the )(?<!not a )(?<!without a )(?i:\b(?:session|scope-?down)[ -]polic)"
)
_OF_ROLE = lazy_pattern(
    r"(?i:\bget-role-policy\b|\baws_iam_role_policy\b|\brole(?:'s)? (?:inline )?polic|\bpolic(?:y|ies) (?:of|on|for|in) (?:the |our |my )?(?:IAM )?role\b"
    r"|\brole\b[^\n]{0,120}\b(?:in )?its polic|\bno (?:session |scope-?down )?policy (?:is )?(?:set )?on the users?\b)"
)
_ROLE = lazy_pattern(
    r":(?:assumed-)?role/(?:[\w+=,.@-]{1,64}/){0,8}(?P<arn>[\w+=,.@-]{0,63}\w)|\b[Rr]ole [`\"']?(?P<name>(?=[\w+=,.@]{0,60}[-_\d])[\w+=,.@-]{2,63}\w)",
    re.ASCII,
)
_USER = lazy_pattern(r"^[^\n]{0,60}?\b(?P<name>[\w.@-]{1,60})\.[0-9a-f]{16}\b", re.ASCII | re.MULTILINE)
# The login of an SFTP client, and the path of a file: a home directory that is no logical one begins with the bucket.
_LOGIN = lazy_pattern(r"\bsftp\b[^\n]{0,200}? (?P<name>[\w.-]{1,60})@s-[0-9a-f]{17}\b", re.ASCII)
_HOME = lazy_pattern(
    r"\bHome ?[Dd]irectory\b[\"']?[ :=]{1,4}[\"']?/(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?=/)"
)
_SERVER = lazy_pattern(r"\bs-[0-9a-f]{17}\b")
_FILE, _USER_TYPE = "session.json", "aws_transfer_user"
_BOTH = "A user can do what both policies allow: the session policy only narrows the role's."


def explain_transfer(text: str, _facts: Facts) -> Explanation | None:
    """Explain a denied transfer by the variables of the role's policy, or return ``None`` for other texts."""
    if _VARIABLE.search(text) is None or _DENIED.search(text) is None:
        return None
    # JSON in Terraform's code doubles the dollar sign.
    policies = find_policies(text, tuple(find_documents(text)))
    shown = {json.dumps(each.content).replace("$$", "$") for each in policies if not each.has_principal}
    found = only_one({each for each in shown if _VARIABLE.search(each) is not None})
    if found is None or _OF_USER.search(text) is not None:
        return None
    users = find_resources(text, _USER_TYPE)
    if (not users and _USER_TYPE in text) or any(
        "policy" in each.arguments or not each.is_whole for each in users
    ):
        return None
    policy, variable = json.loads(found), _VARIABLE.findall(found)[0]
    is_of_role = bool(users) or _OF_ROLE.search(text) is not None
    evidence: Evidence = "derived" if is_of_role else "possible"
    likely = "" if is_of_role else "most likely, "
    role = only_one({each["arn"] or each["name"] for each in _ROLE.finditer(text)})
    named = f" of the role {clip_text(role)}" if role else " of the role"
    return Explanation(
        failure=None,
        topic=TRANSFER_VARIABLE.code,
        summary=f"AWS Transfer Family denies the user the files: {likely}the policy{named} has ${{transfer:{variable}}}, which has a value only in a session policy, so that its statements match nothing.",
        causes=(
            TRANSFER_VARIABLE.cause(
                evidence,
                text="Files are denied only after the login, so the key or password is not the problem. Only the policy that is set on a Transfer user, its session policy, can have these variables.",
            ),
        ),
        remedies=_code_remedies(users[0], policy) if users else (_move_remedy(text, policy, role),),
    )


def add_transfer_variable(denial: Denial, explanation: Explanation) -> Explanation:
    """Replace the explanation of a denial of S3 to a role whose policy in the text has such variables."""
    found = explain_transfer(denial.failure.text, denial.facts)
    return explanation if found is None else attrs.evolve(found, failure=explanation.failure)


def _move_remedy(text: str, policy: Any, role: str | None) -> Remedy:  # noqa: ANN401 (a JSON document)
    user, server = (
        only_one({each["name"] for pattern in (_USER, _LOGIN) for each in pattern.finditer(text)}),
        only_one(set(_SERVER.findall(text))),
    )
    update = commands.fill_command(
        f"aws transfer update-user --server-id {{}} --user-name {{}} --policy file://{_FILE}",
        server or "SERVER_ID",
        user or "USER_NAME",
    )
    put = commands.put_policy(role or "ROLE_NAME", "TransferFolders")
    remedy = account_remedy(
        "Set the policy as the session policy of each user, then allow the role the whole folder",
        f"Save the policy of the text, with its variables, as {_FILE}, and run update-user for every user before the role gets more: without a session policy, a user sees the folders of all others.",
        _BOTH,
        "Or use a logical home directory (HomeDirectoryType LOGICAL), which maps / to the user's own folder.",
        commands=(update, Labelled("Then, when all users have it, for the role:", put)),
        url=_PAGE,
    )
    return attrs.evolve(remedy, policy=_widen(policy, _find_bucket(text)), layer="identity")


def _code_remedies(user: Block, policy: Any) -> tuple[Remedy, Remedy]:  # noqa: ANN401 (a JSON document)
    """Return the remedies for Terraform code: the document as the ``policy`` of a user, then more for the role."""
    return account_remedy(
        f"Set the policy as the session policy of each user, as in {clip_text(user.address)}",
        f"Set policy in every {_USER_TYPE}, and apply that before the role gets more: without a session policy, a user sees the folders of all others.",
        'Or use a logical home directory (home_directory_type = "LOGICAL"), which maps / to the user\'s own folder.',
        manifest=f"{user.header} {{\n{_as_code(policy)}}}\n",
        manifest_language="hcl",
        commands="terraform apply",
        url=_PAGE,
    ), account_remedy(
        "Allow the role the whole folder, after that",
        "Give the role this policy in its code, and apply again, when every user has a session policy.",
        _BOTH,
        manifest=_as_code(_widen(policy)),
        manifest_language="hcl",
        commands="terraform apply",
    )


def _as_code(policy: Any) -> str:  # noqa: ANN401 (a JSON document)
    r"""Return a policy as an argument in Terraform, where references stay.

    >>> _as_code({"Statement": {"Resource": "${var.arn}/${transfer:UserName}"}}).splitlines()[3].strip()
    '{"Resource": "${var.arn}/$${transfer:UserName}"}'
    """
    statements = ",\n".join(f"      {json.dumps(each)}" for each in iterate_statements(policy))
    listed = _POLICY_VARIABLE.sub("$${", statements)
    return (
        f'  policy = jsonencode({{\n    Version = "2012-10-17"\n    Statement = [\n{listed}\n    ]\n  }})\n'
    )


def _find_bucket(text: str) -> str:
    return only_one({each["bucket"] for each in _HOME.finditer(text)}, "BUCKET")


def _widen(policy: Any, bucket: str = "BUCKET") -> Any:  # noqa: ANN401 (a JSON document)
    """Return a policy for the role: its resources up to the first variable.

    Args:
        policy: The policy, or a part of it.
        bucket: The bucket of the home directories.

    >>> _widen({"Statement": [{"Resource": "arn:aws:s3:::in/${transfer:UserName}/*"}]})
    {'Statement': [{'Resource': 'arn:aws:s3:::in/*'}]}
    """
    if isinstance(policy, dict):
        members = cast("dict[str, object]", policy)
        return {key: _widen(value, bucket) for key, value in members.items()}
    if isinstance(policy, list):
        values = [_widen(each, bucket) for each in cast("list[object]", policy)]
        return list(dict.fromkeys(values)) if all(isinstance(each, str) for each in values) else values
    if not isinstance(policy, str) or (found := _VARIABLE.search(policy)) is None:
        return policy
    before = policy[: found.start()]
    # The rest after the bucket's own name stays.
    if found["name"] == "HomeBucket":
        return _widen(policy.replace(found[0], bucket), bucket)
    if found["name"] == "HomeDirectory" and before.endswith(":::"):
        # Its first folder is the bucket.
        return f"{before}{bucket}/*"
    return f"{before}*" if before.endswith("/") or ":::" not in before else before
