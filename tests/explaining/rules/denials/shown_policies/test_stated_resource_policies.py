"""Compare resource-based policies in a text with the request: sources, accounts, aliases, log groups and grants."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from iamtriage.policies._readers.elements import as_strings
from tests.tables import check_rows

_ACCOUNT = "111122223333"


def _policy(
    principal: dict[str, str] | dict[str, list[str]],
    action: str | list[str],
    resource: str | list[str],
    **condition: object,
) -> str:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": resource,
    }
    if condition:
        statement["Condition"] = condition
    return "\n" + json.dumps({"Version": "2012-10-17", "Statement": [statement]})


_ORIGIN = "$ curl -i https://d111111abcdef8.cloudfront.net/a.css\nHTTP/2 403\nserver: AmazonS3\nx-cache: Error from cloudfront\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>5KZ2</RequestId></Error>\n"
_API = f"Sending request to https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:eu-west-1:{_ACCOUNT}:function:cart/invocations\nExecution failed due to configuration error: Invalid permissions on Lambda function\n"
_FUNCTION = f"arn:aws:lambda:eu-west-1:{_ACCOUNT}:function:cart"
_OBJECTS = "arn:aws:s3:::acme-web/*"


@check_rows(
    ("text", "service", "action", "resource", "source", "corrected"),
    [
        (_ORIGIN, "cloudfront", "s3:GetObject", _OBJECTS, f"arn:aws:cloudfront:us-east-1:{_ACCOUNT}:distribution/E2EXAMPLE3QK9", f"arn:aws:cloudfront::{_ACCOUNT}:distribution/E2EXAMPLE3QK9"),
        (_ORIGIN, "cloudfront", "s3:GetObject", _OBJECTS, f"arn:aws:cloudfront::{_ACCOUNT}:distribution/E2EXAMPLE3QK9", None),
        (_API, "apigateway", "lambda:InvokeFunction", _FUNCTION, "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/*/*", f"arn:aws:execute-api:eu-west-1:{_ACCOUNT}:a1b2c3d4e5/*/*"),
        (_API, "apigateway", "lambda:InvokeFunction", _FUNCTION, f"arn:aws:execute-api:eu-west-1:{_ACCOUNT}:a1b2c3d4e5/*/*", None),
    ],
    ids=["region", "distribution", "managed-api", "api"],
)  # fmt: skip
def test_source_that_no_request_has(
    text: str, service: str, action: str, resource: str, source: str, corrected: str | None
) -> None:
    condition = {"AWS:SourceArn": source}
    policy = _policy({"Service": f"{service}.amazonaws.com"}, action, resource, ArnLike=condition)
    explanation = explain(text + policy)
    commands = " ".join(map(str, explanation.remedies[0].commands))
    is_found = (
        f"only for AWS:SourceArn {source}: " in explanation.summary and "likely" not in explanation.summary
    )
    assert is_found is (corrected is not None)
    assert corrected is None or corrected in commands


@pytest.mark.parametrize(
    ("operator", "is_literal"), [("StringEquals", True), ("StringLike", False), ("ArnEquals", False)]
)
def test_wildcard_that_is_taken_literally(operator: str, *, is_literal: bool) -> None:
    topic = f"arn:aws:sns:eu-west-1:{_ACCOUNT}:alerts"
    text = f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {topic} because no resource-based policy allows the SNS:Publish action"
    condition = {operator: {"aws:SourceArn": f"arn:aws:cloudwatch:eu-west-1:{_ACCOUNT}:alarm:*"}}
    policy = _policy({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish", topic, **condition)
    assert ("takes the * literally" in explain(text + policy).summary) is is_literal


def test_permission_in_terraform_gets_the_other_arn() -> None:
    code = 'resource "aws_lambda_permission" "api" {\n  principal = "apigateway.amazonaws.com"\n  source_arn = "${aws_api_gateway_rest_api.shop.arn}/*/*"\n}\n'
    condition = {"AWS:SourceArn": "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/*/*"}
    service = {"Service": "apigateway.amazonaws.com"}
    policy = _policy(service, "lambda:InvokeFunction", _FUNCTION, ArnLike=condition)
    step = explain(_API + code + policy).remedies[0].steps[0]
    assert '"${aws_api_gateway_rest_api.shop.execution_arn}/*/*"' in step


_DENIED = "An error occurred (AccessDenied) when calling the X operation: User: arn:aws:sts::777788889999:assumed-role/reader/a is not authorized to perform: {0} on resource: {1} because no resource-based policy allows the {0} action\n"
_REPOSITORY = f"arn:aws:ecr:eu-west-1:{_ACCOUNT}:repository/base"
_QUEUE = f"arn:aws:sqs:eu-west-1:{_ACCOUNT}:jobs"
_KEY = f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("action", "resource", "principal", "is_slip"),
    [
        ("ecr:BatchGetImage", _REPOSITORY, "arn:aws:iam::777788889998:root", True),
        ("sqs:SendMessage", _QUEUE, "777788898999", True),
        ("sqs:SendMessage", _QUEUE, "arn:aws:iam::444455556666:root", False),
    ],
    ids=["digit", "swapped", "other"],
)
def test_account_with_a_wrong_digit(action: str, resource: str, principal: str, *, is_slip: bool) -> None:
    policy = _policy({"AWS": principal}, action, resource)
    explanation = explain(_DENIED.format(action, resource) + policy)
    assert f"allows it only to {principal}" in explanation.summary
    assert explanation.remedies[0].title.startswith(f"Replace {principal} by ") is is_slip
    assert ("$old" in str(explanation.remedies[0].commands)) is is_slip
    # Another account that the text names, or a policy whose author knows the caller's.
    text = f"777788889998 and 777788898999 are our partner's accounts.\n{_DENIED.format(action, resource)}"
    known = _policy({"AWS": [principal, "arn:aws:iam::777788889999:role/other"]}, action, resource)
    for shown in (text + policy, _DENIED.format(action, resource) + known):
        assert "Replace" not in explain(shown).remedies[0].title


def test_repository_policy_has_no_resource() -> None:
    policy = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "ecr:BatchGetImage"}]}'
    summary = explain(_DENIED.format("ecr:BatchGetImage", _REPOSITORY) + policy).summary
    assert "allows it only to 444455556666" in summary


@pytest.mark.parametrize("own", ["", '\n{"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}'])
def test_alias_has_its_own_policy(own: str) -> None:
    """A statement of the caller is not one of the function policy."""
    allowed = _policy({"AWS": "777788889999"}, "lambda:InvokeFunction", _FUNCTION)[1:]
    statement = json.dumps(json.loads(allowed)["Statement"][0])
    explanation = explain(_DENIED.format("lambda:InvokeFunction", f"{_FUNCTION}:live") + statement + own)
    assert "only on the function without :live" in explanation.summary
    commands = str(explanation.remedies[0].commands)
    assert f"add-permission --function-name {_FUNCTION}:live" in commands
    assert ("put-role-policy" in commands) is (own == "")


@check_rows(
    ("member", "reader", "is_default"),
    [
        ("", "arn:aws:iam::444455556666:role/billing", True),
        ('"KmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", ', "arn:aws:iam::444455556666:role/billing", False),
        ("", f"arn:aws:iam::{_ACCOUNT}:role/billing", False),
        ('"LastChangedDate": "2026-11-02T09:30:11+00:00"}\n{', "arn:aws:iam::444455556666:role/billing", True),
        ('"LastChangedDate": "2026-11-02T09:30:11+00:00",\n  ...}\n{', "arn:aws:iam::444455556666:role/billing", False),
        # The filter of another command, and an ID of which only the start is shown.
        ("", "arn:aws:iam::444455556666:role/billing\n$ aws secretsmanager list-secret-version-ids --secret-id a --query Name", True),
        ('"VersionIdsToStages": {"1d3cb8b5-…": ["AWSCURRENT"]}, ', "arn:aws:iam::444455556666:role/billing", True),
    ],
    ids=["default", "own-key", "same-account", "main-members", "shortened", "other-query", "short-id"],
)  # fmt: skip
def test_described_secret_without_a_key(member: str, reader: str, *, is_default: bool) -> None:
    """DescribeSecret omits KmsKeyId for the default key, which no other account can use."""
    text = f'An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed\nReader: {reader}\n$ aws secretsmanager describe-secret --secret-id stripe\n{{"ARN": "arn:aws:secretsmanager:eu-west-1:{_ACCOUNT}:secret:stripe-Xy12Zz", {member}"VersionIdsToStages": {{"5b0f": ["AWSCURRENT"]}}}}'
    explanation = explain(text)
    assert ("aws/secretsmanager is an AWS managed key of account" in explanation.summary) is is_default
    commands = str(explanation.remedies[0].commands)
    assert ("update-secret --secret-id arn:aws:secretsmanager" in commands) is is_default


_READS = "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed\n{}: the secret is arn:aws:secretsmanager:eu-west-1:111122223333:secret:stripe-Xy12Zz. {}"
_READER, _DESCRIBE = (
    "Caller is role billing in 444455556666",
    "\n$ aws secretsmanager describe-secret --secret-id stripe --query ",
)


@check_rows(
    ("caller", "shown", "is_default"),
    [
        (_READER, f"{_DESCRIBE}KmsKeyId\nnull\n", True),
        (_READER, f"{_DESCRIBE}KmsKeyId --output text\nNone\n", True),
        (_READER, "KmsKeyId is empty.", True),
        (_READER, "If KmsKeyId is null, it has the default key.", False),
        (_READER, "KmsKeyId is not null.", False),
        (_READER, "For the bucket, KmsKeyId is null. The secret has arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab.", False),
        (_READER, f'{_DESCRIBE}KmsKeyId\n"alias/shop"\n', False),
        ("Caller is role billing in 111122223333", f"{_DESCRIBE}KmsKeyId\nnull\n", False),
        # What a query leaves out says nothing.
        (_READER, f'{_DESCRIBE}"{{ARN:ARN,LastChangedDate:LastChangedDate}}"\n{{"ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:stripe-Xy12Zz", "LastChangedDate": "2026-11-02T09:30:11+00:00"}}', False),
    ],
    ids=["null", "None", "said", "condition", "negation", "other", "own-key", "same-account", "left-out"],
)  # fmt: skip
def test_key_of_a_secret_that_a_query_selects(caller: str, shown: str, *, is_default: bool) -> None:
    explanation = explain(_READS.format(caller, shown))
    assert ("an AWS managed key of account 111122223333, which no" in explanation.summary) is is_default
    assert any("update-secret --secret-id" in each for each in explanation.remedies[0].commands) is is_default


@check_rows(
    ("said", "has_all"),
    [
        ("billing's own policy allows GetSecretValue + kms:Decrypt on *.", True),
        ("billing's policy has kms:Decrypt on that key.", False),
        ("reports's policy allows kms:Decrypt on *.", False),
        ("billing's policy should allow kms:Decrypt on *.", False),
        ('{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}', True),
        ('{"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}', False),
    ],
    ids=["own", "one-key", "other-role", "should", "shown", "other-action"],
)
def test_the_caller_can_use_all_keys(said: str, *, has_all: bool) -> None:
    remedy = explain(_READS.format(_READER, f"KmsKeyId is null. {said}")).remedies[0]
    assert any("the role billing has kms:Decrypt on * already" in each for each in remedy.steps) is has_all
    assert any("put-role-policy" in each for each in remedy.commands) is not has_all


_DOMAIN = f"arn:aws:es:eu-west-1:{_ACCOUNT}:domain/search"


@check_rows(
    ("on", "principal", "resource", "is_incomplete"),
    [
        ("", f"arn:aws:iam::{_ACCOUNT}:user/ana", _DOMAIN, True),
        (f" on resource: {_DOMAIN}/_cat/indices", f"arn:aws:iam::{_ACCOUNT}:root", _DOMAIN, True),
        ("", f"arn:aws:iam::{_ACCOUNT}:user/ana", f"{_DOMAIN}/*", False),
        ("", f"arn:aws:iam::{_ACCOUNT}:user/ben", _DOMAIN, False),
        (f" on resource: {_DOMAIN}", f"arn:aws:iam::{_ACCOUNT}:root", f"{_DOMAIN}-old", False),
    ],
    ids=["domain", "path", "complete", "other-caller", "other-domain"],
)
def test_domain_without_its_paths(on: str, principal: str, resource: str, *, is_incomplete: bool) -> None:
    denied = f"User: arn:aws:iam::{_ACCOUNT}:user/ana is not authorized to perform: es:ESHttpGet{on} because no resource-based policy allows the es:ESHttpGet action"
    explanation = explain(denied + _policy({"AWS": principal}, "es:ESHttp*", resource))
    lines = " ".join(map(str, explanation.remedies[0].commands))
    assert (f"has the Resource {_DOMAIN} without /*" in explanation.summary) is is_incomplete
    assert ("without /*" in explanation.summary) is is_incomplete
    assert (f"--arg new '{_DOMAIN}/*'" in lines) is is_incomplete
    # The text names the domain, whatever else is wrong.
    assert "--domain-name search --access-policies" in lines


_SENT = f"arn:aws:logs:eu-west-1:{_ACCOUNT}:destination:Central"


@check_rows(
    ("action", "resource", "principals", "conditions", "verdict"),
    [
        ("logs:PutSubscriptionFilter", _SENT, ["444455556666"], {}, "the destination's access policy in the text allows it only to 444455556666"),
        ("sqs:SendMessage", _QUEUE, ["arn:aws:iam::444455556666:root"], {}, "the queue policy in the text allows it only to arn:aws:iam::444455556666:root"),
        ("backup:CopyIntoBackupVault", f"arn:aws:backup:eu-west-1:{_ACCOUNT}:backup-vault:dr", ["444455556666"], {}, "the vault access policy in the text allows it only to 444455556666"),
        ("ecr:BatchGetImage", _REPOSITORY, ["arn:aws:iam::444455556666:role/ci"], {}, "the repository policy in the text allows it only to"),
        ("sqs:SendMessage", _QUEUE, ["777788889999"], {"StringEquals": {"aws:PrincipalAccount": "444455556666"}}, "the queue policy in the text allows it only if aws:PrincipalAccount is 444455556666"),
        # It allows the account, so that is to do the rest.
        ("sqs:SendMessage", _QUEUE, ["arn:aws:iam::777788889999:root"], {}, "allows the role reader already: only account 777788889999"),
        # The organization of the caller is not known.
        ("sqs:SendMessage", _QUEUE, ["*"], {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, "if aws:PrincipalOrgID is o-a1b2c3d4e5: the call may not meet that"),
        # The default policy of a topic.
        ("sns:Publish", _QUEUE.replace(":sqs:", ":sns:"), ["*"], {"StringEquals": {"AWS:SourceOwner": _ACCOUNT}}, f"the topic policy in the text allows it only if AWS:SourceOwner is {_ACCOUNT}, and the request has 777788889999"),
        # A policy of another service.
        ("sqs:ReceiveMessage", _SENT.replace(":logs:", ":sqs:").replace("destination:", ""), ["444455556666"], {}, "most likely, no identity-based policy allows it"),
    ],
)  # fmt: skip
def test_policy_of_another_account(
    action: str, resource: str, principals: list[str], conditions: dict[str, object], verdict: str
) -> None:
    """Without a reason, the side that the text shows says which account does not allow the call."""
    allowed = "logs:PutLogEvents" if action == "sqs:ReceiveMessage" else action
    text = _DENIED.partition(" because ")[0].format(action, resource)
    explanation = explain(text + _policy({"AWS": principals}, allowed, resource, **conditions))
    assert verdict in " ".join(str(explanation).split())
    is_resource = "the text allows it only" in verdict
    assert (explanation.remedies[0].layer == "resource") is is_resource
    if action == "logs:PutSubscriptionFilter":
        # CloudWatch Logs knows only the account of a sender.
        assert '"777788889999"]}' in json.dumps(explanation.remedies[0].policy)
    is_open = "most likely" in verdict or "may not meet" in verdict
    assert ("must allow it, too. If the" in str(explanation)) is is_open


@check_rows(
    ("principals", "conditions", "is_enough"),
    [
        (["arn:aws:iam::777788889999:root"], {}, True),
        (["arn:aws:iam::777788889999:role/reader"], {}, True),
        (["*"], {}, True),
        (["arn:aws:iam::444455556666:root"], {}, False),
        (["arn:aws:iam::777788889999:root"], {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, False),
    ],
)
@pytest.mark.parametrize(("action", "resource"), [("sqs:SendMessage", _QUEUE), ("kms:Decrypt", _KEY)])
@pytest.mark.parametrize("is_whole", [True, False])
def test_policy_of_another_account_that_allows_the_caller(
    action: str,
    resource: str,
    principals: list[str],
    conditions: dict[str, object],
    *,
    is_enough: bool,
    is_whole: bool,
) -> None:
    """AWS says that the caller's side lacks the Allow: the other one needs no change."""
    policy = _policy({"AWS": principals}, action, "*" if ":key/" in resource else resource, **conditions)
    shown = policy if is_whole else json.dumps(json.loads(policy)["Statement"][0])
    text = f"{_DENIED.replace('resource-based', 'identity-based').format(action, resource)}\n{shown}"
    explanation = explain(text)
    assert explanation.remedies[0].layer == "identity"
    assert any(each.layer == "resource" for each in explanation.remedies) is not is_enough
    assert ("must allow it, too. If the" in explanation.to_text(detail="full")) is not is_enough
    assert ("allows the role reader already" in str(explanation)) is is_enough
    # A policy that is not in effect.
    planned = explain(text.replace("\n{", "\nI plan to add this:\n{", 1))
    assert any(each.layer == "resource" for each in planned.remedies)


_OF_ENDPOINT = _DENIED.replace("resource-based", "VPC endpoint")
_STREAM = f"arn:aws:logs:eu-west-1:{_ACCOUNT}:log-group:/eks/app:log-stream:a"
_TABLE = f"arn:aws:dynamodb:eu-west-1:{_ACCOUNT}:table/orders"
_PUT = ["logs:PutLogEvents", "logs:DescribeLogStreams"]


@check_rows(
    ("action", "resource", "principal", "actions", "allowed", "is_added"),
    [
        ("logs:CreateLogStream", _STREAM, "*", _PUT, "*", True),
        ("sqs:SendMessage", _QUEUE, "arn:aws:iam::777788889999:root", ["sqs:ReceiveMessage"], _QUEUE, True),
        ("dynamodb:Query", f"{_TABLE}/index/by-name", "*", ["dynamodb:Query"], _TABLE, True),
        ("dynamodb:Query", f"{_TABLE}/index/by-name", "*", ["dynamodb:Query"], [_TABLE, _QUEUE], True),
        # Another resource, which not every principal has to reach, another caller, and a policy of another service.
        ("sqs:SendMessage", _QUEUE, "*", ["sqs:SendMessage"], f"{_QUEUE}-dlq", False),
        ("sqs:SendMessage", _QUEUE, "*", ["sqs:ReceiveMessage"], f"{_QUEUE}-dlq", False),
        ("sqs:SendMessage", _QUEUE, "arn:aws:iam::444455556666:root", ["sqs:ReceiveMessage"], "*", False),
        ("sqs:SendMessage", _QUEUE, "*", _PUT, "*", False),
    ],
)
def test_action_or_resource_that_the_policy_of_an_endpoint_lacks(
    action: str,
    resource: str,
    principal: str,
    actions: list[str],
    allowed: str | list[str],
    *,
    is_added: bool,
) -> None:
    """The statement limits its principals and grants them nothing, so it gets what it lacks with all that it has."""
    policy = _policy({"AWS": principal}, actions, allowed)
    said = "The role has sqs:* and logs:*. The policy of com.amazonaws.eu-west-1:\n"
    explanation = explain(_OF_ENDPOINT.format(action, resource) + said + policy)
    first = explanation.remedies[0]
    is_action = action not in actions
    element, added, had = ("Action", action, actions) if is_action else ("Resource", resource, allowed)
    assert first.title.startswith(f"Add {added} to the {element}") is is_added
    if is_added:
        assert first.policy is not None
        assert first.policy["Statement"][0][element] == [*as_strings(had), added]
    assert ("only new streams fail" in " ".join(str(explanation).split())) is (
        action == "logs:CreateLogStream"
    )


_MAILER = "arn:aws:iam::777788889999:role/mailer"
_LISTED = ["arn:aws:iam::777788889999:role/a", "arn:aws:iam::777788889999:role/b"]


@check_rows(
    ("statement", "allowed"),
    [
        ({"Principal": {"AWS": _LISTED[0]}}, [[_LISTED[0], _MAILER]]),
        ({"Principal": {"AWS": _LISTED}, "Sid": "senders"}, [[*_LISTED, _MAILER]]),
        # A statement that allows more, or only under a condition, must not get the principal.
        ({"Action": "sqs:*"}, [_LISTED[:1], [_MAILER]]),
        ({"Action": ["sqs:SendMessage", "sqs:ReceiveMessage"]}, [_LISTED[:1], [_MAILER]]),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, [_LISTED[:1], [_MAILER]]),
        ({"Resource": f"{_QUEUE}*"}, [_LISTED[:1], [_MAILER]]),
        # IDs of statements are unique.
        ({"Action": "sqs:*", "Sid": "SqsSendMessage"}, [_LISTED[:1], [_MAILER]]),
        # What is masked, or long, would not be complete in the file.
        ({"Principal": {"AWS": "arn:aws:iam::****:role/a"}}, None),
        ({"Principal": {"AWS": [f"{_LISTED[0]}{number}" for number in range(40)]}}, None),
    ],
)
def test_whole_policy_of_the_text(statement: dict[str, object], allowed: list[list[str]] | None) -> None:
    """The policy that the text shows is written with the caller in it, and with everything else unchanged."""
    shown = {
        "Effect": "Allow",
        "Principal": {"AWS": _LISTED[0]},
        "Action": "sqs:SendMessage",
        "Resource": _QUEUE,
        **statement,
    }
    policy = {"Version": "2012-10-17", "Statement": [shown]}
    denied = "User: arn:aws:sts::777788889999:assumed-role/mailer/1 is not authorized to perform: sqs:SendMessage on resource: "
    text = f"{denied}{_QUEUE} because no resource-based policy allows the sqs:SendMessage action\n{json.dumps(policy)}"
    remedy = explain(text).remedies[0]
    assert remedy.policy is not None
    statements = remedy.policy["Statement"]
    if allowed is None:
        assert [each["Principal"]["AWS"] for each in statements] == [_MAILER]
        assert "get-queue-attributes" in remedy.commands[0]
        return
    assert [as_strings(each["Principal"]["AWS"]) for each in statements] == allowed
    assert statements[0] == {**shown, "Principal": statements[0]["Principal"]}
    assert len({each.get("Sid", "") for each in statements}) == len(statements)
    assert "get-queue-attributes" not in " ".join(remedy.commands)


@check_rows(
    ("said", "old", "new"),
    [
        # A policy with the ID of a deleted principal cannot be saved.
        ("", f'"{_LISTED[0]}"', '"AROAEXAMPLEID12345678"'),
        ("", "}]}", "}, ...]}"),
        ("The queue policy (shortened):", "", ""),
        ("The docs have this example:", "", ""),
        ("The policy of the queue of invoices:", _QUEUE, f"{_QUEUE.rpartition(':')[0]}:invoices"),
        ("The policy of the queue for dead letters:", _QUEUE, f"{_QUEUE}-dlq"),
        # One statement can be one of many.
        ("One statement:", '{"Version": "2012-10-17", "Statement": [', ""),
    ],
    ids=["deleted", "dots", "shortened", "docs", "other", "prefix", "statement"],
)
def test_policy_that_must_not_replace_the_one_of_the_queue(said: str, old: str, new: str) -> None:
    """What the text leaves out would be lost, so the commands fetch the policy."""
    shown = {
        "Effect": "Allow",
        "Principal": {"AWS": _LISTED[0]},
        "Action": "sqs:SendMessage",
        "Resource": _QUEUE,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [shown]}).replace(old, new)
    denied = "User: arn:aws:sts::777788889999:assumed-role/mailer/1 is not authorized to perform: sqs:SendMessage on resource: "
    text = f"{denied}{_QUEUE} because no resource-based policy allows the sqs:SendMessage action\n{said}\n{policy}"
    assert "get-queue-attributes" in explain(text).remedies[0].commands[0]


_REPOSITORY_OF_PACKAGES = f"arn:aws:codeartifact:eu-west-1:{_ACCOUNT}:repository/acme/shared"


@check_rows(
    ("action", "resource", "name", "change"),
    [
        ("codeartifact:ReadFromRepository", _REPOSITORY_OF_PACKAGES, "repository's permissions policy", "put-repository-permissions-policy --domain acme --domain-owner 111122223333 --repository shared "),
        ("codeartifact:GetPackageVersionAsset", _REPOSITORY_OF_PACKAGES.replace("repository/", "package/") + "/npm//ui", "repository's permissions policy", "put-repository-permissions-policy --domain acme --domain-owner 111122223333 --repository shared "),
        ("codeartifact:GetAuthorizationToken", f"arn:aws:codeartifact:eu-west-1:{_ACCOUNT}:domain/acme", "domain's permissions policy", "put-domain-permissions-policy --domain acme --domain-owner 111122223333 "),
        ("acm-pca:IssueCertificate", f"arn:aws:acm-pca:eu-west-1:{_ACCOUNT}:certificate-authority/1a2b", "certificate authority's policy", "acm-pca put-policy --resource-arn arn:aws:acm-pca:"),
        ("kafka:CreateVpcConnection", f"arn:aws:kafka:eu-west-1:{_ACCOUNT}:cluster/c/1a2b", "cluster policy", "kafka put-cluster-policy --cluster-arn arn:aws:kafka:"),
    ],
)  # fmt: skip
def test_policies_of_services(action: str, resource: str, name: str, change: str) -> None:
    """The policy has its name in the service's guide, and the command that replaces it has the names of the ARN."""
    explanation = explain(_DENIED.format(action, resource))
    assert f"the {name} does not allow it" in explanation.summary
    show, replace, *_ = explanation.remedies[0].commands
    assert change in replace
    assert show.endswith(" > old-policy.json")


@check_rows(
    ("qualifier", "principal", "title"),
    [
        ("live", "777788889999", "Invoke the alias live of the function"),
        ("7", "arn:aws:iam::777788889999:role/reader", "Invoke the version 7 of the function"),
        # A pattern, the latest code, and a grant to another account.
        ("*", "777788889999", None),
        ("$LATEST", "777788889999", None),
        ("live", "444455556666", None),
    ],
)
def test_grant_on_an_alias(qualifier: str, principal: str, title: str | None) -> None:
    """The caller can invoke what the policy allows, instead of a wider grant."""
    action = "lambda:InvokeFunction"
    policy = _policy({"AWS": principal}, action, f"{_FUNCTION}:{qualifier}")
    first, *others = explain(_DENIED.format(action, _FUNCTION) + policy).remedies
    assert first.title.startswith("Invoke the ") is (title is not None)
    if title is not None:
        assert first.title.startswith(title)
        assert f"{_FUNCTION}:{qualifier}" in first.steps[0]
        assert "add-permission" in str(others[0].commands)


@pytest.mark.parametrize("denied", ["lambda:InvokeFunction", "lambda:*"])
def test_grant_on_an_alias_beside_a_deny(denied: str) -> None:
    """A Deny can apply to the alias, too."""
    action = "lambda:InvokeFunction"
    deny = {"Effect": "Deny", "Principal": "*", "Action": denied, "Resource": f"{_FUNCTION}:*"}
    policy = json.loads(_policy({"AWS": "777788889999"}, action, f"{_FUNCTION}:live"))
    policy["Statement"].append(deny)
    explanation = explain(f"{_DENIED.format(action, _FUNCTION)}\n{json.dumps(policy)}")
    assert not any(each.title.startswith("Invoke the ") for each in explanation.remedies)


def test_command_for_another_policy_names_no_resource_policy() -> None:
    command = "\n$ aws iam get-role-policy --role-name reader --policy-name own-reads\nAn error occurred (NoSuchEntity) when calling the GetRolePolicy operation: not found\n"
    policy = _policy({"AWS": "444455556666"}, "lambda:InvokeFunction", _FUNCTION)
    explanation = explain(_DENIED.format("lambda:InvokeFunction", _FUNCTION) + command + policy)
    assert "own-reads in the text" not in explanation.to_text(detail="full")


@pytest.mark.parametrize(
    ("call", "is_direct"), [("Decrypt", True), ("GenerateDataKey", True), ("GetSecretValue", False)]
)
def test_key_that_its_policy_allows_only_through_a_service(call: str, *, is_direct: bool) -> None:
    caller, via = {"AWS": "arn:aws:iam::777788889999:role/reader"}, "ssm.eu-west-1.amazonaws.com"
    policy = _policy(caller, ["kms:Decrypt", "kms:Gen*"], "*", StringEquals={"kms:ViaService": via})
    action = f"kms:{call}" if is_direct else "kms:Decrypt"
    text = _DENIED.replace(" the X ", f" the {call} ").format(action, _KEY) + policy
    first, *others = explain(text).remedies
    assert first.title.endswith(", without the condition on kms:ViaService") is is_direct
    if is_direct:
        # The service has only data that it keeps itself.
        assert others[0].title == "Or use the key through the service that the policy allows"
        assert "put-key-policy" in str(first.commands)


@check_rows(
    ("condition", "kept"),
    [
        ({"StringEquals": {"kms:ViaService": "sns.eu-west-1.amazonaws.com"}}, None),
        (
            {"StringLike": {"kms:ViaService": "sns.*.amazonaws.com", "kms:EncryptionContext:app": "cart"}},
            {"StringLike": {"kms:EncryptionContext:app": "cart"}},
        ),
    ],
)
def test_direct_call_of_kms_under_the_other_conditions(
    condition: dict[str, object], kept: dict[str, object] | None
) -> None:
    policy = _policy({"AWS": "arn:aws:iam::777788889999:role/reader"}, "kms:Decrypt", "*", **condition)
    text = _DENIED.replace(" the X ", " the Decrypt ").format("kms:Decrypt", _KEY) + policy
    first = explain(text).remedies[0]
    assert first.policy is not None
    [new] = first.policy["Statement"]
    assert new.get("Condition") == kept


@check_rows(
    ("resource", "said", "is_reason"),
    [
        ("reports/daily", "The bucket is theirs (111122223333).", True),
        ("reports/daily", "It is the vendor's bucket.", True),
        ("reports/daily", "The bucket reports is in account 111122223333.", True),
        ("reports/daily", "The bucket is in our account.", False),
        ("reports/daily", "The bucket is in account 444455556666, too.", False),
        ("reports/daily", "The bucket is not theirs.", False),
        ("reports/daily", "It is our bucket, not the vendor's bucket.", False),
        ("reports/daily", "We copy from their bucket.", False),
        ("reports/daily", "", False),
        ("reports/daily/*", "The bucket is theirs (111122223333).", False),
        ("other/daily", "The bucket is theirs (111122223333).", False),
    ],
)
def test_bucket_policy_without_the_objects_if_the_caller_is_allowed(
    resource: str, said: str, *, is_reason: bool
) -> None:
    policy = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:role/writer"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{resource}",
    }
    text = f"upload failed: ./a.csv to s3://reports/daily/a.csv An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n\nwe are 444455556666 (role writer, has s3:PutObject on arn:aws:s3:::reports/*). {said} The bucket policy:\n{json.dumps(policy)}"
    explanation = explain(text)
    assert ("so it needs /*" in explanation.summary) is is_reason
    assert ("in the bucket policy" in explanation.remedies[0].title) is is_reason
    assert ("in account 111122223333" in explanation.remedies[0].title) is (is_reason and "1111" in said)
