package vietnamese

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The five tone marks as combining characters; the level tone has none.
const (
	markGrave = '\u0300' // huyền
	markAcute = '\u0301' // sắc
	markTilde = '\u0303' // ngã
	markHook  = '\u0309' // hỏi
	markDot   = '\u0323' // nặng
)

func isTone(r rune) bool {
	switch r {
	case markGrave, markAcute, markTilde, markHook, markDot:
		return true
	}
	return false
}

// Canonical returns one spelling for every placing of the tone mark: «hoà» and
// «hòa», «ngừơi» and «người» give the same string, which is meant for comparing
// only (the tone stands at the end). The word is lowered; letters keep their own
// marks (ă â đ ê ô ơ ư).
func Canonical(word string) string {
	var b strings.Builder
	b.Grow(len(word) + 2)
	var tone rune
	for _, r := range norm.NFD.String(strings.ToLower(word)) {
		if isTone(r) {
			if tone == 0 {
				tone = r
			}
			continue
		}
		b.WriteRune(r)
	}
	if tone != 0 {
		b.WriteRune(tone)
	}
	return b.String()
}

// onsets and rimes of folded syllables. Rimes are listed, not generated: the
// list is what tells "khong" from "khonh".
// Source: the syllable inventory of the standard orthography (âm đầu × vần).
var (
	onsets = []string{"ngh", "ng", "nh", "gh", "gi", "kh", "ph", "qu", "th", "tr", "ch",
		"b", "c", "d", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", ""}
	rimes = toSet(`a ac ach ai am an ang anh ao ap at au ay
e ec em en eng eo ep et eu enh ech
i ia ich iec iem ien ieng iep iet ieu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong op ot
u ua uan uang uat uay uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet uyn uynh uyt uyu ui
y yem yen yet yeu`)
)

func toSet(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// IsSyllable reports whether a folded word could be a Vietnamese syllable. It
// says nothing about tones.
func IsSyllable(folded string) bool {
	for _, o := range onsets {
		if rest, ok := strings.CutPrefix(folded, o); ok && rimes[rest] {
			return true
		}
	}
	// «gi» and «qu» share a letter with their rime: gì, quy.
	return folded == "gi" || folded == "gin" || folded == "gieng" || folded == "giet" || folded == "quy"
}
