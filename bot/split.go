package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/doithoai/doithoai/internal/vietnamese"
)

// Units returns the length of s in UTF-16 units, in which platforms count.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n += unitsOf(r)
	}
	return n
}

func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// Split cuts a text into messages of at most limit units: into as few as
// possible, because they cost money or patience, and then where it hurts least,
// between paragraphs, else between lines, else between sentences, else between
// words. Only a word that is longer than a message is cut itself. The parts
// are composed and trimmed, none is empty; there is none of a blank text. The
// limit is at least 2.
func Split(text string, limit int) []string { return split(text, limit, limit) }

// SplitOver is Split of a text with a list under it, which stays whole, because
// it is chosen from at one look: it stands under the last part, or in a message
// of its own if it leaves that part less than a quarter of the room.
func SplitOver(text, list string, limit int) []string {
	list = composed(list)
	const between = "\n\n"
	room := limit - Units(list) - len(between)
	switch {
	case list == "":
		return Split(text, limit)
	case room < limit/4:
		return append(Split(text, limit), Split(list, limit)...)
	}
	parts := split(text, limit, room)
	if len(parts) == 0 {
		return append(Split(text, limit), list)
	}
	parts[len(parts)-1] += between + list
	return parts
}

func composed(text string) string {
	return strings.TrimSpace(strings.ToValidUTF8(vietnamese.Compose(text), "\uFFFD"))
}

// split is Split with another limit for the last part; none if the last word is
// longer than that.
func split(text string, limit, last int) []string {
	text = composed(text)
	if text == "" {
		return nil
	}
	if Units(text) <= last {
		return []string{text}
	}
	pieces := piecesOf(text, limit)
	best := bestCuts(pieces, limit, last)
	if best[len(pieces)].parts == 0 {
		return nil
	}
	var parts []string
	for to := len(pieces); to > 0; {
		from := best[to].from
		parts = append(parts, text[pieces[from].start:pieces[to-1].end])
		to = from
	}
	slices.Reverse(parts)
	return parts
}

// piece is what no cut goes through: a word, or one letter of a word that is
// too long for a message.
type piece struct {
	start, end   int // in bytes of the text
	first, after int // the same in units
	cost         pain
}

// pain is how much a cut before a piece hurts. Each kind outweighs any number of
// the milder ones.
type pain uint64

const (
	betweenParagraphs pain = 0
	betweenLines      pain = 1
	betweenSentences  pain = 1 << 16
	betweenWords      pain = 1 << 32
	insideWord        pain = 1 << 48
)

// piecesOf finds the words of a text that is composed and trimmed.
func piecesOf(text string, limit int) []piece {
	var pieces []piece
	start, units, first := 0, 0, 0
	cost := betweenParagraphs
	word := func(end int) {
		if units-first > limit {
			pieces = append(pieces, letters(text, start, end, first, cost)...)
			return
		}
		pieces = append(pieces, piece{start, end, first, units, cost})
	}
	inGap := false
	for i, r := range text {
		switch space := unicode.IsSpace(r); {
		case space && !inGap:
			word(i)
			start, inGap = i, true // of the gap
		case !space && inGap:
			cost = costOf(text[:start], text[start:i], text[i:])
			start, first, inGap = i, units, false
		}
		units += unitsOf(r)
	}
	word(len(text))
	return pieces
}

// letters takes a word apart.
func letters(text string, start, end, units int, cost pain) []piece {
	var pieces []piece
	for i, r := range text[start:end] {
		after := units + unitsOf(r)
		pieces = append(pieces, piece{start + i, start + i + utf8.RuneLen(r), units, after, cost})
		units, cost = after, insideWord
	}
	return pieces
}

// costOf judges a cut at a gap by what stands around it.
func costOf(before, gap, behind string) pain {
	switch strings.Count(gap, "\n") {
	case 0:
	case 1:
		return betweenLines
	default:
		return betweenParagraphs
	}
	if endsSentence(before) {
		if r, _ := utf8.DecodeRuneInString(behind); !unicode.IsLower(r) {
			return betweenSentences
		}
	}
	return betweenWords
}

// endsSentence reports whether a text ends with a sentence. A stop behind a
// digit or a capital may be that of «Điều 5. » or «TP. ».
func endsSentence(text string) bool {
	text = strings.TrimRight(text, "»”\")")
	r, size := utf8.DecodeLastRuneInString(text)
	switch r {
	case '!', '?', '…':
		return true
	case '.':
		r, _ = utf8.DecodeLastRuneInString(text[:len(text)-size])
		return unicode.IsLower(r) || strings.ContainsRune("»”\")%", r)
	}
	return false
}

// cut is the best way to bring everything before a piece into messages.
type cut struct {
	parts int
	cost  pain
	from  int // the piece that the last of them begins with
}

// bestCuts returns the best way for everything before each piece, and at the end
// for all; no parts where there is none. Of ways that are equally good it takes
// the one whose last message is the shortest.
func bestCuts(pieces []piece, limit, last int) []cut {
	best := make([]cut, len(pieces)+1)
	longest := 0 // the piece that the longest last message begins with
	for to := 1; to <= len(pieces); to++ {
		room := limit
		if to == len(pieces) {
			room = last
		}
		for longest < to && pieces[to-1].after-pieces[longest].first > room {
			longest++
		}
		// What is less before it needs no more messages, so the longest needs the fewest.
		for from := longest; from < to && best[from].parts == best[longest].parts; from++ {
			way := cut{best[from].parts + 1, best[from].cost, from}
			if from > 0 {
				way.cost += pieces[from].cost
			}
			if from == longest || way.cost <= best[to].cost {
				best[to] = way
			}
		}
	}
	return best
}
