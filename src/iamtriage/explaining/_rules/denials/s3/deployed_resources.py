"""Explain denials without a call of a resource that CloudFormation or Terraform deploys.

For one resource, the handler of CloudFormation and the provider of Terraform make several calls. CloudTrail has the denied
one, and its message: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html. Actions of
buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html. Lambda omits the message
if it is about the layer of a function: https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.actions._operations import service_prefix
from iamtriage.explaining._context.readers.described_calls import CREATING, DELETING, find_operation
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.shared import commands, common_causes, pages, remedies
from iamtriage.explaining._rules.shared.grants.unnamed_calls import denied_calls_command
from iamtriage.explaining._rules.shared.texts.deployment_tools import Deployment, find_deployment

_REQUEST_ID = lazy_pattern(
    r"(?i:\brequest ?id:? ?)(?P<id>[A-Z0-9]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
)
_TERRAFORM_TYPE = lazy_pattern(r"(?:\A|\.)(?P<type>aws_(?P<service>[a-z0-9]+)_(?P<kind>\w+))\.")
# What a type requires further.
_REQUIRED = {
    "s3:CreateBucket": "A bucket requires s3:CreateBucket, and each property an action, such as s3:PutBucketTagging, s3:PutEncryptionConfiguration, s3:PutBucketPublicAccessBlock, s3:PutBucketVersioning or s3:PutBucketOwnershipControls.",
    "s3:PutBucketPolicy": "The policy requires s3:PutBucketPolicy, and Block Public Access rejects a public one.",
    "lambda:CreateFunction": "A function requires lambda:CreateFunction and lambda:GetFunction, and each layer lambda:GetLayerVersion: the owner of a layer in another account must share it, too.",
    "lambda:PublishLayerVersion": "A layer requires lambda:PublishLayerVersion and lambda:GetLayerVersion.",
    "ec2:CreateSecurityGroup": "A security group requires ec2:CreateSecurityGroup and, for its rules, ec2:AuthorizeSecurityGroupIngress, ec2:AuthorizeSecurityGroupEgress and ec2:RevokeSecurityGroupEgress.",
}
_SIGNS = {"ec2": "UnauthorizedOperation"}
_NAMES = {"ec2": "EC2", "lambda": "Lambda", "s3": "S3"}


def explain_deployed_resource(denial: Denial) -> Explanation | None:
    """Explain a denial without a call of a resource that a tool deploys, or return ``None`` for others."""
    is_unnamed = denial.operation is None and denial.action is None and not denial.failure.encoded_message
    deployment = find_deployment(denial.failure, denial.facts) if is_unnamed else None
    named = None if deployment is None else _read_type(deployment)
    if deployment is None or named is None:
        return None
    kind, prefix, operation = named
    if denial.service is not None and service_prefix(denial.service) != prefix:
        return None
    region = commands.region(deployment.region or denial.facts.region)
    shown = clip_text(deployment.resource) if deployment.resource else kind
    if deployment.resource and kind not in deployment.resource:
        shown = f"{shown} ({kind})"
    action = f"{prefix}:{operation}"
    verb = "Deleting it" if deployment.status == "DELETE_FAILED" else "The resource"
    required = _REQUIRED.get(
        action, f"{verb} requires {action}, and its properties can require other actions."
    )
    request = _REQUEST_ID.search(denial.failure.text, *denial.failure.span)
    sign = request["id"] if request is not None else _SIGNS.get(prefix, "AccessDenied")
    service = _NAMES.get(prefix, f"{prefix}.amazonaws.com")
    what = "this call" if request is not None else f"the calls that {service} denied in the last 90 days"
    tool = deployment.tool
    return denial.explain(
        f"{service} denied a call for {shown}: the message names neither the action nor the reason.",
        common_causes.NO_IDENTITY_ALLOW.cause(
            text=f"The permissions with which {tool} acts lack an action that the resource or one of its properties requires."
        ),
        DENIES["resource"].cause(
            text=f"A service control policy, a permissions boundary or the policy of an existing {'bucket' if prefix == 's3' else 'resource'} denies it."
        ),
        topic="s3-access-denied" if prefix == "s3" else "access-denied",
        remedies=remedies.account_remedy(
            "Find the denied call in CloudTrail, then allow its action",
            required,
            f"The command prints {what}, with the caller and the AWS message. CloudTrail shows a call after a few minutes.",
            commands=denied_calls_command(denial.event_source or f"{prefix}.amazonaws.com", region, sign),
            url=pages.S3_403 if prefix == "s3" else pages.ACCESS_DENIED,
        ),
        notes=EVENTUAL_CONSISTENCY,
    )


_UPLOAD = lazy_pattern(
    r"\bfailed to (?:prepare upload|Mkdir)\b|\brclone(?:\.exe)? (?:-\S{1,60} ){0,6}(?:bisync|copy|copyto|move|moveto|rcat|serve|sync)\b|\brclone: Version\b(?![^\n]{0,200}\"mkdir\")"
)


def add_bucket_check(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that rclone creates the bucket of an upload unless a setting says that it exists: https://rclone.org/s3/."""
    if _UPLOAD.search(denial.failure.text) is None:
        return explanation
    remedy = remedies.your_remedy(
        "If the bucket exists, let rclone not create it",
        "Before an upload, rclone creates the bucket unless it knows that it exists. Set no_check_bucket = true in the remote, --s3-no-check-bucket, or RCLONE_S3_NO_CHECK_BUCKET=true.",
        "The upload itself requires s3:PutObject on the objects. With no_check_bucket, s3:CreateBucket is not required.",
        url="https://rclone.org/s3/#s3-no-check-bucket",
    )
    return attrs.evolve(explanation, remedies=(remedy, *explanation.remedies))


_LOCK = lazy_pattern(r"\bSave\(<lock/|\bunable to create lock in backend\b")
_WRITING = lazy_pattern(
    r"\brestic (?:-\S{1,200} (?:[^-\s]\S{0,200} )??){0,8}(?:backup|copy|forget|init|prune)\b"
)


def add_lock_option(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that restic writes a lock even if it only reads: https://restic.readthedocs.io/en/stable/manual_rest.html."""
    if _LOCK.search(denial.failure.text) is None or _WRITING.search(denial.failure.text):
        return explanation
    remedy = remedies.your_remedy(
        "If the key is for reading only, run restic with --no-lock",
        "restic writes a lock to the repository before most commands, also before ls, snapshots, mount and restore. With --no-lock, these need only s3:ListBucket and s3:GetObject.",
        "backup, forget and prune cannot do without: they need s3:PutObject on the repository, and s3:DeleteObject on its folder locks/ at least.",
        url="https://restic.readthedocs.io/en/stable/manual_rest.html",
    )
    return attrs.evolve(explanation, remedies=(remedy, *explanation.remedies))


def _read_type(deployment: Deployment) -> tuple[str, str, str] | None:
    """Return the type of a resource, the prefix of its service, and the operation that creates or deletes it."""
    kind = deployment.type or ""
    found = _TERRAFORM_TYPE.search(f"{deployment.resource or kind}.")
    if kind.startswith("AWS::"):
        _, name, resource = kind.split("::", 2)
        words = [resource]
    elif found is not None and deployment.is_terraform:
        kind, name, words = found["type"], found["service"], found["kind"].split("_")
    else:
        return None
    prefix = service_prefix(name)
    verbs = DELETING if deployment.status == "DELETE_FAILED" else CREATING
    call = None if prefix is None else find_operation(verbs, words, prefix)
    return None if prefix is None or call is None else (kind, prefix, call.operation)
