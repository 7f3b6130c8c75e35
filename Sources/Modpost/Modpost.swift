// Modpost.
