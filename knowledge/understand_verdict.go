package knowledge

import (
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

// verdict returns the first row of the entry whose conditions the frame and the
// message fulfil. Rows are looked at from top to bottom, as the editor wrote
// them.
func (e Entry) verdict(f Frame, r *Reading) (VerdictRow, bool) {
	for _, row := range e.Verdicts {
		if row.holds(f, r) {
			return row, true
		}
	}
	return VerdictRow{}, false
}

// wantsAll reports whether a message asks for the whole of something, or for
// several things at once: «trả hết», «đủ», «cả hai», «thêm lần nữa». To that a
// plain «được» of a general row is often half true, and a half-true yes is worse
// than the conditions of the answer itself; on questions nobody tuned a row to,
// four in ten such verdicts were wrong.
func (r *Reading) wantsAll() bool {
	for i, w := range r.Words {
		prev, next := "", ""
		if i > 0 {
			prev = r.Words[i-1].Folded
		}
		if i+1 < len(r.Words) {
			next = r.Words[i+1].Folded
		}
		switch w.Folded {
		case "het", "du":
			switch prev {
			case "tra", "lo", "mien", "cho", "chiu", "dong", "bao", "tro", "mua", "phan":
				if next == "khong" || next == "cho" || next == "luon" || next == "" {
					return true
				}
			}
		case "ca":
			if next == "hai" || next == "tien" || next == "ba" {
				return true
			}
		case "lan":
			if next == "nua" {
				return true
			}
		case "toan":
			if next == "bo" {
				return true
			}
		}
	}
	return false
}

func (row VerdictRow) holds(f Frame, r *Reading) bool {
	for _, c := range row.Conditions {
		if !c.holds(f) {
			return false
		}
	}
	for _, n := range row.Numbers {
		if !slices.ContainsFunc(f.Numbers[n.Type], n.Holds) {
			return false
		}
	}
	if len(row.Say) > 0 && !slices.ContainsFunc(row.said, r.says) {
		return false
	}
	return !slices.ContainsFunc(row.notSaid, r.says)
}

func (c Condition) holds(f Frame) bool {
	have := f.Slots[c.Type]
	for _, group := range c.AllOf {
		if !slices.ContainsFunc(group, func(t Term) bool {
			v := t.Value
			if t.Not {
				v = "không " + v
			}
			return slices.Contains(have, v)
		}) {
			return false
		}
	}
	return true
}

// longestSaid is how many words of a phrase of a row are compared at most.
const longestSaid = 8

// phraseHashes are phrases of a row as [Reading.says] compares them, accents
// ignored: worked out when a base is loaded, because every message meets the rows
// of several entries. A phrase that is never said is left out.
func phraseHashes(phrases []string) []uint64 {
	var out []uint64
	for _, p := range phrases {
		h, toks := uint64(0), vietnamese.Tokenize(p)
		for _, t := range toks {
			h = joinHash(h, wordHash(t.Folded))
		}
		if n := len(toks); n > 0 && n <= longestSaid {
			out = append(out, h)
		}
	}
	return out
}

// says reports whether the message holds the phrase of that hash, on word borders.
// Both the repaired words and the words as typed are searched.
func (r *Reading) says(phrase uint64) bool { return r.grams()[phrase] }

// grams are the hashes of all runs of up to longestSaid words of the message.
func (r *Reading) grams() map[uint64]bool {
	if r.said != nil {
		return r.said
	}
	r.said = map[uint64]bool{}
	repaired, typed := make([]uint64, 0, len(r.Words)), make([]uint64, 0, len(r.Words))
	for _, w := range r.Words {
		repaired = append(repaired, w.hash)
		for t := range strings.FieldsSeq(vietnamese.Fold(w.Typed)) {
			typed = append(typed, wordHash(t))
		}
	}
	for _, ws := range [][]uint64{repaired, typed} {
		for i := range ws {
			h := uint64(0)
			for _, w := range ws[i:min(i+longestSaid, len(ws))] {
				h = joinHash(h, w)
				r.said[h] = true
			}
		}
	}
	return r.said
}
