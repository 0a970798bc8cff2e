import { applyDecorators, Inject, Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { principalOf, ProblemError, RateLimiter, RequireScope, type Principal } from '@cpm/http';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { DeviceDirectory } from './device-directory.js';

/** Only tokens of a device that its user has registered, within the device's rate. */
export function ForRegisteredDevice(): ClassDecorator & MethodDecorator {
  return applyDecorators(RequireScope('device'), UseGuards(RegisteredDeviceGuard));
}

@Injectable()
export class RegisteredDeviceGuard implements CanActivate {
  constructor(
    @Inject(DeviceDirectory) private readonly directory: DeviceDirectory,
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user, device } = context.switchToHttp().getRequest<{ principal: Principal }>().principal as { user: CpmAddress; device: DeviceId };
    this.limiter.admit(`${user}|${device}`);
    if (await this.directory.isRegistered(user, device)) return true;
    throw new ProblemError(403, 'unknown-device', 'the device is not registered: PUT /cpm/v1/devices/{deviceId} first');
  }
}

/** Only devices that are their user's, within the device's rate: a removed one is nobody's, a provisioned Primary needs no registration. */
@Injectable()
export class ListedDeviceGuard implements CanActivate {
  constructor(
    @Inject(DeviceDirectory) private readonly directory: DeviceDirectory,
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user, device } = principalOf(context);
    if (!user || !device) return false;
    this.limiter.admit(`${user}|${device}`);
    if (await this.directory.isListed(user, device)) return true;
    throw new ProblemError(403, 'unknown-device', 'the device is none of the user: PUT /cpm/v1/devices/{deviceId} first');
  }
}
