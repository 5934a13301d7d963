"""Find signs of other clouds and systems in a text.

Other clouds use the same sentences and codes as AWS. A failure near their names, hosts or resource names is
reported only if it contains signs of AWS itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

_CLOUDS = lazy_pattern(
    r"acs:[a-z]+:|\baliyun|\b[Aa]liCloud|alicloud|alibabacloud|\bRAM\b.{0,40}\b(?:API|policy|support)|Forbidden\.RAM"  # Alibaba
    r"|qcs::|\"Response\"\s?:\s?\{\s?\"Error\"\s?:|[Tt]encent|CAM (?:policies|policy|策略)|操作未授权"  # Tencent
    r"|huaweicloud|[Hh]uawei|\biam:agencies:|APIGW\.\d{4}|obs\.[a-z0-9-]+\.my|urn:iam"  # Huawei
    r"|googleapis|google\.rpc|IAM_PERMISSION_DENIED|gserviceaccount|Permission '[a-z]+\.[A-Za-z.]+' denied|storage\.googleapis"  # GCP
    r"|\bgcloud\b|\bGSResponseError|roles/[a-z]+\.[a-zA-Z]+"
    r"|AADSTS|Microsoft\.[A-Z]\w+/|management\.azure|azure\.com|windows\.net|AuthorizationFailed|/subscriptions/[0-9a-f<x{$]"  # Azure
    r"|opc-request-id|oraclecloud|ocid1\.|NotAuthorizedOrNotFound"  # Oracle
    r"|cloud\.ibm\.com|IBM Cloud|Google Cloud|\boss: service|aliyuncs|\bBXN?IM\w*\d{4}|digitalocean\.com|api\.github\.com|accessible by integration"  # IBM, DigitalOcean, GitHub
    # What their object stores add to bodies and headers that otherwise look like S3's.
    r"|\bOSSAccessKeyId|(?i:\bx-(?:oss|cos|obs|bce|tos|kss|goog(?!-cloud-target))-[a-z])|\boss2\.|\bali-?oss\b|\bAliyunOSS"
    r"|\b[Cc]os[._]?(?:Service|Client)(?:Error|Exception)|\bqcloud|myqcloud|\b[Oo]bsException|\bBce(?:Server|Service|Client)(?:Error|Exception)|bcebos"
    r"|\bGoogleAccessId\b|\bGOOG(?:1|4-HMAC)|\bstorage\.(?:objects|buckets)\.[a-z]{3,10}(?:Iam\w{6,8})? access\b"
    r"|volces\.com|volcengine|bytepluses|trn:iam|jdcloud|ksyun|baidubce|yandexcloud|yandex\.net|scaleway|linode|ovh\.",
)
# Hadoop raises Java's class for files in S3. The same line or the first frame names S3; otherwise the file is local.
S3A_DENIAL = (
    r"AccessDeniedException:?\s(?![/\\~.]|file:|[A-Z]:)(?=[^\n]{0,400}?(?:\bs3[an]?://|\.fs\.s3a\.|AmazonS3Exception"
    r"|\.services\.s3\.|NoAuthWithAWSException)|[^\n]{0,400}\nat\sorg\.apache\.hadoop\.fs\.s3a\.)"
)
_OTHER_SYSTEMS = lazy_pattern(
    r"[Aa]ccess denied for user '|password authentication failed|permission denied for (?:relation|table|schema|database|function)"
    rf"|mount\.nfs|access denied by server while mounting|java\.nio\.file\.(?!{S3A_DENIAL})|docker\.sock|org\.springframework\.security"
    r"|Access is denied\.? ?(?:\(os error 5\)|0x80070005)|EACCES|ORA-\d{5}|\bMySQL\b|psycopg2|PSQLException|\(publickey|NT_STATUS_ACCESS_DENIED"
    r"|TopicAuthorizationException|GroupAuthorizationException|NOPERM|E_ACCESSDENIED|System\.UnauthorizedAccessException|not authorized on \w+ to execute command"
    r"|\bpsutil\b|AccessDenied:? \((?:originated from|pid=\d)|token with AccessorID|lacks permission '[a-z]+:[a-z]+'"  # psutil, Consul
)
_STORAGE = lazy_pattern(r"\b[sS]3\b|[Bb]ucket")
_AWS = lazy_pattern(
    r"\barn:aws|amazonaws\.com|\bbotocore\b|\baws-sdk|awssdk|\bAWS\b|\bAmazon\b|\baws:|\bEKS\b|\bS3\b|\baws (?:ecr|s3|s3api|sts|eks|sso|configure|ec2|iam|login|ssm|lambda|logs)\b|\bAws(?:::|\\)|@aws-|\baws\.s(?:dk|mithy)\.kotlin|/aws[/-]|\baws-(?:vault|sso|cli|okta|iam-authenticator)|\.aws\b"
)


# Every text that the patterns above match contains one of these literals. Searching for all of them takes less
# time than one search with a pattern.
_CLOUD_WORDS = (
    *(
        "acs:",
        "liyun",
        "liCloud",
        "licloud",
        "libabacloud",
        "RAM",
        "qcs::",
        '"Response"',
        "encent",
        "CAM ",
        "操作未授权",
        "uawei",
    ),
    *(
        ":agencies:",
        "APIGW",
        "obs.",
        "urn:iam",
        "googleapis",
        "google.rpc",
        "IAM_PERMISSION_DENIED",
        "gserviceaccount",
        "Permission '",
    ),
    *(
        "gcloud",
        "GSResponseError",
        "roles/",
        "AADSTS",
        "Microsoft.",
        "azure",
        "windows.net",
        "AuthorizationFailed",
        "/subscriptions/",
    ),
    *(
        "opc-request-id",
        "oraclecloud",
        "ocid1.",
        "NotAuthorizedOrNotFound",
        "cloud.ibm",
        "IBM Cloud",
        "Google Cloud",
        "oss: service",
    ),
    *(
        "BX",
        "digitalocean",
        "api.github",
        "accessible by integration",
        "OSSAccessKeyId",
        "oss2.",
        "lioss",
        "li-oss",
        "liyunOSS",
        "qcloud",
    ),
    *(
        "osS",
        "osC",
        "os.S",
        "os.C",
        "os_S",
        "os_C",
        "bsException",
        "BceS",
        "BceC",
        "bcebos",
        "GoogleAccessId",
        "GOOG",
        "storage.objects.",
    ),
    *(
        "storage.buckets.",
        "volces",
        "volcengine",
        "bytepluses",
        "trn:iam",
        "jdcloud",
        "ksyun",
        "baidubce",
        "yandex",
        "scaleway",
    ),
    *("linode", "ovh."),
)
_CLOUD_HEADERS = lazy_pattern(r"(?i)x-(?!amz)[a-z]")
_SYSTEM_WORDS = (
    *(
        "ccess denied for user '",
        "password authentication failed",
        "permission denied for ",
        "mount.nfs",
        "access denied by server",
    ),
    *(
        "java.nio.file.",
        "docker.sock",
        "org.springframework",
        "Access is denied",
        "EACCES",
        "ORA-",
        "MySQL",
        "psycopg2",
        "PSQLException",
    ),
    *(
        "(publickey",
        "NT_STATUS_ACCESS_DENIED",
        "AuthorizationException",
        "NOPERM",
        "E_ACCESSDENIED",
        "UnauthorizedAccessException",
    ),
    *("not authorized on ", "psutil", "AccessDenied", "token with AccessorID", "lacks permission '"),
)


# One of these is in every text that names AWS.
_AWS_WORDS = ("aws", "AWS", "Aws", "Amazon", "botocore", "EKS", "S3")


def _has_one(words: Iterable[str], text: str) -> bool:
    """Return whether a text contains one of some words."""
    for word in words:  # noqa: SIM110 (any() takes longer)
        if word in text:
            return True
    return False


def find_other_clouds(text: str) -> list[int]:
    """Return the positions of signs of other clouds.

    >>> find_other_clouds("Resource: acs:ram:*:1234567890123456:role/*")
    [10]
    >>> find_other_clouds("arn:aws:iam::111122223333:root")
    []
    """
    if not _has_one(_CLOUD_WORDS, text) and _CLOUD_HEADERS.search(text) is None:
        return []
    return [m.start() for m in _CLOUDS.finditer(text)]


def find_other_systems(text: str) -> list[int]:
    """Return the positions of denials of databases, file systems and frameworks."""
    if not _has_one(_SYSTEM_WORDS, text):
        return []
    return [m.start() for m in _OTHER_SYSTEMS.finditer(text)]


def find_storage(text: str) -> list[int]:
    """Return the positions of the words S3 and bucket, which explain a bare "Access Denied"."""
    return [m.start() for m in _STORAGE.finditer(text)]


def names_aws(text: str) -> bool:
    """Return whether a text names AWS anywhere."""
    return _has_one(_AWS_WORDS, text) and _AWS.search(text) is not None
