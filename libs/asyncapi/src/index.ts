export { asyncApiDocument, type AsyncApiDocument } from './async-api-document.js';
export { incompatibilities } from './compatibility.js';
export { RETENTION_MS, topicsOf, type Topic, type TopicSettings } from './topics.js';
