"""Read what a text shows about the role of a pod: which account has one, which account the pod uses, what the pod got.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/pod-configuration.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from iamtriage._patterns import KUBERNETES_NAME, lazy_pattern, only_one, search_last
from iamtriage._text import line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.kubernetes.pod_times import PodTimes, find_pod_times
from iamtriage.explaining._context.readers.names import find_service_account_name
from iamtriage.explaining._context.readers.statements import find_changed, find_said, says_restarted
from iamtriage.explaining._context.readers.terraform_code import find_resources

_MAX_CHARS, _MAX_OBJECTS = 64_000, 50
_ROLE_ARN = r"arn:aws[a-z-]{0,12}:iam::[^\s:\"']{1,40}:role/[\w+=,.@/-]{1,512}"
# The annotation in YAML, JSON (also in a log) or HCL, as an argument of kubectl or Helm, or as kubectl describes it.
_ANNOTATION = lazy_pattern(
    rf"(?a)\beks\\{{0,2}}\.amazonaws\\{{0,2}}\.com/role-arn[\"'\\]{{0,4}}\s{{0,8}}[=:]\s{{0,8}}[\"'\\]{{0,4}}(?P<role>{_ROLE_ARN})"
)
_ACCOUNT_OF_COMMAND = lazy_pattern(
    rf"(?a)\b(?:kubectl|k) [^\n]{{0,120}}?(?:sa|serviceaccounts?)(?: (?:-n|--namespace)[ =]\S{{1,63}})?[ /](?P<name>{KUBERNETES_NAME})(?![\w-])[^\n]*"
)
_NAMESPACE_OPTION = lazy_pattern(rf"(?a)(?:^|\s)(?:-n|--namespace)[ =](?P<name>{KUBERNETES_NAME})(?![\w-])")
# Where another object or command begins.
_BOUNDARY = lazy_pattern(
    r"(?m)^(?:---|[^\n\w\"{}\[]{0,2}[$#%❯] |[^\s$#%❯]{1,80}[$#%❯] |[ \t]*\r?\n|kind: |apiVersion: )"
)
_CHARS_OF_OBJECT = 1_500
_NAME = lazy_pattern(
    rf"(?am)(?:^[ \t]*(?P<key>[Nn]ame(?:space)?)|(?<![\w./-])\\?\"(?P<quoted>name(?:space)?)\\?\")[ \t]*[:=][ \t]*\\?[\"']?(?P<value>{KUBERNETES_NAME})(?![\w./-])"
)
# The accounts of a namespace with their roles, in the columns of a command that prints all of them.
_ACCOUNT_TABLE = lazy_pattern(
    r"\bkubectl (?P<options>[^\n|;]{0,200}?)\bget (?:sa|serviceaccounts?)(?![ /][a-z0-9]|[\w-])[^\n]{0,300}?role-arn[^\n]{0,100}\n(?P<rows>(?:[^\n$#%]{1,600}(?:\n|\Z)){1,80})"
)
_ACCOUNT_ROW = lazy_pattern(
    rf"(?am)^[ \t]{{0,8}}(?:(?P<namespace>{KUBERNETES_NAME})[ \t]+)?(?P<account>{KUBERNETES_NAME})[ \t]+(?P<role>{_ROLE_ARN}|<none>|null)[ \t]*$"
)
# An association of EKS Pod Identity as JSON, as YAML or a table, or in the command that creates it.
_ASSOCIATION = lazy_pattern(
    r"\{[^{}]{0,1200}?\"serviceAccount\"[^{}]{0,1200}\}"
    r"|\bcreate-pod-identity-association(?:[^\n\\]|\\\n|\\.){0,1000}"
    r"|\bassociation(?:Arn|Id)\b[ :|](?:(?!association(?:Arn|Id)\b|\n[ \t]*\n)[^{}]){0,800}?\bserviceAccount\b[^\n{}]{1,200}"
)
# A row of the AWS CLI's text output, and one of eksctl get podidentityassociation.
_ASSOCIATION_ROW = lazy_pattern(
    rf"(?a):podidentityassociation/[\w-]{{1,100}}/a-\w{{5,40}}[ \t]+(?:a-\w{{5,40}}[ \t]+\S{{1,100}}[ \t]+)?(?P<namespace>{KUBERNETES_NAME})[ \t]+(?P<account>{KUBERNETES_NAME})(?:[ \t]+(?P<role>{_ROLE_ARN}))?(?![\w./:-])"
)
# What the AWS CLI prints of an association, if a query leaves out the account.
_DESCRIBED_ROLE = lazy_pattern(
    rf"(?a)\bdescribe-pod-identity-association\b(?:[^\n\\]|\\\n){{0,300}}\n(?:[^\n{{}}$]{{0,200}}\n){{0,3}}?[^\n{{}}$]{{0,200}}?(?P<role>{_ROLE_ARN})(?![\w+=,.@/-])"
    rf"|\"association\": ?\{{\s{{0,40}}\"roleArn\": ?\"(?P<member>{_ROLE_ARN})\"\s{{0,40}}\}}"
)
_FIELD = lazy_pattern(
    rf"(?a)(?:\"|--|\b)(?P<key>namespace|service-?_?[aA]ccount|role-?_?[aA]rn)\"?(?:\s{{0,20}}(?:[:=]\s?|\|[ \t]{{0,40}})|[ =])[\"']?(?P<value>{_ROLE_ARN}|{KUBERNETES_NAME})(?![\w./-])"
)
_NO_ASSOCIATION = lazy_pattern(r"\"associations\": ?\[\s{0,40}\]")
# The account of a pod in its specification, in what kubectl describe prints, or as the result of a query.
_USED = lazy_pattern(
    rf"(?am)\bserviceAccount(?:Name)?[\"']?: ?[\"']?(?P<spec>{KUBERNETES_NAME})(?![\w-])|^Service Account:[ \t]{{1,12}}(?P<described>{KUBERNETES_NAME})[ \t]*$"
    rf"|serviceAccountName\b[^\n]{{0,40}}\n(?P<queried>{KUBERNETES_NAME})[ \t]{{0,8}}(?:[$%]|$)"
    rf"|\bservice_account_name[ \t]{{0,20}}=[ \t]{{0,9}}\"(?P<terraform>{KUBERNETES_NAME})\""
    rf"|\b(?:with|associated with) service account (?P<said>{KUBERNETES_NAME}) \(namespace: (?P<namespace>{KUBERNETES_NAME})\)"
)
# A query for the account of a template.
_QUERY = rf"\bkubectl [^\n]{{0,120}}? (?P<kind>deploy|deployment|ds|daemonset|sts|statefulset)s?[ /](?P<name>{KUBERNETES_NAME})\b[^\n]{{0,80}}serviceAccountName"
_WORKLOAD = lazy_pattern(_QUERY, re.ASCII)
# A command in a sentence did not run.
_PRINTED_NOTHING = lazy_pattern(
    rf"(?am)(?:^|[$#%>❯] |\| )(?:time |sudo )?{_QUERY}[^\n]{{0,40}}\n(?:[ \t]*\n|[^\n\w\"{{}}\[]{{0,2}}[$#%❯] |\Z)"
)
_KINDS = {"deploy": "deployment", "ds": "daemonset", "sts": "statefulset"}
# A specification whose containers are shown, but no account: in YAML, or as an object of JSON or Terraform.
_TEMPLATE = lazy_pattern(r"(?m)^[ \t]*(?:template:|kind: (?:Pod|Deployment|DaemonSet|StatefulSet|Job))\s")
_CONTAINERS = lazy_pattern(r"(?m)^(?P<indent>[ \t]*)containers:\s{1,40}- ?(?:name|image|\{)")
_OBJECT_OF_TEMPLATE = lazy_pattern(
    r"(?ms)\"template\": ?\{.{1,4000}?\"containers\": ?\[\s{0,40}\{|\"kubernetes_(?:deployment|daemon_?set|stateful_set)(?:_v1)?\" \".{1,4000}?^[ \t]+container \{"
    # https://argo-workflows.readthedocs.io/en/latest/service-accounts/
    r"|^kind: (?:Cron)?Workflow(?:Template)?\s.{0,2000}?^[ \t]+entrypoint:"
)
_ACCOUNT_KEY = lazy_pattern(r"\bserviceAccount(?:Name)?[\"']?\s{0,8}:|\bservice_account_name\b")
_CUT = lazy_pattern(r"(?m)(?:^\s*(?:(?:#|//)\s?)?|[,{\[]\s?)(?:\.{3}|…|\[\.\.\.\])")

_VARIABLES = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
_SET = lazy_pattern(
    r"AWS_(?:WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_FULL_URI)[\"']{0,2}\s{0,9}(?:[:=]|,?\s{0,40}\"?value\"?:)\s{0,9}[\"']?(?:/|[A-Z]:|https?://)"
)
# A command that prints the variables of a container, or the specification of its pod, and selects lines.
_LOOKUP = lazy_pattern(
    r"(?m)^[^\n]{0,80}?(?:\b(?:env|printenv)\b|\bkubectl [^\n|]{0,160}\b(?:get|describe) pods?\b)[^\n|]{0,160}(?:\|[^\n|]{0,40})?\|[ ]?e?grep (?P<options>(?:-\w{1,6} ){0,4})(?P<pattern>[^\n]{1,80})\n(?P<output>[^\n]{0,400})"
    r"|\bprintenv (?P<name>AWS_(?:ROLE_ARN|WEB_IDENTITY_TOKEN_FILE))\b[^\n]{0,40}\n(?P<printed>[^\n]{0,400})"
)
# A container of a pod, and not of a template, without variables, as kubectl describes it.
_NO_ENVIRONMENT = lazy_pattern(
    r"(?m)^Start Time:(?:(?!Pod Template:)[^\n]{0,300}\n){1,60}?[ \t]{1,12}Environment:[ \t]{1,12}<none>"
)
_NONE_SAID = lazy_pattern(
    r"(?i)\b(?:no|without|not? (?:have|see|find)(?: an?| any)?|missing|lacks?) (?:the )?(?:AWS_ROLE_ARN|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_\* (?:variables|env))"
)
_AGE = lazy_pattern(
    r"(?m)^\S{5,200} +\d+/\d+ +Running +\d+(?: \([^)\n]{1,20}\))? +(?P<age>\d{1,4}d)(?:\d+h)?(?: {3,}\S[^\n]*)?\s*$"
)
_NOW = r"(?:this morning|today|tonight|just now|(?:an?|\d+) (?:hours?|minutes?) ago)"
_GIVEN_NOW = lazy_pattern(
    rf"(?i)(?:annotat|associat)\w{{1,4}}\b[^.\n]{{0,60}}\b{_NOW}\b|\b(?:today|this morning|just)\b[^.\n]{{0,80}}\b(?:annotat|associat)|\bserviceaccounts?/[\w.-]{{1,63}} annotated\b"
)
# "We added it", after a sentence about the annotation.
_GIVEN = lazy_pattern(r"annotat|associat|role-arn|\bit\b")


_SAID = lazy_pattern(
    rf"(?a)\b[Ss]ervice ?[Aa]ccount [`\"']?(?:(?P<namespace>{KUBERNETES_NAME})/)?(?P<name>{KUBERNETES_NAME})[`\"']? (?:has|carries|got) (?:the |an? |its )?(?:IRSA |IAM |role )?(?:role )?(?:annotation|role\b)"
    rf"|\bannotation (?:is |sits )?on (?:the )?[Ss]ervice ?[Aa]ccount [`\"']?(?:(?P<its>{KUBERNETES_NAME})/)?(?P<annotated>{KUBERNETES_NAME})(?![\w-])"
)


class AccountWithRole(NamedTuple):
    """A service account that has a role.

    Attributes:
        role: The ARN of the role, if the text shows it.
        namespace: The namespace of the account, if the text shows it.
        account: The name of the account, if the text shows it.
        is_association: Whether it has the role by EKS Pod Identity, and not by the annotation of IRSA.
    """

    role: str | None
    namespace: str | None
    account: str | None
    is_association: bool = False

    @property
    def label(self) -> str:
        """The namespace and the name."""
        return "/".join(filter(None, (self.namespace, self.account)))


class PodEvidence(NamedTuple):
    """What a text shows about the role of a pod. Without a sign, a value is ``None`` or false.

    Attributes:
        given: The only service account with a role.
        without_role: The service accounts that a list shows without a role.
        has_no_association: Whether a list of associations is empty.
        account: The service account that the pod uses.
        namespace: The namespace of that account.
        is_default: Whether it is ``default`` because the specification names none.
        workload: The workload whose account it is, with its kind.
        has_variables: Whether the pod has the variables from which SDKs get its role.
        missing: The variable that the pod lacks.
        age: The age of the pod, at least a day.
        times: When the pods were started, and the association was created.
        is_given_now: Whether the account has its role for less than a day.
        is_restarted: Whether the pods were restarted.
        is_said: Whether people only say that the account got a role.
    """

    given: AccountWithRole | None = None
    without_role: frozenset[str] = frozenset()
    has_no_association: bool = False
    account: str | None = None
    namespace: str | None = None
    is_default: bool = False
    workload: str | None = None
    has_variables: bool | None = None
    missing: str = ""
    age: str | None = None
    times: PodTimes | None = None
    is_given_now: bool = False
    is_restarted: bool = False
    is_said: bool = False

    @property
    def is_older(self) -> bool:
        """Whether the pod is older than the annotation or association."""
        is_older = self.age is not None and self.is_given_now
        if self.times is not None:
            is_older = self.times.is_older
        return is_older and not self.is_restarted

    @property
    def lacks_role(self) -> bool:
        """Whether the pod does not have the role of the service account that has one."""
        named = self.given.account if self.given is not None else None
        uses_other = None not in {self.account, named} and self.account != named
        return not self.has_variables and (uses_other or bool(self.missing) or self.is_older)


_NOTHING = PodEvidence()


def read_pod_evidence(text: str) -> PodEvidence:
    """Return what a text shows about the role of a pod.

    >>> read_pod_evidence("kubectl annotate sa cart -n shop eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/cart").given.label
    'shop/cart'
    """
    text = text[:_MAX_CHARS]
    if (
        "erviceAccount" not in text
        and "ervice account" not in text
        and "role-arn" not in text
        and "AWS_" not in text
        and "sociation" not in text
        and "containers:" not in text
    ):
        return _NOTHING
    listed = frozenset(_find_listed(text) if "role-arn" in text else ())
    programs = {find_controller(each.account or "") for each in listed} - {None}
    roles = [each for each in listed if each.role and len(programs) < 2]  # not of another controller
    given = {*_find_annotated(text), *_find_associated(text), *roles}
    said = None if given else _find_said(text)
    used = {
        each[each.lastgroup or 0] if each.lastgroup != "namespace" else each["said"]: each
        for each in _USED.finditer(text)
        if not _is_of_association(text, each)
    }
    found = next(iter(used.values())) if len(used) == 1 else None
    unset = _PRINTED_NOTHING.search(text)
    is_default = not used.keys() - {"default"} and (unset is not None or _names_no_account(text))
    workload = _WORKLOAD.search(text) if found is not None and found["queried"] else unset
    namespace = None if found is None else found["namespace"]
    if workload is not None and namespace is None and (option := _NAMESPACE_OPTION.search(workload[0])):
        namespace = option["name"]
    if found is not None and found["queried"] and namespace is None:
        query = text[line_start(text, found.start()) : found.end()]
        option = _NAMESPACE_OPTION.search(query)
        namespace = option["name"] if option else None
    missing, all_given = _find_missing(text), said or _merge(given)
    if missing and all_given is not None and all_given.is_association:
        missing = _VARIABLES[-1]
    has_variables = True if _SET.search(text) else False if missing else None
    return PodEvidence(
        all_given,
        # Each namespace can have an account of this name.
        frozenset(each.account or "" for each in listed) - {each.account for each in listed if each.role},
        _NO_ASSOCIATION.search(text) is not None,
        next(iter(used)) if found is not None else "default" if is_default else None,
        namespace,
        is_default,
        workload and f"{_KINDS.get(workload['kind'], workload['kind'])}/{workload['name']}",
        has_variables,
        missing if has_variables is False else "",
        only_one({each["age"] for each in _AGE.finditer(text)}),
        find_pod_times(text),
        _GIVEN_NOW.search(text) is not None,
        says_restarted(text),
        said is not None,
    )


def _merge(given: set[AccountWithRole]) -> AccountWithRole | None:
    """Return the only account with a role. Of one account, the text can show a part more than once."""
    whole = [each for each in given if each.account is not None]
    rest = [
        each for each in given if each.account is None and not any(each.role == other.role for other in whole)
    ]
    if len({each.account for each in whole}) == 1 and not rest:
        fields = zip(*whole, strict=True)
        values = [{*each} - {None} for each in fields]
        if all(len(each) <= 1 for each in values[:3]):
            role, namespace, account = (next(iter(each), None) for each in values[:3])
            return AccountWithRole(role, namespace, account, all(each.is_association for each in whole))
    if whole and not rest and (role := only_one({each.role for each in whole})) is not None:
        # Several accounts have the same role.
        return AccountWithRole(role, only_one({each.namespace for each in whole}), None)
    return rest[0] if len(rest) == 1 and not whole else None


def _find_annotated(text: str) -> Iterator[AccountWithRole]:
    """Yield the accounts with an annotation that names a role."""
    for found in islice(_ANNOTATION.finditer(text), _MAX_OBJECTS):
        low, high = max(found.start() - _CHARS_OF_OBJECT, 0), found.end() + _CHARS_OF_OBJECT
        preceding = search_last(_BOUNDARY, text, low, found.start())
        following = _BOUNDARY.search(text, found.end(), high)
        words = text[preceding.end() if preceding else low : following.start() if following else high]
        names = {each["key"] or each["quoted"]: each["value"] for each in _NAME.finditer(words)}
        names = {key.lower(): value for key, value in names.items() if key is not None}
        line = text.find("\n", found.end())
        command = search_last(_ACCOUNT_OF_COMMAND, text, low, line if line != -1 else len(text))
        # Another object or command can be in between.
        if command is not None and text.count("\n\n", command.start(), found.start()) == 0:
            option = _NAMESPACE_OPTION.search(command[0])
            names.setdefault("namespace", option["name"] if option else None)
            names["name"] = command["name"]
        yield AccountWithRole(found["role"].rstrip(".,"), names.get("namespace"), names.get("name"))


def _find_listed(text: str) -> Iterator[AccountWithRole]:
    """Yield the accounts that a command lists with their roles, also those without one."""
    for table in _ACCOUNT_TABLE.finditer(text):
        option = _NAMESPACE_OPTION.search(table[0].partition("\n")[0])
        for row in _ACCOUNT_ROW.finditer(table["rows"]):
            namespace = row["namespace"] or (option["name"] if option else None)
            role = row["role"] if row["role"].startswith("arn:") else None
            yield AccountWithRole(role, namespace, row["account"])


def _find_associated(text: str) -> Iterator[AccountWithRole]:
    """Yield the accounts with an association of EKS Pod Identity."""
    found = islice(_ASSOCIATION.finditer(text), _MAX_OBJECTS) if "sociation" in text else ()
    members = [[each.group("key", "value") for each in _FIELD.finditer(one[0])] for one in found]
    members += ([*each.texts.items()] for each in find_resources(text, "aws_eks_pod_identity_association"))
    rows = [each.groups() for each in islice(_ASSOCIATION_ROW.finditer(text), _MAX_OBJECTS)]
    for values in members:
        fields = {key.replace("-", "").replace("_", "").lower(): value for key, value in values}
        if "serviceaccount" in fields:
            rows.append((fields.get("namespace"), fields["serviceaccount"], fields.get("rolearn")))
    described = only_one({each["role"] or each["member"] for each in _DESCRIBED_ROLE.finditer(text)})
    is_only = len({row[:2] for row in rows}) == 1
    for namespace, account, role in rows:
        yield AccountWithRole(
            role or (described if is_only else None), namespace, account, is_association=True
        )


def _find_said(text: str) -> AccountWithRole | None:
    """Return the account of which people say that it has a role, or that they gave it one."""
    if (said := next(find_said(text, _SAID), None)) is not None:
        return AccountWithRole(None, said["namespace"] or said["its"], said["name"] or said["annotated"])
    if ("annotation" in text or "ssociation" in text) and find_changed(text, _GIVEN) is not None:
        name = find_service_account_name(text, None)
        return name and AccountWithRole(None, None, name.value, "annotation" not in text)
    return None


def _is_of_association(text: str, found: re.Match[str]) -> bool:
    """Return whether a name is that of an association, which has a member of the same name."""
    return (
        found["spec"] is not None
        and text[found.start() : found.start() + 16] == 'serviceAccount":'
        and "ssociation" in text[max(found.start() - 300, 0) : found.end() + 200]
    )


def _names_no_account(text: str) -> bool:
    """Return whether the text has a whole specification of pods that names no account."""
    if _ACCOUNT_KEY.search(_ANNOTATION.sub("", text)) is not None:
        return False
    if _OBJECT_OF_TEMPLATE.search(text) is not None:
        return _CUT.search(text) is None
    containers = _CONTAINERS.search(text) if _TEMPLATE.search(text) is not None else None
    return containers is not None and _CUT.search(_surroundings(text, containers)) is None


def _surroundings(text: str, member: re.Match[str]) -> str:
    """Return the lines of the YAML mapping around a member, with the lines that enclose the mapping."""
    indent = len(member["indent"])
    at = text.count("\n", 0, member.start("indent"))
    lines = text.split("\n")

    def is_inside(line: str) -> bool:
        return line.startswith(" " * indent) if indent else bool(line.strip())

    start = next((index for index in range(at - 1, -1, -1) if not is_inside(lines[index])), 0)
    end = next((index for index in range(at, len(lines)) if not is_inside(lines[index])), len(lines))
    return "\n".join(lines[start : end + 1])


def _find_missing(text: str) -> str:
    """Return the variable that a command or a person says a pod lacks, or an empty string."""
    for found in _LOOKUP.finditer(text):
        if (name := found["name"]) is not None:
            if not found["printed"].startswith("arn:") and "/var/" not in found["printed"]:
                return name
            continue
        sought = max(re.findall(r"\w+", found["pattern"]), key=len, default="").upper()
        name = next((each for each in _VARIABLES if sought and sought in each), None)
        rest = text[found.start("output") :].partition("\n\n")[0]
        following = _BOUNDARY.search(text, found.start("output"))
        printed = rest if following is None else text[found.start("output") : following.start()]
        counted = "c" in found["options"] and found["output"].strip() != "0"
        if name is not None and not counted and not any(each in printed for each in _VARIABLES):
            return name
    if _NO_ENVIRONMENT.search(text):
        return _VARIABLES[0]
    said = _NONE_SAID.search(text)
    return next((each for each in _VARIABLES if said and each in said[0]), "AWS_ROLE_ARN" if said else "")
