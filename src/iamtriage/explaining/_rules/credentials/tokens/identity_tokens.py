"""Explain web identity tokens and SAML assertions that STS rejects before it evaluates the role.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.
"""

from __future__ import annotations

import html
from collections.abc import Callable

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials.tokens import (
    identity_pools,
    issuer_problems,
    issuers,
    rejected_tokens,
)
from iamtriage.explaining._rules.shared import clues, commands, common_causes, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.routing import Route, Routes
from iamtriage.explaining._rules.sts.trust.trust_documents import find_other_provider
from iamtriage.explaining._rules.sts.trust.trust_findings import evaluate_trust_policy
from iamtriage.failures._failures import InvalidIdentityToken

_Rule = Callable[[Case[InvalidIdentityToken], str], Explanation]

_ACTION = "sts:AssumeRoleWithWebIdentity"
_MISSING_CLAIM = lazy_pattern(r"(?a)issing a required claim: (\w{1,20})")
MISSING_CLAIM = CauseType(
    "missing-claim",
    title="STS requires a claim that the token does not have",
    recognised_by='The message says "Missing a required claim".',
    fix="Use an ID token with the claims iss, sub, aud, iat and exp.",
    sources=(pages.OIDC_PROVIDERS,),
)
TOKEN_OF_SECRET = CauseType(
    "token-of-secret",
    title="The token is an old Kubernetes token from a Secret, without audience and expiry",
    fix="Use a projected service account token with an audience and an expiry.",
    recognised_by="The token's issuer is kubernetes/serviceaccount, or the text names a Secret of type kubernetes.io/service-account-token.",
    sign=r"\"iss\": ?\"kubernetes/serviceaccount\"|\bkubernetes\.io/service-account-token\b",
    remedy="Send a current ID token",
    of="missing-claim",
)
NOT_AN_ID_TOKEN = CauseType(
    "not-an-id-token",
    title="The token is an access token of the identity provider, not an ID token",
    fix="Pass the ID token of the identity provider.",
    recognised_by="The token has the claim token_use with the value access, or the code passes an access token.",
    sign=r"\"token_use\": ?\"access\"|\bWebIdentityToken ?= ?[\w.\[\"']{0,30}access_?[tT]oken\b",
    remedy="Send a current ID token",
    of="missing-claim",
)
CLAIM_REJECTED = CauseType(
    "claim-rejected",
    title="The identity provider rejects the token",
    text="The token has expired or was revoked, or the identity provider has blocked the user or client.",
    recognised_by="The error code IDPRejectedClaim.",
    fix="Get a new token.",
    sources=(pages.OIDC_ROLES,),
)
WRONG_THUMBPRINT = CauseType(
    "wrong-thumbprint",
    title="The certificate does not match the provider's thumbprint",
    text="IAM has the thumbprint of the CA that had signed the issuer's certificate before.",
    recognised_by="The message says that the OpenIDConnect provider's HTTPS certificate does not match the configured thumbprint.",
    fix="Update the thumbprint list of the identity provider.",
    sources=(pages.OIDC_PROVIDERS,),
)
# The last certificate that a host sends.
_THUMBPRINT = """thumbprint="$(openssl s_client -servername {0} -showcerts -connect {0}:443 < /dev/null | awk '/-BEGIN/ {{c = ""; on = 1}} on {{c = c $0 "\\n"}} /-END/ {{on = 0}} END {{printf "%s", c}}' | openssl x509 -fingerprint -sha1 -noout | sed 's/.*=//; s/://g')\""""
INVALID_IDENTITY_TOKEN = CauseType(
    "invalid-identity-token",
    title="STS could not validate the token",
    recognised_by="The error code InvalidIdentityToken with a message that no other cause covers.",
    fix="Check the token's form, its issuer and its expiry.",
    sources=(pages.OIDC_ROLES,),
)


def explain_identity_token(case: Case[InvalidIdentityToken]) -> Explanation:
    """Explain that STS rejects a web identity token or a SAML assertion."""
    message = clues.message_text(case)
    if case.failure.envelope.operation == "AssumeRoleWithSAML" or _SAML.search(message) is not None:
        return _explain_rejected_assertion(case, message)
    if "Invalid login token" in message:
        # Amazon Cognito checks the token before STS is called.
        return identity_pools.explain_rejected_login(case)
    rule = _ROUTES.choose(case.failure, message) or _explain_other
    return _add_trust_policy(case, rule(case, message))


def _add_trust_policy(case: Case[InvalidIdentityToken], explanation: Explanation) -> Explanation:
    """Add the result of the supplied trust policy, which STS evaluates next."""
    resource = case.failure.resource or case.facts.resource
    facts = _with_claims_of_text(case)
    claims = facts.token_claims
    other = find_other_provider(facts.trust_policy, None if claims is None else claims.get("iss"))
    if other is not None and explanation.topic == "no-oidc-provider":
        # The remedy has changed the provider already.
        facts = attrs.evolve(facts, trust_policy=other.fixed)
    findings = evaluate_trust_policy(facts, _ACTION, resource)
    if findings is None or findings.allowed is not False:
        return explanation  # STS has not evaluated the policy yet, so what is open in it says nothing
    is_of_audience = findings.result is not None and str(findings.result.condition).endswith(":aud")
    if is_of_audience and explanation.topic == "wrong-audience":
        return explanation  # a token for the right audience meets the condition
    text = "The role's trust policy does not allow this token either. This error follows once STS accepts the token."
    cause = attrs.evolve(findings.cause, text=text)
    remedies = (*explanation.remedies, *present(findings.remedy))
    return attrs.evolve(explanation, causes=(*explanation.causes, cause), remedies=remedies)


def _with_claims_of_text(case: Case[InvalidIdentityToken]) -> Facts:
    """Return the facts with the claims that the issuer in the text and the pod's service account determine."""
    facts, issuer = case.facts, issuers.find_issuer(case, clues.message_text(case))
    is_of_account = facts.namespace and facts.service_account
    if facts.token_claims is not None or issuer.url is None or not is_of_account:
        return facts
    claims = {
        "iss": issuer.url,
        "sub": f"system:serviceaccount:{facts.namespace}:{facts.service_account}",
        "aud": [issuers.STS_AUDIENCE],
    }
    return attrs.evolve(facts, token_claims=claims)


def _explain_missing_claim(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    found = _MISSING_CLAIM.search(message)
    name = found[1] if found else "aud"
    return case.explain(
        f"The token lacks the claim {name}.",
        MISSING_CLAIM.cause(
            "reported",
            f"The message names the claim {name}.",
            text=f"STS requires the claim {name}, which the token lacks.",
        ),
        TOKEN_OF_SECRET.cause(),
        NOT_AN_ID_TOKEN.cause(),
        remedies=(_SEND_ID_TOKEN, _INSPECT_TOKEN),
        notes=issuers.ROLE_NOT_EVALUATED,
    )


def _explain_rejected_claim(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    return case.explain(
        "The identity provider rejected the token.",
        clues.reported_cause(CLAIM_REJECTED, message, "IDPRejectedClaim"),
        remedies=(
            your_remedy(
                "Get a new token from the identity provider",
                "Sign in again, or let the job or app request a new token, and use it right away.",
                "If new tokens are rejected, too, check in the identity provider whether the user or client is blocked.",
                url=pages.OIDC_PROVIDERS,
            ),
            _INSPECT_TOKEN,
        ),
        notes=issuers.ROLE_NOT_EVALUATED,
    )


def _explain_other(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    issuer = issuers.find_issuer(case, message)
    phrases = (
        "not a valid JWT",
        "could not be validated",
        "is expired or is not valid",
        "token issuer",
        "identity provider was invalid",
    )
    is_not_jwt = "not a valid JWT" in message
    differs = "The token's issuer differs from the provider's URL."
    return case.explain(
        f"STS does not accept the web identity token{': it is not an ID token in the form of a JWT' if is_not_jwt else ''}.",
        INVALID_IDENTITY_TOKEN.cause("reported", (*clues.quote_phrases(message, *phrases), *issuer.because)),
        NOT_AN_ID_TOKEN.cause() if is_not_jwt else None,
        None if is_not_jwt else common_causes.TOKEN_EXPIRED.cause(text="The token has expired."),
        None if is_not_jwt else issuers.PROVIDER_URL_DIFFERS.cause(text=differs),
        remedies=(_SEND_ID_TOKEN if is_not_jwt else credential_remedies.REREAD_TOKEN, _INSPECT_TOKEN),
        notes=issuers.ROLE_NOT_EVALUATED,
    )


def _explain_wrong_thumbprint(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that the issuer's certificate does not match the thumbprint in IAM."""
    issuer = issuers.find_issuer(case, message)
    host = (issuer.url or "").removeprefix("https://").partition("/")[0] or "HOST"
    whose = f"The certificate of {host}" if issuer.url else "The issuer's certificate"
    findings = evaluate_trust_policy(case.facts, _ACTION)
    is_met = findings is not None and findings.allowed is True
    return case.explain(
        f"{whose} does not match the thumbprint of the IAM OIDC provider.",
        WRONG_THUMBPRINT.cause(
            "reported", (*clues.quote_phrases(message, "configured thumbprint"), *issuer.because)
        ),
        remedies=account_remedy(
            "Update the provider's thumbprint",
            "It is that of the last certificate which the issuer's host sends, the top intermediate CA. The new list replaces the old one: add the old thumbprint while both are in use.",
            "IAM checks thumbprints only if the certificate is not from a trusted public CA. With such a certificate, none is needed.",
            commands=(
                _THUMBPRINT.format(host),
                commands.fill_command(
                    'aws iam update-open-id-connect-provider-thumbprint --open-id-connect-provider-arn {} --thumbprint-list "$thumbprint"',
                    issuers.build_provider_arn(case, issuer),
                ),
            ),
            url=f"{pages.OIDC_PROVIDERS.removesuffix('.html')}_verify-thumbprint.html",
        ),
        notes=(
            "The trust policy allows these claims, so neither has to change." if is_met else None,
            issuers.ROLE_NOT_EVALUATED,
        ),
    )


_SEND_ID_TOKEN = your_remedy(
    "Send a current ID token",
    "Send the provider's ID token, not its access token. It is a JWT: three parts, separated by dots, without quotes or newlines.",
    "In Kubernetes, send the projected token that AWS_WEB_IDENTITY_TOKEN_FILE names. Tokens of Secrets have neither an audience nor an expiry.",
    url=pages.EKS_IRSA_SDK,
)
_INSPECT_TOKEN = your_remedy(
    "Inspect the token's claims",
    "Read iss, aud, sub and exp, for example with iamtriage.read_web_identity_token, which works offline. A token that cannot be read is truncated or empty, or has quotes or newlines around it.",
    "Compare iss with the providers in the role's account: a provider's ARN ends in its issuer without https://.",
    "Never paste a token into a website or chat: until it expires, it is a credential.",
    commands="aws iam list-open-id-connect-providers",
    url=pages.OIDC_ROLES,
)
# The first route that matches is used.
_ROUTES: Routes[_Rule] = Routes(
    Route(issuer_problems.explain_no_provider, message=r"OpenIDConnect provider found"),
    Route(rejected_tokens.explain_audience, message=r"ncorrect token audience|audience in ID Token"),
    Route(issuer_problems.explain_no_verification_key, code=r"IDPCommunicationError.*"),
    Route(issuer_problems.explain_no_verification_key, message=r"retrieve verification key"),
    Route(_explain_wrong_thumbprint, message=r"humbprint"),
    Route(_explain_rejected_claim, code=r"IDPRejectedClaim.*"),
    Route(_explain_missing_claim, message=_MISSING_CLAIM),
)


SAML_ASSERTION_INVALID = CauseType(
    "saml-assertion-invalid",
    title="STS does not accept the SAML assertion",
    meaning="The assertion lacks an attribute, or does not match the SAML provider in IAM.",
    recognised_by="AssumeRoleWithSAML fails with the error code InvalidIdentityToken or IDPRejectedClaim.",
    fix="Correct the assertion in the identity provider, or update the metadata of the SAML provider in IAM.",
    sources=(pages.SAML,),
)
_SAML = lazy_pattern(r"\bAuthnResponse\b|\bResponse signature invalid|\bnot present in specified provider")
_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes"
_READ_ASSERTION = "Copy SAMLResponse from the browser's network log and decode it from Base64. Keep it secret: it is a sign-in."
# How STS words a problem of an assertion, what it means, and the steps.
_PROBLEMS = (
    (
        lazy_pattern(r"RoleSessionName (?:is required|in AuthnResponse must match)"),
        "the attribute RoleSessionName is missing, or has characters that are not allowed",
        "Correct the attribute RoleSessionName in the identity provider",
        f"Send a user ID or an email address as {_ATTRIBUTES}/RoleSessionName, with 2 to 64 characters: the letters A to Z and a to z, digits and _+=,.@- only.",
    ),
    (
        lazy_pattern(r"Source Identity must match"),
        "the attribute SourceIdentity has characters that are not allowed",
        "Correct the attribute SourceIdentity in the identity provider",
        f"Send {_ATTRIBUTES}/SourceIdentity with 2 to 64 characters: the letters A to Z and a to z, digits and _+=,.@- only. It must not begin with aws:, either.",
    ),
    (
        lazy_pattern(r"[Ss]pecified provider doesn.{1,8}t exist"),
        "the SAML provider that it names does not exist",
        "Name an existing SAML provider in the assertion",
        f"The attribute {_ATTRIBUTES}/Role must contain the ARNs of the role and of a SAML provider in its account, separated by a comma. The command prints the providers.",
    ),
    (
        lazy_pattern(r"required audience"),
        "its audience is not the one that the SAML provider in IAM expects",
        "Correct the audience in the identity provider",
        "The identifier of the relying party must be the audience (entity ID) of the SAML provider in IAM, letter by letter.",
    ),
)
_OLD_METADATA = lazy_pattern(r"signature invalid|Issuer not present in specified provider")
_UPDATE = account_remedy(
    "Update the metadata of the SAML provider",
    "Download the metadata from the identity provider as metadata.xml. Its certificate or its issuer has most likely changed.",
    commands=(
        "aws iam list-saml-providers",
        "aws iam update-saml-provider --saml-provider-arn SAML_PROVIDER_ARN --saml-metadata-document file://metadata.xml",
    ),
)
_COMPARE = your_remedy(
    "Read the assertion, and compare it with the SAML provider",
    _READ_ASSERTION,
    f"It must have the attributes Role and RoleSessionName ({_ATTRIBUTES}/…), and the issuer and certificate of the metadata in IAM.",
    commands=(
        "aws iam list-saml-providers",
        "aws iam get-saml-provider --saml-provider-arn SAML_PROVIDER_ARN --query SAMLMetadataDocument --output text",
    ),
    url=pages.SAML,
)


# The value of an attribute in an assertion, or next to its name.
_ATTRIBUTE_VALUE = lazy_pattern(
    r"\b(?P<name>RoleSessionName|SourceIdentity)(?:[\"'][^<>]{0,200}>\s{0,80}<(?:\w{1,20}:)?AttributeValue[^<>]{0,300}>\s{0,80}(?P<xml>[^<>\n]{1,200}?)\s{0,80}</|[`\"']?(?: is|:| ?=)[ \t]{1,4}(?P<quote>[`\"'])(?P<quoted>[^`\"'\n]{1,200})(?P=quote))"
)
_ATTRIBUTE_NAMES = ("RoleSessionName", "SourceIdentity")
_ALLOWED = lazy_pattern(r"(?a)[\w+=,.@-]")
_MIN_NAME, _MAX_NAME, _MAX_CHARS_SHOWN = 2, 64, 4
_END_OF_LATIN = 0x250


def _find_invalid_value(text: str, message: str) -> tuple[str, str, str] | None:
    """Return the attribute of the message, its value in the text, and why STS does not accept it, as a clause."""
    named = next((each for each in _ATTRIBUTE_NAMES if each in message.replace("Source I", "SourceI")), None)
    values = {
        (each["xml"] or each["quoted"]).strip()
        for each in _ATTRIBUTE_VALUE.finditer(text)
        if each["name"] == named
    }
    if len(values) != 1 or named is None:
        return None
    value = html.unescape(values.pop())
    wrong = dict.fromkeys(each for each in value if not _ALLOWED.match(each))
    if wrong:
        shown = [*dict.fromkeys(map(_name_character, wrong))][:_MAX_CHARS_SHOWN]
        verb = "are" if len(shown) > 1 or len(shown[0]) > 1 else "is"
        return named, _show_letters(value), f"and {join_words(tuple(shown), 'and')} {verb} not allowed in it"
    if not _MIN_NAME <= len(value) <= _MAX_NAME:
        return named, _show_letters(value), f"which has {len(value)} characters"
    return None


def _name_character(character: str) -> str:
    """Return what an explanation calls a character.

    >>> [_name_character(each) for each in (" ", "\u00ed", "'", "\u4e2d")]
    ['spaces', '\u00ed', "'", 'characters outside ASCII']
    """
    if character.isspace():
        return "spaces"
    shown = _show_letters(character)
    return shown if len(shown) == 1 else "characters outside ASCII"


def _show_letters(value: str) -> str:
    """Return a value as one line, with the letters of European names as they are."""
    return "".join(
        each if each.isalpha() and ord(each) < _END_OF_LATIN else clip_text(each) if each != " " else each
        for each in value
    )


def _explain_rejected_assertion(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS does not accept a SAML assertion."""
    verdict, quote, remedy = "", "", _COMPARE
    if (found := _OLD_METADATA.search(message)) is not None:
        verdict = (
            ": its issuer or its signature does not match the metadata that the SAML provider in IAM has"
        )
        quote, remedy = found[0], _UPDATE
    for wording, text, title, step in _PROBLEMS:
        if (found := wording.search(message)) is not None:
            verdict, quote = f": {text}", found[0]
            lines = ("aws iam list-saml-providers",) if "prints the providers" in step else ()
            remedy = your_remedy(title, step, _READ_ASSERTION, commands=lines, url=pages.SAML)
    value = _find_invalid_value(case.failure.text, message)
    if value is not None:
        # The text has what the assertion would show.
        verdict = f": its attribute {value[0]} is {value[1]}, {value[2]}"
        mapping = "An administrator of the identity provider maps the attribute to another field of the user, such as the login name instead of the display name. Nothing in AWS has to change."
        remedy = attrs.evolve(remedy, steps=(remedy.steps[0], mapping))
    return case.explain(
        f"STS does not accept the SAML assertion{verdict}.",
        SAML_ASSERTION_INVALID.cause("reported", clues.quote_phrases(message, quote) if quote else ()),
        remedies=remedy,
        notes="STS rejects the assertion before it evaluates the role, so neither the trust policy nor an IAM policy helps.",
    )
