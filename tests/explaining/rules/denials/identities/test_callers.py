"""Check that explanations name what uses the denied role, and what its user can change in it."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows


def _denial(role: str, action: str, resource: str | None, reason: str = "", session: str = "run-7") -> str:
    reason = reason or f"because no identity-based policy allows the {action} action"
    on = f" on resource: {resource}" if resource else ""
    return f"User: arn:aws:sts::111122223333:assumed-role/{role}/{session} is not authorized to perform: {action}{on} {reason}"


QUEUE = "arn:aws:sqs:eu-west-1:111122223333:invoices"
QUEUE_DENIAL = _denial("ship", "sqs:CreateQueue", QUEUE)
KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-0a1b2c3d4e5f"
SCP = "with an explicit deny in a service control policy"
INSTANCE = "i-0abc12de34f567890"

# A text, and what its short explanation says, in lines that are joined.
CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "stack-event-in-a-table": (
        f'| CREATE_FAILED | AWS::SNS::Topic | Bills1A2B | Resource creation cancelled\n| CREATE_FAILED | AWS::SQS::Queue | Invoices7F8E | Resource handler returned message: "{QUEUE_DENIAL} (Service: Sqs, Status Code: 403)" (HandlerErrorCode: AccessDenied)',
        ("The role ship, with whose permissions CloudFormation creates Invoices7F8E (AWS::SQS::Queue), was",),
    ),
    "stack-event-of-the-cdk": (
        f'Bills | 4/9 | 09:31:10 | CREATE_FAILED        | AWS::SQS::Queue | Orders/Invoices (OrdersInvoices7F8E) Resource handler returned message: "{QUEUE_DENIAL}"',
        ("with whose permissions CloudFormation creates Orders/Invoices (AWS::SQS::Queue),",),
    ),
    "stack-event-without-a-name": (
        f'CREATE_FAILED AWS::SQS::Queue Resource handler returned message: "{QUEUE_DENIAL}"',
        ("with whose permissions CloudFormation creates the AWS::SQS::Queue,",),
    ),
    "stack-event-of-serverless": (
        f'UPDATE_FAILED: Invoices (AWS::SQS::Queue)\nResource handler returned message: "{QUEUE_DENIAL} (Service: Sqs, Status Code: 403)"',
        ("with whose permissions CloudFormation updates Invoices (AWS::SQS::Queue)",),
    ),
    "stack-event-of-the-api": (
        f'{{"LogicalResourceId": "Invoices", "PhysicalResourceId": "", "ResourceType": "AWS::SQS::Queue", "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "{_denial("cfn", "sqs:DeleteQueue", QUEUE, session="AWSCloudFormation")}"}}',
        (
            "The role cfn, which CloudFormation uses to delete Invoices (AWS::SQS::Queue), was denied",
            "with --retain-resources LOGICAL_ID",
        ),
    ),
    "stack-event-of-a-custom-resource": (
        f"CREATE_FAILED Custom::Seed SeedBills Received response status [FAILED] from custom resource. Message returned: {_denial('seed-fn', 'dynamodb:PutItem', 'arn:aws:dynamodb:eu-west-1:111122223333:table/Bills')}",
        ("The role seed-fn of the function of the custom resource SeedBills (Custom::Seed) was",),
    ),
    "caller-of-a-stream": (
        f"Firehose put failed: {_denial('app', 'firehose:PutRecord', 'arn:aws:firehose:eu-west-1:111122223333:deliverystream/bills')}",
        ("The role app was denied firehose:PutRecord",),
    ),
    "stack-event-of-a-user": (
        f'| CREATE_FAILED | AWS::SQS::Queue | Invoices | Resource handler returned message: "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:CreateQueue on resource: {QUEUE} because no identity-based policy allows the sqs:CreateQueue action"',
        (
            "The user ana, with whose permissions CloudFormation creates Invoices (AWS::SQS::Queue), was",
            "The stack has no service role: with one (--role-arn), the user ana needs iam:PassRole on it instead.",
        ),
    ),
    "environment-variables": (
        f"Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedException KMS Message: {_denial('mailer-role', 'kms:Decrypt', KEY, session='mailer')}",
        (
            "The role mailer-role, which Lambda uses to decrypt the environment variables of the function mailer, was",
            "If the role was deleted and re-created, set it on the function again",
        ),
    ),
    "function-of-a-log": (
        f"/aws/lambda/mailer 2026-11-20T09:00:00Z {_denial('mailer-role', 'ses:SendEmail', 'arn:aws:ses:eu-west-1:111122223333:identity/acme.example', session='mailer')}",
        ("The role mailer-role of the Lambda function mailer was denied ses:SendEmail",),
    ),
    "image-pull-of-a-node": (
        f'Warning Failed kubelet Failed to pull image "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/bills:3.1": 403 Forbidden: {_denial("pool", "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:111122223333:repository/shop/bills", session=INSTANCE)}',
        ("The role pool, which the kubelet uses to pull shop/bills:3.1, was denied",),
    ),
    "start-of-a-task": (
        f"ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: {_denial('exec', 'ssm:GetParameters', 'arn:aws:ssm:eu-west-1:111122223333:parameter/bills')}",
        ("The role exec, which ECS uses to start the task, was denied",),
    ),
    "state-machine": (
        f'{{"error":"Lambda.AWSLambdaException","cause":"{_denial("flow", "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:bill")}","resourceType":"lambda"}}',
        ("The role flow of the Step Functions state machine was denied",),
    ),
    "state-machine-in-its-indented-history": (
        f'{{\n  "error": "Lambda.AWSLambdaException",\n  "cause": "{_denial("flow", "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:bill")}"\n}}',
        ("The role flow of the Step Functions state machine was denied",),
    ),
    "state-machine-in-its-history-as-yaml": (
        f'$ aws stepfunctions get-execution-history --execution-arn arn:aws:states:eu-west-1:111122223333:execution:Bills:run-1 --output yaml\nevents:\n- id: 6\n  executionFailedEventDetails:\n    cause: "{_denial("flow", "sqs:SendMessage", QUEUE)}"\n    error: SQS.AmazonSQSException\n',
        (
            "The role flow of the Step Functions state machine Bills was denied",
            "Note The role needs the permission, not the person who starts the execution.",
            "redrive-execution",
        ),
    ),
    "delivery-stream": (
        f'{{"deliveryStreamARN": "arn:aws:firehose:eu-west-1:111122223333:deliverystream/bills", "errorCode": "S3.AccessDenied", "message": "Access was denied. {_denial("stream", "s3:PutObject", "arn:aws:s3:::acme-bills/2026/11/20/09/bills-1-2026-11-20")}"}}',
        (
            "The role stream of the Firehose stream was denied",
            "If the object key changes from run to run, use arn:aws:s3:::acme-bills/20* as Resource.",
        ),
    ),
    "job-of-glue": (
        _denial(
            "etl",
            "s3:PutObject",
            "arn:aws:s3:::acme-bills/curated/part-00000-0a1b.parquet",
            session="GlueJobRunnerSession",
        ),
        (
            "The role etl of AWS Glue was denied s3:PutObject",
            "If the object key changes from run to run, use arn:aws:s3:::acme-bills/curated/* as Resource.",
            "Note The role needs the permission, not the person who uses AWS Glue.",
        ),
    ),
    "integration-of-an-api": (
        f"Execution failed due to configuration error: {_denial('api', 'sqs:SendMessage', QUEUE, session='BackplaneAssumeRoleSession')}",
        ("The role api of API Gateway was denied",),
    ),
    "target-of-a-rule": (
        f'{{"ERROR_CODE":"NO_PERMISSIONS","ERROR_MESSAGE":"{_denial("nightly", "ecs:RunTask", "arn:aws:ecs:eu-west-1:111122223333:task-definition/report:7")}","RULE_ARN":"arn:aws:events:eu-west-1:111122223333:rule/at-night"}}',
        (
            "The role nightly, which EventBridge uses for the target of the rule at-night, was denied",
            "Running a task also requires iam:PassRole on its task role and task execution role.",
        ),
    ),
    "record-of-a-schedule": (
        f'{{"eventSource":"sqs.amazonaws.com","eventName":"SendMessage","userIdentity":{{"type":"AssumedRole","invokedBy":"scheduler.amazonaws.com"}},"errorCode":"AccessDenied","errorMessage":"{_denial("nightly", "sqs:SendMessage", QUEUE)}"}}',
        ("The role nightly, which EventBridge Scheduler uses for the target of a schedule, was denied",),
    ),
    "task-of-any-revision": (
        f'{_denial("nightly", "ecs:RunTask", "arn:aws:ecs:eu-west-1:111122223333:task-definition/report:*")}\n{{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}',
        ("A policy in the text already has iam:PassRole, which running a task also requires.",),
    ),
    "log-group-of-a-stack": (
        f'CREATE_FAILED AWS::Logs::LogGroup Logs1A2B Resource handler returned message: "Encountered a permissions error performing a tagging operation. {_denial("ship", "logs:TagResource", "arn:aws:logs:eu-west-1:111122223333:log-group:/svc/bills:*")}"',
        ('"Resource": "arn:aws:logs:eu-west-1:111122223333:log-group:/svc/bills:*"',),
    ),
    "agent-of-an-instance": (
        f"E! WriteToCloudWatch failure, err: [outputs.cloudwatch] {_denial('report-host', 'cloudwatch:PutMetricData', None, session=INSTANCE)}",
        (
            "The instance's role report-host, which the CloudWatch agent uses,",
            "The denied action alone (whose resource is *) can lead to the next denial.",
        ),
    ),
    "metrics-of-an-application": (
        _denial("bills", "cloudwatch:PutMetricData", None),
        (
            '"Action": "cloudwatch:PutMetricData", "Resource": "*"',
            'To limit it to a namespace, add "Condition": {"StringEquals": {"cloudwatch:namespace": "NAMESPACE"}}',
        ),
    ),
    "agent-of-the-node": (
        _denial(
            "eks-node",
            "eks-auth:AssumeRoleForPodIdentity",
            "arn:aws:eks:eu-west-1:111122223333:cluster/shop",
            session=INSTANCE,
        ),
        (
            "The node's role eks-node, which the EKS Pod Identity Agent uses, was denied eks-auth:AssumeRoleForPodIdentity",
            "aws iam attach-role-policy --role-name eks-node --policy-arn arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
            "Or allow eks-auth:AssumeRoleForPodIdentity for the role eks-node",
        ),
    ),
    "own-policy-of-the-node": (
        "The node role has our own hardened policy instead of the AWS one.\n"
        + _denial(
            "eks-node",
            "eks-auth:AssumeRoleForPodIdentity",
            "arn:aws:eks:eu-west-1:111122223333:cluster/shop",
            session=INSTANCE,
        ),
        (
            "Do this first: Allow eks-auth:AssumeRoleForPodIdentity for the role eks-node",
            "Add the statement to the role's own policy",
            "Or attach the AWS managed policy AmazonEKSWorkerNodePolicy to the role eks-node",
        ),
    ),
    "role-of-an-issuer": (
        f"cert-manager/challenges: failed to change record: {_denial('issuer', 'sts:AssumeRole', 'arn:aws:iam::444455556666:role/dns')}",
        ("The role issuer of cert-manager was denied sts:AssumeRole",),
    ),
    "region-that-a-file-sets": (
        f'provider "aws" {{\n  region = "us-west-1"\n}}\nError: {_denial("ship", "dynamodb:CreateTable", "arn:aws:dynamodb:us-west-1:111122223333:table/Bills", SCP)}',
        (
            'The request went to us-west-1, set by region = "us-west-1" in the text. If the Deny is about Regions, use one that it allows.',
        ),
    ),
    "region-of-a-lookup": (
        f"{_denial('ship', 'cloudformation:DescribeStacks', 'arn:aws:cloudformation:us-west-1:111122223333:stack/bills/*', SCP)}",
        ("The request went to us-west-1.",),
    ),
    "regions-that-the-text-allows": (
        f"# the landing zone allows only eu-west-1 and eu-west-3\n{_denial('ship', 'sqs:CreateQueue', 'arn:aws:sqs:us-west-1:111122223333:bills', SCP)}",
        (
            "Do this first: Call in eu-west-1 or eu-west-3, with --region eu-west-1: the text names the allowed Regions [you]",
            "only an administrator of the organization can change the policy or exempt the caller. More 1 remedy",
        ),
    ),
    "region-of-what-exists": (
        f"# only eu-west-1 is an allowed region\n{_denial('ship', 'sqs:DeleteQueue', 'arn:aws:sqs:us-west-1:111122223333:bills', SCP)}",
        ("Do this first: Have the service control policy changed [organization administrator]",),
    ),
    "instance": (
        f"08:00:01 ERROR aws s3 cp a s3://acme-bills/ failed: {_denial('ship', 's3:PutObject', 'arn:aws:s3:::acme-bills/a', session='i-0a1b2c3d4e5f60718')}",
        ("The role ship of the EC2 instance i-0a1b2c3d4e5f60718 was denied s3:PutObject",),
    ),
    "stream-of-a-log-group": (
        _denial(
            "ship",
            "logs:CreateLogStream",
            "arn:aws:logs:us-west-1:111122223333:log-group:bills:log-stream:a",
            session="i-0a1b2c3d4e5f60718",
        ),
        (
            "Each run writes to another stream, so the Resource ends with :*. If the log group does not exist yet, logs:CreateLogGroup is required, too.",
        ),
    ),
    "endpoint-policy-for-a-session": (
        _denial(
            "ci",
            "s3:PutObject",
            "arn:aws:s3:::acme-bills/builds/1182/app.tgz",
            "because no VPC endpoint policy allows the s3:PutObject action",
        ),
        (
            "Check policy.json and the role's ARN in it, then replace the policy",
            "If the object key changes from run to run, use arn:aws:s3:::acme-bills/builds/* as Resource.",
        ),
    ),
}


@check_rows(("text", "says"), CASES.values(), ids=CASES)
def test_explanation_names_what_uses_the_role(text: str, says: tuple[str, ...]) -> None:
    shown = str(explain(text))
    folded = " ".join(shown.replace("\\\n", " ").split())
    for words in says:
        assert words in folded
    assert len(shown.splitlines()) <= 30


@check_rows(
    ("setting", "namespace"),
    [
        ("management.cloudwatch.metrics.export.namespace=Shop/Prod", "Shop/Prod"),
        ("aws cloudwatch put-metric-data --namespace ShopMetrics --metric-name Carts", "ShopMetrics"),
        # That of Kubernetes, one of AWS, and two.
        ("kubectl logs agent --namespace amazon-cloudwatch", "NAMESPACE"),
        ("namespace: AWS/EC2", "NAMESPACE"),
        ("namespace=Shop/Prod\nnamespace=Shop/Test", "NAMESPACE"),
    ],
)
def test_namespace_of_metrics(setting: str, namespace: str) -> None:
    text = f"{_denial('bills', 'cloudwatch:PutMetricData', None)}\n{setting}"
    first = explain(text).remedies[0]
    [statement] = (first.policy or {})["Statement"]
    if namespace == "NAMESPACE":
        assert "Condition" not in statement
        assert any(f'"cloudwatch:namespace": "{namespace}"' in each for each in first.steps)
    else:
        assert statement["Condition"] == {"StringEquals": {"cloudwatch:namespace": namespace}}


@check_rows(
    ("start", "is_job"),
    [
        ("Cell In[4], line 2\n", False),
        ("In [12]:\n", False),
        ("<ipython-input-3-0a1b> in <module>\n", False),
        ("In [the log of the job]\n", True),
        ("", True),
    ],
)
def test_code_in_a_notebook_is_no_job(start: str, *, is_job: bool) -> None:
    text = start + _denial("lab", "glue:StartJobRun", "*", session="SageMaker")
    explanation = explain(text)
    assert ("of SageMaker" in explanation.summary) is is_job
    assert ("run the job in SageMaker again" in str(explanation.notes)) is is_job


@check_rows(
    ("resource", "is_studio"),
    [
        ("space/d-lab/maps", True),
        ("user-profile/d-lab/ana", True),
        ("app/d-lab/ana/jupyterlab/default", True),
        ("training-job/maps", False),
        ("processing-job/space", False),
        ("*", False),
    ],
)
def test_what_studio_creates_is_no_job(resource: str, *, is_studio: bool) -> None:
    arn = resource if resource == "*" else f"arn:aws:sagemaker:eu-west-1:111122223333:{resource}"
    notes = str(explain(_denial("lab", "sagemaker:AddTags", arn, session="SageMaker")).notes)
    assert ("try it in SageMaker Studio again" in notes) is is_studio
    assert ("run the job in SageMaker again" in notes) is not is_studio


@check_rows(
    ("said", "is_told"), [("If you fixed it, try again after 2 minutes.", True), ("Try later.", False)]
)
def test_wait_that_the_message_states(said: str, *, is_told: bool) -> None:
    text = f"An error occurred (AccessDeniedException) when calling the Converse operation: Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model. {said}"
    first = explain(text).remedies[0]
    assert any("Bedrock permissions are not what the error is about" in step for step in first.steps)
    assert any("try again after 2 minutes" in step for step in first.steps) is is_told
