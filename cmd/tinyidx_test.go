package cmd_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"

	"dnn/internal/mnist/mnisttest"
)

// tinyIDX writes a data set in files like those of MNIST, small enough to train on in a moment: 300 training images and
// 100 test images. They are square; each shows a bar on a noisy background, whose place says the class. The same
// arguments give the same bytes.
func tinyIDX(folder string, side, classes int) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(uint64(side), uint64(classes)))
	for _, part := range []struct {
		name  string
		count int
	}{{"train", 300}, {"t10k", 100}} {
		images := mnisttest.IDX(nil, part.count, side, side)
		labels := mnisttest.IDX(nil, part.count)
		for range part.count {
			class := random.IntN(classes)
			labels = append(labels, byte(class))
			images = append(images, bar(random, side, class*side/classes)...)
		}
		for name, data := range map[string][]byte{"images-idx3-ubyte": images, "labels-idx1-ubyte": labels} {
			if err := os.WriteFile(filepath.Join(folder, part.name+"-"+name), data, 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

// bar draws a bar across the image, with its upper edge in the given row or the one below. A tenth of the background is
// noise.
func bar(random *rand.Rand, side, row int) []byte {
	image := make([]byte, side*side)
	for i := range image {
		if random.IntN(10) == 0 {
			image[i] = byte(random.IntN(160))
		}
	}
	row += random.IntN(2)
	for i := row * side; i < min((row+2)*side, len(image)); i++ {
		image[i] = byte(160 + random.IntN(96))
	}
	return image
}
