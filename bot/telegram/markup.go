package telegram

import "strings"

// Limits of a message, in UTF-16 units of the text before markup.
const (
	maxText    = 4096
	maxCaption = 1024
)

// escape makes text that HTML mode shows as it is.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
