"""Compare the token that Amazon Cognito rejects with the key in Logins, and with what the identity pool lists.

Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-integrating-user-pools-with-identity-pools.html.
"""

from __future__ import annotations

import json
import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, line_at
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.terraform_code import Block, find_resources
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import ExpiredCredentials, InvalidIdentityToken

_NAME = r"cognito-idp\.[a-z0-9-]{4,30}\.amazonaws\.com/[\w-]{4,60}"
_KEY = lazy_pattern(rf"(?<![\w/.])(?P<name>{_NAME})[\"']?\]?\s?(?::|=>?)")
_ISSUER = lazy_pattern(rf"\biss\b[\"']?\s{{0,3}}[:=]?\s{{0,3}}[\"']?https://(?P<name>{_NAME})")
LOGIN_OF_OTHER_POOL = CauseType(
    "login-of-other-pool",
    title="The key in Logins names another user pool than the token",
    meaning="The key in Logins must be the issuer of the ID token without https://: the Region and the ID of the user pool.",
    recognised_by="The text shows the key in Logins and the claim iss of the token, and they differ.",
    fix="Use the issuer of the token as the key in Logins.",
    of="login-rejected",
    sources=(pages.IDENTITY_POOLS,),
)


def explain_other_issuer(
    case: Case[ExpiredCredentials] | Case[InvalidIdentityToken] | Denial,
) -> Explanation | None:
    """Explain that the key in Logins is not the issuer of the token, if the text shows both."""
    text = case.failure.text
    keys, issuers = ({each["name"] for each in sign.finditer(text)} for sign in (_KEY, _ISSUER))
    if len(keys) != 1 or len(issuers) != 1 or keys == issuers:
        return None
    [key], [issuer] = keys, issuers
    return case.explain(
        f"Amazon Cognito rejected the sign-in: the key in Logins is {key}, and the token is from {issuer}.",
        LOGIN_OF_OTHER_POOL.cause(
            "derived", text="The key must be the issuer (iss) of the token without https://."
        ),
        topic="identity-pool-login",
        remedies=your_remedy(
            "Use the issuer of the token as the key in Logins",
            "Both must be the user pool in which the user signed in, with its Region.",
            "The identity pool must list this user pool and the app client of the token as a provider.",
            manifest=f'"{issuer}": idToken\n',
            manifest_language="text",
            url=pages.IDENTITY_POOLS,
        ),
        notes="An IAM policy does not help: the identity pool rejected the token before STS was called.",
    )


# Which the token has, and which the identity pool lists: https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CognitoIdentityProvider.html
_AUDIENCE = lazy_pattern(r"\baud\b[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<aud>[a-z0-9]{10,128})\b")
_LISTED = lazy_pattern(
    rf"\"?\bProviderName\"?: ?\"?(?P<name>{_NAME})\"?,?\s{{0,40}}\"?ClientId\"?: ?\"?(?P<client>[a-z0-9]{{10,128}})\b"
    rf"|\"?\bClientId\"?: ?\"?(?P<first>[a-z0-9]{{10,128}})\"?,?\s{{0,40}}\"?ProviderName\"?: ?\"?(?P<second>{_NAME})"
)
_CLIENT = lazy_pattern(
    r"aws_cognito_user_pool_client\.(?P<name>[A-Za-z_][\w-]{0,80})(?:\[[^\]\n]{1,60}\])?\.id"
)
_POOL, _CLIENTS, _PROVIDERS = "aws_cognito_identity_pool", "aws_cognito_user_pool_client", "cognito_identity_providers"  # fmt: skip
CLIENT_NOT_LISTED = CauseType(
    "app-client-not-listed",
    title="The identity pool does not list the app client of the token",
    meaning="An identity pool lists each app client of a user pool by itself: tokens of another client of the same user pool are rejected.",
    recognised_by="The text shows the claim aud of the token and the providers of the identity pool, and they differ.",
    fix="Add the app client to the providers of the identity pool, and keep the others.",
    of="login-rejected",
    sources=(pages.IDENTITY_POOLS,),
)


class _Listing(NamedTuple):
    """What an identity pool lists, and how to add the client of a token: the words for both, and the remedy."""

    listed: str
    client: str
    remedy: Remedy


def explain_unlisted_client(
    case: Case[ExpiredCredentials] | Case[InvalidIdentityToken] | Denial,
) -> Explanation | None:
    """Explain that the identity pool lists other app clients than that of the token, if the text shows both."""
    text, claims = case.failure.text, case.facts.token_claims or case.context.token_claims or {}
    stated = {each["aud"] for each in _AUDIENCE.finditer(text)}
    audience = (
        claims.get("aud")
        if isinstance(claims.get("aud"), str)
        else stated.pop()
        if len(stated) == 1
        else None
    )
    issuers = {each["name"] for each in _ISSUER.finditer(text)}
    issuer = str(claims.get("iss") or "").removeprefix("https://") or (
        issuers.pop() if len(issuers) == 1 else ""
    )
    if not isinstance(audience, str):
        return None
    found = (
        _find_in_code(text, audience)
        or _find_in_template(text, audience)
        or _find_in_listing(text, audience, issuer)
    )
    if found is None:
        return None
    return case.explain(
        f"Amazon Cognito rejected the sign-in: the token belongs to the app client {found.client} (aud), and the identity pool lists only {found.listed}.",
        CLIENT_NOT_LISTED.cause(
            "derived",
            text="The identity pool lists each app client separately, and tokens of the others are rejected. The sign-in and the user pool are right.",
        ),
        topic="identity-pool-login",
        remedies=found.remedy,
        notes="An IAM policy does not help: the identity pool rejected the token before STS was called.",
    )  # fmt: skip


def _find_in_code(text: str, audience: str) -> _Listing | None:
    """Return what an identity pool in Terraform's code lists, and the client whose ID the text shows next to its name."""
    pools = find_resources(text, _POOL)
    if len(pools) != 1:
        return None
    blocks = pools[0].find_nested(_PROVIDERS)
    references = [_CLIENT.search(each.arguments.get("client_id", "")) for each in blocks]
    literal = [(each.text_of("client_id") or "") for each in blocks]
    if (
        not blocks
        or audience in literal
        or any(not a and not b for a, b in zip(references, literal, strict=True))
    ):
        return None
    listed = [each["name"] for each in references if each is not None]
    names = [each.name for each in find_resources(text, _CLIENTS)]
    shown = _names_next_to(text, audience, names)
    other = [each for each in names if each not in listed]
    if shown is not None and shown in listed:
        return None
    client = shown or (other[0] if len(other) == 1 and not any(literal) else None)
    block = _write_block(blocks[0], f"{_CLIENTS}.{client}.id" if client else f'"{audience}"')
    remedy = your_remedy(
        f"Add a second block {_PROVIDERS} to {pools[0].address}, and apply",
        "Keep the other block, so that its clients keep access. The provider_name is the same.",
        "With role mappings by provider, add one for the new client, too.",
        manifest=block,
        manifest_language="hcl",
        commands="terraform apply",
        url=pages.IDENTITY_POOLS,
    )
    words = join_words((*listed, *filter(None, literal)), "and")
    return _Listing(f"{clip_text(words)}", f"{client}, {audience}" if client else audience, remedy)


_POOL_OF_TEMPLATE = lazy_pattern(r"^ {2,8}(?P<name>[A-Za-z0-9]{1,128}):\s{0,4}\n(?: {4}[^\n]*\n){0,60}? {4,12}Type: [\"']?AWS::Cognito::(?P<type>IdentityPool|UserPoolClient)\b", re.MULTILINE)  # fmt: skip
_LISTED_REFERENCE = lazy_pattern(
    r"\bClientId: *!Ref *(?P<client>[A-Za-z0-9]{1,128})\s{1,40}(?:-? *)ProviderName: *(?P<provider>[^\n]{1,200})"
    r"|\bProviderName: *(?P<before>[^\n]{1,200}?)\s{1,40}ClientId: *!Ref *(?P<second>[A-Za-z0-9]{1,128})"
)


def _find_in_template(text: str, audience: str) -> _Listing | None:
    """Return what an identity pool in a template of CloudFormation lists, and the client that it does not."""
    resources = [(each["type"], each["name"]) for each in _POOL_OF_TEMPLATE.finditer(text)]
    pools = [name for kind, name in resources if kind == "IdentityPool"]
    clients = [name for kind, name in resources if kind == "UserPoolClient"]
    listed = [
        (each["client"] or each["second"], (each["provider"] or each["before"]).strip())
        for each in _LISTED_REFERENCE.finditer(text)
    ]
    others = [each for each in clients if each not in {name for name, _ in listed}]
    shown = _names_next_to(text, audience, clients)
    client = shown or (others[0] if len(others) == 1 else None)
    if len(pools) != 1 or not listed or client is None or client in {name for name, _ in listed}:
        return None
    remedy = your_remedy(
        f"Add the app client to CognitoIdentityProviders of {pools[0]}, and deploy",
        "Keep the other entries, so that their clients keep access.",
        manifest=f"- ClientId: !Ref {client}\n  ProviderName: {listed[0][1]}",
        manifest_language="yaml",
        url=pages.IDENTITY_POOLS,
    )
    words = join_words(tuple(name for name, _ in listed), "and")
    return _Listing(clip_text(words), f"{client}, {audience}", remedy)


def _names_next_to(text: str, audience: str, names: list[str]) -> str | None:
    """Return the only name of a client that stands before an ID in the text, such as in web = 7abc."""
    at = text.find(audience)
    while at != -1:
        before = line_at(text, at, at)[: at - (text.rfind("\n", 0, at) + 1)].rstrip(" =:\"'")
        named = [
            each
            for each in names
            if before.endswith((f" {each}", f'"{each}', f"{each}")) and before[-len(each) :] == each
        ]
        if named:
            return max(named, key=len)
        at = text.find(audience, at + 1)
    return None


def _write_block(block: Block, client: str) -> str:
    arguments = {**block.arguments, "client_id": client}
    width = max(map(len, arguments))
    lines = [f"  {name.ljust(width)} = {value}" for name, value in arguments.items()]
    return "\n".join((f"{_PROVIDERS} {{", *lines, "}"))


def _find_in_listing(text: str, audience: str, issuer: str) -> _Listing | None:
    """Return the app clients that describe-identity-pool or a template lists, if none is that of the token."""
    pairs = [
        (each["name"] or each["second"], each["client"] or each["first"]) for each in _LISTED.finditer(text)
    ]
    if (
        not pairs
        or audience in {client for _, client in pairs}
        or (issuer and issuer not in {name for name, _ in pairs})
    ):
        return None
    provider = issuer or pairs[0][0]
    added = json.dumps([{"ProviderName": provider, "ClientId": audience, "ServerSideTokenCheck": False}])
    at = f"--region {commands.region(provider.split('.')[1])}"
    remedy = account_remedy(
        "Add the app client to the providers of the identity pool",
        "The update replaces the whole pool, so the file has all its settings. Where code defines the pool, add the client there.",
        commands=(
            f"aws cognito-identity describe-identity-pool {at} --identity-pool-id IDENTITY_POOL_ID > pool.json",
            f"jq '.CognitoIdentityProviders += {added}' pool.json > new-pool.json",
            f"aws cognito-identity update-identity-pool {at} --cli-input-json file://new-pool.json",
        ),
        url=pages.IDENTITY_POOLS,
    )  # fmt: skip
    return _Listing(join_words(tuple(client for _, client in pairs), "and"), audience, remedy)
