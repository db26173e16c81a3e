package zalooa

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

const (
	maxText    = 2000 // characters of one message
	maxButtons = 5
)

// size is a text's length as the strictest reading of "characters" has it.
// Zalo does not say which it means; the text is composed already.
func size(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// split cuts a text into messages: between paragraphs if that goes, else between
// lines, else between words, and inside a word only if it is longer than a
// message.
func split(text string, limit int) []string {
	text = strings.TrimSpace(vietnamese.Compose(text))
	if size(text) <= limit {
		return []string{text}
	}
	var out []string
	for _, separator := range []string{"\n\n", "\n", " "} {
		if !strings.Contains(text, separator) {
			continue
		}
		if out = pack(strings.Split(text, separator), separator, limit); out != nil {
			return out
		}
	}
	return chop(text, limit)
}

// pack joins pieces again as far as they fit; a piece that does not fit by
// itself is split further, in messages of its own.
func pack(pieces []string, separator string, limit int) []string {
	var out []string
	var now string
	flush := func() {
		if now = strings.TrimSpace(now); now != "" {
			out = append(out, now)
		}
		now = ""
	}
	for _, piece := range pieces {
		joined := piece
		if now != "" {
			joined = now + separator + piece
		}
		if size(joined) <= limit {
			now = joined
			continue
		}
		flush()
		if size(piece) <= limit {
			now = piece
			continue
		}
		parts := split(piece, limit)
		out = append(out, parts[:len(parts)-1]...)
		now = parts[len(parts)-1]
	}
	flush()
	return out
}

// chop cuts a text that has no gap.
func chop(text string, limit int) []string {
	var out []string
	var now strings.Builder
	used := 0
	for _, r := range text {
		n := max(1, utf16.RuneLen(r))
		if used+n > limit {
			out = append(out, now.String())
			now.Reset()
			used = 0
		}
		now.WriteRune(r)
		used += n
	}
	return append(out, now.String())
}

// menu writes choices as a list to be answered by number.
func menu(buttons []bot.Button) string {
	var b strings.Builder
	numbers := bot.Numbers(buttons)
	for i, button := range buttons {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(numbers[i] + ". " + vietnamese.Compose(button.Label))
	}
	return b.String()
}

// paragraphs joins texts with a blank line between them.
func paragraphs(texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, "\n\n")
}

// valid makes a text one that JSON can carry unchanged.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
