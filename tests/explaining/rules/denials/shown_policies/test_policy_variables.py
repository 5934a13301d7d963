"""Check statements whose variables or tags have no value for the caller."""

from __future__ import annotations

import json

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:{} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::{} because no identity-based policy allows the s3:GetObject action\n"
_POD = _DENIED.format("sts::111122223333:assumed-role/films/eks-prod-films-0a1b2c3d", "films/blue/a.csv")
_IRSA = _DENIED.format("sts::111122223333:assumed-role/films/botocore-session-1714000000", "films/blue/a.csv")
_ROLE = _DENIED.format("sts::111122223333:assumed-role/desk/ana", "films/ana/a.csv")
_USER = _DENIED.format("iam::111122223333:user/ana", "films/{}/a.csv")
_OFF = '{"serviceAccount": "app", "associationId": "a-0abcdef1234567890", "disableSessionTags": true}\n'
_NAMESPACE = "films/${aws:PrincipalTag/kubernetes-namespace}/*"


def _policy(
    resource: str, version: str = "2012-10-17", *, effect: str = "Allow", other: str = "", **condition: str
) -> str:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{resource}",
    }
    others = [{**statement, "Effect": effect, "Resource": f"arn:aws:s3:::{other}"}] if other else []
    if condition:
        statement["Condition"] = {
            "StringEquals": {f"aws:PrincipalTag/{key}": value for key, value in condition.items()}
        }
    return json.dumps({"Version": version, "Statement": [statement, *others]})


@check_rows(
    ("text", "verdict", "remedy"),
    [
        (f"{_POD}{_OFF}{_policy(_NAMESPACE)}", "which the association turns off", "--association-id a-0abcdef1234567890 --no-disable-session-tags"),
        (f"{_POD}{_OFF}{_policy('films/*', **{'eks-cluster-name': 'prod'})}", "so its condition is not met", "--no-disable-session-tags"),
        (f"{_POD}{_OFF.replace('true', 'false')}{_policy(_NAMESPACE)}", "no such tag, or another value", "EKS Pod Identity sets it"),
        (f"{_POD}{_policy(_NAMESPACE)}\nThe pod runs in the namespace green-1.", "because its namespace is green-1, and the call is for blue", "films/green-1/*"),
        (f"{_IRSA}{_policy(_NAMESPACE)}", "the pod gets its role with IRSA", "create-pod-identity-association"),
        (f"{_ROLE}{_policy('films/${aws:username}/*')}", "which only IAM users have", '"Resource": "arn:aws:s3:::films/ana/*"'),
        (f"{_ROLE.replace('/desk/', '/AWSReservedSSO_Desk_0123456789abcdef/')}{_policy('films/${aws:username}/*')}", "which only IAM users have", "films/${aws:PrincipalTag/UserName}/*"),
        (f"{_USER.format('bob')}{_policy('films/${aws:username}/*')}", "only on the user's own arn:aws:s3:::films/ana/*", "films/ana/*"),
        (f"{_USER.format('ana')}{_policy('films/${aws:username}/*', '2008-10-17')}", "the Version 2008-10-17", '"Version": "2012-10-17"'),
        (f"{_ROLE}{_policy('films/${aws:PrincipalTag/team}/*')}", "no such tag, or another value", "aws iam tag-role --role-name desk --tags Key=team,Value=ana"),
    ],
)  # fmt: skip
def test_variable_without_a_value(text: str, verdict: str, remedy: str) -> None:
    explanation = explain(text, facts={"cluster": "prod", "region": "eu-west-1"})
    assert verdict in explanation.summary
    assert remedy in " ".join(explanation.to_text(detail="full").replace("\\\n", " ").split())
    assert all(each.policy is None for each in explanation.remedies)


_SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:films/db-Xy12Zw"
_READ = "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User: arn:aws:sts::111122223333:assumed-role/films/{} is not authorized to perform: secretsmanager:GetSecretValue on resource: {} because no identity-based policy allows the secretsmanager:GetSecretValue action\n"
_TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/reels"
_SCAN = "An error occurred (AccessDeniedException) when calling the Scan operation: User: arn:aws:sts::111122223333:assumed-role/films/eks-prod-films-0a1b2c3d is not authorized to perform: dynamodb:Scan on resource: {} because no identity-based policy allows the dynamodb:Scan action\n"


def _tagged(action: str, tag: str, variable: str) -> str:
    condition = {"StringEquals": {f"aws:ResourceTag/{tag}": f"${{aws:PrincipalTag/{variable}}}"}}
    return f"{json.dumps({'Effect': 'Allow', 'Action': action, 'Resource': '*', 'Condition': condition})}\n"


_SHOWN = '$ aws secretsmanager describe-secret --secret-id films/db --query Tags\n[{{"Key": "{}", "Value": "{}"}}]\n'
_OF_TABLE = (
    '$ aws dynamodb list-tags-of-resource --resource-arn {}\n{{"Tags": [{{"Key": "app", "Value": "web"}}]}}\n'
)
_SPACE, _ACCOUNT = "kubernetes-namespace", "kubernetes-service-account"
_GET = "secretsmanager:GetSecretValue"


@check_rows(
    ("text", "says", "omits"),
    [
        (
            _READ.format("eks-prod-films-0a1b2c3d", _SECRET) + _tagged(_GET, _SPACE, _SPACE) + _SHOWN.format(_SPACE, "green"),
            ("the tag kubernetes-namespace = green-1, and films/db-Xy12Zw has kubernetes-namespace = green", f"tag-resource --region eu-west-1 --secret-id {_SECRET} --tags Key=kubernetes-namespace,Value=green-1", "to the namespace of the pod, green-1", "Or run the pod in the namespace green."),
            ("${",),
        ),
        (
            _SCAN.format(_TABLE) + _tagged("dynamodb:Scan", "app", _ACCOUNT) + _OF_TABLE.format(_TABLE),
            ("the tag app = cutter, and reels has app = web", "Or run the pod with the service account web.", "app=cutter"),
            ("${",),
        ),
        # The session is not one of EKS Pod Identity.
        (
            _READ.format("botocore-session-1714000000", _SECRET) + _tagged(_GET, _SPACE, _SPACE) + _SHOWN.format(_SPACE, "green"),
            ("EKS Pod Identity",),
            ("= green-1", "tag-resource "),
        ),
        # The tags are the same, so that another statement or layer decides.
        (
            _READ.format("eks-prod-films-0a1b2c3d", _SECRET) + _tagged(_GET, _SPACE, _SPACE) + _SHOWN.format(_SPACE, "green-1"),
            (),
            ("tag-resource ", "has kubernetes-namespace"),
        ),
    ],
    ids=["namespace", "service account", "IRSA", "same"],
)  # fmt: skip
def test_tag_of_a_pod_and_tag_of_the_resource(text: str, says: tuple[str, ...], omits: tuple[str, ...]) -> None:  # fmt: skip
    facts = {"namespace": "green-1", "service_account": "cutter"}
    shown = " ".join(explain(text, facts=facts).to_text(detail="full").replace("\\\n", " ").split())
    assert [words for words in says if words not in shown] == []
    assert [words for words in omits if words in shown] == []


@check_rows(
    "text",
    [
        # The statement is not about the resource, or the policy is another role's.
        f"{_POD}{_OFF}{_policy(_NAMESPACE.replace('films', 'books'))}",
        f"{_POD}{_OFF}{_policy('films/green/*')}",
        f"{_USER.format('ana')}{_policy('films/${aws:username}/*')}",
        f'{_ROLE}{_policy("films/${aws:PrincipalTag/team}/*")}\n$ aws iam list-role-tags --role-name desk\n{{"Tags": [{{"Key": "team", "Value": "ana"}}]}}',
        # Another statement allows or denies the call.
        f"{_ROLE}{_policy('films/${aws:username}/*', other='films/*')}",
        f"{_ROLE.partition(' because')[0]} {_policy('films/${aws:username}/*', effect='Deny', other='films/*')}",
    ],
)
def test_variable_with_a_value(text: str) -> None:
    summary = explain(text).summary
    assert not any(each in summary for each in ("turns off", "no such tag", "variable", "own arn:"))
