"""Explain that an ECR registry does not find an image, which it also says if a pull may not fill the cache.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/security-iam-awsmanpol.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.denials import repositories
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.remedies import identity_remedy, your_remedy
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._facts import Facts

_CACHE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html"
_IMAGE = lazy_pattern(
    rf"(?<!\d)(?P<account>\d{{12}})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]{{6,30}})\.amazonaws\.com(?P<china>\.cn)?/{repositories.NAME}"
    r"(?::(?P<tag>[\w.-]{1,128}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?[\"']?:? (?:image |manifest )?(?:not found|does not exist)",
    re.ASCII,
)
# What people and AWS call the feature, and the prefixes that the console proposes.
_PULL_THROUGH = lazy_pattern(r"(?i:pull[ -]?through)|PullThroughCache")
_PREFIX = lazy_pattern(
    r"docker-?hub|docker\.io|ecr-public|public\.ecr\.aws|ghcr(?:\.io)?|github|gitlab|k8s|kubernetes|registry\.k8s\.io|quay(?:\.io)?"
)
_ROLE = lazy_pattern(r"\blist-attached-role-policies [^\n]{0,200}?--role-name[= ](?P<role>[\w+=,.@-]{1,64})")
_READING = lazy_pattern(r"\bAmazonEC2ContainerRegistry(?:ReadOnly|PullOnly|PowerUser)\b")
_IMPORT, _CREATE = "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"
IMAGE_NOT_FOUND = CauseType(
    "image-not-found",
    title="The registry has no such image or repository",
    text="The tag or the repository does not exist in this account and Region.",
    meaning="The ECR registry of this account and Region has no such repository or tag.",
    recognised_by="A pull from an ECR registry ends with not found.",
    fix="Correct the name, tag, account or Region of the image, or push it.",
    sources=("https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html",),
    subject="calls",
)


def explain_missing_image(text: str, _facts: Facts) -> Explanation | None:
    """Explain that a registry does not find an image; return ``None`` for other texts."""
    image = _IMAGE.search(text) if ".dkr.ecr" in text else None
    if image is None:
        return None
    name, region = image["name"], commands.region(image["region"])
    prefix, tag = name.partition("/")[0], image["tag"]
    is_cached = _PULL_THROUGH.search(text) is not None
    shown = f"{name}:{tag}" if tag else name
    who, placeholder, _, who_pulls = repositories.find_puller(text)
    role = found["role"] if (found := _ROLE.search(text)) else placeholder
    who = f"the role {role}" if found else who
    attached = _READING.search(text)
    missing = _CREATE if attached and attached[0].endswith("PullOnly") else f"{_IMPORT} and {_CREATE}"
    because = (f"The text shows {attached[0]}, which lacks {missing}.",) if attached else ()
    cache = NO_IDENTITY_ALLOW.cause(
        "derived" if is_cached and attached else "possible",
        because,
        text=f"The first pull of an image with a pull through cache rule requires {_IMPORT}, and {_CREATE} if its repository is new. Without them, the registry answers not found.",
    )
    arn = f"arn:{'aws-cn' if image['china'] else 'aws'}:ecr:{region}:{image['account']}:repository/{prefix}/*"
    grant = identity_remedy(
        f"{'Allow' if is_cached else 'If a pull through cache rule has this prefix, allow'} {who} to fill {prefix}/",
        who_pulls,
        "Instead, the registry policy can allow both actions (aws ecr put-registry-policy), or an administrator, who has both, pulls each image once: what is in the cache needs neither.",
        commands=(commands.put_policy(role, "FillPullThroughCache"),),
        statements=(allow((_IMPORT, _CREATE), arn, sid="FillCache"),),
        url=_CACHE,
    )
    ids = f"imageDigest={image['digest']}" if image["digest"] else f"imageTag={tag or 'latest'}"
    look = your_remedy(
        "Check that the image exists in this account and Region",
        "Compare the account, the Region, the repository and the tag with where the image was pushed.",
        commands=(
            fill_command(
                "aws ecr describe-images --registry-id {} --repository-name {} --image-ids {} --region {}",
                *(image["account"], name, ids, region),
            ),
            Labelled(
                "Whether a rule of the registry fetches such images:",
                f"aws ecr describe-pull-through-cache-rules --region {region}",
            ),
        ),
        url=_CACHE,
    )
    is_likely = is_cached or ("/" in name and _PREFIX.fullmatch(prefix) is not None)
    summary = f"The ECR registry has no image {shown} in {region}: nothing was denied, unless a pull through cache rule is meant to fetch it."
    if is_likely:
        summary = f"The ECR registry answered not found for {shown}: {'' if is_cached and attached else 'most likely, '}{who} may pull what is in the cache, but not fetch a new image, for lack of {missing}."
    parts = [(IMAGE_NOT_FOUND.cause(), look), (cache, grant)]
    causes, remedies = zip(*(parts[::-1] if is_likely else parts), strict=True)
    if is_cached and attached:
        # Before its first pull, an image is only in the upstream registry.
        causes, remedies = (
            (cache, IMAGE_NOT_FOUND.cause(text="The upstream registry has no such image or tag.")),
            (grant,),
        )
    topic = NO_IDENTITY_ALLOW.code if is_likely else IMAGE_NOT_FOUND.code
    return Explanation(failure=None, topic=topic, summary=summary, causes=causes, remedies=remedies)
