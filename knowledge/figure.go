package knowledge

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Certainty says how sure a figure is; a formula is as sure as its weakest
// part.
type Certainty int

// From weakest to surest.
const (
	Unsure  Certainty = iota // chưa rõ
	Derived                  // suy ra
	Seen                     // đã thấy in a source; only these may stand in residents' texts
)

// Figure is a number that changes with the law, either written or computed
// from others by a formula.
type Figure struct {
	ID       string
	Name     string
	Unit     string       // "đồng", "%", "tháng" …
	Values   []DatedValue // by From, not overlapping; of a formula: its results
	Formula  string       // as written; "" if the values are written
	Rounding string       // of a formula: "", "đồng", "trăm", "nghìn"; half up
}

// DatedValue is the value of a figure for a stretch of days.
type DatedValue struct {
	From, Until Date     // both included; zero is open
	Amount      *big.Rat // a percentage as a fraction: 4,5% is 9/200
	Certainty   Certainty
	Source      []string
}

// On returns the value of the day, or false if none is known.
func (f Figure) On(day Date) (DatedValue, bool) {
	after, _ := slices.BinarySearchFunc(f.Values, day+1, func(v DatedValue, d Date) int { return cmp.Compare(v.From, d) })
	if after == 0 || !holds(f.Values[after-1].From, f.Values[after-1].Until, day) {
		return DatedValue{}, false
	}
	return f.Values[after-1], true
}

// Text writes an amount with the figure's unit as residents read it.
func (f Figure) Text(amount *big.Rat) (string, error) { return FormatAmount(amount, f.Unit) }

// ParseAmount reads a number the Vietnamese way: dots group thousands, a comma
// starts the decimals, "%" divides by a hundred.
func ParseAmount(s string) (amount *big.Rat, percent bool, err error) {
	s = strings.TrimSpace(s)
	digits, percent := strings.CutSuffix(s, "%")
	digits = strings.TrimSpace(digits)
	whole, decimals, hasDecimals := strings.Cut(digits, ",")
	groups := strings.Split(whole, ".")
	for i, g := range groups {
		if g == "" || !onlyDigits(g) || i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(g) > 3 {
			return nil, false, fmt.Errorf("number %q", s)
		}
	}
	if hasDecimals && (decimals == "" || !onlyDigits(decimals)) || len(digits) > 40 {
		return nil, false, fmt.Errorf("number %q", s)
	}
	text := strings.Join(groups, "")
	if hasDecimals {
		text += "." + decimals
	}
	amount, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, false, fmt.Errorf("number %q", s)
	}
	if percent {
		amount.Quo(amount, big.NewRat(100, 1))
	}
	return amount, percent, nil
}

func onlyDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// maxDecimals is how many decimals may be printed: "6,6%", "0,125".
const maxDecimals = 4

// FormatAmount writes an amount with its unit: "2.530.000 đồng", "4,5%",
// "15 kg". It fails if the amount has more decimals than anybody reads; đồng
// have none.
func FormatAmount(amount *big.Rat, unit string) (string, error) {
	decimals := maxDecimals
	gap := " "
	switch {
	case strings.HasPrefix(unit, "%"):
		amount = new(big.Rat).Mul(amount, big.NewRat(100, 1))
		gap = ""
	case strings.HasPrefix(unit, "đồng"):
		decimals = 0
	case unit == "":
		gap = ""
	}
	text := amount.FloatString(decimals)
	if back, ok := new(big.Rat).SetString(text); !ok || back.Cmp(amount) != 0 {
		return "", fmt.Errorf("%s is not a round number of %q", amount.RatString(), unit)
	}
	whole, fraction, _ := strings.Cut(text, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		fraction = "," + fraction
	}
	return sign + whole + fraction + gap + unit, nil
}

// round rounds half up to the unit an editor named.
func round(x *big.Rat, rounding string) *big.Rat {
	var step int64
	switch rounding {
	case "đồng":
		step = 1
	case "trăm":
		step = 100
	case "nghìn":
		step = 1000
	default:
		return x
	}
	// floor(x/step + 1/2) * step
	y := new(big.Rat).Quo(x, big.NewRat(step, 1))
	y.Add(y, big.NewRat(1, 2))
	floor := new(big.Int).Div(y.Num(), y.Denom()) // Euclidean, the denominator is positive: floor
	return new(big.Rat).SetInt(floor.Mul(floor, big.NewInt(step)))
}
