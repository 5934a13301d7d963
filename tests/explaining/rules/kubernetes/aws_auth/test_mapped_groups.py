"""Explain users whose ``aws-auth`` entry does not give them the groups that it is meant to give."""

from __future__ import annotations

from textwrap import dedent, indent

from iamtriage import explain
from tests.tables import check_rows

_NODE = "system:node:ip-10-3-0-9.eu-west-1.compute.internal"
_DENIED = 'kubelet_node_status.go:96] "Unable to register node" err="nodes is forbidden: User \\"{}\\" cannot create resource \\"nodes\\" in API group \\"\\" at the cluster scope"\n\n'
_PERSON = 'Error from server (Forbidden): pods is forbidden: User "mira" cannot list resource "pods" in API group "" in the namespace "tide"\n\n'
_TEMPLATE = "system:node:{{EC2PrivateDNSName}}"


def _entry(role: str, username: str, groups: str) -> str:
    listed = indent(dedent(groups), "    ")
    return f"  - rolearn: arn:aws:iam::111122223333:role/{role}\n    username: {username}\n    groups:\n{listed}\n"


_NODES = "- system:bootstrappers\n- system:nodes"
_JOINED = "- system:bootstrappers\n  - system:nodes"


@check_rows(
    ("denied", "entries", "said", "groups"),
    [
        (_DENIED.format(_NODE), _entry("spot", _TEMPLATE, _JOINED), 'the aws-auth entry of spot has the one group "system:bootstrappers - system:nodes" instead of system:bootstrappers and system:nodes', ["system:bootstrappers", "system:nodes"]),
        (_DENIED.format(_NODE), _entry("people", "mira", "- tide") + _entry("spot", _TEMPLATE, "- system:bootstrappers"), "the aws-auth entry of spot has only system:bootstrappers, without system:nodes", ["system:bootstrappers", "system:nodes"]),
        (_DENIED.format(_NODE), _entry("spot", _TEMPLATE, _JOINED) + _entry("gpu", _TEMPLATE, _NODES), "the aws-auth entry of spot has the one group", ["system:nodes"]),
        (_DENIED.format("system:node:fargate-ip-10-3-0-9.ec2.internal"), _entry("fargate", "system:node:{{SessionName}}", "- system:bootstrappers\n- system:node-proxier"), "only system:bootstrappers and system:node-proxier, without system:nodes", ["system:node-proxier", "system:nodes"]),
        (_PERSON, _entry("people", "mira", "- tide-readers\n  - tide-writers"), 'the aws-auth entry of people has the one group "tide-readers - tide-writers" instead of tide-readers and tide-writers', ["tide-readers", "tide-writers"]),
        # The groups are right, two entries can be the node's, or the entry is another user's.
        (_DENIED.format(_NODE), _entry("spot", _TEMPLATE, _NODES), "", []),
        (_DENIED.format(_NODE), _entry("spot", _TEMPLATE, "  - system:bootstrappers\n  - system:nodes"), "", []),
        (_DENIED.format(_NODE), _entry("spot", _TEMPLATE, _JOINED) + _entry("gpu", _TEMPLATE, _JOINED), "", []),
        (_DENIED.format(_NODE), _entry("people", "mira", _JOINED), "", []),
        (_PERSON, _entry("people", "jon", "- tide-readers\n  - tide-writers"), "", []),
        (_PERSON, _entry("people", "mira", "- tide-readers\n- tide-writers"), "", []),
        # YAML rejects the text after a quoted item.
        (_PERSON, _entry("people", "mira", '- "tide-readers"\n  - "tide-writers"'), "", []),
    ],
    ids=["joined", "absent", "one-of-two", "fargate", "person", "right", "indented-right", "two", "other", "other-person", "right-person", "quoted"],
)  # fmt: skip
def test_groups_of_the_entry(denied: str, entries: str, said: str, groups: list[str]) -> None:
    explanation = explain(f"{denied}mapRoles: |\n{entries}")
    first = explanation.remedies[0]
    assert said in explanation.summary
    assert first.title.startswith("Correct the groups of ") is bool(groups)
    listed = (first.manifest or "").partition("groups:")[2].replace('"', "").split("- ")
    assert not groups or {*groups} <= {each.strip() for each in listed}


@check_rows(
    ("entries", "said"),
    [
        (_entry("spot", _TEMPLATE, _JOINED), 'most likely, the aws-auth entry of spot has the one group "system:bootstrappers - system:nodes"'),
        (_entry("spot", _TEMPLATE, "- system:bootstrappers"), "most likely, the aws-auth entry of spot has only system:bootstrappers"),
        (_entry("eks/spot", _TEMPLATE, _JOINED), "The aws-auth entry for spot never matches: its rolearn contains the path eks/"),
        # The entry can be that of the nodes, of which the text names no role.
        (_entry("spot", _TEMPLATE, _NODES), "most often, they cannot reach"),
    ],
)  # fmt: skip
def test_nodes_that_did_not_join(entries: str, said: str) -> None:
    text = "NodeCreationFailure: Instances failed to join the kubernetes cluster (i-0a1b2c3d4e5f60718)"
    explanation = explain(f"{text}\n\nmapRoles: |\n{entries}")
    assert said in explanation.summary
    assert explanation.remedies[0].title.startswith("Correct the groups") is ("of spot" in said)
    assert not any("not in aws-auth" in (each.text or "") for each in explanation.causes)


def test_cluster_without_aws_auth_reads_no_groups_of_it() -> None:
    text = f"{_DENIED.format(_NODE)}mapRoles: |\n{_entry('spot', _TEMPLATE, _JOINED)}"
    explanation = explain(text, facts={"authentication_mode": "API"})
    assert not any(each.title.startswith("Correct the groups") for each in explanation.remedies)


def test_reason_of_the_node_authorizer_shows_that_the_groups_are_right() -> None:
    reason = "no relationship found between node and this object"
    text = f'secrets "db" is forbidden: User "{_NODE}" cannot get resource "secrets" in API group "" in the namespace "tide": {reason}\n'
    explanation = explain(f"{text}mapRoles: |\n{_entry('spot', _TEMPLATE, _JOINED)}")
    assert "aws-auth entry" not in explanation.summary


@check_rows(
    ("listed", "is_pattern"),
    [
        ("role/ci-*", True),
        ("role/ci-eu-*", False),
        ("role/ci-us", False),
    ],
)
def test_pattern_in_aws_auth(listed: str, *, is_pattern: bool) -> None:
    """The authenticator compares ARNs as they are written."""
    text = f"""level=warning msg="access denied" error="ARN is not mapped: arn:aws:iam::111122223333:role/ci-us-1" method=POST path=/authenticate

  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:{listed}
      username: ci
      groups: [deployers]
"""
    explanation = explain(text)
    assert ("is no wildcard" in explanation.summary) is is_pattern
    entry = explanation.remedies[0].manifest or ""
    assert ('username: "ci"' in entry) is is_pattern
    assert "rolearn: arn:aws:iam::111122223333:role/ci-us-1\n" in entry


_DENIED = 'Error from server (Forbidden): pods is forbidden: User "arn:aws:sts::111122223333:assumed-role/dev/ana" cannot list resource "pods" in API group "" in the namespace "shop"'


@check_rows(
    ("noted", "verdict"),
    [
        ("access entry of role/dev: groups devs\nRoleBinding read in shop: ClusterRole view -> Group readers", "the RoleBinding read in the text is for the group readers, and the groups of the role dev are: devs"),
        ("RoleBinding read in namespace tea, Role reader to Group readers\naccess entry groups: readers", "applies only in the namespace tea"),
        # No subject, and the group that the entry has.
        ("access entry of role/dev: groups devs\nRoleBinding read in shop", None),
        ("access entry of role/dev: groups readers\nRoleBinding read in shop: ClusterRole view -> Group readers", None),
    ],
)  # fmt: skip
def test_noted_binding(noted: str, verdict: str | None) -> None:
    summary = explain(f"{_DENIED}\n{noted}").summary
    assert (verdict or "The role dev is not authorized") in summary
    assert ("readers, and the groups" in summary) is ("and the groups" in (verdict or ""))


@check_rows(
    ("group", "is_misspelled"),
    [("system:master", True), ("systems:masters", True), ("system:masters", False), ("masters", False)],
)
def test_misspelled_group_of_administrators(group: str, *, is_misspelled: bool) -> None:
    denied = _DENIED.replace("arn:aws:sts::111122223333:assumed-role/dev/ana", "ana")
    mapped = f"  mapUsers: |\n    - userarn: arn:aws:iam::111122223333:user/ana\n      username: ana\n      groups:\n        - {group}\n"
    explanation = explain(f"{denied}\n\n$ kubectl -n kube-system get cm aws-auth -o yaml\n{mapped}")
    assert ("that of administrators is system:masters" in explanation.summary) is is_misspelled
    assert ('- "system:masters"' in str(explanation)) is is_misspelled
