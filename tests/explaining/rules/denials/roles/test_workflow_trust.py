"""What the log of a GitHub Actions job shows is compared with the supplied trust policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import check_trust_policy, explain
from iamtriage.explaining._context.readers.workflows import find_job_environment
from tests.explaining.rules.trust_policies import trust_issuer
from tests.tables import check_rows

ISSUER = "token.actions.githubusercontent.com"
LOG = "Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/deploy\n    audience: {}\n  env:\n    GITHUB_REPOSITORY: {}\nError: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"


def _policy(audience: str, subject: str | list[str]) -> dict[str, Any]:
    return trust_issuer(
        ISSUER,
        {"StringEquals": {f"{ISSUER}:aud": audience}, "StringLike": {f"{ISSUER}:sub": subject}},
    )


@pytest.mark.parametrize(
    ("policy", "audience", "repository", "words"),
    [
        (
            _policy("octo", "repo:octo/cart:*"),
            "sts.amazonaws.com",
            "octo/cart",
            "expects the audience octo, and the workflow requests sts.amazonaws.com",
        ),
        (
            _policy("sts.amazonaws.com", ["repo:octo/cart:ref:refs/heads/main"]),
            "sts.amazonaws.com",
            "octo/Cart",
            "expects the repository octo/cart, and the job runs in octo/Cart",
        ),
    ],
)
def test_mismatch_is_decisive(policy: dict[str, Any], audience: str, repository: str, words: str) -> None:
    explanation = explain(LOG.format(audience, repository), facts={"trust_policy": policy})
    assert words in explanation.summary
    remedy = explanation.remedies[0]
    assert remedy.policy is not None
    claims = {
        "iss": f"https://{ISSUER}",
        "aud": audience,
        "sub": f"repo:{repository}:ref:refs/heads/main",
    }
    result = check_trust_policy(remedy.policy, action="sts:AssumeRoleWithWebIdentity", claims=claims)
    assert result.allowed is True


@check_rows(
    ("policy", "repository"),
    [
        (_policy("sts.amazonaws.com", "repo:octo/*:ref:refs/heads/main"), "octo/cart"),
        (_policy("sts.amazonaws.com", "repo:octo@1234/cart@5678:*"), "octo/cart"),
        (_policy("sts.amazonaws.com", ["repo:octo/shop:*", "repo:octo/cart:environment:live"]), "octo/cart"),
        (_policy("sts.amazonaws.com", "repository_owner:octo:*"), "octo/cart"),
    ],
)
def test_what_can_match_is_not_blamed(policy: dict[str, Any], repository: str) -> None:
    summary = explain(LOG.format("sts.amazonaws.com", repository), facts={"trust_policy": policy}).summary
    assert "and the job runs in" not in summary
    assert "and the workflow requests" not in summary


@check_rows(
    ("words", "subject"),
    [
        ("We renamed our repo on Monday.", "repo:octo@OWNER_ID/cart@REPOSITORY_ID:ref:refs/heads/main"),
        ("The repository was renamed from cart to basket.", "repo:octo@OWNER_ID/basket@REPOSITORY_ID:ref:refs/heads/main"),
        ("I transferred the repo cart/cart to octo/cart.", "repo:octo@OWNER_ID/cart@REPOSITORY_ID:ref:refs/heads/main"),
        ("First deployment of a brand-new repository.", "repo:octo@OWNER_ID/cart@REPOSITORY_ID:ref:refs/heads/main"),
        ("We renamed the workflow in the repo.", None),
        ("The repo was not renamed.", None),
        ("The repo was renamed.\n2025-10-01", None),
    ],
)  # fmt: skip
def test_subject_of_a_renamed_repository_has_ids(words: str, subject: str | None) -> None:
    """The IDs are not known, and the subject has them since July 15, 2026."""
    policy = _policy("sts.amazonaws.com", "repo:octo/cart:ref:refs/heads/main")
    date = "" if words.endswith("-01") else "2026-11-24T09:12:44Z "
    error = "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    explanation = explain(f"{words}\n{date}{error}\n{json.dumps(policy)}")
    assert (f"the token has {subject}, with the IDs" in explanation.summary) is (subject is not None)
    if subject is not None:
        repository = subject.replace("@OWNER_ID", "").replace("@REPOSITORY_ID", "").split(":")[1]
        assert explanation.remedies[0].commands[0].startswith(f"gh api repos/{repository} --jq ")
        assert subject in str(explanation.remedies[0].policy)


@check_rows(
    ("words", "phase", "other"),
    [
        ("Plan is green, the apply of the same run dies. It has AdministratorAccess.", "plan", "apply"),
        ("The plan works, the apply fails.", "plan", "apply"),
        ("It fails during the plan.", "apply", "plan"),
        ("Operation failed: failed running terraform apply (exit 1)", "plan", "apply"),
        ("Operation failed: failed running terraform plan (exit 1)", "plan", None),
        ("The plan fails.", "plan", None),
        ("We apply on Mondays.", "plan", None),
    ],
)
def test_phase_of_a_run_is_in_the_subject(words: str, phase: str, other: str | None) -> None:
    policy = _policy(
        "aws.workload.identity", f"organization:octo:project:core:workspace:net:run_phase:{phase}"
    )
    text = json.dumps(policy).replace(ISSUER, "app.terraform.io").replace("StringLike", "StringEquals")
    error = "Error: Not authorized to perform sts:AssumeRoleWithWebIdentity status code: 403"
    explanation = explain(f"{words}\n{error}\n{text}")
    assert (f"the token has that of an {other}" in explanation.summary.replace(" a plan", " an plan")) is (
        other is not None
    )
    fixed = str(explanation.remedies[0].policy)
    assert ("run_phase:plan" in fixed and "run_phase:apply" in fixed) is (other is not None)


@check_rows(
    ("expected", "phase", "is_phase"),
    [
        ("organization:octo:project:*:workspace:net:run_phase:plan", "apply", True),
        ("organization:octo:project:core:workspace:net:run_phase:apply", "plan", True),
        ("organization:octo:project:*:workspace:web:run_phase:plan", "apply", False),
        ("organization:octo:project:core:workspace:web:run_phase:*", "apply", False),
    ],
    ids=["apply", "plan", "another workspace", "both phases"],
)
def test_token_of_the_other_phase(expected: str, phase: str, *, is_phase: bool) -> None:
    token = {"iss": "https://app.terraform.io", "aud": "aws.workload.identity", "sub": f"organization:octo:project:core:workspace:net:run_phase:{phase}"}  # fmt: skip
    policy = json.loads(
        json.dumps(_policy("aws.workload.identity", expected)).replace(ISSUER, "app.terraform.io")
    )
    error = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    explanation = explain(error, facts={"trust_policy": policy, "token_claims": token})
    own = {"apply": "an apply", "plan": "a plan"}[phase]
    assert (f"and the token has that of {own} (run_phase:{phase})" in explanation.summary) is is_phase
    first, *others = explanation.remedies
    assert token["sub"] in str(first.policy)
    assert any(f"is meant for {own}, too" in each for each in first.steps) is is_phase
    roles = [each.who for each in others if "TFC_AWS_APPLY_ROLE_ARN" in each.title]
    assert roles == ["account administrator"] * is_phase


@pytest.mark.parametrize(
    ("permission", "lacks"), [("contents: read", True), ("id-token: write", False)], ids=["lacks", "has"]
)
def test_called_workflow_has_the_permissions_of_its_caller(permission: str, *, lacks: bool) -> None:
    called = "on: workflow_call\npermissions:\n  id-token: write\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v5\n        with:\n          role-to-assume: ship\n"
    caller = f"jobs:\n  call:\n    uses: ./.github/workflows/ship.yml\n    permissions:\n      {permission}\n"
    error = "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers"
    summary = explain(f"{error}\n{caller}{called}").summary
    assert ("The job call has no credentials: its own permissions lack" in summary) is lacks


@check_rows("form", ["{:>3} {}", "{:>3}   {}", "{}\t{}", "{:>4} | {}", "{}: {}"])
def test_line_numbers_hide_no_workflow(form: str) -> None:
    workflow = "permissions:\n  id-token: write\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    permissions:\n      contents: write\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v5\n        with: {role-to-assume: ship}"
    lines = (form.format(number, line) for number, line in enumerate(workflow.splitlines(), 1))
    error = "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers"
    explanation = explain(f"{error}\n\n" + "\n".join(lines))
    assert "The job ship has no credentials: its own permissions lack id-token: write" in explanation.summary
    for logged, is_shown in (("Contents: write", True), ("Id-token: write", False)):
        log = f"2026-11-24T08:30:01.1Z ##[group]GITHUB_TOKEN Permissions\n2026-11-24T08:30:01.1Z {logged}\n2026-11-24T08:30:01.1Z Metadata: read\n"
        shown = "The log lists the permissions of its token: Contents: write and Metadata: read."
        assert (
            any(shown in each.because for each in explain(f"{log}{error}\n\n{workflow}").causes) is is_shown
        )


WORKFLOW = """on:
  push:
    branches:
      - main
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
  ship:
    runs-on: ubuntu-latest
{}    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::111122223333:role/ship
      - uses: octo/deploy@v1
        with:
          environment: staging
Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity
"""


@check_rows(
    ("job", "expected", "actual"),
    [
        ("    environment: live\n", "repo:octo/cart:ref:refs/heads/main", "repo:octo/cart:environment:live"),
        (
            "    environment: {name: live, url: x}\n",
            "repo:octo@1/cart@2:ref:refs/heads/main",
            "repo:octo@1/cart@2:environment:live",
        ),
        (
            "    environment:\n      name: live\n",
            "repo:octo/cart:environment:test",
            "repo:octo/cart:environment:live",
        ),
        ("", "repo:octo/cart:environment:live", "repo:octo/cart:ref:refs/heads/main"),
    ],
)
def test_environment_of_the_job_is_in_the_subject(job: str, expected: str, actual: str) -> None:
    policy = _policy("sts.amazonaws.com", expected)
    explanation = explain(WORKFLOW.format(job), facts={"trust_policy": policy})
    assert f"expects the subject {expected}, and the token has {actual}" in explanation.summary
    fixed = explanation.remedies[0].policy
    assert fixed is not None
    claims = {"iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", "sub": actual}
    assert check_trust_policy(fixed, action="sts:AssumeRoleWithWebIdentity", claims=claims).allowed is True


@check_rows(
    ("job", "expected"),
    [
        ("    environment: ${{ inputs.target }}\n", "repo:octo/cart:ref:refs/heads/main"),
        ("    environment: live\n", "repo:octo/*:ref:refs/heads/main"),
        ("    environment: live\n", "repo:octo/cart:*"),
        ("    environment: live\n", "repo:octo/cart:environment:live"),
        ("", "repo:octo/cart:ref:refs/heads/main"),
    ],
)
def test_subject_of_the_job_is_not_guessed(job: str, expected: str) -> None:
    policy = _policy("sts.amazonaws.com", expected)
    explanation = explain(WORKFLOW.format(job), facts={"trust_policy": policy})
    assert "and the token has" not in explanation.summary
    # A statement that the policy has already is no change.
    assert all(each.policy is None or expected not in str(each.policy) for each in explanation.remedies)


def test_input_of_an_action_is_no_environment_of_the_job() -> None:
    text = (
        f"{LOG.format('sts.amazonaws.com', 'octo/cart')}\nRun octo/deploy@v1\n  with:\n    environment: live"
    )
    policy = _policy("sts.amazonaws.com", "repo:octo/cart:ref:refs/heads/main")
    assert "environment" not in explain(text, facts={"trust_policy": policy}).summary


def test_branch_of_a_gitlab_job_is_compared() -> None:
    text = "CI_PROJECT_PATH=octo/cart\nCI_COMMIT_BRANCH=next\n$ aws sts assume-role-with-web-identity --role-arn arn:aws:iam::111122223333:role/ship\nAn error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    policy = json.loads(
        json.dumps(_policy("https://gitlab.com", "project_path:octo/cart:ref_type:branch:ref:main")).replace(
            ISSUER, "gitlab.com"
        )
    )
    summary = explain(text, facts={"trust_policy": policy}).summary
    assert "the token has project_path:octo/cart:ref_type:branch:ref:next" in summary


def test_no_run_of_the_workflow_has_a_subject_without_ids() -> None:
    claims = {"iss": f"https://{ISSUER}", "sub": "repo:octo@1/cart@2:ref:refs/heads/main", "aud": "octo"}
    facts = {"trust_policy": _policy("octo", "repo:octo/cart:ref:refs/heads/main"), "token_claims": claims}
    titles = [each.title for each in explain(LOG.format("octo", "octo/cart"), facts=facts).remedies]
    assert titles[0].startswith("Accept")
    assert not any("run the" in each for each in titles)


TRIGGERS = {
    "block": "on:\n  pull_request:\n    branches: [main]\n\npermissions:\n  id-token: write\n",
    "line": "on: pull_request\n",
    "list": "'on': [pull_request]\n",
    "variable": "GITHUB_EVENT_NAME: pull_request\n",
}


@check_rows("trigger", TRIGGERS)
def test_project_alone_is_no_subject_of_a_pull_request(trigger: str) -> None:
    text = f"{LOG.format('sts.amazonaws.com', 'octo/cart')}\n\n{TRIGGERS[trigger]}"
    explanation = explain(text, facts={"trust_policy": _policy("sts.amazonaws.com", "repo:octo/cart")})
    assert "has repo:octo/cart:pull_request (a subject always continues" in explanation.summary
    assert str(explanation.remedies[0].policy).count("'repo:octo/cart:pull_request'") == 1
    assert "'repo:octo/cart'" not in str(explanation.remedies[0].policy)
    assert any("all pull requests" in each for each in explanation.remedies[0].steps)


@check_rows(
    "trigger",
    ["on:\n  push:\n  pull_request:\n", "on: [push, pull_request]\n", "on: workflow_dispatch\n", ""],
)
def test_project_alone_is_no_subject_whatever_starts_the_job(trigger: str) -> None:
    text = f"{LOG.format('sts.amazonaws.com', 'octo/cart')}\n\n{trigger}"
    explanation = explain(text, facts={"trust_policy": _policy("sts.amazonaws.com", "repo:octo/cart")})
    assert "has more after the project" in explanation.summary
    assert "pull_request'" not in str(explanation.remedies[0].policy)


def test_pull_request_is_compared_with_a_branch() -> None:
    job = "on:\n  pull_request:\njobs:\n  plan:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
    policy = _policy("sts.amazonaws.com", "repo:octo/cart:ref:refs/heads/main")
    text = f"{LOG.format('sts.amazonaws.com', 'octo/cart')}\n\n{job}"
    summary = explain(text, facts={"trust_policy": policy}).summary
    assert "the token has repo:octo/cart:pull_request (a pull request started" in summary
    # With an environment in another place, the subject is open; with a wildcard, it matches.
    text = text.replace("    runs-on", "    environment: live\n    runs-on")
    assert "repo:octo/cart:environment:live" in explain(text, facts={"trust_policy": policy}).summary


def test_gitlab_project_alone_is_no_subject() -> None:
    text = "CI_PROJECT_PATH=octo/cart\n$ aws sts assume-role-with-web-identity --role-arn arn:aws:iam::111122223333:role/ship\nAn error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    policy = json.loads(
        json.dumps(_policy("https://gitlab.com", "project_path:octo/cart")).replace(ISSUER, "gitlab.com")
    )
    assert "has more after the project" in explain(text, facts={"trust_policy": policy}).summary


GITLAB = "CI_PROJECT_PATH=octo/cart\nCI_COMMIT_BRANCH=dev\n$ aws sts assume-role-with-web-identity --role-arn arn:aws:iam::111122223333:role/ship\nAn error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"


@check_rows(
    ("condition", "verdict"),
    [
        ('"StringEquals": {"gitlab.com:sub": "project_path:octo/cart:ref_type:branch:ref:main"}', "the token has project_path:octo/cart:ref_type:branch:ref:dev"),
        ('"StringLike": {"gitlab.com:sub": "project_path:octo/cart:ref_type:branch:ref:rel-*"},\n"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}', "the token has project_path:octo/cart:ref_type:branch:ref:dev"),
        ('"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}', "does not allow the subject"),
        ('"StringEquals": {"gitlab.com:aud": "https://gitlab.com", "gitlab.com:sub": "project_path:octo/cart:ref_type:branch:ref:dev"}\nid_tokens:\n  TOKEN:\n    aud: sts.amazonaws.com', "expects the audience https://gitlab.com, and the token has sts.amazonaws.com"),
    ],
)  # fmt: skip
def test_conditions_of_a_trust_policy_suffice(condition: str, verdict: str) -> None:
    explanation = explain(f"{GITLAB}\nIts trust policy has:\n  {condition}\n")
    assert verdict in explanation.summary
    if "token has project" in verdict:
        # The policy can have other statements, which the command must not remove.
        show, change, update = explanation.remedies[0].commands
        assert show.endswith(" --output json > old-policy.json")
        assert "--arg new project_path:octo/cart:ref_type:branch:ref:dev " in change
        # Other branches still need theirs.
        assert "then [$old, $new] elif" in change
        assert update.endswith("file://policy.json")
        assert "whole trust policy" not in str(explanation)


@pytest.mark.parametrize(
    "line",
    [
        "Download action repository 'actions/checkout@v4' (SHA:11bd71901bbe5b16)",
        "Download action repository 'aws-actions/configure-aws-credentials@v4' (SHA:e3dd6a429d7300a6)",
        "I checked the repo and/or branch.",
    ],
    ids=["action", "hyphens", "words"],
)
def test_no_action_is_the_repository_of_the_job(line: str) -> None:
    """A subject of another repository in the trust policy gives that one the role."""
    log = LOG.format("sts.amazonaws.com", "octo/cart")
    explanation = explain(f"{line}\n{log}\nGITHUB_REF=refs/heads/main")
    policies = [str(each.policy) for each in explanation.remedies if each.policy is not None]
    assert policies
    assert all("'repo:octo/cart:ref:refs/heads/main'" in each for each in policies)


REJECTED = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
_TWO_JOBS = """jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v6
  ship:
    runs-on: ubuntu-latest
    environment: live
    steps:
      - uses: aws-actions/configure-aws-credentials@v6
"""


@check_rows(
    ("said", "environment"),
    [
        ("`build` works, `ship` doesn't.", "live"),
        ("The job ship fails", "live"),
        ("build works.", "live"),
        ("ship works but build fails with the same role", ""),
        ("ship:\nRun aws-actions/configure-aws-credentials@v6", "live"),
        ("The upload fails in one of them.", None),
        ("Sometimes build works and sometimes build fails.", None),
        ("Ship job cannot assume the role", "live"),
    ],
)
def test_job_that_fails(said: str, environment: str | None) -> None:
    assert find_job_environment(f"{said}\n{_TWO_JOBS}") == environment


@check_rows(
    ("context", "trigger", "has"),
    [
        ("ref:refs/heads/main", "on:\n  push:\n    branches: [main]\n", "environment:live"),
        ("ref:refs/heads/main", "on:\n  push:\n    branches: [next]\n", None),
        ("ref:refs/heads/main", "", None),
        ("environment:live", "on:\n  push:\n    branches: [main]\n", None),
    ],
)
def test_job_that_fails_is_none_that_the_trust_policy_accepts(
    context: str, trigger: str, has: str | None
) -> None:
    policy = _policy("sts.amazonaws.com", f"repo:octo/cart:{context}")
    explanation = explain(f"{REJECTED}{trigger}{_TWO_JOBS}\n{json.dumps(policy)}")
    assert (f"and the token has repo:octo/cart:{has}" in explanation.summary) is (has is not None)


_CODE = """condition {
  test     = "StringEquals"
  variable = "ISSUER:sub"
  values   = ["SUBJECT"]
}
condition {
  test     = "StringEquals"
  variable = "ISSUER:aud"
  values   = ["https://gitlab.com"]
}
"""


@check_rows(
    ("words", "pattern"),
    [
        ("The pipeline for tag v2.1.0 fails.", "project_path:octo/api:ref_type:tag:ref:v*"),
        ("CI_COMMIT_TAG=2.1.0", "project_path:octo/api:ref_type:tag:ref:*"),
        ("The job for the tag `release-7` fails.", "project_path:octo/api:ref_type:tag:ref:release-*"),
        ("if: $CI_COMMIT_TAG =~ /^v/", None),
        ("CI_COMMIT_BRANCH=main\nThe pipeline for tag v2.1.0 works.", None),
        ("Was it the pipeline for tag v2.1.0?", None),
    ],
)
def test_pipeline_of_a_tag_has_another_subject(words: str, pattern: str | None) -> None:
    """The code with the conditions alone is enough, and the branch keeps the role."""
    branch = "project_path:octo/api:ref_type:branch:ref:main"
    code = _CODE.replace("ISSUER", "gitlab.com").replace("SUBJECT", branch)
    explanation = explain(f"{REJECTED}{words}\nrole arn:aws:iam::111122223333:role/ci\n{code}")
    first = explanation.remedies[0].manifest or ""
    assert (f'["{branch}", "{pattern}"]' in first) is (pattern is not None)
    assert "old condition" not in str(explanation)


def test_conditions_in_code_can_have_references() -> None:
    code = _CODE.replace("ISSUER", "${local.issuer}").replace(
        "SUBJECT", "project_path:octo/api:ref_type:branch:ref:main"
    )
    explanation = explain(f"{REJECTED}CI_COMMIT_TAG=v2\nrole arn:aws:iam::111122223333:role/ci\n{code}")
    assert "and the token has project_path:octo/api:ref_type:tag:ref:v2" in explanation.summary


@check_rows(
    ("ref", "pattern"),
    [("tags/v1.4.1", "repo:octo/cart:ref:refs/tags/v*"), ("heads/next", None)],
)
def test_workflow_of_a_tag_has_another_subject(ref: str, pattern: str | None) -> None:
    policy = _policy("sts.amazonaws.com", "repo:octo/cart:ref:refs/heads/main")
    log = LOG.format("sts.amazonaws.com", "octo/cart")
    explanation = explain(f"{log}\nGITHUB_REF=refs/{ref}\n{json.dumps(policy)}")
    assert (f"'repo:octo/cart:ref:refs/heads/main', '{pattern}'" in str(explanation.remedies[0].policy)) is (
        pattern is not None
    )


SUBJECT = "repo:octo@12/cart@34:ref:refs/heads/main"
RECORD = {
    "eventSource": "sts.amazonaws.com",
    "eventName": "AssumeRoleWithWebIdentity",
    "errorCode": "AccessDenied",
    "errorMessage": "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/ship"},
    "userIdentity": {
        "type": "WebIdentityUser",
        "principalId": f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}:octo:{SUBJECT}",
        "userName": SUBJECT,
        "identityProvider": f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}",
    },
}


@check_rows(
    ("text", "issuer", "audience", "subject"),
    [
        (f"{REJECTED}sub: {SUBJECT}", ISSUER, "sts.amazonaws.com", SUBJECT),
        (f"{REJECTED}the token's subject claim is `{SUBJECT}`.", ISSUER, "sts.amazonaws.com", SUBJECT),
        (f'{REJECTED}{{"sub": "{SUBJECT}", "aud": "octo"}}', ISSUER, "octo", SUBJECT),
        (f"{REJECTED}with:\n  audience: api://AzureADTokenExchange\n\nsub: {SUBJECT}", ISSUER, "sts.amazonaws.com", SUBJECT),
        (json.dumps(RECORD), ISSUER, "octo", SUBJECT),
        (f"{REJECTED}sub=project_path:octo/cart:ref_type:tag:ref:v1 iss=https://gitlab.octo.example", "gitlab.octo.example", "https://gitlab.octo.example", "project_path:octo/cart:ref_type:tag:ref:v1"),
        (f"CI_SERVER_URL=https://gitlab.octo.example\n{GITLAB}", "gitlab.octo.example", "https://gitlab.octo.example", "project_path:octo/cart:ref_type:branch:ref:dev"),
        (f"{REJECTED}subject: organization:octo:project:cart:workspace:live:run_phase:plan", "app.terraform.io", "aws.workload.identity", "organization:octo:project:cart:workspace:live:run_phase:plan"),
    ],
    ids=["line", "sentence", "JSON", "Azure", "record", "GitLab", "CI_SERVER_URL", "Terraform"],
)  # fmt: skip
def test_stated_subject_is_that_of_the_token(text: str, issuer: str, audience: str, subject: str) -> None:
    explanation = explain(text)
    assert f"the subject {subject}" in explanation.summary
    assert explanation.remedies[0].policy is not None
    (statement,) = explanation.remedies[0].policy["Statement"]
    assert statement["Principal"]["Federated"].endswith(f":oidc-provider/{issuer}")
    assert statement["Condition"]["StringEquals"] == {f"{issuer}:aud": audience, f"{issuer}:sub": subject}
    assert ("without them, as repo:octo/cart:ref:refs/heads/main" in str(explanation)) is ("@12" in subject)


@check_rows(
    "line",
    [
        f"The trust policy expects the sub {SUBJECT}",
        f"sub: {SUBJECT}\nsub: repo:octo@12/other@35:pull_request",
        f"It works with sub: {SUBJECT}",
        f"The docs show sub: {SUBJECT}",
        f"The claim is not sub: {SUBJECT}",
        f'Condition: {{"StringLike": {{"{ISSUER}:sub": "repo:octo/cart:*"}}}}',
        f'variable = "{ISSUER}:sub"\nvalues = ["repo:octo/cart:ref:refs/heads/main"]',
    ],
    ids=["expected", "two", "works", "documentation", "negated", "condition", "HCL"],
)
def test_subject_of_a_policy_is_not_that_of_the_token(line: str) -> None:
    assert "does not allow the subject" not in explain(f"{REJECTED}{line}").summary


def test_stated_subject_is_compared_with_the_trust_policy() -> None:
    policy = _policy("sts.amazonaws.com", "repo:octo/cart:ref:refs/heads/main")
    explanation = explain(f"{REJECTED}sub: {SUBJECT}\n{json.dumps(policy)}")
    assert f"and the token has {SUBJECT}" in explanation.summary
    assert SUBJECT in str(explanation.remedies[0].policy)


_HUB, _TARGET = "arn:aws:iam::111122223333:role/hub", "arn:aws:iam::444455556666:role/deploy"
_ROLE_STEP = (
    "      - uses: aws-actions/configure-aws-credentials@v6\n        with:\n          role-to-assume: {}\n"
)
_TWO_STEPS = (
    f"jobs:\n  ship:\n    steps:\n{_ROLE_STEP.format(_HUB)}      - run: make\n{_ROLE_STEP.format(_TARGET)}"
)
_NO_PROVIDER = "Error: Could not assume role with OIDC: No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com\n"
_NOT_TRUSTED = (
    "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
)


def _trusts(principal: dict[str, str], *actions: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions or ["sts:AssumeRole"]}
    return f"\nTrust policy of deploy:\n{json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}\n"


@check_rows("denied", [_NO_PROVIDER, _NOT_TRUSTED])
@check_rows(
    ("workflow", "added"),
    [
        (_TWO_STEPS + _trusts({"AWS": _HUB}, "sts:AssumeRole", "sts:TagSession"), ["role-chaining: true"]),
        (_TWO_STEPS + _trusts({"AWS": "arn:aws:iam::111122223333:root"}), ["role-chaining: true", "role-skip-session-tagging: true"]),
        (_TWO_STEPS + _trusts({"AWS": "arn:aws:iam::111122223333:role/other"}), None),
        (_TWO_STEPS + _trusts({"Federated": "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com"}), None),
        (f"{_TWO_STEPS}          role-chaining: true\n" + _trusts({"AWS": _HUB}), None),
        (_TWO_STEPS.replace("      - run: make\n", "  other:\n    steps:\n") + _trusts({"AWS": _HUB}), None),
    ],
    ids=["role", "account", "other-role", "provider", "chained", "other-job"],
)  # fmt: skip
def test_second_role_of_a_job(denied: str, workflow: str, added: list[str] | None) -> None:
    explanation = explain(denied + workflow)
    assert (explanation.topic == "role-not-chained") is (added is not None)
    if added is not None:
        lines = [f"    role-to-assume: {_TARGET}", *(f"    {each}" for each in added)]
        assert "\n".join(lines) in (explanation.remedies[0].manifest or "")


def test_second_role_of_a_job_without_its_trust_policy() -> None:
    _, other = explain(_NO_PROVIDER + _TWO_STEPS).remedies
    assert other.title.startswith("Or assume deploy with the credentials of hub, if")


@pytest.mark.parametrize(
    ("ids", "subject", "commands"),
    [
        ("GITHUB_REPOSITORY_ID=34\nGITHUB_REPOSITORY_OWNER_ID=12", "repo:octo@12/cart@34:ref:refs/heads/main", 1),
        ('"repository_owner_id": "12",\n"repository_id": "34"', "repo:octo@12/cart@34:ref:refs/heads/main", 1),
        ("GITHUB_REPOSITORY_OWNER_ID=12", "repo:octo@12/cart@REPOSITORY_ID:ref:refs/heads/main", 2),
    ],
)  # fmt: skip
def test_ids_of_a_renamed_repository_that_the_text_states(ids: str, subject: str, commands: int) -> None:
    policy = _policy("sts.amazonaws.com", "repo:octo/cart:ref:refs/heads/main")
    explanation = explain(
        f"We renamed our repo on Monday.\n2026-11-24\n{ids}\n{REJECTED}{json.dumps(policy)}"
    )
    assert f"the token has {subject}, with the IDs" in explanation.summary
    assert subject in str(explanation.remedies[0].policy)
    assert len(explanation.remedies[0].commands) == commands


OIDC_DENIED = (
    "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
)
OIDC_ROLE = 'locals {\n  subject = "repo:acme/films:ref:refs/heads/main"\n}\nresource "aws_iam_role" "ci" {\n  assume_role_policy = jsonencode({\n    Version = "2012-10-17"\n    Statement = [{\n      Effect = "Allow"\n      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }\n      Action = "sts:AssumeRoleWithWebIdentity"\n      Condition = { StringEquals = { "token.actions.githubusercontent.com:sub" = local.subject } }\n    }]\n  })\n}\n'
OIDC_MODULE = 'module "ci" {\n  source = "acme/role/aws"\n  subject = "repo:acme/films:environment:live"\n}\n'


@check_rows(
    ("text", "summary"),
    [
        (f"{OIDC_ROLE}The token has sub: repo:acme/films:pull_request\n", "expects the subject repo:acme/films:ref:refs/heads/main, and the token has repo:acme/films:pull_request"),
        (f"{OIDC_MODULE}The token has sub: repo:acme/films:pull_request\n", "does not allow the subject repo:acme/films:pull_request"),
        (f"{OIDC_MODULE}", "the role's trust policy does not allow it."),
        ('module "vpc" {\n  source = "./vpc"\n}\nsub = "repo:acme/films:pull_request"\n', "does not allow the subject repo:acme/films:pull_request"),
    ],
    ids=["local value", "module and token", "only module", "closed block"],
)  # fmt: skip
def test_subject_in_a_block_is_what_the_role_expects(text: str, summary: str) -> None:
    assert summary in explain(text + OIDC_DENIED).summary


@check_rows(
    ("said", "subject"),
    [
        ("The role accepts repo:quay/crane:ref:refs/heads/main. It runs on the branch release/2.1 of quay/crane.", "repo:quay/crane:ref:refs/heads/release/2.1"),
        ("It expects the sub repo:quay/crane:ref:refs/heads/main.", "repo:quay/crane:ref"),
        ("It expects repo:quay/crane:ref:refs/heads/main or repo:quay/dock:ref:refs/heads/main.", "repo:OWNER_NAME/REPOSITORY:ref"),
    ],
)  # fmt: skip
def test_repository_that_a_sentence_names(said: str, subject: str) -> None:
    error = (
        "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
    )
    assert subject in str(explain(f"{error}{said}\n").remedies[0].policy)


@check_rows(
    ("words", "says", "may_lack_role"),
    [
        ("On main, the plan job with the same ROLE_ARN is green.", "The role works for another job, so provider and audience are right", False),
        ("The same role works on my laptop.", "The role works elsewhere, so it exists", False),
        ("Another role works.", "names another provider, audience or subject", True),
        ("The same role does not work on main.", "names another provider, audience or subject", True),
    ],
)  # fmt: skip
def test_role_that_works_for_another_job_exists(words: str, says: str, *, may_lack_role: bool) -> None:
    explanation = explain(f"{REJECTED}role-to-assume: arn:aws:iam::111122223333:role/ci\n{words}")
    assert says in explanation.causes[0].text
    assert ("no-such-role" in [each.code for each in explanation.causes]) is may_lack_role


_TAGGED = f"{REJECTED}GITHUB_REPOSITORY=octo/cart GITHUB_REF=refs/tags/v2.1.0\nrole-to-assume: arn:aws:iam::111122223333:role/ci\n"
_KEY = "token.actions.githubusercontent.com:sub"


@check_rows(
    ("words", "expected"),
    [
        ("Our trust policy allows only `repo:octo/cart:ref:refs/heads/main`.", "repo:octo/cart:ref:refs/heads/main"),
        ("The trust policy of ci has sub repo:octo/cart:ref:refs/heads/*.", "repo:octo/cart:ref:refs/heads/*"),
        ("The trust policy expects repo:octo/cart:ref:refs/heads/main or repo:octo/cart:ref:refs/heads/next.", "repo:octo/cart:ref:refs/heads/main or repo:octo/cart:ref:refs/heads/next"),
        (f"Condition:\n  StringEquals:\n    {_KEY}: repo:octo/cart:ref:refs/heads/main\n", "repo:octo/cart:ref:refs/heads/main"),
        (f"Condition:\n  StringLike:\n    {_KEY}:\n      - repo:octo/cart:ref:refs/heads/main\n      - repo:octo/cart:ref:refs/heads/next\n", "repo:octo/cart:ref:refs/heads/main or repo:octo/cart:ref:refs/heads/next"),
        ("Does the trust policy allow repo:octo/cart:ref:refs/heads/main?", None),
        ("The trust policy does not allow repo:octo/cart:ref:refs/heads/main.", None),
        ("The trust policy should have repo:octo/cart:ref:refs/heads/main.", None),
        ("The trust policy is right, the token has repo:octo/cart:ref:refs/heads/main.", None),
        ("The bucket policy allows repo:octo/cart:ref:refs/heads/main.", None),
    ],
)  # fmt: skip
def test_subject_that_a_trust_policy_expects_in_words_or_yaml(words: str, expected: str | None) -> None:
    summary = explain(f"{_TAGGED}{words}").summary
    says = f"expects the subject {expected}, and the token has repo:octo/cart:ref:refs/tags/v2.1.0"
    assert (says in summary) is (expected is not None)
    assert ("expects the subject" in summary) is (expected is not None)


@check_rows(
    ("asked", "phase", "answer"),
    [
        ("Is the tag protection the problem?", None, "No, the subject does not say whether a tag is protected."),
        ("Is the branch the problem?", None, ""),
        ("Do the credentials expire between plan and apply?", "apply", "No, each phase gets a new token."),
        ("Do we have to expire them?", None, ""),
    ],
)  # fmt: skip
def test_question_about_a_tag_or_a_phase(asked: str, phase: str | None, answer: str) -> None:
    expected = "repo:octo/cart:ref:refs/heads/main"
    if phase is not None:
        expected = "organization:octo:project:core:workspace:net:run_phase:plan"
    text = f"{_TAGGED}Our trust policy allows only {expected}. failed running terraform {phase}"
    assert str(explain(f"{text}\n\n{asked}")).startswith(answer or "STS rejected")


def test_account_of_the_only_role_is_that_of_the_provider() -> None:
    text = f"{REJECTED}GITHUB_REPOSITORY=octo/cart GITHUB_REF=refs/heads/main\nSee arn:aws:iam::111122223333:role/ci"
    assert "ACCOUNT_ID" not in str(explain(text).remedies[0].policy)
    assert "ACCOUNT_ID" in str(explain(f"{text} and arn:aws:iam::444455556666:role/ci").remedies[0].policy)
