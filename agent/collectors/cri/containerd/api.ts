import { describePackage } from '../rpc/descriptor.ts';

/*
 * The part of containerd's own API that is asked for: numbers as in its api/services and api/types. A value
 * of google.protobuf.Any lies in the stream like a message of its own; every event that is listened to has
 * the container's id as its first field, and what follows it is skipped.
 */

const TIMESTAMP = { seconds: ['int64', 1], nanos: ['int32', 2] } as const;

export const CONTAINERD_DESCRIPTORS: readonly object[] = [
  describePackage('containerd.services.version.v1', {
    services: { Version: { Version: { request: 'Empty', response: 'VersionResponse' } } },
    messages: { Empty: {}, VersionResponse: { version: ['string', 1] } },
  }),
  describePackage('containerd.services.namespaces.v1', {
    services: { Namespaces: { List: { request: 'ListNamespacesRequest', response: 'ListNamespacesResponse' } } },
    messages: {
      ListNamespacesRequest: {},
      ListNamespacesResponse: { namespaces: ['Namespace', 1, 'list'] },
      Namespace: { name: ['string', 1] },
    },
  }),
  describePackage('containerd.services.containers.v1', {
    services: {
      Containers: {
        Get: { request: 'GetContainerRequest', response: 'GetContainerResponse' },
        List: { request: 'ListContainersRequest', response: 'ListContainersResponse' },
      },
    },
    messages: {
      GetContainerRequest: { id: ['string', 1] },
      GetContainerResponse: { container: ['Container', 1] },
      ListContainersRequest: {},
      ListContainersResponse: { containers: ['Container', 1, 'list'] },
      Container: {
        id: ['string', 1],
        labels: ['string', 2, 'map'],
        image: ['string', 3],
        spec: ['Any', 5],
        createdAt: ['Timestamp', 8],
      },
      Any: { value: ['bytes', 2] },
      Timestamp: TIMESTAMP,
    },
  }),
  describePackage('containerd.services.tasks.v1', {
    services: { Tasks: { Get: { request: 'GetRequest', response: 'GetResponse' } } },
    messages: {
      GetRequest: { containerId: ['string', 1] },
      GetResponse: { process: ['Process', 1] },
      Process: {
        pid: ['uint32', 3],
        status: ['int32', 4],
        exitStatus: ['uint32', 9],
        exitedAt: ['Timestamp', 10],
      },
      Timestamp: TIMESTAMP,
    },
  }),
  describePackage('containerd.services.images.v1', {
    services: { Images: { Get: { request: 'GetImageRequest', response: 'GetImageResponse' } } },
    messages: {
      GetImageRequest: { name: ['string', 1] },
      GetImageResponse: { image: ['Image', 1] },
      Image: { name: ['string', 1], target: ['Descriptor', 3] },
      Descriptor: { digest: ['string', 2] },
    },
  }),
  describePackage('containerd.services.events.v1', {
    services: { Events: { Subscribe: { request: 'SubscribeRequest', response: 'Envelope', responseStream: true } } },
    messages: {
      SubscribeRequest: { filters: ['string', 1, 'list'] },
      Envelope: { timestamp: ['Timestamp', 1], namespace: ['string', 2], topic: ['string', 3], event: ['Any', 4] },
      Any: { value: ['Event', 2] },
      Event: { containerId: ['string', 1] },
      Timestamp: TIMESTAMP,
    },
  }),
];

/** `containerd.v1.types.Status`. */
export const TaskStatus = { unknown: 0, created: 1, running: 2, stopped: 3, paused: 4, pausing: 5 } as const;
