"""Find the issuer of a web identity token, and its provider in IAM."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import find_partition, safe_name
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken

__all__ = ("GITHUB", "ROLE_NOT_EVALUATED", "STS_AUDIENCE", "Issuer", "build_provider_arn", "find_issuer")

STS_AUDIENCE = "sts.amazonaws.com"
ROLE_NOT_EVALUATED = (
    "STS rejects the token before it evaluates the role, so neither the trust policy nor an IAM policy helps."
)
# The repetition is possessive, so that a truncated or masked issuer does not match.
_MISSING_PROVIDER = lazy_pattern(
    r"found in (?:your )?account for (https://[\w.~/-]{1,300}+)(?![*$\[…]|<[^/])", re.ASCII
)
_EKS_ISSUER = lazy_pattern(
    r"https://oidc(?:-eks)?\.(?:eks\.)?([a-z0-9-]{1,40})\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws)/id/",
    re.ASCII,
)
_CLUSTER_ID = lazy_pattern(r"[0-9A-F]{32}", re.ASCII)
GITHUB = "GitHub Actions"
_GITHUB_HOST = "token.actions.githubusercontent.com"
# The kinds of runtimes whose jobs get tokens. A GitLab instance is its own issuer.
_SYSTEMS = {"github-actions": GITHUB, "gitlab": "GitLab"}
_KNOWN_ISSUERS = {
    _GITHUB_HOST: GITHUB,
    "gitlab.com": "GitLab",
    "app.terraform.io": "HCP Terraform",
    "api.bitbucket.org": "Bitbucket Pipelines",
    "oidc.circleci.com": "CircleCI",
    "agent.buildkite.com": "Buildkite",
}


@attrs.frozen(eq=False, repr=False)
class Issuer(Value):
    """The issuer of a token.

    Attributes:
        url: Its URL; ``None`` if it is unknown or masked.
        because: Evidence for the URL, one line each.
        is_eks: Whether it is the issuer of an EKS cluster.
        region: The cluster's region.
        of_job: The name of the system that runs the job in the text, which issued the token.
    """

    url: str | None
    because: tuple[str, ...]
    is_eks: bool
    region: str | None
    of_job: str | None = None

    @property
    def system(self) -> str | None:
        """The name of the issuing system, if its host is known."""
        return _KNOWN_ISSUERS.get((self.url or "").removeprefix("https://").partition("/")[0], self.of_job)

    @property
    def description(self) -> str:
        """A phrase that names the issuer."""
        return "the EKS cluster" if self.is_eks else self.system or "the token's issuer"


def find_issuer(case: Case[InvalidIdentityToken], message: str) -> Issuer:
    """Return the token's issuer from the text, or else from the claims in the facts."""
    found = _MISSING_PROVIDER.search(message)
    url = None if found is None else found[1].rstrip(".")
    because: tuple[str, ...] = (f"The token's issuer is {url}.",)
    if not _is_whole(url):
        given = (case.facts.token_claims or {}).get("iss")
        url, because = (given, ()) if isinstance(given, str) and _is_whole(given) else (None, ())
    eks = _EKS_ISSUER.search(url or message)
    runtime = context_of(case.facts).runtime
    of_job = _SYSTEMS.get(runtime.kind) if url is None and eks is None and runtime is not None else None
    if of_job == GITHUB:
        url = f"https://{_GITHUB_HOST}"
    return Issuer(url, because, eks is not None, eks[1] if eks else None, of_job)


def _is_whole(url: str | None) -> bool:
    """Return whether an issuer URL is complete, and contains no secret."""
    if url is None or commands.issuer(url) != url or "xxx" in url.lower():
        return False
    return all(_CLUSTER_ID.fullmatch(part) or safe_name(part) is not None for part in url.split("/"))


def build_provider_arn(case: Case[InvalidIdentityToken], issuer: Issuer) -> str:
    """Return the ARN of the IAM OIDC provider for an issuer, or a placeholder."""
    role = try_parse_principal(case.failure.resource or case.facts.resource)
    account = role.account if isinstance(role, Role) else case.failure.account
    if issuer.url is None or account is None:
        return "PROVIDER_ARN"
    path = issuer.url.removeprefix("https://")
    return commands.arn(f"arn:{find_partition(case)}:iam::{account}:oidc-provider/{path}", "PROVIDER_ARN")
