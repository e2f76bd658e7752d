"""The figure of super-resolution: three ways to enlarge an image, and their scores beside the paper's."""

from tfgan_zoo import metrics
from tfgan_zoo.evaluation import held_out_batch
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.srgan.srgan import enlarged
from tfgan_zoo.utils import pictures

# Figure 2 of the paper, of one image: PSNR in dB and SSIM.
_PAPER = {"bicubic": (21.59, 0.6423), "SRResNet": (23.53, 0.7832), "SRGAN": (21.15, 0.6868)}


def super_resolution(path, config_id="srgan/cifar10", examples=500, rows=4, **_):
    """Bicubic interpolation, SRResNet and SRGAN beside originals, above their PSNR and SSIM and the paper's.

    The weights are those that ship; SRResNet is the generator as it was before the adversarial stage. Scores
    are means over held-out images; the paper's are those of the image in its figure 2.
    """
    model = models.load(config_id, weights="pretrained")
    batch = held_out_batch(load_config(config_id), examples)
    small, original = (batch[key].numpy() for key in ("condition", "image"))
    ways = {
        "bicubic": enlarged(small, original.shape[1:3]),
        "SRResNet": model.srresnet.predict(small, verbose=0).clip(-1, 1),
        "SRGAN": model.translate(small),
    }
    figure = pictures.new_figure(9, 2.2 * rows + 1.8)
    grid = figure.add_gridspec(rows + 1, 4)
    for row in range(rows):
        for column, (name, images) in enumerate({**ways, "original": original}.items()):
            axes = figure.add_subplot(grid[row, column])
            axes.imshow(pictures.to_uint8(images[row]).squeeze(), cmap="gray", vmin=0, vmax=255)
            axes.set_title(name if row == 0 else "")
            axes.set_axis_off()
    axes = figure.add_subplot(grid[rows, :])
    axes.set_axis_off()
    table = _table(ways, original)
    axes.table(
        [row[1:] for row in table], rowLabels=[row[0] for row in table], colLabels=_COLUMNS, loc="center"
    )
    pictures.save_figure(figure, path)


_COLUMNS = ["PSNR in dB", "PSNR in the paper", "SSIM", "SSIM in the paper"]


def _table(ways, original):
    """Rows of texts: the way, its PSNR and the paper's, its SSIM and the paper's."""
    found = []
    for name, images in ways.items():
        psnr, ssim = metrics.psnr(original, images).mean(), metrics.ssim(original, images).mean()
        paper_psnr, paper_ssim = _PAPER[name]
        found.append([name, f"{psnr:.2f}", f"{paper_psnr:.2f}", f"{ssim:.3f}", f"{paper_ssim:.3f}"])
    return found
