"""Explain a presigned URL whose signature S3 accepts, and whose signer is denied.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials.buckets import MISSING_OBJECT, bucket_policy_commands
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.policies._documents import allow, build_document

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_SIGNED = lazy_pattern(r"[?&](?:amp;)?(?:X-Amz-Credential|AWSAccessKeyId)=(?P<key>A[KS]IA[A-Z0-9]{4,28})?")
_PUT = lazy_pattern(
    r"\bcurl\b[^\n]{0,400}? (?:-T|--upload-file|-X ?PUT|--request[ =]PUT)\b|\bmethod: ?[\"']PUT|\bput_object\b|PutObjectCommand|\bupload_file\b"
)
SIGNER_DENIED = CauseType(
    "presigned-url-signer-denied",
    title="The identity that signed the URL is not allowed to make the call",
    text="A presigned URL has the permissions of the identity that signed it, when it is used. S3 accepted the signature, and evaluated the policies of that identity.",
    recognised_by="S3 answers AccessDenied without a reason, and the text shows a presigned URL.",
    fix="Allow the action for the role or user that signs the URL.",
    of="derived-action",
    sources=(pages.S3_PRESIGNED,),
)


def explain_denied_url(denial: Denial) -> Explanation | None:
    """Explain that the signer of a presigned URL is denied, or return ``None`` if the text shows no URL."""
    signed = _SIGNED.search(denial.failure.text)
    if (
        signed is None
        or denial.operation is not None
        or denial.principal_text is not None
        or "/" not in (denial.resource or "")
    ):
        return None
    key, action = signed["key"], "s3:PutObject" if _PUT.search(denial.failure.text) else "s3:GetObject"
    is_session = key is not None and key.startswith("ASIA")
    who = (
        "a role (its key begins with ASIA)"
        if is_session
        else "an IAM user (its key begins with AKIA)"
        if key
        else "an identity"
    )
    lines = (
        ()
        if key is None
        else (fill_command("aws sts get-access-key-info --access-key-id {}", commands.access_key(key)),)
    )
    if key is not None and not is_session:
        lines = (
            fill_command(
                "aws iam get-access-key-last-used --access-key-id {} --query UserName --output text",
                commands.access_key(key),
            ),
        )
    reads = action == "s3:GetObject"
    needs = "kms:Decrypt" if reads else "kms:GenerateDataKey"
    remedy = account_remedy(
        f"Allow {action} for the identity that signs the URL",
        "Find the role or user with whose credentials the program signs, such as the execution role of a function, and attach the policy to it. The command prints the account or the user of the key.",
        f"If the object is encrypted with a KMS key, the signer also needs {needs} on it. The URL works at once, no new one is needed.",
        commands=(*lines, bucket_policy_commands(denial)[0]),
        url=pages.S3_PRESIGNED,
    )
    sid = "S3GetObject" if reads else "S3PutObject"
    return denial.explain(
        f"S3 accepted the signature of the presigned URL, but denied the request for {denial.resource}: most likely, the signer lacks {action}. It was signed by {who}.",
        SIGNER_DENIED.cause("derived", ("The text shows the presigned URL.",)),
        *((MISSING_OBJECT.cause(),) if reads else ()),
        DENIES["resource"].cause(
            text="The bucket policy denies it, such as by aws:SourceIp, aws:SourceVpce, s3:signatureAge or s3:authType, which apply to whoever uses the URL."
        ),
        topic="s3-access-denied",
        remedies=(
            attrs.evolve(
                remedy,
                policy=build_document([allow(action, denial.resource or "*", sid=sid)]),
                layer="identity",
            ),
        ),
        notes=("Neither the URL nor its expiry is the problem: S3 reports those differently.",),
    )
