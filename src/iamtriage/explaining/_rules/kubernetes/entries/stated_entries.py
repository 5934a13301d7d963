"""Read what the AWS CLI prints of the access entries of a cluster."""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, Principal, Role, ServiceLinkedRole
from iamtriage.explaining._context.readers.command_runs import (
    CommandRun,
    find_runs,
    find_runs_of_others,
    without_other_clusters,
)
from iamtriage.explaining._context.readers.kubernetes.access_scopes import find_namespaces
from iamtriage.explaining._context.readers.kubernetes.kubectl_output import find_vain_search
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_iam_arns
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import access_policy_allows
from iamtriage.explaining._rules.shared.principals.principal_words import (
    PLACEHOLDER_ACCOUNT,
    describe_principal,
    parse_masked_principal,
    try_parse_principal,
    underlying_role,
)
from iamtriage.failures._failures import Failure

_MAX_TEXT, _CHARS_OF_POLICIES, _MAX_NAMES = 64_000, 4_000, 3
_LISTS = (("eks", "list-access-entries"), ("get", "accessentry"), ("get", "accessentries"))
DESCRIBE = ("eks", "describe-access-entry")
_LIST_POLICIES = ("eks", "list-associated-access-policies")
_NAME_OF_GROUP = lazy_pattern(r"[\w.:@/-]{1,100}")
_NOT_FOUND = "specified principalArn could not be found"
# What kubectl auth whoami prints.
_GROUPS_OF_USER = lazy_pattern(r"(?m)^Groups[ \t]{1,40}\[([^\]\n]{0,2000})\]")
_NO_ENTRIES = lazy_pattern(r"\"accessEntries\"\s{0,4}:\s{0,4}\[\s{0,8}\]")
_PRINCIPAL = lazy_pattern(
    r"\"principalArn\"\s{0,4}:\s{0,4}\"(arn:aws[\w-]{0,12}:iam::[0-9]{12}:[\w+=,.@/-]{1,600})\""
)
_GROUPS = lazy_pattern(r"\"kubernetesGroups\"\s{0,4}:\s{0,4}\[([^\[\]]{0,4000})\]")
_STATED_USER = lazy_pattern(r"\"username\"\s{0,4}:\s{0,4}\"([^\"\n]{1,200})\"")
# In the output of a query, a name has no key.
_USER_NAME = lazy_pattern(r"[^\s\"',\[\]]{1,200}")
_GROUP = lazy_pattern(r"\"([\w.:@/-]{1,100})\"")
# The groups of an entry in Terraform, in a configuration of eksctl, or in the command that sets them.
_DECLARED_GROUPS = lazy_pattern(
    r"\b(?:kubernetes_groups[ \t]{0,20}=|kubernetesGroups[\"']?[ \t]{0,4}:)\s{0,20}(?:\[(?P<list>[^\[\]]{0,1000})\]|(?P<items>(?:-[ \t]{1,4}[\w.:@/\"'-]{1,102}\s{1,40}){1,20}))"
    r"|--kubernetes-groups[ =](?P<words>[\w.:@/\"'][\w.:@/\"'-]{0,101}(?:[ \t]{1,4}[\w.:@/\"'][\w.:@/\"'-]{0,101}){0,20})"
)
_DECLARED_PRINCIPAL = lazy_pattern(
    r"\b(?i:principal[_-]?arn)[\"']?[ \t]{0,20}[=: ][ \t]{0,4}[\"']?arn:aws[\w-]{0,12}:iam::(?P<account>[0-9]{12}):(?:role|user)/(?:[\w+=,.@-]{1,64}/){0,8}(?P<name>[\w+=,.@-]{1,64})"
)
_DECLARED_REFERENCE = lazy_pattern(
    r"\bprincipal_arn[ \t]{0,20}=[ \t]{0,4}\"?(?:\$\{)?[\w.]{0,100}?\baws_iam_role\.(?P<name>[\w-]{1,64})"
)
_USUAL_LABELS = frozenset({"default", "main", "role", "this"})
# A bare word is a group's name only if it cannot be a word of the sentence.
_SAID_GROUP = (
    r"(?:[\"'`][\w.:@/-]{1,100}[\"'`]|\w{1,40}(?:[-:.]\w{1,40}){1,8}|[a-z0-9]{2,40}(?=[ \t]*(?:\n|\Z)))"
)
_SAID_GROUPS = lazy_pattern(
    r"\b(?P<subject>[Ee]ntry|[Rr]ole|mapping)\b(?P<of>(?:[^\n.]|\.(?!\s)){0,160}?)\b(?:[Kk]ubernetes|k8s|RBAC)?[_ ]?[Gg]roups?\b[\"'`]{0,2}[=: ]{1,3}(?:is |are |of )?"
    rf"(?:\[(?P<list>[^\[\]\n]{{1,400}})\]|(?P<names>{_SAID_GROUP}(?:(?:, ?| and ){_SAID_GROUP}){{0,8}}))"
)
_GROUP_IN_ENTRY = lazy_pattern(
    r"\b[Gg]roup [\"'`]?(?P<name>[\w.:@/-]{1,100}?)[\"'`]? (?:is|stands) (?:in|on|set in) (?:the|my|our|its) (?:EKS )?(?:access )?entry\b(?! (?:of|for))"
    r"|\b(?:[Tt]he|[Mm]y|[Oo]ur|[Tt]his) role (?:(?:is|was|gets) )?mapped to (?:the )?(?:[Kk]ubernetes )?group [\"'`]?(?P<mapped>[\w:@/-]{1,100}\w)[\"'`]?(?=[,.;)\n]|\s(?:in|and|but|by|via|while)\b|\Z)"
)
_NAMED_ROLE = lazy_pattern(
    r"\brole/(?:[\w+=,.@-]{1,64}/){0,8}([\w+=,.@-]{1,64})|\b[Rr]ole [\"'`]?([\w+=,.@-]{1,64})"
)
_EMPTY_POLICIES = lazy_pattern(r"\"associatedAccessPolicies\"\s{0,4}:\s{0,4}\[\s{0,8}\]")
_POLICIES = lazy_pattern(r"\"associatedAccessPolicies\"\s{0,4}:\s{0,4}\[")
_ASSOCIATION = lazy_pattern(
    r"(?a):cluster-access-policy/(?P<policy>\w{1,80})(?:\W{1,60}(?:(?:accessScope\W{1,40})?type\W{1,10})?(?P<scope>cluster|namespace)\b(?:\W{1,60}namespaces\W{1,20}\[(?P<names>[^\]]{0,800})\])?"
    # What a query prints of the scope.
    r"|[^\w\]]{1,60}(?:accessScope[^\w\]]{1,40})?(?:namespaces[^\w\]]{1,20})?\[(?P<listed>(?:[\s,]{0,40}\"[a-z0-9-]{1,63}\"){0,20})\s{0,40}\])?"
)
_SHOWN = lazy_pattern(r"accessEntry|\"associatedAccessPolicies\"|:cluster-access-policy/")


class StatedEntry(NamedTuple):
    """The access entry that a text shows."""

    principal: Principal
    groups: tuple[str, ...]
    policies: tuple[str, ...] | None
    has_cluster_scope: bool = False
    username: str | None = None
    namespaces: tuple[str, ...] = ()

    @property
    def own_username(self) -> str | None:
        """The user name, unless it is the one that EKS gives an entry."""
        is_default = self.username == str(self.principal) or ":assumed-role/" in (self.username or "")
        return None if is_default else self.username

    @property
    def description(self) -> str:
        """Whose entry it is, as a phrase."""
        return clip_text(describe_principal(self.principal, None))

    @property
    def allowing_policy(self) -> str | None:
        """The policy that shows all objects, if the entry has it for the whole cluster."""
        wide = (each for each in self.policies or () if access_policy_allows(each, "list", "", "nodes"))
        return next(wide, None) if self.has_cluster_scope else None

    @property
    def lack(self) -> str:
        """What the entry lacks, as the end of a sentence."""
        if self.policies and not (self.groups or self.has_cluster_scope):
            named = join_words([*map(clip_text, self.policies[:_MAX_NAMES])], "and")
            spaces = join_words([*map(clip_text, self.namespaces[:_MAX_NAMES])], "and")
            where = (
                f"the namespace{'s' if self.namespaces[1:] else ''} {spaces}" if spaces else "some namespaces"
            )
            return f"{named} {'applies' if len(self.policies) == 1 else 'apply'} only in {where}"
        if self.groups or self.policies:
            parts = (*map(clip_text, self.groups), *map(clip_text, self.policies or ()))
            return f"{join_words(parts[:_MAX_NAMES], 'and')} {'do' if parts[1:] else 'does'} not allow it"
        if self.policies is None:
            return "it has no Kubernetes group, and needs an access policy"
        return "it grants nothing, as it has no Kubernetes group and no access policy"


def find_stated_entry(failure: Failure, caller: Principal | None = None) -> StatedEntry | None:
    """Return the only access entry whose groups a text shows, unless it is known to be another principal's."""
    if "kubernetesGroups" not in failure.text:
        return None
    text = without_other_clusters(failure)[:_MAX_TEXT]
    groups = {tuple(_GROUP.findall(each)) for each in _GROUPS.findall(text)}
    groups |= {() for run in find_runs_of(failure, DESCRIBE) if run.prints_empty("kubernetesGroups")}
    # With --query, only the command can have the ARN.
    arns = {*_PRINCIPAL.findall(text)} or {
        stated.value
        for run in find_runs_of(failure, DESCRIBE)
        if "kubernetesGroups" in f"{run.output}{run.command.text}"
        and (stated := run.command.option("principal-arn")) is not None
    }
    principal = try_parse_principal(arns.pop()) if len(arns) == 1 else None
    is_of_other = caller is not None and _identify(principal) != _identify(caller)
    if principal is None or is_of_other or len(groups) != 1:
        return None
    for run in find_runs_of(failure, _LIST_POLICIES):
        of = run.command.option("principal-arn")
        if of is not None and not is_same_principal(try_parse_principal(of.value), principal):
            text = text.replace(run.output, "")
    policies, is_wide = None, False
    if (listed := _POLICIES.search(text)) is not None:
        found = [*_ASSOCIATION.finditer(text, listed.end(), listed.end() + _CHARS_OF_POLICIES)]
        policies = tuple(each["policy"] for each in found)
        is_wide = any(each["scope"] == "cluster" for each in found)
    elif any(run.prints_empty("associated") for run in find_runs_for(principal, failure, _LIST_POLICIES)):
        policies = ()
    user = only_one({*_STATED_USER.findall(text)})
    return StatedEntry(principal, groups.pop(), policies, is_wide, user, find_namespaces(text))


def find_listed(failure: Failure) -> tuple[Principal, ...] | None:
    """Return the principals of the access entries that a text lists, or ``None`` if it lists none or only a page."""
    is_called = "list-access-entries" in failure.text or "get accessentr" in failure.text
    runs = find_runs_of(failure, *_LISTS) if is_called else []
    if len(runs) != 1 or "nextToken" in runs[0].output:
        return None
    arns = find_iam_arns(runs[0].output.partition("]")[0])
    listed = tuple(each for each in map(try_parse_principal, arns) if each is not None)
    return listed if listed or _NO_ENTRIES.search(runs[0].output) else None


def find_listed_cluster(failure: Failure) -> str | None:
    """Return the cluster whose access entries a text lists or describes, if their commands name only one."""
    return _only_option(find_runs_of(failure, *_LISTS, DESCRIBE, _LIST_POLICIES), "cluster-name", "cluster")


def _only_option(runs: list[CommandRun], *names: str) -> str | None:
    return only_one({each.value for run in runs if (each := run.command.option(*names)) is not None})


def find_queried(failure: Failure) -> Principal | None:
    """Return the only principal whose access entry, or whose access policies, commands in a text print."""
    if not any(sign in failure.text for sign in (DESCRIBE[1], _LIST_POLICIES[1])):
        return None
    arn = _only_option(find_runs_of(failure, DESCRIBE, _LIST_POLICIES), "principal-arn")
    return None if arn is None else try_parse_principal(arn)


def lacks_policies(case: AnyCase, principal: Principal | None = None) -> bool:
    """Return whether a text shows that an access entry has no access policy, by default the caller's or the only queried one."""
    principal = (
        principal or case.principal or parse_masked_principal(case.caller) or find_queried(case.failure)
    )
    runs = () if principal is None else find_runs_for(principal, case.failure, _LIST_POLICIES)
    called = None if case.context.command is None else case.context.command.option("cluster-name")
    return any(
        (_EMPTY_POLICIES.search(run.output) or run.prints_empty("associated"))
        # Another cluster has another entry.
        and (called is None or (of := run.command.option("cluster-name")) is None or of.value == called.value)
        for run in runs
    )


def find_runs_of(failure: Failure, *words: tuple[str, str]) -> list[CommandRun]:
    """Return the commands around a failure that begin with one of these pairs of words, and are for kubectl's cluster."""
    others = find_runs_of_others(failure)
    return [run for run in find_runs(failure) if run.command.words[:2] in words and run not in others]


def find_policies(failure: Failure) -> dict[str, str | None]:
    """Return the access policies that the only list of a principal's associations in a text contains.

    Each has its namespaces, which are empty for the whole cluster, or ``None`` if the text does not show them.
    """
    runs = find_runs_of(failure, _LIST_POLICIES) if _LIST_POLICIES[1] in failure.text else []
    found = _ASSOCIATION.finditer(runs[0].output) if len(runs) == 1 else ()
    return {
        each["policy"]: ""
        if each["scope"] == "cluster" or each["listed"] == ""
        else ",".join(_USER_NAME.findall(each["names"] or each["listed"] or "")) or None
        for each in found
    }


def find_groups(denied: DeniedRequest) -> tuple[str, ...] | None:
    """Return the Kubernetes groups that a text shows of the user of a request, or ``None`` if it shows none."""
    failure = denied.case.failure
    if (printed := _GROUPS_OF_USER.search(failure.text)) is not None:
        return tuple(printed[1].split())
    is_shown = denied.is_iam or find_template(denied) is not None
    entry = find_stated_entry(failure, denied.principal) if is_shown else None
    # A query without the user name can print a group of that name.
    if entry is not None and (denied.is_iam or denied.user not in entry.groups):
        return entry.groups
    role = underlying_role(denied.principal)
    mapped = [
        each
        for each in denied.case.context.mappings
        if is_user_name(each.username or "", denied.user or "")
        or (role is not None and _identify(try_parse_principal(each.arn)) == _identify(role))
    ]
    return mapped[0].groups if len(mapped) == 1 else None


def find_template(denied: DeniedRequest) -> str | None:
    """Return the user name of an access entry that a text shows, if it is, or can become, that of a request."""
    if denied.kind != "user" or DESCRIBE[1] not in denied.case.failure.text:
        return None
    runs = find_runs_of(denied.case.failure, DESCRIBE)
    words = (each for run in runs for each in _USER_NAME.findall(run.output))
    return next((each for each in words if is_user_name(each, denied.user or "")), None)


def is_user_name(template: str, user: str) -> bool:
    """Return whether a user name is that of an ``aws-auth`` entry, in which the session's name can be a variable."""
    start, variable, end = template.partition("{{SessionName}}")
    if not variable:
        return template == user
    return len(user) > len(start + end) and user.startswith(start) and user.endswith(end)


def find_unbound_group(denied: DeniedRequest) -> str | None:
    """Return a group of the user for which a search in the text found no binding."""
    words = find_vain_search(denied.case.failure.text)
    if not words:
        return None
    return next((each for each in find_known_groups(denied) or () if words in each), None)


def find_known_groups(denied: DeniedRequest) -> tuple[str, ...] | None:
    """Return the Kubernetes groups of the user of a request, as a text shows, declares or says them."""
    failure = denied.case.failure
    if failure.span == (0, len(failure.text)):
        # Most denials stand alone.
        return None
    groups = find_groups(denied)
    return _find_declared_groups(denied) if groups is None else groups


def _find_declared_groups(denied: DeniedRequest) -> tuple[str, ...] | None:
    """Return the groups of the access entry of a user's role, as code declares them or people say them."""
    role, failure = underlying_role(denied.principal), denied.case.failure
    text = without_other_clusters(failure)[:_MAX_TEXT]
    # Every denial speaks of an API group.
    if role is None or not denied.is_iam or text.count("roup") == text[slice(*failure.span)].count("roup"):
        return None
    found_groups = (found[found.lastgroup or 0] for found in _DECLARED_GROUPS.finditer(text))
    declared = {tuple(_NAME_OF_GROUP.findall(each)) for each in found_groups}
    if len(declared) == 1 and not declares_others(text, role):
        return declared.pop()
    said: set[tuple[str, ...]] = set()
    for found in find_said(text, _SAID_GROUPS):
        words = found["subject"] + found["of"]
        roles = {name for each in _NAMED_ROLE.findall(words) for name in each if name}
        if roles == {role.name} or not (roles or found["subject"].lower() == "role"):
            names = _NAME_OF_GROUP.findall(found["list"] or found["names"])
            said.add(tuple(each for each in names if each != "and"))
    said |= {(found["name"] or found["mapped"],) for found in find_said(text, _GROUP_IN_ENTRY)}
    return only_one(said)


def declares_others(text: str, role: Role) -> bool:
    """Return whether an access entry in code or a command is another role's, by its ARN or its label in Terraform."""
    owners = {found.group("account", "name") for found in _DECLARED_PRINCIPAL.finditer(text)}
    labels = {found["name"].replace("_", "-").lower() for found in _DECLARED_REFERENCE.finditer(text)}
    name = role.name.replace("_", "-").lower()
    is_labelled = all(each in _USUAL_LABELS or each in name or name in each for each in labels)
    return not (owners <= {(role.account, role.name)} and is_labelled)


def is_listed(failure: Failure, principal: Principal | None) -> bool | None:
    """Return whether a text shows that a principal has an access entry, or ``None`` if it does not show it."""
    listed = None if principal is None else find_listed(failure)
    if listed is not None:
        return any(is_same_principal(each, principal) for each in listed)
    declared = _find_declared(failure.text)
    is_declared = any(is_same_principal(each, principal) for each in declared)
    if declared and not is_declared and find_former(failure, principal) is not None:
        return False
    if principal is None or not any(sign in failure.text for sign in (DESCRIBE[1], _LIST_POLICIES[1])):
        return None
    for run in find_runs_for(principal, failure, DESCRIBE, _LIST_POLICIES):
        is_shown = run.prints_empty("associated") or _SHOWN.search(run.output) is not None
        if is_shown or _NOT_FOUND in run.output:
            return is_shown
    return None


def find_runs_for(
    principal: Principal | None, failure: Failure, *words: tuple[str, str]
) -> Iterator[CommandRun]:
    """Yield the commands around a failure that are about the access entry of a principal."""
    for run in find_runs_of(failure, *words):
        stated = run.command.option("principal-arn")
        if stated and is_same_principal(try_parse_principal(stated.value), principal):
            yield run


def _find_declared(text: str) -> tuple[Principal, ...]:
    """Return the principals of access entries in code or the state of Terraform, or in commands that create them."""
    if "access_entr" not in text and "access-entry" not in text:
        return ()
    arns = (each[0][each[0].index("arn:") :] for each in _DECLARED_PRINCIPAL.finditer(text[:_MAX_TEXT]))
    return tuple(each for each in map(try_parse_principal, arns) if each is not None)


def steps_in_code(failure: Failure, former: Principal | None) -> tuple[str, ...]:
    """Return the step for the entry of an earlier role that Terraform has: its principal cannot change in place."""
    if former not in _find_declared(failure.text) or "principal_arn" not in failure.text:
        return ()
    return ("In Terraform, set principal_arn to the ARN of the new role: apply then replaces the entry.",)


# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
def find_former(failure: Failure, principal: Principal | None) -> IdentityCenterRole | None:
    """Return the listed or declared role of the caller's permission set, which has another suffix."""
    role = underlying_role(principal)
    if not isinstance(role, IdentityCenterRole) or role.permission_set is None:
        return None
    listed = find_listed(failure) or _find_declared(failure.text)
    roles = (each for each in listed if isinstance(each, IdentityCenterRole))
    return next((each for each in roles if each.permission_set == role.permission_set), None)


def describe_listed(failure: Failure, caller: Principal | None = None) -> str:
    """Return for whom the access entries are that a text lists, as a phrase, with the account of a caller's namesake.

    The service-linked role of EKS is in every cluster.
    """
    listed = [each for each in find_listed(failure) or () if not isinstance(each, ServiceLinkedRole)]
    own = describe_principal(underlying_role(caller) or caller, None)
    names = [
        # The role and the user of a name are different.
        clip_text(
            named if named.split()[-1:] == own.split()[-1:] and named != own else named.rpartition(" ")[2]
        )
        + (f" of the account {getattr(each, 'account', '')}" if named == own else "")
        for each in listed
        for named in (describe_principal(each, None),)
    ]
    more = [f"{len(names) - _MAX_NAMES} others"] if len(names) > _MAX_NAMES else []
    return join_words([*names[:_MAX_NAMES], *more], "and") or (
        "EKS itself" if find_listed(failure) else "nobody"
    )


def is_same_principal(first: Principal | None, second: Principal | None) -> bool:
    """Return whether two ARNs are of the same principal, with or without the path of a role, or a masked account."""
    one, other = _identify(first), _identify(second)
    if isinstance(one, tuple) and isinstance(other, tuple) and PLACEHOLDER_ACCOUNT in {one[0], other[0]}:
        return one[1] == other[1]
    return one == other


def _identify(principal: Principal | None) -> tuple[str, str] | Principal | None:
    """Return what sessions and ARNs without a path have in common with a role: its account and name."""
    role = underlying_role(principal)
    return principal if role is None else (role.account, role.name)
