import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasSamples, readCsv, sampleFolder } from '../csv/csv-fixture.ts';
import { compileMapping } from './mapping.ts';
import type { MappedRow } from './mapping.ts';
import { FAULT_TEXTS } from './faults.ts';
import { detectPreset } from './presets.ts';
import { userFields } from './user-fields-fixture.ts';

/** Maps rows by the preset that their header shows. */
function mapByPreset(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): { preset: string; unmapped: readonly string[]; mapped: MappedRow[] } {
  const preset = detectPreset(header);
  if (preset === null) throw new Error(`no preset for ${header.join()}`);
  const map = compileMapping(preset.mappingFor(header, userFields), header, userFields);
  return { preset: preset.name, unmapped: map.unmappedColumns, mapped: rows.map((row) => map(row)) };
}

const valuesOf = (header: string, ...rows: string[]) => {
  const { preset, mapped } = mapByPreset(
    header.split(','),
    rows.map((row) => row.split(',')),
  );
  return [preset, ...mapped.map(({ values, faults }) => faults[0]?.code ?? values)];
};

describe('presets', () => {
  it('our own export', () => {
    expect(
      valuesOf(
        'external_id,email,given_name,family_name,roles,status,unit',
        '007,a@b.org,Ana,Li,student;teacher,active,North',
      ),
    ).toEqual([
      'muster',
      {
        external_id: '007',
        email: 'a@b.org',
        given_name: 'Ana',
        family_name: 'Li',
        roles: ['student', 'instructor'],
        status: 'active',
        unit: 'North',
      },
    ]);
  });

  it('OneRoster 1.1: roles, status and units are translated, guardians refused, administration not handed out', () => {
    expect(
      valuesOf(
        'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,grades',
        'u1,,,true,org1,student,ana,Ana,Li,07',
        'u2,active,2026-01-01T00:00:00.000Z,false,org1,administrator,bo,Bo,Li,',
        'u3,tobedeleted,,true,org1,teacher,cy,Cy,Li,',
        'u4,,,TRUE,org1,guardian,di,Di,Li,',
      ),
    ).toEqual([
      'oneroster_1_1_users',
      {
        external_id: 'u1',
        username: 'ana',
        given_name: 'Ana',
        family_name: 'Li',
        roles: ['student'],
        status: 'active',
        unit: 'org1',
        grade_level: '07',
      },
      'role_administers',
      {
        external_id: 'u3',
        username: 'cy',
        given_name: 'Cy',
        family_name: 'Li',
        roles: ['instructor'],
        status: 'archived',
        unit: 'org1',
      },
      'role_not_supported',
    ]);
  });

  it('OneRoster 1.2', () => {
    expect(
      valuesOf(
        'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,primaryOrgSourcedId,pronouns',
        'u1,,,true,ana,,Ana,Li,,,a@b.org,,+4912345,,KG,secret,,,org1,',
      ),
    ).toEqual([
      'oneroster_1_2_users',
      {
        external_id: 'u1',
        username: 'ana',
        given_name: 'Ana',
        family_name: 'Li',
        email: 'a@b.org',
        phone: '+4912345',
        status: 'active',
        unit: 'org1',
        grade_level: 'KG',
      },
    ]);
  });

  it('Canvas: deleted is archived', () => {
    expect(valuesOf('user_id,login_id,first_name,last_name,status', '01103,bs,Bob,Smith,deleted')).toEqual([
      'canvas_users',
      { external_id: '01103', username: 'bs', given_name: 'Bob', family_name: 'Smith', status: 'archived' },
    ]);
  });

  it('Moodle: suspended and deleted become a status', () => {
    expect(
      valuesOf(
        'username, firstname,lastname,email,suspended,deleted,course1',
        'a,A,Li,a@b.org,1,0,m',
        'b,B,Li,b@b.org,0,1,m',
        'c,C,Li,c@b.org,,,m',
      ),
    ).toMatchObject(['moodle_users', { status: 'suspended' }, { status: 'archived' }, { username: 'c' }]);
    expect(valuesOf('username,firstname,lastname,suspended', 'a,A,Li,0')).toMatchObject([
      'moodle_users',
      { status: 'active' },
    ]);
  });

  it('Clever: the file tells the role', () => {
    expect(valuesOf('School_id,Student_id,First_name,Last_name,Grade', '1,s1,Ana,Li,PK')).toMatchObject([
      'clever_students',
      { external_id: 's1', unit: '1', roles: ['student'], grade_level: 'PK' },
    ]);
    expect(valuesOf('School_id,Teacher_id,Teacher_email,First_name,Last_name', '1,t1,t@b.org,Bo,Li')).toMatchObject([
      'clever_teachers',
      { external_id: 't1', roles: ['instructor'] },
    ]);
  });

  it('an unknown header has no preset', () => {
    expect(detectPreset(['foo', 'bar'])).toBeNull();
    expect(detectPreset(['name', 'url', 'Description of map', 'Grade'])).toBeNull();
  });

  const MOODLE = 'username,password,firstname,lastname,email';
  const ZEE = 'zee,long Secret 1,Ngozi,Okafor,zee@school.example';
  it.each([
    [
      'moodle_users',
      'username,firstname,lastname,email',
      ['zee,Ngozi,Okafor,zee@x.example', 'mei,Mei,Lin,mei@x.example'],
    ],
    ['moodle_users', `${MOODLE},course1,group1`, [`${ZEE},bio,West`]],
    ['moodle_users', `${MOODLE},course1,role1,theme`, [`${ZEE},bio,3,`]],
    ['moodle_users', `${MOODLE},category1,categoryrole1,course1,role1`, [`${ZEE},SCI,manager,bio,student`]],
    ['moodle_users', `${MOODLE},cohort1`, [`${ZEE},2026`]],
    ['moodle_users', `${MOODLE},emailstop`, [`${ZEE},1`, 'mei,x,Mei,Lin,mei@school.example,0']],
    ['moodle_users', `${MOODLE},course1,enroltimestart1,enrolperiod1`, [`${ZEE},bio,2026-09-01,`]],
    ['moodle_users', `${MOODLE},profile_field_house`, [`${ZEE},Owls`]],
    [
      'canvas_users',
      'user_id,login_id,authentication_provider_id,password,first_name,last_name,short_name,email,status',
      ['0042,zee,,,Ngozi,Okafor,Zee,zee@school.example,active', '0043,mei,google,,Mei,Lin,,mei@school.example,active'],
    ],
    [
      'oneroster_1_1_users',
      'sourcedId,enabledUser,status,dateLastModified,orgSourcedIds,role,username,userIds,givenName,familyName,identifier,email,sms,phone,agentSourcedIds,ext_house',
      ['p1,TRUE,,,north,student,zee,,Ngozi,Okafor,42,zee@school.example,,,,Owls'],
    ],
    [
      'oneroster_1_1_users',
      'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password',
      [],
    ],
  ])('a file with columns of %s is recognised and read without a fault: %s', async (preset, header, lines) => {
    const { header: names, rows } = await readCsv([header, ...lines].join('\n'));
    const result = mapByPreset(
      names,
      rows.map((row) => row.cells),
    );
    expect([result.preset, result.unmapped]).toEqual([preset, []]);
    expect(result.mapped).toHaveLength(lines.length);
    expect(result.mapped.flatMap((row) => row.faults)).toEqual([]);
  });

  it.skipIf(!hasSamples).each([
    ['moodle/uploaduser/example.csv', 'moodle_users', 3],
    ['moodle/uploaduser/upload_users.csv', 'moodle_users', 2],
    ['moodle/uploaduser/upload_users_category.csv', 'moodle_users', 8],
    ['moodle/uploaduser/upload_users_cohorts.csv', 'moodle_users', 4],
    ['moodle/uploaduser/upload_users_email_matching.csv', 'moodle_users', 2],
    ['moodle/uploaduser/upload_users_emailstop.csv', 'moodle_users', 2],
    ['moodle/uploaduser/upload_users_enrol_date_period.csv', 'moodle_users', 2],
    ['moodle/uploaduser/upload_users_profile.csv', 'moodle_users', 2],
    ['moodle/uploaduser/upload_users_themes.csv', 'moodle_users', 4],
    ['canvas/doc-samples/users.csv', 'canvas_users', 3],
    ['oneroster/oat-sa-1.1/users.csv', 'oneroster_1_1_users', 2],
    ['oneroster/nicelion-1.1-headers/users.csv', 'oneroster_1_1_users', 0],
  ])('%s is recognised as %s and gives %i rows without a fault', async (name, preset, count) => {
    const { header, rows } = await readCsv(createReadStream(join(sampleFolder, name)));
    const result = mapByPreset(
      header,
      rows.map((row) => row.cells),
    );
    expect([result.preset, result.unmapped]).toEqual([preset, []]);
    expect(result.mapped).toHaveLength(count);
    expect(result.mapped.flatMap((row) => row.faults)).toEqual([]);
  });
});

describe('what a layout holds twice, or in parts', () => {
  it('of two telephone numbers the first that is there is taken; several schools go on as they are', () => {
    const header =
      'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,sms,phone';
    const { mapped } = mapByPreset(header.split(','), [
      ['u1', '', '', 'true', '10001,10002', 'student', 'kim', 'Kim', 'Lund', '+15550001', ''],
      ['u2', '', '', 'true', '10001', 'student', 'leo', 'Leo', 'Mann', '+15550001', '+15550002'],
    ]);
    expect(mapped.map(({ values }) => [values['phone'], values['unit']])).toEqual([
      ['+15550001', '10001,10002'],
      ['+15550002', '10001'],
    ]);
  });

  it('a status that a file does not know is refused with those that it does', () => {
    const header = 'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName';
    const { mapped } = mapByPreset(header.split(','), [['u1', 'active', '', 'yes', '1', 'student', 'k', 'K', 'L']]);
    const [fault] = mapped[0]?.faults ?? [];
    expect(fault && FAULT_TEXTS[fault.code].message(fault)).toBe('"yes" is not one of true, false.');
  });

  it('marks of ids are taken off', () => {
    expect(
      valuesOf('OrgDefinedId,Username,Last Name,First Name,Email', '#doej,#jdoe,Doe,Jo,jo@example.org'),
    ).toMatchObject(['brightspace_users', { external_id: 'doej', username: 'jdoe' }]);
  });

  it('School Data Sync names the school and the role', () => {
    expect(
      valuesOf(
        'sourcedId,orgSourcedIds,username,givenName,familyName,password,role,grade',
        'u1,s1,ana,Ana,Li,,student,7',
        'u2,s1,bo,Bo,Li,,administrator,',
      ),
    ).toMatchObject(['sds_users', { unit: 's1', roles: ['student'], grade_level: '7' }, 'role_administers']);
  });
});
