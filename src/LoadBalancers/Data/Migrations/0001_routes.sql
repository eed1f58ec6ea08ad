CREATE SCHEMA routes;

-- Who has a route of a stage. One row a route, so of two that want it at one moment one gets it. Routes of before this table get their
-- owner from what runs, by the server: who had the route first.
CREATE TABLE routes.owner (
  stage         text NOT NULL,
  route         text NOT NULL CHECK (route ~ '^/' AND route = lower(route) AND (route = '/' OR route !~ '/$')),
  repository_id uuid NOT NULL,
  deployable    text NOT NULL,
  since         timestamptz NOT NULL,
  taken_by      text NOT NULL,
  PRIMARY KEY (stage, route)
);
CREATE INDEX owner_deployable ON routes.owner (stage, repository_id, deployable);
