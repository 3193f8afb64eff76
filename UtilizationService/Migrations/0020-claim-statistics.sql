-- What became of claims, by minute. Kept in the transaction that decides or pays them.
CREATE TABLE claim_statistics (
    minute         timestamptz NOT NULL,
    coverage_type  text NOT NULL,
    filed          bigint NOT NULL,
    refused        bigint NOT NULL,
    triggered      bigint NOT NULL,
    payout_usd     numeric(24,2) NOT NULL,
    shortfall_usd  numeric(24,2) NOT NULL,
    paid           bigint NOT NULL,
    paid_usd       numeric(24,2) NOT NULL,
    PRIMARY KEY (minute, coverage_type)
) PARTITION BY RANGE (minute);

CREATE TABLE claim_statistics_rest PARTITION OF claim_statistics DEFAULT;

INSERT INTO claim_statistics
SELECT date_trunc('minute', at), coverage_type, sum(filed), sum(refused), sum(triggered), sum(payout), sum(shortfall), sum(paid), sum(paid_usd)
FROM (
    SELECT policy_id, filed_at AS at, 1 AS filed, 0 AS refused, 0 AS triggered, 0 AS payout, 0 AS shortfall, 0 AS paid, 0 AS paid_usd FROM claim
    UNION ALL
    SELECT policy_id, decided_at, 0, (status = 'refused')::int, (status <> 'refused')::int, coalesce(payout_usd, 0), coalesce(shortfall_usd, 0), 0, 0
    FROM claim WHERE decided_at IS NOT NULL
    UNION ALL
    SELECT policy_id, paid_at, 0, 0, 0, 0, 0, 1, payout_usd - coalesce(shortfall_usd, 0) FROM claim WHERE paid_at IS NOT NULL
) AS happened
JOIN policy USING (policy_id)
GROUP BY 1, 2;
