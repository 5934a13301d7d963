"""Diagnose why an ARN is rejected where it is used, and find the correct one.

An access entry requires a role or user with its path, ``aws-auth`` a role without it, and ``iam`` (an STS call, an
annotation, a setting) a role with it.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import quote_text
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import (
    FederatedUser,
    IdentityCenterRole,
    InstanceProfile,
    Principal,
    Role,
    RoleSession,
    Root,
    ServiceLinkedRole,
    User,
)
from iamtriage.arns._role_arns import normalize_role_arn, role_lookup_command
from iamtriage.exceptions import InvalidArnError, RolePathUnknownError
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.typing import RoleTarget

_ROLE = r"role/(?:[\w+=,.@-]{1,64}/){0,8}[\w+=,.@-]{1,64}"
_LIKE_ROLE_ARN = lazy_pattern(
    rf"(?a)(?<![\w:/-])(?P<start>[a-z]{{0,4}}:)?(?P<partition>aws[a-z-]{{0,12}})[:/](?P<service>i-?am)(?P<colons>:{{1,4}})(?:(?P<region>[a-z]{{2}}(?:-[a-z]{{2,10}}){{1,2}}-\d):)?(?P<account>\d{{4}}[- ]?\d{{4}}[- ]?\d{{4}})(?P<mark>[:/]{{1,2}})(?P<role>{_ROLE})"
)


def correct_role_arn(text: str) -> tuple[str, str] | None:
    """Return the ARN that was meant, and what is wrong with it, or ``None`` if its punctuation is right or unknown.

    >>> correct_role_arn("arn:aws:iam:111122223333:role/app")
    ('arn:aws:iam::111122223333:role/app', 'A colon is missing between iam and the account ID: the Region between them is empty.')
    """
    found = _LIKE_ROLE_ARN.fullmatch(text)
    if found is None:
        return None
    account = re.sub("[- ]", "", found["account"])
    corrected = f"arn:{found['partition']}:iam::{account}:{found['role']}"
    if found["start"] != "arn:":
        reason = "It does not begin with arn:."
    elif found["region"]:
        reason = f"It has the Region {found['region']}, and ARNs of IAM have none: nothing stands between the two colons."
    elif found["colons"] == ":":
        reason = "A colon is missing between iam and the account ID: the Region between them is empty."
    elif found["colons"] != "::":
        reason = f"It has {len(found['colons'])} colons between iam and the account ID, and must have two."
    elif account != found["account"]:
        reason = "The account ID must be 12 digits without hyphens or spaces."
    else:
        reason = "One colon must stand between the account ID and role/."
    return None if corrected == text else (corrected, reason)


# What precedes the value of a setting.
_SETTING = lazy_pattern(
    r"(?i:role[-_]?arn|role-to-assume|assume_role)[\"'\\]{0,3}\s{0,4}(?:[:=]|\s)\s{0,4}[\"'\\]{0,3}\Z"
)


def find_misformed_arn(text: str, *, in_setting: bool = False) -> str | None:
    """Return the only ARN of a role in a text, or in its settings, whose punctuation is wrong."""
    named = {
        each[0].rstrip(".,")
        for each in _LIKE_ROLE_ARN.finditer(text)
        if not in_setting or _SETTING.search(text[max(each.start() - 40, 0) : each.start()])
    }
    return only_one({each for each in named if correct_role_arn(each) is not None})


_MASK = lazy_pattern(
    r"\d{0,11}[*xX#•.…]{2,}\d{0,11}|<.{0,60}>|\[.{0,60}\]|\$?\{.{0,60}\}|[A-Z]*REDACTED[A-Z]*|(?:AWS_)?ACCOUNT(?:_ID)?"
)
# An ARN with only the name of the role after the account, or another word than role before it.
_UNTYPED = lazy_pattern(
    r"(?a)(arn:aws[a-z-]{0,12}:iam::\d{12}:)(?:/|[Rr]oles[:/]|[Rr]ole:|R(?:OLE|ole)/)?"
    r"(?!(?:assumed-role|role|user|root|group|policy|instance-profile|mfa|server-certificate|oidc-provider|saml-provider)/)((?:[\w+=,.@-]{1,64}/){0,8}[\w+=,.@-]{1,64})"
)
_OTHER_TYPES = {
    "policy": "a policy",
    "group": "a group",
    "oidc-provider": "an OIDC provider",
    "saml-provider": "a SAML provider",
}
_OTHER_TYPE = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:iam::(?:\d{12}|aws):(policy|group|oidc-provider|saml-provider)/\S{1,600}"
)
_EXPECTED: dict[RoleTarget, str] = {
    "access-entry": "a role or user",
    "aws-auth": "a role without its path, or a user",
    "iam": "a role",
}

MALFORMED_ARN = CauseType(
    "malformed-arn",
    title="The ARN is malformed",
    meaning="The ARN breaks a rule of its form.",
    recognised_by="The ARN in the text breaks a rule of its form, such as an unknown partition.",
    fix="Correct the part of the ARN that the explanation names.",
    sources=(pages.ASSUME_ROLE,),
)
PARTITION_OF_ARN = CauseType(
    "partition-of-arn",
    title="The ARN has another partition than the Region",
    meaning="Each partition has its own accounts, roles and managed policies: aws-cn in China, aws-us-gov in GovCloud, aws in the commercial Regions. IAM and STS in one do not accept ARNs of another.",
    recognised_by="The partition of an ARN is not that of the Region of the call or of the other ARNs, or AWS says that the partition is not valid.",
    fix="Use the partition of the Region in the ARN, such as arn:aws-cn: in China, or call STS in a Region of the role's partition.",
    sources=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
        "https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/using-govcloud-arns.html",
    ),
)
PARTITION_IN_TEMPLATES = "In templates, take the partition from the account: ${AWS::Partition} in CloudFormation, data.aws_partition.current.partition in Terraform, Aws.PARTITION in the CDK."
ROLE_PATH = CauseType(
    "role-path",
    title="The role has a path",
    meaning="STS reports no path in the ARN of a session, so a role ARN with a path in aws-auth never matches.",
    recognised_by="The rejected ARN is that of a role with a path, and the place is aws-auth.",
    fix="Use the ARN without the path in aws-auth, and with the path in an access entry.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
INSTANCE_PROFILE = CauseType(
    "instance-profile",
    title="The ARN is that of an instance profile",
    meaning="The ARN of an instance profile is used where the ARN of a role is expected.",
    recognised_by="The rejected ARN is that of an instance profile.",
    fix="Use the ARN of the role in the instance profile.",
    sources=(pages.ASSUME_ROLE,),
)
SERVICE_LINKED_ROLE = CauseType(
    "service-linked-role",
    title="The principal is a service-linked role",
    meaning="Service-linked roles cannot have access entries that you create or change. EKS manages its own.",
    recognised_by="The message says that the principalArn belongs to a service-linked role.",
    fix="Remove the entry from the configuration: EKS manages the access entries of service-linked roles.",
    sources=(pages.EKS_ACCESS_ENTRIES,),
)
PATH_MISSING = CauseType(
    "role-path-missing",
    title="The ARN lacks the role's path",
    fix="Get the ARN with aws iam get-role and use it with its path.",
    of="principal-not-accepted",
)
SESSION_ARN = CauseType(
    "session-arn",
    title="The ARN is that of a session",
    meaning="The ARN of a session, as sts get-caller-identity prints it, is used where the ARN of the role is expected.",
    fix="Use the ARN of the role: arn:aws:iam::ACCOUNT_ID:role/NAME.",
    of="principal-not-accepted",
)
NOT_A_ROLE = CauseType(
    "not-a-role",
    title="The value is not the ARN of a role",
    meaning="The value is an account ID, a service principal, or the ARN of a session, a user, an account's root user or a policy, and the ARN of a role is expected.",
    fix="Use the ARN of a role.",
    of="arn-not-accepted",
)


@attrs.frozen(eq=False, repr=False)
class ArnDiagnosis(Value):
    """What is wrong with an ARN.

    Attributes:
        cause: The cause that it is.
        text: The problem in a sentence.
        correct_arn: The ARN to use instead, if known.
        lookup_command: The command that prints the correct ARN, if it is not known.
    """

    cause: CauseType
    text: str
    correct_arn: str | None = None
    lookup_command: str | None = None


def diagnose_arn(text: str, target: RoleTarget) -> ArnDiagnosis | None:
    """Return what is wrong with an ARN, or ``None`` if it is correct for the target.

    >>> diagnose_arn("arn:aws:iam::111122223333:role/team/app", "access-entry") is None
    True
    >>> diagnose_arn("arn:aws:iam::111122223333:role/team/app", "aws-auth").correct_arn
    'arn:aws:iam::111122223333:role/app'
    >>> diagnose_arn("arn:aws:sts::111122223333:assumed-role/app/ana", "access-entry").correct_arn
    'arn:aws:iam::111122223333:role/app'
    """
    try:
        principal = parse_principal(text)
        is_masked = False
    except InvalidArnError as error:
        found = parse_principal_of_masked_account(text)
        if found is None:
            if (corrected := correct_role_arn(text)) is not None:
                return ArnDiagnosis(MALFORMED_ARN, corrected[1], corrected[0])
            if (untyped := _UNTYPED.fullmatch(text)) is not None:
                words = f"role/ is missing after the account ID in {text}."
                return ArnDiagnosis(MALFORMED_ARN, words, f"{untyped[1]}role/{untyped[2]}")
            if (other := _OTHER_TYPE.fullmatch(text)) is not None:
                words = f"It is the ARN of {_OTHER_TYPES[other[1]]}; expected the ARN of {_EXPECTED[target]}."
                return ArnDiagnosis(NOT_A_ROLE, words)
            words = str(error).removesuffix(f": {quote_text(error.text)}")
            return ArnDiagnosis(MALFORMED_ARN, f"The ARN breaks a rule: {words}.")
        principal, is_masked = found, True
    diagnosis = _diagnose(principal, target)
    return diagnosis if diagnosis is None or not is_masked else attrs.evolve(diagnosis, correct_arn=None)


def parse_principal_of_masked_account(text: str) -> Principal | None:
    """Return the principal of an ARN whose account is masked, with a placeholder for the account.

    >>> parse_principal_of_masked_account("arn:aws:iam::xxxx:role/app").name
    'app'
    """
    sections = text.split(":", 5)
    if len(sections) < 6 or ACCOUNT.fullmatch(sections[4]) or not _MASK.fullmatch(sections[4]):
        return None
    return principal_words.parse_masked_principal(text)


def lookup_command(principal: Principal | None) -> str:
    """Return the command that prints the ARN of a principal in IAM.

    >>> lookup_command(None)
    'aws iam get-role --role-name ROLE_NAME --query Role.Arn --output text'
    """
    if isinstance(principal, User):
        name = commands.user_name(principal.name)
        return commands.fill_command("aws iam get-user --user-name {} --query User.Arn --output text", name)
    if isinstance(principal, InstanceProfile):
        # A leading hyphen would turn the name into an option.
        name = "INSTANCE_PROFILE" if principal.name.startswith("-") else principal.name
        return commands.fill_command(
            "aws iam get-instance-profile --instance-profile-name {} --query 'InstanceProfile.Roles[0].Arn' --output text",
            name,
        )
    role = principal_words.underlying_role(principal)
    return role_lookup_command(commands.role_name(None if role is None else role.name))


def _diagnose(principal: Principal, target: RoleTarget) -> ArnDiagnosis | None:
    expected = _EXPECTED[target]
    if isinstance(principal, RoleSession):
        words = f"It is the ARN of a session; expected the ARN of {expected}."
        return _diagnose_role(SESSION_ARN, words, principal, target)
    if isinstance(principal, ServiceLinkedRole) and target == "access-entry":
        return ArnDiagnosis(SERVICE_LINKED_ROLE, "EKS accepts no access entries for service-linked roles.")
    if isinstance(principal, IdentityCenterRole) and principal.lacks_its_path and target != "aws-auth":
        words = "It lacks the path of an IAM Identity Center role: /aws-reserved/sso.amazonaws.com/ and, depending on the home Region of Identity Center, REGION/."
        return _diagnose_role(PATH_MISSING, words, principal, target)
    if isinstance(principal, Role):
        if target == "aws-auth" and principal.path != "/":
            words = "The ARN has the path of the role, with which it never matches: STS does not show a role's path."
            return _diagnose_role(ROLE_PATH, words, principal, target)
        return None
    if isinstance(principal, User):
        if target == "iam":
            return ArnDiagnosis(NOT_A_ROLE, f"It is the ARN of a user; expected the ARN of {expected}.")
        return None
    if isinstance(principal, InstanceProfile):
        words = (
            f"It is the ARN of an instance profile; expected the ARN of {expected}: the role in the profile."
        )
        return ArnDiagnosis(INSTANCE_PROFILE, words, lookup_command=lookup_command(principal))
    words = "the ARN of a federated user, a session" if isinstance(principal, FederatedUser) else "not an ARN"
    words = "the ARN of an account's root user" if isinstance(principal, Root) else words
    return ArnDiagnosis(NOT_A_ROLE, f"It is {words}; expected the ARN of {expected}.")


def _diagnose_role(
    cause: CauseType, words: str, principal: Role | RoleSession, target: RoleTarget
) -> ArnDiagnosis:
    try:
        return ArnDiagnosis(cause, words, normalize_role_arn(principal.arn, target=target))
    except RolePathUnknownError as error:
        return ArnDiagnosis(cause, words, lookup_command=error.command)
