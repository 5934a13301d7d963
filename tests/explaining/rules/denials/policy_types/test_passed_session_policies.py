"""Check how a denial by a session policy that is a managed policy in the text is explained."""

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

DENIED = "User: arn:aws:sts::111122223333:assumed-role/site/ci is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::acme-site/a because no session policy allows the s3:PutObject action"


@pytest.mark.parametrize(
    ("text", "passed", "inline"),
    [
        ("managed-session-policies: |\n    arn:aws:iam::aws:policy/ReadOnlyAccess\n", "ReadOnlyAccess", "inline-session-policy"),
        ("$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/site --role-session-name ci --policy-arns arn=arn:aws:iam::aws:policy/ReadOnlyAccess\n", "ReadOnlyAccess", "--policy file://policy.json"),
        ("$ aws sts assume-role-with-web-identity \\\n  --role-arn arn:aws:iam::111122223333:role/site --role-session-name ci \\\n  --policy-arns arn=arn:aws:iam::aws:policy/ReadOnlyAccess --web-identity-token file://t\n", "ReadOnlyAccess", "--policy file://policy.json"),
        ("sts.assume_role(RoleArn=arn, RoleSessionName='ci', PolicyArns=[{'arn': 'arn:aws:iam::aws:policy/job-function/Billing'}])\n", "Billing", "Policy of the same call"),
    ],
)  # fmt: skip
def test_aws_managed_policy_cannot_be_changed(text: str, passed: str, inline: str) -> None:
    explanation = explain(text + DENIED)
    remedy = explanation.remedies[0]
    assert f"the session policy {passed} (" in explanation.summary
    assert f"{passed} (" in remedy.steps[0]
    assert inline in remedy.steps[0]
    assert remedy.statement is None
    assert remedy.policy is not None


def test_several_managed_policies_are_not_one() -> None:
    text = "$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/site --role-session-name ci --policy-arns arn=arn:aws:iam::aws:policy/ReadOnlyAccess arn=arn:aws:iam::111122223333:policy/cap\n"
    explanation = explain(text + DENIED)
    assert "ReadOnlyAccess" not in str(explanation)


def test_customer_managed_policy_gets_the_statement() -> None:
    text = "managed-session-policies: arn:aws:iam::111122223333:policy/ci/cap\n"
    remedy = explain(text + DENIED).remedies[0]
    assert "the policy cap" in remedy.steps[0]
    assert remedy.statement is not None


_SHOWN = '{"Version":"2012-10-17","Statement":[{"Effect":"%s","Action":["s3:GetObject"],"Resource":"%s"}]}'
_SITE, _OTHER = "arn:aws:s3:::acme-site/*", "arn:aws:s3:::acme-logs/*"
_STEP = "inline-session-policy: >-\n  {}\n"
_COMMAND = "$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/site --role-session-name ci --policy '{}'\n"
# Calls in Go, Rust and Python, the last with a variable.
_GO = """out, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{{
	RoleArn: aws.String("arn:aws:iam::111122223333:role/site"),
	Policy:  aws.String(`{}`),
}})
"""
_RUST = (
    'let out = sts.assume_role()\n    .role_session_name("ci")\n    .policy(r#"{}"#)\n    .send().await?;\n'
)
_VARIABLE = 'policy = {}\nsts.assume_role(RoleArn=ARN, RoleSessionName=f"ci", Policy=json.dumps(policy))\n'


@pytest.mark.parametrize(
    ("passed", "resource", "statements"),
    [
        (_STEP, _SITE, [(["s3:GetObject", "s3:PutObject"], _SITE)]),
        (_COMMAND, _SITE, [(["s3:GetObject", "s3:PutObject"], _SITE)]),
        (_RUST, _SITE, [(["s3:GetObject", "s3:PutObject"], _SITE)]),
        (_VARIABLE, _SITE, [(["s3:GetObject", "s3:PutObject"], _SITE)]),
        (_GO, "*", [(["s3:GetObject"], "*"), ("s3:PutObject", "arn:aws:s3:::acme-site/a")]),
        (_STEP, _OTHER, [(["s3:GetObject"], _OTHER), ("s3:PutObject", "arn:aws:s3:::acme-site/a")]),
    ],
)
def test_shown_policy_gets_the_action(
    passed: str, resource: str, statements: list[tuple[object, str]]
) -> None:
    explanation = explain(passed.format(_SHOWN % ("Allow", resource)) + DENIED)
    assert "the session policy in the text does not allow this action" in explanation.summary
    remedy = explanation.remedies[0]
    document = remedy.policy or json.loads((remedy.manifest or "").partition("\n")[2])
    assert [(each["Action"], each["Resource"]) for each in document["Statement"]] == statements
    assert "The role site must allow s3:PutObject, too." in remedy.steps[0]
    assert "--delete" not in remedy.steps[0]


@pytest.mark.parametrize(
    ("call", "can_omit"), [("sync site/ s3://acme-site --delete", True), ("rm s3://acme-site/a", False)]
)
def test_sync_can_do_without_deleting(call: str, *, can_omit: bool) -> None:
    denied = DENIED.replace("PutObject", "DeleteObject")
    remedy = explain(f"{_STEP.format(_SHOWN % ('Allow', _SITE))}Run aws s3 {call}\n{denied}").remedies[0]
    assert "s3:DeleteObject" in (remedy.manifest or "")
    assert ("Or leave --delete out" in remedy.steps[0]) is can_omit


def test_deny_of_a_shown_policy_is_not_one_of_the_role() -> None:
    text = _STEP.format(_SHOWN % ("Deny", _SITE)).replace("GetObject", "Put*")
    denied = DENIED.replace(
        "because no session policy allows the s3:PutObject action",
        "with an explicit deny in a session policy",
    )
    remedy = explain(text + denied).remedies[0]
    assert remedy.title == "Change the session policy"
    assert "run the workflow again" in remedy.steps[0]


@check_rows("passed", [_STEP, _GO, _RUST, _VARIABLE])
def test_session_policy_is_not_that_of_the_role(passed: str) -> None:
    text = passed.format(_SHOWN % ("Allow", _SITE)) + DENIED.replace(
        "no session policy", "no identity-based policy"
    )
    assert "in the text" not in explain(text).summary


def test_permissions_of_the_role_beside_its_session_policy_are_known() -> None:
    text = _RUST.format(_SHOWN % ("Allow", _SITE))
    assert "must allow s3:PutObject, too." in " ".join(explain(text + DENIED).remedies[0].steps)
    described = explain(f"{text}{DENIED}\nThe role site has s3:* on *.")
    assert "allows the action already: it needs no change" in described.causes[-1].text
    assert "must allow" not in " ".join(described.remedies[0].steps)


def test_policy_before_a_call_is_not_passed_for_its_session() -> None:
    created = f"iam.put_role_policy(RoleName='site', PolicyName='site', PolicyDocument='{_SHOWN % ('Allow', _OTHER)}')\n"
    summary = explain(f"{created}sts.assume_role(RoleArn=ARN, RoleSessionName='ci')\n{DENIED}").summary
    assert "the session policy in the text" not in summary


@check_rows(
    ("introduction", "is_passed"),
    [
        ("The session policy:", True),
        ("This is not the session policy:", False),
        ("The session policy is not this:", False),
        ("Without a session policy:", False),
    ],
)
def test_policy_that_a_sentence_introduces(introduction: str, *, is_passed: bool) -> None:
    summary = explain(f"{DENIED}\n{introduction}\n{_SHOWN % ('Allow', _OTHER)}").summary
    assert ("the session policy in the text" in summary) is is_passed


_ANYWHERE = "credential_process = /opt/aws_signing_helper credential-process --profile-arn arn:aws:rolesanywhere:eu-west-1:111122223333:profile/0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9 --role-arn arn:aws:iam::111122223333:role/{}"


@check_rows(
    ("config", "profile"),
    [
        (_ANYWHERE.format("orders"), "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"),
        ("credential_process = aws_signing_helper credential-process", "PROFILE_ID"),
        (_ANYWHERE.format("billing"), None),
        ("", None),
    ],
    ids=["profile", "helper only", "another role", "nothing"],
)
def test_profile_of_roles_anywhere(config: str, profile: str | None) -> None:
    denial = "An error occurred (AccessDenied) when calling the DeleteObject operation: User: arn:aws:sts::111122223333:assumed-role/orders/4c1f0a9b77d2 is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::orders-backup/a because no session policy allows the s3:DeleteObject action"
    first = explain(f"{denial}\n{config}").remedies[0]
    assert ("Roles Anywhere" in first.title) == (profile is not None)
    if profile is not None:
        assert [f"--profile-id {profile}" in each for each in first.commands] == [True, True]
        assert first.who == "account administrator"


_FROM_FILE = "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/site --role-session-name ci --policy file://{}\n"


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        ("limits.json", "+ cat limits.json"),
        ("ci/limits.json", "$ cat limits.json"),
        ("./limits.json", "limits.json:"),
    ],
)
def test_policy_in_a_passed_file_is_the_session_policy(passed: str, shown: str) -> None:
    text = f"+ {_FROM_FILE.format(passed)}{shown}\n{_SHOWN % ('Allow', _SITE)}\n"
    explanation = explain(text + DENIED)
    assert "the session policy in limits.json does not allow this action" in explanation.summary
    assert "Replace the session policy in limits.json" in explanation.remedies[0].steps[0]
    assert "repeat the STS call" in explanation.remedies[0].steps[0]


def test_policy_in_another_file_is_not_the_session_policy() -> None:
    text = f"+ {_FROM_FILE.format('limits.json')}+ cat role.json\n{_SHOWN % ('Allow', _SITE)}\n"
    assert "session policy in" not in str(explain(text + DENIED))


@pytest.mark.parametrize("session", ["nightly", "i-0a1b2c3d4e5f60718", "report-7"])
def test_session_whose_call_cloudtrail_has(session: str) -> None:
    """A search by a name that many sessions share would find too much."""
    caller = f"arn:aws:sts::111122223333:assumed-role/exporter/{session}"
    text = f"User: {caller} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no session policy allows the sqs:SendMessage action"
    first = explain(text).remedies[0]
    assert ("Its roleSessionName is nightly." in first.steps[0]) is (session == "nightly")
    assert bool(first.commands) is (session != "nightly")


@pytest.mark.parametrize("option", ["--policy", "--policy-arns"])
def test_option_that_passes_the_session_policy_is_named(option: str) -> None:
    call = "$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/site --role-session-name ci"
    denied = "User: arn:aws:sts::111122223333:assumed-role/site/ci is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::site/a because no session policy allows the s3:PutObject action"
    steps = " ".join(explain(f"{call} {option} $POLICY\n\n{denied}").remedies[0].steps)
    assert f"({option} of the aws sts command)" in steps


_PROVIDER = 'provider.tf:\nprovider "aws" {{\n  assume_role {{\n    role_arn = "arn:aws:iam::111122223333:role/tf"\n    policy = jsonencode({{\n      Version = "2012-10-17"\n      Statement = [{{\n        Effect = "Allow"\n        Action = ["sqs:Get*", "sqs:List*"]\n        Resource = "*"\n      }}]\n    }})\n  }}\n}}\n{}'
_OTHER_CODE = 'resource "aws_iam_role_policy" "x" {\n  policy = jsonencode({\n    Statement = [{\n      Effect = "Allow"\n      Action = ["sqs:SendMessage"]\n      Resource = "*"\n    }]\n  })\n}\n'


@pytest.mark.parametrize("more", ["", _OTHER_CODE])
def test_only_policy_in_code_is_that_of_the_session(more: str) -> None:
    """The message says that it is a session policy, and code with one policy passes no other one."""
    denied = "User: arn:aws:sts::111122223333:assumed-role/tf/run is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no session policy allows the sqs:CreateQueue action\n"
    explanation = explain(f"{denied}{_PROVIDER.format(more)}")
    is_certain = "the session policy in provider.tf does not allow" in explanation.summary
    assert is_certain is (not more)


_REPOSITORY = "arn:aws:ecr:us-east-2:111122223333:repository/web"
_PULL = ["ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"]
_PUSH = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]


@check_rows(
    ("allowed", "also"),
    [
        (_PULL, "which also allows ecr:UploadLayerPart, ecr:CompleteLayerUpload and ecr:PutImage"),
        ([*_PULL, "ecr:PutImage"], "which also allows ecr:UploadLayerPart and ecr:CompleteLayerUpload"),
        ([*_PULL, *_PUSH[1:]], None),
    ],
)
def test_push_with_the_actions_that_a_shown_policy_lacks(allowed: list[str], also: str | None) -> None:
    statement = {"Effect": "Allow", "Action": allowed, "Resource": _REPOSITORY}
    shown = _STEP.format(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    denied = f"denied: User: arn:aws:sts::111122223333:assumed-role/site/ci is not authorized to perform: {_PUSH[0]} on resource: {_REPOSITORY} because no session policy allows the {_PUSH[0]} action"
    first = explain(f"{shown}The push refers to repository [web]\n{denied}").remedies[0]
    [changed] = json.loads((first.manifest or "").partition("\n")[2])["Statement"]
    assert sorted(changed["Action"]) == sorted({*allowed, *_PUSH})
    assert also is None or also in first.steps[0]
    assert ("which also allows" in first.steps[0]) is (also is not None)


_TENANT = "User: arn:aws:sts::111122223333:assumed-role/site/shop-{} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:{} because no session policy allows the sqs:SendMessage action"
_BUILT = 'policy = json.dumps({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": {}}}]}})\nsts.assume_role(RoleArn=ARN, RoleSessionName=NAME, Policy=policy)\n'
_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:"


@check_rows(
    ("resource", "session", "queue", "written"),
    [
        (f'f"{_QUEUE}shop-{{shop}}-in"', "7", "shop-7-out", "shop-{shop}-out"),
        (f'"{_QUEUE}shop-" + shop + "-in"', "7", "shop-7-out", "shop-${shop}-out"),
        (f'f"{_QUEUE}{{kind}}-{{shop}}"', "7", "in-7-out", "in-{shop}-out"),
        (f'f"{_QUEUE}{{shop}}"', "7", "7", "{shop}"),
        # Nothing in the code has a variable, or the denied queue has another form or another value.
        (f'"{_QUEUE}shop-7-in"', "7", "shop-7-out", "shop-7-out"),
        (f'f"{_QUEUE}shop-{{shop}}-in"', "7", "billing-out", "billing-out"),
        (f'f"{_QUEUE}{{kind}}"', "7", "billing", "billing"),
    ],
)
def test_resource_that_code_builds_for_each_session(
    resource: str, session: str, queue: str, written: str
) -> None:
    remedy = explain(_BUILT.format(resource) + _TENANT.format(session, queue)).remedies[0]
    statement = remedy.statement or (remedy.policy or {})["Statement"][-1]
    assert statement["Resource"] == _QUEUE + written
    is_built = "{" in written
    assert ("other sessions would get access to it" in " ".join(remedy.steps)) is is_built
    assert ("conditions that its other statements" in " ".join(remedy.steps)) is False


def test_conditions_of_the_built_policy_are_kept() -> None:
    text = _BUILT.format(
        f'f"{_QUEUE}shop-{{shop}}-in", "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}'
    )
    steps = " ".join(explain(text + _TENANT.format("7", "shop-7-out")).remedies[0].steps)
    assert "with the conditions that its other statements have" in steps
