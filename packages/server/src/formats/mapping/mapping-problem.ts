export interface MappingError {
  code:
    | 'header_unknown'
    | 'field_unknown'
    | 'field_twice'
    | 'field_unmapped'
    | 'identifier_unmapped'
    | 'rule_field_unknown'
    | 'rule_invalid';
  /** The header or the field that the error is about. */
  field: string;
  message: string;
  correction: string;
}

/** A mapping that does not fit its file or its fields; names all errors at once. */
export class MappingProblem extends Error {
  readonly code = 'mapping_invalid';
  readonly errors: readonly MappingError[];

  constructor(errors: readonly MappingError[]) {
    super(errors.map((error) => error.message).join(' '));
    this.name = 'MappingProblem';
    this.errors = errors;
  }
}
