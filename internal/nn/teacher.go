package nn

import "fmt"

// CheckTeacher returns why teacher cannot teach student, or nil.
func CheckTeacher(teacher, student Architecture) error {
	const wanted = "wanted a softmax output with categorical_crossentropy"
	switch {
	case !student.softmaxClassifier():
		return fmt.Errorf("the network that is to learn ends in %s: "+wanted, student.ending())
	case !teacher.softmaxClassifier():
		return fmt.Errorf("the teacher ends in %s: "+wanted, teacher.ending())
	case teacher.Input != student.Input:
		return fmt.Errorf("the teacher has %d inputs, wanted %d, as many as the network that is to learn",
			teacher.Input, student.Input)
	case teacher.Output() != student.Output():
		return fmt.Errorf("the teacher knows %d classes, wanted %d, as many as the network that is to learn",
			teacher.Output(), student.Output())
	}
	return nil
}

// softmaxClassifier reports whether the network ends in a softmax with its cross-entropy.
func (a Architecture) softmaxClassifier() bool {
	return a.Loss == CategoricalCrossentropy && a.Layers[len(a.Layers)-1].Activation == "softmax"
}

// ending describes the network's output and loss.
func (a Architecture) ending() string {
	return fmt.Sprintf("%s with %s", a.Layers[len(a.Layers)-1].Activation, a.Loss)
}
