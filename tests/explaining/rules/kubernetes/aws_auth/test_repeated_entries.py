"""Of two aws-auth entries with the same ARN, the last one decides the groups of the caller."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = 'Error from server (Forbidden): secrets "tls" is forbidden: User "{}" cannot get resource "secrets" in API group "" in the namespace "shop"\n'
_ROLE = "arn:aws:iam::111122223333:role/Ops"


def _entry(arn: str = _ROLE, username: str = "ops", group: str = "viewers") -> str:
    field = "rolearn" if ":role/" in arn else "userarn"
    return f"    - {field}: {arn}\n      username: {username}\n      groups:\n        - {group}\n"


def _map(*entries: str) -> str:
    return f"$ kubectl -n kube-system get cm aws-auth -o yaml\ndata:\n  mapRoles: |\n{''.join(entries)}\n"


_ADMIN = _entry(group="system:masters")
_NODES = _entry("arn:aws:iam::111122223333:role/nodes", "system:node:{{EC2PrivateDNSName}}", "system:nodes")
_ADDED = "".join(f"+{line[1:]}" for line in _entry(_ROLE.lower()).splitlines(keepends=True))
_TABLE = f"$ eksctl get iamidentitymapping --cluster shop\nARN\t\tUSERNAME\tGROUPS\n{_ROLE}\tops\tsystem:masters\n{_ROLE}\tops\tviewers\n"
_CASES = (
    ("one after the other", "ops", _map(_ADMIN, _entry()), True),
    ("nodes between", "ops", _map(_ADMIN, _NODES, _entry(_ROLE.lower())), True),
    ("a session's name", "ops:kim", _map(_entry(username="ops:{{SessionName}}", group="deployers"), _entry(username="ops:{{SessionName}}")), True),
    ("a user", "kim", _map(*(_entry("arn:aws:iam::111122223333:user/kim", "kim", group) for group in ("deployers", "viewers"))).replace("mapRoles", "mapUsers"), True),
    ("a table", "ops", _TABLE, True),
    ("a commit", "ops", f"commit 0f1e2d3, merged yesterday:\n  mapRoles: |\n{_ADMIN}{_ADDED}\n", True),
    ("a planned change", "ops", f"this commit would add a group:\n  mapRoles: |\n{_ADMIN}{_ADDED}\n", False),
    *((words, "ops", f"{words}:\n  mapRoles: |\n{_ADMIN}{_ADDED}\n", False) for words in (
        "once this is merged", "the request was closed, never merged", "commit 0f1e2d3 of the staging branch", "Can I commit this? The map",
    )),
    ("maps of two clusters", "ops", f"The map of the first cluster:\n{_ADMIN}The map of the second cluster:\n{_entry()}", False),
    ("the other order", "ops", _map(_entry(), _entry(group="viewers")), False),
    ("other groups are printed", "ops", _map(_ADMIN, _entry()) + "Groups [system:masters system:authenticated]\n", False),
    ("another role", "ops", _map(_ADMIN, _entry(f"{_ROLE}-2", "ops-2")), False),
    ("another user name", "other", _map(_ADMIN, _entry()), False),
    ("two maps", "ops", _map(_ADMIN) + _map(_entry()), False),
    ("before and after", "ops", f"before:\n{_ADMIN}after:\n{_entry()}", False),
)  # fmt: skip


@check_rows(("user", "shown", "is_found"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_two_entries_for_one_principal(user: str, shown: str, *, is_found: bool) -> None:
    explanation = explain(f"{_DENIED.format(user)}\n{shown}")
    assert ("only the last one counts, with viewers instead of" in explanation.summary) is is_found
    first, *others = explanation.remedies
    assert first.title.startswith("Remove the entry ") is is_found
    if is_found:
        assert "\n    - viewers\n" in (first.manifest or "")
        assert not any("kubectl create role" in str(each.commands) for each in (first, *others))


def test_an_access_entry_replaces_both() -> None:
    """It takes precedence, with the policy that replaces system:masters, and needs nobody inside of the cluster."""
    text = f"{_DENIED.format('ops')}\n{_map(_ADMIN, _entry())}"
    _, entry = explain(text, facts={"authentication_mode": "API_AND_CONFIG_MAP"}).remedies
    assert "create-access-entry" in str(entry.commands)
    assert "AmazonEKSClusterAdminPolicy" in str(entry.commands)
    [only] = explain(text, facts={"authentication_mode": "CONFIG_MAP"}).remedies
    assert only.title.startswith("Remove the entry ")
    assert not any(
        "aws-auth" in each.title for each in explain(text, facts={"authentication_mode": "API"}).remedies
    )
