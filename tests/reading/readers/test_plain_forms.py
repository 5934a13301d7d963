"""Check that one pattern for plain denials and suffixes reads what the general way reads, clause by clause."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage._reading.readers import sdk_suffixes, sentences
from iamtriage._reading.readers.plain_sentences import read_plain_sentence
from iamtriage._reading.vocabulary.policy_types import POLICY_WORDS
from iamtriage._reading.vocabulary.readable import Readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage._reading.vocabulary.pieces import Piece

_PRINCIPALS = (
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:sts::<account>:assumed-role/[redacted]/i-0abc",
    "arn:aws:iam::*:user/team,ana",
    "arn:aws:iam::111122223333:user/TheUser",
    "arn:aws:iam::111122223333:user/my=User",
)
_ACTIONS = ("s3:GetObject", "SNS:Publish", "sqs:receivemessage", "s3:Get*")
_RESOURCES = (
    "",
    " on resource: arn:aws:s3:::orders/a.csv",
    " on resource:\narn:aws:s3:::orders/*",
    ' on resource: "arn:aws:s3:::orders/a.csv"',
    " on resource: arn:aws:sns:eu-west-1:<account>:__topic__",
    " on resource: arn:aws:iam::***:role/**",
    " on resource: arn:aws:s3:::orders/my file.csv",
    " on resource: arn:aws:iam:::1111 2222 3333:role/app",
    "\non this resource",
)
_SCP = "arn:aws:organizations::111122223333:policy/o-example123/service_control_policy/p-example1"
_REASONS = (
    "",
    " because no identity-based policy allows the s3:GetObject action",
    " because no session policy allows the sts:AssumeRole action",
    " with an explicit deny",
    " with an explicit deny in the role trust policy",
    "\nwith an explicit deny IN a session policy",
    f" with an explicit deny in a service control policy: {_SCP}.",
    f" with an explicit deny in a service control policy, with policy ARN:\n{_SCP}",
    " with an explicit deny in a resource-based policy: retrying",
    *(f" with an explicit deny in a {words}" for words in POLICY_WORDS),
)
_ENDS = ("", "\n\nPlease help.", " (Service: S3, Status Code: 403)", '"}', ". Try again.")


def _facts(pieces: Iterable[Piece]) -> list[Any]:
    return [
        (each.role, each.start, each.end, each.kind, each.is_aws, each.source, list(each.facts.items()))
        for each in pieces
    ]


@pytest.mark.unmeasured
@pytest.mark.parametrize("reason", _REASONS)
def test_plain_denial_is_read_as_in_general(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(text: str) -> list[Any]:
        return _facts(sentences.read_sentences(Readable(text)))

    texts = [
        f"User: {principal} is not authorized to perform: {action}{resource}{reason}{end}"
        for principal, action, resource, end in itertools.product(_PRINCIPALS, _ACTIONS, _RESOURCES, _ENDS)
    ]
    found = [read(text) for text in texts]
    plain = [read_plain_sentence(text, 0, text.index("is not authorized")) for text in texts]
    monkeypatch.setattr(sentences, "read_plain_sentence", lambda *_: None)
    assert found == [read(text) for text in texts]
    # Many of them are plain at least up to the action.
    assert sum(each is not None for each in plain) * 3 > len(texts)


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize(
    "end",
    [
        ")",
        "; Proxy: null)",
        "; S3 Extended Request ID: a/b+c==; Proxy: null)",
        ", Extended Request ID: null)",
        "",
    ],
)
def test_plain_suffix_is_read_as_in_general(
    separator: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = ("", " Error Code: AccessDenied;", " Error Code: null;", " Error Code: Invalid.Thing;")
    ids = ("69d599e0-7b94-4cf4-a564-fc698225471f", "null", "ABC:AccessDenied", "x", "<id>")
    texts = [
        f"Denied (Service: Sts{separator} Status Code: 403{separator}{code} Request ID: {identifier}{end}"
        for code, identifier in itertools.product(codes, ids)
    ]

    def read(text: str) -> list[Any]:
        return _facts(sdk_suffixes.read_suffixes(Readable(text)))

    found = [read(text) for text in texts]
    monkeypatch.setattr(sdk_suffixes, "_JAVA_PARTS", SimpleNamespace(match=lambda *_: None))
    assert found == [read(text) for text in texts]
