-- What the server keeps for itself.
CREATE TABLE till (
    id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, branch INTEGER NOT NULL, secret_hash BLOB NOT NULL, state TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL, seen_at INTEGER, unposted INTEGER NOT NULL DEFAULT 0,
    reprovision_from INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX till_name ON till (name);

-- The branches a till has belonged to: what it sealed there is posted there.
CREATE TABLE till_branch (till INTEGER NOT NULL, branch INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (till, branch)) STRICT;

CREATE TABLE enrol_code (
    code_hash BLOB NOT NULL PRIMARY KEY, till_name TEXT NOT NULL, branch INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER) STRICT;

-- One row: the last numbers given and the last moment of posting.
CREATE TABLE counter (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), trans_id INTEGER NOT NULL, posted_at INTEGER NOT NULL, block INTEGER NOT NULL,
    in_house_ean INTEGER NOT NULL, epoch_first INTEGER NOT NULL) STRICT;
-- epoch_first: from this TransID on there are no gaps; below, a restored backup may have left some.
INSERT INTO counter (id, trans_id, posted_at, block, in_house_ean, epoch_first) VALUES (1, 546788, 0, 100000, 0, 546789);

CREATE TABLE dropped (
    id INTEGER NOT NULL PRIMARY KEY, till INTEGER NOT NULL, n INTEGER NOT NULL, synchronisation BLOB NOT NULL, operator TEXT,
    made_at INTEGER NOT NULL, dropped_at INTEGER NOT NULL, tab TEXT NOT NULL, row_key TEXT NOT NULL, field TEXT NOT NULL,
    till_value TEXT, server_value TEXT, reason TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX dropped_once ON dropped (till, n, tab, row_key, field);

-- What a person should look at: oversold, refunded twice, an original that is not here yet, likely duplicates.
CREATE TABLE exception (
    id INTEGER NOT NULL PRIMARY KEY, till INTEGER NOT NULL, n INTEGER NOT NULL, synchronisation BLOB NOT NULL, kind TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, noted_at INTEGER NOT NULL, resolved_at INTEGER) STRICT;
CREATE INDEX exception_synchronisation ON exception (till, synchronisation);
CREATE INDEX exception_open ON exception (kind, subject) WHERE resolved_at IS NULL;

-- Edits made with the server at hand, by request id, with the answer given.
CREATE TABLE command (
    request_id BLOB NOT NULL PRIMARY KEY, till INTEGER NOT NULL, received_at INTEGER NOT NULL, answer TEXT NOT NULL) STRICT;

CREATE TABLE lookup (id INTEGER NOT NULL PRIMARY KEY, till INTEGER NOT NULL, asked_at INTEGER NOT NULL, number TEXT NOT NULL, found INTEGER NOT NULL) STRICT;

INSERT INTO payment_method (id, code, name, gives_change) VALUES
    (1, 'cash', 'Cash', 1), (2, 'card', 'Card', 0), (3, 'cheque', 'Cheque', 0), (4, 'voucher', 'Gift voucher', 0), (5, 'credit', 'General Credit', 0);
