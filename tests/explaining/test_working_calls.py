"""An explanation says once what it tells that the same call works elsewhere."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

PLAIN = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n"
DENIED = "An error occurred (AccessDeniedException) when calling the GetItem operation: User: arn:aws:sts::111122223333:assumed-role/films/job is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/films because no identity-based policy allows the dynamodb:GetItem action\n"
ASSUME = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/films\n"
ENDPOINT = DENIED.replace("no identity-based policy", "no VPC endpoint policy")
MISSING = "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can't find the specified secret.\n"
INVALID = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.\n"
SIGNATURE = "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n"
NONE = "Unable to locate credentials\n"
CLUSTER = "error: You must be logged in to the server (Unauthorized)\n"


@check_rows(
    ("said", "error", "told"),
    [
        ("It works on my laptop.", PLAIN, "what differs is the credentials, the Region or the network"),
        ("The same call works in the notebook.", DENIED, "most likely another caller than the role films calls, whose permissions do not count here"),
        ("The same role works from the CLI.", DENIED, "compare it with what aws sts get-caller-identity prints there"),
        ("Getting items works on my laptop.", DENIED, "most likely another caller than the role films calls"),
        ("Running it works on my laptop.", DENIED, "most likely another caller than the role films calls"),
        ("It works fine from our desktop.", ENDPOINT, "the request does not go through the VPC endpoint"),
        ("It works locally.", MISSING, "so the resource exists in the account and Region that are called there"),
        ("It works on my machine.", INVALID, "with other credentials"),
        ("The same key works with the CLI.", SIGNATURE, "The key itself is right"),
        ("It works on my laptop.", NONE, "this place needs its own"),
        ("When I do it with the AWS CLI, there is no issue and I use the same server.", ASSUME, '("When I do it with the AWS CLI, there is no issue"): either aws sts get-caller-identity'),
        ("Assuming the role via the CLI is successful:", ASSUME, "an external ID or MFA code that this one lacks"),
        ("kubectl works from my laptop.", CLUSTER, "the cluster accepts that caller"),
        ("It works in eu-central-1.", DENIED, "It works in eu-central-1: most likely, a policy allows it only there"),
        ("It works in eu-central-1.", INVALID, "so the key is valid"),
    ],
)  # fmt: skip
def test_what_it_tells(said: str, error: str, told: str) -> None:
    explanation = explain(f"{said}\n{error}")
    assert sum(told in " ".join(each.because) for each in explanation.causes) == 1
    assert told in " ".join(str(explanation).split())


@check_rows(
    "said",
    [
        "Does it work on my laptop?",
        "It does not work on my laptop.",
        "It should work on my laptop.",
        "Docker Desktop works.",
        "With aws-cli v1 on my laptop, it works.",
        "It works locally with boto3 1.28.",
        "It works in eu-west-1.",
        "The documentation says that it works locally.",
        "It stopped to work locally, too.",
        "Deleting items works from the CLI with the same role.",
        "Only sign-in works on my laptop.",
        "SSH works with the same key on the bastion.",
        "I had no AWS CLI, there was an issue.",
    ],
)
def test_nothing_is_told(said: str) -> None:
    causes = explain(f"{said}\n{DENIED}").causes
    assert not any("works" in " ".join(each.because) for each in causes)
