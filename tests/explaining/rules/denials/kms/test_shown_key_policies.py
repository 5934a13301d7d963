"""Test what a key policy in a text, or a part of one, says about who may use the key."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_LINKED = "arn:aws:iam::111122223333:role/aws-service-role/{}.amazonaws.com/{}"
_SPOT = "AWSServiceRoleForEC2Spot"
_ASG = "AWSServiceRoleForAutoScaling"
_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
_ROOT: dict[str, object] = {
    "Sid": "Root",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "kms:*",
    "Resource": "*",
}
_NOT_LAUNCHED = "Cancelled\tInstance became unhealthy while waiting for instance to be in InService state. Termination Reason: Client.InternalError: Client error on launch\n\n"


def _deny(role: str, action: str) -> str:
    return (
        f'"eventSource": "kms.amazonaws.com", "eventName": "{action}", "errorCode": "AccessDenied",\n"errorMessage": '
        f'"User: arn:aws:sts::111122223333:assumed-role/{role}/run is not authorized to perform: kms:{action} on this resource'
        " because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based"
        f' policy explicitly denies access",\n"resources": [{{"ARN": "{_KEY}"}}]\n\n'
    )


def _allow(principal: str, *actions: str) -> dict[str, object]:
    return {
        "Sid": "Use",
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": [*actions],
        "Resource": "*",
    }


def _policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@check_rows(
    ("heading", "is_part"),
    [
        ("key policy:", False),
        ("the whole key policy:", False),
        ("key policy (part):", True),
        ("key policy [in part]:", True),
        ("key policy, parts only:", True),
        ("partial key policy:", True),
        ("excerpt of the key policy:", True),
    ],
)
def test_says_that_a_statement_is_absent_only_of_a_whole_key_policy(heading: str, *, is_part: bool) -> None:
    statement = _allow("arn:aws:iam::111122223333:role/ledger", "kms:DescribeKey")
    said = " ".join(str(explain(f"{_deny('ledger', 'Decrypt')}{heading}\n{_policy(statement)}")).split())
    assert ("the key policy has no statement for account 111122223333 (root)" in said) is not is_part
    assert ("only if the rest of the key policy has a statement" in said) is is_part


def test_a_statement_without_its_policy_is_a_part() -> None:
    statement = _allow("arn:aws:iam::111122223333:role/ledger", "kms:DescribeKey")
    text = f"{_deny('ledger', 'Decrypt')}key policy:\n{json.dumps(statement)}"
    assert "has no statement for account" not in str(explain(text))


@pytest.mark.parametrize(
    ("role", "service", "launcher"),
    [(_ASG, "autoscaling", "Auto Scaling"), (_SPOT, "spot", "EC2 Spot")],
)
def test_adds_only_what_the_key_policy_lacks_for_a_service_linked_role(
    role: str, service: str, launcher: str
) -> None:
    """Only its service can change the policies of the role, so the statement for the account does not help it."""
    used = _allow(_LINKED.format(service, role), *_USE)
    explanation = explain(f"{_deny(role, 'CreateGrant')}key policy:\n{_policy(_ROOT, used)}")
    assert explanation is not None
    said = " ".join(str(explanation).split())
    assert f"so {launcher} cannot start instances with volumes under this key" in said
    assert "Only its service can change the policies of a service-linked role" in said
    assert "enables IAM policies" not in said
    added = json.dumps(explanation.remedies[0].policy)
    assert added.count('"kms:CreateGrant"') == added.count('"kms:Decrypt"') == 1
    assert "UseKey" not in added


def test_adds_both_statements_if_the_key_policy_allows_only_a_part_of_the_use() -> None:
    used = _allow(_LINKED.format("autoscaling", _ASG), "kms:DescribeKey")
    explanation = explain(f"{_deny(_ASG, 'CreateGrant')}key policy:\n{_policy(used)}")
    assert explanation is not None
    policy = explanation.remedies[0].policy or {}
    assert {each["Sid"] for each in policy["Statement"]} >= {"UseKey", "CreateGrants"}


def test_other_principals_need_the_statement_for_the_account() -> None:
    text = f"{_deny('ledger', 'Decrypt')}key policy:\n{_policy(_ROOT)}"
    assert "enables IAM policies (root)" in str(explain(text))


@check_rows(
    ("role", "action", "is_other"),
    [
        (_ASG, "CreateGrant", False),
        (_SPOT, "GenerateDataKeyWithoutPlaintext", False),
        ("ledger", "Decrypt", True),
        ("AWSServiceRoleForRDS", "CreateGrant", True),
    ],
)
def test_instances_that_do_not_start_are_the_consequence_of_the_denied_key(
    role: str, action: str, *, is_other: bool
) -> None:
    text = f"Activity:\n{_NOT_LAUNCHED}CloudTrail:\n{_deny(role, action)}"
    assert ("The instances could not start" in str(explain(text))) is is_other


def _deny_unnamed(key: str, statements: str) -> str:
    return (
        "An error occurred (AccessDeniedException) when calling the Decrypt operation: User: arn:aws:sts::444455556666:assumed-role/reader/run"
        " is not authorized to perform: kms:Decrypt on this resource because the resource does not exist in this Region, no"
        f" resource-based policies allow access, or a resource-based policy explicitly denies access\nKEY_ARN={key}\n\n{statements}"
    )


_READ = _allow("arn:aws:iam::444455556666:root", "kms:DescribeKey")


def test_key_of_another_account_that_only_the_text_names_needs_both_sides() -> None:
    explanation = explain(_deny_unnamed(_KEY, _policy(_ROOT, _READ)))
    said = " ".join(str(explanation).split())
    assert "and account 444455556666 only kms:DescribeKey (statement Use)" in said
    assert "The key is in account 111122223333, the caller in 444455556666: both must allow it" in said
    assert "If the caller is in another account" not in said
    assert "KeyManager" not in said
    assert any(each.startswith("aws iam put-role-policy") for each in explanation.remedies[0].commands)


@pytest.mark.parametrize(
    "statement",
    [
        {**_READ, "Principal": "*"},
        {**_READ, "Principal": {"AWS": "arn:aws:iam::777788889999:root"}},
        {**_READ, "Resource": "arn:aws:kms:eu-central-1:111122223333:key/other"},
    ],
)
def test_a_statement_of_others_says_nothing_about_the_caller(statement: dict[str, object]) -> None:
    said = " ".join(str(explain(_deny_unnamed(_KEY, _policy(_ROOT, statement)))).split())
    assert "only kms:DescribeKey" not in said


def test_key_of_the_same_account_needs_one_side() -> None:
    own = _KEY.replace("111122223333", "444455556666")
    said = str(explain(_deny_unnamed(own, _policy(_READ))))
    assert "both must allow it" not in " ".join(said.split())


_OLD_ID = "AROAEXAMPLEDELETED12"
_REPLACES = f"Replace {_OLD_ID} by arn:aws:iam::111122223333:role/ledger-app in the key policy"


@check_rows(
    ("words", "is_said"),
    [
        ("We re-created ledger-app this morning.", True),
        ("The role was deleted and created again by Pulumi.", True),
        ("We have not recreated ledger-app.", False),
        ("We recreated the role billing-app.", False),
        ("We recreated the cluster.", False),
        ("", False),
    ],
)
def test_unique_id_of_a_deleted_role(words: str, *, is_said: bool) -> None:
    policy = _policy(_allow("arn:aws:iam::111122223333:role/keys", "kms:*"), _allow(_OLD_ID, *_USE))
    explanation = explain(f"{_deny('ledger-app', 'Decrypt')}{words}\nkey policy:\n{policy}")
    first = explanation.remedies[0]
    whose = "the role that was deleted" if is_said else "a deleted role"
    assert f"{_OLD_ID} (statement Use), the unique ID of {whose}" in explanation.summary
    # A policy with the ID of a deleted role is not saved, so no statement is added to one that keeps it.
    assert (first.title == _REPLACES) is is_said
    assert (first.policy is None) is is_said
    assert any(f"--arg old {_OLD_ID}" in each for each in first.commands) is is_said
    assert any("Remove the unique IDs" in each for each in first.steps) is not is_said


def test_unique_id_of_a_user_is_not_that_of_a_role() -> None:
    policy = _policy(_allow("AIDAEXAMPLEDELETED12", *_USE))
    explanation = explain(f"{_deny('ledger-app', 'Decrypt')}We recreated ledger-app.\nkey policy:\n{policy}")
    assert "the unique ID of a deleted user, instead of the caller" in explanation.summary
    assert not explanation.remedies[0].title.startswith("Replace")


@check_rows(
    ("call", "key"),
    [
        ('kms.decrypt(KeyId="alias/ledger", CiphertextBlob=blob)', "alias/ledger"),
        ("new DecryptCommand({ KeyId: 'alias/ledger' })", "alias/ledger"),
        ('.keyId("alias/ledger")', "alias/ledger"),
        ('KeyId: aws.String("alias/ledger"),', "alias/ledger"),
        ('KeyId="1234abcd-12ab-34cd-56ef-1234567890ab"', "1234abcd-12ab-34cd-56ef-1234567890ab"),
        ('decrypt(KeyId="alias/a")\nencrypt(KeyId="alias/b")', None),
        ("# no alias/ledger here", None),
    ],
)
def test_key_of_a_call_in_code(call: str, key: str | None) -> None:
    policy = _policy(_allow("arn:aws:iam::111122223333:role/keys", "kms:*"))
    denied = (
        "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ledger/run is not authorized to perform:"
        " kms:Decrypt on this resource because the resource does not exist in this Region, no resource-based policies"
        " allow access, or a resource-based policy explicitly denies access"
    )
    shown = explain(f"{call}\n{denied}\nkey policy:\n{policy}").remedies[0].commands
    used = "KEY_ID" if key is None else '"$key"' if key.startswith("alias/") else key
    assert any(f"put-key-policy --key-id {used} " in each for each in shown)
    # The commands for key policies accept no alias.
    assert any(f"describe-key --key-id {key} " in each for each in shown) is (used == '"$key"')


@check_rows(
    ("service", "call", "action"),
    [("Secrets Manager", "GetSecretValue", "kms:Decrypt"), ("SSM", "GetParameter", "kms:Decrypt")],
)
@check_rows("account", ["444455556666", "111122223333"])
def test_a_key_of_another_account_needs_an_allow_in_both(
    service: str, call: str, action: str, account: str
) -> None:
    key = _KEY.replace("111122223333", account)
    text = (
        f"{service}: An error occurred (AccessDeniedException) when calling the {call} operation: Access to KMS is not allowed\n"
        f"Caller: arn:aws:iam::111122223333:role/ledger\nKey: {key}\n"
        f"key policy:\n{_policy(_allow(f'arn:aws:iam::{account}:role/vault', 'kms:*'))}\n"
    )
    explanation = explain(text)
    remedy = explanation.remedies[0]
    own = [each for each in remedy.commands if "put-role-policy --role-name ledger" in each]
    assert bool(own) is (account == "444455556666")
    assert all(f'"Action":"{action}","Resource":"{key}"' in each for each in own)
    said = " ".join(each.text for each in explanation.causes)
    assert ("Both accounts must allow it" in said) is bool(own)
    assert ("An Allow in IAM does not help" in said) is not bool(own)


def test_headline_names_the_key() -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [_ROOT]})
    text = (
        "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed\n"
        "Secret: arn:aws:secretsmanager:eu-central-1:111122223333:secret:shared/db-AbCdEf\n"
        "Caller: arn:aws:iam::444455556666:role/octo-api\n"
        f"$ aws secretsmanager describe-secret --secret-id shared/db --query KmsKeyId --output text\n{_KEY}\n"
        f"$ aws kms get-key-policy --key-id {_KEY} --policy-name default --query Policy --output text\n{policy}\n"
    )
    assert "on the KMS key 1234abcd-12ab-34cd-56ef-1234567890ab: " in explain(text).summary
    assert "on the KMS key: " in explain(text.replace(_KEY, "KEY")).summary


@check_rows(
    ("via", "others", "title", "added"),
    [
        ("sqs.eu-central-1.amazonaws.com", (), "Add s3.eu-central-1.amazonaws.com to kms:ViaService in the statement Use of the key policy", None),
        (["sqs.eu-central-1.amazonaws.com", "ssm.eu-central-1.amazonaws.com"], (), "Add s3.eu-central-1.amazonaws.com to kms:ViaService in the statement Use of the key policy", None),
        # A wrong Region is a slip, not another use.
        ("s3.eu-west-1.amazonaws.com", (), "Replace s3.eu-west-1.amazonaws.com by s3.eu-central-1.amazonaws.com in the key policy", None),
        # With the value, others could use the key for more, too.
        ("sqs.eu-central-1.amazonaws.com", ("",), "Allow the role ledger in the key policy", {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}),
        # The value stands in a statement of somebody else, too.
        ("sqs.eu-central-1.amazonaws.com", ("mailer",), "Allow the role ledger in the key policy", {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}),
    ],
)  # fmt: skip
def test_use_through_another_service(via: object, others: tuple[str, ...], title: str, added: object) -> None:
    """A statement without the condition would allow every use, so the condition gets one more value."""
    condition = {"Condition": {"StringEquals": {"kms:ViaService": via}}}
    statements = [
        _allow(f"arn:aws:iam::111122223333:role/{name}", "kms:Decrypt") | condition | {"Sid": sid}
        for name, sid in (("ledger", "Use"), *((each, "Other") for each in others if each))
    ]
    if "" in others:
        statements[0]["Principal"] = {"AWS": "arn:aws:iam::111122223333:root"}
    denied = f"An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::111122223333:assumed-role/ledger/run is not authorized to perform: kms:Decrypt on resource: {_KEY} because no resource-based policy allows the kms:Decrypt action\n"
    first = explain(denied + _policy(*statements)).remedies[0]
    assert first.title == title
    rows = [] if first.policy is None else first.policy["Statement"]
    assert "put-key-policy" in str(first.commands)
    new = [each for each in rows if each not in statements]
    assert [each.get("Condition") for each in new] == ([] if added is None else [added])


_CUSTODIAN = "arn:aws:iam::111122223333:role/keys/Custodian"
_ONLY = "Only the role Custodian can replace the key policy"


@check_rows(
    ("principal", "actions", "condition", "said"),
    [
        (_CUSTODIAN, ["kms:Put*", "kms:Describe*"], {}, _ONLY),
        (_CUSTODIAN, ["kms:PutKeyPolicy"], {}, _ONLY),
        (
            [_CUSTODIAN, "arn:aws:iam::111122223333:user/kim"],
            ["kms:Put*"],
            {},
            "Only the role Custodian and the user kim can replace",
        ),
        # The account decides with its own policies, everyone can be meant, and a condition may not be met.
        ("arn:aws:iam::111122223333:root", ["kms:Put*"], {}, None),
        ("111122223333", ["kms:Put*"], {}, None),
        ("*", ["kms:Put*"], {}, None),
        (_CUSTODIAN, ["kms:Put*"], {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, None),
    ],
)
def test_who_can_replace_the_key_policy(
    principal: object, actions: list[str], condition: dict[str, object], said: str | None
) -> None:
    error = f"User: arn:aws:sts::111122223333:assumed-role/job/run is not authorized to perform: kms:Decrypt on resource: {_KEY} because no resource-based policy allows the kms:Decrypt action\n\n"
    admins = {**_allow("", *actions), "Sid": "Admins", "Principal": {"AWS": principal}, **condition}
    steps = " ".join(explain(f"{error}key policy:\n{_policy(admins)}\n").remedies[0].steps)
    assert "policy.json is the policy of the text" in steps
    assert (said or "") in steps
    assert ("can replace" in steps) is (said is not None)


def test_part_of_a_key_policy_replaces_nothing() -> None:
    """KMS rejects a policy that nobody could change, so the text most likely leaves out statements."""
    error = f"User: arn:aws:sts::111122223333:assumed-role/job/run is not authorized to perform: kms:Decrypt on resource: {_KEY} because no resource-based policy allows the kms:Decrypt action\n\n"
    first = explain(f"{error}key policy:\n{_policy(_allow(_CUSTODIAN, 'kms:DescribeKey'))}\n").remedies[0]
    assert first.commands[0].startswith("aws kms get-key-policy ")
    assert "policy of the text" not in " ".join(first.steps)


@check_rows(
    ("resource", "is_right"), [(_KEY, True), ("*", True), (_KEY.replace("1234abcd", "5678abcd"), False)]
)
def test_allow_that_has_no_effect_without_the_key_policy(resource: str, *, is_right: bool) -> None:
    own = json.dumps({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource})
    error = f"User: arn:aws:sts::111122223333:assumed-role/job/run is not authorized to perform: kms:Decrypt on resource: {_KEY} because no resource-based policy allows the kms:Decrypt action\n\n"
    [cause] = [
        each for each in explain(f"{error}policy of the role job:\n{own}\n").causes if "root" in each.text
    ]
    assert cause.text.endswith("the Allow of the role job is right, but has no effect alone.") is is_right


_SAID_DEFAULT = "needs no change: a policy of the role ledger has to allow kms:Decrypt"


@check_rows(
    ("said", "is_default"),
    [
        ("key policy: only the default statement (Enable IAM User Permissions, root, kms:*)", True),
        ("The key policy is the default one.", True),
        ("It has the default key policy.", True),
        ("The key policy of alias/db still has the root statement.", True),
        ("key policy = default, we changed nothing", True),
        # Another one, a question, and what was before.
        ("The key policy is not the default one.", False),
        ("Is the key policy the default one?", False),
        ("The key policy had the default statement, I removed it.", False),
        ("The key policy has no root statement.", False),
    ],
)
def test_key_policy_that_a_sentence_describes(said: str, is_default: bool) -> None:  # noqa: FBT001 (a table)
    """A key policy that enables IAM policies needs no statement, and is not looked at again."""
    secret = "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed\n"
    key = f'$ aws secretsmanager describe-secret --secret-id db --query KmsKeyId\n"{_KEY}"\n$ aws sts get-caller-identity --query Arn\n"arn:aws:sts::111122223333:assumed-role/ledger/s1"\n'
    explanation = explain(f"{secret}{key}{said}")
    assert explanation is not None
    shown = " ".join(str(explanation).split())
    assert (_SAID_DEFAULT in shown) is is_default
    assert ("get-key-policy" not in shown) is is_default
    assert "put-role-policy --role-name ledger" in shown
    linked = str(explain(f"{_deny(_ASG, 'CreateGrant')}{said}"))
    assert "needs no change" not in linked
