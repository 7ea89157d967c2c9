export * from './clean-text.ts';
export * from './limits.ts';
export * from './operation.ts';
export * from './problem.ts';
export * from './problems.ts';
export { problemHeading, sentenceCase } from './problems/headings.ts';
export * from './roles.ts';
export * from './shapes/index.ts';
