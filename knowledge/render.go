package knowledge

import (
	"errors"
	"fmt"
	"strings"
)

// ErrFigure is wrapped by every error of [Base.Render]: a figure in the text
// is unknown, has no value on the day, or is not sure enough to be said.
var ErrFigure = errors.New("figure cannot be shown")

// Render puts the figures of the day into a text: "{id}" and, for another
// day, "{id@01/01/2027}". It never guesses: a figure without a value, or not
// seen in a source, is an error, and the text must not be shown.
func (b *Base) Render(text string, on Date) (string, error) {
	if !strings.ContainsAny(text, "{}") {
		return text, nil
	}
	var out strings.Builder
	for _, p := range parsePieces(text) {
		if !p.brace {
			out.WriteString(p.text)
			continue
		}
		s, err := b.renderFigure(p, on)
		if err != nil {
			return "", err
		}
		out.WriteString(s)
	}
	return out.String(), nil
}

func (b *Base) renderFigure(p piece, on Date) (string, error) {
	f, ok := b.Figure(p.figure)
	if !ok || p.broken {
		return "", fmt.Errorf("%w: {%s} is unknown", ErrFigure, p.text)
	}
	if p.on != 0 {
		on = p.on
	}
	v, ok := f.On(on)
	if !ok {
		return "", fmt.Errorf("%w: {%s} has no value on %s", ErrFigure, p.text, on)
	}
	if v.Certainty != Seen {
		return "", fmt.Errorf("%w: {%s} is not seen in a source", ErrFigure, p.text)
	}
	s, err := f.Text(v.Amount)
	if err != nil {
		return "", fmt.Errorf("%w: {%s}: %w", ErrFigure, p.text, err)
	}
	return s, nil
}

// Figure returns a figure by id.
func (b *Base) Figure(id string) (Figure, bool) {
	i, ok := b.figures[id]
	if !ok {
		return Figure{}, false
	}
	return b.Figures[i], true
}

// piece is a stretch of a text: plain, or what stands in braces.
type piece struct {
	text   string // without the braces
	offset int    // of text in the whole
	brace  bool
	broken bool // a brace without its partner, or no "id" or "id@date" inside
	figure string
	on     Date
}

func parsePieces(text string) []piece {
	var pieces []piece
	offset := 0
	for offset < len(text) {
		open := strings.IndexAny(text[offset:], "{}")
		if open < 0 {
			break
		}
		open += offset
		if open > offset {
			pieces = append(pieces, piece{text: text[offset:open], offset: offset})
		}
		end := strings.IndexAny(text[open+1:], "{}")
		if text[open] == '}' || end < 0 || text[open+1+end] == '{' {
			pieces = append(pieces, piece{text: text[open : open+1], offset: open, brace: true, broken: true})
			offset = open + 1
			continue
		}
		inner := text[open+1 : open+1+end]
		pieces = append(pieces, parseFigure(inner, open+1))
		offset = open + 1 + end + 1
	}
	if offset < len(text) {
		pieces = append(pieces, piece{text: text[offset:], offset: offset})
	}
	return pieces
}

func parseFigure(inner string, offset int) piece {
	p := piece{text: inner, offset: offset, brace: true}
	id, date, dated := strings.Cut(inner, "@")
	p.figure = strings.TrimSpace(id)
	if dated {
		var err error
		p.on, err = ParseDate(date)
		p.broken = err != nil
	}
	p.broken = p.broken || p.figure == ""
	return p
}
