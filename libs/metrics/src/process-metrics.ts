import { counter, gauge, histogram } from './definition.js';

const type = { of: 'the kinds of resources that Node knows', atMost: 32 } as const;
const space = { of: 'the heap spaces of V8', atMost: 16 } as const;

/** What prom-client measures of every Node process by itself. */
export const PROCESS_METRICS = {
  process_cpu_user_seconds_total: counter('Total user CPU time spent in seconds.'),
  process_cpu_system_seconds_total: counter('Total system CPU time spent in seconds.'),
  process_cpu_seconds_total: counter('Total user and system CPU time spent in seconds.'),
  process_start_time_seconds: gauge('Start time of the process since unix epoch in seconds.'),
  process_resident_memory_bytes: gauge('Resident memory size in bytes.'),
  process_virtual_memory_bytes: gauge('Virtual memory size in bytes.'),
  process_heap_bytes: gauge('Process heap size in bytes.'),
  process_open_fds: gauge('Number of open file descriptors.'),
  process_max_fds: gauge('Maximum number of open file descriptors.'),
  nodejs_eventloop_lag_seconds: gauge('Lag of event loop in seconds.'),
  nodejs_eventloop_lag_min_seconds: gauge('The minimum recorded event loop delay.'),
  nodejs_eventloop_lag_max_seconds: gauge('The maximum recorded event loop delay.'),
  nodejs_eventloop_lag_mean_seconds: gauge('The mean of the recorded event loop delays.'),
  nodejs_eventloop_lag_stddev_seconds: gauge('The standard deviation of the recorded event loop delays.'),
  nodejs_eventloop_lag_p50_seconds: gauge('The 50th percentile of the recorded event loop delays.'),
  nodejs_eventloop_lag_p90_seconds: gauge('The 90th percentile of the recorded event loop delays.'),
  nodejs_eventloop_lag_p99_seconds: gauge('The 99th percentile of the recorded event loop delays.'),
  nodejs_active_resources: gauge('Number of active resources that are currently keeping the event loop alive, grouped by async resource type.', { type }),
  nodejs_active_resources_total: gauge('Total number of active resources.'),
  nodejs_active_handles: gauge('Number of active libuv handles grouped by handle type. Every handle type is C++ class name.', { type }),
  nodejs_active_handles_total: gauge('Total number of active handles.'),
  nodejs_active_requests: gauge('Number of active libuv requests grouped by request type. Every request type is C++ class name.', { type }),
  nodejs_active_requests_total: gauge('Total number of active requests.'),
  nodejs_heap_size_total_bytes: gauge('Process heap size from Node.js in bytes.'),
  nodejs_heap_size_used_bytes: gauge('Process heap size used from Node.js in bytes.'),
  nodejs_external_memory_bytes: gauge('Node.js external memory size in bytes.'),
  nodejs_heap_space_size_total_bytes: gauge('Process heap space size total from Node.js in bytes.', { space }),
  nodejs_heap_space_size_used_bytes: gauge('Process heap space size used from Node.js in bytes.', { space }),
  nodejs_heap_space_size_available_bytes: gauge('Process heap space size available from Node.js in bytes.', { space }),
  nodejs_version_info: gauge('Node.js version info.', { version: { of: 'the version of Node', atMost: 1 }, major: { of: 'its parts', atMost: 1 }, minor: { of: 'its parts', atMost: 1 }, patch: { of: 'its parts', atMost: 1 } }),
  nodejs_gc_duration_seconds: histogram('Garbage collection duration by kind, one of major, minor, incremental or weakcb.', [0.001, 0.01, 0.1, 1, 2, 5], { kind: ['major', 'minor', 'incremental', 'weakcb'] }),
} as const;
