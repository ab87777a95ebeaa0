package step

import (
	"errors"
	"fmt"
	"math"

	"dnn/internal/exact"
	"dnn/internal/nn"
	"dnn/internal/nn/batch"
	"dnn/internal/nn/kernel"
)

// Distillation lets a network, the student, learn from the outputs of other networks, its teachers, as well as from the
// labels (Hinton, Vinyals and Dean, arXiv:1503.02531). With the student's logits z, those of the k-th of K teachers
// u_k, the temperature T and the weight a, a sample's loss is
//
//	(1-a) loss(label, softmax(z)) + a T^2 KL(q || p),  q = 1/K sum_k softmax(u_k/T),  p = softmax(z/T)
//
// and its gradient by z is that of the first term plus a T (p - q). The factor T^2 makes up for gradients that shrink
// with 1/T^2, so that a keeps its meaning when T changes. KL = sum_j q_j (log q_j - log p_j) is the cross-entropy of p
// and q less the entropy of q, which the student cannot change: the gradient is the same, and the loss of a student
// that agrees with its teachers is 0.
//
// A training step returns this loss. An Evaluator knows no teachers, so validation shows the plain loss.
type Distillation struct {
	Teachers    []*nn.Sequential // at least one; none of them is changed
	Temperature float64          // T > 0
	Weight      float64          // a, 0 to 1: the weight of the teachers; the labels have 1-a
}

func (d Distillation) check(student nn.Architecture) error {
	inverse := 1 / float32(d.Temperature)
	switch {
	case len(d.Teachers) == 0:
		return errors.New("wanted at least one teacher, found none")
	case !(inverse > 0 && inverse <= math.MaxFloat32):
		return fmt.Errorf("wanted a temperature above 0, found %v", d.Temperature)
	case !(d.Weight >= 0 && d.Weight <= 1):
		return fmt.Errorf("wanted a weight of 0 to 1, found %v", d.Weight)
	}
	for i, teacher := range d.Teachers {
		if err := nn.CheckTeacher(teacher.Architecture(), student); err != nil {
			return fmt.Errorf("teacher %d: %w", i+1, err)
		}
	}
	return nil
}

// newDistiller returns what adds the teachers' part of the loss, for batches of up to that many samples.
func newDistiller(d Distillation, batch int) *distiller {
	classes := d.Teachers[0].Architecture().Output()
	x := &distiller{
		weight: float32(d.Weight), rest: float32(1 - d.Weight),
		temperature: float32(d.Temperature), inverse: float32(1 / d.Temperature),
		p: kernel.NewMatrix(batch, classes), q: kernel.NewMatrix(batch, classes), kl: make([]float32, batch),
	}
	for _, m := range d.Teachers {
		x.teachers = append(x.teachers, newTeacher(m, batch))
	}
	return x
}

// distiller adds the teachers' part of the loss to the student's own.
type distiller struct {
	teachers             []*teacher
	weight, rest         float32 // a and 1-a
	temperature, inverse float32 // T and 1/T

	p, q kernel.Matrix // [batch, classes]: probabilities of student and teachers at temperature T
	kl   []float32     // [batch]: KL(q || p)
}

// read gives the teachers the batch.
func (x *distiller) read(in *batch.Batch) {
	for _, teacher := range x.teachers {
		teacher.tape.In = in
	}
}

// beforeLoss computes p, q and kl for the rows r, from the teachers' logits and the student's, z, which the student's
// own loss overwrites afterwards.
func (x *distiller) beforeLoss(w *kernel.Worker, z kernel.Matrix, r kernel.Span) {
	for _, teacher := range x.teachers {
		teacher.answer(w, r)
	}
	for i := range z.Rows {
		p, q := x.p.Row(r.Lo+i), x.q.Row(r.Lo+i)
		clear(q)
		for _, teacher := range x.teachers {
			x.softmax(w, p, teacher.logits(r.Lo+i))
			for j, v := range p {
				q[j] += v
			}
		}
		for j := range q {
			q[j] /= float32(len(x.teachers))
		}
		// KL = log sum_j e^a_j - sum_j q_j a_j + sum_j q_j log q_j, with a = (z - max z) / T.
		x.scale(p, z.Row(i))
		kl := 0.0
		for j, v := range q {
			if v > 0 { // 0 log 0 is 0
				kl += float64(float64(v) * (float64(exact.Log(float64(v))) - float64(p[j])))
			}
		}
		x.kl[r.Lo+i] = float32(kl + float64(exact.Log(float64(normalize(w, p)))))
	}
}

// afterLoss adds the teachers' part to the losses and gradients of the rows r. The student's own loss has left its
// losses and its gradients times scale (1-a).
func (x *distiller) afterLoss(dy kernel.Matrix, loss []float32, r kernel.Span, scale float32) {
	square, slope := x.weight*x.temperature*x.temperature, x.weight*x.temperature*scale
	for i := range dy.Rows {
		loss[i] = float32(x.rest*loss[i]) + float32(square*x.kl[r.Lo+i])
		d, p, q := dy.Row(i), x.p.Row(r.Lo+i), x.q.Row(r.Lo+i)
		for j := range d {
			d[j] += float32(slope * (p[j] - q[j]))
		}
	}
}

// softmax computes p = softmax(z/T).
func (x *distiller) softmax(w *kernel.Worker, p, z []float32) {
	x.scale(p, z)
	normalize(w, p)
}

// scale computes a = (z - max z) / T.
func (x *distiller) scale(a, z []float32) {
	largest := z[0]
	for _, v := range z[1:] {
		largest = max(largest, v)
	}
	for j, v := range z {
		a[j] = (v - largest) * x.inverse
	}
}

// normalize replaces a by e^a / sum_j e^a_j, and returns that sum.
func normalize(w *kernel.Worker, a []float32) (sum float32) {
	w.Exp(a, a)
	for _, e := range a {
		sum += e
	}
	for j := range a {
		a[j] /= sum
	}
	return sum
}
