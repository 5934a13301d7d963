"""Check the explanations of Lambda layers that a function cannot use."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

LAYER = "arn:aws:lambda:{}:444455556666:layer:tracing:12"
DENIED = (
    "AccessDeniedException: User: arn:aws:iam::{}:user/lee is not authorized to perform: lambda:GetLayerVersion"
    " on resource: {} because no {} policy allows the lambda:GetLayerVersion action"
)


def _explain(
    layer: str, before: str = "", account: str = "111122223333", kind: str = "resource-based"
) -> str:
    return " ".join(str(explain(f"{before}{DENIED.format(account, layer, kind)}")).split())


def test_other_region() -> None:
    """The layer must be in the Region of the function, and no policy of the caller matters."""
    for before in (
        '[default.deploy.parameters]\nregion = "eu-west-1"\n\n$ sam deploy\n',
        'provider "aws" {\n  region = "eu-west-1"\n}\n\nError: creating Lambda Function (orders): ',
    ):
        shown = _explain(LAYER.format("us-east-1"), before)
        assert "in us-east-1, but the function is in eu-west-1" in shown
        assert "put-user-policy" not in shown
        assert "add-permission" not in shown


def test_same_region() -> None:
    """A version that is not shared, or does not exist, is not a matter of the function policy."""
    shown = _explain(LAYER.format("eu-west-1"), '$ sam deploy\nregion = "eu-west-1"\n')
    assert "no such version, or does not share it" in shown
    assert "Share the version of the layer, in account 444455556666" in shown
    assert "function policy" not in shown


@check_rows(
    ("said", "is_known"),
    [
        ("\naws lambda add-layer-version-permission --layer-name tracing --version-number 11 --statement-id apps --action lambda:GetLayerVersion --principal 111122223333", True),
        ("\n:11 works, the update to :12 does not.", True),
        ("\nWith version 11 it works.", True),
        ("\npostgres version 11 works fine.", False),
        ("\naws lambda add-layer-version-permission --layer-name tracing --version-number 11 --statement-id apps --action lambda:GetLayerVersion --principal 999988887777", False),
        ("\naws lambda add-layer-version-permission --layer-name logging --version-number 11 --statement-id apps --action lambda:GetLayerVersion --principal 111122223333", False),
        ("\naws lambda add-layer-version-permission --layer-name tracing --version-number 12 --statement-id apps --action lambda:GetLayerVersion --principal 111122223333", False),
    ],
)  # fmt: skip
def test_permission_for_another_version(said: str, *, is_known: bool) -> None:
    """A permission is for one version."""
    explanation = explain(DENIED.format("111122223333", LAYER.format("eu-west-1"), "resource-based") + said)
    assert (
        "version 11 is shared, and a permission covers only one version" in explanation.summary
    ) is is_known
    titles = [each.title for each in explanation.remedies]
    assert titles[0].startswith("Share the version" if is_known else "Use a version")
    assert ("go back to version 11" in titles[1]) is is_known


def test_own_layer() -> None:
    """The policies of the caller decide about a layer of its account."""
    shown = _explain(LAYER.format("eu-west-1"), account="444455556666", kind="identity-based")
    assert "Allow lambda:GetLayerVersion for the user lee" in shown


_DENIED = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: lambda:GetLayerVersion on resource: arn:aws:lambda:eu-west-3:{}:layer:tools:{} because no resource-based policy allows the lambda:GetLayerVersion action\n"
_PRINTED = "$ aws lambda get-layer-version-by-arn --region {} --arn arn:aws:lambda:{}:{}:layer:tools:7 --query Version\n{}\n"


@check_rows(
    ("owner", "printed", "works", "shares"),
    [
        ("444455556666", ("eu-west-3", "eu-west-3", "444455556666", "7"), True, False),
        ("444455556666", ("eu-west-3", "eu-west-3", "444455556666", ""), False, True),
        (
            "444455556666",
            ("eu-west-3", "eu-west-3", "444455556666", "An error occurred (AccessDenied)"),
            False,
            True,
        ),
        ("336392948345", None, False, False),
        ("444455556666", None, False, True),
    ],
    ids=["printed", "no output", "failed", "publisher", "unknown"],
)
def test_version_that_a_command_prints(
    owner: str, printed: tuple[str, ...] | None, *, works: bool, shares: bool
) -> None:
    text = _DENIED.format(owner, 61) + (_PRINTED.format(*printed) if printed else "")
    explanation = explain(text)
    assert ("where version 7 works" in explanation.summary) == works
    assert ("go back to 7" in explanation.remedies[0].title) == works
    assert (
        any("add-layer-version-permission" in " ".join(each.commands) for each in explanation.remedies)
        == shares
    )
