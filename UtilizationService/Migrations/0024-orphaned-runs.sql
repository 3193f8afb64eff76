-- Policies could expire while points without consensus left their run open. Now they stay until it is complete or broken; these are left over.
DELETE FROM trigger_run USING policy WHERE policy.policy_id = trigger_run.policy_id AND policy.status <> 'active';
