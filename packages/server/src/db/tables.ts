// Generated from the migrated database by scripts/generate-db.ts. Do not edit.
import type { ColumnType } from 'kysely';

/** JSON as it is read; written as text. */
export type Json = ColumnType<unknown, string, string>;
/** A column with a default may be left out of an insert. */
export type Defaulted<T> = ColumnType<T, T | undefined, T>;
/** A computed column is only read. */
export type Computed<T> = ColumnType<T, never, never>;

export interface AccountAddressesTable {
  account_id: string;
  address_hash: Buffer;
  last_at: Date;
}

export interface AccountsTable {
  id: string;
  email: string | null;
  password_hash: string | null;
  is_system_admin: Defaulted<boolean>;
  created_at: Defaulted<Date>;
}

export interface AssignmentStepsTable {
  org_id: string;
  id: string;
  assignment_id: string;
  step_no: number;
  title: string;
  game_id: string | null;
  is_optional: Defaulted<boolean>;
  state: Defaulted<'open' | 'in_progress' | 'completed'>;
  score: number | null;
  attempts: Defaulted<number>;
  completed_at: Date | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface AssignmentsTable {
  org_id: string;
  id: string;
  student_id: string;
  teacher_id: string | null;
  operation_id: string | null;
  content_type: string;
  sequence_id: string | null;
  sequence_version: number | null;
  custom_assignment_id: string | null;
  title: string;
  state: 'scheduled' | 'open' | 'in_progress' | 'completed' | 'withdrawn';
  start_at: Date | null;
  due_at: Date | null;
  mastery_threshold: Defaulted<number>;
  max_retries: Defaulted<number | null>;
  retry_wait_hours: Defaulted<number>;
  retry_keep: Defaulted<'best' | 'last'>;
  progression_rule: Defaulted<'sequential' | 'free' | 'mastery_gated'>;
  replaces_id: string | null;
  withdrawn_at: Date | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface AuditTable {
  org_id: string;
  id: string;
  action: string;
  operation_id: string | null;
  actor_account: string | null;
  actor_user: string | null;
  actor_role: string;
  ip: string | null;
  user_agent: string | null;
  detail: ColumnType<unknown, string | undefined, string>;
  at: Defaulted<Date>;
  subject_user: string | null;
}

export interface BatchTeachersTable {
  org_id: string;
  id: string;
  batch_id: string;
  teacher_id: string;
  is_lead: Defaulted<boolean>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface BatchesTable {
  org_id: string;
  id: string;
  name: string;
  course_id: string;
  classroom_id: string | null;
  section_id: string | null;
  term_id: string | null;
  capacity: number | null;
  enrolled_students: Defaulted<number>;
  start_date: string | null;
  end_date: string | null;
  timetable: ColumnType<unknown, string | undefined, string>;
  status: Defaulted<'upcoming' | 'active' | 'completed' | 'cancelled' | 'archived'>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
  code: string | null;
  notes: Defaulted<string>;
  created_by_id: string | null;
  is_renamed: Defaulted<boolean>;
}

export interface ChangesTable {
  org_id: string;
  operation_id: string;
  item_no: number;
  entity: string;
  entity_id: string;
  action: string;
  before: Json | null;
  after: Json | null;
  version_read: number | null;
}

export interface ClaimLinksTable {
  org_id: string;
  id: string;
  user_id: string;
  token_hash: Buffer;
  expires_at: Date;
  used_at: Date | null;
  created_at: Defaulted<Date>;
}

export interface ClassroomCoursesTable {
  org_id: string;
  id: string;
  classroom_id: string;
  course_id: string;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface ClassroomStudentsTable {
  org_id: string;
  id: string;
  classroom_id: string;
  student_id: string;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface ClassroomTeachersTable {
  org_id: string;
  id: string;
  classroom_id: string;
  teacher_id: string;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface ClassroomsTable {
  org_id: string;
  id: string;
  name: string;
  room: string | null;
  unit_id: string | null;
  grade_level: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
  status: Defaulted<'active' | 'archived'>;
}

export interface CoursesTable {
  org_id: string;
  id: string;
  title: string;
  code: string | null;
  syllabus: Defaulted<string>;
  objectives: ColumnType<unknown, string | undefined, string>;
  status: Defaulted<'active' | 'completed' | 'archived'>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
  assigned_instructor_id: string | null;
}

export interface CustomAssignmentsTable {
  org_id: string;
  id: string;
  title: string;
  owner_id: string | null;
  is_shared: Defaulted<boolean>;
  steps: ColumnType<unknown, string | undefined, string>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface CustomFieldValuesTable {
  org_id: string;
  id: string;
  enrollment_id: string;
  custom_field_id: string;
  value: string;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface CustomFieldsTable {
  org_id: string;
  id: string;
  name: string;
  type: Defaulted<'text' | 'number' | 'date' | 'choice'>;
  options: ColumnType<unknown, string | undefined, string>;
  is_required: Defaulted<boolean>;
  position: Defaulted<number>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface EnrollInvitesTable {
  org_id: string;
  id: string;
  name: string;
  invite_code: string;
  start_date: string | null;
  end_date: string | null;
  status: Defaulted<string>;
  tag: string | null;
  learner_access_days: number | null;
  is_bundled: Defaulted<boolean>;
  short_url: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface EnrollmentsTable {
  org_id: string;
  id: string;
  batch_id: string | null;
  student_id: string;
  status: Defaulted<'active' | 'completed' | 'cancelled' | 'on_hold' | 'expired' | 'terminated'>;
  status_reason: Defaulted<string>;
  enrollment_type: Defaulted<'individual' | 'batch' | 'corporate' | 'group' | 'scholarship' | 'trial'>;
  member_role: Defaulted<'student' | 'instructor' | 'ta'>;
  access_starts_at: Date | null;
  access_ends_at: Date | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
  course_id: string;
  source: Defaulted<string>;
  enrolled_at: Defaulted<Date>;
  ended_at: Date | null;
  user_plan_id: string | null;
  enroll_invite_id: string | null;
}

export interface EventsTable {
  org_id: string;
  id: string;
  name: string;
  operation_id: string | null;
  actor_id: string | null;
  schema_version: Defaulted<number>;
  payload: ColumnType<unknown, string | undefined, string>;
  occurred_at: Defaulted<Date>;
}

export interface GamesTable {
  org_id: string;
  id: string;
  title: string;
  status: Defaulted<'available' | 'withdrawn'>;
  is_licensed: Defaulted<boolean>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface GroupMembersTable {
  org_id: string;
  id: string;
  group_id: string;
  user_id: string;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface GroupsTable {
  org_id: string;
  id: string;
  name: string;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface IdempotencyKeysTable {
  org_id: string;
  id: string;
  account_id: string;
  key: string;
  request_hash: string;
  status_code: number | null;
  response: Json | null;
  created_at: Defaulted<Date>;
}

export interface ImportMappingsTable {
  org_id: string;
  id: string;
  name: string;
  description: Defaulted<string>;
  source_format: 'csv' | 'excel' | 'json' | 'xml';
  target_model: string;
  field_mappings: ColumnType<unknown, string | undefined, string>;
  default_values: ColumnType<unknown, string | undefined, string>;
  validation_rules: ColumnType<unknown, string | undefined, string>;
  transformation_rules: ColumnType<unknown, string | undefined, string>;
  is_template: Defaulted<boolean>;
  created_by_account: string;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
  header_key: string | null;
}

export interface InviteOptionsTable {
  org_id: string;
  id: string;
  enroll_invite_id: string;
  batch_id: string;
  payment_option_id: string;
  status: Defaulted<string>;
  cpo_id: string | null;
  is_default: Defaulted<boolean>;
  position: Defaulted<number>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface MentorGoalsTable {
  org_id: string;
  id: string;
  mentorship_id: string;
  title: string;
  measure: Defaulted<string>;
  state: Defaulted<'open' | 'reached' | 'dropped'>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface MentorMeetingsTable {
  org_id: string;
  id: string;
  mentorship_id: string;
  starts_at: Date;
  minutes: number;
  channel: Defaulted<'video' | 'chat' | 'email'>;
  notes: Defaulted<string>;
  main_points: Defaulted<string>;
  progress: number | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface MentorshipsTable {
  org_id: string;
  id: string;
  student_id: string;
  mentor_id: string;
  type: Defaulted<'mentor' | 'tutor' | 'advisor' | 'supervisor'>;
  notes: Defaulted<string>;
  started_at: Defaulted<Date>;
  ended_at: Date | null;
  end_reason: Defaulted<string>;
  assigned_by_id: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface OperationItemsTable {
  org_id: string;
  operation_id: string;
  item_no: number;
  row_no: number | null;
  key: string | null;
  subject_id: string | null;
  label: Defaulted<string>;
  input: Json | null;
  action: string;
  status: Defaulted<'pending' | 'processing' | 'success' | 'failed' | 'skipped'>;
  code: string | null;
  detail: Json | null;
  warnings: Json | null;
  processed_at: Date | null;
}

export interface OperationTemplatesTable {
  org_id: string;
  id: string;
  name: string;
  description: Defaulted<string>;
  operation_type: string;
  template_config: Json;
  usage_count: Defaulted<number>;
  last_used: Date | null;
  is_public: Defaulted<boolean>;
  created_by_account: string;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface OperationsTable {
  org_id: string;
  id: string;
  kind: string;
  name: string;
  description: Defaulted<string>;
  source: Defaulted<string>;
  params: ColumnType<unknown, string | undefined, string>;
  input: ColumnType<unknown, string | undefined, string>;
  mapping: ColumnType<unknown, string | undefined, string>;
  status: Defaulted<'pending' | 'validating' | 'queued' | 'processing' | 'paused' | 'completed' | 'failed' | 'cancelled'>;
  phase: Defaulted<'draft' | 'planning' | 'planned' | 'awaiting_approval' | 'queued' | 'applying' | 'done'>;
  rollback_status: Defaulted<'none' | 'in_progress' | 'rolled_back' | 'partly_rolled_back'>;
  priority: Defaulted<number>;
  lane: Defaulted<'small' | 'medium' | 'large'>;
  scheduled_at: Date | null;
  created_by_user: string | null;
  created_by_account: string;
  confirmed_by_account: string | null;
  override_reason: string | null;
  requires_approval: Defaulted<boolean>;
  approved_by_account: string | null;
  approved_by_user: string | null;
  approved_at: Date | null;
  approved_hash: string | null;
  cancel_reason: Defaulted<string>;
  undo_of: string | null;
  retry_of: string | null;
  plan_hash: string | null;
  planned_at: Date | null;
  plan_expires_at: Date | null;
  plan_counts: ColumnType<unknown, string | undefined, string>;
  plan_history: ColumnType<unknown, string | undefined, string>;
  guards: ColumnType<unknown, string | undefined, string>;
  total_items: Defaulted<number>;
  processed_items: Defaulted<number>;
  successful_items: Defaulted<number>;
  failed_items: Defaulted<number>;
  skipped_items: Defaulted<number>;
  warnings_count: Defaulted<number>;
  next_item_no: Defaulted<number>;
  chunk_items: number;
  chunks_done: Defaulted<number>;
  attempts: Defaulted<number>;
  admitted_at: Date | null;
  queued_at: Date | null;
  results_summary: ColumnType<unknown, string | undefined, string>;
  error_log: Defaulted<string>;
  output_file: string | null;
  started_at: Date | null;
  completed_at: Date | null;
  estimated_completion: Date | null;
  accepted_at: Date | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
  called: string | null;
  deaths: Defaulted<number>;
  died_at_item: number | null;
  alone_to_item: number | null;
  failing_chunks: Defaulted<number>;
  changed_by_accounts: Defaulted<string[]>;
  uncut: Defaulted<string>;
  hands_on: Defaulted<boolean>;
  reading: ColumnType<unknown, string | undefined, string>;
}

export interface OrgsTable {
  id: string;
  name: string;
  timezone: Defaulted<string>;
  plan: Defaulted<string>;
  settings: ColumnType<unknown, string | undefined, string>;
  created_at: Defaulted<Date>;
}

export interface OutboxTable {
  org_id: string;
  id: string;
  topic: string;
  recipient_id: string | null;
  operation_id: string | null;
  payload: ColumnType<unknown, string | undefined, string>;
  created_at: Defaulted<Date>;
  delivered_at: Date | null;
  attempts: Defaulted<number>;
  last_error: string | null;
  status: Defaulted<'waiting' | 'delivered' | 'failed' | 'dropped'>;
  next_attempt_at: Defaulted<Date>;
}

export interface PaymentOptionsTable {
  org_id: string;
  id: string;
  name: string;
  type: Defaulted<string>;
  status: Defaulted<string>;
  tag: string | null;
  require_approval: Defaulted<boolean>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface PaymentPlansTable {
  org_id: string;
  id: string;
  payment_option_id: string;
  name: string;
  actual_price: Defaulted<number>;
  elevated_price: Defaulted<number>;
  currency: string | null;
  validity_in_days: number | null;
  status: Defaulted<string>;
  tag: string | null;
  position: Defaulted<number>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface PaymentsTable {
  org_id: string;
  id: string;
  enrollment_id: string | null;
  user_plan_id: string | null;
  amount: number | null;
  currency: string | null;
  payment_method: string | null;
  payment_status: string | null;
  transaction_id: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface SchemaMigrationsTable {
  name: string;
  run_at: Defaulted<Date>;
}

export interface SectionsTable {
  org_id: string;
  id: string;
  course_id: string;
  name: string;
  capacity: number | null;
  sequence: number | null;
  branch: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface SequenceStepsTable {
  org_id: string;
  id: string;
  sequence_id: string;
  sequence_version: number;
  step_no: number;
  title: string;
  game_id: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface SequencesTable {
  org_id: string;
  id: string;
  title: string;
  library: 'LIFE' | 'SOLF' | 'EVAL' | 'METHOD';
  status: Defaulted<'draft' | 'published' | 'deprecated' | 'withdrawn'>;
  published_version: Defaulted<number>;
  replacement_id: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface SessionsTable {
  token_hash: Buffer;
  account_id: string;
  created_at: Defaulted<Date>;
  expires_at: Date;
  chosen_org_id: string | null;
  person_versions: ColumnType<unknown, string | undefined, string>;
  id: Defaulted<string>;
  used_at: Defaulted<Date>;
  ip: string | null;
  user_agent: string | null;
}

export interface SignInFailuresTable {
  id: string;
  counted: Buffer;
  failed_at: Defaulted<Date>;
}

export interface StagedRowsTable {
  org_id: string | null;
  operation_id: string | null;
  row_no: number | null;
  cells: Json | null;
  clean: Json | null;
  keys: string[] | null;
  new_id: string | null;
  faults: Json | null;
  warnings: Json | null;
}

export interface StagingTable {
  org_id: string;
  operation_id: string;
  row_no: number;
  cells: Json;
  clean: Json;
  keys: string[];
  new_id: string;
  faults: Json | null;
  warnings: Json | null;
}

export interface TeacherProfilesTable {
  org_id: string;
  id: string;
  user_id: string;
  domain: string | null;
  skills: Defaulted<string[]>;
  languages: Defaulted<string[]>;
  availability: ColumnType<unknown, string | undefined, string>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
  teaching_styles: Defaulted<string[]>;
}

export interface TeacherRelationshipsTable {
  org_id: string;
  id: string;
  teacher_id: string;
  student_id: string;
  role: Defaulted<string>;
  starts_on: string;
  ends_on: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface TermsTable {
  org_id: string;
  id: string;
  key: string;
  name: string;
  start_date: string | null;
  end_date: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface UnitsTable {
  org_id: string;
  id: string;
  name: string;
  code: string | null;
  parent_id: string | null;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface UserPlansTable {
  org_id: string;
  id: string;
  user_id: string;
  enroll_invite_id: string;
  payment_option_id: string;
  payment_plan_id: string;
  status: Defaulted<'active' | 'completed' | 'cancelled' | 'on_hold' | 'expired' | 'terminated'>;
  starts_at: Date | null;
  ends_at: Date | null;
  approval: Defaulted<string>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
}

export interface UsersTable {
  org_id: string;
  id: string;
  account_id: string | null;
  external_id: string | null;
  email: string | null;
  username: string | null;
  given_name: Defaulted<string>;
  family_name: Defaulted<string>;
  display_name: string;
  roles: Defaulted<string[]>;
  status: Defaulted<'active' | 'inactive' | 'suspended' | 'archived'>;
  unit_id: string | null;
  grade_level: string | null;
  primary_teacher_id: string | null;
  phone: string | null;
  is_restricted: Defaulted<boolean>;
  version: Defaulted<number>;
  created_at: Defaulted<Date>;
  updated_at: Defaulted<Date>;
  gender: string | null;
  staff_id: Computed<string | null>;
  rights_version: Defaulted<number>;
  search_name: Computed<string | null>;
  source_changed_at: Date | null;
}

export interface Tables {
  account_addresses: AccountAddressesTable;
  accounts: AccountsTable;
  assignment_steps: AssignmentStepsTable;
  assignments: AssignmentsTable;
  audit: AuditTable;
  batch_teachers: BatchTeachersTable;
  batches: BatchesTable;
  changes: ChangesTable;
  claim_links: ClaimLinksTable;
  classroom_courses: ClassroomCoursesTable;
  classroom_students: ClassroomStudentsTable;
  classroom_teachers: ClassroomTeachersTable;
  classrooms: ClassroomsTable;
  courses: CoursesTable;
  custom_assignments: CustomAssignmentsTable;
  custom_field_values: CustomFieldValuesTable;
  custom_fields: CustomFieldsTable;
  enroll_invites: EnrollInvitesTable;
  enrollments: EnrollmentsTable;
  events: EventsTable;
  games: GamesTable;
  group_members: GroupMembersTable;
  groups: GroupsTable;
  idempotency_keys: IdempotencyKeysTable;
  import_mappings: ImportMappingsTable;
  invite_options: InviteOptionsTable;
  mentor_goals: MentorGoalsTable;
  mentor_meetings: MentorMeetingsTable;
  mentorships: MentorshipsTable;
  operation_items: OperationItemsTable;
  operation_templates: OperationTemplatesTable;
  operations: OperationsTable;
  orgs: OrgsTable;
  outbox: OutboxTable;
  payment_options: PaymentOptionsTable;
  payment_plans: PaymentPlansTable;
  payments: PaymentsTable;
  schema_migrations: SchemaMigrationsTable;
  sections: SectionsTable;
  sequence_steps: SequenceStepsTable;
  sequences: SequencesTable;
  sessions: SessionsTable;
  sign_in_failures: SignInFailuresTable;
  staged_rows: StagedRowsTable;
  staging: StagingTable;
  teacher_profiles: TeacherProfilesTable;
  teacher_relationships: TeacherRelationshipsTable;
  terms: TermsTable;
  units: UnitsTable;
  user_plans: UserPlansTable;
  users: UsersTable;
}
