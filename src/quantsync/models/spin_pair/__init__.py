"""Two spin limit cycles that exchange excitations."""
