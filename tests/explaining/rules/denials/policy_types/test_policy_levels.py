"""The level of an organization at which no service control policy allows a call, in lists of the attached policies."""

from __future__ import annotations

import pytest

from iamtriage import explain
from iamtriage.explaining._context.readers.organization_levels import find_levels
from tests.tables import check_rows

_DENIED = "User: arn:aws:sts::444455556666:assumed-role/ci/1 is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:eu-west-1:444455556666:repository/octo because no service control policy allows the ecr:CreateRepository action\n\n"
_LOOP = "$ for t in r-a1b2 ou-a1b2-abcd1234 444455556666; do echo $t; aws organizations list-policies-for-target --target-id $t --filter SERVICE_CONTROL_POLICY --query 'Policies[].[Id,Name]' --output text; done\n"
_FULL, _LIST = "p-FullAWSAccess\tFullAWSAccess\n", "p-12ab34cd\tOnlyListed\n"
_ONE = "$ aws organizations list-policies-for-target --target-id {} --filter SERVICE_CONTROL_POLICY\n"
_JSON = '{{"Policies": [\n  {{\n    "Id": "{}",\n    "Arn": "arn:aws:organizations::111122223333:policy/o-a1b2c3/service_control_policy/{}",\n    "Name": "{}"\n  }}\n]}}\n'


def _loop(*policies: str) -> str:
    targets = ("r-a1b2", "ou-a1b2-abcd1234", "444455556666")
    return _LOOP + "".join(f"{target}\n{each}" for target, each in zip(targets, policies, strict=True))


@check_rows(
    ("text", "level", "command"),
    [
        (_loop(_FULL, _LIST, _FULL), "ou-a1b2-abcd1234 has OnlyListed (p-12ab34cd) instead of FullAWSAccess", "describe-policy --policy-id p-12ab34cd"),
        (_loop(_FULL, _FULL, _LIST), "444455556666 has OnlyListed (p-12ab34cd)", "describe-policy --policy-id p-12ab34cd"),
        (_loop(_FULL, "", _FULL), "ou-a1b2-abcd1234 has no policy", "attach-policy --policy-id p-FullAWSAccess --target-id ou-a1b2-abcd1234"),
        (_ONE.format("r-a1b2") + _JSON.format(*["p-FullAWSAccess"] * 2, "FullAWSAccess") + _ONE.format("ou-a1b2-abcd1234") + _JSON.format(*["p-12ab34cd"] * 2, "OnlyListed"), "ou-a1b2-abcd1234 has OnlyListed (p-12ab34cd)", "describe-policy --policy-id p-12ab34cd"),
        # Two levels, or none, can be the reason.
        (_loop(_FULL, _LIST, _LIST), None, "list-policies-for-target --target-id 444455556666"),
        # Policies of another type, and a list that failed.
        (_ONE.format("r-a1b2").replace("SERVICE", "RESOURCE") + "p-RCPFullAWSAccess\tRCPFullAWSAccess\n", None, "list-policies-for-target"),
        (_ONE.format("r-a1b2") + "\nAn error occurred (AccessDeniedException) when calling the ListPoliciesForTarget operation: You don't have permissions to access this resource.\n", None, "list-policies-for-target"),
        (_loop(_FULL, _FULL, _FULL), None, "list-policies-for-target --target-id 444455556666"),
    ],
)  # fmt: skip
def test_level_without_an_allow(text: str, level: str | None, command: str) -> None:
    explanation = explain(_DENIED + text)
    words = " ".join(cause.text for cause in explanation.causes)
    assert ("instead of FullAWSAccess" in words or "has no policy" in words) is (level is not None)
    assert (level or "") in words
    first = explanation.remedies[0]
    assert command in " ".join(first.commands[:1] if level else first.commands) or level is None
    assert first.layer == "service_control"


_BARE_LOOP = _LOOP.replace("echo $t; ", "")
_ROW = "------------------\n|  ListPoliciesForTarget  |\n+-----+-----+\n|  {}  |  {} |\n+-----+-----+\n"
_NESTED = '[\n    [\n        "{}",\n        "{}"\n    ]\n]\n'
_IDS = (
    ("p-FullAWSAccess", "FullAWSAccess"),
    ("p-12ab34cd", "OnlyListed"),
    ("p-FullAWSAccess", "FullAWSAccess"),
)


@pytest.mark.parametrize(
    "text",
    [
        _BARE_LOOP.replace("text", "table") + "".join(_ROW.format(*each) for each in _IDS),
        _BARE_LOOP.replace("text", "json") + "".join(_NESTED.format(*each) for each in _IDS),
        _BARE_LOOP + _FULL + _LIST + _FULL,
        _BARE_LOOP.replace("$t ", '"${t}" ') + _FULL + _LIST + _FULL + "$ \n",
        _BARE_LOOP.replace("; do ", "; do\n  ").replace("; done", "\ndone") + _FULL + _LIST + _FULL,
    ],
    ids=["table", "JSON", "text", "quoted", "lines"],
)
def test_levels_of_a_loop(text: str) -> None:
    levels = find_levels(text)
    assert [each.target for each in levels] == ["r-a1b2", "ou-a1b2-abcd1234", "444455556666"]
    assert [[*each.policies] for each in levels] == [[each[0]] for each in _IDS]
    assert "ou-a1b2-abcd1234 has " in explain(_DENIED + text).causes[0].text


@pytest.mark.parametrize(
    "text",
    [
        # Which rows are of which target is not known, and the loop is for something else.
        _BARE_LOOP + _FULL + _LIST + _LIST + _FULL,
        _BARE_LOOP + _FULL + _LIST,
        _BARE_LOOP.replace("$t ", "$target ") + _FULL + _LIST + _FULL,
    ],
)
def test_rows_of_unknown_levels(text: str) -> None:
    assert find_levels(text) == []


@pytest.mark.parametrize(
    ("words", "is_owner"),
    [
        ("From the management account (111122223333):", True),
        ("I looked in our org account 111122223333.", True),
        ("The account 111122223333 has FullAWSAccess.", False),
    ],
)
def test_management_account(words: str, *, is_owner: bool) -> None:
    first = explain(f"{_DENIED}{words}\n{_loop(_FULL, _LIST, _FULL)}").remedies[0]
    assert ("(management account 111122223333 or" in first.steps[0]) is is_owner


_TABLE = "|  Arn         |  arn:aws:organizations::111122223333:policy/o-a1b2c3/service_control_policy/p-12ab34cd  |\n|  Id          |  p-12ab34cd                                                                            |\n|  Name        |  OnlyListed                                                                            |\n"
_YAML = "Policies:\n- Arn: arn:aws:organizations::111122223333:policy/o-a1b2c3/service_control_policy/p-12ab34cd\n  Id: p-12ab34cd\n  Name: OnlyListed\n"


@pytest.mark.parametrize("printed", [_TABLE, _YAML], ids=["table", "YAML"])
def test_the_profile_and_the_owner_of_the_listed_policies(printed: str) -> None:
    listed = _ONE.format("ou-a1b2-abcd1234").replace("\n", " --profile payer\n") + printed
    explanation = explain(f"{_DENIED}The role has AdministratorAccess.\n{listed}")
    assert "OnlyListed (p-12ab34cd)" in explanation.causes[0].text
    # One sentence says that no Allow helps.
    assert "overrides it" not in explanation.causes[0].text
    first = explanation.remedies[0]
    assert "management account 111122223333" in first.steps[0]
    assert all(" --profile payer" in each for each in first.commands if each.startswith("aws organizations"))


def test_profiles_that_differ_are_not_used() -> None:
    first, other = (
        _ONE.format(each).replace("\n", f" --profile {name}\n")
        for each, name in (("r-a1b2", "one"), ("ou-a1b2-abcd1234", "two"))
    )
    assert "--profile" not in str(explain(_DENIED + first + _FULL + other + _LIST).remedies[0].commands)


def test_other_commands_end_a_list() -> None:
    text = (
        _ONE.format("r-a1b2") + _FULL + "$ aws organizations describe-policy --policy-id p-12ab34cd\n" + _LIST
    )
    assert [each.policies for each in find_levels(text)] == [{"p-FullAWSAccess": "FullAWSAccess"}]
