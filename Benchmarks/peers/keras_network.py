"""The network `keras-cnn` as Keras's users write it."""

import keras
from keras import layers


def keras_cnn(image_size, activation=None):
    """356,810 weights for images of 32 × 32 pixels; `activation` is that of the ten outputs."""
    return keras.Sequential([
        keras.Input((image_size, image_size, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(128, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation=activation),
    ])
