import { Scale } from "lucide-react";
import { count, fixed, percent, usd } from "@/shared/format/numbers";
import { plain } from "@/shared/format/words";
import { Badge, toneOf } from "@/shared/ui/Badge";
import { DataTable } from "@/shared/ui/DataTable";
import { Panel } from "@/shared/ui/Panel";
import { QueryState } from "@/shared/ui/QueryState";
import { Facts } from "@/shared/ui/Stat";
import { StateMessage } from "@/shared/ui/StateMessage";
import { type ModelCheck, useModelCheck } from "./api/get-model-check";
import styles from "./ModelCheckPanel.module.css";

const lights = ["green", "yellow", "red"] as const;
const meanings = { green: "as many as the model allows", yellow: "more than it should be; look into it", red: "the model is wrong" };
/** Below it a test at the usual level says that exceptions come more often than forecast, or less often: it is of both sides. */
const significance = 0.05;

/** Each day's loss against the VaR that was forecast for it. */
export function ModelCheckPanel() {
  const check = useModelCheck();
  return (
    <Panel title="Model check" span={5} note="one-day VaR 99 against what was lost">
      <QueryState
        query={check}
        lines={6}
        isEmpty={(data) => data.days === 0}
        empty={<StateMessage icon={<Scale size={20} aria-hidden />} title="No day has been judged yet" detail="The first forecast is compared when its day is over; the last 250 days count." />}
      >
        {(data) => <Verdict check={data} />}
      </QueryState>
    </Panel>
  );
}

function agreement(pValue: number, { exceptions, expected_exceptions }: ModelCheck): string {
  if (pValue >= significance) return "agrees with the forecast";
  return exceptions > expected_exceptions ? "more often than forecast" : "less often than forecast";
}

function Verdict({ check }: { check: ModelCheck }) {
  return (
    <>
      <div className={styles.verdict}>
        <span className={styles.lights} aria-hidden>
          {lights.map((light) => <span key={light} data-light={light} data-on={light === check.traffic_light} />)}
        </span>
        <p>
          <Badge tone={toneOf(check.traffic_light)}>{check.traffic_light === null ? "Not judged" : plain(check.traffic_light)}</Badge>{" "}
          {check.traffic_light !== null && meanings[check.traffic_light]}
        </p>
      </div>
      <Facts
        rows={[
          ["Days compared", `${count(check.days)} of 250${check.from === null ? "" : `, ${check.from} … ${check.to ?? ""} UTC`}`],
          ["Losses above the forecast", `${count(check.exceptions)}; ${fixed(check.expected_exceptions, 1)} expected`],
          ["Kupiec likelihood ratio", fixed(check.likelihood_ratio, 3)],
          ["Kupiec p-value", check.p_value === null ? "–" : `${percent(check.p_value, 1)}: ${agreement(check.p_value, check)}`],
        ]}
      />
      {check.exception_days.length > 0 && (
        <DataTable
          caption="Days that lost more than forecast"
          rows={check.exception_days}
          rowKey={(day) => day.day}
          maxHeight={10}
          columns={[
            { name: "Day (UTC)", cell: (day) => day.day, sortBy: (day) => day.day },
            { name: "Lost", numeric: true, cell: (day) => usd(day.loss_usd), sortBy: (day) => day.loss_usd },
            { name: "VaR 99", numeric: true, cell: (day) => usd(day.forecast_usd) },
          ]}
        />
      )}
    </>
  );
}
