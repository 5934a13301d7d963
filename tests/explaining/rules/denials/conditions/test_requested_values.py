"""What the text shows of a request is compared with the conditions of the policy in it."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

ZONE = "arn:aws:route53:::hostedzone/Z0987654321JIHGFEDCBA"
INSTANCE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a9b8c7d6e5f41230"
CHANGE, SEND = "route53:ChangeResourceRecordSets", "ec2-instance-connect:SendSSHPublicKey"
SESSION = "arn:aws:sts::111122223333:assumed-role/{}/s1"
BATCH = '{"Changes": [{"Action": "%s", "ResourceRecordSet": {"Name": "mail.example.org.", "Type": "%s", "TTL": 60}}]}'
RECORDS = 'resource "aws_route53_record" "www" {\n  type = "A"\n}\nresource "aws_route53_record" "mx" {\n  type = "MX"\n}\n'


def _denied(action: str, resource: str, role: str) -> str:
    return f"AccessDenied: User: {SESSION.format(role)} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"


def _policy(action: str, resource: str, operator: str, key: str, *values: str) -> str:
    condition = {operator: {key: values[0] if len(values) == 1 else values}}
    return json.dumps(
        {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}]}
    )


@check_rows(
    ("shown", "key", "values", "added"),
    [
        ('msg="Desired change: CREATE a-web.example.org TXT"', "RecordTypes", ["A", "CNAME"], "TXT"),
        (f"--change-batch '{BATCH % ('DELETE', 'A')}'", "Actions", ["CREATE", "UPSERT"], "DELETE"),
        (BATCH % ("UPSERT", "MX"), "RecordTypes", ["A"], "MX"),
        (
            "presenting _acme-challenge.example.org",
            "NormalizedRecordNames",
            ["*.dev.example.org"],
            "_acme-challenge.example.org",
        ),
        (f"with aws_route53_record.mx,\n{RECORDS}", "RecordTypes", ["A"], "MX"),
        # Each record of Terraform is a call of its own.
        (RECORDS, "RecordTypes", ["A"], None),
        (BATCH % ("UPSERT", "A"), "RecordTypes", ["A"], None),
    ],
    ids=["log", "command", "code", "challenge", "failed resource", "several resources", "accepted"],
)
def test_records_of_a_batch(shown: str, key: str, values: list[str], added: str | None) -> None:
    name = f"route53:ChangeResourceRecordSets{key}"
    operator = "ForAllValues:StringLike" if "*" in values[0] else "ForAllValues:StringEquals"
    policy = _policy(CHANGE, ZONE, operator, name, *values)
    explanation = explain(f"{_denied(CHANGE, ZONE, 'dns-writer')}\n{shown}\n{policy}")
    statement = ((explanation.remedies[0].policy or {}).get("Statement") or [{}])[0]
    expected = None if added is None else {operator: {name: [*values, added]}}
    assert statement.get("Condition") == expected
    assert (f"has {added}" in explanation.summary) == (added is not None)


def test_ownership_records_of_external_dns() -> None:
    policy = _policy(
        CHANGE, ZONE, "ForAllValues:StringEquals", "route53:ChangeResourceRecordSetsRecordTypes", "A"
    )
    log = 'external-dns: msg="Desired change: CREATE a-web.example.org TXT"\nmsg="Desired change: CREATE web.example.org A"'
    shown = " ".join(str(explain(f"{log}\n{_denied(CHANGE, ZONE, 'external-dns')}\n{policy}")).split())
    assert "but the request also has TXT" in shown
    assert "writes a TXT record with each record" in shown


@check_rows(
    ("command", "allowed", "found", "title"),
    [
        ("aws ec2-instance-connect ssh --os-user ubuntu", "ec2-user", "ubuntu", "Let the condition"),
        (
            "aws ec2-instance-connect send-ssh-public-key --instance-os-user admin",
            "ec2-user",
            "admin",
            "Let the",
        ),
        ("mssh ubuntu@i-0a9b8c7d6e5f41230", "ec2-user", "ubuntu", "Let the condition"),
        # The default of the command.
        ("aws ec2-instance-connect ssh", "ubuntu", "ec2-user", "Pass a value"),
        ("ssh ubuntu@198.51.100.7", "ec2-user", None, "Meet the condition"),
    ],
)
def test_user_of_instance_connect(command: str, allowed: str, found: str | None, title: str) -> None:
    text = f"$ {command} --instance-id i-0a9b8c7d6e5f41230\n{_denied(SEND, INSTANCE, 'ops')}"
    explanation = explain(f"{text}\n{_policy(SEND, '*', 'StringEquals', 'ec2:osuser', allowed)}")
    assert (f"but the request has {found}" in explanation.summary) == (found is not None)
    assert explanation.remedies[0].title.startswith(title)


def test_condition_of_a_permission_set() -> None:
    role = "AWSReservedSSO_Support_abcdef0123456789"
    policy = _policy(SEND, f"{INSTANCE.partition('/')[0]}/*", "StringEquals", "ec2:osuser", "ec2-user")
    explanation = explain(
        f"$ aws ec2-instance-connect ssh --os-user ubuntu\n{_denied(SEND, INSTANCE, role)}\n{policy}"
    )
    first = explanation.remedies[0]
    [statement] = (first.policy or {})["Statement"]
    assert statement["Condition"] == {"StringEquals": {"ec2:osuser": ["ec2-user", "ubuntu"]}}
    assert first.who == "organization administrator"
    assert any("put-inline-policy-to-permission-set" in each for each in first.commands)
    assert not any("put-role-policy" in each for each in first.commands)


@pytest.mark.parametrize(
    ("resource", "verdict"),
    [
        ("arn:aws:sqs:eu-west-1:444455556666:carts", "but the request has 444455556666"),
        # The ARN of an object has no account.
        ("arn:aws:s3:::carts/a.csv", "only if aws:ResourceAccount is 111122223333."),
    ],
)
def test_account_of_the_resource(resource: str, verdict: str) -> None:
    action = "sqs:SendMessage" if ":sqs:" in resource else "s3:PutObject"
    policy = _policy(action, "*", "StringEquals", "aws:ResourceAccount", "111122223333")
    assert verdict in explain(f"{_denied(action, resource, 'worker')}\n{policy}").summary


@pytest.mark.parametrize(
    ("caller", "place"),
    [
        ("sts::111122223333:assumed-role/releases/job-3", "in the policy of the role releases, as below"),
        ("iam::111122223333:user/pat", "in the policy of the user pat, as below"),
    ],
)
def test_whose_statement_changes(caller: str, place: str) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/till", "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}]}'
    denied = f"An error occurred (AccessDeniedException) when calling the CreateStateMachine operation: User: arn:aws:{caller} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/till because no identity-based policy allows the iam:PassRole action"
    first = explain(f"{denied}\n\n{policy}").remedies[0]
    assert first.title == "Let the condition on iam:PassedToService accept states.amazonaws.com"
    assert f"the statement Pass {place}" in first.steps[0]


@check_rows(
    ("resource", "definition", "says"),
    [
        ("role/ecs/*", '"executionRoleArn": "arn:aws:iam::111122223333:role/ecs/web-exec"', "web-exec, which the Resource covers."),
        ("role/ecs/*", 'execution_role_arn = "arn:aws:iam::111122223333:role/ecs/web-exec"', "web-exec, which the Resource covers."),
        ("role/ecs/web-task", '"executionRoleArn": "arn:aws:iam::111122223333:role/ecs/web-exec"', "web-exec, which the Resource must cover, too."),
        ("role/ecs/*", "", "the Resource must match both, executionRoleArn and taskRoleArn."),
        ("role/ecs/*", '"taskRoleArn": "arn:aws:iam::111122223333:role/ecs/web-task"', "the Resource must match both"),
    ],
)  # fmt: skip
def test_other_role_of_a_task_definition(resource: str, definition: str, says: str) -> None:
    role = "arn:aws:iam::111122223333:role/ecs/web-task"
    denied = f"An error occurred (AccessDeniedException) when calling the RegisterTaskDefinition operation: User: arn:aws:sts::111122223333:assumed-role/release/1 is not authorized to perform: iam:PassRole on resource: {role} because no identity-based policy allows the iam:PassRole action\n"
    condition = {"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}}
    statement = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": f"arn:aws:iam::111122223333:{resource}",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]})
    first = explain(f"{denied}{definition}\n{policy}").remedies[0]
    assert first.title == "Let the condition on iam:PassedToService accept ecs-tasks.amazonaws.com"
    assert says in " ".join(first.steps)
