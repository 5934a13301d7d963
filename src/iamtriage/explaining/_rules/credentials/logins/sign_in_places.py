"""Explain a sign-in to IAM Identity Center that a program does not see: its token is in the home directory of another place.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html (the token is cached in
~/.aws/sso/cache), https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html and
https://docs.docker.com/engine/storage/bind-mounts/.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, hide_secrets, line_at, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.names import KUBECONFIG_PROFILE
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.profiles.sso_settings import find_start_url
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import WRONG_SSO_SESSION
from iamtriage.explaining._rules.shared.credentials import selected_profiles
from iamtriage.explaining._rules.shared.credentials.credential_remedies import WSL, with_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure

SIGN_IN_ELSEWHERE = CauseType(
    "sign-in-elsewhere",
    title="The token of the sign-in is in another place than the program looks",
    meaning="aws sso login stores its token in ~/.aws/sso/cache of the user and the system that ran it. The config file does not contain it.",
    recognised_by="The text mounts only ~/.aws/config into a container, or shows a sign-in for another session, or in Windows and a program in WSL, or the reverse.",
    fix="Mount all of ~/.aws, or sign in where the program runs.",
    of="no-sso-login",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html",),
)
# A file of ~/.aws that a container gets, with docker run, Compose or a dev container.
_FILE_MOUNTED = lazy_pattern(
    r"(?P<source>[\w~$/{}:.\\%-]{1,120}[/\\]\.aws)[/\\](?:config|credentials)[\"']?(?P<between>:|,(?:target|dst|destination)=)(?P<target>(?:/[\w.-]{1,60}){1,6}/\.aws)/(?:config|credentials)\b(?P<end>(?::[a-z,]{1,12})?)"
)
# The whole mount of a dev container or of docker run --mount, with its other options.
_WHOLE_MOUNT = lazy_pattern(
    r"(?P<before>(?:type=\w{1,10},)?(?:source|src)=)(?P<mount>[^,\s\"']{1,160},(?:target|dst|destination)=[^,\s\"']{1,160})(?P<options>(?:,[\w=-]{1,40}){0,6})"
)
_DEV_CONTAINER = lazy_pattern(r"(?i:\bdev ?containers?\b)|\$\{localEnv:")
# The error names the path of the token as well, so that only a mount or a copy of the cache counts.
_CACHE_MOUNTED = lazy_pattern(
    r"\.aws[/\\]?(?:[/\\]sso\b[\w/\\]{0,12})?[\"']?(?::(?=[\"'/$~])|,(?:target|dst|destination)=)|\b(?:COPY|ADD|cp|[Mm]ount(?:ed|s|ing)?)\b[^\n;]{0,100}\.aws[/\\]sso\b|\.aws[/\\]sso\b[^\n;]{0,60} mounted\b"
)
# A command that runs a container, at a prompt or alone on its lines.
_CONTAINER_RUN = lazy_pattern(
    r"(?m)^(?:[^\n]{0,80}[$#%❯] )?(?P<run>(?:sudo )?(?:docker|podman|nerdctl|finch)(?: container)? run)(?P<rest> (?:[^\n\\]|\\\n?){1,600})"
)
_PROFILE_VARIABLE = lazy_pattern(
    r" (?:-e|--env)[ =][\"']?AWS_PROFILE(?:=(?P<profile>[\w.@:+/-]{1,64}))?[\"']?(?=\s|\Z)"
)
# Where somebody signed in, or where the program runs.
_SIGN_IN = r"(?:\b(?:aws sso login|signed in|logged in|log(?:ging)? ?in|sign(?:ing)?[- ]in)\b)"
_OF_WINDOWS = r"(?:\b(?:PowerShell|Windows(?! Subsystem)|cmd(?:\.exe)?|Git Bash)\b)"
_IN_WINDOWS = lazy_pattern(
    rf"{_SIGN_IN}[^\n.;,]{{0,60}}{_OF_WINDOWS}|{_OF_WINDOWS}[^\n.;,]{{0,40}}{_SIGN_IN}|\bPS [A-Z]:\\[^\n>]{{0,80}}> ?aws sso login"
)
_IN_WSL = lazy_pattern(rf"{_SIGN_IN}[^\n.;,]{{0,40}}\bWSL\b|\bWSL\b[^\n.;,]{{0,40}}{_SIGN_IN}")

_OF_DEFAULT = " aws sso login without --profile signs in for the profile default."


class _Place(NamedTuple):
    summary: str
    because: str | None
    text: str
    remedy: Remedy
    cause: CauseType = SIGN_IN_ELSEWHERE


def explain_sign_in_elsewhere(
    case: Case[Failure], session: str | None, reported: Cause
) -> Explanation | None:
    """Explain that a program does not see the sign-in, if the text shows where that is.

    Args:
        case: The failure.
        session: The name of the sso-session, if the message has it.
        reported: What the SDK reports.
    """
    place = _find_mount(case) or _find_windows(case, session)
    place = place or _find_other_session(case, session) or _find_other_profile(case, session)
    if place is None:
        return None
    if reported.code == "expired-sso-session":
        # SDKs say the same if there is no token.
        reported = attrs.evolve(reported, text="The SDK calls a session expired, too, if it finds no token.")
    return case.explain(
        f"{place.summary} No permission is missing.",
        reported,
        place.cause.cause("derived", place.because, text=place.text),
        topic="no-sso-login",
        remedies=place.remedy,
    )


def _find_other_session(case: Case[Failure], session: str | None) -> _Place | None:
    """Return the place if the sign-in was for another sso-session than that of the profile that the call uses."""
    text = case.failure.text
    sections = find_profile_sections(text)
    # A profile without sso_session has a token by its start URL.
    sessions = {
        each.name: name
        for each in sections
        if (name := each.settings.get("sso_session") or each.settings.get("sso_start_url"))
    }
    logins = selected_profiles.list_sign_ins(text)
    is_bare = not logins and selected_profiles.signs_in_with_default(text)
    if is_bare and "default" in sessions:
        logins = [selected_profiles.SignIn("profile", "default")]
    signed_in = {each.name if each.kind == "sso-session" else sessions.get(each.name, "") for each in logins}
    selected = selected_profiles.list_selected_profiles(text, "variable", "block", "option", "code")
    used = selected & sessions.keys()
    if session is not None:
        used = {each for each, name in sessions.items() if name == session} or used
    needed = {sessions[each] for each in used}
    named = only_one(used or selected)
    if named and (place := _find_other_portal(text, named, is_bare=is_bare)) is not None:
        return place
    if not logins or "" in signed_in or len(used) != 1 or needed & signed_in:
        return None
    profile, wanted = used.pop(), needed.pop()
    other, is_legacy = min(signed_in), wanted.startswith("https:")
    kind = "start URL" if is_legacy else "session"
    return _Place(
        f"There is no valid IAM Identity Center sign-in for the {kind} {clip_text(wanted)}, which the profile {clip_text(profile)} uses: the sign-in in the text is for the session {clip_text(other)}.",
        None,
        "Each sso-session has its own token. A sign-in is valid only for the profiles with the same sso_session."
        + (
            " A profile without sso_session has another token, even if the start URL is the same."
            if is_legacy
            else ""
        )
        + (_OF_DEFAULT if is_bare else ""),
        _sign_in_with(
            profile,
            step=f"Or, if both sessions have the same start URL, let the profiles use one: set sso_session = {clip_text(other)} in the profile {clip_text(profile)}{', and remove sso_start_url and sso_region there' if is_legacy else ''}.",
        ),
    )


def _find_other_profile(case: Case[Failure], session: str | None) -> _Place | None:
    """Return the place if a sign-in succeeded, and the only profile that the call can use is another one."""
    text = case.failure.text
    signed_in, logins = selected_profiles.find_signed_in_profile(text), selected_profiles.list_sign_ins(text)
    names = {each.name for each in logins}
    if signed_in not in names or session in names:
        return None
    selected = selected_profiles.list_selected_profiles(text, "variable", "block", "option", "code")
    where = ""
    if "getting credentials: exec" in text:
        # The variable of the kubeconfig takes precedence over that of the shell.
        pinned = unique_value(KUBECONFIG_PROFILE, text)
        selected = {pinned.value} if pinned else selected
        where = "The exec section of the kubeconfig sets AWS_PROFILE. " if pinned else ""
    profile = only_one(selected)
    if profile is None or profile in names:
        return None
    shown, of_session = clip_text(profile), f" (session {session})" if session else ""
    return _Place(
        f"There is no valid IAM Identity Center sign-in for the profile {shown}{of_session}, which the call uses: the sign-in in the text is for the profile {clip_text(signed_in)}.",
        f'The text shows "aws sso login --profile {clip_text(signed_in)}".',
        f"{where}Each sso-session has its own token, so this sign-in does not renew that of the profile {shown}.",
        _sign_in_with(profile, "Sign in to IAM Identity Center"),
        WRONG_SSO_SESSION,
    )


def _sign_in_with(
    profile: str,
    title: str = "Sign in",
    step: str = "This takes no administrator. The other sign-in stays valid.",
) -> Remedy:
    name = commands.profile(profile)
    return your_remedy(
        f"{title} with the profile {clip_text(profile)}",
        step,
        commands=(
            commands.fill_command("aws sso login --profile {}", name),
            commands.fill_command("aws sts get-caller-identity --profile {}", name),
        ),
        url=SIGN_IN_ELSEWHERE.sources[0],
    )


def _find_other_portal(text: str, profile: str, *, is_bare: bool) -> _Place | None:
    """Return the place if the sign-in that succeeded was for another start URL than that of the profile."""
    signed_in, wanted = selected_profiles.list_signed_in_urls(text), find_start_url(text, profile)
    if not signed_in or wanted is None or wanted.lower() in signed_in:
        return None
    shown = clip_text(profile)
    default = _OF_DEFAULT if is_bare else ""
    return _Place(
        f"The sign-in in the text is for the start URL {clip_text(min(signed_in))}, but the profile {shown} uses {clip_text(wanted)}, for which the sign-in has expired or is missing.",
        None,
        f"Each start URL and each sso-session has its own token, so this sign-in does not renew that of the profile {shown}.{default}",
        _sign_in_with(profile),
    )


def _find_mount(case: Case[Failure]) -> _Place | None:
    """Return the place if a container has the config file, and not the cache next to it."""
    text = case.failure.text
    found = _FILE_MOUNTED.search(text)
    if found is None or _CACHE_MOUNTED.search(text):
        return None
    line = next((each for each in _CONTAINER_RUN.finditer(text) if found[0] in each["rest"]), None)
    # Other commands of the text can have other profiles.
    own = None if line is None else _PROFILE_VARIABLE.search(line["rest"])
    profile = own and own["profile"]
    profile = profile or selected_profiles.find_profile(case) or _find_only_profile(text)
    mount = f"{found['source']}{found['between']}{found['target']}"
    export = (
        with_profile(profile or "PROFILE", "aws configure export-credentials") + " --format env-no-export"
    )
    written, login = found[0], with_profile(profile or "PROFILE", "aws sso login")
    # Who just signed in, or what works with the profile, has its token, which the container lacks.
    is_valid = profile is not None and any(
        run.has_succeeded and run.profile == profile and run.command.program == "aws"
        for run in find_runs(case.failure)
    )
    is_valid |= profile is not None and selected_profiles.find_signed_in_profile(text) == profile
    rest = "" if line is None else line["rest"].rstrip()
    again = None if line is None or hide_secrets(rest) != rest else line["run"]
    run = f"docker run --env-file <({export}) IMAGE"
    if again is not None:
        others = re.sub(rf" (?:-v|--volume)[ =]{re.escape(written)}|{_PROFILE_VARIABLE.pattern}", "", rest)
        run = f"{again} --env-file <({export}){others}"
        again += rest.replace(written, mount)
    whole = next((each for each in _WHOLE_MOUNT.finditer(text) if found["target"] in each["mount"]), None)
    if whole is not None:
        options = [
            each for each in whole["options"].split(",") if each not in {"readonly", "ro", "readonly=true"}
        ]
        written, mount, again = whole[0], f"{whole['before']}{mount}{','.join(options)}", None
    if is_dev := _DEV_CONTAINER.search(text) is not None:
        # https://containers.dev/implementors/json_reference/
        run = f"{login} --use-device-code"
    replace = f"Replace {quote_words(written)} by the line: not" if again is None else "Not"
    summary = "There is no IAM Identity Center sign-in in the container: only some files of ~/.aws are mounted, and the token is in ~/.aws/sso/cache on your computer."
    if is_valid:
        summary = f"The IAM Identity Center sign-in of the profile {clip_text(profile or '')} is valid on your computer, but the container does not see it: only some files of ~/.aws are mounted, and not the token in ~/.aws/sso/cache."
    sign_in = f"Sign in on your computer{'' if is_dev else ': the container has no browser'}. As long as the cache is not mounted, another sign-in there does not help."
    return _Place(
        summary,
        f"The text shows {quote_words(found[0])}.",
        f"The config file only names the session. The SDK looks for the token that aws sso login stored in {found['target']}/sso/cache, which is not mounted.",
        your_remedy(
            "Mount all of ~/.aws into the container, with the token cache",
            f"{replace} read-only, because the SDK stores renewed tokens there. The container's user must be allowed to read the files.{' Then rebuild the container (Dev Containers: Rebuild Container).' if is_dev else ''}",
            "Another sign-in on your computer does not help: the one there is valid."
            if is_valid
            else sign_in,
            commands=(
                None if is_valid else login,
                again,
                Labelled(
                    "Or, without the mount, in the container:"
                    if is_dev
                    else "Or, without the mount, pass the current session, until it expires (bash and zsh):",
                    run,
                ),
            ),
            manifest=None if again else f"{mount}\n",
            manifest_language="text",
            url=SIGN_IN_ELSEWHERE.sources[0],
        ),
    )


def _find_only_profile(text: str) -> str | None:
    """Return the only profile with a sign-in of which the text has the section."""
    names = {each.name for each in find_profile_sections(text) if each.is_sso}
    return names.pop() if len(names) == 1 else None


def _find_windows(case: Case[Failure], session: str | None) -> _Place | None:
    """Return the place if the sign-in is in Windows and the program in WSL, or the reverse."""
    text = case.failure.text
    if WSL.search(text) is None:
        return None
    of_windows, of_wsl = (next(find_said(text, each), None) for each in (_IN_WINDOWS, _IN_WSL))
    if (of_windows is None) == (of_wsl is None):
        return None
    login = with_profile(selected_profiles.find_profile(case) or "PROFILE", "aws sso login")
    if session is not None:
        login = commands.fill_command("aws sso login --sso-session {}", commands.profile(session))
    there, here, folder = "Windows", "WSL", r"%USERPROFILE%\.aws"
    if of_windows is None:
        there, here, folder = "WSL", "Windows", "~/.aws of WSL"
    link = 'ln -s "$(wslpath "$(wslvar USERPROFILE)")/.aws" ~/.aws' if here == "WSL" else None
    return _Place(
        f"There is no IAM Identity Center sign-in in {here}, where the program runs: the sign-in is in {there}, which has another home directory.",
        None,
        f"The token of the sign-in is in {folder}, in sso{'/' if there == 'WSL' else chr(92)}cache. {here} reads its own ~/.aws.",
        your_remedy(
            f"Sign in in {here}, too",
            f"Run the command in {here}, with the AWS CLI that is installed there. A copy of the config file is not enough.",
            "Or let WSL use the folder of Windows: move its own ~/.aws away first. wslvar is from the package wslu."
            if link
            else None,
            commands=(login, Labelled("Or:", link) if link else None),
            url=SIGN_IN_ELSEWHERE.sources[0],
        ),
    )


_SAID_REGION = lazy_pattern(
    r"\bIdentity Center\b[^\n.;]{0,40}\b(?:is|runs|lives|was (?:enabled|set up|created))\b[^\n.;]{0,12}\b(?P<region>[a-z]{2,3}-[a-z]{4,12}-\d)\b"
)
SIGN_IN_REGION = CauseType(
    "sign-in-region",
    title="The setting sso_region is not the Region of IAM Identity Center",
    meaning="IAM Identity Center accepts its tokens only in its own Region, which sso_region names.",
    recognised_by="The text shows sso_region, and says that IAM Identity Center is in another Region.",
    fix="Set sso_region to the Region of IAM Identity Center, and sign in again.",
    of="invalid-sso-token",
)


def _explain_token_of_vault(case: Case[Failure], reported: Cause) -> Explanation:
    # https://github.com/99designs/aws-vault/issues/854
    return case.explain(
        "IAM Identity Center no longer accepts the sign-in that aws-vault has stored. No permission is missing.",
        reported,
        topic="invalid-sso-token",
        remedies=_clear_vault_remedy(
            case,
            "Delete the stored sign-in, and sign in again",
            "aws-vault keeps the token in its own keychain, so aws sso login does not renew it. The second command opens the browser.",
        ),
    )


def explain_session_of_vault(case: Case[Failure], reported: Cause) -> Explanation:
    """Explain that a session of aws-vault has expired."""
    return case.explain(
        "The session with which aws-vault calls AWS has expired. No permission is missing.",
        reported,
        remedies=_clear_vault_remedy(
            case,
            "Delete the session that aws-vault has stored, and let it create another",
            "aws-vault keeps sessions in its own keychain. In a shell that aws-vault exec started, leave that one first (exit): it has the old session in variables.",
            "If the new session expires at once, correct the clock of the machine.",
        ),
    )


def _clear_vault_remedy(case: Case[Failure], title: str, *steps: str) -> Remedy:
    profile = commands.profile(selected_profiles.find_vault_profile(case.failure.text) or "PROFILE")
    return your_remedy(
        title,
        *steps,
        commands=(
            commands.fill_command("aws-vault clear {}", profile),
            commands.fill_command("aws-vault exec {} -- aws sts get-caller-identity", profile),
        ),
        url="https://github.com/99designs/aws-vault/blob/master/USAGE.md",
    )


def explain_rejected_token(case: Case[Failure], reported: Cause) -> Explanation | None:
    """Explain a token that aws-vault keeps, or that is of another Region than the profile has, or return ``None``."""
    text = case.failure.text
    if "aws-vault: error: " in line_at(text, *case.failure.span):
        return _explain_token_of_vault(case, reported)
    said = next(find_said(text, _SAID_REGION), None)
    sections = [each for each in find_profile_sections(text) if "sso_region" in each.settings]
    if said is None or len({each.settings["sso_region"] for each in sections}) != 1:
        return None
    section, region = sections[0], said["region"]
    used = section.settings["sso_region"]
    if used == region:
        return None
    profile = commands.profile(section.name)
    return case.explain(
        f"IAM Identity Center does not know the token in {clip_text(used)}: sso_region of {clip_text(section.header)} must be {region}, where it is. No permission is missing.",
        reported,
        SIGN_IN_REGION.cause(
            "derived",
            text="The setting sso_region is the Region of IAM Identity Center, not that of the calls (region).",
        ),
        topic="invalid-sso-token",
        remedies=your_remedy(
            f"Set sso_region to {region}, and sign in again",
            "Change it in ~/.aws/config: in the section sso-session, if the profile has one. aws sso logout deletes the tokens of the wrong Region.",
            commands=("aws sso logout", with_profile(profile, "aws sso login")),
            manifest=f"sso_region = {region}\n",
            manifest_language="text",
        ),
    )
