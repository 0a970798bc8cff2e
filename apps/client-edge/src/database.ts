export { COMMITTED, databaseOf, documentsOf as collectionOf, MAJORITY } from '@cpm/runtime-mongo';
