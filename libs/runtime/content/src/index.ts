export { type ByteRange } from './byte-range.js';
export { ChunkWriter, SupersededError, type Progress } from './chunk-writer.js';
export { contentAnswer, sendContent, tagOf, type ContentAnswer, type TaggedContent, attachmentNamed } from './content-answer.js';
export { CONTENT, CONTENT_HEADERS, rangeHeaders } from './content-description.js';
export { fileName, mediaTypeHeader } from './content-kind.js';
export { ContentStore, newFileId, type ContentKind, type ContentLives, type StoredFile, type WholeFile } from './content-store.js';
export { CHUNK_BYTES, type ChunkPlace, type GridChunks } from './grid-chunks.js';
