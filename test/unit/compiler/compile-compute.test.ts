import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling files of computes', () => {
  const folder = compileFolderPerTest();

  // The bodies are those that azure-ai-ml 1.35.2 makes of these files.
  it('a cluster has the members that Azure ML’s tools send', () => {
    const plan = folder.compile({
      'file.yml': `$schema: https://azuremlschemas.azureedge.net/latest/amlCompute.schema.json
name: cpu
type: amlcompute
size: STANDARD_DS3_v2
min_instances: 0
max_instances: 2
tier: low_priority
idle_time_before_scale_down: 300
identity: {type: user_assigned, user_assigned_identities: [{resource_id: /x/y}]}
network_settings: {vnet_name: v, subnet: s}
tags: {a: b}
description: d
`,
    });
    assert.equal(plan.main.path, `${WS}/computes/cpu`);
    assert.deepEqual(bodyOf(plan), {
      location: 'westeurope',
      properties: {
        description: 'd',
        computeType: 'AmlCompute',
        properties: {
          vmSize: 'STANDARD_DS3_v2',
          vmPriority: 'LowPriority',
          scaleSettings: { maxNodeCount: 2, minNodeCount: 0, nodeIdleTimeBeforeScaleDown: 'PT5M' },
          subnet: {
            id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s',
          },
          remoteLoginPortPublicAccess: 'NotSpecified',
          enableNodePublicIp: true,
          osType: 'Linux',
        },
        disableLocalAuth: true,
      },
      identity: { type: 'UserAssigned', userAssignedIdentities: { '/x/y': {} } },
      tags: { a: 'b' },
    });
  });

  it('a compute instance does, too', () => {
    const plan = folder.compile({
      'file.yml': `name: ci1
type: computeinstance
size: STANDARD_DS3_v2
idle_time_before_shutdown_minutes: 30
ssh_public_access_enabled: false
`,
    });
    assert.deepEqual(bodyOf(plan).properties, {
      computeType: 'ComputeInstance',
      properties: {
        vmSize: 'STANDARD_DS3_v2',
        sshSettings: { sshPublicAccess: 'Disabled' },
        idleTimeBeforeShutdown: 'PT30M',
        enableNodePublicIp: true,
        enableSSO: true,
        enableRootAccess: true,
        releaseQuotaOnStop: false,
        enableOSPatching: false,
        applicationSharingPolicy: 'Shared',
        computeInstanceAuthorizationType: 'personal',
      },
      disableLocalAuth: true,
    });
  });

  it('has a size, a name and a type that are checked', () => {
    const minimal = bodyOf(folder.compile({ 'file.yml': 'name: cpu\ntype: AmlCompute\n' })).properties;
    assert.equal(minimal.properties.vmSize, 'STANDARD_DS3_V2');
    assert.deepEqual(minimal.properties.scaleSettings, {
      maxNodeCount: 4,
      minNodeCount: 0,
      nodeIdleTimeBeforeScaleDown: 'PT2M',
    });
    assert.match(
      folder.problems({ 'file.yml': 'name: my_cpu\ntype: amlcompute\n' }).join(),
      /'my_cpu'; a compute's name must/,
    );
    assert.match(folder.problems({ 'file.yml': 'name: cpu\ntype: amlcompute\nmin_nodes: 1\n' }).join(), /min_nodes/);
  });
});
