import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useKey } from "@/shared/session/session";
import { Button } from "@/shared/ui/Button";
import { downloadStatistics, type StatisticsName, type Wanted } from "./api/get-statistics";

export function CsvButton({ name, wanted }: { name: StatisticsName; wanted: Wanted }) {
  const hasKey = useKey() !== null;
  const download = useMutation({ mutationFn: () => downloadStatistics(name, wanted) });
  if (!hasKey) return null;
  return (
    <>
      {download.isError && <span role="alert">{download.error.message}</span>}
      <Button busy={download.isPending} onClick={() => download.mutate()} aria-label={`Download ${name} as CSV`}>
        <Download size={15} aria-hidden />
        CSV
      </Button>
    </>
  );
}
