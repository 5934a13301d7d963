"""Explain that the caller is the restricted identity of a lab, whose permissions nobody in the account can change.

Sources: the readme of the AWS Academy Learner Lab (IAM: the role LabRole and the instance profile LabInstanceProfile exist,
and you cannot create users, groups or roles), and the pages below.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import RoleSession, User
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denial import ASSUME_ROLE_ACTIONS
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary

_ACADEMY = "https://aws.amazon.com/training/awsacademy/"
LAB_ACCOUNT = CauseType(
    "lab-account",
    title="The account is that of a lab, which limits its users",
    meaning="Whoever runs the lab decides what its users are allowed to do. They cannot give themselves permissions, and most labs let them create no IAM roles.",
    recognised_by="The caller has the name that a lab gives its users, such as the role voclabs of AWS Academy.",
    fix="Use the role that the lab provides (LabRole in AWS Academy), or an account of your own.",
    sources=(_ACADEMY,),
)


class _Lab(NamedTuple):
    """A kind of lab, by the name of its identity.

    Attributes:
        sign: The name of the role or user.
        name: What the lab is called.
        owner: Who can change its limits.
        is_academy: Whether it provides the role LabRole.
    """

    sign: str
    name: str
    owner: str
    is_academy: bool = False


_LABS = (
    _Lab(
        r"voclabs\d{0,3}|vocareum\w{0,40}",
        "a Vocareum lab, such as those of AWS Academy",
        "your instructor",
        is_academy=True,
    ),
    _Lab(r"cloud_user", "a sandbox of A Cloud Guru (Pluralsight)", "the provider of the sandbox"),
    _Lab(r"kk_labs_user_\d{1,12}", "a playground of KodeKloud", "the provider of the playground"),
    _Lab(r"awsstudent|AWSLabsUser-\w{1,64}", "a lab of AWS Skill Builder", "the provider of the lab"),
    _Lab(r"WSParticipantRole", "a workshop of AWS Workshop Studio", "the organizer of the workshop"),
)
_PATTERNS = tuple(lazy_pattern(each.sign) for each in _LABS)
_NEW_ROLE = lazy_pattern(
    r"iam:(?:createrole|createpolicy|(?:attach|put)rolepolicy|passrole|tagrole|updateassumerolepolicy|createuser|attachuserpolicy|createaccesskey)"
)
_PROFILE = lazy_pattern(r"iam:(?:create|tag)instanceprofile|iam:addroletoinstanceprofile")
_REGIONS = ("us-east-1", "us-west-2")


def explain_lab(denial: Denial) -> Explanation | None:
    """Explain a denial of the identity of a lab, ``None`` if it is no lab, or a resource's policy decides."""
    name = _caller_name(denial)
    lab = next(
        (each for each, sign in zip(_LABS, _PATTERNS, strict=True) if name and sign.fullmatch(name)), None
    )
    if lab is None or name is None or denial.policy_type in {"resource", "role_trust", "vpc_endpoint"}:
        return None
    if denial.policy_type is None and denial.lowercase_action in ASSUME_ROLE_ACTIONS:
        return None  # the trust policy can be what lacks the caller
    kind = "user" if isinstance(denial.principal, User) else "role"
    likely = "" if lab.is_academy else "most likely, "
    limits = f"{likely}{clip_text(name)} is the restricted {kind} of {lab.name}, and cannot give itself permissions"
    cause = LAB_ACCOUNT.cause(
        "derived",
        text="The lab's own policies limit it, and nobody in the account can change them. Attaching a policy is denied, too.",
    )
    remedies = present(
        _own_role_remedy(denial) if lab.is_academy else None,
        _other_region_remedy(denial) if lab.is_academy else None,
        _end_of_session(denial, lab),
        account_remedy(
            f"If the task requires {denial.action or 'this call'} itself, ask {lab.owner}, or use an account of your own",
            "The instructions of the lab list the services and actions that it allows. In an account of your own, an administrator can allow the rest.",
            url="",
        ),
    )
    return denial.explain(denial_summary(denial, limits), cause, remedies=remedies)


def _caller_name(denial: Denial) -> str | None:
    if isinstance(denial.principal, RoleSession) and denial.role is not None:
        return denial.role.name
    return denial.principal.name if isinstance(denial.principal, User) else None


def _own_role_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that uses the role of the lab instead of a new one."""
    action = denial.lowercase_action
    is_profile = _PROFILE.match(action) is not None
    if not is_profile and not _NEW_ROLE.match(action):
        return None
    account = commands.account(denial.account)
    arn = f"arn:{denial.location.partition or 'aws'}:iam::{account}:role/LabRole"
    if is_profile:
        return your_remedy(
            "Use the instance profile LabInstanceProfile of the lab instead of a new one",
            "It has the role LabRole. Remove the instance profile, and what attaches a role to it, from your code.",
            manifest='iam_instance_profile = "LabInstanceProfile"' if _is_terraform(denial) else None,
            manifest_language="hcl",
            url=_ACADEMY,
        )
    step = f"Set {arn} where your code or the console asks for a role: services such as Lambda, ECS and EKS can assume it. For EC2, use the instance profile LabInstanceProfile."
    address = denial.context.terraform
    code = None
    if _is_terraform(denial):
        name = address.value if address is not None else "the aws_iam_role"
        code = _write_code(denial)
        step = f"Remove {clip_text(name)} and the policies and attachments of the role from your code, and refer to LabRole, as below. If reading it is denied, too, write {arn} itself. For EC2, use the instance profile LabInstanceProfile."
    return your_remedy(
        "Use the role LabRole of the lab instead of a new role",
        step,
        manifest=code,
        manifest_language="hcl",
        url=_ACADEMY,
    )


def _is_terraform(denial: Denial) -> bool:
    return denial.context.terraform is not None or bool(find_resources(denial.failure.text))


def _write_code(denial: Denial) -> str:
    """Return the data source of the role, and the lines of the text that refer to the new one, corrected."""
    source = 'data "aws_iam_role" "lab" {\n  name = "LabRole"\n}\n'
    address = denial.context.terraform
    if address is None or not address.value.startswith("aws_iam_role."):
        return source
    lines: list[str] = []
    for block in find_resources(denial.failure.text):
        for argument, value in block.arguments.items():
            if value == f"{address.value}.arn":
                lines.append(f"# in {block.address}\n{argument} = data.aws_iam_role.lab.arn\n")
    return source + "".join(lines[:3])


def _other_region_remedy(denial: Denial) -> Remedy | None:
    arn = denial.resource_arn
    if arn is None or not arn.region or arn.region in _REGIONS:
        return None
    return your_remedy(
        "Use us-east-1 or us-west-2",
        f"The Learner Lab allows services in these Regions only. The call went to {clip_text(arn.region)}.",
        url=_ACADEMY,
    )


def _end_of_session(denial: Denial, lab: _Lab) -> Remedy | None:
    if not denial.is_explicit:
        return None
    where = " from AWS Details" if lab.is_academy else ""
    return your_remedy(
        "Check that the session of the lab still runs",
        f"When it ends, labs deny everything to credentials that are still valid. Start the lab again, and copy the new credentials{where}.",
        "If it runs, the lab does not offer this call: its readme lists the services and their limits.",
        url=_ACADEMY if lab.is_academy else "",
    )
