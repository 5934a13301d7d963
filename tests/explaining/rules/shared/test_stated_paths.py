"""A user, role or group has the path that the text states, also where the message has only its name."""

from __future__ import annotations

import pytest

from iamtriage import explain

_DENIED = "User: arn:aws:iam::111122223333:user/{} is not authorized to perform: iam:{} on resource: {} because no identity-based policy allows the iam:{} action"


@pytest.mark.parametrize(
    ("caller", "action", "named", "more", "resource"),
    [
        ("team/ana", "CreateAccessKey", "user ana", "", "user/team/ana"),
        ("ana", "CreateAccessKey", "user ana", "", "user/ana"),
        ("ana", "DeleteRole", "role app", "arn:aws:iam::111122223333:role/team/blue/app", "role/team/blue/app"),
        ("ana", "DeleteGroup", "group ops", "Its ARN is arn:aws:iam::111122223333:group/team/ops.", "group/team/ops"),
        # Another user, another account, and two paths.
        ("team/ana", "GetUser", "user bob", "", "user/bob"),
        ("ana", "DeleteRole", "role app", "arn:aws:iam::444455556666:role/team/app", "role/app"),
        ("ana", "DeleteRole", "role app", "arn:aws:iam::111122223333:role/a/app, arn:aws:iam::111122223333:role/b/app", "role/app"),
    ],
)  # fmt: skip
def test_path_of_a_bare_name(caller: str, action: str, named: str, more: str, resource: str) -> None:
    remedy = explain(f"{_DENIED.format(caller, action, named, action)}\n{more}").remedies[0]
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0]["Resource"] == f"arn:aws:iam::111122223333:{resource}"
    is_known = "/" in resource.partition("/")[2] or resource == "user/ana"
    assert any("has a path, add it" in each for each in remedy.steps) is not is_known


def test_path_in_the_command_of_the_simulator() -> None:
    text = "User: arn:aws:iam::111122223333:user/team/ana is not authorized to perform: iam:ChangePassword on resource: user ana with an explicit deny in an identity-based policy"
    commands = "\n".join(explain(text).remedies[0].commands)
    assert "--resource-arns arn:aws:iam::111122223333:user/team/ana" in commands
