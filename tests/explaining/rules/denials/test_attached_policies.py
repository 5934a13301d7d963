"""What is known of an attached AWS managed policy, or of another version of a policy, decides about a denial."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ACCOUNT = "111122223333"
_QUEUE = f"arn:aws:sqs:eu-west-1:{_ACCOUNT}:mails"
_ROLE = f"arn:aws:sts::{_ACCOUNT}:assumed-role/mailer/7f3a"
_IDENTITY = " because no identity-based policy allows the {} action"


def _denied(
    action: str = "sqs:SendMessage", reason: str = "", caller: str = _ROLE, on: str | None = _QUEUE
) -> str:
    resource = f" on resource: {on}" if on else ""
    return f"An error occurred (AccessDenied) when calling the {action.partition(':')[2]} operation: User: {caller} is not authorized to perform: {action}{resource}{reason.format(action)}\n"


def _listed(*names: str, role: str = "mailer", output: str = "json") -> str:
    command = f"\n$ aws iam list-attached-role-policies --role-name {role}\n"
    arns = [f"arn:aws:iam::{_ACCOUNT if name.startswith('Own') else 'aws'}:policy/{name}" for name in names]
    if output == "text":
        return command + "".join(f"ATTACHEDPOLICIES\t{arn}\t{arn.rpartition('/')[2]}\n" for arn in arns)
    return command + json.dumps(
        {"AttachedPolicies": [{"PolicyName": "x", "PolicyArn": arn} for arn in arns]}, indent=4
    )


@check_rows(
    ("said", "is_said"),
    [
        pytest.param("it's got AdministratorAccess so this makes no sense", True, id="got"),
        pytest.param("it never got AdministratorAccess", False, id="never got"),
        pytest.param("Ya le puse AdministratorAccess al rol mailer pero no funciona.", True, id="Spanish"),
        pytest.param("El rol mailer tiene AdministratorAccess, \u00bfqu\u00e9 falta?", True, id="Spanish question"),
        pytest.param("O papel j\u00e1 tem AdministratorAccess.", True, id="Portuguese"),
        pytest.param("Le r\u00f4le mailer a AdministratorAccess.", True, id="French"),
        pytest.param("Die Rolle mailer hat AdministratorAccess, es geht trotzdem nicht.", True, id="German"),
        pytest.param("El rol no tiene AdministratorAccess.", False, id="Spanish denial"),
        pytest.param("Le puse AdministratorAccess y luego lo quit\u00e9.", False, id="Spanish, undone"),
        pytest.param("Le puse AdministratorAccess al rol otro-mailer.", False, id="of another role in Spanish"),
        pytest.param("\u00bfTiene que tener AdministratorAccess?", False, id="asked in Spanish"),
        pytest.param("Die Rolle hat AdministratorAccess nicht.", False, id="German denial"),
        pytest.param("Le r\u00f4le n'a pas AdministratorAccess.", False, id="French denial"),
    ],
)  # fmt: skip
def test_said_in_other_languages(said: str, *, is_said: bool) -> None:
    explanation = explain(_denied(reason=" because no permissions boundary allows the {} action") + said)
    assert ("AdministratorAccess allows the action" in str(explanation)) is is_said


@check_rows(
    ("query", "shown", "is_known"),
    [
        ("'AttachedPolicies[].PolicyName' --output text", "AmazonSQSFullAccess\tOwnBase", True),
        ("AttachedPolicies[*].PolicyName", '[\n    "OwnBase",\n    "AmazonSQSFullAccess"\n]', True),
        ("'AttachedPolicies[].PolicyName' --output text", "OwnSQSFullAccess\tOwnBase", False),
        ("'length(AttachedPolicies)'", "2\n\nThe other account has a list with AmazonSQSFullAccess in it.", False),
    ],
)  # fmt: skip
def test_names_of_attached_policies(query: str, shown: str, *, is_known: bool) -> None:
    listed = f"$ aws iam list-attached-role-policies --role-name mailer --query {query}\n{shown}\n"
    denied = _denied(reason=" because no permissions boundary allows the {} action")
    assert (
        "AmazonSQSFullAccess allows the action already" in str(explain(f"{denied}\n{listed}"))
    ) is is_known


_SSO = f"arn:aws:sts::{_ACCOUNT}:assumed-role/AWSReservedSSO_PowerUserAccess_0123456789abcdef/lee"
_CASES = (
    ("reads", _denied(reason=_IDENTITY) + _listed("ReadOnlyAccess"), "ReadOnlyAccess does not allow this action", "Allow sqs:SendMessage"),
    ("reads as text", _denied(reason=_IDENTITY) + _listed("ReadOnlyAccess", output="text"), "ReadOnlyAccess does not", "Allow sqs:"),
    ("may read", _denied("sqs:GetQueueUrl", _IDENTITY) + _listed("ReadOnlyAccess"), "no identity-based policy allows it", "Allow sqs:"),
    ("with one that is not known", _denied(reason=_IDENTITY) + _listed("ReadOnlyAccess", "OwnMails"), "no identity-based policy", "Allow sqs:"),
    ("of another service", _denied(reason=_IDENTITY) + _listed("AmazonS3FullAccess"), "no identity-based policy", "Allow sqs:"),
    ("everything", _denied(reason=_IDENTITY) + _listed("AdministratorAccess"), "AdministratorAccess allows it, but it was not yet in effect", "Check that AdministratorAccess is attached"),
    ("its service", _denied(reason=_IDENTITY) + _listed("OwnMails", "AmazonSQSFullAccess"), "AmazonSQSFullAccess allows it, but", "Check that AmazonSQSFullAccess"),
    ("of another role", _denied(reason=_IDENTITY) + _listed("AmazonSQSFullAccess", role="web"), "the policy that allows it is that of the role web", "Allow sqs:"),
    ("no reason", _denied() + _listed("AdministratorAccess"), "AdministratorAccess allows it, so a policy of another type denies it", "Find the policy that denies it"),
    ("no reason, another service", _denied() + _listed("AmazonS3FullAccess"), "most likely, no identity-based policy allows it", "Allow sqs:"),
    ("boundary", _denied(reason=" because no permissions boundary allows the {} action") + _listed("AdministratorAccess"), "its permissions boundary does not allow it", "Allow sqs:SendMessage in the permissions boundary"),
    ("permission set", _denied("iam:CreateRole", _IDENTITY, _SSO, f"arn:aws:iam::{_ACCOUNT}:role/app"), "PowerUserAccess does not allow this action", "Allow iam:CreateRole"),
    ("permission set that allows", _denied(caller=_SSO), "PowerUserAccess allows it, so a policy of another type denies it", "Find the policy"),
    ("said", _denied(reason=" because no permissions boundary allows the {} action") + "The role has AdministratorAccess.", "boundary does not allow", "Allow sqs:SendMessage in the permissions"),
    ("said of its service", _denied() + "We did attach AmazonSQSFullAccess to mailer yesterday.", "was denied sqs:SendMessage", "Check that the policy is attached"),
    ("said of the queue", _denied(reason=_IDENTITY) + "The queue's policy allows sqs:SendMessage on *. It is ours.", "no identity-based policy", "Allow sqs:"),
    ("attached by nobody", _denied(reason=_IDENTITY) + "Nobody has attached AmazonSQSFullAccess.", "no identity-based policy", "Allow sqs:"),
    ("said of a boundary", _denied(reason=_IDENTITY) + "We attached PowerUserAccess as its boundary.", "no identity-based policy", "Allow sqs:"),
    ("boundary before the policy", _denied(reason=_IDENTITY) + "The boundary is PowerUserAccess.", "no identity-based policy", "Allow sqs:"),
    ("said of another service", _denied() + "We did attach AmazonMSKFullAccess to mailer yesterday.", "most likely, no identity-based policy", "Allow sqs:"),
    ("said of an unknown policy", _denied() + "We did attach OwnMailsFullAccess to mailer yesterday.", "most likely, no identity-based policy", "Allow sqs:"),
    ("roles by name", _denied("iam:PassRole", _IDENTITY, on=f"arn:aws:iam::{_ACCOUNT}:role/etl") + _listed("AWSGlueConsoleFullAccess"), "allows it only on *:role/AWSGlueServiceRole*", "Allow the role mailer to pass"),
    ("role of that name", _denied("iam:PassRole", _IDENTITY, on=f"arn:aws:iam::{_ACCOUNT}:role/AWSBatchJobRole-etl") + _listed("AWSBatchFullAccess"), "AWSBatchFullAccess allows it, but", "Check that AWSBatchFullAccess"),
    ("passes no role", _denied("iam:PassRole", _IDENTITY, on=f"arn:aws:iam::{_ACCOUNT}:role/etl") + _listed("AWSStepFunctionsFullAccess"), "no identity-based policy", "Allow the role mailer to pass"),
    ("reads queues, not messages", _denied("sqs:ReceiveMessage", _IDENTITY) + "I attached AmazonSQSReadOnlyAccess to mailer.", "AmazonSQSReadOnlyAccess does not allow this action", "Allow sqs:ReceiveMessage"),
    ("the key of a bucket", _denied("kms:Decrypt", _IDENTITY, on=f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9") + "The role has AmazonS3FullAccess.", "AmazonS3FullAccess does not allow this action", "Allow kms:Decrypt"),
    ("a registry of another service", _denied("ecr-public:GetAuthorizationToken", _IDENTITY, on="*") + "The role has AmazonEC2ContainerRegistryFullAccess.", "AmazonEC2ContainerRegistryFullAccess does not allow this action", "Allow ecr-public:"),
    ("a registry by its prefix", _denied("ecr-public:PutImage", _IDENTITY, on="*") + "The role has AmazonEC2ContainerRegistryPowerUser.", "has ecr:PutImage, but the prefix of the action is ecr-public", "Allow ecr-public:"),
    ("buckets by their names", _denied("s3:GetObject", _IDENTITY, on="arn:aws:s3:::films/a.csv") + "The role has AmazonSageMakerFullAccess.", "AmazonSageMakerFullAccess allows it only on", "Allow s3:GetObject"),
    ("a bucket with such a name", _denied("s3:GetObject", _IDENTITY, on="arn:aws:s3:::films-sagemaker/a.csv") + "The role has AmazonSageMakerFullAccess.", "AmazonSageMakerFullAccess allows it, but", "Check that AmazonSageMakerFullAccess"),
    ("some of what is unknown", _denied("ec2:DescribeTags", _IDENTITY, on="*") + "The role has AmazonEKS_CNI_Policy.", "no identity-based policy", "Allow ec2:DescribeTags"),
    ("of the nodes, not of the caller", _denied("eks:DescribeCluster", _IDENTITY, on=f"arn:aws:eks:eu-west-1:{_ACCOUNT}:cluster/films") + "The nodes have AmazonEKSWorkerNodePolicy.", "no identity-based policy", "Allow eks:DescribeCluster"),
    ("said of the nodes, by another code", _denied("ec2:RunInstances", _IDENTITY, on="*").replace("AccessDenied", "UnauthorizedOperation") + "The role has AmazonEKSWorkerNodePolicy.", "AmazonEKSWorkerNodePolicy does not allow this action", "Allow ec2:RunInstances"),
    ("listed, of the function", _denied("dynamodb:PutItem", _IDENTITY, on=f"arn:aws:dynamodb:eu-west-1:{_ACCOUNT}:table/films") + _listed("service-role/AWSLambdaBasicExecutionRole"), "AWSLambdaBasicExecutionRole does not allow this action", "Allow dynamodb:PutItem"),
    ("said of a policy that only reads", _denied(reason=_IDENTITY) + "The role has AmazonSQSReadOnlyAccess and AmazonS3ReadOnlyAccess.", "AmazonSQSReadOnlyAccess does not allow this action", "Allow sqs:SendMessage"),
    ("the key of a parameter", _denied("kms:Decrypt", _IDENTITY, on=f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9") + "The role has AmazonSSMReadOnlyAccess.", "AmazonSSMReadOnlyAccess does not allow this action", "Allow kms:Decrypt"),
    ("the data of queries", _denied("s3:GetObject", _IDENTITY, on="arn:aws:s3:::films/a.parquet") + "The role has AmazonAthenaFullAccess.", "AmazonAthenaFullAccess allows it only on arn:aws:s3:::aws-athena-query-results-*", "Allow s3:GetObject"),
    ("said of the asker", _denied(reason=_IDENTITY) + "My own user is AdministratorAccess.", "AdministratorAccess of your own user has no effect here", "Allow sqs:SendMessage for the role mailer"),
    ("said of the asker, of a service", _denied() + "My IAM user has AmazonSQSFullAccess attached!", "AmazonSQSFullAccess of your own user has no effect here", "Allow sqs:"),
    *((f"of the profile, {words}", f"$ cdk deploy mails --profile ops\n{_denied(reason=_IDENTITY, caller=_ROLE.replace('7f3a', 'AWSCloudFormation'))}{words}", "AdministratorAccess of your own user has no effect here", "Allow sqs:")
      for words in ("My profile ops has AdministratorAccess.", "But ops IS AdministratorAccess!")),
    ("of a role, not of a profile", f"$ cdk deploy mails --profile ops\n{_denied(reason=_IDENTITY, caller=_ROLE.replace('7f3a', 'AWSCloudFormation'))}mailer has AdministratorAccess.", "AdministratorAccess allows it, but is not in effect", "Check that AdministratorAccess"),
    ("of the profile that made the call", f"$ aws sqs send-message --profile ops\n{_denied(reason=_IDENTITY)}ops has AmazonSQSFullAccess.", "AmazonSQSFullAccess allows it, but is not in effect", "Check that AmazonSQSFullAccess"),
    ("said of the asker's session", _denied(reason=_IDENTITY, caller=_SSO.replace("PowerUser", "Ops")) + "My user has AdministratorAccess.", "AdministratorAccess allows it, but is not in effect", "Check that AdministratorAccess"),
    ("what the asker has, for a service", _denied(reason=_IDENTITY, caller=_ROLE.replace("mailer/7f3a", "AWSCodePipelineServiceRole-eu-west-1-mails/1764012345678")) + "I have PowerUserAccess.", "PowerUserAccess of your own user has no effect here", "Allow sqs:"),
    *((f"what the asker has, for {name}", _denied(reason=_IDENTITY, caller=_ROLE.replace("7f3a", session)) + f"I have AdministratorAccess.{words}", "AdministratorAccess of your own user has no effect here", "Allow sqs:")
      for name, session, words in (
          ("an instance", "i-0a1b2c3d4e5f60718", ""),
          ("a task", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", ""),
          ("a state machine", "kLqXwPzRtYvBnMcDfGhJ", " Only the state machine fails."),
      )),
    *((f"what the asker attached to an instance's role, {words}", _denied(reason=_IDENTITY, caller=_ROLE.replace("7f3a", "i-0a1b2c3d4e5f60718")) + words, "AmazonSQSFullAccess allows it, but is not in effect", "Check that AmazonSQSFullAccess")
      for words in ("I have attached AmazonSQSFullAccess.", "I have AmazonSQSFullAccess on the role.")),
    ("what the asker has, in the same session", _denied(reason=_IDENTITY, caller=_SSO.replace("PowerUser", "Ops")) + "I have PowerUserAccess.", "PowerUserAccess allows it, but", "Check that PowerUserAccess"),
    ("one of the account with the name of one of AWS", _denied(reason=_IDENTITY) + _listed("AmazonSQSFullAccess").replace("iam::aws:", f"iam::{_ACCOUNT}:"), "no identity-based policy", "Allow sqs:"),
    ("in another partition", _denied("s3:PutObject", _IDENTITY, _ROLE.replace("arn:aws:", "arn:aws-cn:"), "arn:aws-cn:s3:::films/a") + "The role has AWSGlueServiceRole attached.", "allows it only on arn:aws-cn:s3:::aws-glue-*/*", "Allow s3:PutObject"),
    ("a slip in a name", _denied("ssm:GetParameter", _IDENTITY, on=f"arn:aws:ssm:eu-west-1:{_ACCOUNT}:parameter//AmazonCloudWatch-web") + "The role has CloudWatchAgentServerPolicy attached.", "CloudWatchAgentServerPolicy allows it only on", "Allow ssm:GetParameter"),
    ("said of another role", _denied(reason=_IDENTITY) + "The role web has AmazonSSMManagedInstanceCore attached.", "no identity-based policy", "Allow sqs:"),
    ("said of another role by its name", _denied(reason=_IDENTITY) + f"web-tier already has AmazonSQSFullAccess.\narn:aws:iam::{_ACCOUNT}:role/web-tier", "the policy that allows it is that of the role web-tier", "Allow sqs:SendMessage for the role mailer"),
    ("attached to another role by its name", _denied(reason=_IDENTITY) + f"AmazonSQSFullAccess is attached to web-tier.\nrole: arn:aws:iam::{_ACCOUNT}:role/app/web-tier", "the policy that allows it is that of the role web-tier", "Allow sqs:SendMessage for the role mailer"),
    ("said of a role that the text does not show", _denied(reason=_IDENTITY) + "web-tier already has AmazonSQSFullAccess.", "AmazonSQSFullAccess allows it, but is not in effect", "Check that AmazonSQSFullAccess"),
    ("said beside another role", _denied(reason=_IDENTITY) + f"Like web-tier, mailer has AmazonSQSFullAccess.\narn:aws:iam::{_ACCOUNT}:role/web-tier", "AmazonSQSFullAccess allows it, but is not in effect", "Check that AmazonSQSFullAccess"),
    ("attached to the caller by its name", _denied(reason=_IDENTITY) + f"AmazonSQSFullAccess is attached to mailer, not to web-tier.\narn:aws:iam::{_ACCOUNT}:role/web-tier", "AmazonSQSFullAccess allows it, but is not in effect", "Check that AmazonSQSFullAccess"),
    ("a role with the name of a policy", _denied(reason=_IDENTITY, caller=_ROLE.replace("mailer", "AWSLambdaRole")) + "The function is assigned AWSLambdaRole.", "no identity-based policy", "Allow sqs:"),
    ("said of another attempt", _denied() + "It works if the role has AdministratorAccess.", "most likely, no identity-based policy", "Allow sqs:"),
)  # fmt: skip


@check_rows(("text", "verdict", "title"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_attached_policy_decides(text: str, verdict: str, title: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(title)


def test_what_aws_states_comes_before_an_attached_policy() -> None:
    text = _denied(
        "s3:PutBucketPolicy",
        " because public policies are blocked by the BlockPublicPolicy block public access setting.",
        on="arn:aws:s3:::orders",
    )
    explanation = explain(f"{text}The role has AdministratorAccess.")
    assert explanation.remedies[0].title == "Allow those who need access, not everyone"
    assert "AdministratorAccess allows s3:PutBucketPolicy" in " ".join(
        each.text for each in explanation.causes
    )


def test_policy_of_aws_is_not_edited() -> None:
    text = _denied("iam:PassRole", _IDENTITY, on=f"arn:aws:iam::{_ACCOUNT}:role/etl")
    steps = explain(text + _listed("AmazonBedrockFullAccess")).remedies[0].steps
    assert any("which you cannot edit" in each for each in steps)
    assert not any("add this Resource" in each for each in steps)


def test_boundary_is_changed_and_no_other_policy() -> None:
    text = _denied(reason=" because no permissions boundary allows the {} action")
    shown = " ".join(explain(text + _listed("AdministratorAccess")).to_text().split())
    assert (
        "AdministratorAccess allows the action already. Without an Allow in the boundary, that has no"
        in shown
    )


_BOUNDARY = " because no permissions boundary allows the {} action"
_CONTROL = " because no service control policy allows the {} action"
_SESSION = " because no session policy allows the {} action"


@check_rows(
    ("reason", "said", "shown", "hidden"),
    [
        (_BOUNDARY, "The role has AmazonSQSFullAccess.", "AmazonSQSFullAccess allows the action already. Without", "if it is attached"),
        (_BOUNDARY, "mailer has AmazonSQSFullAccess attached.", "AmazonSQSFullAccess allows the action already. Without", "if it is attached"),
        (_BOUNDARY, "The group has AmazonSQSFullAccess.", "already, if it is attached to the role mailer", "already. Without"),
        (_BOUNDARY, "role policy: sqs:* on :mails and :mails-*", "The policy of the role mailer allows the call already, as the text says. Without", "if it is attached"),
        (_BOUNDARY, "user policy: sqs:* on :mails", "so an Allow in another policy alone", "allows the call already"),
        (_BOUNDARY, "role policy: sqs:* on :carts", "so an Allow in another policy alone", "allows the call already"),
        (_CONTROL, "Our role has AmazonSQSFullAccess.", "AmazonSQSFullAccess allows the action already: another Allow does not help", "also needs its own Allow"),
        (_CONTROL, "We sign in as AWSReservedSSO_Mail_0a1b. Our permission set has sqs:* on *.", "allows the action already", "also needs its own Allow"),
        (_CONTROL, "We sign in as AWSReservedSSO_Mail_0a1b. Our permission set has sns:* on *.", "also needs its own Allow", "allows the action already"),
        # Of a person, and not of the role that called.
        (_CONTROL, "We sign in as AWSReservedSSO_Mail_0a1b. The permission set Mail has sqs:* on *.", "allows the action already", "also needs its own Allow"),
        (_CONTROL, "We sign in as AWSReservedSSO_Mail_0a1b. The permission set Audit has sqs:* on *.", "also needs its own Allow", "allows the action already"),
        (_CONTROL, "We sign in as AWSReservedSSO_MailAudit_0a1b. The permission set Mail has sqs:* on *.", "also needs its own Allow", "allows the action already"),
        (_CONTROL, "We sign in as AWSReservedSSO_Mail_0a1b. The permission set of Mia has sqs:* on *.", "also needs its own Allow", "allows the action already"),
        (_CONTROL, "Our permission set has sqs:* on *.", "also needs its own Allow", "allows the action already"),
        (_CONTROL, "Our role has AmazonS3FullAccess.", "also needs its own Allow", "allows the action already"),
        (_SESSION, f"mailer itself has sqs:* on {_QUEUE}.", "allows the action already: it needs no change", "an Allow for the role mailer alone"),
        (_SESSION, f"The role mailer has sqs:* on {_QUEUE}.", "allows the action already: it needs no change", "an Allow for the role mailer alone"),
        (_CONTROL, "We would have given it AmazonSQSFullAccess.", "also needs its own Allow", "allows the action already"),
        (_CONTROL, "Our role has everything except AmazonSQSFullAccess.", "also needs its own Allow", "allows the action already"),
        (_CONTROL, "Given that AmazonSQSFullAccess is too broad, I wrote none.", "also needs its own Allow", "allows the action already"),
        (_SESSION, f"It is denied:\n- sqs:* on {_QUEUE}", "an Allow for the role mailer alone", "allows the action already"),
        (_SESSION, f"We have sqs:* on {_QUEUE} in the SCP.", "an Allow for the role mailer alone", "allows the action already"),
        # Of another role, or on another queue.
        (_SESSION, f"web has sqs:* on {_QUEUE}. It is arn:aws:iam::{_ACCOUNT}:role/web.", "an Allow for the role mailer alone", "allows the action already"),
        (_SESSION, f"mailer has sqs:* on {_QUEUE}-2.", "an Allow for the role mailer alone", "allows the action already"),
    ],
)  # fmt: skip
def test_policy_of_the_caller_has_no_effect_on_others(
    reason: str, said: str, shown: str, hidden: str
) -> None:
    text = " ".join(explain(f"{_denied(reason=reason)}\n{said}").to_text(detail="full").split())
    assert shown in text
    assert hidden not in text


@pytest.mark.parametrize(
    ("is_default", "verdict", "command"),
    [
        (
            "false",
            "version v2 of the policy Mails allows it, but another is the default version",
            "aws iam set-default-policy-version --policy-arn arn:aws:iam::111122223333:policy/Mails --version-id v2",
        ),
        (
            "true",
            "but is not in effect for this caller",
            "aws iam list-attached-role-policies --role-name mailer",
        ),
    ],
)
def test_version_of_a_policy(is_default: str, verdict: str, command: str) -> None:
    shown = (
        f"\n$ aws iam get-policy-version --version-id v2 --policy-arn arn:aws:iam::{_ACCOUNT}:policy/Mails\n"
    )
    document = '{"PolicyVersion": {"Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}, "VersionId": "v2", "IsDefaultVersion": DEFAULT}}'
    explanation = explain(_denied(reason=_IDENTITY) + shown + document.replace("DEFAULT", is_default))
    assert verdict in explanation.summary
    assert explanation.remedies[0].commands[0] == command


_ALLOWING = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}'
)

_PRINT = f"$ aws iam get-policy-version --policy-arn ARN --version-id v4 --query PolicyVersion.Document\n{_ALLOWING}\n"

_PRINT_YAML = "$ aws iam get-policy-version --policy-arn ARN --version-id v4 --query PolicyVersion.Document --output yaml\nStatement:\n- Action: sqs:*\n  Effect: Allow\n  Resource: '*'\nVersion: '2012-10-17'\n"


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [
        (
            f"$ aws iam list-policy-versions --policy-arn ARN --output text\nVERSIONS\t2026-05-02T09:00:00+00:00\tFalse\tv4\nVERSIONS\t2026-05-01T09:00:00+00:00\tTrue\tv3\n{_PRINT}",
            "version v4 of the policy Mails allows it, but v3 is the default version",
        ),
        (
            f'{_PRINT}$ aws iam get-policy --policy-arn ARN --query Policy.DefaultVersionId\n"v2"\n',
            "version v4 of the policy Mails allows it, but v2 is the default version",
        ),
        (
            f'$ aws iam get-policy --policy-arn ARN --query Policy.DefaultVersionId\n"v2"\n{_PRINT_YAML}',
            "version v4 of the policy Mails allows it, but v2 is the default version",
        ),
        # The last of the list is not the default version, and the printed one is.
        (
            f'$ aws iam list-policy-versions --policy-arn ARN\n{{"Versions": [{{"VersionId": "v4", "IsDefaultVersion": true}}, {{"VersionId": "v3", "IsDefaultVersion": false}}]}}\n{_PRINT}',
            "is not in effect for this caller",
        ),
        # The printed document allows other actions, and the one after it is another policy.
        (
            f'$ aws iam get-policy --policy-arn ARN --query Policy.DefaultVersionId\n"v2"\n{_PRINT.replace("sqs:*", "sns:*")}{_ALLOWING}\n',
            "is not in effect for this caller",
        ),
        (
            f'$ aws iam get-policy --policy-arn ARN-old --query Policy.DefaultVersionId\n"v2"\n{_PRINT}',
            "is not in effect for this caller",
        ),
        # It is the default one since then.
        (
            f'$ aws iam get-policy --policy-arn ARN --query Policy.DefaultVersionId\n"v2"\n$ aws iam set-default-policy-version --policy-arn ARN --version-id v4\n{_PRINT}',
            "is not in effect for this caller",
        ),
        (
            f'$ aws iam get-policy --policy-arn ARN --query Policy.DefaultVersionId\n"v2"\n$ aws iam create-policy-version --policy-arn ARN --policy-document file://p.json --set-as-default\n{_PRINT}',
            "is not in effect for this caller",
        ),
        # Nobody but AWS sets the version of its policies.
        (
            f'$ aws iam get-policy --policy-arn ARN --query Policy.DefaultVersionId\n"v2"\n{_PRINT}'.replace(
                "ARN", "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
            ),
            "is not in effect for this caller",
        ),
        # Another command printed the document.
        (
            f'$ aws iam get-policy --policy-arn ARN --query Policy.DefaultVersionId\n"v2"\n$ aws iam get-policy-version --policy-arn ARN --version-id v4 > v4.json\n$ cat policy.json\n{_ALLOWING}\n',
            "is not in effect for this caller",
        ),
    ],
)
def test_default_version_of_a_policy(shown: str, verdict: str) -> None:
    shown = shown.replace("ARN", f"arn:aws:iam::{_ACCOUNT}:policy/Mails")
    explanation = explain(f"{_denied(reason=_IDENTITY)}\n{shown}")
    assert explanation.summary.endswith(f"{verdict}.")


def _policy(*actions: str, resource: str) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]}
    )


_ZONE = "arn:aws:route53:::hostedzone/Z0AAAABBBB1111"
_DNS = _ROLE.replace("/mailer/", "/external-dns/")


@check_rows(
    ("action", "policy", "is_there"),
    [
        (
            "ec2:DescribeVolumes",
            _policy("ec2:DescribeVolumes", resource="arn:aws:ec2:eu-west-1:111122223333:volume/*"),
            True,
        ),
        ("ec2:DescribeVolumes", _policy("ec2:*", resource="arn:aws:ec2:*:*:instance/i-*"), True),
        ("ec2:DescribeVolumes", _policy("ec2:DescribeVolumes", resource="*"), False),
        ("ec2:DescribeVolumes", _policy("ec2:DescribeImages", resource="*"), False),
    ],
)
def test_action_without_resources_that_is_allowed_on_one(action: str, policy: str, *, is_there: bool) -> None:
    explanation = explain(f"{_denied(action, _IDENTITY, on=None)}But it is in the policy: {policy}")
    assert ("where it has no effect" in explanation.summary) is is_there


def test_policy_of_a_controller_has_only_what_the_stated_one_lacks() -> None:
    text = f"external-dns: {_denied('route53:ListHostedZones', _IDENTITY, _DNS, on=None)}"
    policy = _policy(
        "route53:ListHostedZones",
        "route53:ChangeResourceRecordSets",
        "route53:ListResourceRecordSets",
        resource=_ZONE,
    )
    assert "hostedzone/*" in str(explain(text).remedies[0].policy)
    statements = (explain(f"{text}The policy: {policy}").remedies[0].policy or {})["Statement"]
    actions = [each["Action"] for each in statements]
    assert actions[0] == "route53:ListHostedZones"
    assert "route53:ChangeResourceRecordSets" not in str(actions)


_CART = "arn:aws:s3:::carts/7.json"
_BY_ENDPOINT = _denied("s3:GetObject", " because no VPC endpoint policy allows the {} action", on=_CART)
_BY_RESOURCE = _denied("s3:GetObject", " because no resource-based policy allows the {} action", on=_CART)


def _open(resource: str = "arn:aws:s3:::carts/*", action: str = "s3:GetObject", principal: str = "*") -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@check_rows(
    ("text", "verdict"),
    [
        (f"{_BY_ENDPOINT}Endpoint: {_open('arn:aws:s3:::logs/*')}", "the VPC endpoint's policy in the text allows it only on arn:aws:s3:::logs/*."),
        (f"{_BY_ENDPOINT}Endpoint: {_open(action='s3:PutObject')}", "the VPC endpoint's policy in the text does not allow this action: it allows only s3:PutObject."),
        (f"{_BY_ENDPOINT}Bucket: {_open('arn:aws:s3:::logs/*')}", "the VPC endpoint's policy does not allow it."),
        (f"{_BY_ENDPOINT}Endpoint: {_open()}", "the VPC endpoint's policy does not allow it."),
        (f"{_BY_RESOURCE}{_open(principal='arn:aws:iam::111122223333:role/web')}", "the bucket policy in the text allows it only to arn:aws:iam::111122223333:role/web."),
        (f"{_BY_RESOURCE}{_open(principal='111122223333')}", "the bucket policy does not allow it."),
        (f"{_BY_RESOURCE}{_open(action='sqs:SendMessage')}", "the bucket policy does not allow it."),
    ],
)  # fmt: skip
def test_policy_with_principals(text: str, verdict: str) -> None:
    assert explain(text).summary.endswith(verdict)


_ASSUMED = "$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/ledger --role-session-name w1 --external-id e-41\nAn error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::444455556666:assumed-role/sync/w1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/ledger\n\n"
_TRUSTING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/sync"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "e-14"}}}]}'


@pytest.mark.parametrize(
    ("shown", "is_allowed"),
    [
        ("Our role is allowed sts:AssumeRole on arn:aws:iam::*:role/ledger.", True),
        ("They sent the trust policy, and our role is allowed sts:AssumeRole on arn:aws:iam::*:role/ledger.", True),
        ("The role sync is already allowed to sts:AssumeRole on arn:aws:iam::111122223333:role/ledger.", True),
        ("sync's policy: sts:AssumeRole on arn:aws:iam::*:role/ledger", True),
        ("books's policy: sts:AssumeRole on arn:aws:iam::*:role/ledger", False),
        ("other's boundary: sts:AssumeRole on arn:aws:iam::*:role/ledger", False),
        ("Our role is not allowed sts:AssumeRole on arn:aws:iam::*:role/ledger.", False),
        ("Their bucket policy is allowed sts:AssumeRole on arn:aws:iam::*:role/ledger.", False),
    ],
)  # fmt: skip
def test_caller_that_is_allowed_to_assume_the_role(shown: str, *, is_allowed: bool) -> None:
    explanation = explain(f"{_ASSUMED}{shown}", facts={"trust_policy": _TRUSTING})
    assert "requires the external ID e-14, and the command passes e-41." in explanation.summary
    first, *others = explanation.remedies
    assert first.title == "Pass the external ID e-14"
    assert "If e-41 is right, an administrator of the account 111122223333 changes" in " ".join(first.steps)
    assert any("to assume the role" in each.title for each in others) is not is_allowed


@check_rows(
    ("log", "passed"),
    [
        ("INFO tenant=a role=arn:aws:iam::111122223333:role/ledger ext=e-41", "e-41"),
        ("10:02 assuming role_arn=arn:aws:iam::111122223333:role/ledger external_id=e-41 try=1", "e-41"),
        ('{"level":"info","role_arn":"arn:aws:iam::111122223333:role/ledger","externalId":"e-41"}', "e-41"),
        ("role=arn:aws:iam::111122223333:role/ledger ext=e-41\nrole=arn:aws:iam::111122223333:role/ledger ext=e-41", "e-41"),
        # Of another role, two values, and no field of a call.
        ("role=arn:aws:iam::777788889999:role/ledger ext=e-41", None),
        ("role=arn:aws:iam::111122223333:role/ledger ext=e-41\nrole=arn:aws:iam::111122223333:role/ledger ext=e-42", None),
        ("role=arn:aws:iam::111122223333:role/ledger next=e-41", None),
        ("role=arn:aws:iam::111122223333:role/ledger external_id=***", None),
        ("role=arn:aws:iam::111122223333:role/ledger file=a ext=.csv", None),
        ("role=arn:aws:iam::111122223333:role/ledger file=x.ext", None),
    ],
)  # fmt: skip
def test_external_id_in_a_log(log: str, passed: str | None) -> None:
    denied = _ASSUMED.partition("\n")[2]
    summary = explain(f"{log}\n{denied}", facts={"trust_policy": _TRUSTING}).summary
    assert summary.endswith(
        f"e-14, and the call passes {passed}." if passed else "requires the external ID e-14."
    )


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        ("444455556666", "although AmazonSQSFullAccess does: account 444455556666 must allow it, too, and another Allow in 111122223333 does not help"),
        ("111122223333", "mails: the queue policy does not allow it."),
    ],
)  # fmt: skip
def test_attached_policy_beside_the_policy_of_a_resource(owner: str, words: str) -> None:
    denied = f"User: arn:aws:sts::111122223333:assumed-role/mailer/run is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{owner}:mails because no resource-based policy allows the sqs:SendMessage action"
    assert words in explain(f"{denied}\n\n{_listed('AmazonSQSFullAccess')}").summary


_SENDS = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}]}'
_APPLIED = """  + resource "aws_iam_role_policy" "send" {
      + policy = jsonencode(
            {
              + Statement = [
                  + {
                      + Action   = "sqs:SendMessage"
                      + Effect   = "Allow"
                      + Resource = "*"
                    },
                ]
              + Version   = "2012-10-17"
            }
        )
      + role   = "mailer"
    }
"""
_VERSION = f"$ aws iam get-policy-version --policy-arn arn:aws:iam::{_ACCOUNT}:policy/teams/Cap --version-id v7 --query PolicyVersion.Document\n{_SENDS}\n"


@pytest.mark.parametrize(
    ("reason", "shown", "name"),
    [
        (_IDENTITY, f"{_VERSION}{_APPLIED}", "the policy aws_iam_role_policy.send"),
        (_IDENTITY, _APPLIED, "the policy aws_iam_role_policy.send"),
        (_IDENTITY, f"# iam.tf\n{_APPLIED}", "the policy in iam.tf"),
        (
            " because no permissions boundary allows the sqs:SendMessage action",
            f'{_APPLIED}$ aws iam get-role --role-name mailer --query Role.PermissionsBoundary.PermissionsBoundaryArn\n"arn:aws:iam::{_ACCOUNT}:policy/teams/Cap"\n{_VERSION}',
            "the permissions boundary Cap",
        ),
        # The document of another command has its own name.
        (
            _IDENTITY,
            f"{_VERSION.partition('{')[0]}{{}}\n$ cat sends.json\n{_SENDS}\n",
            "the policy in sends.json",
        ),
    ],
)
def test_name_of_a_policy_that_a_command_or_code_has(reason: str, shown: str, name: str) -> None:
    explanation = explain(f"{_denied(reason=reason)}\n{shown}")
    words = [explanation.summary, *(each.text for each in explanation.causes)]
    assert any(name in each.replace("The ", "the ") for each in words)


_CREATE = _denied("iam:CreateRole", _IDENTITY, on=f"arn:aws:iam::{_ACCOUNT}:role/etl")
_TEAM = f"arn:aws:iam::{_ACCOUNT}:policy/team"


@check_rows(
    ("said", "condition"),
    [
        (f"The role mailer has iam:CreateRole on * only if iam:PermissionsBoundary is {_TEAM}.", f"iam:PermissionsBoundary is {_TEAM}"),
        (f"mailer has iam:CreateRole with the condition StringEquals iam:PermissionsBoundary {_TEAM}", f"iam:PermissionsBoundary is {_TEAM}"),
        ("The role mailer has iam:CreateRole on * when aws:RequestedRegion is eu-west-9.", "aws:RequestedRegion is eu-west-9"),
        ("The role still has iam:CreateRole on * when aws:RequestedRegion is eu-west-9.", "aws:RequestedRegion is eu-west-9"),
        # It is that of another role, or what the condition requires is open.
        (f"The role crane has iam:CreateRole on * only if iam:PermissionsBoundary is {_TEAM}.", None),
        (f"The role infra has iam:CreateRole on * only if iam:PermissionsBoundary is {_TEAM}.", None),
        ("The role mailer has iam:CreateRole on * if the role is tagged.", None),
    ],
)  # fmt: skip
def test_described_policy_with_a_condition(said: str, condition: str | None) -> None:
    explanation = explain(f"{_CREATE}\n{said}\n")
    assert (f"allows it only if {condition}" in explanation.summary) is (condition is not None)
