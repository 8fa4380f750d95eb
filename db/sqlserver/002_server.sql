-- What the server keeps for itself.
CREATE TABLE till (
    id BIGINT NOT NULL PRIMARY KEY, name NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL, branch BIGINT NOT NULL, secret_hash VARBINARY(MAX) NOT NULL, state NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    enrolled_at BIGINT NOT NULL, seen_at BIGINT, unposted BIGINT NOT NULL DEFAULT 0,
    reprovision_from BIGINT NOT NULL DEFAULT 0);
CREATE INDEX till_name ON till (name);

-- The branches a till has belonged to: what it sealed there is posted there.
CREATE TABLE till_branch (till BIGINT NOT NULL, branch BIGINT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (till, branch));

CREATE TABLE enrol_code (
    code_hash VARBINARY(32) NOT NULL PRIMARY KEY, till_name NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, branch BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT);

-- One row: the last numbers given (of TransIDs, D-numbers and tills) and the last moment of posting.
CREATE TABLE counter (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1), trans_id BIGINT NOT NULL, posted_at BIGINT NOT NULL, block BIGINT NOT NULL,
    epoch_first BIGINT NOT NULL,
    till BIGINT NOT NULL DEFAULT 0);
-- epoch_first: from this TransID on there are no gaps; below, a restored backup may have left some.
INSERT INTO counter (id, trans_id, posted_at, block, epoch_first) VALUES (1, 546788, 0, 100000, 546789);

CREATE TABLE dropped (
    id BIGINT IDENTITY(1,1) NOT NULL PRIMARY KEY, till BIGINT NOT NULL, n BIGINT NOT NULL, synchronisation BINARY(16) NOT NULL, operator NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    made_at BIGINT NOT NULL, dropped_at BIGINT NOT NULL, tab NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, row_key NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL, field NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    till_value NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, server_value NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, reason NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);
CREATE UNIQUE INDEX dropped_once ON dropped (till, n, tab, row_key, field);

-- What a person should look at: oversold, refunded twice, an original that is not here yet, likely duplicates.
CREATE TABLE exception (
    id BIGINT IDENTITY(1,1) NOT NULL PRIMARY KEY, till BIGINT NOT NULL, n BIGINT NOT NULL, synchronisation BINARY(16) NOT NULL, kind NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    subject NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, text NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, noted_at BIGINT NOT NULL, resolved_at BIGINT,
    subject_key AS CAST(LEFT(subject, 400) AS NVARCHAR(400)) PERSISTED);
CREATE INDEX exception_synchronisation ON exception (till, synchronisation);
CREATE INDEX exception_open ON exception (subject_key) WHERE resolved_at IS NULL;
CREATE INDEX exception_open_kind ON exception (kind) WHERE resolved_at IS NULL;

-- Edits made with the server at hand, by request id, with the answer given.
CREATE TABLE command (
    request_id BINARY(16) NOT NULL PRIMARY KEY, till BIGINT NOT NULL, received_at BIGINT NOT NULL, answer NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);

CREATE TABLE lookup (id BIGINT IDENTITY(1,1) NOT NULL PRIMARY KEY, till BIGINT NOT NULL, asked_at BIGINT NOT NULL, number NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, found BIGINT NOT NULL);

INSERT INTO payment_method (id, code, name, gives_change) VALUES
    (1, 'cash', 'Cash', 1), (2, 'card', 'Card', 0), (3, 'cheque', 'Cheque', 0), (4, 'voucher', 'Gift voucher', 0), (5, 'credit', 'General Credit', 0);
