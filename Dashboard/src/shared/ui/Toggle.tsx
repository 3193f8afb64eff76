import * as ToggleGroup from "@radix-ui/react-toggle-group";
import styles from "./Toggle.module.css";

/** One of a few; arrow keys move between them. */
export function Toggle<T extends string>({ label, value, onChange, options }: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; name: string }[];
}) {
  return (
    <ToggleGroup.Root
      type="single"
      className={styles.group}
      aria-label={label}
      value={value}
      // Choosing the chosen one again would choose none.
      onValueChange={(next) => { if (next !== "") onChange(next as T); }}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value} className={styles.item}>
          {option.name}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
