import type { AccessObserved, ImsRegistration } from '@cpm/contracts-access-awareness';

/** A device with several contacts is registered as long as one of them is. `received` in epoch ms is when the report arrived. */
export function imsRegistrationEvidence({ address, contacts }: ImsRegistration, received: number): readonly AccessObserved[] {
  const secondsLeft = new Map<ImsRegistration['contacts'][number]['deviceId'], number>();
  for (const { deviceId, state, expires = 0 } of contacts) {
    const left = state === 'active' ? expires : 0;
    secondsLeft.set(deviceId, Math.max(left, secondsLeft.get(deviceId) ?? 0));
  }
  return [...secondsLeft].map(([device, seconds]): AccessObserved => ({
    user: address, device, access: 'IP', confidence: 'DELIVERABLE', source: 'reginfo', observedAt: received,
    ...(seconds > 0 ? { state: 'AVAILABLE', validUntil: received + seconds * 1000 } : { state: 'UNAVAILABLE' }),
  }));
}
