"""Explain denials by AWS Organizations and IAM Identity Center.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_troubleshoot_general.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html,
https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html and
https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.shown_policies import known_policies
from iamtriage.explaining._rules.shared import commands, common_causes, pages, remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.grants.service_access import find_account
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.wording import denial_summary

_ROLE_ARN = lazy_pattern(r"\b(arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})")
NOT_MANAGEMENT_ACCOUNT = CauseType(
    "not-management-account",
    title="The call needs the management account or a delegated administrator",
    text="AWS Organizations accepts most calls only from the management account or a delegated administrator.",
    recognised_by='AWS Organizations says "You don\'t have permissions to access this resource".',
    fix="Make the call with credentials of the management account, or delegate the administration to the account.",
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_troubleshoot_general.html",),
)


_HAS_POLICY = lazy_pattern(
    r"\b(?:has|have|with|attached|is)\b[^\n.!?]{0,40}?\b(?P<policy>AWSOrganizations(?:ReadOnly|Full)Access|AdministratorAccess)\b"
    r"|\b(?P<first>AWSOrganizations(?:ReadOnly|Full)Access|AdministratorAccess)(?: policy)? (?:is )?attached\b"
)
_NAMES_MANAGEMENT = lazy_pattern(
    r"(?i:\b(?:management|master|payer) account\b[^\n.;]{0,30}?[0-9]{12}|[0-9]{12}[^\n.;]{0,30}?\b(?:management|master|payer)\b|MasterAccountId)"
)


def explain_organizations(denial: Denial) -> Explanation:
    """Explain that AWS Organizations rejects a call from a member account."""
    action = denial.action or f"organizations:{denial.operation}"
    stated = unique_value(_ROLE_ARN, denial.failure.text) if denial.principal is None else None
    caller, account = denial.caller, denial.account
    if stated is not None:
        account, caller = stated.value.split(":")[4], f"the role {stated.value.rpartition('/')[2]}"
    is_allowed = any(
        names_action(statement, action) and names_resource(statement, None) and "Condition" not in statement
        for policy in known_policies.list_known_policies(denial)
        if not policy.has_principal
        for statement in policy.allows
    )
    attached, text = _find_sufficient(denial.failure.text, action), "the policy in the text"
    if attached is not None:
        is_allowed, text = True, attached
    if account is None and not _NAMES_MANAGEMENT.search(denial.failure.text):
        account = find_account(denial.failure.text)
    where = f"account {account}" if account else "the caller's account"
    verdict = f"{where} is neither the management account nor a delegated administrator"
    if is_allowed:
        summary = f"AWS Organizations denied the call {denial.operation}, although {text} is sufficient: most likely, {verdict}."
        also: tuple[Cause, ...] = ()
    else:
        summary = denial_summary(denial, f"most likely, {verdict}")
        text = f"No identity-based policy of {denial.caller} allows the action."
        also = (common_causes.NO_IDENTITY_ALLOW.cause(text=text),)
    compare = "Compare the account of the credentials with the management account."
    lines: tuple[str, ...] = ("aws sts get-caller-identity --query Account --output text",)
    if account is not None:
        compare, lines = f"The command prints the management account. The caller is in {account}.", ()
    because = "AWS Organizations answers calls from other accounts with this message, whatever IAM allows."
    return denial.explain(
        summary,
        NOT_MANAGEMENT_ACCOUNT.cause("derived", because),
        *also,
        remedies=(
            remedies.organization_remedy(
                "Make the call in the management account",
                f"{compare} If they differ, let {caller} assume a role of the management account that is allowed {action}, and call with its credentials.",
                "Or register the account as a delegated administrator of a service (register-delegated-administrator): it is then allowed to list and describe, too.",
                None
                if is_allowed
                else "In the right account, the caller needs an identity-based policy that allows the organizations: action.",
                commands=(
                    *lines,
                    "aws organizations describe-organization --query Organization.MasterAccountId --output text",
                ),
                url=NOT_MANAGEMENT_ACCOUNT.sources[0],
            ),
            _delegate_remedy(action, account, stated.value if stated else None),
        ),
    )


def _find_sufficient(text: str, action: str) -> str | None:
    """Return the AWS managed policy of which a text says that the caller has it, if it allows a call."""
    reads = action.partition(":")[2].startswith(("List", "Describe"))
    names = {each["policy"] or each["first"] for each in find_said(text, _HAS_POLICY)}
    return next((each for each in sorted(names) if reads or "ReadOnly" not in each), None)


def _delegate_remedy(action: str, account: str | None, role: str | None) -> Remedy | None:
    """Return the remedy that delegates a call that only reads, with the policy of the organization."""
    if account is None or not action.partition(":")[2].startswith(("List", "Describe")):
        return None
    partition = role.split(":")[1] if role else "aws"
    remedy = remedies.resource_policy_remedy(
        f"Or delegate {action} to account {account}",
        "In the management account, add the statement to the delegation policy. put-resource-policy replaces the whole policy: describe-resource-policy prints the present one.",
        statements=(
            {
                "Sid": "Delegate",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
                "Action": action,
                "Resource": "*",
            },
        ),
        commands=(
            "aws organizations describe-resource-policy",
            "aws organizations put-resource-policy --content file://policy.json",
        ),
        url="https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate.html",
    )
    return attrs.evolve(remedy, who="organization administrator")


_NO_ACCESS_MESSAGE = lazy_pattern(r"(?i)\bno access\b")
_PERMISSION_SET = lazy_pattern(r"(?a)\bsso_role_name[ \t]{0,4}=[ \t]{0,4}([\w+=,.@-]{1,64})")
_ROLE = lazy_pattern(r"(?a)AWSReservedSSO_([\w+=,.@-]{1,32})_[0-9a-f]{16}")
# What list-account-roles prints as text, as JSON or as a table, which has the same columns; a row of the access portal.
_LISTED = lazy_pattern(
    r"(?am)^ROLELIST\s+(?P<account>[0-9]{12})\s+(?P<name>[\w+=,.@-]{1,64})\s*$"
    r"|\"roleName\"\s?:\s?\"(?P<member>[\w+=,.@-]{1,64})\",\s{0,40}\"accountId\"\s?:\s?\"(?P<of>[0-9]{12})\""
    r"|^\|\s{1,40}(?P<cell>[0-9]{12})\s{1,40}\|\s{1,40}(?P<of_cell>[\w+=,.@-]{1,64})\s{1,80}\|\s*$"
    r"|(?<![\w+=,.@-])(?P<shown>(?!console\b)[\w+=,.@-]{1,64})[\"'`]?(?:(?:[ \t]{0,8}\|[ \t]{0,8}|[ \t]{2,8}|\n[ \t]{0,8})(?:Management console|Command line or programmatic access)|[ \t]{0,8}\|[ \t]{0,8}Access keys)\b"
    # What people say of the portal, in whatever language, or without quotes.
    r"|(?:[Pp]ort(?:al|ail)|ポータル|门户)(?:(?!\bno(?:t| longer)\b|n't\b|\bnicht\b|\bkein|(?i:colleague|kolleg)|(?i:error|account|message|fehler|konto|meldung|\buser|\bas|\bals)[ :]{1,2}[\"“„「『«'`])[^\n\"“„「『«'`]){0,120}[\"“„「『«'`](?P<said>[A-Z][\w+=,.@-]{0,62}[a-z][\w+=,.@-]{0,62})[\"”“」』»'`]"
    r"|\bportal (?:only )?(?:shows?|lists?|offers?|has)(?: me| us)?(?: only| just)? (?P<told>[A-Z]\w{0,40}[a-z][A-Z][\w+=@-]{1,40})"
)
_ACCOUNT_ID, _CHARS_OF_PORTAL = lazy_pattern(r"(?a)\b[0-9]{12}\b"), 2_000
_SIGNED_IN = "Successfully logged into Start URL"
_PORTAL = lazy_pattern(r"(?a)\bhttps://[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}/start\b")
_ACCOUNT_OF_PROFILE = lazy_pattern(r"(?a)\bsso_account_id[ \t]{0,4}=[ \t]{0,4}([0-9]{12})\b")

NO_ASSIGNMENT = CauseType(
    "no-assignment",
    title="The user has no assignment of the permission set",
    text="The user has no assignment of the permission set, or lost it: it was removed, or the user left the group that has it.",
    recognised_by='IAM Identity Center answers GetRoleCredentials with "No access".',
    fix="Assign the permission set in the account to the user or group.",
    sources=(pages.ASSIGNMENTS,),
)
WRONG_PROFILE = CauseType(
    "wrong-profile",
    title="The profile names another account or permission set",
    text="The profile names another account or permission set. sso_role_name is the name of the permission set, without the prefix AWSReservedSSO_ of its role.",
    fix="Correct sso_account_id and sso_role_name in the profile.",
    of="no-assignment",
)
OTHER_LOGIN = CauseType(
    "other-login",
    title="The cached sign-in is another user's",
    text="The cached sign-in belongs to another user or start URL.",
    fix="Sign out, then sign in as the right user.",
    of="no-assignment",
)


def explain_no_assignment(denial: Denial) -> Explanation:
    """Explain that the signed-in user has no assignment of the permission set."""
    is_reported = _NO_ACCESS_MESSAGE.search(denial.case.text) is not None
    stated = [unique_value(each, denial.failure.text) for each in (_PERMISSION_SET, _ACCOUNT_OF_PROFILE)]
    name, account = (each.value if each else None for each in stated)
    rows = _list_assignments(denial.failure.text)
    listed = tuple(dict.fromkeys(each for of, each in rows if of is None or account in {None, of}))
    elsewhere = only_one({of for of, each in rows if each == name and of}) if account else None
    if name is not None and name not in listed and (listed or elsewhere or _ROLE.fullmatch(name)):
        return _explain_other_name(denial, name, account, listed, elsewhere)
    profile, portal = find_profile(denial.case), _PORTAL.search(denial.failure.text)
    is_signed_in = _SIGNED_IN in denial.case.text
    of_profile = f" of the profile {profile}" if profile else ""
    verdict = f"The signed-in user has no assignment of {f'the permission set {name}' if name else 'this permission set'} in {f'the account {account}' if account else 'this account'} (IAM Identity Center)"
    if is_signed_in and not name and not account:
        verdict = f"The sign-in worked, but IAM Identity Center gives the user no credentials for the account and permission set{of_profile or ' of the profile'}: the AWS call itself was not sent"
    return denial.explain(
        f"{verdict}.",
        NO_ASSIGNMENT.cause(
            "reported" if is_reported else "derived",
            ('The text says "No access".' if is_reported else "GetRoleCredentials was denied."),
        ),
        WRONG_PROFILE.cause(),
        None if is_signed_in else OTHER_LOGIN.cause(),
        remedies=remedies.present(
            remedies.your_remedy(
                "Compare the profile with the assignments of the user",
                f"Check whether the user has {name} in {account or 'the account'}, or another permission set that is enough: then set sso_role_name to that."
                if name
                else None,
                f"The access portal ({portal[0] if portal else 'the start URL'}) and aws configure sso list the user's accounts and permission sets{'.' if name else ': correct the profile if it names others.'}",
                "If they lack it, an administrator of IAM Identity Center has to assign it: send account, permission set and your user name. Then repeat the call.",
                commands=(
                    None if account else "aws configure get sso_account_id --profile PROFILE",
                    None if name else "aws configure get sso_role_name --profile PROFILE",
                    None
                    if is_signed_in or "sso_start_url" in denial.failure.text
                    else "aws configure get sso_session --profile PROFILE",
                ),
                url=pages.SSO_LOGIN,
            ),
            None
            if is_signed_in
            else remedies.your_remedy(
                "If the cached sign-in is another user's, sign in again",
                commands=("aws sso logout", "aws sso login --profile PROFILE"),
                url=pages.SSO_LOGIN,
            ),
            remedies.organization_remedy(
                "Assign the permission set",
                "Check who has it in the account: list-permission-sets prints PERMISSION_SET_ARN.",
                "Assign it to the user or, better, to one of the user's groups: identitystore list-groups prints GROUP_ID.",
                commands=tuple(
                    line.replace("ACCOUNT_ID", account or "ACCOUNT_ID")
                    for line in (
                        "aws sso-admin list-instances",
                        "aws sso-admin list-account-assignments --instance-arn INSTANCE_ARN --account-id ACCOUNT_ID --permission-set-arn PERMISSION_SET_ARN",
                        "aws sso-admin create-account-assignment --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --target-type AWS_ACCOUNT --target-id ACCOUNT_ID --principal-type GROUP --principal-id GROUP_ID",
                    )
                ),
                url=pages.ASSIGNMENTS,
            ),
        ),
        notes="An IAM policy does not help: only assignments in IAM Identity Center decide.",
    )


def _list_assignments(text: str) -> list[tuple[str | None, str]]:
    """Return the accounts and permission sets that list-account-roles or the access portal shows."""
    # "Does the portal show it?", and "the documentation says that the portal shows it".
    said = {found.start() for found in find_said(text, _LISTED)}
    return [
        (
            None
            if found["said"] or found["told"]
            else found["account"] or found["of"] or found["cell"] or _find_account_above(text, found.start()),
            next(filter(None, found.group("name", "member", "of_cell", "shown", "said", "told"))),
        )
        for found in _LISTED.finditer(text)
        if not (found["said"] or found["told"]) or found.start() in said
    ]


def _find_account_above(text: str, row: int) -> str | None:
    """Return the account that the access portal shows above a row."""
    above = _ACCOUNT_ID.findall(text, max(row - _CHARS_OF_PORTAL, 0), row)
    return above[-1] if above else None


def _explain_other_name(
    denial: Denial, name: str, account: str | None, listed: tuple[str, ...], elsewhere: str | None
) -> Explanation:
    """Explain that the profile names a permission set that the user does not have, unlike the listed ones."""
    from difflib import get_close_matches

    where = f" in {account}" if account else ""
    owned = remedies.present(
        f"{join_words(listed, 'and')}{where}" if listed else None,
        f"{name} in {elsewhere}" if elsewhere else None,
    )
    has = f"The user has {join_words(owned, 'and')}" if owned else ""
    of_role = _ROLE.fullmatch(name)
    close = [of_role[1]] if of_role else get_close_matches(name, listed, n=1, cutoff=0.75)
    only = only_one(listed)
    chosen = next((each for each in close if each in listed or not listed), only)
    is_close, problem = bool(close) and chosen in close, "names a permission set that the user does not have"
    problem += where if elsewhere else ""
    meant = f", most likely {chosen} is meant" if is_close else ""
    if of_role and is_close:
        problem, meant = "has the name of an IAM role", f", the permission set is {chosen}"
    signed_in = ""
    if _SIGNED_IN in denial.case.text:
        signed_in = " The sign-in itself worked: it does not check permission sets."
    is_shown = any(any(each.group("shown", "said", "told")) for each in _LISTED.finditer(denial.failure.text))
    setting = f"Write sso_role_name = {chosen or 'PERMISSION_SET'} in the profile"
    setting += "" if meant or chosen is None else ", if that is enough"
    profile = commands.profile(find_profile(denial.case))
    of_account = commands.fill_command(
        f"aws configure set sso_account_id {elsewhere} --profile {{}}", profile
    )
    lines: list[str] = []
    if chosen:
        lines = [commands.fill_command(f"aws configure set sso_role_name {chosen} --profile {{}}", profile)]
    elif listed:
        setting += f": {join_words(listed, 'or')}"
    if elsewhere is not None and (chosen or listed):
        setting += f", or sso_account_id = {elsewhere} if that account is meant"
        lines.append(Labelled("Or:", of_account))
    elif elsewhere is not None:
        setting, lines = (
            f"Write sso_account_id = {elsewhere} in the profile, if that account is meant",
            [of_account],
        )
    text = f"{has}, and not {name}{where}."
    if of_role:
        text = "IAM Identity Center creates the role from a permission set: sso_role_name must be the name of that."
    return denial.explain(
        f"The profile {problem}: sso_role_name is {name}{meant}.{f' {has}.' if has else ''}",
        NO_ASSIGNMENT.cause(
            "reported",
            text=f"IAM Identity Center has no {f'permission set named {name}' if of_role else f'assignment of {name} to the user{where}'}.{signed_in}",
        ),
        WRONG_PROFILE.cause(
            "derived",
            f"The {'access portal' if is_shown else 'command list-account-roles'} shows {join_words(listed, 'and')}."
            if listed
            else None,
            text=text,
        ),
        remedies=(
            remedies.your_remedy(
                setting,
                "Names of permission sets are compared exactly. The new value is used at once: another sign-in, or deleting the cache, does not help.",
                commands=(
                    *lines,
                    commands.fill_command("aws sts get-caller-identity --profile {}", profile),
                ),
                url=pages.SSO_LOGIN,
            ),
            None
            if of_role and chosen in listed
            else remedies.organization_remedy(
                f"If {f'the answer is still No access, assign {chosen}' if of_role and is_close else f'{name} is meant, assign this permission set'} to the user{where}",
                url=pages.ASSIGNMENTS,
            ),
        ),
        notes="An IAM policy does not help: only assignments in IAM Identity Center decide, and the AWS call itself was not sent.",
    )
