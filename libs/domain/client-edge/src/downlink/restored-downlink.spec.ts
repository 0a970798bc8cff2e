import { downlinkLog } from './downlink.js';
import { formatCursor, parseCursor } from './cursor.js';
import { restoredDownlink } from './restored-downlink.js';

it('numbers no frame as one that a device may have had after the backup', () => {
  const { next } = restoredDownlink({ ...downlinkLog.initial, next: 42 });
  expect(next).toBe(1_000_000_042);
  expect(parseCursor(formatCursor(next))).toBe(next);
});
