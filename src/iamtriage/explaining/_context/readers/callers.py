"""Find the caller that a text states: in a command's output, a log of the authenticator, or the console's menu."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.statements import CLAUSE_END, find_said
from iamtriage.explaining._context.readers.unique_values import NO_SAID_NAMES, unique_value
from iamtriage.explaining._context.values import CommandLine, Stated, quote_match

_ARN = r"(arn:aws[a-z-]{0,12}:(?:sts|iam)::[0-9]{12}:[\w+=,.@/-]{1,600})"
_SESSION = r"(arn:aws[a-z-]{0,12}:sts::[0-9]{12}:assumed-role/[\w+=,.@/-]{1,600})"
_CALLERS = lazy_pattern(
    # A role that IAM describes has an ARN, too.
    rf"(?am)(?:\"Account\"\s?:\s?\"[^\"\n]{{0,40}}\",\s{{1,20}}|^\{{)\"Arn\"\s?:\s?\"{_ARN}\"|\"Arn\"\s?:\s?\"{_SESSION}\""
    # As Python or Node.js prints the response.
    rf"|\bAccount'?: '[0-9]{{12}}',\s{{1,8}}'?Arn'?: '{_ARN}'"
    rf"|\b(?:[Cc]aller(?: ?[Ii]dentity)?|[Cc]urrent (?:identity|principal)|[Ww]hoami|[Ss]igned in(?: as)?)(?:[ _]?(?:ARN|[Aa]rn)| is)?[=:]? ?[\"']?{_ARN}"
    # "I am signed in through IAM Identity Center (arn:…)", "as Ops/ana (role arn:…)"
    rf"|\b(?:[Ss]igned|[Ll]ogged) in (?:as|by|through|via|with) (?:(?!\bnot\b|\binstead\b)[^\n.;()]){{2,60}}? (?:\((?:(?:the|my|our|IAM|role|user|ARN):? ){{0,3}})?[\"'`]?{_ARN}"
    # The output of get-caller-identity as text, YAML or a table, or in code, also in a notebook, or of SageMaker's function.
    rf"|\b(?:[Gg]et[-_]?[Cc]aller[-_]?[Ii]dentity(?:Command)?|get_execution_role)\b[^\n]{{0,200}}\n\s{{0,8}}(?:Out ?\[\d{{1,4}}\]:\s{{1,4}})?[\"']?{_ARN}[\"']?\s{{0,8}}$"
    rf"|^\|?\s{{0,4}}Arn(?:: | {{1,40}}\| {{1,40}}){_ARN}"
    rf"|^\d{{12}}\s{{1,8}}{_ARN}\s{{1,8}}A[IR]"
    rf"|\b(?:[Mm]y (?:IAM )?(?:role|user)(?: ARN)?(?: is)?|I am|I'm|[Ww]e are) [\"'`]?{_ARN}|\b(?:I|me|myself) \([\"'`]?{_ARN}"
    # "the runner starts as", "Jenkins runs as"
    r"|\b(?:runs|running|starts|started|[Aa]uthenticated|logged in) as [\"'`]?(arn:aws[a-z-]{0,12}:(?:sts|iam)::[0-9]{12}:(?:assumed-role|role|user)/[\w+=,.@/-]{1,600})"
    # Aurora MySQL calls with the role of its parameter.
    rf"|\b(?:aws_default_[a-z0-9]{{2,12}}|aurora_(?:load_from|select_into)_s3)_role[\"'`]?(?:\s{{0,8}}[=:|]\s{{0,8}}|,ParameterValue=)[\"'`]?{_ARN}"
    # What a program logs about its session: "Using arn:…", "credentials: arn:…", but no other words of a sentence.
    rf"|\b(?:[Cc]onnected (?:as|using|with)|(?:app|client|function|job|pipeline|pod|program|runner|script|service|task) uses|(?<!ed )(?<!en )(?<!by )(?<!of )(?<!or )[Uu]sing|[Ll]oaded (?:the )?(?:identity|credentials|session)(?: (?:for|of))?|(?:[Ii]dentity|[Cc]redentials|[Ss]ession)[:=]) ?[\"'`(]?{_SESSION}(?![^.\n]{{0,80}}\b(?:(?<!not )(?<!n't )work(?:s|ed)?|succe\w{{1,7}}|instead)\b)"
    # A session on a separate line: only calls have one.
    rf"|^[ \t]{{0,8}}{_SESSION}[ \t]{{0,8}}$"
)
# A caller in a sentence, and the words before it in a clause about another caller, or one that is only meant or asked for.
_IN_SENTENCE = lazy_pattern(
    r"(?:[Ss]igned|[Ll]ogged|[Aa]uthenticated|runs|running|starts|started|I am|I'm|[Ww]e are|[Mm]y|[Cc]onnected|\w{3,8} uses|[Uu]sing|[Ll]oaded|[Ii]dentity|[Cc]redentials|[Ss]ession)\b"
)
_NOT_OF_CALL = lazy_pattern(
    r"(?i:\b(?:colleagues?|co-?workers?|team ?mates?|others?|another|someone|somebody|boss|their|his|her|not|never|should|must|supposed|works|worked|assum(?:e|es|ed|ing)|expect(?:s|ed)?|last|yesterday|earlier|old|denied)\b|n't\b)"
)
_ASKS = lazy_pattern(r"\W{0,4}(?i:am|are|is|do|does|did|can|could|why|how)\b[^.!?\n]{0,200}\Z")
# What the authenticator says before the ARN that it looks up, which is in lowercase since
# https://github.com/kubernetes-sigs/aws-iam-authenticator/pull/239.
UNMAPPED = "ARN is not mapped"
_UNMAPPED = lazy_pattern(
    rf"(?a)\b{UNMAPPED}: \\{{0,2}}\"?(arn:aws[a-z-]{{0,12}}:iam::[0-9]{{12}}:[\w+=,.@/-]{{1,600}})"
)
# The same line, without the ARN in the error. https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/server/server.go
_REJECTED = lazy_pattern(
    r"(?a)\bmsg=\\{0,2}\"access denied\\{0,2}\" arn=\\{0,2}\"(arn:aws[a-z-]{0,12}:iam::[0-9]{12}:[\w+=,.@/-]{1,600})"
)
_ASSUME_ROLE = "aws sts assume-role "
_SUFFIX_LENGTH = 16
_CHARS_OF_LABEL = len(UNMAPPED) + 5
_PRINCIPALS = lazy_pattern(
    r"(?a)(?P<start>arn:aws[a-z-]{0,12}:)(?:iam|sts)(?P<account>::[0-9]{12}:)"
    r"(?:user/(?P<user>[\w+=,.@/-]{1,580})|assumed-role/(?P<session>[\w+=,.@-]{1,64})/|role/(?:[\w+=,.@-]{1,512}/){0,9}(?P<role>[\w+=,.@-]{1,64}))"
)
# The account menu of the console: the role with its session, or the user, and the account ID, which people mask.
_CONSOLE_ACCOUNT = r"(?:[\dXx*#]{4}-[\dXx*#]{4}-[\dXx*#]{4}|[\d*]{12})"
_CONSOLE_CALLER = lazy_pattern(
    rf"(?am)(?<![\w/@.+=,-])(?:(?P<role>[\w+=,.@-]{{1,64}})/)?(?P<name>[\w+=,.@-]{{2,64}}) @ (?P<account>{_CONSOLE_ACCOUNT})(?![\w*-])"
    r"|\b(?:[Ff]ederated user|IAM user)(?::|:?\n)\s{0,4}(?:(?P<menu_role>[\w+=,.@-]{1,64})/)?(?P<menu_name>[\w+=,.@-]{2,64})(?:[ \t]{0,8}$|(?= \(?(?:in )?[Aa]ccount\b))"
)
# "PlatformRead" is the default display name of a switch to this role. People's users have other names.
_NAME_OF_ROLE = lazy_pattern(r"[A-Z][A-Za-z]{0,60}?[a-z\d][A-Z]\w{0,60}|[\w-]{1,55}[-_][Rr]ole")
# Who switched roles reads the name of the user, or the display name of the switch, in the menu, and adds the role.
_SWITCHED_ROLE = lazy_pattern(
    r"(?a)[^\w\n]{0,6}(?:(?:active|am|as|assumed|current|have|I|in|into|my|switch|switched|the|to|under|using|via|with) ){0,6}(?:[Rr]ole(?: name)?:? |(?<=switched to )|(?<=switch to ))[`\"']?"
    r"(?!(?:and|are|but|can|does|for|from|has|have|in|is|of|on|that|the|to|via|was|which|with)\b)(?P<role>[\w+=,@-]{2,63}\w)"
)
_IS_SWITCHED = lazy_pattern(
    r"[\"'`)\]]{0,2},? ?\(?(?:(?:a |the )?switched role|(?:by|via|after) (?:switch role|switching roles?))\b"
)
# "Role orders-api may s3:GetObject", "has the AWS managed policy AmazonS3FullAccess": the permissions of the caller,
# unless the sentence is about another one, with which it works.
_ROLE_WITH_PERMISSIONS = lazy_pattern(
    r"(?a)(?<!other )(?<!different )\b[Rr]ole [`\"']?(?=[\w+=,.@-]{0,63}[\d_-])([\w+=.@-]{3,64})[`\"']?(?: \(?(?:of |in )?account \d{12}\)?)? (?:has|may|can|is allowed(?: to)?) (?:the |an? |all )?(?:(?:AWS )?managed\b|polic(?:y|ies)\b|permissions? (?:for|to)\b|[a-z][a-z0-9-]{1,30}:(?:[A-Z]\w{2,60}|\*)|\w{0,60}(?:Access|Policy)\b)"
    r"(?![^.\n]{0,160}(?<!not )(?<!n't )\bwork(?:s|ed)?\b)"
)
# "in the pipeline (role ci-deployer)", "signed in as the user ana", "the very role that created the cluster (admin)",
# but not what works: "with the role admin it works".
_NAME = r"(?P<name>(?!that |which |who |with )[\w+=@-](?:[\w+=.@-]{0,62}[\w+=@-])?)"
_NAMED_CALLER = lazy_pattern(
    rf"(?a)(?:\((?:(?:IAM|the|my|our|own) ){{0,3}}(?P<kind>role|user):? [`\"']?{_NAME}[`\"']?[,)]"
    rf"|\b(?:(?:signed|signs|logged|logs) in(?:(?: to|to| on) (?:the |our )?(?:AWS )?(?:[Mm]anagement )?[Cc]onsole)?|authenticated|connected|working|(?:running|runs?|ran|deploys?)(?: \w{{1,20}})?(?: in (?:the )?account \d{{12}})?|am|are) (?:in )?(?:as|with|under) (?:(?:the|my|our|very|same|IAM|IRSA|SSO|Identity Center|instance|task|execution) ){{0,4}}(?P<kind_2>role|user)[ /](?:[`\"']{_NAME.replace('name', 'name_2')}[`\"']|{_NAME.replace('name', 'name_3')}(?=[.,;:]?(?:\s|\Z)))"
    rf"|\b(?:signed|logged) in (?:as|with) (?:the|my|our) (?:very |same )?(?:IAM )?(?P<kind_3>role|user) (?:that|which|who|with which) [^.\n()]{{3,80}} \({_NAME.replace('name', 'name_4')}\)"
    rf"|\b(?:I|[Ww]e|job|pipeline|runner|kubectl|helm) (?:use|assume)[sd]? (?:the |my |our )?(?:IAM )?(?P<kind_5>role) (?:[`\"']{_NAME.replace('name', 'name_7')}[`\"']|{_NAME.replace('name', 'name_8')}(?=[.,;:]?(?:\s|\Z)))"
    rf"|\b[Cc]aller(?: is|:) (?:the |my |our )?(?:IAM )?(?P<kind_6>role|user)[ /](?:[`\"']{_NAME.replace('name', 'name_9')}[`\"']|{_NAME.replace('name', 'name_10')}(?=[.,;:]?(?:\s|\Z)))"
    rf"|\b[Mm]y (?:own )?(?:IAM )?(?P<kind_4>role|user) (?:[`\"']{_NAME.replace('name', 'name_5')}[`\"']|{_NAME.replace('name', 'name_6')}(?= (?:has|had|is|was|gets|should|cannot|can't)\b)))"
    r"(?![^.\n]{0,80}(?<!not )(?<!n't )\bwork(?:s|ed)?\b)"
)
# "The pipeline role (web-pipeline) has this:", "our task role is orders-task": the caller of a message that names none,
# if the text names no other role. A role of another kind calls nobody, nor does one that is assumed or gone.
_NO_CALLERS = r"(?:other|different|trust(?:ed|ing)|target|destination|source|replication|second|third|new|old|former|previous|missing|deleted|wrong|external|cross-account|(?:service-)?linked|RBAC|[Kk]ubernetes|[Cc]luster|[Nn]ode|[Dd]atabase|Postgres(?:QL)?|SQL|Redshift|Snowflake|Vault|Azure|Google|default|admin)"
# "The role is read-only", "is cross-account", "us-east-1": no names, unless they are quoted.
_COMPOUND = r"(?:(?:not|non|un|self|cross|auto|pre|well|multi|single|read|view|up|in|over|under|set|back)-|[\w-]{1,40}-(?:only|managed|based|linked|related|wide|\w{1,12}ed)\b|[a-z]{2}-(?:gov-)?[a-z]{4,9}-\d\b)"
_ONLY_ROLE = lazy_pattern(
    rf"(?am)(?:\b(?:[Tt]he|[Oo]ur|[Mm]y|[Ii]ts) (?:(?!{_NO_CALLERS}\b)[\w-]{{2,20}} ){{0,3}}?[Rr]ole|^[ \t*-]{{0,4}}(?:IAM [Rr]ole|(?:[Ee]xecution|[Tt]ask) [Rr]ole)(?: name)?(?=:))"
    rf"(?: \(|,? [`\"']| is (?:called )?[`\"']?|: [`\"']?)(?=[\w+=,.@-]{{0,63}}[\d_-])(?:(?<=[`\"'])|(?!{_COMPOUND}))(?P<name>[A-Za-z][\w+=,.@-]{{1,62}}[\w+=@-])[`\"')]?"
    r"(?![\w/:-])(?![^.\n]{0,80}(?:(?<!not )(?<!n't )\bwork(?:s|ed)?\b|\bassumed?\b|\bdeleted\b|\bdoes(?: not|n't) exist\b))"
)
# "glue role: arn:…", "role of the job = orders-etl"
_LABELLED_ROLE = lazy_pattern(
    r"(?ai)(?:\b(?:crawler|function|glue|instance|job|lambda|notebook|pipeline|pod|runner|task|worker)(?:'s)? (?:IAM )?role|\brole of (?:the |our |my )?(?:crawler|function|instance|job|notebook|pipeline|pod|runner|task|worker))"
    r"(?:[ _](?:arn|name))?(?: is| ?[:=]) ?[`\"']?(?:(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{0,511}[\w+=@-])|(?P<name>(?=[\w+=,.@-]{0,63}[\d_-])(?!arn:|(?:not|non|read|cross|mis)-)[a-z][\w+=,.@-]{1,62}\w)(?![\w/:-]))"
)
_OTHER_ROLE = lazy_pattern(r"(?a):role/|\b[Rr]ole [`\"'](?=[\w+=,.@-]{2,64}[`\"'])|:assumed-role/")
# Who else is named, and what follows the name of somebody whose calls succeed.
_OTHERS = lazy_pattern(
    r"(?i)\b(?:colleague|co-?worker|team ?mate|others?|another|someone|somebody|admin(?:istrator)?|boss|their|his|her|owner)\b"
    # "It works for the deployer (role ci)", "was created by the pipeline (role ci)", "the nodes (role shop-nodes)".
    r"|(?<!not )(?<!n't )\bwork(?:s|ed)\b|\bcreated (?:by|with|from)\b|\b(?:nodes?|node ?groups?|workers?|cluster) \Z|\b(?:iam_?)?instance[ _]?profile\b[^.\n]{0,40}\Z"
)
# "The controller (role lbc)", but not "the controller runs with the role lbc".
_POD = lazy_pattern(r"(?i:\b(?:pods?|controller|add-?on) )\Z")
_HAS_ACCESS = lazy_pattern(
    r"[^.\n]{0,40}\b(?:has access|have access|can (?:connect|log|sign|see|list)|is fine|gets in)\b"
)
_CHARS_OF_OTHER, _CHARS_OF_CLAUSE = 60, 300
_SENTENCE_END, _ACCOUNT = (
    lazy_pattern(r"[.!?]\s|\n"),
    lazy_pattern(r"(?a)\b(?:[Aa]ccount(?: ID)?:?|in|of|from) ([0-9]{12})\b"),
)
_KINDS_OF_CLUSTERS = frozenset({"console_kubernetes_access", "kubernetes_unauthorized"})
_MENU_ACCOUNT = lazy_pattern(rf"(?a)\b[Aa]ccount(?: ID)?:?\s{{1,4}}({_CONSOLE_ACCOUNT})(?![\w*-])")


def find_caller(text: str, _command: CommandLine | None) -> Stated | None:
    """Return the caller that ``aws sts get-caller-identity`` prints, or the one in the console's account menu."""
    if UNMAPPED in text and (unmapped := unique_value(_UNMAPPED, text)) is not None:
        return unmapped
    if "access denied" in text and (rejected := unique_value(_REJECTED, text)) is not None:
        return rejected
    stated = find_printed_caller(text)
    if stated is not None and _assumes_role_after(text, stated):
        return None
    return stated or find_console_caller(text)


def is_rejected_caller(stated: Stated | None, text: str) -> bool:
    """Return whether a caller is one whom the authenticator's log says that it rejected."""
    if stated is None:
        return False
    return 'msg="access denied"' in stated.words or f"{UNMAPPED}: {stated.value}".lower() in text.lower()


def find_printed_caller(text: str) -> Stated | None:
    """Return the caller that ``aws sts get-caller-identity`` prints, or that a sentence names by its ARN."""
    stated = unique_value(_CALLERS, text) if "arn:aws" in text else None
    return None if stated is not None and _is_of_another(text, stated) else stated


def find_console_caller(text: str) -> Stated | None:
    """Return the caller in the account menu of the console.

    >>> find_console_caller("signed in as anna @ 1111-2222-3333").value
    'arn:aws:iam::111122223333:user/anna'
    """
    is_console = any(sign in text for sign in (" @ ", "ederated user", "IAM user"))
    found = _CONSOLE_CALLER.search(text) if is_console else None
    if found is None:
        return None
    partition = "aws-us-gov" if "us-gov-" in text else "aws-cn" if "cn-north" in text else "aws"
    menu = None if found["account"] else _MENU_ACCOUNT.search(text)
    account = (found["account"] or (menu[1] if menu else "****")).replace("-", "")
    role, name = found["role"] or found["menu_role"], found["name"] or found["menu_name"].rstrip(",")
    words = " ".join(found[0].split())
    if role is None and _IS_SWITCHED.match(text, found.end()) is not None:
        return Stated(f"arn:{partition}:iam::{account}:role/{name}", words)
    if role is None and (switched := _SWITCHED_ROLE.match(text, found.end())) is not None:
        role, words = switched["role"], f"{words}{switched[0]}"
    if role is None:
        kind = "role" if found["name"] and _NAME_OF_ROLE.fullmatch(name) else "user"
        return Stated(f"arn:{partition}:iam::{account}:{kind}/{name}", words)
    return Stated(f"arn:{partition}:sts::{account}:assumed-role/{role}/{name}", words)


def find_said_caller(text: str, kind: str, stated: Stated | None) -> Stated | None:
    """Return the caller of a denied call, or of a request to a cluster, that is stated or that a text describes."""
    if kind == "console_kubernetes_access" and (switched := find_switched_role(text)) is not None:
        # Whoever is signed in has switched to a role.
        return switched
    if kind == "console_kubernetes_access" and (menu := find_console_caller(text)) is not None:
        # A terminal can have another caller.
        return menu
    if stated is not None:
        return stated
    if kind == "access_denied":
        named = find_described_caller(text) or find_named_caller(text)
        return named or find_only_role(text) or _find_run_as(text)
    return find_named_caller(text) if kind in _KINDS_OF_CLUSTERS else None


# "We do run as orders-export": the name of a role or user whose ARN the text has.
_RUN_AS = lazy_pattern(
    r"(?a)\b(?:I|[Ww]e|[Ii]t|[Jj]obs?|pipeline|program|script|function|task|upload) (?:(?:do|does|really|already|now|also) )?(?:runs?|calls?|uploads?) as [`\"']?(?P<name>[\w+=,.@-]{1,63}[\w+=@-])(?![\w/-])"
)


def _find_run_as(text: str) -> Stated | None:
    """Return the role or user as which something runs, by its name, if the text has its only ARN.

    >>> text = "We do run as orders-export. It trusts arn:aws:iam::111122223333:role/jobs/orders-export."
    >>> _find_run_as(text).value
    'arn:aws:iam::111122223333:role/jobs/orders-export'
    >>> _find_run_as(text.replace("do run", "do not run"))
    """
    said = {each["name"]: each for each in find_said(text, _RUN_AS)} if " as " in text else {}
    name = only_one(said)
    principals = (
        each[0].rstrip(".") for each in _PRINCIPALS.finditer(text) if name and each["session"] is None
    )
    arn = only_one({each for each in principals if each.rpartition("/")[2] == name})
    return None if name is None or arn is None else Stated(arn, quote_match(said[name]))


# "I use Switch role to arn:…:role/ops", "after I switched to the role ops"
_SWITCH = lazy_pattern(
    r"(?am)\b(?i:switch(?:ed|ing)?)(?: (?i:roles?))?(?: (?:in|into|to|with|as|the|my|our|role|IAM|console)){1,5} [`\"']?(?:(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{0,511}[\w+=@-])"
    r"|(?P<name>(?<=[Rr]ole )[\w+=@-]{2,64}(?=[`\"']?(?:[.,;:)]|\s|$))|(?<=[`\"'])[\w+=,.@-]{2,64}(?=[`\"'])))"
)


def find_switched_role(text: str) -> Stated | None:
    """Return the role to which somebody says that they switch in the console, with its account if an ARN has it.

    >>> find_switched_role("I then switch to the role ops.").value
    'arn:aws:iam::****:role/ops'
    """
    if "witch" not in text:
        return None
    roles: dict[str, Stated] = {}
    for found in find_said(text, _SWITCH):
        name = found["arn"] or found["name"] or ""
        arn = found["arn"] or _arn_of_role(text, name)
        if name.lower() not in NO_SAID_NAMES or arn in text:
            roles[arn] = Stated(arn, quote_match(found))
    return roles.popitem()[1] if len(roles) == 1 else None


def find_described_caller(text: str) -> Stated | None:
    """Return the role whose permissions a text describes, with its account if an ARN in the text has it.

    >>> find_described_caller("The role orders-api may s3:GetObject on it.").value
    'arn:aws:iam::****:role/orders-api'
    >>> find_described_caller("The role admin-1 has AdministratorAccess, and with it the upload works.")
    """
    role = unique_value(_ROLE_WITH_PERMISSIONS, text) if "Role " in text or "he role " in text else None
    return (
        None
        if role is None
        else Stated(_with_account(text, _arn_of_role(text, role.value), role.words), role.words)
    )


def _arn_of_role(text: str, name: str) -> str:
    """Return the first ARN of a role of this name in a text, or one whose account is masked."""
    whole = (each[0] for each in _PRINCIPALS.finditer(text) if each["role"] == name)
    return next(whole, f"arn:aws:iam::****:role/{name}")


def find_named_caller(text: str) -> Stated | None:
    """Return the role or user as which people say that they call, with its account if an ARN in the text has it.

    >>> find_named_caller("and in the pipeline (role ci-deployer), still:").value
    'arn:aws:iam::****:role/ci-deployer'
    >>> find_named_caller("I am signed in with the very role that created the cluster (platform).").value
    'arn:aws:iam::****:role/platform'
    >>> find_named_caller("I am signed in as the user ana, and with it the console works.")
    >>> find_named_caller("My colleague (user kim) is signed in, too.")
    """
    callers: dict[str, Stated] = {}
    may_name = any(map(text.__contains__, ("role ", "user ", "aller is ", "aller: ")))
    for found in _NAMED_CALLER.finditer(text) if may_name else ():
        kind, name = (
            next(value for key, value in found.groupdict().items() if key.startswith(start) and value)
            for start in ("kind", "name")
        )
        if name.lower() not in NO_SAID_NAMES and not _is_of_other(text, found):
            callers[f"{kind}/{name}"] = Stated(f"arn:aws:iam::****:{kind}/{name}", quote_match(found))
    if len(callers) != 1:
        return None
    resource, stated = callers.popitem()
    whole = lazy_pattern(rf"\barn:aws[a-z-]{{0,12}}:iam::[0-9]{{12}}:{re.escape(resource)}(?![\w+=,@/-])")
    arn = _with_account(text, stated.value, stated.words)
    return Stated(only_one(set(whole.findall(text)), arn), stated.words)


def _is_of_another(text: str, stated: Stated) -> bool:
    """Return whether the sentence that states a caller is about somebody else, or is a question, a negation or a plan.

    >>> [find_caller(f"{said} as arn:aws:iam::111122223333:role/ops.", None) is None for said in ("My colleague is logged in", "It should have started", "It runs")]
    [True, True, False]
    """
    at = text.find(stated.words)
    if at == -1 or _IN_SENTENCE.match(text, at) is None:
        return False
    low = line_start(text, at, at - _CHARS_OF_CLAUSE)
    end = search_last(CLAUSE_END, text, low, at)
    before = text[end.end() if end else low : at]
    return _NOT_OF_CALL.search(before) is not None or _ASKS.match(before) is not None


def _with_account(text: str, arn: str, words: str) -> str:
    """Return an ARN whose account is masked with the only account ID in the sentence that has these words."""
    start = text.find(words)
    low = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start)) + 1
    end = _SENTENCE_END.search(text, start + len(words))
    account = only_one(set(_ACCOUNT.findall(text, low, end.start() if end else len(text))))
    return arn.replace("****", account or "****", 1)


def find_only_role(text: str) -> Stated | None:
    """Return the role that a text describes as that of a pipeline, task or person, if it names no other one.

    >>> find_only_role("The pipeline role (web-pipeline) has this:").value
    'arn:aws:iam::****:role/web-pipeline'
    >>> find_only_role("glue role: arn:aws:iam::111122223333:role/orders-etl").value
    'arn:aws:iam::111122223333:role/orders-etl'
    >>> find_only_role("The task role is orders-1, and it reads with arn:aws:iam::111122223333:role/reader.")
    """
    if "ole " not in text and "ole:" not in text:
        return None
    labelled = next((each for each in _LABELLED_ROLE.finditer(text) if not _is_of_other(text, each)), None)
    if labelled is not None:
        roles = {each[0] for each in _PRINCIPALS.finditer(text) if each["user"] is None}
        arn = labelled["arn"] or f"arn:aws:iam::****:role/{labelled['name']}"
        # Another role can be the caller.
        if len(roles) == (labelled["arn"] is not None):
            return Stated(arn, quote_match(labelled))
    found = [each for each in _ONLY_ROLE.finditer(text) if not _is_of_other(text, each)]
    names = {each["name"] for each in found}
    starts = {each.start("name") for each in found}
    if len(names) != 1 or any(each.end() not in starts for each in _OTHER_ROLE.finditer(text)):
        return None
    return Stated(f"arn:aws:iam::****:role/{names.pop()}", quote_match(found[0]))


def _is_of_other(text: str, found: re.Match[str]) -> bool:
    """Return whether a named principal is somebody else's, or one whose calls succeed."""
    before = (
        text[max(found.start() - _CHARS_OF_OTHER, 0) : found.start()].rpartition("\n")[2].rpartition(". ")[2]
    )
    if _OTHERS.search(before) or (found[0].startswith("(") and _POD.search(before)):
        return True
    return _HAS_ACCESS.match(text, found.end()) is not None


def _assumes_role_after(text: str, stated: Stated) -> bool:
    """Return whether a command assumes a role after a caller is stated: later calls can be that role's."""
    start = text.find(_ASSUME_ROLE, text.rfind(stated.value))
    return start >= 0 and "AssumeRole operation" not in text[start:]


def restore_case(text: str, unmapped: Stated) -> Stated:
    """Return an ARN in lowercase as another ARN in a text spells it, without the path of a role.

    >>> text = "arn:aws:sts::111122223333:assumed-role/App/ci"
    >>> restore_case(text, Stated("arn:aws:iam::111122223333:role/app", "")).value
    'arn:aws:iam::111122223333:role/App'
    """
    for found in _PRINCIPALS.finditer(text):
        name = found["session"] or (found["role"] or "").rstrip(".")
        resource = f"role/{name}" if name else f"user/{(found['user'] or '').rstrip('.')}"
        if resource.startswith("role/AWSReservedSSO_"):
            # Only the suffix differs if the role of the permission set was re-created.
            resource = resource[:-_SUFFIX_LENGTH] + unmapped.value[-_SUFFIX_LENGTH:]
        arn = f"{found['start']}iam{found['account']}{resource}"
        is_other = UNMAPPED not in text[max(found.start() - _CHARS_OF_LABEL, 0) : found.start()]
        if is_other and arn.lower() == unmapped.value.lower():
            return Stated(arn, quote_match(found))
    return unmapped
