-- One repository in every situation a page has to show. Ids and names are fixed so that tests can name them.
INSERT INTO git.repository (id, forge, base_url, forge_id, owner, name, clone_url, web_url, default_branch, pinned, added_at, added_by)
VALUES ('01900000-0000-7000-8000-000000000001', 'github', 'https://github.com', 1, 'shop', 'billing', 'https://github.com/shop/billing.git',
        'https://github.com/shop/billing', 'main', true, now() - interval '9 days', 'person:maria');

INSERT INTO git.delivery (id, forge, external_id, event, received_at, headers, body, state, outcome, repository_id, ref, processed_at)
SELECT ('01900000-0000-7000-8000-0000000001' || lpad(i::text, 2, '0'))::uuid, 'github', 'd-' || i, 'push', now() - interval '1 minute' * (40 - i * 10),
       '{}', '\x7b7d', 'processed', 'commit planned', '01900000-0000-7000-8000-000000000001', 'refs/heads/main',
       now() - interval '1 minute' * (40 - i * 10) + interval '40 ms'
  FROM generate_series(1, 3) i;
INSERT INTO git.delivery (id, forge, external_id, event, received_at, headers, body, state, outcome)
VALUES ('01900000-0000-7000-8000-000000000199', 'github', 'd-99', 'push', now() - interval '2 minutes', '{}', '\x7b7d', 'rejected', 'the signature does not match');

INSERT INTO git.commit (id, repository_id, sha, subject, message, author_name, author_email, authored_at, committed_at, parents, pusher, seen_at)
SELECT ('01900000-0000-7000-8000-0000000002' || lpad(i::text, 2, '0'))::uuid, '01900000-0000-7000-8000-000000000001', repeat(i::text, 40),
       (ARRAY['Charge VAT by country', 'Fix <script>alert(1)</script> rounding', 'Break the build'])[i],
       (ARRAY['Charge VAT by country', 'Fix <script>alert(1)</script> rounding', 'Break the build'])[i], 'Eleni', 'eleni@shop.example',
       now() - interval '1 minute' * (41 - i * 10), now() - interval '1 minute' * (41 - i * 10),
       CASE WHEN i = 1 THEN '{}' ELSE ARRAY[repeat((i - 1)::text, 40)] END, 'eleni', now() - interval '1 minute' * (40 - i * 10)
  FROM generate_series(1, 3) i;
INSERT INTO git.branch VALUES ('01900000-0000-7000-8000-000000000001', 'main', repeat('3', 40), now() - interval '10 minutes', now() - interval '10 minutes', NULL),
                              ('01900000-0000-7000-8000-000000000001', 'feature/vat', repeat('1', 40), now() - interval '3 days', now() - interval '3 days', NULL);
INSERT INTO git.commit_branch (repository_id, branch, sha, committed_at, commit_id)
SELECT repository_id, 'main', sha, committed_at, id FROM git.commit;
INSERT INTO git.push (repository_id, ref, after_sha, before_sha, forced, pusher, delivery_id, received_at)
SELECT repository_id, 'refs/heads/main', sha, NULL, false, 'eleni', ('01900000-0000-7000-8000-0000000001' || lpad(left(sha, 1), 2, '0'))::uuid, seen_at FROM git.commit;
INSERT INTO git.status (id, repository_id, sha, context, state, description, target_url, version, result, reason, attempts, next_wake, reported_at)
VALUES ('01900000-0000-7000-8000-000000000301', '01900000-0000-7000-8000-000000000001', repeat('2', 40), 'pipeline/build', 'success', 'build #2 succeeded',
        'http://localhost/b', 2, 'sent', NULL, 1, NULL, now() - interval '18 minutes'),
       ('01900000-0000-7000-8000-000000000302', '01900000-0000-7000-8000-000000000001', repeat('2', 40), 'pipeline/production', 'pending', 'waits for approval',
        'http://localhost/p', 1, 'skipped', 'no token is configured for github.com', 0, NULL, now() - interval '15 minutes');

INSERT INTO build.build (id, repository_id, number, sha, branch, trigger, requested_by, state, failure_class, reason, definition_file, created_at, started_at, finished_at, next_wake)
SELECT ('01900000-0000-7000-8000-0000000004' || lpad(i::text, 2, '0'))::uuid, '01900000-0000-7000-8000-000000000001', i, repeat(i::text, 40), 'main', 'Push',
       'webhook:eleni', CASE WHEN i = 3 THEN 'Failed' ELSE 'Succeeded' END, CASE WHEN i = 3 THEN 'App' END,
       CASE WHEN i = 3 THEN 'module api, step test: exit code 1' END, '.pipeline.yaml',
       now() - interval '1 minute' * (40 - i * 10), now() - interval '1 minute' * (40 - i * 10), now() - interval '1 minute' * (40 - i * 10) + interval '72 s', NULL
  FROM generate_series(1, 3) i;
INSERT INTO build.module_build (id, build_id, name, position, depends_on, state, run_id, task_id, attempt, failure_class, reason, failed_step, exit_code,
                                queued_at, started_at, finished_at)
SELECT ('01900000-0000-7000-8000-0000000005' || lpad(m::text, 1, '0') || right(b.id::text, 1))::uuid, b.id, (ARRAY['common', 'api'])[m], m,
       CASE WHEN m = 2 THEN ARRAY['common'] ELSE '{}' END, CASE WHEN m = 2 THEN b.state ELSE 'Succeeded' END, 'run-' || b.number || '-' || m,
       'build.shop.billing.' || b.number || '.' || m, 1, CASE WHEN m = 2 THEN b.failure_class END, CASE WHEN m = 2 THEN b.reason END,
       CASE WHEN m = 2 AND b.state = 'Failed' THEN 'test' END, CASE WHEN m = 2 AND b.state = 'Failed' THEN 1 END,
       b.created_at, b.started_at + interval '1 s', b.finished_at - interval '1 s'
  FROM build.build b, generate_series(1, 2) m;
INSERT INTO build.step (module_build_id, index, name, state, started_at, finished_at, exit_code, log_bytes, tail)
SELECT m.id, s - 1, (ARRAY['restore', 'test', 'package'])[s],
       CASE WHEN m.state = 'Failed' AND s = 2 THEN 'Failed' WHEN m.state = 'Failed' AND s = 3 THEN 'Skipped' ELSE 'Succeeded' END,
       CASE WHEN m.state = 'Failed' AND s = 3 THEN NULL ELSE m.started_at + interval '1 s' * s END,
       CASE WHEN m.state = 'Failed' AND s = 3 THEN NULL ELSE m.started_at + interval '1 s' * s + interval '900 ms' END,
       CASE WHEN m.state = 'Failed' AND s = 2 THEN 1 WHEN m.state = 'Failed' AND s = 3 THEN NULL ELSE 0 END, 4000,
       CASE WHEN m.state = 'Failed' AND s = 2 THEN E'VatTest.Rounds_half_even\n  Expected: 12.35\n  But was:  12.34\n2 failed, 839 passed' END
  FROM build.module_build m, generate_series(1, 3) s;

INSERT INTO artifact.artifact (build_id, module, name, digest, bytes, media_type, recorded_at)
SELECT id, 'api', 'api', 'sha256:' || repeat('a' || number, 32), 12400000, 'application/gzip', finished_at FROM build.build WHERE state = 'Succeeded';
INSERT INTO artifact.attestation (digest, predicate_type, key_id, created_at, envelope)
SELECT 'sha256:' || repeat('b' || number, 32), 'https://slsa.dev/provenance/v1', 'pl-2026-1', finished_at, '{}' FROM build.build WHERE state = 'Succeeded';
INSERT INTO artifact.attestation_subject SELECT 'sha256:' || repeat('a' || number, 32), 'sha256:' || repeat('b' || number, 32) FROM build.build WHERE state = 'Succeeded';
INSERT INTO artifact.release (digest, repository_id, commit_sha, build_id, number, created_at, held_reason, document)
SELECT 'sha256:' || encode(sha256(convert_to(d.document, 'UTF8')), 'hex'), b.repository_id, b.sha, b.id, b.number, b.finished_at, NULL, d.document
  FROM build.build b,
       LATERAL (SELECT format('{"artifacts":[{"bytes":12400000,"digest":"%1$s","mediaType":"application/gzip","module":"api","name":"api"}],"commit":"%2$s",'
                              '"deployables":[{"artifact":"%1$s","artifactName":"api","bytes":12400000,"cpus":0.5,"diskMb":128,"env":{"LOG_LEVEL":"%4$s"},'
                              '"health":{"healthyForSeconds":10,"http":"/healthz","intervalSeconds":5,"startupSeconds":120,"successes":2,"timeoutSeconds":5},'
                              '"instances":2,"kind":"service","mediaType":"application/gzip","memoryMb":256,"name":"billing-api","ports":1,"route":"/api",'
                              '"run":"./server --port $PORT0","stages":{}}],"repository":"%3$s"}',
                              'sha256:' || repeat('a' || b.number, 32), b.sha, b.repository_id, CASE b.number WHEN 1 THEN 'warn' ELSE 'info' END) AS document) d
 WHERE b.state = 'Succeeded';
INSERT INTO artifact.release_build SELECT build_id, digest FROM artifact.release;
INSERT INTO artifact.release_number SELECT repository_id, max(number) FROM artifact.release GROUP BY 1;
INSERT INTO build.counter SELECT repository_id, max(number) FROM build.build GROUP BY 1;

INSERT INTO stages.promotion (id, repository_id, stage, cluster, release, release_number, commit_sha, build_id, automatic, created_by, phase, generation,
                              blockers, plan_digest, next_wake, created_at, started_at, healthy_at, finished_at)
SELECT ('01900000-0000-7000-8000-0000000006' || r.number || s)::uuid, r.repository_id, (ARRAY['infra-qa', 'product-qa', 'production'])[s],
       (ARRAY['infra-qa', 'product-qa', 'production'])[s], r.digest, r.number, r.commit_sha, r.build_id, true, 'system:stages',
       CASE WHEN r.number = 2 AND s = 3 THEN 'Waiting' ELSE 'Succeeded' END, CASE WHEN r.number = 2 AND s = 3 THEN NULL ELSE r.number END,
       CASE WHEN r.number = 2 AND s = 3 THEN '[{"gate": "approval", "sentence": "Approval 0 of 1 (release-managers).", "earliestAt": null, "clearedBy": "release-managers"}]'::jsonb
            ELSE '[]'::jsonb END,
       'sha256:' || repeat('d' || r.number, 32), CASE WHEN r.number = 2 AND s = 3 THEN now() + interval '1 hour' END,
       r.created_at + interval '1 minute' * s, CASE WHEN r.number = 2 AND s = 3 THEN NULL ELSE r.created_at + interval '1 minute' * s END,
       NULL, CASE WHEN r.number = 2 AND s = 3 THEN NULL ELSE r.created_at + interval '1 minute' * s + interval '41 s' END
  FROM artifact.release r, generate_series(1, 3) s;
INSERT INTO stages.slot (stage, repository_id, generation, current_release, stable_release, promotion_id, since, healthy_since)
SELECT DISTINCT ON (stage) stage, repository_id, generation, release, release, id, finished_at, finished_at FROM stages.promotion WHERE phase = 'Succeeded'
 ORDER BY stage, number DESC;

INSERT INTO scheduler.leader VALUES ('infra-qa', 3, 'server-1/4711', now() - interval '3 days', now()), ('production', 2, 'server-1/4711', now() - interval '3 days', now());
INSERT INTO scheduler.framework VALUES
  ('infra-qa', 'f-1', 'Subscribed', NULL, 'http://10.0.0.1:5050', '1.11.0', now() - interval '3 days'),
  ('product-qa', 'f-2', 'Subscribed', NULL, 'http://10.0.0.2:5050', '1.11.0', now() - interval '3 days'),
  ('production', 'f-3', 'Disconnected', 'no answer from http://10.0.0.3:5050', NULL, NULL, now() - interval '1 minute');
INSERT INTO scheduler.agent (cluster, id, host, address, url, rack, attributes, state, cpus, memory_mb, disk_mb, seen_at)
SELECT c, 'agent-' || i, 'rack' || (i % 3) || '-a' || i, '10.0.1.' || i, 'http://10.0.1.' || i || ':5051', 'rack' || (i % 3), '{"zone": "b"}',
       CASE WHEN i = 6 THEN 'Dead' ELSE 'Active' END, 4, 8192, 100000, now()
  FROM unnest(ARRAY['infra-qa', 'product-qa', 'production']) c, generate_series(1, 6) i;
INSERT INTO scheduler.request (cluster, id, kind, state, active_deploy, created_at)
SELECT c, 'billing-api', 'Service', 'Active', 'billing-api.' || c, now() - interval '9 days' FROM unnest(ARRAY['infra-qa', 'product-qa', 'production']) c;
INSERT INTO scheduler.deploy (cluster, id, request_id, state, spec, commit_sha, route, created_at, crashes, infra_failures)
SELECT cluster, active_deploy, id, 'Active', jsonb_build_object('kind', 'service', 'instances', 2, 'subject', jsonb_build_object('stage', cluster,
       'repository', '01900000-0000-7000-8000-000000000001', 'deployable', id)), CASE cluster WHEN 'production' THEN repeat('1', 40) ELSE repeat('2', 40) END, '/api', now() - interval '15 minutes', 0, 0
  FROM scheduler.request;
INSERT INTO scheduler.task (id, cluster, request_id, deploy_id, instance, attempt, phase, agent_id, host, address, rack, offer_ids, ports, cpus, memory_mb, disk_mb,
                            created_at, launched_at, running_at, healthy_at, why_pending, commit_sha, subject)
SELECT d.id || '.' || i || '.1', d.cluster, d.request_id, d.id, i, 1, CASE WHEN d.cluster = 'production' AND i = 2 THEN 'Pending' ELSE 'Running' END,
       CASE WHEN d.cluster = 'production' AND i = 2 THEN NULL ELSE 'agent-' || i END,
       CASE WHEN d.cluster = 'production' AND i = 2 THEN NULL ELSE 'rack' || (i % 3) || '-a' || i END, '10.0.1.' || i, 'rack' || (i % 3), '{o-1}', '{31044}', 0.5, 256, 128,
       d.created_at, d.created_at + interval '200 ms', d.created_at + interval '900 ms', CASE WHEN d.cluster = 'production' AND i = 2 THEN NULL ELSE d.created_at + interval '9 s' END,
       CASE WHEN d.cluster = 'production' AND i = 2 THEN '5 agents: 3 memory too small (best 128 MB free), 2 wrong rack' END, d.commit_sha, '{}'
  FROM scheduler.deploy d, generate_series(1, 2) i;
INSERT INTO scheduler.task_status (task_id, at, state, source, reason, message, healthy, uuid)
SELECT id, launched_at, 'Starting', 'SOURCE_EXECUTOR', NULL, NULL, NULL, decode(md5(id || '1'), 'hex') FROM scheduler.task WHERE phase = 'Running'
UNION ALL
SELECT id, running_at, 'Running', 'SOURCE_EXECUTOR', NULL, 'Command started', true, decode(md5(id || '2'), 'hex') FROM scheduler.task WHERE phase = 'Running';
INSERT INTO scheduler.probe (task_id, at, duration_ms, passed, status, detail)
SELECT id, running_at + interval '5 s' * p, 12.3, p > 1, CASE WHEN p > 1 THEN 200 END, CASE WHEN p > 1 THEN 'ok' ELSE 'connection refused 10.0.1.1:31044' END
  FROM scheduler.task, generate_series(1, 5) p WHERE phase = 'Running';
INSERT INTO stages.deployable (name, stage, repository_id, kind, release, release_number, commit_sha, deploy_id, request_id, cluster, instances, promotion_id, since)
SELECT 'billing-api', s.stage, s.repository_id, 'service', p.release, p.release_number, p.commit_sha, 'billing-api.' || p.cluster, 'billing-api', p.cluster, 2, p.id, s.since
  FROM stages.slot s JOIN stages.promotion p ON p.id = s.promotion_id;

INSERT INTO journal.event (at, kind, actor_kind, actor_name, repository_id, commit_sha, build_id, release, promotion_id, stage, payload)
SELECT c.seen_at, 'commit.pushed', 'Webhook', 'eleni', c.repository_id, c.sha, NULL, NULL, NULL, NULL,
       jsonb_build_object('kind', 'commit.pushed', 'repository', c.repository_id, 'branch', 'main', 'sha', c.sha, 'before', NULL, 'forced', false, 'pusher', 'eleni', 'deliveryId', 'd')
  FROM git.commit c ORDER BY c.seen_at;
INSERT INTO journal.event (at, kind, actor_kind, actor_name, repository_id, commit_sha, build_id, payload)
SELECT b.finished_at, 'build.finished', 'System', 'builds', b.repository_id, b.sha, b.id,
       jsonb_build_object('kind', 'build.finished', 'repository', b.repository_id, 'sha', b.sha, 'build', b.id, 'number', b.number, 'outcome', lower(b.state),
                          'class', lower(b.failure_class), 'reason', b.reason)
  FROM build.build b ORDER BY b.finished_at;
INSERT INTO journal.event (at, kind, actor_kind, actor_name, repository_id, commit_sha, release, payload)
SELECT now() - interval '5 minutes', 'security.raised', 'System', 'taskrunner', r.repository_id, r.commit_sha, r.digest,
       jsonb_build_object('kind', 'security.raised', 'artifact', 'sha256:' || repeat('a1', 32), 'release', r.digest, 'cluster', 'production',
                          'taskId', 'billing-api.production.1.1', 'code', 'digest-mismatch', 'detail', 'expected a1a1…, found ffff…')
  FROM artifact.release r WHERE r.number = 1;

INSERT INTO routes.owner (stage, route, repository_id, deployable, since, taken_by)
SELECT DISTINCT cluster, '/api', '01900000-0000-7000-8000-000000000001'::uuid, 'billing-api', now() - interval '3 days', 'system:deploy-stages'
  FROM stages.deployable;
