-- Whether higher or lower is better, as a submission says of its performance indicators: held with it until its figures
-- are released, for it changes the percentages that are already shown.
ALTER TABLE audit.submission ADD directions jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN audit.submission.directions IS
    'Indicator of a plan (dw.dim_tolok_ukur.kode) → naik, turun or netral, as the file says; dw.dim_tolok_ukur follows with the release.';
