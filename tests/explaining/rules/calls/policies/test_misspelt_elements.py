"""The misspelled elements of a rejected policy are named, and the policy is corrected."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

SYNTAX = "An error occurred (MalformedPolicyDocument) when calling the CreatePolicy operation: Syntax errors in policy."
ALLOW = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("action", "Action"),
        ("Actions", "Action"),
        ("Ressource", "Resource"),
        ("Statment", "Statement"),
        ("version", "Version"),
        ("allow", "Allow"),
        ("ALLOW", "Allow"),
    ],
)
def test_document_is_corrected(wrong: str, right: str) -> None:
    explanation = explain(f"{SYNTAX}\n{ALLOW.replace(right, wrong)}\n")
    assert (
        explanation.summary
        == f'AWS rejects the policy document: the document has "{wrong}" instead of {right}.'
    )
    assert explanation.remedies[0].policy == json.loads(ALLOW)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"{SYNTAX}\nStatement:\n  - Sid: Read\n    Effect: Allow\n    Action:\n      - s3:GetObject\n    Ressource: '*'\n", '"Ressource" instead of Resource'),
        (f'{SYNTAX}\n  Statement = [{{\n    Effect = "Allow"\n    Actions = ["s3:GetObject",\n    ]\n    Resource = "*"\n  }}]\n', '"Actions" instead of Action'),
        (f"{SYNTAX.replace('Syntax errors in policy.', 'Unknown field Principle')}\n", '"Principle" instead of Principal'),
    ],
    ids=["YAML", "HCL", "only the message"],
)  # fmt: skip
def test_element_is_named(text: str, problem: str) -> None:
    explanation = explain(text)
    assert explanation.summary == f"AWS rejects the policy document: the document has {problem}."
    assert explanation.remedies[0].policy is None


@pytest.mark.parametrize(
    "beside",
    [
        ALLOW,
        ALLOW.replace("]}", "],}"),
        # Terraform's own names, the resources of a template, and a document that is no policy.
        'statement {\n  effect = "Allow"\n  actions = ["s3:GetObject"]\n  resources = ["*"]\n}\n',
        "Resources:\n  Policy:\n    Type: AWS::IAM::Policy\n",
        '{"action": "opened", "effects": ["none"], "resources": []}',
        '{"Statement": [{"Effect": "Allow", "Comment": "reads", "Action": "s3:GetObject", "Resource": "*"}]}',
        f"{ALLOW}\nThe old one was {ALLOW.replace('Action', 'action')}",
    ],
    ids=["right", "not JSON", "HCL", "template", "event", "another name", "an old policy"],
)
def test_other_syntax_errors(beside: str) -> None:
    assert explain(f"{SYNTAX}\n{beside}\n").causes[0].code == "invalid-json"


def test_policy_that_cannot_have_been_saved() -> None:
    denied = 'User: arn:aws:sts::111122223333:assumed-role/films/job is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::films/a" because no identity-based policy allows the s3:GetObject action\n'
    wrong = explain(f"{ALLOW.replace('Action', 'action')}\n{denied}").summary
    assert wrong.endswith(
        'the policy in the text has "action" instead of Action, and IAM saves no such policy.'
    )
    other = explain(f"{ALLOW.replace('Get', 'Put')}\n{denied}").summary
    assert "IAM saves" not in other
