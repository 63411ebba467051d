"""Where the tasks of a sweep run: processes, dask clusters."""
