package console

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
)

const (
	defaultWidth = 80
	maxWidth     = 88 // longer lines are hard to read
	minWidth     = 20
)

// The colours of a terminal.
const (
	plain  = "\x1b[0m"
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	cyan   = "\x1b[36m"
	anew   = "\r\x1b[K" // back to the beginning of the line, and clear it
	prompt = "> "
)

// screen writes blocks of replies; the first error sticks.
type screen struct {
	out      io.Writer
	terminal bool
	color    bool
	columns  func() int
	err      error
}

func newScreen(cfg Config) *screen {
	return &screen{out: cfg.Out, terminal: cfg.IsTerminal, color: cfg.IsTerminal && !cfg.NoColor, columns: cfg.Width}
}

func (s *screen) write(text string) {
	if s.err != nil {
		return
	}
	if _, err := io.WriteString(s.out, text); err != nil {
		s.err = fmt.Errorf("write output: %w", err)
	}
}

// paint colours a text for a terminal.
func (s *screen) paint(color, text string) string {
	if !s.color {
		return text
	}
	return color + text + plain
}

func (s *screen) greet() {
	s.write(s.paint(bold, "Đối Thoại") + " · trợ lý tự động, hỏi đáp chính sách\n" +
		s.paint(faint, s.wrap("Không bao giờ hỏi mã OTP, số căn cước, số tài khoản. Gõ «thoát» để ra.", "", "")) + "\n")
}

func (s *screen) prompt() {
	if s.terminal {
		s.write(s.paint(green, prompt))
	}
}

// end leaves the prompt's line.
func (s *screen) end() {
	if s.terminal {
		s.write("\n")
	}
}

func (s *screen) notice(text string) { s.write(s.paint(red, text) + "\n") }

// block writes what one message brought, or what came by itself.
func (s *screen) block(replies []bot.Reply, asked bool) {
	if s.terminal {
		if !asked {
			s.write(anew)
		}
		for _, r := range replies {
			s.onTerminal(r)
		}
		if !asked {
			s.prompt()
		}
		return
	}
	for i, r := range replies {
		if i > 0 {
			s.write("--\n")
		}
		s.inPipe(r)
	}
	s.write("---\n")
}

// inPipe writes a reply as it is. A line that looks like our own marks gets a
// space before it.
func (s *screen) inPipe(r bot.Reply) {
	for line := range strings.SplitSeq(printable(words(r)), "\n") {
		if line == "--" || line == "---" {
			line = " " + line
		}
		s.write(line + "\n")
	}
	numbers := bot.Numbers(r.Buttons)
	for i, b := range r.Buttons {
		s.write("  " + numbers[i] + ". " + printable(b.Label) + "\n")
	}
}

func (s *screen) onTerminal(r bot.Reply) {
	color := cyan
	if r.Kind == bot.ReplyUrgent {
		color = red
	}
	s.write("\n" + s.paint(bold+color, "Trợ lý tự động") + "\n")
	for line := range strings.SplitSeq(printable(words(r)), "\n") {
		s.write(s.wrap(line, "", hang(line)) + "\n")
	}
	numbers := bot.Numbers(r.Buttons)
	for i, b := range r.Buttons {
		mark := "  " + numbers[i] + ". "
		s.write(s.paint(green, mark) + strings.TrimPrefix(s.wrap(printable(b.Label), mark, strings.Repeat(" ", len(mark))), mark) + "\n")
	}
	s.write("\n")
}

// words are what can be written of a reply: of a picture what it shows.
func words(r bot.Reply) string {
	var parts []string
	for _, a := range r.Attachments {
		if a.Text != "" {
			parts = append(parts, "["+a.Text+"]")
		}
	}
	if r.Text != "" {
		parts = append(parts, r.Text)
	}
	return strings.Join(parts, "\n\n")
}

// hang is the indent under a line of a list.
func hang(line string) string {
	if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "• ") {
		return "  "
	}
	return ""
}

// printable drops what could steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, s)
}

// wrap breaks a line between words at the terminal's width, counted in runes:
// composed Vietnamese letters are one column each. The first line begins with
// first, the others with rest. A word longer than a line stands alone.
func (s *screen) wrap(text, first, rest string) string {
	limit := defaultWidth
	if s.columns != nil {
		if n := s.columns(); n > 0 {
			limit = n
		}
	}
	limit = max(minWidth, min(limit, maxWidth))
	var b strings.Builder
	b.WriteString(first)
	column, empty := utf8.RuneCountInString(first), true
	for word := range strings.FieldsSeq(text) {
		size := utf8.RuneCountInString(word)
		switch {
		case empty:
		case column+1+size > limit:
			b.WriteString("\n" + rest)
			column = utf8.RuneCountInString(rest)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += size
		empty = false
	}
	return b.String()
}
