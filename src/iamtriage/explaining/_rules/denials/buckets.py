"""Explain denials of buckets that AWS owns or CloudFormation deploys, and by S3 Block Public Access.

Usually, the policy of the network's S3 endpoint does not allow a download from a bucket of AWS:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html (layers of images),
https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html (SSM Agent, patches) and
https://repost.aws/knowledge-center/ec2-al1-al2-update-yum-without-internet (packages of Amazon Linux). A public policy or
ACL: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._explanations import EVENTUAL_CONSISTENCY, Explanation, Remedy
from iamtriage.explaining._rules.denials.policy_causes import DENIES, NO_ALLOWS
from iamtriage.explaining._rules.denials.resource_policies import bucket_argument, policy_commands
from iamtriage.explaining._rules.shared import commands, common_causes, denial_remedies, pages
from iamtriage.explaining._rules.shared.clues import find_profile, find_registry
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.remedies import account_remedy, resource_policy_remedy, your_remedy
from iamtriage.explaining._rules.shared.services import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.text_signs import find_deployment
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary, reason_lines
from iamtriage.policies._documents import allow
from iamtriage.policies._masked_arns import find_partition

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

_REGION = r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-(?:gov|iso[a-z]?))?-[a-z]{4,9}-[0-9]"
# After a slash of a URL, or the colons of an ARN.
_BUCKET = lazy_pattern(
    rf"(?<=[/:])(?P<bucket>prod-{_REGION}-starport-layer-bucket|{_REGION}-birdwatcher-prod|amazonlinux\.{_REGION}"
    r"|(?:amazon-ssm(?:-packages)?|aws-ssm(?:-distributor-file|-document-attachments)?|aws-windows-downloads|aws-patch-manager"
    rf"|patch-baseline-snapshot|amazonlinux-2-repos|al2023-repos|aws-codedeploy)-{_REGION}(?:-[a-z0-9]{{8,12}})?)(?=[./?\s\"']|\Z)",
    re.ASCII,
)
_REGION_IN_BUCKET = lazy_pattern(_REGION, re.ASCII)
# Docker downloads the configuration and the layers of an image from S3, and prints S3's answer.
_DOCKER_DOWNLOAD = lazy_pattern(
    r"error pulling image configuration|download failed after attempts|failed to copy: "
)
_MAX_TEXT = 32_000
_LAYERS = "-starport-layer-bucket"


ONLY_BUCKET_OWNER = CauseType(
    "only-bucket-owner",
    title="S3 accepts the call only from the account that owns the bucket",
    meaning="The caller is in another account than the bucket. Only the bucket's own account can read, change or delete its policy: S3 answers 405 to any other account that the policy allows.",
    recognised_by="No resource-based policy allows s3:PutBucketPolicy, s3:GetBucketPolicy or s3:DeleteBucketPolicy, so the bucket is in another account.",
    fix="Make the call with a role or user of the account that owns the bucket.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",),
)


def ownership_command(denial: Denial) -> str:
    """Return the command that prints the name of the bucket if the caller's account owns it."""
    if denial.service == "s3express":
        return "aws s3api list-directory-buckets --query 'Buckets[].Name'"
    list_own = "aws s3api list-buckets --prefix {} --query 'Buckets[].Name'"
    return with_profile(find_profile(denial.case), fill_command(list_own, bucket_argument(denial)))


def bucket_policy_commands(denial: Denial) -> tuple[str, ...]:
    """Return the commands that print and replace the bucket policy."""
    policy = RESOURCE_POLICIES["s3"]
    return policy_commands(denial, policy.show_command, policy.change_command)


def explain_call_of_owner(denial: Denial) -> Explanation:
    """Explain that a call requires an identity of the account that owns the bucket."""
    return denial.explain(
        denial_summary(
            denial, "the bucket is in another account, and only its own account can make this call"
        ),
        ONLY_BUCKET_OWNER.cause(
            "derived",
            reason_lines(denial),
            text=f"{capitalize_start(denial.caller)} is in another account than the bucket: AWS refers to the bucket policy only then. Even with an Allow in it, S3 answers 405 (MethodNotAllowed).",
        ),
        topic="resource-policy",
        remedies=(
            your_remedy(
                "Make the call with a role or user of the account that owns the bucket",
                "Check the profile, the credentials of the job, and the name of the bucket. In the account that owns the bucket, the command prints its name.",
                "If no identity of yours is in that account, ask its administrator for a role to assume, or to make the change.",
                commands=(ownership_command(denial),),
                url=ONLY_BUCKET_OWNER.sources[0],
            ),
        ),
        notes=("An Allow in the bucket policy or in a policy of the caller does not help.",),
    )


def is_bucket_of_aws(denial: Denial) -> bool:
    """Return whether S3 denied, without a reason, what is in a bucket that AWS owns."""
    return denial.policy_type is None and denial.deny is None and _find_bucket(denial) is not None


def _find_bucket(denial: Denial) -> str | None:
    """Return the bucket of AWS that the text or the resource names, or in which ECR keeps the layers of the image."""
    text = denial.failure.text[:_MAX_TEXT]
    found = _BUCKET.search(denial.resource or "") or _BUCKET.search(text)
    if found is not None:
        return found["bucket"]
    if denial.failure.envelope.host_id is None or not _DOCKER_DOWNLOAD.search(text):
        return None
    registry, region = find_registry(denial.case)
    return f"prod-{region}{_LAYERS}" if ".dkr.ecr" in registry and commands.region(region) == region else None


def explain_bucket_of_aws(denial: Denial) -> Explanation:
    """Explain that a bucket that AWS owns denied a download."""
    bucket = _find_bucket(denial) or "BUCKET"
    found = _REGION_IN_BUCKET.search(bucket)
    region = commands.region(found[0] if found else None)
    partition = find_partition(region) or "aws"
    objects = f"arn:{partition}:s3:::{bucket}/*"
    summary, url = f"S3 denied a download from {bucket}, a bucket of AWS", pages.VPC_ENDPOINT
    owner = f"AWS owns {bucket}: you cannot change its policy."
    more = "SSM Agent and CodeDeploy sign their requests: the instance's role must allow s3:GetObject on the bucket, too, and SCPs must exempt it."
    if bucket.endswith(_LAYERS):
        summary = f"ECR accepted the pull, but S3 denied a layer in {bucket}"
        url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
        owner = f"ECR keeps the layers of images in {bucket}, which belongs to AWS. Sign-in and manifest worked, so no ecr permission is missing."
        more = "If the VPC has no S3 endpoint, a proxy or firewall can be what answers 403."
    return denial.explain(
        f"{summary}: most likely, the S3 endpoint of the VPC does not allow it.",
        NO_ALLOWS["vpc_endpoint"].cause(
            because=(owner,),
            text="The request went through an S3 gateway endpoint whose policy does not allow s3:GetObject on this bucket.",
        ),
        topic="vpc-endpoint-policy",
        remedies=(
            Remedy(
                title="Allow the bucket in the policy of the S3 endpoint of the VPC",
                who="account administrator",
                steps=(
                    "The network team often owns the endpoint: the one for S3 in the VPC of the node, task or instance.",
                    "Save its policy with this statement added as policy.json: the command replaces the policy.",
                    more,
                ),
                commands=commands.endpoint_policy_commands(region, "s3:GetObject"),
                statement=allow("s3:GetObject", objects, sid="BucketOfAws", principal="*"),
                layer="vpc_endpoint",
                url=url,
            ),
        ),
    )


_NAME_PRINCIPALS = "Name accounts, roles or an organization as Principal, or restrict it by conditions such as aws:SourceVpce."
_WEBSITE = "For a website, use CloudFront with origin access control."
_ALL_SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_BLOCK_SETTING = lazy_pattern(r"\bBlockPublic(?:Policy|Acls)\b")
_SETTINGS = {
    "PutBucketPolicy": "BlockPublicPolicy",
    "PutBucketAcl": "BlockPublicAcls",
    "PutObjectAcl": "BlockPublicAcls",
}
_TERRAFORM = lazy_pattern(r"[Tt]erraform|\baws_s3_bucket|\u2502 ?Error: |\u2577|Error: putting S3 Bucket")
_TERRAFORM_NAMES = {"BlockPublicPolicy": "block_public_policy", "BlockPublicAcls": "block_public_acls"}

_OWN_ACCOUNT = '"$(aws sts get-caller-identity --query Account --output text)"'
# What names or shows a public policy or ACL.
_PUBLIC_SIGN = lazy_pattern(
    r"(?<![A-Za-z])[Pp]ublic(?![_-]?[Aa]ccess)[A-Za-z_-]{0,40}|\"?Principal\"?\s?[:=]\s?(?:\{\s?\"?AWS\"?\s?[:=]\s?)?\"\*\""
)

BLOCK_PUBLIC_ACCESS = CauseType(
    "block-public-access",
    title="S3 Block Public Access prevents the change",
    text="The ACL or policy of the call would make data public, which a setting of S3 Block Public Access prevents.",
    recognised_by="S3 names the Block Public Access setting, such as BlockPublicPolicy or BlockPublicAcls.",
    fix="Don't make the bucket public; if it must be, change the setting.",
    sources=(pages.S3_PUBLIC_ACCESS,),
)
MISSING_OBJECT = CauseType(
    "missing-object",
    title="The object does not exist",
    text="The key does not exist (or has a typo): without s3:ListBucket, S3 answers 403, not 404.",
    fix="Check the key. With s3:ListBucket on the bucket, S3 answers 404 instead of 403.",
    of="derived-action",
)
KMS_KEY = CauseType(
    "kms-key",
    title="The caller cannot use the object's KMS key",
    fix="Allow kms:Decrypt or kms:GenerateDataKey on the key.",
    of="derived-action",
)


def explain_block_public_access(denial: Denial) -> Explanation:
    """Explain that S3 Block Public Access rejects a public ACL or policy."""
    named = _BLOCK_SETTING.search(denial.failure.text)
    called = denial.operation or (denial.action or "").partition(":")[2]
    setting = named[0] if named else _SETTINGS.get(called)
    what = {"BlockPublicPolicy": "policy", "BlockPublicAcls": "ACL"}.get(setting or "", "ACL or policy")
    verdict = "S3 Block Public Access prevents what would make data public"
    text = ""
    if setting is not None:
        verdict = f"the {what} is public, and the setting {setting} of S3 Block Public Access rejects it"
        text = f"The {what} of the call would make data public, which {setting} prevents. It does not mean that the caller lacks {denial.action or 'the permission'}."
    steps = [f"{_NAME_PRINCIPALS} {_WEBSITE}"]
    if what == "ACL":
        steps = [
            f"Omit the public ACL (public-read). To share objects, allow the accounts or roles in the bucket policy. {_WEBSITE}"
        ]
    elif setting is None:
        steps = [_NAME_PRINCIPALS, f"Omit public ACLs (public-read). {_WEBSITE}"]
    return denial.explain(
        denial_summary(denial, verdict),
        BLOCK_PUBLIC_ACCESS.cause("reported", reason_lines(denial), text=text),
        remedies=(
            your_remedy(
                "Allow those who need access, not everyone",
                *steps,
                "Check the settings of the bucket and of the account: the strictest one applies, and an organization can set it, too.",
                commands=show_public_access_commands(denial),
                url=pages.S3_PUBLIC_ACCESS,
            ),
            public_access_remedy(denial, _public_title(denial, setting), setting),
        ),
        notes=("An Allow in a policy of the caller does not help.",),
    )


def show_public_access_commands(denial: Denial) -> tuple[str, ...]:
    """Return the commands that print the settings of the bucket and of the account."""
    return (
        fill_command("aws s3api get-public-access-block --bucket {}", bucket_argument(denial)),
        f"aws s3control get-public-access-block --account-id {denial.account or _OWN_ACCOUNT}",
    )


def _public_title(denial: Denial, setting: str | None) -> str:
    """Return the title of the remedy that turns off the setting, with how to do it."""
    title = f"Or, if anyone may read the data, turn off {setting or 'the setting'}"
    if setting is None:
        return title
    if _TERRAFORM.search(denial.failure.text):
        return f"{title}: {_TERRAFORM_NAMES[setting]} = false in aws_s3_bucket_public_access_block, which the {'policy' if setting == 'BlockPublicPolicy' else 'ACL'} names in depends_on"
    return f"{title}: {turn_off_command(denial, setting)}"


def _settings_off(setting: str) -> tuple[str, str]:
    """Return the setting that rejects the change, and the one that makes it ineffective."""
    return setting, "RestrictPublicBuckets" if setting == "BlockPublicPolicy" else "IgnorePublicAcls"


def turn_off_command(denial: Denial, setting: str) -> str:
    off = _settings_off(setting)
    values = ",".join(f"{each}={'false' if each in off else 'true'}" for each in _ALL_SETTINGS)
    template = "aws s3api put-public-access-block --bucket {} --public-access-block-configuration {}"
    return fill_command(template, bucket_argument(denial), values)


def may_be_blocked(denial: Denial) -> tuple[Cause, str] | None:
    """Return the cause that Block Public Access rejects a policy or ACL, and the title of a check, if a call sets one."""
    setting = _SETTINGS.get(denial.operation or "")
    if setting is None:
        return None
    what = "policy" if setting == "BlockPublicPolicy" else "ACL"
    text = f"The {what} would make data public, which {setting} of S3 Block Public Access prevents."
    shown = _PUBLIC_SIGN.search(denial.failure.text)
    if shown is None:
        return BLOCK_PUBLIC_ACCESS.cause(
            text=text
        ), f"If the {what} makes data public, check Block Public Access"
    text = f"Most likely, {setting} of S3 Block Public Access rejects the {what}, which seems to be public: the text has {shown[0]}."
    return BLOCK_PUBLIC_ACCESS.cause(
        text=text
    ), f"Check Block Public Access, as the {what} seems to be public"


def public_access_remedy(denial: Denial, title: str, setting: str | None = None) -> Remedy:
    """Return the remedy that shows the settings, and turns one off if it is known."""
    steps = [
        "The setting is on the bucket, on the account, or set by the organization: the strictest one applies.",
        "Turn off only the setting that prevents the change (BlockPublicPolicy for policies, BlockPublicAcls for ACLs), for this bucket only.",
    ]
    if (stated := _SETTINGS.get(denial.operation or "")) is not None:
        steps[1] = (
            f"Keep it on if you can. {_WEBSITE} If anyone may read the data, turn off {join_words(_settings_off(stated), 'and')} for this bucket only."
        )
    change: tuple[str, ...] = ()
    if setting is not None:
        steps[1] = (
            f"Turn off {setting} for this bucket only: anyone can then be given access to its data. The command sets all four settings."
        )
        change = (turn_off_command(denial, setting),)
    if _TERRAFORM.search(denial.failure.text):
        steps.append(
            "In Terraform, set it in aws_s3_bucket_public_access_block, and add that resource to depends_on of the policy or ACL: otherwise, Terraform can create them too early."
        )
    return account_remedy(
        title, *steps, commands=(*show_public_access_commands(denial), *change), url=pages.S3_PUBLIC_ACCESS
    )


def explain_origin(denial: Denial) -> Explanation:
    """Explain a 403 error that CloudFront passes on from its S3 origin."""
    arn, bucket = f"arn:{denial.location.partition or 'aws'}", bucket_argument(denial)
    distribution = f"{arn}:cloudfront::ACCOUNT_ID:distribution/DISTRIBUTION_ID"
    statement = allow(
        "s3:GetObject",
        f"{arn}:s3:::{bucket}/*",
        principal={"Service": "cloudfront.amazonaws.com"},
        condition={"StringEquals": {"AWS:SourceArn": distribution}},
    )
    return denial.explain(
        "S3, the origin of the CloudFront distribution, denied the request without a reason.",
        NO_ALLOWS["resource"].cause(
            text="The bucket policy does not allow the distribution (origin access control)."
        ),
        MISSING_OBJECT.cause(
            text="The object does not exist, or the distribution has no default root object: without s3:ListBucket, S3 answers 403 instead of 404."
        ),
        KMS_KEY.cause(text="The key policy of the object's KMS key does not allow cloudfront.amazonaws.com."),
        topic="s3-access-denied",
        remedies=(
            resource_policy_remedy(
                "Allow the distribution in the bucket policy",
                "Check that the object exists under the path of the URL. A URL that ends with / needs a default root object, which works only for the root.",
                denial_remedies.save_step("the bucket policy"),
                commands=bucket_policy_commands(denial),
                statements=(statement,),
                url=pages.ORIGIN_ACCESS,
            ),
        ),
        notes=("CloudFront caches error responses: invalidate the path after the fix.",),
    )


def explain_deployed_bucket(denial: Denial) -> Explanation | None:
    """Explain a 403 error without a call that CloudFormation got for a bucket, or return ``None`` for others.

    Actions: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    deployment = find_deployment(denial.failure, denial.facts)
    if deployment is None or not (deployment.type or "").startswith("AWS::S3::Bucket"):
        return None
    region = commands.region(deployment.region or denial.facts.region)
    named = deployment.resource and f"{clip_text(deployment.resource)} ({deployment.type})"
    actions = "The policy requires s3:PutBucketPolicy, and Block Public Access rejects a public one."
    if deployment.type != "AWS::S3::BucketPolicy":
        actions = "A bucket requires s3:CreateBucket, and each property an action, such as s3:PutBucketTagging, s3:PutEncryptionConfiguration, s3:PutBucketPublicAccessBlock, s3:PutBucketVersioning or s3:PutBucketOwnershipControls."
    return denial.explain(
        f"S3 denied a call for {named or deployment.type}: the message names neither the action nor the reason.",
        common_causes.NO_IDENTITY_ALLOW.cause(
            text="The permissions with which CloudFormation acts lack an action that a property requires."
        ),
        DENIES["resource"].cause(
            text="A service control policy, a permissions boundary or the policy of an existing bucket denies it."
        ),
        topic="s3-access-denied",
        remedies=(
            account_remedy(
                "Find the denied call in CloudTrail, then allow its action",
                actions,
                "The command lists the calls that S3 denied in the last 90 days, with the callers. CloudTrail shows a call after a few minutes.",
                commands=(
                    f"aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventSource,AttributeValue=s3.amazonaws.com --query 'Events[?contains(CloudTrailEvent, `AccessDenied`)].[EventTime,EventName,Username]' --output text",
                ),
                url=pages.S3_403,
            ),
        ),
        notes=(EVENTUAL_CONSISTENCY,),
    )
