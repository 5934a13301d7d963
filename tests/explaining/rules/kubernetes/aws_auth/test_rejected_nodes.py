"""A node that cannot register, and the role that the authenticator's log says that it rejected."""

from __future__ import annotations

import pytest

from iamtriage import Facts, explain

_KUBELET = 'E0402 08:09:10.123456    1999 kubelet_node_status.go:96] "Unable to register node with API server" err="Unauthorized" node="ip-10-3-3-3.ec2.internal"\n'
_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: aws-auth\n  namespace: kube-system\ndata:\n  mapRoles: |\n    - rolearn: arn:aws:iam::111122223333:instance-profile/gpu-profile\n      username: system:node:{{EC2PrivateDNSName}}\n      groups:\n        - system:bootstrappers\n        - system:nodes\n"
_ROLE = "arn:aws:iam::111122223333:role/gpu-role"


@pytest.mark.parametrize(
    "logged",
    [
        f'level=warning msg="access denied" arn="{_ROLE}" client="127.0.0.1:4" error="ARN is not mapped: {_ROLE}" method=POST path=/authenticate\n',
        f'level=warning msg="access denied" arn="{_ROLE}" client="127.0.0.1:4" method=POST path=/authenticate\n',
        f"error: ARN is not mapped: {_ROLE}\n",
    ],
    ids=["both", "ARN", "error"],
)
def test_role_that_the_authenticator_rejected(logged: str) -> None:
    explanation = explain(f"{_KUBELET}\n{logged}\n{_MAP}", facts=Facts(authentication_mode="CONFIG_MAP"))
    first = explanation.remedies[0]
    assert first.title == "Correct the rolearn in aws-auth"
    assert f"rolearn: {_ROLE}" in (first.manifest or "")
    assert "NODE_ROLE_NAME" not in str(explanation)


@pytest.mark.parametrize(
    "logged",
    [
        "",
        # What the reader's own command prints.
        '$ aws sts get-caller-identity\n{"Arn": "arn:aws:sts::111122223333:assumed-role/admin/ana"}\n',
    ],
    ids=["no log", "reader"],
)
def test_role_that_the_text_does_not_name(logged: str) -> None:
    explanation = explain(f"{_KUBELET}\n{logged}\n{_MAP}", facts=Facts(authentication_mode="CONFIG_MAP"))
    assert "role/NODE_ROLE_NAME" in (explanation.remedies[0].manifest or "")
