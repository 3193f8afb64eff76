-- The newest correlation regime, as RiskService told it; an input of dynamic pricing.
CREATE TABLE correlation_figure (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    regime   text NOT NULL,
    made_at  timestamptz NOT NULL
);
