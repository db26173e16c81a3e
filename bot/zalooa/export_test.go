package zalooa

import (
	"context"
	"strconv"

	"github.com/doithoai/doithoai/internal/trouble"
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

// Examine is [Examine] with what the channel goes by.
func (c *Channel) Examine(ctx context.Context) []trouble.Finding {
	stored, err := c.cfg.Tokens.Load(ctx)
	if err != nil {
		panic(err)
	}
	l := Login{AppID: c.cfg.AppID, AppSecret: c.cfg.AppSecret, API: c.cfg.API, OAuth: c.cfg.OAuth, Client: c.cfg.Client, Now: c.cfg.Now}
	return Examine(ctx, l, stored, c.cfg.TokenFile, c.keeper.seed)
}
