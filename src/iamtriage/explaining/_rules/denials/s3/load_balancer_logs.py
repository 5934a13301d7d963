"""Explain that a load balancer cannot write access logs to a bucket whose policy allows it, or that a KMS key encrypts.

Application and Classic Load Balancers support SSE-S3 only. Sources:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html and, for the accounts,
https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/enable-access-logs.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.values import quote_match
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_resource_statements
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy
from iamtriage.policies._readers.unknown_values import has_reference

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.grants.service_access import ServiceAccess

PRINCIPAL = "logdelivery.elasticloadbalancing.amazonaws.com"
"""The service principal, which is the same in all Regions."""
URL = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html"
"""The page about the bucket and its policy."""
# The accounts of Elastic Load Balancing, which older bucket policies allow instead of the service principal.
_ACCOUNTS = {
    line[:12]: line[13:]
    for line in """\
127311923021 us-east-1
033677994240 us-east-2
027434742980 us-west-1
797873946194 us-west-2
098369216593 af-south-1
754344448648 ap-east-1
582318560864 ap-northeast-1
600734575887 ap-northeast-2
383597477331 ap-northeast-3
718504428378 ap-south-1
114774131450 ap-southeast-1
783225319266 ap-southeast-2
589379963580 ap-southeast-3
985666609251 ca-central-1
054676820928 eu-central-1
897822967062 eu-north-1
635631232127 eu-south-1
156460612806 eu-west-1
652711504416 eu-west-2
009996457667 eu-west-3
076674570225 me-south-1
507241528517 sa-east-1
190560391635 us-gov-east-1
048591011584 us-gov-west-1
638102146993 cn-north-1
037604701340 cn-northwest-1""".splitlines()
}
_ACCOUNT = lazy_pattern(r"(?:\A|:)([0-9]{12})(?::root)?\Z")
# A key for the bucket in the CDK, in a template or Terraform, and in words; and what sets SSE-S3.
_KEY = lazy_pattern(
    r"\bBucketEncryption\.(?:KMS|DSSE)(?:_MANAGED)?\b|[\"']?\b(?i:sse_?algorithm)[\"']?\s{0,20}[=:]\s{0,4}[\"']?aws:kms(?::dsse)?\b|(?<!not )\bSSE-KMS\b"
)
_NO_KEY = lazy_pattern(r"\bSSE-S3\b|\bAES256\b|\bS3_MANAGED\b")
LOG_BUCKET_KEY = CauseType(
    "log-bucket-key",
    title="A KMS key encrypts the bucket for access logs",
    text="Application and Classic Load Balancers can use no KMS key for access logs, so a statement in the key policy does not help either.",
    fix="Set SSE-S3 (AES256) as the default encryption of the bucket.",
    of="service-not-allowed",
)


def find_account_region(name: str) -> str | None:
    """Return the Region for which an account of Elastic Load Balancing writes logs, ``None`` for any other principal."""
    found = _ACCOUNT.search(name)
    return _ACCOUNTS.get(found[1]) if found else None


def list_bucket_statements(denial: Denial, bucket_arn: str) -> list[tuple[list[str], str]]:
    """Return principals and resource of each Allow for a bucket in the text, to which code refers without its name."""
    of_code = (
        (names, f"{bucket_arn}/{each.partition('}/')[2]}")
        for names, each in list_resource_statements(denial, "}/")
        if each.startswith("${") and not has_reference(names)
    )
    return list_resource_statements(denial, f"{bucket_arn.rpartition(':s3')[2]}/") or list(of_code)


def find_allowed(denial: Denial, folder: str) -> str | None:
    """Return who the load balancer is in the bucket policy of the text, if that allows it to write below a folder."""
    own = find_region(denial.case)
    for names, resource in list_bucket_statements(denial, folder.partition("/")[0]):
        fixed = resource.partition("*")[0]
        if not (folder.startswith(fixed) or fixed.startswith(folder)):
            continue
        for name in names:
            region = find_account_region(name)
            if name == PRINCIPAL:
                return name
            if region is not None and (region == own or (own is None and region in denial.failure.text)):
                return f"{clip_text(name)}, the account of Elastic Load Balancing for {region}"
    return None


def find_folder_in_code(denial: Denial, row: ServiceAccess, folder: str) -> Remedy | None:
    """Return how code that allows a service to write logs to another folder of the bucket names the right one."""
    written = {
        each
        for names, each in list_resource_statements(denial, "}/")
        if names == [row.service] and each.startswith("${") and "/AWSLogs/" in each
    }
    if len(written) != 1:
        return None
    start, _, rest = written.pop().partition("}/")
    right = f"{start}}}/{folder}{rest.partition('AWSLogs/')[2]}"
    if rest.startswith(folder) or "aws_s3_bucket" not in start:
        return None
    return your_remedy(
        f"Write the folder {clip_text(folder)} in the Resource of the bucket policy in the code",
        "The service writes to the folder AWSLogs below the prefix of the logs. The principal is right, and so is the action.",
        "Or remove the prefix. Let what writes the logs depend on the policy (depends_on): otherwise, Terraform can set up the logs first, which fails again.",
        manifest=f'Resource = "{right}"',
        manifest_language="hcl",
        commands="terraform apply",
        url=row.url,
    )


def may_use_kms(text: str, *, is_allowed: bool) -> bool:
    """Return whether a KMS key encrypts the bucket as far as the text shows, or else can do so if the policy is right."""
    return (is_allowed or _KEY.search(text) is not None) and _NO_KEY.search(text) is None


def explain_encryption(denial: Denial, bucket: str | None, allowed: str | None) -> Explanation:
    """Explain that the encryption keeps a load balancer from writing, which the bucket policy in the text can allow."""
    text, name = denial.failure.text, f"the bucket {bucket}" if bucket else "the bucket"
    found = _KEY.search(text)
    verdict = f"{name} is encrypted with a KMS key, and access logs require SSE-S3"
    if found is None:
        verdict = f"the bucket policy in the text allows it, so most likely a KMS key encrypts {name}, or it is in another Region"
    step, deploy = _change_in_code(text, found[0]) if found else (None, None)
    rules = '{"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}'
    put = "aws s3api put-bucket-encryption --bucket {} --server-side-encryption-configuration {}"
    change = fill_command(put, bucket or "BUCKET", rules)
    checks = tuple(
        fill_command(f"aws s3api {verb} --bucket {{}}", bucket or "BUCKET")
        for verb in ("get-bucket-location", "get-bucket-encryption")
        if found is None
    )
    last = Labelled("If the last one prints aws:kms:", change) if checks else change
    policy = f"The bucket policy is right: it allows {allowed}."
    return denial.explain(
        f"The load balancer cannot write access logs: {verdict}.",
        LOG_BUCKET_KEY.cause("derived", f"The text shows {quote_match(found)}.")
        if found
        else LOG_BUCKET_KEY.cause("possible"),
        topic="service-principal",
        remedies=owner_remedy(
            "Check the Region and the encryption of the bucket"
            if checks
            else "Set SSE-S3 as the default encryption of the bucket",
            step,
            "Existing objects keep their encryption. A control that requires aws:kms must exempt this bucket.",
            commands=deploy if step else (*checks, last),
            url=URL,
        ),
        notes=policy if allowed else f"The bucket policy must allow {PRINCIPAL} s3:PutObject, too.",
    )


def _change_in_code(text: str, words: str) -> tuple[str | None, str | None]:
    """Return how to change the encryption in the code of the bucket, and the command that deploys it."""
    if words.startswith("BucketEncryption"):
        key = "encryption_key" if "encryption_key" in text else "encryptionKey"
        step = f"Write BucketEncryption.S3_MANAGED instead of {words} in the code of the bucket, and remove {key}."
        return step, "cdk deploy"
    if words.startswith("sse_algorithm"):
        step = 'Write sse_algorithm = "AES256" in the code of the bucket, and remove kms_master_key_id.'
        return step, "terraform apply"
    if "AWS::S3::Bucket" in text or "BucketEncryption:" in text:
        return "Write AES256 as SSEAlgorithm in the template of the bucket, and remove KMSMasterKeyID.", None
    return None, None
