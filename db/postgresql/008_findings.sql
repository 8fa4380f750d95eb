-- What a person should look at: one finding for a kind and subject while it is open, and an occurrence for each entry that brought it.
CREATE TABLE finding (
    id bigint NOT NULL PRIMARY KEY, till bigint NOT NULL, n bigint NOT NULL, kind text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL, text text COLLATE "C" NOT NULL,
    noted_at bigint NOT NULL, resolved_at bigint);
CREATE INDEX finding_open ON finding USING hash (subject) WHERE resolved_at IS NULL;
CREATE INDEX finding_open_kind ON finding (kind) WHERE resolved_at IS NULL;
CREATE TABLE finding_occurrence (
    till bigint NOT NULL, n bigint NOT NULL, finding bigint NOT NULL, PRIMARY KEY (till, n, finding));
INSERT INTO finding (id, till, n, kind, subject, text, noted_at, resolved_at)
SELECT id, till, n, kind, subject, text, noted_at, resolved_at FROM exception
WHERE resolved_at IS NOT NULL OR id IN (SELECT max(id) FROM exception WHERE resolved_at IS NULL GROUP BY kind, subject);
INSERT INTO finding_occurrence (till, n, finding)
SELECT e.till, e.n, f.id FROM exception e JOIN finding f ON f.kind = e.kind AND f.subject = e.subject AND f.resolved_at IS NULL
WHERE e.resolved_at IS NULL ON CONFLICT DO NOTHING;
INSERT INTO finding_occurrence (till, n, finding)
SELECT till, n, id FROM exception WHERE resolved_at IS NOT NULL ON CONFLICT DO NOTHING;
DROP TABLE exception;
-- The last file of this folder that was run: a program that knows only earlier ones writes nothing here any more.
CREATE TABLE tables_version (id bigint NOT NULL PRIMARY KEY CHECK (id = 1), version bigint NOT NULL);
INSERT INTO tables_version (id, version) VALUES (1, 8);
