"""Recognize what a text is about: pods, controllers, deployments, ACLs of S3, and S3-compatible software and clouds.

The latter answer with S3's error codes and messages, but have their own keys and permissions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_at
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.model import CLOUD_HOSTS
from iamtriage.explaining._context.readers.kubernetes.controller_signs import may_name_controller
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared.texts.text_fragments import may_be_about_pods

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from iamtriage.explaining._context.readers.kubernetes.controllers import Controller
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import AccessDenied, Failure

NAMED_KEY = lazy_pattern(
    r"(?a)(?:--sse-?kms-key-id[ =]|\b(?i:ssekmskeyid|(?:\w{1,30}[_-])?kms[_-]?(?:master[_-]?)?key(?:[_-]?(?:id|arn))?)[\"']?\s?(?:=>|[=:])\s?)[\"']?"
    r"(?P<key>(?P<arn>arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{6,30}:(?P<account>[0-9]{12}):key/[\w-]{1,64})|(?:arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{6,30}:[0-9]{12}:)?alias/[\w/-]{1,250}|(?:mrk-)?[0-9a-f][0-9a-f-]{31,35}(?![\w-]))"
)
"""The KMS key of an upload, as the AWS CLI, the SDKs and the settings of programs name it."""
NO_KMS_KEY = lazy_pattern(r"\bSSE-S3\b|\bAES256\b|\b[Nn]o KMS\b")
"""That data is encrypted without a KMS key."""
AMPLIFY = lazy_pattern(
    r"\bAmplify Hosting\b|\bWEB_COMPUTE\b|\b(?:[Aa]mplify|SSR)\b[^\n]{0,40} compute role\b|\bcomputeRoleArn\b"
)
"""That Amplify Hosting runs the code, with a role for server-side rendering."""
# The runner of GitLab pulls "with policy".
PULLED_BY_KUBELET = lazy_pattern(
    r"(?i:\bfailed to pull (?:and unpack )?image\b(?! with policy|[^\n]{0,300} with specified policies))|PullImage|kuberuntime|ErrImagePull|ImagePullBackOff|[Ss]andbox image|\bkubelet\b|credential provider plugin"
)
"""Words of a kubelet about an image that it pulls."""
PRESIGNED = lazy_pattern(
    r"(?i:\bx-amz-(?:credential|expires|signature|signedheaders)\b|\bx-amz-date=|pre-?signed)|\bSignature=[^&\s]{0,200}&"
)
"""That a request was sent with a presigned URL."""
_MIN_COMMANDS = 2
# With the lines that continue it after a backslash.
_S3_COMMAND = lazy_pattern(r"\baws (?:--[a-z-]{2,40} \S{1,200} ){0,4}s3(?:api)? (?:[^\n\\]|\\\n?){1,4000}")
_T_co = TypeVar("_T_co", covariant=True)


class Signs(Generic[_T_co]):
    r"""Values by the patterns of what shows them in a text.

    >>> Signs({r"\.tf line \d": "Terraform", "pulumi": "Pulumi"}).find("on main.tf line 3")
    'Terraform'
    """

    def __init__(self, rows: Mapping[str, _T_co], flags: int = 0) -> None:
        self._rows = tuple((lazy_pattern(pattern, flags), value) for pattern, value in rows.items())

    def find(self, text: str) -> _T_co | None:
        """Return the value of the first pattern that occurs in a text."""
        return next((value for pattern, value in self._rows if pattern.search(text)), None)


_VAULT_MOUNT = lazy_pattern(
    r"(?a)(?:/v1/| )(?:(?P<auth>auth/[\w-]{1,60})/(?:config|role)/|(?P<mount>[\w-]{1,60})/(?:creds|sts)/)"
)


def find_vault_settings(text: str) -> str:
    """Return where HashiCorp Vault has its keys: of the auth method or the secrets engine that a text names.

    >>> find_vault_settings("URL: PUT http://127.0.0.1:8200/v1/auth/aws/role/dev")
    'auth/aws/config/client'
    """
    found = _VAULT_MOUNT.search(text)
    if found is not None and found["auth"]:
        return f"{found['auth']}/config/client"
    return f"{found['mount'] if found else 'aws'}/config/root"


def find_closest(
    matches: Iterable[re.Match[str]], failure: Failure, *, prefers_before: bool = False
) -> re.Match[str] | None:
    """Return the match that is closest to a failure, because a text can have several failures.

    Args:
        matches: What can belong to the failure.
        failure: The failure.
        prefers_before: Whether it precedes the failure, as a request does; otherwise it is part of it or follows.
    """
    start, end = failure.span

    def distance(found: re.Match[str]) -> tuple[bool, int]:
        is_before = found.start() < start
        gap = start - found.end() if is_before else found.start() - end
        return is_before is not prefers_before, max(gap, 0)

    return min(matches, key=distance, default=None)


def without_other_commands(failure: Failure, facts: Facts) -> str:
    """Return the text of a failure without the commands for S3 whose options are not those of the failed one."""
    command, text = context_of(facts).command, failure.text
    if command is None or command.program != "aws" or text.count("aws s3") < _MIN_COMMANDS:
        return text
    own = " ".join(command.text.split())

    def keep_own(found: re.Match[str]) -> str:
        written = " ".join(found[0].replace("\\\n", " ").split())
        return found[0] if own in written or written in own else ""

    return _S3_COMMAND.sub(keep_own, text)


# What pods log and people write about them: how logs name objects, how Kubernetes components log as process 1 of a
# container, and controllers that only run in pods.
_POD_WORDING = lazy_pattern(
    r"(?a)\b[Pp]ods?\b|\b[Ss]ervice[Aa]ccounts?\b|/var/run/secrets/|kube-system|[Rr]econcil[a-z]{0,10}"
    r"|\bnamespace[\"']{0,2}[:=] ?[\"']?[a-z0-9][a-z0-9-]{0,62}"
    r"|\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} {1,8}1 [\w-]{1,60}\.go:\d{1,5}"
    r"|external-?(?:dns|secrets)|cluster[-_]autoscaler|karpenter|load-?balancer-?controller|alb-?ingress|cert-manager"
    # The AWS Load Balancer Controller, and the providers of Crossplane.
    r"|[Ff]ailed (?:build|deploy) model due to |cannot get terraform setup:"
    r"|(?:ebs|efs|fsx)[-.]csi|kube2iam|\bkiam\b|crossplane|secrets-store|\bkeda\b|keda[-_]"
)


def is_about_pods(text: str) -> bool:
    """Return whether a text is about pods or written by one.

    It is not enough that it mentions Kubernetes, because people and builds use Kubernetes, too.

    >>> is_about_pods("the pod orders-7c9 restarted"), is_about_pods("aws eks update-kubeconfig --name c")
    (True, False)
    """
    return find_pod_wording(text) is not None


def find_pod_wording(text: str) -> str | None:
    """Return the words that show that a text is about pods or written by one.

    >>> find_pod_wording("the pod orders-7c9 restarted")
    'pod'
    """
    if not may_be_about_pods(text):
        return None
    found = _POD_WORDING.search(text)
    return None if found is None else found[0]


_LOCAL_HOSTS = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal)"
# The ports of LocalStack (the second is S3's in old versions), moto and MinIO.
_PORTS = r"4566|4572|5000|9000"
# A ClickHouse server listens on 9000, too, and its clients and its distributed queries name it in an error.
_NOT_STORE = r"(?<!Received from )(?<!error on \[)"
_HOSTS = lazy_pattern(
    rf"(?ia)(?<![\w-])(?:{CLOUD_HOSTS}"
    r"|localhost\.localstack\.cloud|play\.min\.io"
    r"|(?:minio|localstack):\d{2,5}"
    rf"|{_NOT_STORE}{_LOCAL_HOSTS}:(?:{_PORTS})"
    r")(?![\w-]|\.\w)"
)
AWS_COMPATIBLE = lazy_pattern(
    # DynamoDB Local listens on 8000.
    rf"(?i){_NOT_STORE}{_LOCAL_HOSTS}:(?:{_PORTS}|8000)\b|\bminio\b|\blocalstack\b|\bmin\.io\b|\bs3[ -]compatible (?:object )?(?:stor|server|service|provider|endpoint|bucket|backend)|{CLOUD_HOSTS}"
)
"""Names and ports of AWS-compatible software."""
# Responses in XML name S3 in a namespace URL with /doc/, which is not the host that was called.
_AWS = lazy_pattern(r"(?a)\.amazonaws\.com(?:\.cn)?(?!\.\w|/doc/)")

# A setting for one service says nothing about the calls of others. The context reads it.
_SETTING_OF_SERVICE = lazy_pattern(r"\bAWS_ENDPOINT_URL_[A-Z0-9_]{2,40}[=:]\s?\S{1,300}")


def find_s3_compatible_host(words: str) -> str | None:
    """Return the S3-compatible host that a text names, or ``None`` if it names an AWS host, too.

    >>> find_s3_compatible_host("PUT https://gateway.storjshare.io/orders/1.csv resulted in 403")
    'storjshare.io'
    >>> find_s3_compatible_host("PUT https://orders.s3.eu-west-1.amazonaws.com/1.csv, copied from minio:9000")
    >>> find_s3_compatible_host("DB::Exception: Received from localhost:9000. DB::Exception: Access Denied. (S3_ERROR)")
    """
    found = _HOSTS.search(_SETTING_OF_SERVICE.sub(" ", words))
    return None if found is None or _AWS.search(words) else found[0]


AGENTS_OF_INSTANCES = frozenset({"Fluent Bit", "the CloudWatch agent", "the SSM Agent"})
"""The controllers that also run on instances without Kubernetes."""


def find_controller_of_denial(action: str, failure: AccessDenied) -> Controller | None:
    """Return the controller that the line of a denial names, or else the whole text."""
    text, (start, end) = failure.text, failure.span
    if not may_name_controller(text):
        return None
    from iamtriage.explaining._context.readers.kubernetes.controllers import permissions_of
    from iamtriage.explaining._rules.shared.texts.deployment_tools import is_about_deployments

    line = line_at(text, start)
    found = permissions_of(action, line + text[start:end], text)
    # Who installs a controller has its names in the text, too.
    return None if found is None or is_about_deployments(text) else found


# An ACL in code, in a command or in Terraform.
_ACL = lazy_pattern(
    r"(?ia)(?:(?<![\w-])(?:--acl[= ]|(?:x-amz-|(?:AWS_)?DEFAULT_)?acl[\"']?\s{0,30}(?:=>|[:=])\s{0,4})|\.(?:with)?(?:canned)?acl\(|CannedACL\s?=\s?)[\"']?(?:(?:types\.)?ObjectCannedACL\.?|S3CannedACL\.|CannedAccessControlList\.)?(?P<name>private|public[-_]?read(?:[-_]?write)?|authenticated[-_]?read|aws[-_]exec[-_]read|bucket[-_]owner[-_]\w[\w-]{2,20}|log[-_]delivery[-_]write)\b[\"']?"
    r"|(?<![\w-])(?P<grants>--grant(?:s|-full-control|-read|-read-acp|-write-acp))[= ]\S{1,200}"
    # Flysystem and Laravel send a visibility as an ACL. The default configuration has a public disk of files, too:
    # https://flysystem.thephpleague.com/docs/usage/unix-visibility/ and https://laravel.com/docs/filesystem
    r"|(?P<visibility>(?:(?:(?<=\[)|(?<=, ))|'driver' => 's3'(?:(?!'driver')[\s\S]){1,800}?)['\"]visibility['\"] ?=> ?['\"]public['\"]"
    r"|(?<=->|::)(?:storePublicly(?:As)?\(|put(?:File(?:As)?)?\([^;\n]{1,300}?, ?['\"]public['\"](?=\))))"
)


class StatedAcl(NamedTuple):
    """An ACL of S3 that a text sets.

    Attributes:
        words: How the text sets it.
        is_public: Whether it gives everyone access.
        start: Where it begins in the text.
    """

    words: str
    is_public: bool
    start: int


def find_acl(text: str) -> StatedAcl | None:
    """Return the first ACL that the code, command or configuration in a text sets.

    >>> find_acl("aws s3 cp a.html s3://site/a.html --acl public-read")
    StatedAcl(words='--acl public-read', is_public=True, start=34)
    """
    found = _ACL.search(text)
    if found is None:
        return None
    if found["visibility"]:
        return StatedAcl("the visibility public", is_public=True, start=found.start())
    words = found["grants"] or " ".join(found[0].split()).removeprefix(".")
    if words.count('"') % 2 or words.count("'") % 2:
        # The key of an object in code, which begins before the match.
        words = words.replace('"', "").replace("'", "")
    is_public = (found["name"] or "").lower().startswith("public") or "AllUsers" in found[0]
    return StatedAcl(f"{words}{')' if '(' in words else ''}", is_public, found.start())
