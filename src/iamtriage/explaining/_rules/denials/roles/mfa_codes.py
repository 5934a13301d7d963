"""Explain codes and devices of MFA that STS does not accept.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_mfa-iam.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Labelled
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile, find_vault_profile
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy

_SERIAL = lazy_pattern(
    r"(?ia)(?:--serial-number|--device|\bmfa_serial|\bSerialNumber|\bserial_number|MFA code for(?: device)?)[\"']?[ =:]{1,3}[\"'\[]?(?P<serial>arn:(?P<partition>aws[a-z-]{0,10}):iam::(?P<account>[0-9]{12}):(?P<kind>mfa|user|u2f|role|root)\b/?(?P<name>[\w+=,.@/-]{0,128}))"
)
_AWS_MFA = lazy_pattern(
    r"(?a)\baws-mfa(?=[^\n]{0,200} --device)(?: --(?:profile[ =](?P<profile>[\w.-]{1,64})|[a-z-]{2,30}(?:[ =][\w:/.+=,@][\w:/.+=,@-]{0,200})?)){1,9}"
)
# One code for several calls: a loop, or the same code in two commands, of which a mask leaves at least three digits.
_CODE_REUSED = lazy_pattern(
    r"(?:\bfor (?:\w+ in |\(|\w+, ?\w+ in )|\bwhile |\bforEach\(|\.each do |\bxargs )[\s\S]{0,800}?(?:--token-code[ =][\"']?\$\{?\w|\bTokenCode[\"']?\s?[=:]\s?[A-Za-z_])"
    r"|--token-code[ =][\"']?(?P<code>(?=(?:[*xX]{0,3}\d){3})[\d*xX]{6})(?![\w*])[\s\S]{0,4000}?--token-code[ =][\"']?(?P=code)(?![\w*])"
)
# What people say of a code, the verb before it or after.
_SAID_REUSED = lazy_pattern(
    r"(?i)\b(?:same|one|single) (?:MFA |TOTP |OTP |token |6-digit |six-digit )?(?:code|token|OTP|(?:6|six) digits)\b"
    r"|\b(?:use|enter|type|paste|give|re-?use)[sd]?\b[^\n.;]{0,30}\b(?:code|token|OTP)\b[^\n.;]{0,20}(?:\b(?:twice|again|(?:two|2|three|3|several|many) times|(?:for|in|with) (?:both|all|each|every|several|two|the second))\b)"
    r"|\b(?:code|token|OTP)\b[^\n.;]{0,20} (?:is|was|gets) (?:re-?used|used (?:twice|again|already|for both))"
    r"|\bre-?us(?:e|ed|ing)\b[^\n.;]{0,20} (?:code|token|OTP)\b"
)
MFA_CODE = CauseType(
    "mfa-code",
    title="The MFA code was rejected",
    text="STS did not accept the one-time code.",
    recognised_by='AWS says "MultiFactorAuthentication failed with invalid MFA one time pass code".',
    fix="Use the next code of the device whose serial number is passed. Each code is valid once, for 30 seconds.",
    sources=(pages.MFA,),
)
MFA_CODE_REUSED = CauseType(
    "mfa-code-reused",
    title="The MFA code was used already: each code is valid for one call",
    text="AWS accepts each code once: the first call used it up.",
    recognised_by="The text passes one MFA code to several calls, such as in a loop.",
    fix="Get one session with the code, and assume the roles with that session.",
    of="mfa-code",
    sources=("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html",),
)
MFA_DEVICE = CauseType(
    "mfa-device",
    title="The MFA device is another one, or its clock is wrong",
    text="The serial number belongs to another device or user, or the clock of the device is wrong.",
    fix="Pass the serial number of the device, and resynchronize it.",
    of="mfa-code",
)


def explain_mfa(denial: Denial) -> Explanation:
    """Explain that an MFA code or the serial number of the device was wrong."""
    text = denial.failure.text
    named = next(reversed(list(_SERIAL.finditer(text))), None)
    serial = named["serial"] if named else "MFA_DEVICE_ARN"
    problem = _describe_serial_problem(denial, named)
    # STS has one message about the code and another about the serial number.
    is_about_device = problem is not None or "validate MFA code" in text
    user = commands.user_name(named["name"].rpartition("/")[2]) if named and named["kind"] == "user" else None
    reported = MFA_CODE.cause(
        "reported",
        "The message says: MultiFactorAuthentication failed",
        text="STS could not validate the code with this serial number." if is_about_device else "",
    )
    if (other := _explain_other_device(denial, reported)) is not None:
        return other
    device = MFA_DEVICE.cause()
    if problem is not None:
        device = MFA_DEVICE.cause("derived", text=f"The serial number {problem}.")
    listed = "aws iam list-mfa-devices"
    if user is not None:
        listed = commands.fill_command(f"{listed} --user-name {{}}", user)
    reused = None if is_about_device else _CODE_REUSED.search(text)
    if reused or (not is_about_device and next(find_said(text, _SAID_REUSED), None)):
        return _explain_reused_code(denial, reported, serial, is_retyped=bool(reused and reused["code"]))
    summary, title, again = "STS rejected the code of the MFA device.", "Retry with the next code", None
    resync = "aws iam resync-mfa-device --user-name USER_NAME --serial-number {} --authentication-code1 CODE --authentication-code2 NEXT_CODE"
    steps: tuple[str, ...] = (
        "Wait until the device shows a new code: each is valid once, for 30 seconds. Take it from the entry of this user and account in the authenticator.",
        "Check that the serial number (mfa_serial in a profile) is the ARN of the user's own device. STS does not accept passkeys.",
    )
    resynchronize: Labelled | None = Labelled(
        "If every code fails, set the phone's time to automatic. If that is not enough, resynchronize the device with two codes in a row (or an administrator does, if IAM denies it to you):",
        commands.fill_command(
            resync.replace("USER_NAME", user or "USER_NAME"), commands.arn(serial, "MFA_DEVICE_ARN")
        ),
    )
    if is_about_device:
        resynchronize = None
        summary = f"STS could not validate the MFA code: the serial number {problem or 'must be that of a device of this user'}."
        title = "Pass the serial number of the user's own MFA device"
        form = "an ARN with :mfa/"
        if named:
            form = f"arn:{named['partition']}:iam::{named['account']}:mfa/{user or '…'}"
        of_device = " if the virtual device has the name of the user" if user else " for a virtual device"
        steps = (
            f"The command prints it: {form}{of_device}. If IAM denies it, the page Security credentials of the console shows it. STS does not accept passkeys.",
            "Pass it as the serial number (--serial-number, mfa_serial or the tool's option), with a new code.",
        )
        call = _AWS_MFA.search(text)
        if call is not None:
            # aws-mfa keeps the keys of the user in a profile of its own: https://github.com/broamski/aws-mfa.
            listed += f" --profile {call['profile'] or 'default'}-long-term"
            again = Labelled("Then, if it printed this ARN:", call[0].replace(serial, form)) if user else None
            steps = (steps[0], "Correct aws_mfa_device in ~/.aws/credentials, too, if it is there.")
    call_again = again if problem else denial_remedies.mfa_command(denial, serial)
    vault = None if problem else find_vault_profile(text)
    if vault is not None and find_profile(denial.case) in {None, vault}:
        # aws-vault asks for the code itself.
        call_again = commands.fill_command("aws configure get mfa_serial --profile {}", vault)
    return denial.explain(
        summary,
        reported,
        device,
        topic="mfa",
        remedies=your_remedy(
            title,
            *steps,
            # A wrong serial number is in the user's own command.
            commands=(listed, call_again, resynchronize),
            url=pages.MFA,
        ),
        notes="No policy is involved.",
    )


_ARN = r"arn:aws[a-z-]{0,10}:iam::[0-9]{12}:mfa/[\w+=,.@/-]{1,128}"
_LISTED = lazy_pattern(rf"(?am)\"SerialNumber\": ?\"({_ARN})\"|^MFADEVICES\s[^\n]{{0,60}}?({_ARN})")
_CONFIGURED = lazy_pattern(rf"(?a)(?:\bmfa_serial ?= ?|--serial-number[ =])[\"']?({_ARN})")


def _explain_other_device(denial: Denial, reported: Cause) -> Explanation | None:
    """Explain that the configured device is not the one that the list of the user's devices has."""
    text = denial.failure.text
    listed = {first or last for first, last in _LISTED.findall(text)}
    configured = set(_CONFIGURED.findall(text))
    if len(listed) != 1 or len(configured) != 1 or configured == listed:
        return None
    [own], [used] = listed, configured
    is_setting = "mfa_serial" in text
    name = "mfa_serial" if is_setting else "--serial-number"
    set_it = commands.fill_command("aws configure set mfa_serial {}", commands.arn(own, "MFA_DEVICE_ARN"))
    return denial.explain(
        f"STS could not validate the MFA code: {name} is {clip_text(used)}, and the device of the user is {clip_text(own)}.",
        reported,
        MFA_DEVICE.cause(
            "derived",
            text="The list of the user's devices in the text has another device. It belongs to the user's account, also if the role is in another one.",
        ),
        topic="mfa",
        remedies=your_remedy(
            f"Set {name} to the device of the user",
            "Then repeat the call with a new code.",
            commands=with_profile(find_profile(denial.case), set_it) if is_setting else None,
            manifest=None if is_setting else f"{name} {own}\n",
            manifest_language="text",
            url=pages.MFA,
        ),
        notes="No policy is involved.",
    )


def _explain_reused_code(
    denial: Denial, reported: Cause, serial: str, *, is_retyped: bool = False
) -> Explanation:
    profile = find_profile(denial.case)
    template = "aws sts get-session-token --serial-number {} --token-code MFA_CODE"
    session = commands.fill_command(template, commands.arn(serial, "MFA_DEVICE_ARN"))
    text = "The first call used the code up."
    title = "Use the code once, for a session, and assume all roles with that session"
    keeps = "The session keeps the fact that MFA was used (aws:MultiFactorAuthPresent), which the trust policies check."
    steps: tuple[str, ...] = (
        f"Export what the command prints as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and assume each role without --serial-number, --token-code and --profile. {keeps}",
        "Or wait for the next code before each call.",
    )
    open_session = with_profile(profile, session)
    lines: tuple[str, ...] = (open_session,)
    if is_retyped and denial.operation == "AssumeRole":
        title = "Wait until the device shows the next code, up to 30 seconds, and repeat the call with it"
        again = denial_remedies.mfa_command(denial, commands.arn(serial, "MFA_DEVICE_ARN"))
        lines = (
            with_profile(profile, again),
            Labelled("Or use the next code for a session, and assume all roles with it:", open_session),
        )
        steps = (
            steps[0].replace("the command", "the second command"),
            "If the next code fails, too, set the phone's time to automatic, or resynchronize the device.",
        )
    roles = [
        each
        for each in find_profile_sections(denial.failure.text)
        if "mfa_serial" in each.settings and "source_profile" in each.settings
    ]
    if roles:
        source = commands.profile(roles[0].settings["source_profile"])
        query = "--query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text"
        steps = (
            "Wait for the next code (30 seconds) before each role: the AWS CLI then caches its session, by default for one hour.",
            f"Or use one code for all: the commands (for bash and zsh) get a session and store it as the profile mfa. Then set source_profile = mfa and remove mfa_serial in each profile with a role. {keeps}",
        )
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        lines = (
            f'read -r key_id secret token <<< "$({with_profile(source, session)} {query})"',
            *(
                f'aws configure set {name} "${variable}" --profile mfa'
                for name, variable in zip(names, ("key_id", "secret", "token"), strict=True)
            ),
            commands.fill_command(
                "aws configure set source_profile mfa --profile {}", commands.profile(roles[0].name)
            ),
        )
        title = "Use the next code, or one code for a session with which all roles are assumed"
    return denial.explain(
        "STS rejected the MFA code because an earlier call had used it: each code is valid for one call, also within its 30 seconds. The device, its clock and the trust policies are not the problem.",
        reported,
        MFA_CODE_REUSED.cause("derived", "The text passes one code to several calls.", text=text),
        topic="mfa",
        remedies=your_remedy(title, *steps, commands=lines, url=MFA_CODE_REUSED.sources[0]),
        notes="No policy is involved. The session is valid for 12 hours by default, and each session of a role that it assumes for at most one hour.",
    )


def _describe_serial_problem(denial: Denial, named: re.Match[str] | None) -> str | None:
    """Return why a serial number cannot be that of a device of the caller, as a predicate."""
    if named is None:
        return None
    serial, kind = clip_text(named["serial"]), named["kind"].lower()
    if kind == "u2f":
        return f"{serial} is that of a passkey or security key, which STS does not accept"
    if kind != "mfa":
        return f"{serial} is the ARN of a {kind}, not of an MFA device".replace("a root", "an account root")
    if denial.account not in {None, named["account"]}:
        return f"{serial} is in account {named['account']}, but the caller is in {denial.account}"
    return None
