package zalooa

import (
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

const (
	// maxText bounds one message. Zalo says "characters" and not which: UTF-16
	// units are never fewer.
	maxText    = 2000
	maxButtons = 5
)

// beginning is as much of a text as one message holds.
func beginning(text string) string {
	parts := bot.Split(text, maxText)
	if len(parts) == 0 {
		return ""
	}
	return parts[0]
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
