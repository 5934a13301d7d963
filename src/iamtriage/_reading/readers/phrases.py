"""Find messages of AWS and its SDKs other than the standard denial.

Under each kind, a line of the table has one message or a few: how certain they are, their fragments and their pattern.
A text must contain one of the fragments, which are quick to search for. A new message is one line here, or one more
alternative, and one line in the tests. ``credential_phrases`` has the lines about credentials, and ``kubernetes`` a
separate table for Kubernetes and the EKS console.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.credential_phrases import CREDENTIAL_MESSAGES
from iamtriage._reading.vocabulary.grammar import is_general, trim
from iamtriage._reading.vocabulary.masks import ARN, rejoin
from iamtriage._reading.vocabulary.pieces import Piece
from iamtriage._reading.vocabulary.readable import find_near_fragments
from iamtriage._reading.vocabulary.services import service_name
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.vocabulary.readable import Readable
    from iamtriage.typing import Kind

# A space in a pattern matches any whitespace, and " ?" also none. The certainty is one of:
#   sure    only AWS and its SDKs say this
#   unsure  other systems say it, too: a code, host, class or name of AWS must be near it
#   outer   an SDK or tool reports another failure with it
_TABLE = r"""
[access_denied]
# The action of an AWS IoT rule: https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html
sure   | error received was Forbidden | Failed to index document in OpenSearch\. The error received was Forbidden
sure   | be assumed by root accounts|<Anonymous>Anonymous users cannot | Roles may not be assumed by root accounts|Anonymous users cannot [a-z][\w ]{1,40}\. Please authenticate
# The status of a VPC flow log: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-troubleshooting.html
sure   | <DeliverLogsErrorMessage>Access error | DeliverLogsErrorMessage[\"']?\s?[:=]\s?[\"']?Access error
# The status of a trail, and of a delivery channel of AWS Config:
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
# https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigExportDeliveryInfo.html
sure   | DeliveryError": |DeliveryError":"|DeliveryInfo": { | \"Latest(?:Digest)?DeliveryError\": ?\"AccessDenied\"|\"config(?:History|Snapshot)DeliveryInfo\": \{[^{}]{0,400}?\"lastErrorCode\": ?\"AccessDenied\"
sure   | <denied>ccess was denied | Access was denied(?: when calling \w{2,20})?\. Ensure that the (?:access policy on the|trust policy for the provided|provided) IAM role
sure   | <targetGroupArn> | Unable to assume role and validate the specified targetGroupArn
sure   | <permissions>due to insufficient permissions. | Unable to (?:create or )?refresh (?:login )?credentials due to insufficient permissions\. You may be missing permission for the '(?:(?P<action>(?P<service>signin):CreateOAuth2Token)|(?P<operation>CreateOAuth2Token))' action
unsure | <permissions>to execute the query | Insufficient permissions to execute the query(?:\. User is not authorized to create partitions on Glue catalog)?
sure   | <Status>AUTHORIZATION_|<protocol>AUTHORIZATION_FAILURE | Connect Status: AUTHORIZATION_(?:ERROR|FAILURE)|\"protocol\": ?\"MQTT\"[^{}]{0,400}?\"reason\": ?\"AUTHORIZATION_FAILURE\"
# SageMaker, of the data of a training job.
unsure | <download>nable to download object | Unable to download object (?P<resource>s3://[^\s\"'`<>,;]{1,1024}) \((?P<code>AccessDenied): Access Denied
sure   | permission to GetObject for | credentials have permission to GetObject for (?P<resource>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S{1,1024}?)\. (?P<service>S3) Error Code
sure   | ccess Denied to API Version | Access Denied to API Version: \w
sure   | denied for import path|denied for export path | (?P<code>BadRequest): Access denied for (?:im|ex)port path
unsure | PAM authentication failed for | PAM authentication failed for user \"
sure   | or you are not allowed to access|<KMS>KMS is not allowed | ciphertext refers to a customer master key that does not exist[^\x1e]{0,80}?or you are not allowed to access|Access to KMS is not allowed
sure   | KMS access was denied | KMS access was denied
sure   | <key>authorized to access the key | (?<![a-z0-9.-])(?P<principal>[a-z0-9.-]{1,80}\.amazonaws\.com) is not authorized to access the key
sure   | ross-account pass role is not allowed | Cross-account pass role is not allowed
sure   | due to a VPC endpoint policy | denied due to a (?P<policy_type>VPC endpoint) policy
sure   | <denied>is denied | Access to (?:the resource (?P<resource>https?://\S+?)|requested resource|the specified s3 resource) is denied
sure   | <failed>failed for bucket | (?P<operation>[A-Z]\w{3,40}) failed for bucket .{1,100}? in region [\w-]{1,30} (?:[\w:]{1,20} ){1,8}?(?:Permission|[Aa]ccess) denied
unsure | <denied>is denied | Access to the resource (?P<resource><[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|[*xX]{3,60}) is denied
sure   | Access to an SQS queue | Access to an (?P<service>SQS) queue \((?P<resource>https://[^\s()]{1,200})\) was denied
# Amazon Bedrock AgentCore
sure   | ccess denied while validating | Access denied while validating [A-Z][^\x1e]{1,600}?\. The execution role requires permissions? for (?P<action>(?P<service>[a-z0-9-]{2,40}):[A-Z]\w{1,60})
sure   | <Identity>is forbidden|<Role>is forbidden | Access to (?:Identity|Role) '(?P<resource>[^'\n]{1,200})' is forbidden
sure   | not the owner of | You are not the owner of [\w ]{1,40} '(?P<resource>[^'\n]{1,200})'
unsure | due to missing permissions | (?<![\w./-])(?P<resource>[\w./-]{1,200}) already exists due to missing permissions
# The mount helper of Amazon EFS: https://github.com/aws/efs-utils
sure   | Unauthorized to perform operation | Unauthorized to perform operation (?P<operation>Describe[A-Z]\w{2,60})\.
sure   | Access denied for operation | Access denied for operation '(?:AWS::[\w:]+|(?P<operation>[A-Z]\w{2,60}))'
sure   | ccess to this object has been | (?:(?P<service>S3) error: )?All access to this object has been disabled
sure   | <Access>ccess Denied | (?P<service>S3|SQS|SNS|KMS|STS|IAM|EC2|ECR|DynamoDB|Lambda|Kinesis|Firehose|Glue|Athena|Bedrock|Comprehend|SageMaker) (?:(?:(?:API|service) returned (?:an )?)?error: |client returned ')Access Denied
sure   | heck bucket or provided credentials | HTTP (?P<status_code>403)\. Permission denied\. Check bucket or provided credentials
sure   | <LOAD_S3_ACCESS_DENIED_ERROR> | \bLOAD_(?P<service>S3)_ACCESS_DENIED_ERROR\b
sure   | Cannot call Get | Cannot call (?P<operation>Get\w+) with session credentials
sure   | object storage: Access Denied|<on>: Access Denied | object storage: Access Denied|error from (?P<operation>(?:Get|Put|List|Head|Delete)Objects?(?:V2)?) on (?P<resource>[a-z0-9*<][a-z0-9.*<>-]{1,61}[a-z0-9*>]): Access Denied
sure   | <client>Object: Access Denied|<aws>: Access Denied | client\.(?P<operation>(?:Get|Put)Object): Access Denied|\baws (?:copy|delete|download|get|head|list|put|read|stat|upload|write) objects? [^\n]{1,1200}?: Access Denied
sure   | failed to save outputs: Access Denied|<artifact>file: Access Denied | failed to save outputs: Access Denied|artifact [\w.-]{1,100} failed to (?:load|save): failed to (?:get|put) file: Access Denied
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
sure   | by stack policy: | Action (?:denied|not allowed) by stack policy: [^\n\[]{0,40}(?:\[#\d{1,3}\][^\n\[]{0,40})?\[?Update:(?:\w{1,10}|\*)\]?(?: (?:for resource|on) \[?(?P<resource>LogicalResourceId/[A-Za-z0-9]{1,255}))?
# CloudFormation, of a custom resource
sure   | custom resource. Message returned: |<CloudWatch>details in CloudWatch Log | \[FAILED\] from custom resource\. Message returned: (?:Error: )?Access Denied\b|Failed to (?:create|update|delete) resource\. (?:Error: )?Access Denied\.? See (?:the )?details in CloudWatch Log
sure   | S3 endpoint. Access Denied | Failed to connect to (?P<service>S3) endpoint\. Access Denied
sure   | denied (Amazon S3) | [Aa]ccess denied \(Amazon (?P<service>S3)\)
sure   | <making>S3 access denied when | (?P<service>S3) access denied when making the API call
sure   | <bucket>check S3bucket permission | Access Denied for bucket: (?P<resource>[a-z0-9*][a-z0-9.*-]{1,61}[a-z0-9*])\. Please check S3bucket permission
sure   | <pool>this identity pool|one valid login for this | (?:(?P<code>NotAuthorizedException)(?: ?\{ ?\"?message\"?[=:] ?\"?|\(message=))?(?:Unauthenticated access is not supported for this identity pool|Token is not from a supported provider of this identity pool|Logins don't match\. Please include at least one valid login for this identity)
sure   | not allowed with tested creds | Action not allowed with tested creds\"?\s{1,20}action=\\?\"?(?P<action>(?P<service>[a-z0-9-]{2,40}):[A-Z]\w{1,60})
sure   | insufficient EC2 permissions|<ERROR_CODE> | Service role \S{1,200} has insufficient EC2 permissions|\bERROR_CODE\b(?:\W{1,20}(?:is|[sS]tring(?:Value)?|[dD]ataType|[tT]ype|[vV]alue)\b){0,4}\W{1,20}NO_PERMISSIONS
sure   | NO_PERMISSIONS | :rule/[\w./-]{1,400}[^\x1e{}]{0,600}?[\"\s]NO_PERMISSIONS(?=\"|\t|[^\S\n]{0,8}$)|\"NO_PERMISSIONS(?=\"[^\x1e{}]{0,600}?:events:[\w-]{6,30}:\d{12}:rule/)
outer  | be used to assume | could not be used to assume ['\"]?arn:[\w-]{3,20}:iam::[\w*<>-]{1,20}:role/cdk-[\w*<>+=,.@-]{1,64}
sure   | <S3Exception>name AccessDenied, Message | (?P<service>S3)Exception name (?P<code>AccessDenied), Message: Access Denied(?:, bucket [^\s,]{3,63}, key [^\s,]{1,1024}, object size \d)?
sure   | <S3_ERROR> | DB::Exception: (?:(?:Message: )?Access Denied[:.,]|[^\n]{0,300}? HTTP response code: (?P<status_code>403)\b)(?:[^\n\x1e]|\n(?=\S)){0,600}?\((?P<service>S3)_ERROR\)
outer  | <AWS_ROLE>rror assuming AWS_ROLE | Error assuming AWS_ROLE
sure   | <URL>Function URL authorization|<images>ot authorized for images | Forbidden\. For troubleshooting Function URL authorization issues|Not authorized for images
outer  | ermissions error performing a tagging operation | Encountered a permissions error performing a tagging operation
sure   | <requester> | (?:(?:Resource does not exist|Column [^\n]{1,200}? cannot be resolved) or )?requester is not authorized to access requested (?:permissions|resources)
sure   | <access>authorized to access this resource|<Access>ccess Denied | User is not authorized to access this resource|\A[\s\"'`]*Access Denied[.\s\"'`]*\Z
sure   | <auth>with auth mode|ot Authorized to access | User is unauthorized to \w{1,20} \w{1,100} with auth mode [A-Z_]{3,40}|Not Authorized to access \w{1,100} on type \w{1,60}
unsure | <have>You do | You do(?: not|n't) have (?:sufficient )?(?:permissions?|access) to (?:access )?(?:this|the) (?:requested )?resource
unsure | <sufficient>access to perform this action|<this>not authorized to perform this operation | You do not have sufficient access to perform this action|You are not authorized to perform this operation
sure   | <UnauthorizedOperation>(UnauthorizedOperation) | You are not authorized to perform this operation\. \((?P<code>UnauthorizedOperation)\)
sure   | authorized to assume the | [Gg]reengrass is not authorized to assume the [Ss]ervice [Rr]ole associated with this account
unsure | <Access>ccess Denied | Access(?:(?:(?<=[:=\]]\x20Access)|(?<=[>\"'\n\x1e]Access)|(?<=\AAccess)|(?<=with\x20error\x20Access)|(?<=Message:Access)) Denied(?=[.;\"'`\n<]|\Z|,| \x28| Please | Logs: /aws/)(?![\"'`*]{1,2} (?:errors|exceptions|responses)\b)|(?<=Exception\[Access) Denied(?=\]))
sure   | have the right AWS permissions|access to the model with | Access Denied\. Please ensure you have the right AWS permissions: Access denied|You don't have access to the model with the specified model ID
sure   | <ecr>.dkr.ecr.|<ecr>public.ecr. | (?:\.dkr|//public)\.(?P<service>ecr)\.[^\n]{1,400}: 403 Forbidden(?!:? (?:denied: )?[Yy]our [Aa]uthorization [Tt]oken has expired)
sure   | from host public.ecr.|.dkr.ecr. | pulling from host (?:\d{12}\.dkr|public)\.(?P<service>ecr)\.[\w.-]{3,60} failed with status code \[[^\]\n]{1,80}\]: (?P<status_code>403) Forbidden(?!:? (?:denied: )?[Yy]our [Aa]uthorization [Tt]oken has expired)
sure   | <Access>] Access denied|<Access>]: Access denied | (?:failed authentication due to|SaslAuthentication\w{0,20}|SASL \w{1,20} failed):? \[(?:[0-9a-fxX*]{8}(?:-[0-9a-fxX*]{4}){3}-[0-9a-fxX*]{12}|[\w.*…<>-]{0,3}|<[\w -]{1,40}>)\]:? Access denied
# Plain Kafka says the same as a cluster of Amazon MSK with IAM.
sure   | AuthorizationException: | \b(?:AWS_MSK_IAM|kafka-cluster:[A-Z])[^\x1e]{0,1200}?\b(?:Topic|Group|Cluster|TransactionalId)AuthorizationException: \w[^\n]{0,200}|\b(?:Topic|Group|Cluster|TransactionalId)AuthorizationException: (?=[^\x1e]{0,1400}?\b(?:AWS_MSK_IAM|kafka-cluster:[A-Z]))\w[^\n]{0,200}
unsure | error parsing HTTP 403 response body | error parsing HTTP (?P<status_code>403) response body(?![^\n]{0,120}? has expired)
sure   | <authorization_exception>User does not | (?:AuthorizationException\((?P<status_code>403), '(?:security_exception', ')?)?(?:OpenSearch exception \[type=)?authorization_exception(?:, reason=|', '|\] )User does not have permissions for the requested resource
sure   | authorized to use launch template | not authorized to use launch template: (?P<resource>[\w().$/<>*-]{3,128})
sure   | permissions for the requested resource [ | User does not have permissions for the requested resource \[type=authorization_exception
# Bedrock passes on what OpenSearch Serverless answered to the role of a knowledge base.
sure   | storage configuration provided is invalid|Call to Amazon OpenSearch | storage configuration provided is invalid\.{1,3} (?:Bad Authorization\b|Request failed: \[security_exception\] 403 Forbidden|Dependency error document status code: 403\b[^\n]{0,60}?\bBad Authorization)|Request\sfailed:\s\[security_exception\]\sauthentication/authorization\sfailure\.\sCall\sto\sAmazon\sOpenSearch\s
outer  | <pull>pull access denied for|not exist or no pull access | (?:pull access denied for|repository(?= \S{1,500} not found: does not exist or no pull access)) [^\s,]{1,200}\.dkr\.(?P<service>ecr)\.[^\s,]{1,300}(?:, repository does not exist or may require)?
outer  | <Operation>Operation Denied. | (?:\b(?P<code>NotAuthorizedError) - |have the correct permissions\. Reason: )Operation Denied\.
sure   | <MultiFactorAuthentication>|<Serverless>Serverless Error ---|<ServerlessError>: Access Denied | MultiFactorAuthentication failed with|(?:Serverless Error -{8,}|ServerlessError:) Access Denied(?!\x20\w)

[invalid_identity_token]
sure   | OpenIDConnect provider found|ncorrect token audience | No OpenIDConnect provider found(?: in (?:your )?account)?|Incorrect token audience
sure   | retrieve verification key|issing a required claim | [Cc]ould(?: not|n't) retrieve verification key from your identity provider|Missing a required claim: \w+
sure   | <certificate>humbprint|provided is not a valid JWT | OpenIDConnect provider's HTTPS certificate (?:doesn't|does not) match configured thumbprint|ID [Tt]oken provided is not a valid JWT
unsure | <issuer>oken issuer|<issuer>issuer in the token | (?:Invalid|Incorrect|Unknown) token issuer|[Tt]oken issuer (?:does not match|is invalid)|The issuer in the token does not match the issuer
sure   | <that>web identity token that was passed | The web identity token that was passed (?:could not be validated|is expired or is not valid)
unsure | dentity provider was invalid|<Token>audience in ID Token | [Tt]he (?:token|response) from the identity provider was invalid|audience in ID Token .{0,120}? (?:did|does) not match
unsure | <verify>Failed to verify | Failed to verify (?:the )?(?:web identity|OIDC|identity) token

[credential_scope]
sure   |  be scoped to | [Cc]redential (?:should|must) be scoped to (?:a )?(?:valid|correct) (?:[Rr]egion|service)
sure   | is wrong; expecting | (?:authorization header is malformed; )?the region '[^'\n]{1,40}' is wrong; expecting '[^'\n]{1,40}'

[signature_mismatch]
sure   | edential is mal-formed; expecting|slash-delimited elements|<malformed>header is malformed; | Credential is mal-formed; expecting|Credential must have exactly 5 slash-delimited elements|authorization header is malformed; (?:a non-empty |the authorization |incorrect service)

[region_disabled]
sure   | STS is not activated in | STS is not activated in (?:this|the requested) region(?: for account:(?P<account>\d{12})(?!\d))?
unsure | is not enabled in your account | region .{0,30}?is not enabled in your account

[access_key_quota]
sure   | <quota>quota for AccessKeysPerUser | Cannot exceed quota for AccessKeysPerUser

[malformed_policy]
sure   | one or more invalid principals|action out of service scope | Policy contains a statement with one or more invalid principals|Policy statement action out of service scope
sure   | nvalid principal in policy|yntax errors in policy|This policy contains invalid | (?:[Ii]nvalid principal|Syntax errors) in policy|This policy contains invalid [Jj]son
sure   | <legacy>policy failed legacy parsing|<invalid>olicy has invalid | The policy failed legacy parsing|Policy has invalid (?:resource|action|condition)
sure   | olicy document should not specify a principal|olicy statement must contain | [Pp]olicy (?:document should not specify a principal|statement must contain (?:actions|resources|principals?))
sure   | Action does not apply to any resource|Has prohibited field | Action does not apply to any resource\(s\) in statement|Has prohibited field \w+
# OpenSearch Serverless, of a data access or network policy.
sure   | olicy json is invalid, error: | Policy json is invalid, error: \[
sure   | principals must be valid domain names|<MALFORMED_POLICY_DOCUMENT> | Federated principals must be valid domain names or SAML metadata ARNs|MALFORMED_POLICY_DOCUMENT

[aws_error]
# IAM Identity Center passes on what IAM answered in the status of an assignment.
sure   | does not exist or is not attachable | (?:Received a (?P<status_code>4\d\d) status error: )?Policy arn:aws[a-z-]{0,12}:iam::\w{1,40}:policy/[^\s\"']{1,600} does not exist or is not attachable
sure   | to create service linked role | Verify that you have permission to create service linked role
sure   | to http://aws.amazon.com to subscribe | You are not subscribed to this service\. Please go to http://aws\.amazon\.com to subscribe
sure   | object metadata from S3 | (?:(?P<code>InvalidS3ObjectException): )?Unable to get object metadata from S3\. Check object key, region and/or access permissions
sure   | <InvalidAccessException>: Account | (?P<code>InvalidAccessException): Account \S{1,40} is not (?:an administrator for this organization|subscribed to AWS Security Hub)
# The SDK for .NET, whatever went wrong, also with AssumeRoleWithWebIdentity.
outer  | <AssumeRole>calling AssumeRole for role | Error calling AssumeRole for role (?P<resource>arn:\S{1,300})
# SageMaker, of an endpoint that it could not create.
sure   | model data for container|create the model has permissions | Failed to download model data for container \"[^\"\n]{1,100}\" from URL: \"s3://[^\"\n]{1,1024}\"\. Please ensure|images included in the model for the production variant \S{1,63} exist, and that the execution role used to create the model has permissions
sure   | validity of S3 location you provided | (?:(?P<code>InvalidArgumentException): )?Please check the role provided or validity of S3 location you provided
sure   | Invalid identity pool configuration | Invalid identity pool configuration\. Check assigned IAM roles for this pool
sure   | <ResourceNotFoundException>: Requested resource|<ResourceNotFoundException>: The specified log | (?P<code>ResourceNotFoundException): (?:Requested resource not found(?!\x20\w)|The specified log (?:group|stream) does not exist)
sure   | find the specified secret | (?:(?P<code>ResourceNotFoundException): )?Secrets Manager can't find the specified secret\b
# DuckDB prints no body. Answers with 403 are denials.
sure   | <GET>rror on|<GET>rror reading|<HEAD>rror on|<HEAD>rror reading | \bHTTP (?:GET|HEAD) error (?:on|reading) [\"']https?://(?:[\w.-]{1,64}\.)?(?P<service>s3)[.-][\w.-]{0,40}amazonaws\.com[^\s\"']{0,1024}[\"'] (?:in region '[\w-]{0,30}' )?\(HTTP (?P<status_code>400|404|301)\b
sure   | exceeds the current capacity | [Tt]hroughput exceeds the current capacity (?:of your table or index|for one or more global secondary indexes)
sure   | <ConditionalCheckFailedException>: The conditional | (?P<code>ConditionalCheckFailedException): The conditional request failed
sure   | identities failed the check in region | (?:(?P<code>MessageRejected): )?Email address is not verified\. The following identities failed the check in region
sure   | <RequestLimitExceeded>(RequestLimitExceeded)|<Throttling>(Throttling) | rror\b[^\n]{0,160}?: (?:Request limit|Rate) exceeded\.? \((?P<code>RequestLimitExceeded|Throttling)\)
sure   | <ResourceNotReady>ResourceNotReady: | rror\b[^\n]{0,160}?: (?P<code>ResourceNotReady): (?:exceeded wait attempts|failed waiting for successful resource state)
sure   | does not allow ACLs|enable a service-linked role to | (?:(?P<code>AccessControlListNotSupported): )?The bucket does not allow ACLs|you must enable a service-linked role to give (?:Amazon|AWS)
outer  | <handler>Resource handler returned message: "|<HandlerErrorCode>(HandlerErrorCode: | Resource handler returned message: \"(?:Rate exceeded|(?:Role|User|Group) with name [\w+=,.@-]{1,128} already exists|(?!Access denied)(?:[^\n(]|\((?!Service: )){1,600}?\"(?=\s?[\x28\n]|\s?\Z))|(?<!,\x20)\(HandlerErrorCode: [A-Za-z]{2,60}\)
sure   | <exceed>annot exceed quota for |<exceeded>bytes exceeded for |policy can have up to | (?:(?P<code>LimitExceeded(?:Exception)?): )?(?:Cannot exceed quota for (?!AccessKeysPerUser)[A-Z][A-Za-z]{3,60}: \d{1,6}|Maximum policy size of \d{3,6} bytes exceeded for (?:role|user|group)\b|A managed policy can have up to \d{1,3} versions)
sure   | <Stack>state and can|<Stack>Stack with id | Stack(?::arn:[\w:/-]{1,300} is in [A-Z_]{5,60} state and can ?not be updated| with id [\w:/.-]{1,300} does not exist)
sure   | utbound web identity federation is disabled | Outbound web identity federation is disabled for your account
sure   | MaxSessionDuration set for this|session limit for roles assumed by|'roleSessionName' failed to satisfy|'durationSeconds' failed to satisfy | (?:The requested DurationSeconds exceeds the (?:MaxSessionDuration set for this role|1 hour session limit for roles assumed by role chaining)|Value '[^'\n]{0,200}' at '(?:roleSessionName|durationSeconds)' failed to satisfy constraint)
sure   | use AWS4-HMAC-SHA256|connect to the endpoint URL | is not supported\. Please use AWS4-HMAC-SHA256|Could not connect to the endpoint URL: \"https?://[\w.-]*\.amazonaws\.
sure   | <validation>SSL validation failed for|connect to proxy URL | SSL validation failed for https?://[\w.-]*\.(?:amazonaws\.|api\.aws\b)\S*|Failed to connect to proxy URL: \"?https?://
sure   | valid response from endpoint URL | Connection was closed before we received a valid response from endpoint URL: \"https?://[\w.-]*\.(?:amazonaws\.|api\.aws\b)
sure   | Client raised an unhandled exception | An HTTP Client raised an unhandled exception:
sure   | AWS4-HMAC-SHA256 Credential= | (?:Invalid header value b?|Illegal character\(s\) in message header value: )['\"]?AWS4-HMAC-SHA256 Credential=
sure   | <specify>You must specify a region | You must specify a region\. You can also configure your region by running
unsure | <specify>You must specify a region | You must specify a region\.
sure   | <SageMaker>etup local AWS configuration with a region | Must setup local AWS configuration with a region supported by SageMaker
sure   | match a supported format|<Region>nvalid AWS Region: | (?:Provided region_name '[^'\n]{0,100}' doesn't match a supported format|\b[Ii]nvalid AWS Region:(?!\w))
sure   | <configuration>ind region configuration|oad region from any|configuration is required for this | (?:(?P<code>Missing(?:Region|Endpoint)): (?:could not find region configuration|'{1,2}Endpoint'{1,2} configuration is required for this service)|ClientException: Unable to load region from any of the providers in the chain)
sure   | <Region>nfiguration: Missing Region|<config>egion in config|<configured>or ServiceURL configured|<shell>persisted/shell defaults|<detect>auto detect AWS region|<attribute>attribute or the "AWS_REGION | (?:Invalid Configuration: Missing Region|(?:(?P<code>ConfigError): )?Missing region in config|ClientException: No RegionEndpoint or ServiceURL configured|No region specified or obtained from persisted/shell defaults|ClientException: unable to auto detect AWS region|The \"region\" attribute or the \"AWS_REGION\"[^\n]{0,60}? environment variable)
sure   | not resolve endpoint | (?:(?P<code>UnknownEndpointError): |unknown endpoint, )could not resolve endpoint,?\s{1,12}partition: \"aws[a-z-]{0,12}\", service: \"(?P<service>[a-z][a-z0-9.-]{1,40})\", region: \"
# The Region of botocore's message has a blank or another sign that no host name has.
sure   | nvalid endpoint: http | \bInvalid endpoint: https?://(?:[\w-]{1,63}\.){0,4}?(?P<service>[a-z][a-z0-9-]{0,40})\.[a-z]{2}[\w -]{3,40}\.amazonaws\.com
sure   | ..amazonaws.com | (?:://|lookup |ENOTFOUND |AGAIN |host: |\(host=')(?:[\w-]{1,63}\.){0,4}?(?P<service>[a-z][a-z0-9-]{0,40})\.\.amazonaws\.com
sure   | <awsapps>Invalid grant provided | \bawsapps\.com\b[^\x1e]{0,600}? Invalid grant provided
unsure | Invalid grant provided|<missing>Region is missing|specified bucket does not exist | Invalid grant provided|\bRegion is missing\b|The specified bucket does not exist
sure   | required client configuration options: | Missing required client configuration options: (?:region|version):
sure   | <RequestError>/latest/ | (?P<code>RequestError): send request failed caused by: (?:Get|Put) \"?http://(?:169\.254\.169\.254|\[fd00:ec2::254\])/latest/(?!meta-data/iam|api/token)
sure   | <RequestError>amazonaws | (?P<code>RequestError): send request failed caused by: (?:Get|Put|Post|Head|Delete) \"?https?://(?:[\w-]{1,63}\.){0,8}?(?P<service>[a-z0-9-]{2,40})\.(?:[a-z]{2,5}(?:-[a-z]{1,12}){1,3}-\d\.)?amazonaws\.
sure   | region must be set when sending | A region must be set when sending requests to (?P<service>S3)
sure   | not found, Resolve | \bnot found, Resolve(?:EndpointV2|AuthScheme)\b
sure   | to construct an endpoint for|execute HTTP request | Unable to construct an endpoint for [\w-]{1,60} in region \S|(?<!chain\x20)\b(?:Sdk|Amazon|AmazonS3)ClientException: Unable to execute HTTP request
sure   | dispatch failure | Generic S3 error: dispatch failure(?!:)|\berror=dispatch failure component_kind=\"\w{1,20}\" component_type=\"aws_\w
unsure | dispatch failure | (?<![^:=>]\x20)(?<!\w)dispatch failure(?![:\w])
sure   | <NetworkingError>Seahorse::Client::|<ConnectorError> | Seahorse::Client::NetworkingError|DispatchFailure \{ source: ConnectorError \{ kind(?![^\n\x1e]{0,300}?(?:[Cc]redential|ProfileFile|NoMatchingAuthScheme))
sure   | <totalRetryDelay>|<NetworkingError>hostname: | (?:self[- ]signed certificate|unable to get (?:local )?issuer certificate|unable to verify the first certificate|certificate has expired|getaddrinfo E[A-Z_]{3,20}|(?:connect|read|write) E[A-Z_]{3,20}(?! 169\.254\.)|socket hang up)\b[^\x1e]{0,1500}?(?:\$metadata['\"]?: ?\{ ?(?:attempts|httpStatusCode)[^{}]{0,120}\btotalRetryDelay\b|\bNetworkingError\b[^\x1e]{0,200}?hostname: '(?:[\w-]{1,63}\.){0,8}?(?P<service>[a-z0-9-]{2,40})\.(?:[a-z]{2,5}(?:-[a-z]{1,12}){1,3}-\d\.)?amazonaws\.)
sure   | <getaddrinfo> | getaddrinfo E[A-Z_]{3,20} (?:[\w-]{1,63}\.){0,8}?(?P<service>[a-z0-9-]{2,40})\.(?:[a-z]{2,5}(?:-[a-z]{1,12}){1,3}-\d\.)?amazonaws\.
sure   | <HTTPSConnectionPool> | HTTPSConnectionPool\(host='(?:[\w-]{1,63}\.){0,8}?(?P<service>[a-z0-9-]{2,40})\.(?:[a-z]{2,5}(?:-[a-z]{1,12}){1,3}-\d\.)?(?:amazonaws\.[a-z.]{2,10}|api\.aws)', port=\d+\): (?:Max retries exceeded|Read timed out)
sure   | <Get>http|<Post>http|<Put>http|<Head>http|<Delete>http|<Patch>http | [GPHD](?<!send\x20failed,\x20.)(?<!caused\x20by:\x20.)(?:(?:(?<=G)et|(?<=P)(?:ost|ut|atch)|(?<=H)ead|(?<=D)elete) \\?\"https?|(?:(?<=G)et|(?<=P)(?:ost|ut)) https)://[\w.-]*\.(?:amazonaws\.|api\.aws\b)[^\s\"]{0,400}\"?: (?:tls|x509|dial tcp|net/http|proxyconnect tcp|EOF|context deadline exceeded|(?:read|write) tcp|remote error)\b
unsure | <connect>connect to the server:|<unreachable> | (?:Unable to connect to the server|Kubernetes cluster unreachable): (?:[A-Z][a-z]+ \\?\"https://[^\s\"]{1,400}\": )?(?:tls|x509|dial tcp|net/http|proxyconnect tcp|EOF|context deadline exceeded|(?:read|write) tcp|remote error)\b
# https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
sure   | at least one subnet|minimal required count|<ELB>suitable subnets for creating | (?:couldn't auto-discover subnets: )?unable to (?:resolve|discover) at least one subnet\b(?: \(\d{1,4} match VPC and tags[^)\n]{0,300}\)|\.? Evaluated \d{1,4} subnets[^\n\"']{0,200})?|couldn't auto-discover subnets: subnets count less than minimal required count: \d < \d|could not find any suitable subnets for creating the ELB
sure   | failed to join the kubernetes cluster|<SessionManagerPlugin> | Instances failed to join the kubernetes cluster|SessionManagerPlugin is not found
sure   | timeout on endpoint URL | (?:Read|Connect) timeout on endpoint URL: \"https?://[\w.-]*\.amazonaws\.

[invalid_arn]
unsure | <ARN>role ARN is invalid | role ARN is invalid
sure   | role arn passed ' | \b[Tt]he role arn passed '[^'\n]{0,20}:iam::[^':\n]{0,20}:(?:user|group|policy)/[^'\n]{1,200}' is not valid
sure   | <principalArn> | [Tt]he (?:specified principalArn is invalid|principalArn parameter format is not valid)|not allowed to modify access entries with a principalArn value of a Service Linked Role
unsure | <valid>not a valid | is not a valid (?:IAM |iam )?[Rr]ole ?(?:ARN|arn)
sure   | <ARN>equest ARN is invalid | Request ARN is invalid
unsure | <ARN>nvalid ARN | [Ii]nvalid ARN\b(?! message)
sure   | <invalid>nvalid prefix|not enough sections|is invalid: 'arn:|<ARN>is invalid | arn: (?:invalid prefix|not enough sections)|\"?arn\"?:? .{0,120}?is invalid: 'arn:|\bARN \S{1,200} is invalid
unsure | is not a valid ARN | is not a valid ARN
sure   | does not have a recognized partition|is not a valid service for identities | arn '[^'\n]{0,300}' does not have a recognized partition|is not a valid service for identities
unsure | <roleARN>valid|<roleArn>valid|<roleARN>match|<roleArn>match | \"?\brole(?:ARN|Arn)\"? .{0,60}?(?:doesn't match|is not valid|is invalid|invalid)
sure   | doesn't match expected ARN pattern | doesn't match expected ARN pattern

[access_entry]
sure   | <entry>access entry resource is already in use | specified access entry resource is already in use on this cluster
sure   | authentication mode must be set to one of|bootstrapClusterCreatorAdminPermissions must be | cluster's authentication mode must be set to one of|bootstrapClusterCreatorAdminPermissions must be
sure   | Access Entries with a type of|principalArn could not be found | can only be performed on Access Entries with a type of|specified principalArn could not be found
sure   | <entry>access entry|not found in auth config | (?:specified|The|the) access entry (?:already exists|could not be found|does not exist|was not found)|[Pp]od execution role is not found in auth config
sure   | rust policy of the role provided is invalid|ssociation already exists | Trust policy of the role provided is invalid|Association already exists: \S+
unsure | <association>pod identity association | pod identity association (?:already exists|could not be found|not found)
unsure | <PodIdentityAssociation>|<podIdentityAssociation> | \b[Pp]odIdentityAssociation .{0,80}?(?:already exists|could not be found|not found|cannot)
unsure | <mode>uthentication mode | [Uu]nsupported authentication mode update|authentication mode .{0,60}? (?:cannot be changed|is not supported)
unsure | <begin>begin with|<start>start with | [Tt]he (?:username|kubernetes group name|kubernetesGroup)\S* .{0,80}?(?:must not|cannot|can't) (?:begin|start) with
unsure | <name>group|<groupname> | group\s?name \S{1,60} (?:is invalid|begins with system:)
sure   | "aws-auth" already exists|"aws-auth" not found|kube-system/aws-auth | configmaps? \"aws-auth\" (?:already exists|not found)|ConfigMap kube-system/aws-auth (?:does not exist|already exists|not found)
sure   | parsing config map | (?:error|failed|Error|Failed) parsing config map
unsure | <parsing> | (?:error|failed|Error|Failed) parsing aws-auth
sure   | one of rolearn or SSO must be supplied|arn must be supplied | one of rolearn or SSO must be supplied|value for (?:user|role)arn must be supplied
"""

# Kinds that no other message of the same failure overrides.
SPECIFIC = frozenset(
    {
        "credential_scope", "access_key_quota", "region_disabled", "access_entry", "invalid_arn", "invalid_identity_token",
        "malformed_policy",
    }
)  # fmt: skip
_ARN = lazy_pattern(ARN)


class Phrase(NamedTuple):
    """One line of a table of messages."""

    kind: Kind
    certainty: str
    fragment: str
    pattern: str


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of a table when a text first needs it; most are never needed."""
    return lazy_pattern(pattern.replace(" ?", r"\s*").replace(" ", r"\s+"), re.MULTILINE)


def table(text: str) -> tuple[Phrase, ...]:
    """Parse a table of messages."""
    phrases: list[Phrase] = []
    kind = ""
    for line in text.strip().splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            certainty, fragment, pattern = line.split(" | ", 2)
            phrases.append(Phrase(cast("Kind", kind), certainty.strip(), fragment, pattern))
    return tuple(phrases)


PHRASES = (*table(_TABLE), *table(CREDENTIAL_MESSAGES))
FRAGMENTS = [phrase.fragment for phrase in PHRASES]


def read_phrases(readable: Readable, rows: Iterable[int]) -> Iterator[Piece]:
    """Yield the messages of rows of the table, in the order of the table."""
    text = readable.text
    has_conditions = not {"If", "if"}.isdisjoint(readable.words)
    for number in rows:
        phrase = PHRASES[number]
        for m in find_near_fragments(compiled(phrase.pattern), phrase.fragment, readable):
            if has_conditions and is_general(text, m.start()):
                continue
            piece = Piece("core", m.start(), m.end(), kind=phrase.kind)
            piece.is_aws, piece.is_wrapper = phrase.certainty != "unsure", phrase.certainty == "outer"
            for key, value in m.groupdict().items():
                if value:
                    _put(text, piece, m, key)
            yield piece


def _put(text: str, piece: Piece, m: re.Match[str], key: str) -> None:
    if key == "policy_type":
        piece.put(key, "vpc_endpoint")
    elif key == "service":
        piece.put(key, service_name(m[key]))
    else:
        # Masks in an ARN can contain spaces.
        arn = _ARN.match(text, m.start(key)) if m[key].startswith("arn:") else None
        start, end = trim(text, m.start(key), max(m.end(key), arn.end() if arn else 0))
        piece.end = max(piece.end, end)
        piece.put(key, rejoin(text[start:end]), start, end)
