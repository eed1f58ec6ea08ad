-- An approval that no trusted key signed, or that is not what was signed: it counts for nothing. Why, for people.
ALTER TABLE stages.decision ADD COLUMN refused text;

-- Such a row must not keep the person that it names from approving.
DROP INDEX stages.decision_once;
CREATE UNIQUE INDEX decision_once ON stages.decision (promotion_id, plan_digest, person) WHERE kind = 'Approve' AND refused IS NULL;
