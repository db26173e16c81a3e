package zalobot

import (
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// maxText bounds a message and a caption. The platform says 2,000 and not of
// what; UTF-16 units, in which it counts elsewhere, are never fewer than characters.
const maxText = 2000

// texts cuts a text with its choices into messages. The choices stand under the
// last one, whole.
func texts(text string, buttons []bot.Button, heading string) []string {
	return bot.SplitOver(text, menu(buttons, heading), maxText)
}

// menu writes choices as a list to be answered by number; empty for none.
func menu(buttons []bot.Button, heading string) string {
	lines := []string{vietnamese.Compose(heading)}
	for i, number := range bot.Numbers(buttons) {
		if label := flat(buttons[i].Label); label != "" {
			lines = append(lines, number+". "+label)
		}
	}
	if len(lines) == 1 {
		return ""
	}
	return strings.Join(lines, "\n")
}

// flat makes one line of a label.
func flat(s string) string { return strings.Join(strings.Fields(vietnamese.Compose(s)), " ") }
