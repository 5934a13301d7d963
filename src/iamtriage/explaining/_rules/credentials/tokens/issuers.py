"""Find the issuer of a web identity token and its provider in IAM, and explain that it has none."""

from __future__ import annotations

import functools
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.kubernetes.controllers import usual_account
from iamtriage.explaining._context.readers.recreations import says_cluster_is_gone
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, reported_cause, safe_name
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import Commands, account_remedy, trust_remedy
from iamtriage.explaining._rules.sts.trust import trust_documents
from iamtriage.explaining._rules.sts.trust.token_forms import organization_of
from iamtriage.explaining._rules.sts.trust.trust_findings import evaluate_trust_policy, trust_policy_evidence
from iamtriage.explaining._rules.sts.trust.workflow_problems import explain_second_role, find_chain_remedy
from iamtriage.failures._failures import Failure, InvalidIdentityToken
from iamtriage.policies._documents import allow, build_document

STS_AUDIENCE = "sts.amazonaws.com"
ROLE_NOT_EVALUATED = (
    "STS rejects the token before it evaluates the role, so neither the trust policy nor an IAM policy helps."
)
# The repetition is possessive, so that a truncated or masked issuer does not match.
_MISSING_PROVIDER = lazy_pattern(
    r"(?a)found in (?:your )?account for (https://[\w.~/-]{1,300}+)(?![*$\[…]|<[^/])"
)
# The issuer of a cluster anywhere, or another one that is called so.
_STATED_ISSUER = lazy_pattern(
    r"(?a)(https://oidc\.eks\.[a-z0-9-]{6,30}\.amazonaws\.com(?:\.cn)?/id/(?!X{16})[0-9A-Z]{16,40})\b"
    r"|\b(?:[Ii]ssuer(?: URL| url)?|--service-account-issuer|\biss)[\"']?(?: is)?\s?[:=]?\s?[\"'`]?(https://[\w.~/-]{1,200}\w)"
)
# The host of a GitLab instance, which is the issuer of its jobs' tokens.
_GITLAB_HOST = lazy_pattern(
    r"(?a)(?<![\w@.-])gitlab(?:-\w{1,40})?(?!\.com\b|-ci\.yml)(?:\.[a-z][a-z0-9-]{0,62}){1,6}(?![\w./-]*\.\w)"
)
_EKS_ISSUER = lazy_pattern(
    r"https://oidc(?:-eks)?\.(?:eks\.)?([a-z0-9-]{1,40})\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws)/id/"
)
_CLUSTER_ID = lazy_pattern(r"[0-9A-Z]{16,40}")
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
# Where the keys are public: those of EKS, in buckets, and of identity services.
_PUBLIC_HOSTS = (
    *(".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".cloudfront.net"),
    *("storage.googleapis.com", "accounts.google.com", ".windows.net", "login.microsoftonline.com"),
    *(".auth0.com", ".okta.com", ".onelogin.com"),
)


@attrs.frozen(eq=False, repr=False)
class Issuer(Value):
    """The issuer of a token.

    Attributes:
        url: Its URL; ``None`` if it is unknown or masked.
        because: Evidence for the URL, one line each.
        is_eks: Whether it is the issuer of an EKS cluster.
        region: The cluster's region.
        of_job: The name of the system that runs the job of the text or of the claims, which issued the token.
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
    def is_self_hosted(self) -> bool:
        """Whether it has a host of its own, instead of one of AWS or a public service."""
        host = (self.url or "").removeprefix("https://").partition("/")[0]
        return bool(host) and host not in _KNOWN_ISSUERS and not host.endswith(_PUBLIC_HOSTS)

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
    stated = {each[each.lastindex or 0] for each in _STATED_ISSUER.finditer(case.failure.text)}
    if url is None and len(stated) == 1 and _is_whole(named := stated.pop()):
        url, because = named, (f"The text names the issuer {named}.",)
    eks = _EKS_ISSUER.search(url or message)
    of_job = _find_system(case) if url is None and eks is None else None
    hosts = _GITLAB_HOST.findall(case.failure.text) if of_job in {None, "GitLab"} and url is None else ()
    if eks is None and (host := only_one(set(hosts))) is not None:
        url, because, of_job = f"https://{host}", (f"The text names {host}.",), "GitLab"
    elif of_job == GITHUB:
        url = f"https://{_GITHUB_HOST}"
    elif url is not None and str((case.facts.token_claims or {}).get("sub")).startswith("project_path:"):
        # Only GitLab's subjects begin so: https://docs.gitlab.com/ci/secrets/id_token_authentication/
        of_job = "GitLab"
    return Issuer(url, because, eks is not None, eks[1] if eks else None, of_job)


def _find_system(case: Case[InvalidIdentityToken]) -> str | None:
    """Return the name of the system that runs the job of a text. Runs of HCP Terraform have their own variables."""
    system, text = _SYSTEMS.get(case.context.runtime_kind), case.failure.text
    is_other = system is not None or "GitHub Actions" in text
    return "HCP Terraform" if "TFC_AWS_" in text and not is_other else system


# Logs repeat the same issuers.
@functools.lru_cache(maxsize=64)
def _is_whole(url: str | None) -> bool:
    """Return whether an issuer URL is complete, and contains no secret."""
    if url is None or commands.issuer(url) != url or "xxx" in url.lower():
        return False
    return all(_CLUSTER_ID.fullmatch(part) or safe_name(part) is not None for part in url.split("/"))


_MAX_LISTED = 3
_PROVIDER = lazy_pattern(r"(?a)\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:oidc-provider/[\w./-]{0,250}\w(?![\w*])")


def build_provider_arn(case: Case[InvalidIdentityToken], issuer: Issuer, host: str = "") -> str:
    """Return the ARN of the IAM OIDC provider for an issuer, by default a host, or a placeholder."""
    shown = {
        arn
        for arn in _PROVIDER.findall(case.failure.text)
        if issuer.url is None or issuer.url == f"https://{arn.partition('/')[2]}"
    }
    named = trust_documents.find_provider(case.facts.trust_policy)
    if not shown and named is not None and issuer.url in {None, f"https://{named.partition('/')[2]}"}:
        shown = {named}
    if len(shown) == 1:
        return commands.arn(shown.pop(), "PROVIDER_ARN")
    role = try_parse_principal(case.failure.resource or case.facts.resource)
    account = role.account if isinstance(role, Role) else case.failure.account
    account = account or commands.role_account(case.context.role_arn) or "ACCOUNT_ID"
    path = (issuer.url or host).removeprefix("https://")
    built = path and f"arn:{find_partition(case)}:iam::{account}:oidc-provider/{path}"
    return commands.arn(built, "PROVIDER_ARN")


CLUSTER_RECREATED = CauseType(
    "cluster-recreated",
    title="The cluster was re-created with another issuer",
    text="The cluster was re-created: the account has the provider of the old cluster, and the new one has another issuer.",
    fix="Create an identity provider for the issuer of the new cluster.",
    of="no-oidc-provider",
)
PROVIDER_URL_DIFFERS = CauseType(
    "provider-url-differs",
    title="The URL of the identity provider differs from the issuer",
    text="The account has a provider whose URL differs from the issuer: a trailing slash, a path, or upper and lower case.",
    fix="Create a provider with exactly the token's issuer URL.",
    recognised_by="The text shows a provider of the same host.",
    sign=r"(?P<shown>:oidc-provider/(?P<host>[\w.-]{4,100}))(?![\w.-]).{0,600}\bfound in your account for https://(?P=host)(?![\w.-])",
    remedy="Create the IAM OIDC provider",
    of="no-oidc-provider",
)
NO_OIDC_PROVIDER = CauseType(
    "no-oidc-provider",
    title="The account has no OIDC identity provider for the issuer",
    recognised_by='The message says "No OpenIDConnect provider found in your account".',
    fix="Create the IAM OIDC identity provider in the role's account.",
    sources=(pages.OIDC_PROVIDERS,),
)
ROLE_OF_OTHER_ACCOUNT = CauseType(
    "role-of-other-account",
    title="The role is in another account than the provider",
    recognised_by="The text says in which accounts the provider and the role are.",
    sign=r"\b(?:cluster|provider)\b.{0,60}\b(?:account|in) (?P<own>\d{12})\b.{0,80}\brole\b.{0,40}\b(?!(?P=own))\d{12}\b|\brole\b.{0,60}\b(?:account|in) (?P<other>\d{12})\b.{0,80}\b(?:cluster|provider)\b.{0,40}\b(?!(?P=other))\d{12}\b",
    remedy="Create the IAM OIDC provider",
    fix="Create the identity provider in the role's account, or use a role of the provider's account.",
    of="no-oidc-provider",
)


def explain_no_provider(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that the role's account has no OIDC provider for the issuer."""
    if (chained := explain_second_role(case)) is not None:
        return chained
    issuer = find_issuer(case, message)
    other = trust_documents.find_other_provider(case.facts.trust_policy, issuer.url)
    causes = [ROLE_OF_OTHER_ACCOUNT.cause(because="IAM looks for the provider in the account of the role.")]
    if other is not None and other.is_of_other_cluster:
        facts = Facts(trust_policy=other.fixed, token_claims=case.facts.token_claims)
        found = evaluate_trust_policy(facts, "sts:AssumeRoleWithWebIdentity")
        rest = ": the cluster was re-created, or the role belongs to that cluster."
        if found is not None and found.allowed:
            rest = ". The subject and audience in it match the token."
        text = f"The role's trust policy names the provider of another cluster, {other.named}{rest}"
        causes = [CLUSTER_RECREATED.cause(trust_policy_evidence(case.facts), text=text)]
    else:
        causes.append(CLUSTER_RECREATED.cause() if issuer.is_eks else PROVIDER_URL_DIFFERS.cause())
    where, account = "the role's account", None
    listed = _find_listed(case) if other is None else None
    if listed is not None:
        where, account, causes = _compare_listed(issuer, listed, causes)
    role = find_role(case)
    owner = account or (None if role is None or not role.account.isdigit() else role.account)
    if listed is None and owner is not None:
        where += f" {owner}"
    create = _create_provider_remedy(issuer, account, owner)
    if other is not None:
        owner = " of another cluster" if other.is_of_other_cluster else f" {other.named}"
        if _is_gone(case, other):
            owner = f" of the old cluster, {clip_text(other.named)}"
        where = f"the role's account {other.account}, and the role's trust policy names the provider{owner}"
        create = _create_and_trust_remedy(case, create, other)
    return case.explain(
        f"IAM has no OIDC provider for {issuer.description}{f' ({issuer.url})' if issuer.url else ''} in {where}.",
        reported_cause(
            NO_OIDC_PROVIDER,
            message,
            "No OpenIDConnect provider found",
            text=f"The account of the role has no IAM OIDC provider for {issuer.description}.",
        ),
        *causes,
        remedies=(create, _trust_provider_remedy(case, issuer, account), find_chain_remedy(case)),
        notes="STS looks for the provider first: until it exists, neither an IAM policy nor the trust policy helps.",
    )


def _is_gone(case: Case[Failure], other: trust_documents.OtherProvider) -> bool:
    """Return whether the text says that the cluster of the other provider is an old one."""
    return other.is_of_other_cluster and says_cluster_is_gone(case.failure.text)


def find_role(case: Case[InvalidIdentityToken]) -> Role | None:
    """Return the role that the call was to assume."""
    stated = case.context.role_arn
    role = try_parse_principal(case.failure.resource or case.facts.resource or (stated and stated.value))
    return role if isinstance(role, Role) else None


def describe_match(case: Case[InvalidIdentityToken]) -> str:
    """Return the sentence that the trust policy matches the claims in the facts, after a space, if it does."""
    found = evaluate_trust_policy(case.facts, "sts:AssumeRoleWithWebIdentity")
    return " The trust policy matches the token already." if found is not None and found.allowed else ""


def create_provider_command(issuer: Issuer) -> str:
    """Return the command that creates the IAM OIDC provider for an issuer."""
    uses_sts = issuer.is_eks or issuer.system == GITHUB
    organization = organization_of((issuer.url or "").removeprefix("https://"))
    return commands.fill_command(
        "aws iam create-open-id-connect-provider --url {} --client-id-list {}",
        *(commands.issuer(issuer.url), STS_AUDIENCE if uses_sts else organization or "AUDIENCE"),
    )


def _find_listed(case: Case[InvalidIdentityToken]) -> list[str] | None:
    """Return the providers that list-open-id-connect-providers printed, ``None`` without an output of the role's account."""
    role = find_role(case)
    for run in find_runs(case.failure) if "list-open-id-connect-providers" in case.failure.text else ():
        output = run.output.partition("\n\n")[0]
        found = list(dict.fromkeys(_PROVIDER.findall(output)))
        is_same = role is None or all(f":{role.account}:" in arn for arn in found)
        is_list = run.command.words[:2] == ("iam", "list-open-id-connect-providers")
        if is_list and is_same and (found or "[]" in output):
            return found
    return None


def _compare_listed(
    issuer: Issuer, listed: list[str], causes: list[Cause]
) -> tuple[str, str | None, list[Cause]]:
    """Return where the provider is missing, the account if it is known, and the causes that a list leaves."""
    if not listed:
        return "the role's account: the list in the text is empty", None, []
    account, urls = listed[0].split(":")[4], [f"https://{arn.partition('/')[2]}" for arn in listed]
    if issuer.is_eks and any(map(_EKS_ISSUER.match, urls)):
        text = "A cluster that was re-created has a new issuer, even under the same name. The provider in the list is that of the old cluster or of another one."
        causes = [CLUSTER_RECREATED.cause("derived", text=text)]
    elif issuer.is_eks:
        causes = []
    shown = join_words(tuple(map(clip_text, urls[:_MAX_LISTED])), "and")
    return f"account {account}: the list in the text has only {shown}", account, causes


def _create_and_trust_remedy(
    case: Case[Failure], create: Remedy, other: trust_documents.OtherProvider
) -> Remedy:
    """Return the remedy that creates the provider and names it in the role's trust policy: one needs the other."""
    role = underlying_role(try_parse_principal(case.failure.resource or case.facts.resource))
    return attrs.evolve(
        create,
        title="Create the IAM OIDC provider, and name it in the role's trust policy",
        steps=(
            f"Create it in the account of the role, {other.account}. IAM gets the thumbprint itself.",
            f"trust.json is the whole trust policy with this issuer as {other.keys}. Without this change, the next error is AccessDenied. {trust_documents.OTHER_ROLES if _is_gone(case, other) else other.warning}",
        ),
        commands=(
            str(create.commands[1]),
            commands.trust_policy_commands(None if role is None else role.name)[1],
        ),
        policy=other.fixed,
        layer="role_trust",
    )


def _trust_provider_remedy(case: Case[Failure], issuer: Issuer, account: str | None) -> Remedy | None:
    """Return the remedy that trusts the provider of a cluster, for the service account that the text names."""
    added = trusting_statement(case, issuer, account)
    if added is None:
        return None
    return trust_remedy(
        "Also trust the provider in the role",
        "Remove the statement of the old provider, if no other cluster uses it.",
        commands=commands.trust_policy_commands(None),
        policy=build_document([added]),
        url=pages.EKS_IRSA,
    )


def trusting_statement(case: Case[Failure], issuer: Issuer, account: str | None) -> dict[str, Any] | None:
    """Return the statement that trusts the provider of a cluster in an account, for the service account in the text.

    It is ``None`` if the facts have the trust policy, or if the text does not name all of this.
    """
    namespace, name = usual_account(case.facts, case.text)
    has_subject = namespace is not None and name is not None
    if case.facts.trust_policy is not None or not (has_subject and issuer.is_eks and issuer.url and account):
        return None
    provider = issuer.url.removeprefix("https://")
    values = {"aud": STS_AUDIENCE, "sub": f"system:serviceaccount:{namespace}:{name}"}
    return allow(
        "sts:AssumeRoleWithWebIdentity",
        principal={"Federated": f"arn:{find_partition(case)}:iam::{account}:oidc-provider/{provider}"},
        condition={"StringEquals": {f"{provider}:{claim}": value for claim, value in values.items()}},
    )


def _create_provider_remedy(issuer: Issuer, account: str | None, owner: str | None) -> Remedy:
    """Return the remedy that creates a provider, in an account whose list the text has, or that of the role."""
    create = create_provider_command(issuer)
    creations: Commands = (create,)
    whose = f"account {owner}, that of the role" if owner else "the account of the role"
    where = f"Run the commands in {whose}. The first one lists its providers: each ARN ends in the issuer without https://. If none matches exactly, create one. IAM gets the thumbprint itself."
    if account:
        where = f"Run the command in account {account}. IAM gets the thumbprint itself."
    audience: str | None = (
        "AUDIENCE is the token's aud claim: for many systems sts.amazonaws.com, for others a client ID."
    )
    url = pages.OIDC_PROVIDERS
    if issuer.is_eks:
        audience = None
        eksctl = f"eksctl utils associate-iam-oidc-provider --cluster CLUSTER --region {issuer.region or 'REGION'} --approve"
        other_account = "Or, if the cluster is in another account than the role, in the role's account:"
        creations = (Labelled("If none matches:", eksctl), Labelled(other_account, create))
        if account:
            creations = (eksctl,)
        url = pages.EKS_IRSA
    elif issuer.system == GITHUB:
        audience = "The action aws-actions/configure-aws-credentials requests the audience sts.amazonaws.com."
        url = pages.GITHUB_OIDC
    elif issuer.system == "CircleCI":
        audience = "The audience of CircleCI's tokens is the ID of the organization."
    url_text = issuer.url or ""
    partition = "aws-cn" if ".com.cn/" in url_text else "aws-us-gov" if ".us-gov-" in url_text else "aws"
    name = clip_text(url_text.removeprefix("https://")) or "its URL without https://"
    provider = f"arn:{partition}:iam::{owner}:oidc-provider/{name}" if owner and url_text else "its ARN"
    old = " If the cluster was re-created, it still names the old one." if issuer.is_eks else ""
    prefix = "what follows oidc-provider/" if owner and url_text else name
    trust = f"The role's trust policy must name this provider: {provider} as Principal.Federated, and {prefix} before :sub and :aud in the condition keys.{old}"
    if account is None:
        creations = ("aws iam list-open-id-connect-providers", *creations)
    return account_remedy("Create the IAM OIDC provider", where, audience, trust, commands=creations, url=url)
