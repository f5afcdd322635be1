"""The page shows photos to the network as Pillow does, to the last bit."""

import numpy as np
from page_node import needs_node, run_node
from PIL import Image

from utils.support.paths import DATA

# Smaller, larger, much larger (averaged in blocks first), one side as it should be, and 224 itself;
# of tall ones Pillow resizes the columns first: each side of the limit is here.
SIZES = [(224, 224), (1, 1), (100, 80), (100, 225), (50, 300), (300, 50), (224, 300), (300, 224)]
SIZES += [(300, 376), (300, 377), (451, 333), (448, 448), (895, 700), (896, 1000), (30, 5000)]
SIZES += [(4001, 300), (1201, 900), (2017, 1345)]
CODE = """
const answer = given.map(([width, height], place) => {
  const rgba = new Uint8ClampedArray(fs.readFileSync(`${place}.rgba`));
  fs.writeFileSync(`${place}.rgb`, resizedToSquare(rgba, width, height));
  return place;
});
"""


def pictures():
    """Random pictures, of grey noise and of black and white, and the committed photos."""
    rng = np.random.default_rng(0)
    for width, height in SIZES:
        noise = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        # Black beside white makes the curve overshoot, so that it has to be cut at 0 and 255.
        yield Image.fromarray(noise if width % 2 else np.where(noise > 127, 255, 0).astype("uint8"))
    for path in sorted((DATA / "photos").glob("*.jpg")):
        with Image.open(path) as image:
            yield image.convert("RGB")


@needs_node
def test_resizing_equals_pillow_to_the_last_bit(tmp_path):
    images = list(pictures())
    for place, image in enumerate(images):
        (tmp_path / f"{place}.rgba").write_bytes(image.convert("RGBA").tobytes())
    run_node(["resize"], CODE, [image.size for image in images], tmp_path)
    for place, image in enumerate(images):
        found = np.frombuffer((tmp_path / f"{place}.rgb").read_bytes(), np.uint8)
        expected = image.resize((224, 224), Image.Resampling.BICUBIC, reducing_gap=2.0)
        differ = int((found != np.asarray(expected).ravel()).sum())
        assert differ == 0, f"{image.size}: {differ} of {found.size} bytes differ"
