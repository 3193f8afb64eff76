import { useMemo, useState } from "react";
import { percent, wholeUsd } from "@/shared/format/numbers";
import { checkName, coverageName } from "@/shared/format/words";
import { Panel } from "@/shared/ui/Panel";
import { QueryState, Stale } from "@/shared/ui/QueryState";
import { Toggle } from "@/shared/ui/Toggle";
import { useMedia } from "@/shared/ui/use-media";
import { useCapacity } from "./api/get-capacity";
import { useProducts } from "./api/get-products";
import { type Choice, HeatMap } from "./HeatMap";
import { type Matrix, matrixOf, type Measure } from "./matrix";
import styles from "./MatrixPanel.module.css";

/** Narrower than this five blocks beside each other have no room. */
const wide = "(min-width: 1180px)";

export function MatrixPanel({ choice, onChoose }: { choice: Choice; onChoose: (choice: Choice) => void }) {
  const offered = useProducts(true);
  const excluded = useProducts(false).data;
  const capacity = useCapacity();
  const [measure, setMeasure] = useState<Measure>("rate");
  const [looked, setLooked] = useState<Choice | null>(null);
  const isWide = useMedia(wide);
  const matrix = useMemo(() => offered.data && matrixOf(offered.data.products, excluded?.products ?? [], capacity.data), [offered.data, excluded, capacity.data]);
  const shown = useMemo(() => (isWide ? (matrix?.types ?? []) : [choice.coverage_type]), [isWide, matrix, choice.coverage_type]);
  return (
    <Panel
      title="Products"
      note="coverage × chain × coin"
      actions={<Toggle label="Shown in the cells" value={measure} onChange={setMeasure} options={[{ value: "rate", name: "Rate" }, { value: "capacity", name: "Capacity" }]} />}
    >
      <QueryState query={offered} lines={12}>
        {() =>
          matrix && (
            <>
              <Stale query={capacity} of="Capacities" />
              {!isWide && (
                <Toggle
                  label="Coverage type"
                  value={choice.coverage_type}
                  onChange={(type) => onChoose({ ...choice, coverage_type: type })}
                  options={matrix.types.map((type) => ({ value: type, name: coverageName(type) }))}
                />
              )}
              <HeatMap matrix={matrix} types={shown} measure={measure} chosen={choice} onChoose={onChoose} onLook={setLooked} />
              <Detail matrix={matrix} choice={looked ?? choice} />
            </>
          )
        }
      </QueryState>
    </Panel>
  );
}

/** What the cell under the pointer says, or else the chosen one; always as tall, so that nothing jumps. */
function Detail({ matrix, choice }: { matrix: Matrix; choice: Choice }) {
  const cell = matrix.cell(choice.coverage_type, choice.chain, choice.stablecoin);
  return (
    <dl className={styles.detail}>
      <div>
        <dt>Product</dt>
        <dd>{coverageName(choice.coverage_type)} · {choice.chain} · {choice.stablecoin}</dd>
      </div>
      {cell?.product.offered === true ? (
        <>
          <div>
            <dt>Rate a year</dt>
            <dd>{percent(cell.product.total_rate)}</dd>
          </div>
          <div>
            <dt>To be had now</dt>
            <dd>{wholeUsd(cell.capacity)}</dd>
          </div>
          <div>
            <dt>{cell.why === null ? "Limited by" : "Not now"}</dt>
            <dd>{cell.why ?? checkName(cell.bindingCheck)}</dd>
          </div>
        </>
      ) : (
        <div className={styles.why}>
          <dt>Not offered</dt>
          <dd>{cell?.why ?? "–"}</dd>
        </div>
      )}
    </dl>
  );
}
