DROP TABLE day_roots;
DROP TABLE job_runs;
DROP TABLE jobs;
