"""Explain denials of downloads from buckets that AWS owns.

Usually, the policy of the network's S3 endpoint does not allow them:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html (layers of images),
https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html (SSM Agent, patches) and
https://repost.aws/knowledge-center/ec2-al1-al2-update-yum-without-internet (packages of Amazon Linux).
"""

from __future__ import annotations

import json
import re
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.policy_causes import NO_ALLOWS
from iamtriage.explaining._rules.denials.statement_words import allowed_resources
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clues import find_registry
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.policies._documents import allow
from iamtriage.policies._masked_arns import find_partition
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_mapping, shown_sid

_REGION = r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-(?:gov|iso[a-z]?))?-[a-z]{4,9}-[0-9]"
# After a slash of a URL, or the colons of an ARN.
_BUCKET_OF_AWS = lazy_pattern(
    rf"(?a)(?<=[/:])(?P<bucket>prod-{_REGION}-starport-layer-bucket|{_REGION}-birdwatcher-prod|amazonlinux\.{_REGION}"
    r"|(?:amazon-ssm(?:-packages)?|aws-ssm(?:-distributor-file|-document-attachments)?|aws-windows-downloads|aws-patch-manager"
    rf"|patch-baseline-snapshot|amazonlinux-2-repos|al2023-repos|aws-codedeploy)-{_REGION}(?:-[a-z0-9]{{8,12}})?)(?=[./?\s\"']|\Z)"
)
_REGION_IN_BUCKET = lazy_pattern(_REGION)
# Docker downloads the configuration and the layers of an image from S3, and prints S3's answer.
_DOCKER_DOWNLOAD = lazy_pattern(
    r"error pulling image configuration|download failed after attempts|failed to copy: "
)
_MAX_TEXT = 32_000
_ENDPOINT = lazy_pattern(r"(?a)\bvpce-(?:[0-9a-f]{17}|[0-9a-f]{8})(?!\w)")
_LAYERS = "-starport-layer-bucket"
_OF_PACKAGES = lazy_pattern(r"(?:al2023-repos|amazonlinux)\b")
# The text speaks of an endpoint's policy, also without its ID.
_ENDPOINT_POLICY = lazy_pattern(
    r"(?i:\bvpce-[0-9a-f]{8}|\bendpoint[\w ]{0,20} polic|\bpolic\w{1,3} (?:of|on|for) (?:[\w-]{1,20} ){0,4}endpoint|\baws_vpc_endpoint\b|\bAWS::EC2::VPCEndpoint\b|\bgateway endpoint\b)"
)
# Keys that describe the caller, which is nobody in a request without a signature, and a role of AWS in a signed URL.
_KEYS_OF_CALLERS = ("aws:principal", "aws:userid", "aws:username", "aws:sourceaccount")


class _Barred(NamedTuple):
    """A statement of an endpoint's policy that allows the bucket under a condition that no request for it meets."""

    statement: dict[str, Any]
    keys: tuple[tuple[str, str], ...]

    @property
    def corrected(self) -> dict[str, Any]:
        """The statement without what describes the caller."""
        kept: dict[str, Any] = {}
        for operator, block in as_mapping(self.statement.get("Condition")).items():
            left = {
                key: value for key, value in as_mapping(block).items() if (operator, key) not in self.keys
            }
            if left:
                kept[operator] = left
        whole = {name: value for name, value in self.statement.items() if name != "Condition"}
        return {**whole, "Condition": kept} if kept else whole


def _find_barred(denial: Denial, objects: str) -> _Barred | None:
    """Return the statement that allows the bucket only to callers, if the text has the policy of an endpoint."""
    if not _ENDPOINT_POLICY.search(denial.failure.text):
        return None
    for policy in denial.context.policies:
        of_bucket = [
            each
            for each in policy.allows
            if policy.has_principal
            and names_action(each, "s3:GetObject")
            and names_resource(each, objects) is not False
        ]
        barred = [(each, _keys_of(each)) for each in of_bucket]
        if barred and all(keys for _, keys in barred):
            return _Barred(*barred[0])
    return None


def _keys_of(statement: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (operator, key)
        for operator, block in as_mapping(statement.get("Condition")).items()
        for key in as_mapping(block)
        if key.lower().startswith(_KEYS_OF_CALLERS)
        and "Not" not in operator
        and "IfExists" not in operator
        and operator != "Null"
    )


def _explain_barred(denial: Denial, bucket: str, barred: _Barred, allow_bucket: Remedy) -> Explanation:
    """Explain that a condition of the endpoint's policy requires a caller that the requests do not have."""
    sid, keys = (
        shown_sid(barred.statement),
        join_words(tuple(dict.fromkeys(key for _, key in barred.keys)), "and"),
    )
    named = f"the statement {clip_text(sid)}" if sid else "the statement for the bucket"
    reads = f"Package managers (dnf, yum) send requests without a signature, so the request has no {keys}."
    if bucket.endswith(_LAYERS):
        reads = (
            f"ECR signs the URLs of layers with credentials of its own, so {keys} is not that of your role."
        )
    corrected = json.dumps(barred.corrected)
    select = f"select(.Sid == {json.dumps(sid)})" if re.fullmatch(r"[A-Za-z0-9]{1,64}", sid or "") else None
    change = None
    if select is not None:
        change = (
            f"jq '(.Statement[] | {select}) |= {corrected}' old-policy.json > policy.json"
            if "'" not in corrected
            else None
        )
    *show, put = (
        f"{each} > old-policy.json" if "PolicyDocument" in each else each for each in allow_bucket.commands
    )
    remedy = allow_bucket
    # Without its condition, a statement for all buckets would open the endpoint.
    if names_resource(barred.statement, "arn:aws:s3:::another-bucket/key") is False:
        remedy = remedies.account_remedy(
            f"Remove the condition on {keys} from {named} of the endpoint's policy",
            "The bucket is one of AWS: this gives nobody access to your data. Other conditions stay.",
            None if change else "The statement becomes the one below. Save the policy with it as policy.json.",
            commands=(*show, change and Labelled.required("Change the statement:", change), Labelled.required("Check policy.json, then replace the policy:", put)),
            manifest=None if change else json.dumps(barred.corrected, indent=1),
            manifest_language="text",
            url=pages.VPC_ENDPOINT,
        )  # fmt: skip
    return denial.explain(
        f"S3 denied a download from {bucket}, a bucket of AWS: {named} in the policy of the S3 endpoint allows it only with a condition on {keys}, which the request does not meet.",
        NO_ALLOWS["vpc_endpoint"].cause("derived", text=f"{reads} The role needs no permission for the bucket."),
        topic="vpc-endpoint-policy",
        remedies=remedy,
    )  # fmt: skip


def _find_bucket(denial: Denial) -> str | None:
    """Return the bucket of AWS that the text or the resource names, or in which ECR keeps the layers of the image."""
    text = denial.failure.text[:_MAX_TEXT]
    found = _BUCKET_OF_AWS.search(denial.resource or "") or _BUCKET_OF_AWS.search(text)
    if found is not None:
        return found["bucket"]
    # Other registries, and Amazon ECR Public, keep their layers elsewhere.
    is_of_ecr = ".dkr.ecr" in text and denial.failure.envelope.host_id is not None
    if not is_of_ecr or not _DOCKER_DOWNLOAD.search(text):
        return None
    registry, region = find_registry(denial.case)
    return f"prod-{region}{_LAYERS}" if ".dkr.ecr" in registry and commands.region(region) == region else None


def explain_bucket_of_aws(denial: Denial) -> Explanation | None:
    """Explain that S3 denied, without a reason, a download from a bucket that AWS owns."""
    bucket = _find_bucket(denial) if denial.policy_type is None and denial.deny is None else None
    if bucket is None:
        return None
    found = _REGION_IN_BUCKET.search(bucket)
    region = commands.region(found[0] if found else None)
    partition = find_partition(region) or "aws"
    objects = f"arn:{partition}:s3:::{bucket}/*"
    summary, url = f"S3 denied a download from {bucket}, a bucket of AWS", pages.VPC_ENDPOINT
    owner = f"AWS owns {bucket}: you cannot change its policy."
    more = "SSM Agent and CodeDeploy sign their requests: the instance's role must allow s3:GetObject on the bucket, too, and SCPs must exempt it."
    if _is_unsigned(bucket):
        more = "dnf and yum send requests without a signature: the statement needs no condition on the caller, and the instance's role needs no permission for the bucket."
    if bucket.endswith(_LAYERS):
        summary = f"ECR accepted the pull, but S3 denied a layer in {bucket}"
        url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
        owner = f"ECR keeps the layers of images in {bucket}, which belongs to AWS. Sign-in and manifest worked, and ECR signs the URL of the layer, so no permission of the role is missing."
        more = "If the VPC has no S3 endpoint, a proxy or firewall can be what answers 403."
    text = "The request went through an S3 gateway endpoint whose policy does not allow s3:GetObject on this bucket."
    ids = set(_ENDPOINT.findall(denial.failure.text))
    endpoint, allowed = only_one(ids), _find_endpoint_policy(denial, objects)
    named = "the S3 endpoint of the VPC" if endpoint is None else f"the S3 endpoint {endpoint}"
    reason = f"most likely, {named} does not allow it"
    if allowed is not None:
        reason = f"the policy of {named} allows only {allowed}"
        text = "The text has the policy of the endpoint: it denies what it does not allow, whatever the role allows."
    lines: tuple[str, ...] = commands.endpoint_policy_commands(region, "s3:GetObject")
    if endpoint is not None:
        more = "" if bucket.endswith(_LAYERS) else more
        lines = tuple(each.replace("ENDPOINT_ID", endpoint) for each in lines[1:])
    allow_bucket = Remedy(
        title=f"Allow the bucket in the policy of {named}",
        who="account administrator",
        steps=remedies.present(
            "The network team often owns the endpoint: the one for S3 in the VPC of the node, task or instance.",
            remedies.save_step("its policy"),
            more or None,
        ),
        commands=lines,
        statement=allow("s3:GetObject", objects, sid="BucketOfAws", principal="*"),
        layer="vpc_endpoint",
        url=url,
    )
    if _is_allowed(denial, objects):
        reason = "the policy in the text allows it, so another S3 endpoint, or a proxy or firewall, most likely denies it"
        text = "The request went through another endpoint than the one whose policy the text shows, or did not reach S3."
        lines = commands.endpoint_policy_commands(region, "s3:GetObject")
        allow_bucket = attrs.evolve(
            allow_bucket,
            title="Allow the bucket in the policy of the S3 endpoint to which the route table of the subnet points",
            # The text's endpoint is not the one to change.
            commands=tuple(each.replace("ENDPOINT_ID", "OTHER_ENDPOINT_ID") for each in lines),
        )
    elif (_is_unsigned(bucket) or bucket.endswith(_LAYERS)) and (barred := _find_barred(denial, objects)):
        return _explain_barred(denial, bucket, barred, allow_bucket)
    return denial.explain(
        f"{summary}: {reason}.",
        NO_ALLOWS["vpc_endpoint"].cause("derived" if allowed else "possible", owner, text=text),
        topic="vpc-endpoint-policy",
        remedies=allow_bucket,
    )


def _is_allowed(denial: Denial, objects: str) -> bool:
    """Return whether the policy of an endpoint in the text allows the objects to everyone, and denies nothing."""
    if not _ENDPOINT_POLICY.search(denial.failure.text):
        return False
    return any(
        policy.has_principal
        and not policy.denies
        and any(
            names_action(each, "s3:GetObject") and names_resource(each, objects) and not each.get("Condition")
            for each in policy.allows
        )
        for policy in denial.context.policies
    )


def _is_unsigned(bucket: str) -> bool:
    """Return whether a bucket has packages, which dnf and yum download without a signature."""
    return _OF_PACKAGES.match(bucket) is not None


def _find_endpoint_policy(denial: Denial, objects: str) -> str | None:
    """Return on what the policy of an endpoint in the text allows S3, if that is not the bucket."""
    for policy in denial.context.policies:
        resources = allowed_resources(policy.allows)
        is_of_s3 = bool(resources) and all(arn.startswith("arn:") and ":s3:::" in arn for arn in resources)
        if not (policy.has_principal and is_of_s3 and _ENDPOINT.search(denial.failure.text)):
            continue
        if not any(matches(objects.replace("*", "layer"), compile_glob(arn)) for arn in resources):
            names = dict.fromkeys(arn.rpartition(":")[2].partition("/")[0] for arn in resources)
            return clip_text(join_words(tuple(names), "and"))
    return None
