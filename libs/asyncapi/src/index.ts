export { asyncApiDocument, type AsyncApiDocument } from './async-api-document.js';
export { topicsOf, type Topic, type TopicSettings } from './topics.js';
