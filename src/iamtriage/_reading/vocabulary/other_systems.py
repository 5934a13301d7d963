"""Find signs of other clouds and systems in a text.

Other clouds use the same sentences and codes as AWS. A failure near their names, hosts or resource names is
reported only if it contains signs of AWS itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable


def _signs(*rows: tuple[tuple[str, ...], str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each literal with its pattern."""
    return tuple(
        (literal, pattern)
        for literals, source in rows
        for pattern in [lazy_pattern(source)]
        for literal in literals
    )


# Each row: literals, one of which the text must contain (quick to search for), and the pattern.
_CLOUDS = _signs(
    # Alibaba
    (("acs:",), r"acs:[a-z]+:"),
    (("aliyun",), r"\baliyun|aliyuncs"),
    (("liCloud",), r"\b[Aa]liCloud"),
    (("alicloud", "alibabacloud"), r"alicloud|alibabacloud"),
    (("RAM",), r"\bRAM\b.{0,40}\b(?:API|policy|support)|Forbidden\.RAM"),
    # Tencent
    (("qcs::",), r"qcs::"),
    (('"Response"',), r"\"Response\"\s?:\s?\{\s?\"Error\"\s?:"),
    (("encent",), r"[Tt]encent"),
    (("CAM ",), r"CAM (?:policies|policy|策略)"),
    (("操作未授权",), r"操作未授权"),
    # Huawei
    (("uawei",), r"huaweicloud|[Hh]uawei"),
    (("iam:agencies:",), r"\biam:agencies:"),
    (("APIGW.",), r"APIGW\.\d{4}"),
    (("obs.",), r"obs\.[a-z0-9-]+\.my"),
    (("urn:iam", "trn:iam"), r"urn:iam|trn:iam"),
    # Google Cloud
    (("googleapis", "google.rpc"), r"googleapis|google\.rpc"),
    (("IAM_PERMISSION_DENIED", "gserviceaccount"), r"IAM_PERMISSION_DENIED|gserviceaccount"),
    (("Permission '",), r"Permission '[a-z]+\.[A-Za-z.]+' denied"),
    (("gcloud", "GSResponseError"), r"\bgcloud\b|\bGSResponseError"),
    (("roles/",), r"roles/[a-z]+\.[a-zA-Z]+"),
    (("GoogleAccessId", "GOOG"), r"\bGoogleAccessId\b|\bGOOG(?:1|4-HMAC)"),
    (("storage.objects.", "storage.buckets."), r"\bstorage\.(?:objects|buckets)\.[a-z]{3,10}(?:Iam\w{6,8})? access\b"),
    (("Google Cloud",), r"Google Cloud"),
    # Azure
    (("AADSTS",), r"AADSTS"),
    (("Microsoft.",), r"Microsoft\.[A-Z]\w+/"),
    (("azure",), r"management\.azure|azure\.com"),
    (("windows.net", "AuthorizationFailed"), r"windows\.net|AuthorizationFailed"),
    (("/subscriptions/",), r"/subscriptions/[0-9a-f<x{$]"),
    # Oracle
    (("opc-request-id", "oraclecloud", "ocid1.", "NotAuthorizedOrNotFound"), r"opc-request-id|oraclecloud|ocid1\.|NotAuthorizedOrNotFound"),
    # IBM, DigitalOcean, GitHub
    (("cloud.ibm.com", "IBM Cloud"), r"cloud\.ibm\.com|IBM Cloud"),
    (("BXNIM", "BXIM"), r"\bBXN?IM\w*\d{4}"),
    (("digitalocean.com", "api.github.com", "accessible by integration"), r"digitalocean\.com|api\.github\.com|accessible by integration"),
    # Additions of their object stores to bodies and headers that otherwise look like those of S3.
    (("OSSAccessKeyId", "liyunOSS"), r"\bOSSAccessKeyId|\bAliyunOSS"),
    (("x-", "X-"), r"[xX](?<!\w.)-(?i:(?:oss|cos|obs|bce|tos|kss|goog(?!-cloud-target))-[a-z])"),
    (("oss: service", "oss2."), r"\boss: service|\boss2\."),
    (("ali-oss", "alioss"), r"\bali-?oss\b"),
    (("os.S", "os.C", "os_S", "os_C", "osS", "osC"), r"\b[Cc]os[._]?(?:Service|Client)(?:Error|Exception)"),
    (("qcloud",), r"\bqcloud|myqcloud"),
    (("bsException",), r"\b[Oo]bsException"),
    (("BceS", "BceC", "bcebos", "baidubce"), r"\bBce(?:Server|Service|Client)(?:Error|Exception)|bcebos|baidubce"),
    (("volces.com", "volcengine", "bytepluses", "jdcloud", "ksyun"), r"volces\.com|volcengine|bytepluses|jdcloud|ksyun"),
    (("yandexcloud", "yandex.net", "scaleway", "linode", "ovh."), r"yandexcloud|yandex\.net|scaleway|linode|ovh\."),
)  # fmt: skip
# Most texts do not have the letters that many of the literals share, so they are searched for fewer.
_SIGNS_WITHOUT_CLOUD = tuple(sign for sign in _CLOUDS if "loud" not in sign[0])
# Hadoop raises Java's class for files in S3. The same line or the first frame names S3; otherwise the file is local.
S3A_DENIAL = (
    r"AccessDeniedException:?\s(?![/\\~.]|file:|[A-Z]:)(?=[^\n]{0,400}?(?:\bs3[an]?://|\.fs\.s3a\.|AmazonS3Exception"
    r"|\.services\.s3\.|NoAuthWithAWSException)|[^\n]{0,400}\nat\sorg\.apache\.hadoop\.fs\.s3a\.)"
)
_OTHER_SYSTEMS = _signs(
    (("ccess denied for user '",), r"[Aa]ccess denied for user '"),
    (("password authentication failed",), r"password authentication failed"),
    (("permission denied for ",), r"permission denied for (?:relation|table|schema|database|function)"),
    (("mount.nfs", "access denied by server"), r"mount\.nfs|access denied by server while mounting"),
    (("java.nio.file.",), rf"java\.nio\.file\.(?!{S3A_DENIAL})"),
    (("docker.sock", "(publickey"), r"docker\.sock|\(publickey"),
    (("org.springframework",), r"org\.springframework\.security"),
    (("Access is denied",), r"Access is denied\.? ?(?:\(os error 5\)|0x80070005)"),
    (("EACCES", "NOPERM", "E_ACCESSDENIED", "NT_STATUS_ACCESS_DENIED"), r"EACCES|NOPERM|E_ACCESSDENIED|NT_STATUS_ACCESS_DENIED"),
    (("ORA-", "MySQL", "psycopg2", "PSQLException"), r"ORA-\d{5}|\bMySQL\b|psycopg2(?!\.(?:errors\.)?[A-Z]\w{1,40}: S3ServiceException)|PSQLException"),
    (("AuthorizationException",), r"TopicAuthorizationException|GroupAuthorizationException"),
    (("UnauthorizedAccessException",), r"System\.UnauthorizedAccessException"),
    (("not authorized on ",), r"not authorized on \w+ to execute command"),
    # psutil, Consul
    (("psutil",), r"\bpsutil\b"),
    (("AccessDenied",), r"AccessDenied:? \((?:originated from|pid=\d)"),
    (("token with AccessorID", "lacks permission '"), r"token with AccessorID|lacks permission '[a-z]+:[a-z]+'"),
)  # fmt: skip
# A pattern that begins with a character is faster than one that begins with a word boundary.
_STORAGE = lazy_pattern(r"[sS](?<!\w.)3\b|[Bb]ucket")
_AWS = lazy_pattern(
    r"\barn:aws|amazonaws\.com|\bbotocore\b|\baws-sdk|awssdk|\bAWS\b|\bAmazon\b|\baws:|\bEKS\b|\bS3\b|\baws (?:ecr|s3|s3api|sts|eks|sso|configure|ec2|iam|login|ssm|lambda|logs)\b|\bAws(?:::|\\)|@aws-|@smithy/|'\$fault':|\baws\.s(?:dk|mithy)\.kotlin|/aws[/-]|\baws-(?:vault|sso|cli|okta|iam-authenticator)|\.aws\b|\bResourceInitializationError: unable to pull secrets or registry auth"
)


# Every text that names AWS contains one of these.
_AWS_WORDS = ("aws", "AWS", "Aws", "Amazon", "botocore", "EKS", "S3", "ResourceInit", "@smithy/", "$fault")


def find_other_clouds(text: str) -> list[int]:
    """Return the positions of signs of other clouds.

    >>> find_other_clouds("Resource: acs:ram:*:1234567890123456:role/*")
    [10]
    >>> find_other_clouds("arn:aws:iam::111122223333:root")
    []
    """
    return _find(_CLOUDS if "loud" in text else _SIGNS_WITHOUT_CLOUD, text)


def find_other_systems(text: str) -> list[int]:
    """Return the positions of denials of databases, file systems and frameworks."""
    return _find(_OTHER_SYSTEMS, text)


def find_storage(text: str) -> list[int]:
    """Return the positions of the words S3 and bucket, which explain a bare "Access Denied"."""
    return [m.start() for m in _STORAGE.finditer(text)]


def names_aws(text: str) -> bool:
    """Return whether a text names AWS anywhere."""
    return any(map(text.__contains__, _AWS_WORDS)) and _AWS.search(text) is not None


def _find(signs: Iterable[tuple[str, re.Pattern[str]]], text: str) -> list[int]:
    """Return the positions of signs in a text, in order."""
    patterns = [pattern for literal, pattern in signs if literal in text]
    return sorted({m.start() for pattern in patterns for m in pattern.finditer(text)})
