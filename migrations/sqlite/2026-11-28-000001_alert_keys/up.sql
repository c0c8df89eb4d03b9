-- Nothing to do: what PostgreSQL drops here, SQLite checks for next to nothing.
SELECT 1;
