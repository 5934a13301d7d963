"""Check who the text says has a permission, a key or a bootstrap: the caller, or somebody else."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_PUT = 'User: arn:aws:sts::111122223333:assumed-role/api-fn/api-fn is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::films-in/u/a.png" because no identity-based policy allows the s3:PutObject action\n'
_SIGNED = "const url = await getSignedUrl(client, command)\n"


@check_rows(
    ("text", "code"),
    [
        (f"{_PUT}The frontend user is signed in and has s3:*.", "no-identity-allow"),
        (f"{_PUT}The role api-fn has s3:*.", "stated-policy-allows"),
        (
            f"{_PUT.replace('api-fn/api-fn', 'AWSReservedSSO_Ops_0a1b2c3d4e5f6a7b/ana')}The user has s3:*.",
            "stated-policy-allows",
        ),
    ],
)
def test_user_of_an_app_is_not_its_role(text: str, code: str) -> None:
    assert explain(text).causes[0].code == code


@check_rows(("text", "is_signed"), [(_PUT + _SIGNED, True), (_PUT, False)])
def test_presigned_url_has_the_permissions_of_its_signer(text: str, *, is_signed: bool) -> None:
    notes = " ".join(explain(text).notes)
    assert ("has the permissions of the role api-fn, which signed it" in notes) is is_signed


_STATE = "Launching a new EC2 instance: i-0aa. Status Reason: Instance became unhealthy. Termination Reason: Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state\n"
_KEY = "The volume has arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-1111-4444-8888-0123456789ab. "
_GRANT = "aws kms create-grant --key-id arn:aws:kms:eu-west-1:444455556666:key/"


@check_rows(
    ("text", "verdict", "commands"),
    [
        (f"{_STATE}{_KEY}Our account is 111122223333.", "has no grant for it", ("put-key-policy", _GRANT)),
        (
            f"{_STATE}{_KEY}Our account is 111122223333, whose root has kms:CreateGrant in the key policy.",
            "has no grant for it",
            (_GRANT,),
        ),
        (f"{_STATE}{_KEY}Our account is 444455556666.", "the key policy", ("put-key-policy",)),
        (f"{_STATE}{_KEY}", "the key policy", ("put-key-policy",)),
    ],
)
def test_key_of_volumes_in_another_account(text: str, verdict: str, commands: tuple[str, ...]) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    first = explanation.remedies[0]
    lines = " ".join(first.commands)
    assert [each for each in ("put-key-policy", _GRANT) if each in lines] == [*commands]
    assert ("root" in str(first.policy)) is (commands == ("put-key-policy", _GRANT))


_MISSING = "ShopStack: SSM parameter /cdk-bootstrap/hnb659fds/version not found. Has the environment been bootstrapped? Please run 'cdk bootstrap' (see https://docs.aws.amazon.com/cdk/latest/guide/bootstrapping.html)\n"
_UNASSUMED = "current credentials could not be used to assume 'arn:aws:iam::444455556666:role/cdk-hnb659fds-deploy-role-444455556666-eu-west-1', but are for the right account. Proceeding anyway.\n"


@check_rows(
    ("bootstrap", "other"),
    [
        ("cdk bootstrap --qualifier shop aws://444455556666/eu-west-1", "shop"),
        ("cdk bootstrap aws://444455556666/eu-west-1 --qualifier=shop", "shop"),
        ("cdk bootstrap aws://444455556666/eu-west-1", None),
        ("", None),
    ],
)
def test_bootstrap_with_another_qualifier(bootstrap: str, other: str | None) -> None:
    explanation = explain(f"{_UNASSUMED}{_MISSING}$ {bootstrap}\n")
    says = f"is bootstrapped with the qualifier {other}" if other else "or with another qualifier"
    assert says in explanation.summary
    line = f'"@aws-cdk/core:bootstrapQualifier": "{other}"\n' if other else None
    assert explanation.remedies[0].manifest == line


_LOCK = "Error: Error acquiring the state lock\nAccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/plan/x is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/locks because no identity-based policy allows the dynamodb:PutItem action\n"


@check_rows(
    ("said", "plans"),
    [("We only want a plan.", True), ("It is plan-only.", True), ("We want to apply, not only plan.", False), ("", False)],
)  # fmt: skip
def test_lock_of_who_only_plans(said: str, *, plans: bool) -> None:
    assert ("-lock=false" in str(explain(_LOCK + said))) is plans


_OWN = "User: arn:aws:sts::444455556666:assumed-role/ingest/x is not authorized to perform: {} on resource: arn:aws:{}:eu-west-1:444455556666:{} because no identity-based policy allows the {} action\n"


def _own(action: str, name: str, account: str = "111122223333") -> str:
    service = action.partition(":")[0]
    policy = f'{{"Effect": "Allow", "Action": "{action}", "Resource": "arn:aws:{service}:eu-west-1:{account}:{name}"}}'
    return _OWN.format(action, service, name, action) + policy


@check_rows(
    ("text", "how"),
    [
        (f"{_own('kinesis:PutRecord', 'stream/films')}\nThe stream is in 111122223333.", "its ARN as StreamARN"),
        (f"{_own('sqs:SendMessage', 'films')}\nIt is cross-account.", "https://sqs.eu-west-1.amazonaws.com/111122223333/films"),
        (f"{_own('dynamodb:GetItem', 'table/films')}\nThe table is in another account.", "its ARN as TableName"),
        # The policy can be that of another account, or a pattern.
        (_own("kinesis:PutRecord", "stream/films"), None),
        (f"{_own('sns:Publish', 'films')}\nIt is cross-account.", None),
        (f"{_own('kinesis:PutRecord', 'stream/films', '444455556666')}\nIt is cross-account.", None),
    ],
)  # fmt: skip
def test_name_without_the_account_of_the_resource(text: str, how: str | None) -> None:
    first = explain(text).remedies[0]
    assert first.title.endswith("of account 111122223333 in the call") is (how is not None)
    assert how is None or how in " ".join(first.steps)


_ZONE = "An error occurred (AccessDenied) when calling the {} operation: User: arn:aws:sts::444455556666:assumed-role/deploy/x is not authorized to access this resource\n"


@check_rows(
    ("text", "title"),
    [
        (_ZONE.format("ChangeResourceRecordSets"), "Change the zone with a role in the account of the zone"),
        (
            f"{_ZONE.format('ChangeResourceRecordSets')}There is arn:aws:iam::111122223333:role/dns.",
            "Change the zone with the role arn:aws:iam::111122223333:role/dns",
        ),
        (
            f"{_ZONE.format('ChangeResourceRecordSets')}There is arn:aws:iam::444455556666:role/dns.",
            "Change the zone with a role in the account of the zone",
        ),
        (_ZONE.format("GetApis"), "Follow the message of the service"),
    ],
)
def test_hosted_zone_of_another_account(text: str, title: str) -> None:
    explanation = explain(text)
    assert explanation.remedies[0].title == title
    assert not any(each.policy for each in explanation.remedies)


def test_hosted_zone_of_another_account_in_terraform() -> None:
    zone = _ZONE.format("ChangeResourceRecordSets")
    of_terraform, of_boto = (
        explain(f"{zone}{more}").remedies[0].steps
        for more in ("  with aws_route53_record.quay,", "aws_access_key_id is set.")
    )
    assert any("In Terraform" in each for each in of_terraform)
    assert not any("In Terraform" in each for each in of_boto)
