const least = 0.1;
const most = 10_000;

/** A speed as the platform takes it; null for anything else. */
export function readSpeed(text: string): number | null {
  const speed = text.trim() === "" ? Number.NaN : Number(text);
  return speed >= least && speed <= most ? speed : null;
}
