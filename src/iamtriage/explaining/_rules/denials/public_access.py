"""Explain that S3 Block Public Access rejects a public policy or ACL.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials.resource_policies import bucket_argument
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary, reason_lines

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_ALL_SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_BLOCK_SETTING = lazy_pattern(r"\bBlockPublic(?:Policy|Acls)\b")
_SETTINGS = {
    "PutBucketPolicy": "BlockPublicPolicy",
    "PutBucketAcl": "BlockPublicAcls",
    "PutObjectAcl": "BlockPublicAcls",
}
_TERRAFORM = lazy_pattern(r"[Tt]erraform|\baws_s3_bucket|\u2502 ?Error: |\u2577|Error: putting S3 Bucket")
_TERRAFORM_NAMES = {"BlockPublicPolicy": "block_public_policy", "BlockPublicAcls": "block_public_acls"}


BLOCK_PUBLIC_ACCESS = CauseType(
    "block-public-access",
    title="S3 Block Public Access prevents the change",
    text="The ACL or policy of the call would make data public, which a setting of S3 Block Public Access prevents.",
    recognised_by="S3 names the Block Public Access setting, such as BlockPublicPolicy or BlockPublicAcls.",
    fix="Don't make the bucket public; if it must be, change the setting.",
    sources=(pages.S3_PUBLIC_ACCESS,),
)


def explain_block_public_access(denial: Denial) -> Explanation:
    """Explain that S3 Block Public Access rejects a public ACL or policy."""
    named = _BLOCK_SETTING.search(denial.failure.text)
    setting = (
        named[0] if named else _SETTINGS.get(denial.operation or (denial.action or "").partition(":")[2])
    )
    what = {"BlockPublicPolicy": "policy", "BlockPublicAcls": "ACL"}.get(setting or "", "ACL or policy")
    verdict = "S3 Block Public Access prevents what would make data public"
    text = ""
    if setting is not None:
        verdict = f"the {what} is public, and the setting {setting} of S3 Block Public Access rejects it"
        text = f"The {what} of the call would make data public, which {setting} prevents. It does not mean that the caller lacks {denial.action or 'the permission'}."
    steps = {
        "policy": (
            "Name accounts, roles or an organization as Principal, or restrict it by conditions such as aws:SourceVpce. For a website, use CloudFront with origin access control.",
        ),
        "ACL": (
            "Omit the public ACL (public-read). To share objects, allow the accounts or roles in the bucket policy. For a website, use CloudFront with origin access control.",
        ),
    }.get(
        what,
        (
            "Name accounts, roles or an organization as Principal, or restrict it by conditions such as aws:SourceVpce.",
            "Omit public ACLs (public-read). For a website, use CloudFront with origin access control.",
        ),
    )
    cause = BLOCK_PUBLIC_ACCESS.cause("reported", reason_lines(denial), text=text)
    return denial.explain(
        denial_summary(denial, verdict),
        cause,
        topic="block-public-access",
        remedies=(
            your_remedy(
                "Allow those who need access, not everyone",
                *steps,
                "Check the settings of the bucket and of the account: the strictest one applies, and an organization can set it, too.",
                commands=_show_public_access_commands(denial),
                url=pages.S3_PUBLIC_ACCESS,
            ),
            public_access_remedy(denial, _public_title(denial, setting), setting),
        ),
        notes=("An Allow in a policy of the caller does not help.",),
    )


def _show_public_access_commands(denial: Denial) -> tuple[str, ...]:
    return (
        fill_command("aws s3api get-public-access-block --bucket {}", bucket_argument(denial)),
        fill_command(
            "aws s3control get-public-access-block --account-id {}", commands.account(denial.account)
        ),
    )


def _public_title(denial: Denial, setting: str | None) -> str:
    """Return the title of the remedy that turns off the setting, with how to do it."""
    title = f"Or, if anyone may read the data, turn off {setting or 'the setting'}"
    if setting is None:
        return title
    if _TERRAFORM.search(denial.failure.text):
        return f"{title}: {_TERRAFORM_NAMES[setting]} = false in aws_s3_bucket_public_access_block, which the {'policy' if setting == 'BlockPublicPolicy' else 'ACL'} names in depends_on"
    return f"{title}: {_turn_off_command(denial, setting)}"


def _turn_off_command(denial: Denial, setting: str) -> str:
    values = ",".join(f"{each}={'false' if each in _off(setting) else 'true'}" for each in _ALL_SETTINGS)
    template = "aws s3api put-public-access-block --bucket {} --public-access-block-configuration {}"
    return fill_command(template, bucket_argument(denial), values)


def public_access_remedy(denial: Denial, title: str, setting: str | None = None) -> Remedy:
    """Return the remedy that shows the settings, and turns one off if it is known."""
    steps = [
        "The setting is on the bucket, on the account, or set by the organization: the strictest one applies.",
        "Turn off only the setting that prevents the change (BlockPublicPolicy for policies, BlockPublicAcls for ACLs), for this bucket only.",
    ]
    change: tuple[str, ...] = ()
    if setting is not None:
        steps[1] = (
            f"Turn off {setting} for this bucket only: anyone can then be given access to its data. The command sets all four settings."
        )
        change = (_turn_off_command(denial, setting),)
    if _TERRAFORM.search(denial.failure.text):
        steps.append(
            "In Terraform, set it in aws_s3_bucket_public_access_block, and add that resource to depends_on of the policy or ACL: otherwise, Terraform can create them too early."
        )
    return account_remedy(
        title, *steps, commands=(*_show_public_access_commands(denial), *change), url=pages.S3_PUBLIC_ACCESS
    )


def _off(setting: str) -> tuple[str, str]:
    """Return the settings to turn off: the one that rejects the change, and the one that makes it ineffective."""
    return (setting, "RestrictPublicBuckets" if setting == "BlockPublicPolicy" else "IgnorePublicAcls")
