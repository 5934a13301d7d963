"""Compare the token of a rejected request with what the method and the authorizer of the API in the text expect.

Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-invoke-api-integrated-with-cognito-user-pool.html
(without scopes, the token is an ID token; with scopes, an access token) and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html (issuer, audience and scopes).
"""

from __future__ import annotations

from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present, your_remedy

_COGNITO = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-invoke-api-integrated-with-cognito-user-pool.html"
GATEWAY_OTHER_TOKEN = CauseType(
    "gateway-other-token",
    title="The token is not of the kind, issuer, audience or scope that the method expects",
    meaning="A method with authorization scopes expects an access token with one of them; a Cognito authorizer without scopes expects an ID token. A JWT authorizer also compares issuer and audience exactly.",
    recognised_by="The text shows the claims of the token, and the scopes, the issuer or the audience that the API expects.",
    fix="Send the token that the method expects, or change what it expects.",
    of="gateway-unauthorized",
)

_SCOPE = r"[\w./:-]{1,200}"
# In a template, in code of Terraform and the CDK, in what the AWS CLI prints, and as its option.
_SCOPES = lazy_pattern(
    rf"(?ia)\bauthorization_?scopes\b[\"']?\s{{0,4}}[:=]\s{{0,40}}(?P<list>\[[^\]\n]{{0,600}}\]|(?:\[\s{{0,40}})?(?:\s{{0,40}}[\"'-]\s?[\"']?{_SCOPE}[\"']?,?[ \t]*\n?){{1,20}}|{_SCOPE})|--authorization-scopes[ =](?P<option>[\"']?{_SCOPE})"
)
_ITEM = lazy_pattern(
    rf"(?ia)(?<![\w.])(?P<item>[a-z][\w.-]{{0,100}}[/.:]{_SCOPE}|openid|email|profile|phone)\b"
)
_CLAIM = lazy_pattern(
    r"(?<![\w.$:-])[\"']?(?P<name>token_use|scope|scp|aud|client_id|iss)[\"']?\s{0,3}[:=]\s{0,3}\[?[\"'](?P<value>[^\"'\n]{1,500})[\"']"
)
_SENT_ID = lazy_pattern(
    r"\b[Aa]uthorization\b[^\n]{0,30}(?:\$\{?\w{0,20}(?:ID_TOKEN|id_token|[iI]dToken)\b|[iI]dToken\b|id_token\b|getIdToken\()"
)
_SENT_ACCESS = lazy_pattern(
    r"\b[Aa]uthorization\b[^\n]{0,30}(?:\$\{?\w{0,20}(?:ACCESS_TOKEN|access_token|[aA]ccessToken)\b|[aA]ccessToken\b|access_token\b|getAccessToken\()"
)
_METHOD = lazy_pattern(r"\bAWS::ApiGateway::Method\b|\baws_api_gateway_method\b|\"httpMethod\"")
_COGNITO_AUTHORIZER = lazy_pattern(
    r"\bCOGNITO_USER_POOLS\b|\bCognitoUserPoolsAuthorizer\b|\bauthorizationType\"?: ?\"?COGNITO"
)
# Settings of a JWT authorizer.
_AUDIENCE = lazy_pattern(
    r"\b(?:[Jj]wt[Cc]onfiguration|jwt_configuration|JwtConfiguration)\b[\"']?\s?[:={][^}]{0,400}?\b[Aa]udience[\"']?\s{0,3}[:=]\s{0,3}(?P<list>\[[^\]]{1,400}\]|(?:\s{0,40}- [^\n]{1,200}){1,10})"
)
_ISSUER = lazy_pattern(
    r"\b(?:[Jj]wt[Cc]onfiguration|jwt_configuration)\b[\"']?\s?[:={][^}]{0,400}?\b[Ii]ssuer[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<value>https://[\w./-]{1,250})"
)
_STRING = lazy_pattern(r"(?a)[\w.:/@-]{4,200}")
_REFERENCE = lazy_pattern(r"[!$]|\bvar\.|\baws_|\bRef\b|\bGetAtt\b")
_TESTED = lazy_pattern(
    r"\b[Tt]est(?:ed|ing)?[- ](?:the )?(?:invoke-)?authorizer\b|\btest-invoke-authorizer\b"
)
_TEMPLATE = lazy_pattern(r"\bAuthorizationScopes\b|\bauthorization_scopes\b|\bauthorizationScopes\b")
_BY_SDK = "An access token of a sign-in through the SDK (SRP or password) has only the scope aws.cognito.signin.user.admin."


class _Token(NamedTuple):
    """What the text or the facts show of the token.

    Attributes:
        kind: Its kind, ``"id"`` or ``"access"``, ``None`` if unknown.
        scopes: Its scopes, ``None`` if unknown.
        audience: Its audience or client.
        issuer: Its issuer.
    """

    kind: str | None
    scopes: tuple[str, ...] | None
    audience: str | None
    issuer: str | None


def explain_other_token(denial: Denial) -> Explanation | None:
    """Explain that the token is another one than the method or authorizer expects, ``None`` if nothing shows that."""
    text = denial.failure.text
    token, required = _read_token(denial), _read_scopes(text)
    if required and token.kind == "id":
        verdict = f"the method requires the scope {_join(required)}, and the request sends an ID token, which has no scopes"
        return _explain(denial, verdict, _send_access_token(required, instead=True), _remove_scopes(text))
    if required and token.scopes is not None and not {*required} & {*token.scopes}:
        has = (
            f"the token has only {clip_text(' '.join(token.scopes))}"
            if token.scopes
            else "the token has none"
        )
        verdict = f"the method requires the scope {_join(required)}, and {has}"
        return _explain(denial, verdict, _send_access_token(required), _remove_scopes(text))
    is_open = not required and _TEMPLATE.search(text) is None and _METHOD.search(text) is not None
    if is_open and token.kind == "access" and _COGNITO_AUTHORIZER.search(text) is not None:
        verdict = "the method has no authorization scopes, so its Cognito authorizer expects an ID token, and the request sends an access token"
        send_id_token = your_remedy(
            "Send the ID token", "It is id_token, or IdToken, in the answer to the sign-in.", url=_COGNITO
        )
        add_scopes = owner_remedy(
            "Or require a scope: with authorization scopes, the method accepts access tokens",
            "Set a scope that the access token has in the authorization scopes of the method, then deploy the API to the stage.",
            url=_COGNITO,
        )
        return _explain(denial, verdict, send_id_token, add_scopes)
    return _explain_other_issuer(denial, token)


def _join(scopes: tuple[str, ...]) -> str:
    return join_words(tuple(map(clip_text, scopes[:3])), "or")


def _explain(denial: Denial, verdict: str, *remedies: Remedy | None) -> Explanation:
    notes = ["No IAM policy is involved: the API's authorizer decides."]
    if _TESTED.search(denial.failure.text) and "scope" in verdict:
        notes.append("Test authorizer in the console does not check the scopes of the method.")
    return denial.explain(
        f"API Gateway rejected the request: {verdict}.",
        GATEWAY_OTHER_TOKEN.cause("derived", text=f"{verdict[:1].upper()}{verdict[1:]}."),
        topic="gateway-response",
        remedies=present(*remedies),
        notes=tuple(notes),
    )


def _read_token(denial: Denial) -> _Token:
    claims: dict[str, Any] = dict(denial.facts.token_claims or {})
    text = denial.failure.text
    if not claims:
        found: dict[str, set[str]] = {}
        for each in _CLAIM.finditer(text):
            found.setdefault(each["name"], set()).add(each["value"])
        claims = {name: only_one(values) for name, values in found.items()}
    kind = claims.get("token_use")
    if kind is None and "token_use" not in claims:
        sent = {name for name, sign in (("id", _SENT_ID), ("access", _SENT_ACCESS)) if sign.search(text)}
        kind = only_one(sent)
    scope = claims.get("scope") or claims.get("scp")
    scopes = tuple(scope.split()) if isinstance(scope, str) else tuple(map(str, scope or ())) or None
    audience, issuer = claims.get("aud") or claims.get("client_id"), claims.get("iss")
    return _Token(
        kind if kind in {"id", "access"} else None,
        scopes,
        audience if isinstance(audience, str) else None,
        issuer if isinstance(issuer, str) else None,
    )


def _read_scopes(text: str) -> tuple[str, ...]:
    r"""Return the scopes that methods or routes in a text require.

    >>> _read_scopes('AuthorizationScopes:\n  - orders-api/read\n  - orders-api/write\nName: a/b')
    ('orders-api/read', 'orders-api/write')
    >>> _read_scopes('authorization_scopes = ["shop/read"]')
    ('shop/read',)
    >>> _read_scopes('"authorizationScopes": []')
    ()
    """
    found: list[str] = []
    for each in _SCOPES.finditer(text):
        listed = each["option"] or each["list"]
        if not _REFERENCE.search(listed):
            found += (item["item"] for item in _ITEM.finditer(listed))
    return tuple(dict.fromkeys(found))


def _explain_other_issuer(denial: Denial, token: _Token) -> Explanation | None:
    """Explain that a JWT authorizer trusts another issuer or audience than the token has."""
    text = denial.failure.text
    listed, issuer = _AUDIENCE.search(text), _ISSUER.search(text)
    verdict, value, setting = None, "", ""
    if issuer is not None and token.issuer and token.issuer != issuer["value"]:
        setting, value = "issuer", token.issuer
        slash = ", without the slash" if token.issuer.rstrip("/") == issuer["value"].rstrip("/") else ""
        verdict = f"the authorizer expects the issuer {clip_text(issuer['value'])}, and the token has {clip_text(token.issuer)}{slash and ' (the slash at the end counts)'}"
    elif listed is not None and token.audience and not _REFERENCE.search(listed["list"]):
        accepted = _STRING.findall(listed["list"])
        if accepted and token.audience not in accepted:
            setting, value = "audience", token.audience
            verdict = f"the authorizer expects the audience {_join(tuple(accepted))}, and the token has {clip_text(token.audience)}"
    if verdict is None:
        return None
    remedy = owner_remedy(
        f"{'Add' if setting == 'audience' else 'If the token is of the right issuer, write'} {clip_text(value)} as the {setting} of the authorizer",
        "The authorizer compares aud, or client_id of an access token, and iss exactly. For an HTTP API, deploy the stage again unless it deploys by itself. Otherwise, get the token from the app client and issuer that the authorizer names.",
        url=pages.JWT_AUTHORIZER,
    )
    return _explain(denial, verdict, remedy)


def _send_access_token(scopes: tuple[str, ...], *, instead: bool = False) -> Remedy:
    listed = " ".join(map(clip_text, scopes[:1]))
    server = listed.rpartition("/")[0]
    custom = f" (resource server {server})" if server and not server.startswith("aws.cognito") else ""
    return your_remedy(
        f"Send an access token with the scope {listed}",
        f"Request the scope at the sign-in (scope=openid {listed}) at the authorization endpoint of the user pool, and send access_token of the answer{' instead of id_token' if instead else ''}.",
        f"The user pool must have the scope{custom}, and allow it to the app client.",
        _BY_SDK,
        url=_COGNITO,
    )


def _remove_scopes(text: str) -> Remedy:
    setting = _TEMPLATE.search(text)
    return owner_remedy(
        f"Or remove {setting[0] if setting else 'the authorization scopes'} from the method, and deploy the API again: it then expects ID tokens",
        "Methods of REST APIs change only with a deployment to the stage.",
        url=_COGNITO,
    )
