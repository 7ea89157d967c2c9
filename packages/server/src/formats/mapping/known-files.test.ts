import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasSamples, readCsv, sampleFolder } from '../csv/csv-fixture.ts';
import { knownFileOf } from './known-files.ts';

const named = (header: string): string | undefined => knownFileOf(header.split(','))?.file;

describe('files of a set that are no list of people are known by name', () => {
  it.each([
    ['orgs.csv', 'sourcedId,name,type,parentSourcedId'],
    ['orgs.csv', 'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId'],
    [
      'academicSessions.csv',
      'sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear',
    ],
    [
      'courses.csv',
      'sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes',
    ],
    ['classes.csv', 'sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId'],
    ['enrollments.csv', 'classSourcedId,userSourcedId,role'],
    [
      'enrollments.csv',
      'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
    ],
    [
      'roles.csv',
      'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId',
    ],
    ['roles.csv', 'userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate'],
    ['demographics.csv', 'userSourcedId,status,dateLastModified,birthdate,sex,americanIndianOrAlaskaNative,asian'],
    [
      'userProfiles.csv',
      'sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,credentialType,username,password',
    ],
    ['categories.csv', 'sourcedId,status,dateLastModified,title,weight'],
    [
      'results.csv',
      'sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment',
    ],
    ['relationships.csv', 'userSourcedId,relationshipUserSourcedId,relationshipRole'],
    ['userFlags.csv', 'userSourcedId,flag'],
    ['School.csv', 'SIS ID,Name,School Number,State ID,Grade Low,Grade High,Principal SIS ID'],
    ['Section.csv', 'SIS ID,School SIS ID,Section Name,Section Number,Term SIS ID,Course Name'],
    ['StudentEnrollment.csv or TeacherRoster.csv', 'Section SIS ID,SIS ID'],
    ['enrollments.csv', 'course_id,user_id,role,section_id,status'],
    ['enrollments.csv', 'section_id,user_integration_id,role,status'],
    ['admins.csv', 'user_id,account_id,role,status'],
    ['logins.csv', 'user_id,login_id,password,existing_user_id,email'],
    ['schools.csv', 'School_id,School_name,School_number,State_id,Low_grade,High_grade,Principal'],
    ['sections.csv', 'School_id,Section_id,Teacher_id,Teacher_2_id,Name,Section_number,Grade,Course_name'],
    ['enrollments.csv', 'School_id,Section_id,Student_id'],
    ['a list of courses', 'shortname,fullname,summary,category,idnumber'],
    ['a list of cohorts', 'name,idnumber,description,category'],
    ['a list of groups', 'groupname, description, groupidnumber,groupingname'],
  ])('%s: %s', (file, header) => {
    expect(named(header)).toBe(file);
  });
});

it.each([
  'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,email',
  'sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms',
  'user_id,login_id,first_name,last_name,short_name,email,status',
  'School_id,Student_id,Student_number,Last_name,First_name,Grade,Student_email',
  'School_id,Teacher_id,Teacher_email,First_name,Last_name,Title',
  'username,firstname,lastname,email,course1,role1',
  'SIS ID,School SIS ID,First Name,Last Name,Username',
  'external_id,name,role',
  'id,name,type,email',
  'Student ID,Name,Section',
  'Name,Klasse,Schule',
  'name,idnumber,username',
  'student_id,name,section_id',
  'user_id,student_name,course_id',
])('a list of people is none of them: %s', (header) => {
  expect(named(header)).toBeUndefined();
});

describe.skipIf(!hasSamples)('files of other projects (skipped without ../shared/data)', () => {
  it.each([
    ...['classes', 'demographics', 'enrollments', 'courses', 'orgs', 'academicSessions', 'manifest'].flatMap((name) => [
      `oneroster/nicelion-1.1-headers/${name}.csv`,
      `oneroster/oat-sa-1.1/${name}.csv`,
    ]),
    ...'change_sis_id groups_membership accounts logins admins enrollments terms courses xlists user_observers sections groups group_categories'
      .split(' ')
      .map((name) => `canvas/doc-samples/${name}.csv`),
  ])('%s is known by its name', async (path) => {
    const { header } = await readCsv(createReadStream(join(sampleFolder, path)));
    expect(knownFileOf(header)?.file).toBe(path.split('/').at(-1));
  });

  it.each([
    'oneroster/nicelion-1.1-headers/users.csv',
    'oneroster/oat-sa-1.1/users.csv',
    'canvas/doc-samples/users.csv',
    'moodle/uploaduser/upload_users_category.csv',
    'moodle/uploaduser/example.csv',
  ])('%s is a list of people', async (path) => {
    const { header } = await readCsv(createReadStream(join(sampleFolder, path)));
    expect(knownFileOf(header)).toBeNull();
  });
});
