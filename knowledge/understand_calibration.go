package knowledge

// calibration returns the base's committed calibration, or the built-in one
// for a base without.
func (b *Base) calibration() Calibration {
	return Calibration{
		Weights: []float64{-1.0, 0.35, 0.25, 0.2, 2.0, 0.5, 0, -1.0, 0, -0.5, 0, 0.3},
		Follow:  []float64{1.5, -0.8, -3.0, -1.0, 0.7, 1.2, 0.6, 1.0, 0.5},
		Answer:  0.8, Two: 0.8, Choices: 0.5, Other: 0.5,
	}
}
