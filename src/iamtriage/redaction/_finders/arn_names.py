"""Find the account and the names in ARNs.

Partition, service, region and resource types stay, so that the ARN keeps its form. The service and the
position show which words are types; see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.grammar import trim
from iamtriage.redaction._vocabulary.identifier_nouns import Identifier, split_name
from iamtriage.redaction._vocabulary.known_words import INNER_TYPES, REGION, is_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.identifier_nouns import Noun

__all__ = ("find_arn_names", "find_names_in_arn")

# A colon or slash, plain or percent-encoded. JSON can escape a slash.
_COLON = r"(?::|%3[Aa])"
# A variable of a policy or template can contain colons.
_VARIABLE = r"\$\{[^{}\s]{1,80}\}"
# Possessive, because a variable can also be read as single characters, which takes exponential time.
_SECTION = rf"(?:{_VARIABLE}|(?!%3[Aa])[^\s:\"'`/\\,;()]){{0,64}}+"
_ARN = re.compile(
    # The conditions for the character before follow the word, because a search for the word is faster.
    rf"arn(?:(?<![A-Za-z0-9]arn)|(?<=%[0-9A-Fa-f]{{2}}arn)|(?<=\\[nrt]arn)){_COLON}{_SECTION}{_COLON}(?P<service>{_SECTION})"
    rf"{_COLON}{_SECTION}{_COLON}(?P<account>{_SECTION}){_COLON}"
    r"(?P<resource>(?:[^\s\"'`<>|&]|<(?!/)[^<>\n]{0,60}>){0,2048})"
)
# A line break of a terminal can leave "esource:" of the next word, "resource:".
_NEXT = re.compile(r"r?esource:\Z|[,#]\s?arn:|\\[nrt\"']|%(?:26|22|27|20|2[cC])|[;)]\S")
_SEPARATOR = re.compile(rf"{_VARIABLE}|:|/|%3[Aa]|%2[Ff]|\\{{1,64}}/")
_DIGITS = re.compile(r"[0-9]{12}|[0-9xX*]{12}")
# Services whose resources begin with a name, not with a type.
_TYPELESS = frozenset(
    {"apigateway", "codecommit", "codepipeline", "execute-api", "kinesisvideo", "s3", "sns", "sqs"}
)
_AWS_PATH = re.compile(
    rf"aws-reserved|aws-service-role|service-role|[a-z0-9.-]{{1,80}}\.amazonaws\.com|{REGION}"
)
_PUBLIC_PROVIDER = re.compile(
    r"token\.actions\.githubusercontent\.com|accounts\.google\.com|graph\.facebook\.com|www\.amazon\.com|gitlab\.com"
    r"|api\.bitbucket\.org|app\.terraform\.io|oidc\.circleci\.com|[a-z0-9.-]{1,80}\.amazonaws\.com(?:\.cn)?"
)
# Resource type -> noun, if they differ.
_NOUN_OF_TYPE: dict[str, Noun] = {
    "deliverystream": "stream",
    "federated-user": "federated",
    "instance-profile": "profile",
    "log-stream": "stream",
    "mfa": "device",
    "oidc-provider": "provider",
    "saml-provider": "provider",
    "server-certificate": "certificate",
    "stateMachine": "state-machine",
}
_NOUNS: dict[str, Noun] = {
    noun: noun
    for noun in (
        "alias", "certificate", "cluster", "db", "domain", "function", "group", "index", "instance",
        "log-group", "nodegroup", "parameter", "policy", "project", "repository", "role", "secret", "stack",
        "stream", "table", "task", "user",
    )
}  # fmt: skip
_NOUN_OF_SERVICE: dict[str, Noun] = {
    "apigateway": "api",
    "codecommit": "repository",
    "codepipeline": "pipeline",
    "execute-api": "api",
    "s3": "bucket",
    "sns": "topic",
    "sqs": "queue",
}


def find_arn_names(text: str) -> Iterator[Identifier]:
    """Find the accounts and names in every ARN of a text."""
    if "arn" not in text:
        return
    for m in _ARN.finditer(text):
        start, end = m.span("resource")
        following = _NEXT.search(text, start, end)
        if following:
            end = following.start()
        _, end = trim(text, m.start(), end)
        if text.endswith(":", start, end):
            end -= 1
        yield from _names(text, m, max(start, end))


def find_names_in_arn(text: str, start: int, end: int) -> Iterator[Identifier]:
    """Find the account and names in the ARN between two positions, whatever characters it contains."""
    m = _ARN.match(text, start, end)
    if m:
        yield from _names(text, m, end)


def _names(text: str, m: re.Match[str], end: int) -> Iterator[Identifier]:
    if m["account"] == "aws":
        # AWS-owned resources exist in every account.
        return
    if _DIGITS.fullmatch(m["account"]):
        yield Identifier(*m.span("account"), "account")
    tokens = list(_tokens(text, m.start("resource"), end))
    if m["service"] == "iam" and len(tokens) > 1:
        yield from _find_iam_names(text, tokens)
    elif m["service"] == "sts" and len(tokens) > 1:
        federated = text.startswith("federated-user", *tokens[0])
        nouns: tuple[Noun, ...] = ("federated",) if federated else ("role", "session")
        for (start, last), noun in zip(tokens[1:], nouns, strict=False):
            yield from split_name(text, start, last, noun)
    else:
        yield from _find_other_names(text, m, tokens)


def _tokens(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for separator in _SEPARATOR.finditer(text, start, end):
        if separator[0][0] != "$":
            yield at, separator.start()
            at = separator.end()
    yield at, end


def _find_iam_names(text: str, tokens: list[tuple[int, int]]) -> Iterator[Identifier]:
    kind = text[slice(*tokens[0])]
    if kind == "oidc-provider":
        yield from _provider(text, tokens[1:])
        return
    for start, end in tokens[1:-1]:
        if not _AWS_PATH.fullmatch(text, start, end):
            yield from split_name(text, start, end, "path")
    yield from split_name(text, *tokens[-1], _choose_noun(kind))


def _provider(text: str, tokens: list[tuple[int, int]]) -> Iterator[Identifier]:
    if not _PUBLIC_PROVIDER.fullmatch(text, *tokens[0]):
        yield from split_name(text, *tokens[0], "provider")
    for start, end in tokens[1:]:
        if text[start:end] != "id":
            yield from split_name(text, start, end, "cluster-id" if end - start == 32 else "path")


def _find_other_names(text: str, m: re.Match[str], tokens: list[tuple[int, int]]) -> Iterator[Identifier]:
    service = m["service"]
    bucket = service == "s3" and not m["account"]
    typed = len(tokens) > 1 and not bucket and (service not in _TYPELESS or service == "s3")
    noun: Noun = _NOUN_OF_SERVICE.get(service, "resource")
    for at, (start, end) in enumerate(tokens):
        word = text[start:end]
        if (at == 0 and typed) or (word in INNER_TYPES and not bucket):
            noun = _choose_noun(word)
        elif not (at and noun == "log-group" and is_service(word)):
            # The log group of a function is called "/aws/lambda/orders".
            yield from split_name(text, start, end, "object" if bucket and at else noun)


def _choose_noun(kind: str) -> Noun:
    return _NOUN_OF_TYPE.get(kind) or _NOUNS.get(kind, "resource")
