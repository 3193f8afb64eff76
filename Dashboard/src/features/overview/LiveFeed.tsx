import { Radio } from "lucide-react";
import { inPercent, percent } from "@/shared/format/numbers";
import { clockTime } from "@/shared/format/times";
import { bridgeName, plain, trancheName } from "@/shared/format/words";
import { useLiveSnapshot } from "@/shared/live/LiveProvider";
import type { LiveMessage } from "@/shared/live/live";
import { Badge, type Tone, toneOf } from "@/shared/ui/Badge";
import { Panel } from "@/shared/ui/Panel";
import { StateMessage } from "@/shared/ui/StateMessage";
import styles from "./LiveFeed.module.css";

const shown = 12;

export function LiveFeed() {
  const { messages, received } = useLiveSnapshot();
  return (
    <Panel title="As it happens" note={`${received} messages since this page was opened`}>
      {messages.length === 0 ? (
        <StateMessage icon={<Radio size={20} aria-hidden />} title="Nothing has happened yet" detail="Alerts, bridge health, rankings and yields appear here the moment they change." />
      ) : (
        <Feed messages={messages} received={received} />
      )}
    </Panel>
  );
}

/** @param props.messages newest first, the last of those received */
export function Feed({ messages, received }: { messages: readonly LiveMessage[]; received: number }) {
  return (
    <ol className={styles.feed}>
      {messages.slice(0, shown).map((message, index) => {
        const { tone, word, text } = tell(message);
        return (
          // Which of all received it is: offsets begin anew with an epoch.
          <li key={received - index}>
            <time>{clockTime(message.timestamp)}</time>
            <Badge tone={tone}>{word}</Badge>
            <span>{text}</span>
          </li>
        );
      })}
    </ol>
  );
}

function tell(message: LiveMessage): { tone: Tone; word: string; text: string } {
  switch (message.type) {
    case "health_change":
      return { tone: toneOf(message.health_status), word: message.health_status, text: `${bridgeName(message.bridge_id)}: score ${message.previous_score?.toFixed(2) ?? "–"} → ${message.current_score?.toFixed(2) ?? "–"}` };
    case "critical_alert":
      return { tone: "critical", word: message.severity, text: `${bridgeName(message.bridge_id)}: ${message.message}` };
    case "alert_cleared":
      return { tone: "good", word: "Cleared", text: `${plain(message.alert_type)}${message.subject ? ` ${message.subject}` : ""} at ${percent(message.current_value)}` };
    case "new_alert":
    case "alert_escalated":
      return { tone: toneOf(message.severity), word: message.severity, text: message.message };
    case "ranking_update": {
      const first = message.products[0];
      return { tone: "neutral", word: "Ranking", text: first ? `Largest product: ${plain(first.coverage_type)} · ${first.chain} · ${first.stablecoin}` : "No product has cover" };
    }
    case "apy_update":
      return { tone: "neutral", word: "Yields", text: message.tranches.map((t) => `${trancheName(t.tranche_id)} ${inPercent(t.apy)}`).join(" · ") };
    default:
      // Of a server that is newer than this page.
      return { tone: "neutral", word: "News", text: plain(String((message as { type: unknown }).type)) };
  }
}
