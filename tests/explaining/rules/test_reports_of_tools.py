"""What the reports of controllers, tools and managed services show, and what similar reports do not."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_REGISTRY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
_PULL = f"chart pull error: pulling from host {_REGISTRY} failed with status code [manifests 1.3.5]: 403 Forbidden"
_NO_LOGIN = (
    f'could not fetch tags for "oci://{_REGISTRY}/orders": GET "https://{_REGISTRY}/v2/orders/tags/list": '
    "credential required for basic auth"
)
_SHIPPER = "[2026/08/03 10:15:00] [error] [aws_credentials] STS assume role request failed\n"
_UNSIGNED = "[2026/08/03 10:15:00] [error] [signv4] Provider returned no credentials, service={}"
_GONE = (
    "InvalidVolume.NotFound: The volume 'vol-0a1b2c3d4e5f60718' does not exist.\n\tstatus code: 400, request id: "
    "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
)
_UNKNOWN_KEY = "InvalidAccessKeyId: The {}Access Key Id you provided does not exist in our records."
_HANDLER = (
    'Resource handler returned message: "{}(Service: BedrockAgent, Status Code: 400, Request ID: '
    '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)" (RequestToken: 1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)'
)
_MISMATCH = "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
_OF_KEY = "User: arn:aws:iam::111122223333:root is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555"
_DELIVERY = r'{"notification": {"topicArn": "arn:aws:sns:eu-west-1:111122223333:orders"}, "delivery": {"providerResponse": "{\"ErrorCode\":\"KMS.AccessDeniedException\",\"ErrorMessage\":\"%s\",\"sqsRequestId\":\"Unrecoverable\"}"}}'
_ANONYMOUS = 'serviceaccounts "films" is forbidden: User "system:anonymous" cannot get resource "serviceaccounts" in API group "" in the namespace "films"'
_NO_MINIO = 'Error executing "PutObject" on "https://gateway.storjshare.io/orders/a"; AWS HTTP error: Client error: `PUT https://gateway.storjshare.io/orders/a` resulted in a `403 Forbidden` response: <Error><Code>AccessDenied</Code><Message>Access Denied.</Message><Key>a</Key><BucketName>orders</BucketName><Resource>/orders/a</Resource><RequestId>173ECB1094DDCDFD</RequestId><HostId></HostId></Error>'
_NO_TRUST = '{"code": "AccessDenied", "message": "Not authorized to perform sts:AssumeRoleWithWebIdentity", "stack": "AccessDenied'
_UNAUTHORIZED = "Error: Unauthorized\n\n  with module.eks.kubernetes_config_map.aws_auth[0],\n\n"
_NODE = (
    'error getting resource: deployments.apps "{}" is forbidden: User '
    '"system:node:ip-10-0-0-81.eu-west-1.compute.internal" cannot get resource "deployments" in API group "apps" '
    'in the namespace "kube-system"'
)
_EFS = "rpc error: code = Unauthenticated desc = Access Denied. Please ensure you have the right AWS permissions: Access denied"
_MACHINE = "Error in driver during machine creation: Error launching instance: UnauthorizedOperation: You are not authorized to perform this operation."
_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
_IN_TERRAFORM = (
    f"creating SQS Queue (jobs): operation error SQS: CreateQueue, https response error StatusCode: 403, RequestID: {_ID}, "
    "api error AccessDenied: Access Denied\n\n  with aws_sqs_queue.jobs,\n"
)
_INVALID = (
    "validating provider credentials: retrieving caller identity from STS: operation error STS: GetCallerIdentity, "
    "https response error StatusCode: 403, api error InvalidClientTokenId: The security token included in the request is invalid."
)
_NO_SOURCES = 'Error configuring the backend "s3": No valid credential sources found for AWS Provider.'
_EXEC = "getting credentials: exec: executable aws failed with exit code 255"
_S3_DENIED = "AccessDenied: Access Denied\n\tstatus code: 403, request id: 4KZ0EXAMPLE00001, host id: abc="
_LAYER = "User: arn:aws:sts::<account>:assumed-role/deploy/s is not authorized to perform: lambda:GetLayerVersion on resource: arn:aws:lambda:eu-west-1:444455556666:layer:tools:2{}"
_MANIFEST = (
    "apiVersion: argoproj.io/v1alpha1\nkind: {}\nspec:\n  serviceAccountName: web\n\n"
    "failed to create new S3 client: NoCredentialProviders: no valid providers in chain. Deprecated."
)
_ASSUME = (
    "User: arn:aws-cn:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: {}"
)
_NODE_DENIAL = "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/nodes/i-0a1b2c3d4e5f60718 is not authorized to perform: dynamodb:DescribeTable on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/vault"
_ROLE_ARN = (
    "role-arn: arn:aws:iam::${ACCOUNT}:role/test\n"
    "An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: Request ARN is invalid"
)
_REGISTRY_CALL = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: {} on resource: *"
_OTHER = (
    "Need to perform AWS calls for account 444455556666, but the current credentials are for 111122223333"
)
_QUERY = "Athena: Insufficient permissions to execute the query. {} s3://orders-results/tables/a1"


@check_rows(
    ("text", "shown", "absent"),
    [
        # Flux pulls, or the kubelet, or anybody.
        (f"The source-controller fails.\n{_PULL}", "provider: aws", "Sign docker in"),
        (f"kubelet: Failed to pull image\n{_PULL}", "the node role", "source-controller"),
        (_PULL, "Sign docker in", "source-controller"),
        (f"source-controller, of the HelmRepository: {_NO_LOGIN}", "provider: aws", "docker login"),
        (_NO_LOGIN, "docker login", "HelmRepository"),
        (f'{{"logger":"fluxcd/pkg","reconciler kind":"HelmChart","error":"{_NO_LOGIN[:14]}"}}\n{_NO_LOGIN}', "Set provider: aws in the HelmRepository NAME", "docker login"),
        (f"kind: HelmChart\n{_NO_LOGIN}", "docker login", "HelmRepository"),
        # The EFS CSI driver creates an access point, or deletes one.
        (f'reason="VolumeFailedDelete" message="{_EFS}"', "elasticfilesystem:DeleteAccessPoint", "CreateAccessPoint"),
        (f'"Volume deletion failed" err="{_EFS}"', "elasticfilesystem:DeleteAccessPoint", "CreateAccessPoint"),
        (f"Volume deletion failed\nfailed to provision volume: {_EFS}", "elasticfilesystem:CreateAccessPoint", "DeleteAccessPoint"),
        # A runner manager launches a machine before there is a job.
        (f"gitlab-runner: Error creating machine: {_MACHINE}", "The identity of the GitLab runner manager", "job"),
        (f"$ docker-machine create web\nError creating machine: {_MACHINE}", "The caller was denied ec2:RunInstances", "GitLab"),
        # A warning is about another resource.
        (f"Warning: Argument is deprecated\n\n  with aws_sqs_queue.logs,\n\nError: {_IN_TERRAFORM}", "working on aws_sqs_queue.jobs", "aws_sqs_queue.logs"),
        (f"Warning: Argument is deprecated\n\n  with aws_sqs_queue.logs,\n\nError: {_IN_TERRAFORM[:200]}", "sqs:CreateQueue", "working on"),
        # Terraform's provider is that of Pulumi, too.
        (f"Error: configuring Terraform AWS Provider: {_INVALID}", "which credentials Terraform uses", "the program"),
        (f"pulumi:providers:aws: error configuring Terraform AWS Provider: {_INVALID}", "which credentials Pulumi uses", "Terraform uses"),
        # Atlantis runs Terraform.
        (f'running "/data/bin/terraform1.9.5 init -upgrade" in "/data/repos/shop/web/7/default": exit status 1\n{_NO_SOURCES}', "the server of Atlantis", "aws login"),
        (f'ran "terraform init" in "/srv/web"\n{_NO_SOURCES}', "AWS_PROFILE", "Atlantis"),
        (f"git clone https://git.example.com/repos/shop/web/7/x\n{_NO_SOURCES}", "AWS_PROFILE", "Atlantis"),
        # A record with the name, and another reason.
        ("failed to change Route 53 record set: InvalidChangeBatch: [Tried to create resource record set [name='web.example.com.', type='A'] but it already exists]", "already has a record", "rejected the request"),
        ("failed to change Route 53 record set: InvalidChangeBatch: [RRSet with DNS name web.example.org. is not permitted in zone example.com.]", "rejected the request", "already has a record"),
        # A resource can have a policy, and no single one cannot.
        (_REGISTRY_CALL.format("ecr:GetAuthorizationToken"), "Resource must be *", "the resource's policy"),
        (_REGISTRY_CALL.format("ecr:BatchGetImage"), "the resource's policy", "Resource must be *"),
        # The CDK names what it ran.
        (f" ❌  Environment aws://111122223333/eu-west-1 failed bootstrapping: Error: {_OTHER}", "npx cdk bootstrap", "npx cdk deploy"),
        (f"Error: {_OTHER}", "npx cdk deploy", "npx cdk bootstrap"),
        # Keys without a value, in Java.
        ("java.lang.NullPointerException: Access key ID cannot be blank.", "is empty or undefined", "JavaScript"),
        # The profile of a provider that finds nothing in it.
        ("ProcessCredentialsProviderFailure: Profile staging did not include credential process", "export AWS_PROFILE=staging", "no profile"),
        # The exec block of a provider of Terraform is no kubeconfig.
        (f'Error: Kubernetes cluster unreachable: {_EXEC}\n\n  with helm_release.web,\n  on main.tf line 3, in resource "helm_release" "web":\n', 'those of provider "aws"', "kubeconfig"),
        (f"Unable to connect to the server: {_EXEC}", "The profile or role in the kubeconfig", "exec block"),
        (f'provider "helm" {{ config_path = "k8s" }}\nError: {_EXEC}', "The profile or role in the kubeconfig", "exec block"),
        # A program that answers in a version that is no longer read.
        ('getting credentials: decoding stdout: no kind "ExecCredential" is registered for version "client.authentication.k8s.io/v1alpha1"', "the AWS CLI is too old", "service account"),
        ('getting credentials: decoding stdout: no kind "ExecCredential" is registered for version "client.authentication.k8s.io/v1"', "Run the helper by hand", "the AWS CLI is too old"),
        # A failure that stands there for several resources.
        (f"Error: {_IN_TERRAFORM}\nError: {_IN_TERRAFORM.replace('jobs,', 'logs,')}", "working on aws_sqs_queue.jobs", "aws_sqs_queue.logs"),
        # An older KEDA names the variable.
        ("Error parsing SQS queue metadata: 'AWS_ACCESS_KEY_ID' doesn't exist in the deployment environment", "identityOwner: operator", "aws login"),
        # The profile that Serverless used.
        (f'Credentials: Local, "staging" profile\n\nError:\n{_INVALID}', "--profile staging", "no profile"),
        # What follows is a verb, not a name.
        ("has permission to GetObject for [...]. S3 Error Code: AccessDenied. S3 Error Message: Access Denied (Service: AWSLambdaInternal; Status Code: 403)\nThe policy of the bucket doesn't help.", "s3:GetObject", "doesn"),
        # Copilot names the bucket after the key.
        (f'upload custom resource "Cert": upload manual/cert.zip to bucket orders-artifacts: {_S3_DENIED}', "s3:PutObject on arn:aws:s3:::orders-artifacts", "S3 answered 403"),
        (f"upload the logs to bucket owners, said ana\n{_S3_DENIED}", "S3 answered 403", "s3:PutObject"),
        # A stack that a denied call did not create.
        (f"create change set a for stack web: ValidationError: S3 error: Access Denied\n\tstatus code: 400, request id: {_ID}: describe change set a: ValidationError: Stack [web] does not exist\n\tstatus code: 400", "S3 denied s3:GetObject", "The stack web"),
        (f"An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist\n{_S3_DENIED}", "does not exist", "Possible  An account outside"),
        # The version of a layer has a policy of its own, whosever account this is.
        (_LAYER.format(" because no resource-based policy allows the lambda:GetLayerVersion action"), "add-layer-version-permission", "add-permission"),
        (_LAYER.format(" because no identity-based policy allows the lambda:GetLayerVersion action"), "put-role-policy", "add-layer-version-permission"),
        # The group of Argo Workflows is that of Argo CD.
        (_MANIFEST.format("Application"), "update Argo CD", "update the SDK"),
        (_MANIFEST.format("Workflow"), "service account web", "Argo CD"),
        # The ARN of a role without its partition.
        (_ASSUME.format("arn:iam::111122223333:role/deploy"), "Pass arn:aws-cn:iam::111122223333:role/deploy", "put-user-policy"),
        (_ASSUME.format("arn:aws-cn:iam::111122223333:role/deploy"), "put-user-policy", "lacks the partition"),
        (_ASSUME.format("arn:iam::111122223333:role/deploy") + " with an explicit deny in a service control policy", "service control policy", "lacks the partition"),
        # Vault prints its errors as JSON.
        (r"unable to resolve ARN \"arn:aws:iam::************:role/deploy\" to internal ID: AccessDenied: Access denied\n\tstatus code: 403", "iam:GetRole", "names no action"),
        # A pod whose role is refused goes on with that of its node.
        (f"{_NODE_DENIAL}\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity", "STS rejected the token", "Allow dynamodb:DescribeTable for"),
        (f"{_NODE_DENIAL}\nThen I tried another role: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity", "dynamodb:DescribeTable", "STS rejected the token"),
        (f"{_NODE_DENIAL}\nI know AssumeRoleWithWebIdentity.", "dynamodb:DescribeTable", "STS rejected the token"),
        # A job of CircleCI has no service account.
        (f"circleci/aws-cli\n{_ROLE_ARN}", "Correct the role ARN", "service account"),
        (_ROLE_ARN, "service account", "CircleCI"),
        # A task of Azure Pipelines.
        ("at IncomingMessage (D:\\_a\\1\\_w\\_tasks\\S3Upload_a\\1.2.0\\S3Upload.js:1:1)\nCredentialsError: Missing credentials in config", "A task or plugin for AWS", "aws login"),
        # The SDK for Go names the status of an answer without a body.
        ("operation error S3: HeadObject, https response error StatusCode: 400, RequestID: 4KZ0EXAMPLE00001, HostID: abc=, api error BadRequest: Bad Request", "responses to HEAD requests have no body", "rejected the request"),
        ("operation error S3: PutObject, https response error StatusCode: 400, RequestID: 4KZ0EXAMPLE00001, HostID: abc=, api error BadRequest: Bad Request", "rejected the request", "HEAD"),
        # What a build keeps in S3.
        ("Error while storing cache object in S3 bucket Access Denied (Service: S3, Status Code: 403, Request ID: 4KZ0EXAMPLE00001)", "s3:PutObject", "S3 answered 403"),
        # A request ID leads to the record of the call.
        (f"Error creating the API: AccessDeniedException:\n\tstatus code: 403, request id: {_ID}", f"`{_ID}`", "`AccessDenied`"),
        ("Error creating the API: AccessDeniedException:\n\tstatus code: 403, request id: xxxx", "`AccessDenied`", "xxxx"),
        # Fluent Bit has a role, unless it has nothing to ask with.
        (_SHIPPER + _UNSIGNED.format("logs"), "its request to STS failed", "No request was sent"),
        (_SHIPPER + _UNSIGNED.format("sts"), "No request was sent", "its request to STS failed"),
        # A new volume, and any volume.
        (f"failed to get an available volume in EC2: {_GONE}", "kms:CreateGrant", "get-caller-identity"),
        (f"waiting for EBS Volume (vol-0a1b2c3d4e5f60718) create: {_GONE}", "kms:CreateGrant", "Region of the call"),
        (f"attaching the volume: {_GONE}", "does not exist", "KMS"),
        (f"waiting for EBS Volume (vol-0a1b2c3d4e5f60718) delete: {_GONE}", "does not exist", "KMS"),
        # MinIO says it without AWS, and has hexadecimal host IDs.
        (_UNKNOWN_KEY.format(""), "MinIO, not AWS", "AWS does not know"),
        (_UNKNOWN_KEY.format("AWS "), "AWS does not know", "MinIO, not AWS"),
        (
            f"operation error S3: PutObject, https response error StatusCode: 403, RequestID: 17D0850741E9E650, HostID: {'dd90' * 16}, api error AccessDenied: Access Denied.",
            "MinIO, not AWS",
            "put-role-policy",
        ),
        # The message is all that there is to say.
        (_HANDLER.format("The storage of the base is invalid. "), "The storage of the base is invalid", "--debug"),
        (_HANDLER.format("null "), "no error code", "Correct what"),
        # A verb or a noun of work is no cluster.
        (f"{_UNAUTHORIZED}I run it after the cluster create with the flag.", "--cluster-name", '"create"'),
        (f"{_UNAUTHORIZED}It fails on cluster update.", "--cluster-name", '"update"'),
        (f"{_UNAUTHORIZED}The cluster orders is new.", '"orders"', '"CLUSTER"'),
        # The object is not the program.
        (_NODE.format("external-secrets"), "--serviceaccount=kube-system:NAME", "-n external-secrets"),
        # A query cannot write its partitions, or cannot read.
        (
            _QUERY.format("User is not authorized to create partitions on Glue catalog."),
            "glue:BatchCreatePartition",
            "s3:GetObject",
        ),
        (_QUERY.format(""), "s3:GetObject", "glue:"),
        # OpenSearch Serverless, not a parameter.
        (
            "An error occurred (ValidationException) when calling the CreateKnowledgeBase operation: The knowledge base storage configuration provided is invalid... Bad Authorization",
            "data access policy",
            "not a denial",
        ),
        (
            "ValidationException: Policy json is invalid, error: [$[0].Principal[1]: does not match the regex pattern ^saml/]",
            "not the root user",
            "accessanalyzer",
        ),
        ("MalformedPolicyDocument: Something is wrong.", "accessanalyzer", "root user"),
        # SageMaker reports several reasons in the same words.
        (
            'Failed to download model data for container "a" from URL: "s3://orders-models/a/model.tar.gz". Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions to download the object.',
            "the execution role is not allowed to read it",
            "the caller is not allowed",
        ),
        (
            "Please make sure all images included in the model for the production variant a exist, and that the execution role used to create the model has permissions to access them.",
            "describe-model",
            "No AWS",
        ),
        # CodeBuild calls the role of the project a user.
        (
            "OAuthProviderException: User is not authorized to access connection arn:aws:codestar-connections:us-east-1:111122223333:connection/...",
            '"codestar-connections:GetConnectionToken"',
            'connection/..."}',
        ),
        ("OAuthProviderException: User is not authorized to access connection arn:aws:codeconnections:us-east-1:111122223333:connection/a1", '"codeconnections:GetConnectionToken"', "UpdateProject"),
        # Vault signs with its own keys.
        (
            f"URL: PUT http://127.0.0.1:8200/v1/auth/aws/role/dev\nCode: 400. Errors:\n\n* unable to fetch current caller: {_MISMATCH}",
            "vault write auth/aws/config/client",
            "aws configure\n",
        ),
        (
            f"URL: GET http://127.0.0.1:8200/v1/aws-dev/creds/dev\nCode: 400. Errors:\n\n* {_MISMATCH}",
            "vault write aws-dev/config/root",
            "aws configure\n",
        ),
        (
            f"URL: PUT http://127.0.0.1:8200/v1/kv/data/dev\nCode: 200\n{_MISMATCH}",
            "aws configure",
            "vault write",
        ),
        # SNS names the account of the topic as the caller.
        (_DELIVERY % _OF_KEY, "sns.amazonaws.com in the key policy", "root user"),
        (_DELIVERY % _OF_KEY, "--key-id 0a1b2c3d-0000-1111-2222-333344445555", "cloudtrail"),
        (_OF_KEY, "root user", "sns.amazonaws.com"),
        # A change of a bucket policy that S3 denies without words can be a public one.
        ("API: s3:PutBucketPolicy Access Denied", "get-public-access-block", "most likely, no identity"),
        ("API: s3:PutBucketPolicy Access Denied\n  Bucket.grantPublicAccess (bucket.js:4:2)", "most likely, Block Public Access", "most likely, no identity"),
        ("API: s3:PutBucketTagging Access Denied", "s3:PutBucketTagging", "get-public-access-block"),
        # The root user of another account has no policies that could allow it.
        ("User: arn:aws:iam::444455556666:root is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:eu-west-1:111122223333:repository/orders", "repository policy, in account 111122223333", "identity-based policy of the caller"),
        # Only a user can call this.
        ("AccessDenied: User: arn:aws:iam::[ID] is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::[ID]:federated-user/upload", "put-user-policy", "ROLE_NAME"),
        ("AccessDenied: User: arn:aws:iam::[ID] is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::[ID]:role/deploy", "put-role-policy", "--user-name"),
        # What ECS reads before a task starts.
        ("ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: AccessDeniedException: User: ...", '"ssm:GetParameters"', "Find the caller"),
        ("ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: AccessDeniedException: User: ...", '"secretsmanager:GetSecretValue"', "Find the caller"),
        # eksctl and Argo CD use no kubeconfig.
        ('failed to create service account films/app: checking whether namespace "films" exists: Unauthorized', "eksctl does not use the kubeconfig", "update-kubeconfig"),
        (f"applications.argoproj.io/films {_ANONYMOUS}", "Check the cluster's Secret in Argo CD", "update-kubeconfig"),
        (_ANONYMOUS, "update-kubeconfig", "Argo CD"),
        # Both providers of Terraform have credentials of their own.
        ("Error: Unauthorized\n\n  with kubernetes_namespace.films,\n\nError: Kubernetes cluster unreachable: the server has asked for the client to provide credentials\n\n  with helm_release.films,", "In the provider kubernetes and the block kubernetes of the provider helm", "RBAC rule"),
        # A class after the answer of an S3-compatible store, and an operator in another language.
        (_NO_MINIO, "at storjshare.io, not AWS", "MinIO"),
        (f'{_NO_TRUST} at /app/node_modules/aws-sdk/lib/protocol/query.js:50:29", "hostname": "external-secrets-1"', "Compare the token", "External Secrets Operator"),
        (f'{_NO_TRUST} at controllers/externalsecret.go:50", "hostname": "external-secrets-1"', "External Secrets Operator", "Not known"),
        # A line is quoted as it is.
        (
            "fatal: [host]: FAILED! => {\"msg\": \"stderr:\\n[Errno 13] Permission denied: '/usr/lib/a'\"}",
            r"stderr:\n[Errno 13]",
            r"\\n",
        ),
        ("Reason:      failed to find the zone", "Reason: failed to find", "Reason:  "),
    ],
)  # fmt: skip
def test_report_decides(text: str, shown: str, absent: str) -> None:
    explained = str(explain(text))
    assert shown in explained
    assert absent not in explained
