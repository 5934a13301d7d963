"""Read the roles and bindings of Kubernetes RBAC that a text contains, as manifests or as kubectl describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage._reading.structured.values import decode_at
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.values import Rule, Subject
from iamtriage.policies._readers.elements import as_mapping
from iamtriage.policies._readers.json_values import JsonObject, get_object, get_objects
from iamtriage.policies._readers.policy_yaml import parse_mapping

_KIND = lazy_pattern(
    r"(?m)^[ \t]{0,20}(?:- )?kind: [\"']?(?P<kind>(?:Cluster)?Role(?:Binding)?)[\"']?[ \t\r]{0,8}$"
)
_NAME = lazy_pattern(r"(?a)[A-Za-z0-9][\w.:@/=+-]{0,252}")
# What kubectl describe prints of a role.
_DESCRIBED = lazy_pattern(
    r"(?a)\bdescribe (?P<kind>clusterrole|role)[ /](?P<options>[^\n]{0,200})\nName:[ \t]{1,20}(?P<name>[A-Za-z0-9][\w.:-]{0,252})\s{0,8}\n(?:(?!PolicyRule:)[^\n]{0,400}\n){0,20}?PolicyRule:[^\n]{0,20}\n"
    r"(?P<rows>(?:[ \t]{1,8}\S[^\n]{0,400}(?:\n|\Z)){1,200})"
)
_DESCRIBED_BINDING = lazy_pattern(
    r"(?a)\bdescribe (?P<kind>clusterrolebinding|rolebinding)s?[ /](?P<options>[^\n]{0,200})\nName:[ \t]{1,20}(?P<name>[A-Za-z0-9][\w.:-]{0,252})\s{0,8}\n(?:(?!Role:)[^\n]{0,400}\n){0,20}?"
    r"Role:[ \t]{0,8}\n[ \t]{1,8}Kind:[ \t]{1,20}(?P<role_kind>(?:Cluster)?Role)[ \t]{0,8}\n[ \t]{1,8}Name:[ \t]{1,20}(?P<role>[A-Za-z0-9][\w.:-]{0,252})[ \t]{0,8}\n"
    r"Subjects:[ \t]{0,8}\n[^\n]{0,200}\n[ \t-]{0,200}\n(?P<rows>(?:[ \t]{1,8}\S[^\n]{0,400}(?:\n|\Z)){1,50})"
)
_SUBJECT_ROW = lazy_pattern(
    r"(?m)^[ \t]{1,8}(?P<kind>User|Group|ServiceAccount)[ \t]{1,40}(?P<name>\S{1,253})(?:[ \t]{1,80}(?P<namespace>[a-z0-9-]{1,63}))?"
)
_NAMESPACE_OPTION = lazy_pattern(r"(?:-n|--namespace)[ =]([a-z0-9-]{1,63})")
_ROW = lazy_pattern(
    r"(?m)^[ \t]{1,8}(?P<resource>[\w*./-]{1,200})[ \t]{1,80}\[[^\]\n]{0,400}\][ \t]{1,80}\[(?P<names>[^\]\n]{0,400})\][ \t]{1,80}\[(?P<verbs>[^\]\n]{0,200})\]"
)
# A command that prints a role as JSON, or only its rules, as JSON or as YAML.
_QUERIED = lazy_pattern(
    r"(?a)\bkubectl (?P<options>[^\n|;&]{0,100}?)\bget (?P<kind>clusterrole|role)s?[ /](?P<name>[A-Za-z0-9][\w.:-]{0,252})(?P<more>[^\n]{0,200})\n(?=rules:\s|[\[{]\s{0,20}[\"{])"
)
# The table of kubectl get rolebindings -o wide.
_BINDING_TABLE = lazy_pattern(
    r"(?am)^(?P<head>(?P<all>NAMESPACE {2,200})?NAME {2,200}ROLE {2,200}AGE {2,80}USERS {2,200}GROUPS {2,200}SERVICEACCOUNTS)[ \t]{0,20}\n(?P<rows>(?:(?(all)[a-z0-9-]{1,63} {2,200})[a-z0-9]\S{0,252} {2,200}(?:Cluster)?Role/[^\n]{1,800}(?:\n|\Z)){1,50})"
)
# What grep leaves of that table, with the type before the name if the command gets several types.
_BINDING_ROW = lazy_pattern(
    r"(?am)^[ \t]{0,80}(?:(?P<namespace>[a-z0-9-]{1,63})[ \t]{1,80})?(?:(?P<cluster>cluster)?rolebinding\.rbac\.authorization\.k8s\.io/)?(?P<name>[a-z0-9][\w.:@-]{0,252})[ \t]{1,200}(?P<kind>(?:Cluster)?Role)/(?P<role>[\w.:@-]{1,253})[ \t]{1,80}\d\w{1,9}[ \t]{1,200}(?P<accounts>[a-z0-9-]{1,63}/[a-z0-9.-]{1,253}(?:, [a-z0-9-]{1,63}/[a-z0-9.-]{1,253}){0,20})[ \t\r]{0,20}$"
)
# A command that prints only the names of a binding's role and subjects, and one subject.
_PRINTED_NAMES = lazy_pattern(
    r"(?a)\bget (?:clusterrolebinding|rolebinding)s?[ /][^\n]{1,120}?\.roleRef\.name\}[^\n]{1,40}?\.subjects\[[\d*]\]\.name\}[^\n]{0,40}\n(?P<role>[A-Za-z0-9][\w.:-]{0,252})[ \t,=>-]{1,4}(?P<subject>[A-Za-z0-9][\w.@-]{0,252})[ \t]{0,8}(?:\n|\Z)"
)
# The rules of a role of which the text does not show the kind and the name, and what it says about them before.
_RULES = lazy_pattern(r"(?m)^[ \t]{0,20}- (?:apiGroups|resources|verbs):")
_SAID_ROLE = lazy_pattern(
    r"(?i:(?P<cluster>\bcluster[- ]?)?role\b)(?: (?:(?P<quote>[\"'`])(?P<quoted>[a-z0-9][a-z0-9.:-]{0,252})(?P=quote)|(?P<plain>[a-z0-9]+(?:-[a-z0-9]+){1,12})))?"
)
# A binding without its metadata, and what the text says about it before.
_SUBJECTS = lazy_pattern(r"(?m)^(?P<indent>[ \t]{0,20})(?:subjects|roleRef):[ \t]*(?:\{[^\n]{1,400})?$")
_GOT_BINDING = lazy_pattern(
    r"(?a)\bkubectl (?P<options>[^\n|;&]{0,100}?)\bget (?P<kind>clusterrolebinding|rolebinding)s?[ /](?P<name>[A-Za-z0-9][\w.:-]{0,252})(?P<more>[^\n]{0,200})\n\Z"
)
_SAID_BINDING = lazy_pattern(r"(?i:\b(?P<cluster>cluster[- ]?)?role[- ]?binding\b)")
_WORDS = r"(?:in|for|that|exists|is|only|which|of|to|and|with|has|from|there|was|on|at|the|a|an|my|our|this|another|aws-auth|terraform|git|place)\b"
_IN = rf"in (?:the )?(?:namespace )?[`\"']?(?P<{{}}>(?!{_WORDS}|namespace)[a-z0-9](?:[a-z0-9-]{{{{0,61}}}}[a-z0-9])?)(?![\w-])"
# A binding in a sentence: its namespace, or its subject.
_SAID_PLACE = lazy_pattern(
    rf"(?a)\b[Rr]ole ?[Bb]inding (?:named |called )?[`\"']?(?P<name>(?!{_WORDS})[a-z0-9][a-z0-9.:-]{{0,80}}[a-z0-9])[`\"']?,? (?:(?:which|that|is|exists|lives|was|created|only) ){{0,3}}"
    rf"(?:(?:for|has|names|binds) (?:the |only the )?(?P<kind>group|user|service ?account)s? [`\"']?(?P<subject>[\w.:@/+=-]{{1,120}}\w)[`\"']?(?: (?:(?:is|exists|only) ){{0,2}}{_IN.format('after')})?|{_IN.format('place')})"
)
# "RoleBinding view in shop: ClusterRole view -> Group developers"
_NOTED = lazy_pattern(
    rf"(?a)\b(?P<cluster>[Cc]luster)?[Rr]ole ?[Bb]inding [`\"']?(?P<name>[a-z0-9][a-z0-9.:-]{{0,80}}[a-z0-9])[`\"']?(?:,? {_IN.format('place')})?(?:,|:| [-=]>| \()? "
    r"(?P<role>(?:Cluster)?Role)[ /:]{1,2}[`\"']?(?P<bound>[a-z0-9][a-z0-9.:-]{0,100}[a-z0-9])[`\"']?\)?(?:,| [-=]>| to| for| with)? (?:subjects?:? )?(?P<kind>Group|User|ServiceAccount)[ /:]{1,2}[`\"']?(?P<subject>[\w.:@/+=-]{1,120}\w)"
)
_CHARS_BEFORE = 400
_MAX_CHARS = 8_000
_KINDS = {each.lower(): each for each in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")}


class StatedRole(NamedTuple):
    """A role that a text contains.

    Attributes:
        kind: ``"Role"`` or ``"ClusterRole"``.
        name: Its name, empty if the text does not state it.
        namespace: Its namespace, if the text states one.
        rules: Its rules.
    """

    kind: str
    name: str
    namespace: str | None
    rules: tuple[Rule, ...]

    @property
    def has_wildcards(self) -> bool:
        """Whether a rule allows everything of a kind, so that the role is not meant for one request."""
        return any("*" in each for rule in self.rules for each in (*rule.resources, *rule.verbs))


class StatedBinding(NamedTuple):
    """A binding that a text contains.

    Attributes:
        kind: ``"RoleBinding"`` or ``"ClusterRoleBinding"``.
        name: Its name, empty if the text does not state it.
        namespace: Its namespace, if the text states one.
        role: The kind and the name of the role.
        subjects: The subjects to which it grants the role.
    """

    kind: str
    name: str
    namespace: str | None
    role: str
    subjects: tuple[Subject, ...]


def find_roles(text: str) -> Iterator[StatedRole]:
    r"""Yield the roles in a text.

    >>> found = find_roles('kind: Role\nmetadata:\n  name: ci\nrules:\n- apiGroups: [""]\n  resources: [pods]\n  verbs: [get]\n')
    >>> next(found).rules
    (Rule(verbs=('get',), groups=('',), resources=('pods',), names=(), urls=()),)
    """
    roles = tuple(_find_named_roles(text))
    return iter(roles or _find_unnamed_role(text))


def _find_named_roles(text: str) -> Iterator[StatedRole]:
    for content, name, namespace in _find_objects(text, "rules"):
        rules = tuple(map(_read_rule, get_objects(content, "rules")))
        yield StatedRole(content["kind"], name, namespace, rules)
    for found in _QUERIED.finditer(text) if " get " in text else ():
        rules = tuple(map(_read_rule, _read_rules(text[found.end() : found.end() + _MAX_CHARS])))
        yield StatedRole(*_read_command(found, f"{found['options']} {found['more']}"), rules)
    for found in _DESCRIBED.finditer(text) if "PolicyRule:" in text else ():
        rules = tuple(map(_read_row, _ROW.finditer(found["rows"])))
        yield StatedRole(*_read_command(found, found["options"]), rules)


def _read_command(found: re.Match[str], options: str) -> tuple[str, str, str | None]:
    """Return the kind, the name and the namespace of the object that a command prints."""
    option = None if found["kind"].startswith("cluster") else _NAMESPACE_OPTION.search(options)
    return _KINDS[found["kind"]], found["name"], option and option[1]


def _find_unnamed_role(text: str) -> Iterator[StatedRole]:
    """Yield the role whose rules stand in a text without its metadata, or with a name that a template fills in."""
    found = _RULES.search(text) if "verbs:" in text else None
    if found is None:
        return
    listed = _read_rules(f"rules:\n{text[found.start() : found.start() + _MAX_CHARS]}")
    rules = tuple(each for each in map(_read_rule, listed) if each.verbs and each.resources)
    if rules:
        said = search_last(_SAID_ROLE, text, max(found.start() - _CHARS_BEFORE, 0), found.start())
        name = said and (said["quoted"] or said["plain"])
        yield StatedRole("ClusterRole" if said and said["cluster"] else "Role", name or "", None, rules)


def find_bindings(text: str) -> Iterator[StatedBinding]:
    r"""Yield the bindings in a text.

    >>> lines = ["kind: RoleBinding", "metadata:", "  name: ci", "  namespace: web", "roleRef:", "  kind: Role",
    ...          "  name: reader", "subjects:", "- kind: ServiceAccount", "  name: bot", "  namespace: web"]
    >>> next(find_bindings("\n".join(lines)))[:4]
    ('RoleBinding', 'ci', 'web', 'Role reader')
    """
    objects = tuple(_find_objects(text, "roleRef")) or tuple(_find_unnamed_binding(text))
    for content, name, namespace in objects:
        role = content["roleRef"]
        subjects = (
            Subject(each["kind"], named, _name(each.get("namespace")))
            for each in get_objects(content, "subjects")
            if "kind" in each and (named := _name(each.get("name"))) is not None
        )
        if isinstance(role, dict) and {"kind", "name"} <= role.keys():
            bound = f"{role['kind']} {role['name']}"
            yield StatedBinding(content["kind"], name, namespace, bound, tuple(subjects))
    for found in _DESCRIBED_BINDING.finditer(text) if "Subjects:" in text else ():
        rows = (
            Subject(*row.group("kind", "name", "namespace")) for row in _SUBJECT_ROW.finditer(found["rows"])
        )
        bound = f"{found['role_kind']} {found['role']}"
        yield StatedBinding(*_read_command(found, found["options"]), bound, tuple(rows))
    for table in _BINDING_TABLE.finditer(text) if "SERVICEACCOUNTS" in text else ():
        yield from _read_table(table)
    for row in _BINDING_ROW.finditer(text) if "Role/" in text and "SERVICEACCOUNTS" not in text else ():
        # Only the column NAMESPACE tells the bindings of one type from those of the other.
        if row["cluster"] or row["namespace"]:
            kind = "ClusterRoleBinding" if row["cluster"] else "RoleBinding"
            bound = f"{row['kind']} {row['role']}"
            accounts = tuple(_read_accounts(row["accounts"]))
            yield StatedBinding(kind, row["name"], row["namespace"], bound, accounts)
    if not objects:
        yield from _find_said_bindings(text)


def _find_said_bindings(text: str) -> Iterator[StatedBinding]:
    r"""Yield the bindings that people name, with their namespace or a subject. Their role is unknown, and empty.

    >>> [each[1:3] for each in _find_said_bindings("The RoleBinding ci-edit exists only in namespace tea.")]
    [('ci-edit', 'tea')]
    """
    noted = list(_NOTED.finditer(text)) if "inding" in text else []
    for found in noted:
        kind = "ClusterRoleBinding" if found["cluster"] else "RoleBinding"
        namespace, _, account = found["subject"].rpartition("/")
        is_account = found["kind"] == "ServiceAccount"
        subject = Subject(
            found["kind"],
            account if is_account else found["subject"],
            (namespace or None) if is_account else None,
        )
        yield StatedBinding(
            kind, found["name"], found["place"], f"{found['role']} {found['bound']}", (subject,)
        )
    for found in _SAID_PLACE.finditer(text) if "inding" in text and not noted else ():
        kind, name = found["kind"] or "", found["subject"] or ""
        namespace, _, account = name.rpartition("/")
        subject = (
            Subject("ServiceAccount", account, namespace or None)
            if "ccount" in kind
            else Subject(kind.title(), name)
        )
        place = found["place"] or found["after"]
        if place or name:
            yield StatedBinding("RoleBinding", found["name"], place, "", (subject,) if name else ())


def find_printed_subject(text: str, role: str) -> str | None:
    r"""Return the only subject to which a role is bound, if a command prints only the names. Its kind is unknown.

    >>> get = "kubectl get rolebinding x -o jsonpath='{.roleRef.name} {.subjects[*].name}'"
    >>> find_printed_subject(f"$ {get}\nreader clerks\n", "reader")
    'clerks'
    """
    found = _PRINTED_NAMES.finditer(text) if ".roleRef.name" in text else ()
    return only_one({each["subject"] for each in found if each["role"] == role})


# "Role of her group shop-readers", "the Role is bound to the group shop-readers", "group shop-readers has this Role".
_GROUP_OF_ROLE = lazy_pattern(
    r"(?a)\b(?:Cluster)?[Rr]ole\b(?:(?!\b(?:not|if|whether|other|another)\b)[^\n.;:?]){0,40}?\b(?:of|to|for) (?:(?:my|our|her|his|their|the|its|K8s|Kubernetes|RBAC) ){0,2}group [`\"'(]?(?P<name>(?!has|is|of|that|to|with)[\w:.@/-]{2,100}\w)"
    r"|\bgroup [`\"'(]?(?P<holder>(?!has|is|of|that|to|with)[\w:.@/-]{2,100}\w)[`\"')]? (?:has|gets|with|is bound to) (?:the |this |that |a |only )?(?:Cluster)?[Rr]ole\b"
)


def find_said_group(text: str) -> str | None:
    """Return the only group whose role a text shows, as people say it.

    >>> find_said_group("# Role of her group clerks:"), find_said_group("the group clerks has this Role")
    ('clerks', 'clerks')
    >>> find_said_group("The Role is not bound to the group clerks."), find_said_group("Role in the API group apps")
    (None, None)
    """
    return only_one({each["name"] or each["holder"] for each in _GROUP_OF_ROLE.finditer(text)})


def _find_unnamed_binding(text: str) -> Iterator[tuple[dict[str, Any], str, str | None]]:
    """Yield the binding of which a text shows only the role and the subjects, with the name in the command that prints it."""
    found = _SUBJECTS.search(text) if "roleRef:" in text and "subjects:" in text else None
    if found is None:
        return
    said = search_last(_SAID_BINDING, text, max(found.start() - _CHARS_BEFORE, 0), found.start())
    content = parse_mapping(text[found.start() : found.start() + _MAX_CHARS])
    got = _GOT_BINDING.search(text, max(found.start() - _CHARS_BEFORE, 0), found.start())
    if got is not None and {"roleRef", "subjects"} <= content.keys():
        kind, name, namespace = _read_command(got, f"{got['options']} {got['more']}")
        yield {**content, "kind": kind}, name, namespace
    elif said is not None and {"roleRef", "subjects"} <= content.keys():
        yield {**content, "kind": "ClusterRoleBinding" if said["cluster"] else "RoleBinding"}, "", None


def _read_table(table: re.Match[str]) -> Iterator[StatedBinding]:
    """Yield the bindings of a table, whose rows have each value below its heading."""
    head, before = table["head"], table.string[max(table.start() - 200, 0) : table.start()].rstrip("\n")
    option = _NAMESPACE_OPTION.search(before.rpartition("\n")[2])
    starts = [table.start("all") - table.start() + len(table["all"] or "") if table["all"] else 0]
    starts += map(head.index, ("ROLE", "AGE", "USERS", "GROUPS", "SERVICEACCOUNTS"))
    for row in table["rows"].splitlines():
        name, role, _, users, groups, accounts = (
            row[start:end].strip() for start, end in zip(starts, (*starts[1:], None), strict=True)
        )
        subjects = [Subject("User", each, None) for each in users.split(", ") if each]
        subjects += [Subject("Group", each, None) for each in groups.split(", ") if each]
        subjects += _read_accounts(accounts)
        place = row[: starts[0]].strip() or (option and option[1])
        yield StatedBinding("RoleBinding", name, place, role.replace("/", " ", 1), tuple(subjects))


def _read_accounts(column: str) -> Iterator[Subject]:
    """Yield the service accounts in a column of a table of bindings."""
    for each in filter(None, column.split(", ")):
        namespace, _, account = each.rpartition("/")
        yield Subject("ServiceAccount", account, namespace or None)


def _find_objects(text: str, key: str) -> Iterator[tuple[dict[str, Any], str, str | None]]:
    """Yield the objects with a key, each with its name and namespace."""
    for found in _KIND.finditer(text) if f"{key}:" in text else ():
        content = parse_mapping(text[found.start() : found.start() + _MAX_CHARS])
        metadata = get_object(content, "metadata")
        name = _name(metadata.get("name"))
        if name is not None and key in content:
            yield content, name, _name(metadata.get("namespace"))


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None


def _read_rules(output: str) -> Iterator[JsonObject]:
    """Return the rules in what a command prints of a role."""
    if output.startswith("rules:"):
        return get_objects(parse_mapping(output), "rules")
    content, _ = decode_at(output, 0)
    return get_objects(as_mapping(content) or {"rules": content}, "rules")


def _read_rule(rule: JsonObject) -> Rule:
    lists = (rule.get(key) for key in ("verbs", "apiGroups", "resources", "resourceNames"))
    return Rule(
        *(tuple(map(str, cast("list[object]", each))) if isinstance(each, list) else () for each in lists)
    )


def _read_row(row: re.Match[str]) -> Rule:
    """Return the rule of a row, whose resource is written with its API group: ``deployments.apps/scale``."""
    base, slash, subresource = row["resource"].partition("/")
    name, _, group = base.partition(".")
    return Rule(
        tuple(row["verbs"].split()),
        ("" if base == "*" else group,),
        (f"{name}{slash}{subresource}",),
        tuple(row["names"].split()),
    )
