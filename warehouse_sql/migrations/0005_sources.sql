-- How a file was understood, who handed it in, and the files in an agency's folder that nobody's contract asks for.
-- read_as is json, not jsonb: the report states its facts in the order in which they were found.

ALTER TABLE audit.submission ADD COLUMN read_as json NOT NULL DEFAULT '{}';
ALTER TABLE audit.submission ADD COLUMN submitted_by text;
COMMENT ON COLUMN audit.submission.read_as IS
    'How the bytes were understood: format, encoding, separator, decimal sign; found by rule or stated by the contract.';
COMMENT ON COLUMN audit.submission.submitted_by IS 'Who handed it in by hand; empty when it was collected.';

CREATE TABLE audit.stray_file (
    skpd text COLLATE "C" NOT NULL,
    path text NOT NULL,
    size bigint NOT NULL,
    mtime_ns bigint NOT NULL,
    dataset text COLLATE "C",
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (skpd, path)
);
COMMENT ON TABLE audit.stray_file IS
    'Files in an agency''s folder whose names fit no contract, as last seen. What nobody asks for is told, not ignored.';
COMMENT ON COLUMN audit.stray_file.dataset IS 'Dataset whose entry workbook it turned out to be; empty: none.';
