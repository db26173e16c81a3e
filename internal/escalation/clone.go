package escalation

import (
	"math"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// clone returns a case that shares nothing with c, so that a decision that is
// thrown away after a conflict leaves no trace.
func (c Case) clone() Case {
	c.Turns, c.Near, c.Files = list(c.Turns), list(c.Near), list(c.Files)
	c.Said, c.Log, c.Misses = list(c.Said), list(c.Log), list(c.Misses)
	c.Cards, c.Away = list(c.Cards), list(c.Away)
	c.ToldOfficers, c.ToldDesks = list(c.ToldOfficers), list(c.ToldDesks)
	for i := range c.Said {
		c.Said[i].Files = list(c.Said[i].Files)
	}
	return c
}

// list copies a slice; an empty one becomes nil, as it does on its way through
// the store.
func list[T any](xs []T) []T { return append([]T(nil), xs...) }

// without copies a slice without one value.
func without[T comparable](xs []T, x T) []T {
	var out []T
	for _, y := range xs {
		if y != x {
			out = append(out, y)
		}
	}
	return out
}

// Limits of what one case takes in. Its JSON, in which a byte may become six,
// must stay below what the store takes ([record.MaxCase]).
const (
	// maxSaid is how much may be said in one case, by both sides.
	maxSaid = 200
	// maxLog is how many lines of its history are kept.
	maxLog = 500
	// maxText bounds one text, in characters. Channels send far less.
	maxText = 8000
	// maxBytes bounds all texts of a case together.
	maxBytes = 400_000
)

// size is about what the texts of a case weigh, in bytes.
func (c *Case) size() int {
	n := len(c.Question) + weight(c.Files)
	for _, t := range c.Turns {
		n += len(t.Asked)
	}
	for _, s := range c.Said {
		n += len(s.Text) + weight(s.Files)
	}
	return n
}

func weight(files []bot.Attachment) int {
	n := 0
	for _, f := range files {
		n += len(f.Key) + len(f.Source) + len(f.Name) + len(f.Type) + len(f.Text)
	}
	return n
}

// room reports whether a text and files of so many bytes can still be said.
func (c *Case) room(bytes int) bool {
	return len(c.Said) < maxSaid && c.size()+bytes <= maxBytes
}

// clean makes a text one that JSON keeps as it is, without space around it.
func clean(s string) string { return strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD")) }

// cut bounds a text to n characters.
func bounded(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// cleanFiles copies attachments, in a form that JSON keeps as it is.
func cleanFiles(files []bot.Attachment) []bot.Attachment {
	out := list(files)
	for i, f := range out {
		f.Kind, f.Key, f.Source = bot.AttachmentKind(clean(string(f.Kind))), clean(f.Key), clean(f.Source)
		f.Name, f.Type, f.Text = clean(f.Name), clean(f.Type), clean(f.Text)
		f.Latitude, f.Longitude = finite(f.Latitude), finite(f.Longitude)
		out[i] = f
	}
	return out
}

func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// instant is t as it comes back from the store.
func instant(t time.Time) time.Time { return t.Round(0).UTC() }
