"""Explain that S3 Block Public Access rejects a public policy or ACL.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html.
"""

from __future__ import annotations

from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words, lower_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._context.readers.statements import find_said, is_administrator
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument
from iamtriage.explaining._rules.denials.s3.origins import distribution_statement
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import RETRY_NEW, TERRAFORM, find_deployment
from iamtriage.explaining._rules.shared.texts.text_fragments import PULUMI_FRAGMENTS
from iamtriage.explaining._rules.shared.wording import denial_summary, describe_operation, reason_lines
from iamtriage.policies._readers.elements import iterate_conditions, principal_names, shown_sid

_NAME_PRINCIPALS = (
    "Name accounts, roles or an organization as Principal, or add a condition such as aws:SourceVpce."
)
_WEBSITE = "For a website, use CloudFront with origin access control."
_CLOUDFRONT = lazy_pattern(r"(?i:\bcloudfront\b)")
_ALL_SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_BLOCK_SETTING = lazy_pattern(r"\bBlockPublic(?:Policy|Acls)\b")
_SETTINGS = {
    "PutBucketPolicy": "BlockPublicPolicy",
    "PutBucketAcl": "BlockPublicAcls",
    "PutObjectAcl": "BlockPublicAcls",
}
_TERRAFORM_NAMES = {
    "BlockPublicPolicy": "block_public_policy = false and restrict_public_buckets = false",
    "BlockPublicAcls": "block_public_acls = false and ignore_public_acls = false",
}

_CDK = lazy_pattern(r"\bcdk (?:deploy|synth)\b|\baws[-_]cdk\b|\baws:cdk:")
# What get-public-access-block prints, Terraform sets, or people say.
_STATED_SETTING = lazy_pattern(
    r"\b(?P<name>BlockPublic(?:Acls|Policy)|block_public_(?:acls|policy))[\"']?\s{0,20}[=:]\s?(?P<value>[Tt]rue|[Ff]alse)\b"
)
_SAID_OFF = lazy_pattern(
    r"(?i)\b(?:Block Public Access|BPA)\b[^.\n]{0,30}?\b(?:is|are) (?:all )?(?:off|disabled)\b[^.\n]{0,30}?\b(?:and|both)\b[^.\n]{0,20}?\baccount\b"
)
_OWN_ACCOUNT = '"$(aws sts get-caller-identity --query Account --output text)"'
# What names or shows a public policy or ACL.
_PUBLIC_SIGN = lazy_pattern(
    r"(?<![A-Za-z])[Pp]ublic(?![_-]?[Aa]ccess)[A-Za-z_-]{0,40}|\bgrant_?[Pp]ublic_?[Aa]ccess\b|\"?Principal\"?\s?[:=]\s?(?:\{\s?\"?AWS\"?\s?[:=]\s?)?\"\*\""
)
# Keys of conditions with which a policy for everyone stays public. The page on Block Public Access lists those that limit it.
_OPEN_KEYS = frozenset(
    {"aws:currenttime", "aws:referer", "aws:securetransport", "aws:useragent", "s3:prefix", "s3:tlsversion"}
)

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
    start, end = denial.failure.span
    # Commands around the failure can name all settings.
    named = _BLOCK_SETTING.search(denial.failure.text, start, end) or _BLOCK_SETTING.search(
        denial.failure.text
    )
    called = denial.operation or (denial.action or "").partition(":")[2]
    setting = named[0] if named else _SETTINGS.get(called)
    what = {"BlockPublicPolicy": "policy", "BlockPublicAcls": "ACL"}.get(setting or "", "ACL or policy")
    verdict = "S3 Block Public Access prevents what would make data public"
    if setting is not None:
        verdict = f"the {what} is public, and the setting {setting} of S3 Block Public Access rejects it"
        if _is_off_for_bucket(denial, setting):
            verdict += ": it is off for the bucket, so it is on for the account or the organization"
    title, check = "Allow those who need access, not everyone", show_public_access_commands(denial)
    statement: dict[str, Any] | None = None
    steps = [f"{_NAME_PRINCIPALS} {_WEBSITE}"]
    if is_write := what == "policy" and _opens_no_reads(denial):
        steps = [
            f"{_NAME_PRINCIPALS} A service that delivers files has a principal of its own, such as logging.s3.amazonaws.com."
        ]
    elif denial.location.partition != "aws-us-gov" and what != "ACL" and setting:  # which has no CloudFront
        steps = [f"{steps[0].removesuffix('.')}: the statement for it is not public."]
        statement = distribution_statement(denial)
        if any(find_said(denial.failure.text, _CLOUDFRONT)):
            title = "Allow only the CloudFront distribution, not everyone"
            steps = [
                "Replace the statement for everyone with the one below, which is not public, and give the distribution an origin access control."
            ]
    if what == "ACL":
        steps = [
            f"Omit the public ACL (public-read). To share objects, allow the accounts or roles in the bucket policy. {_WEBSITE}"
        ]
    elif setting is None:
        steps = [_NAME_PRINCIPALS, f"Omit public ACLs (public-read). {_WEBSITE}"]
    compare = "The strictest setting of the bucket, the account and the organization applies."
    change: tuple[Labelled, ...] = ()
    if setting is not None and _is_off_for_bucket(denial, setting):
        title, check = f"{title}, or turn {setting} off for the account", check[1:]
        compare = f"The strictest setting applies. If the first command prints no {setting}: true, the organization sets it, and only its administrator can change it."
        label = "Or, only if anyone may read the data, turn it off, and so for all buckets of the account (account administrator; keep the values of the other settings):"
        line = f"aws s3control put-public-access-block --account-id {_account(denial)} --public-access-block-configuration {_configure(setting)}"
        change = (Labelled(label, line),)
    remedy = your_remedy(
        title,
        *((compare, *steps) if change else (*steps, compare)),
        commands=(*check, *change),
        url=pages.S3_PUBLIC_ACCESS,
    )
    if statement is not None:
        remedy = attrs.evolve(remedy, statement=statement, layer="resource")
    return denial.explain(
        denial_summary(denial, verdict),
        BLOCK_PUBLIC_ACCESS.cause(
            "reported",
            reason_lines(denial),
            text=f"More permissions of the caller do not help: the setting applies to every public {what}.{describe_operation(denial)}",
        ),
        remedies=(
            remedy,
            None
            if change or is_write
            else public_access_remedy(denial, _public_title(denial, setting), setting),
        ),
    )


def _opens_no_reads(denial: Denial) -> bool:
    """Return whether the policy in the text allows everyone something, but not to read objects."""
    public = [
        each
        for policy in denial.context.resource_policies
        for each in policy.allows
        if "*" in principal_names(each)
    ]
    return bool(public) and not any(names_action(each, "s3:GetObject") for each in public)


def _is_off_for_bucket(denial: Denial, setting: str) -> bool:
    """Return whether the text shows that a setting is off for the bucket, and says nothing of the account's."""
    text = denial.failure.text
    is_shown = "s3api get-public-access-block" in text or "s3api put-public-access-block" in text
    return (
        is_shown
        and "s3control" not in text
        and _is_blocked(text, setting[len("BlockPublic") :].lower()) is not True
        and _sets_off(text, setting)
    )


def _account(denial: Denial) -> str:
    """Return the account of the call, or a command that prints that of the caller."""
    stated = denial.context.account
    # Of several accounts in a text, it can be any.
    is_only = stated is not None and {*ACCOUNT_IN_TEXT.findall(denial.failure.text)} == {stated.value}
    return denial.account or (stated.value if stated and is_only else _OWN_ACCOUNT)


def show_public_access_commands(denial: Denial) -> tuple[str, ...]:
    """Return the commands that print the settings of the bucket and of the account."""
    return (
        fill_command("aws s3api get-public-access-block --bucket {}", bucket_argument(denial)),
        f"aws s3control get-public-access-block --account-id {_account(denial)}",
    )


def _public_title(denial: Denial, setting: str | None) -> str:
    """Return the title of the remedy that turns off the setting, with how to do it."""
    off = "the setting" if setting is None else join_words(_settings_off(setting), "and")
    title = f"Or, if anyone may read the data, turn off {off}"
    if setting is not None and TERRAFORM.search(denial.failure.text):
        return f"{title}: {_TERRAFORM_NAMES[setting]} in aws_s3_bucket_public_access_block of this bucket, and add it to depends_on of the {'policy' if setting == 'BlockPublicPolicy' else 'ACL'}"
    if setting is not None and any(map(denial.failure.text.__contains__, PULUMI_FRAGMENTS)):
        names = " and ".join(f"{each[0].lower()}{each[1:]}: false" for each in _settings_off(setting))
        return f"{title} for this bucket ({names} in aws.s3.BucketPublicAccessBlock, with dependsOn)"
    return f"{title} for this bucket"


def _settings_off(setting: str) -> tuple[str, str]:
    """Return the setting that rejects the change, and the one that makes it ineffective."""
    return setting, "RestrictPublicBuckets" if setting == "BlockPublicPolicy" else "IgnorePublicAcls"


def _configure(setting: str) -> str:
    """Return all settings for a command of the AWS CLI that turns one off, and that without which it has no effect."""
    off = _settings_off(setting)
    return ",".join(f"{each}={'false' if each in off else 'true'}" for each in _ALL_SETTINGS)


def blocks_public_acls(text: str) -> bool | None:
    """Return whether a text shows that Block Public Access rejects public ACLs; ``None`` if it does not show all settings."""
    return _is_blocked(text, "acls")


def _is_blocked(text: str, what: str) -> bool | None:
    """Return a setting that a text shows: it is on if it is on for the bucket or for the account."""
    values = [
        each["value"].lower()
        for each in _STATED_SETTING.finditer(text)
        if each["name"].lower().endswith(what)
    ]
    if "true" in values:
        return True
    is_off_twice = len(values) > 1 and "get-public-access-block" in text
    return False if is_off_twice or _SAID_OFF.search(text) else None


def _sets_off(text: str, setting: str) -> bool:
    """Return whether a text, such as a template, turns a setting off."""
    found = ((each["name"].replace("_", ""), each["value"]) for each in _STATED_SETTING.finditer(text))
    return any(name.lower() == setting.lower() and value.lower() == "false" for name, value in found)


def turn_off_command(denial: Denial, setting: str) -> str:
    template = "aws s3api put-public-access-block --bucket {} --public-access-block-configuration {}"
    return fill_command(template, bucket_argument(denial), _configure(setting))


class Blocked(NamedTuple):
    """That Block Public Access may reject the policy or ACL of a call: likely, if the text shows that it is public."""

    cause: Cause
    title: str
    is_likely: bool

    @property
    def reason(self) -> str:
        """Why S3 denied the call, as the end of a sentence."""
        why = ", as the policy allows everyone" if self.cause.evidence == "derived" else ""
        return f"most likely, Block Public Access rejects it{why}"


def find_blocked_access(denial: Denial) -> Blocked | None:
    """Return the finding that Block Public Access rejects a policy or ACL, if a call sets one."""
    setting = _tested_setting(denial)
    if setting is None:
        return None
    what = "policy" if setting == "BlockPublicPolicy" else "ACL"
    is_on = _is_blocked(denial.failure.text, "policy" if what == "policy" else "acls")
    if is_on is False:
        return None
    title = f"Check Block Public Access, which rejects a public {what}"
    new = "Buckets created since April 2023 have all four settings on. No Allow overrides them."
    if _sets_off(denial.failure.text, setting):
        new = (
            "The text turns it off for the bucket: that of the account or of the organization still applies."
        )
    if what == "policy" and (found := _find_public_statement(denial)) is not None:
        text = f"{setting} of S3 Block Public Access rejects a policy that allows everyone, whoever sets it. {new}"
        condition = (
            "without a condition" if not found.get("Condition") else "and its condition limits no caller"
        )
        sid = shown_sid(found)
        sign = f"The policy in the text has the Principal * {condition}{f' ({sid})' if sid else ''}."
        return Blocked(BLOCK_PUBLIC_ACCESS.cause("derived", sign, text=text), title, is_likely=True)
    text = f"The {what} would make data public, which {setting} of S3 Block Public Access prevents."
    is_shown = what == "policy" and any(each.has_principal for each in denial.context.policies)
    shown = None if is_shown else _PUBLIC_SIGN.search(denial.failure.text)
    if shown is not None and is_on:
        text = f"{setting} of S3 Block Public Access is on and rejects a public {what}, whoever sets it."
        cause = BLOCK_PUBLIC_ACCESS.cause("derived", f"The text has {shown[0]}.", text=text)
        return Blocked(cause, title, is_likely=True)
    if shown is None:
        title = f"If the {what} makes data public, check Block Public Access"
        return Blocked(BLOCK_PUBLIC_ACCESS.cause(text=text), title, is_likely=False)
    text = f"Most likely, {setting} of S3 Block Public Access rejects the {what}, which seems to be public. {new}"
    because = (f"The text has {shown[0]}.",)
    return Blocked(BLOCK_PUBLIC_ACCESS.cause(because=because, text=text), title, is_likely=True)


def is_public(denial: Denial) -> bool:
    """Return whether the policy or ACL of a call seems to be public, and Block Public Access can reject it."""
    blocked = find_blocked_access(denial)
    return blocked is not None and blocked.is_likely


def _tested_setting(denial: Denial) -> str | None:
    """Return the setting that can reject the call, or the resource of a template without a call."""
    known = _SETTINGS.get(denial.operation or "")
    if known is None and denial.operation is None and denial.action is None:
        deployment = find_deployment(denial.failure, denial.facts)
        is_policy = deployment is not None and deployment.type == "AWS::S3::BucketPolicy"
        return "BlockPublicPolicy" if is_policy else None
    return known


def _find_public_statement(denial: Denial) -> dict[str, Any] | None:
    """Return a statement in the text that allows everyone."""
    for policy in denial.context.policies:
        for each in policy.allows:
            keys = {key.lower() for _, key, _ in iterate_conditions(each)}
            is_known = bool(keys) or not each.get("Condition")
            if "*" in principal_names(each, "AWS") and is_known and keys <= _OPEN_KEYS:
                return each
    return None


def public_access_remedy(denial: Denial, title: str, setting: str | None = None) -> Remedy:
    """Return the remedy that shows the settings, and turns one off if it is known."""
    where = (
        "The setting is on the bucket, on the account, or set by the organization: the strictest one applies."
    )
    step = "Turn off only the setting that prevents the change (BlockPublicPolicy for policies, BlockPublicAcls for ACLs), for this bucket only."
    change: tuple[str, ...] = ()
    is_terraform = TERRAFORM.search(denial.failure.text) is not None
    if (stated := _tested_setting(denial)) is not None:
        off = join_words(_settings_off(stated), "and")
        step = f"Keep it on if you can. {_WEBSITE} If anyone may read the data, turn off {off} for this bucket only, before the call."
        label = "Then, only if anyone may read the data:"
        change = () if is_terraform else (Labelled(label, turn_off_command(denial, stated)),)
    if setting is not None:
        what = "ACL" if setting == "BlockPublicAcls" else "policy"
        step = f"The {'last ' if is_terraform else ''}command is for this bucket only, and sets all four settings: keep the values of the others. With {_settings_off(setting)[1]} on, the {what} is saved, but gives the public no access."
        change = (turn_off_command(denial, setting),)
        if not is_terraform:
            return account_remedy(title, step, commands=change, url=pages.S3_PUBLIC_ACCESS)
    deployment = None if stated is None or is_terraform else find_deployment(denial.failure, denial.facts)
    is_unset = stated is not None and not _sets_off(denial.failure.text, stated)
    buckets = find_template_resources(denial.failure.text, "AWS::S3::Bucket")
    # A template that only names a bucket does not create it.
    is_known = not (buckets or _CDK.search(denial.failure.text)) and bucket_argument(denial) != "BUCKET"
    if stated is not None and deployment is not None and is_unset and not is_known and is_public(denial):
        return _template_remedy(denial, stated)
    in_terraform = None
    if is_terraform:
        in_terraform = "In Terraform, set it in aws_s3_bucket_public_access_block, and add that resource to depends_on of the policy or ACL: otherwise, Terraform can create them too early."
    lines = (*show_public_access_commands(denial), *change)
    return account_remedy(title, where, step, in_terraform, commands=lines, url=pages.S3_PUBLIC_ACCESS)


def _template_remedy(denial: Denial, setting: str) -> Remedy:
    """Return the remedy that keeps the bucket of a template private, or turns a setting off in the template."""
    off, text = _settings_off(setting), denial.failure.text
    buckets = {each.name for each in find_template_resources(text, "AWS::S3::Bucket")}
    name = only_one(buckets, "BUCKET_LOGICAL_ID")
    values = [(each, "false" if each in off else "true") for each in _ALL_SETTINGS]
    lines = [f"      {each}: {value}" for each, value in values]
    add = f"Add PublicAccessBlockConfiguration to the properties of {name}, as below."
    if is_cdk := _CDK.search(text) is not None:
        code = ", ".join(f"{lower_first(each)}: {value}" for each, value in values)
        add = f"Give the bucket in the CDK code blockPublicAccess: new s3.BlockPublicAccess({{ {code} }})."
    return your_remedy(
        f"If anyone may read the data, turn off {setting} in the template",
        add,
        RETRY_NEW,
        f"Or keep the bucket private. {_WEBSITE} Its policy allows cloudfront.amazonaws.com, not everyone.",
        "If it is still denied, the setting of the account, which the command prints, or of the organization prevents it.",
        commands=show_public_access_commands(denial)[1],
        manifest=None
        if is_cdk
        else "\n".join((f"{name}:", "  Properties:", "    PublicAccessBlockConfiguration:", *lines)),
        url=pages.S3_PUBLIC_ACCESS,
    )


def explain_public_change(denial: Denial) -> Explanation | None:
    """Explain that Block Public Access rejects a public policy or ACL, or return ``None`` if an Allow can be missing."""
    blocked = find_blocked_access(denial)
    is_allowed = is_administrator(denial.failure.text)
    if blocked is None or not blocked.is_likely or not (is_allowed or denial.action is None):
        return None
    on, action = f" on {denial.resource}" if denial.resource else "", denial.action or "s3:PutBucketPolicy"
    note = "The caller is an administrator, so no identity-based policy is missing."
    if (deployment := find_deployment(denial.failure, denial.facts)) and not deployment.is_terraform:
        note = f"{note} If the stack has its own role, that role needs {action}. A service control policy can deny it, too."
    return denial.explain(
        f"S3 denied {action}{on} without a reason: {blocked.reason}.",
        blocked.cause,
        topic="s3-access-denied",
        remedies=public_access_remedy(denial, blocked.title),
        notes=note if is_allowed else "For a policy that is not public, the caller needs s3:PutBucketPolicy.",
    )
