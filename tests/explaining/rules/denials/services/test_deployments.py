"""What is deployed from code is corrected in the code first."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

MESSAGE = "The provided execution role does not have permissions to call {} on {} (Service: Lambda, Status Code: 400, Request ID: 0a1b2c3d-4e5f-4061-8293-a4b5c6d7e8f9)"
VPC = MESSAGE.format("CreateNetworkInterface", "EC2")
HANDLER = f'Resource handler returned message: "{VPC}" (RequestToken: 0a1b, HandlerErrorCode: InvalidRequest)'
NEW = "\n2026-11-25 10:21:10 UTC+0100  ROLLBACK_IN_PROGRESS  AWS::CloudFormation::Stack  arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/9a1b  The following resource(s) failed to create: [CartFn]."


@pytest.mark.parametrize(
    "event",
    [
        f"2026-11-25 10:21:09 UTC+0100  CREATE_FAILED  AWS::Lambda::Function  CartFn  {HANDLER}",
        f"shop | 3/7 | 10:21:09 AM | CREATE_FAILED        | AWS::Lambda::Function | CartFn {HANDLER}",
        f"CREATE_FAILED\tAWS::Lambda::Function\tCartFn\t{HANDLER}",
    ],
)
def test_execution_role_of_a_template(event: str) -> None:
    explanation = explain(event + NEW)
    remedy = explanation.remedies[0]
    assert remedy.title == "In the template, allow it for the role of CartFn"
    shown = " ".join(remedy.steps)
    policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
    assert f"Add {policy} to the role of CartFn (in ManagedPolicyArns)." in shown
    assert "see Role of CartFn in the template" in shown
    assert "name it in DependsOn of CartFn" in shown
    assert remedy.commands == ("aws cloudformation delete-stack --stack-name shop --region eu-west-1",)
    assert all("RoleARN" not in note for note in explanation.notes)


def test_updated_stack_is_not_deleted() -> None:
    event = f"UPDATE_FAILED  AWS::Lambda::Function  CartFn  {HANDLER}"
    explanation = explain(event + NEW.replace("ROLLBACK_IN", "UPDATE_ROLLBACK_IN"))
    assert "delete-stack" not in str(explanation)


def test_execution_role_of_terraform() -> None:
    text = f'Error: creating Lambda Function (cart): operation error Lambda: CreateFunction, https response error StatusCode: 400, RequestID: 0a1b, InvalidParameterValueException: {VPC}\n\n  with aws_lambda_function.cart,\n  on main.tf line 3, in resource "aws_lambda_function" "cart":'
    remedy = explain(text).remedies[0]
    assert remedy.title == "In the configuration, allow it for the role of aws_lambda_function.cart"
    assert "aws_iam_role_policy_attachment" in remedy.steps[0]


def test_event_source_of_terraform() -> None:
    arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/carts"
    message = MESSAGE.format("GetRecords", "Kinesis")
    text = f'Error: creating Lambda Event Source Mapping ({arn}): operation error Lambda: CreateEventSourceMapping, https response error StatusCode: 400, RequestID: 0a1b, InvalidParameterValueException: {message}\n\n  with aws_lambda_event_source_mapping.carts,\n  on main.tf line 3, in resource "aws_lambda_event_source_mapping" "carts":'
    remedy = explain(text).remedies[0]
    assert "execution role of the function that aws_lambda_event_source_mapping.carts uses" in remedy.title
    assert remedy.policy is not None
    reading, listing = remedy.policy["Statement"]
    assert reading["Resource"] == arn
    assert listing == {"Effect": "Allow", "Action": "kinesis:ListStreams", "Resource": "*"}


def test_execution_role_without_a_tool() -> None:
    text = (
        f"An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: {VPC}"
    )
    assert explain(text).remedies[0].title.startswith("Attach AWSLambdaVPCAccessExecutionRole")


_CREATED = (
    f"An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: {VPC}\n"
)
_APPLIED = "aws_iam_role_policy_attachment.logs: Creation complete after 0s [id=mail-fn/arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]\n"


@check_rows(
    ("text", "role", "is_allowed"),
    [
        (f"{_CREATED}I have AdministratorAccess, what more does it want?", "the function's execution role", False),
        (f"{_CREATED}I'm signed in with AdministratorAccess, so how can it be?", "the function's execution role", False),
        (f"{_CREATED}I am logged in as an AdministratorAccess user.", "the function's execution role", False),
        (f"{_CREATED}We already have ec2:* on *.", "the function's execution role", False),
        (f"{_CREATED}arn:aws:sts::111122223333:assumed-role/ci/run-1 calls. ci has AdministratorAccess.", "the function's execution role", False),
        (f"{_APPLIED}{_CREATED}Running as arn:aws:sts::111122223333:assumed-role/tf/r. tf has ec2:* on *.", "the execution role mail-fn", False),
        (f"{_APPLIED}{_CREATED}The function post uses the role post-fn.", "the function's execution role", False),
        (f"{_APPLIED}{_APPLIED.replace('mail-fn', 'post-fn')}{_CREATED}", "the function's execution role", False),
        (f"$ aws iam attach-role-policy --role-name mail-fn --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole\n{_CREATED}", "the execution role mail-fn", False),
        (f"{_CREATED}The execution role has AdministratorAccess.", "the execution role", True),
        (f"{_CREATED}We have attached AdministratorAccess to the role.", "the execution role", True),
        (f"{_APPLIED}{_CREATED}arn:aws:iam::111122223333:role/mail-fn: mail-fn has ec2:* on *.", "the execution role", True),
    ],
)  # fmt: skip
def test_policy_of_the_caller_of_lambda(text: str, role: str, is_allowed: bool) -> None:  # noqa: FBT001
    explanation = explain(text)
    assert f"{role} is not allowed to perform ec2:CreateNetworkInterface" in explanation.summary
    assert ("SCP" in explanation.summary) is is_allowed


def test_trust_policy_is_changed_in_the_code() -> None:
    message = "The role defined for the function cannot be assumed by Lambda."
    text = f'Error: creating Lambda Function (cart): operation error Lambda: CreateFunction, https response error StatusCode: 400, RequestID: 0a1b, InvalidParameterValueException: {message}\n\n  with aws_lambda_function.cart,\n  on main.tf line 3, in resource "aws_lambda_function" "cart":'
    steps = explain(text).remedies[0].steps
    assert (
        "manages the role of aws_lambda_function.cart, make this change in its assume_role_policy" in steps[0]
    )


@pytest.mark.parametrize(
    "event",
    [
        "CREATE_FAILED  AWS::Lambda::EventSourceMapping  CartQueue  ",
        "shop | 3/7 | 10:21:09 AM | CREATE_FAILED | AWS::Lambda::EventSourceMapping | CartQueue (CartQueue1A2B) ",
    ],
)
def test_event_source_requires_several_actions(event: str) -> None:
    message = MESSAGE.format("ReceiveMessage", "SQS")
    text = f'{event}Resource handler returned message: "Invalid request provided: {message}" (RequestToken: 0a1b, HandlerErrorCode: InvalidRequest)\nROLLBACK_IN_PROGRESS  AWS::CloudFormation::Stack  shop'
    remedy = explain(text).remedies[0]
    assert (
        remedy.title == "In the template, allow it for the execution role of the function that CartQueue uses"
    )
    assert "Add arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole to " in remedy.steps[0]
    assert remedy.policy is not None
    [statement] = remedy.policy["Statement"]
    assert statement["Action"] == ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    assert statement["Resource"] == "arn:aws:sqs:REGION:ACCOUNT_ID:QUEUE_NAME"
    assert remedy.commands == ("aws cloudformation delete-stack --stack-name shop --region REGION",)


_WORKER = "  WorkerRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: cart-worker\n      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]\n"
_HCL = 'resource "aws_iam_role" "cart" {\n  name               = "cart-fn"\n  assume_role_policy = jsonencode({Principal = {Service = "lambda.amazonaws.com"}})\n}\n'


@check_rows(
    ("code", "role", "address"),
    [
        pytest.param(_WORKER, "execution role cart-worker is", "the execution role cart-worker (", id="YAML"),
        pytest.param(_HCL, "execution role cart-fn is", "the execution role cart-fn (", id="HCL"),
        pytest.param(
            _WORKER + _WORKER.replace("orker", "riter"),
            "the function's execution role is",
            "the function that CartQueue uses (",
            id="two roles",
        ),
        pytest.param(
            _WORKER.replace("AWSLambdaBasicExecutionRole", "AmazonECSTaskExecutionRolePolicy"),
            "the function's execution role is",
            "the function that CartQueue uses (",
            id="a role of another service",
        ),
    ],
)
def test_execution_role_in_the_code(code: str, role: str, address: str) -> None:
    message = MESSAGE.format("ReceiveMessage", "SQS")
    event = f'CREATE_FAILED  AWS::Lambda::EventSourceMapping  CartQueue  Resource handler returned message: "{message}" (RequestToken: 0a1b, HandlerErrorCode: InvalidRequest)'
    explanation = explain(f"{event}\n\n{code}")
    assert role in explanation.summary
    step = explanation.remedies[0].steps[0]
    assert address in step
    assert ("allows only the logs" in step) == ("AWSLambdaBasicExecutionRole" in code)


@check_rows(
    ("text", "summary", "title", "lines"),
    [
        (
            "$ aws iam create-policy-version --policy-arn arn:aws:iam::111122223333:policy/carts --policy-document file://p.json\nAn error occurred (LimitExceeded) when calling the CreatePolicyVersion operation: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
            "The managed policy carts has 5 versions, the maximum. This is a quota that cannot be raised, not a missing permission.",
            "Delete the oldest non-default version, then repeat the call",
            (
                "version=$(aws iam list-policy-versions --policy-arn arn:aws:iam::111122223333:policy/carts --query 'sort_by(Versions[?!IsDefaultVersion], &CreateDate)[0].VersionId' --output text)",
                'aws iam get-policy-version --policy-arn arn:aws:iam::111122223333:policy/carts --version-id "$version" > old.json',
                'aws iam delete-policy-version --policy-arn arn:aws:iam::111122223333:policy/carts --version-id "$version"',
                "aws iam create-policy-version --policy-arn arn:aws:iam::111122223333:policy/carts --policy-document file://p.json",
            ),
        ),
        (
            "An error occurred (LimitExceeded) when calling the PutRolePolicy operation: Maximum policy size of 10240 bytes exceeded for role carts",
            "The policy is too long: the inline policies of the role carts together would exceed the quota of 10,240 characters, so even a short new one can fail. The quota cannot be raised, and no permission is missing.",
            "Move statements into managed policies",
            (
                "aws iam list-role-policies --role-name carts",
                "aws iam get-role-policy --role-name carts --policy-name POLICY_NAME",
                'policy_arn="$(aws iam create-policy --policy-name NEW_POLICY_NAME --policy-document file://policy.json --query Policy.Arn --output text)"',
                'aws iam attach-role-policy --role-name carts --policy-arn "$policy_arn"',
                "aws iam delete-role-policy --role-name carts --policy-name POLICY_NAME",
            ),
        ),
        (
            "Error: updating IAM Policy (arn:aws:iam::111122223333:policy/app/carts): LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
            "The managed policy carts has 5 versions, the maximum. This is a quota that cannot be raised, not a missing permission.",
            "Delete the oldest non-default version, then repeat the call",
            (
                "version=$(aws iam list-policy-versions --policy-arn arn:aws:iam::111122223333:policy/app/carts --query 'sort_by(Versions[?!IsDefaultVersion], &CreateDate)[0].VersionId' --output text)",
                'aws iam get-policy-version --policy-arn arn:aws:iam::111122223333:policy/app/carts --version-id "$version" > old.json',
                'aws iam delete-policy-version --policy-arn arn:aws:iam::111122223333:policy/app/carts --version-id "$version"',
            ),
        ),
        (
            "An error occurred (PolicyLengthExceededException) when calling the AddPermission operation: The final policy size (20673) is bigger than the limit (20480).",
            "The policy is too long: the resource-based policy of the function would exceed the quota of 20,480 characters. No permission is missing.",
            "Remove statements of the function's policy",
            (),
        ),
        (
            "An error occurred (ConstraintViolationException) when calling the UpdatePolicy operation: You have exceeded the maximum policy size.",
            "The policy is too long. No permission is missing.",
            "Shorten the policy of the organization",
            (),
        ),
        (
            "An error occurred (MalformedPolicy) when calling the PutBucketPolicy operation: Policy exceeds the maximum allowed document size.",
            "AWS rejects the policy document: the policy is too long for its type.",
            "Shorten the document",
            (),
        ),
        (
            '"LogicalResourceId": "CartsDefaultPolicy9A1B2C3D", "ResourceStatusReason": "Maximum policy size of 2048 bytes exceeded for user ana"',
            "The policy is too long: the inline policies of the user ana together would exceed the quota of 2,048 characters, so even a short new one can fail. The quota cannot be raised, and no permission is missing.",
            "Move statements into managed policies in the code, and deploy again",
            (
                "aws iam list-user-policies --user-name ana",
                "aws iam get-user-policy --user-name ana --policy-name POLICY_NAME",
            ),
        ),
        (
            'UPDATE_FAILED | AWS::IAM::ManagedPolicy | P Resource handler returned message: "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version. (Service: Iam, Status Code: 409',
            "The managed policy has 5 versions, the maximum. This is a quota that cannot be raised, not a missing permission.",
            "Delete the oldest non-default version, then repeat the call",
            (
                "aws iam list-policies --scope Local --query 'Policies[].Arn' --output text",
                "version=$(aws iam list-policy-versions --policy-arn POLICY_ARN --query 'sort_by(Versions[?!IsDefaultVersion], &CreateDate)[0].VersionId' --output text)",
                'aws iam get-policy-version --policy-arn POLICY_ARN --version-id "$version" > old.json',
                'aws iam delete-policy-version --policy-arn POLICY_ARN --version-id "$version"',
            ),
        ),
        (
            "An error occurred (LimitExceeded) when calling the CreatePolicy operation: Cannot exceed quota for PolicySize: 6144",
            "The policy is too long: the managed policy would exceed the quota of 6,144 characters. The quota cannot be raised, and no permission is missing.",
            "Shorten or split the policy",
            (),
        ),
        (
            "An error occurred (LimitExceeded) when calling the UpdateAssumeRolePolicy operation: Cannot exceed quota for ACLSizePerRole: 2048",
            "The policy is too long: the trust policy of the role would exceed the quota of 2,048 characters. No permission is missing.",
            "Shorten the trust policy, or request a higher quota",
            (
                "aws iam get-role --role-name ROLE_NAME --query Role.AssumeRolePolicyDocument",
                "aws service-quotas request-service-quota-increase --service-code iam --quota-code L-C07B4B0D --desired-value 8192 --region us-east-1",
            ),
        ),
        (
            "$ aws iam update-assume-role-policy --role-name carts --policy-document file://trust.json\n\nAn error occurred (LimitExceeded) when calling the UpdateAssumeRolePolicy operation: Cannot exceed quota for ACLSizePerRole: 2048",
            "The policy is too long: the trust policy of the role carts would exceed the quota of 2,048 characters. No permission is missing.",
            "Shorten the trust policy, or request a higher quota",
            (
                "aws iam get-role --role-name carts --query Role.AssumeRolePolicyDocument",
                "aws service-quotas request-service-quota-increase --service-code iam --quota-code L-C07B4B0D --desired-value 8192 --region us-east-1",
            ),
        ),
        (
            "Error: updating IAM Policy (arn:aws:iam::111122223333:policy/app/carts): LimitExceeded: Cannot exceed quota for PolicySize: 6144",
            "The policy is too long: the managed policy carts would exceed the quota of 6,144 characters. The quota cannot be raised, and no permission is missing.",
            "Shorten or split the policy",
            (),
        ),
        (
            "│ Error: creating IAM Policy (cart-read): operation error IAM: CreatePolicy, https response error StatusCode: 409, RequestID: 0a1b, LimitExceeded: Cannot exceed quota for PolicySize: 6144",
            "The policy is too long: the managed policy cart-read would exceed the quota of 6,144 characters. The quota cannot be raised, and no permission is missing.",
            "Shorten or split the policy",
            (),
        ),
    ],
)
def test_quota_names_its_scope(text: str, summary: str, title: str, lines: tuple[str, ...]) -> None:
    explanation = explain(text)
    assert explanation.summary == summary
    assert (explanation.remedies[0].title, explanation.remedies[0].commands) == (title, lines)


@check_rows(
    ("words", "role", "is_of_pods"),
    [
        ("This is the role cert-manager, with one statement per EKS cluster (cluster no. 5).", "cert-manager", True),
        ("role `dns` is used with IRSA", "dns", True),
        ("Each of our 12 clusters uses the role pod_dns.", "pod_dns", True),
        ("The role has one statement for each GitHub repository of the cluster team.", None, False),
        ("It is about the role build-a and the role build-b.", None, False),
        ("The role: it trusts 30 accounts", None, False),
        ("It is a role cross-account callers use.", None, False),
    ],
    ids=["per cluster", "quoted", "each", "no name", "two", "colon", "adjective"],
)  # fmt: skip
def test_role_that_people_name(words: str, role: str | None, *, is_of_pods: bool) -> None:
    quota = "An error occurred (LimitExceeded) when calling the UpdateAssumeRolePolicy operation: Cannot exceed quota for ACLSizePerRole: 2048"
    explanation = explain(f"{quota}\n\n{words}")
    first = explanation.remedies[0]
    assert f"the trust policy of the role {role or 'would'} " in explanation.summary
    assert ("pods.eks.amazonaws.com" in str(first.policy)) is is_of_pods
    assert "--cluster-name CLUSTER " in first.commands[0] or not is_of_pods
    assert role is None or f"--role-name {role} " in first.commands[0]


@pytest.mark.parametrize(
    ("provider", "is_of_pods"),
    [
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3D4E5F60718293A4B5C6D7E8F90", True),
        ("token.actions.githubusercontent.com", False),
    ],
)
def test_trust_policy_that_grows_with_each_cluster(provider: str, is_of_pods: bool) -> None:  # noqa: FBT001
    text = f'An error occurred (LimitExceeded) when calling the UpdateAssumeRolePolicy operation: Cannot exceed quota for ACLSizePerRole: 2048\n{{"Federated": "arn:aws:iam::111122223333:oidc-provider/{provider}"}} {{"{provider}:sub": "system:serviceaccount:dns:external-dns"}}'
    explanation = explain(text)
    first = explanation.remedies[0]
    assert ("pods.eks.amazonaws.com" in str(first.policy)) is is_of_pods
    assert ("grows with each EKS cluster" in explanation.causes[0].text) is is_of_pods
    assert ("--namespace dns --service-account external-dns " in first.commands[0]) is is_of_pods
    assert any("request-service-quota-increase" in each for each in first.commands)
    assert ("--role-arn ROLE_ARN " in first.commands[0]) is is_of_pods
    named = explain(
        f"$ aws iam update-assume-role-policy --role-name dns --policy-document file://t.json\n\n{text}"
    )
    looks_up = (
        '"$(aws iam get-role --role-name dns --query Role.Arn --output text)"'
        in named.remedies[0].commands[0]
    )
    assert looks_up is is_of_pods


@check_rows(
    ("code", "said"),
    [
        (
            "for (const b of buckets) { // 60 shops\n  b.grantRead(fn);\n}",
            "The loop over buckets (60 shops) calls grantRead for each",
        ),
        (
            "  tables.forEach((t) => t.grantReadData(fn));",
            "The loop over tables calls grantReadData for each",
        ),
        (
            "    for name in self.queues:\n        queue = Queue(self, name)\n        queue.grant_send_messages(fn)",
            "The loop over self.queues calls grant_send_messages for each",
        ),
        (
            'for name in names:\n    role.add_to_policy(PolicyStatement(actions=["s3:GetObject"], resources=[name]))',
            "The loop over names calls add_to_policy for each",
        ),
        (
            'dynamic "statement" {\n    for_each = var.shops\n',
            "The code writes a statement for each of var.shops",
        ),
        # Nothing in the loop adds to a policy.
        ("for (const b of buckets) {\n  b.addLifecycleRule(rule);\n}\nb.grantRead(fn);", None),
        ("for name in names:\n    Queue(self, name)\nqueue.grant_send_messages(fn)", None),
        ("b.grantRead(fn);", None),
    ],
)
def test_code_that_makes_a_policy_longer(code: str, said: str | None) -> None:
    text = f'UPDATE_FAILED | AWS::IAM::Policy | CartsDefaultPolicy9A1B2C3D Resource handler returned message: "Maximum policy size of 10240 bytes exceeded for role carts (Service: Iam, Status Code: 409)"\n\n{code}\n'
    remedy = explain(text).remedies[0]
    assert (said or "In the code, move statements") in remedy.steps[0]
    assert "Replace the statements of the loop" in remedy.title or said is None
    # The next deployment writes the policy again.
    assert not any("delete-role-policy" in each for each in remedy.commands)


@pytest.mark.parametrize(("resource", "is_shown"), [("CartsDefaultPolicy9A1B2C3D", True), ("Carts", False)])
def test_cdk_merges_statements(resource: str, is_shown: bool) -> None:  # noqa: FBT001
    text = f'UPDATE_FAILED | AWS::IAM::Policy | {resource} Resource handler returned message: "Maximum policy size of 10240 bytes exceeded for role carts (Service: Iam, Stat...'
    assert ("@aws-cdk/aws-iam:minimizePolicies" in str(explain(text))) is is_shown


@pytest.mark.parametrize(("qualifier", "option"), [("hnb659fds", ""), ("team1", " --qualifier team1")])
def test_role_of_the_bootstrap_can_be_limited(qualifier: str, option: str) -> None:
    text = f"User: arn:aws:sts::111122223333:assumed-role/cdk-{qualifier}-deploy-role-111122223333-eu-west-1/aws-cdk-kim is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/stacks because no identity-based policy allows the iam:PassRole action"
    (line,) = explain(text).remedies[1].commands
    assert (
        line
        == f"npx cdk bootstrap{option} --cloudformation-execution-policies arn:aws:iam::111122223333:policy/POLICY_NAME aws://111122223333/eu-west-1"
    )


QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"
PRINTED = '\n$ aws iam get-role-policy --role-name app --policy-name app\n{{"PolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "{}", "Resource": "{}"}}]}}}}'
TEMPLATE = '\n  Statement:\n    - Effect: Allow\n      Action: ["ec2:*"]\n      Resource: "*"\n'
VPC_CALL = MESSAGE.format("CreateNetworkInterface", "EC2")


@check_rows(
    ("text", "verdict"),
    [
        (VPC_CALL + PRINTED.format("ec2:*", "*"), "an SCP or a permissions boundary denies it"),
        (
            f"{MESSAGE.format('ReceiveMessage', 'SQS')} {QUEUE}" + PRINTED.format("sqs:*", QUEUE),
            "an SCP or a",
        ),
        (f"{VPC_CALL}{TEMPLATE}In the test account it works.", "an SCP of this account or OU denies it"),
        (f"{VPC_CALL}{TEMPLATE}We tried it three times.", "an SCP or a permissions boundary denies it"),
        # A new role is likelier, or the policy is about something else.
        (f"{VPC_CALL}{TEMPLATE}", None),
        (VPC_CALL + PRINTED.format("ec2:DescribeInstances", "*"), None),
        (VPC_CALL + PRINTED.format("ec2:*", "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1"), None),
        (f"{VPC_CALL}\nIn the test account it works.", None),
    ],
)
def test_execution_role_whose_policy_allows_it(text: str, verdict: str | None) -> None:
    explanation = explain(text)
    assert ("allows it. Most likely" in explanation.summary) is (verdict is not None)
    if verdict is not None:
        assert verdict in explanation.summary
        [remedy] = explanation.remedies
        assert remedy.policy is None
        assert any("list-policies-for-target" in line for line in remedy.commands)


_BEGUN = "aws_lambda_function.fn: Creating...\n"
_ATTACHING = "aws_iam_role_policy_attachment.vpc: Creating...\n"


def test_caller_who_lacks_a_permission_while_policies_are_attached() -> None:
    denied = "Error: creating Lambda Function (fn): operation error Lambda: CreateFunction, https response error StatusCode: 403, RequestID: 0f1e2d3c, api error AccessDeniedException: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:eu-west-1:111122223333:function:fn because no identity-based policy allows the lambda:CreateFunction action\n\n  with aws_lambda_function.fn,\n"
    assert "too late" not in explain(f"{_BEGUN}{_ATTACHING}{denied}").summary
