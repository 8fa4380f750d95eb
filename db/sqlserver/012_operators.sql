-- Every deed of a person, a program or a verb, appended with the deed and never changed.
CREATE TABLE audit (
    id BIGINT IDENTITY(1,1) NOT NULL PRIMARY KEY, at BIGINT NOT NULL, actor NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, face NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, source NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, deed NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL, subject NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, detail NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    done BIGINT NOT NULL);
CREATE INDEX audit_at ON audit (at);

-- What somebody may do at the tills, and in which branches (NULL: in all there are and will be); what a branch wants a supervisor for.
ALTER TABLE operator ADD role NVARCHAR(100) COLLATE Latin1_General_100_BIN2;
ALTER TABLE operator ADD branches NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;
ALTER TABLE branch ADD supervised NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;

-- The hash of a PIN is where it is used, and no more in the row that every till has.
CREATE TABLE operator_pin (id BINARY(16) NOT NULL PRIMARY KEY, branch BIGINT NOT NULL, operator BIGINT NOT NULL, pin_hash NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);
CREATE UNIQUE INDEX operator_pin_of ON operator_pin (operator, branch);
INSERT INTO operator_pin (id, branch, operator, pin_hash)
SELECT CAST(NEWID() AS BINARY(16)), b.id, o.id, o.pin_hash FROM operator o CROSS JOIN branch b;
UPDATE operator SET pin_hash = '';
UPDATE tables_version SET version = 12;
