"""A sentence names the role that a service account without the annotation was meant to have."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:assumed-role/eks-node-role/i-0a1b2c3d4e5f60718 is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::quay/a because no identity-based policy allows the s3:PutObject action\n"
_ACCOUNT = "$ kubectl get sa crane -n dock -o yaml\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: crane\n  namespace: dock\n"
_ANNOTATION = "  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/dock-crane\n"


@check_rows(
    ("account", "said", "role"),
    [
        (_ACCOUNT, "I created the role dock-crane with IRSA trust for the account.", "dock-crane"),
        (_ACCOUNT, "The IRSA role dock-crane is ready.", "dock-crane"),
        (_ACCOUNT, "The role dock-crane trusts system:serviceaccount:dock:crane.", "dock-crane"),
        # No role is for it, or it has the annotation.
        (_ACCOUNT, "The role dock-crane is for Lambda.", None),
        (_ACCOUNT, "Do I need a role dock-crane with IRSA?", None),
        (_ACCOUNT + _ANNOTATION, "The IRSA role dock-crane is ready.", None),
        ("", "The IRSA role dock-crane is ready.", None),
    ],
)
def test_role_that_is_not_annotated(account: str, said: str, role: str | None) -> None:
    remedy = explain(f"{_DENIED}{account}{said}\n").remedies[0]
    assert (remedy.title == f"Annotate the service account with the role {role}") is (role is not None)
    if role is not None:
        assert f"role-arn=arn:aws:iam::111122223333:role/{role}" in remedy.commands[0]
