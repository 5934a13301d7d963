"""The first remedy fits what the text shows: who called, which tool, and where the reason is."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ANA = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: "
_PASSED = "arn:aws:iam::111122223333:role/till-web"
_BY_LINKED = "User: arn:aws:sts::111122223333:assumed-role/{0}/run is not authorized to perform: iam:PassRole on resource: {1} because no identity-based policy allows the iam:PassRole action. Encoded authorization failure message: 0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T"
_SCOPE = "An error occurred (SignatureDoesNotMatch) when calling the AssumeRole operation: Credential should be scoped to a valid region, not 'eu-west-1'."
_UNMAPPED = 'time="2026-11-02T20:16:50Z" level=warning msg="access denied" arn="arn:aws:iam::111122223333:user/ana" error="ARN is not mapped: arn:aws:iam::111122223333:user/ana" method=POST path=/authenticate'
_HANDLER = 'Resource handler returned message: "{}{} on resource: {} because no identity-based policy allows the {} action (Service: Iam, Status Code: 403, Request ID: 0a1b)" (RequestToken: 0a1b, HandlerErrorCode: GeneralServiceException)'

_NETWORK_EVENT = '{{"eventVersion": "1.09", "eventType": "AwsVpceEvent", "userIdentity": {{"type": "AWSAccount", "accountId": "{}"}}, "eventTime": "2026-11-02T23:57:12Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.7", "errorCode": "VpceAccessDenied", "errorMessage": "The request was denied due to a VPC endpoint policy", "requestParameters": {{"bucketName": "till", "key": "drawer.txt"}}, "vpcEndpointId": "vpce-0123456789abcdef0", "vpcEndpointAccountId": "111122223333", "eventCategory": "NetworkActivity"}}'
_RECORD = '{{"eventVersion": "1.09", "eventSource": "{0}.amazonaws.com", "eventName": "{1}", "awsRegion": "us-east-1", "errorCode": "AccessDenied", "errorMessage": "User: arn:aws:sts::111122223333:assumed-role/till/run is not authorized to perform: {0}:{1} on resource: * because no identity-based policy allows the {0}:{1} action", "sourceIPAddress": "192.0.2.7", "eventTime": "2026-11-02T23:57:12Z"}}'
_QUARANTINED = f"UnauthorizedOperation: You are not authorized to perform this operation. {_ANA}ec2:RunInstances on resource: {{}} with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
_LAUNCH = "User: arn:aws:sts::111122223333:assumed-role/till/run is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0123456789abcdef0 because no identity-based policy allows the ec2:RunInstances action"
_CHAIN = "User: arn:aws:sts::111122223333:assumed-role/till/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{}:role/drawer"
_UNASSUMABLE = "error creating EKS Cluster (till): InvalidParameterException: Role with arn: arn:aws:iam::111122223333:role/till-role-0a1b2c3, could not be assumed because it does not exist or the trusted entity is not correct"


def _flat(text: str) -> str:
    return " ".join(str(explain(text)).split())


@check_rows(
    ("text", "present", "absent"),
    [
        # A service-linked role passes a role: no policy of it can change.
        (_BY_LINKED.format("AWSServiceRoleForBackup", _PASSED), "Do this first: Use a service role instead of AWSServiceRoleForBackup", "Do this first: Decode"),
        (_BY_LINKED.format("AWSServiceRoleForBackup", _PASSED), "AWSBackupDefaultServiceRole", "put-role-policy"),
        (_BY_LINKED.format("AWSServiceRoleForECS", _PASSED), "Do this first: Use a service role instead", "AWSBackup"),
        (_BY_LINKED.format("AWSBackupDefaultServiceRole", _PASSED), "put-role-policy --role-name AWSBackupDefaultServiceRole", "Use a service role"),
        # A service that is closed to new customers.
        ("An error occurred (AccessDeniedException) when calling the CreateAgent operation: Bedrock Agents is in Maintenance Mode. New agent creation is not available for accounts without prior service usage.", "accepts no new customers", "CreateAgent, datasync"),
        # The role to assume and the role of the caller have different placeholders.
        ("An error occurred (AccessDenied) when calling the AssumeRole operation: Not authorized to perform sts:AssumeRole", "get-role --role-name TARGET_ROLE_NAME", "get-role --role-name ROLE_NAME"),
        (f"{_ANA}sts:AssumeRole on resource: {_PASSED}", "get-role --role-name till-web", "TARGET_ROLE_NAME"),
        # A masked user is a user.
        ("User: arn:aws:iam::---:user/--- is not authorized to perform: sqs:ListQueues", "put-user-policy --user-name USER_NAME", "put-role-policy"),
        # A name with a space, and an ARN that somebody typed.
        ("User: arn:aws:iam::111122223333:user/ana lopez is not authorized to perform: sqs:ListQueues", "put-user-policy --user-name USER_NAME", "put-role-policy"),
        ("User: arn: aws:lam::111122223333:user/ana is not authorized to perform: sqs:ListQueues on resource: *", "put-user-policy --user-name USER_NAME", "put-role-policy"),
        ("User: arn:aws:iam::111122223333:role/... is not authorized to perform: sqs:ListQueues", "put-role-policy --role-name ROLE_NAME", "put-user-policy"),
        # An authenticator that runs as a pod is not that of EKS, whose log streams have another name.
        (f"aws-iam-authenticator-lz4t6 {_UNMAPPED}", "edit configmap aws-iam-authenticator", "aws eks"),
        (f"aws-iam-authenticator-linux {_UNMAPPED}", "aws eks create-access-entry", "configmap aws-iam-authenticator"),
        (f"authenticator-0123456789abcdef {_UNMAPPED}", "aws eks create-access-entry", "configmap aws-iam-authenticator"),
        # Nothing in the text sets an endpoint URL.
        (_SCOPE, "Do this first: Update the library or tool", "Remove https://sts.amazonaws.com"),
        (f"{{:Code SignatureDoesNotMatch, :Message {_SCOPE.partition(': ')[2]}}} https://sts.amazonaws.com/doc/2011-06-15/", "Do this first: Update the library or tool", "annotate its service account"),
        (f"AWS_ENDPOINT_URL_STS=https://sts.amazonaws.com\n{_SCOPE}", "AWS_ENDPOINT_URL_STS", "Update the library"),
        # The console shows a cluster, which is no part of the deployment. A removal belongs to an update or a deletion.
        (_HANDLER.format(_ANA, "iam:RemoveRoleFromInstanceProfile", "instance profile till", "iam:RemoveRoleFromInstanceProfile"), "Retry the update or deletion of the stack", "Retry the deployment"),
        (_HANDLER.format(_ANA, "iam:PutRolePolicy", "role till", "iam:PutRolePolicy"), "Retry the deployment", "deletion of the stack"),
        (f'{_ANA}eks:AccessKubernetesApi on resource: arn:aws:eks:eu-west-1:111122223333:cluster/till because no identity-based policy allows the eks:AccessKubernetesApi action\n\nThis AWS::EKS::Nodegroup resource is in a CREATE_FAILED state.\nResource handler returned message: "Instance became unhealthy"', "AmazonEKSViewPolicy", "Retry the deployment"),
        # Credentials of another account came through an endpoint, whose policy can be meant to stop them.
        (_NETWORK_EVENT.format("777788889999"), "If account 777788889999 is not yours, keep the policy", "ENDPOINT_ID"),
        (_NETWORK_EVENT.format("777788889999"), "s3:GetObject on till/drawer.txt", "on arn:aws:s3:::till:"),
        (_NETWORK_EVENT.format("111122223333"), "--vpc-endpoint-ids vpce-0123456789abcdef0", "is not yours"),
        # Records of calls that end a protection.
        (_RECORD.format("organizations", "LeaveOrganization"), "First ask who uses the role till whether the call is meant", "If the call is legitimate"),
        (_RECORD.format("organizations", "ListAccounts"), "organizations:ListAccounts", "First ask who uses"),
        (f"{_ANA}organizations:LeaveOrganization on resource: * because no identity-based policy allows the organizations:LeaveOrganization action", "put-user-policy", "First ask who uses"),
        # A quarantined user: the Region of the call has its record.
        (_QUARANTINED.format("arn:aws:ec2:ap-south-1:111122223333:instance/*"), "--region ap-south-1", "--region us-east-1"),
        (_QUARANTINED.format("*"), "--region us-east-1", "which has those of IAM"),
        # Lambda hides the role, which is that of the function.
        ("Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedException KMS Message: User: <arn here> is not authorized to perform: kms:Decrypt on resource: <arn here> because no identity-based policy allows the kms:Decrypt action", "Allow kms:Decrypt for the execution role of the function", "for the caller"),
        # Karpenter's launch templates have changing IDs.
        (f"karpenter: {_LAUNCH}", "launch-template/*", 'launch-template/lt-0123456789abcdef0",'),
        (_LAUNCH, 'launch-template/lt-0123456789abcdef0",', "launch-template/*"),
        # Two accounts, of which one is masked.
        (_CHAIN.format("9xxxxx"), "The roles are in different accounts", "within one account"),
        (_CHAIN.format("11112222****"), "within one account", "in different accounts"),
        # A token can be too old before it expires.
        ('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Code>ExpiredTokenException</Code><Message>Token too old: 441398</Message></Error></ErrorResponse>', "was issued too long ago", "has expired."),
        # Pulumi can have created the role in the same run.
        (f"till (aws:eks/cluster:Cluster)\n{_UNASSUMABLE}", "run pulumi up again", "ten seconds"),
        (_UNASSUMABLE, "ten seconds", "pulumi"),
        # A boundary is read before somebody guesses what it requires.
        (f"{_ANA}iam:CreateRole on resource: arn:aws:iam::111122223333:role/till with an explicit deny in a permissions boundary", "To see the Deny itself (account administrator):", "list-entities-for-policy"),
        (_HANDLER.format(f"Encountered a permissions error performing a tagging operation, please add required tag permissions. {_ANA}", "iam:CreateRole", "role till", "iam:CreateRole"), "only guesses that tag permissions are missing", "Note Retry"),
        # The next kubectl uses the new profile.
        ("$ kubectl get pods\nAn error occurred (AccessDenied) when calling the AssumeRole operation: Roles may not be assumed by root accounts.\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 255", "aws eks update-kubeconfig", "lambda"),
        # The step has the statement for the trust policy, too.
        ("$ kubectl get pods\nAn error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/till\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 254", "its access entries and RBAC are not the cause: the kubeconfig", "Next Allow the user ana in the role's trust policy"),
        # The text ends before the reason.
        (f"{_ANA}events:ListRules on resou", "the text is cut off before the reason", "gives no reason"),
        (f"{_ANA}iam:CreateRole on resource: arn:aws:iam:", "the text is cut off before the reason", "gives no reason"),
        (f"{_ANA}events:ListRules on Tuesday", "gives no reason", "cut off"),
        (f"{_ANA}sts:AssumeRole on resource: arn:aws:iam::111122223333:role/till because no reso", "The trust policy of the role till does not allow", "explicitly"),
        # A resource that two lines state together has no place in the text.
        (f'{_ANA}dynamodb:GetItem on resource: arn:aws:dynamodb:eu-\n{{"Type": "Task"}}', "was denied dynamodb:GetItem", "cut off"),
    ],
)  # fmt: skip
def test_answer(text: str, present: str, absent: str) -> None:
    shown = _flat(text)
    assert present in shown
    assert absent not in shown


_DENIED = f"AccessDeniedException: {_ANA}eks:DescribeClusterVersions on resource: *"
_S3 = "Error: Aws::S3::Errors::AccessDenied - Access Denied"


@check_rows(
    ("text", "others"),
    [
        # The start of the same message, before a line break, and the end of a message that the text lacks.
        (f"Error: operation error EKS: DescribeClusterVersions, https response \nerror StatusCode: 403, RequestID: 0a1b, api error \n{_DENIED}", 0),
        (f"\tstatus code: 400, request id: 0a1b\nE0416 12:40:46.016106 1 main.go:38] {_DENIED}", 0),
        (f"Error: operation error EKS: ListClusters, https response \nerror StatusCode: 400, RequestID: 0a1b\n\n2026-11-02 10:00:00 ERROR {_DENIED}", 1),
        (f"2026-11-02 10:00:00 ERROR ThrottlingException: Rate exceeded\n\tstatus code: 400, request id: 0a1b\n2026-11-02 10:00:01 ERROR {_DENIED}", 1),
        # An agent relays the answer, which says no more than its own error.
        (f'2026-11-02 10:00:00 INFO  [agent(7)]: [Aws::CodeDeployCommand::Client 200 0.03 0 retries] put_host_command_complete(command_status:"Failed",diagnostics:{{format:"JSON",payload:"{{\\"error_code\\":5,\\"message\\":\\"Access Denied\\"}}"}}\n\n2026-11-02 10:00:00 {_S3}', 0),
        (f"{_S3}\nError: Amazon Glue: AccessDeniedException (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException)", 1),
    ],
    ids=["start", "end", "other call", "whole", "relayed", "other service"],
)  # fmt: skip
def test_parts_of_messages_are_no_other_failures(text: str, others: int) -> None:
    assert len(explain(text).other_failures) == others


_AGENT = "SSM Agent unable to acquire credentials: unexpected error getting instance profile role credentials or calling UpdateInstanceInformation ... send request failed\ncaused by: "


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ('Post "https://ssm.eu-west-1.amazonaws.com/": dial tcp 192.0.2.7:443:\ni/o timeout', "no response from ssm.eu-west-1.amazonaws.com: the connection timed out"),
        ('Get "http://169.254.169.254/latest/meta-data/": dial tcp 169.254.169.254:80: i/o timeout', "request to the instance metadata"),
        ("RequestCanceled: request context canceled", "SDK found no credentials"),
    ],
    ids=["service", "metadata", "canceled"],
)  # fmt: skip
def test_address_that_timed_out(reason: str, expected: str) -> None:
    assert expected in _flat(_AGENT + reason)


_SCP = "User: arn:aws:sts::111122223333:assumed-role/deploy/run is not authorized to perform: s3:PutBucketPublicAccessBlock on resource: arn:aws:s3:::{} with an explicit deny in a service control policy"
_ENTRY = "Error: creating EKS Access Entry: operation error EKS: CreateAccessEntry, https response error StatusCode: 409, RequestID: 0a1b, ResourceInUseException: The specified access entry resource is already in use on this cluster.\n│ \n│   with module.eks{}.aws_eks_access_entry.this[0],"
_TOKEN_DENIED = "{}operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 0a1b, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"
_FLEET = '{{"eventVersion": "1.09", "eventSource": "ec2.amazonaws.com", "eventName": "CreateFleet", "awsRegion": "eu-west-1", "sourceIPAddress": "{}", "eventTime": "2026-11-02T23:57:12Z", "errorCode": "Client.UnauthorizedOperation", "errorMessage": "You are not authorized to perform this operation."}}'
_LOGIN = "Added new context {} to {}/.kube/config\nerror: You must be logged in to the server (the server has asked for the client to provide credentials)"
_PUBLIC_ACL = f"{_ANA}s3:{{0}} on resource: arn:aws:s3:::till/drawer.txt because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access."
_SSO = "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Till{}/ana@example.com is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:till with an explicit deny in a service control policy"


@check_rows(
    ("text", "present", "absent"),
    [
        # An option of cdk bootstrap leaves out the denied call.
        (_SCP.format("cdk-hnb659fds-assets-111122223333-eu-west-1"), "Do this first: Bootstrap without this call", "drop the call"),
        (_SCP.format("till"), "and drop the call", "cdk bootstrap"),
        # Node groups with one role.
        (_ENTRY.format('.module.self_managed_node_group["till"]'), "create_access_entry = false", "enable_cluster_creator"),
        (_ENTRY.format(""), "enable_cluster_creator_admin_permissions", "create_access_entry = false"),
        # Providers of Crossplane have service accounts with generated names.
        (_TOKEN_DENIED.format("managed/s3.aws.upbound.io/v1beta1, kind=bucket cannot get terraform setup: "), "StringLike", "kubectl set env"),
        (_TOKEN_DENIED.format("cannot get terraform setup: "), "Compare the token with the trust policy", "Crossplane"),
        # Logs of controllers.
        ("ERROR controller.provisioning Launching node, creating cloud provider machine, UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: ****", "The role of Karpenter was denied", "The caller"),
        ("ERROR controller.billing UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: ****", "The caller was denied", "Karpenter"),
        ('level=error msg="Error getting backup store for this location" backupLocation=default controller=backup-sync error="WebIdentityErr: unable to read file at /var/run/secrets/eks.amazonaws.com/serviceaccount/token caused by: open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: permission denied"', "deployment/velero --namespace velero", "NAMESPACE"),
        ("api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/external_dns2026/17 is not authorized to perform: route53:ListResourceRecordSets on resource: arn:aws:route53:::hostedzone/Z0A1B2C3D4E5F6G7H8I9 because no identity-based policy allows the route53:ListResourceRecordSets action", "route53:ChangeResourceRecordSets", "the role external_dns2026 was denied"),
        # A cluster whose ARN GitHub masks, in a job that runs in a container.
        (_LOGIN.format("***/till", "/github/home"), "--cluster-name till", "PROFILE"),
        (_LOGIN.format("***/till", "/home/ana"), "--cluster-name till", "In the job"),
        # A reason that is cut off within its first type of policy, and one that could be of any.
        (f"{_ANA}iam:CreateUser on resource: arn:aws:iam::111122223333:user/eve because no identity-b", "no identity-based policy allows it", "A policy that caps"),
        (f"{_ANA}iam:CreateUser on resource: arn:aws:iam::111122223333:user/eve because no", "no policy allows it", "no identity-based policy allows it."),
        # The name of a role without its end, and a Region that nobody knows.
        (_SSO.format("..."), "*AWSReservedSSO_Till*)", "*AWSReservedSSO_Till...)"),
        (_SSO.format("_0123456789abcdef"), "*AWSReservedSSO_Till_0123456789abcdef)", "abcdef*"),
        ("AmazonSQSException: Credential should be scoped to a valid region, not 'wrong-region'. (Service: AmazonSQS; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: 0a1b)", "Set the client's Region to a valid one", "Region to REGION"),
        # The action of the message is none of IAM.
        (f"An error occurred (AccessDenied) when calling the CopyObject operation: {_PUBLIC_ACL.format('CopyObject')}", "The call CopyObject requires s3:PutObject.", "The call PutObject"),
        (f"An error occurred (AccessDenied) when calling the PutObject operation: {_PUBLIC_ACL.format('PutObject')}", "More permissions of the caller do not help", "requires s3:PutObject"),
    ],
)  # fmt: skip
def test_detail_of_the_text(text: str, present: str, absent: str) -> None:
    shown = _flat(text)
    assert present in shown
    assert absent not in shown


@pytest.mark.parametrize("source", ["elasticmapreduce.amazonaws.com", "192.0.2.7"])
def test_calls_of_amazon_emr(source: str) -> None:
    notes = " ".join(explain(_FLEET.format(source)).notes)
    assert ("Amazon EMR made the call" in notes) is source.endswith(".com")
