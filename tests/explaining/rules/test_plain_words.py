"""What people say in plain words around an error: names, what works, what they have and what they changed."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_NO_CREDENTIALS = "Unable to load credentials from any of the providers in the chain\n\n"
_BUCKET = (
    "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: arn:aws:iam::111122223333:user/ana is not authorized "
    'to perform: s3:ListBucket on resource: "arn:aws:s3:::team-reports" because no resource-based policy allows the s3:ListBucket action\n\n'
)
_ROLE = (
    "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ana is not authorized "
    "to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Audit\n\n"
)
_PASS = (
    "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: iam:PassRole on resource: "
    "arn:aws:iam::111122223333:role/apps/web because no identity-based policy allows the iam:PassRole action\n\n"
)
_QUEUE = (
    "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: sqs:SendMessage on resource: "
    "arn:aws:sqs:eu-west-1:111122223333:mails because no identity-based policy allows the sqs:SendMessage action\n\n"
)
_COPY = (
    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the CopyObject operation: User: "
    "arn:aws:sts::111122223333:assumed-role/archiver/job is not authorized to perform: s3:PutObjectTagging on resource: "
    '"arn:aws:s3:::archive/a" because no identity-based policy allows the s3:PutObjectTagging action\n\n'
)
_ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
_PULL = (
    "ERROR: failed to solve: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/base:1.4: unexpected status from HEAD request to "
    "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/base/manifests/1.4: 401 Unauthorized\n\n"
)
_TOKEN = "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\n"
_401 = "error: You must be logged in to the server (Unauthorized)\n\n"

# The text, and words that the explanation has and does not have.
_CASES = {
    "pod older than the annotation": (
        _NO_CREDENTIALS
        + "pod: orders-7c9d in namespace shop, service account orders has the annotation eks.amazonaws.com/role-arn. We added it this morning.",
        ("most likely because it is older than the annotation", 'serviceAccountName=="orders"', "--namespace shop"),
        ("SERVICE_ACCOUNT", "ROLE_ARN."),
    ),
    "pod older than the association": (
        _NO_CREDENTIALS
        + "The team created the pod identity association of service account mailer in namespace crm last night.",
        ("older than the association", 'serviceAccountName=="mailer"'),
        ("AWS_ROLE_ARN",),
    ),
    "restarted": (
        _NO_CREDENTIALS
        + "I added the eks.amazonaws.com/role-arn annotation to the service account cart in namespace shop and restarted the deployment.",
        ("although the pods were restarted", "Check which service account the new pods use"),
        ("rollout restart",),
    ),
    "not annotated": (
        _NO_CREDENTIALS + "The pod uses service account orders. We have not added the annotation yet.",
        ("The service account orders has neither",),
        ("older than the annotation of",),
    ),
    "names": (
        _401 + "The EKS cluster prod-2 is in eu-west-1, and I look at namespace shop.",
        ("--cluster-name prod-2", "namespaces=shop"),
        ("CLUSTER",),
    ),
    "no names": (
        _401 + "The cluster admin changed the cluster in the namespace that I use.",
        ("--name CLUSTER",),
        (),
    ),
    "administrator of the own account": (
        _BUCKET + "But my user has AdministratorAccess!",
        ("AdministratorAccess is not enough", "most likely the bucket is in another one"),
        ("If the caller is in another account",),
    ),
    "another administrator": (
        _BUCKET + "It works with another user that has AdministratorAccess.",
        ("If the caller is in another account",),
        ("AdministratorAccess is not enough",),
    ),
    "no administrator": (
        _BUCKET + "I don't have AdministratorAccess.",
        ("If the caller is in another account",),
        ("AdministratorAccess is not enough",),
    ),
    "administrator who assumes a role": (
        _ROLE + "I have AdministratorAccess in 111122223333.",
        ("AdministratorAccess allows it, so most likely the role's trust policy in account 444455556666 does not",),
        ("No identity-based policy of the user ana", "put-user-policy"),
    ),
    "policy in words": (
        _PASS + "But the policy allows iam:PassRole on arn:aws:iam::111122223333:role/web!",
        ("the policy that the text describes names arn:aws:iam::111122223333:role/web, but that lacks the role's path, apps/.",),
        (),
    ),
    "denied policy in words": (
        _PASS + "I see that no policy allows iam:PassRole on arn:aws:iam::111122223333:role/web.",
        ("no identity-based policy allows it",),
        ("that the text describes",),
    ),
    "policy of a resource in words": (
        _QUEUE + "The queue policy allows sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:mails.",
        ("no identity-based policy allows it",),
        ("that the text describes",),
    ),
    "policy in words that is required": (
        _QUEUE + "My user should have sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:mails.",
        ("no identity-based policy allows it",),
        ("that the text describes",),
    ),
    "partition of a reference": (
        _PASS.replace("arn:aws:", "arn:aws-us-gov:")
        + '{"Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:${PARTITION}:iam::111122223333:role/jobs"}]}',
        ("allows it only on arn:aws-us-gov:iam::111122223333:role/jobs",),
        ("Only the partition",),
    ),
    "partition of a role": (
        _TOKEN + "Repository acme/orders, branch main, aws-region: cn-north-1, role gh-deploy in account 111122223333.",
        ("arn:aws-cn:iam::111122223333:oidc-provider/",),
        ("arn:aws:iam",),
    ),
    "changed a moment ago": (
        _QUEUE + "I added a policy to my user a minute ago. Do I have to sign in again?",
        ("first repeat the call", "without a restart"),
        (),
    ),
    "changed before": (
        _QUEUE + "I added a policy to my user last week.",
        (),
        ("first repeat the call",),
    ),
    "pull requests": (
        _TOKEN + "It works on branch main, but not in pull requests. Repository acme/orders, role gh-deploy in account 111122223333.",
        ("does not allow the subject repo:acme/orders:pull_request", "--role-name gh-deploy"),
        ("ACCOUNT_ID",),
    ),
    "environment": (
        _TOKEN + 'Worked until we added "environment: production" to the job today. The repo is acme/shop.',
        ("repo:acme/shop:environment:production",),
        ("OWNER_NAME",),
    ),
    "copy of tags in code": (
        _COPY + "The role has s3:PutObject.",
        ("TaggingDirective=REPLACE", "also allow s3:GetObjectTagging on the source"),
        ("--copy-props",),
    ),
    "login of the day before": (
        _PULL + "GitLab runner with buildx, we ran docker login yesterday in the image.",
        ("has expired: it is valid for 12 hours",),
        ("The docker login is for another registry",),
    ),
    "login to another account": (
        f"$ aws ecr get-login-password | podman login -u AWS --password-stdin 444455556666.dkr.ecr.eu-west-1.amazonaws.com\n$ podman pull {_ECR}/base:3\nno basic auth credentials. Which policy is missing?",
        ("for the ECR registry of account 444455556666, but the pull is from that of account 111122223333", "No IAM policy is the reason", f"podman pull {_ECR}/base:3"),
        ("12 hours, or", "There is no login"),
    ),
    "login of an action in another Region": (
        f"Logging into registry 111122223333.dkr.ecr.us-east-1.amazonaws.com\nRun docker push {_ECR}/web:2\nno basic auth credentials",
        ("of us-east-1, but the push goes to that of eu-west-1", f"--password-stdin {_ECR}", "tag and push it"),
        (),
    ),
    "registry of the message, and a login in a comment": (
        f'# docker login -u AWS 444455556666.dkr.ecr.us-east-1.amazonaws.com\nError response from daemon: Head "https://{_ECR}/v2/web/manifests/2": no basic auth credentials',
        (f"--password-stdin {_ECR}",),
        ("registry 444455556666",),
    ),
    "login to the same registry": (
        f"docker login -u AWS {_ECR}: Login Succeeded\ndocker push {_ECR}/web:2\nno basic auth credentials",
        ("Docker is not logged in", "The login belongs to another user", "so no IAM policy was checked"),
        ("another registry", "older than"),
    ),
    "login of another user than root, who pushes": (
        f"$ aws ecr get-login-password | docker login -u AWS --password-stdin {_ECR}\nLogin Succeeded\n$ sudo docker push {_ECR}/web:2\nno basic auth credentials",
        ("sudo docker push has no login", "stored the login for your user", f"docker push {_ECR}/web:2", "| sudo docker login"),
        ("another registry",),
    ),
    "login and push as the same user, build as root": (
        f"$ docker login -u AWS --password-stdin {_ECR}\nLogin Succeeded\n$ sudo docker build .\n$ docker push {_ECR}/web:2\nno basic auth credentials\nShould I use sudo docker push?",
        ("Docker is not logged in",),
        ("it runs as root",),
    ),
    "login and pull as root": (
        f"$ sudo docker login -u AWS --password-stdin {_ECR}\nLogin Succeeded\n$ sudo docker pull {_ECR}/web:2\nno basic auth credentials",
        ("Docker is not logged in",),
        ("has no login",),
    ),
    "login of today": (
        _PULL + "GitLab runner with buildx, docker login says Login Succeeded.",
        ("does not accept the login",),
        ("has expired: it is",),
    ),
    "principal of the trust policy": (
        _ROLE + "I added arn:aws:iam::111122223333:user/ana to the trust policy of Audit already.",
        ("the trust policy in account 444455556666 is not enough", "put-user-policy"),
        ("update-assume-role-policy",),
    ),
    "another user in the trust policy": (
        _ROLE + "I added arn:aws:iam::111122223333:user/bob to the trust policy of Audit already.",
        ("both accounts must allow it",),
        ("is not enough, so most likely no identity-based policy",),
    ),
    "own policy in words": (
        _ROLE + "My policy allows sts:AssumeRole on arn:aws:iam::444455556666:role/Audit.",
        ("so most likely the role's trust policy in account 444455556666 does not", "update-assume-role-policy"),
        ("put-user-policy",),
    ),
    "user that was created again": (
        _ROLE + "The trust policy of Audit has my user. I deleted and re-created the user ana yesterday.",
        ("most likely still has the ID of the deleted one", "update-assume-role-policy"),
        ("put-user-policy",),
    ),
    "another profile": (
        "Error loading SSO Token: Token for https://acme.awsapps.com/start does not exist\n\nI ran aws sso login --profile dev, and it was successful. I use profile prod.",
        ('The text shows "aws sso login --profile dev"', "aws sso login --profile prod"),
        (),
    ),
    "no other profile": (
        "Error when retrieving token from sso: Token has expired and refresh failed\n\nI ran aws sso login --profile dev. The profile was fine yesterday.",
        ("aws sso login --profile dev",),
        ("The last sign-in was for another session or profile than the call uses. The text shows",),
    ),
    "network": (
        _BUCKET.replace("because no resource-based policy allows the s3:ListBucket action", "with an explicit deny in a resource-based policy")
        + "It works from the VPC, but not from my laptop.",
        ('most likely by the network of the call: the text says "It works from the VPC"',),
        (),
    ),
    "command in a sentence": (
        "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n\nI can upload with aws s3 cp from my laptop. In AWS Lambda, it fails. Bucket img-prod.",
        ("Buckets[?Name=='img-prod']",),
        ("Name=='BUCKET'",),
    ),
    "small files": (
        "An error occurred (AccessDenied) when calling the CreateMultipartUpload operation: Access Denied\n\nSmall files work, only large ones fail. The bucket is encrypted with aws:kms.",
        ("most likely, the caller lacks kms:Decrypt",),
        ("None",),
    ),
}  # fmt: skip


@check_rows(("text", "words", "others"), _CASES.values(), ids=_CASES)
def test_plain_words_count(text: str, words: tuple[str, ...], others: tuple[str, ...]) -> None:
    shown = " ".join(explain(text).to_text(detail="full").replace("\\\n", "").split())
    for each in words:
        assert each in shown
    for each in others:
        assert each not in shown


SUPPOSED_PUT = 'An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:assumed-role/films/job is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::films/a" because no identity-based policy allows the s3:PutObject action\n'
SUPPOSED_ASSUME = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/audit\n"


@check_rows(
    ("said", "error", "shown"),
    [
        ("I could for instance attach AmazonS3FullAccess to the role.", SUPPOSED_PUT, "AmazonS3FullAccess"),
        ("Suppose the role has AmazonS3FullAccess.", SUPPOSED_PUT, "AmazonS3FullAccess"),
        ("For example, the trust policy allows my user.", SUPPOSED_ASSUME, "is not enough"),
        ("Maybe the trust policy allows my user.", SUPPOSED_ASSUME, "is not enough"),
    ],
)
def test_what_is_only_supposed_is_not_said(said: str, error: str, shown: str) -> None:
    assert shown not in explain(f"{said}\n{error}").summary
    sure = "The role has AmazonS3FullAccess." if error is SUPPOSED_PUT else "The trust policy allows my user."
    assert shown in explain(f"{sure}\n{error}").summary
