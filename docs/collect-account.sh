#!/bin/sh
# Collect what `reachsim import` reads of one account in one Region: sh collect-account.sh FOLDER
# Reads only. The account and the Region are those of the AWS command line (AWS_PROFILE, AWS_REGION). What a call is not
# allowed to read is not written, so that it counts as not collected. Passwords, keys and environments are never written.
set -u
folder=${1:?usage: sh collect-account.sh FOLDER}
mkdir -p "$folder"
count=0

save() { # save NAME SERVICE OPERATION OPTIONS...: the answer of a call as a file
  name=$1
  shift
  if aws "$@" --output json >"$folder/.part"; then
    mv "$folder/.part" "$folder/$name.json"
  else
    rm -f "$folder/.part"
    echo "not collected: $name" >&2
  fi
}

ids() { # ids QUERY SERVICE OPERATION OPTIONS...: what a query finds, one a line
  query=$1
  shift
  aws "$@" --query "$query" --output text | tr '\t' '\n' | grep -v '^None$'
}


for what in vpcs subnets route-tables network-acls security-groups network-interfaces instances internet-gateways \
  egress-only-internet-gateways nat-gateways addresses prefix-lists managed-prefix-lists vpc-peering-connections vpc-endpoints \
  vpc-endpoint-service-configurations vpn-gateways transit-gateways transit-gateway-attachments \
  transit-gateway-vpc-attachments transit-gateway-peering-attachments transit-gateway-connects transit-gateway-route-tables \
  transit-gateway-policy-tables instance-connect-endpoints dhcp-options \
  vpc-block-public-access-options vpc-block-public-access-exclusions; do
  save "$what" ec2 "describe-$what"
done
save vpn-connections ec2 describe-vpn-connections --query '{VpnConnections: VpnConnections[].{VpnConnectionId: VpnConnectionId,
  CustomerGatewayId: CustomerGatewayId, VpnGatewayId: VpnGatewayId, TransitGatewayId: TransitGatewayId, State: State,
  Options: {StaticRoutesOnly: Options.StaticRoutesOnly}, Routes: Routes, VgwTelemetry: VgwTelemetry, Tags: Tags}}'
for id in $(ids 'Vpcs[].VpcId' ec2 describe-vpcs); do
  save "vpc-dns-support-$id" ec2 describe-vpc-attribute --vpc-id "$id" --attribute enableDnsSupport
  save "vpc-dns-hostnames-$id" ec2 describe-vpc-attribute --vpc-id "$id" --attribute enableDnsHostnames
done
for id in $(ids 'PrefixLists[].PrefixListId' ec2 describe-managed-prefix-lists); do
  save "prefix-list-$id" ec2 get-managed-prefix-list-entries --prefix-list-id "$id" \
    --query "{PrefixListId: '$id', Entries: Entries}"
done
images=$(ids 'Reservations[].Instances[].ImageId' ec2 describe-instances | sort -u | paste -s -d , -)
if [ -n "$images" ]; then
  save images ec2 describe-images --filters "Name=image-id,Values=$images"
fi

for id in $(ids 'TransitGatewayRouteTables[].TransitGatewayRouteTableId' ec2 describe-transit-gateway-route-tables); do
  save "transit-associations-$id" ec2 get-transit-gateway-route-table-associations --transit-gateway-route-table-id "$id" \
    --query "{TransitGatewayRouteTableId: '$id', Associations: Associations}"
  save "transit-propagations-$id" ec2 get-transit-gateway-route-table-propagations --transit-gateway-route-table-id "$id" \
    --query "{TransitGatewayRouteTableId: '$id',
      TransitGatewayRouteTablePropagations: TransitGatewayRouteTablePropagations}"
  save "transit-routes-$id" ec2 search-transit-gateway-routes --transit-gateway-route-table-id "$id" \
    --filters Name=type,Values=static \
    --query "{TransitGatewayRouteTableId: '$id', Routes: Routes, AdditionalRoutesAvailable: AdditionalRoutesAvailable}"
done

save load-balancers elbv2 describe-load-balancers
save target-groups elbv2 describe-target-groups
for arn in $(ids 'LoadBalancers[].LoadBalancerArn' elbv2 describe-load-balancers); do
  count=$((count + 1))
  save "listeners-$count" elbv2 describe-listeners --load-balancer-arn "$arn"
  save "load-balancer-attributes-$count" elbv2 describe-load-balancer-attributes --load-balancer-arn "$arn" \
    --query "{LoadBalancerArn: '$arn', Attributes: Attributes}"
  for listener in $(ids 'Listeners[].ListenerArn' elbv2 describe-listeners --load-balancer-arn "$arn"); do
    count=$((count + 1))
    save "rules-$count" elbv2 describe-rules --listener-arn "$listener"
  done
done
for arn in $(ids 'TargetGroups[].TargetGroupArn' elbv2 describe-target-groups); do
  count=$((count + 1))
  save "target-health-$count" elbv2 describe-target-health --target-group-arn "$arn" \
    --query "{TargetGroupArn: '$arn', TargetHealthDescriptions: TargetHealthDescriptions}"
  save "target-group-attributes-$count" elbv2 describe-target-group-attributes --target-group-arn "$arn" \
    --query "{TargetGroupArn: '$arn', Attributes: Attributes}"
done
save classic-load-balancers elb describe-load-balancers
for name in $(ids 'LoadBalancerDescriptions[].LoadBalancerName' elb describe-load-balancers); do
  save "classic-attributes-$name" elb describe-load-balancer-attributes --load-balancer-name "$name" \
    --query "{LoadBalancerName: '$name', LoadBalancerAttributes: LoadBalancerAttributes}"
done

save functions lambda list-functions --function-version ALL --query '{Functions: Functions[].{FunctionName: FunctionName,
  FunctionArn: FunctionArn, Version: Version, MemorySize: MemorySize, VpcConfig: VpcConfig}}'
for name in $(ids 'Functions[].FunctionName' lambda list-functions); do
  save "aliases-$name" lambda list-aliases --function-name "$name"
done

save databases rds describe-db-instances --query '{DBInstances: DBInstances[].{DBInstanceArn: DBInstanceArn,
  DBInstanceIdentifier: DBInstanceIdentifier, DBInstanceStatus: DBInstanceStatus, DBSubnetGroup: DBSubnetGroup,
  VpcSecurityGroups: VpcSecurityGroups, PubliclyAccessible: PubliclyAccessible}}'
for cluster in $(ids 'clusterArns' ecs list-clusters); do
  for task in $(ids 'taskArns' ecs list-tasks --cluster "$cluster"); do
    count=$((count + 1))
    save "task-$count" ecs describe-tasks --cluster "$cluster" --tasks "$task" \
      --query '{tasks: tasks[].{taskArn: taskArn, group: group, lastStatus: lastStatus, attachments: attachments}}'
  done
done

save managed-instances ssm describe-instance-information
save host-management ssm get-service-setting \
  --setting-id /ssm/managed-instance/default-ec2-instance-management-role
save roles iam get-account-authorization-details --filter Role LocalManagedPolicy \
  --query '{RoleDetailList: RoleDetailList[?InstanceProfileList].{RoleName: RoleName, InstanceProfileList: InstanceProfileList,
  AttachedManagedPolicies: AttachedManagedPolicies, RolePolicyList: RolePolicyList},
  Policies: Policies[].{Arn: Arn, PolicyVersionList: PolicyVersionList}}'
for id in $(ids 'HostedZones[?Config.PrivateZone].Id' route53 list-hosted-zones); do
  zone=${id##*/}
  save "zone-$zone" route53 get-hosted-zone --id "$zone"
  save "records-$zone" route53 list-resource-record-sets --hosted-zone-id "$zone" \
    --query "{HostedZoneId: '$zone', ResourceRecordSets: ResourceRecordSets}"
done
save resolver-rules route53resolver list-resolver-rules
save resolver-rule-associations route53resolver list-resolver-rule-associations

save direct-connect-gateways directconnect describe-direct-connect-gateways
for id in $(ids 'directConnectGateways[].directConnectGatewayId' directconnect describe-direct-connect-gateways); do
  save "direct-connect-associations-$id" directconnect describe-direct-connect-gateway-associations \
    --direct-connect-gateway-id "$id"
done
save virtual-interfaces directconnect describe-virtual-interfaces --query '{virtualInterfaces: virtualInterfaces[].{
  virtualInterfaceId: virtualInterfaceId, virtualInterfaceType: virtualInterfaceType,
  virtualInterfaceState: virtualInterfaceState, directConnectGatewayId: directConnectGatewayId,
  virtualGatewayId: virtualGatewayId}}'
