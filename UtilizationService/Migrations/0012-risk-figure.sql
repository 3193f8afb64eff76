-- The last word of RiskService: when it measured the book, and what the worst stress scenario would cost.
CREATE TABLE risk_figure (
    one                    boolean PRIMARY KEY DEFAULT true CHECK (one),
    taken_at               timestamptz NOT NULL,
    worst_stress_loss_usd  numeric(20,2) NOT NULL CHECK (worst_stress_loss_usd >= 0)
);
