"""The game of systems whose critic moves several times for each step of the generator."""

from tfgan_zoo.core.latent_game import LatentGame


class CriticGame(LatentGame):
    """A latent game of a generator and a critic, which moves `critic_steps` times a `train_step`.

    A batch holds critic_steps * B real examples, B for each step of the critic. Two class attributes
    name attributes of a subclass after its paper: `critic_player` that of the critic's network, which
    is the player's name too, and `critic_steps_name` that of its steps.
    """

    critic_player = "critic"
    critic_steps_name = "n_critic"

    @property
    def critic_steps(self):
        """Steps of the critic for each step of the generator."""
        return getattr(self, self.critic_steps_name)

    def players(self):
        critic = getattr(self, self.critic_player)
        return {self.critic_player: [critic], "generator": [self.generator]}

    @property
    def batches_per_step(self):
        return self.critic_steps

    @property
    def updates_per_step(self):
        return {self.critic_player: self.critic_steps, "generator": 1}

    def critic_batches(self, data):
        """The real examples of a batch as a list, B of them for each step of the critic."""
        return self.split(self.example(data, self.example_key), self.critic_steps)

    def latents_for(self, real, noise):
        """Fresh latents [B, d] of the step's noise, one for each example of `real` [B, ...]."""
        return noise.latents(self.prior, [self.batch_size(real), self.latent_dim])
