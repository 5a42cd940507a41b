"""What does one number say about many predictions? All take weights, so all can be resampled."""
