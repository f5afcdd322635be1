"""The first layers of MobileNetV2 by PyTorch's conventions, in plain NumPy and loops.

Kernels are PyTorch's: `(out, in, height, width)`, images `(n, channels, height, width)`.
"""

import numpy as np

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def normalised(photos):
    """uint8 photos (n, h, w, 3) -> (n, 3, h, w) as torchvision's Normalize leaves them."""
    scaled = photos.astype(np.float64) / 255
    return ((scaled - np.array(MEAN)) / np.array(STD)).transpose(0, 3, 1, 2)


def convolution(x, kernel, stride=1, padding=0, groups=1):
    """torch.nn.functional.conv2d without bias: the same padding on all four sides."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out_channels, _, height, width = kernel.shape
    rows = (x.shape[2] - height) // stride + 1
    columns = (x.shape[3] - width) // stride + 1
    result = np.zeros((len(x), out_channels, rows, columns))
    for i in range(height):
        for j in range(width):
            seen = x[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            if groups == 1:
                result += np.einsum("nchw,oc->nohw", seen, kernel[:, :, i, j])
            else:  # depthwise
                result += seen * kernel[None, :, 0, i, j, None, None]
    return result


def batch_norm(x, scale, offset, mean, variance, epsilon=1e-5):
    def spread(values):
        return np.asarray(values, np.float64)[None, :, None, None]

    return (x - spread(mean)) / np.sqrt(spread(variance) + epsilon) * spread(scale) + spread(offset)


def relu6(x):
    return np.clip(x, 0, 6)


def first_block(photos, kernels, norms):
    """Stem and first block: three kernels (stem, depthwise, projection), three norms.

    A norm is (scale, offset, mean, variance). Returns the outputs of the three, channels last.
    """
    stem = relu6(batch_norm(convolution(normalised(photos), kernels[0], 2, 1), *norms[0]))
    wide = convolution(stem, kernels[1], padding=1, groups=32)
    depthwise = relu6(batch_norm(wide, *norms[1]))
    projection = batch_norm(convolution(depthwise, kernels[2]), *norms[2])
    return [x.transpose(0, 2, 3, 1) for x in (stem, depthwise, projection)]
