"""Explain that S3 denied a request without a signature, such as that of curl or a browser, as anonymous.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.denials.buckets import MISSING_OBJECT, bucket_policy_commands
from iamtriage.explaining._rules.denials.policy_causes import NO_ALLOWS
from iamtriage.explaining._rules.denials.public_access import show_public_access_commands, turn_off_command
from iamtriage.explaining._rules.denials.resource_policies import bucket_argument
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import UNSIGNED_CALL
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, your_remedy
from iamtriage.explaining._rules.shared.text_signs import without_other_commands
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.shared.remedies import Commands

# Clients that sign no request, with a URL of S3, and settings with which the AWS CLI and SDKs do not sign.
_CLIENT = lazy_pattern(
    r"(?:\b(?P<program>curl|wget|fetch(?=\()|Invoke-WebRequest|requests(?=\.get\())|<(?P<tag>img|script|video|audio|source|link|a) |\b[Oo]pen(?:ed|ing|s)?\b)"
    r"[^\n]{0,200}?https?://(?:[a-z0-9][a-z0-9.-]{1,62}\.)?s3(?:[.-][a-z0-9-]{1,25}){0,3}\.amazonaws\.com"
)
_SETTING = lazy_pattern(
    r"--no-sign-request\b|\bsignature_version ?= ?(?:botocore\.)?UNSIGNED\b|\banon ?= ?True\b|\bAnonymous(?:AWS)?Credentials(?:Provider)?\b"
)
# The log of s3fs names its source files.
_SIGNED = lazy_pattern(
    r"X-Amz-Signature|[?&]Signature=|--aws-sigv4|AWS4-HMAC-SHA256|(?i:\bauthorization[\"']?\s?:)|\b[Pp]re-?signed\b|\bcurl\.cpp:|\bs3fs\b"
)
_WRITES = lazy_pattern(
    r" (?:-T|--upload-file|-X ?(?:PUT|POST|DELETE)|--request (?:PUT|POST|DELETE)) |\bmethod: ?[\"'](?:PUT|POST|DELETE)"
)

_LINK = "For a client without credentials, create a presigned URL: whoever has it has access until it expires. For a website, use CloudFront with origin access control."


def explain_unsigned_object(denial: Denial) -> Explanation | None:
    """Explain that S3 saw no caller, or return ``None`` if the text does not show that the request was unsigned."""
    text = without_other_commands(denial.failure, denial.facts)
    client, setting = _CLIENT.search(text), _SETTING.search(text)
    is_stated = denial.principal_text == "anonymous"
    if not is_stated and (_SIGNED.search(text) if setting is None else denial.principal_text is not None):
        return None
    if setting is not None:
        because = f"{setting[0]} turns signing off"
    elif client is not None:
        because = f"the request of {client['program'] or 'a browser'} is not signed"
    elif is_stated:
        because = "the message names the caller anonymous"
    else:
        return None
    arn = commands.arn(denial.resource, "")
    is_read = denial.lowercase_action in {"", "s3:getobject"} and _WRITES.search(text) is None and "/" in arn
    causes = [
        UNSIGNED_CALL.cause(
            "reported" if is_stated else "derived",
            text="S3 saw no identity, so no policy of a user or role applies. Its short answer does not say why it denied the request.",
        )
    ]
    if is_read:
        not_public = "The bucket policy does not allow everyone s3:GetObject, or Block Public Access makes such an Allow ineffective."
        causes += (NO_ALLOWS["resource"].cause(text=not_public), MISSING_OBJECT.cause())
    else:
        causes.append(NO_ALLOWS["resource"].cause(text="The bucket does not accept this call from everyone."))
    on = f" for {denial.resource}" if denial.resource else ""
    return denial.explain(
        f"S3 denied an anonymous request{on}: {because}.",
        *causes,
        topic="anonymous-call",
        remedies=(
            _sign_remedy(denial, None if setting is None else setting[0], arn, is_read=is_read),
            *((_publish_remedy(denial, arn),) if is_read else ()),
        ),
    )


def may_be_unsigned(denial: Denial) -> bool:
    """Return whether the text is S3's XML, as browsers and curl print it, and no client that signs."""
    text = denial.failure.text
    is_plain = denial.principal_text is None and "<Code>AccessDenied</Code>" in text
    return is_plain and _SIGNED.search(text) is None


def _sign_remedy(denial: Denial, setting: str | None, arn: str, *, is_read: bool) -> Remedy:
    """Return how to make the request with the caller's credentials, or with a link."""
    url = f"s3://{bucket_argument(denial)}/{arn.partition('/')[2]}"
    of_object = "aws s3 cp {} ." if is_read else "aws s3 cp FILE {}"
    signed = fill_command(of_object if "/" in arn else "aws s3 ls {}", url)
    if (again := commands.repeat_command(context_of(denial.facts).command, "s3")) is not None:
        signed = again.replace(" --no-sign-request", "")
    step = f"The credentials need {denial.action or 'the permission for the call'}."
    lines: Commands = (signed,)
    if is_read:
        step = "The credentials need s3:GetObject on the object. If S3 then answers 404, the object does not exist."
    if is_read and setting is None:
        # The AWS CLI signs for the configured Region: https://github.com/aws/aws-cli/issues/4338.
        of_region = f" --region {region}" if (region := find_region(denial.case)) else ""
        link = fill_command(f"aws s3 presign {{}} --expires-in 3600{of_region}", url)
        lines = (signed, Labelled("Or, for a link that is valid for an hour:", link))
    return your_remedy(
        f"Remove {setting}: call with credentials"
        if setting
        else "Sign the request: use the AWS CLI, an SDK or a presigned URL",
        step,
        *(() if setting else (_LINK,)),
        commands=lines,
        url=pages.S3_403,
    )


def _publish_remedy(denial: Denial, arn: str) -> Remedy:
    """Return how the bucket's owner makes an object public."""
    show, change = bucket_policy_commands(denial)
    return resource_policy_remedy(
        "Or, only if everyone on the internet may read it, allow s3:GetObject for everyone in the bucket policy, and open Block Public Access for this bucket",
        "Add this statement to the bucket policy, next to the others. Block Public Access of the account can still prevent it.",
        statements=(allow("s3:GetObject", arn, sid="PublicRead", principal="*"),),
        commands=(
            show_public_access_commands(denial)[0],
            turn_off_command(denial, "BlockPublicPolicy"),
            show,
            change,
        ),
        url=pages.S3_PUBLIC_ACCESS,
    )
