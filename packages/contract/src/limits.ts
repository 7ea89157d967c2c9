/** Limits that users and clients meet. Each has its unit in its name. */
export const LIMITS = {
  /** Up to this many people an operation is applied within the request. */
  inRequestPeopleMax: 50,
  /** From so many people an operation goes through the lane for large ones. */
  mediumPeopleMax: 500,
  /** A synchronous run that takes longer goes on in the background. */
  inRequestMs: 5_000,
  planMinutes: 30,
  /** Operations of one organization that are processed at the same time. */
  processingPerOrgMax: 3,
  /** Small ones of an organization that are worked within requests at the same time; further ones go to the worker. */
  inRequestPerOrgMax: 5,
  /** Further ones that wait for their turn. */
  waitingPerOrgMax: 20,
  /** Plans of at most so many items are made again at confirm, to find what changed since the preview. */
  replanItemsMax: 5_000,
  /** Plans for at most so many people, or of so many rows of a file, are made within the request. */
  planInRequestPeopleMax: 500,
  planInRequestItemsMax: 1_000,
  contentEntriesMax: 20,
  /** Templates, and mappings, that one person may have saved. */
  savedPerMakerMax: 100,
  /** Of one saved mapping, all its rules together. */
  mappingBytesMax: 65_536,
  uploadBytesMax: 2 * 1024 ** 3,
  pageSizeMax: 100,
  pageSize: 25,
  overrideReasonCharsMin: 10,
  chunkItemsMin: 10,
  chunkItemsMax: 500,
} as const;
