"""The CNN of many a Keras tutorial, on CIFAR-10: what Sources/CIFARNetwork is the translation of."""
from keras import datasets, layers, models

(train_images, train_labels), (test_images, test_labels) = \
    datasets.cifar10.load_data()
train_images = train_images / 255.0
test_images = test_images / 255.0

model = models.Sequential([
    layers.Input((32, 32, 3)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])

model.summary()

model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"])

history = model.fit(
    train_images, train_labels,
    batch_size=32, epochs=10,
    validation_split=0.1)

loss, accuracy = model.evaluate(
    test_images, test_labels)
print("test accuracy", accuracy)

probabilities = model.predict(test_images[:1])
print("the first is a", probabilities.argmax())
