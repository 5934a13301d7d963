"""What a text asks is answered in words, if the failure settles it."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_ACCOUNT = "111122223333"
_SESSION = f"arn:aws:sts::{_ACCOUNT}:assumed-role/{{}}/{{}}"
_SSO = f"arn:aws:sts::{_ACCOUNT}:assumed-role/AWSReservedSSO_Films_0123456789abcdef/ana"
_TABLE = f"arn:aws:dynamodb:eu-west-1:{_ACCOUNT}:table/plays"
_DATABASE = f"arn:aws:redshift:eu-west-1:{_ACCOUNT}:dbuser:films/loader"
_PUT = "aws sso-admin put-inline-policy-to-permission-set --inline-policy file://films.json\n"


def _denied(
    action: str = "dynamodb:PutItem",
    on: str = _TABLE,
    role: str = "films-job",
    session: str = "run-1",
    reason: str = " because no identity-based policy allows the {} action",
    caller: str | None = None,
) -> str:
    who = caller or _SESSION.format(role, session)
    return f"An error occurred (AccessDeniedException) when calling the {action.partition(':')[2]} operation: User: {who} is not authorized to perform: {action} on resource: {on}{reason.format(action)}\n"


_DENY = _denied(
    "sqs:SendMessage",
    f"arn:aws:sqs:eu-west-1:{_ACCOUNT}:plays",
    reason=" with an explicit deny in an identity-based policy",
)
_SCP = _denied(
    "ec2:RunInstances",
    f"arn:aws:ec2:eu-west-3:{_ACCOUNT}:instance/*",
    reason=" because no service control policy allows the {} action",
)
_MFA = (
    _denied(
        "ec2:StopInstances",
        f"arn:aws:ec2:us-east-1:{_ACCOUNT}:instance/i-0a1b2c3d4e5f60718",
        caller=f"arn:aws:iam::{_ACCOUNT}:user/noor",
        reason=f" with an explicit deny in an identity-based policy: arn:aws:iam::{_ACCOUNT}:policy/MfaOnly",
    )
    + '{"Sid": "NoMfa", "Effect": "Deny", "NotAction": ["sts:GetSessionToken"], "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}\n'
)
_EXPOSED = _denied(
    "iam:CreateUser",
    f"arn:aws:iam::{_ACCOUNT}:user/x",
    caller=f"arn:aws:iam::{_ACCOUNT}:user/films-bot",
    reason=" with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
)
_CLOCK = "An error occurred (InvalidSignatureException) when calling the ListTables operation: Signature expired: 20260312T081512Z is now earlier than 20260312T090231Z (20260312T090731Z - 5 min.)\n"
_LONG = "An error occurred (LimitExceeded) when calling the CreatePolicyVersion operation: Cannot exceed quota for PolicySize: 6144\n"
_CHAIN = "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.\n"
_EXPIRED = "An error occurred (ExpiredToken) when calling the ListTables operation: The security token included in the request is expired\n"
_OIDC = "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
_THROTTLED = "An error occurred (ThrottlingException) when calling the DescribeStacks operation (reached max retries: 4): Rate exceeded\n"
_FULL = "An error occurred (VcpuLimitExceeded) when calling the RunInstances operation: You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the specified instance type belongs to.\n"
_SECRETS = f'Error from server (Forbidden): secrets is forbidden: User "{_SESSION.format("films-lead", "ana")}" cannot list resource "secrets" in API group "" in the namespace "films"\n'
_VIEW = '{{"associatedAccessPolicies": [{{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "accessScope": {{"type": "{}", "namespaces": [{}]}}}}]}}\n'
_PASSED = "An error occurred (AccessDeniedException) when calling the CreateFunction operation: Cross-account pass role is not allowed.\n"
_NO_KEYS = "No, new access keys do not help, and no permission is missing. The request's time is"
_NO_ALLOW = "No, an Allow does not override the Deny. The role films-job was denied"
_NO_RAISE = "No, the quota cannot be raised, and no permission is missing. The policy is too long"
# The text, what the answer contains, and what it does not contain.
_CASES = (
    ("an association", _SECRETS + _VIEW.format("cluster", "") + "Is the association broken? Its scope is the cluster.", "No, the association is not the problem.", ""),
    ("a scope", _SECRETS + _VIEW.format("namespace", '"films"') + "Is my scope wrong?", "No, the association is not the problem.", ""),
    ("another scope", _SECRETS + _VIEW.format("namespace", '"plays"') + "Is my scope wrong?", "", "the association is not the problem"),
    ("a grant", _denied("redshift:GetClusterCredentials", _DATABASE) + "Is it a GRANT that the user lacks?", "No GRANT in the database is missing", ""),
    ("an administrator who starts it", _denied() + "I start the job as an administrator. Why is it denied?", 'The text says "I start the job as an administrator": the call is made by the role films-job', ""),
    ("an administrator by the way", _denied() + "I am AWS administrator and started it by hand.", 'The text says "I am AWS administrator": the call is made by the role films-job', ""),
    ("a user with all permissions", _denied() + "My user is an admin, of course.", "the call is made by the role films-job", ""),
    ("an administrator for whom it works", _denied() + "With my admin user the same call works.", "the call is made by the role films-job", ""),
    ("an administrator for whom it does not work", _denied() + "With my admin user the same call does not work.", "films-job", "the call is made by"),
    ("a service in the session name", _denied(session="AWSCodeBuild-0a1b2c3d") + "With my admin user the same call works.", "not the person who uses CodeBuild", "the call is made by"),
    ("a role with all permissions", _denied() + "The role is an admin role.", "films-job", "the call is made by"),
    ("no administrator", _denied() + "I am not an administrator.", "films-job", "the call is made by"),
    ("nobody who starts it", _denied() + "Should I start the job as an administrator?", "films-job", "the call is made by"),
    ("an administrator's own session", _denied(caller=_SSO) + "We run the job as administrators. Why?", "Films", "the call is made by"),
    ("a grant of KMS", _denied("kms:Decrypt", f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9") + "Do I need a GRANT?", "Allow kms:Decrypt", "No GRANT"),
    ("a signature", _denied(reason="") + "Is my signature broken, body hash or so?", "The signature is valid: AWS recognized the role films-job", ""),
    ("no question", _denied(reason="") + "The signature is signed by hand.", "films-job", "signature is valid"),
    ("a trust policy", _denied() + "What is wrong with the trust policy?", "The role's trust policy is not the cause", ""),
    ("a bug", _denied() + "So it must be a bug in the driver?", "No, it is not a bug. The role films-job was denied", ""),
    ("an Allow", _denied(reason=" with an explicit deny in a resource control policy") + "What do we have to add?", "An Allow does not override an explicit Deny", ""),
    ("an Allow in a policy", _denied(reason=" with an explicit deny in an identity-based policy") + "Can I simply add an Allow to it?", "No, an Allow does not override the Deny. The role", "does not override it."),
    ("an Allow that is missing", _denied() + "What do we have to add?", "films-job", "does not override"),
    ("a network", _denied() + "Which security group is missing?", "The network is not the cause", ""),
    ("the role of a pod", _denied() + "IRSA must be broken, right?", "The credentials of the role arrive", ""),
    ("the role of a node", _denied(session="i-0a1b2c3d4e5f60718") + "IRSA must be broken, right?", "films-job", "The credentials of the role arrive"),
    ("other credentials", _denied() + "Does bash use other credentials?", "The credentials are valid, and those of the role films-job", ""),
    ("a new sign-in", _denied() + "Do we have to log in again?", "No new sign-in or restart is necessary", ""),
    ("an operation", _denied("dynamodb:ConditionCheckItem") + "They propose dynamodb:TransactWriteItems.", "An IAM policy cannot allow dynamodb:TransactWriteItems", ""),
    ("an operation of S3", _denied("s3:ListBucket", "arn:aws:s3:::films") + "I have s3:ListObjectsV2.", "the call ListObjectsV2 is checked as s3:ListBucket", ""),
    ("another action", _denied("s3:ListBucket", "arn:aws:s3:::films") + "I have s3:GetObject.", "films", "is no IAM action"),
    ("a masked account", '{"Message":"User: arn:aws:sts::111122223333:assumed-role/films-job/1 is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:a1b2c3/prod/GET/x"}\nWhy is it garbled?', "API Gateway masks the account ID in its answers (********3333)", ""),
    ("a signature of an image", _denied() + "Does ECR check the image signature?", "films-job", "signature is valid"),
    ("a bug or more permissions", _denied() + "Do I need dynamodb:*, or is this a bug?", "No, it is not a bug. The role films-job was denied", ""),
    ("a bug or a missing permission", _denied() + "Is it a bug, or is a permission missing?", "films-job", "Yes."),
    ("a bug of theirs", _denied() + "Is there a bug in our module?", "films-job", "It is not a bug"),
    ("abuse, and a service", _denied() + '{"invokedBy": "glue.amazonaws.com"}\nHas somebody hijacked the role?', "no sign of abuse: an AWS service made the call to carry out another one of the role films-job", ""),
    ("abuse, and no service", _denied() + "Has somebody hijacked the role?", "films-job", "no sign of abuse"),
    ("a service, and no abuse", _denied() + '{"invokedBy": "glue.amazonaws.com"}\nIs it the role?', "films-job", "no sign of abuse"),
    ("a deployment", _denied() + "Do I have to redeploy the stack?", "films-job", "No new sign-in or restart"),
    ("a restart of pods", _denied(role="eks-node-role", session="i-0a1b2c3d4e5f60718") + "Do I have to restart the pods?", "kubectl rollout restart", "No new sign-in or restart"),
    ("a deny", _denied(reason=" with an explicit deny in an identity-based policy") + "Is it a bug?", "films-job", "It is not a bug"),
    ("a notebook", _denied("s3:ListBucket", "arn:aws:s3:::films", session="SageMaker") + f"Data download failed s3://films/2026/ \nIt works in the notebook. print(sagemaker.get_execution_role()) -> arn:aws:iam::{_ACCOUNT}:role/films-notebook", "The notebook runs with another role, films-notebook", ""),
    ("objects of a job", _denied("s3:ListBucket", "arn:aws:s3:::films", session="SageMaker") + "Data download failed s3://films/2026/ \n", '"arn:aws:s3:::films/2026/*"', ""),
    ("a console", _denied() + f"It works in the console, where get-caller-identity prints {_SESSION.format('films-lead', 'ana')}.", "the caller is another role, films-lead, whose permissions do not count", ""),
    ("a role of something else", _denied() + f"It works in the console. The role arn:aws:iam::{_ACCOUNT}:role/other is older.", "films-job", "another role, other"),
    ("a role at the end of a sentence", _denied() + f"It works in the console, where get-caller-identity prints arn:aws:iam::{_ACCOUNT}:role/films-lead.", "another role, films-lead, whose", ""),
    ("a role after that of the caller", _denied() + f"It works on my laptop. In the task, get-caller-identity prints\n{_SESSION.format('films-job', '1')}\nThe bucket policy allows arn:aws:iam::{_ACCOUNT}:role/reader.", "films-job", "another role, reader"),
    ("a notebook, and a function", _denied() + f"It works in the notebook: get_execution_role() prints arn:aws:iam::{_ACCOUNT}:role/films-notebook", "The notebook runs with another role", "role=sagemaker"),
    ("a set that was not changed", f"I have not run {_PUT}" + _denied(caller=_SSO), "Films", "was not provisioned"),
    ("a change that failed", _PUT + "An error occurred (ConflictException) when calling the PutInlinePolicyToPermissionSet operation: x\n" + _denied(caller=_SSO), "Films", "was not provisioned"),
    ("the duration of a set", "aws sso-admin update-permission-set --session-duration PT8H\n" + _denied(caller=_SSO), "Films", "was not provisioned"),
    ("a set that the caller may not change", _denied("sso:PutInlinePolicyToPermissionSet", "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef", caller=_SSO), "--permission-set-arn PERMISSION_SET_ARN", "was not provisioned"),
    ("a set that is not provisioned", _PUT + _denied(caller=_SSO) + "AwsSSOInlinePolicy in the account is still the old one.", "aws sso-admin provision-permission-set", "put-inline-policy-to-permission-set \\"),
    ("a set that may be provisioned", _PUT + _denied(caller=_SSO), "most likely, the change of the permission set Films was not provisioned", ""),
    ("new keys", _CLOCK + "The profile works elsewhere. Do I need to rotate my keys?", _NO_KEYS, "AWS compares"),
    ("new keys in a chat", _CLOCK + "ana: would a new access key help ?", _NO_KEYS, ""),
    ("new keys, over two lines", _CLOCK + "So should we really\ncreate new credentials?", _NO_KEYS, ""),
    ("keys of KMS", _CLOCK + "Do I need to rotate the KMS key?", "The request's time is", "No, "),
    ("keys that were rotated", _CLOCK + "I rotated the keys yesterday, does that matter?", "The request's time is", "No, "),
    ("keys that stay", _CLOCK + "Can I fix it without new keys?", "The request's time is", "No, "),
    ("the reason for new keys", _CLOCK + "Why do I need new keys?", "The request's time is", "No, "),
    ("keys or a bug", _CLOCK + "Do I need new keys, or is it a bug?", "The request's time is", "No, "),
    ("keys of an expired session", _EXPIRED + "Do I need new keys?", "have expired", "No, "),
    ("keys that AWS accepts", _denied() + "Should we rotate the access key?", "No, the keys are not the problem. The role films-job", ""),
    ("keys that are exposed", _EXPOSED + "Should we rotate the access key?", "Keep the policy", "No, the keys"),
    ("keys that were published", _denied() + "The key was in a public repository.\nShould we rotate the access key?", "films-job", "No, "),
    ("keys in a year", _CLOCK + "Must we rotate the keys every 90 days?", "The request's time is", "No, "),
    ("a question that is answered", _CLOCK + "Do I need new keys? No, surely not.", "The request's time is", "No, the"),
    ("a question in a log", "2026-03-12 09:02:31 WARN films: do you need new keys?\n" + _CLOCK, "The request's time is", "No, "),
    ("a question in a quotation", _CLOCK + "> Do I need new keys?", "The request's time is", "No, "),
    ("a question of the documentation", _CLOCK + 'The guide has a chapter "Do I need new keys?".', "The request's time is", "No, "),
    ("a question in code", f"```\n{_CLOCK}print()\nDo I need new keys?\n```", "The request's time is", "No, "),
    ("a heading", _CLOCK + "### Do I need new keys?", "The request's time is", "No, "),
    ("another account", _CLOCK + "By the way, another account has a problem: do we need new keys?", "The request's time is", "No, "),
    ("a higher quota", _LONG + "Can somebody open a quota increase?", _NO_RAISE, "characters. The quota"),
    ("a higher limit", _LONG + "Should we raise the limit?", _NO_RAISE, ""),
    ("a question for AWS", _LONG + "Should we raise it with AWS Support?", "The policy is too long", "No, "),
    ("more of another thing", _LONG + "Should we increase it to 3 roles?", "The policy is too long", "No, "),
    ("a longer session", _CHAIN + "Should the platform team raise the max to 12 hours?", "No, the role's maximum session duration does not change this limit. STS rejected", "nobody can raise"),
    ("more permissions", _DENY + "The role has AmazonSQSFullAccess. Can someone give me more?", _NO_ALLOW, "override it"),
    ("all permissions", _DENY + "Will AdministratorAccess help?", _NO_ALLOW, ""),
    ("fewer permissions", _DENY + "Should I remove AdministratorAccess?", "films-job", "No, "),
    ("an exception", _DENY + "Should I add sqs:SendMessage to the condition?", "films-job", "No, "),
    ("a Deny of IAM", _DENY + "Is it an IAM problem?", "films-job", "No, "),
    ("a missing permission", _denied() + "Is a permission missing?", "Yes. The role films-job was denied", ""),
    ("a permission of others", _denied() + "Should we give Bob more access?", "films-job", "Yes."),
    ("a permission on a key", _denied() + "Should I add more permissions to the KMS key?", "films-job", "Yes."),
    ("a permission that is audited", _denied() + "Will the missing permission be audited?", "films-job", "Yes."),
    ("the permissions of the caller", _EXPIRED + "Which permissions do I have?", "have expired", "None is missing"),
    ("a bug of something else", _denied() + "Is it a bug that the job has this role?", "films-job", "not a bug"),
    ("a permission of IAM", _denied() + "So it's an IAM problem?", "Yes. The role films-job was denied", ""),
    ("too many permissions", _denied() + "Will AdministratorAccess help?", "films-job", "Yes."),
    ("a permission that is not missing", _EXPIRED + "Am I missing a permission?", "No, permissions are not the problem. The temporary credentials", "No permission is missing"),
    ("any permission", _EXPIRED + "Is any STS permission missing?", "No, permissions are not the problem. The temporary credentials", ""),
    ("which permission", _LONG + "Which permission is missing?", "None is missing. The policy is too long", "No permission is missing"),
    ("which permission, and a quota", _FULL + "What permission do I need?", "None: a quota is reached, and no permission is missing", ""),
    ("which policy, and a Deny", _DENY + "I am an admin. Which policy do I add??", "None: an Allow does not override the Deny. The role", ""),
    ("which policy, and none that allows it", _denied() + "Which policy should I attach?", "", "None"),
    ("which policy of the bucket", _DENY + "Which policy should I attach to the bucket?", "", "None:"),
    ("which permission, and a Deny", _DENY + "Which permission is missing?", "None: an Allow does not override the Deny. The role", ""),
    ("which permission to pass a role", _PASSED + "Which PassRole permission is missing?", "None is missing. A role of another account", ""),
    ("an Allow under an SCP", _SCP + "Is it enough to add ec2:RunInstances to our policy?", "No, a policy of the caller alone is not enough. The role", ""),
    ("a change of an SCP", _SCP + "Do I need ec2:RunInstances in the SCP?", "films-job", "No, "),
    ("an Allow in the policy of an endpoint", _denied(reason=" because no VPC endpoint policy allows the {} action") + "Do I need to add dynamodb:PutItem to the endpoint?", "films-job", "No, "),
    ("an Allow for a token", _OIDC + "Do I need to attach an IAM policy?", "No, an Allow in an identity-based policy does not help. STS rejected", ""),
    ("an IAM policy in a cluster", _SECRETS + "Do I need eks:*?", "No, an IAM policy does not help. The role films-lead", ""),
    ("a permission in a cluster", _SECRETS + "Is a permission missing?", "films-lead", "No, "),
    ("a policy that stays", _MFA + "Should I ask for the policy to be detached?", "No, the policy can stay. The user noor was denied", ""),
    ("a policy of AWS", _EXPOSED + "Nobody attached it. Can I just detach it?", "No, keep the policy. The user films-bot was denied", ""),
    ("a policy that may have to go", _DENY + "Can you detach the policy?", "films-job", "No, "),
    ("another policy", _MFA + "Should I delete the SCP?", "noor", "No, "),
    ("no administrator needed", _MFA + "Do I need an admin for this?", "No, you need no administrator. The user noor was denied", ""),
    ("an administrator of the organization", _SCP + "Should I ask an administrator?", "Yes, an organization administrator. The role films-job", ""),
    ("an administrator who detaches", _EXPOSED + "Should I ask an admin to detach it?", "No, keep the policy. The user films-bot was denied", ""),
    ("an administrator who gives more", _DENY + "Do I need an admin to give me more permissions?", _NO_ALLOW, ""),
    ("a retry", _THROTTLED + "Should I just retry?", "Yes. AWS throttled", ""),
    ("a retry with other keys", _THROTTLED + "Should I retry with admin keys?", "AWS throttled", "Yes"),
    ("a set that is provisioned", _PUT + "aws sso-admin provision-permission-set --target-type ALL_PROVISIONED_ACCOUNTS\n" + _denied(caller=_SSO), "Films", "was not provisioned"),
)  # fmt: skip


@check_rows(("text", "shown", "hidden"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_answer(text: str, shown: str, hidden: str) -> None:
    explanation = " ".join(explain(text).to_text().split())
    assert shown in explanation
    assert not hidden or hidden not in explanation


_PUBLISH = "User: arn:aws:sts::111122223333:assumed-role/films-etl/run is not authorized to perform: sns:Publish on resource: arn:aws:sns:eu-west-1:111122223333:films because no {} allows the sns:Publish action"
_ACLS = "An error occurred (AccessControlListNotSupported) when calling the PutObject operation: The bucket does not allow ACLs"


_NO_TASK_ROLE = 'botocore.exceptions.NoCredentialsError: Unable to locate credentials\n{"family": "films", "taskRoleArn": null, "executionRoleArn": "arn:aws:iam::111122223333:role/films-exec", "requiresCompatibilities": ["FARGATE"]}'
_SCOPED = 'Error from server (Forbidden): pods is forbidden: User "arn:aws:sts::111122223333:assumed-role/films-ci/run" cannot list resource "pods" in API group "" in the namespace "films"\n$ aws eks list-associated-access-policies --cluster-name heron --principal-arn arn:aws:iam::111122223333:role/films-ci\n{"associatedAccessPolicies": [{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy", "accessScope": {"type": "namespace", "namespaces": ["etl"]}}]}'


@check_rows(
    ("around", "is_answered"),
    [
        ("The presigned URL answers that in the browser, which has no credentials. How can the browser have a role?", True),
        ("How can the browser have a role?", False),
        ("The presigned URL answers that. How long is it valid?", False),
    ],
)  # fmt: skip
def test_who_calls_with_a_presigned_url(around: str, *, is_answered: bool) -> None:
    message = '<Error><Code>AccessDenied</Code><Message>User: arn:aws:sts::111122223333:assumed-role/films-api/api is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::films/1.png" because no identity-based policy allows the s3:PutObject action</Message></Error>'
    shown = " ".join(str(explain(f"{message}\n{around}")).split())
    assert ("presigned with the credentials of the role films-api" in shown) is is_answered


@check_rows(
    ("message", "question", "answer"),
    [
        (_PUBLISH.format("identity-based policy"), "Isn't that a topic policy thing?", "No, the topic policy is not the problem. "),
        (_PUBLISH.format("permissions boundary"), "Is it the boundary?", "Yes. "),
        (_PUBLISH.format("VPC endpoint policy"), "Is that an SCP problem?", "No, the SCP is not the problem. "),
        (_PUBLISH.format("resource-based policy"), "Is it the topic policy?", "Yes. "),
        (_ACLS, "Isn't it the bucket policy?", "No, the bucket policy is not the problem. "),
        (_NO_TASK_ROLE, "Do I need to put keys in the image?", "No, no access keys are needed. "),
        (_NO_TASK_ROLE, "Do I need the key policy for that?", ""),
        (_SCOPED, "Do I need an aws-auth entry on top?", "No, no aws-auth entry is needed. "),
        (_SCOPED, "Is aws-auth deprecated?", ""),
        # Two answers, or none.
        (_PUBLISH.format("identity-based policy"), "Is it the key policy, or the topic policy?", ""),
        ("An error occurred (AccessDenied) when calling the PutObject operation: Access Denied", "Is it the bucket policy?", ""),
        ("An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience", "Is it the trust policy?", ""),
        (_ACLS, "Is it the bucket policy of the other account?", ""),
    ],
)  # fmt: skip
def test_whether_a_type_of_policy_is_the_cause(message: str, question: str, answer: str) -> None:
    shown = " ".join(explain(f"{message}\n\n{question}").to_text().split())
    assert shown.startswith(answer)
    assert answer or not shown.startswith(("No,", "Yes."))
