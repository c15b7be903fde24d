"""The CNN of many a Keras tutorial, on CIFAR-10: what Sources/CIFARNetwork is the translation of."""
from keras import datasets
from keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from keras.models import Sequential

train, test = datasets.cifar10.load_data()
train_images, train_labels = train
test_images, test_labels = test
train_images = train_images / 255.0
test_images = test_images / 255.0

model = Sequential([
    Input((32, 32, 3)),
    Conv2D(32, 3, activation="relu"),
    MaxPooling2D(2),
    Conv2D(64, 3, activation="relu"),
    MaxPooling2D(2),
    Conv2D(64, 3, activation="relu"),
    Flatten(),
    Dense(64, activation="relu"),
    Dense(10, activation="softmax"),
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
