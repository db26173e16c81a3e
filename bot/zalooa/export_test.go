package zalooa

import (
	"context"
	"strconv"
)

// Tick is one look of Run's at the tokens.
func (c *Channel) Tick(ctx context.Context) error { return c.keeper.tick(ctx) }

// Ready reports whether p is the pair in use.
func (c *Channel) Ready(p Pair) bool { return c.keeper.current().Same(p) }

// Codes returns every code that has a meaning.
func Codes() []string {
	var out []string
	for code := range codes {
		out = append(out, strconv.Itoa(code))
	}
	for code := range refusals {
		out = append(out, strconv.Itoa(code))
	}
	return out
}

// Counted returns the events that are known and not acted upon.
func Counted() []string { return counted() }
