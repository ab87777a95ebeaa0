package nn

// teacher is a network whose outputs another one learns. It reads the batch as the student does and never changes.
type teacher struct {
	model *Sequential
	y     []Matrix // each layer's outputs, [batch, units]
}

// logits returns what the teacher says of a sample of the batch.
func (t *teacher) logits(r int) []float32 { return row(t.y[len(t.y)-1], r) }

// teacherPhases compute what all teachers say of the batch. Their i-th layers make the i-th phase, each split by panels of
// columns first: a teacher is large, and a worker that keeps to its panels has their weights in its cache in the next step.
func (t *Trainer) teacherPhases() (phases []phase) {
	for i := 0; ; i++ {
		var lists [][]task
		for _, teacher := range t.distiller.teachers {
			if i < len(teacher.model.layers) {
				lists = append(lists, t.teacherTasks(teacher, i))
			}
		}
		if lists == nil {
			return phases
		}
		phases = append(phases, phase{name: teacherPhase, tasks: arrange(len(t.engine.workers), lists...)})
	}
}

// teacherTasks compute a teacher's i-th layer, as in inference.
func (t *Trainer) teacherTasks(teacher *teacher, i int) (tasks []task) {
	y := teacher.y[i]
	d, ok := teacher.model.layers[i].(*Dense)
	switch {
	case i == 0:
		return t.inputTasks(d, y)
	case !ok:
		return t.rowParts(func(w *Worker, r span) {
			teacher.model.layers[i].Forward(w, Pass{}, rows(teacher.y[i-1], r.lo, r.hi), rows(y, r.lo, r.hi))
		})
	}
	panels := d.panels(len(t.engine.workers))
	parts := (2*len(t.engine.workers) + panels - 1) / panels
	for p := range panels {
		c := d.panel(p, panels)
		for k := range parts {
			tasks = append(tasks, func(w *Worker) {
				r := part(k, parts, t.tape.in.count, 8)
				d.forwardPanel(w, rows(teacher.y[i-1], r.lo, r.hi), rows(y, r.lo, r.hi), c)
			})
		}
	}
	return tasks
}

// forwardPanel computes columns c of y = activation(x kernel + bias).
func (d *Dense) forwardPanel(w *Worker, x, y Matrix, c span) {
	y = columns(y, c.lo, c.hi)
	if y.Rows == 0 || y.Cols == 0 {
		return
	}
	w.Gemm(&w.scratch, x.Rows, y.Cols, x.Cols, operand(x), operand(columns(d.kernel.Value, c.lo, c.hi)), y.Data, y.Stride, false)
	d.activate(w, y, c.lo)
}
