"""Two spin chains as pseudo-bosons."""
