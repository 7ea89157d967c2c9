/** Roles, strongest first. system_admin belongs to an account, the others to a person in an organization. */
export const ROLES = ['system_admin', 'subscriber_admin', 'teacher_admin', 'teacher', 'student'] as const;
export type Role = (typeof ROLES)[number];

/** Roles that a person in an organization can have. `coorporate-student` is accepted and means `student`. */
export const USER_ROLES = ['subscriber_admin', 'teacher_admin', 'teacher', 'student'] as const;
export type UserRole = (typeof USER_ROLES)[number];

export const USER_STATUSES = ['active', 'inactive', 'suspended', 'archived'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** How many people one operation may choose, by the strongest role of who starts it; null is no limit. */
export const PEOPLE_MAX: Readonly<Record<Role, number | null>> = {
  system_admin: null,
  subscriber_admin: 5_000,
  teacher_admin: 1_000,
  teacher: 50,
  student: 0,
};

export function strongestRole(roles: readonly string[]): Role {
  return ROLES.find((role) => roles.includes(role)) ?? 'student';
}
