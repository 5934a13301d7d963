"""Explain that a run of Terraform, or a script, took longer than the token lasts that it read at the start."""

from __future__ import annotations

import re
from datetime import datetime

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, line_start, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, Explanation
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.logins import stored_tokens
from iamtriage.explaining._rules.kubernetes.logins.rejected_logins import IAM_NOTE, login_cause
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import KubernetesUnauthorized

# https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html
_LIFETIME = 15 * 60
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_READ = lazy_pattern(
    r"\b(?P<source>data\.aws_eks_cluster_auth\.[\w-]{1,80})(?:\[[^\]\n]{1,80}\])?: Read complete\b(?:[^\n\[]{0,40}\[id=(?P<cluster>[\w-]{1,100})\])?"
)
# What the same token, or another provider with the same credentials, did.
_WORKED = lazy_pattern(
    r"\b(?P<address>(?:helm_release|kubernetes_(?!config_map_v1_data)[a-z0-9_]{2,60}|kubectl_manifest)\.[\w-]{1,80})(?:\[[^\]\n]{1,80}\])?: (?:Creation|Modifications|Destruction|Read) complete\b"
)
_TOOK = lazy_pattern(
    r"(?m)^[^\n]{0,80}?\b(?P<address>[a-z]\w{1,80}\.[A-Za-z_][\w-]{0,80})(?:\[[^\]\n]{1,80}\])?: (?:Still |Creation|Modifications|Destruction)[^\n]{0,40}?(?:\[|after )(?:[^\]\n]{0,60}, )?(?:(?P<h>\d{1,2})h)?(?:(?P<m>\d{1,2})m)?\d{1,2}s\b"
)
_STAMP = lazy_pattern(
    r"(?m)(?:^[^\n\w]{0,8}|\b[Ss]tart(?:ed|ing)?(?: at|:)? )(?:(?P<date>\d{4}-\d\d-\d\d)[T ])?(?P<time>\d\d:\d\d:\d\d)(?![\d:])"
)

# An apply uses what its plan has read. Wrappers keep the file of the plan to themselves.
_PLAN = lazy_pattern(
    r"\b(?:(?:terraform|tofu|terragrunt)\b[^\n]{0,80}? plan\b[^\n]{0,200}? -{1,2}out[= ][\"']?(?P<file>[\w./-]{1,100})|(?:gitlab-t(?:erraform|ofu)|atlantis) plan\b|Ran Plan for\b)"
)
_APPLY = lazy_pattern(
    r"\b(?:(?:terraform|tofu|terragrunt)\b[^\n]{0,80}? apply\b[^\n]{0,200}? [\"']?(?P<file>[\w./-]{1,100})[\"']?(?=[ \t]*(?:$|[)`&|;]))|(?:gitlab-t(?:erraform|ofu)|atlantis) apply\b|Ran Apply for\b)",
    re.MULTILINE,
)
# What the plan did with the token.
_REFRESHED = lazy_pattern(
    r"\b(?P<address>(?:helm_release|kubernetes_[a-z0-9_]{2,60}|kubectl_manifest)\.[\w-]{1,80})(?:\[[^\]\n]{1,80}\])?: Refreshing state"
)
_PLANNED = lazy_pattern(r"(?m)^\W{0,4}Plan: \d|\bSaved the plan to\b")
_CHARS_BEFORE_PLAN = 200
_AT_ONCE = r"\b(?:(?:right|straight) ?away|(?:right|shortly|soon|directly) after|immediately|at once|without (?:a )?(?:delay|pause|waiting)|within (?:a few|\d{1,2}) min)"
# Not "works at once", which is about a change.
_SOON = lazy_pattern(
    rf"(?i)(?:\bappl(?:y|ied|ying)\b(?:(?!work)[^.\n]){{0,60}}{_AT_ONCE}|{_AT_ONCE}(?:(?!work)[^.\n]){{0,60}}\bappl(?:y|ied|ying)\b)"
)
_ELSEWHERE = lazy_pattern(
    r"(?i:\b(?:account|another|different|environment|kubectl|laptop|new|old|other|role|second|staging|test)\b)"
)


class _Delay(NamedTuple):
    """How long before the failure a token was read.

    Attributes:
        source: The data source that read it.
        told: What the text says about it, as the end of a sentence.
        worked: What the same run did with a token, if anything, as the start of a sentence.
        cluster: The cluster of the token, if only one was read.
        plan: The saved plan that has the token, if an apply used one.
    """

    source: str
    told: str
    worked: str | None
    cluster: str | None
    plan: str | None = None


def explain_outlived_token(case: Case[KubernetesUnauthorized], message: str) -> Explanation | None:
    """Explain that the API server rejected a token that was read more than 15 minutes before, or return ``None``."""
    delay = _find_delay(case)
    if delay is None:
        return _explain_token_read_once(case, message)
    cluster = stored_tokens.find_terraform_cluster(case)
    name = cluster.name or delay.cluster
    named = f"The cluster {name}" if name else "The cluster"
    text = "The token was too old, so the caller may have access. If a new run fails at once, it needs an access entry, or an entry in aws-auth."
    if delay.worked is not None:
        text = f"{delay.worked}, so the caller has access. Only the token is too old."
    again = "For now, run terraform apply again: it reads a new token, and what is created already stays."
    if delay.plan is not None:
        again = "For now, plan again, and apply that plan at once: an apply uses the token in its plan. The block, too, needs a new plan."
    provider = stored_tokens.configure_terraform(case, cluster, first_step=again)
    if delay.cluster and provider.manifest:
        # The code can name it by a reference.
        manifest = provider.manifest.replace('"CLUSTER"', f'"{delay.cluster}"')
        provider = attrs.evolve(provider, manifest=manifest)
    log = cluster_access.authenticator_log_remedy(attrs.evolve(cluster, name=name))
    return case.explain(
        f"{named} rejected the token (401), which most likely had expired: {delay.source} read it {delay.told}, and a token lasts 15 minutes.{f' The apply used the token in {delay.plan}.' if delay.plan else ''}",
        login_cause(message, None),
        TOKEN_EXPIRED.cause("derived", text=text),
        topic="kubernetes-login",
        remedies=(
            provider,
            None
            if delay.worked
            else attrs.evolve(log, title="If a new run fails at once, f" + log.title[1:]),
        ),
        notes=IAM_NOTE,
    )


def _find_delay(case: Case[KubernetesUnauthorized]) -> _Delay | None:
    text, (start, end) = case.failure.text, case.failure.span
    if "aws_eks_cluster_auth" not in text or "get-token" in text:
        return None
    read = max(_READ.finditer(text, 0, start), key=lambda each: each.start(), default=None)
    if read is None:
        # Only the plan reads it, and people say what happens without a pause.
        said = find_working(text, _SOON)
        said = None if said and _ELSEWHERE.search(said) else said
        soon = said and f"It works soon after the plan ({quote_words(said)})"
        return _Delay("Terraform", "for the plan", soon, None, "its plan") if soon else None
    plan = _find_saved_plan(text, read, start)
    begin = line_start(text, read.start())
    if plan is not None:
        begin = max(line_start(text, plan[0]) - _CHARS_BEFORE_PLAN, 0)
    began = _last_stamp(text, begin, read.start())
    ended = _last_stamp(text, read.end(), end)
    if began is not None and ended is not None:
        seconds = _difference(began, ended)
        told = f"at {began['time']}, {seconds // _MINUTE} minutes before the call"
    elif plan is not None:
        # People review a plan before they apply it.
        seconds, told = _LIFETIME, "for the plan, which was applied later"
    else:
        # What began before the token was read has taken longer than that.
        begun = {each["address"] for each in _TOOK.finditer(text, 0, read.start())}
        took = {_seconds(each): each["address"] for each in _TOOK.finditer(text, read.end(), start)}
        seconds, address = max((each for each in took.items() if each[1] not in begun), default=(0, ""))
        told = f"before {address}, which took {seconds // _MINUTE} minutes"
    if seconds < _LIFETIME:
        return None
    failed = case.context.terraform.value if case.context.terraform else None
    # With several clusters, it is unknown which of them an object is in.
    is_only = len({each["source"] for each in _READ.finditer(text, 0, start)}) == 1
    cluster = read["cluster"] if is_only else None
    worked = [each["address"] for each in _WORKED.finditer(text, read.end(), start) if is_only]
    made = next((f"{each} was made in the same run" for each in worked if each != failed), None)
    if plan is None:
        return _Delay(read["source"], told, made, cluster)
    did = _REFRESHED.search(text, read.end(), plan[1]) if is_only else None
    if did is not None and _PLANNED.search(text, did.end(), plan[1]):
        made = f"The plan read {did['address']} with the token"
    return _Delay(read["source"], told, made, cluster, plan[2])


def _find_saved_plan(text: str, read: re.Match[str], start: int) -> tuple[int, int, str] | None:
    """Return where a plan and its apply begin between which a token was read, and what the plan is called, or ``None``."""
    plan = max(_PLAN.finditer(text, 0, read.start()), key=lambda each: each.start(), default=None)
    apply = next(_APPLY.finditer(text, read.end(), start), None)
    if plan is None or apply is None or plan["file"] != apply["file"]:
        return None
    if re.search(_AT_ONCE, text[read.end() : apply.start()], re.IGNORECASE):
        return None  # the token was not old yet
    return (
        plan.start(),
        apply.start(),
        "the saved plan" + (f" {clip_text(plan['file'])}" if plan["file"] else ""),
    )


def _last_stamp(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the last time at the start of a line between two positions."""
    return max(_STAMP.finditer(text, start, end), key=lambda each: each.start(), default=None)


def _difference(first: re.Match[str], second: re.Match[str]) -> int:
    times: list[datetime] = []
    for each in (first, second):
        try:
            times.append(datetime.fromisoformat(f"{each['date'] or '2000-01-01'}T{each['time']}"))
        except ValueError:
            return 0
    seconds = int((times[1] - times[0]).total_seconds())
    if first["date"] and second["date"]:
        return seconds
    # A run can last past midnight, but a time that is hardly earlier is of another clock.
    return seconds if seconds > -_DAY // 2 else seconds + _DAY


def _seconds(found: re.Match[str]) -> int:
    return int(found["h"] or 0) * _HOUR + int(found["m"] or 0) * _MINUTE


# A script that gets a token into a variable, and uses it for several calls.
_READ_ONCE = lazy_pattern(r"\b(?P<name>[A-Za-z_]\w{0,40})=[\"']?\$\(aws eks get-token [^)\n]{0,300}\)")
# What kubectl prints for an object that it has sent.
_SENT = lazy_pattern(
    r"(?m)^[^\n]{0,40}\b[a-z0-9.-]{2,80}/[a-z0-9.-]{1,200} (?:configured|created|deleted|unchanged)\b"
)


def _explain_token_read_once(case: Case[KubernetesUnauthorized], message: str) -> Explanation | None:
    """Explain that a script uses a token for longer than it lasts, or return ``None``."""
    text, start = case.failure.text, case.failure.span[0]
    read = _READ_ONCE.search(text) if "get-token" in text else None
    if read is None or re.search(rf"--token[= ][\"']?\$\{{?{read['name']}\b", text[read.end() :]) is None:
        return None
    began = _last_stamp(text, line_start(text, read.start()), read.end())
    ended = _last_stamp(text, read.end(), case.failure.span[1])
    seconds = _difference(began, ended) if began is not None and ended is not None else None
    sent = _SENT.search(text, read.end(), start)
    if (seconds is None and sent is None) or (seconds is not None and seconds < _LIFETIME):
        return None
    cluster, variable = find_cluster(case), f"${read['name']}"
    age = (
        ""
        if seconds is None or began is None
        else f" {seconds // _MINUTE} minutes before, at {began['time']}"
    )
    works = f"{variable} was accepted before, so the caller has access. Only the token is too old."
    return case.explain(
        f"The cluster{f' {cluster.name}' if cluster.name else ''} rejected the token in {variable} (401), which {'has' if age else 'most likely has'} expired: the script read it{age or ' only once'}, and a token lasts 15 minutes.",
        login_cause(message, None),
        TOKEN_EXPIRED.cause("derived", text=works if sent else "The script does not get a new one."),
        topic="kubernetes-login",
        remedies=your_remedy(
            "Let kubectl get its tokens, with a kubeconfig",
            f"Leave --token out: kubectl then runs aws eks get-token whenever it needs a new token, with the same credentials. Or get {variable} again before each long step.",
            commands=cluster.kubeconfig_command(),
            url=pages.EKS_KUBECONFIG,
        ),
        notes=IAM_NOTE,
    )
