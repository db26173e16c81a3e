package vietnamese

import (
	"strconv"
	"strings"
)

// Number reads a number that starts at tokens[at], in figures or in words, and
// returns its value and how many tokens it took (0 when there is none).
// «bảy mươi hai», «bảy hai» (after a ten), «hăm ba», «trăm rưỡi», «chục»,
// «tám triệu», "1,8 triệu", "1tr5", "50k", "2.530.000" are understood. Values
// are exact for what people say in a chat; the fraction is at most halves and
// the decimals typed.
func Number(tokens []Token, at int) (value float64, used int) {
	if at >= len(tokens) {
		return 0, 0
	}
	v, n := simple(tokens, at)
	if n == 0 {
		if unit, ok := scale(tokens[at]); ok && unit >= 1e6 { // «triệu rưỡi», «triệu tám»
			if at+1 < len(tokens) && tokens[at+1].Folded == "ruoi" {
				return 1.5 * unit, 2
			}
			if tenth, ok := tenths(tokens, at+1); ok {
				return unit + tenth*unit/10, 2
			}
		}
		return 0, 0
	}
	for at+n < len(tokens) {
		unit, ok := scale(tokens[at+n])
		if !ok {
			break
		}
		v *= unit
		n++
		if at+n < len(tokens) && (tokens[at+n].Folded == "ruoi" || tokens[at+n].Folded == "ruoc") {
			v += unit / 2
			n++
		} else if tenth, ok := tenths(tokens, at+n); ok && unit >= 1e6 {
			v += tenth * unit / 10 // «hai triệu tám» is 2,8 million
			n++
		}
	}
	return v, n
}

// tenths reads the digit word after «triệu» that stands for tenths: «tám» in
// «hai triệu tám». «Một» does not count («hai triệu một tháng»), nor does a digit
// that counts something («hai triệu ba người»).
func tenths(tokens []Token, at int) (float64, bool) {
	if at >= len(tokens) {
		return 0, false
	}
	d, ok := digit(tokens[at], true)
	if f := tokens[at].Folded; len(f) == 1 && f[0] >= '2' && f[0] <= '9' {
		d, ok = float64(f[0]-'0'), true
	}
	if !ok || d < 2 {
		return 0, false
	}
	switch t := tokens[at]; t.Folded { // these are other words as often as not
	case "lam", "nham", "nam":
		return 0, false
	case "sau", "bay", "tam", "tu":
		if !t.Marked {
			return 0, false
		}
	case "ba":
		if at+1 < len(tokens) && t.Ends == 0 {
			return 0, false
		}
	}
	if at+1 < len(tokens) && tokens[at].Ends == 0 {
		switch tokens[at+1].Folded {
		case "nguoi", "mieng", "khau", "thang", "nam", "tuoi", "dua", "con", "lan", "ngay", "dong", "trieu", "tram", "chuc", "muoi", "nghin", "ngan", "sao", "ha", "mieu":
			return 0, false
		}
	}
	return d, true
}

func scale(t Token) (float64, bool) {
	switch t.Folded {
	case "nghin", "ngan", "k":
		return 1e3, true
	case "trieu", "tr", "cu":
		return 1e6, t.Folded != "cu" || t.Text == "củ"
	case "ty", "ti":
		return 1e9, t.Text == "tỷ" || t.Text == "tỉ"
	}
	return 0, false
}

// simple reads figures with a unit stuck to them, or number words below a
// thousand.
func simple(tokens []Token, at int) (float64, int) {
	if at >= len(tokens) {
		return 0, 0
	}
	if v, ok := figures(tokens[at].Folded); ok {
		return v, 1
	}
	total, last, n := 0.0, -1.0, 0
	for at+n < len(tokens) {
		t := tokens[at+n]
		d, isDigit := digit(t, n > 0)
		switch {
		case isDigit && last < 0:
			last = d
		case isDigit && last >= 0: // «bảy hai», «một trăm lẻ năm» keep adding below
			if total > 0 || last < 10 && d < 10 {
				total, last = total+last*10, d
			} else {
				return finish(total, last, n)
			}
		case t.Folded == "muoi" && last > 0 && last < 10:
			total, last = total+last*10, -1
		case t.Folded == "muoi" && last < 0 && (t.Text == "mười" || !t.Marked):
			total, last = total+10, -1
		case t.Folded == "chuc":
			if last < 0 {
				last = 1
			}
			total, last = total+last*10, -1
		case t.Folded == "tram" && (last > 0 || n == 0) && t.Text != "trạm":
			if last < 0 {
				last = 1
			}
			total, last = total+last*100, -1
			if next := at + n + 1; next < len(tokens) && tokens[next].Folded == "ruoi" {
				return total + 50, n + 2
			}
		case (t.Folded == "le" || t.Folded == "linh") && total >= 100:
			last = -1
		case (t.Folded == "ham" || t.Folded == "bam") && n == 0 && at+1 < len(tokens):
			if _, ok := digit(tokens[at+1], true); !ok {
				return 0, 0
			}
			total = map[string]float64{"ham": 20, "bam": 30}[t.Folded]
		default:
			return finish(total, last, n)
		}
		n++
	}
	return finish(total, last, n)
}

func finish(total, last float64, n int) (float64, int) {
	if n == 0 {
		return 0, 0
	}
	if last > 0 {
		total += last
	}
	if total == 0 {
		return 0, 0
	}
	return total, n
}

// digit reads one digit word. Some are words of their own («năm» year, «ba»
// father, «một»): inside a number they count, at its start only with the mark
// or when nothing else is likely.
func digit(t Token, inside bool) (float64, bool) {
	switch t.Folded {
	case "mot":
		return 1, t.Text != "mốt" || inside
	case "hai":
		return 2, true
	case "ba":
		return 3, t.Text == "ba"
	case "bon":
		return 4, t.Text == "bốn" || t.Text == "bon"
	case "tu":
		return 4, inside && t.Text == "tư"
	case "nam":
		return 5, t.Text == "năm" || inside
	case "lam", "nham":
		return 5, inside
	case "sau":
		return 6, t.Text == "sáu" || inside
	case "bay":
		return 7, t.Text != "bây" && t.Text != "bày"
	case "tam":
		return 8, t.Text == "tám" || inside
	case "chin":
		return 9, true
	}
	return 0, false
}

// figures reads "72", "2.530.000", "1,8", "4,5%", "50k", "8tr", "1tr5", "100tr".
func figures(s string) (float64, bool) {
	s = strings.TrimSuffix(s, "%")
	unit := 1.0
	for _, u := range []struct {
		text string
		unit float64
	}{{"trieu", 1e6}, {"tr", 1e6}, {"nghin", 1e3}, {"ngan", 1e3}, {"k", 1e3}} {
		if head, tail, ok := strings.Cut(s, u.text); ok && head != "" && head[0] >= '0' && head[0] <= '9' {
			h, ok1 := figures(head)
			if !ok1 {
				return 0, false
			}
			if tail == "" {
				return h * u.unit, true
			}
			d, err := strconv.ParseFloat(tail, 64)
			if err != nil || len(tail) > 3 {
				return 0, false
			}
			for range len(tail) {
				d /= 10
			}
			return (h + d) * u.unit, true
		}
	}
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	whole, frac, hasComma := strings.Cut(s, ",")
	parts := strings.Split(whole, ".")
	if len(parts) > 1 {
		for _, p := range parts[1:] {
			if len(p) != 3 {
				if len(parts) == 2 && !hasComma { // "1.8" the foreign way
					v, err := strconv.ParseFloat(whole, 64)
					return v * unit, err == nil
				}
				return 0, false
			}
		}
		whole = strings.Join(parts, "")
	}
	text := whole
	if hasComma {
		text += "." + frac
	}
	v, err := strconv.ParseFloat(text, 64)
	return v * unit, err == nil
}
