-- What a person should look at: one finding for a kind and subject while it is open, and an occurrence for each entry that brought it.
CREATE TABLE finding (
    id BIGINT NOT NULL PRIMARY KEY, till BIGINT NOT NULL, n BIGINT NOT NULL, kind NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    subject NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, text NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, noted_at BIGINT NOT NULL, resolved_at BIGINT,
    subject_key AS CAST(LEFT(subject, 400) AS NVARCHAR(400)) PERSISTED);
CREATE INDEX finding_open ON finding (subject_key) WHERE resolved_at IS NULL;
CREATE INDEX finding_open_kind ON finding (kind) WHERE resolved_at IS NULL;
CREATE TABLE finding_occurrence (
    till BIGINT NOT NULL, n BIGINT NOT NULL, finding BIGINT NOT NULL, PRIMARY KEY (till, n, finding));
INSERT INTO finding (id, till, n, kind, subject, text, noted_at, resolved_at)
SELECT id, till, n, kind, subject, text, noted_at, resolved_at FROM exception
WHERE resolved_at IS NOT NULL OR id IN (SELECT max(id) FROM exception WHERE resolved_at IS NULL GROUP BY kind, subject);
INSERT INTO finding_occurrence (till, n, finding)
SELECT DISTINCT e.till, e.n, f.id FROM exception e JOIN finding f ON f.kind = e.kind AND f.subject = e.subject AND f.resolved_at IS NULL
WHERE e.resolved_at IS NULL;
INSERT INTO finding_occurrence (till, n, finding) SELECT till, n, id FROM exception WHERE resolved_at IS NOT NULL;
DROP TABLE exception;
-- The last file of this folder that was run: a program that knows only earlier ones writes nothing here any more.
CREATE TABLE tables_version (id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL);
INSERT INTO tables_version (id, version) VALUES (1, 8);
