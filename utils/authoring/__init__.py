"""For maintainers: making notebooks, running them as tests, converting weights and vectors."""
