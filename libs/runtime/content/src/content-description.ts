import { z } from 'zod';

/** Headers by which a part of a content is asked for. */
export const rangeHeaders = z.object({ range: z.string().optional(), 'if-range': z.string().optional() });

/** For the description of a route that answers with `contentAnswer`. */
export const CONTENT = { 200: [{ types: ['*/*'] }], 206: [{ types: ['*/*'] }] };

const whole = { ETag: 'Of these bytes, for If-Range', 'Accept-Ranges': 'bytes', 'Content-Disposition': 'The name of the file, where it has one' };
export const CONTENT_HEADERS = { 200: whole, 206: { ...whole, 'Content-Range': 'Which bytes of how many' } };
