"""Cards and claim records in words, and rows of a table in Markdown."""

# What is written in capitals; a score's name is else its metric's, in words.
_CAPITALS = ("fid", "kid", "psnr", "ssim", "l1", "kde", "gmm")

# Of a protocol: said in a sentence, or of no use to a reader. The card has them all.
_SAID = ("n_fake", "n_real", "n_test", "data", "split", "extractor", "encoder")
_LEFT_OUT = (
    *("weights_hash", "layer", "resizer", "antialias", "channels", "seed", "splits"),
    *("image_size", "fit", "contents"),
)

_BOUNDS = {">=": "at least", "<=": "at most", ">": "above", "<": "below", "==": "exactly"}

# A check that is decided by fewer spreads between runs could be decided otherwise by another run.
NOISE = 2


def row(*cells):
    """A row of a table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(columns, rows):
    """A table with these names above its columns."""
    return "\n".join([row(*columns), "|" + "---|" * len(columns), *(row(*cells) for cells in rows)]) + "\n"


def number(value):
    """Three digits that count, or all of a large number."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def minutes(card):
    """How long a card's weights were trained."""
    return f"{max(1, round(card['wall_seconds'] / 60))} min"


def headline(card):
    """A card's FID, or else its first score; "" of no card."""
    if not card:
        return ""
    score = next((score for score in card["scores"] if score["metric"] == "fid"), card["scores"][0])
    return f"{metric(score)} {number(score['value'])}"


def expected(card):
    """What the head of a config says that training it gives."""
    return f"{headline(card)} after {card['steps']:,} steps, {minutes(card)}."


def metric(score):
    """A score's name in words: a Frechet distance on one of the zoo's classifiers is FID-C."""
    words = score["metric"].replace("/", ": ").replace("_", " ").split(" ")
    name = " ".join(word.upper() if word in _CAPITALS else word for word in words)
    on_classifier = str(score["protocol"].get("extractor", "")).startswith("classifier/")
    return f"{name}-C" if name in ("FID", "KID") and on_classifier else name


def with_error(score, scores):
    """A score's value, with the error or deviation that `scores`, a card's by their metric, have for it."""
    errors = (f"{score['metric']}/{kind}" for kind in ("deviation", "error"))
    found = [scores[name] for name in errors if name in scores]
    return number(score["value"]) + "".join(f" ± {number(error['value'])}" for error in found)


def protocol_in_words(protocol):
    """What a score depends on, as far as it tells a reader something."""
    fake, real = protocol.get("n_fake"), protocol.get("n_real") or protocol.get("n_test")
    data = protocol.get("split") or protocol.get("data")
    sides = (f"{fake:,} samples" if fake else "", f"{real:,} of {data}" if real else data)
    examples = " against ".join(side for side in sides if side)
    judge = protocol.get("extractor") or protocol.get("encoder")
    others = {key: value for key, value in protocol.items() if key not in _SAID + _LEFT_OUT}
    rest = [f"{key.replace('_', ' ')}: {value}" for key, value in others.items()]
    return "; ".join(part for part in (examples, f"on {judge}" if judge else "", *rest) if part)


def verdict(record):
    """Of a claim: "not run", "**does not hold**", or "holds", which may be within the noise."""
    if record is None or record["holds"] is None:
        return "not run" if record is None else "not run in full"
    if not record["holds"]:
        return "**does not hold**"
    return "holds, within the noise" if any(map(within_noise, record["checks"])) else "holds"


def within_noise(check):
    """Whether another run could decide a check otherwise."""
    return check["spreads"] is not None and check["spreads"] < NOISE


def measured(check):
    """The value of a check; "" where there is no measurement of it."""
    if check["measurements"] == 0:
        return ""
    return "not a number" if check["value"] is None else number(check["value"])


def target(check):
    """A check's target in words."""
    return " and ".join(f"{_BOUNDS[bound]} {number(value)}" for bound, value in check["target"].items())
