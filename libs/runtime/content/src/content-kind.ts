import { describedAs } from '@cpm/http';
import { isPlainLine } from '@cpm/vocabulary';
import { z } from 'zod';

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]{1,64}=(?:[\w!#$&^.+/-]{1,128}|"[^"\\\p{Cc}]{0,128}"))*$/u;

/** Described without its parameters. */
export const mediaTypeHeader = describedAs(
  z.string().max(255, 'must have at most 255 characters').regex(MEDIA_TYPE, 'must be a media type such as text/plain'),
  z.string().regex(/^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}$/),
);

export const fileName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => isPlainLine(name) && !/[/\\]/.test(name), 'must be a file name without path, control or direction-override characters');
