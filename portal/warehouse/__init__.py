"""What the site reads from the warehouse: a module per subject, a function per statement of warehouse_sql/site."""
