-- Sign-ins end with the right, and what becomes of them stands in the audit of the person's organization.

-- The version of the row with which the person last lost a right: stopped being active, or fell to a lesser role. A sign-in that
-- began before it counts no more, also where the right was given back since. Versions only grow, and a sign-in reads the
-- one that is committed: unlike a time this is right whatever runs at the same moment.
alter table users add column rights_version bigint not null default 0;

-- Organization → version of its person, when the sign-in began.
alter table sessions add column person_versions jsonb not null default '{}';

-- Whose sign-in an entry is about, whoever made it.
alter table audit add column subject_user uuid;
create index audit_subject on audit (org_id, subject_user, id) where subject_user is not null;
