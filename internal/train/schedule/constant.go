package schedule

import "dnn/internal/setting"

// Constant is the same learning rate throughout.
type Constant float64

// Rate implements Schedule.
func (c Constant) Rate(int) float64 { return float64(c) }

// constant is the kind of Constant. It has no settings.
type constant struct{}

func (constant) Settings() []setting.Setting { return nil }
func (constant) For(run Run) Schedule        { return Constant(run.Rate) }
func (constant) FixedBy() string             { return "" }
