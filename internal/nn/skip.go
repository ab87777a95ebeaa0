package nn

// Skip tells the trainer, after Begin, that so many steps of the epoch were taken before: the run was stopped within it.
func (t *Trainer) Skip(steps int) { t.pass.Step += steps }
