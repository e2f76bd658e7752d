"""Text encoders: captions as vectors that agree with images."""
