"""``lint``: the problems of a ConfigMap, with their lines, reasons, and fixes."""

from __future__ import annotations

import json
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.aws_auth import CODES, Finding, lint
from tests.aws_auth.maps import ACCOUNT, ROLE, SAMPLES, SESSION, USER, Sample
from tests.tables import check_rows

_EC2 = "system:node:{{EC2PrivateDNSName}}"
_FARGATE = "system:node:{{SessionName}}"


def _map(name: str, *entries: str) -> str:
    lines = "".join("".join(f"    {line}\n" for line in f"- {entry}".split("\n")) for entry in entries)
    return f"data:\n  {name}: |\n{lines}"


def _role(arn: str, more: str = "username: x") -> str:
    return _map("mapRoles", f"rolearn: {arn}\n  {more}")


def _user(arn: str, more: str = "username: x") -> str:
    return _map("mapUsers", f"userarn: {arn}\n  {more}")


def _codes(text: str) -> list[str]:
    return [finding.code for finding in lint(text)]


def _groups(*names: str) -> str:
    return "groups: [" + ", ".join(f'"{name}"' for name in names) + "]"


_ONE = {
    # name: (text, code, severity, line, value, fix)
    "path": (_role(f"{ROLE}/team/app"), "role-path", "error", 3, f"{ROLE}/team/app", f"{ROLE}/app"),
    "path, upper case": (_role("ARN:AWS:IAM::111122223333:ROLE/team/App"), "role-path", "error", 3, "ARN:AWS:IAM::111122223333:ROLE/team/App", f"{ROLE}/App"),
    "service-linked": (_role(f"{ROLE}/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"), "role-path", "error", 3, f"{ROLE}/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", f"{ROLE}/AWSServiceRoleForAmazonEKS"),
    "session": (_role(f"{SESSION}/app/ana"), "session-arn", "error", 3, f"{SESSION}/app/ana", f"{ROLE}/app"),
    "profile": (_role(f"arn:aws:iam::{ACCOUNT}:instance-profile/p"), "instance-profile", "error", 3, f"arn:aws:iam::{ACCOUNT}:instance-profile/p", "get-instance-profile"),
    "user in roles": (_role(f"{USER}/ana"), "user-in-roles", "warning", 3, f"{USER}/ana", "move"),
    "federated in roles": (_role(f"arn:aws:sts::{ACCOUNT}:federated-user/ana"), "user-in-roles", "warning", 3, f"arn:aws:sts::{ACCOUNT}:federated-user/ana", "move"),
    "role in users": (_user(f"{ROLE}/app"), "role-in-users", "warning", 3, f"{ROLE}/app", "move"),
    "root": (_user(f"arn:aws:iam::{ACCOUNT}:root"), "root-arn", "warning", 3, f"arn:aws:iam::{ACCOUNT}:root", "roles and users"),
    "group": (_user(f"arn:aws:iam::{ACCOUNT}:group/g"), "not-a-principal", "error", 3, f"arn:aws:iam::{ACCOUNT}:group/g", "each user"),
    "policy": (_role("arn:aws:iam::aws:policy/AdministratorAccess"), "not-a-principal", "error", 3, "arn:aws:iam::aws:policy/AdministratorAccess", "role or user"),
    "other service": (_role("arn:aws:s3:::bucket"), "not-a-principal", "error", 3, "arn:aws:s3:::bucket", "role or user"),
    "no ARN": (_role("app"), "invalid-arn", "error", 3, "app", "full ARN"),
    "account": (_role("'111122223333'"), "invalid-arn", "error", 3, "111122223333", "full ARN"),
    "placeholder": (_role("'arn:aws:iam::<account>:role/x'"), "invalid-arn", "error", 3, "arn:aws:iam::<account>:role/x", None),
    "digits of another script": (_role("arn:aws:iam::١١١١٢٢٢٢٣٣٣٣:role/x"), "invalid-arn", "error", 3, "arn:aws:iam::١١١١٢٢٢٢٣٣٣٣:role/x", None),
    "unknown partition": (_role(f"arn:aws-mars:iam::{ACCOUNT}:role/x"), "invalid-arn", "error", 3, f"arn:aws-mars:iam::{ACCOUNT}:role/x", None),
    "name too long": (_role(f"{ROLE}/{'x' * 65}"), "invalid-arn", "error", 3, f"{ROLE}/{'x' * 65}", None),
    "region": (_role(f"arn:aws:iam:eu-west-1:{ACCOUNT}:role/x"), "invalid-arn", "error", 3, f"arn:aws:iam:eu-west-1:{ACCOUNT}:role/x", None),
    "whitespace": (_role(f"' {ROLE}/x'"), "invalid-arn", "error", 3, f" {ROLE}/x", f"{ROLE}/x"),
    "wildcard": (_role(f"'{ROLE}/*'"), "wildcard", "error", 3, f"{ROLE}/*", "one entry"),
    "unknown variable": (_role(f"{ROLE}/x", "username: '{{Foo}}'"), "unknown-variable", "error", 4, "{{Foo}}", "{{AccountID}}"),
    "variable by case": (_role(f"{ROLE}/x", "username: 'a:{{ sessionName }}'"), "unknown-variable", "error", 4, "a:{{ sessionName }}", "a:{{SessionName}}"),
    "variable in a group": (_role(f"{ROLE}/x", "username: x\n  groups: ['{{accountid}}']"), "unknown-variable", "error", 5, "{{accountid}}", "{{AccountID}}"),
    "instance variable": (_user(f"{USER}/ana", "username: 'x:{{EC2PrivateDNSName}}'"), "instance-variable", "error", 4, "x:{{EC2PrivateDNSName}}", "without"),
    "node without groups": (_role(f"{ROLE}/x", f"username: {_EC2}"), "node-groups", "error", 4, "username", "system:bootstrappers, system:nodes"),
    "node with one group": (_role(f"{ROLE}/x", f"username: {_EC2}\n  {_groups('system:nodes')}"), "node-groups", "error", 4, "username", "add system:bootstrappers"),
    "Fargate": (_role(f"{ROLE}/My-Fargate-Role", f"username: {_FARGATE}\n  {_groups('system:nodes', 'system:bootstrappers')}"), "node-groups", "error", 4, "username", "system:node-proxier"),
    "Fargate or hybrid": (_role(f"{ROLE}/x", f"username: {_FARGATE}\n  {_groups('system:nodes', 'system:bootstrappers')}"), "node-groups", "warning", 4, "username", "for Fargate"),
    "node without name": (_role(f"{ROLE}/x", _groups("system:nodes", "system:bootstrappers")), "node-username", "error", 4, "groups", _EC2),
    "Fargate without name": (_role(f"{ROLE}/x", _groups("system:nodes", "system:bootstrappers", "system:node-proxier")), "node-username", "error", 4, "groups", _FARGATE),
    "node with another name": (_role(f"{ROLE}/x", f"username: x\n  {_groups('system:nodes')}"), "node-username", "error", 4, "username", "remove the group"),
    "merged groups": (_role(f"{ROLE}/x", f"username: {_EC2}\n  groups:\n    - system:bootstrappers\n      - system:nodes"), "merged-groups", "error", 6, "system:bootstrappers - system:nodes", "system:bootstrappers, system:nodes"),
    "groups as a string": (_role(f"{ROLE}/x", "username: x\n  groups: view"), "groups-not-a-list", "error", 5, "view", '["view"]'),
    "groups as words": (_role(f"{ROLE}/x", "username: x\n  groups: a, b"), "groups-not-a-list", "error", 5, "a, b", "a list"),
    "groups as a mapping": (_role(f"{ROLE}/x", "username: x\n  groups: {a: b}"), "groups-not-a-list", "error", 5, "", "a list"),
    "number for a username": (_role(f"{ROLE}/x", "username: 12"), "not-text-value", "error", 4, "12", '"12"'),
    "boolean for a group": (_role(f"{ROLE}/x", "username: x\n  groups: [on]"), "not-text-value", "error", 5, "on", '"on"'),
    "null for a group": (_role(f"{ROLE}/x", "username: x\n  groups:\n  -"), "not-text-value", "error", 6, "", None),
    "number for an ARN": (_role("12"), "not-text-value", "error", 3, "12", '"12"'),
    "masters": (_role(f"{ROLE}/x", f"username: x\n  {_groups('system:masters')}"), "system-masters", "warning", 5, "system:masters", "ClusterRole"),
    "no username": (_role(f"{ROLE}/x", _groups("a")), "missing-username", "warning", 3, "", "username"),
    "no ARN field": (_map("mapRoles", "username: x"), "missing-arn", "error", 3, "", "rolearn"),
    "userarn in roles": (_map("mapRoles", f"userarn: {USER}/ana"), "missing-arn", "error", 3, "", "mapUsers"),
    "rolearn in users": (_map("mapUsers", f"roleARN: {ROLE}/x"), "missing-arn", "error", 3, "", "mapRoles"),
    "unknown key": (_role(f"{ROLE}/x", "username: x\n  group: [a]"), "unknown-key", "warning", 5, "group", "groups"),
    "duplicate key": (_role(f"{ROLE}/x", "username: x\n  Username: z"), "duplicate-key", "error", 4, "username", "one"),
    "duplicate map": ("mapRoles: |\n  []\nmapRoles: |\n  []\n", "duplicate-key", "error", 1, "mapRoles", "one"),
    "sso": (_map("mapRoles", f"sso: {{permissionSetName: V, accountID: '{ACCOUNT}'}}\n  username: x"), "sso-matcher", "warning", 3, "sso", "AWSReservedSSO"),
    "sso with a bad account": (_map("mapRoles", "sso: {permissionSetName: V, accountID: 111122223333}\n  username: x"), "invalid-sso", "error", 3, "sso", "strings"),
    "sso and rolearn": (_role(f"{ROLE}/x", f"username: x\n  sso: {{permissionSetName: V, accountID: '{ACCOUNT}'}}"), "invalid-sso", "error", 5, "sso", "strings"),
    "mapped account": (_map("mapAccounts", "'111122223333'"), "account-mapping", "warning", 3, ACCOUNT, "mapRoles"),
    "bad account": (_map("mapAccounts", "11112222333"), "invalid-account", "error", 3, "11112222333", "12-digit"),
    "mapping for an account": (_map("mapAccounts", "{a: b}"), "invalid-account", "error", 3, "", "12-digit"),
    "misspelled map": ("data:\n  maproles: |\n    []\n", "map-name", "error", 2, "maproles", "mapRoles"),
    "misspelled map, singular": ("mapUser: |\n  []\n", "map-name", "error", 1, "mapUser", "mapUsers"),
    "no maps": ("kind: ConfigMap\ndata:\n  a: b\n", "nothing-mapped", "warning", 3, "", "mapRoles"),
    "empty text": ("", "nothing-mapped", "warning", 1, "", "mapRoles"),
    "list instead of a string": ("data:\n  mapRoles:\n  - rolearn: a\n", "not-text", "error", 3, "mapRoles", "|"),
    "mapping instead of a list": ("mapRoles: |\n  rolearn: a\n", "not-a-list", "error", 2, "", "- "),
    "string instead of an entry": ("mapRoles: |\n  - a\n", "not-a-list", "error", 2, "a", "rolearn"),
    "invalid YAML": ("a: [\n", "unreadable", "error", 2, "", None),
    "invalid YAML in a map": ("data:\n  mapUsers: |\n    - userarn: [\n", "unreadable", "error", 3, "mapUsers", None),
    "too long": (" " * 10_000_000, "unreadable", "error", 1, "", None),
    "control characters": (_role('"arn:aws:iam::111122223333:role/\\e[31m"'), "invalid-arn", "error", 3, "arn:aws:iam::111122223333:role/\x1b[31m", None),
}  # fmt: skip


@check_rows(("text", "code", "severity", "line", "value", "fix"), _ONE.values(), ids=_ONE)
def test_one_finding(text: str, code: str, severity: str, line: int, value: str, fix: str | None) -> None:
    """Each problem alone is one finding, with its line, the reason, and the fix."""
    [finding] = lint(text)
    assert (finding.code, finding.severity, finding.line, finding.value) == (code, severity, line, value)
    assert len(finding.message) > 15
    assert finding.message.isprintable()
    assert fix is None or fix in (finding.fix or "")


_SEVERAL = {
    "path and role in users": (_user(f"{ROLE}/team/app"), ["role-path", "role-in-users"]),
    "session in users": (_user(f"{SESSION}/app/ana"), ["session-arn", "role-in-users"]),
    "whitespace and path": (_role(f"' {ROLE}/team/app'"), ["invalid-arn", "role-path"]),
    "sso with a partition": (_map("mapRoles", f"sso: {{permissionSetName: V, accountID: '{ACCOUNT}', partition: aws}}\n  username: x"), ["sso-matcher", "sso-matcher"]),
    "sso with an unknown key": (_map("mapRoles", f"sso: {{permissionSetName: V, accountID: '{ACCOUNT}', a: b}}\n  username: x"), ["unknown-key", "sso-matcher"]),
    "system:masters as a string": (_role(f"{ROLE}/x", "username: x\n  groups: system:masters"), ["groups-not-a-list", "system-masters"]),
    "invalid YAML in one map": ("mapRoles: |\n  [\nmapUsers: |\n  - userarn: a\n    username: b\n", ["unreadable", "invalid-arn"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "codes"), _SEVERAL.values(), ids=_SEVERAL)
def test_several_findings(text: str, codes: list[str]) -> None:
    assert _codes(text) == codes


_CLEAN = {
    "role": _role(f"{ROLE}/app", "username: app\n  groups: [a]"),
    "role, different case": _role("arn:aws:IAM::111122223333:Role/App"),
    "user with a path": _user(f"{USER}/team/ana"),
    "federated user": _user(f"arn:aws:sts::{ACCOUNT}:federated-user/ana"),
    "all variables": _role(f"{ROLE}/x", "username: '{{AccountID}}:{{SessionName}}:{{SessionNameRaw}}:{{AccessKeyID}}'"),
    "instance variable in roles": _role(f"{ROLE}/x", "username: 'a:{{EC2PrivateDNSName}}'"),
    "nodes": _role(f"{ROLE}/x", f"username: {_EC2}\n  {_groups('system:nodes', 'system:bootstrappers', 'eks:kube-proxy-windows')}"),
    "Fargate": _role(f"{ROLE}/x", f"username: {_FARGATE}\n  {_groups('system:nodes', 'system:bootstrappers', 'system:node-proxier')}"),
    "no groups": _role(f"{ROLE}/x"),
    "null groups": _role(f"{ROLE}/x", "username: x\n  groups:"),
    "empty": "mapRoles: |\n  []\nmapUsers: ''\nmapAccounts:\n",
    "other keys in data": "data:\n  mapRoles: |\n    []\n  mapOfTheWorld: x\n",
}  # fmt: skip


@check_rows("text", _CLEAN.values(), ids=_CLEAN)
def test_no_findings(text: str) -> None:
    assert lint(text) == ()


def test_other_partition() -> None:
    """The partition of most entries is the cluster's; in a tie, that of the first entry."""
    china = f"arn:aws-cn:iam::{ACCOUNT}:role/x"
    entries = [f"rolearn: {arn}\n  username: x" for arn in (china, f"{ROLE}/a", f"{ROLE}/b")]
    assert [(f.code, f.line) for f in lint(_map("mapRoles", *entries))] == [("other-partition", 3)]
    [finding] = lint(_map("mapRoles", *entries[:2]))
    assert (finding.code, finding.line) == ("other-partition", 5)
    assert "aws-cn" in finding.message


_A, _B = "username: a\n  groups: [g]", "username: b\n  groups: [g]"


@check_rows(
    ("entries", "expected"),
    [
        ([(f"{ROLE}/x", _A), (f"{ROLE}/x", _A)], [("duplicate", "warning", 3)]),
        ([(f"{ROLE}/x", _A), (f"{ROLE}/X", _A)], [("duplicate", "warning", 3)]),
        ([(f"{ROLE}/x", _A), (f"{ROLE}/x", _B)], [("duplicate", "error", 3)]),
        ([(f"{ROLE}/x", _A), (f"{ROLE}/x", _B), (f"{ROLE}/x", _A)], [("duplicate", "warning", 3), ("duplicate", "error", 6)]),
        ([(f"{ROLE}/p/x", _A), (f"{ROLE}/x", _B)], [("role-path", "error", 3), ("duplicate", "error", 3)]),
        ([(f"{ROLE}/x", _A), (f"{SESSION}/x/ana", _B)], [("duplicate", "error", 3), ("session-arn", "error", 6)]),
        ([(f"{ROLE}/x", _A), (f"{ROLE}/y", _A)], []),
    ],
)  # fmt: skip
def test_duplicates(entries: list[tuple[str, str]], expected: list[tuple[str, str, int]]) -> None:
    """ARNs are compared after correction, and without regard to case."""
    text = _map("mapRoles", *(f"rolearn: {arn}\n  {more}" for arn, more in entries))
    assert [(f.code, f.severity, f.line) for f in lint(text)] == expected


def test_duplicates_in_both_maps() -> None:
    """mapRoles takes precedence over mapUsers."""
    text = _user(f"{USER}/ana", _A) + _role(f"{USER}/ana", _B).removeprefix("data:\n")
    assert [(f.code, f.severity, f.line) for f in lint(text)] == [
        ("duplicate", "error", 3),
        ("user-in-roles", "warning", 7),
    ]


@check_rows("sample", SAMPLES.values(), ids=SAMPLES)
def test_samples(sample: Sample) -> None:
    """Each sample has the errors that it was written to have."""
    found = {
        finding.code
        for finding in lint(sample.text)
        if finding.severity == "error" or finding.code == "duplicate"
    }
    assert found == set(sample.codes)


def test_lines_in_other_styles() -> None:
    """In JSON, all of a map is on one line; in kubectl's folded text, each entry has its own."""
    inner = f"- rolearn: {ROLE}/p/a\n- rolearn: {ROLE}/p/b\n"
    text = json.dumps({"data": {"mapRoles": inner}}, indent=1)
    assert {f.line for f in lint(text)} == {3}
    folded = f'mapRoles: "- rolearn: {ROLE}/p/a\\n\\\n  - rolearn: {ROLE}/p/b\\n"\n'
    assert [f.line for f in lint(folded) if f.code == "role-path"] == [1, 2]


def test_long_values_are_truncated() -> None:
    [finding] = lint(_role("x" * 5000))
    assert finding.value == "x" * 200 + "…"
    assert len(finding.message) < 400


def test_every_code_is_tested() -> None:
    """The tests above produce every code of the table, and no others."""
    tested = {row[1] for row in _ONE.values()} | {"other-partition", "duplicate"}
    assert tested == set(CODES)
    assert {severity for severity, _ in CODES.values()} == {"error", "warning"}
    assert all(meaning.endswith(".") for _, meaning in CODES.values())


def test_findings_are_values() -> None:
    [finding] = lint(_role(f"{ROLE}/team/app"))
    assert isinstance(finding, Finding)
    assert finding == attrs.evolve(finding)
    assert hash(finding) == hash(attrs.evolve(finding))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        finding.code = "x"  # type: ignore[misc]


@pytest.mark.parametrize("value", [None, b"data: {}", 1])
def test_only_strings_are_accepted(value: object) -> None:
    with pytest.raises(TypeError, match="text must be a string, not"):
        lint(cast("Any", value))


@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"%#@`,? \t\n\r\\"))
def test_any_text(text: str) -> None:
    """Any text produces findings, sorted by line, and no error."""
    block = "".join(f"  {line}\n" for line in text.split("\n"))
    for candidate in (text, f"mapRoles: |\n{block}", json.dumps({"mapUsers": text}), _role(json.dumps(text))):
        found = lint(candidate)
        assert [f.line for f in found] == sorted(f.line for f in found)
        assert all(f.code in CODES and f.message.isprintable() for f in found)
