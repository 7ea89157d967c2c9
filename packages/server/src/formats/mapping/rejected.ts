import type { FaultCode, FaultParams } from './faults.ts';

/** What a step or a check gives instead of a value when the value will not do. */
export class Rejected {
  readonly code: FaultCode;
  readonly params: FaultParams | undefined;

  constructor(code: FaultCode, params?: FaultParams) {
    this.code = code;
    this.params = params;
  }
}

/** A rule of a mapping that cannot be used, found before any row is read. */
export class RuleProblem extends Error {}
