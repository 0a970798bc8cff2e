/** Flags of stored objects. */
export const SEEN = '\\Seen';
export const DRAFT = '\\Draft';
export const DELETED = '\\Deleted';
/** A read report for it left from one of the user's devices. */
export const READ_REPORT_SENT = '\\read-report-sent';
/** The user got the content by the link in the notification. */
export const UCN_OBTAINED = '$UCN-Obtained';
