"""Test that the character or length that makes the name of a session invalid is named, if the text shows it."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_ERROR = "An error occurred (ValidationError) when calling the AssumeRole operation: 1 validation error detected: Value '{}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
_ACTION = "Run aws-actions/configure-aws-credentials@v4\nError: Could not assume role with OIDC: 1 validation error detected: Value 'fix/login' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*\n"


@check_rows(
    ("name", "flaw"),
    [
        ("Mia Berg", '"Mia Berg" contains a space, which is not allowed'),
        ("build:17", '"build:17" contains ":", which is not allowed'),
        ("jürgen", '"jürgen" contains "ü", which is not allowed'),
        ("a" * 70, "it has 70 characters, and 2 to 64 are allowed"),
        ("x", "it has 1 character, and 2 to 64 are allowed"),
        # Masked or a placeholder, or the reason is another one.
        ("***", "or has the wrong length"),
        ("ci [MASKED]", "or has the wrong length"),
        ("<name>", "or has the wrong length"),
        ("deploy", "or has the wrong length"),
    ],
)
def test_what_is_wrong_with_a_name(name: str, flaw: str) -> None:
    assert flaw in explain(_ERROR.format(name)).summary


@check_rows(
    ("name", "corrected"),
    [
        ("Mia Berg", "Mia-Berg"),
        ("ci: build #7", "ci-build-7"),
        ("a" * 70, "a" * 64),
        ("deploy", "deploy-feature-login"),
        ("***", "deploy-feature-login"),
        ("#", "deploy-feature-login"),
    ],
)
def test_corrected_name(name: str, corrected: str) -> None:
    (line,) = explain(_ERROR.format(name)).remedies[0].commands
    assert line.endswith(f" --role-session-name {corrected}")


@check_rows(
    ("workflow", "is_branch"),
    [
        ("role-session-name: ${{ github.head_ref }}", True),
        ("role-session-name: ci-${{ github.ref_name }}", True),
        ("role-session-name: ${{ inputs.name }}", False),
        ("ref: ${{ github.head_ref }}", False),
    ],
)
def test_name_in_a_workflow(workflow: str, *, is_branch: bool) -> None:
    explanation = explain(_ACTION + workflow)
    remedy = explanation.remedies[0]
    assert remedy.manifest == "role-session-name: gha-${{ github.run_id }}\n"
    assert not remedy.commands
    assert ("is the name of a branch" in str(remedy.steps)) is is_branch
    assert "most likely used the credentials" not in str(explanation)
