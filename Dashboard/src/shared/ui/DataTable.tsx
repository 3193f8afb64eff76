import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useState } from "react";
import styles from "./DataTable.module.css";

export interface Column<T> {
  readonly name: string;
  readonly cell: (row: T) => ReactNode;
  /** Figures stand to the right. */
  readonly numeric?: boolean;
  /** By what it can be sorted; nulls come last either way. */
  readonly sortBy?: (row: T) => number | string | null;
}

interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Rows with columns that can be sorted where that makes sense. Wider than its place it scrolls by itself, also with the keyboard. */
export function DataTable<T>({ caption, rows, columns, rowKey, maxHeight, initialOrder }: {
  /** What the rows are; read out, not shown. */
  caption: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  /** In rem; beyond it the rows scroll under the head. */
  maxHeight?: number;
  initialOrder?: Order;
}) {
  const [order, setOrder] = useState<Order | undefined>(initialOrder);
  const sorted = sort(rows, columns, order);
  return (
    // A region that scrolls must be reachable with the keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} role="region" aria-label={caption} tabIndex={0} style={maxHeight === undefined ? undefined : { maxHeight: `${maxHeight}rem` }}>
      <table className={styles.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const own = order?.column === column.name ? order : undefined;
              return (
                <th key={column.name} scope="col" data-numeric={column.numeric} aria-sort={own ? (own.descending ? "descending" : "ascending") : undefined}>
                  {column.sortBy ? (
                    <button type="button" onClick={() => setOrder({ column: column.name, descending: own ? !own.descending : column.numeric === true })}>
                      {column.name}
                      {own && (own.descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
                    </button>
                  ) : (
                    column.name
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.name} data-numeric={column.numeric}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sort<T>(rows: readonly T[], columns: readonly Column<T>[], order: Order | undefined): readonly T[] {
  const by = columns.find((column) => column.name === order?.column)?.sortBy;
  if (!order || !by) return rows;
  const sign = order.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return x < y ? -sign : x > y ? sign : 0;
  });
}
