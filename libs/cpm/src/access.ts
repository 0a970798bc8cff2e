import { z } from 'zod';

/** IP: a live CPM connection of that device. CS: a mobile-terminated short message can reach it without CPM. */
export const accessKind = z.enum(['IP', 'CS']);
export type AccessKind = z.infer<typeof accessKind>;

/** SUSPECT: believed available, but a push was not acknowledged in time. */
export const accessState = z.enum(['AVAILABLE', 'UNAVAILABLE', 'UNKNOWN', 'SUSPECT']);
export type AccessState = z.infer<typeof accessState>;

/** DELIVERABLE evidence proves that content can be delivered; a HINT only says that trying is worth while. */
export const confidence = z.enum(['DELIVERABLE', 'HINT']);
export type Confidence = z.infer<typeof confidence>;

/** What a network can be asked to tell of a Primary, by the names of 3GPP TS 29.503 EventType. */
export const networkMonitoring = z.enum(['UE_REACHABILITY_FOR_SMS', 'UE_REACHABILITY_FOR_DATA', 'LOSS_OF_CONNECTIVITY']);
export type NetworkMonitoring = z.infer<typeof networkMonitoring>;
