namespace Pipeline.Ui.Tests.Load;

/// <summary>Many repositories like the seeded one.</summary>
internal static class Clones
{
    /// <summary>How many are added.</summary>
    public const int Count = 50;

    /// <summary>
    /// Copies every row of every slice, with names, ids and digests of its own: what refers to a copied row refers to its copy. What
    /// there is once, such as a cluster's leader, stays once.
    /// </summary>
    public static readonly string Sql = $$"""
        DO $do$
        DECLARE t record;
        BEGIN
            FOR t IN
                SELECT format('%I.%I', c.table_schema, c.table_name) AS name, string_agg(quote_ident(c.column_name), ', ') AS columns,
                       string_agg('(r).' || quote_ident(c.column_name), ', ') AS fields
                  FROM information_schema.columns c JOIN information_schema.tables b USING (table_schema, table_name)
                 WHERE c.table_schema IN ('git', 'build', 'artifact', 'stages', 'scheduler', 'routes', 'journal', 'identity')
                   AND b.table_type = 'BASE TABLE' AND c.is_identity = 'NO' AND c.is_generated = 'NEVER'
                   AND c.table_name NOT IN ('leader', 'framework', 'trust', 'schemaversions')
                 GROUP BY c.table_schema, c.table_name
                 ORDER BY format('%I.%I', c.table_schema, c.table_name)::regclass::oid -- what is referred to was made before
            LOOP
                EXECUTE format($copy$
                    INSERT INTO %1$s (%2$s)
                    SELECT %3$s FROM (
                        SELECT jsonb_populate_record(NULL::%1$s, regexp_replace(
                               replace(replace(replace(replace(replace(replace(replace(replace(to_jsonb(x)::text,
                                   '01900000-0000-7000-8000-', '01900000-0000-7000-8' || lpad(i::text, 3, '0') || '-'),
                                   'billing', 'billing' || i), 'agent-', 'agent-' || i || '-'), '"d-', '"d' || i || '-'),
                                   'xb111', 'xb1' || lpad(i::text, 4, '0')), '"run-', '"run' || i || '-'),
                                   '"/api"', '"/api' || i || '"'), '"forge_id": 1', '"forge_id": ' || 1000 + i),
                               'sha256:[0-9a-f]{4}', 'sha256:' || lpad(to_hex(i), 4, '0'), 'g')::jsonb) AS r
                          FROM %1$s x, generate_series(1, {{Count}}) i) copies
                    ON CONFLICT DO NOTHING
                    $copy$, t.name, t.columns, t.fields);
            END LOOP;
        END $do$;
        """;
}
