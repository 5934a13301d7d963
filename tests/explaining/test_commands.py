"""The AWS CLI has each command that an explanation prints, with its options; one remedy calls one Region."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from iamtriage import explain
from tests.explaining.golden.cases import CASES, explained
from tests.explaining.rules.aws_cli import check_call
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

# A command in another one, which has at most one level of parentheses of its own.
_NESTED = re.compile(r"\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OPERATOR = re.compile(r"[|;&<>]+")
_GLOBAL_SERVICES = ("account", "cloudfront", "configure", "iam", "login", "organizations", "route53", "s3", "s3api", "sso", "sts")  # fmt: skip


def calls_of(line: str) -> Iterator[list[str]]:
    """Yield the words of each call in a command line, nested calls first."""
    while found := _NESTED.search(line):
        yield from calls_of(found[1])
        line = f"{line[: found.start()]}NESTED{line[found.end() :]}"
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&<>")
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    for word in (*lexer, ";"):
        if not _OPERATOR.fullmatch(word):
            words.append(word)
            continue
        while words and _ASSIGNMENT.match(words[0]):
            words.pop(0)
        if words:
            yield words
        words = []


def test_calls_in_a_line() -> None:
    line = 'arn="$(aws iam get-role --role-name "a b")" && FOO=1 aws sts x --y "$arn" | wc -c'
    assert [" ".join(words) for words in calls_of(line)] == [
        "aws iam get-role --role-name a b",
        "aws sts x --y $arn",
        "wc -c",
    ]


@pytest.mark.unmeasured
@check_rows("name", [case[0] for case in CASES])
def test_commands(name: str) -> None:
    for remedy in explained(name).remedies:
        regions: set[str | None] = set()
        for line in remedy.commands:
            for words in calls_of(line):
                if words[0] != "aws":
                    continue
                check_call(words[1:])
                if words[1] not in (*_GLOBAL_SERVICES, "--version"):
                    regions.add(words[words.index("--region") + 1] if "--region" in words else None)
        assert len(regions) < 2 or None not in regions, (name, remedy.commands)


@pytest.mark.parametrize(
    ("arn", "region"),
    [
        ("arn:aws:s3:::shop", None),
        ("arn:aws-cn:s3:::shop", "cn-north-1"),
        ("arn:aws-us-gov:eks:us-gov-east-1:111122223333:cluster/shop", "us-gov-east-1"),
    ],
)
def test_iam_is_called_in_the_partition_of_the_caller(arn: str, region: str | None) -> None:
    partition, action = arn.split(":")[1], "s3:ListBucket" if ":s3:" in arn else "eks:DescribeCluster"
    text = f"User: arn:{partition}:iam::111122223333:user/finn is not authorized to perform: {action} on resource: {arn} because no permissions boundary allows the {action} action"
    calls = [
        words
        for remedy in explain(text).remedies
        for line in remedy.commands
        for words in calls_of(line)
        if words[:2] == ["aws", "iam"]
    ]
    assert calls
    assert {words[words.index("--region") + 1] if "--region" in words else None for words in calls} == {
        region
    }
    assert all(words.count("--region") < 2 for words in calls)


@pytest.mark.parametrize(("option", "count"), [(" --region cn-northwest-1", 1), ("", 0)])
def test_s3_is_called_in_the_region_that_the_text_names(option: str, count: int) -> None:
    """Without the option, the configured Region is one of the partition."""
    text = f"$ aws s3 cp a.tar s3://shop-cn/a.tar{option}\nupload failed: ./a.tar to s3://shop-cn/a.tar An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n"
    explained = explain(text, facts={"region": "cn-northwest-1"}).to_text(detail="full")
    assert explained.count("aws s3api list-buckets --region cn-northwest-1") == count
