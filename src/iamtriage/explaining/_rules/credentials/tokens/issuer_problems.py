"""Explain that STS finds the provider of an issuer only elsewhere, or cannot get the keys of the issuer.

The provider can be in another partition or account than the one that was asked. Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import attrs

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text, quote_argument, quote_words
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.endpoints import PRIVATE_START
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.tokens import issuer_documents, issuers
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.sts.findings import CHINA_WITHOUT_REGION, PARTITION_WITHOUT_REGION
from iamtriage.explaining._rules.sts.trust.trust_documents import find_provider
from iamtriage.explaining._rules.sts.trust.trust_findings import trust_policy_evidence
from iamtriage.failures._failures import InvalidIdentityToken
from iamtriage.policies._readers.elements import parse_document
from iamtriage.sts._endpoints import find_endpoint

# What SDKs print about the STS endpoint that they call, and what the program's environment sets.
_CALLED = lazy_pattern(
    rf"(?a)(?P<default>{REGION}) \(STS default\)|\bhttps://sts\.(?:(?P<host>{REGION})\.)?amazonaws\.com(?![.\w])|\bAWS_(?:DEFAULT_)?REGION[=:] ?[\"']?(?P<set>{REGION})\b"
)
# A provider of the AWS SDK for JavaScript v3 whose own STS client gets no Region, and the environment of a container without
# one: https://github.com/aws/aws-sdk-js-v3/issues/5105 and 7452.
_PROVIDER_WITHOUT_REGION = lazy_pattern(
    r"\bfrom(?:TokenFile|WebToken)\((?:\s{0,20}\)|\{(?![^()]{0,400}\b(?:region|clientConfig)\b)[^()]{0,400}\}\s{0,20}\))"
)
_ENVIRONMENT = lazy_pattern(
    r"\b(?:print)?env\b(?: ?\| ?(?:sort|grep (?:-[a-zA-Z]{1,3} )?[\"']?\^?AWS_?[\"']?))*[ \t]{0,8}\n(?P<output>(?:[ \t]{0,8}\w{1,80}=[^\n]{0,600}(?:\n|\Z)){1,80})"
)
_LISTED = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:iam::(?P<account>[0-9]{12}):oidc-provider/(?P<path>[\w./-]{1,255})"
)
_PARTITIONS = {"aws": "the commercial Regions", "aws-cn": "China", "aws-us-gov": "AWS GovCloud"}


def explain_no_provider(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS finds no provider for the issuer of a token."""
    issuer = issuers.find_issuer(case, message)
    listed = _find_listed(case, issuer.url)
    own, called = _partition_of(issuer.region), _find_called(case)
    if own is not None and called is not None and _partition_of(called[0]) not in {None, own}:
        return _explain_other_partition(case, issuer, called, listed)
    explanation, role = issuers.explain_no_provider(case, message), issuers.find_role(case)
    is_there = listed is not None and (role is None or role.account == listed[1])
    if own not in {None, "aws"} and called is None and (listed is None or is_there):
        missing = _find_missing_region(case.failure.text, is_there=is_there)
        if missing is not None:
            called = "us-east-1", missing
            return _explain_other_partition(case, issuer, called, listed, is_likely=True)
    path = (issuer.url or "").removeprefix("https://")
    in_policy = _LISTED.fullmatch(find_provider(case.facts.trust_policy) or "")
    named = (
        listed or (in_policy and in_policy["path"] == path and (in_policy[0], in_policy["account"])) or None
    )
    if named is not None and role is not None and role.account != named[1]:
        return _explain_other_account(case, issuer, role, *named)
    if listed is None and named is not None:
        create, *others = explanation.remedies
        return attrs.evolve(
            explanation,
            summary=f"{explanation.summary.removesuffix('.')}, although the role's trust policy names it: the provider was deleted or never created, and the trust policy needs no change.",
            causes=explanation.causes[:1],
            remedies=(attrs.evolve(create, steps=create.steps[:1]), *others),
        )
    if listed is None or not explanation.causes:
        return explanation
    arn, account = listed
    text = f"The account {account} has the provider {arn}. Most likely, STS looked for it in another account or partition: that of the role that was called, or that of the STS endpoint."
    summary = f"STS found no OIDC provider for {issuer.description} in the role's account, although account {account} has it."
    check = your_remedy(
        "Check which role and which STS endpoint the program uses",
        f"The account in AWS_ROLE_ARN must be {account}, and the Region and the endpoint must be of the same partition as the issuer.",
        commands="kubectl exec deployment/NAME --namespace NAMESPACE -- env | grep -e AWS_ROLE_ARN -e AWS_REGION -e AWS_DEFAULT_REGION -e AWS_ENDPOINT_URL"
        if issuer.is_eks
        else None,
        url=pages.OIDC_PROVIDERS,
    )
    causes = (explanation.causes[0], issuers.ROLE_OF_OTHER_ACCOUNT.cause(text=text))
    return attrs.evolve(explanation, summary=summary, causes=causes, remedies=(check,), notes=())


def _explain_other_account(
    case: Case[InvalidIdentityToken], issuer: issuers.Issuer, role: Role, arn: str, account: str
) -> Explanation:
    """Explain that the provider is in another account than the role."""
    document = parse_document(case.facts.trust_policy)
    own = arn.replace(f"::{account}:", f"::{role.account}:", 1)
    fixed = None if document is None else json.loads(json.dumps(document).replace(arn, own))
    added = None if document is not None else issuers.trusting_statement(case, issuer, role.account)
    change = "trust.json is the whole trust policy with this provider as Principal.Federated."
    if added is not None:
        change = "The trust policy needs the statement, which names this provider and the subject of the pod's service account."
    elif fixed is None:
        change = f"The trust policy of the role must name this provider as Principal.Federated: {own}."
    lines = commands.trust_policy_commands(role.name)[0 if fixed is None else 1 :] if fixed or added else ()
    remedy = account_remedy(
        f"Create the IAM OIDC provider in account {role.account}{', and name it in the trust policy' if lines else ''}",
        change,
        commands=(issuers.create_provider_command(issuer), *lines),
    )
    if fixed is not None:
        remedy = attrs.evolve(remedy, policy=fixed, layer="role_trust")
    elif added is not None:
        remedy = attrs.evolve(remedy, statement=added, layer="role_trust")
    whose = "pod" if issuer.is_eks else "job"
    missing = f"Account {role.account} has no IAM OIDC provider for this issuer."
    evidence, text = trust_policy_evidence(case.facts), f"The role's trust policy names the provider {arn}."
    if fixed is None:
        evidence, text = "derived", f"The text lists the provider {arn}."
    return case.explain(
        f"The OIDC provider of {issuer.description} is in account {account}, but STS looks for it in account {role.account}, that of the role {role.name}.",
        issuers.NO_OIDC_PROVIDER.cause("reported", text=missing),
        issuers.ROLE_OF_OTHER_ACCOUNT.cause(evidence, text=text),
        remedies=(
            remedy,
            account_remedy(
                f"Or give the {whose} a role of account {account}, which assumes {role.name}",
                f"The new role needs an Allow for sts:AssumeRole on {role}, and the trust policy of {role.name} names the new role as Principal.",
                f"The program assumes {role.name} with a profile that has role_arn and source_profile, or in code.",
                url=pages.ASSUME_ROLE,
            ),
        ),
        notes="STS evaluated neither the subject nor the audience yet.",
    )


def _explain_other_partition(
    case: Case[InvalidIdentityToken],
    issuer: issuers.Issuer,
    called: tuple[str, str],
    listed: tuple[str, str] | None,
    *,
    is_likely: bool = False,
) -> Explanation:
    """Explain that the call went to STS in a partition that does not have the role's account."""
    region, words = called
    own = _partition_of(issuer.region) or "aws"
    endpoint, place = find_endpoint(commands.region(issuer.region)), _PARTITIONS.get(own, own)
    url = "the regional STS endpoint" if endpoint is None else endpoint.url
    cause = CHINA_WITHOUT_REGION if own == "aws-cn" else PARTITION_WITHOUT_REGION
    known = " Most likely, the provider and the role there need no change."
    if listed is not None:
        known = f" The text lists the provider {listed[0]}, so it need not be created."
    own_region = commands.region(issuer.region)
    went, why = "The call went", f"and the call went to {region}, in the partition {_partition_of(region)}"
    if is_likely:
        went = "Most likely, the call went"
        why = f"but the text shows no Region for the STS call, whose default is {region}, in the partition {_partition_of(region)}"
    in_code = " In code, set region in the client of the credential provider (clientConfig in the AWS SDK for JavaScript v3)."
    if (provider := _PROVIDER_WITHOUT_REGION.search(case.failure.text)) is not None:
        name = provider[0].partition("(")[0]
        in_code = f' In code, which also helps with releases of the SDK that ignore the variables here: {name}({{ clientConfig: {{ region: "{own_region}" }} }}).'
    return case.explain(
        f"{went} to STS in {region}, which does not know the accounts and OIDC providers of {place} ({own}).{'' if listed is None else ' The provider is not the problem.'}",
        cause.cause(
            "derived",
            (f'The text shows "{clip_text(words)}".', *issuer.because),
            text=f"The issuer is in {own_region}, in the partition {own}, {why}.{known}",
        ),
        remedies=your_remedy(
            f"Set the Region of the STS call to {own_region}",
            f"With AWS_REGION and AWS_DEFAULT_REGION in the container, the SDK calls {url}.{in_code}",
            "Without a Region, an SDK calls STS in the commercial Regions."
            if region == "us-east-1" and "us-east-1" not in words
            else None,
            commands=f"kubectl set env deployment/NAME AWS_REGION={own_region} AWS_DEFAULT_REGION={own_region} --namespace NAMESPACE",
            url=pages.EKS_STS,
        ),
        notes="STS did not evaluate the role: neither its trust policy nor another IAM policy is the problem.",
    )


def _partition_of(region: str | None) -> str | None:
    endpoint = None if region is None else find_endpoint(region)
    return None if endpoint is None else endpoint.partition


def _find_called(case: Case[InvalidIdentityToken]) -> tuple[str, str] | None:
    """Return the Region of the STS endpoint that was called, and the words that show it, if the text shows one."""
    found = {
        each["default"] or each["host"] or each["set"] or "us-east-1": each[0]
        for each in _CALLED.finditer(case.failure.text)
    }
    return next(iter(found.items())) if len(found) == 1 else None


def _find_missing_region(text: str, *, is_there: bool) -> str | None:
    """Return the words that show that the STS call gets no Region.

    Args:
        text: The text.
        is_there: Whether the text shows that the role's account has the provider. Otherwise, only code counts.
    """
    if (code := _PROVIDER_WITHOUT_REGION.search(text)) is not None:
        return code[0]
    shown = _ENVIRONMENT.search(text) if is_there else None
    if shown is None or "AWS_WEB_IDENTITY_TOKEN_FILE=" not in shown["output"]:
        return None
    return None if "REGION=" in shown["output"] else shown[0].partition("\n")[0].strip()


def _find_listed(case: Case[InvalidIdentityToken], url: str | None) -> tuple[str, str] | None:
    """Return the ARN and the account of the issuer's provider, if a command in the text lists it."""
    path = (url or "").removeprefix("https://")
    for run in find_runs(case.failure) if "open-id-connect-provider" in case.failure.text else ():
        for found in _LISTED.finditer(run.output) if run.command.words[:1] == ("iam",) else ():
            if path and found["path"] == path:
                return found[0], found["account"]
    return None


# Private addresses, names without a domain, and top-level domains that the public DNS does not have:
# https://www.icann.org/resources/board-material/resolutions-29-07-2024-en and RFC 6762, appendix G.
_PRIVATE_HOST = lazy_pattern(
    rf"(?a)(?:127\.|{PRIVATE_START})[0-9.]{{3,11}}|[\w-]{{1,63}}"
    r"|[\w.-]{1,250}\.(?P<suffix>internal|local|localhost|lan|corp|home|intranet|private|svc)"
)
NO_VERIFICATION_KEY = CauseType(
    "no-verification-key",
    title="STS could not get the key that verifies the token",
    recognised_by='The message says "Couldn\'t retrieve verification key from your identity provider", or the error code is IDPCommunicationError.',
    fix="Let the issuer serve its keys publicly, at the jwks_uri of its configuration.",
    sources=(pages.OIDC_PROVIDERS,),
)
ISSUER_UNREACHABLE = CauseType(
    "issuer-unreachable",
    title="The issuer is not reachable, or its keys or its TLS certificate are wrong",
    text="The issuer is private, behind a firewall, or slow, its jwks_uri is missing or serves no key with the token's kid, or its TLS certificate has expired or lacks the intermediate certificates. STS fetches the keys over the internet and caches them for a while.",
    fix="Serve the issuer's configuration and current keys on a public address, with a complete certificate chain. Test it from outside of your network.",
    commands=("curl --silent",),
    recognised_by="The token's issuer has a private host name or address, or the text shows that its keys do not exist or its certificate cannot be verified.",
    sign=r"\"iss\": ?\"https://(?:10\.|192\.168\.|[\w.-]{1,80}\.(?:internal|local|lan|corp|svc)\b)[\w.-]{0,60}"
    r"|\.well-known/(?:openid-configuration|jwks\S{0,12})\"? (?:returned |HTTP/\S{1,4} )?404\b|\"keys\": ?\[ ?\]"
    r"|\bVerify return code: (?:10|20|21)\b[^\n$]{0,60}?\)|\bunable to get local issuer certificate|\bcertificate has expired\b",
    of="no-verification-key",
)
_NO_KEY = "retrieve verification key from your identity provider"


def explain_no_verification_key(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS found no key to verify the token with."""
    if (denied := issuer_documents.find_denied_documents(case.failure.text)) is not None:
        text = "STS reads the issuer's configuration and its keys over the internet and without credentials, as the command in the text did."
        return case.explain(
            f"STS could not get the issuer's keys from {denied.issuer}: {denied.reason}.",
            NO_VERIFICATION_KEY.cause("reported", clues.quote_phrases(message, _NO_KEY)),
            ISSUER_UNREACHABLE.cause("derived", text=text),
            remedies=issuer_documents.publish_documents_remedy(denied, case.facts.account),
            notes="The tokens, the roles and their trust policies are not the cause.",
        )
    issuer = issuers.find_issuer(case, message)
    private = _why_private(issuer, case.failure.text)
    whose = "the issuer's keys" if issuer.system is None else f"the keys of {issuer.system}"
    reason = ", or found no key for the token"
    causes = (ISSUER_UNREACHABLE.cause(),)
    if issuer.url is not None and issuer.is_self_hosted:
        whose, reason = f"{whose} from {issuer.url}", ": most likely, it is not reachable from the internet"
        other = "Or its TLS certificate is not publicly trusted or not complete, or its jwks_uri serves no key with the token's kid."
        text = f"{issuer.url.removeprefix('https://').partition('/')[0]} is private, or a firewall blocks STS, which fetches the keys over the internet. {other}"
        causes = (ISSUER_UNREACHABLE.cause(text=text),)
    remedies: tuple[Remedy, ...] = (_fetch_keys_remedy(issuer), _RETRY)
    if issuer.is_eks and issuer.url is not None:
        text = "EKS serves the keys of each cluster publicly, even if its endpoint is private: most likely, STS could not fetch them at that moment, or the cluster no longer exists."
        whose, causes, remedies = (
            "the keys of the EKS cluster",
            (ISSUER_UNREACHABLE.cause(text=text),),
            remedies[::-1],
        )
    if private is not None:
        reason = f": {private}"
        text = "STS fetches the keys over the internet, before it checks the subject, the audience or the role. It cannot reach this host."
        causes = (ISSUER_UNREACHABLE.cause("derived", text=text),)
        remedies = (_publish_remedy(issuer, case.facts.token_claims or {}),)
    summary = f"STS could not get {whose}{reason}."
    if private is None and clues.error_code(case.failure).startswith("IDPCommunicationError"):
        summary, remedies = "STS could not reach the identity provider.", remedies[::-1]
    return case.explain(
        summary,
        NO_VERIFICATION_KEY.cause("reported", (*clues.quote_phrases(message, _NO_KEY), *issuer.because)),
        *causes,
        remedies=remedies,
        notes=f"{'' if private else issuers.ROLE_NOT_EVALUATED}{issuers.describe_match(case)}".lstrip()
        or None,
    )


def _fetch_keys_remedy(issuer: issuers.Issuer) -> Remedy:
    url = commands.issuer(issuer.url).rstrip("/")
    keys = f"{url}/keys" if issuer.is_eks and issuer.url else "JWKS_URI"
    last = "EKS serves both documents publicly. For self-managed clusters, you must publish them."
    if issuer.is_eks:
        # https://docs.aws.amazon.com/eks/latest/userguide/irsa-fetch-keys.html
        last = "EKS serves both documents publicly, even if the endpoint of the cluster is private."
    if issuer.is_self_hosted:
        last = "If they fail, let the administrators of the host or of the network publish both paths on the internet, such as by a reverse proxy. Or give the caller a role without OIDC, such as that of its instance."
    elif issuer.system is not None:
        last = f"{issuer.system} serves both documents publicly."
    if issuer.system == "GitLab":
        # https://docs.gitlab.com/ci/cloud_services/aws/ and https://docs.gitlab.com/ci/variables/predefined_variables/
        if issuer.url is None:
            url = "https://HOST"
            last = "HOST is that of the GitLab instance, which CI_SERVER_URL contains in a job. If STS cannot reach it, publish both paths on the internet."
        keys = f"{url}/oauth/discovery/keys"
    lines = (f"{url}/.well-known/openid-configuration", keys)
    is_of_cluster = issuer.system is None and not issuer.is_self_hosted
    build = cluster_remedy if is_of_cluster else your_remedy
    return build(
        "Fetch the issuer's keys as STS does",
        "Run the commands from outside your network. Both documents must be served over HTTPS, to everyone and within seconds.",
        "Compare issuer with the token's iss claim, and the kid of the keys at jwks_uri with the token's kid.",
        last,
        commands=tuple(f"curl --silent --show-error --include {quote_argument(each)}" for each in lines),
        url=pages.OIDC_PROVIDERS,
    )


_RETRY = your_remedy(
    "Retry after a few seconds",
    "Retry a few times with exponential backoff: the error can be temporary.",
    url=pages.OIDC_ROLES,
)


# What somebody says of a host that STS cannot reach.
_SAID_PRIVATE = lazy_pattern(
    r"(?i:\bbehind (?:a |an |our |the )?(?:\w{3,12} )?(?:VPN|firewall)\b|\b(?:not|\w{1,6}n.t) (?:\w{3,10} )?(?:accessible|available|exposed|reachable|visible) (?:from|on|to) (?:the )?(?:internet|outside|public)\b"
    r"|\bonly (?:accessible|available|reachable|visible|resolves) (?:from|from within|in|inside|on|over|through|via|within) (?:a |our |the )?(?:\w{3,12} )?(?:intranet|network|office|VPC|VPN)\b|\bno public (?:address|DNS|endpoint|IP)\b)"
)


def _why_private(issuer: issuers.Issuer, text: str) -> str | None:
    """Return why the issuer's host cannot be reached from the internet, as a clause, if its name or the text shows that."""
    said = _SAID_PRIVATE.search(text) if issuer.is_self_hosted else None
    if said is not None:
        return f"the text says {quote_words(said[0])}, and STS is on the internet"
    host = (issuer.url or "").removeprefix("https://").partition("/")[0]
    if not host or (found := _PRIVATE_HOST.fullmatch(host)) is None:
        return None
    if found["suffix"]:
        return f"names that end with .{found['suffix']} do not exist on the internet"
    return f"{host} is no public address"


def _publish_remedy(issuer: issuers.Issuer, claims: Mapping[str, object]) -> Remedy:
    """Return the remedy that gives an issuer with a private name a public URL.

    Sources: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
    and https://docs.gitlab.com/ci/cloud_services/aws/.
    """
    is_of_pod = str(claims.get("sub")).startswith("system:serviceaccount:")
    build, get = your_remedy, "curl --silent --show-error --fail"
    host = commands.issuer(issuer.url).rstrip("/")
    setting = f"Set PUBLIC_URL as the issuer of the system at {host}"
    keys, last = "JWKS_URI", "get new tokens"
    change = ". In openid-configuration, change issuer to it, and jwks_uri to PUBLIC_URL/jwks."
    if is_of_pod:
        build, get, host = cluster_remedy, "kubectl get --raw", ""
        keys, last = "/openid/v1/jwks", "re-create the pods"
        setting = "Start the API server with --service-account-issuer=PUBLIC_URL --service-account-jwks-uri=PUBLIC_URL/jwks and, after these, the old --service-account-issuer"
        change = ", so that tokens of running pods stay valid. The first commands then save both documents."
    elif issuer.system == "GitLab":
        keys, last = f"{host}/oauth/discovery/keys", "run the job again"
        setting = "In GitLab, set ci_id_tokens_issuer_url to PUBLIC_URL (in its Helm chart, global.appConfig.ciIdTokens.issuerUrl)"
    return build(
        "Give the issuer a public HTTPS URL",
        "PUBLIC_URL is, for example, a CloudFront distribution of a bucket. Everyone may read the two documents: they contain public keys only.",
        setting + change,
        f"In the role's trust policy, name the new provider, and put its URL without https:// before :sub and :aud. Then {last}.",
        commands=(
            f"{get} {host}/.well-known/openid-configuration > openid-configuration",
            f"{get} {keys} > jwks",
            Labelled(
                "After you have uploaded them as PUBLIC_URL/.well-known/openid-configuration and PUBLIC_URL/jwks:",
                "curl --silent --show-error --fail PUBLIC_URL/.well-known/openid-configuration PUBLIC_URL/jwks",
            ),
            f"aws iam create-open-id-connect-provider --url PUBLIC_URL --client-id-list {issuers.STS_AUDIENCE if is_of_pod else 'AUDIENCE'}",
        ),
        url=pages.OIDC_PROVIDERS,
    )
