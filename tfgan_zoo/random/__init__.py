"""Random draws keyed by (seed, step, draw), latent priors and walks between latents."""
