-- How often alerts were raised, escalated and cleared, by minute: RiskService's own, and those of bridges as BridgeService told them.
CREATE TABLE alert_statistics (
    minute      timestamptz NOT NULL,
    source      text NOT NULL CHECK (source IN ('risk', 'bridge')),
    alert_type  text NOT NULL,
    severity    text NOT NULL,
    raised      bigint NOT NULL,
    escalated   bigint NOT NULL,
    cleared     bigint NOT NULL,
    PRIMARY KEY (minute, source, alert_type, severity)
) PARTITION BY RANGE (minute);
