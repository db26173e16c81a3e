package vietnamese

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// combining marks that Telex and VNI keys stand for.
const (
	markCircumflex = '\u0302'
	markBreve      = '\u0306'
	markHorn       = '\u031B'
)

// Untype undoes input-method keystrokes that were never turned into letters:
// "dduwowcj" → «được», "ho65" → «hộ», "nghèoo" → «nghèo». It returns ok=false,
// and the word unchanged, when nothing of that kind is found or the outcome
// could not be a syllable. A word that is a plain syllable already ("hoa",
// "to") is left alone, however it might be read as Telex.
func Untype(word string) (string, bool) {
	w := strings.ToLower(norm.NFC.String(word))
	if IsSyllable(Fold(w)) && !strings.ContainsAny(w, "0123456789") && !strings.HasPrefix(w, "dd") {
		return word, false
	}
	for _, decode := range []func(string) (string, bool){untelex, unvni} {
		if out, ok := decode(w); ok && out != w && IsSyllable(Fold(out)) && !openShort(out) {
			return out, true
		}
	}
	return word, false
}

// openShort reports whether a word ends in ă or â, which need a consonant after
// them: "quaa" is a slip of the finger, not «quâ».
func openShort(w string) bool {
	base := []rune(Canonical(w))
	if n := len(base); n > 0 && isTone(base[n-1]) {
		base = base[:n-1]
	}
	n := len(base)
	return n > 1 && base[n-2] == 'a' && (base[n-1] == markCircumflex || base[n-1] == markBreve)
}

// untelex reads Telex keys wherever they stand in the word, as people who type
// fast leave them: the tone key last or in the middle, w before or after.
func untelex(w string) (string, bool) {
	in := []rune(norm.NFD.String(w))
	var out []rune
	var tone rune
	changed := false
	for i, r := range in {
		if isTone(r) {
			tone = r
			continue
		}
		switch {
		case len(out) > 0 && hasVowel(out) && telexTone(r) != 0 && !onsetAhead(in[i:]):
			tone, changed = telexTone(r), true
		case r == 'z' && hasVowel(out):
			tone, changed = 0, true
		case r == 'w' && addHorn(&out):
			changed = true
		case r == 'd' && len(out) == 1 && out[0] == 'd':
			out[0], changed = 'đ', true
		case (r == 'a' || r == 'e' || r == 'o') && doubles(&out, r):
			changed = true
		default:
			out = append(out, r)
		}
	}
	if !changed {
		return w, false
	}
	return placeTone(out, tone), true
}

func telexTone(r rune) rune {
	switch r {
	case 's':
		return markAcute
	case 'f':
		return markGrave
	case 'r':
		return markHook
	case 'x':
		return markTilde
	case 'j':
		return markDot
	}
	return 0
}

// onsetAhead reports whether a tone key is really the onset of more letters
// («ans» ends, «tsa» does not); only vowels after it count.
func onsetAhead(rest []rune) bool {
	for _, r := range rest[1:] {
		if strings.ContainsRune("aeiouy", r) {
			return true
		}
	}
	return false
}

func hasVowel(rs []rune) bool {
	for _, r := range rs {
		if strings.ContainsRune("aeiouy", r) {
			return true
		}
	}
	return false
}

// addHorn applies w to the last a, o or u; "uo" gets it on both («ươ»).
func addHorn(out *[]rune) bool {
	o := *out
	for i, r := range slices.Backward(o) {
		switch r {
		case 'a':
			*out = insertMark(o, i, markBreve)
			return true
		case 'o':
			o = insertMark(o, i, markHorn)
			if i > 0 && o[i-1] == 'u' {
				o = insertMark(o, i-1, markHorn)
			}
			*out = o
			return true
		case 'u':
			*out = insertMark(o, i, markHorn)
			return true
		case markHorn, markBreve:
			return true // w typed twice
		}
	}
	return false
}

// doubles turns aa, ee, oo into â, ê, ô, also across the final consonants
// ("khongo" is not a word, "hete" → «hêt»).
func doubles(out *[]rune, r rune) bool {
	o := *out
	for i, letter := range slices.Backward(o) {
		if unicode.Is(unicode.Mn, letter) {
			if letter == markCircumflex && i > 0 && o[i-1] == r {
				return true // typed three times
			}
			continue
		}
		if letter == r {
			*out = insertMark(o, i, markCircumflex)
			return true
		}
		if strings.ContainsRune("aeiouy", letter) {
			return false
		}
	}
	return false
}

func insertMark(rs []rune, at int, mark rune) []rune {
	out := make([]rune, 0, len(rs)+1)
	out = append(out, rs[:at+1]...)
	out = append(out, mark)
	return append(out, rs[at+1:]...)
}

func unvni(w string) (string, bool) {
	var out []rune
	var tone rune
	changed := false
	for i, r := range norm.NFD.String(w) {
		if isTone(r) {
			tone = r
			continue
		}
		if r < '1' || r > '9' {
			out = append(out, r)
			continue
		}
		if i == 0 || !unicode.IsLetter(out[0]) {
			return w, false // starts with a digit: a number, not a word
		}
		switch r {
		case '1':
			tone = markAcute
		case '2':
			tone = markGrave
		case '3':
			tone = markHook
		case '4':
			tone = markTilde
		case '5':
			tone = markDot
		case '6':
			if !markLast(&out, "aeo", markCircumflex) {
				return w, false
			}
		case '7':
			if !addHorn(&out) {
				return w, false
			}
		case '8':
			if !markLast(&out, "a", markBreve) {
				return w, false
			}
		case '9':
			if out[0] != 'd' {
				return w, false
			}
			out[0] = 'đ'
		}
		changed = true
	}
	if !changed || !hasVowel(out) {
		return w, false
	}
	return placeTone(out, tone), true
}

func markLast(out *[]rune, vowels string, mark rune) bool {
	o := *out
	for i, letter := range slices.Backward(o) {
		if strings.ContainsRune(vowels, letter) {
			*out = insertMark(o, i, mark)
			return true
		}
	}
	return false
}

// placeTone composes the letters and puts the tone on the vowel that carries
// it: the last one with a mark of its own, else the one before a final
// consonant, else the first of the final pair.
func placeTone(rs []rune, tone rune) string {
	if tone == 0 {
		return norm.NFC.String(string(rs))
	}
	letters := []rune(norm.NFC.String(string(rs)))
	best := -1
	first, last := -1, -1
	for i, r := range letters {
		if !strings.ContainsRune("aeiouy", foldRune(r)) {
			continue
		}
		if i == 1 && letters[0] == 'q' && r == 'u' || i == 1 && letters[0] == 'g' && r == 'i' && len(letters) > 2 {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		if foldRune(r) != r {
			best = i
		}
	}
	switch {
	case first < 0:
		return string(letters)
	case best >= 0:
	case last < len(letters)-1:
		best = last
	case last-first >= 2:
		best = first + 1
	default:
		best = first
	}
	return norm.NFC.String(string(letters[:best+1]) + string(tone) + string(letters[best+1:]))
}
