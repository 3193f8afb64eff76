import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from "react";
import styles from "./Field.module.css";

interface FieldFrame {
  label: string;
  /** Unit and bounds. */
  hint?: string | undefined;
  /** What is wrong with it, in a sentence. */
  error?: string | undefined;
}

function Frame({ label, hint, error, children }: FieldFrame & { children: (ids: { id: string; describedBy: string | undefined }) => ReactNode }) {
  const id = useId();
  const described = error !== undefined ? `${id}-error` : hint !== undefined ? `${id}-hint` : undefined;
  return (
    <div className={styles.field} data-invalid={error !== undefined || undefined}>
      <label htmlFor={id}>{label}</label>
      {children({ id, describedBy: described })}
      {error !== undefined ? (
        <p id={`${id}-error`} className={styles.error}>{error}</p>
      ) : (
        hint !== undefined && <p id={`${id}-hint`} className={styles.hint}>{hint}</p>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, ...input }: FieldFrame & Omit<InputHTMLAttributes<HTMLInputElement>, "id">) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {({ id, describedBy }) => <input {...input} id={id} aria-describedby={describedBy} aria-invalid={error !== undefined || undefined} />}
    </Frame>
  );
}

export function SelectField({ label, hint, error, options, ...select }: FieldFrame & Omit<SelectHTMLAttributes<HTMLSelectElement>, "id"> & {
  options: readonly { value: string; name: string }[];
}) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {({ id, describedBy }) => (
        <select {...select} id={id} aria-describedby={describedBy} aria-invalid={error !== undefined || undefined}>
          {options.map(({ value, name }) => (
            <option key={value} value={value}>{name}</option>
          ))}
        </select>
      )}
    </Frame>
  );
}

/** Fields beside each other, as many as fit. */
export function Fields({ children }: { children: ReactNode }) {
  return <div className={styles.fields}>{children}</div>;
}
