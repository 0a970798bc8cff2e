/** The labels of the specification (spec/oma-com-cpm-cr22.txt). A label that is not listed does not compile. */
export const REQUIREMENT_IDS = [
  'CPM-MLD-001', 'CPM-MLD-003a', 'CPM-MLD-003b', 'CPM-MLD-004', 'CPM-MLD-005', 'CPM-MLD-006', 'CPM-MLD-007a', 'CPM-MLD-008a',
  'CPM-MLD-011', 'CPM-MLD-015', 'CPM-MLD-016', 'CPM-MLD-017', 'CPM-MLD-018', 'CPM-MLD-019', 'CPM-MLD-020', 'CPM-MLD-022',
  'CPM-MLD-023', 'CPM-MLD-024', 'CPM-MLD-025', 'CPM-MLD-026', 'CPM-MLD-027', 'CPM-MLD-028', 'CPM-MLD-028a', 'CPM-MLD-029',
  'CPM-MLD-030', 'CPM-MLD-031', 'CPM-MLD-032', 'CPM-MLD-033', 'CPM-MLD-034', 'CPM-MLD-035',
] as const;
export type RequirementId = (typeof REQUIREMENT_IDS)[number];

/** Groups the tests that prove a requirement; the requirements page counts them by this name. */
export function requirement(id: RequirementId, tests: () => void): void {
  describe(id, tests);
}
