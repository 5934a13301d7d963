"""The qualifier of a CDK app that differs from that of the environment."""

from __future__ import annotations

import pytest

from iamtriage import explain

_ROLE = "arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1"
_WARNING = f"current credentials could not be used to assume '{_ROLE}', but are for the right account. Proceeding anyway.\n"
_MISSING = "Error: Orders: SSM parameter /cdk-bootstrap/hnb659fds/version not found. Has the environment been bootstrapped?\n"
_DENIED = f"User: arn:aws:sts::111122223333:assumed-role/ci/1 is not authorized to perform: sts:AssumeRole on resource: {_ROLE}\n"
_POLICY = '{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::111122223333:role/cdk-orders1-*"}\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{_WARNING}{_MISSING}/cdk-bootstrap/orders1/version\t25", "cdk-other-qualifier"),
        (f"{_MISSING}npx cdk bootstrap --qualifier orders1", "cdk-other-qualifier"),
        (f"{_DENIED}{_POLICY}", "cdk-other-qualifier"),
        (f"{_WARNING}{_POLICY}", "cdk-other-qualifier"),
        (f"{_DENIED}The other account has arn:aws:iam::444455556666:role/cdk-orders1-deploy-role-444455556666-eu-west-1", "assume-role"),
        (_MISSING, "cdk-not-bootstrapped"),
        # Both are there, the app has the qualifier, or several are there.
        (f"{_WARNING}{_MISSING}/cdk-bootstrap/orders1/version\t25\n/cdk-bootstrap/hnb659fds/version\t21", "cdk-roles-not-assumed"),
        (f'{_MISSING}"@aws-cdk/core:bootstrapQualifier": "orders1"\nnpx cdk bootstrap --qualifier orders1', "cdk-not-bootstrapped"),
        (f"{_MISSING}/cdk-bootstrap/orders1/version\t25\n/cdk-bootstrap/orders2/version\t21", "cdk-not-bootstrapped"),
    ],
)  # fmt: skip
def test_qualifiers(text: str, code: str) -> None:
    explanation = explain(text)
    assert explanation.topic == code
    is_other = code == "cdk-other-qualifier"
    assert (
        '"@aws-cdk/core:bootstrapQualifier": "orders1"' in str(explanation.remedies[0].manifest)
    ) is is_other
    assert not (is_other and any("cdk bootstrap" in each for each in explanation.remedies[0].commands))


def test_another_region() -> None:
    text = f"{_MISSING}$ aws ssm get-parameter --name /cdk-bootstrap/hnb659fds/version --region eu-west-1 --query Parameter.Value\n\"21\"\nenv: {{ account: '111122223333', region: 'eu-central-1' }}"
    explanation = explain(text)
    assert explanation.summary.startswith("eu-central-1 has no parameter /cdk-bootstrap/hnb659fds/version")
    assert "is in eu-west-1: each Region is bootstrapped separately" in explanation.causes[0].because[0]
    assert explanation.remedies[0].commands[-1] == "npx cdk bootstrap aws://111122223333/eu-central-1"


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ("$ npx cdk deploy Orders --require-approval never\n", "npx cdk deploy Orders --require-approval never"),
        ("**cdk deploy: fails**\n$ cdk deploy --app cdk.out 'Orders*'\n", "npx cdk deploy --all"),
        ("", "npx cdk deploy --all"),
    ],
    ids=["command", "words", "none"],
)  # fmt: skip
def test_the_command_is_repeated_with_the_qualifier(before: str, command: str) -> None:
    [line] = explain(f"{before}{_MISSING}/cdk-bootstrap/orders1/version\t25").remedies[0].commands
    assert line == f"{command} --context @aws-cdk/core:bootstrapQualifier=orders1"
