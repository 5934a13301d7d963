"""What a text asks about a denial is answered in words, if the denial settles it."""

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


# The text, what the answer contains, and what it does not contain.
_CASES = (
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
    ("a bug", _denied() + "So it must be a bug in the driver?", "It is not a bug: AWS received the call dynamodb:PutItem", ""),
    ("an Allow", _denied(reason=" with an explicit deny in a resource control policy") + "What do we have to add?", "An Allow does not override an explicit Deny", ""),
    ("an Allow in a policy", _denied(reason=" with an explicit deny in an identity-based policy") + "Can I simply add an Allow to it?", "wherever you add it.", "does not override it."),
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
    ("a role of something else", _denied() + f"It works in the console. The role arn:aws:iam::{_ACCOUNT}:role/other is older.", "films-job", "whose permissions do not count"),
    ("a role at the end of a sentence", _denied() + f"It works in the console, where get-caller-identity prints arn:aws:iam::{_ACCOUNT}:role/films-lead.", "another role, films-lead, whose", ""),
    ("a role after that of the caller", _denied() + f"It works on my laptop. In the task, get-caller-identity prints\n{_SESSION.format('films-job', '1')}\nThe bucket policy allows arn:aws:iam::{_ACCOUNT}:role/reader.", "films-job", "whose permissions do not count"),
    ("a notebook, and a function", _denied() + f"It works in the notebook: get_execution_role() prints arn:aws:iam::{_ACCOUNT}:role/films-notebook", "The notebook runs with another role", "role=sagemaker"),
    ("a set that was not changed", f"I have not run {_PUT}" + _denied(caller=_SSO), "Films", "was not provisioned"),
    ("a change that failed", _PUT + "An error occurred (ConflictException) when calling the PutInlinePolicyToPermissionSet operation: x\n" + _denied(caller=_SSO), "Films", "was not provisioned"),
    ("the duration of a set", "aws sso-admin update-permission-set --session-duration PT8H\n" + _denied(caller=_SSO), "Films", "was not provisioned"),
    ("a set that the caller may not change", _denied("sso:PutInlinePolicyToPermissionSet", "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef", caller=_SSO), "--permission-set-arn PERMISSION_SET_ARN", "was not provisioned"),
    ("a set that is not provisioned", _PUT + _denied(caller=_SSO) + "AwsSSOInlinePolicy in the account is still the old one.", "aws sso-admin provision-permission-set", "put-inline-policy-to-permission-set \\"),
    ("a set that may be provisioned", _PUT + _denied(caller=_SSO), "most likely, the change of the permission set Films was not provisioned", ""),
    ("a set that is provisioned", _PUT + "aws sso-admin provision-permission-set --target-type ALL_PROVISIONED_ACCOUNTS\n" + _denied(caller=_SSO), "Films", "was not provisioned"),
)  # fmt: skip


@check_rows(("text", "shown", "hidden"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_answer(text: str, shown: str, hidden: str) -> None:
    explanation = " ".join(explain(text).to_text().split())
    assert shown in explanation
    assert not hidden or hidden not in explanation
