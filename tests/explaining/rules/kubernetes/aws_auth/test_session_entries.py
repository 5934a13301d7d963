"""Test that the ARN of a session in ``aws-auth`` is found in every notation, and replaced by that of its role."""

from __future__ import annotations

import pytest

from iamtriage import explain

_SESSION = "arn:aws:sts::111122223333:assumed-role/roaster/ana"
_ROLE = "arn:aws:iam::111122223333:role/roaster"
_NODES = "arn:aws:iam::111122223333:role/bean-nodes"
_LOGIN = "$ kubectl get ns\nerror: You must be logged in to the server (Unauthorized)\n"
_CALLER = f"\n$ aws sts get-caller-identity --query Arn --output text\n{_SESSION}\n"
_TABLE = f"""\
$ eksctl get iamidentitymapping --cluster beans --region eu-west-1
ARN\tUSERNAME\tGROUPS\tACCOUNT
{_NODES}\tsystem:node:{{{{EC2PrivateDNSName}}}}\tsystem:bootstrappers,system:nodes
{_SESSION}\tbarista\troasters
"""
_GROUPS_FIRST = f"""\
  mapRoles: |
    - rolearn: {_NODES}
      username: system:node:{{{{EC2PrivateDNSName}}}}
      groups:
      - system:bootstrappers
      - system:nodes
    - groups:
      - roasters
      rolearn: {_SESSION}
      username: barista
"""
_JSON = f"""\
[
    {{
        "rolearn": "{_SESSION}",
        "username": "barista",
        "groups": [
            "roasters"
        ]
    }}
]
"""
_IN_USERS = f"""\
  mapUsers: |
    - userarn: {_SESSION}
      username: barista
      groups:
        - roasters
"""
_TERRAFORM = f"""\
    mapRoles = yamlencode([
      {{ rolearn = "{_NODES}", username = "system:node:{{{{EC2PrivateDNSName}}}}", groups = ["system:nodes"] }},
      {{ rolearn = "{_SESSION}", username = "barista", groups = ["roasters"] }},
    ])
"""
_COMMAND = f"$ eksctl create iamidentitymapping --cluster beans --arn {_SESSION} --username barista --group roasters\n"
_ENTRY = f"- rolearn: {_ROLE}\n  username: barista\n  groups:\n    - roasters"


@pytest.mark.parametrize(
    ("shown", "manifest"),
    [
        pytest.param(_TABLE, _ENTRY, id="eksctl"),
        pytest.param(_TABLE.replace("\troasters", ""), f"- rolearn: {_ROLE}", id="eksctl, no group"),
        pytest.param(_COMMAND, _ENTRY, id="command of eksctl"),
        pytest.param(_JSON, _ENTRY, id="JSON"),
        pytest.param(_GROUPS_FIRST, f"rolearn: {_ROLE}", id="YAML, groups before the ARN"),
        pytest.param(f"- {{rolearn: {_SESSION}, username: barista, groups: [roasters]}}\n", _ENTRY, id="YAML in one line"),
        pytest.param(_TERRAFORM, f'rolearn = "{_ROLE}"', id="Terraform"),
    ],
)  # fmt: skip
def test_session_in_a_map(shown: str, manifest: str) -> None:
    explanation = explain(f"{_LOGIN}{shown}{_CALLER}")
    assert explanation.summary == (
        f"The aws-auth entry for roaster never matches: its rolearn is the ARN of a session, and the authenticator replaces a session by its role, {_ROLE}."
    )
    first = explanation.remedies[0]
    assert (first.manifest or "").strip() == manifest
    assert not any("get nodes" in line for line in first.commands), "the entry is not that of nodes"
    steps = " ".join(first.steps)
    assert ("names roasters." in steps) is ("roasters" in shown)
    assert not any(_SESSION in line for each in explanation.remedies for line in each.commands)


def test_session_in_the_list_of_users() -> None:
    """The authenticator looks for the role, and fills in the user names of roles only."""
    explanation = explain(f"{_LOGIN}{_IN_USERS}{_CALLER}")
    assert "its userarn is the ARN of a session" in explanation.summary
    first = explanation.remedies[0]
    assert first.title == "Move the entry for roaster from mapUsers to mapRoles"
    assert [each.strip() for each in (first.manifest or "").splitlines()[1:]] == [
        each.strip() for each in _ENTRY.splitlines()
    ]


@pytest.mark.parametrize(
    ("caller", "summary"),
    [
        ("arn:aws:sts::111122223333:assumed-role/grinder/leo", "maps only bean-nodes and roaster/ana."),
        ("arn:aws:iam::111122223333:user/roaster", "maps only bean-nodes and roaster/ana."),
    ],
)
def test_session_of_another_role(caller: str, summary: str) -> None:
    """The entry matches nobody, so its groups and its owner are no example, and nobody can add an entry with it."""
    shown = _TABLE.replace("\troasters", "\tsystem:masters")
    explanation = explain(f"{_LOGIN}{shown}{_CALLER.replace(_SESSION, caller)}")
    assert explanation.summary.endswith(summary)
    assert "Somebody with access to the cluster adds the entry" in " ".join(explanation.remedies[0].steps)


@pytest.mark.parametrize("field", ["rolearn", "userarn"])
def test_role_that_either_list_maps(field: str) -> None:
    """The authenticator looks for the ARN of a caller in both lists."""
    entry = f"- {field}: {_ROLE}\n  username: barista\n  groups: [roasters]\n"
    summary = explain(f"{_LOGIN}{entry}{_CALLER}").summary
    assert "the role roaster has an entry in the aws-auth map" in summary
