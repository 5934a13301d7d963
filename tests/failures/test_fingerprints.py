"""Test that fingerprints are equal for the same problem, and different for others."""

from __future__ import annotations

import re

import pytest

from iamtriage import fingerprint, from_record, parse
from tests.tables import CLUSTER, DENIAL, REQUEST, check_rows

_SCP = "with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-example123/service_control_policy/p-example1"
_RBAC = 'pods is forbidden: User "arn:aws:sts::111122223333:assumed-role/dev/{}" cannot {} resource "{}" in API group "" in the namespace "{}"'


def _of(text: str) -> str:
    failure = parse(text)
    assert failure is not None, text
    return fingerprint(failure)


@check_rows(
    ("first", "second"),
    [
        pytest.param(DENIAL, DENIAL.replace("i-0a1b2c3d4e5f60718", "i-0ffffffffffffffff"), id="session"),
        pytest.param(
            f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}",
            f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: 11111111-2222-3333-4444-555555555555",
            id="request",
        ),
        pytest.param(
            f"{DENIAL}. Encoded authorization failure message: Qx7_aB3dEfGh1jKlMnOp",
            f"{DENIAL}. Encoded authorization failure message: Zz9_aB3dEfGh1jKlMnOp",
            id="blob",
        ),
        pytest.param(
            f"{DENIAL} ... with the following authorization id: 0abc1def2ghi3jkl4mno5pqr6s",
            f"{DENIAL} ... with the following authorization id: 1abc1def2ghi3jkl4mno5pqr6s",
            id="authorization-id",
        ),
        pytest.param(
            f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}",
            f"api error AccessDenied: {DENIAL}",
            id="sdk",
        ),
        pytest.param(
            DENIAL.replace("eks:DescribeCluster", "SNS:Publish"),
            DENIAL.replace("eks:DescribeCluster", "sns:Publish"),
            id="case-of-action",
        ),
        pytest.param(f"{DENIAL} {_SCP}", f"Error: {DENIAL} {_SCP}.", id="ornaments"),
        pytest.param(
            _RBAC.format("ana", "list", "pods", "web"),
            _RBAC.format("bob", "list", "pods", "web"),
            id="kubernetes-session",
        ),
        pytest.param(
            "An error occurred (Throttling) when calling the ListClusters operation: Rate exceeded",
            "An error occurred (ThrottlingException) when calling the ListClusters operation (reached max retries: 4): Rate exceeded",
            id="spelling-of-code",
        ),
    ],
)
def test_same_problem(first: str, second: str) -> None:
    """Values that differ between occurrences are left out."""
    assert _of(first) == _of(second)


@check_rows(
    ("first", "second"),
    [
        pytest.param(DENIAL, DENIAL.replace("eks:DescribeCluster", "eks:ListUpdates"), id="action"),
        pytest.param(DENIAL, DENIAL.replace("cluster/demo", "cluster/other"), id="resource"),
        pytest.param(DENIAL, DENIAL.replace("assumed-role/app", "assumed-role/web"), id="role"),
        pytest.param(DENIAL, DENIAL.replace("sts::111122223333", "sts::444455556666"), id="account"),
        pytest.param(DENIAL, f"{DENIAL} with an explicit deny", id="deny"),
        pytest.param(
            f"{DENIAL} with an explicit deny in a session policy",
            f"{DENIAL} with an explicit deny in a permissions boundary",
            id="policy-type",
        ),
        pytest.param(f"{DENIAL} {_SCP}", f"{DENIAL} {_SCP}2", id="policy"),
        pytest.param(
            f"{DENIAL} because no identity-based policy allows the eks:DescribeCluster action",
            f"{DENIAL} because no session policy allows the eks:DescribeCluster action",
            id="implicit-type",
        ),
        pytest.param(
            _RBAC.format("ana", "list", "pods", "web"), _RBAC.format("ana", "watch", "pods", "web"), id="verb"
        ),
        pytest.param(
            _RBAC.format("ana", "list", "pods", "web"),
            _RBAC.format("ana", "list", "nodes", "web"),
            id="kubernetes-resource",
        ),
        pytest.param(
            _RBAC.format("ana", "list", "pods", "web"),
            _RBAC.format("ana", "list", "pods", "shop"),
            id="namespace",
        ),
        pytest.param(
            "The security token included in the request is expired",
            "The security token included in the request is invalid",
            id="kind",
        ),
        pytest.param(
            "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
            "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
            id="operation",
        ),
        pytest.param(
            "An error occurred (Throttling) when calling the ListRoles operation: x",
            "An error occurred (NoSuchEntity) when calling the ListRoles operation: x",
            id="code",
        ),
    ],
)
def test_different_problem(first: str, second: str) -> None:
    """Another action, resource, role or cause is another problem."""
    assert _of(first) != _of(second)


def test_form() -> None:
    """It has the version of the rule and 32 hexadecimal digits."""
    assert re.fullmatch(r"1:[0-9a-f]{32}", _of(DENIAL))


def test_known_value() -> None:
    """Stored fingerprints stay valid. Changing the rule requires another version."""
    assert fingerprint(
        from_record({"kind": "access_denied", "action": "eks:DescribeCluster", "resource": CLUSTER})
    ) == fingerprint(
        from_record(
            {
                "kind": "access_denied",
                "action": "EKS:describecluster",
                "resource": CLUSTER,
                "request_id": REQUEST,
            }
        )
    )


def test_parts_do_not_run_together() -> None:
    """Values that join to the same string are different, and so are a missing and an empty one."""
    first = from_record({"kind": "access_denied", "action": "a:bc", "resource": "d"})
    second = from_record({"kind": "access_denied", "action": "a:b", "resource": "cd"})
    assert fingerprint(first) != fingerprint(second)
    core = from_record({"kind": "kubernetes_forbidden", "k8s_api_group": ""})
    assert fingerprint(core) != fingerprint(from_record({"kind": "kubernetes_forbidden"}))


def test_any_characters() -> None:
    """Lone surrogates, which a text can contain, do not raise."""
    assert fingerprint(from_record({"kind": "access_denied", "principal": "\udcff"})).startswith("1:")
