"""What every part of the library uses and the course does not teach."""
