"""The zoo's DCGAN pair and its training step in PyTorch eager, to time ours against."""

import time

import torch
from torch import nn
from torch.nn.functional import softplus


def generator(latent_dim, image_size, width, channels):
    """As `tfgan_zoo.networks.dcgan.generator`."""
    levels = (image_size // 4).bit_length() - 1
    top = width * 2 ** (levels - 1)
    layers = [
        nn.Linear(latent_dim, 16 * top, bias=False),
        nn.Unflatten(1, (top, 4, 4)),
        nn.BatchNorm2d(top),
        nn.ReLU(),
    ]
    for level in reversed(range(levels - 1)):
        maps = width * 2**level
        layers += [
            nn.ConvTranspose2d(2 * maps, maps, 5, 2, padding=2, output_padding=1, bias=False),
            nn.BatchNorm2d(maps),
            nn.ReLU(),
        ]
    layers += [nn.ConvTranspose2d(width, channels, 5, 2, padding=2, output_padding=1), nn.Tanh()]
    return nn.Sequential(*layers)


def discriminator(image_size, width, channels):
    """As `tfgan_zoo.networks.dcgan.discriminator`."""
    levels = (image_size // 4).bit_length() - 1
    layers = [nn.Conv2d(channels, width, 5, 2, padding=2), nn.LeakyReLU(0.2)]
    for level in range(1, levels):
        maps = width * 2**level
        layers += [
            nn.Conv2d(maps // 2, maps, 5, 2, padding=2, bias=False),
            nn.BatchNorm2d(maps),
            nn.LeakyReLU(0.2),
        ]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * width * 2 ** (levels - 1), 1))


class Trainer:
    """Alternating updates with Adam(2e-4, 0.5) on batches gathered from uint8 images.

    Args:
        images: uint8 array [n, H, W, C].
        memory_format: `torch.contiguous_format` or `torch.channels_last`.
    """

    def __init__(self, images, batch, width, latent_dim=100, memory_format=None):
        size, channels = images.shape[1], images.shape[3]
        self.layout = {"memory_format": memory_format or torch.contiguous_format}
        self.images = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
        self.batch, self.latent_dim = batch, latent_dim
        self.g = generator(latent_dim, size, width, channels).to(**self.layout)
        self.d = discriminator(size, width, channels).to(**self.layout)
        self.g_adam = torch.optim.Adam(self.g.parameters(), 2e-4, (0.5, 0.999))
        self.d_adam = torch.optim.Adam(self.d.parameters(), 2e-4, (0.5, 0.999))

    def step(self):
        rows = torch.randint(len(self.images), (self.batch,))
        real = (self.images[rows].float() / 127.5 - 1).contiguous(**self.layout)
        with torch.no_grad():
            fake = self.g(self._latents())
        loss = softplus(-self.d(real)).mean() + softplus(self.d(fake)).mean()
        self.d_adam.zero_grad()
        loss.backward()
        self.d_adam.step()
        # The discriminator's own gradients are not wanted here.
        self.d.requires_grad_(False)
        loss = softplus(-self.d(self.g(self._latents()))).mean()
        self.g_adam.zero_grad()
        loss.backward()
        self.g_adam.step()
        self.d.requires_grad_(True)

    def _latents(self):
        return torch.rand(self.batch, self.latent_dim) * 2 - 1

    def time(self, steps):
        """Seconds for that many steps."""
        begun = time.perf_counter()
        for _ in range(steps):
            self.step()
        return time.perf_counter() - begun
