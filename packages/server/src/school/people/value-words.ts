/** Words for roles and statuses in the files of schools, in eight languages. Case, accents and punctuation do not matter. */
import type { UserRole, UserStatus } from '@muster/contract';

const ROLES: Partial<Record<UserRole, string>> = {
  student: `coorporate-student, corporate-student, students, pupil, pupils, learner, schüler, schülerin, schüler/in, schüler*in,
    schueler, schuelerin, schüler:innen, lernende, lernender, kind, studierende, alumno, alumna, alumno/a, alumnos, alumnado,
    estudiante, estudiantes, élève, élèves, étudiant, étudiante, apprenant, aluno, aluna, aluno(a), alunos, estudante, studente,
    studentessa, studenti, alunno, alunna, alunni, uczeń, uczennica, uczniowie, słuchacz, leerling, leerlingen, studentin`,
  teacher: `instructor, teachers, faculty, lehrer, lehrerin, lehrer/in, lehrer*in, lehrkraft, lehrkräfte, lehrperson, dozent,
    dozentin, profesor, profesora, profesor/a, profesorado, docente, docentes, maestro, maestra, enseignant, enseignante,
    enseignants, professeur, professeure, professor, professora, professor(a), insegnante, insegnanti, docenti, nauczyciel,
    nauczycielka, nauczyciele, docent, docenten, leraar, leraren, leerkracht, leerkrachten`,
  teacher_admin: 'administrator',
};

const STATUSES: Partial<Record<UserStatus, string>> = {
  active: `enabled, aktiv, activo, activa, actif, active, ativo, ativa, attivo, attiva, aktywny, aktywna, actief`,
  inactive: `disabled, inaktiv, inactivo, inactiva, inactif, inativo, inativa, inattivo, inattiva, non attivo, nieaktywny,
    nieaktywna, inactief, niet actief`,
  suspended: `gesperrt, suspendido, suspendu, suspenso, sospeso, zawieszony, geschorst`,
  archived: `deleted, archiviert, archivado, archivé, arquivado, archiviato, zarchiwizowany, gearchiveerd`,
};

export const ROLE_WORDS = wordsOf(ROLES);
export const STATUS_WORDS = wordsOf(STATUSES);

function wordsOf(words: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([value, list]) => list.split(',').map((word) => [word.trim(), value])),
  );
}
