"""Two driven qubits or spins between thermal baths, and their study."""
