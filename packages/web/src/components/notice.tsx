import type { ReactNode } from 'react';
import type { Tone } from '../words/operations.ts';

interface NoticeProps {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ReactNode;
  /** `alert` interrupts a screen reader; for what just went wrong. */
  readonly role?: 'alert' | 'status';
}

export function Notice({ tone, title, children, role }: NoticeProps) {
  return (
    <div className={`notice ${tone}`} role={role}>
      <strong>{title}</strong>
      {children === undefined ? null : <div>{children}</div>}
    </div>
  );
}
