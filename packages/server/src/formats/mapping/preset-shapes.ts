import type { DroppedColumns } from '../reading/file-reading.ts';
import type { TransformationRule } from './schema.ts';

/** A known shape of user files: its columns and what their values mean. */
export interface PresetShape {
  title: string;
  /** Columns that must be there, one of each group. Compared without case and outer blanks. */
  signature: readonly (readonly string[])[];
  /** Column → field. Of several columns for one field the first that is there counts. */
  columns: Readonly<Record<string, string>>;
  /** Columns that the format knows and that are left out. */
  ignored: RegExp;
  /** Those of them that mean something which is lost with them, and what that is. Compared in lower case. */
  dropped?: readonly DroppedColumns[];
  defaults?: Readonly<Record<string, unknown>>;
  rules?: (has: (column: string) => string | undefined) => TransformationRule[];
}

export const SHAPES: Readonly<Record<string, PresetShape>> = {
  oneroster_1_2_users: {
    title: 'OneRoster 1.2 users.csv',
    signature: [['sourcedid'], ['enableduser'], ['usermasteridentifier', 'primaryorgsourcedid', 'preferredgivenname']],
    columns: {
      sourcedid: 'external_id',
      enableduser: 'status',
      username: 'username',
      givenname: 'given_name',
      familyname: 'family_name',
      email: 'email',
      phone: 'phone',
      sms: 'phone',
      grades: 'grade_level',
      primaryorgsourcedid: 'unit',
      datelastmodified: 'updated_at',
      password: 'password',
    },
    ignored:
      /^(?:status|userids|middlename|identifier|agentsourcedids|usermasteridentifier|resourcesourcedids|preferred.*|pronouns|metadata\..*)$/,
    rules: (has) => oneRosterStatus(has),
  },
  oneroster_1_1_users: {
    title: 'OneRoster 1.1 users.csv',
    signature: [['sourcedid'], ['enableduser'], ['orgsourcedids'], ['role']],
    columns: {
      sourcedid: 'external_id',
      enableduser: 'status',
      orgsourcedids: 'unit',
      role: 'roles',
      username: 'username',
      givenname: 'given_name',
      familyname: 'family_name',
      email: 'email',
      phone: 'phone',
      sms: 'phone',
      grades: 'grade_level',
      grade: 'grade_level',
      datelastmodified: 'updated_at',
      password: 'password',
    },
    ignored: /^(?:status|userids?|middlename|identifier|agentsourcedids|agents|metadata\..*|ext_.*)$/,
    rules: (has) => [
      ...oneRosterStatus(has),
      {
        field: 'roles',
        rule: 'lookup',
        params: {
          table: { student: 'student', teacher: 'instructor' },
          refuse: refuseAll(['aide', 'guardian', 'parent', 'proctor', 'relative'], ['administrator']),
        },
      },
    ],
  },
  canvas_users: {
    title: 'Canvas SIS users.csv',
    signature: [['user_id'], ['login_id'], ['status']],
    columns: {
      user_id: 'external_id',
      login_id: 'username',
      first_name: 'given_name',
      last_name: 'family_name',
      full_name: 'full_name',
      short_name: 'display_name',
      email: 'email',
      status: 'status',
      declared_user_type: 'roles',
      password: 'password',
    },
    ignored:
      /^(?:integration_id|ssha_password|authentication_provider_id|sortable_name|pronouns|canvas_password_notification|root_account)$/,
    rules: (has) => [
      {
        field: 'status',
        rule: 'lookup',
        params: { table: { active: 'active', suspended: 'suspended', deleted: 'archived' } },
      },
      ...whenPresent(has('declared_user_type'), {
        field: 'roles',
        rule: 'lookup',
        params: {
          table: { student: 'student', student_other: 'student', teacher: 'instructor' },
          refuse: refuseAll(['observer', 'staff'], ['administrative']),
        },
      }),
    ],
  },
  clever_students: {
    title: 'Clever students.csv',
    signature: [['student_id'], ['school_id'], ['first_name'], ['last_name']],
    columns: {
      student_id: 'external_id',
      school_id: 'unit',
      first_name: 'given_name',
      last_name: 'family_name',
      student_email: 'email',
      username: 'username',
      grade: 'grade_level',
      gender: 'gender',
      password: 'password',
    },
    ignored:
      /^(?:student_number|state_id|middle_name|graduation_year|dob|race|hispanic_latino|home_language|ell_status|frl_status|iep_status|student_(?:street|city|state|zip)|contact_.*|ext\..*)$/,
    defaults: { roles: ['student'] },
  },
  clever_teachers: {
    title: 'Clever teachers.csv',
    signature: [['teacher_id'], ['school_id'], ['first_name'], ['last_name']],
    columns: {
      teacher_id: 'external_id',
      school_id: 'unit',
      first_name: 'given_name',
      last_name: 'family_name',
      teacher_email: 'email',
      username: 'username',
      password: 'password',
    },
    ignored: /^(?:teacher_number|state_teacher_id|state_id|middle_name|title|ext\..*)$/,
    defaults: { roles: ['instructor'] },
  },
  brightspace_users: {
    title: 'Brightspace users',
    signature: [['orgdefinedid'], ['username'], ['last name'], ['first name']],
    columns: {
      orgdefinedid: 'external_id',
      username: 'username',
      'first name': 'given_name',
      'last name': 'family_name',
      email: 'email',
    },
    ignored: /^(?:end-of-line indicator|sections|.* (?:points|final) grade .*)$/,
    // It marks ids so that spreadsheets leave them alone.
    rules: (has) =>
      (
        [
          ['external_id', 'orgdefinedid'],
          ['username', 'username'],
        ] as const
      ).flatMap(([field, column]) =>
        whenPresent(has(column), { field, rule: 'replace', params: { pattern: '^#', replacement: '' } }),
      ),
  },
  sds_users: {
    title: 'School Data Sync users.csv',
    signature: [
      ['sourcedid'],
      ['username'],
      ['givenname'],
      ['familyname'],
      ['orgsourcedids', 'activedirectorymatchid', 'role'],
    ],
    columns: {
      sourcedid: 'external_id',
      username: 'username',
      givenname: 'given_name',
      familyname: 'family_name',
      orgsourcedids: 'unit',
      role: 'roles',
      grade: 'grade_level',
      email: 'email',
      phone: 'phone',
      sms: 'phone',
      password: 'password',
    },
    ignored: /^activedirectorymatchid$/,
    rules: (has) => [
      ...whenPresent(has('role'), {
        field: 'roles',
        rule: 'lookup',
        params: {
          table: { student: 'student', teacher: 'instructor' },
          refuse: refuseAll(['staff', 'aide', 'faculty', 'proctor', 'other', 'parent', 'guardian'], ['administrator']),
        },
      }),
    ],
  },
  moodle_users: {
    title: 'Moodle user upload',
    signature: [['username', 'email'], ['firstname'], ['lastname']],
    columns: {
      username: 'username',
      oldusername: 'former_username',
      firstname: 'given_name',
      lastname: 'family_name',
      email: 'email',
      idnumber: 'external_id',
      phone1: 'phone',
      phone2: 'phone',
      suspended: 'status',
      deleted: 'status',
      password: 'password',
    },
    ignored:
      /^(?:id|auth|emailstop|city|country|lang|timezone|mail(?:format|display|digest)|htmleditor|autosubscribe|institution|department|address|description(?:format)?|theme|interests|mnethostid|(?:first|last)namephonetic|middlename|alternatename|profile_field_.*|(?:cohort|course|role|type|group|enrolperiod|enroltimestart|enrolstatus|sysrole|category|categoryrole)\d+)$/,
    dropped: [
      {
        columns: /^(?:cohort|course|role|type|group|enrol\w+|sysrole|category|categoryrole)\d+$/,
        holds: 'Enrolments',
        look: 'always',
      },
    ],
    rules: moodleStatus,
  },
  muster: {
    title: 'Muster users',
    signature: [
      ['external_id', 'email', 'username'],
      ['given_name', 'family_name', 'full_name', 'display_name'],
    ],
    columns: {
      external_id: 'external_id',
      email: 'email',
      username: 'username',
      full_name: 'full_name',
      given_name: 'given_name',
      family_name: 'family_name',
      display_name: 'display_name',
      roles: 'roles',
      role: 'roles',
      status: 'status',
      unit: 'unit',
      grade_level: 'grade_level',
      teacher: 'teacher',
      phone: 'phone',
      gender: 'gender',
      version: 'version',
      updated_at: 'updated_at',
      password: 'password',
    },
    ignored: /^$/,
  },
};

/** enabledUser and the record's own status together: tobedeleted is archived whatever else is said. */
function oneRosterStatus(has: (column: string) => string | undefined): TransformationRule[] {
  const columns = [has('enableduser'), has('status')].flatMap((name) => name ?? []);
  const table: Record<string, string> = {};
  for (const [enabled, status] of [
    ['true', 'active'],
    ['false', 'inactive'],
    ['', ''],
  ] as const) {
    table[enabled] = status;
    table[`${enabled}/`] = status;
    table[`${enabled}/active`] = status === '' ? 'active' : status;
    table[`${enabled}/inactive`] = 'inactive';
    table[`${enabled}/tobedeleted`] = 'archived';
  }
  return [
    { field: 'status', rule: 'join', params: { columns, separator: '/', keep_empty: true } },
    { field: 'status', rule: 'lookup', params: { table, allowed: ['true', 'false'] } },
  ];
}

/** suspended and deleted are 1 or 0; deleted wins, blank keeps what is. */
function moodleStatus(has: (column: string) => string | undefined): TransformationRule[] {
  const suspended = has('suspended');
  const deleted = has('deleted');
  if (suspended === undefined || deleted === undefined) {
    const one = suspended === undefined ? 'archived' : 'suspended';
    const zero = suspended === undefined ? '' : 'active';
    return [{ field: 'status', rule: 'lookup', params: { table: { '0': zero, '1': one } } }];
  }
  const table: Record<string, string> = { '/': '', '/0': '' };
  for (const gone of ['', '0']) {
    table[`0/${gone}`] = 'active';
    table[`1/${gone}`] = 'suspended';
  }
  for (const flag of ['', '0', '1']) table[`${flag}/1`] = 'archived';
  const columns = [suspended, deleted];
  return [
    { field: 'status', rule: 'join', params: { columns, separator: '/', keep_empty: true } },
    { field: 'status', rule: 'lookup', params: { table, allowed: ['0', '1'] } },
  ];
}

function whenPresent(column: string | undefined, rule: TransformationRule): TransformationRule[] {
  return column === undefined ? [] : [rule];
}

/** @param administrative - Roles of people who administer, which a file of another system does not hand out. */
function refuseAll(roles: readonly string[], administrative: readonly string[]): Record<string, string> {
  const refused = (codes: readonly string[], code: string): [string, string][] => codes.map((role) => [role, code]);
  return Object.fromEntries([...refused(roles, 'role_not_supported'), ...refused(administrative, 'role_administers')]);
}
