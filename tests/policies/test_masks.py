"""ARNs and names with masks: an unknown part becomes a visible placeholder, never a wildcard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.policies._masked_arns import is_masked, sanitize_arn, sanitize_name
from tests.strategies import resource_arns
from tests.tables import check_rows


@check_rows(
    ("written", "expected"),
    [
        ("arn:aws:eks:eu-west-1:111122223333:cluster/demo", "arn:aws:eks:eu-west-1:111122223333:cluster/demo"),
        ("arn:aws:eks:eu-west-1:****:cluster/demo", "arn:aws:eks:eu-west-1:ACCOUNT_ID:cluster/demo"),
        ("arn:aws:eks:eu-west-1:*:cluster/demo", "arn:aws:eks:eu-west-1:ACCOUNT_ID:cluster/demo"),
        ("arn:aws:eks:eu-west-1:xxxx:cluster/demo", "arn:aws:eks:eu-west-1:ACCOUNT_ID:cluster/demo"),
        ("arn:aws:eks:eu-west-1:<account>:cluster/demo", "arn:aws:eks:eu-west-1:ACCOUNT_ID:cluster/demo"),
        ("arn:aws:execute-api:eu-west-1:********9012:a1b2/dev/GET/x", "arn:aws:execute-api:eu-west-1:ACCOUNT_ID:a1b2/dev/GET/x"),
        ("arn:aws:lambda:[redacted]:111122223333:function:resize", "arn:aws:lambda:REGION:111122223333:function:resize"),
        ("arn:aws:lambda:*:111122223333:function:resize", "arn:aws:lambda:REGION:111122223333:function:resize"),
        ("arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/NAME"),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:NAME"),
        ("arn:aws:route53:::hostedzone/***", "arn:aws:route53:::hostedzone/NAME"),
        ("arn:aws:route53:::hostedzone/XXXXXXX", "arn:aws:route53:::hostedzone/NAME"),
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/Orders_xxxxxxxx", "arn:aws:dynamodb:eu-west-1:111122223333:table/NAME"),
        ("arn:aws:s3:::orders-****/2026/1.csv", "arn:aws:s3:::NAME/2026/1.csv"),
        ("arn:aws:s3:::ord*ers/1.csv", "arn:aws:s3:::NAME/1.csv"),
        ("arn:aws:s3:::*", "arn:aws:s3:::NAME"),
        ("arn:aws:s3:::orders/*", "arn:aws:s3:::orders/${*}"),
        ("arn:aws:s3:::orders/20*.csv", "arn:aws:s3:::orders/20${*}.csv"),
        ("arn:aws:s3:::orders/**/a:*?", "arn:aws:s3:::orders/${*}${*}/a:${*}${?}"),
        ("arn:aws:s3:::orders/2026-***.csv", "arn:aws:s3:::orders/NAME"),
        ("arn:aws:iot:eu-west-1:111122223333:topic/rooms/*/a?", "arn:aws:iot:eu-west-1:111122223333:topic/rooms/${*}/a${?}"),
        ("arn:aws:execute-api:eu-west-1:111122223333:a1b2/dev/GET/x*", "arn:aws:execute-api:eu-west-1:111122223333:a1b2/dev/GET/x${*}"),
        ("arn:aws:execute-api:eu-west-1:111122223333:*/dev/GET/x", "arn:aws:execute-api:eu-west-1:111122223333:NAME/dev/GET/x"),
        ("arn:aws:s3:::orders/what?.csv", "arn:aws:s3:::orders/what${?}.csv"),
        ("arn:aws:s3:::orders/${aws:username}/x", "arn:aws:s3:::orders/NAME:NAME/x"),
        ("arn:aws:s3:::orders/a$b", "arn:aws:s3:::orders/a$b"),
        ("arn:aws:s3:::orders/a$*", "arn:aws:s3:::orders/a$${*}"),
        ("arn:***:s3:::orders", "arn:PARTITION:s3:::orders"),
        ("arn:***:eks:cn-north-1:111122223333:cluster/demo", "arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("arn:aws:eks:eu-west-1:111122223333:cluster/de mo", "arn:aws:eks:eu-west-1:111122223333:cluster/NAME"),
        ("arn:aws:glue:eu-west-1:111122223333:job/Copy the orders", "arn:aws:glue:eu-west-1:111122223333:job/Copy the orders"),
        ("arn:aws:glue:eu-west-1:111122223333:job/your job", "arn:aws:glue:eu-west-1:111122223333:job/NAME"),
        ("arn:aws:s3:::orders/2026/a (1) b.csv", "arn:aws:s3:::orders/2026/a (1) b.csv"),
        ("arn:aws:s3:::orders/a  b.csv", "arn:aws:s3:::orders/NAME"),
        ("arn:aws:s3:::or ders/a.csv", "arn:aws:s3:::NAME/a.csv"),
    ],
)  # fmt: skip
def test_masks_become_placeholders(written: str, expected: str) -> None:
    assert sanitize_arn(written) == expected


@check_rows(
    "text",
    [
        "",
        "orders",
        "arn:aws:s3",
        "arn:aws:s3:::",
        "urn:aws:s3:::orders",
        "arn:aws:***:::x",
        "arn:aws:s3:::" + "a" * 3000,
    ],
)
def test_invalid_arns(text: str) -> None:
    assert sanitize_arn(text) is None


def test_a_known_partition_replaces_a_masked_one() -> None:
    assert sanitize_arn("arn:xxx:s3:::orders", partition="aws-us-gov") == "arn:aws-us-gov:s3:::orders"


@check_rows(
    "name",
    [
        "****",
        "a**b",
        "xxx",
        "XX",
        "a-xxxx",
        "9xxxxx",
        "<name>",
        "[name]",
        "{name}",
        "ord...ers",
        "…",
        "####",
        "----",
        "REDACTED",
        "your-bucket",
        "account-id",
    ],
)
def test_masked_names(name: str) -> None:
    assert is_masked(name)
    assert sanitize_name(name) == "NAME"


@check_rows("name", ["orders", "max", "xerox", "exxon", "a-b_c.d", "i-0a1b2c3d4e5f60718", "x"])
def test_ordinary_names(name: str) -> None:
    assert not is_masked(name)
    assert sanitize_name(name) == name


@given(resource_arns())
def test_complete_arns_are_unchanged(arn: str) -> None:
    """An ARN without masks goes into the policy unchanged."""
    made = sanitize_arn(arn)
    assert made is not None
    assert made == arn or find_placeholders(made)


@given(st.text(max_size=80))
def test_no_text_adds_a_wildcard(text: str) -> None:
    """Each asterisk and question mark of the result is escaped."""
    made = sanitize_arn(f"arn:aws:s3:::{text}")
    if made is not None:
        unescaped = made.replace("${?}", "").replace("${$}", "").replace("${*}", "")
        assert "*" not in unescaped
        assert "?" not in unescaped


def test_an_asterisk_of_a_pattern_stays_only_as_a_whole_part() -> None:
    instance = "arn:aws:ec2:eu-west-1:111122223333:instance/*"
    assert sanitize_arn(instance, is_pattern=True) == instance
    assert sanitize_arn(f"{instance[:-1]}i-*", is_pattern=True) == f"{instance[:-1]}NAME"
