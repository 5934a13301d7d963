"""What works beside a failure, and which credentials take precedence, decides what the failure means."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:{} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::acme/x because no identity-based policy allows the s3:PutObject action\n"
_USER, _ROLE = "iam::111122223333:user/old", "sts::111122223333:assumed-role/api/s1"
_SSO_ROLE = "sts::111122223333:assumed-role/AWSReservedSSO_Lab_0123456789abcdef/kim"
_SIGN_IN = (
    "$ aws sso login --profile lab\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n"
)
_ENV = "AWS_ACCESS_KEY_ID=AKIAZEXAMPLEQWERQ7ZX\nAWS_SECRET_ACCESS_KEY=x\n"
_IRSA = "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/api\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token\n"
_ANNOTATION = (
    "serviceAccount:\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/api\n"
)
_INDENTED = "         - name\n" * 12


@pytest.mark.parametrize(
    ("caller", "shown", "says", "command"),
    [
        (_USER, f"$ kubectl exec deploy/api -n shop -- env\n{_ENV}{_IRSA}", "take precedence over the role api", "kubectl set env deployment/api"),
        (_USER, f"$ env\n{_ENV}AWS_PROFILE=lab\n", "takes precedence over the profile lab", "unset AWS_ACCESS_KEY_ID"),
        (_USER, '"taskRoleArn": "arn:aws:iam::111122223333:role/api", "environment": [{"name": "AWS_ACCESS_KEY_ID", "value": "x"}]', "over the role api", "aws ecs register-task-definition"),
        (_ROLE, f"$ env\n{_ENV}{_IRSA}", "", ""),
        (_USER, f"$ env\n{_IRSA}", "", ""),
        (_USER, f"$ env\n{_ENV}", "", ""),
        # Another role than that of the sign-in, which tools can export as variables, too.
        (_ROLE, f"{_SIGN_IN}$ env\n{_ENV}AWS_PROFILE=lab\n", "takes precedence over the profile lab", "unset AWS_ACCESS_KEY_ID"),
        (_SSO_ROLE, f"{_SIGN_IN}$ env\n{_ENV}AWS_PROFILE=lab\n", "", ""),
        (_ROLE, f"$ env\n{_ENV}AWS_PROFILE=lab\n", "", ""),
    ],
)  # fmt: skip
def test_keys_before_a_role_or_profile(caller: str, shown: str, says: str, command: str) -> None:
    explanation = explain(f"{shown}$ python put.py\n{_DENIED.format(caller)}")
    assert ("profile-overridden" in [each.code for each in explanation.causes]) is bool(says)
    assert says in explanation.summary
    assert command in " ".join(explanation.remedies[0].commands)
    # Nothing needs to be allowed for keys that are not meant to be used.
    is_allowed = any(each.layer is not None for each in explanation.remedies)
    assert is_allowed is not bool(says)


def test_keys_in_a_task_definition_in_terraform() -> None:
    code = 'resource "aws_ecs_task_definition" "api" {\n  task_role_arn = "arn:aws:iam::111122223333:role/api"\n  container_definitions = jsonencode([{ environment = [{ name = "AWS_ACCESS_KEY_ID", value = var.key }] }])\n}\n'
    explanation = explain(f"$ python put.py\n{_DENIED.format(_USER)}\n{code}")
    assert "take precedence over the role api" in explanation.summary
    first = explanation.remedies[0]
    assert "in aws_ecs_task_definition.api. The apply registers" in first.steps[0]
    assert first.commands == ("terraform apply",)


@check_rows(
    ("policy", "says"),
    [
        ("arn:aws:s3:::acme/*", "the role api, which has the permission already"),
        ("arn:aws:s3:::other/*", "the role api, which needs the permission"),
    ],
)
def test_role_of_a_task_has_the_permission(policy: str, says: str) -> None:
    task = (
        '"taskRoleArn": "arn:aws:iam::111122223333:role/api", "environment": [{"name": "AWS_ACCESS_KEY_ID"}]'
    )
    shown = f'$ aws iam get-role-policy --role-name api --policy-name s3 --query PolicyDocument.Statement\n[{{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "{policy}"}}]'
    first = explain(f"$ python put.py\n{_DENIED.format(_USER)}\n{task}\n{shown}").remedies[0]
    assert says in first.steps[-1]
    assert "aws iam list-access-keys --user-name old" in first.steps[-1]


@pytest.mark.parametrize(
    ("caller", "shown", "command", "values"),
    [
        (_USER, f"$ kubectl logs deploy/api\n{_IRSA}", "kubectl describe", None),
        (_USER, f"velero restarted\n{_ANNOTATION}credentials:\n  useSecret: true\n  existingSecret: cloud\n", "", "credentials:\n  useSecret: false\n"),
        (_USER, f"pod store-7d9f8c-x2x4z\n{_ANNOTATION}aws:\n  existingSecret: s3-keys\n", "", 'aws:\n  existingSecret: ""\n'),
        (
            _USER,
            f"external-secrets\n{_ANNOTATION}kind: ClusterSecretStore\n  auth:\n    secretRef:\n      accessKeyIDSecretRef: {{name: aws-keys, key: id}}\n",
            "",
            None,
        ),
        (
            _USER,
            "pod store-7d9f8c-x2x4z\n$ aws eks create-pod-identity-association --cluster-name c --service-account store --role-arn arn:aws:iam::111122223333:role/api\n\n",
            "kubectl describe",
            None,
        ),
        # A pattern that could share out the blanks in several ways would not end.
        (_USER, f"pod store-7d9f8c-x2x4z\n{_ANNOTATION}values:\n{_INDENTED}of useSecret\n", "", None),
        # A person or a role made the call, or the text shows no role.
        (_USER, f"{_ANNOTATION}$ aws s3 cp a s3://acme/x\n", None, None),
        (_ROLE, f"$ kubectl logs deploy/api\n{_IRSA}", None, None),
        (_USER, "$ kubectl logs deploy/api\n", None, None),
        (_USER, f"$ kubectl logs deploy/api\nAnother cluster has {_IRSA}", None, None),
    ],
)  # fmt: skip
def test_keys_of_a_pod(caller: str, shown: str, command: str | None, values: str | None) -> None:
    explanation = explain(f"{shown}{_DENIED.format(caller)}")
    is_pod = command is not None
    assert (explanation.causes[0].code == "pod-uses-access-keys") is is_pod
    assert any(each.policy for each in explanation.remedies) is not is_pod
    if command is not None:
        assert "called with access keys of this user, and not with the role api" in explanation.summary
        assert command in " ".join(explanation.remedies[0].commands)
        assert explanation.remedies[0].manifest == values


_INJECTED = "- name: AWS_CONTAINER_CREDENTIALS_FULL_URI\n  value: http://169.254.170.23/v1/credentials\n"
_LISTED = '$ aws eks list-pod-identity-associations --cluster-name c\n{"associations": [{"namespace": "ops", "serviceAccount": "store", "associationId": "a-0abcd1234efgh5678"}]}\n$ aws eks describe-pod-identity-association --cluster-name c --association-id a-0abcd1234efgh5678 --query association.roleArn --output text\narn:aws:iam::111122223333:role/api\n\n'


@check_rows(
    ("shown", "role", "secret"),
    [
        (_INJECTED, "the role of its Pod Identity association", None),
        (f"envFrom:\n- secretRef:\n    name: backup-keys\nenv:\n{_INJECTED}", "the role of its Pod Identity association", "backup-keys"),
        (f"envFrom: [{{secretRef: {{name: aws-creds}}}}]\n{_INJECTED}", "the role of its Pod Identity association", "aws-creds"),
        (f"envFrom:\n- secretRef:\n    name: app-settings\nenv:\n{_INJECTED}", "the role of its Pod Identity association", None),
        (f"envFrom:\n- secretRef:\n    name: monkey-iamb\nenv:\n{_INJECTED}", "the role of its Pod Identity association", None),
        (f"envFrom:\n- secretRef:\n    name: aws-a\n- secretRef:\n    name: aws-b\nenv:\n{_INJECTED}", "the role of its Pod Identity association", None),
        (f"{_INJECTED}{_LISTED}", "the role api", None),
        # The pod has no association, or a task of ECS made the call.
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI is not set in the pod.\n", None, None),
        (_INJECTED.replace("169.254.170.23/v1", "169.254.170.2/v2"), None, None),
    ],
)  # fmt: skip
def test_keys_of_a_pod_with_an_association(shown: str, role: str | None, secret: str | None) -> None:
    explanation = explain(f"$ kubectl get pod store-0 -o yaml\n{shown}{_DENIED.format(_USER)}")
    first = explanation.remedies[0]
    assert (explanation.causes[0].code == "pod-uses-access-keys") is (role is not None)
    assert any(each.policy for each in explanation.remedies) is (role is None)
    if role is not None:
        assert explanation.summary.endswith(f"called with access keys of this user, and not with {role}.")
        assert first.steps[0].startswith(f"Remove secretRef {secret} from envFrom") is (secret is not None)
        # It can have other values.
        assert "delete the Secret" not in " ".join(first.steps)


_CALLER = '$ aws sts get-caller-identity\n{ "Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/kim" }\n'
_SIGNATURE = "upload failed: ./a to s3://acme/a An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n"


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        (f"{_CALLER}$ aws s3 cp a s3://acme/a\n{_SIGNATURE}", True),
        (f"{_CALLER}$ aws s3 cp a s3://acme/a --profile lab\n{_SIGNATURE}", False),
        (f"$ aws s3 cp a s3://acme/a\n{_SIGNATURE}", False),
    ],
)
def test_signature_although_the_keys_work(text: str, *, is_right: bool) -> None:
    explanation = explain(text)
    assert ("key ID and secret are right" in explanation.summary) is is_right
    assert ("wrong-secret" in [each.code for each in explanation.causes]) is not is_right


_UNKNOWN = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.\n"
_SESSION = "arn:aws:sts::111122223333:assumed-role/Dev/kim\n"


@check_rows(
    ("text", "option"),
    [
        (f"$ docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY job\n{_UNKNOWN}Outside: {_SESSION}", "-e AWS_SESSION_TOKEN"),
        (f"    environment:\n      - AWS_ACCESS_KEY_ID\n      - AWS_SECRET_ACCESS_KEY\n{_UNKNOWN}Outside: {_SESSION}", "- AWS_SESSION_TOKEN"),
        (f"$ docker run -e AWS_ACCESS_KEY_ID -e AWS_SESSION_TOKEN job\n{_UNKNOWN}Outside: {_SESSION}", None),
        (f"$ docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY job\n{_UNKNOWN}", None),
    ],
)  # fmt: skip
def test_session_token_that_a_container_does_not_get(text: str, option: str | None) -> None:
    explanation = explain(text)
    assert ("AWS_SESSION_TOKEN is not passed on" in explanation.summary) is (option is not None)
    assert option is None or option in explanation.remedies[0].title


_CODE = 's3 = boto3.client("s3", aws_access_key_id="AKIAZEXAMPLEQWERQ7ZX", aws_secret_access_key="x")\n'
_OF_PROGRAM = "botocore.exceptions.ClientError: An error occurred (InvalidAccessKeyId) when calling the PutObject operation: The AWS Access Key Id you provided does not exist in our records.\n"


@pytest.mark.parametrize(
    ("text", "is_of_code"),
    [
        (f"{_CALLER}$ python put.py\n{_OF_PROGRAM}{_CODE}", True),
        (f"$ python put.py\n{_OF_PROGRAM}{_CODE}", False),
        (f"{_CALLER}$ python put.py\n{_OF_PROGRAM}", False),
    ],
)
def test_key_in_code_beside_a_shell_that_works(text: str, *, is_of_code: bool) -> None:
    explanation = explain(text)
    assert ("that the code passes to the client" in explanation.summary) is is_of_code
    assert (explanation.remedies[0].title == "Remove the keys from the code") is is_of_code


_URL = 'curl {}"https://acme-in.s3.eu-west-1.amazonaws.com/x.csv?X-Amz-Credential={}IOSFODNN7EXAMPLE%2F20260104&X-Amz-Signature=ab"\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'


@pytest.mark.parametrize(
    ("option", "prefix", "action", "signer"),
    [("", "AKIA", "s3:GetObject", "IAM user"), ("-T x.csv ", "ASIA", "s3:PutObject", "a role")],
)
def test_signer_of_a_url_is_denied(option: str, prefix: str, action: str, signer: str) -> None:
    explanation = explain(_URL.format(option, prefix))
    assert f"the signer lacks {action}" in explanation.summary
    assert signer in explanation.summary
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Action"] == action


_REDIRECT = "$ aws s3 ls s3://acme-eu/\nAn error occurred (PermanentRedirect) when calling the ListObjectsV2 operation: The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.\n"


@check_rows(
    ("shown", "region"),
    [
        (
            '$ aws s3api get-bucket-location --bucket acme-eu\n{ "LocationConstraint": "eu-south-1" }',
            "eu-south-1",
        ),
        ("< x-amz-bucket-region: ap-south-1", "ap-south-1"),
        ('$ aws s3api get-bucket-location --bucket other\n{ "LocationConstraint": "eu-south-1" }', None),
        ("", None),
    ],
)
def test_region_of_a_redirect(shown: str, region: str | None) -> None:
    explanation = explain(_REDIRECT + shown)
    assert (f"is in {region}" in explanation.summary) is (region is not None)


_LISTED = '$ aws iam list-access-keys --user-name kim\n{{ "AccessKeyMetadata": [ {{ "UserName": "kim", "AccessKeyId": "AKIAZEXAMPLEQWERTY{}", "Status": "{}" }} ] }}\n$ cat ~/.aws/credentials\n[lab]\naws_access_key_id = AKIAZEXAMPLEQWERTY12\naws_secret_access_key = x\n'


@check_rows(
    ("ending", "status", "says"),
    [
        ("12", "Inactive", "AKIAZEXAMPLEQWERTY12 of the user kim is inactive"),
        (
            "99",
            "Active",
            "AKIAZEXAMPLEQWERTY12 is not a key of the user kim, and AKIAZEXAMPLEQWERTY99 is active",
        ),
        ("99", "Inactive", "AKIAZEXAMPLEQWERTY12 is not a key of the user kim."),
        ("12", "Active", None),
    ],
)
def test_key_in_use_and_the_listed_keys(ending: str, status: str, says: str | None) -> None:
    explanation = explain(f"$ aws s3 ls --profile lab\n{_UNKNOWN}{_LISTED.format(ending, status)}")
    assert (says or "the access key is not valid") in explanation.summary
    is_other = "99 is active" in (says or "")
    assert ("aws configure --profile lab" in explanation.remedies[0].commands) is is_other
    assert ("activate AKIA" in str(explanation.remedies)) is (says is not None and "inactive" in says)


_LIST = "$ aws configure list\n   profile  <not set>  None  None\naccess_key  ****************ABCD {}\nsecret_key  ****************wxyz {}\n"
_UNKNOWN = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid."


@check_rows(
    ("shown", "role", "command"),
    [
        (_LIST.format(*["shared-credentials-file"] * 2) + "The instance has the role web-1.\n", "the instance's role web-1", "sed -i.bak '/^\\[default\\]/"),
        (_LIST.format("env", "env") + "The role web-1 is attached to the instance.\n", "the instance's role", "unset AWS_ACCESS_KEY_ID"),
        (f"$ kubectl exec deploy/api -n shop -- env\n{_ENV}{_IRSA}", "the role api of the pod's service account", "kubectl set env deployment/api"),
        ('"taskRoleArn": "arn:aws:iam::111122223333:role/api", "environment": [{"name": "AWS_ACCESS_KEY_ID", "value": "AKIAZEXAMPLEQWERQ7ZX"}]\n', "the task role api", ""),
        # The role itself is used, there is none, or the call selects a profile.
        (_LIST.format("iam-role", "iam-role") + "The instance has the role web-1.\n", None, ""),
        (_LIST.format(*["shared-credentials-file"] * 2), None, ""),
        (_LIST.format(*["shared-credentials-file"] * 2) + "The instance has no role.\n", None, ""),
        (_LIST.format(*["shared-credentials-file"] * 2) + "The instance has the role web-1.\n$ export AWS_PROFILE=lab\n", None, ""),
        (f"$ env\n{_IRSA}", None, ""),
        ("On my laptop:\n" + _LIST.format(*["shared-credentials-file"] * 2) + "The instance has the role web-1.\n", None, ""),
    ],
)  # fmt: skip
def test_keys_that_hide_a_role(shown: str, role: str | None, command: str) -> None:
    rejected = explain(f"{shown}$ aws sts get-caller-identity\n\n{_UNKNOWN}")
    assert (f"takes precedence over {role}" in rejected.summary) is (role is not None)
    assert ("profile-overridden" in [each.code for each in rejected.causes]) is (role is not None)
    if role is not None:
        assert " ".join(rejected.remedies[0].commands).startswith(command)
        assert "not yours" not in " ".join(rejected.notes)
    denied = explain(f"{shown}$ aws s3 cp x s3://acme/x\n{_DENIED.format(_USER)}")
    assert ("take" in denied.summary and "precedence over the" in denied.summary) is (role is not None)


_LOCKED = "An error occurred (AccessDenied) when calling the DeleteObject operation: Access Denied because object protected by object lock.\naws s3 rm s3://octo-worm/report.pdf\n"


@pytest.mark.parametrize(
    ("said", "is_final"),
    [
        ("The default retention is COMPLIANCE, 7 years.", True),
        ("the bucket is in compliance mode", True),
        ("", False),
        ("Is it GOVERNANCE or COMPLIANCE?", False),
        ("We store it for compliance.", False),
    ],
)
def test_mode_of_object_lock_in_the_text(said: str, *, is_final: bool) -> None:
    shown = str(explain(_LOCKED + said))
    assert ("in compliance mode, and no Allow" in " ".join(shown.split())) is is_final
    assert ("--bypass-governance-retention" in shown) is not is_final


def test_account_of_a_new_key() -> None:
    text = "creating KMS Key: operation error KMS: CreateKey, https response error StatusCode: 400, RequestID: 1, MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.\nrunning as arn:aws:sts::111122223333:assumed-role/tf/ci\n"
    policy = explain(text).remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
