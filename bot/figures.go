package bot

import "strings"

// What the figures of the service count, by topic and commune.
const (
	FigureAsked    = "asked"    // a question was asked
	FigureAnswered = "answered" // the bot answered it at once
	FigureHanded   = "handed"   // a case was opened
	FigureOnTime   = "on-time"  // an officer answered by the promised time
	FigureLate     = "late"     // an officer answered after it
)

// figurePrefix begins the names of counters that are figures.
const figurePrefix = "figure"

// Figure returns the name of the counter of what, for a topic and a commune;
// either is "-" if it is not known.
func Figure(what, topic, place string) string {
	return strings.Join([]string{figurePrefix, what, known(topic), known(place)}, ".")
}

// ParseFigure reads what [Figure] wrote; false for any other counter.
func ParseFigure(name string) (what, topic, place string, ok bool) {
	parts := strings.Split(name, ".")
	if len(parts) != 4 || parts[0] != figurePrefix {
		return "", "", "", false
	}
	return parts[1], parts[2], parts[3], true
}

func known(id string) string {
	if id == "" {
		return "-"
	}
	return id
}
