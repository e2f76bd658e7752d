"""`python -m tfgan_zoo` is the command `tfgan-zoo`."""

from tfgan_zoo.cli import main

main()
