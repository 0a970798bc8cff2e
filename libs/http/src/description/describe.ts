import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';

/** Content that is not JSON: its media types, `*\/*` for any. Without a schema it is bytes. */
export interface Media {
  readonly types: readonly string[];
  readonly schema?: z.ZodType;
}

/** What a body or an answer may be: JSON of a schema, or content of several kinds. */
export type Content = z.ZodType | readonly (z.ZodType | Media)[];

/** How errors are said where it is not `application/problem+json`. */
export interface ErrorForm {
  readonly type: string;
  readonly schema: z.ZodType;
}

/** What a route takes and answers, in the schemas that it is parsed and typed with. What follows from its scope or body is not repeated here. */
export interface Operation {
  /** One line, without a full stop. */
  readonly summary: string;
  readonly path?: z.ZodType;
  readonly query?: z.ZodType;
  readonly headers?: z.ZodType;
  readonly body?: Content;
  /** By status; null for an answer without content. */
  readonly answers: Readonly<Record<number, Content | null>>;
  /** Headers of answers by status, with what they say. */
  readonly answerHeaders?: Readonly<Record<number, Readonly<Record<string, string>>>>;
  /** Statuses of refusals that are the route's own. */
  readonly problems?: readonly number[];
}

/** What all routes of a controller have in common. */
export interface OperationGroup extends Pick<Operation, 'path' | 'headers' | 'problems'> {
  readonly errors?: ErrorForm;
}

export const OPERATION = 'cpm:operation';
export const OPERATION_GROUP = 'cpm:operation-group';

/** Describes a route for the OpenAPI document of its service; no document can be made of a route without it. */
export const Describe = (operation: Operation): MethodDecorator => SetMetadata(OPERATION, operation);

export const DescribeAll = (group: OperationGroup): ClassDecorator => SetMetadata(OPERATION_GROUP, group);
