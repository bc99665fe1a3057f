/**
 * Own expressions from a few samples: show faces of each class, get an ordinary classifier. An entry of its own, so that those who only
 * classify carry none of it.
 *
 * @packageDocumentation
 */
export { createTeacher, loadTeacher } from './teacher';
export type {
  AddOptions,
  Advice,
  HeldOutScore,
  RecordOptions,
  RenameOptions,
  Sample,
  Take,
  TaughtClassifier,
  Teacher,
  TeacherOptions,
  TeachMethod,
  TeachOptions,
} from './types';
