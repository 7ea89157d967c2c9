/** The registry: every table that operations may change, parents first. */
import type { Entity } from '../db/entity.ts';
import { CLASSES } from './entities/classes.ts';
import { CONTENT } from './entities/content.ts';
import { ENROLLMENTS } from './entities/enrollments.ts';
import { PEOPLE } from './entities/people.ts';

export const ENTITIES: readonly Entity[] = [...PEOPLE, ...CLASSES, ...ENROLLMENTS, ...CONTENT];
