"""Find the AWS managed policies that a text says are attached to a role, user or group, and what it says a policy allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.statements import find_grants, find_holders, find_said, of_person
from iamtriage.explaining._context.values import Document
from iamtriage.policies._managed_policies import FULL_ACCESS, LISTED, build_managed_policy, is_known_policy

ASKER = ("user", "")
"""The owner of a policy that the asker's own user has, which the text does not name."""
DESCRIBED = "the policy that the text describes"
"""The name of a policy of which a text says in words what it allows."""

_LISTING = lazy_pattern(
    r"(?a)\baws iam list-attached-(?P<kind>role|user|group)-policies [^\n|;&]{0,200}?--(?P=kind)-name[ =][\"']?(?P<name>[\w+=,.@-]{1,64})(?:[`\"')]{0,2} ?(?P<arrow>[-=]>|→) ?|[^\n]{0,200}\n)"
)
_GROUPS = lazy_pattern(
    r"(?a)\baws iam list-groups-for-user (?:(?!\[-?\d|--max-)[^\n|;&]){0,200}?--user-name[ =][\"']?(?P<name>[\w+=,.@-]{1,64})(?:(?!\[-?\d|--max-)[^\n|;&]){0,200}\n"
)
_CUT_LIST = lazy_pattern(r"\.\.|…|NextToken|NEXTTOKEN|\"IsTruncated\"\s?:\s?true")
_GROUP = lazy_pattern(
    r"(?a)(?:\"GroupName\"\s?:\s?\"|:group/(?:[\w+=,.@-]{1,64}/){0,8})([\w+=,.@-]{1,128})(?![\w+=,.@/-])"
)
_ATTACHED = lazy_pattern(r"\"AttachedPolicies\"\s?:\s?\[")
_END = lazy_pattern(r"(?m)^[^\n$#❯]{0,80}[$#❯] |^\s{0,8}aws |\n\s{0,8}\n")
# A policy in JSON, in a table or in text, by its ARN: one of the account can have the name of one of AWS.
_POLICY = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:iam::(?:aws:policy/(?:[\w-]{1,64}/){0,4}([\w+=,.@-]{1,128})|\d{12}:policy/)"
)
_OWN_POLICY = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:iam::\d{12}:policy/(?:[\w-]{1,64}/){0,8}([\w+=,.@-]{1,128})"
)
_PRINTED_BOUNDARY = lazy_pattern(
    r"(?a)\baws iam get-role [^\n|;&]{0,200}?--role-name[ =][\"']?([\w+=,.@-]{1,64})[^\n]{0,200}\n(?:(?![$#%❯] |aws )[^\n]{0,400}\n){0,40}?[^\n]{0,200}?\"PermissionsBoundaryArn\"\s?:\s?\"(arn:[\w:+=,.@/-]{1,600})\""
)
_NAMES_ONLY = lazy_pattern(r"\bPolicyName\b")
_NAME_OF_POLICY = lazy_pattern(r"(?a)[\w+=,.@-]{4,128}")
_PARTITION = lazy_pattern(r"\barn:(aws-[a-z-]{2,12}):")
_CHARS_OF_OUTPUT = 6_000
_CHARS_AROUND = 40
# What the asker says of the caller, unless it is about another attempt.
_NAME = rf"AdministratorAccess|PowerUserAccess|ReadOnlyAccess|ViewOnlyAccess|SecretsManagerReadWrite|[A-Z]\w{{2,40}}(?:Full|ReadOnly)Access|{'|'.join(LISTED)}"
_SAID = lazy_pattern(
    rf"(?a)(?P<user>\b[Mm]y (?:own |IAM ){{0,2}}user\b[^\n.!?]{{0,20}}?)?\b(?<!would )(?<!could )(?<!might )(?<!would have )(?:has|HAS|IS|have|with|attach(?:ed)?|(?<!have )(?<!has )(?<!the )added|(?i:tried|even after) (?:adding|attaching|assigning|giving|granting)|assigned|gave|got|given(?! that\b)|is)\b(?:(?!\bexcept\b)[^\n.!?]){{0,60}}?(?<![\w/-])(?P<policy>{_NAME})(?![\w-])(?! (?:is|are) (?:missing|gone|absent|too)\b)(?!(?: policy)? (?:to|on) (?:an?other|a different|the other)\b)"
    rf"|(?<![\w/-])(?P<first>{_NAME})(?: policy)? (?:is )?attached\b"
)
# The same in Spanish, Portuguese, French and German. A verb after "no" or "nicht" says that it is not so.
_SAID_ELSEWHERE = lazy_pattern(
    r"(?i)(?:\b(?:tiene|tengo|tenemos|puse|pusimos|puesto|añadí|añadimos|añadido|agregué|agregamos|agregado|asigné|asignamos|asignado|adjunté|adjuntamos|adjuntado"
    r"|tem|temos|tenho|anexei|anexamos|adicionei|adicionamos|coloquei|colocamos|atribuí"
    r"|possède|attaché|ajouté|donné|mis|rôle [`\"']?[\w+=,.@-]{0,64}[`\"']? ?a"
    r"|hat|habe|haben|hängt)\b)"
    rf"[^\n.!?:;]{{0,60}}?(?<![\w/-])(?P<policy>{_NAME})(?![\w-])(?P<rest>[^\n.!?;]{{0,80}}[.!?;\n]?)"
)
_NOT_SO = lazy_pattern(
    r"(?i)\b(?:no|não|nunca|tampoco|sin|sem|falta|pas|jamais|sans|nicht|nie|keine?n?|ohne|si|se|wenn|ob|boundary|limite|límite)\b"
)
_UNDONE_ELSEWHERE = lazy_pattern(
    r"(?i)\W{0,3}(?:nicht|pas)\b|.{0,60}\b(?:quit[éo]|quitado|quitamos|elimin\w{1,5}|remov\w{1,5}|retir\w{1,5}|entfernt|entzogen|boundary|l[ií]mite)\b|[^¿,]{0,80}\?"
)
_HOLDER_ELSEWHERE = lazy_pattern(
    r"(?ia)\b(?:rol|role|rôle|rolle|papel|função|usuario|usuário|utilisateur|benutzer) [`\"']?(?P<name>[\w+=,@-]*[_\d-][\w+=,@-]*)"
)


# A session that a service opened: the person who says "I have" is not the caller.
_SESSION_OF_SERVICE = lazy_pattern(
    r"(?a):assumed-role/(?:AWSCodePipelineServiceRole[\w+=,.@-]{0,64}/|[\w+=,.@-]{1,64}/(?:AWSCodeBuild-|AWSCloudFormation\b|AWSCodeDeploy\b|CodeDeploy\b|StepFunctions|EMR_|GlueJobRunnerSession))|\b[Aa]ction execution failed\b"
    # Step Functions, an instance, an ECS task and EKS Pod Identity.
    r"|\btaskFailedEventDetails\b|\b[Ss]tate machine\b|:assumed-role/[\w+=,.@-]{1,64}/(?:i-[0-9a-f]{17}|[0-9a-f]{32}|eks-[\w-]{3,60})\b"
)
# "I have attached it", "I have it on the role"
_FOR_OTHERS = lazy_pattern(r"\b(?:attach|add|assign|grant|gave|given|giving|put)")
_ON_OTHERS = lazy_pattern(r"(?: policy)? (?:attached|added|assigned|for|in|on|to)\b")
_OF_ASKER = lazy_pattern(r"\bI(?: myself| also| already)? \Z")
# "The profile ops ", or its name alone.
_OF_PROFILE = lazy_pattern(
    r"(?a)(?P<kind>\b[Pp]rofile )?(?<![\w/:.@+-])[`\"']?(?P<name>[\w.@+-]{1,64})[`\"']?(?: (?:already|also|itself|now)){0,2} \Z"
)
_OF_TASK = lazy_pattern(r"\b[Tt]ask role\b")
_TASK_ROLE = lazy_pattern(
    r"(?a)\btask_?[rR]ole_?[aA]rn\"?\s?[:=]\s?\"?arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,128}/){0,8}([\w+=,.@-]{1,64})"
)
_MAX_SAID = 3
_PRINCIPAL = r"[A-Za-z][\w+=,@-]{1,62}\w"
# "octo-web (the web tier) already" before "has it", " to the role octo-web" after "it is attached".
_SUBJECT = lazy_pattern(
    rf"(?a)(?:\b(?P<task>[Tt]ask role)|(?<![\w/:.-])(?P<name>{_PRINCIPAL}))[`\"']?(?: \([^()\n]{{1,40}}\))?(?: (?:already|also|itself|now|only)){{0,2}} \Z"
)
_TARGET_ROLE = lazy_pattern(
    rf"(?a) to (?:the |my |our )?(?:(?P<task>[Tt]ask role)\b|(?:role |user )?[`\"']?(?P<name>{_PRINCIPAL}))"
)
# "The policy allows s3:GetObject and s3:PutObject on arn:aws:s3:::orders/*", "I have sqs:*".
_ACTION = r"[a-z][a-z0-9-]{1,30}:(?:[A-Z]\w{1,60}\*?|\*)"
# Most texts name none, and a search for this takes less time than one for a sentence.
_NAMED_ACTION = lazy_pattern(r"[a-z0-9-]:[A-Z*]")
_TARGET = r"[`\"']?(?:arn:aws[\w:/*+=,.@-]{8,400}(?<![.,])(?![\w:/*+=@-])|\*|alias/[\w/-]{1,200})[`\"']?"
_GRANT = lazy_pattern(
    # A sentence, or a line of a list. Bucket policies and boundaries allow a caller nothing by themselves.
    rf"(?m)(?:(?P<other>\b(?:boundary|bucket|control|endpoint|key|queue|repository|resource|session|topic|trust)(?:-based|'s)? )?\b(?:polic(?:y|ies)|[Rr]ole|[Pp]ermission [Ss]et|[Uu]ser|[Ii]t|I|[Ww]e)\b[^\n.!?]{{0,60}}?\b(?:allows?|grants?|granted|gave|added|has|have|contains?|includes?|got|(?:is|are)(?: already)? allowed|(?:may|can)(?= (?:only )?[`\"']?{_ACTION}))\b[^\n.!?:\"]{{0,40}}?|(?<!\w)[\w+=,@-]{{2,64}}'s policy: {{1,4}}|(?<![\w:/.-]){_PRINCIPAL}[`\"']?(?: itself| already| also| only| now)? (?:allows|grants|has|is allowed)\b[^\n.!?:\"]{{0,40}}?|^[ \t]{{0,12}}[-*] )[`\"']?"
    rf"(?P<actions>{_ACTION}(?:[`\"']?(?:,? and |, ?| ?/ ?)[`\"']?{_ACTION}){{0,6}})[`\"']?(?: (?:on|for) (?P<resources>{_TARGET}(?:(?:,? and |, ){_TARGET}){{0,4}})|(?![`\"']? (?:on|for|only(?! (?:if|when|with)))\b))"
    # "sqs:* denied", "on * only for the other bucket", "on * in the SCP"
    r"(?! (?:is |are )?(?:denied|blocked|missing)\b| only (?:for|in|on)\b| (?:in|to) (?:the|our|an?) (?:\w{2,20} ){0,2}(?:SCPs?|RCPs?|boundary|bucket policy|key policy|trust policy)\b)",
    re.ASCII,
)

# "if iam:PermissionsBoundary is arn:…", "with Condition Bool aws:MultiFactorAuthPresent true": what follows a grant.
_ON_CONDITION = lazy_pattern(
    r"[`\"']?,? (?:but )?(?:only )?(?:if|when|under|with(?: (?:a|an|the))? condition)\b(?:[^\n.]{0,60}?(?P<key>\b[a-z0-9-]{2,20}:[A-Z][\w/-]{2,80})[\s`\"':=]{1,4}(?:(?:is|must be|equals|to be|=)[ `\"']{1,2})?(?P<value>[^\s`\"',;]{1,300}(?<!\.)))?",
    re.IGNORECASE,
)
_GIVEN = lazy_pattern(r"\b(?:gave|granted|added)\b")
# The line before a list of what is denied or missing.
_LACKING = lazy_pattern(
    r"(?i:\b(?:den(?:y|ies|ied)|not|missing|lacks?|needs?|requires?|required|without|must|should|forbid(?:s|den)?|blocks?|blocked|SCPs?|RCPs?|boundary)\b|n't\b)"
)
_ITEM = lazy_pattern(r"[ \t]{0,12}[-*] ")
_CHARS_OF_LIST = 600
# The words with which a sentence about the caller, or a line of a list, begins.
_OF_CALLER = lazy_pattern(r"(?i:\b(?:polic(?:y|ies)|role|permission set|user|it|i|we)\b)|^\s{0,13}[-*] ")
# "The role admin has": a role of which the text has no ARN.
_OF_NAMED = lazy_pattern(r"\b[Rr]ole [`\"']?(?!(?:allow(?:s|ed)?|already|also|can(?:not)?|contain(?:s|ed)?|currently|for|got|grant(?:s|ed)?|ha[sd]|have|i[ns]|include[sd]?|itself|just|may|now|of|on|only|polic(?:y|ies)|really|still|that|to|we|which|with)[ `\"'])[A-Za-z][\w+=,@-]{1,62}[`\"']? (?:already |also |itself |now |only )?(?:allows?|can|grants?|has|is|may)\b")  # fmt: skip
# "The permission set ReadOnly has …", "the permission set of the other team has …"
_OF_SET = lazy_pattern(
    r"(?i:\bpermission set)(?: (?:named )?[`\"']?(?!(?:allows?|already|also|can|contains?|got|grants?|has|have|includes?|is|itself|may|that|which|with)\b)(?P<name>[\w+=,.@-]{1,32}))?"
)
# "They sent us the trust policy, and our role is allowed …"
_NEXT_SUBJECT = lazy_pattern(r"[,;] (?:and |but )?(?:[Oo]ur|[Mm]y|[Tt]he) (?:own |IAM )?(?:role|user)\b")


def find_described_policies(text: str) -> Iterator[Document]:
    """Yield what a text says in words that the caller's policy or that of a role or user allows, as policies.

    >>> [found] = find_described_policies("The policy allows iam:PassRole on arn:aws:iam::111122223333:role/web!")
    >>> found.content["Statement"]
    [{'Effect': 'Allow', 'Action': ['iam:PassRole'], 'Resource': ['arn:aws:iam::111122223333:role/web']}]
    """
    if _NAMED_ACTION.search(text) is None:
        return
    statements: dict[tuple[str, str] | None, list[dict[str, Any]]] = {}
    for found in find_said(text, _GRANT):
        words = text[found.start() : found.start("actions")]
        if (found["other"] and not _NEXT_SUBJECT.search(words)) or _is_in_list_of_others(text, found):
            continue
        owner = _find_principal(text, words)
        is_other = _OF_NAMED.search(words) or of_person(text, words)
        if owner is None and ("'s policy:" in words or is_other or not _OF_CALLER.search(words)):
            continue
        of_set = _OF_SET.search(words)
        if of_set and f"AWSReservedSSO_{of_set['name'] + '_' if of_set['name'] else ''}" not in text:
            continue  # the caller is another one
        actions = re.findall(_ACTION, found["actions"])
        resources = [each.strip("`\"'.,") for each in re.findall(_TARGET, found["resources"] or "")]
        condition = _read_condition(text, found.end())
        # What was only given without a resource can be on any.
        is_on_all = _GIVEN.search(words) is None and all(each.endswith(":*") for each in actions)
        if condition == {} or not (resources or condition or is_on_all):
            continue
        resources = [f"arn:aws:kms:*:*:{each}" if each.startswith("alias/") else each for each in resources]
        statement: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": resources or ["*"]}
        statements.setdefault(owner, []).append(statement | ({"Condition": condition} if condition else {}))
    for owner, allowed in statements.items():
        content = {"Version": "2012-10-17", "Statement": allowed}
        yield Document(content, is_whole=False, owner=owner, name=DESCRIBED)


def _read_condition(text: str, at: int) -> dict[str, dict[str, str]] | None:
    """Return the condition that follows a grant, an empty one if it cannot be read, or ``None`` if there is none."""
    if (found := _ON_CONDITION.match(text, at)) is None or found["key"] is None:
        return None if found is None else {}
    value = found["value"]
    operator = "Bool" if value in {"true", "false"} else "StringLike" if "*" in value else "StringEquals"
    return {"IpAddress" if found["key"].lower() == "aws:sourceip" else operator: {found["key"]: value}}


def _is_in_list_of_others(text: str, found: re.Match[str]) -> bool:
    """Return whether a line is in a list of what is denied or missing, as the line before the list says."""
    if _ITEM.match(found[0]) is None:
        return False
    lines = text[max(found.start() - _CHARS_OF_LIST, 0) : found.start()].rstrip().split("\n")
    heading = next((each for each in reversed(lines) if each.strip() and not _ITEM.match(each)), "")
    return _LACKING.search(heading) is not None


def _find_principal(text: str, words: str) -> tuple[str, str] | None:
    """Return the kind and name of the last role or user that words name, if the text has its ARN."""
    for name in reversed(re.findall(_PRINCIPAL, words, re.ASCII)):
        found = re.search(
            rf":(?:assumed-)?(role|user)/(?:[\w+=,.@-]{{1,64}}/){{0,8}}{re.escape(name)}(?![\w+=,.@-])", text
        )
        if found is not None:
            return found[1], name
    return None


def find_attached_policies(text: str) -> Iterator[Document]:
    r"""Yield the AWS managed policies of which a text says that a principal has them, as far as their content is known.

    >>> listed = "$ aws iam list-attached-user-policies --user-name ana\n{'PolicyArn': 'arn:aws:iam::aws:policy/PowerUserAccess'}"
    >>> [(each.name, each.owner) for each in find_attached_policies(listed)]
    [('PowerUserAccess', ('user', 'ana'))]
    """
    found = _PARTITION.search(text)
    partition = found[1] if found else "aws"
    starts: list[tuple[int, tuple[str, str] | None]] = [
        (each.end(), (each["kind"], each["name"])) for each in _LISTING.finditer(text)
    ]
    told = {each.end() for each in _LISTING.finditer(text) if each["arrow"]}
    if not starts:
        starts = [(each.end(), None) for each in _ATTACHED.finditer(text)]
    for start, owner in starts:
        output = _output(text, start)
        output = output.partition("\n")[0] if start in told else output
        names = dict.fromkeys(_POLICY.findall(output))
        is_whole = all(map(is_known_policy, names))
        is_by_name = start in told or _NAMES_ONLY.search(text, line_start(text, start - 1), start)
        if not names and is_by_name:
            # Nobody names a policy of the account after one of AWS.
            words = (each.rstrip(".,") for each in _NAME_OF_POLICY.findall(output))
            names, is_whole = dict.fromkeys(words), start in told and " only " in f" {output}"
        for name in filter(is_known_policy, names):
            yield _build(name, owner, partition, is_whole=is_whole)
    if not starts:
        yield from (_build(name, owner, partition, is_whole=True) for name, owner in _find_said(text))


def _output(text: str, start: int) -> str:
    end = _END.search(text, start, start + _CHARS_OF_OUTPUT)
    return text[start : end.start() if end else start + _CHARS_OF_OUTPUT]


def lists_others_only(text: str, user: str, policy: str) -> bool:
    r"""Return whether a list of the managed policies attached to a user does not have a policy.

    >>> listed = 'aws iam list-attached-user-policies --user-name ana\n{"AttachedPolicies": []}'
    >>> lists_others_only(listed, "ana", "arn:aws:iam::111122223333:policy/NoDeletes")
    True
    """
    lists = [_output(text, each.end()) for each in _LISTING.finditer(text) if each["name"] == user]
    return any(_ATTACHED.search(each) and policy not in each for each in lists)


def find_roles_without(text: str, policies: frozenset[str]) -> list[str]:
    r"""Return the roles whose attached policies a text lists, none of which is one of some policies.

    >>> listed = 'aws iam list-attached-role-policies --role-name web\n{"AttachedPolicies": []}'
    >>> find_roles_without(listed, frozenset({"AmazonSSMManagedInstanceCore"}))
    ['web']
    """
    lists = [
        (each["name"], _output(text, each.end()))
        for each in _LISTING.finditer(text)
        if each["kind"] == "role"
    ]
    return [
        name
        for name, output in lists
        if (_ATTACHED.search(output) or _POLICY.search(output))
        and not _CUT_LIST.search(output)
        and policies.isdisjoint(_NAME_OF_POLICY.findall(output))
    ]


def find_covered_policy(text: str, kind: str, name: str, added: str) -> tuple[str, str] | None:
    r"""Return a listed AWS managed policy that only reads, and the one with full access to the same service.

    Args:
        text: The text with the list.
        kind: Whether a role, a user or a group has the policies.
        name: Its name.
        added: The name of a policy that it gets.

    >>> listed = "aws iam list-attached-role-policies --role-name etl\nAmazonS3FullAccess AmazonS3ReadOnlyAccess"
    >>> find_covered_policy(listed, "role", "etl", "AmazonSQSFullAccess")
    ('AmazonS3ReadOnlyAccess', 'AmazonS3FullAccess')
    """
    lists = [each.end() for each in _LISTING.finditer(text) if (each["kind"], each["name"]) == (kind, name)]
    if not lists or "detach-" in text[lists[-1] :]:
        return None
    names = dict.fromkeys(_NAME_OF_POLICY.findall(_output(text, lists[-1]).partition("\n+ ")[0]))
    for each in names:
        full = f"{each.removesuffix('ReadOnlyAccess')}FullAccess"
        if each.endswith("ReadOnlyAccess") and full in FULL_ACCESS and (full in names or full == added):
            return each, full
    return None


def find_own_policies(text: str, kind: str, name: str) -> list[str]:
    r"""Return the customer managed policies of a role, a user or a group that the last list of a text has.

    >>> find_own_policies("aws iam list-attached-role-policies --role-name etl\narn:aws:iam::111122223333:policy/etl-sqs", "role", "etl")
    ['etl-sqs']
    """
    lists = [each.end() for each in _LISTING.finditer(text) if (each["kind"], each["name"]) == (kind, name)]
    return [] if not lists else list(dict.fromkeys(_OWN_POLICY.findall(_output(text, lists[-1]))))


def find_only_group(text: str, user: str) -> str | None:
    r"""Return the group of a user, if the list of the user's groups has only one.

    >>> find_only_group('aws iam list-groups-for-user --user-name ana\n{"Groups": [{"GroupName": "ops"}]}', "ana")
    'ops'
    """
    lists = [_output(text, each.end()) for each in _GROUPS.finditer(text) if each["name"] == user]
    found = {name for each in lists for name in _GROUP.findall(each)}
    return None if any(_CUT_LIST.search(each) for each in lists) else only_one(found)


def find_printed_boundary(text: str, role: str) -> str | None:
    """Return the ARN of the permissions boundary that IAM prints for a role."""
    return only_one({arn for name, arn in _PRINTED_BOUNDARY.findall(text) if name == role})


def _is_profile(text: str, found: re.Match[str] | None) -> bool:
    """Return whether words name a profile: they say so, or a command in the text has it."""
    if found is None or found["kind"]:
        return found is not None
    used = rf"(?:--(?:aws-)?profile[ =]|\bAWS_PROFILE=)[\"']?{re.escape(found['name'])}(?![\w.@+-])"
    return re.search(used, text) is not None


def _find_said(text: str) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """Yield the policies that the asker says the caller has, or another user or role, with the owner of each."""
    said: dict[str, tuple[bool, bool]] = {}
    holders: dict[str, str] = {}
    for each in find_said(text, _SAID):
        name = each["policy"] or each["first"]
        if is_known_policy(name) and not _is_boundary(text, each):
            before = text[max(each.start() - _CHARS_AROUND, 0) : each.start()]
            is_of_asker = each["user"] or (
                (_OF_ASKER.search(before) or _is_profile(text, _OF_PROFILE.search(before)))
                and _SESSION_OF_SERVICE.search(text)
                and not (_FOR_OTHERS.search(each[0]) or _ON_OTHERS.match(text, each.end()))
            )
            subject = _SUBJECT.search(text, line_start(text, each.start(), each.start() - 120), each.start())
            of = _TARGET_ROLE.match(text, each.end()) if each["first"] else subject
            is_of_task = _OF_TASK.search(each[0]) is not None or bool(of and of["task"])
            if of is not None and of["name"] and (named := _find_principal(text, of["name"])) is not None:
                holders[name] = named[1]
            said.setdefault(name, (bool(is_of_asker), is_of_task))
    for each in _SAID_ELSEWHERE.finditer(text):
        # The clause from its beginning to the name of the policy.
        before = re.split(r"[\n.!?;,]", text[max(each.start() - _CHARS_AROUND, 0) : each.start()])[-1]
        before += text[each.start() : each.start("policy")]
        of = _HOLDER_ELSEWHERE.search(before + each["rest"])
        is_other = of is not None and not re.search(
            rf"(?:assumed-role|:user|:role)/(?:[\w+=,.@-]{{1,64}}/){{0,8}}{re.escape(of['name'])}(?![\w-])",
            text,
        )
        is_so = not (_NOT_SO.search(before) or _UNDONE_ELSEWHERE.match(each["rest"]) or is_other)
        if is_so and is_known_policy(each["policy"]):
            said.setdefault(each["policy"], (False, False))
    if said:
        holders |= {what: holder for what, holder, _ in (*find_grants(text), *find_holders(text))}
    for name, (is_of_user, is_of_task) in islice(said.items(), _MAX_SAID):
        holder = holders.get(name)
        if _is_role(text, name):
            continue
        if is_of_user:
            yield name, ASKER
        elif is_of_task and "xecutionRole" in text:
            # ECS starts a task with the other one of its two roles.
            yield name, ("role", found[1] if (found := _TASK_ROLE.search(text)) else "")
        elif holder is None or any(f"{start}{holder}" in text for start in ("assumed-role/", ":user/")):
            # What somebody says of the caller can be wrong.
            yield name, None
        else:
            yield name, ("user" if f"user {holder}" in text else "role", holder)


def _is_boundary(text: str, said: re.Match[str]) -> bool:
    """Return whether a sentence says that a policy is a permissions boundary, which allows nothing."""
    before = text[max(said.start() - _CHARS_AROUND, 0) : said.start()].rpartition("\n")[2].rpartition(". ")[2]
    after = text[said.start() : said.end() + _CHARS_AROUND].partition("\n")[0]
    return "boundary" in before + after


def _is_role(text: str, name: str) -> bool:
    """Return whether a role of the text has the name of a policy: people name roles after AWSGlueServiceRole."""
    path = r"(?:[\w+=,.@-]{1,128}/){0,8}"
    return re.search(rf":(?:assumed-)?role/{path}{re.escape(name)}(?![\w+=,@-])", text) is not None


def _build(name: str, owner: tuple[str, str] | None, partition: str, *, is_whole: bool) -> Document:
    # A group's policies are those of its users.
    of = None if owner is None or owner[0] == "group" else owner
    is_whole = is_whole and name not in FULL_ACCESS
    return Document(build_managed_policy(name, partition), is_whole=is_whole, owner=of, name=name)
