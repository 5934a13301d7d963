"""Say nothing of what a text only nearly has: another place, another time, a document, or two candidates."""

from __future__ import annotations

import json

from iamtriage import explain
from tests.tables import check_rows

_ROLE = "arn:aws:sts::111122223333:assumed-role/nightly/run-9"
_S3 = "AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 4DAF)"
_S3CMD = "ERROR: S3 error: 403 (AccessDenied): Access Denied"
_AWS_ID = "in5YLZn3rlRFngTEUn027bffHZ1NIUOl2SyROsffWx/mNPXkJwmrofm305jVBHVuanVNHr9GK2Q="
_FORBIDDEN = f"AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: ZXBPV37ZW83PVFZD; S3 Extended Request ID: {_AWS_ID})"
_SIGNED = "AmazonS3Exception: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1' (Service: Amazon S3; Status Code: 400; Error Code: AuthorizationHeaderMalformed; Request ID: X)\nThe job reads s3a://tides/x with Spark.\n"
_INVALID = "An error occurred (InvalidClientTokenId) when calling the ListQueues operation: The security token included in the request is invalid."
_OPENS = "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/feeds --role-session-name x --endpoint-url https://sts.amazonaws.com"
_AUDIENCE = "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience\n"
_CLIENTS = '\nTFC_AWS_PROVIDER_AUTH=true\n"ClientIDList": ["aws.workload.identity"]\n'
_SOURCE = "Error when retrieving credentials from Ec2InstanceMetadata: No credentials found in credential_source referenced in profile ops\n[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\ncredential_source = Ec2InstanceMetadata\n"
_PODS = 'Error from server (Forbidden): pods is forbidden: User "mira" cannot list resource "pods" in API group "" in the namespace "tide"\n'
_ENTRY = "mapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/people\n    username: mira\n    groups:\n    - readers\n{}- writers\n"
_TERRAFORM = 'Error: Unauthorized\n\n  with kubernetes_namespace_v1.shop,\n\nprovider "kubernetes" {\n  token = data.aws_eks_cluster_auth.live.token\n}\n'
_READ = "data.aws_eks_cluster_auth.live: Read complete after 0s [id=live]\n"
_SIZE = "cdk deploy: Maximum policy size of 10240 bytes exceeded for role tides (Service: Iam, Status Code: 409)\n"
_ZONES = 'time="2026-01-01T10:00:00Z" level=error msg="external-dns failed to list hosted zones: operation error Route 53: ListHostedZones, https response error StatusCode: 400, RequestID: x, api error Throttling: Rate exceeded"\n'
_URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
_ROUTE = f'$ curl -X PUT {_URL}/prod/items\n{{"message":"Missing Authentication Token"}}\n$ aws apigateway get-method --rest-api-id a1b2c3d4e5 --resource-id r1 --http-method PUT\n{{"httpMethod": "PUT", "authorizationType": "NONE"}}\n$ aws apigateway get-stage --rest-api-id a1b2c3d4e5 --stage-name prod\n{{"lastUpdatedDate": "2026-10-02T08:00:00+00:00"}}\n'
_COMPOSE = "$ docker compose run sync\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\ndocker-compose.yml:\nservices:\n  sync:\n    image: octo/sync\n    environment:\n      AWS_REGION: eu-west-1\n"
_TIMED = "2027-03-04T05:06:07Z CREATE_FAILED AWS::SNS::Topic Tide not authorized to perform: sns:CreateTopic on resource: arn:aws:sns:eu-west-1:111122223333:tide\n"
_PUT_DENIED = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"
_STACK = 'CREATE_FAILED AWS::SNS::Topic Tide Resource handler returned message: "API: sns:createtopic Access Denied"\n'
_LOCK = "Save(<lock/31f52c3db1>) failed: client.PutObject: Access Denied.\n"
_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_NO_KEY_POLICY = f"User: {_ROLE} is not authorized to perform: kms:Decrypt on resource: {_KEY} because no resource-based policy allows the kms:Decrypt action\n"
_KEY_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Adm"}, "Action": "kms:*", "Resource": "*"}
        ],
    }
)  # fmt: skip
_NO_TAGS = f"copy failed: s3://tide-in/x to s3://tide-out/x An error occurred (AccessDenied) when calling the GetObjectTagging operation: User: {_ROLE} is not authorized to perform: s3:GetObjectTagging on resource: arn:aws:s3:::tide-in/x because no identity-based policy allows the s3:GetObjectTagging action\n"
_UNTAGGED = f"An error occurred (AccessDenied) when calling the CreateQueue operation: User: {_ROLE} is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:films with an explicit deny in an identity-based policy\n"
_NO_ARN = f"An error occurred (AccessDenied): User: {_ROLE} is not authorized to perform: {{}}\n"
_ATTACHED = '$ aws iam list-attached-role-policies --role-name depot{}\n{{"AttachedPolicies": [{{"PolicyArn": "arn:aws:iam::111122223333:policy/A"}}]}}\n'
_HELD = "$ aws iam delete-role --role-name depot{}\nAn error occurred (DeleteConflict) when calling the DeleteRole operation: Cannot delete entity, must detach all policies first.\n"
_TAG = '{"Effect": "Deny", "Action": "sqs:CreateQueue", "Resource": "*", "Condition": {"Null": {"aws:RequestTag/team": "true"}}}\n'


@check_rows(
    ("text", "near", "words"),
    [
        # A command whose output shows that it worked, and one in a sentence.
        (f"$ s3cmd ls s3://tides\n{_S3CMD}\n", f"$ s3cmd ls s3://tides\n2026-01-01 10:00  12  s3://tides/a\n{_S3CMD}\n", "s3:ListBucket"),
        (f"$ s3cmd put a s3://tides\n{_S3CMD}\n", f"I read that s3cmd put works. The program says {_S3}", "s3:PutObject"),
        # Objects on their way to S3, which then answers itself.
        (f"The program uses http://minio:9000.\n{_FORBIDDEN}", f"Copying from http://minio:9000 to S3 works for small buckets.\n{_FORBIDDEN}", "not MinIO"),
        (f"We use http://minio:9000.\n{_FORBIDDEN}", f"We mirror http://minio:9000 to S3.\n{_FORBIDDEN}", "MinIO"),
        (f"I want to use LocalStack.\n{_FORBIDDEN}", f"LocalStack is no longer here, without LocalStack.\n{_S3}", "http://localhost:4566"),
        # A setting of another bucket or service, in documentation, and one that is gone.
        (f'{_SIGNED}conf.set("fs.s3a.bucket.tides.endpoint.region", "us-east-1")', f'{_SIGNED}conf.set("fs.s3a.bucket.logs.endpoint.region", "us-east-1")', "endpoint.region is us-east-1"),
        (f'{_SIGNED}conf.set("s3.region", "us-east-1")', f'{_SIGNED}conf.set("sqs.region", "us-east-1")', "region is us-east-1"),
        (f'{_SIGNED}conf.set("fs.s3a.endpoint.region", "us-east-1")', f'{_SIGNED}The docs show .config("fs.s3a.endpoint.region", "us-east-1")', "region is us-east-1"),
        (f"{_SIGNED}fs.s3a.endpoint=s3.amazonaws.com", f"{_SIGNED}We removed fs.s3a.endpoint=s3.amazonaws.com", "Also remove"),
        (f"{_SIGNED}fs.s3a.endpoint=s3.amazonaws.com", f"{_SIGNED}# fs.s3a.endpoint=s3.amazonaws.com", "Also remove"),
        # A command in documentation.
        (f"$ {_OPENS} > k\n$ aws sqs list-queues --region af-south-1\n{_INVALID}", f"The docs have {_OPENS}\n$ aws sqs list-queues --region af-south-1\n{_INVALID}", "--endpoint-url names"),
        # An audience that a variable has, one that is not set, and a run of another system.
        (f"{_AUDIENCE}TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE = live{_CLIENTS}", f"{_AUDIENCE}TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE = var.live{_CLIENTS}", "live"),
        (f"{_AUDIENCE}TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE: note{_CLIENTS}", f"{_AUDIENCE}TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE: not set{_CLIENTS}", "requests the audience"),
        (f"{_AUDIENCE}TFC_AWS_PROVIDER_AUTH=true", f"{_AUDIENCE}In GitHub Actions, no longer with TFC_AWS_PROVIDER_AUTH=true", "aws.workload.identity"),
        # What the job is not, and where it will run.
        (f"{_SOURCE}AWS_EXECUTION_ENV=AWS_ECS_FARGATE", f"{_SOURCE}We plan to move to AWS_ECS_FARGATE.", "on Fargate"),
        (f"{_SOURCE}It runs in an ECS task.", f"{_SOURCE}It runs on a laptop, not in an ECS task.", "in an ECS task"),
        # The entry after it was corrected.
        (_PODS + _ENTRY.format("      "), f"{_PODS}Last week:\n{_ENTRY.format('      ')}\nNow:\n{_ENTRY.format('    ')}", "wrong indentation"),
        # Another program or cluster, and an apply without a pause.
        (f"{_TERRAFORM}It works when we apply right away.", f"{_TERRAFORM}It works when we apply right away with kubectl.", "for the plan"),
        (f"{_TERRAFORM}It works when we apply right away.", f"{_TERRAFORM}In the old cluster, apply right away works.", "for the plan"),
        (f"# terraform plan -out=p\n{_READ}terraform apply p\n{_TERRAFORM}", f"# terraform plan -out=p\n{_READ}Immediately after it: terraform apply p\n{_TERRAFORM}", "for the plan"),
        # Two loops, and a number that counts no resources.
        (f"{_SIZE}for b in buckets:\n    b.grant_read(fn)\n", f"{_SIZE}for b in buckets:\n    b.grant_read(fn)\nfor q in queues:\n    q.grant_send(other)\n", "The loop over"),
        (f"{_SIZE}for b in buckets: # 60 shops\n    b.grant_read(fn)\n", f"{_SIZE}for b in buckets: # 60 seconds\n    b.grant_read(fn)\n", "buckets (60"),
        # Clusters that are gone, and an interval that is set.
        (f"{_ZONES}We have 3 small clusters.", f"{_ZONES}We have 3 small clusters that we shut down.", "all 3 clusters"),
        (f"{_ZONES}--interval", f"{_ZONES}--interval=1m0s", "Add --interval"),
        # Something else is new, and the route was deployed.
        (f"{_ROUTE}The route was created today.", f"{_ROUTE}The key was created today.", "PUT /items is not deployed"),
        (f"{_ROUTE}The route was created today.", f"{_ROUTE}The route was created today. We deployed after that.", "PUT /items is not deployed"),
        # A profile that worked, one of two, and one that works elsewhere. Labels are no variables.
        (f"{_COMPOSE}`aws s3 ls --profile lab` works.", f"{_COMPOSE}`aws s3 ls --profile lab` worked last week.", "profile lab"),
        (f"{_COMPOSE}`aws s3 ls --profile lab` works.", f"{_COMPOSE}`aws s3 ls --profile lab` works like `aws s3 ls --profile web`.", "profile lab"),
        (f"{_COMPOSE}`aws s3 ls --profile lab` works.", f"{_COMPOSE}In the CI job `aws s3 ls --profile lab` works.", "profile lab"),
        (f"{_COMPOSE}      STAGE: live\n", f"{_COMPOSE}    labels:\n      STAGE: live\n", "AWS_REGION and STAGE"),
        # A command that has to write.
        (f"$ restic ls latest\n{_LOCK}", f"$ restic -r s3:x backup /etc\n{_LOCK}", "--no-lock"),
        # A policy of another time, which must not be written back.
        (f"{_NO_KEY_POLICY}key policy:\n{_KEY_POLICY}", f"{_NO_KEY_POLICY}Last year the key policy was:\n{_KEY_POLICY}", "policy.json is the policy of the text"),
        (f"{_NO_KEY_POLICY}key policy:\n{_KEY_POLICY}", f"{_NO_KEY_POLICY}key policy (not merged yet):\n{_KEY_POLICY}", "policy.json is the policy of the text"),
        # Objects of another bucket, and a download.
        (f"copy: s3://tide-in/y to s3://tide-out/y\n{_NO_TAGS}", f"copy: s3://other-in/y to s3://other-out/y\n{_NO_TAGS}", "Other objects were copied"),
        (f"copy: s3://tide-in/y to s3://tide-out/y\n{_NO_TAGS}", f"copy: s3://tide-in/y to ./y\n{_NO_TAGS}", "Other objects were copied"),
        # A command that creates something else.
        (f"$ aws sqs create-queue --queue-name films\n{_UNTAGGED}{_TAG}", f"$ aws sqs create-queue --queue-name books\n{_UNTAGGED}{_TAG}", "--tags team=VALUE --region"),
        # Resources of another account, of a time before, and the start of a sentence.
        (f"{_NO_ARN.format('cloudformation:UpdateStack')}It works for arn:aws:cloudformation:eu-west-1:111122223333:stack/base/12", f"{_NO_ARN.format('cloudformation:UpdateStack')}It works for arn:aws:cloudformation:eu-west-1:444455556666:stack/base/12", "stack/base"),
        (f"{_NO_ARN.format('kms:Decrypt')}key_id={_KEY[-36:]}", f"{_NO_ARN.format('kms:Decrypt')}The old key_id={_KEY[-36:]} was deleted", "key/1234abcd"),
        ("Invalid IAM Instance Profile name Web is new", "Invalid IAM Instance Profile name\nWe used another", "instance-profile-name We"),
        # The list of a profile that can be for another account, and a word after a list.
        (f"{_ATTACHED.format('')}{_HELD.format('')}", f"{_ATTACHED.format(' --profile live')}{_HELD.format(' --profile test')}", "--policy-arn arn:aws:iam::111122223333:policy/A"),
        (f'{_HELD.format("")}$ aws iam list-role-policies --role-name depot\n{{"PolicyNames": ["some"]}}', f'{_HELD.format("")}$ aws iam list-role-policies --role-name depot\n{{"PolicyNames": ["read"]}}\nI see only "some" of them.', "--policy-name some"),
        # Two buckets, of which only one is that of the call.
        (f"put bucket=tide-out key=y/b.csv\n{_PUT_DENIED}", f"get bucket=tide-in key=x/a.csv\nput bucket=tide-out key=y/b.csv\n{_PUT_DENIED}", "arn:aws:s3:::tide-"),
        # Another stack, which can have another role.
        (f"Stack: tide\n{_STACK}{_STACK.replace('sns:createtopic', 'sqs:createqueue')}", f"Stack: tide\n{_STACK}Stack: ebb\n{_STACK.replace('sns:createtopic', 'sqs:createqueue')}", "Allow sns:CreateTopic and sqs:CreateQueue"),
        # Entries of a log, of which one has no event.
        (f"{_TIMED}{_TIMED.replace('sns:CreateTopic', 'sqs:CreateQueue')}", f"{_TIMED}{_TIMED.replace('sns:CreateTopic', 'sqs:CreateQueue').replace('CREATE_FAILED', 'worker')}", "Allow sns:CreateTopic and sqs:CreateQueue"),
        # The stack of another account, and a command after the events.
        (f"{_STACK}{_STACK.replace('sns:createtopic', 'sqs:createqueue')}", f"In 111122223333:\n{_STACK}In 444455556666:\n{_STACK.replace('sns:createtopic', 'sqs:createqueue')}", "Allow sns:CreateTopic and sqs:CreateQueue"),
        (f"{_STACK}{_STACK.replace('sns:createtopic', 'sqs:createqueue')}", f"{_STACK}$ aws sqs create-queue --queue-name x --profile web\nAn error occurred (AccessDenied) when calling the CreateQueue operation: Access denied\n", "Allow sns:CreateTopic and sqs:CreateQueue"),
    ],
)  # fmt: skip
def test_text_that_a_rule_nearly_matches(text: str, near: str, words: str) -> None:
    assert words in " ".join(explain(text).to_text(detail="full").split())
    assert words not in " ".join(explain(near).to_text(detail="full").split())
