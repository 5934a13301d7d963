"""Terraform's S3 backend does not use the role or profile of the provider."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

BACKEND = 'terraform {{\n  backend "s3" {{\n    bucket = "acme-state"\n    key = "net.tfstate"\n    dynamodb_table = "locks"\n{}  }}\n}}\n'
ROLE = 'provider "aws" {\n  region = "eu-west-1"\n  assume_role {\n    role_arn = "arn:aws:iam::444455556666:role/tf"\n  }\n}\n'
PROFILE = 'provider "aws" {\n  profile = "prod"\n}\n'
ALIASED = PROFILE.replace("{", '{\n  alias = "dns"')
OWN_ROLE = '    assume_role = { role_arn = "arn:aws:iam::444455556666:role/state" }\n'
OWN_PROFILE = '    profile = "state"\n'
REMOTE = 'data "terraform_remote_state" "net" {\n  backend = "s3"\n  config = {\n    bucket = "acme-state"\n    key = "net.tfstate"\n  }\n}\n'
SESSION = "arn:aws:sts::111122223333:assumed-role/ci/s1"
LIST = f'Error: Failed to get existing workspaces: operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: X, HostID: Y, api error AccessDenied: User: {SESSION} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::acme-state" because no identity-based policy allows the s3:ListBucket action\n'
HEAD = 'Error: Error refreshing state: Unable to access object "net.tfstate" in S3 bucket "acme-state": operation error S3: HeadObject, https response error StatusCode: 403, RequestID: X, HostID: Y, api error Forbidden: Forbidden\n'
LOCK = f"Error: Error acquiring the state lock: AccessDeniedException: User: {SESSION} is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/locks because no identity-based policy allows the dynamodb:PutItem action\n"
IDENTITY = f"$ aws sts get-caller-identity --query Arn --output text\n{SESSION}\n"


@check_rows(
    ("text", "verdict", "setting", "command"),
    [
        (
            f"{BACKEND.format('')}{ROLE}$ terraform init\n{LIST}",
            "was denied s3:ListBucket on arn:aws:s3:::acme-state: it called as the role ci of account 111122223333, not with the role arn:aws:iam::444455556666:role/tf",
            'assume_role = { role_arn = "arn:aws:iam::444455556666:role/tf" }',
            "terraform init",
        ),
        (
            f"$ tofu init\n{LIST}\n{ROLE}{BACKEND.format('')}",
            "called as the role ci",
            "assume_role = {",
            "tofu init",
        ),
        (
            f"{IDENTITY}{BACKEND.format('')}{ROLE}$ terraform plan\n{HEAD}",
            "called as the role ci",
            "assume_role = {",
            "terraform init",
        ),
        (
            f"{BACKEND.format('')}{PROFILE}$ terraform plan\n{HEAD}",
            "called as the identity of the environment, not with the profile prod",
            'profile = "prod"',
            "terraform init",
        ),
        (
            f"{BACKEND.format('')}{ROLE}$ terraform plan\n{LOCK}",
            "denied dynamodb:PutItem",
            "assume_role = {",
            "terraform init",
        ),
        (
            f"{REMOTE}{ROLE}$ terraform init\nSuccessfully configured the backend\n$ terraform plan\n{LIST}",
            "called as the role ci",
            "config in the block data",
            "terraform plan",
        ),
        (
            f"{BACKEND.format('')}{ROLE.replace('assume_role', 'assume_role_with_web_identity')}$ terraform init\n{LIST}",
            "called as the role ci",
            'assume_role_with_web_identity = { role_arn = "arn:aws:iam::444455556666:role/tf" }',
            "terraform init",
        ),
        (
            f"{IDENTITY}{BACKEND.format('')}{ROLE}$ terraform init\nSuccessfully configured the backend\nError refreshing state: AccessDenied: Access Denied\n\tstatus code: 403, request id: 5CE0, host id: vkq0N1o2=\n",
            "was denied s3:GetObject on arn:aws:s3:::acme-state/net.tfstate: it called as the role ci of account 111122223333",
            'role_arn = "arn:aws:iam::444455556666:role/tf"',
            "terraform init -reconfigure",
        ),
    ],
    ids=["role", "order", "head", "profile", "lock", "remote state", "web identity", "configured"],
)
def test_backend_without_role(text: str, verdict: str, setting: str, command: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert explanation.causes[0].code == "backend-without-role"
    first = explanation.remedies[0]
    assert setting in (first.manifest or first.steps[0])
    assert first.commands == (command,)
    assert "-reconfigure" not in str(first.steps) or "init" in command


OF_REMOTE = HEAD.replace("refreshing", "loading") + "  with data.terraform_remote_state.net,\n"


@check_rows(
    ("text", "identity"),
    [
        (f"{BACKEND.format(OWN_ROLE)}{ROLE}{REMOTE}{OF_REMOTE}", "the role arn:aws:iam::444455556666:role/state"),
        (f"{REMOTE}{BACKEND.format(OWN_PROFILE)}{OF_REMOTE}", "the profile state"),
        (
            f'{REMOTE}{OF_REMOTE}terraform init -backend-config=state.hcl\nstate.hcl:\nbucket = "acme-state"\nrole_arn = "arn:aws:iam::444455556666:role/state"\n',
            "the role arn:aws:iam::444455556666:role/state",
        ),
        # The backend has no credentials of its own either, or another bucket.
        (f"{BACKEND.format('')}{PROFILE}{REMOTE}{OF_REMOTE}", "the profile prod"),
        (f"{BACKEND.format(OWN_ROLE).replace('acme-state', 'acme-other')}{PROFILE}{REMOTE}{OF_REMOTE}", "the profile prod"),
        (f"{BACKEND.format(OWN_ROLE)}{REMOTE.replace('key =', 'profile = 2 key =')}{OF_REMOTE}", None),
        (f"{BACKEND.format(OWN_ROLE)}{REMOTE}{HEAD}", None),
    ],
)  # fmt: skip
def test_remote_state_does_not_use_the_credentials_of_the_backend(text: str, identity: str | None) -> None:
    explanation = explain(f"$ terraform plan\n{text}")
    is_cause = explanation.causes[0].code == "backend-without-role"
    assert is_cause is (identity is not None)
    if identity is not None:
        assert "The data source terraform_remote_state.net was denied s3:GetObject" in explanation.summary
        assert f"not with {identity} of the block" in explanation.summary
        is_of_backend = 'block backend "s3"' in explanation.summary
        assert (len(explanation.remedies) == 1 and not explanation.remedies[0].policy) is is_of_backend


@check_rows(
    "text",
    [
        f"{BACKEND.format(OWN_ROLE)}{ROLE}$ terraform init\n{LIST}",
        f"{BACKEND.format(OWN_PROFILE)}{ROLE}$ terraform init\n{LIST}",
        f"{BACKEND.format('')}{ROLE}$ terraform init -backend-config=state.hcl\n{LIST}",
        f'{BACKEND.format("")}provider "aws" {{\n  region = "eu-west-1"\n}}\n$ terraform init\n{LIST}',
        f"{BACKEND.format('')}{ROLE}$ terraform apply\n{LIST.replace('acme-state', 'acme-data')}",
        f"{BACKEND.format('')}{ROLE}$ terraform init\n{LIST.replace('111122223333:assumed-role/ci', '444455556666:assumed-role/tf')}",
        f"{BACKEND.format('')}{PROFILE.replace('profile', '# profile')}$ terraform init\n{LIST}",
        f"{BACKEND.format('')}{ALIASED}$ terraform init\n{LIST}",
    ],
    ids=["role", "profile", "file", "no role", "other bucket", "same role", "comment", "alias"],
)
def test_backend_is_not_blamed(text: str) -> None:
    assert "backend-without-role" not in [each.code for each in explain(text).causes]


NONE = "Initializing the backend...\nError: No valid credential sources found\nError: failed to refresh cached credentials, no EC2 IMDS role found\n"


@check_rows(
    ("text", "verdict", "command"),
    [
        (f"$ terraform init\n{NONE}{BACKEND.format('')}{PROFILE}", "The S3 backend found no credentials: it does not use the profile prod", "terraform init"),
        (f"$ tofu init\n{NONE}{PROFILE}{BACKEND.format('')}", "it does not use the profile prod", "export AWS_PROFILE=prod && tofu init"),
        (f"$ terraform init\n{NONE}{BACKEND.format('')}{PROFILE.replace(chr(34) + 'prod' + chr(34), 'var.profile')}", "the profile var.profile", "terraform init"),
        (f"$ terraform init\n{NONE}{BACKEND.format('')}{PROFILE.replace('profile', 'access_key')}", "the access keys of the block provider", "aws configure"),
        (f"$ terraform init\n{NONE}[default]\nregion = eu-west-1\n{BACKEND.format('')}{PROFILE.replace('profile', 'access_key')}", "the access keys of the block provider", "aws configure --profile PROFILE"),
        (f"$ terraform init\n{NONE}{BACKEND.format('')}{ROLE}", "it does not use the role arn:aws:iam::444455556666:role/tf", "terraform init"),
        (
            f"$ terraform init\nError: error configuring S3 Backend: error validating provider credentials: error calling sts:GetCallerIdentity: ExpiredToken: The security token included in the request is expired\n{BACKEND.format('')}{PROFILE}",
            "The S3 backend used those of the environment, which have expired",
            "terraform init",
        ),
    ],
)  # fmt: skip
def test_backend_does_not_use_the_credentials_of_the_provider(text: str, verdict: str, command: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert explanation.causes[0].code == "backend-without-role"
    assert command in explanation.remedies[0].commands


@check_rows(
    "text",
    [
        f"$ terraform init\n{NONE}{BACKEND.format(OWN_PROFILE)}{PROFILE}",
        f"$ terraform init\n{NONE}{BACKEND.format('')}{ALIASED}",
        f"$ terraform init\n{NONE}{BACKEND.format('')}",
        # The backend works, and the provider does not.
        f"{BACKEND.format('')}{PROFILE}$ terraform plan\nInitializing the backend...\nSuccessfully configured the backend\n{NONE}",
        f'{BACKEND.format("")}{PROFILE}{NONE}  with provider["registry.terraform.io/hashicorp/aws"],\n',
    ],
)
def test_other_missing_credentials_are_not_those_of_the_backend(text: str) -> None:
    assert explain(text).causes[0].code != "backend-without-role"


@check_rows(
    ("text", "is_of_backend"),
    [
        (f"$ terraform init\n{NONE}", True),
        ("Error: error configuring S3 Backend: no valid credential sources for S3 Backend found.", True),
        (f'$ terraform plan\n{NONE}  with provider["registry.terraform.io/hashicorp/aws"],\n', False),
    ],
)
def test_backend_whose_block_the_text_does_not_show(text: str, *, is_of_backend: bool) -> None:
    """What is set in the block of the provider does not count for the backend."""
    codes = {cause.code for cause in explain(text).causes}
    assert ("backend-without-role" in codes, "profile-not-named" in codes) == (
        is_of_backend,
        not is_of_backend,
    )


WITHOUT_LOCK = "terraform plan -lock=false works without the lock."


@check_rows(
    ("text", "is_hint"),
    [
        (f"$ terraform plan\n{LOCK}", True),
        (f"$ terraform -chdir=net plan -out=tf.plan\n{LOCK}", True),
        (f"$ terraform plan && terraform apply\n{LOCK}", False),
        (f"$ terraform init\n{LOCK}", False),
        (f"$ terraform plan\n{LOCK.replace('acquiring the state lock', 'reading the table')}", False),
    ],
    ids=["plan", "plan of another folder", "apply", "init", "another error"],
)
def test_plan_without_lock(*, text: str, is_hint: bool) -> None:
    assert (WITHOUT_LOCK in " ".join(str(explain(text)).split())) is is_hint
