"""List fictional texts as people paste them into issues and as jobs log them: SDK output with text around it."""

from __future__ import annotations

PASTES = {
    "question with a Python traceback": """Hi all, since we moved the job to the new account our nightly export fails with this:

```
Traceback (most recent call last):
  File "/opt/export/main.py", line 61, in <module>
    run(load_settings())
  File "/opt/export/main.py", line 38, in run
    bucket.upload_file(str(path), key)
  File "/opt/export/.venv/lib/python3.12/site-packages/boto3/s3/inject.py", line 207, in bucket_upload_file
    return self.meta.client.upload_file(
  File "/opt/export/.venv/lib/python3.12/site-packages/boto3/s3/transfer.py", line 378, in upload_file
    raise S3UploadFailedError(
boto3.exceptions.S3UploadFailedError: Failed to upload /tmp/export.csv to export-archive/2026/03.csv: An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:assumed-role/export/nightly is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::export-archive/2026/03.csv" because no identity-based policy allows the s3:PutObject action
```

The role has AmazonS3ReadOnlyAccess plus our own policy. What did we miss?
""",
    "Terraform in a GitHub Actions log": """2026-03-14T09:26:53.1234567Z ##[group]Run terraform apply -auto-approve
2026-03-14T09:26:53.1240000Z \x1b[36;1mterraform apply -auto-approve\x1b[0m
2026-03-14T09:27:08.4411111Z aws_iam_role.runner: Creating...
2026-03-14T09:27:09.0033333Z ╷
2026-03-14T09:27:09.0033400Z │ Error: creating IAM Role (ci-runner): operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 2c4d6e8f-0a1b-4c2d-8e3f-4a5b6c7d8e9f, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/deployer/GitHubActions is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/ci-runner because no identity-based policy allows the iam:CreateRole action
2026-03-14T09:27:09.0033500Z │
2026-03-14T09:27:09.0033600Z │   with aws_iam_role.runner,
2026-03-14T09:27:09.0033700Z │   on main.tf line 12, in resource "aws_iam_role" "runner":
2026-03-14T09:27:09.0033800Z │   12: resource "aws_iam_role" "runner" {
2026-03-14T09:27:09.0033900Z │
2026-03-14T09:27:09.0034000Z ╵
2026-03-14T09:27:09.1100000Z ##[error]Process completed with exit code 1.
""",
    "answer in Markdown": """I think your SCP is at fault. The message says so:

> AccessDeniedException: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/example.model-v1 with an explicit deny in a service control policy: arn:aws:organizations::444455556666:policy/o-exampleorg/service_control_policy/p-example1

So *no* policy in the account helps, you need whoever runs the organization.
""",
    "controller's log": """I0314 09:26:50.000001       1 leaderelection.go:258] successfully acquired lease kube-system/volume-controller
I0314 09:26:52.118231       1 controller.go:84] "Starting workers" worker count=4
E0314 09:26:53.589793       1 driver.go:142] "GRPC error" err="rpc error: code = Internal desc = Could not create volume \\"pvc-0a1b2c3d\\": could not create volume in EC2: UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/volume-controller/1742 is not authorized to perform: ec2:CreateVolume on resource: arn:aws:ec2:eu-west-1:111122223333:volume/* because no identity-based policy allows the ec2:CreateVolume action. Encoded authorization failure message: 3xAmpLeEnc0dedMessageThatIsShort_0a1b2c3d4e5f\\n\\tstatus code: 403, request id: 7d8e9f0a-1b2c-4d3e-8f4a-5b6c7d8e9f0a"
""",
    "logrus with an escaped message": """time="2026-03-14T09:26:53Z" level=info msg="reconciling record sets" zone=example.internal
time="2026-03-14T09:26:53Z" level=error msg="failed to list hosted zones: operation error Route 53: ListHostedZones, https response error StatusCode: 403, RequestID: 5a6b7c8d-9e0f-4a1b-8c2d-3e4f5a6b7c8d, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/dns-sync/1700000000000000000 is not authorized to perform: route53:ListHostedZones because no identity-based policy allows the route53:ListHostedZones action"
time="2026-03-14T09:26:53Z" level=info msg="next run in 60 s"
""",
    "Java log with causes": """2026-03-14 09:26:53.589 ERROR 1 --- [ntainer#0-0-C-1] o.e.orders.OrderListener : could not send the invoice
org.springframework.messaging.MessagingException: sending failed; nested exception is software.amazon.awssdk.services.sqs.model.SqsException: User: arn:aws:sts::111122223333:assumed-role/orders/pod-7 is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:eu-central-1:111122223333:invoices because no resource-based policy allows the sqs:sendmessage action (Service: Sqs, Status Code: 403, Request ID: 9e0f1a2b-3c4d-4e5f-8a6b-7c8d9e0f1a2b)
	at org.example.orders.Sender.send(Sender.java:57)
	at org.example.orders.OrderListener.handle(OrderListener.java:31)
Caused by: software.amazon.awssdk.services.sqs.model.SqsException: User: arn:aws:sts::111122223333:assumed-role/orders/pod-7 is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:eu-central-1:111122223333:invoices because no resource-based policy allows the sqs:sendmessage action (Service: Sqs, Status Code: 403, Request ID: 9e0f1a2b-3c4d-4e5f-8a6b-7c8d9e0f1a2b)
	at software.amazon.awssdk.core.internal.http.CombinedResponseHandler.handleErrorResponse(CombinedResponseHandler.java:125)
	... 21 common frames omitted
""",
    "kubectl session": """$ aws eks update-kubeconfig --name shop --region eu-central-1
Updated context arn:aws:eks:eu-central-1:111122223333:cluster/shop in /home/ana/.kube/config
$ kubectl get pods
E0314 09:26:53.112233   48213 memcache.go:265] couldn't get current server API group list: the server has asked for the client to provide credentials
E0314 09:26:54.223344   48213 memcache.go:265] couldn't get current server API group list: the server has asked for the client to provide credentials
error: You must be logged in to the server (the server has asked for the client to provide credentials)
""",
    "CloudFormation events": """Failed resources:
shop-stack |  9:26:53 AM | CREATE_FAILED        | AWS::SQS::Queue | Orders (OrdersQueue4F1C2D3E) Resource handler returned message: "User: arn:aws:sts::111122223333:assumed-role/cfn-exec/AWSCloudFormation is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:eu-central-1:111122223333:orders because no identity-based policy allows the sqs:createqueue action (Service: Sqs, Status Code: 403, Request ID: 0f1a2b3c-4d5e-4f6a-8b7c-8d9e0f1a2b3c)" (RequestToken: 1a2b3c4d-5e6f-4a7b-8c8d-9e0f1a2b3c4d, HandlerErrorCode: AccessDenied)

 ❌  shop-stack failed: Error: The stack named shop-stack failed creation, it may need to be manually deleted from the AWS console: ROLLBACK_COMPLETE
""",
    "Node.js in a container's log": """web-1  | Server listens on 3000
web-1  | AccessDeniedException: User: arn:aws:iam::111122223333:user/web is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-central-1:111122223333:table/baskets because no identity-based policy allows the dynamodb:GetItem action
web-1  |     at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20)
web-1  |     at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
web-1  |   '$fault': 'client',
web-1  |   '$metadata': {
web-1  |     httpStatusCode: 400,
web-1  |     requestId: 'EXAMPLE0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567',
web-1  |     attempts: 1,
web-1  |     totalRetryDelay: 0
web-1  |   },
web-1  |   __type: 'com.amazon.coral.service#AccessDeniedException'
web-1  | }
""",
    "expired token in a notebook": """---------------------------------------------------------------------------
ClientError                               Traceback (most recent call last)
Cell In[7], line 1
----> 1 frame = read_all(s3, "quarterly-reports")

Cell In[5], line 4, in read_all(s3, bucket)
      2 pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
----> 4 for page in pages:
      5     ...

ClientError: An error occurred (ExpiredToken) when calling the ListObjectsV2 operation: The provided token has expired.
""",
    "XML answer pasted with curl": """$ curl -i https://quarterly-reports.s3.eu-central-1.amazonaws.com/2026/q1.csv
HTTP/1.1 403 Forbidden
x-amz-request-id: 7QX2A9K4M1P8R5T3
x-amz-id-2: c2FtcGxlLWhvc3QtaWQtb2YtYW4tZXhhbXBsZS10aGF0LWlzLWxvbmc=
Content-Type: application/xml
Server: AmazonS3

<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>7QX2A9K4M1P8R5T3</RequestId><HostId>c2FtcGxlLWhvc3QtaWQtb2YtYW4tZXhhbXBsZS10aGF0LWlzLWxvbmc=</HostId></Error>
""",
    "question in words": """Cannot pull from ECR in my new cluster. The pod says ImagePullBackOff and describe shows

Failed to pull image "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop:1.4": failed to resolve reference: pulling from host 111122223333.dkr.ecr.eu-central-1.amazonaws.com failed with status code [manifests 1.4]: 403 Forbidden

but docker pull on my laptop works. Do I have to create a secret?
""",
    "service linked role": """Error: error creating EKS Node Group (shop:workers): InvalidRequestException: You cannot create nodegroups because the caller is not authorized to perform: iam:CreateServiceLinkedRole
{
  RespMetadata: {
    StatusCode: 400,
    RequestID: "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d"
  },
  Message_: "You cannot create nodegroups because the caller is not authorized to perform: iam:CreateServiceLinkedRole"
}

  on eks.tf line 77, in resource "aws_eks_node_group" "workers":
  77: resource "aws_eks_node_group" "workers" {
""",
    "signature": """botocore.exceptions.ClientError: An error occurred (SignatureDoesNotMatch) when calling the ListBuckets operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.

I copied the secret from the console twice, no luck.
""",
    "PowerShell": """aws : An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ben is
not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/audit
At line:1 char:1
+ aws sts assume-role --role-arn arn:aws:iam::444455556666:role/audit ...
+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (:String) [], RemoteException
    + FullyQualifiedErrorId : NativeCommandError
""",
    "JSON lines": """{"level":"info","ts":1773480412.1,"logger":"queue","msg":"polling"}
{"level":"error","ts":1773480413.5,"logger":"queue","msg":"receive failed","error":"operation error SQS: ReceiveMessage, https response error StatusCode: 403, RequestID: 3c4d5e6f-7a8b-4c9d-8e0f-1a2b3c4d5e6f, api error AccessDenied: Access to the resource https://sqs.eu-central-1.amazonaws.com/ is denied."}
{"level":"info","ts":1773480418.5,"logger":"queue","msg":"waiting","seconds":5}
""",
}  # fmt: skip
