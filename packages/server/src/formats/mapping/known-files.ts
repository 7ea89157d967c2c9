/** Files of the sets that other systems write which are not lists of people: known by their columns, and refused by name. */

export interface KnownFile {
  readonly set: string;
  readonly file: string;
  /** What it says, as the rest of "it says …". */
  readonly says: string;
}

/** A file, what it says, the columns that it has, and those that would make it another file. */
type Row = readonly [string, string, readonly (string | RegExp)[], (readonly (string | RegExp)[])?];

/** Columns of lists of people. */
const PERSON = /^(?:(?:given|first|family|last)[_ ]?name|full_?name|login_id|e?mail|email_address|username)$/;
/** The same with one name for all of it. */
const NAMED =
  /^(?:name|student[_ ]?name|(?:.*[_ ])?(?:given|first|family|last)[_ ]?name|full_?name|login_id|e?mail|email_address|username)$/;
const CATEGORY_ALONE = /^(?!(?:sourcedid|status|datelastmodified|title|weight)$)/;
const COHORT = /^(?:context|contextid|category|category_(?:id|idnumber|path)|visible|descriptionformat)$/;
const COURSE = /^(?:fullname|category|category_(?:idnumber|path)|enrolment_\d+|rename|templatecourse|backupfile)$/;
const ORIGIN =
  /^(?:americanindianoralaskanative|asian|blackorafricanamerican|hispanicorlatinoethnicity|countryofbirthcode|publicschoolresidencestatus)$/;
const SDS_SCHOOL = /^(?:school (?:number|nces[_ ]id)|grade (?:low|high)|(?:lowest|highest) grade|principal .*|zone)$/;

const SETS: Readonly<Record<string, readonly Row[]>> = {
  'a OneRoster set': [
    ['manifest.csv', 'which files the set has', ['propertyname', 'value']],
    ['academicSessions.csv', 'which terms there are', ['sourcedid', 'title', 'startdate', 'enddate']],
    ['orgs.csv', 'which schools there are', ['sourcedid', 'name', 'type'], [PERSON, 'role', 'roles']],
    [
      'courses.csv',
      'which courses there are',
      ['sourcedid', 'title', /^(?:coursecode|schoolyear(?:sourced)?id)$/],
      ['coursesourcedid'],
    ],
    [
      'classes.csv',
      'which classes there are',
      ['sourcedid', 'title', /^(?:coursesourcedid|classcode|classtype|(?:term|session)sourcedids)$/],
    ],
    ['enrollments.csv', 'who is in which class', ['classsourcedid', 'usersourcedid'], ['resourcesourcedid']],
    ['roles.csv', 'who has which role in which school', ['usersourcedid', 'orgsourcedid', 'role']],
    ['demographics.csv', 'when people were born and of which groups they are', [/^birth_?date$/, ORIGIN], [PERSON]],
    ['userProfiles.csv', 'with which accounts people sign in elsewhere', ['usersourcedid', 'profiletype']],
    ['userResources.csv', 'who uses which material', ['usersourcedid', 'resourcesourcedid']],
    ['resources.csv', 'which material there is', ['sourcedid', 'vendorresourceid']],
    ['classResources.csv', 'which class uses which material', ['classsourcedid', 'resourcesourcedid']],
    ['courseResources.csv', 'which course uses which material', ['coursesourcedid', 'resourcesourcedid']],
    ['lineItems.csv', 'which work is marked', ['sourcedid', 'title', 'assigndate', 'duedate']],
    ['results.csv', 'who has which mark', ['lineitemsourcedid', 'studentsourcedid']],
    ['categories.csv', 'which kinds of marked work there are', ['sourcedid', 'title'], [CATEGORY_ALONE]],
    ['scoreScales.csv', 'how work is marked', ['sourcedid', 'scorescalevalue']],
    ['lineItemScoreScales.csv', 'how work is marked', ['lineitemsourcedid', 'scorescalesourcedid']],
    ['resultScoreScales.csv', 'how work is marked', ['resultsourcedid', 'scorescalesourcedid']],
    ['lineItemLearningObjectiveIds.csv', 'what work is about', ['lineitemsourcedid', 'learningobjectiveid']],
    ['resultLearningObjectiveIds.csv', 'what marks are about', ['resultsourcedid', 'learningobjectiveid']],
  ],
  'a School Data Sync set': [
    ['relationships.csv', 'who belongs to whom', ['usersourcedid', 'relationshipusersourcedid']],
    ['userFlags.csv', 'what is marked of people', ['usersourcedid', 'flag']],
    [
      'School.csv',
      'which schools there are',
      ['sis id', /^(?:school )?name$/, SDS_SCHOOL],
      ['school sis id', /^(?:first|last) name$/],
    ],
    ['Section.csv', 'which classes there are', ['sis id', 'section name']],
    ['StudentEnrollment.csv or TeacherRoster.csv', 'who is in which class', ['section sis id', 'sis id'], [PERSON]],
  ],
  'a Canvas SIS set': [
    ['accounts.csv', 'which parts the school has', ['account_id', 'parent_account_id']],
    ['admins.csv', 'who administers which part', ['user_id', 'account_id', /^role(?:_id)?$/]],
    ['terms.csv', 'which terms there are', ['term_id', 'name'], ['course_id', PERSON]],
    ['courses.csv', 'which courses there are', ['course_id', 'short_name', 'long_name']],
    ['sections.csv', 'which sections courses have', ['section_id', 'course_id', 'name'], [PERSON, 'user_id']],
    ['enrollments.csv', 'who is in which course', [/^user_(?:integration_)?id$/, /^(?:course|section)_id$/], [NAMED]],
    [
      'logins.csv',
      'by which further names people sign in',
      ['login_id', /^existing_(?:canvas_)?(?:user|integration)_id$/],
    ],
    ['group_categories.csv', 'which kinds of groups there are', ['group_category_id', 'category_name']],
    ['groups_membership.csv', 'who is in which group', ['group_id', 'user_id'], [NAMED]],
    ['groups.csv', 'which groups there are', ['group_id', 'name'], [PERSON]],
    ['xlists.csv', 'which sections are taught together', ['xlist_course_id', 'section_id']],
    ['user_observers.csv', 'who observes whom', ['observer_id', 'student_id'], [NAMED]],
    [
      'change_sis_id.csv',
      'which ids are replaced by which',
      [/^old_(?:integration_)?id$/, /^new_(?:integration_)?id$/],
    ],
  ],
  'a Clever set': [
    [
      'schools.csv',
      'which schools there are',
      ['school_id', 'school_name'],
      [PERSON, 'student_id', 'teacher_id', 'staff_id'],
    ],
    ['sections.csv', 'which classes there are', ['section_id', /^teacher_(?:\d+_)?id$/], [PERSON]],
    ['enrollments.csv', 'who is in which class', ['section_id', 'student_id'], [NAMED]],
    ['studentcontacts.csv', 'whom to call about students', ['student_id', /^contact_/], [NAMED]],
  ],
  Moodle: [
    [
      'a list of courses',
      'which courses there are',
      ['shortname', COURSE],
      ['username', 'email', /^(?:first|last)name$/],
    ],
    ['a list of cohorts', 'which cohorts there are', ['name', /^(?:idnumber|description)$/, COHORT], [PERSON]],
    ['a list of groups', 'which groups courses have', ['groupname'], [PERSON]],
  ],
};

/** The file of a known set that this is, where that is no list of people; null where it may be one. */
export function knownFileOf(header: readonly string[]): KnownFile | null {
  const keys = header.map((name) => name.trim().toLowerCase());
  const hasOne = (wanted: string | RegExp): boolean =>
    keys.some((key) => (typeof wanted === 'string' ? key === wanted : wanted.test(key)));
  for (const [set, files] of Object.entries(SETS)) {
    const found = files.find(([, , has, hasNot = []]) => has.every(hasOne) && !hasNot.some(hasOne));
    if (found !== undefined) return { set, file: found[0], says: found[1] };
  }
  return null;
}
