export * from './clean-text.ts';
export * from './limits.ts';
export * from './operation.ts';
export * from './problem.ts';
export * from './problems.ts';
export * from './roles.ts';
export * from './shapes/index.ts';
