"""A run of HCP Terraform or Terraform Enterprise has only the credentials of its workspace."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

ERROR = (
    'Error: No valid credential sources found\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n'
)
RUN = "https://{}/app/acme/shop/runs/run-a1b2c3d4e5f6g7h8\n\n"
CLOUD = 'terraform {\n  cloud {\n    organization = "acme"\n    workspaces {\n      name = "shop"\n    }\n  }\n}\n'


@check_rows(
    ("text", "summary", "said"),
    [
        (
            f"Running plan in HCP Terraform. Output will stream here.\n{RUN.format('app.terraform.io')}{ERROR}",
            "in HCP Terraform (workspace shop), and the credentials on your computer",
            "organization:acme:project:PROJECT_NAME:workspace:shop:run_phase:*",
        ),
        (
            f"name: ci\nruns-on: ubuntu-latest\nuses: actions/checkout@v5\nRunning apply in Terraform Cloud.\n{ERROR}{CLOUD}",
            "the credentials in the job of GitHub Actions are not there",
            "workspace:shop:run_phase:*",
        ),
        (
            f"Preparing the remote apply...\nRunning apply in the remote backend.\n{RUN.format('tfe.acme.example')}{ERROR}",
            "in Terraform Enterprise (workspace shop)",
            "--url https://tfe.acme.example",
        ),
        (
            f"Running plan in HCP Terraform.\n{RUN.format('app.terraform.io')}Error: failed to get shared config profile, prod\n  with provider",
            "Terraform runs remotely",
            "Remove the profile prod from the code",
        ),
        (
            f"Running plan in HCP Terraform.\n{RUN.format('app.terraform.io')}TFC_AWS_PROVIDER_AUTH=true\n{ERROR}",
            "Terraform runs remotely",
            "are environment variables of the workspace shop",
        ),
    ],
    ids=["plan", "job", "enterprise", "profile", "configured"],
)
def test_remote_run(text: str, summary: str, said: str) -> None:
    explanation = explain(text)
    shown = " ".join(str(explanation).split())
    assert summary in explanation.summary
    assert said in shown
    assert "execution mode of the workspace to Local" in shown
    assert "id-token" not in shown


@check_rows(
    "text",
    [
        f"$ terraform plan\nInitializing HCP Terraform...\n{ERROR}",
        f"Running plan in HCP Terraform, but now the execution mode is local.\n{ERROR}",
        f'We used HCP Terraform before ("Running plan in HCP Terraform"), and run it in a shell now.\n{ERROR}',
        f"$ terraform plan\n{ERROR}{CLOUD}",
    ],
    ids=["state only", "local", "before", "no run"],
)
def test_local_run(text: str) -> None:
    assert "remote-run" not in {each.code for each in explain(text).causes}


STS = "operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 0a1b2c3d, api error {}\n  with provider"


@check_rows(
    ("began", "error", "is_remote"),
    [
        (
            "Running plan in HCP Terraform.\n",
            "ExpiredToken: The security token included in the request is expired",
            True,
        ),
        (
            "Running apply in the remote backend.\n",
            "InvalidClientTokenId: The security token included in the request is invalid.",
            True,
        ),
        (
            "We use HCP Terraform.\n",
            "ExpiredToken: The security token included in the request is expired",
            False,
        ),
        (
            "Running plan in HCP Terraform.\nTFC_AWS_PROVIDER_AUTH=true\n",
            "ExpiredToken: The security token included in the request is expired",
            False,
        ),
    ],
    ids=["expired", "invalid", "no run", "dynamic"],
)
def test_credentials_of_a_workspace(began: str, error: str, *, is_remote: bool) -> None:
    explanation = explain(f"{began}Error: {STS.format(error)}")
    assert ("with the credentials of the workspace" in explanation.summary) == is_remote
    assert explanation.remedies[0].title.startswith("Replace the credentials in the variables") == is_remote
