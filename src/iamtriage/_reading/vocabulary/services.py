"""Normalize the names that SDKs and hosts use for a service.

The normalized name is the prefix of the service's IAM actions. Sources: botocore's service models (serviceId,
signingName, endpointPrefix) and the client names of the SDK for Java v1. Only names whose lower-cased form differs
from the prefix are listed.
"""

from __future__ import annotations

from functools import lru_cache

from iamtriage._patterns import lazy_pattern

# Services and their other names. Some are prefixes in cmdlets of PowerShell. A host can have hyphens in a name.
_NAMES = """
    acm: certificatemanager
    airflow: mwaa
    aoss: opensearchserverless
    apigateway: apigatewayv2
    appstream: appstream2
    appsync: appsyncapi appsyncrealtimeapi
    autoscaling: asg
    bedrock: bedrockruntime bedrockagent bedrockagentruntime
    cases: connectcases
    cassandra: keyspaces
    ce: costexplorer
    cloudformation: cfn
    cloudtrail: ct
    cloudwatch: monitoring cw
    codecommit: gitcodecommit
    cognito-idp: cognitoidentityprovider
    config: configservice
    cur: costandusagereport
    discovery: applicationdiscovery applicationdiscoveryservice
    dms: databasemigration databasemigrationservice
    ds: directoryservice
    ds-data: directoryservicedata
    dynamodb: dynamodbv2 dynamodbstreams ddb
    ec2: elasticcomputecloud
    ecr: elasticcontainerregistry
    ecs: elasticcontainerservice containerservice
    elasticfilesystem: efs elasticfilesystem
    elasticloadbalancing: elasticloadbalancingv2 elbv2 elb elb2
    elasticmapreduce: emr
    es: opensearch elasticsearch elasticsearchservice
    events: cloudwatchevents eventbridge
    firehose: kinesisfirehose
    geo: location
    glue: datacatalog
    greengrass: greengrassv2
    iam: identitymanagement
    iotdata: iotdataplane
    kinesisanalytics: kinesisanalyticsv2
    kms: keymanagement keymanagementservice
    lambda: lambdainternal lm
    lex: lexruntime lexruntimev2 lexmodelbuilding lexmodelbuildingservice lexmodelsv2 runtimelex runtimev2lex modelslex modelsv2lex
    logs: cloudwatchlogs cwl
    mechanicalturk: mturk mturkrequester
    memorydb: memorydb
    mgh: migrationhub
    organizations: organizations
    profile: customerprofiles
    rds: relationaldatabase
    route53: r53
    s3: simplestorage simplestorageservice s3control
    sagemaker: sagemakerruntime
    sdb: simpledb
    secretsmanager: sec
    serverlessrepo: serverlessapplicationrepository
    servicecatalog: servicecatalogappregistry
    ses: simpleemail simpleemailservice simpleemailv2 sesv2 email emailsmtp
    sns: simplenotification simplenotificationservice
    sqs: simplequeue simplequeueservice queue
    ssm: simplesystemsmanagement
    sso: ssoadmin
    states: stepfunctions sfn
    sts: securitytoken securitytokenservice
    tag: resourcegroupstaggingapi resourcegroupstagging tagging
    timestream: timestreamwrite timestreamquery
    wafv2: wafv2
    wisdom: qconnect
"""
# Prefixes with hyphens, which service IDs and the names of clients lack: "EMR containers", "AWSLicenseManager".
_HYPHENATED = """
    access-analyzer account-access acm-pca agent-registry app-integrations application-autoscaling
    application-signals arc-region-switch arc-zonal-shift autoscaling-plans backup-gateway backup-search
    bcm-dashboards bcm-data-exports bcm-pricing-calculator bcm-recommended-actions bedrock-agentcore
    cleanrooms-ml cloudfront-keyvaluestore cloudtrail-data codeguru-profiler codeguru-reviewer
    codeguru-security codestar-connections codestar-notifications cognito-identity cognito-idp cognito-sync
    compute-optimizer connect-campaigns cost-optimization-hub devops-guru docdb-elastic ds-data
    ec2-instance-connect ecr-public eks-auth elemental-inference emr-containers emr-serverless geo-maps
    geo-places geo-routes inspector-scan kendra-ranking license-manager license-manager-linux-subscriptions
    license-manager-user-subscriptions managedblockchain-query mediapackage-vod medical-imaging
    migrationhub-orchestrator migrationhub-strategy neptune-graph network-firewall network-security-manager
    notifications-contacts nova-act payment-cryptography pca-connector-ad pca-connector-scep rds-data
    redshift-data redshift-serverless resource-explorer-2 resource-groups route53-recovery-cluster
    route53-recovery-control-config route53-recovery-readiness s3-outposts sagemaker-geospatial security-ir
    sms-voice snow-device-management social-messaging ssm-contacts ssm-guiconnect ssm-incidents
    ssm-quicksetup ssm-sap timestream-influxdb vpc-lattice waf-regional workspaces-instances workspaces-web
"""
_ALIASES = {name.replace("-", ""): name for name in _HYPHENATED.split()}
_ALIASES.update(
    (name, service)
    for service, *names in map(str.split, _NAMES.replace(":", "").strip().splitlines())
    for name in names
)
_VENDOR = lazy_pattern(r"\A(?:amazon|aws)(?=.)")
_NOT_NAME = lazy_pattern(r"[^a-z0-9]+")

# Hosts without an AWS API: OIDC issuers, web pages, customers' instances and load balancers, and missing values.
_NOT_ENDPOINTS = frozenset(
    (
        "oidc", "console", "signin", "docs", "compute", "compute-1", "elb", "amazonaws", "none", "null",
        "undefined",
    )
)  # fmt: skip
MASKED_LABEL = r"[\[<{][\w -]{1,40}[\]>}]"
HOST = lazy_pattern(
    # A URL, or its host in a dump of reqwest (Rust) or excon (Ruby), in a request's headers or its signed headers.
    # containerd prints the registry's host without a scheme, and the AWS Toolkit the host of each call.
    r"[ADHho3](?:(?:(?<=h)ttps?|(?<=o)ci)://|(?<=\bs3):|(?<=D)omain\(\"|(?<![\w-].)(?<=[Hh])ost\"?\s?=>\s?\"|(?<![\w-].)(?:(?<=H)ost:\s|(?<=h)ost:\s?)"
    r"|(?<!\w.)(?<=h)ost\s(?=[^\s/]{0,60}\.dkr\.ecr\.)|(?<!\w.)(?<=A)PI\s(?:request|response)\s\()"
    # An account and a region can be masked.
    rf"(?:{MASKED_LABEL}\.)?(?P<host>[A-Za-z0-9.-]{{1,200}}?(?:\.{MASKED_LABEL})?\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|api\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov))\b"
)
# The token endpoint of IAM Identity Center. The hosts of EKS issuers have one more label.
_IDENTITY_CENTER = lazy_pattern(r"oidc(?:-fips)?\.[a-z]{2}(?:-[a-z]+){1,3}-\d\.(?:amazonaws\.|api\.aws)")
# The prefixes of regions. Regions are often misspelled, and no service has such a prefix.
_REGION = r"(?:us|eu|ap|sa|ca|me|af|il|mx|cn)-"
_HOST_SERVICE = lazy_pattern(
    rf"(?:\A|\.)(?P<service>s3|(?!{_REGION})[a-z][a-z0-9-]*?)(?:-fips|-accesspoint|-website)?"
    rf"(?:[.-](?:dualstack\.)?(?:[a-z]{{2}}(?:-[a-z]+){{1,3}}-\d|{_REGION}[a-z0-9-]{{1,24}}|my-location-\d|global|external-1|{MASKED_LABEL}))?"
    r"\.(?:amazonaws\.|api\.aws|c2s\.|sc2s\.)"
)


# Modules of SDKs whose namespaces look like those of services.
_SDK_PARTS = frozenset(
    {
        "runtime", "sigv4", "core", "auth", "util", "model", "internal", "sdk", "errors", "plugins", "credentials", "http", "exception",
    }
)  # fmt: skip
_MASK = lazy_pattern(r"(.)\1+\Z")


def service_name(written: str) -> str | None:
    """Return the normalized service for a service ID, client or namespace.

    >>> service_name("AWSSecurityTokenService"), service_name("Route 53"), service_name("AmazonS3")
    ('sts', 'route53', 's3')
    """
    name = _NOT_NAME.sub("", _VENDOR.sub("", written.strip().lower()))
    if name in _ALIASES:
        return _ALIASES[name]
    if name.endswith("service") and name[:-7] in _ALIASES:
        return _ALIASES[name[:-7]]
    if name in _SDK_PARTS or _MASK.match(name):
        return None
    return name or None


def service_of_host(host: str) -> str | None:
    """Return the service of an AWS endpoint, or ``None`` for any other host.

    >>> service_of_host("sts.us-west-2.amazonaws.com"), service_of_host("my.bucket.s3-eu-west-1.amazonaws.com")
    ('sts', 's3')
    """
    host = host.lower()
    if ".dkr.ecr" in host:
        return "ecr"
    if ".execute-api." in host:
        return "execute-api"
    labels = host.split(".")
    if "s3" in labels or any(label.startswith("s3-") for label in labels):
        return "s3"
    if _IDENTITY_CENTER.match(host):
        return "ssooidc"
    m = _HOST_SERVICE.search(host)
    if m is None:
        return None
    name = m["service"]
    if _MASK.match(name) or name in _NOT_ENDPOINTS or host.startswith("oidc.") or ".eks." in host:
        return None
    return _ALIASES.get(name.replace("-", ""), name)


@lru_cache(maxsize=1024)
def service_of_event_source(source: str) -> str | None:
    """Return the service of a CloudTrail ``eventSource`` such as ``eks.amazonaws.com``.

    >>> service_of_event_source("monitoring.amazonaws.com")
    'cloudwatch'
    """
    name = source.split(".", 1)[0].lower()
    return _ALIASES.get(name, name) or None
