"""Explain tokens that STS cannot verify, or whose audience an IAM OIDC provider does not accept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.stated_claims import EXPECTED_AUDIENCE, find_stated_audience
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.tokens import issuers
from iamtriage.explaining._rules.credentials.tokens.requested_audiences import (
    describe_unnamed,
    find_requested,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, reported_cause
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.explaining._rules.sts.trust.trust_fixes import request_audience_remedy
from iamtriage.failures._failures import InvalidIdentityToken

_AUDIENCE_NAME = lazy_pattern(r"(?a)[A-Za-z0-9][\w.:/-]{0,254}")
# What get-open-id-connect-provider prints as JSON or text, and what Terraform, a template, the CDK or Pulumi sets.
_CLIENT_IDS = lazy_pattern(
    r"(?m)(?:\"ClientIDList\" ?: ?|(?P<code>\bclient_id_list\b[ \t]{0,20}= ?|\bClientIdList\b\"?: ?|\bclientId(?:s|Lists)\b ?: ?))"
    r"(?:\[(?P<list>[^\]]{0,2000})\]|(?P<items>(?:\n[ \t]{0,40}- [^\n]{1,255}){1,20}))|^CLIENTIDLIST\t(?P<line>\S{1,255})$"
)
# Not an option or a key, whose output or code says nothing of what somebody suspects.
_THUMBPRINT = lazy_pattern(r"(?i)(?<![\w\"'-])thumbprints?(?![\w\"'-]| ?[:=])")
_TERRAFORM_SETTING, _TERRAFORM_AUDIENCE = "TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE", "aws.workload.identity"
# Its tokens are for the owner of the repository, unless the request names an audience:
# https://docs.github.com/en/actions/reference/security/oidc.
_GITHUB_DEFAULT = lazy_pattern(r"(?a)https://github\.com/[\w-]{1,39}")
WRONG_AUDIENCE = CauseType(
    "wrong-audience",
    title="The IAM OIDC provider does not accept the audience of the token",
    recognised_by='The message says "Incorrect token audience".',
    fix="Request the token for sts.amazonaws.com, or add the audience to the identity provider.",
    sources=(pages.OIDC_PROVIDERS,),
)
ANNOTATION_AUDIENCE = CauseType(
    "annotation-audience",
    title="The service account requests another audience",
    text="The service account's annotation eks.amazonaws.com/audience, or the token volume, requests another audience.",
    fix="Correct the annotation eks.amazonaws.com/audience or the token volume.",
    recognised_by="The text shows the annotation eks.amazonaws.com/audience.",
    sign=r"\beks\.amazonaws\.com/audience\b",
    of="wrong-audience",
    remedy="Request the token for the audience",
)
TOKEN_OF_API_SERVER = CauseType(
    "token-of-api-server",
    title="The token is that of the Kubernetes API server",
    text="The token is for the Kubernetes API server (/var/run/secrets/kubernetes.io), not for AWS.",
    fix="Use the token that EKS mounts for AWS. If the pod sets AWS_WEB_IDENTITY_TOKEN_FILE itself, remove it: in new pods of a service account with a role, EKS sets it to /var/run/secrets/eks.amazonaws.com/serviceaccount/token.",
    recognised_by="The text names the token file of the Kubernetes API server.",
    sign=r"/var/run/secrets/kubernetes\.io/serviceaccount/token\b",
    of="wrong-audience",
)
AUDIENCE_OF_OTHER_PARTITION = CauseType(
    "audience-of-other-partition",
    title="The token is for the audience of another partition",
    text="The CI system requests the audience of another partition, such as sts.amazonaws.com.cn.",
    fix="Request the audience of the role's partition.",
    recognised_by="The text shows that the CI system requests the audience sts.amazonaws.com.cn.",
    sign=r"\baud(?:ience)?[\"']?[:=] ?[\"'\[ ]{0,3}sts\.amazonaws\.com\.cn\b",
    remedy="Request the token for the audience",
    of="wrong-audience",
)
AUDIENCE_OF_TOKEN = CauseType(
    "audience-of-token",
    title="The token has another audience",
    meaning="The token claims that were supplied name an audience that the identity provider does not accept.",
    recognised_by="The facts contain the token claims.",
    fix="Add the token's audience to the identity provider and the trust policy, or request another audience.",
    sources=(pages.OIDC_PROVIDERS,),
)
# Where a job's token gets its audience: https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration.
_AUDIENCE_SETTINGS = {
    "GitLab": "In GitLab, the job's id_tokens entry sets the audience (aud).",
    "HCP Terraform": f"In HCP Terraform, the workspace's variable {_TERRAFORM_SETTING} sets the audience, by default {_TERRAFORM_AUDIENCE}.",
}
# Their tokens have an audience of the workspace or organization, by default.
_OWN_AUDIENCES = {
    "Bitbucket Pipelines": "Bitbucket gives tokens the audience of the workspace, unless oidc of the step sets audiences",
    "CircleCI": "CircleCI gives tokens the ID of the organization as audience",
}
_STS_AUDIENCES = frozenset({issuers.STS_AUDIENCE, f"{issuers.STS_AUDIENCE}.cn"})
_OF_JOB = "job's token"
_NO_POLICY = "STS rejects the token before it evaluates the role, so no IAM policy helps."
_CLOSE = 0.85
_EKS_ISSUER, _GITHUB_ISSUER = "oidc.eks.", "token.actions.githubusercontent.com"


def explain_audience(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that the provider does not list the audience of a token."""
    issuer, listed = _find_issuer(case, message), _listed_audiences(case.failure.text)
    audience, known, requested = _find_audience(case, issuer, listed)
    reported, request = reported_cause(WRONG_AUDIENCE, message, "Incorrect token audience"), None
    causes = [*present(reported, known)]
    is_of_github = case.context.runtime_kind == "github-actions" or issuer.system == issuers.GITHUB
    is_of_job = is_of_github or case.context.runtime_kind == "gitlab" or issuer.system is not None
    is_of_partition = audience is None or not audience.endswith(".cn") or find_partition(case) == "aws-cn"
    close = _find_misspelled(listed or ())
    has_default = not (listed is None or is_of_job) and _has_usual_audience(case)
    is_usual = audience is None and (close is not None or has_default)
    is_eks = not is_of_job and _EKS_ISSUER in (issuer.url or case.failure.text)
    # Pods of EKS have the same audience in all partitions.
    wanted = {issuers.STS_AUDIENCE, audience} if is_eks else _STS_AUDIENCES
    lists_sts = not wanted.isdisjoint(listed or ())
    if (is_usual or (audience in _STS_AUDIENCES and is_of_partition)) and not lists_sts:
        return _explain_other_client_id(case, issuer, audience, listed, close, causes)
    if is_of_github and (unnamed := _explain_unnamed(case, issuer, audience, listed, causes)) is not None:
        return unnamed
    if not (is_of_job or requested) and _may_be_of_cluster(case):
        other = "The token is for another audience, such as the client ID of an app at its issuer."
        of_app = None if audience is not None or _names_cluster(case) else AUDIENCE_OF_TOKEN.cause(text=other)
        default = ANNOTATION_AUDIENCE.cause(because=f"Without it, the audience is {issuers.STS_AUDIENCE}.")
        causes += present(of_app, default, TOKEN_OF_API_SERVER.cause())
    if not is_of_partition:
        causes.append(AUDIENCE_OF_OTHER_PARTITION.cause())
    summary = f"The IAM OIDC provider does not accept the audience of the {_OF_JOB if is_of_job else 'token'}{f', {audience}' if audience else f', {issuers.STS_AUDIENCE}' if is_of_github else ''}."
    host = _GITHUB_ISSUER if is_of_github else _find_host(issuer) if is_of_job else ""
    # A token for another service does not become one for AWS.
    is_of_pod = requested is not None and requested.lastgroup == "pod"
    is_other = audience not in {None, *_STS_AUDIENCES} and (is_of_pod or _EKS_ISSUER in (issuer.url or ""))
    is_listed = audience is None and lists_sts
    of_sts = (each for each in listed or () if is_listed and each in _STS_AUDIENCES)
    expected = next(of_sts, issuers.STS_AUDIENCE) if is_other or is_listed or not is_of_partition else None
    is_agreed = audience is not None and (issuer.system in _OWN_AUDIENCES or _is_trusted(case, audience))
    if is_agreed and not is_other and (not listed or audience not in listed):
        return _explain_other_client_id(case, issuer, audience, listed, None, causes)
    if audience is not None and listed and audience not in listed:
        summary = f"The token is for the audience {audience}, but the IAM OIDC provider lists only {join_words(listed, 'and')}."
        expected = next((each for each in listed if each.startswith("sts.")), listed[0])
        host = "oidc.eks.REGION" if is_of_pod else (issuer.url or host).removeprefix("https://")
    if is_listed:
        summary = f"The IAM OIDC provider lists {expected}, so the token has another audience.{' The provider is not the problem.' if is_eks or is_of_github else ''}"
    if audience is None and not is_of_job and "eks.amazonaws.com/audience" in case.failure.text:
        request = request_audience_remedy(
            "oidc.eks.REGION", issuers.STS_AUDIENCE, case.facts, is_annotated=True
        )
    elif expected is not None:
        request = request_audience_remedy(host or issuer.url or "", expected, case.facts)
    add = _add_audience_remedy(case, issuer, audience, host, is_of_job=is_of_job)
    if listed and audience is not None and is_of_partition:
        add = account_remedy(
            f"Or add the audience {audience} to the IAM OIDC provider",
            commands=add.commands[1],
        )
    return case.explain(
        summary,
        *causes,
        remedies=present(request, None if is_listed or is_other else add),
        notes=f"{_describe_thumbprint(case.failure.text)}{_NO_POLICY} It checks the trust policy's condition on aud after that: it must name the audience of the token, too.",
    )


def _explain_unnamed(
    case: Case[InvalidIdentityToken],
    issuer: issuers.Issuer,
    audience: str | None,
    listed: tuple[str, ...] | None,
    causes: list[Cause],
) -> Explanation | None:
    """Explain that a workflow requests its token without an audience, if the text shows that."""
    unnamed = describe_unnamed(case.failure.text)
    is_default = _GITHUB_DEFAULT.fullmatch(audience or "https://github.com/OWNER") is not None
    is_meant = audience is not None and _is_trusted(case, audience)
    is_other = is_meant or (listed and issuers.STS_AUDIENCE not in listed) or find_partition(case) == "aws-cn"
    if unnamed is None or not is_default or is_other:
        return None
    add = None
    if audience is not None and not listed:
        provider = issuers.build_provider_arn(case, issuer)
        add = account_remedy(
            f"Or let the IAM OIDC provider and the trust policy accept the audience {audience}",
            commands=commands.oidc_client_commands(provider, audience)[1],
        )
    return case.explain(
        f"The job's token has GitHub's default audience, {audience or 'the URL of the repository owner'}, because the request for it names none. The IAM OIDC provider does not accept it.",
        *causes,
        remedies=present(
            your_remedy(
                f"Request the token for the audience {issuers.STS_AUDIENCE}",
                unnamed,
                f"Or use aws-actions/configure-aws-credentials, which requests {issuers.STS_AUDIENCE} by default.",
                url=pages.GITHUB_OIDC,
            ),
            add,
        ),
        notes=issuers.ROLE_NOT_EVALUATED,
    )


def _explain_other_client_id(
    case: Case[InvalidIdentityToken],
    issuer: issuers.Issuer,
    of_token: str | None,
    listed: tuple[str, ...] | None,
    close: str | None,
    causes: list[Cause],
) -> Explanation:
    """Explain that the provider lacks the audience of STS, which the token has as it should."""
    audience = of_token or issuers.STS_AUDIENCE
    misspelled = f": {close} is misspelled" if close else ""
    token = f"and the token is for {audience}" if of_token else f"not {audience}"
    show, add = commands.oidc_client_commands(issuers.build_provider_arn(case, issuer), audience)
    only = f"only {join_words(listed, 'and')} as audience" if listed else "no audience"
    summary = f"lists {only}, also not {audience}"
    if listed or of_token:
        summary = f"lists {only}, {token}{misspelled}"
    if listed is None:
        summary = f"does not list the audience of the token, {audience}"
    trust = f"The trust policy's condition on aud must have {audience}, too."
    if _is_trusted(case, audience):
        trust = f"The trust policy has {audience} already, and needs no change."
    if matches := issuers.describe_match(case):
        trust = f"{matches.strip().removesuffix('.')} (provider, subject and audience), and needs no change."
    stays = (
        f" {join_words(listed, 'and')} stays in the list for the others that use it."
        if listed and not close
        else ""
    )
    right = f"{audience} is the usual audience for roles, so the token can stay as it is.{stays}"
    if audience not in _STS_AUDIENCES:
        other = listed[0] if listed else "an audience of the list"
        where = _AUDIENCE_SETTINGS.get(issuer.system or "", "")
        right = f"The token and the trust policy agree on it. Or request the token for {other}, and expect that in the trust policy, too: change both. {where}".rstrip()
        if (own := _OWN_AUDIENCES.get(issuer.system or "")) is not None:
            right = f"{own}: it can stay as it is."
    code = _CLIENT_IDS.search(case.failure.text)
    correct = None
    if f"{audience}.cn" in (listed or ()):
        right = f"The token is right: pods of EKS have the audience {audience} in China, too. It is a name, not the host of STS."
        correct = f"If code created the provider, change it there, too (client_id_list in Terraform): otherwise, the next deployment can bring back {audience}.cn alone."
    elif close:
        correct = f"Correct the name in what created the provider, too, such as a template or script. Then remove {close} if nothing uses it."
    elif code is not None and code["code"]:
        setting = code["code"].strip(' :="')
        correct = f"Add it to {setting} in the code of the provider, too: otherwise, the next deployment can remove it."
    return case.explain(
        f"The IAM OIDC provider {summary}.",
        *causes,
        remedies=account_remedy(
            f"Add the audience {audience} to the IAM OIDC provider",
            right,
            correct,
            commands=(show, Labelled("If the list does not have it:", add)) if listed is None else (add,),
        ),
        notes=f"{trust} {_describe_thumbprint(case.failure.text)}{_NO_POLICY}",
    )


def _describe_thumbprint(text: str) -> str:
    """Return that the thumbprint is not the cause, if a text speaks of it and does not only print it.

    >>> _describe_thumbprint("Is it the thumbprint?").startswith("The thumbprint"), _describe_thumbprint('"ThumbprintList": []')
    (True, '')
    """
    if _THUMBPRINT.search(text) is None:
        return ""
    return "The thumbprint is not the cause: STS accepted the issuer, and rejected only the audience. "


def _find_issuer(case: Case[InvalidIdentityToken], message: str) -> issuers.Issuer:
    """Return the issuer of a token: the text can show the provider alone, which STS has found."""
    issuer = issuers.find_issuer(case, message)
    provider = issuers.build_provider_arn(case, issuer).partition("/")[2]
    return attrs.evolve(issuer, url=f"https://{provider}") if issuer.url is None and provider else issuer


def _find_host(issuer: issuers.Issuer) -> str:
    """Return the issuer of a job's token without the scheme, by default that of its system."""
    usual = "app.terraform.io" if issuer.system == "HCP Terraform" else "gitlab.com"
    return (issuer.url or usual).removeprefix("https://")


def _find_audience(
    case: Case[InvalidIdentityToken], issuer: issuers.Issuer, listed: tuple[str, ...] | None
) -> tuple[str | None, Cause | None, re.Match[str] | None]:
    """Return the audience of the token, the cause that says so, and the setting that requests it, if they are known."""
    if (audience := _token_audience(case)) is not None:
        because = f"The aud claim of the token is {audience}."
        return (
            audience,
            AUDIENCE_OF_TOKEN.cause("supplied", because, text=f"The token is for {audience}."),
            None,
        )
    if (requested := find_requested(case.failure.text)) is not None:
        audience = requested[requested.lastgroup or 0]
        because = f"The configuration in the text requests the audience {audience}."
        text = f"The token is for {audience}."
        return audience, AUDIENCE_OF_TOKEN.cause("derived", because, text=text), requested
    if (audience := find_stated_audience(case.failure.text)) is not None:
        text = f"The token is for {audience}, as the text shows."
        return audience, AUDIENCE_OF_TOKEN.cause("derived", text=text), None
    is_set = _TERRAFORM_SETTING in case.failure.text or _TERRAFORM_AUDIENCE in (listed or ())
    if issuer.system != "HCP Terraform" or is_set:
        return None, None, None
    text = f"The token is for {_TERRAFORM_AUDIENCE}: a run of HCP Terraform requests it unless {_TERRAFORM_SETTING} names another one."
    return _TERRAFORM_AUDIENCE, AUDIENCE_OF_TOKEN.cause("derived", text=text), None


def _is_trusted(case: Case[InvalidIdentityToken], audience: str) -> bool:
    """Return whether the trust policy, or the part of it that the text has, names an audience."""
    shown = (each["value"] for each in EXPECTED_AUDIENCE.finditer(case.failure.text))
    return f"'{audience}'" in str(case.facts.trust_policy) or audience in shown


def _add_audience_remedy(
    case: Case[InvalidIdentityToken],
    issuer: issuers.Issuer,
    audience: str | None,
    host: str,
    *,
    is_of_job: bool,
) -> Remedy:
    where = "A token for another service stays one for that service: request a separate token for AWS."
    if audience is None:
        where = "Read the token's aud claim, for example with iamtriage.read_web_identity_token. Don't share the token."
    # A token for another service does not become valid for AWS if the provider accepts its audience.
    is_other = audience is not None and not audience.startswith("sts.") and not is_of_job
    client = "AUDIENCE" if is_other else audience or issuers.STS_AUDIENCE
    show_account, url = None, pages.OIDC_PROVIDERS
    if host == _GITHUB_ISSUER:
        where = f"The action aws-actions/configure-aws-credentials requests {issuers.STS_AUDIENCE}, unless its input audience specifies another one."
        url = pages.GITHUB_OIDC
    elif is_of_job:
        where = _AUDIENCE_SETTINGS.get(
            issuer.system or "GitLab", "The configuration of the job sets the audience of its token."
        )
        client = audience or "AUDIENCE"
    elif _may_be_of_cluster(case):
        where = f"{where} For EKS pods, it is {issuers.STS_AUDIENCE} in all partitions."
        if _names_cluster(case):
            show_account = "kubectl get serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE -o yaml"
        url = pages.EKS_IRSA_POD
    show, add = commands.oidc_client_commands(issuers.build_provider_arn(case, issuer, host), client)
    return your_remedy(
        "Make the token and the IAM OIDC provider agree on the audience",
        where,
        "The first command prints the audiences that the provider accepts. Request the token for one of them.",
        commands=(
            show,
            show_account,
            Labelled("Or let an account administrator add the token's audience:", add),
        ),
        url=url,
    )


def _may_be_of_cluster(case: Case[InvalidIdentityToken]) -> bool:
    """Return whether the token can be that of a pod: its issuer is unknown or an EKS cluster."""
    issuer: object = (case.facts.token_claims or {}).get("iss")
    return not isinstance(issuer, str) or "oidc.eks" in issuer or case.facts.service_account is not None


def _names_cluster(case: Case[InvalidIdentityToken]) -> bool:
    """Return whether the text or the facts show that a pod called."""
    return case.facts.service_account is not None or text_signs.is_about_pods(case.text)


def _has_usual_audience(case: Case[InvalidIdentityToken]) -> bool:
    """Return whether a pod has the token that EKS mounts by default, whose audience is that of STS."""
    text = case.failure.text
    is_of_pod = case.facts.service_account is not None or _EKS_ISSUER in text
    return is_of_pod and not re.search(rf"{ANNOTATION_AUDIENCE.sign}|{TOKEN_OF_API_SERVER.sign}", text)


def _find_misspelled(listed: tuple[str, ...]) -> str | None:
    """Return the audience of a list that is almost that of STS."""
    others = [each for each in listed if each not in _STS_AUDIENCES]
    return next(iter(get_close_matches(issuers.STS_AUDIENCE, others, n=1, cutoff=_CLOSE)), None)


def _listed_audiences(text: str) -> tuple[str, ...] | None:
    lists = [each["list"] or each["items"] or each["line"] or "" for each in _CLIENT_IDS.finditer(text)]
    if not lists:
        return None
    # An empty list can be of a query without a result.
    names = re.findall(r"[\w.:/-]+", next(filter(str.strip, lists), ""), re.ASCII)
    return tuple(each for each in names if _AUDIENCE_NAME.fullmatch(each))


def _token_audience(case: Case[InvalidIdentityToken]) -> str | None:
    given: object = (case.facts.token_claims or {}).get("aud")
    each: Iterable[object] = cast("Iterable[object]", given) if isinstance(given, (list, tuple)) else (given,)
    return next((name for name in each if isinstance(name, str) and _AUDIENCE_NAME.fullmatch(name)), None)
