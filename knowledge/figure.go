package knowledge

import "math/big"

// Certainty says how sure a figure is; a formula is as sure as its weakest
// part.
type Certainty int

// From weakest to surest.
const (
	Unsure  Certainty = iota // chưa rõ
	Derived                  // suy ra
	Seen                     // đã thấy in a source; only these may stand in residents' texts
)

// Figure is a number that changes with the law. It has either values or a
// formula over other figures.
type Figure struct {
	ID       string
	Name     string
	Unit     string // "đồng", "%", "tháng" …
	Values   []DatedValue
	Formula  string // as written; "" if there are values
	Rounding string // "", "đồng", "trăm", "nghìn"; half up
}

// DatedValue is a figure's value from a day on, until the next value or Until.
type DatedValue struct {
	From, Until Date     // Until is zero unless written
	Amount      *big.Rat // a percentage as a fraction: 4,5% is 9/200
	Certainty   Certainty
	Source      []string
}
