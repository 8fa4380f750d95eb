-- What a person should look at: one finding for a kind and subject while it is open, and an occurrence for each entry that brought it.
CREATE TABLE finding (
    id INTEGER NOT NULL PRIMARY KEY, till INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL,
    noted_at INTEGER NOT NULL, resolved_at INTEGER) STRICT;
CREATE INDEX finding_open ON finding (kind, subject) WHERE resolved_at IS NULL;
CREATE TABLE finding_occurrence (
    till INTEGER NOT NULL, n INTEGER NOT NULL, finding INTEGER NOT NULL, PRIMARY KEY (till, n, finding)) STRICT, WITHOUT ROWID;
INSERT INTO finding (id, till, n, kind, subject, text, noted_at, resolved_at)
SELECT id, till, n, kind, subject, text, noted_at, resolved_at FROM exception
WHERE resolved_at IS NOT NULL OR id IN (SELECT max(id) FROM exception WHERE resolved_at IS NULL GROUP BY kind, subject);
INSERT OR IGNORE INTO finding_occurrence (till, n, finding)
SELECT e.till, e.n, f.id FROM exception e JOIN finding f ON f.kind = e.kind AND f.subject = e.subject AND f.resolved_at IS NULL WHERE e.resolved_at IS NULL;
INSERT OR IGNORE INTO finding_occurrence (till, n, finding) SELECT till, n, id FROM exception WHERE resolved_at IS NOT NULL;
DROP TABLE exception;
-- The last file of this folder that was run: a program that knows only earlier ones writes nothing here any more.
CREATE TABLE tables_version (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO tables_version (id, version) VALUES (1, 8);
