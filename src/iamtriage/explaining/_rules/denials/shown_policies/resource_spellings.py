"""Compare a denied resource with one that a policy spells differently, such as a table without its indexes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials.conditions.request_conditions import fails_condition
from iamtriage.explaining._rules.denials.shown_policies.stated_contrasts import Contrast
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.policies.corrected_patterns import (
    correct_line_remedy,
    correct_pattern,
    differ_in_letter,
)
from iamtriage.explaining._rules.shared.policies.policy_changes import write_resource
from iamtriage.explaining._rules.shared.policies.printed_policies import write_printed_policy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.policies._documents import build_document
from iamtriage.policies._managed_policies import is_known_policy
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, shown_sid
from iamtriage.policies._readers.unknown_values import find_container, has_reference

if TYPE_CHECKING:
    from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy

_CDK_TABLE = lazy_pattern(
    r"(?i)(?P<start>(?:(?:const |let |var )?\w{1,60} = )?(?:\w{1,40}\.){1,4})?\b(?P<import>from(?P<python>_)?_?table_?(?:name|arn))\b(?P<scope>\(\s{0,8}\w{1,40}, ?['\"][\w-]{1,100}['\"], ?)?"
)
_SAM_READ = lazy_pattern(
    r"\bSSMParameterReadPolicy:\s{1,40}ParameterName: ?(?P<name>[^\n#]{1,200}?)[ \t]{0,40}(?:#|\n|\Z)"
)

# The line of an ARN in Terraform with a slash before a variable.
_SLASH_BEFORE = lazy_pattern(
    r"(?am)^(?P<line>[^\n]{0,200}\barn:[^\n\"]{1,200}?/\$\{(?P<variable>(?:var|local)\.\w{1,64})\}[^\n]{0,200})$"
)
_LAST_COLON = 5
# Words in the labels of resources in code that say nothing of their names.
_USUAL_WORDS = frozenset(
    {
        "bucket", "data", "ddb", "default", "dynamo", "fn", "function", "group", "lambda", "log", "main",
        "my", "resource", "table", "this",
    }
)  # fmt: skip


def find_spelling_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return how a policy spells the ARN of the resource in another way, or of what contains it."""
    readers = (
        _find_container_contrast,
        _find_path_contrast,
        _find_bucket_contrast,
        _find_slash_in_code_contrast,
        _find_index_contrast,
        _find_revision_contrast,
        _find_below_contrast,
        _find_case_contrast,
        _find_letter_contrast,
    )
    return next(filter(None, (read(denial, allowed) for read in readers)), None)


def _find_container_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that code has the ARN of what contains the resource, by a reference, with the corrected line."""
    resource = denial.resource or ""
    found = [(each, find_container(each, resource)) for each in allowed]
    known = [(each.strip("${}"), container) for each, container in found if container is not None]
    if len(known) != 1 or not _may_stand_for(known[0][0], resource):
        return None
    ((shown, container),) = known
    # The other actions of the statement can need the container itself.
    whole = () if container.parts == "stream" else (f"${{{shown}}}",)
    title = f"Correct the Resource in the policy: the {container.noun}'s {container.parts}"
    remedy = _in_code_remedy(denial, title, *whole, container.corrected)
    verdict = (
        f"has {clip_text(shown)}, the ARN of the {container.noun}, which does not cover its {container.parts}"
    )
    text = f"The action matches. It is checked on a resource in the {container.noun}, {clip_text(resource)}, which has an ARN of its own."
    return Contrast(verdict, remedy, text, replaces_allow=True)


def _in_code_remedy(denial: Denial, title: str, *references: str) -> Remedy:
    """Return the remedy that writes the references as the Resource in the code."""
    language, manifest = write_resource(references, denial.failure.text)
    return your_remedy(
        title,
        "The actions are right. Deploy the code again. The next deployment undoes a change that is only in IAM.",
        manifest=manifest,
        manifest_language=language,
        url=pages.EVALUATION,
    )


def _may_stand_for(reference: str, resource: str) -> bool:
    """Return whether a reference can be that of a resource, judging by the words of their names."""
    label = reference.removeprefix("data.").rpartition(".")[0].rpartition(".")[2].partition("[")[0]
    words = {each.lower() for each in re.findall("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", label)} - _USUAL_WORDS
    return not words or any(each in resource.lower() for each in words)


def _find_bucket_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that code has only the objects of the bucket, by a reference, with the corrected line."""
    resource = denial.resource or ""
    if ":s3:::" not in resource or "/" in resource:
        return None
    found = [each.removesuffix("/*") for each in allowed if each.endswith("}/*")]
    whole = [each for each in found if find_container(each, f"{resource}/*") is not None]
    if len(whole) != 1 or not _may_stand_for(whole[0].strip("${}"), resource):
        return None
    title = "Add the bucket itself to the Resource in the policy"
    remedy = _in_code_remedy(denial, title, whole[0], f"{whole[0]}/*")
    text = f"The action matches. {denial.action} is checked on the bucket, and the ARN with /* covers only its objects."
    verdict = f"has only {clip_text(whole[0].strip('${}'))} with /*, the objects of the bucket"
    return Contrast(verdict, remedy, text, replaces_allow=True)


def find_slip_contrast(
    denial: Denial, policy: KnownPolicy, allows: Sequence[Mapping[str, Any]]
) -> Contrast | None:
    """Return the contrast that a statement of a policy has an ARN that no resource has, with the corrected statement."""
    if is_known_policy(policy.name):
        return None  # nobody can edit a policy of AWS
    resource, text = denial.resource or "", denial.failure.text
    found = [
        (each, old, fixed)
        for each in allows
        for old in as_strings(each.get("Resource"))
        if (fixed := correct_pattern(old, resource)) is not None and fixed.is_slip
    ]
    if len(found) != 1:
        return None
    ((statement, old, fixed),) = found
    account, meant = ("".join(each.split(":")[4:5]) for each in (old, fixed.value))
    is_other = account.isdigit() and meant not in {"", account}
    if is_other and text.count(account) > str(policy.content).count(account):
        return None  # an account that the text names
    sid, new = shown_sid(statement), fixed.value
    where = f"the statement {sid}" if sid else f"the statement that allows {denial.action}"
    title = f"Correct the Resource in {where}"
    others = as_strings(statement.get("Resource"))
    only = f"{clip_text(old)} becomes {clip_text(new)}. {'The condition stays. ' if statement.get('Condition') and not fails_condition(denial, statement) else ''}For this resource, nothing else has to change."
    generated = fixed.reason.partition("generated ID ")[2].partition(" ")[0]
    again = (
        f"With * in place of {generated}, it also covers what replaces {old.partition('/')[2].partition('/')[0]}."
        if generated
        else None
    )
    if "'s path" in fixed.reason and "*" in old:
        again = f"Keep {clip_text(old)}, too, if it is also meant for names without a path."
    verdict = f"names {clip_text(old)}, but {fixed.reason}"
    cause = "The Action of the statement matches, and only its Resource does not."
    remedy = None
    if policy.is_code:
        remedy = correct_line_remedy(text, title, [(old, new)], only, again, build=account_remedy)
    elif not has_reference(old):
        listed: list[str] = [new if each == old else each for each in others]
        for part, right in zip(old.split(":")[1:5:3], new.split(":")[1:5:3], strict=True):
            # A wrong partition or account is wrong in all ARNs. Whether an ARN has one depends on its type.
            if part and right:
                listed = [each.replace(f":{part}:", f":{right}:") for each in listed]
        changed = {**statement, "Resource": listed[0] if len(listed) == 1 else listed}
        remedy = account_remedy(
            title, f"Edit the policy of {denial.caller}: {only}", again, url=pages.EVALUATION
        )
        layer = policy.policy_type or "identity"
        remedy = attrs.evolve(remedy, policy=build_document([changed]), layer=layer, is_addition=True)
        remedy = write_printed_policy(denial, remedy, changed, "Resource")
    return None if remedy is None else Contrast(verdict, remedy, cause, replaces_allow=True)


def _find_revision_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a policy has another revision of a definition: each deployment registers a new one."""
    stem, _, revision = (denial.resource or "").rpartition(":")
    others = [each.rpartition(":")[2] for each in allowed if each.rpartition(":")[0] == stem]
    if (
        "-definition/" not in stem
        or not revision.isdigit()
        or not others
        or not all(map(str.isdigit, others))
    ):
        return None
    listed = join_words(tuple(others), "and")
    verdict = f"allows only revision {listed} of it, and the call uses {revision}"
    text = (
        "Each deployment registers another revision, so the next one fails, too, unless the ARN ends in :*."
    )
    return Contrast(verdict, None, text)


def _find_slash_in_code_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that code or a template writes a slash before a value that begins with one."""
    resource = denial.resource or ""
    remedy = _slash_in_code_remedy(denial) or _sam_remedy(denial)
    for each in allowed if remedy is not None else ():
        if "//" in each and matches(resource, compile_glob(each.replace("//", "/"))):
            verdict = f"allows it on {clip_text(each.rpartition(':')[2])}, with two slashes, and ARNs are compared as text"
            text = "The action matches, and so does the rest of the resource."
            return Contrast(verdict, remedy, text, replaces_allow=True)
    return None


def _slash_in_code_remedy(denial: Denial) -> Remedy | None:
    """Return how to omit the slash before a variable of Terraform whose value begins with one."""
    found = {each["line"]: each["variable"] for each in _SLASH_BEFORE.finditer(denial.failure.text)}
    if len(found) != 1:
        return None
    ((line, variable),) = found.items()
    return your_remedy(
        f"Omit the slash before ${{{variable}}}",
        f"The value of {variable} begins with a slash, and the ARN has one before it. Action and role are right: only this line changes.",
        "The next run undoes a change that is only in IAM.",
        manifest=line.strip().replace(f"/${{{variable}}}", f"${{{variable}}}"),
        manifest_language="hcl",
        commands="terraform apply",
    )


def _sam_remedy(denial: Denial) -> Remedy | None:
    sam = _SAM_READ.search(denial.failure.text)
    if sam is None:
        return None
    return your_remedy(
        "Use SSMParameterWithSlashPrefixReadPolicy in the template",
        "SSMParameterReadPolicy writes parameter/ before the name, which begins with a slash itself. The other policy template writes parameter.",
        "Then deploy again. The next deployment undoes a change that is only in IAM.",
        manifest=f"Policies:\n  - SSMParameterWithSlashPrefixReadPolicy:\n      ParameterName: {sam['name']}",
        url=pages.SAM_POLICY_TEMPLATES,
    )


def _find_below_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a policy has the ARN of what contains the resource, or only what is below the resource."""
    resource = denial.resource or ""
    below = next((each for each in allowed if each in {f"{resource}/*", f"{resource}:*"}), None)
    if below is not None and ":s3:" not in resource:
        return Contrast(
            f"has {clip_text(below)}, which covers only what is below the path",
            None,
            f"The call is checked on {clip_text(resource.rpartition(':')[2])} itself, which the pattern does not match: something must follow its {below[-2]}. Keep the pattern for what is below the path.",
        )
    above = [
        each
        for each in allowed
        if resource.startswith((f"{each}:", f"{each}/")) and each.count(":") >= _LAST_COLON
    ]
    if not above or ":s3:" in resource:
        return None
    longest = max(above, key=len)
    qualifier = resource[len(longest) + 1 :]
    if ":lambda:" in resource and ":function:" in resource and ":" not in qualifier:
        verdict = f"has the ARN of the function without :{clip_text(qualifier)}, and an alias or version is a resource of its own"
        text = f"{clip_text(longest)} covers only calls with the plain name. The caller's policy decides, not that of the function."
        return Contrast(verdict, None, text)
    if qualifier.startswith("consumer/") and ":kinesis:" in resource:
        return Contrast(
            "has the ARN of the stream, and the call is checked on its consumer, which has an ARN of its own",
            None,
            f"The consumer is {clip_text(qualifier.split('/')[-1].partition(':')[0])}, which enhanced fan-out registers. KCL 2 and later use it by default; KCL 1 and GetRecords read from the stream itself, so that its ARN was enough.",
        )
    if qualifier.startswith("stream/") and ":dynamodb:" in resource:
        verdict = f"allows it on the table only, {clip_text(longest.rpartition(':')[2])}, whose ARN does not cover its stream"
        return Contrast(
            verdict,
            None,
            f"Its stream has an ARN of its own: {clip_text(longest)}/stream/* covers it, also after the stream is enabled again, with a new name.",
        )
    end = f"{resource[len(longest)]}*"
    verdict = f"has the ARN without {end} at the end, which does not cover what is below it"
    return Contrast(
        verdict,
        None,
        f"The resource in the policy is {clip_text(longest)}, and the call is checked on {clip_text(resource)}.",
    )


# The setting or parameter of a role: role_arn = …, RoleArn="…", --role-arn …
_ROLE_SETTING = lazy_pattern(r"(?i)\b(?P<name>[\w.-]{0,40}role[_-]?arn)[\"']?(?:\s?[=:]\s?|\s)[\"']?\Z")


def _find_path_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a policy has the role of the call with a path, which the ARN in the call most likely lacks.

    STS says the same of a role that does not exist: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html
    """
    resource, text = denial.resource or "", denial.failure.text
    start, role, name = resource.partition(":role/")
    pathless = role and "/" not in name and denial.lowercase_action in {"sts:assumerole", "iam:passrole"}
    meant = only_one(allowed) if pathless else None
    if meant is None or not (meant.startswith(f"{start}:role/") and meant.endswith(f"/{name}")):
        return None
    settings = (
        _ROLE_SETTING.search(text, max(each.start() - 60, 0), each.start())
        for each in re.finditer(re.escape(resource) + r"(?![\w/+=,.@-])", text)
    )
    where = next((clip_text(each["name"]) for each in settings if each), "the ARN of the role in the call")
    path = meant[len(start) : -len(name)].partition("/")[2]
    remedy = your_remedy(
        f"Add the path {path} to {where}",
        "No policy has to change: the caller's allows the role with the path. AWS denies a call for a role that does not exist in the same words.",
        manifest=f"{'' if ' ' in where else f'{where} = '}{clip_text(meant)}",
        manifest_language="text",
    )
    return Contrast(
        f"allows it only on {clip_text(meant)}: most likely, {where} lacks the path {path}",
        remedy,
        replaces_allow=True,
    )


def _find_case_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a policy differs from the resource only in capital and small letters."""
    resource = denial.resource or ""
    each = next((each for each in allowed if matches(resource.lower(), compile_glob(each.lower()))), None)
    if each is None:
        return None
    verdict = f"has {clip_text(each)}, which differs in capital and small letters: ARNs are case-sensitive"
    return Contrast(verdict, None, "The action matches, and so does the rest of the resource.")


def _find_letter_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a name in a policy differs from that of the call in one letter, which can be a typo."""
    resource = denial.resource or ""
    for each in allowed:
        pattern, names = (re.split(r"([:/])", arn) for arn in (each, resource))
        for at, (own, called) in enumerate(zip(pattern, names, strict=False)):
            if own != called:
                meant = "".join((*pattern[:at], called, *pattern[at + 1 :]))
                if differ_in_letter(own, called) and matches(resource, compile_glob(meant)):
                    verdict = f"allows it only on {clip_text(each)}: {clip_text(own)}, and not {clip_text(called)} as in the call"
                    text = "One letter differs: if the policy is right, correct the name in the call."
                    return Contrast(verdict, None, text)
                break
    return None


def _find_index_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a policy has a table without its indexes."""
    table, separator, index = (denial.resource or "").partition("/index/")
    if not separator or table not in allowed or ":dynamodb:" not in table:
        return None
    remedy = None
    if (found := _CDK_TABLE.search(denial.failure.text)) is not None:
        start, scope = found["start"] or "Table.", found["scope"] or "(this, 'Table', "
        arn = clip_text(table)
        written = f"{start}fromTableAttributes{scope}{{ tableArn: '{arn}', grantIndexPermissions: true }});"
        if found["python"] is not None:
            scope = scope.replace("this", "self")
            written = f'{start}from_table_attributes{scope}table_arn="{arn}", grant_index_permissions=True)'
        remedy = your_remedy(
            "Import the table with its indexes",
            f"{found['import']} of the CDK does not know the indexes, so the grants omit them. Replace it as below, and deploy again.",
            f"The deployment adds {clip_text(table)}/index/* to the Resource of the policy, as cdk diff shows. If it cannot wait, add that in IAM.",
            manifest=written,
            manifest_language="text",
            url="https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.TableAttributes.html",
        )
    verdict = f"allows it on the table only, whose ARN does not cover the index {clip_text(index)}"
    return Contrast(verdict, remedy, "The ARN of a table does not cover its indexes.")


def find_template_contrast(denial: Denial) -> Contrast | None:
    """Return the contrast that a policy template of SAM names another resource than that of the call."""
    from iamtriage.policies._readers.sam_templates import find_policy_templates

    templates = find_policy_templates(denial.failure.text)
    used = [each for each in templates if names_action(each.statement, denial.action or "")]
    needed = used[0].value_for(denial.resource or "") if used else None
    if needed is None:
        return None
    name, parameter, value = used[0]
    text = describe_address(denial, [f"identity/{value}"])
    remedy = your_remedy(
        f"Add {name} for {needed} to the SAM template",
        "Then deploy again (sam deploy).",
        text and f"Or delete the identity {needed}, if nothing else needs it: SES then checks {value}.",
        manifest="".join(
            ("Policies:", *(f"\n  - {name}:\n      {parameter}: {each}" for each in (value, needed)))
        ),
        url=pages.SAM_POLICY_TEMPLATES,
    )
    verdict = f"allows it only for the {parameter} {join_words([each.value for each in used], 'and')}, not for {needed}"
    return Contrast(verdict, remedy, text or "The template allows the action, but not on this resource.")


def describe_address(denial: Denial, allowed: Sequence[str]) -> str | None:
    """Return which identity SES checks, if a policy has only the domain of an address."""
    _, _, address = (denial.resource or "").partition(":identity/")
    domain = address.partition("@")[2]
    if domain and any(each.endswith(f"identity/{domain}") for each in allowed):
        return f"The address {clip_text(address)} is a separate identity, and SES checks the policy for that, not for its domain. Verification is not what fails."
    return None
