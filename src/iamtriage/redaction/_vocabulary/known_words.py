"""Define the words of messages and ARNs that identify nothing.

A role can be called ``session``, and a user ``on``. Such a word is replaced only where it is a name. If every
"on" in the text were replaced, the text would be unreadable.
"""

from __future__ import annotations

import re
from functools import cache

from iamtriage._reading.readers.phrases import PHRASES
from iamtriage._reading.vocabulary.codes import is_known
from iamtriage.actions._service_names import find_client

__all__ = ("INNER_TYPES", "REGION", "is_grammar", "is_region", "is_service")

REGION = (
    r"(?:(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(?:-gov|-iso[a-z]?|-de)?"
    r"-(?:central|east|west|north|south|northeast|northwest|southeast|southwest)-[1-9]|us-gov|aws-global)"
)
_REGION = re.compile(REGION)

# Words of sentences, envelopes, logs and the code around them.
_WORDS = """
    a an the this that these those it its is are was were be been being am has have had do does did not no
    nor none any all each every some other another and or but if then else when while where who whom which
    what why how because since so as at by for from in into of off on onto out over per than through to
    under until up upon via with without within you your yours we our us they their he she his her i my me
    can cannot could may might must shall should will would please see also only just more most less least
    very now here there again already still yet ever never user users role roles group groups principal
    principals identity entity caller account accounts policy policies session sessions assumed federated
    root anonymous service services resource resources action actions operation operations permission
    permissions boundary boundaries statement effect condition allow allows allowed deny denies denied
    explicit implicit authorized authorization authorize authentication authenticate access forbidden
    unauthorized perform performing error errors exception exceptions message messages code codes status
    request requests response id ids host fault client server api call called calling failed failure fail
    failing reached max retries attempt attempts warning warn info debug trace fatal critical notice level
    time timestamp ts msg log logs logger caused cause stream stderr stdout output input line file lines
    files module object objects key keys value values name names type types kind kinds arn aws amazon
    amazonaws com org net internal compute http https url uri endpoint region regions partition bucket
    buckets cluster clusters node nodes nodegroup pod pods namespace namespaces deployment deployments
    secret secrets configmap configmaps serviceaccount serviceaccounts table function queue topic instance
    instances stack repository image images volume snapshot parameter alias version latest true false null
    nil undefined new old get put post head list create delete update describe modify attach detach start
    stop run read write open close send receive find found load loaded invalid valid missing expired token
    tokens credential credentials signature profile provider config configuration console browser command
    exec executable system kube kubernetes kubectl eksctl terraform helm pulumi cdk boto boto3 botocore
    sdk python java javascript ruby golang go rust php dotnet node js smithy github jenkins docker json
    yaml xml html text data body header headers home var usr lib opt etc srv bin src index css csv txt
    default job task tasks thread process daemon controller manager handler agent runner building release
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december
"""

# Words in the resource of an ARN that are types, not names.
_INNER_TYPES = """
    access-entry accesspoint account addon aiservices_opt_out_policy alias apis app backup backup_policy
    catalog certificate cluster container-instance database db declarative_policy_ec2 deployment execution
    export express fargateprofile function global-table gwy host-key identityproviderconfig index instance
    integrations job key label layer listener listener-rule loadbalancer log-group log-stream map methods
    model net nodegroup object podidentityassociation policy resource_control_policy resources restapis
    role root routes rule service service_control_policy session snapshot stages stream subscription table
    tag_policy targetgroup task task-definition task-set user version workgroup GET POST PUT DELETE HEAD
    PATCH OPTIONS ANY * $LATEST $default
"""
INNER_TYPES = frozenset(_INNER_TYPES.split())


@cache
def _grammar() -> frozenset[str]:
    words = set(_WORDS.split())
    for phrase in PHRASES:
        words.update(re.findall(r"[a-z]{2,}", f"{phrase.fragment} {phrase.pattern}".lower()))
    return frozenset(words)


def is_grammar(word: str) -> bool:
    """Return whether a word is common in messages, in upper or lower case.

    >>> is_grammar("Role"), is_grammar("AccessDenied"), is_grammar("orders-api")
    (True, True, False)
    """
    return word.lower() in _grammar() or is_known(word) or is_service(word) or is_region(word)


def is_region(word: str) -> bool:
    """Return whether a word is a region.

    >>> is_region("eu-west-1"), is_region("west")
    (True, False)
    """
    return "-" in word and _REGION.fullmatch(word) is not None


def is_service(word: str) -> bool:
    """Return whether a word is the prefix or name of a service.

    >>> is_service("sqs"), is_service("orders")
    (True, False)
    """
    return word.isascii() and find_client(word) is not None
