"""Find in a text that the documents of an issuer, which STS reads without credentials, are not public.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html and
https://kops.sigs.k8s.io/cluster_spec/#service-account-issuer-discovery-and-aws-iam-roles-for-service-accounts-irsa.
"""

from __future__ import annotations

from re import ASCII

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy

_DENIED = lazy_pattern(
    r"(?P<issuer>https://[\w./-]{4,200}?)(?P<path>/\.well-known/[\w.-]{4,40}|/openid/v1/jwks|/(?:jwks|keys)(?:\.json)?)(?![\w/.-])[^\n]{0,200}\n(?:[^\n]{0,400}\n){0,6}?[^\n]{0,300}?(?:\bAccess ?Denied\b|\b403\b)",
    ASCII,
)
_BUCKET = lazy_pattern(
    r"https://(?:(?P<host>[a-z0-9][a-z0-9.-]{1,62})\.s3[.-][a-z0-9.-]{0,40}amazonaws\.com(?:\.cn)?|s3[.-][a-z0-9.-]{0,40}amazonaws\.com(?:\.cn)?/(?P<path>[a-z0-9][a-z0-9.-]{1,62}))(?=/|\Z)"
)
_BLOCKED = lazy_pattern(
    r"(?i:\b(?:block(?:ed|s|ing)? (?:all )?public|public access block|public buckets?|BPA)\b)"
)
_ACCOUNT_BLOCKED = lazy_pattern(
    rf"(?:{_BLOCKED.pattern}[^.\n]{{0,60}}\b(?i:account)\b|\b(?i:account)\b[^.\n]{{0,60}}{_BLOCKED.pattern}|s3control put-public-access-block)"
)
_SETTINGS = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false"


class DeniedDocuments(NamedTuple):
    """The documents of an issuer that a request without credentials does not get."""

    issuer: str
    path: str
    bucket: str | None
    is_blocked: bool
    """Whether the text is about Block Public Access."""
    is_account_blocked: bool
    """Whether it is about that of the whole account."""

    @property
    def reason(self) -> str:
        """Why STS does not get the documents, as a clause."""
        if self.bucket is None:
            return "the host does not serve them to everyone"
        of_account = " of the account" if self.is_account_blocked else ""
        why = f", most likely because of Block Public Access{of_account}" if self.is_blocked else ""
        return f"S3 denies everyone the objects in {self.bucket}{why}"


def find_denied_documents(text: str) -> DeniedDocuments | None:
    r"""Return the documents of an issuer that a command in a text did not get.

    >>> find_denied_documents("$ curl https://octo.s3.eu-west-1.amazonaws.com/.well-known/openid-configuration\n<Code>AccessDenied</Code>").bucket
    'octo'
    """
    found = _DENIED.search(text) if "https://" in text else None
    if found is None:
        return None
    bucket = _BUCKET.match(found["issuer"])
    name = None if bucket is None else bucket["host"] or bucket["path"]
    blocked, of_account = (pattern.search(text) is not None for pattern in (_BLOCKED, _ACCOUNT_BLOCKED))
    return DeniedDocuments(found["issuer"], found["path"], name, blocked, of_account)


def publish_documents_remedy(found: DeniedDocuments, account: str | None) -> Remedy:
    """Return the remedy that makes the documents of an issuer public."""
    check = fill_command("curl --silent --show-error --fail {}", f"{found.issuer}{found.path}")
    public = "The documents contain public keys only, no secrets."
    if found.bucket is None:
        return your_remedy(
            "Serve the issuer's documents to everyone again",
            f"STS sends no credentials. {public} The command must print JSON, and so must its jwks_uri.",
            commands=check,
            url=pages.OIDC_PROVIDERS,
        )
    bucket, owner = found.bucket, account or "ACCOUNT_ID"
    show = "aws s3control get-public-access-block --account-id {}"
    change = f"aws s3control put-public-access-block --account-id {{}} --public-access-block-configuration {_SETTINGS}"
    return owner_remedy(
        f"Let everyone read the issuer's documents in {bucket} again",
        f"S3 applies the stricter of the settings of the account and of the bucket, so both must allow it. First turn all settings on for each other bucket of the account. {public}",
        "Keep the bucket policy: it must allow everyone s3:GetObject on the two documents, openid-configuration and the keys at its jwks_uri, and on nothing else.",
        "To keep the account closed, serve both documents from another host, such as CloudFront with origin access control. That is another issuer URL: the API server, the IAM OIDC provider and the trust policies must then name it.",
        commands=(
            None if found.is_account_blocked else fill_command(show, owner),
            fill_command(change, owner)
            if found.is_account_blocked
            else Labelled("If the account blocks public policies:", fill_command(change, owner)),
            fill_command(
                f"aws s3api put-public-access-block --bucket {{}} --public-access-block-configuration {_SETTINGS}",
                bucket,
            ),
            Labelled("Then this must print JSON:", check),
        ),
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    )
