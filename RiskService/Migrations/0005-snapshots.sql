-- The last snapshot as it is answered.
CREATE TABLE last_snapshot (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    taken_at  timestamptz NOT NULL,
    document  jsonb NOT NULL
);

-- The figures of every snapshot; partitioned by month.
CREATE TABLE snapshot (
    taken_at                timestamptz NOT NULL PRIMARY KEY,
    ltv                     numeric,
    reserve_ratio           numeric NOT NULL,
    total_capital_usd       numeric(20,2) NOT NULL,
    coverage_usd            numeric(20,2) NOT NULL,
    total_policies          integer NOT NULL,
    max_concentration       numeric,
    mean_correlation        numeric,
    worst_stress_loss_usd   numeric(20,2) NOT NULL,
    day_var_99_usd          numeric(20,2) NOT NULL,
    year_expected_loss_usd  numeric(20,2) NOT NULL,
    year_var_99_usd         numeric(20,2) NOT NULL,
    year_cvar_99_usd        numeric(20,2) NOT NULL,
    alerts                  integer NOT NULL
) PARTITION BY RANGE (taken_at);

-- What the last snapshot of the day before forecast for a day (UTC).
CREATE TABLE var_forecast (
    day         date PRIMARY KEY,
    var_99_usd  numeric(20,2) NOT NULL,
    made_at     timestamptz NOT NULL
);

-- What was lost: one row per triggered policy.
CREATE TABLE loss (
    policy_id  uuid PRIMARY KEY,
    booked_at  timestamptz NOT NULL,
    loss_usd   numeric(20,2) NOT NULL CHECK (loss_usd >= 0)
);

CREATE INDEX loss_time ON loss (booked_at);
