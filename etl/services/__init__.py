"""What this installation runs beside the pipeline itself: the embedded database, Airflow."""
