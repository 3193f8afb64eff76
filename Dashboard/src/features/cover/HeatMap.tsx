import { type FocusEvent, type KeyboardEvent, useMemo, useState } from "react";
import type { Chain, CoverageType, Stablecoin } from "@/shared/api/types";
import { percent, shortUsd } from "@/shared/format/numbers";
import { coverageName } from "@/shared/format/words";
import { type Cell, type Matrix, type Measure, shadeOf, shades } from "./matrix";
import styles from "./HeatMap.module.css";

export interface Choice {
  readonly coverage_type: CoverageType;
  readonly chain: Chain;
  readonly stablecoin: Stablecoin;
}

const valueOf = (cell: Cell, measure: Measure) => (measure === "rate" ? cell.product.total_rate : cell.capacity);

/**
 * Coins down, chains across, a block for each coverage type: one cell a product. One cell is in the tab order; arrow keys move, Enter
 * chooses. What a cell says is read out as it is reached, so nothing hangs on its colour.
 */
export function HeatMap({ matrix, types, measure, chosen, onChoose, onLook }: {
  matrix: Matrix;
  /** Which blocks are shown, left to right. */
  types: readonly CoverageType[];
  measure: Measure;
  chosen: Choice | null;
  onChoose: (choice: Choice) => void;
  /** The cell under the pointer or the focus. */
  onLook: (choice: Choice | null) => void;
}) {
  const columns = useMemo(() => types.flatMap((type) => matrix.chains.map((chain) => ({ type, chain }))), [types, matrix]);
  const sorted = useMemo(
    () => types.flatMap((type) => matrix.chains.flatMap((chain) => matrix.coins.map((coin) => matrix.cell(type, chain, coin))))
      .flatMap((cell) => (cell && cell.product.offered ? [valueOf(cell, measure)] : []))
      .filter((value) => value !== null)
      .toSorted((a, b) => a - b),
    [matrix, types, measure],
  );
  const [at, setAt] = useState({ row: 0, column: 0 });
  const current = { row: Math.min(at.row, matrix.coins.length - 1), column: Math.min(at.column, columns.length - 1) };

  const move = (event: KeyboardEvent<HTMLTableElement>) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -columns.length], End: [0, columns.length] }[event.key];
    if (!step) return;
    event.preventDefault();
    const row = Math.min(matrix.coins.length - 1, Math.max(0, current.row + (step[0] ?? 0)));
    const column = Math.min(columns.length - 1, Math.max(0, current.column + (step[1] ?? 0)));
    setAt({ row, column });
    event.currentTarget.querySelector<HTMLElement>(`[data-at="${row} ${column}"]`)?.focus();
  };

  /** Who leaves with the keyboard looks at no cell any more; who goes on to the next one looks at that. */
  const leave = (event: FocusEvent<HTMLTableElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) onLook(null);
  };

  return (
    <div className={styles.scroll}>
      <table className={styles.map} role="grid" aria-label={`Products by coin, coverage and chain; shown is the ${measure === "rate" ? "yearly rate" : "capacity"}`} onKeyDown={move} onMouseLeave={() => onLook(null)} onBlur={leave}>
        <thead>
          {types.length > 1 && (
            <tr>
              <td />
              {types.map((type) => (
                <th key={type} scope="colgroup" colSpan={matrix.chains.length} className={styles.type}>{coverageName(type)}</th>
              ))}
            </tr>
          )}
          <tr>
            <td />
            {columns.map(({ type, chain }, column) => (
              <th key={`${type} ${chain}`} scope="col" className={styles.chain} data-first={column % matrix.chains.length === 0}>
                <span>{chain}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.coins.map((coin, row) => (
            <tr key={coin}>
              <th scope="row" className={styles.coin}>{coin}</th>
              {columns.map(({ type, chain }, column) => {
                const cell = matrix.cell(type, chain, coin);
                const choice = { coverage_type: type, chain, stablecoin: coin };
                const value = cell ? valueOf(cell, measure) : null;
                const offered = cell?.product.offered === true;
                return (
                  <td key={`${type} ${chain}`} role="gridcell" data-first={column % matrix.chains.length === 0} aria-selected={isChosen(chosen, choice)}>
                    <button
                      type="button"
                      data-at={`${row} ${column}`}
                      data-shade={offered && value !== null ? (cell.why !== null || value <= 0 ? "none" : shadeOf(value, sorted)) : undefined}
                      data-offered={offered}
                      aria-disabled={!offered}
                      tabIndex={row === current.row && column === current.column ? 0 : -1}
                      aria-label={labelOf(choice, cell)}
                      onMouseEnter={() => onLook(choice)}
                      onFocus={() => { setAt({ row, column }); onLook(choice); }}
                      onClick={() => { if (offered) onChoose(choice); }}
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <Legend measure={measure} sorted={sorted} />
    </div>
  );
}

const isChosen = (chosen: Choice | null, choice: Choice) =>
  chosen !== null && chosen.coverage_type === choice.coverage_type && chosen.chain === choice.chain && chosen.stablecoin === choice.stablecoin;

function labelOf(choice: Choice, cell: Cell | undefined): string {
  const name = `${coverageName(choice.coverage_type)}, ${choice.chain}, ${choice.stablecoin}`;
  if (!cell) return name;
  if (!cell.product.offered) return `${name}: not offered. ${cell.why ?? ""}`;
  return `${name}: ${percent(cell.product.total_rate)} a year, ${cell.capacity === null ? "capacity not known" : `${shortUsd(cell.capacity)} to be had`}`;
}

function Legend({ measure, sorted }: { measure: Measure; sorted: readonly number[] }) {
  const format = (value: number | undefined) => (value === undefined ? "" : measure === "rate" ? percent(value) : shortUsd(value));
  return (
    <div className={styles.legend} aria-hidden>
      <span>{format(sorted[0])}</span>
      {Array.from({ length: shades }, (_, shade) => <i key={shade} data-shade={shade} />)}
      <span>{format(sorted.at(-1))}</span>
      <span className={styles.apart}><i data-offered="false" /> not offered</span>
      <span className={styles.apart}><i data-shade="none" /> nothing to be had now</span>
    </div>
  );
}
