"""List messages about credentials, signatures and logins to registries.

The syntax is that of the table in ``phrases``, which reads these rows, too.
"""

from __future__ import annotations

CREDENTIAL_MESSAGES = r"""
[expired_credentials]
sure   | <login>login token. Token|security token included in the request is expired | Invalid login token\. Token (?:is )?expired|[Tt]he security token included in the request is expired
sure   | provided token has expired|oken expired: current date/time|<too>oken too old | [Tt]he provided token has expired|Token expired: current date/time|Token too old: \d+
sure   | when retrieving token from|oken has expired and refresh failed | Error when retrieving token from [\w-]{1,60}:|Token has expired and refresh failed
sure   | uthorization Token has expired|uthorization token has expired|SSO session associated with this profile | [Yy]our [Aa]uthorization [Tt]oken has expired|SSO session associated with this profile (?:has expired|is invalid)
unsure | SSO session has expired | SSO session has expired
sure   | <SSO>access token has|<AWS_AUTH_SSO_TOKEN_EXPIRED>|<SSO> | SSO access token has (?:either )?expired|AWS_AUTH_SSO_TOKEN_EXPIRED|[Tt]he SSO (?:session|token) associated with .{0,60}?(?:has expired|expired|is not valid)
sure   | ached SSO token is expired|ached Identity Center token is expired|<loading>SSO Token | [Cc]ached (?:SSO|Identity Center) token is expired|Error loading SSO Token: Token for .{1,120}? (?:is|has) expired
unsure | our session has expired|<expired>|<expired>oken is expired|<expired>Token expired | Your session has expired\. Please (?:re)?authenticate|Request (?:has )?expired\b|Token (?:is )?expired(?!\. (?:Start(?:ing)?|Retrieving|Renewing|Refreshing) )
unsure | <token>token has expired|<token>token is expired | (?:SSO|session|security|access|id|identity|web identity|The|the) token (?:has|is) expired
sure   | redentials were refreshed, but|etrieved credentials have already expired|returned expired credentials | Credentials were refreshed, but the refreshed credentials are still expired|The retrieved credentials have already expired|credential_process returned expired credentials
unsure | <expired>credentials  | (?:AWS |temporary |security |STS |session )?credentials (?:have|has|are|were) expired
sure   | <sso>aws sso login|<has>aws login | (?:(?:expired|invalid)[^\n]{0,80}?|refresh[^\n.]{0,80}?)`?'?aws sso login|session has expired[^\n]{0,80}?aws login
sure   | <change>a change in your password. | Unable to refresh credentials because of a change in your password\. Please reauthenticate
sure   | ession has expired or credentials have changed | Your session has expired or credentials have changed\. Please reauthenticate using '?aws login
unsure | expired or is otherwise invalid | has expired or is otherwise invalid

[invalid_credentials]
sure   | security token included in the request is invalid|Key ID or security token is invalid | [Tt]he security token included in the request is invalid|The Access Key ID or security token is invalid
sure   | <Authentication>entication Credentials Invalid | \b(?P<service>email-smtp)\.(?:[a-z0-9-]{4,30}\.)?amazonaws\.com\b[^\x1e]{0,600}? 535 Authentication Credentials Invalid
unsure | <Authentication>entication Credentials Invalid | \b535[ ,-]{1,3}(?:b?['\"])?Authentication Credentials Invalid
sure   | <Temporary>emporary authentication failure | \b(?P<service>email-smtp)\.(?:[a-z0-9-]{4,30}\.)?amazonaws\.com\b[^\x1e]{0,600}? 454 Temporary authentication failure
unsure | <Temporary>emporary authentication failure | \b454[ ,-]{1,3}(?:b?['\"])?Temporary authentication failure
sure   | validate the provided access credentials|you provided does not exist in our records | AWS was not able to validate the provided access credentials|[Tt]he (?:AWS )?[Aa]ccess [Kk]ey I[dD] you provided does not exist in our records
sure   | <malformed>provided token is malformed | The provided token is malformed or otherwise invalid
sure   | <ecr>dkr.ecr. | [.>]dkr\.(?P<service>ecr)\.[^\n]{1,400}(?:: |status code )(?P<status_code>401)(?::? [Uu]nauthorized|; body: Not Authorized)
sure   | <codeartifact>codeartifact. | \b(?P<status_code>401)(?: Error, Credentials not correct for| Client Error: Unauthorized for url:| Unauthorized(?: - [A-Z]{3,6}| from|\) for url)| \(Unauthorized\)[^\n]{0,20}\n[^\n]{0,20}Request Method: [A-Z]{3,6}[^\n]{0,20}\n[^\n]{0,20}Request URL:) \(?https?://(?:[^\s/@]{1,4096}@)?[^\s/@]{0,160}[.>](?P<service>codeartifact)\.[^\s/.]{4,30}\.(?:amazonaws\.|on\.aws)
sure   | <codeartifact>codeartifact. | [.>](?P<service>codeartifact)\.[^\s/.]{4,30}\.(?:amazonaws\.|on\.aws)(?:(?!://)[^\n\x1e]){0,400}?(?:Request failed \\?\"|Unauthorized - |bad response Unauthorized |, status: |status code:? |Return code is: |, got |\.\s+(?:error[^\n]{0,20}:)?\s*Response status code does not indicate success: |\) could not be queried due to a lack of valid authentication credentials \(|\n[^\n]{0,20}error code E)(?P<status_code>401)\b
sure   | <codeartifact>codeartifact. | \b(?:ERR!|error) code E(?P<status_code>401)\b(?:(?!https?://)[^\x1e]){0,800}?https?://[^\s/@]{0,160}[.>](?P<service>codeartifact)\.[^\s/.]{4,30}\.(?:amazonaws\.|on\.aws)
sure   | <codeartifact>codeartifact. | [.>](?P<service>codeartifact)\.[^\s/.]{4,30}\.(?:amazonaws\.|on\.aws)[^\s/]{0,10}/npm/(?:(?!https?://)[^\x1e]){0,600}?\bnpm (?:ERR!|error) code E(?P<status_code>401)\b
sure   | <loading>SSO Token|<Invalid>component_type="aws_ | Error loading SSO Token: (?!Token for \S|The SSO access token has)|error=Invalid credentials\b[^\n]{0,120}? component_type="aws_
# s3fs, of whatever S3 answered to its first request
unsure | <checking>result of checking service | invalid credentials(?:\(host=[^()\n]{1,200}\))? - result of checking service
unsure | ession token not found or invalid | [Ss]ession token not found or invalid
sure   | Must start with pre-defined prefix|make sure your API Key is valid | Invalid API Key format: Must start with pre-defined prefix|[\"']Message[\"']: ?[\"']Authentication failed: Please make sure your API Key is valid

[signature_mismatch]
sure   | equest signature we calculated does not match | [Tt]he request signature we calculated does not match the signature you provided
sure   | <expired>ignature expired|<current>ignature not yet current | Signature (?:expired: \S{6,24} is now earlier than|not yet current: \S{6,24})
sure   | difference between the request time and the | difference between the request time and the (?:current|server'?s?) time is too large
sure   | Authorization header requires|key=value pair (missing equal-sign) | Authorization header requires '[\w=]+' parameter|(?:not a valid|Invalid) key=value pair \(missing equal-sign\) in Authorization header
sure   | ate in Credential scope does not match | Date in Credential scope does not match

[missing_credentials]
sure   | <codeartifact>codeartifact. | \b(?:ERR!|error) code ENEEDAUTH\b(?:(?!https?://)[^\x1e]){0,800}?https?://[^\s/@]{0,160}[.>](?P<service>codeartifact)\.[^\s/.]{4,30}\.(?:amazonaws\.|on\.aws)
sure   | <amazonaws>Authentication required | \b(?P<service>email-smtp)\.(?:[a-z0-9-]{4,30}\.)?amazonaws\.com\b[^\x1e]{0,600}? 530[ ,-]{1,3}Authentication required
sure   | <awsAccessKeyID>awsAccessKeyID not found | error parsing [\w -]{2,40} metadata: awsAccessKeyID not found
sure   | exist in the deployment environment | [Ee]rror parsing (?:SQS queue|Cloudwatch|Kinesis stream) metadata: '\w{0,60}(?i:cred|key|secret|token)\w{0,60}' doesn\s?'t exist in the deployment environment
sure   | check if this instance was started with an IAM|SSM Agent unable to acquire | Missing credentials - please check if this instance was started with an IAM|SSM Agent unable to acquire credentials
unsure | to acquire credentials | (?:[Uu]nable|[Ff]ailed) to acquire credentials
sure   | <locate>nable to locate | [Uu]nable to locate (?:AWS )?credentials
# The first line of IPython's traceback. Posts cut the last one, which has the message.
sure   | <NoCredentialsError>Traceback (most | (?P<code>NoCredentialsError)\s{1,60}Traceback \(most recent call last\)
sure   | No handler was ready to authenticate | (?:\b(?P<code>NoAuthHandlerFound): )?No handler was ready to authenticate\. \d+ handlers? w\w{2,3} checked\. \[(?![^\]\n]{0,200}OAuth)[^\]\n]{1,300}\] Check your credentials
sure   | redentials have not been set properly|EC2 cannot assume the | AWS Credentials have not been set properly|EC2 cannot assume the role
sure   | nstance Profile with | Instance Profile with (?:id|arn) [\w:/+=,.@-]{1,600} (?:cannot be|was not) found
sure   | requested metadata is not found at | requested metadata is not found at http://169\.254\.169\.254/latest/meta-data/iam/security-credentials
sure   | <namespace>namespace policy expression|not valid for namespace of pod at | namespace policy expression '[^'\n]{1,200}' forbids role '|[Rr]ole requested [\w+=,.@:/-]{1,300} not valid for namespace of pod at
sure   | load credentials into profile|not loading credentials from | Unable to load credentials into profile \[[^\]\n]{0,100}\]:|not loading credentials from EC2 Instance Metadata service
sure   | instance profile credentials:|request returned error | Error retrieving instance profile credentials:|EC2 Metadata (?:roleName|token) request returned error
sure   | <CredentialsEndpointError> | (?P<code>CredentialsEndpointError): failed to load credentials
outer  | to resolve AWS credentials | [Ff]ailed to resolve AWS credentials
sure   | to retrieve credentials failed|/latest/api/token) | Http request to retrieve credentials failed|error sending request for url \(http://169\.254\.169\.254/latest/api/token\)
sure   | performing PUT http://169|performing GET http://169 | Error performing (?:GET|PUT) http://169\.254\.169\.254/latest/(?:api/token|meta-data/iam/security-credentials)
sure   | .254/latest/|::254]/latest/ | (?:(?P<code>RequestError): send request failed caused by: )?(?:Get|Put) \"?http://(?:169\.254\.169\.254|\[fd00:ec2::254\])/latest/(?:meta-data/iam/security-credentials|api/token)[^\s\"]{0,200}\"?: \w
sure   | no EC2 IMDS role found | no EC2 IMDS role found
outer  | valid credential sources | [Nn]o valid credential sources(?: for \S+(?: \S+){0,3})?(?: found)?
sure   | no valid providers in chain|no providers in chain provided | no (?:valid providers in chain|providers in chain provided credentials)
sure   | AWS_AUTH_|redentials could not be sourced | AWS_AUTH_(?:SIGNING_NO_CREDENTIALS|CREDENTIALS_PROVIDER_(?:[A-Z0-9_]{2,30}_SOURCE_FAILURE|INVALID_ENVIRONMENT))|Valid credentials could not be sourced (?:by|from)
sure   | <sign>an http request without|No signing credentials|<CRT>nvalid AWS credentials|<AWSSDKIdentity> | Attempt to sign an http request without credentials|No signing credentials (?:available, see CRT|found)|[Ii]nvalid AWS credentials (?:\d{1,2}: )?CRT error \d|\bAWSSDKIdentity\.\w{1,40}Error\b
sure   | credentials from any | (?:Could not|Unable to|unable to|Cannot|cannot|Failed to) load (?:AWS )?credentials from any (?:of the )?provider(?:s in the chain [\w-]{1,60}\([^\n\x1e]{1,3000})?
sure   | dentity could be resolved from the chain|redentials could be loaded from the chain | No identity could be resolved from the chain|No credentials could be loaded from the chain
sure   | <AWS>credential value is nil | Could not ret(?:rie|rei)ve AWS credentials, credential value is nil or empty
unsure | et a valid set of credentials | Failed to get a valid set of credentials
sure   | <ConstructionFailure> | ConstructionFailure\((?:ConstructionFailure \{ source: )?(?:SigningStageError \{ kind: )?MissingCredentials\b(?!.\s?[={|])
outer  | .kotlin.runtime. | aws\.(?:smithy|sdk)\.kotlin\.runtime\.[\w.]{1,80}\.(?:IdentityProvider|ProviderConfiguration|CredentialsProvider|NoCredentials)Exception\b
sure   | <environment>environment variable | [Mm]issing value for environment variable [`'"]?AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)\b
unsure | ould not find source profile | [Cc]ould not find source profile \S
sure   | hared config profile|resolve credentials using profile | (?:failed to get|failed to load|error getting) shared config profile|Could not resolve credentials using profile: \[
sure   | <contained>contained no credentials for profile|seem to be configured | Profile file contained no credentials for profile|AWS profile "[\w.@:+/-]{1,64}" doesn't seem to be configured
sure   | o AWS profile named|load AWS credentials from any | No AWS profile named '[\w.@:+/-]|Unable to load AWS credentials from any provider in the chain
sure   | <aws_access_key_id>issing required arguments:|<config>issing credentials in config | Missing required arguments: aws_access_key_id\b|(?:Missing credentials in config|missing credentials in config, if using AWS_)
sure   | Cannot instantiate S3 | (?P<service>S3) API returned error: Missing Credentials: Cannot instantiate S3 Client
sure   | stored with the database cluster|issing Authentication Token | credentials stored with the database cluster can't be accessed|(?:Missing|equest is missing) Authentication Token
unsure | <missing>equest is missing|<Authorization>uthorization header is missing | [Rr]equest is missing (?:security )?(?:credentials|token)|[\"']Message[\"']: ?[\"']Authorization header is missing
sure   | retrieving metadata: Received|he specified config file ( | Error retrieving metadata: Received (?:non 200 response|error when attempting)|The specified config file \([^)\n]{1,200}\) could not be found
sure   | refresh credentials: MFA token required|happened when resolving AWS credentials | Cannot refresh credentials: MFA token required|An unspecified error happened when resolving AWS credentials
sure   | locate authorization token|redeeming a login authorization code | Unable to locate authorization token|Error loading or redeeming a login authorization code
sure   | loading login session token|<Partial>artial credentials found|retrieving credential from ECS | Error loading login session token|Partial credentials found in [\w./-]+, missing|[Ee]rror retrieving credential from ECS
sure   | <fetching>credentials: Service account token | Error fetching credentials: Service account token (?:cannot be (?:empty|parsed)|failed basic claim validations)
sure   | <retrieving>retrieving credentials from | (?:Error|error) (?:when )?retrieving credentials from (?:the )?(?![Vv]ault\b)[\w./-]+
sure   | credentials from the instance profile|<retry> | credentials from the instance profile metadata|Unable to retry retrieving credentials
sure   | credentials from EC2 Instance Metadata|<find>AWS credentials|<find>AWS Credentials|<find>AWS IAM  | Unable to get IAM security credentials from EC2 Instance Metadata|(?:Couldn't|Could not|Cannot|[Uu]nable to|could not|[Ff]ailed to) find (?:any )?AWS (?:IAM )?[Cc]redentials
unsure | <find>credentials | (?:Couldn't|Could not|Cannot|Unable to|unable to|could not|Failed to|failed to) find (?:valid |any )?credentials
sure   | redentials from service endpoint | Unable to load credentials from service endpoint
unsure | <credentials>credentials from | (?:Unable|Failed|Cannot|unable|failed|cannot|Could not|could not) (?:to )?(?:load|get|retrieve|obtain|fetch) (?:AWS |IAM |valid )?(?:security )?credentials from
sure   | <sign>ithout credentials set | unable to sign request without credentials set
unsure | to fetch credentials | (?:Failed|Unable|failed|unable) to fetch credentials(?! from)
sure   | redential provider was not enabled | (?<!context:\x20the\x20)(?<!context=the\x20)credential provider was not enabled
sure   | docker-credential-ecr-login|ecr-credential-provider | \b(?:docker-credential-(?P<service>ecr)-login|ecr-credential-provider)[\"']?(?: CLI)?(?::|\x20is)?\s(?:executable file |command )?(?:not (?:found|installed)|error=2, No such file|(?:no such file or|exec format|permission) \w)
sure   | <does>docker-credential-ecr-login | does not have docker-credential-(?P<service>ecr)-login
outer  | ecr-credential-provider | exec(?:ing)? credential provider plugin \S{0,200}?(?P<service>ecr)-credential-provider\b[^\n]{0,300}?: exit status \d
outer  | <err>credentials - err: | \.dkr\.(?P<service>ecr)\.[^\x1e]{1,600}? error (?:getting|storing) credentials - err: (?:exit status|exec: |docker-credential-)
sure   | <valid>object is not valid|<CredentialsInterface>must be an instance of | Resolved credential object is not valid|Credentials must be an instance of '?Aws\\{1,2}Credentials\\{1,2}CredentialsInterface
sure   | <resolve>credentials from session | could not resolve credentials from session
outer  | <authenticate>Could not load credentials | Could not load credentials to authenticate with AWS client
sure   | <NoneType>object has no attribute | 'NoneType' object has no attribute 'get_frozen_credentials'
sure   | <NoneType>object has no attribute | (?:get_credentials\(\)|AWS4Auth|AWSV4Signer)[^\x1e]{1,1500}? 'NoneType' object has no attribute '(?:access_key|secret_key)'
sure   | <empty>redentials cannot be empty | (?:opensearch|AWSV4Signer)[^\x1e]{1,1500}? Credentials cannot be empty
sure   | Secret Validation Failure:|create secret using the following: | (?:Secret Validation Failure: during [`'](?:create|generate)[`']|Failed to create secret) using the following: (?:Profile|Credential Chain): '
unsure | edential provider found | [Nn]o credential provider found(?! for)
unsure | <connect>connect E | \bconnect E(?:TIMEDOUT|HOSTUNREACH|HOSTDOWN|NETUNREACH|CONNREFUSED) (?:169\.254\.169\.254|fd00:ec2::254):80\b
unsure | <missing>redential is missing | (?:^|: |[\"'`])Credential is missing(?!\x20\w)
sure   | <resolveAwsSdkSigV4Config> | resolveAwsSdkSigV4Config - `credentials` not provided
sure   | <TokenProviderError> | TokenProviderError: (?:Could not load token from any providers|(?:Profile|Sso session) '[^'\n]{1,100}' (?:could not be found in shared credentials file|is missing required property 'sso_)|Value not present for '\w{1,40}' in SSO Token)
sure   | <shared>shared config file,|to enable ambient credentials | failed to (?:load|open) shared config file, \S|empty credentials; perhaps you meant to enable ambient credentials
# Version 2 of the Java SDK
sure   | ey ID cannot be blank.|ccess key cannot be blank. | (?:Access key ID|Secret access key) cannot be blank\.
sure   | static credentials are empty|failed to load assume role | static credentials are empty|failed to load assume role (?:for )?arn:
sure   | requires role_arn, profile|<AssumeRoleTokenProvider> | credential type \w{1,40} requires role_arn, profile \S|assume role with MFA enabled, but AssumeRoleTokenProvider session option not set
sure   | credential type may be specified per|cached SSO token file|<load>to load SSO token | only one credential type may be specified per profile|(?:failed to read cached SSO token file|Unable to load SSO token)
sure   | <SdkClientException>redentials|<AmazonClientException>redentials | \b(?:Sdk|Amazon)ClientException: (?:Unable|Failed|Cannot)(?: to)? (?:load|fetch|retrieve|get)(?: the)?(?: AWS)? credentials\b(?! from any)
sure   | <environment>redentials from environment|<system>redentials from system|<Java>redentials from Java | [Uu]nable to load (?:AWS )?credentials from (?:environment variables \(AWS_|system settings\. Access key|Java system properties \(aws\.)
sure   | credential profiles file not found|<AWSSDK>could not be found or loaded. | credential profiles file not found in the given path|\bAWSSDK\.[A-Z]\w{2,40} could not be found or loaded\. This assembly must be available at runtime
sure   | <login>requires an additional dependency | Using the login credential provider requires an additional dependency
sure   | <class>must be on the class path|dentity resolver timed out | the (?:'(?:sts|sso|ssooidc|signin)' service|aws-java-sdk-sts) module must be on the class path|identity resolver timed out after \d
sure   | <NoMatchingAuthSchemeError>|<NoMatchingAuthScheme>|scheme to sign the request with | NoMatchingAuthScheme(?:Error)?\b(?=[({,]| \{)|failed to select an auth scheme to sign the request with
sure   | <CredentialProfileStoreChain>profile in|not set with AWS credentials | [Uu]nable to find the \"[^\"\n]{1,100}\" profile in CredentialProfileStoreChain|were not set with AWS credentials
sure   | does not contain credentials information|valid SSO Token could be found | does not contain credentials information\. Either add the AWSAccessKey|No valid SSO Token could be found
sure   | variable credentials in | Could not find environment variable credentials in AWS_
sure   | <from>credentials from|<credentials>credentials file:|<exist>does not exist in | (?:Cannot read credentials from|Invalid credentials file:|Profile \S{1,100} does not exist in) \S{0,200}\.aws[\\/](?:config|credentials)\b
unsure | not found in credentials file | '[^'\n]{1,100}' not found in credentials file
sure   | <MFA>Enter MFA code for | Enter MFA code for \S{1,200}:\s{0,4}(?:EOFError\b|EOF when reading a line|Traceback \(most recent call last\):[^\x1e]{0,3000}?\bEOFError\b)|GetPassWarning: [^\x1e]{0,400}? Enter MFA code for \S
sure   | <MFA>MFA token code: | Assume Role MFA token code: ?(?:EOF\b|(?:un)?expected newline)
outer  | only loopback hosts are allowed | invalid endpoint host, \\?\"(?:169\.254\.170\.23|\[?fd00:ec2::23\]?)\\?\", only loopback hosts are allowed
sure   | <Unsupported>Unsupported host|has an invalid host | Unsupported host '(?:169\.254\.170\.23|\[?fd00:ec2::23\]?)'|full URI \(http://(?:169\.254\.170\.23|\[fd00:ec2::23\])[^()\s]{0,100}\)[^\n]{0,120}? has an invalid host
sure   | is not a valid container metadata service hostname | is not a valid container metadata service hostname
sure   | basic auth credentials|required for basic auth|: authentication required | \.dkr\.(?P<service>ecr)\.[^\x1e]{1,600}?(?:no basic auth credentials|credential required for basic auth|unauthorized: authentication required)
sure   | <login>failed with status: 400 | login attempt to https://\d{12}\.dkr\.(?P<service>ecr)\.[^\n]{1,100} failed with status: 400
# Flux, whose request to the instance metadata is refused
unsure | onfirm existence of ' | failed to confirm existence of '(?P<resource>[a-z0-9][a-z0-9.-]{1,62})' bucket: (?P<status_code>401) Unauthorized
unsure | basic auth credentials|required for basic auth | (?:no basic auth credentials|credential required for basic auth)
outer  | failed to retrieve credentials|failed fetching WebIdentity token | failed to retrieve credentials|failed fetching WebIdentity token
sure   | <amazonaws>/var/run/secrets/|<locate>web identity token file|<read>web identity token file | (?:[Pp]ermission ?[Dd]enied|[Nn]o such file or directory|EACCES|ENOENT|AccessDeniedException|NoSuchFileException|(?:[Uu]nable|[Ff]ailed) to (?:read|open)|[Cc]annot (?:read|open)|[Cc]ould not find|Access to the path).{0,100}?/var/run/secrets/(?:(?:pods\.)?eks\.|sts\.)?amazonaws\.com/[\w./-]{0,50}?token|/var/run/secrets/(?:(?:pods\.)?eks\.|sts\.)?amazonaws\.com/[\w./-]{0,50}?token.{0,4}: (?:no such file or directory|permission denied|[Ff]ailed to open stream)|[Uu]nable to (?:locate specified|read) web identity token file
outer  | <exec>etting credentials: exec | getting credentials: exec: executable [\w./-]{0,80}(?:aws|eks|argocd)[\w./-]{0,40} failed with exit code
outer  | etting credentials: exec: exit status | \.eks\.amazonaws\.com\b[^\n\x1e]{0,400}? getting credentials: exec: exit status \d
sure   | executable file not found | getting credentials: exec: exec: "[\w./-]{0,80}aws[\w.-]{0,40}": executable file not found
sure   | etting credentials: exec: | getting credentials: exec: (?:fork/exec|executable)[ \w./-]{0,80}aws[\w./-]{0,40}:?(?:\s)?(?:not found|no such file)
outer  | failed to refresh cached credentials|<get>get credentials: | failed to refresh cached credentials|get identity: get credentials:
sure   | <loading>SSO Token|<referenced> | Error loading SSO Token: Token for \S{1,200} does not exist|(?:source_profile|credential[_ ]source) "[^"\n]{1,100}" referenced in (?:the )?profile "[^"\n]{1,100}" (?:does not exist|is not valid)
sure   | must have credentials|nfinite loop in credential | source[_ ]profile "[^"\n]{1,100}" must have credentials|Infinite loop in credential configuration detected
sure   | contains both source_profile|is configured to use SSO but | profile "[^"\n]{1,100}" contains both source_profile and credential_source|is configured to use SSO but is missing required configuration
sure   | specified sso-session does not exist|but no source provider was configured | specified sso-session does not exist|is specified in profile "[^"\n]{1,100}", but no source provider was configured
sure   | exec plugin is configured to use | exec plugin is configured to use API version client\.authentication\.k8s\.io/v1\w{0,8}, plugin returned version
sure   | <resolve>resolve AWS account to use | Unable to resolve AWS account to use\. It must be either configured
sure   | role must be associated with service account | IAM role must be associated with service account(?: \S{1,253} \(namespace: \S{1,63}\)|(?=[\"'`]{0,3}$))
sure   | AWS provider credentials not found|no kind "ExecCredential" is registered | AWS provider credentials not found|no kind "ExecCredential" is registered for version "client\.authentication\.k8s\.io/v1
sure   | exec plugin: invalid apiVersion|nable to parse config file | exec plugin: invalid apiVersion "client\.authentication\.k8s\.io/v1alpha1"|Unable to parse config file: \S{0,200}\.aws[\\/](?:config|credentials)
sure   | he config profile (|ou must specify | The config profile \([^)\n]{1,100}\) could not be found|You must specify a value for roleArn and roleSessionName
sure   | <credentials>AWS credentials |<Credentials>AWS Credentials  | [Nn]o (?:valid )?AWS [Cc]redentials (?:found|provided|were found|available|present|in the Hadoop configuration)
sure   | <found>credentials not found | (?:AWS |[Aa]ws )credentials not found
unsure | <credentials>o credentials | [Nn]o credentials (?:found|were found|could be found|provided|available)
sure   | o credentials specified or obtained|provider could not be built | No credentials specified or obtained from persisted/shell defaults|ProfileFile provider could not be built
sure   | provider was not properly configured | the credentials provider was not properly configured
unsure | ccurred while loading credentials|o credentials have been configured | an error occurred while loading credentials|[Nn]o credentials have been configured
sure   | but the current credentials are for | Need to perform AWS calls for account [\w*<>-]{1,20}, but the current credentials are for [\w*<>-]{1,20}
unsure | o valid credential | [Nn]o valid credentials? (?:was |were )?found
sure   | o valid credential | \b(?P<service>[sS]3)\b[^\n]{0,200}? [Nn]o valid credentials? (?:was |were )?found
sure   | <required>ystem AWS credentials are required|<Provider>rovider returned no credentials | System AWS credentials are required for role assumption|\[signv4\] Provider returned no credentials
sure   | <assume>STS assume role request failed|ID and Secret Access Key must be specified | \[aws_credentials\] STS assume role request failed|AWS Access Key ID and Secret Access Key must be specified
unsure | <chain>No credentials in chain|Missing required authentication | No credentials in chain|Missing required authentication credentials
"""
"""The rows, under the kinds of failure."""
