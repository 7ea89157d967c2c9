import { importMapping, type ImportMapping, type MappingRules } from '@muster/contract';
import { z } from 'zod';
import { get, post } from './request.ts';

/** Those of the person and those offered to everybody. */
export function listMappings(): Promise<ImportMapping[]> {
  return get('/api/bulk/mappings', z.array(importMapping));
}

export interface NewMapping {
  readonly name: string;
  readonly rules: MappingRules;
  /** What its rows become, such as User. */
  readonly target: string;
  readonly isForOthers: boolean;
  /** The columns of the file that it was made from. */
  readonly header: readonly string[];
}

export function saveMapping(wanted: NewMapping): Promise<ImportMapping> {
  const { name, rules, target, isForOthers, header } = wanted;
  return post('/api/bulk/mappings', importMapping, {
    name,
    source_format: 'csv',
    target_model: target,
    is_template: isForOthers,
    header,
    ...rules,
  });
}
