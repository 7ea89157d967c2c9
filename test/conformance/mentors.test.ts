import { GROUPS } from './example.ts';
import { holdPromises } from './promises.ts';

holdPromises(GROUPS.mentors);
