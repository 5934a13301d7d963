"""The length of a secret access key or an access key ID that a text shows, against the one that AWS gives them."""

from __future__ import annotations

import pytest

from iamtriage import explain
from iamtriage.explaining._rules.credentials.keys.printed_lengths import Lengths, find_lengths
from tests.tables import check_rows

_MISMATCH = "An error occurred (SignatureDoesNotMatch) when calling the PutItem operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n"
_UNKNOWN = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.\n"
_BOTH = 'sh -c \'printf %s "$AWS_ACCESS_KEY_ID" | wc -c; printf %s "$AWS_SECRET_ACCESS_KEY" | wc -c\''


@check_rows(
    ("text", "lengths"),
    [
        (f"$ kubectl -n etl exec deploy/loader -- {_BOTH}\n20\n41\n", (41, 20)),
        ("$ echo ${#AWS_ACCESS_KEY_ID} && echo ${#AWS_SECRET_ACCESS_KEY}\n21\n40\n", (40, 21)),
        ('$ echo -n "$AWS_SECRET_ACCESS_KEY" | wc -m\n      39\n', (39, None)),
        ('$ echo "$AWS_SECRET_ACCESS_KEY" | wc -c\n42\n', (41, None)),
        ("$ printenv AWS_SECRET_ACCESS_KEY | wc -c\n41\n", (40, None)),
        ("$ kubectl get secret mail -o jsonpath='{.data.password}' | base64 -d | wc -c\n41\n", (41, None)),
        ("$ kubectl get secret mail -o jsonpath='{.data.AWS_ACCESS_KEY_ID}' | base64 -d | wc -c\n21\n", (None, 21)),
        ('>>> len(os.environ["AWS_SECRET_ACCESS_KEY"])\n41\n', (41, None)),
        ("> process.env.AWS_SECRET_ACCESS_KEY.length\n42\n", (42, None)),
        ("debug: aws_secret_access_key length=41\n", (41, None)),
        ("The access key ID in the pod has 21 characters.\n", (None, 21)),
        ("boot: key_id=AKIA****ABCD secret.size=39 token=nil\n", (39, None)),
        ('{"accessKeyId": "AKIA...ABCD", "secretLength": 41}\n', (41, None)),
        ("using AKIAIOSFODNN7EXAMPLE, len(secret)=40\n", (40, None)),
        # Without the ID of a key, and a limit.
        ("session secret.size=64\n", (None, None)),
        ("key_id=AKIA****ABCD min_secret_size=8\n", (None, None)),
        ("key_id=AKIA****ABCD secret_min_length=8\n", (None, None)),
        ("key_id=AKIA****ABCD of the jwt secret_len=32\n", (None, None)),
        # Numbers of something else, other secrets, and a number of lines that does not fit.
        ("$ kubectl get secret mail -o jsonpath='{.data.password}' | base64 -d | wc -c\n16\n", (None, None)),
        ('$ printf %s "$CLIENT_SECRET" | wc -c\n32\n', (None, None)),
        ("$ aws configure get aws_secret_access_key | wc -c\n41\n", (None, None)),
        ("$ env | grep AWS_SECRET_ACCESS_KEY | wc -c\n63\n", (None, None)),
        (f"$ {_BOTH}\n41\n", (None, None)),
        ("If the secret access key has 41 characters, it ends with a newline.\n", (None, None)),
        ("SECRET_KEY of Django has 50 characters.\n", (None, None)),
        ("The secret access key's first 4 characters match.\n", (None, None)),
        ("AWS_ACCESS_KEY_ID (last 4 chars: WXYZ)\n", (None, None)),
        ("aws_access_key_id: AKIA**** (4 chars shown)\n", (None, None)),
        ("The secret access key needs a minimum length of 8.\n", (None, None)),
        # Before and after a correction.
        ('$ printf %s "$AWS_SECRET_ACCESS_KEY" | wc -c\n41\n$ printf %s "$AWS_SECRET_ACCESS_KEY" | wc -c\n40\n', (None, None)),
    ],
)  # fmt: skip
def test_lengths(text: str, lengths: tuple[int | None, int | None]) -> None:
    assert find_lengths(text) == Lengths(*lengths)


def test_secret_of_a_pod_with_a_newline() -> None:
    explanation = explain(f"{_MISMATCH}\n$ kubectl -n etl exec deploy/loader -- {_BOTH}\n20\n41\n")
    assert (
        "the secret access key has 41 characters instead of 40, most likely with a newline"
        in explanation.summary
    )
    first = explanation.remedies[0]
    assert first.title == "Set the secret access key again in the Kubernetes Secret"
    assert "kubectl rollout restart deployment/loader --namespace etl" in first.commands
    # It is said once, and what to paste is no placeholder.
    assert str(explanation).count("restart the pods") == 1
    assert "paste the secret access key:" in str(explanation)
    assert "Then restart the pods" not in " ".join(first.steps)
    assert "aws configure" not in first.commands


@check_rows(
    ("shown", "says"),
    [
        (
            "$ echo ${#AWS_SECRET_ACCESS_KEY}\n39\n",
            "has 39 characters instead of 40, most likely because one was lost",
        ),
        ("$ echo ${#AWS_SECRET_ACCESS_KEY}\n42\n", "instead of 40, most likely with quotes around it"),
        ("$ echo ${#AWS_SECRET_ACCESS_KEY}\n20\n", "instead of 40, as many as an access key ID"),
        # The length is right, so nothing is said of it.
        ("$ echo ${#AWS_SECRET_ACCESS_KEY}\n40\n", "most often, the secret access key is wrong"),
    ],
)
def test_length_of_a_secret(shown: str, says: str) -> None:
    assert says in explain(_MISMATCH + shown).summary


@check_rows(
    ("text", "place", "words"),
    [
        ("Error performing ActiveStorage::AnalyzeJob: Aws::S3::Errors::SignatureDoesNotMatch ({}):", "the Rails app", "bin/rails credentials:edit"),
        ("[2026-02-03 04:05:06] production.ERROR: SignatureDoesNotMatch (client): {} at /srv/vendor/laravel/framework/src/x.php:1", ".env of the Laravel app", "php artisan config:clear"),
        ('  File "/srv/venv/lib/python3.12/site-packages/django/core/files/storage.py", line 1\nbotocore.exceptions.ClientError: An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: {}', "the settings of the Django app", "settings.py"),
        ("at io.awspring.cloud.s3.S3Template.upload(S3Template.java:1)\nS3Exception: {} (Service: S3, Status Code: 403, Request ID: 1)", "the Spring app", "application.yml"),
    ],
)  # fmt: skip
def test_keys_of_an_app_are_set_where_it_reads_them(text: str, place: str, words: str) -> None:
    message = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    first = explain(text.format(message)).remedies[0]
    assert first.title == f"Set key ID and secret again in {place}"
    assert any(words in each for each in first.steps)
    assert not any("aws configure" in each for each in first.commands)


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        ("$ echo ${#AWS_ACCESS_KEY_ID}\n21\n", "the access key ID has 21 characters instead of 20, most likely with"),
        ("$ echo ${#AWS_ACCESS_KEY_ID}\n40\n", "instead of 20, as many as a secret access key"),
    ],
)  # fmt: skip
def test_length_of_a_key_id(shown: str, says: str) -> None:
    assert says in explain(_UNKNOWN + shown).summary


def test_key_id_of_the_right_length() -> None:
    assert "characters" not in explain(f"{_UNKNOWN}$ echo ${{#AWS_ACCESS_KEY_ID}}\n20\n").summary


def test_value_of_a_secret_whose_name_is_unknown() -> None:
    shown = f"$ kubectl -n etl exec deploy/loader -- {_BOTH}\n20\n41\n$ kubectl -n etl get secret s3-creds -o yaml\nkind: Secret\n"
    first = explain(f"{_MISMATCH}\n{shown}").remedies[0]
    assert "secretKeyRef" in first.commands[0]
    assert (
        "The first command prints the name of the Secret, and the name of the value in it." in first.steps[0]
    )


@check_rows(
    ("shown", "is_file", "is_tested"),
    [
        ("$ kubectl apply -n etl -f k8s/secret.yaml\nThe pair works on my laptop.\n", True, True),
        ("$ kubectl apply -f deploy.yaml\n", False, False),
    ],
)
def test_file_that_keeps_the_old_value(shown: str, *, is_file: bool, is_tested: bool) -> None:
    counted = "$ kubectl -n etl exec deploy/loader -- printenv AWS_SECRET_ACCESS_KEY | wc -c\n42\n"
    steps = " ".join(explain(f"{_MISMATCH}{shown}{counted}").remedies[0].steps)
    assert ("The file k8s/secret.yaml still has the old value" in steps) is is_file
    assert ("If the secret is lost" not in steps) is is_tested
