"""Compare the subject of a token with the one that a trust policy expects, and say how to call as that one.

Sources: https://docs.github.com/en/actions/reference/security/oidc and
https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller_of_account
from iamtriage.explaining._rules.shared import commands
from iamtriage.policies._patterns import compile_glob, matches

_BRANCH = "ref:refs/heads/"
# https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
_GITHUB_IDS = lazy_pattern(r"@[0-9]{1,20}(?=[/:])")
_IMMUTABLE = lazy_pattern(r"(repo:[^/@:]+)(@[0-9]{1,20})/([^/@:]+)(@[0-9]{1,20}):")
# Crossplane names the service account of a provider after its revision.
_GENERATED_SUFFIX = lazy_pattern(r"-(?=[a-f]*[0-9])[0-9a-f]{8,16}\Z")
# https://docs.gitlab.com/ci/secrets/id_token_authentication/: the type is branch or tag.
_REF_TYPE = lazy_pattern(r"(?a)(?P<project>project_path:[^:]+:ref_type:)(?!(?:branch|tag):)[\w-]+:")
# A tag or branch with a number, in a subject of GitHub Actions or GitLab CI/CD.
_NUMBERED_REF = lazy_pattern(
    r"(?P<stem>[^:]+:[^:]+:(?:ref:refs/|ref_type:)(?P<type>tags/|heads/|tag:ref:|branch:ref:)[^:0-9*?]*)[0-9][^:*?]*\Z"
)
# Variables that a pod template sets itself: the webhook of EKS sets another path.
_VALUE = r"[\"']{0,2}\s{0,9}(?:[:=]|,?\s{0,40}\"?value\"?:)\s{0,9}[\"']?"
_OWN_ROLE = lazy_pattern(rf"AWS_ROLE_ARN{_VALUE}arn:")
_OWN_TOKEN_FILE = lazy_pattern(
    rf"AWS_WEB_IDENTITY_TOKEN_FILE{_VALUE}/(?!var/run/secrets/eks\.amazonaws\.com/)"
)

_CHARS_OF_LABEL = len("run_phase:")
USER_OF_RUN = "the user who starts the run"
"""What is part of the subjects of some CI systems, and stays the same for runs of one person."""
# Parts of subjects that differ from run to run, and what they are: https://buildkite.com/docs/agent/v3/cli-oidc and
# https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
_PER_RUN = (
    (r"\bcommit:|(?<![\w-])(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![\w-])", "the commit"),
    (r"\brun_phase:", "the phase of the run"),
    # https://circleci.com/docs/openid-connect-tokens/
    (r"(?:^|[/:])user[/:]", USER_OF_RUN),
    (r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![\w-])\d{5,}(?![\w-])", "a number or ID of the run"),
)
# Tags, or branches with the same beginning: each release has another one.
_OPEN_REF = lazy_pattern(
    r"\b(?:(?P<tag>refs/tags/|tag:ref:)[^*?:]{0,200}|(?:refs/heads/|branch:ref:)[^*?:]{1,200})[*?]"
)


def describe_difference(expected: str, actual: str) -> str:
    """Return what distinguishes two subjects, as the end of a sentence, if that is easily overlooked."""
    if is_misspelled(expected, actual):
        differing = [
            pair for pair in zip(expected.split(":"), actual.split(":"), strict=False) if len(set(pair)) > 1
        ]
        is_one = len(differing) == 1 and expected.count(":") == actual.count(":")
        form = "its form is system:serviceaccount:NAMESPACE:NAME"
        return f" ({clip_text(' instead of '.join(differing[0]) if is_one else form)})"
    if expected.lower() == actual.lower():
        return " (they differ in case)"
    if add_ids(expected, actual) is not None:
        return " (it is GitHub's immutable subject, with the IDs of owner and repository)"
    if add_braces(expected, actual) is not None:
        return " (the policy lacks the braces)"
    if lacks_context(expected):
        return " (a subject always continues after the project)"
    if is_same_account(expected, actual):
        return " (another namespace)"
    if actual.startswith("repo:") and expected.startswith("repo:"):
        return _describe_job(expected, actual)
    return ""


def _describe_job(expected: str, actual: str) -> str:
    """Return why a job of GitHub Actions has another subject in the same repository, as the end of a sentence."""
    context, wanted = _job_context(actual), _job_context(expected)
    kind, wanted_kind = context.partition(":")[0], wanted.partition(":")[0]
    if not _is_same_repository(expected, actual) or kind == wanted_kind:
        is_tag = context.startswith("ref:refs/tags/") and wanted.startswith(_BRANCH)
        return " (a tag started the workflow)" if is_tag else ""
    return {
        "environment": " (the job has an environment, which replaces the branch in the subject)",
        "pull_request": f" (a pull request started the workflow{', so the subject has no branch, not even the target' if wanted_kind == 'ref' else ''})",
        "job_workflow_ref": " (the subject is customized to name the reusable workflow)",
        "ref": " (the job has no environment)" if wanted_kind == "environment" else "",
    }.get(kind, "")


def add_ids(expected: str, actual: str) -> str | None:
    """Return what a policy expects, with the IDs of GitHub's immutable subject, if only they are missing.

    >>> add_ids("repo:acme/shop:*", "repo:acme@12345/shop@67890:ref:refs/heads/main")
    'repo:acme@12345/shop@67890:*'
    """
    found = _IMMUTABLE.match(actual)
    if found is None or not expected.startswith(f"{found[1]}/"):
        return None
    name, separator, context = expected.removeprefix(f"{found[1]}/").partition(":")
    name += found[4] if name == found[3] else ""
    value = f"{found[1]}{found[2]}/{name}{separator}{context}"
    return value if matches(actual, compile_glob(value)) else None


def describe_ids(subject: str) -> str | None:
    """Return what a trust policy most likely expects instead of GitHub's immutable subject, if a subject is one.

    >>> describe_ids("repo:acme@12345/shop@67890:ref:refs/heads/main").partition(",")[0]
    'The subject has the IDs of owner and repository: most likely'
    """
    found = _IMMUTABLE.match(subject)
    if found is None:
        return None
    return f"The subject has the IDs of owner and repository: most likely, the trust policy still expects it without them, as {clip_text(f'{found[1]}/{found[3]}{subject[found.end() - 1 :]}')}."


def add_braces(expected: str, actual: str) -> str | None:
    """Return what a policy expects, with the braces around the UUIDs of Bitbucket's subject, if only they are missing.

    >>> add_braces("9e0f7c52:*", "{9e0f7c52}:{c3b7a0f4}")
    '{9e0f7c52}:*'
    """
    if "{" in expected or "{" not in actual:
        return None
    value = ":".join(f"{{{each}}}" if f"{{{each}}}" in actual else each for each in expected.split(":"))
    return value if value != expected and matches(actual, compile_glob(value)) else None


def correct_subject(expected: str, actual: str) -> tuple[str, str] | None:
    """Return what a policy expects, corrected if only the form of the token's subject is another one, and why."""
    if (with_ids := add_ids(expected, actual)) is not None:
        # https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
        return (
            with_ids,
            "GitHub puts the IDs into the subject of repositories created, renamed or transferred on or after July 15, 2026, or that opted in. Older ones still send the short subject: list both if one of them uses this role, too.",
        )
    if (braced := add_braces(expected, actual)) is not None:
        # https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/
        return braced, "In Bitbucket's tokens, the braces are part of each UUID."
    return None


def correct_ref_type(expected: str, actual: str) -> str | None:
    """Return a pattern for branches in place of a subject with a type of ref that GitLab does not have.

    >>> correct_ref_type("project_path:a/b:ref_type:mr:ref:*", "project_path:a/b:ref_type:branch:ref:x")
    'project_path:a/b:ref_type:branch:ref:*'
    """
    found = _REF_TYPE.match(expected)
    pattern = f"{found['project']}branch:ref:*" if found is not None else None
    return pattern if pattern is not None and matches(actual, compile_glob(pattern)) else None


def lacks_context(subject: str) -> bool:
    """Return whether a subject names a project of GitHub or GitLab and nothing of the job, so that no job has it.

    >>> lacks_context("repo:acme/shop"), lacks_context("repo:acme/*"), lacks_context("repo:acme/shop:pull_request")
    (True, False, False)
    """
    kind, _, name = subject.partition(":")
    return kind in {"repo", "project_path"} and "/" in name and not set(":*?") & set(name)


def is_same_account(expected: str, actual: str) -> bool:
    """Return whether two subjects are service accounts of the same name in different namespaces."""
    return _are_accounts(expected, actual) and expected.rpartition(":")[2] == actual.rpartition(":")[2]


def _are_accounts(*subjects: str) -> bool:
    parts = [each.split(":") for each in subjects]
    return all(len(each) == 4 and each[:2] == ["system", "serviceaccount"] for each in parts)


def is_misspelled(expected: str, actual: str) -> bool:
    """Return whether a policy means the token's service account, in a form that no subject has.

    >>> is_misspelled("system:serviceaccounts:shop:cart", "system:serviceaccount:shop:cart")
    True
    >>> is_misspelled("system:serviceaccount:shop:web", "system:serviceaccount:shop:cart")
    False
    """
    is_account = "serviceaccount" in expected.lower() and _are_accounts(actual)
    is_form = _are_accounts(expected) and expected == expected.lower()
    return is_account and not is_form and re.split("[:/]", expected.lower())[-2:] == actual.split(":")[2:]


def is_of_controller(subject: str) -> bool:
    """Return whether a subject is that of the service account that a well-known chart or add-on creates."""
    return _are_accounts(subject) and find_controller_of_account(subject.rpartition(":")[2]) is not None


def is_misplaced(expected: str, actual: str) -> bool:
    """Return whether the names show that the policy is wrong, not the pod."""
    if is_of_controller(actual) or lacks_context(expected) or is_misspelled(expected, actual):
        return True
    is_of_namespace = expected.split(":")[2:3] == ["default"] or actual.split(":")[2:3] == ["kube-system"]
    return is_of_namespace and is_same_account(expected, actual)


def describe_replacement(expected: str, actual: str) -> str:
    """Return what to know where a misplaced subject is replaced."""
    if is_misspelled(expected, actual):
        return "No token has the old subject. Running pods retry: they need no restart."
    if not is_of_controller(actual):
        return "List both subjects if a pod in the other namespace uses the role, too."
    return f"The installation creates the service account {clip_text(actual.rpartition(':')[2])}, and its pods retry automatically. List both subjects if other pods use the old one."


def find_pattern(expected: str, actual: str) -> str | None:
    """Return a pattern for both subjects, if they differ only in a generated suffix or a version.

    >>> find_pattern("system:serviceaccount:db:provider-rds", "system:serviceaccount:db:provider-rds-3fa1b2c4d5e6")
    'system:serviceaccount:db:provider-rds-*'
    >>> find_pattern("repo:acme/shop:ref:refs/tags/v1.4.0", "repo:acme/shop:ref:refs/tags/v1.4.1")
    'repo:acme/shop:ref:refs/tags/v*'
    """
    if _are_accounts(expected, actual):
        stem = _GENERATED_SUFFIX.sub("", actual)
        return f"{stem}-*" if stem != actual and stem == _GENERATED_SUFFIX.sub("", expected) else None
    found, wanted = _NUMBERED_REF.match(actual), _NUMBERED_REF.match(expected)
    is_tag = found is not None and found["type"] in {"tags/", "tag:ref:"}
    is_branch = any(each in expected for each in (":ref:refs/heads/", ":ref_type:branch:"))
    if found is not None and is_tag and is_branch and _is_same_repository(expected, actual):
        return f"{found['stem']}*"
    if found is None or wanted is None or found["stem"] != wanted["stem"]:
        return None
    # A branch that begins with a number has nothing in common with another one.
    return f"{found['stem']}*" if is_tag or not found["stem"].endswith(found["type"]) else None


def varies_by_run(pattern: str, subject: str) -> str | None:
    """Return what a pattern leaves open that each run has another value of, if there is such a part.

    >>> varies_by_run("organization:a:pipeline:b:*", "organization:a:pipeline:b:ref:refs/heads/main:commit:9f3c2d7be1:step:c")
    'the commit'
    >>> varies_by_run("repo:acme/shop:ref:refs/heads/*", "repo:acme/shop:ref:refs/heads/main") is None
    True
    >>> varies_by_run(f"repo:{'*a' * 40}b", f"repo:{'a' * 400}") is None
    True
    """
    first, *others = (
        "".join("(.)" if each == "?" else re.escape(each) for each in part) for part in pattern.split("*")
    )
    # The first place of each part is as good as a later one, so only the last part is tried at several.
    middle = "".join(f"(?>(.*?){each})" for each in others[:-1])
    found = re.fullmatch(
        "".join((first, middle, *(f"(.*){each}" for each in others[-1:]))), subject, re.DOTALL
    )
    if found is None:
        return None
    spans = map(found.span, range(1, len(found.groups()) + 1))
    opened = " ".join(subject[max(start - _CHARS_OF_LABEL, 0) : end] for start, end in spans)
    ref = _OPEN_REF.search(pattern)
    named = ref and ("the tag" if ref["tag"] else "the branch")
    return next((what for sign, what in _PER_RUN if re.search(sign, opened)), named)


def find_successor(expected: str, text: str) -> str | None:
    """Return the subject that a pod has now, if a text names an account like the expected one with another suffix.

    >>> find_successor("system:serviceaccount:db:provider-rds-3fa1b2c4d5e6", "provider-rds-0b1c2d3e4f5a-6d8f9-x2k 1/1 Running")
    'system:serviceaccount:db:provider-rds-0b1c2d3e4f5a'
    """
    names, _, name = expected.rpartition(":")
    stem = _GENERATED_SUFFIX.sub("", name)
    if stem == name or not _are_accounts(expected):
        return None
    form = rf"(?<![\w.-]){re.escape(stem)}-(?=[a-f]*[0-9])[0-9a-f]{{8,16}}(?![0-9a-z])"
    found = {*re.findall(form, text)} - {name}
    return f"{names}:{found.pop()}" if len(found) == 1 else None


def describe_naming(subject: str) -> str:
    """Return what names a service account with a generated suffix."""
    if _is_of_crossplane(subject):
        return "Crossplane names the service account after the provider's revision"
    return "The name of the service account is generated"


def _is_of_crossplane(subject: str) -> bool:
    return ":provider-" in subject or "crossplane" in subject


def describe_caller(subject: str) -> str:
    """Return who has a subject, in a few words.

    >>> describe_caller("system:serviceaccount:shop:cart")
    'shop/cart'
    """
    if _are_accounts(subject):
        return clip_text("/".join(subject.split(":")[2:]))
    return "this job" if subject.startswith("repo:") else "this caller"


def describe_open_subject(expected: str, actual: str) -> str | None:
    """Return who gets the role, too, if a policy trusts a subject that others have without any setting of theirs.

    >>> describe_open_subject("system:serviceaccount:shop:cart", "system:serviceaccount:shop:default")
    'all pods of the namespace without a serviceAccountName'
    """
    if actual.startswith("repo:") and _job_context(actual) == "pull_request":
        return "all pull requests of the repository" if _job_context(expected) != "pull_request" else None
    if _are_accounts(expected, actual) and actual.endswith(":default") and not expected.endswith(":default"):
        return "all pods of the namespace without a serviceAccountName"
    return None


def describe_expected_caller(
    expected: str, actual: str, text: str
) -> tuple[str, str, tuple[str, ...]] | None:
    """Return how to call as the subject that the policy expects, if both are of the same kind."""
    wanted, found = expected.split(":"), actual.split(":")
    if add_ids(expected, actual) is not None:
        # However the job runs, its subject has the IDs.
        return None
    if set("*?") & set(expected):
        is_branch = wanted[0] == found[0] == "repo" and _job_context(expected).startswith(_BRANCH)
        is_usable = is_branch and _is_same_repository(expected, actual)
        return _describe_expected_job(expected, actual) if is_usable else None
    if _are_accounts(expected, actual) and find_pattern(expected, actual) is not None:
        # https://docs.crossplane.io/latest/packages/providers/#runtime-configuration
        where = "In the provider's DeploymentRuntimeConfig, set serviceAccountTemplate.metadata.name"
        if not _is_of_crossplane(actual):
            where = "Where the service account is created, set its name"
        step = f"{where}, and the annotation of the role. Then the trust policy can expect this name exactly."
        return "Or give the service account a fixed name", step, ()
    if _are_accounts(expected, actual):
        return _describe_expected_account(wanted[2:], found[2:], text)
    if wanted[0] == found[0] == "repo":
        return _describe_expected_job(expected, actual)
    return None


def _describe_expected_account(
    wanted: list[str], found: list[str], text: str
) -> tuple[str, str, tuple[str, ...]]:
    namespace, account = commands.namespace(wanted[0]), commands.kubernetes_name(wanted[1])
    path = r"jsonpath={{.metadata.annotations.eks\.amazonaws\.com/role-arn}}"
    show = f"kubectl get serviceaccount {{}} --namespace {{}} --output '{path}'"
    line = commands.fill_command(show, account, namespace)
    if wanted[1] == found[1]:
        title = f"Or run the pod in the namespace {clip_text(wanted[0])}"
        step = (
            f"The service account {clip_text(wanted[1])} must exist there, with the annotation of the role."
        )
        return title, step, (line,)
    in_namespace = "" if wanted[0] == found[0] else f" in the namespace {clip_text(wanted[0])}"
    step = f"Set serviceAccountName: {clip_text(wanted[1])} in the pod template (most Helm charts call it serviceAccount.name), in the namespace {clip_text(wanted[0])}. The command must print the role: the account needs the annotation."
    title = f"Or run the pod as the service account {clip_text(wanted[1])}{in_namespace}, if it has the annotation of the role"
    if found[1] == "default":
        step = f"The pod runs as the service account default: set serviceAccountName: {clip_text(wanted[1])} in its template"
        if in_namespace:
            return title, f"{step}. It must run in the namespace {clip_text(wanted[0])}, too.", (line,)
        run = f"kubectl set serviceaccount deployment/NAME {account} -n {namespace}"
        if _OWN_ROLE.search(text) and _OWN_TOKEN_FILE.search(text):
            return title, f"{step}, as the command does, which replaces the pods.", (run,)
        step += ", as the first command does, which replaces the pods. Unless the template itself sets AWS_ROLE_ARN, the second one must print the role: if not, add this annotation to the service account."
        return title, step, (run, line)
    return title, step, (line,)


def _describe_expected_job(expected: str, actual: str) -> tuple[str, str, tuple[str, ...]]:
    context, wanted = _job_context(actual), _job_context(expected)
    if not _is_same_repository(expected, actual) or context == wanted:
        step = f"Run the job from the branch, tag, environment or repository that the subject {clip_text(expected)} names."
        return "Or run the workflow as the trust policy expects", step, ()
    kind, _, name = context.partition(":")
    where = f"for {clip_text(wanted)}"
    if wanted.startswith(_BRANCH):
        branch = clip_text(wanted.removeprefix(_BRANCH))
        where = f"on a branch that matches {branch}" if set("*?") & set(branch) else f"on the branch {branch}"
    if wanted.startswith("environment:"):
        environment = clip_text(wanted.removeprefix("environment:"))
        step = f"Set environment: {environment} in the job. Without it, the subject names the branch, tag or pull_request."
        return f"Or run the job in the environment {environment}", step, ()
    if kind == "environment":
        step = f"With environment: {clip_text(name)}, the subject ends with the environment. Without it, it ends with ref:refs/heads/BRANCH_NAME, and the protection rules of the environment, such as approvals, do not apply."
        return (
            f'Or, if the job needs no approval, remove "environment: {clip_text(name)}", and run it {where}',
            step,
            (),
        )
    step = "The event that starts the workflow decides: pull_request has its own subject, and a tag has ref:refs/tags/TAG."
    if context == "pull_request" and wanted.startswith(_BRANCH) and not set("*?") & set(wanted):
        branches = f"on: {{push: {{branches: [{clip_text(wanted.removeprefix(_BRANCH))}]}}}}"
        step = f"In the workflow, set {branches}, or if: github.event_name == 'push' in the job."
    return f"Or run the job {where}", step, ()


def _is_same_repository(expected: str, actual: str) -> bool:
    without_ids = _GITHUB_IDS.sub("", actual, count=2) if actual.startswith("repo:") else actual
    return expected.split(":")[1:2] in (each.split(":")[1:2] for each in (actual, without_ids))


def _job_context(subject: str) -> str:
    """Return what a subject of GitHub has after the repository, such as ``environment:production``."""
    return subject.split(":", 2)[2] if subject.count(":") > 1 else ""
