package space

// Generation is how many settings of the method bayes are chosen at once: each knows the results of the generations
// before its own, and of no other setting.
const Generation = 4

// startup is how many results the method bayes wants before it chooses by them; until then it draws at random.
const startup = 10

// Observed is what a setting has given.
type Observed struct {
	Setting int
	Values  []Value
	Score   float64 // the mean of the metric over the seeds; NaN: it diverged
}

// Propose returns the values of a setting of the method bayes.
func (s *Sweep) Propose(setting int, _ []Observed) ([]Value, error) {
	return s.values(setting), nil
}
