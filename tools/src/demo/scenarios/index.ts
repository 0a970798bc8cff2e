import type { Scenario } from '../scenario.js';
import { ipInTime, ipNeverComes } from './airplane-mode-off.js';
import { fileOnTheTablet } from './file-on-the-tablet.js';
import { imageWithoutIp } from './image-without-ip.js';
import { invitationOnThreeDevices } from './invitation-on-three-devices.js';
import { mixedGroup } from './mixed-group.js';
import { pictureForNotification } from './picture-for-notification.js';
import { readOnTheTablet } from './read-on-the-tablet.js';
import { tabletAndPhone } from './tablet-and-phone.js';
import { twoAtOnce } from './two-at-once.js';

/** In the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [tabletAndPhone, ipInTime, ipNeverComes, imageWithoutIp, twoAtOnce, invitationOnThreeDevices, fileOnTheTablet, mixedGroup, pictureForNotification, readOnTheTablet];
