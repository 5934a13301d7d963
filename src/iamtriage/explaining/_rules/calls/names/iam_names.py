"""Explain that IAM rejects a name, or looks for a key or certificate at another user than the one that is meant.

Without a user name, that is the user whose credentials sign the call:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html. The account of a key, also of a deleted one:
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html. Names:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls import error_kind
from iamtriage.explaining._rules.calls.names import missing_resources
from iamtriage.explaining._rules.calls.names.resource_places import RESOURCE_IN_OTHER_ACCOUNT
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.principals.principal_words import describe_principal
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.failures._failures import AwsError

INVALID_NAME = lazy_pattern(
    r"specified value for (?P<field>roleName|userName|groupName|policyName|instanceProfileName) is invalid\. It must contain only alphanumeric"
)
"""What IAM says of a name with a character that no name has, such as one that is an ARN or begins with a path."""


def explain_invalid_name(case: Case[AwsError], message: str) -> Explanation:
    """Explain that IAM expects a name alone, without the path before it or the ARN around it."""
    found = INVALID_NAME.search(message)
    field = "userName" if found is None else found["field"]
    kind = re.sub(r"([A-Z])", r" \1", field.removesuffix("Name")).lower()
    option = f"{kind.replace(' ', '-')}-name"
    given = clues.stated_option(case, option)
    name = (given or "").rpartition("/")[2] if given and "/" in given else None
    summary = f"The name of the {kind} has a character that no name in IAM has: most often, it is an ARN, or has a path before it."
    fix = f"Pass the name of the {kind} alone"
    if given and name:
        form = "is an ARN" if given.startswith("arn:") else "has a path before the name"
        summary = f"--{option} {form}, and IAM expects the name alone: {clip_text(name)}."
        fix = f"Pass --{option} {clip_text(name)}"
    value = {"role": commands.role_name, "user": commands.user_name}.get(kind, commands.group_argument)(name)
    again = commands.repeat_command(case.context.command, "iam", changes={option: value}) if name else None
    return case.explain(
        summary,
        missing_resources.NAME_DIFFERS.cause(
            "derived" if name else "possible", text="Names in IAM have no slash and no colon."
        ),
        topic="invalid-request",
        remedies=your_remedy(
            fix,
            "The name is what follows the last slash of the ARN. Paths are for ARNs in policies, not for calls.",
            "A variable that nothing replaced, such as ${NAME}, gives the same error." if not name else None,
            commands=present(again),
            url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
        ),
        notes=NOT_A_DENIAL,
    )


MISSING_AT_USER = lazy_pattern(
    r"\b(?P<kind>[Aa]ccess [Kk]ey|[Cc]ertificate) with id [\"'`]?(?P<id>[A-Z0-9]{16,128})[\"'`]? cannot be found"
)
"""What IAM says of an access key or a signing certificate that a user does not have."""
# In code: UserName="ana", UserName: "ana", userName("ana").
_USER_IN_CODE = lazy_pattern(r"\b[uU]ser_?[nN]ame[\"']?\s?[=:(]\s?[\"']([\w+=,.@-]{1,64})[\"']")
CREDENTIAL_OF_OTHER_USER = CauseType(
    "credential-of-other-user",
    title="The access key or certificate belongs to another user",
    meaning="IAM looks for it only at the user that the call names or, without a user name, at the user whose credentials sign the call.",
    fix="Find the user of the key, and name it: --user-name in the AWS CLI.",
    recognised_by="IAM says that an access key or a certificate cannot be found, and the call names no user.",
    sources=(pages.ACCESS_KEYS,),
    of="not-found",
)
USER_NOT_NAMED = lazy_pattern(r"Must specify userName when calling with non-User credentials")
"""What IAM says if a role or the root user calls without the name of a user."""
UNNAMED_USER = CauseType(
    "unnamed-user",
    title="The call names no user, and its credentials are not those of a user",
    meaning="Without a user name, IAM takes the user whose credentials sign the call. A role, the root user and IAM Identity Center have none.",
    fix="Name the user: --user-name in the AWS CLI.",
    recognised_by="The message says that userName must be specified with credentials of no user.",
    sources=(pages.ACCESS_KEYS,),
    of="invalid-request",
)


def explain_unnamed_user(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a call for a user of IAM, made as a role, has to name the user."""
    again = commands.repeat_command(case.context.command, "iam", changes={"user-name": "USER_NAME"})
    profile = find_profile(case)
    identity, users = (
        with_profile(profile, each)
        for each in (
            commands.SHOW_CALLER,
            "aws iam list-users --query 'Users[].UserName'",
        )
    )
    who = describe_principal(case.principal, "a role or the root user")
    return case.explain(
        f"The call names no user, and {who} made it: IAM fills in the user only for credentials of an IAM user.",
        UNNAMED_USER.cause(
            "reported",
            clues.quote_phrases(message, "Must specify userName when calling with non-User credentials"),
        ),
        remedies=your_remedy(
            "Name the user in the call: --user-name",
            "UserName in SDKs. The second command lists the users of the account.",
            "Or, if you meant your own user, call with its access key: the first command prints who calls.",
            commands=present(identity, users, again and Labelled("Then, with USER_NAME filled in:", again)),
            url=pages.ACCESS_KEYS,
        ),
        notes=NOT_A_DENIAL,
    )


def explain_credential_of_user(case: Case[AwsError], message: str) -> Explanation:
    """Explain that the user of a call does not have an access key or certificate."""
    found = MISSING_AT_USER.search(message)
    kind, credential = ("key", "") if found is None else (found["kind"].lower(), found["id"])
    article = "an" if kind.startswith("a") else "a"
    stated, in_code = clues.stated_option(case, "user-name"), _USER_IN_CODE.search(case.text)
    user = stated or (in_code[1] if in_code else None)
    is_command = case.context.command is not None and case.context.command.program == "aws"
    unnamed = "Without --user-name" if is_command else "If a call names no user"
    summary = f"{unnamed}, IAM looks for {article} {kind} at the user whose credentials sign the call, and {credential} is not there: it belongs to another user or account, or it was deleted."
    if user:
        summary = f"The user {clip_text(user)}, whom the call names, has no {kind} {credential}: it belongs to another user or account, or it was deleted."
    again = commands.repeat_command(case.context.command, "iam", changes={"user-name": "USER_NAME"})
    profile = find_profile(case)
    lookup: tuple[str, ...] = (
        "aws iam get-access-key-last-used --access-key-id {} --query UserName --output text",
        "aws sts get-access-key-info --access-key-id {} --query Account --output text",
    )
    if kind == "certificate":
        lookup = ("aws iam list-signing-certificates --user-name USER_NAME",)
    shown = tuple(with_profile(profile, fill_command(each, credential)) for each in lookup)
    return case.explain(
        summary,
        missing_resources.NOT_FOUND.cause(
            "reported", error_kind.code_evidence(case.failure), text=f"The user has no such {kind}."
        ),
        CREDENTIAL_OF_OTHER_USER.cause(text=f"The {kind} belongs to another user."),
        RESOURCE_IN_OTHER_ACCOUNT.cause(text=f"The {kind} is in another account than the credentials."),
        missing_resources.DELETED_OR_NEW.cause(text=f"The {kind} was deleted, or its ID is misspelled."),
        topic=CREDENTIAL_OF_OTHER_USER.code,
        remedies=your_remedy(
            f"Find out whose {kind} it is, and name that user in the call",
            "The first command prints the user, and the second one the account. In another account, use a profile of that account."
            if len(shown) > 1
            else "The command lists the certificates of a user: compare their IDs. In another account, use a profile of that account.",
            "If it is your account, but the first command finds no user, the key was deleted."
            if len(shown) > 1
            else None,
            commands=present(*shown, again and Labelled("Then, with USER_NAME filled in:", again)),
            url=pages.ACCESS_KEYS,
        ),
        notes=NOT_A_DENIAL,
    )
